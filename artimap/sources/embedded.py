"""The embedded reports as events."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from artimap import data, schema
from artimap.area import Area
from artimap.errors import DataError
from artimap.sources.placing import place_rows
from artimap.sources.template import read_template


def read_events(what: Area | str | Path, *, area: Area | None = None) -> gpd.GeoDataFrame:
    """Read events: the embedded ones of an area, or a file of one's own.

    Parameters
    ----------
    what
        An area, for its embedded reports; or a CSV file in artimap's template
        (``artimap template events`` writes one).
    area
        The area that a file speaks of: its places are looked up there.

    Returns
    -------
    GeoDataFrame
        EVENTS in the area's system. Aggregate rows (``record == "aggregate"``) overlap single
        events: never sum over both.

    Raises
    ------
    DataError
        If the file is absent, is no CSV, or no area is given for it.
    SchemaError
        If a needed column is missing.
    """
    if isinstance(what, Area):
        return _embedded(what)
    if area is None:
        msg = f"say which area {what} speaks of: read_events({str(what)!r}, area=artimap.area('artibonite'))"
        raise DataError(msg)
    return read_template(area, Path(what)).events


def _embedded(area: Area) -> gpd.GeoDataFrame:
    events = data.read_table(area.name, "events")
    for name in ("from_m", "to_m", "radius_m"):
        events[name] = pd.to_numeric(events[name])
    return schema.conform(place_rows(events, area), schema.EVENTS)

"""The embedded reports as events."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from artimap import data, schema
from artimap.area import Area
from artimap.sources.placing import place_rows
from artimap.sources.template import read_template


def read_events(area: Area, path: str | Path | None = None) -> gpd.GeoDataFrame:
    """Read events: the embedded ones, or a file of one's own.

    Parameters
    ----------
    area
        The area.
    path
        A CSV file in artimap's template (``artimap template events`` writes one). Null
        gives the embedded reports.

    Returns
    -------
    GeoDataFrame
        EVENTS in ``area.crs``. Aggregate rows (``record == "aggregate"``) overlap single
        events: never sum over both.

    Raises
    ------
    SchemaError
        With every problem of the file, row by row.
    """
    if path is not None:
        return read_template(area, Path(path)).events
    events = data.read_table(area.name, "events")
    for name in ("from_m", "to_m", "radius_m"):
        events[name] = pd.to_numeric(events[name])
    return schema.conform(place_rows(events, area), schema.EVENTS)

"""The columns of events whose details are all on the page: a briefing of some hundred events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import geopandas as gpd
import numpy as np

from artimap.maps.details import Detail, event_key
from artimap.maps.field import Field, pack_field
from artimap.maps.packing import box_of
from artimap.maps.thematic import Drawn


def listed_field(
    events: gpd.GeoDataFrame,
    drawn: Drawn,
    *,
    limits: tuple[float, float, float, float],
    first: dt.date,
    last: dt.date,
) -> Field:
    """Give the columns of events that have been drawn one by one.

    Parameters
    ----------
    events
        EVENTS.
    drawn
        Their marks, areas and details, as :func:`artimap.maps.thematic.events_layers` gives them.
    limits
        How far the map goes, in degrees.
    first, last
        Days of the time slider.
    """
    keys = [event_key(event_id) for event_id in events["event_id"]]
    points: dict[str, tuple[float, float]] = {}
    spots: dict[str, int] = {}
    for layer in drawn.layers:
        for n, feature in enumerate(layer.features, 1):
            if layer.kind == "event":
                points.update(dict.fromkeys(feature.details, feature.parts[0][0][0]))
            else:
                spots.update(dict.fromkeys(feature.details, n))
    details: Mapping[str, Detail] = {one.key: one for one in (*drawn.details, *drawn.unplaced)}
    nowhere = (float("nan"), float("nan"))
    lonlat = np.array([points.get(key, nowhere) for key in keys], dtype=float).reshape(-1, 2)
    return pack_field(
        events,
        lon=lonlat[:, 0],
        lat=lonlat[:, 1],
        box=box_of(*limits),
        spot=np.array([spots.get(key, 0) for key in keys], dtype=np.uint32),
        first=first,
        last=last,
        keys=keys,
        sources=[sorted({said.source for said in details[key].statements}) for key in keys],
    )

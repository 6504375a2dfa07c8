"""The embedded reports as events."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from artimap.areas import embedded
from artimap.areas.area import Area
from artimap.areas.geometries import place_rows
from artimap.core import schema
from artimap.core.tables import EVENTS


def embedded_events(area: Area) -> gpd.GeoDataFrame:
    """Give the embedded reports of an area: EVENTS in its metric system."""
    events = embedded.read_table(area.name, "events")
    for name in ("from_m", "to_m", "radius_m"):
        events[name] = pd.to_numeric(events[name])
    return schema.conform(place_rows(events, area), EVENTS)

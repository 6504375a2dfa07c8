"""The embedded reports as events."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from artimap import data, schema
from artimap.area import Area
from artimap.sources.placing import place_rows


def embedded_events(area: Area) -> gpd.GeoDataFrame:
    """Give the embedded reports of an area: EVENTS in its metric system."""
    events = data.read_table(area.name, "events")
    for name in ("from_m", "to_m", "radius_m"):
        events[name] = pd.to_numeric(events[name])
    return schema.conform(place_rows(events, area), schema.EVENTS)

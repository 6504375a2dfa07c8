"""Movements of one's own as an audience may count them: others only by cells, between cities and by closed months.

Where and when one's own people travel is nobody else's to know. So no row leaves the house; what others get knows
of a row only that it is one of ``k`` and more that went from one city to another in one month.
"""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from artimap.areas.area import Area, read_places
from artimap.areas.corridors import read_corridor
from artimap.core import schema
from artimap.core.errors import CorridorError
from artimap.core.schema import join_names
from artimap.core.tables import MOVEMENTS
from artimap.core.vocab import Audience, Sensitivity
from artimap.roads.routing.spans import RoadSpan
from artimap.roads.routing.ways import way_text, ways_of
from artimap.sharing.cells import CELL
from artimap.sharing.policy import SharePolicy

_CITY_M = 3_000.0
"""A way that ends so near to the middle of a city ends in it."""


def movements_to_count(
    movements: gpd.GeoDataFrame, *, audience: Audience, policy: SharePolicy | None, area: Area, as_of: dt.date
) -> gpd.GeoDataFrame:
    """Give the movements that an audience may count.

    Parameters
    ----------
    movements
        MOVEMENTS.
    audience, policy
        For whom, and the ``k`` and delays of cells.
    area
        Its cities are the ends of cells.
    as_of
        The day of the answer.

    Returns
    -------
    GeoDataFrame
        For internal use the rows up to the day. For others MOVEMENTS of cells: ``k`` rows and more that went between
        the same two cities, on the same roads, either way, in a month that is over by the delay of the audience,
        and by one day at least: the newest day counts for nobody. A cell of n rows is n rows that are alike but for
        how they ended: its first day, the two cities, no vehicle, no words.
    """
    by_day = movements[(pd.to_datetime(movements["date"]) <= pd.Timestamp(as_of)).to_numpy(dtype=bool)]
    if audience is Audience.INTERNAL:
        return by_day.reset_index(drop=True)
    rules = policy or SharePolicy()
    last = pd.Timestamp(as_of) - pd.Timedelta(days=max(1, rules.delay_days(audience)))
    months = pd.to_datetime(by_day["date"]).dt.to_period("M")
    over = (months.dt.end_time.dt.normalize() <= last).to_numpy(dtype=bool)
    shut = np.array([rules.is_licensed(one) for one in by_day["licence"]], dtype=bool)
    rows, months = by_day[over & ~shut], months[over & ~shut]
    cities = _Cities(area)
    ends = [cities.between(way) for way in ways_of(rows)]
    made: list[pd.DataFrame] = []
    for (key, month), cell in rows.groupby([pd.Series(ends, index=rows.index, dtype=object), months], sort=True):
        if len(cell) >= rules.k:
            made.append(_alike(cell, key, pd.Timestamp(month.start_time).normalize(), len(made)))
    if not made:
        return schema.empty(MOVEMENTS, crs=area.crs)
    whole = pd.concat(made, ignore_index=True)
    nowhere = np.full(len(whole), shapely.Point(), dtype=object)
    return schema.conform(gpd.GeoDataFrame(whole, geometry=nowhere, crs=area.crs), MOVEMENTS)


def _alike(cell: gpd.GeoDataFrame, key: tuple[str, str, str], first: pd.Timestamp, number: int) -> pd.DataFrame:
    """Give the rows of a cell: all alike but for how they ended, and that in order."""
    start, stop, spans = key
    rows = {
        "movement_id": [f"{CELL}{first:%Y-%m}-{number}-{at}" for at in range(len(cell))],
        "date": first, "from": start, "to": stop, "spans": spans,
        "outcome": sorted(cell["outcome"]), "source": "cells", "sensitivity": Sensitivity.LOW.value,
        "licence": join_names(sorted(set(cell["licence"].dropna()))),
    }  # fmt: skip
    return pd.DataFrame(rows)


class _Cities:
    """The cities of an area, and the ways between them."""

    def __init__(self, area: Area) -> None:
        self.area = area
        places = read_places(area)
        self.table = places[places["kind"] == "city"]
        self.done: dict[tuple[RoadSpan, ...], tuple[str, str, str] | None] = {}

    def between(self, way: tuple[RoadSpan, ...]) -> tuple[str, str, str] | None:
        """Give the two cities that a way joins and its pieces in words, the same either way; else null."""
        if way not in self.done:
            self.done[way] = self._between(way)
        return self.done[way]

    def _between(self, way: tuple[RoadSpan, ...]) -> tuple[str, str, str] | None:
        if not way:
            return None
        start, stop = self._at(way[0].road_id, way[0].from_m), self._at(way[-1].road_id, way[-1].to_m)
        if start is None or stop is None or start[0] == stop[0]:
            return None
        # From the middle of one city to that of the other: where in it somebody set out is not told.
        pieces = list(way)
        pieces[0] = pieces[0]._replace(from_m=start[1])
        pieces[-1] = pieces[-1]._replace(to_m=stop[1])
        if start[0] > stop[0]:
            start, stop = stop, start
            pieces = [RoadSpan(one.road_id, one.to_m, one.from_m) for one in reversed(pieces)]
        return start[0], stop[0], way_text(pieces)

    def _at(self, road_id: str, chainage_m: float) -> tuple[str, float] | None:
        """Give the city at a place on a road, and the chainage of its middle."""
        try:
            road = read_corridor(self.area, road_id)
        except CorridorError:
            return None
        # pieces are written to a tenth of a kilometre, which may lie beyond the end
        far = self.table.geometry.distance(road.point_at(min(chainage_m, road.length_m)))
        if not len(far) or far.min() > _CITY_M:
            return None
        city = self.table.loc[far.idxmin()]
        at, _ = road.project([city.geometry])
        return str(city["name"]), float(at[0])

"""Events that are held back, as they may be counted: by commune, or the whole road, and by closed periods of time.

A rate may use every row, and may tell of none. So nothing that is counted for an audience knows more of a row that
is held back from it than the cell that the row is in, with at least ``k`` of its like. Whatever is made from such a
table is the same wherever in its cell a row lies, on whichever day of the period, and of whatever kind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from artimap.areas.area import Area, read_roads
from artimap.areas.corridors import read_corridor
from artimap.core import schema
from artimap.core.errors import CorridorError
from artimap.core.precision import significant
from artimap.core.schema import join_names, split_names
from artimap.core.tables import EVENTS
from artimap.core.vocab import Audience, Level, Record, RoadRelation, Sensitivity, Where
from artimap.roads.corridor import Corridor
from artimap.sharing.gate import Gated, without_delays
from artimap.sharing.policy import Action
from artimap.sharing.release import commune_of, release, unit_of

CELL = "cell-"
"""Ids of rows that stand for a cell begin so."""
_COMMUNE = len("HT0542")
LEAST_ROAD_M = 5_000.0
"""A commune through which less of the road runs is no cell of its own: it would put its rows on that bit of road."""
ON_ROAD = 0.5
"""Least share of a row on the road to be counted there; a cell then counts it as one."""
_LEVELS = (("commune", "M"), ("commune", "Q"), ("road", "Q"), ("road", "Y"))
"""Kinds of cell, the finest first: a row counts in the first that holds enough."""


def events_to_count(
    gated: Gated, *, corridor: Corridor, area: Area, as_of: dt.date, kinds: Collection[str]
) -> gpd.GeoDataFrame:
    """Give the events that the rates of a road are made from: those that the audience may see, and the cells.

    Parameters
    ----------
    gated
        What the gate let through, cut to the day (:meth:`~artimap.sharing.gate.Gated.until`).
    corridor, area
        The road, and the area whose communes are the cells.
    as_of
        The day of the answer: a cell counts when its period is over.
    kinds
        Which kinds endanger people on the road: of the rows that are held back only these are counted, as one.

    Returns
    -------
    GeoDataFrame
        EVENTS. A cell of n rows is n rows that are alike: somewhere on the road in the commune, some day of the
        period, ``kind`` the first of ``kinds`` whatever theirs is, no words, no figures, an id of the cell.
    """
    seen = schema.empty(EVENTS, crs=area.crs) if gated.events is None else _as_points(gated.events)
    if gated.audience is Audience.INTERNAL or gated.withheld is None:
        return seen
    cells = _cells(gated, gated.withheld, corridor, area, as_of, sorted(kinds))
    return schema.conform(pd.concat([seen, *cells], ignore_index=True), EVENTS, crs=area.crs) if cells else seen


def _as_points(events: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put rows that are blurred to a circle on its middle: roads are laid through circles by middle and radius."""
    circle = events["radius_m"].notna() & (events.geometry.geom_type == "Polygon")
    return events.set_geometry(events.geometry.mask(circle, events.geometry.centroid)) if circle.any() else events


def _cells(
    gated: Gated, held: gpd.GeoDataFrame, corridor: Corridor, area: Area, as_of: dt.date, kinds: list[str]
) -> list[gpd.GeoDataFrame]:
    rows = held[held["kind"].isin(kinds) & (held["record"] == Record.EVENT)].reset_index(drop=True)
    rows = rows[_on_its_own_road(rows, corridor, area)].reset_index(drop=True)
    if not len(rows):
        return []
    communes = communes_on(rows, corridor, area)
    runs = {code: sum(high - low for low, high in corridor.unit_pieces(code)) for code in communes.dropna()}
    road = "; ".join(sorted({str(code)[:_COMMUNE] for code in corridor.units["pcode"]}))
    where = {
        "commune": communes.where(communes.map(runs).fillna(0.0) >= LEAST_ROAD_M),
        "road": pd.Series(road, index=rows.index, dtype=object).where(communes.notna()),
    }
    # What is held from other audiences too is counted apart: the cells of two audiences, one taken from the other,
    # would leave less than k.
    others = _held_from_others(rows, gated, area, as_of)
    made: list[gpd.GeoDataFrame] = []
    left = np.ones(len(rows), dtype=bool)
    for place, step in _LEVELS:
        period = _periods(rows, step, as_of)
        fit = left & where[place].notna().to_numpy() & period.notna().to_numpy()
        for (code, when, _), cell in rows[fit].groupby([where[place][fit], period[fit], others[fit]], sort=True):
            if len(cell) >= gated.policy.k:
                left[cell.index] = False
                made.append(_alike(cell, str(code), pd.Period(when, step), corridor, kinds[0], len(made)))
    return made


def _on_its_own_road(rows: gpd.GeoDataFrame, corridor: Corridor, area: Area) -> NDArray[np.bool_]:
    """Tell which rows lie on the road and on no other more: each is counted on one road, the area's own first.

    Else the cells of two roads would leave of a row only where the two are near one another.
    """
    names = sorted(map(str, read_roads(area)["road_id"]), key=lambda name: (name != area.corridor_id, name))
    on = significant(1.0 - corridor.spread(rows).off_corridor)
    own = on >= ON_ROAD
    mine = names.index(corridor.corridor_id) if corridor.corridor_id in names else -1
    for rank, name in enumerate(names):
        at = np.flatnonzero(own)
        if not len(at) or rank == mine:
            continue
        with suppress(CorridorError):  # a road without posts is no corridor: nothing is counted on it
            spread = read_corridor(area, name).spread(rows.iloc[at].reset_index(drop=True))
            there = significant(1.0 - spread.off_corridor)
            own[at] = (on[at] > there) | ((on[at] == there) & (mine < rank))
    return own


def communes_on(rows: gpd.GeoDataFrame, corridor: Corridor, area: Area) -> pd.Series:
    """Give the commune of each row; where nothing says it, that in which its middle on the road lies."""
    codes = commune_of(unit_of(rows, area)).astype(object)
    located, units = corridor.locate(rows), corridor.units
    middle = ((located["from_m"] + located["to_m"]) / 2).to_numpy(dtype=float)
    runs = units[(units["relation"] == RoadRelation.INSIDE) & (units["level"] == Level.ADM2)]
    for at in np.flatnonzero(codes.isna()).tolist():
        here = (runs["from_m"] <= middle[at]) & (middle[at] < runs["to_m"])
        codes.iloc[at] = min(runs.loc[here, "pcode"], default=None)
    return codes


def _held_from_others(rows: gpd.GeoDataFrame, gated: Gated, area: Area, as_of: dt.date) -> pd.Series:
    """Name the other audiences from which each row is held back as well, whatever the day."""
    policy = replace(without_delays(gated.policy), licensed_rows=Action.REMOVE, mask_text=False)
    names = pd.Series("", index=rows.index)
    for other in Audience:
        if other not in (gated.audience, Audience.INTERNAL):
            held = release(rows, audience=other, policy=policy, area=area, as_of=as_of).left_out
            names.iloc[list(held)] += f" {other}"
    return names


def _periods(rows: gpd.GeoDataFrame, step: str, as_of: dt.date) -> pd.Series:
    """Name the calendar period that holds all days of each row; null where none does, or it is not over."""
    first, last = (pd.to_datetime(rows[name]).dt.to_period(step) for name in ("date_start", "date_end"))
    over = (first == last) & (first.dt.end_time.dt.normalize() <= pd.Timestamp(as_of))
    names: pd.Series = first.astype(str).where(over, None)
    return names


def _alike(
    cell: gpd.GeoDataFrame, code: str, when: pd.Period, corridor: Corridor, kind: str, number: int
) -> gpd.GeoDataFrame:
    """Give the rows of a cell as they are counted: all alike, and nothing of any of them."""
    # whom a rate made from them has to cite
    licence = join_names(sorted({name for one in cell["licence"].dropna() for name in split_names(one)}))
    ids = [f"{CELL}{when}-{number}-{at}" for at in range(len(cell))]
    return alike(ids, code, (when.start_time.normalize(), when.end_time.normalize()), corridor, kind, licence)


def alike(
    ids: list[str], code: str, days: tuple[dt.date, dt.date], corridor: Corridor, kind: str, licence: str | None
) -> gpd.GeoDataFrame:
    """Give EVENTS that are known to lie somewhere on a road in some communes, some day of a time, and no more."""
    rows = {
        "event_id": ids,
        "record": Record.EVENT.value, "date_start": pd.Timestamp(days[0]), "date_end": pd.Timestamp(days[1]),
        "date_precision": 3, "kind": kind, "alleged_gang_dead": False, "place_kind": Where.COMMUNE.value,
        "pcode": code, "road_id": corridor.corridor_id, "geo_precision": 3, "n_claims": 1, "n_sources": 1,
        "sensitivity": Sensitivity.LOW.value,
        "licence": licence,
    }  # fmt: skip
    empty = gpd.GeoSeries([shapely.Point()] * len(ids), crs=corridor.crs)
    return schema.conform(gpd.GeoDataFrame(rows, geometry=empty.to_numpy(), crs=corridor.crs), EVENTS)

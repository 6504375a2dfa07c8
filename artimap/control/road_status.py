"""What is said of the state of roads: how old each status is, what contradicts it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from artimap.core import schema
from artimap.core.dates import day_of
from artimap.core.errors import ModelError
from artimap.core.metadata import JsonModel, put_models
from artimap.core.schema import TEXT, join_names
from artimap.core.tables import ROAD_STATUS
from artimap.core.vocab import Passage, Vehicle

ACCOUNTS: Final = ("physical", "security", "operational")
_PASSES: Final = {
    Passage.PASSABLE: 0, Passage.UNDER_REPAIR: 0, Passage.RESTRICTED: 1, Passage.CLOSED: 2, Passage.DESTROYED: 2,
}  # fmt: skip
_NEAR_M: Final = 100.0
"""Two statuses of one road speak of the same where they overlap by more than this; two spots where they are as near."""
_BESIDE_M: Final = 50.0


@dataclass(frozen=True, slots=True)
class RoadStatusModel(JsonModel):
    """How old a status may be before it is told as stale.

    Attributes
    ----------
    stale_days
        A status older than this is stale: shown, and never taken for the state of the day. Two weeks and a day is what
        those who show LogIE's statuses elsewhere use.

    Raises
    ------
    ModelError
        If it is not greater than 0.

    Examples
    --------
    >>> import artimap as am
    >>> am.RoadStatusModel(stale_days=7).stale_days
    7
    """

    stale_days: int = 15

    def __post_init__(self) -> None:
        if not 0 < self.stale_days < 36_500:
            msg = f"stale_days must be greater than 0, not {self.stale_days}"
            raise ModelError(msg)


def road_status_on(
    table: gpd.GeoDataFrame, *, as_of: str | dt.date, model: RoadStatusModel | None = None
) -> gpd.GeoDataFrame:
    """Give the statuses of a day: how old each is, and which others say otherwise.

    Parameters
    ----------
    table
        ROAD_STATUS.
    as_of
        The day: what is said of later days is left out, what carries no day stays.
    model
        The age at which a status is stale.

    Returns
    -------
    GeoDataFrame
        ROAD_STATUS with ``age_days`` (null without a day), ``stale`` (true without a day: nobody can say that it
        still holds), ``superseded_by`` (a newer status of the same by the same source) and ``contradicted_by``: other
        statuses of the same part, place and vehicle by which one can pass and by this one not, or the reverse. All
        stay beside each other; nothing is decided between them. The newest come first.

    Examples
    --------
    >>> import artimap as am
    >>> from artimap.core import schema, tables
    >>> none = schema.empty(tables.ROAD_STATUS, crs=am.area("artibonite").crs)
    >>> len(am.road_status_on(none, as_of="2024-10-15"))
    0
    """
    used, day = model or RoadStatusModel(), pd.Timestamp(day_of(as_of))
    known: gpd.GeoDataFrame = schema.conform(table, ROAD_STATUS)
    known = known[~(known["as_of"] > day) & ~(known["reported"] > day)]
    known = known.sort_values(["as_of", "status_id"], ascending=[False, True], na_position="last", kind="stable")
    known = known.reset_index(drop=True)
    age = (day - known["as_of"]).dt.days.astype("Int64")
    rows = schema.records(known.drop(columns="geometry"))
    newer: dict[int, str] = {}
    against: dict[int, list[str]] = {}
    for one, other in _pairs(known, rows):  # one is the newer, or has the smaller id
        a, b = rows[one], rows[other]
        if not _differ(a, b) and not _same_voice(a, b):
            continue
        if _same_voice(a, b) and pd.notna(b["as_of"]) and a["as_of"] > b["as_of"]:
            newer.setdefault(other, str(a["status_id"]))
        elif _differ(a, b):
            against.setdefault(one, []).append(str(b["status_id"]))
            against.setdefault(other, []).append(str(a["status_id"]))
    out = known.assign(
        age_days=age,
        stale=(age.isna() | (age > used.stale_days)).astype(bool),
        superseded_by=pd.Series([newer.get(at) for at in range(len(rows))], dtype=TEXT),
        contradicted_by=pd.Series([join_names(against.get(at, ())) for at in range(len(rows))], dtype=TEXT),
    )
    out.attrs["as_of"] = day.date().isoformat()
    put_models(out, used)
    return out


def hardest(row: Mapping[str, Any]) -> Passage:
    """Give the hardest of the accounts of a row; unknown where none is known.

    >>> hardest({"physical": "passable", "security": "closed", "operational": "unknown"}).value
    'closed'
    """
    known = [Passage(row[name]) for name in ACCOUNTS if row[name] != Passage.UNKNOWN]
    return max(known, key=list(Passage).index, default=Passage.UNKNOWN)


def _same_voice(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    return str(a["source"]).casefold() == str(b["source"]).casefold()


def _differ(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """Tell whether two rows differ on whether one can pass, by any account that both give."""
    both = ((Passage(a[name]), Passage(b[name])) for name in ACCOUNTS if Passage.UNKNOWN not in (a[name], b[name]))
    return any(_PASSES[one] != _PASSES[other] for one, other in both)


def _pairs(table: gpd.GeoDataFrame, rows: list[dict[str, Any]]) -> Iterator[tuple[int, int]]:
    """Give the pairs of rows that speak of the same part, place and vehicle."""
    shapes = table.geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    near = {(int(a), int(b)) for a, b in tree.query(shapes, predicate="dwithin", distance=_NEAR_M).T if a < b}
    # The same way of OpenStreetMap is the same place, wherever its line was drawn.
    by_way = {(a, b) for a, b in _same_way(rows) if a < b}
    for a, b in sorted(near | by_way):
        one, other = rows[a], rows[b]
        if one["part"] != other["part"] or not _one_vehicle(one["vehicle"], other["vehicle"]):
            continue
        if (a, b) in by_way or _one_place(one, other, shapes[a], shapes[b]):
            yield a, b


def _same_way(rows: list[dict[str, Any]]) -> Iterator[tuple[int, int]]:
    found: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        if isinstance(row["osmid"], str):
            found.setdefault(row["osmid"], []).append(at)
    for those in found.values():
        yield from ((a, b) for a in those for b in those)


def _one_vehicle(a: object, b: object) -> bool:
    wide = {None, Vehicle.ANY.value}
    told = [one if isinstance(one, str) else None for one in (a, b)]
    return bool(wide & set(told)) or told[0] == told[1]


def _one_place(a: Mapping[str, Any], b: Mapping[str, Any], first: shapely.Geometry, second: shapely.Geometry) -> bool:
    if (
        isinstance(a["road_id"], str)
        and a["road_id"] == b["road_id"]
        and pd.notna(a["from_m"])
        and pd.notna(b["from_m"])
    ):
        overlap = min(a["to_m"], b["to_m"]) - max(a["from_m"], b["from_m"])
        spot = a["from_m"] == a["to_m"] or b["from_m"] == b["to_m"]
        return bool(overlap > (-_NEAR_M if spot else _NEAR_M))
    if first.length == 0 or second.length == 0:
        return bool(shapely.dwithin(first, second, _NEAR_M))
    # Pieces of a road that follow one another touch, and are not the same.
    return bool(first.buffer(_BESIDE_M).intersection(second).length > 2 * _NEAR_M)

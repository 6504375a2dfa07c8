"""Statuses of roads on a way, and the pieces of road that they close for a vehicle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from artimap.control.checkpoints.life_cycle import words_for
from artimap.control.road_status import ACCOUNTS, RoadStatusModel, hardest, road_status_on
from artimap.core import schema
from artimap.core.tables import ROAD_STATUS
from artimap.core.vehicles import vehicle_of
from artimap.core.vocab import Passage, Vehicle
from artimap.roads.corridor import Corridor
from artimap.roads.routing.runs import WayRun, runs_of
from artimap.roads.routing.spans import RoadSpan
from artimap.sources.road_places import run_along, spots_along

_SHUT: Final = (Passage.CLOSED, Passage.DESTROYED)
_SPOT_M: Final = 100.0
"""A status of a spot, a bridge or a barrier, holds for the road so far to either side of it."""
_LEAST_M: Final = 60.0
"""What shares less than this with a way does not lie on it: kilometres are given to a tenth."""
_CLEAR_M: Final = 50.0
"""A spot lies on the nearest road where every other road is farther from it by this."""


def statuses_on_route(
    table: gpd.GeoDataFrame,
    spans: Sequence[RoadSpan],
    *,
    vehicle: str,
    as_of: str | dt.date,
    model: RoadStatusModel | None = None,
    roads: Mapping[str, Corridor] | None = None,
    starts_m: Sequence[float] | None = None,
) -> gpd.GeoDataFrame:
    """Give the statuses of roads that lie on a way and hold for a vehicle.

    Parameters
    ----------
    table
        ROAD_STATUS.
    spans
        The way.
    vehicle
        A word of :class:`artimap.core.vocab.Vehicle`. A status for nobody in particular holds for all, one for a wider
        kind for those it covers (trucks: container trucks), never the other way round.
    as_of
        The day.
    model
        The age at which a status is stale.
    roads
        The roads by id: a status that has a line or a spot and no road is laid on one of them where that is clear.
    starts_m
        Where on the way each span begins, in metres.

    Returns
    -------
    GeoDataFrame
        ROAD_STATUS as :func:`artimap.road_status_on` gives it, held against what else holds for the vehicle, in the
        order of the way, with ``along_m`` (metres from its start) and ``closes``: whether it closes a piece of the way
        on that day.

    Raises
    ------
    ModelError
        If there is no such vehicle.

    Examples
    --------
    >>> import artimap as am
    >>> from artimap.core import schema, tables
    >>> none = schema.empty(tables.ROAD_STATUS, crs=am.area("artibonite").crs)
    >>> len(statuses_on_route(none, [RoadSpan("rn1", 0.0, 9_000.0)], vehicle="truck", as_of="2024-10-15"))
    0
    """
    starts = None if starts_m is None else [starts_m]
    return statuses_on_routes(table, [spans], vehicle=vehicle, as_of=as_of, model=model, roads=roads, starts_m=starts)[
        0
    ]


def statuses_on_routes(
    table: gpd.GeoDataFrame,
    ways: Sequence[Sequence[RoadSpan]],
    *,
    vehicle: str,
    as_of: str | dt.date,
    model: RoadStatusModel | None = None,
    roads: Mapping[str, Corridor] | None = None,
    starts_m: Sequence[Sequence[float]] | None = None,
) -> list[gpd.GeoDataFrame]:
    """Give the statuses on each of several ways, as :func:`statuses_on_route` does; they are held together once."""
    said, _ = _holding(table, vehicle_of(vehicle), roads or {}, as_of, model)
    shut, rows = _shut_pieces(said), schema.records(said.drop(columns="geometry"))
    found = []
    for at, spans in enumerate(ways):
        runs = runs_of(spans, None if starts_m is None else starts_m[at])
        along, closes = [], []
        for row in rows:
            here = [one for one in runs if _shares(one, row["road_id"], _widened(row["from_m"], row["to_m"]))]
            along.append(min((one.along(row["from_m"], row["to_m"]) for one in here), default=np.nan))
            pieces = shut.get(row["status_id"], ())
            closes.append(any(_shares(one, row["road_id"], piece) for one in here for piece in pieces))
        out: gpd.GeoDataFrame = said.assign(along_m=np.array(along, dtype=float), closes=np.array(closes, dtype=bool))
        on = out[out["along_m"].notna()].sort_values("along_m", kind="stable").reset_index(drop=True)
        on.attrs.update(said.attrs)
        found.append(on)
    return found


@dataclass(frozen=True, slots=True)
class RoadClosings:
    """What statuses close for a vehicle on a day.

    Attributes
    ----------
    spans
        Pieces of road, each with the id of the status that closes it.
    contradicted
        Ids of those against which another status stands: they close their piece all the same.
    unplaced
        Ids of statuses that close something of which nobody can say where on these roads it lies.
    elsewhere
        Ids of those that lie on none of these roads.
    """

    spans: tuple[tuple[RoadSpan, str], ...]
    contradicted: tuple[str, ...]
    unplaced: tuple[str, ...]
    elsewhere: tuple[str, ...]


def road_closings(
    table: gpd.GeoDataFrame,
    roads: Mapping[str, Corridor],
    *,
    vehicle: str,
    as_of: str | dt.date,
    model: RoadStatusModel | None = None,
) -> RoadClosings:
    """Give the pieces of road that statuses close for a vehicle on a day, and the statuses that have no piece.

    A status closes its piece while it lives: by some account the road is closed and the status not stale, or it is
    destroyed, which no time mends; and its source has said nothing newer of the same. Where the source said something
    newer of a part of the piece, the rest stays closed. One that another source contradicts closes its piece too.

    Parameters
    ----------
    table
        ROAD_STATUS.
    roads
        The roads by id.
    vehicle, as_of, model
        As for :func:`statuses_on_route`.

    Returns
    -------
    RoadClosings
        Spots are widened to 100 m on either side. No status that closes something is left out: those without a piece
        stand by their ids.

    Raises
    ------
    ModelError
        If there is no such vehicle.
    """
    said, unclear = _holding(table, vehicle_of(vehicle), roads, as_of, model)
    shut = _shut_pieces(said)
    spans: list[tuple[RoadSpan, str]] = []
    contradicted, unplaced, elsewhere = [], [], []
    for row in schema.records(said.drop(columns="geometry")):
        name = str(row["status_id"])
        if name not in shut:
            continue
        if isinstance(row["contradicted_by"], str):
            contradicted.append(name)
        road = roads.get(row["road_id"]) if isinstance(row["road_id"], str) else None
        if road is not None and shut[name]:
            ends = ((max(0.0, low), min(high, road.length_m)) for low, high in shut[name])
            spans += [(RoadSpan(road.corridor_id, low, high), name) for low, high in ends if high > low]
        elif road is not None or name in unclear:
            unplaced.append(name)
        else:
            elsewhere.append(name)
    return RoadClosings(tuple(sorted(spans)), *(tuple(sorted(those)) for those in (contradicted, unplaced, elsewhere)))


def closing_statuses(
    table: gpd.GeoDataFrame,
    roads: Mapping[str, Corridor],
    *,
    vehicle: str,
    as_of: str | dt.date,
    model: RoadStatusModel | None = None,
) -> tuple[tuple[RoadSpan, str], ...]:
    """Give the pieces of road that living statuses close for a vehicle, each with the id of its status.

    Those of :func:`road_closings`, which also names the statuses that have no piece of road.
    """
    return road_closings(table, roads, vehicle=vehicle, as_of=as_of, model=model).spans


def passage_of(statuses: gpd.GeoDataFrame) -> str | None:
    """Give the hardest word of the living statuses on a way: ``no``, ``unknown`` or ``yes``; null where none lives.

    Parameters
    ----------
    statuses
        As :func:`statuses_on_route` gives them. ``restricted`` is ``unknown``: for whom, or at what hours, is not said.
    """
    words = set()
    for row in schema.records(pd.DataFrame(statuses).drop(columns="geometry")):
        worst = hardest(row)
        if row["closes"]:
            return "no"
        if not row["stale"] and not isinstance(row["superseded_by"], str) and worst not in (Passage.UNKNOWN, *_SHUT):
            words.add("unknown" if worst is Passage.RESTRICTED else "yes")
    return min(words, default=None)


def _holding(
    table: gpd.GeoDataFrame, who: Vehicle, roads: Mapping[str, Corridor], as_of: str | dt.date,
    model: RoadStatusModel | None,
) -> tuple[gpd.GeoDataFrame, frozenset[str]]:  # fmt: skip
    """Give the statuses of a day that hold for a vehicle, laid on roads; and those that may lie on more than one."""
    known: gpd.GeoDataFrame = schema.conform(table, ROAD_STATUS)
    held = known["vehicle"].isna() | known["vehicle"].isin(words_for(who) | {Vehicle.ANY.value})
    known = known[held].reset_index(drop=True)
    shapes = known.geometry.to_numpy()
    nowhere = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    lost = known["road_id"].isna().to_numpy()
    unclear = set(known.loc[lost & nowhere, "status_id"].astype(str))
    for at, places in _laid(known.geometry[lost & ~nowhere], roads.values()).items():
        if len(places) == 1:
            known.loc[at, ["road_id", "from_m", "to_m"]] = list(places[0])
        else:
            unclear.add(str(known.loc[at, "status_id"]))
    # All of these hold for the vehicle, so each speaks of the same: what its own kind says newer replaces what was
    # said of a wider kind, and what is said of others, a motorcycle, replaces nothing.
    said = road_status_on(known.assign(vehicle=None), as_of=as_of, model=model)
    words = known.set_index("status_id")["vehicle"]
    out = said.assign(vehicle=words.reindex(said["status_id"]).to_numpy())
    out["vehicle"] = out["vehicle"].astype(schema.TEXT)
    out.attrs.update(said.attrs)
    return out, frozenset(unclear)


def _laid(shapes: gpd.GeoSeries, roads: Iterable[Corridor]) -> dict[Any, list[tuple[str, float, float]]]:
    """Give by label the roads along which shapes lie within 100 m, from where to where; those off all roads have none.

    Of a spot those that are hardly farther than the nearest: where there is more than one, its road is not clear.
    """
    found: dict[Any, list[tuple[float, tuple[str, float, float]]]] = {}
    for road in roads:
        own = shapes if road.crs == shapes.crs else shapes.to_crs(road.crs)
        for at, shape in own[shapely.dwithin(road.line, own.to_numpy(), _SPOT_M)].items():
            spots = spots_along(shape)
            run = run_along(road, spots, _SPOT_M, float(shape.length))
            if run is not None:
                away = float(road.project(spots)[1][0]) if len(spots) == 1 else 0.0
                found.setdefault(at, []).append((away, (road.corridor_id, run[1], run[2])))
    return {at: [place for away, place in those if away < min(those)[0] + _CLEAR_M] for at, those in found.items()}


def _widened(low: Any, high: Any) -> tuple[float, float] | None:
    """Give a piece of road between two chainages, a spot with the road on either side; null without chainages."""
    if pd.isna(low) or pd.isna(high):
        return None
    a, b = sorted((float(low), float(high)))
    return (a, b) if b - a > 1.0 else (a - _SPOT_M, b + _SPOT_M)


def _shares(run: WayRun, road: object, piece: tuple[float, float] | None) -> bool:
    """Tell whether a piece of road and a run have more in common than the seam between two kilometres."""
    if piece is None or run.span.road_id != road:
        return False
    common = min(piece[1], run.span.high_m) - max(piece[0], run.span.low_m)
    return bool(common > 0 and common >= min(_LEAST_M, (piece[1] - piece[0]) / 2, run.span.length_m / 2))


def _shut_pieces(said: gpd.GeoDataFrame) -> dict[str, list[tuple[float, float]]]:
    """Give by status the pieces of its road that it closes on the day; none where it has no place on a road."""
    rows = schema.records(said.drop(columns="geometry"))
    out: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        # What is destroyed does not mend by itself: it stays so until somebody says otherwise, however old the word is.
        gone = any(row[name] == Passage.DESTROYED for name in ACCOUNTS)
        if (row["stale"] and not gone) or not any(row[name] in _SHUT for name in ACCOUNTS):
            continue
        piece = _widened(row["from_m"], row["to_m"])
        if not isinstance(row["superseded_by"], str):
            out[str(row["status_id"])] = [] if piece is None else [piece]
        elif piece is not None:
            rest = _rest(row, piece, rows)
            if rest:
                out[str(row["status_id"])] = rest
    return out


def _rest(row: Mapping[str, Any], piece: tuple[float, float], rows: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Give what is left of the piece of a status where its source has said something newer of a part of it."""
    left = [piece]
    for other in rows:
        if (
            str(other["source"]).casefold() != str(row["source"]).casefold()
            or other["part"] != row["part"]
            or not other["as_of"] > row["as_of"]
        ):
            continue
        newer = _widened(other["from_m"], other["to_m"])
        if newer is None or other["road_id"] != row["road_id"]:
            # It stands for the whole where it replaces it by its line or its way of OpenStreetMap.
            if other["status_id"] == row["superseded_by"]:
                return []
            continue
        if isinstance(row["osmid"], str) and other["osmid"] == row["osmid"]:
            return []
        left = [
            part
            for low, high in left
            for part in ((low, min(high, newer[0])), (max(low, newer[1]), high))
            if part[1] - part[0] > _SPOT_M
        ]
    return left

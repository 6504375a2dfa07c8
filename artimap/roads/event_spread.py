"""Spreading events over the road: how much of a report may have happened where.

An imprecise event is neither dropped nor pinned. It is spread over all the road that it
may have happened on, and what may lie off the road stays off: the shares of one event add
up to 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from artimap.core import schema
from artimap.core.arrays import Floats, Ints
from artimap.core.crs import require
from artimap.core.errors import ModelError
from artimap.core.metadata import JsonModel
from artimap.core.notebook import ShortRepr
from artimap.core.reasons import code_of, sentence
from artimap.core.vocab import Where, WhyNot


class Road(Protocol):
    """What spreading needs to know of a road."""

    @property
    def corridor_id(self) -> str:
        """Id of the road."""
        ...

    @property
    def ref(self) -> str:
        """Number on the sign."""
        ...

    @property
    def crs(self) -> str:
        """Metric system."""
        ...

    @property
    def length_m(self) -> float:
        """Length in metres."""
        ...

    def project(self, points: Any) -> tuple[Floats, Floats]:
        """Chainage and offset of points."""
        ...

    def within(self, points: Any, radius_m: Floats) -> tuple[Ints, Floats, Floats]:
        """Pieces of road inside circles."""
        ...

    @property
    def other_roads(self) -> gpd.GeoSeries:
        """Lines of the other roads, by id."""
        ...

    def unit_pieces(self, pcode: str) -> list[tuple[float, float]]:
        """Pieces of road within 500 m of a unit."""
        ...


@dataclass(frozen=True, slots=True)
class Reach(JsonModel):
    """How far from its named spot a report may lie, and how much of it lies on the road.

    The radii are used where a row states none (``radius_m``); the shares where the report
    does not name the road itself. They are stated assumptions, printed by every product.

    An exact spot has no share of its own here: where the report names no road, its share on the road
    falls evenly from 1 on the line to 0 at its radius, and once more by as much as another road is nearer.

    Attributes
    ----------
    point_m, place_m
        Radius of an exact spot and of a named place, in metres.
    share_place, share_section, share_commune
        Share of such events taken to have happened on the road at all.

    Examples
    --------
    >>> import artimap as am
    >>> am.Reach(point_m=250.0).place_m
    1500.0
    """

    point_m: float = 500.0
    place_m: float = 1_500.0
    share_place: float = 0.5
    share_section: float = 0.25
    share_commune: float = 0.05

    def __post_init__(self) -> None:
        if min(self.point_m, self.place_m) <= 0:
            msg = "Reach: point_m and place_m are radii in metres and must be greater than 0"
            raise ModelError(msg)
        if not all(0 <= share <= 1 for share in (self.share_place, self.share_section, self.share_commune)):
            msg = "Reach: shares lie between 0 and 1"
            raise ModelError(msg)


@dataclass(frozen=True, slots=True, repr=False)
class Spread(ShortRepr):
    """Where on the road each event may lie: pieces ``from_m``–``to_m`` with a weight.

    ``row`` counts the rows of the table that was spread. The weights of a row and its
    ``off_corridor`` add up to 1; inside a piece the weight is even. ``why_code`` says for
    each row why it has no place on the road, as a code of :class:`artimap.core.vocab.WhyNot`.
    ``off_code`` says of an exact spot that names no road why a part of it lies elsewhere.
    """

    row: Ints
    from_m: Floats
    to_m: Floats
    weight: Floats
    off_corridor: Floats
    why_code: tuple[str | None, ...]
    off_code: tuple[str | None, ...] = ()

    @property
    def why_not(self) -> tuple[str | None, ...]:
        """The reasons as sentences."""
        return tuple(None if code is None else sentence(code) for code in self.why_code)

    def over(self, edges: Floats) -> tuple[Ints, Ints, Floats]:
        """Share the weights out over consecutive bins of the road.

        Parameters
        ----------
        edges
            Chainages of the bin edges, rising, in metres.

        Returns
        -------
        tuple
            Row numbers, bin numbers, weights: one entry where an event touches a bin.
            What lies outside the edges is not counted.
        """
        if not len(self.row):
            nothing = np.zeros(0, dtype=np.int64)
            return nothing, nothing, np.zeros(0)
        bins = len(edges) - 1
        first = np.clip(np.searchsorted(edges, self.from_m, side="right") - 1, 0, bins - 1)
        last = np.clip(np.searchsorted(edges, self.to_m, side="left") - 1, first, bins - 1)
        count = last - first + 1
        entry = np.repeat(np.arange(len(self.row)), count)
        step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        where = first[entry] + step
        low = np.maximum(self.from_m[entry], edges[where])
        high = np.minimum(self.to_m[entry], edges[where + 1])
        length = self.to_m[entry] - self.from_m[entry]
        overlap = np.clip(high - low, 0.0, None)
        inside = (self.from_m[entry] >= edges[0]) & (self.from_m[entry] <= edges[-1])
        share = np.divide(overlap, length, out=np.where(inside, 1.0, 0.0), where=length > 0)
        weight = self.weight[entry] * share
        kept = weight > 0
        return self.row[entry][kept], where[kept], weight[kept]


def merge(group: Ints, low: Floats, high: Floats, gap: float = 1e-6) -> tuple[Ints, Floats, Floats]:
    """Merge touching or overlapping intervals within each group; sorted by group and start."""
    if not len(group):
        return group, low, high
    order = np.lexsort((low, group))
    group, low, high = group[order], low[order], high[order]
    # How far the intervals before reach, each by itself: the greatest end so far, over twice as many at each step.
    reach, step, most = high.copy(), 1, int(np.unique(group, return_counts=True)[1].max())
    while step < most:
        before = np.where(group[step:] == group[:-step], reach[:-step], -np.inf)
        reach[step:] = np.maximum(reach[step:], before)
        step *= 2
    starts = np.append(0, np.flatnonzero((np.diff(group) != 0) | (low[1:] > reach[:-1] + gap)) + 1)
    return group[starts], low[starts], np.maximum.reduceat(high, starts)


@dataclass(slots=True)
class _Pieces:
    """Pieces gathered while spreading; frozen into a Spread at the end."""

    row: list[int] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    weight: list[float] = field(default_factory=list)

    def add(self, row: int, pieces: Sequence[tuple[float, float]], weight: float) -> None:
        total = sum(high - low for low, high in pieces)
        for low, high in pieces:
            self.row.append(row)
            self.low.append(low)
            self.high.append(high)
            self.weight.append(weight * ((high - low) / total if total > 0 else 1.0 / len(pieces)))


def _column(events: pd.DataFrame, name: str) -> list[Any]:
    if name not in events.columns:
        return [None] * len(events)
    values = schema.objects(events[name])
    return [None if null else value for value, null in zip(values.tolist(), pd.isna(values).tolist(), strict=True)]


_WHERE = {one.value: one for one in Where}


def spread_rows(road: Road, events: gpd.GeoDataFrame, reach: Reach) -> Spread:
    """Spread events over a road: see :meth:`artimap.roads.corridor.Corridor.spread`."""
    require(events, road.crs, what="events")
    rows = len(events)
    kinds = [_WHERE[kind] for kind in schema.objects(events["place_kind"])]
    named = _column(events, "road_id")
    geometry = events.geometry.to_numpy()
    pieces = _Pieces()
    why: list[str | None] = [None] * rows
    radii = _column(events, "radius_m")
    circled = _circles(road, kinds, geometry, radii, reach)
    unnamed = [row for row in circled if kinds[row] is Where.POINT and named[row] is None]
    beside = _beside(road, unnamed, geometry, [reach.point_m if radii[row] is None else radii[row] for row in unnamed])
    # A spot whose circle just touches the road has no share of it.
    circled = {row: ends for row, ends in circled.items() if row not in beside or beside[row][0] > 0}
    pieces_of = cache(road.unit_pieces)
    starts, stops, pcodes = _column(events, "from_m"), _column(events, "to_m"), _column(events, "pcode")
    for row, kind in enumerate(kinds):
        roads = [road.lower() for road in schema.split_names(named[row])]
        says_here = road.corridor_id in roads
        if roads and not says_here:
            why[row] = code_of(WhyNot.OTHER_ROAD, roads)
        elif kind is Where.NOWHERE:
            why[row] = code_of(WhyNot.ON_ROAD, road.ref) if says_here else code_of(WhyNot.NO_PLACE)
        elif kind is Where.DEPARTMENT:
            why[row] = code_of(WhyNot.TOO_WIDE)
        elif kind is Where.STRETCH:
            if not says_here or starts[row] is None or stops[row] is None:
                why[row] = code_of(WhyNot.OTHER_STRETCH)
            else:
                low, high = sorted((float(starts[row]), float(stops[row])))
                pieces.add(row, [(max(low, 0.0), min(high, road.length_m))], 1.0)
        elif kind in (Where.SECTION, Where.COMMUNE):
            near = _merge_pieces([p for code in schema.split_names(pcodes[row]) for p in pieces_of(code)])
            if near:
                share = reach.share_section if kind is Where.SECTION else reach.share_commune
                pieces.add(row, near, 1.0 if says_here else share)
            else:
                why[row] = code_of(WhyNot.UNIT_FAR, road.ref, kind.value)
        elif circled.get(row):
            share = beside[row][0] if row in beside else reach.share_place
            pieces.add(row, circled[row], 1.0 if says_here else share)
        elif shapely.is_missing(geometry[row]) or geometry[row].is_empty:
            why[row] = code_of(WhyNot.NO_PLACE)
        elif says_here:  # the named place lies off the road, but the report puts it on the road: its nearest point
            chainage = float(road.project(geometry[row : row + 1])[0][0])
            radius = reach.place_m
            pieces.add(row, [(max(chainage - radius, 0.0), min(chainage + radius, road.length_m))], 1.0)
        else:
            why[row] = code_of(WhyNot.TOO_FAR, road.ref)
    weight = np.asarray(pieces.weight, dtype=float)
    row_of = np.asarray(pieces.row, dtype=np.int64)
    on = np.bincount(row_of, weights=weight, minlength=rows) if rows else np.zeros(0)
    return Spread(
        row=row_of,
        from_m=np.asarray(pieces.low, dtype=float),
        to_m=np.asarray(pieces.high, dtype=float),
        weight=weight,
        off_corridor=np.clip(1.0 - on, 0.0, 1.0),
        why_code=tuple(why),
        off_code=tuple(beside[row][1] if row in beside and row in circled else None for row in range(rows)),
    )


def _beside(
    road: Road, rows: Sequence[int], geometry: NDArray[Any], radii: Sequence[float]
) -> dict[int, tuple[float, str | None]]:
    """Give the share on the road of exact spots that name none, and why the rest lies elsewhere."""
    if not rows:
        return {}
    spots, radius = geometry[list(rows)], np.asarray(radii, dtype=float)
    _, offset = road.project(spots)
    own = np.clip(1 - offset / radius, 0.0, 1.0)
    # How much nearer the nearest other road is: where two are as near, or the other farther, it takes nothing.
    others = road.other_roads
    far = np.full((len(rows), 1), np.inf)
    away = shapely.distance(spots[:, None], others.to_numpy()[None, :]) if len(others) else far
    nearest = away.argmin(axis=1)
    other = np.clip(1 - away.min(axis=1) / radius, 0.0, 1.0)
    nearer = other > own
    share = own * np.divide(own, other, out=np.ones_like(own), where=nearer)
    codes = [
        code_of(WhyNot.NEARER_ROAD, [str(others.index[which])])
        if there
        else code_of(WhyNot.BESIDE, road.ref)
        if part < 1
        else None
        for which, there, part in zip(nearest, nearer, own, strict=True)
    ]
    return dict(zip(rows, zip(share.tolist(), codes, strict=True), strict=True))


def _merge_pieces(pieces: list[tuple[float, float]]) -> list[tuple[float, float]]:
    if not pieces:
        return []
    ends = np.asarray(pieces, dtype=float)
    _, low, high = merge(np.zeros(len(ends), dtype=np.int64), ends[:, 0], ends[:, 1])
    return list(zip(low.tolist(), high.tolist(), strict=True))


def _circles(
    road: Road, kinds: Sequence[Where], geometry: NDArray[Any], radii: Sequence[Any], reach: Reach
) -> Mapping[int, list[tuple[float, float]]]:
    """Give the road inside the radius of each row that is a point or a place."""
    rows = [
        row
        for row, kind in enumerate(kinds)
        if kind in (Where.POINT, Where.PLACE)
        and not shapely.is_missing(geometry[row])
        and geometry[row].geom_type == "Point"
        and not geometry[row].is_empty
    ]
    usual = {Where.POINT: reach.point_m, Where.PLACE: reach.place_m}
    radius = np.array([radii[row] if radii[row] is not None else usual[kinds[row]] for row in rows], dtype=float)
    which, low, high = road.within(geometry[rows], radius)
    found: dict[int, list[tuple[float, float]]] = {}
    for entry, a, b in zip(which.tolist(), low.tolist(), high.tolist(), strict=True):
        found.setdefault(rows[entry], []).append((a, b))
    return found

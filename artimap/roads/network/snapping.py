"""Points put on the nearest edge: the same places whether shapely searches or a tree of our own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from artimap.core import schema
from artimap.core.arrays import Floats, Ints
from artimap.core.crs import require
from artimap.core.errors import Breach, SchemaError
from artimap.core.reasons import code_of, sentence
from artimap.core.vocab import Where, WhyNot
from artimap.roads.network.compiled import has_numba, in_threads

SHOWN = 20
_KIND = "located"
_SLACK_M = 1e-3
"""An offset this far outside its edge is rounding, and is moved in."""


class OnEdges(NamedTuple):
    """Places on edges; ``row`` says which of the ``given`` rows each comes from."""

    edge: Ints
    offset_m: Floats
    row: Ints
    given: int


def on_edges(length_m: Floats, located: Any) -> OnEdges:
    """Read places on edges.

    Parameters
    ----------
    length_m
        Lengths of the edges.
    located
        A snapped table (``edge``, ``offset_m``; rows without an edge are left out), or a pair of
        arrays (edge, offset in metres).

    Raises
    ------
    SchemaError
        With everything that is wrong.
    """
    if isinstance(located, tuple):
        edge, offset = checked(length_m, *located)
        return OnEdges(edge, offset, np.arange(len(edge)), len(edge))
    if not isinstance(located, pd.DataFrame):
        refuse("", "located", "", f"is a {type(located).__name__}", "give net.snap(points) or a pair (edge, offset_m)")
    for column in ("edge", "offset_m"):
        if column not in located.columns:
            refuse("", column, "", "is missing", "put the points on the network first: net.snap(points)")
    which = pd.to_numeric(located["edge"]).to_numpy(dtype=float, na_value=np.nan)
    at = pd.to_numeric(located["offset_m"]).to_numpy(dtype=float, na_value=np.nan)
    there = np.isfinite(which)
    if "why_not" in located.columns:
        there &= located["why_not"].isna().to_numpy()
    edge, offset = checked(length_m, which[there].astype(np.int64), at[there])
    return OnEdges(edge, offset, np.flatnonzero(there), len(there))


def checked(length_m: Floats, edge: Any, offset_m: Any) -> tuple[Ints, Floats]:
    """Give edges and offsets as arrays, each offset on its edge.

    Raises
    ------
    SchemaError
        With every edge that is none and every offset off its edge.
    """
    on = np.asarray(edge)
    if on.size and on.dtype.kind not in "iu":
        refuse("", "edge", str(on.dtype), "are not whole numbers", "give rows of edges in the network")
    on = on.astype(np.int64, copy=False)
    off = np.asarray(offset_m, dtype=np.float64)
    if on.shape != off.shape or on.ndim != 1:
        refuse("", "offset_m", str(off.shape), f"does not match edge {on.shape}", "give one offset an edge")
    if on.size and (on.min() < 0 or on.max() >= len(length_m)):
        outside = (on < 0) | (on >= len(length_m))
        raise SchemaError(_KIND, _breaches("edge", on, outside, f"is no edge: there are {len(length_m)}"))
    rest = length_m[on]
    np.subtract(rest, off, out=rest)
    nearest = min(off.min(initial=0.0), rest.min(initial=0.0))  # nan where there is one
    if nearest >= 0.0:
        return on, off
    if not nearest >= -_SLACK_M:
        wrong: NDArray[np.bool_] = ~((off >= -_SLACK_M) & (rest >= -_SLACK_M))
        raise SchemaError(_KIND, _breaches("offset_m", off, wrong, "is not on its edge"))
    return on, np.clip(off, 0.0, length_m[on])


def refuse(row: str, column: str, value: str, why: str, fix: str) -> None:
    """Raise what is wrong with one place."""
    raise SchemaError(_KIND, [Breach(row, column, value, why, fix)])


def _breaches(column: str, values: Any, bad: Any, why: str) -> list[Breach]:
    fix = "put the places on this network: net.snap(points)"
    return [Breach(str(row), column, str(values[row]), why, fix) for row in np.flatnonzero(bad)[:SHOWN]]


MANY_POINTS = 50_000
"""From so many points on our own tree searches, compiled; below it shapely's does."""

MANY_SEGMENTS = 500_000
"""The same for segments of the network."""

_PAD = 1e-6
"""Boxes are larger by this share of the extent: more than float32 and the sums can lose."""

_SLACK = 1e-9
"""Segments this share farther than the nearest one by shapely's reckoning are looked at again."""


@dataclass(frozen=True, eq=False)
class Segments:
    """The pieces between the vertices of a network, in edge order.

    Attributes
    ----------
    first
        int64 (S,): the vertex that each begins with; it ends with the next.
    edge
        int32 (S,): the edge of each.
    """

    first: Ints
    edge: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Tree:
    """A packed tree over segments; see ``_snap_loops``."""

    start: Ints
    ends: Floats
    along: Floats
    edge: NDArray[np.int32]
    boxes: NDArray[np.float32]
    corner: tuple[float, float]
    extent_m: float


def worth_compiling(points: int, pieces: int) -> bool:
    """Tell whether our own tree is to search; without numba shapely's does at any size, some times slower."""
    return (points >= MANY_POINTS or pieces >= MANY_SEGMENTS) and has_numba()


def segments(coord_ptr: Ints) -> Segments:
    """Give the pieces between vertices."""
    size = np.diff(coord_ptr)
    inner = np.ones(int(coord_ptr[-1]), dtype=bool)
    inner[coord_ptr[1:] - 1] = False
    return Segments(np.flatnonzero(inner), np.repeat(np.arange(len(size), dtype=np.int32), size - 1))


def _curve(x: Floats, y: Floats, corner: tuple[float, float], extent_m: float, most_bits: int) -> NDArray[np.int32]:
    """Give the order of points along a Hilbert curve over the extent."""
    from artimap.roads.network import _snap_loops as loops  # noqa: PLC0415

    bits = int(np.clip(np.ceil(np.log(max(len(x), 1)) / np.log(4)), 1, most_bits))
    key = np.empty(len(x), dtype=np.int32)
    scale = (1 << bits) / max(extent_m, 1e-9)
    in_threads(lambda low, high: loops.hilbert(x, y, *corner, scale, bits, key, low, high), len(x))
    return loops.in_order(key, 1 << (2 * bits))


def pack(coords: Floats, vertex_m: Floats, pieces: Segments) -> Tree:
    """Build the tree. Linear in the segments; some 60 bytes each."""
    from artimap.roads.network import _snap_loops as loops  # noqa: PLC0415

    number = len(pieces.first)
    low, high = coords.min(axis=0), coords.max(axis=0)
    corner, extent = (float(low[0]), float(low[1])), float((high - low).max())
    x, y = np.empty(number), np.empty(number)
    in_threads(lambda a, b: loops.middles(coords, pieces.first, x, y, a, b), number)
    order = _curve(x, y, corner, extent, 11)
    levels = [0]
    nodes = -(-number // loops.FAN)
    while nodes > 1:
        nodes = -(-nodes // loops.FAN)
        levels.append(levels[-1] + nodes * loops.FAN)
    start = np.array([*levels, levels[-1] + 1], dtype=np.int64)
    tree = Tree(
        start, np.empty((number, 4)), np.empty((number, 2)), np.empty(number, dtype=np.int32),
        np.empty((start[-1], 4), dtype=np.float32), corner, extent,
    )  # fmt: skip
    loops.pack(
        coords, vertex_m, pieces.first, pieces.edge, order, *corner, extent * _PAD + 1e-6,
        start, tree.ends, tree.along, tree.edge, tree.boxes,
    )  # fmt: skip
    return tree


def by_tree(tree: Tree, xy: Floats, limit_m: float) -> tuple[NDArray[np.int32], Floats, Floats]:
    """Find by our own tree the edge (-1: none within the limit), the place on it and the distance."""
    from artimap.roads.network import _snap_loops as loops  # noqa: PLC0415

    order = _curve(xy[:, 0], xy[:, 1], tree.corner, tree.extent_m, 10)
    edge, offset, squared = np.empty(len(xy), dtype=np.int32), np.empty(len(xy)), np.empty(len(xy))
    limit = _square(limit_m)
    in_threads(
        lambda low, high: loops.nearest(
            xy, order, tree.start, tree.ends, tree.along, tree.edge, tree.boxes, *tree.corner, limit,
            edge, offset, squared, low, high,
        ),
        len(xy),
    )  # fmt: skip
    return edge, offset, np.sqrt(squared)


def by_shapely(
    tree: shapely.STRtree, coords: Floats, vertex_m: Floats, pieces: Segments, xy: Floats, limit_m: float
) -> tuple[NDArray[np.int32], Floats, Floats]:
    """Find the same by shapely's tree over the segments."""
    edge, offset, apart = np.full(len(xy), -1, dtype=np.int32), np.zeros(len(xy)), np.full(len(xy), np.inf)
    points = shapely.points(xy)
    (_, _), near = tree.query_nearest(points, return_distance=True, all_matches=False)
    # what is as near within rounding is measured again in one way, so that ties are ties
    which, piece = tree.query(points, predicate="dwithin", distance=near * (1 + _SLACK) + 1e-6)
    first = pieces.first[piece]
    place, squared = _feet(xy[which], coords[first], coords[first + 1], vertex_m[first], vertex_m[first + 1])
    order = np.lexsort((place, pieces.edge[piece], squared, which))
    order = order[np.r_[True, np.diff(which[order]) > 0]] if len(order) else order
    order = order[squared[order] <= _square(limit_m)]
    edge[which[order]] = pieces.edge[piece[order]]
    offset[which[order]] = place[order]
    apart[which[order]] = np.sqrt(squared[order])
    return edge, offset, apart


def _square(limit_m: float) -> float:
    """Give a square that loses no point at the limit itself; those beyond are taken out by distance."""
    return limit_m * limit_m * (1 + 1e-12)


def _feet(xy: Floats, start: Floats, stop: Floats, from_m: Floats, to_m: Floats) -> tuple[Floats, Floats]:
    """Give the place of the foot of each point on its segment, and the squared distance; as ``_snap_loops.nearest``."""
    vx, vy = (stop - start).T
    wx, wy = (xy - start).T
    dot = wx * vx + wy * vy
    length2 = vx * vx + vy * vy
    past = (dot >= length2) & (length2 > 0)
    inside = ~past & (dot > 0)
    share = np.divide(dot, length2, out=np.zeros(len(xy)), where=inside)
    wx, wy = wx - share * vx, wy - share * vy
    beyond = xy - stop
    wx, wy = np.where(past, beyond[:, 0], wx), np.where(past, beyond[:, 1], wy)
    return np.where(past, to_m, from_m + share * (to_m - from_m)), wx * wx + wy * wy


def read_points(points: Any, crs: str) -> tuple[Floats, NDArray[np.bool_], pd.Index, dict[str, NDArray[np.bool_]]]:
    """Read what is to be snapped.

    Returns
    -------
    tuple
        xy (n, 2), which rows are points with coordinates, the index of the rows, and for the
        others the codes of the reasons why not, each with its rows.
    """
    if not isinstance(points, gpd.GeoDataFrame | gpd.GeoSeries):
        xy = np.ascontiguousarray(points, dtype=np.float64)
        if xy.size == 0:
            xy = xy.reshape(-1, 2)
        if xy.ndim != 2 or xy.shape[1] != 2:
            msg = f"points have shape {xy.shape}: give a table of points, or (n, 2) metres in {crs}"
            raise ValueError(msg)
        good = np.asarray(np.isfinite(xy).all(axis=1), dtype=bool)
        return xy, good, pd.RangeIndex(len(xy)), {code_of(WhyNot.NOT_FINITE): ~good}
    require(points, crs, what="points")
    shapes = np.asarray(points.geometry.to_numpy(), dtype=object)
    point = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    why = {code_of(WhyNot.NO_GEOMETRY): absent, code_of(WhyNot.NO_POINT): ~point & ~absent}
    good = point & ~absent
    if isinstance(points, gpd.GeoDataFrame) and "place_kind" in points.columns:
        kind = points["place_kind"].astype(schema.TEXT)
        for word in (word for word in Where if word not in {Where.POINT, Where.PLACE}):
            wide = (kind == word.value).to_numpy(dtype=bool)
            none = word is Where.NOWHERE
            why = {code_of(WhyNot.NO_PLACE) if none else code_of(WhyNot.WIDE_PLACE, word.value): wide, **why}
            good &= ~wide
    xy = np.full((len(shapes), 2), np.nan)
    xy[good] = shapely.get_coordinates(shapes[good])
    finite = np.isfinite(xy).all(axis=1)
    why[code_of(WhyNot.NOT_FINITE)] = good & ~finite
    return xy, good & finite, points.index, why


def table(
    index: pd.Index,
    good: NDArray[np.bool_],
    why: dict[str, NDArray[np.bool_]],
    found: tuple[NDArray[np.int32], Floats, Floats],
    max_offset_m: float | None,
) -> pd.DataFrame:
    """Put together SNAPPED, a row for each point, with the reason where there is no edge."""
    edge, offset, apart = (np.full(len(good), fill) for fill in (-1, np.nan, np.nan))
    edge[good], offset[good], apart[good] = found
    none = edge < 0
    if max_offset_m is None:
        why = {**why, code_of(WhyNot.NO_ROADS): good & none}
    else:
        far = good & (none | ~(apart <= max_offset_m))
        why = {**why, code_of(WhyNot.ROADS_FAR, f"{max_offset_m:g}"): far}
        none |= far
    offset[none] = np.nan
    apart[none] = np.nan
    reason = pd.array([None], dtype=schema.TEXT).take(np.zeros(len(good), dtype=np.intp))
    codes = reason.copy()
    free = np.ones(len(good), dtype=bool)
    for code, rows in why.items():
        if (rows & free).any():
            reason[rows & free] = sentence(code)
            codes[rows & free] = code
            free &= ~rows
    edge = np.where(none, 1, edge).astype(np.int64)
    return pd.DataFrame(
        {
            "edge": pd.arrays.IntegerArray(edge, none.copy()),
            "offset_m": offset,
            "distance_m": apart,
            "why_not": pd.Series(reason, index=index),
            "why_code": pd.Series(codes, index=index),
        },
        index=index,
        copy=False,
    )

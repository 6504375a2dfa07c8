"""Edges cut into lixels: first as plain arrays, then as lines."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from artimap.core.arrays import Floats, Ints

_SLACK = 1e-9
"""A rest shorter than this share of a lixel does not become a lixel of its own."""


@dataclass(frozen=True, eq=False)
class LixelIndex:
    """The lixels of a network as arrays, in edge order.

    Attributes
    ----------
    ptr
        int64 (E+1,): the lixels of edge i are ``ptr[i]`` to ``ptr[i + 1]``.
    edge
        int32 (M,): the edge of each lixel.
    mid_m
        float64 (M,): the middle of each lixel, in metres from the start of its edge.
    length_m
        Length of a lixel; the last one of an edge is as long as what is left.
    edge_length_m
        float64 (E,): lengths of the edges.
    """

    ptr: Ints
    edge: NDArray[np.int32]
    mid_m: Floats
    length_m: float
    edge_length_m: Floats

    def __len__(self) -> int:
        return len(self.edge)

    @property
    def from_m(self) -> Floats:
        """Start of each lixel on its edge."""
        return _spans(self)[0]

    @property
    def to_m(self) -> Floats:
        """End of each lixel on its edge; the last of an edge ends where the edge does."""
        return _spans(self)[1]


def lixel_ptr(edge_length_m: Floats, length_m: float) -> Ints:
    """Say where the lixels of each edge begin, int64 (E+1,)."""
    if not (np.isfinite(length_m) and length_m > 0):
        msg = f"length_m must be greater than 0 metres, not {length_m!r}"
        raise ValueError(msg)
    ptr = np.zeros(len(edge_length_m) + 1, dtype=np.int64)
    np.cumsum(np.maximum(1, np.ceil(edge_length_m / length_m - _SLACK)).astype(np.int64), out=ptr[1:])
    return ptr


def lixel_index(edge_length_m: Floats, length_m: float) -> LixelIndex:
    """Cut edges of the given lengths into lixels: at least one an edge, also where it has no length."""
    ptr = lixel_ptr(edge_length_m, length_m)
    number = np.diff(ptr)
    edge = np.repeat(np.arange(len(number), dtype=np.int32), number)
    mid = (np.arange(ptr[-1]) - ptr[edge]).astype(np.float64)
    mid += 0.5
    mid *= length_m
    last = ptr[1:] - 1
    mid[last] = ((number - 1) * length_m + edge_length_m) / 2
    return LixelIndex(ptr, edge, mid, float(length_m), edge_length_m)


def lixel_columns(index: LixelIndex) -> dict[str, Any]:
    """Give the columns of LIXELS but its lines, of the types that the schema asks for."""
    number, (from_m, to_m) = len(index), _spans(index)
    none = np.zeros(number, dtype=bool)
    return {
        "lixel_id": pd.arrays.IntegerArray(np.arange(number, dtype=np.int64), none),
        "edge": pd.arrays.IntegerArray(index.edge.astype(np.int64), none.copy()),
        "from_m": from_m,
        "to_m": to_m,
    }


def _spans(index: LixelIndex) -> tuple[Floats, Floats]:
    """Give where each lixel starts and ends on its edge."""
    rank = np.arange(len(index), dtype=np.float64)
    rank -= np.repeat(index.ptr[:-1], np.diff(index.ptr))
    from_m = rank * index.length_m
    rank += 1
    rank *= index.length_m
    rank[index.ptr[1:] - 1] = index.edge_length_m
    return from_m, rank


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Keep Python from searching for rubbish: with each thousand new lines it would look at all the others again."""
    working = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if working:
            gc.enable()


def lixel_lines(index: LixelIndex, coords: Floats, coord_ptr: Ints, vertex_m: Floats) -> NDArray[np.object_]:
    """Give the line of each lixel.

    Parameters
    ----------
    index
        The lixels.
    coords, coord_ptr
        Vertices of the edges, as in a network.
    vertex_m
        float64 (V,): chainage of each vertex on its edge.

    Returns
    -------
    ndarray of LineString
        In lixel order; the lines of one edge, put together, are the edge.
    """
    if not len(index):
        return np.zeros(0, dtype=object)
    edge_of = np.repeat(np.arange(len(coord_ptr) - 1), np.diff(coord_ptr))
    most = np.diff(index.ptr)[edge_of] - 1
    lixel_of = index.ptr[edge_of] + np.minimum((vertex_m / index.length_m).astype(np.int64), most)
    from_m, to_m = _spans(index)
    # where the road is cut: between the last vertex before the cut and the first one after it
    after = np.zeros(len(index), dtype=np.int64)
    np.cumsum(np.bincount(lixel_of, minlength=len(index))[:-1], out=after[1:])
    first = np.zeros(len(index), dtype=bool)
    first[index.ptr[:-1]] = True
    cut = np.flatnonzero(~first)
    high, low = after[cut], after[cut] - 1
    gap = vertex_m[high] - vertex_m[low]
    share = np.clip(np.divide(from_m[cut] - vertex_m[low], gap, out=np.zeros(len(cut)), where=gap > 0), 0.0, 1.0)
    start = np.empty((len(index), 2))
    start[first] = coords[coord_ptr[:-1]]
    start[cut] = coords[low] + (coords[high] - coords[low]) * share[:, None]
    # A cut at a vertex is the vertex itself: the sum above may miss it by a rounding.
    at_vertex = share == 1.0
    start[cut[at_vertex]] = coords[high[at_vertex]]
    stop = np.empty_like(start)
    stop[:-1] = start[1:]
    stop[index.ptr[1:] - 1] = coords[coord_ptr[1:] - 1]
    between = (vertex_m > from_m[lixel_of]) & (vertex_m < to_m[lixel_of])
    between[coord_ptr[:-1]] = False
    between[coord_ptr[1:] - 1] = False
    inner = np.flatnonzero(between)
    each = np.bincount(lixel_of[inner], minlength=len(index))
    place = np.zeros(len(index) + 1, dtype=np.int64)
    np.cumsum(each + 2, out=place[1:])
    out = np.empty((place[-1], 2))
    out[place[:-1]] = start
    out[place[1:] - 1] = stop
    rank = np.arange(len(inner)) - (place[:-1] - 2 * np.arange(len(index)))[lixel_of[inner]]
    out[place[lixel_of[inner]] + 1 + rank] = coords[inner]
    with _collector_at_rest():
        return np.asarray(shapely.linestrings(out, indices=np.repeat(np.arange(len(index)), each + 2)))

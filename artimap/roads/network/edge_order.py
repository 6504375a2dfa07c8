"""The network numbered along a curve that keeps near things near.

Searches that start close together then read memory that lies close together, whatever
order the roads were given in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artimap.core.arrays import Floats, Ints

_LEVELS = 16


@dataclass(frozen=True, eq=False)
class Ordered:
    """A network in the order of its places.

    Attributes
    ----------
    ptr, neighbour, way_m, edge
        Around node ``n`` lie ``ptr[n]`` to ``ptr[n + 1]``: the other node, the length, and the
        edge (``~edge`` where the edge is met at its end). A loop stands there twice.
    start, end, length_m
        The edges.
    edge_rank, edge_order
        Where an edge of the network stands in this order, and the reverse.
    """

    ptr: Ints
    neighbour: NDArray[np.int32]
    way_m: Floats
    edge: NDArray[np.int32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    length_m: Floats
    edge_rank: NDArray[np.int32]
    edge_order: NDArray[np.int32]


def along_curve(xy: Floats) -> Ints:
    """Give the place of each point along Hilbert's curve over their extent, as a whole number."""
    if not len(xy):
        return np.zeros(0, dtype=np.int64)
    low = xy.min(axis=0)
    size = float((xy.max(axis=0) - low).max()) or 1.0
    cells = np.minimum((xy - low) * (2**_LEVELS / size), 2**_LEVELS - 1).astype(np.int64)
    x, y = cells[:, 0], cells[:, 1]
    place = np.zeros(len(xy), dtype=np.int64)
    for level in range(_LEVELS - 1, -1, -1):
        half = 1 << level
        right, up = (x & half) > 0, (y & half) > 0
        place += half * half * ((3 * right) ^ up)
        x, y = x & (half - 1), y & (half - 1)
        turned = right & ~up
        x, y = np.where(turned, half - 1 - x, x), np.where(turned, half - 1 - y, y)
        x, y = np.where(up, x, y), np.where(up, y, x)
    return place


def ordered(nodes_xy: Floats, edges: NDArray[np.int32], length_m: Floats) -> Ordered:
    """Give nodes numbers along the curve, and edges by the nodes they lie between."""
    nodes, number = len(nodes_xy), len(edges)
    rank = np.empty(nodes, dtype=np.int32)
    rank[np.argsort(along_curve(nodes_xy), kind="stable")] = np.arange(nodes, dtype=np.int32)
    ends = rank[edges]
    low, high = ends.min(axis=1).astype(np.int64), ends.max(axis=1)
    edge_order = np.argsort(low * max(nodes, 1) + high, kind="stable").astype(np.int32)
    edge_rank = np.empty(number, dtype=np.int32)
    edge_rank[edge_order] = np.arange(number, dtype=np.int32)
    ends, length = ends[edge_order], length_m[edge_order]
    here = ends.T.ravel()
    turn = np.argsort(here, kind="stable")
    ptr = np.zeros(nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(here, minlength=nodes), out=ptr[1:])
    edge = np.where(turn < number, turn, ~(turn - number)).astype(np.int32)
    return Ordered(
        ptr=ptr,
        neighbour=ends[:, ::-1].T.ravel()[turn],
        way_m=length[np.where(turn < number, turn, turn - number)],
        edge=edge,
        start=ends[:, 0].copy(),
        end=ends[:, 1].copy(),
        length_m=length,
        edge_rank=edge_rank,
        edge_order=edge_order,
    )

"""Distances along the roads, between places on edges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from artimap.network.onedge import OnEdges
from artimap.spreading import Floats, Ints

_CELLS = 4_000_000
"""So many distances to nodes are held at once: 32 MB."""


def path_distances(
    edges: NDArray[np.int32],
    length_m: Floats,
    nodes: int,
    starts: OnEdges,
    ends: OnEdges,
    max_m: float,
    progress: Callable[[int, int], None] | None,
) -> Floats:
    """Give the metres by the shortest path from each start to each end, inf where there is none."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - slow to import, used only here
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

    out = np.full((len(starts.edge), len(ends.edge)), np.inf)
    if not out.size:
        return out
    head, tail, way = _shortest(edges, length_m)
    graph = csr_array((way, (head, tail)), shape=(nodes, nodes))
    sources, which = np.unique(edges[starts.edge], return_inverse=True)
    which = which.reshape(-1, 2)
    first, last = edges[ends.edge].T
    to_first, to_last = ends.offset_m, length_m[ends.edge] - ends.offset_m
    near = starts.offset_m, length_m[starts.edge] - starts.offset_m
    step = max(1, _CELLS // max(nodes, 1))
    for low in range(0, len(sources), step):
        block = sources[low : low + step]
        found = dijkstra(graph, directed=False, indices=block, limit=max_m)
        by_node = np.minimum(found[:, first] + to_first, found[:, last] + to_last)
        for side in (0, 1):
            rows = np.flatnonzero((which[:, side] >= low) & (which[:, side] < low + len(block)))
            out[rows] = np.minimum(out[rows], by_node[which[rows, side] - low] + near[side][rows, None])
        if progress is not None:
            progress(low + len(block), len(sources))
    row, column = np.nonzero(starts.edge[:, None] == ends.edge)
    along = np.abs(starts.offset_m[row] - ends.offset_m[column])
    out[row, column] = np.minimum(out[row, column], along)
    out[out > max_m] = np.inf
    return out


def _shortest(edges: NDArray[np.int32], length_m: Floats) -> tuple[Ints, Ints, Floats]:
    """Give each pair of nodes once, with the shortest of the edges between them; loops lead nowhere."""
    low, high = edges.min(axis=1).astype(np.int64), edges.max(axis=1).astype(np.int64)
    order = np.lexsort((length_m, high, low))
    low, high, way = low[order], high[order], length_m[order]
    keep = np.r_[True, (np.diff(low) != 0) | (np.diff(high) != 0)] if len(low) else np.zeros(0, dtype=bool)
    keep &= low != high
    return low[keep], high[keep], way[keep]

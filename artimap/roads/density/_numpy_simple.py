"""The same sums without compiling: for small problems, where compiling would cost more than it saves."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush

import numpy as np

from artimap.core.arrays import Floats, Ints
from artimap.roads.density.event_points import Placing
from artimap.roads.density.kernels import Kernel, area_to
from artimap.roads.network.compiled import extra_error, has_numba
from artimap.roads.network.graph import RoadNetwork

_S_A_PAIR, _S_A_STEP = 2e-8, 3e-6
"""Seconds for an event at a lixel, and for a node reached."""

_DAYS_A_PAIR = 50
"""So many days cost as much as an event at a lixel."""

MOST_S = 0.5
"""Up to about so many seconds are not worth compiling, nor loading what was compiled."""

BEARABLE_S = 60.0
"""Up to about so many seconds numpy is bearable where nothing can be compiled."""

_S_AN_EDGE, _S_A_CELL = 3e-4, 1e-8
"""Seconds for an edge with events, and there for each node and edge of the network."""

_SAMPLE = 16
"""So many searches tell how far the others get."""

_MOST_KEPT = 20_000_000
"""So many distances from nodes are kept for the edges that come next: 160 MB."""


def by_numpy(
    network: RoadNetwork, events: Placing, lixels: int, bandwidth_m: float, *, days: int = 1, times: int = 1
) -> bool:
    """Tell whether to work without compiling, ``times`` over.

    Raises
    ------
    ExtraError
        If numpy would take too long, and there is nothing to compile with.
    """
    if seconds(network, events, lixels, days) * times <= MOST_S:
        return True
    if has_numba():
        return False
    if likely_seconds(network, events, lixels, bandwidth_m, days) * times <= BEARABLE_S:
        return True
    what = f"a density of {len(events.edge):,} events on {len(network.edges):,} edges"
    raise extra_error(what)


def likely_seconds(network: RoadNetwork, events: Placing, lixels: int, bandwidth_m: float, days: int = 1) -> float:
    """Give about what this way of working takes, by how many nodes a sample of the events reaches."""
    edges = np.unique(events.edge)
    nodes = max(len(network.nodes_xy), 1)
    ways = ways_of(network)
    places = np.linspace(0, len(edges) - 1, _SAMPLE).astype(np.int64)
    reached = max(len(distances(ways, int(network.edges[edges[place], 0]), bandwidth_m)) for place in places)
    pairs = len(events.edge) * (lixels + lixels * days // _DAYS_A_PAIR) * min(1.0, 2 * reached / nodes)
    each = _S_AN_EDGE + _S_A_CELL * (nodes + len(network.edges)) + 2 * _S_A_STEP * reached
    return _S_A_PAIR * pairs + each * len(edges)


def seconds(network: RoadNetwork, events: Placing, lixels: int, days: int = 1) -> float:
    """Give an upper bound of what this way of working takes."""
    lixels += lixels * days // _DAYS_A_PAIR
    searches = 2 * min(len(events.edge), len(network.edges))
    return _S_A_PAIR * len(events.edge) * lixels + _S_A_STEP * searches * len(network.nodes_xy)


def distances(ways: list[list[tuple[int, float]]], source: int, bandwidth_m: float) -> dict[int, float]:
    """Give the nodes nearer than the bandwidth and how far they are (Dijkstra 1959)."""
    out: dict[int, float] = {}
    heap = [(0.0, source)]
    while heap:
        distance, node = heappop(heap)
        if node in out:
            continue
        out[node] = distance
        for other, length in ways[node]:
            if other not in out and distance + length < bandwidth_m:
                heappush(heap, (distance + length, other))
    return out


def ways_of(network: RoadNetwork) -> list[list[tuple[int, float]]]:
    """Give for each node the nodes beside it and how far they are."""
    out: list[list[tuple[int, float]]] = [[] for _ in range(len(network.nodes_xy))]
    for (one, other), length in zip(network.edges.tolist(), network.length_m.tolist(), strict=True):
        out[one].append((other, length))
        out[other].append((one, length))
    return out


def each_edge(network: RoadNetwork, events: Placing, bandwidth_m: float) -> Iterator[tuple[Ints, int, Floats, Floats]]:
    """Give, edge by edge that has events: their rows, the edge, and the nodes' distances from its start and its end."""
    ways = ways_of(network)
    kept: dict[int, Floats] = {}

    def from_node(node: int) -> Floats:
        if node not in kept:
            if len(kept) * len(ways) >= _MOST_KEPT:  # events of neighbouring edges share nodes, others do not
                kept.clear()
            row = np.full(len(ways), np.inf)
            near = distances(ways, node, bandwidth_m)
            row[list(near)] = list(near.values())
            kept[node] = row
        return kept[node]

    order = np.lexsort((events.weight, events.offset_m, events.edge))
    first = np.flatnonzero(np.r_[True, np.diff(events.edge[order]) != 0]) if len(order) else np.zeros(0, dtype=int)
    for rows in np.split(order, first[1:]) if len(order) else ():
        e = int(events.edge[rows[0]])
        yield rows, e, from_node(int(network.edges[e, 0])), from_node(int(network.edges[e, 1]))


def each_place(
    network: RoadNetwork, events: Placing, ptr: Ints, at: Floats, bandwidth_m: float
) -> Iterator[tuple[Ints, Ints, Floats]]:
    """Give, edge by edge that has events: rows of the events, places in reach, and distances (event, place).

    ``at[ptr[f]:ptr[f + 1]]`` are the places on edge f.
    """
    start, end, length = network.edges[:, 0], network.edges[:, 1], network.length_m
    count = np.diff(ptr)
    for rows, e, by_start, by_end in each_edge(network, events, bandwidth_m):
        off, rest = events.offset_m[rows], length[e] - events.offset_m[rows]
        near = np.minimum(by_start + off.min(), by_end + rest.min()) < bandwidth_m
        edges = np.union1d(np.flatnonzero(near[start] | near[end]), [e])
        which = np.repeat(edges, count[edges])
        places = np.arange(len(which)) + np.repeat(ptr[edges] - np.cumsum(count[edges]) + count[edges], count[edges])
        q = at[places]
        to_start = np.minimum(by_start[start[which]] + q, by_start[end[which]] + length[which] - q)
        to_end = np.minimum(by_end[start[which]] + q, by_end[end[which]] + length[which] - q)
        apart = np.minimum(off[:, None] + to_start, rest[:, None] + to_end)
        own = which == e
        apart[:, own] = np.minimum(apart[:, own], np.abs(off[:, None] - q[own]))
        yield rows, places, apart


def sums(network: RoadNetwork, events: Placing, ptr: Ints, at: Floats, kernel: Kernel, bandwidth_m: float) -> Floats:
    """Give the kernel's weighted sum at each place."""
    out = np.zeros(len(at))
    for rows, places, apart in each_place(network, events, ptr, at, bandwidth_m):
        out[places] += events.weight[rows] @ kernel(apart, bandwidth_m)
    return out


def sums_over_time(
    network: RoadNetwork, events: Placing, in_time: Floats, ptr: Ints, at: Floats, kernel: Kernel, bandwidth_m: float
) -> Floats:
    """Give the kernel's weighted sum at each place with each column of ``in_time``, (events, days)."""
    out = np.zeros((len(at), in_time.shape[1]))
    for rows, places, apart in each_place(network, events, ptr, at, bandwidth_m):
        out[places] += kernel(apart, bandwidth_m).T @ (events.weight[rows, None] * in_time[rows])
    return out


def masses(network: RoadNetwork, events: Placing, kernel: Kernel, bandwidth_m: float) -> Floats:
    """Give for each event the kernel's shape integrated over all roads, in metres."""
    start, end, length = network.edges[:, 0], network.edges[:, 1], network.length_m
    out = np.zeros(len(events.edge))

    def along(by_start: Floats, by_end: Floats, metres: Floats) -> Floats:
        """Integrate over pieces whose ends are so far away."""
        near = np.minimum(by_start, by_end) < bandwidth_m
        one, other = np.where(near, by_start, 0.0), np.where(near, by_end, 0.0)
        meet = np.clip((other + metres - one) / 2, 0.0, metres)
        ends = (one + meet, one, other + metres - meet, other)
        area = [area_to(kernel, distance / bandwidth_m) for distance in ends]
        return np.where(near, bandwidth_m * (area[0] - area[1] + area[2] - area[3]), 0.0)

    for rows, e, by_start, by_end in each_edge(network, events, bandwidth_m):
        off, rest = events.offset_m[rows], length[e] - events.offset_m[rows]
        to_node = np.minimum(off[:, None] + by_start, rest[:, None] + by_end)
        every = along(to_node[:, start], to_node[:, end], length)
        every[:, e] = 0.0
        own = along(to_node[:, start[e]], np.zeros(len(rows)), off) + along(
            np.zeros(len(rows)), to_node[:, end[e]], rest
        )
        out[rows] = every.sum(axis=1) + own
    return out


def at_events(
    network: RoadNetwork, events: Placing, kernel: Kernel, bandwidth_m: float
) -> tuple[Floats, Floats, Floats]:
    """Give, event by event: its weight, the weighted sum of shapes at its place, and its own over all roads."""
    order = np.lexsort((events.offset_m, events.edge))
    ptr = np.zeros(len(network.edges) + 1, dtype=np.int64)
    np.cumsum(np.bincount(events.edge, minlength=len(network.edges)), out=ptr[1:])
    ordered = events._replace(
        edge=events.edge[order], offset_m=events.offset_m[order], weight=events.weight[order], row=events.row[order]
    )
    there = sums(network, ordered, ptr, ordered.offset_m, kernel, bandwidth_m)
    return ordered.weight, there, masses(network, ordered, kernel, bandwidth_m)

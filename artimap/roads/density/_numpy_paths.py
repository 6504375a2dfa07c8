"""The methods that follow every path without compiling: the same sums, for small problems."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from artimap.core.arrays import Floats, Ints
from artimap.roads.density.event_points import Placing
from artimap.roads.density.kernels import Kernel

_S_A_PAIR, _S_A_VISIT, _S_A_NODE = 2e-8, 2e-6, 1e-4
"""Seconds for an event at a lixel, for a piece of road walked, and for what a node costs besides."""

_FAINT = 1e-18
"""A wave that keeps less than this share of its weight is let go, as in the compiled loops."""


class Graph(NamedTuple):
    """A network for paths: every edge has a length, and a rule says what goes on at each node.

    ``onward[n]`` is the share that goes into each other road at node n, ``returned[n]`` what goes
    back where it came from.
    """

    edges: NDArray[np.int32]
    length_m: Floats
    onward: Floats
    returned: Floats


class _TooMuch(Exception):  # noqa: N818 - not an error: a way out of a deep loop
    """The work is more than it was to be."""


class _Budget:
    """Seconds that are left, and the visits so far."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.visits = 0

    def spend(self, seconds: float) -> None:
        self.seconds -= seconds
        if self.seconds < 0:
            raise _TooMuch

    def visit(self) -> None:
        self.visits += 1
        self.spend(_S_A_VISIT)


Slots = list[list[tuple[int, bool]]]


def _slots_of(graph: Graph) -> Slots:
    """Give around each node its edges, and whether the node is their end."""
    out: Slots = [[] for _ in range(len(graph.onward))]
    for edge, (one, other) in enumerate(graph.edges.tolist()):
        out[one].append((edge, False))
        out[other].append((edge, True))
    return out


def _paths(graph: Graph, slots: Slots, first: tuple[int, bool], far: float, budget: _Budget) -> list[tuple[Any, ...]]:
    """Give every way to run over an edge on a path that begins with a slot: edge, from its end, metres, share."""
    out: list[tuple[Any, ...]] = [(*first, 0.0, 1.0)]
    budget.visit()
    at = 0
    while at < len(out):
        edge, from_end, metres, share = out[at]
        at += 1
        metres += float(graph.length_m[edge])
        if metres >= far:
            continue
        node = int(graph.edges[edge, 0 if from_end else 1])
        for slot in slots[node]:
            part = share * float(graph.returned[node] if slot == (edge, not from_end) else graph.onward[node])
            if abs(part) >= _FAINT:
                budget.visit()
                out.append((*slot, metres, part))
    return out


def _arrivals(
    graph: Graph, slots: list[tuple[int, bool]], events: Placing, on: dict[int, Ints], bandwidth_m: float
) -> tuple[Floats, Floats, Ints]:
    """Give what arrives at a node: distance, weight, number of the slot; -1: it lies on the node itself."""
    distance, weight, slot = [], [], []
    for k, (edge, from_end) in enumerate(slots):
        rows = on.get(edge)
        if rows is None:
            continue
        length = graph.length_m[edge]
        off = events.offset_m[rows]
        near = length - off if from_end else off
        used = (near < bandwidth_m) & (off > 0 if from_end else off < length)
        distance.append(near[used])
        weight.append(events.weight[rows][used])
        slot.append(np.where(near[used] == 0, -1, k))
    return np.concatenate(distance), np.concatenate(weight), np.concatenate(slot)


def _places(paths: list[tuple[Any, ...]], graph: Graph, ptr: Ints, at: Floats) -> tuple[Ints, Floats, Floats]:
    """Give the places along paths: their numbers, metres from the path's start, share."""
    edge, from_end, metres, share = (np.array(column) for column in zip(*paths, strict=True))
    count = np.diff(ptr)[edge]
    which = np.repeat(np.arange(len(edge)), count)
    place = np.arange(len(which)) + np.repeat(ptr[edge] - np.cumsum(count) + count, count)
    along = np.where(from_end[which], graph.length_m[edge[which]] - at[place], at[place])
    return place, metres[which] + along, share[which]


def sums(
    graph: Graph, events: Placing, ptr: Ints, at: Floats, kernel: Kernel, bandwidth_m: float, seconds: float
) -> tuple[Floats, int] | None:
    """Give the kernel's weighted sum at each place, and the visits; None where it would take longer than that.

    ``at[ptr[f]:ptr[f + 1]]`` are the places on edge f.
    """
    budget = _Budget(seconds)
    touched = np.zeros(len(graph.onward), dtype=bool)
    touched[graph.edges[events.edge]] = True
    nodes = np.flatnonzero(touched)
    try:
        budget.spend(_S_A_NODE * len(nodes))
        return _sums(graph, events, (nodes, ptr, at), kernel, bandwidth_m, budget), budget.visits
    except _TooMuch:
        return None


def _sums(
    graph: Graph, events: Placing, where: tuple[Ints, Ints, Floats], kernel: Kernel, bandwidth_m: float, budget: _Budget
) -> Floats:
    nodes, ptr, at = where
    out = np.zeros(len(at))
    order = np.lexsort((events.weight, events.offset_m, events.edge))
    edges, first = np.unique(events.edge[order], return_index=True)
    on = dict(zip(edges.tolist(), np.split(order, first[1:]), strict=True))
    for edge, rows in on.items():
        inside = rows[(events.offset_m[rows] > 0) & (events.offset_m[rows] < graph.length_m[edge])]
        here = slice(ptr[edge], ptr[edge + 1])
        budget.spend(_S_A_PAIR * len(inside) * (here.stop - here.start))
        straight = np.abs(events.offset_m[inside][:, None] - at[here])
        out[here] += events.weight[inside] @ kernel(straight, bandwidth_m)
    slots = _slots_of(graph)
    for node in nodes.tolist():
        distance, weight, slot = _arrivals(graph, slots[node], events, on, bandwidth_m)
        for k, leaving in enumerate(slots[node]):
            part = np.where(slot == k, graph.returned[node], graph.onward[node])
            part = np.where(slot < 0, 2.0 / len(slots[node]), part)
            used = part != 0
            if not used.any():
                continue
            paths = _paths(graph, slots, leaving, bandwidth_m - float(distance[used].min()), budget)
            place, along, share = _places(paths, graph, ptr, at)
            budget.spend(_S_A_PAIR * int(used.sum()) * len(place))
            brought = (weight * part)[used] @ kernel(distance[used][:, None] + along, bandwidth_m)
            np.add.at(out, place, share * brought)
    return out

"""The methods that follow every path without compiling: the same sums, for small problems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from artimap.core.arrays import Floats, Ints
from artimap.core.errors import ModelError
from artimap.roads.density.event_points import Placing
from artimap.roads.density.kernels import Kernel
from artimap.roads.network.graph import RoadNetwork


@dataclass(frozen=True)
class Without:
    """A network without its edges of no length, and the way back.

    Attributes
    ----------
    network, events, ptr, at
        What to work with; the places are those asked for, and the ends of edges where a node was made one.
    place
        Of each place, which of those asked for it is; -1: the end of an edge.
    end_node
        Of each place that is the end of an edge, its node; else -1.
    asked
        Of each place asked for on an edge of no length, its node; else -1.
    """

    network: RoadNetwork
    events: Placing
    ptr: Ints
    at: Floats
    place: Ints
    end_node: Ints
    asked: Ints

    def back(self, values: Floats) -> Floats:
        """Give the values at the places asked for; an edge of no length gets the mean of the roads that meet there."""
        out = np.zeros(len(self.asked))
        known = self.place >= 0
        out[self.place[known]] = values[known]
        nodes = len(self.network.nodes_xy)
        total = np.bincount(self.end_node[~known], weights=values[~known], minlength=nodes)
        number = np.bincount(self.end_node[~known], minlength=nodes)
        mean = np.divide(total, number, out=np.zeros(nodes), where=number > 0)
        points = self.asked >= 0
        out[points] = mean[self.asked[points]]
        return out


def _one_place(nodes: int, pairs: NDArray[np.int32]) -> Ints:
    """Give each node the first of those that are one place with it."""
    root = np.arange(nodes)
    for pair in pairs.tolist():
        tops = []
        for node in pair:
            top = node
            while root[top] != top:
                top = int(root[top])
            tops.append(top)
        root[max(tops)] = min(tops)
    while (root[root] != root).any():
        root = root[root]
    return root


def without(network: RoadNetwork, events: Placing, ptr: Ints, at: Floats) -> Without:
    """Take out the edges of no length.

    Raises
    ------
    ModelError
        If an event lies where there is no road of any length.
    """
    has = network.length_m > 0
    root = _one_place(len(network.nodes_xy), network.edges[~has])
    edges = root[network.edges[has]]
    rank = np.cumsum(has) - 1
    made = RoadNetwork.from_edges(network.nodes_xy, edges, network.length_m[has], crs=network.crs)

    asked_edge = np.repeat(np.arange(len(has)), np.diff(ptr))
    point = ~has[asked_edge]
    asked = np.where(point, root[network.edges[asked_edge, 0]], -1)

    joined = np.zeros(len(root), dtype=bool)
    joined[root[network.edges[~has]]] = True
    end_edge, end_side = np.nonzero(joined[edges])
    place = np.r_[np.flatnonzero(~point), np.full(len(end_edge), -1)]
    edge = np.r_[rank[asked_edge[~point]], end_edge]
    along = np.r_[at[~point], end_side * made.length_m[end_edge]]
    node = np.r_[np.full(int((~point).sum()), -1), edges[end_edge, end_side]]
    order = np.lexsort((along, edge))
    new_ptr = np.zeros(len(edges) + 1, dtype=np.int64)
    np.cumsum(np.bincount(edge, minlength=len(edges)), out=new_ptr[1:])

    moved = _moved(network, events, has, root, (edges[end_edge, end_side], end_edge, end_side))
    on = np.where(has[events.edge], rank[events.edge], moved[0])
    off = np.where(has[events.edge], events.offset_m, moved[1] * made.length_m[on])
    return Without(
        made, events._replace(edge=on, offset_m=off), new_ptr, along[order], place[order], node[order], asked
    )


def _moved(
    network: RoadNetwork, events: Placing, has: NDArray[np.bool_], root: Ints, ends: tuple[Ints, Ints, Ints]
) -> tuple[Ints, Ints]:
    """Give for each event the edge and the side (0, 1) to put it on, if its own edge has no length."""
    nodes, end_edge, end_side = ends
    first = np.full(len(root), -1)
    first[nodes[::-1]] = np.arange(len(nodes))[::-1]
    which = first[root[network.edges[events.edge, 0]]]
    lost = np.flatnonzero(~has[events.edge] & (which < 0))
    if len(lost):
        msg = (
            f"{len(lost)} events lie on roads of no length that meet no other, such as edge "
            f"{events.edge[lost[0]]}: leave those edges out, or take method='simple'"
        )
        raise ModelError(msg)
    if not len(nodes):
        return np.zeros(len(which), dtype=np.int64), np.zeros(len(which), dtype=np.int64)
    return end_edge[which], end_side[which]


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

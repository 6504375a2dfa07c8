"""Edges of no length, for methods that follow paths: their nodes are one place.

A path could run over such an edge without end. So their nodes are made one, and the
edges get their values from the roads that meet there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artimap.core.arrays import Floats, Ints
from artimap.core.errors import ModelError
from artimap.roads.density.event_points import Placing
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

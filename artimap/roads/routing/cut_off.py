"""What hangs on one edge of a network: bridges, who is cut off when it closes, and the way round it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from artimap.core.arrays import Bools, Floats, Ints
from artimap.roads.network.graph import RoadNetwork
from artimap.roads.routing.contraction import loop
from artimap.roads.routing.router import RoutePath, Router
from artimap.roads.routing.terminals import Spot


class Parted(NamedTuple):
    """What closing each of some edges does to each of some places.

    Attributes
    ----------
    cut
        bool (edges, places): the place reached the rest before, and does no more.
    on
        bool (edges, places): the place lies on the closed edge, which has no way round: on which side is not known.
    loses
        bool by edge: whether one side of it is cut off at all.
    """

    cut: Bools
    on: Bools
    loses: Bools


@dataclass(frozen=True, eq=False)
class CutTree:
    """A network as one tree that tells for every edge at once what closing it cuts off.

    One spanning tree, numbered so that all that lies beyond a node follows it: an edge of the tree is a bridge where
    no other edge leads out of the numbers beyond it (Tarjan 1974). No search an edge is needed.

    Attributes
    ----------
    network
        The network.
    passable
        By edge: whether it can be run through at all.

    Examples
    --------
    >>> net = RoadNetwork.from_edges(
    ...     [[0, 0], [9, 0], [9, 9], [0, 9], [30, 0]], [[0, 1], [1, 2], [2, 3], [3, 0], [1, 4]], crs="EPSG:32618"
    ... )
    >>> CutTree(net, np.ones(5, dtype=bool)).bridges.tolist()
    [False, False, False, False, True]
    """

    network: RoadNetwork
    passable: Bools

    @property
    def bridges(self) -> Bools:
        """By edge: whether no other way leads from its one end to the other."""
        return np.asarray(self._beyond >= 0)

    def parted(self, edges: Ints, places: tuple[Ints, Floats], *, reach: tuple[Ints, Floats] | None = None) -> Parted:
        """Tell which places are cut off when each of some edges closes alone.

        Parameters
        ----------
        edges
            The edges that close.
        places
            Edge and metres from its start, by place.
        reach
            The same of places of which one at least is to be reached, on either side of an edge that they lie on;
            where null the longer part of the roads is to be reached.
        """
        size, first = self._size, self._first
        beyond = self._beyond[edges]
        bridge = beyond >= 0
        inner = np.where(bridge, beyond, 0)
        low, high = first[inner], first[inner] + size[inner]
        at, on = self._at(*places)
        inside = (at >= low[:, None]) & (at < high[:, None])
        top = self._top
        # Both sides of a bridge, and no other part of the network.
        here = top[self._node_of[low]][:, None] == top[self._node_of[at]]
        lying = (on == edges[:, None]) & bridge[:, None]
        if reach is None:
            away = self._shorter(edges)
            loses, some = np.where(away[:, None], inside, ~inside), bridge
        else:
            goal, beside = self._at(*reach)
            within = (goal >= low[:, None]) & (goal < high[:, None])
            whole = top[self._node_of[low]][:, None] == top[self._node_of[goal]]
            both = beside == edges[:, None]
            left = (within | both).any(axis=1), ((~within & whole) | both).any(axis=1)
            loses = np.where(inside, (left[1] & ~left[0])[:, None], (left[0] & ~left[1])[:, None])
            some = bridge & (left[0] ^ left[1])
        return Parted(loses & here & ~lying & some[:, None], lying & some[:, None], some)

    def _at(self, edge: Ints, offset: Floats) -> tuple[Ints, Ints]:
        """Give the number of the node at which a place hangs, and the edge that it lies on (-1: on a node)."""
        edge, offset = np.asarray(edge, dtype=np.int64), np.asarray(offset, dtype=float)
        length = self.network.length_m[edge]
        middle = (offset > 0) & (offset < length) & self.passable[edge]
        far = np.where(middle, 0, offset * 2 > length).astype(np.int64)
        return self._first[self.network.edges[edge, far]], np.where(middle, edge, -1)

    def _shorter(self, edges: Ints) -> Bools:
        """Tell whether the side away from the root has less road; of equal sides the edge's end is cut off."""
        ends, length = self.network.edges, self.network.length_m
        total = np.zeros(len(self._first) + 1)
        at = self._first[ends[:, 0]]
        np.add.at(total, at[self.passable] + 1, length[self.passable])
        total = np.cumsum(total)
        beyond = np.maximum(self._beyond[edges], 0)
        own = np.where(ends[edges, 0] == beyond, length[edges], 0.0)
        inner = total[self._first[beyond] + self._size[beyond]] - total[self._first[beyond]] - own
        top = self._top[beyond]
        outer = total[self._first[top] + self._size[top]] - total[self._first[top]] - inner - length[edges]
        same = np.abs(inner - outer) <= 1e-6
        return np.asarray(np.where(same, ends[edges, 1] == beyond, inner < outer))

    @cached_property
    def _node_of(self) -> Ints:
        out = np.empty(len(self._first), dtype=np.int64)
        out[self._first] = np.arange(len(out))
        return out

    @property
    def _first(self) -> Ints:
        return self._tree[0]

    @property
    def _size(self) -> Ints:
        return self._tree[1]

    @property
    def _beyond(self) -> Ints:
        return self._tree[2]

    @property
    def _top(self) -> Ints:
        return self._tree[3]

    @cached_property
    def _tree(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Number the nodes: place in the order and nodes beyond by node, node beyond by bridge (-1), root by node."""
        from scipy.sparse import csr_array  # noqa: PLC0415 - slow to import, used only here
        from scipy.sparse.csgraph import breadth_first_order, connected_components  # noqa: PLC0415

        ends, nodes = self.network.edges.astype(np.int64), len(self.network.nodes_xy)
        if not nodes:
            none = np.zeros(0, dtype=np.int64)
            return none, none, np.full(len(ends), -1), none
        usable = np.flatnonzero(self.passable & (ends[:, 0] != ends[:, 1]))
        low, high = np.sort(ends[usable], axis=1).T
        # Each pair of nodes once: a matrix would add parallel edges up.
        pairs, which = np.unique(low * nodes + high, return_index=True)
        low, high = np.divmod(pairs, nodes)
        ones = np.ones(len(pairs) * 2)
        shape = (nodes, nodes)
        graph = csr_array((ones, (np.r_[low, high], np.r_[high, low])), shape=shape)
        label = np.asarray(connected_components(graph, directed=False)[1])
        roots = np.unique(label, return_index=True)[1]
        # A root above all parts makes them one tree.
        heads = np.full(len(roots), nodes)
        joined = csr_array(
            (np.ones(len(ones) + len(roots)), (np.r_[low, high, heads], np.r_[high, low, roots])),
            shape=(nodes + 1, nodes + 1),
        )
        order, before = breadth_first_order(joined, nodes, directed=True)
        rank = np.empty(nodes + 1, dtype=np.int64)
        rank[order] = np.arange(nodes + 1)
        parent = np.r_[-1, rank[before[order[1:]]]].astype(np.int64)  # by rank; never falls along it
        levels = [0, 1]
        while levels[-1] <= nodes:
            levels.append(int(np.searchsorted(parent, levels[-1], side="left")))
        size = np.ones(nodes + 1, dtype=np.int64)
        for a, b in zip(levels[-2:0:-1], levels[:0:-1], strict=False):
            np.add.at(size, parent[a:b], size[a:b])
        place = np.zeros(nodes + 1, dtype=np.int64)
        for a, b in pairwise(levels[1:]):
            above, sum_before = parent[a:b], np.cumsum(size[a:b]) - size[a:b]
            starts = np.searchsorted(above, above, side="left")
            place[a:b] = place[above] + 1 + sum_before - sum_before[starts]
        # The least and the greatest number that an edge outside the tree leads to, from all that lies beyond a node.
        child = np.where(
            parent[rank[low]] == rank[high], rank[low], np.where(parent[rank[high]] == rank[low], rank[high], -1)
        )
        of_tree = np.zeros(len(ends), dtype=bool)
        of_tree[usable[which[child >= 0]]] = True
        least, most = place.copy(), place.copy()
        rest = usable[~of_tree[usable]]
        for one, other in ((0, 1), (1, 0)):
            here, there = rank[ends[rest, one]], place[rank[ends[rest, other]]]
            np.minimum.at(least, here, there)
            np.maximum.at(most, here, there)
        for a, b in zip(levels[-2:0:-1], levels[:0:-1], strict=False):
            np.minimum.at(least, parent[a:b], least[a:b])
            np.maximum.at(most, parent[a:b], most[a:b])
        alone = (least >= place) & (most < place + size)
        beyond = np.full(len(ends), -1, dtype=np.int64)
        held = child[child >= 0]
        beyond[usable[which[child >= 0]]] = np.where(alone[held], order[held], -1)
        return place[rank[:nodes]] - 1, size[rank[:nodes]], beyond, roots[label].astype(np.int64)


class WayRound(NamedTuple):
    """A way in metres and in minutes, least and most; inf where there is none."""

    length_m: float
    low_min: float
    high_min: float


NO_WAY = WayRound(np.inf, np.inf, np.inf)


def way_of(path: RoutePath | None, times: Floats, length_m: Floats) -> WayRound:
    """Give the length of a way and its time; ``times`` is (E, 2), least and most by edge."""
    if path is None:
        return NO_WAY
    part = np.abs(path.to_m - path.from_m)
    whole = length_m[path.edges]
    share = np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
    run = share > 0  # what is not run through costs nothing, even where nobody may
    low, high = (times[path.edges[run]] * share[run, None]).sum(axis=0).tolist()
    return WayRound(float(part.sum()), low, high)


def ways_round(router: Router, edges: Ints, times: Floats) -> Floats:
    """Give for each of some edges the least way between its two ends that does not run through it.

    Least is by the middle of the minutes. Between two junctions there is no choice: one search a chain of edges.

    Parameters
    ----------
    router
        The network.
    edges
        The edges.
    times
        float64 (E, 2): minutes, least and most, by edge of the network; inf where it cannot be run through.

    Returns
    -------
    float64 (edges, 3)
        Metres, least and most minutes; inf where there is no way round.
    """
    made, slots = router.contraction, router.contraction.slots
    worth = np.column_stack([router.network.length_m, times, times.mean(axis=1)])
    out = np.full((len(edges), 3), np.inf)
    if not len(made.strung):
        return out
    by_chain = np.add.reduceat(worth[made.strung], made.first[:-1], axis=0)
    ahead = by_chain[slots.chain, 3]
    own = np.argsort(slots.chain, kind="stable")
    first = np.searchsorted(slots.chain[own], np.arange(len(made.ends) + 1))
    xy = np.zeros((made.nodes, 2))
    xy[made.core[made.core >= 0]] = router.network.nodes_xy[made.core >= 0]
    apart = np.hypot(*(xy[np.repeat(np.arange(made.nodes), np.diff(slots.ptr))] - xy[slots.other]).T)
    per_m = float((ahead[apart > 0] / apart[apart > 0]).min(initial=np.inf)) * (1 - 1e-9)
    pair, none = loop("pair", len(times)), np.zeros(1)
    place = made.at[edges]
    chain = np.where(place >= 0, made.chain_at[np.maximum(place, 0)], -1)
    for one in np.unique(chain[(chain >= 0) & np.isfinite(by_chain[chain, 3])]).tolist():
        mine, (start, stop) = chain == one, made.ends[one]
        rest = by_chain[one] - worth[edges[mine]]
        if start != stop:
            shut = own[first[one] : first[one + 1]]
            ahead[shut] = np.inf
            cost, _, _, way = pair(
                slots.ptr, slots.other, ahead, xy, per_m if np.isfinite(per_m) else 0.0,
                np.array([start]), none, np.array([stop]), none,
            )  # fmt: skip
            ahead[shut] = by_chain[one, 3]
            rest = rest + (by_chain[slots.chain[way]].sum(axis=0) if np.isfinite(cost) else np.inf)
        out[mine] = np.maximum(rest[:, :3], 0.0)
    return out


def ways_without(router: Router, start: Spot, stop: Spot, times: Floats) -> tuple[RoutePath, list[WayRound]] | None:
    """Give the least way between two places, and the least way that is left when each of its edges closes.

    Replacement paths (Malik, Mittal and Gupta 1989); a way is searched for again only where the last one found does
    not serve. None where no way leads there.
    """
    cost, length = times.mean(axis=1), router.network.length_m
    found = router.replacements(start, stop, cost)
    if found is None:
        return None
    out, way, edges = list[WayRound](), NO_WAY, np.zeros(0, dtype=np.int64)
    best = np.inf
    for edge, least in zip(found.path.edges.tolist(), found.cost.tolist(), strict=True):
        if not np.isfinite(least):
            out.append(NO_WAY)
            continue
        if edge in edges or best > least * (1 + 1e-9):
            shut = np.zeros(len(cost), dtype=bool)
            shut[edge] = True
            path = router.least(start, stop, cost, closed=shut)
            if path is None:
                out.append(NO_WAY)
                continue
            way, edges, best = way_of(path, times, length), path.edges, path.costs[0]
        out.append(way)
    return found.path, out

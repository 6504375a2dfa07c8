"""Least ways and trade-offs between two places of a road network.

Plain Python on plain arrays: exact, and quick enough for the roads of one area.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from artimap.core.arrays import Bools, Floats, Ints
from artimap.roads.network.graph import RoadNetwork


class Spot(NamedTuple):
    """A place on an edge of a network: the edge, and metres from its start."""

    edge: int
    offset_m: float


@dataclass(frozen=True, eq=False)
class RoutePath:
    """A way through a network.

    Attributes
    ----------
    edges
        The edges in the order in which they are run through.
    from_m, to_m
        Where each is entered and left, in metres from its own start: ``from_m > to_m`` where it is run backwards.
    costs
        What the way costs, by criterion.
    """

    edges: Ints
    from_m: Floats
    to_m: Floats
    costs: tuple[float, ...]

    @property
    def length_m(self) -> float:
        """Length of the way in metres."""
        return float(np.abs(self.to_m - self.from_m).sum())


@dataclass(frozen=True, eq=False)
class Replacements:
    """The least way between two places, and what is left of it when each of its edges closes.

    Attributes
    ----------
    path
        The least way.
    cost
        By edge of ``path``: cost of the least way without that edge; inf where there is none.
    """

    path: RoutePath
    cost: Floats


@dataclass(frozen=True, eq=False)
class Router:
    """A road network made ready for routing.

    Costs are float64 (E,) for a whole edge in either direction, or (E, 2) for the way from its start to its end and
    back; none below 0, inf where it cannot be run through. A part of an edge costs its part by length.

    Attributes
    ----------
    network
        The network.
    """

    network: RoadNetwork

    def least(self, start: Spot, stop: Spot, cost: Floats, *, closed: Bools | None = None) -> RoutePath | None:
        """Give the way of least cost, or None where none leads there."""
        found = self.tradeoffs(start, stop, cost, np.zeros(len(cost)), closed=closed)
        return found[0] if found else None

    def least_to_all(self, start: Spot, cost: Floats, *, closed: Bools | None = None) -> Floats:
        """Give the least cost from a place to each node, inf where no way leads there."""
        there, back = self._both(cost, closed)
        return self._labels(self._leaving(start, there, back), there, back)

    def tradeoffs(
        self,
        start: Spot,
        stop: Spot,
        first: Floats,
        second: Floats,
        *,
        closed: Bools | None = None,
        tolerance: float = 0.0,
    ) -> list[RoutePath]:
        """Give the ways of which no other is better in one cost and not worse in the other, least ``first`` cost first.

        One way of each pair of costs. With a ``tolerance`` some are left out, of which another way is at most by that
        share worse in the second cost and not worse in the first.
        """
        one, two = self._both(first, closed), self._both(second, closed)
        enters = [self._leaving(stop, *cost[::-1]) for cost in (one, two)]
        rest = [
            self._labels(enter, *cost[::-1]) for enter, cost in zip(enters, (one, two), strict=True)
        ]  # least costs to the goal
        leaves = [self._leaving(start, *cost) for cost in (one, two)]
        goal, relax = len(self.network.nodes_xy), 1.0 + tolerance
        heap: list[tuple[float, float, float, float, int, int]] = []
        parents: list[tuple[int, int]] = []  # by label: parent label, arc (edge, ~edge; -1 - E for an end)
        best = np.full(goal + 1, np.inf)
        out: list[RoutePath] = []

        def push(g1: float, g2: float, node: int, parent: int, arc: int) -> None:
            h1, h2 = (0.0, 0.0) if node == goal else (rest[0][node], rest[1][node])
            if np.isfinite(g1 + h1) and np.isfinite(g2 + h2) and (g2 + h2) * relax < best[goal]:
                parents.append((parent, arc))
                heapq.heappush(heap, (g1 + h1, g2 + h2, g1, g2, node, len(parents) - 1))

        if start.edge == stop.edge:
            share = (stop.offset_m - start.offset_m) / max(self.network.length_m[start.edge], 1e-300)
            side = 0 if share >= 0 else 1
            direct = [0.0 if share == 0 else float(cost[side][start.edge] * abs(share)) for cost in (one, two)]
            push(direct[0], direct[1], goal, -1, -1)
        for (node, g1), (_, g2) in zip(leaves[0], leaves[1], strict=True):
            push(g1, g2, node, -1, node)
        arrive: dict[int, list[tuple[float, float, int]]] = {}
        for side, ((node, g1), (_, g2)) in enumerate(zip(*enters, strict=True)):
            arrive.setdefault(node, []).append((g1, g2, side))
        while heap:
            f1, f2, g1, g2, node, label = heapq.heappop(heap)
            if g2 * relax >= best[node] or f2 * relax >= best[goal]:
                continue
            best[node] = g2
            if node == goal:
                out.append(self._path(start, stop, parents, label, (f1, f2)))
                continue
            for a1, a2, side in arrive.get(node, ()):
                push(g1 + a1, g2 + a2, goal, label, side)
            for edge, other, way in self._around(node):
                if g2 + two[way][edge] < best[other] / relax:
                    push(g1 + one[way][edge], g2 + two[way][edge], other, label, edge if way == 0 else ~edge)
        return out

    def replacements(
        self, start: Spot, stop: Spot, cost: Floats, *, closed: Bools | None = None
    ) -> Replacements | None:
        """Give the least way and, for each of its edges, the cost of the least way when that edge closes."""
        path = self.least(start, stop, cost, closed=closed)
        if path is None:
            return None
        without = np.full(len(path.edges), np.inf)
        for at, edge in enumerate(path.edges):
            shut = np.zeros(len(cost), dtype=bool) if closed is None else closed.copy()
            shut[edge] = True
            other = self.least(start, stop, cost, closed=shut)
            without[at] = np.inf if other is None else other.costs[0]
        return Replacements(path, without)

    # -- inside ------------------------------------------------------------------

    @cached_property
    def _arcs(self) -> list[list[tuple[int, int, int]]]:
        arcs: list[list[tuple[int, int, int]]] = [[] for _ in self.network.nodes_xy]
        for edge, (one, other) in enumerate(self.network.edges.tolist()):
            arcs[one].append((edge, other, 0))
            arcs[other].append((edge, one, 1))
        return arcs

    def _around(self, node: int) -> Iterator[tuple[int, int, int]]:
        return iter(self._arcs[node])

    def _both(self, cost: Floats, closed: Bools | None) -> tuple[Floats, Floats]:
        whole = np.asarray(cost, dtype=float)
        there, back = (whole, whole) if whole.ndim == 1 else (whole[:, 0], whole[:, 1])
        if closed is not None:
            there, back = (np.where(closed, np.inf, one) for one in (there, back))
        return there, back

    def _leaving(self, spot: Spot, there: Floats, back: Floats) -> list[tuple[int, float]]:
        """Give the two ends of a place's edge with the cost of reaching them."""
        length = float(self.network.length_m[spot.edge])
        share = spot.offset_m / length if length > 0 else 0.0
        one, other = self.network.edges[spot.edge].tolist()
        return [
            (one, 0.0 if share == 0 else float(back[spot.edge] * share)),
            (other, 0.0 if share == 1 else float(there[spot.edge] * (1 - share))),
        ]

    def _labels(self, leaves: list[tuple[int, float]], there: Floats, back: Floats) -> Floats:
        cost = np.full(len(self.network.nodes_xy), np.inf)
        heap = [(g, node) for node, g in leaves if np.isfinite(g)]
        heapq.heapify(heap)
        for g, node in heap:
            cost[node] = min(cost[node], g)
        while heap:
            g, node = heapq.heappop(heap)
            if g > cost[node]:
                continue
            for edge, other, way in self._around(node):
                new = g + float((there, back)[way][edge])
                if new < cost[other]:
                    cost[other] = new
                    heapq.heappush(heap, (new, other))
        return cost

    def _path(
        self, start: Spot, stop: Spot, parents: list[tuple[int, int]], label: int, costs: tuple[float, float]
    ) -> RoutePath:
        parent, arc = parents[label]
        if parent < 0:  # along one edge
            return RoutePath(np.array([start.edge]), np.array([start.offset_m]), np.array([stop.offset_m]), costs)
        last_side, label = arc, parent
        steps: list[int] = []
        while parents[label][0] >= 0:
            label, arc = parents[label]
            steps.append(arc)
        first_node = parents[label][1]
        length = self.network.length_m
        at_start = first_node == int(self.network.edges[start.edge][0]) and not (
            # a loop ends where it starts: the nearer end was taken
            self.network.edges[start.edge][0] == self.network.edges[start.edge][1]
            and start.offset_m > length[start.edge] / 2
        )
        pieces = [(start.edge, start.offset_m, 0.0 if at_start else float(length[start.edge]))]
        for arc in reversed(steps):
            edge = arc if arc >= 0 else ~arc
            whole = float(length[edge])
            pieces.append((edge, 0.0, whole) if arc >= 0 else (edge, whole, 0.0))
        pieces.append((stop.edge, 0.0 if last_side == 0 else float(length[stop.edge]), stop.offset_m))
        pieces = [piece for piece in pieces if piece[1] != piece[2]] or pieces[:1]
        edges, low, high = zip(*pieces, strict=True)
        return RoutePath(np.array(edges, dtype=np.int64), np.array(low), np.array(high), costs)

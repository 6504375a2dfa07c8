"""Least ways and trade-offs between two places of a road network, and what is left when a road closes.

All of it is exact. Searches run over junctions and the chains of edges between them (:mod:`.contraction`), which are
found once for a network; the costs of a day are summed along the chains. From 4,000 edges on the loops are compiled,
where numba is installed (``artimap[network]``): the same loops, with the same results.

Graphs of ``scipy.sparse`` are not used: they add the costs of parallel edges, and lose edges that cost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from artimap.core.arrays import Bools, Floats, Ints
from artimap.roads.network.graph import RoadNetwork
from artimap.roads.routing import contraction
from artimap.roads.routing.contraction import Contraction, contract, loop, sums
from artimap.roads.routing.terminals import Arm, ChainPieces, Ends, Piece, Spot, Terminal

__all__ = ["Replacements", "RoutePath", "Router", "Spot"]

_MOST_EDGES = 7
"""Junctions with more edges than that stay when a graph is made smaller for trade-offs: joining them takes longer."""
_ROUNDED = 1e-9
"""Bounds that come from sums in another order are widened by this share."""


@dataclass(frozen=True, eq=False)
class RoutePath:
    """A way through a network.

    Attributes
    ----------
    edges
        The edges in the order in which they are run through.
    from_m, to_m
        Where each is entered and left, in metres from its own start: ``from_m > to_m`` where it is run backwards.
        Both are the same on an edge of no length, and where a way stops where it starts.
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
class _Costs:
    # one criterion: by edge from start to end and back, by slot away from its junction and towards it
    there: Floats
    back: Floats
    ahead: Floats
    behind: Floats

    @property
    def same_both_ways(self) -> bool:
        return self.there is self.back


@dataclass(frozen=True, eq=False)
class _Trip:
    # both ends of a way. A way is told in codes: slots, and after them the arms (starts, stops, direct ways).
    spot: Spot
    start: Terminal
    stop: Terminal
    arms: list[list[Piece]]
    starts: Ints  # by arm of the start its junction
    stops: Ints

    @cached_property
    def first(self) -> Ints:
        return np.cumsum([0, *(len(arm) for arm in self.arms)])

    @cached_property
    def pieces(self) -> ChainPieces:
        return ChainPieces.of([piece for arm in self.arms for piece in arm])

    def costs(self, cost: _Costs) -> tuple[Floats, Floats, Floats]:
        """Give what the arms cost, those of the start, of the stop, and the direct ways."""
        by_piece = self.pieces.cost(cost.there, cost.back)
        by_arm = np.array([float(by_piece[low:high].sum()) for low, high in pairwise(self.first)])
        one, other = len(self.starts), len(self.starts) + len(self.stops)
        return by_arm[:one], by_arm[one:other], by_arm[other:]


@dataclass(frozen=True, eq=False)
class Router:
    """A road network made ready for routing.

    Costs are float64 (E,) for a whole edge in either direction, or (E, 2) for the way from its start to its end and
    back; none below 0, inf where it cannot be run through. A part of an edge costs its part by length; a place on an
    edge of no length is at its start.

    Of ways that cost the same one is given, the same at every call and on every machine.

    Attributes
    ----------
    network
        The network.

    Examples
    --------
    >>> net = RoadNetwork.from_edges([[0, 0], [100, 0], [100, 50]], [[0, 1], [1, 2]], crs="EPSG:32618")
    >>> way = Router(net).least(Spot(0, 30.0), Spot(1, 20.0), net.length_m)
    >>> way.edges.tolist(), way.from_m.tolist(), way.to_m.tolist(), way.costs
    ([0, 1], [30.0, 0.0], [100.0, 20.0], (90.0,))
    """

    network: RoadNetwork

    @classmethod
    def cached(cls, network: RoadNetwork, path: str | Path) -> Router:
        """Make a network ready for routing, and keep what is long to find in a file.

        Parameters
        ----------
        network
            The network.
        path
            A file of numbers (``.npz``), read where it was written for this network; else made anew and written.

        Returns
        -------
        Router
            Ready: its first search does not wait.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        out, path = cls(network), Path(path)
        made = contraction.read(path, network)
        if made is None:
            contraction.write(path, network, out.contraction)
        else:
            out.__dict__["contraction"] = made  # where cached_property would put it
        return out.prepared()

    def prepared(self) -> Router:
        """Find now what searches need and costs do not change; else the first search does."""
        _ = self._ends, self._straight, self._from
        return self

    @cached_property
    def contraction(self) -> Contraction:
        """The network as searches go through it: junctions, chains, dead ends."""
        return contract(self.network)

    def least(self, start: Spot, stop: Spot, cost: Floats, *, closed: Bools | None = None) -> RoutePath | None:
        """Give the way of least cost, or None where none leads there.

        The search is A* (Hart, Nilsson and Raphael 1968) with the least cost by straight metre of the costs given.

        Parameters
        ----------
        start, stop
            Places on edges.
        cost
            By edge, see :class:`Router`.
        closed
            By edge: it cannot be run through.

        Returns
        -------
        RoutePath or None
            With one cost.

        Raises
        ------
        ValueError
            If a place is on no edge, or costs do not fit the network.
        """
        trip, costs = self._trip(start, stop), self._costs(cost, closed)
        codes = self._least(trip, costs)
        return None if codes is None else self._paths(trip, codes, [0, len(codes)], [costs])[0]

    def least_to_all(self, start: Spot, cost: Floats, *, closed: Bools | None = None) -> Floats:
        """Give the least cost from a place to each node, inf where no way leads there.

        Parameters
        ----------
        start
            A place on an edge.
        cost, closed
            As for :meth:`least`.

        Returns
        -------
        float64 (N,)
            By node of the network.
        """
        made, slots, costs = self.contraction, self.contraction.slots, self._costs(cost, closed)
        out = np.full(len(self.network.nodes_xy), np.inf)
        terminal = self._ends.terminal(start)
        arms = [ChainPieces.of(arm.pieces) for arm in terminal.arms]
        halves = [ChainPieces.of([one]) for one in self._ends.halves(start)]
        for run in [*arms, *halves]:
            steps = np.cumsum(run.cost(costs.there, costs.back))
            np.minimum.at(out, self.network.edges[run.edge, 1 - run.side], steps)
        roots = np.array([arm.node for arm in terminal.arms], dtype=np.int64)
        at_cost = np.array([float(arm.cost(costs.there, costs.back).sum()) for arm in arms])
        reached = self._loop("tree")(slots.ptr, slots.other, costs.ahead, roots, at_cost, np.inf)[0]
        core = made.core >= 0
        out[core] = np.minimum(out[core], reached[made.core[core]])
        self._loop("expand")(
            reached, out, self._edges, costs.there, costs.back,
            made.first, made.strung, made.sides, made.ends, made.up, made.order,
        )  # fmt: skip
        return out

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

        One way of each pair of costs. The search is BOA* (Hernandez and others 2020), with a tolerance that by apexes
        (Zhang and others 2022).

        Parameters
        ----------
        start, stop
            Places on edges.
        first, second
            Two costs by edge, see :class:`Router`.
        closed
            By edge: it cannot be run through.
        tolerance
            With more than 0 some ways are left out: for each of them there is one that costs at most by this share
            more, in both costs. The share holds for the whole way, however long it is.

        Returns
        -------
        list of RoutePath
            Each with two costs; empty where no way leads there.

        Raises
        ------
        ValueError
            If a place is on no edge, costs do not fit the network, or the tolerance is below 0.
        """
        if not 0 <= tolerance < np.inf:
            msg = f"tolerance must be a share of 0 or more, not {tolerance!r}"
            raise ValueError(msg)
        trip, costs = self._trip(start, stop), [self._costs(one, closed) for one in (first, second)]
        for one in costs:
            self._shut(trip, one)
        codes, begin = self._tradeoffs(trip, costs, 1.0 / (1.0 + tolerance))
        found = self._paths(trip, codes, begin, costs)
        found.sort(key=lambda path: path.costs)
        out: list[RoutePath] = []
        for path in found:
            if not out or path.costs[1] < out[-1].costs[1]:
                out.append(path)
        return out

    def replacements(
        self, start: Spot, stop: Spot, cost: Floats, *, closed: Bools | None = None
    ) -> Replacements | None:
        """Give the least way and, for each of its edges, the cost of the least way when that edge closes.

        Found all at once (Malik, Mittal and Gupta 1989) where costs are the same both ways; else by one search for
        each chain of edges between junctions.

        Parameters
        ----------
        start, stop, cost, closed
            As for :meth:`least`.

        Returns
        -------
        Replacements or None
            None where no way leads there.
        """
        trip, costs = self._trip(start, stop), self._costs(cost, closed)
        codes = self._least(trip, costs)
        if codes is None:
            return None
        path = self._paths(trip, codes, [0, len(codes)], [costs])[0]
        sizes = self._spread(trip, codes)[0]
        if not sizes.sum():
            return Replacements(path, np.array(path.costs))
        part = np.abs(path.to_m - path.from_m) != self.network.length_m[path.edges]
        if costs.same_both_ways:
            out = np.repeat(self._without(trip, costs, codes), sizes)
            out[part | (self.contraction.at[path.edges] < 0)] = np.inf
            return Replacements(path, out)
        out = np.full(len(path.edges), np.inf)
        known: dict[tuple[int, ...], float] = {}
        runs = np.repeat(np.arange(len(codes)), sizes)
        for at, edge in enumerate(path.edges.tolist()):
            place = int(self.contraction.at[edge])
            # what closes a chain closes it wherever it is
            key = (int(runs[at]), int(self.contraction.chain_at[place])) if place >= 0 and not part[at] else (at,)
            if key not in known:
                shut = np.zeros(len(self.network.edges), dtype=bool) if closed is None else closed.copy()
                shut[edge] = True
                other = self.least(start, stop, cost, closed=shut)
                known[key] = np.inf if other is None else other.costs[0]
            out[at] = known[key]
        return Replacements(path, out)

    def bridges(self) -> Bools:
        """Tell of each edge whether closing it cuts the network in two (Tarjan 1974), whatever its costs.

        Returns
        -------
        bool (E,)
            By edge.
        """
        return contraction.bridges(self.contraction, len(self.network.edges))

    # -- inside ------------------------------------------------------------------

    def _loop(self, name: str) -> Any:
        return loop(name, len(self.network.edges))

    @cached_property
    def _ends(self) -> Ends:
        return Ends(self.network, self.contraction)

    @cached_property
    def _edges(self) -> Ints:
        return self.network.edges.astype(np.int64)

    @cached_property
    def _from(self) -> Ints:
        slots = self.contraction.slots
        return np.repeat(np.arange(self.contraction.nodes), np.diff(slots.ptr))

    @cached_property
    def _pairs(self) -> Ints:
        # by chain that leads through the network its slots, ahead and back
        slots = self.contraction.slots
        return np.lexsort((slots.chain, slots.side)).reshape(2, -1).T.copy()

    @cached_property
    def _xy(self) -> Floats:
        core = self.contraction.core
        out = np.zeros((self.contraction.nodes, 2))
        out[core[core >= 0]] = self.network.nodes_xy[core >= 0]
        return out

    @cached_property
    def _straight(self) -> tuple[Ints, Floats]:
        # the slots that lead away from where they start, and how far
        apart = np.hypot(*(self._xy[self._from] - self._xy[self.contraction.slots.other]).T)
        away = np.flatnonzero(apart > 0)
        return away, apart[away]

    def _costs(self, cost: Floats, closed: Bools | None) -> _Costs:
        whole, edges = np.asarray(cost, dtype=np.float64), len(self.network.edges)
        if whole.shape not in {(edges,), (edges, 2)}:
            msg = f"costs must have the shape ({edges},) or ({edges}, 2), not {whole.shape}"
            raise ValueError(msg)
        if not (whole >= 0).all():
            msg = "costs must be 0 or more; inf where an edge cannot be run through"
            raise ValueError(msg)
        if closed is not None:
            shut = np.asarray(closed, dtype=bool)
            whole = np.where(shut if whole.ndim == 1 else shut[:, None], np.inf, whole)
        there = whole if whole.ndim == 1 else np.ascontiguousarray(whole[:, 0])
        back = there if whole.ndim == 1 else np.ascontiguousarray(whole[:, 1])
        return _Costs(there, back, *sums(self.contraction, there, back))

    def _trip(self, start: Spot, stop: Spot) -> _Trip:
        one, other = self._ends.terminal(start), self._ends.terminal(stop)
        direct = self._ends.direct(one, other)
        leave, enter = (one.arms, other.arms) if not self._ends.same_tree(one, other) else ([], [])
        enter = [Arm(arm.node, [piece.turned() for piece in reversed(arm.pieces)]) for arm in enter]
        return _Trip(
            start, one, other,
            [arm.pieces for arm in [*leave, *enter]] + ([] if direct is None else [direct]),
            *(np.array([arm.node for arm in arms], dtype=np.int64) for arms in (leave, enter)),
        )  # fmt: skip

    def _shut(self, trip: _Trip, costs: _Costs) -> None:
        # Through the chains that a way starts and stops in nothing leads but its own arms: else a way could run
        # past its own start, over an edge that it runs over already.
        for chain in {trip.start.chain, trip.stop.chain} - {-1}:
            through = self.contraction.slots.chain == chain
            costs.ahead[through] = costs.behind[through] = np.inf

    def _pair(self, costs: _Costs, starts: Ints, leave: Floats, stops: Ints, enter: Floats) -> tuple[Any, ...]:
        slots, (away, apart) = self.contraction.slots, self._straight
        least = float((costs.ahead[away] / apart).min(initial=np.inf))
        per_m = least * (1 - _ROUNDED) if np.isfinite(least) else 0.0
        out: tuple[Any, ...] = self._loop("pair")(
            slots.ptr, slots.other, costs.ahead, self._xy, per_m, starts, leave, stops, enter
        )
        return out

    def _least(self, trip: _Trip, costs: _Costs) -> Ints | None:
        """Give the codes of the least way."""
        self._shut(trip, costs)
        leave, enter, direct = trip.costs(costs)
        cost, by_start, by_stop, way = self._pair(costs, trip.starts, leave, trip.stops, enter)
        arms, slots = len(trip.starts) + len(trip.stops), len(costs.ahead)
        if len(direct) and direct[0] <= cost and np.isfinite(direct[0]):
            return np.array([slots + arms])
        if not np.isfinite(cost):
            return None
        return np.concatenate([[slots + by_start], way, [slots + len(trip.starts) + by_stop]]).astype(np.int64)

    def _tradeoffs(self, trip: _Trip, costs: list[_Costs], share: float) -> tuple[Ints, Ints]:
        """Give the codes of the ways that are trade-offs, one way after the other, and where each begins."""
        nodes, pairs = self.contraction.nodes, self._pairs
        # both places are nodes of their own
        leave, enter = np.full_like(trip.starts, nodes), np.full_like(trip.stops, nodes + 1)
        across = np.zeros(len(trip.arms) - len(leave) - len(enter), dtype=np.int64) + nodes
        arms = [np.concatenate([leave, trip.stops, across]), np.concatenate([trip.starts, enter, across + 1])]
        edges = np.concatenate([self._from[pairs], np.column_stack(arms)])
        given = np.full((len(edges), 2, 2), np.inf)
        for which, one in enumerate(costs):
            given[: len(pairs), :, which] = one.ahead[pairs]
            given[len(pairs) :, 0, which] = np.concatenate(trip.costs(one))
        ptr, runs, far, cost, parts = self._loop("reduced")(
            nodes + 2, np.array([nodes, nodes + 1]), edges, given.reshape(-1, 2), _MOST_EDGES
        )
        start, goal = len(ptr) - 3, len(ptr) - 2
        rest, most, back = np.empty((goal + 1, 2)), np.zeros(2), cost[runs ^ 1]
        for which in range(2):
            way = np.ascontiguousarray(back[:, which])
            rest[:, which], came, _ = self._loop("tree")(ptr, far, way, np.array([goal]), np.zeros(1), np.inf)
            if np.isinf(rest[start, which]):
                return np.zeros(0, dtype=np.int64), np.zeros(1, dtype=np.int64)
            slot = came[start]
            while slot >= 0:  # no trade-off costs more in the other than the least way
                most[1 - which] += back[slot, 1 - which]
                slot = came[np.searchsorted(ptr, slot, side="right") - 1]
        before, came, out = self._loop("fronts")(
            ptr, far, cost[runs], rest, start, goal, np.maximum(most * (1 + _ROUNDED), 1e-290), share
        )
        run, first = self._loop("trace")(before, runs[came], out, parts)
        codes = pairs.size + (run - pairs.size) // 2
        chain = np.flatnonzero(run < pairs.size)
        codes[chain] = pairs.reshape(-1)[run[chain]]
        return codes, first

    def _spread(self, trip: _Trip, codes: Ints) -> tuple[Ints, Ints, Bools]:
        """Give by code its number of edges, where they begin (arms come after the chains), and if it runs backwards."""
        made, slots = self.contraction, self.contraction.slots
        is_arm = codes >= len(slots.other)
        low, size, turned = (np.zeros(len(codes), dtype=np.int64) for _ in range(3))
        chain = slots.chain[codes[~is_arm]]
        low[~is_arm], size[~is_arm] = made.first[chain], np.diff(made.first)[chain]
        turned[~is_arm] = slots.side[codes[~is_arm]]
        arm = codes[is_arm] - len(slots.other)
        low[is_arm], size[is_arm] = len(made.strung) + trip.first[arm], np.diff(trip.first)[arm]
        return size, low, turned == 1

    def _paths(self, trip: _Trip, codes: Ints, first: Any, costs: list[_Costs]) -> list[RoutePath]:
        made, length = self.contraction, self.network.length_m
        size, low, turned = self._spread(trip, codes)
        begin = np.concatenate([[0], np.cumsum(size)])
        sign = np.where(turned, -1, 1)
        place = np.repeat(sign, size) * np.arange(begin[-1])
        place += np.repeat(np.where(turned, low + size - 1, low) - sign * begin[:-1], size)
        strung, sides = (made.strung, made.sides) if len(made.strung) else (np.zeros(1, np.int64), np.zeros(1, np.int8))
        own = np.flatnonzero(place >= len(made.strung))  # pieces of arms, few
        mine = place[own] - len(made.strung)
        place[own] = 0
        edge, side = strung[place], sides[place] ^ np.repeat(turned, size)
        to_m = length[edge]
        from_m = np.where(side, to_m, 0.0)
        to_m -= from_m
        side[own], pieces = trip.pieces.side[mine], trip.pieces
        edge[own], from_m[own], to_m[own] = pieces.edge[mine], pieces.from_m[mine], pieces.to_m[mine]
        by_piece = []
        for one in costs:
            told = one.there[edge] if one.same_both_ways else np.where(side, one.back[edge], one.there[edge])
            told[own] = pieces.cost(one.there, one.back)[mine]
            by_piece.append(told)
        paths = []
        for one, other in pairwise(begin[np.asarray(first)].tolist()):
            if one == other:  # it stops where it starts
                off = np.array([float(trip.spot.offset_m)])
                paths.append(RoutePath(np.array([trip.spot.edge]), off, off, (0.0,) * len(costs)))
                continue
            sums = tuple(float(cost[one:other].sum()) for cost in by_piece)
            paths.append(RoutePath(edge[one:other], from_m[one:other], to_m[one:other], sums))
        return paths

    def _without(self, trip: _Trip, costs: _Costs, codes: Ints) -> Floats:
        """Give the cost of the least way by code of it that closes, costs being the same both ways."""
        leave, enter, direct = trip.costs(costs)
        slots = self.contraction.slots
        if len(codes) == 1:  # along one chain, or one dead end; round by the junctions at the chain's other sides
            if not len(trip.starts):
                return np.array([np.inf])
            one, other = trip.start, trip.stop
            arm = 0 if (one.place, one.share) <= (other.place, other.share) else 1
            rest = slice(arm, arm + 1), slice(1 - arm, 2 - arm)
            return np.array([
                self._pair(costs, trip.starts[rest[0]], leave[rest[0]], trip.stops[rest[1]], enter[rest[1]])[0]
            ])  # fmt: skip
        tree = self._loop("tree")
        by_start, by_stop = codes[0] - len(slots.other), codes[-1] - len(slots.other) - len(trip.starts)
        from_start = tree(slots.ptr, slots.other, costs.ahead, trip.starts, leave, np.inf)
        to_stop = tree(slots.ptr, slots.other, costs.ahead, trip.stops, enter, np.inf)[0]
        out = self._loop("without")(
            slots.ptr, slots.other, costs.ahead, slots.chain, len(self.contraction.ends), trip.starts, leave,
            trip.stops, enter, int(by_start), int(by_stop), codes[1:-1].copy(), *from_start, to_stop,
        )  # fmt: skip
        return np.asarray(np.minimum(out, direct.min(initial=np.inf)), dtype=np.float64)

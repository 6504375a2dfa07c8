"""The ends of a way: from a place on an edge to the junctions around it, and straight between two places.

A way starts and stops anywhere on an edge, in a chain or in a dead end. From there it runs to the junctions at both
ends of the chain, up out of the dead end first; the search between junctions takes over there. Two places in one
chain or one dead end may be joined without any junction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from artimap.core.arrays import Floats, Ints
from artimap.roads.network.graph import RoadNetwork
from artimap.roads.routing.contraction import Contraction


class Spot(NamedTuple):
    """A place on an edge of a network: the edge, and metres from its start."""

    edge: int
    offset_m: float


class Piece(NamedTuple):
    """A run along an edge: its side (1: backwards), its share of the edge, from where to where."""

    edge: int
    side: int
    share: float
    from_m: float
    to_m: float

    def turned(self) -> Piece:
        """Give it the other way round."""
        return Piece(self.edge, 1 - self.side, self.share, self.to_m, self.from_m)


class Arm(NamedTuple):
    """The way from a place to a junction, the only one or one of two."""

    node: int
    pieces: list[Piece]


@dataclass(frozen=True, eq=False)
class Terminal:
    """A place and what leads away from it.

    Attributes
    ----------
    stem
        Up out of a dead end.
    chain
        The chain that it leads to, -1 where it leads to a junction.
    place, share, offset_m
        Where on that chain: which of the strung edges, the share of it that lies before, metres from the edge's start.
    arms
        The ways to junctions.
    """

    stem: list[Piece]
    chain: int
    place: int
    share: float
    offset_m: float
    arms: list[Arm]


@dataclass(frozen=True, eq=False)
class Ends:
    """Finds the ends of ways in a contracted network."""

    network: RoadNetwork
    made: Contraction

    def terminal(self, spot: Spot) -> Terminal:
        """Give what leads away from a place.

        Raises
        ------
        ValueError
            If there is no such edge, or it ends before that place.
        """
        made, edge, off = self.made, int(spot.edge), float(spot.offset_m)
        if not 0 <= edge < len(self.network.length_m):
            msg = f"there is no edge {edge} in a network of {len(self.network.length_m)} edges"
            raise ValueError(msg)
        length = float(self.network.length_m[edge])
        if not -1e-6 <= off <= length * (1 + 1e-9) + 1e-6:
            msg = f"edge {edge} is {length} m long: there is no place at {off} m"
            raise ValueError(msg)
        off = min(max(off, 0.0), length)
        share = off / length if length > 0 else 0.0
        place = int(made.at[edge])
        if place >= 0:
            before = 1 - share if made.sides[place] else share
            return self._on_chain([], place, before, off)
        one, other = self.network.edges[edge].tolist()
        side = 0 if made.up[one] == edge else 1
        stem = [Piece(edge, side, share if side else 1 - share, off, 0.0 if side else length)]
        node = one if side else other
        while made.up[node] >= 0:
            edge = int(made.up[node])
            one, other = self.network.edges[edge].tolist()
            side = 0 if one == node else 1
            stem.append(self._whole(edge, side))
            node = one if side else other
        if made.core[node] >= 0:
            return Terminal(stem, -1, -1, 0.0, 0.0, [Arm(int(made.core[node]), _run(stem))])
        place = int(made.place[node])
        return self._on_chain(stem, place, 0.0, self._start_m(place))

    def halves(self, spot: Spot) -> tuple[Piece, Piece]:
        """Give the two parts of a place's edge, from it to the start and to the end."""
        edge, length = int(spot.edge), float(self.network.length_m[spot.edge])
        off = min(max(float(spot.offset_m), 0.0), length)
        share = off / length if length > 0 else 0.0
        return Piece(edge, 1, share, off, 0.0), Piece(edge, 0, 1 - share, off, length)

    def direct(self, start: Terminal, stop: Terminal) -> list[Piece] | None:
        """Give the way that meets no junction, None where there is none."""
        up, down = list(start.stem), list(stop.stem)
        joint = None
        while up and down and up[-1].edge == down[-1].edge:
            joint = up.pop(), down.pop()
        if joint is not None:  # within one dead end: over the last edge that both go up by, if one of them starts on it
            return _run([*up, *self._between(*joint, bool(up), bool(down)), *(one.turned() for one in reversed(down))])
        if start.chain < 0 or start.chain != stop.chain:
            return None
        ahead = (start.place, start.share) <= (stop.place, stop.share)
        low, high = (start, stop) if ahead else (stop, start)
        edge, side = int(self.made.strung[low.place]), int(self.made.sides[low.place])
        if low.place == high.place:
            run = [Piece(edge, side, self._part(edge, low.offset_m, high), low.offset_m, high.offset_m)]
            if low.share == high.share:
                run = []
        else:
            run = [Piece(edge, side, 1 - low.share, low.offset_m, self._end_m(low.place))]
            run += [self._strung(place) for place in range(low.place + 1, high.place)]
            edge, side = int(self.made.strung[high.place]), int(self.made.sides[high.place])
            run.append(Piece(edge, side, high.share, self._start_m(high.place), high.offset_m))
        if not ahead:
            run = [one.turned() for one in reversed(run)]
        return _run([*start.stem, *run, *(one.turned() for one in reversed(stop.stem))])

    def same_tree(self, start: Terminal, stop: Terminal) -> bool:
        """Tell whether both lie on one branch of a dead end: then no junction lies on a way between them."""
        return bool(start.stem and stop.stem) and start.stem[-1].edge == stop.stem[-1].edge

    def _part(self, edge: int, off: float, other: Terminal) -> float:
        length = float(self.network.length_m[edge])
        return abs(other.offset_m - off) / length if length > 0 else 1.0

    def _between(self, one: Piece, other: Piece, above: bool, below: bool) -> list[Piece]:  # noqa: FBT001
        # ``one`` and ``other`` go up the same edge, from its outer end or from a place on it
        if above and below:
            return []
        length = float(self.network.length_m[one.edge])
        outer = length if one.side else 0.0
        start = outer if above else one.from_m
        stop = outer if below else other.from_m
        if above or below:
            away = 1 - (one.share if below else other.share)
        else:
            away = abs(stop - start) / length if length > 0 else 0.0
        onwards = (stop - start) * (-1 if one.side else 1)  # up, or down where negative
        up = onwards > 0 or (onwards == 0 and above)
        return [Piece(one.edge, one.side if up else 1 - one.side, away, start, stop)]

    def _on_chain(self, stem: list[Piece], place: int, share: float, off: float) -> Terminal:
        made = self.made
        chain = int(made.chain_at[place])
        edge, side = int(made.strung[place]), int(made.sides[place])
        low, high = int(made.first[chain]), int(made.first[chain + 1])
        back = [Piece(edge, 1 - side, share, off, self._start_m(place))]
        back += [self._strung(other).turned() for other in range(place - 1, low - 1, -1)]
        ahead = [Piece(edge, side, 1 - share, off, self._end_m(place))]
        ahead += [self._strung(other) for other in range(place + 1, high)]
        arms = [Arm(int(made.ends[chain, 0]), _run(stem + back)), Arm(int(made.ends[chain, 1]), _run(stem + ahead))]
        return Terminal(stem, chain, place, share, off, arms)

    def _whole(self, edge: int, side: int) -> Piece:
        length = float(self.network.length_m[edge])
        return Piece(edge, side, 1.0, length if side else 0.0, 0.0 if side else length)

    def _strung(self, place: int) -> Piece:
        return self._whole(int(self.made.strung[place]), int(self.made.sides[place]))

    def _start_m(self, place: int) -> float:
        return float(self.network.length_m[self.made.strung[place]]) if self.made.sides[place] else 0.0

    def _end_m(self, place: int) -> float:
        return 0.0 if self.made.sides[place] else float(self.network.length_m[self.made.strung[place]])


def _run(pieces: list[Piece]) -> list[Piece]:
    return [one for one in pieces if one.share != 0.0]


class Pieces(NamedTuple):
    """Many pieces as arrays."""

    edge: Ints
    side: Ints
    share: Floats
    from_m: Floats
    to_m: Floats

    @classmethod
    def of(cls, pieces: list[Piece]) -> Pieces:
        """Put pieces into arrays."""
        edge, side, share, from_m, to_m = zip(*pieces, strict=True) if pieces else ((), (), (), (), ())
        return cls(
            np.array(edge, dtype=np.int64),
            np.array(side, dtype=np.int64),
            np.array(share, dtype=np.float64),
            np.array(from_m, dtype=np.float64),
            np.array(to_m, dtype=np.float64),
        )

    def cost(self, there: Floats, back: Floats) -> Floats:
        """Give what each costs; a place that is not left costs nothing, even where nobody may run."""
        whole = np.where(self.side == 0, there[self.edge], back[self.edge])
        return np.multiply(whole, self.share, out=np.zeros(len(whole)), where=self.share > 0)

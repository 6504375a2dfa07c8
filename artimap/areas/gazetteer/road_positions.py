"""Where named things lie on the roads of an area, and pieces of road between and around them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely

from artimap.areas import embedded
from artimap.areas.corridors import read_corridor
from artimap.areas.gazetteer.lookup import Candidate, Entry, entries
from artimap.areas.gazetteer.name_spans import Lexicon
from artimap.core.precision import METRE_DECIMALS
from artimap.core.vocab import PlaceKind, Where
from artimap.roads.corridor import Corridor

ON_ROAD_M = 3_000.0
"""A place this near to a road may be an end of a stretch of it."""

BESIDE_M = 500.0
"""A place this near to a road lies on it."""

REACH_M = 8_000.0
"""A road that begins this near to a town is taken to lead there, where no other does."""

TOLERANCE_M = 1_000.0
"""A distance along a road is taken to be this exact, either way."""

WAY_OUT_M = 3_000.0
"""Length of road that "the northern way out of a town" may mean."""

_WHOLE = 0.98
_SAME_COST_M = 1_000.0


@dataclass(frozen=True, slots=True)
class RoadPiece:
    """A piece of one road, with how well its ends lie on it (metres off it, in all)."""

    road_id: str
    from_m: float
    to_m: float
    name: str
    cost_m: float = 0.0


@dataclass(frozen=True, eq=False)
class RoadIndex:
    """All roads of an area, and where its places lie on them."""

    corridors: dict[str, Corridor]
    # ``at``: chainage and offset in metres by place and road. ``towns``: chainage and name of the towns
    # on a road, in order. ``national``: the roads with a number.
    at: dict[tuple[str, str], tuple[float, float]]
    towns: dict[str, tuple[tuple[float, str], ...]]
    national: frozenset[str]

    def ref(self, road_id: str) -> str:
        """Give the road's number, or its id where it has none."""
        return self.corridors[road_id].ref

    def position(self, entry: Entry, road_id: str) -> tuple[float, float] | None:
        """Give chainage and offset of a thing on a road, in metres; None where it does not lie near it.

        A section or commune lies at the middle of the road within 500 m of it.
        """
        if entry.where is Where.STRETCH:
            if entry.road_id != road_id or entry.from_m is None or entry.to_m is None:
                return None
            # A locality on a stretch counts at its middle, as good as on the road.
            return (entry.from_m + entry.to_m) / 2, 0.0
        if entry.where in (Where.POINT, Where.PLACE):
            return self.at.get((entry.id, road_id))
        if entry.where in (Where.SECTION, Where.COMMUNE):
            middle = _middle(self.corridors[road_id], entry.id)
            return None if middle is None else (middle, 0.0)
        return None

    def passes(self, entry: Entry, road_id: str, reach_m: float = ON_ROAD_M) -> bool:
        """Tell whether a road runs by a thing."""
        if entry.where is Where.DEPARTMENT:
            return True
        found = self.position(entry, road_id) if road_id in self.corridors else None
        return found is not None and found[1] <= reach_m

    def apart(self, a: Entry, b: Entry) -> float:
        """Give the metres of road between two things that lie on one road; infinite where no road runs by both."""
        spots = ((self.position(a, road), self.position(b, road)) for road in self.corridors)
        near = [(x, y) for x, y in spots if x is not None and y is not None and max(x[1], y[1]) <= ON_ROAD_M]
        return min((abs(x[0] - y[0]) for x, y in near), default=math.inf)

    def between(self, a: Entry, b: Entry, roads: tuple[str, ...]) -> list[RoadPiece]:
        """Give the pieces of road between two things, the best first; several where several roads fit alike."""
        # The wide reach is tried only where no road fits within the narrow one.
        for reach in (ON_ROAD_M, REACH_M):
            found = [piece for road in roads if (piece := self._between(a, b, road, reach)) is not None]
            if found:
                found.sort(key=lambda piece: (piece.cost_m, piece.road_id))
                return [piece for piece in found if piece.cost_m <= found[0].cost_m + _SAME_COST_M]
        return []

    def _between(self, a: Entry, b: Entry, road_id: str, reach: float) -> RoadPiece | None:
        ends = []
        for entry in (a, b):
            found = self.position(entry, road_id)
            if found is None or found[1] > reach:
                return None
            if found[1] > ON_ROAD_M and 1.0 < found[0] < self.corridors[road_id].length_m - 1.0:
                return None  # only where the road begins or ends is it taken to lead there
            ends.append((*found, entry.locality or entry.name))
        (low, off, first), (high, away, last) = sorted(ends)
        wide = any(one.where in (Where.SECTION, Where.COMMUNE) for one in (a, b))
        if wide and road_id not in self.national:
            off += ON_ROAD_M  # many roads run by a unit: the numbered one is meant first
        if high - low < 1.0:
            return None
        return RoadPiece(road_id, low, high, f"{self.ref(road_id)} {first} – {last}", round(off + away, METRE_DECIMALS))

    def whole(self, piece: RoadPiece) -> bool:
        """Tell whether a piece is all of its road."""
        return piece.to_m - piece.from_m >= _WHOLE * self.corridors[piece.road_id].length_m

    def around(self, road_id: str, chainage_m: float, name: str) -> RoadPiece | None:
        """Give the road around a chainage; None beyond its ends."""
        length = self.corridors[road_id].length_m
        # A kilometre past the end still fits within what a distance is exact to.
        if not -TOLERANCE_M < chainage_m < length + TOLERANCE_M:
            return None
        low, high = max(0.0, chainage_m - TOLERANCE_M), min(length, chainage_m + TOLERANCE_M)
        return RoadPiece(road_id, low, high, f"{self.ref(road_id)} {name}")

    def posts(self, road_id: str, chainages_m: tuple[float, ...]) -> RoadPiece | None:
        """Give the road around a kilometre, or between the first two that are named; None beyond its ends."""
        low, high = min(chainages_m[:2]), max(chainages_m[:2])
        if low == high:
            return self.around(road_id, low, f"km {low / 1000:g}")
        # One end beyond the road: the number is of another road or wrong, so nothing is pinned.
        if high > self.corridors[road_id].length_m:
            return None
        return RoadPiece(road_id, low, high, f"{self.ref(road_id)} km {low / 1000:g} – {high / 1000:g}")

    def heading(self, entry: Entry, road_id: str, compass: tuple[float, float], far_m: float, least: float) -> int:
        """Tell which way along a road leads towards a quarter of the compass: 1, -1, or 0 where neither does.

        ``least`` is the cosine of the greatest angle allowed.
        """
        here = self.position(entry, road_id)
        if here is None or here[1] > ON_ROAD_M:
            return 0
        corridor = self.corridors[road_id]
        # The straight line to a point far on, not the tangent: a street through a town turns every way.
        start = corridor.point_at(here[0])
        best, way = least, 0
        for sign in (1, -1):
            there = here[0] + sign * far_m
            if not 0 <= there <= corridor.length_m:
                continue
            end = corridor.point_at(there)
            dx, dy = end.x - start.x, end.y - start.y
            # ``or 1.0``: a road that comes back to its start has no direction, and must not divide by
            # nothing.
            cosine = (dx * compass[0] + dy * compass[1]) / (math.hypot(dx, dy) * math.hypot(*compass) or 1.0)
            if cosine > best:
                best, way = cosine, sign
        return way

    def next_town(self, entry: Entry, road_id: str, way: int) -> tuple[float, str] | None:
        """Give chainage and name of the next town along a road."""
        here = self.position(entry, road_id)
        if here is None:
            return None
        # Towns within 500 m are the town itself.
        beyond = [town for town in self.towns.get(road_id, ()) if (town[0] - here[0]) * way > BESIDE_M]
        return min(beyond, key=lambda town: abs(town[0] - here[0]), default=None)

    def candidate(self, piece: RoadPiece, score: float, why: str) -> Candidate:
        """Give a piece of road as a candidate."""
        line = self.corridors[piece.road_id].piece(piece.from_m, piece.to_m)
        return Candidate(
            Where.STRETCH, piece.road_id, piece.name, score, why, "stretch", "", line, piece.from_m, piece.to_m
        )


@lru_cache(maxsize=4_096)
def _middle(corridor: Corridor, pcode: str) -> float | None:
    """Give the middle of the road within 500 m of a unit, as a chainage in metres."""
    pieces = corridor.unit_pieces(pcode)
    return (min(low for low, _ in pieces) + max(high for _, high in pieces)) / 2 if pieces else None


@lru_cache(maxsize=8)
def roads_for(known: Lexicon) -> RoadIndex:
    """Lay all places of a lexicon's area on all its roads; a changed layer makes a new lexicon."""
    area = known.area
    table = embedded.read_table(area.name, "roads")
    ids = [str(road) for road in table["road_id"]]
    corridors = {road: read_corridor(area, road) for road in ids}
    places = [one for one in entries(area) if one.where in (Where.POINT, Where.PLACE)]
    points = np.array([one.geometry for one in places], dtype=object)
    at: dict[tuple[str, str], tuple[float, float]] = {}
    towns: dict[str, list[tuple[float, str]]] = {}
    for road, corridor in corridors.items():
        chainage, offset = corridor.project(points)
        for place, along, off in zip(places, chainage.tolist(), offset.tolist(), strict=True):
            # Nothing farther off is ever asked for; the table stays small.
            if off <= REACH_M and not shapely.is_empty(place.geometry):
                at[(place.id, road)] = (along, off)
                if place.kind in (PlaceKind.CITY, PlaceKind.TOWN) and off <= BESIDE_M:
                    towns.setdefault(road, []).append((along, place.name))
    # A town that lies beside the main road, 2 km from where a local road leaves it, is where that local
    # road leads from. Without this "the road A – B" would have no end in such a town.
    at.update(_by_junction(corridors, at))
    national = frozenset(table[table["ref"].notna()]["road_id"].astype(str))
    return RoadIndex(corridors, at, {road: tuple(sorted(found)) for road, found in towns.items()}, national)


def _by_junction(
    corridors: dict[str, Corridor], at: dict[tuple[str, str], tuple[float, float]]
) -> dict[tuple[str, str], tuple[float, float]]:
    """Lay towns beside one road at the end of another that begins on it not far away."""
    beside: dict[str, list[tuple[str, float]]] = {}
    for (place, road), (along, off) in at.items():
        if off <= BESIDE_M:
            beside.setdefault(road, []).append((place, along))
    found: dict[tuple[str, str], tuple[float, float]] = {}
    for road, corridor in corridors.items():
        ends = (0.0, corridor.length_m)
        for other, neighbour in corridors.items():
            if other == road:
                continue
            chainage, offset = neighbour.project(corridor.point_at(list(ends)))
            for end, along, off in zip(ends, chainage.tolist(), offset.tolist(), strict=True):
                # A place that lies on this road anyway keeps its own position.
                for place, here in beside.get(other, []) if off <= BESIDE_M else []:
                    if at.get((place, road), (0.0, REACH_M))[1] > BESIDE_M and abs(here - along) <= REACH_M:
                        found[(place, road)] = (end, abs(here - along))
    return found

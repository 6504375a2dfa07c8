"""Words that name a piece of road: kilometres, two places, one place, a bridge, a whole road."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import shapely

from artimap.areas.area import Area
from artimap.areas.gazetteer.cue_words import NUMBER_WORDS, ROAD_NUMBER
from artimap.areas.gazetteer.lookup import Candidate, find_place
from artimap.areas.gazetteer.resolve import known_place, resolve
from artimap.core.errors import PlaceError
from artimap.core.precision import METRE_DECIMALS
from artimap.core.vocab import Where
from artimap.roads.corridor import Corridor
from artimap.roads.routing.spans import RoadSpan

SpanKind = Literal["kilometres", "stretch", "around_place", "around_bridge", "whole_road"]

PLACE_M: Final = 250.0
"""A place alone is its road so far either way."""
BRIDGE_M: Final = 1_000.0
"""A bridge that the data do not hold lies within so far of the place that it is named after."""
ON_ROAD_M: Final = 3_000.0
"""A place within this distance of a road may be an end of a piece of it."""

_NUMBER = r"\d{1,3}(?:\s?\+\s?\d{3}|[.,]\d+)?"
_UNIT = r"(?:kms?|pk|kilom[eéè]t(?:re|er)?s?)(?![^\W\d_])\.?"
_TO = r"(?:\s*(?:[-‐‑–—→/…]|\.\.+)\s*|\s+(?:à|a|au|to|till|until|jusqu['’]?\s?(?:à|au)|rive|et|and|ak)\s+)"
_KILOMETRES = re.compile(
    rf"(?P<unit>{_UNIT}\s*)?(?P<low>{_NUMBER})\s*(?:{_UNIT})?(?:{_TO}(?:{_UNIT}\s*)?(?P<high>{_NUMBER})\s*(?:{_UNIT})?)?",
    re.IGNORECASE,
)
_ANY_UNIT = re.compile(rf"(?:\b|\d){_UNIT}", re.IGNORECASE)
_BETWEEN = re.compile(
    r"\s+[-‐‑]\s+|\s*[–—→]\s*|\s+(?:à|to|till|until|jusqu['’]?\s?(?:à|au)|rive|et|and|ak)\s+|\s*/\s*", re.IGNORECASE
)
_FILLERS = frozenset(
    word
    for words in ("from between the on of at to road", "entre de du des le la les sur depuis au aux route")
    for word in (*words.split(), "ant", "nan", "soti", "depi", "ki", "wout")
)
_BRIDGE = re.compile(
    r"(?<![\w-])(?:bridge|pont|pon)(?![\w-])(?:\s+(?:of|at|over|de|du|a|à|nan)\b|\s+d['’])?", re.IGNORECASE
)
_UNDERSTOOD = (
    "write kilometres ('km 110–126', 'rn1 km 110.4–130.2', 'RN1 PK 110 à 126'), two places on one road "
    "('Pont-Sondé – L'Estère'), one place ('Pont-Sondé'), a bridge ('pont de Pont-Sondé') or a road ('rd-sav')"
)


class WordedSpan(NamedTuple):
    """A piece of road that words name, and how they were read.

    Attributes
    ----------
    span
        The piece, along the kilometres of its road.
    kind
        ``kilometres``; ``stretch`` (between two places, or a stretch with a name); ``around_place``: 250 m of road on
        either side of a place; ``around_bridge``: 1 km on either side of the place that a bridge is named after, as
        the data do not hold the bridge; ``whole_road``.
    """

    span: RoadSpan
    kind: SpanKind


@dataclass(frozen=True, eq=False)
class SpanReader:
    """What words are read against.

    Attributes
    ----------
    lengths
        Length by road, in metres.
    corridors
        The roads that can be read as a corridor.
    nearest
        Gives for a point the nearest road, the chainage there and the distance.
    area
        Where places are looked up; null where none can be.
    """

    lengths: Mapping[str, float]
    corridors: Mapping[str, Corridor]
    nearest: Callable[[shapely.Point], tuple[str, float, float]]
    area: Area | None

    def read(self, words: str) -> WordedSpan:
        """Read words as a piece of road.

        Raises
        ------
        PlaceError
            If they name none, or several; the message says what is understood.
        """
        text = " ".join(str(words).split())
        road, rest = self._road_in(text)
        if road is not None and self._road_in(rest)[0] not in (None, road):
            raise _no_span(words, "two roads are named")
        found = self._kilometres(words, road, rest)
        if found is not None:
            return found
        if road is not None and not _bare(rest):
            return WordedSpan(RoadSpan(road, 0.0, self.lengths[road]), "whole_road")
        if self.area is None or not _bare(rest):
            raise _no_span(words)
        return self._stretch(self.area, text, road, rest) or self._around(self.area, words, road, rest)

    def kilometre(self, words: str) -> tuple[str, float] | None:
        """Give road and chainage of words such as "rn1 km 95"; null where they are no one kilometre."""
        text = " ".join(str(words).split())
        match = _KILOMETRES.fullmatch(_bare(self._road_in(text)[1]))
        if match is None or match["high"] is not None:
            return None
        found = self._kilometres(words, *self._road_in(text))
        return None if found is None else (found.span.road_id, _metres(match["low"]))

    def _road_in(self, text: str) -> tuple[str | None, str]:
        """Give the road that words name, and the words without it."""
        match = ROAD_NUMBER.search(text)
        if match is not None:
            road = "rn" + NUMBER_WORDS.get(match[1].casefold(), match[1])
            return self._known(road), text[: match.start()] + text[match.end() :]
        words = text.split(" ")
        for size in (1, 2):
            for at in range(len(words) - size + 1):
                one = "-".join(words[at : at + size]).strip(",;:.()").casefold()
                if one in self.lengths and re.search(r"[a-z]", one):
                    return one, " ".join(words[:at] + words[at + size :])
        match = re.search(r"(?<!\S)r[dc]-\w+", text, re.IGNORECASE)
        if match is not None:
            self._known(match[0].casefold())
        return None, text

    def _known(self, road: str) -> str:
        if road not in self.lengths:
            some = sorted(self.corridors) or sorted(self.lengths)[:12]
            msg = f"no road {road!r}; there are: {', '.join(some)}"
            raise PlaceError(msg)
        return road

    def _kilometres(self, words: str, road: str | None, rest: str) -> WordedSpan | None:
        match = _KILOMETRES.fullmatch(_bare(rest))
        if match is None:
            return None
        if road is None and match["high"] is None and not _ANY_UNIT.search(rest):
            return None  # a number alone
        if road is None:
            if self.area is None or self.area.corridor_id not in self.lengths:
                msg = f"{words!r} does not say of which road: write '{next(iter(self.lengths), 'rn1')} km 1–2'"
                raise PlaceError(msg)
            road = self.area.corridor_id
        length = self.lengths[road]
        low, high = sorted(_metres(one) for one in (match["low"], match["high"] or match["low"]))
        # The posts of a road that ends at km 249.85 are read as 250 by everybody.
        if high > length + 500.0 or low > length:
            msg = f"{words!r}: {road} ends at km {length / 1000:.1f}"
            raise PlaceError(msg)
        if high - low < 1.0:
            return WordedSpan(self._within(road, low, PLACE_M), "around_place")
        return WordedSpan(RoadSpan(road, low, min(high, length)), "kilometres")

    def _within(self, road: str, at: float, reach: float) -> RoadSpan:
        return RoadSpan(road, max(0.0, at - reach), min(self.lengths[road], at + reach))

    def _stretch(self, area: Area, text: str, road: str | None, rest: str) -> WordedSpan | None:
        """Read a stretch: as the gazetteer has it, else between two names on one road."""
        read = resolve(area, text)
        if read.kind is Where.STRETCH:
            ways = [
                RoadSpan(one.id, one.from_m, one.to_m)
                for one in read.candidates
                if one.from_m is not None and one.to_m is not None and one.id in self.lengths
            ]
            fits = [way for way in ways if way.road_id == (road or area.corridor_id)]
            if road is None and not fits and len(ways) > 1:
                options = "; ".join(f"{way.road_id} km {_km(way.low_m)}–{_km(way.high_m)}" for way in ways[:4])
                msg = f"{text!r} may mean several roads: {options}"
                raise PlaceError(msg)
            for way in fits or (ways if road is None else []):
                return WordedSpan(way, "stretch")
        names = [one for part in _BETWEEN.split(_bare(rest)) if (one := _bare(part))]
        if len(names) != 2 or _exact(area, _bare(rest)):
            return None
        ends = [place_of_words(area, name) for name in names]
        found = list[tuple[float, RoadSpan]]()
        for known in [road] if road is not None else list(self.corridors):
            if known in self.corridors:
                at, off = self.corridors[known].project([end.geometry.representative_point() for end in ends])
                if max(off) <= ON_ROAD_M and abs(at[0] - at[1]) > 1.0:
                    found.append((float(sum(off)), RoadSpan(known, float(min(at)), float(max(at)))))
        if not found:
            on = "one road" if road is None else road
            msg = f"{text!r}: {ends[0].name} and {ends[1].name} do not both lie on {on}; write kilometres"
            raise PlaceError(msg)
        return WordedSpan(min(found)[1], "stretch")

    def _around(self, area: Area, words: str, road: str | None, rest: str) -> WordedSpan:
        """Read one place, or a bridge that is named after one."""
        name = _bare(rest)
        # "Pont Sonde" is a town: a word for bridge is taken out only where the whole is no name, and one word only.
        without = [_bare(name[: one.start()] + " " + name[one.end() :]) for one in _BRIDGE.finditer(name)]
        named = [one for one in without if one and _exact(area, one)] or [one for one in without if one]
        bridge = bool(named) and not _exact(area, name)
        try:
            place = place_of_words(area, named[0] if bridge else name)
        except PlaceError as error:
            raise _no_span(words, str(error)) from error
        if place.where in (Where.SECTION, Where.COMMUNE, Where.DEPARTMENT):
            raise self._of_unit(words, road, place)
        if bridge:
            known = resolve(area, f"pont de {place.name}")
            ways = [one for one in known.candidates if one.id == (road or one.id) and one.id in self.lengths]
            if known.kind is Where.STRETCH and ways:
                return WordedSpan(RoadSpan(ways[0].id, known.from_m or 0.0, known.to_m or 0.0), "stretch")
        point = place.geometry.representative_point()
        wanted = road or area.corridor_id
        if wanted in self.corridors:
            at, off = self.corridors[wanted].project([point])
            if off[0] <= (ON_ROAD_M if road is not None else 500.0):
                return self._reach(wanted, float(at[0]), bridge=bridge)
        one, chainage, away = self.nearest(point)
        if road is not None or away > ON_ROAD_M:
            on = road or "any road"
            msg = f"{words!r}: {place.name} does not lie on {on}; write kilometres, or two places on one road"
            raise PlaceError(msg)
        return self._reach(one, chainage, bridge=bridge)

    def _reach(self, road: str, at: float, *, bridge: bool) -> WordedSpan:
        if bridge:
            return WordedSpan(self._within(road, at, BRIDGE_M), "around_bridge")
        return WordedSpan(self._within(road, at, PLACE_M), "around_place")

    def _of_unit(self, words: str, road: str | None, place: Candidate) -> PlaceError:
        """Say of a section or commune where roads run through it."""
        roads = [road] if road is not None else list(self.corridors)
        pieces = [
            f"{one} km {_km(low)}–{_km(high)}"
            for one in roads
            if one in self.corridors
            for low, high in self.corridors[one].unit_pieces(place.id)
        ]
        where = f": it has {', '.join(pieces[:4])}" if pieces else ""
        msg = f"{words!r} names an area, {place.name}, and no piece of road{where}; write the kilometres meant"
        return PlaceError(msg)


def place_of_words(area: Area, text: str) -> Candidate:
    """Give the one place that words name: a town goes before the commune or section that bears its name.

    Raises
    ------
    PlaceError
        If nothing is called so, or several places alike; the message names them.
    """
    found = find_place(area, text)
    places = found["where"].isin([Where.POINT.value, Where.PLACE.value])
    best = found.loc[places, "score"].max() if places.any() else 0.0
    # A near spelling, and a name among other words, is left to the reading of whole phrases.
    if best >= 0.8 and best >= found["score"].max() - 0.1:
        alike = found[places & (found["score"] >= best - 0.03)]
        if len(alike) > 1:
            options = "; ".join(
                f"{name} ({kind}, {commune})" if commune else f"{name} ({kind})"
                for name, kind, commune in zip(alike["name"], alike["kind"], alike["commune"], strict=True)
            )
            msg = f"{text!r} may mean several places: {options}"
            raise PlaceError(msg)
        row = alike.iloc[0]
        return Candidate(
            Where(row["where"]), row["id"], row["name"], float(row["score"]), row["why"], row["kind"], row["commune"],
            row["geometry"],
        )  # fmt: skip
    return known_place(area, text)


def _exact(area: Area, text: str) -> bool:
    found = find_place(area, text)
    return bool(len(found)) and float(found["score"].iloc[0]) >= 0.93


def _bare(text: str) -> str:
    """Take words off both ends that only join."""
    words = [one for one in (word.strip(",;:.()") for word in text.split()) if one]
    while words and words[0].casefold() in _FILLERS:
        words = words[1:]
    while words and words[-1].casefold() in _FILLERS:
        words = words[:-1]
    return " ".join(words)


def _metres(text: str) -> float:
    """Read a kilometre: 110.4, 110,4 and 110+400 are the same."""
    whole, plus, metres = text.replace(" ", "").partition("+")
    return round(1000.0 * float(whole.replace(",", ".")), METRE_DECIMALS) + (int(metres) if plus else 0)


def _km(metres: float) -> str:
    return f"{metres / 1000:.1f}"


def _no_span(words: str, why: str = "") -> PlaceError:
    return PlaceError(f"{words!r} names no piece of road{f' ({why})' if why else ''}: {_UNDERSTOOD}")

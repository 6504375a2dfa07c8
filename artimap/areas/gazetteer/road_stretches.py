"""Pieces of road in words: between two places, so many kilometres from one, the way out of a town."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, product

from artimap.areas.gazetteer import cue_words as w
from artimap.areas.gazetteer.lookup import Candidate, Entry
from artimap.areas.gazetteer.name_spans import Hit, Lexicon, Span
from artimap.areas.gazetteer.phrase_parser import AWAY, ONE_SIDE, ParsedPhrase
from artimap.areas.gazetteer.road_positions import BESIDE_M, ON_ROAD_M, WAY_OUT_M, RoadIndex, RoadPiece, roads_for
from artimap.core.precision import METRE_DECIMALS
from artimap.core.text import ARTICLES
from artimap.core.vocab import RoadRelation, Where

LEADS_M = 10_000.0
"""Which way a road leads out of a town is judged this far on: streets turn."""

SURROUNDINGS_M = 5_000.0
"""Up to this far a distance off the roads still leaves the surroundings of a place."""

_BY_ROAD = 0.3
"""Cosine of how far a named road may turn from the direction that is said."""

_UNNAMED = 0.87
"""The same where no road is named: 30 degrees."""

_SURE, _FAIR, _UNSURE = 0.95, 0.9, 0.84
_TO = w.TO | {"au", "aux"}
_RELATIONS = w.AFTER | w.BEFORE | w.JUST | w.COMING
_GAP = w.TO | w.AND | w.TOWN | w.ENTRY | w.PLAIN | w.TOWARDS | w.COMMUNE | w.NEAR | w.ROAD | w.FACILITY


@dataclass(frozen=True, slots=True)
class StretchCandidates:
    """Pieces of road that the words may mean, best first, and the names they use."""

    candidates: tuple[Candidate, ...]
    used: tuple[Span, ...]


def find(known: Lexicon, parsed: ParsedPhrase) -> StretchCandidates | str | None:
    """Find a stretch in a phrase: the stretch, why there is none although the words ask for one, or None."""
    # From the most special wording to the most general: "5 km north of A on the road to B" must not be read as
    # the road between A and B.
    for reading in (_at_distance, _way_out, _between, _along, _road_of):
        found = reading(known, parsed)
        if found is not None:
            return found
    return None


# -- between two places ---------------------------------------------------------


def _between(known: Lexicon, parsed: ParsedPhrase) -> StretchCandidates | str | None:
    for a, b in zip(parsed.spans, parsed.spans[1:], strict=False):
        if not _is_between(parsed, a, b):
            continue
        # One end is known to lie outside the data. A stretch up to it would be a guess.
        if any(hit.entry.where is Where.NOWHERE for span in (a, b) for hit in span.hits[:1]):
            return _without_clause(parsed, (a, b))
        found = _pieces(known, parsed, a, b)
        if found:
            return StretchCandidates(tuple(found), (a, b))
        # Another name may still say the place: "on the road from A to B, at C".
        if len(parsed.spans) > 2:
            return _without_clause(parsed, (a, b))
        return "no one known road joins the two places"
    if len(parsed.spans) == 1 and _one_ended(parsed, parsed.spans[0]):
        return "one end of the stretch is not known"
    return None


def _one_ended(parsed: ParsedPhrase, span: Span) -> bool:
    """Tell whether a name is one end of a stretch whose other end is not known."""
    opened = [at for at, word in enumerate(parsed.words) if word.text in w.BETWEEN]
    joined = [at for at, word in enumerate(parsed.words) if word.text in w.AND]
    # "between" and a later "and": with one known name the other end must be one that is not known.
    if not opened or not joined or max(joined) < opened[0]:
        return False
    return opened[0] < span.start and not parsed.signs(opened[0], span.start) & {",", ";", "("}


def _without_clause(parsed: ParsedPhrase, pair: tuple[Span, Span]) -> StretchCandidates | str | None:
    """Leave the two ends out where other names say the place."""
    rest = [span for span in parsed.spans if span not in pair]
    if not rest:
        return "one end of the stretch lies outside the data"
    # Taken out of the phrase itself: the reading of places goes on with what is left.
    for span in pair:
        parsed.spans.remove(span)
    return None


def _is_between(parsed: ParsedPhrase, a: Span, b: Span) -> bool:
    gap, signs = set(parsed.texts(a.stop, b.start)), parsed.signs(a.stop, b.start)
    # Any word in the gap that is not known to join two ends makes two places of them.
    if signs & {",", ";", "(", ")"} or gap - _GAP - ARTICLES:
        return False
    start = parsed.before(a)
    ahead = parsed.texts(start, a.start)
    cues = set(ahead)
    # "antre" is both "between" and "entry" in Kreyòl; with "and" in the gap it is "between".
    if cues & w.BETWEEN or ("antre" in cues and gap & w.AND):
        return bool(gap & (w.AND | w.TO) or signs)
    # "from A to B", "the road linking A to B"; "to" alone may be a direction.
    joined = bool(gap & (_TO | {"vers", "towards", "ale"}))
    if joined and (cues & w.FROM or cues & w.LINKING or _from_de(parsed, start, a)):
        return True
    if gap & {"to", "jiska"} and not gap - {"to", "jiska"} - ARTICLES - w.TOWN and not cues - w.NOISE:
        return True
    # A dash between one town and its own commune joins nothing.
    if "–" in signs and not gap - {"to"} - ARTICLES and not _same_place(a, b):
        return True
    return _road_cue(parsed, a, b, cues) and (bool(signs) or not gap or bool(gap & (w.AND | _TO)))


def _from_de(parsed: ParsedPhrase, start: int, a: Span) -> bool:
    """Tell whether "de" means "from": at the start of a clause, or after a word for a road."""
    # "route de Gonaïves à Saint-Marc" starts at Gonaïves. "la ville de Gonaïves" does not.
    words = parsed.words[start : a.start]
    at = next((i for i, word in enumerate(words) if word.text in {"de", "du", "d", "des"}), None)
    if at is None:
        return False
    return at == 0 or words[at - 1].sign in {",", "("} or words[at - 1].text in w.ROAD


def _road_cue(parsed: ParsedPhrase, a: Span, b: Span, cues: set[str]) -> bool:
    after = parsed.texts(b.stop, b.stop + 2)
    return bool(cues & w.ROAD or set(after[:1]) & w.ROAD or (parsed.roads and not cues - w.NOISE)) and not _same_place(
        a, b
    )


def _same_place(a: Span, b: Span) -> bool:
    return bool({hit.entry.id for hit in a.hits} & {hit.entry.id for hit in b.hits})


def _ends(span: Span) -> list[Hit]:
    """Give what an end may be: its places, or else its units."""
    # 0.08 is how close two readings must be to be in doubt (disambiguation.CLOSE).
    best = span.hits[0].score
    close = [hit for hit in span.hits if best - hit.score < 0.08 and hit.entry.where is not Where.DEPARTMENT]
    return [hit for hit in close if hit.entry.where in (Where.PLACE, Where.POINT)] or close


def _ranked(known: Lexicon, parsed: ParsedPhrase, a: Span, b: Span) -> list[tuple[RoadPiece, float]]:
    roads = roads_for(known)
    # A named road is the only one asked; else every road, and the best fit wins.
    asked = parsed.roads or tuple(roads.corridors)
    found: dict[RoadPiece, float] = {}
    # The same piece may come from a town and its commune: it counts once, with the first and best
    # score.
    for one, other in product(_ends(a), _ends(b)):
        for piece in roads.between(one.entry, other.entry, asked):
            found.setdefault(piece, min(one.score, other.score))
    ranked = sorted(found, key=lambda piece: (piece.cost_m, piece.road_id))
    # Offsets within a kilometre of the best are alike: which road is meant is then left open.
    return [(piece, found[piece]) for piece in ranked if piece.cost_m <= ranked[0].cost_m + ON_ROAD_M / 3]


def _pieces(known: Lexicon, parsed: ParsedPhrase, a: Span, b: Span) -> list[Candidate]:
    roads = roads_for(known)
    return [
        roads.candidate(piece, min(_SURE, score), "the road between two places")
        for piece, score in _ranked(known, parsed, a, b)
    ]


# -- on one side of a place, towards or from another -----------------------------

# "past A towards B" and "before A coming from B" lie between the two, "past A coming from B" beyond A.
_BETWEEN_THEM = frozenset(
    {("after", "towards"), ("after", "road"), ("before", "from"), ("after", "before"), ("before", "after")}
)
_BEYOND = frozenset({("before", "towards"), ("before", "road"), ("after", "from")})


def _along(known: Lexicon, parsed: ParsedPhrase) -> StretchCandidates | str | None:
    """Read "A towards B", "after A, before B", "past A on the way to B", "before A coming from B"."""
    main = parsed.main
    for a, b in pairwise(parsed.spans):
        gap = set(parsed.texts(a.stop, b.start)) - _GAP - ARTICLES - w.MOVING - _RELATIONS
        # Any other word between the two makes it something that happens at A on the way to B.
        if a in main and parsed.relation(b) == "towards" and parsed.relation(a) not in ONE_SIDE and not gap:
            if parsed.signs(a.stop, b.start) - {",", "-"}:
                continue
            if any(span.hits[0].entry.where is Where.NOWHERE for span in (a, b)):
                return None
            found = _pieces(known, parsed, a, b)
            return StretchCandidates(tuple(found), (a, b)) if found else "no one known road joins the two places"
    near = next((span for span in main if parsed.relation(span) in ONE_SIDE), None)
    if near is None:
        return None
    for other in parsed.spans:
        pair = parsed.relation(near), parsed.relation(other)
        if other is near or pair not in _BETWEEN_THEM | _BEYOND:
            continue
        found = _on_side(known, parsed, near, other, beyond=pair in _BEYOND)
        if found:
            return StretchCandidates(tuple(found), (near, other))
        if pair[1] in ONE_SIDE:
            return "no one known road joins the two places"
    return None


def _on_side(known: Lexicon, parsed: ParsedPhrase, near: Span, other: Span, *, beyond: bool) -> list[Candidate]:
    """Give the road from a place to another, or away from it; of "just after" only the first kilometres."""
    roads = roads_for(known)
    just = bool(w.JUST & set(parsed.texts(parsed.before(near), near.start)))
    out = []
    for piece, sure in _ranked(known, parsed, near, other):
        at = next((hit for hit in _ends(near) if roads.position(hit.entry, piece.road_id)), None)
        here = None if at is None else roads.position(at.entry, piece.road_id)
        if at is None or here is None:
            continue
        up = abs(here[0] - piece.from_m) < abs(here[0] - piece.to_m)
        low, high, name = piece.from_m, piece.to_m, piece.name
        if beyond:
            up = not up
            town = roads.next_town(at.entry, piece.road_id, 1 if up else -1)
            if town is None:
                continue
            low, high = sorted((here[0], town[0]))
            name = f"{roads.ref(piece.road_id)} {at.entry.name} – {town[1]}"
        if just:
            low, high = (low, min(high, low + WAY_OUT_M)) if up else (max(low, high - WAY_OUT_M), high)
            name = f"{roads.ref(piece.road_id)} {at.entry.name}"
        # Nobody says how far beyond: at the next town another name would have been given, so it is never sure.
        score = min(_UNSURE if beyond else _FAIR, sure)
        cut = RoadPiece(piece.road_id, low, high, name)
        out.append(roads.candidate(cut, score, "the road on that side of the place"))
    return out


def cut_at(known: Lexicon, parsed: ParsedPhrase, found: StretchCandidates) -> StretchCandidates:
    """Cut the road between two places where a third is passed: "between A and B, after C"."""
    roads = roads_for(known)
    pieces = list(found.candidates)
    for span in parsed.aside:
        way = parsed.relation(span)
        if way not in ONE_SIDE or span in found.used or len(found.used) < 2:
            continue
        for at, one in enumerate(pieces):
            here = next((spot for hit in _ends(span) if (spot := roads.position(hit.entry, one.id))), None)
            first = next((spot for hit in _ends(found.used[0]) if (spot := roads.position(hit.entry, one.id))), None)
            if here is None or first is None or one.from_m is None or one.to_m is None:
                continue
            if one.from_m < here[0] < one.to_m and here[1] <= ON_ROAD_M:
                # Which end the words start from says what is "after".
                rising = abs(first[0] - one.from_m) < abs(first[0] - one.to_m)
                low, high = (here[0], one.to_m) if rising == (way == "after") else (one.from_m, here[0])
                pieces[at] = roads.candidate(RoadPiece(one.id, low, high, one.name), one.score, one.why)
    return StretchCandidates(tuple(pieces), found.used)


# -- from one place -------------------------------------------------------------


def _compass(texts: list[str]) -> tuple[float, float] | None:
    ways = [w.COMPASS[text] for text in texts if text in w.COMPASS]
    if not ways:
        return None
    x, y = float(sum(way[0] for way in ways)), float(sum(way[1] for way in ways))
    # North and south in one phrase cancel out: no direction is better than a wrong one.
    return (x, y) if (x, y) != (0.0, 0.0) else None


def _at_distance(known: Lexicon, parsed: ParsedPhrase) -> StretchCandidates | str | None:
    """Read "5 km north of A", "2 km before A coming from B", "4 km from A towards B"."""
    mark = next((at for at, word in enumerate(parsed.words) if word.text == AWAY), len(parsed.words))
    after = [span for span in parsed.spans if span.start > mark]
    if not after or parsed.away_m is None:
        return None
    origin = after[0]
    # A distance from a commune or section has no point to be counted from.
    entry = next((hit for hit in _ends(origin) if hit.entry.where in (Where.PLACE, Where.POINT)), None)
    if entry is None:
        return None
    roads = roads_for(known)
    compass = _compass(parsed.texts(mark, origin.start))
    lead = set(parsed.texts(mark, origin.start))
    if len(after) > 1 and not compass:
        other = _ends(after[1])[0].entry if _ends(after[1]) else None
        link = set(parsed.texts(origin.stop, after[1].start))
        # "2 km from A, coming from B" lies beyond A as seen from B; "2 km before A coming from B" lies
        # on B's side.
        away = bool(link & w.COMING) and not lead & w.BEFORE
        if other is not None and link & (w.TOWARDS | w.TO | w.COMING | {"de"}):
            used = (origin, after[1])
            return _towards(roads, parsed, entry, other, way=-1 if away else 1, used=used)
    if compass is not None:
        return _by_compass(roads, parsed, entry, compass, origin)
    if parsed.roads and not lead & (w.BEFORE | w.AFTER):
        return _both_ways(roads, parsed, entry, origin)
    return None


def _towards(
    roads: RoadIndex, parsed: ParsedPhrase, hit: Hit, other: Entry, *, way: int, used: tuple[Span, ...]
) -> StretchCandidates | None:
    # Numbered roads first: they are the ones a report means when it names none.
    for road in parsed.roads or tuple(sorted(roads.corridors, key=lambda one: one not in roads.national)):
        here, there = roads.position(hit.entry, road), roads.position(other, road)
        if here is None or there is None or max(here[1], there[1]) > ON_ROAD_M or here[0] == there[0]:
            continue
        sign = way if there[0] > here[0] else -way
        piece = roads.around(road, here[0] + sign * (parsed.away_m or 0.0), _label(parsed, hit))
        if piece is not None:
            why = "a distance along the road, one kilometre either way"
            return StretchCandidates((roads.candidate(piece, min(_FAIR, hit.score), why),), used)
    return None


def _label(parsed: ParsedPhrase, hit: Hit) -> str:
    return f"{(parsed.away_m or 0.0) / 1000:g} km from {hit.entry.name}"


def _by_compass(
    roads: RoadIndex, parsed: ParsedPhrase, hit: Hit, compass: tuple[float, float], origin: Span
) -> StretchCandidates | None:
    far = parsed.away_m or 0.0
    found = []
    for road in parsed.roads or tuple(sorted(roads.national)):
        here = roads.position(hit.entry, road)
        # Without a named road the place must lie on the road itself, and the road must lead rather
        # straight that way; the score is lower too.
        if here is None or here[1] > (ON_ROAD_M if parsed.roads else BESIDE_M):
            continue
        way = roads.heading(hit.entry, road, compass, max(far, 1_000.0), _BY_ROAD if parsed.roads else _UNNAMED)
        piece = roads.around(road, here[0] + way * far, _label(parsed, hit)) if way else None
        if piece is not None:
            why = "a distance along the road, one kilometre either way"
            found.append(roads.candidate(piece, min(_FAIR if parsed.roads else _UNSURE, hit.score), why))
    # Two roads that lead the same way leave it open: then the place it is counted from is kept, with a
    # radius.
    return StretchCandidates((found[0],), (origin,)) if len(found) == 1 else None


def _both_ways(roads: RoadIndex, parsed: ParsedPhrase, hit: Hit, origin: Span) -> StretchCandidates | None:
    found = []
    for road in parsed.roads:
        here = roads.position(hit.entry, road)
        if here is None or here[1] > ON_ROAD_M:
            continue
        for sign in (-1, 1):
            piece = roads.around(road, here[0] + sign * (parsed.away_m or 0.0), _label(parsed, hit))
            if piece is not None:
                # Both sides are given as candidates, which makes the reading ambiguous: neither is
                # pinned.
                found.append(roads.candidate(piece, min(0.8, hit.score), "on which side is not said"))
    return StretchCandidates(tuple(found), (origin,)) if found else None


def _way_out(known: Lexicon, parsed: ParsedPhrase) -> StretchCandidates | None:
    """Read "the southern way out of A" and "the way out of A towards B"."""
    if not parsed.spans or parsed.away_m is not None:
        return None
    town = parsed.spans[0]
    ahead = parsed.texts(0, town.start)
    if not w.ENTRY & set(ahead) or w.BETWEEN & set(ahead):
        return None
    # Only a town has a way out; a commune or a junction has none.
    hit = next((one for one in _ends(town) if one.entry.where is Where.PLACE), None)
    if hit is None:
        return None
    roads = roads_for(known)
    link = set(parsed.texts(town.stop, parsed.after(town)))
    if len(parsed.spans) == 2 and link & {"vers", "towards", "toward", "direction"}:
        return _to_next_town(roads, parsed, hit)
    compass = _compass(ahead)
    if compass is None or len(parsed.spans) > 1:
        return None
    for group in (parsed.roads,) if parsed.roads else (tuple(sorted(roads.national)),):
        found = []
        for road in group:
            here, way = roads.position(hit.entry, road), roads.heading(hit.entry, road, compass, LEADS_M, _BY_ROAD)
            if here is not None and way:
                low, high = sorted((here[0], here[0] + way * WAY_OUT_M))
                piece = RoadPiece(road, low, high, f"{roads.ref(road)} at {hit.entry.name}")
                found.append(roads.candidate(piece, min(_FAIR, hit.score), "the road out of the town on that side"))
        if len(found) == 1:
            return StretchCandidates(tuple(found), (town,))
    return None


def _to_next_town(roads: RoadIndex, parsed: ParsedPhrase, hit: Hit) -> StretchCandidates | None:
    other = _ends(parsed.spans[1])
    for road in parsed.roads or tuple(sorted(roads.national)):
        here = roads.position(hit.entry, road)
        there = roads.position(other[0].entry, road) if other else None
        if here is None or there is None or max(here[1], there[1]) > ON_ROAD_M:
            continue
        town = roads.next_town(hit.entry, road, 1 if there[0] > here[0] else -1)
        if town is not None:
            low, high = sorted((here[0], town[0]))
            piece = RoadPiece(road, low, high, f"{roads.ref(road)} {hit.entry.name} – {town[1]}")
            why = "the road out of the town as far as the next one"
            return StretchCandidates((roads.candidate(piece, min(_FAIR, hit.score), why),), tuple(parsed.spans))
    return None


# -- the road of one place ------------------------------------------------------


def _road_of(known: Lexicon, parsed: ParsedPhrase) -> StretchCandidates | None:
    """Read "the road of A" and "RN1 in the commune of A"."""
    spans = [span for span in parsed.main if not parsed.only_nearby(span, parsed.spans)]
    if len(spans) != 1 or parsed.relation(spans[0]) in ONE_SIDE:
        return None
    span = spans[0]
    ahead = [
        text for text in parsed.texts(parsed.before(span), span.start) if text not in ARTICLES | {"a", "to", "pou"}
    ]
    # "RN1 in the commune of A" is cut to the commune. A town alone after a road is read as a place.
    if len(parsed.roads) == 1 and set(ahead) & w.COMMUNE:
        unit = next((hit for hit in span.hits if hit.entry.where is Where.COMMUNE), None)
        return None if unit is None else inside_unit(known, parsed.roads[0], unit.entry, used=(span,))
    behind = parsed.texts(span.stop, span.stop + 1)
    singular = {"route", "road", "wout", "chemin"}
    if parsed.road_named or not (set(ahead[-1:]) & singular or set(behind) & singular):
        return None
    hit = next((one for one in _ends(span) if one.entry.where is Where.PLACE), None)
    return None if hit is None or span.fuzzy else _local_roads(known, hit, span)


def _local_roads(known: Lexicon, hit: Hit, span: Span) -> StretchCandidates | None:
    roads = roads_for(known)
    found: list[Candidate] = []
    if any(roads.passes(hit.entry, road, BESIDE_M) for road in roads.national):
        return None  # "the road of Gonaïves" may well be the national one
    for road in sorted(set(roads.corridors) - roads.national):
        here = roads.position(hit.entry, road)
        if here is None or here[1] > BESIDE_M:
            continue
        length = roads.corridors[road].length_m
        # A place at one end has the whole road for its own. In the middle of it, "the road of A" is
        # taken as far as it runs in A's section or commune.
        if min(here[0], length - here[0]) <= BESIDE_M:
            found.append(
                roads.candidate(RoadPiece(road, 0.0, length, hit.entry.name), _FAIR, "the road that leads there")
            )
            continue
        unit = next((one.entry for one in span.hits if one.entry.where in (Where.SECTION, Where.COMMUNE)), None)
        inner = None if unit is None else inside_unit(known, road, unit)
        found += inner.candidates if inner is not None else ()
    return StretchCandidates(tuple(found), (span,)) if found else None


def inside_unit(known: Lexicon, road_id: str, unit: Entry, *, used: tuple[Span, ...] = ()) -> StretchCandidates | None:
    """Give a road as far as it runs inside a unit: its longest piece there."""
    roads = roads_for(known)
    rows = roads.corridors[road_id].units
    rows = rows[(rows["pcode"] == unit.id) & (rows["relation"] == RoadRelation.INSIDE)]
    pieces = sorted(
        zip(rows["from_m"].tolist(), rows["to_m"].tolist(), strict=True),
        # Longest first; rounded, so that lengths equal but for the last bit go by chainage on every
        # machine.
        key=lambda one: (round(one[0] - one[1], METRE_DECIMALS), one[0]),
    )
    if not pieces:
        return None
    low, high = pieces[0]
    piece = RoadPiece(road_id, float(low), float(high), f"{roads.ref(road_id)} in {unit.name}")
    return StretchCandidates((roads.candidate(piece, _FAIR, "the road as far as it runs inside the unit"),), used)


def of_locality(known: Lexicon, hit: Hit) -> Candidate:
    """Give the stretch that a locality without a point lies on."""
    entry = hit.entry
    piece = RoadPiece(entry.road_id, entry.from_m or 0.0, entry.to_m or 0.0, entry.name)
    return roads_for(known).candidate(piece, hit.score, hit.why)

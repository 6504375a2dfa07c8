"""Reading a place in words: what a phrase comes down to, how sure that is, and why."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise
from math import inf

import shapely

from artimap.areas.area import Area
from artimap.areas.gazetteer import cue_words as w
from artimap.areas.gazetteer import disambiguation, road_stretches
from artimap.areas.gazetteer.lookup import Candidate, Entry, entries
from artimap.areas.gazetteer.name_spans import Hit, Lexicon, Span, lexicon
from artimap.areas.gazetteer.phrase_parser import MOST_LETTERS, MOST_NAMES, ONE_SIDE, ParsedPhrase, parse
from artimap.areas.gazetteer.road_positions import BESIDE_M, ON_ROAD_M, TOLERANCE_M, roads_for
from artimap.core.errors import PlaceError
from artimap.core.schema import join_names
from artimap.core.text import fold
from artimap.core.vocab import PlaceKind, Where

_SHOWN = 6
_UNSURE = 0.84


@dataclass(frozen=True, slots=True)
class Reading:
    """What a place in words comes down to.

    ``kind`` is ``nowhere`` where the words name nothing that is known; ``why`` then says
    so. ``ambiguous`` is true where the best two candidates lie close together, or where
    the words name several places at once. Several units that are meant together stand in
    ``pcode``, joined by ``"; "``. ``from_m`` and ``to_m`` are chainages on ``corridor_id``
    in metres; ``geometry`` is in the area's system. ``radius_m`` is how far from a place it
    may be where the words give a distance that no road leads along; null otherwise.

    Examples
    --------
    >>> import artimap as am
    >>> am.resolve(am.area("artibonite"), "near Pont-Sondé").name
    'Pont-Sondé'
    """

    text: str
    kind: Where
    name: str
    why: str
    geo_precision: int
    place_id: str | None = None
    pcode: str | None = None
    corridor_id: str | None = None
    from_m: float | None = None
    to_m: float | None = None
    ambiguous: bool = False
    candidates: tuple[Candidate, ...] = ()
    geometry: shapely.Geometry = field(default_factory=shapely.Point, repr=False, compare=False)
    radius_m: float | None = None


def resolve(area: Area, text: str) -> Reading:
    """Read a place in words.

    Parameters
    ----------
    area
        The area.
    text
        For example ``"between Saint-Marc and Gonaïves on RN1"``, ``"près de Pont-Sondé"``,
        ``"1re section communale de L'Estère"``, ``"Savien, Petite-Rivière"``,
        ``"5 km north of Pont-Sondé"``, in English, French or Kreyòl.

    Returns
    -------
    Reading
        A stretch for a stretch, a section for a section; nothing is invented. A distance
        along a road is a stretch of one kilometre either way; a distance that no road
        leads along is the place that it is counted from, with precision 2 or 3.

    Examples
    --------
    >>> import artimap as am
    >>> reading = am.resolve(am.area("artibonite"), "ant Sen Mak ak Gonayiv")
    >>> reading.kind.value, reading.corridor_id, round(reading.from_m / 1000), round(reading.to_m / 1000)
    ('stretch', 'rn1', 95, 150)
    """
    reading = _read(lexicon(area), text)
    if len(text) <= MOST_LETTERS:
        return reading
    return replace(reading, why=f"{reading.why}; only the first {MOST_LETTERS:,} letters were read")


# Source tables repeat their phrases thousands of times. The key holds the lexicon: a changed layer
# makes a new one, so no old reading is given for it.
@lru_cache(maxsize=16_384)
def _read(known: Lexicon, text: str) -> Reading:
    parsed = parse(known, text)
    # Before anything else: the names in "80 % of Gonaïves" would be read as Gonaïves.
    if w.SHARE.search(text[:MOST_LETTERS]):
        return _nowhere(parsed, "a share of an area has no extent on the map")
    if not parsed.spans:
        return _no_name(known, parsed)
    if len(parsed.spans) > MOST_NAMES:
        return _nowhere(parsed, f"more than {MOST_NAMES} places are named at once", _best(parsed.spans[:_SHOWN]))
    found = road_stretches.find(known, parsed)
    # The words ask for a stretch that cannot be had. Its ends are kept as candidates only: pinning one
    # of them would put the event at the wrong town.
    if isinstance(found, str):
        return _nowhere(parsed, found, _best(parsed.spans))
    spans = parsed.main
    if found is not None:
        rest = [span for span in spans if span not in found.used and not parsed.only_nearby(span, parsed.spans)]
        if not rest:
            return _as_stretch(known, parsed, road_stretches.cut_at(known, parsed, found))
        # A semicolon parts two places that are both meant.
        if parsed.apart(rest[0], found.used[0]):
            main = _place(known, parsed, rest)
            others = (*main.candidates, *found.candidates)
            return replace(main, ambiguous=True, candidates=others[:_SHOWN], why="several places are named at once")
        # A name beside the stretch says where on it: it is finer than the stretch.
        spans = rest
    return _place(known, parsed, spans)


def _best(spans: list[Span]) -> tuple[Candidate, ...]:
    return tuple(span.hits[0].candidate for span in spans if span.hits[0].entry.where is not Where.NOWHERE)


def _nowhere(parsed: ParsedPhrase, why: str, candidates: tuple[Candidate, ...] = ()) -> Reading:
    road = join_names(parsed.roads) if parsed.roads else None
    name = road.upper() if road and not candidates else ""
    return Reading(parsed.text, Where.NOWHERE, name, why, 3, corridor_id=road, candidates=candidates[:_SHOWN])


def _no_name(known: Lexicon, parsed: ParsedPhrase) -> Reading:
    """Read a phrase without a known name: a kilometre of a road, a road, or nothing."""
    if parsed.roads:
        roads = roads_for(known)
        if parsed.posts_m and len(parsed.roads) == 1:
            piece = roads.posts(parsed.roads[0], parsed.posts_m)
            if piece is None:
                return _nowhere(parsed, f"{roads.ref(parsed.roads[0])} has no such kilometre")
            found = road_stretches.StretchCandidates((roads.candidate(piece, 0.97, "a kilometre of the road"),), ())
            return _as_stretch(known, parsed, found)
        return _nowhere(parsed, "the road is named, but not where on it")
    if parsed.longer:
        return _nowhere(parsed, "a known name is only part of a longer one here")
    if parsed.road_named:
        return _nowhere(parsed, "a road is named that the data do not hold")
    return _nowhere(parsed, "no known place fits these words" if parsed.words else "no place in these words")


def _as_stretch(known: Lexicon, parsed: ParsedPhrase, found: road_stretches.StretchCandidates) -> Reading:
    best = found.candidates[0]
    roads = roads_for(known)
    if best.from_m is None or best.to_m is None:
        return _nowhere(parsed, "no such stretch")
    length = roads.corridors[best.id].length_m
    # Drawn over all of a national road, one event would raise the risk everywhere on it.
    if best.to_m - best.from_m >= 0.98 * length and best.id in roads.national:
        return replace(_nowhere(parsed, "the whole road: not where on it"), corridor_id=best.id, name=best.id.upper())
    return Reading(
        parsed.text, Where.STRETCH, best.name, best.why, 2, corridor_id=best.id, from_m=best.from_m, to_m=best.to_m,
        ambiguous=len(found.candidates) > 1, candidates=found.candidates[:_SHOWN], geometry=best.geometry,
    )  # fmt: skip


# -- places and units -----------------------------------------------------------


def _place(known: Lexicon, parsed: ParsedPhrase, spans: list[Span]) -> Reading:
    outside = [span for span in spans if span.hits[0].entry.where is Where.NOWHERE]
    inner = [span for span in spans if span not in outside]
    if outside:
        notes = {span.hits[0].entry.note for span in outside}
        # The outside name then only says the commune of that place, which does not put it outside.
        if len(inner) == 1 and inner[0].start < outside[0].start and not inner[0].hits[0].entry.adm2:
            notes = {"department"}  # the commune of a place outside the area
        far = not inner or notes != {"department"} or any(span.hits[0].entry.adm2 for span in inner)
        if far or any(span.hits[0].entry.where is Where.DEPARTMENT for span in inner):
            return _nowhere(parsed, outside[0].hits[0].why, _best(inner))
    named = [(span, _fitting(known, parsed, span)) for span in inner if not parsed.only_nearby(span, inner)]
    # Every name may be a mere neighbour; then they are all there is.
    named = named or [(span, _fitting(known, parsed, span)) for span in inner]
    lists = [parsed.listed(a, b) for (a, _), (b, _) in pairwise(named)]
    bracketed = [parsed.bracketed(span) for span, _ in named]
    choice = disambiguation.choose([hits for _, hits in named], lists=lists, bracketed=bracketed)
    # Doubts about where a locality lies come first: what is in doubt is not pooled afterwards.
    choice = _unsettled(choice, named)
    choice = _together(choice, named)
    choice = _several_communes(known, choice)
    main = choice.hits[0]
    if main.entry.where is Where.DEPARTMENT and (parsed.unspecified or parsed.roads_unnamed or parsed.and_more):
        return _nowhere(parsed, "a department without a place in it", disambiguation.candidates_of(choice))
    first = named[0][0]
    # Widening one reading of several would hide that the others are possible.
    if not choice.rivals and not choice.together:
        unknown = _beside_unknown(known, parsed, first, choice)
        if isinstance(unknown, Reading):
            return unknown
        choice = _widened(known, parsed, unknown, alone=len(named) == 1)
    return _as_place(known, parsed, _with_aside(known, parsed, choice))


def _with_aside(known: Lexicon, parsed: ParsedPhrase, choice: disambiguation.Choice) -> disambiguation.Choice:
    """Hold a reading unsure where no road runs by it and by the name that says which side of it is meant."""
    main = choice.hits[0]
    others = [span.hits[0].entry for span in parsed.aside if span.hits[0].entry.where is not Where.NOWHERE]
    # "Après Pont-Sondé, à Saint-Marc" may speak of the town as of its commune, unless brackets or a word say which.
    towns = [span for span in parsed.main if span.hits[0].entry.where is Where.PLACE and not parsed.bracketed(span)]
    if len(towns) > 1 and any(parsed.relation(span) in ONE_SIDE for span in towns):
        return _held(choice)
    # A commune that holds both may be meant as such: "Petite-Rivière, après Savien". On the road to a town is not
    # in it.
    doubt = (not others and parsed.on_the_way) or any(
        disambiguation.inside(one, main.entry)
        or (roads_for(known).apart(main.entry, one) == inf and not disambiguation.relation(main.entry, one))
        for one in others
    )
    return _held(choice) if doubt else choice


def _held(choice: disambiguation.Choice) -> disambiguation.Choice:
    """Hold a choice at the score of a near spelling."""
    hits, rivals = (
        tuple(replace(hit, score=min(hit.score, _UNSURE)) for hit in hits) for hits in (choice.hits, choice.rivals)
    )
    return replace(choice, hits=hits, rivals=rivals)


def _fitting(known: Lexicon, parsed: ParsedPhrase, span: Span) -> tuple[Hit, ...]:
    """Keep of a name's meanings those that the words around it allow."""
    hits = span.hits
    for wanted in parsed.wants(span):
        # A cue that nothing fits is ignored: the words are less sure than the names.
        kept = tuple(hit for hit in hits if hit.entry.where in wanted)
        hits = kept or hits
    if parsed.roads and len(hits) > 1:
        roads = roads_for(known)
        # First those near the road; then, if any is right on it, only these.
        for reach_m in (ON_ROAD_M, BESIDE_M):
            near = tuple(h for h in hits if any(roads.passes(h.entry, road, reach_m) for road in parsed.roads))
            hits = near or hits
    # "Poteau, après Gonaïves": of two places of one name, that which the road from the second leads by first.
    if len(hits) > 1 and (beside := [one.hits[0].entry for one in parsed.aside]):
        roads = roads_for(known)
        spots = tuple(hit for hit in hits if hit.entry.where not in disambiguation.UNITS) or hits
        away = {hit: min(roads.apart(hit.entry, one) for one in beside) for hit in spots}
        least = min(away.values())
        hits = tuple(hit for hit in spots if away[hit] <= 2 * least) if least < inf else hits
    return hits


def _together(choice: disambiguation.Choice, named: list[tuple[Span, tuple[Hit, ...]]]) -> disambiguation.Choice:
    """Put back what a name means all at once, such as two numbered sections."""
    if choice.rivals:
        return choice
    out: list[Hit] = []
    for hit in choice.hits:
        whole = next((span.hits for span, hits in named if span.together and hit in hits), None)
        out += whole or (hit,)
    return replace(choice, hits=tuple(out), together=True) if len(out) > len(choice.hits) else choice


def _unsettled(choice: disambiguation.Choice, named: list[tuple[Span, tuple[Hit, ...]]]) -> disambiguation.Choice:
    """Keep both meanings of a locality of which it is not settled where it lies."""
    main = choice.hits[0]
    if not main.entry.locality:
        return choice
    hits = next(hits for _, hits in named if main in hits)
    others = tuple(hit for hit in hits if hit.entry.locality == main.entry.locality and hit.entry.id != main.entry.id)
    return replace(choice, rivals=(*choice.rivals, *others)) if others else choice


def _several_communes(known: Lexicon, choice: disambiguation.Choice) -> disambiguation.Choice:
    """Read a list of three or more towns, and what does not fit a place, as communes."""
    main = choice.hits[0]
    # Two names that lie apart, the last of which stands for its commune: the commune holds what the
    # first may mean.
    if choice.clash and disambiguation.is_town_of_commune(main.entry):
        return replace(choice, hits=(Hit(_unit(known, main.entry.adm2), main.score, main.why),))
    every = (*choice.hits, *choice.rivals)
    # Two towns can be an event at either; three or more are an event across communes.
    if not choice.listed or len(every) < 3 or not all(hit.entry.adm2 for hit in every):
        return choice
    codes = list(dict.fromkeys(hit.entry.adm2 for hit in every))
    communes = tuple(Hit(_unit(known, code), min(hit.score for hit in every), "several towns") for code in codes)
    return disambiguation.Choice(communes, together=len(communes) > 1)


@lru_cache(maxsize=512)
def _unit(known: Lexicon, code: str) -> Entry:
    return next(
        hit.entry for hits in known.exact.values() for hit in hits if hit.entry.id == code and not hit.entry.locality
    )


def _beside_unknown(
    known: Lexicon, parsed: ParsedPhrase, first: Span, choice: disambiguation.Choice
) -> Reading | disambiguation.Choice:
    """Widen a reading where the phrase names a locality that is not known before it."""
    unknown = parsed.unknown_before(first)
    entry = choice.hits[0].entry
    if not unknown or entry.where not in (Where.PLACE, Where.POINT, Where.COMMUNE) or entry.locality:
        return choice
    way = parsed.relation(first)
    # Before Gonaïves may be in the next commune: the place it lies beside is all that is known.
    if way in ONE_SIDE:
        return _held(replace(choice, why=f"{unknown!r} is not known, but {way} {entry.name}"))
    # The unknown locality is somewhere around a place whose commune is not known: no unit holds it.
    if not entry.adm2:
        why = f"{unknown!r} is not known, and {entry.name} has no boundary here"
        return _nowhere(parsed, why, disambiguation.candidates_of(choice))
    # A village is small enough: near it is right. A town's name may stand for its whole commune.
    if entry.where is not Where.COMMUNE and not disambiguation.is_town_of_commune(entry):
        return replace(choice, why=f"{unknown!r} is not known, but near {entry.name}")
    commune = _unit(known, entry.adm2)
    # With a road, the commune shrinks to the piece of road in it.
    if len(parsed.roads) == 1:
        found = road_stretches.inside_unit(known, parsed.roads[0], commune)
        if found is not None:
            return _as_stretch(known, parsed, found)
    why = f"{unknown!r} is not known: somewhere in the commune of {commune.name}"
    return disambiguation.Choice((Hit(commune, min(choice.hits[0].score, 0.9), why),), why=why)


def _widened(
    known: Lexicon, parsed: ParsedPhrase, choice: disambiguation.Choice, *, alone: bool
) -> disambiguation.Choice:
    """Widen a reading where the words tell of more than the place itself."""
    main = choice.hits[0]
    entry = main.entry
    if entry.where not in (Where.PLACE, Where.POINT) or not entry.adm2 or entry.locality:
        return choice
    # "carrefour X" for a hamlet X may be a junction anywhere near it; towns have their junctions in
    # them.
    if alone and parsed.junction_named_after and entry.kind not in (PlaceKind.CITY, PlaceKind.TOWN, PlaceKind.JUNCTION):
        why = f"junction without a known point: somewhere in the section of {entry.name}"
        return disambiguation.Choice((Hit(_unit(known, entry.adm3), min(main.score, 0.9), why),), why=why)
    if parsed.roads and disambiguation.is_town_of_commune(entry):
        roads = roads_for(known)
        # Gonaïves on a road that does not come by the town must mean the commune.
        if not any(roads.passes(entry, road) for road in parsed.roads):
            why = f"{entry.name} and a road that does not run by it: the commune"
            return disambiguation.Choice((Hit(_unit(known, entry.adm2), min(main.score, 0.9), why),), why=why)
    return choice


def _as_place(known: Lexicon, parsed: ParsedPhrase, choice: disambiguation.Choice) -> Reading:
    # A name that is not known may be the very place: the score is held at that of a near spelling.
    if parsed.unexplained:
        choice = _held(choice)
    best = choice.hits[0]
    kind, entry = best.entry.where, best.entry
    candidates = disambiguation.candidates_of(choice)
    road = join_names(parsed.roads) if parsed.roads else None
    why = choice.why or best.why
    if choice.rivals:
        why += "; could also be " + ", ".join(hit.entry.name for hit in choice.rivals[:3])
    if kind is Where.STRETCH:
        piece = road_stretches.of_locality(known, best)
        return _as_stretch(known, parsed, road_stretches.StretchCandidates((piece,), ()))
    # The exact point is only kept for the junction itself: not for what lies in it, not for "near".
    if kind is Where.POINT and (entry.locality or parsed.vague):
        kind = Where.PLACE
    # What the choice left out is still listed, never above what it chose.
    shown = {(one.where, one.id) for one in candidates}
    others = (hit for span in parsed.spans for hit in span.hits if (hit.entry.where, hit.entry.id) not in shown)
    candidates += tuple(replace(hit, score=min(hit.score, candidates[0].score)).candidate for hit in others)
    unit = kind in disambiguation.UNITS
    codes = [hit.entry.id for hit in choice.hits] if choice.together else [entry.id]
    # Interior points. The boundaries of units are laid in when a table is placed.
    shapes = [hit.entry.geometry for hit in choice.hits]
    return Reading(
        text=parsed.text,
        kind=kind,
        name=(join_names(hit.entry.name for hit in choice.hits) or entry.name) if choice.together else entry.name,
        why=why,
        geo_precision=_precision(kind, parsed),
        place_id=None if unit else entry.id,
        pcode=join_names(codes) if unit else None,
        corridor_id=road or (entry.road_id or None),
        ambiguous=bool(choice.rivals),
        candidates=candidates[:_SHOWN],
        radius_m=None if unit or parsed.away_from_main is None else parsed.away_from_main + TOLERANCE_M,
        geometry=shapes[0] if len(shapes) == 1 else shapely.MultiPoint(shapes),
    )


def _precision(kind: Where, parsed: ParsedPhrase) -> int:
    if kind in (Where.COMMUNE, Where.DEPARTMENT):
        return 3
    if kind is Where.SECTION:
        return 2
    if parsed.away_from_main is not None:
        # Precision as ACLED codes it: 1 the place, 2 near it, 3 only the unit around it.
        return 2 if parsed.away_from_main <= road_stretches.SURROUNDINGS_M else 3
    return 2 if parsed.vague else 1


def names_elsewhere(area: Area, text: str) -> bool:
    """Tell whether all names in a phrase are of places that are known to lie outside the data."""
    spans = parse(lexicon(area), text).main
    return bool(spans) and all(span.hits[0].entry.where is Where.NOWHERE for span in spans)


def known_place(area: Area, text: str) -> Candidate:
    """Give the one place that a name means.

    Raises
    ------
    PlaceError
        If nothing fits, or if the best two candidates lie close together.
    """
    reading = resolve(area, text)
    if not reading.candidates or reading.kind is Where.NOWHERE:
        names = {name: entry.name for entry in entries(area) for name, _ in entry.names}
        near = dict.fromkeys(names[one] for one in get_close_matches(fold(text), names, n=3, cutoff=0.75))
        hint = f": did you mean {', '.join(near)}?" if near else ""
        msg = f"no known place fits {text!r} in {area.label}{hint}"
        raise PlaceError(msg)
    if reading.ambiguous:
        options = "; ".join(f"{one.name} ({one.kind}, {one.commune})" for one in reading.candidates[:4])
        msg = f"{text!r} may mean several places: {options}"
        raise PlaceError(msg)
    return reading.candidates[0]

"""What stands around the names of a phrase: roads, distances, numbered sections, and how names are joined."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from artimap.areas import embedded
from artimap.areas.gazetteer import cue_words as w
from artimap.areas.gazetteer.disambiguation import UNITS, inside, is_town_of_commune
from artimap.areas.gazetteer.lookup import Entry, entries
from artimap.areas.gazetteer.name_spans import Hit, Lexicon, Phrase, Span, Token, tokens
from artimap.core.text import ARTICLES
from artimap.core.vocab import Where

MOST_LETTERS = 2_000
"""Of a longer text only so much is read: what names one place is never so long."""

MOST_NAMES = 12
"""More names in one text are a list, and no place."""

# A word that no text holds: it marks the place of a distance once that is cut out.
AWAY = "qaway"
_JUNCTION = re.compile(r"\b([^\W\d_][\w'’-]{1,40}) (?:junction|crossroads|intersection)\b", re.IGNORECASE)
_SECTION_WORDS = frozenset({"communal", "communale", "communales", "kominal", "rural", "rurale"})
_PLACES = frozenset({Where.PLACE, Where.POINT})
_COMMUNES = frozenset({Where.COMMUNE, Where.DEPARTMENT})
_COMING = frozenset({"venant", "coming", "sortant", "leaving"})
ONE_SIDE = frozenset({"after", "before"})
# The singular only: "the roads of A" are streets.
_ONE_ROAD = frozenset({"route", "road", "wout", "way", "chemin"})
_ON = frozenset({"sur", "sou", "on", "nan", "en"})
_PASSED = frozenset({"passe", "pase", "depase", "depasse"})
_OF = frozenset({"de", "du", "des", "d", "of"})
_ASIDE = w.NOISE | w.MOVING | ARTICLES | frozenset(w.COMPASS)
_LOCAL = frozenset({"localite", "locality", "lokalite", "carrefour", "zone", "zon"})
# Cue words with the kinds of thing they ask for, the first that fits counts. Towards stands first and
# has a rule of its own: it only asks for a commune where one name is all there is.
_CUES = (
    (w.TOWARDS - {"pou", "ale", "direction", "direksyon"}, (frozenset({Where.COMMUNE}),)),
    (w.SECTION, (frozenset({Where.SECTION}),)),
    (w.COMMUNE, (_COMMUNES,)),
    (frozenset({"localites", "localities"}), (_COMMUNES,)),
    (w.TOWN | w.FACILITY | w.ENTRY, (_PLACES,)),
)


@dataclass(frozen=True, eq=False)
class ParsedPhrase:
    """A phrase with its names and all that was taken out of it.

    Attributes
    ----------
    roads, road_named
        Ids of the numbered roads that the data hold, and whether any is named.
    posts_m
        Chainages that are named, in metres.
    away_m
        A distance from a place, in metres.
    """

    text: str
    words: list[Token]
    spans: list[Span]
    longer: list[Span]
    cased: bool
    roads: tuple[str, ...] = ()
    road_named: bool = False
    posts_m: tuple[float, ...] = ()
    away_m: float | None = None

    def texts(self, start: int, stop: int) -> list[str]:
        """Give the words from ``start`` up to ``stop``, without signs."""
        return [word.text for word in self.words[max(0, start) : stop] if word.text]

    def signs(self, start: int, stop: int) -> set[str]:
        """Give the signs from ``start`` up to ``stop``."""
        return {word.sign for word in self.words[max(0, start) : stop] if word.sign}

    def before(self, span: Span) -> int:
        """Give where the words that belong to a name begin: after the name before it."""
        return max((other.stop for other in self.spans if other.stop <= span.start), default=0)

    def after(self, span: Span) -> int:
        """Give where the words that follow a name end: at the next name."""
        return min((other.start for other in self.spans if other.start >= span.stop), default=len(self.words))

    def apart(self, a: Span, b: Span) -> bool:
        """Tell whether a semicolon or colon parts two names."""
        low, high = sorted((a, b), key=lambda span: span.start)
        return ";" in self.signs(low.stop, high.start)

    def listed(self, a: Span, b: Span) -> bool:
        """Tell whether two names that follow one another are joined as equals."""
        signs, texts = self.signs(a.stop, b.start), self.texts(a.stop, b.start)
        # A hyphen joins equals only with nothing else between: "Gonaïves-Verrettes".
        if signs & {";", "/", "–"} or w.AND & set(texts):
            return True
        return "-" in signs and not texts

    def bracketed(self, span: Span) -> bool:
        """Tell whether a name stands in brackets."""
        signs = [word.sign for word in self.words[: span.start] if word.sign in {"(", ")"}]
        return bool(signs) and signs[-1] == "("

    def only_nearby(self, span: Span, inner: Sequence[Span]) -> bool:
        """Tell whether a name only says what the place is near to, or whence someone came."""
        # The first name is what the phrase is about, whatever stands before it.
        if span is inner[0]:
            return False
        start = self.before(span)
        texts = self.texts(start, span.start)
        # "and near X" names X as a place of its own.
        if w.AND & set(texts) or self.signs(start, span.start) & {";"}:
            return False
        return bool((w.NEAR - {"zone", "zon", "area"} | _COMING) & set(texts))

    def relation(self, span: Span) -> str:
        """Say how the words right before a name set something beside it.

        ``after``, ``before``, ``towards``, ``road`` (on the road to it), ``from``, ``side`` (north of it); empty
        where they do not.
        """
        texts: list[str] = []  # the nearest first
        for word in reversed(self.words[self.before(span) : span.start]):
            if word.sign == "-":
                continue
            # Beyond a sign or a word that is none of these, another thing is spoken of: in "after the attack in
            # Savien" something lies in Savien, not after it.
            if word.sign or word.text not in _ASIDE:
                break
            texts.append(word.text)
        # "Pont-Sondé passé": the word may follow the last name.
        if span is self.spans[-1] and _PASSED & set(self.texts(span.stop, span.stop + 1)):
            return "after"
        for text in texts:
            if text in w.AFTER | w.BEFORE:
                return "after" if text in w.AFTER else "before"
        found = set(texts)
        # One word for both: "after Pont-Sondé and Carrefour Paye".
        gap = set(self.texts(self.before(span), span.start))
        if gap & w.AND and not gap - w.AND - ARTICLES and not self.signs(self.before(span), span.start):
            previous = next((one for one in self.spans if one.stop == self.before(span)), None)
            way = "" if previous is None else self.relation(previous)
            return way if way in ONE_SIDE else ""
        # "to" and "for" alone may mean anything, beside a road they say where it leads.
        for name, cues in (("towards", w.TOWARDS - {"pou", "ale"}), ("road", _ONE_ROAD), ("from", w.COMING)):
            if found & cues:
                return name
        # "est" is also "is": a quarter of the compass is one with "of" behind it, or with Kreyòl "nan" before it.
        at = next((at for at, text in enumerate(texts) if text in w.COMPASS), 0)
        return "side" if set(texts[:at]) & _OF or (texts[at : at + 1] and "nan" in texts[at + 1 :]) else ""

    def _only_aside(self, span: Span) -> bool:
        """Tell whether a name only says on which side of another one something lies, or whence or whither one goes."""
        way = self.relation(span)
        if not way or span.hits[0].entry.where is Where.DEPARTMENT:
            return False
        if span is self.spans[0]:
            # "En route vers Gonaïves après L'Estère": the second says that the first is only where one goes.
            later = any(self.relation(one) in ONE_SIDE for one in self.spans[1:])
            return way in ONE_SIDE or way == "from" or (way in ("road", "towards") and later) or self.on_the_way
        previous = max((one for one in self.spans if one.stop <= span.start), key=lambda one: one.stop)
        if ";" in self.signs(previous.stop, span.start):
            return False
        # "Savien and towards Jean-Denis" speaks of both; "after Savien and before Ségur" of what lies between.
        return not w.AND & set(self.texts(previous.stop, span.start)) or self._only_aside(previous)

    @property
    def on_the_way(self) -> bool:
        """Whether the first name is only where a road leads to: "sou wout Gonayiv"."""
        first = self.spans[0]
        return self.relation(first) == "road" and bool(_ON & set(self.texts(0, first.start)))

    @property
    def aside(self) -> list[Span]:
        """The names that only say where the others lie: "avant Gonaïves" in "L'Estère, avant Gonaïves"."""
        return [span for span in self.spans if span not in self.main]

    @property
    def main(self) -> list[Span]:
        """The names that the phrase is about. Where only a side of a place is said, the place, with what holds it."""
        aside = [span for span in self.spans if self._only_aside(span)]
        wide = [span for span in self.spans if span not in aside and any(self._holds(span, one) for one in aside)]
        plain = [span for span in self.spans if span not in aside and span not in wide]
        if plain or not aside:
            return plain or self.spans
        first = next((span for span in aside if self.relation(span) in ONE_SIDE), None)
        return self.spans if first is None else [span for span in self.spans if span is first or span in wide]

    @property
    def away_from_main(self) -> float | None:
        """The distance from what the phrase is about; none in "Carrefour Paye, 2 km après Pont-Sondé"."""
        mark = next((at for at, word in enumerate(self.words) if word.text == AWAY), len(self.words))
        counted_from = next((span for span in self.spans if span.start > mark), None)
        return None if counted_from is not None and counted_from not in self.main else self.away_m

    def _holds(self, span: Span, other: Span) -> bool:
        """Tell whether a name is here that of the unit around another: "after Savien (Petite-Rivière)"."""
        # Before the other one a town is meant itself: "Saint-Marc, avant Pont-Sondé".
        asked = any(wanted & set(UNITS) for wanted in self.wants(span)[:1])
        hits = [hit for hit in span.hits if other.stop <= span.start or hit.entry.where is Where.DEPARTMENT or asked]
        return any(inside(other.hits[0].entry, hit.entry) for hit in hits)

    def wants(self, span: Span) -> list[frozenset[Where]]:
        """List the kinds of thing that the words around a name ask for, the strongest first."""
        start = self.before(span)
        texts = self.texts(start, span.start)
        # "Bocozelle section" and "Dessalines commune": in English the cue follows the name.
        behind = [one for one in self.texts(span.stop, self.after(span)) if one not in ARTICLES]
        follows = self.signs(span.stop, min(span.stop + 1, len(self.words)))
        if behind and not follows and behind[0] in w.SECTION | w.COMMUNE:
            return list(next(kinds for cue, kinds in _CUES if behind[0] in cue))
        # "Verrettes, several localities": the places are somewhere in the commune, no one knows where.
        if any(one in ("sections", "localites") for one in behind) and span is self.spans[-1]:
            return [_COMMUNES]
        # The cue nearest to the name counts.
        for text in reversed(texts):
            for cue, kinds in _CUES:
                if text in cue and (cue is not _CUES[0][0] or len(self.spans) == 1):
                    # "the sections of X": X may be the commune whose sections are meant.
                    return [*kinds, _COMMUNES] if text == "sections" else list(kinds)
        # A cue before a list holds for all of its names: "the communes of A and B".
        if start and not (set(texts) - w.AND - ARTICLES) and not self.signs(start, span.start) & {";", "("}:
            previous = next(other for other in self.spans if other.stop == start)
            return self.wants(previous) if w.AND & set(texts) else []
        return []

    @property
    def and_more(self) -> bool:
        """Whether other departments follow the last name."""
        # "Artibonite and Centre": the neighbouring departments are not in the data, so they are plain
        # words here.
        behind = set(self.texts(self.spans[-1].stop, len(self.words))) if self.spans else set()
        return bool(behind & w.AND) and bool(behind & {"centre", "nord", "sud", "ouest"})

    @property
    def unexplained(self) -> bool:
        """Whether names stand in the phrase that are not known: then no reading of it is sure."""
        taken = {at for span in self.spans for at in range(span.start, span.stop)}
        free = [word for at, word in enumerate(self.words) if at not in taken and word.text]
        # The proper name of a school or street in a town that is known leaves the town itself sure.
        if {word.text for word in free} & (w.FACILITY | w.TOWN):
            return False
        return self.cased and any(
            word.upper and not word.noise and not word.acronym and word.text not in ARTICLES for word in free
        )

    @property
    def vague(self) -> bool:
        """Whether the words say near a place, not at it."""
        main = self.main
        if not main:
            return self.away_m is not None
        # Only the words before the first name: "near" after it speaks of another one.
        around = set(self.texts(self.before(main[0]), main[0].start))
        if self.away_from_main is not None or any(self.relation(span) in ONE_SIDE for span in main):
            return True
        return bool((w.NEAR | set(w.COMPASS)) & around) or self.relation(main[0]) == "towards" or self.on_the_way

    @property
    def junction_named_after(self) -> bool:
        """Whether the first name is that of a junction: "carrefour" stands right before it."""
        at = self.main[0].start if self.spans else 0
        return at > 0 and self.words[at - 1].text == "carrefour"

    @property
    def unspecified(self) -> bool:
        """Whether the words say that the place is not stated."""
        return w.UNSPECIFIED.search(self.text) is not None

    @property
    def roads_unnamed(self) -> bool:
        """Whether roads are meant that are not named."""
        return w.ROADS_UNNAMED.search(self.text) is not None

    def unknown_before(self, span: Span) -> str:
        """Give the locality that stands before a name and is not known itself; empty where there is none."""
        taken = {at for other in self.spans for at in range(other.start, other.stop)}
        here = [(at, word) for at, word in enumerate(self.words[: span.start]) if at not in taken and word.text]
        texts = {word.text for _, word in here}
        # What stands before the name is then a building, a street or a person, not a locality.
        if texts & (w.FACILITY | (w.TOWN - {"quartier", "village", "vilaj"}) | w.PERSON | w.LINKING):
            return ""
        unknown = [
            (at, word) for at, word in here if not word.noise and not word.acronym and word.text not in ARTICLES
            and (word.upper or not self.cased)
        ]  # fmt: skip
        # More than four words are a sentence and no name.
        if not unknown or len(unknown) > 4:
            return ""
        # "Savien, Petite-Rivière": the sign or a cue word tells that the first is in the second.
        # Without either the words may be anything.
        parted = self.signs(unknown[-1][0], span.start) & {",", "(", ";"}
        if not parted and not texts & _LOCAL:
            return ""
        return " ".join(word.text for _, word in unknown)


@lru_cache(maxsize=8)
def _road_ids(known: Lexicon) -> frozenset[str]:
    return frozenset(str(one) for one in embedded.read_table(known.area.name, "roads")["road_id"])


@lru_cache(maxsize=8)
def _numbered(known: Lexicon) -> dict[tuple[str, int], Entry]:
    units = embedded.read_table(known.area.name, "units")
    by_code = {one.id: one for one in entries(known.area)}
    rows = units[units["level"] == "adm3"]
    return {
        (str(parent), int(number)): by_code[str(code)]
        for parent, number, code in zip(rows["parent"], rows["number"], rows["pcode"], strict=True)
    }


def parse(known: Lexicon, whole: str) -> ParsedPhrase:
    """Take a phrase apart, of a long one the first ``MOST_LETTERS``."""
    # Runs of blanks are made one: each pattern allows them in several places, and would try all ways to share them.
    text = " ".join(unicodedata.normalize("NFKC", whole[:MOST_LETTERS]).split())[:MOST_LETTERS]
    numbers: list[str] = []

    def road(found: re.Match[str]) -> str:
        numbers.extend(
            w.NUMBER_WORDS.get(number.lower(), number.lstrip("0")) for number in found.groups() if number is not None
        )
        return " "

    # Roads and distances are cut out first, so that their numbers are not taken for those of sections.
    # "X junction" becomes "carrefour X", the form that the other rules know.
    plain = w.ROAD_NUMBER.sub(road, _JUNCTION.sub(r"carrefour \1", text))
    posts = tuple(float(post.replace(",", ".")) * 1000 for post in w.CHAINAGE.findall(plain))
    away = w.DISTANCE.search(plain)
    away_m = None
    if away:
        scale = 1000.0 if away.group(2).lower().startswith("k") else 1.0
        away_m = float(away.group(1).replace(",", ".")) * scale
        # The mark keeps the place of the distance: what stands after it is what it is counted from.
        plain = f"{plain[: away.start()]} {AWAY} {plain[away.end() :]}"
    words = tokens(plain)
    places = _section_numbers(words)
    # Numbered sections are taken before names are looked for: "1re section" must not be part of a
    # longer unknown name.
    taken = [Span(start, stop, (), together=True) for start, stop, _ in places]
    phrase = Phrase(known, plain, taken, words)
    spans = [span for span in phrase.spans if span.hits and not _river(words, span)]
    for start, stop, wanted in places:
        spans = _with_section(known, words, spans, start, stop, wanted)
    ids = _road_ids(known)
    roads = tuple(dict.fromkeys(f"rn{number}" for number in numbers if f"rn{number}" in ids))
    return ParsedPhrase(whole, words, spans, phrase.longer, phrase.cased, roads, bool(numbers), posts, away_m)


def _river(words: list[Token], span: Span) -> bool:
    """Tell whether a name is here that of the river."""
    # The department is named after the river: "along the Artibonite river" says no unit.
    if not any(hit.entry.where is Where.DEPARTMENT for hit in span.hits):
        return False
    near = [word.text for word in (*words[max(0, span.start - 3) : span.start], *words[span.stop : span.stop + 1])]
    return bool(w.RIVER & set(near))


def _section_numbers(words: list[Token]) -> list[tuple[int, int, tuple[int, ...]]]:
    """Find "first and second communal sections": where they stand, and the numbers."""
    found = []
    for at, word in enumerate(words):
        if word.text not in w.SECTION:
            continue
        start, stop = at, at + 1
        numbers: list[int] = []
        # Walk back over a list of ordinals; a comma that does not follow an ordinal ends it.
        for back in range(at - 1, -1, -1):
            number = ordinal(words[back].text)
            if number is not None:
                numbers.insert(0, number)
                start = back
            elif (words[back].text not in w.AND | _SECTION_WORDS and words[back].sign not in {",", "/"}) or (
                words[back].sign == "," and back and ordinal(words[back - 1].text) is None
            ):
                break
        while stop < len(words) and words[stop].text in _SECTION_WORDS:
            stop += 1
        # "section 3": the number follows, of two digits at the most (a year has four).
        if not numbers and stop < len(words) and words[stop].text.isdigit() and len(words[stop].text) < 3:
            numbers, stop = [int(words[stop].text)], stop + 1
        if numbers:
            found.append((start, stop, tuple(numbers)))
    return found


def ordinal(text: str) -> int | None:
    """Give the number of an ordinal in English, French or Kreyòl.

    >>> ordinal("4eme"), ordinal("twazyem"), ordinal("savien")
    (4, 3, None)
    """
    found = w.ORDINAL.match(text)
    return int(found.group(1)) if found else w.ORDINALS.get(text)


def _with_section(
    known: Lexicon, words: list[Token], spans: list[Span], start: int, stop: int, numbers: tuple[int, ...]
) -> list[Span]:
    """Put numbered sections in the place of their commune's name."""
    later = [span for span in spans if span.start >= stop]
    earlier = [span for span in reversed(spans) if span.stop <= start]
    # The commune mostly follows ("1re section de Verrettes"), else it is the nearest before.
    for span in (*later, *earlier):
        low, high = sorted((span.start, start))
        if any(word.sign == ";" for word in words[low:high]):
            continue
        hits = _sections_in(known, span, numbers)
        if hits and span.start < start and len(hits) == 1 and hits[0].entry in {hit.entry for hit in span.hits}:
            return spans  # the section was named before its number
        if hits:
            # The section takes the words of its commune too, so that the commune is not read as a
            # second place. Where the commune stands before, words between the two stay as they are.
            put = Span(start, max(stop, span.stop), hits, together=len(hits) > 1, fuzzy=span.fuzzy)
            if span.start < start:
                put = Span(start, stop, hits, together=len(hits) > 1, fuzzy=span.fuzzy)
            return sorted([one for one in spans if one is not span] + [put], key=lambda one: one.start)
    return spans


def _sections_in(known: Lexicon, span: Span, numbers: tuple[int, ...]) -> tuple[Hit, ...]:
    sections = _numbered(known)
    for hit in span.hits:
        entry = hit.entry
        if entry.where is Where.SECTION and len(numbers) == 1 and sections.get((entry.adm2, numbers[0])) is entry:
            return (Hit(entry, hit.score, f"{entry.name} is the section of that number"),)
        if entry.where is not Where.COMMUNE and not is_town_of_commune(entry):
            continue
        # A number is a little less sure than a name. Where the commune has no such section, the score
        # falls to that of a near spelling.
        score = min(hit.score, 0.97)
        found = [sections[key] for number in numbers if (key := (entry.adm2, number)) in sections]
        if len(found) == len(numbers):
            return tuple(
                Hit(one, score, f"section {number} of {entry.commune}")
                for one, number in zip(found, numbers, strict=True)
            )
        commune = next((one for one in entries(known.area) if one.id == entry.adm2), entry)
        return (Hit(commune, min(score, 0.84), f"{commune.name} has no section of that number: the commune"),)
    return ()

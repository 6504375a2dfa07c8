"""Finding the known names in a phrase: words, the lexicon of names, and the spans where names stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from artimap.areas.area import Area
from artimap.areas.gazetteer import cue_words as w
from artimap.areas.gazetteer.lookup import PENALTY, SPELLING, Candidate, Entry, entries, localities
from artimap.areas.user_layers import cached
from artimap.core.text import APOSTROPHES, ARTICLES, fold_word
from artimap.core.vocab import Where

_LONGEST_NAME = 7
# With articles and signs between them; a run of articles only would otherwise have no end.
_LONGEST_RUN = 16
_LONGER = 3
_NEAR_SCORE = {0: 0.84, 1: 0.82, 2: 0.76}
"""A near spelling is never sure: same sound, one letter apart, two letters apart."""
# A word may hold combining accents and any apostrophe, since NFKC joins not all of them. Signs are
# tokens of their own; anything else is passed over.
_TOKEN = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f" + re.escape(APOSTROPHES) + r"])*|-+>|[;,/()\[\]:→–—+&#\-]")
# "l'Estère", "d'Ennery": articles are left out when names are compared, so they are cut off.
_ELIDED = re.compile("^(l|d|qu)[" + re.escape(APOSTROPHES) + "](?=.)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Token:
    """One word, or one sign between words.

    ``sign`` is ``","``, ``";"``, ``"/"``, ``"("``, ``")"``, ``"-"`` (within a word), ``"–"`` (between words) or
    empty; ``upper`` tells that the word has a capital.
    """

    text: str
    sign: str = ""
    upper: bool = False
    acronym: bool = False

    @property
    def noise(self) -> bool:
        """Whether this is one of the words that stand around names."""
        return self.text in w.NOISE or self.text.isdigit() or w.ORDINAL.match(self.text) is not None


# Signs that do the same are made one.
_SIGNS = {"[": "(", "]": ")", ":": ";", "—": "–", "→": "–", "+": ";", "&": "", "#": ""}


def tokens(text: str) -> list[Token]:
    """Cut a phrase into words and signs; elided articles become words."""
    out: list[Token] = []
    for found in _TOKEN.finditer(text):
        raw = found.group()
        if not raw[0].isalnum():
            out += _sign(raw, text, found.start(), found.end())
            continue
        article = _ELIDED.match(raw)
        if article:
            out.append(Token(article.group(1).lower()))
            raw = raw[article.end() :]
        word = fold_word(raw)
        if word:
            # Short words in capitals (PNH, UN) count as acronyms, not as names.
            out.append(Token(word, "", raw[0].isupper(), len(raw) <= 4 and raw.isupper()))
    return out


def _sign(raw: str, text: str, start: int, end: int) -> list[Token]:
    if raw.endswith(">"):
        return [Token("to", "–")]
    if raw == "&":
        return [Token("and")]
    if raw == "-":
        # "Pont-Sondé" is one name, "Gonaïves - Saint-Marc" are two.
        within = start > 0 and end < len(text) and not text[start - 1].isspace() and not text[end].isspace()
        return [Token("", "-" if within else "–")]
    sign = _SIGNS.get(raw, raw)
    return [Token("", sign)] if sign else []


@dataclass(frozen=True, slots=True)
class Hit:
    """One entry that a span may mean, with its score and reason."""

    entry: Entry
    score: float
    why: str

    @property
    def candidate(self) -> Candidate:
        """The same as a candidate."""
        return self.entry.candidate(self.score, self.why)


@dataclass(frozen=True, slots=True)
class Span:
    """The words from ``start`` up to ``stop`` that are a name, and what they may mean, best first.

    ``together`` tells that all hits are meant at once (the first and second sections).
    """

    start: int
    stop: int
    hits: tuple[Hit, ...]
    together: bool = False
    fuzzy: bool = False


@dataclass(frozen=True, eq=False)
class Lexicon:
    """All names of an area by their folded form without spaces."""

    area: Area
    exact: dict[str, tuple[Hit, ...]] = field(repr=False)
    sounds: dict[str, tuple[str, ...]] = field(repr=False)
    # ``starts``: keys by first letter and length. Like ``sounds`` it only narrows down what is compared.
    starts: dict[tuple[str, int], tuple[str, ...]] = field(repr=False)
    longest: int


@lru_cache(maxsize=65_536)
def near(known: Lexicon, key: str) -> tuple[int, str] | None:
    """Give the nearest known key of a folded word or words, with its distance; None where none is near."""
    # Short words are one letter apart from too many others, and what is longer than every name is near to none.
    if not 5 <= len(key) <= known.longest + _LONGER or key in known.exact:
        return None
    # Of one sound, but more than three letters longer, is another name.
    found = [(0, one) for one in known.sounds.get(sound(key), ()) if abs(len(one) - len(key)) <= _LONGER]
    reach = _reach(key)
    # Misspellings rarely touch the first letter; a rhyme is another place.
    for length in range(len(key) - reach, len(key) + reach + 1):
        for one in known.starts.get((key[0], length), ()):
            most = min(reach, _reach(one))
            away = distance(key, one, most)
            if away <= most:
                found.append((max(away, 1), one))
    return min(found, default=None)


def _reach(key: str) -> int:
    return 2 if len(key) >= 9 else 1


def distance(a: str, b: str, most: int) -> int:
    """Count the letters to change, add, leave out or swap with a neighbour; more than ``most`` is ``most + 1``."""
    far = most + 1
    two: dict[int, int] = {}
    one = {j: j for j in range(min(len(b), most) + 1)}
    # Row by row, with the last two rows kept: the second one is for swapped neighbours. Cells farther than
    # ``most`` from the diagonal are never within it.
    for i, x in enumerate(a, start=1):
        row: dict[int, int] = {}
        for j in range(max(0, i - most), min(len(b), i + most) + 1):
            best = one.get(j, far) + 1
            if j:
                best = min(best, row.get(j - 1, far) + 1, one.get(j - 1, far) + (x != b[j - 1]))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == b[j - 1]:
                best = min(best, two.get(j - 2, far) + 1)
            row[j] = best
        if not row or min(row.values()) > most:
            return far
        two, one = one, row
    return min(one.get(len(b), far), far)


_SOUNDS = (("ph", "f"), ("qu", "k"), ("ck", "k"), ("c", "k"), ("y", "i"), ("w", "r"), ("ou", "u"), ("z", "s"),
           ("eau", "o"), ("au", "o"), ("ain", "en"), ("in", "en"), ("h", ""), ("x", "s"))  # fmt: skip


def sound(key: str) -> str:
    """Give a rough form of how a folded name sounds, in French or Kreyòl spelling."""
    for written, heard in _SOUNDS:
        key = key.replace(written, heard)
    key = re.sub(r"(.)\1+", r"\1", key)
    # Letters at the end that French does not sound.
    return re.sub(r"[estd]+$", "", key) or key


@cached
def lexicon(area: Area) -> Lexicon:
    """Make the lexicon of an area's names."""
    exact: dict[str, dict[tuple[Where, str, str], Hit]] = {}
    for entry in (*entries(area), *localities(area)):
        for name, label in entry.names:
            score = 1.0 if label != "other spelling" else SPELLING
            score -= PENALTY.get(entry.where, 0.0) if not entry.locality else 0.0
            why = f"{entry.locality}: {entry.note}, in {entry.name}" if entry.locality else f"{label}: same"
            if entry.where is Where.NOWHERE:
                why = f"{entry.locality} is known, but lies outside the data ({entry.note})"
            shelf = exact.setdefault(name.replace(" ", ""), {})
            meant = (entry.where, entry.id, entry.locality)
            # A thing with two names that fold alike is one meaning, with the better score.
            if meant not in shelf or shelf[meant].score < score:
                shelf[meant] = Hit(entry, score, why)
    hits = {
        # By score, then by id: never in the order of a file.
        key: tuple(sorted(shelf.values(), key=lambda hit: (-hit.score, hit.entry.id)))
        for key, shelf in exact.items()
        if key
    }
    sounds: dict[str, list[str]] = {}
    starts: dict[tuple[str, int], list[str]] = {}
    for key in sorted(hits):
        # Digits are never misspelt letters: "4e section" is not near "5e section".
        if len(key) < 5 or any(char.isdigit() for char in key):
            continue
        sounds.setdefault(sound(key), []).append(key)
        starts.setdefault((key[0], len(key)), []).append(key)
    return Lexicon(
        area, hits, {key: tuple(known) for key, known in sounds.items()},
        {key: tuple(known) for key, known in starts.items()}, max(map(len, hits), default=0),
    )  # fmt: skip


class Phrase:
    """A phrase cut into words, with the names found in it.

    Attributes
    ----------
    words
        The tokens.
    spans
        The names, in order.
    cased
        Whether capitals tell names from other words here.
    longer
        Names left out because they are part of a longer one, of a person or of a place elsewhere.
    """

    def __init__(self, known: Lexicon, text: str, taken: list[Span], words: list[Token]) -> None:
        self.text = text
        self.words = words
        # A phrase in capitals only, or in small letters only, says nothing by its capitals.
        letters = [char for char in text if char.isalpha()]
        self.cased = any(char.isupper() for char in letters) and any(char.islower() for char in letters)
        self._known = known
        self._free = [True] * len(words)
        for span in taken:
            self._take(span)
        # Exact names take their words first. What is left is looked at for near spellings, so that a
        # known name is never part of a guess.
        found = [*taken, *self._exact()]
        found += self._fuzzy()
        self.longer = [span for span in found if self._part_of_more(span)]
        for span in list(self.longer):  # the longer name may be a known one, misspelt
            whole = self._longer_near(span)
            if whole is not None:
                self.longer.remove(span)
                found = [whole if one is span else one for one in found]
        self.spans = sorted((span for span in found if span not in self.longer), key=lambda span: span.start)

    def _take(self, span: Span) -> None:
        for at in range(span.start, span.stop):
            self._free[at] = False

    def _windows(self, start: int, *, across: bool) -> Iterator[tuple[int, str]]:
        """Give the ends and folded forms of the runs of words that begin at ``start``."""
        key, count = "", 0
        for at in range(start, min(start + _LONGEST_RUN, len(self.words))):
            word = self.words[at]
            # A name goes over a hyphen, and over a comma only where it is spelt exactly.
            if not self._free[at] or word.sign in {";", "/", "–"} or (word.sign and word.sign != "-" and not across):
                return
            if word.sign or (word.text in ARTICLES and count):
                continue
            key, count = key + word.text, count + 1
            yield at + 1, key
            if count >= _LONGEST_NAME or len(key) > self._known.longest + _LONGER:
                return

    def _exact(self) -> list[Span]:
        found = []
        for start, word in enumerate(self.words):
            if not self._free[start] or word.sign:
                continue
            best = None
            # The longest run of words that is a name wins: "Petite-Rivière de l'Artibonite" over
            # "Petite-Rivière".
            for stop, key in self._windows(start, across=True):
                if key in self._known.exact and not self._common(start, stop, key):
                    best = Span(start, stop, self._known.exact[key])
            if best is not None:
                self._take(best)
                found.append(best)
        return found

    def _common(self, start: int, stop: int, key: str) -> bool:
        """Tell whether a name that is a common noun too is used as such."""
        several = sum(not word.sign and word.text not in ARTICLES for word in self.words) > stop - start
        capital = self.cased and any(word.upper for word in self.words[start:stop])
        return key in w.COMMON and several and not capital

    def _fuzzy(self) -> list[Span]:
        found = []
        for start, word in enumerate(self.words):
            if not self._free[start] or word.sign or word.text in ARTICLES:
                continue
            if word.noise and word.text not in w.NAME_HEADS:
                continue
            best: tuple[int, int, int, str] | None = None
            for stop, key in self._windows(start, across=False):
                inner = [one for one in self.words[start:stop] if not one.sign and one.text not in ARTICLES]
                # A guess may begin with a common word (Pont, Gros) but not go on over one.
                if all(one.noise for one in inner) or any(one.noise for one in inner[1:]):
                    continue
                if self.cased and not any(one.upper for one in inner):
                    continue  # a common word that looks like a name
                close = near(self._known, key)
                if close is not None and (best is None or (close[0], -stop) < (best[0], best[1])):
                    best = (close[0], -stop, stop, close[1])
            if best is not None:
                span = Span(start, best[2], self._near_hits(best[0], best[3]), fuzzy=True)
                self._take(span)
                found.append(span)
        return found

    def _longer_near(self, span: Span) -> Span | None:
        # The words are lent to the search for a longer name, and taken back at the end in either case.
        for at in range(span.start, span.stop):
            self._free[at] = True
        best = None
        for stop, key in self._windows(span.start, across=False):
            found = near(self._known, key) if stop > span.stop else None
            if found is not None and (best is None or found < best[0]):
                best = found, stop
        if best is None:
            self._take(span)
            return None
        whole = Span(span.start, best[1], self._near_hits(*best[0]), fuzzy=True)
        self._take(whole)
        return whole

    def _near_hits(self, away: int, key: str) -> tuple[Hit, ...]:
        return tuple(
            Hit(hit.entry, hit.score * _NEAR_SCORE[away], f"spelt nearly so: {hit.entry.locality or hit.entry.name}")
            for hit in self._known.exact[key]
        )

    def _beside(self, at: int, step: int) -> tuple[Token | None, bool, bool]:
        """Give the next word that is no article, whether an article stands between, and whether a hyphen does."""
        article = hyphen = False
        while 0 <= at < len(self.words):
            word = self.words[at]
            if word.sign == "-":
                hyphen = True
            elif word.sign:
                return None, article, hyphen
            elif word.text in ARTICLES:
                article = article or word.text in {"de", "du", "des", "d", "of"}
            else:
                return (word if self._free[at] else None), article, hyphen
            at += step
        return None, article, hyphen

    def _proper(self, word: Token) -> bool:
        return not word.noise and not word.acronym and (word.upper or not self.cased)

    def _part_of_more(self, span: Span) -> bool:
        """Tell whether a name is only part of a longer, unknown one (a person's, or a place elsewhere)."""
        if all(hit.entry.where is Where.NOWHERE for hit in span.hits) or span.together:
            return False
        # "Jean Saint-Marc" and "rue Gonaïves" are no places; "Morne Saint-Marc" is one. "of" parts the
        # two: "the mayor of Gonaïves" is in Gonaïves.
        before, of, hyphen = self._beside(span.start - 1, -1)
        if before is not None and not of:
            if before.text in w.PERSON | w.STREET:
                return True
            if self._proper(before) and before.text not in w.HEIGHTS and (hyphen or self.cased):
                return True
        after, of, hyphen = self._beside(span.stop, 1)
        if after is None:
            return False
        # "Saint-Marc-Nord" may be another place; "no" is also number.
        if after.text in w.COMPASS and (of or hyphen) and after.text != "no":
            return True
        if after.text in {"street", "avenue", "boulevard"} and not of:
            return True
        return self._proper(after) and (hyphen or of or self.cased)

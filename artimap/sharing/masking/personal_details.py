"""Names of people in free text, by rules: what stands before, what stands after, and what is known not to be one."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from artimap.sharing.masking.known_names import KnownNames, atoms, plain, words

Sign = Literal[0, 1, 2]
"""Whether a run of words is a person: no, perhaps, surely."""

_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_ATOM = re.compile(r"[^\W_]+")
_ELIDED = re.compile(r"^(?:[ldjnscmt]|qu|jusqu|lorsqu|puisqu)[’']", re.IGNORECASE)
_POSSESSIVE = re.compile(r"[’']s$")
_SPACE = re.compile(r"\s+$")
_QUOTED = re.compile(r"\s*[\"“”«»]\s*$")
_AFTER_TITLE = re.compile(r"\.?\s*(?:[\"“«]\s*)?$")
_AFTER_CUE = re.compile(r"\s*:?\s*(?:[\"“«]\s*)?$")
_APPOSED = re.compile(r"\s*[,:(]\s*$")
_CLOSED = re.compile(r"\s{0,4}(?:[,.;)»”\"]|$|(?:et|ak|and)\b)")
_AND = re.compile(r"\s*,?\s*(?:et|ak|and|&|epi)\s*$")
_INITIAL_GAP = re.compile(r"\.?-|\.\s?")
_AGE = re.compile(
    r"\s{0,4}(?:,\s*|\(\s*)(?:aged\s+|âgée?\s+de\s+)?\d{1,2}(?:\s*(?:ans?|lane|years?|yrs|y\.o)\b|\s*[,)])"
)
_HARMED = re.compile(
    r"\s{1,4}(?:(?:a|ont|avait|avaient)\s+été|est|sont|était|serait|was|were|has been|had been|is|te|ki)?\s{0,4}"
    r"(?:tuée?s?|mort\w*|décédé\w*|blessé\w*|enlevé\w*|kidnappé\w*|abattu\w*|arrêté\w*|libéré\w*|violée?s?|battue?s?|touchée?s?|"
    r"assassiné\w*|killed|shot|kidnapped|abducted|arrested|freed|released|wounded|hurt|beaten|murdered|raped|stabbed|died|dead|"
    r"mouri|touye|kidnape|blese|pran bal|disparèt|disparue?s?|missing)\b"
)
# how given names of Haiti begin and end where they are no names of saints
_NAME_FORM = re.compile(
    r"^(?:wood|djen|dieu|ker|mcken|guer|wis|wil|jhon|mack|rood|fritz|frantz|mik|lov)[a-z]{3}"
    r"|[a-z]{3}(?:son|sonn|ner|nel|lande|line|lyne|ens|ndy|rlie|nise|ley|vens|bert|nold|dieu|nette|vil)$"
)
_ENDS = frozenset('.!?:;«»"“”–—•(\n')
_COURTESY = frozenset(
    atoms("m mr mrs ms mme mlle me mm dr monsieur madame mademoiselle mesye msye misye madan mis maitre")
)
_POLITE = frozenset(atoms("mr mrs mme mlle monsieur madame mademoiselle msye misye madan madmwazel miss"))
"""Those of them that stand before a name without a capital too."""
_NICKNAMES = frozenset({"ti", "gwo", "bos", "boss", "tonton"})
_WIDOWS = frozenset(atoms("veuve vve widow epoux epouse famille family fanmi consorts heritiers"))
_SAINTS = frozenset({"saint", "sainte", "st", "ste", "sen", "sent"})
# without their accent these are everyday words: se (it is), pe (to be silent), met (to put), fre (cool)
_ACCENTED = {"se": "sè", "pe": "pè", "met": "mèt", "fre": "frè"}
_ARTICLES = frozenset(atoms("le la les l the de du des d"))
_SMALL = frozenset(atoms("de du des d la le l of the nan an lan nasyonal national nationale"))
_CHIEFS = frozenset({"chef", "chief", "leader", "lide", "ansyen", "head", "boss"})


@dataclass(slots=True)
class _WordSpan:
    start: int
    end: int
    text: str
    folded: str
    cap: bool
    kept: str = ""

    @property
    def acronym(self) -> bool:
        return self.text.isupper() and 2 <= len(self.text) <= 5

    @property
    def initial(self) -> bool:
        return self.cap and all(len(part) == 1 for part in self.text.split("-"))

    @property
    def shortened(self) -> bool:
        """Whether it ends in an initial: "Jean-P"."""
        return self.cap and len(self.text.rsplit("-", 1)[-1]) == 1


class _Lists(NamedTuple):
    """Unions of the word lists, and the last words of the phrases that lead to a name: made once."""

    heads: frozenset[str]
    led: frozenset[str]
    roles: frozenset[str]
    apposed: frozenset[str]
    cue_ends: frozenset[str]
    name_cue_ends: frozenset[str]


@cache
def _lists() -> _Lists:
    lists = words()
    roles = lists.humans | (lists.titles - _COURTESY - _ACCENTED.keys())
    ends, name_ends = (
        frozenset(phrase.rsplit(" ", 1)[-1] for phrase in cues) for cues in (lists.cues, lists.name_cues)
    )
    led = lists.locative | lists.heads | _SMALL | lists.offices
    return _Lists(lists.heads | _SAINTS, led, roles, roles | lists.kin, ends, name_ends)


@lru_cache(maxsize=1 << 16)  # most words come again
def _cut(word: str) -> tuple[tuple[int, int, str, str, bool], ...]:
    """Cut a word at its elided article: start, end, text, folded, and whether it has a capital, of each part."""
    parts, start, end = [], 0, len(word)
    # "l'inspecteur", "d'Estinval": the elided article is a token of its own, so that the word after it is
    # read by its own capital.
    elided = _ELIDED.match(word)
    if elided and elided.end() < end:
        prefix = word[: elided.end() - 1]
        parts.append((0, len(prefix), prefix, plain(prefix), False))
        start = elided.end()
    if _POSSESSIVE.search(word[start:]) and end - start > 2:
        end -= 2
    rest = word[start:end]
    parts.append((start, end, rest, plain(rest), rest[0].isupper()))
    return tuple(parts)


def _tokens(text: str) -> list[_WordSpan]:
    return [
        _WordSpan(match.start() + start, match.start() + end, word, folded, cap)
        for match in _WORD.finditer(text)
        for start, end, word, folded, cap in _cut(match.group())
    ]


@lru_cache(maxsize=1 << 16)
def _rank(word: str) -> str | None:
    """Give ``strong`` or ``weak`` where a word holds a given name of the lists."""
    lists, whole = words(), atoms(word)
    parts = [part for part in whole if part in lists.given]
    # The given name has to begin the token: in "Marie-Ange" it does, in a street "Rue-Marie" it does not.
    if not parts or parts[0] != whole[0]:
        return None
    return "strong" if any(part not in lists.weak_given for part in parts) else "weak"


@lru_cache(maxsize=1 << 16)
def _has_form(folded: str) -> bool:
    """Tell whether a word begins or ends as given names do."""
    return _NAME_FORM.search(folded) is not None


def _keep_known(text: str, tokens: list[_WordSpan], known: KnownNames) -> None:
    """Mark the tokens that belong to a known place or group."""
    words_here, starts, firsts = list[str](), list[int](), list[int]()
    for match in _ATOM.finditer(text):
        word = match.group()
        folded = plain(word)
        # A known name counts only where it is written with a capital, or an everyday word would be taken for
        # a place.
        if (word[0].isupper() or word[0].isdigit()) and (folded in known.places or folded in known.groups):
            firsts.append(len(starts))
        words_here.append(folded)
        starts.append(match.start())
    if not firsts:
        return
    kinds: dict[int, str] = {}
    here, position = tuple(words_here), 0
    for first in firsts:
        if first < position:
            continue
        length, kind = known.match(here, first)
        for start in starts[first : first + length]:
            kinds[start] = kind
        position = first + length
    begins = [token.start for token in tokens] if kinds else []
    for one in kinds:
        at = bisect_right(begins, one) - 1
        token = tokens[at] if at >= 0 else None
        if token is None or one >= token.end or token.kept:
            continue
        inside = starts[bisect_left(starts, token.start) : bisect_left(starts, token.end)]
        # A token survives only where every part of it is known: "Saint-Marc-Estimé" is not the town.
        if all(part in kinds for part in inside):
            token.kept = kinds[inside[0]]


class _NameReader:
    """One text being read; ``spans`` gives the names in it."""

    def __init__(self, text: str, known: KnownNames, everyday: frozenset[str]) -> None:
        self.text = text
        self.known = known
        self.everyday = everyday
        self.words = words()
        self.lists = _lists()
        self.tokens = _tokens(text)
        ends = [0, *(token.end for token in self.tokens)]
        self.gaps = [text[end : token.start] for end, token in zip(ends, self.tokens, strict=False)]
        self.head = len(text) - len(text.lstrip())
        _keep_known(text, self.tokens, known)
        for position, token in enumerate(self.tokens[:-1]):
            # A place with the name of a person is one where another name follows: "Esther Liancourt".
            if token.kept == "place" and self.given(position) == "strong" and not self._led(position):
                after = self.tokens[position + 1]
                if after.cap and after.kept != "group" and self.gap(position + 1) == " ":
                    token.kept = ""

    def gap(self, position: int) -> str:
        """Give what stands between a token and the one before."""
        return self.gaps[position]

    def opens(self, position: int) -> bool:
        """Tell whether a token begins a sentence, a quotation or a list."""
        gap = self.gap(position)
        # The full stop after "M." or "Dr." does not end a sentence.
        if position and gap.strip() in {".", ".-"} and self._short_title(position - 1):
            return False
        return self.tokens[position].start <= self.head or bool(_ENDS & set(gap))

    def _short_title(self, position: int) -> bool:
        token = self.tokens[position]
        return token.initial or (token.cap and token.folded in self.words.short_titles)

    def is_title(self, position: int) -> bool:
        """Tell whether a token is a title or a role that a name may follow."""
        token = self.tokens[position]
        if token.folded not in self.words.titles or token.kept:
            return False
        if token.folded in _ACCENTED:
            return token.text.casefold() == _ACCENTED[token.folded]
        return token.cap or token.folded not in self.words.short_titles

    def joined(self, position: int) -> bool:
        """Tell whether a token may belong to one name with the token before."""
        gap, before = self.gap(position), self.tokens[position - 1]
        if _SPACE.fullmatch(gap) or (before.shortened and _INITIAL_GAP.fullmatch(gap)):
            return True
        if _QUOTED.fullmatch(gap):
            return before.folded not in self.words.cues
        # "ESTINVAL, Marie": surname in capitals first, as in police lists.
        surname_first = before.text.isupper() and len(before.text) >= 4 and self.given(position) is not None
        return surname_first and re.fullmatch(r",\s", gap) is not None

    def given(self, position: int) -> str | None:
        """Give ``strong`` or ``weak`` where a token holds a given name."""
        return _rank(self.tokens[position].text) or ("weak" if self._formed(position) else None)

    def _formed(self, position: int) -> bool:
        """Tell whether a word with a capital has the form of a given name and is no word of the language."""
        token = self.tokens[position]
        return token.cap and not token.kept and _has_form(token.folded) and not self._function(position)

    def _is_name_part(self, position: int) -> bool:
        """Tell whether a token could be part of a person's name."""
        token = self.tokens[position]
        if not token.cap or token.kept or self.is_title(position) or token.text == "I":
            return False
        if token.initial:
            return "-" in token.text or self.text[token.end : token.end + 1] == "."
        if self.given(position) == "strong":
            return True
        lists = self.words
        if token.acronym and self.given(position) is None:
            return False
        # A capital at the beginning of a sentence says nothing; words that often open one are no names there.
        ordinary = token.folded in lists.plain or token.folded in lists.heads or token.folded in _ARTICLES
        return not ordinary and not (token.folded in lists.openers and self.opens(position))

    def _headed(self, position: int) -> bool:
        """Tell whether a word such as 'school' or 'street' stands before a name, so that the name is its own."""
        back, joined = position, False
        # Four words back at most, over small words and other capitals: "lycee national Toussaint Louverture".
        while back and _SPACE.fullmatch(self.gap(back)) and position - back < 4:
            back -= 1
            token = self.tokens[back]
            if token.folded in self.words.heads and not self.is_title(back):
                # "rues Capois et Christophe", but not "marché de Jean et Wilner"
                return not joined or token.folded.endswith("s")
            joined |= token.folded in {"et", "and", "ak"}
            if not (token.folded in _SMALL or joined or (token.cap and not self.is_title(back))):
                return False
        return False

    def _tailed(self, stop: int) -> bool:
        """Tell whether "hospital", "police station" or the like follows a name."""
        if stop < len(self.tokens) and self.tokens[stop].folded == "police" and self.gap(stop).isspace():
            stop += 1
        return stop < len(self.tokens) and self.gap(stop).isspace() and self.tokens[stop].folded in self.words.tails

    def runs(self) -> list[tuple[int, int]]:
        """Give runs of tokens (first, last + 1) that could be a name."""
        found: list[tuple[int, int]] = []
        position = 0
        while position < len(self.tokens):
            if not self._is_name_part(position):
                position += 1
                continue
            stop = position + 1
            while stop < len(self.tokens) and self._continues(stop):
                stop += 1
            found.append((position, stop))
            position = stop
        return found

    def _continues(self, position: int) -> bool:
        """Tell whether a token goes on with the name of the token before."""
        token = self.tokens[position]
        if not self.joined(position) or not token.cap or token.kept:
            return False
        if self.tokens[position - 1].folded in {"ti", "gwo"} and self.is_title(position):
            return True  # "Ti Pè": there a title is a nickname
        # After a given name or an initial an everyday word is a family name: "Jean Bonhomme".
        after_given = self.given(position - 1) is not None or self.tokens[position - 1].initial
        return self._is_name_part(position) or (after_given and (token.initial or token.folded in self.words.family))

    def _before(self, position: int, count: int) -> list[int]:
        """Give up to ``count`` tokens before one, in its sentence, nearest first."""
        near: list[int] = []
        while position and len(near) < count and not (set(".!?\n") & set(self.gap(position)) and self.opens(position)):
            position -= 1
            near.append(position)
        return near

    def _cued(self, first: int) -> bool:
        if not first or self.tokens[first - 1].folded not in self.lists.cue_ends:
            return False
        near = self._before(first, 6)
        if not near or not _AFTER_CUE.fullmatch(self.gap(first)):
            return False
        folded = [self.tokens[one].folded for one in near]
        # Cues are phrases of up to four words ("a man by the name of" ends in one); the longest is tried
        # first.
        for length in range(4, 0, -1):
            if " ".join(reversed(folded[:length])) in self.words.cues and len(folded) >= length:
                rest = [one for one in folded[length:] if one not in {"ki", "yo", "est", "is", "also", "se"}]
                thing = bool(rest) and rest[0] in self.words.heads
                return not thing or bool(_CHIEFS & set(rest[:3]))
        return False

    def _titled(self, first: int) -> bool:
        return first > 0 and self.is_title(first - 1) and _AFTER_TITLE.fullmatch(self.gap(first)) is not None

    def _kin(self, first: int) -> bool:
        near = self._before(first, 3)
        folded = [self.tokens[one].folded for one in near]
        if not folded or not (_SPACE.fullmatch(self.gap(first)) or self.gap(first) in {"'", "’"}):
            return False
        if folded[0] in {"de", "d", "du", "of"}:
            near, folded = near[1:], folded[1:]
        if not folded or folded[0] not in self.words.kin:
            return False
        token = self.tokens[near[0]]
        return token.folded not in _ACCENTED or token.text.casefold() == _ACCENTED[token.folded]

    def _apposed(self, first: int, stop: int) -> bool:
        if not (_APPOSED.fullmatch(self.gap(first)) and _CLOSED.match(self.text, self.tokens[stop - 1].end)):
            return False
        return any(self.tokens[one].folded in self.lists.apposed for one in self._before(first, 6))

    def _speaks(self, stop: int) -> bool:
        return stop < len(self.tokens) and self.tokens[stop].folded in self.words.speech and self.gap(stop).isspace()

    def _described(self, stop: int) -> bool:
        """Tell whether a role follows after a comma: "X, a farmer"."""
        near = range(stop, min(stop + 3, len(self.tokens)))
        if not near or self.gap(stop).strip() != ",":
            return False
        return any(
            self.tokens[one].folded in self.lists.roles
            for one in near
            if not self.tokens[one].cap and all(self.gap(between).isspace() for between in range(stop + 1, one + 1))
        )

    def sign(self, first: int, stop: int) -> Sign:
        """Tell whether a run names a person."""
        # Sure signs before the name come first, then what stands after it. Only what has neither is asked
        # whether a street or a school bears it: "police inspector X" is a person in front of a police station
        # too.
        if self._titled(first) or self._cued(first) or self._kin(first) or self._aged(first, stop):
            return 2
        if self._headed(first) or self._tailed(stop):
            return 0
        located = first > 0 and self.tokens[first - 1].folded in self.words.locative and self.gap(first).isspace()
        # Now that streets and schools are ruled out, a given name that is no everyday word decides by itself.
        # Weak ones need a second sign: a family name, or a place after them, which is one there.
        ranks = {self.given(one) for one in range(first, stop)}
        if "strong" in ranks or (self._takes_place(first, stop) and not located):
            return 2
        if atoms(self.tokens[first].text)[0] in _SAINTS and (
            stop - first == 1 or self.tokens[first].folded not in self.words.family
        ):
            return 0
        if stop - first >= 2:
            return self._sign_of_several(first, stop, located=located)
        return 0 if located and not self._nicknamed(first) else self._sign_of_one(first)

    def _sign_of_several(self, first: int, stop: int, *, located: bool) -> Sign:
        weak = any(self.given(one) for one in range(first, stop))
        borne = sum(self.tokens[one].folded in self.words.family for one in range(first, stop))
        if borne or weak or self.tokens[first].initial:
            return 2 if not located or borne + weak > 1 else 1
        # Two unknown capitals in a row are masked. One mask too many costs a word, one too few may cost a life.
        ordinary = all(self._everyday(one) for one in range(first, stop))
        return 0 if located or ordinary else 1

    def _sign_of_one(self, first: int) -> Sign:
        stop = first + 1
        if self._speaks(stop) and not self.opens(first):
            return 2
        if _HARMED.match(self.text, self.tokens[first].end) is not None or self._described(stop):
            return 2
        article = first > 0 and self.tokens[first - 1].folded in _ARTICLES
        borne = self.tokens[first].folded in self.words.family or self._formed(first) or self._nicknamed(first)
        return 1 if borne and not article and not self._everyday(first) else 0

    def _nicknamed(self, first: int) -> bool:
        return first > 0 and self.tokens[first - 1].folded in _NICKNAMES and self.gap(first) == " "

    def _aged(self, first: int, stop: int) -> bool:
        return _AGE.match(self.text, self.tokens[stop - 1].end) is not None or self._apposed(first, stop)

    def _takes_place(self, first: int, stop: int) -> bool:
        """Tell whether a given name or initials are followed by a place, which is then a family name."""
        last = stop - 1
        named = self.given(last) is not None or all(self.tokens[one].initial for one in range(first, stop))
        if not named or stop >= len(self.tokens) or self.tokens[stop].kept != "place" or not self.tokens[stop].cap:
            return False
        return self.gap(stop).isspace() or (self.tokens[last].shortened and self.gap(stop) in {". ", "."})

    def _grown(self, first: int, stop: int) -> tuple[int, int]:
        """Take in the head of a nickname ("Tonton Jo") and a surname that is also a place ("Jean Bélanger")."""
        head = self.tokens[first - 1] if first else None
        if head is not None and head.cap and head.folded in self.words.nickname_heads and self.gap(first).isspace():
            return first - 1, stop
        if head is not None and head.initial and self.tokens[first].initial and self.gap(first) in {". ", ".", ".-"}:
            first -= 1  # "M. J. Desdunes": what reads as a title is an initial
        elif head is not None and head.acronym and len(head.text) == 2 and self._lettered(first):
            first -= 1  # "JP Etienne"
        place_before = head is not None and head.kept == "place" and head.cap and self.gap(first).isspace()
        if place_before and all(self.given(one) for one in range(first, stop)) and not self._led(first - 1):
            return first - 1, stop
        # After two unknown capitals a place is a place; after a title or a given name it is part of the name.
        if not (self._titled(first) or any(self.given(one) or self.tokens[one].initial for one in range(first, stop))):
            return first, stop
        while (
            stop < len(self.tokens)
            and self.tokens[stop].kept == "place"
            and self.tokens[stop].cap
            and (self.gap(stop).isspace() or (self.tokens[stop - 1].shortened and self.gap(stop) in {". ", "."}))
        ):
            stop += 1
        return first, stop

    def _lettered(self, first: int) -> bool:
        """Tell whether two capitals before a family name can be initials."""
        head, lists = self.tokens[first - 1], self.words
        ordinary = head.kept or head.folded in lists.plain or head.folded in lists.titles
        return not ordinary and self.gap(first) == " " and self.tokens[first].folded in lists.family

    def _led(self, position: int) -> bool:
        """Tell whether something before a place says that it is one."""
        if not position:
            return False
        return self.tokens[position - 1].folded in self.lists.led and self.gap(position).isspace()

    def _courtesy(self) -> Iterator[tuple[int, int]]:
        """Give place names that follow "Mme", "pasteur" and the like: there they are surnames."""
        for position in range(1, len(self.tokens)):
            before = self.tokens[position - 1]
            if self.tokens[position].kept != "place" or before.folded in self.words.offices:
                continue
            if not (self.is_title(position - 1) or before.folded in _WIDOWS):
                continue
            if _AFTER_TITLE.fullmatch(self.gap(position)):
                yield position, position + 1

    def _lower_case(self) -> Iterator[tuple[int, int, bool]]:
        """Give names written without capitals: a given name beside another or a family name, or after "mme"."""
        position = 0
        while position < len(self.tokens):
            stop, sure = self._lower_from(position)
            if stop > position:
                yield position, stop, sure
            position = max(stop, position + 1)

    def _lower_from(self, position: int) -> tuple[int, bool]:
        """Give where a name without capitals that begins at a token ends (the token itself if none does)."""
        token, lists = self.tokens[position], self.words
        before = self.tokens[position - 1].folded if position else ""
        if len(token.text) < 2 or token.kept or (before in self.lists.heads and self._spaced(position)):
            return position, False
        # Most words are none of it: neither a name nor after what leads to one.
        if not (
            self.given(position) or token.folded in lists.family or token.folded in lists.lone_given
            or before in _POLITE or before in self.lists.name_cue_ends or self._place_word(position)
        ):  # fmt: skip
            return position, False
        rank, stop = self.given(position), position + 1
        # No name has more than eight words; without a bound a list of names is read anew from each of them.
        while stop < min(len(self.tokens), position + 8) and self._spaced(stop) and self._may_follow(stop):
            stop += 1
        polite = before in _POLITE and self._after_title(position)
        if polite and not token.cap and not self._function(position):
            return stop, True
        several = stop - position > 1
        lower = any(not one.cap for one in self.tokens[position:stop])
        bearer = token.folded in lists.family or self._place_word(position)
        if several and lower and (rank or (bearer and self.given(stop - 1) == "strong")):
            return stop, True
        if token.cap:
            return position, False
        if token.folded in lists.lone_given and not self._function(position):
            return position + 1, False
        if len(token.text) > 2 and not self._function(position) and self._named(position):
            return stop, False
        return position, False

    def _after_title(self, position: int) -> bool:
        return _AFTER_TITLE.fullmatch(self.gap(position)) is not None

    def _spaced(self, position: int) -> bool:
        gap = self.gaps[position]
        return gap == " " or gap.isspace() or gap in {"_", "-", "."}

    def _place_word(self, position: int) -> bool:
        return (self.tokens[position].folded,) in self.known.places.get(self.tokens[position].folded, ())

    def _may_follow(self, position: int) -> bool:
        token = self.tokens[position]
        if len(token.text) < 3 or (token.kept and not token.cap):
            return False
        return self.given(position) is not None or token.folded in self.words.family or self._place_word(position)

    def _function(self, position: int) -> bool:
        """Tell whether a word in lower case is one of the language, as far as the lists know it."""
        token = self.tokens[position]
        return len(token.text) < 3 or token.folded in self.words.listed or token.folded in self.everyday

    def _named(self, position: int) -> bool:
        if not position or self.tokens[position - 1].folded not in self.lists.name_cue_ends:
            return False
        near = [self.tokens[one].folded for one in self._before(position, 5)]
        if not _AFTER_CUE.fullmatch(self.gap(position)):
            return False
        return any(" ".join(reversed(near[:length])) in self.words.name_cues for length in range(1, len(near) + 1))

    def spans(self) -> Iterator[tuple[int, int, bool]]:
        """Give start and end of each name, and whether it is surely one."""
        runs = self.runs()
        signs = [self.sign(*run) for run in runs]
        # "Marie X and Y": one sure name makes the one it is joined to sure, unless that is an everyday word
        # at the beginning of a sentence.
        for here in range(1, len(runs)):
            linked = runs[here][0] == runs[here - 1][1] + 1 and self._linked(runs[here - 1], runs[here])
            if linked and 0 in signs[here - 1 : here + 1] and max(signs[here - 1 : here + 1]) == 2:
                single = runs[here] if signs[here - 1] else runs[here - 1]
                if not self._headed(single[0]) and not (self.opens(single[0]) and self._opener(single[0])):
                    signs[here] = signs[here - 1] = 2
        people = [(*self._grown(*run), sign == 2) for run, sign in zip(runs, signs, strict=True) if sign]
        people += [(first, stop, True) for first, stop in self._courtesy()]
        people += list(self._lower_case())
        for first, stop, sure in sorted(set(people)):
            yield self.tokens[first].start, self.tokens[stop - 1].end, sure
        for token in self.tokens:
            if token.text.count("-") > 1 and not token.cap and not token.kept:
                yield from self._in_link(token)

    def _in_link(self, token: _WordSpan) -> Iterator[tuple[int, int, bool]]:
        """Give names among the words of a link: ``enlevement-de-jean-villard``."""
        parts = [(match.start(), match.end(), plain(match.group())) for match in _ATOM.finditer(token.text)]
        for (start, _, one), (_, end, other) in pairwise(parts):
            surname = other in self.words.given or other in self.words.family
            surname |= (other,) in self.known.places.get(other, ())
            if one in self.words.given and surname and (one, other) not in self.known.places.get(one, ()):
                yield token.start + start, token.start + end, True

    def _everyday(self, position: int) -> bool:
        token, lists = self.tokens[position], self.words
        return token.folded in self.everyday or token.folded in lists.plain or token.folded in lists.openers

    def _opener(self, position: int) -> bool:
        return self.tokens[position].folded in self.words.openers

    def _linked(self, left: tuple[int, int], right: tuple[int, int]) -> bool:
        return _AND.fullmatch(self.text[self.tokens[left[1] - 1].end : self.tokens[right[0]].start]) is not None


def names(text: str, known: KnownNames, everyday: frozenset[str]) -> Iterator[tuple[int, int, bool]]:
    """Give start and end of the names of people in a text, and whether each is surely one.

    Parameters
    ----------
    text
        Any text in French, Kreyòl or English.
    known
        Places and groups, whose names survive.
    everyday
        Words that are no names when written without a capital.
    """
    yield from _NameReader(text, known, everyday).spans()

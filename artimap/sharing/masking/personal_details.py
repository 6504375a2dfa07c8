"""Names of people in free text, by rules: what stands before, what stands after, and what is known not to be one."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from artimap.sharing.masking.known_names import KnownNames, atoms, plain, words

# a Haitian number has eight digits and starts with 2 to 5
_PHONE = re.compile(
    r"""(?<![\w.,/])(?:
      (?:\+|00)\s?\d{1,3}(?:[\s.\-]?\(?\d{1,4}\)?){2,5}              # with a country code
    | \(?509\)?[\s.\-]*[2-5]\d(?:[\s.\-]?\d{2}){3}
    | [2-5]\d{3}[\s.\-]?\d{4}
    | [2-5]\d(?:[\s.\-]\d{2}){3}
    )(?![\w/]|[.,]\d|-\d)""",
    re.VERBOSE,
)
_PHONE_CUE = re.compile(
    r"(?:t[eé]l(?:\.|[eé]phone|ef[oò]n)?|whats?app|num[eé]ro|nimewo|phone|call|appel\w*|rele|ring|joindre|cell?|mobile|sms)"
    r"[^\d+(]{0,24}$",
    re.IGNORECASE,
)
_MONEY = re.compile(r"\s*(?:gourdes?|goud|htg|usd|\$|dollars?|dola|us\b|personnes|people|moun)", re.IGNORECASE)
_DAY = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$")
_YEARS = re.compile(r"(?:19|20)\d{2}[\s.\-](?:19|20)\d{2}$")
_ROUND = re.compile(r"\d{2}00[\s.\-]\d{2}00$")

_PLATE = re.compile(r"(?<![\w-])(?!(?:HT|RN|RD|BP|PK|US|EU)[\s-]?\d)[A-Z]{2}[\s\-–]?\d{5}(?![\w]|-\d)")
_CUED_PLATE = re.compile(
    r"(?:plaqu\w*|plak|plate|immatricul\w*|imatrikil\w*|licen[cs]e|registration)\b(?:[^\w\n]+[a-zà-ÿ°'’]+){0,4}?[^\w\n]+"
    r"(?P<plate>[A-Za-z]{1,3}[\s\-–]?\d{3,6})(?!\w)",
    re.IGNORECASE,
)


def phones(text: str) -> Iterator[tuple[int, int]]:
    """Give start and end of the phone numbers in a text; dates, years, sums and coordinates are none."""
    for match in _PHONE.finditer(text):
        found = match.group()
        digits = re.sub(r"\D", "", found)
        # Eight digits are a Haitian number, fifteen the most that E.164 allows.
        if not 8 <= len(digits) <= 15:
            continue
        # What looks like a day, a span of years, a round sum or money is a number only after "call" or with a
        # country code: otherwise every death toll with a year beside it would be masked.
        cued = _PHONE_CUE.search(text[: match.start()]) is not None
        coded = found.startswith(("+", "00"))
        doubtful = _DAY.match(digits) or _YEARS.match(found) or _ROUND.match(found) or _MONEY.match(text[match.end() :])
        if doubtful and not (cued or coded):
            continue
        yield match.start(), match.end()


def plates(text: str) -> Iterator[tuple[int, int]]:
    """Give start and end of the number plates in a text: ``AA-12345``, ``TP 12345``, or any form after "plate"."""
    seen: set[int] = set()
    # The two letters of roads, p-codes and the like (RN 1, HT05...) are shut out in the pattern.
    for match in _PLATE.finditer(text):
        seen.add(match.start())
        yield match.start(), match.end()
    for match in _CUED_PLATE.finditer(text):
        if match.start("plate") not in seen:
            yield match.start("plate"), match.end("plate")


_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_ATOM = re.compile(r"[^\W_]+")
_ELIDED = re.compile(r"^(?:[ldjnscmt]|qu|jusqu|lorsqu|puisqu)[’']", re.IGNORECASE)
_POSSESSIVE = re.compile(r"[’']s$")
_SPACE = re.compile(r"\s+$")
_QUOTED = re.compile(r"\s*[\"“”«»]\s*$")
_AFTER_TITLE = re.compile(r"\.?\s*(?:[\"“«]\s*)?$")
_AFTER_CUE = re.compile(r"\s*:?\s*(?:[\"“«]\s*)?$")
_APPOSED = re.compile(r"\s*[,:(]\s*$")
_CLOSED = re.compile(r"\s*(?:[,.;)»”\"]|$|(?:et|ak|and)\b)")
_AND = re.compile(r"\s*,?\s*(?:et|ak|and|&|epi)\s*$")
_AGE = re.compile(r"\s*(?:,\s*|\(\s*)(?:aged\s+|âgée?\s+de\s+)?\d{1,2}(?:\s*(?:ans?|lane|years?|yrs|y\.o)\b|\s*[,)])")
_HARMED = re.compile(
    r"\s+(?:(?:a|ont|avait|avaient)\s+été|est|sont|était|serait|was|were|has been|had been|is|te|ki)?\s*"
    r"(?:tuée?s?|mort\w*|décédé\w*|blessé\w*|enlevé\w*|kidnappé\w*|abattu\w*|arrêté\w*|libéré\w*|violée?s?|battue?s?|touchée?s?|"
    r"assassiné\w*|killed|shot|kidnapped|abducted|arrested|freed|released|wounded|hurt|beaten|murdered|raped|stabbed|died|dead|"
    r"mouri|touye|kidnape|blese|pran bal|disparèt|disparue?s?|missing)\b"
)
_ENDS = frozenset('.!?:;«»"“”–—•(\n')
_COURTESY = frozenset(
    atoms("m mr mrs ms mme mlle me mm dr monsieur madame mademoiselle mesye msye misye madan mis maitre")
)
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
        return len(self.text) == 1 and self.cap


def _tokens(text: str) -> list[_WordSpan]:
    tokens: list[_WordSpan] = []
    for match in _WORD.finditer(text):
        start, end = match.span()
        # "l'inspecteur", "d'Estinval": the elided article is a token of its own, so that the word after it is
        # read by its own capital.
        elided = _ELIDED.match(match.group())
        if elided and elided.end() < end - start:
            prefix = text[start : start + elided.end() - 1]
            tokens.append(_WordSpan(start, start + len(prefix), prefix, plain(prefix), cap=False))
            start += elided.end()
        if _POSSESSIVE.search(text[start:end]) and end - start > 2:
            end -= 2
        word = text[start:end]
        tokens.append(_WordSpan(start, end, word, plain(word), cap=word[0].isupper()))
    return tokens


def _keep_known(text: str, tokens: list[_WordSpan], known: KnownNames) -> None:
    """Mark the tokens that belong to a known place or group."""
    found = list(_ATOM.finditer(text))
    here = tuple(plain(match.group()) for match in found)
    kinds: dict[int, str] = {}
    position = 0
    while position < len(here):
        # A known name counts only where it is written with a capital, or an everyday word would be taken for
        # a place.
        first = found[position].group()[0]
        length, kind = known.match(here, position) if first.isupper() or first.isdigit() else (0, "")
        for step in range(length):
            kinds[found[position + step].start()] = kind
        position += max(length, 1)
    starts = [match.start() for match in found]
    for token in tokens:
        inside = starts[bisect_left(starts, token.start) : bisect_left(starts, token.end)]
        # A token survives only where every part of it is known: "Saint-Marc-Estimé" is not the town.
        if inside and all(one in kinds for one in inside):
            token.kept = kinds[inside[0]]


class _NameReader:
    """One text being read; ``spans`` gives the names in it."""

    def __init__(self, text: str, known: KnownNames) -> None:
        self.text = text
        self.words = words()
        self.tokens = _tokens(text)
        _keep_known(text, self.tokens, known)

    def gap(self, position: int) -> str:
        """Give what stands between a token and the one before."""
        before = self.tokens[position - 1].end if position else 0
        return self.text[before : self.tokens[position].start]

    def opens(self, position: int) -> bool:
        """Tell whether a token begins a sentence, a quotation or a list."""
        gap = self.gap(position)
        # The full stop after "M." or "Dr." does not end a sentence.
        if position and gap.strip() == "." and self._short_title(position - 1):
            return False
        return not self.text[: self.tokens[position].start].strip() or bool(_ENDS & set(gap))

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
        if _SPACE.fullmatch(gap) or (before.initial and re.fullmatch(r"\.\s?", gap)):
            return True
        if _QUOTED.fullmatch(gap):
            return before.folded not in self.words.cues
        # "ESTINVAL, Marie": surname in capitals first, as in police lists.
        surname_first = before.text.isupper() and len(before.text) >= 4 and self.given(position) is not None
        return surname_first and re.fullmatch(r",\s", gap) is not None

    def given(self, position: int) -> str | None:
        """Give ``strong`` or ``weak`` where a token holds a given name."""
        parts = [part for part in atoms(self.tokens[position].text) if part in self.words.given]
        # The given name has to begin the token: in "Marie-Ange" it does, in a street "Rue-Marie" it does not.
        if not parts or parts[0] != atoms(self.tokens[position].text)[0]:
            return None
        return "strong" if any(part not in self.words.weak_given for part in parts) else "weak"

    def _is_name_part(self, position: int) -> bool:
        """Tell whether a token could be part of a person's name."""
        token = self.tokens[position]
        if not token.cap or token.kept or self.is_title(position) or token.text == "I":
            return False
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
        back = position
        # Four words back at most, over small words and other capitals: "lycee national Toussaint Louverture".
        while back and _SPACE.fullmatch(self.gap(back)) and position - back < 4:
            back -= 1
            token = self.tokens[back]
            if token.folded in self.words.heads and not self.is_title(back):
                return True
            if not (token.folded in _SMALL or (token.cap and not self.is_title(back))):
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
            while stop < len(self.tokens) and self._is_name_part(stop) and self.joined(stop):
                stop += 1
            found.append((position, stop))
            position = stop
        return found

    def _before(self, position: int, count: int) -> list[int]:
        """Give up to ``count`` tokens before one, in its sentence, nearest first."""
        near: list[int] = []
        while position and len(near) < count and not (set(".!?\n") & set(self.gap(position)) and self.opens(position)):
            position -= 1
            near.append(position)
        return near

    def _cued(self, first: int) -> bool:
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
        who = self.words.humans | self.words.kin | (self.words.titles - _COURTESY - _ACCENTED.keys())
        return any(self.tokens[one].folded in who for one in self._before(first, 6))

    def _speaks(self, stop: int) -> bool:
        return stop < len(self.tokens) and self.tokens[stop].folded in self.words.speech and self.gap(stop).isspace()

    def _described(self, stop: int) -> bool:
        """Tell whether a role follows after a comma: "X, a farmer"."""
        near = range(stop, min(stop + 3, len(self.tokens)))
        if not near or self.gap(stop).strip() != ",":
            return False
        who = self.words.humans | (self.words.titles - _COURTESY - _ACCENTED.keys())
        return any(
            self.tokens[one].folded in who
            for one in near
            if not self.tokens[one].cap and all(self.gap(between).isspace() for between in range(stop + 1, one + 1))
        )

    def is_person(self, first: int, stop: int) -> bool:
        """Tell whether a run names a person."""
        # Sure signs before the name come first, then what stands after it. Only what has neither is asked
        # whether a street or a school bears it: "police inspector X" is a person in front of a police station
        # too.
        if self._titled(first) or self._cued(first) or self._kin(first):
            return True
        if _AGE.match(self.text, self.tokens[stop - 1].end) or self._apposed(first, stop):
            return True
        if self._headed(first) or self._tailed(stop):
            return False
        located = first > 0 and self.tokens[first - 1].folded in self.words.locative and self.gap(first).isspace()
        # Now that streets and schools are ruled out, a given name that is no everyday word decides by itself.
        # Weak ones need a second sign.
        ranks = {self.given(one) for one in range(first, stop)}
        if "strong" in ranks:
            return True
        if located or atoms(self.tokens[first].text)[0] in _SAINTS:
            return False
        # Two unknown capitals in a row are masked. One mask too many costs a word, one too few may cost a
        # life.
        if stop - first >= 2:
            return True
        if self._speaks(stop) and not self.opens(first):
            return True
        end = self.tokens[stop - 1].end
        return _HARMED.match(self.text, end) is not None or self._described(stop)

    def _grown(self, first: int, stop: int) -> tuple[int, int]:
        """Take in the head of a nickname ("Tonton Jo") and a surname that is also a place ("Jean Bélanger")."""
        head = self.tokens[first - 1] if first else None
        if head is not None and head.cap and head.folded in self.words.nickname_heads and self.gap(first).isspace():
            return first - 1, stop
        if stop - first > 1:
            return first, stop
        while (
            stop < len(self.tokens)
            and self.tokens[stop].kept == "place"
            and self.tokens[stop].cap
            and self.gap(stop).isspace()
        ):
            stop += 1
        return first, stop

    def _courtesy(self) -> Iterator[tuple[int, int]]:
        """Give place names that follow "Mme" and the like: there they are surnames."""
        for position in range(1, len(self.tokens)):
            token, before = self.tokens[position], self.tokens[position - 1]
            polite = before.folded in _COURTESY and self.is_title(position - 1)
            if token.kept == "place" and polite and _AFTER_TITLE.fullmatch(self.gap(position)):
                yield position, position + 1

    def spans(self) -> Iterator[tuple[int, int]]:
        """Give start and end of each name."""
        runs = self.runs()
        sure = [self.is_person(*run) for run in runs]
        # "Marie X and Y": one sure name makes the one it is joined to sure, unless that is an everyday word
        # at the beginning of a sentence.
        for here in range(1, len(runs)):
            linked = runs[here][0] == runs[here - 1][1] + 1 and self._linked(runs[here - 1], runs[here])
            if linked and sure[here] != sure[here - 1]:
                single = runs[here] if sure[here - 1] else runs[here - 1]
                if not self._headed(single[0]) and not (self.opens(single[0]) and self._everyday(single[0])):
                    sure[here] = sure[here - 1] = True
        people = [self._grown(*run) for run, yes in zip(runs, sure, strict=True) if yes]
        for first, stop in sorted({*people, *self._courtesy()}):
            yield self.tokens[first].start, self.tokens[stop - 1].end

    def _everyday(self, position: int) -> bool:
        return self.tokens[position].folded in self.words.openers

    def _linked(self, left: tuple[int, int], right: tuple[int, int]) -> bool:
        return _AND.fullmatch(self.text[self.tokens[left[1] - 1].end : self.tokens[right[0]].start]) is not None


def names(text: str, known: KnownNames) -> Iterator[tuple[int, int]]:
    """Give start and end of the names of people in a text.

    Parameters
    ----------
    text
        Any text in French, Kreyòl or English.
    known
        Places and groups, whose names survive.
    """
    yield from _NameReader(text, known).spans()

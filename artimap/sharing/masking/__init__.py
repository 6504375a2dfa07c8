"""Names of people, and what leads to them (numbers, addresses, accounts), in free text: found and masked.

Rules for French, Kreyòl and English, no model and no network. The rules prefer one mask
too many to one name too few; what they reach is measured in ``tests/test_masking.py`` on
sentences of which half were never looked at while the rules were made. They are a net,
not a guarantee: read a text before it leaves the house.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import pandas as pd

from artimap.areas.area import Area
from artimap.core.schema import TEXT
from artimap.sharing.masking.identifiers import Kind, identifiers
from artimap.sharing.masking.known_names import atoms, everyday, known
from artimap.sharing.masking.personal_details import names
from artimap.sources.row_ids import keyed, keyed_id

__all__ = ["MASKS", "Masked", "MaskedColumn", "MaskedSpan", "mask", "mask_column"]

Personal = Literal["person"] | Kind
Unsure = Literal["mask", "mark"]

MASKS: dict[Personal, str] = {
    "person": "[name]", "phone": "[phone]", "plate": "[plate]", "email": "[email]", "handle": "[handle]", "ip": "[ip]",
    "position": "[position]", "account": "[account]", "id": "[id]", "birth": "[birth]", "address": "[address]",
}  # fmt: skip
"""What stands in the place of each kind."""

_UNTAKEN = re.compile(rb"\x00+")
_INNER = re.compile(r"\w(?:.*\w)?", re.DOTALL)
_BRACKET = re.compile(r"[\[\]\r\n]")
_MARK = re.compile(r"\[(" + "|".join(one[1:-1] for one in MASKS.values()) + r")(?:\? [^\[\]\n]*)?\]")


@dataclass(frozen=True, slots=True)
class MaskedSpan:
    """Where something personal stood in the text before masking, and of which kind. The words are not kept.

    ``sure`` is false where the rules have only a weak sign, such as two unknown capitals in a row.
    """

    start: int
    end: int
    kind: Personal
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without its personal details, and where they stood.

    Examples
    --------
    >>> import artimap as am
    >>> masked = am.mask("call 3456-7890")
    >>> masked.text, [one.kind for one in masked.found]
    ('call [phone]', ['phone'])
    """

    text: str
    found: tuple[MaskedSpan, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MaskedColumn:
    """A column of masked texts, how many details each cell held, and the tally by kind."""

    text: pd.Series
    counts: pd.Series
    tally: dict[str, int]


def find_personal(text: str, *, area: Area | None = None) -> tuple[MaskedSpan, ...]:
    """Find names of people, and numbers and addresses that lead to them.

    Parameters
    ----------
    text
        Free text in French, Kreyòl or English.
    area
        The area whose places and groups are known not to be people; null means all areas.

    Returns
    -------
    tuple of MaskedSpan
        In order, without overlap.
    """
    # Identifiers before names: an address holds capitals that could pass for a name. Who comes later may not
    # touch what is taken, and masks what is left of its own.
    names_known = known(area)
    taken = bytearray(len(text))
    # What was masked or marked before is not read again.
    for match in _MARK.finditer(text) if "[" in text else ():
        taken[match.start() : match.end()] = b"\x01" * len(match.group())
    found: list[MaskedSpan] = []
    for start, end, kind, sure in identifiers(text, names_known.group_words):
        found += _free(text, taken, MaskedSpan(start, end, kind, sure))
    for start, end, sure in _names(_without_figures(text, area), area):
        found += _free(text, taken, MaskedSpan(start, end, "person", sure))
    return tuple(sorted(found, key=lambda one: one.start))


_FIGURE = re.compile(r"(?<![^\W_])[0-9]+(?![^\W_])")


def _without_figures(text: str, area: Area | None) -> str:
    """Put noughts for numbers that stand alone, which no name hangs on: forms and files repeat all else.

    >>> _without_figures("3 persons on RN1, 3712 4455", None)
    '0 persons on RN1, 0000 0000'
    """
    figures = known(area).figures
    return _FIGURE.sub(lambda one: one.group() if one.group() in figures else "0" * len(one.group()), text)


@lru_cache(maxsize=1 << 12)
def _names(text: str, area: Area | None) -> tuple[tuple[int, int, bool], ...]:
    return tuple(names(text, known(area), everyday(area)))


def _free(text: str, taken: bytearray, one: MaskedSpan) -> Iterator[MaskedSpan]:
    """Give the parts of a span that are not taken yet and hold a letter or digit, and take them."""
    for piece in _UNTAKEN.finditer(taken[one.start : one.end]):
        start, end = one.start + piece.start(), one.start + piece.end()
        if len(piece.group()) == one.end - one.start:
            yield one
        elif inner := _INNER.search(text[start:end]):
            yield replace(one, start=start + inner.start(), end=start + inner.end())
    taken[one.start : one.end] = b"\x01" * (one.end - one.start)


def settled(text: str) -> str:
    """Mask what was marked as unsure: the marks are for readers of internal products alone.

    >>> settled("Seen with [name? Exemplin Grenadou].")
    'Seen with [name].'
    """
    return _MARK.sub(r"[\1]", text)


def mask(text: str, *, area: Area | None = None, unsure: Unsure = "mask") -> Masked:
    """Mask names of people, and numbers and addresses that lead to them; roles, places and institutions stay.

    Parameters
    ----------
    text
        Free text in French, Kreyòl or English.
    area
        The area whose places and groups are known not to be people; null means all areas.
    unsure
        What becomes of words with a weak sign only: ``mask`` masks them too, and what was marked before;
        ``mark`` keeps them in a mark, as ``[name? …]``, for internal use.

    Examples
    --------
    >>> mask("Call Mme Odette Exemplin in Saint-Marc, +509 3700 0000.").text
    'Call Mme [name] in Saint-Marc, [phone].'
    >>> mask("Gran Grif attacked Pont-Sondé; the mayor of Saint-Marc spoke.").found
    ()
    """
    if unsure == "mask" and "[" in text:
        text = settled(text)
    found = find_personal(text, area=area)
    pieces, last = list[str](), 0
    # From left to right over the original text, so that positions stay right while the text changes its
    # length.
    for one in found:
        put = MASKS[one.kind]
        if unsure == "mark" and not one.sure:
            put = f"{put[:-1]}? {_BRACKET.sub(' ', text[one.start : one.end])}]"
        pieces += [text[last : one.start], put]
        last = one.end
    return Masked("".join([*pieces, text[last:]]), found)


def mask_column(values: pd.Series, *, area: Area | None = None, unsure: Unsure = "mask") -> MaskedColumn:
    """Mask a column of texts; each distinct text is read once.

    Parameters
    ----------
    values
        Texts; null stays null.
    area, unsure
        See :func:`mask`.

    Examples
    --------
    >>> import artimap as am
    >>> import pandas as pd
    >>> am.mask_column(pd.Series(["call 3456-7890", "a truck"])).text.tolist()
    ['call [phone]', 'a truck']
    """
    # Columns repeat themselves (places, operators): each distinct text is read once and mapped back.
    texts = values.astype(TEXT)
    read = {text: mask(text, area=area, unsure=unsure) for text in texts.dropna().unique()}
    masked = texts.map({text: done.text for text, done in read.items()}).astype(TEXT)
    counts = texts.map({text: len(done.found) for text, done in read.items()}).fillna(0).astype("int64")
    tally: Counter[str] = Counter()
    for text, times in texts.value_counts(sort=False).items():
        for one in read[str(text)].found:
            tally[one.kind] += int(times)
    masked.name = counts.name = values.name
    return MaskedColumn(masked, counts, {kind: tally[kind] for kind in MASKS})


# Short codes, and ids that are keyed: most ids, and none of them says anything of a person.
_PLAIN_ID = re.compile(r"(?:[a-z]+-)?(?:[A-Za-z]{0,3}[-_]?\d{1,6}|k[0-9a-f]{16})(?:-\d{1,3})?(?:-[a-z]+)?")
_READER = re.compile(r"(?:own|hxl|kobo|acled|ucdp|ipis)-")


def masked_id(text: str, area: Area | None = None) -> str:
    """Give an id without what is personal in it: then it is keyed, and names the same row still.

    >>> masked_id("own-A17"), masked_id("own-3712 4455")[:5]
    ('own-A17', 'own-k')
    """
    text = keyed_id(text)
    if _PLAIN_ID.fullmatch(text):
        return text
    # Words of an id are joined by signs, which are taken apart, or a name in it is not met.
    apart = re.sub(r"[-_./]+", " ", text)
    numbers = any(one.kind != "person" for one in find_personal(text, area=area))
    people = (atoms(apart[one.start : one.end]) for one in find_personal(apart, area=area) if one.kind == "person")
    # Places are written small in ids, as are the people they are called after: "jean-denis".
    places = known(area)
    if not numbers and not any(places.match(name, 0)[0] < len(name) for name in people):
        return text
    reader = _READER.match(text)
    start = reader.end() if reader else 0
    return text[:start] + keyed(text[start:])


def mask_ids(ids: pd.Series, *, area: Area | None = None) -> pd.Series:
    """Give a column of ids without what is personal in them; see :func:`masked_id`."""
    texts = ids.astype(TEXT)
    safe = {text: masked_id(text, area) for text in texts.dropna().unique()}
    return texts.map(safe).astype(TEXT)

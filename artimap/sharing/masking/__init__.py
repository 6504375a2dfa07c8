"""Names of people, phone numbers and number plates in free text: found and masked.

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
from typing import Literal

import pandas as pd

from artimap.areas.area import Area
from artimap.core.schema import TEXT
from artimap.sharing.masking.identifiers import Kind, identifiers
from artimap.sharing.masking.known_names import everyday, known
from artimap.sharing.masking.personal_details import names

__all__ = ["MASKS", "Masked", "MaskedColumn", "MaskedSpan", "mask", "mask_column"]

Personal = Literal["person"] | Kind

MASKS: dict[Personal, str] = {
    "person": "[name]", "phone": "[phone]", "plate": "[plate]", "email": "[email]", "handle": "[handle]", "ip": "[ip]",
    "position": "[position]", "account": "[account]", "id": "[id]", "birth": "[birth]", "address": "[address]",
}  # fmt: skip
"""What stands in the place of each kind."""

_MASKED = re.compile(r"\[(?:" + "|".join(one[1:-1] for one in MASKS.values()) + r")(?:\? [^\[\]\n]*)?\]")
_MARK = re.compile(r"\[(" + "|".join(one[1:-1] for one in MASKS.values()) + r")\? [^\[\]\n]*\]")


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
    """A text without its personal details, and where they stood."""

    text: str
    found: tuple[MaskedSpan, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MaskedColumn:
    """A column of masked texts, how many details each cell held, and the tally by kind."""

    text: pd.Series
    counts: pd.Series
    tally: dict[str, int]


def find_personal(text: str, *, area: Area | None = None) -> tuple[MaskedSpan, ...]:
    """Find names of people, phone numbers and plates.

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
    found: list[MaskedSpan] = []
    for start, end, kind, sure in identifiers(text, names_known.group_words):
        found += _free(text, taken, MaskedSpan(start, end, kind, sure))
    # What was masked or marked before is not read again.
    for match in _MASKED.finditer(text):
        taken[match.start() : match.end()] = b"\x01" * len(match.group())
    for start, end, sure in names(text, names_known, everyday(area)):
        found += _free(text, taken, MaskedSpan(start, end, "person", sure))
    return tuple(sorted(found, key=lambda one: one.start))


def _free(text: str, taken: bytearray, one: MaskedSpan) -> Iterator[MaskedSpan]:
    """Give the parts of a span that are not taken yet and hold a letter or digit, and take them."""
    for piece in re.finditer(rb"\x00+", taken[one.start : one.end]):
        start, end = one.start + piece.start(), one.start + piece.end()
        inner = re.search(r"\w(?:.*\w)?", text[start:end], re.DOTALL)
        if len(piece.group()) == one.end - one.start:
            yield one
        elif inner:
            yield replace(one, start=start + inner.start(), end=start + inner.end())
    taken[one.start : one.end] = b"\x01" * (one.end - one.start)


def mask(text: str, *, area: Area | None = None) -> Masked:
    """Mask names of people, phone numbers and plates; roles, places, groups and institutions stay.

    Parameters
    ----------
    text
        Free text in French, Kreyòl or English.
    area
        The area whose places and groups are known not to be people; null means all areas.

    Examples
    --------
    >>> mask("Call Mme Odette Exemplin in Saint-Marc, +509 3700 0000.").text
    'Call Mme [name] in Saint-Marc, [phone].'
    >>> mask("Gran Grif attacked Pont-Sondé; the mayor of Saint-Marc spoke.").found
    ()
    """
    found = find_personal(text, area=area)
    pieces, last = [], 0
    # From left to right over the original text, so that positions stay right while the text changes its
    # length.
    for one in found:
        pieces += [text[last : one.start], MASKS[one.kind]]
        last = one.end
    return Masked("".join([*pieces, text[last:]]), found)


def mask_column(values: pd.Series, *, area: Area | None = None) -> MaskedColumn:
    """Mask a column of texts; each distinct text is read once.

    Parameters
    ----------
    values
        Texts; null stays null.
    area
        See :func:`mask`.
    """
    # Columns repeat themselves (places, operators): each distinct text is read once and mapped back.
    texts = values.astype(TEXT)
    read = {text: mask(text, area=area) for text in texts.dropna().unique()}
    masked = texts.map({text: done.text for text, done in read.items()}).astype(TEXT)
    counts = texts.map({text: len(done.found) for text, done in read.items()}).fillna(0).astype("int64")
    tally: Counter[str] = Counter()
    for text, times in texts.value_counts(sort=False).items():
        for one in read[str(text)].found:
            tally[one.kind] += int(times)
    masked.name = counts.name = values.name
    return MaskedColumn(masked, counts, {kind: tally[kind] for kind in MASKS})

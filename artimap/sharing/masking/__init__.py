"""Names of people, phone numbers and number plates in free text: found and masked.

Rules for French, Kreyòl and English, no model and no network. The rules prefer one mask
too many to one name too few; what they reach is measured in ``tests/test_masking.py`` on
sentences of which half were never looked at while the rules were made. They are a net,
not a guarantee: read a text before it leaves the house.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from artimap.areas.area import Area
from artimap.core.schema import TEXT
from artimap.sharing.masking.known_names import known
from artimap.sharing.masking.personal_details import names, phones, plates

__all__ = ["MASKS", "Masked", "MaskedColumn", "MaskedSpan", "mask", "mask_column"]

Personal = Literal["person", "phone", "plate"]

MASKS: dict[Personal, str] = {"person": "[name]", "phone": "[phone]", "plate": "[plate]"}
"""What stands in the place of each kind."""


@dataclass(frozen=True, slots=True)
class MaskedSpan:
    """Where something personal stood in the text before masking, and of which kind. The words are not kept."""

    start: int
    end: int
    kind: Personal


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
    # Plates before phones before names: a plate's digits could pass for part of a number, and its letters
    # for a name. Who comes later may not touch what is taken.
    found = [MaskedSpan(*span, "plate") for span in plates(text)]
    found += _apart([MaskedSpan(*span, "phone") for span in phones(text)], found)
    found += _apart([MaskedSpan(*span, "person") for span in names(text, known(area))], found)
    return tuple(sorted(found, key=lambda one: one.start))


def _apart(new: list[MaskedSpan], taken: list[MaskedSpan]) -> list[MaskedSpan]:
    """Give those that touch none of the spans already taken."""
    return [one for one in new if not any(one.start < other.end and other.start < one.end for other in taken)]


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

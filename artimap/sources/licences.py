"""Whose a row is: the strictest licence that its format, its own column, its words or its user give it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd

from artimap.core.arrays import Bools
from artimap.core.schema import TEXT, join_names, split_names
from artimap.core.text import unaccented
from artimap.sources.raw_table import Raw, as_text, folded

OWN: Final = "own report"
"""The licence of rows that nobody else is known to own."""

_FORBIDS: Final = re.compile(
    r"\b(?:not? (?:to be |be |for )?(?:re)?(?:distribut\w*|shar(?:e|ed|ing)"
    r"|publi(?:c|sh|shed|cation)|circulat\w*|release\w*)\b"
    r"|(?:do|must|may|shall|should|can) ?not (?:be )?(?:re)?(?:distribut\w*|shared?|publi\w+|circulat\w*|passed)"
    r"|internal\w*|interne|usage interne|entenn|confiden\w+|konfidansyel|restricted|restreinte?|embargo\w*|proprietary"
    r"|ne pas (?:re)?(?:diffuser|partager|distribuer|publier|transmettre)|non (?:re)?(?:diffus\w+|distribu\w+)"
    r"|(?:re)?(?:diffusion|distribution) (?:interdite|limitee|restreinte)|all rights reserved|tous droits reserves"
    r"|pa (?:ka |pou |dwe )*(?:re)?(?:pataje|pibliye|distribye|bay))\b"
)
LICENCE_NAMES: Final = (
    "licence", "license", "licences", "licenses", "lisans", "data_licence", "data_license", "licence_des_donnees",
    "terms_of_use", "#meta+licence", "#meta+license",
)  # fmt: skip
"""What the column is called that states the licence of each row."""
_MOST: Final = 0.5  # where so many of the rows point to an owner, all do: a copy is copied whole


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """What in a table points to the owner of a format, where its columns are not those of the format.

    Attributes
    ----------
    columns
        Names of columns that no other table has.
    rows
        Rows whose values point to it.
    """

    columns: tuple[str, ...] = ()
    rows: Bools = field(default_factory=lambda: np.zeros(0, dtype=bool))

    @property
    def sure(self) -> bool:
        """Whether the whole file points to it."""
        return bool(self.columns) or (len(self.rows) > 0 and float(self.rows.mean()) >= _MOST)


@lru_cache(maxsize=512)
def is_owned(licence: str, owners: tuple[str, ...]) -> bool:
    """Tell whether a licence, or one of several joined by ``"; "``, names one of these owners.

    >>> is_owned("facts; data of ACLED", ("ACLED",)), is_owned("own report", ("ACLED",))
    (True, False)
    """
    starts = [re.compile(rf"(?<!\w){re.escape(one.casefold())}") for one in owners]
    return any(start.search(part.casefold()) for part in split_names(licence) for start in starts)


@lru_cache(maxsize=512)
def is_shut(licence: str, owners: tuple[str, ...]) -> bool:
    """Tell whether a licence keeps its rows in the house: it names one of the owners, or forbids passing on.

    >>> is_shut("ACLED: not redistributable", ("ACLED",)), is_shut("INSO, internal use only", ())
    (True, True)
    >>> is_shut("CC BY 4.0", ("ACLED",)), is_shut("Ne pas diffuser", ())
    (False, True)
    """
    plain = " ".join(re.findall(r"[a-z0-9]+", unaccented(licence)))
    return is_owned(licence, owners) or _FORBIDS.search(plain) is not None


def licence_column(columns: Iterable[str]) -> str | None:
    """Give the column that states the licence of each row, or None."""
    return next((name for name in columns if folded(name).replace(" ", "") in LICENCE_NAMES), None)


def strictest(base: str, stated: str | None, owners: tuple[str, ...]) -> str:
    """Give the stricter of what is known of a file and what a row says: the row is believed, but never to be laxer.

    >>> strictest("own report", "CC0", ("ACLED",)), strictest("ACLED", "CC0", ("ACLED",))
    ('CC0', 'ACLED')
    """
    if stated is None:
        return base
    shut = [one for one in (base, stated) if is_shut(one, owners)]
    return join_names(part for one in shut for part in split_names(one)) or stated


def licences_of(
    raw: Raw, base: pd.Series | str, marks: Sequence[tuple[str, Marks]], *, owners: tuple[str, ...], given: str | None
) -> pd.Series | str:
    """Give the licence of each row, or one for all.

    Parameters
    ----------
    raw
        The file.
    base
        What the format, the mapping or the table itself say.
    marks
        Licences of owners, with what in the file points to each.
    owners
        Whose rows stay in the house.
    given
        What the user says of rows whose values or columns point to an owner, and of rows that say nothing.
    """
    rows = len(raw.cells)
    column = licence_column(raw.columns)
    # Whoever says that rows are to stay inside is believed, whatever the rows say.
    strict = given if given is not None and is_shut(given, owners) else None
    pointed = given is None and any(one.columns or one.rows.any() for _, one in marks)
    if isinstance(base, str) and column is None and not pointed:
        return strictest(base, strict, owners)
    known = pd.Series([base] * rows, dtype=TEXT) if isinstance(base, str) else base.astype(TEXT).fillna(OWN)
    stated = raw.text(column)
    # The number of a plate or of a driver's licence is no licence, and must not be printed as one.
    stated = stated.mask(stated.str.contains(r"\d{5}").fillna(value=False).astype(bool))
    pairs = {pair: strictest(*pair, owners) for pair in set(zip(known, _nulls(stated), strict=True))}
    out = [strictest(pairs[pair], strict, owners) for pair in zip(known, _nulls(stated), strict=True)]
    silent = stated.isna().to_numpy(dtype=bool)
    for licence, one in () if given is not None else marks:
        by = "columns" if one.columns else "values"
        # A row that says whose it is is not judged by its neighbours.
        held = np.ones(rows, dtype=bool) if one.columns else one.rows | (silent & one.sure)
        for at in np.flatnonzero(held).tolist():
            if not is_shut(out[at], owners):
                out[at] = f"{licence} (told by its {by})"
    return pd.Series(out, dtype=TEXT)


def shut_words(shut: AnyMapping[str, int], rows: int, name: str) -> str:
    """Say in a line how many rows of a file are for internal use only, and why; empty where none is.

    >>> shut_words({"ACLED: not redistributable": 2}, 3, "a.csv")
    '2 of 3 rows of a.csv are held back from partners and public, by their licence (ACLED: not redistributable: 2).'
    """
    if not shut:
        return ""
    why = "; ".join(f"{licence}: {count}" for licence, count in shut.items())
    held = f"{sum(shut.values())} of {rows} rows of {name}"
    said = f"{held} are held back from partners and public, by their licence ({why})."
    told = any("(told by its" in licence for licence in shut)
    return said + (" If they are yours, say so: --licence 'own report'." if told else "")


def shut_rows(licences: pd.Series, owners: tuple[str, ...]) -> dict[str, int]:
    """Count the rows that are for internal use only, by licence."""
    counts = licences.astype(TEXT).value_counts(sort=False)
    return {str(one): int(n) for one, n in sorted(counts.items()) if n and is_shut(str(one), owners)}


def _nulls(texts: pd.Series) -> list[str | None]:
    return [one if isinstance(one, str) else None for one in texts]


def matching(raw: Raw, pattern: str, *, whole: bool = False) -> Bools:
    """Tell which rows have a cell that holds a pattern, or is it from end to end; case does not count."""
    out = np.zeros(len(raw.cells), dtype=bool)
    for name in raw.columns:
        column = raw.cells[name]
        repeated = isinstance(column.dtype, pd.CategoricalDtype)
        texts = pd.Series(column.cat.categories, dtype=TEXT) if repeated else as_text(column)
        look = texts.str.fullmatch if whole else texts.str.contains
        met = look(pattern, case=False).fillna(value=False).to_numpy(dtype=bool)
        if met.any():
            out |= np.append(met, False)[column.cat.codes.to_numpy()] if repeated else met
    return out

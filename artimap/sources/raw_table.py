"""A file as it stands: its cells as text, before anybody says what they mean."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from artimap.core.arrays import Bools
from artimap.core.schema import TEXT, trimmed


@dataclass(frozen=True)
class Raw:
    """The rows of a file, cell by cell.

    Attributes
    ----------
    name
        Name of the file, for messages.
    cells
        One row a row of the file; text columns, or categories of text where a column
        repeats itself. Missing is NaN. Column names are as in the file, without spaces around.
    notes
        What was decided while reading: encoding, delimiter, header row, sheet.
    damaged
        Rows that do not fit the header: row position to reason and fix.
    labels
        The human headings above a row of hashtags (HXL), by column.
    shapes
        The geometry of each row in longitude and latitude, where the file is a map layer; else null.
    """

    name: str
    cells: pd.DataFrame
    notes: tuple[str, ...] = ()
    damaged: dict[int, tuple[str, str]] = field(default_factory=dict, repr=False)
    labels: dict[str, str] = field(default_factory=dict, repr=False)
    shapes: NDArray[Any] | None = field(default=None, repr=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names in the file's order."""
        return tuple(str(name) for name in self.cells.columns)

    def text(self, name: str | None) -> pd.Series:
        """Give a column as text; all missing where the file has none (``name`` is null)."""
        return pd.Series([None] * len(self.cells), dtype=TEXT) if name is None else as_text(self.cells[name])

    def noting(self, *words: str) -> Raw:
        """Give the same file with more notes."""
        return replace(self, notes=(*self.notes, *words))

    def without(self, names: set[str]) -> Raw:
        """Give the same file without some columns."""
        return replace(self, cells=self.cells.drop(columns=[name for name in self.columns if name in names]))


def header_names(cells: list[str]) -> list[str]:
    """Make the cells of a header row into column names: trimmed, filled, each once.

    >>> header_names([" Date ", "", "Date"])
    ['Date', 'column_2', 'Date (2)']
    """
    seen: dict[str, int] = {}
    out: list[str] = []
    for position, cell in enumerate(cells):
        # The byte order mark may stand inside the first name, where files were joined.
        name = " ".join(cell.replace("\ufeff", "").split()) or f"column_{position + 1}"
        bare, number = name, 1
        while name in seen:
            number += 1
            name = f"{bare} ({number})"
        seen[name] = position
        out.append(name)
    return out


def folded(name: str) -> str:
    """Give the bare form of a column name, for recognising it.

    >>> folded(" Event Date "), folded("EVENT_DATE")
    ('event_date', 'event_date')
    """
    return "_".join(name.strip().strip("\ufeff").casefold().replace("-", " ").replace("_", " ").split())


Positions = NDArray[np.intp]
# Below this, finding the distinct texts costs more than it spares.
_FEW = 10_000


def distinct(column: pd.Series) -> tuple[pd.Series, Positions | None]:
    """Give the distinct texts of a column, and where each row finds its own.

    Work done once a distinct text instead of once a row is what makes large files quick.

    Returns
    -------
    tuple
        The distinct texts, and for each row its position among them (-1 is missing); the
        column itself and None where it is short.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        return _categories(column), _codes(column)
    if len(column) <= _FEW:
        return column, None
    codes, uniques = pd.factorize(column)
    return pd.Series(uniques, dtype=TEXT), np.asarray(codes, dtype=np.intp)


def _categories(column: pd.Series) -> pd.Series:
    return pd.Series(column.cat.categories, dtype=TEXT)


def _codes(column: pd.Series) -> Positions:
    codes: Positions = np.asarray(column.cat.codes, dtype=np.intp)
    return codes


def spread_out(values: Any, codes: Positions | None, *, missing: Any) -> Any:
    """Give every row the value worked out for its distinct text; rows without text get ``missing``."""
    if codes is None:
        return values
    # No text at all: every row is missing, and indexing an empty array would fail.
    if not len(values):
        return np.full(len(codes), missing)
    # A code of -1 takes the last value here; it is put right below.
    out = values[codes]
    absent = codes < 0
    if absent.any():
        out[absent] = missing
    return out


def as_text(column: pd.Series) -> pd.Series:
    """Write out a column as plain text, trimmed; blank is missing."""
    text = trimmed(column)
    if not isinstance(text.dtype, pd.CategoricalDtype):
        return text
    if not len(text.cat.categories):
        return pd.Series([None] * len(text), index=text.index, dtype=TEXT)
    # take with allow_fill turns -1 into missing, in one step and without a list of Python texts.
    array = _categories(text).array.take(_codes(text), allow_fill=True)
    return pd.Series(array, index=column.index, dtype=TEXT)


def blank(column: pd.Series) -> Bools:
    """Tell which cells hold nothing."""
    repeated = isinstance(column.dtype, pd.CategoricalDtype)
    texts = _categories(column) if repeated else column
    text = texts if texts.dtype == TEXT else texts.astype(TEXT)
    empty = (text.isna() | (text.str.strip() == "")).to_numpy(dtype=bool)
    out: Bools = np.asarray(spread_out(empty, _codes(column) if repeated else None, missing=True), dtype=np.bool_)
    return out

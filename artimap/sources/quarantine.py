"""The account of every row: what is wrong with which, and the rejected rows as they were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from artimap.core.arrays import Bools
from artimap.core.errors import Breach
from artimap.core.schema import TEXT
from artimap.sources.raw_table import Raw, as_text

_MOST_TOLD = 10_000
"""Problems of one sort that are listed one by one; the quarantine file holds all."""


class QuotingNote(str):
    """A note on a file that quotes cells of it; ``bare`` is the same without them, for what others may read."""

    __slots__ = ("bare",)
    bare: str

    def __new__(cls, bare: str, quoted: str, end: str = "") -> Self:
        """Make it of the words, the cells and what follows them."""
        made = super().__new__(cls, f"{bare}: {quoted}{end}")
        made.bare = f"{bare}{end}"
        return made


def quarantine_beside(path: Path) -> Path:
    """Give where the rejected rows of a table are kept: beside it.

    >>> quarantine_beside(Path("reports/own.csv")).name
    'own.quarantine.csv'
    """
    return path.with_name(path.stem + ".quarantine.csv")


@dataclass(frozen=True, slots=True)
class _RowFault:
    column: str
    why: str
    fix: str
    rows: NDArray[np.intp]
    values: tuple[str, ...]


@dataclass(slots=True)
class Problems:
    """What is wrong with the rows of one file, gathered column by column.

    Attributes
    ----------
    rows
        Number of rows of the file.
    bad
        Rows that cannot be accepted.
    """

    rows: int
    bad: Bools = field(init=False)
    _faults: list[_RowFault] = field(init=False, default_factory=list)
    _damaged: Bools = field(init=False)

    def __post_init__(self) -> None:
        self.bad = np.zeros(self.rows, dtype=bool)
        self._damaged = np.zeros(self.rows, dtype=bool)

    def damage(self, raw: Raw) -> None:
        """Reject the rows that do not fit the header; what stands in their cells is not complained of besides."""
        for why, fix in dict.fromkeys(raw.damaged.values()):
            wrong = np.zeros(self.rows, dtype=bool)
            wrong[[row for row, said in raw.damaged.items() if said == (why, fix)]] = True
            self.mark(wrong, column="", why=why, fix=fix)
        # The cells of a damaged row are shifted. Complaints about them would hide the one that matters.
        self._damaged = self.bad.copy()

    def mark(self, wrong: Bools, *, column: str, why: str, fix: str, cells: pd.Series | None = None) -> None:
        """Reject rows for one reason.

        Parameters
        ----------
        wrong
            The rows.
        column
            The column of the file that is to blame.
        why, fix
            What is wrong and how to mend it.
        cells
            The column, to show the values.
        """
        places = np.flatnonzero(wrong & ~self._damaged)
        if not len(places):
            return
        # A row may have many faults and is rejected once: accepted and rejected rows add up to the rows
        # read.
        self.bad[places] = True
        # All positions are kept, only the first values: a file of a million wrong rows must not fill
        # the memory with texts.
        told = places[:_MOST_TOLD]
        shown = ("",) * len(told) if cells is None else tuple(_shown(cells.iloc[told]))
        self._faults.append(_RowFault(column, why, fix, places, shown))

    def breaches(self) -> tuple[Breach, ...]:
        """List the problems in row order; row 1 is the first below the header."""
        listed = [
            (int(row), order, fault, value)
            for order, fault in enumerate(self._faults)
            for row, value in zip(fault.rows.tolist(), fault.values, strict=False)
        ]
        # By row, and within a row in the order in which columns were read.
        listed.sort(key=lambda one: one[:2])
        out = [Breach(str(row + 1), fault.column, value, fault.why, fault.fix) for row, _, fault, value in listed]
        for fault in self._faults:
            more = len(fault.rows) - len(fault.values)
            if more > 0:
                out.append(Breach("", fault.column, "", f"{fault.why}: so in {more} more rows", fault.fix))
        return tuple(out)

    def quarantine(self, raw: Raw) -> pd.DataFrame:
        """Give the rejected rows as they were, with ``row`` and ``why``."""
        places = np.flatnonzero(self.bad)
        if not len(places):
            return pd.DataFrame({name: pd.Series([], dtype=TEXT) for name in (*raw.columns, "row", "why")})
        reasons: dict[int, list[str]] = {int(row): [] for row in places}
        for fault in self._faults:
            said = f"{fault.column}: {fault.why}" if fault.column else fault.why
            for row in fault.rows.tolist():
                if said not in reasons[row]:
                    reasons[row].append(said)
        # column by column: taking rows of the whole table would copy it first
        out = pd.DataFrame({name: as_text(raw.cells[name].iloc[places]) for name in raw.columns}, index=places)
        for name, values in (
            ("row", [str(row + 1) for row in places.tolist()]),
            ("why", ["; ".join(reasons[row]) for row in places.tolist()]),
        ):
            free = name
            # The file may have columns row and why of its own; nothing of it is overwritten.
            while free in out.columns:
                free = f"{free}_found"
            out[free] = pd.Series(values, index=out.index, dtype=TEXT)
        return out


def _shown(cells: pd.Series) -> Iterable[str]:
    for value in as_text(cells):
        if isinstance(value, str):
            yield value if len(value) <= 80 else value[:79] + "…"
        else:
            yield ""

"""Days as they are told: "octobre 2025", "début octobre 2025", "nuit du 5 au 6 novembre 2025"."""

from __future__ import annotations

import calendar
import datetime as dt
import math
import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from artimap.core.arrays import Bools
from artimap.core.schema import DAY, TEXT
from artimap.core.text import unaccented
from artimap.sources.columns import month_of, present
from artimap.sources.raw_table import Positions, as_text, distinct, spread_out

_LONGEST: Final = 60
_MOST_SHOWN: Final = 6
_A_DAY: Final = r"\d{4}-\d{1,2}-\d{1,2}|\d+"
# Parts of a month in days: the first ten, the second ten, the rest.
_PARTS: Final = {
    **dict.fromkeys(("debut", "early", "beginning of", "komansman"), (1, 10)),
    **dict.fromkeys(("mi", "mid", "mitan", "milieu"), (11, 20)),
    **dict.fromkeys(("fin", "late", "end of", "fen"), (21, 31)),
}
# Longest first, since "mi" would take the beginning of "milieu".
_PART: Final = "|".join(sorted(_PARTS, key=len, reverse=True))
_MONTH: Final = re.compile(rf"(?:en |in |mwa |mois d[eu']? ?)?(?:({_PART})(?: d[eu]?)? )?([a-z]{{3,10}}) (\d{{4}})")
_MONTH_NUMBER: Final = re.compile(r"(\d{4}) (\d{1,2})|(\d{1,2}) (\d{4})")
_FROM: Final = (
    r"(?:(?:dans )?(?:la )?nuit |night (?:of )?|nan nwit |lannwit )?(?:du |de |from |between |entre |ant )?(?:le )?"
    r"(\d{1,2})(?:er)?(?: ([a-z]{3,10}))?(?: (\d{4}))?"
)
_TO: Final = r"(?: (?:au|a|et|to|and|ak|rive|jusqu au))?(?: le)? (\d{1,2})(?:er)? ([a-z]{3,10}) (\d{4})"
_SPAN: Final = re.compile(_FROM + _TO)
_WEEK: Final = re.compile(r"(?:semaine|week|semen)(?: du| of| de| le)* (\d{1,2})(?:er)? ([a-z]{3,10}) (\d{4})")


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day that words may mean, and how well the day is known: 1 day, 2 week, 3 month."""

    first: dt.date
    last: dt.date
    precision: int


@dataclass(frozen=True, slots=True)
class Periods:
    """A column's periods: cells to read as days, the last days and precisions, and what was met."""

    cells: pd.Series
    last: pd.Series
    precision: pd.Series
    note: str | None


def period_of(text: str) -> Period | None:
    """Read a period in words, in French, English or Kreyòl; None where the words name none.

    Examples
    --------
    >>> found = period_of("début octobre 2025")
    >>> found.first.isoformat(), found.last.isoformat(), found.precision
    ('2025-10-01', '2025-10-10', 2)
    >>> found = period_of("nuit du 5 au 6 novembre 2025")
    >>> found.first.isoformat(), found.last.isoformat(), found.precision
    ('2025-11-05', '2025-11-06', 1)
    """
    # A cell of free text may be pages long; the words for a span stand at its beginning or not at all.
    words = " ".join(re.findall(r"[a-z0-9]+", unaccented(text[:_LONGEST])))
    try:
        return _month(words) or _span(words) or _week(words)
    except ValueError:  # no such day
        return None


def _number(word: str) -> int:
    """Give the number of a month in words.

    Raises
    ------
    ValueError
        If it is none.
    """
    number = month_of(word)
    if math.isnan(number) or word.endswith("di"):  # mardi is no March
        raise ValueError(word)
    return int(number)


def _month(words: str) -> Period | None:
    if numbers := _MONTH_NUMBER.fullmatch(words):
        year, month, (low, high) = int(numbers[1] or numbers[4]), int(numbers[2] or numbers[3]), (1, 31)
    elif named := _MONTH.fullmatch(words):
        year, month, (low, high) = int(named[3]), _number(named[2]), _PARTS.get(named[1], (1, 31))
    else:
        return None
    # Month 13 gets day 0, which is no day: the caller takes it as not read.
    end = min(high, calendar.monthrange(year, month)[1]) if 1 <= month <= 12 else 0
    return Period(dt.date(year, month, low), dt.date(year, month, end), 3 if (low, high) == (1, 31) else 2)


def _span(words: str) -> Period | None:
    found = _SPAN.fullmatch(words)
    if found is None:
        return None
    last = dt.date(int(found[6]), _number(found[5]), int(found[4]))
    month = _number(found[2]) if found[2] else last.month
    # "du 28 décembre au 3 janvier 2026" begins the year before.
    year = int(found[3]) if found[3] else last.year - (month > last.month)
    first = dt.date(year, month, int(found[1]))
    # A span of days that is told day by day is as sure as a day.
    return Period(first, last, 1) if first <= last else None


def _week(words: str) -> Period | None:
    found = _WEEK.fullmatch(words)
    if found is None:
        return None
    first = dt.date(int(found[3]), _number(found[2]), int(found[1]))
    return Period(first, first + dt.timedelta(days=6), 2)


def read_periods(column: pd.Series, *, name: str) -> Periods:
    """Find the cells of a column that name a period, not a day.

    Parameters
    ----------
    column
        The cells.
    name
        Name of the column in the file.

    Returns
    -------
    Periods
        ``cells`` with the first day in place of a period; ``last`` is null where there is none.
    """
    texts, codes = distinct(column)
    plain = present(texts).reset_index(drop=True)
    # Plain days go past without a look: they are nearly all cells of most files.
    maybe = plain.notna() & ~plain.str.match(_A_DAY + "$").fillna(value=True).astype(bool)
    told = [str(text) for text in plain]
    at_words = np.flatnonzero(maybe.to_numpy(dtype=bool)).tolist()
    met = {at: found for at in at_words if (found := period_of(told[at])) is not None}
    last = np.full(len(plain), np.datetime64("NaT", "s"))
    precision = np.ones(len(plain), dtype=np.int64)
    first: list[str | None] = [None] * len(plain)
    for at, found in met.items():
        first[at], precision[at] = found.first.isoformat(), found.precision
        last[at] = np.datetime64(found.last, "s")
    if not met:
        return Periods(column, _spread(last, codes, column), pd.Series(1, index=column.index), None)
    # The first day goes into the cell, so that one reading of days serves both; the last one is kept
    # beside.
    days = pd.Series(spread_out(np.array(first, dtype=object), codes, missing=None), index=column.index, dtype=TEXT)
    there: Bools = days.notna().to_numpy(dtype=bool)
    shown = ", ".join(repr(told[at][:30]) for at in list(met)[:_MOST_SHOWN])
    note = f"{name}: read as a span of days, not as a day: {shown}{', …' if len(met) > _MOST_SHOWN else ''}"
    return Periods(
        as_text(column).mask(there, days),
        _spread(last, codes, column),
        pd.Series(spread_out(precision, codes, missing=1), index=column.index),
        note,
    )


def _spread(values: NDArray[np.datetime64], codes: Positions | None, column: pd.Series) -> pd.Series:
    spread = spread_out(values, codes, missing=np.datetime64("NaT", "s"))
    return pd.Series(spread, index=column.index, dtype=DAY)

"""Days as they are told: spans, parts of a month, nights, and words that need the day of the report."""

from __future__ import annotations

import calendar
import datetime as dt
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from artimap.core.schema import DAY, TEXT
from artimap.core.text import unaccented
from artimap.sources.columns import A_DAY, month_of, numeric_order, present
from artimap.sources.quarantine import QuotingNote
from artimap.sources.raw_table import Positions, as_text, distinct, spread_out

_LONGEST: Final = 80
_ONE: Final = dt.timedelta(days=1)
_MOST_SHOWN: Final = 6
_OPEN_DAYS: Final = 30
"""How far an event may lie from a day that is told only as one bound: a month, the least sure of the precisions."""
_ABOUT_DAYS: Final = 3
_LONGEST_GAP: Final = 400
# Parts of a month in days: the first ten, the second ten, the rest; and its halves.
_PARTS: Final = {
    **dict.fromkeys(("debut", "early", "beginning", "komansman"), (1, 10)),
    **dict.fromkeys(("mi", "mid", "mitan", "milieu", "middle"), (11, 20)),
    **dict.fromkeys(("fin", "late", "end", "fen"), (21, 31)),
    **dict.fromkeys(("premiere quinzaine", "first half", "premye mwatye"), (1, 15)),
    **dict.fromkeys(("deuxieme quinzaine", "seconde quinzaine", "second half", "dezyem mwatye"), (16, 31)),
}
_BEFORE: Final = ("no later than", "au plus tard", "prior to", "before", "avant", "anvan", "jusqu au", "jusqu a",
    "until", "jiska", "by")  # fmt: skip
_UP_TO: Final = frozenset({"no later than", "au plus tard", "jusqu au", "jusqu a", "until", "jiska", "by"})
_AFTER: Final = ("a partir", "after", "apres", "apre", "since", "depuis", "depi")
_FROM: Final = frozenset({"a partir", "since", "depuis", "depi"})
_ABOUT: Final = ("approximately", "circa", "about", "around", "environ", "aux alentours", "vers", "ver", "ozalantou",
    "alantou", "c", "ca")  # fmt: skip
_NIGHT: Final = ("nuit", "night", "nwit", "lannwit", "overnight")
_WEEK: Final = ("semaine", "week", "semen", "semenn")
_WEEKEND: Final = ("week end", "weekend", "fin de semaine", "wikenn")
_TO: Final = ("jusqu au", "jusqu a", "pou rive", "jiska", "through", "until", "rive", "au", "a", "et", "to", "and",
    "ak", "till", "pou", "ou", "or", "oswa")  # fmt: skip
_WEEKDAYS: Final = (
    ("lundi", "monday", "lendi"), ("mardi", "tuesday", "madi"), ("mercredi", "wednesday", "mekredi"),
    ("jeudi", "thursday", "jedi"), ("vendredi", "friday", "vandredi"), ("samedi", "saturday", "samdi"),
    ("dimanche", "sunday", "dimanch"),
)  # fmt: skip
_WEEKDAY: Final = {word: number for number, words in enumerate(_WEEKDAYS) for word in words}
# Words between the parts of a date that change nothing of it.
_FILLER: Final = frozenset(
    {"le", "la", "les", "du", "de", "d", "on", "of", "the", "in", "en", "nan", "dans", "from", "between", "entre",
     "ant", "soti", "mois", "month", "mwa", "date", "jour", "day", "jou", "th", "l", "er"}
)  # fmt: skip
_HOUR: Final = re.compile(r"\d{1,2}h\d{0,2}|\d{1,2}(?:am|pm)|h|am|pm|heures?|hours?|e|è")
_CLOCK: Final = re.compile(r"(?:(?<=\d)T|\b)\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?")
_PART_OF_DAY: Final = frozenset(
    {"matin", "soir", "soiree", "matinee", "morning", "evening", "afternoon", "noon", "midi", "maten", "aswe", "swa",
     "midnight", "minuit", "aube", "dawn", "an", "local", "apremidi"}
)  # fmt: skip
_TODAY: Final = frozenset(
    {"aujourd hui", "today", "jodi a", "jodia", "ce matin", "this morning", "maten an", "maten a", "ce soir", "tonight",
     "aswe a", "cet apres midi", "this afternoon"}
)  # fmt: skip
_YESTERDAY: Final = re.compile(
    r"(?:hier|yesterday|aye|ye)(?: (?:au|en|the|in|nan|a|matin|soir|soiree|apres|midi|morning|evening|afternoon|maten|"
    r"swa|aswe|nuit|night))*"
)
_LAST_NIGHT: Final = re.compile(
    r"(?:dans )?(?:la )?nuit (?:derniere|passee)|last night|overnight|cette nuit|yeswa|nwit pase a|lannwit pase"
)
_BEFORE_LAST: Final = re.compile(r"avant hier|(?:the )?day before yesterday|avan ?(?:a)?ye")
_AGO: Final = re.compile(r"(?:il y a|sa gen|gen|depi) (\d{1,2}) (?:jours?|jou)|(\d{1,2}) days? ago")


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


@dataclass(frozen=True, slots=True)
class _PartialDate:
    """A date of which year or month may be left to another one, or to the day of the report."""

    year: int | None
    month: int | None
    day: int


class _DateWords:
    """The words of a cell, taken one after the other."""

    def __init__(self, words: Sequence[str]) -> None:
        self.left = list(words)

    def take(self, phrases: Sequence[str]) -> str | None:
        """Take the longest of several phrases that comes next, fillers before it aside; else nothing."""
        start = next((at for at, word in enumerate(self.left) if word not in _FILLER), 0)
        for phrase in sorted(phrases, key=len, reverse=True):
            parts = phrase.split()
            for at in dict.fromkeys((0, start)):
                if self.left[at : at + len(parts)] == parts:
                    del self.left[: at + len(parts)]
                    return phrase
        return None

    def fillers(self) -> None:
        """Pass over words that change nothing, and names of weekdays."""
        while self.left and (self.left[0] in _FILLER or self.left[0] in _WEEKDAY):
            del self.left[0]

    def number(self, digits: str = r"\d{1,2}") -> int | None:
        """Take a number, an ending such as that of 1er aside."""
        met = re.fullmatch(rf"({digits})(?:er|st|nd|rd|th|e)?", self.left[0]) if self.left else None
        if met is None:
            return None
        del self.left[0]
        return int(met[1])

    def month(self) -> int | None:
        """Take the name of a month."""
        if not self.left or not self.left[0].isalpha() or math.isnan(found := month_of(self.left[0])):
            return None
        del self.left[0]
        return int(found)


def period_of(text: str, *, reported: dt.date | None = None, order: str = "dd-mm-yyyy") -> Period | None:
    """Read a period in words, in French, English or Kreyòl; None where the words name none, or plainly a day.

    Parameters
    ----------
    text
        The words.
    reported
        The day of the report: it gives the year where none is told, and what "yesterday" is.
    order
        Whether day or month stands first in dates of numbers.

    Examples
    --------
    >>> found = period_of("début octobre 2025")
    >>> found.first.isoformat(), found.last.isoformat(), found.precision
    ('2025-10-01', '2025-10-10', 2)
    >>> found = period_of("2025-11-05 to 2025-11-06")
    >>> found.first.isoformat(), found.last.isoformat(), found.precision
    ('2025-11-05', '2025-11-06', 1)
    """
    # A cell of free text may be pages long; the words for a span stand at its beginning or not at all.
    if len(text) > _LONGEST:
        return None
    # 18:30 is an hour, and no two numbers.
    words = re.findall(r"[a-z0-9]+", unaccented(_CLOCK.sub(" 00h ", text)))
    try:
        return _relative(words, reported) or _month(words, reported) or _dates(words, reported, order)
    except (ValueError, OverflowError):  # no such day
        return None


def _relative(told: list[str], reported: dt.date | None) -> Period | None:
    """Read words that are counted from the day of the report."""
    if reported is None:
        return None
    # An hour behind the words changes nothing of the day.
    words = " ".join(told)
    words = re.sub(r"(?: (?:a|at|vers|around|ver))? \d{1,2}h.*$", "", words) if _HOUR.search(words) else words
    first = last = None
    if words in _TODAY:
        first = last = reported
    elif _LAST_NIGHT.fullmatch(words):
        first, last = reported - _ONE, reported
    elif _BEFORE_LAST.fullmatch(words):
        first = last = reported - 2 * _ONE
    elif _YESTERDAY.fullmatch(words):
        first = last = reported - _ONE
    elif met := _AGO.fullmatch(words):
        first = last = reported - int(met[1] or met[2]) * _ONE
    else:
        names = [
            word
            for word in words.split()
            if word not in _FILLER | {"dernier", "last", "passe", "pase", "a", "ce", "this"}
        ]
        if len(names) == 1 and names[0] in _WEEKDAY:
            back = (reported.weekday() - _WEEKDAY[names[0]]) % 7
            if back == 0 and any(word in words.split() for word in ("dernier", "last", "passe", "pase")):
                back = 7
            first = last = reported - back * _ONE
    return None if first is None or last is None else Period(first, last, 1)


def _month(told: list[str], reported: dt.date | None) -> Period | None:
    words = _DateWords(told)
    part = words.take(tuple(_PARTS))
    words.fillers()
    low, high = _PARTS[part] if part else (1, 31)
    if len(words.left) == 2 and all(word.isdigit() for word in words.left) and {len(w) for w in words.left} != {2}:
        first, second = words.left
        year, month = (int(first), int(second)) if len(first) == 4 else (int(second), int(first))
        if year < 1000 or len(first) + len(second) > 6:
            return None
    else:
        named = words.month()
        if named is None:
            return None
        words.fillers()
        stated = words.number(r"\d{4}")
        if words.left or (stated is None and reported is None):
            return None
        month = named
        year = stated if stated is not None else _year_of(month, low, reported)
    # Month 13 gets day 0, which is no day: the caller takes it as not read.
    end = min(high, calendar.monthrange(year, month)[1]) if 1 <= month <= 12 else 0
    return Period(dt.date(year, month, low), dt.date(year, month, end), 3 if part is None else 2)


def _year_of(month: int, day: int, reported: dt.date | None) -> int:
    """Give the year of a day that tells none: the last one that the report can speak of.

    Raises
    ------
    ValueError
        If there is no day of the report.
    """
    if reported is None:
        raise ValueError
    return reported.year - ((month, day) > (reported.month, reported.day))


def _date(words: _DateWords, order: str) -> _PartialDate | None:
    """Take one date, whole or in part."""
    words.fillers()
    if (year := words.number(r"\d{4}")) is not None:
        month, day = words.number(), words.number()
        return None if month is None or day is None else _PartialDate(year, month, day)
    if (month := words.month()) is not None:
        words.fillers()
        day = words.number()
        return None if day is None else _PartialDate(_year(words), month, day)
    day = words.number()
    if day is None:
        return None
    here = list(words.left)
    while words.left and words.left[0] in _FILLER:
        del words.left[0]
    if (month := words.month()) is not None:
        words.fillers()
        return _PartialDate(_year(words), month, day)
    words.left = here
    second = words.left[0] if words.left else ""
    third = words.left[1] if len(words.left) > 1 else ""
    if re.fullmatch(r"\d{1,2}", second) and re.fullmatch(r"\d{4}|\d{2}", third):
        del words.left[:2]
        year = int(third) if len(third) == 4 else 2000 + int(third)
        return _PartialDate(year, int(second), day) if order != "mm-dd-yyyy" else _PartialDate(year, day, int(second))
    return _PartialDate(None, None, day)


def _year(words: _DateWords) -> int | None:
    return words.number(r"\d{4}")


def _dates(told: list[str], reported: dt.date | None, order: str) -> Period | None:
    """Read one date with a bound or a night, or two dates."""
    words = _DateWords(told)
    weekend = words.take(_WEEKEND)
    week = None if weekend else words.take(_WEEK)
    night = words.take(_NIGHT)
    before = words.take(_BEFORE)
    after = None if before else words.take(_AFTER)
    about = words.take(_ABOUT)
    first = _date(words, order)
    if first is None:
        return None
    hours = _pass_hours(words)
    between = words.take(_TO)
    second = _date(words, order) if words.left else None
    hours |= _pass_hours(words)
    if words.left and second is not None and second.year is None:  # "October 3 to 5, 2024"
        second = _PartialDate(_year(words), second.month, second.day)
    if words.left or (between and second is None):
        return None
    if second is not None:
        return None if before or after or about or week else _span(first, second, reported)
    day = _whole(first, reported)
    if before or after:
        return _bounded(day, before, after, reported)
    wide = _ABOUT_DAYS if about else 0
    # A night has two days, a week seven; a week or "about" is known to the week.
    long = 6 if week else 1 if night or weekend else wide
    # A plain day is for the reading of days, which knows the order of the whole column.
    if not long and not hours and first.year is not None:
        return None
    return Period(day - wide * _ONE, day + long * _ONE, 2 if about or week else 1)


def _bounded(day: dt.date, before: str | None, after: str | None, reported: dt.date | None) -> Period:
    """Give the month that ends before a day or begins after it: the other bound is not told."""
    if before:
        last = day if before in _UP_TO else day - _ONE
        return Period(last - (_OPEN_DAYS - 1) * _ONE, last, 3)
    first = day if after in _FROM else day + _ONE
    last = first + (_OPEN_DAYS - 1) * _ONE
    return Period(first, last if reported is None or reported < first else min(last, reported), 3)


def _pass_hours(words: _DateWords) -> bool:
    """Pass over an hour or a part of the day that follows a date."""
    left = list(words.left)
    while left and left[0] in {"a", "at", "vers", "around", "ver", "le", "apres", "pm", "nan", "au", "the", "in"}:
        del left[0]
    some = False
    while left and (_HOUR.fullmatch(left[0]) or left[0] in _PART_OF_DAY):
        del left[0]
        some = True
    if some:
        words.left = left
    return some


def _whole(told: _PartialDate, reported: dt.date | None) -> dt.date:
    """Make a day of a date; what it leaves open comes from the day of the report.

    Raises
    ------
    ValueError
        If it is no day.
    """
    if told.month is None:
        raise ValueError
    year = told.year if told.year is not None else _year_of(told.month, told.day, reported)
    return dt.date(year, told.month, told.day)


def _span(first: _PartialDate, second: _PartialDate, reported: dt.date | None) -> Period | None:
    month = second.month if second.month is not None else first.month
    year = second.year if second.year is not None else first.year
    last = _whole(_PartialDate(year, month, second.day), reported)
    started = first.month if first.month is not None else last.month
    # "du 28 décembre au 3 janvier 2026" begins the year before.
    begun = first.year if first.year is not None else last.year - (started > last.month)
    start = dt.date(begun, started, first.day)
    # A span of days that is told day by day is as sure as a day.
    return Period(start, last, 1) if start <= last else None


def read_periods(
    column: pd.Series, *, name: str, reported: pd.Series | None = None, order: str | None = None
) -> Periods:
    """Find the cells of a column that name a period, not a day.

    Parameters
    ----------
    column
        The cells.
    name
        Name of the column in the file.
    reported
        The day of each row's report, where it is known: for words such as "yesterday".
    order
        Whether day or month stands first, where that is known.

    Returns
    -------
    Periods
        ``cells`` with the first day in place of a period; ``last`` is null where there is none.
    """
    texts, codes = distinct(column)
    plain = present(texts).reset_index(drop=True)
    # Plain days go past without a look: they are nearly all cells of most files.
    maybe = plain.notna() & ~plain.str.match(A_DAY).fillna(value=True).astype(bool)
    told = [str(text) for text in plain]
    at_words = np.flatnonzero(maybe.to_numpy(dtype=bool)).tolist()
    how = order or (numeric_order(plain) if at_words else None) or "dd-mm-yyyy"
    met = {at: found for at in at_words if (found := period_of(told[at], order=how)) is not None}
    last = np.full(len(plain), np.datetime64("NaT", "s"))
    precision = np.ones(len(plain), dtype=np.int64)
    first: list[str | None] = [None] * len(plain)
    for at, found in met.items():
        first[at], precision[at] = found.first.isoformat(), found.precision
        last[at] = np.datetime64(found.last, "s")
    ends = _spread(last, codes, column)
    sure = pd.Series(spread_out(precision, codes, missing=1), index=column.index)
    days = pd.Series(spread_out(np.array(first, dtype=object), codes, missing=None), index=column.index, dtype=TEXT)
    shown = [told[at] for at in met]
    rest = [at for at in at_words if at not in met]
    if reported is not None and rest:
        # Words such as "yesterday" mean another day in each row: these few go row by row.
        words = set(rest)
        there = np.flatnonzero(reported.notna().to_numpy(dtype=bool)).tolist()
        of_row = np.arange(len(column)) if codes is None else codes
        for row in there:
            at = int(of_row[row])
            if at not in words:
                continue
            found = period_of(told[at], reported=reported.iloc[row].date(), order=how)
            if found is not None:
                days.iloc[row], sure.iloc[row] = found.first.isoformat(), found.precision
                ends.iloc[row] = pd.Timestamp(found.last).as_unit("s")
                shown.append(told[at])
    if not shown:
        return Periods(column, ends, pd.Series(1, index=column.index), None)
    # The first day goes into the cell, so that one reading of days serves both; the last one is kept
    # beside.
    shown = list(dict.fromkeys(shown))
    some = ", ".join(repr(one[:30]) for one in shown[:_MOST_SHOWN])
    more = ", …" if len(shown) > _MOST_SHOWN else ""
    note = QuotingNote(f"{name}: read as a span of days, not as a day", f"{some}{more}")
    return Periods(as_text(column).mask(days.notna(), days), ends, sure, note)


def _spread(values: NDArray[np.datetime64], codes: Positions | None, column: pd.Series) -> pd.Series:
    spread = spread_out(values, codes, missing=np.datetime64("NaT", "s"))
    return pd.Series(spread, index=column.index, dtype=DAY)


def future_days(
    columns: Sequence[tuple[str, pd.Series]], *, until: dt.date, today: dt.date | None
) -> list[tuple[str, NDArray[np.bool_]]]:
    """Tell which days lie in the future; no clock is read.

    A slip of the pen in one row, 2052 for 2025, would move the day of every answer. Where nobody says what day it is,
    a day is taken for one that lies more than 400 days after the next-latest day of the file and of the
    data; unless more than half of the file lies there, on three days or more, which no slip of the pen does.

    Parameters
    ----------
    columns
        Columns of days, by name; each row may have several.
    until
        The last day of the data that the file is added to.
    today
        The day it is, where somebody said so.

    Returns
    -------
    list
        For each column its name and which rows.
    """
    if today is not None:
        latest = np.datetime64(today, "D")
    else:
        every = np.concatenate([days.dropna().to_numpy(dtype="datetime64[D]") for _, days in columns])
        there, rows = np.unique(every[every > np.datetime64(until, "D")], return_counts=True)
        known = np.concatenate([np.array([until], dtype="datetime64[D]"), there])
        gaps = np.flatnonzero(np.diff(known) > np.timedelta64(_LONGEST_GAP, "D"))
        slips = [at for at in gaps.tolist() if len(there) - at < 3 or int(rows[at:].sum()) * 2 <= len(every)]
        if not slips:
            return []
        latest = known[slips[0]]
    out = [(name, (days > pd.Timestamp(latest)).fillna(value=False).to_numpy(dtype=bool)) for name, days in columns]
    return [(name, rows) for name, rows in out if rows.any()]

"""Days: artimap reads no clock, every answer is for a day that somebody named."""

from __future__ import annotations

import calendar
import datetime as dt

import numpy as np

from artimap.core.errors import DateError

DAYS_PER_MONTH = 365.25 / 12
_FIRST_YEAR, _LAST_YEAR = 1700, 2250
"""pandas holds days from 1677 to 2262; some are left for what is reckoned back and forth from the day."""


def day_of(as_of: str | dt.date | np.datetime64) -> dt.date:
    """Read a day: as text, as Python, pandas or numpy have it.

    >>> day_of("2024-10-15")
    datetime.date(2024, 10, 15)

    Raises
    ------
    DateError
        If it is no day, or one that tables of days cannot hold.
    """
    day = _day_of(as_of)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        msg = f"{day} cannot be reckoned with: give a day of the years {_FIRST_YEAR} to {_LAST_YEAR}"
        raise DateError(msg)
    return day


def _day_of(as_of: str | dt.date | np.datetime64) -> dt.date:
    try:
        # numpy has no year, month and day; cut to days first, since nanoseconds do not fit a date's
        # text.
        if isinstance(as_of, np.datetime64):
            return dt.date.fromisoformat(str(as_of.astype("datetime64[D]")))
        if isinstance(as_of, str):
            return dt.date.fromisoformat(as_of.strip())
        # Also cuts a datetime or Timestamp down to its day.
        return dt.date(as_of.year, as_of.month, as_of.day)
    except (ValueError, TypeError, AttributeError):
        msg = f"{as_of!r} is not a day: write it as YYYY-MM-DD, for example 2024-10-15"
        raise DateError(msg) from None


def month_ends(since: str | dt.date, as_of: str | dt.date) -> tuple[dt.date, ...]:
    """Give the days that stand for a period: its first, the last of each month in it, its last.

    >>> [day.isoformat() for day in month_ends("2024-08-15", "2024-10-15")]
    ['2024-08-15', '2024-08-31', '2024-09-30', '2024-10-15']

    Raises
    ------
    DateError
        If either is no day, or ``since`` lies after ``as_of``.

    Examples
    --------
    >>> import artimap as am
    >>> [day.isoformat() for day in am.month_ends("2024-08-15", "2024-10-15")]
    ['2024-08-15', '2024-08-31', '2024-09-30', '2024-10-15']
    """
    first, last = day_of(since), day_of(as_of)
    if first > last:
        msg = f"a period cannot begin on {first} and end on {last}: give the earlier day first"
        raise DateError(msg)
    # Months counted through from year 0: December to January needs no case of its own.
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    ends = (dt.date(n // 12, n % 12 + 1, calendar.monthrange(n // 12, n % 12 + 1)[1]) for n in months)
    # Each once: first and last day may be ends of months themselves.
    return tuple(dict.fromkeys((first, *(day for day in ends if day <= last), last)))

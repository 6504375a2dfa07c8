"""Days: artimap reads no clock, every answer is for a day that somebody named."""

from __future__ import annotations

import datetime as dt

from artimap.errors import DateError


def day_of(as_of: str | dt.date) -> dt.date:
    """Read a day.

    >>> day_of("2024-10-15")
    datetime.date(2024, 10, 15)

    Raises
    ------
    DateError
        If it is no day.
    """
    if isinstance(as_of, dt.datetime):
        return as_of.date()
    if isinstance(as_of, dt.date):
        return as_of
    try:
        return dt.date.fromisoformat(as_of.strip())
    except ValueError:
        msg = f"{as_of!r} is not a day: write it as YYYY-MM-DD, for example 2024-10-15"
        raise DateError(msg) from None

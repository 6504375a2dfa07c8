"""Days as numbers, and a kernel over them: which part of an event counts on which day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from artimap.core.arrays import Floats, Ints
from artimap.core.errors import DateError, ModelError
from artimap.roads.density.kernels import KERNELS, Kernel


def as_days(values: Any, what: str) -> tuple[Floats, bool]:
    """Read days: numbers as they are, dates as days since 1970; and tell whether they were dates.

    What is missing becomes NaN.

    Raises
    ------
    DateError
        If they are neither.
    """
    given = pd.Series(np.asarray(values) if not isinstance(values, pd.Series) else values.array)
    if is_numeric_dtype(given.dtype) and not is_bool_dtype(given.dtype):
        return np.asarray(given.to_numpy(dtype=np.float64, na_value=np.nan)), False
    try:
        stamps = pd.to_datetime(given, format="ISO8601").dt.tz_localize(None)
    except (ValueError, TypeError) as error:
        msg = f"{what} must be numbers or days as YYYY-MM-DD: {error}"
        raise DateError(msg) from None
    since = (stamps - pd.Timestamp(0)) / pd.Timedelta(days=1)
    return np.asarray(since.to_numpy(dtype=np.float64, na_value=np.nan)), True


@dataclass(frozen=True, eq=False)
class DayGrid:
    """The days that are asked for, in any order, and how an event thins out in time.

    Attributes
    ----------
    at
        The days as asked for.
    dates
        Whether they were told as dates.
    kernel
        How an event thins out.
    bandwidth_days
        From when on it counts no more.
    past_only
        Whether it counts on its own day and later only.
    """

    at: Floats
    dates: bool
    kernel: Kernel
    bandwidth_days: float
    past_only: bool

    @cached_property
    def days(self) -> Floats:
        """The days, first to last."""
        return np.sort(self.at)

    @cached_property
    def rank(self) -> Ints:
        """Where each day that was asked for stands among them."""
        out = np.empty(len(self.at), dtype=np.int64)
        out[np.argsort(self.at, kind="stable")] = np.arange(len(self.at))
        return out

    @property
    def per_day(self) -> float:
        """What makes the area of the kernel 1: half of it where only the past counts."""
        return self.kernel.norm / self.bandwidth_days * (2 if self.past_only else 1)

    @property
    def labels(self) -> list[str]:
        """Names of the days: YYYY-MM-DD (with the time of day where it is not midnight), or the number."""
        if not self.dates:
            return [f"{day:.12g}" for day in self.at]
        stamps = [pd.Timestamp(0) + pd.Timedelta(seconds=round(day * 86_400)) for day in self.at.tolist()]
        return [f"{one:%Y-%m-%d}" if one == one.normalize() else f"{one:%Y-%m-%dT%H:%M:%S}" for one in stamps]

    def shape(self, days: Floats) -> Floats:
        """Give the part of each event on each day, (events, days); 1 at its greatest."""
        apart = self.at - days[:, None]
        out = self.kernel(np.abs(apart), self.bandwidth_days)
        return np.where(apart >= 0, out, 0.0) if self.past_only else out


def grid(at: Any, *, dates: bool | None, time_kernel: str, bandwidth_days: float, past_only: bool) -> DayGrid:
    """Read the days asked for; ``dates`` tells whether the events' days are dates (None: there are none).

    Raises
    ------
    ModelError
        With everything that is wrong.
    """
    days, here = as_days(at, "at")
    wrong = []
    if time_kernel not in KERNELS:
        wrong.append(f"time_kernel {time_kernel!r} is not known: choose one of {', '.join(KERNELS)}")
    if not (np.isfinite(bandwidth_days) and bandwidth_days > 0):
        wrong.append(f"bandwidth_days must be greater than 0 days, not {bandwidth_days!r}")
    if not len(days) or not np.isfinite(days).all():
        wrong.append("at must name one day at least, and no missing one")
    elif len(np.unique(days)) < len(days):
        wrong.append("at names a day twice")
    if dates is not None and here != dates:
        wrong.append(f"days are {_kind(dates)}, at are {_kind(here)}: give both in one way")
    if wrong:
        msg = "; ".join(wrong)
        raise ModelError(msg)
    return DayGrid(days, here, KERNELS[time_kernel], float(bandwidth_days), bool(past_only))


def _kind(dates: bool) -> str:  # noqa: FBT001
    return "dates" if dates else "numbers"

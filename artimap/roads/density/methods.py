"""What the exact methods of density share: ways through a junction, shares of mass, and their limits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from artimap.core.arrays import Floats, Ints
from artimap.core.errors import ModelError
from artimap.roads.density.kernels import Kernel

MOST_VISITS = 2_000_000_000
"""More visits than this are refused, unless the caller says otherwise."""


class Way(NamedTuple):
    """How to spread: the method and its kernel, how far, how much work it may be, and to what lengths are rounded."""

    method: str
    kernel: Kernel
    bandwidth_m: float
    most_visits: float
    step_m: float | None = None


def shares(meet: Ints, method: str) -> tuple[Floats, Floats]:
    """Give what goes on into each other road, and what goes back, at nodes where so many roads meet.

    With n roads the discontinuous method gives 1/(n - 1) to each other one; the continuous
    gives 2/n to each other one and (2 - n)/n back. At a dead end, n = 1, all goes back.
    """
    n = meet.astype(np.float64)
    onward, returned = np.zeros(len(n)), np.zeros(len(n))
    if method == "continuous":
        np.divide(2.0, n, out=onward, where=n > 0)
        np.divide(2.0 - n, n, out=returned, where=n > 0)
    else:
        np.divide(1.0, n - 1.0, out=onward, where=n > 1)
        returned[n == 1] = 1.0
    return onward, returned


def refuse(way: Way, visits: float, how: str) -> None:
    """Raise ModelError where there are too many visits; ``how`` says how they are known, "" where they are counted."""
    if visits <= way.most_visits:
        return
    number = f"{how} {float(f'{visits:.1e}'):,.0f}" if how else f"{visits:,.0f}"
    if way.step_m is None:
        what = f"follows every path: at bandwidth_m={way.bandwidth_m:g} it has to walk {number} pieces of road"
        less = "Take a smaller bandwidth_m, or round lengths to steps (step_m=2, say), or take method='simple',"
    else:
        what = f"at bandwidth_m={way.bandwidth_m:g} and step_m={way.step_m:g} has {number} steps to take"
        less = "Take a larger step_m or a smaller bandwidth_m,"
    most = f"more than most_visits={way.most_visits:,.0f}"
    msg = f"method {way.method!r} {what}, {most}. {less} or allow more by most_visits"
    raise ModelError(msg)

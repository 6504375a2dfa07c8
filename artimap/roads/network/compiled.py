"""Compiled loops: how they are made, and what is done where numba is not installed.

A loop is compiled by numba at its first call and kept on disk, so that later processes
start at once. The first call of all costs seconds: each user of a compiled loop states a
size below which it does the same with numpy or shapely and gives the same numbers.
Modules that hold such loops are imported inside the function that needs them; nothing
else imports numba. It is an extra (``artimap[network]``): without it points are snapped by
shapely at any size, and densities go on in numpy as far as that is bearable.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar, cast

from artimap.core.errors import ExtraError

Loop = TypeVar("Loop", bound=Callable[..., Any])

THREADS = 2
"""Compiled loops use at most so many threads: a laptop has its other work to do."""


@cache
def has_numba() -> bool:
    """Tell whether loops can be compiled here: whether numba and what it needs are installed."""
    try:
        return all(find_spec(name) is not None for name in ("numba", "llvmlite"))
    except ImportError:  # an import hook refuses them
        return False


def extra_error(what: str) -> ExtraError:
    """Give the one sentence for work that needs numba, where it is not installed."""
    return ExtraError(f"{what} needs compiled loops: pip install 'artimap[network]'")


@cache
def stamp_of(package: Path) -> str:
    """Give a short digest of all compiled modules: those whose names end in ``_loops.py``.

    numba keeps what it compiled by the file of the outermost loop alone. A loop inside it that
    has changed, in a newer release say, would not be seen: so every loop's name carries this.
    """
    told = hashlib.sha256()
    for path in sorted(package.rglob("*_loops.py")):
        told.update(path.read_bytes())
    return told.hexdigest()[:10]


def inner(loop: Loop) -> Loop:
    """Compile ``loop`` for other compiled loops alone: no way in from Python is made, which takes longest."""
    return _compiled(loop, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def together(loop: Loop) -> Loop:
    """Do as :func:`inner`, and let sums in ``loop`` be added in any order, so that they are added side by side.

    Numbers that are none (nan) must not be used in it.
    """
    return _compiled(loop, no_cpython_wrapper=True, no_cfunc_wrapper=True, fastmath={"reassoc", "nnan", "nsz"})


def _compiled(loop: Loop, **how: Any) -> Loop:
    import numba  # noqa: PLC0415 - seconds to import, needed only where compiling pays

    made: Any = numba.njit(nogil=True, error_model="numpy", **how)(loop)
    return cast("Loop", made)


def jit(loop: Loop) -> Loop:
    """Compile ``loop`` when it is first called, without the GIL, and keep the result on disk.

    The result is kept beside the module, or in the user's cache folder where the package is
    read-only, or (where neither can be written) not at all.
    """
    loop.__qualname__ = f"{loop.__qualname__}_{stamp_of(Path(__file__).resolve().parents[2])}"
    try:
        return _compiled(loop, cache=True, no_cfunc_wrapper=True)
    except RuntimeError:  # nowhere to keep it
        return _compiled(loop)


def threads() -> int:
    """Give how many threads compiled loops use here."""
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(THREADS, here))


def in_threads(job: Callable[[int, int], object], number: int, *, pieces: int = 16) -> None:
    """Run ``job(start, stop)`` over ``range(number)`` in contiguous pieces, on :func:`threads` threads.

    An interruption is answered when the pieces at work are done; no new one starts.

    Parameters
    ----------
    job
        Called with the bounds of each piece; it must leave the GIL alone (:func:`jit`) to gain anything.
    number
        Length of the range.
    pieces
        Into how many pieces the range is cut.
    """
    bounds = [number * piece // pieces for piece in range(pieces + 1)]
    spans = [(low, high) for low, high in pairwise(bounds) if high > low]
    if threads() == 1 or len(spans) == 1:
        for low, high in spans:
            job(low, high)
        return
    pool = ThreadPoolExecutor(threads())
    try:
        waiting = [pool.submit(job, low, high) for low, high in spans]
        for one in waiting:
            one.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)

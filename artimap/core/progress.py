"""How far long work is: a line in a terminal or a notebook, and nothing where there is neither."""

from __future__ import annotations

import sys
import time
from typing import Any

_EVERY_S = 0.2


class ProgressLine:
    """A line that says how far long work is. Give it as ``progress=`` to any call that takes one.

    In a terminal it writes to the errors' stream, in a notebook below the cell; in a script whose output goes to a
    file it is silent. One line may serve several calls, one after the other.

    Examples
    --------
    >>> import artimap as am
    >>> study = am.study(am.area("artibonite"), as_of="2024-10-15", progress=am.ProgressLine())
    >>> study.as_of.isoformat()
    '2024-10-15'
    """

    def __init__(self) -> None:
        # Where nobody looks nothing is written: not in logs, not in tests.
        self._in_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._in_notebook = hasattr(_shell(), "kernel")
        self._cell: tuple[object, Any] = (None, None)
        self._next = 0.0

    def __call__(self, step: str | int, number: int | None = None) -> None:
        """Say which step begins, in words; or how much is done of how much."""
        now, last = time.monotonic(), step == number
        if isinstance(step, int):
            if now < self._next and not last:
                return
            self._next = now + _EVERY_S
        words = f"… {step}" if number is None else f"… {step:,} of {number:,}"
        if self._in_notebook:
            self._below_the_cell(words)
        elif self._in_terminal:
            end = "\n" if last or number is None else "\r"
            sys.stderr.write(words + end)
            sys.stderr.flush()

    def _below_the_cell(self, words: str) -> None:
        """Write over the line of this cell; another cell gets its own."""
        shell = _shell()
        run, handle = self._cell
        if handle is not None and run == shell.execution_count:
            handle.update({"text/plain": words}, raw=True)
            return
        show = sys.modules["IPython.display"].display
        self._cell = shell.execution_count, show({"text/plain": words}, raw=True, display_id=True)


def _shell() -> Any:
    """Give IPython's shell where there is one; it is not imported for that."""
    get = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return None if get is None else get()

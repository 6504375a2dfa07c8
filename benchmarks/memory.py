"""The peak of memory from here on, in this process."""

from __future__ import annotations

import ctypes
from pathlib import Path

_STATUS = Path("/proc/self/status")
_RESET = Path("/proc/self/clear_refs")


class Peak:
    """Memory above what is held when this is made; on Linux only, where the peak can be set back."""

    def __init__(self) -> None:
        self.known = _RESET.exists()
        if self.known:
            _give_back()
            _RESET.write_text("5", encoding="ascii")
            self.held = _kilobytes("VmRSS")

    def megabytes(self) -> float:
        """Give the peak so far above what was held before; NaN where it is not known."""
        return (_kilobytes("VmHWM") - self.held) / 1e3 if self.known else float("nan")

    def __str__(self) -> str:
        return f"peak {self.megabytes():,.0f} MB above before" if self.known else "memory not measured here"


def _give_back() -> None:
    """Give back what was freed before, where the C library can: it would be used again unseen."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _kilobytes(name: str) -> int:
    line = next(line for line in _STATUS.read_text(encoding="ascii").splitlines() if line.startswith(name))
    return int(line.split()[1])

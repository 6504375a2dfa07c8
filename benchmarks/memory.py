"""The peak of memory from here on, in this process."""

from __future__ import annotations

from pathlib import Path

_STATUS = Path("/proc/self/status")
_RESET = Path("/proc/self/clear_refs")


class Peak:
    """Memory above what is held when this is made; on Linux only, where the peak can be set back."""

    def __init__(self) -> None:
        self.known = _RESET.exists()
        if self.known:
            _RESET.write_text("5", encoding="ascii")
            self.held = _kilobytes("VmRSS")

    def __str__(self) -> str:
        if not self.known:
            return "memory not measured here"
        return f"peak {(_kilobytes('VmHWM') - self.held) / 1e3:,.0f} MB above before"


def _kilobytes(name: str) -> int:
    line = next(line for line in _STATUS.read_text(encoding="ascii").splitlines() if line.startswith(name))
    return int(line.split()[1])

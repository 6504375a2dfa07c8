"""The night job beside one full briefing, in processor time: three roads, three languages, two audiences."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

DAY = "2024-10-15"
PLAN = """
roads = ["rn1", "rn5", "rd-des"]
audiences = ["partners", "internal"]
languages = ["en", "fr", "ht"]
"""


def seconds(*words: str, folder: Path) -> float:
    """Run a command of artimap and give its processor time, its own and that of the system for it."""
    run = subprocess.Popen(
        [sys.executable, "-m", "artimap", *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )  # fmt: skip
    _, status, used = os.wait4(run.pid, 0)
    run.returncode = os.waitstatus_to_exitcode(status)
    if run.returncode:
        msg = f"artimap {' '.join(words)} ended with {run.returncode}"
        raise RuntimeError(msg)
    return used.ru_utime + used.ru_stime


def run(repeat: int) -> None:
    """Print the medians and the ratio of each pair of runs; in turn, so that other work on the machine hits both."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        (folder / "briefing.toml").write_text(PLAN, encoding="utf-8")
        pairs = [
            (
                seconds("brief", "--as-of", DAY, "-o", f"one{n}", folder=folder),
                seconds("run", "briefing.toml", "--as-of", DAY, folder=folder),
            )
            for n in range(repeat)
        ]
    brief, night = (statistics.median(one) for one in zip(*pairs, strict=True))
    ratio = statistics.median(night / brief for brief, night in pairs)
    print(f"one full brief {brief:.1f} s, 18 briefings in one run {night:.1f} s: {ratio:.2f} times (goal 4)")

"""Do the intervals hold the true rates of made-up roads, and are trends true? The tables in docs/calibration.md."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.risk_worlds.scores import RATE_HEAD, TREND_HEAD, Measured, measure, pooled_trends, rate_line, trend_line
from benchmarks.risk_worlds.worlds import WORLDS

DOCS = Path(__file__).parent.parent / "docs" / "calibration.md"
_BEGIN, _END = "<!-- worlds: python -m benchmarks calibration --write -->", "<!-- end of worlds -->"


def run(
    repeat: int,  # noqa: ARG001 - runs say how many
    *,
    runs: int,
    worlds: Sequence[str] = (),
    jobs: int = 1,
    seed: int = 0,
    write: bool = False,
) -> None:
    found: list[Measured] = []
    print(f"{runs} roads a line, 25 stretches of 10 km; per cent, ± one Monte Carlo standard deviation\n")
    print(RATE_HEAD)
    started = time.perf_counter()
    for one in measure(worlds or list(WORLDS), runs=runs, jobs=jobs, seed=seed):
        found.append(one)
        print(rate_line(one), flush=True)
    trends = "\n".join([TREND_HEAD, *map(trend_line, found), *pooled_trends(found)])
    print(f"\nTrends stated with a probability of 0.95 or more:\n\n{trends}")
    spent = time.perf_counter() - started
    print(f"\n{spent:.0f} s, {spent / (runs * len(found)):.2f} s a road, {jobs} at once")
    if write:
        into_docs("\n".join([f"{runs} roads a line, seed {seed}.", "", RATE_HEAD, *map(rate_line, found), "", trends]))


def into_docs(tables: str) -> None:
    """Put the tables between the two marks in the page."""
    before, rest = DOCS.read_text(encoding="utf-8").split(_BEGIN)
    _, after = rest.split(_END)
    DOCS.write_text(f"{before}{_BEGIN}\n\n{tables}\n\n{_END}{after}", encoding="utf-8")

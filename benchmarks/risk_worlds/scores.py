"""How often the intervals of artimap hold the true rates of made-up roads, and whether its trends are true."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import geopandas as gpd
import numpy as np

import artimap as am
from benchmarks.risk_worlds.inputs import rates
from benchmarks.risk_worlds.worlds import STRETCH_M, WORLDS, Floats, SimulatedRoad, simulate

LEVELS = (0.1, 0.5, 2.0)
"""Mean numbers of events per stretch and month."""

SURE = 0.95
"""From what probability a trend is stated."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What is to be reached in a world: least (and greatest) cover in per cent, and greatest bias either way."""

    least80: float
    least95: float
    most80: float = 100.0
    most95: float = 100.0
    bias: float | None = None

    def words(self) -> str:
        """Put it in words for the table."""
        ends = [
            f"≥ {least:g}" if most == 100 else f"{least:g}–{most:g}"
            for least, most in ((self.least80, self.most80), (self.least95, self.most95))
        ]
        return ", ".join([*ends, *([] if self.bias is None else [f"± {self.bias:g} %"])])

    def holds(self, cover80: float, cover95: float, bias: float) -> bool:
        """Tell whether figures reach it, as they are printed."""
        return (
            self.least80 <= round(cover80, 1) <= self.most80
            and self.least95 <= round(cover95, 1) <= self.most95
            and (self.bias is None or abs(round(bias, 1)) <= self.bias)
        )


_ROUGH, _ROUGH_RARE = Reach(74, 91, bias=12), Reach(70, 88, bias=12)
_LATE = Reach(74, 91)
_TO_REACH = {
    "own": Reach(77, 93, 83, 97),
    "raids3": _ROUGH,
    "raids_geometric": _ROUGH,
    "bursts": _ROUGH,
    "duplicates": Reach(72, 90, bias=15),
    "raids3_matched": Reach(72, 90, bias=15),
    "delays": _LATE,
    "delays_dated": _LATE,
    "onoff": Reach(74, 91, bias=15),
    **dict.fromkeys(("young30", "young60", "young120"), Reach(74, 91, bias=12)),
    "town": Reach(70, 88),
    "town_narrow": Reach(60, 82),
    "wander": Reach(67, 86),
    "mix": Reach(68, 86, bias=25),
}
TREND_TRUE, TREND_SURE = 88.0, 12.0
"""Least share of stated trends that are true, greatest share stated where nothing changed; per cent."""


def to_reach(world: str, per_month: float) -> Reach | None:
    """Give what is to be reached in a world; null where nothing is asked for."""
    if _TO_REACH.get(world) is _ROUGH and per_month <= 0.1:
        return _ROUGH_RARE
    return _TO_REACH.get(world)


@dataclass(frozen=True, slots=True)
class Share:
    """A quotient of sums over runs, and its Monte Carlo error (one standard deviation); per cent."""

    value: float
    error: float

    @classmethod
    def of(cls, part: Floats, whole: Floats) -> Share:
        """Divide the sums; the error is that of a ratio, since runs differ in what they state."""
        if not whole.sum():
            return cls(float("nan"), float("nan"))
        ratio = part.sum() / whole.sum()
        spread = np.std(part - ratio * whole, ddof=1) if len(part) > 1 else np.nan
        return cls(100 * float(ratio), 100 * float(spread / np.sqrt(len(part)) / whole.mean()))

    def __str__(self) -> str:
        return f"{self.value:.1f} ± {self.error:.1f}"


_FIELDS = (
    "stretches", "stated", "inside50", "inside80", "inside95", "width80", "mean", "true",
    "trends", "sure", "sure_and_true",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Measured:
    """What the runs of a world at one level gave.

    Attributes
    ----------
    world, per_month, runs
        What was simulated.
    sums
        Sums over the stretches of each run, (runs, fields). ``stated`` counts the stretches that have a rate:
        where the answer is "not known" nothing can be held against it.
    changes
        Whether true rates differ between the two windows that the trend compares.
    """

    world: str
    per_month: float
    runs: int
    sums: Floats
    changes: bool

    def share(self, part: str, whole: str) -> Share:
        """Divide one sum by another."""
        return Share.of(self.sums[:, _FIELDS.index(part)], self.sums[:, _FIELDS.index(whole)])

    @property
    def bias(self) -> Share:
        """Sum of means over sum of truths, less one."""
        whole = self.share("mean", "true")
        return Share(whole.value - 100, whole.error)

    @property
    def width80(self) -> float:
        """Mean width of the 80 % interval in events per stretch and month."""
        return self.share("width80", "stated").value / 100


def _score(road: SimulatedRoad, risk: gpd.GeoDataFrame) -> list[float]:
    """Compare the rates of one road with the truth; sums over its stretches, as in :data:`_FIELDS`."""
    column = {
        name: risk[name].to_numpy(dtype=float, na_value=np.nan)
        for name in ("rate", "lo50", "hi50", "lo80", "hi80", "lo95", "hi95", "p_rose")
    }
    # A rate is per km and month, the truth per stretch and month.
    per_stretch = STRETCH_M / 1_000
    ends = {name: column[name] * per_stretch for name in ("lo50", "hi50", "lo80", "hi80", "lo95", "hi95")}
    stated = np.isfinite(column["rate"])
    held = [
        ((ends[f"lo{level}"] <= road.rate) & (road.rate <= ends[f"hi{level}"]) & stated).sum() for level in (50, 80, 95)
    ]
    rose = column["p_rose"]
    up, down = rose >= SURE, rose <= 1 - SURE
    true = (up & (road.recent > road.earlier)) | (down & (road.recent < road.earlier))
    return [
        float(one)
        for one in (
            len(stated),
            stated.sum(),
            *held,
            (ends["hi80"] - ends["lo80"])[stated].sum(),
            column["rate"][stated].sum() * per_stretch,
            road.rate[stated].sum(),
            np.isfinite(rose).sum(),
            (up | down).sum(),
            true.sum(),
        )
    ]


def _one_run(world: str, per_month: float, seed: int, model: am.RiskModel | None, run: int) -> list[float]:
    road = simulate(WORLDS[world], per_month, run=run, seed=seed)
    return _score(road, rates(WORLDS[world], road, model=model))


def measure(
    worlds: Sequence[str],
    *,
    runs: int,
    levels: Sequence[float] = LEVELS,
    jobs: int = 1,
    seed: int = 0,
    model: am.RiskModel | None = None,
) -> Iterator[Measured]:
    """Simulate roads of some worlds, estimate their rates, and compare.

    Parameters
    ----------
    worlds
        Names in :data:`benchmarks.risk_worlds.worlds.WORLDS`.
    runs
        Roads of each world and level.
    levels
        Mean numbers of violent events per stretch and month.
    jobs
        Processes at once.
    seed
        The same seed gives the same roads.
    model
        Parameters of the estimate; the default where null.

    Yields
    ------
    Measured
        By world and level, as they are done.

    Raises
    ------
    ValueError
        For a world that does not exist, or fewer than one run or process.
    """
    unknown = [name for name in worlds if name not in WORLDS]
    if unknown:
        msg = f"no such world: {', '.join(unknown)}; there are {', '.join(WORLDS)}"
        raise ValueError(msg)
    if min(runs, jobs) < 1:
        msg = "runs and jobs must be 1 at least"
        raise ValueError(msg)
    if jobs == 1:
        yield from (
            _measured(name, level, [_one_run(name, level, seed, model, run) for run in range(runs)])
            for name in worlds
            for level in levels
        )
        return
    # Started afresh rather than forked: the libraries under geopandas hold threads.
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        for name in worlds:
            for level in levels:
                one = partial(_one_run, name, level, seed, model)
                yield _measured(name, level, list(pool.map(one, range(runs), chunksize=5)))


def _measured(name: str, level: float, rows: list[list[float]]) -> Measured:
    world = WORLDS[name]
    return Measured(name, level, len(rows), np.array(rows), changes=bool(world.change_sd or world.wander_sd))


RATE_HEAD = (
    "| world | events per stretch and month | rate stated, % | 80 % covers | 95 % covers | 50 % covers | bias, % "
    "| width of 80 % | to reach | |\n|---|---|---|---|---|---|---|---|---|---|"
)
TREND_HEAD = (
    "| world | events per stretch and month | trends stated, % of stretches | how many "
    "| of these true, % | to reach | |\n|---|---|---|---|---|---|---|"
)


def rate_line(one: Measured) -> str:
    """Give the line of the table of rates."""
    cover = {level: one.share(f"inside{level}", "stated") for level in (50, 80, 95)}
    wanted = to_reach(one.world, one.per_month)
    verdict = ""
    if wanted is not None:
        verdict = "pass" if wanted.holds(cover[80].value, cover[95].value, one.bias.value) else "**short**"
    bias = f"{one.bias.value:+.1f} ± {one.bias.error:.1f}"
    stated = f"{one.share('stated', 'stretches').value:.0f}"
    figures = f"{stated} | {cover[80]} | {cover[95]} | {cover[50]} | {bias} | {one.width80:.2f}"
    words = "" if wanted is None else wanted.words()
    return f"| {one.world} | {one.per_month:g} | {figures} | {words} | {verdict} |"


def trend_line(one: Measured) -> str:
    """Give the line of the table of trends: what is stated, and whether it is true where something changed."""
    return _trend(one.world, f"{one.per_month:g}", one.sums, changes=one.changes)


def pooled_trends(found: Sequence[Measured]) -> list[str]:
    """Give the lines of all worlds in which something changed, and of all in which nothing did."""
    lines = []
    for name, changes in (("all that change", True), ("all that do not", False)):
        # A burst is a change for as long as it lasts, and noise beside the mean: neither side may claim it.
        sums = [one.sums for one in found if one.changes is changes and not WORLDS[one.world].bursts]
        if sums:
            lines.append(_trend(f"**{name}**", "", np.concatenate(sums), changes=changes))
    return lines


def _trend(world: str, per_month: str, sums: Floats, *, changes: bool) -> str:
    trends, stated, right = (sums[:, _FIELDS.index(name)] for name in ("trends", "sure", "sure_and_true"))
    sure, true = Share.of(stated, trends), Share.of(right, stated)
    if world in WORLDS and WORLDS[world].bursts:
        wanted, verdict = "", ""
    elif changes:
        # Nothing stated is nothing wrong.
        wanted, verdict = f"≥ {TREND_TRUE:g} true", "**short**" if round(true.value, 1) < TREND_TRUE else "pass"
    else:
        wanted, verdict = f"≤ {TREND_SURE:g} stated", "**short**" if round(sure.value, 1) > TREND_SURE else "pass"
    shown = "–" if not changes or np.isnan(true.value) else str(true)
    return f"| {world} | {per_month} | {sure} | {stated.sum():.0f} | {shown} | {wanted} | {verdict} |"

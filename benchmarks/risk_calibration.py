"""Do the intervals hold what they promise? Roads are simulated whose rates are known.

A run draws the rates of a road's stretches from a Gamma, events from a Poisson process,
and makes some of the events vague: of the place only the unit of neighbouring stretches
is told, of the date only the month. The estimator sees what a reader of reports would see.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from artimap.core.arrays import Floats, Ints
from artimap.core.dates import DAYS_PER_MONTH
from artimap.core.errors import ModelError
from artimap.risk.posterior import LEVELS, Counts, Decay, Prior, draw_shape, posterior, quantiles


class Treat(StrEnum):
    """What is done with vague events."""

    CARRY = "carry"
    """Carried through, as :func:`artimap.corridor_risk` does."""
    LENGTH = "length"
    """Shared out by length, with the true prior known."""
    DROP = "drop"
    """Left out."""
    PIN = "pin"
    """Put on the first stretch of the unit (its seat) and the first day of the month."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What is simulated.

    Attributes
    ----------
    per_month
        Mean number of events per stretch and month.
    shape
        Shape of the Gamma that rates come from; null draws one for each run from the prior.
    stretches, length_km
        How many stretches, and how long each is.
    unit
        So many neighbouring stretches make a unit.
    imprecise
        Least and greatest share of imprecise events; each run draws one between.
    decay
        How events fade.
    """

    per_month: float
    shape: float | None = None
    stretches: int = 18
    length_km: float = 10.0
    unit: int = 3
    imprecise: tuple[float, float] = (0.2, 0.4)
    decay: Decay = field(default_factory=lambda: Decay(90.0, 730.0, 90.0))

    def __post_init__(self) -> None:
        if self.stretches % self.unit or min(self.per_month, self.length_km, self.stretches, self.unit) <= 0:
            msg = "Setting: all must be greater than 0, and stretches a multiple of unit"
            raise ModelError(msg)


@dataclass(frozen=True, eq=False)
class Truth:
    """One simulated road: rates, and for each event stretch, age, and what is vague of it."""

    rate: Floats
    shape: float
    stretch: Ints
    age: Floats
    vague_place: Ints
    vague_date: Ints


def simulate(setting: Setting, rng: np.random.Generator) -> Truth:
    """Draw a road and its events."""
    shape = setting.shape if setting.shape is not None else draw_shape(rng)
    mean = setting.per_month / setting.length_km
    rate = rng.gamma(shape, mean / shape, setting.stretches)
    months = setting.decay.window_days / DAYS_PER_MONTH
    stretch = np.repeat(np.arange(setting.stretches), rng.poisson(rate * setting.length_km * months))
    age = rng.uniform(0, setting.decay.window_days, len(stretch))
    imprecise = rng.random(len(stretch)) < rng.uniform(*setting.imprecise)
    how = rng.integers(0, 3, len(stretch))  # place, date, both
    return Truth(rate, shape, stretch, age, (imprecise & (how != 1)).astype(int), (imprecise & (how != 0)).astype(int))


def reported_counts(truth: Truth, setting: Setting, treat: Treat) -> Counts:
    """Give what the estimator is told of a simulated road."""
    kept = np.arange(len(truth.stretch))
    if treat is Treat.DROP:
        kept = np.flatnonzero((truth.vague_place | truth.vague_date) == 0)
    stretch, age = truth.stretch[kept], truth.age[kept]
    wide, dated = truth.vague_place[kept].astype(bool), truth.vague_date[kept].astype(bool)
    newest = np.where(dated, np.floor(age / DAYS_PER_MONTH) * DAYS_PER_MONTH, age)
    oldest = np.where(dated, np.minimum(newest + DAYS_PER_MONTH, setting.decay.window_days), age)
    first = stretch // setting.unit * setting.unit
    if treat is Treat.PIN:
        stretch, wide, newest = np.where(wide, first, stretch), np.zeros_like(wide), oldest
    number = np.where(wide, setting.unit, 1)
    row = np.repeat(np.arange(len(kept)), number)
    step = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    exposure = np.full(setting.stretches, setting.length_km * setting.decay.days / DAYS_PER_MONTH)
    return Counts(
        exposure=exposure,
        row=row,
        piece=np.where(wide[row], first[row] + step, stretch[row]),
        share=1.0 / number[row],
        newest=newest,
        oldest=oldest,
        leans=wide,
        seeds=kept,
    )


@dataclass(frozen=True, slots=True)
class Covered:
    """How often intervals held the true rate, by level in per cent, and how wide they were.

    Attributes
    ----------
    runs
        Simulated roads.
    share
        Share of stretches whose true rate lay inside, by ``50``, ``80``, ``95``.
    error
        Monte Carlo error of each share (one standard deviation, over runs).
    width
        Mean width of the intervals in events per stretch and month.
    """

    runs: int
    share: dict[int, float]
    error: dict[int, float]
    width: dict[int, float]


def calibrate(
    setting: Setting,
    *,
    runs: int,
    treat: Treat = Treat.CARRY,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
) -> tuple[Covered, Covered]:
    """Simulate roads and count how often the intervals hold the truth.

    Parameters
    ----------
    setting
        What is simulated.
    runs
        How many roads.
    treat
        What is done with vague events.
    seed
        Seed; the same seed gives the same roads for every treatment.
    progress
        Called with the number of each run.

    Returns
    -------
    tuple of Covered
        For the posterior, and for an interval from the prior alone: what the hyperparameters
        say of a stretch whose own events nobody looked at.
    """
    if runs <= 0:
        msg = "runs must be greater than 0"
        raise ModelError(msg)
    inside = np.empty((2, runs, 3))
    width = np.empty((2, runs, 3))
    for run in range(runs):
        rng = np.random.default_rng([seed, run])
        truth = simulate(setting, rng)
        prior = Prior(setting.per_month / setting.length_km, truth.shape) if treat is Treat.LENGTH else None
        found = posterior(reported_counts(truth, setting, treat), setting.decay, prior=prior, seed=run)
        shape, scale = found.prior_shape[:, None], (found.prior_shape / found.prior_mean)[:, None]
        alone = quantiles(shape, scale, LEVELS, rng=rng)
        for which, bounds in enumerate((found.bounds, alone)):
            for at, level in enumerate((50, 80, 95)):
                low, high = bounds[f"lo{level}"], bounds[f"hi{level}"]
                inside[which, run, at] = ((low <= truth.rate) & (truth.rate <= high)).mean()
                width[which, run, at] = (high - low).mean() * setting.length_km
        if progress is not None:
            progress(run)
    whole = [
        Covered(
            runs,
            dict(zip((50, 80, 95), inside[which].mean(axis=0).tolist(), strict=True)),
            dict(zip((50, 80, 95), (inside[which].std(axis=0) / np.sqrt(runs)).tolist(), strict=True)),
            dict(zip((50, 80, 95), width[which].mean(axis=0).tolist(), strict=True)),
        )
        for which in range(2)
    ]
    return whole[0], whole[1]

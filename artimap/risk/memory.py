"""How long a rate stays what it was, and in what heaps incidents come: weighed by what foretells best.

Each pair of a half-life and a dispersion foretells the count of every month on every piece from
the months before (prequential: Dawid 1984, *JRSS A* 147): a negative binomial number
whose mean is the discounted Gamma of that day. The pairs are weighed by their products.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from artimap.core.arrays import Floats, Ints
from artimap.core.dates import DAYS_PER_MONTH
from artimap.risk.counts import Counts, Fixed, TimeSteps, fading

_HALF_LIVES = np.array([np.inf, 365.0, 180.0, 90.0, 45.0])
_HALF_LIFE_PRIOR = np.array([0.4, 0.15, 0.15, 0.2, 0.1])
_DISPERSIONS = np.array([1.0, 1.5, 2.0, 3.0, 4.5, 7.0])
_DISPERSION_PRIOR = np.array([0.3, 0.2, 0.18, 0.15, 0.1, 0.07])
_LEAST_MONTHS = 0.05
"""A period of which less was observed foretells nothing and is not foretold."""
_SHAPES = np.array([0.03, 0.1, 0.3])
"""Shapes of the Gamma process for a kilometre, only to be integrated: they are drawn anew with the rates."""
_PERIOD_STEPS = 3
"""Steps of a period: what came before a period is asked how many events it foretold there."""
_HEAP_KM = 50.0
"""Heaps of events are looked for on ways about this long, and on the pieces themselves."""


@dataclass(frozen=True, eq=False)
class _MonthlyCounts:
    """Counts of the pieces by period, the oldest first; each way of putting the events is a road of its own.

    Attributes
    ----------
    happened, days
        Events and observed days, (pieces, periods).
    mean, length
        Mean number of events a month on each piece, were all alike; length in km.
    ways
        How many ways there are.
    """

    happened: Floats
    days: Floats
    mean: Floats
    length: Floats
    ways: int

    @classmethod
    def of(cls, counts: Counts) -> _MonthlyCounts | None:
        """Count the events; null where there is nothing to be counted."""
        time = TimeSteps(counts)
        pieces, periods = len(counts.length_km), time.steps // _PERIOD_STEPS
        used = periods * _PERIOD_STEPS
        ways = _whole_events(counts)
        grid = np.zeros((len(ways) * pieces, time.steps))
        for way, (row, piece) in enumerate(ways):
            step = time.step((counts.newest + counts.oldest)[row] / 2)
            np.add.at(grid, (way * pieces + piece, step), 1.0)

        def by_period(values: Floats) -> Floats:
            return np.asarray(values[:, :used].reshape(-1, periods, _PERIOD_STEPS).sum(axis=2)[:, ::-1])

        happened, days = by_period(grid), np.tile(by_period(time.days), (len(ways), 1))
        length = np.tile(counts.length_km, len(ways))
        seen = float((days * length[:, None]).sum()) / DAYS_PER_MONTH / len(ways)
        if happened.sum() <= 0 or seen <= 0:
            return None
        # Each way has a mean of its own: it holds more or fewer of the events that may lie off the road.
        by_way = (happened.reshape(len(ways), -1).sum(axis=1) + 0.5) / seen
        return cls(happened, days, np.repeat(by_way, pieces) * length, length, len(ways)).with_long_ways(counts)

    def with_long_ways(self, counts: Counts) -> _MonthlyCounts:
        """Count over long ways too: a raid told at three towns is one heap there, and three single events by piece."""
        at = np.cumsum(counts.length_km) - counts.length_km / 2
        number = max(round(float(at[-1]) / _HEAP_KM), 1)
        block = np.floor(at / at[-1] * number * (1 - 1e-9)).astype(np.int64)
        blocks = (block + (block.max() + 1) * np.arange(self.ways)[:, None]).ravel()

        def summed(values: Floats) -> Floats:
            out = np.zeros((int(blocks.max()) + 1, values.shape[1]))
            np.add.at(out, blocks, values)
            return out

        length = summed(self.length[:, None])
        return _MonthlyCounts(
            np.concatenate([self.happened, summed(self.happened)]),
            np.concatenate([self.days, summed(self.days * self.length[:, None]) / length]),
            np.r_[self.mean, summed(self.mean[:, None])[:, 0]],
            np.r_[self.length, length[:, 0]],
            self.ways,
        )


def memory(counts: Counts, fixed: Fixed) -> tuple[Floats, Floats, Floats]:
    """Weigh half-lives and dispersions by how well each foretells a period from those before.

    Returns
    -------
    tuple
        Half-lives in days, dispersions, and the weight of each pair.
    """
    lives = _HALF_LIVES if fixed.half_life_days is None else np.array([fixed.half_life_days])
    spread = _DISPERSIONS if fixed.dispersion is None else np.array([fixed.dispersion])
    prior = np.log(_HALF_LIFE_PRIOR if len(lives) > 1 else np.ones(1))[:, None] + np.log(
        _DISPERSION_PRIOR if len(spread) > 1 else np.ones(1)
    )
    periods = None if prior.size == 1 else _MonthlyCounts.of(counts)
    log = prior if periods is None else prior + _foretold(periods, lives, spread)
    weight = np.exp(log - log.max())
    # Six digits are more than the method knows; chains are handed out by them.
    weight = np.round(weight / weight.sum(), 6)
    return lives, spread, weight / weight.sum()


def _foretold(periods: _MonthlyCounts, lives: Floats, spread: Floats) -> Floats:
    """Logarithm of the chance of all counts, each foretold from those before: (half-lives, dispersions)."""
    from scipy.special import gammaln  # noqa: PLC0415 - slow to import, used only here

    # Axes: half-life, dispersion, shape, piece.
    phi = spread[None, :, None, None]
    first = _SHAPES[None, None, :, None] * periods.length
    rate = first / periods.mean
    number = np.zeros((len(lives), 1, 1, len(periods.length)))
    exposure = np.zeros_like(number)
    log = np.zeros((len(lives), len(spread), len(_SHAPES)))
    months = periods.days / DAYS_PER_MONTH
    for period in range(months.shape[1]):
        kept = np.stack([fading(periods.days[:, period], life) for life in lives])[:, None, None, :]
        number, exposure = number * kept, exposure * kept
        now, span = periods.happened[:, period], months[:, period]
        some = np.flatnonzero(span > _LEAST_MONTHS)
        if len(some):
            shape = first[..., some] + number[..., some] / phi
            expected = shape / (rate[..., some] + exposure[..., some] / phi) * span[some]
            # Negative binomial with variance ``phi`` times the mean, and that of the mean itself.
            size = expected / (phi - 1.0 + expected / shape)
            chance = size * np.log(size / (size + expected))
            # most periods of most pieces have no event, of which nothing more is to be said
            hit = np.flatnonzero(now[some])
            told, size, expected = now[some][hit], size[..., hit], expected[..., hit]
            chance[..., hit] += gammaln(told + size) - gammaln(size) + told * np.log(expected / (size + expected))
            log += chance.sum(axis=3)
        number, exposure = number + now, exposure + span
    log /= periods.ways
    peak = log.max(axis=2, keepdims=True)
    return np.asarray(np.log(np.exp(log - peak).mean(axis=2)) + peak[..., 0])


def _whole_events(counts: Counts) -> list[tuple[Ints, Ints]]:
    """Put each event whole on one piece, in a few ways: fractions of events would hide that they come in heaps.

    Events of the same place go to the same piece, or all off the road: what is told of one raid stays together.
    """
    rows = len(counts.newest)
    if not len(counts.row):
        return [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))]
    on = np.bincount(counts.row, weights=counts.share, minlength=rows)
    first = np.searchsorted(counts.row, np.arange(rows))
    running = np.cumsum(counts.share)
    start = running[first] - counts.share[first]
    sure = bool((np.bincount(counts.row, minlength=rows) == 1).all() and (on > 1 - 1e-9).all())
    ways = []
    for at in (0.5,) if sure else (0.2, 0.5, 0.8):
        last = np.r_[first[1:], len(counts.row)] - 1
        entry = np.clip(np.searchsorted(running, start + at * on), first, last)
        there = np.flatnonzero(on >= at - 1e-9)
        ways.append((there, counts.piece[entry[there]]))
    return ways

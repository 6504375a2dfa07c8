"""What is expected in the next period: by the model, and by three plain rules to hold it against.

Each rule gives the expected number of events on each piece. The three plain ones mix in a
tenth of the uniform rate, so that an event where there was none is bad for them and not
impossible.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from artimap.core.arrays import Floats, Ints
from artimap.core.dates import DAYS_PER_MONTH
from artimap.risk.aggregate import share_out, shared_draws
from artimap.risk.coverage import RoadPieces
from artimap.risk.event_counts import Counted
from artimap.risk.model import RiskModel
from artimap.risk.posterior import posterior

UNIFORM, LAST_PERIOD, KERNEL = "uniform", "last period", "plain kernel"
_MIXED_IN = 0.1
_BANDWIDTH_M = 3_000.0


@dataclass(frozen=True, eq=False)
class Forecast:
    """Expected events of a period.

    Attributes
    ----------
    method
        Which rule made it.
    expected
        Mean number on each piece.
    draws
        Draws of that mean, (draws, pieces): one row where the rule knows no doubt.
    dispersions
        Variance of the count by its mean, for each draw: 1 is Poisson.
    """

    method: str
    expected: Floats
    draws: Floats
    dispersions: Floats = field(default_factory=lambda: np.ones(1))

    def chances(self) -> Floats:
        """Give the chance of 0, 1, 2, … events on each piece, (pieces, numbers); each row sums to 1.

        The last number holds all greater ones, whose chance is less than one in a million.
        """
        from scipy.special import gammaln  # noqa: PLC0415 - slow to import, used only here

        more = np.maximum(self.dispersions[:, None] - 1.0, 0.0)
        mean = np.maximum(self.draws, 1e-12)
        most = int(_poisson_quantile(1 - 1e-7, mean.max()) + 12 * np.sqrt(float(more.max()) * mean.max()) + 3)
        numbers = np.arange(min(most, _MOST_EVENTS) + 1)
        heaped, steps = more[:, 0] > 0, numbers[:-1]
        out = np.zeros((mean.shape[1], len(numbers)))
        # one piece after the other: all of them at once are hundreds of megabytes where much is reported
        for at, piece in enumerate(mean.T):
            plain = piece[~heaped, None]
            out[at] += np.exp(numbers * np.log(plain) - gammaln(numbers + 1.0) - plain).sum(axis=0)
            # negative binomial: a Poisson number whose mean is Gamma; its ways are a product of one factor a number
            size = piece[heaped, None] / more[heaped]
            odds = 1.0 / self.dispersions[heaped, None]
            ways = np.zeros((len(size), len(numbers)))
            np.log((size + steps) / (steps + 1.0)).cumsum(axis=1, out=ways[:, 1:])
            out[at] += np.exp(ways + size * np.log(odds) + numbers * np.log1p(-odds)).sum(axis=0)
        out /= len(mean)
        out[:, -1] += np.maximum(1.0 - out.sum(axis=1), 0.0)
        kept = int(np.flatnonzero((out > _LEAST_CHANCE).any(axis=0)).max()) + 1
        out[:, kept - 1] += out[:, kept:].sum(axis=1)
        return out[:, :kept]

    def counts(self, rng: np.random.Generator) -> Floats:
        """Draw the number of events of each piece, (draws, pieces): negative binomial where they come in heaps."""
        # A Poisson number whose mean is Gamma with variance (dispersion - 1) by its mean.
        more = np.maximum(self.dispersions[:, None] - 1.0, 0.0)
        heaped = np.where(more > 0, rng.gamma(self.draws / np.where(more > 0, more, 1.0)) * more, self.draws)
        return rng.poisson(heaped).astype(float)


def _poisson_quantile(part: float, mean: Floats) -> Floats:
    """Give the least number that a Poisson number exceeds with a chance of no more than ``1 - part``."""
    from scipy.special import pdtr, pdtrik  # noqa: PLC0415 - scipy.stats takes a third of a second to import

    # the inverse in whole numbers may be one too high by its last bits
    above = np.ceil(pdtrik(part, mean))
    below = np.maximum(above - 1.0, 0.0)
    return np.asarray(np.where(pdtr(below, mean) >= part, below, above))


def by_model(name: str, counted: Counted, asked: RoadPieces, model: RiskModel, step_days: float) -> Forecast:
    """Expect what the posterior says, with its doubt: what will be *reported*, so where and when somebody reports."""
    found = posterior(counted.counts, model.fixed, trend_days=model.trend_days, seed=model.seed)
    shared = share_out(counted, found, asked)
    months = counted.counts.observation.ahead(step_days) * step_days / DAYS_PER_MONTH
    draws = shared_draws(
        found.draws(seed=model.seed) * months, shared, counted.counts.length_km, rng=np.random.default_rng(model.seed)
    )
    # The draws are of the mean, not of the count: chance is added where intervals are scored.
    return Forecast(name, (found.mean * months) @ shared.weight, draws, found.dispersions)


def plain(counted: Counted, asked: RoadPieces, model: RiskModel, step_days: float) -> list[Forecast]:
    """Expect by the three plain rules, from the same events, undiscounted.

    Their exposure is fair: no rule can have known of more days than lie between the first event and the last report.
    """
    counts = counted.counts
    length = asked.length_m
    row, piece, share = asked.over(counted.spread)
    new = np.full(len(counted.events), -1)
    new[counted.rows] = np.arange(len(counted.rows))
    kept = new[row] >= 0
    row, piece, share = new[row[kept]], piece[kept], share[kept]
    # The middle of the days that an event may have: these rules are plain on purpose.
    age = (counts.newest + counts.oldest) / 2
    known_days = float(np.clip(counts.oldest.max(initial=0.0), step_days, model.window_days))
    # half an event more: where there was none the rate is not zero
    total = (share.sum() + 0.5) * step_days / known_days
    uniform = total * length / length.sum()
    recent = (age < step_days)[row]
    last = np.bincount(piece[recent], weights=share[recent], minlength=len(length))
    smooth = _kernel(counted, asked)
    # With no event at all the kernel has no shape, and is the uniform rate.
    kernel = total * smooth / smooth.sum() if smooth.sum() > 0 else uniform
    rules = {UNIFORM: uniform, LAST_PERIOD: last, KERNEL: kernel}
    mixed = {name: (1 - _MIXED_IN) * mean + _MIXED_IN * uniform for name, mean in rules.items()}
    return [Forecast(name, mean, mean[None, :]) for name, mean in mixed.items()]


def _kernel(counted: Counted, pieces: RoadPieces) -> Floats:
    """Smooth the events along the road with a quartic kernel; the mass on each piece."""
    step = 250.0
    cells = max(int(np.ceil((pieces.edges[-1] - pieces.edges[0]) / step)), 1)
    edges = np.linspace(pieces.edges[0], pieces.edges[-1], cells + 1)
    row, cell, share = counted.spread.over(edges)
    used = np.isin(row, counted.rows)
    mass = np.bincount(cell[used], weights=share[used], minlength=cells)
    at = np.arange(-int(_BANDWIDTH_M / step), int(_BANDWIDTH_M / step) + 1) * step / _BANDWIDTH_M
    shape = (1 - at**2) ** 2
    # ``mode="same"`` would give the kernel's length where the line is shorter than the kernel.
    smooth = np.convolve(mass, shape / shape.sum(), mode="same") if cells >= len(shape) else mass
    where = pieces.piece[
        np.clip(np.searchsorted(pieces.edges, (edges[:-1] + edges[1:]) / 2) - 1, 0, len(pieces.piece) - 1)
    ]
    inside = where >= 0
    return np.bincount(where[inside], weights=smooth[inside], minlength=len(pieces.length_m)).astype(float)


ROAD_SHARES = np.linspace(0.0, 1.0, 41)
"""Shares of the road at which the capture curve is taken."""

_IMPUTATIONS = 200
_MOST_EVENTS = 400
_LEAST_CHANCE = 1e-6
"""Numbers of events whose chance is less everywhere are not told apart."""


@dataclass(frozen=True, eq=False)
class Happened:
    """What was reported of a period.

    Attributes
    ----------
    row, piece, share
        One entry where an event may lie on a piece, sorted by row; shares are of the part
        that lies on the road.
    weight
        By event: share of it that lies on the road and in the period.
    """

    row: Ints
    piece: Ints
    share: Floats
    weight: Floats

    @property
    def events(self) -> float:
        """Expected number of events on the road in the period."""
        return float(self.weight.sum())


def log_score(forecast: Forecast, happened: Happened, length_m: Floats) -> float:
    """Give the log predictive density of what happened, in nats (Poisson process; more is better).

    An event known only to a piece of road counts with the mean density over it.
    """
    # Draws x pieces, in events per km: a density, so that pieces of any length can be compared.
    per_km = forecast.draws / (length_m / 1000.0)
    at = np.zeros((len(per_km), len(happened.weight)))
    # Draws x events. ``add.at`` since an event may lie on several pieces, and plain indexing with repeats
    # keeps only one.
    np.add.at(at.T, happened.row, (per_km[:, happened.piece] * happened.share).T)
    # a draw of the tiniest rate is no proof that an event cannot be
    scores = np.log(np.maximum(at, 1e-12)) @ happened.weight - forecast.draws.sum(axis=1)
    # Mean of exponentials of large negative numbers: the greatest is taken off first (log-sum-exp).
    top = scores.max()
    return float(top + np.log(np.exp(scores - top).mean()))


def cover(forecast: Forecast, happened: Happened, level: float, rng: np.random.Generator) -> float:
    """Give the share of pieces whose number of events lies in the predictive interval of a level.

    Vague events are put on pieces many times, each time whole.
    """
    pieces = len(forecast.expected)
    if len(forecast.draws) > 1:
        drawn = forecast.counts(rng)
        # Whole counts: the inverted distribution gives numbers that a count can be, where interpolation would
        # give halves.
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0, method="inverted_cdf")
    else:
        low, high = (_poisson_quantile(end, forecast.expected) for end in ((1 - level) / 2, (1 + level) / 2))
    count = np.zeros((_IMPUTATIONS, pieces))
    for event, weight in enumerate(happened.weight):
        here = happened.row == event
        there = rng.random(_IMPUTATIONS) < weight
        chosen = rng.choice(happened.piece[here], _IMPUTATIONS, p=happened.share[here])
        np.add.at(count, (np.flatnonzero(there), chosen[there]), 1)
    return float(((low <= count) & (count <= high)).mean())


def count_scores(chances: Floats, happened: Happened) -> tuple[Floats, Floats, Floats]:
    """Score the chances of each number of events by piece.

    An event that may lie on several pieces, or may not have been in the period at all, makes the number of each
    piece uncertain: scores are expected over it.

    Returns
    -------
    tuple
        By piece: CRPS (Matheson & Winkler 1976, *Management Science* 22; in events, less is better), the logarithm of
        the chance of what happened (nats), and whether it lay in the 80 % interval.
    """
    pieces, numbers = chances.shape
    below = np.cumsum(chances, axis=1)
    low = (below < 0.1 - 1e-12).sum(axis=1)
    high = np.minimum((below < 0.9 - 1e-12).sum(axis=1), numbers - 1)
    crps, log, inside = np.zeros(pieces), np.zeros(pieces), np.zeros(pieces)
    at = np.arange(numbers)
    for piece in range(pieces):
        here = np.flatnonzero(happened.piece == piece)
        odds = happened.share[here] * happened.weight[happened.row[here]]
        # Chance of each number of events here: a sum of yes and no.
        told = np.ones(1)
        for one in odds:
            told = np.convolve(told, [1 - one, one])
        for number, chance in enumerate(told):
            if chance > 0:
                spot = min(number, numbers - 1)
                crps[piece] += chance * (((below[piece] - (at >= spot)) ** 2).sum() + (number - spot))
                log[piece] += chance * np.log(max(chances[piece, spot], _LEAST_CHANCE))
                inside[piece] += chance * (low[piece] <= number <= high[piece])
    return crps, log, inside


def captured(forecast: Forecast, happened: Happened, length_m: Floats) -> Floats:
    """Give the events caught by flagging the pieces of greatest expected rate, at each of :data:`ROAD_SHARES`.

    Pieces of the same rate are flagged together, in part.
    """
    held = np.bincount(happened.piece, weights=happened.share * happened.weight[happened.row], minlength=len(length_m))
    # Equal rates differ in the last bits; rounded, they are one group that is flagged together.
    rate = np.round(np.log(np.maximum(forecast.expected / length_m, 1e-300)), 9)
    _, group = np.unique(-rate, return_inverse=True)
    road = np.r_[0.0, np.cumsum(np.bincount(group, weights=length_m))] / length_m.sum()
    caught = np.r_[0.0, np.cumsum(np.bincount(group, weights=held))]
    return np.asarray(np.interp(ROAD_SHARES, road, caught))

"""The posterior of the rates of pieces of road: arrays in, arrays out.

Rates are Gamma, counts Poisson. The prior's mean and shape are integrated on a grid given
the counts of all pieces; where a vague report belongs is drawn together with the rates
(data augmentation: Tanner & Wong 1987, *JASA* 82), which is multiple imputation after
Croicu & Hegre with as many imputations as draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artimap.core.arrays import Floats, Ints

LEVELS = {"lo50": 0.25, "hi50": 0.75, "lo80": 0.1, "hi80": 0.9, "lo95": 0.025, "hi95": 0.975}
"""Columns of the intervals, and the part of the posterior below each."""

_LEAST = 1e-9
"""Below this part of the greatest, rates are alike for placing reports: sums of smaller ones lose all their digits."""
_CHAINS = 64
_BURN_IN = 16
_KEPT = 16
_SHAPES = np.geomspace(0.15, 16.0, 14)
_MEANS = np.geomspace(1 / 40, 40.0, 32)
"""Nodes of the grid: shapes, and means as multiples of a first guess at the whole road's rate."""


@dataclass(frozen=True, eq=False)
class Counts:
    """Events over pieces of road.

    Attributes
    ----------
    exposure
        Km-months of each piece, discounted.
    row, piece, share
        One entry where an event may lie on a piece, sorted by row; the shares of a row add
        up to what of it lies on the road at all.
    newest, oldest
        Least and greatest age of each event in days; any day between is as likely.
    leans
        Whether the place of each event leans on the rates. A named place near the end of a
        piece does not: the rate does not jump at a line that we drew.
    seeds
        A whole number of each event's own, so that its draws depend on no other event.
    """

    exposure: Floats
    row: Ints
    piece: Ints
    share: Floats
    newest: Floats
    oldest: Floats
    leans: NDArray[np.bool_]
    seeds: Ints


@dataclass(frozen=True, slots=True)
class Decay:
    """How events fade: half-life, window, and the pair of windows that the trend compares."""

    half_life_days: float
    window_days: float
    trend_days: float

    @property
    def days(self) -> float:
        """Discounted days of the window."""
        return float(self.half_life_days / np.log(2) * (1.0 - 0.5 ** (self.window_days / self.half_life_days)))

    @property
    def correction(self) -> float:
        """``Σw²/Σw`` of a steady stream: what a discounted count has of the variance of a whole one."""
        kept = 1.0 - 0.5 ** (self.window_days / self.half_life_days)
        squared = 1.0 - 0.25 ** (self.window_days / self.half_life_days)
        return float(squared / (2 * kept))

    def weight(self, age: Floats) -> Floats:
        """Give the weight of events of an age in days; none beyond the window."""
        return np.where(age <= self.window_days, np.power(0.5, age / self.half_life_days), 0.0)

    def mean_weight(self, newest: Floats, oldest: Floats) -> Floats:
        """Give the mean weight of events that may be of any age between two."""
        rate = np.log(2) / self.half_life_days
        stop = np.minimum(oldest, self.window_days)
        area = (np.exp(-rate * newest) - np.exp(-rate * np.maximum(stop, newest))) / rate
        span = oldest - newest
        return np.where(span > 1e-9, area / np.where(span > 1e-9, span, 1.0), self.weight(newest))


@dataclass(frozen=True, slots=True)
class Prior:
    """A fixed Gamma prior: mean in events per km and month, and shape."""

    mean: float
    shape: float


@dataclass(frozen=True, eq=False)
class Posterior:
    """What the counts say of the rates.

    Attributes
    ----------
    rate
        Posterior mean of each piece, events per km and month.
    bounds
        Ends of the intervals, by the names in :data:`LEVELS`.
    placed
        For each entry of the counts, the share of its event that lies on the piece, given all.
    adds
        For each entry, what it adds to the rate of its piece.
    base
        What the prior adds to the rate of each piece: ``base + Σ adds = rate``.
    shape, scale
        Draws of the Gamma of each piece, (draws, pieces): the rate is Gamma(shape)/scale.
    recent, earlier, p_rose
        Rates of two windows of equal length, the last and the one before, and the
        probability that the rate rose.
    prior_shape, prior_mean
        Draws of the hyperparameters.
    """

    rate: Floats
    bounds: dict[str, Floats]
    placed: Floats
    adds: Floats
    base: Floats
    shape: Floats
    scale: Floats
    recent: Floats
    earlier: Floats
    p_rose: Floats
    prior_shape: Floats
    prior_mean: Floats


@dataclass(frozen=True, eq=False)
class _Grid:
    """Nodes of the hyperparameters with what does not change from draw to draw.

    The prior of the mean is flat, that of the shape ``a`` puts ``a/(1+a)``, the prior's
    share in the mean of a stretch with one expected event, at the square of a uniform
    number: Christiansen & Morris (1997, *JASA* 92) take the uniform number itself, which
    covers less where rates differ much.
    """

    shape: Floats
    rate: Floats
    mean: Floats
    fixed: Floats
    log_rate: Floats
    shapes: Floats

    @classmethod
    def over(cls, exposure: Floats, total: float, prior: Prior | None) -> _Grid:
        """Lay the grid around the rate of the whole road, or on the one fixed prior."""
        # One node: a fixed prior. The loop below then runs the same way with nothing to draw.
        if prior is not None:
            shapes, means, weight = np.array([prior.shape]), np.array([prior.mean]), np.zeros((1, 1))
        else:
            shapes = _SHAPES
            # Half an event more, so that an empty road has a scale too: Jeffreys' prior for a Poisson rate adds
            # as much.
            means = _MEANS * (total + 0.5) / exposure.sum()
            # Logarithm of the prior at each node times the node's spacing, which grows with the node on a
            # geometric grid: hence plus a half, not minus, of the log of the shape, and the log of the mean.
            weight = (0.5 * np.log(shapes) - 1.5 * np.log1p(shapes))[:, None] + np.log(means)[None, :]
        # All pairs of shape and mean in one flat array of nodes, the means running fastest; ``draw`` relies
        # on that order.
        shape, mean = np.repeat(shapes, len(means)), np.tile(means, len(shapes))
        rate = shape / mean
        log_rate = np.log(rate[:, None] + exposure[None, :])
        # Marginal likelihood of Gamma-Poisson counts, as far as it does not hang on the counts: worked out
        # once, not for each of the draws.
        fixed = weight.ravel() + shape * (len(exposure) * np.log(rate) - log_rate.sum(axis=1))
        return cls(shape, rate, mean, fixed, log_rate, shapes)

    def draw(self, count: Floats, rng: np.random.Generator) -> Ints:
        """Draw a node for each chain given its counts, the rates integrated out."""
        from scipy.special import gammaln  # noqa: PLC0415 - slow to import, used only here

        if len(self.shape) == 1:
            return np.zeros(len(count), dtype=np.int64)
        # Pieces without events add nothing to the log-gamma terms and are passed over.
        chain, piece = np.nonzero(count)
        some = np.unique(piece)
        size = (len(count), len(self.shapes))
        added = gammaln(count[chain, piece][:, None] + self.shapes) - gammaln(self.shapes)
        node = chain[:, None] * size[1] + np.arange(size[1])
        by_shape = np.bincount(node.ravel(), weights=added.ravel(), minlength=size[0] * size[1]).reshape(size)
        # Chains x nodes. The terms of the shape alone are worked out by shape and repeated over the means.
        log = self.fixed + np.repeat(by_shape, len(self.shape) // len(self.shapes), axis=1)
        log -= count[:, some] @ self.log_rate[:, some].T
        # Inverse of the cumulated weights, one uniform number a chain; the greatest is taken off before
        # ``exp`` so that nothing overflows.
        density = np.exp(log - log.max(axis=1, keepdims=True)).cumsum(axis=1)
        target = rng.random(len(count)) * density[:, -1]
        return np.asarray((density < target[:, None]).sum(axis=1), dtype=np.int64)


class _EventsOnPieces:
    """Puts events on pieces, in all chains at once; those whose place and day are sure once for all."""

    def __init__(self, counts: Counts, decay: Decay, *, seed: int, sweeps: int) -> None:
        self.decay, self.pieces = decay, len(counts.exposure)
        rows = len(counts.newest)
        on = np.bincount(counts.row, weights=counts.share, minlength=rows)
        number = np.bincount(counts.row, minlength=rows)
        # Whole on one piece and of one day: nothing to draw, so it is counted once and left out of the
        # sweeps.
        sure = (number == 1) & (on > 1 - 1e-12) & (counts.oldest - counts.newest < 1e-9)
        self.open = ~sure[counts.row]
        piece, age = counts.piece[~self.open], counts.newest[sure]
        self.sure = [np.bincount(piece, weights=one, minlength=self.pieces) for one in self._weights(age)]
        # The open events are numbered anew from 0; ``first`` and ``last`` are the ends of their runs of
        # entries.
        self.row = (np.cumsum(~sure) - 1)[counts.row[self.open]]
        self.piece, self.share = counts.piece[self.open], counts.share[self.open]
        self.newest, self.span, self.on = counts.newest[~sure], (counts.oldest - counts.newest)[~sure], on[~sure]
        self.first = np.searchsorted(self.row, np.arange(len(self.on)))
        self.last = np.searchsorted(self.row, np.arange(len(self.on)), side="right") - 1
        self.leans = counts.leans[~sure][self.row]
        # each event has numbers of its own: another event more or less changes none of them
        own = [np.random.default_rng([seed, int(one)]).random((3, sweeps, _CHAINS)) for one in counts.seeds[~sure]]
        self.uniform = np.stack(own, axis=3) if own else np.zeros((3, sweeps, _CHAINS, 0))
        # Chain and piece as one number: one ``bincount`` counts all chains.
        self.at = (np.arange(_CHAINS) * self.pieces)[:, None]

    def _weights(self, age: Floats) -> tuple[Floats, Floats, Floats]:
        """Give the discounted weight of events of an age, and whether they lie in either trend window."""
        span = self.decay.trend_days
        now, before = age < span, (age >= span) & (age < 2 * span)
        return self.decay.weight(age) / self.decay.correction, now.astype(float), before.astype(float)

    def weigh(self, rates: Floats | None) -> tuple[Floats, Floats, Floats]:
        """Give the weight of each open entry, its running sum, and the sum for each event; by chain."""
        weight = np.tile(self.share, (_CHAINS, 1))
        if rates is not None:
            # Bayes: chance of a place is the share of the event there times the rate there. Events whose place
            # does not lean on rates keep their shares.
            weight = np.where(self.leans, weight * rates[:, self.piece], weight)
        # One running sum over all chains, so that one ``searchsorted`` finds the entry of every event in
        # every chain.
        running = np.cumsum(weight.ravel()).reshape(weight.shape)
        total = running[:, self.last] - running[:, self.first] + weight[:, self.first]
        return weight, running, total

    def draw(self, sweep: int, weighed: tuple[Floats, Floats, Floats]) -> tuple[Floats, ...]:
        """Draw place and day of each event: discounted counts, and counts of the two trend windows; by chain."""
        weight, running, total = weighed
        # ``where`` says whether it lies on the road at all, ``chosen`` on which entry, ``day`` on which of
        # its days.
        where, chosen, day = self.uniform[:, sweep]
        start = running[:, self.first] - weight[:, self.first]
        found = np.searchsorted(running.ravel(), (start + chosen * total).ravel(), side="right").reshape(total.shape)
        # Rounding of the running sum can point one entry too far: held inside the event's own run.
        entry = np.clip(found - (np.arange(_CHAINS) * len(self.row))[:, None], self.first, self.last)
        there = where < self.on
        at = (self.at + self.piece[entry])[there]
        drawn = self._weights((self.newest + day * self.span)[there])
        return tuple(self._tally(at, one) + sure for one, sure in zip(drawn, self.sure, strict=True))

    def _tally(self, at: Ints, weight: Floats) -> Floats:
        size = _CHAINS * self.pieces
        counted = np.bincount(at, weights=weight, minlength=size)
        return np.asarray(counted, dtype=float).reshape(_CHAINS, self.pieces)


def draw_shape(rng: np.random.Generator) -> float:
    """Draw a shape from its prior, within the grid."""
    low, high = (float(np.sqrt(end / (1 + end))) for end in (_SHAPES[0], _SHAPES[-1]))
    shrinkage = rng.uniform(low, high) ** 2
    return float(shrinkage / (1 - shrinkage))


def posterior(counts: Counts, decay: Decay, *, prior: Prior | None = None, seed: int = 0) -> Posterior:
    """Compute the posterior of the rate of each piece.

    Parameters
    ----------
    counts
        The events.
    decay
        How they fade.
    prior
        A fixed prior. Then each piece is estimated from the events that touch it alone:
        a vague event is shared out by length, whatever happened elsewhere. Without it mean
        and shape are integrated given all counts, and a vague event goes where the rates
        say that it probably was.
    seed
        Seed of the draws.
    """
    # A discounted count has ``correction`` times the variance that a Poisson count of its mean has.
    # Divided by it, count and exposure keep the rate and get the right spread.
    correction = decay.correction
    exposure = counts.exposure / correction
    mean_weight = decay.mean_weight(counts.newest, counts.oldest)
    on = np.bincount(counts.row, weights=counts.share, minlength=len(counts.newest))
    # With a fixed prior places do not hang on rates: every draw is independent and none has to be burnt.
    sweeps = _KEPT if prior is not None else _BURN_IN + _KEPT
    placing = _EventsOnPieces(counts, decay, seed=seed, sweeps=sweeps)
    grid = _Grid.over(exposure, float((on * mean_weight).sum()) / correction, prior)
    rng = np.random.default_rng(seed)
    size = (_KEPT, _CHAINS, len(exposure))
    shape, scale, now, before = np.empty(size), np.empty(size), np.empty(size), np.empty(size)
    nodes = np.empty(size[:2], dtype=np.int64)
    placed, adds = np.zeros(len(placing.row)), np.zeros(len(placing.row))
    base, inverse = np.zeros(len(exposure)), np.zeros(len(exposure))
    weighed = placing.weigh(None)
    node = np.zeros(_CHAINS, dtype=np.int64)
    for sweep in range(sweeps):
        # Below 0 the chains are still on their way from the first guess and nothing is kept.
        slot = sweep - (sweeps - _KEPT)
        if slot >= 0:
            # the mean over places given the rates, not the places drawn: less noise, the same expectation
            probable = weighed[0] / weighed[2][:, placing.row]
            one_by = 1.0 / (grid.rate[node][:, None] + exposure)
            placed += probable.mean(axis=0) / _KEPT
            adds += (probable * one_by[:, placing.piece]).mean(axis=0) / _KEPT
            base += (grid.shape[node][:, None] * one_by).mean(axis=0) / _KEPT
            inverse += one_by.mean(axis=0) / _KEPT
        count, recent, earlier = placing.draw(sweep, weighed)
        node = grid.draw(count, rng)
        # Gibbs sampling: places given rates, then hyperparameters given counts, then rates given both.
        a, b = grid.shape[node][:, None], grid.rate[node][:, None]
        if prior is None:
            rates = rng.gamma(a + count) / (b + exposure)
            weighed = placing.weigh(np.maximum(rates, _LEAST * rates.max(axis=1, keepdims=True)))
        if slot >= 0:
            shape[slot], scale[slot], nodes[slot] = a + count, b + exposure, node
            now[slot], before[slot] = recent, earlier
    flat = (_KEPT * _CHAINS, len(exposure))
    taken = nodes.ravel()
    # Entries of sure events are certain (1); those of open ones get their mean over all kept draws.
    every, added = np.ones(len(counts.row)), inverse[counts.piece]
    every[placing.open], added[placing.open] = placed, adds
    added *= (on * mean_weight)[counts.row] / correction
    # Exposure of one trend window, undiscounted: both windows are of equal length and count whole.
    window = counts.exposure / decay.days * decay.trend_days
    trend = _trend(now.reshape(flat), before.reshape(flat), grid.shape[taken], grid.rate[taken], window)
    return Posterior(
        # The rate is the sum of what the prior and each event add, by construction: that is what ``explain``
        # prints.
        rate=base + np.bincount(counts.piece, weights=added, minlength=len(exposure)),
        bounds=quantiles(shape.reshape(flat), scale.reshape(flat), LEVELS, rng=rng),
        placed=every * on[counts.row],
        adds=added,
        base=base,
        shape=shape.reshape(flat),
        scale=scale.reshape(flat),
        recent=trend[0],
        earlier=trend[1],
        p_rose=trend[2],
        prior_shape=grid.shape[taken],
        prior_mean=grid.mean[taken],
    )


def quantiles(shape: Floats, scale: Floats, levels: dict[str, float], *, rng: np.random.Generator) -> dict[str, Floats]:
    """Give quantiles of mixtures of Gammas: one mixture a column, one component a row.

    Exact where all components of a column are the same; else by stratified draws, one a
    component, whose order is shuffled.
    """
    from scipy.special import gammaincinv  # noqa: PLC0415 - slow to import, used only here

    draws, pieces = shape.shape
    wanted = np.array(list(levels.values()))
    out = np.empty((len(wanted), pieces))
    alike = (np.ptp(shape, axis=0) == 0) & (np.ptp(scale, axis=0) == 0)
    # for every piece, mixed or not: the draws of one may not hang on what another is
    strata = rng.permuted(np.tile((np.arange(draws) + 0.5) / draws, (pieces, 1)), axis=1).T
    out[:, alike] = gammaincinv(shape[0, alike][None, :], wanted[:, None]) / scale[0, alike]
    drawn = gammaincinv(shape[:, ~alike], strata[:, ~alike]) / scale[:, ~alike]
    out[:, ~alike] = np.quantile(drawn, wanted, axis=0, method="hazen")
    return dict(zip(levels, out, strict=True))


def _trend(now: Floats, before: Floats, shape: Floats, rate: Floats, window: Floats) -> tuple[Floats, Floats, Floats]:
    """Compare two windows: Gamma posteriors with the same prior; P(X > Y) by the Beta integral."""
    from scipy.special import betainc  # noqa: PLC0415 - slow to import, used only here

    a, b = shape[:, None], rate[:, None]
    scale = b + window
    # Nothing in either window tells nothing of a change: one half exactly, not the noise of the draws.
    p_rose = np.full(now.shape[1], 0.5)
    some = (now.any(axis=0)) | (before.any(axis=0))
    p_rose[some] = betainc(a + before[:, some], a + now[:, some], 0.5).mean(axis=0)
    return ((a + now) / scale).mean(axis=0), ((a + before) / scale).mean(axis=0), p_rose

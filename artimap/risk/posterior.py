"""The posterior of the rates of pieces of road: arrays in, arrays out.

Rates. The incidents of a month on a piece have a mean that is Gamma, with a shape
proportional to the length of the piece: a Gamma process (Kingman 1992, *Completely Random
Measures*), so that a road cut in two says of both halves together what it said before.
Towns have a base of their own, since more happens and more is told there. Mean, shape and
the weight of towns are integrated on a grid given the counts of all pieces.

Time. Only observed time counts (:mod:`artimap.risk.observation`), and what is known fades
with it: a discounted Gamma, the power-steady model (Smith 1979, *JRSS B* 41; West &
Harrison 1997, *Bayesian Forecasting and Dynamic Models*, §10.8). How fast it fades is
integrated (:mod:`artimap.risk.memory`).

Heaps. Incidents come in raids and are told twice. The variance of counts is taken to be
``dispersion`` times their mean; counts and exposure are divided by it (quasi-likelihood:
McCullagh & Nelder 1989, *Generalized Linear Models*, §9.2). It is integrated in the same way.

Places. Where a vague report belongs is drawn together with the rates (data augmentation:
Tanner & Wong 1987, *JASA* 82).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from artimap.core.arrays import Floats, Ints
from artimap.core.dates import DAYS_PER_MONTH
from artimap.risk.counts import Counts, Fixed, Prior, TimeSteps, fading
from artimap.risk.event_draws import EventNumbers, EventsOnPieces
from artimap.risk.memory import memory
from artimap.risk.observation import STEP_DAYS

LEVELS = {"lo50": 0.25, "hi50": 0.75, "lo80": 0.1, "hi80": 0.9, "lo95": 0.025, "hi95": 0.975}
"""Columns of the intervals, and the part of the posterior below each."""

_LEAST = 1e-9
"""Below this part of the greatest, rates are alike for placing reports: sums of smaller ones lose all their digits."""
_CHAINS = 64
_BURN_IN = 12
_KEPT = 16
_SHAPES = np.geomspace(0.012, 1.6, 10)
"""Nodes of the shape of the Gamma process, for a kilometre."""
_MEANS = np.geomspace(1 / 10, 10.0, 17)
"""Nodes of the mean, as multiples of a first guess at the whole road's rate."""
_TOWNS = np.array([1.0, 2.5, 6.0])
"""Nodes of how much more a kilometre of town weighs in the base than one of open road."""
_SLOWEST_DAYS = 180.0
"""Half-life of what is known while nobody reports, where incidents themselves seem not to change."""
_GRACE_DAYS = 30.0
"""So many silent days change nothing: reports come about once a month where somebody reports."""
_LEAST_SHAPE = 0.25
_REFERENCE_KM = 10.0


@dataclass(frozen=True, eq=False)
class Trend:
    """Rates of two windows, both drawn around the rate of the whole time.

    Attributes
    ----------
    late, early
        Shape and scale of the Gamma of each draw and piece, for the last window and the one before.
    known
        Which pieces were observed in a good part of both.
    told
        Which have an event in either.
    """

    late: tuple[Floats, Floats]
    early: tuple[Floats, Floats]
    known: NDArray[np.bool_]
    told: NDArray[np.bool_]

    def means(self) -> tuple[Floats, Floats]:
        """Events a month in the last window and in the one before."""
        return (self.late[0] / self.late[1]).mean(axis=0), (self.early[0] / self.early[1]).mean(axis=0)

    def p_rose(self) -> Floats:
        """Probability that the rate rose: P(X > Y) of two Gammas, by the Beta integral."""
        from scipy.special import betainc  # noqa: PLC0415 - slow to import, used only here

        (x, a), (y, b) = ([one[:, self.told] for one in window] for window in (self.late, self.early))
        # Nothing in either window tells nothing of a change: one half exactly, not the noise of the draws.
        rose = np.full(len(self.told), 0.5)
        rose[self.told] = betainc(y, x, b / (a + b)).mean(axis=0)
        return rose


@dataclass(frozen=True, eq=False)
class Posterior:
    """What the counts say of the mean number of events a month on each piece.

    Attributes
    ----------
    shape, scale
        Draws of the posterior, (draws, pieces): each is Gamma(shape)/scale, events a month on the piece.
    adds
        What each entry adds to the mean, events a month.
    base
        What the rest of the road lends to it.
    placed
        Share of each event on the piece of its entry.
    weight
        Weight of each entry's event by its age in observed time.
    exposure
        Km-months of each piece, discounted.
    half_life, dispersion
        Nodes and the weight of each.
    dispersions
        Dispersion of each draw.
    entry_piece
        The piece of each entry.
    trend
        Two windows of equal length, the last and the one before.
    """

    shape: Floats
    scale: Floats
    adds: Floats
    base: Floats
    placed: Floats
    weight: Floats
    exposure: Floats
    half_life: tuple[Floats, Floats]
    dispersion: tuple[Floats, Floats]
    dispersions: Floats
    entry_piece: Ints
    trend: Trend

    @property
    def mean(self) -> Floats:
        """Mean number of events a month on each piece."""
        return self.base + np.bincount(self.entry_piece, weights=self.adds, minlength=len(self.base))

    def draws(self, *, seed: int) -> Floats:
        """Draw the mean number of events a month on all pieces together, (draws, pieces).

        Stratified: one draw from each slice of the unit interval, in an order of each piece's own.
        """
        number, pieces = self.shape.shape
        rng = np.random.default_rng(seed)
        # for every piece: the draws of one may not hang on what another is
        order = rng.permuted(np.tile(np.arange(number), (pieces, 1)), axis=1).T
        # where nothing happened most shapes are the least one: its quantiles are worked out once
        out = np.exp(_log_quantiles(number)[_ROWS_BELOW])[order]
        other = self.shape != _LEAST_SHAPE
        out[other] = _quantiles(self.shape[other], order[other], number)
        return np.asarray(out / self.scale)


_LOG_STEP, _MOST_SHAPE, _ROWS_BELOW = 0.125, 64.0, 1
"""Of the table of quantiles: step between shapes, the greatest, and rows below the least."""


@lru_cache(maxsize=1)
def _log_quantiles(number: int) -> Floats:
    """Logarithms of the quantiles of Gamma numbers: a row a shape, from the least up, a column a slice."""
    from scipy.special import gammaincinv  # noqa: PLC0415 - slow to import, used only here

    rows = int(np.ceil(np.log(_MOST_SHAPE / _LEAST_SHAPE) / _LOG_STEP)) + 2 + _ROWS_BELOW
    shapes = _LEAST_SHAPE * np.exp(_LOG_STEP * (np.arange(rows) - _ROWS_BELOW))
    return np.asarray(np.log(gammaincinv(shapes[:, None], (np.arange(number) + 0.5) / number)))


def _quantiles(shape: Floats, order: Ints, number: int) -> Floats:
    """Give the quantile of each Gamma number in the middle of its slice of the unit interval.

    Read from a table by a cubic (to four digits at the worst) and bettered by one step of Halley's method, which
    takes it to the last digits: less than half the time of an inversion from nothing.
    """
    from scipy.special import gammainc, gammaincinv, gammaln  # noqa: PLC0415 - slow to import, used only here

    part = (order + 0.5) / number
    table = _log_quantiles(number)
    known = (shape > _LEAST_SHAPE) & (shape < _MOST_SHAPE)
    a = shape[known]
    at = np.log(a / _LEAST_SHAPE) / _LOG_STEP + _ROWS_BELOW
    row = at.astype(np.int64)
    u, column = at - row, order[known]
    weights = (
        -u * (u - 1) * (u - 2) / 6,
        (u + 1) * (u - 1) * (u - 2) / 2,
        -(u + 1) * u * (u - 2) / 2,
        (u + 1) * u * (u - 1) / 6,
    )
    log = sum(weight * table[row + n, column] for n, weight in enumerate(weights, start=-1))
    x = np.exp(log)
    gap = (gammainc(a, x) - part[known]) / np.exp(a * log - x - gammaln(a))
    out = np.empty_like(shape)
    out[known] = x * np.exp(-gap / (1 - gap * (a - x) / 2))
    out[~known] = gammaincinv(shape[~known], part[~known])
    return out


def _chains(weight: Floats) -> tuple[Ints, Ints]:
    """Hand the chains out over pairs of half-life and dispersion, by their weights."""
    edges = np.cumsum(weight.ravel())
    at = np.minimum(np.searchsorted(edges, (np.arange(_CHAINS) + 0.5) / _CHAINS * edges[-1]), weight.size - 1)
    return at // weight.shape[1], at % weight.shape[1]


class _Grids:
    """Nodes of mean, shape and the weight of towns, for several exposures; each chain draws from the nodes of one.

    The prior of the mean is flat, that of the shape ``a`` of ten kilometres puts ``a/(1+a)``, the prior's
    share in the mean of a stretch with one expected event, at the square of a uniform
    number: Christiansen & Morris (1997, *JASA* 92) take the uniform number itself, which
    covers less where rates differ much.
    """

    def __init__(self, counts: Counts, exposure: Floats, total: Floats, prior: Prior | None, which: Ints) -> None:
        from scipy.special import gammaln  # noqa: PLC0415 - slow to import, used only here

        length, self.which = counts.length_km, which
        if prior is not None:
            shapes, towns, means = np.array([prior.shape / _REFERENCE_KM]), np.ones(1), np.array([[prior.mean]])
            log = np.zeros(1)
        else:
            shapes, towns = _SHAPES, _TOWNS if counts.town.any() and not counts.town.all() else np.ones(1)
            # Half an event more, so that an empty road has a scale too: Jeffreys' prior for a Poisson rate adds
            # as much.
            means = _MEANS * ((total + 0.5) / np.maximum(exposure @ length, 1e-9))[:, None]
            ten = shapes * _REFERENCE_KM
            log = 0.5 * np.log(ten) - 1.5 * np.log1p(ten)
        # Axes: exposure, shape, weight of towns, mean, piece. Rates hang on shape and mean only, shapes on the two
        # others, and those of the open road on no weight of towns: nothing is worked out for more nodes than it has.
        self.rate = shapes[:, None] / np.broadcast_to(means[:, None, :], (len(exposure), len(shapes), means.shape[1]))
        self.shape = shapes[:, None, None] * (np.where(counts.town, towns[:, None], 1.0) * length)
        self.log_rate = np.log(self.rate[..., None] + exposure[:, None, None, :])
        self.gamma = gammaln(self.shape)
        fixed = log[:, None, None] + self.shape.sum(axis=2)[:, :, None] * np.log(self.rate)[:, :, None, :]
        fixed -= self.shape @ self.log_rate.swapaxes(2, 3)
        self.fixed = fixed[which]
        # chains stand in the order of their pairs (:func:`_chains`)
        ends = np.searchsorted(which, np.arange(len(exposure) + 1))
        self.chains = [slice(low, high) for low, high in pairwise(ends)]
        self.flat = [one.reshape(-1, len(length)).T.copy() for one in self.log_rate]
        open_road = slice(0, 1), np.flatnonzero(~counts.town)
        self.kinds = [(part, pieces) for part, pieces in (open_road, (slice(None), np.flatnonzero(counts.town)))]

    def draw(self, count: Floats, uniform: Floats) -> tuple[Floats, Floats]:
        """Draw shape by piece and rate for each chain given its counts, the rates integrated out."""
        from scipy.special import gammaln  # noqa: PLC0415 - slow to import, used only here

        axes = self.fixed.shape
        shape, town, mean = np.zeros((3, len(count)), dtype=np.int64)
        if self.fixed[0].size > 1:
            gained = np.zeros(axes[:3])
            for part, pieces in self.kinds:
                # Most pieces have no event: what is added there is nothing.
                chain, at = np.nonzero(count[:, pieces])
                if not len(chain):
                    continue
                some = pieces[at]
                added = gammaln(self.shape[:, part, some] + count[chain, some]) - self.gamma[:, part, some]
                first = np.append(0, np.flatnonzero(chain[1:] != chain[:-1]) + 1)
                gained[chain[first]] += np.moveaxis(np.add.reduceat(added, first, axis=2), 2, 0)
            lost = np.concatenate([count[own] @ flat for flat, own in zip(self.flat, self.chains, strict=True)])
            log = self.fixed + gained[..., None]
            log -= lost.reshape(axes[0], axes[1], 1, axes[3])
            # The greatest is taken off before ``exp`` so that nothing overflows.
            weight = np.exp(log - log.max(axis=(1, 2, 3), keepdims=True)).reshape(axes[0], -1, axes[3])
            # Inverse of the cumulated weights, one uniform number a chain: first shape and town, then the mean.
            both, left = _chosen(weight.sum(axis=2), uniform)
            mean, _ = _chosen(weight[np.arange(len(both)), both], left)
            shape, town = np.divmod(both, axes[2])
        return self.shape[shape, town], self.rate[self.which, shape, mean][:, None]


def _chosen(weight: Floats, uniform: Floats) -> tuple[Ints, Floats]:
    """Choose a column of each row by its weight; also the part of the uniform number that is left within it."""
    until = weight.cumsum(axis=1)
    point = uniform * until[:, -1]
    column = np.count_nonzero(until < point[:, None], axis=1)
    row = np.arange(len(weight))
    return column, 1.0 - (until[row, column] - point) / weight[row, column]


def posterior(
    counts: Counts, fixed: Fixed, *, trend_days: float, seed: int = 0, numbers: EventNumbers | None = None
) -> Posterior:
    """Compute the posterior of the mean number of events a month on each piece.

    Parameters
    ----------
    counts
        The events and the observed time.
    fixed
        What is stated. With a fixed prior each piece is estimated from the events that touch it alone:
        a vague event is shared out by length, whatever happened elsewhere.
    trend_days
        Length of the two windows that the trend compares.
    seed
        Seed of the draws.
    numbers
        The events' own numbers (:func:`event_numbers`), kept from one day to the next; made anew where null.
    """
    kept = event_numbers(seed) if numbers is None else numbers
    found, life = _sampled(_Alike(counts), fixed, trend_days, kept)
    if numbers is None:
        kept.forget()
    shape = found.shape.reshape(_KEPT, _CHAINS, -1)
    widened = _widened(_kept(counts, found.half_life[0])[life], shape).reshape(found.shape.shape)
    return replace(found, shape=found.shape * widened, scale=found.scale * widened)


def event_numbers(seed: int) -> EventNumbers:
    """Make the numbers by which events are placed, for several days of the same road."""
    return EventNumbers(seed, _CHAINS)


@dataclass(frozen=True, eq=False)
class _Alike:
    """Counts that are alike but for the days since the last report: these only widen what is known."""

    counts: Counts

    @cached_property
    def _content(self) -> tuple[object, ...]:
        one = self.counts
        arrays = (one.length_km, one.town, one.row, one.piece, one.share, one.newest, one.oldest, one.leans, one.seeds)
        watched = one.observation
        return (watched.extra_days, *(array.tobytes() for array in (*arrays, watched.share)))

    def __hash__(self) -> int:
        """Equal counts are one key."""
        return hash(self._content)

    def __eq__(self, other: object) -> bool:
        """Tell whether all is equal, to the last bit."""
        return isinstance(other, _Alike) and self._content == other._content


@lru_cache(maxsize=2)  # months without a report follow one another
def _sampled(alike: _Alike, fixed: Fixed, trend_days: float, numbers: EventNumbers) -> tuple[Posterior, Ints]:
    """Sample the posterior of the day of the last report; also the number of the half-life of each chain."""
    counts = alike.counts
    time, pieces = TimeSteps(counts), len(counts.length_km)
    lives, spread, weight = memory(counts, fixed)
    life, heap = _chains(weight)
    phi = spread[heap][:, None]
    # With a fixed prior places do not hang on rates: every draw is independent and none has to be burnt.
    burn = 0 if fixed.prior is not None else _BURN_IN
    faded = np.stack([_mean_fading(counts, time, one) for one in lives])
    placing = EventsOnPieces(
        counts, time, lives, life, faded, trend_days=trend_days, numbers=numbers, sweeps=burn + _KEPT
    )
    months = np.stack([time.exposure(one) for one in lives])
    exposure = months[life] / phi
    pairs, which = np.unique(np.stack([life, heap]), axis=1, return_inverse=True)
    which = which.ravel()
    by_phi = spread[pairs[1]]
    grids = _Grids(
        counts, months[pairs[0]] / by_phi[:, None], (faded @ counts.share)[pairs[0]] / by_phi, fixed.prior, which
    )
    rng = np.random.default_rng(numbers.seed)
    size = (_KEPT, _CHAINS, pieces)
    shape, scale, now, before = np.empty(size), np.empty(size), np.empty(size), np.empty(size)
    placed, adds = np.zeros((2, np.count_nonzero(placing.open) + 1))
    base, by_life = np.zeros(pieces), np.zeros((len(lives), pieces))
    for sweep in range(burn + _KEPT):
        # Below 0 the chains are still on their way from the first guess and nothing is kept.
        slot = sweep - burn
        count, recent, earlier = placing.draw(sweep)
        count = count / phi
        uniform = rng.random(_CHAINS)
        a, b = grids.draw(count, uniform)
        one_by = 1.0 / (b + exposure)
        if slot >= 0:
            placing.expected((one_by / phi).T, placed, adds)
            base += (a * one_by).mean(axis=0) / _KEPT
            np.add.at(by_life, life, one_by / phi / (_CHAINS * _KEPT))
            shape[slot], scale[slot], now[slot], before[slot] = a + count, b + exposure, recent, earlier
        # Gibbs sampling: places given rates, then hyperparameters given counts, then rates given both.
        rates = rng.gamma(a + count) * one_by / counts.length_km
        if fixed.prior is None:
            placing.rates[:-1] = np.maximum(rates, _LEAST * rates.max(axis=1, keepdims=True)).T
    flat = (_KEPT * _CHAINS, pieces)
    every = counts.share.copy()
    every[placing.open] = placed[:-1] / _KEPT
    every_adds = (faded * by_life[:, counts.piece]).sum(axis=0) * counts.share
    every_adds[placing.open] = adds[:-1] / _KEPT
    of_life, of_heap = weight.sum(axis=1), weight.sum(axis=0)
    trend = _trend(
        time, now.reshape(flat), before.reshape(flat), (shape / scale).reshape(flat),
        np.broadcast_to(phi, size).reshape(flat), trend_days,
    )  # fmt: skip
    found = Posterior(
        shape=shape.reshape(flat),
        scale=scale.reshape(flat),
        adds=every_adds,
        base=base,
        placed=every,
        weight=of_life @ faded,
        exposure=of_life @ months * counts.length_km,
        half_life=(lives, of_life),
        dispersion=(spread, of_heap),
        dispersions=np.tile(spread[heap], _KEPT),
        entry_piece=counts.piece,
        trend=trend,
    )
    return found, life


def _mean_fading(counts: Counts, time: TimeSteps, life: float) -> Floats:
    """Mean weight of the event of each entry over its days."""
    newest, oldest = counts.newest[counts.row], counts.oldest[counts.row]
    weights = [
        fading(time.aged(counts.piece, newest + (oldest - newest) * part), life) for part in (0.1, 0.3, 0.5, 0.7, 0.9)
    ]
    return np.asarray(np.mean(weights, axis=0), dtype=float)


def _widened(kept: Floats, shape: Floats) -> Floats:
    """Give by what shape and scale of each draw are multiplied.

    A Gamma of a smaller shape than :data:`_LEAST_SHAPE` has most of its mass at zero: widening it further would lower
    its upper end, and a longer silence may not calm.
    """
    return np.maximum(np.broadcast_to(kept, shape.shape), np.minimum(1.0, _LEAST_SHAPE / shape))


def _kept(counts: Counts, lives: Floats) -> Floats:
    """Give what is left of knowledge after the silence at the end: by half-life and piece.

    Shape and scale are both multiplied by it: the mean stays, the interval widens (power-steady).
    """
    silent = np.clip(counts.observation.silence_days + counts.idle_days - _GRACE_DAYS, 0.0, None)
    return np.exp2(-silent[None, :] / np.minimum(lives, _SLOWEST_DAYS)[:, None])


_CHANGE_SHAPE = 2.0
"""Shape of the Gamma by which a window's rate may differ from that of the whole time."""
_WATCHED = 0.3
"""A window tells of a trend where at least this part of it was observed."""


def _trend(time: TimeSteps, now: Floats, before: Floats, usual: Floats, phi: Floats, days: float) -> Trend:
    """Compare two windows: the rate of each is Gamma around that of the whole time."""
    age = (np.arange(time.steps) + 0.5) * STEP_DAYS
    last = time.days[:, age < days].sum(axis=1) / DAYS_PER_MONTH
    first = time.days[:, (age >= days) & (age < 2 * days)].sum(axis=1) / DAYS_PER_MONTH
    scale = _CHANGE_SHAPE / np.maximum(usual, 1e-9)
    enough = _WATCHED * days / DAYS_PER_MONTH
    return Trend(
        late=(_CHANGE_SHAPE + now / phi, scale + last / phi),
        early=(_CHANGE_SHAPE + before / phi, scale + first / phi),
        known=(last > enough) & (first > enough),
        told=np.asarray(now.any(axis=0) | before.any(axis=0), dtype=bool),
    )

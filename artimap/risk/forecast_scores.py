"""How good a forecast was: log score, cover of its intervals, what the worst fifth of the road caught."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from artimap.core.arrays import Floats, Ints
from artimap.risk.forecasts import Forecast

ROAD_SHARES = np.linspace(0.0, 1.0, 41)
"""Shares of the road at which the capture curve is taken."""

_IMPUTATIONS = 200


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
    from scipy.stats import poisson  # noqa: PLC0415 - slow to import, used only here

    pieces = len(forecast.expected)
    if len(forecast.draws) > 1:
        drawn = rng.poisson(forecast.draws)
        # Whole counts: the inverted distribution gives numbers that a count can be, where interpolation would
        # give halves.
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0, method="inverted_cdf")
    else:
        low, high = (poisson.ppf(end, forecast.expected) for end in ((1 - level) / 2, (1 + level) / 2))
    count = np.zeros((_IMPUTATIONS, pieces))
    for event, weight in enumerate(happened.weight):
        here = happened.row == event
        there = rng.random(_IMPUTATIONS) < weight
        chosen = rng.choice(happened.piece[here], _IMPUTATIONS, p=happened.share[here])
        np.add.at(count, (np.flatnonzero(there), chosen[there]), 1)
    return float(((low <= count) & (count <= high)).mean())


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

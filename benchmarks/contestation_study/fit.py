"""Learn the last step of every method, the calibration, from made-up worlds whose truth is known."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

from artimap.control.contestation.calibration import LEAST, Calibration, features_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_PULL = 1.0


def fit_calibration(cases: Iterable[tuple[Floats, float, Ints]], levels: tuple[float, ...]) -> Calibration:
    """Learn a calibration from answers whose truth is known.

    Parameters
    ----------
    cases
        Probabilities (units × periods × (none, each group, contested, state)), the level of
        reporting, and the true column of each unit and period. A case counts at the nearest of the levels.
    levels
        Where to learn; there must be cases at each.

    Returns
    -------
    Calibration
        The greatest likelihood, held at "no correction" by the weight of one observation; three decimals.
    """
    known = list(cases)
    nearest = [int(np.argmin(abs(np.log(levels) - np.log(level)))) for _, level, _ in known]
    curves: tuple[list[tuple[float, ...]], ...] = ([], [], [])
    split = []
    for number in range(len(levels)):
        here = [case for case, which in zip(known, nearest, strict=True) if which == number]
        chance = np.concatenate([one.reshape(-1, one.shape[-1]) for one, _, _ in here])
        true = np.concatenate([column.ravel() for _, _, column in here])
        last = chance.shape[1] - 1
        among = (true >= 0, true != last, (true != last) & (true != 0))
        for found, features, where, column in zip(curves, features_of(chance), among, (last, 0, last - 1), strict=True):
            found.append(_fit_curve(features[where], true[where] == column))
        alone = (true > 0) & (true < last - 1)
        split.append(_fit_power(chance[alone, 1:-2], true[alone] - 1))
    state, none, contested = (tuple(one) for one in curves)
    return Calibration(levels, state, none, contested, tuple(split))


def _fit_curve(features: Floats, hit: NDArray[np.bool_]) -> tuple[float, ...]:
    plain = np.array([0.0, 1.0, 1.0, 0.0])[: features.shape[1]]
    bounds = [(None, None), (0, None), (0, None), (None, None)][: features.shape[1]]

    def loss(curve: Floats) -> tuple[float, Floats]:
        odds, off = features @ curve, curve - plain
        value = np.logaddexp(0, np.where(hit, -odds, odds)).sum() + 0.5 * _PULL * off @ off
        return float(value), features.T @ (1 / (1 + np.exp(-odds)) - hit) + _PULL * off

    found = minimize(loss, plain, jac=True, method="L-BFGS-B", bounds=bounds)
    return tuple(round(float(one), 3) for one in found.x)


def _fit_power(chance: Floats, group: Ints) -> float:
    log = np.log(np.clip(chance, LEAST, None))
    away = log - log[np.arange(len(group)), group][:, None]

    def loss(power: float) -> float:
        return float(np.log(np.exp(power * away).sum(axis=1)).sum() + 0.5 * _PULL * (power - 1) ** 2)

    return round(float(minimize_scalar(loss, bounds=(0.2, 3.0), method="bounded").x), 3)

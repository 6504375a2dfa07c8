"""The last step of every method: probabilities as they are said become probabilities as they came true.

Four questions, one inside the other, are answered again: are there state forces; if not,
is there no armed group; if there is one, is it contested; if not, which group is it. The
first three are corrected as in beta calibration (Kull, Silva Filho & Flach 2017,
Electronic Journal of Statistics 11(2)): by a curve that always rises, so that what was
said to be more probable than before stays so. The last takes the shares of the groups to
a power, the same for all of them. Each is learnt where little, something and much is
reported, and read in between.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from artimap.core.arrays import Floats
from artimap.core.metadata import JsonModel

LEAST = 1e-6
"""Probabilities are held this far from 0 and 1, so that their logarithms stay finite."""

_NUMBERS = {"state": 3, "none": 3, "contested": 4}


@dataclass(frozen=True, slots=True)
class Calibration(JsonModel):
    """How probabilities are corrected, by how much is reported.

    Attributes
    ----------
    levels
        Levels of reporting, rising: about as many reports per unit and 30 days. Between two the numbers
        are mixed by the logarithm of the level; outside, those of the nearest hold.
    state, none
        For each level a, b, c: the log odds of an answer said with probability p become
        a + b·log p - c·log(1 - p); b and c are not below 0. ``none`` is asked where there are no state forces.
    contested
        For each level a, b, c, d, asked where there is an armed group: with d times the log of the
        probability that there is one added.
    split
        For each level the power on the shares of the groups, where one of them is there alone.
    """

    levels: tuple[float, ...]
    state: tuple[tuple[float, ...], ...]
    none: tuple[tuple[float, ...], ...]
    contested: tuple[tuple[float, ...], ...]
    split: tuple[float, ...]

    def __post_init__(self) -> None:
        wrong = []
        if not self.levels or self.levels[0] <= 0 or any(np.diff(self.levels) <= 0):
            wrong.append("levels must be above 0 and rise")
        wrong += [
            f"{one.name} must have one entry a level"
            for one in fields(self)
            if len(getattr(self, one.name)) != len(self.levels)
        ]
        for name, length in _NUMBERS.items():
            if any(len(curve) != length or min(curve[1:3]) < 0 for curve in getattr(self, name)):
                wrong.append(f"{name}: {length} numbers a level, the second and third not below 0")
        if any(power <= 0 for power in self.split):
            wrong.append("split must be above 0")
        self._refuse(wrong)

    def at(self, level: float) -> tuple[list[Floats], float]:
        """Give the curves (state, none, contested) and the power at a level of reporting."""
        # Read between the levels by the logarithm: from one report to two is as far as from ten to twenty.
        # ``np.interp`` holds the end values outside, so nothing is extrapolated.
        where, known = np.log(max(level, LEAST)), np.log(self.levels)
        curves = [
            np.array([np.interp(where, known, column) for column in zip(*getattr(self, name), strict=True)])
            for name in _NUMBERS
        ]
        return curves, float(np.interp(where, known, self.split))


def calibrated(chance: Floats, level: float, calibration: Calibration) -> Floats:
    """Correct probabilities.

    Parameters
    ----------
    chance
        … × (none, each group, contested, state); the last axis adds up to 1.
    level
        How much is reported: reports per unit and 30 days.
    calibration
        The numbers.

    Returns
    -------
    ndarray
        Of the same shape; the last axis adds up to 1.

    Examples
    --------
    What was said too boldly of state forces, said more carefully:

    >>> import numpy as np
    >>> plain = (0.0, 1.0, 1.0)
    >>> shy = Calibration((1.0,), ((0.0, 0.5, 0.5),), (plain,), ((*plain, 0.0),), (1.0,))
    >>> calibrated(np.array([0.05, 0.03, 0.02, 0.9]), 1.0, shy).round(3).tolist()
    [0.125, 0.075, 0.05, 0.75]
    """
    curves, power = calibration.at(level)
    state, none, contested = (
        1 / (1 + np.exp(-(features @ curve))) for features, curve in zip(features_of(chance), curves, strict=True)
    )
    # The four questions one inside the other: what is left after each is shared out by the next, so the
    # parts add up to 1 whatever the curves say.
    out = np.empty_like(chance)
    out[..., -1] = state
    out[..., 0] = (1 - state) * none
    armed = (1 - state) * (1 - none)
    out[..., -2] = armed * contested
    # The power acts on shares of the groups only, and they are made to add up again: it cannot move
    # weight to or from the other states.
    share = np.clip(chance[..., 1:-2], LEAST, None) ** power
    out[..., 1:-2] = (armed * (1 - contested) / share.sum(axis=-1))[..., None] * share
    return out


def features_of(chance: Floats) -> tuple[Floats, Floats, Floats]:
    """Give what the curves of state, none and contested weigh: 1, log p, -log(1 - p), for contested log armed."""
    none, contested, state = chance[..., 0], chance[..., -2], chance[..., -1]
    armed = chance[..., 1:-1].sum(axis=-1)

    def weighed(said: Floats, *more: Floats) -> Floats:
        said = np.clip(said, LEAST, 1 - LEAST)
        return np.stack([np.ones_like(said), np.log(said), -np.log1p(-said), *more], axis=-1)

    # Each answer is conditional: "no armed group" among what is no state, "contested" among what is
    # armed.
    tiny = LEAST * LEAST
    return (
        weighed(state),
        weighed(none / np.maximum(none + armed, tiny)),
        weighed(contested / np.maximum(armed, tiny), np.log(np.clip(armed, 1e-3, None))),
    )

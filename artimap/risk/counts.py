"""Events over pieces of road with the time in which each was observed: what a posterior is made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artimap.core.arrays import Floats, Ints
from artimap.core.dates import DAYS_PER_MONTH
from artimap.risk.observation import STEP_DAYS, Observation


@dataclass(frozen=True, eq=False)
class Counts:
    """Events over pieces of road, with the time in which each piece was observed.

    Attributes
    ----------
    length_km, town
        Length of each piece, and whether it is a town or a junction.
    observation
        The observed time of each piece, back from the last report of the road.
    idle_days
        Days from that report to the day of the answer.
    row, piece, share
        One entry where an event may lie on a piece, sorted by row; the shares of a row add
        up to what of it lies on the road at all.
    newest, oldest
        Least and greatest age of each event at the last report of the road, in days; any day between is as likely.
    leans
        Whether the place of each event leans on the rates.
    seeds
        A whole number of each event's own, so that its draws depend on no other event.
    """

    length_km: Floats
    town: NDArray[np.bool_]
    observation: Observation
    idle_days: float
    row: Ints
    piece: Ints
    share: Floats
    newest: Floats
    oldest: Floats
    leans: NDArray[np.bool_]
    seeds: Ints


@dataclass(frozen=True, slots=True)
class Prior:
    """A fixed Gamma prior: mean in events per km and month, and shape for ten kilometres."""

    mean: float
    shape: float


@dataclass(frozen=True, slots=True)
class Fixed:
    """What is stated and not integrated; null is integrated."""

    half_life_days: float | None = None
    dispersion: float | None = None
    prior: Prior | None = None


def fading(aged: Floats, half_life: float) -> Floats:
    """Give the weight of what is so many observed days old."""
    return np.ones_like(aged) if np.isinf(half_life) else np.exp2(-aged / half_life)


class TimeSteps:
    """Days and steps of the window, by piece."""

    def __init__(self, counts: Counts) -> None:
        self.days = counts.observation.days()
        self.begun = np.cumsum(self.days, axis=1) - self.days
        self.steps = self.days.shape[1]

    def step(self, age: Floats) -> Ints:
        """Step of the window in which an age lies."""
        return np.clip((age / STEP_DAYS).astype(np.int64), 0, self.steps - 1)

    def aged(self, piece: Ints, age: Floats) -> Floats:
        """Observed days since an age: :meth:`Observation.aged`, with the sums made once."""
        step = self.step(age)
        return np.asarray(self.begun[piece, step] + self.days[piece, step] * np.clip(age / STEP_DAYS - step, 0.0, 1.0))

    def exposure(self, half_life: float) -> Floats:
        """Months of each piece, discounted: the weight is integrated over each step."""
        if np.isinf(half_life):
            return np.asarray(self.days.sum(axis=1) / DAYS_PER_MONTH)
        weight = np.exp2(-self.begun / half_life) - np.exp2(-(self.begun + self.days) / half_life)
        return np.asarray(weight.sum(axis=1) * half_life / np.log(2) / DAYS_PER_MONTH)

"""Smooth counts over space and time, and label them: what the baselines look at."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from artimap.control.contestation.counts import REPORTS, SignalCounts, column_of
from artimap.control.contestation.model import COMMON, PER_GROUP

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SPACE = 0.7
TIME = 2.0


def spacing(centres: Floats) -> float:
    """Give the median distance from a unit to its nearest other: the yardstick of all distances."""
    from scipy.spatial import cKDTree  # noqa: PLC0415

    if len(centres) < 2:
        return 1.0
    distance, _ = cKDTree(centres).query(centres, k=2)
    return float(max(np.median(np.asarray(distance)[:, 1]), 1e-9))


def split(evidence: SignalCounts) -> tuple[Floats, Floats]:
    """Give common signals (units × periods × 5) and own ones (units × periods × groups × 4)."""
    dense = evidence.dense()
    own = dense[:, :, column_of(0, PER_GROUP[0]) :]
    return dense[:, :, :REPORTS], own.reshape(*dense.shape[:2], len(evidence.groups), len(PER_GROUP))


def labels(evidence: SignalCounts) -> Floats:
    """Give the weight of each label by unit and period: none, each group, contested, state."""
    common, own = split(evidence)
    at = {name: number for number, name in enumerate(COMMON)}
    per = {name: number for number, name in enumerate(PER_GROUP)}
    contested = (
        own[..., per["fight"]].sum(axis=2) + own[..., per["raid"]].sum(axis=2) + common[..., at["unnamed_fight"]]
    )
    parts = [
        common[..., at["civil"], None],
        own[..., per["attack"]] + own[..., per["hold"]],
        contested[..., None],
        common[..., at["state"], None],
    ]
    return np.concatenate(parts, axis=2)


def smoothed(counts: Floats, centres: Floats, *, space: float, time: float) -> Floats:
    """Smooth units × periods × … by a Gaussian in space (in spacings) and a two-sided exponential in time (periods)."""
    from scipy.spatial.distance import cdist  # noqa: PLC0415

    units, periods = counts.shape[:2]
    near = np.eye(units)
    if space > 0:
        near = np.exp(-0.5 * (cdist(centres, centres) / (space * spacing(centres))) ** 2)
    steps = np.arange(periods)
    then = np.exp(-abs(steps[:, None] - steps) / time)
    over_time = np.einsum("st,ut...->us...", then, counts, optimize=True)
    out: Floats = (near @ over_time.reshape(units, -1)).reshape(counts.shape)
    return out


def log_features(evidence: SignalCounts, centres: Floats) -> tuple[Floats, Floats, float]:
    """Give log1p features of common and own signals, in the unit alone and smoothed around, and the log level."""
    common, own = split(evidence)
    kernels = ((0.0, TIME), (SPACE, 1.5 * TIME), (0.0, 0.5))

    def features(counts: Floats) -> Floats:
        parts = [np.log1p(4 * smoothed(counts, centres, space=space, time=time)) for space, time in kernels]
        return np.concatenate(parts, axis=-1)

    level = float(np.log(max(evidence.reports().mean(), 1e-3)))
    return features(common), features(own), level

"""Simpler ways to the same answer, with calibrated probabilities: what the model has to beat.

Four rules give a label and how near its ground is; how often such labels were true in
made-up worlds (both kinds, seeds for tuning only) makes them probabilities. The fifth is
a multinomial logit on kernel features, with the same coefficients for every group.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from artimap.control.contestation.counts import SignalCounts
from benchmarks.contestation_study.features import SPACE, TIME, labels, log_features, smoothed, spacing

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

Rule = Literal["nearest_event", "kernel_majority", "last_event", "persistence"]
Method = Literal["nearest_event", "kernel_majority", "last_event", "persistence", "kernel_logit"]
RULES: tuple[Rule, ...] = get_args(Rule)
METHODS: tuple[Method, ...] = get_args(Method)

_NOTHING = 4
_BINS = 4
_SMOOTH = 5.0
_LEAST = 0.25


def _kind(label: Ints, groups: int) -> Ints:
    """Give 0 none, 1 a group, 2 contested, 3 state, 4 no label."""
    return np.select([label < 0, label == 0, label <= groups, label == groups + 1], [_NOTHING, 0, 1, 2], 3)


def _own_labels(evidence: SignalCounts) -> Ints:
    weight = labels(evidence)
    return np.where(weight.max(axis=2) >= _LEAST, weight.argmax(axis=2), -1)


def nearest_event(evidence: SignalCounts, centres: Floats) -> tuple[Ints, Ints]:
    """Label of the nearest report in space (in spacings) and time (in periods), before or after."""
    from scipy.spatial import cKDTree  # noqa: PLC0415

    own = _own_labels(evidence)
    unit, period = np.nonzero(own >= 0)
    if not len(unit):
        return own, np.zeros_like(own)
    step = spacing(centres)
    where = np.column_stack([centres[unit] / step, period / 1.5])
    every_unit, every_period = (one.ravel() for one in np.indices(own.shape))
    asked = np.column_stack([centres[every_unit] / step, every_period / 1.5])
    distance, found = cKDTree(where).query(asked)
    label = own[unit, period][found].reshape(own.shape)
    return label, np.digitize(distance, [0.1, 0.9, 2.0]).reshape(own.shape)


def kernel_majority(evidence: SignalCounts, centres: Floats) -> tuple[Ints, Ints]:
    """Label with the greatest weight in a kernel over space and time."""
    weight = smoothed(labels(evidence), centres, space=SPACE, time=TIME)
    total = weight.sum(axis=2)
    share = weight.max(axis=2) / np.maximum(total, 1e-12)
    label = np.where(total >= 0.1, weight.argmax(axis=2), -1)
    return label, np.digitize(share, [0.4, 0.55, 0.75])


def persistence(evidence: SignalCounts, centres: Floats) -> tuple[Ints, Ints]:
    """Label of the unit's own last report, until the next."""
    del centres
    label = _own_labels(evidence)
    age = np.zeros_like(label)
    for period in range(1, label.shape[1]):
        keeps = label[:, period] < 0
        label[keeps, period] = label[keeps, period - 1]
        age[keeps, period] = age[keeps, period - 1] + 1
    return label, np.digitize(age, [1, 3, 7])


def last_event(evidence: SignalCounts, centres: Floats) -> tuple[Ints, Ints]:
    """Label of the last report in whose Voronoi cell the unit lies: its own, or that of the nearest unit with one."""
    from scipy.spatial import cKDTree  # noqa: PLC0415

    label, age = persistence(evidence, centres)
    out = label.copy()
    for period in range(label.shape[1]):
        there = np.flatnonzero(label[:, period] >= 0)
        lacking = np.flatnonzero(label[:, period] < 0)
        if len(there) and len(lacking):
            nearest = there[cKDTree(centres[there]).query(centres[lacking])[1]]
            out[lacking, period] = label[nearest, period]
            age[lacking, period] = _BINS - 1
    return out, age


_LABELLERS: dict[str, Callable[[SignalCounts, Floats], tuple[Ints, Ints]]] = {
    "nearest_event": nearest_event,
    "kernel_majority": kernel_majority,
    "last_event": last_event,
    "persistence": persistence,
}


def calibrate(rule: Rule, worlds: list[tuple[SignalCounts, Floats, Ints]]) -> Floats:
    """Learn how often labels of a rule are true.

    Parameters
    ----------
    rule
        The rule.
    worlds
        Counts, centres of units, and the true column of each unit and period.

    Returns
    -------
    ndarray
        Kind of label (none, group, contested, state, no label) × nearness × (none, the group labelled, other
        groups together, contested, state). Dirichlet-smoothed towards the kind's own mean.
    """
    table = np.zeros((_NOTHING + 1, _BINS, 5))
    for evidence, centres, true in worlds:
        groups = len(evidence.groups)
        label, near = _LABELLERS[rule](evidence, centres)
        true_kind = _kind(true, groups)
        same = (true_kind == 1) & (label == true)
        seen = np.select([true_kind == 0, same, true_kind == 1, true_kind == 2], [0, 1, 2, 3], 4)
        np.add.at(table, (_kind(label, groups), near, seen), 1)
    overall = (table.sum(axis=(0, 1)) + 1) / (table.sum() + 5)
    kinds = (table.sum(axis=1) + _SMOOTH * overall) / (table.sum(axis=(1, 2))[:, None] + _SMOOTH)
    smoothed_table: Floats = (table + _SMOOTH * kinds[:, None]) / (table.sum(axis=2, keepdims=True) + _SMOOTH)
    return smoothed_table


def by_rule(rule: Rule, evidence: SignalCounts, centres: Floats, table: Floats) -> Floats:
    """Give units × periods × (none, each group, contested, state) by a rule and its calibration."""
    groups = len(evidence.groups)
    label, near = _LABELLERS[rule](evidence, centres)
    kind = _kind(label, groups)
    chance = table[kind, near]
    out = np.zeros((*label.shape, groups + 3))
    out[..., 0], out[..., groups + 1], out[..., groups + 2] = chance[..., 0], chance[..., 3], chance[..., 4]
    rest = np.where(kind == 1, chance[..., 2] / max(groups - 1, 1), (chance[..., 1] + chance[..., 2]) / groups)
    out[..., 1 : groups + 1] = rest[..., None]
    unit, period = np.nonzero(kind == 1)
    out[unit, period, label[unit, period]] = chance[unit, period, 1]
    out /= out.sum(axis=2, keepdims=True)
    return out


def design(evidence: SignalCounts, centres: Floats) -> tuple[Floats, Floats, Floats]:
    """Give the logit's features: of each group (units × periods × groups × k), of contested, of state."""
    common, own, level = log_features(evidence, centres)
    units, periods, groups, signals = own.shape
    constant = np.ones((units, periods, 1))
    flat = np.concatenate([constant, level * constant, common, level * common], axis=2)
    others = own.sum(axis=2, keepdims=True) - own
    strongest = np.zeros((units, periods, 2, signals))
    top = -np.sort(-own, axis=2)[:, :, :2]
    strongest[:, :, : top.shape[2]] = top
    each = np.concatenate([np.repeat(flat[:, :, None], groups, axis=2), own, level * own, others], axis=3)
    pair = strongest.reshape(units, periods, -1)
    contested = np.concatenate([flat, pair, level * pair], axis=2)
    total = own.sum(axis=2)
    state = np.concatenate([flat, total, level * total], axis=2)
    return each, contested, state


def _utilities(parts: tuple[Floats, Floats, Floats], weight: Floats) -> Floats:
    each, contested, state = parts
    first, second = each.shape[-1], each.shape[-1] + contested.shape[-1]
    return np.concatenate(
        [
            np.zeros((*contested.shape[:-1], 1)),
            each @ weight[:first],
            (contested @ weight[first:second])[..., None],
            (state @ weight[second:])[..., None],
        ],
        axis=-1,
    )


def _softmax(utility: Floats) -> Floats:
    chance = np.exp(utility - utility.max(axis=-1, keepdims=True))
    whole: Floats = chance / chance.sum(axis=-1, keepdims=True)
    return whole


def fit_logit(worlds: list[tuple[SignalCounts, Floats, Ints]], *, ridge: float = 3.0) -> Floats:
    """Fit the multinomial logit on worlds (see :func:`calibrate`) with as many groups each; L2-penalised."""
    from scipy.optimize import minimize  # noqa: PLC0415

    flat = []
    for evidence, centres, true in worlds:
        each, contested, state = design(evidence, centres)
        cells = true.size
        flat.append(
            (each.reshape(cells, *each.shape[2:]), contested.reshape(cells, -1), state.reshape(cells, -1), true.ravel())
        )
    each, contested, state = (np.concatenate([one[part] for one in flat]) for part in range(3))
    true = np.concatenate([one[3] for one in flat])
    parts = (each, contested, state)
    size = each.shape[-1] + contested.shape[-1] + state.shape[-1]

    def loss(weight: Floats) -> tuple[float, Floats]:
        chance = _softmax(_utilities(parts, weight))
        value = -np.log(np.clip(chance[np.arange(len(true)), true], 1e-300, None)).sum()
        chance[np.arange(len(true)), true] -= 1
        groups = each.shape[1]
        slope = np.concatenate(
            [
                np.einsum("ngk,ng->k", each, chance[:, 1 : groups + 1], optimize=True),
                contested.T @ chance[:, groups + 1],
                state.T @ chance[:, groups + 2],
            ]
        )
        return float(value + 0.5 * ridge * weight @ weight), slope + ridge * weight

    found = minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": 400})
    weight: Floats = found.x
    return weight


def by_logit(evidence: SignalCounts, centres: Floats, weight: Floats) -> Floats:
    """Give units × periods × (none, each group, contested, state) by the logit."""
    return _softmax(_utilities(design(evidence, centres), weight))

"""The hidden states of one unit, how they follow one another, and how they show in reports.

A unit has a slot for each group that may be there: those most named in and around it, and
one slot that all other groups share. States are: no armed group; one a slot; two slots
contest; a slot and state forces contest; state forces. Each exists loud and quiet.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from artimap.control.contestation.counts import REPORTS, SignalCounts, column_of
from artimap.control.contestation.model import COMMON, KINDS, PER_GROUP, ContestationModel
from artimap.core.arrays import Floats, Ints


def smooth(log_likelihood: Floats, moves: Floats, first: Floats, pull: Floats | None = None) -> Floats:
    """Give the probability of each state in each period, given the whole series.

    Parameters
    ----------
    log_likelihood
        Units × periods × states: of what was reported in the period, given the state. What
        is the same for all states may be left out.
    moves
        States × states: probability of moving from one (row) to another.
    first
        Probability of each state in the first period.
    pull
        Units × periods × states above 0: moves into a state are weighed by it, and rows made
        to add up to 1 again. Left out, all are 1.

    Returns
    -------
    ndarray
        Units × periods × states; the last axis adds up to 1.

    Examples
    --------
    Nothing observed gives the chain's own course.

    >>> import numpy as np
    >>> moves = np.array([[0.9, 0.1], [0.2, 0.8]])
    >>> smooth(np.zeros((1, 2, 2)), moves, np.array([1.0, 0.0]))[0].round(3).tolist()
    [[1.0, 0.0], [0.9, 0.1]]
    """
    # Scaled by the most likely state of each period before it is exponentiated: the common factor falls
    # out of the answer, and nothing underflows.
    seen: Floats = np.exp(log_likelihood - log_likelihood.max(axis=2, keepdims=True))
    # A state that the reports all but exclude keeps a trace of weight, so that no row can add up to 0 and
    # be divided by it.
    np.clip(seen, 1e-280, None, out=seen)
    periods = seen.shape[1]
    if pull is not None:
        # The sum of the weighed row, by which each row of moves has to be divided to add up to 1 again. It is
        # carried beside the pass, since a matrix of moves for every unit and period would not fit.
        total = pull @ moves.T
        seen_pulled = seen * pull
    else:
        total, seen_pulled = None, seen
    # Forward pass: units x states for each period, made to add up to 1 each time so that long series do
    # not underflow (the scaling of Rabiner 1989, *Proceedings of the IEEE* 77(2)).
    ahead: Floats = np.empty_like(seen)
    for period in range(periods):
        if period == 0:
            now = first * seen[:, 0]
        else:
            before = ahead[:, period - 1] if total is None else ahead[:, period - 1] / total[:, period]
            now = (before @ moves) * seen_pulled[:, period]
        ahead[:, period] = now / now.sum(axis=1, keepdims=True)
    # Backward pass. ``ahead`` is multiplied in place: from here on it holds the answer of the periods
    # already passed.
    behind = np.ones((len(seen), seen.shape[2]))
    for period in range(periods - 2, -1, -1):
        behind = (seen_pulled[:, period + 1] * behind) @ moves.T
        if total is not None:
            behind /= total[:, period + 1]
        behind /= behind.sum(axis=1, keepdims=True)
        ahead[:, period] *= behind
    ahead /= ahead.sum(axis=2, keepdims=True)
    return ahead


_AWAY, _HELD, _RIVALS, _RAIDED = range(4)

_SCORE_DECIMALS = 12
"""The part that decides between groups not named near is a millionth, and needs digits of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """The states over some slots: ``kind`` by state, ``relation`` by state and slot, groups a slot stands for."""

    kind: Ints
    relation: Ints
    groups_in_slot: Floats

    @property
    def size(self) -> int:
        """Number of states, each of which is loud or quiet."""
        return len(self.kind)

    @property
    def slots(self) -> int:
        """Number of slots."""
        return int(self.relation.shape[1])

    def involves(self) -> NDArray[np.bool_]:
        """Tell which slot takes part in which state."""
        taking: NDArray[np.bool_] = self.relation != _AWAY
        return taking


@lru_cache(maxsize=16)
def space_of(slots: int, shared: int) -> Space:
    """Make the states over ``slots`` slots, the last of which stands for ``shared`` groups."""
    # Order of the states: none, each slot held, pairs in rivalry, each slot raided, state forces. Loud
    # and quiet copies of all of them are laid side by side in ``transition``.
    rows: list[tuple[int, tuple[int, ...], int]] = [(0, (), _AWAY)]
    rows += [(1, (slot,), _HELD) for slot in range(slots)]
    rows += [(2, pair, _RIVALS) for pair in combinations(range(slots), 2)]
    rows += [(3, (slot,), _RAIDED) for slot in range(slots)]
    rows += [(4, (), _AWAY)]
    relation = np.zeros((len(rows), slots), dtype=np.int64)
    for state, (_, members, how) in enumerate(rows):
        relation[state, list(members)] = how
    stands_for = np.ones(slots)
    # The last slot stands for all groups that have none of their own; 1 where every group has its own.
    stands_for[-1] = shared
    return Space(np.array([kind for kind, _, _ in rows], dtype=np.int64), relation, stands_for)


def transition(space: Space, model: ContestationModel) -> Floats:
    """Give the probabilities of moving between states, loud ones first, then quiet ones."""
    takes = space.involves()
    stays = model.stays()
    size = space.size
    # A shared slot is as many states as it stands for groups, so that which groups share it changes no
    # odds.
    weight = np.array([np.prod(space.groups_in_slot[takes[state]]) for state in range(size)])
    moves = np.zeros((size, size))
    for state in range(size):
        here = space.kind[state]
        # What may follow: a state that shares a group with this one, or one of the two is without groups. Two
        # groups cannot be replaced by two others within one period.
        shared = (takes & takes[state]).any(axis=1)
        follows = shared | ~takes.any(axis=1) | ~takes[state].any()
        if KINDS[here] == "held":  # one group may follow another
            follows |= space.kind == here
        follows[state] = False
        for kind, share in enumerate(model.moves[here]):
            there = follows & (space.kind == kind)
            if there.any():
                moves[state, there] = share * weight[there] / weight[there].sum()
        # Where no state of a kind can follow, its share goes to the others; the probability of leaving stays
        # that of the half-life.
        total = moves[state].sum()
        moves[state] *= (1 - stays[here]) / total if total > 0 else 0.0
        moves[state, state] = 1 - moves[state].sum()
    # States x states: whether a group is in the new state that was not in the old one. Silence falls most
    # when a group arrives, and is a state of its own, so that no reports are not read as no group.
    arrives = (takes[None] & ~takes[:, None]).any(axis=2)
    months = model.period_days / 30
    hush = 1 - (1 - np.where(arrives, model.goes_quiet_on_arrival, model.goes_quiet)) ** months
    on = 0.5 ** (model.period_days / model.quiet_half_life_days)
    # Blocks: loud to loud, loud to quiet; quiet to loud, quiet to quiet. Each row still adds up to 1.
    return np.block([[moves * (1 - hush), moves * hush], [moves * (1 - on), moves * on]])


def at_first(moves: Floats) -> Floats:
    """Give the long-run shares of the states, with which a series begins."""
    size = len(moves)
    # The stationary shares solve pi = pi M with a sum of 1: one equation too many, hence least squares.
    # Clipped, as rounding may leave tiny negative shares whose logarithm does not exist.
    left = np.vstack([moves.T - np.eye(size), np.ones(size)])
    found = np.linalg.lstsq(left, np.append(np.zeros(size), 1.0), rcond=None)[0]
    shares: Floats = np.clip(found, 1e-12, None)
    shares /= shares.sum()
    return shares


def expected(space: Space, model: ContestationModel) -> Floats:
    """Give reports per period, at level 1 and loud, by state and column (common signals, then four a slot)."""
    common = np.array([[getattr(model.rates, name)[kind] for name in COMMON] for kind in space.kind])
    own = np.stack([np.array(getattr(model.rates, name))[space.relation] for name in PER_GROUP], axis=2)
    away = np.array([getattr(model.rates, name)[_AWAY] for name in PER_GROUP])
    # The groups of a shared slot that are not the one meant are away, and report as groups that are away
    # do.
    own += (space.groups_in_slot - 1)[None, :, None] * away
    rates: Floats = np.hstack([common, own.reshape(space.size, -1)]) * (model.period_days / 30)
    return rates


def weights(space: Space, model: ContestationModel, level: float) -> tuple[Floats, Floats]:
    """Give what a count adds to each state's log-likelihood, and what the state has without any.

    Negative binomial counts of size ``dispersion``; terms that are the same for all states are left out.

    Returns
    -------
    tuple
        Columns × states, states; loud states first, then quiet ones.
    """
    loud = expected(space, model) * level
    # Log-likelihood of a negative binomial, without the terms that are the same for all states: a count
    # times log(r / (r + k)), and without any count -k log(1 + r / k), added up over the columns.
    rate = np.vstack([loud, loud * model.quiet_factor])
    size = model.dispersion
    return np.log(rate / (rate + size)).T, -size * np.log1p(rate / size).sum(axis=1)


def usual_level(space: Space, model: ContestationModel, mean_reports: float) -> float:
    """Give the level at which the model reports as much as was reported."""
    shares = at_first(transition(space, model)).reshape(2, -1)
    per_state = expected(space, model).sum(axis=1)
    usual = float((shares[0] + model.quiet_factor * shares[1]) @ per_state)
    # Bounded, so that an area without any report does not get a level of 0, at which no report could be
    # explained.
    return float(np.clip(mean_reports / usual, 0.02, 20.0))


@dataclass(frozen=True, slots=True, eq=False)
class Slots:
    """Which groups the slots of each unit stand for: ``group`` is units × slots, -1 where all others are meant."""

    group: Ints
    space: Space

    def local(self, dense: Floats, first: int) -> Floats:
        """Give counts by unit, period and column of the unit's own slots."""
        units, periods, _ = dense.shape
        group = self.group[first : first + units]
        own = dense[:, :, column_of(0, PER_GROUP[0]) :].reshape(units, periods, -1, len(PER_GROUP))
        # Units x periods x slots x signals, in the unit's own slots; the shared slot takes all that the named
        # ones leave.
        named = np.take_along_axis(own, np.clip(group, 0, None)[:, None, :, None], axis=2)
        if (group < 0).any():
            named[:, :, -1] = own.sum(axis=2) - named[:, :, :-1].sum(axis=2)
        return np.concatenate([dense[:, :, :REPORTS], named.reshape(units, periods, -1)], axis=2)


def slots_of(evidence: SignalCounts, model: ContestationModel, around: tuple[Ints, Ints]) -> Slots:
    """Choose the groups that get a state of their own in each unit: those most named there, around, and at all."""
    groups = len(evidence.groups)
    if groups <= model.max_groups:
        return Slots(np.tile(np.arange(groups), (evidence.n_units, 1)), space_of(groups, 1))
    named = np.zeros((evidence.n_units, groups))
    unit, _, group, weight = evidence.by_group()
    np.add.at(named, (unit, group), weight)
    # Named in the unit first, around it at a tenth; the whole area decides only among groups named in
    # neither.
    score = named + 1e-6 * named.sum(axis=0) / max(named.sum(), 1.0)
    np.add.at(score, around[0], 0.1 * named[around[1]])
    kept = model.max_groups - 1
    # groups named as often are taken in order of their names, which is that of the columns
    score = np.round(score, _SCORE_DECIMALS)
    best = np.sort(np.argsort(-score, axis=1, kind="stable")[:, :kept], axis=1)
    last = np.full((evidence.n_units, 1), -1, dtype=np.int64)
    return Slots(np.hstack([best, last]), space_of(model.max_groups, groups - kept))

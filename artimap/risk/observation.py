"""When somebody reported about a piece of road: the time that counts as observed.

A day without reports is a day without incidents only where somebody would have told of
them. Reporters come and go: that is a chain with two states, there or not, in continuous
time. While they are there they report at some rate, of whatever kind; while they are not
there is nothing. Every report says that they were there on its day, so that between two
reports the chain starts anew and the chance that they were there on a day has a closed
form (a Markov-modulated Poisson process: Fischer & Meier-Hellstern 1993, *Performance
Evaluation* 18). How long they stay and stay away, and how often they report while there,
is integrated on a grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from artimap.core.arrays import Floats, Ints
from artimap.core.precision import significant

STEP_DAYS = 10.0
"""Length of a step of time: exposure is kept by piece and step."""

EPISODE_DAYS = 7.0
"""Reports of one piece within so many days are one sign that somebody is there: raids are told in heaps."""

_AHEAD = 12
"""Steps to come of which the chance of a report is worked out."""

_STAYS = np.array([720.0, 360.0, 180.0, 90.0])
_ABSENCES = np.array([360.0, 180.0, 90.0])
_ALWAYS = 0.2
"""Chance, before anything is known, that the reporters were there all the time."""
_NEVER_LEAVE = 1e7
_RATES = np.geomspace(0.15, 6.0, 10)
"""Reporting rates of a piece as multiples of that of the whole road."""
_USUAL = np.array([1.0, 1.5, 2.25])
"""Reporting rate of the road while somebody is there, as multiples of that over all the time between reports."""
_SPREAD = 8.0
"""Shape of the Gamma from which a piece's reporting rate comes."""


@dataclass(frozen=True, eq=False)
class Observation:
    """What of the window was observed, backwards from the last report of the road.

    Attributes
    ----------
    share
        Chance that somebody reported, (pieces, steps); step 0 is the newest.
    silence_days
        By piece: days, up to the last report of the road, since the last report about the piece that were not observed.
    extra_days
        Expected days from the last report to the next one, were the road observed: the last report is the end of
        the time that is looked at *because* it is a report, so without them rates would be too high.
    next_share
        Chance that somebody reports in each of the steps to come, (pieces, steps).
    """

    share: Floats
    silence_days: Floats
    extra_days: float
    next_share: Floats

    def ahead(self, days: float) -> Floats:
        """Give the expected part of so many days to come in which somebody reports, by piece."""
        steps = min(max(days / STEP_DAYS, 1.0), float(self.next_share.shape[1]))
        part = np.clip(steps - np.arange(self.next_share.shape[1]), 0.0, 1.0)
        return np.asarray(self.next_share @ part / part.sum(), dtype=float)

    def share_at(self, piece: Ints, age: Floats) -> Floats:
        """Chance that somebody reported on a piece so many days ago."""
        step = np.clip((age / STEP_DAYS).astype(np.int64), 0, self.share.shape[1] - 1)
        return np.asarray(self.share[piece, step])

    def days(self) -> Floats:
        """Observed days of each piece and step."""
        days = self.share * STEP_DAYS
        days[:, 0] += self.share[:, 0] * self.extra_days
        return days

    def aged(self, piece: Ints, age: Floats) -> Floats:
        """Observed days between so many days ago and the last report, on a piece."""
        days = self.days()
        step = np.clip((age / STEP_DAYS).astype(np.int64), 0, days.shape[1] - 1)
        begun = np.cumsum(days, axis=1) - days
        return np.asarray(begun[piece, step] + days[piece, step] * np.clip(age / STEP_DAYS - step, 0.0, 1.0))


class _Chains:
    """Closed forms of the chain on every node of the grid; the last axis of each answer is time."""

    def __init__(self, leave: Floats, come: Floats, rate: Floats) -> None:
        self.leave, self.come = leave[:, None], come[:, None]
        total = leave + rate + come
        root = np.sqrt(np.maximum(total**2 - 4 * rate * come, 1e-300))
        self.root, self.fast = root[:, None], ((-total - root) / 2)[:, None]
        # The slow root is a difference of near numbers: from the product of both roots it keeps its digits.
        self.slow = np.where(self.fast < 0, (rate * come)[:, None] / self.fast, 0.0)
        self.there = (come / (leave + come))[:, None]
        self.out = (-(leave + rate))[:, None]

    def _parts(self, time: Floats) -> tuple[Floats, Floats]:
        return np.exp(self.slow * time), np.exp(self.fast * time)

    def stays(self, time: Floats) -> Floats:
        """From there to there, no report between."""
        slow, fast = self._parts(time)
        return ((self.out - self.fast) * slow - (self.out - self.slow) * fast) / self.root

    def leaves(self, time: Floats) -> Floats:
        """From there to not there."""
        slow, fast = self._parts(time)
        return self.leave * (slow - fast) / self.root

    def comes(self, time: Floats) -> Floats:
        """From not there to there."""
        slow, fast = self._parts(time)
        return self.come * (slow - fast) / self.root

    def absent(self, time: Floats) -> Floats:
        """From not there to not there."""
        slow, fast = self._parts(time)
        return ((-self.come - self.fast) * slow - (-self.come - self.slow) * fast) / self.root

    def begins(self, time: Floats) -> Floats:
        """From a day of which nothing is known to there."""
        return self.there * self.stays(time) + (1 - self.there) * self.comes(time)

    def ends(self, time: Floats) -> Floats:
        """From there to a day of which nothing is known."""
        return self.stays(time) + self.leaves(time)


def episodes(piece: Ints, age: Floats, pieces: int) -> list[Floats]:
    """Give the ages of each piece's reports, newest first, those of one episode as one."""
    order = np.lexsort((age, piece))
    piece, age = piece[order], age[order]
    out = []
    for own in np.split(age, np.searchsorted(piece, np.arange(1, pieces))):
        kept: list[float] = []
        for one in own.tolist():
            if not kept or one - kept[-1] >= EPISODE_DAYS:
                kept.append(one)
        out.append(np.array(kept))
    return out


def observe(piece: Ints, age: Floats, middle_m: Floats, reach_m: Floats, *, steps: int) -> Observation:
    """Estimate when each piece was observed, from reports of any kind.

    Parameters
    ----------
    piece, age
        One entry a report and piece of which it tells; age in days back from the last report.
    middle_m, reach_m
        Middle of each piece, and how far from it a report speaks of the piece too.
    steps
        Number of steps of :data:`STEP_DAYS` in the window.
    """
    pieces = len(middle_m)
    window = steps * STEP_DAYS
    kept = age <= window
    piece, age = piece[kept], age[kept]
    if not len(age):
        return Observation(np.zeros((pieces, steps)), np.full(pieces, window), 0.0, np.zeros((pieces, _AHEAD)))
    # A report nearby is a sign too: a piece of 3 km has too few of its own.
    near = np.abs(middle_m[:, None] - middle_m[None, :]) <= reach_m[:, None]
    to, source = np.nonzero(near[:, piece])
    own = episodes(to, age[source], pieces)
    first = float(age.max())
    days = np.unique(np.floor(age))
    gap = float(days[-1] - days[0]) / (len(days) - 1) if len(days) > 1 else STEP_DAYS
    gap = min(gap, 30.0)
    # Nothing is known of the time before the first report; a file that fills the window was begun before it.
    start = window if first > window - 3 * STEP_DAYS else min(first + gap, window)
    share, silence, ahead = _smooth(own, start, steps)
    return Observation(significant(share), significant(silence), gap, significant(ahead))


def _grid(reports: float, days: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Nodes: chance to leave and to come by day, reports by day while there, and the logarithm of the prior."""
    stay, absence, more = (one.ravel() for one in np.meshgrid(_STAYS, _ABSENCES, _USUAL, indexing="ij"))
    leave = np.r_[1 / _NEVER_LEAVE, 1 / stay]
    come = np.r_[1 / _ABSENCES[1], 1 / absence]
    prior = np.log(np.r_[_ALWAYS, np.full(len(stay), (1 - _ALWAYS) / len(stay))])
    usual = (reports + 1.0) / days
    multiple = np.r_[1.0, more][:, None]
    by_rate = _SPREAD * np.log(_RATES / multiple) - _SPREAD * _RATES / multiple
    by_rate -= np.log(np.exp(by_rate).sum(axis=1, keepdims=True))
    return leave, come, usual * _RATES, prior[:, None] + by_rate


def _smooth(own: list[Floats], start: float, steps: int) -> tuple[Floats, Floats, Floats]:
    """Chance by piece and step that somebody was there, the silent days at the end, the chance in steps to come."""
    from scipy.special import logsumexp  # noqa: PLC0415 - slow to import, used only here

    number = sum(len(one) for one in own)
    # While there they report about as often as on the pieces and in the time in which they do report.
    spans = sum(float(one[-1] - one[0]) + 60.0 - EPISODE_DAYS * len(one) for one in own if len(one))
    leave, come, rates, prior = _grid(float(number), spans)
    chains = _Chains(np.repeat(leave, len(rates)), np.repeat(come, len(rates)), np.tile(rates, len(leave)))
    log_rate = np.log(np.tile(rates, len(leave)))
    middle: Floats = (np.arange(steps, dtype=float) + 0.5) * STEP_DAYS
    # Ages run backwards in time, and so does the chain: it is the same chain seen from its other end.
    # Pieces with the same reports, and those with none, fare alike: each such history is worked out once.
    histories = {ages.tobytes(): ages for ages in own}
    of_piece = np.array([list(histories).index(ages.tobytes()) for ages in own])
    fits = np.empty((len(histories), len(log_rate)))
    for piece, ages in enumerate(histories.values()):
        if not len(ages):
            total = chains.there * chains.ends(np.array([start])) + (1 - chains.there) * (
                chains.comes(np.array([start])) + chains.absent(np.array([start]))
            )
            fits[piece] = np.log(np.maximum(total[:, 0], 1e-300))
            continue
        # Within an episode no further report is counted: that time says nothing of how often they come.
        gaps = np.diff(ages) - EPISODE_DAYS
        log = np.log(np.maximum(chains.stays(gaps), 1e-300)).sum(axis=1) if len(gaps) else 0.0
        log = log + np.log(np.maximum(chains.ends(np.array([ages[0]]))[:, 0], 1e-300))
        log = log + np.log(np.maximum(chains.begins(np.array([max(start - ages[-1], 0.0)]))[:, 0], 1e-300))
        fits[piece] = log + len(ages) * log_rate
    shape = (len(histories), len(leave), len(rates))
    fit = fits.reshape(shape) + prior[None]
    by_chain = logsumexp(fit, axis=2) - logsumexp(prior, axis=1)[None]
    # Each report speaks for several pieces: their likelihoods are not independent.
    together = (by_chain[of_piece] * _effective(own)).sum(axis=0) + logsumexp(prior, axis=1)
    weight = np.exp(together - logsumexp(together))
    within = np.exp(fit - logsumexp(fit, axis=2, keepdims=True))
    node = (within * weight[None, :, None]).reshape(len(histories), -1)
    share = np.zeros((len(histories), steps))
    silence, ahead = np.zeros(len(histories)), np.zeros((len(histories), _AHEAD))
    coming = (np.arange(_AHEAD) + 0.5) * STEP_DAYS
    for piece, ages in enumerate(histories.values()):
        used = np.flatnonzero(node[piece] > 1e-4)
        at, today = np.split(_at(chains, used, ages, np.append(middle, 0.0), start), [steps], axis=1)
        share[piece] = node[piece][used] @ at / node[piece][used].sum()
        share[piece][middle > start] = 0.0
        # From the chance of today the chain goes on, towards what it is in the long run.
        rest = chains.there[used]
        later = rest + (today - rest) * np.exp(-(chains.leave + chains.come)[used] * coming)
        ahead[piece] = node[piece][used] @ later / node[piece][used].sum()
        newest = ages[0] if len(ages) else start
        silence[piece] = ((1 - share[piece]) * STEP_DAYS)[middle < newest].sum()
    # The step in which the file begins is observed in part.
    part = np.clip((start - np.arange(steps) * STEP_DAYS) / STEP_DAYS, 0.0, 1.0)
    edge = (part > 0) & (part < 1)
    share[:, edge] = np.maximum(share[:, edge], share[:, np.maximum(np.flatnonzero(edge) - 1, 0)])
    return (share * part)[of_piece], silence[of_piece], ahead[of_piece]


def _effective(own: list[Floats]) -> float:
    """Give how much of the likelihood is left when reports that several pieces share are counted once."""
    every = sum(len(one) for one in own)
    apart = len(np.unique(np.concatenate([np.round(one, 6) for one in own]))) if every else 1
    return min(1.0, max(apart / max(every, 1), 1.0 / len(own)))


def _at(chains: _Chains, used: Ints, ages: Floats, middle: Floats, start: float) -> Floats:
    """Chance of being there at the middle of each step, by node."""
    part = _Chains.__new__(_Chains)
    for name, value in vars(chains).items():
        setattr(part, name, value[used])
    out = np.zeros((len(used), len(middle)))
    if not len(ages):
        back = np.clip(start - middle, 0.0, None)
        whole = part.there * part.ends(np.array([start])) + (1 - part.there) * (
            part.comes(np.array([start])) + part.absent(np.array([start]))
        )
        return part.begins(middle) * part.ends(back) / np.maximum(whole, 1e-300)
    slot = np.searchsorted(ages, middle)
    inner = (slot > 0) & (slot < len(ages))
    low, high = ages[slot[inner] - 1], ages[slot[inner]]
    since, left = middle[inner] - low, high - middle[inner]
    out[:, inner] = part.stays(since) * part.stays(left) / np.maximum(part.stays(high - low), 1e-300)
    new = slot == 0
    back = ages[0] - middle[new]
    out[:, new] = part.stays(back) * part.ends(middle[new]) / np.maximum(part.ends(np.array([ages[0]])), 1e-300)
    old = (slot == len(ages)) & (middle <= start)
    since, left = middle[old] - ages[-1], start - middle[old]
    out[:, old] = (
        part.stays(since) * part.begins(left) / np.maximum(part.begins(np.array([max(start - ages[-1], 0.0)])), 1e-300)
    )
    return np.clip(out, 0.0, 1.0)

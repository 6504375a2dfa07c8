"""The made-up world that breaks the model's assumptions: ground that moves, contests, raids, and silence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artimap.control.contestation.model import COMMON, PER_GROUP
from benchmarks.contestation_study.truth import CONTESTED, NONE, STATE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(slots=True)
class _Ground:
    """Who holds each unit, who contests it, until when, and for how long nothing is heard from it."""

    holder: Ints
    challenger: Ints
    until: Ints
    hushed_until: Ints
    heard: Floats


def fronts(random: np.random.Generator, side: int, periods: int, groups: int) -> tuple[Ints, Floats]:
    """Grow and shrink grounds on a grid; give truth and mean counts."""
    units = side * side
    touch = _touching(side)
    ground = _Ground(
        holder=np.full(units, NONE),
        challenger=np.full(units, NONE),
        until=np.zeros(units, dtype=np.int64),
        hushed_until=np.zeros(units, dtype=np.int64),
        heard=np.ones(units),
    )
    for group, seat in enumerate(random.choice(units, groups, replace=False)):
        ground.holder[seat] = group
        ground.holder[np.flatnonzero(touch[seat])[: random.integers(1, 5)]] = group
    free = np.flatnonzero(ground.holder == NONE)
    ground.holder[random.choice(free, min(5, len(free)), replace=False)] = STATE
    mood = random.choice(3, groups, p=[0.5, 0.3, 0.2])
    mood_until = random.integers(2, 9, groups)
    press = random.gamma(3.0, 1 / 3.0, units)
    truth = np.zeros((units, periods), dtype=np.int64)
    means = np.zeros((units, periods, len(COMMON) + groups * len(PER_GROUP)))
    for period in range(periods):
        for group in range(groups):
            if period >= mood_until[group]:
                mood[group] = random.choice(3, p=[0.45, 0.35, 0.2])
                mood_until[group] = period + max(2, int(random.lognormal(1.5, 0.5)))
            _advance(random, ground, touch, group, int(mood[group]), period)
        _raid(random, ground, touch, period)
        _settle(random, ground, touch, period)
        truth[:, period] = np.where(ground.challenger != NONE, CONTESTED, ground.holder)
        heard = np.where(ground.hushed_until > period, ground.heard, 1.0) * press
        means[:, period] = _fronts_means(random, ground, touch, groups) * heard[:, None]
    return truth, means


def _touching(side: int) -> NDArray[np.bool_]:
    row, column = np.divmod(np.arange(side * side), side)
    near: NDArray[np.bool_] = np.maximum(abs(row[:, None] - row), abs(column[:, None] - column)) == 1
    return near


def _arrive(random: np.random.Generator, ground: _Ground, unit: int, period: int) -> None:
    """Let reporting fall, in most places and for a while, when a gang comes."""
    if random.random() < 0.7:
        ground.hushed_until[unit] = period + 1 + int(random.lognormal(1.0, 0.6))
        ground.heard[unit] = random.beta(1.2, 8.0)


def _advance(
    random: np.random.Generator, ground: _Ground, touch: NDArray[np.bool_], group: int, mood: int, period: int
) -> None:
    mine = (ground.holder == group) & (ground.challenger == NONE)
    if mood == 0 or not mine.any():  # expand: at the edge, or come back somewhere
        edge = touch[mine].any(axis=0) & (ground.holder != group) & (ground.challenger == NONE)
        targets = np.flatnonzero(edge) if mine.any() else np.flatnonzero(ground.holder == NONE)
        if not len(targets) or (not mine.any() and random.random() < 0.85):
            return
        for unit in random.choice(targets, min(random.poisson(0.9), len(targets)), replace=False):
            if ground.holder[unit] == NONE and random.random() < 0.75:
                ground.holder[unit] = group
            else:
                ground.challenger[unit] = group
                ground.until[unit] = period + 1 + random.poisson(2.0)
            _arrive(random, ground, int(unit), period)
    elif mood == 2:  # withdraw from the edge
        rim = np.flatnonzero(mine & touch[~mine].any(axis=0))
        for unit in random.choice(rim, min(random.poisson(0.7), len(rim)), replace=False):
            ground.holder[unit] = STATE if random.random() < 0.15 else NONE


def _raid(random: np.random.Generator, ground: _Ground, touch: NDArray[np.bool_], period: int) -> None:
    """State forces raid a few neighbouring units that a group holds; groups test where state forces are."""
    held = np.flatnonzero((ground.holder >= 0) & (ground.challenger == NONE))
    if len(held) and random.random() < 0.45:
        first = random.choice(held)
        near = [unit for unit in held if unit == first or (touch[first, unit] and random.random() < 0.3)]
        for unit in near:
            ground.challenger[unit] = STATE
            ground.until[unit] = period + 1 + random.integers(0, 3)
    posts = np.flatnonzero((ground.holder == STATE) & (ground.challenger == NONE))
    for unit in posts:
        if random.random() < 0.06:  # forces are few, and called elsewhere
            ground.holder[unit] = NONE


def _settle(random: np.random.Generator, ground: _Ground, touch: NDArray[np.bool_], period: int) -> None:
    """End the contests whose time is up; who has more ground around is more likely to win."""
    for unit in np.flatnonzero((ground.challenger != NONE) & (ground.until <= period)):
        holder, challenger = ground.holder[unit], ground.challenger[unit]
        around = ground.holder[touch[unit]]
        odds = np.array([1 + (around == holder).sum(), 1 + (around == challenger).sum(), 0.6])
        if challenger == STATE:
            odds = np.array([5.0, 3.0, 2.0])
        won = random.choice(3, p=odds / odds.sum())
        ground.holder[unit] = (holder, challenger, NONE)[won]
        ground.challenger[unit] = NONE


def _fronts_means(random: np.random.Generator, ground: _Ground, touch: NDArray[np.bool_], groups: int) -> Floats:
    """Give mean counts of one period, before scaling; other numbers than the model's own."""
    units = len(ground.holder)
    mean = np.zeros((units, len(COMMON) + groups * len(PER_GROUP)))
    common = {name: number for number, name in enumerate(COMMON)}
    calm = ground.challenger == NONE
    gang = ground.holder >= 0
    mean[:, common["civil"]] = np.where(gang | ~calm, 0.14, 0.3)
    mean[:, common["state"]] = np.where((ground.holder == STATE) & calm, 0.3, 0.03)
    mean[:, common["state"]] += 0.1 * ((ground.challenger == STATE) & ~calm)
    for group in range(groups):
        own = slice(len(COMMON) + group * len(PER_GROUP), len(COMMON) + (group + 1) * len(PER_GROUP))
        attack, hold, fight, raid = (mean[:, own][:, one] for one in range(len(PER_GROUP)))
        held = ground.holder == group
        side = held | (ground.challenger == group)
        near = touch[held].any(axis=0) & ~side if held.any() else np.zeros(units, dtype=bool)
        attack += np.where(held & calm, 0.35, 0) + 0.35 * (side & ~calm) + 0.07 * near
        hold += np.where(held & calm, 0.3, 0) + 0.1 * (side & ~calm)
        other = (ground.challenger == STATE) | (ground.holder == STATE)
        fight += 0.9 * (side & ~calm & ~other) + 0.04 * (held & calm)
        raid += 0.9 * (side & ~calm & other) + 0.06 * (held & calm)
        roam = random.random(units) < 0.012  # strikes far from home, in bursts
        attack += np.where(roam & ~side, random.gamma(1.0, 0.8, units), 0)
    mean *= random.gamma(1.5, 1 / 1.5, (units, 1))
    return mean

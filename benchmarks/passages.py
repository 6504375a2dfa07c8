"""How often the intervals of a rate per passage hold the true one, on made-up movements of which parts go unreported.

The simulator shares no code with artimap: it draws days, passages, incidents and what is written down of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

import artimap as am

LEVELS = ("80", "95")


@dataclass(frozen=True)
class Traffic:
    """Movements over one way.

    ``chance`` and ``passages`` are spans from which each world draws evenly by the logarithm; ``missed`` and
    ``unlogged`` spans of the part of the incidents that nobody reports and of the quiet passages (with ``blind`` of
    all passages) that nobody writes down. With ``bursts`` the chance changes from week to week by a factor of mean 1
    and that variance.
    """

    chance: tuple[float, float] = (0.001, 0.2)
    passages: tuple[float, float] = (5.0, 500.0)
    missed: tuple[float, float] = (0.0, 0.3)
    unlogged: tuple[float, float] = (0.0, 0.2)
    blind: bool = False
    bursts: float = 0.0


PLAIN = Traffic()
WORLDS = {
    "all of these": PLAIN,
    "chance below 1 in 100": replace(PLAIN, chance=(0.001, 0.01)),
    "chance above 1 in 100": replace(PLAIN, chance=(0.01, 0.2)),
    "up to 50 passages": replace(PLAIN, passages=(5.0, 50.0)),
    "more than 50 passages": replace(PLAIN, passages=(50.0, 500.0)),
    "3 incidents and more expected": replace(PLAIN, chance=(0.03, 0.2), passages=(100.0, 500.0)),
    "every incident reported": replace(PLAIN, missed=(0.0, 0.0)),
    "15 % of the incidents missed": replace(PLAIN, missed=(0.15, 0.15)),
    "30 % of the incidents missed": replace(PLAIN, missed=(0.3, 0.3)),
    "every passage written down": replace(PLAIN, unlogged=(0.0, 0.0)),
    "20 % of the quiet ones not": replace(PLAIN, unlogged=(0.2, 0.2)),
    "20 % of all passages not": replace(PLAIN, unlogged=(0.2, 0.2), blind=True),
    "bursts by the week (variance 1)": replace(PLAIN, bursts=1.0),
    "bursts by the week (variance 4)": replace(PLAIN, bursts=4.0),
    "the same, 3 incidents and more": replace(PLAIN, bursts=4.0, chance=(0.03, 0.2), passages=(100.0, 500.0)),
}


def drawn(traffic: Traffic, rng: np.random.Generator) -> tuple[float, int, int]:
    """Give the true chance, and the passages that are written down without and with an incident."""
    chance, many = (np.exp(rng.uniform(*np.log(span))) for span in (traffic.chance, traffic.passages))
    missed, unlogged = rng.uniform(*traffic.missed), rng.uniform(*traffic.unlogged)
    passages = round(many)
    factor = np.ones(passages)
    if traffic.bursts:
        weeks = rng.gamma(1 / traffic.bursts, traffic.bursts, size=passages // 5 + 1)  # five passages a week
        factor = weeks[np.arange(passages) // 5]
    struck = rng.random(passages) < np.minimum(chance * factor, 1.0)
    reported = struck & (rng.random(passages) >= missed)
    written = rng.random(passages) >= unlogged
    if not traffic.blind:
        written |= reported
    return float(chance), int((written & ~reported).sum()), int((written & reported).sum())


rate_of = cache(am.passage_rate)


def covered(traffic: Traffic, *, worlds: int, seed: int = 0) -> dict[str, float]:
    """Give how often each interval holds the true chance, in percent."""
    held = dict.fromkeys(LEVELS, 0)
    for number in range(worlds):
        chance, quiet, incidents = drawn(traffic, np.random.default_rng([seed, number]))
        rate = rate_of(quiet, incidents)
        for level in LEVELS:
            held[level] += getattr(rate, f"lo{level}") <= chance <= getattr(rate, f"hi{level}")
    return {level: 100 * count / worlds for level, count in held.items()}


def run(repeat: int, *, runs: int = 200, seed: int = 0) -> None:  # noqa: ARG001 - runs say how many
    """Print how often the intervals hold the true chance."""
    worlds = 10 * runs
    print(f"\n{worlds} made-up worlds a line; 95 % to reach: 93 to 97 where the world is that of the model\n")
    print("| world | 80 % holds | 95 % holds |\n|---|---|---|")
    for name, traffic in WORLDS.items():
        told = covered(traffic, worlds=worlds, seed=seed)
        print(f"| {name} | {told['80']:.1f} | {told['95']:.1f} |", flush=True)

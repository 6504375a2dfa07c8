"""What random placement of events gives, to hold a density against.

A density looked at place by place finds clusters in pure chance. So the largest value
anywhere in each simulation (a max-statistic) or the false-discovery rate (Benjamini &
Hochberg 1995, *JRSS B* 57) decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from artimap.core.arrays import Floats


@dataclass(frozen=True, eq=False)
class Null:
    """What random placement gives: by point mean and spread; all values in those terms; the largest, sorted."""

    mean: Floats
    spread: Floats
    z: Floats
    largest: Floats

    @classmethod
    def of(cls, simulated: Floats, observed: Floats, *, level: bool = False) -> Null:
        """Read simulated densities, (simulations, points), and the observed one.

        Mean and spread are taken over both: only so is the observed one, where nothing
        clusters, a draw like the others, and a test at 5 % wrong in 5 % of the cases.
        With ``level`` no point has less spread than all of them in the mean of squares: where chance hardly ever
        puts an event, one alone would else stand out more than ten where it often does.
        """
        whole = np.vstack([simulated, observed[None, :]])
        mean, spread = whole.mean(axis=0), whole.std(axis=0)
        spread = np.maximum(spread, np.sqrt((spread**2).mean())) if level and len(spread) else spread
        spread = np.where(spread > 0, spread, 1.0)
        z = (simulated - mean) / spread
        return cls(mean, spread, z, np.sort(z.max(axis=1, initial=-np.inf)))

    @cached_property
    def pooled(self) -> Floats:
        """The values of all points together, sorted."""
        return np.sort(self.z.ravel())

    def standard(self, density: Floats) -> Floats:
        """Give densities in standard deviations above the mean of the same point."""
        return np.asarray((density - self.mean) / self.spread)

    def p_point(self, z: Floats) -> Floats:
        """Give the chance of as much at one point."""
        above = len(self.pooled) - np.searchsorted(self.pooled, z - 1e-9)
        return np.asarray((1 + above) / (1 + len(self.pooled)))

    def p_max(self, z: Floats) -> Floats:
        """Give the chance of as much anywhere."""
        above = len(self.largest) - np.searchsorted(self.largest, z - 1e-9)
        return np.asarray((1 + above) / (1 + len(self.largest)))


def false_discovery(p: Floats) -> Floats:
    """Give the least false-discovery rate at which each p-value is taken (Benjamini & Hochberg)."""
    order = np.argsort(p, kind="stable")
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return np.minimum(q, 1.0)

"""What is true of a unit in a made-up world, as numbers, as columns and in words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

NONE, CONTESTED, STATE = -1, -2, -3
"""No armed group, contested, state forces. A group is its number."""


def column_of_truth(truth: Ints, groups: int) -> Ints:
    """Give the column of ``Beliefs.stacked()`` that was true: none, each group, contested, state."""
    return np.select([truth == NONE, truth == CONTESTED, truth == STATE], [0, groups + 1, groups + 2], truth + 1)


def kinds_of(truth: Ints) -> NDArray[np.object_]:
    """Give the truth in words, groups not told apart: ``none``, ``group``, ``contested``, ``state``."""
    return np.select([truth == NONE, truth == CONTESTED, truth == STATE], ["none", "contested", "state"], "group")

"""Compiled loops: the kernels, 32 distances at once or one."""

from __future__ import annotations

from typing import Any

import numpy as np

from artimap.density._lanes import minus, spread, times, times_add, where_less
from artimap.network.compiled import jit


@jit
def shape(kernel: Any, distance: Any, inverse: Any, bandwidth: Any) -> Any:
    """Give the kernel's shape (1 at no distance) in each lane."""
    zero, one = spread(0.0), spread(1.0)
    if kernel == 4:
        return where_less(distance, spread(bandwidth), one, zero)
    u = times(distance, spread(inverse))
    if kernel == 2:
        raw = minus(one, u)
        return where_less(zero, raw, raw, zero)
    if kernel == 3:
        # exp(-4.5 u²) = (exp(-4.5 u² / 16))¹⁶ by its series
        x = times(times(u, u), spread(-4.5 / 16))
        value = spread(1.0)
        for k in range(12, 0, -1):
            value = times_add(value, times(x, spread(1.0 / k)), one)
        for _ in range(4):
            value = times(value, value)
        return where_less(distance, spread(bandwidth), value, zero)
    raw = minus(one, times(u, u))
    raw = where_less(zero, raw, raw, zero)
    if kernel == 1:
        return times(raw, raw)
    return raw


@jit
def shape_of_one(kernel: Any, distance: Any, inverse: Any, bandwidth: Any) -> Any:
    """Give the kernel's shape at one distance."""
    u = distance * inverse
    if not distance < bandwidth:
        return 0.0
    if kernel == 4:
        return 1.0
    if kernel == 2:
        return 1.0 - u
    if kernel == 3:
        return np.exp(-4.5 * u * u)
    raw = max(0.0, 1.0 - u * u)
    return raw * raw if kernel == 1 else raw

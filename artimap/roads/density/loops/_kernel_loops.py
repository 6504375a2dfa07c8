"""Compiled loops: the kernels, 32 distances at once or one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from artimap.roads.density.loops._lanes import minus, spread, times, times_add, where_less
from artimap.roads.network.compiled import jit


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


@jit
def add_terms(kernel: Any, u: Any, inverse: Any, w: Any, terms: Any, row: Any) -> Any:
    """Add ``w`` times the kernel's shape, as a polynomial in the metres beyond ``u``, to ``terms[row:row + 5]``."""
    if kernel == 4:
        terms[row] += w
    elif kernel == 2:
        terms[row] += w * (1.0 - u)
        terms[row + 1] -= w * inverse
    elif kernel == 0:
        terms[row] += w * (1.0 - u * u)
        terms[row + 1] -= w * 2.0 * u * inverse
        terms[row + 2] -= w * inverse * inverse
    elif kernel == 1:
        a = 1.0 - u * u
        terms[row] += w * a * a
        terms[row + 1] -= w * 4.0 * a * u * inverse
        terms[row + 2] += w * (4.0 * u * u - 2.0 * a) * inverse**2
        terms[row + 3] += w * 4.0 * u * inverse**3
        terms[row + 4] += w * inverse**4


@jit
def area_to(kernel: Any, u: Any) -> Any:
    """Give the area under the kernel's shape from 0 to u; from 1 on it grows no more."""
    x = min(u, 1.0)
    if kernel == 4:
        return x
    if kernel == 2:
        return x - x * x / 2
    if kernel == 3:
        return math.sqrt(math.pi / 18) * math.erf(x * (3 / math.sqrt(2.0)))
    if kernel == 1:
        return x - 2 * x**3 / 3 + x**5 / 5
    return x - x**3 / 3

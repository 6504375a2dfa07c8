"""Compiled loops: the kernels at one distance, as terms, and their areas."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from artimap.roads.network.compiled import inner


@inner
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


@inner
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


@inner
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

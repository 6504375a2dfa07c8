"""The kernels: how an event's weight thins out with distance along the roads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import erf, pi, sqrt

import numpy as np

from artimap.core.arrays import Floats
from artimap.core.errors import ModelError


@dataclass(frozen=True)
class Kernel:
    """A kernel: its shape (1 at no distance, 0 from the bandwidth on), and what makes its area 1.

    Attributes
    ----------
    name
        What callers say.
    code
        What compiled loops say.
    norm
        The area under the shape from -1 to 1 is 1 / norm: shape · norm / bandwidth integrates to 1.
    shape
        The shape of u = distance / bandwidth, for 0 ≤ u < 1.
    terms
        The same as a polynomial: what it has of u⁰, u¹, u² and u⁴. None: it is no polynomial.
    """

    name: str
    code: int
    norm: float
    shape: Callable[[Floats], Floats]
    terms: tuple[float, float, float, float] | None

    def __call__(self, distance_m: Floats, bandwidth_m: float) -> Floats:
        """Give the shape at distances; 0 from the bandwidth on."""
        u = distance_m / bandwidth_m
        inside = distance_m < bandwidth_m
        return np.where(inside, np.maximum(self.shape(np.where(inside, u, 0.0)), 0.0), 0.0)

    def per_km(self, bandwidth_m: float) -> float:
        """Give the density per km right at an event of weight 1."""
        return 1000.0 * self.norm / bandwidth_m


KERNELS = {
    one.name: one
    for one in (
        Kernel("epanechnikov", 0, 3 / 4, lambda u: 1 - u * u, (1.0, 0.0, -1.0, 0.0)),
        Kernel("quartic", 1, 15 / 16, lambda u: (1 - u * u) ** 2, (1.0, 0.0, -2.0, 1.0)),
        Kernel("triangular", 2, 1.0, lambda u: 1 - u, (1.0, -1.0, 0.0, 0.0)),
        # a third of the bandwidth is its standard deviation; what lies beyond three is cut off
        Kernel("gaussian", 3, 3 / (sqrt(2 * pi) * erf(3 / sqrt(2))), lambda u: np.exp(-4.5 * u * u), None),
        Kernel("uniform", 4, 1 / 2, np.ones_like, (1.0, 0.0, 0.0, 0.0)),
    )
}
"""All kernels by name."""


def area_to(kernel: Kernel, u: Floats) -> Floats:
    """Give the area under a kernel's shape from 0 to u; from 1 on it grows no more."""
    x = np.minimum(u, 1.0)
    if kernel.name == "gaussian":
        from scipy.special import erf as erf_of  # noqa: PLC0415 - slow to import, used only here

        return np.asarray(sqrt(pi / 18) * erf_of(x * (3 / sqrt(2))))
    if kernel.name == "epanechnikov":
        return x - x**3 / 3
    if kernel.name == "quartic":
        return x - 2 * x**3 / 3 + x**5 / 5
    return x - x * x / 2 if kernel.name == "triangular" else x


METHODS = ("simple", "discontinuous", "continuous")


def chosen(kernel: str, method: str, bandwidth_m: float) -> Kernel:
    """Give the kernel of that name; ModelError with what there is where a name or the bandwidth is wrong."""
    if kernel not in KERNELS:
        msg = f"kernel {kernel!r} is not known: choose one of {', '.join(KERNELS)}"
        raise ModelError(msg)
    if method not in METHODS:
        msg = f"method {method!r} is not known: choose one of {', '.join(METHODS)}"
        raise ModelError(msg)
    if not (np.isfinite(bandwidth_m) and bandwidth_m > 0):
        msg = f"bandwidth_m must be greater than 0 metres, not {bandwidth_m!r}"
        raise ModelError(msg)
    return KERNELS[kernel]

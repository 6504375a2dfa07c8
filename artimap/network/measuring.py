"""Chainage of the vertices of many lines at once."""

from __future__ import annotations

import numpy as np

from artimap.spreading import Floats, Ints

_LONG = 64
"""Lines with more vertices are summed one by one, the others together, vertex by vertex."""


def measures(coords: Floats, coord_ptr: Ints) -> Floats:
    """Give the distance of each vertex from the start of its line, along the line.

    The steps of a line are summed in order, each line on its own: one running sum over a
    million lines would lose what lies below 1e-8 m.
    """
    out = np.zeros(len(coords))
    size = np.diff(coord_ptr)
    if not size.size:
        return out
    out[1:] = np.sqrt(np.square(np.diff(coords, axis=0)).sum(axis=1))
    out[coord_ptr[:-1]] = 0.0
    for line in np.flatnonzero(size > _LONG):
        part = out[coord_ptr[line] : coord_ptr[line + 1]]
        np.cumsum(part, out=part)
    short = np.flatnonzero(size <= _LONG)
    short = short[np.argsort(-size[short], kind="stable")]
    for step in range(2, int(size[short].max(initial=0))):
        short = short[: np.searchsorted(-size[short], -step, side="left")]
        here = coord_ptr[short] + step
        out[here] += out[here - 1]
    return out

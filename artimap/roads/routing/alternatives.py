"""From all ways that are a trade-off to the few that differ, and ways put together from legs.

Two ways differ where they share at most 70 % of the length of the shorter one: limited sharing, as in Abraham,
Delling, Goldberg & Werneck (2013, *Alternative Routes in Road Networks*, ACM JEA 18).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from artimap.core.arrays import Floats
from artimap.roads.routing.router import RoutePath

MOST_SHARED = 0.7
"""Ways that share more than this part of the shorter one are one way with a variant."""
MOST_WAYS = 4
"""Nobody compares more side by side."""


def shared_m(one: RoutePath, other: RoutePath) -> float:
    """Give the metres of road that two ways have in common, whichever way they are run through."""
    mine, low, high = _pieces(one)
    theirs, from_m, to_m = _pieces(other)
    row, column = np.nonzero(mine[:, None] == theirs[None, :])
    return float(np.clip(np.minimum(high[row], to_m[column]) - np.maximum(low[row], from_m[column]), 0.0, None).sum())


def _pieces(path: RoutePath) -> tuple[Floats, Floats, Floats]:
    """Give a way's pieces of edges, each metre once."""
    ends = dict[int, list[list[float]]]()
    low, high = np.minimum(path.from_m, path.to_m), np.maximum(path.from_m, path.to_m)
    for at in np.lexsort((low, path.edges)).tolist():
        own = ends.setdefault(int(path.edges[at]), [])
        if own and low[at] <= own[-1][1]:
            own[-1][1] = max(own[-1][1], float(high[at]))
        else:
            own.append([float(low[at]), float(high[at])])
    flat = np.array([(edge, *piece) for edge, own in ends.items() for piece in own]).reshape(-1, 3)
    return flat[:, 0], flat[:, 1], flat[:, 2]


def thinned(ways: Sequence[RoutePath]) -> list[RoutePath]:
    """Keep the quickest way, then in order of the second cost those that differ from all that are kept.

    Parameters
    ----------
    ways
        Trade-offs, the quickest first.

    Returns
    -------
    list of RoutePath
        At most four, the quickest first. The same whatever else the ways cost.
    """
    kept = list(ways[:1])
    for way in sorted(ways[1:], key=lambda one: (one.costs[1], one.costs[0])):
        if len(kept) < MOST_WAYS and all(
            shared_m(way, one) <= MOST_SHARED * min(way.length_m, one.length_m) for one in kept
        ):
            kept.append(way)
    return sorted(kept, key=lambda one: one.costs)


def through(legs: Sequence[Sequence[RoutePath]]) -> list[RoutePath]:
    """Put ways together leg by leg, and keep the trade-offs.

    Parameters
    ----------
    legs
        The trade-offs of each leg, the quickest first.

    Returns
    -------
    list of RoutePath
        Those of which no other is better in one cost and not worse in the other, the quickest first.
    """
    out = list(legs[0])
    for leg in legs[1:]:
        both = [_joined(one, other) for one, other in product(out, leg)]
        out = []
        for way in sorted(both, key=lambda one: one.costs):
            if not out or way.costs[1] < out[-1].costs[1]:
                out.append(way)
    return out


def _joined(one: RoutePath, other: RoutePath) -> RoutePath:
    edges = np.concatenate([one.edges, other.edges])
    low, high = np.concatenate([one.from_m, other.from_m]), np.concatenate([one.to_m, other.to_m])
    costs = tuple(a + b for a, b in zip(one.costs, other.costs, strict=True))
    at = len(one.edges)
    # A leg that ends within an edge and goes on in the same sense is one run through it.
    if edges[at - 1] == edges[at] and (high[at - 1] - low[at - 1]) * (high[at] - low[at]) > 0:
        low[at] = low[at - 1]
        edges, low, high = np.delete(edges, at - 1), np.delete(low, at - 1), np.delete(high, at - 1)
    return RoutePath(edges, low, high, costs)

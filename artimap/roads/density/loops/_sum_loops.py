"""Compiled loops: what a batch of events brings to places on the edges, summed."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from artimap.core.arrays import Floats, Ints
from artimap.roads.density.kernels import Kernel
from artimap.roads.density.loops._near_loops import WIDTH
from artimap.roads.network.compiled import inner, together


class Targets(NamedTuple):
    """Places on edges that are to get a value: ``at[begin[f]:end[f]]`` on edge ``f``."""

    begin: Ints
    end: Ints
    at: Floats


class Sums(NamedTuple):
    """The job of summing a kernel at places: ``out`` gets a value for each.

    ``terms`` are what the kernel's shape has of u⁰, u¹, u² and u⁴, where it is a polynomial.
    """

    targets: Targets
    gaussian: bool
    terms: Floats  # (4,)
    out: Floats


def sums_at(targets: Targets, kernel: Kernel, out: Floats) -> Sums:
    """Make the job; ``out`` holds zeros."""
    terms = np.array(kernel.terms or (0.0, 0.0, 0.0, 0.0))
    return Sums(targets, kernel.terms is None, terms, out)


@inner
def shape_at(gaussian: Any, terms: Any, distance: Any, inverse: Any, bandwidth: Any) -> Any:
    """Give the kernel's shape at one distance; ``terms`` as numbers."""
    if not distance < bandwidth:
        return 0.0
    u = distance * inverse
    if gaussian:
        return np.exp(-4.5 * u * u)
    one, first, second, fourth = terms
    return max(one + u * (first + u * (second + u * u * fourth)), 0.0)


@inner
def add_straight(job: Any, roads: Any, room: Any, events: Any, first: Any, last: Any, bandwidth: Any) -> Any:
    """Add what the straight way brings to places on the events' own edges, where it is shorter than the way round.

    The way round, by the ends of the edge, has given its part already: that is taken away again.
    """
    begin, stop, at, out, row, slot, length = (
        job.targets.begin,
        job.targets.end,
        job.targets.at,
        job.out,
        room.row,
        room.slot,
        roads.length,
    )
    edge, offs, weights, starts, ends = events.edge, events.off, events.weight, roads.start, roads.end
    gaussian, terms = job.gaussian, (job.terms[0], job.terms[1], job.terms[2], job.terms[3])
    inverse = 1.0 / bandwidth
    for i in range(first, last):
        e, lane, off, weight = edge[i], i - first, offs[i], weights[i]
        u, v = slot[starts[e]], slot[ends[e]]
        start_m = row[u, lane] if u >= 0 else np.inf
        end_m = length[e] + (row[v, lane] if v >= 0 else np.inf)
        for t in range(begin[e], stop[e]):
            straight, beyond = abs(off - at[t]), min(start_m + at[t], end_m - at[t])
            if straight < beyond and straight < bandwidth:
                more = shape_at(gaussian, terms, straight, inverse, bandwidth)
                out[t] += weight * (more - shape_at(gaussian, terms, beyond, inverse, bandwidth))


@together
def take_sums(job: Any, roads: Any, room: Any, events: Any, first: Any, last: Any, edges: Any, bandwidth: Any) -> Any:
    """Give every place on the edges near what the events of the batch bring it."""
    # all arrays are named before the loops: to take one out of its tuple within them is counted, which threads share
    begin, stop, at, out, row, weight = (
        job.targets.begin,
        job.targets.end,
        job.targets.at,
        job.out,
        room.row,
        room.weight,
    )
    edge, from_row, to_row, length = room.edge, room.from_row, room.to_row, roads.length
    one, two, three, four = job.terms[0], job.terms[1], job.terms[2], job.terms[3]
    gaussian, plain = job.gaussian, one == 1.0 and two == 0.0 and three == -1.0 and four == 0.0
    inverse = 1.0 / bandwidth
    weights = events.weight
    for lane in range(WIDTH):
        weight[lane] = weights[first + lane] if first + lane < last else 0.0
    for k in range(edges):
        start, end, f = from_row[k], to_row[k], edge[k]
        nearest = np.inf
        for lane in range(WIDTH):
            nearest = min(nearest, row[start, lane], row[end, lane])
        if not nearest < bandwidth:
            continue
        for t in range(begin[f], stop[f]):
            q, rest, value = at[t], length[f] - at[t], 0.0
            if plain:
                for lane in range(WIDTH):
                    u = min(row[start, lane] + q, row[end, lane] + rest) * inverse
                    value += weight[lane] * max(1.0 - u * u, 0.0)
            elif gaussian:
                for lane in range(WIDTH):
                    distance = min(row[start, lane] + q, row[end, lane] + rest)
                    u = distance * inverse
                    # exp(-4.5 u²) = (exp(-4.5 u² / 16))¹⁶ by its series: no call, and so side by side
                    x = u * u * (-4.5 / 16)
                    shape = 1.0
                    for power in range(12):
                        shape = shape * (x * (1.0 / (12 - power))) + 1.0
                    shape *= shape
                    shape *= shape
                    shape *= shape
                    shape *= shape
                    value += weight[lane] * (shape if distance < bandwidth else 0.0)
            else:
                for lane in range(WIDTH):
                    distance = min(row[start, lane] + q, row[end, lane] + rest)
                    u = distance * inverse
                    shape = max(one + u * (two + u * (three + u * u * four)), 0.0)
                    value += weight[lane] * (shape if distance < bandwidth else 0.0)
            out[t] += value
    add_straight(job, roads, room, events, first, last, bandwidth)

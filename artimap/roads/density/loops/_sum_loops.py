"""Compiled loops: what a batch of events brings to places on the edges, summed."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from artimap.core.arrays import Floats, Ints
from artimap.roads.density.loops._kernel_loops import shape, shape_of_one
from artimap.roads.density.loops._lanes import WIDTH, add, any_less, lesser, load, minus, spread, times, total
from artimap.roads.density.loops._run_loops import Runs, runs
from artimap.roads.network.compiled import jit


class Targets(NamedTuple):
    """Places on edges that are to get a value: ``at[ptr[f]:ptr[f + 1]]`` on edge ``f``."""

    ptr: Ints
    at: Floats


class Sums(NamedTuple):
    """The job of summing a kernel at places: ``out`` gets a value for each; ``lane`` is room for 32 weights."""

    targets: Targets
    kernel: int
    lane: Floats
    runs: Runs
    out: Floats


def sums_at(targets: Targets, kernel: int, out: Floats) -> Sums:
    """Make the job; ``out`` holds zeros."""
    return Sums(targets, kernel, np.empty(WIDTH), runs(), out)


@jit
def ends_of(roads: Any, room: Any, events: Any, i: Any, lane: Any) -> Any:
    """Give how far the ends of an event's own edge are by the roads beyond it, the farther one past the edge."""
    e = events.edge[i]
    u, v = room.slot[roads.start[e]], room.slot[roads.end[e]]
    start_m = room.row[u * WIDTH + lane] if u >= 0 else np.inf
    end_m = room.row[v * WIDTH + lane] if v >= 0 else np.inf
    return start_m, end_m + roads.length[e]


@jit
def straighter(kernel: Any, straight: Any, round_: Any, inverse: Any, bandwidth: Any) -> Any:
    """Give what the straight way adds to the kernel's shape at a place that the way round has given its part."""
    if straight < round_ and straight < bandwidth:
        return shape_of_one(kernel, straight, inverse, bandwidth) - shape_of_one(kernel, round_, inverse, bandwidth)
    return 0.0


@jit
def take_sums(job: Any, roads: Any, room: Any, events: Any, first: Any, last: Any, edges: Any, bandwidth: Any) -> Any:
    """Give every place on the edges near what the events of the batch bring it."""
    targets, out, kernel = job.targets, job.out, job.kernel
    job.lane[:] = 0.0
    job.lane[: last - first] = events.weight[first:last]
    weight = load(job.lane, 0)
    inverse = 1.0 / bandwidth
    bound = spread(bandwidth)
    for k in range(edges):
        by_start = load(room.row, room.from_row[k])
        by_end = load(room.row, room.to_row[k])
        if not any_less(lesser(by_start, by_end), bound):
            continue
        f = room.edge[k]
        by_end = add(by_end, spread(roads.length[f]))
        for t in range(targets.ptr[f], targets.ptr[f + 1]):
            q = spread(targets.at[t])
            distance = lesser(add(by_start, q), minus(by_end, q))
            out[t] += total(times(weight, shape(kernel, distance, inverse, bandwidth)))
    # on the edges that the events themselves lie on the straight way may be shorter
    for i in range(first, last):
        e, p = events.edge[i], events.off[i]
        start_m, end_m = ends_of(roads, room, events, i, i - first)
        for t in range(targets.ptr[e], targets.ptr[e + 1]):
            q = targets.at[t]
            more = straighter(kernel, abs(p - q), min(start_m + q, end_m - q), inverse, bandwidth)
            out[t] += events.weight[i] * more

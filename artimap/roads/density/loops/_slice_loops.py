"""Compiled loops: what a batch of events brings to places on the edges, on each of many days."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from artimap.core.arrays import Floats
from artimap.roads.density.loops._kernel_loops import shape, shape_of_one
from artimap.roads.density.loops._lanes import (
    FEW,
    WIDTH,
    add,
    any_less,
    grow_few,
    lesser,
    load,
    load_few,
    minus,
    spread,
    store,
    store_few,
)
from artimap.roads.density.loops._sum_loops import Targets, ends_of, straighter
from artimap.roads.network.compiled import jit


class Slices(NamedTuple):
    """The job of summing a kernel of place times a kernel of time, at places and on days.

    ``out[t, s]`` is place t on day ``days[s]``; days stand in order and are filled up to whole
    eights with infinity. ``event_day`` is in the order of the events. The rest is room for one
    batch: the part of each day that each event reaches, and eights of days with the events that
    reach them and their weights there.
    """

    targets: Targets
    kernel: int
    time_kernel: int
    bandwidth_days: float
    past_only: bool
    days: Floats
    event_day: Floats
    out: Floats  # (M · days,)
    window: NDArray[np.int64]  # (2, 32)
    block: NDArray[np.int64]  # (blocks,): which eight of days
    block_ptr: NDArray[np.int64]  # (blocks + 1,)
    lane: NDArray[np.int64]  # (32 · blocks,)
    each: Floats  # (32 · blocks · 8,)
    lanes: Floats  # (32,)


def slices(
    targets: Targets, kernels: tuple[int, int], days: Floats, bandwidth: tuple[float, bool], event_day: Floats
) -> Slices:
    """Make the job, with room for its results."""
    blocks = -(-len(days) // FEW)
    filled = np.full(blocks * FEW, np.inf)
    filled[: len(days)] = days
    return Slices(
        targets, *kernels, *bandwidth, filled, event_day,
        out=np.zeros(len(targets.at) * len(filled)),
        window=np.empty((2, WIDTH), np.int64), block=np.empty(blocks, np.int64),
        block_ptr=np.zeros(blocks + 1, np.int64), lane=np.empty(WIDTH * blocks, np.int64),
        each=np.empty(WIDTH * blocks * FEW), lanes=np.empty(WIDTH),
    )  # fmt: skip


@jit
def _in_time(job: Any, apart: Any) -> Any:
    """Give the shape of the time kernel; ``apart`` is how many days the event lies back."""
    if job.past_only and apart < 0.0:
        return 0.0
    return shape_of_one(job.time_kernel, abs(apart), 1.0 / job.bandwidth_days, job.bandwidth_days)


@jit
def _write_blocks(job: Any, events: Any, first: Any, last: Any) -> Any:
    """Write for each eight of days the events of the batch that reach it; gives how many eights."""
    days, reach = job.days, job.bandwidth_days
    low, high = len(days), 0
    for i in range(first, last):
        day = job.event_day[i]
        start = np.searchsorted(days, day if job.past_only else day - reach)
        stop = np.searchsorted(days, day + reach)
        job.window[0, i - first], job.window[1, i - first] = start, stop
        if stop > start:
            low, high = min(low, start), max(high, stop)
    blocks, entries = 0, 0
    for block in range(low // FEW, (high + FEW - 1) // FEW):
        for i in range(first, last):
            start, stop = job.window[0, i - first], job.window[1, i - first]
            if start >= (block + 1) * FEW or stop <= block * FEW or stop <= start:
                continue
            job.lane[entries] = i - first
            for s in range(FEW):
                apart = days[block * FEW + s] - job.event_day[i]
                job.each[entries * FEW + s] = events.weight[i] * _in_time(job, apart)
            entries += 1
        if entries > job.block_ptr[blocks]:
            job.block[blocks] = block * FEW
            blocks += 1
            job.block_ptr[blocks] = entries
    return blocks


@jit
def take_slices(job: Any, roads: Any, room: Any, events: Any, first: Any, last: Any, edges: Any, bandwidth: Any) -> Any:
    """Give every place on the edges near what the events of the batch bring it, day by day."""
    targets, out, kernel, lanes = job.targets, job.out, job.kernel, job.lanes
    inverse = 1.0 / bandwidth
    bound = spread(bandwidth)
    wide = len(job.days)
    blocks = _write_blocks(job, events, first, last)
    if blocks == 0:
        return
    for k in range(edges):
        by_start = load(room.row, room.from_row[k])
        by_end = load(room.row, room.to_row[k])
        if not any_less(lesser(by_start, by_end), bound):
            continue
        f = room.edge[k]
        by_end = add(by_end, spread(roads.length[f]))
        for t in range(targets.ptr[f], targets.ptr[f + 1]):
            q = spread(targets.at[t])
            store(lanes, 0, shape(kernel, lesser(add(by_start, q), minus(by_end, q)), inverse, bandwidth))
            for b in range(blocks):
                at = t * wide + job.block[b]
                value = load_few(out, at)
                for entry in range(job.block_ptr[b], job.block_ptr[b + 1]):
                    value = grow_few(value, lanes[job.lane[entry]], load_few(job.each, entry * FEW))
                store_few(out, at, value)
    # on the edges that the events themselves lie on the straight way may be shorter
    for i in range(first, last):
        e, p = events.edge[i], events.off[i]
        start_m, end_m = ends_of(roads, room, events, i, i - first)
        for t in range(targets.ptr[e], targets.ptr[e + 1]):
            q = targets.at[t]
            more = straighter(kernel, abs(p - q), min(start_m + q, end_m - q), inverse, bandwidth)
            if more != 0.0:
                more *= events.weight[i]
                for s in range(job.window[0, i - first], job.window[1, i - first]):
                    out[t * wide + s] += more * _in_time(job, job.days[s] - job.event_day[i])

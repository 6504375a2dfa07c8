"""Compiled loops: what a batch of events brings to places on the edges, on each of many days."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from artimap.core.arrays import Floats
from artimap.roads.density.kernels import Kernel
from artimap.roads.density.loops._kernel_loops import shape_of_one
from artimap.roads.density.loops._near_loops import WIDTH
from artimap.roads.density.loops._sum_loops import Targets, shape_at
from artimap.roads.network.compiled import inner

FEW = 8
"""Days that are summed side by side."""


class Slices(NamedTuple):
    """The job of summing a kernel of place times a kernel of time, at places and on days.

    ``out[t, s]`` is place t on day ``days[s]``; days stand in order and are filled up to whole
    eights with infinity. ``event_day`` is in the order of the events. The rest is room for one
    batch: the part of each day that each event reaches, and eights of days with the events that
    reach them and their weights there.
    """

    targets: Targets
    gaussian: bool
    terms: Floats  # as in Sums
    time_kernel: int
    bandwidth_days: float
    past_only: bool
    days: Floats
    event_day: Floats
    out: Floats  # (M, days)
    window: NDArray[np.int64]  # (2, 32)
    block: NDArray[np.int64]  # (blocks,): which eight of days
    block_ptr: NDArray[np.int64]  # (blocks + 1,)
    lane: NDArray[np.int64]  # (32 · blocks,)
    each: Floats  # (32 · blocks, 8)
    sums: Floats  # (8,)
    lanes: Floats  # (32,)


def slices(
    targets: Targets, kernels: tuple[Kernel, Kernel], days: Floats, bandwidth: tuple[float, bool], event_day: Floats
) -> Slices:
    """Make the job, with room for its results."""
    blocks = -(-len(days) // FEW)
    filled = np.full(blocks * FEW, np.inf)
    filled[: len(days)] = days
    kernel, time_kernel = kernels
    terms = np.array(kernel.terms or (0.0, 0.0, 0.0, 0.0))
    return Slices(
        targets, kernel.terms is None, terms, time_kernel.code, *bandwidth, filled, event_day,
        out=np.zeros((len(targets.at), len(filled))),
        window=np.empty((2, WIDTH), np.int64), block=np.empty(blocks, np.int64),
        block_ptr=np.zeros(blocks + 1, np.int64), lane=np.empty(WIDTH * blocks, np.int64),
        each=np.empty((WIDTH * blocks, FEW)), sums=np.empty(FEW), lanes=np.empty(WIDTH),
    )  # fmt: skip


@inner
def _in_time(job: Any, apart: Any) -> Any:
    """Give the shape of the time kernel; ``apart`` is how many days the event lies back."""
    if job.past_only and apart < 0.0:
        return 0.0
    return shape_of_one(job.time_kernel, abs(apart), 1.0 / job.bandwidth_days, job.bandwidth_days)


@inner
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
                job.each[entries, s] = events.weight[i] * _in_time(job, apart)
            entries += 1
        if entries > job.block_ptr[blocks]:
            job.block[blocks] = block * FEW
            blocks += 1
            job.block_ptr[blocks] = entries
    return blocks


@inner
def take_slices(job: Any, roads: Any, room: Any, events: Any, first: Any, last: Any, edges: Any, bandwidth: Any) -> Any:
    """Give every place on the edges near what the events of the batch bring it, day by day."""
    begin, stop, at, out, row = job.targets.begin, job.targets.end, job.targets.at, job.out, room.row
    each, sums, lanes, block, block_ptr, entries = job.each, job.sums, job.lanes, job.block, job.block_ptr, job.lane
    edge, from_row, to_row, length, slot = room.edge, room.from_row, room.to_row, roads.length, room.slot
    gaussian, terms = job.gaussian, (job.terms[0], job.terms[1], job.terms[2], job.terms[3])
    inverse = 1.0 / bandwidth
    blocks = _write_blocks(job, events, first, last)
    if blocks == 0:
        return
    for k in range(edges):
        start, end, f = from_row[k], to_row[k], edge[k]
        nearest = np.inf
        for one in range(WIDTH):
            nearest = min(nearest, row[start, one], row[end, one])
        if not nearest < bandwidth:
            continue
        for t in range(begin[f], stop[f]):
            q, rest = at[t], length[f] - at[t]
            for one in range(WIDTH):
                distance = min(row[start, one] + q, row[end, one] + rest)
                lanes[one] = shape_at(gaussian, terms, distance, inverse, bandwidth)
            for b in range(blocks):
                day = block[b]
                for s in range(FEW):
                    sums[s] = out[t, day + s]
                for entry in range(block_ptr[b], block_ptr[b + 1]):
                    brought = lanes[entries[entry]]
                    for s in range(FEW):
                        sums[s] += brought * each[entry, s]
                for s in range(FEW):
                    out[t, day + s] = sums[s]
    # on the edges that the events themselves lie on the straight way may be shorter
    for i in range(first, last):
        e, p = events.edge[i], events.off[i]
        u, v = slot[roads.start[e]], slot[roads.end[e]]
        start_m = row[u, i - first] if u >= 0 else np.inf
        end_m = length[e] + (row[v, i - first] if v >= 0 else np.inf)
        for t in range(begin[e], stop[e]):
            straight, beyond = abs(p - at[t]), min(start_m + at[t], end_m - at[t])
            if not (straight < beyond and straight < bandwidth):
                continue
            more = shape_at(gaussian, terms, straight, inverse, bandwidth)
            more -= shape_at(gaussian, terms, beyond, inverse, bandwidth)
            if more != 0.0:
                more *= events.weight[i]
                for s in range(job.window[0, i - first], job.window[1, i - first]):
                    out[t, s] += more * _in_time(job, job.days[s] - job.event_day[i])

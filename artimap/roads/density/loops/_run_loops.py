"""Compiled loops: many events on one edge at once, where the kernel is a polynomial.

Seen from a place elsewhere, the events up to some point of their edge come by its start and
the others by its end. Of those that come one way and are all within the bandwidth the sum of
the kernel is a polynomial in the place's distance, whose coefficients are the moments of the
events about their middle: a few steps, however many they are. The events of an edge are
looked at in runs of 32; only a run that is cut, by that point or by the bandwidth, is summed
event by event.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from artimap.core.arrays import Floats
from artimap.roads.density.loops._kernel_loops import shape
from artimap.roads.density.loops._lanes import WIDTH, add, lesser, load, minus, spread, times, total
from artimap.roads.network.compiled import jit

GAUSSIAN = 3
"""The kernel that is no polynomial."""

MANY = 12
"""From so many events an edge on their moments pay."""

_RUNS = 32

MOST = _RUNS * WIDTH
"""So many events of one edge at a time."""


class Runs(NamedTuple):
    """Room for the runs of one edge: places in lanes, weights in lanes, and what each run is.

    ``about`` has a row for each run (the last for all of them): first place, last place, middle,
    and the moments 0 to 4 of the weights about the middle.
    """

    off: Floats  # (32 · 32,)
    weight: Floats
    about: Floats  # (33, 8)


def runs() -> Runs:
    """Make the room."""
    return Runs(np.empty(MOST), np.empty(MOST), np.empty((_RUNS + 1, 8)))


@jit
def _write_runs(runs: Any, events: Any, first: Any, last: Any) -> Any:
    """Write the runs of one edge; gives how many."""
    about, offs, weights = runs.about, runs.off, runs.weight
    number = (last - first + WIDTH - 1) // WIDTH
    all_middle = (events.off[first] + events.off[last - 1]) / 2
    about[_RUNS, 0], about[_RUNS, 1], about[_RUNS, 2] = events.off[first], events.off[last - 1], all_middle
    about[_RUNS, 3:] = 0.0
    for run in range(number):
        begin = first + (last - first) * run // number
        end = first + (last - first) * (run + 1) // number
        low, high = events.off[begin], events.off[end - 1]
        middle = (low + high) / 2
        m0, m1, m2, m3, m4 = 0.0, 0.0, 0.0, 0.0, 0.0
        for lane in range(end - begin):
            off, weight = events.off[begin + lane], events.weight[begin + lane]
            offs[run * WIDTH + lane], weights[run * WIDTH + lane] = off, weight
            x = off - middle
            y = weight * x * x
            m0, m1, m2, m3, m4 = m0 + weight, m1 + weight * x, m2 + y, m3 + y * x, m4 + y * x * x
        offs[run * WIDTH + end - begin : (run + 1) * WIDTH] = high
        weights[run * WIDTH + end - begin : (run + 1) * WIDTH] = 0.0
        about[run, 0], about[run, 1], about[run, 2] = low, high, middle
        about[run, 3], about[run, 4], about[run, 5], about[run, 6], about[run, 7] = m0, m1, m2, m3, m4
        # the same about the middle of all
        d = middle - all_middle
        about[_RUNS, 3] += m0
        about[_RUNS, 4] += m1 + d * m0
        about[_RUNS, 5] += m2 + d * (2 * m1 + d * m0)
        about[_RUNS, 6] += m3 + d * (3 * m2 + d * (3 * m1 + d * m0))
        about[_RUNS, 7] += m4 + d * (4 * m3 + d * (6 * m2 + d * (4 * m1 + d * m0)))
    return number


@jit
def _closed(kernel: Any, about: Any, run: Any, c: Any, sign: Any, inverse: Any) -> Any:
    """Sum the kernel over events at the distances c + sign · (place - middle), all of them within the bandwidth."""
    m0, m1, m2 = about[run, 3], sign * about[run, 4], about[run, 5]
    if kernel == 0:
        return m0 - (c * (c * m0 + 2 * m1) + m2) * inverse * inverse
    if kernel == 4:
        return m0
    if kernel == 2:
        return m0 - (c * m0 + m1) * inverse
    squares = c * (c * m0 + 2 * m1) + m2
    fourths = c * (c * (c * (c * m0 + 4 * m1) + 6 * m2) + 4 * sign * about[run, 6]) + about[run, 7]
    inverse *= inverse
    return m0 + inverse * (inverse * fourths - 2 * squares)


@jit
def _own(
    offs: Any, weights: Any, kernel: Any, number: Any, length: Any, q: Any, by_start: Any, by_end: Any, bandwidth: Any
) -> Any:
    """Sum the kernel of all runs at a place on their own edge, where the straight way may be the shortest."""
    here, value = spread(q), 0.0
    for run in range(number):
        off = load(offs, run * WIDTH)
        distance = lesser(add(off, spread(by_start)), minus(spread(by_end + length), off))
        distance = lesser(distance, minus(spread(0.0), lesser(minus(off, here), minus(here, off))))
        brought = shape(kernel, distance, 1.0 / bandwidth, bandwidth)
        value += total(times(load(weights, run * WIDTH), brought))
    return value


@jit
def _elsewhere(
    offs: Any,
    weights: Any,
    about: Any,
    kernel: Any,
    number: Any,
    length: Any,
    by_start: Any,
    by_end: Any,
    bandwidth: Any,
) -> Any:
    """Sum the kernel of all runs at a place so far from the start and the end of their edge."""
    inverse = 1.0 / bandwidth
    cut = (length + by_end - by_start) / 2
    by_end += length
    value = 0.0
    for run in range(number):
        low, high = about[run, 0], about[run, 1]
        if high <= cut:
            if by_start + low >= bandwidth:
                continue
            if by_start + high < bandwidth:
                value += _closed(kernel, about, run, by_start + about[run, 2], 1.0, inverse)
                continue
        elif low >= cut:
            if by_end - high >= bandwidth:
                continue
            if by_end - low < bandwidth:
                value += _closed(kernel, about, run, by_end - about[run, 2], -1.0, inverse)
                continue
        off = load(offs, run * WIDTH)
        distance = lesser(add(off, spread(by_start)), minus(spread(by_end), off))
        value += total(times(load(weights, run * WIDTH), shape(kernel, distance, inverse, bandwidth)))
    return value


@jit
def take_run(
    job: Any, roads: Any, room: Any, events: Any, first: Any, last: Any, lane: Any, edges: Any, bandwidth: Any
) -> Any:
    """Give every place on the edges near what the events first to last bring it; all lie on one edge.

    ``lane`` says in which lanes of ``room.ends`` the distances from that edge's start and end stand.
    """
    out, kernel, about = job.out, job.kernel, job.runs.about
    ptr, at, offs, weights = job.targets.ptr, job.targets.at, job.runs.off, job.runs.weight
    from_row, to_row, ends, near = room.from_row, room.to_row, room.ends, room.edge
    own, inverse = events.edge[first], 1.0 / bandwidth
    length = roads.length[own]
    number = _write_runs(job.runs, events, first, last)
    low, high, middle = about[_RUNS, 0], about[_RUNS, 1], about[_RUNS, 2]
    rest = length - high
    for k in range(edges):
        f = near[k]
        at_start, at_end = from_row[k] + lane, to_row[k] + lane
        s_start, s_end = ends[at_start], ends[at_end]
        e_start, e_end = ends[at_start + 1], ends[at_end + 1]
        if f == own or min(min(s_start, s_end) + low, min(e_start, e_end) + rest) >= bandwidth:
            continue
        s_end += roads.length[f]
        e_end += roads.length[f]
        for t in range(ptr[f], ptr[f + 1]):
            q = at[t]
            by_start, by_end = min(s_start + q, s_end - q), min(e_start + q, e_end - q)
            if min(by_start + low, by_end + rest) >= bandwidth:
                continue
            cut = (length + by_end - by_start) / 2
            if high <= cut and by_start + high < bandwidth:
                out[t] += _closed(kernel, about, _RUNS, by_start + middle, 1.0, inverse)
            elif low >= cut and by_end + length - low < bandwidth:
                out[t] += _closed(kernel, about, _RUNS, by_end + length - middle, -1.0, inverse)
            else:
                out[t] += _elsewhere(offs, weights, about, kernel, number, length, by_start, by_end, bandwidth)
    u, v = room.slot[roads.start[own]], room.slot[roads.end[own]]
    s_end = length + (ends[v * WIDTH + lane] if v >= 0 else np.inf)
    e_start = ends[u * WIDTH + lane + 1] if u >= 0 else np.inf
    for t in range(ptr[own], ptr[own + 1]):
        q = at[t]
        out[t] += _own(
            offs, weights, kernel, number, length, q, min(q, s_end - q), min(e_start + q, length - q), bandwidth
        )


@jit
def take_runs(job: Any, roads: Any, room: Any, events: Any, first: Any, last: Any, edges: Any, bandwidth: Any) -> Any:
    """Give every place near what the events of a group bring it, edge by edge; False where there are no moments."""
    if job.kernel == GAUSSIAN:
        return False
    at, lane = first, -2
    while at < last:
        if at == first or events.edge[at] != events.edge[at - 1]:
            lane += 2
        to = at + 1
        while to < last and to - at < MOST and events.edge[to] == events.edge[at]:
            to += 1
        take_run(job, roads, room, events, at, to, lane, edges, bandwidth)
        at = to
    return True


@jit
def take_none(
    _job: Any, _roads: Any, _room: Any, _events: Any, _first: Any, _last: Any, _edges: Any, _bandwidth: Any
) -> Any:
    """Leave the events of a group to be taken batch by batch."""
    return False

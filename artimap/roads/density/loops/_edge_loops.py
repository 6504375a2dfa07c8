"""Compiled loops: many events on one edge at once, where the kernel is a polynomial.

A place elsewhere gets what comes by the start of the events' edge and what comes by its end. Of the
events that come one way and lie within the bandwidth the sum of the kernel is then a polynomial
of the place's distance, whose coefficients are the moments of the events: a few steps, however
many they are. The moments of the first k events are kept for every k, so that those of any
stretch of the edge are a difference of two.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from artimap.roads.density.loops._near_loops import WIDTH, distances_of_ends, forget, near
from artimap.roads.density.loops._sum_loops import shape_at
from artimap.roads.network.compiled import inner, jit

MOST = 1024
"""So many events of one edge at a time."""

PIECES = 64
"""Pieces of an edge that tell about where in it an event stands."""

_EDGES = WIDTH // 2
"""Edges whose two ends fit into the lanes."""


@inner
def _polynomial(terms: Any, m0: Any, m1: Any, m2: Any, m3: Any, m4: Any, inverse: Any) -> Any:
    """Give the kernel summed over events at the distances c + (place - middle), as a polynomial of c.

    ``m0`` to ``m4`` are the events' moments about the middle.
    """
    one, first, second, fourth = terms
    first, second, fourth = first * inverse, second * inverse**2, fourth * inverse**4
    return (
        one * m0 + first * m1 + second * m2 + fourth * m4,
        first * m0 + 2.0 * second * m1 + 4.0 * fourth * m3,
        second * m0 + 6.0 * fourth * m2,
        4.0 * fourth * m1,
        fourth * m0,
    )


@inner
def _at(polynomial: Any, c: Any) -> Any:
    p0, p1, p2, p3, p4 = polynomial
    return p0 + c * (p1 + c * (p2 + c * (p3 + c * p4)))


@inner
def _take_edge(
    job: Any, moments: Any, upto: Any, roads: Any, room: Any, events: Any, first: Any, last: Any, lane: Any, edges: Any,
    bandwidth: Any,
) -> Any:  # fmt: skip
    """Give every place on the edges near what the events first to last bring it; all lie on one edge.

    ``lane`` says in which lanes of the rows the distances from that edge's start and end stand.
    """
    out, begin, stop, at, row, lengths = (
        job.out,
        job.targets.begin,
        job.targets.end,
        job.targets.at,
        room.row,
        roads.length,
    )
    edge, from_row, to_row, off, weights = room.edge, room.from_row, room.to_row, events.off, events.weight
    terms = job.terms[0], job.terms[1], job.terms[2], job.terms[3]
    own, inverse = events.edge[first], 1.0 / bandwidth
    length, number = lengths[own], last - first
    low, high = off[first], off[last - 1]
    middle, rest = (low + high) / 2, length - high
    for m in range(5):
        moments[0, m] = 0.0
    for i in range(number):
        x, weight = off[first + i] - middle, weights[first + i]
        y = weight * x * x
        moments[i + 1, 0] = moments[i, 0] + weight
        moments[i + 1, 1] = moments[i, 1] + weight * x
        moments[i + 1, 2] = moments[i, 2] + y
        moments[i + 1, 3] = moments[i, 3] + y * x
        moments[i + 1, 4] = moments[i, 4] + y * x * x
    all0, all1, all2, all3, all4 = (
        moments[number, 0], moments[number, 1], moments[number, 2], moments[number, 3], moments[number, 4],
    )  # fmt: skip
    all_forth = _polynomial(terms, all0, all1, all2, all3, all4, inverse)
    all_back = _polynomial(terms, all0, -all1, all2, -all3, all4, inverse)  # seen from the other end
    # where in the edge the events stand: how many lie in the pieces before each of 64
    scale = PIECES / max(high - low, 1e-9)
    at_piece = 0
    for i in range(number):
        piece = min(int((off[first + i] - low) * scale), PIECES - 1)
        while at_piece <= piece:
            upto[at_piece] = i
            at_piece += 1
    while at_piece <= PIECES:
        upto[at_piece] = number
        at_piece += 1
    for k in range(edges):
        f, start, end = edge[k], from_row[k], to_row[k]
        s_start, s_end = row[start, lane], row[end, lane]
        e_start, e_end = row[start, lane + 1], row[end, lane + 1]
        if f == own or min(min(s_start, s_end) + low, min(e_start, e_end) + rest) >= bandwidth:
            continue
        s_end += lengths[f]
        e_end += lengths[f]
        for t in range(begin[f], stop[f]):
            by_start, by_end = min(s_start + at[t], s_end - at[t]), min(e_start + at[t], e_end - at[t])
            if min(by_start + low, by_end + rest) >= bandwidth:
                continue
            # events up to ``forth`` come by the start of their edge, those from ``back`` on by its end
            cut = (length + by_end - by_start) / 2
            by_end += length
            value = 0.0
            if low <= cut and by_start + low < bandwidth:
                if high <= cut and by_start + high < bandwidth:
                    value += _at(all_forth, by_start + middle)
                else:
                    i = upto[max(0, min(int((min(cut, bandwidth - by_start) - low) * scale), PIECES - 1))]
                    while i < number and off[first + i] <= cut and by_start + off[first + i] < bandwidth:
                        i += 1
                    while i > 0 and not (off[first + i - 1] <= cut and by_start + off[first + i - 1] < bandwidth):
                        i -= 1
                    m0, m1, m2, m3, m4 = moments[i, 0], moments[i, 1], moments[i, 2], moments[i, 3], moments[i, 4]
                    value += _at(_polynomial(terms, m0, m1, m2, m3, m4, inverse), by_start + middle)
            if high > cut and by_end - high < bandwidth:
                if low > cut and by_end - low < bandwidth:
                    value += _at(all_back, by_end - middle)
                else:
                    i = upto[max(0, min(int((max(cut, by_end - bandwidth) - low) * scale), PIECES - 1))]
                    while i > 0 and off[first + i - 1] > cut and by_end - off[first + i - 1] < bandwidth:
                        i -= 1
                    while i < number and not (off[first + i] > cut and by_end - off[first + i] < bandwidth):
                        i += 1
                    m0, m1, m2 = all0 - moments[i, 0], moments[i, 1] - all1, all2 - moments[i, 2]
                    m3, m4 = moments[i, 3] - all3, all4 - moments[i, 4]
                    value += _at(_polynomial(terms, m0, m1, m2, m3, m4, inverse), by_end - middle)
            out[t] += value
    u, v = room.slot[roads.start[own]], room.slot[roads.end[own]]
    s_end = length + (row[v, lane] if v >= 0 else np.inf)
    e_start = row[u, lane + 1] if u >= 0 else np.inf
    for t in range(begin[own], stop[own]):
        q, value = at[t], 0.0
        by_start, by_end = min(q, s_end - q), min(e_start + q, length - q)
        for i in range(first, last):
            distance = min(abs(off[i] - q), off[i] + by_start, by_end + length - off[i])
            value += weights[i] * shape_at(False, terms, distance, inverse, bandwidth)  # noqa: FBT003
        out[t] += value


@jit
def push_edges(
    roads: Any,
    room: Any,
    events: Any,
    job: Any,
    chunks: Any,
    bandwidth: Any,
    told: Any,
    halt: Any,
    moments: Any,
    upto: Any,
) -> Any:
    """Push the events of some chunks as :func:`artimap.roads.density.loops._walk_loops.push` does, edge by edge.

    ``moments`` is room, (1025, 5), and so is ``upto``, (65,).
    """
    edge = events.edge
    number = len(edge)
    begin, step, each = chunks
    at = told[2]
    told[2] = -1
    for chunk in range(begin + told[0] * step, (number + each - 1) // each, step):
        if halt[0]:
            return
        stop = min(number, (chunk + 1) * each)
        first = max(at, chunk * each)
        while first < stop:
            last, on = first + 1, 1
            while last < stop:
                if edge[last] != edge[last - 1]:
                    if on == _EDGES:
                        break
                    on += 1
                last += 1
            n, edges = near(roads, room, events, first, last, bandwidth)
            if edges < 0:
                told[2] = first
                return
            distances_of_ends(roads, room, events, first, last, n, bandwidth)
            i, lane = first, -2
            while i < last:
                if i == first or edge[i] != edge[i - 1]:
                    lane += 2
                to = i + 1
                while to < last and to - i < MOST and edge[to] == edge[i]:
                    to += 1
                _take_edge(job, moments, upto, roads, room, events, i, to, lane, edges, bandwidth)
                i = to
            forget(room, n)
            first = last
        told[0] += 1
        told[1] += stop - chunk * each

"""Compiled loops of the methods that follow every path: discontinuous and continuous.

All events on the roads around a node go on from it along the same paths, only their
distances to the node differ. So every path out of a node is walked once for all of them.
What they bring together to a place x metres behind the node is a sum of kernels at
distances s + x; with every kernel but the Gaussian it is a polynomial of x between the
distances where one of them runs out, and is written down as such.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from artimap.core.arrays import Floats, Ints
from artimap.roads.density.loops._kernel_loops import add_terms, shape_of_one
from artimap.roads.network.compiled import jit

_FAINT = 1e-18
"""A wave that keeps less than this share of its weight is let go: it cannot be seen in a sum of doubles."""

_LOOK = 4096
"""After so many visits an interruption is heard."""

_STACK = 1024


class Walks(NamedTuple):
    """The network as paths take it; a slot is an edge seen from one of its nodes."""

    ptr: Ints  # (N+1,): slots around each node
    neighbour: NDArray[np.int32]  # (2E,): the node at the other end
    edge: NDArray[np.int32]  # (2E,): the edge; ~edge where the slot is at its end
    back: NDArray[np.int32]  # (2E,): the slot at the other end
    way: Floats  # (2E,): length
    onward: Floats  # (N,): share that goes on into each other slot
    returned: Floats  # (N,): share that goes back where it came from
    length: Floats  # (E,)


class Spots(NamedTuple):
    """Events in the order of edges: those of edge ``f`` are ``off[ptr[f]:ptr[f + 1]]``, rising."""

    ptr: Ints
    off: Floats
    weight: Floats


class PathTargets(NamedTuple):
    """Places on edges that are to get a value: ``at[ptr[f]:ptr[f + 1]]`` on edge ``f``."""

    ptr: Ints
    at: Floats


@jit
def _most_around(walks: Any, spots: Any, nodes: Any) -> Any:
    """Give the most slots, and the most events on their edges, that one of the nodes has."""
    most_slots, most_events = 0, 0
    for x in nodes:
        number = 0
        for j in range(walks.ptr[x], walks.ptr[x + 1]):
            e = walks.edge[j]
            f = e if e >= 0 else ~e
            number += spots.ptr[f + 1] - spots.ptr[f]
        most_slots, most_events = max(most_slots, walks.ptr[x + 1] - walks.ptr[x]), max(most_events, number)
    return most_slots, most_events


@jit
def _arrivals(walks: Any, spots: Any, x: Any, bandwidth: Any, cursor: Any, arrived: Any) -> Any:
    """Write down what arrives at node x, nearest first, and give how many events it is.

    ``arrived`` is distance, weight, slot; slot -1: it lies on the node itself.
    """
    distance, weight, slot = arrived
    first, slots = walks.ptr[x], walks.ptr[x + 1] - walks.ptr[x]
    for k in range(slots):
        e = walks.edge[first + k]
        cursor[k] = spots.ptr[e] if e >= 0 else spots.ptr[~e + 1] - 1
    number = 0
    while True:
        near, which = bandwidth, -1
        for k in range(slots):
            e, i = walks.edge[first + k], cursor[k]
            if e >= 0:
                if i < spots.ptr[e + 1] and spots.off[i] < near:
                    near, which = spots.off[i], k
            elif i >= spots.ptr[~e] and walks.length[~e] - spots.off[i] < near:
                near, which = walks.length[~e] - spots.off[i], k
        if which < 0:
            break
        e, i = walks.edge[first + which], cursor[which]
        cursor[which] += 1 if e >= 0 else -1
        if spots.off[i] >= walks.length[e] if e >= 0 else spots.off[i] <= 0.0:
            continue  # it lies on the node at the other end
        distance[number], weight[number], slot[number] = near, spots.weight[i], first + which
        if near == 0.0:
            slot[number] = -1
        number += 1
    return number


@jit
def _together(
    walks: Any, x: Any, out_slot: Any, arrived: Any, many: Any, kernel: Any, bandwidth: Any, written: Any
) -> Any:
    """Write down what goes out of node x by a slot; gives how many events it comes from.

    ``written`` is how far behind the node each of them reaches, falling; the weight of each; and from
    ``terms[5 * k]`` on the polynomial of the first k of them together, in the kernel's shape.
    """
    distance, weight, slot = arrived
    reach, share, terms = written
    inverse = 1.0 / bandwidth
    onward, returned = walks.onward[x], walks.returned[x]
    even = 2.0 / (walks.ptr[x + 1] - walks.ptr[x])
    number = 0
    terms[:5] = 0.0
    for i in range(many):
        part = even if slot[i] < 0 else (returned if slot[i] == out_slot else onward)
        if part == 0.0:
            continue
        w = weight[i] * part
        u = distance[i] * inverse
        reach[number], share[number] = bandwidth - distance[i], w
        number += 1
        row = 5 * number
        for c in range(row, row + 5):
            terms[c] = terms[c - 5]
        add_terms(kernel, u, inverse, w, terms, row)
    return number


@jit
def _walk(
    walks: Any, first: Any, number: Any, source: Any, targets: Any, out: Any, most: Any, halt: Any, stack: Any, top: Any
) -> Any:
    """Follow every path that begins with a slot, as far as any event reaches; gives the visits, and what is left.

    It ends early where there are more than ``most`` visits, where ``halt`` says so, or where the stack
    is too short: what is left on it is then not 0, and it goes on from there when called with that ``top``.
    No array is named anew in here, and none handed on: counting who holds it would cost more than the rest.
    """
    kernel, bandwidth, reach, share, terms = source
    ptr, neighbour, edge, back, way = walks.ptr, walks.neighbour, walks.edge, walks.back, walks.way
    onward, returned = walks.onward, walks.returned
    target_ptr, target_at = targets.ptr, targets.at
    slots, ahead, left, still = stack
    inverse, room = 1.0 / bandwidth, len(slots)
    far = reach[0]
    visits = 0
    x, k, home, goes_on, comes_back = 0.0, number, -1, 1.0, 0.0
    begin, end = first, first + (1 if top == 0 else 0)
    while True:
        for j in range(begin, end):
            part = comes_back if j == home else goes_on
            if abs(part) < _FAINT:
                continue
            visits += 1
            f = edge[j]
            beyond = x + way[j]
            if f >= 0:
                t, many, step, base = target_ptr[f], target_ptr[f + 1] - target_ptr[f], 1, x
            else:
                t, many, step, base = target_ptr[~f + 1] - 1, target_ptr[~f + 1] - target_ptr[~f], -1, beyond
            here = k
            while many > 0:
                # a target at q metres lies base + step · q behind the node
                at = base + step * target_at[t]
                while here > 0 and at >= reach[here - 1]:
                    here -= 1
                if here == 0:
                    break
                stop = reach[here - 1]
                row = 5 * here
                if kernel == 3:
                    while many > 0:
                        at = base + step * target_at[t]
                        if at >= stop:
                            break
                        value = 0.0
                        for i in range(here):
                            u = (bandwidth - reach[i] + at) * inverse
                            value += share[i] * np.exp(-4.5 * u * u)
                        out[t] += part * value
                        t += step
                        many -= 1
                elif kernel == 1:
                    c0, c1, c2, c3, c4 = terms[row], terms[row + 1], terms[row + 2], terms[row + 3], terms[row + 4]
                    while many > 0:
                        at = base + step * target_at[t]
                        if at >= stop:
                            break
                        out[t] += part * (c0 + at * (c1 + at * (c2 + at * (c3 + at * c4))))
                        t += step
                        many -= 1
                else:
                    c0, c1, c2 = terms[row], terms[row + 1], terms[row + 2]
                    while many > 0:
                        at = base + step * target_at[t]
                        if at >= stop:
                            break
                        out[t] += part * (c0 + at * (c1 + at * c2))
                        t += step
                        many -= 1
            if beyond < far:
                slots[top], ahead[top], left[top], still[top] = j, beyond, part, here
                top += 1
        if top == 0 or visits > most or (visits % _LOOK < end - begin and halt[0]):
            break
        j = slots[top - 1]
        node, home = neighbour[j], back[j]
        begin, end = ptr[node], ptr[node + 1]
        if top + end - begin > room:
            break
        top -= 1
        x, k = ahead[top], still[top]
        goes_on, comes_back = left[top] * onward[node], left[top] * returned[node]
    return visits, top


@jit
def _stack(size: Any) -> Any:
    """Make room for slots, how far their far end is, what is left, and how many events are still in reach."""
    return np.empty(size, np.int64), np.empty(size), np.empty(size), np.empty(size, np.int64)


@jit
def _longer(stack: Any, top: Any) -> Any:
    """Give a stack twice as long, with the first ``top`` entries."""
    more = _stack(2 * len(stack[0]))
    for i in range(top):
        more[0][i], more[1][i], more[2][i], more[3][i] = stack[0][i], stack[1][i], stack[2][i], stack[3][i]
    return more


@jit
def _paint_own(f: Any, spots: Any, length: Any, targets: Any, kernel: Any, bandwidth: Any, out: Any) -> Any:
    """Give the targets on the edges that the events lie on what comes to them straight."""
    inverse = 1.0 / bandwidth
    begin, end = targets.ptr[f], targets.ptr[f + 1]
    for i in range(spots.ptr[f], spots.ptr[f + 1]):
        p = spots.off[i]
        if p <= 0.0 or p >= length[f]:
            continue
        while begin < end and targets.at[begin] <= p - bandwidth:
            begin += 1
        for t in range(begin, end):
            if targets.at[t] >= p + bandwidth:
                break
            out[t] += spots.weight[i] * shape_of_one(kernel, abs(targets.at[t] - p), inverse, bandwidth)


@jit
def paint_own_edges(spots: Any, length: Any, targets: Any, kernel: Any, bandwidth: Any, out: Any) -> Any:
    """Give the targets on all edges that events lie on what comes to them straight."""
    for f in range(len(length)):
        _paint_own(f, spots, length, targets, kernel, bandwidth, out)


@jit
def push(
    walks: Any,
    spots: Any,
    nodes: Any,
    targets: Any,
    chunks: Any,
    kernel: Any,
    bandwidth: Any,
    most: Any,
    out: Any,
    told: Any,
    halt: Any,
) -> Any:
    """Follow all paths out of some nodes and add to ``out`` what their events bring.

    ``chunks`` is (first, step, nodes each). ``told[0]`` counts the nodes done, ``told[1]`` the ways
    out of events (two each), ``told[2]`` the visits; above ``most`` visits it stops.
    """
    begin, step, each = chunks
    stack = _stack(_STACK)
    most_slots, size = _most_around(walks, spots, nodes)
    cursor = np.empty(most_slots, np.int64)
    arrived = (np.empty(size), np.empty(size), np.empty(size, np.int64))
    written = (np.empty(size), np.empty(size), np.empty(5 * (size + 1)))
    source = (kernel, bandwidth, written[0], written[1], written[2])
    for chunk in range(begin, (len(nodes) + each - 1) // each, step):
        for place in range(chunk * each, min(len(nodes), (chunk + 1) * each)):
            if halt[0] or told[2] > most:
                return
            x = nodes[place]
            many = _arrivals(walks, spots, x, bandwidth, cursor, arrived)
            for slot in range(walks.ptr[x], walks.ptr[x + 1]):
                e = walks.edge[slot]
                f = e if e >= 0 else ~e
                told[1] += spots.ptr[f + 1] - spots.ptr[f]
                if e >= 0:
                    _paint_own(f, spots, walks.length, targets, kernel, bandwidth, out)
                number = _together(walks, x, slot, arrived, many, kernel, bandwidth, written)
                if number == 0:
                    continue
                visits, left = _walk(walks, slot, number, source, targets, out, most - told[2], halt, stack, 0)
                told[2] += visits
                while left > 0 and told[2] <= most and not halt[0]:
                    stack = _longer(stack, left)
                    visits, left = _walk(walks, slot, number, source, targets, out, most - told[2], halt, stack, left)
                    told[2] += visits
            told[0] += 1


@jit
def arrange(order: Any, ptr: Any, at: Any, new_ptr: Any, new_at: Any) -> Any:
    """Put the targets of edges in another order of edges."""
    for e in range(len(order)):
        begin = ptr[order[e]]
        for k in range(new_ptr[e + 1] - new_ptr[e]):
            new_at[new_ptr[e] + k] = at[begin + k]

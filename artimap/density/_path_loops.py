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

from artimap.density._kernel_loops import shape_of_one
from artimap.network.compiled import jit
from artimap.spreading import Floats, Ints

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


@jit
def _arrivals(walks: Any, spots: Any, x: Any, bandwidth: Any) -> Any:
    """Give what arrives at node x, nearest first: distance, weight, slot; slot -1: it lies on the node itself."""
    first, slots = walks.ptr[x], walks.ptr[x + 1] - walks.ptr[x]
    cursor = np.empty(slots, np.int64)
    most = 0
    for k in range(slots):
        e = walks.edge[first + k]
        f = e if e >= 0 else ~e
        most += spots.ptr[f + 1] - spots.ptr[f]
        cursor[k] = spots.ptr[f] if e >= 0 else spots.ptr[f + 1] - 1
    distance, weight, slot = np.empty(most), np.empty(most), np.empty(most, np.int64)
    number = 0
    while most > 0:
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
    return distance[:number], weight[:number], slot[:number]


@jit
def _together(
    walks: Any, x: Any, out_slot: Any, arrived: Any, kernel: Any, bandwidth: Any, reach: Any, share: Any, terms: Any
) -> Any:
    """Write down what goes out of node x by a slot; gives how many events it comes from.

    ``reach`` is how far behind the node each of them ends, falling; ``share`` its weight; and
    ``terms[k]`` the polynomial of the first k of them together, in the kernel's shape.
    """
    distance, weight, slot = arrived
    inverse = 1.0 / bandwidth
    onward, returned = walks.onward[x], walks.returned[x]
    even = 2.0 / (walks.ptr[x + 1] - walks.ptr[x])
    number = 0
    terms[0, :] = 0.0
    for i in range(len(distance)):
        part = even if slot[i] < 0 else (returned if slot[i] == out_slot else onward)
        if part == 0.0:
            continue
        w = weight[i] * part
        u = distance[i] * inverse
        reach[number], share[number] = bandwidth - distance[i], w
        number += 1
        new, old = terms[number], terms[number - 1]
        new[:] = old
        if kernel == 4:
            new[0] += w
        elif kernel == 2:
            new[0] += w * (1.0 - u)
            new[1] -= w * inverse
        elif kernel == 0:
            new[0] += w * (1.0 - u * u)
            new[1] -= w * 2.0 * u * inverse
            new[2] -= w * inverse * inverse
        elif kernel == 1:
            a = 1.0 - u * u
            new[0] += w * a * a
            new[1] -= w * 4.0 * a * u * inverse
            new[2] += w * (4.0 * u * u - 2.0 * a) * inverse**2
            new[3] += w * 4.0 * u * inverse**3
            new[4] += w * inverse**4
    return number


@jit
def _paint(walks: Any, slot: Any, x: Any, amount: Any, k: Any, source: Any, targets: Any, out: Any) -> Any:
    """Give the targets along a slot what comes by it from x metres behind the node; k events are still in reach."""
    kernel, bandwidth, reach, share, terms = source
    e = walks.edge[slot]
    f = e if e >= 0 else ~e
    begin, end = targets.ptr[f], targets.ptr[f + 1]
    length = walks.length[f]
    for step in range(end - begin):
        t = begin + step if e >= 0 else end - 1 - step
        at = x + (targets.at[t] if e >= 0 else length - targets.at[t])
        while k > 0 and at >= reach[k - 1]:
            k -= 1
        if k == 0:
            break
        row = terms[k]
        if kernel == 1:
            value = row[0] + at * (row[1] + at * (row[2] + at * (row[3] + at * row[4])))
        elif kernel == 3:
            value = 0.0
            for i in range(k):
                value += share[i] * shape_of_one(3, bandwidth - reach[i] + at, 1.0 / bandwidth, bandwidth)
        else:
            value = row[0] + at * (row[1] + at * row[2])
        out[t] += amount * value
    return k


@jit
def _walk(
    walks: Any, first: Any, number: Any, source: Any, targets: Any, out: Any, most: Any, halt: Any, stack: Any
) -> Any:
    """Follow every path that begins with a slot, as far as any event reaches; gives the visits and the stack.

    It ends early where there are more than ``most`` visits, or ``halt`` says so.
    """
    far = source[2][0]
    slots, at, left, still = stack
    k = _paint(walks, first, 0.0, 1.0, number, source, targets, out)
    visits, top = 1, 0
    if walks.way[first] < far:
        slots[0], at[0], left[0], still[0] = first, walks.way[first], 1.0, k
        top = 1
    while top > 0:
        top -= 1
        slot, x, amount, k = slots[top], at[top], left[top], still[top]
        node, home = walks.neighbour[slot], walks.back[slot]
        begin, end = walks.ptr[node], walks.ptr[node + 1]
        if top + end - begin > len(slots):
            size = 2 * (top + end - begin)
            new = (np.empty(size, np.int64), np.empty(size), np.empty(size), np.empty(size, np.int64))
            new[0][:top], new[1][:top], new[2][:top], new[3][:top] = slots[:top], at[:top], left[:top], still[:top]
            slots, at, left, still = new
        for j in range(begin, end):
            amount_j = amount * (walks.returned[node] if j == home else walks.onward[node])
            if abs(amount_j) < _FAINT:
                continue
            visits += 1
            k_j = _paint(walks, j, x, amount_j, k, source, targets, out)
            if x + walks.way[j] < far:
                slots[top], at[top], left[top], still[top] = j, x + walks.way[j], amount_j, k_j
                top += 1
        if visits > most:
            break
        if visits % _LOOK < end - begin and halt[0]:
            break
    return visits, (slots, at, left, still)


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
    stack = (np.empty(_STACK, np.int64), np.empty(_STACK), np.empty(_STACK), np.empty(_STACK, np.int64))
    for chunk in range(begin, (len(nodes) + each - 1) // each, step):
        for place in range(chunk * each, min(len(nodes), (chunk + 1) * each)):
            if halt[0] or told[2] > most:
                return
            x = nodes[place]
            arrived = _arrivals(walks, spots, x, bandwidth)
            size = len(arrived[0])
            reach, share, terms = np.empty(size), np.empty(size), np.empty((size + 1, 5))
            for slot in range(walks.ptr[x], walks.ptr[x + 1]):
                e = walks.edge[slot]
                f = e if e >= 0 else ~e
                told[1] += spots.ptr[f + 1] - spots.ptr[f]
                if e >= 0:
                    _paint_own(f, spots, walks.length, targets, kernel, bandwidth, out)
                number = _together(walks, x, slot, arrived, kernel, bandwidth, reach, share, terms)
                if number == 0:
                    continue
                source = (kernel, bandwidth, reach, share, terms)
                visits, stack = _walk(walks, slot, number, source, targets, out, most - told[2], halt, stack)
                told[2] += visits
            told[0] += 1


@jit
def arrange(order: Any, ptr: Any, at: Any, new_ptr: Any, new_at: Any) -> Any:
    """Put the targets of edges in another order of edges."""
    for e in range(len(order)):
        begin = ptr[order[e]]
        for k in range(new_ptr[e + 1] - new_ptr[e]):
            new_at[new_ptr[e] + k] = at[begin + k]

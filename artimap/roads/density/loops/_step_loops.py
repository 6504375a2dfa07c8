"""Compiled loops of the same two methods on lengths rounded to whole steps: the work no longer grows with the paths.

Let g(y) be what a slot (an edge seen from one of its nodes) gives to a place y metres behind its
node, by all paths and all events together. What comes to a node is g(y + length) of the
slots that lead to it, and what goes on is a share of that: so g at y is known from g at
greater y. It is 0 from the bandwidth on, and is worked out from there down to 0, step by step.
Of each slot only the last length metres are kept; they are its density when y is 0.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from artimap.core.arrays import Floats, Ints
from artimap.roads.density.loops._kernel_loops import add_terms, shape_of_one
from artimap.roads.network.compiled import jit


class Rings(NamedTuple):
    """What is kept of each slot: ``value[begin[j]:begin[j + 1]]``, g(y) at y modulo their number."""

    steps: Ints  # (2E,): length in steps
    begin: Ints  # (2E + 1,)
    value: Floats


class Running(NamedTuple):
    """What runs along while y falls."""

    entered: Ints  # (2E,): events on the slot's edge that reach as far as y behind its node
    terms: Floats  # (2E * 5,): their kernels together, as a polynomial of y
    resting: Floats  # (N,): weight of the events on the node itself
    read: Ints  # (2E,): where in the ring that leads here the next value is
    write: Ints  # (2E,): where in its own ring the next value goes
    awake: NDArray[np.bool_]  # (N,): something has come


@jit
def begin(walks: Any, spots: Any, rings: Any, running: Any, last: Any) -> Any:
    """Set everything to where y is ``last`` steps, from which on nothing reaches."""
    for x in range(len(walks.ptr) - 1):
        for i in range(walks.ptr[x], walks.ptr[x + 1]):
            e, j = walks.edge[i], walks.back[i]
            running.write[i] = last % (rings.begin[i + 1] - rings.begin[i])
            running.read[i] = (last + rings.steps[j]) % (rings.begin[j + 1] - rings.begin[j])
            f = e if e >= 0 else ~e
            for k in range(spots.ptr[f], spots.ptr[f + 1]):
                if (spots.off[k] <= 0.0) if e >= 0 else (spots.off[k] >= walks.length[f]):
                    running.resting[x] += spots.weight[k]


@jit
def step(
    walks: Any,
    spots: Any,
    rings: Any,
    running: Any,
    nodes: Any,
    y: Any,
    last: Any,
    step_m: Any,
    kernel: Any,
    bandwidth: Any,
    came: Any,
) -> Any:
    """Work out g at ``y`` steps for the slots of nodes ``nodes[0]`` to ``nodes[1]``; ``came`` is room."""
    at, inverse = y * step_m, 1.0 / bandwidth
    rest = shape_of_one(kernel, at, inverse, bandwidth)
    ptr, edge, back, length = walks.ptr, walks.edge, walks.back, walks.length
    onward, returned = walks.onward, walks.returned
    spot_ptr, off, weight = spots.ptr, spots.off, spots.weight
    steps, ring, kept = rings.steps, rings.begin, rings.value
    entered, terms, resting = running.entered, running.terms, running.resting
    reads, writes, awake = running.read, running.write, running.awake
    for x in range(nodes[0], nodes[1]):
        low, high = ptr[x], ptr[x + 1]
        total, some = 0.0, awake[x] or resting[x] > 0.0
        for i in range(low, high):
            j, e = back[i], edge[i]
            reads[i] = reads[i] - 1 if reads[i] > 0 else ring[j + 1] - ring[j] - 1
            writes[i] = writes[i] - 1 if writes[i] > 0 else ring[i + 1] - ring[i] - 1
            value = kept[ring[j] + reads[i]] if y + steps[j] < last else 0.0
            f = e if e >= 0 else ~e
            first, many = spot_ptr[f], spot_ptr[f + 1] - spot_ptr[f]
            if many > 0:
                row, n = 5 * i, entered[i]
                while n < many:
                    k = first + n if e >= 0 else first + many - 1 - n
                    distance = off[k] if e >= 0 else length[f] - off[k]
                    if distance + at >= bandwidth:
                        break
                    n += 1
                    if 0.0 < off[k] < length[f]:  # else it rests on a node
                        add_terms(kernel, distance * inverse, inverse, spots.weight[k], terms, row)
                entered[i] = n
                if kernel == 3:
                    for m in range(n):
                        k = first + m if e >= 0 else first + many - 1 - m
                        if 0.0 < off[k] < length[f]:
                            u = ((off[k] if e >= 0 else length[f] - off[k]) + at) * inverse
                            value += weight[k] * np.exp(-4.5 * u * u)
                elif kernel == 1:
                    higher = terms[row + 2] + at * (terms[row + 3] + at * terms[row + 4])
                    value += terms[row] + at * (terms[row + 1] + at * higher)
                else:
                    value += terms[row] + at * (terms[row + 1] + at * terms[row + 2])
            came[i - low] = value
            total += value
            some |= value != 0.0
        if not some:
            continue
        awake[x] = True
        pass_on, back_too = onward[x], returned[x] - onward[x]
        even = pass_on * total + 2.0 / (high - low) * resting[x] * rest
        for i in range(low, high):
            kept[ring[i] + writes[i]] = even + back_too * came[i - low]


@jit
def read(walks: Any, rings: Any, targets: Any, out: Any) -> Any:
    """Give every target what the two slots of its edge bring it, by a straight line between two steps."""
    for i in range(len(walks.edge)):
        e = walks.edge[i]
        f = e if e >= 0 else ~e
        size = rings.begin[i + 1] - rings.begin[i]
        scale = rings.steps[i] / walks.length[f]
        for t in range(targets.ptr[f], targets.ptr[f + 1]):
            at = (targets.at[t] if e >= 0 else walks.length[f] - targets.at[t]) * scale
            k = int(at)
            if k >= size - 1:
                if at > size - 1:
                    continue  # out of reach
                k = size - 2
            one, other = rings.value[rings.begin[i] + k], rings.value[rings.begin[i] + k + 1]
            out[t] += one + (at - k) * (other - one)

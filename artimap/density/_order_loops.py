"""Compiled loops: events and lixels put in the order of places, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from artimap.network.compiled import jit


@jit
def in_bins(edge: Any, off: Any, weight: Any, length: Any, bins: Any) -> Any:
    """Put events in the order of edge, place, weight: bins along each edge first, then within each bin."""
    number, edges = len(edge), len(length)
    ptr = np.zeros(bins[edges] + 2, np.int64)
    key = np.empty(number, np.int64)
    for i in range(number):
        e = edge[i]
        many = bins[e + 1] - bins[e]
        k = int(off[i] / length[e] * many) if length[e] > 0.0 else 0
        key[i] = bins[e] + max(0, min(k, many - 1))
        ptr[key[i] + 1] += 1
    for k in range(len(ptr) - 1):
        ptr[k + 1] += ptr[k]
    new_edge, new_off, new_weight = np.empty(number, np.int32), np.empty(number), np.empty(number)
    for i in range(number):
        at = ptr[key[i]]
        ptr[key[i]] += 1
        # ptr[k] is now the end of bin k so far; its start is the end of bin k - 1 when all are in
        new_edge[at], new_off[at], new_weight[at] = edge[i], off[i], weight[i]
    start = 0
    for k in range(len(ptr) - 1):
        stop = ptr[k]
        for i in range(start + 1, stop):
            o, w = new_off[i], new_weight[i]
            j = i
            while j > start and (new_off[j - 1] > o or (new_off[j - 1] == o and new_weight[j - 1] > w)):
                new_off[j], new_weight[j] = new_off[j - 1], new_weight[j - 1]
                j -= 1
            new_off[j], new_weight[j] = o, w
        start = stop
    return new_edge, new_off, new_weight


@jit
def middles(length: Any, ptr: Any, lixel_m: Any, at: Any) -> Any:
    """Write the middles of the lixels of edges of these lengths."""
    for e in range(len(length)):
        last = ptr[e + 1] - 1
        for k in range(ptr[e], last):
            at[k] = (k - ptr[e] + 0.5) * lixel_m
        at[last] = ((last - ptr[e]) * lixel_m + length[e]) / 2


@jit
def gather(order: Any, ptr: Any, ptr_to: Any, parts: Any, scale: Any, out: Any) -> Any:
    """Add the parts up, times scale, and put the values of each edge where it stands in the network."""
    for e in range(len(order)):
        to = ptr_to[order[e]] - ptr[e]
        for k in range(ptr[e], ptr[e + 1]):
            value = 0.0
            for part in range(len(parts)):
                value += parts[part, k]
            out[to + k] = value * scale


@jit
def gather_rows(order: Any, ptr: Any, ptr_to: Any, parts: Any, scale: Any, rank: Any, out: Any) -> Any:
    """As :func:`gather` for rows of values, of which ``rank`` says where in a row each column of ``out`` stands."""
    one, other = parts
    wide = len(one) // max(ptr[len(order)], 1)
    for e in range(len(order)):
        to = ptr_to[order[e]] - ptr[e]
        for k in range(ptr[e], ptr[e + 1]):
            for s in range(len(rank)):
                at = k * wide + rank[s]
                out[to + k, s] = (one[at] + other[at]) * scale

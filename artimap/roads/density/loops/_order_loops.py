"""Compiled loops: events and lixels put in the order of places, and back. Each does a piece of the work."""

from __future__ import annotations

from typing import Any

from artimap.roads.network.compiled import jit


@jit
def into_bins(
    rank: Any, edge: Any, off: Any, length: Any, bins: Any, low: Any, high: Any, new: Any, key: Any, count: Any
) -> Any:
    """Give events ``low`` to ``high`` their edge in the order of places and a bin along it, and count the bins."""
    for i in range(low, high):
        e = rank[edge[i]]
        new[i] = e
        many = bins[e + 1] - bins[e]
        k = int(off[i] / length[e] * many) if length[e] > 0.0 else 0
        k = bins[e] + max(0, min(k, many - 1))
        key[i] = k
        count[k] += 1


@jit
def into_places(count: Any) -> Any:
    """Turn the counts of bins, (pieces, bins), into where the first event of each piece in each bin goes."""
    at = 0
    for k in range(count.shape[1]):
        for piece in range(len(count)):
            many = count[piece, k]
            count[piece, k] = at
            at += many


@jit
def put(
    edge: Any, off: Any, weight: Any, key: Any, low: Any, high: Any, place: Any,
    new_edge: Any, new_off: Any, new_weight: Any,
) -> Any:  # fmt: skip
    """Put events ``low`` to ``high`` into their bins; ``place`` is then where each bin ends."""
    for i in range(low, high):
        at = place[key[i]]
        place[key[i]] += 1
        new_edge[at], new_off[at], new_weight[at] = edge[i], off[i], weight[i]


@jit
def settle(place: Any, low: Any, high: Any, off: Any, weight: Any) -> Any:
    """Sort the events within bins ``low`` to ``high`` by place and weight."""
    start = place[low - 1] if low > 0 else 0
    for k in range(low, high):
        stop = place[k]
        for i in range(start + 1, stop):
            o, w = off[i], weight[i]
            j = i
            while j > start and (off[j - 1] > o or (off[j - 1] == o and weight[j - 1] > w)):
                off[j], weight[j] = off[j - 1], weight[j - 1]
                j -= 1
            off[j], weight[j] = o, w
        start = stop


@jit
def gather(order: Any, ptr: Any, ptr_to: Any, parts: Any, scale: Any, low: Any, high: Any, out: Any) -> Any:
    """Add the parts up, times scale; the values of edges ``low`` to ``high`` go where they stand in the network."""
    for e in range(low, high):
        to = ptr_to[order[e]] - ptr[e]
        for k in range(ptr[e], ptr[e + 1]):
            value = 0.0
            for part in range(len(parts)):
                value += parts[part, k]
            out[to + k] = value * scale

"""The compiled half of snapping: a packed tree over segments, and the search in it.

Segments are put in order along a Hilbert curve and bundled, sixteen to a leaf and sixteen
nodes to a node above (a packed R-tree: Kamel and Faloutsos 1993, Leutenegger and others
1997). Points are searched for in the order of the same curve, so that each starts with the
segment that its neighbour found as its bound, and what it needs is in the cache already.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from artimap.roads.network.compiled import jit

Array = NDArray[Any]

FAN = 16
"""Segments in a leaf, and nodes under a node."""

_LAST = np.iinfo(np.int32).max


@jit
def hilbert(x: Array, y: Array, x0: float, y0: float, scale: float, bits: int, key: Array, low: int, high: int) -> None:
    """Write the place of points on the Hilbert curve through ``4 ** bits`` cells; what lies outside is moved in."""
    side = (1 << bits) - 1
    for i in range(low, high):
        across = (x[i] - x0) * scale
        up = (y[i] - y0) * scale
        a = 0 if not across > 0.0 else (side if across >= side else int(across))
        b = 0 if not up > 0.0 else (side if up >= side else int(up))
        place = 0
        step = 1 << (bits - 1)
        while step > 0:
            right = 1 if a & step else 0
            top = 1 if b & step else 0
            place += step * step * ((3 * right) ^ top)
            if top == 0:
                if right == 1:
                    a = step - 1 - (a & (step - 1))
                    b = step - 1 - (b & (step - 1))
                a, b = b, a
            step >>= 1
        key[i] = place


@jit
def in_order(key: Array, cells: int) -> Array:
    """Give the order that sorts by key, equal keys in the order they came in."""
    count = np.zeros(cells + 1, np.int32)
    for i in range(len(key)):
        count[key[i] + 1] += 1
    for k in range(cells):
        count[k + 1] += count[k]
    order = np.empty(len(key), np.int32)
    for i in range(len(key)):
        order[count[key[i]]] = i
        count[key[i]] += 1
    return order


@jit
def middles(coords: Array, first: Array, x: Array, y: Array, low: int, high: int) -> None:
    """Write the middles of segments."""
    for i in range(low, high):
        v = first[i]
        x[i] = (coords[v, 0] + coords[v + 1, 0]) * 0.5
        y[i] = (coords[v, 1] + coords[v + 1, 1]) * 0.5


@jit
def pack(
    coords: Array,
    vertex_m: Array,
    first: Array,
    edge_of: Array,
    order: Array,
    x0: float,
    y0: float,
    pad: float,
    start: Array,
    ends: Array,
    along: Array,
    edge: Array,
    boxes: Array,
) -> None:
    """Fill the arrays of a tree: segments in order, and boxes level by level, a little too large."""
    number = len(order)
    for i in range(number):
        v = first[order[i]]
        ends[i, 0] = coords[v, 0]
        ends[i, 1] = coords[v, 1]
        ends[i, 2] = coords[v + 1, 0]
        ends[i, 3] = coords[v + 1, 1]
        along[i, 0] = vertex_m[v]
        along[i, 1] = vertex_m[v + 1]
        edge[i] = edge_of[order[i]]
    boxes[:, 0] = np.inf
    boxes[:, 1] = np.inf
    boxes[:, 2] = -np.inf
    boxes[:, 3] = -np.inf
    for i in range(number):
        box = boxes[i // FAN]
        box[0] = min(box[0], np.float32(min(ends[i, 0], ends[i, 2]) - x0 - pad))
        box[1] = min(box[1], np.float32(min(ends[i, 1], ends[i, 3]) - y0 - pad))
        box[2] = max(box[2], np.float32(max(ends[i, 0], ends[i, 2]) - x0 + pad))
        box[3] = max(box[3], np.float32(max(ends[i, 1], ends[i, 3]) - y0 + pad))
    for level in range(1, len(start) - 1):
        for child in range(start[level - 1], start[level]):
            box = boxes[start[level] + (child - start[level - 1]) // FAN]
            box[0] = min(box[0], boxes[child, 0])
            box[1] = min(box[1], boxes[child, 1])
            box[2] = max(box[2], boxes[child, 2])
            box[3] = max(box[3], boxes[child, 3])


@jit
def nearest(
    xy: Array,
    order: Array,
    start: Array,
    ends: Array,
    along: Array,
    edge: Array,
    boxes: Array,
    x0: float,
    y0: float,
    limit: float,
    found: Array,
    offset: Array,
    squared: Array,
    low: int,
    high: int,
) -> None:
    """Write for points their nearest segment: its edge (-1: none within the limit), the place on it, the distance.

    Of equally near ones that of the lowest edge, and there the lowest place. ``limit`` and
    ``squared`` are squares. The arithmetic is that of ``snapping._feet``, step by step.
    """
    top = len(start) - 2
    node = np.empty(FAN * 16, np.int64)
    level_of = np.empty(FAN * 16, np.int64)
    lower = np.empty(FAN * 16, np.float64)
    apart = np.empty(FAN, np.float64)
    bound = -1
    for q in range(low, high):
        point = order[q]
        x = xy[point, 0]
        y = xy[point, 1]
        best = limit
        best_segment = -1
        best_edge = _LAST
        best_offset = 0.0
        node[0] = bound if bound >= 0 else start[top]
        level_of[0] = -1 if bound >= 0 else top  # below the leaves: the one segment that the neighbour found
        lower[0] = 0.0
        held = 1
        while held > 0:
            held -= 1
            if lower[held] > best:
                continue
            here = node[held]
            level = level_of[held]
            if level <= 0:
                one = here * FAN
                stop = min(one + FAN, len(ends))
                if level < 0:
                    one = here
                    stop = here + 1
                    node[held] = start[top]
                    level_of[held] = top
                    lower[held] = 0.0
                    held += 1
                for s in range(one, stop):
                    vx = ends[s, 2] - ends[s, 0]
                    vy = ends[s, 3] - ends[s, 1]
                    wx = x - ends[s, 0]
                    wy = y - ends[s, 1]
                    dot = wx * vx + wy * vy
                    length2 = vx * vx + vy * vy
                    share = 0.0
                    if dot >= length2 > 0.0:
                        share = 1.0
                        wx = x - ends[s, 2]
                        wy = y - ends[s, 3]
                    elif dot > 0.0:
                        share = dot / length2
                        wx -= share * vx
                        wy -= share * vy
                    d2 = wx * wx + wy * wy
                    if d2 <= best:
                        place = along[s, 1] if share == 1.0 else along[s, 0] + share * (along[s, 1] - along[s, 0])
                        if d2 < best or edge[s] < best_edge or (edge[s] == best_edge and place < best_offset):
                            best = d2
                            best_segment = s
                            best_edge = edge[s]
                            best_offset = place
                continue
            child = start[level - 1] + (here - start[level]) * FAN
            for k in range(FAN):
                dx = max(boxes[child + k, 0] - (x - x0), (x - x0) - boxes[child + k, 2], 0.0)
                dy = max(boxes[child + k, 1] - (y - y0), (y - y0) - boxes[child + k, 3], 0.0)
                apart[k] = dx * dx + dy * dy
            near = -1
            near_apart = np.inf
            for k in range(FAN):
                if apart[k] <= best:
                    node[held] = child + k
                    level_of[held] = level - 1
                    lower[held] = apart[k]
                    if apart[k] < near_apart:
                        near_apart = apart[k]
                        near = held
                    held += 1
            if near >= 0 and near < held - 1:  # the nearest one is looked into first
                last = held - 1
                node[near], node[last] = node[last], node[near]
                lower[near], lower[last] = lower[last], lower[near]
        bound = best_segment
        found[point] = best_edge if best_segment >= 0 else -1
        offset[point] = best_offset
        squared[point] = best

"""Compiled loops of the simple method: events are pushed over the network, 32 at once.

Sorted along the roads, the events of a batch lie close together and reach nearly the same
nodes. What a few batches reach is written down once as a small graph of its own, in order
of distance. Over this the distances from all 32 events are relaxed together, forth and
back until nothing changes, which is the shortest paths' only requirement. Then each edge
in reach gives its lixels what the 32 events bring.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from artimap.density._lanes import (
    WIDTH,
    add,
    any_less,
    lesser,
    load,
    minus,
    spread,
    store,
    times,
    times_add,
    total,
    where_less,
)
from artimap.network.compiled import jit
from artimap.spreading import Floats, Ints

_DENSE = 6
"""Where a group has so many events an edge, distances are taken from the ends of its edges."""

_RUNS = 3
"""… by batches that lie on at most so many edges."""

_LANES_EDGES = WIDTH // 2
"""Edges whose two ends fit into the lanes."""

_SHELLS = 64
"""Nodes are put in order of distance to this share of the bandwidth."""


class Roads(NamedTuple):
    """The network in the order of the searches (:class:`artimap.network.ordering.Ordered`)."""

    ptr: Ints
    neighbour: NDArray[np.int32]
    way: Floats
    edge: NDArray[np.int32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    length: Floats


class Targets(NamedTuple):
    """Places on edges that are to get a value: ``at[ptr[f]:ptr[f + 1]]`` on edge ``f``."""

    ptr: Ints
    at: Floats


class Placed(NamedTuple):
    """Events in the order of edges: edge, metres from its start, weight."""

    edge: NDArray[np.int32]
    off: Floats
    weight: Floats


class Room(NamedTuple):
    """Where one part of the work writes: the small graph, and the distances of a batch."""

    slot: NDArray[np.int32]  # (N,): the number of a node in the small graph, -1: not in it
    node: NDArray[np.int32]
    reach: Floats
    queue: NDArray[np.int32]
    mark: NDArray[np.int32]
    shell: NDArray[np.int32]
    ptr: NDArray[np.int32]
    neighbour: NDArray[np.int32]
    way: Floats
    edge: NDArray[np.int32]
    from_row: NDArray[np.int32]
    to_row: NDArray[np.int32]
    row: Floats
    ends: Floats


def room(nodes: int, size_nodes: int, size_ways: int) -> Room:
    """Make room for a small graph of so many nodes and ways."""
    i32, row = np.int32, (size_nodes + 1) * WIDTH
    return Room(
        slot=np.full(nodes, -1, i32), node=np.empty(size_nodes, i32), reach=np.empty(size_nodes),
        queue=np.empty(size_nodes, i32), mark=np.zeros(size_nodes, i32), shell=np.empty(_SHELLS + 2, i32),
        ptr=np.empty(size_nodes + 1, i32), neighbour=np.empty(size_ways, i32), way=np.empty(size_ways),
        edge=np.empty(size_ways, i32), from_row=np.empty(size_ways, i32), to_row=np.empty(size_ways, i32),
        row=np.empty(row), ends=np.empty(row),
    )  # fmt: skip


@jit
def shape(kernel: Any, distance: Any, inverse: Any, bandwidth: Any) -> Any:
    """Give the kernel's shape (1 at no distance) in each lane."""
    zero, one = spread(0.0), spread(1.0)
    if kernel == 4:
        return where_less(distance, spread(bandwidth), one, zero)
    u = times(distance, spread(inverse))
    if kernel == 2:
        raw = minus(one, u)
        return where_less(zero, raw, raw, zero)
    if kernel == 3:
        # exp(-4.5 u²) = (exp(-4.5 u² / 16))¹⁶ by its series
        x = times(times(u, u), spread(-4.5 / 16))
        value = spread(1.0)
        for k in range(12, 0, -1):
            value = times_add(value, times(x, spread(1.0 / k)), one)
        for _ in range(4):
            value = times(value, value)
        return where_less(distance, spread(bandwidth), value, zero)
    raw = minus(one, times(u, u))
    raw = where_less(zero, raw, raw, zero)
    if kernel == 1:
        return times(raw, raw)
    return raw


@jit
def shape_of_one(kernel: Any, distance: Any, inverse: Any, bandwidth: Any) -> Any:
    """Give the kernel's shape at one distance."""
    u = distance * inverse
    if not distance < bandwidth:
        return 0.0
    if kernel == 4:
        return 1.0
    if kernel == 2:
        return 1.0 - u
    if kernel == 3:
        return np.exp(-4.5 * u * u)
    raw = max(0.0, 1.0 - u * u)
    return raw * raw if kernel == 1 else raw


@jit
def _reach(roads: Any, room: Any, events: Any, first: Any, last: Any, bandwidth: Any) -> Any:
    """Find the nodes that any event of first to last reaches.

    Gives how many they are (-1 where room lacks) and how many were written down.
    """
    slot, node, reach, queue, mark = room.slot, room.node, room.reach, room.queue, room.mark
    ptr, neighbour, way, off = roads.ptr, roads.neighbour, roads.way, events.off
    n, head, tail = 0, 0, 0
    ring = len(queue)
    most = ring - 1
    if 2 * (last - first) > most:
        return -1, 0
    for seed in range(2 * (last - first)):
        i = first + seed // 2
        e = events.edge[i]
        x = roads.end[e] if seed & 1 else roads.start[e]
        distance = roads.length[e] - off[i] if seed & 1 else off[i]
        if distance >= bandwidth:
            continue
        s = slot[x]
        if s < 0:
            slot[x], node[n], queue[n], mark[n], reach[n] = n, x, n, 1, distance
            n += 1
        elif distance < reach[s]:
            reach[s] = distance
    tail = n
    while head != tail:
        s = queue[head]
        head = head + 1 if head + 1 < ring else 0
        mark[s] = 0
        x, base = node[s], reach[s]
        if n + ptr[x + 1] - ptr[x] > most:
            return -1, n
        for j in range(ptr[x], ptr[x + 1]):
            distance = base + way[j]
            if distance >= bandwidth:
                continue
            t = slot[neighbour[j]]
            if t < 0:
                t = n
                slot[neighbour[j]], node[t], mark[t] = t, neighbour[j], 0
                n += 1
            elif distance >= reach[t]:
                continue
            reach[t] = distance
            if mark[t] == 0:
                mark[t] = 1
                queue[tail] = t
                tail = tail + 1 if tail + 1 < ring else 0
    return n, n


@jit
def _in_order(room: Any, n: Any, bandwidth: Any) -> Any:
    """Give the nodes new numbers, the near ones first."""
    room.shell[:] = 0
    scale = _SHELLS / bandwidth
    for s in range(n):
        room.shell[int(room.reach[s] * scale) + 1] += 1
    for k in range(_SHELLS + 1):
        room.shell[k + 1] += room.shell[k]
    for s in range(n):
        k = int(room.reach[s] * scale)
        at = room.shell[k]
        room.shell[k] += 1
        room.queue[at] = room.node[s]
    for s in range(n):
        x = room.queue[s]
        room.node[s] = x
        room.slot[x] = s


@jit
def _write_down(roads: Any, room: Any, n: Any) -> Any:
    """Write the small graph: for each node its ways to others, for each edge its ends' rows.

    Gives the number of edges, -1 where room lacks. Row n stands for all nodes out of reach.
    """
    ways, edges = 0, 0
    most = len(room.way)
    for s in range(n):
        room.ptr[s] = ways
        x = room.node[s]
        if max(ways, edges) + roads.ptr[x + 1] - roads.ptr[x] > most:
            return -1
        for j in range(roads.ptr[x], roads.ptr[x + 1]):
            f = roads.edge[j]
            t = room.slot[roads.neighbour[j]]
            if t >= 0:
                room.neighbour[ways] = t * WIDTH
                room.way[ways] = roads.way[j]
                ways += 1
                if f < 0:
                    continue
            else:
                t = n
            room.edge[edges] = f if f >= 0 else ~f
            room.from_row[edges] = (s if f >= 0 else t) * WIDTH
            room.to_row[edges] = (t if f >= 0 else s) * WIDTH
            edges += 1
    room.ptr[n] = ways
    return edges


@jit
def _near(roads: Any, room: Any, events: Any, first: Any, last: Any, bandwidth: Any) -> Any:
    """Make the small graph of the events first to last; gives nodes and edges, -1 where room lacks."""
    n, made = _reach(roads, room, events, first, last, bandwidth)
    edges = -1
    if n >= 0:
        _in_order(room, n, bandwidth)
        edges = _write_down(roads, room, n)
    for s in range(made):
        if edges < 0:
            room.slot[room.node[s]] = -1
    return n, edges


@jit
def _forget(room: Any, n: Any) -> Any:
    for s in range(n):
        room.slot[room.node[s]] = -1


@jit
def _relax(room: Any, row: Any, n: Any, bandwidth: Any) -> Any:
    """Shorten the distances in ``row`` along the ways, forth and back, until none below the bandwidth changes."""
    bound = spread(bandwidth)
    forth = True
    changed = True
    while changed:
        changed = False
        for k in range(n):
            s = k if forth else n - 1 - k
            old = load(row, s * WIDTH)
            new = old
            for j in range(room.ptr[s], room.ptr[s + 1]):
                new = lesser(add(load(row, room.neighbour[j]), spread(room.way[j])), new)
            changed |= any_less(new, lesser(old, bound))
            store(row, s * WIDTH, new)
        forth = not forth


@jit
def _blank(row: Any, n: Any) -> Any:
    nothing = spread(np.inf)
    for s in range(n + 1):
        store(row, s * WIDTH, nothing)


@jit
def _distances(roads: Any, room: Any, events: Any, first: Any, last: Any, n: Any, bandwidth: Any) -> Any:
    """Fill the rows with the distances of events first to last, a lane each."""
    row, slot, length = room.row, room.slot, roads.length
    _blank(row, n)
    for i in range(first, last):
        e, off = events.edge[i], events.off[i]
        u, v = slot[roads.start[e]], slot[roads.end[e]]
        if u >= 0:
            row[u * WIDTH + i - first] = off
        if v >= 0:
            row[v * WIDTH + i - first] = min(row[v * WIDTH + i - first], length[e] - off)
    _relax(room, row, n, bandwidth)


@jit
def _dense_end(events: Any, first: Any, last: Any) -> Any:
    """Give the end of the batches that lie on few enough edges for the lanes, many events an edge; or ``first``."""
    edges, at = 1, first
    for i in range(first + 1, last):
        if events.edge[i] != events.edge[i - 1]:
            edges += 1
            if edges > _LANES_EDGES:
                last = first + (i - first) // WIDTH * WIDTH
                break
    at = last
    return at if at - first >= _DENSE * edges else first


@jit
def _ends(roads: Any, room: Any, events: Any, first: Any, last: Any, n: Any, bandwidth: Any) -> Any:
    """Find the distances from both ends of the edges of these events to all nodes near."""
    ends, slot = room.ends, room.slot
    _blank(ends, n)
    lane = -2
    for i in range(first, last):
        e = events.edge[i]
        if i > first and e == events.edge[i - 1]:
            continue
        lane += 2
        u, v = slot[roads.start[e]], slot[roads.end[e]]
        if u >= 0:
            ends[u * WIDTH + lane] = 0.0
        if v >= 0:
            ends[v * WIDTH + lane + 1] = 0.0
    _relax(room, ends, n, bandwidth)


@jit
def _distances_by_ends(roads: Any, room: Any, events: Any, first: Any, last: Any, lane: Any, n: Any) -> Any:
    """Fill the rows from the distances of the ends; ``lane`` is that of the first edge. Gives the last edge's."""
    row, ends = room.row, room.ends
    off, rest = np.empty(WIDTH), np.empty(WIDTH)
    at = first
    while at < last:
        e = events.edge[at]
        off[:] = np.inf
        rest[:] = np.inf
        begun = at
        while at < last and events.edge[at] == e:
            off[at - first] = events.off[at]
            rest[at - first] = roads.length[e] - events.off[at]
            at += 1
        by_off, by_rest = load(off, 0), load(rest, 0)
        for s in range(n):
            to_start, to_end = ends[s * WIDTH + lane], ends[s * WIDTH + lane + 1]
            new = lesser(add(by_off, spread(to_start)), add(by_rest, spread(to_end)))
            store(row, s * WIDTH, new if begun == first else lesser(new, load(row, s * WIDTH)))
        if at < last:
            lane += 2
    store(row, n * WIDTH, spread(np.inf))
    return lane


@jit
def _paint(roads: Any, room: Any, targets: Any, edges: Any, weight: Any, kernel: Any, bandwidth: Any, out: Any) -> Any:
    """Give every target on the edges near what the events of the batch bring it."""
    inverse = 1.0 / bandwidth
    bound = spread(bandwidth)
    for k in range(edges):
        by_start = load(room.row, room.from_row[k])
        by_end = load(room.row, room.to_row[k])
        if not any_less(lesser(by_start, by_end), bound):
            continue
        f = room.edge[k]
        by_end = add(by_end, spread(roads.length[f]))
        for t in range(targets.ptr[f], targets.ptr[f + 1]):
            q = spread(targets.at[t])
            distance = lesser(add(by_start, q), minus(by_end, q))
            out[t] += total(times(weight, shape(kernel, distance, inverse, bandwidth)))


@jit
def _paint_own(
    roads: Any, room: Any, events: Any, targets: Any, first: Any, last: Any, kernel: Any, bandwidth: Any, out: Any
) -> Any:
    """Mend the edges that the events themselves lie on: there the straight way may be shorter."""
    inverse = 1.0 / bandwidth
    for i in range(first, last):
        e, p = events.edge[i], events.off[i]
        u, v = room.slot[roads.start[e]], room.slot[roads.end[e]]
        by_start = room.row[u * WIDTH + i - first] if u >= 0 else np.inf
        by_end = (room.row[v * WIDTH + i - first] if v >= 0 else np.inf) + roads.length[e]
        for t in range(targets.ptr[e], targets.ptr[e + 1]):
            q = targets.at[t]
            straight, round_ = abs(p - q), min(by_start + q, by_end - q)
            if straight < round_ and straight < bandwidth:
                more = shape_of_one(kernel, straight, inverse, bandwidth)
                out[t] += events.weight[i] * (more - shape_of_one(kernel, round_, inverse, bandwidth))


@jit
def _group(events: Any, first: Any, last: Any, width: Any) -> Any:
    """Give the end of the batches from ``first`` on that share one small graph."""
    edge = events.edge[first] + width
    at = min(first + WIDTH, last)
    while at < last and events.edge[min(at + WIDTH, last) - 1] <= edge:
        at = min(at + WIDTH, last)
    return at


@jit
def _few_edges(events: Any, first: Any, last: Any) -> Any:
    edges = 1
    for i in range(first + 1, last):
        edges += events.edge[i] != events.edge[i - 1]
    return edges <= _RUNS


@jit
def push(
    roads: Any,
    room: Any,
    events: Any,
    targets: Any,
    chunks: Any,
    kernel: Any,
    bandwidth: Any,
    out: Any,
    told: Any,
    halt: Any,
) -> Any:
    """Push the events of some chunks: what they bring is added to ``out``.

    ``chunks`` is (first, step, events each); ``told[0]`` counts the chunks done and ``told[1]``
    the events. A 1 in ``halt`` stops after the chunk at work. Where room lacks the place is kept in
    ``told[2]`` (the event to go on with; -1: done) and all that came before it has been added.
    """
    number = len(events.edge)
    width = 32
    lanes_weight = np.zeros(WIDTH)
    begin, step, each = chunks
    at = told[2]
    told[2] = -1
    for chunk in range(begin + told[0] * step, (number + each - 1) // each, step):
        if halt[0]:
            return
        stop = min(number, (chunk + 1) * each)
        group_at = max(at, chunk * each)
        while group_at < stop:
            group_to = _group(events, group_at, stop, width)
            dense_to = _dense_end(events, group_at, group_to)
            if dense_to > group_at:
                group_to = dense_to
            n, edges = _near(roads, room, events, group_at, group_to, bandwidth)
            if edges < 0:
                told[2] = group_at
                return
            width = 16 + edges // 8
            lane, dense = 0, dense_to > group_at
            if dense:
                _ends(roads, room, events, group_at, group_to, n, bandwidth)
            for b in range(group_at, group_to, WIDTH):
                to = min(b + WIDTH, group_to)
                lanes_weight[:] = 0.0
                lanes_weight[: to - b] = events.weight[b:to]
                if dense:
                    lane += 2 * (b > group_at and events.edge[b] != events.edge[b - 1])
                if dense and _few_edges(events, b, to):
                    lane = _distances_by_ends(roads, room, events, b, to, lane, n)
                else:
                    _distances(roads, room, events, b, to, n, bandwidth)
                    if dense:
                        for i in range(b + 1, to):
                            lane += 2 * (events.edge[i] != events.edge[i - 1])
                _paint(roads, room, targets, edges, load(lanes_weight, 0), kernel, bandwidth, out)
                _paint_own(roads, room, events, targets, b, to, kernel, bandwidth, out)
            _forget(room, n)
            group_at = group_to
        told[0] += 1
        told[1] += stop - chunk * each


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

"""Compiled loops: the network near a batch of events, and how far its nodes are from each of them.

Sorted along the roads, the events of a batch lie close together and reach nearly the same
nodes. What a few batches reach is written down once as a small graph of its own, in order
of distance. Over this the distances from all 32 events are relaxed together, forth and
back until nothing changes, which is the shortest paths' only requirement.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from artimap.core.arrays import Floats, Ints
from artimap.roads.density.loops._lanes import WIDTH, add, any_less, lesser, load, spread, store
from artimap.roads.density.loops._run_loops import MANY
from artimap.roads.network.compiled import jit

_DENSE = 6
"""Where a group has so many events an edge, distances are taken from the ends of its edges."""

_RUNS = 3
"""… by batches that lie on at most so many edges."""

_LANES_EDGES = WIDTH // 2
"""Edges whose two ends fit into the lanes."""

_SHELLS = 64
"""Nodes are put in order of distance to this share of the bandwidth."""


class OrderedRoads(NamedTuple):
    """The network in the order of the searches (:class:`artimap.roads.network.ordering.Ordered`)."""

    ptr: Ints
    neighbour: NDArray[np.int32]
    way: Floats
    edge: NDArray[np.int32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    length: Floats


class OrderedEvents(NamedTuple):
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
def near(roads: Any, room: Any, events: Any, first: Any, last: Any, bandwidth: Any) -> Any:
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
def forget(room: Any, n: Any) -> Any:
    """Take the nodes out of the small graph."""
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
def distances(roads: Any, room: Any, events: Any, first: Any, last: Any, n: Any, bandwidth: Any) -> Any:
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
def dense_end(events: Any, first: Any, last: Any) -> Any:
    """Give the end of the batches that lie on few enough edges for the lanes, many events an edge; or ``first``."""
    edges, at = 1, first
    for i in range(first + 1, last):
        if events.edge[i] != events.edge[i - 1]:
            edges += 1
            if edges > _LANES_EDGES:
                many = i - first >= MANY * _LANES_EDGES
                last = i if many else first + (i - first) // WIDTH * WIDTH
                break
    at = last
    return at if at - first >= _DENSE * edges else first


@jit
def ends_of(roads: Any, room: Any, events: Any, first: Any, last: Any, n: Any, bandwidth: Any) -> Any:
    """Find the distances from both ends of the edges of these events to all nodes near; gives how many edges."""
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
    return lane // 2 + 1


@jit
def distances_by_ends(roads: Any, room: Any, events: Any, first: Any, last: Any, lane: Any, n: Any) -> Any:
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
def group(events: Any, first: Any, last: Any, width: Any) -> Any:
    """Give the end of the batches from ``first`` on that share one small graph."""
    edge = events.edge[first] + width
    at = min(first + WIDTH, last)
    while at < last and events.edge[min(at + WIDTH, last) - 1] <= edge:
        at = min(at + WIDTH, last)
    return at


@jit
def few_edges(events: Any, first: Any, last: Any) -> Any:
    """Tell whether a batch lies on so few edges that distances are best taken from their ends."""
    edges = 1
    for i in range(first + 1, last):
        edges += events.edge[i] != events.edge[i - 1]
    return edges <= _RUNS

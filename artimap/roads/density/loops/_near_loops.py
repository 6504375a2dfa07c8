"""Compiled loops: the network near a batch of events, and how far its nodes are from each of them.

Sorted along the roads, the events of a batch lie close together and reach nearly the same
nodes. What a few batches reach is written down once as a small graph of its own, in order
of distance. Over this the distances from all 32 events are relaxed together until nothing
changes, which is the shortest paths' only requirement.

A row holds the same quantity for 32 events. Loops over its lanes are short and plain, so that
the compiler makes a few wide instructions of each: no branch and no call stands in them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from artimap.core.arrays import Floats, Ints
from artimap.roads.network.compiled import inner

WIDTH = 32
"""Lanes of a row."""

_SHELLS = 64
"""Nodes are put in order of distance to this share of the bandwidth."""


class OrderedRoads(NamedTuple):
    """The network in the order of the searches (:class:`artimap.roads.network.edge_order.Ordered`)."""

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
    row: Floats  # (nodes + 1, 32): the last one used stands for all nodes out of reach
    weight: Floats  # (32,)


def room(nodes: int, size_nodes: int, size_ways: int) -> Room:
    """Make room for a small graph of so many nodes and ways."""
    i32 = np.int32
    return Room(
        slot=np.full(nodes, -1, i32), node=np.empty(size_nodes, i32), reach=np.empty(size_nodes),
        queue=np.empty(size_nodes, i32), mark=np.zeros(size_nodes, i32), shell=np.empty(_SHELLS + 2, i32),
        ptr=np.empty(size_nodes + 1, i32), neighbour=np.empty(size_ways, i32), way=np.empty(size_ways),
        edge=np.empty(size_ways, i32), from_row=np.empty(size_ways, i32), to_row=np.empty(size_ways, i32),
        row=np.empty((size_nodes + 1, WIDTH)), weight=np.empty(WIDTH),
    )  # fmt: skip


@inner
def _reach(roads: Any, room: Any, events: Any, first: Any, last: Any, bandwidth: Any) -> Any:
    """Find the nodes that any event of first to last reaches.

    Gives how many they are (-1 where room lacks) and how many were written down.
    """
    slot, node, reach, queue, mark = room.slot, room.node, room.reach, room.queue, room.mark
    ptr, neighbour, way, off = roads.ptr, roads.neighbour, roads.way, events.off
    edge, start, end, length = events.edge, roads.start, roads.end, roads.length
    n, head, tail = 0, 0, 0
    ring = len(queue)
    most = ring - 1
    if 2 * (last - first) > most:
        return -1, 0
    for seed in range(2 * (last - first)):
        i = first + seed // 2
        e = edge[i]
        x = end[e] if seed & 1 else start[e]
        distance = length[e] - off[i] if seed & 1 else off[i]
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


@inner
def near(roads: Any, room: Any, events: Any, first: Any, last: Any, bandwidth: Any) -> Any:
    """Make the small graph of the events first to last; gives nodes and edges, -1 where room lacks.

    Nodes are numbered by distance, the near ones first. For each the ways to others are written
    down, for each edge the rows of its ends: row n stands for all nodes out of reach.
    """
    n, made = _reach(roads, room, events, first, last, bandwidth)
    slot, node, shell, queue, reach = room.slot, room.node, room.shell, room.queue, room.reach
    ptr, neighbour, way, edge = roads.ptr, roads.neighbour, roads.way, roads.edge
    new_ptr, new_neighbour, new_way, new_edge = room.ptr, room.neighbour, room.way, room.edge
    from_row, to_row = room.from_row, room.to_row
    ways, edges = 0, 0
    if n >= 0:
        for k in range(len(shell)):
            shell[k] = 0
        scale = _SHELLS / bandwidth
        for s in range(n):
            shell[int(reach[s] * scale) + 1] += 1
        for k in range(_SHELLS + 1):
            shell[k + 1] += shell[k]
        for s in range(n):
            k = int(reach[s] * scale)
            queue[shell[k]] = node[s]
            shell[k] += 1
        for s in range(n):
            node[s] = queue[s]
            slot[queue[s]] = s
        for s in range(n):
            new_ptr[s] = ways
            x = node[s]
            if max(ways, edges) + ptr[x + 1] - ptr[x] > len(new_way):
                edges = -1
                break
            for j in range(ptr[x], ptr[x + 1]):
                f = edge[j]
                t = slot[neighbour[j]]
                if t >= 0:
                    new_neighbour[ways] = t
                    new_way[ways] = way[j]
                    ways += 1
                    if f < 0:
                        continue
                else:
                    t = n
                new_edge[edges] = f if f >= 0 else ~f
                from_row[edges] = s if f >= 0 else t
                to_row[edges] = t if f >= 0 else s
                edges += 1
        new_ptr[n] = ways
    if n < 0 or edges < 0:
        forget(room, made)
        edges = -1
    return n, edges


@inner
def forget(room: Any, n: Any) -> Any:
    """Take the nodes out of the small graph."""
    slot, node = room.slot, room.node
    for s in range(n):
        slot[node[s]] = -1


@inner
def relax(row: Any, mark: Any, ptr: Any, neighbour: Any, way: Any, n: Any, bandwidth: Any) -> Any:
    """Shorten the distances in the rows along the ways from marked nodes, until none below the bandwidth changes."""
    waiting = n
    while waiting > 0:
        waiting = 0
        for s in range(n):
            if mark[s] == 0:
                continue
            mark[s] = 0
            for j in range(ptr[s], ptr[s + 1]):
                t, by, changed = neighbour[j], way[j], 0
                for lane in range(WIDTH):
                    new, old = row[s, lane] + by, row[t, lane]
                    changed += new < min(old, bandwidth)
                    row[t, lane] = min(new, old)
                if changed > 0:
                    mark[t] = 1
                    waiting += t < s


@inner
def distances(roads: Any, room: Any, events: Any, first: Any, last: Any, n: Any, bandwidth: Any) -> Any:
    """Fill the rows with the distances of events first to last, a lane each."""
    row, slot, mark, edge, off = room.row, room.slot, room.mark, events.edge, events.off
    start, end, length = roads.start, roads.end, roads.length
    for s in range(n + 1):
        for lane in range(WIDTH):
            row[s, lane] = np.inf
    for i in range(first, last):
        e, lane = edge[i], i - first
        u, v = slot[start[e]], slot[end[e]]
        if u >= 0:
            row[u, lane] = off[i]
            mark[u] = 1
        if v >= 0:
            row[v, lane] = min(row[v, lane], length[e] - off[i])
            mark[v] = 1
    relax(row, mark, room.ptr, room.neighbour, room.way, n, bandwidth)


@inner
def distances_of_ends(roads: Any, room: Any, events: Any, first: Any, last: Any, n: Any, bandwidth: Any) -> Any:
    """Fill the rows with the distances from both ends of the edges of these events, two lanes an edge."""
    row, slot, mark, edge = room.row, room.slot, room.mark, events.edge
    start, end = roads.start, roads.end
    for s in range(n + 1):
        for lane in range(WIDTH):
            row[s, lane] = np.inf
    lane = -2
    for i in range(first, last):
        e = edge[i]
        if i > first and e == edge[i - 1]:
            continue
        lane += 2
        u, v = slot[start[e]], slot[end[e]]
        if u >= 0:
            row[u, lane] = 0.0
            mark[u] = 1
        if v >= 0:
            row[v, lane + 1] = 0.0
            mark[v] = 1
    relax(row, mark, room.ptr, room.neighbour, room.way, n, bandwidth)

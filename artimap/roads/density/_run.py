"""Running the compiled loops: in two parts of fixed content, watched, and stopped when asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Any

import numpy as np

from artimap.core.arrays import Floats, Ints
from artimap.roads.density.loops._near_loops import WIDTH, OrderedEvents, OrderedRoads, Room, room
from artimap.roads.density.loops._sum_loops import Sums
from artimap.roads.network.compiled import in_threads, threads
from artimap.roads.network.edge_order import Ordered

Progress = Callable[[int, int], object]

PARTS = 2
"""The work is always cut into so many parts, each summed on its own: the same sums on every machine."""

_LOOK_S = 0.1
"""So often progress is told, and an interruption heard."""

_MOST_BATCHES = 256

_FEW = 20_000
"""So many events are sorted by numpy."""

ROOM = (4096, 65536)
"""Nodes and ways that a small graph has room for at first."""


def roads_of(ordered: Ordered) -> OrderedRoads:
    """Give the network as the loops take it."""
    return OrderedRoads(
        ordered.ptr, ordered.neighbour, ordered.way_m, ordered.edge, ordered.start, ordered.end, ordered.length_m
    )


def in_order(ordered: Ordered, edge: Ints, offset_m: Floats, weight: Floats) -> OrderedEvents:
    """Put events in the order of places; equal input in any order comes out the same.

    They are counted into short bins along the edges, and sorted within each bin: two threads
    take half of the events each, which stay in the order given as far as place and weight leave it open.
    Few events are sorted whole: that needs nothing compiled.
    """
    length, number = ordered.length_m, len(edge)
    if number <= _FEW:
        on = ordered.edge_rank[edge]
        row = np.lexsort((weight, offset_m, on))
        return OrderedEvents(on[row], offset_m[row], weight[row])
    from artimap.roads.density.loops import _order_loops as order  # noqa: PLC0415 - compiled only where it is used

    each = 4 * max(float(length.sum()), 1e-9) / max(number, 1)
    bins = np.zeros(len(length) + 1, dtype=np.int64)
    np.cumsum(np.minimum(np.ceil(length / each), number).astype(np.int64).clip(1), out=bins[1:])
    on, key = np.empty(number, np.int32), np.empty(number, np.int32)
    count = np.zeros((PARTS, int(bins[-1])), np.int32)
    out = OrderedEvents(np.empty(number, np.int32), np.empty(number), np.empty(number))

    def part(low: int) -> Any:
        return count[min(low, 1)]

    def counted(low: int, high: int) -> None:
        order.into_bins(ordered.edge_rank, edge, offset_m, length, bins, low, high, on, key, part(low))

    def put(low: int, high: int) -> None:
        order.put(on, offset_m, weight, key, low, high, part(low), *out)

    in_threads(counted, number, pieces=PARTS)
    order.into_places(count)
    in_threads(put, number, pieces=PARTS)
    in_threads(lambda low, high: order.settle(count[-1], low, high, out.off, out.weight), count.shape[1], pieces=PARTS)
    return out


def chunk_of(number: int) -> int:
    """Give how many events a part takes before the others' turn."""
    batches = -(-number // WIDTH)
    return WIDTH * int(np.clip(batches // (8 * PARTS), 4, _MOST_BATCHES))


def in_parts(job: Callable[[int, Any, Any], None], number: int, progress: Progress | None) -> None:
    """Run ``job(part, told, halt)`` for each part, tell progress, and stop cleanly.

    ``job`` adds to ``told[1]`` what it has done of ``number`` and looks at ``halt[0]``.
    """
    told = np.zeros((PARTS, 8), dtype=np.int64)
    halt = np.zeros(1, dtype=np.int64)
    if threads() == 1 and progress is None:
        for part in range(PARTS):
            job(part, told[part], halt)
        return
    pool = ThreadPoolExecutor(threads())
    try:
        waiting = {pool.submit(job, part, told[part], halt) for part in range(PARTS)}
        while waiting:
            done, waiting = wait(waiting, timeout=_LOOK_S, return_when=FIRST_EXCEPTION)
            for one in done:
                one.result()
            if progress is not None:
                progress(int(told[:, 1].sum()), number)
    finally:
        halt[0] = 1
        pool.shutdown(wait=True, cancel_futures=True)


def with_room(nodes: int, push: Callable[[Room, Any], None], told: Any) -> None:
    """Call ``push(room, told)`` again with twice the room until it has done all or was told to stop."""
    size_nodes, size_ways = ROOM
    told[2] = -1
    while True:
        push(room(nodes, size_nodes, size_ways), told)
        if told[2] < 0:
            return
        size_nodes, size_ways = 2 * size_nodes, 2 * size_ways


def walk(
    ordered: Ordered, placed: OrderedEvents, jobs: Sequence[Any], bandwidth_m: float, progress: Progress | None
) -> None:
    """Push the events over the network, 32 at once; each part does the job of its own."""
    from artimap.roads.density.loops._walk_loops import push  # noqa: PLC0415 - compiled only where it is used

    _walk(push, ordered, placed, jobs, bandwidth_m, progress)


def walk_edges(
    ordered: Ordered, placed: OrderedEvents, jobs: Sequence[Sums], bandwidth_m: float, progress: Progress | None
) -> None:
    """Push the events over the network, all of one edge at once: for sums with a kernel that is a polynomial."""
    from artimap.roads.density.loops._edge_loops import (  # noqa: PLC0415 - compiled only where it is used
        MOST,
        PIECES,
        push_edges,
    )

    def push(roads: Any, room: Room, events: Any, job: Any, chunks: Any, bandwidth: Any, told: Any, halt: Any) -> None:
        push_edges(
            roads,
            room,
            events,
            job,
            chunks,
            bandwidth,
            told,
            halt,
            np.empty((MOST + 1, 5)),
            np.empty(PIECES + 1, dtype=np.int64),
        )

    _walk(push, ordered, placed, jobs, bandwidth_m, progress)


def _walk(
    push: Callable[..., None],
    ordered: Ordered,
    placed: OrderedEvents,
    jobs: Sequence[Any],
    bandwidth_m: float,
    progress: Progress | None,
) -> None:
    roads, each = roads_of(ordered), chunk_of(len(placed.edge))

    def part(number: int, told: Any, halt: Any) -> None:
        def pushed(room: Room, told: Any) -> None:
            push(roads, room, placed, jobs[number], (number, PARTS, each), bandwidth_m, told, halt)

        with_room(len(roads.ptr) - 1, pushed, told)

    in_parts(part, len(placed.edge), progress)

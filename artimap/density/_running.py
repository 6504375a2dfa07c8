"""Running the compiled loops: in two parts of fixed content, watched, and stopped when asked."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Any

import numpy as np

from artimap.density import _search_loops as loops
from artimap.density._lanes import WIDTH
from artimap.network.compiled import threads
from artimap.network.ordering import Ordered
from artimap.spreading import Floats, Ints

Progress = Callable[[int, int], object]

PARTS = 2
"""The work is always cut into so many parts, each summed on its own: the same sums on every machine."""

_LOOK_S = 0.1
"""So often progress is told, and an interruption heard."""

_MOST_BATCHES = 64

ROOM = (2 * _MOST_BATCHES * WIDTH, 65536)
"""Nodes and ways that a small graph has room for at first."""


def roads_of(ordered: Ordered) -> loops.Roads:
    """Give the network as the loops take it."""
    return loops.Roads(
        ordered.ptr, ordered.neighbour, ordered.way_m, ordered.edge, ordered.start, ordered.end, ordered.length_m
    )


def in_order(ordered: Ordered, edge: Ints, offset_m: Floats, weight: Floats) -> loops.Placed:
    """Put events in the order of places; equal input in any order comes out the same."""
    length = ordered.length_m
    each = 4 * max(float(length.sum()), 1e-9) / max(len(edge), 1)
    bins = np.zeros(len(length) + 1, dtype=np.int64)
    np.cumsum(np.minimum(np.ceil(length / each), len(edge)).astype(np.int64).clip(1), out=bins[1:])
    return loops.Placed(*loops.in_bins(ordered.edge_rank[edge], offset_m, weight, length, bins))


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


def with_room(nodes: int, push: Callable[[loops.Room, Any], None], told: Any) -> None:
    """Call ``push(room, told)`` again with twice the room until it has done all or was told to stop."""
    size_nodes, size_ways = ROOM
    told[2] = -1
    while True:
        push(loops.room(nodes, size_nodes, size_ways), told)
        if told[2] < 0:
            return
        size_nodes, size_ways = 2 * size_nodes, 2 * size_ways

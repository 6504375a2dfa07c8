"""The methods that follow paths, on lengths rounded to whole steps: for many paths and far bandwidths."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from artimap.core.arrays import Floats, Ints
from artimap.roads.density._paths_exact import spots_of, targets_of, walks_of
from artimap.roads.density._run import Progress
from artimap.roads.density.event_points import Placing
from artimap.roads.density.loops import _path_loops as paths
from artimap.roads.density.loops import _step_loops as loops
from artimap.roads.density.loops._order_loops import gather
from artimap.roads.density.methods import Way, refuse
from artimap.roads.network.compiled import threads
from artimap.roads.network.graph import RoadNetwork

_TELL_S = 0.1
"""So often progress is told."""


def sums(network: RoadNetwork, events: Placing, ptr: Ints, at: Floats, way: Way, progress: Progress | None) -> Floats:
    """Give the kernel's weighted sum at each place: ``at[ptr[f]:ptr[f + 1]]`` on edge f.

    Raises
    ------
    ModelError
        If there are more steps to go than ``way.most_visits``.
    """
    ordered, step_m = network.ordered, float(way.step_m or 0)
    last = int(np.ceil(way.bandwidth_m / step_m))
    refuse(way, 2.0 * len(network.edges) * last, "")
    walks = walks_of(ordered, way.method)
    spots, _ = spots_of(ordered, events)
    targets = targets_of(ordered, ptr, at)
    rings, running = _rings(walks, step_m, last)
    loops.begin(walks, spots, rings, running, last)
    _down(walks, spots, rings, running, last, way, len(events.edge), progress)

    out = np.zeros((1, len(at)))
    loops.read(walks, rings, targets, out[0])
    paths.paint_own_edges(spots, walks.length, targets, way.kernel.code, way.bandwidth_m, out[0])
    values = np.empty(len(at))
    gather(ordered.edge_order, targets.ptr, ptr, out, 1.0, 0, len(network.edges), values)
    return values


def _rings(walks: paths.Walks, step_m: float, last: int) -> tuple[loops.Rings, loops.Running]:
    """Make room for what is kept of each slot."""
    steps = np.maximum(np.rint(walks.way / step_m), 1).astype(np.int64)
    begin = np.zeros(len(steps) + 1, dtype=np.int64)
    np.cumsum(np.minimum(steps, last) + 1, out=begin[1:])
    slots, nodes = len(steps), len(walks.ptr) - 1
    running = loops.Running(
        entered=np.zeros(slots, dtype=np.int64),
        terms=np.zeros(5 * slots),
        resting=np.zeros(nodes),
        read=np.zeros(slots, dtype=np.int64),
        write=np.zeros(slots, dtype=np.int64),
        awake=np.zeros(nodes, dtype=bool),
    )
    return loops.Rings(steps, begin, np.zeros(int(begin[-1]))), running


def _down(
    walks: paths.Walks,
    spots: paths.Spots,
    rings: loops.Rings,
    running: loops.Running,
    last: int,
    way: Way,
    number: int,
    progress: Progress | None,
) -> None:
    """Go down from the bandwidth to 0, the nodes of each step in two halves side by side."""
    nodes, widest = len(walks.ptr) - 1, int(np.diff(walks.ptr).max(initial=1))
    middle = int(np.searchsorted(walks.ptr, walks.ptr[-1] // 2))
    halves = [(0, middle), (middle, nodes)] if threads() > 1 else [(0, nodes)]
    rooms = [np.empty(widest) for _ in halves]
    told = time.monotonic()

    def half(which: int, y: int) -> None:
        loops.step(
            walks, spots, rings, running, halves[which], y, last,
            float(way.step_m or 0), way.kernel.code, way.bandwidth_m, rooms[which],
        )  # fmt: skip

    with ThreadPoolExecutor(1) as pool:
        for y in range(last - 1, -1, -1):
            other = pool.submit(half, 1, y) if len(halves) > 1 else None
            half(0, y)
            if other is not None:
                other.result()
            if progress is not None and (y == 0 or time.monotonic() - told > _TELL_S):
                told = time.monotonic()
                progress(number * (last - y) // last, number)

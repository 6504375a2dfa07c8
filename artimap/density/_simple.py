"""The simple method compiled: each event's kernel along shortest paths, summed at lixels or at places."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from artimap.density import _search_loops as loops
from artimap.density._running import PARTS, Progress, chunk_of, in_order, in_parts, roads_of, with_room
from artimap.density.kernels import Kernel
from artimap.density.placing import Placing
from artimap.network.graph import RoadNetwork
from artimap.spreading import Floats, Ints


def _part(
    fixed: tuple[Any, ...], kernel: Kernel, bandwidth_m: float, sums: Floats, part: int, told: Any, halt: Any
) -> None:
    roads, events, targets = fixed
    chunks = (part, PARTS, chunk_of(len(events.edge)))

    def push(room: loops.Room, told: Any) -> None:
        loops.push(roads, room, events, targets, chunks, kernel.code, bandwidth_m, sums[part], told, halt)

    with_room(len(roads.ptr) - 1, push, told)


def _sums(fixed: tuple[Any, ...], kernel: Kernel, bandwidth_m: float, progress: Progress | None) -> Floats:
    sums = np.zeros((PARTS, len(fixed[2].at)))
    in_parts(partial(_part, fixed, kernel, bandwidth_m, sums), len(fixed[1].edge), progress)
    return sums


def targets_at(network: RoadNetwork, ptr: Ints, lixel_m: float) -> loops.Targets:
    """Give the middles of the lixels in the order of places."""
    ordered = network.ordered
    where = np.zeros(len(ptr), dtype=np.int64)
    np.cumsum(np.diff(ptr)[ordered.edge_order], out=where[1:])
    at = np.empty(int(ptr[-1]))
    loops.middles(ordered.length_m, where, lixel_m, at)
    return loops.Targets(where, at)


def at_lixels(
    network: RoadNetwork,
    events: Placing,
    ptr: Ints,
    lixel_m: float,
    kernel: Kernel,
    bandwidth_m: float,
    progress: Progress | None,
) -> Floats:
    """Give the density per km at the middle of each lixel."""
    ordered = network.ordered
    placed = in_order(ordered, events.edge, events.offset_m, events.weight)
    targets = targets_at(network, ptr, lixel_m)
    sums = _sums((roads_of(ordered), placed, targets), kernel, bandwidth_m, progress)
    out = np.empty(len(targets.at))
    loops.gather(ordered.edge_order, targets.ptr, ptr, sums, kernel.per_km(bandwidth_m), out)
    return out

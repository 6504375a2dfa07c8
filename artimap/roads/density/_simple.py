"""The simple method compiled: each event's kernel along shortest paths, summed at lixels or at places."""

from __future__ import annotations

import numpy as np

from artimap.core.arrays import Floats, Ints
from artimap.roads.density._run import PARTS, Progress, in_order, walk
from artimap.roads.density.event_points import Placing
from artimap.roads.density.kernels import Kernel
from artimap.roads.density.loops import _order_loops as order
from artimap.roads.density.loops._mass_loops import Masses
from artimap.roads.density.loops._slice_loops import slices
from artimap.roads.density.loops._sum_loops import Targets, sums_at
from artimap.roads.density.time_grid import DayGrid
from artimap.roads.network.compiled import in_threads
from artimap.roads.network.graph import RoadNetwork


def targets_at(network: RoadNetwork, ptr: Ints, lixel_m: float) -> Targets:
    """Give the middles of the lixels in the order of places."""
    ordered = network.ordered
    where = np.zeros(len(ptr), dtype=np.int64)
    np.cumsum(np.diff(ptr)[ordered.edge_order], out=where[1:])
    at = np.empty(int(ptr[-1]))
    edges = len(ordered.length_m)
    in_threads(lambda low, high: order.middles(ordered.length_m, where, lixel_m, low, high, at), edges, pieces=PARTS)
    return Targets(where, at)


def at_lixels(
    network: RoadNetwork,
    events: Placing,
    targets: Targets,
    ptr: Ints,
    kernel: Kernel,
    bandwidth_m: float,
    progress: Progress | None,
) -> Floats:
    """Give the density per km at the middle of each lixel."""
    ordered = network.ordered
    placed = in_order(ordered, events.edge, events.offset_m, events.weight)
    sums = np.zeros((PARTS, len(targets.at)))
    walk(ordered, placed, [sums_at(targets, kernel.code, part) for part in sums], bandwidth_m, progress)
    out = np.empty(len(targets.at))
    scale = kernel.per_km(bandwidth_m)

    def gather(low: int, high: int) -> None:
        order.gather(ordered.edge_order, targets.ptr, ptr, sums, scale, low, high, out)

    in_threads(gather, len(network.edges), pieces=PARTS)
    return out


def at_lixels_over_time(
    network: RoadNetwork,
    events: Placing,
    days: Floats,
    grid: DayGrid,
    targets: Targets,
    ptr: Ints,
    kernel: Kernel,
    bandwidth_m: float,
    progress: Progress | None,
) -> Floats:
    """Give the density per km and day at the middle of each lixel on each day of the grid, (lixels, days)."""
    ordered = network.ordered
    by_day = np.lexsort((days, events.weight))
    placed = in_order(ordered, events.edge[by_day], events.offset_m[by_day], np.arange(len(days), dtype=np.float64))
    row = by_day[placed.weight.astype(np.int64)]
    placed = placed._replace(weight=events.weight[row])
    codes, reach = (kernel.code, grid.kernel.code), (grid.bandwidth_days, grid.past_only)
    jobs = [slices(targets, codes, grid.days, reach, days[row]) for _ in range(PARTS)]
    walk(ordered, placed, jobs, bandwidth_m, progress)
    out = np.empty((len(targets.at), len(grid.days)))
    scale = kernel.per_km(bandwidth_m) * grid.per_day
    sums = tuple(job.out for job in jobs)

    def gather(low: int, high: int) -> None:
        order.gather_rows(ordered.edge_order, targets.ptr, ptr, sums, scale, grid.rank, low, high, out)

    in_threads(gather, len(network.edges), pieces=PARTS)
    return out


def at_events(
    network: RoadNetwork, events: Placing, kernel: Kernel, bandwidth_m: float
) -> tuple[Floats, Floats, Floats]:
    """Give for each event, in the order of places: weight, weighted sum of shapes there, its own over all roads."""
    ordered = network.ordered
    placed = in_order(ordered, events.edge, events.offset_m, events.weight)
    where = np.zeros(len(network.edges) + 1, dtype=np.int64)
    np.cumsum(np.bincount(placed.edge, minlength=len(network.edges)), out=where[1:])
    targets = Targets(where, placed.off)
    sums = np.zeros((PARTS, len(placed.off)))
    walk(ordered, placed, [sums_at(targets, kernel.code, part) for part in sums], bandwidth_m, None)
    mass = np.zeros(len(placed.off))
    walk(ordered, placed, [Masses(kernel.code, mass) for _ in range(PARTS)], bandwidth_m, None)
    return placed.weight, sums.sum(axis=0), mass

"""The simple method compiled: each event's kernel along shortest paths, summed at lixels or at places."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from artimap.core.arrays import Floats
from artimap.roads.density._run import PARTS, Progress, in_order, walk, walk_edges
from artimap.roads.density.event_points import Placing
from artimap.roads.density.kernels import Kernel
from artimap.roads.density.loops._mass_loops import Masses
from artimap.roads.density.loops._slice_loops import slices
from artimap.roads.density.loops._sum_loops import Targets, sums_at
from artimap.roads.density.time_grid import DayGrid
from artimap.roads.network.graph import RoadNetwork
from artimap.roads.network.lixels import LixelIndex

MANY = 12
"""From so many events an edge on, all of an edge are taken at once."""


def targets_at(network: RoadNetwork, lixels: LixelIndex) -> Targets:
    """Give the middles of the lixels, edge by edge in the order of places."""
    order = network.ordered.edge_order
    return Targets(lixels.ptr[:-1][order], lixels.ptr[1:][order], lixels.mid_m)


def _edges_used(edge: NDArray[np.int32]) -> int:
    """Give how many edges have events, which stand in their order."""
    return int(np.count_nonzero(np.diff(edge))) + 1


def at_lixels(
    network: RoadNetwork,
    events: Placing,
    targets: Targets,
    kernel: Kernel,
    bandwidth_m: float,
    progress: Progress | None,
) -> Floats:
    """Give the density per km at the middle of each lixel."""
    ordered = network.ordered
    placed = in_order(ordered, events.edge, events.offset_m, events.weight)
    sums = np.zeros((PARTS, len(targets.at)))
    jobs = [sums_at(targets, kernel, part) for part in sums]
    crowded = kernel.terms is not None and len(placed.edge) >= MANY * _edges_used(placed.edge)
    (walk_edges if crowded else walk)(ordered, placed, jobs, bandwidth_m, progress)
    return np.asarray((sums[0] + sums[1]) * kernel.per_km(bandwidth_m))


def at_lixels_over_time(
    network: RoadNetwork,
    events: Placing,
    days: Floats,
    grid: DayGrid,
    targets: Targets,
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
    kernels, reach = (kernel, grid.kernel), (grid.bandwidth_days, grid.past_only)
    jobs = [slices(targets, kernels, grid.days, reach, days[row]) for _ in range(PARTS)]
    walk(ordered, placed, jobs, bandwidth_m, progress)
    scale = kernel.per_km(bandwidth_m) * grid.per_day
    return np.asarray((jobs[0].out + jobs[1].out)[:, grid.rank] * scale)


def at_events(
    network: RoadNetwork, events: Placing, kernel: Kernel, bandwidth_m: float
) -> tuple[Floats, Floats, Floats]:
    """Give for each event, in the order of places: weight, weighted sum of shapes there, its own over all roads."""
    ordered = network.ordered
    placed = in_order(ordered, events.edge, events.offset_m, events.weight)
    where = np.zeros(len(network.edges) + 1, dtype=np.int64)
    np.cumsum(np.bincount(placed.edge, minlength=len(network.edges)), out=where[1:])
    targets = Targets(where[:-1], where[1:], placed.off)
    sums = np.zeros((PARTS, len(placed.off)))
    walk(ordered, placed, [sums_at(targets, kernel, part) for part in sums], bandwidth_m, None)
    mass = np.zeros(len(placed.off))
    walk(ordered, placed, [Masses(kernel.code, mass) for _ in range(PARTS)], bandwidth_m, None)
    return placed.weight, sums.sum(axis=0), mass

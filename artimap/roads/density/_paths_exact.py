"""All paths, compiled: visits counted from a sample first, then followed in two parts."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from artimap.core.arrays import Floats, Ints
from artimap.core.errors import ModelError
from artimap.roads.density._run import PARTS, Progress, in_order, in_parts
from artimap.roads.density.event_points import Placing
from artimap.roads.density.loops import _path_loops as loops
from artimap.roads.density.loops._order_loops import gather
from artimap.roads.density.loops._path_loops import PathTargets
from artimap.roads.density.methods import Way, refuse, shares
from artimap.roads.network.edge_order import Ordered
from artimap.roads.network.graph import RoadNetwork

SAMPLE = 1024
"""Visits are counted from so many nodes, or from all where they are fewer."""

_MOST_COUNTED = 2e8
"""Counting stops here at the latest: about a second of work. What turns out to be more stops when it is."""

_CHUNK = 64
"""So many nodes are one part's before they are the other's turn."""

_GOLDEN = 0.6180339887498949


def walks_of(ordered: Ordered, method: str) -> loops.Walks:
    """Give the network as the loops take it."""
    number = len(ordered.length_m)
    half = np.where(ordered.edge >= 0, ordered.edge, ~ordered.edge + number)
    slot = np.empty(2 * number, dtype=np.int32)
    slot[half] = np.arange(2 * number, dtype=np.int32)
    back = slot[np.where(half < number, half + number, half - number)]
    onward, returned = shares(np.diff(ordered.ptr), method)
    return loops.Walks(
        ordered.ptr, ordered.neighbour, ordered.edge, back, ordered.way_m, onward, returned, ordered.length_m
    )


def spots_of(ordered: Ordered, events: Placing) -> tuple[loops.Spots, Ints]:
    """Give the events as the loops take them, and the nodes at the ends of their edges."""
    placed = in_order(ordered, events.edge, events.offset_m, events.weight)
    number = np.bincount(placed.edge, minlength=len(ordered.length_m))
    ptr = np.zeros(len(number) + 1, dtype=np.int64)
    np.cumsum(number, out=ptr[1:])
    touched = np.zeros(len(ordered.ptr) - 1, dtype=bool)
    touched[ordered.start[number > 0]] = True
    touched[ordered.end[number > 0]] = True
    return loops.Spots(ptr, placed.off, placed.weight), np.flatnonzero(touched)


def targets_of(ordered: Ordered, ptr: Ints, at: Floats) -> PathTargets:
    """Put places in the order of the loops."""
    where = np.zeros(len(ptr), dtype=np.int64)
    np.cumsum(np.diff(ptr)[ordered.edge_order], out=where[1:])
    targets = PathTargets(where, np.empty(len(at)))
    loops.arrange(ordered.edge_order, ptr, at, where, targets.at)
    return targets


def estimated(
    walks: loops.Walks, spots: loops.Spots, nodes: Ints, bandwidth_m: float, most: float, sample: int = SAMPLE
) -> tuple[float, str]:
    """Give the visits, and how they are known: "" for all counted, else "about" or "upwards of".

    They are counted from nodes that lie evenly among all. Where the count is above what would be
    the sample's share of ``most`` it ends within a node, and tells by the nodes it came to: there are more.
    """
    number = min(sample, len(nodes))
    places = ((np.arange(number) + 0.5) * len(nodes) / number).astype(np.int64)
    mixed = nodes[places[np.argsort((np.arange(number) * _GOLDEN) % 1.0)]]
    told, halt = np.zeros(8, dtype=np.int64), np.zeros(1, dtype=np.int64)
    nothing = PathTargets(np.zeros(len(walks.length) + 1, dtype=np.int64), np.zeros(0))
    bound = int(min(most * number / len(nodes), _MOST_COUNTED))
    loops.push(walks, spots, mixed, nothing, (0, 1, 1), 4, bandwidth_m, bound, np.zeros(0), told, halt)
    done, visits = int(told[0]), int(told[2])
    if done < number or visits > bound:
        return visits * len(nodes) / max(done, 1), "upwards of"
    return visits * len(nodes) / number, "" if number == len(nodes) else "about"


def sums(network: RoadNetwork, events: Placing, ptr: Ints, at: Floats, way: Way, progress: Progress | None) -> Floats:
    """Give the kernel's weighted sum at each place: ``at[ptr[f]:ptr[f + 1]]`` on edge f.

    Raises
    ------
    ModelError
        If there are more visits than ``way.most_visits``.
    """
    ordered = network.ordered
    walks = walks_of(ordered, way.method)
    spots, nodes = spots_of(ordered, events)
    refuse(way, *estimated(walks, spots, nodes, way.bandwidth_m, way.most_visits))
    targets = targets_of(ordered, ptr, at)
    parts = np.zeros((PARTS, len(at)))
    visited = np.zeros(PARTS)
    job = partial(_part, (walks, spots, nodes, targets), way, parts, visited)
    in_parts(job, 2 * len(events.edge), None if progress is None else partial(_halved, progress))
    if (visited > way.most_visits).any():
        msg = f"there are more than most_visits={way.most_visits:,.0f} pieces of road to walk, against the estimate"
        raise ModelError(msg)
    out = np.empty(len(at))
    gather(ordered.edge_order, targets.ptr, ptr, parts, 1.0, 0, len(network.edges), out)
    return out


def _part(fixed: Any, way: Way, parts: Floats, visited: Floats, part: int, told: Any, halt: Any) -> None:
    walks, spots, nodes, targets = fixed
    chunks = (part, PARTS, _CHUNK)
    most = int(min(way.most_visits, 2**62))
    loops.push(walks, spots, nodes, targets, chunks, way.kernel.code, way.bandwidth_m, most, parts[part], told, halt)
    visited[part] = told[2]


def _halved(progress: Progress, done: int, number: int) -> object:
    """Tell of events, where their two ways out were counted."""
    return progress(done // 2, number // 2)

"""Compiled loops: how much of each event's kernel lies on the roads."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from artimap.core.arrays import Floats
from artimap.roads.density.loops._kernel_loops import area_to
from artimap.roads.network.compiled import inner


class Masses(NamedTuple):
    """The job of integrating the kernel's shape over all roads: ``out`` gets metres for each event."""

    kernel: int
    out: Floats


@inner
def _along(kernel: Any, by_start: Any, by_end: Any, metres: Any, bandwidth: Any) -> Any:
    """Integrate over a piece whose ends are so far away."""
    if not min(by_start, by_end) < bandwidth:
        return 0.0
    meet = min(max((by_end + metres - by_start) / 2, 0.0), metres)
    from_start = area_to(kernel, (by_start + meet) / bandwidth) - area_to(kernel, by_start / bandwidth)
    from_end = area_to(kernel, (by_end + metres - meet) / bandwidth) - area_to(kernel, by_end / bandwidth)
    return bandwidth * (from_start + from_end)


@inner
def take_masses(job: Any, roads: Any, room: Any, events: Any, first: Any, last: Any, edges: Any, bandwidth: Any) -> Any:
    """Integrate the kernel of each event of the batch over the edges near."""
    out, kernel = job.out, job.kernel
    out[first:last] = 0.0
    for k in range(edges):
        f = room.edge[k]
        for i in range(first, last):
            by_start, by_end = room.row[room.from_row[k], i - first], room.row[room.to_row[k], i - first]
            if events.edge[i] != f:
                out[i] += _along(kernel, by_start, by_end, roads.length[f], bandwidth)
    for i in range(first, last):
        e, p = events.edge[i], events.off[i]
        u, v = room.slot[roads.start[e]], room.slot[roads.end[e]]
        by_start = room.row[u, i - first] if u >= 0 else np.inf
        by_end = room.row[v, i - first] if v >= 0 else np.inf
        out[i] += _along(kernel, by_start, 0.0, p, bandwidth)
        out[i] += _along(kernel, 0.0, by_end, roads.length[e] - p, bandwidth)

"""Compiled loops: events are pushed over the network, 32 at once; a job does something with their distances."""

from __future__ import annotations

from typing import Any

from numba.extending import overload

from artimap.roads.density.loops._mass_loops import Masses, take_masses
from artimap.roads.density.loops._near_loops import WIDTH, distances, forget, near
from artimap.roads.density.loops._slice_loops import Slices, take_slices
from artimap.roads.density.loops._sum_loops import Sums, take_sums
from artimap.roads.network.compiled import jit

_JOBS = {Sums: take_sums, Slices: take_slices, Masses: take_masses}


def _take(*_args: Any) -> None:
    """Do a job with the distances of one batch; which loop that is the type of the job decides."""
    raise NotImplementedError


@overload(_take)
def _take_by_type(
    job: Any,
    roads: Any,  # noqa: ARG001 - numba calls by name
    room: Any,  # noqa: ARG001
    events: Any,  # noqa: ARG001
    first: Any,  # noqa: ARG001
    last: Any,  # noqa: ARG001
    edges: Any,  # noqa: ARG001
    bandwidth: Any,  # noqa: ARG001
) -> Any:
    loop = _JOBS[job.instance_class]

    def chosen(job: Any, roads: Any, room: Any, events: Any, first: Any, last: Any, edges: Any, bandwidth: Any) -> Any:
        return loop(job, roads, room, events, first, last, edges, bandwidth)

    return chosen


@jit
def push(roads: Any, room: Any, events: Any, job: Any, chunks: Any, bandwidth: Any, told: Any, halt: Any) -> Any:
    """Push the events of some chunks: the job gets the distances of each batch.

    ``chunks`` is (first, step, events each); ``told[0]`` counts the chunks done and ``told[1]``
    the events. A 1 in ``halt`` stops after the chunk at work. Where room lacks the place is kept in
    ``told[2]`` (the event to go on with; -1: done) and all that came before it has been added.
    """
    edge = events.edge
    number = len(edge)
    width = 32
    begin, step, each = chunks
    at = told[2]
    told[2] = -1
    for chunk in range(begin + told[0] * step, (number + each - 1) // each, step):
        if halt[0]:
            return
        stop = min(number, (chunk + 1) * each)
        group_at = max(at, chunk * each)
        while group_at < stop:
            # batches that lie close together share one small graph
            far = edge[group_at] + width
            group_to = min(group_at + WIDTH, stop)
            while group_to < stop and edge[min(group_to + WIDTH, stop) - 1] <= far:
                group_to = min(group_to + WIDTH, stop)
            n, edges = near(roads, room, events, group_at, group_to, bandwidth)
            if edges < 0:
                told[2] = group_at
                return
            width = 16 + edges // 8
            for b in range(group_at, group_to, WIDTH):
                to = min(b + WIDTH, group_to)
                distances(roads, room, events, b, to, n, bandwidth)
                _take(job, roads, room, events, b, to, edges, bandwidth)
            forget(room, n)
            group_at = group_to
        told[0] += 1
        told[1] += stop - chunk * each

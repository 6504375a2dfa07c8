"""The methods that share an event out over branches, by all paths: discontinuous and continuous."""

from __future__ import annotations

from typing import Any

import numpy as np

from artimap.core.arrays import Floats, Ints
from artimap.roads.density import _numpy_paths, _numpy_simple
from artimap.roads.density._numpy_paths import Graph, Without, without
from artimap.roads.density.event_points import Placing
from artimap.roads.density.methods import Way, refuse, shares
from artimap.roads.network.compiled import extra_error, has_numba
from artimap.roads.network.graph import RoadNetwork

BEARABLE_S = 10.0
"""So many seconds of paths are followed without compiling, where nothing can be compiled; then it is refused."""


def at_places(network: RoadNetwork, events: Placing, ptr: Ints, at: Floats, way: Way, progress: Any) -> Floats:
    """Give the density per km at places: ``at[ptr[f]:ptr[f + 1]]`` on edge f.

    Raises
    ------
    ModelError
        If it takes more visits or steps than ``way.most_visits``, or an event lies where no road has a length.
    """
    if (network.length_m > 0).all():
        return _sums(network, events, ptr, at, way, progress) * way.kernel.per_km(way.bandwidth_m)
    made: Without = without(network, events, ptr, at)
    values = _sums(made.network, made.events, made.ptr, made.at, way, progress)
    return made.back(values * way.kernel.per_km(way.bandwidth_m))


def _sums(network: RoadNetwork, events: Placing, ptr: Ints, at: Floats, way: Way, progress: Any) -> Floats:
    if way.step_m is not None:
        if not has_numba():
            msg = f"a density of method {way.method!r} in steps"
            raise extra_error(msg)
        from artimap.roads.density import _paths_stepped  # noqa: PLC0415 - loads the compiled loops

        return _paths_stepped.sums(network, events, ptr, at, way, progress)
    meet = np.bincount(network.edges.ravel(), minlength=len(network.nodes_xy))
    graph = Graph(network.edges, network.length_m, *shares(meet, way.method))
    most_s = _numpy_simple.MOST_S if has_numba() else BEARABLE_S
    small = _numpy_paths.sums(graph, events, ptr, at, way.kernel, way.bandwidth_m, most_s)
    if small is not None:
        refuse(way, small[1], "")
        return small[0]
    if not has_numba():
        msg = f"a density of method {way.method!r} over so many paths"
        raise extra_error(msg)
    from artimap.roads.density import _paths_exact  # noqa: PLC0415 - loads the compiled loops

    return _paths_exact.sums(network, events, ptr, at, way, progress)

"""The methods that share an event out over branches, by all paths: discontinuous and continuous."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from artimap.density import _path_small, _small
from artimap.density._no_length import Without, without
from artimap.density._path_small import Graph
from artimap.density.kernels import Kernel
from artimap.density.placing import Placing
from artimap.errors import ModelError
from artimap.network.compiled import extra_error, has_numba
from artimap.network.graph import RoadNetwork
from artimap.spreading import Floats, Ints

MOST_VISITS = 2_000_000_000
"""More visits than this are refused, unless the caller says otherwise."""


BEARABLE_S = 10.0
"""So many seconds of paths are followed without compiling, where nothing can be compiled; then it is refused."""


class Way(NamedTuple):
    """How to spread: the method and its kernel, how far, how much work it may be, and to what lengths are rounded."""

    method: str
    kernel: Kernel
    bandwidth_m: float
    most_visits: float
    step_m: float | None = None


def shares(meet: Ints, method: str) -> tuple[Floats, Floats]:
    """Give what goes on into each other road, and what goes back, at nodes where so many roads meet.

    With n roads the discontinuous method gives 1/(n - 1) to each other one; the continuous
    gives 2/n to each other one and (2 - n)/n back. At a dead end, n = 1, all goes back.
    """
    n = meet.astype(np.float64)
    onward, returned = np.zeros(len(n)), np.zeros(len(n))
    if method == "continuous":
        np.divide(2.0, n, out=onward, where=n > 0)
        np.divide(2.0 - n, n, out=returned, where=n > 0)
    else:
        np.divide(1.0, n - 1.0, out=onward, where=n > 1)
        returned[n == 1] = 1.0
    return onward, returned


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
        from artimap.density import _path_steps  # noqa: PLC0415 - loads the compiled loops

        return _path_steps.sums(network, events, ptr, at, way, progress)
    meet = np.bincount(network.edges.ravel(), minlength=len(network.nodes_xy))
    graph = Graph(network.edges, network.length_m, *shares(meet, way.method))
    most_s = _small.MOST_S if has_numba() else BEARABLE_S
    small = _path_small.sums(graph, events, ptr, at, way.kernel, way.bandwidth_m, most_s)
    if small is not None:
        refuse(way, small[1], "")
        return small[0]
    if not has_numba():
        msg = f"a density of method {way.method!r} over so many paths"
        raise extra_error(msg)
    from artimap.density import _path_compiled  # noqa: PLC0415 - loads the compiled loops

    return _path_compiled.sums(network, events, ptr, at, way, progress)


def refuse(way: Way, visits: float, how: str) -> None:
    """Raise ModelError where there are too many visits; ``how`` says how they are known, "" where they are counted."""
    if visits <= way.most_visits:
        return
    number = f"{how} {float(f'{visits:.1e}'):,.0f}" if how else f"{visits:,.0f}"
    if way.step_m is None:
        what = f"follows every path: at bandwidth_m={way.bandwidth_m:g} it has to walk {number} pieces of road"
        less = "Take a smaller bandwidth_m, or round lengths to steps (step_m=2, say), or take method='simple',"
    else:
        what = f"at bandwidth_m={way.bandwidth_m:g} and step_m={way.step_m:g} has {number} steps to take"
        less = "Take a larger step_m or a smaller bandwidth_m,"
    most = f"more than most_visits={way.most_visits:,.0f}"
    msg = f"method {way.method!r} {what}, {most}. {less} or allow more by most_visits"
    raise ModelError(msg)

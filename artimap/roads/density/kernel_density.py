"""Kernel density on a road network, as a table or as plain numbers."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from artimap.core.arrays import Floats
from artimap.core.errors import ModelError
from artimap.roads.density import _numpy_simple, _paths
from artimap.roads.density.event_points import Placing, placing
from artimap.roads.density.kernels import chosen
from artimap.roads.density.methods import MOST_VISITS, Way
from artimap.roads.network.graph import RoadNetwork
from artimap.roads.network.lixels import LixelIndex, lixel_index


def network_density(  # noqa: PLR0913 - named, one for each thing there is to choose
    network: RoadNetwork,
    located: Any,
    *,
    bandwidth_m: float,
    lixel_m: float,
    kernel: str = "epanechnikov",
    method: str = "simple",
    weights: Any = None,
    most_visits: float = MOST_VISITS,
    step_m: float | None = None,
    geometry: bool = True,
    progress: Any = None,
) -> gpd.GeoDataFrame | pd.DataFrame:
    """Give the density of events along the roads.

    Each event is spread over the roads within ``bandwidth_m`` of it by a kernel whose area
    is 1, and the density of a lixel is the sum of what the events give its middle: events
    (their weights) per km of road.

    The **simple** method takes the kernel of the distance by the shortest path. It gives each
    branch behind a junction the whole of it, so that it counts more than the events' weight
    where roads branch: it tells how much lies near, not how much there is. On a road without
    branches it is the usual kernel density.

    The other two share the kernel out where roads branch, so that the density adds up to the
    events' weight over the roads: they tell how much there is. They send it along every path
    out of the event, also along those that meet again or run in a circle, and a place gets the
    sum of what comes by all paths, each with the kernel of its own length. Where n roads meet

    - **discontinuous** gives each of the n - 1 other roads 1/(n - 1): the density jumps at junctions;
    - **continuous** gives each of them 2/n and sends (2 - n)/n, which takes away, back where it came from:
      all roads have the same density at the junction. Where many roads meet at both ends of a
      short one it can fall below 0.

    At a dead end both send the whole back over the same road (spNetwork for R lets it go:
    there the density adds up to less). A node of two roads changes nothing. An event that lies on a
    node gives each road there 2/n. Roads of no length make one place of their nodes, and get the
    mean of the roads that meet there.

    Parameters
    ----------
    network
        The roads.
    located
        Where the events are: the table of ``network.snap(events)`` (rows on no edge are left
        out, and counted), a pair of arrays (edge, metres from its start), or a table of
        spreads with ``event``, ``share`` and either ``lixel`` or ``edge, from_m, to_m``, where
        an event that may lie on many pieces counts once.
    bandwidth_m
        How far an event reaches, in metres: the kernel is 0 from there on.
    lixel_m
        Length of a lixel in metres.
    kernel
        ``epanechnikov``, ``quartic``, ``triangular``, ``uniform``, or ``gaussian`` (its standard
        deviation is a third of the bandwidth; what lies beyond is cut off, the rest raised to area 1).
    method
        ``simple``, ``discontinuous`` or ``continuous``.
    weights
        A weight for each row of ``located``, 0 or more. Default: 1 each.
    most_visits
        The discontinuous and continuous methods refuse to walk over more pieces of road than
        this. The number is estimated first; it grows with the number of paths, by a constant
        factor for each block that the bandwidth is longer, and streets drawn in many short pieces
        have very many. A path is walked once for all events around the node it begins at.
    step_m
        For the discontinuous and continuous methods: round the lengths of roads to whole steps of so many
        metres (at least one each) instead of following paths one by one. The work then grows
        with bandwidth / step only, and nothing else changes: it is the same density on roads a little longer or
        shorter. Compiled at any size. Default: exact lengths.
    geometry
        False: a plain table without the lines of the lixels, in half the time or less.
    progress
        Called with (events done, events in all) a few times a second on long runs.

    Returns
    -------
    GeoDataFrame, or DataFrame without geometry
        LIXELS in edge order with ``density``, in events per km. ``attrs`` hold what went in:
        ``events`` (rows used), ``left_out``, ``bandwidth_m``, ``kernel``, ``method``, ``step_m``.

    Raises
    ------
    SchemaError
        If events lie on no edge of this network, or weights are none.
    ModelError
        If kernel, method or bandwidth are not among those known, or there are more paths to
        follow than ``most_visits`` allows (the message says how many).

    Notes
    -----
    Other programs give the bare sum of the kernel's shape, 1 - u² for Epanechnikov, with
    u = distance / bandwidth. That sum is ``density`` times bandwidth_m / (1000 · norm), with
    norm 3/4 (Epanechnikov), 15/16 (quartic), 1 (triangular), 1/2 (uniform) and
    3 / (√(2π) · erf(3/√2)) (gaussian).

    A path that has less than 1e-18 of its event's weight left is followed no further.

    References
    ----------
    Okabe, Satoh, Sugihara (2009), A kernel density estimation method for networks, its
    computational method and a GIS-based tool. Int. J. of Geographical Information Science 23(1).
    Okabe, Sugihara (2012), Spatial Analysis along Networks. Wiley, chapter 9: the methods of
    equal split. McSwiggan, Baddeley, Nair (2017), Kernel density estimation on a linear network.
    Scandinavian Journal of Statistics 44(2): why the continuous one sends back as it does.

    Examples
    --------
    >>> from artimap.roads.network.graph import RoadNetwork
    >>> net = RoadNetwork.from_edges([[0, 0], [1000, 0], [2000, 0]], [[0, 1], [1, 2]], crs="EPSG:32618")
    >>> table = network_density(net, net.snap([[1000, 5]]), bandwidth_m=500, lixel_m=200)
    >>> table["density"].round(3).tolist()
    [0.0, 0.0, 0.0, 0.96, 1.44, 1.44, 0.96, 0.0, 0.0, 0.0]

    Where a road branches in two, each branch gets half, and the sum stays the event's weight:

    >>> fork = RoadNetwork.from_edges([[0, 0], [600, 0], [900, 300], [900, -300]], [[0, 1], [1, 2], [1, 3]], crs=32618)
    >>> at = ([0], [500.0])
    >>> table = network_density(fork, at, bandwidth_m=400, lixel_m=1, method="discontinuous")
    >>> round(float((table["density"] * (table["to_m"] - table["from_m"])).sum() / 1000), 4)
    1.0
    """
    way = _way(kernel, method, bandwidth_m, most_visits, step_m)
    index = lixel_index(network.length_m, lixel_m)
    events = placing(network, located, weights, lixel_m)
    values = _values(network, events, index, way, progress)
    table = network.lixel_table(index, {"density": values}, geometry=geometry)
    table.attrs.update(
        events=len(events.edge),
        left_out=events.left_out,
        bandwidth_m=bandwidth_m,
        kernel=kernel,
        method=method,
        step_m=step_m,
    )
    return table


def density_values(  # noqa: PLR0913 - named, and the same as above
    network: RoadNetwork,
    edge: Any,
    offset_m: Any,
    *,
    bandwidth_m: float,
    lixel_m: float,
    kernel: str = "epanechnikov",
    method: str = "simple",
    weights: Any = None,
    most_visits: float = MOST_VISITS,
    step_m: float | None = None,
    progress: Any = None,
) -> Floats:
    """Give :func:`network_density` as plain numbers: no lines are made.

    Parameters
    ----------
    network
        The roads.
    edge, offset_m
        Where each event is: row of its edge, metres from the edge's start.
    bandwidth_m, lixel_m, kernel, method, weights, most_visits, step_m, progress
        As there.

    Returns
    -------
    ndarray
        float64: events per km at the middle of each lixel of ``network.lixel_index(lixel_m)``.

    Examples
    --------
    >>> from artimap.roads.network.graph import RoadNetwork
    >>> net = RoadNetwork.from_edges([[0, 0], [1000, 0]], [[0, 1]], crs="EPSG:32618")
    >>> density_values(net, [0], [500.0], bandwidth_m=500, lixel_m=200).round(3).tolist()
    [0.54, 1.26, 1.5, 1.26, 0.54]
    """
    way = _way(kernel, method, bandwidth_m, most_visits, step_m)
    index = lixel_index(network.length_m, lixel_m)
    return _values(network, placing(network, (edge, offset_m), weights, lixel_m), index, way, progress)


def _way(kernel: str, method: str, bandwidth_m: float, most_visits: float, step_m: float | None) -> Way:
    if not most_visits > 0:
        msg = f"most_visits must be greater than 0, not {most_visits!r}"
        raise ModelError(msg)
    if step_m is not None and not (np.isfinite(step_m) and step_m > 0 and method != "simple"):
        msg = f"step_m must be greater than 0 metres, not {step_m!r}, and is not for method='simple'"
        raise ModelError(msg)
    return Way(method, chosen(kernel, method, bandwidth_m), bandwidth_m, most_visits, step_m)


def _values(network: RoadNetwork, events: Placing, lixels: LixelIndex, way: Way, progress: Any) -> Floats:
    ptr, kernel, bandwidth_m = lixels.ptr, way.kernel, way.bandwidth_m
    if not len(events.edge):
        return np.zeros(len(lixels))
    if way.method != "simple":
        return _paths.at_places(network, events, ptr, lixels.mid_m, way, progress)
    if _numpy_simple.by_numpy(network, events, len(lixels), bandwidth_m):
        sums = _numpy_simple.sums(network, events, ptr, lixels.mid_m, kernel, bandwidth_m)
        return sums * kernel.per_km(bandwidth_m)
    from artimap.roads.density import _simple  # noqa: PLC0415 - loads the compiled loops

    targets = _simple.targets_at(network, lixels)
    return _simple.at_lixels(network, events, targets, kernel, bandwidth_m, progress)

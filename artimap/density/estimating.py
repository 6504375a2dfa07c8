"""Kernel density on a road network, as a table or as plain numbers."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np

from artimap.density import _small
from artimap.density.kernels import Kernel, chosen
from artimap.density.placing import Placing, placing
from artimap.network.graph import RoadNetwork
from artimap.network.lixelising import lixel_index, lixel_ptr
from artimap.spreading import Floats


def network_density(
    network: RoadNetwork,
    located: Any,
    *,
    bandwidth_m: float,
    lixel_m: float,
    kernel: str = "epanechnikov",
    method: str = "simple",
    weights: Any = None,
    progress: Any = None,
) -> gpd.GeoDataFrame:
    """Give the density of events along the roads.

    Each event is spread over the roads within ``bandwidth_m`` of it by a kernel whose area
    is 1, and the density of a lixel is the sum of what the events give its middle: events
    (their weights) per km of road.

    The **simple** method takes the kernel of the distance by the shortest path. It gives each
    branch behind a junction the whole of it, so that it counts more than the events' weight
    where roads branch: it tells how much lies near, not how much there is. On a road without
    branches it is the usual kernel density.

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
        ``simple``.
    weights
        A weight for each row of ``located``, 0 or more. Default: 1 each.
    progress
        Called with (events done, events in all) a few times a second on long runs.

    Returns
    -------
    GeoDataFrame
        LIXELS in edge order with ``density``, in events per km. ``attrs`` hold what went in:
        ``events`` (rows used), ``left_out``, ``bandwidth_m``, ``kernel``, ``method``.

    Raises
    ------
    SchemaError
        If events lie on no edge of this network, or weights are none.
    ModelError
        If kernel, method or bandwidth are not among those known.

    Notes
    -----
    Other programs give the bare sum of the kernel's shape, 1 - u² for Epanechnikov, with
    u = distance / bandwidth. That sum is ``density`` times bandwidth_m / (1000 · norm), with
    norm 3/4 (Epanechnikov), 15/16 (quartic), 1 (triangular), 1/2 (uniform) and
    3 / (√(2π) · erf(3/√2)) (gaussian).

    References
    ----------
    Okabe, Satoh, Sugihara (2009), A kernel density estimation method for networks, its
    computational method and a GIS-based tool. Int. J. of Geographical Information Science 23(1).
    Okabe, Sugihara (2012), Spatial Analysis along Networks. Wiley, chapter 9.

    Examples
    --------
    >>> from artimap.network.graph import RoadNetwork
    >>> net = RoadNetwork.from_edges([[0, 0], [1000, 0], [2000, 0]], [[0, 1], [1, 2]], crs="EPSG:32618")
    >>> table = network_density(net, net.snap([[1000, 5]]), bandwidth_m=500, lixel_m=200)
    >>> table["density"].round(3).tolist()
    [0.0, 0.0, 0.0, 0.96, 1.44, 1.44, 0.96, 0.0, 0.0, 0.0]
    """
    used = chosen(kernel, method, bandwidth_m)
    lixel_ptr(network.length_m[:1], lixel_m)
    events = placing(network, located, weights, lixel_m)
    values = _values(network, events, bandwidth_m, lixel_m, used, progress)
    table = network.lixels(lixel_m)
    table["density"] = values
    table.attrs.update(
        events=len(events.edge), left_out=events.left_out, bandwidth_m=bandwidth_m, kernel=kernel, method=method
    )
    return table


def density_values(
    network: RoadNetwork,
    edge: Any,
    offset_m: Any,
    *,
    bandwidth_m: float,
    lixel_m: float,
    kernel: str = "epanechnikov",
    method: str = "simple",
    weights: Any = None,
    progress: Any = None,
) -> Floats:
    """Give :func:`network_density` as plain numbers: no lines are made.

    Parameters
    ----------
    network
        The roads.
    edge, offset_m
        Where each event is: row of its edge, metres from the edge's start.
    bandwidth_m, lixel_m, kernel, method, weights, progress
        As there.

    Returns
    -------
    ndarray
        float64: events per km at the middle of each lixel of ``network.lixel_index(lixel_m)``.

    Examples
    --------
    >>> from artimap.network.graph import RoadNetwork
    >>> net = RoadNetwork.from_edges([[0, 0], [1000, 0]], [[0, 1]], crs="EPSG:32618")
    >>> density_values(net, [0], [500.0], bandwidth_m=500, lixel_m=200).round(3).tolist()
    [0.54, 1.26, 1.5, 1.26, 0.54]
    """
    used = chosen(kernel, method, bandwidth_m)
    return _values(network, placing(network, (edge, offset_m), weights, lixel_m), bandwidth_m, lixel_m, used, progress)


def _values(
    network: RoadNetwork, events: Placing, bandwidth_m: float, lixel_m: float, kernel: Kernel, progress: Any
) -> Floats:
    ptr = lixel_ptr(network.length_m, lixel_m)
    if not len(events.edge):
        return np.zeros(int(ptr[-1]))
    if _small.seconds(network, events, int(ptr[-1])) <= _small.MOST_S:
        at = lixel_index(network.length_m, lixel_m).mid_m
        sums = _small.sums(network, events, ptr, at, kernel, bandwidth_m)
        return sums * kernel.per_km(bandwidth_m)
    from artimap.density import _simple  # noqa: PLC0415 - loads the compiled loops

    targets = _simple.targets_at(network, ptr, lixel_m)
    return _simple.at_lixels(network, events, targets, ptr, kernel, bandwidth_m, progress)

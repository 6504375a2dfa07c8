"""Kernel density on a road network over time: a value for each lixel on each of many days, in one pass."""

from __future__ import annotations

from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from artimap.core.arrays import Floats
from artimap.core.errors import Breach, SchemaError
from artimap.roads.density import _numpy_simple
from artimap.roads.density.event_points import Placing, placing
from artimap.roads.density.kernels import Kernel, chosen
from artimap.roads.density.time_grid import DayGrid, as_days, grid
from artimap.roads.network.graph import RoadNetwork
from artimap.roads.network.lixels import lixel_index, lixel_ptr


class _Dated(NamedTuple):
    """Events with their days, and the days asked for; ``no_day`` rows had none."""

    events: Placing
    days: Floats
    grid: DayGrid
    no_day: int


def network_density_over_time(  # noqa: PLR0913 - one keyword a choice: this is the call that people make
    network: RoadNetwork,
    located: Any,
    days: Any,
    *,
    at: Any,
    bandwidth_m: float,
    bandwidth_days: float,
    lixel_m: float,
    kernel: str = "epanechnikov",
    time_kernel: str = "epanechnikov",
    past_only: bool = False,
    weights: Any = None,
    progress: Any = None,
) -> gpd.GeoDataFrame:
    """Give the density of events along the roads on each of many days.

    An event thins out along the roads as in :func:`network_density` (the simple method) and,
    at the same time, over the days before and after its own: the two kernels are multiplied.
    All days are worked out in one pass, so that a year of days costs little more than one.

    Parameters
    ----------
    network
        The roads.
    located
        Where the events are, as for :func:`network_density`.
    days
        The day of each row of ``located``: dates (YYYY-MM-DD, datetimes) or numbers. Rows
        without a day are left out, and counted.
    at
        The days to give the density on, in any order and at any distance: dates where ``days``
        are dates, numbers where they are numbers. No day may stand there twice.
    bandwidth_m
        How far an event reaches along the roads, in metres.
    bandwidth_days
        How far it reaches in time, in days: the time kernel is 0 from there on.
    lixel_m
        Length of a lixel in metres.
    kernel, time_kernel
        ``epanechnikov``, ``quartic``, ``triangular``, ``uniform`` or ``gaussian``, as for :func:`network_density`.
    past_only
        False: an event counts before and after its day. True: on its day and after it only,
        for twice as much, so that a density on a day knows nothing of later events (a back-test
        must not).
    weights
        A weight for each row of ``located``, 0 or more. Default: 1 each.
    progress
        Called with (events done, events in all) a few times a second on long runs.

    Returns
    -------
    GeoDataFrame
        LIXELS in edge order with a column for each day of ``at``, in that order, named
        ``density_YYYY-MM-DD`` (``density_12.5`` where days are numbers): events per km of road
        and day. ``attrs`` hold what went in: ``events`` (used), ``left_out`` (on no edge), ``no_day``,
        ``bandwidth_m``, ``bandwidth_days``, ``kernel``, ``time_kernel``, ``past_only``.

    Raises
    ------
    SchemaError
        If events lie on no edge of this network, or weights or days are not one a row.
    ModelError
        If a kernel, a bandwidth or ``at`` are not as told above.
    DateError
        If a day is neither a number nor a date.

    Notes
    -----
    One day alone is ``network_density(..., weights=w)`` with the time kernel as weights, its area 1.
    Memory: 8 bytes a lixel and day for the result, three times that while it is made.

    References
    ----------
    Romano, Jiang (2017), Visualizing traffic accident hotspots based on spatial-temporal network
    kernel density estimation. Proc. ACM SIGSPATIAL 2017.

    Examples
    --------
    >>> from artimap.roads.network.graph import RoadNetwork
    >>> net = RoadNetwork.from_edges([[0, 0], [1000, 0]], [[0, 1]], crs="EPSG:32618")
    >>> table = network_density_over_time(
    ...     net, net.snap([[500, 5]]), ["2024-10-03"], at=["2024-10-03", "2024-10-18", "2024-11-02"],
    ...     bandwidth_m=500, bandwidth_days=30, lixel_m=500,
    ... )
    >>> [round(float(one), 5) for one in table.loc[0, "density_2024-10-03":]]
    [0.02813, 0.02109, 0.0]
    """
    used = chosen(kernel, "simple", bandwidth_m)
    dated = _dated(network, located, days, at, (time_kernel, bandwidth_days, past_only), weights, lixel_m)
    values = _values(network, dated, bandwidth_m, lixel_m, used, progress)
    table = network.lixels(lixel_m)
    columns = pd.DataFrame(values, columns=[f"density_{label}" for label in dated.grid.labels], index=table.index)
    table = gpd.GeoDataFrame(pd.concat([table, columns], axis=1), geometry="geometry", crs=network.crs)
    table.attrs.update(
        events=len(dated.events.edge), left_out=dated.events.left_out, no_day=dated.no_day, bandwidth_m=bandwidth_m,
        bandwidth_days=bandwidth_days, kernel=kernel, time_kernel=time_kernel, past_only=past_only,
    )  # fmt: skip
    return table


def density_over_time_values(  # noqa: PLR0913 - as above
    network: RoadNetwork,
    located: Any,
    days: Any,
    *,
    at: Any,
    bandwidth_m: float,
    bandwidth_days: float,
    lixel_m: float,
    kernel: str = "epanechnikov",
    time_kernel: str = "epanechnikov",
    past_only: bool = False,
    weights: Any = None,
    progress: Any = None,
) -> Floats:
    """Give :func:`network_density_over_time` as plain numbers: no lines are made.

    Parameters
    ----------
    network, located, days, at, bandwidth_m, bandwidth_days, lixel_m, kernel, time_kernel, past_only, weights, progress
        As there.

    Returns
    -------
    ndarray
        float64 (lixels, days): events per km and day at the middle of each lixel of
        ``network.lixel_index(lixel_m)``, on each day of ``at``.

    Examples
    --------
    >>> from artimap.roads.network.graph import RoadNetwork
    >>> net = RoadNetwork.from_edges([[0, 0], [1000, 0]], [[0, 1]], crs="EPSG:32618")
    >>> density_over_time_values(
    ...     net, ([0], [500.0]), [10], at=[0, 10, 20], bandwidth_m=500, bandwidth_days=30, lixel_m=500, past_only=True
    ... ).round(5).tolist()
    [[0.0, 0.05625, 0.05], [0.0, 0.05625, 0.05]]
    """
    used = chosen(kernel, "simple", bandwidth_m)
    dated = _dated(network, located, days, at, (time_kernel, bandwidth_days, past_only), weights, lixel_m)
    return _values(network, dated, bandwidth_m, lixel_m, used, progress)


def _dated(
    network: RoadNetwork,
    located: Any,
    days: Any,
    at: Any,
    in_time: tuple[str, float, bool],
    weights: Any,
    lixel_m: float,
) -> _Dated:
    time_kernel, bandwidth_days, past_only = in_time
    lixel_ptr(network.length_m[:1], lixel_m)
    when, dates = as_days(days, "days")
    rows = len(located[0]) if isinstance(located, tuple) else len(located)
    if len(when) != rows:
        kind = "located"
        fix = "give one day a row"
        raise SchemaError(kind, [Breach("", "days", str(len(when)), f"do not match {rows} rows", fix)])
    known = np.isfinite(when)
    asked = grid(
        at,
        dates=dates if known.any() else None,
        time_kernel=time_kernel,
        bandwidth_days=bandwidth_days,
        past_only=past_only,
    )
    events = placing(network, located, weights, lixel_m)
    when = when[events.row]
    with_day = np.isfinite(when)
    if not with_day.all():
        events = events._replace(
            edge=events.edge[with_day], offset_m=events.offset_m[with_day], weight=events.weight[with_day]
        )
    return _Dated(events, when[with_day], asked, int((~known).sum()))


def _values(
    network: RoadNetwork, dated: _Dated, bandwidth_m: float, lixel_m: float, kernel: Kernel, progress: Any
) -> Floats:
    events, asked = dated.events, dated.grid
    lixels = lixel_index(network.length_m, lixel_m)
    if not len(events.edge):
        return np.zeros((len(lixels), len(asked.at)))
    if _numpy_simple.by_numpy(network, events, len(lixels), bandwidth_m, days=len(asked.at)):
        in_time = asked.shape(dated.days)
        sums = _numpy_simple.sums_over_time(network, events, in_time, lixels.ptr, lixels.mid_m, kernel, bandwidth_m)
        return np.asarray(sums * (kernel.per_km(bandwidth_m) * asked.per_day))
    from artimap.roads.density import _simple  # noqa: PLC0415 - loads the compiled loops

    targets = _simple.targets_at(network, lixels)
    return _simple.at_lixels_over_time(network, events, dated.days, asked, targets, kernel, bandwidth_m, progress)

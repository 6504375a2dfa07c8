"""Density against chance: what as many events, placed at random on the roads, would give."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from artimap.core.arrays import Floats, Ints
from artimap.core.errors import Breach, ModelError, SchemaError
from artimap.roads.density import _numpy_simple
from artimap.roads.density.event_points import Placing, placing
from artimap.roads.density.kernels import Kernel, chosen
from artimap.roads.density.significance import Null, false_discovery
from artimap.roads.network.graph import RoadNetwork
from artimap.roads.network.lixels import lixel_index, lixel_ptr

_MOST_BYTES = 2e9
"""All simulations are kept until the quantiles are taken: above this they are refused."""

_ROUNDING = 1e-9
"""A simulated density this share of the greatest below the observed one counts as equal to it."""


def density_envelope(  # noqa: PLR0913 - one keyword a choice: this is the call that people make
    network: RoadNetwork,
    located: Any,
    *,
    bandwidth_m: float,
    lixel_m: float,
    kernel: str = "epanechnikov",
    weights: Any = None,
    simulations: int = 99,
    level: float = 0.95,
    seed: int = 0,
    progress: Any = None,
) -> gpd.GeoDataFrame:
    """Give the density of events along the roads, and what chance alone would give.

    As many events, with the same weights, are placed at random: any metre of road is as likely
    as any other. Where the observed density is above nearly all that this gives, there are
    more events than chance explains. Looked at lixel by lixel (``p_lixel``) some always are;
    ``q`` and ``p_max`` allow for having looked everywhere.

    Parameters
    ----------
    network
        The roads.
    located
        The table of ``network.snap(events)`` (rows on no edge are left out, and counted), or a pair
        of arrays (edge, metres from its start). Spreads are refused: a vague event cannot be
        placed at random piece by piece.
    bandwidth_m, lixel_m, kernel, weights
        As for :func:`network_density`, by the simple method.
    simulations
        How often the events are placed at random. 99 is enough to reach 1 %.
    level
        The share of the simulations between ``low`` and ``high``, 0 to 1.
    seed
        Seed of the random placement.
    progress
        Called with (simulations done, simulations in all).

    Returns
    -------
    GeoDataFrame
        LIXELS in edge order with ``density`` (events per km), ``expected`` (mean of the
        simulations), ``low`` and ``high`` (between them lies the share ``level`` of the simulations at this lixel),
        ``p_lixel`` (chance of as much or more at this lixel, never below 1 / (simulations + 1)), ``q``
        (the false-discovery rate at which the lixel would be taken) and ``p_max`` (chance of anything
        as far above its mean, in standard deviations, anywhere). ``attrs`` hold what went in.

    Raises
    ------
    SchemaError
        If events lie on no edge of this network, weights are none, or ``located`` holds spreads.
    ModelError
        If kernel or bandwidth are not among those known, ``level`` lies not between 0 and 1, there are no
        simulations, or more than memory should hold (8 bytes a lixel and simulation; some four times that at the peak).

    References
    ----------
    Bíl, Andrášik, Janoška (2013), Identification of hazardous road locations of traffic accidents
    by means of kernel density estimation and cluster significance evaluation. Accident Analysis & Prevention 55.

    Examples
    --------
    >>> from artimap.roads.network.graph import RoadNetwork
    >>> net = RoadNetwork.from_edges([[0, 0], [9000, 0]], [[0, 1]], crs="EPSG:32618")
    >>> table = density_envelope(net, ([0] * 6, [4400.0] * 6), bandwidth_m=500, lixel_m=1000)
    >>> table.loc[table["p_max"] <= 0.05, "lixel_id"].tolist()
    [4]
    """
    used = chosen(kernel, "simple", bandwidth_m)
    if isinstance(located, pd.DataFrame) and "share" in located.columns:
        kind = "located"
        fix = "give net.snap(events) or a pair of arrays (edge, offset_m)"
        raise SchemaError(kind, [Breach("", "share", "", "holds spreads, which are not placed at random", fix)])
    if not 0 < level < 1:
        msg = f"level lies between 0 and 1, and is not {level!r}"
        raise ModelError(msg)
    events = placing(network, located, weights, lixel_m)
    simulated = _simulated(network, events.weight, (bandwidth_m, lixel_m, used), simulations, seed, progress)
    observed = _densities(network, [events], (bandwidth_m, lixel_m, used), simulations, (1, None))[0]
    low, high = np.quantile(simulated, [(1 - level) / 2, (1 + level) / 2], axis=0)
    as_much = (simulated >= observed - _ROUNDING * observed.max(initial=0.0)).sum(axis=0)
    p_lixel = (1 + as_much) / (1 + simulations)
    null = Null.of(simulated, observed)
    table = network.lixels(lixel_m)
    table["density"] = observed
    table["expected"] = simulated.mean(axis=0)
    table["low"], table["high"] = low, high
    table["p_lixel"] = p_lixel
    table["q"] = false_discovery(p_lixel)
    table["p_max"] = null.p_max(null.standard(observed))
    table.attrs.update(
        events=len(events.edge), left_out=events.left_out, bandwidth_m=bandwidth_m, kernel=kernel, method="simple",
        simulations=simulations, level=level, seed=seed,
    )  # fmt: skip
    return table


def simulated_densities(
    network: RoadNetwork,
    events: Any,
    *,
    bandwidth_m: float,
    lixel_m: float,
    kernel: str = "epanechnikov",
    simulations: int = 99,
    seed: int = 0,
    progress: Any = None,
) -> Floats:
    """Give the densities of events placed at random, as plain numbers.

    Parameters
    ----------
    network
        The roads.
    events
        How many events, or a weight for each.
    bandwidth_m, lixel_m, kernel, simulations, seed, progress
        As for :func:`density_envelope`.

    Returns
    -------
    ndarray
        float64 (simulations, lixels): events per km at the middle of each lixel of
        ``network.lixel_index(lixel_m)``; what :func:`find_clusters` takes as ``simulated``.

    Examples
    --------
    >>> from artimap.roads.network.graph import RoadNetwork
    >>> net = RoadNetwork.from_edges([[0, 0], [1000, 0]], [[0, 1]], crs="EPSG:32618")
    >>> simulated_densities(net, 5, bandwidth_m=500, lixel_m=200, simulations=19).shape
    (19, 5)
    """
    used = chosen(kernel, "simple", bandwidth_m)
    weight = np.ones(events) if isinstance(events, int) else np.asarray(events, dtype=np.float64)
    return _simulated(network, weight, (bandwidth_m, lixel_m, used), simulations, seed, progress)


def _simulated(
    network: RoadNetwork, weight: Floats, how: tuple[float, float, Kernel], simulations: int, seed: int, progress: Any
) -> Floats:
    lixels = int(lixel_ptr(network.length_m, how[1])[-1])
    if simulations < 1:
        msg = f"simulations must be 1 at least, not {simulations!r}"
        raise ModelError(msg)
    if 8.0 * lixels * simulations > _MOST_BYTES:
        msg = (
            f"{simulations:,} simulations of {lixels:,} lixels take {8e-9 * lixels * simulations:.1f} GB: "
            "take longer lixels or fewer simulations"
        )
        raise ModelError(msg)
    random = np.random.default_rng(seed)
    ends = np.cumsum(network.length_m)
    placed = (_anywhere(random, network.length_m, ends, weight) for _ in range(simulations))
    return _densities(network, placed, how, simulations, (simulations, progress))


def _anywhere(random: np.random.Generator, length_m: Floats, ends: Floats, weight: Floats) -> Placing:
    """Place the events at random: any metre is as likely as any other."""
    at = random.random(len(weight)) * (ends[-1] if len(ends) else 0.0)
    edge: Ints = np.minimum(np.searchsorted(ends, at, side="right"), len(ends) - 1)
    offset = np.clip(at - (ends[edge] - length_m[edge]), 0.0, length_m[edge])
    return Placing(edge, offset, weight, 0, np.arange(len(weight)))


def _densities(
    network: RoadNetwork,
    sets: Iterable[Placing],
    how: tuple[float, float, Kernel],
    worth: int,
    told: tuple[int, Any],
) -> Floats:
    """Give the density of each set of events, (sets, lixels).

    ``worth`` is the number of sets that decides whether compiling pays, ``told`` how many there are and who is told.
    """
    ptr = lixel_ptr(network.length_m, how[1])
    number, progress = told
    out = np.zeros((number, int(ptr[-1])))
    for row, events in enumerate(sets):
        if not row:
            density = _way(
                network, ptr, how, small=_numpy_simple.by_numpy(network, events, out.shape[1], how[0], times=worth)
            )
        if len(events.edge):
            out[row] = density(events)
        if progress is not None:
            progress(row + 1, number)
    return out


def _way(
    network: RoadNetwork, ptr: Ints, how: tuple[float, float, Kernel], *, small: bool
) -> Callable[[Placing], Floats]:
    """Give a function that gives the density of events; what all calls share is made once."""
    bandwidth_m, lixel_m, kernel = how
    if small:
        middle = lixel_index(network.length_m, lixel_m).mid_m
        scale = kernel.per_km(bandwidth_m)
        return lambda events: _numpy_simple.sums(network, events, ptr, middle, kernel, bandwidth_m) * scale
    from artimap.roads.density import _simple  # noqa: PLC0415 - loads the compiled loops

    targets = _simple.targets_at(network, lixel_index(network.length_m, lixel_m))
    return lambda events: _simple.at_lixels(network, events, targets, kernel, bandwidth_m, None)

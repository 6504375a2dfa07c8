"""How far an event should reach: the bandwidth under which each event is best foretold by the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from artimap.core.arrays import Floats
from artimap.core.errors import Breach, ModelError, SchemaError
from artimap.core.files import replacing
from artimap.core.precision import significant
from artimap.roads.density import _numpy_simple
from artimap.roads.density.event_points import Placing, placing
from artimap.roads.density.kernels import Kernel, chosen
from artimap.roads.network.graph import RoadNetwork

_ALONE = 1e-9
"""What others bring to a place counts as nothing below this share of an event there."""


def choose_bandwidth(
    network: RoadNetwork,
    located: Any,
    candidates_m: Any,
    *,
    kernel: str = "epanechnikov",
    background: float | None = None,
    weights: Any = None,
    progress: Any = None,
) -> pd.DataFrame:
    """Choose a bandwidth by leave-one-out likelihood cross-validation.

    Each event is left out in turn, and the density of the others is taken at its place: the
    bandwidth that gives these places the highest likelihood foretells best. For this the
    density of the simple method is divided by its integral over all roads, since it counts
    more than the events' weight where roads branch; undivided it would call for ever wider
    bandwidths.

    An event that has no other within the bandwidth would get the density 0, and the whole
    bandwidth minus infinity. Instead a small share of events, ``background``, is taken to lie
    anywhere on the roads alike, and ``alone`` tells how many events only that explains.

    Parameters
    ----------
    network
        The roads.
    located
        The table of ``network.snap(events)`` (rows on no edge are left out, and counted), or a pair of
        arrays (edge, metres from its start). Spreads are refused: their pieces would foretell each other.
    candidates_m
        The bandwidths to choose from, in metres.
    kernel
        As for :func:`network_density`.
    background
        Share of events that may lie anywhere, above 0 and below 1. Default: one event's worth, 1 / events.
    weights
        A weight for each row of ``located``, 0 or more. Default: 1 each.
    progress
        Called with (candidates done, candidates in all).

    Returns
    -------
    DataFrame
        A row for each candidate, in the order given: ``bandwidth_m``, ``score`` (mean over the events
        of the log density, per km, that the others foretell at its place; higher is better),
        ``alone`` (events without another within the bandwidth), ``best`` (true for one: the
        smallest of those with the highest score). ``attrs`` hold ``best_m``, ``events``, ``left_out``, ``kernel``,
        ``background``. :func:`draw_bandwidth` draws it.

    Raises
    ------
    SchemaError
        If events lie on no edge of this network, weights are none, or ``located`` holds spreads.
    ModelError
        If there are fewer than 2 events with a weight, a candidate is no length, or ``background`` is not
        between 0 and 1.

    Notes
    -----
    Events that were put on the same point, as all reports of one town are, foretell each other
    at any bandwidth: where they are many, the narrowest candidate wins, and the curve only says so.

    References
    ----------
    Habbema, Hermans, van den Broek (1974), A stepwise discriminant analysis program using density
    estimation. Compstat 1974. Duin (1976), On the choice of smoothing parameters for Parzen
    estimators of probability density functions. IEEE Transactions on Computers C-25(11).

    Examples
    --------
    >>> from artimap.roads.network.graph import RoadNetwork
    >>> net = RoadNetwork.from_edges([[0, 0], [9000, 0]], [[0, 1]], crs="EPSG:32618")
    >>> table = choose_bandwidth(net, ([0] * 6, [900.0, 1000.0, 1100.0, 7900.0, 8000.0, 8100.0]), [50, 250, 5000])
    >>> table[["bandwidth_m", "alone", "best"]].values.tolist()
    [[50.0, 6, False], [250.0, 0, True], [5000.0, 0, False]]
    """
    widths = np.atleast_1d(np.asarray(candidates_m, dtype=np.float64))
    if widths.ndim != 1 or not len(widths):
        msg = "candidates_m must hold one bandwidth at least, in metres"
        raise ModelError(msg)
    kernels = [chosen(kernel, "simple", float(width)) for width in widths]
    if isinstance(located, pd.DataFrame) and "share" in located.columns:
        kind = "located"
        fix = "give net.snap(events) or a pair of arrays (edge, offset_m)"
        raise SchemaError(kind, [Breach("", "share", "", "holds spreads, whose pieces foretell each other", fix)])
    events = placing(network, located, weights, float(widths[0]))
    number = int((events.weight > 0).sum())
    if number < 2 or not network.length_m.sum() > 0:
        msg = f"{number} events are too few to leave one out: 2 are needed, on roads of some length"
        raise ModelError(msg)
    share = 1 / number if background is None else background
    if not 0 < share < 1:
        msg = f"background must lie between 0 and 1, and is not {background!r}"
        raise ModelError(msg)
    score, alone = np.empty(len(widths)), np.empty(len(widths), dtype=np.int64)
    for one, (width, used) in enumerate(zip(widths.tolist(), kernels, strict=True)):
        score[one], alone[one] = _score(network, events, used, width, share)
        if progress is not None:
            progress(one + 1, len(widths))
    known = significant(score)
    best = min(np.flatnonzero(known == known.max()), key=lambda row: widths[row])
    table = pd.DataFrame(
        {"bandwidth_m": widths, "score": score, "alone": alone, "best": np.arange(len(widths)) == best}
    )
    table.attrs.update(
        best_m=float(widths[best]), events=len(events.edge), left_out=events.left_out, kernel=kernel, background=share
    )
    return table


def _score(
    network: RoadNetwork, events: Placing, kernel: Kernel, bandwidth_m: float, background: float
) -> tuple[float, int]:
    """Give the mean log density of each event under the others, and how many have none near."""
    if _numpy_simple.by_numpy(network, events, len(events.edge), bandwidth_m, times=2):
        weight, there, mass = _numpy_simple.at_events(network, events, kernel, bandwidth_m)
    else:
        from artimap.roads.density import _simple  # noqa: PLC0415 - loads the compiled loops

        weight, there, mass = _simple.at_events(network, events, kernel, bandwidth_m)
    others: Floats = there - weight
    others[others <= _ALONE * np.maximum(weight, there)] = 0.0
    rest = (weight * mass).sum() - weight * mass
    foretold = np.divide(others, rest, out=np.zeros(len(others)), where=rest > 0)
    density = 1000 * ((1 - background) * foretold + background / network.length_m.sum())
    return float((weight * np.log(density)).sum() / weight.sum()), int(((others == 0) & (weight > 0)).sum())


def draw_bandwidth(table: pd.DataFrame, path: Path | str) -> Path:
    """Draw the scores of :func:`choose_bandwidth` over the bandwidths to a PNG, whole or not at all.

    Parameters
    ----------
    table
        What :func:`choose_bandwidth` gave.
    path
        The file.

    Returns
    -------
    Path
        The file.

    Examples
    --------
    >>> import artimap as am
    >>> import numpy as np
    >>> art = am.area("artibonite")
    >>> network = am.RoadNetwork.from_lines(am.read_roads(art), tolerance_m=5)
    >>> located = network.snap(am.read_events(art), max_offset_m=500)
    >>> table = am.choose_bandwidth(network, located, np.array([1_000.0, 2_000.0]))
    >>> am.draw_bandwidth(table, "bandwidth.png")  # doctest: +SKIP
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - heavy, needed here only
    from matplotlib.figure import Figure  # noqa: PLC0415 - heavy, needed here only
    from matplotlib.ticker import LogLocator, MaxNLocator  # noqa: PLC0415 - heavy, needed here only

    rows = table.sort_values("bandwidth_m")
    best = rows[rows["best"]].iloc[0]
    figure = Figure(figsize=(6.4, 4.4), dpi=100, layout="constrained", facecolor="#FFFFFF")
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    upper.plot(rows["bandwidth_m"], rows["score"], color="#A8321F", linewidth=1.8, marker="o", markersize=4)
    upper.axvline(best["bandwidth_m"], color="#20242E", linewidth=1, linestyle="--")
    upper.plot(best["bandwidth_m"], best["score"], color="#20242E", marker="o", markersize=8)
    last = best["bandwidth_m"] in {rows["bandwidth_m"].min(), rows["bandwidth_m"].max()} and len(rows) > 1
    title = f"Best of {len(rows)}: {best['bandwidth_m']:,.0f} m{', an end of the range' if last else ''}"
    upper.set_title(f"{title} ({table.attrs.get('events', '?')} events)", loc="left", fontsize=10)
    upper.set_ylabel("mean log density\nof the event left out")
    lower.step(rows["bandwidth_m"], rows["alone"], where="mid", color="#6B6F78", linewidth=1.4)
    lower.set_ylabel("events alone")
    lower.set_ylim(bottom=0)
    lower.set_xlabel("bandwidth, m")
    if rows["bandwidth_m"].iloc[-1] > 8 * rows["bandwidth_m"].iloc[0]:
        lower.set_xscale("log")
        lower.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        lower.xaxis.set_minor_formatter("")
    lower.xaxis.set_major_formatter(lambda metres, _: f"{metres:,.0f}")
    lower.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
    for axes in (upper, lower):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="#E6E2D8", linewidth=0.6)
    with replacing(Path(path)) as temporary:
        figure.savefig(temporary, format="png", metadata={"Software": "artimap"})
    return Path(path)

"""Clusters of incidents on a line or a network: kernel density against random placement.

KDE+ (Bíl, Andrášik & Janoška 2013, *Accident Analysis & Prevention* 55): where the kernel
density of the events exceeds what events placed at random give, there is a cluster; its
strength is the part of the density that lies above. Looked at point by point that finds
clusters in pure chance, so the largest value anywhere in each simulation (a max-statistic)
or the false-discovery rate (Benjamini & Hochberg 1995, *JRSS B* 57) decides.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal, get_args

import geopandas as gpd
import numpy as np
import pandas as pd

from artimap.core import schema
from artimap.core.arrays import Floats, Ints
from artimap.core.dates import day_of
from artimap.core.metadata import JsonModel, put_models
from artimap.core.precision import significant
from artimap.core.reasons import tally
from artimap.core.vocab import EventKind
from artimap.risk.coverage import LIKELY_SHARE, bare
from artimap.risk.model import ROAD_KINDS, RiskModel, why_not_counted
from artimap.roads.corridor import Corridor
from artimap.roads.density.significance import Null, false_discovery
from artimap.roads.event_spread import Reach

Control = Literal["max", "fdr", "none"]

_BANDWIDTHS = (0.75, 1.0, 1.5)
"""The bandwidths, as multiples of the model's, over which stability is looked at."""


@dataclass(frozen=True, slots=True)
class HotspotModel(JsonModel):
    """Every parameter of the search for clusters.

    Attributes
    ----------
    bandwidth_m
        Half-width of the quartic kernel.
    step_m
        Distance of the points at which the density is taken.
    window_days, kinds, reach
        Which events count, and where they may lie (as for :class:`artimap.RiskModel`).
    alpha
        Level: the chance, where there is no clustering, of any cluster in the answer.
    control
        ``max`` (largest value anywhere), ``fdr`` (false-discovery rate) or ``none`` (each
        point by itself: plain KDE+).
    simulations, bootstraps
        Random placements, and resamplings for the stability.
    seed
        Seed of both.
    """

    bandwidth_m: float = 3_000.0
    step_m: float = 250.0
    window_days: int = 730
    kinds: frozenset[EventKind] = ROAD_KINDS
    reach: Reach = field(default_factory=Reach)
    alpha: float = 0.05
    control: Control = "max"
    simulations: int = 999
    bootstraps: int = 300
    seed: int = 0

    def __post_init__(self) -> None:
        wrong = []
        if not 0 < self.step_m <= self.bandwidth_m:
            wrong.append("step_m must be greater than 0 and no more than bandwidth_m")
        if not 0 < self.alpha < 1:
            wrong.append("alpha lies between 0 and 1")
        if self.control not in get_args(Control):
            wrong.append(f"control is one of {', '.join(get_args(Control))}")
        # The least p-value that n placements can give is 1 / (n + 1).
        if self.simulations < 1 / max(self.alpha, 1e-9) - 1:
            wrong.append(f"simulations must be {int(1 / max(self.alpha, 1e-9)) - 1} at least to reach this alpha")
        if self.bootstraps < 1 or self.seed < 0 or self.window_days <= 0 or not self.kinds:
            wrong.append("bootstraps and window_days must be greater than 0, seed not below 0, kinds not empty")
        self._refuse(wrong)


def find_clusters(
    observed: Floats,
    simulated: Floats,
    neighbours: Ints,
    lengths_m: Floats,
    *,
    alpha: float = 0.05,
    control: Control = "max",
) -> pd.DataFrame:
    """Find the clusters of a density on any set of joined pieces: a line, or the lixels of a network.

    Parameters
    ----------
    observed
        Density on each piece.
    simulated
        Densities of random placements of as many events, (simulations, pieces).
    neighbours
        Pairs of pieces that touch, (pairs, 2).
    lengths_m
        Length of each piece.
    alpha, control
        Level, and what decides: see :class:`HotspotModel`.

    Returns
    -------
    DataFrame
        ``pieces`` (tuple of piece numbers), ``length_m``, ``peak`` (piece of the greatest
        excess), ``strength`` (part of the density above the threshold, 0 to 1),
        ``p_point``, ``p_max``, ``q`` (false-discovery rate), the strongest first.
    """
    from scipy.sparse import coo_array  # noqa: PLC0415 - slow to import, used only here
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    observed = np.asarray(observed, dtype=float)
    # Each place is compared with its own mean and spread: kernels have less room near the ends of the
    # road.
    null = Null.of(np.asarray(simulated, dtype=float), observed)
    z = null.standard(observed)
    p_point, p_max = null.p_point(z), null.p_max(z)
    q = false_discovery(p_point)
    # The KDE+ threshold, point by point, only says how far a cluster reaches; whether there is one is
    # decided below against the greatest value anywhere.
    threshold = null.mean + null.spread * np.quantile(null.pooled, 1 - alpha)
    # Rounded on both sides: a piece must not join a cluster by the last bit of a sum.
    over = significant(observed) > significant(threshold)
    # Pieces above the threshold that touch belong together: components of the graph of those alone.
    kept = neighbours[over[neighbours].all(axis=1)] if len(neighbours) else np.zeros((0, 2), dtype=np.int64)
    size = len(observed)
    graph = coo_array((np.ones(len(kept)), (kept[:, 0], kept[:, 1])), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    decides = {"max": p_max, "fdr": q, "none": p_point}[control]
    rows = []
    for one in np.unique(label[over]):
        here = np.flatnonzero((label == one) & over)
        # One point that chance does not explain is enough for the whole cluster to stay.
        if decides[here].min() > alpha:
            continue
        mass = (observed[here] * lengths_m[here]).sum()
        rows.append(
            {
                "pieces": tuple(here.tolist()),
                "length_m": float(lengths_m[here].sum()),
                "peak": int(here[np.argmax(significant(z[here]))]),
                "strength": float(significant(((observed - threshold)[here] * lengths_m[here]).sum() / mass)),
                "p_point": float(p_point[here].min()),
                "p_max": float(p_max[here].min()),
                "q": float(q[here].min()),
            }
        )
    columns = ["pieces", "length_m", "peak", "strength", "p_point", "p_max", "q"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["strength", "peak"], ascending=[False, True], kind="stable", ignore_index=True)


@dataclass(frozen=True, eq=False)
class _EventsOnLine:
    """Events on a line cut into cells: entries (event, cell, weight), and how to place them at random."""

    event: Ints
    cell: Ints
    weight: Floats
    cells: int
    events: int

    def placed(self, rng: np.random.Generator, times: int) -> Floats:
        """Place every event at random; (times, cells).

        Its middle falls anywhere, its width is kept, and what would lie beyond an end of
        the line goes to the part that does not, as for a real event near the end.
        """
        first = np.searchsorted(self.event, np.arange(self.events))
        last = np.searchsorted(self.event, np.arange(self.events), side="right") - 1
        # Each event moves as a whole, with its width: a vague one stays vague in every placement.
        middle = (self.cell[first] + self.cell[last]) // 2
        at = self.cell + (rng.integers(0, self.cells, (times, self.events)) - middle)[:, self.event]
        inside = (at >= 0) & (at < self.cells)
        weight = np.where(inside, self.weight, 0.0)
        kept = np.add.reduceat(weight, first, axis=1)
        # What would lie beyond the end is dropped and the rest made heavier, so that every placement has as
        # many events.
        whole = np.add.reduceat(self.weight, first)
        weight *= np.divide(whole, kept, out=np.zeros_like(kept), where=kept > 0)[:, self.event]
        slot = (np.arange(times) * self.cells)[:, None] + np.clip(at, 0, self.cells - 1)
        counted = np.bincount(slot.ravel(), weights=weight.ravel(), minlength=times * self.cells)
        return np.asarray(counted, dtype=float).reshape(times, self.cells)

    def counted(self, times: Floats) -> Floats:
        """Count the events by cell, each as many times as said; (runs, cells) for (runs, events)."""
        out = np.zeros((len(times), self.cells))
        np.add.at(out.T, self.cell, (times[:, self.event] * self.weight).T)
        return out


def _smooth(counts: Floats, bandwidth_m: float, step_m: float) -> Floats:
    """Smooth counts along a line with a quartic kernel, corrected for the ends; events per metre."""
    from scipy.ndimage import convolve1d  # noqa: PLC0415 - slow to import, used only here

    reach = int(bandwidth_m / step_m)
    kernel = (1 - (np.arange(-reach, reach + 1) * step_m / bandwidth_m) ** 2) ** 2
    kernel /= kernel.sum() * step_m
    # The part of the kernel that lies on the road; dividing by it keeps the ends from looking calm.
    inside = convolve1d(np.ones(counts.shape[-1]), kernel * step_m, mode="constant")
    return np.asarray(convolve1d(counts, kernel, axis=-1, mode="constant") / inside)


def hotspots(
    corridor: Corridor,
    located: gpd.GeoDataFrame,
    *,
    as_of: str | dt.date,
    model: HotspotModel | None = None,
) -> gpd.GeoDataFrame:
    """Find the pieces of a road where incidents cluster more than chance explains.

    Every event that counts is spread over the road that it may lie on; random placement
    moves it with its width, so that a vague event can make no sharp cluster of its own.

    Parameters
    ----------
    corridor
        The road.
    located
        EVENTS in the corridor's system.
    as_of
        The day of the answer. Later events do not count.
    model
        All parameters.

    Returns
    -------
    GeoDataFrame
        ``hotspot_id, corridor_id, from_m, to_m, peak_m, events`` (expected number inside),
        ``strength`` (0 to 1), ``p_point, p_max, q, stability`` (share of resamplings, with
        bandwidths from 0.75 to 1.5 times the model's, in which it is found again by the
        max-statistic), ``event_ids``, geometry; the strongest first. Empty where chance
        explains all. The model is had by :func:`artimap.model_of`; ``attrs`` hold ``as_of``,
        ``events`` (expected number on the road) and ``tally`` (why others do not count: code to number).

    Raises
    ------
    ModelError, DateError, CrsError
        For bad parameters, a bad day, a table in another system.
    """
    model = model or HotspotModel()
    day = day_of(as_of)
    events = bare(located.sort_values("event_id", kind="stable"))
    # Which events count is decided by one rule for rates and clusters, ``why_not_counted``.
    counting = RiskModel(
        window_days=model.window_days, trend_days=max(model.window_days // 2, 1), kinds=model.kinds, reach=model.reach
    )
    spread = corridor.spread(events, reach=model.reach)
    reasons = why_not_counted(events, as_of=day, model=counting)
    cells = max(int(np.ceil(corridor.length_m / model.step_m)), 1)
    edges = np.linspace(0.0, corridor.length_m, cells + 1)
    row, cell, share = spread.over(edges)
    used = reasons.isna().to_numpy()[row]
    rows, event = np.unique(row[used], return_inverse=True)
    line = _EventsOnLine(np.asarray(event, dtype=np.int64), cell[used], share[used], cells, len(rows))
    names = events["event_id"].to_numpy()[rows]
    found = _on_line(line, edges, model)
    out = gpd.GeoDataFrame(
        {
            "hotspot_id": pd.Series(
                [f"{corridor.corridor_id}:{low:.0f}-{high:.0f}" for low, high in found.ends], dtype=schema.TEXT
            ),
            "corridor_id": pd.Series([corridor.corridor_id] * len(found.ends), dtype=schema.TEXT),
            "from_m": np.array([low for low, _ in found.ends], dtype=float),
            "to_m": np.array([high for _, high in found.ends], dtype=float),
            "peak_m": found.peak_m,
            "events": found.events,
            **{name: found.table[name].to_numpy(dtype=float) for name in ("strength", "p_point", "p_max", "q")},
            "stability": found.stability,
            "event_ids": pd.Series([schema.join_names(names[one]) for one in found.likely], dtype=schema.TEXT),
        },
        geometry=gpd.GeoSeries([corridor.piece(low, high) for low, high in found.ends], crs=corridor.crs),
        crs=corridor.crs,
    )
    why = reasons.where(~reasons.isna(), pd.Series(list(spread.why_code), index=events.index, dtype=schema.TEXT))
    put_models(out, model)
    out.attrs.update(
        as_of=day.isoformat(), events=float(line.weight.sum()),
        tally=tally(why),
    )  # fmt: skip
    return out


@dataclass(frozen=True, eq=False)
class LineClusters:
    """Clusters on a line: ends, peak, expected events, stability, and which events likely lie inside."""

    table: pd.DataFrame
    ends: tuple[tuple[float, float], ...]
    peak_m: Floats
    events: Floats
    stability: Floats
    likely: tuple[Ints, ...]


def line_hotspots(from_m: Floats, to_m: Floats, length_m: float, *, model: HotspotModel | None = None) -> LineClusters:
    """Find clusters on any line, from plain numbers.

    Parameters
    ----------
    from_m, to_m
        Between which distances along the line each event lies; the same for an exact one.
    length_m
        Length of the line.
    model
        All parameters; those of counting are not looked at.
    """
    model = model or HotspotModel()
    cells = max(int(np.ceil(length_m / model.step_m)), 1)
    edges = np.linspace(0.0, length_m, cells + 1)
    first = np.clip(np.searchsorted(edges, from_m, side="right") - 1, 0, cells - 1)
    last = np.clip(np.searchsorted(edges, to_m, side="left") - 1, first, cells - 1)
    number = last - first + 1
    event = np.repeat(np.arange(len(number)), number)
    # Counts up from ``first`` within each event; every cell that the event may lie in has the same
    # weight.
    cell = first[event] + np.arange(len(event)) - np.repeat(np.cumsum(number) - number, number)
    return _on_line(_EventsOnLine(event, cell, 1.0 / number[event], cells, len(number)), edges, model)


def _on_line(line: _EventsOnLine, edges: Floats, model: HotspotModel) -> LineClusters:
    rng = np.random.default_rng(model.seed)
    step = float(edges[1] - edges[0])
    lengths = np.diff(edges)
    pairs = np.stack([np.arange(line.cells - 1), np.arange(1, line.cells)], axis=1)
    counts = line.counted(np.ones((1, line.events)))
    placed = line.placed(rng, model.simulations) if line.events else np.zeros((model.simulations, line.cells))
    observed = _smooth(counts, model.bandwidth_m, step)[0]
    simulated = _smooth(placed, model.bandwidth_m, step)
    table = find_clusters(observed, simulated, pairs, lengths, alpha=model.alpha, control=model.control)
    spans = [(min(one), max(one)) for one in table["pieces"]]
    inside = [(line.cell >= low) & (line.cell <= high) for low, high in spans]
    held = [np.bincount(line.event[one], weights=line.weight[one], minlength=line.events) for one in inside]
    return LineClusters(
        table=table,
        ends=tuple((float(edges[low]), float(edges[high + 1])) for low, high in spans),
        peak_m=(edges[table["peak"].to_numpy(dtype=np.int64)] + step / 2),
        events=significant([one.sum() for one in held]),
        stability=_stability(line, placed, spans, step, model, rng) if spans else np.zeros(0),
        likely=tuple(np.flatnonzero(significant(one) >= LIKELY_SHARE) for one in held),
    )


def _stability(
    line: _EventsOnLine,
    placed: Floats,
    spans: list[tuple[int, int]],
    step: float,
    model: HotspotModel,
    rng: np.random.Generator,
) -> Floats:
    """Give the share of resamplings of the events in which each cluster is found again."""
    again = np.zeros(len(spans))
    each = -(-model.bootstraps // len(_BANDWIDTHS))
    for factor in _BANDWIDTHS:
        width = max(model.bandwidth_m * factor, step)
        # The same placements serve every bandwidth, so that only the bandwidth differs between them.
        null = Null.of(_smooth(placed, width, step), _smooth(line.counted(np.ones((1, line.events))), width, step)[0])
        # Bootstrap: as many events drawn with replacement, as counts of how often each is taken.
        times = rng.multinomial(line.events, np.full(line.events, 1 / line.events), each).astype(float)
        z = null.standard(_smooth(line.counted(times), width, step))
        there = null.p_max(z) <= model.alpha
        again += [there[:, low : high + 1].any(axis=1).sum() for low, high in spans]
    return again / (each * len(_BANDWIDTHS))

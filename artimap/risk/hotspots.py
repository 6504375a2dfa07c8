"""Clusters of incidents on a line or a network: kernel density against random placement.

KDE+ (Bíl, Andrášik & Janoška 2013, *Accident Analysis & Prevention* 55): where the kernel
density of the events exceeds what events placed at random give, there is a cluster; its
strength is the part of the density that lies above. Looked at point by point that finds
clusters in pure chance, so the largest value anywhere in each simulation (a max-statistic)
or the false-discovery rate (Benjamini & Hochberg 1995, *JRSS B* 57) decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from artimap.core import schema
from artimap.core.arrays import Floats, Ints
from artimap.core.dates import day_of
from artimap.core.metadata import JsonModel, put_models
from artimap.core.precision import significant
from artimap.core.reasons import code_of, tally
from artimap.core.vocab import EventKind, Where, WhyNot
from artimap.risk.coverage import LIKELY_SHARE, bare
from artimap.risk.model import ROAD_KINDS, RiskModel, why_not_counted
from artimap.risk.random_placement import EventsOnLine, NamedPlaces, declustered
from artimap.roads.corridor import Corridor
from artimap.roads.density.significance import Null, false_discovery
from artimap.roads.event_spread import Reach, Spread

Control = Literal["max", "fdr", "none"]
Randomness = Literal["places", "road"]

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
    null
        How chance places events. ``places``: a report that names a place could have named any place of the
        road, and every other could lie anywhere. ``road``: every report could lie anywhere, so that
        towns by which reports are told look dangerous.
    decluster_days, decluster_m
        Events with no more between them, in time and along the road, are one episode and count once: a
        raid of three is no proof of a dangerous place. Days null: every event counts.
    simulations, bootstraps
        Random placements, and resamplings for the stability.
    seed
        Seed of both.

    Examples
    --------
    >>> import artimap as am
    >>> am.HotspotModel(bandwidth_m=2_000.0).step_m
    250.0
    """

    bandwidth_m: float = 3_000.0
    step_m: float = 250.0
    window_days: int = 730
    kinds: frozenset[EventKind] = ROAD_KINDS
    reach: Reach = field(default_factory=Reach)
    alpha: float = 0.05
    control: Control = "max"
    null: Randomness = "places"
    decluster_days: float | None = 5.0
    decluster_m: float = 3_000.0
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
        if self.null not in get_args(Randomness):
            wrong.append(f"null is one of {', '.join(get_args(Randomness))}")
        if self.decluster_m < 0 or (self.decluster_days is not None and self.decluster_days < 0):
            wrong.append("decluster_m must not be below 0, nor decluster_days, which may be None")
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

    Examples
    --------
    >>> import artimap as am
    >>> import numpy as np
    >>> observed, chance = np.array([9.0, 8.0, 0.0, 0.0]), np.random.default_rng(1).uniform(0, 1, (99, 4))
    >>> neighbours = np.array([[0, 1], [1, 2], [2, 3]])
    >>> len(am.find_clusters(observed, chance, neighbours, np.full(4, 250.0)))
    1
    """
    from scipy.sparse import coo_array  # noqa: PLC0415 - slow to import, used only here
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    observed = np.asarray(observed, dtype=float)
    # Each place is compared with its own mean and spread: kernels have less room near the ends of the
    # road.
    null = Null.of(np.asarray(simulated, dtype=float), observed, level=True)
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
    moves it with its width, so that a vague event can make no sharp cluster of its own. An
    event that is told by the name of a place moves to another named place instead (``null="places"``): a
    town of the corridor, or a spot that an event names, each with the chance of the road that is nearer to it than
    to the others. Towns are where reports are told, and not for that alone where people are attacked.
    Events near in time and place count once.

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
        ``episodes`` (the same, each episode once: what was tested), ``strength`` (0 to 1), ``p_point, p_max, q``,
        ``stability`` (share of resamplings, with bandwidths from 0.75 to 1.5 times the model's, in which it is found
        again by the max-statistic), ``event_ids``, geometry; the strongest first. Empty where chance
        explains all. The model is had by :func:`artimap.model_of`; ``attrs`` hold ``as_of``, ``events``
        and ``episodes`` (expected numbers on the road), ``named`` (how many episodes are told by a place),
        ``places`` (how many they could have named) and ``tally`` (why others do not count: code to number).

    Raises
    ------
    ModelError, DateError, CrsError
        For bad parameters, a bad day, a table in another system.

    References
    ----------
    Bíl, Andrášik, Janoška (2013), Identification of hazardous road locations of traffic accidents by means of kernel
    density estimation and cluster significance evaluation. Accident Analysis & Prevention 55.

    Examples
    --------
    >>> import artimap as am
    >>> area = am.area("artibonite")
    >>> clusters = hotspots(am.read_corridor(area, "rn1"), am.read_events(area), as_of="2025-12-25")
    >>> clusters.attrs["named"], clusters.attrs["places"]
    (38, 21)
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
    every = EventsOnLine(np.asarray(event, dtype=np.int64), cell[used], share[used], cells, len(rows))
    named = _is_named(events)[rows]
    if model.null == "places" and named.any():
        shares = every.only(named).counted(np.eye(int(named.sum())))
        every = replace(
            every, named=named, places=_places_on(corridor, events.iloc[rows[named]], shares, edges, model.reach)
        )
    stands = _stands(events, spread, rows, model)
    line = every.only(stands)
    names = events["event_id"].to_numpy()[rows]
    found = _on_line(line, edges, model)
    # What lies inside is told of all events; only whether there is a cluster rests on the episodes.
    held = _held(every, [(min(one), max(one)) for one in found.table["pieces"]])
    out = gpd.GeoDataFrame(
        {
            "hotspot_id": pd.Series(
                [f"{corridor.corridor_id}:{low:.0f}-{high:.0f}" for low, high in found.ends], dtype=schema.TEXT
            ),
            "corridor_id": pd.Series([corridor.corridor_id] * len(found.ends), dtype=schema.TEXT),
            "from_m": np.array([low for low, _ in found.ends], dtype=float),
            "to_m": np.array([high for _, high in found.ends], dtype=float),
            "peak_m": found.peak_m,
            "events": significant([one.sum() for one in held]),
            "episodes": found.events,
            **{name: found.table[name].to_numpy(dtype=float) for name in ("strength", "p_point", "p_max", "q")},
            "stability": found.stability,
            "event_ids": pd.Series(
                [schema.join_names(names[significant(one) >= LIKELY_SHARE]) for one in held], dtype=schema.TEXT
            ),
        },
        geometry=gpd.GeoSeries([corridor.piece(low, high) for low, high in found.ends], crs=corridor.crs),
        crs=corridor.crs,
    )
    why = reasons.where(~reasons.isna(), pd.Series(list(spread.why_code), index=events.index, dtype=schema.TEXT))
    why.iloc[rows[~stands]] = code_of(WhyNot.EPISODE)
    put_models(out, model)
    out.attrs.update(
        as_of=day.isoformat(),
        events=float(every.weight.sum()),
        episodes=float(line.weight.sum()),
        named=0 if line.named is None else int(line.named.sum()),
        places=0 if line.places is None else len(line.places.chance),
        tally=tally(why),
    )
    return out


def _stands(events: pd.DataFrame, spread: Spread, rows: Ints, model: HotspotModel) -> NDArray[np.bool_]:
    """Tell which of the rows stand for an episode."""
    if model.decluster_days is None:
        return np.ones(len(rows), dtype=bool)
    outer = pd.DataFrame({"row": spread.row, "low": spread.from_m, "high": spread.to_m}).groupby("row")
    start = events["date_start"].iloc[rows]
    end = events["date_end"].iloc[rows].fillna(start)
    return declustered(
        outer["low"].min().reindex(rows).to_numpy(dtype=float),
        outer["high"].max().reindex(rows).to_numpy(dtype=float),
        np.asarray((start - pd.Timestamp(0)).dt.days, dtype=float),
        np.asarray((end - pd.Timestamp(0)).dt.days, dtype=float),
        days=model.decluster_days,
        metres=model.decluster_m,
    )


def _is_named(events: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which events are told by the name of a place."""
    kind = events["place_kind"]
    named = kind.eq(Where.PLACE)
    # An exact spot that has a name in the list of places is where that name is pinned, no position of its own.
    if "place_id" in events.columns:
        named |= kind.eq(Where.POINT) & events["place_id"].notna()
    return np.asarray(named, dtype=bool)


def _places_on(corridor: Corridor, told: gpd.GeoDataFrame, shares: Floats, edges: Floats, reach: Reach) -> NamedPlaces:
    """Give the places that reports could have named: those that they do, and the corridor's towns.

    ``shares`` is where each event told by a place lies, (events, cells).
    """
    spots, first = np.unique(np.round(shapely.get_coordinates(told.geometry.to_numpy())), axis=0, return_index=True)
    stated = told["radius_m"].astype(float) if "radius_m" in told.columns else pd.Series(dtype=float)
    usual = float(stated.median()) if stated.notna().any() else reach.place_m
    towns = corridor.towns.geometry.to_numpy()
    known = {tuple(one) for one in spots}
    new = np.array([tuple(np.round(shapely.get_coordinates(one)[0])) not in known for one in towns], dtype=bool)
    which, low, high = corridor.within(towns[new], np.full(int(new.sum()), usual))
    whole = np.bincount(which, weights=high - low, minlength=len(towns))
    none = np.zeros(0)
    near = Spread(which, low, high, (high - low) / whole[which], none, ())
    town, cell, weight = near.over(edges)
    laid = np.zeros((int(new.sum()), len(edges) - 1))
    laid[town, cell] = weight
    share = np.vstack([shares[first], laid[np.unique(which)]])
    share /= share.sum(axis=1, keepdims=True)
    return NamedPlaces.along(share, edges)


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
    """Find clusters on any line, from plain numbers: every event could lie anywhere, and counts.

    Parameters
    ----------
    from_m, to_m
        Between which distances along the line each event lies; the same for an exact one.
    length_m
        Length of the line.
    model
        All parameters; those of counting, of places and of episodes are not looked at.

    Examples
    --------
    >>> import artimap as am
    >>> import numpy as np
    >>> at = np.array([10_100.0, 10_200.0, 10_250.0, 10_300.0, 10_400.0, 40_000.0])
    >>> found = am.line_hotspots(at, at, 100_000.0)
    >>> type(found).__name__
    'LineClusters'
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
    return _on_line(EventsOnLine(event, cell, 1.0 / number[event], cells, len(number)), edges, model)


def _on_line(line: EventsOnLine, edges: Floats, model: HotspotModel) -> LineClusters:
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
    held = _held(line, spans)
    return LineClusters(
        table=table,
        ends=tuple((float(edges[low]), float(edges[high + 1])) for low, high in spans),
        peak_m=(edges[table["peak"].to_numpy(dtype=np.int64)] + step / 2),
        events=significant([one.sum() for one in held]),
        stability=_stability(line, placed, spans, step, model, rng) if spans else np.zeros(0),
        likely=tuple(np.flatnonzero(significant(one) >= LIKELY_SHARE) for one in held),
    )


def _held(line: EventsOnLine, spans: Sequence[tuple[int, int]]) -> list[Floats]:
    """Give for each run of cells how much of each event lies there."""
    inside = [(line.cell >= low) & (line.cell <= high) for low, high in spans]
    return [np.asarray(np.bincount(line.event[one], line.weight[one], line.events), dtype=float) for one in inside]


def _stability(
    line: EventsOnLine,
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
        observed = _smooth(line.counted(np.ones((1, line.events))), width, step)[0]
        null = Null.of(_smooth(placed, width, step), observed, level=True)
        # Bootstrap: as many events drawn with replacement, as counts of how often each is taken.
        times = rng.multinomial(line.events, np.full(line.events, 1 / line.events), each).astype(float)
        z = null.standard(_smooth(line.counted(times), width, step))
        there = null.p_max(z) <= model.alpha
        again += [there[:, low : high + 1].any(axis=1).sum() for low, high in spans]
    return again / (each * len(_BANDWIDTHS))

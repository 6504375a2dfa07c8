"""A rolling origin: estimate on a day with what was known then, look at the period after, move on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from artimap.claims.ledger import Ledger
from artimap.claims.resolution import latest_day
from artimap.core.dates import day_of
from artimap.core.errors import ModelError
from artimap.core.files import replacing
from artimap.core.notebook import Shown, figure
from artimap.core.vocab import Record
from artimap.risk.coverage import RoadPieces, bare
from artimap.risk.event_counts import Laid
from artimap.risk.forecasts import (
    KERNEL,
    LAST_PERIOD,
    ROAD_SHARES,
    UNIFORM,
    Happened,
    by_model,
    captured,
    count_scores,
    cover,
    log_score,
    plain,
)
from artimap.risk.model import RiskModel
from artimap.roads.corridor import Corridor

_LINES = {UNIFORM: ("#8C8778", ":"), LAST_PERIOD: ("#3C8DC9", "--"), KERNEL: ("#0B5D2A", "-.")}
_MODELS = ("#A8321F", "#332288", "#AA3377", "#20242E")


def draw(result: Backtest, path: Path) -> Path:
    """Draw a backtest to a PNG, whole or not at all.

    Parameters
    ----------
    result
        What :func:`artimap.backtest` found.
    path
        The file.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - heavy, needed here only
    from matplotlib.figure import Figure  # noqa: PLC0415 - heavy, needed here only

    figure = Figure(figsize=(9.6, 3.9), dpi=100, layout="constrained", facecolor="#FFFFFF")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    wide = result.periods.pivot_table(index="until", columns="method", values="log_score", sort=False)
    own = iter(_MODELS * 8)
    for method in result.summary["method"]:
        colour, style = _LINES[method] if method in _LINES else (next(own), "-")
        look = {"color": colour, "linestyle": style, "linewidth": 1.8 if style == "-" else 1.4, "label": method}
        gain = (wide[method] - wide[UNIFORM]).cumsum()
        left.step(gain.index, gain.to_numpy(), where="post", **look)
        curve = result.capture[result.capture["method"] == method]
        right.plot(100 * curve["road_share"], 100 * curve["hit_share"], **look)
    left.set_title("Log score gained over a uniform rate", loc="left", fontsize=10)
    left.set_ylabel("nats, added up")
    left.tick_params(axis="x", rotation=30)
    right.set_title("Incidents on the worst part of the road", loc="left", fontsize=10)
    right.set_xlabel("% of the road flagged")
    right.set_ylabel("% of incidents there")
    right.axvline(100 * result.flagged, color="#B9B3A4", linewidth=1)
    right.legend(frameon=False, fontsize=9, loc="lower right")
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="#E6E2D8", linewidth=0.6)
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", metadata={"Software": "artimap"})
    return path


@dataclass(frozen=True, eq=False, repr=False)
class Backtest(Shown):
    """What a backtest found.

    Attributes
    ----------
    summary
        One row a method: ``method, periods, events`` (expected number on the road),
        ``expected`` (forecast), ``log_score`` (sum, nats), ``gain`` (nats an event over the
        uniform rate) and ``gain_error`` (its standard error over periods), ``crps`` (mean over
        pieces and periods, in events; less is better), ``cover80,
        cover95`` (share of pieces and periods inside the predictive interval; counts are
        whole numbers, so a good forecast covers at least as much as it says), ``hit_rate``
        (share of events on the flagged road) and ``pai`` (hit rate by share of road).
    periods
        The same by period: ``origin, until, method, events, expected, log_score, hits,
        crps, cover80, cover95``.
    capture
        ``method, road_share, hit_share``: how much of the events the worst part of the road
        caught, for any part.
    flagged
        Share of the road that is flagged.
    not_dated
        Events whose day of report is not known; they were taken as reported on their last day.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> rn1, events = am.read_corridor(art, "rn1"), am.read_events(art)
    >>> am.backtest(events, rn1, None, "2024-08-01", "2024-10-01").flagged
    0.2
    """

    summary: pd.DataFrame
    periods: pd.DataFrame
    capture: pd.DataFrame
    flagged: float
    not_dated: int

    def _lines(self) -> tuple[str, ...]:
        when = self.periods
        days = "" if when.empty else f", {when['origin'].min():%Y-%m-%d} to {when['until'].max():%Y-%m-%d}"
        return (f"{len(self.summary)} methods, {when['origin'].nunique()} periods{days}",)

    def _table(self) -> pd.DataFrame:
        return self.summary.map(lambda one: figure(one, 3) if isinstance(one, float) else one)

    def save(self, path: str | Path) -> Path:
        """Draw the backtest to a PNG.

        Examples
        --------
        >>> import artimap as am
        >>> art = am.area("artibonite")
        >>> found = am.backtest(am.read_events(art), am.read_corridor(art, "rn1"), None, "2024-08-01", "2024-10-01")
        >>> found.save("backtest.png")  # doctest: +SKIP
        """
        return draw(self, Path(path))


def backtest(  # noqa: PLR0913 - one keyword a choice
    events: gpd.GeoDataFrame,
    corridor: Corridor,
    model: RiskModel | Mapping[str, RiskModel] | None,
    start: str | dt.date,
    stop: str | dt.date,
    step: int = 30,
    *,
    ledger: Ledger | None = None,
    pieces: gpd.GeoDataFrame | None = None,
    flagged: float = 0.2,
    progress: Callable[[int, int], None] | None = None,
) -> Backtest:
    """Estimate on past days and score against what was reported of the days after.

    Parameters
    ----------
    events
        EVENTS in the corridor's system.
    corridor
        The road.
    model
        The model, or several by name; the default where null.
    start, stop
        First origin, and the last day that is looked at.
    step
        Days from one origin to the next, each of which is forecast.
    ledger
        Claims: with them only what had been reported by an origin is known there. Place and
        kind of an event are those known today.
    pieces
        Pieces of the road; the named stretches where null.
    flagged
        Share of the road that is flagged, for the hit rate and PAI (predictive accuracy
        index, Chainey, Tompson & Uhlig 2008, *Security Journal* 21).
    progress
        Called with the number of origins done and of all after each (:class:`artimap.ProgressLine`).

    Returns
    -------
    Backtest
        The model (or models) beside ``uniform`` (one rate for all), ``last period`` (as in
        the step before) and ``plain kernel`` (quartic, 3 km).

    Raises
    ------
    ModelError, DateError, CrsError
        For bad parameters, a bad day, a table in another system.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> found = am.backtest(am.read_events(art), am.read_corridor(art, "rn1"), None, "2024-08-01", "2024-10-01")
    >>> found.summary["method"].tolist(), found.periods["origin"].nunique()
    (['model', 'uniform', 'last period', 'plain kernel'], 2)
    """
    first, last = day_of(start), day_of(stop)
    if step <= 0 or not 0 < flagged < 1 or first + dt.timedelta(days=step) > last:
        msg = "backtest needs a step of a day or more that fits between start and stop, and flagged between 0 and 1"
        raise ModelError(msg)
    models = {"model": model or RiskModel()} if not isinstance(model, Mapping) else dict(model)
    if not models or set(models) & {"uniform", "last period", "plain kernel"}:
        msg = "backtest needs a model at least, and names other than those of the plain rules"
        raise ModelError(msg)
    table = corridor.stretches() if pieces is None else pieces
    rows = bare(events.sort_values("event_id", kind="stable"))
    # What an origin may know is decided by the day of the report, not of the event: news of a massacre
    # that came a week later must not help to forecast it.
    told, not_dated = _first_report_days(rows, ledger)
    shapes = RoadPieces.of(table)
    # Where events lie is taken from what is known today for all origins; the docstring says so.
    spread = shapes.over(corridor.spread(rows, reach=next(iter(models.values())).reach))
    scored: list[dict[str, Any]] = []
    curves: dict[str, Any] = {}
    origin, number = first, (last - first).days // step
    while origin + dt.timedelta(days=step) <= last:
        happened = happened_between(rows, spread, origin, step, next(iter(models.values())))
        known = rows[(told <= pd.Timestamp(origin)).to_numpy()]
        forecasts = []
        for name, one in models.items():
            counted = Laid.over(corridor, known, ledger, model=one, asked=shapes).on(origin, one)
            forecasts.append(by_model(name, counted, shapes, one, step))
            # The plain rules are made once, from the counts of the last model.
            if len(forecasts) == len(models):
                forecasts += plain(counted, shapes, one, step)
        # A generator for each origin: another start or step changes none of the other origins' draws.
        rng = np.random.default_rng([0, origin.toordinal()])
        for forecast in forecasts:
            caught = captured(forecast, happened, shapes.length_m)
            curves[forecast.method] = curves.get(forecast.method, 0.0) + caught
            scored.append(
                {
                    "origin": pd.Timestamp(origin),
                    "until": pd.Timestamp(origin + dt.timedelta(days=step)),
                    "method": forecast.method,
                    "events": happened.events,
                    "expected": float(forecast.expected.sum()),
                    "log_score": log_score(forecast, happened, shapes.length_m),
                    "hits": float(np.interp(flagged, ROAD_SHARES, caught)),
                    "crps": float(count_scores(forecast.chances(), happened)[0].mean()),
                    "cover80": cover(forecast, happened, 0.80, rng),
                    "cover95": cover(forecast, happened, 0.95, rng),
                }
            )
        origin += dt.timedelta(days=step)
        if progress is not None:
            progress((origin - first).days // step, number)
    periods = pd.DataFrame(scored)
    capture = pd.concat(
        [
            pd.DataFrame({"method": name, "road_share": ROAD_SHARES, "hit_share": curve / max(curve[-1], 1e-12)})
            for name, curve in curves.items()
        ],
        ignore_index=True,
    )
    return Backtest(_summary(periods, flagged), periods, capture, flagged, not_dated)


def _first_report_days(events: pd.DataFrame, ledger: Ledger | None) -> tuple[pd.Series, int]:
    """Give the day by which each event had surely been reported, and how many days are assumed."""
    assumed = events["date_end"].fillna(events["date_start"])
    if ledger is None:
        return assumed, len(events)
    claims = ledger.claims[ledger.claims["subject"].isin(events["event_id"])]
    days = [latest_day(day, basis) for day, basis in zip(claims["reported"], claims["date_basis"], strict=True)]
    first = pd.Series(pd.to_datetime(pd.Series(days, dtype="datetime64[s]")).to_numpy(), index=claims.index)
    by_event = first.groupby(claims["subject"]).min().reindex(events["event_id"])
    known = pd.Series(by_event.to_numpy(), index=events.index)
    return known.fillna(assumed), int(known.isna().sum())


def happened_between(
    events: pd.DataFrame, spread: tuple[Any, Any, Any], origin: dt.date, step: int, model: RiskModel
) -> Happened:
    """Give what is now known to have happened in the period after an origin.

    An event with several possible days counts with the share of them that lies in the
    period; only events that began after the origin or may have are looked at.
    """
    row, piece, share = spread
    low, high = pd.Timestamp(origin), pd.Timestamp(origin + dt.timedelta(days=step))
    start, end = events["date_start"], events["date_end"].fillna(events["date_start"])
    days = (end - start).dt.days.to_numpy() + 1
    earliest, latest = start.to_numpy(), end.to_numpy()
    after, until = np.datetime64(low + pd.Timedelta(days=1), "s"), np.datetime64(high, "s")
    inside = (np.minimum(latest, until) - np.maximum(earliest, after)) // np.timedelta64(1, "D") + 1
    # Scored against the same kinds that the first model forecasts; figures over several events are no
    # events.
    counts = events["kind"].isin([kind.value for kind in model.kinds]) & (events["record"] != Record.AGGREGATE)
    part = np.where(counts, np.clip(inside, 0, None) / days, 0.0).astype(float)
    on_road = np.bincount(row, weights=share, minlength=len(events))
    wanted = np.flatnonzero((part > 0) & (on_road > 0))
    # Events of the period are numbered anew without gaps; -1 marks the others.
    new = np.full(len(events), -1)
    new[wanted] = np.arange(len(wanted))
    kept = new[row] >= 0
    return Happened(
        row=new[row[kept]],
        piece=piece[kept],
        share=(share / on_road[row])[kept],
        weight=np.asarray((part * on_road)[wanted], dtype=float),
    )


def _summary(periods: pd.DataFrame, flagged: float) -> pd.DataFrame:
    uniform = periods[periods["method"] == UNIFORM].set_index("origin")["log_score"]
    rows = []
    for method, part in periods.groupby("method", sort=False):
        events = float(part["events"].sum())
        # Gains are paired by period, so the standard error is of the difference, not of two scores that rise
        # and fall together.
        gain = part.set_index("origin")["log_score"] - uniform
        error = float(gain.std(ddof=1) * np.sqrt(len(gain))) if len(gain) > 1 else np.nan
        hit_rate = float(part["hits"].sum()) / events if events else np.nan
        rows.append(
            {
                "method": method,
                "periods": len(part),
                "events": events,
                "expected": float(part["expected"].sum()),
                "log_score": float(part["log_score"].sum()),
                "gain": float(gain.sum()) / events if events else np.nan,
                "gain_error": error / events if events else np.nan,
                "crps": float(part["crps"].mean()),
                "cover80": float(part["cover80"].mean()),
                "cover95": float(part["cover95"].mean()),
                "hit_rate": hit_rate,
                "pai": hit_rate / flagged,
            }
        )
    return pd.DataFrame(rows)

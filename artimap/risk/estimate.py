"""The rate of incidents along a corridor, with its intervals, its trend and its silence.

Method. Each event that may endanger road users is spread over all the road that it may
have happened on (:meth:`artimap.roads.corridor.Corridor.spread`), then discounted by age with a
half-life. A discounted count has less variance than a Poisson count of its mean: counts
and exposure are both divided by ``c = Σw²/Σw`` of a steady stream, so that a window of
exposure counts its effective size ``(Σw)²/Σw²``. Rates are Gamma, counts Poisson
(Gelman et al., *Bayesian Data Analysis*, 3rd ed., §2.6 and §5); mean and shape of the
Gamma are integrated (:mod:`artimap.risk.posterior`).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from artimap.claims.ledger import Ledger
from artimap.core import schema
from artimap.core.arrays import Floats
from artimap.core.dates import day_of
from artimap.core.metadata import SHARES, put_models
from artimap.core.precision import significant, significant_columns
from artimap.core.tables import RISK
from artimap.core.vocab import EventKind, Info, Where
from artimap.risk.coverage import LIKELY_SHARE, Reports, changed, last_day, publishers
from artimap.risk.event_counts import Counted, Laid, ages, tally
from artimap.risk.explain import Shares
from artimap.risk.model import RiskModel
from artimap.risk.posterior import Counts, posterior
from artimap.risk.severity import severity
from artimap.roads.corridor import Corridor

SOURCES_CHANGED = "sources_changed"
"""Word in ``caution`` where the publishers heard changed more than a trend can bear."""


def corridor_risk(
    corridor: Corridor,
    located: gpd.GeoDataFrame,
    *,
    as_of: str | dt.date,
    model: RiskModel | None = None,
    pieces: gpd.GeoDataFrame | None = None,
    ledger: Ledger | None = None,
) -> gpd.GeoDataFrame:
    """Estimate the rate of incidents on each piece of a corridor on a day.

    Parameters
    ----------
    corridor
        The road.
    located
        EVENTS, or EVENTS as :meth:`~artimap.roads.corridor.Corridor.locate` gives them, in the
        corridor's system.
    as_of
        The day of the answer. Later events do not count.
    model
        All parameters.
    pieces
        Pieces of the road, as ``corridor.lixels(…)`` or ``corridor.stretches()`` give
        them, all or some; the named stretches where null.
    ledger
        Claims about places and posts: they are no incidents, but they are reports, so a
        piece that they speak of is not silent. Its publishers tell whether the sources
        changed.

    Returns
    -------
    GeoDataFrame
        RISK, one row a piece, in the order of ``pieces``. ``rate`` is the posterior mean in
        events per km and month, ``lo50`` to ``hi95`` the ends of its 50, 80 and 95 %
        intervals. A ``silent`` piece has a rate too, of the prior and of what is long past: it is no finding,
        and ``band`` is null; draw ``band`` or ``info``, not ``rate`` alone. Exposure is road and
        time (``exposure_km_months``, discounted), not
        traffic: how many pass is not known. Figures have ten significant digits.
        ``recent_rate`` and ``earlier_rate`` belong to the last ``trend_days`` and those
        before, ``p_rose`` is the probability that the rate rose; ``caution`` says
        ``sources_changed`` where the publishers heard changed
        so much that this may be theirs. The model is had by :func:`artimap.model_of`; ``attrs`` hold ``as_of``
        (YYYY-MM-DD), ``tally`` (why rows did not count: code to number), ``off_corridor``
        (weight that may lie off the road), ``publishers`` (heard in the last window and
        in the one before) and ``shares`` (for :func:`artimap.explain`).

    Raises
    ------
    ModelError, DateError, CrsError
        For bad parameters or pieces, a bad day, a table in another system.
    """
    day = day_of(as_of)
    one = corridor_risk_over_time(corridor, located, days=[day], model=model, pieces=pieces, ledger=ledger)
    return one[day]


def corridor_risk_over_time(
    corridor: Corridor,
    located: gpd.GeoDataFrame,
    *,
    days: Iterable[str | dt.date],
    model: RiskModel | None = None,
    pieces: gpd.GeoDataFrame | None = None,
    ledger: Ledger | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[dt.date, gpd.GeoDataFrame]:
    """Estimate the rate of incidents on each piece of a corridor on each of several days.

    What does not change with the day is done once: where each event and claim may lie, on which pieces. Each day
    is then counted and estimated by itself, from what had happened by then.

    Parameters
    ----------
    corridor, located, model, pieces, ledger
        As for :func:`corridor_risk`.
    days
        The days of the answers, in any order; :func:`artimap.month_ends` gives those of a period.
    progress
        Called with the number of days done and of all days after each.

    Returns
    -------
    dict
        RISK by day, in order of the days, each day once. Each table is what :func:`corridor_risk` gives
        for that day, to the last bit.

    Raises
    ------
    ModelError, DateError, CrsError
        As for :func:`corridor_risk`.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> rn1, events = am.read_corridor(art, "rn1"), am.read_events(art)
    >>> days = am.month_ends("2024-08-15", "2024-10-15")
    >>> risk = am.corridor_risk_over_time(rn1, rn1.locate(events), days=days)
    >>> for day, table in risk.items():
    ...     print(day, (table["info"] == "reported").sum(), "stretches with incidents")
    2024-08-15 7 stretches with incidents
    2024-08-31 7 stretches with incidents
    2024-09-30 7 stretches with incidents
    2024-10-15 8 stretches with incidents
    """
    model = model or RiskModel()
    # In order and each once, so that progress and the table of days do not hang on how days were given.
    wanted = sorted({day_of(day) for day in days})
    table = corridor.stretches() if pieces is None else pieces
    if table.empty:
        return {day: _no_pieces(corridor, day, model) for day in wanted}
    # Where an event may lie does not change with the day; only its age and whether it counts do. So it is
    # worked out once for all days.
    laid = Laid.over(corridor, located, table, reach=model.reach)
    # Reports are read from all events, also those of kinds that endanger nobody: a report of a protest
    # breaks the silence of a stretch.
    told = Reports.of(
        corridor, laid.events, ledger, spread=laid.spread, pieces=laid.pieces, reach=model.reach
    )  # fmt: skip
    out = table[["lixel_id", "corridor_id", "from_m", "to_m", "geometry"]].reset_index(drop=True)
    out["name"] = table["name"].to_numpy() if "name" in table.columns else None
    found = {}
    for done, day in enumerate(wanted, start=1):
        found[day] = _on_day(
            corridor, out, laid.on(day, model), told.by(day), day=day, model=model, sources_known=ledger is not None
        )
        if progress is not None:
            progress(done, len(wanted))
    return found


def _no_pieces(corridor: Corridor, day: dt.date, model: RiskModel) -> gpd.GeoDataFrame:
    none: gpd.GeoDataFrame = schema.empty(RISK, crs=corridor.crs)
    put_models(none, model)
    none.attrs.update(as_of=day.isoformat(), tally={}, off_corridor=0.0, publishers=None)
    return none


def _on_day(
    corridor: Corridor,
    pieces: gpd.GeoDataFrame,
    counted: Counted,
    told: pd.DataFrame,
    *,
    day: dt.date,
    model: RiskModel,
    sources_known: bool,
) -> gpd.GeoDataFrame:
    """Estimate the rates of one day."""
    # Shapes from here on: ``pieces`` (number of pieces of road), and ``entries`` (one where an event may
    # lie on a piece; ``counts.row``, ``counts.piece`` and ``counts.share`` are laid beside one another).
    # ``counts.row`` points into ``behind``, the events that count, not into all events.
    events, counts, bins = counted.events, counted.counts, counted.pieces
    found = posterior(counts, model.fading, prior=model.prior, seed=model.seed)
    behind = events.iloc[counted.rows]

    # The share of an event on each piece, then its weight by age: the product is what the event adds to
    # the piece in fresh events, and what the table calls ``events_used``.
    weight = model.fading.mean_weight(counts.newest, counts.oldest)
    placed = found.placed * weight[counts.row]
    number = len(pieces)
    used = np.bincount(counts.piece, weights=placed, minlength=number)
    # Silence is decided by reports of any kind; the estimate itself never looks at it.
    newest = told.groupby("piece")["day"].max().reindex(range(number)).to_numpy()
    now, before, whole = publishers(told, number, day=day, window_days=model.trend_days)
    # All columns that say what a rate rests on are made here, so that nobody has to guess it from the
    # rate.
    evidence = _evidence(number, behind, counts, placed, day=day)
    # the class is that of the rate as it stands in the table
    rate = significant(found.rate)
    columns = {
        "events_used": used,
        # Discounted events per km, without prior or exposure: what is there to be counted, beside what is
        # inferred.
        "density": used / (bins.length_m / 1000.0),
        "exposure_km_months": counts.exposure,
        "rate": rate,
        **found.bounds,
        "recent_rate": found.recent,
        "earlier_rate": found.earlier,
        "p_rose": found.p_rose,
        **evidence,
        "newest_report": newest,
        # Without a ledger nobody knows who published: null, not 0, which would read as "no source at all".
        "publishers_recent": now if sources_known else None,
        "publishers_earlier": before if sources_known else None,
        "caution": SOURCES_CHANGED if sources_known and changed(*whole) else None,
        **_classes(rate, evidence["n_events"], newest, day=day, model=model),
    }
    table = gpd.GeoDataFrame({**{name: pieces[name] for name in pieces.columns}, **columns}, crs=pieces.crs)
    out = significant_columns(table, columns)
    risk: gpd.GeoDataFrame = schema.conform(out, RISK, crs=corridor.crs)
    put_models(risk, model)
    risk.attrs["as_of"] = day.isoformat()
    risk.attrs["tally"] = tally(counted)
    # What may lie off the road is told in the same unit as ``events_used``, discounted by age. It is of
    # all events that count, not only of those that touch a piece.
    fading = model.fading.mean_weight(*ages(events, day))
    off = (counted.spread.off_corridor * fading)[counted.reasons.isna()].sum()
    risk.attrs["off_corridor"] = float(significant(off))
    risk.attrs["publishers"] = list(whole) if sources_known else None
    # The parts behind each rate go with the table, so that ``explain`` shows what was printed, without a
    # second run.
    shares = Shares(
        lixel_id=risk["lixel_id"].to_numpy(),
        base=found.base,
        event_id=behind["event_id"].to_numpy(),
        kind=behind["kind"].to_numpy(),
        day=behind["date_start"].to_numpy(),
        place=behind["place"].to_numpy(),
        row=counts.row,
        piece=counts.piece,
        share=found.placed,
        weight=placed,
        adds=found.adds,
    )
    risk.attrs[SHARES] = shares.text()
    return risk


def corridor_risk_by_kind(
    corridor: Corridor,
    located: gpd.GeoDataFrame,
    *,
    as_of: str | dt.date,
    model: RiskModel | None = None,
    pieces: gpd.GeoDataFrame | None = None,
    ledger: Ledger | None = None,
) -> dict[EventKind, gpd.GeoDataFrame]:
    """Estimate the rate of each kind of incident by itself.

    Parameters
    ----------
    corridor, located, as_of, model, pieces, ledger
        As for :func:`corridor_risk`.

    Returns
    -------
    dict
        RISK by kind, for every kind in ``model.kinds``, in the order of
        :class:`~artimap.core.vocab.EventKind`. The kinds' ``events_used`` need not be placed as
        in the table of all kinds: each kind has rates, and so places, of its own.
    """
    model = model or RiskModel()
    return {
        # Each kind is a model of its own. Splitting the rates of all kinds would lend to rare kinds the
        # places of common ones.
        kind: corridor_risk(
            corridor, located, as_of=as_of, pieces=pieces, ledger=ledger,
            model=dataclasses.replace(model, kinds=frozenset({kind})),
        )
        for kind in EventKind
        if kind in model.kinds
    }  # fmt: skip


def _evidence(
    number: int, events: pd.DataFrame, counts: Counts, placed: Floats, *, day: dt.date
) -> dict[str, NDArray[Any]]:
    """Give what stands behind each rate: which events, how precise, how recent."""
    # How much of the evidence is known only to a section, a commune or a stretch: a rate made of vague
    # reports should not look as sharp as one made of exact ones.
    imprecise = events["place_kind"].isin([Where.SECTION, Where.COMMUNE, Where.STRETCH]).to_numpy()
    touched = pd.DataFrame(
        {
            "piece": counts.piece,
            "weight": significant(placed),
            "share": significant(counts.share),
            "imprecise": imprecise[counts.row],
            "event_id": events["event_id"].to_numpy()[counts.row],
            "day": last_day(events, day)[counts.row],
        }
    )
    # Pieces that nothing touches have no group; ``reindex`` over all of them gives null, not a missing
    # row.
    every = range(number)
    grouped = touched.groupby("piece")
    weight = grouped["weight"].sum()
    blurred = touched[touched["imprecise"]].groupby("piece")["weight"].sum().reindex(weight.index).fillna(0.0)
    # Weights are rounded before they are sorted, and the id breaks ties: the list is the same on every
    # processor.
    ranked = touched.sort_values(["piece", "weight", "event_id"], ascending=[True, False, True])
    # A piece that holds a sliver of a vague event must not carry its day as the day of its last incident.
    last = touched[touched["share"] >= LIKELY_SHARE].groupby("piece")["day"].max().reindex(every)
    return {
        "n_events": np.bincount(counts.piece, minlength=number),
        "imprecise_share": (blurred / weight).reindex(every).to_numpy(),
        "last_event": last.to_numpy(),
        "days_since": (pd.Timestamp(day) - pd.to_datetime(last)).dt.days.to_numpy(),
        "event_ids": ranked.groupby("piece")["event_id"].agg("; ".join).reindex(every).to_numpy(),
    }


def _classes(
    rate: Floats, n_events: NDArray[Any], newest_report: NDArray[Any], *, day: dt.date, model: RiskModel
) -> dict[str, Any]:
    """Give what is known, and the class where something is."""
    age = (pd.Timestamp(day) - pd.Series(pd.to_datetime(newest_report))).dt.days
    silent: NDArray[np.bool_] = (age.isna() | (age > model.quiet_after_days)).to_numpy(dtype=bool)
    # silence outweighs an old incident: what was so long ago says nothing of now
    info = np.where(silent, Info.SILENT.value, np.where(n_events > 0, Info.REPORTED.value, Info.QUIET.value))
    # A class only where an incident was reported. A quiet piece has a rate too, of the prior, but a
    # colour from the scale would read as a finding; a silent one is an information gap.
    band = 1 + np.searchsorted(np.asarray(model.band_rates), rate, side="right")
    known = {"info": info, "band": pd.Series(band, dtype="Int64").mask(info != Info.REPORTED)}
    return {**known, **severity(pd.DataFrame(known))}

"""The rate of reported incidents along a corridor, with its intervals, its trend and its silence.

Method. Each event that may endanger road users is spread over all the road that it may
have happened on (:meth:`artimap.roads.corridor.Corridor.spread`). Rates are Gamma, counts
Poisson (Gelman et al., *Bayesian Data Analysis*, 3rd ed., §2.6 and §5), with dispersion,
over the time in which somebody reported (:mod:`artimap.risk.observation`,
:mod:`artimap.risk.posterior`). The road is estimated in pieces of its own, towns among
them, and every other piece is a sum over them (:mod:`artimap.risk.aggregate`).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from artimap.claims.ledger import Ledger
from artimap.core import schema
from artimap.core.arrays import Floats, Ints
from artimap.core.dates import day_of
from artimap.core.metadata import SHARES, put_models
from artimap.core.precision import significant
from artimap.core.tables import RISK
from artimap.core.vocab import EventKind, Info, Where
from artimap.risk.aggregate import PieceParts, Shared, share_out, shared_draws, watched_share
from artimap.risk.coverage import (
    Reports,
    RoadPieces,
    changed,
    days_until,
    is_wide,
    last_day,
    newest_by,
    publishers,
    tells_of,
)
from artimap.risk.event_counts import Counted, Laid, ages, tally
from artimap.risk.event_draws import EventNumbers
from artimap.risk.explain import Shares
from artimap.risk.model import RiskModel
from artimap.risk.observation import STEP_DAYS
from artimap.risk.posterior import LEVELS, Posterior, event_numbers, posterior
from artimap.risk.risk_table import shown_as_risk
from artimap.risk.trips import RoadRates, city_pairs, trip_between
from artimap.roads.corridor import Corridor, Stretch

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

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> rn1, ledger = am.read_corridor(art, "rn1"), am.read_claims(art)
    >>> risk = am.corridor_risk(rn1, rn1.locate(am.read_events(art)), as_of="2024-10-15", ledger=ledger)
    >>> risk.set_index("name").loc["Pont-Sondé", "info"]
    'reported'
    """
    day = day_of(as_of)
    one = corridor_risk_over_time(corridor, located, days=[day], model=model, pieces=pieces, ledger=ledger)
    return shown_as_risk(one[day])


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
    2024-08-15 5 stretches with incidents
    2024-08-31 6 stretches with incidents
    2024-09-30 6 stretches with incidents
    2024-10-15 11 stretches with incidents
    """
    table = corridor.stretches() if pieces is None else pieces
    if table.empty:
        return {day: _no_pieces(corridor, day, model or RiskModel()) for day in sorted({day_of(one) for one in days})}
    return risk_on_days(
        RoadReports.over(corridor, located, ledger, model=model, pieces=table), days=days, progress=progress
    )


@dataclasses.dataclass(frozen=True, eq=False)
class RoadReports:
    """Events and claims over the pieces of a road: what does not change with the day, and is worked out once.

    Attributes
    ----------
    corridor, model
        As for :func:`corridor_risk`.
    table, bins, ways
        The pieces asked for, their ends, and the ways between the cities.
    laid
        The events over the road; null where no pieces are asked for.
    told, speaks
        Reports by piece, and the events that speak of each.
    sources_known
        Whether there is a ledger to tell who published.
    """

    corridor: Corridor
    model: RiskModel
    table: gpd.GeoDataFrame
    bins: RoadPieces
    ways: list[Stretch]
    laid: Laid
    told: Reports
    speaks: tuple[Ints, Ints]
    sources_known: bool

    @classmethod
    def over(
        cls,
        corridor: Corridor,
        located: gpd.GeoDataFrame,
        ledger: Ledger | None = None,
        *,
        model: RiskModel | None = None,
        pieces: gpd.GeoDataFrame | None = None,
    ) -> RoadReports:
        """Lay events and claims over the pieces of a road, its named stretches where null."""
        model = model or RiskModel()
        table = corridor.stretches() if pieces is None else pieces
        # Where an event may lie does not change with the day; only its age and whether it counts do. So it is
        # worked out once for all days.
        bins = RoadPieces.of(table)
        laid = Laid.over(corridor, located, ledger, model=model, asked=bins)
        # Reports are read from all events, also those of kinds that endanger nobody: a report of a protest
        # breaks the silence of a stretch.
        told = Reports.of(corridor, laid.events, ledger, spread=laid.spread, pieces=bins, reach=model.reach)
        speaks = tells_of(laid.spread, bins, wide=is_wide(laid.events))
        ways = [corridor.stretch(start, stop) for start, stop in city_pairs(corridor)]
        return cls(corridor, model, table, bins, ways, laid, told, speaks, ledger is not None)


def risk_on_days(
    reports: RoadReports, *, days: Iterable[str | dt.date], progress: Callable[[int, int], None] | None = None
) -> dict[dt.date, gpd.GeoDataFrame]:
    """Estimate the rates of each day; see :func:`corridor_risk_over_time`."""
    table, model = reports.table, reports.model
    # In order and each once, so that progress and the table of days do not hang on how days were given.
    wanted = sorted({day_of(day) for day in days})
    out = table[["lixel_id", "corridor_id", "from_m", "to_m", "geometry"]].reset_index(drop=True)
    out["name"] = table["name"].to_numpy() if "name" in table.columns else None
    found, numbers = [], event_numbers(model.seed)
    for done, day in enumerate(wanted, start=1):
        found.append(_on_day(reports, day=day, numbers=numbers))
        if progress is not None:
            progress(done, len(wanted))
    numbers.forget()
    return dict(zip(wanted, _tables(out, found, model, crs=reports.corridor.crs), strict=True))


_Estimate = tuple[dict[str, NDArray[Any]], dict[str, Any], Shares]
"""Of one day: columns of RISK, what goes with the table, and the parts behind each rate, of pieces yet to be named."""


def _tables(
    pieces: gpd.GeoDataFrame, found: list[_Estimate], model: RiskModel, *, crs: str
) -> Iterator[gpd.GeoDataFrame]:
    """Make RISK of each day; all are held to the schema together, as that takes as long for one as for all."""
    if not found:
        return
    number = len(pieces)
    rows = pieces.iloc[np.tile(np.arange(number), len(found))].reset_index(drop=True)
    columns = {name: np.concatenate([day[name] for day, _, _ in found]) for name in found[0][0]}
    rounded = {name: significant(one) if one.dtype == np.float64 else one for name, one in columns.items()}
    both = gpd.GeoDataFrame({**{name: rows[name] for name in rows.columns}, **rounded}, crs=pieces.crs)
    whole: gpd.GeoDataFrame = schema.conform(both, RISK, crs=crs, unique=bool(pieces["lixel_id"].is_unique))
    for n, (_, aside, shares) in enumerate(found):
        risk = whole.iloc[n * number : (n + 1) * number].reset_index(drop=True)
        put_models(risk, model)
        # The parts behind each rate go with the table, so that ``explain`` shows what was printed, without a
        # second run.
        named = dataclasses.replace(shares, lixel_id=risk["lixel_id"].to_numpy())
        risk.attrs.update(aside, **{SHARES: named.text()})
        yield risk


def _no_pieces(corridor: Corridor, day: dt.date, model: RiskModel) -> gpd.GeoDataFrame:
    none: gpd.GeoDataFrame = schema.empty(RISK, crs=corridor.crs)
    put_models(none, model)
    none.attrs.update(as_of=day.isoformat(), tally={}, off_corridor=0.0, publishers=None)
    return none


def _on_day(reports: RoadReports, *, day: dt.date, numbers: EventNumbers) -> _Estimate:
    """Estimate the rates of one day."""
    model, bins, told = reports.model, reports.bins, reports.told
    counted = reports.laid.on(day, model)
    # The road is estimated in pieces of its own (``counted.road``), then shared out to the pieces asked for:
    # from ``shared`` on everything is by those.
    found = posterior(counted.counts, model.fixed, trend_days=model.trend_days, seed=model.seed, numbers=numbers)
    shared = share_out(counted, found, bins)
    draws = found.draws(seed=model.seed)
    asked = shared_draws(draws, shared, counted.counts.length_km, rng=np.random.default_rng(model.seed))
    number, km = len(bins.length_m), bins.length_m / 1000.0

    used = np.bincount(shared.piece, weights=shared.used, minlength=number)
    # Silence is decided by reports of any kind.
    heard = told.days_by(day)
    newest = newest_by(*heard[:2], number)
    silent = ~(days_until(day, newest) <= model.quiet_after_days)
    now, before, whole = publishers(*heard, number, day=day, window_days=model.trend_days)
    # All columns that say what a rate rests on are made here, so that nobody has to guess it from the
    # rate.
    evidence = _evidence(number, counted, shared, reports.speaks, as_of=day)
    # the class is that of the rate as it stands in the table
    rate = significant(shared.mean / km)
    parts = np.quantile(asked, list(LEVELS.values()), axis=0, method="hazen") / km
    ends = dict(zip(LEVELS, parts, strict=True))
    length = _length_shares(counted, bins)
    columns = {
        "events_used": used,
        # Discounted events per km, without prior or exposure: what is there to be counted, beside what is
        # inferred.
        "density": used / km,
        "exposure_km_months": length.T @ found.exposure,
        "observed_share": length.T
        @ (counted.counts.observation.share.sum(axis=1) * STEP_DAYS * counted.counts.length_km)
        / (km * model.window_days),
        # Where nobody reports a rate is not known: the last one stands in columns of its own, so that silence never
        # looks like the safest piece of the road.
        "rate": np.where(silent, np.nan, rate),
        **{name: np.where(silent, np.nan, end) for name, end in ends.items()},
        "last_rate": np.where(silent, rate, np.nan),
        "last_lo80": np.where(silent, ends["lo80"], np.nan),
        "last_hi80": np.where(silent, ends["hi80"], np.nan),
        **_happened(rate, asked / km, silent, model, watched=watched_share(counted, found)),
        **_trend_columns(found, shared, km, silent, seed=model.seed),
        **evidence,
        "newest_report": newest,
        # Without a ledger nobody knows who published: null, not 0, which would read as "no source at all".
        "publishers_recent": now if reports.sources_known else np.full(number, None),
        "publishers_earlier": before if reports.sources_known else np.full(number, None),
        "caution": np.full(
            number, SOURCES_CHANGED if reports.sources_known and changed(*whole) else None, dtype=object
        ),
        **_classes(rate, evidence["n_events"], silent, model=model),
    }
    # What may lie off the road is told in the same unit as ``events_used``, discounted by age. It is of
    # all events that count, not only of those that touch a piece.
    off = (counted.spread.off_corridor * _fading(counted, found))[counted.reasons.isna()].sum()
    rates = RoadRates(counted, found, draws)
    aside = {
        "as_of": day.isoformat(),
        "last_report": counted.last_report.isoformat(),
        "tally": tally(counted),
        "off_corridor": float(significant(off)),
        "publishers": list(whole) if reports.sources_known else None,
        "half_lives_days": _weighed(*found.half_life),
        "dispersions": _weighed(*found.dispersion),
        "trips": [trip_between(way, rates, day=day, model=model).to_dict() for way in reports.ways],
    }

    def behind(column: str) -> NDArray[Any]:
        return schema.objects(counted.events[column])[counted.rows]

    shares = Shares(
        lixel_id=np.zeros(0, dtype=object),
        base=(shared.mean - np.bincount(shared.piece, weights=shared.adds, minlength=number)) / km,
        event_id=behind("event_id"),
        kind=behind("kind"),
        day=counted.events["date_start"].to_numpy()[counted.rows],
        place=behind("place"),
        row=shared.row,
        piece=shared.piece,
        share=shared.placed,
        weight=shared.used,
        adds=shared.adds / km[shared.piece],
    )
    return columns, aside, shares


def _weighed(nodes: Floats, weight: Floats) -> list[list[float | None]]:
    """Nodes and their weights as plain values; null is no fading at all."""
    return [
        [None if np.isinf(node) else float(node), float(significant(part, 4))]
        for node, part in zip(nodes.tolist(), weight.tolist(), strict=True)
    ]


def _length_shares(counted: Counted, bins: RoadPieces) -> Floats:
    """Share of the length of each estimated piece on each piece asked for."""
    parts = PieceParts.of(counted, bins)
    out = np.zeros((len(counted.counts.length_km), len(bins.length_m)))
    inside = parts.piece >= 0
    np.add.at(out, (parts.base[inside], parts.piece[inside]), parts.length[inside])
    return out


def _fading(counted: Counted, found: Posterior) -> Floats:
    """Weight of each event by age, by the observed time of the whole road."""
    newest, oldest = ages(counted.events, counted.last_report)
    watched = counted.counts.observation
    road = dataclasses.replace(watched, share=watched.share.mean(axis=0, keepdims=True))
    aged = road.aged(np.zeros(len(newest), dtype=np.int64), (newest + oldest) / 2)
    lives, weight = found.half_life
    return np.asarray(np.exp2(-aged[:, None] / lives[None, :]) @ weight, dtype=float)


def _happened(
    rate: Floats, asked: Floats, silent: NDArray[np.bool_], model: RiskModel, *, watched: float
) -> dict[str, Floats]:
    """Give the rate of what happens, where somebody states what part of it is reported."""
    names = ("happened_rate", "happened_lo80", "happened_hi80")
    stated = model.reported_share
    if stated is None:
        return {name: np.full(asked.shape[1], np.nan) for name in names}
    times = stated.times(watched, draws=len(asked), seed=model.seed)
    values = (rate * times.mean(), *np.quantile(asked * times[:, None], (0.1, 0.9), axis=0, method="hazen"))
    return {name: np.where(silent, np.nan, value) for name, value in zip(names, values, strict=True)}


def _trend_columns(
    found: Posterior, shared: Shared, km: Floats, silent: NDArray[np.bool_], *, seed: int
) -> dict[str, Floats]:
    """Give the rates of two windows and the probability that the second is the higher."""
    trend = found.trend
    recent, earlier, rose = *trend.means(), trend.p_rose()
    # A part of an estimated piece is likelier to have changed where the whole is: its trend is that of the whole.
    share = shared.weight
    parts = (share > 1e-12).sum(axis=0)
    p_rose = np.full(len(km), 0.5)
    one = parts == 1
    p_rose[one] = rose[share[:, one].argmax(axis=0)]
    if (~one).any():
        rng = np.random.default_rng([seed, 2])
        gap = rng.gamma(trend.late[0]) / trend.late[1] - rng.gamma(trend.early[0]) / trend.early[1]
        p_rose[~one] = (gap @ share[:, ~one] > 0).mean(axis=0)
    # Where a good part of the piece was not observed in both windows, nothing is known of a change.
    known = (share * trend.known[:, None]).sum(axis=0) > 0.5 * share.sum(axis=0)
    gone = silent | ~known
    values = {"recent_rate": recent @ share / km, "earlier_rate": earlier @ share / km, "p_rose": p_rose}
    return {name: np.where(gone, np.nan, value) for name, value in values.items()}


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

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> rn1 = am.read_corridor(art, "rn1")
    >>> by_kind = am.corridor_risk_by_kind(rn1, rn1.locate(am.read_events(art)), as_of="2024-10-15")
    >>> sorted(one.value for one in by_kind)[:2]
    ['abduction', 'armed_clash']
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
    number: int, counted: Counted, shared: Shared, speaks: tuple[Ints, Ints], *, as_of: dt.date
) -> dict[str, NDArray[Any]]:
    """Give what stands behind each rate: which events, how precise, how recent."""
    kinds, ids = (schema.objects(counted.events[name])[counted.rows] for name in ("place_kind", "event_id"))
    # How much of the evidence is known only to a section, a commune or a stretch: a rate made of vague
    # reports should not look as sharp as one made of exact ones.
    imprecise = np.isin(kinds.astype(str), [Where.SECTION, Where.COMMUNE, Where.STRETCH])
    used = significant(shared.used)
    weight, blurred = (
        np.bincount(shared.piece, weights=one, minlength=number) for one in (used, used * imprecise[shared.row])
    )
    n_events = np.bincount(shared.piece, minlength=number)
    # Weights are rounded before they are sorted, and the id breaks ties, in whose order events stand: the list is the
    # same on every processor.
    ranked = np.lexsort((shared.row, -used, shared.piece))
    by_piece = np.split(ids[shared.row[ranked]], np.cumsum(n_events)[:-1])
    # A piece that holds a sliver of a vague event must not carry its day as the day of its last incident; one of
    # which the event speaks does, though its share there be small.
    row, piece = speaks
    counts = np.isin(row, counted.rows)
    last = newest_by(piece[counts], last_day(counted.events, counted.last_report)[row[counts]], number)
    return {
        "n_events": n_events,
        "imprecise_share": np.divide(blurred, weight, out=np.full(number, np.nan), where=n_events > 0),
        "last_event": last,
        "days_since": days_until(as_of, last),
        "event_ids": np.array(["; ".join(own) or None for own in by_piece], dtype=object),
    }


def _classes(rate: Floats, n_events: NDArray[Any], silent: NDArray[np.bool_], *, model: RiskModel) -> dict[str, Any]:
    """Give what is known, and the class where something is."""
    # silence outweighs an old incident: what was so long ago says nothing of now
    info = np.where(silent, Info.SILENT.value, np.where(n_events > 0, Info.REPORTED.value, Info.QUIET.value))
    # A class only where an incident was reported. A quiet piece has a rate too, of the prior, but a
    # colour from the scale would read as a finding; a silent one is an information gap.
    band = 1 + np.searchsorted(np.asarray(model.band_rates), rate, side="right")
    return {"info": info, "band": np.where(info == Info.REPORTED, band, np.nan)}

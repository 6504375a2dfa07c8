"""A first honest rate of incidents along a corridor, with its interval and its silence.

Method. Each event that may endanger road users is spread over all the road that it may
have happened on (:meth:`artimap.corridor.Corridor.spread`), then discounted by age with a
half-life. Per piece of road the discounted count ``y`` over the discounted exposure
``E = L·τ`` is read as Poisson with a Gamma prior (conjugate; Gelman et al., *Bayesian
Data Analysis*, 3rd ed., §2.6). Discounting shrinks the variance of a count less than its mean:
``c = Σw²/Σw`` of a steady stream corrects for it, so the posterior is
``Gamma(shape + y/c, shape/mean + E/c)``. The prior mean is the rate of the whole corridor
unless the model fixes it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from artimap import schema
from artimap.claims import Ledger
from artimap.corridor import Corridor
from artimap.dates import day_of
from artimap.errors import ModelError
from artimap.spreading import Reach, Spread
from artimap.vocab import EventKind, Info, Record, Where

Floats = NDArray[np.float64]

DAYS_PER_MONTH = 365.25 / 12

ROAD_KINDS = frozenset(
    {
        EventKind.ATTACK_ON_CIVILIANS,
        EventKind.ARMED_CLASH,
        EventKind.ABDUCTION,
        EventKind.ROAD_AMBUSH,
        EventKind.EXTORTION_OR_TOLL,
        EventKind.ARSON,
        EventKind.ROAD_CLOSURE,
        EventKind.POLICE_OPERATION,
    }
)
"""Kinds that endanger people on the road: no protests, deployments or displacement."""

_LIKELY_SHARE = 0.25
"""An event is named as a piece's last incident where at least this share of it may lie there."""

_COVERED_SHARE = 0.2
"""A report that covers at least this share of a piece tells of the piece."""


@dataclass(frozen=True, slots=True)
class RiskModel:
    """Every parameter of the corridor risk. Each product prints them all.

    Attributes
    ----------
    half_life_days
        Age at which an event counts half.
    window_days
        Events older than this do not count at all.
    kinds
        Kinds of event that endanger road users.
    reach
        Radii and shares of spreading (:class:`artimap.spreading.Reach`).
    prior_shape
        Weight of the prior, in events: 0.5 lets half an event's worth of the corridor's
        mean speak on each piece.
    prior_rate
        Prior mean in events per km and month; null takes the whole corridor's rate.
    quiet_after_days
        A piece whose newest report of any kind is older than this is silent.
    band_rates
        Lower edges of the rate classes 2 to 5, in events per km and month.
    """

    half_life_days: float = 90.0
    window_days: int = 730
    kinds: frozenset[EventKind] = ROAD_KINDS
    reach: Reach = field(default_factory=Reach)
    prior_shape: float = 0.5
    prior_rate: float | None = None
    quiet_after_days: int = 180
    band_rates: tuple[float, float, float, float] = (0.01, 0.03, 0.1, 0.3)

    def __post_init__(self) -> None:
        wrong = []
        if self.half_life_days <= 0:
            wrong.append("half_life_days must be greater than 0")
        if self.window_days <= 0:
            wrong.append("window_days must be greater than 0")
        if self.prior_shape <= 0:
            wrong.append("prior_shape must be greater than 0")
        if self.prior_rate is not None and self.prior_rate <= 0:
            wrong.append("prior_rate must be greater than 0, or None")
        if not self.kinds:
            wrong.append("kinds must name one kind of event at least")
        if list(self.band_rates) != sorted(self.band_rates) or min(self.band_rates) <= 0:
            wrong.append("band_rates must rise from above 0")
        if wrong:
            msg = "RiskModel: " + "; ".join(wrong)
            raise ModelError(msg)

    @property
    def decay(self) -> tuple[float, float]:
        """Discounted days of the window, and ``Σw²/Σw`` of a steady stream over it."""
        rate = np.log(2) / self.half_life_days
        kept = 1.0 - 0.5 ** (self.window_days / self.half_life_days)
        squared = 1.0 - 0.25 ** (self.window_days / self.half_life_days)
        return float(kept / rate), float(squared / (2 * kept))


def why_not_counted(events: pd.DataFrame, *, as_of: dt.date, model: RiskModel) -> pd.Series:
    """Give, for each event, why it does not count on a day; null where it does.

    Place is not looked at here: that is :meth:`~artimap.corridor.Corridor.spread`.
    """
    day = pd.Timestamp(as_of)
    reasons = pd.Series([None] * len(events), index=events.index, dtype=object)
    oldest = day - pd.Timedelta(days=model.window_days)
    for mask, why in (
        (~events["kind"].isin([kind.value for kind in model.kinds]), "a kind that does not endanger road users"),
        (events["record"] == Record.AGGREGATE, "a figure over several events, which overlaps them"),
        (events["date_start"] < oldest, f"more than {model.window_days} days before"),
        (events["date_start"] > day, "after the day of the answer"),
    ):
        reasons = reasons.mask(mask.to_numpy(dtype=bool), why)
    return reasons.astype(schema.TEXT)


def _middle(events: pd.DataFrame, as_of: dt.date) -> Floats:
    """Age in days of the middle of each event's dates."""
    start, end = events["date_start"], events["date_end"].fillna(events["date_start"])
    end = end.where(end <= pd.Timestamp(as_of), pd.Timestamp(as_of))
    end = end.where(end >= start, start)
    middle = start + (end - start) / 2
    age = (pd.Timestamp(as_of) - middle).dt.total_seconds() / 86_400.0
    return np.asarray(np.clip(age.to_numpy(dtype=float), 0.0, None))


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
        EVENTS, or EVENTS as :meth:`~artimap.corridor.Corridor.locate` gives them, in the
        corridor's system.
    as_of
        The day of the answer. Later events do not count.
    model
        All parameters.
    pieces
        Pieces of the road, as ``corridor.lixels(…)`` or ``corridor.stretches()`` give
        them; the named stretches where null.
    ledger
        Claims about places and posts: they are no incidents, but they are reports, so a
        piece that they speak of is not silent.

    Returns
    -------
    GeoDataFrame
        RISK, one row a piece. ``rate`` is events per km and month with an 80 % interval;
        ``attrs`` hold ``model`` (RiskModel), ``as_of`` (date), ``tally`` (why rows did not
        count: reason to number) and ``off_corridor`` (weight that may lie off the road).

    Raises
    ------
    ModelError, DateError, CrsError
        For bad parameters, a bad day, a table in another system.
    """
    from scipy.special import gammaincinv  # noqa: PLC0415 - slow to import, used only here

    model = model or RiskModel()
    day = day_of(as_of)
    pieces = corridor.stretches() if pieces is None else pieces
    edges = np.append(pieces["from_m"].to_numpy(dtype=float), float(pieces["to_m"].iloc[-1]))
    events = _with_stretch_ends(located.reset_index(drop=True))
    spread = corridor.spread(events, reach=model.reach)
    reasons = why_not_counted(events, as_of=day, model=model)
    counts = reasons.isna().to_numpy()
    known = (events["date_start"] <= pd.Timestamp(day)).to_numpy()

    row, piece, share = spread.over(edges)
    decay = np.power(0.5, _middle(events, day) / model.half_life_days)
    used = counts[row]
    weight = share[used] * decay[row[used]]
    total = np.bincount(piece[used], weights=weight, minlength=len(pieces))

    length_km = np.diff(edges) / 1000.0
    days, correction = model.decay
    exposure = length_km * days / DAYS_PER_MONTH
    mean = model.prior_rate if model.prior_rate is not None else max(total.sum() / exposure.sum(), 1e-6)
    shape = model.prior_shape + total / correction
    scale = model.prior_shape / mean + exposure / correction

    out = pieces[["lixel_id", "corridor_id", "from_m", "to_m", "geometry"]].copy()
    out["name"] = pieces["name"] if "name" in pieces.columns else None
    out["density"] = total / length_km
    out["rate"] = shape / scale
    out["lo80"] = gammaincinv(shape, 0.1) / scale
    out["hi80"] = gammaincinv(shape, 0.9) / scale
    out["events_used"] = total
    out = _evidence(out, events, row=row, piece=piece, share=share, used=used, decay=decay, day=day)
    last_day = np.minimum(events["date_end"].fillna(events["date_start"]).to_numpy(), np.datetime64(day, "s"))
    told = _tells_of(spread, edges, wide=_is_wide(events) | ~known)
    out["newest_report"] = _newest(len(pieces), told, last_day)
    if ledger is not None:
        said = _newest_said(corridor, ledger, edges, day=day, reach=model.reach)
        out["newest_report"] = np.fmax(out["newest_report"].to_numpy(), said)
    newest_age = (pd.Timestamp(day) - out["newest_report"]).dt.days
    silent = out["newest_report"].isna() | (newest_age > model.quiet_after_days)
    # silence outweighs an old incident: what was so long ago says nothing of now
    reported = out["n_events"] > 0
    out["info"] = np.where(silent, Info.SILENT.value, np.where(reported, Info.REPORTED.value, Info.QUIET.value))
    band = 1 + np.searchsorted(np.asarray(model.band_rates), out["rate"].to_numpy(dtype=float), side="right")
    out["band"] = pd.Series(band, index=out.index, dtype="Int64").mask(out["info"] != Info.REPORTED)
    risk: gpd.GeoDataFrame = schema.conform(out, schema.RISK, crs=corridor.crs)
    whole = reasons.where(~reasons.isna(), pd.Series(list(spread.why_not), index=events.index, dtype=schema.TEXT))
    tally = whole.dropna().value_counts()
    risk.attrs["model"] = model
    risk.attrs["as_of"] = day
    risk.attrs["tally"] = {str(why): int(n) for why, n in sorted(tally.items(), key=lambda one: (-one[1], one[0]))}
    risk.attrs["off_corridor"] = float((spread.off_corridor * decay)[counts].sum())
    return risk


def _tells_of(spread: Spread, edges: Floats, *, wide: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the rows and pieces where a row says something about the piece itself.

    Either a good part of what the row may mean lies on the piece, or it covers a good
    part of the piece. A statement about a whole commune, or one that only touches the
    end of a piece, does not break its silence.
    """
    row, piece, weight = spread.over(edges)
    table = pd.DataFrame({"row": row, "piece": piece, "weight": weight}).groupby(["row", "piece"])["weight"].sum()
    rows, pieces = (table.index.get_level_values(level).to_numpy() for level in ("row", "piece"))
    count = len(spread.off_corridor)
    on_road = np.bincount(spread.row, weights=spread.weight, minlength=count)
    length = np.bincount(spread.row, weights=spread.to_m - spread.from_m, minlength=count)
    share = table.to_numpy() / on_road[rows]
    covered = share * length[rows] / np.diff(edges)[pieces]
    told = ((share >= _LIKELY_SHARE) | (covered >= _COVERED_SHARE)) & ~wide[rows]
    return rows[told], pieces[told]


def _newest(pieces: int, told: tuple[NDArray[np.int64], NDArray[np.int64]], days: NDArray[Any]) -> NDArray[Any]:
    """Give the newest day told of each piece."""
    newest = np.full(pieces, np.datetime64("NaT", "s"))
    for row, piece in zip(*told, strict=True):
        newest[piece] = np.fmax(newest[piece], days[row])
    return newest


def _is_wide(table: pd.DataFrame) -> NDArray[np.bool_]:
    return np.asarray(table["place_kind"].isin([Where.COMMUNE, Where.DEPARTMENT]), dtype=bool)


def _newest_said(corridor: Corridor, ledger: Ledger, edges: Floats, *, day: dt.date, reach: Reach) -> NDArray[Any]:
    """Give, for each piece, the newest day on which a place or post on it was spoken of."""
    newest = np.full(len(edges) - 1, np.datetime64("NaT", "s"))
    dated = ledger.claims[ledger.claims["reported"] <= pd.Timestamp(day)]
    for table, key in ((ledger.subjects, "subject"), (ledger.posts, "claim_id")):
        rows = table.reset_index(drop=True)
        days = dated.groupby(key)["reported"].max().reindex(rows[key]).to_numpy(dtype="datetime64[s]")
        told = _tells_of(corridor.spread(rows, reach=reach), edges, wide=_is_wide(rows))
        newest = np.fmax(newest, _newest(len(newest), told, days))
    return newest


def _with_stretch_ends(events: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Drop LOCATED's columns: spreading starts from the event's own place, not from an earlier spread.

    ``locate`` writes the outer ends of the spread into ``from_m`` and ``to_m``; for a stretch
    these are its own ends, for other kinds they are not looked at.
    """
    extra = [name for name in ("chainage_m", "offset_m", "off_corridor", "why_not") if name in events.columns]
    return events.drop(columns=extra)


def _evidence(
    out: gpd.GeoDataFrame,
    events: gpd.GeoDataFrame,
    *,
    row: NDArray[np.int64],
    piece: NDArray[np.int64],
    share: Floats,
    used: NDArray[np.bool_],
    decay: Floats,
    day: dt.date,
) -> gpd.GeoDataFrame:
    """Add what stands behind each rate: which events, how precise, how recent."""
    imprecise = events["place_kind"].isin([Where.SECTION, Where.COMMUNE, Where.STRETCH]).to_numpy()
    touched = pd.DataFrame(
        {
            "piece": piece,
            "row": row,
            "weight": np.where(used, share * decay[row], 0.0),
            "share": share,
            "used": used,
            "imprecise": imprecise[row],
            "event_id": events["event_id"].to_numpy()[row],
            "day": np.minimum(events["date_end"].fillna(events["date_start"]).to_numpy()[row], np.datetime64(day, "s")),
        }
    )
    per_event = touched.groupby(["piece", "row"], as_index=False).agg(
        weight=("weight", "sum"), share=("share", "sum"), used=("used", "first"),
        imprecise=("imprecise", "first"), event_id=("event_id", "first"), day=("day", "first"),
    )  # fmt: skip
    counted = per_event[per_event["used"]]
    pieces = range(len(out))
    grouped = counted.groupby("piece")
    weight = grouped["weight"].sum()
    blurred = counted[counted["imprecise"]].groupby("piece")["weight"].sum().reindex(weight.index).fillna(0.0)
    ranked = counted.sort_values(["piece", "weight", "event_id"], ascending=[True, False, True])
    out["n_events"] = grouped.size().reindex(pieces).fillna(0).to_numpy()
    out["imprecise_share"] = (blurred / weight).reindex(pieces).to_numpy()
    likely = counted[counted["share"] >= _LIKELY_SHARE]
    last = likely.groupby("piece")["day"].max().reindex(pieces)
    out["last_event"] = last.to_numpy()
    out["days_since"] = (pd.Timestamp(day) - pd.to_datetime(last)).dt.days.to_numpy()
    out["event_ids"] = ranked.groupby("piece")["event_id"].agg("; ".join).reindex(pieces).to_numpy()
    return out

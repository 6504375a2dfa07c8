"""What posts ask: a schedule of amounts as they were stated, and what that comes to on a piece of road.

Amounts are never made to look better known than they are: what nobody stated is not zero,
what was said without a day is told apart, and a sum is only of the posts that state an amount.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from artimap.claims.ledger import Ledger
from artimap.control.checkpoints.life_cycle import CheckpointModel, checkpoints_on, passable
from artimap.control.checkpoints.statements import statements
from artimap.core import schema
from artimap.core.dates import day_of
from artimap.core.tables import FEES
from artimap.core.vehicles import vehicle_of
from artimap.core.vocab import COVERS, CheckpointStatus, FeeOf, Per, PostState, Vehicle
from artimap.roads.corridor import Corridor

_STANDS = (CheckpointStatus.ACTIVE, CheckpointStatus.FADING)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the posts that state an amount ask together, for one period and currency.

    Attributes
    ----------
    per, currency
        The period and the currency.
    posts
        How many posts state it.
    low, high
        Least and greatest sum; ``high`` is null where an amount is only "more than".
    """

    per: Per
    currency: str
    posts: int
    low: float
    high: float | None


@dataclass(frozen=True, slots=True)
class Fees:
    """What is known, and not known, of the posts on a piece of road.

    Attributes
    ----------
    from_m, to_m, name
        The piece of road.
    vehicle
        Whose fees.
    as_of
        The day.
    posts
        Posts said to stand on it, of which something newer than ``fading_days`` is said.
    asked
        Sums over the posts that state a dated amount for the vehicle, by period and
        currency. They are of those posts alone.
    without_fee
        Posts on it for which no amount is stated for the vehicle.
    undated_fee
        Posts on it whose amounts carry no day: told in ``table``, in no sum.
    may_be_on
        Posts on an interval or in a section that reaches beyond the piece, so that they may stand off it.
    undated
        Posts on it of which no statement carries a day, so that nobody can say whether they stand.
    unplaced
        Posts somewhere on this road, or on the whole of it, that may stand on the piece.
    aged
        Posts on it, or without a place, that nobody has confirmed for longer than ``fading_days``, or that stood
        only for a time.
    removed
        Posts on it that are said to be gone.
    complete
        True only where nothing of the above is unknown: only then is a sum a total.
    table
        One row a post: ``checkpoint_id``, ``place``, ``kind``, ``status``, ``counts_as``, ``per``,
        ``currency``, ``low``, ``high``, ``dated``, ``passable``, ``claims``.
    """

    from_m: float
    to_m: float
    name: str
    vehicle: Vehicle
    as_of: dt.date
    posts: int
    asked: tuple[Asked, ...]
    without_fee: tuple[str, ...]
    undated_fee: tuple[str, ...]
    may_be_on: tuple[str, ...]
    undated: tuple[str, ...]
    unplaced: tuple[str, ...]
    aged: tuple[str, ...]
    removed: tuple[str, ...]
    complete: bool
    table: pd.DataFrame = field(repr=False, compare=False)


def fee_schedule(ledger: Ledger, *, as_of: str | dt.date, known_on: str | dt.date | None = None) -> pd.DataFrame:
    """Give every amount that posts are said to ask, as it was stated.

    Parameters
    ----------
    ledger
        The claims.
    as_of
        The day: amounts said of later days are left out, undated ones stay in.
    known_on
        Only what had surely been said by this day.

    Returns
    -------
    DataFrame
        FEES, one row a statement, those without an amount too (``low`` null). US dollars
        stand only where the statement itself gives a rate and its day, or the amount is
        in dollars. ``fee_of`` tells what is asked at one post from levies on unions, amounts for a
        whole journey, and what those who keep the post take in.
    """
    day = pd.Timestamp(day_of(as_of))
    # Every statement keeps a row, also one without an amount: that somebody spoke of a post and named no
    # fee is itself an answer, and no zero.
    said = statements(ledger, day, known_on=None if known_on is None else pd.Timestamp(day_of(known_on)))
    low, high = (pd.to_numeric(said[name]).astype("float64") for name in ("fee_low", "fee_high"))
    rate = pd.to_numeric(said["rate_htg_per_usd"]).astype("float64")
    rate_day = pd.to_datetime(said["rate_day"])
    dollars = said["fee_currency"] == "USD"
    # A rate of exchange without its day is no rate: dollars stand only where the statement itself says
    # how many and when. Dividing by a null rate leaves them null.
    known_rate = rate.where((said["fee_currency"] == "HTG") & rate_day.notna())
    divide = known_rate.mask(dollars, 1.0)
    table = pd.DataFrame(
        {
            "checkpoint_id": said["checkpoint_id"],
            "claim_id": said["claim_id"],
            "vehicle": said["payers"],
            "vehicle_words": said["vehicle"],
            "per": said["per"],
            "fee_of": said["fee_of"].fillna(FeeOf.POST.value),
            "low": low,
            "high": high,
            "currency": said["fee_currency"],
            "low_usd": low / divide,
            "high_usd": high / divide,
            "rate_htg_per_usd": rate,
            "rate_day": rate_day,
            "exempt": said["exempt"],
            "said_on": said["until"],
            "date_basis": said["basis"],
            "claimant": said["claimant"],
            "source": said["source"],
            "words": said["fee_text"],
        }
    )
    out: pd.DataFrame = schema.conform(table, FEES)
    return out


def fees_between(  # noqa: PLR0913 - one keyword a choice
    corridor: Corridor,
    ledger: Ledger,
    start: str | float,
    stop: str | float,
    *,
    vehicle: str,
    as_of: str | dt.date,
    model: CheckpointModel | None = None,
    known_on: str | dt.date | None = None,
    posts: pd.DataFrame | None = None,
    schedule: pd.DataFrame | None = None,
) -> Fees:
    """Give how many posts stand between two places, what they ask of a vehicle, and what is not known.

    Parameters
    ----------
    corridor
        The road.
    ledger
        The claims.
    start, stop
        Towns on the road, or chainages in metres.
    vehicle
        A word of :class:`artimap.core.vocab.Vehicle`: ``bus``, ``container_truck``, ``ambulance`` …
    as_of
        The day.
    model
        The ages at which a post fades.
    known_on
        Only what had surely been said by this day.
    posts, schedule
        CHECKPOINTS and FEES of the same day, if they are at hand already: for many pieces or vehicles.

    Returns
    -------
    Fees
        Sums of what is stated, and the posts of which it is not. Amounts that several
        statements give for one post become its range; they are not averaged.

    Raises
    ------
    PlaceError
        If a name is no town on the road.
    ModelError
        If there is no such vehicle.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> rn1, ledger = am.read_corridor(art, "rn1"), am.read_claims(art)
    >>> found = am.fees_between(rn1, ledger, "Saint-Marc", "Gonaïves", vehicle="truck", as_of="2024-10-15")
    >>> found.posts, found.asked, found.complete
    (3, (), False)
    """
    who = vehicle_of(vehicle)
    piece = corridor.stretch(start, stop)
    # The tables of a day are the same for all pieces and vehicles, so a caller with many takes them in
    # ready made.
    if posts is None:
        posts = checkpoints_on(corridor, ledger, as_of=as_of, model=model, known_on=known_on)
    if schedule is None:
        schedule = fee_schedule(ledger, as_of=as_of, known_on=known_on)
    rows = _rows(posts, schedule, (piece.from_m, piece.to_m), who)
    table = pd.DataFrame(rows, columns=list(_COLUMNS))

    def ids(rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
        # one post may ask by the trip and by the week: it has a row for each
        return tuple(dict.fromkeys(row["checkpoint_id"] for row in rows))

    # Only posts that surely stand on the piece, and only their dated amounts, come into a sum. All else
    # is told beside it: adding a guess would make the road look better known, leaving it out in silence
    # cheaper, than it is.
    on = [row for row in rows if row["counts_as"] == "on"]
    stated = [row for row in on if not np.isnan(row["low"])]
    dated = [row for row in stated if row["dated"]]
    with_day = set(ids(dated))
    undated_ids = ids(row for row in stated if not row["dated"] and row["checkpoint_id"] not in with_day)
    without_ids = ids(row for row in on if np.isnan(row["low"]))
    may_be_on, undated, unplaced, aged, removed = (
        ids(row for row in rows if row["counts_as"] == kind)
        for kind in ("may_be_on", "undated", "unplaced", "aged", "removed")
    )
    doubts = (without_ids, undated_ids, may_be_on, undated, unplaced)
    return Fees(
        from_m=piece.from_m, to_m=piece.to_m, name=piece.name, vehicle=who, as_of=day_of(as_of),
        posts=len(ids(on)),
        asked=() if not dated else tuple(
            _sum(group, Per(str(per)), str(currency))
            for (per, currency), group in pd.DataFrame(dated).groupby(["per", "currency"])
        ),
        without_fee=without_ids, undated_fee=undated_ids, may_be_on=may_be_on, undated=undated, unplaced=unplaced,
        aged=aged, removed=removed,
        # A sum is a total only where no post is in doubt, at least one is known, and no amount is open
        # upwards ("more than").
        complete=not any(doubts) and bool(on) and not any(np.isnan(row["high"]) for row in dated),
        table=table,
    )  # fmt: skip


_COLUMNS = (
    "checkpoint_id", "place", "kind", "status", "counts_as", "per", "currency", "low", "high", "dated", "passable",
    "claims",
)  # fmt: skip


_READ = ("checkpoint_id", "place", "kind", "status", "state", "from_m", "to_m", "claims")
"""Columns of CHECKPOINTS that a sum of fees is made of."""


def _sum(group: pd.DataFrame, per: Per, currency: str) -> Asked:
    # One open amount leaves the whole sum open: ``sum`` alone would skip the null and give a ceiling that
    # nobody stated.
    high = None if group["high"].isna().any() else float(group["high"].sum())
    return Asked(per, currency, int(group["checkpoint_id"].nunique()), float(group["low"].sum()), high)


def _counts_as(post: Mapping[str, Any], span: tuple[float, float]) -> str | None:
    """Say how a post counts for a piece of road; null where it stands off it."""
    # A post without a place may stand on any piece of its road, so it is a doubt for each of them; one of
    # which nothing new is said is counted among the old ones.
    if pd.isna(post["from_m"]):
        if post["status"] == CheckpointStatus.REMOVED:
            return "removed"
        return "unplaced" if post["status"] in (*_STANDS, CheckpointStatus.UNKNOWN) else "aged"
    low, high = float(post["from_m"]), float(post["to_m"])
    if high < span[0] - _END_M or low > span[1] + _END_M:
        return None
    if post["status"] == CheckpointStatus.REMOVED:
        return "removed"
    if post["status"] == CheckpointStatus.UNKNOWN:
        return "undated"
    # A post that stood for the length of an attack or protest stands on those days only.
    momentary = post["state"] == PostState.MOMENTARY and post["status"] != CheckpointStatus.ACTIVE
    if post["status"] not in _STANDS or momentary:
        return "aged"
    within = low >= span[0] - _END_M and high <= span[1] + _END_M
    return "on" if within else "may_be_on"


_END_M = 500.0
"""A post this near to an end stands on the piece: towns and intervals are named, not measured."""


def _rows(posts: pd.DataFrame, schedule: pd.DataFrame, span: tuple[float, float], who: Vehicle) -> list[dict[str, Any]]:
    # An amount for a wider kind (public transport) counts for the kinds it covers (a bus), never the
    # other way round.
    covers = [one.value for one in Vehicle if who is one or who in COVERS.get(one, ())]
    stated = schedule[(schedule["fee_of"] == FeeOf.POST) & schedule["low"].notna() & schedule["vehicle"].isin(covers)]
    by_post = {} if stated.empty else dict(iter(stated.groupby("checkpoint_id")))
    rows: list[dict[str, Any]] = []
    read = schema.records(pd.DataFrame(posts)[list(_READ)])
    for post, passes in zip(read, passable(posts, who.value), strict=True):
        counts = _counts_as(post, span)
        if counts is None:
            continue
        base = {
            **{name: post[name] for name in ("checkpoint_id", "place", "kind", "status")},
            "counts_as": counts, "per": None, "currency": None, "low": np.nan, "high": np.nan, "dated": False,
            "passable": passes, "claims": post["claims"],
        }  # fmt: skip
        own = by_post.get(post["checkpoint_id"])
        if own is None:
            rows.append(base)
            continue
        for (per, currency), group in own.groupby(["per", "currency"]):
            # a dated amount speaks before one of which nobody knows when it was asked
            day = group["said_on"].notna()
            used = group[day] if day.any() else group
            # Several statements for one post give its range, from the least to the greatest. They are not
            # averaged: a mean would be an amount that nobody was asked.
            high = np.nan if used["high"].isna().any() else float(used["high"].max())
            rows.append(
                {**base, "per": per, "currency": currency, "low": float(used["low"].min()), "high": high,
                 "dated": bool(day.any()), "claims": "; ".join(used["claim_id"])}
            )  # fmt: skip
    return rows

"""What posts ask: a schedule of amounts as they were stated, and what that comes to on a piece of road.

Amounts are never made to look better known than they are: what nobody stated is not zero,
what was said without a day is told apart, and a sum is only of the posts that state an amount.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from artimap.claims.ledger import Ledger
from artimap.control.checkpoints.life_cycle import CheckpointModel, checkpoints_on, passable, words_for
from artimap.control.checkpoints.statements import outdated, statements
from artimap.core import schema
from artimap.core.dates import day_of
from artimap.core.notebook import Shown
from artimap.core.tables import FEES
from artimap.core.vehicles import vehicle_of
from artimap.core.vocab import CheckpointStatus, FeeOf, Per, PostState, Vehicle
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

    Examples
    --------
    >>> import artimap as am
    >>> am.Asked("trip", "HTG", posts=2, low=500.0, high=1500.0).high
    1500.0
    """

    per: Per
    currency: str
    posts: int
    low: float
    high: float | None


@dataclass(frozen=True, slots=True, repr=False)
class Fees(Shown):
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

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> rn1, ledger = am.read_corridor(art, "rn1"), am.read_claims(art)
    >>> fees = am.fees_between(rn1, ledger, "Saint-Marc", "Gonaïves", vehicle="truck", as_of="2024-10-15")
    >>> fees.name, fees.complete
    ('Saint-Marc – Gonaïves', False)
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
        whole journey, and what those who keep the post take in. Where a user's file speaks of a known post, the newer
        amount counts, and an older one stands in its words alone.

    Examples
    --------
    >>> import artimap as am
    >>> fees = am.fee_schedule(am.read_claims(am.area("artibonite")), as_of="2024-10-15")
    >>> {"per", "currency"} <= set(fees)
    True
    """
    day = pd.Timestamp(day_of(as_of))
    # Every statement keeps a row, also one without an amount: that somebody spoke of a post and named no
    # fee is itself an answer, and no zero.
    said = statements(ledger, day, known_on=None if known_on is None else pd.Timestamp(day_of(known_on)))
    low, high = (pd.to_numeric(said[name]).astype("float64") for name in ("fee_low", "fee_high"))
    # The older amount stays in its words.
    old = outdated(said, low.notna(), ("per", "fee_of"))
    low, high = low.mask(old), high.mask(old)
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
    rows = post_rows(posts, fees_by_post(schedule, who), [(piece.from_m, piece.to_m)], who)
    return Fees(
        from_m=piece.from_m, to_m=piece.to_m, name=piece.name, vehicle=who, as_of=day_of(as_of),
        **post_sums(rows)._asdict(), table=pd.DataFrame(rows, columns=list(_COLUMNS)),
    )  # fmt: skip


class PostSums(NamedTuple):
    """What rows of posts come to: the fields of :class:`Fees` of the same names."""

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


def post_sums(rows: Sequence[Mapping[str, Any]]) -> PostSums:
    """Add up rows of :func:`post_rows`: what is asked, and what is not known."""

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
        ids(row for row in rows if row["counts_as"] == kind) for kind in DOUBTS
    )
    doubts = (without_ids, undated_ids, may_be_on, undated, unplaced)
    return PostSums(
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
    )  # fmt: skip


DOUBTS = ("may_be_on", "undated", "unplaced", "aged", "removed")
"""How a post may count that is not on the piece for sure; the first three leave a sum without its total."""

_COLUMNS = (
    "checkpoint_id", "place", "kind", "status", "counts_as", "per", "currency", "low", "high", "dated", "passable",
    "claims",
)  # fmt: skip


def _sum(group: pd.DataFrame, per: Per, currency: str) -> Asked:
    # A way may pass a post more than once: it pays at each passage, but for a day, week or month once.
    times = group["passes"] if per is Per.TRIP else 1
    group = group.assign(low=group["low"] * times, high=group["high"] * times)
    # One open amount leaves the whole sum open: ``sum`` alone would skip the null and give a ceiling that
    # nobody stated.
    high = None if group["high"].isna().any() else float(group["high"].sum())
    return Asked(per, currency, int(group["checkpoint_id"].nunique()), float(group["low"].sum()), high)


def _counts_as(post: Mapping[str, Any], spans: Sequence[tuple[float, float]]) -> str | None:
    """Say how a post counts for pieces of its road that do not touch; null where it stands off them."""
    # A post without a place may stand on any piece of its road, so it is a doubt for each of them; one of
    # which nothing new is said is counted among the old ones.
    if pd.isna(post["from_m"]):
        if post["status"] == CheckpointStatus.REMOVED:
            return "removed"
        return "unplaced" if post["status"] in (*_STANDS, CheckpointStatus.UNKNOWN) else "aged"
    low, high = float(post["from_m"]), float(post["to_m"])
    near = [span for span in spans if high >= span[0] - END_M and low <= span[1] + END_M]
    if not near:
        return None
    if post["status"] == CheckpointStatus.REMOVED:
        return "removed"
    if post["status"] == CheckpointStatus.UNKNOWN:
        return "undated"
    # A post that stood for the length of an attack or protest stands on those days only.
    momentary = post["state"] == PostState.MOMENTARY and post["status"] != CheckpointStatus.ACTIVE
    if post["status"] not in _STANDS or momentary:
        return "aged"
    within = any(low >= span[0] - END_M and high <= span[1] + END_M for span in near)
    return "on" if within else "may_be_on"


END_M = 500.0
"""A post this near to an end stands on the piece: towns and intervals are named, not measured."""


def fees_by_post(schedule: pd.DataFrame, who: Vehicle) -> dict[str, pd.DataFrame]:
    """Give the amounts of FEES that posts ask of a vehicle, by post."""
    stated = schedule[(schedule["fee_of"] == FeeOf.POST) & schedule["vehicle"].isin(words_for(who))]
    # An amount of which nobody says for what or in what money is in no sum: its post stands there without one.
    stated = stated.dropna(subset=["low", "per", "currency"])
    return {str(name): group for name, group in stated.groupby("checkpoint_id")}


def post_rows(
    posts: pd.DataFrame, fees: Mapping[str, pd.DataFrame], spans: Sequence[tuple[float, float]], who: Vehicle
) -> list[dict[str, Any]]:
    """Give what each post of a road asks that stands, or may stand, on pieces of it: one row a post and amount.

    Parameters
    ----------
    posts
        CHECKPOINTS of the road.
    fees
        Amounts by post, of :func:`fees_by_post`.
    spans
        From and to chainage of pieces that do not touch.
    who
        The vehicle.

    Returns
    -------
    list
        The cells of the post, with ``counts_as``, ``per``, ``currency``, ``low``, ``high``, ``dated``, ``passable``,
        ``passes`` (how often it is passed: once), and the claims of the amount.
    """
    rows: list[dict[str, Any]] = []
    plain = pd.DataFrame(posts).drop(columns="geometry", errors="ignore")
    for post, passes in zip(schema.records(plain), passable(posts, who.value), strict=True):
        counts = _counts_as(post, spans)
        if counts is None:
            continue
        base = {
            **post, "counts_as": counts, "per": None, "currency": None, "low": np.nan, "high": np.nan, "dated": False,
            "passable": passes, "passes": 1,
        }  # fmt: skip
        own = fees.get(post["checkpoint_id"])
        if own is None:
            rows.append(base)
            continue
        for (per, currency), group in own.groupby(["per", "currency"]):
            used, dated = dated_first(group)
            # Several statements for one post give its range, from the least to the greatest. They are not
            # averaged: a mean would be an amount that nobody was asked.
            high = np.nan if used["high"].isna().any() else float(used["high"].max())
            rows.append(
                {**base, "per": per, "currency": currency, "low": float(used["low"].min()), "high": high,
                 "dated": dated, "claims": "; ".join(used["claim_id"])}
            )  # fmt: skip
    return rows


def dated_first(group: pd.DataFrame) -> tuple[pd.DataFrame, bool]:
    """Give the statements of a group that carry a day, or all where none does; and whether one does."""
    # a dated amount speaks before one of which nobody knows when it was asked
    day = group["said_on"].notna()
    return (group[day] if day.any() else group), bool(day.any())

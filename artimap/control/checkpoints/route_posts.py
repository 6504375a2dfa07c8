"""The posts on a way over several roads, and what they ask of a vehicle together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from artimap.claims.ledger import Ledger
from artimap.control.checkpoints.fees import (
    DOUBTS,
    END_M,
    Asked,
    dated_first,
    fee_schedule,
    fees_by_post,
    post_rows,
    post_sums,
)
from artimap.control.checkpoints.life_cycle import (
    CheckpointModel,
    checkpoints_by_road,
    posts_without_road,
    rows_without_road,
    words_for,
)
from artimap.control.checkpoints.statements import outdated, statements
from artimap.core import schema
from artimap.core.dates import day_of
from artimap.core.metadata import JsonModel
from artimap.core.vehicles import vehicle_of
from artimap.core.vocab import Per, Vehicle
from artimap.roads.corridor import Corridor
from artimap.roads.routing.runs import WayRun, runs_of
from artimap.roads.routing.spans import RoadSpan


class FeeSum(NamedTuple):
    """A sum of what posts ask, as it may be told.

    ``high`` is null where ``low`` is only the least that one pays: a post does not state an amount, is in doubt, or
    asks for more than it names. ``unknown`` posts on the way state no dated amount; of ``doubtful`` ones nobody can
    say whether they stand on it.
    """

    per: Per
    currency: str
    low: float
    high: float | None
    unknown: int
    doubtful: int


@dataclass(frozen=True, eq=False)
class RoutePosts:
    """What is known, and not known, of the posts on a way.

    Attributes
    ----------
    vehicle
        Whose fees.
    posts
        Posts said to stand on it, of which something new enough is said.
    asked
        Sums over the posts that state a dated amount, by period and currency.
    fee_unknown
        Posts on it for which no dated amount is stated for the vehicle.
    waiting_lo_min, waiting_hi_min, waiting_unknown
        Waiting stated, summed over the posts that state one with a day (0 where none does); how many do not.
    complete
        True only where every post states an amount and none is in doubt: only then is a sum a total.
    passable
        ``yes``, ``no`` or ``unknown``: the hardest word of its posts and road statuses for the vehicle. ``yes`` only
        where every post on it, and every one in doubt, says so.
    table
        One row a post and amount, in the order of the way, in the area's system: ``checkpoint_id, road_id, from_m,
        to_m, along_m`` (metres from the start of the way), ``place, kind, operator, status, counts_as, per, currency,
        low, high, dated, waiting_lo_min, waiting_hi_min, passable, last_confirmed, days_since, exact`` (whether its
        place is exact), ``claims, sources, waiting_dated, passes`` (how often the way passes it; amounts and waiting
        are those of one passage), geometry. Last those without a place: ``along_m`` null, an empty point.
    without_fee, undated_fee, may_be_on, undated, unplaced, aged, removed
        Ids, as in :class:`Fees`; ``unplaced`` are those somewhere on a road of the way.
    anywhere
        Posts that name neither a road nor a place and may stand: on any road.
    anywhere_table
        What is said of these: columns as in ``table``.
    """

    vehicle: Vehicle
    posts: int
    asked: tuple[Asked, ...]
    fee_unknown: int
    waiting_lo_min: float
    waiting_hi_min: float
    waiting_unknown: int
    complete: bool
    passable: str
    table: gpd.GeoDataFrame = field(repr=False)
    without_fee: tuple[str, ...] = ()
    undated_fee: tuple[str, ...] = ()
    may_be_on: tuple[str, ...] = ()
    undated: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()
    aged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    anywhere: tuple[str, ...] = ()
    anywhere_table: gpd.GeoDataFrame | None = field(default=None, repr=False)

    @property
    def waiting_min(self) -> tuple[float | None, float | None]:
        """Waiting from low to high at the posts that state it; null where none does: unknown is not 0."""
        return (self.waiting_lo_min, self.waiting_hi_min) if self.posts > self.waiting_unknown else (None, None)

    @property
    def fee_sums(self) -> tuple[FeeSum, ...]:
        """What is asked, as it may be told: from low to high where it is a total, else "at least" low.

        Returns
        -------
        tuple
            By period and currency; empty where no post states a dated amount.
        """
        doubtful = len({*self.may_be_on, *self.undated, *self.unplaced, *self.anywhere})
        return tuple(
            FeeSum(one.per, one.currency, one.low, one.high if self.complete else None, self.fee_unknown, doubtful)
            for one in self.asked
        )


_COLUMNS = (
    "checkpoint_id", "road_id", "from_m", "to_m", "along_m", "place", "kind", "operator", "status", "counts_as", "per",
    "currency", "low", "high", "dated", "waiting_lo_min", "waiting_hi_min", "passable", "last_confirmed", "days_since",
    "exact", "claims", "sources", "waiting_dated", "passes",
)  # fmt: skip
_NUMBERS = ("from_m", "to_m", "along_m", "low", "high", "waiting_lo_min", "waiting_hi_min")
_RANK = {name: at for at, name in enumerate(("on", *DOUBTS))}


def posts_on_route(  # noqa: PLR0913 - one keyword a choice
    roads: Mapping[str, Corridor],
    spans: Sequence[RoadSpan],
    ledger: Ledger,
    *,
    vehicle: str,
    as_of: str | dt.date,
    model: CheckpointModel | None = None,
    posts_by_road: Mapping[str, gpd.GeoDataFrame] | None = None,
    schedule: pd.DataFrame | None = None,
    waits: pd.DataFrame | None = None,
    anywhere: Sequence[str] | None = None,
    passage: str | None = None,
    starts_m: Sequence[float] | None = None,
) -> RoutePosts:
    """Give the posts on a way over several roads, what they ask of a vehicle, and what is not known.

    The rule by which a post counts, and by which amounts become a range and ranges a sum, is that of
    :func:`artimap.fees_between`: on a way along one road both give the same. A post where two roads of the way meet
    counts once. Where the way passes a post twice, amounts of a trip and waiting are counted twice.

    Parameters
    ----------
    roads
        The roads by id; more than those of the way may be given.
    spans
        The way.
    ledger
        The claims.
    vehicle
        A word of :class:`artimap.core.vocab.Vehicle`.
    as_of
        The day.
    model
        The ages at which a post fades.
    posts_by_road, schedule, waits, anywhere
        Of the same day, if they are at hand already, for many ways or vehicles: CHECKPOINTS by road
        (:func:`checkpoints_by_road`), FEES, :func:`waiting_schedule`, :func:`posts_without_road`.
    passage
        The hardest word of the statuses of roads on the way (:func:`artimap.control.route_status.passage_of`): it may
        make ``passable`` harder, never softer.
    starts_m
        Where on the way each span begins, in metres; where null, each begins where the one before it ends.

    Returns
    -------
    RoutePosts
        Sums of what is stated, and the posts of which it is not.

    Raises
    ------
    ModelError
        If there is no such vehicle.
    KeyError
        If a road of the way is not among the roads.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> way = [RoadSpan("rn1", 94_800.0, 110_400.0), RoadSpan("rd-sav", 0.0, 10_400.0)]
    >>> roads = {name: am.read_corridor(art, name) for name in ("rn1", "rd-sav")}
    >>> found = posts_on_route(roads, way, am.read_claims(art), vehicle="truck", as_of="2024-10-15")
    >>> found.posts, found.asked, "rn1-saint-marc-gonaives-toll" in found.may_be_on
    (1, (), True)
    """
    who = vehicle_of(vehicle)
    runs = runs_of(spans, starts_m)
    on_way = {name: roads[name] for name in dict.fromkeys(one.road_id for one in spans)}
    if posts_by_road is None:
        posts_by_road = checkpoints_by_road(on_way, ledger, as_of=as_of, model=model)
    if schedule is None:
        schedule = fee_schedule(ledger, as_of=as_of)
    if anywhere is None:
        anywhere = posts_without_road(ledger, as_of=as_of, model=model)
    waiting = _waiting_by_post(waiting_schedule(ledger, as_of=as_of) if waits is None else waits, who)
    fees = fees_by_post(schedule, who)
    by_post: dict[str, list[dict[str, Any]]] = {}
    for name in on_way:
        for post_id, those in _on_road(name, posts_by_road[name], fees, runs, who).items():
            # A post that two roads of the way have is told once: where it stands for sure, else where it is met first.
            other = by_post.get(post_id)
            if other is None or _order(those[0]) < _order(other[0]):
                by_post[post_id] = those
    rows = [row for those in by_post.values() for row in those]
    rows.sort(key=lambda row: (np.isnan(row["along_m"]), row["along_m"], row["checkpoint_id"]))
    for row in rows:
        lo, hi, row["waiting_dated"] = waiting.get(row["checkpoint_id"], (np.nan, np.nan, False))
        row["waiting_lo_min"], row["waiting_hi_min"] = lo, hi
    sums = post_sums(rows)
    first = {row["checkpoint_id"]: row for row in rows}
    waits_on = [row for row in first.values() if row["counts_as"] == "on" and row["waiting_dated"]]
    low, high = (
        float(sum(row[name] * row["passes"] for row in waits_on)) for name in ("waiting_lo_min", "waiting_hi_min")
    )
    homeless = []
    if anywhere:
        nowhere = rows_without_road(ledger, as_of=as_of, model=model)
        for row in post_rows(nowhere[nowhere["checkpoint_id"].isin(anywhere)], fees, (), who):
            lo, hi, dated = waiting.get(row["checkpoint_id"], (np.nan, np.nan, False))
            homeless.append({
                **row, "road_id": None, "along_m": np.nan, "exact": False, "counts_as": "anywhere", "geometry": None,
                "waiting_lo_min": lo, "waiting_hi_min": hi, "waiting_dated": dated,
            })  # fmt: skip
    crs = next((one.crs for one in (*on_way.values(), *roads.values())), None)
    return RoutePosts(
        vehicle=who, posts=sums.posts, asked=sums.asked, fee_unknown=len(sums.without_fee) + len(sums.undated_fee),
        waiting_lo_min=low, waiting_hi_min=high, waiting_unknown=sums.posts - len(waits_on),
        complete=sums.complete and not anywhere, passable=_passable(first.values(), anywhere, passage),
        table=_table(rows, crs), without_fee=sums.without_fee, undated_fee=sums.undated_fee, anywhere=tuple(anywhere),
        anywhere_table=_table(homeless, crs),
        **{name: getattr(sums, name) for name in DOUBTS},
    )  # fmt: skip


def there_and_back(posts: RoutePosts) -> tuple[Asked, ...]:
    """Give what the posts of a way ask for going and coming back by the same way.

    Amounts for a trip are paid twice; those for a day, week or month once, as if one were back within it.

    Parameters
    ----------
    posts
        The posts on the way there.

    Returns
    -------
    tuple
        As ``posts.asked``. It is a total only where ``posts.complete``.
    """
    return tuple(
        replace(one, low=2 * one.low, high=None if one.high is None else 2 * one.high) if one.per is Per.TRIP else one
        for one in posts.asked
    )


def waiting_schedule(ledger: Ledger, *, as_of: str | dt.date) -> pd.DataFrame:
    """Give every statement of how long one waits at a post.

    Parameters
    ----------
    ledger
        The claims.
    as_of
        The day: what is said of later days is left out, undated statements stay in.

    Returns
    -------
    DataFrame
        ``checkpoint_id``, ``claim_id``, ``vehicle`` (null where it is said of nobody in particular),
        ``minutes``, ``said_on``; statements for a vehicle that could not be read are left out.
    """
    said = pd.DataFrame(statements(ledger, pd.Timestamp(day_of(as_of)), known_on=None).drop(columns="geometry"))
    minutes = pd.to_numeric(pd.Series(said.get("waiting_min", np.nan), said.index)).astype("float64")
    minutes = minutes.mask(outdated(said, minutes.notna()))
    table = pd.DataFrame(
        {
            "checkpoint_id": said["checkpoint_id"], "claim_id": said["claim_id"], "vehicle": said["payers"],
            "minutes": minutes, "said_on": said["until"],
        }
    )  # fmt: skip
    return table[table["minutes"].notna() & (said["payers"].notna() | said["vehicle"].isna())].reset_index(drop=True)


@dataclass(frozen=True, slots=True)
class DelayModel(JsonModel):
    """How long one is taken to wait at a post of which nobody says it: an assumption for the search of ways alone.

    Attributes
    ----------
    unknown_lo_min, unknown_hi_min
        Least and greatest minutes. No source stands behind them; they enter no sum of what is stated.

    Raises
    ------
    ModelError
        If they do not rise from 0.
    """

    unknown_lo_min: float = 5.0
    unknown_hi_min: float = 30.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.unknown_lo_min <= self.unknown_hi_min < 1_440.0:
            self._refuse([f"0 <= unknown_lo_min <= unknown_hi_min < 1440, not {self.to_dict()}"])


class PostDelay(NamedTuple):
    """The minutes that a post costs, at a chainage of a road."""

    road_id: str
    at_m: float
    lo_min: float
    hi_min: float


def post_delays(
    roads: Mapping[str, Corridor],
    posts_by_road: Mapping[str, gpd.GeoDataFrame],
    ledger: Ledger,
    *,
    vehicle: str,
    as_of: str | dt.date,
    model: DelayModel | None = None,
    waits: pd.DataFrame | None = None,
) -> list[PostDelay]:
    """Give what the posts that stand on roads cost in minutes, for the search of ways: posts are no walls.

    Parameters
    ----------
    roads
        The roads by id.
    posts_by_road
        CHECKPOINTS by road, as :func:`checkpoints_by_road` gives them.
    ledger, as_of, waits
        The claims, the day, and :func:`waiting_schedule` of it if that is at hand.
    vehicle
        A word of :class:`artimap.core.vocab.Vehicle`.
    model
        The minutes at posts of which nobody says how long one waits.

    Returns
    -------
    list of PostDelay
        By road and chainage: the waiting that is stated, with a day or without, else that of the model. A post on an
        interval or in a section stands in the middle of it. A post that lies where roads meet stands on each.

    Raises
    ------
    ModelError
        If there is no such vehicle.
    """
    who, used = vehicle_of(vehicle), model or DelayModel()
    waiting = _waiting_by_post(waiting_schedule(ledger, as_of=as_of) if waits is None else waits, who)
    out = []
    for name, road in roads.items():
        for row in post_rows(posts_by_road[name], {}, [(0.0, road.length_m)], who) if name in posts_by_road else ():
            if row["counts_as"] == "on":
                lo, hi, _ = waiting.get(row["checkpoint_id"], (used.unknown_lo_min, used.unknown_hi_min, False))
                out.append(PostDelay(name, (float(row["from_m"]) + float(row["to_m"])) / 2, lo, hi))
    return sorted(out)


def _waiting_by_post(waits: pd.DataFrame, who: Vehicle) -> dict[str, tuple[float, float, bool]]:
    """Give least and greatest minutes by post for a vehicle, and whether they carry a day."""
    held = waits[waits["vehicle"].isna() | waits["vehicle"].isin(words_for(who))]
    out = {}
    for name, group in held.groupby("checkpoint_id"):
        used, dated = dated_first(group)
        out[str(name)] = (float(used["minutes"].min()), float(used["minutes"].max()), dated)
    return out


def _on_road(
    name: str, posts: gpd.GeoDataFrame, fees: Mapping[str, pd.DataFrame], runs: Sequence[WayRun], who: Vehicle
) -> dict[str, list[dict[str, Any]]]:
    """Give the rows of a road's posts by post, with where and how often the way meets each."""
    own = [one for one in runs if one.span.road_id == name]
    shapes = dict(zip(posts["checkpoint_id"], posts.geometry, strict=True))
    found: dict[str, list[dict[str, Any]]] = {}
    for row in post_rows(posts, fees, _pieces(own), who):
        along, passes = np.nan, 1
        if not pd.isna(row["from_m"]):
            low, high = float(row["from_m"]), float(row["to_m"])
            near = [one for one in own if high >= one.span.low_m - END_M and low <= one.span.high_m + END_M]
            along, passes = min(one.along(low, high) for one in near), _passes(own, low, high)
        row |= {
            "road_id": name, "along_m": along, "passes": passes if row["counts_as"] == "on" else 1,
            "exact": row["extent"] == "point", "geometry": shapes[row["checkpoint_id"]],
        }  # fmt: skip
        found.setdefault(row["checkpoint_id"], []).append(row)
    return found


def _pieces(runs: Sequence[WayRun]) -> list[tuple[float, float]]:
    """Give the pieces of one road that runs cover, each once; those that nearly touch are one."""
    out: list[tuple[float, float]] = []
    for low, high in sorted((one.span.low_m, one.span.high_m) for one in runs):
        if out and low <= out[-1][1] + END_M:
            out[-1] = (out[-1][0], max(high, out[-1][1]))
        else:
            out.append((low, high))
    return out


def _passes(runs: Sequence[WayRun], low: float, high: float) -> int:
    """Give how often a way surely passes a post that stands somewhere between two chainages; at least once."""
    ends = sorted({low, high, *(end for one in runs for end in one.span[1:] if low < end < high)})
    spots = [(a + b) / 2 for a, b in pairwise(ends)] or [low]
    # On an end of a run it is met once, also where the way turns round there.
    over = [sum(one.span.low_m + 1.0 < at < one.span.high_m - 1.0 for one in runs) for at in spots]
    return min((one for one in over if one), default=1)


def _order(row: Mapping[str, Any]) -> tuple[int, bool, float, str]:
    return _RANK[row["counts_as"]], bool(np.isnan(row["along_m"])), row["along_m"], row["road_id"]


def _passable(rows: Iterable[Mapping[str, Any]], anywhere: Sequence[str], passage: str | None) -> str:
    rows = list(rows)
    on = {row["passable"] for row in rows if row["counts_as"] == "on"}
    if "no" in on or passage == "no":
        return "no"
    # The last two are said of posts that are old or gone. What may stand here and does not say "yes" leaves it open.
    perhaps = {row["passable"] for row in rows if row["counts_as"] in DOUBTS[:3]}
    sure = on == {"yes"} and perhaps <= {"yes"} and not anywhere and passage != "unknown"
    return "yes" if sure else "unknown"


def _table(rows: Sequence[Mapping[str, Any]], crs: str | None) -> gpd.GeoDataFrame:
    plain = pd.DataFrame(list(rows), columns=list(_COLUMNS))
    texts = [name for name in _COLUMNS if name not in (*_NUMBERS, *_TYPES)]
    plain = plain.astype({**dict.fromkeys(_NUMBERS, "float64"), **_TYPES, **dict.fromkeys(texts, schema.TEXT)})
    shapes = gpd.GeoSeries([row["geometry"] or shapely.Point() for row in rows], crs=crs)
    return gpd.GeoDataFrame(plain, geometry=shapes, crs=crs)


_TYPES = {
    "dated": "bool", "waiting_dated": "bool", "exact": "bool", "passes": "int64", "days_since": "Int64",
    "last_confirmed": schema.DAY,
}  # fmt: skip

"""Checkpoints on a corridor: what is said of each post, where, and how fresh it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from artimap.areas.area import Area
from artimap.claims.ledger import Ledger
from artimap.control.checkpoints.statements import PostStatement, placed_on, statements_of_posts
from artimap.core import schema
from artimap.core.crs import require
from artimap.core.dates import day_of
from artimap.core.errors import ModelError
from artimap.core.files import sure_file
from artimap.core.metadata import JsonModel, put_models
from artimap.core.schema import TEXT, join_names
from artimap.core.tables import CHECKPOINTS
from artimap.core.vehicles import vehicle_of
from artimap.core.vocab import COVERS, CheckpointKind, CheckpointStatus, PostState, Vehicle, Where
from artimap.roads.corridor import Corridor
from artimap.sources.ipis import FIELDS, OPERATOR_TYPES
from artimap.sources.registry import read_report


def to_ipis(checkpoints: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give posts in IPIS's short field names.

    Parameters
    ----------
    checkpoints
        CHECKPOINTS in a metric system.

    Returns
    -------
    DataFrame
        ``lt, ln, lp, d, o, t, b, tc, tm, r, s``, one row a post, in the order given. A post
        that is an interval of road, a section or nowhere has no coordinates (``lt``, ``ln``
        null): IPIS knows points only. The amount (``tm``) is in the words of the sources; ``t`` is the type of
        operator that :func:`artimap.read_checkpoints` reads back as the same kind.

    Raises
    ------
    CrsError
        If the posts have no system.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> posts = am.checkpoints_on(am.read_corridor(art, "rn1"), am.read_claims(art), as_of="2024-10-15")
    >>> list(am.to_ipis(posts).columns)[:4]
    ['lt', 'ln', 'lp', 'd']
    """
    require(checkpoints, str(checkpoints.crs), what="CHECKPOINTS")
    degrees = checkpoints.geometry.to_crs("EPSG:4326")
    point = (checkpoints.geometry.geom_type == "Point") & ~checkpoints.geometry.is_empty
    # A point alone is not enough. A post that was drawn at a point but is an interval or a section would
    # be written with coordinates that nobody stated.
    point &= checkpoints["extent"].isin(["point", "place"]) | checkpoints["extent"].isna()
    lon, lat = (np.full(len(checkpoints), np.nan) for _ in range(2))
    lon[point] = shapely.get_x(degrees[point].to_numpy())
    lat[point] = shapely.get_y(degrees[point].to_numpy())
    toll = checkpoints["kind"] == CheckpointKind.TOLL
    table = pd.DataFrame(
        {
            # Five decimals are about a metre: more would claim an exactness that no report has.
            "lt": np.round(lat, 5),
            "ln": np.round(lon, 5),
            "lp": checkpoints["place"].fillna(checkpoints["checkpoint_id"]),
            "d": checkpoints["last_confirmed"].dt.strftime("%Y-%m-%d"),
            "o": checkpoints["operator"].str.replace("; ", ", "),
            "t": checkpoints["kind"].map(OPERATOR_TYPES),
            "b": checkpoints["kind"],
            # Reason and amount are given for tolls only: beside a barricade of residents the same words would
            # make a toll of it.
            "tc": pd.Series("Passage", index=checkpoints.index, dtype=TEXT).where(toll),
            "tm": checkpoints["fees"].where(toll),
            "r": None,
            "s": checkpoints["sources"],
        }
    )
    return table[list(FIELDS)].reset_index(drop=True)


@dataclass(frozen=True, slots=True)
class CheckpointModel(JsonModel):
    """How long a post that nobody confirms again is still taken to stand.

    Attributes
    ----------
    active_days
        Confirmed within this: active.
    fading_days
        Confirmed within this: fading; longer ago: last known.

    Examples
    --------
    >>> import artimap as am
    >>> am.CheckpointModel(active_days=30).fading_days
    365
    """

    active_days: int = 90
    fading_days: int = 365

    def __post_init__(self) -> None:
        if not 0 < self.active_days < self.fading_days:
            msg = "CheckpointModel: 0 < active_days < fading_days"
            raise ModelError(msg)


def read_checkpoints(path: str | Path, *, area: Area) -> gpd.GeoDataFrame:
    """Read posts from a file that tells of them, for example a dump of IPIS roadblocks.

    Parameters
    ----------
    path
        The file, recognised by its columns.
    area
        The area in which places are looked up.

    Returns
    -------
    GeoDataFrame
        CHECKPOINTS in ``area.crs``; empty where the file tells of no posts. What is wrong with
        the file, and its rejected rows: :func:`artimap.read_report`.

    Examples
    --------
    >>> import artimap as am
    >>> am.read_checkpoints("roadblocks.csv", area=am.area("artibonite"))  # doctest: +SKIP
    """
    return read_report(sure_file(Path(path), "checkpoints"), area=area).checkpoints


def checkpoints_on(
    corridor: Corridor,
    ledger: Ledger,
    *,
    as_of: str | dt.date,
    model: CheckpointModel | None = None,
    known_on: str | dt.date | None = None,
) -> gpd.GeoDataFrame:
    """Give the posts that are said to stand on a corridor, and those said to stand somewhere on it.

    Parameters
    ----------
    corridor
        The road.
    ledger
        The claims.
    as_of
        The day of the answer. What began after it does not count; statements without a
        date do, but never make a post active.
    model
        The ages at which a post fades.
    known_on
        Only what had surely been said by this day; undated statements do not count then.

    Returns
    -------
    GeoDataFrame
        CHECKPOINTS in the corridor's system, along the road; last those whose place on
        the road is not known (``from_m`` null, empty geometry): list them, never draw
        them. Posts on other roads are not in the table. ``kind`` keeps tolls, roadblocks,
        police posts, search posts, residents' barricades and protests apart; ``extent``
        says whether it is a point, a place, an interval of road, a section or nowhere. A post is
        ``active`` when last confirmed within ``active_days``, then ``fading``, then ``last_known``;
        ``removed`` where the newest statement says so (``removed_by``, ``removed_on``);
        ``unknown`` where no statement carries a date. One that stood only during an attack or a protest
        (``state`` = ``momentary``) is active on those days and last known after.
        ``passable_for`` names the six who may want to know, ``unknown`` where nothing is said.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> posts = am.checkpoints_on(am.read_corridor(art, "rn1"), am.read_claims(art), as_of="2024-10-15")
    >>> {"place", "operator", "status", "fees"} <= set(posts)
    True
    """
    day = day_of(as_of)
    return checkpoints_over_time(corridor, ledger, days=[day], model=model, known_on=known_on)[day]


def checkpoints_over_time(
    corridor: Corridor,
    ledger: Ledger,
    *,
    days: Iterable[str | dt.date],
    model: CheckpointModel | None = None,
    known_on: str | dt.date | None = None,
) -> dict[dt.date, gpd.GeoDataFrame]:
    """Give the posts that are said to stand on a corridor on each of several days.

    What does not change with the day is done once: what each statement says, and where it puts the post. A day's
    table is then made from the statements that speak of that day or before.

    Parameters
    ----------
    corridor, ledger, model, known_on
        As for :func:`checkpoints_on`.
    days
        The days of the answers, in any order; :func:`artimap.month_ends` gives those of a period.

    Returns
    -------
    dict
        CHECKPOINTS by day, in order of the days, each day once. Each table is what :func:`checkpoints_on` gives
        for that day.

    Raises
    ------
    DateError
        For a bad day.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> posts = am.checkpoints_over_time(
    ...     am.read_corridor(art, "rn1"), am.read_claims(art), days=["2024-05-31", "2024-10-15", "2025-10-15"]
    ... )
    >>> for day, table in posts.items():
    ...     print(day, (table["status"] == "active").sum(), "confirmed lately, of", len(table))
    2024-05-31 4 confirmed lately, of 7
    2024-10-15 4 confirmed lately, of 11
    2025-10-15 3 confirmed lately, of 20
    """
    told = statements_of_posts(ledger, known_on=None if known_on is None else pd.Timestamp(day_of(known_on)))
    return _over_time(corridor, told, days, model or CheckpointModel())


def checkpoints_by_road(
    roads: Mapping[str, Corridor], ledger: Ledger, *, as_of: str | dt.date, model: CheckpointModel | None = None
) -> dict[str, gpd.GeoDataFrame]:
    """Give the posts of several roads: CHECKPOINTS by road, each as :func:`checkpoints_on` gives it.

    The ledger is read once for all of them. A post that names several roads, or lies where two of them meet, stands
    in the table of each.

    Parameters
    ----------
    roads
        The roads by id.
    ledger, as_of, model
        As for :func:`checkpoints_on`.
    """
    told, day = statements_of_posts(ledger, known_on=None), day_of(as_of)
    return {name: _over_time(one, told, [day], model or CheckpointModel())[day] for name, one in roads.items()}


def posts_without_road(
    ledger: Ledger, *, as_of: str | dt.date, model: CheckpointModel | None = None
) -> tuple[str, ...]:
    """Give the posts that name neither a road nor a place and may stand: they may stand on any road.

    Parameters
    ----------
    ledger, as_of, model
        As for :func:`checkpoints_on`.

    Returns
    -------
    tuple
        Ids of posts that are active, fading, or spoken of without a day; those that are gone or old are left out.
    """
    return tuple(rows_without_road(ledger, as_of=as_of, model=model)["checkpoint_id"])


def rows_without_road(ledger: Ledger, *, as_of: str | dt.date, model: CheckpointModel | None = None) -> pd.DataFrame:
    """Give what is said of the posts of :func:`posts_without_road`: columns of CHECKPOINTS, without a place."""
    by_post: dict[str, list[PostStatement]] = {}
    for one, _ in statements_of_posts(ledger, known_on=None):
        by_post.setdefault(str(one.row["checkpoint_id"]), []).append(one)
    day = pd.Timestamp(day_of(as_of))
    stands = (CheckpointStatus.ACTIVE, CheckpointStatus.FADING, CheckpointStatus.UNKNOWN)
    rows = []
    for name, every in sorted(by_post.items()):
        said = _until(every, day)
        if said and all(not one.roads and one.row["place_kind"] == Where.NOWHERE for one in said):
            rows.append(_row(name, said, day, model or CheckpointModel(), road=None, place=(None, None, "nowhere")))
    return pd.DataFrame([row for row in rows if row["status"] in stands], columns=list(CHECKPOINTS.names))


def _over_time(
    corridor: Corridor,
    every: Sequence[tuple[PostStatement, Any]],
    days: Iterable[str | dt.date],
    model: CheckpointModel,
) -> dict[dt.date, gpd.GeoDataFrame]:
    told = placed_on(corridor, every)
    wanted = sorted({day_of(day) for day in days})
    rows = [_on_day(corridor, told, pd.Timestamp(day), model) for day in wanted]
    # The rows of all days are made a table and held to the schema at once, then parted by day.
    table = pd.DataFrame([row for those in rows for row in those], columns=list(CHECKPOINTS.names))
    whole: gpd.GeoDataFrame = (
        schema.conform(gpd.GeoDataFrame(table, crs=corridor.crs), CHECKPOINTS, crs=corridor.crs, unique=True)
        if len(table)
        else schema.empty(CHECKPOINTS, crs=corridor.crs)
    )
    found: dict[dt.date, gpd.GeoDataFrame] = {}
    stop = 0
    for day, those in zip(wanted, rows, strict=True):
        start, stop = stop, stop + len(those)
        found[day] = whole.iloc[start:stop].reset_index(drop=True)
        put_models(found[day], model)
        found[day].attrs["as_of"] = day.isoformat()
    return found


def _until(every: Iterable[PostStatement], day: pd.Timestamp) -> list[PostStatement]:
    """Give what was said of a day or before: what is said of later days is cut off at the day."""
    # A statement that speaks only of later days is dropped. One without any day stays: it can never make the post
    # active (see ``_status``).
    return [replace(one, until=_earlier(one.until, day)) for one in every if one.start is None or one.start <= day]


def _on_day(
    corridor: Corridor, told: Mapping[str, Sequence[PostStatement]], day: pd.Timestamp, model: CheckpointModel
) -> list[dict[str, object]]:
    """Give the rows of one day, along the road; last those without a place: their empty point draws nothing."""
    rows: list[dict[str, object]] = []
    for checkpoint_id, every in told.items():
        said = _until(every, day)
        roads = {road for one in said for road in one.roads}
        places = [one.place for one in said if one.place is not None]
        # Posts of other roads are not in the table. A post that names no road counts where its place lies on
        # this one; with neither road nor place nobody can say that it stands here.
        if not said or (roads and corridor.corridor_id not in roads) or not (places or roads):
            continue
        # Of several places that statements give, the narrowest: it is the one that somebody knew best.
        place = min(places, key=lambda piece: piece[1] - piece[0], default=(None, None, "nowhere"))
        row = _row(checkpoint_id, said, day, model, road=corridor.corridor_id, place=place)
        low, high, _ = place
        rows.append(
            {**row, "geometry": shapely.Point() if low is None or high is None else _shape(corridor, low, high)}
        )
    return sorted(rows, key=_along_road)


def _row(
    checkpoint_id: str,
    said: Sequence[PostStatement],
    day: pd.Timestamp,
    model: CheckpointModel,
    *,
    road: str | None,
    place: tuple[float | None, float | None, str],
) -> dict[str, object]:
    """Give what is said of a post as a row of CHECKPOINTS, without its shape."""
    return {
        "checkpoint_id": checkpoint_id,
        "kind": said[0].row["kind"],
        "operator": join_names(name for one in said for name in schema.split_names(one.row["operator"])),
        "place": said[0].row["place"],
        "extent": place[2],
        "corridor_id": road,
        "from_m": place[0],
        "to_m": place[1],
        **_life(said, day, model),
        "fees": join_names(_texts(said, "fee_text")),
        "fees_stated": sum(one.states_fee for one in said),
        "passable_for": _passable_for(said),
        "n_claims": len(said),
        "claims": join_names(_texts(said, "claim_id")),
        "sources": join_names(_texts(said, "source")),
    }


def _along_road(row: Mapping[str, Any]) -> tuple[bool, float, str]:
    at = row["from_m"]
    return at is None, 0.0 if at is None else float(at), str(row["checkpoint_id"])


def _texts(said: Iterable[PostStatement], name: str) -> list[str]:
    return [text for one in said if (text := one.text(name)) is not None]


def _earlier(until: pd.Timestamp | None, day: pd.Timestamp) -> pd.Timestamp | None:
    return until if until is None else min(until, day)


def _newest_last(said: Iterable[PostStatement]) -> list[PostStatement]:
    return sorted(said, key=lambda one: pd.Timestamp.min if one.until is None else one.until)


def _life(said: Sequence[PostStatement], day: pd.Timestamp, model: CheckpointModel) -> dict[str, object]:
    """Give where a post stands in its life."""
    # Standing and gone are set against one another by their newest dated word. On the same day "gone"
    # wins; an undated "gone" removes nothing, since nobody can say that it came after.
    gone = [one for one in said if one.row["state"] in (PostState.REMOVED, PostState.NOT_SET_UP)]
    there = [one for one in said if one.row["state"] in (PostState.STANDING, PostState.MOMENTARY)]
    last, ended = (max((one.until for one in some if one.until is not None), default=None) for some in (there, gone))
    removed = ended is not None and (last is None or last <= ended)
    # The state that is shown is that of the statements that decided, not of whichever was read last.
    newest = _newest_last(gone if removed or not there else there)
    state = str(newest[-1].row["state"])
    shown = ended if removed else last
    age = None if shown is None else int((day - shown).days)
    status = CheckpointStatus.REMOVED if removed else _status(age, model)
    # An age of 0 days is falsy on purpose: on its own day a post of that kind is active, the day after it
    # is not.
    if state == PostState.MOMENTARY and age:
        status = CheckpointStatus.LAST_KNOWN
    return {
        "first_seen": min((one.start for one in said if one.start is not None), default=None),
        "last_confirmed": last,
        "days_since": None if last is None else int((day - last).days),
        "status": status,
        "state": state,
        "removed_by": join_names(_texts(newest, "removed_by")) if removed else None,
        "removed_on": ended if removed else None,
    }


def _status(age: int | None, model: CheckpointModel) -> CheckpointStatus:
    if age is None:
        return CheckpointStatus.UNKNOWN
    if age <= model.active_days:
        return CheckpointStatus.ACTIVE
    return CheckpointStatus.FADING if age <= model.fading_days else CheckpointStatus.LAST_KNOWN


ASKED_FOR = (
    Vehicle.AMBULANCE, Vehicle.CONTAINER_TRUCK, Vehicle.FOUR_BY_FOUR, Vehicle.MOTORCYCLE, Vehicle.ON_FOOT,
    Vehicle.HUMANITARIAN,
)  # fmt: skip
"""Those for whom every post says whether they pass, ``unknown`` where nobody tells."""


def _passable_for(said: Iterable[PostStatement]) -> str:
    """Give who passes, by the newest statement that tells; the six who may want to know stand always."""
    found: dict[str, str] = {one.value: "unknown" for one in ASKED_FOR}
    # Newest last, so that a later answer writes over an earlier one. Whom nobody names stays ``unknown``:
    # silence is never a "yes".
    for one in _newest_last(said):
        for pair in schema.split_names(one.row["passable"]):
            who, _, answer = pair.partition(":")
            found[Vehicle(who.strip()).value] = answer.strip()
    return "; ".join(f"{who}: {answer}" for who, answer in found.items())


def passable(checkpoints: pd.DataFrame, vehicle: str) -> pd.Series:
    """Give for each post whether a vehicle passes: ``yes``, ``no`` or ``unknown``.

    Parameters
    ----------
    checkpoints
        CHECKPOINTS.
    vehicle
        A word of :class:`artimap.core.vocab.Vehicle`, for example ``ambulance``.

    Returns
    -------
    Series
        Aligned to ``checkpoints``; ``unknown`` where nobody tells. What is said of one
        kind counts for those it covers (public transport for a bus), but never for
        ambulances and aid.

    Raises
    ------
    ModelError
        If there is no such vehicle.

    Examples
    --------
    >>> passable(pd.DataFrame({"passable_for": ["ambulance: unknown; public_transport: yes"]}), "bus").tolist()
    ['yes']
    """
    asked = vehicle_of(vehicle)
    out = []
    for cell in checkpoints["passable_for"]:
        said = dict(pair.split(": ", 1) for pair in schema.split_names(cell))
        # What is said of the vehicle itself comes first; a wider kind fills in only where that is unknown.
        own = said.get(asked.value, "unknown")
        wider = [
            answer for who, answer in said.items() if asked in COVERS.get(Vehicle(who), ()) and answer != "unknown"
        ]
        out.append(own if own != "unknown" or not wider else wider[0])
    return pd.Series(out, index=checkpoints.index, dtype=schema.TEXT)


def words_for(who: Vehicle) -> frozenset[str]:
    """Give the words whose statements hold for a vehicle: its own and those that cover it, never the other way round.

    >>> sorted(words_for(Vehicle.CONTAINER_TRUCK))
    ['any', 'container_truck', 'truck']
    """
    return frozenset(one.value for one in Vehicle if who is one or who in COVERS.get(one, ()))


def _shape(corridor: Corridor, low: float, high: float) -> shapely.Geometry:
    return corridor.piece(low, high) if high - low > 1.0 else corridor.point_at(low)

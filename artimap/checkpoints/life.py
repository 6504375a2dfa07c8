"""Checkpoints on a corridor: what is said of each post, where, and how fresh it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from artimap import schema
from artimap.area import Area
from artimap.asides import Aside
from artimap.claims import Ledger
from artimap.corridor import Corridor
from artimap.dates import day_of
from artimap.errors import ModelError
from artimap.schema import join_names
from artimap.sources import read_report
from artimap.state import said_by, said_from
from artimap.vocab import COVERS, CheckpointStatus, FeeOf, PostState, Vehicle, Where


@dataclass(frozen=True, slots=True)
class CheckpointModel:
    """How long a post that nobody confirms again is still taken to stand.

    Attributes
    ----------
    active_days
        Confirmed within this: active.
    fading_days
        Confirmed within this: fading; longer ago: last known.
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
    """
    return read_report(Path(path), area=area).checkpoints


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
    """
    model = model or CheckpointModel()
    day = pd.Timestamp(day_of(as_of))
    posts = statements(ledger, day, known_on=None if known_on is None else pd.Timestamp(day_of(known_on)))
    rows: list[dict[str, object]] = []
    shapes: list[shapely.Geometry] = []
    for checkpoint_id, said in posts.groupby("checkpoint_id", sort=True):
        roads = {road for cell in said["road_id"] for road in schema.split_names(cell)}
        if roads and corridor.corridor_id not in roads:
            continue
        place = _place_on(corridor, said)
        if place is None and not roads:
            continue
        low, high, extent = place or (None, None, "nowhere")
        rows.append(
            {
                "checkpoint_id": checkpoint_id,
                "kind": said["kind"].iloc[0],
                "operator": join_names(name for cell in said["operator"] for name in schema.split_names(cell)),
                "place": said["place"].iloc[0],
                "extent": extent,
                "corridor_id": corridor.corridor_id,
                "from_m": low,
                "to_m": high,
                **_life(said, day, model),
                "fees": join_names(text for text in said["fee_text"].dropna() if text),
                "fees_stated": int((pd.to_numeric(said["fee_low"]).notna() & (said["fee_of"] == FeeOf.POST)).sum()),
                "passable_for": _passable_for(said),
                "n_claims": len(said),
                "claims": join_names(said["claim_id"]),
                "sources": join_names(said["source"]),
            }
        )
        shapes.append(shapely.Point() if low is None or high is None else _shape(corridor, low, high))
    table = pd.DataFrame(rows, columns=[name for name in schema.CHECKPOINTS.names if name != "geometry"])
    frame = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, crs=corridor.crs), crs=corridor.crs)
    frame = frame.sort_values(["from_m", "checkpoint_id"], na_position="last", kind="stable")
    found: gpd.GeoDataFrame = schema.conform(frame, schema.CHECKPOINTS, crs=corridor.crs)
    found.attrs["model"] = Aside(model)
    found.attrs["as_of"] = day.date().isoformat()
    return found


_OWN = ("state", "removed_by", "passable", "per", "fee_of", "payers", "exempt", "rate_htg_per_usd", "rate_day")


def statements(ledger: Ledger, day: pd.Timestamp, *, known_on: pd.Timestamp | None) -> gpd.GeoDataFrame:
    """Give the statements about posts that speak of a day or before, with ``start`` and ``until``, by claim.

    Parameters
    ----------
    ledger
        The claims.
    day
        The day.
    known_on
        Only what had surely been said by then.
    """
    claims = ledger.claims.drop_duplicates("claim_id").set_index("claim_id")
    posts = ledger.posts[ledger.posts["claim_id"].isin(claims.index)]
    missing = {name: None for name in (*_OWN, "fee_low", "fee_high", "fee_currency", "vehicle") if name not in posts}
    posts = posts.assign(**missing).sort_values("claim_id", kind="stable")
    about = claims.reindex(posts["claim_id"])
    basis = about["date_basis"].astype(str).to_numpy()
    spoken = [said_from(one, kind) for one, kind in zip(about["last_confirmed"], basis, strict=True)]
    until = pd.Series(pd.to_datetime(pd.Series(spoken, dtype="object")).to_numpy(), index=posts.index).astype(
        schema.DAY
    )
    start = pd.Series(about["valid_from"].to_numpy(), index=posts.index).astype(schema.DAY).fillna(until)
    posts = posts.assign(
        start=start, until=until.where(until.isna() | (until <= day), day), basis=basis,
        state=posts["state"].fillna(PostState.STANDING.value),
    )  # fmt: skip
    keep = ~(start > day)
    if known_on is not None:
        heard = [said_by(one, kind) for one, kind in zip(about["reported"], basis, strict=True)]
        keep &= pd.Series([one is not None and one <= known_on for one in heard], index=posts.index)
    return posts[keep.to_numpy()]


def _life(said: pd.DataFrame, day: pd.Timestamp, model: CheckpointModel) -> dict[str, object]:
    """Give where a post stands in its life."""
    gone = said[said["state"].isin([PostState.REMOVED, PostState.NOT_SET_UP])]
    there = said[said["state"].isin([PostState.STANDING, PostState.MOMENTARY])]
    last = there["until"].max() if len(there) else pd.NaT
    ended = gone["until"].max() if len(gone) else pd.NaT
    removed = bool(pd.notna(ended) and not (pd.notna(last) and last > ended))
    newest = gone if removed else there
    newest = newest.sort_values("until", na_position="first", kind="stable")
    state = str(newest["state"].iloc[-1])
    shown = ended if removed else last
    age = int((day - shown).days) if pd.notna(shown) else None
    status = CheckpointStatus.REMOVED if removed else _status(age, model)
    if state == PostState.MOMENTARY and age:
        status = CheckpointStatus.LAST_KNOWN
    return {
        "first_seen": said["start"].min(),
        "last_confirmed": last,
        "days_since": None if pd.isna(last) else int((day - last).days),
        "status": status,
        "state": state,
        "removed_by": join_names(newest["removed_by"].dropna()) if removed else None,
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


def _passable_for(said: pd.DataFrame) -> str:
    """Give who passes, by the newest statement that tells; the six who may want to know stand always."""
    found: dict[str, str] = {one.value: "unknown" for one in ASKED_FOR}
    for cell in said.sort_values("until", na_position="first", kind="stable")["passable"]:
        for pair in schema.split_names(cell):
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
        A word of :class:`artimap.vocab.Vehicle`, for example ``ambulance``.

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
        own = said.get(asked.value, "unknown")
        wider = [
            answer for who, answer in said.items() if asked in COVERS.get(Vehicle(who), ()) and answer != "unknown"
        ]
        out.append(own if own != "unknown" or not wider else wider[0])
    return pd.Series(out, index=checkpoints.index, dtype=schema.TEXT)


def vehicle_of(word: str) -> Vehicle:
    """Read a kind of vehicle, or say which there are."""
    try:
        return Vehicle(word)
    except ValueError:
        msg = f"{word!r} is no vehicle that posts tell apart; there is: {', '.join(Vehicle)}"
        raise ModelError(msg) from None


def _shape(corridor: Corridor, low: float, high: float) -> shapely.Geometry:
    return corridor.piece(low, high) if high - low > 1.0 else corridor.point_at(low)


def _place_on(corridor: Corridor, said: gpd.GeoDataFrame) -> tuple[float, float, str] | None:
    """Give the narrowest piece of road that a statement about the post names, and what kind of place that is."""
    found: list[tuple[float, float, str]] = []
    for row in said.itertuples(index=False):
        where = Where(str(row.place_kind))
        if where is Where.STRETCH and row.road_id == corridor.corridor_id and pd.notna(row.from_m):
            low, high = sorted((float(row.from_m), float(row.to_m)))
            found.append((low, min(high, corridor.length_m), "interval"))
        elif where in (Where.POINT, Where.PLACE):
            chainage, offset = corridor.project([row.geometry])
            if np.isfinite(offset[0]) and offset[0] <= _BESIDE_M:
                found.append((float(chainage[0]), float(chainage[0]), where.value))
            elif np.isfinite(offset[0]) and corridor.corridor_id in schema.split_names(row.road_id):
                # said to be on this road, at a town that lies off it: somewhere on the road past the town
                low, high = float(chainage[0] - offset[0]), float(chainage[0] + offset[0])
                found.append((max(0.0, low), min(high, corridor.length_m), "interval"))
        elif where is Where.SECTION and isinstance(row.pcode, str):
            pieces = corridor.unit_pieces(row.pcode)
            if pieces:
                found.append((pieces[0][0], pieces[-1][1], "section"))
    return min(found, key=lambda piece: piece[1] - piece[0]) if found else None


_BESIDE_M = 2_000.0
"""A post said to stand in a place this near to the road is taken to stand on the road."""

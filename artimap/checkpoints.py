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
from artimap.claims import Ledger
from artimap.corridor import Corridor
from artimap.dates import day_of
from artimap.errors import ModelError
from artimap.schema import join_names
from artimap.sources import read_report
from artimap.vocab import CheckpointStatus, Where


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
    corridor: Corridor, ledger: Ledger, *, as_of: str | dt.date, model: CheckpointModel | None = None
) -> gpd.GeoDataFrame:
    """Give the posts that are said to stand on a corridor, and those said to stand somewhere on it.

    Parameters
    ----------
    corridor
        The road.
    ledger
        The claims.
    as_of
        The day of the answer. Statements after it do not count; statements without a
        date do, but never make a post active.
    model
        The ages at which a post fades.

    Returns
    -------
    GeoDataFrame
        CHECKPOINTS in the corridor's system, along the road; last those whose place on
        the road is not known (``from_m`` null, empty geometry): list them, never draw
        them. Posts on other roads are not in the table. A post is ``active`` when last
        confirmed within ``active_days``, then ``fading``, then ``last_known``;
        ``unknown`` where no statement carries a date.
    """
    model = model or CheckpointModel()
    day = pd.Timestamp(day_of(as_of))
    posts = ledger.until(day.date()).posts
    first = pd.to_datetime(posts["first_reported"])
    posts = posts[~(first > day)]
    dated = ledger.claims.set_index("claim_id")["last_confirmed"]
    rows: list[dict[str, object]] = []
    shapes: list[shapely.Geometry] = []
    for checkpoint_id, said in posts.groupby("checkpoint_id", sort=True):
        roads = {road for cell in said["road_id"] for road in schema.split_names(cell)}
        if roads and corridor.corridor_id not in roads:
            continue
        place = _place_on(corridor, said)
        if place is None and not roads:
            continue
        confirmed = dated.reindex(said["claim_id"]).dropna()
        confirmed = confirmed[confirmed <= day]
        last = confirmed.max() if len(confirmed) else pd.NaT
        seen = pd.to_datetime(said["first_reported"]).min()
        age = int((day - last).days) if pd.notna(last) else None
        low, high = place or (None, None)
        rows.append(
            {
                "checkpoint_id": checkpoint_id,
                "kind": said["kind"].iloc[0],
                "operator": join_names(name for cell in said["operator"] for name in schema.split_names(cell)),
                "place": said["place"].iloc[0],
                "corridor_id": corridor.corridor_id,
                "from_m": low,
                "to_m": high,
                "first_seen": seen,
                "last_confirmed": last,
                "days_since": age,
                "status": _status(age, model),
                "fees": join_names(text for text in said["fee_text"].dropna() if text),
                "passable_for": None,
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
    found.attrs["model"] = model
    found.attrs["as_of"] = day.date()
    return found


def _status(age: int | None, model: CheckpointModel) -> CheckpointStatus:
    if age is None:
        return CheckpointStatus.UNKNOWN
    if age <= model.active_days:
        return CheckpointStatus.ACTIVE
    return CheckpointStatus.FADING if age <= model.fading_days else CheckpointStatus.LAST_KNOWN


def _shape(corridor: Corridor, low: float, high: float) -> shapely.Geometry:
    return corridor.piece(low, high) if high - low > 1.0 else corridor.point_at(low)


def _place_on(corridor: Corridor, said: gpd.GeoDataFrame) -> tuple[float, float] | None:
    """Give the narrowest piece of road that a statement about the post names."""
    found: list[tuple[float, float]] = []
    for row in said.itertuples(index=False):
        where = Where(str(row.place_kind))
        if where is Where.STRETCH and row.road_id == corridor.corridor_id and pd.notna(row.from_m):
            low, high = sorted((float(row.from_m), float(row.to_m)))
            found.append((low, min(high, corridor.length_m)))
        elif where in (Where.POINT, Where.PLACE):
            chainage, offset = corridor.project([row.geometry])
            if np.isfinite(offset[0]) and offset[0] <= _BESIDE_M:
                found.append((float(chainage[0]), float(chainage[0])))
        elif where is Where.SECTION and isinstance(row.pcode, str):
            pieces = corridor.unit_pieces(row.pcode)
            if pieces:
                found.append((pieces[0][0], pieces[-1][1]))
    return min(found, key=lambda piece: piece[1] - piece[0]) if found else None


_BESIDE_M = 2_000.0
"""A post said to stand in a place this near to the road is taken to stand on the road."""

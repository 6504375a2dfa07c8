"""What is said of each post, laid out once: the statements with their days, and where each puts the post."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from artimap.claims.ledger import Ledger
from artimap.claims.resolution import earliest_day, latest_day
from artimap.core import schema
from artimap.core.vocab import FeeOf, PostState, Where
from artimap.roads.corridor import Corridor

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
    posts = _stated(ledger)
    # Written as "not later", not as "earlier or equal": a comparison with NaT is false, so undated
    # statements stay.
    keep = ~(posts["start"] > day)
    if known_on is not None:
        keep &= posts["heard"] <= known_on
    until = posts["until"]
    found: gpd.GeoDataFrame = posts.assign(until=until.where(until.isna() | (until <= day), day))[keep]
    return found


def _stated(ledger: Ledger) -> gpd.GeoDataFrame:
    """Give every statement about a post: ``start``, ``until``, and when it had surely been said (``heard``)."""
    about_posts = ledger.claims["claim_id"].isin(ledger.posts["claim_id"])
    claims = ledger.claims[about_posts].drop_duplicates("claim_id").set_index("claim_id")
    # The gate takes claims out, and with them what they say of posts.
    posts = ledger.posts[ledger.posts["claim_id"].isin(claims.index)]
    missing = {name: None for name in (*_OWN, "fee_low", "fee_high", "fee_currency", "vehicle") if name not in posts}
    posts = posts.assign(**missing).sort_values("claim_id", kind="stable")
    # In the order of the posts from here on; the arrays below are laid beside them by position, not by
    # index.
    about = claims.reindex(posts["claim_id"])
    basis = about["date_basis"].astype(str).to_numpy()

    def days(values: object) -> pd.Series:
        return pd.Series(pd.to_datetime(pd.Series(values, dtype="object")).to_numpy(), posts.index).astype(schema.DAY)

    # Freshness is counted from the earliest day that the report can have, what may be known from the
    # latest: neither makes a post look newer or better known than it is.
    until = days([earliest_day(one, kind) for one, kind in zip(about["last_confirmed"], basis, strict=True)])
    # Without a first day a statement speaks of the day it was made only.
    start = pd.Series(about["valid_from"].to_numpy(), index=posts.index).astype(schema.DAY).fillna(until)
    found: gpd.GeoDataFrame = posts.assign(
        start=start, until=until, basis=basis, state=posts["state"].fillna(PostState.STANDING.value),
        heard=days([latest_day(one, kind) for one, kind in zip(about["reported"], basis, strict=True)]),
    )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class PostStatement:
    """One statement about a post.

    Attributes
    ----------
    row
        Its cells, as :func:`statements` gives them.
    start, until
        From when to when it speaks; null where that is not known.
    roads
        The roads that it names.
    place
        The metres between which it puts the post on the road, and what kind of place that is; null for none.
    states_fee
        Whether it gives an amount that the post asks.
    """

    row: Mapping[str, Any]
    start: pd.Timestamp | None
    until: pd.Timestamp | None
    roads: tuple[str, ...]
    place: tuple[float, float, str] | None
    states_fee: bool

    def text(self, name: str) -> str | None:
        """Give a cell of text, null where there is none."""
        value = self.row[name]
        return value if isinstance(value, str) and value else None


def statements_of_posts(ledger: Ledger, *, known_on: pd.Timestamp | None) -> list[tuple[PostStatement, Any]]:
    """Give every statement about a post with the shape it draws, whatever the day and the road; ``place`` is null."""
    posts = _stated(ledger)
    posts = posts[posts["checkpoint_id"].notna()]
    if known_on is not None:
        # A statement of which nobody knows when it was made (NaT) is not known by any day, and falls out
        # here.
        posts = posts[posts["heard"] <= known_on]
    # Levies on unions and takings of a whole band are no fee of the post.
    amount = (pd.to_numeric(posts["fee_low"]).notna() & (posts["fee_of"] == FeeOf.POST)).to_numpy(dtype=bool)
    found = []
    for cells, shape, states_fee in zip(
        schema.records(posts.drop(columns="geometry")), posts.geometry, amount, strict=True
    ):
        start, until = (None if pd.isna(cells[name]) else pd.Timestamp(cells[name]) for name in ("start", "until"))
        roads = schema.split_names(cells["road_id"])
        found.append((PostStatement(cells, start, until, roads, None, bool(states_fee)), shape))
    return found


def placed_on(corridor: Corridor, told: Iterable[tuple[PostStatement, Any]]) -> dict[str, tuple[PostStatement, ...]]:
    """Give what is said of each post with its place on a road, in order of the posts' names and of the claims."""
    found: dict[str, list[PostStatement]] = {}
    for one, shape in told:
        placed = replace(one, place=_place_on(corridor, one.row, shape, one.roads))
        found.setdefault(str(one.row["checkpoint_id"]), []).append(placed)
    return {name: tuple(found[name]) for name in sorted(found)}


def _place_on(
    corridor: Corridor, row: Mapping[str, Any], shape: Any, roads: tuple[str, ...]
) -> tuple[float, float, str] | None:
    """Give the piece of road that a statement about a post names, and what kind of place that is."""
    where = Where(str(row["place_kind"]))
    if where is Where.STRETCH and row["road_id"] == corridor.corridor_id and pd.notna(row["from_m"]):
        # Sources name the ends of a piece in either order.
        low, high = sorted((float(row["from_m"]), float(row["to_m"])))
        return low, min(high, corridor.length_m), "interval"
    if where in (Where.POINT, Where.PLACE):
        chainage, offset = corridor.project([shape])
        at, away = float(chainage[0]), float(offset[0])
        if np.isfinite(away) and away <= _BESIDE_M:
            return at, at, where.value
        if np.isfinite(away) and corridor.corridor_id in roads:
            # said to be on this road, at a town that lies off it: somewhere on the road past the town
            return max(0.0, at - away), min(at + away, corridor.length_m), "interval"
    elif where is Where.SECTION and isinstance(row["pcode"], str):
        # The road may leave a section and come back. The post may stand on any of the pieces, so it is given
        # the whole span.
        pieces = corridor.unit_pieces(row["pcode"])
        if pieces:
            return pieces[0][0], pieces[-1][1], "section"
    return None


_BESIDE_M = 2_000.0
"""A post said to stand in a place this near to the road is taken to stand on the road."""

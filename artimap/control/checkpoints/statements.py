"""What is said of each post, laid out once: the statements with their days, and where each puts the post."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from artimap.claims.ledger import Ledger
from artimap.claims.resolution import earliest_day, latest_day
from artimap.core import schema
from artimap.core.vocab import UNNAMED, FeeOf, PostState, Vehicle, Where
from artimap.roads.corridor import Corridor

_OWN = ("state", "removed_by", "passable", "per", "fee_of", "payers", "exempt", "rate_htg_per_usd", "rate_day", "own")


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


def same_posts(roads: Mapping[str, Corridor], known: Ledger, posts: pd.DataFrame) -> dict[str, str]:
    """Find which posts of a user's file are posts that are known already: else each would count, and ask, twice.

    Parameters
    ----------
    roads
        The roads by id.
    known
        The statements that are there already.
    posts
        The user's, as statements of a ledger (:func:`artimap.claims.readers.posts_of`).

    Returns
    -------
    dict
        The known id by the user's: of the same road and kind, with a keeper in common (or none stated), whose ends lie
        within 2 km of the user's; 500 m where the known place is an exact spot. The nearest where several fit.
    """
    told, found = statements_of_posts(known, known_on=None), dict[str, tuple[float, str]]()
    for name, road in roads.items():
        mine = schema.records(pd.DataFrame(posts[posts["road_id"] == name]).drop(columns="geometry"))
        for post, every in placed_on(road, told).items() if mine else ():
            named = {one for said in every for one in said.roads}
            places = [said.place for said in every if said.place is not None]
            if not places or (named and name not in named):
                continue
            low, high, extent = min(places, key=lambda piece: piece[1] - piece[0])
            reach, kinds = (_SPOT_M if extent == Where.POINT else _BESIDE_M), {said.row["kind"] for said in every}
            keepers = {one for said in every for one in schema.split_names(said.row["operator"])} - {UNNAMED}
            for row in mine:
                own = set(schema.split_names(row["operator"])) - {UNNAMED}
                off = max(abs(float(row["from_m"]) - low), abs(float(row["to_m"]) - high))
                if off <= reach and row["kind"] in kinds and (not own or not keepers or own & keepers):
                    best = found.get(str(row["checkpoint_id"]))
                    if best is None or (off, post) < best:
                        found[str(row["checkpoint_id"])] = (off, post)
    return {own: post for own, (_, post) in sorted(found.items())}


_SPOT_M = 500.0


def outdated(said: pd.DataFrame, stated: pd.Series, alike: Sequence[str] = ()) -> NDArray[np.bool_]:
    """Tell which of what is stated of a post a newer statement replaces, where a user's file speaks of a known post.

    Parameters
    ----------
    said
        :func:`statements`.
    stated
        Which of them state what is looked for.
    alike
        Columns that must be the same for one to replace another.
    """
    own, out = said["own"].eq(other=True).to_numpy(dtype=bool), np.zeros(len(said), dtype=bool)
    posts, days = said["checkpoint_id"].to_numpy(dtype=object), said["until"].to_numpy()
    for name in {posts[at] for at in np.flatnonzero(own)}:
        rows = [int(at) for at in np.flatnonzero((posts == name) & stated.to_numpy(dtype=bool))]
        for at, other in permutations(rows, 2):
            payers = said["payers"].iloc[[at, other]].tolist()
            # who asks everybody now asks this one too
            covers = pd.isna(payers[1]) or payers[1] in (payers[0], Vehicle.ANY)
            same = all(said[column].iloc[at] == said[column].iloc[other] for column in alike)
            out[at] |= bool((own[at] or own[other]) and covers and same and days[other] > days[at])
    return out


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

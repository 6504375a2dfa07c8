"""Which rows a map may show, and a count of those that it leaves out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from artimap.claims.ledger import Ledger
from artimap.sharing.gate import Gated


@dataclass(frozen=True, slots=True)
class Left:
    """How many rows were left out, by reason.

    Attributes
    ----------
    held
        Rows that the caller had taken out before.
    earlier, later
        Events before the days that the map shows; events that end, or were first reported,
        after the day of the answer.
    gated
        What the gate left out or changed for the audience.
    posts
        Posts of which this audience may see no claim.
    layers
        Rows of layers of the user's own that are not for this audience.
    """

    held: int = 0
    earlier: int = 0
    later: int = 0
    gated: Gated | None = None
    posts: int = 0
    layers: int = 0

    def words(self, lang: str) -> tuple[str, ...]:
        """Say what the audience does not get, and what was done to rows."""
        if self.gated is None:
            return ()
        return (*self.gated.held_words(lang, posts=self.posts), *self.gated.method_words(lang))


def _reported_later(ledger: Ledger | None, as_of: dt.date) -> set[str]:
    """Give the events of which every report came after a day: nobody could know of them then."""
    if ledger is None:
        return set()
    return set(ledger.claims["subject"]) - set(ledger.until(as_of).claims["subject"])


@dataclass(frozen=True, slots=True, eq=False)
class VisibleTables:
    """The tables as the reader may see them, and what was left out."""

    events: gpd.GeoDataFrame | None
    ledger: Ledger | None
    checkpoints: gpd.GeoDataFrame | None
    left: Left

    def posts(self, checkpoints: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Leave out of posts of another day those of which the reader may see no claim."""
        if self.left.gated is None:
            return checkpoints
        return self.left.gated.posts(checkpoints)[0]


def visible_tables(
    gated: Gated,
    *,
    checkpoints: gpd.GeoDataFrame | None,
    as_of: dt.date,
    since: dt.date,
    held_back: int = 0,
) -> VisibleTables:
    """Leave out what lies outside the days that a map shows, and posts of which its reader may see no claim.

    Parameters
    ----------
    gated
        What the gate let through, cut to the day.
    checkpoints
        CHECKPOINTS, or None.
    as_of, since
        Last and first day that the map shows.
    held_back
        Rows that the caller had taken out before.
    """
    later = earlier = posts = 0
    shown = gated.events
    if shown is not None:
        # An event still going on at the first day that is shown belongs to it, hence its last day; one that
        # has not ended by the day of the answer counts as later.
        last = shown["date_end"].fillna(shown["date_start"])
        unheard = _reported_later(gated.all_days, as_of)
        after = ((last > pd.Timestamp(as_of)) | shown["event_id"].isin(unheard)).to_numpy(dtype=bool)
        # Each row is counted under one reason, later before earlier, so that the counts add up to the rows
        # left out.
        before = (last < pd.Timestamp(since)).to_numpy(dtype=bool) & ~after
        later, earlier = int(after.sum()), int(before.sum())
        shown = shown[~(after | before)]
    if checkpoints is not None:
        checkpoints, posts = gated.posts(checkpoints)
    return VisibleTables(shown, gated.ledger, checkpoints, Left(held_back, earlier, later, gated, posts))

"""Which rows a map may show, and a count of those that it leaves out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from artimap.areas.area import Area
from artimap.claims import Ledger
from artimap.core.vocab import Audience
from artimap.sharing import Gated, SharePolicy, gate


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
    """

    held: int = 0
    earlier: int = 0
    later: int = 0
    gated: Gated | None = None
    posts: int = 0

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
        if self.ledger is None or self.left.gated is None:
            return checkpoints
        return self.left.gated.posts(checkpoints)[0]


def for_audience(
    *,
    events: gpd.GeoDataFrame | None,
    ledger: Ledger | None,
    checkpoints: gpd.GeoDataFrame | None,
    area: Area,
    audience: Audience,
    as_of: dt.date,
    since: dt.date,
    policy: SharePolicy | None = None,
) -> VisibleTables:
    """Leave out what a reader may not see, and what lies outside the days that the map shows.

    Parameters
    ----------
    events, ledger, checkpoints
        EVENTS, the claims, CHECKPOINTS, or None.
    area, audience, policy
        For whom, and who gets what (see :func:`artimap.sharing.gate`).
    as_of, since
        Last and first day that the map shows.
    """
    later = earlier = posts = 0
    # What was reported later is cut off before the gate, so that its counts of what is held back are of
    # the day too.
    until = None if ledger is None else ledger.until(as_of)
    gated = gate(events, until, audience=audience, area=area, as_of=as_of, policy=policy)
    shown = gated.events
    if shown is not None:
        # An event still going on at the first day that is shown belongs to it, hence its last day; one that
        # has not ended by the day of the answer counts as later.
        last = shown["date_end"].fillna(shown["date_start"])
        unheard = _reported_later(ledger, as_of)
        after = ((last > pd.Timestamp(as_of)) | shown["event_id"].isin(unheard)).to_numpy(dtype=bool)
        # Each row is counted under one reason, later before earlier, so that the counts add up to the rows
        # left out.
        before = (last < pd.Timestamp(since)).to_numpy(dtype=bool) & ~after
        later, earlier = int(after.sum()), int(before.sum())
        shown = shown[~(after | before)]
    if checkpoints is not None and ledger is not None:
        checkpoints, posts = gated.posts(checkpoints)
    return VisibleTables(shown, gated.ledger, checkpoints, Left(0, earlier, later, gated, posts))

"""Which rows a map may show, and a count of those that it leaves out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from artimap import schema
from artimap.claims import Ledger
from artimap.schema import split_names
from artimap.share import releasable, releasable_claims
from artimap.vocab import Audience


@dataclass(frozen=True, slots=True)
class Left:
    """How many rows were left out, by reason.

    Attributes
    ----------
    held
        Events and posts that this audience may not see.
    earlier, later
        Events before the days that the map shows; events that end, or were first reported,
        after the day of the answer.
    """

    held: int = 0
    earlier: int = 0
    later: int = 0


def _reported_later(ledger: Ledger | None, as_of: dt.date) -> set[str]:
    """Give the events of which every report came after a day: nobody could know of them then."""
    if ledger is None:
        return set()
    return set(ledger.claims["subject"]) - set(ledger.until(as_of).claims["subject"])


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """The tables as the reader may see them, and what was left out."""

    events: gpd.GeoDataFrame | None
    ledger: Ledger | None
    checkpoints: gpd.GeoDataFrame | None
    left: Left


def for_audience(
    *,
    events: gpd.GeoDataFrame | None,
    ledger: Ledger | None,
    checkpoints: gpd.GeoDataFrame | None,
    audience: Audience,
    as_of: dt.date,
    since: dt.date,
) -> Seen:
    """Leave out what a reader may not see, and what lies outside the days that the map shows.

    Parameters
    ----------
    events, ledger, checkpoints
        EVENTS, the claims, CHECKPOINTS, or None.
    audience
        For whom (see :func:`artimap.share.releasable`).
    as_of, since
        Last and first day that the map shows.
    """
    held = later = earlier = 0
    shown = events
    allowed = events if events is not None else None
    if events is not None:
        allowed, back = releasable(events, audience=audience)
        held += back.total
        last = allowed["date_end"].fillna(allowed["date_start"])
        unheard = _reported_later(ledger, as_of)
        after = ((last > pd.Timestamp(as_of)) | allowed["event_id"].isin(unheard)).to_numpy(dtype=bool)
        before = (last < pd.Timestamp(since)).to_numpy(dtype=bool) & ~after
        later, earlier = int(after.sum()), int(before.sum())
        shown = allowed[~(after | before)]
    heard = ledger
    if ledger is not None:
        until = ledger.until(as_of)
        known = allowed if allowed is not None else schema.empty(schema.EVENTS)
        heard, _ = releasable_claims(until, audience=audience, events=known)
        if checkpoints is not None:
            dropped = set(until.claims["claim_id"]) - set(heard.claims["claim_id"])
            behind = [split_names(cell) for cell in checkpoints["claims"]]
            keep = np.array([not ids or any(one not in dropped for one in ids) for ids in behind], dtype=bool)
            held += len(keep) - int(keep.sum())
            checkpoints = checkpoints[keep]
    return Seen(shown, heard, checkpoints, Left(held, earlier, later))

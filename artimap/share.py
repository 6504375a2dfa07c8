"""A first gate on the way out: who a product is for, and what it therefore leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import geopandas as gpd
import pandas as pd

from artimap.claims import Ledger
from artimap.vocab import RESTRICTED, About, Audience, EventKind

Frame = TypeVar("Frame", pd.DataFrame, gpd.GeoDataFrame)


@dataclass(frozen=True, slots=True)
class HeldBack:
    """How many rows a product leaves out because of its audience."""

    sensitive: int
    positions: int

    @property
    def total(self) -> int:
        """All rows held back."""
        return self.sensitive + self.positions


def releasable(events: gpd.GeoDataFrame, *, audience: Audience) -> tuple[gpd.GeoDataFrame, HeldBack]:
    """Take out the events that may not reach an audience.

    Parameters
    ----------
    events
        EVENTS.
    audience
        ``internal`` gets everything; others neither rows of high or severe sensitivity
        nor deployments, which tell where a force stands.

    Returns
    -------
    tuple
        The rows that may go out, and how many were held back.
    """
    if audience is Audience.INTERNAL:
        return events, HeldBack(0, 0)
    position = (events["kind"] == EventKind.DEPLOYMENT).to_numpy(dtype=bool)
    sensitive = events["sensitivity"].isin(RESTRICTED).to_numpy(dtype=bool) & ~position
    held = HeldBack(int(sensitive.sum()), int(position.sum()))
    return events[~(position | sensitive)].reset_index(drop=True), held


def releasable_claims(ledger: Ledger, *, audience: Audience, events: gpd.GeoDataFrame) -> tuple[Ledger, HeldBack]:
    """Take out the claims that may not reach an audience.

    Parameters
    ----------
    ledger
        The claims.
    audience
        See :func:`releasable`.
    events
        The events that may go out: claims about other events go with them.
    """
    if audience is Audience.INTERNAL:
        return ledger, HeldBack(0, 0)
    claims = ledger.claims
    position = (claims["about"] == About.DEPLOYMENT).to_numpy(dtype=bool)
    orphan = ((claims["about"] == About.EVENT) & ~claims["subject"].isin(events["event_id"])).to_numpy(dtype=bool)
    sensitive = (claims["sensitivity"].isin(RESTRICTED).to_numpy(dtype=bool) | orphan) & ~position
    kept = claims[~(position | sensitive)].reset_index(drop=True)
    posts = ledger.posts[~ledger.posts["sensitivity"].isin(RESTRICTED)].reset_index(drop=True)
    return Ledger(kept, ledger.subjects, posts), HeldBack(int(sensitive.sum()), int(position.sum()))

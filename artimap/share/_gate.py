"""A first gate on the way out: who a product is for, and what it therefore leaves out."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from artimap.claims import Ledger
from artimap.share._policy import SharePolicy, citation
from artimap.vocab import RESTRICTED, About, Audience, EventKind


@dataclass(frozen=True, slots=True)
class HeldBack:
    """How many rows a product leaves out because of its audience."""

    sensitive: int
    positions: int
    licensed: int = 0

    @property
    def total(self) -> int:
        """All rows held back."""
        return self.sensitive + self.positions + self.licensed


def _licensed(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which rows come, alone or with others, from a source whose rows may not be passed on."""
    shut = {licence: SharePolicy().is_licensed(str(licence)) for licence in table["licence"].dropna().unique()}
    return np.asarray([shut.get(licence, False) for licence in table["licence"]], dtype=bool)


def releasable(events: gpd.GeoDataFrame, *, audience: Audience) -> tuple[gpd.GeoDataFrame, HeldBack]:
    """Take out the events that may not reach an audience.

    Parameters
    ----------
    events
        EVENTS.
    audience
        ``internal`` gets everything; others neither rows of high or severe sensitivity
        nor deployments, which tell where a force stands, nor rows of a source that may not
        be passed on (``SharePolicy.licensed``).

    Returns
    -------
    tuple
        The rows that may go out, and how many were held back.
    """
    if audience is Audience.INTERNAL:
        return events, HeldBack(0, 0)
    position = (events["kind"] == EventKind.DEPLOYMENT).to_numpy(dtype=bool)
    sensitive = events["sensitivity"].isin(RESTRICTED).to_numpy(dtype=bool) & ~position
    licensed = _licensed(events) & ~position & ~sensitive
    held = HeldBack(int(sensitive.sum()), int(position.sum()), int(licensed.sum()))
    return events[~(position | sensitive | licensed)].reset_index(drop=True), held


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
    licensed = _licensed(claims) & ~position
    sensitive = (claims["sensitivity"].isin(RESTRICTED).to_numpy(dtype=bool) | orphan) & ~position & ~licensed
    kept = claims[~(position | sensitive | licensed)].reset_index(drop=True)
    gone = set(claims["claim_id"]) - set(kept["claim_id"])
    shut = ledger.posts["sensitivity"].isin(RESTRICTED) | ledger.posts["claim_id"].isin(gone)
    posts = ledger.posts[~shut].reset_index(drop=True)
    held = HeldBack(int(sensitive.sum()), int(position.sum()), int(licensed.sum()))
    return Ledger(kept, ledger.subjects, posts), held


def licensed_sources(events: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Name, as they ask to be cited, the sources behind a table whose rows may not be passed on.

    A rate made from their rows may go out, with this named beside it.
    """
    licences = sorted(set(events.loc[_licensed(events), "licence"].dropna()))
    return tuple(line for line in citation(licences, (), (), change="").split("\n") if line)

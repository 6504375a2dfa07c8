"""The posts on a way over several roads, and what they ask of a vehicle together."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd

from artimap.control.checkpoints.fees import Asked
from artimap.core.vocab import Vehicle


@dataclass(frozen=True, eq=False)
class RoutePosts:
    """What is known, and not known, of the posts on a way.

    Attributes
    ----------
    vehicle
        Whose fees.
    posts
        Posts said to stand on it, of which something new enough is said.
    asked
        Sums over the posts that state a dated amount, by period and currency.
    fee_unknown
        Posts on it for which no dated amount is stated for the vehicle.
    waiting_lo_min, waiting_hi_min, waiting_unknown
        Waiting stated, summed over the posts that state one; how many do not.
    complete
        True only where every post states an amount and none is in doubt: only then is a sum a total.
    passable
        ``yes``, ``no`` or ``unknown``: the hardest word of its posts and road statuses for the vehicle.
    table
        One row a post and amount, in the order of the way, in the area's system: ``checkpoint_id, road_id, from_m,
        to_m, along_m`` (metres from the start of the way), ``place, kind, operator, status, counts_as, per, currency,
        low, high, dated, waiting_lo_min, waiting_hi_min, passable, last_confirmed, days_since, exact`` (whether its
        place is exact), ``claims, sources``, geometry.
    """

    vehicle: Vehicle
    posts: int
    asked: tuple[Asked, ...]
    fee_unknown: int
    waiting_lo_min: float
    waiting_hi_min: float
    waiting_unknown: int
    complete: bool
    passable: str
    table: gpd.GeoDataFrame = field(repr=False)

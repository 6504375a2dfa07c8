"""Pieces of named roads: what a way is told in, and what closes."""

from __future__ import annotations

from typing import NamedTuple


class RoadSpan(NamedTuple):
    """A piece of a road, in the direction in which it is run through: ``from_m > to_m`` against its kilometres.

    Attributes
    ----------
    road_id
        The road.
    from_m, to_m
        Chainages on it, in metres.

    Examples
    --------
    >>> import artimap as am
    >>> am.RoadSpan("rn1", 110_000.0, 98_000.0).length_m
    12000.0
    """

    road_id: str
    from_m: float
    to_m: float

    @property
    def length_m(self) -> float:
        """Its length in metres."""
        return abs(self.to_m - self.from_m)

    @property
    def low_m(self) -> float:
        """The lesser of its chainages."""
        return min(self.from_m, self.to_m)

    @property
    def high_m(self) -> float:
        """The greater of its chainages."""
        return max(self.from_m, self.to_m)

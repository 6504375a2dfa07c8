"""Events on a line, which of them count once, and how chance would have placed them.

Reports are no points thrown at a road. Many tell of the nearest named place, so that all of
them lie at towns however evenly danger lies; and one raid is told as several events. What chance
gives must be told and heaped in the same way, or towns and raids are taken for dangerous places.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artimap.core.arrays import Floats, Ints


def declustered(
    low_m: Floats, high_m: Floats, first_day: Floats, last_day: Floats, *, days: float, metres: float
) -> NDArray[np.bool_]:
    """Tell which events stand for an episode: those near one of them in time and on the road count no second time.

    The most exact events are looked at first, then the earlier ones. Measured from one event and not from
    the last of a chain: where something happens every week, an episode must not swallow the year.

    Parameters
    ----------
    low_m, high_m
        Outer ends of the road that each event may lie on.
    first_day, last_day
        Between which days each event was.
    days, metres
        Events with no more between them, in time and on the road, are one episode.

    Returns
    -------
    ndarray
        True for the event that stands for its episode.

    Examples
    --------
    >>> at, day = np.array([0.0, 1_000.0, 9_000.0]), np.array([0.0, 2.0, 2.0])
    >>> declustered(at, at, day, day, days=5, metres=3_000).tolist()
    [True, False, True]
    """
    kept: list[int] = []
    # Whole metres and days: a rounding of the last digit must not decide who stands for whom.
    order = np.lexsort((np.round(low_m), np.round(first_day), np.round(last_day - first_day), np.round(high_m - low_m)))
    for one in order:
        apart_m = np.maximum(low_m[kept] - high_m[one], low_m[one] - high_m[kept])
        apart_days = np.maximum(first_day[kept] - last_day[one], first_day[one] - last_day[kept])
        if not ((apart_m <= metres) & (apart_days <= days)).any():
            kept.append(int(one))
    stands = np.zeros(len(low_m), dtype=bool)
    stands[kept] = True
    return stands


@dataclass(frozen=True, eq=False)
class NamedPlaces:
    """The places that reports name, on a line cut into cells.

    Attributes
    ----------
    share
        Where a report that names a place lies, (places, cells); each row adds up to 1.
    chance
        The chance that a report which names a place names this one; adds up to 1.
    """

    share: Floats
    chance: Floats

    @classmethod
    def along(cls, share: Floats, edges: Floats) -> NamedPlaces:
        """Give places the chance of the road that is nearer to them than to the others.

        So many incidents each would be told by, were danger even along the road and every report named the
        nearest place.
        """
        middle = share @ ((edges[:-1] + edges[1:]) / 2)
        order = np.argsort(middle, kind="stable")
        ends = np.r_[edges[0], (middle[order][:-1] + middle[order][1:]) / 2, edges[-1]]
        chance = np.empty(len(order))
        chance[order] = np.diff(ends) / (edges[-1] - edges[0])
        return cls(share, chance)


@dataclass(frozen=True, eq=False)
class EventsOnLine:
    """Events on a line cut into cells: entries (event, cell, weight), sorted by event.

    Attributes
    ----------
    event, cell, weight
        One entry where an event may lie in a cell.
    cells, events
        How many there are.
    named
        Which events are told by the name of a place; null where none is.
    places
        The places that such events may name.
    """

    event: Ints
    cell: Ints
    weight: Floats
    cells: int
    events: int
    named: NDArray[np.bool_] | None = None
    places: NamedPlaces | None = None

    def only(self, kept: NDArray[np.bool_]) -> EventsOnLine:
        """Give some of the events, numbered anew."""
        entry = kept[self.event]
        number = np.cumsum(kept) - 1
        named = None if self.named is None else self.named[kept]
        return EventsOnLine(
            number[self.event[entry]],
            self.cell[entry],
            self.weight[entry],
            self.cells,
            int(kept.sum()),
            named,
            self.places,
        )

    def placed(self, rng: np.random.Generator, times: int) -> Floats:
        """Place every event at random; (times, cells).

        An event told by the name of a place is drawn among the places. The middle of every other falls anywhere, its
        width is kept, and what would lie beyond an end of the line goes to the part that does not, as
        for a real event near the end.
        """
        if self.places is None or self.named is None or not self.named.any():
            return self._moved(rng, times)
        along = self.only(~self.named)._moved(rng, times)  # noqa: SLF001 - another of its own class
        told = self.only(self.named)
        whole = np.bincount(told.event, weights=told.weight, minlength=told.events)
        number = len(self.places.chance)
        drawn = rng.choice(number, (times, told.events), p=self.places.chance)
        slot = (np.arange(times) * number)[:, None] + drawn
        # One row a placement: how much of the events each place has, spread as the place itself lies.
        by_place = np.bincount(slot.ravel(), weights=np.tile(whole, times), minlength=times * number)
        return np.asarray(along + by_place.reshape(times, number) @ self.places.share)

    def _moved(self, rng: np.random.Generator, times: int) -> Floats:
        if not self.events:
            return np.zeros((times, self.cells))
        first = np.searchsorted(self.event, np.arange(self.events))
        last = np.searchsorted(self.event, np.arange(self.events), side="right") - 1
        # Each event moves as a whole, with its width: a vague one stays vague in every placement.
        middle = (self.cell[first] + self.cell[last]) // 2
        at = self.cell + (rng.integers(0, self.cells, (times, self.events)) - middle)[:, self.event]
        inside = (at >= 0) & (at < self.cells)
        weight = np.where(inside, self.weight, 0.0)
        kept = np.add.reduceat(weight, first, axis=1)
        # What would lie beyond the end is dropped and the rest made heavier, so that every placement has as
        # many events.
        whole = np.add.reduceat(self.weight, first)
        weight *= np.divide(whole, kept, out=np.zeros_like(kept), where=kept > 0)[:, self.event]
        slot = (np.arange(times) * self.cells)[:, None] + np.clip(at, 0, self.cells - 1)
        counted = np.bincount(slot.ravel(), weights=weight.ravel(), minlength=times * self.cells)
        return np.asarray(counted, dtype=float).reshape(times, self.cells)

    def counted(self, times: Floats) -> Floats:
        """Count the events by cell, each as many times as said; (runs, cells) for (runs, events)."""
        out = np.zeros((len(times), self.cells))
        np.add.at(out.T, self.cell, (times[:, self.event] * self.weight).T)
        return out

"""What a whole trip meets: the expected reported incidents from one town to another.

A planner sends a truck from town to town, not along a piece of road. The incidents of all
pieces on the way are drawn together, so that the interval is that of their sum.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np

from artimap.claims.ledger import Ledger
from artimap.core.arrays import Bools, Floats
from artimap.core.dates import DAYS_PER_MONTH, day_of
from artimap.core.metadata import JsonModel
from artimap.core.notebook import Shown, figure
from artimap.core.precision import significant
from artimap.risk.aggregate import Shared, share_out, shared_draws, watched_share
from artimap.risk.coverage import RoadPieces, days_until
from artimap.risk.event_counts import Counted, Laid
from artimap.risk.model import RiskModel
from artimap.risk.posterior import Posterior, posterior
from artimap.roads.corridor import Corridor, Stretch

MOSTLY = 0.5
"""A trip of which more than this part is silent has no figure: most of it would be guessed from the rest."""


@dataclass(frozen=True, slots=True, repr=False)
class TripRisk(JsonModel, Shown):
    """The reported incidents on the way from one town to another.

    Figures are of what is *reported*, for a month of thirty days and a half on the whole way; null where more than
    half of the way is silent, and then the last that was known stands in ``last_expected``.

    Attributes
    ----------
    name, from_m, to_m
        The way, and its chainages.
    as_of, last_report
        Day of the answer, and of the last report about the road, as YYYY-MM-DD.
    expected, lo80, hi80, lo95, hi95
        Reported incidents a month on the whole way: mean, and the ends of its intervals.
    chance, chance_lo80, chance_hi80
        Probability of at least one on a given day.
    happened, happened_lo80, happened_hi80
        The same as ``expected`` for what happens, where somebody states what part is reported.
    last_expected
        The last that was known, where the way is mostly silent; null where nobody ever told of half of it.
    silent_m
        Metres of the way of which nobody has reported for long.
    newest_report
        Day of the newest report about the way; null where there is none.

    Examples
    --------
    >>> import artimap as am
    >>> trip = am.study(am.area("artibonite"), as_of="2024-10-15").trips[1]
    >>> trip.name, trip.known
    ('Saint-Marc – Gonaïves', True)
    """

    name: str
    from_m: float
    to_m: float
    as_of: str
    last_report: str
    expected: float | None
    lo80: float | None
    hi80: float | None
    lo95: float | None
    hi95: float | None
    chance: float | None
    chance_lo80: float | None
    chance_hi80: float | None
    happened: float | None
    happened_lo80: float | None
    happened_hi80: float | None
    last_expected: float | None
    silent_m: float
    newest_report: str | None

    def _lines(self) -> tuple[str, ...]:
        if self.expected is None:
            since = "" if self.newest_report is None else f", newest report {self.newest_report}"
            return f"{self.name}, as of {self.as_of}", f"not known: most of the way is silent{since}"
        return (
            f"{self.name}, as of {self.as_of}",
            f"{figure(self.expected)} reported incidents a month ({figure(self.lo80)} to {figure(self.hi80)})",
            f"{self.silent_m / 1000:.0f} of {self.length_m / 1000:.0f} km silent",
        )

    @property
    def length_m(self) -> float:
        """Length of the way in metres."""
        return self.to_m - self.from_m

    @property
    def known(self) -> bool:
        """Whether there is a figure."""
        return self.expected is not None


def city_pairs(corridor: Corridor) -> list[tuple[str, str]]:
    """Give the trips between the cities of a road, one city to the next; from end to end where it has none.

    Examples
    --------
    >>> import artimap as am
    >>> from artimap.risk.trips import city_pairs
    >>> [" – ".join(pair) for pair in city_pairs(am.read_corridor(am.area("artibonite"), "rn1"))]
    ['Port-au-Prince – Saint-Marc', 'Saint-Marc – Gonaïves', 'Gonaïves – Cap-Haïtien']
    """
    cities = corridor.towns[corridor.towns["kind"] == "city"].sort_values("chainage_m")
    return list(pairwise(str(name) for name in cities["name"]))


def trip_risk(
    corridor: Corridor,
    start: str | float,
    stop: str | float,
    located: gpd.GeoDataFrame,
    *,
    as_of: str | dt.date,
    model: RiskModel | None = None,
    ledger: Ledger | None = None,
) -> TripRisk:
    """Estimate the reported incidents on the way between two towns.

    Parameters
    ----------
    corridor
        The road.
    start, stop
        Names of towns on the road, or chainages in metres.
    located
        EVENTS in the corridor's system.
    as_of
        The day of the answer.
    model
        All parameters.
    ledger
        Claims; see :func:`artimap.corridor_risk`.

    Returns
    -------
    TripRisk
        Reported incidents a month on the whole way, the chance of at least one on a given day, with intervals, and
        the part of the way of which nothing is known. It does not depend on how the road is cut.

    Raises
    ------
    PlaceError
        If a name is none of the corridor's towns.
    ModelError, DateError, CrsError
        For bad parameters, a bad day, a table in another system.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> rn1, events, ledger = am.read_corridor(art, "rn1"), am.read_events(art), am.read_claims(art)
    >>> trip = am.trip_risk(rn1, "Saint-Marc", "Gonaïves", events, as_of="2024-10-15", ledger=ledger)
    >>> trip.name, round(trip.length_m / 1000), trip.lo80 < trip.expected < trip.hi80
    ('Saint-Marc – Gonaïves', 55, True)
    """
    model, day = model or RiskModel(), day_of(as_of)
    rates = RoadRates.of(corridor, located, day=day, model=model, ledger=ledger)
    return trip_between(corridor.stretch(start, stop), rates, day=day, model=model)


@dataclass(frozen=True, eq=False)
class RoadRates:
    """What is known of a road on a day: its counts, their posterior, and the draws that every sum is made from."""

    counted: Counted
    found: Posterior
    draws: Floats

    @classmethod
    def of(
        cls, corridor: Corridor, located: gpd.GeoDataFrame, *, day: dt.date, model: RiskModel, ledger: Ledger | None
    ) -> RoadRates:
        """Estimate a road."""
        counted = Laid.over(corridor, located, ledger, model=model).on(day, model)
        found = posterior(counted.counts, model.fixed, trend_days=model.trend_days, seed=model.seed)
        return cls(counted, found, found.draws(seed=model.seed))

    def silent(self, *, day: dt.date, model: RiskModel) -> Bools:
        """Tell of which pieces of the road nobody has reported for long, or ever."""
        return ~(days_until(day, self.counted.newest_reports) <= model.quiet_after_days)

    def on(self, way: RoadPieces, *, day: dt.date, model: RiskModel) -> OnWay:
        """Sum up what was drawn for the pieces of the road over a way, whose bins are all one piece or none."""
        counted = self.counted
        shared = share_out(counted, self.found, way)
        rng = np.random.default_rng([model.seed, 3])
        edges, here = counted.road.edges, way.piece >= 0
        bins = zip(way.edges[:-1][here], way.edges[1:][here], strict=True)
        length = np.zeros(len(edges) - 1)
        for low, high in bins:
            length += np.clip(np.minimum(edges[1:], high) - np.maximum(edges[:-1], low), 0.0, None)
        newest = counted.newest_reports
        heard = newest[(length > 0) & ~np.isnat(newest)]
        return OnWay(
            shared,
            shared_draws(self.draws, shared, counted.counts.length_km, rng=rng)[:, 0],
            length_m=float(length.sum()),
            silent_m=float(length[self.silent(day=day, model=model)].sum()),
            ever_m=float(length[~np.isnat(newest)].sum()),
            newest=heard.max() if len(heard) else np.datetime64("NaT", "s"),
        )


@dataclass(frozen=True, eq=False)
class OnWay:
    """The reported incidents on a way along a road.

    Attributes
    ----------
    shared
        Events a month on it, and what each event adds to them.
    drawn
        Draws of the same.
    length_m, silent_m, ever_m
        Metres of the way; of which nobody has reported for long; of which anybody ever did.
    newest
        Day of the newest report about it.
    """

    shared: Shared
    drawn: Floats
    length_m: float
    silent_m: float
    ever_m: float
    newest: np.datetime64

    @property
    def mean(self) -> float:
        """Events a month on it."""
        return float(self.shared.mean[0])


def trip_between(stretch: Stretch, rates: RoadRates, *, day: dt.date, model: RiskModel) -> TripRisk:
    """Sum up what was drawn for the pieces of the road over a trip."""
    ends_m = np.array([stretch.from_m, stretch.to_m])
    way = rates.on(RoadPieces(ends_m, np.zeros(1, dtype=np.int64), np.diff(ends_m)), day=day, model=model)
    drawn, mean, counted = way.drawn, way.mean, rates.counted
    known = way.silent_m <= MOSTLY * way.length_m
    # A last estimate is of the way only where somebody once told of most of it: else it is that of other road.
    once = way.ever_m >= MOSTLY * way.length_m

    stated = model.reported_share
    watched = watched_share(counted, rates.found)
    times = np.ones(len(drawn)) if stated is None else stated.times(watched, draws=len(drawn), seed=model.seed)
    low, high = np.quantile(drawn * times, (0.1, 0.9), method="hazen").tolist()
    happened = {"happened": mean * float(times.mean()), "happened_lo80": low, "happened_hi80": high}
    return TripRisk(
        name=stretch.name,
        from_m=float(significant(stretch.from_m)),
        to_m=float(significant(stretch.to_m)),
        as_of=day.isoformat(),
        last_report=counted.last_report.isoformat(),
        **figures_of(mean, drawn, known=known, once=once, silent_m=way.silent_m, newest=way.newest),
        **_where(happened, there=known and stated is not None),
    )


def figures_of(
    mean: float, drawn: Floats, *, known: bool, once: bool, silent_m: float, newest: np.datetime64
) -> dict[str, Any]:
    """Give the figures of a way by name, as :class:`TripRisk` and :class:`artimap.risk.route_risk.RouteRisk` have them.

    ``known`` is whether it has a figure; ``once`` whether it ever had one.
    """
    ends, chance = ends_of(drawn), -np.expm1(-drawn / DAYS_PER_MONTH)
    figures = {
        "expected": mean, **ends, "chance": float(chance.mean()),
        **{f"chance_{end}": float(-np.expm1(-ends[end] / DAYS_PER_MONTH)) for end in ("lo80", "hi80")},
    }  # fmt: skip
    return {
        **_where(figures, there=known),
        **_where({"last_expected": mean}, there=once and not known),
        "silent_m": float(significant(silent_m)),
        "newest_report": None if np.isnat(newest) else str(newest.astype("datetime64[D]")),
    }


def _where(figures: Mapping[str, float], *, there: bool) -> dict[str, Any]:
    return {name: float(significant(value)) if there else None for name, value in figures.items()}


def ends_of(drawn: Floats) -> dict[str, float]:
    """Give the ends of the intervals of what was drawn, by name."""
    parts = np.quantile(drawn, list(_ENDS.values()), method="hazen").tolist()
    return dict(zip(_ENDS, parts, strict=True))


_ENDS = {"lo80": 0.1, "hi80": 0.9, "lo95": 0.025, "hi95": 0.975}

"""What a whole way meets that runs over several roads: the incidents of all its pieces, drawn together.

Within a road the pieces are drawn together as :mod:`artimap.risk.trips` does. Each road is estimated by itself, and
given its reports roads are taken as independent: their draws are put in an order of each road's own and added up.

An event that may lie on two roads has a share on each, which the one road does not know of the other
(:meth:`artimap.roads.corridor.Corridor.spread`). Where its shares on a way come to more than one event, as at a
junction or where a report names two roads, what it adds is cut down to one. Shares that come to less are left as
they are: that one of them is true makes the other less so, which is not told, so an interval is rather too wide.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import geopandas as gpd
import numpy as np

from artimap.areas.road_network import AreaRoads
from artimap.claims.ledger import Ledger
from artimap.core.arrays import Floats
from artimap.core.dates import day_of
from artimap.core.metadata import JsonModel
from artimap.core.precision import significant
from artimap.risk.aggregate import share_out
from artimap.risk.coverage import RoadPieces, tells_of
from artimap.risk.model import RiskModel
from artimap.risk.trips import MOSTLY, OnWay, RoadRates, figures_of
from artimap.roads.corridor import Corridor
from artimap.roads.routing.spans import RoadSpan

_NOMINAL = 0.01
"""Incidents a km and month where nobody ever reported of any road: only that longer ways cost more is meant."""


@dataclass(frozen=True, slots=True)
class RouteRisk(JsonModel):
    """The reported incidents on a way, for a month of thirty days and a half; null where most of it is silent.

    They are those of the road, however often it is run through on the way; see :meth:`RatesByRoad.driven`.

    Attributes
    ----------
    expected, lo80, hi80, lo95, hi95
        Reported incidents a month on the whole way: mean, and the ends of its intervals.
    chance, chance_lo80, chance_hi80
        Probability of at least one on a given day.
    silent_m
        Metres of the way of which nobody has reported for long, or ever.
    newest_report
        Day of the newest report about the way, as YYYY-MM-DD; null where there is none.
    last_expected
        The last that was known, where the way is mostly silent; null where nobody ever told of half of it.
    """

    expected: float | None
    lo80: float | None
    hi80: float | None
    lo95: float | None
    hi95: float | None
    chance: float | None
    chance_lo80: float | None
    chance_hi80: float | None
    silent_m: float
    newest_report: str | None
    last_expected: float | None = None

    @classmethod
    def unknown(cls, length_m: float) -> RouteRisk:
        """Give what is known of a way of which nobody ever reported."""
        return cls(None, None, None, None, None, None, None, None, float(significant(length_m)), None)

    @property
    def known(self) -> bool:
        """Whether there is a figure."""
        return self.expected is not None


class HeardPiece(NamedTuple):
    """A part of a road in its chainages: whether nobody has reported of it for long, and whether anybody ever did."""

    from_m: float
    to_m: float
    silent: bool
    ever: bool


@dataclass(frozen=True, eq=False)
class RatesByRoad:
    """The rates of several roads on a day: each is estimated once, when it is first asked for.

    Attributes
    ----------
    roads
        The roads, by id.
    events_of
        Gives the EVENTS that the rates of a road are made from.
    day, model, ledger
        As in :func:`route_risk`.
    """

    roads: Mapping[str, Corridor]
    events_of: Callable[[Corridor], gpd.GeoDataFrame]
    day: dt.date
    model: RiskModel
    ledger: Ledger | None
    _found: dict[str, RoadRates] = field(default_factory=dict, init=False, repr=False)

    def of(self, road_id: str) -> RoadRates | None:
        """Give the rates of a road; None where nobody ever reported of it, which gives it no rate of its own."""
        road = self.roads.get(road_id)
        if road is None:
            return None
        if road_id not in self._found:
            self._found[road_id] = RoadRates.of(
                road, self.events_of(road), day=self.day, model=self.model, ledger=self.ledger
            )
        rates = self._found[road_id]
        return rates if rates.found.exposure.any() else None

    def heard_on(self, span: RoadSpan) -> list[HeardPiece]:
        """Give on which parts of a piece of road somebody reports, from its low end to its high end.

        What counts as silent and what is painted as silent both come from here.
        """
        rates = self.of(span.road_id)
        if rates is None:
            return [HeardPiece(span.low_m, span.high_m, silent=True, ever=False)]
        edges, newest = rates.counted.road.edges, rates.counted.newest_reports
        parts = zip(edges[:-1], edges[1:], rates.silent(day=self.day, model=self.model), ~np.isnat(newest), strict=True)
        return [
            HeardPiece(float(max(low, span.low_m)), float(min(high, span.high_m)), bool(silent), bool(ever))
            for low, high, silent, ever in parts
            if low < span.high_m and high > span.low_m
        ]

    def on(self, way: Sequence[RoadSpan]) -> RouteRisk:
        """Sum up what was drawn for the pieces of a way."""
        pieces = {name: _laid([span for span in way if span.road_id == name]) for name in {one.road_id for one in way}}
        found, unheard_m = dict[str, tuple[RoadRates, OnWay]](), 0.0
        for name in sorted(pieces):
            rates = self.of(name)
            if rates is None:
                unheard_m += float(pieces[name].length_m[0])
            else:
                found[name] = rates, rates.on(pieces[name], day=self.day, model=self.model)
        ways = {name: part for name, (_, part) in found.items()}
        heard_m = sum(part.length_m for part in ways.values())
        silent, length = sum(part.silent_m for part in ways.values()) + unheard_m, heard_m + unheard_m
        if not heard_m:
            return RouteRisk.unknown(silent)
        # A road of which nobody ever reported is as the rest of the way, as far as there is a figure at all.
        more = length / heard_m
        left = self._left(found)
        mean = more * sum(part.mean * left[name] for name, part in ways.items())
        drawn = np.zeros(len(next(iter(ways.values())).drawn))
        for name, part in ways.items():
            # The draws of two roads come from one seed: in the same order they would rise and fall together.
            rng = np.random.default_rng([self.model.seed, 4, zlib.crc32(name.encode())])
            drawn += (rng.permutation(part.drawn) if len(ways) > 1 else part.drawn) * (more * left[name])
        newest = np.array([part.newest for part in ways.values()], dtype="datetime64[s]")
        return RouteRisk(
            **figures_of(
                mean, drawn, known=silent <= MOSTLY * length, silent_m=silent,
                once=sum(part.ever_m for part in ways.values()) >= MOSTLY * length,
                newest=np.fmax.reduce(newest),
            )
        )  # fmt: skip

    def driven(self, way: Sequence[RoadSpan]) -> RouteRisk:
        """Sum up as :meth:`on` does, but count a silent metre as often as it is driven, as a picture of a way does."""
        risk = self.on(way)
        silent = sum(one.to_m - one.from_m for span in way for one in self.heard_on(span) if one.silent)
        if silent > MOSTLY * sum(span.length_m for span in way) and risk.known:
            left = RouteRisk.unknown(silent)
            return replace(left, newest_report=risk.newest_report, last_expected=risk.expected)
        return replace(risk, silent_m=float(significant(silent)))

    def events_on(self, way: Sequence[RoadSpan], starts_m: Sequence[float]) -> dict[str, tuple[float, float]]:
        """Give the events that count and tell of a way, with the metres from its start between which each may lie."""
        found = dict[str, tuple[float, float]]()
        for name in dict.fromkeys(span.road_id for span in way):
            rates, own = self.of(name), [one for one in zip(way, starts_m, strict=True) if one[0].road_id == name]
            if rates is None:
                continue
            spread, ids = rates.counted.spread, rates.counted.events["event_id"].to_numpy()
            rows, _ = tells_of(spread, _laid([span for span, _ in own]), wide=np.zeros(len(ids), dtype=bool))
            for row in rows[rates.counted.reasons.isna().to_numpy()[rows]]:
                parts = zip(spread.from_m[spread.row == row], spread.to_m[spread.row == row], strict=True)
                met = [
                    start + abs(min(max(end, span.low_m), span.high_m) - span.from_m)
                    for low, high in parts for span, start in own
                    if low <= span.high_m and high >= span.low_m for end in (low, high)
                ]  # fmt: skip
                low, high = found.get(ids[row], (np.inf, -np.inf))
                found[ids[row]] = (float(min([low, *met])), float(max([high, *met])))
        return found

    def by_edge(self, roads: AreaRoads) -> Floats:
        """Give the mean of the reported incidents a month on each edge of a network (:func:`exposure_by_edge`)."""
        km, out = roads.network.length_m / 1000.0, np.full(len(roads.network.length_m), np.nan)
        low, high = np.fmin(roads.from_m, roads.to_m), np.fmax(roads.from_m, roads.to_m)
        for name in sorted({str(one) for one in roads.road_id if one is not None}):
            rates, own = self.of(name), roads.road_id == name
            if rates is None:
                continue
            edges = np.unique(np.r_[low[own], high[own]])
            bins = RoadPieces(edges, np.arange(len(edges) - 1), np.diff(edges))
            until = np.r_[0.0, np.cumsum(share_out(rates.counted, rates.found, bins).mean)]
            out[own] = np.interp(high[own], edges, until) - np.interp(low[own], edges, until)
        known = ~np.isnan(out)
        rate = out[known].sum() / km[known].sum() if km[known].sum() else _NOMINAL
        return np.asarray(significant(np.where(known, out, rate * km)))

    @staticmethod
    def _left(found: Mapping[str, tuple[RoadRates, OnWay]]) -> dict[str, float]:
        """Give the part of each road's incidents that is left when no event counts for more than one on the way."""
        lies = dict[str, float]()
        behind = dict[str, list[tuple[str, float, float]]]()
        for name, (rates, part) in found.items():
            ids = rates.counted.events["event_id"].to_numpy()[rates.counted.rows[part.shared.row]]
            behind[name] = list(zip(ids, part.shared.placed.tolist(), part.shared.adds.tolist(), strict=True))
            for one, placed, _ in behind[name]:
                lies[one] = lies.get(one, 0.0) + placed
        return {
            name: 1.0 - sum(adds * (1.0 - 1.0 / max(lies[one], 1.0)) for one, _, adds in behind[name]) / part.mean
            for name, (_, part) in found.items()
        } if len(found) > 1 else dict.fromkeys(found, 1.0)  # fmt: skip


def _laid(spans: Sequence[RoadSpan]) -> RoadPieces:
    """Give pieces of one road as one piece, each metre once."""
    ends = list[list[float]]()
    for span in sorted(spans, key=lambda one: one.low_m):
        if ends and span.low_m <= ends[-1][1]:
            ends[-1][1] = max(ends[-1][1], span.high_m)
        else:
            ends.append([span.low_m, span.high_m])
    bins = np.tile([0, -1], len(ends))[:-1]
    return RoadPieces(np.array(ends).ravel(), bins, np.array([sum(high - low for low, high in ends)]))


def route_risk(
    roads: Mapping[str, Corridor],
    ways: Sequence[Sequence[RoadSpan]],
    events: gpd.GeoDataFrame,
    *,
    as_of: str | dt.date,
    model: RiskModel | None = None,
    ledger: Ledger | None = None,
) -> list[RouteRisk]:
    """Estimate the reported incidents on ways over several roads.

    Each road that the ways use is estimated once. Roads are independent given their reports, and no event counts for
    more than one on a way (see the module).

    Parameters
    ----------
    roads
        The roads, by id.
    ways
        Each way as pieces of roads. A piece that is run through twice counts once.
    events
        EVENTS in the roads' system.
    as_of
        The day of the answer.
    model
        All parameters.
    ledger
        Claims; see :func:`artimap.corridor_risk`.

    Returns
    -------
    list of RouteRisk
        One a way. On a single road they are the figures of :func:`artimap.trip_risk`. A road of which nobody ever
        reported is silent; where the way has a figure, such road is taken to be as the rest of it.

    Raises
    ------
    ModelError, DateError, CrsError
        For bad parameters, a bad day, a table in another system.

    Examples
    --------
    >>> import artimap as am
    >>> from artimap.risk.route_risk import route_risk
    >>> from artimap.roads.routing.spans import RoadSpan
    >>> art = am.area("artibonite")
    >>> roads = {name: am.read_corridor(art, name) for name in ("rn1", "rd-sav")}
    >>> way = [RoadSpan("rn1", 96_000.0, 110_000.0), RoadSpan("rd-sav", 0.0, 14_000.0)]
    >>> (risk,) = route_risk(roads, [way], am.read_events(art), as_of="2024-10-15")
    >>> risk.lo80 < risk.expected < risk.hi80
    True
    """
    rates = RatesByRoad(roads, lambda _: events, day_of(as_of), model or RiskModel(), ledger)
    return [rates.on(way) for way in ways]


def exposure_by_edge(
    roads: AreaRoads,
    events: gpd.GeoDataFrame,
    *,
    as_of: str | dt.date,
    model: RiskModel | None = None,
    ledger: Ledger | None = None,
) -> Floats:
    """Give the reported incidents a month to expect on each edge of a network.

    Parameters
    ----------
    roads
        The network.
    events, as_of, model, ledger
        As for :func:`route_risk`.

    Returns
    -------
    ndarray
        Means, by edge. Silent pieces have what the model gives them. Roads of which nobody ever reported, and seams
        between roads, have the mean rate of the others by their length: what is unknown is never 0.

    Raises
    ------
    ModelError, DateError, CrsError
        As for :func:`route_risk`.
    """
    return RatesByRoad(roads.corridors, lambda _: events, day_of(as_of), model or RiskModel(), ledger).by_edge(roads)

"""Ways from one town to another: real alternatives between time and exposure, none called safe."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, TypeVar, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from artimap.areas.area import Area
from artimap.areas.area import area as area_named
from artimap.areas.gazetteer.lookup import find_place
from artimap.areas.road_network import AreaRoads, area_roads
from artimap.claims.ledger import Ledger
from artimap.control.checkpoints.fees import fee_schedule
from artimap.control.checkpoints.life_cycle import posts_without_road
from artimap.control.checkpoints.route_posts import RoutePosts, post_delays, posts_on_route, waiting_schedule
from artimap.control.route_status import passage_of, road_closings, statuses_on_route
from artimap.core import schema
from artimap.core.arrays import Bools, Floats
from artimap.core.errors import ModelError, PlaceError, ShareError
from artimap.core.tables import ROAD_STATUS
from artimap.core.vehicles import vehicle_of
from artimap.core.vocab import Audience, Lang, RouteDiffers, Vehicle
from artimap.maps.briefing import BriefingMap
from artimap.maps.user_layer import UserLayer
from artimap.risk.model import RiskModel
from artimap.risk.route_risk import RouteRisk
from artimap.roads.network.graph import RoadNetwork
from artimap.roads.routing.alternatives import thinned, through
from artimap.roads.routing.router import RoutePath, Router, Spot
from artimap.roads.routing.spans import RoadSpan
from artimap.roads.routing.speeds import SpeedModel
from artimap.sharing.policy import SharePolicy
from artimap.studies.inputs import Decisions, Movements, Reports, RoadStatuses, Statements
from artimap.studies.itinerary import ASKED, Itinerary, Route
from artimap.studies.study import Study
from artimap.studies.study import study as study_of
from artimap.studies.trip_files import (
    TripFolder,
    trip_card,
    trip_map,
    trip_page,
    trip_to_file,
    write_trip,
)

T = TypeVar("T")
_TOWNS = ("city", "town")
_TOLD_M = 1_000.0
"""Less of a road, or of silence, makes no difference between ways."""

Place = str | tuple[float, float] | Spot
"""A place by name, by (lon, lat), or on an edge of the network."""
Closed = str | RoadSpan
"""A piece of road in words ("rn1 km 110–126", "Pont-Sondé bridge"), or as kilometres of a road."""
Times = str | tuple[str | dt.time, str | dt.time]
"""From when to when, as ("18:00", "06:00")."""


@dataclass(frozen=True, eq=False, repr=False)
class Routes(Itinerary):
    """The ways between two places on a day, for a vehicle. :func:`artimap.routes` makes it.

    Attributes
    ----------
    study, roads
        What it is made from; ``study`` is null for a network of one's own.
    start, stop, via
        Names as they were given, in the area's spelling.
    vehicle, departure, back
        Which vehicle, when it leaves (null where that is not said), whether the way back is asked for too.
    closed
        Pieces of road that are closed: ``(span, why)``; ``why`` is ``"asked"`` or the id of a road status.
    speeds
        The model of speeds.
    routes
        The ways, the quickest first; empty where none leads there.
    back_routes
        The ways back, where asked for.
    cut_by
        Where none leads there: those of ``closed`` of which each alone, opened, would let one through; where none
        does alone, ``blocking``.
    blocking
        Those of ``closed`` that lie on the quickest way with nothing closed: the ways go around them.
    curfew
        From when to when nobody may be on the road; null where that is not said.
    crs
        System of the lines.
    closings
        What the statuses of roads close for the vehicle, those among them of which nobody can say where they lie; null
        where no statuses were given.

    Examples
    --------
    >>> import artimap as am
    >>> trips = am.trip("Saint-Marc", "Gonaïves", as_of="2024-10-15")
    >>> len(trips.card("ht")) <= 1000
    True
    """

    def html(self, lang: str = Lang.EN, *, layers: Sequence[UserLayer] = ()) -> str:
        """Give the trip as one page, which prints on one sheet of A4: no script, no request.

        Parameters
        ----------
        lang
            ``"en"``, ``"fr"`` or ``"ht"``.
        layers
            Points of your own: those within 2 km of a way are listed in its order, for internal use only.

        Raises
        ------
        ShareError
            For a network of your own: nothing is known of it that could be told. So for all other products.

        Examples
        --------
        >>> import artimap as am
        >>> study = am.study(am.area("artibonite"), as_of="2024-10-15", audience="internal")
        >>> page = am.routes(study, "Saint-Marc", "Gonaïves").html("fr")
        >>> 'lang="fr"' in page, "<script" in page
        (True, False)
        """
        return trip_page(self, lang, layers=layers)

    def card(self, lang: str = Lang.EN, *, layers: Sequence[UserLayer] = ()) -> str:
        """Give the trip as plain text of at most 1,000 characters, for SMS, WhatsApp or radio.

        Examples
        --------
        >>> import artimap as am
        >>> study = am.study(am.area("artibonite"), as_of="2024-10-15", audience="internal")
        >>> am.routes(study, "Saint-Marc", "Gonaïves").card("fr").splitlines()[0]
        'Saint-Marc - Gonaïves. Au 15 oct. 2024. Camion. Interne : ne pas transmettre.'
        """
        return trip_card(self, lang, layers=layers)

    def map(self, lang: str = Lang.EN, *, layers: Sequence[UserLayer] = ()) -> BriefingMap:
        """Give the briefing map with each way as a line of its own.

        Examples
        --------
        >>> import artimap as am
        >>> study = am.study(am.area("artibonite"), as_of="2024-10-15", audience="internal")
        >>> am.routes(study, "Saint-Marc", "Gonaïves").map("fr").save("trip.html")  # doctest: +SKIP
        """
        return trip_map(self, lang, layers=layers)

    def to_file(self, path: str | Path, lang: str = Lang.EN) -> Path:
        """Write the trip as ``.html``, ``.txt``, ``.gpx`` or ``.json``, by the ending of the file.

        Examples
        --------
        >>> import artimap as am
        >>> study = am.study(am.area("artibonite"), as_of="2024-10-15", audience="internal")
        >>> am.routes(study, "Saint-Marc", "Gonaïves").to_file("trip.gpx")  # doctest: +SKIP
        """
        return trip_to_file(self, path, lang)

    def write(self, folder: str | Path, lang: str = Lang.EN, *, layers: Sequence[UserLayer] = ()) -> TripFolder:
        """Write page, track, card, data and a manifest into a folder, which is replaced as one.

        Examples
        --------
        >>> import artimap as am
        >>> am.trip("Saint-Marc", "Gonaïves", as_of="2024-10-15").write("trip", "ht")  # doctest: +SKIP
        """
        return write_trip(self, folder, lang, layers=layers)


# -- asking ------------------------------------------------------------------


class EdgeCosts(NamedTuple):
    """What a vehicle pays on each edge of a network.

    ``time`` (E, 2) is minutes of travel, least and most, ``delay`` (E,) minutes at posts in the middle of what is
    stated or assumed (:func:`post_delays`), ``exposure`` (E,) reported incidents a month to expect.
    """

    time: Floats
    delay: Floats
    exposure: Floats

    @property
    def minutes(self) -> Floats:
        """The first cost of the search: travel in the middle of its range, and the delay."""
        return np.asarray(self.time.mean(axis=1) + self.delay)


def edge_costs(
    study: Study, roads: AreaRoads, *, vehicle: str = "truck", speeds: SpeedModel | None = None
) -> EdgeCosts:
    """Give the costs by which :func:`routes` searches, for the network of a study's area, cut or not.

    Parameters
    ----------
    study
        The study.
    roads
        What :func:`artimap.areas.road_network.area_roads` gives of its area.
    vehicle, speeds
        As in :func:`routes`.

    Raises
    ------
    ModelError
        If there is no such vehicle.
    """
    low, high = np.fmin(roads.from_m, roads.to_m), np.fmax(roads.from_m, roads.to_m)
    delay, posts = np.zeros(len(low)), study.checkpoints_by_road
    for one in post_delays(roads.corridors, posts, study.ledger, vehicle=vehicle_of(vehicle), as_of=study.as_of):
        # A post at a cut between two edges stands on the first of them.
        here = np.flatnonzero((roads.road_id == one.road_id) & (low <= one.at_m) & (one.at_m <= high))
        delay[here[:1]] += (one.lo_min + one.hi_min) / 2
    return EdgeCosts((speeds or SpeedModel()).times(roads, vehicle), delay, study.rates_by_road.by_edge(roads))


@dataclass(frozen=True, eq=False)
class _Ways:
    """A network made ready for one question: costs, and what is closed."""

    network: RoadNetwork
    costs: EdgeCosts
    closed: tuple[tuple[RoadSpan, str], ...]
    shut: tuple[Bools, ...]

    def between(self, stops: Sequence[Spot]) -> list[RoutePath]:
        """Give the trade-offs through places in their order, thinned."""
        closed = np.logical_or.reduce(self.shut) if self.shut else None
        return thinned(through([self._router.tradeoffs(a, b, self.costs.minutes, self.costs.exposure, closed=closed)
                                for a, b in pairwise(stops)]))  # fmt: skip

    def cut_by(self, stops: Sequence[Spot]) -> tuple[tuple[RoadSpan, str], ...]:
        """Give the closed pieces that cut off the way."""
        found = []
        for at, one in enumerate(self.closed):
            rest = [*self.shut[:at], *self.shut[at + 1 :]]
            closed = np.logical_or.reduce(rest) if rest else None
            if all(self._least(a, b, closed) is not None for a, b in pairwise(stops)):
                found.append(one)
        return tuple(found) or self.blocking(stops)

    def blocking(self, stops: Sequence[Spot]) -> tuple[tuple[RoadSpan, str], ...]:
        """Give the closed pieces that lie on the quickest way with nothing closed."""
        if not self.closed:
            return ()
        legs = [self._least(a, b, None) for a, b in pairwise(stops)]
        edges = np.concatenate([one.edges for one in legs if one is not None] or [np.zeros(0, dtype=np.int64)])
        return tuple(one for one, shut in zip(self.closed, self.shut, strict=True) if shut[edges].any())

    def _least(self, start: Spot, stop: Spot, closed: Bools | None) -> RoutePath | None:
        return self._router.least(start, stop, self.costs.minutes, closed=closed)

    @cached_property
    def _router(self) -> Router:
        return Router(self.network)


def routes(  # noqa: PLR0913 - one keyword a choice
    where: Study | AreaRoads | RoadNetwork,
    start: Place,
    stop: Place,
    *,
    vehicle: str = "truck",
    departure: str | dt.time | None = None,
    via: Place | Sequence[Place] | None = None,
    close: Closed | Sequence[Closed] = (),
    back: bool = False,
    speeds: SpeedModel | None = None,
    curfew: Times | None = None,
    time_min: Floats | None = None,
    exposure: Floats | None = None,
) -> Routes:
    """Give the ways from one place to another that differ, between time and reported incidents.

    Parameters
    ----------
    where
        A study, whose area's roads are taken; or a network of your own, with the roads of its edges
        (:class:`AreaRoads`) or without.
    start, stop
        Places by name, as a kilometre (``"rn1 km 95"``), as (lon, lat), or as a spot on an edge.
    vehicle
        What drives, in any words: ``truck``, ``truck_20ft``, ``moto`` …
    departure
        When it leaves, as ``"06:00"``.
    via
        One place, or several, that the way goes through in their order.
    close
        Pieces of road that are closed: in words (``"rn1 km 110–126"``, ``"Pont-Sondé bridge"``), or as
        :class:`RoadSpan`.
    back
        Whether the way back is wanted too.
    speeds
        Travel speeds; :class:`artimap.SpeedModel` as it stands where null.
    curfew
        From when to when nobody may be on the road, as ``("18:00", "06:00")``.
    time_min, exposure
        Of a network of your own: minutes by edge, (E,) or (E, 2) for low and high, by ``speeds`` where null; and a
        second cost by edge. Where either is given, a closed piece closes its edges from end to end.

    Returns
    -------
    Routes
        The exact trade-offs (Pareto) between the middle of the travel time and the reported incidents to expect,
        thinned: the quickest, then in order of exposure those that share at most 70 % of their length with each that
        is kept, four at most. Roads that a living status says are closed for the vehicle are avoided and named in
        ``closed``. None is called safe: silent kilometres are counted, and a way of which most is silent has no
        figure. A network of your own has no posts, statuses or reports: nothing is known of them.

    Raises
    ------
    PlaceError
        If a place is not known, lies far from all roads, or stands twice in a row.
    ModelError
        If the vehicle, a time or a cost cannot be read.
    ShareError
        If a plan is asked for another audience than ``internal``: a departure, stops, closed pieces, a vehicle.
        Others see rates between cities.

    Examples
    --------
    >>> import artimap as am
    >>> study = am.study(am.area("artibonite"), as_of="2024-10-15", audience="internal")
    >>> trips = am.routes(study, "Saint-Marc", "Gonaïves")
    >>> trips.routes[0].spans[0].road_id, round(trips.routes[0].km)
    ('rn1', 55)
    """
    given: object = speeds
    if given is not None and not isinstance(given, SpeedModel):
        msg = f"speeds={speeds!r} is no model of speeds: give artimap.SpeedModel(...), or leave it out"
        raise ModelError(msg)
    stops: list[Place] = [start, *cast("list[Place]", _listed(via, "via", _PLACE)), stop]
    plan = _Plan(
        stops, vehicle_of(vehicle), None if departure is None else _time(departure),
        None if curfew is None else _hours(curfew), _listed(close, "close", _PIECE), speeds or SpeedModel(), back=back,
    )  # fmt: skip
    if not isinstance(where, Study):
        roads = AreaRoads.from_network(where) if isinstance(where, RoadNetwork) else where
        return _on_network(roads, plan, time_min, exposure)
    if time_min is not None or exposure is not None:
        msg = "time_min and exposure are for a network of your own: a study has its own (pass speeds=)"
        raise ModelError(msg)
    _sure_audience(where, plan)
    return _on_study(where, plan)


def trip(  # noqa: PLR0913 - one keyword a choice
    start: Place,
    stop: Place,
    *,
    area: str | Area = "artibonite",
    as_of: str | dt.date | None = None,
    vehicle: str = "truck",
    departure: str | dt.time | None = None,
    via: Place | Sequence[Place] | None = None,
    close: Closed | Sequence[Closed] = (),
    back: bool = False,
    speeds: SpeedModel | None = None,
    curfew: Times | None = None,
    events: Reports | None = None,
    claims: Statements | None = None,
    decisions: Decisions | None = None,
    road_status: RoadStatuses | None = None,
    movements: Movements | None = None,
    audience: str = Audience.INTERNAL,
    policy: SharePolicy | None = None,
    model: RiskModel | None = None,
    licence: str | None = None,
    today: str | dt.date | None = None,
) -> Routes:
    """Give the ways from one place to another, from the embedded data and your own files, in one call.

    It is :func:`artimap.study` and :func:`artimap.routes`. The audience is ``internal`` where none is said, since a
    plan is for those who drive.

    Parameters
    ----------
    start, stop, vehicle, departure, via, close, back, speeds, curfew
        As in :func:`artimap.routes`.
    area
        The area, or its name.
    as_of, events, claims, decisions, road_status, movements, audience, policy, model, licence, today
        As in :func:`artimap.study`.

    Returns
    -------
    Routes
        The ways that differ, the quickest first.

    Raises
    ------
    PlaceError, ModelError, ShareError
        As for :func:`artimap.routes`.
    DataError, SchemaError, DateError
        As for :func:`artimap.study`.

    Examples
    --------
    >>> import artimap as am
    >>> trips = am.trip("Saint-Marc", "Gonaïves", as_of="2024-10-15")
    >>> trips.table[["from", "to", "vehicle"]].iloc[0].tolist()
    ['Saint-Marc', 'Gonaïves', 'truck']
    """
    made = study_of(
        area_named(area) if isinstance(area, str) else area, as_of=as_of, events=events, claims=claims,
        decisions=decisions, road_status=road_status, movements=movements, audience=audience, policy=policy,
        model=model, licence=licence, today=today,
    )  # fmt: skip
    return routes(
        made, start, stop, vehicle=vehicle, departure=departure, via=via, close=close, back=back, speeds=speeds,
        curfew=curfew,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Plan:
    """What is asked."""

    stops: Sequence[Place]
    vehicle: Vehicle
    departure: dt.time | None
    curfew: tuple[dt.time, dt.time] | None
    closes: Sequence[Closed]
    speeds: SpeedModel
    back: bool

    @property
    def private(self) -> list[str]:
        """Name what of it only those may see who drive."""
        there = {
            "departure": self.departure is not None, "via": len(self.stops) > 2, "close": bool(self.closes),
            "back": self.back, "curfew": self.curfew is not None, "vehicle": self.vehicle is not Vehicle.TRUCK,
        }  # fmt: skip
        return [name for name, asked in there.items() if asked]


_PLACE, _PIECE = "a place such as 'Dessalines'", "a piece of road such as 'rn1 km 110-126'"


def _listed(given: T | Iterable[T] | None, what: str, example: str) -> list[T]:
    """Give one or several as a list: a name, a place as (lon, lat), a spot and a span are one."""
    if given is None:
        return []
    one = isinstance(given, (str, Spot, RoadSpan)) or (
        isinstance(given, tuple) and len(given) == 2 and all(isinstance(at, (int, float)) for at in given)
    )
    if not one and not isinstance(given, Iterable):
        msg = f"{what}={given!r} cannot be read: give {example}, or a list of them"
        raise ModelError(msg)
    return [cast("T", given)] if one else list(cast("Iterable[T]", given))


def _time(given: object) -> dt.time:
    if isinstance(given, dt.time):
        return given
    found = re.fullmatch(r"\s*(\d{1,2})\s*[:hH.]?\s*(\d{2})?\s*", given) if isinstance(given, str) else None
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        msg = f"{given!r} is no time of day: write it as 06:00"
        raise ModelError(msg)
    return dt.time(int(found[1]), int(found[2] or 0))


def _hours(given: object) -> tuple[dt.time, dt.time]:
    ends = re.split(r"\s*[-–—]\s*", given.strip()) if isinstance(given, str) else given
    if not isinstance(ends, (list, tuple)) or len(ends) != 2:
        msg = f"{given!r} is no curfew: write it as 18:00-06:00"
        raise ModelError(msg)
    return _time(ends[0]), _time(ends[1])


def _sure_audience(study: Study, plan: _Plan) -> None:
    if study.audience is Audience.INTERNAL:
        return
    if plan.private:
        msg = (
            f"a plan is internal, and {', '.join(plan.private)} make one: leave them out, or make the study with "
            "audience='internal'"
        )
        raise ShareError(msg)
    for place in plan.stops:
        kinds = find_place(study.area, place)["kind"].tolist() if isinstance(place, str) else []
        if not kinds or kinds[0] not in _TOWNS:
            msg = (
                f"for {study.audience} there are ways between cities and towns only, and {place!r} is none: make the "
                "study with audience='internal'"
            )
            raise ShareError(msg)


def _on_study(study: Study, plan: _Plan) -> Routes:
    plain, status = area_roads(study.area), study.road_status
    closings = None
    closed = tuple((_span_of(plain, one), ASKED) for one in plan.closes)
    if status is not None:
        closings = road_closings(status, plain.corridors, vehicle=plan.vehicle, as_of=study.as_of)
        closed += closings.spans
    roads = _cut(plain, closed)
    costs = edge_costs(study, roads, vehicle=plan.vehicle, speeds=plan.speeds)
    about = _RoadKnowledge.of(study, roads, plan, costs, closed)
    ways = _Ways(roads.network, costs, closed, tuple(roads.on(span) for span, _ in closed))
    found = _made(plan, plain, roads, ways, about.route)
    return replace(found, study=study, closings=closings)


def _span_of(roads: AreaRoads, given: Closed) -> RoadSpan:
    return given if isinstance(given, RoadSpan) else roads.read_span(given)


def _cut(roads: AreaRoads, closed: Iterable[tuple[RoadSpan, str]]) -> AreaRoads:
    """Cut a network where closed pieces end: else an edge would close from end to end."""
    cuts = dict[str, list[float]]()
    for span, _ in closed:
        part = roads.closed_part(span)
        cuts.setdefault(span.road_id, []).extend((part.low_m, part.high_m))
    return roads.cut(cuts)


def _after_cut(plain: AreaRoads, roads: AreaRoads, spot: Spot) -> Spot:
    """Give a spot of a network in the same network cut: pieces stand in the order of what they were cut from."""
    before, after = plain.network, roads.network
    whole = float(before.length_m[spot.edge])
    if not whole:
        return Spot(int(np.flatnonzero((after.edges == before.edges[spot.edge]).all(axis=1))[0]), 0.0)
    start = float(before.length_m[: spot.edge].sum())
    ends = np.cumsum(after.length_m)
    # A millimetre from the ends, so that the edge beside is not meant.
    least = min(1e-3, whole / 2)
    edge = int(np.searchsorted(ends, start + min(max(spot.offset_m, least), whole - least)))
    length = float(after.length_m[edge])
    return Spot(edge, min(max(spot.offset_m - (float(ends[edge]) - length - start), 0.0), length))


def _made(
    plan: _Plan, plain: AreaRoads, roads: AreaRoads, ways: _Ways, about: Callable[[str, RoutePath, str, str], Route]
) -> Routes:
    """Find the ways there and back, and tell what is known of each; ``plain`` is the network before it was cut."""
    places = [plain.locate(one) for one in plan.stops]
    names, spots = [one.name for one in places], [_after_cut(plain, roads, one.spot) for one in places]
    for (one, at), (other, there) in pairwise(zip(names, spots, strict=True)):
        if at == there:
            same = f"{one} stands twice" if one == other else f"{one} and {other} lie at one place of the road"
            msg = f"a way needs two different places: {same}"
            raise PlaceError(msg)

    def told(paths: Sequence[RoutePath], start: str, stop: str, prefix: str = "") -> tuple[Route, ...]:
        found = [about(f"{prefix}{number}", path, start, stop) for number, path in enumerate(paths, start=1)]
        return tuple(replace(one, why=_why(one, found[0])) for one in found)

    paths = ways.between(spots)
    home = ways.between(spots[::-1]) if plan.back else []
    return Routes(
        None, roads, names[0], names[-1], tuple(names[1:-1]), plan.vehicle, plan.departure, plan.back, ways.closed,
        plan.speeds, told(paths, names[0], names[-1]), told(home, names[-1], names[0], "back-"),
        () if paths else ways.cut_by(spots), ways.blocking(spots), plan.curfew, str(ways.network.crs),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _RoadKnowledge:
    """Tells what is known of ways through the roads of a study; what is said of posts is read once."""

    study: Study
    roads: AreaRoads
    vehicle: Vehicle
    ledger: Ledger
    schedule: pd.DataFrame
    waits: pd.DataFrame
    anywhere: tuple[str, ...]
    costs: EdgeCosts
    gone_around: frozenset[str]

    @classmethod
    def of(
        cls, study: Study, roads: AreaRoads, plan: _Plan, costs: EdgeCosts, closed: Iterable[tuple[RoadSpan, str]]
    ) -> _RoadKnowledge:
        """Read once what all ways need."""
        ledger, day = study.ledger, study.as_of
        return cls(
            study, roads, plan.vehicle, ledger, fee_schedule(ledger, as_of=day), waiting_schedule(ledger, as_of=day),
            posts_without_road(ledger, as_of=day), costs, frozenset(why for _, why in closed),
        )  # fmt: skip

    def route(self, route_id: str, path: RoutePath, start: str, stop: str) -> Route:
        """Give what is known of a way."""
        roads, study, day = self.roads, self.study, self.study.as_of
        spans, starts = roads.spans(path), self._starts(path)
        table = schema.empty(ROAD_STATUS, crs=study.area.crs) if study.road_status is None else study.road_status
        status = statuses_on_route(
            table, spans, vehicle=self.vehicle, as_of=day, roads=roads.corridors, starts_m=starts
        )  # fmt: skip
        # What is closed is gone around: a closure that ends at the junction where the way comes in is not on it.
        status = status[~(status["closes"] & status["status_id"].isin(self.gone_around))].reset_index(drop=True)
        posts = posts_on_route(
            roads.corridors, spans, self.ledger, vehicle=self.vehicle, as_of=day,
            posts_by_road=study.checkpoints_by_road, schedule=self.schedule,
            waits=self.waits, anywhere=self.anywhere,
            passage=passage_of(status), starts_m=starts,
        )  # fmt: skip
        between = [one for one in roads.places_on(spans) if one[0] not in (start, stop)]
        return Route(
            route_id, path, spans, roads.line_of(path), ((start, 0.0), *between, (stop, path.length_m)),
            path.length_m / 1000.0, *_minutes(roads.network, self.costs.time, path), study.rates_by_road.driven(spans),
            posts, status, (), path.costs[1], study.passages(spans), tuple(starts),
        )  # fmt: skip

    def _starts(self, path: RoutePath) -> list[float]:
        """Give where on the way each of its pieces of road begins: seams between roads have a length too."""
        length = np.abs(path.to_m - path.from_m)
        on_road = np.array([self.roads.road_id[edge] is not None for edge in path.edges])
        along = (np.cumsum(length) - length)[on_road]
        own = (np.cumsum(length * on_road) - length * on_road)[on_road]
        spans = np.cumsum([0.0, *(one.length_m for one in self.roads.spans(path))])[:-1]
        return [float(along[min(np.searchsorted(own, at - 0.5), len(own) - 1)]) for at in spans]


def _minutes(network: RoadNetwork, time: Floats, path: RoutePath) -> tuple[float, float]:
    """Give the travel time of a way, low and high."""
    share = np.abs(path.to_m - path.from_m) / np.maximum(network.length_m[path.edges], 1e-300)
    low, high = (time[path.edges] * share[:, None]).sum(axis=0).tolist()
    return low, high


def _most_posts(route: Route) -> int:
    """Give how many posts may stand on a way: those said to, and those of which nobody knows."""
    posts = route.posts
    return posts.posts + len({*posts.may_be_on, *posts.undated, *posts.unplaced, *posts.anywhere})


def _why(route: Route, first: Route) -> tuple[str, ...]:
    """Say why a way differs from the first, as codes with their parameters."""
    if route is first:
        return (RouteDiffers.QUICKEST.value,)
    codes = [f"{RouteDiffers.SLOWER.value}:{route.path.costs[0] - first.path.costs[0]:.0f}"]
    # Only of ways of which something is known: on a silent one there are fewer reports because nobody reports.
    if route.risk.expected is not None and first.risk.expected and route.risk.expected < 0.95 * first.risk.expected:
        codes.append(f"{RouteDiffers.FEWER_REPORTS.value}:{route.risk.expected / first.risk.expected:.2g}")
    for road, low, high in _left_out(first.spans, route.spans):
        codes.append(f"{RouteDiffers.AVOIDS.value}:{road}:{low / 1000:.1f}:{high / 1000:.1f}")
    if route.posts.posts < first.posts.posts and _most_posts(route) < _most_posts(first):
        codes.append(RouteDiffers.FEWER_POSTS.value)
    if route.risk.silent_m - first.risk.silent_m >= _TOLD_M:
        codes.append(f"{RouteDiffers.MORE_SILENT.value}:{(route.risk.silent_m - first.risk.silent_m) / 1000:.0f}")
    return tuple(codes)


def _left_out(first: Sequence[RoadSpan], other: Sequence[RoadSpan]) -> list[tuple[str, float, float]]:
    """Give the pieces of one way that another leaves out, each a kilometre long at least."""
    out = []
    for span in first:
        taken = sorted((one.low_m, one.high_m) for one in other if one.road_id == span.road_id)
        at = span.low_m
        for low, high in (*taken, (span.high_m, span.high_m)):
            if min(low, span.high_m) - at >= _TOLD_M:
                out.append((span.road_id, at, min(low, span.high_m)))
            at = max(at, high)
    return out


def _on_network(plain: AreaRoads, plan: _Plan, time_min: Floats | None, exposure: Floats | None) -> Routes:
    closed = tuple((_span_of(plain, one), ASKED) for one in plan.closes)
    roads = _cut(plain, closed) if time_min is None and exposure is None else plain
    edges = len(roads.network.edges)
    time = plan.speeds.times(roads, plan.vehicle) if time_min is None else np.asarray(time_min, dtype=float)
    time = np.stack([time, time], axis=1) if time.ndim == 1 else time
    cost = np.zeros(edges) if exposure is None else np.asarray(exposure, dtype=float)
    if time.shape != (edges, 2) or cost.shape != (edges,) or not (time >= 0).all() or not (cost >= 0).all():
        msg = f"time_min and exposure are numbers from 0 up, one for each of the {edges} edges"
        raise ModelError(msg)
    shut = tuple(roads.on(span) for span, _ in closed)
    ways = _Ways(roads.network, EdgeCosts(time, np.zeros(edges), cost), closed, shut)
    crs = str(roads.network.crs)

    def about(route_id: str, path: RoutePath, start: str, stop: str) -> Route:
        spans = roads.spans(path)
        between = [one for one in roads.places_on(spans) if one[0] not in (start, stop)]
        return Route(
            route_id, path, spans, roads.line_of(path), ((start, 0.0), *between, (stop, path.length_m)),
            path.length_m / 1000.0, *_minutes(roads.network, time, path), RouteRisk.unknown(path.length_m),
            _no_posts(plan.vehicle, crs), schema.empty(ROAD_STATUS, crs=crs), (), path.costs[1],
        )  # fmt: skip

    return _made(plan, plain, roads, ways, about)


def _no_posts(vehicle: Vehicle, crs: str) -> RoutePosts:
    table = gpd.GeoDataFrame({"checkpoint_id": []}, geometry=gpd.GeoSeries([], crs=crs))
    return RoutePosts(vehicle, 0, (), 0, 0.0, 0.0, 0, complete=False, passable="unknown", table=table)

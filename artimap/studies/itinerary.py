"""The ways from one place to another as data: what is known of each, and all of them as one table."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd
import shapely

from artimap.areas.road_network import AreaRoads
from artimap.control.checkpoints.route_posts import FeeSum, RoutePosts
from artimap.control.route_status import RoadClosings
from artimap.core import schema, style
from artimap.core.metadata import put_models
from artimap.core.notebook import Shown, Sketch, figure
from artimap.core.precision import significant
from artimap.core.tables import TRIPS
from artimap.core.vocab import Audience, Per, Vehicle
from artimap.risk.passages import Passages
from artimap.risk.route_risk import RouteRisk
from artimap.roads.routing.router import RoutePath
from artimap.roads.routing.spans import RoadSpan
from artimap.roads.routing.speeds import SpeedModel
from artimap.studies.study import Study

ASKED = "asked"
"""Why a piece of road is closed that the user closes."""


@dataclass(frozen=True, eq=False, repr=False)
class Route(Shown):
    """One way.

    Attributes
    ----------
    route_id
        ``"1"``, ``"2"`` …: the quickest first; ``"back-1"`` … on the way back.
    path, spans, geometry
        The way on the network, as pieces of roads, as a line in the area's system.
    places
        Towns and named places on it with their metres from the start, in order, ends included.
    km
        Its length.
    time_lo_min, time_hi_min
        Travel time without waiting.
    risk, posts
        What is known of incidents and posts on it.
    road_status
        ROAD_STATUS rows on it that hold for the vehicle, as :func:`artimap.road_status_on` gives them.
    why
        Why it differs from the first, as codes of ``core.vocab.RouteDiffers`` with their parameters.
    exposure
        What the choice between ways rests on: expected reported incidents a month by the model, also where the way is
        mostly silent. It is no finding.
    passages
        Movements of one's own on it and the rate of incidents per passage; null where none are known: then traffic is
        unknown.
    starts_m
        Where on the way each of ``spans`` begins.

    Examples
    --------
    >>> import artimap as am
    >>> import geopandas as gpd
    >>> import shapely
    >>> line = shapely.LineString([(0, 0), (9_000, 0)])
    >>> road = gpd.GeoDataFrame({"road_id": ["a"]}, geometry=[line], crs="EPSG:32618")
    >>> roads = am.AreaRoads.from_lines(road)
    >>> way = am.routes(roads, roads.at("a", 1_000.0), roads.at("a", 6_000.0)).routes[0]
    >>> way.route_id, way.km, [one.road_id for one in way.spans]
    ('1', 5.0, ['a'])
    """

    route_id: str
    path: RoutePath
    spans: tuple[RoadSpan, ...]
    geometry: shapely.LineString | shapely.MultiLineString
    places: tuple[tuple[str, float], ...]
    km: float
    time_lo_min: float
    time_hi_min: float
    risk: RouteRisk
    posts: RoutePosts
    road_status: gpd.GeoDataFrame = field(repr=False)
    why: tuple[str, ...]
    exposure: float = 0.0
    passages: Passages | None = None
    starts_m: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class Itinerary(Shown):
    """What the ways between two places are: :class:`artimap.Routes`, which tells its attributes, without products."""

    study: Study | None
    roads: AreaRoads
    start: str
    stop: str
    via: tuple[str, ...]
    vehicle: Vehicle
    departure: dt.time | None
    back: bool
    closed: tuple[tuple[RoadSpan, str], ...]
    speeds: SpeedModel
    routes: tuple[Route, ...]
    back_routes: tuple[Route, ...] = ()
    cut_by: tuple[tuple[RoadSpan, str], ...] = ()
    blocking: tuple[tuple[RoadSpan, str], ...] = ()
    curfew: tuple[dt.time, dt.time] | None = None
    crs: str = ""
    closings: RoadClosings | None = None

    @property
    def audience(self) -> Audience:
        """For whom it is."""
        return Audience.INTERNAL if self.study is None else self.study.audience

    @property
    def as_of(self) -> dt.date | None:
        """The day of the answer; null for a network of one's own."""
        return None if self.study is None else self.study.as_of

    @property
    def table(self) -> gpd.GeoDataFrame:
        """TRIPS: one row a way, the quickest first, those back after them."""
        rows = [
            self._row(route, *ends)
            for ways, ends in (
                (self.routes, (self.start, self.stop)),
                (self.back_routes, (self.stop, self.start)),
            )
            for route in ways
        ]
        if rows:
            table = gpd.GeoDataFrame(rows, geometry="geometry", crs=self.crs)
            table = schema.conform(table, TRIPS, crs=self.crs)
        else:
            table = schema.empty(TRIPS, crs=self.crs)
        put_models(table, self.speeds, *(() if self.study is None else (self.study.risk_model,)))
        table.attrs.update(
            as_of=None if self.as_of is None else self.as_of.isoformat(),
            audience=self.audience.value,
            closed=[[*span, why] for span, why in self.closed],
            cut_by=[[*span, why] for span, why in self.cut_by],
        )
        return table

    def _row(self, route: Route, start: str, stop: str) -> dict[str, object]:
        posts, risk, gone = route.posts, route.risk, route.passages
        rate = None if gone is None else gone.rate
        asked = _one_passage(posts)
        closing = {why for _, why in self.blocking if why != ASKED}
        return {
            "route_id": route.route_id, "from": start, "to": stop, "via": self._by(route),
            "vehicle": self.vehicle.value, "time_lo_min": significant(route.time_lo_min),
            "time_hi_min": significant(route.time_hi_min), "km": significant(route.km),
            "expected_reported": risk.expected, "lo80": risk.lo80, "hi80": risk.hi80, "chance": risk.chance,
            "posts": posts.posts, "fee_lo": None if asked is None else asked.low,
            "fee_hi": None if asked is None else asked.high, "currency": None if asked is None else asked.currency,
            "fee_unknown": posts.fee_unknown, "waiting_lo_min": posts.waiting_min[0],
            "waiting_hi_min": posts.waiting_min[1], "waiting_unknown": posts.waiting_unknown,
            "passable_for": posts.passable, "silent_km": significant(risk.silent_m / 1000.0),
            "newest_report": pd.Timestamp(risk.newest_report) if risk.newest_report else pd.NaT,
            "closed_by": "; ".join(sorted(closing)) or None, "why": "; ".join(route.why),
            "passages": None if gone is None else sum(gone.mostly),
            "passage_chance": None if rate is None else rate.chance,
            "passage_lo80": None if rate is None else rate.lo80, "passage_hi80": None if rate is None else rate.hi80,
            "geometry": route.geometry,
        }  # fmt: skip

    def _by(self, route: Route) -> str | None:
        """Name the roads of a way and the places between its ends, in their order."""
        named, at = [], 0.0
        for span in route.spans:
            road = self.roads.corridors.get(span.road_id)
            named.append((at, span.road_id.upper() if road is None else road.ref))
            at += span.length_m
        named += [(along, name) for name, along in route.places[1:-1]]
        words = [name for _, name in sorted(named, key=lambda one: one[0])]
        return "; ".join(one for at, one in enumerate(words) if one not in words[:at]) or None

    def _table(self) -> pd.DataFrame | None:
        ways = (*self.routes, *self.back_routes)
        if not ways:
            return None
        return pd.DataFrame({
            "way": [one.route_id for one in ways],
            "by": [self._by(one) or "" for one in ways],
            "km": [f"{one.km:.1f}" for one in ways],
            "minutes": [f"{one.time_lo_min:.0f} to {one.time_hi_min:.0f}" for one in ways],
            "reported a month": [figure(one.risk.expected) for one in ways],
            "80 %": ["" if one.risk.expected is None else f"{figure(one.risk.lo80)} to {figure(one.risk.hi80)}"
                     for one in ways],
            "silent km": [f"{one.risk.silent_m / 1000:.0f}" for one in ways],
            "posts": [one.posts.posts for one in ways],
        })  # fmt: skip

    def _sketch(self) -> Sketch | None:
        if not self.routes:
            return None
        road, ink = style.token("road"), style.token("ink")
        ends = [shapely.get_point(shapely.get_parts(self.routes[0].geometry)[one], one) for one in (0, -1)]
        # The quickest is drawn last and full, so that it is seen where ways share a road.
        return Sketch(
            [(one.geometry, ink if one is self.routes[0] else road, 3.0, False) for one in reversed(self.routes)],
            ((self.start, ends[0]), (self.stop, ends[1])),
        )

    def _lines(self) -> tuple[str, ...]:
        when = "" if self.as_of is None else f", as of {self.as_of}"
        first = f"{self.start} – {self.stop}, {self.vehicle}{when}, for {self.audience}"
        if not self.routes:
            return first, "no way leads there"
        return first, *(
            f"{one.route_id}: {one.km:.1f} km, {one.time_lo_min:.0f}–{one.time_hi_min:.0f} min, "
            + ("reported incidents not known" if one.risk.expected is None else
               f"{one.risk.expected:.2g} reported incidents a month ({one.risk.lo80:.2g}–{one.risk.hi80:.2g})")
            + f", {one.risk.silent_m / 1000:.0f} km silent, {one.posts.posts} post{'s' * (one.posts.posts != 1)}"
            for one in self.routes
        )  # fmt: skip


def _one_passage(posts: RoutePosts) -> FeeSum | None:
    """Give the sum for one passage, in the currency in which most posts ask."""
    sums = [(-asked.posts, asked.currency, told) for asked, told in zip(posts.asked, posts.fee_sums, strict=True)
            if asked.per is Per.TRIP]  # fmt: skip
    return min(sums, default=(0, "", None))[2]

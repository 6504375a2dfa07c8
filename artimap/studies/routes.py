"""Ways from one town to another: real alternatives between time and exposure, none called safe."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import geopandas as gpd
import shapely

from artimap.areas.road_network import AreaRoads
from artimap.control.checkpoints.route_posts import RoutePosts
from artimap.core.vocab import Vehicle
from artimap.risk.route_risk import RouteRisk
from artimap.roads.routing.router import RoutePath
from artimap.roads.routing.spans import RoadSpan
from artimap.roads.routing.speeds import SpeedModel
from artimap.studies.study import Study


@dataclass(frozen=True, eq=False)
class Route:
    """One way.

    Attributes
    ----------
    route_id
        ``"1"``, ``"2"`` …: the quickest first.
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
    """

    route_id: str
    path: RoutePath
    spans: tuple[RoadSpan, ...]
    geometry: shapely.LineString
    places: tuple[tuple[str, float], ...]
    km: float
    time_lo_min: float
    time_hi_min: float
    risk: RouteRisk
    posts: RoutePosts
    road_status: gpd.GeoDataFrame = field(repr=False)
    why: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Routes:
    """The ways between two places on a day, for a vehicle.

    Attributes
    ----------
    study, roads
        What it is made from.
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
    """

    study: Study
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

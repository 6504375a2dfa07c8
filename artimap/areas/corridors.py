"""A road of an area read as a corridor."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import shapely

from artimap.areas import embedded, user_layers
from artimap.areas.area import Area, read_places, read_posts, read_road_positions, read_road_units, read_roads
from artimap.areas.user_layers import cached
from artimap.core.errors import CorridorError
from artimap.roads.calibration import calibrated
from artimap.roads.corridor import Corridor


def read_corridor(area: Area, road_id: str) -> Corridor:
    """Read a road of an area as a corridor.

    Parameters
    ----------
    area
        The area.
    road_id
        Id or number of the road, in any case: ``"rn1"``, ``"RN1"``.

    Returns
    -------
    Corridor
        In ``area.crs``, its chainage that of the kilometre posts; its line runs through
        positions every 200 or 250 m, or is that of an added layer (``artimap data add osm``).

    Raises
    ------
    CorridorError
        If there is no such road, or its posts do not make one.

    Examples
    --------
    >>> import artimap as am
    >>> am.read_corridor(am.area("artibonite"), "rn1")
    <Corridor RN1: 249.85 km, 19 towns, EPSG:32618>
    """
    known = _road_ids(area)
    wanted = str(road_id).strip().lower()
    if wanted not in known:
        msg = f"no road {road_id!r} in {area.label}; there is: {', '.join(known)}"
        raise CorridorError(msg)
    road = _corridor(area, wanted)
    return replace(road, units=road.units.copy(), towns=road.towns.copy(), other_roads=road.other_roads.copy())


@cached
def _road_ids(area: Area) -> tuple[str, ...]:
    return tuple(read_roads(area)["road_id"])


@cached
def _corridor(area: Area, wanted: str) -> Corridor:
    roads = read_roads(area)
    road = roads[roads["road_id"] == wanted].iloc[0]
    # The corridor is built on the embedded positions first, whatever line is drawn: their kilometres are
    # those of the posts, and reports state kilometres by them.
    every = read_road_positions(area)
    units = read_road_units(area)
    corridor = Corridor.from_posts(
        every[every["road_id"] == wanted].sort_values("seq"),
        corridor_id=wanted,
        ref=str(road["ref"]) if pd.notna(road["ref"]) else wanted.upper(),
        name=str(road["name"]) if pd.notna(road["name"]) else wanted.upper(),
        units=units[units["road_id"] == wanted].reset_index(drop=True),
    )
    # read_roads gives the embedded line where the added layer does not hold this road. Equal lines mean
    # that there is nothing to calibrate.
    if user_layers.has(area.name, "osm", "roads") and not shapely.equals(corridor.line, road.geometry):
        posts = read_posts(area)
        line, measures = calibrated(
            road.geometry, posts[posts["road_id"] == wanted].sort_values("seq"), ref=corridor.ref
        )
        corridor = replace(corridor, line=line, measures=measures)
    # Only the towns that cut the road into stretches are put on it. With every place near the road, a
    # briefing would name its stretches after hamlets.
    ends = embedded.read_table(area.name, "stretch_ends")
    here = ends[ends["road_id"] == wanted]["place_id"]
    places = read_places(area)
    towns = corridor.locate(places[places["place_id"].isin(here)])
    towns = towns.sort_values("chainage_m")[
        ["place_id", "name", "name_fr", "name_ht", "aliases", "kind", "chainage_m", "offset_m", "geometry"]
    ].reset_index(drop=True)
    others = roads[roads["road_id"] != wanted].set_index("road_id").geometry
    return replace(corridor, towns=towns, other_roads=others)

"""From the words of a place table to geometry: each row gets the shape that it may claim."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from artimap.areas.area import Area, read_places, read_roads, read_units
from artimap.areas.corridors import read_corridor
from artimap.areas.user_layers import cached
from artimap.core.schema import split_names
from artimap.core.vocab import PlaceKind, Where

RADIUS_M: dict[PlaceKind, float] = {
    PlaceKind.CITY: 3_000.0,
    PlaceKind.TOWN: 1_500.0,
    PlaceKind.SUBURB: 1_500.0,
    PlaceKind.VILLAGE: 1_000.0,
    PlaceKind.LOCALITY: 1_000.0,
    PlaceKind.NEIGHBOURHOOD: 800.0,
    PlaceKind.HAMLET: 500.0,
    PlaceKind.JUNCTION: 300.0,
}
"""How far from its point a named place reaches: an assumption by kind, stated in every product."""


# These four are kept in memory because a table is placed row by row and each would read its file again.
# They are keyed on the user's folder too (see cached), so that adding a layer shows at once.
_corridor = cached(read_corridor)


@cached
def _places(area: Area) -> dict[str, tuple[shapely.Point, float]]:
    places = read_places(area)
    radii = [RADIUS_M[PlaceKind(kind)] for kind in places["kind"]]
    return dict(zip(places["place_id"], zip(places.geometry, radii, strict=True), strict=True))


@cached
def _units(area: Area) -> dict[str, shapely.Geometry]:
    units = read_units(area)
    return dict(zip(units["pcode"], units.geometry, strict=True))


@cached
def _roads(area: Area) -> frozenset[str]:
    return frozenset(read_roads(area)["road_id"])


def place_radius(area: Area, place_id: str) -> float | None:
    """Give how far a place reaches by its kind, in metres; null for a place that the area does not know."""
    found = _places(area).get(place_id)
    return None if found is None else found[1]


def place_rows(table: pd.DataFrame, area: Area) -> gpd.GeoDataFrame:
    """Give every row its geometry and radius from its place columns.

    Parameters
    ----------
    table
        With ``place_kind``, ``place_id``, ``pcode``, ``road_id``, ``from_m``, ``to_m``
        (numbers or missing).
    area
        The area whose places, units and roads these name.

    Returns
    -------
    GeoDataFrame
        The same rows in ``area.crs``: a point for a point or place, the (approximate)
        boundary for a section, commune or department, the piece of road for a stretch,
        an empty geometry for nowhere; ``radius_m`` where the kind of place gives one.

    Raises
    ------
    KeyError
        If a place id, p-code or road is not one of the area's.
    """
    places, units, roads = _places(area), _units(area), _roads(area)
    geometry: list[shapely.Geometry] = []
    radius = np.full(len(table), np.nan)
    row: Any
    for position, row in enumerate(table.itertuples(index=False)):
        where = Where(str(row.place_kind))
        shape: shapely.Geometry = shapely.Point()
        # A row that fits no branch keeps the empty point: it is nowhere, and is counted so. It is not
        # an error, since reports without a place are still reports.
        if where in (Where.POINT, Where.PLACE) and isinstance(row.place_id, str):
            shape, radius[position] = places[row.place_id]
        elif where in (Where.SECTION, Where.COMMUNE, Where.DEPARTMENT):
            # A report may name several sections, as joined p-codes: together they are the place.
            shape = shapely.union_all([units[code] for code in split_names(row.pcode)])
        # A stretch of a road that the area does not know, or without chainage, stays nowhere; pinning
        # it to the whole road would claim more than the report says.
        elif where is Where.STRETCH and isinstance(row.road_id, str) and row.road_id in roads and pd.notna(row.from_m):
            shape = _corridor(area, row.road_id).piece(float(row.from_m), float(row.to_m))
        geometry.append(shape)
    out = table.copy()
    # A radius that the row states itself goes before the one of its kind.
    stated = pd.to_numeric(out["radius_m"]) if "radius_m" in out.columns else pd.Series(np.nan, index=out.index)
    out["radius_m"] = stated.fillna(pd.Series(radius, index=out.index))
    return gpd.GeoDataFrame(out, geometry=gpd.GeoSeries(geometry, index=out.index, crs=area.crs), crs=area.crs)

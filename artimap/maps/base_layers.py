"""Layers as plain data, and the layers of the base map.

A layer is a name, a way of drawing and a tuple of features; a feature is coordinates, a
row of the style table and the keys of what opens when it is asked. Nothing here knows
HTML. Coordinates are longitude and latitude (EPSG:4326) rounded to 5 decimals, about a
metre: this is the border where artimap leaves its metric system.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import shapely

from artimap.core.crs import WGS84
from artimap.core.i18n import tr
from artimap.core.schema import records
from artimap.core.vocab import PlaceKind

if TYPE_CHECKING:
    from artimap.roads.corridor import Corridor

Ring = tuple[tuple[float, float], ...]
Parts = tuple[tuple[Ring, ...], ...]
"""Parts of a shape, each one or more rings (outer first), each a row of lon, lat."""

LayerKind = Literal[
    "area", "line", "band", "point", "label", "event", "bracket", "tick", "place", "shield", "somewhere", "field"
]

DECIMALS = 5


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing on the map.

    Attributes
    ----------
    key
        Its name, unique on the page.
    mark
        Row of the style table, or a kind of event.
    parts
        Where it lies.
    label
        Words drawn on the map; empty where there are none.
    rank
        1 is named first, 4 only close up.
    size
        Size of an event's mark in pixels.
    hollow
        Whether the mark is drawn hollow: the harm is not known.
    groups
        Keys of the groups that colour it.
    details
        Keys of the details that it opens.
    begun, ended
        First and last day of what it shows, as ``2024-10-15``; empty where not known or open.
    """

    key: str
    mark: str
    parts: Parts
    label: str = ""
    rank: int = 4
    size: float = 0.0
    hollow: bool = False
    groups: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    begun: str = ""
    ended: str = ""


ESTIMATED = "zones_estimated"
"""Name of the layer of what a model makes of the events: off at first, and said to be no report wherever it is on."""


DENSITY = "density"
"""Name of the layer of how dense events lie on the roads."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Features that are drawn alike and switched together.

    Attributes
    ----------
    name
        Short name, unique on the page; its CSS and tests go by it.
    label_key
        Key of its words.
    kind
        How it is drawn.
    features
        What is on it.
    toggle
        Whether the reader can switch it off.
    shown
        Whether it is on at first.
    still
        Whether it is only looked at: nothing on it opens, ends or is dashed, so that the page can take its shapes
        as they come.
    title
        What it is called, where that is no word of the languages: the caller's own, or the word in one language.
    note
        What its row of the legend says in place of its mark's words.
    """

    name: str
    label_key: str
    kind: LayerKind
    features: tuple[Feature, ...]
    toggle: bool = True
    shown: bool = True
    still: bool = False
    title: str = ""
    note: str = ""

    def heading(self, lang: str) -> str:
        """Give what it is called, in a language."""
        return self.title or tr(self.label_key, lang)


def _ring(coordinates: np.ndarray) -> Ring:
    rounded = np.round(coordinates[:, :2].astype(float), DECIMALS).tolist()
    kept = [tuple(rounded[0])]
    for point in rounded[1:]:
        if tuple(point) != kept[-1]:
            kept.append(tuple(point))
    if len(kept) == 1 and len(rounded) > 1:
        kept.append(tuple(rounded[-1]))
    return tuple((x, y) for x, y in kept)


def parts_of(geometry: shapely.Geometry) -> Parts:
    """Take a shape in EPSG:4326 apart into rounded coordinates; an empty one has no parts."""
    if geometry is None or geometry.is_empty:
        return ()
    if isinstance(geometry, shapely.Polygon):
        rings = (geometry.exterior, *geometry.interiors)
        return (tuple(_ring(shapely.get_coordinates(ring)) for ring in rings),)
    if isinstance(geometry, (shapely.LineString, shapely.Point)):
        return ((_ring(shapely.get_coordinates(geometry)),),)
    return tuple(part for piece in shapely.get_parts(geometry) for part in parts_of(piece))


ROAD_TOLERANCE_M = 10.0
"""How far a drawn road may lie off its line: less than the line is off the ground, and a third of its points."""


def to_degrees(shapes: gpd.GeoSeries, *, tolerance_m: float = 0.0) -> list[shapely.Geometry]:
    """Bring shapes from their metric system to EPSG:4326, simplified by ``tolerance_m`` before.

    Neighbouring areas stay neighbours: their shared edges are simplified together.
    """
    if tolerance_m > 0:
        if len(shapes) and set(shapes.geom_type) <= {"Polygon", "MultiPolygon"}:
            shapes = shapes.simplify_coverage(tolerance_m)
        else:
            shapes = shapes.simplify(tolerance_m)
    return list(shapes.to_crs(WGS84))


def slim_lines(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Give lines on roads fewer points (:data:`ROAD_TOLERANCE_M`); points and areas stay as they are."""
    lines = shapes.geom_type.isin(["LineString", "MultiLineString"])
    return shapes.where(~lines, shapes.simplify(ROAD_TOLERANCE_M))


def _plain(prefix: str, mark: str, shapes: Iterable[shapely.Geometry]) -> tuple[Feature, ...]:
    parts = [parts_of(shape) for shape in shapes]
    return tuple(Feature(f"{prefix}:{n}", mark, part) for n, part in enumerate(parts) if part)


def land_layer(land: gpd.GeoDataFrame) -> Layer:
    """Give the land; the sea is what is left."""
    shapes = to_degrees(land.geometry.simplify(40))
    return Layer("land", "map.layer.land", "area", _plain("land", "land", shapes), toggle=False, still=True)


def rivers_layer(rivers: gpd.GeoDataFrame) -> Layer:
    """Give the rivers."""
    lines = to_degrees(rivers.geometry)
    return Layer("rivers", "map.layer.rivers", "line", _plain("river", "river", lines), toggle=False, still=True)


def lakes_layer(lakes: gpd.GeoDataFrame) -> Layer:
    """Give the lakes."""
    areas = to_degrees(lakes.geometry)
    return Layer("lakes", "map.layer.lakes", "area", _plain("lake", "lake", areas), toggle=False, still=True)


def border_layer(border: gpd.GeoDataFrame) -> Layer:
    """Give the border of the country."""
    return Layer(
        "border", "map.layer.border", "line", _plain("border", "border", to_degrees(border.geometry)), toggle=False
    )


def department_layer(outline: gpd.GeoDataFrame) -> Layer:
    """Give the outline of the area."""
    shapes = to_degrees(outline.geometry, tolerance_m=30)
    return Layer("department", "map.layer.department", "area", _plain("department", "department", shapes), toggle=False)


def communes_layer(units: gpd.GeoDataFrame) -> Layer:
    """Give the communes; dashed where their boundary is only a stand-in.

    Parameters
    ----------
    units
        UNITS of level adm2 in a metric system.
    """
    polygons = units[units.geom_type.isin(["Polygon", "MultiPolygon"])]
    shapes = to_degrees(polygons.geometry, tolerance_m=30)
    features = tuple(
        Feature(f"commune:{code}", "commune_approximate" if stand_in else "commune", parts_of(shape))
        for code, stand_in, shape in zip(polygons["pcode"], polygons["approximate"], shapes, strict=True)
    )
    return Layer("communes", "map.layer.communes", "area", features)


def roads_layer(roads: gpd.GeoDataFrame, *, but: str | None = None) -> Layer:
    """Give all roads but the one that is studied: departmental below national.

    Parameters
    ----------
    roads
        ROADS in a metric system.
    but
        ``road_id`` of the corridor, which has its own layer.
    """
    kept = roads[roads["road_id"] != but] if but else roads
    kept = kept.sort_values(["class", "road_id"], kind="stable")
    shapes = to_degrees(kept.geometry, tolerance_m=ROAD_TOLERANCE_M)
    features = tuple(
        Feature(f"road:{road_id}", "road_national" if kind == "national" else "road_departmental", parts_of(shape))
        for road_id, kind, shape in zip(kept["road_id"], kept["class"], shapes, strict=True)
    )
    return Layer("roads", "map.layer.roads", "line", features, still=True)


def shields_layer(roads: gpd.GeoDataFrame, *, first: str | None = None) -> Layer:
    """Give the road numbers, each with many spots where it may stand; the page picks free ones.

    Parameters
    ----------
    roads
        ROADS in a metric system.
    first
        ``road_id`` whose number is placed before the others.
    """
    features = []
    for row in roads[roads["ref"].notna()].itertuples(index=False):
        count = max(2, int(row.geometry.length // 6_000))
        spots = shapely.line_interpolate_point(row.geometry, np.linspace(0.04, 0.96, count), normalized=True)
        degrees = to_degrees(gpd.GeoSeries(list(spots), crs=roads.crs))
        parts = tuple(part for spot in degrees for part in parts_of(spot))
        rank = 1 if row.road_id == first else 3
        features.append(Feature(f"shield:{row.road_id}", "shield", parts, label=str(row.ref), rank=rank))
    ordered = sorted(features, key=lambda feature: (feature.rank, feature.key))
    return Layer("shields", "map.layer.shields", "shield", tuple(ordered), toggle=False)


_RANKS = {
    PlaceKind.CITY: 1,
    PlaceKind.TOWN: 2,
    PlaceKind.VILLAGE: 3,
    PlaceKind.SUBURB: 3,
    PlaceKind.JUNCTION: 4,
    PlaceKind.LOCALITY: 4,
    PlaceKind.NEIGHBOURHOOD: 4,
    PlaceKind.HAMLET: 4,
}


def name_in(row: Mapping[str, Any], lang: str) -> str:
    """Give a place's name in a language, or its usual name where it has none there."""
    own = row.get(f"name_{lang}")
    return str(own) if isinstance(own, str) and own else str(row["name"])


def places_layer(
    places: gpd.GeoDataFrame, *, lang: str, towns: Sequence[str] = (), details: dict[str, tuple[str, str]] | None = None
) -> Layer:
    """Give the named places, in the order in which they get their labels.

    Parameters
    ----------
    places
        PLACES in a metric system.
    lang
        Language of the names, where a place has one in it.
    towns
        ``place_id`` of the places that end the corridor's stretches: they come a rank earlier.
    details
        What a place opens, and the first day of that (empty where it may be any), by ``place_id``.
    """
    opens = details or {}
    features = []
    for row, spot in zip(records(places), to_degrees(places.geometry), strict=True):
        place_id = str(row["place_id"])
        rank = _RANKS[PlaceKind(row["kind"])]
        rank = max(2, rank - 1) if place_id in towns and rank > 1 else rank
        key, begun = opens.get(place_id, ("", ""))
        features.append(
            Feature(
                f"place:{place_id}",
                "place",
                parts_of(spot),
                label=name_in(row, lang),
                rank=rank,
                details=(key,) if key else (),
                begun=begun,
            )
        )
    ordered = sorted(features, key=lambda feature: (feature.rank, not feature.details, feature.key))
    return Layer("places", "map.layer.places", "place", tuple(ordered))


def km_layer(corridor: Corridor, lang: str, *, every_km: int = 10) -> Layer:
    """Give the kilometre marks: a short piece of road each, so that the page can draw across it."""
    stops = np.arange(every_km * 1000.0, corridor.length_m, every_km * 1000.0)
    pieces = [corridor.piece(max(at - 150.0, 0.0), min(at + 150.0, corridor.length_m)) for at in stops]
    degrees = to_degrees(gpd.GeoSeries(pieces, crs=corridor.crs))
    features = tuple(
        Feature(
            f"km:{at / 1000:.0f}",
            "km",
            parts_of(piece),
            label=tr("map.km.mark", lang, n=f"{at / 1000:.0f}"),
            rank=3 if round(at / 1000) % 50 == 0 else 4,
        )
        for at, piece in zip(stops, degrees, strict=True)
    )
    return Layer("km", "map.layer.km", "tick", features)


def bounds_of(shapes: gpd.GeoSeries) -> tuple[float, float, float, float]:
    """Give west, south, east, north in degrees of all shapes together."""
    west, south, east, north = (float(each) for each in shapes.to_crs(WGS84).total_bounds)
    return round(west, DECIMALS), round(south, DECIMALS), round(east, DECIMALS), round(north, DECIMALS)

"""Areas, and the embedded tables of an area in its metric system."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import shapely

from artimap import data, schema
from artimap.crs import WGS84
from artimap.errors import DataError


@dataclass(frozen=True, slots=True)
class Area:
    """A study area: where its data lie and in which metric system it is worked in.

    Attributes
    ----------
    name
        Folder name under ``data/``, lower case.
    label
        The name that people read.
    crs
        Metric coordinate reference system of all analysis.
    pcode
        OCHA COD-AB p-code of the area.
    corridor_id
        The road that briefings are about unless another is asked for.
    """

    name: str
    label: str
    crs: str
    pcode: str
    corridor_id: str

    @property
    def data_until(self) -> dt.date:
        """The day up to which the embedded reports reach."""
        return data.manifest(self.name).data_until


ARTIBONITE = Area("artibonite", "Artibonite", "EPSG:32618", "HT05", "rn1")

AREAS: dict[str, Area] = {known.name: known for known in (ARTIBONITE,)}
"""All areas by name. A new one is an ``Area`` here and a folder under ``data/``."""


def area(name: str) -> Area:
    """Give an area by name.

    >>> area("artibonite").crs
    'EPSG:32618'

    Raises
    ------
    DataError
        If there is no such area; the message lists those that there are.
    """
    try:
        return AREAS[name.strip().lower()]
    except KeyError:
        msg = f"no area {name!r}; there is: {', '.join(AREAS)}"
        raise DataError(msg) from None


def _points(table: pd.DataFrame, crs: str) -> gpd.GeoDataFrame:
    lon = pd.to_numeric(table["lon"]).to_numpy(dtype=float)
    lat = pd.to_numeric(table["lat"]).to_numpy(dtype=float)
    frame = gpd.GeoDataFrame(table.drop(columns=["lon", "lat"]), geometry=shapely.points(lon, lat), crs=WGS84)
    return frame.to_crs(crs)


def read_layer(area: Area, name: str) -> gpd.GeoDataFrame:
    """Read an embedded base layer (``land``, ``lakes``, ``rivers``, ``border``, ``outline``).

    Returns
    -------
    GeoDataFrame
        In ``area.crs``.
    """
    return data.read_geojson(area.name, name).to_crs(area.crs)


def read_places(area: Area) -> gpd.GeoDataFrame:
    """Read the named places of an area.

    Returns
    -------
    GeoDataFrame
        PLACES in ``area.crs``, one point a place.
    """
    return schema.conform(_points(data.read_table(area.name, "places"), area.crs), schema.PLACES)


def read_posts(area: Area) -> gpd.GeoDataFrame:
    """Read the kilometre posts of all roads: POSTS in ``area.crs``."""
    return schema.conform(_points(data.read_table(area.name, "posts"), area.crs), schema.POSTS)


def read_road_units(area: Area) -> pd.DataFrame:
    """Read which road runs inside or within 500 m of which unit: ROAD_UNITS."""
    table: pd.DataFrame = schema.conform(data.read_table(area.name, "road_units"), schema.ROAD_UNITS)
    return table


def read_roads(area: Area) -> gpd.GeoDataFrame:
    """Read the roads of an area as lines through their posts.

    The line cuts corners between posts: measure along ``length_m`` (or a
    :class:`~artimap.corridor.Corridor`), never on the line itself.

    Returns
    -------
    GeoDataFrame
        ROADS in ``area.crs``.
    """
    roads = data.read_table(area.name, "roads")
    posts = read_posts(area).sort_values(["road_id", "seq"])
    lines = posts.groupby("road_id", sort=False)["geometry"].agg(lambda points: shapely.LineString(list(points)))
    length = posts.groupby("road_id", sort=False)["km"].max() * 1000.0
    roads["length_m"] = roads["road_id"].map(length)
    geometry = gpd.GeoSeries(lines.reindex(roads["road_id"]).to_numpy(), crs=area.crs)
    return schema.conform(gpd.GeoDataFrame(roads, geometry=geometry, crs=area.crs), schema.ROADS)


def read_units(area: Area, level: str | None = None) -> gpd.GeoDataFrame:
    """Read the administrative units with their (approximate) boundaries.

    Parameters
    ----------
    area
        The area.
    level
        ``"adm1"``, ``"adm2"`` (communes) or ``"adm3"`` (communal sections); all where null.

    Returns
    -------
    GeoDataFrame
        UNITS in ``area.crs``. ``approximate`` is true where the boundary is a stand-in
        made from interior points: fit to look at, not to measure with.
    """
    units = data.read_table(area.name, "units")
    shapes = pd.concat(
        [data.read_geojson(area.name, name)[["pcode", "geometry"]] for name in ("outline", "communes", "sections")]
    )
    by_pcode = gpd.GeoSeries(shapes["geometry"].to_numpy(), index=shapes["pcode"].to_numpy(), crs=WGS84)
    units["approximate"] = True
    geometry = gpd.GeoSeries(by_pcode.reindex(units["pcode"]).to_numpy(), crs=WGS84)
    frame = gpd.GeoDataFrame(units.drop(columns=["lon", "lat"]), geometry=geometry, crs=WGS84).to_crs(area.crs)
    if level is not None:
        frame = frame[frame["level"] == level]
    return schema.conform(frame, schema.UNITS)


def unit_points(area: Area) -> gpd.GeoSeries:
    """Give an interior point of every unit by p-code, in ``area.crs``."""
    units = _points(data.read_table(area.name, "units"), area.crs)
    return gpd.GeoSeries(units.geometry.to_numpy(), index=units["pcode"].to_numpy(), crs=area.crs)

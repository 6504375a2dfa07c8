"""Areas, and the tables of an area in its metric system: embedded, or better ones that the user added."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import shapely

from artimap.areas import embedded, user_layers
from artimap.areas.user_layers import cached, cached_table
from artimap.core import schema
from artimap.core.crs import WGS84
from artimap.core.errors import DataError
from artimap.core.tables import PLACES, POSTS, ROAD_UNITS, ROADS, UNITS


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
    timezone
        The zone of its clocks: a moment that a file states in UTC is of that day there.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> art.label, art.crs, art.corridor_id
    ('Artibonite', 'EPSG:32618', 'rn1')
    """

    name: str
    label: str
    crs: str
    pcode: str
    corridor_id: str
    timezone: str = "UTC"

    @property
    def data_until(self) -> dt.date:
        """The day up to which the embedded reports reach."""
        return embedded.manifest(self.name).data_until


ARTIBONITE = Area("artibonite", "Artibonite", "EPSG:32618", "HT05", "rn1", "America/Port-au-Prince")

AREAS: dict[str, Area] = {known.name: known for known in (ARTIBONITE,)}
"""All areas by name. A new one is an ``Area`` here and a folder under ``data/``."""


UNIT_LAYERS = {"adm1": "outline", "adm2": "communes", "adm3": "sections"}
"""The layer that holds the boundaries of each level."""


def sure_area(where: object) -> Area:
    """Give the area back.

    Raises
    ------
    DataError
        If it is something else, such as the area's name; the message holds the fixing call.
    """
    if isinstance(where, Area):
        return where
    msg = f"{where!r} is no area: pass artimap.area({where if isinstance(where, str) else 'artibonite'!r})"
    raise DataError(msg)


def area(name: str) -> Area:
    """Give an area by name.

    >>> area("artibonite").crs
    'EPSG:32618'

    Raises
    ------
    DataError
        If there is no such area; the message lists those that there are.

    Examples
    --------
    >>> import artimap as am
    >>> am.area("artibonite").label
    'Artibonite'
    """
    try:
        return AREAS[name.strip().lower()]
    except (KeyError, AttributeError):
        msg = f"no area {name!r}; there is: {', '.join(AREAS)}"
        raise DataError(msg) from None


def _points(table: pd.DataFrame, crs: str) -> gpd.GeoDataFrame:
    lon = pd.to_numeric(table["lon"]).to_numpy(dtype=float)
    lat = pd.to_numeric(table["lat"]).to_numpy(dtype=float)
    frame = gpd.GeoDataFrame(table.drop(columns=["lon", "lat"]), geometry=shapely.points(lon, lat), crs=WGS84)
    return frame.to_crs(crs)


@cached_table
def read_layer(area: Area, name: str) -> gpd.GeoDataFrame:
    """Read a base layer (``land``, ``lakes``, ``rivers``, ``border``, ``outline``, ``country``).

    The outline is that of the added boundaries, where there are any.

    Returns
    -------
    GeoDataFrame
        In ``area.crs``.
    """
    if name == "outline" and (added := added_units(area)) is not None:
        # An added layer may hold communes alone: then the embedded outline stays.
        whole = added[added["level"] == "adm1"]
        if len(whole):
            return whole[["pcode", "name", "approximate", "geometry"]].reset_index(drop=True)
    return embedded.read_geojson(area.name, name).to_crs(area.crs)


def embedded_places(area: Area) -> gpd.GeoDataFrame:
    """Read the embedded places of an area alone: PLACES in ``area.crs``."""
    return schema.conform(_points(embedded.read_table(area.name, "places"), area.crs), PLACES)


@cached_table
def read_places(area: Area) -> gpd.GeoDataFrame:
    """Read the named places of an area: the embedded ones, then those that an added layer has more.

    Returns
    -------
    GeoDataFrame
        PLACES in ``area.crs``, one point a place. Added places have p-codes where
        boundaries were added too.
    """
    places = embedded_places(area)
    if user_layers.has(area.name, "osm", "places"):
        more = user_layers.read(area.name, "osm", "places").to_crs(area.crs)
        # Ids decide here, not names: merge_places took out the places of the same name when the layer
        # was added.
        more = _with_pcodes(more[~more["place_id"].isin(places["place_id"])], added_units(area))
        places = pd.concat([places, more], ignore_index=True)
    return schema.conform(places, PLACES)


def _with_pcodes(places: gpd.GeoDataFrame, units: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """Say in which commune and section places lie; approximate boundaries do not know."""
    if units is None:
        return places
    out = places.copy()
    for level, column in (("adm2", "adm2_pcode"), ("adm3", "adm3_pcode")):
        here = units[units["level"] == level]
        place, unit = shapely.STRtree(here.geometry.to_numpy()).query(out.geometry.to_numpy(), predicate="intersects")
        # A place on a boundary lies in two units. The smallest p-code is taken, so that the answer does
        # not depend on the order of the boundaries in the file.
        first = pd.Series(here["pcode"].to_numpy()[unit], index=place, dtype=schema.TEXT).groupby(level=0).min()
        found = first.reindex(range(len(out))).set_axis(out.index)
        out[column] = found.fillna(out[column].astype(schema.TEXT))
    return out


@cached_table
def read_posts(area: Area) -> gpd.GeoDataFrame:
    """Read the kilometre posts of all roads: POSTS in ``area.crs``."""
    return schema.conform(_points(embedded.read_table(area.name, "posts"), area.crs), POSTS)


@cached_table
def read_road_positions(area: Area) -> gpd.GeoDataFrame:
    """Read the course of all roads, a position every 200 or 250 m with its kilometre: POSTS in ``area.crs``.

    The kilometres are those of the posts (:func:`read_posts`), which stand farther apart.
    """
    return schema.conform(_points(embedded.read_table(area.name, "road_positions"), area.crs), POSTS)


@cached_table
def read_road_units(area: Area) -> pd.DataFrame:
    """Read which road runs inside or within 500 m of which unit: ROAD_UNITS.

    Measured anew on added boundaries, where there are any.
    """
    if user_layers.has(area.name, "cod-ab", "road_units"):
        read = user_layers.read_text(area.name, "cod-ab", "road_units")
    else:
        read = embedded.read_table(area.name, "road_units")
    table: pd.DataFrame = schema.conform(read, ROAD_UNITS)
    return table


def read_roads(area: Area) -> gpd.GeoDataFrame:
    """Read the roads of an area, as lines through their positions or as an added layer has them.

    A line through positions every 200 m cuts corners: measure along ``length_m`` (or a
    :class:`~artimap.roads.corridor.Corridor`), never on the line itself. Chainage is that of
    the posts with either line.

    Returns
    -------
    GeoDataFrame
        ROADS in ``area.crs``.
    """
    return _read_roads(sure_area(area))


@cached_table
def _read_roads(area: Area) -> gpd.GeoDataFrame:
    roads = embedded.read_table(area.name, "roads")
    known = read_road_positions(area).sort_values(["road_id", "seq"])
    lines = known.groupby("road_id", sort=False)["geometry"].agg(lambda points: shapely.LineString(list(points)))
    # The length is that of the last position. The line through them is shorter than the road.
    length = known.groupby("road_id", sort=False)["km"].max() * 1000.0
    roads["length_m"] = roads["road_id"].map(length)
    if user_layers.has(area.name, "osm", "roads"):
        better = user_layers.read(area.name, "osm", "roads").to_crs(area.crs).set_index("road_id")
        # A road that the area does not know is dropped: without posts it has no chainage, and no report
        # could be placed on it.
        lines.update(better.geometry[better.index.isin(lines.index)])
        roads["source"] = roads["road_id"].map(better["source"]).fillna(roads["source"])
    geometry = gpd.GeoSeries(lines.reindex(roads["road_id"]).to_numpy(), crs=area.crs)
    return schema.conform(gpd.GeoDataFrame(roads, geometry=geometry, crs=area.crs), ROADS)


@cached_table
def read_units(area: Area, level: str | None = None) -> gpd.GeoDataFrame:
    """Read the administrative units with their boundaries: added ones, else approximate ones.

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
        made from interior points: fit to look at, not to measure with. Names, other
        spellings and population are artimap's where it knows the p-code, whatever the boundary.
    """
    if level is not None:
        every = read_units(area)
        found: gpd.GeoDataFrame = every[every["level"] == level].reset_index(drop=True)
        return found
    units = embedded.read_table(area.name, "units")
    shapes = pd.concat([embedded.read_geojson(area.name, name)[["pcode", "geometry"]] for name in UNIT_LAYERS.values()])
    by_pcode = gpd.GeoSeries(shapes["geometry"].to_numpy(), index=shapes["pcode"].to_numpy(), crs=WGS84)
    units["approximate"] = True
    geometry = gpd.GeoSeries(by_pcode.reindex(units["pcode"]).to_numpy(), crs=WGS84)
    frame = gpd.GeoDataFrame(units.drop(columns=["lon", "lat"]), geometry=geometry, crs=WGS84).to_crs(area.crs)
    added = added_units(area)
    if added is not None:
        frame = _with_added(frame, added)
    return schema.conform(frame, UNITS)


def added_units(area: Area) -> gpd.GeoDataFrame | None:
    """Give the boundaries that the user added, or None."""
    units = _added_units(area)
    return None if units is None else units.copy()


@cached
def _added_units(area: Area) -> gpd.GeoDataFrame | None:
    levels = [name for name in UNIT_LAYERS.values() if user_layers.has(area.name, "cod-ab", name)]
    if not levels:
        return None
    units = pd.concat([user_layers.read(area.name, "cod-ab", name) for name in levels], ignore_index=True)
    return schema.conform(units.to_crs(area.crs), UNITS)


def _with_added(known: gpd.GeoDataFrame, added: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give known units their added boundary, and append units that are not known yet."""
    out = known.set_index("pcode")
    better = added.set_index("pcode")
    shared = out.index.intersection(better.index)
    # Only what belongs to the boundary comes from the added layer. Names, other spellings and
    # population stay ours, since the gazetteer and the reports are keyed on them. Columns turn to
    # objects first: pandas refuses to write a day or a boolean into a column of another type.
    for name in ("area_km2", "valid_from", "valid_to", "approximate", "source"):
        out[name] = out[name].astype("object")
        out.loc[shared, name] = better.loc[shared, name].astype("object")
    shapes = out.geometry.copy()
    shapes.loc[shared] = better.geometry.loc[shared]
    out = out.set_geometry(shapes).reset_index()
    new = added[~added["pcode"].isin(shared)]
    if len(new):
        # As objects here too: pandas warns where an all-missing column decides the type of a joined
        # one.
        out = pd.concat([out, new.astype({c: "object" for c in new.columns if c != "geometry"})], ignore_index=True)
    return out


def unit_points(area: Area) -> gpd.GeoSeries:
    """Give an interior point of every unit by p-code, in ``area.crs``."""
    # The embedded table states a point inside each unit, measured on the true boundary. It is better
    # than any point of the approximate boundary, so added boundaries bring points for unknown units
    # only.
    units = _points(embedded.read_table(area.name, "units"), area.crs)
    points = gpd.GeoSeries(units.geometry.to_numpy(), index=units["pcode"].to_numpy(), crs=area.crs)
    added = added_units(area)
    if added is None:
        return points
    new = added[~added["pcode"].isin(points.index)]
    more = gpd.GeoSeries(new.geometry.representative_point().to_numpy(), index=new["pcode"].to_numpy(), crs=area.crs)
    return gpd.GeoSeries(pd.concat([points, more]), crs=area.crs)

"""Units of rows, and rows made coarser, for the gate."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from artimap.areas.area import Area, read_places, read_units
from artimap.core.schema import TEXT, split_names
from artimap.core.vocab import Level

_COMMUNE = len("HT0542")
# All columns that may tell the place more exactly than the unit does: words, ids of places and roads,
# kilometres, coordinates, addresses of articles. A new column with a place in it has to be named
# here, or it leaks.
_EMPTIED = (
    "sub_kind", "overlaps", "summary", "note", "notes", "statement", "place_id", "road_id", "from_m", "to_m",
    "source_url", "chainage_m", "offset_m", "off_corridor", "why_not", "why_code", "location", "latitude",
    "longitude", "lat", "lon",
)  # fmt: skip


def _common(codes: list[str]) -> str | None:
    """Give the unit that holds all of several units: itself, their commune, or their department."""
    # P-codes are nested: the first six signs are the commune, the first four the department.
    for length in (None, _COMMUNE, 4):
        cut = {code[:length] for code in codes}
        if len(cut) == 1:
            return cut.pop()
    return None


def unit_of(table: pd.DataFrame, area: Area) -> pd.Series:
    """Give the finest unit that each row is known to lie in, as a p-code; null where none is known.

    A p-code of the row counts first, then the unit of its place, then where its point lies.
    """
    places = read_places(area).set_index("place_id")
    finest = places["adm3_pcode"].fillna(places["adm2_pcode"]).to_dict()
    codes: list[str | None] = []
    stated = table["pcode"] if "pcode" in table else pd.Series(None, index=table.index, dtype=object)
    named = table["place_id"] if "place_id" in table else pd.Series(None, index=table.index, dtype=object)
    for code, place in zip(stated, named, strict=True):
        # What the row says of itself counts first. A place is next, by the finest unit that the gazetteer
        # knows for it.
        if split_names(code):
            codes.append(_common(list(split_names(code))))
        else:
            codes.append(finest.get(place) if isinstance(place, str) and isinstance(finest.get(place), str) else None)
    if isinstance(table, gpd.GeoDataFrame):
        missing = pd.Series([code is None for code in codes], index=table.index)
        # Only points are looked up by where they lie. An area or a line may reach over several units, and
        # naming one of them would be a guess.
        points = table.geometry[missing & (table.geometry.geom_type == "Point")].to_crs(area.crs)
        units = read_units(area)
        sections = units.loc[units["level"] == Level.ADM3, ["pcode", "geometry"]]
        inside = gpd.sjoin(gpd.GeoDataFrame(geometry=points), sections, predicate="intersects")["pcode"]
        # A point on a border lies in two sections: the lower p-code is taken, so that the same point always
        # goes to the same.
        found = pd.Series(codes, index=table.index, dtype=TEXT)
        return found.fillna(inside.groupby(level=0).min().astype(TEXT))
    return pd.Series(codes, index=table.index, dtype=TEXT)


def commune_of(codes: pd.Series) -> pd.Series:
    """Give the commune of units; null where a unit is wider than a commune."""
    short = codes.str.slice(0, _COMMUNE)
    # A code of the department is shorter than a commune's and must not pass as one.
    return short.where(short.str.len() == _COMMUNE)


def unit_names(area: Area) -> dict[str, str]:
    """Give names of units by p-code."""
    units = read_units(area)
    return dict(zip(units["pcode"], units["name"], strict=True))


def _base(rows: gpd.GeoDataFrame, first: int) -> gpd.GeoDataFrame:
    """Empty all that may tell the place: words, ids of places and roads, chainage, and ids made of place names."""
    blurred = rows.copy()
    for column in _EMPTIED:
        if column in blurred:
            # Emptied, not dropped: a table with other columns would tell which rows were blurred, and break its
            # schema.
            blurred[column] = pd.Series([None] * len(blurred), index=blurred.index).astype(blurred[column].dtype)
    if "event_id" in blurred:
        # Ids are made of place names and days. A running number tells nothing, and does not lead back to the
        # row.
        blurred["event_id"] = [f"blurred-{first + count}" for count in range(len(blurred))]
    return blurred


def blur_to_unit(rows: gpd.GeoDataFrame, codes: pd.Series, area: Area, *, level: Level) -> gpd.GeoDataFrame:
    """Put rows into the section or commune that they lie in.

    Parameters
    ----------
    rows
        Rows whose ``codes`` are not null.
    codes
        Their units (see :func:`unit_of`), as fine as ``level`` or wider.
    area
        The area.
    level
        ``adm3`` or ``adm2``.
    """
    units = read_units(area).set_index("pcode")
    blurred = _base(rows, 1)
    # A section that has no outline of its own falls back to its commune: coarser, never finer.
    into = codes if level is Level.ADM3 else codes.str.slice(0, _COMMUNE)
    into = into.where(into.isin(units.index), into.str.slice(0, _COMMUNE))
    # What the row now is, not what was asked for: a row known only to the department stays one of the
    # department.
    levels = into.map(units["level"])
    blurred["pcode"] = into.astype(TEXT)
    blurred["place"] = into.map(units["name"]).astype(TEXT)
    blurred["place_kind"] = levels.map({"adm3": "section", "adm2": "commune", "adm1": "department"}).astype(TEXT)
    blurred["geo_precision"] = levels.map({"adm3": 2}).fillna(3).astype("Int64")
    blurred["radius_m"] = np.nan
    shapes = gpd.GeoSeries(list(into.map(units.geometry)), index=rows.index, crs=units.crs).to_crs(rows.crs)
    return blurred.set_geometry(shapes.rename("geometry"))


def blur_to_circle(rows: gpd.GeoDataFrame, area: Area, *, radius_m: float) -> gpd.GeoDataFrame:
    """Put points into circles around the centres of a fixed grid, the same spot always in the same circle."""
    # Squares with a diagonal of two radii: each lies whole within its circle, so the true point is always
    # inside. The grid is fixed. Circles around the points themselves, moved at random, would give the
    # point away once several are laid over one another.
    step = radius_m * math.sqrt(2.0)
    points = rows.geometry.to_crs(area.crs).centroid
    centres = shapely.points(
        (np.floor(points.x / step) + 0.5) * step,
        (np.floor(points.y / step) + 0.5) * step,
    )
    blurred = _base(rows, 1)
    for column in ("place", "pcode"):
        if column in blurred:
            blurred[column] = pd.Series([None] * len(blurred), index=blurred.index).astype(TEXT)
    blurred["radius_m"] = radius_m
    if "geo_precision" in blurred:
        blurred["geo_precision"] = pd.array([2] * len(blurred), dtype="Int64")
    circles = gpd.GeoSeries(shapely.buffer(centres, radius_m), index=rows.index, crs=area.crs).to_crs(rows.crs)
    return blurred.set_geometry(circles.rename("geometry"))

"""The one guard of coordinate reference systems.

Inside artimap everything is metric; EPSG:4326 exists only where files are read and
written. Nothing here reprojects in silence: a wrong system is an error whose message
is the call that mends it.
"""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
from pyproj import CRS, Proj, Transformer

from artimap.core.errors import CrsError
from artimap.core.precision import rounded_shapes

WGS84 = "EPSG:4326"
"""Longitude and latitude in degrees: the system of files, never of analysis."""


def on_file_grid(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Move shapes to where a file of the table, read again, has them: by less than a centimetre.

    Parameters
    ----------
    table
        A table in a metric system; it is not changed.

    Returns
    -------
    GeoDataFrame
        The same table, ``attrs`` and all. Done twice, it is the same as done once.
    """
    return tables_on_file_grid([table])[0]


def tables_on_file_grid(tables: Sequence[gpd.GeoDataFrame]) -> list[gpd.GeoDataFrame]:
    """Move the shapes of tables in one metric system as :func:`on_file_grid` does, all at once."""
    if not tables:
        return []
    # A table in memory and the same one read from a file must measure alike: both go through degrees of
    # seven decimals, and back.
    crs = tables[0].crs
    shapes = gpd.GeoSeries(np.concatenate([table.geometry.to_numpy() for table in tables]), crs=crs)
    moved = gpd.GeoSeries(rounded_shapes(shapes.to_crs(WGS84).to_numpy()), crs=WGS84).to_crs(crs)
    ends = np.cumsum([len(table) for table in tables])
    return [
        table.set_geometry(moved.iloc[end - len(table) : end].set_axis(table.index))
        for table, end in zip(tables, ends, strict=True)
    ]


def require(frame: gpd.GeoDataFrame | gpd.GeoSeries, crs: str, *, what: str = "table") -> None:
    """Raise unless ``frame`` is in ``crs``.

    Parameters
    ----------
    frame
        The table or series to look at.
    crs
        The system that the analysis works in, for example ``"EPSG:32618"``.
    what
        What to call the table in the message.

    Raises
    ------
    CrsError
        If the system is missing or another one, or there is no geometry. The message holds the
        fixing call.
    """
    # pandas' merge gives a plain DataFrame if the left table is plain: the commonest way to lose the
    # geometry.
    spatial = isinstance(frame, gpd.GeoSeries) or (
        isinstance(frame, gpd.GeoDataFrame) and frame.active_geometry_name is not None
    )
    if not spatial:
        given = "None" if frame is None else f"a {type(frame).__name__} without geometry"
        msg = (
            f"{what} is {given}: pass a GeoDataFrame. A merge that starts from a plain table gives a plain table; "
            f"geopandas.GeoDataFrame({what}, geometry='geometry', crs={crs!r}) makes it one again"
        )
        raise CrsError(msg)
    if frame.crs is None:
        msg = (
            f"{what} has no coordinate reference system: say which one its coordinates are in, "
            f"then convert, e.g. {what}.set_crs({WGS84!r}).to_crs({crs!r})"
        )
        raise CrsError(msg)
    # Axis order does not count: shapely always has x first, whatever the authority says.
    if not CRS.from_user_input(frame.crs).equals(CRS.from_user_input(crs), ignore_axis_order=True):
        found = CRS.from_user_input(frame.crs)
        name = found.to_string() if len(found.to_string()) < 40 else found.name
        msg = f"{what} is in {name} but {crs} is needed: use {what}.to_crs({crs!r})"
        raise CrsError(msg)


_DISTORTION = 0.01
"""Lengths may be wrong by so much in a system that lengths are measured in."""

_DEGREES_SPAN = 50.0
"""Fewer units than this from end to end are no road in metres, and a long one in degrees."""

_OUTSIDE_DEGREES = 3.0
"""Coordinates may lie so far outside the area that a system is made for: zones are used across their edge."""


def require_metres(frame: gpd.GeoDataFrame | gpd.GeoSeries, *, what: str = "table") -> None:
    """Raise unless lengths in ``frame`` are metres on the ground.

    Parameters
    ----------
    frame
        The table or series to look at.
    what
        What to call it in the message.

    Raises
    ------
    CrsError
        If there is no system, it is in degrees or feet, it stretches lengths there by more than 1 % (as Web
        Mercator does), or the coordinates cannot be in it. The message holds the fixing call.

    Examples
    --------
    >>> import shapely
    >>> road = gpd.GeoSeries([shapely.LineString([(-72.7, 19.1), (-72.6, 19.2)])], crs="EPSG:4326")
    >>> require_metres(road, what="road")
    Traceback (most recent call last):
    artimap.core.errors.CrsError: road is in EPSG:4326, in degrees, but metres are needed: use road.to_crs('EPSG:32618')
    """
    if frame.crs is None:
        require(frame, "EPSG:32618", what=what)
    crs = CRS.from_user_input(frame.crs)
    name = crs.to_string() if len(crs.to_string()) < 40 else crs.name
    west, south, east, north = frame.total_bounds
    if not np.isfinite([west, south, east, north]).all():
        return
    in_degrees = max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90
    if crs.is_projected and in_degrees and max(east - west, north - south) < _DEGREES_SPAN:
        metric = _utm((west + east) / 2, (south + north) / 2)
        msg = (
            f"{what} is said to be in {name}, but its coordinates are degrees: use "
            f"{what}.set_crs({WGS84!r}, allow_override=True).to_crs({metric!r})"
        )
        raise CrsError(msg)
    lon, lat = Transformer.from_crs(crs, WGS84, always_xy=True).transform((west + east) / 2, (south + north) / 2)
    use = crs.area_of_use
    far = use is not None and not (
        use.south - _OUTSIDE_DEGREES <= lat <= use.north + _OUTSIDE_DEGREES
        # Some areas run over the line where the day changes.
        and (use.west > use.east or use.west - _OUTSIDE_DEGREES <= lon <= use.east + _OUTSIDE_DEGREES)
    )
    if far or not np.isfinite([lon, lat]).all():
        msg = (
            f"{what} is said to be in {name}, but its coordinates lie far outside the area of that system: say which "
            f"one they are in, for example {what}.set_crs('EPSG:32618', allow_override=True)"
        )
        raise CrsError(msg)
    problem = None
    if not crs.is_projected:
        problem = "in degrees"
    elif abs(crs.axis_info[0].unit_conversion_factor - 1) > 1e-9:
        problem = f"in units of {crs.axis_info[0].unit_name}"
    else:
        scale = Proj(crs).get_factors(lon, lat)
        off = max(abs(scale.meridional_scale - 1), abs(scale.parallel_scale - 1))
        if off > _DISTORTION:
            problem = f"where lengths are wrong by {100 * off:.0f} % there"
    if problem is not None:
        msg = f"{what} is in {name}, {problem}, but metres are needed: use {what}.to_crs({_utm(lon, lat)!r})"
        raise CrsError(msg)


def _utm(lon: float, lat: float) -> str:
    """Give the UTM zone of a place."""
    # Fractions of a degree at the date line would give a zone 61.
    zone = min(int((lon + 180) // 6) + 1, 60)
    return f"EPSG:{326 if lat >= 0 else 327}{zone:02d}"

"""The one guard of coordinate reference systems.

Inside artimap everything is metric; EPSG:4326 exists only where files are read and
written. Nothing here reprojects in silence: a wrong system is an error whose message
is the call that mends it.
"""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
from pyproj import CRS

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

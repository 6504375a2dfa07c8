"""Zones of reported status as geometry: places stay circles, sections stay sections.

The land between two towns is never filled. A zone is as wide as its place reaches, as
long as the stretch that was named, or the (approximate) section; nothing is drawn where
nothing is said.
"""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd
import shapely

from artimap import schema
from artimap.area import Area
from artimap.claims import Ledger
from artimap.control import ControlModel, control_status
from artimap.vocab import Status, Where


def control_zones(
    area: Area,
    ledger: Ledger,
    *,
    as_of: str | dt.date,
    events: gpd.GeoDataFrame | None = None,
    model: ControlModel | None = None,
    status: pd.DataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Give the reported zones of an area on a day.

    Parameters
    ----------
    area
        The area.
    ledger
        The claims.
    as_of
        The day of the answer.
    events
        EVENTS, for places where fighting followed a claim.
    model
        How claims age.
    status
        STATUS of the same day, if it is at hand already.

    Returns
    -------
    GeoDataFrame
        ZONES in ``area.crs``, layer ``reported``: a disc of the place's reach, a piece of
        road, or an approximate section. Subjects wider than a section (a commune, the
        department) get no shape, and neither do unknown ones: see :func:`control_status`.
    """
    if status is None:
        status = control_status(area, ledger, as_of=as_of, events=events, model=model)
    subjects = ledger.subjects.set_index("subject")
    rows: list[dict[str, object]] = []
    shapes: list[shapely.Geometry] = []
    for row in status[status["subject"].isin(subjects.index)].itertuples(index=False):
        subject = subjects.loc[str(row.subject)]
        where = Where(subject["place_kind"])
        if row.status == Status.UNKNOWN or where in (Where.COMMUNE, Where.DEPARTMENT, Where.NOWHERE):
            continue
        shape = subject["geometry"]
        if shape.is_empty:
            continue
        if where in (Where.POINT, Where.PLACE):
            shape = shape.buffer(float(subject["radius_m"]), quad_segs=12)
        rows.append(
            {
                "zone_id": f"reported:{row.subject}",
                "name": row.name,
                "kind": row.status,
                "layer": "reported",
                "actors": row.actors,
                "valid_from": row.last_confirmed,
                "valid_to": pd.Timestamp(status.attrs["as_of"]),
                "last_confirmed": row.last_confirmed,
                "rule": row.rule,
                "claims": row.claims,
            }
        )
        shapes.append(shape)
    table = pd.DataFrame(rows, columns=[name for name in schema.ZONES.names if name != "geometry"])
    frame = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, crs=area.crs), crs=area.crs)
    zones: gpd.GeoDataFrame = schema.conform(frame, schema.ZONES, crs=area.crs)
    zones.attrs.update(status.attrs)
    return zones

"""Statuses of roads as files for other programs: LogIE's fields, and a feed shaped as the Work Zone Data Exchange."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from shapely.geometry import mapping, shape

from artimap.control.road_status import ACCOUNTS, hardest
from artimap.core import schema
from artimap.core.crs import WGS84
from artimap.core.dates import day_of
from artimap.core.errors import DataError
from artimap.core.files import clock_at, replacing, write_text
from artimap.core.precision import rounded_shapes
from artimap.core.schema import TEXT
from artimap.core.tables import ROAD_STATUS
from artimap.core.vocab import Passage
from artimap.sources import logie

_FORMS: Final = (logie.READER.name, "wzdx")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?")


def write_road_status(
    table: gpd.GeoDataFrame, path: str | Path, *, form: str = logie.READER.name, as_of: str | dt.date | None = None
) -> Path:
    """Write statuses of roads for other programs.

    Parameters
    ----------
    table
        ROAD_STATUS, as :func:`artimap.read_road_status` or :func:`artimap.road_status_on` give it.
    path
        ``.geojson`` or ``.json``; LogIE's fields also as ``.gpkg``.
    form
        ``"logie"``: LogIE's fields. A row read from LogIE comes out as it was, with all its fields, numbers, nulls and
        coordinates; only what was changed since in the columns of ROAD_STATUS is written over it. ``"wzdx"``: a
        FeatureCollection shaped as a feed of the Work Zone Data Exchange 4.2, for programs that read such feeds. It
        tells of no works: ``artimap`` in the properties of each feature says what is said, by whom and how
        reliable it is; an event ends on the day after it was last said, and neither end is verified. Rows without a day
        or a place have no event there: their ids stand in ``artimap_left_out``.
    as_of
        The day of a feed; the newest day of the rows where null. No clock is read.

    Returns
    -------
    Path
        ``path``.

    Raises
    ------
    DataError
        If the ending is none of these, or a feed has no day.

    Examples
    --------
    >>> import artimap as am
    >>> table = am.read_road_status("logie_roads.geojson", area=am.area("artibonite"))  # doctest: +SKIP
    >>> am.write_road_status(table, "feed.geojson", form="wzdx")  # doctest: +SKIP
    """
    target, ending = Path(path), Path(path).suffix.lower()
    endings = (".geojson", ".json", ".gpkg") if form == logie.READER.name else (".geojson", ".json")
    if form not in _FORMS or ending not in endings:
        msg = f"{target}: statuses of roads are written as {', '.join(endings)}, in the form {' or '.join(_FORMS)}"
        raise DataError(msg)
    known: gpd.GeoDataFrame = schema.conform(table, ROAD_STATUS)
    day = known["as_of"].max() if as_of is None else pd.Timestamp(day_of(as_of))
    shapes = known.geometry.to_crs(WGS84).to_numpy()
    if form == "wzdx":
        if pd.isna(day):
            msg = f"{target}: no row carries a day; say as_of"
            raise DataError(msg)
        write_text(target, json.dumps(_feed(known, shapes, day), ensure_ascii=False, indent=1) + "\n")
        return target
    features = logie.features_of(known, shapes)
    if ending == ".gpkg":
        _write_layer(features, target, dt.date(2000, 1, 1) if pd.isna(day) else day.date())
    else:
        content = {"type": "FeatureCollection", "features": features}
        write_text(target, json.dumps(content, ensure_ascii=False) + "\n")
    return target


def _write_layer(features: list[dict[str, Any]], path: Path, day: dt.date) -> None:
    names = list(dict.fromkeys(name for one in features for name in one["properties"]))
    columns = {name: _typed([one["properties"].get(name) for one in features]) for name in names}
    shapes = [None if one.get("geometry") is None else shape(one["geometry"]) for one in features]
    table = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=WGS84), index=range(len(features)))
    kinds = {one.geom_type for one in shapes if one is not None}
    with replacing(path) as there, clock_at(day):
        pyogrio.write_dataframe(
            table,
            there,
            layer="road_status",
            driver="GPKG",
            geometry_type=kinds.pop() if len(kinds) == 1 else "Unknown",
        )


def _typed(values: list[Any]) -> pd.Series:
    """Give values as a column of their type: whole numbers may have gaps, moments are moments again."""
    there = [one for one in values if one is not None]
    if there and all(isinstance(one, bool) for one in there):
        return pd.Series(values, dtype="bool" if len(there) == len(values) else "boolean")
    if there and all(isinstance(one, int) and not isinstance(one, bool) for one in there):
        return pd.Series(values, dtype="Int64")
    if there and all(isinstance(one, str) and _MOMENT.fullmatch(one) for one in there):
        return pd.to_datetime(pd.Series(values), format="ISO8601")
    if there and all(isinstance(one, list | dict) for one in there):
        return pd.Series([None if one is None else json.dumps(one, ensure_ascii=False) for one in values], dtype=TEXT)
    return pd.Series(values)


# --- the Work Zone Data Exchange -------------------------------------------------------------

_IMPACT: Final = {
    Passage.PASSABLE: "all-lanes-open", Passage.UNDER_REPAIR: "all-lanes-open", Passage.RESTRICTED: "some-lanes-closed",
    Passage.CLOSED: "all-lanes-closed", Passage.DESTROYED: "all-lanes-closed", Passage.UNKNOWN: "unknown",
}  # fmt: skip


def _feed(known: gpd.GeoDataFrame, shapes: np.ndarray, day: pd.Timestamp) -> dict[str, Any]:
    """Give statuses as a feed of WZDx 4.2."""
    known = known.assign(_source=[_id(str(one)) for one in known["source"]])
    events, left = [], []
    for row, one in zip(schema.records(known.drop(columns="geometry")), rounded_shapes(shapes), strict=True):
        lines = _lines(one)
        if pd.isna(row["as_of"]) or not lines:
            left.append(str(row["status_id"]))
            continue
        for n, line in enumerate(lines):
            events.append(_event(row, line, n))
    sources = dict(sorted(zip(known["_source"], known["source"], strict=True)))
    stamp = _moment(day)
    return {
        "feed_info": {
            "publisher": "artimap",
            "version": "4.2",
            "update_date": stamp,
            "data_sources": [{"data_source_id": key, "organization_name": name} for key, name in sources.items()],
        },
        "type": "FeatureCollection",
        "features": events,
        "artimap_left_out": left,
    }


def _lines(one: shapely.Geometry) -> list[shapely.Geometry]:
    """Give the parts of a shape that an event can have: lines, or two points; a spot stands twice."""
    if one.is_empty:
        return []
    parts = list(shapely.get_parts(one))
    if all(part.geom_type == "LineString" for part in parts):
        return parts
    spots = [part if part.geom_type == "Point" else shapely.point_on_surface(part) for part in parts]
    return [shapely.MultiPoint([spot, spot]) for spot in spots]


def _event(row: Mapping[str, Any], line: shapely.Geometry, n: int) -> dict[str, Any]:
    said = {name: Passage(row[name]) for name in ACCOUNTS}
    # The hardest account decides what a reader of the feed sees; each stands by itself beside it.
    worst = hardest(row)
    name = next(
        (str(row[one]) for one in ("name", "place", "road_id", "osmid") if isinstance(row[one], str)), "not named"
    )
    words = "; ".join(f"{key}: {value.value}" for key, value in said.items() if value is not Passage.UNKNOWN)
    why = f" ({row['why']})" if isinstance(row["why"], str) else ""
    properties: dict[str, Any] = {
        "core_details": {
            "event_type": "work-zone",
            "data_source_id": row["_source"],
            "road_names": [name],
            "direction": "unknown",
            "name": f"{name}: {worst.value}",
            "description": (words or "not known") + why,
            "update_date": _moment(row["as_of"]),
        },
        "start_date": _moment(row["as_of"]),
        "end_date": _moment(row["as_of"] + pd.Timedelta(days=1)),
        "is_start_date_verified": False,
        "is_end_date_verified": False,
        "is_start_position_verified": False,
        "is_end_position_verified": False,
        "vehicle_impact": _IMPACT[worst],
        "location_method": "unknown",
        "artimap": {
            key: None if pd.isna(row[key]) else row[key]
            for key in ("status_id", "part", "vehicle", *ACCOUNTS, "reliability", "lead_time_days", "source", "licence")
        },
    }
    if isinstance(row["road_id"], str) and pd.notna(row["from_m"]):
        properties["artimap"] |= {"road_id": row["road_id"], "from_m": row["from_m"], "to_m": row["to_m"]}
    return {
        "id": _id(f"{row['status_id']}:{n}"),
        "type": "Feature",
        "properties": properties,
        "geometry": mapping(line),
    }


def _moment(day: pd.Timestamp) -> str:
    return f"{day.date().isoformat()}T00:00:00Z"


def _id(text: str) -> str:
    # Made of the text: the same feed has the same ids on every machine.
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"artimap:{text}"))

"""Tables to a screen or a file, for the commands that print one."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from artimap.core.crs import WGS84
from artimap.core.errors import ShareError
from artimap.core.files import table_csv, write_geopackage, write_text
from artimap.core.rounding import rounded_shapes, significant_columns

FORMATS = (".csv", ".json", ".geojson", ".gpkg")


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Give a table as plain rows: no geometry, days as text, null for what is missing."""
    plain = significant_columns(pd.DataFrame(table.drop(columns="geometry", errors="ignore")))
    for name in plain.columns:
        if pd.api.types.is_datetime64_any_dtype(plain[name].dtype):
            plain[name] = plain[name].dt.strftime("%Y-%m-%d")
    rows: list[dict[str, Any]] = json.loads(plain.to_json(orient="records", force_ascii=False))
    return rows


def as_json(content: object) -> str:
    """Write rows as JSON."""
    return json.dumps(content, ensure_ascii=False, indent=1)


def save(table: pd.DataFrame, path: Path, *, layer: str = "stretches") -> Path:
    """Write a table by the ending of its file; ``layer`` is its name in a GeoPackage.

    Raises
    ------
    ShareError
        If the ending is none of :data:`FORMATS`, or a table without geometry shall have one.
    """
    kind = path.suffix.lower()
    spatial = isinstance(table, gpd.GeoDataFrame)
    if kind == ".csv":
        write_text(path, "\ufeff" + table_csv(pd.DataFrame(records(table), columns=_plain(table))))
    elif kind == ".json":
        write_text(path, as_json(records(table)) + "\n")
    elif kind == ".geojson" and spatial:
        bare = gpd.GeoDataFrame(
            pd.DataFrame(records(table), columns=_plain(table)), geometry=table.geometry.to_numpy(), crs=table.crs
        )
        degrees = bare.to_crs(WGS84)
        degrees = degrees.set_geometry(rounded_shapes(degrees.geometry.to_numpy()), crs=WGS84)
        write_text(path, degrees.to_json(drop_id=True) + "\n")
    elif kind == ".gpkg" and spatial:
        write_geopackage({layer: table}, path, day=dt.date.fromisoformat(table.attrs["as_of"]))
    else:
        some = ", ".join(FORMATS if spatial else FORMATS[:2])
        msg = f"{path.name}: artimap writes {some} here; choose one of these endings"
        raise ShareError(msg)
    return path


def _plain(table: pd.DataFrame) -> list[str]:
    return [name for name in table.columns if name != "geometry"]

"""GeoPackages with the same bytes each run."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from artimap.crs import WGS84
from artimap.write import replacing


@contextmanager
def clock_at(day: dt.date) -> Iterator[None]:
    """Make GDAL write a fixed time stamp: its ``last_change`` columns are the only clock in the file."""
    name, before = "OGR_CURRENT_DATE", os.environ.get("OGR_CURRENT_DATE")
    stamp = f"{day.isoformat()}T00:00:00.000Z"
    pyogrio.set_gdal_config_options({name: stamp})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({name: before})


def write_geopackage(layers: Mapping[str, gpd.GeoDataFrame], path: Path, *, day: dt.date) -> Path:
    """Write tables as layers of one GeoPackage in EPSG:4326, whole or not at all.

    Parameters
    ----------
    layers
        Tables by layer name. Days become text (YYYY-MM-DD); rows without a geometry are
        kept with an empty one.
    path
        The file.
    day
        The day written into the file as its time stamp, so that the same tables give the
        same bytes.

    Returns
    -------
    Path
        ``path``.
    """
    with replacing(path) as temporary, clock_at(day):
        for name, frame in layers.items():
            table = frame.to_crs(WGS84)
            for column in table.columns:
                if pd.api.types.is_datetime64_any_dtype(table[column].dtype):
                    table[column] = table[column].dt.strftime("%Y-%m-%d").astype("str")
            table.attrs = {}
            kinds = set(table.geometry.geom_type.dropna())
            kind = kinds.pop() if len(kinds) == 1 else "Unknown"
            pyogrio.write_dataframe(
                table, temporary, layer=name, driver="GPKG", append=temporary.exists(), geometry_type=kind,
                dataset_metadata=None,
            )  # fmt: skip
    return path

"""Writing files whole or not at all."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from artimap.core.crs import WGS84
from artimap.core.metadata import KEY, written
from artimap.core.precision import rounded_shapes, significant_columns


@contextmanager
def clock_at(day: dt.date) -> Iterator[None]:
    """Make GDAL write a fixed time stamp: its ``last_change`` columns are the only clock in the file."""
    # pyogrio sets GDAL's options for the whole process: the value is put back, since the caller may
    # write files of his own.
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
        Tables by layer name; what goes with each is written into the file
        (:func:`artimap.read_table` puts it back). Days become text (YYYY-MM-DD); rows without a geometry are
        kept with an empty one; numbers keep ten significant digits, degrees seven decimals.
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
            # Rounded after the change of system: what PROJ gives differs in its last bits between
            # machines.
            table = significant_columns(frame.to_crs(WGS84))
            table = table.set_geometry(rounded_shapes(table.geometry.to_numpy()), crs=WGS84)
            for column, dtype in table.dtypes.items():
                if pd.api.types.is_datetime64_any_dtype(dtype):
                    # Days as text: GDAL would write them as moments, with an hour.
                    table[column] = table[column].dt.strftime("%Y-%m-%d").astype("str")
            kinds = set(table.geometry.geom_type.dropna())
            # A layer has one declared type; a mixture must be declared as one.
            kind = kinds.pop() if len(kinds) == 1 else "Unknown"
            pyogrio.write_dataframe(
                table, temporary, layer=name, driver="GPKG", append=temporary.exists(), geometry_type=kind,
                layer_metadata={KEY: written(frame)},
            )  # fmt: skip
    return path


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")


_UNSEEN = " \u00a0\ufeff\v\f\u0085\u1680\u180e\u2028\u2029\u202f\u205f\u2060\u3000" + "".join(
    map(chr, range(0x2000, 0x2010))
)
"""What a spreadsheet may pass over before it looks for a formula."""


_PLAIN_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?\Z")


def defused(cell: str) -> str:
    """Give a cell that no spreadsheet runs as a formula.

    >>> defused("=1+1"), defused("-72.5"), defused("fine")
    ("'=1+1", '-72.5', 'fine')
    """
    # A spreadsheet passes over signs that are not seen, and runs the formula behind them. Plain
    # negative numbers must stay numbers.
    if cell.lstrip(_UNSEEN).startswith(_FORMULA) and not _PLAIN_NUMBER.match(cell):
        return "'" + cell
    return cell


def table_csv(table: pd.DataFrame) -> str:
    """Give a table as CSV text in which no cell is a live formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([defused(str(name)) for name in table.columns])
    for row in table.itertuples(index=False, name=None):
        writer.writerow([defused(str(cell)) if pd.notna(cell) else "" for cell in row])
    return out.getvalue()


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside ``path``; on success it takes that place.

    If the block raises, ``path`` is left as it was and the temporary file is removed,
    so a reader never meets half a file.

    Parameters
    ----------
    path
        Where the file shall stand. Missing folders are made.

    Yields
    ------
    Path
        The path to write to: same folder, same suffix.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Beside the target, since replacing is one step only within a file system. GDAL may write side
    # files: they go with the folder.
    with tempfile.TemporaryDirectory(prefix=".artimap-", dir=path.parent) as folder:
        temporary = Path(folder) / path.name
        yield temporary
        temporary.replace(path)


def encodable(text: str) -> str:
    """Give what of a text can be written: a lone surrogate has no bytes and becomes ``?``.

    >>> encodable("a" + chr(0xD800))
    'a?'
    """
    return text.encode("utf-8", "replace").decode("utf-8")


def write_text(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` as UTF-8 with LF line ends, whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)

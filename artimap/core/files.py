"""Writing files whole or not at all."""

from __future__ import annotations

import csv
import datetime as dt
import errno
import io
import os
import re
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from artimap.core.crs import WGS84
from artimap.core.errors import DataError
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

    Raises
    ------
    OSError
        If it cannot be written; it names the path.
    """
    with replacing(path) as temporary, clock_at(day), _gdal_naming(path):
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
        _check_whole(temporary)
    return path


def geopackage_bytes(layers: Mapping[str, gpd.GeoDataFrame], *, day: dt.date) -> bytes:
    """Give the content of the file that :func:`write_geopackage` writes: GDAL writes it nowhere but to a disk."""
    with tempfile.TemporaryDirectory(prefix="artimap-") as folder:
        return write_geopackage(layers, Path(folder) / "tables.gpkg", day=day).read_bytes()


@contextmanager
def _gdal_naming(path: Path) -> Iterator[None]:
    """Make an error of GDAL's, such as of a full disk, one of the system's that names the file."""
    try:
        yield
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise OSError(errno.EIO, f"cannot be written: {error}", str(path)) from error


def _check_whole(path: Path) -> None:
    """Refuse a GeoPackage that a full disk cut short: GDAL may close it without a word."""
    with closing(sqlite3.connect(path)) as opened:
        try:
            (found,) = opened.execute("PRAGMA quick_check").fetchone()
        except sqlite3.DatabaseError as error:
            found = str(error)
    if found != "ok":
        raise OSError(errno.EIO, f"was not written whole, the disk may be full: {found}", str(path))


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


_IN_CELLS = str.maketrans({"\r": "\n", "\0": "\ufffd"})


def table_csv(table: pd.DataFrame) -> str:
    """Give a table as CSV text in which no cell is a live formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([defused(str(name)) for name in table.columns])
    for row in table.itertuples(index=False, name=None):
        # A return alone is not quoted by every release of Python, and ends the row for readers; so does a NUL.
        texts = ("" if pd.isna(cell) else str(cell).replace("\r\n", "\n").translate(_IN_CELLS) for cell in row)
        writer.writerow([defused(text) for text in texts])
    return out.getvalue()


@dataclass(frozen=True)
class _Together:
    kept: ExitStack
    ready: list[tuple[Path, Path]] = field(default_factory=list)


_TOGETHER: ContextVar[_Together | None] = ContextVar("together", default=None)


@contextmanager
def written_together() -> Iterator[None]:
    """Let the files that are written in the block take their places at its end, one right after the other.

    A full disk or a run that is stopped while it writes leaves all of them as they were: no table stands beside
    the notice of another.
    """
    with ExitStack() as kept:
        together = _Together(kept)
        token = _TOGETHER.set(together)
        try:
            yield
        finally:
            _TOGETHER.reset(token)
        for temporary, path in together.ready:
            temporary.replace(path)


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

    Raises
    ------
    OSError
        If it cannot be written; it names ``path``.
    """
    folder = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Beside the target, since replacing is one step only within a file system. GDAL may write side
        # files: they go with the folder.
        with ExitStack() as mine:
            together = _TOGETHER.get()
            made = tempfile.TemporaryDirectory(prefix=".artimap-", dir=path.parent)
            folder = (mine if together is None else together.kept).enter_context(made)
            temporary = Path(folder) / path.name
            yield temporary
            if together is None:
                temporary.replace(path)
            else:
                together.ready.append((temporary, path))
    except OSError as error:
        # A full disk names no file, and the temporary one is not what was asked for.
        where = str(error.filename or "")
        if where and not where.startswith(folder or str(path.parent / ".artimap-")):
            raise
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def encodable(text: str) -> str:
    """Give what of a text can be written: a lone surrogate has no bytes and becomes ``?``.

    >>> encodable("a" + chr(0xD800))
    'a?'
    """
    return text.encode("utf-8", "replace").decode("utf-8")


def sure_file(path: Path, template: str) -> Path:
    """Give the path of a user's file back where it is there.

    Raises
    ------
    DataError
        If it is not: the message names the template (``artimap template``) that such a file is made from.
    """
    if not path.is_file():
        # a template is a table: no other file can be made from it under the same name
        target = f" -o {path}" if path.suffix.lower() in {".csv", ".xlsx"} else ""
        msg = f"{path} is not there; write a template with: artimap template {template}{target}"
        raise DataError(msg)
    return path


def write_text(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` as UTF-8 with LF line ends, whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)

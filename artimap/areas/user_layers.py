r"""The user's own layers: kept in one folder, listed in a manifest, used in place of embedded ones.

The folder is ``$ARTIMAP_DATA`` if that is set, else where programs keep data on this
system (``~/.local/share/artimap``, ``%LOCALAPPDATA%\artimap``, ``~/Library/Application
Support/artimap``). In it each area has a ``manifest.json`` with source, licence and a hash
of every file. The files are copies in artimap's own tables: the user's files are never
touched, and are not needed again.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import ParamSpec, TypeVar

import geopandas as gpd
import pandas as pd
import pyogrio

from artimap.core.errors import DataError
from artimap.core.files import geopackage_bytes, write_text
from artimap.core.folder_swap import replace_folder
from artimap.core.schema import TEXT

ENV = "ARTIMAP_DATA"
"""Environment variable that names another folder."""

_MANIFEST = "manifest.json"
_STAMP = dt.date(2000, 1, 1)  # no clock: the same tables give the same bytes
_KEPT = 4

P = ParamSpec("P")
T = TypeVar("T")
F = TypeVar("F", bound=pd.DataFrame)


@dataclass(frozen=True, slots=True)
class UserTable:
    """One file of an added layer.

    ``stands_for`` names the embedded layers that it is used in place of, joined by
    ``"; "``; empty where it adds to them.
    """

    name: str
    file: str
    rows: int
    bytes: int
    sha256: str
    stands_for: str


@dataclass(frozen=True, slots=True)
class InstalledLayer:
    """One added layer: what it holds, from whom, under which licence, made from which file.

    ``inputs`` are the user's files with their SHA-256, ``built_on`` the embedded layers
    that its tables were worked out with.
    """

    name: str
    licence: str
    attribution: str
    source: str
    date: str
    notes: tuple[str, ...]
    inputs: tuple[tuple[str, str], ...]
    built_on: tuple[tuple[str, str], ...]
    tables: tuple[UserTable, ...]

    def table(self, name: str) -> UserTable | None:
        """Give the table of that name, or None."""
        return next((table for table in self.tables if table.name == name), None)


def folder() -> Path:
    """Give the user's data folder; it need not exist."""
    named = os.environ.get(ENV, "").strip()
    if named:
        return Path(named).expanduser()
    return _default_folder(os.environ.get("XDG_DATA_HOME"), os.environ.get("HOME"))


@functools.lru_cache(maxsize=_KEPT)
def _default_folder(_xdg: str | None, _home: str | None) -> Path:
    from platformdirs import user_data_path  # noqa: PLC0415 - only where no folder is named

    return Path(user_data_path("artimap", appauthor=False))


def token() -> tuple[object, ...]:
    """Give a value that changes whenever a layer is added or removed: the key of everything kept in memory."""
    where = folder()
    # Inode, time and size together: a manifest written twice within the clock's resolution is a new
    # file, as it is replaced and not written over.
    stamps: list[tuple[str, int, int, int]] = []
    # A layer may be removed by another process between two of these calls. That is no error, only
    # another state.
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(where) as areas:
        for one in areas:
            with suppress(FileNotFoundError, NotADirectoryError):
                seen = os.stat(os.path.join(one.path, _MANIFEST))  # noqa: PTH116, PTH118 - asked very often
                stamps.append((one.name, seen.st_ino, seen.st_mtime_ns, seen.st_size))
    return (where, *sorted(stamps))


def cached(function: Callable[P, T]) -> Callable[P, T]:
    """Keep the answers of ``function`` until a layer is added or removed.

    The arguments must be hashable. Answers for layers no longer in use are let go.
    """

    # One shelf of answers a state of the folder. Old states fall out of the small cache with all their
    # answers, so memory does not grow with every layer added.
    @functools.lru_cache(maxsize=_KEPT)
    def shelf(_token: tuple[object, ...]) -> dict[object, T]:
        return {}

    @functools.wraps(function)
    def kept(*args: P.args, **kwargs: P.kwargs) -> T:
        answers = shelf(token())
        key = (args, tuple(sorted(kwargs.items())))
        if key not in answers:
            answers[key] = function(*args, **kwargs)
        return answers[key]

    return kept


def cached_table(function: Callable[P, F]) -> Callable[P, F]:
    """Keep the tables that ``function`` reads, as :func:`cached` does, and hand out copies that are safe to change."""
    kept = cached(function)

    @functools.wraps(function)
    def copied(*args: P.args, **kwargs: P.kwargs) -> F:
        return kept(*args, **kwargs).copy()

    return copied


def layers(area: str) -> tuple[InstalledLayer, ...]:
    """List the added layers of an area, by name.

    Raises
    ------
    DataError
        If the manifest is damaged.
    """
    path = folder() / area / _MANIFEST
    if not path.is_file():
        return ()
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        found = [
            InstalledLayer(
                name=str(row["name"]),
                licence=str(row["licence"]),
                attribution=str(row["attribution"]),
                source=str(row["source"]),
                date=str(row["date"]),
                notes=tuple(str(note) for note in row["notes"]),
                inputs=tuple((str(name), str(sha)) for name, sha in row["inputs"]),
                built_on=tuple((str(name), str(sha)) for name, sha in row["built_on"]),
                tables=tuple(UserTable(**table) for table in row["tables"]),
            )
            for row in raw["layers"]
        ]
    # Any of these means a file that artimap did not write so. Falling back to the embedded layers
    # without a word would change the maps behind the user's back.
    except (UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        msg = f"{path} is damaged ({error}): delete the folder {path.parent} and add the layers again"
        raise DataError(msg) from error
    return tuple(sorted(found, key=lambda layer: layer.name))


def find(area: str, name: str) -> InstalledLayer | None:
    """Give the added layer of that name, or None."""
    return next((layer for layer in layers(area) if layer.name == name), None)


def has(area: str, name: str, table: str) -> bool:
    """Tell whether a table of an added layer is in use."""
    layer = find(area, name)
    return layer is not None and layer.table(table) is not None


def table_path(area: str, layer: InstalledLayer, table: UserTable) -> Path:
    """Give the path of a table's file."""
    return folder() / area / layer.name / table.file


def read(area: str, name: str, table: str) -> gpd.GeoDataFrame:
    """Read a table of an added layer in EPSG:4326.

    Raises
    ------
    DataError
        If it was never added, or its file is gone or damaged.
    """
    return _read(area, name, table, lambda path: pyogrio.read_dataframe(path, layer=table))


def read_text(area: str, name: str, table: str) -> pd.DataFrame:
    """Read a table without geometry of an added layer as text columns.

    Raises
    ------
    DataError
        If it was never added, or its file is gone or damaged.
    """
    return _read(
        area,
        name,
        table,
        lambda path: pd.read_csv(path, dtype=TEXT, encoding="utf-8", keep_default_na=False, na_values=[""]),
    )


def _read(area: str, name: str, table: str, read_path: Callable[[Path], T]) -> T:
    layer = find(area, name)
    found = None if layer is None else layer.table(table)
    if layer is None or found is None:
        msg = f"no layer {name!r} with {table} was added for {area}: artimap data add {name} FILE"
        raise DataError(msg)
    path = table_path(area, layer, found)
    try:
        return read_path(path)
    except (OSError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        msg = (
            f"{path} is gone or damaged ({error}): add the layer again (artimap data add {name} FILE), "
            f"or go back to the embedded one (artimap data remove {name})"
        )
        raise DataError(msg) from error


def register(
    area: str,
    layer: InstalledLayer,
    tables: Mapping[str, gpd.GeoDataFrame | pd.DataFrame],
    *,
    stands_for: Mapping[str, str],
) -> InstalledLayer:
    """Write the tables of a layer to the user's folder and list it; a layer of that name is replaced.

    Parameters
    ----------
    area
        Name of the area.
    layer
        What to say of it; its ``tables`` are filled in here.
    tables
        Tables by name; those with geometry in any system (kept in EPSG:4326).
    stands_for
        Embedded layers that a table replaces, joined by ``"; "``, by table name.

    Returns
    -------
    InstalledLayer
        As it is listed.
    """
    listed, files = [], dict[str, bytes]()
    for name, frame in tables.items():
        if isinstance(frame, gpd.GeoDataFrame):
            file, content = f"{name}.gpkg", geopackage_bytes({name: frame}, day=_STAMP)
        else:
            file, content = f"{name}.csv", frame.to_csv(index=False, lineterminator="\n").encode("utf-8")
        files[file] = content
        sha = hashlib.sha256(content).hexdigest()
        listed.append(UserTable(name, file, len(frame), len(content), sha, stands_for.get(name, "")))
    # All that lies there is artimap's: a table of the former layer that this one lacks must not stay. If the run
    # breaks off before the manifest is written, ``check`` tells what differs.
    replace_folder(folder() / area / layer.name, files, ours=lambda old: [one.name for one in old.iterdir()])
    done = replace(layer, tables=tuple(listed))
    _write(area, [*(one for one in layers(area) if one.name != layer.name), done])
    return done


def remove(area: str, name: str) -> InstalledLayer:
    """Take an added layer out: the embedded one is used again.

    Raises
    ------
    DataError
        If there is none of that name; the message lists those that there are.
    """
    found = find(area, name)
    if found is None:
        have = ", ".join(layer.name for layer in layers(area)) or "none"
        msg = f"no layer {name!r} was added for {area}; added: {have}"
        raise DataError(msg)
    # The manifest before the files: a file too many does no harm, an entry without its file does.
    _write(area, [one for one in layers(area) if one.name != name])
    home = folder() / area / name
    if home.is_dir():
        shutil.rmtree(home)
    return found


def check(area: str) -> list[str]:
    """Compare the files of added layers with their manifest: what is wrong, one line a file."""
    wrong = []
    for layer in layers(area):
        for table in layer.tables:
            path = table_path(area, layer, table)
            if not path.is_file():
                wrong.append(f"{layer.name}: {table.file} is missing; add the layer again")
            elif hashlib.sha256(path.read_bytes()).hexdigest() != table.sha256:
                wrong.append(f"{layer.name}: {table.file} differs from the manifest; add the layer again")
    return wrong


def _write(area: str, kept: list[InstalledLayer]) -> None:
    path = folder() / area / _MANIFEST
    content = {"area": area, "layers": [asdict(layer) for layer in sorted(kept, key=lambda one: one.name)]}
    write_text(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")

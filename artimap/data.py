"""Where the embedded tables lie, and what they are: one folder an area, one manifest.

In a checkout (also an editable install) the folder is ``data/`` beside the package; in a
wheel it is ``artimap/_data``. Nothing is ever downloaded.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from artimap.errors import DataError
from artimap.schema import TEXT

_PACKAGE = Path(__file__).resolve().parent


def data_root() -> Path:
    """Give the folder of the embedded data: the checkout's ``data/`` first, else the wheel's.

    Raises
    ------
    DataError
        If neither is there: the installation is damaged.
    """
    checkout = _PACKAGE.parent / "data"
    if (_PACKAGE.parent / "pyproject.toml").is_file() and any(checkout.glob("*/manifest.json")):
        return checkout
    wheel = _PACKAGE / "_data"
    if any(wheel.glob("*/manifest.json")):
        return wheel
    msg = "the embedded data are missing: reinstall artimap (pip install --force-reinstall artimap)"
    raise DataError(msg)


@dataclass(frozen=True, slots=True)
class LayerEntry:
    """One embedded file: what it holds, under which licence, from whom."""

    name: str
    file: str
    rows: int
    bytes: int
    sha256: str
    licence: str
    attribution: str
    source: str
    date: str
    approximate: bool
    note: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """All embedded files of one area, and the day up to which its reports reach."""

    area: str
    data_until: dt.date
    layers: tuple[LayerEntry, ...]

    def layer(self, name: str) -> LayerEntry:
        """Give the entry of that name.

        Raises
        ------
        DataError
            If there is none; the message lists those that there are.
        """
        for entry in self.layers:
            if entry.name == name:
                return entry
        have = ", ".join(entry.name for entry in self.layers)
        msg = f"{self.area} has no layer {name!r}; it has: {have}"
        raise DataError(msg)


@cache
def manifest(area: str) -> Manifest:
    """Read the manifest of an area.

    Raises
    ------
    DataError
        If there is no such area.
    """
    path = data_root() / area / "manifest.json"
    if not path.is_file():
        have = ", ".join(sorted(found.parent.name for found in data_root().glob("*/manifest.json")))
        msg = f"no embedded data for {area!r}; there is: {have}"
        raise DataError(msg)
    raw = json.loads(path.read_text(encoding="utf-8"))
    entries = tuple(
        LayerEntry(
            name=str(row["name"]),
            file=str(row["file"]),
            rows=int(row["rows"]),
            bytes=int(row["bytes"]),
            sha256=str(row["sha256"]),
            licence=str(row["licence"]),
            attribution=str(row["attribution"]),
            source=str(row["source"]),
            date=str(row["date"]),
            approximate=bool(row["approximate"]),
            note=str(row.get("note", "")),
        )
        for row in raw["layers"]
    )
    return Manifest(area=area, data_until=dt.date.fromisoformat(raw["data_until"]), layers=entries)


def layer_path(area: str, name: str) -> Path:
    """Give the path of an embedded layer's file."""
    return data_root() / area / manifest(area).layer(name).file


def read_table(area: str, name: str) -> pd.DataFrame:
    """Read an embedded CSV as text columns, missing where the cell is empty."""
    return pd.read_csv(layer_path(area, name), dtype=TEXT, encoding="utf-8", keep_default_na=False, na_values=[""])


def read_geojson(area: str, name: str) -> gpd.GeoDataFrame:
    """Read an embedded GeoJSON layer in EPSG:4326."""
    return pyogrio.read_dataframe(layer_path(area, name))


def digest(path: Path) -> str:
    """Give the SHA-256 of a file as hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check(area: str) -> list[str]:
    """Compare every embedded file with the manifest.

    Returns
    -------
    list of str
        What is wrong, one line a file; empty where all is whole.
    """
    wrong = []
    for entry in manifest(area).layers:
        path = data_root() / area / entry.file
        if not path.is_file():
            wrong.append(f"{entry.name}: {entry.file} is missing")
        elif digest(path) != entry.sha256:
            wrong.append(f"{entry.name}: {entry.file} differs from the manifest (changed or damaged)")
    return wrong

"""Where the embedded tables lie, and what they are: one folder an area, one manifest.

:func:`manifest` says what is in use: where the user added a better layer
(:mod:`artimap.areas.user_layers`), its entry stands in place of the embedded one.

In a checkout (also an editable install) the folder is ``data/`` beside the package; in a
wheel it is ``artimap/_data``. Nothing is ever downloaded.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from artimap.areas import user_layers
from artimap.core.errors import DataError
from artimap.core.schema import TEXT, split_names

_PACKAGE = Path(__file__).resolve().parents[1]


def data_root() -> Path:
    """Give the folder of the embedded data: the checkout's ``data/`` first, else the wheel's.

    Raises
    ------
    DataError
        If neither is there: the installation is damaged.
    """
    # pyproject.toml tells a checkout from site-packages, where a folder ``data`` of someone else may
    # lie beside the package.
    checkout = _PACKAGE.parent / "data"
    if (_PACKAGE.parent / "pyproject.toml").is_file() and any(checkout.glob("*/manifest.json")):
        return checkout
    wheel = _PACKAGE / "_data"
    if any(wheel.glob("*/manifest.json")):
        return wheel
    msg = "the embedded data are missing: reinstall artimap (pip install --force-reinstall artimap)"
    raise DataError(msg)


def citation_file() -> str:
    """Give how artimap itself is cited: the text of ``CITATION.cff``."""
    beside = data_root()
    return (beside if beside.name == "_data" else beside.parent).joinpath("CITATION.cff").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class LayerEntry:
    """One file: what it holds, under which licence, from whom.

    ``added`` is the name of the user's layer that it comes from; empty where it is embedded.
    """

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
    note: str = ""
    added: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """All files of one area, and the day up to which its reports reach."""

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


def manifest(area: str) -> Manifest:
    """Give what is in use in an area: the embedded layers, and those that the user added in their place.

    Raises
    ------
    DataError
        If there is no such area, or the user's manifest is damaged.
    """
    known = embedded(area)
    added = user_layers.layers(area)
    if not added:
        return known
    # An added table takes the slot of what it stands for, so that lists keep their order. One that
    # stands for nothing is appended under the layer's and the table's name.
    entries = list(known.layers)
    for layer in added:
        for table in layer.tables:
            replaced = split_names(table.stands_for)
            for name in replaced or (f"{layer.name} {table.name}",):
                entry = _added_entry(name, layer, table)
                at = next((n for n, one in enumerate(entries) if one.name == name), None)
                if at is not None and name == "road_units":  # derived from the roads too, so under their terms
                    entry = replace(entry, licence=entries[at].licence, attribution=entries[at].attribution)
                if at is None:
                    entries.append(entry)
                else:
                    entries[at] = entry
    return Manifest(area=area, data_until=known.data_until, layers=tuple(entries))


def _added_entry(name: str, layer: user_layers.InstalledLayer, table: user_layers.UserTable) -> LayerEntry:
    return LayerEntry(
        name=name,
        file=f"{layer.name}/{table.file}",
        rows=table.rows,
        bytes=table.bytes,
        sha256=table.sha256,
        licence=layer.licence,
        attribution=layer.attribution,
        source=layer.source,
        date=layer.date,
        approximate=False,
        note=f"added by the user (artimap data remove {layer.name} goes back)",
        added=layer.name,
    )


@cache
def embedded(area: str) -> Manifest:
    """Read the manifest of an area's embedded layers.

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
    entries = tuple(LayerEntry(**row) for row in raw["layers"])
    return Manifest(area=area, data_until=dt.date.fromisoformat(raw["data_until"]), layers=entries)


def layer_path(area: str, name: str) -> Path:
    """Give the path of an embedded layer's file."""
    return data_root() / area / embedded(area).layer(name).file


@user_layers.cached_table
def read_table(area: str, name: str) -> pd.DataFrame:
    """Read an embedded CSV as text columns, missing where the cell is empty."""
    # All text, and only the empty cell is missing: "NA" and "nan" can be names, and p-codes must keep
    # their zeros. The schema turns columns into numbers and days.
    return pd.read_csv(layer_path(area, name), dtype=TEXT, encoding="utf-8", keep_default_na=False, na_values=[""])


@user_layers.cached_table
def read_geojson(area: str, name: str) -> gpd.GeoDataFrame:
    """Read an embedded GeoJSON layer in EPSG:4326."""
    return pyogrio.read_dataframe(layer_path(area, name))


def digest(path: Path) -> str:
    """Give the SHA-256 of a file as hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check(area: str) -> list[str]:
    """Compare every file, embedded or added, with its manifest.

    Returns
    -------
    list of str
        What is wrong, one line a file; empty where all is whole.
    """
    wrong = []
    # The embedded manifest, not the merged one: an embedded file can be damaged while an added layer
    # stands in its place, and it is needed again once that is removed.
    for entry in embedded(area).layers:
        path = data_root() / area / entry.file
        if not path.is_file():
            wrong.append(f"{entry.name}: {entry.file} is missing")
        elif digest(path) != entry.sha256:
            wrong.append(f"{entry.name}: {entry.file} differs from the manifest (changed or damaged)")
    return wrong + user_layers.check(area)

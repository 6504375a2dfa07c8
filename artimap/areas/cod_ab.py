"""Administrative boundaries of OCHA's COD-AB, in every spelling that it has been published in.

``ADM2_PCODE`` with ``ADM2_EN``, ``ADM2_FR``, ``ADM2_HT``; ``adm2_pcode`` with ``adm2_name``,
``adm2_name1`` … (2025); ``admin2Pcode`` with ``admin2Name_fr`` (before 2018), also cut to ten
letters by a shapefile. One file with several layers, or a folder with a file a level.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from artimap.areas.area import Area
from artimap.areas.area import read_units as _units_of
from artimap.areas.osm import read_file
from artimap.core import schema
from artimap.core.crs import WGS84
from artimap.core.errors import DataError
from artimap.core.schema import DAY, TEXT
from artimap.core.tables import UNITS
from artimap.core.vocab import Level

_SUFFIXES = {".shp", ".gpkg", ".geojson", ".json", ".parquet", ".geoparquet", ".fgb", ".gdb", ".zip"}
# The names are compared in lower case without signs: ADM2_PCODE, adm2_pcode and admin2Pcode are one.
# ``pcod`` is what ten letters of a shapefile leave of it.
_PCODE = re.compile(r"^adm(?:in)?([0-4])(?:pcode|pcod|code)$")
# The last group is the language, a number (2025 series), or nothing.
_NAME = re.compile(r"^adm(?:in)?([0-4])(?:name|nam|na)?(fr|en|ht|\d*)$")
# The language that a unit's name is taken from: French as in the embedded tables, then what is most
# likely French (no language said, the first number), then the others.
_ORDER = ("fr", "", "1", "en", "2", "ht", "3")
# "3e Section de Bocozelle" is section number 3, named Bocozelle. Reports use the bare name.
_NUMBERED = re.compile(
    r"^\s*(\d{1,2})\s*(?:re|ère|ere|er|e|è|ème|eme)?\s+section\s+(?:communale\s+)?(?:d[eu]s?\s+|d['’]\s*)?",
    re.IGNORECASE,
)
_FINEST = 3


@dataclass(frozen=True)
class _BoundaryLayer:
    """One layer of boundaries: the level it is of, and which column is what."""

    label: str
    level: int
    pcode: str
    parent: str | None
    names: dict[str, str]
    valid_from: str | None
    valid_to: str | None
    table: gpd.GeoDataFrame


def read_units(what: Area | str | Path, level: str | None = None, *, area: Area | None = None) -> gpd.GeoDataFrame:
    """Read administrative units: those of an area, or a COD-AB file or folder.

    Parameters
    ----------
    what
        An area: its added layer (``artimap data add cod-ab``), else the embedded one. Or a
        file or folder of COD-AB: GeoPackage, Shapefile (also zipped), GeoJSON, GeoParquet,
        FlatGeobuf, file geodatabase.
    level
        ``"adm1"``, ``"adm2"`` (communes) or ``"adm3"`` (communal sections); all where null.
    area
        The area that is wanted of a file: units whose p-code begins with ``area.pcode``.

    Returns
    -------
    GeoDataFrame
        UNITS in the area's system, by p-code; ``name_fr``, ``name_en``, ``name_ht`` are added
        for a file. ``attrs["notes"]`` says what was mended or left out.

    Raises
    ------
    DataError
        If the file is absent or damaged, holds no COD-AB layer, or nothing of the area.

    Examples
    --------
    >>> import artimap as am
    >>> am.read_units(am.area("artibonite"), "adm2")["name"].tolist()[:2]
    ['Gonaïves', 'Ennery']
    """
    if isinstance(what, Area):
        return _units_of(what, level)
    if area is None:
        msg = f"say which area is wanted of {what}: read_units({str(what)!r}, area=artimap.area('artibonite'))"
        raise DataError(msg)
    path = Path(what)
    notes: list[str] = []
    found = _layers_of(path, notes)
    if not found:
        msg = f"{path} holds no COD-AB layer: no polygons with a column such as ADM2_PCODE, adm2_pcode or admin2Pcode"
        raise DataError(msg)
    read: dict[int, gpd.GeoDataFrame] = {}
    for one in found:
        # A country file has one layer a level, a folder may hold a level twice (all of Haiti and one
        # department). The first one stands, row by row, so that no unit is counted twice.
        units = _units(one, area, notes)
        if units.empty:
            continue
        if one.level in read:
            new = units[~units["pcode"].isin(read[one.level]["pcode"])]
            notes.append(f"{one.label}: {len(units) - len(new)} units stand in an earlier layer too and are left out")
            units = pd.concat([read[one.level], new], ignore_index=True)
        read[one.level] = units
    if not read:
        msg = f"{path} holds nothing of {area.label}: no p-code begins with {area.pcode}"
        raise DataError(msg)
    units = pd.concat([read[number] for number in sorted(read)], ignore_index=True)
    units = units.sort_values("pcode", kind="stable")
    if level is not None:
        units = units[units["level"] == Level(level)]
    out: gpd.GeoDataFrame = schema.conform(units, UNITS)
    # Set last: concat does not always carry attrs over. Layers of one file may repeat a note.
    out.attrs["notes"] = list(dict.fromkeys(notes))
    return out


# -- finding layers -------------------------------------------------------------


def files_of(path: Path) -> list[Path]:
    """List the vector files of a folder (and its folders), or the one file.

    Raises
    ------
    DataError
        If there is none.
    """
    if path.is_dir() and path.suffix.lower() != ".gdb":
        # A file geodatabase is a folder. It is one source, and the files inside it are none.
        inside = sorted(one for one in path.rglob("*") if one.suffix.lower() in _SUFFIXES)
        files = [one for one in inside if not any(up.suffix.lower() == ".gdb" for up in one.parents)]
        if files:
            return files
    elif path.exists():
        return [path]
    msg = f"{path} is not there" if not path.exists() else f"{path} holds no map files ({', '.join(sorted(_SUFFIXES))})"
    raise DataError(msg)


def _layers_of(path: Path, notes: list[str]) -> list[_BoundaryLayer]:
    found = []
    for file in files_of(path):
        # GDAL as pip brings it has no Parquet driver, so pyogrio cannot list its layers; such a file
        # has one.
        names: list[str | None] = [None]
        if file.suffix.lower() not in {".parquet", ".geoparquet"}:
            try:
                names = [str(name) for name in pyogrio.list_layers(file)[:, 0]]
            # In a folder a stray zip or JSON is nothing unusual. A file that was named by itself must
            # be readable.
            except pyogrio.errors.DataSourceError as error:
                if path.is_dir():
                    notes.append(f"{file.name} is no map layer and is left out")
                    continue
                msg = f"{file} cannot be read as a map layer: {error}"
                raise DataError(msg) from error
        for name in names:
            label = file.name if name is None or len(names) == 1 else f"{file.name}:{name}"
            # A layer without geometry comes back as a plain table, and has no boundaries.
            table = read_file(file, layer=name)
            one = _recognised(table, label) if isinstance(table, gpd.GeoDataFrame) else None
            if one is None:
                notes.append(f"{label} holds no boundaries (no polygons, or no p-codes) and is left out")
            else:
                found.append(one)
    return found


def _bare(name: object) -> str:
    return re.sub(r"[^a-z0-9]", "", str(name).lower())


def _recognised(table: gpd.GeoDataFrame, label: str) -> _BoundaryLayer | None:
    if not table.geometry.geom_type.isin(["Polygon", "MultiPolygon"]).any():
        return None
    # A layer of sections repeats the columns of commune, department and country. The finest level that
    # is filled is what the layer is of.
    pcodes: dict[int, str] = {}
    names: dict[int, dict[str, str]] = {}
    for column in table.columns:
        bare = _bare(column)
        hit = _PCODE.match(bare)
        if hit:
            # A column of p-codes that is empty does not make a layer of communes one of sections.
            if table[column].notna().any():
                pcodes.setdefault(int(hit[1]), str(column))
            continue
        hit = _NAME.match(bare)
        if hit:
            names.setdefault(int(hit[1]), {}).setdefault(hit[2], str(column))
    level = max(pcodes, default=0)
    if not 0 < level <= _FINEST:  # the country, or finer than communal sections
        return None
    by_bare = {_bare(column): str(column) for column in table.columns}
    return _BoundaryLayer(
        label=label,
        level=level,
        pcode=pcodes[level],
        parent=pcodes.get(level - 1),
        names=_by_language(table, names.get(level, {})),
        valid_from=by_bare.get("validon") or by_bare.get("validfrom"),
        valid_to=by_bare.get("validto"),
        table=table,
    )


def _by_language(table: gpd.GeoDataFrame, names: dict[str, str]) -> dict[str, str]:
    """Give name columns by language.

    The 2025 series numbers them, and says the language in ``lang``, ``lang1`` and so on.
    """
    by_bare = {_bare(column): column for column in table.columns}
    out: dict[str, str] = {}
    for key, column in names.items():
        tongue = key
        if (key == "" or key.isdigit()) and f"lang{key}" in by_bare:
            said = [str(word).lower() for word in table[by_bare[f"lang{key}"]].dropna().unique()]
            # A column that mixes languages cannot be called one of them; it keeps its number.
            if len(said) == 1 and said[0] in {"fr", "en", "ht"}:
                tongue = said[0]
        out.setdefault(tongue, column)
    return out


# -- one layer to UNITS ---------------------------------------------------------


def _text(table: gpd.GeoDataFrame, column: str | None) -> pd.Series[str]:
    if column is None:
        return pd.Series([None] * len(table), index=table.index, dtype=TEXT)
    text: pd.Series[str] = table[column].astype(TEXT).str.strip().map(_unspoilt, na_action="ignore").astype(TEXT)
    return text.mask(text == "")


def _unspoilt(text: str) -> str:
    """Mend UTF-8 that was read as Latin-1, as shapefiles without a ``.cpg`` are.

    >>> _unspoilt("GonaÃ¯ves"), _unspoilt("Gonaïves")
    ('Gonaïves', 'Gonaïves')
    """
    # Only these two letters give such text away: the first bytes of French letters in UTF-8 read so in
    # Latin-1. A right name that has one of them fails to decode, and stays.
    if "Ã" not in text and "Â" not in text:
        return text
    try:
        # Windows' code page: it has a sign for bytes such as 0x80 (the second one of À), where Latin-1
        # has control codes.
        return text.encode("cp1252").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def pcodes_of(codes: pd.Series, level: int) -> pd.Series:
    """Bring p-codes to one spelling: upper case, no spaces, a section as ``HT0542-01``.

    >>> pcodes_of(pd.Series(["ht0542-1", "HT054201"]), 3).tolist()
    ['HT0542-01', 'HT0542-01']
    """
    bare = codes.astype(TEXT).str.upper().str.replace(r"\s", "", regex=True)
    if level == _FINEST:
        # One digit is filled up first, so that the second rule meets two digits only.
        bare = bare.str.replace(r"^([A-Z]{2}\d{4})[-_.]?(\d)$", r"\g<1>0\2", regex=True)
        bare = bare.str.replace(r"^([A-Z]{2}\d{4})[-_.]?(\d{2})$", r"\1-\2", regex=True)
    return bare


def _days(table: gpd.GeoDataFrame, column: str | None) -> pd.Series:
    if column is None:
        return pd.Series(np.datetime64("NaT", "s"), index=table.index, dtype=DAY)
    values = table[column]
    # A day may come as a date (GeoPackage), as text with dashes or slashes (shapefile, GeoJSON), or
    # with a time zone. What cannot be read is missing: a validity date must not stop the boundaries.
    if not pd.api.types.is_datetime64_any_dtype(values.dtype):
        text = values.astype(TEXT).str.strip().str.replace(r"^(\d{4})[/.](\d{2})[/.](\d{2})", r"\1-\2-\3", regex=True)
        values = pd.to_datetime(text.mask(text == ""), format="ISO8601", errors="coerce", utc=True)
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.tz_localize(None)
    days: pd.Series = values.dt.normalize().astype(DAY)
    return days


def _units(one: _BoundaryLayer, area: Area, notes: list[str]) -> gpd.GeoDataFrame:
    """Give UNITS of one layer, those of the area only."""
    table = one.table
    codes = pcodes_of(_text(table, one.pcode), one.level)
    # Counted over the whole file: without a p-code nobody can tell whether the row is of the area.
    if codes.isna().any():
        notes.append(f"{one.label}: {int(codes.isna().sum())} rows have no p-code and are left out")
    # Pieces of the p-code are the hierarchy: HT05 begins every commune and section of Artibonite.
    here = codes.str.startswith(area.pcode).fillna(value=False).astype(bool)
    empty = table.geometry.isna() | table.geometry.is_empty
    if (here & empty).any():
        notes.append(f"{one.label}: {', '.join(sorted(codes[here & empty]))} have no boundary and are left out")
    table, codes = table[here & ~empty], codes[here & ~empty]
    # The name is taken cell by cell. A release may have French for some units only.
    said = {tongue: _text(table, one.names[tongue]) for tongue in _ORDER if tongue in one.names}
    best = _text(table, None)
    for tongue in _ORDER:
        if tongue in said:
            best = best.fillna(said[tongue])
    if best.isna().any():
        notes.append(f"{one.label}: {int(best.isna().sum())} units have no name; the p-code stands for it")
    best = best.fillna(codes)
    parent = (
        pcodes_of(_text(table, one.parent), one.level - 1) if one.parent else pd.Series(index=table.index, dtype=TEXT)
    )
    if parent.isna().any() and one.level > 1:
        notes.append(
            f"{one.label}: {int(parent.isna().sum())} units do not say what they belong to; told from the p-code"
        )
        # COD-AB p-codes hold two letters of the country and two digits a level; the section adds a dash
        # after them.
        parent = parent.fillna(codes.str[: 2 + 2 * (one.level - 1)])
    if one.level == 1:
        parent = pd.Series(np.nan, index=table.index, dtype=TEXT)  # the country is no unit of an area
    number, unnumbered = _text(table, None), best
    if one.level == _FINEST:
        number, unnumbered = best.str.extract(_NUMBERED, expand=False), best.str.replace(_NUMBERED, "", regex=True)
    # Columns in the order of UNITS; area comes after the pieces of a unit were joined.
    units = gpd.GeoDataFrame(
        {
            "pcode": codes,
            "name": best.where(number.isna(), unnumbered),
            "level": f"adm{one.level}",
            "parent": parent,
            "number": pd.to_numeric(number, errors="coerce"),
            # COD-AB has no population. The embedded figures are matched by p-code later (areas.area).
            "population_2019": pd.Series(np.nan, index=table.index, dtype=float),
            "valid_from": _days(table, one.valid_from),
            "valid_to": _days(table, one.valid_to),
            "approximate": False,
            "source": "OCHA COD-AB",
            **{
                f"name_{tongue}": said.get(tongue, pd.Series(index=table.index, dtype=TEXT))
                for tongue in ("fr", "en", "ht")
            },
        },
        geometry=_polygons(table, area, one.label, notes),
        crs=area.crs,
    )
    units["source"] = ("OCHA COD-AB " + units["valid_from"].dt.strftime("%Y-%m-%d").astype(TEXT)).fillna("OCHA COD-AB")
    units = _once(units, one.label, notes)
    units.insert(6, "area_km2", (units.geometry.area / 1e6).round(3))
    return units


def _polygons(table: gpd.GeoDataFrame, area: Area, label: str, notes: list[str]) -> gpd.GeoSeries:
    shapes = table.geometry.force_2d()
    # A shapefile without its .prj. Numbers that fit on the globe are taken as degrees and noted; metres
    # of an unknown system would put the area somewhere else without a word.
    if shapes.crs is None:
        bounds = shapes.total_bounds
        if len(shapes) and not (np.abs(bounds[[0, 2]]).max() <= 180 and np.abs(bounds[[1, 3]]).max() <= 90):
            msg = f"{label} does not say its coordinate system, and its numbers are not degrees; save it with one"
            raise DataError(msg)
        notes.append(f"{label} does not say its coordinate system; its numbers are degrees, read as {WGS84}")
        shapes = shapes.set_crs(WGS84)
    shapes = shapes.to_crs(area.crs)
    # make_valid may turn one polygon into a collection of polygons and the lines where it crossed
    # itself. Lines and points have no area and are dropped; the polygons of a row are joined to one
    # MultiPolygon again. Collections can hold MultiPolygons, so parts are taken twice.
    broken = ~shapes.is_valid
    if broken.any():
        notes.append(f"{label}: {int(broken.sum())} boundaries cross themselves and were mended")
    mended: Any = shapely.make_valid(shapes.to_numpy())
    parts, row = shapely.get_parts(mended, return_index=True)
    deeper = shapely.get_type_id(parts) == shapely.GeometryType.MULTIPOLYGON
    if deeper.any():
        inner, which = shapely.get_parts(parts[deeper], return_index=True)
        parts, row = np.r_[parts[~deeper], inner], np.r_[row[~deeper], row[deeper][which]]
    keep = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    # multipolygons wants its indices sorted, and leaves empty slots for rows without any polygon.
    order = np.argsort(row[keep], kind="stable")
    whole = shapely.multipolygons(parts[keep][order], indices=row[keep][order]) if keep.any() else []
    present = np.unique(row[keep])
    # A row that had no area at all keeps an empty shape: the row count must not change here.
    out = np.full(len(shapes), shapely.MultiPolygon(), dtype=object)
    out[present] = np.asarray(whole, dtype=object)[present] if len(whole) > len(present) else whole
    return gpd.GeoSeries(out, index=table.index, crs=area.crs)


def _once(units: gpd.GeoDataFrame, label: str, notes: list[str]) -> gpd.GeoDataFrame:
    """Keep the boundary in force of each unit; pieces of one unit become one."""
    codes = units["pcode"]
    # An ended boundary goes only if another of the same p-code is in force. Without one it is all that
    # is known of the unit.
    ended = units["valid_to"].notna() & codes.isin(codes[units["valid_to"].isna()])
    if ended.any():
        notes.append(f"{label}: {int(ended.sum())} boundaries no longer in force are left out")
        units = units[~ended]
    twice = units["pcode"].duplicated(keep=False)
    if not twice.any():
        return units
    pieces = units[twice]
    notes.append(f"{label}: {pieces['pcode'].nunique()} units come in several pieces and were put together")
    whole = pieces.geometry.groupby(pieces["pcode"]).agg(lambda shapes: shapely.union_all(shapes.to_numpy()))
    out = units.drop_duplicates("pcode").copy()
    # Units in one piece are not in ``whole`` and keep their own boundary.
    joined = out["pcode"].map(whole)
    return out.set_geometry(gpd.GeoSeries(joined.where(joined.notna(), out.geometry), index=out.index, crs=units.crs))

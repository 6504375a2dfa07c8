"""Opening a table whatever its container: told by its first bytes, not by its name."""

from __future__ import annotations

import json
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from artimap.core.crs import WGS84
from artimap.core.errors import DataError
from artimap.core.files import sure_file
from artimap.core.schema import TEXT
from artimap.sources.csv_dialect import DELIMITERS, Layout, Score, Text, find_layout, is_tags, open_text
from artimap.sources.csv_rows import TextRows, mend_rows, read_rows, swallows_rows
from artimap.sources.limits import check_columns, check_lines, cut_cells
from artimap.sources.raw_table import Raw, as_text, blank, header_names
from artimap.sources.sheet_worker import cell_text
from artimap.sources.workbooks import parts_of, read_workbook

_MOST_BYTES = 8 << 30
_QUOTE, _LINE_END = ord('"'), ord("\n")


def read_text(path: Path, *, score: Score) -> Raw:
    """Read a text table.

    Parameters
    ----------
    path
        A file of rows parted by commas, semicolons, tabs or bars; UTF-8, UTF-16 or Windows-1252.
    score
        Tells how much a list of cells looks like the header of a known format (0 to 1);
        used to find a header that is not on the first row.

    Returns
    -------
    Raw
        Every row. Rows with too many or too few cells, and rows that open a quotation mark and do not close
        it, stand in ``damaged``.

    Raises
    ------
    DataError
        If the file is empty or no text table.
    """
    size = path.stat().st_size
    if size > _MOST_BYTES:
        msg = f"{path} is larger than {_MOST_BYTES >> 30} GB; split it by year"
        raise DataError(msg)
    try:
        text = open_text(path)
        layout = find_layout(text, score=score)
        check_columns(path.name, len(layout.header))
        check_lines(path, len(layout.header))
        rows = _rows(text, layout)
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror or error}"
        raise DataError(msg) from error
    # Files that were turned into UTF-8 are told by what they were.
    encoding = rows.encoding if text.named == text.encoding else text.named
    notes = [f"encoding {encoding}", f"delimiter {DELIMITERS[layout.delimiter]}"]
    if layout.header_row > 1:
        notes.append(f"header on row {layout.header_row}: the rows above it are not data")
    if rows.plain:
        notes.append(f"quotation marks opened and not closed were read as plain text in {rows.plain} rows")
    # Blank rows are left out of the count: the user does not see them as rows, and every one would be
    # rejected.
    cells, damaged, empty = _without_blank_rows(rows.cells, rows.damaged)
    if empty:
        notes.append(f"{empty} blank rows are not counted as rows")
    return Raw(path.name, cells, tuple(notes), damaged, layout.labels)


def _rows(text: Text, layout: Layout) -> TextRows:
    """Read the rows as they stand; where a quotation mark is left open, once more line by line."""
    with ThreadPoolExecutor(1) as pool:  # going through a large file is work enough: it is done beside
        counted = pool.submit(_count, text, layout.body)
        try:
            rows = read_rows(text, layout)
        # An even number of quotation marks may still be placed wrongly, so any mark at all is worth the
        # slow way.
        except DataError:
            if not counted.result()[0]:
                raise
            return mend_rows(text, layout)
        quotes, lines = counted.result()
    # More line ends than rows: some cell goes over several lines, or has swallowed rows. The look into
    # the cells is dear, and spared where the numbers agree.
    cells_over_lines = quotes and lines > len(rows.cells)
    if quotes % 2 or (cells_over_lines and swallows_rows(rows.cells, layout)):
        return mend_rows(text, layout)
    return rows


def _count(text: Text, start: int) -> tuple[int, int]:
    """Count the quotation marks (where every one is closed their number is even) and the line ends."""
    quotes = lines = 0
    with text.open(start) as file:
        while block := file.read(1 << 24):
            there = np.frombuffer(block, dtype=np.uint8)
            quotes += int(np.count_nonzero(there == _QUOTE))
            lines += int(np.count_nonzero(there == _LINE_END))
    return quotes, lines


def _without_blank_rows(
    cells: pd.DataFrame, damaged: dict[int, tuple[str, str]]
) -> tuple[pd.DataFrame, dict[int, tuple[str, str]], int]:
    """Leave out rows of nothing but separators."""
    empty = np.ones(len(cells), dtype=bool)
    for name in cells.columns:
        # As soon as no row can be blank any more, the other columns are spared.
        if not empty.any():
            return cells, damaged, 0
        empty &= blank(cells[name])
    number = int(empty.sum())
    if not number:
        return cells, damaged, 0
    # Positions of damaged rows move up by the blank rows before them.
    moved = np.cumsum(~empty) - 1
    kept = {int(moved[row]): why for row, why in damaged.items() if not empty[row]}
    return cells[~empty].reset_index(drop=True), kept, number


LON, LAT, EXTENT = "geometry_lon", "geometry_lat", "geometry_radius_m"
"""Columns that stand for the geometry of a map layer: its middle, and how far it reaches from there."""

_METRES_PER_DEGREE = 111_320.0
_FARTHEST = 1e9
_DAMAGED_SHAPE: Final = ("has a damaged geometry", "draw it again, or leave it out")


def open_table(path: Path, *, score: Score, layer: str | None = None) -> Raw:
    """Read every row of a file as text; cells that are longer than any report are cut.

    Parameters
    ----------
    path
        CSV or other parted text, XLSX, XLS, ODS, GeoJSON, GeoPackage, Parquet or GeoParquet.
    score
        See :func:`artimap.sources.containers.read_text`.
    layer
        Sheet of a spreadsheet or layer of a GeoPackage; where null the one that looks most
        like a known format, else the first.

    Raises
    ------
    DataError
        If the file is absent, empty, damaged or no table.
    """
    raw = _open(path, score=score, layer=layer)
    check_columns(path.name, len(raw.columns))
    return cut_cells(raw)


def _open(path: Path, *, score: Score, layer: str | None) -> Raw:
    sure_file(path, "events")
    with path.open("rb") as file:
        head = file.read(512)
    # The first bytes decide: an XLSX renamed to .csv is common, as is the reverse.
    if head.startswith(b"PK\x03\x04"):
        packed = any(name.lower().endswith((".shp", ".kml")) for name in parts_of(path))
        return _vector(path, score=score, layer=layer) if packed else read_workbook(path, score=score, sheet=layer)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return read_workbook(path, score=score, sheet=layer)
    if head.startswith(b"SQLite format 3\x00"):
        return _layer(path, score=score, layer=layer)
    if head.startswith(b"PAR1"):
        return _parquet(path)
    if head.startswith(b"\x00\x00\x27\x0a") or re.search(rb"<(?:kml|gpx)[\s>]", head.lower()):
        return _vector(path, score=score, layer=layer)
    # Each of these would otherwise be read as text, and give rows of nonsense.
    for mark, what, fix in (
        (b"%PDF", "a PDF", "copy its table into a spreadsheet"),
        (b"\x1f\x8b", "compressed with gzip", "unpack it first"),
        (b"7z\xbc\xaf", "compressed with 7-Zip", "unpack it first"),
        (b"Rar!", "compressed with RAR", "unpack it first"),
        (b"<", "HTML or XML, perhaps an error page of a website", "download the table again"),
    ):
        if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(mark):
            msg = f"{path} is {what}; {fix}"
            raise DataError(msg)
    # An array of HXL is JSON; a text that only begins with a bracket is none.
    if re.match(rb"\{\s*[\"}]|\[\s*[\[{\]\"]", head.lstrip(b"\xef\xbb\xbf \r\n\t")):
        return _json(path)
    return read_text(path, score=score)


def _json(path: Path) -> Raw:
    """Read GeoJSON with the standard library, so that a null geometry or an odd property loses no row."""
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        msg = f"{path} is damaged JSON ({error}); export it again"
        raise DataError(msg) from error
    if isinstance(content, list) and content and all(isinstance(row, list) for row in content):
        return _json_arrays(path, content)
    # A server that gave up answers in JSON too: its remark is what the user must read.
    remark = content.get("remark") or content.get("error") if isinstance(content, dict) else None
    if remark and not content.get("features") and not content.get("elements"):
        msg = f"{path} holds the answer of a server that gave up: {str(remark)[:200]!r}; fetch it again"
        raise DataError(msg)
    if isinstance(content, dict) and isinstance(content.get("results"), list):  # an answer of Kobo, or of ACLED
        content = content["results"]
    if isinstance(content, dict) and isinstance(content.get("data"), list):
        content = content["data"]
    # A common mistake: the roads given to the reader of events.
    if isinstance(content, dict) and isinstance(content.get("elements"), list) and "osm3s" in content:
        msg = f"{path} holds OpenStreetMap's roads and places, no events: artimap data add osm {path.name}"
        raise DataError(msg)
    features = content.get("features") if isinstance(content, dict) else content
    if isinstance(content, dict) and content.get("type") == "Feature":
        features = [content]
    if not isinstance(features, list) or not all(isinstance(one, dict) for one in features):
        msg = f"{path} is JSON but no GeoJSON FeatureCollection and no list of rows"
        raise DataError(msg)
    rows: list[dict[str, Any]] = []
    shapes: list[Any] = []
    # A damaged geometry rejects its row and no other.
    broken: dict[int, tuple[str, str]] = {}
    spatial = any("geometry" in one for one in features)
    for number, one in enumerate(features):
        # A plain list of objects is a table too: each object is then the row itself.
        properties = one.get("properties") if spatial or "properties" in one else one
        rows.append(properties if isinstance(properties, dict) else {})
        shape, wrong = _shape(one.get("geometry")) if spatial else (None, False)
        shapes.append(shape)
        if wrong:
            broken[number] = _DAMAGED_SHAPE
    # Rows need not have the same properties: the columns are all that occur, in the order in which they
    # are met first.
    names = list(dict.fromkeys(str(key) for row in rows for key in row))
    cells = pd.DataFrame(
        {name: [_property(row.get(name)) for row in rows] for name in names}, index=range(len(rows)), dtype=TEXT
    )
    raw = Raw(path.name, cells, ("GeoJSON" if spatial else "JSON",), broken)
    return _with_geometry(raw, gpd.GeoSeries(shapes, crs=_stated_crs(path, content))) if spatial else raw


def _stated_crs(path: Path, content: Any) -> Any:
    """Give the system of a GeoJSON: that of its ``crs`` member, as QGIS and geopandas write it; else WGS 84.

    Raises
    ------
    DataError
        If the member names no system.
    """
    member = content.get("crs") if isinstance(content, dict) else None
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") or properties.get("code") if isinstance(properties, dict) else None
    if name is None:
        return WGS84
    try:
        return pyproj.CRS.from_user_input(name if not isinstance(name, int) else f"EPSG:{name}")
    except pyproj.exceptions.CRSError as error:
        msg = f"{path} says that its coordinates are in {str(name)[:60]!r}, which is no system; export it in EPSG:4326"
        raise DataError(msg) from error


def _json_arrays(path: Path, rows: list[list[Any]]) -> Raw:
    """Read rows as lists, the heading first: how HXL is sent as JSON."""
    texts = [[_property(cell) for cell in row] for row in rows]
    at = 1 if len(texts) > 1 and is_tags(texts[1]) else 0
    width = max(len(row) for row in texts[at:])
    names = header_names([*texts[at], *[""] * (width - len(texts[at]))])
    body = [[*row, *[""] * (width - len(row))] for row in texts[at + 1 :]]
    labels = dict(zip(names, texts[0], strict=False)) if at else {}
    return Raw(path.name, pd.DataFrame(body, columns=names, dtype=TEXT), ("JSON, rows as lists",), {}, labels)


_HALF_SIGNS: Final = re.compile("[\ud800-\udfff]")


def _property(value: Any) -> str:
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, str):
        # Half of a sign that is written in two halves: no file could hold it.
        return _HALF_SIGNS.sub("\ufffd", value).strip()
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    return cell_text(value)


def _shape(geometry: Any) -> tuple[Any, bool]:
    if geometry is None:
        return None, False
    try:
        return shapely.from_geojson(json.dumps(geometry)), False
    except (shapely.errors.GEOSException, TypeError, ValueError):
        return None, True


def _views(path: Path) -> set[str]:
    """Name the views of a GeoPackage: one that calls itself would never come to an end.

    Raises
    ------
    DataError
        If the file is damaged.
    """
    try:
        with closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)) as base:
            return {str(row[0]) for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'view'")}
    except (sqlite3.Error, ValueError) as error:
        msg = f"{path} cannot be read as GeoPackage ({error}); export it again"
        raise DataError(msg) from error


def _layer(path: Path, *, score: Score, layer: str | None) -> Raw:
    return _vector(path, score=score, layer=layer, shut=frozenset(_views(path)), what="GeoPackage")


def _vector(
    path: Path, *, score: Score, layer: str | None, shut: frozenset[str] = frozenset(), what: str = "map layer"
) -> Raw:
    """Read a map file through GDAL: all layers with the columns of the one that looks most like a known format.

    Raises
    ------
    DataError
        If it is damaged, or holds nothing but views.
    """
    import pyogrio  # noqa: PLC0415
    from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError  # noqa: PLC0415

    try:
        every = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        names = [name for name in every if name not in shut]
        if not names:
            msg = f"{path} has no layer" + (" but views, which are not read; export them as tables" if every else "")
            raise DataError(msg)
        # Only the names of columns are read of every layer, the rows of those alike.
        told = {name: pyogrio.read_info(path, layer=name, force_feature_count=True) for name in names}
        fields = {name: tuple(str(one) for one in told[name]["fields"]) for name in names}
        chosen = layer or max(
            names, key=lambda name: (told[name]["features"] > 0, score(list(fields[name])), -names.index(name))
        )
        alike = [chosen] if layer else [name for name in names if fields[name] == fields[chosen]]
        tables = [pyogrio.read_dataframe(path, layer=name) for name in alike]
    except (DataSourceError, DataLayerError, FieldError, GeometryError, OSError, ValueError, RuntimeError) as error:
        if isinstance(error, DataError):
            raise
        msg = f"{path} cannot be read as {what} ({error}); export it again"
        raise DataError(msg) from error
    table = tables[0] if len(tables) == 1 else pd.concat(tables, ignore_index=True)
    if path.suffix.lower() in {".kml", ".kmz", ".gpx"}:
        # Columns that these formats always have, and nobody filled in.
        table = table.dropna(axis=1, how="all")
    raw = _from_frame(path, table, f"layer{'s' if len(alike) > 1 else ''} {', '.join(repr(name) for name in alike)}")
    others = [
        f"{name!r} ({told[name]['features']} rows)" for name in names if name not in alike and told[name]["features"]
    ]
    others += [f"{name!r} (a view)" for name in sorted(shut & set(every))]
    return raw.noting(f"not read, for they have other columns: {', '.join(others)}") if others else raw


def _parquet(path: Path) -> Raw:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        # geopandas refuses Parquet without this entry, pandas would give geometry as bytes.
        spatial = b"geo" in (pq.read_schema(path).metadata or {})
        table = gpd.read_parquet(path) if spatial else pd.read_parquet(path)
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        msg = f"{path} cannot be read as Parquet ({str(error)[:200]}); export it again"
        raise DataError(msg) from error
    return _from_frame(path, table, "GeoParquet" if spatial else "Parquet")


def _from_frame(path: Path, table: pd.DataFrame, what: str) -> Raw:
    """Write out a typed table as text."""
    shapes = table.geometry if isinstance(table, gpd.GeoDataFrame) and table.active_geometry_name else None
    # A table may have several geometry columns; only the active one is the place.
    spatial = {name for name in table.columns if isinstance(table[name].dtype, gpd.array.GeometryDtype)}
    plain = [name for name in table.columns if name not in spatial]
    names = header_names([str(name) for name in plain])
    cells = pd.DataFrame(
        {new: _texts(table[old]) for new, old in zip(names, plain, strict=True)}, index=pd.RangeIndex(len(table))
    )
    raw = Raw(path.name, cells, (what,))
    return raw if shapes is None else _with_geometry(raw, gpd.GeoSeries(shapes.to_numpy(), crs=shapes.crs))


def _texts(column: pd.Series) -> pd.Series:
    values = column.reset_index(drop=True)
    if isinstance(values.dtype, pd.DatetimeTZDtype) or pd.api.types.is_datetime64_any_dtype(values.dtype):
        return pd.Series(values.dt.strftime("%Y-%m-%d"), dtype=TEXT)
    if pd.api.types.is_bool_dtype(values.dtype):
        return pd.Series(values.map({True: "yes", False: "no"}), dtype=TEXT)
    # pandas says of an object column of texts that it is one of strings: its cells may still be numbers
    # or lists, and go one by one.
    if pd.api.types.is_string_dtype(values.dtype) and not pd.api.types.is_object_dtype(values.dtype):
        return values.astype(TEXT)
    if isinstance(values.dtype, pd.CategoricalDtype) and pd.api.types.is_string_dtype(values.dtype.categories.dtype):
        return values
    # Masked first, since a missing value in a column of objects may be NaN, None or NaT.
    missing = values.isna()
    cells = [
        _property(cell.tolist() if isinstance(cell, np.generic | np.ndarray) else cell)
        for cell in values.mask(missing, None).astype(object)
    ]
    return pd.Series(cells, dtype=TEXT).mask(missing)


def _with_geometry(raw: Raw, shapes: gpd.GeoSeries) -> Raw:
    """Turn geometries into coordinates: a point is itself, anything else its middle and how far it reaches."""
    notes: list[str] = []
    # A layer that states no system is nearly always in longitude and latitude. The note lets the user
    # object.
    if shapes.crs is None:
        notes.append("no coordinate system is stated: read as longitude and latitude (EPSG:4326)")
    elif not shapes.crs.equals(WGS84, ignore_axis_order=True):
        notes.append(f"turned from {shapes.crs.to_string()[:40]} into EPSG:4326")
        shapes = shapes.to_crs(WGS84)
    geometry = shapes.to_numpy()
    bounds = shapely.bounds(geometry)
    # Farther than any system of coordinates reaches: measuring such a shape is no use, and may fail.
    beyond = shapely.is_geometry(geometry) & ~shapely.is_empty(geometry) & ~(np.abs(bounds) < _FARTHEST).all(axis=1)
    if beyond.any():
        geometry = geometry.copy()
        geometry[beyond] = None
    raw = replace(raw, damaged=raw.damaged | dict.fromkeys(np.flatnonzero(beyond).tolist(), _DAMAGED_SHAPE))
    empty = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    kinds = shapely.get_type_id(geometry)
    spot: Any = np.where((kinds == 0) & ~empty, geometry, None)
    wide = ~empty & (kinds != 0)
    if wide.any():
        # A point that lies on the shape for certain. The centroid of a bent line or of a crescent does
        # not.
        spot[wide] = shapely.point_on_surface(geometry[wide])
        notes.append(f"{int(wide.sum())} rows are lines or areas: each is read as its middle and how far it reaches")
    lon, lat = shapely.get_x(spot), shapely.get_y(spot)
    reach = np.full(len(geometry), np.nan)
    # Twice the radius of the circle around the shape, in metres of latitude: whatever lies in the shape
    # is that near to any point of it.
    reach[wide] = shapely.minimum_bounding_radius(geometry[wide]) * 2 * _METRES_PER_DEGREE
    cells = raw.cells.copy()
    for name, values in ((LON, lon), (LAT, lat), (EXTENT, reach)):
        # Without this a file of points would seem to state a radius.
        if name == EXTENT and not wide.any():
            continue
        cells[name] = pd.Series([repr(float(value)) if not np.isnan(value) else "" for value in values], dtype=TEXT)
    return Raw(raw.name, cells, (*raw.notes, *notes), raw.damaged, raw.labels, geometry if wide.any() else None)


_WKT: Final = re.compile(r"(?:SRID=(\d+);)?\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON)\s*(?:Z|M|ZM)?\s*\(", re.IGNORECASE)


def places_of_wkt(raw: Raw) -> Raw:
    """Turn a column of shapes in words (WKT, as QGIS writes it) into coordinates; a damaged shape rejects its row."""
    for name in raw.columns:
        cells = raw.cells[name]
        some = cells.dropna().iloc[:50]
        if not len(some) or not all(isinstance(cell, str) and _WKT.match(cell.strip()) for cell in some):
            continue
        texts = as_text(cells)
        codes = texts.str.extract(r"^SRID=(\d+);", flags=re.IGNORECASE)[0].dropna().unique()
        plain = texts.str.replace(r"^SRID=\d+;\s*", "", regex=True, flags=re.IGNORECASE)
        shapes = shapely.from_wkt(plain.where(plain.notna(), None).to_numpy(dtype=object), on_invalid="ignore")
        wrong = np.flatnonzero(shapely.is_missing(shapes) & texts.notna().to_numpy(dtype=bool)).tolist()
        damaged = raw.damaged | dict.fromkeys(wrong, _DAMAGED_SHAPE)
        crs = f"EPSG:{codes[0]}" if len(codes) == 1 else None
        rest = replace(raw.without({name}), damaged=damaged)
        return _with_geometry(rest, gpd.GeoSeries(shapes, crs=crs)).noting(f"places from the column {name}")
    return raw

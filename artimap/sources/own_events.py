"""artimap's own table of events, as :func:`artimap.read_events` gave it and a file kept it: it comes back as it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from artimap.areas.area import Area, read_places, read_units
from artimap.areas.geometries import place_rows
from artimap.core.crs import WGS84
from artimap.core.schema import TEXT, split_names
from artimap.core.tables import EVENTS
from artimap.core.vocab import Record, Sensitivity, Where
from artimap.sources.columns import read_codes, read_counts, read_days, read_numbers
from artimap.sources.containers import EXTENT, LAT, LON
from artimap.sources.licences import OWN
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import Raw, folded
from artimap.sources.reader import Reader, Terms, known_columns
from artimap.sources.result import ClaimColumns, ParsedRows, event_ids, require_columns

_SIGNS: Final = frozenset(
    {"event_id", "record", "date_start", "date_precision", "kind", "place_kind", "geo_precision", "sensitivity"}
)
_SHAPES: Final = ("wkt", "geometry")
# Ids that artimap made say already whose rows they are.
_MADE: Final = r"(?:own|acled|ucdp|hxl|kobo|blurred)-.*"
_DEFAULTS: Final[dict[str, str]] = {"record": Record.EVENT.value, "sensitivity": Sensitivity.MODERATE.value}
_FIGURES: Final = tuple(column.name for column in EVENTS.columns if column.kind == "int" and not column.required)


def recognise(columns: Sequence[str]) -> float:
    """Tell whether the columns are those of artimap's table of events."""
    names = {folded(name) for name in columns}
    return 0.95 if names >= _SIGNS else 0.0


def read(raw: Raw, area: Area, problems: Problems) -> ParsedRows:
    """Read the rows: every column of EVENTS as it stands, the shape from the file or from the place that it names."""
    named = require_columns(raw, sorted(_SIGNS), fix="bring the table with all its columns")
    columns: dict[str, Any] = {}
    for column in EVENTS.columns:
        name, text = named.get(column.name), raw.text(named.get(column.name))
        if name is None:
            continue
        if column.words is not None:
            words = text.fillna(_DEFAULTS.get(column.name, pd.NA)).astype(TEXT)
            wrong = ~words.isin([word.value for word in column.words]).to_numpy(dtype=bool)
            known = ", ".join(column.words)
            problems.mark(wrong, column=name, why="is not a known word", fix=f"use one of {known}", cells=text)
            columns[column.name] = words
        elif column.kind == "day":
            found = read_days(text, problems, name=name, required=column.name == "date_start")
            columns[column.name] = found.days
        elif column.name in ("geo_precision", "date_precision"):
            columns[column.name] = read_codes(text, problems, name=name, allowed=range(1, 4), default=3)
        elif column.kind == "int":
            count = read_counts(text, problems, name=name)
            columns[column.name] = count if column.name in _FIGURES else count.fillna(1)
        elif column.kind == "float":
            columns[column.name] = read_numbers(text)[0]
        elif column.kind == "bool":
            columns[column.name] = text.str.casefold().isin(["yes", "true", "1"])
        else:
            columns[column.name] = text
    columns["date_end"] = columns.get("date_end", columns["date_start"]).fillna(columns["date_start"])
    columns["licence"] = columns.get("licence", pd.Series([OWN] * len(raw.cells), dtype=TEXT)).fillna(OWN)
    ids = event_ids(raw, problems, prefix="own-", column=named["event_id"])
    made = raw.text(named["event_id"]).str.fullmatch(_MADE).fillna(value=False).astype(bool)
    columns["event_id"] = ids.mask(made, ids.str.removeprefix("own-"))
    geometry = _shapes(raw, pd.DataFrame(columns), named, area)
    nowhere = shapely.is_empty(geometry)
    # A kind of place without a shape would be drawn nowhere and told as somewhere.
    columns["place_kind"] = columns["place_kind"].mask(pd.Series(nowhere), Where.NOWHERE.value)
    return ParsedRows(
        columns=columns,
        geometry=geometry,
        said=ClaimColumns(source=raw.text(named.get("source")).fillna(raw.name), url=raw.text(named.get("source_url"))),
        version="artimap's own table of events",
    )


def _shapes(raw: Raw, table: pd.DataFrame, named: dict[str, str], area: Area) -> NDArray[Any]:
    """Give each row its shape: of the place that it names, else as the file has it."""
    rows = len(table)
    for name in ("place_id", "pcode", "road_id"):
        if name not in table:
            table[name] = pd.Series([None] * rows, dtype=TEXT)
    for name in ("from_m", "to_m", "radius_m"):
        if name not in table:
            table[name] = np.nan
    # Ids that the area does not have name nothing: their rows fall back on the file's own shape.
    places, units = set(read_places(area)["place_id"]), set(read_units(area)["pcode"])
    table["place_id"] = table["place_id"].where(table["place_id"].isin(places))
    known = [bool(codes) and set(codes) <= units for codes in map(split_names, table["pcode"])]
    of_unit = table["place_kind"].isin([Where.SECTION, Where.COMMUNE, Where.DEPARTMENT]).to_numpy(dtype=bool)
    kinds = {where.value for where in Where}
    lost = (of_unit & ~np.array(known, dtype=bool)) | ~table["place_kind"].isin(kinds).to_numpy(dtype=bool)
    table["place_kind"] = table["place_kind"].mask(pd.Series(lost, index=table.index), Where.NOWHERE.value)
    shapes: NDArray[Any] = np.array(place_rows(table, area).geometry.to_numpy(), dtype=object)
    stated = next((raw.text(named[name]) for name in _SHAPES if name in named), None)
    told = _from_text(stated, area) if stated is not None else _from_degrees(raw, named, area)
    # A point of the file is finer than the place that it names; a unit is drawn as the area knows it.
    pinned = table["place_kind"].isin([Where.POINT, Where.PLACE]).to_numpy(dtype=bool) & (
        shapely.get_type_id(told) == 0
    )
    use = ~shapely.is_empty(told) & (shapely.is_empty(shapes) | pinned)
    shapes[use] = told[use]
    return shapes


def _from_text(texts: pd.Series, area: Area) -> NDArray[Any]:
    """Read well-known text, in degrees as artimap writes it or in the area's metres as pandas does."""
    cells = np.array([one if isinstance(one, str) else None for one in texts], dtype=object)
    shapes = shapely.from_wkt(cells, on_invalid="ignore")
    shapes = np.where(shapely.is_missing(shapes), shapely.Point(), shapes)
    bounds = np.abs(np.nan_to_num(shapely.bounds(shapes))).max(axis=1)
    degrees = (bounds <= 180.0) & ~shapely.is_empty(shapes)
    shapes[degrees] = _metric(shapes[degrees], area)
    out: NDArray[Any] = shapes
    return out


def _from_degrees(raw: Raw, named: dict[str, str], area: Area) -> NDArray[Any]:
    names = next(
        (pair for pair in ((LON, LAT), ("lon", "lat"), ("longitude", "latitude")) if set(pair) <= set(named)), None
    )
    out: NDArray[Any] = np.full(len(raw.cells), shapely.Point(), dtype=object)
    if names is None:
        return out
    lon, lat = (read_numbers(raw.cells[named[name]])[0].to_numpy() for name in names)
    there = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    out[there] = _metric(shapely.points(lon[there], lat[there]), area)
    if EXTENT in named:
        # What was an area in the file is no pin: a circle as wide as it was.
        reach = read_numbers(raw.cells[named[EXTENT]])[0].to_numpy()
        wide = there & (reach > 0)
        out[wide] = shapely.buffer(out[wide], reach[wide] / 2)
    return out


def _metric(shapes: NDArray[Any], area: Area) -> NDArray[Any]:
    turn = Transformer.from_crs(WGS84, area.crs, always_xy=True)
    out: NDArray[Any] = shapely.transform(shapes, turn.transform, interleaved=False)
    return out


READER: Final = Reader(
    "own_events",
    "artimap's own table of events, written out",
    recognise,
    known_columns(read),
    Terms(OWN),
)

"""Roads and places from OpenStreetMap, in the files that people have of it.

GeoPackage, GeoJSON, GeoParquet, Shapefile, FlatGeobuf, Overpass JSON, ``.osm`` and
``.osm.pbf`` (GDAL reads these two). What a file holds is told from its columns and tags,
not from its name; every line or point that is not taken is counted in ``attrs["notes"]``.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from artimap.areas.area import Area
from artimap.areas.area import read_places as _places_of
from artimap.areas.area import read_roads as _roads_of
from artimap.core import schema
from artimap.core.crs import WGS84
from artimap.core.errors import DataError
from artimap.core.schema import TEXT
from artimap.core.tables import PLACES, ROADS
from artimap.core.text import fold
from artimap.core.vocab import PlaceKind

CLASSES: dict[str, str] = {
    "motorway": "national", "trunk": "national", "primary": "national", "secondary": "departmental",
    "tertiary": "local", "unclassified": "local", "residential": "local", "living_street": "local", "minor": "local",
    "road": "local", "service": "local", "track": "track", "path": "path", "footway": "path", "pedestrian": "path",
    "bridleway": "path", "steps": "path", "cycleway": "path",
}  # fmt: skip
"""Class in ROADS by ``highway`` (or ``class``, ``fclass`` in extracts that call it so); links go with their road."""

KINDS: dict[str, PlaceKind] = {
    **{kind.value: kind for kind in PlaceKind if kind is not PlaceKind.JUNCTION},
    "national_capital": PlaceKind.CITY, "quarter": PlaceKind.NEIGHBOURHOOD, "isolated_dwelling": PlaceKind.HAMLET,
    "farm": PlaceKind.HAMLET,
}  # fmt: skip
"""Kind in PLACES by ``place`` (or ``class``, ``fclass``)."""

SOURCE = "© OpenStreetMap contributors, ODbL 1.0"

_TAGS = ("name", "name:fr", "name:ht", "alt_name", "ref", "population", "access", "surface", "toll")
# In the order of how surely they are OSM's own number: a plain ``id`` may be a row number.
_IDS = ("@id", "osm_id", "full_id", "osm_way_id", "id")
# GDAL and osm2pgsql pack the other tags as "key"=>"value" pairs, quotes escaped by a backslash.
_HSTORE = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')


# -- reading files --------------------------------------------------------------


def _overpass(path: Path) -> gpd.GeoDataFrame | None:
    """Read Overpass JSON, with ``out geom`` or with the nodes beside the ways; None if the file is something else."""
    try:
        content = json.loads(path.read_bytes())
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        msg = f"{path} cannot be read as JSON ({error}); was it cut short?"
        raise DataError(msg) from error
    # GeoJSON has the suffix .json too; GDAL reads that.
    if not isinstance(content, dict) or not isinstance(content.get("elements"), list):
        return None
    elements = [one for one in content["elements"] if isinstance(one, dict)]
    nodes = {one.get("id"): one for one in elements if one.get("type") == "node"}
    rows: list[dict[str, Any]] = []
    shapes: list[shapely.Geometry | None] = []
    for one in elements:
        tags = one.get("tags")
        # Without tags a node is only a corner of a way.
        if not isinstance(tags, dict):
            continue
        # ``out geom`` writes the corners into the way. Without it they are nodes elsewhere in the file.
        spots = [one] if one.get("type") == "node" else one.get("geometry")
        if spots is None:
            spots = [nodes.get(number) for number in one.get("nodes", [])]
        # A corner outside the asked box is null in Overpass' answer. The way goes on without it.
        xy = [(float(spot["lon"]), float(spot["lat"])) for spot in spots if _has_place(spot)]
        rows.append({"@id": f"{one.get('type')}/{one.get('id')}", **{str(k): str(v) for k, v in tags.items()}})
        if one.get("type") == "node" and xy:
            shapes.append(shapely.Point(xy[0]))
        else:
            # Relations, and ways with fewer than two corners, have no line. They stay as rows, to be
            # counted as left out.
            shapes.append(shapely.LineString(xy) if len(xy) > 1 else None)
    return gpd.GeoDataFrame(pd.DataFrame(rows, index=range(len(rows))), geometry=shapes, crs=WGS84)


def _has_place(spot: object) -> bool:
    return isinstance(spot, dict) and all(isinstance(spot.get(name), int | float) for name in ("lon", "lat"))


def _layers(path: Path) -> list[str | None]:
    try:
        return [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    except pyogrio.errors.DataSourceError as error:
        msg = f"{path} cannot be read as a map layer ({error}); bring GeoPackage, GeoJSON, GeoParquet, .osm or .osm.pbf"
        raise DataError(msg) from error


def read_file(path: Path, *, layer: str | None = None, where: str | None = None) -> gpd.GeoDataFrame:
    """Read one layer of a vector file, GeoParquet included.

    Raises
    ------
    DataError
        If the file is absent or damaged.
    """
    try:
        if path.suffix.lower() in {".parquet", ".geoparquet"}:
            return gpd.read_parquet(path)
        return pyogrio.read_dataframe(path, layer=layer, where=where)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError, ValueError, ImportError) as error:
        msg = f"{path} cannot be read: {error}"
        raise DataError(msg) from error


def _tables(path: Path, wanted: str, layer: str | None) -> Iterable[tuple[str, gpd.GeoDataFrame]]:
    """Give the layers that may hold what is wanted: ``"lines"`` or ``"points"``."""
    if not path.exists():
        msg = f"{path} is not there"
        raise DataError(msg)
    suffix = path.suffix.lower()
    if suffix in {".parquet", ".geoparquet"}:
        yield path.name, read_file(path)
        return
    if suffix == ".json":
        found = _overpass(path)
        if found is not None:
            yield path.name, found
            return
    # The layers of GDAL's OSM driver have fixed names. The filter runs inside GDAL, so that not every
    # building of a country comes into memory.
    if suffix in {".osm", ".pbf"}:
        key = "highway" if wanted == "lines" else "place"
        yield wanted, read_file(path, layer=wanted, where=f"{key} IS NOT NULL")
        return
    for name in [layer] if layer is not None else _layers(path):
        table = read_file(path, layer=name)
        if isinstance(table, gpd.GeoDataFrame):
            yield str(name), table


def _tagged(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Bring the tags to one spelling, those packed in ``other_tags`` or ``tags`` included."""
    # Two columns that differ in case only become one name: the first stands.
    columns = {str(name): str(name).strip().lower() for name in table.columns if name != table.active_geometry_name}
    out = table.rename(columns=columns)
    out = out.loc[:, ~out.columns.duplicated()]
    for name in (*_TAGS, "highway", "place"):
        # Many exporters cannot write a colon in a column name.
        other = name.replace(":", "_")
        if name not in out.columns and other in out.columns:
            out[name] = out[other]
    packed = next((name for name in ("other_tags", "tags", "all_tags") if name in out.columns), None)
    if packed is not None:
        tags = [_unpacked(value) for value in out[packed]]
        for name in (*_TAGS, "highway", "place"):
            inside = pd.Series([one.get(name) for one in tags], index=out.index, dtype=TEXT)
            # A column of its own goes before what is packed.
            out[name] = out[name].astype(TEXT).fillna(inside) if name in out.columns else inside
    return out


def _unpacked(value: object) -> dict[str, str]:
    if isinstance(value, dict):
        return {str(key): str(one) for key, one in value.items() if one is not None}
    if not isinstance(value, str) or not value:
        return {}
    # GDAL packs the tags as JSON if it is asked to, else as hstore.
    if value.lstrip().startswith("{"):
        try:
            read = json.loads(value)
        except json.JSONDecodeError:
            return {}
        return {str(key): str(one) for key, one in read.items()} if isinstance(read, dict) else {}
    return {key.replace('\\"', '"'): said.replace('\\"', '"') for key, said in _HSTORE.findall(value)}


def _text(table: gpd.GeoDataFrame, name: str) -> pd.Series:
    if name not in table.columns:
        return pd.Series(np.nan, index=table.index, dtype=TEXT)
    text: pd.Series = table[name].astype(TEXT).str.strip()
    return text.mask(text == "")


def _words(table: gpd.GeoDataFrame, key: str, known: Iterable[str]) -> pd.Series | None:
    """Give the column that says what a row is: by its tag, else a class column that uses the tag's words."""
    # The tag's own column is believed as it is. A column ``class`` or ``type`` can mean anything, so
    # more than half of it must be words of OpenStreetMap.
    for name in (key, "fclass", "class", "type"):
        if name in table.columns:
            words = _text(table, name).str.lower()
            bare = words.str.removesuffix("_link") if key == "highway" else words
            if name == key or bare.isin(list(known)).mean() > 0.5:
                return bare
    return None


def _ids(table: gpd.GeoDataFrame) -> pd.Series:
    """Give OSM's own number of each row as lower-case text, missing where there is none."""
    for name in _IDS:
        if name in table.columns:
            # A number column with missing cells was read as float, and shows 123.0. Only a column that
            # numbers every row, each once, is an id.
            text = _text(table, name).str.lower().str.replace(r"\.0$", "", regex=True)
            if text.notna().all() and text.is_unique:
                return text
    return pd.Series(np.nan, index=table.index, dtype=TEXT)


def _in_area(table: gpd.GeoDataFrame, area: Area, path: Path) -> gpd.GeoDataFrame:
    if table.crs is None:
        bounds = table.total_bounds
        if not (
            np.isfinite(bounds).all() and np.abs(bounds[[0, 2]]).max() <= 180 and np.abs(bounds[[1, 3]]).max() <= 90
        ):
            msg = f"{path} does not say its coordinate system, and its numbers are not degrees; save it with one"
            raise DataError(msg)
        table = table.set_crs(WGS84)
    return table.to_crs(area.crs)


def _notes(path: Path, left: Counter[str]) -> tuple[str, ...]:
    return tuple(f"{path.name}: {number} {why}" for why, number in sorted(left.items()) if number)


# -- roads ----------------------------------------------------------------------


def read_roads(what: Area | str | Path, *, area: Area | None = None, layer: str | None = None) -> gpd.GeoDataFrame:
    """Read roads: those of an area, or a file of OpenStreetMap.

    Parameters
    ----------
    what
        An area, or a file.
    area
        The area in whose system a file's roads are wanted.
    layer
        Layer of the file; every layer with lines that have a ``highway`` (or ``class``) where null.

    Returns
    -------
    GeoDataFrame
        ROADS in the area's system, one row a line as mapped, with ``highway``, ``name_fr``,
        ``name_ht``, ``access``, ``surface`` and ``toll`` added; ``length_m`` is the line's.
        ``attrs["notes"]`` counts what was left out.

    Raises
    ------
    DataError
        If the file is absent, damaged, or holds no roads.

    Examples
    --------
    >>> import artimap as am
    >>> am.read_roads(am.area("artibonite")).crs.to_epsg()
    32618
    """
    if isinstance(what, Area):
        return _roads_of(what)
    path, where = Path(what), _needed(what, area, "read_roads")
    left: Counter[str] = Counter()
    found = []
    for name, raw in _tables(path, "lines", layer):
        table = _tagged(raw)
        words = _words(table, "highway", CLASSES)
        lines = table.geometry.geom_type.isin(["LineString", "MultiLineString"])
        if words is None or not lines.any():
            left[f"rows of layer {name!r} are no roads (no highway, class or fclass)"] += len(table)
            continue
        # A row is counted in one note at most.
        known = words.isin(list(CLASSES))
        left["lines have another highway (proposed, raceway …) or none"] += int((lines & ~known).sum())
        left["rows with a highway are no lines"] += int((~lines & known).sum())
        keep = lines & known
        found.append(_roads(table[keep], words[keep], where, path))
    if not found:
        msg = f"{path} holds no roads: no layer has lines with a column highway, class or fclass"
        raise DataError(msg)
    roads = pd.concat(found, ignore_index=True)
    roads["road_id"] = _unique(roads["road_id"])
    out: gpd.GeoDataFrame = schema.conform(roads, ROADS)
    out.attrs["notes"] = list(_notes(path, left))
    return out


def _roads(table: gpd.GeoDataFrame, words: pd.Series, area: Area, path: Path) -> gpd.GeoDataFrame:
    table = _in_area(table, area, path)
    ids = _ids(table)
    # "RN 1" and "RN1" are the same road; ours is written without the space.
    ref = _text(table, "ref").str.replace(r"^(R[NDC])\s+(?=\d)", r"\1", regex=True)
    # The parts of a multi-line keep the id of their row here; _unique numbers them once all layers are
    # joined.
    roads = gpd.GeoDataFrame(
        {
            "road_id": ids.where(ids.isna(), "osm-" + ids),
            "ref": ref,
            "name": _text(table, "name"),
            "class": words.map(CLASSES),
            "length_m": 0.0,
            "source": SOURCE,
            "highway": words,
            **{
                name.replace(":", "_"): _text(table, name)
                for name in ("name:fr", "name:ht", "access", "surface", "toll")
            },
        },
        geometry=table.geometry.force_2d().to_numpy(),
        crs=area.crs,
    ).explode(ignore_index=True)
    # Lines without length break the joining, and nobody drives on them.
    roads = roads[~roads.geometry.is_empty & (roads.geometry.length > 0)]
    roads["length_m"] = roads.geometry.length
    return roads


def _unique(ids: pd.Series) -> pd.Series:
    """Give numbers to the rows without an id, and the parts of one line."""
    filled = ids.astype(TEXT).fillna(pd.Series([f"osm-line-{n + 1}" for n in range(len(ids))], index=ids.index))
    times = filled.groupby(filled).cumcount()
    return filled.where(times == 0, filled + "-" + (times + 1).astype(str))


def _needed(what: str | Path, area: Area | None, name: str) -> Area:
    if area is None:
        msg = f"say which area {what} speaks of: {name}({str(what)!r}, area=artimap.area('artibonite'))"
        raise DataError(msg)
    return area


# -- places ---------------------------------------------------------------------


def read_places(what: Area | str | Path, *, area: Area | None = None, layer: str | None = None) -> gpd.GeoDataFrame:
    """Read named places: those of an area, or a file of OpenStreetMap.

    Parameters
    ----------
    what
        An area, or a file.
    area
        The area in whose system a file's places are wanted.
    layer
        Layer of the file; every layer with points that have a ``place`` (or ``class``) where null.

    Returns
    -------
    GeoDataFrame
        PLACES in the area's system. ``place_id`` is OSM's number, or made of name and
        position. ``attrs["notes"]`` counts what was left out.

    Raises
    ------
    DataError
        If the file is absent, damaged, or holds no places.

    Examples
    --------
    >>> import artimap as am
    >>> places = am.read_places(am.area("artibonite"))
    >>> "Pont-Sondé" in set(places["name"])
    True
    """
    if isinstance(what, Area):
        return _places_of(what)
    path, where = Path(what), _needed(what, area, "read_places")
    left: Counter[str] = Counter()
    found = []
    for name, raw in _tables(path, "points", layer):
        table = _tagged(raw)
        words = _words(table, "place", KINDS)
        points = table.geometry.geom_type.eq("Point") & ~table.geometry.is_empty
        if words is None or not points.any():
            left[f"rows of layer {name!r} are no places (no place, class or fclass)"] += len(table)
            continue
        known, named = words.isin(list(KINDS)), _text(table, "name").notna()
        left["points are another kind of place (island, county …) or none"] += int((points & ~known).sum())
        left["places have no name"] += int((points & known & ~named).sum())
        left["places are no points"] += int((~points & known).sum())
        keep = points & known & named
        found.append(_places(table[keep], words[keep], where, path))
    if not found:
        msg = f"{path} holds no places: no layer has points with a column place, class or fclass"
        raise DataError(msg)
    places = pd.concat(found, ignore_index=True)
    # The same number, or the same name at one spot: a true repeat, such as one place in two layers.
    twice = places["place_id"].duplicated()
    left["places stand in the file twice, at one spot"] += int(twice.sum())
    out: gpd.GeoDataFrame = schema.conform(places[~twice], PLACES)
    out.attrs["notes"] = list(_notes(path, left))
    return out


def _places(table: gpd.GeoDataFrame, words: pd.Series, area: Area, path: Path) -> gpd.GeoDataFrame:
    table = _in_area(table, area, path)
    # Four decimals are about ten metres: the id mostly survives a later file in which the node was
    # moved by a metre, and still tells two hamlets of one name apart.
    degrees = shapely.get_coordinates(table.geometry.to_crs(WGS84).to_numpy())
    names = _text(table, "name")
    made = [
        f"osm-{fold(str(name)).replace(' ', '-') or 'place'}-{lat:.4f}-{abs(lon):.4f}"
        for name, (lon, lat) in zip(names, degrees, strict=True)
    ]
    ids = _ids(table)
    # "12 500", "12,500" and "12.500" all are twelve thousand five hundred; people come in whole
    # numbers.
    population = pd.to_numeric(_text(table, "population").str.replace(r"[\s,.]", "", regex=True), errors="coerce")
    # No commune: OpenStreetMap does not say it by p-code. areas.area fills it in where boundaries were added.
    return gpd.GeoDataFrame(
        {
            "place_id": ("osm-" + ids).fillna(pd.Series(made, index=table.index, dtype=TEXT)),
            "name": names,
            "name_fr": _text(table, "name:fr"),
            "name_ht": _text(table, "name:ht"),
            "aliases": _text(table, "alt_name"),
            "kind": words.map(KINDS).astype(TEXT),
            "population": population,
            "source": SOURCE,
        },
        geometry=table.geometry.force_2d().to_numpy(),
        crs=area.crs,
    )

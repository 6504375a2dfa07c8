"""The map for other programs: all of it goes along, styled, sourced, and the same each time."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pyogrio
import pytest

import artimap as am
from artimap.core.errors import ShareError
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
    assert len(tracks) == len(map_tables(chart.page)["corridor"])
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

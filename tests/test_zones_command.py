"""``artimap zones``: what is reported as areas and lines, with sources, through the gate."""

from __future__ import annotations

import csv
import io
import json

import geopandas as gpd
import pytest
import shapely

from artimap.cli import main


def told(capsys, *arguments):
    assert main(["zones", "--as-of", "2024-10-15", *arguments]) == 0
    return capsys.readouterr().out


def test_the_list_says_what_is_known_and_what_is_not(capsys):
    out = told(capsys)
    assert "La Croix Périsse (communal section), km 124.9-138.4" in out
    assert "Liancourt (communal section)" in out
    assert "Of 6 stretches of the road (113 km) nothing is said: unknown, not free of armed groups." in out
    assert "Statements held back: 9" in out


@pytest.mark.parametrize(("lang", "words"), [("fr", "contesté\u00a0: Kokorat San Ras"), ("ht", "zòn sa yo rapòte")])
def test_in_other_languages(capsys, lang, words):
    out = told(capsys, "--lang", lang)
    assert words in out
    assert "unnamed armed group" not in out


def test_tables_go_out_with_their_sources_and_a_notice(capsys, tmp_path):
    for ending in ("geojson", "gpkg", "csv"):
        out = told(capsys, "-o", str(tmp_path / f"zones.{ending}"))
        assert "zones.notice.txt" in out
    notice = (tmp_path / "zones.notice.txt").read_text(encoding="utf-8")
    for words in ("Presence is not control", "OpenStreetMap", "Rezo Nòdwès", "Statements held back: 9", "no advice"):
        assert words in notice, words
    shapes = json.loads((tmp_path / "zones.geojson").read_text(encoding="utf-8"))["features"]
    savien = [one["properties"] for one in shapes if one["properties"]["subject"] == "savien"]
    assert [one["band"] for one in savien] == [1, 2, 3]
    assert "Haiti24" in savien[0]["sources"]
    table = gpd.read_file(tmp_path / "zones.gpkg", layer="zones")
    assert table.crs.to_epsg() == 4326
    assert len(table) == len(shapes)
    assert shapely.from_geojson(json.dumps(shapes[0]["geometry"])).is_valid
    rows = list(csv.DictReader(io.StringIO((tmp_path / "zones.csv").read_text(encoding="utf-8-sig"))))
    assert {one["kind"] for one in rows} >= {"unknown", "contested", "assessed"}


def test_two_runs_same_bytes(capsys, tmp_path):
    for name in ("a", "b"):
        told(capsys, "-o", str(tmp_path / f"{name}.gpkg"))
    for ending in ("gpkg", "notice.txt"):
        assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()


def test_a_map_rests_on_what_had_been_reported_by_its_day(capsys, tmp_path):
    out = told(capsys, "-o", str(tmp_path / "zones.html"))
    assert "A map shows what had been reported by its day" in out
    page = (tmp_path / "zones.html").read_text(encoding="utf-8")
    assert "La Croix Périsse" in page
    assert "Haiti24" in page


def test_the_estimated_layer_is_apart(capsys, tmp_path):
    out = told(capsys, "--estimated")
    assert "not what anyone reported" in out
    assert "61 of 63 units: too little is reported to estimate anything." in out
    assert "not a finding of safety" in out
    told(capsys, "--estimated", "-o", str(tmp_path / "estimated.geojson"))
    shapes = json.loads((tmp_path / "estimated.geojson").read_text(encoding="utf-8"))["features"]
    assert {one["properties"]["layer"] for one in shapes} == {"estimated"}
    assert len(shapes) == 63
    assert main(["zones", "--estimated", "--known-on", "2024-10-15"]) == 2
    assert "leave --claims and --known-on out" in capsys.readouterr().err


def test_nothing_to_estimate_from_is_told(capsys):
    assert main(["zones", "--estimated", "--as-of", "2019-01-01"]) == 1
    assert "take a later --as-of" in capsys.readouterr().err


def test_what_an_audience_may_not_see_gives_no_zone(capsys, tmp_path):
    path = tmp_path / "claims.csv"
    path.write_text(
        "subject,predicate,value,source,reported,sensitivity\nEnnery,controls,Gran Grif,radio,2024-10-12,high\n",
        encoding="utf-8",
    )
    assert "Ennery  " not in told(capsys, "--claims", str(path))
    assert "Ennery  " in told(capsys, "--claims", str(path), "--audience", "internal")


def test_a_wrong_ending_is_told_before_any_work(capsys):
    assert main(["zones", "-o", "zones.doc"]) == 1
    assert "give -o one of these endings" in capsys.readouterr().err

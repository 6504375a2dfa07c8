"""The state of roads: read from LogIE and by hand, dated, held against one another, and written without loss."""

from __future__ import annotations

import json

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

import artimap as am
from artimap.core.errors import DataError, ModelError
from artimap.core.i18n import tr
from artimap.core.vocab import About
from artimap.sources.registry import read_report
from artimap.studies.inputs import gather

DAY = "2026-01-12"


def degrees(shape):
    return gpd.GeoSeries([shape], crs="EPSG:32618").to_crs("EPSG:4326").iloc[0]


def feature(shape, **properties):
    geometry = None if shape is None else shapely.geometry.mapping(degrees(shape))
    return {"type": "Feature", "properties": properties, "geometry": geometry}


@pytest.fixture(scope="module")
def features(rn1):
    at = rn1.point_at(105_000)
    beside = shapely.affinity.translate(rn1.piece(100_000, 108_000), 60, -40)
    side_road = shapely.LineString([at, (at.x + 4_000, at.y + 4_000)])
    said = {"currsourcename": "WFP-LC", "currinforely": 3, "currleadtime_days": 1.5, "distance_km": 12.25}
    return [
        feature(beside, osmid="w1", routenameen="RN1", currstatus_physical=4, currstatus=None,
                currasofdate="2026-01-09T00:00:00.000Z", currstatusremarken="Trench.", more={"a": [1, None]}, **said),
        feature(rn1.piece(104_000, 112_000), osmid="w2", routenameen=None, currstatus_physical=1, currstatus=2,
                currasofdate=1767830400000, currsourcename="Partner", currinforely=None, currleadtime_days=None),
        feature(side_road, osmid="w3", routenameen="track", currstatus_physical=3, currasofdate="2025-10-01",
                currsourcename="LC", currinforely=0, currstatusremarken=" two  spaces "),
        feature(rn1.point_at(106_500), osmid=44, name="Bridge", currstatus=5, currasofdate=None, currsourcename="LC"),
        feature(None, osmid="w9", currstatus_physical=0, currasofdate="2026-01-02", currsourcename="LC"),
        feature(rn1.piece(50_000, 52_000), osmid="w10", currstatus_physical=77, currasofdate="2026-01-03",
                currsourcename="LC"),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def layer(features, tmp_path_factory):
    path = tmp_path_factory.mktemp("logie") / "roads.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def table(artibonite, layer):
    return am.read_road_status(layer, area=artibonite)


def test_each_code_day_and_source_is_read(table, layer, artibonite):
    first, second, third, bridge, nowhere, odd = table.to_dict("records")
    assert (first["physical"], first["reliability"], first["lead_time_days"]) == ("closed", 3, 1.5)
    assert first["as_of"] == pd.Timestamp("2026-01-09")
    assert (second["physical"], second["operational"], second["as_of"]) == (
        "passable", "under_repair", pd.Timestamp("2026-01-08"),
    )  # fmt: skip
    assert pd.isna(second["reliability"])
    assert (third["physical"], third["reliability"]) == ("restricted", 0)
    assert (bridge["part"], bridge["physical"], bridge["osmid"]) == ("bridge", "destroyed", "44")
    assert pd.isna(bridge["as_of"])
    assert (nowhere["physical"], odd["physical"]) == ("unknown", "unknown")
    assert set(table["security"]) == {"unknown"}
    notes = read_report(layer, area=artibonite).notes
    assert any("currstatus_physical 77" in note for note in notes)
    assert any("1 statuses carry no day" in note for note in notes)
    assert not any("middle" in note for note in notes)


def test_lines_lie_on_the_road_and_side_roads_do_not(table):
    places = table[["road_id", "from_m", "to_m"]]
    assert places["road_id"].tolist()[:2] == ["rn1", "rn1"]
    assert places["from_m"][0] == pytest.approx(100_000, abs=150)
    assert places["to_m"][0] == pytest.approx(108_000, abs=150)
    assert places["road_id"].isna().tolist()[2] is True
    assert table.geometry[2].length == pytest.approx(5_657, abs=5)
    assert places["from_m"][3] == places["to_m"][3] == pytest.approx(106_500, abs=1)
    assert table.geometry[4].is_empty


def test_age_staleness_and_contradictions(table):
    said = am.road_status_on(table, as_of=DAY).set_index("osmid")
    assert said.loc["w1", "age_days"] == 3
    assert said["stale"].to_dict() == {"w1": False, "w2": False, "w10": False, "w9": False, "w3": True, "44": True}
    ids = said["status_id"]
    assert said.loc["w1", "contradicted_by"] == ids["w2"]
    assert said.loc["w2", "contradicted_by"] == ids["w1"]
    assert said["contradicted_by"].notna().sum() == 2
    week = am.road_status_on(table, as_of=DAY, model=am.RoadStatusModel(stale_days=3)).set_index("osmid")
    assert week.loc["w2", "stale"]
    assert not week.loc["w1", "stale"]
    assert len(am.road_status_on(table, as_of="2026-01-02")) == 3  # what is said of later days is left out
    with pytest.raises(ModelError):
        am.RoadStatusModel(stale_days=0)


TABLE = "place,vehicle,physical,security,as_of,source\n"


@pytest.mark.parametrize(
    ("rows", "against", "older"),
    [
        # another source, the same stretch
        (["{way},,closed,,2026-01-10,A", "{way},,passable,,2026-01-05,B"], 2, 0),
        # the same source said something newer
        (["{way},,closed,,2026-01-10,A", "{way},,passable,,2026-01-05,A"], 0, 1),
        # for other vehicles
        (["{way},truck,closed,,2026-01-10,A", "{way},moto,passable,,2026-01-10,B"], 0, 0),
        # by other accounts: the road is whole, and yet armed people let nobody pass
        (["{way},,passable,,2026-01-10,A", "{way},,,closed,2026-01-10,B"], 0, 0),
        # both pass
        (["{way},,passable,,2026-01-10,A", "{way},,under_repair,,2026-01-10,B"], 0, 0),
        # elsewhere
        (["{way},,passable,,2026-01-10,A", "{other},,closed,,2026-01-10,B"], 0, 0),
    ],
)  # fmt: skip
def test_what_contradicts_what(artibonite, tmp_path, rows, against, older):
    path = tmp_path / "own.csv"
    ways = {"way": "between Saint-Marc and Pont-Sondé", "other": "between L'Estère and Gonaïves"}
    path.write_text(TABLE + "\n".join(rows).format(**ways) + "\n", encoding="utf-8")
    said = am.road_status_on(am.read_road_status(path, area=artibonite), as_of=DAY)
    assert len(said) == 2
    assert int(said["contradicted_by"].notna().sum()) == against
    assert int(said["superseded_by"].notna().sum()) == older


def test_a_layer_goes_out_as_it_came_in(table, features, tmp_path):
    out = am.write_road_status(table, tmp_path / "out.geojson")
    assert json.loads(out.read_text(encoding="utf-8"))["features"] == json.loads(json.dumps(features))
    again = am.write_road_status(table, tmp_path / "again.geojson")
    assert out.read_bytes() == again.read_bytes()


def test_a_geopackage_goes_out_as_it_came_in(artibonite, rn1, tmp_path):
    shapes = [degrees(rn1.piece(10_000, 20_000)), degrees(rn1.piece(100_000, 108_000))]
    given = gpd.GeoDataFrame(
        {
            "osmid": ["1", "2"], "currstatus_physical": pd.array([4, None], dtype="Int32"), "currinforely": [3, 2],
            "currasofdate": pd.to_datetime(["2026-01-09T10:30:00", None]), "currsourcename": ["A", None],
            "length": [1.25, None], "paved": [True, False],
        },
        geometry=shapes, crs="EPSG:4326",
    )  # fmt: skip
    first, second = tmp_path / "a.gpkg", tmp_path / "b.gpkg"
    pyogrio.write_dataframe(given, first, layer="roads", driver="GPKG")
    am.write_road_status(am.read_road_status(first, area=artibonite), second)
    assert_geodataframe_equal(pyogrio.read_dataframe(first), pyogrio.read_dataframe(second))
    kinds = [
        dict(zip(*(pyogrio.read_info(path)[name] for name in ("fields", "dtypes")), strict=True))
        for path in (first, second)
    ]
    assert {name: kind[:3] for name, kind in kinds[0].items()} == {name: kind[:3] for name, kind in kinds[1].items()}


def test_what_was_changed_is_written_over_and_nothing_else(table, features, tmp_path):
    changed = table.copy()
    changed.loc[0, ["physical", "why", "source"]] = ["restricted", "One lane.", "Own convoy"]
    changed.loc[3, "as_of"] = pd.Timestamp("2026-01-10")
    out = json.loads(am.write_road_status(changed, tmp_path / "out.geojson").read_text(encoding="utf-8"))["features"]
    wanted = json.loads(json.dumps(features))
    wanted[0]["properties"] |= {
        "currstatus_physical": 3,
        "currstatusremarken": "One lane.",
        "currsourcename": "Own convoy",
    }
    wanted[3]["properties"] |= {"currasofdate": "2026-01-10"}
    assert out == wanted


def test_a_table_of_ones_own_goes_out_in_the_fields_of_logie(artibonite, tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(
        TABLE + "between Saint-Marc and Pont-Sondé,truck,closed,restricted,2026-01-10,A\n", encoding="utf-8"
    )
    own = am.read_road_status(path, area=artibonite)
    out = am.write_road_status(own, tmp_path / "out.geojson")
    again = am.read_road_status(out, area=artibonite)
    for name in ("physical", "security", "vehicle", "as_of", "source", "road_id"):
        assert again[name].tolist() == own[name].tolist()
    assert again["from_m"][0] == pytest.approx(own["from_m"][0], abs=1)


def test_the_feed_has_the_shape_of_a_work_zone_feed(table, tmp_path):
    feed = json.loads(am.write_road_status(table, tmp_path / "feed.geojson", form="wzdx").read_text(encoding="utf-8"))
    assert feed["feed_info"]["version"] == "4.2"
    sources = {one["data_source_id"] for one in feed["feed_info"]["data_sources"]}
    assert len(feed["features"]) == 4
    assert len(feed["artimap_left_out"]) == 2  # one without a day, one without a place
    for one in feed["features"]:
        core, told = one["properties"]["core_details"], one["properties"]
        assert {"event_type", "data_source_id", "direction", "road_names"} <= set(core)
        assert core["data_source_id"] in sources
        assert one["geometry"]["type"] in ("LineString", "MultiPoint")
        assert told["start_date"] < told["end_date"]
        assert told["vehicle_impact"] in ("all-lanes-open", "some-lanes-closed", "all-lanes-closed", "unknown")
        assert {"is_start_date_verified", "is_start_position_verified", "location_method"} <= set(told)
    assert feed["features"][0]["properties"]["vehicle_impact"] == "all-lanes-closed"
    with pytest.raises(DataError, match="in the form"):
        am.write_road_status(table, tmp_path / "feed.gpkg", form="wzdx")


def test_a_status_is_a_claim_and_goes_through_the_gate(artibonite, layer, tmp_path):
    found = gather(artibonite, road_status=layer)
    claims = found.ledger.claims[found.ledger.claims["about"] == About.ROAD_STATUS]
    assert claims["value"].tolist() == [
        "closed",
        "passable",
        "under_repair",
        "restricted",
        "destroyed",
        "unknown",
        "unknown",
    ]
    assert set(claims["subject"]) == set(found.road_status["status_id"])
    path = tmp_path / "own.csv"
    head = TABLE.strip() + ",sensitivity,note\n"
    row = "Pont-Sondé,,closed,,2026-01-10,A,{step},{note}\n"
    path.write_text(
        head + row.format(step="severe", note="x") + row.format(step="low", note="call 3712-4455"), encoding="utf-8"
    )
    for audience, shown in (("partners", 1), ("internal", 2)):
        study = am.study(artibonite, events=path, as_of=DAY, audience=audience)
        assert len(study.road_status) == shown
        assert not study.road_status["why"].str.contains("3712").any()
    with pytest.raises(DataError, match="give the file once"):
        gather(artibonite, path, road_status=path)
    assert am.study(artibonite, as_of=DAY).road_status is None


def test_rows_of_another_country_are_rejected(artibonite, tmp_path):
    rows = [feature(shapely.LineString([(700_000, 100_000), (701_000, 101_000)]), osmid="x", currstatus_physical=4,
                    currasofdate="2026-01-09", currsourcename="LC")]  # fmt: skip
    path = tmp_path / "far.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}), encoding="utf-8")
    read = read_report(path, area=artibonite)
    assert (read.accepted, len(read.quarantine)) == (0, 1)
    assert "lies outside the area" in read.breaches[0].why


def test_the_other_readers_say_what_such_a_file_is(artibonite, layer, tmp_path):
    with pytest.raises(DataError, match="state of roads"):
        am.read_events(layer, area=artibonite)
    path = tmp_path / "e.csv"
    path.write_text("date,place,kind,source\n2026-01-01,Pont-Sondé,abduction,radio\n", encoding="utf-8")
    with pytest.raises(DataError, match="artimap template road-status"):
        am.read_road_status(path, area=artibonite)


@pytest.mark.parametrize("lang", ["fr", *(pytest.param(one, marks=pytest.mark.exhaustive) for one in ("en", "ht"))])
def test_map_and_report_tell_each_status(artibonite, layer, tmp_path, lang):
    study = am.study(artibonite, road_status=layer, as_of=DAY)
    chart = study.map(lang, over_time=False)
    drawn = next(one for one in chart.page.layers if one.name == "road_status")
    assert {one.mark for one in drawn.features} == {
        "passage_shut", "passage_open", "passage_limited_stale", "passage_shut_stale", "passage_unknown",
    }  # fmt: skip
    # The line of the studied road lies over its statuses: the card of a stretch tells them too.
    told = [fact.text for detail in chart.page.details for fact in detail.facts
            if detail.key.startswith("stretch:") and fact.label == tr("map.layer.road_status", lang)]  # fmt: skip
    assert any("WFP-LC" in text and "Partner" in text for text in told)
    text = study.report(lang).save(tmp_path / "r.md").read_text(encoding="utf-8")
    assert tr("report.road_status.heading", lang) in text
    part = text.split(tr("report.road_status.heading", lang))[-1]
    for words in (
        "report.road_status.contradicted",
        "report.road_status.undated",
        "passage.destroyed",
        "form.reliability.3",
    ):
        assert tr(words, lang) in part
    assert "Trench." in part

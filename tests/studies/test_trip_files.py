"""From the ways that were found to the files: what is told, who says so, and the same bytes twice."""

from __future__ import annotations

import json
from dataclasses import fields
from html import unescape
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import pytest

import artimap as am
from artimap.core import schema
from artimap.core.errors import DataError, ShareError
from artimap.core.tables import ROAD_STATUS
from artimap.report.trip import content as told
from artimap.report.trip.sentences import unknowns
from artimap.roads.network.graph import RoadNetwork
from artimap.roads.routing.router import Spot
from artimap.studies.trip_files import FILES, read_points, trip_content, trip_json

DAY = "2024-10-15"
DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def study(artibonite, rn1):
    """One status closes a piece of RN1, one is too old to close it."""
    rows = [
        {"status_id": "s1", "name": "Pont <b>Un</b>", "from_m": 112_000.0, "to_m": 113_000.0, "physical": "closed",
         "as_of": "2024-10-07", "source": "Radio Un"},
        {"status_id": "s2", "name": "Pont Deux", "from_m": 140_000.0, "to_m": 140_500.0, "physical": "closed",
         "as_of": "2024-03-01", "source": "Radio Deux"},
    ]  # fmt: skip
    more = {"part": "bridge", "road_id": "rn1", "corridor_id": "rn1", "security": "unknown", "operational": "unknown",
            "sensitivity": "low", "licence": "own report"}  # fmt: skip
    shapes = [rn1.piece(row["from_m"], row["to_m"]) for row in rows]
    table = gpd.GeoDataFrame([{**row, **more} for row in rows], geometry=shapes, crs=artibonite.crs)
    table["as_of"] = table["as_of"].astype("datetime64[ns]")
    return am.study(artibonite, as_of=DAY, audience="internal", road_status=schema.conform(table, ROAD_STATUS))


@pytest.fixture(scope="module")
def routes(study):
    return am.routes(study, "Saint-Marc", "Gonaïves", vehicle="4x4", departure="06:00", curfew="18:00-05:00")


def test_a_living_closure_is_avoided_and_named_and_an_old_one_is_told_with_the_way(routes):
    (found,) = trip_content(routes).closed
    assert (found.name, found.source, found.age_days, found.near) == ("Pont <b>Un</b>", "Radio Un", 8, True)
    (way,) = trip_content(routes).ways
    assert "Dessalines" in way.by
    (old,) = way.statuses
    assert (old.name, old.stale) == ("Pont Deux", True)
    page = unescape(routes.html("fr"))
    assert "<b>" not in routes.html("fr")
    assert "Pont <b>Un</b>, RN1 km 112,0 à 113,0\u00a0: impraticable selon Radio Un, 7 oct. 2024 (8 jours" in page
    assert "trop ancien pour valoir aujourd'hui" in page


def test_the_pieces_of_a_way_cover_it_and_the_course_runs_from_start_to_goal(routes):
    (way,) = trip_content(routes).ways
    assert (way.pieces[0].from_m, round(way.pieces[-1].to_m)) == (0.0, round(way.km * 1000))
    assert all(one.to_m == two.from_m for one, two in pairwise(way.pieces))
    assert way.line[0][1] < 19.2
    assert way.line[-1][1] > 19.4
    assert any(one.mark in ("silent", "unobserved") for one in way.pieces)


def test_hours_are_of_the_place_and_the_day(routes):
    content = trip_content(routes)
    assert content.sunset.hour == 18  # summer time holds until November
    (hours,) = content.hours
    assert hours.leave[0] < hours.leave[1]
    assert hours.arrive[0][0] < hours.arrive[1][0]


def test_points_of_ones_own_stand_in_the_order_of_the_way(routes, artibonite, tmp_path):
    path = tmp_path / "night.csv"
    path.write_text("lat,lon,non,tel\n19.44,-72.68,Lodge,1\n19.115,-72.700,Clinic,2\n18.5,-72.3,Far,3\n", "utf-8")
    layer = read_points(path, artibonite)
    (way,) = trip_content(routes, [layer]).ways
    assert [(one.name, one.details) for one in way.stops] == [("Clinic", ("2",)), ("Lodge", ("1",))]
    assert "Clinic" in routes.card("ht", layers=[layer]) + routes.html("ht", layers=[layer])
    for text, name in (("a,b\n1,2\n", "no.csv"), ("{", "no.geojson")):
        (tmp_path / name).write_text(text)
        with pytest.raises(DataError, match=name):
            read_points(tmp_path / name, artibonite)


def test_files_by_their_ending_and_a_folder_of_the_same_bytes(routes, tmp_path):
    for ending in ("html", "txt", "gpx", "json"):
        assert routes.to_file(tmp_path / f"a.{ending}", "ht").read_bytes()
    with pytest.raises(ShareError, match="endings"):
        routes.to_file(tmp_path / "a.pdf")
    first = {one.name: one.read_bytes() for one in routes.write(tmp_path / "trip", "fr").files}
    (tmp_path / "trip" / "own.txt").write_text("mine")
    again = routes.write(tmp_path / "trip", "fr")
    assert {one.name: one.read_bytes() for one in again.files} == first
    assert (tuple(first), again.kept, again.removed) == (FILES, ("own.txt",), ())


def test_every_key_is_documented(routes):
    text = (DOCS / "trips.md").read_text("utf-8")
    given = json.loads(trip_json(routes))
    assert [key for key in (*given, *given["ways"][0], *given["closed"][0]) if f"`{key}`" not in text] == []
    assert {one.name for one in fields(told.TripContent)} - set(given) == {"roads", "closed_lines", "names"}


def test_of_a_network_of_ones_own_nothing_can_be_told():
    network = RoadNetwork.from_edges([[0, 0], [1_000, 0]], [[0, 1]], crs="EPSG:32618")
    found = am.routes(network, Spot(0, 10.0), Spot(0, 900.0), time_min=[5.0])
    with pytest.raises(ShareError, match="network of your own"):
        found.html()


@pytest.mark.exhaustive
def test_the_map_has_each_way_as_a_line_of_its_own(routes):
    page = routes.map("en").html()
    assert "Way 1, RN1" in page


def test_what_no_post_states_is_null_and_each_way_names_its_roads(routes):
    (way,) = json.loads(trip_json(routes))["ways"]
    posts = way["posts"]
    assert (posts["waiting_lo_min"] is None) == (posts["waiting_unknown"] >= posts["number"])
    assert way["roads"][0] == {"road": "RN1", "from_km": way["roads"][0]["from_km"], "to_km": way["roads"][0]["to_km"]}
    assert sum(abs(one["to_km"] - one["from_km"]) for one in way["roads"]) == pytest.approx(way["km"], rel=0.02)


@pytest.mark.parametrize("audience", ["partners", "public"])
def test_a_closure_that_is_held_back_is_counted_not_denied(study, artibonite, audience):
    table = study.road_status.copy()
    table["sensitivity"] = ["high", "low"]
    shared = am.study(artibonite, as_of=DAY, audience=audience, road_status=schema.conform(table, ROAD_STATUS))
    found = trip_content(am.routes(shared, "Saint-Marc", "Gonaïves"))
    assert found.statuses_held >= 1
    assert "Pont <b>Un</b>" not in json.dumps(trip_json(am.routes(shared, "Saint-Marc", "Gonaïves")))
    assert "No closure is known" not in " ".join(unknowns(found, "en"))
    assert "held back from this audience: a way may be closed" in " ".join(unknowns(found, "en"))


OWN = "date,place,kind,killed,actors,source,said_by,sensitivity,licence\n"


@pytest.fixture(scope="module")
def own_trip(artibonite, tmp_path_factory):
    def make(*rows, audience="internal", day="2024-10-16", pair=("Saint-Marc", "Gonaïves")):
        file = tmp_path_factory.mktemp("own") / "mine.csv"
        file.write_text(OWN + "".join(f"{row},driver,low,own report\n" for row in rows), "utf-8")
        return am.routes(am.study(artibonite, events=file, as_of=day, audience=audience), *pair)

    return make


@pytest.mark.parametrize(
    ("row", "pair", "words"),
    [
        ("2024-10-15,Pont-Sondé,road_ambush,3,Gran Grif,Radio Mine", ("Saint-Marc", "Gonaïves"), "48"),
        ("2024-10-16,L'Estère,abduction,1,,Radio Mine", ("Gonaïves", "Saint-Marc"), "24"),
        ("2024-10-14,Dessalines,attack_on_civilians,2,,Radio Mine", ("Saint-Marc", "Dessalines"), "72"),
    ],
)
def test_last_nights_deaths_in_ones_own_file_are_named_with_who_says_so(own_trip, row, pair, words):
    found = own_trip(row, pair=pair)
    mine = [one for way in trip_content(found).ways for one in way.reports if one.own]
    assert mine
    assert all(one.fresh and one.sources == ("Radio Mine",) for one in mine)
    for lang, own in (("en", "your file"), ("fr", "votre fichier"), ("ht", "fichye pa w")):
        card, page = found.card(lang), unescape(found.html(lang))
        assert len(card) <= 1_000
        for text in (card, page):
            assert "Radio Mine" in text
            assert own in text
            assert words in text.split("Radio Mine")[0]
    assert "Radio Mine" in trip_json(found)


def test_old_reports_of_ones_own_stand_behind_new_ones_and_the_deadliest_is_kept(own_trip):
    rows = [f"2024-{month:02d}-10,Pont-Sondé,road_ambush,{month},,Radio {month}" for month in range(4, 10)]
    (way, *_) = trip_content(own_trip(*rows, "2024-02-10,L'Estère,road_ambush,99,,Radio 99")).ways
    own = [one.sources[0] for one in way.reports if one.own]
    assert own == ["Radio 9", "Radio 8", "Radio 99"]
    # the newest and the deadliest of all others too
    assert sum(not one.own for one in way.reports) >= 2


@pytest.mark.parametrize("killed", ["4", "at least 4"])
def test_deaths_without_a_place_are_told_and_calm_rows_are_not(own_trip, killed):
    found = own_trip(
        f"2024-10-15,ravine with no name,road_ambush,{killed},,Radio Mine",
        "2024-10-15,nowhere at all,protest,,,Radio B",
    )
    (lost,) = trip_content(found).lost
    assert lost.place == "ravine with no name"
    for lang in ("en", "fr", "ht"):
        assert "Radio Mine" in found.card(lang)
        assert "ravine with no name" in found.html(lang)


@pytest.mark.parametrize("audience", ["partners", "public"])
def test_others_do_not_learn_which_reports_are_ones_own(own_trip, audience):
    rows = (
        "2024-10-15,Pont-Sondé,road_ambush,3,,Radio Mine",
        "2024-10-15,ravine with no name,road_ambush,4,,Radio Mine",
    )
    content = trip_content(own_trip(*rows, audience=audience))
    assert not content.lost
    assert not [one for way in content.ways for one in way.reports if one.own]
    seen = set(own_trip(*rows, audience=audience).study.events["event_id"])
    assert {one.event_id for way in content.ways for one in way.reports} <= seen

"""Statuses of roads on a way, and what they close for whom."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import artimap as am
from artimap.control.road_status import RoadStatusModel
from artimap.control.route_status import (
    closing_statuses,
    passage_of,
    road_closings,
    statuses_on_route,
    statuses_on_routes,
)
from artimap.core import schema
from artimap.core.errors import ModelError
from artimap.core.metadata import model_of
from artimap.core.tables import ROAD_STATUS
from artimap.roads.corridor import Corridor
from artimap.roads.routing.runs import runs_of
from artimap.roads.routing.spans import RoadSpan

CRS = "EPSG:32618"
DAY = "2026-01-12"


def road(name, *xy):
    return Corridor.from_lines(
        gpd.GeoSeries([shapely.LineString(xy)], crs=CRS), corridor_id=name, ref=name.upper(), name=name
    )


ROADS = {
    "a": road("a", (700_000, 2_100_000), (720_000, 2_100_000)),
    "b": road("b", (710_000, 2_100_000), (710_000, 2_108_000)),  # leaves "a" at its km 10
}
WAY = [RoadSpan("a", 0.0, 10_000.0), RoadSpan("b", 0.0, 8_000.0)]


def said(*rows):
    """Make ROAD_STATUS: ``id``, ``road``, ``at`` in km or (from, to), or ``xy``; one account and whose word it is."""
    table, shapes = [], []
    for row in rows:
        at = row.get("at")
        low, high = (
            (None, None) if at is None else (1_000.0 * one for one in (at if isinstance(at, tuple) else (at, at)))
        )
        day = row.get("day", "2026-01-10")
        day = None if day is None else pd.Timestamp(day)
        account = {"physical": "unknown", "security": "unknown", "operational": "unknown"}
        account[row.get("account", "physical")] = row.get("state", "closed")
        table.append(
            {
                "status_id": row["id"], "part": row.get("part", "road"), "name": None, "place": None,
                "road_id": row.get("road"), "corridor_id": row.get("road"), "from_m": low, "to_m": high,
                "osmid": row.get("osmid"), "vehicle": row.get("vehicle"), **account, "as_of": day, "reported": day,
                "source": row.get("source", "A"), "sensitivity": "low", "licence": "own",
            }
        )  # fmt: skip
        one = ROADS.get(row.get("road"))
        if "xy" in row:
            points = [shapely.Point(*xy) for xy in row["xy"]]
            shapes.append(points[0] if len(points) == 1 else shapely.LineString(points))
        elif one is None or low is None:
            shapes.append(shapely.Point())
        else:
            shapes.append(one.point_at(low) if high == low else one.piece(low, high))
    return schema.conform(gpd.GeoDataFrame(table, geometry=shapes, crs=CRS), ROAD_STATUS)


def status(name="s", at=(3.0, 5.0), road="a", **more):
    return {"id": name, "road": road, "at": at, "day": "2026-01-10", **more}


def closed(*rows, vehicle="truck", **more):
    return closing_statuses(said(*rows), ROADS, vehicle=vehicle, as_of=DAY, **more)


def spans(*rows, **more):
    return [(one.road_id, one.from_m, one.to_m) for one, _ in closed(*rows, **more)]


# --- what closes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["closed", "destroyed"])
@pytest.mark.parametrize("account", ["physical", "security", "operational"])
def test_closed_or_destroyed_by_any_account_closes(state, account):
    row = status(state=state, account=account)
    assert closed(row) == ((RoadSpan("a", 3_000.0, 5_000.0), "s"),)


@pytest.mark.parametrize("state", ["passable", "under_repair", "restricted", "unknown"])
def test_what_one_can_pass_closes_nothing(state):
    assert closed(status(state=state)) == ()


@pytest.mark.parametrize(
    ("word", "vehicle", "closes"),
    [
        (None, "ambulance", True), ("any", "on_foot", True), ("any", "container_truck", True),
        ("truck", "container_truck", True), ("container_truck", "truck", False), ("truck", "motorcycle", False),
        ("car", "four_by_four", True), ("four_by_four", "car", False), ("public_transport", "minibus", True),
        ("truck", "ambulance", False), ("ambulance", "ambulance", True),
    ],
)  # fmt: skip
def test_for_whom_a_status_closes(word, vehicle, closes):
    assert bool(closed(status(vehicle=word), vehicle=vehicle)) is closes
    on = statuses_on_route(said(status(vehicle=word)), WAY, vehicle=vehicle, as_of=DAY)
    assert (len(on), on["closes"].tolist()) == ((1, [True]) if closes else (0, []))
    if closes:
        assert on["vehicle"].isna().tolist() == [word is None]


def test_a_status_lives_for_its_days():
    assert closed(status(day="2025-12-28"))
    assert not closed(status(day="2025-12-27"))
    assert closed(status(day="2025-12-27"), model=RoadStatusModel(stale_days=30))
    assert not closed(status(day=None))
    assert not closed(status(day="2026-01-13"))
    with pytest.raises(ModelError, match="there is: on_foot"):
        closed(status(), vehicle="boat")


def test_a_newer_word_of_the_same_source_opens_and_another_source_contradicts():
    open_again = status("open", state="passable", day="2026-01-11")
    assert not closed(status(), open_again)
    assert closed(status(day="2026-01-11"), {**open_again, "day": "2026-01-10"})
    both = road_closings(said(status(), {**open_again, "source": "B"}), ROADS, vehicle="truck", as_of=DAY)
    assert both.spans == ((RoadSpan("a", 3_000.0, 5_000.0), "s"),)
    assert both.contradicted == ("s",)


@pytest.mark.parametrize(
    ("first", "then", "vehicle", "shut"),
    [
        ("any", "motorcycle", "truck", True),  # that motorcycles pass opens nothing for trucks
        ("any", "motorcycle", "motorcycle", False),
        ("truck", "container_truck", "container_truck", False),
        ("truck", "container_truck", "truck", True),
        ("truck", "any", "container_truck", False),
        (None, "truck", "bus", True),
    ],
)
def test_only_what_holds_for_the_vehicle_replaces(first, then, vehicle, shut):
    rows = status(vehicle=first), status("open", state="passable", day="2026-01-11", vehicle=then)
    assert bool(closed(*rows, vehicle=vehicle)) is shut
    on = statuses_on_route(said(*rows), WAY, vehicle=vehicle, as_of=DAY).set_index("status_id")
    assert bool(on.loc["s", "closes"]) is shut


def test_a_newer_word_on_a_part_leaves_the_rest_closed():
    long = status(at=(2.0, 9.0), day="2026-01-05")
    part = status("part", at=(4.0, 6.0), state="passable")
    assert spans(long, part) == [("a", 2_000.0, 4_000.0), ("a", 6_000.0, 9_000.0)]
    assert spans(long, {**part, "at": (1.0, 9.5)}) == []
    assert spans(long, {**part, "at": (2.0, 8.95)}) == []  # 50 m are a seam
    assert spans(long, part, status("end", at=(6.0, 9.0), state="under_repair")) == [("a", 2_000.0, 4_000.0)]
    assert spans(long, {**part, "source": "B"}) == [("a", 2_000.0, 9_000.0)]
    assert spans(long, {**part, "part": "bridge"}) == [("a", 2_000.0, 9_000.0)]
    assert spans({**long, "osmid": "w1"}, {**part, "osmid": "w1"}) == []  # the same way of OpenStreetMap as a whole
    on = statuses_on_route(said(long, part), [RoadSpan("a", 4_200.0, 5_800.0)], vehicle="truck", as_of=DAY)
    assert on["closes"].tolist() == [False, False]
    assert passage_of(on) == "yes"


@pytest.mark.parametrize(
    ("at", "low", "high"), [(6.0, 5_900.0, 6_100.0), (0.02, 0.0, 120.0), (20.0, 19_900.0, 20_000.0)]
)
def test_a_bridge_closes_the_road_on_either_side(at, low, high):
    assert spans(status(at=at, part="bridge")) == [("a", low, high)]


# --- where statuses without a road lie --------------------------------------------------------------------------------


def lost(name, *xy, **more):
    return {"id": name, "xy": xy, **more}


def test_a_shape_is_laid_on_a_road_only_where_that_is_clear():
    rows = [
        lost("spot", (703_000, 2_100_060)),
        lost("line", (704_000, 2_100_040), (706_000, 2_100_030)),
        lost("by b", (710_030, 2_104_000)),
        lost("junction", (710_020, 2_100_030)),  # either road
        lost("near the junction", (710_000, 2_100_090)),  # on b, 90 m from a
        lost("side road", (705_000, 2_100_000), (705_000, 2_104_000)),
        lost("far", (705_000, 2_150_000)),
        {"id": "nowhere"},
        status("somewhere on a", None),
        status("another road", (1.0, 2.0), "z"),
        lost("old", (703_000, 2_100_000), day="2025-10-01"),
        lost("open", (703_500, 2_100_000), state="passable"),
    ]
    found = road_closings(said(*rows), ROADS, vehicle="truck", as_of=DAY)
    assert [(name, one.road_id, round(one.from_m), round(one.to_m)) for one, name in found.spans] == [
        ("spot", "a", 2_900, 3_100), ("line", "a", 4_000, 6_000), ("near the junction", "b", 0, 190),
        ("by b", "b", 3_900, 4_100),
    ]  # fmt: skip
    assert found.unplaced == ("junction", "nowhere", "somewhere on a")
    assert found.elsewhere == ("another road", "far", "side road")
    on = statuses_on_route(said(*rows), WAY, vehicle="truck", as_of=DAY, roads=ROADS)
    assert on["status_id"].tolist() == ["spot", "old", "open", "line", "near the junction", "by b"]
    assert on["along_m"].round().tolist() == [3_000, 3_000, 3_500, 4_000, 10_090, 14_000]
    assert on["closes"].tolist() == [True, False, False, True, True, True]
    assert len(statuses_on_route(said(*rows), WAY, vehicle="truck", as_of=DAY)) == 0


# --- on a way ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "where", "along"),
    [
        ((3.0, 5.0), "a", 3_000.0),
        ((9.0, 14.0), "a", 9_000.0),
        ((9.95, 14.0), "a", None),  # 50 m in common: the seam between two kilometres
        ((10.0, 14.0), "a", None),
        ((9.98, 10.0), "a", 9_980.0),
        (10.0, "a", 10_000.0),  # a bridge at the junction
        (0.0, "b", 10_000.0),
        (10.2, "a", None),
        ((1.0, 2.0), "b", 11_000.0),
    ],
)
def test_what_lies_on_a_way(at, where, along):
    on = statuses_on_route(said(status(at=at, road=where)), WAY, vehicle="truck", as_of=DAY)
    assert on["along_m"].tolist() == ([] if along is None else [along])


def test_order_of_the_way_against_the_kilometres_with_age_and_doubts_kept():
    rows = [status("one", (2.0, 3.0)), status("two", (5.0, 6.0), state="passable", day="2025-11-01"),
            status("three", (2.5, 4.0), state="passable", source="B")]  # fmt: skip
    on = statuses_on_route(said(*rows), [RoadSpan("a", 10_000.0, 0.0)], vehicle="truck", as_of=DAY)
    assert on["status_id"].tolist() == ["two", "three", "one"]
    assert on["along_m"].tolist() == [4_000.0, 6_000.0, 7_000.0]
    assert on["stale"].tolist() == [True, False, False]
    assert on["contradicted_by"].tolist()[1:] == ["one", "three"]
    assert on.crs == CRS
    assert model_of(on, RoadStatusModel) == RoadStatusModel()


def test_several_ways_at_once_are_each_as_alone():
    table = said(
        status("one", (2.0, 3.0)), status("two", (5.0, 9.9), state="passable"), lost("spot", (710_000, 2_104_000))
    )
    ways = [WAY, [], [RoadSpan("b", 8_000.0, 0.0)]]
    starts = [[0.0, 10_400.0], [], [70.0]]
    options = {"vehicle": "truck", "as_of": DAY, "roads": ROADS}
    found = statuses_on_routes(table, ways, starts_m=starts, **options)
    assert [one["along_m"].round().tolist() for one in found] == [[2_000, 5_000, 14_400], [], [4_070]]
    for one, way, start in zip(found, ways, starts, strict=True):
        assert_frame_equal(one, statuses_on_route(table, way, starts_m=start, **options))


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        ([], None),
        ([status(state="passable")], "yes"),
        ([status(state="passable"), status("t", (6.0, 7.0), state="restricted")], "unknown"),
        ([status(state="passable"), status("t", (6.0, 7.0))], "no"),
        ([status(state="passable", day="2025-11-01")], None),
        ([status(day="2025-11-01")], None),
        ([status(state="unknown")], None),
    ],
)
def test_the_hardest_living_word(rows, word):
    assert (
        passage_of(statuses_on_route(said(status("far", (12.0, 13.0)), *rows), WAY, vehicle="truck", as_of=DAY)) == word
    )


def test_spans_that_follow_one_another_are_one_run():
    way = [RoadSpan("a", 0.0, 4_000.0), RoadSpan("a", 4_300.0, 9_000.0), RoadSpan("a", 9_000.0, 7_000.0),
           RoadSpan("b", 0.0, 500.0), RoadSpan("a", 7_000.0, 8_000.0)]  # fmt: skip
    assert [(one.span.from_m, one.span.to_m, one.start_m) for one in runs_of(way)] == [
        (0.0, 9_000.0, 0.0), (9_000.0, 7_000.0, 8_700.0), (0.0, 500.0, 10_700.0), (7_000.0, 8_000.0, 11_200.0),
    ]  # fmt: skip
    assert runs_of([]) == []


STATE = st.sampled_from(["passable", "closed", "destroyed", "restricted", "unknown"])
PIECE = st.tuples(st.integers(0, 18), st.integers(1, 6)).map(lambda one: (float(one[0]), float(min(20, sum(one)))))


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(
            PIECE, STATE, st.sampled_from("AB"), st.integers(1, 11), st.sampled_from([None, "truck", "motorcycle"])
        ),
        min_size=1,
        max_size=6,
    ),
    st.randoms(use_true_random=False),
)
def test_every_closing_is_on_the_way_and_the_order_of_rows_changes_nothing(rows, random):
    made = [
        status(f"s{n}", at, state=state, source=source, day=f"2026-01-{day:02d}", vehicle=vehicle)
        for n, (at, state, source, day, vehicle) in enumerate(rows)
    ]
    mixed = random.sample(made, len(made))
    found = closed(*made, vehicle="container_truck")
    assert closed(*mixed, vehicle="container_truck") == found
    whole = [RoadSpan("a", 20_000.0, 0.0)]
    on = statuses_on_route(said(*mixed), whole, vehicle="container_truck", as_of=DAY)
    assert set(on.loc[on["closes"], "status_id"]) == {name for _, name in found}
    assert all(one.length_m > 0 for one, _ in found)
    # The newest word of a source for the vehicle that closes is never lost.
    held = [one for one in made if one["vehicle"] != "motorcycle" and one["state"] in ("closed", "destroyed")]
    newest = max((one["day"] for one in made if one["vehicle"] != "motorcycle"), default=None)
    assert {one["id"] for one in held if one["day"] == newest} <= {name for _, name in found}


def test_statuses_of_ones_own_table(artibonite, rn1, tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(
        "place,vehicle,physical,security,as_of,source\n"
        "between Saint-Marc and Pont-Sondé,truck,closed,,2026-01-10,A\n"
        "between L'Estère and Gonaïves,,passable,closed,2025-11-10,A\n",
        encoding="utf-8",
    )
    table = am.read_road_status(path, area=artibonite)
    ((span, _),) = closing_statuses(table, {"rn1": rn1}, vehicle="container_truck", as_of=DAY)
    ends = rn1.stretch("Saint-Marc", "Pont-Sondé")
    assert (span.road_id, span.from_m, span.to_m) == ("rn1", pytest.approx(ends.from_m), pytest.approx(ends.to_m))
    assert closing_statuses(table, {"rn1": rn1}, vehicle="ambulance", as_of=DAY) == ()

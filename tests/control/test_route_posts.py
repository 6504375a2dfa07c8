"""Posts on a way over several roads: which count, what they ask together, how long one waits, and what is unknown."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import artimap as am
from artimap.areas.road_network import area_roads
from artimap.claims.ledger import Ledger
from artimap.control.checkpoints.fees import Asked, fee_schedule
from artimap.control.checkpoints.life_cycle import checkpoints_by_road, posts_without_road
from artimap.control.checkpoints.route_posts import (
    DelayModel,
    FeeSum,
    post_delays,
    posts_on_route,
    there_and_back,
    waiting_schedule,
)
from artimap.core import schema
from artimap.core.errors import ModelError
from artimap.core.tables import CHECKPOINTS, CLAIMS
from artimap.core.vocab import Per
from artimap.roads.corridor import Corridor
from artimap.roads.routing.router import Router
from artimap.roads.routing.spans import RoadSpan

CRS = "EPSG:32618"
DAY = "2026-01-12"
DATED = pd.Timestamp("2026-01-02")


def road(name, *xy):
    return Corridor.from_lines(
        gpd.GeoSeries([shapely.LineString(xy)], crs=CRS), corridor_id=name, ref=name.upper(), name=name
    )


ROADS = {
    "a": road("a", (700_000, 2_100_000), (720_000, 2_100_000)),
    "b": road("b", (710_000, 2_100_000), (710_000, 2_108_000)),  # leaves "a" at its km 10
    "c": road("c", (740_000, 2_100_000), (740_000, 2_105_000)),
}
ALONG_A = [RoadSpan("a", 0.0, 20_000.0)]
ROUND_THE_BEND = [RoadSpan("a", 0.0, 10_000.0), RoadSpan("b", 0.0, 8_000.0)]


def told(*rows):
    """Make a ledger of statements about posts: ``post``, ``road``, ``at`` in km or (from, to), ``fee``, ``day`` …"""
    claims, posts, shapes = [], [], []
    for n, row in enumerate(rows):
        day, at, fee = row.get("day", DATED), row.get("at"), row.get("fee")
        low, high = (
            (None, None) if at is None else (1_000.0 * one for one in (at if isinstance(at, tuple) else (at, at)))
        )
        fees = (None, None) if fee is None else fee if isinstance(fee, tuple) else (fee, fee)
        claims.append(
            {
                "claim_id": f"m{n}", "about": "checkpoint", "subject": row["post"], "predicate": "fee",
                "claimant": "A driver", "claimant_is_party": "no", "reported": day, "valid_from": day,
                "date_basis": "undated" if day is None else "stated", "last_confirmed": day, "source": "Radio A",
                "sensitivity": "low", "licence": "own",
            }
        )  # fmt: skip
        where = "point" if "xy" in row else "nowhere" if at is None else "stretch"
        posts.append(
            {
                "claim_id": f"m{n}", "checkpoint_id": row["post"], "kind": "toll", "operator": "G", "place": "p",
                "place_kind": row.get("where", where), "pcode": None, "road_id": row.get("road"), "from_m": low,
                "to_m": high, "vehicle": row.get("payers"), "payers": row.get("payers"), "fee_low": fees[0],
                "fee_high": fees[1], "fee_currency": row.get("currency", "HTG"), "per": row.get("per", "trip"),
                "fee_of": "post", "passable": row.get("passable"), "state": row.get("state", "standing"),
                "waiting_min": row.get("waits"), "fee_text": None, "source": "Radio A", "exempt": None,
                "removed_by": None, "rate_htg_per_usd": None, "rate_day": None, "claimant": "A driver",
            }
        )  # fmt: skip
        shapes.append(shapely.Point(*row["xy"]) if "xy" in row else shapely.Point())
    columns = [name for name in CLAIMS.names if name not in ("origin", "scope")]
    table = schema.conform(pd.DataFrame(claims, columns=columns), CLAIMS)
    subjects = gpd.GeoDataFrame({"subject": []}, geometry=[], crs=CRS)
    return Ledger(table, subjects, gpd.GeoDataFrame(pd.DataFrame(posts), geometry=shapes, crs=CRS))


def on(spans, *rows, vehicle="truck", **more):
    return posts_on_route(ROADS, spans, told(*rows), vehicle=vehicle, as_of=DAY, **more)


def post(name="p", at=5.0, road="a", fee=100, payers="truck", **more):
    return {"post": name, "road": road, "at": at, "fee": fee, "payers": payers, **more}


# --- which posts count ------------------------------------------------------------------------------------------------


def test_posts_of_all_roads_stand_in_the_order_of_the_way():
    found = on(ROUND_THE_BEND, post("late", 6.0, "b"), post("early", 3.0), post("off", 15.0), post("far", 1.0, "c"))
    assert found.table["checkpoint_id"].tolist() == ["early", "late"]
    assert found.table["along_m"].tolist() == [3_000.0, 16_000.0]
    assert found.table["road_id"].tolist() == ["a", "b"]
    assert shapely.get_coordinates(found.table.geometry).tolist() == [[703_000, 2_100_000], [710_000, 2_106_000]]
    assert (found.posts, found.asked, found.complete) == (2, (Asked(Per.TRIP, "HTG", 2, 200.0, 200.0),), True)


def test_against_the_kilometres_the_order_turns_round():
    rows = post("late", 6.0, "b"), post("early", 3.0), post("long", (4.0, 7.0))
    back = [RoadSpan(one.road_id, one.to_m, one.from_m) for one in reversed(ROUND_THE_BEND)]
    there, again = on(ROUND_THE_BEND, *rows), on(back, *rows)
    assert there.table["checkpoint_id"].tolist() == ["early", "long", "late"]
    assert there.table["along_m"].tolist() == [3_000.0, 4_000.0, 16_000.0]
    assert again.table["checkpoint_id"].tolist() == ["late", "long", "early"]
    assert again.table["along_m"].tolist() == [2_000.0, 11_000.0, 15_000.0]
    assert there.asked == again.asked


def test_where_each_span_begins_may_be_said():
    found = on(ROUND_THE_BEND, post("late", 6.0, "b"), starts_m=[250.0, 10_400.0])
    assert found.table["along_m"].tolist() == [16_400.0]


@pytest.mark.parametrize(
    ("row", "exact"),
    [
        ({"post": "p", "xy": (710_000, 2_100_000)}, True),  # on both roads, named on none
        ({"post": "p", "xy": (710_300, 2_100_200)}, True),
        ({"post": "p", "road": "a; b", "xy": (710_000, 2_100_100)}, True),
        ({"post": "p", "where": "place", "xy": (710_100, 2_100_100)}, False),
        ({"post": "p", "road": "a", "at": 10.0}, False),  # an interval of no length is no measured point
        ({"post": "p", "road": "b", "at": 0.0}, False),
    ],
)
def test_a_post_where_two_spans_meet_counts_once(row, exact):
    found = on(ROUND_THE_BEND, {**row, "fee": 100, "payers": "any"})
    assert (found.posts, len(found.table), found.asked[0].low) == (1, 1, 100.0)
    assert found.table["along_m"].iloc[0] == pytest.approx(10_000, abs=500)
    assert found.table["exact"].tolist() == [exact]


@pytest.mark.parametrize("cut", [4_990.0, 5_000.0, 5_010.0])
def test_a_post_on_the_seam_of_two_spans_of_a_road_counts_once(cut):
    whole = on(ALONG_A, post(at=5.0), post("long", (4.0, 6.0)))
    parted = on([RoadSpan("a", 0.0, 5_000.0), RoadSpan("a", cut, 20_000.0)], post(at=5.0), post("long", (4.0, 6.0)))
    assert (parted.posts, parted.asked, parted.complete) == (whole.posts, whole.asked, True)


def test_a_way_that_comes_back_on_itself_passes_its_posts_twice():
    spur = [RoadSpan("a", 0.0, 10_000.0), RoadSpan("b", 0.0, 5_000.0), RoadSpan("b", 5_000.0, 0.0),
            RoadSpan("a", 10_000.0, 20_000.0)]  # fmt: skip
    rows = [post("a1", 5.0, waits=10), post("mid", 2.0, "b", waits=7), post("turn", 5.0, "b", waits=1),
            post("weekly", 2.5, "b", per="week", fee=40)]  # fmt: skip
    found = on(spur, *rows)
    assert dict(zip(found.table["checkpoint_id"], found.table["passes"], strict=True)) == {
        "a1": 1, "mid": 2, "weekly": 2, "turn": 1,
    }  # fmt: skip
    assert found.posts == 4
    assert [(one.per, one.low) for one in found.asked] == [(Per.TRIP, 400.0), (Per.WEEK, 40.0)]
    assert found.waiting_lo_min == 10 + 2 * 7 + 1


def test_what_is_in_doubt_is_told_as_in_fees():
    found = on(
        ROUND_THE_BEND,
        post("sure", 2.0), post("reaches", (8.0, 14.0)), post("somewhere", None), post("undated", 3.0, day=None),
        post("old", 4.0, day=pd.Timestamp("2024-01-01")), post("gone", 4.5, state="removed"),
        {"post": "anywhere"}, {"post": "old anywhere", "day": pd.Timestamp("2024-01-01")},
    )  # fmt: skip
    assert (found.posts, found.asked[0].low, found.complete) == (1, 100.0, False)
    assert (found.may_be_on, found.unplaced, found.undated) == (("reaches",), ("somewhere",), ("undated",))
    assert (found.aged, found.removed, found.anywhere) == (("old",), ("gone",), ("anywhere",))
    assert found.fee_sums == (FeeSum(Per.TRIP, "HTG", 100.0, None, 0, 4),)
    last = found.table.iloc[-1]
    assert (last["checkpoint_id"], np.isnan(last["along_m"]), last.geometry.is_empty) == ("somewhere", True, True)


@pytest.mark.parametrize("fee", [None, 250])
def test_posts_that_name_no_road_stand_in_a_list_of_their_own(fee):
    homeless = {"post": "anywhere", "fee": fee, "payers": "truck", "passable": "truck: no", "waits": 12}
    found = on(ROUND_THE_BEND, post("sure", 2.0), homeless, {"post": "old", "day": pd.Timestamp("2024-01-01")})
    (row,) = schema.records(found.anywhere_table.drop(columns="geometry"))
    assert (row["checkpoint_id"], row["counts_as"], row["passable"]) == ("anywhere", "anywhere", "no")
    assert (row["waiting_lo_min"], row["last_confirmed"], row["sources"]) == (12.0, DATED, "Radio A")
    assert np.isnan(row["low"]) if fee is None else row["low"] == fee
    assert "anywhere" not in set(found.table["checkpoint_id"])


def test_a_post_said_to_be_somewhere_on_two_roads_is_one_doubt():
    found = on(ROUND_THE_BEND, post("p", 5.0), {"post": "q", "road": "a; b"})
    assert (found.unplaced, len(found.table), found.complete) == (("q",), 2, False)


def test_no_roads_no_posts_no_total():
    for spans in ([], ALONG_A):
        found = on(spans, post("far", 1.0, "c"))
        assert (found.posts, found.asked, found.complete, found.passable) == (0, (), False, "unknown")
        assert len(found.table) == 0
        assert found.table.crs == CRS
    with pytest.raises(ModelError, match="there is: on_foot"):
        on(ALONG_A, post(), vehicle="boat")
    with pytest.raises(KeyError):
        on([RoadSpan("z", 0.0, 1.0)], post())


# --- amounts, waiting, who passes -------------------------------------------------------------------------------------


def test_a_range_of_several_statements_and_a_total_only_where_all_is_stated():
    rows = [post("p", fee=100), post("p", fee=(150, 250)), post("q", 8.0, fee=50)]
    found = on(ALONG_A, *rows)
    assert found.fee_sums == (FeeSum(Per.TRIP, "HTG", 150.0, 300.0, 0, 0),)
    silent = on(ALONG_A, *rows, post("r", 9.0, fee=None))
    assert silent.fee_sums == (FeeSum(Per.TRIP, "HTG", 150.0, None, 1, 0),)
    undated = on(ALONG_A, *rows, post("r", 9.0, fee=70, day=None), post("r", 9.0, fee=None))
    assert undated.fee_sums == (FeeSum(Per.TRIP, "HTG", 150.0, None, 1, 0),)
    assert undated.undated_fee == ("r",)
    assert undated.table.set_index("checkpoint_id").loc["r", "low"] == 70
    more_than = on(ALONG_A, *rows, post("r", 9.0, fee=(60, None)))
    assert more_than.fee_sums == (FeeSum(Per.TRIP, "HTG", 210.0, None, 0, 0),)
    dollars = on(ALONG_A, *rows, post("r", 9.0, fee=5, currency="USD"))
    assert dollars.fee_sums == (FeeSum(Per.TRIP, "HTG", 150.0, 300.0, 0, 0), FeeSum(Per.TRIP, "USD", 5.0, 5.0, 0, 0))


@pytest.mark.parametrize("lacks", [{"per": None}, {"currency": None}])
def test_an_amount_for_nobody_knows_what_leaves_its_post_standing_without_one(lacks):
    found = on(ALONG_A, post("p", fee=100), post("q", 8.0, fee=900, **lacks))
    assert (found.posts, found.fee_unknown, found.without_fee) == (2, 1, ("q",))
    assert found.fee_sums[0][2:5] == (100.0, None, 1)


@pytest.mark.parametrize(
    ("payers", "vehicle", "counts"),
    [
        ("truck", "container_truck", True),
        ("container_truck", "truck", False),
        ("any", "motorcycle", True),
        ("any", "ambulance", False),
        ("public_transport", "bus", True),
        ("bus", "public_transport", False),
        ("car", "four_by_four", True),
        (None, "truck", False),
    ],
)
def test_amounts_and_waiting_hold_for_whom_the_word_covers(payers, vehicle, counts):
    found = on(ALONG_A, post(payers=payers, waits=30), vehicle=vehicle)
    assert bool(found.asked) is counts
    assert found.fee_unknown == (not counts)
    # a waiting time that is said of nobody in particular holds for all
    assert found.waiting_unknown == (not counts and payers is not None)


def test_waiting_adds_up_over_the_posts_that_state_it():
    found = on(
        ALONG_A,
        post("p", waits=20), post("p", waits=45, day=pd.Timestamp("2025-12-20")), post("p", waits=600, day=None),
        post("q", 8.0, waits=5), post("r", 9.0), post("s", 10.0, waits=90, day=None), post("s", 10.0),
        post("gone", 11.0, waits=33, state="removed"),
    )  # fmt: skip
    assert (found.waiting_lo_min, found.waiting_hi_min, found.waiting_unknown) == (25.0, 50.0, 2)
    one = found.table.drop_duplicates("checkpoint_id").set_index("checkpoint_id")
    assert one.loc["p", ["waiting_lo_min", "waiting_hi_min", "waiting_dated"]].tolist() == [20.0, 45.0, True]
    assert one.loc["s", ["waiting_lo_min", "waiting_dated"]].tolist() == [90.0, False]
    assert np.isnan(one.loc["r", "waiting_lo_min"])


def test_there_and_back_pays_trips_twice_and_weeks_once():
    found = on(ALONG_A, post("p", fee=(100, None)), post("p", fee=700, per="month"), post("q", 8.0, per="day", fee=9))
    assert [(one.per, one.low, one.high) for one in there_and_back(found)] == [
        (Per.DAY, 9.0, 9.0), (Per.MONTH, 700.0, 700.0), (Per.TRIP, 200.0, None),
    ]  # fmt: skip


YES, NO = "truck: yes", "truck: no"


@pytest.mark.parametrize(
    ("rows", "passage", "word"),
    [
        ([post(passable=YES)], None, "yes"),
        ([post(passable=YES), post("q", 8.0)], None, "unknown"),
        ([post(passable=YES), post("q", 8.0, passable=NO)], None, "no"),
        ([post(passable=YES), post("q", (8.0, 30.0), passable=NO)], None, "unknown"),  # it may stand off the way
        ([post(passable=YES), post("q", None)], None, "unknown"),
        ([post(passable=YES), {"post": "q"}], None, "unknown"),
        ([post(passable=YES), post("q", 8.0, passable=NO, state="removed")], None, "yes"),
        ([post(passable="container_truck: no")], None, "unknown"),
        ([post(passable="any: no")], None, "no"),
        ([post("far", 1.0, "c", passable=YES)], "yes", "unknown"),  # a good road says nothing of posts
        ([post(passable=YES)], "yes", "yes"),
        ([post(passable=YES)], "unknown", "unknown"),
        ([post(passable=YES)], "no", "no"),
    ],
)
def test_the_hardest_word_of_posts_and_roads_decides(rows, passage, word):
    assert on([RoadSpan("a", 0.0, 15_000.0)], *rows, passage=passage).passable == word


# --- laws -------------------------------------------------------------------------------------------------------------

AMOUNT = st.one_of(st.none(), st.tuples(st.integers(0, 900), st.integers(0, 900)).map(sorted).map(tuple))
ROW = st.builds(
    lambda name, place, fee, waits, day, passable: post(
        name, place[1], place[0], fee, day=day, waits=waits, passable=passable
    ),
    st.sampled_from("pqr"),
    st.sampled_from([("a", 2.0), ("a", (3.0, 9.0)), ("a", None), ("b", 4.0), ("a", 10.0), ("a", (9.0, 12.0))]),
    AMOUNT,
    st.one_of(st.none(), st.integers(0, 240)),
    st.sampled_from([DATED, DATED - pd.Timedelta(days=40), None]),
    st.sampled_from([None, YES, NO]),
)
HARD = {"yes": 0, "unknown": 1, "no": 2}


@settings(max_examples=25)
@given(st.lists(ROW, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_sums_add_up_and_the_order_of_statements_changes_nothing(rows, random):
    found = on(ROUND_THE_BEND, *rows)
    dated = found.table[(found.table["counts_as"] == "on") & found.table["dated"]]
    assert sum(one.low for one in found.asked) == dated["low"].sum()
    assert [one.high for one in found.asked] == [dated["high"].sum()] * bool(len(dated))
    assert found.posts == found.table.loc[found.table["counts_as"] == "on", "checkpoint_id"].nunique()
    assert found.waiting_lo_min <= found.waiting_hi_min
    ids = list(range(len(rows)))
    random.shuffle(ids)
    ledger = told(*rows)
    mixed = Ledger(ledger.claims.iloc[ids], ledger.subjects, ledger.posts.iloc[ids])
    again = posts_on_route(dict(reversed(ROADS.items())), ROUND_THE_BEND, mixed, vehicle="truck", as_of=DAY)
    assert_frame_equal(again.table, found.table)
    assert (again.asked, again.passable, again.waiting_hi_min) == (found.asked, found.passable, found.waiting_hi_min)


@settings(max_examples=25)
@given(st.lists(ROW, max_size=5), ROW)
def test_a_post_more_never_makes_a_way_cheaper_or_better_known(rows, more):
    base = [post("first", 1.0, waits=10, passable=YES), *rows]
    before, after = on(ROUND_THE_BEND, *base), on(ROUND_THE_BEND, *base, {**more, "post": "new"})
    lows = [{(one.per, one.currency): (one.posts, one.low) for one in found.asked} for found in (before, after)]
    assert all(lows[1][key] >= value for key, value in lows[0].items())
    assert after.complete <= before.complete
    assert after.waiting_lo_min >= before.waiting_lo_min
    assert after.waiting_unknown >= before.waiting_unknown
    assert after.fee_unknown >= before.fee_unknown
    assert HARD[after.passable] >= HARD[before.passable]


# --- what posts cost the search ---------------------------------------------------------------------------------------


def test_posts_are_delays_and_no_walls():
    ledger = told(
        post("p", waits=20), post("p", waits=40), post("q", (6.0, 8.0), passable=NO), post("s", 3.0, "b"),
        post("s", 3.0, "b", waits=9, day=None), post("gone", 9.0, state="removed"), post("lost", None),
        post("undated", 9.0, day=None), post("moto", 9.5, payers="motorcycle", waits=2),
    )  # fmt: skip
    tables = checkpoints_by_road(ROADS, ledger, as_of=DAY)
    assert post_delays(ROADS, tables, ledger, vehicle="truck", as_of=DAY) == [
        ("a", 5_000.0, 20.0, 40.0), ("a", 7_000.0, 5.0, 30.0), ("a", 9_500.0, 5.0, 30.0), ("b", 3_000.0, 9.0, 9.0),
    ]  # fmt: skip
    slow = DelayModel(unknown_lo_min=60, unknown_hi_min=90)
    assert post_delays(ROADS, tables, ledger, vehicle="truck", as_of=DAY, model=slow)[1][2:] == (60, 90)
    assert DelayModel.from_dict(slow.to_dict()) == slow
    for low, high in ((-1, 5), (6, 5), (0, 1_440), (float("nan"), 5)):
        with pytest.raises(ModelError, match="unknown_lo_min"):
            DelayModel(low, high)


# --- the embedded roads -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def network(artibonite):
    return area_roads(artibonite)


@pytest.fixture(scope="module")
def by_savien(network):
    """Give the way that is left where RN1 is closed between Pont-Sondé and the junction of Dessalines."""
    start, stop = network.spot("Saint-Marc"), network.spot("Gonaïves")
    closed = network.on(RoadSpan("rn1", 111_100.0, 129_500.0))
    return network.spans(Router(network.network).least(start, stop, network.network.length_m, closed=closed))


@pytest.mark.parametrize("day", ["2023-03-01", "2024-10-15", "2025-10-15", "2026-01-31"])
@pytest.mark.parametrize("vehicle", ["container_truck", "bus"])
def test_along_rn1_it_is_what_is_between_the_towns(network, rn1, ledger, day, vehicle):
    piece = rn1.stretch("Saint-Marc", "Gonaïves")
    fees = am.fees_between(rn1, ledger, "Saint-Marc", "Gonaïves", vehicle=vehicle, as_of=day)
    found = posts_on_route(
        network.corridors, [RoadSpan("rn1", piece.from_m, piece.to_m)], ledger, vehicle=vehicle, as_of=day
    )
    same = ("posts", "asked", "without_fee", "undated_fee", "may_be_on", "undated", "unplaced", "aged", "removed")
    assert {name: getattr(found, name) for name in same} == {name: getattr(fees, name) for name in same}
    assert found.complete == (fees.complete and not found.anywhere)


def test_the_way_by_savien_and_dessalines_has_its_own_posts(network, by_savien, ledger):
    assert [one.road_id for one in by_savien] == ["rn1", "rd-sav", "rd-prd", "rd-des", "rn1"]
    found = posts_on_route(network.corridors, by_savien, ledger, vehicle="truck", as_of="2024-10-15")
    # The toll at Carrefour Paye stands where the way leaves RN1; others may stand on the piece that it leaves out.
    assert found.table.loc[found.table["counts_as"] == "on", "checkpoint_id"].tolist() == ["rn1-carrefour-paye-toll"]
    assert set(found.may_be_on) == {"rn1-saint-marc-gonaives-toll", "rn1-croix-perisse-toll"}
    assert found.table.crs == network.area.crs
    own = found.table.set_index("checkpoint_id").loc["rn1-carrefour-paye-toll"]
    assert own["exact"]
    assert own["along_m"] == pytest.approx(15_640, abs=50)


def test_who_passes_la_croix_perisse_is_in_the_table(network, ledger):
    way = [RoadSpan("rn1", 150_000.0, 94_800.0)]
    for vehicle, word in (("container_truck", "no"), ("bus", "yes"), ("humanitarian", "unknown")):
        found = posts_on_route(network.corridors, way, ledger, vehicle=vehicle, as_of="2025-06-15")
        row = found.table.set_index("checkpoint_id").loc["rn1-croix-perisse-toll"]
        assert (row["counts_as"], row["passable"], row["exact"]) == ("on", word, False)
        assert found.passable == ("no" if word == "no" else "unknown")


def test_tables_at_hand_change_nothing(network, by_savien, ledger):
    day = "2024-10-15"
    tables = checkpoints_by_road(network.corridors, ledger, as_of=day)
    assert set(tables) == set(network.corridors)
    for name in ("rn1", "rn5", "rd-des"):
        assert_frame_equal(tables[name], am.checkpoints_on(network.corridors[name], ledger, as_of=day))
        assert list(tables[name].columns) == list(CHECKPOINTS.names)
    at_hand = posts_on_route(
        network.corridors, by_savien, ledger, vehicle="bus", as_of=day, posts_by_road=tables,
        schedule=fee_schedule(ledger, as_of=day), waits=waiting_schedule(ledger, as_of=day),
        anywhere=posts_without_road(ledger, as_of=day),
    )  # fmt: skip
    fresh = posts_on_route(network.corridors, by_savien, ledger, vehicle="bus", as_of=day)
    assert_frame_equal(at_hand.table, fresh.table)
    assert (at_hand.asked, at_hand.anywhere, at_hand.complete) == (fresh.asked, fresh.anywhere, fresh.complete)

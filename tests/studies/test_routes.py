"""Ways over several roads: their rates, the trade-offs, closures, and who may see them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import combinations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

import artimap as am
from artimap.areas.road_network import AreaRoads, area_roads
from artimap.control.checkpoints.fees import Asked
from artimap.control.checkpoints.life_cycle import checkpoints_by_road
from artimap.core import schema, style
from artimap.core.errors import ModelError, PlaceError, ShareError
from artimap.core.tables import EVENTS, ROAD_STATUS, TRIPS
from artimap.core.vocab import Per
from artimap.report.trip.drawing import strip
from artimap.risk.model import RiskModel
from artimap.risk.route_risk import RouteRisk, exposure_by_edge, route_risk
from artimap.roads.network.graph import RoadNetwork
from artimap.roads.routing.alternatives import MOST_SHARED, MOST_WAYS, shared_m, thinned, through
from artimap.roads.routing.router import RoutePath, Router, Spot
from artimap.roads.routing.spans import RoadSpan
from artimap.sharing.cells import CELL
from artimap.studies.trip_files import trip_content

DAY = "2024-10-15"
SAVIEN = ["rn1", "rd-sav", "rd-prd", "rd-des", "rn1"]


@pytest.fixture(scope="module")
def roads(artibonite) -> AreaRoads:
    return area_roads(artibonite)


@pytest.fixture(scope="module")
def inside(artibonite) -> am.Study:
    return am.study(artibonite, as_of=DAY, audience="internal")


@pytest.fixture(scope="module")
def trips(inside) -> am.Routes:
    return am.routes(inside, "Saint-Marc", "Gonaïves")


def roads_of(route):
    return [span.road_id for span in route.spans]


# -- rates of a way ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "stop"), [("Saint-Marc", "Gonaïves"), ("Pont-Sondé", "L'Estère"), (3_000.0, 9_500.0)]
)
@pytest.mark.parametrize("day", [DAY, "2025-10-15"])
def test_a_way_along_one_road_has_the_figures_of_the_trip(inside, roads, start, stop, day):
    study = inside if day == DAY else am.study(inside.area, as_of=day, audience="internal")
    trip, piece = study.trip(start, stop), study.corridor.stretch(start, stop)
    ends = [(piece.from_m, piece.to_m), (piece.to_m, piece.from_m)]
    middle = (piece.from_m + piece.to_m) / 2
    ways = [[RoadSpan("rn1", *one)] for one in ends]
    ways.append([RoadSpan("rn1", piece.from_m, middle), RoadSpan("rn1", middle, piece.to_m)])
    ways.append([*ways[0], *ways[1]])  # there and back on one road is that road once
    asked = {"as_of": day, "model": study.risk_model, "ledger": study.ledger}
    for risk in route_risk(roads.corridors, ways, study.events_to_count, **asked):
        for name, value in risk.to_dict().items():
            assert value == trip.to_dict()[name], name
    assert study.rates_by_road.on(ways[0]) == route_risk(roads.corridors, ways[:1], study.events_to_count, **asked)[0]


def test_roads_add_up_and_stay_independent(inside):
    """The mean of two roads is that of both; their spreads add up as those of independent numbers do."""
    one, other = RoadSpan("rn1", 94_770.0, 107_700.0), RoadSpan("rd-lia", 0.0, 20_000.0)
    rates = inside.rates_by_road
    both, apart = rates.on([one, other]), [rates.on([way]) for way in (one, other)]
    assert both.expected == pytest.approx(sum(part.expected for part in apart), rel=0.05)
    assert both.expected <= sum(part.expected for part in apart) + 1e-9
    assert both == rates.on([other, one])
    assert both.hi80 < sum(part.hi80 for part in apart)
    assert both.lo80 > sum(part.lo80 for part in apart)
    assert both.silent_m == pytest.approx(sum(part.silent_m for part in apart))


def event(number, *, at, road_id=None, kind="point", day="2024-09-03", **own):
    return {
        "event_id": f"made-{number}", "record": "event", "date_start": day, "date_end": day, "date_precision": 1,
        "kind": "road_ambush", "alleged_gang_dead": False, "place": "a bend", "place_kind": kind, "road_id": road_id,
        "geo_precision": 1, "n_claims": 1, "n_sources": 1, "sensitivity": "low", "licence": "own", "geometry": at,
        **own,
    }  # fmt: skip


def table(*rows, crs):
    if not rows:
        return schema.empty(EVENTS, crs=crs)
    return schema.conform(gpd.GeoDataFrame(list(rows), geometry="geometry", crs=crs), EVENTS)


@pytest.mark.parametrize("named", [None, "rn1; rd-sav"])
def test_an_event_at_a_junction_counts_for_one(roads, named):
    """It lies whole on both roads; on a way over both it is one event, and on each alone it is one too."""
    rn1, sav = roads.corridors["rn1"], roads.corridors["rd-sav"]
    spots = [(event(n, at=sav.point_at(0.0), road_id=named, day=f"2024-09-{3 + n:02d}")) for n in range(6)]
    events = table(*spots, crs=rn1.crs)
    fixed = RiskModel(
        half_life_days=365.0, dispersion=1.0, prior_rate=0.01, prior_shape=0.02, observation="whole",
        quiet_after_days=9_999.0,
    )  # fmt: skip
    ways = [[RoadSpan("rn1", 109_000.0, 112_000.0)], [RoadSpan("rd-sav", 0.0, 7_000.0)]]
    one, other, both = route_risk(roads.corridors, [*ways, ways[0] + ways[1]], events, as_of=DAY, model=fixed)
    assert one.expected == pytest.approx(other.expected, rel=0.1)
    assert both.expected == pytest.approx((one.expected + other.expected) / 2, rel=0.1)
    assert both.hi80 < 1.2 * max(one.hi80, other.hi80)


def test_a_road_of_which_nobody_ever_told_is_silent_and_takes_the_rate_of_the_rest(inside):
    assert inside.rates_by_road.of("rd-dsd") is None
    alone = inside.rates_by_road.on([RoadSpan("rd-dsd", 0.0, 6_000.0)])
    assert alone == RouteRisk.unknown(6_000.0)
    rest = [RoadSpan("rn1", 101_000.0, 131_000.0)]
    known, with_it = (inside.rates_by_road.on(way) for way in (rest, [*rest, RoadSpan("rd-dsd", 0.0, 1_000.0)]))
    assert with_it.expected == pytest.approx(known.expected * 31 / 30)
    assert with_it.silent_m == pytest.approx(known.silent_m + 1_000.0)
    # a road that is no corridor at all is no other thing
    elsewhere = inside.rates_by_road.on([*rest, RoadSpan("no-such-road", 0.0, 1_000.0)])
    assert elsewhere.expected == with_it.expected


def test_a_way_mostly_silent_has_no_figure_but_its_last(artibonite):
    study = am.study(artibonite, as_of="2026-04-24", audience="internal")
    found = [study.rates_by_road.on([RoadSpan("rd-prd", 0.0, 15_000.0), *more])
             for more in ([], [RoadSpan("rd-tnv", 0.0, 26_000.0)])]  # fmt: skip
    assert [one.expected for one in found] == [None, None]
    assert found[0].last_expected > 0
    assert found[1].last_expected is None
    assert (found[0].lo80, found[0].chance, found[0].known) == (None, None, False)


def test_exposure_is_by_length_never_none_and_sums_up_to_the_way(inside, roads):
    exposure = inside.rates_by_road.by_edge(roads)
    assert (exposure > 0).all()
    own = np.flatnonzero((roads.road_id == "rn1") & (roads.from_m >= 94_770.0) & (roads.to_m <= 140_000.0))
    way = [RoadSpan("rn1", float(roads.from_m[own].min()), float(roads.to_m[own].max()))]
    assert exposure[own].sum() == pytest.approx(inside.rates_by_road.on(way).expected, rel=1e-6)
    silent = np.flatnonzero(roads.road_id == "rd-tnv")
    rate = exposure[silent] / roads.network.length_m[silent]
    assert np.allclose(rate, rate[0], rtol=1e-6)
    # cutting edges changes no sum
    cut = roads.cut({"rn1": [100_300.0, 100_700.0], "rd-tnv": [1_500.0]})
    assert inside.rates_by_road.by_edge(cut).sum() == pytest.approx(exposure.sum(), rel=1e-9)


def test_without_any_report_only_length_counts(roads, artibonite):
    nothing = table(crs=artibonite.crs)
    exposure = exposure_by_edge(roads, nothing, as_of=DAY)
    assert np.allclose(exposure, exposure[0] / roads.network.length_m[0] * roads.network.length_m)
    assert route_risk(roads.corridors, [[RoadSpan("rn1", 0.0, 9_000.0)], []], nothing, as_of=DAY) == [
        RouteRisk.unknown(9_000.0), RouteRisk.unknown(0.0),
    ]  # fmt: skip


def test_the_order_of_rows_and_ways_changes_nothing(inside, roads, trips):
    ways = [one.spans for one in trips.routes]
    mixed = inside.events_to_count.sample(frac=1.0, random_state=3)
    ledger = inside.ledger
    other = am.Ledger(
        ledger.claims.sample(frac=1.0, random_state=4).reset_index(drop=True), ledger.subjects, ledger.posts
    )
    asked = {"as_of": DAY, "model": inside.risk_model}
    found = route_risk(roads.corridors, ways[::-1], mixed, ledger=other, **asked)
    assert found[::-1] == [one.risk for one in trips.routes]
    exposure = exposure_by_edge(roads, mixed, ledger=other, **asked)
    assert (exposure == inside.rates_by_road.by_edge(roads)).all()


# -- the ways ------------------------------------------------------------------------


def test_saint_marc_gonaives(trips, inside):
    first, second = trips.routes[:2]
    assert roads_of(first) == ["rn1"]
    assert first.km == pytest.approx(55.2, abs=0.3)
    assert first.why == ("quickest",)
    assert roads_of(second) == SAVIEN
    assert any(one.startswith("avoids:rn1:110.4:") for one in second.why)
    assert second.exposure < first.exposure
    assert second.time_lo_min > first.time_lo_min
    trip = inside.trip("Saint-Marc", "Gonaïves")
    assert first.risk.expected == pytest.approx(trip.expected, rel=1e-6)
    assert [name for name, _ in first.places][:2] == ["Saint-Marc", "Pont-Sondé"]
    assert first.places[-1] == ("Gonaïves", pytest.approx(1000 * first.km))
    assert trips.routes[0].geometry.length == pytest.approx(1000 * first.km, rel=0.05)


@pytest.mark.parametrize("close", ["km 110.4–130.2", "rn1 km 112-113", RoadSpan("rn1", 126_000.0, 115_000.0)])
def test_closing_a_piece_gives_the_way_around_with_its_own_posts_and_rates(inside, trips, close):
    found = am.routes(inside, "Saint-Marc", "Gonaïves", close=close)
    (route,) = found.routes
    assert roads_of(route) == SAVIEN
    names = " ".join(name for name, _ in route.places)
    assert all(one in names for one in ("Savien", "Petite-Rivière", "Dessalines", "Johanisse"))
    assert route.km == pytest.approx(trips.routes[1].km, abs=0.01)
    assert route.risk == trips.routes[1].risk
    assert route.posts.posts == trips.routes[1].posts.posts < trips.routes[0].posts.posts
    assert not route.posts.table["along_m"].between(20_000.0, 50_000.0).any()
    assert [why for _, why in found.closed] == ["asked"]
    assert found.cut_by == ()


def test_a_bridge_without_another_way_says_so(inside):
    found = am.routes(inside, "Saint-Marc", "Gonaïves", close="Pont-Sondé bridge")
    assert found.routes == ()
    assert [span.road_id for span, _ in found.cut_by] == ["rn1"]
    assert len(found.table) == 0
    assert list(found.table.columns) == [one.name for one in TRIPS.columns] + ["geometry"]
    assert "no way leads there" in repr(found)
    assert found.table.attrs["cut_by"][0][0] == "rn1"


def test_what_cuts_the_way_is_named_alone_or_together(inside):
    bridge, savien, plain = "Pont-Sondé bridge", "rd-sav km 3-4", "rn1 km 120-121"
    one = am.routes(inside, "Saint-Marc", "Gonaïves", close=[savien, bridge])
    assert [span.road_id for span, _ in one.cut_by] == ["rn1"]
    # either alone, opened, gives a way
    two = am.routes(inside, "Saint-Marc", "Gonaïves", close=[savien, plain])
    assert [span.road_id for span, _ in two.cut_by] == ["rd-sav", "rn1"]
    # neither alone does
    both = am.routes(inside, "Saint-Marc", "Gonaïves", close=[bridge, "rn1 km 98-99", savien])
    assert both.routes == ()
    assert [span.road_id for span, _ in both.cut_by] == ["rn1", "rn1"]


def test_fronts_are_those_of_all_ways(inside, roads):
    """Every simple way through the area's network, by networkx."""
    time, exposure = np.asarray(roads.network.length_m) / 500.0, inside.rates_by_road.by_edge(roads)
    graph = nx.MultiGraph()
    for edge, (one, other) in enumerate(roads.network.edges.tolist()):
        graph.add_edge(one, other, edge=edge)
    for pair in combinations(["Saint-Marc", "Gonaïves", "Dessalines", "Saint-Michel-de-l'Attalaye", "Verrettes"], 2):
        spots = [roads.spot(name) for name in pair]
        ends = [int(roads.network.edges[spot.edge][0]) for spot in spots]
        # the places are moved to nodes, where enumerating is plain
        start, stop = (Spot(spot.edge, 0.0) for spot in spots)
        costs = set()
        for way in nx.all_simple_edge_paths(graph, *ends):
            edges = [graph.edges[step]["edge"] for step in way]
            costs.add((time[edges].sum(), exposure[edges].sum()))
        front, least = [], np.inf
        for one in sorted(costs):
            if one[1] < least - 1e-12:
                front.append(one)
                least = one[1]
        found = [one.costs for one in Router(roads.network).tradeoffs(start, stop, time, exposure)]
        assert np.allclose(found, front), pair


def test_through_places_is_the_front_of_the_legs(inside):
    found = am.routes(inside, "Saint-Marc", "Gonaïves", via=["Dessalines"], back=True)
    assert found.via == ("Dessalines",)
    assert len(found.routes) >= 1
    for route in (*found.routes, *found.back_routes):
        assert "Dessalines" in [name for name, _ in route.places]
    assert found.back_routes[0].route_id == "back-1"
    assert found.table["route_id"].is_unique
    assert set(zip(found.table["from"], found.table["to"], strict=True)) == {
        ("Saint-Marc", "Gonaïves"), ("Gonaïves", "Saint-Marc"),
    }  # fmt: skip
    # the way back of an only way is that way
    one = am.routes(inside, "Saint-Marc", "Gonaïves", via="Savien", back=True)
    there, home = one.routes[0], one.back_routes[0]
    assert home.km == pytest.approx(there.km)
    assert home.risk.expected == pytest.approx(there.risk.expected)
    assert [(span.road_id, span.to_m, span.from_m) for span in home.spans[::-1]] == list(there.spans)


def test_same_place_twice_and_places_off_the_roads(inside):
    for wrong in (("Saint-Marc", "St Marc"), ("Saint-Marc", "Nowhere at all"), ("Saint-Marc", (-74.1, 18.65))):
        with pytest.raises(PlaceError):
            am.routes(inside, *wrong)
    with pytest.raises(PlaceError, match="twice"):
        am.routes(inside, "Saint-Marc", "Gonaïves", via=["Dessalines", "Dessalines"])
    # from a place and back to it through another is a way
    assert am.routes(inside, "Saint-Marc", "Saint-Marc", via="Pont-Sondé").routes[0].km == pytest.approx(26.1, abs=0.5)


def test_coordinates_kilometres_and_spots_are_places(inside, roads, trips):
    lonlat = gpd.GeoSeries([trips.routes[0].geometry], crs=inside.area.crs).to_crs(4326).iloc[0]
    start, stop = (lonlat.coords[at] for at in (0, -1))
    for ends in ((start, stop), ("rn1 km 94.77", "rn1 km 150.05"), (roads.spot("Saint-Marc"), "Gonaïves")):
        assert am.routes(inside, *ends).routes[0].km == pytest.approx(trips.routes[0].km, abs=0.05)


@pytest.mark.parametrize(
    ("words", "time"), [("06:00", (6, 0)), ("6h30", (6, 30)), ("5", (5, 0)), (dt.time(7, 15), (7, 15))]
)
def test_hours_are_read(inside, words, time):
    found = am.routes(inside, "Saint-Marc", "Pont-Sondé", departure=words, curfew="18:00-05:00")
    assert found.departure == dt.time(*time)
    assert found.curfew == (dt.time(18), dt.time(5))


@pytest.mark.parametrize(
    "wrong",
    [
        {"departure": "noon"}, {"departure": "25:00"}, {"curfew": "18:00"}, {"vehicle": "boat"},
        {"time_min": np.ones(3)},
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(inside, wrong):
    with pytest.raises(ModelError):
        am.routes(inside, "Saint-Marc", "Gonaïves", **wrong)


# -- few that differ -----------------------------------------------------------------


def path(edges, *costs, from_m=None, to_m=None):
    number = len(edges)
    low, high = np.zeros(number) if from_m is None else from_m, np.full(number, 10.0) if to_m is None else to_m
    return RoutePath(np.array(edges), np.asarray(low, dtype=float), np.asarray(high, dtype=float), costs)


def test_thinned_ways_share_little_and_are_four_at_most():
    ways = [path([*range(at, at + 10)], float(at), 20.0 - at) for at in range(14)]
    kept = thinned(ways)
    assert len(kept) == MOST_WAYS
    assert kept[0] is ways[0]
    assert kept[-1] is ways[-1]
    assert all(shared_m(a, b) <= MOST_SHARED * min(a.length_m, b.length_m) for a, b in combinations(kept, 2))
    assert thinned([]) == []
    assert [one.costs for one in thinned(ways[::-1][-1:])] == [ways[0].costs]


def test_shared_length_is_of_the_road_whichever_way_it_is_run():
    one = path([1, 2, 3], 1.0, 1.0, from_m=[4, 0, 0], to_m=[10, 10, 5])
    other = path([3, 2, 1], 1.0, 1.0, from_m=[2, 10, 10], to_m=[0, 0, 6])
    assert shared_m(one, other) == pytest.approx(2 + 10 + 4)
    there_and_back = path([2, 2], 1.0, 1.0, from_m=[0, 8], to_m=[8, 0])
    assert shared_m(there_and_back, one) == pytest.approx(8)


def test_legs_join_and_dominated_ways_go():
    first = [path([1], 1.0, 4.0, to_m=[6]), path([2], 2.0, 3.0)]
    then = [path([1], 1.0, 9.0, from_m=[6]), path([3], 3.0, 8.0)]
    joined = through([first, then])
    assert [one.costs for one in joined] == [(2.0, 13.0), (3.0, 12.0), (5.0, 11.0)]
    assert joined[0].edges.tolist() == [1]
    assert (joined[0].from_m[0], joined[0].to_m[0]) == (0.0, 10.0)
    assert through([first, []]) == []


# -- the table -----------------------------------------------------------------------


def test_the_table_holds_what_the_routes_hold(trips):
    shown = trips.table
    assert shown.equals(schema.conform(shown, TRIPS))
    assert shown["route_id"].tolist() == [one.route_id for one in trips.routes]
    assert shown["expected_reported"].tolist() == [one.risk.expected for one in trips.routes]
    assert shown["posts"].tolist() == [one.posts.posts for one in trips.routes]
    assert shown["via"].str.startswith("RN1; Pont-Sondé").all()
    assert am.model_of(shown, RiskModel) == trips.study.risk_model
    assert am.model_of(shown, type(trips.speeds)) == trips.speeds
    assert shown.attrs["as_of"] == DAY
    assert "55.3 km" in repr(trips)
    assert "<b>" in trips._repr_html_()


@pytest.mark.parametrize(
    ("complete", "sums", "fees"),
    [
        (True, [(Per.TRIP, "HTG", 2, 500.0, 900.0)], (500.0, 900.0, "HTG")),
        (False, [(Per.TRIP, "HTG", 2, 500.0, 900.0)], (500.0, None, "HTG")),
        (True, [(Per.DAY, "HTG", 2, 500.0, 900.0)], (None, None, None)),
        (True, [(Per.TRIP, "HTG", 1, 500.0, 900.0), (Per.TRIP, "USD", 2, 5.0, None)], (5.0, None, "USD")),
        (True, [], (None, None, None)),
    ],
)
def test_a_sum_of_fees_is_a_total_only_where_all_are_known(trips, complete, sums, fees):
    posts = replace(trips.routes[0].posts, asked=tuple(Asked(*one) for one in sums), complete=complete)
    made = replace(trips, routes=(replace(trips.routes[0], posts=posts),)).table.iloc[0]
    assert [None if pd.isna(made[one]) else made[one] for one in ("fee_lo", "fee_hi", "currency")] == list(fees)


def test_posts_cost_minutes_and_are_no_walls(inside, trips):
    quick = trips.routes[0]
    middle = (quick.time_lo_min + quick.time_hi_min) / 2
    assert quick.posts.posts > 0
    assert quick.path.costs[0] > middle
    assert set(inside.checkpoints_by_road) == set(checkpoints_by_road(trips.roads.corridors, inside.ledger, as_of=DAY))


# -- statuses ------------------------------------------------------------------------


def status(*rows, crs):
    base = {
        "part": "road",
        "road_id": "rn1",
        "physical": "closed",
        "security": "unknown",
        "operational": "unknown",
        "licence": "own",
        "sensitivity": "low",
    }
    made = [
        base | {"status_id": f"s{n}", "source": f"source {n}", "geometry": shapely.Point(), **one}
        for n, one in enumerate(rows)
    ]
    return schema.conform(gpd.GeoDataFrame(made, geometry="geometry", crs=crs), ROAD_STATUS)


def with_status(study, *rows):
    """The study with statuses that everybody may see."""
    made = am.road_status_on(status(*rows, crs=study.area.crs), as_of=study.as_of)
    other = replace(study)
    other.__dict__["road_status"] = made
    other.__dict__["rates_by_road"] = study.rates_by_road
    return other


@pytest.mark.parametrize(
    ("row", "vehicle", "closes"),
    [
        ({"from_m": 115_000.0, "to_m": 116_000.0, "as_of": "2024-10-10"}, "truck", True),
        ({"from_m": 115_000.0, "to_m": 116_000.0, "as_of": "2020-10-10"}, "truck", False),  # no longer lives
        ({"from_m": 115_000.0, "to_m": 116_000.0, "as_of": "2024-10-10", "vehicle": "truck"}, "container_truck", True),
        ({"from_m": 115_000.0, "to_m": 116_000.0, "as_of": "2024-10-10", "vehicle": "truck"}, "motorcycle", False),
    ],
)  # fmt: skip
def test_a_living_closure_is_avoided_and_named(inside, row, vehicle, closes):
    found = am.routes(with_status(inside, row), "Saint-Marc", "Gonaïves", vehicle=vehicle)
    assert (roads_of(found.routes[0]) == SAVIEN) is closes
    assert [why for _, why in found.closed] == (["s0"] if closes else [])
    assert found.closings is not None
    assert found.table["closed_by"].dropna().unique().tolist() == [why for _, why in found.blocking]


def test_a_closure_that_ends_where_the_way_comes_in_is_not_on_it(inside):
    row = {"from_m": 110_400.0, "to_m": 130_200.0, "as_of": "2024-10-10"}
    (route,) = am.routes(with_status(inside, row), "Saint-Marc", "Gonaïves").routes
    assert roads_of(route) == SAVIEN
    assert len(route.road_status) == 0
    assert route.posts.passable != "no"


def test_a_closure_that_leaves_no_way_is_named_as_what_cuts_it(inside):
    row = {"from_m": 100_000.0, "to_m": 100_500.0, "as_of": "2024-10-10"}
    found = am.routes(with_status(inside, row), "Saint-Marc", "Gonaïves", close="rn1 km 120-121")
    assert found.routes == ()
    assert [why for _, why in found.cut_by] == ["s0"]


# -- who sees it ---------------------------------------------------------------------

HEADER = "date,place,kind,actors,killed,source,said_by,is_party,sensitivity,summary\n"


@pytest.fixture
def study_of(artibonite, tmp_path):
    def make(*rows, audience="partners"):
        file = tmp_path / "own.csv"
        lines = [f"{day},{place},{kind},Gran Grif,2,radio,listener,no,severe,A bus.\n" for day, place, kind in rows]
        file.write_text(HEADER + "".join(lines), encoding="utf-8")
        return am.study(artibonite, events=file, as_of=DAY, audience=audience)

    return make


def shown(study):
    found = am.routes(study, "Saint-Marc", "Gonaïves")
    rows = found.table.drop(columns="geometry").to_csv() + found.table.geometry.to_wkt().to_csv()
    risks = [(one.risk.to_dict(), one.exposure, one.posts.table.to_csv(), one.why) for one in found.routes]
    return rows, risks, study.rates_by_road.by_edge(found.roads).tolist()


def test_no_way_tells_of_a_row_that_is_held_back(study_of):
    """Rows of a cell differ in day, kind and place, on RN1 and on another road, and nothing that is shown does."""
    spots = ("Savien", "Pont-Sondé", "Saint-Marc", "Savien", "Savien", "Pont-Sondé")
    days = (3, 4, 12, 15, 20, 28)
    first = [(f"2024-09-{day:02d}", place, "road_ambush") for day, place in zip(days, spots, strict=True)]
    moved = {"Pont-Sondé": "Saint-Marc", "Saint-Marc": "Pierre Payen"}
    other = [
        (f"2024-09-{31 - day:02d}", moved.get(place, place), "abduction")
        for day, place in zip(days, spots, strict=True)
    ]
    one = study_of(*first)
    assert shown(one) == shown(study_of(*other[::-1]))
    ids = {
        name: one.rates_by_road.events_of(one.rates_by_road.roads[name])["event_id"]
        for name in ("rn1", "rd-sav", "rd-prd")
    }
    counted = {name: int(those.str.startswith(CELL).sum()) for name, those in ids.items()}
    # each row counts on one road
    assert sum(counted.values()) <= len(first)
    assert counted["rn1"] >= 3
    alone = shown(study_of(("2024-09-09", "Savien", "abduction")))
    assert alone == shown(study_of())


@pytest.mark.parametrize(
    "asked",
    [
        {"departure": "06:00"}, {"via": "Dessalines"}, {"close": "rn1 km 110-120"}, {"back": True},
        {"vehicle": "motorcycle"}, {"curfew": "18:00-05:00"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("audience", ["partners", "public"])
def test_a_plan_is_internal(of_day, asked, audience):
    with pytest.raises(ShareError, match="audience='internal'"):
        am.routes(replace(of_day, audience=am.study(of_day.area, as_of=DAY, audience=audience).audience), "Saint-Marc",
                  "Gonaïves", **asked)  # fmt: skip


def test_others_see_ways_between_cities(of_day):
    found = am.routes(of_day, "Saint-Marc", "Gonaïves")
    assert found.audience == "partners"
    assert found.routes[0].risk.expected == pytest.approx(of_day.trip("Saint-Marc", "Gonaïves").expected, rel=1e-6)
    for other in ("rn1 km 100", (-72.5, 19.2), "Savien"):
        with pytest.raises(ShareError):
            am.routes(of_day, "Saint-Marc", other)


# -- networks of one's own -------------------------------------------------------------


@pytest.fixture(scope="module")
def square():
    """Two ways round a square: the lower one is quick, the upper one has less of the second cost."""
    nodes = [[500_000, 2_100_000], [501_000, 2_100_000], [501_000, 2_101_000], [500_000, 2_101_000]]
    return RoadNetwork.from_edges(nodes, [[0, 1], [1, 2], [0, 3], [3, 2]], crs="EPSG:32618")


def test_a_network_of_ones_own(square):
    time, cost = np.array([1.0, 1.0, 2.0, 2.0]), np.array([3.0, 3.0, 1.0, 1.0])
    found = am.routes(square, Spot(0, 0.0), Spot(1, 1_000.0), time_min=time, exposure=cost, back=True)
    assert [one.path.costs for one in found.routes] == [(2.0, 6.0), (4.0, 2.0)]
    assert found.study is None
    assert found.audience == "internal"
    assert [one.risk.expected for one in found.routes] == [None, None]
    assert found.routes[0].risk.silent_m == 2_000.0
    assert found.table["passable_for"].unique().tolist() == ["unknown"]
    assert len(found.back_routes) == 2
    walled = am.routes(square, Spot(0, 0.0), Spot(1, 1_000.0), time_min=np.array([np.inf, 1.0, np.inf, 2.0]))
    assert walled.routes == ()
    low_high = am.routes(square, Spot(0, 0.0), Spot(1, 1_000.0), time_min=np.stack([time, 2 * time], axis=1))
    assert (low_high.routes[0].time_lo_min, low_high.routes[0].time_hi_min) == (2.0, 4.0)
    for wrong in (np.ones(3), -time, np.full(4, np.nan)):
        with pytest.raises(ModelError):
            am.routes(square, Spot(0, 0.0), Spot(1, 1_000.0), time_min=wrong)
    with pytest.raises(PlaceError):
        am.routes(square, "Saint-Marc", Spot(1, 1_000.0), time_min=time)


def test_lines_of_ones_own_close_by_their_kilometres():
    lines = gpd.GeoDataFrame(
        {"road_id": ["low", "high"], "class": ["national", "national"]},
        geometry=gpd.GeoSeries.from_wkt([
            "LINESTRING (500000 2100000, 510000 2100000)",
            "LINESTRING (500000 2100000, 500000 2105000, 510000 2105000, 510000 2100000)",
        ]),
        crs="EPSG:32618",
    )  # fmt: skip
    roads = AreaRoads.from_lines(lines)
    ends = roads.at("low", 100.0), roads.at("low", 9_900.0)
    found = am.routes(roads, *ends)
    assert [roads_of(one) for one in found.routes] == [["low"]]
    around = am.routes(roads, *ends, close=RoadSpan("low", 4_000.0, 5_000.0))
    assert roads_of(around.routes[0]) == ["low", "high", "low"]
    assert around.routes[0].km == pytest.approx(20.2)


def test_movements_stand_beside_the_reports(artibonite, tmp_path):
    file = tmp_path / "trucks.csv"
    days = [f"2024-08-{day:02d}" for day in range(1, 9)]
    file.write_text("date,from,to,outcome\n" + "".join(f"{day},Saint-Marc,Gonaïves,passed\n" for day in days))
    first, second = am.trip("Saint-Marc", "Gonaïves", as_of=DAY, movements=file).routes
    assert (first.passages.passages, first.passages.newest) == (8, "2024-08-08")
    assert 0 < first.passages.rate.chance < 0.2
    assert second.passages.rate is None
    others = am.routes(am.study(artibonite, as_of=DAY, movements=file), "Saint-Marc", "Gonaïves")
    assert others.table["passages"].iloc[0] == 8
    assert others.routes[0].passages.newest is None


def test_in_one_call(trips):
    found = am.trip("Saint-Marc", "Gonaïves", as_of=DAY)
    assert found.audience == "internal"
    pd.testing.assert_frame_equal(pd.DataFrame(found.table), pd.DataFrame(trips.table))


SILENT = ("silent", "unobserved")


@pytest.mark.parametrize("day", ["2024-10-15", "2024-03-01"])
@pytest.mark.parametrize(
    ("ends", "asked"),
    [
        (("Saint-Marc", "Gonaïves"), {}),
        (("Saint-Marc", "Gonaïves"), {"close": "rn1 km 110.4-130.2", "back": True}),
        (("Saint-Marc", "Gonaïves"), {"via": ["Verrettes", "Dessalines"]}),
        (("Gonaïves", "Port-au-Prince"), {}),
        (("Mirebalais", "Gonaïves"), {}),
        (("Dessalines", "Saint-Marc"), {"close": "rn1 km 100-101"}),
    ],
)
def test_the_kilometres_painted_as_silent_are_those_counted_as_silent(artibonite, ends, asked, day):
    found = am.routes(am.study(artibonite, as_of=day, audience="internal"), *ends, **asked)
    content = trip_content(found)
    for way in content.all_ways:
        painted = sum(one.to_m - one.from_m for one in way.pieces if one.mark in SILENT)
        # a seam between roads, a few metres long, is as the piece before it
        assert painted == pytest.approx(way.risk.silent_m, rel=1e-3, abs=1.0)
        assert sum(one.to_m - one.from_m for one in way.pieces) == pytest.approx(way.km * 1000)
        drawn = strip(way, 0, way.km, "en")
        dotted = {style.mark(one).colour for one in SILENT}
        points = {one.points for one in drawn.strokes if one.colour in dotted and one.dash.startswith("0 ")}
        lengths = [_drawn(one) for one in points]
        assert sum(lengths) == pytest.approx(290.0 * painted / (way.km * 1000), abs=0.2 * (1 + len(lengths)))


def _drawn(points):
    (_, low), (_, high) = (one.split(",") for one in points.split())
    return float(high) - float(low)


def test_what_is_driven_twice_is_silent_twice(inside):
    there = [RoadSpan("rd-des", 0.0, 9_000.0)]
    once, twice = (inside.rates_by_road.driven(way) for way in (there, [*there, RoadSpan("rd-des", 9_000.0, 0.0)]))
    assert once.silent_m > 0
    assert twice.silent_m == pytest.approx(2 * once.silent_m)


@pytest.mark.parametrize("day", ["2024-10-15", "2025-06-15", "2026-02-01"])
def test_every_post_that_is_counted_stands_in_the_list(artibonite, day):
    content = trip_content(am.routes(am.study(artibonite, as_of=day, audience="internal"), "Saint-Marc", "Gonaïves"))
    for way in content.ways:
        assert len(way.post_rows) == way.posts.number + way.posts.doubtful


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"start": None}, r"None is no place: give a name"), ({"start": 5}, "5 is no place"),
        ({"start": ("x", 1)}, r"\(lon, lat\) as two numbers"), ({"start": []}, "is no place"),
        ({"start": "Sain-Mark"}, "did you mean Saint-Marc"), ({"start": "Sein-Mark"}, "did you mean Saint-Marc"),
        ({"via": 5}, "via=5 cannot be read"), ({"via": [None]}, "None is no place"), ({"close": 5}, "close=5"),
        ({"vehicle": None}, "None is no vehicle"), ({"vehicle": "trukc"}, "did you mean 'truck'"),
        ({"departure": 6}, "6 is no time of day"), ({"departure": True}, "no time of day"),
        ({"curfew": 18}, "no curfew"),
        ({"curfew": (18, 5)}, "no time of day"), ({"speeds": 5}, "artimap.SpeedModel"),
    ],
)  # fmt: skip
def test_what_is_of_a_wrong_kind_is_told_in_a_sentence(inside, asked, said):
    with pytest.raises(am.ArtimapError, match=said):
        am.routes(inside, asked.pop("start", "Saint-Marc"), "Gonaïves", **asked)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"audience": "intern"}, "did you mean 'internal'"), ({"audience": None}, "no audience"),
        ({"model": 5}, "artimap.RiskModel"), ({"policy": "open"}, "artimap.SharePolicy"),
        ({"road_status": "none.csv"}, "artimap template road-status -o none.csv"),
        ({"movements": "none.xlsx"}, "artimap template movements -o none.xlsx"),
        ({"claims": "none.csv"}, "artimap template claims -o none.csv"),
        ({"events": "none.csv"}, "artimap template events -o none.csv"),
        ({"road_status": "none.gpkg"}, "artimap template road-status$"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_there_names_its_own_template(artibonite, given, said):
    with pytest.raises(am.ArtimapError, match=said):
        am.trip("Saint-Marc", "Gonaïves", area=artibonite, **given)


def test_a_file_of_posts_that_is_not_there_names_its_own_template(artibonite):
    with pytest.raises(am.ArtimapError, match=r"artimap template checkpoints -o none\.csv"):
        am.read_checkpoints("none.csv", area=artibonite)


@pytest.mark.parametrize(
    "words",
    [
        "km111-112", "km111 - km112", "km 111 à 112", "111–112 km", "rn1 km111-112", "RN1 km111-km112", "pk111-pk112",
        "du km111 au km112", "Km111/112", "111km-112km", "ant km111 ak km112",
    ],
)  # fmt: skip
def test_kilometres_are_read_however_they_are_spaced(roads, words):
    assert roads.read_span(words) == RoadSpan("rn1", 111_000.0, 112_000.0)


POSTS = "place,road,lat,lon,kind,operator,vehicle,amount,currency,waiting_min,state,first_seen,last_confirmed,source\n"


@pytest.fixture(scope="module")
def with_posts(artibonite, tmp_path_factory):
    def make(*rows):
        file = tmp_path_factory.mktemp("posts") / "posts.csv"
        file.write_text(POSTS + "".join(f"{row}\n" for row in rows), encoding="utf-8")
        study = am.study(artibonite, events=file, as_of=DAY, audience="internal")
        return study, am.routes(study, "Saint-Marc", "Gonaïves", vehicle="bus").routes[0].posts

    return make


@pytest.mark.parametrize(
    ("row", "amount"),
    [
        ("Carrefour Paye,,,,toll,Gran Grif,bus,3500,HTG,30,standing,2024-10-10,2024-10-12,Radio B", 3_500.0),
        ("Carrefour Paye,,,,toll,Gran Grif,bus,900,HTG,30,standing,2024-09-01,2024-09-01,Radio B", 2_500.0),
        ("Carrefour Paye,,,,toll,,any,3000-4000,HTG,30,standing,2024-10-12,2024-10-12,Radio B", 3_000.0),
        ("Carrefour Paye,,,,toll,Gran Grif,truck,9000,HTG,30,standing,2024-10-12,2024-10-12,Radio B", 2_500.0),
    ],
)
def test_ones_own_word_on_a_known_post_counts_once_and_the_newer_wins(inside, with_posts, row, amount):
    known = am.routes(inside, "Saint-Marc", "Gonaïves", vehicle="bus").routes[0].posts
    study, found = with_posts(row)
    assert (found.posts, len(found.table)) == (known.posts, len(known.table))
    (asked,) = found.asked
    assert asked.low == amount
    post = study.checkpoints.set_index("checkpoint_id").loc["rn1-carrefour-paye-toll"]
    # the older is kept in words
    assert "2,500 gourdes for a bus" in post["fees"]
    assert "Radio B" in post["sources"]
    assert any("known already" in note and note.endswith("1") for note in study.own.notes)


@pytest.mark.parametrize(
    "row",
    [
        "L'Estère,,,,toll,Gran Grif,bus,3500,HTG,30,standing,2024-10-10,2024-10-12,Radio B",
        "Carrefour Paye,,,,police_post,PNH,bus,,,30,standing,2024-10-10,2024-10-12,Radio B",
        "Carrefour Paye,,,,toll,Kokorat San Ras,bus,3500,HTG,30,standing,2024-10-10,2024-10-12,Radio B",
    ],
)
def test_another_place_kind_or_keeper_is_another_post(inside, with_posts, row):
    known = am.routes(inside, "Saint-Marc", "Gonaïves", vehicle="bus").routes[0].posts
    study, found = with_posts(row)
    assert len(found.table) == len(known.table) + 1
    assert not any("known already" in note for note in study.own.notes)


def test_a_removed_post_of_ones_own_takes_the_known_one_off(inside, with_posts):
    known = am.routes(inside, "Saint-Marc", "Gonaïves", vehicle="bus").routes[0].posts
    _, found = with_posts("Carrefour Paye,,,,toll,Gran Grif,,,,,removed,2024-10-13,2024-10-13,Radio B")
    assert found.posts == known.posts - 1
    assert "rn1-carrefour-paye-toll" in found.removed

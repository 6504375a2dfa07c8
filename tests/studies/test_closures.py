"""Closures: the way round, who is cut off, and what is not known, against brute force and the embedded roads."""

from __future__ import annotations

import heapq

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import artimap as am
from artimap.areas.road_network import AreaRoads, area_roads
from artimap.areas.roadside import RoadsidePoints
from artimap.cli import main
from artimap.core import schema
from artimap.core.i18n import words
from artimap.core.tables import CLOSURES
from artimap.roads.network.graph import RoadNetwork
from artimap.roads.routing.cut_off import CutTree, ways_round, ways_without
from artimap.roads.routing.router import Router
from artimap.roads.routing.spans import RoadSpan
from artimap.roads.routing.terminals import Spot
from artimap.studies.closures import closures, isolation

CRS = "EPSG:32618"


@pytest.fixture(scope="module")
def roads(artibonite) -> AreaRoads:
    return area_roads(artibonite)


@pytest.fixture(scope="module")
def rn1_shut(roads):
    return closures(roads, "rn1")


# -- small networks, by brute force ----------------------------------------------


@st.composite
def networks(draw):
    """Parallel edges, loops, edges of no length, parts apart, edges that nobody passes."""
    nodes = draw(st.integers(2, 8))
    number = draw(st.integers(1, 14))
    ends = st.integers(0, nodes - 1)
    edges = draw(st.lists(st.tuples(ends, ends), min_size=number, max_size=number))
    # Powers of three: no two sets of edges are equally long.
    size = draw(st.permutations(range(number)))
    length = np.array([float(3**one) for one in size])
    if draw(st.booleans()):
        length[draw(st.integers(0, number - 1))] = 0.0
    passable = np.array(draw(st.lists(st.sampled_from([True, True, True, False]), min_size=number, max_size=number)))
    net = RoadNetwork.from_edges(np.arange(nodes * 2.0).reshape(nodes, 2) * 0.0, edges, length, crs=CRS)
    at = st.tuples(st.integers(0, number - 1), st.sampled_from([0.0, 0.4, 1.0]))
    places = draw(st.lists(at, min_size=1, max_size=6))
    goal = draw(st.lists(at, max_size=2))
    return net, passable, places, goal


def reached(net: RoadNetwork, start: int, open_edges) -> dict[int, float]:
    """Give the metres from a node to all that can be reached."""
    best, heap = {}, [(0.0, start)]
    while heap:
        far, node = heapq.heappop(heap)
        if node in best:
            continue
        best[node] = far
        for edge in open_edges:
            one, other = net.edges[edge].tolist()
            for a, b in ((one, other), (other, one)):
                if a == node and b not in best:
                    heapq.heappush(heap, (far + float(net.length_m[edge]), b))
    return best


def spots_of(net, places):
    edge = np.array([one for one, _ in places], dtype=np.int64)
    return edge, np.array([share for _, share in places]) * net.length_m[edge]


def nodes_of(net, passable, edge, offset):
    """Give the nodes by which a place is reached while its edge is open."""
    one, other = net.edges[edge].tolist()
    length = net.length_m[edge]
    if 0 < offset < length and passable[edge]:
        return [one, other]
    return [other] if offset * 2 > length else [one]


@settings(max_examples=150)
@given(networks())
def test_bridges_and_ways_round_are_those_of_brute_force(made):
    net, passable, _, _ = made
    tree = CutTree(net, passable)
    times = np.where(passable[:, None], net.length_m[:, None] * [1.0, 3.0], np.inf)
    free = np.flatnonzero(passable)
    found = ways_round(Router(net), free, times)
    for edge, way in zip(free.tolist(), found, strict=True):
        rest = [one for one in free.tolist() if one != edge]
        start, stop = net.edges[edge].tolist()
        far = reached(net, start, rest).get(stop)
        assert tree.bridges[edge] == (far is None)
        if far is None:
            assert not np.isfinite(way).any()
        else:
            assert way == pytest.approx([far, far, 3.0 * far], abs=1e-6)
    assert not tree.bridges[~passable].any()
    if passable.all():
        assert (tree.bridges == Router(net).bridges()).all()


@settings(max_examples=150)
@given(networks())
def test_who_is_cut_off_is_who_brute_force_cuts_off(made):
    net, passable, places, goal = made
    edges = np.flatnonzero(passable)
    edge_at, offset = spots_of(net, places)
    reach = spots_of(net, goal) if goal else None
    parted = CutTree(net, passable).parted(edges, (edge_at, offset), reach=reach)
    for row, edge in enumerate(edges.tolist()):
        rest = [one for one in edges.tolist() if one != edge]
        one, other = net.edges[edge].tolist()
        sides = [set(reached(net, node, rest)) for node in (one, other)]
        if sides[0] == sides[1]:  # a way round is left
            assert not parted.cut[row].any()
            assert not parted.loses[row]
            continue
        if goal:
            holds = [
                any(
                    (at == edge and 0 < off < net.length_m[edge])
                    or any(node in side for node in nodes_of(net, passable, at, off))
                    for at, off in zip(*reach, strict=True)
                )
                for side in sides
            ]
            lost = [
                side for side, has, rest_has in ((sides[0], *holds), (sides[1], *holds[::-1])) if rest_has and not has
            ]
        else:
            length = [sum(net.length_m[e] for e in rest if net.edges[e][0] in side) for side in sides]
            lost = [sides[0]] if length[0] < length[1] else [sides[1]]
        assert parted.loses[row] == bool(lost)
        for at, (place, off) in enumerate(zip(edge_at.tolist(), offset.tolist(), strict=True)):
            on = place == edge and 0 < off < net.length_m[edge]
            assert parted.on[row, at] == (on and bool(lost))
            inside = any(nodes_of(net, passable, place, off)[0] in side for side in lost)
            assert parted.cut[row, at] == (inside and not on)


@settings(max_examples=60)
@given(networks())
def test_what_a_closure_adds_to_a_journey_is_the_least_way_left(made):
    net, passable, places, _ = made
    times = np.where(passable[:, None], net.length_m[:, None] * [1.0, 3.0], np.inf)
    start, stop = (Spot(edge, 0.0) for edge, _ in (places[0], places[-1]))
    nodes = [int(net.edges[one.edge, 0]) for one in (start, stop)]
    found = ways_without(Router(net), start, stop, times)
    free = np.flatnonzero(passable).tolist()
    far = reached(net, nodes[0], free).get(nodes[1])
    assert (found is None) == (far is None)
    if found is None:
        return
    for edge, way in zip(found[0].edges.tolist(), found[1], strict=True):
        left = reached(net, nodes[0], [one for one in free if one != edge]).get(nodes[1])
        if found[0].length_m:
            assert way.length_m == (np.inf if left is None else pytest.approx(left, abs=1e-6))


# -- the embedded roads ------------------------------------------------------------


def test_the_table_holds_its_schema_in_road_order(rn1_shut):
    table = rn1_shut.table
    schema.conform(table, CLOSURES, crs=CRS)
    assert table["from_m"].is_monotonic_increasing
    assert table["from_m"].iloc[1:].tolist() == table["to_m"].iloc[:-1].tolist()
    assert (table["to_m"] - table["from_m"]).max() <= 1_000.1
    assert table["detour_km"].isna().equals(table["bridge"])
    assert (table["detour_lo_min"].dropna() < table["detour_hi_min"].dropna()).all()
    known = table.dropna(subset=["people_lo"])
    assert (known["people_lo"] <= known["people_hi"]).all()


@pytest.mark.parametrize("km", [98.0, 104.0, 109.0])
def test_between_saint_marc_and_the_first_turn_off_there_is_no_other_way(rn1_shut, km):
    row = rn1_shut.table[(rn1_shut.table["from_m"] <= km * 1000) & (rn1_shut.table["to_m"] > km * 1000)].iloc[0]
    assert row["bridge"]
    assert pd.isna(row["longer_min"])
    assert "Saint-Marc" in row["cut_off_places"]
    assert "Gonaïves" not in row["cut_off_places"]
    # Port-au-Prince has no figure in the data; parts of the commune of Saint-Marc lie on both sides.
    assert row["people_unknown"] >= 1
    assert row["people_lo"] < row["people_hi"]


@pytest.mark.parametrize("km", [112.0, 125.0, 140.0, 170.0])
def test_where_a_way_is_left_nobody_is_cut_off(rn1_shut, km):
    row = rn1_shut.table[rn1_shut.table["from_m"] == km * 1000].iloc[0]
    assert not row["bridge"]
    assert row["detour_km"] > 50
    assert row["longer_min"] > 0
    assert (row[["people_lo", "people_hi", "people_unknown", "fuel", "markets"]] == 0).all()


def test_each_way_round_is_the_least_way_of_the_router(rn1_shut):
    roads = rn1_shut.roads
    times, router = rn1_shut.speeds.times(roads, "truck"), Router(roads.network)
    cost = times.mean(axis=1)
    edges = np.flatnonzero(roads.road_id == "rn1")
    edges = edges[np.argsort(roads.from_m[edges])]
    for row, edge in list(zip(rn1_shut.table.to_dict("records"), edges.tolist(), strict=True))[::9]:
        shut = np.arange(len(cost)) == edge
        ends = Spot(edge, 0.0), Spot(edge, float(roads.network.length_m[edge]))
        way = router.least(*ends, cost, closed=shut)
        assert row["bridge"] == (way is None)
        if way is not None:
            assert row["detour_km"] == pytest.approx(way.length_m / 1000, rel=1e-5)
            assert (row["detour_lo_min"] + row["detour_hi_min"]) / 2 == pytest.approx(way.costs[0], rel=1e-5)


def test_pairs_of_cities_are_told_with_and_without(rn1_shut):
    pairs = rn1_shut.pairs
    one = pairs[(pairs["start"] == "Saint-Marc") & (pairs["stop"] == "Gonaïves")].set_index("from_m")
    assert one["km"].iloc[0] == pytest.approx(55.2, abs=0.3)
    assert pd.isna(one.loc[100_000.0, "without_km"])
    assert one.loc[120_000.0, "without_km"] == pytest.approx(74.6, abs=0.5)


def test_a_town_to_reach_changes_who_is_cut_off(roads):
    either = closures(roads, "rn1", reach=("St Marc", "Gonaives")).table.set_index("from_m")
    # Each side still reaches one of them.
    assert either.loc[100_000.0, "bridge"]
    assert either.loc[100_000.0, "people_hi"] == 0
    one = closures(roads, "rn1", reach=["Saint-Marc"]).table.set_index("from_m")
    assert "Gonaïves" in one.loc[100_000.0, "cut_off_places"]
    assert "Saint-Marc" not in one.loc[100_000.0, "cut_off_places"]
    with pytest.raises(am.PlaceError):
        closures(roads, "rn1", reach=["Xanadu"])


def test_no_figure_is_unknown_and_never_zero(rn1_shut, roads):
    near_capital = rn1_shut.table.iloc[3]
    assert near_capital["bridge"]
    assert pd.isna(near_capital["people_lo"])
    assert near_capital["people_unknown"] == 1
    assert rn1_shut.table["health"].isna().all()  # no list is embedded
    tally = RoadsidePoints.of(roads).tally(
        *(np.zeros((2, len(RoadsidePoints.of(roads).kind)), dtype=bool),) * 2, np.array([True, False])
    )
    assert tally["people_hi"].isna().tolist() == [True, False]


def test_own_points_count_and_make_a_list(roads):
    clinic = gpd.GeoDataFrame(
        {"kind": ["health", "fuel"]}, geometry=gpd.points_from_xy([-72.694, -72.694], [19.108, 19.108]), crs="EPSG:4326"
    )
    plain = closures(roads, "rn1").table.set_index("from_m").loc[100_000.0]
    more = closures(roads, "rn1", points=clinic).table.set_index("from_m").loc[100_000.0]
    assert more["health"] == 1
    assert more["fuel"] == plain["fuel"] + 1
    with pytest.raises(am.DataError, match="fuel, health, market"):
        closures(roads, "rn1", points=clinic.assign(kind="school"))


def test_a_network_of_ones_own_without_an_area():
    lines = gpd.GeoDataFrame(
        {"road_id": ["a", "b", "c"], "class": ["national", "track", "path"]},
        geometry=gpd.GeoSeries.from_wkt(
            [
                "LINESTRING (0 0, 1000 0, 2000 0, 3000 0)",
                "LINESTRING (1000 0, 1500 900, 2000 0)",
                "LINESTRING (0 0, 0 500)",
            ]
        ),
        crs=CRS,
    )
    roads = AreaRoads.from_lines(lines)
    shut = closures(roads, "a")
    assert shut.table["bridge"].tolist() == [True, False, True]
    assert shut.table["people_hi"].isna().tolist() == [True, False, True]
    assert shut.table["fuel"].isna().all()
    # A truck does not pass a path, open or closed.
    assert not closures(roads, "c").table["bridge"].any()
    assert closures(roads, "c", vehicle="on_foot").table["bridge"].all()
    assert len(isolation(roads, RoadSpan("a", 1000.0, 2000.0)).pairs) == 0
    with pytest.raises(am.PlaceError, match="no road"):
        closures(roads, "z")
    assert isolation(roads, RoadSpan("a", 1000.0, 2000.0)).whole
    apart = isolation(roads, RoadSpan("a", 2000.0, 2500.0))
    assert not apart.whole
    assert apart.table["people_hi"].isna().all()


def test_two_lines_of_one_road_side_by_side():
    lines = gpd.GeoDataFrame(
        {"road_id": ["a", "a"]},
        geometry=gpd.GeoSeries.from_wkt(["LINESTRING (0 0, 900 0)", "LINESTRING (0 0, 450 1, 900 0)"]),
        crs=CRS,
    )
    table = closures(AreaRoads.from_lines(lines), "a").table
    assert len(table) == 2
    assert not table["bridge"].any()
    assert table["piece_id"].is_unique


# -- several closures ------------------------------------------------------------------


def test_closing_the_bridge_of_pont_sonde_cuts_the_south_from_the_north(roads):
    told = isolation(roads, "pont de Pont-Sondé")
    table = told.table
    north, south = (table[table["cities"].str.contains(one, na=False)].iloc[0] for one in ("Gonaïves", "Saint-Marc"))
    assert "Saint-Marc" in north["cut_off_from"]
    assert "Gonaïves" in south["cut_off_from"]
    assert "Verrettes" in south["places"]
    assert south["people_lo"] > 0
    pair = told.pairs[(told.pairs["start"] == "Gonaïves") & (told.pairs["stop"] == "Saint-Marc")].iloc[0]
    assert pair["km"] == pytest.approx(55.2, abs=0.3)
    assert pd.isna(pair["without_km"])


def test_closing_what_has_a_way_round_cuts_nobody_off(roads):
    told = isolation(roads, "rn1 km 131–132")
    assert told.table["cut_off_from"].isna().all()
    pair = told.pairs[(told.pairs["start"] == "Gonaïves") & (told.pairs["stop"] == "Saint-Marc")].iloc[0]
    assert pair["without_km"] > pair["km"]
    assert any("still" in line for line in told.lines("en"))


def test_what_lies_on_closed_road_stands_apart(roads):
    table = isolation(roads, ["rn1 km 112–124", RoadSpan("rn1", 131_000.0, 132_000.0)]).table
    closed = table[table["on_closed"]].iloc[0]
    assert "Villard" in closed["places"]
    assert pd.isna(closed["cut_off_from"])
    with pytest.raises(am.DataError, match="nothing is closed"):
        isolation(roads, [])


def test_more_closures_never_cut_off_fewer(roads):
    few = isolation(roads, ["rn1 km 98–100"]).pairs
    many = isolation(roads, ["rn1 km 98–100", "rn1 km 140–142", "rd-des"]).pairs
    assert set(few.loc[few["without_km"].isna(), ["start", "stop"]].itertuples(index=False)) <= set(
        many.loc[many["without_km"].isna(), ["start", "stop"]].itertuples(index=False)
    )


# -- who sees it, words, files -----------------------------------------------------------


def test_only_internal_eyes_see_it(artibonite, capsys):
    for audience in ("partners", "public"):
        study = am.study(artibonite, as_of="2024-10-15", audience=audience)
        for call in (lambda one: am.closures(one, "rn1"), lambda one: am.isolation(one, "rn1 km 98–100")):
            with pytest.raises(am.ShareError, match="audience='internal'"):
                call(study)
        assert main(["closures", "--audience", audience]) == 1
        assert "internal" in capsys.readouterr().err


def test_lines_in_three_languages(rn1_shut, roads):
    for lang in ("en", "fr", "ht"):
        lines = [*rn1_shut.lines(lang), *isolation(roads, "rn1 km 98–100").lines(lang)]
        assert words(lang)["closures.order"] in lines
        assert any(words(lang)["closures.no_way"] in line for line in lines)
        assert not any({"{", "None", "<NA>"} & {*line.split(), *line} for line in lines)
    assert len(rn1_shut.lines()) < 40  # neighbours that are the same stand together
    assert "<script" not in rn1_shut._repr_html_()
    assert repr(rn1_shut).startswith("<Closures RN1")


@pytest.mark.parametrize("lang", ["en", "fr", "ht"])
def test_the_picture_is_the_same_each_time(rn1_shut, lang, tmp_path):
    picture = rn1_shut.picture(lang)
    assert picture.png(dpi=60) == rn1_shut.picture(lang).png(dpi=60)
    assert rn1_shut.to_file(tmp_path / "a.svg", lang=lang).read_bytes() == picture.svg()


def test_a_road_all_without_figures_can_be_drawn():
    lines = gpd.GeoDataFrame({"road_id": ["a"]}, geometry=[shapely.LineString([(0, 0), (700, 0)])], crs=CRS)
    assert closures(AreaRoads.from_lines(lines), "a").picture("fr").png(dpi=40).startswith(b"\x89PNG")


def test_files_by_their_ending(rn1_shut, tmp_path):
    for ending in ("csv", "geojson", "gpkg"):
        path = rn1_shut.to_file(tmp_path / f"shut.{ending}")
        read = pd.read_csv(path) if ending == "csv" else gpd.read_file(path)
        assert len(read) == len(rn1_shut.table)
        assert read["people_lo"].isna().sum() == rn1_shut.table["people_lo"].isna().sum()
    with pytest.raises(am.ShareError, match=r"\.gpkg"):
        rn1_shut.to_file(tmp_path / "shut.xlsx")


def test_the_command_prints_the_profile_and_what_is_left(capsys, tmp_path):
    assert main(["closures", "--road", "rd-sav", "--lang", "fr"]) == 0
    assert "détour" in capsys.readouterr().out
    assert main(["closures", "--close", "rn1 km 98-100", "--close", "rd-des"]) == 0
    assert "Saint-Marc: no way known" in capsys.readouterr().out
    assert main(["closures", "--road", "rd-mar", "-o", str(tmp_path / "profile.png")]) == 0
    assert (tmp_path / "profile.png").stat().st_size > 10_000
    clinic = gpd.GeoDataFrame({"kind": ["health"]}, geometry=gpd.points_from_xy([-72.694], [19.108]), crs="EPSG:4326")
    clinic.to_file(tmp_path / "clinic.geojson")
    assert main(["closures", "--close", "rn1 km 98-100", "--points", str(tmp_path / "clinic.geojson")]) == 0
    assert "health points: 1" in capsys.readouterr().out
    assert main(["closures", "--points", str(tmp_path / "none.geojson")]) == 1
    assert main(["closures", "--close", "rn1 km 98-100", "-o", str(tmp_path / "x.gpkg")]) == 1
    assert "csv" in capsys.readouterr().err

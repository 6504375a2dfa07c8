"""Networks built from lines as they come."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

import artimap as am
from artimap.roads.network.line_joins import parts_of
from artimap.roads.network.noding import GRID_M

UTM = "EPSG:32618"
RULES = ["crossings", "vertices"]


def series(lines) -> gpd.GeoSeries:
    return gpd.GeoSeries([shapely.LineString(line) for line in lines], crs=UTM)


# corners on a coarse lattice: lines share vertices, cross, run over one another and stand twice
corner = st.tuples(st.integers(0, 5), st.integers(0, 5))
walks = st.lists(st.lists(corner, min_size=2, max_size=5), min_size=1, max_size=6)


def drawn(walk) -> gpd.GeoSeries:
    return series([np.array(one, dtype=float) * 100 + [7e5, 2e6] for one in walk])


def once_m(lines: gpd.GeoSeries) -> float:
    """Length of the lines where each place counts once."""
    return float(shapely.length(shapely.union_all(lines.to_numpy(), grid_size=GRID_M)))


@given(walks, st.randoms())
def test_each_place_is_laid_once_and_order_changes_nothing(walk, random):
    lines = drawn(walk)
    net = am.RoadNetwork.from_lines(lines, tolerance_m=0)
    assert net.length_m.sum() == pytest.approx(once_m(lines), abs=1.0)
    whole = shapely.union_all(net.lines.to_numpy()) if len(net.edges) else shapely.LineString()
    assert all(line.length == 0 or line.difference(whole.buffer(0.1)).length == 0 for line in lines)
    assert len(net.report.seams) == 0
    rows = list(range(len(lines)))
    random.shuffle(rows)
    turned = lines.iloc[rows].reverse()
    again = am.RoadNetwork.from_lines(turned, tolerance_m=0)
    assert again.nodes_xy.tolist() == net.nodes_xy.tolist()
    assert again.edges.tolist() == net.edges.tolist()
    assert again.coords.tolist() == net.coords.tolist()
    told = [[set(row.split("; ")) for row in one.report.edges["rows"]] for one in (net, again)]
    assert told[0] == told[1]


@given(walks, st.randoms())
def test_the_same_where_lines_meet_at_vertices_only(walk, random):
    lines = drawn(walk)
    net = am.RoadNetwork.from_lines(lines, tolerance_m=0, noding="vertices")
    steps = set()  # by hand: every step between neighbouring vertices, once
    for line in lines:
        xy = [tuple(one) for one in shapely.get_coordinates(line)]
        steps |= {frozenset(pair) for pair in pairwise(xy) if pair[0] != pair[1]}
    by_hand = sum(shapely.LineString(sorted(step)).length for step in steps)
    assert net.length_m.sum() == pytest.approx(by_hand)
    found = [sorted(pair) for line in net.lines for pair in pairwise(line.coords)]
    assert sorted(found) == sorted(map(sorted, steps))
    rows = list(range(len(lines)))
    random.shuffle(rows)
    again = am.RoadNetwork.from_lines(lines.iloc[rows].reverse(), tolerance_m=0, noding="vertices")
    assert again.edges.tolist() == net.edges.tolist()
    assert again.coords.tolist() == net.coords.tolist()
    # where lines meet at crossings too, they meet at least where they share vertices
    crossing = am.RoadNetwork.from_lines(lines, tolerance_m=0)
    assert crossing.length_m.sum() <= net.length_m.sum() + 1.0
    assert len(crossing.parts) <= len(net.parts)


@given(walks, st.sampled_from(RULES))
def test_arrays_hang_together(walk, rule):
    net = am.RoadNetwork.from_lines(drawn(walk), tolerance_m=5, noding=rule)
    first, last = net.coords[net.coord_ptr[:-1]], net.coords[net.coord_ptr[1:] - 1]
    assert first.tolist() == net.nodes_xy[net.edges[:, 0]].tolist()
    assert last.tolist() == net.nodes_xy[net.edges[:, 1]].tolist()
    assert net.vertex_m[net.coord_ptr[1:] - 1].tolist() == net.length_m.tolist()
    assert (np.bincount(net.edges.ravel(), minlength=len(net.nodes_xy)) > 0).all()
    assert len(net.report.edges) == len(net.edges)
    assert net.parts["length_m"].sum() == pytest.approx(net.length_m.sum())
    assert net.parts["edges"].sum() == len(net.edges)


@pytest.mark.parametrize("rule", RULES)
def test_seams_are_bridged_and_told(rule):
    lines = series([[(0, 0), (100, 0)], [(103, 0), (200, 0)], [(60, 4), (60, 90)], [(150, 20), (150, 90)]])
    net = am.RoadNetwork.from_lines(lines, tolerance_m=5, noding=rule)
    assert sorted(net.report.seams["length_m"]) == [3.0, 4.0]
    assert net.report.edges["bridged"].sum() == 2
    assert net.length_m.sum() == pytest.approx(lines.length.sum() + 7)
    assert net.parts["edges"].tolist() == [6, 1]
    assert len(am.RoadNetwork.from_lines(lines, tolerance_m=0, noding=rule).parts) == 4


def test_a_bridge_meets_the_road_under_it_only_at_crossings():
    lines = series([[(0, 0), (100, 0)], [(50, -50), (50, 50)]])
    assert len(am.RoadNetwork.from_lines(lines, tolerance_m=5).parts) == 1
    assert len(am.RoadNetwork.from_lines(lines, tolerance_m=5, noding="vertices").parts) == 2


@pytest.mark.parametrize("rule", RULES)
def test_what_lies_double_is_laid_once_and_told(rule):
    lines = series([[(0, 0), (100, 0), (200, 50)], [(200, 50), (100, 0), (100, 90)]])
    net = am.RoadNetwork.from_lines(lines, tolerance_m=0, noding=rule)
    assert len(net.edges) == 3
    assert net.report.dropped["rows"].tolist() == ["0; 1"]
    assert net.report.dropped["length_m"].tolist() == pytest.approx([np.hypot(100, 50)])


def test_rows_without_an_edge_say_why():
    lines = gpd.GeoSeries(
        [None, shapely.LineString(), shapely.Point(1, 1), shapely.LineString([(0, 0), (0.01, 0)]),
         shapely.LineString([(0, 0, 5), (10, 0, 6)]), shapely.LineString([(3, 3), (3, 3)])],
        index=list("abcdef"), crs=UTM,
    )  # fmt: skip
    for rule in RULES:
        net = am.RoadNetwork.from_lines(lines, tolerance_m=5, noding=rule)
        assert net.report.left_out.set_index("row")["why_not"].to_dict() == {
            "a": "no geometry", "b": "no geometry", "c": "not a line", "d": "shorter than the grid of 0.05 m",
            "f": "shorter than the grid of 0.05 m",
        }  # fmt: skip
        assert net.length_m.tolist() == [10]


@pytest.mark.parametrize("rule", RULES)
def test_no_lines(rule):
    net = am.RoadNetwork.from_lines(gpd.GeoSeries([], crs=UTM), tolerance_m=5, noding=rule)
    assert len(net.edges) == len(net.nodes_xy) == len(net.parts) == 0


def test_only_two_rules():
    with pytest.raises(ValueError, match="crossings, vertices"):
        am.RoadNetwork.from_lines(series([[(0, 0), (1, 1)]]), tolerance_m=5, noding="bridges")


def test_the_embedded_roads_make_a_network(artibonite, events):
    net = am.RoadNetwork.from_lines(am.read_roads(artibonite), tolerance_m=5)
    assert net.crs == artibonite.crs
    assert net.length_m.sum() > 200_000
    out = net.snap(events, max_offset_m=2_000)
    assert len(out) == len(events)
    assert out["edge"].notna().sum() > 50
    on = out.dropna(subset="edge")
    assert (on["offset_m"].to_numpy() <= net.length_m[on["edge"].to_numpy(dtype=int)]).all()


def test_a_piece_of_the_real_layer(artibonite, reference):
    """Both rules, on a clip as messy as the whole: seams of tiles, overlaps, dead ends."""
    roads = gpd.read_parquet(reference / "osm_north_haiti_roads.parquet").cx[-72.75:-72.60, 19.40:19.52]
    roads = roads.to_crs(artibonite.crs)
    assert len(roads) > 1_000
    for rule in RULES:
        net = am.RoadNetwork.from_lines(roads, tolerance_m=5, noding=rule)
        dropped = net.report.dropped["length_m"].sum()
        bridged = net.report.seams["length_m"].sum()
        assert net.length_m.sum() == pytest.approx(roads.length.sum() - dropped + bridged, rel=2e-3)
        assert len(net.report.left_out) == 0
        laid = {row for rows in net.report.edges["rows"] for row in rows.split("; ") if row}
        assert laid == {str(label) for label in roads.index}
        assert net.parts["length_m"].iloc[0] > 0.5 * net.length_m.sum()


@pytest.mark.parametrize(("nodes", "pairs"), [(0, 0), (5, 0), (12, 7), (400, 250), (400, 600)])
def test_parts_of_a_net_are_those_of_scipy(nodes, pairs):
    drawn = np.random.default_rng(nodes + pairs).integers(0, max(nodes, 1), (pairs, 2))
    net = coo_array((np.ones(pairs), (drawn[:, 0], drawn[:, 1])), shape=(nodes, nodes))
    wanted = connected_components(net, directed=False)[1] if nodes else []
    assert parts_of(drawn, nodes).tolist() == list(wanted)


def test_a_long_way_in_any_order_is_one_part():
    order = np.random.default_rng(3).permutation(3_000)
    assert set(parts_of(np.stack([order[:-1], order[1:]], axis=1), 3_000).tolist()) == {0}

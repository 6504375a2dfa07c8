"""Points on the nearest edge, whichever tree searches."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import artimap as am
from artimap.core import schema
from artimap.core.tables import SNAPPED
from artimap.roads.network import snapping

UTM = "EPSG:32618"
SMALL = 1e-9
ORIGIN = np.array([7e5, 2e6])


def squares(side: int = 4, seed: int = 0) -> am.RoadNetwork:
    """Give a grid of bent streets, with an edge of no length and a loop."""
    random = np.random.default_rng(seed)
    node = np.array([(x * 100.0, y * 100.0) for x in range(side) for y in range(side)]) + ORIGIN
    number = np.arange(side * side).reshape(side, side)
    pairs = [(number[:-1], number[1:]), (number[:, :-1], number[:, 1:])]
    edge = np.vstack([np.column_stack([a.ravel(), b.ravel()]) for a, b in pairs])
    lines = [np.array([node[a], node[[a, b]].mean(axis=0) + random.normal(0, 9, 2), node[b]]) for a, b in edge]
    lines += [node[[0, 0]], np.array([node[5], node[5] + [20, 0], node[5] + [0, 30], node[5]])]
    return am.RoadNetwork.from_edges(node, np.vstack([edge, [[0, 0], [5, 5]]]), None, lines, crs=UTM)


def both(net, xy, limit_m=np.inf):
    where = net.coords, net.vertex_m, net._segments
    return snapping.by_tree(net._tree, xy, limit_m), snapping.by_shapely(net._strtree, *where, xy, limit_m)


@pytest.mark.exhaustive
@given(
    st.lists(st.tuples(st.integers(-200, 600), st.integers(-200, 600)), min_size=1, max_size=60),
    st.sampled_from([np.inf, 0.0, 40.0, 100.0]),
    st.integers(0, 3),
)
def test_both_trees_give_the_same_to_the_last_bit(points, limit_m, seed):
    xy = np.array(points, dtype=float) * 2.5 + ORIGIN  # many of them on nodes or as near to two edges
    ours, theirs = both(squares(seed=seed), xy, limit_m)
    held = ours[0] >= 0
    assert ours[0].tolist() == theirs[0].tolist()
    for one, other in zip(ours[1:], theirs[1:], strict=True):
        assert one[held].tolist() == other[held].tolist()


def test_a_large_network_is_as_shapely_says():
    net = squares(60, 1)
    random = np.random.default_rng(2)
    xy = random.uniform(-3_000, 9_000, (3_000, 2)) + ORIGIN
    ours, theirs = both(net, xy)
    assert ours[0].tolist() == theirs[0].tolist()
    line, points = net.lines.to_numpy(), shapely.points(xy)
    _, apart = shapely.STRtree(line).query_nearest(points, return_distance=True, all_matches=False)
    assert np.abs(ours[2] - apart).max() < SMALL
    assert np.abs(ours[1] - shapely.line_locate_point(line[ours[0]], points)).max() < SMALL


def test_far_away_and_on_one_line():
    line = np.cumsum(np.random.default_rng(3).normal(0, 60, (500, 2)), axis=0) + ORIGIN
    net = am.RoadNetwork.from_edges(line[[0, -1]], [[0, 1]], None, [line], crs=UTM)
    xy = np.vstack([line[:50], line.mean(axis=0) + np.array([[1e6, 0], [-2e7, 3e7]])])
    ours, theirs = both(net, xy)
    assert ours[1].tolist() == theirs[1].tolist()
    assert np.abs(ours[1] - shapely.line_locate_point(net.lines[0], shapely.points(xy))).max() < SMALL
    assert ours[1][:50] == pytest.approx(net.vertex_m[:50], abs=SMALL)


@pytest.mark.parametrize("many", [0, 10**9])
def test_every_row_comes_back_in_order(monkeypatch, many):
    monkeypatch.setattr(snapping, "MANY_POINTS", many)
    net = squares()
    points = gpd.GeoSeries(
        [
            shapely.Point(7e5 + 130, 2e6 - 8), None, shapely.Point(), shapely.Point(7e5 - 900, 2e6),
            shapely.LineString([(0, 0), (1, 1)]), shapely.Point(7e5 + 100, 2e6 + 100), shapely.Point(np.inf, 1),
        ],
        index=list("abcdefg"), crs=UTM,
    )  # fmt: skip
    out = net.snap(points, max_offset_m=500)
    assert list(out.columns) == list(SNAPPED.names)
    assert out.index.tolist() == list("abcdefg")
    assert out["why_not"].fillna("").tolist() == [
        "", "no geometry", "no geometry", "farther than 500 m from every road", "not a point", "",
        "coordinates are not finite",
    ]  # fmt: skip
    assert out["edge"].isna().tolist() == out["why_not"].notna().tolist() == out["offset_m"].isna().tolist()
    assert_frame_equal(schema.conform(out, SNAPPED), out.reset_index(drop=True))
    # four edges, and a loop, meet at node 5: the first of them is taken
    assert out.loc["f", "edge"] == min(edge for edge, pair in enumerate(net.edges.tolist()) if 5 in pair)
    assert out.loc["f", "distance_m"] == 0


def test_order_of_points_changes_nothing():
    net = squares()
    xy = np.random.default_rng(5).uniform(0, 400, (300, 2)) + ORIGIN
    order = np.random.default_rng(6).permutation(300)
    straight = snapping.by_tree(net._tree, xy, np.inf)
    turned = snapping.by_tree(net._tree, xy[order], np.inf)
    for one, other in zip(straight, turned, strict=True):
        assert one[order].tolist() == other.tolist()


def test_given_lengths_scale_the_place():
    net = am.RoadNetwork.from_edges([[0, 0], [100, 0]], [[0, 1]], [200.0], crs=UTM)
    assert net.snap([[25, 1]])["offset_m"].tolist() == [50]


def test_the_limit_itself_is_within():
    net = am.RoadNetwork.from_edges([[0, 0], [100, 0]], [[0, 1]], crs=UTM)
    xy = [[10, 0.1], [10, np.nextafter(0.1, 1)], [10, 0.0]]
    for limit, kept in ((0.1, [True, False, True]), (0.0, [False, False, True])):
        assert net.snap(xy, limit)["edge"].notna().tolist() == kept
        assert (snapping.by_tree(net._tree, np.array(xy), limit)[0] >= 0).tolist()[::2] == kept[::2]


def test_nothing_to_snap_and_nothing_to_snap_to():
    assert list(squares().snap(np.zeros((0, 2))).columns) == list(SNAPPED.names)
    none = am.RoadNetwork.from_edges([], [], crs=UTM)
    assert none.snap([[0, 0]])["why_not"].tolist() == ["the network has no roads"]


def test_wrong_points_are_told():
    net = squares()
    with pytest.raises(am.CrsError, match="to_crs"):
        net.snap(gpd.GeoSeries([shapely.Point(0, 0)], crs="EPSG:4326"))
    with pytest.raises(ValueError, match="shape"):
        net.snap([[0, 0, 0]])
    with pytest.raises(ValueError, match="max_offset_m"):
        net.snap([[0, 0]], max_offset_m=-1)


def test_of_events_only_points_and_places(artibonite, events):
    roads = am.read_roads(artibonite)
    lines = [np.asarray(line.coords) for line in roads.geometry]
    nodes = np.array([xy for line in lines for xy in (line[0], line[-1])])
    net = am.RoadNetwork.from_edges(nodes, np.arange(len(nodes)).reshape(-1, 2), None, lines, crs=artibonite.crs)
    out = net.snap(events)
    exact = events["place_kind"].isin(["point", "place"]) & events.geometry.geom_type.eq("Point")
    assert out["edge"].notna().tolist() == exact.tolist()
    told = pd.Series(out.loc[events["place_kind"] == "commune", "why_not"].unique())
    assert told.tolist() == ["its place is a commune, not a point"]

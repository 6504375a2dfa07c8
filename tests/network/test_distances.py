"""Distances along the roads."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import artimap as am
from tests.network.test_graph import UTM, graphs, t_junction


def by_hand(net: am.RoadNetwork, start: tuple[int, float], end: tuple[int, float]) -> float:
    """Relax every edge until nothing changes (Bellman 1958)."""
    far = np.full(len(net.nodes_xy), np.inf)
    for node, way in zip(net.edges[start[0]], (start[1], net.length_m[start[0]] - start[1]), strict=True):
        far[node] = min(far[node], way)
    for _ in range(len(far)):
        for (a, b), length in zip(net.edges, net.length_m, strict=True):
            far[a], far[b] = min(far[a], far[b] + length), min(far[b], far[a] + length)
    a, b = net.edges[end[0]]
    best = min(far[a] + end[1], far[b] + net.length_m[end[0]] - end[1])
    return min(best, abs(start[1] - end[1])) if start[0] == end[0] else best


@given(graphs(), st.data())
def test_shortest_paths_are_those_of_bellman(net, data):
    if not len(net.edges):
        return
    edge = data.draw(st.lists(st.integers(0, len(net.edges) - 1), min_size=1, max_size=5))
    share = data.draw(st.lists(st.sampled_from([0, 0.25, 0.5, 1]), min_size=len(edge), max_size=len(edge)))
    off = net.length_m[edge] * share
    found = net.path_distances((edge, off), (edge, off))
    places = list(zip(edge, off, strict=True))
    for row, start in enumerate(places):
        for column, end in enumerate(places):
            assert found[row, column] == pytest.approx(by_hand(net, start, end), abs=1e-9)
    near = net.path_distances((edge, off), (edge, off), max_m=100.0)
    assert np.array_equal(near, np.where(found <= 100.0, found, np.inf))


def test_no_way_is_inf_and_no_place_is_nan():
    net = am.RoadNetwork.from_edges([[0, 0], [100, 0], [500, 0], [600, 0]], [[0, 1], [2, 3]], crs=UTM)
    starts = net.snap([[50, 10], [50, 900]], max_offset_m=100)
    found = net.path_distances(starts, ([0, 1], [80.0, 5.0]))
    assert found[0].tolist() == [30.0, np.inf]
    assert np.isnan(found[1]).all()
    assert net.path_distances(([], []), starts).shape == (0, 2)


def test_many_starts_are_searched_in_blocks_that_tell(monkeypatch):
    net, told = t_junction(), []
    whole = net.path_distances(([0, 1, 2], [50.0] * 3), ([0, 1, 2], [50.0] * 3))
    monkeypatch.setattr("artimap.roads.network.graph._CELLS", 4)
    assert np.array_equal(
        net.path_distances(
            ([0, 1, 2], [50.0] * 3), ([0, 1, 2], [50.0] * 3), progress=lambda now, all_: told.append((now, all_))
        ),
        whole,
    )
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert whole.tolist() == [[0, 100, 100], [100, 0, 100], [100, 100, 0]]


def test_bad_limits_and_places_are_told():
    net = t_junction()
    with pytest.raises(ValueError, match="max_m"):
        net.path_distances(([0], [1.0]), ([0], [1.0]), max_m=-1)
    with pytest.raises(am.SchemaError, match="is no edge"):
        net.path_distances(([7], [1.0]), ([0], [1.0]))
    with pytest.raises(am.SchemaError, match="is not on its edge"):
        net.path_distances(([0], [101.0]), ([0], [1.0]))

"""Routing against brute force: random small networks with parallel edges, loops, zero lengths, parts and one-ways."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import artimap as am
from artimap.roads.routing import contraction
from artimap.roads.routing.router import RoutePath, Router
from artimap.roads.routing.terminals import Spot

UTM = "EPSG:32618"
INF = float("inf")


@st.composite
def worlds(draw):
    """A network, two places on it, two costs: all in quarters of small whole numbers, so that sums are exact."""
    nodes = draw(st.integers(1, 9))
    node = st.integers(0, nodes - 1)
    edges = draw(st.lists(st.tuples(node, node), min_size=1, max_size=13))
    xy = np.array(
        draw(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=nodes, max_size=nodes)), float
    )
    length = np.array(draw(st.lists(st.sampled_from([0, 4, 8, 16]), min_size=len(edges), max_size=len(edges))), float)
    net = am.RoadNetwork.from_edges(xy, edges, length, crs=UTM)
    spots = []
    for _ in range(2):
        edge = draw(st.integers(0, len(edges) - 1))
        spots.append(Spot(edge, draw(st.sampled_from([0, 0.25, 0.5, 1])) * length[edge]))
    values = st.sampled_from([0, 4, 8, 12, 20, INF] if draw(st.booleans()) else [4, 8, 12, 20])
    shape = (len(edges), 2) if draw(st.booleans()) else (len(edges),)
    number = int(np.prod(shape))
    costs = [np.array(draw(st.lists(values, min_size=number, max_size=number)), float).reshape(shape) for _ in range(2)]
    return net, *spots, *costs


def arcs_of(net, spots, costs, shut=-1):
    """Cut edges at the places: arcs (from, to, costs), places being the nodes after those of the network."""
    nodes, arcs = len(net.nodes_xy), []
    for edge, (one, other) in enumerate(net.edges.tolist()):
        length = net.length_m[edge]
        cuts = sorted(
            (spot.offset_m / length if length else 0.0, nodes + i) for i, spot in enumerate(spots) if spot.edge == edge
        )
        chain = [(0.0, one), *cuts, (1.0, other)]
        for (low, a), (high, b) in pairwise(chain):
            for side, (u, v) in enumerate([(a, b), (b, a)]):
                whole = [cost[edge] if cost.ndim == 1 else cost[edge, side] for cost in costs]
                if edge == shut:
                    whole = [INF] * len(costs)
                told = tuple(0.0 if high == low else float(one * (high - low)) for one in whole)
                if max(told) < INF:
                    arcs.append((u, v, told))
    return nodes, arcs


def fronts_by_hand(net, spots, costs, shut=-1):
    """Relax every arc with every pair of costs until nothing changes: by node its pairs of which none is worse."""
    nodes, arcs = arcs_of(net, spots, costs, shut)
    held = [set() for _ in range(nodes + len(spots))]
    held[nodes].add((0.0,) * len(costs))
    changed = True
    while changed:
        changed = False
        for u, v, told in arcs:
            new = held[v] | {tuple(a + b for a, b in zip(pair, told, strict=True)) for pair in held[u]}
            best = {p for p in new if not any(q != p and all(x <= y for x, y in zip(q, p, strict=True)) for q in new)}
            if best != held[v]:
                held[v], changed = best, True
    return held


def least_by_hand(net, spots, cost, shut=-1):
    held = fronts_by_hand(net, spots, [cost], shut)
    return [min(one)[0] if one else INF for one in held]


def check_path(net, spots, path: RoutePath, costs):
    """A way hangs together, from place to place, and costs what its pieces cost."""
    ends = []
    for edge, *places in zip(path.edges.tolist(), path.from_m, path.to_m, strict=True):
        one, other = net.edges[edge].tolist()
        ends.append([{n for n, at in ((one, 0.0), (other, net.length_m[edge])) if at == place} for place in places])
    for (_, out), (into, _) in pairwise(ends):
        assert out & into
    for spot, edge, at, end in (
        (spots[0], path.edges[0], path.from_m[0], 0),
        (spots[1], path.edges[-1], path.to_m[-1], 1),
    ):
        length = net.length_m[spot.edge]
        if edge == spot.edge and at == spot.offset_m:
            continue
        node = net.edges[spot.edge, 0] if spot.offset_m == 0 else net.edges[spot.edge, 1]
        assert spot.offset_m in {0.0, length}
        assert int(node) in ends[0 if end == 0 else -1][end]
    for told, cost in zip(path.costs, costs, strict=True):
        total = 0.0
        for edge, low, high in zip(path.edges.tolist(), path.from_m, path.to_m, strict=True):
            length = net.length_m[edge]
            if length:
                whole = cost[edge] if cost.ndim == 1 else cost[edge, int(high < low)]
                total += 0.0 if low == high else whole * abs(high - low) / length
        if net.length_m[path.edges].min() > 0:
            assert told == pytest.approx(total, rel=1e-9)


def check(world):
    net, start, stop, first, second = world
    router, spots = Router(net), (start, stop)
    nodes = len(net.nodes_xy)
    by_hand = least_by_hand(net, spots, first)
    assert router.least_to_all(start, first).tolist() == by_hand[:nodes]
    path = router.least(start, stop, first)
    assert (INF if path is None else path.costs[0]) == by_hand[nodes + 1]
    found = router.tradeoffs(start, stop, first, second)
    exact = sorted(fronts_by_hand(net, spots, [first, second])[nodes + 1])
    assert [one.costs for one in found] == exact
    near = [one.costs for one in router.tradeoffs(start, stop, first, second, tolerance=0.25)]
    assert all(any(a <= x and b <= y for a, b in exact) for x, y in near)
    for a, b in exact:
        assert any(x <= a * 1.25 and y <= b * 1.25 for x, y in near)
    for one in found:
        check_path(net, spots, one, (first, second))
    left = router.replacements(start, stop, first)
    assert (left is None) == (path is None)
    if left is not None:
        check_path(net, spots, left.path, (first,))
        assert left.path.costs == path.costs
        for edge, cost in zip(left.path.edges.tolist(), left.cost, strict=True):
            assert cost == least_by_hand(net, spots, first, edge)[nodes + 1], edge
            shut = np.arange(len(first)) == edge
            other = router.least(start, stop, first, closed=shut)
            assert cost == (INF if other is None else other.costs[0])
    closed = router.bridges()
    free = np.ones(len(net.edges))
    for edge, (one, other) in enumerate(net.edges.tolist()):
        _, arcs = arcs_of(net, [], [free], edge)
        assert closed[edge] == (other not in reached(one, arcs))
    return found, near, left


def reached(node, arcs):
    out, waiting = {node}, [node]
    while waiting:
        here = waiting.pop()
        more = {v for u, v, _ in arcs if u == here} - out
        out |= more
        waiting += more
    return out


@given(worlds())
@settings(max_examples=50, deadline=None)
def test_small_networks_are_those_of_brute_force(world):
    check(world)


@pytest.mark.exhaustive
@given(worlds())
@settings(max_examples=500, deadline=None)
def test_five_hundred_small_networks_are_those_of_brute_force(world):
    check(world)


@given(worlds())
@settings(max_examples=25, deadline=None)
def test_compiled_loops_give_the_same(world):
    pytest.importorskip("numba")
    plain = check(world)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contraction, "COMPILED_FROM", 0)
        compiled = check(world)
    for one, other in zip(plain[0], compiled[0], strict=True):
        assert np.array_equal(one.edges, other.edges)
        assert np.array_equal(one.from_m, other.from_m)
        assert one.costs == other.costs
    assert plain[1] == compiled[1]


def town_and_land(seed: int, side: int = 14) -> am.RoadNetwork:
    """A jittered grid with holes, dead ends, bends of degree 2 and parallel ways."""
    random = np.random.default_rng(seed)
    node = np.arange(side * side).reshape(side, side)
    edges = np.vstack([
        np.column_stack([node[:-1].ravel(), node[1:].ravel()]),
        np.column_stack([node[:, :-1].ravel(), node[:, 1:].ravel()]),
    ])  # fmt: skip
    edges = edges[random.random(len(edges)) > 0.35]
    edges = np.vstack([edges, edges[random.random(len(edges)) < 0.05]])
    xy = np.column_stack([node.ravel() // side, node.ravel() % side]) * 100.0 + random.uniform(
        -30, 30, (side * side, 2)
    )
    apart = np.hypot(*(xy[edges[:, 0]] - xy[edges[:, 1]]).T)
    return am.RoadNetwork.from_edges(xy, edges, apart * random.uniform(1, 1.4, len(edges)), crs=UTM)


def some_spots(net: am.RoadNetwork, seed: int, number: int) -> list[Spot]:
    random = np.random.default_rng(seed)
    edge = random.integers(0, len(net.edges), number)
    return [Spot(int(e), float(share * net.length_m[e])) for e, share in zip(edge, random.random(number), strict=True)]


def halves(net, spots):
    """Edges for another library: the network with the places as nodes of their own."""
    return [(u, v, told[0]) for u, v, told in arcs_of(net, spots, [net.length_m])[1]]


@pytest.mark.parametrize("compiled_from", [0, 10**9])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rustworkx_and_networkx_find_the_same(seed, compiled_from, monkeypatch):
    rx, nx = pytest.importorskip("rustworkx"), pytest.importorskip("networkx")
    monkeypatch.setattr(contraction, "COMPILED_FROM", compiled_from)
    net = town_and_land(seed)
    router, spots = Router(net), some_spots(net, seed, 12)
    nodes = len(net.nodes_xy)
    for start, stop in zip(spots[::2], spots[1::2], strict=True):
        graph = rx.PyDiGraph(multigraph=True)
        graph.add_nodes_from(range(nodes + 2))
        graph.add_edges_from(halves(net, (start, stop)))
        far = dict(rx.dijkstra_shortest_path_lengths(graph, nodes, float)) | {nodes: 0.0}
        expected = np.array([far.get(n, INF) for n in range(nodes)])
        np.testing.assert_allclose(router.least_to_all(start, net.length_m), expected, rtol=1e-12)
        left = router.replacements(start, stop, net.length_m)
        assert (left is None) == (nodes + 1 not in far)
        if left is None:
            continue
        assert left.path.length_m == pytest.approx(far[nodes + 1], rel=1e-9)
        assert left.path.costs[0] == pytest.approx(far[nodes + 1], rel=1e-9)
        for edge, cost in zip(left.path.edges.tolist(), left.cost, strict=True):
            shut = rx.PyDiGraph(multigraph=True)
            shut.add_nodes_from(range(nodes + 2))
            shut.add_edges_from([
                (u, v, told[0]) for u, v, told in arcs_of(net, (start, stop), [net.length_m], edge)[1]
            ])  # fmt: skip
            rest = dict(rx.dijkstra_shortest_path_lengths(shut, nodes, float, goal=nodes + 1))
            assert cost == pytest.approx(rest.get(nodes + 1, INF), rel=1e-9)
    multi = nx.MultiGraph(net.edges.tolist())
    loose = {tuple(sorted(pair)) for pair in nx.bridges(multi)}
    assert router.bridges().tolist() == [tuple(sorted(pair)) in loose for pair in net.edges.tolist()]


@pytest.mark.parametrize("tolerance", [0.01, 0.1])
@pytest.mark.parametrize("seed", range(4))
def test_the_tolerance_holds_for_the_whole_way(seed, tolerance):
    net = town_and_land(seed, 12)
    router, random = Router(net), np.random.default_rng(seed)
    second = net.length_m * random.uniform(0.1, 2.0, len(net.edges))
    for start, stop in zip(*[iter(some_spots(net, seed, 8))] * 2, strict=True):
        exact = np.array([path.costs for path in router.tradeoffs(start, stop, net.length_m, second)])
        near = [path.costs for path in router.tradeoffs(start, stop, net.length_m, second, tolerance=tolerance)]
        assert len(near) <= max(len(exact), 1)
        for cost in exact:
            assert any((np.array(one) <= cost * (1 + tolerance) * (1 + 1e-12)).all() for one in near)


def test_costs_are_those_of_the_edges_run_through():
    net = town_and_land(5)
    router, second = Router(net), np.linspace(1, 2, len(net.edges)) * net.length_m
    start, stop = some_spots(net, 6, 2)
    ways = router.tradeoffs(start, stop, net.length_m, second)
    assert len(ways) > 1
    for way in ways:
        share = np.abs(way.to_m - way.from_m) / net.length_m[way.edges]
        assert way.costs[0] == pytest.approx(way.length_m, rel=1e-9)
        assert way.costs[1] == pytest.approx(float((second[way.edges] * share).sum()), rel=1e-9)
    assert ways[0].costs[0] == pytest.approx(router.least(start, stop, net.length_m).costs[0], rel=1e-12)
    assert ways[-1].costs[1] == pytest.approx(router.least(start, stop, second).costs[0], rel=1e-12)


def test_a_kept_contraction_is_read_for_its_network_alone(tmp_path):
    net, path = town_and_land(1), tmp_path / "more" / "routing.npz"
    made = Router.cached(net, path).contraction
    stamp = path.stat().st_mtime_ns
    again = Router.cached(net, path)
    assert path.stat().st_mtime_ns == stamp
    for name in ("up", "order", "core", "place", "first", "strung", "sides", "ends"):
        assert np.array_equal(getattr(again.contraction, name), getattr(made, name))
    start, stop = (
        Spot(0, 1.0),
        Spot(int(np.flatnonzero(net.component[net.edges[:, 0]] == net.component[net.edges[0, 0]])[-1]), 2.0),
    )
    assert again.least(start, stop, net.length_m).costs == Router(net).least(start, stop, net.length_m).costs
    other = town_and_land(2)
    assert len(Router.cached(other, path).contraction.at) == len(other.edges)
    for broken in (b"", b"PK", path.read_bytes()[:-200]):
        path.write_bytes(broken)
        assert len(Router.cached(net, path).contraction.at) == len(net.edges)


def test_costs_and_places_that_do_not_fit_are_refused():
    net = am.RoadNetwork.from_edges([[0, 0], [100, 0], [100, 50]], [[0, 1], [1, 2]], crs=UTM)
    router = Router(net)
    for spot in (Spot(2, 0.0), Spot(-1, 0.0), Spot(0, 101.0), Spot(0, -1.0), Spot(0, float("nan"))):
        with pytest.raises(ValueError, match="there is no"):
            router.least(spot, Spot(0, 0.0), net.length_m)
    for cost in (np.ones(3), np.ones((2, 3)), np.array([1.0, -1.0]), np.array([1.0, np.nan])):
        with pytest.raises(ValueError, match="costs must"):
            router.least(Spot(0, 0.0), Spot(1, 0.0), cost)
    for tolerance in (-0.1, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="tolerance"):
            router.tradeoffs(Spot(0, 0.0), Spot(1, 0.0), net.length_m, net.length_m, tolerance=tolerance)


def test_the_least_of_parallel_edges_counts_and_edges_of_no_cost_stay():
    net = am.RoadNetwork.from_edges([[0, 0], [100, 0], [200, 0]], [[0, 1], [0, 1], [1, 2]], [100, 130, 100], crs=UTM)
    router = Router(net)
    assert router.least(Spot(0, 0.0), Spot(2, 100.0), np.array([5.0, 3.0, 0.0])).edges.tolist() == [1, 2]
    assert router.bridges().tolist() == [False, False, True]

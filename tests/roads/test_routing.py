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
    xy = np.array(draw(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=nodes, max_size=nodes)), float)
    length = np.array(draw(st.lists(st.sampled_from([0, 4, 8, 16]), min_size=len(edges), max_size=len(edges))), float)
    net = am.RoadNetwork.from_edges(xy, edges, length, crs=UTM)
    spots = []
    for _ in range(2):
        edge = draw(st.integers(0, len(edges) - 1))
        spots.append(Spot(edge, draw(st.sampled_from([0, 0.25, 0.5, 1])) * length[edge]))
    values = st.sampled_from([0, 4, 8, 12, 20, INF] if draw(st.booleans()) else [4, 8, 12, 20])
    shape = (len(edges), 2) if draw(st.booleans()) else (len(edges),)
    number = int(np.prod(shape))
    costs = [
        np.array(draw(st.lists(values, min_size=number, max_size=number)), float).reshape(shape) for _ in range(2)
    ]
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
    for edge, low, high in zip(path.edges.tolist(), path.from_m, path.to_m, strict=True):
        length = net.length_m[edge]
        ends.append([
            {int(net.edges[edge, 0])} if at == 0 and at != length else {int(net.edges[edge, 1])} if at == length and length
            else set(net.edges[edge].tolist()) if length == 0 else set()
            for at in (low, high)
        ])  # fmt: skip
    for (_, out), (into, _) in pairwise(ends):
        assert out & into
    for spot, edge, at, end in ((spots[0], path.edges[0], path.from_m[0], 0), (spots[1], path.edges[-1], path.to_m[-1], 1)):
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
    assert set(near) <= set(exact) or all(any(a <= x and b <= y for a, b in exact) for x, y in near)
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
    free = np.where(net.length_m >= 0, 1.0, 1.0)
    for edge, (one, other) in enumerate(net.edges.tolist()):
        here = [Spot(0, 0.0)] * 0
        _, arcs = arcs_of(net, here, [free], edge)
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

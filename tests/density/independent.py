"""Densities again, in the plainest way: nothing here is shared with the library but the kernel's names."""

from itertools import pairwise

import numpy as np
import scipy.sparse.csgraph as cg
from hypothesis import strategies as st
from scipy.integrate import quad

import artimap as am
from artimap.roads.network.graph import RoadNetwork

AREA = {"epanechnikov": 4 / 3, "quartic": 16 / 15, "triangular": 1.0, "uniform": 2.0, "gaussian": None}


def shape(name, d, b):
    u = np.asarray(d) / b
    with np.errstate(over="ignore", invalid="ignore"):
        out = {
            "epanechnikov": 1 - u**2,
            "quartic": (1 - u**2) ** 2,
            "triangular": 1 - u,
            "uniform": np.ones_like(u),
            "gaussian": np.exp(-0.5 * (3 * u) ** 2),
        }[name]
    return np.where(u < 1, out, 0.0)


def per_km(name, b):
    if name == "gaussian":
        return 1000 / (b * 2 * quad(lambda u: np.exp(-4.5 * u * u), 0, 1, epsabs=1e-13, epsrel=1e-13)[0])
    return 1000 / (b * AREA[name])


def lixels(length, size):
    edge, middle = [], []
    for e, metres in enumerate(length):
        cuts = [k * size for k in range(max(1, int(np.ceil(metres / size - 1e-9))))] + [metres]
        edge += [e] * (len(cuts) - 1)
        middle += [(a + b) / 2 for a, b in pairwise(cuts)]
    return np.array(edge), np.array(middle)


def node_distances(nodes, edges, length):
    out = np.full((nodes, nodes), np.inf)
    for (u, v), metres in zip(edges, length, strict=True):
        out[u, v] = out[v, u] = min(out[u, v], metres)
    np.fill_diagonal(out, 0)
    graph = cg.csgraph_from_dense(np.where(np.isinf(out), 0, out), null_value=0)
    zero = [(u, v) for (u, v), metres in zip(edges, length, strict=True) if metres == 0 and u != v]
    assert not zero
    return cg.dijkstra(graph, directed=False)


def simple(nodes, edges, length, at_edge, at_off, weight, size, b, name):
    between = node_distances(nodes, edges, length)
    edge, q = lixels(length, size)
    edges, length = np.asarray(edges), np.asarray(length)
    out = np.zeros(len(q))
    for e, p, w in zip(at_edge, at_off, weight, strict=True):
        ways = [
            [from_m + between[a, c] + to_m for c, to_m in ((edges[edge, 0], q), (edges[edge, 1], length[edge] - q))]
            for a, from_m in ((edges[e, 0], p), (edges[e, 1], length[e] - p))
        ]
        d = np.min([way for pair in ways for way in pair], axis=0)
        d = np.where(edge == e, np.minimum(d, np.abs(q - p)), d)
        out += w * shape(name, d, b)
    return out * per_km(name, b)


class TooManyPathsError(Exception):
    """More pieces of road to walk than a test has time for."""


def by_paths(edges, length, events, size, b, name, method, most=np.inf):
    """Every path of every event, by recursion; gives the density at lixels and the pieces of road walked."""
    edge, middle = lixels(length, size)
    on = [np.flatnonzero(edge == e) for e in range(len(edges))]
    around = {}
    for e, (u, v) in enumerate(edges):
        around.setdefault(u, []).append((e, 0))
        around.setdefault(v, []).append((e, 1))
    out = np.zeros(len(middle))
    walked = 0

    def run_over(e, end, far, share):
        nonlocal walked
        walked += 1
        if walked > most:
            raise TooManyPathsError
        q = middle[on[e]]
        out[on[e]] += share * shape(name, far + (q if end == 0 else length[e] - q), b)
        arrive(e, 1 - end, far + length[e], share)

    def arrive(e, end, far, share):
        if far >= b:
            return
        roads = around[edges[e][end]]
        n = len(roads)
        for road in roads:
            came = road == (e, end)
            if method == "continuous":
                part = (2 - n) / n if came else 2 / n
            elif came:
                part = 1 if n == 1 else 0
            else:
                part = 1 / (n - 1)
            if part:
                run_over(*road, far, share * part)

    for e, p, w in zip(*events, strict=True):
        if p in {0, length[e]}:
            roads = around[edges[e][0 if p == 0 else 1]]
            for road in roads:
                run_over(*road, 0.0, w * 2 / len(roads))
        else:
            out[on[e]] += w * shape(name, np.abs(middle[on[e]] - p), b)
            arrive(e, 0, p, w)
            arrive(e, 1, length[e] - p, w)
    return out * per_km(name, b), walked


@st.composite
def networks(draw, most_nodes=7, most_edges=10, most_events=6, apart=3):
    """Small networks: loops, parallel edges, dead ends, parts on their own, events on nodes."""
    nodes = draw(st.integers(1, most_nodes))
    node = st.integers(0, nodes - 1)
    edges = draw(st.lists(st.tuples(node, node), min_size=1, max_size=most_edges))
    length = draw(st.lists(st.floats(40, 400).map(lambda x: round(x, apart)), min_size=len(edges), max_size=len(edges)))
    number = draw(st.integers(1, most_events))
    on = draw(st.lists(st.integers(0, len(edges) - 1), min_size=number, max_size=number))
    share = draw(st.lists(st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1)), min_size=number, max_size=number))
    weight = draw(st.lists(st.sampled_from([1.0, 0.5, 2.25]), min_size=number, max_size=number))
    off = [s * length[e] for s, e in zip(share, on, strict=True)]
    return nodes, edges, length, np.array(on), np.array(off), np.array(weight)


def network_of(nodes, edges, length):
    """A network of these lengths; where its nodes lie does not matter, so they lie on a circle."""
    turn = np.arange(nodes) * 2 * np.pi / nodes
    xy = 500 * np.column_stack([np.cos(turn), np.sin(turn)])
    ends = np.array(edges, dtype=np.int32).reshape(-1, 2)
    return RoadNetwork.from_edges(xy, ends, np.array(length, dtype=float), xy[ends], crs="EPSG:32618")


def grid(side=9, seed=5, kept=1.0):
    """Give a square grid of roads of many lengths, with a share of them left out."""
    random = np.random.default_rng(seed)
    node = np.arange(side * side).reshape(side, side)
    edges = np.vstack(
        [
            np.column_stack([node[:-1].ravel(), node[1:].ravel()]),
            np.column_stack([node[:, :-1].ravel(), node[:, 1:].ravel()]),
        ]
    )
    if kept < 1:
        edges = edges[random.random(len(edges)) < kept]
    return side * side, edges, random.uniform(60, 260, len(edges))


def close(ours, theirs):
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() <= 1e-12 * max(np.abs(theirs).max(), 1e-300)


def agree(made, theirs_at, kernel, lixel_m, bandwidth_m, method="simple"):
    """Compare with another way; where a kernel jumps at the bandwidth, leave out what rounding decides."""
    nodes, edges, length, on, off, weight = made
    theirs = theirs_at(bandwidth_m)
    ours = am.density_values(
        network_of(nodes, edges, length), on, off,
        bandwidth_m=bandwidth_m, lixel_m=lixel_m, kernel=kernel, weights=weight, method=method,
    )  # fmt: skip
    if kernel in {"uniform", "gaussian"}:
        even = np.abs(theirs_at(bandwidth_m + 1e-7) - theirs_at(bandwidth_m - 1e-7)) < 1e-6 * np.abs(theirs).max()
        ours, theirs = ours[even], theirs[even]
    if len(ours):
        close(ours, theirs)

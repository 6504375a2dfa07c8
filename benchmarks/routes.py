"""Routing on the real road network of northern Haiti, where the layer is at hand, beside the peers that are installed.

Times by class of road (paths are not driven), exposure made up around 300 places on primary roads: both fixed. What
is timed is the whole call as a user makes it, with an array of costs that was not there before. Graphs of scipy add
the costs of parallel edges: it is given the least of them here, and the answer it gives without is told.
"""

from __future__ import annotations

import importlib.util
import tempfile
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
import shapely

import artimap as am
from artimap.roads.routing.router import RoutePath, Router, Spot
from benchmarks import workloads
from benchmarks.network import real_layer
from benchmarks.workloads import Floats

KMH = {"primary": 50.0, "secondary": 40.0, "tertiary": 30.0, "minor": 15.0, "service": 15.0, "track": 10.0}
TOWNS = [
    *("gonaives", "ennery", "l-estere", "gros-morne", "anse-rouge", "terre-neuve", "saint-marc", "verrettes"),
    *("la-chapelle", "dessalines", "petite-riviere-de-l-artibonite", "grande-saline", "desdunes"),
    *("saint-michel-de-l-attalaye", "marmelade", "port-au-prince", "cap-haitien"),
]
"""The 15 communes of Artibonite, and both ends of National Road 1."""
PAIRS = 20


class Work(NamedTuple):
    net: am.RoadNetwork
    minutes: Floats
    exposure: Floats
    towns: dict[str, Spot]


def work() -> Work | None:
    """Build the largest part of the real network, with costs and towns; print how long that takes."""
    path = real_layer()
    if path is None:
        print("no real roads here: name a file of lines in ARTIMAP_ROADS")
        return None
    import geopandas as gpd  # noqa: PLC0415
    from scipy.spatial import KDTree  # noqa: PLC0415

    read = gpd.read_parquet if path.suffix == ".parquet" else gpd.read_file
    lines = read(path).to_crs(workloads.CRS)
    start = time.perf_counter()
    whole = am.RoadNetwork.from_lines(lines, tolerance_m=5, noding="vertices")
    print(f"noding {time.perf_counter() - start:.2f} s: {whole}")
    mine = np.flatnonzero(whole.component[whole.edges[:, 0]] == 0)
    new = np.cumsum(whole.component == 0) - 1
    shapes = [whole.coords[whole.coord_ptr[i] : whole.coord_ptr[i + 1]] for i in mine]
    net = am.RoadNetwork.from_edges(
        whole.nodes_xy[whole.component == 0], new[whole.edges[mine]], whole.length_m[mine], shapes, crs=workloads.CRS
    )
    print(f"largest part: {net}")
    kind = whole.report.edges["class"].to_numpy(dtype=str)[mine]
    speed = np.array([KMH.get(one, 0.0) for one in kind])
    with np.errstate(divide="ignore"):
        minutes = net.length_m / 1000 / speed * 60
    random = np.random.default_rng(0)
    primary = np.unique(net.edges[kind == "primary"])
    events = net.nodes_xy[random.choice(primary, 300)] + random.normal(0, 800, (300, 2))
    middle = net.nodes_xy[net.edges].mean(axis=1)
    near = np.array([len(one) for one in KDTree(events).query_ball_point(middle, 3000)])
    places = am.read_places(am.area("artibonite")).set_index("place_id").to_crs(workloads.CRS)
    roads = np.isin(kind, ["primary", "secondary", "tertiary"])
    main = np.flatnonzero(roads)
    lines_of = net.lines.to_numpy()[main]
    towns = {}
    tree = shapely.STRtree(lines_of)
    for town in TOWNS:
        point = places.geometry[town]
        at = int(tree.nearest(point))
        share = shapely.line_locate_point(lines_of[at], point, normalized=True)
        towns[town] = Spot(int(main[at]), float(share * net.length_m[main[at]]))
    return Work(net, minutes, (0.02 + near) * net.length_m / 1000, towns)


def timed(call: Callable[[], Any], repeat: int) -> tuple[Any, float]:
    """Give the answer and the median of seconds; the first call, which may load or make loops, does not count."""
    out, taken = call(), []
    for _ in range(repeat):
        start = time.perf_counter()
        out = call()
        taken.append(time.perf_counter() - start)
    return out, median(taken)


def line(what: str, seconds: float, more: str = "") -> None:
    print(f"  {what:52s} {seconds * 1000:9.1f} ms  {more}")


def prepare(made: Work, repeat: int) -> Router:
    router, taken = timed(lambda: Router(fresh(made.net)).prepared(), repeat)
    frame = router.contraction
    line("prepare", taken, f"{frame.nodes:,} junctions, {len(frame.ends):,} chains")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "routing.npz"
        Router.cached(made.net, path)
        _, taken = timed(lambda: Router.cached(fresh(made.net), path), repeat)
        line("from cache", taken, f"{path.stat().st_size / 1e6:.1f} MB")
    return router


def fresh(net: am.RoadNetwork) -> am.RoadNetwork:
    """Give the network with nothing kept on it."""
    return am.RoadNetwork(net.crs, net.nodes_xy, net.edges, net.length_m, net.coords, net.coord_ptr)


def shortest_by_scipy(made: Work, *, least: bool) -> tuple[Callable[[int], Floats], float]:
    """Build scipy's graph of the day, with the least of parallel edges or as it comes."""
    from scipy.sparse import csr_array  # noqa: PLC0415
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

    start = time.perf_counter()
    edges, cost = made.net.edges, made.minutes
    some = np.isfinite(cost)
    low, high, cost = edges[some].min(axis=1), edges[some].max(axis=1), cost[some]
    if least:
        order = np.lexsort((cost, high, low))
        low, high, cost = low[order], high[order], cost[order]
        first = np.r_[True, (np.diff(low) != 0) | (np.diff(high) != 0)]
        low, high, cost = low[first], high[first], cost[first]
    graph = csr_array((cost, (low, high)), shape=(len(made.net.nodes_xy),) * 2)
    return lambda node: dijkstra(graph, directed=False, indices=node), time.perf_counter() - start


def trees(made: Work, router: Router, repeat: int) -> None:
    """One to all: from a node, so that the peers can do it."""
    node = int(made.net.edges[made.towns["saint-marc"].edge, 0])
    spot = Spot(made.towns["saint-marc"].edge, 0.0)
    ours, taken = timed(lambda: router.least_to_all(spot, made.minutes.copy()), repeat)
    line("one to all", taken, f"{np.isfinite(ours).sum():,} of {len(ours):,} nodes reached")
    tree, build = shortest_by_scipy(made, least=True)
    theirs, taken = timed(lambda: tree(node), repeat)
    both = np.isfinite(ours)
    far = np.abs(ours[both] - theirs[both]).max() if np.array_equal(both, np.isfinite(theirs)) else np.inf
    line("  scipy", taken, f"and {build * 1000:.0f} ms for the graph; the same to {far:.0e} minutes")
    raw = shortest_by_scipy(made, least=False)[0](node)
    off = raw[both] > ours[both] * (1 + 1e-9)
    line("  scipy, parallel edges as they come", taken, f"{off.mean():.1%} of nodes too far, as it adds them")


def pairs(made: Work, router: Router, repeat: int) -> None:
    """One pair: random nodes and the towns; a new array of costs each time."""
    random = np.random.default_rng(7)
    node = random.choice(np.unique(made.net.edges[np.isfinite(made.minutes)]), (PAIRS, 2))
    first = {int(n): e for e, n in reversed(list(enumerate(made.net.edges[:, 0].tolist())))}
    last = {int(n): e for e, n in reversed(list(enumerate(made.net.edges[:, 1].tolist())))}

    def spot(n: int) -> Spot:
        return Spot(first[n], 0.0) if n in first else Spot(last[n], float(made.net.length_m[last[n]]))

    def ours(one: int, other: int) -> RoutePath | None:
        return router.least(spot(one), spot(other), made.minutes.copy())

    each = [timed(lambda one=one, other=other: ours(int(one), int(other)), repeat) for one, other in node]
    cost = np.array([np.inf if path is None else path.costs[0] for path, _ in each])
    taken = [seconds for _, seconds in each]
    line(f"one pair, median of {PAIRS} random", median(taken), f"worst {max(taken) * 1000:.1f} ms")
    taken = []
    for one, other in combinations(made.towns.values(), 2):
        taken.append(timed(lambda one=one, other=other: router.least(one, other, made.minutes.copy()), 1)[1])
    line(f"one pair, median of {len(taken)} of 17 towns", median(taken), f"worst {max(taken) * 1000:.1f} ms")
    edges = [
        (a, b, w) for (a, b), w in zip(made.net.edges.tolist(), made.minutes.tolist(), strict=True) if np.isfinite(w)
    ]
    if importlib.util.find_spec("rustworkx"):
        import rustworkx as rx  # noqa: PLC0415

        graph = rx.PyGraph(multigraph=True)
        graph.add_nodes_from(range(len(made.net.nodes_xy)))
        graph.add_edges_from(edges)
        peers(
            "rustworkx",
            lambda a, b: dict(rx.dijkstra_shortest_path_lengths(graph, a, float, goal=b)).get(b, np.inf),
            node, cost, repeat,
        )  # fmt: skip
    if importlib.util.find_spec("networkx"):
        import networkx as nx  # noqa: PLC0415

        net = nx.MultiGraph()
        net.add_weighted_edges_from(edges)

        def by_networkx(a: int, b: int) -> float:
            try:
                return float(nx.bidirectional_dijkstra(net, a, b)[0])
            except nx.NetworkXNoPath:
                return np.inf

        peers("networkx, from both ends", by_networkx, node, cost, 1)
    if importlib.util.find_spec("pandana"):
        by_pandana(made, node, cost, repeat)
    else:
        print("  pandana is not installed: left out")


def peers(name: str, call: Callable[[int, int], float], node: Any, cost: Floats, repeat: int) -> None:
    each = [timed(lambda a=a, b=b: call(a, b), repeat) for a, b in node.tolist()]
    theirs = np.array([length for length, _ in each])
    same = "the same" if np.allclose(theirs, cost, rtol=1e-9) else "NOT THE SAME"
    line(f"  {name}", median(seconds for _, seconds in each), f"{same}, its graph already made")


def by_pandana(made: Work, node: Any, cost: Floats, repeat: int) -> None:
    import pandana  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    some = np.isfinite(made.minutes)
    (one, other), xy = made.net.edges[some].T, made.net.nodes_xy
    start = time.perf_counter()
    graph = pandana.Network(
        pd.Series(xy[:, 0]), pd.Series(xy[:, 1]), pd.Series(one), pd.Series(other),
        pd.DataFrame({"minutes": made.minutes[some]}),
    )  # fmt: skip
    line("  pandana, its graph", time.perf_counter() - start)
    each = [timed(lambda a=a, b=b: graph.shortest_path_length(a, b), repeat) for a, b in node.tolist()]
    far = np.abs(np.array([length for length, _ in each]) - cost)[np.isfinite(cost)].max()
    line("  pandana", median(seconds for _, seconds in each), f"within {far:.0e} minutes")


def tradeoffs(made: Work, router: Router, repeat: int) -> None:
    """The exact set on one road, the set within 1 % between all towns."""

    def ways(one: str, other: str, tolerance: float) -> list[RoutePath]:
        ends = made.towns[one], made.towns[other]
        return router.tradeoffs(*ends, made.minutes.copy(), made.exposure.copy(), tolerance=tolerance)

    for one, other in [("saint-marc", "gonaives"), ("gonaives", "dessalines")]:
        exact, taken = timed(lambda one=one, other=other: ways(one, other, 0.0), repeat)
        near = np.array([way.costs for way in ways(one, other, 0.01)])
        over = max(float((near / way.costs).max(axis=1).min()) for way in exact) - 1
        line(
            f"exact trade-offs {one} – {other}",
            taken,
            f"{len(exact)} ways; within 1 %: {len(near)}, over by {over:.2%}",
        )
    taken, number = [], []
    for one, other in combinations(made.towns, 2):
        found, seconds = timed(lambda one=one, other=other: ways(one, other, 0.01), 1)
        taken.append(seconds)
        number.append(len(found))
    worst = list(combinations(made.towns, 2))[int(np.argmax(taken))]
    line(
        f"trade-offs within 1 %, median of {len(taken)} of 17 towns", median(taken),
        f"worst {max(taken) * 1000:.0f} ms ({' – '.join(worst)}); {median(number):.0f} ways, {max(number)} at most",
    )  # fmt: skip


def closures(made: Work, router: Router, repeat: int) -> None:
    """All replacement paths between the ends of National Road 1, every edge against a search of its own."""
    ends = made.towns["port-au-prince"], made.towns["cap-haitien"]
    for name, cost in (("metres", made.net.length_m), ("minutes", made.minutes)):
        found, taken = timed(lambda cost=cost: router.replacements(*ends, cost.copy()), repeat)
        start, wrong = time.perf_counter(), 0
        for edge, left in zip(found.path.edges.tolist(), found.cost.tolist(), strict=True):
            shut = cost.copy()
            shut[edge] = np.inf
            other = router.least(*ends, shut)
            wrong += not np.isclose(left, np.inf if other is None else other.costs[0], rtol=1e-9)
        by_hand = time.perf_counter() - start
        cut = int(np.isinf(found.cost).sum())
        line(
            f"replacement paths Port-au-Prince – Cap-Haïtien, {name}", taken,
            f"{len(found.path.edges)} edges, {found.path.length_m / 1000:.1f} km, {cut} without another way; "
            f"one by one {by_hand:.1f} s, {wrong} differ",
        )  # fmt: skip
    closed, taken = timed(router.bridges, repeat)
    line("bridges", taken, f"{closed.sum():,} of {len(closed):,} edges")


def run(repeat: int) -> None:
    """Print medians, what the peers take for the same, and whether the answers are the same."""
    made = work()
    if made is None:
        return
    router = prepare(made, repeat)
    pairs(made, router, repeat)
    trees(made, router, repeat)
    tradeoffs(made, router, repeat)
    closures(made, router, repeat)

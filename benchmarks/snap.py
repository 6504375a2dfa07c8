"""Snapping: a million points on one corridor (W1) and on a million edges (W2), beside shapely and fastnsa.

Every run builds what it needs anew: artimap its network, tree and table, shapely its tree,
fastnsa its network. The runs of the peers take turns, so that a busy moment hits all of
them. fastnsa is optional (``pip install artimap[bench]``).
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import NamedTuple

import numpy as np
import shapely

from benchmarks import workloads
from benchmarks.memory import Peak
from benchmarks.workloads import Floats

POINTS = 1_000_000


class Work(NamedTuple):
    """A network as arrays, lines of its edges, and points."""

    nodes: Floats
    edges: np.ndarray
    length: Floats
    coords: Floats  # (E, k, 2)
    xy: Floats


class Found(NamedTuple):
    edge: np.ndarray
    offset: Floats
    distance: Floats | None


def corridor(points: int) -> Work:
    line = workloads.corridor()
    size = np.hypot(*np.diff(line, axis=0).T).sum(keepdims=True)
    return Work(line[[0, -1]], np.array([[0, 1]], np.int32), size, line[None], workloads.corridor_events(points, line))


def network(points: int, size: str = "1M") -> Work:
    net = workloads.network(size)
    return Work(
        net["node_xy"], net["edges"], net["length"], net["coords"], workloads.network_events(size, points)["xy"]
    )


def by_artimap(work: Work) -> Found:
    import artimap as am  # noqa: PLC0415

    net = am.RoadNetwork.from_edges(work.nodes, work.edges, work.length, work.coords, crs=workloads.CRS)
    table = net.snap(work.xy)
    return Found(table["edge"].to_numpy(dtype=np.int64), table["offset_m"].to_numpy(), table["distance_m"].to_numpy())


def by_shapely(work: Work) -> Found:
    """STRtree over the edges; over the segments where an edge is a long line."""
    if len(work.edges) > 1:
        shapes, start = shapely.linestrings(work.coords), None
    else:
        line = work.coords[0]
        shapes = shapely.linestrings(np.stack([line[:-1], line[1:]], axis=1))
        start = np.r_[0.0, np.cumsum(shapely.length(shapes))]
    points = shapely.points(work.xy)
    (which, piece), apart = shapely.STRtree(shapes).query_nearest(points, return_distance=True, all_matches=False)
    offset = shapely.line_locate_point(shapes[piece], points[which])
    if start is None:
        return Found(piece, offset, apart)
    return Found(np.zeros(len(piece), dtype=np.int64), start[piece] + offset, apart)


def by_fastnsa(work: Work) -> Found:
    """As fast as it goes: edges of one segment each where an edge is a long line."""
    import fastnsa  # noqa: PLC0415

    if len(work.edges) > 1:
        edges, length, lines = work.edges, work.length, work.coords
    else:
        line = work.coords[0]
        number = np.arange(len(line) - 1)
        edges, length = np.column_stack([number, number + 1]), np.hypot(*np.diff(line, axis=0).T)
        lines = np.stack([line[:-1], line[1:]], axis=1)
    here = np.r_[edges[:, 0], edges[:, 1]]
    order = np.argsort(here, kind="stable")
    made = fastnsa.NativeNetwork(
        edges=np.column_stack([edges.astype(float), length]),
        offsets=np.r_[0, np.cumsum(np.bincount(here))],
        indices=(order % len(edges)).astype(np.int32),
        coordinates=lines.reshape(-1, 2),
        geometry_offsets=np.arange(len(edges) + 1) * lines.shape[1],
    )
    found = fastnsa.NativePointSet.map_xy(made, work.xy[:, 0], work.xy[:, 1])
    edge, offset = found.edge_ids_array(), found.offsets_array()
    if len(work.edges) == 1:
        offset = np.r_[0.0, np.cumsum(length)][edge] + offset
        edge = np.zeros_like(edge)
    return Found(edge, offset, None)


WORKS: dict[str, Callable[[int], Work]] = {"W1 corridor": corridor, "W2 1M edges": network}
PEERS: dict[str, Callable[[Work], Found]] = {"artimap": by_artimap, "STRtree": by_shapely, "fastnsa": by_fastnsa}


def peers() -> list[str]:
    names = [name for name in PEERS if name != "fastnsa" or importlib.util.find_spec("fastnsa")]
    if "fastnsa" not in names:
        print("fastnsa is not installed (pip install 'artimap[bench]'): left out")
    return names


def check(work: Work, found: dict[str, Found]) -> None:
    """Print how far the answers agree."""
    ours = found["artimap"]
    lines = shapely.linestrings(work.coords)
    points = shapely.points(work.xy)
    some = slice(None) if len(lines) > 1 else slice(0, 20_000)  # a whole corridor a point is slow
    chainage = shapely.line_locate_point(lines[ours.edge[some]], points[some])
    print(f"  chainage against shapely on the same line: {np.abs(chainage - ours.offset[some]).max():.1e} m at most")
    theirs = found["STRtree"]
    apart = np.abs(theirs.distance - ours.distance).max()
    other = theirs.edge != ours.edge
    print(f"  distance against STRtree: {apart:.1e} m at most; another edge, as near: {other.sum():,} points")
    if "fastnsa" in found:
        same = found["fastnsa"].edge == ours.edge
        off = np.abs(found["fastnsa"].offset - ours.offset)[same].max()
        print(f"  fastnsa: the same edge for {same.mean():.4%}, the place on it within {off:.1e} m")


def memory(work: str, peer: str) -> str:
    """Give the peak of one run in a process of its own, above that of the inputs."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.snap", work, peer], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def run(repeat: int) -> None:
    """Print medians, ratios, agreement and memory."""
    names = peers()
    for name, make in WORKS.items():
        work = make(POINTS)
        print(f"{name}: {len(work.edges):,} edges, {len(work.xy):,} points")
        start = time.perf_counter()
        by_artimap(work)  # loads or makes the compiled loops, once
        print(f"  first call of artimap in this process {time.perf_counter() - start:.2f} s")
        taken: dict[str, list[float]] = {peer: [] for peer in names}
        found: dict[str, Found] = {}
        for _ in range(repeat):
            for peer in names:
                start = time.perf_counter()
                found[peer] = PEERS[peer](work)
                taken[peer].append(time.perf_counter() - start)
        ours = median(taken["artimap"])
        for peer in names:
            mid = median(taken[peer])
            used = memory(name, peer)
            spread = f"{min(taken[peer]):.2f}–{max(taken[peer]):.2f}"
            print(f"  {peer:8s} {mid:7.3f} s ({spread})  {mid / ours:6.1f} × artimap  {used}")
        check(work, found)


def main() -> None:
    """One run of one peer in this process: its peak above the inputs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=list(WORKS))
    parser.add_argument("peer", choices=list(PEERS))
    args = parser.parse_args()
    work = WORKS[args.work](POINTS)
    by_artimap(Work(work.nodes, work.edges, work.length, work.coords, work.xy[:100_000]))  # imports and loops
    gc.collect()
    peak = Peak()
    PEERS[args.peer](work)
    print(peak)


if __name__ == "__main__":
    main()

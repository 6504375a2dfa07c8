"""The workloads that speed is measured on: made up, fixed by their seeds, metres in UTM 18N.

W1 is a corridor of 250 km with events up to 20 km away; W2 a road network of 200 m blocks
with some 10 thousand, 100 thousand or a million edges, its events mostly in clusters and
some 30 m off the road, each with a day.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

CRS = "EPSG:32618"
ORIGIN = (730_000.0, 2_110_000.0)
EDGES = {"10k": 10_000, "100k": 100_000, "1M": 1_000_000}
EVENTS = {"1k": 1_000, "10k": 10_000, "100k": 100_000, "1M": 1_000_000}
DAYS = 1096
KEPT = Path(tempfile.gettempdir()) / "artimap-benchmarks"

Floats = NDArray[np.float64]


class Network(TypedDict):
    node_xy: Floats  # (N, 2)
    edges: NDArray[np.int32]  # (E, 2)
    length: Floats  # (E,)
    coords: Floats  # (E, 3, 2)


class Events(TypedDict):
    edge: NDArray[np.int32]  # the edge each happened on
    off: Floats  # metres from its start
    xy: Floats  # where it is reported, some way off
    day: Floats  # in [0, 1096)


def corridor(vertices: int = 2000, length_m: float = 250_000.0, seed: int = 1) -> Floats:
    """W1: the vertices of a winding line, (n, 2)."""
    random = np.random.default_rng(seed)
    heading = np.cumsum(random.normal(0, 0.08, vertices - 1))
    heading = np.clip(heading - heading.mean(), -1.2, 1.2)
    step = np.column_stack([np.cos(heading), np.sin(heading)]) * random.uniform(0.5, 1.5, vertices - 1)[:, None]
    step *= length_m / np.hypot(*step.T).sum()
    return np.ascontiguousarray(np.vstack([[0, 0], np.cumsum(step, axis=0)]) + ORIGIN)


def corridor_events(number: int, line: Floats | None = None, seed: int = 2) -> Floats:
    """W1: places around the line, (n, 2): most within a kilometre, some up to 20 km away."""
    line = corridor() if line is None else line
    random = np.random.default_rng(seed + number)
    step = np.diff(line, axis=0)
    size = np.hypot(*step.T)
    chainage = np.r_[0, np.cumsum(size)]
    at = random.uniform(0, chainage[-1], number)
    on = np.clip(np.searchsorted(chainage, at, "right") - 1, 0, len(size) - 1)
    spot = line[on] + step[on] * ((at - chainage[on]) / size[on])[:, None]
    near = random.random(number) < 0.7
    off = np.where(near, random.normal(0, 500, number), random.uniform(-20_000, 20_000, number))
    aside = np.column_stack([-step[on, 1], step[on, 0]]) / size[on][:, None]
    return np.ascontiguousarray(spot + aside * np.clip(off, -20_000, 20_000)[:, None])


def network(size: str, seed: int = 3, block_m: float = 200.0) -> Network:
    """W2: a jittered grid of roads, 8 % of them left out, the largest part of what is left."""
    from scipy.sparse import coo_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    kept = KEPT / f"network-{size}.npz"
    if kept.exists():
        return Network(**np.load(kept))
    side = max(3, round(np.sqrt(EDGES[size] / (2 * 0.92))))
    random = np.random.default_rng(seed + side)
    row, column = np.meshgrid(np.arange(side), np.arange(side), indexing="ij")
    node = np.column_stack([row.ravel(), column.ravel()]) * block_m
    node = node + random.uniform(-0.3, 0.3, node.shape) * block_m
    number = row * side + column
    edge = np.vstack([
        np.column_stack([number[:-1].ravel(), number[1:].ravel()]),
        np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()]),
    ])  # fmt: skip
    edge = edge[random.random(len(edge)) > 0.08]
    graph = coo_array((np.ones(len(edge)), (edge[:, 0], edge[:, 1])), shape=(side**2, side**2))
    label = connected_components(graph, directed=False)[1]
    largest = label == np.bincount(label).argmax()
    new = np.cumsum(largest) - 1
    edge = new[edge[largest[edge[:, 0]]]].astype(np.int32)
    node = node[largest] + ORIGIN
    # in bands, as a file of roads would be: roughly local
    middle = (node[edge[:, 0]] + node[edge[:, 1]]) / 2
    edge = edge[np.lexsort((middle[:, 1], np.floor((middle[:, 0] - ORIGIN[0]) / (block_m * 4))))]
    start, stop = node[edge[:, 0]], node[edge[:, 1]]
    bend = (start + stop) / 2 + random.normal(0, 0.05 * block_m, start.shape)
    made = Network(
        node_xy=node,
        edges=edge,
        length=np.hypot(*(bend - start).T) + np.hypot(*(stop - bend).T),
        coords=np.stack([start, bend, stop], axis=1),
    )
    KEPT.mkdir(parents=True, exist_ok=True)
    np.savez(kept, **made)
    return made


def network_events(size: str, number: int, seed: int = 4) -> Events:
    """W2: 70 % of the events in clusters, the others anywhere along the roads; 30 m off, two bursts in time."""
    from scipy.spatial import KDTree  # noqa: PLC0415

    kept = KEPT / f"events-{size}-{number}.npz"
    if kept.exists():
        return Events(**np.load(kept))
    net = network(size)
    length, coords = net["length"], net["coords"]
    random = np.random.default_rng(seed + number + len(length))
    clusters = max(5, len(length) // 2000)
    centre = coords[random.integers(0, len(length), clusters), 1]
    in_cluster = int(0.7 * number)
    weight = random.pareto(1.5, clusters) + 0.2
    around = centre[random.choice(clusters, in_cluster, p=weight / weight.sum())]
    clustered = KDTree(coords[:, 1]).query(around + random.normal(0, 800, around.shape))[1]
    total = np.r_[0, np.cumsum(length)]
    spot = random.uniform(0, total[-1], number - in_cluster)
    anywhere = np.clip(np.searchsorted(total, spot, "right") - 1, 0, len(length) - 1)
    edge = np.r_[clustered, anywhere].astype(np.int32)
    edge = edge[random.permutation(number)]
    off = random.random(number) * length[edge]
    line = coords[edge]
    first = np.hypot(*(line[:, 1] - line[:, 0]).T)
    before = line[:, 0] + (line[:, 1] - line[:, 0]) * (off / first)[:, None]
    beyond = line[:, 1] + (line[:, 2] - line[:, 1]) * ((off - first) / (length[edge] - first))[:, None]
    place = np.where((off <= first)[:, None], before, beyond)
    xy = place + random.normal(0, 30, place.shape)
    bursts = random.random(number) < 0.4
    burst = np.clip(random.normal(random.choice([300.0, 800.0], number), 40), 0, DAYS - 0.01)
    day = np.where(bursts, burst, random.uniform(0, DAYS, number))
    made = Events(edge=edge, off=off, xy=xy, day=day)
    np.savez(kept, **made)
    return made

"""The service area of a place: the road that lies within some distance along the network."""

from __future__ import annotations

import heapq

import numpy as np
import shapely
from shapely.ops import substring

from artimap.areas.area import Area, read_roads
from artimap.areas.user_layers import cached
from artimap.roads.network.graph import RoadNetwork

_SEAM_M = 5.0


@cached
def roads_of(area: Area) -> RoadNetwork:
    """Give an area's roads as a network; gaps up to 5 m are bridged."""
    return RoadNetwork.from_lines(read_roads(area), tolerance_m=_SEAM_M)


def node_distances(net: RoadNetwork, edge: int, offset_m: float, reach_m: float) -> dict[int, float]:
    """Give the nodes within ``reach_m`` along the network from a place on an edge, with their distance in metres."""
    near: dict[int, float] = {}
    head, tail = (int(one) for one in net.edges[edge])
    # Dijkstra (1959) from a place inside an edge: both ends of the edge start, each with its own
    # distance.
    heap = [(offset_m, head), (float(net.length_m[edge]) - offset_m, tail)]
    heapq.heapify(heap)
    around = net.adjacency
    while heap:
        distance, node = heapq.heappop(heap)
        # Whatever is taken off the heap for the second time came a longer way.
        if distance > reach_m or distance >= near.get(node, np.inf):
            continue
        near[node] = distance
        for at in range(int(around.ptr[node]), int(around.ptr[node + 1])):
            length = float(net.length_m[int(around.edge[at])])
            heapq.heappush(heap, (distance + length, int(around.neighbour[at])))
    return near


def reached(net: RoadNetwork, edge: int, offset_m: float, reach_m: float) -> list[tuple[int, float, float]]:
    """Give the pieces of road within a distance along the network: edge, from and to in metres along it.

    Parameters
    ----------
    net
        The network.
    edge, offset_m
        Where to start: an edge, and the metres along it.
    reach_m
        The distance.

    Returns
    -------
    list
        Every place on these pieces is at most ``reach_m`` away along the roads, every other is farther.
    """
    near = node_distances(net, edge, offset_m, reach_m)
    around = net.adjacency
    touched = {int(around.edge[at]) for node in near for at in range(around.ptr[node], around.ptr[node + 1])}
    pieces: list[tuple[int, float, float]] = []
    for one in sorted(touched | {edge}):
        head, tail = (int(node) for node in net.edges[one])
        length = float(net.length_m[one])
        # An edge may be entered from either end, and the first one from its middle as well; the pieces may
        # overlap and are joined.
        spans = [
            (0.0, min(length, reach_m - near[head])) if head in near else None,
            (max(0.0, length - (reach_m - near[tail])), length) if tail in near else None,
            (max(0.0, offset_m - reach_m), min(length, offset_m + reach_m)) if one == edge else None,
        ]
        pieces += [(one, low, high) for low, high in _merged([span for span in spans if span is not None])]
    return pieces


def _merged(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    out: list[tuple[float, float]] = []
    for low, high in sorted(spans):
        if out and low <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], high))
        else:
            out.append((low, high))
    return [(low, high) for low, high in out if high > low]


def road_within(net: RoadNetwork, point: shapely.Point, reach_m: float, *, snap_m: float) -> shapely.Geometry:
    """Give the road within a distance along the network from a place.

    Parameters
    ----------
    net
        The network.
    point
        The place, in the network's system.
    reach_m
        Metres along the road from the place nearest to it.
    snap_m
        Farther than this from every road there is none.

    Returns
    -------
    MultiLineString
        Empty where no road is near enough.
    """
    found = net.snap(np.array([[point.x, point.y]]), max_offset_m=snap_m)
    if found["edge"].isna().iloc[0]:
        return shapely.MultiLineString()
    lines = net.lines
    edge, offset = int(found["edge"].iloc[0]), float(found["offset_m"].iloc[0])
    # ``substring`` gives a point where a piece has no length; a MultiLineString may hold lines only.
    parts = [substring(lines.iloc[one], low, high) for one, low, high in reached(net, edge, offset, reach_m)]
    return shapely.multilinestrings([part for part in parts if part.geom_type == "LineString"])

"""What closing roads in the page costs: bytes in the page, and time of an answer with the processor slowed four times.

The embedded roads, and the real roads of northern Haiti where the layer is at hand (``benchmarks.network``). Without
Chromium and playwright only the bytes are told.
"""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import shapely

import artimap as am
from artimap.areas.road_network import AreaRoads
from artimap.maps import what_if
from artimap.roads.network.graph import RoadNetwork
from benchmarks.network import real_layer

PIECE_M = 1_000.0


def north_haiti(area: am.Area, path: Path) -> AreaRoads:
    """Give the lines of a file as roads without names, in pieces of at most a kilometre."""
    import geopandas as gpd  # noqa: PLC0415

    read = gpd.read_parquet if path.suffix == ".parquet" else gpd.read_file
    joined = RoadNetwork.from_lines(read(path).to_crs(area.crs), tolerance_m=5)
    if joined.report is None:  # from_lines always says what it did
        raise AssertionError
    kinds = joined.report.edges["class"].to_numpy(dtype=object)
    parts = np.maximum(np.ceil(joined.length_m / PIECE_M).astype(int), 1)
    long = np.flatnonzero(parts > 1)
    nodes, ends, lines = list(joined.nodes_xy), joined.edges.tolist(), list(joined.lines.array)
    length, kind = joined.length_m.tolist(), list(kinds)
    for edge in long.tolist():
        line, n = lines[edge], int(parts[edge])
        cuts = [shapely.get_coordinates(line.interpolate(k / n, normalized=True))[0] for k in range(1, n)]
        first, last = ends[edge]
        numbers = [first, *range(len(nodes), len(nodes) + n - 1), last]
        nodes += cuts
        pieces = [shapely.ops.substring(line, k / n, (k + 1) / n, normalized=True) for k in range(n)]
        for k, piece in enumerate(pieces):
            xy = shapely.get_coordinates(piece)
            xy[0], xy[-1] = nodes[numbers[k]], nodes[numbers[k + 1]]
            row = [[numbers[k], numbers[k + 1]], shapely.LineString(xy), length[edge] / n, kinds[edge]]
            if k == 0:
                share = row[2]
                ends[edge], lines[edge] = row[0], row[1]
            else:
                ends.append(row[0])
                lines.append(row[1])
                length.append(row[2])
                kind.append(row[3])
        length[edge] = share
    net = RoadNetwork.from_edges(
        np.array(nodes), np.array(ends), np.array(length), [shapely.get_coordinates(one) for one in lines], crs=area.crs
    )  # fmt: skip
    none = np.full(len(ends), np.nan)
    return AreaRoads(area, net, np.full(len(ends), None), none, none, np.array(kind, dtype=object), {})

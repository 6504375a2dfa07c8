"""Shapes that are only looked at, as finished outlines: the page stretches them like a picture.

The base map is most of a page's points. Where nothing on it opens, the page need not project,
cut and simplify them one by one at each step of the zoom: its browser draws path data in
spherical Mercator (EPSG:3857, in degrees) by itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from artimap.maps.layers import Layer, Parts, Ring

SCALE = 100_000
"""Coordinates in the page are whole hundred-thousandths of a degree."""


def _grid(ring: Ring) -> np.ndarray:
    """Give a ring in Mercator's grid: whole steps east, and north."""
    lon, lat = np.asarray(ring, dtype=float).T
    grid: np.ndarray = np.rint(np.stack([lon, np.degrees(np.arcsinh(np.tan(np.radians(lat))))], axis=1) * SCALE)
    return grid.astype(int)


def outline(parts: Parts, *, west: int, north: int, closed: bool) -> str:
    """Give parts as SVG path data, right and down from a corner of the grid.

    >>> outline(((((0.0, 0.0), (0.00002, 0.0), (0.00002, -0.00001)),),), west=0, north=0, closed=True)
    'M0 0l2 0 0 1z'
    """
    return "".join(_path(_grid(ring), west, north, closed=closed) for rings in parts for ring in rings)


def _path(points: np.ndarray, west: int, north: int, *, closed: bool) -> str:
    if closed and len(points) > 1 and (points[0] == points[-1]).all():
        points = points[:-1]
    steps = np.diff(points, axis=0) * (1, -1)
    line = " ".join(map(str, steps.ravel().tolist())).replace(" -", "-")
    return f"M{points[0, 0] - west} {north - points[0, 1]}l{line}{'z' if closed else ''}"


def outlines(layer: Layer) -> dict[str, Any]:
    """Give the features of a layer with their outlines, and the box (west, south, east, north) that they lie in."""
    if not any(feature.parts for feature in layer.features):
        return {"box": [0, 0, 1, 1], "features": []}
    every = np.concatenate(
        [_grid(ring) for feature in layer.features for rings in feature.parts for ring in rings], axis=0
    )
    (west, south), (east, north) = every.min(axis=0).tolist(), every.max(axis=0).tolist()
    drawn = [
        {
            "key": feature.key,
            "mark": feature.mark,
            "d": outline(feature.parts, west=west, north=north, closed=layer.kind == "area"),
        }
        for feature in layer.features
    ]
    return {"box": [west, south, max(east, west + 1), max(north, south + 1)], "features": drawn}

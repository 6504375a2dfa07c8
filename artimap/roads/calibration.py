"""What a corridor is built from: kilometre posts, or lines that join end to end."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.ops import substring

from artimap.core.arrays import Floats
from artimap.core.errors import CorridorError

_POST_TOLERANCE_M = 15.0
"""Posts are given to 4 decimals of a degree (±8 m each): two may look that much too far apart."""


def through_posts(posts: gpd.GeoDataFrame, ref: str) -> tuple[Floats, Floats]:
    """Give places and chainage of the posts of one road, both in metres.

    Raises
    ------
    CorridorError
        If the posts do not make one road: every such place is named.
    """
    km = posts["km"].to_numpy(dtype=float)
    xy = shapely.get_coordinates(posts.geometry.to_numpy())
    wrong = []
    if len(km) < 2 or abs(km[0]) > 1e-9:
        wrong.append("it needs two posts at least, the first at km 0")
    wrong += [
        f"km {km[i + 1]:g} follows km {km[i]:g}: posts must rise (a branch, or a repeated post?)"
        for i in np.flatnonzero(np.diff(km) <= 0)
    ]
    straight = np.hypot(*np.diff(xy, axis=0).T)
    wrong += [
        f"between km {km[i]:g} and km {km[i + 1]:g} the posts lie {straight[i] / 1000:.2f} km apart: "
        f"more than the road between them (a gap, or a misplaced post, at x={xy[i, 0]:.0f} y={xy[i, 1]:.0f})"
        for i in np.flatnonzero(straight > np.diff(km) * 1000 + _POST_TOLERANCE_M)
    ]
    if wrong:
        msg = f"{ref}: these posts do not make one road:\n  - " + "\n  - ".join(wrong)
        raise CorridorError(msg)
    return xy, km * 1000.0


def end_to_end(lines: gpd.GeoSeries, ref: str) -> tuple[Floats, Floats]:
    """Give the vertices of lines laid end to end, and the chainage of each, in metres.

    Raises
    ------
    CorridorError
        If they leave a gap, branch or close a ring: the message gives the places.
    """
    parts = shapely.get_parts(lines.to_numpy())
    merged = shapely.line_merge(shapely.multilinestrings(parts))
    if merged.geom_type != "LineString":
        raise CorridorError(_why_not_one_line(parts, ref))
    if merged.is_closed:
        msg = f"{ref}: the lines close a ring, so there is no end to measure from"
        raise CorridorError(msg)
    line = merged
    head = shapely.Point(parts[0].coords[0])
    if head.distance(shapely.Point(line.coords[-1])) < head.distance(shapely.Point(line.coords[0])):
        line = shapely.reverse(line)
    xy = shapely.get_coordinates(line)
    xy = xy[np.r_[True, np.hypot(*np.diff(xy, axis=0).T) > 0]]
    return xy, np.r_[0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T))]


def _why_not_one_line(parts: NDArray[Any], ref: str) -> str:
    """Say where lines fork or stop short, so that the road can be mended."""
    ends = np.vstack([shapely.get_coordinates(part)[[0, -1]] for part in parts])
    places, count = np.unique(np.round(ends, 3), axis=0, return_counts=True)
    forks = [
        f"a branch at x={x:.0f} y={y:.0f} ({n} lines meet)" for (x, y), n in zip(places, count, strict=True) if n > 2
    ]
    loose = places[count == 1]
    gaps = []
    if len(loose) > 2:
        tree = shapely.STRtree(shapely.points(loose))
        for i, (x, y) in enumerate(loose):
            others = [j for j in tree.query(shapely.Point(x, y).buffer(5_000)) if j != i]
            if others:
                nearest = min(others, key=lambda j: float(np.hypot(*(loose[j] - loose[i]))))
                if nearest > i:
                    apart = float(np.hypot(*(loose[nearest] - loose[i])))
                    gaps.append(f"a gap of {apart:.1f} m at x={x:.0f} y={y:.0f}")
        if not gaps:
            gaps = [f"a loose end at x={x:.0f} y={y:.0f}" for x, y in loose]
    return f"{ref}: the lines do not make one road:\n  - " + "\n  - ".join([*forks, *gaps])


_POST_SLACK_M = 500.0
"""A detailed line may be this much longer between two posts than they say."""


def calibrated(line: shapely.LineString, posts: gpd.GeoDataFrame, *, ref: str) -> tuple[shapely.LineString, Floats]:
    """Give a detailed line the chainage of kilometre posts.

    Each post goes to the nearest point of the line a little way after the post before, so
    that a bend that comes back close to itself is not mistaken; between posts chainage
    grows with the length of the line.

    Parameters
    ----------
    line
        The road in a metric system, from km 0.
    posts
        POSTS of the road in the same system, in order.
    ref
        What to call the road in a message.

    Returns
    -------
    tuple
        The line without repeated vertices, and the chainage of each vertex in metres.

    Raises
    ------
    CorridorError
        If the posts do not follow one another along the line.
    """
    km = posts["km"].to_numpy(dtype=float)
    spots = posts.geometry.to_numpy()
    at = np.zeros(len(km))
    for i in range(1, len(km)):
        low = float(at[i - 1])
        window = substring(line, low, min(low + (km[i] - km[i - 1]) * 1000 + _POST_SLACK_M, line.length))
        at[i] = low + shapely.line_locate_point(window, spots[i])
    at[-1] = line.length
    if (np.diff(at) <= 0).any():
        wrong = ", ".join(f"km {km[i + 1]:g}" for i in np.flatnonzero(np.diff(at) <= 0)[:5])
        msg = f"{ref}: along this line the posts do not follow one another at {wrong}"
        raise CorridorError(msg)
    xy = shapely.get_coordinates(line)
    xy = xy[np.r_[True, np.hypot(*np.diff(xy, axis=0).T) > 0]]
    along = np.r_[0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T))]
    along[-1] = line.length  # a sum of many parts differs from it in the last bit, and so would the road's length
    return shapely.LineString(xy), np.interp(along, at, km * 1000.0)

"""Seams bridged and gaps named: what to do with ends that do not quite meet."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from artimap.network.noding import GRID_M, grid_numbers, on_grid, tips
from artimap.spreading import Floats, Ints

_GAP_M = 250.0
"""Loose ends that lie farther than this from any other line are dead ends, not gaps."""


class Bridged(NamedTuple):
    """Pieces, cut where a bridge meets them, the bridges, and which piece each was cut from."""

    pieces: NDArray[np.object_]
    bridges: NDArray[np.object_]
    origin: Ints


def ends(lines: NDArray[np.object_]) -> tuple[Ints, Floats]:
    """Give numbers to the ends of lines; ends on one grid point are one node."""
    if not len(lines):
        return np.zeros((0, 2), dtype=np.int64), np.zeros((0, 2))
    xy = tips(lines).reshape(-1, 2)
    number, first = grid_numbers(xy)
    return number.reshape(-1, 2), xy[first]


def _loose(pairs: Ints, nodes: Floats) -> Ints:
    return np.flatnonzero(np.bincount(pairs.ravel(), minlength=len(nodes)) == 1)


def _nearest(
    loose: Ints, pairs: Ints, nodes: Floats, lines: NDArray[np.object_], reach_m: float
) -> tuple[Ints, Ints, Floats]:
    """Give for loose ends the nearest line that does not end there, within reach."""
    points = shapely.points(nodes[loose])
    which, line = shapely.STRtree(lines).query(points, predicate="dwithin", distance=reach_m)
    other = ~(pairs[line] == loose[which][:, None]).any(axis=1)
    which, line = which[other], line[other]
    apart = shapely.distance(points[which], lines[line])
    order = np.lexsort((line, apart, which))
    which, line, apart = which[order], line[order], apart[order]
    first = np.r_[True, np.diff(which) > 0] if len(which) else np.zeros(0, dtype=bool)
    return loose[which[first]], line[first].astype(np.int64), apart[first]


def bridge(pieces: NDArray[np.object_], tolerance_m: float) -> Bridged:
    """Join loose ends to the nearest line within the tolerance."""
    origin = np.arange(len(pieces))
    if tolerance_m == 0 or not len(pieces):
        return Bridged(pieces, np.zeros(0, dtype=object), origin)
    pairs, nodes = ends(pieces)
    loose, line, _ = _nearest(_loose(pairs, nodes), pairs, nodes, pieces, tolerance_m)
    if not len(loose):
        return Bridged(pieces, np.zeros(0, dtype=object), origin)
    here = shapely.points(nodes[loose])
    along = shapely.line_locate_point(pieces[line], here)
    foot = shapely.get_coordinates(shapely.line_interpolate_point(pieces[line], along))
    # where an end of the other line is within reach the bridge goes to that end, else the line is cut
    both = nodes[pairs[line]]
    reach = np.hypot(*(both - nodes[loose][:, None, :]).transpose(2, 0, 1))
    nearer = reach.argmin(axis=1)
    inner = reach.min(axis=1) > tolerance_m
    foot = np.where(inner[:, None], on_grid(foot), both[np.arange(len(line)), nearer])
    cut = np.unique(line[inner])
    kept = np.delete(origin, cut)
    new, new_origin = [], []
    for number in cut:
        on_it = inner & (line == number)
        halves = _cut(pieces[number], along[on_it], foot[on_it])
        new += halves
        new_origin += [number] * len(halves)
    bridges = shapely.linestrings(np.stack([nodes[loose], foot], axis=1))
    # two loose ends that face each other give one bridge, not two
    _, first = np.unique(shapely.to_wkb(shapely.normalize(bridges)), return_index=True)
    bridges = bridges[np.sort(first)]
    bridges = bridges[shapely.length(bridges) > GRID_M / 2]
    cut_pieces = np.concatenate([pieces[kept], np.array(new, dtype=object)])
    return Bridged(cut_pieces, bridges, np.r_[kept, np.array(new_origin, dtype=np.int64)].astype(np.int64))


def _cut(line: shapely.LineString, along: Floats, foot: Floats) -> list[shapely.LineString]:
    """Cut a line at distances from its start; the cuts get the coordinates given."""
    xy = shapely.get_coordinates(line)
    measure = np.r_[0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T))]
    order = np.argsort(along, kind="stable")
    along, foot = along[order], foot[order]
    fresh = np.r_[True, np.diff(along) > GRID_M]
    along, foot = along[fresh], foot[fresh]
    marks = np.r_[0.0, along, measure[-1]]
    corners = np.vstack([xy[:1], foot, xy[-1:]])
    return [
        shapely.LineString(np.vstack([corners[i], xy[(measure > marks[i]) & (measure < marks[i + 1])], corners[i + 1]]))
        for i in range(len(marks) - 1)
    ]


def gaps(lines: NDArray[np.object_], pairs: Ints, nodes: Floats) -> NDArray[np.object_]:
    """Give the open gaps: from a loose end to the nearest line of another part of the net."""
    if not len(lines):
        return lines
    label = parts_of(pairs, len(nodes))
    part = label[pairs[:, 0]]
    loose = _loose(pairs, nodes)
    most = np.bincount(part).argmax()
    # ends of the largest part look only at lines of the others, which are few
    looks = ((label[loose] == most, np.flatnonzero(part != most)), (label[loose] != most, np.arange(len(lines))))
    found = [_across(loose[ends_of], among, part, label, nodes, lines) for ends_of, among in looks]
    shapes = np.concatenate(found)
    _, once = np.unique(shapely.to_wkb(shapely.normalize(shapes)), return_index=True)
    return np.asarray(shapes[np.sort(once)])


def _across(
    loose: Ints, among: Ints, part: Ints, label: Ints, nodes: Floats, lines: NDArray[np.object_]
) -> NDArray[np.object_]:
    points = shapely.points(nodes[loose])
    which, line = shapely.STRtree(lines[among]).query(points, predicate="dwithin", distance=_GAP_M)
    line = among[line]
    other = part[line] != label[loose[which]]
    which, line = which[other], line[other]
    if not len(which):
        return np.zeros(0, dtype=object)
    apart = shapely.distance(points[which], lines[line])
    order = np.lexsort((line, apart, which))
    which, line = which[order], line[order]
    first = np.r_[True, np.diff(which) > 0]
    return np.asarray(shapely.shortest_line(points[which[first]], lines[line[first]]))


def parts_of(pairs: Ints, number: int) -> Ints:
    """Give the part of the net that each node belongs to."""
    from scipy.sparse import coo_array  # noqa: PLC0415 - slow to import, used only here
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    net = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(number, number))
    return np.asarray(connected_components(net, directed=False)[1], dtype=np.int64)

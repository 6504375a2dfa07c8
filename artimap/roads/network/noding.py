"""Lines cut into pieces between the places where they meet, each piece once, with the lines it came from.

Two rules, because files differ. *Crossings*: lines meet wherever they touch or cross, as on a
paper map; right for lines drawn by hand, but a bridge then meets the road under it.
*Vertices*: lines meet only where they share a vertex, as OpenStreetMap draws it; a bridge
stays above, and lines that only cross are left apart.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from artimap.core.arrays import Floats, Ints

GRID_M = 0.05
"""Lines are noded on a grid this fine: copies of one line that went through two tiles then coincide."""

_PER_M = round(1 / GRID_M)

SAME_M = 0.25
"""A source line this near to the middle of a piece is one that the piece was made from."""

Noding = Literal["crossings", "vertices"]


class LinePieces(NamedTuple):
    """Pieces of line, and pairs (piece, row): which source rows each was made from."""

    lines: NDArray[np.object_]
    piece: Ints
    row: Ints


def node(parts: NDArray[np.object_], row: Ints, rule: Noding) -> LinePieces:
    """Cut lines into pieces.

    Parameters
    ----------
    parts
        Single lines, in metres.
    row
        The source row of each.
    rule
        Where lines meet: at ``"crossings"`` or at ``"vertices"``.
    """
    if not len(parts):
        return LinePieces(parts, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    return _by_vertices(parts, row) if rule == "vertices" else _by_crossings(parts, row)


def on_grid(xy: Floats) -> Floats:
    """Move points to the grid, to the same bits as noding does."""
    return np.asarray(np.rint(xy * _PER_M) / _PER_M)


def grid_numbers(xy: Floats) -> tuple[Ints, Ints]:
    """Give a number to each place on the grid, from west to east.

    Returns
    -------
    tuple
        The number of each point, and for each number the first point that has it.
    """
    cell = np.rint(xy * _PER_M).astype(np.int64)
    cell -= cell.min(axis=0)
    _, first, number = np.unique(
        cell[:, 0] * (cell[:, 1].max() + 1) + cell[:, 1], return_index=True, return_inverse=True
    )
    return number.astype(np.int64), first.astype(np.int64)


def tips(lines: NDArray[np.object_]) -> Floats:
    """Give the first and last point of lines, (n, 2, 2)."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    last = np.cumsum(np.bincount(line, minlength=len(lines))) - 1
    first = np.r_[0, last[:-1] + 1]
    return np.stack([xy[first], xy[last]], axis=1)


def _by_crossings(parts: NDArray[np.object_], row: Ints) -> LinePieces:
    lines = shapely.get_parts(shapely.union_all(parts, grid_size=GRID_M))
    lines = lines[shapely.get_type_id(lines) == shapely.GeometryType.LINESTRING]
    lines = _directed(lines)
    if not len(lines):
        return LinePieces(lines, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    end = tips(lines)
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    # Two lines of one length between the same ends are told apart by their middles.
    between = (shapely.get_y(middle), shapely.get_x(middle))
    order = np.lexsort((*between, shapely.length(lines), end[:, 1, 1], end[:, 1, 0], end[:, 0, 1], end[:, 0, 0]))
    lines, middle = np.asarray(lines[order]), middle[order]
    piece, part = shapely.STRtree(parts).query(middle, predicate="dwithin", distance=SAME_M)
    return LinePieces(lines, *_pairs(piece, row[part]))


def _directed(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Turn lines so that each begins at the lower of its ends; loops keep the place where they are tied."""
    if not len(lines):
        return lines
    xy, line = shapely.get_coordinates(lines, return_index=True)
    last = np.cumsum(np.bincount(line, minlength=len(lines))) - 1
    first = np.r_[0, last[:-1] + 1]
    loop = (xy[first] == xy[last]).all(axis=1)
    ahead, back = xy[first + loop], xy[last - loop]
    turned = (back[:, 0] < ahead[:, 0]) | ((back[:, 0] == ahead[:, 0]) & (back[:, 1] < ahead[:, 1]))
    out = lines.copy()
    out[turned] = shapely.reverse(lines[turned])
    return out


def _pairs(piece: Ints, row: Ints) -> tuple[Ints, Ints]:
    """Give each pair once, in order."""
    both = np.unique(piece * (row.max(initial=0) + 1) + row)
    piece, row = np.divmod(both, row.max(initial=0) + 1)
    return piece.astype(np.int64), row.astype(np.int64)


def _by_vertices(parts: NDArray[np.object_], row: Ints) -> LinePieces:
    xy, part = shapely.get_coordinates(parts, return_index=True)
    number, first = grid_numbers(xy)
    fresh = np.r_[True, (number[1:] != number[:-1]) | (part[1:] != part[:-1])]
    number, part = number[fresh], part[fresh]
    follows = part[1:] == part[:-1]
    # a node is where lines begin or end, and where a vertex has not just two neighbours
    a, b = number[:-1][follows], number[1:][follows]
    step = np.sort(np.minimum(a, b) * len(first) + np.maximum(a, b))
    step = step[np.r_[True, np.diff(step) > 0]]
    neighbours = np.bincount(np.r_[step // len(first), step % len(first)], minlength=len(first))
    is_node = neighbours != 2
    is_node[number[np.r_[True, ~follows]]] = True
    is_node[number[np.r_[~follows, True]]] = True
    is_node[number[1:-1][(number[2:] == number[:-2]) & (part[2:] == part[:-2])]] = True  # where a line turns back
    at = np.flatnonzero(is_node[number])
    start, stop = at[:-1], at[1:]
    same = part[start] == part[stop]
    start, stop = start[same], stop[same]
    # between nodes there is one way on: a piece is known by its first step, seen from its lower end
    ahead = np.stack([number[start], number[start + 1]])
    back = np.stack([number[stop], number[stop - 1]])
    turned = (back[0] < ahead[0]) | ((back[0] == ahead[0]) & (back[1] < ahead[1]))
    known = np.where(turned, back[0] * len(first) + back[1], ahead[0] * len(first) + ahead[1])
    _, once, piece = np.unique(known, return_index=True, return_inverse=True)
    start, stop, turned = start[once], stop[once], turned[once]
    size = stop - start + 1
    which = np.repeat(np.arange(len(size)), size)
    rank = np.arange(len(which)) - np.repeat(np.cumsum(size) - size, size)
    vertex = np.where(turned[which], stop[which] - rank, start[which] + rank)
    place = on_grid(xy[first])[number[vertex]]
    lines = shapely.linestrings(place, indices=which) if len(which) else np.zeros(0, dtype=object)
    rows = row[part[at[:-1][same]]]
    return LinePieces(np.asarray(lines), *_pairs(piece.astype(np.int64), rows))

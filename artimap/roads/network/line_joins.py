"""Lines as mappers leave them, joined into roads: overlaps taken out, seams bridged, gaps named.

A road comes as hundreds of lines: cut at every change of a tag, cut again and laid double
where two tiles of an extract meet, sometimes not quite touching. Nothing here is mended in
silence: every overlap that is dropped, every seam that is bridged and every gap that stays
open is a row with its place and length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from artimap.core.arrays import Floats, Ints
from artimap.core.crs import require
from artimap.core.errors import CrsError
from artimap.core.reasons import code_of, sentences
from artimap.core.schema import TEXT
from artimap.core.vocab import WhyNot
from artimap.roads.network.noding import GRID_M, LinePieces, Noding, grid_numbers, node, on_grid, tips

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
    """Give the part of the net that each node belongs to, in the order of its first node."""
    # Each node points at the least node known to hang together with it: for small nets this is done before scipy's
    # graphs are imported.
    least = np.arange(number)
    while True:
        ends = least[pairs]
        low = ends.min(axis=1, initial=number)
        if (ends == low[:, None]).all():
            return np.asarray(np.unique(least, return_inverse=True)[1], dtype=np.int64)
        np.minimum.at(least, ends.ravel(), np.repeat(low, 2))
        while (least[least] != least).any():
            least = least[least]


_FACTOR = {"motorway": 1.0, "trunk": 1.0, "primary": 1.0, "secondary": 1.5, "tertiary": 3.0}
_LINES = (
    shapely.GeometryType.LINESTRING,
    shapely.GeometryType.MULTILINESTRING,
    shapely.GeometryType.LINEARRING,
    shapely.GeometryType.GEOMETRYCOLLECTION,
)

_OTHER_FACTOR = 6.0
"""A metre of a lesser road counts as so many: a trunk road is left only where it has no line."""


@dataclass(frozen=True, eq=False)
class Joined:
    """Lines after joining, and everything that was done to them.

    Attributes
    ----------
    edges
        The lines between junctions, each once: ``from_node``, ``to_node``, ``length_m``,
        ``rows`` (index labels of the source lines, joined by ``"; "``; empty for a bridged
        seam), ``class`` (the highest of the source lines), ``bridged``, geometry.
    seams
        What was bridged: ``length_m``, ``x``, ``y``, geometry (the bridge).
    dropped
        What lay double: ``length_m`` dropped, ``rows`` that lay over one another, geometry.
    gaps
        What stays open: loose ends whose nearest line is not connected with them, with the
        distance ``length_m``, ``x``, ``y``, geometry (from the end to that line).
    nodes
        Ends of the edges, as points.
    tolerance_m
        Gaps up to this long were bridged.
    noding
        Where lines were said to meet.
    left_out
        Rows that gave no edge: ``row`` (index label), ``why_not``, ``why_code``.

    Examples
    --------
    >>> import artimap as am
    >>> import geopandas as gpd
    >>> import shapely
    >>> raw = gpd.GeoSeries([shapely.LineString([(0, 0), (900, 0)]), shapely.LineString([(902, 0), (2000, 0)])],
    ...                     crs="EPSG:32618")
    >>> joined = am.join_lines(raw, tolerance_m=5)
    >>> len(joined.edges), len(joined.seams), len(joined.gaps)
    (3, 1, 0)
    """

    edges: gpd.GeoDataFrame
    seams: gpd.GeoDataFrame
    dropped: gpd.GeoDataFrame
    gaps: gpd.GeoDataFrame
    nodes: gpd.GeoSeries
    tolerance_m: float
    noding: Noding
    left_out: pd.DataFrame

    def __repr__(self) -> str:
        km = float(self.edges["length_m"].sum()) / 1000
        return (
            f"<Joined: {len(self.edges)} edges, {km:.2f} km; {len(self.seams)} seams bridged, "
            f"{float(self.dropped['length_m'].sum()) / 1000:.2f} km laid double, {len(self.gaps)} gaps>"
        )

    @property
    def lines(self) -> gpd.GeoSeries:
        """The lines merged as far as they run without a junction."""
        if self.edges.empty:
            return gpd.GeoSeries([], crs=self.edges.crs)
        merged = shapely.line_merge(shapely.multilinestrings(self.edges.geometry.to_numpy()))
        return gpd.GeoSeries(shapely.get_parts(merged), crs=self.edges.crs)


def join_lines(lines: gpd.GeoSeries | gpd.GeoDataFrame, *, tolerance_m: float, noding: Noding = "crossings") -> Joined:
    """Join lines into a net: cut where they meet, lay each piece once, bridge small seams.

    Parameters
    ----------
    lines
        Lines in a metric system, in any order and direction; a table may have ``highway``
        or ``class``.
    tolerance_m
        Loose ends up to this far from another line are joined to it, in metres. 0 bridges
        nothing.
    noding
        Where lines meet. ``"crossings"``: wherever they touch or cross, as on a map without
        bridges. ``"vertices"``: only where they share a vertex (to 0.05 m), as OpenStreetMap
        draws junctions: a bridge stays above the road under it, but pieces that lie over one
        another with other vertices stay double.

    Returns
    -------
    Joined
        The net, and every seam, doubled piece and gap with its place.

    Raises
    ------
    CrsError
        If the lines are in degrees, or in no system.
    ValueError
        If ``tolerance_m`` is negative or not finite, or ``noding`` is another word.

    Examples
    --------
    >>> import artimap as am
    >>> import geopandas as gpd
    >>> import shapely
    >>> cross = gpd.GeoSeries([shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(50, -50), (50, 50)])],
    ...                       crs="EPSG:32618")
    >>> len(am.join_lines(cross, tolerance_m=1).edges)
    4
    """
    if not (np.isfinite(tolerance_m) and tolerance_m >= 0):
        msg = f"tolerance_m must be 0 or more metres, not {tolerance_m!r}"
        raise ValueError(msg)
    if lines.crs is None:
        require(lines, "EPSG:32618", what="lines")
    if lines.crs.is_geographic:
        msg = "lines are in degrees: use lines.to_crs(area.crs), for example lines.to_crs('EPSG:32618')"
        raise CrsError(msg)
    if noding not in get_args(Noding):
        msg = f"noding must be one of {', '.join(get_args(Noding))}, not {noding!r}"
        raise ValueError(msg)
    crs = lines.crs.to_string()
    parts, row, kinds = _parts(lines)
    pieces = node(parts, row, noding)
    labels = np.asarray(lines.index.astype(str), dtype=object)
    text, word = _rows_text(pieces.piece, labels[pieces.row], len(pieces.lines)), _classes(pieces, kinds)
    cut, bridges, origin = bridge(pieces.lines, tolerance_m)
    every = np.concatenate([cut, bridges])
    pairs, nodes = ends(every)
    blank = np.full(len(bridges), "", dtype=object)
    edges = gpd.GeoDataFrame(
        {
            "from_node": pairs[:, 0],
            "to_node": pairs[:, 1],
            "length_m": shapely.length(every),
            "rows": np.r_[text[origin], blank],
            "class": np.r_[word[origin], blank],
            "bridged": np.arange(len(every)) >= len(cut),
        },
        geometry=every,
        crs=crs,
    )
    used = np.zeros(len(labels), dtype=bool)
    used[pieces.row] = True
    return Joined(
        edges=edges,
        seams=seam_places(bridges, crs),
        dropped=_doubled(pieces, labels, crs),
        gaps=seam_places(gaps(every, pairs, nodes), crs),
        nodes=gpd.GeoSeries(shapely.points(nodes), crs=crs),
        tolerance_m=float(tolerance_m),
        noding=noding,
        left_out=_left_out(lines, used),
    )


def _left_out(lines: gpd.GeoSeries | gpd.GeoDataFrame, used: NDArray[np.bool_]) -> pd.DataFrame:
    """Say of rows that gave no edge why not."""
    shapes = np.asarray(lines.geometry.to_numpy(), dtype=object)[~used]
    why = pd.Series(code_of(WhyNot.SHORT), index=lines.index[~used], dtype=TEXT)
    why[~np.isin(shapely.get_type_id(shapes), _LINES)] = code_of(WhyNot.NO_LINE)
    why[shapely.is_missing(shapes) | shapely.is_empty(shapes)] = code_of(WhyNot.NO_GEOMETRY)
    codes = why.reset_index(drop=True)
    return pd.DataFrame({"row": why.index.astype(TEXT), "why_not": sentences(codes), "why_code": codes})


def _parts(lines: gpd.GeoSeries | gpd.GeoDataFrame) -> tuple[NDArray[np.object_], Ints, NDArray[np.object_]]:
    """Give single lines longer than nothing, the row each comes from, and the class of each row."""
    shapes = np.asarray(lines.geometry.to_numpy(), dtype=object)
    kinds = np.full(len(shapes), "", dtype=object)
    if isinstance(lines, gpd.GeoDataFrame):
        column = next((name for name in ("highway", "class") if name in lines.columns), None)
        if column is not None:
            kinds = lines[column].astype("object").where(lines[column].notna(), "").to_numpy(dtype=object)
    parts, row = shapely.get_parts(shapely.force_2d(shapes), return_index=True)
    keep = (shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING) & (shapely.length(parts) > 0)
    return parts[keep], row[keep].astype(np.int64), kinds


def _doubled(pieces: LinePieces, labels: NDArray[np.object_], crs: str) -> gpd.GeoDataFrame:
    times = np.bincount(pieces.piece, minlength=len(pieces.lines))
    which = np.flatnonzero(times > 1)
    several = times[pieces.piece] > 1
    text = _rows_text(np.searchsorted(which, pieces.piece[several]), labels[pieces.row[several]], len(which))
    return gpd.GeoDataFrame(
        {"length_m": shapely.length(pieces.lines[which]) * (times[which] - 1), "rows": text},
        geometry=pieces.lines[which],
        crs=crs,
    )


def _rows_text(piece: Ints, labels: NDArray[np.object_], number: int) -> NDArray[np.object_]:
    """Join the labels of each piece into one text; most pieces have one. ``piece`` must be sorted."""
    out = np.full(number, "", dtype=object)
    first = np.r_[True, np.diff(piece) > 0] if len(piece) else np.zeros(0, dtype=bool)
    out[piece[first]] = labels[first]
    for again, label in zip(piece[~first].tolist(), labels[~first].tolist(), strict=True):
        out[again] += f"; {label}"
    return out


def _classes(pieces: LinePieces, kinds: NDArray[np.object_]) -> NDArray[np.object_]:
    """Give the highest class of the rows that each piece was made from."""
    out = np.full(len(pieces.lines), "", dtype=object)
    words, word = np.unique(kinds.astype(str), return_inverse=True)
    rank = np.argsort(np.lexsort((words, factors(words.astype(object)))))  # the lower, the higher the class
    order = np.lexsort((rank[word[pieces.row]], pieces.piece))
    piece = pieces.piece[order]
    first = np.r_[True, np.diff(piece) > 0] if len(piece) else np.zeros(0, dtype=bool)
    out[piece[first]] = words[word[pieces.row[order[first]]]]
    return out


def factors(classes: NDArray[np.object_]) -> Floats:
    """Give how many metres a metre of each class counts as in the search for a path."""
    words = pd.Series(classes, dtype=object).astype(str).str.removesuffix("_link")
    known = words.map(_FACTOR).fillna(_OTHER_FACTOR)
    return np.asarray(known.mask(words == "", 1.0), dtype=float)


def seam_places(lines: NDArray[np.object_], crs: str) -> gpd.GeoDataFrame:
    """Give short lines with their length and place, from west to east."""
    xy = shapely.get_coordinates(shapely.get_point(lines, 0)) if len(lines) else np.zeros((0, 2))
    table = gpd.GeoDataFrame(
        {"length_m": shapely.length(lines).astype(float), "x": xy[:, 0], "y": xy[:, 1]}, geometry=lines, crs=crs
    )
    return table.sort_values(["x", "y"], kind="stable").reset_index(drop=True)

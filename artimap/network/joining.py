"""Lines as mappers leave them, joined into roads: overlaps taken out, seams bridged, gaps named.

A road comes as hundreds of lines: cut at every change of a tag, cut again and laid double
where two tiles of an extract meet, sometimes not quite touching. Nothing here is mended in
silence: every overlap that is dropped, every seam that is bridged and every gap that stays
open is a row with its place and length.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from artimap.crs import require
from artimap.errors import CrsError
from artimap.spreading import Floats, Ints

GRID_M = 0.05
"""Lines are noded on a grid this fine: copies of one line that went through two tiles then coincide."""

_SAME_M = 0.25
"""A source line this near to the middle of an edge is one that the edge was made from."""

_GAP_M = 250.0
"""Loose ends that lie farther than this from any other line are dead ends, not gaps."""

_FACTOR = {"motorway": 1.0, "trunk": 1.0, "primary": 1.0, "secondary": 1.5, "tertiary": 3.0}
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
    """

    edges: gpd.GeoDataFrame
    seams: gpd.GeoDataFrame
    dropped: gpd.GeoDataFrame
    gaps: gpd.GeoDataFrame
    nodes: gpd.GeoSeries
    tolerance_m: float

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


def join_lines(lines: gpd.GeoSeries | gpd.GeoDataFrame, *, tolerance_m: float) -> Joined:
    """Join lines into a net: cut where they meet, lay each piece once, bridge small seams.

    Lines are connected wherever they touch or cross, as on a map without bridges.

    Parameters
    ----------
    lines
        Lines in a metric system, in any order and direction; a table may have ``highway``
        or ``class``.
    tolerance_m
        Loose ends up to this far from another line are joined to it, in metres. 0 bridges
        nothing.

    Returns
    -------
    Joined
        The net, and every seam, doubled piece and gap with its place.

    Raises
    ------
    CrsError
        If the lines are in degrees, or in no system.
    ValueError
        If ``tolerance_m`` is negative or not finite.
    """
    if not (np.isfinite(tolerance_m) and tolerance_m >= 0):
        msg = f"tolerance_m must be 0 or more metres, not {tolerance_m!r}"
        raise ValueError(msg)
    if lines.crs is None:
        require(lines, "EPSG:32618", what="lines")
    if lines.crs.is_geographic:
        msg = "lines are in degrees: use lines.to_crs(area.crs), for example lines.to_crs('EPSG:32618')"
        raise CrsError(msg)
    crs = lines.crs.to_string()
    parts, row, kinds = _parts(lines)
    pieces = _noded(parts)
    edge_of, row_of = _sources(pieces, parts, row)
    labels = np.asarray(lines.index.astype(str), dtype=object)
    dropped = _doubled(pieces, edge_of, row_of, labels, crs)
    pieces, bridges, origin = _bridge(pieces, tolerance_m)
    every = np.concatenate([pieces, bridges])
    ends, nodes = _ends(every)
    edges = gpd.GeoDataFrame(
        {
            "from_node": ends[:, 0],
            "to_node": ends[:, 1],
            "length_m": shapely.length(every),
            "rows": _rows_text(edge_of, labels[row_of], origin, len(every)),
            "class": _classes(edge_of, row_of, origin, kinds, len(every)),
            "bridged": np.r_[np.zeros(len(pieces), dtype=bool), np.ones(len(bridges), dtype=bool)],
        },
        geometry=every,
        crs=crs,
    )
    return Joined(
        edges=edges,
        seams=seam_places(bridges, crs),
        dropped=dropped,
        gaps=seam_places(_gaps(every, ends, nodes), crs),
        nodes=gpd.GeoSeries(shapely.points(nodes), crs=crs),
        tolerance_m=float(tolerance_m),
    )


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


def _noded(parts: NDArray[np.object_]) -> NDArray[np.object_]:
    if not len(parts):
        return parts
    pieces = shapely.get_parts(shapely.union_all(parts, grid_size=GRID_M))
    pieces = pieces[shapely.get_type_id(pieces) == shapely.GeometryType.LINESTRING]
    pieces = shapely.normalize(pieces)
    first = shapely.get_coordinates(shapely.get_point(pieces, 0))
    order = np.lexsort((shapely.length(pieces), first[:, 1], first[:, 0]))
    return np.asarray(pieces[order])


def _sources(pieces: NDArray[np.object_], parts: NDArray[np.object_], row: Ints) -> tuple[Ints, Ints]:
    """Say which source rows each piece was made from."""
    if not len(pieces):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    edge, part = shapely.STRtree(parts).query(middle, predicate="dwithin", distance=_SAME_M)
    pairs = np.unique(np.column_stack([edge, row[part]]), axis=0)
    return pairs[:, 0], pairs[:, 1]


def _doubled(
    pieces: NDArray[np.object_], edge_of: Ints, row_of: Ints, labels: NDArray[np.object_], crs: str
) -> gpd.GeoDataFrame:
    times = np.bincount(edge_of, minlength=len(pieces)) if len(pieces) else np.zeros(0, dtype=np.int64)
    which = np.flatnonzero(times > 1)
    text = _rows_text(edge_of, labels[row_of], np.arange(len(pieces)), len(pieces))
    return gpd.GeoDataFrame(
        {"length_m": shapely.length(pieces[which]) * (times[which] - 1), "rows": text[which]},
        geometry=pieces[which],
        crs=crs,
    )


def _rows_text(edge_of: Ints, said_of: NDArray[np.object_], origin: Ints, number: int) -> NDArray[np.object_]:
    said = pd.Series(said_of, dtype=object).groupby(edge_of).agg("; ".join)
    out = np.full(number, "", dtype=object)
    out[: len(origin)] = said.reindex(origin).fillna("").to_numpy(dtype=object)
    return out


def _classes(edge_of: Ints, row_of: Ints, origin: Ints, kinds: NDArray[np.object_], number: int) -> NDArray[np.object_]:
    table = pd.DataFrame({"edge": edge_of, "class": kinds[row_of]})
    table["factor"] = factors(table["class"].to_numpy(dtype=object))
    best = table.sort_values(["edge", "factor", "class"], kind="stable").drop_duplicates("edge").set_index("edge")
    out = np.full(number, "", dtype=object)
    out[: len(origin)] = best["class"].reindex(origin).fillna("").to_numpy(dtype=object)
    return out


def factors(classes: NDArray[np.object_]) -> Floats:
    """Give how many metres a metre of each class counts as in the search for a path."""
    words = pd.Series(classes, dtype=object).astype(str).str.removesuffix("_link")
    known = words.map(_FACTOR).fillna(_OTHER_FACTOR)
    return np.asarray(known.mask(words == "", 1.0), dtype=float)


def _ends(lines: NDArray[np.object_]) -> tuple[Ints, Floats]:
    """Give numbers to the ends of lines; ends on one grid point are one node."""
    if not len(lines):
        return np.zeros((0, 2), dtype=np.int64), np.zeros((0, 2))
    xy = np.stack(
        [shapely.get_coordinates(shapely.get_point(lines, 0)), shapely.get_coordinates(shapely.get_point(lines, -1))],
        axis=1,
    ).reshape(-1, 2)
    _, first, number = np.unique(np.round(xy / GRID_M).astype(np.int64), axis=0, return_index=True, return_inverse=True)
    return number.reshape(-1, 2).astype(np.int64), xy[first]


def _loose(ends: Ints, nodes: Floats) -> Ints:
    return np.flatnonzero(np.bincount(ends.ravel(), minlength=len(nodes)) == 1)


def _nearest(
    loose: Ints, ends: Ints, nodes: Floats, lines: NDArray[np.object_], reach_m: float
) -> tuple[Ints, Ints, Floats]:
    """Give for loose ends the nearest line that does not end there, within reach."""
    points = shapely.points(nodes[loose])
    which, line = shapely.STRtree(lines).query(points, predicate="dwithin", distance=reach_m)
    other = ~(ends[line] == loose[which][:, None]).any(axis=1)
    which, line = which[other], line[other]
    apart = shapely.distance(points[which], lines[line])
    order = np.lexsort((line, apart, which))
    which, line, apart = which[order], line[order], apart[order]
    first = np.r_[True, np.diff(which) > 0] if len(which) else np.zeros(0, dtype=bool)
    return loose[which[first]], line[first].astype(np.int64), apart[first]


def _bridge(pieces: NDArray[np.object_], tolerance_m: float) -> tuple[NDArray[np.object_], NDArray[np.object_], Ints]:
    """Join loose ends to the nearest line.

    Gives the pieces, cut where a bridge meets them, the bridges, and the origin of each piece.
    """
    origin = np.arange(len(pieces))
    none = np.zeros(0, dtype=object)
    if tolerance_m == 0 or not len(pieces):
        return pieces, none, origin
    ends, nodes = _ends(pieces)
    loose, line, _ = _nearest(_loose(ends, nodes), ends, nodes, pieces, tolerance_m)
    if not len(loose):
        return pieces, none, origin
    here = shapely.points(nodes[loose])
    along = shapely.line_locate_point(pieces[line], here)
    foot = shapely.get_coordinates(shapely.line_interpolate_point(pieces[line], along))
    # where an end of the other line is within reach the bridge goes to that end, else the line is cut
    both = nodes[ends[line]]
    reach = np.hypot(*(both - nodes[loose][:, None, :]).transpose(2, 0, 1))
    nearer = reach.argmin(axis=1)
    inner = reach.min(axis=1) > tolerance_m
    foot = np.where(inner[:, None], np.round(foot / GRID_M) * GRID_M, both[np.arange(len(line)), nearer])
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
    return cut_pieces, bridges, np.r_[kept, np.array(new_origin, dtype=np.int64)].astype(np.int64)


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


def _gaps(lines: NDArray[np.object_], ends: Ints, nodes: Floats) -> NDArray[np.object_]:
    """Give the open gaps: from a loose end to the nearest line of another part of the net."""
    if not len(lines):
        return lines
    label = _components(ends, len(nodes))
    loose = _loose(ends, nodes)
    points = shapely.points(nodes[loose])
    which, line = shapely.STRtree(lines).query(points, predicate="dwithin", distance=_GAP_M)
    other = label[ends[line, 0]] != label[loose[which]]
    which, line = which[other], line[other]
    if not len(which):
        return np.zeros(0, dtype=object)
    apart = shapely.distance(points[which], lines[line])
    order = np.lexsort((line, apart, which))
    which, line = which[order], line[order]
    first = np.r_[True, np.diff(which) > 0]
    which, line = which[first], line[first]
    gaps = shapely.shortest_line(points[which], lines[line])
    _, once = np.unique(shapely.to_wkb(shapely.normalize(gaps)), return_index=True)
    return np.asarray(gaps[np.sort(once)])


def _components(ends: Ints, number: int) -> Ints:
    from scipy.sparse import coo_array  # noqa: PLC0415 - slow to import, used only here
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    net = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(number, number))
    return np.asarray(connected_components(net, directed=False)[1], dtype=np.int64)


def seam_places(lines: NDArray[np.object_], crs: str) -> gpd.GeoDataFrame:
    """Give short lines with their length and place, from west to east."""
    xy = shapely.get_coordinates(shapely.get_point(lines, 0)) if len(lines) else np.zeros((0, 2))
    table = gpd.GeoDataFrame(
        {"length_m": shapely.length(lines).astype(float), "x": xy[:, 0], "y": xy[:, 1]}, geometry=lines, crs=crs
    )
    return table.sort_values(["x", "y"], kind="stable").reset_index(drop=True)

"""The road network as plain arrays: nodes, edges, their lines, and what is built on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geopandas.array import GeometryArray
from numpy.typing import NDArray

from artimap.core.arrays import Floats, Ints
from artimap.roads.network import snapping, validation
from artimap.roads.network.edge_order import Ordered, ordered
from artimap.roads.network.line_joins import Joined, join_lines
from artimap.roads.network.lixels import LixelIndex, lixel_columns, lixel_index, lixel_lines
from artimap.roads.network.noding import Noding
from artimap.roads.network.snapping import OnEdges, on_edges

_LONG = 64
"""Lines with more vertices are summed one by one, the others together, vertex by vertex."""


def measures(coords: Floats, coord_ptr: Ints) -> Floats:
    """Give the distance of each vertex from the start of its line, along the line.

    The steps of a line are summed in order, each line on its own: one running sum over a
    million lines would lose what lies below 1e-8 m.
    """
    out = np.zeros(len(coords))
    size = np.diff(coord_ptr)
    if not size.size:
        return out
    out[1:] = np.sqrt(np.square(np.diff(coords, axis=0)).sum(axis=1))
    out[coord_ptr[:-1]] = 0.0
    for line in np.flatnonzero(size > _LONG):
        part = out[coord_ptr[line] : coord_ptr[line + 1]]
        np.cumsum(part, out=part)
    short = np.flatnonzero(size <= _LONG)
    short = short[np.argsort(-size[short], kind="stable")]
    for step in range(2, int(size[short].max(initial=0))):
        short = short[: np.searchsorted(-size[short], -step, side="left")]
        here = coord_ptr[short] + step
        out[here] += out[here - 1]
    return out


_CELLS = 4_000_000
"""So many distances to nodes are held at once: 32 MB."""


def path_distances(
    edges: NDArray[np.int32],
    length_m: Floats,
    nodes: int,
    starts: OnEdges,
    ends: OnEdges,
    max_m: float,
    progress: Callable[[int, int], None] | None,
) -> Floats:
    """Give the metres by the shortest path from each start to each end, inf where there is none."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - slow to import, used only here
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

    out = np.full((len(starts.edge), len(ends.edge)), np.inf)
    if not out.size:
        return out
    head, tail, way = _shortest(edges, length_m)
    graph = csr_array((way, (head, tail)), shape=(nodes, nodes))
    sources, which = np.unique(edges[starts.edge], return_inverse=True)
    which = which.reshape(-1, 2)
    first, last = edges[ends.edge].T
    to_first, to_last = ends.offset_m, length_m[ends.edge] - ends.offset_m
    near = starts.offset_m, length_m[starts.edge] - starts.offset_m
    step = max(1, _CELLS // max(nodes, 1))
    for low in range(0, len(sources), step):
        block = sources[low : low + step]
        found = dijkstra(graph, directed=False, indices=block, limit=max_m)
        by_node = np.minimum(found[:, first] + to_first, found[:, last] + to_last)
        for side in (0, 1):
            rows = np.flatnonzero((which[:, side] >= low) & (which[:, side] < low + len(block)))
            out[rows] = np.minimum(out[rows], by_node[which[rows, side] - low] + near[side][rows, None])
        if progress is not None:
            progress(low + len(block), len(sources))
    row, column = np.nonzero(starts.edge[:, None] == ends.edge)
    along = np.abs(starts.offset_m[row] - ends.offset_m[column])
    out[row, column] = np.minimum(out[row, column], along)
    out[out > max_m] = np.inf
    return out


def _shortest(edges: NDArray[np.int32], length_m: Floats) -> tuple[Ints, Ints, Floats]:
    """Give each pair of nodes once, with the shortest of the edges between them; loops lead nowhere."""
    low, high = edges.min(axis=1).astype(np.int64), edges.max(axis=1).astype(np.int64)
    order = np.lexsort((length_m, high, low))
    low, high, way = low[order], high[order], length_m[order]
    keep = np.r_[True, (np.diff(low) != 0) | (np.diff(high) != 0)] if len(low) else np.zeros(0, dtype=bool)
    keep &= low != high
    return low[keep], high[keep], way[keep]


Progress = Callable[[int, int], None]

_SAME_LENGTH = 1e-9
"""Given lengths that differ from those of the lines by less than this share are the same."""


class Adjacency(NamedTuple):
    """Who is next to whom.

    Around node ``n`` lie the edges ``edge[ptr[n]:ptr[n + 1]]``, and at their other ends the nodes
    ``neighbour[ptr[n]:ptr[n + 1]]``. A loop from a node to itself stands there twice.
    """

    ptr: Ints
    neighbour: NDArray[np.int32]
    edge: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Roads as a graph: edges between nodes, each with its line.

    An edge can be run through both ways. Parallel edges, loops from a node to itself, edges
    of no length and parts that hang together with nothing are all allowed.

    Attributes
    ----------
    crs
        The metric system of all coordinates.
    nodes_xy
        float64 (N, 2): where the nodes are, in metres.
    edges
        int32 (E, 2): from node, to node.
    length_m
        float64 (E,): lengths. They may differ from those of the lines (measured on the
        ellipsoid, say); places on an edge are always told in these metres.
    coords, coord_ptr
        float64 (V, 2), int64 (E+1,): the line of edge ``i`` is ``coords[coord_ptr[i]:coord_ptr[i + 1]]``.
    report
        What :meth:`from_lines` did to the lines, in edge order. None after :meth:`from_edges`: the arrays
        are taken as they are, nothing is cut, bridged, merged or left out, and so there is nothing to tell
        (what hangs together with what stands in ``parts``).

    Examples
    --------
    >>> import artimap as am
    >>> roads = am.read_roads(am.area("artibonite"))
    >>> am.RoadNetwork.from_lines(roads, tolerance_m=5).crs
    'EPSG:32618'
    """

    crs: str
    nodes_xy: Floats
    edges: NDArray[np.int32]
    length_m: Floats
    coords: Floats
    coord_ptr: Ints
    report: Joined | None = None

    @classmethod
    def from_lines(
        cls, lines: gpd.GeoDataFrame | gpd.GeoSeries, *, tolerance_m: float, noding: Noding = "crossings"
    ) -> RoadNetwork:
        """Clean lines and build a network of them.

        Lines are cut where they meet, pieces that lie over one another are laid once, and
        loose ends up to ``tolerance_m`` from another line are joined to it. Dead ends stay as
        they are, and so do parts that hang together with nothing else. All that was done, and
        every gap that stays open, stands in ``report``.

        Parameters
        ----------
        lines
            Lines in a metric system, in any order and direction; a table may have ``highway``
            or ``class``.
        tolerance_m
            Seams up to this long are bridged, in metres. 0 bridges nothing.
        noding
            Where lines meet. ``"crossings"``: wherever they touch or cross; a bridge then meets
            the road under it. ``"vertices"``: only where they share a vertex (to 0.05 m), as
            OpenStreetMap draws junctions; quicker, and right for such data.

        Returns
        -------
        RoadNetwork
            Its ``report`` is a :class:`Joined`: ``report.edges`` has a row for each edge with
            the source rows it was made from, ``report.seams`` what was bridged,
            ``report.dropped`` what lay double, ``report.gaps`` what stays open,
            ``report.left_out`` the rows that gave no edge, with ``why_not``.

        Raises
        ------
        CrsError
            If the lines are in degrees, or in no system.
        ValueError
            If ``tolerance_m`` is negative or not finite.

        Examples
        --------
        >>> import geopandas as gpd
        >>> cross = gpd.GeoSeries.from_wkt(["LINESTRING (0 0, 100 0)", "LINESTRING (50 -50, 50 50)"], crs="EPSG:32618")
        >>> RoadNetwork.from_lines(cross, tolerance_m=5)
        <RoadNetwork: 4 edges, 5 nodes, 0.20 km, EPSG:32618>
        >>> RoadNetwork.from_lines(cross, tolerance_m=5, noding="vertices")
        <RoadNetwork: 2 edges, 4 nodes, 0.20 km, EPSG:32618>
        """
        done = join_lines(lines, tolerance_m=tolerance_m, noding=noding)
        shapes = done.edges.geometry.to_numpy()
        xy = shapely.get_coordinates(shapes)
        ptr = np.zeros(len(shapes) + 1, dtype=np.int64)
        np.cumsum(shapely.get_num_coordinates(shapes), out=ptr[1:])
        nodes = shapely.get_coordinates(done.nodes.to_numpy())
        ends = done.edges[["from_node", "to_node"]].to_numpy(dtype=np.int32)
        length = done.edges["length_m"].to_numpy(dtype=np.float64)
        return cls(validation.metric(lines.crs), nodes, ends, length, xy, ptr, done)

    @classmethod
    def from_edges(cls, nodes_xy: Any, edges: Any, lengths: Any = None, coords: Any = None, *, crs: Any) -> RoadNetwork:
        """Take a ready graph.

        Parameters
        ----------
        nodes_xy
            (N, 2): where the nodes are, in metres.
        edges
            (E, 2), whole numbers: from node, to node.
        lengths
            (E,): metres. Default: the lengths of the lines.
        coords
            The line of each edge, from its from node to its to node: (E, k, 2), or a list of
            arrays (k, 2). Default: straight lines.
        crs
            The metric system of the coordinates, for example ``"EPSG:32618"``.

        Returns
        -------
        RoadNetwork
            With the nodes and edges in the order given, every one of them: ``report`` is None.

        Raises
        ------
        SchemaError
            With everything that is wrong with the arrays.
        CrsError
            If the system is unknown or in degrees.

        Examples
        --------
        >>> RoadNetwork.from_edges([[0, 0], [100, 0], [200, 0]], [[0, 1], [1, 2]], crs="EPSG:32618")
        <RoadNetwork: 2 edges, 3 nodes, 0.20 km, EPSG:32618>
        """
        name = validation.metric(crs)
        nodes, ends, given, xy, ptr = validation.checked(nodes_xy, edges, lengths, coords)
        length = measures(xy, ptr)[ptr[1:] - 1] if given is None else given
        return cls(name, nodes, ends, length, xy, ptr)

    def __repr__(self) -> str:
        km = float(self.length_m.sum()) / 1000
        return f"<RoadNetwork: {len(self.edges):,} edges, {len(self.nodes_xy):,} nodes, {km:,.2f} km, {self.crs}>"

    @cached_property
    def adjacency(self) -> Adjacency:
        """Neighbours of each node, in edge order."""
        number, nodes = len(self.edges), len(self.nodes_xy)
        here = self.edges.T.ravel()
        there = self.edges[:, ::-1].T.ravel()
        order = np.argsort(here, kind="stable")
        ptr = np.zeros(nodes + 1, dtype=np.int64)
        np.cumsum(np.bincount(here, minlength=nodes), out=ptr[1:])
        edge = np.where(order < number, order, order - number).astype(np.int32)
        return Adjacency(ptr, there[order], edge)

    @cached_property
    def ordered(self) -> Ordered:
        """The same network in the order of its places, for long searches; made once and kept."""
        return ordered(self.nodes_xy, self.edges, self.length_m)

    @cached_property
    def component(self) -> NDArray[np.int32]:
        """The part each node belongs to, int32 (N,): 0 is the part with most nodes, and so on down."""
        from scipy.sparse import coo_array  # noqa: PLC0415 - slow to import, used only here
        from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

        nodes = len(self.nodes_xy)
        if not nodes:
            return np.zeros(0, dtype=np.int32)
        net = coo_array((np.ones(len(self.edges), dtype=np.int8), tuple(self.edges.T)), shape=(nodes, nodes))
        label = np.asarray(connected_components(net, directed=False)[1])
        _, first = np.unique(label, return_index=True)
        order = np.lexsort((first, -np.bincount(label)))
        rank = np.empty(len(order), dtype=np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        return rank[label]

    @property
    def parts(self) -> pd.DataFrame:
        """The parts that hang together, largest first: ``part`` (as in ``component``), ``nodes, edges, length_m``."""
        number = int(self.component.max(initial=-1)) + 1
        of_edge = self.component[self.edges[:, 0]]
        return pd.DataFrame(
            {
                "part": np.arange(number),
                "nodes": np.bincount(self.component, minlength=number),
                "edges": np.bincount(of_edge, minlength=number),
                "length_m": np.bincount(of_edge, weights=self.length_m, minlength=number),
            }
        )

    @cached_property
    def vertex_m(self) -> Floats:
        """Chainage of each vertex on its edge, float64 (V,), in the metres of ``length_m``."""
        out = measures(self.coords, self.coord_ptr)
        if not len(self.edges):
            return out
        last = self.coord_ptr[1:] - 1
        drawn = out[last]
        other = np.abs(drawn - self.length_m) > _SAME_LENGTH * drawn
        if other.any():
            scale = np.ones(len(drawn))
            np.divide(self.length_m, drawn, out=scale, where=other & (drawn > 0))
            out *= np.repeat(scale, np.diff(self.coord_ptr))
            out[last] = np.where(other, self.length_m, out[last])
        return out

    @property
    def lines(self) -> gpd.GeoSeries:
        """The lines of the edges, in edge order."""
        which = np.repeat(np.arange(len(self.edges)), np.diff(self.coord_ptr))
        shapes = shapely.linestrings(self.coords, indices=which) if len(self.edges) else np.zeros(0, dtype=object)
        return gpd.GeoSeries(shapes, crs=self.crs)

    def snap(self, points: Any, max_offset_m: float | None = None) -> pd.DataFrame:
        """Put points on the nearest edge.

        Of edges that are equally near, as at a junction, the first in the network is taken, and
        on it the first place. From 50,000 points or 500,000 segments on the search is compiled
        and runs in two threads, where numba is installed (``artimap[network]``); its results are
        those of the search by shapely, to the last bit.

        Parameters
        ----------
        points
            A table or series of points in the network's system, or (n, 2) metres. Of EVENTS only
            points and places are put on an edge: the others lie somewhere in a wider place.
        max_offset_m
            Points farther than this from every edge are left out. Default: no limit.

        Returns
        -------
        DataFrame
            SNAPPED: a row for each point, in the same order and with the same index: ``edge``,
            ``offset_m`` along the edge from its start (in the metres of ``length_m``),
            ``distance_m`` from the point to the edge, ``why_not`` and ``why_code`` (null where there is an edge).

        Raises
        ------
        CrsError
            If the points are in another system.
        ValueError
            If ``max_offset_m`` is negative, or an array has not the shape (n, 2).

        Examples
        --------
        >>> net = RoadNetwork.from_edges([[0, 0], [100, 0]], [[0, 1]], crs="EPSG:32618")
        >>> net.snap([[30, 5], [30, 90]], max_offset_m=50)[["edge", "offset_m", "distance_m"]].values.tolist()
        [[0, 30.0, 5.0], [<NA>, nan, nan]]
        """
        if max_offset_m is not None and not max_offset_m >= 0:
            msg = f"max_offset_m must be 0 or more metres, not {max_offset_m!r}"
            raise ValueError(msg)
        limit = np.inf if max_offset_m is None else float(max_offset_m)
        xy, good, index, why = snapping.read_points(points, self.crs)
        used = xy if good.all() else xy[good]
        found: tuple[NDArray[np.int32], Floats, Floats]
        if not (len(used) and len(self.edges)):
            found = np.full(len(used), -1, dtype=np.int32), np.zeros(len(used)), np.zeros(len(used))
        elif snapping.worth_compiling(len(used), len(self._segments.first)):
            found = snapping.by_tree(self._tree, used, limit)
        else:
            where = self.coords, self.vertex_m, self._segments
            found = snapping.by_shapely(self._strtree, *where, used, limit)
        return snapping.table(index, good, why, found, max_offset_m)

    def path_distances(
        self, starts: Any, ends: Any, *, max_m: float | None = None, progress: Progress | None = None
    ) -> Floats:
        """Give the distances along the roads between places.

        Parameters
        ----------
        starts, ends
            The table of ``snap``, or a pair of arrays (edge, metres from its start).
        max_m
            Farther than this is as good as unreachable, and found out sooner. Default: no limit.
        progress
            Called with (nodes searched from, nodes in all) on long runs.

        Returns
        -------
        ndarray
            float64 (starts, ends), metres by the shortest path (Dijkstra 1959): inf where none leads
            there (another part of the network, or farther than ``max_m``), nan where a row lies on no edge.

        Raises
        ------
        SchemaError
            If places are not on edges of this network.
        ValueError
            If ``max_m`` is negative.

        Examples
        --------
        >>> net = RoadNetwork.from_edges([[0, 0], [100, 0], [100, 50]], [[0, 1], [1, 2]], crs="EPSG:32618")
        >>> net.path_distances(([0], [30.0]), ([0, 1], [10.0, 20.0])).tolist()
        [[20.0, 90.0]]
        """
        if max_m is not None and not max_m >= 0:
            msg = f"max_m must be 0 or more metres, not {max_m!r}"
            raise ValueError(msg)
        one, other = (on_edges(self.length_m, places) for places in (starts, ends))
        most = np.inf if max_m is None else float(max_m)
        found = path_distances(self.edges, self.length_m, len(self.nodes_xy), one, other, most, progress)
        if len(one.row) == one.given and len(other.row) == other.given:
            return found
        out = np.full((one.given, other.given), np.nan)
        out[np.ix_(one.row, other.row)] = found
        return out

    @cached_property
    def _segments(self) -> snapping.Segments:
        return snapping.segments(self.coord_ptr)

    @cached_property
    def _tree(self) -> snapping.Tree:
        return snapping.pack(self.coords, self.vertex_m, self._segments)

    @cached_property
    def _strtree(self) -> shapely.STRtree:
        first = self._segments.first
        return shapely.STRtree(shapely.linestrings(np.stack([self.coords[first], self.coords[first + 1]], axis=1)))

    def lixel_index(self, length_m: float) -> LixelIndex:
        """Cut the edges into lixels, as plain arrays.

        Parameters
        ----------
        length_m
            Length of a lixel in metres. The last one of an edge is as long as what is left.

        Returns
        -------
        LixelIndex
            In edge order: ``ptr``, ``edge``, ``mid_m``, ``from_m``, ``to_m``.

        Raises
        ------
        ValueError
            If ``length_m`` is not greater than 0.

        Examples
        --------
        >>> import artimap as am
        >>> network = am.RoadNetwork.from_lines(am.read_roads(am.area("artibonite")), tolerance_m=5)
        >>> len(network.lixel_index(1_000.0)) > 500
        True
        """
        return lixel_index(self.length_m, length_m)

    def lixels(self, length_m: float) -> gpd.GeoDataFrame:
        """Cut the edges into lixels, as a table with their lines.

        Parameters
        ----------
        length_m
            Length of a lixel in metres. The last one of an edge is as long as what is left.

        Returns
        -------
        GeoDataFrame
            LIXELS in edge order: ``lixel_id, edge, from_m, to_m``, geometry; together they are
            the network, once. ``from_m`` and ``to_m`` are metres from the start of the edge.

        Examples
        --------
        >>> net = RoadNetwork.from_edges([[0, 0], [250, 0]], [[0, 1]], crs="EPSG:32618")
        >>> net.lixels(100)["to_m"].tolist()
        [100.0, 200.0, 250.0]
        """
        return self.lixel_table(self.lixel_index(length_m), {}, geometry=True)

    def lixel_table(
        self, index: LixelIndex, more: Mapping[str, Any], *, geometry: bool
    ) -> gpd.GeoDataFrame | pd.DataFrame:
        """Give LIXELS with more columns, with their lines or as a plain table; a column is copied nowhere.

        Examples
        --------
        >>> import artimap as am
        >>> network = am.RoadNetwork.from_lines(am.read_roads(am.area("artibonite")), tolerance_m=5)
        >>> index = network.lixel_index(10_000.0)
        >>> len(network.lixel_table(index, {}, geometry=False)) == len(index)
        True
        """
        table = pd.DataFrame({**lixel_columns(index), **more}, copy=False)
        if not geometry:
            return table
        lines = lixel_lines(index, self.coords, self.coord_ptr, self.vertex_m)
        table.insert(4, "geometry", GeometryArray(lines, crs=self.crs))
        return gpd.GeoDataFrame(table, geometry="geometry", copy=False)

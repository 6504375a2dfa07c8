"""A road put together from raw lines: the cheapest path over the joined net, with what it took."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from artimap.core import schema
from artimap.core.crs import require_metres
from artimap.core.errors import CorridorError
from artimap.core.notebook import Shown
from artimap.core.tables import ROAD_UNITS
from artimap.core.vocab import RoadRelation
from artimap.roads.corridor import Corridor
from artimap.roads.event_spread import merge
from artimap.roads.network.line_joins import Joined, factors, join_lines, seam_places

STEP_M = 20.0
"""Roads are compared with boundaries every so many metres."""

NEAR_M = 500.0
"""Near is as far as this: the ``within_500m`` of ROAD_UNITS."""


_Piece = tuple[float, float]


def road_units(corridors: Iterable[Corridor], units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Measure where roads run inside, or within 500 m of, administrative units.

    Every 20 m of road counts as inside a unit if its middle is.

    Parameters
    ----------
    corridors
        The roads.
    units
        UNITS with true boundaries, in the system of the roads. Departments are left out.

    Returns
    -------
    DataFrame
        ROAD_UNITS, in the order of roads and p-codes.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> table = am.road_units([am.read_corridor(art, "rn1")], am.read_units(art, "adm2"))
    >>> len(table) > 0
    True
    """
    # Sorted by p-code first: the steps of a unit then come out together and in the order of the table.
    kept = units[units["level"] != "adm1"].sort_values("pcode", kind="stable").reset_index(drop=True)
    shapes = kept.geometry.to_numpy()
    found = []
    for road in corridors:
        # The last step is whatever is left. The hair less than the end keeps a road whose length is a
        # whole number of steps from getting a last step of no length.
        edges = np.append(np.arange(0.0, road.length_m - 1e-6, STEP_M), road.length_m)
        middle = road.point_at((edges[:-1] + edges[1:]) / 2)
        # One tree of the steps, asked once for all units: thousands of steps against dozens of
        # polygons.
        tree = shapely.STRtree(middle)
        # "intersects" and "dwithin" 500 m: a piece inside a unit is within 500 m of it too, and stands
        # in the table under both relations.
        asked = (
            (RoadRelation.INSIDE, tree.query(shapes, predicate="intersects")),
            (RoadRelation.WITHIN_500M, tree.query(shapes, predicate="dwithin", distance=NEAR_M)),
        )
        for relation, (unit, step) in asked:
            # Steps that touch become one piece.
            which, low, high = merge(unit, edges[step], edges[step + 1])
            found.append(
                pd.DataFrame(
                    {
                        "road_id": road.corridor_id,
                        "level": kept["level"].to_numpy()[which],
                        "pcode": kept["pcode"].to_numpy()[which],
                        "relation": relation.value,
                        "from_m": low,
                        "to_m": high,
                    }
                )
            )
    table = pd.concat(found, ignore_index=True) if found else schema.empty(ROAD_UNITS)
    # The order of the table is that of the roads as given and of RoadRelation as written, neither of
    # which is alphabetical; hence the two helper columns.
    order = pd.Series({relation.value: rank for rank, relation in enumerate(RoadRelation)})
    roads = {name: rank for rank, name in enumerate(dict.fromkeys(table["road_id"]))}
    table["_road"], table["_relation"] = table["road_id"].map(roads), table["relation"].map(order)
    table = table.sort_values(["_road", "level", "pcode", "_relation", "from_m"], kind="stable")
    out: pd.DataFrame = schema.conform(table.drop(columns=["_road", "_relation"]), ROAD_UNITS)
    return out


def compare_road_units(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Compare two ROAD_UNITS: metres of each road by unit and relation.

    Returns
    -------
    DataFrame
        ``road_id, level, pcode, relation, before_m, after_m, moved_m``; ``moved_m`` is the
        length that stands in only one of the two. Greatest first, equal ones left out.
    """
    keys = ["road_id", "level", "pcode", "relation"]
    pieces: dict[tuple[str, ...], tuple[list[_Piece], list[_Piece]]] = {}
    for side, one in enumerate((before, after)):
        ends = zip(one["from_m"].to_list(), one["to_m"].to_list(), strict=True)
        for key, piece in zip(one[keys].itertuples(index=False, name=None), ends, strict=True):
            pieces.setdefault(key, ([], []))[side].append(piece)
    rows = []
    for key, (old, new) in sorted(pieces.items()):
        # Pieces of one side never overlap, so the lengths in common can simply be added up.
        shared = sum(max(0.0, min(b[1], a[1]) - max(b[0], a[0])) for b in old for a in new)
        length = [sum(to_m - from_m for from_m, to_m in part) for part in (old, new)]
        rows.append([*key, *length, length[0] + length[1] - 2 * shared])
    table = pd.DataFrame(rows, columns=[*keys, "before_m", "after_m", "moved_m"])
    # Half a metre is far below the step of 20 m: less is rounding.
    table = table[table["moved_m"] > 0.5]
    return table.sort_values(["moved_m", *keys], ascending=[False] + [True] * len(keys)).reset_index(drop=True)


_REACH_M = 1_000.0
"""A start or end must lie this near to a line."""


@dataclass(frozen=True, eq=False, repr=False)
class Assembled(Shown):
    """A road put together from raw lines, with what had to be done for it.

    Attributes
    ----------
    corridor
        The road; its chainage is its length.
    seams, dropped
        The bridged seams and doubled pieces that lie on it, seams with ``chainage_m``.
    class_km
        Kilometres by the class of the lines it was made from.
    off_guide_m
        Greatest distance from the guide; NaN where none was given.
    joined
        The whole net it was found in, with all seams and gaps.

    Examples
    --------
    >>> import artimap as am
    >>> import geopandas as gpd
    >>> import shapely
    >>> raw = gpd.GeoSeries([shapely.LineString([(0, 0), (900, 0)]), shapely.LineString([(902, 0), (2000, 0)])],
    ...                     crs="EPSG:32618")
    >>> start = shapely.Point(0, 0)
    >>> made = am.corridor_from_lines(raw, corridor_id="a", ref="A", name="Road A", start=start, tolerance_m=5)
    >>> len(made.seams), round(made.corridor.length_m)
    (1, 2000)
    """

    corridor: Corridor
    seams: gpd.GeoDataFrame
    dropped: gpd.GeoDataFrame
    class_km: dict[str, float]
    off_guide_m: float
    joined: Joined

    def report(self) -> tuple[str, ...]:
        """Say in lines what was done, for people to read.

        Examples
        --------
        >>> import artimap as am
        >>> import geopandas as gpd
        >>> import shapely
        >>> raw = gpd.GeoSeries([shapely.LineString([(0, 0), (900, 0)]), shapely.LineString([(902, 0), (2000, 0)])],
        ...                     crs="EPSG:32618")
        >>> start = shapely.Point(0, 0)
        >>> made = am.corridor_from_lines(raw, corridor_id="a", ref="A", name="Road A", start=start, tolerance_m=5)
        >>> made.report()[0]
        'A: 2.00 km from raw lines (no class 2.00 km, bridged seam 0.00 km)'
        """
        road = self.corridor
        classes = ", ".join(f"{name or 'no class'} {km:.2f} km" for name, km in self.class_km.items())
        lines = [f"{road.ref}: {road.length_m / 1000:.2f} km from raw lines ({classes})"]
        if np.isfinite(self.off_guide_m):
            lines.append(f"never more than {self.off_guide_m:.0f} m from the posts that guided it")
        double = float(self.dropped["length_m"].sum())
        lines.append(f"{len(self.dropped)} pieces lay double: {double / 1000:.2f} km dropped")
        lines.append(f"{len(self.seams)} seams bridged")
        lines += [
            f"  km {seam.chainage_m / 1000:.2f}: {seam.length_m:.2f} m at x={seam.x:.0f} y={seam.y:.0f}"
            for seam in self.seams.itertuples()
        ]
        return tuple(lines)


def corridor_from_lines(
    lines: gpd.GeoSeries | gpd.GeoDataFrame,
    *,
    corridor_id: str,
    ref: str,
    name: str,
    start: shapely.Point,
    tolerance_m: float,
    end: shapely.Point | None = None,
    guide: shapely.LineString | None = None,
    guide_m: float = 500.0,
) -> Assembled:
    """Put a road together from raw lines.

    The lines are joined (:func:`join_lines`); the road is the cheapest path over the net
    from ``start`` to ``end``, where a metre of a trunk or primary road counts 1, secondary
    1.5, tertiary 3 and anything else 6. Without classes it is the shortest path.

    Parameters
    ----------
    lines
        Raw lines in a metric system; with ``highway`` or ``class`` where it is a table.
    corridor_id, ref, name
        What to call the road.
    start
        Where chainage 0 is, in the system of ``lines``; the nearest node of the net counts.
    tolerance_m
        Seams up to this long are bridged, in metres.
    end
        Where the road ends. Without it the lines must make one road with two ends.
    guide, guide_m
        A coarse line of the road (for example through its posts): only lines within
        ``guide_m`` metres of it are used.

    Returns
    -------
    Assembled
        The road and everything that was done for it.

    Raises
    ------
    CorridorError
        If no path leads from start to end; the message names the gaps. Also if ``end`` is
        not given and the lines branch or close a ring.
    CrsError
        If lengths in their system are no metres: degrees, feet, Web Mercator. The message is the fixing call.

    Examples
    --------
    >>> import artimap as am
    >>> import geopandas as gpd
    >>> import shapely
    >>> raw = gpd.GeoSeries([shapely.LineString([(0, 0), (900, 0)]), shapely.LineString([(902, 0), (2000, 0)])],
    ...                     crs="EPSG:32618")
    >>> start = shapely.Point(0, 0)
    >>> made = am.corridor_from_lines(raw, corridor_id="a", ref="A", name="Road A", start=start, tolerance_m=5)
    >>> made.corridor
    <Corridor A: 2.00 km, 0 towns, EPSG:32618>
    """
    require_metres(lines, what="lines")
    used = lines
    if guide is not None:
        shapely.prepare(guide)
        # A line counts as soon as any part of it is near the guide: cutting lines at the edge of the
        # strip would make gaps that are not in the data.
        near = shapely.dwithin(np.asarray(lines.geometry.to_numpy(), dtype=object), guide, guide_m)
        used = lines[near]
    # Joined after the choice by guide, so that a whole country's lines are not joined for one road.
    joined = join_lines(used, tolerance_m=tolerance_m)
    if joined.edges.empty:
        msg = f"{ref}: there are no lines to make it from" + (
            "" if guide is None else f" within {guide_m:.0f} m of its posts"
        )
        raise CorridorError(msg)
    first = _node_at(joined, start, f"{ref}: its start")
    last = _node_at(joined, end, f"{ref}: its end") if end is not None else _other_end(joined, first, ref)
    numbers, forward = _path(joined, first, last, ref)
    on_path = joined.edges.iloc[numbers]
    # Each edge is turned into the direction of travel, so that the road can be strung together.
    xy = [
        shapely.get_coordinates(shape)[:: 1 if ahead else -1]
        for shape, ahead in zip(on_path.geometry, forward, strict=True)
    ]
    line = gpd.GeoSeries([shapely.LineString(np.vstack(xy))], crs=joined.edges.crs)
    corridor = Corridor.from_lines(line, corridor_id=corridor_id, ref=ref, name=name)
    bridged = on_path["bridged"].to_numpy(dtype=bool)
    seams = seam_places(on_path.geometry.to_numpy()[bridged], corridor.crs)
    # A seam counts where it begins. Its own length is below the tolerance, so either end would do.
    seams["chainage_m"] = corridor.project(shapely.get_point(seams.geometry.to_numpy(), 0))[0] if len(seams) else []
    # A bridged seam has the class of no mapped line: its metres must not be reported as mapped road.
    kinds = on_path["class"].where(~bridged, "bridged seam")
    km = (on_path["length_m"].groupby(kinds.to_numpy()).sum() / 1000).sort_values(ascending=False)
    # Only doubles of the pieces on the path concern this road. They are the same piece to the last bit
    # once joined, so their bytes are compared.
    tree = set(shapely.to_wkb(on_path.geometry.to_numpy()))
    doubled = np.array([shape in tree for shape in shapely.to_wkb(joined.dropped.geometry.to_numpy())], dtype=bool)
    # Measured from the vertices of the road to the guide. The other way round, a post would always be
    # near, even where the road makes a detour.
    off = float("nan")
    if guide is not None:
        off = float(shapely.distance(shapely.points(shapely.get_coordinates(corridor.line)), guide).max())
    return Assembled(
        corridor=corridor,
        seams=seams.sort_values("chainage_m", kind="stable").reset_index(drop=True),
        dropped=joined.dropped[doubled].reset_index(drop=True),
        class_km={str(kind): float(value) for kind, value in km.items()},
        off_guide_m=off,
        joined=joined,
    )


def _node_at(joined: Joined, point: shapely.Point, what: str) -> int:
    apart = joined.nodes.distance(point).to_numpy()
    nearest = int(apart.argmin())
    if apart[nearest] > _REACH_M:
        msg = f"{what} lies {apart[nearest] / 1000:.1f} km from the nearest line"
        raise CorridorError(msg)
    return nearest


def _other_end(joined: Joined, first: int, ref: str) -> int:
    # A node that stands once is a loose end, twice a point along a road, more often a junction. A road
    # without a stated end must have two loose ends, no junction, and start at one of them.
    ends = joined.edges[["from_node", "to_node"]].to_numpy()
    times = np.bincount(ends.ravel(), minlength=len(joined.nodes))
    loose = [int(node) for node in np.flatnonzero(times == 1) if node != first]
    if len(loose) == 1 and times[first] == 1 and times.max() <= 2:
        return loose[0]
    # Gaps come first in the message: they are what the user can mend.
    why = _gap_text(joined) or f"{int((times > 2).sum())} junctions and {len(loose)} other ends"
    msg = f"{ref}: the lines do not make one road with two ends ({why}); say where it ends with end=Point(…)"
    raise CorridorError(msg)


def _gap_text(joined: Joined) -> str:
    shown = [
        f"a gap of {gap.length_m:.1f} m at x={gap.x:.0f} y={gap.y:.0f}" for gap in joined.gaps.head(5).itertuples()
    ]
    more = len(joined.gaps) - len(shown)
    return "; ".join([*shown, *([f"{more} more"] if more > 0 else [])])


def _path(joined: Joined, first: int, last: int, ref: str) -> tuple[list[int], list[bool]]:
    """Find the cheapest path: edge numbers in order, and whether each is run from its start."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - slow to import, used only here
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

    ends = joined.edges[["from_node", "to_node"]].to_numpy()
    cost = joined.edges["length_m"].to_numpy() * factors(joined.edges["class"].to_numpy(dtype=object))
    # The net can be run both ways, so each edge is noted by its lower and its higher node. The sort
    # puts the cheapest of equal pairs first; its own number breaks ties, so that the choice does not
    # hang on the sort.
    low, high = ends.min(axis=1), ends.max(axis=1)
    order = np.lexsort((np.arange(len(cost)), cost, high, low))
    # A loop from a node to itself is never on a cheapest path.
    order = order[low[order] != high[order]]
    # of several edges between two nodes the cheapest counts (a sparse matrix would add them up)
    keep = np.r_[True, (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)] if len(order) else np.zeros(0, bool)
    order = order[keep]
    number = len(joined.nodes)
    net = csr_array((cost[order], (low[order], high[order])), shape=(number, number))
    far, before = dijkstra(net, directed=False, indices=np.array([first]), return_predecessors=True)
    far, before = far[0], before[0]
    if first == last or not np.isfinite(far[last]):
        what = "starts and ends at one place" if first == last else "has no unbroken path from start to end"
        gaps = _gap_text(joined)
        msg = f"{ref} {what}" + (f": {gaps}; raise tolerance_m or mend the lines" if gaps else "")
        raise CorridorError(msg)
    # Walk back from the end along the predecessors, then turn the lists round.
    by_ends = {(int(low[edge]), int(high[edge])): int(edge) for edge in order}
    numbers, forward = [], []
    here = last
    while here != first:
        previous = int(before[here])
        edge = by_ends[min(previous, here), max(previous, here)]
        numbers.append(edge)
        forward.append(bool(ends[edge, 0] == previous))
        here = previous
    return numbers[::-1], forward[::-1]

"""The known roads of an area as one network whose edges know their road and their kilometres."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from artimap.areas.area import Area, sure_area
from artimap.areas.corridors import read_corridor
from artimap.areas.gazetteer.lookup import find_place
from artimap.areas.osm import read_roads
from artimap.core.arrays import Floats
from artimap.core.errors import PlaceError
from artimap.roads.corridor import Corridor
from artimap.roads.network.graph import RoadNetwork
from artimap.roads.routing.router import RoutePath, Spot
from artimap.roads.routing.spans import RoadSpan

_SEAM_M = 500.0
"""Drawn roads end beside one another, not on one another: seams up to this long are bridged."""
_PIECE_M = 1_000.0


@dataclass(frozen=True, eq=False)
class AreaRoads:
    """The roads of an area as a network.

    Attributes
    ----------
    area
        The area.
    network
        Edges of at most 1 km; their lengths are those of the kilometre posts.
    road_id
        By edge: its road, None where a seam was bridged.
    from_m, to_m
        By edge: chainage on that road at the start and the end of the edge; ``from_m > to_m`` where the edge runs
        against the road. NaN on bridged seams.
    road_class
        By edge: class of its road; None on bridged seams.
    corridors
        The roads that can be read as a corridor, by id.
    """

    area: Area
    network: RoadNetwork
    road_id: NDArray[Any]
    from_m: Floats
    to_m: Floats
    road_class: NDArray[Any]
    corridors: dict[str, Corridor] = field(repr=False)

    def spot(self, place: str | tuple[float, float]) -> Spot:
        """Give the place on the network nearest to a named place, or to (lon, lat).

        Raises
        ------
        PlaceError
            If nothing is called so.
        """
        if isinstance(place, str):
            point = self._point_of(place)
        else:
            point = gpd.GeoSeries([shapely.Point(*place)], crs="EPSG:4326").to_crs(self.area.crs).iloc[0]
        found = self.network.snap(gpd.GeoSeries([point], crs=self.area.crs))
        return Spot(int(found["edge"].iloc[0]), float(found["offset_m"].iloc[0]))

    def spans(self, path: RoutePath) -> tuple[RoadSpan, ...]:
        """Give a way as pieces of roads, in the order in which they are run through."""
        length, out = self.network.length_m, list[RoadSpan]()
        for edge, low, high in zip(path.edges.tolist(), path.from_m, path.to_m, strict=True):
            road = self.road_id[edge]
            if road is None:
                continue
            whole = max(float(length[edge]), 1e-9)
            a, b = (self.from_m[edge] + (self.to_m[edge] - self.from_m[edge]) * at / whole for at in (low, high))
            last = out[-1] if out else None
            if (
                last is not None
                and last.road_id == road
                and abs(last.to_m - a) < 1.0
                and ((b - a) * (last.to_m - last.from_m) >= 0)
            ):
                out[-1] = RoadSpan(road, last.from_m, float(b))
            else:
                out.append(RoadSpan(road, float(a), float(b)))
        return tuple(out)

    def on(self, span: RoadSpan) -> NDArray[np.bool_]:
        """Give which edges lie on a piece of a road, in part or whole."""
        low, high = sorted((span.from_m, span.to_m))
        a, b = np.fmin(self.from_m, self.to_m), np.fmax(self.from_m, self.to_m)
        same = np.array([one == span.road_id for one in self.road_id], dtype=bool)
        return np.asarray(same & (b > low) & (a < high))

    def _point_of(self, name: str) -> shapely.Point:
        found = find_place(self.area, name)
        if not len(found):
            msg = f"no place {name!r} is known"
            raise PlaceError(msg)
        point: shapely.Point = found.geometry.iloc[0].representative_point()
        return point

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The classes of roads that stand in it."""
        return tuple(sorted({str(one) for one in self.road_class if one is not None}))


def area_roads(area: Area) -> AreaRoads:
    """Join the known roads of an area to a network.

    Parameters
    ----------
    area
        The area.

    Returns
    -------
    AreaRoads
        Its network has edges of at most 1 km, with the road and the kilometres of each.

    Examples
    --------
    >>> import artimap as am
    >>> from artimap.areas.road_network import area_roads
    >>> roads = area_roads(am.area("artibonite"))
    >>> len(roads.corridors), roads.spot("Pont-Sondé").edge >= 0
    (13, True)
    """
    where = sure_area(area)
    lines = read_roads(where)
    joined = RoadNetwork.from_lines(lines, tolerance_m=_SEAM_M)
    report = joined.report
    if report is None:  # from_lines always says what it did
        raise AssertionError
    corridors = {str(one): read_corridor(where, str(one)) for one in lines["road_id"]}
    nodes, ends = list(joined.nodes_xy), list[tuple[int, int]]()
    length, shapes = list[float](), list[Any]()
    roads, low, high, kinds = list[str | None](), list[float](), list[float](), list[str | None]()
    for row in report.edges.itertuples():
        first, last = int(row.from_node), int(row.to_node)
        if row.bridged or not row.rows:
            ends.append((first, last))
            length.append(float(row.length_m))
            shapes.append(shapely.get_coordinates(row.geometry))
            roads.append(None)
            low.append(np.nan)
            high.append(np.nan)
            kinds.append(None)
            continue
        source = lines.loc[int(str(row.rows).split("; ")[0])]
        road = corridors[str(source["road_id"])]
        at, _ = road.project([shapely.Point(row.geometry.coords[0]), shapely.Point(row.geometry.coords[-1])])
        start, stop = float(at[0]), float(at[1])
        rising = start <= stop
        a, b = sorted((start, stop))
        inner = np.arange(np.floor(a / _PIECE_M) + 1, np.ceil(b / _PIECE_M)) * _PIECE_M
        inner = inner[(inner > a + 1.0) & (inner < b - 1.0)]
        cuts = np.r_[a, inner, b]
        numbers = [first if rising else last]
        for chainage in inner:
            point = road.point_at(float(chainage))
            numbers.append(len(nodes))
            nodes.append(np.array([point.x, point.y]))
        numbers.append(last if rising else first)
        for (one, other), (c, d) in zip(pairwise(numbers), pairwise(cuts), strict=True):
            ends.append((one, other))
            length.append(float(d - c))
            shapes.append(_piece(road, float(c), float(d), nodes[one], nodes[other]))
            roads.append(road.corridor_id)
            low.append(float(c))
            high.append(float(d))
            kinds.append(str(source["class"]))
    network = RoadNetwork.from_edges(
        np.array(nodes), np.array(ends, dtype=np.int32), np.array(length), shapes, crs=where.crs
    )
    return AreaRoads(
        where, network, np.array(roads, dtype=object), np.array(low), np.array(high), np.array(kinds, dtype=object),
        corridors,
    )  # fmt: skip


def _piece(road: Corridor, low: float, high: float, first: Floats, last: Floats) -> Floats:
    """Give the line of a piece of road, from node to node."""
    if high - low < 1e-6:
        return np.array([first, last])
    line = shapely.get_coordinates(road.piece(low, high)).copy()
    line[0], line[-1] = first, last
    return np.asarray(line)

"""The known roads of an area as one network whose edges know their road and their kilometres."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from artimap.areas.area import Area, read_places, sure_area
from artimap.areas.corridors import read_corridor
from artimap.areas.gazetteer.lookup import find_place
from artimap.areas.osm import CLASSES, read_roads
from artimap.areas.span_words import SpanReader, WordedSpan, place_of_words
from artimap.areas.user_layers import cached
from artimap.core import style
from artimap.core.arrays import Bools, Floats, Ints
from artimap.core.errors import DataError, PlaceError
from artimap.core.notebook import Shown, Sketch
from artimap.core.precision import METRE_DECIMALS
from artimap.core.vocab import PlaceKind, Where
from artimap.roads.corridor import Corridor
from artimap.roads.network.graph import RoadNetwork
from artimap.roads.network.noding import Noding
from artimap.roads.routing.router import RoutePath, Spot
from artimap.roads.routing.spans import RoadSpan

_SEAM_M: Final = 500.0
"""Drawn roads end beside one another, not on one another: seams up to this long are bridged."""
_PIECE_M: Final = 1_000.0
FARTHEST_M: Final = 5_000.0
"""A place farther than this from every road lies on none."""
BESIDE_M: Final = 700.0
"""A place within this distance of a road is told of on the way."""
END_M: Final = 60.0
"""Kilometres are stated to a tenth: so much of a road at the end of a piece is not taken to lie on it."""
_DRAWN_EDGES: Final = 5_000
"""Of larger networks a notebook gets no small map: it has to be there at once."""

_HALF_KM: Final = 500.0
JUNCTION_M: Final = 1_000.0
"""A town and the junction that is named after it lie at most so far apart along the road."""
TOWARDS: Final = "→ "
"""Stands before the name of a town that a road is named after and does not reach."""
_NAMED = frozenset({PlaceKind.CITY, PlaceKind.TOWN, PlaceKind.VILLAGE, PlaceKind.JUNCTION})


class RoadPlace(NamedTuple):
    """A place on the network: where, its name in the area's spelling, and metres from the place to the road."""

    spot: Spot
    name: str
    distance_m: float


def _lon_lat(place: object) -> tuple[float, float]:
    """Read a place as (lon, lat).

    Raises
    ------
    PlaceError
        If it is no pair of numbers.
    """
    if isinstance(place, (tuple, list)) and len(place) == 2 and all(_is_number(one) for one in place):
        return float(place[0]), float(place[1])
    msg = f"{place!r} is no place: give a name ('Saint-Marc'), a kilometre ('rn1 km 95') or (lon, lat) as two numbers"
    raise PlaceError(msg)


def _is_number(one: object) -> bool:
    return isinstance(one, (int, float, np.number)) and not isinstance(one, bool)


@dataclass(frozen=True, eq=False, repr=False)
class AreaRoads(Shown):
    """Roads as a network, with the road and the kilometres of each edge.

    Attributes
    ----------
    area
        The area; None for lines of one's own that belong to none.
    network
        The network. Edges of an area's known roads are at most 1 km, and their lengths are those of the
        kilometre posts.
    road_id
        By edge: its road, None where a seam was bridged or no road is known.
    from_m, to_m
        By edge: chainage on that road at the start and the end of the edge; ``from_m > to_m`` where the edge runs
        against the road. NaN where there is no road.
    road_class
        By edge: class of its road; None where it is not known.
    corridors
        The roads that can be read as a corridor, by id.
    surface
        By edge: surface as OpenStreetMap writes it, None where it is not known; null where it is known of none.

    Examples
    --------
    >>> import artimap as am
    >>> am.area_roads(am.area("artibonite"))
    <AreaRoads: 13 roads, <RoadNetwork: 652 edges, 649 nodes, 625.52 km, EPSG:32618>>
    """

    area: Area | None
    network: RoadNetwork
    road_id: NDArray[Any]
    from_m: Floats
    to_m: Floats
    road_class: NDArray[Any]
    corridors: Mapping[str, Corridor] = field(repr=False)
    surface: NDArray[Any] | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        return f"<AreaRoads: {self._lines()[0]}>"

    def _lines(self) -> tuple[str, ...]:
        return (f"{len(self._by_road)} roads, {self.network!r}",)

    def _sketch(self) -> Sketch | None:
        if len(self.network.edges) > _DRAWN_EDGES:
            return None
        known = np.isin(self.road_id, list(self.corridors))
        lines, grey = self.network.lines, style.token("road")
        parts = ((lines[~known], grey, 1.2), (lines[known], style.token("ink"), 2.0))
        return Sketch([(shapely.line_merge(one.union_all()), colour, width, False) for one, colour, width in parts])

    # -- building ---------------------------------------------------------------

    @classmethod
    def from_network(
        cls, network: RoadNetwork, *, lines: gpd.GeoDataFrame | None = None, area: Area | None = None
    ) -> AreaRoads:
        """Take a network of one's own.

        Parameters
        ----------
        network
            The network.
        lines
            The lines that it was made from: their ``road_id`` names the roads, chainages are metres along each line,
            and ``class`` (or ``highway``) and ``surface`` are taken over. Without them no edge has a road.
        area
            Where names of places are looked up.

        Raises
        ------
        DataError
            If the network was not made from these lines, or their index is not unique.

        Examples
        --------
        >>> import artimap as am
        >>> import geopandas as gpd
        >>> import shapely
        >>> lines = gpd.GeoDataFrame({"road_id": ["a", "b"]}, geometry=[shapely.LineString([(0, 0), (900, 0)]),
        ...     shapely.LineString([(900, 0), (900, 500)])], crs="EPSG:32618")
        >>> network = am.RoadNetwork.from_lines(lines, tolerance_m=1)
        >>> am.AreaRoads.from_network(network, lines=lines)
        <AreaRoads: 2 roads, <RoadNetwork: 2 edges, 3 nodes, 1.40 km, EPSG:32618>>
        """
        number = len(network.edges)
        none = np.full(number, None, dtype=object)
        blank = np.full(number, np.nan)
        report = network.report
        if lines is None:
            kinds = none if report is None else _kinds(report.edges["class"].to_numpy(dtype=object))
            return cls(area, network, none, blank, blank.copy(), kinds, {})
        row = _rows_of(network, lines)
        on = row >= 0
        used, xy, ptr, length = row[on], network.coords, network.coord_ptr, network.length_m[on]
        shapes = lines.geometry.to_numpy()[used]
        first, last = (shapely.line_locate_point(shapes, shapely.points(xy[at[on]])) for at in (ptr[:-1], ptr[1:] - 1))
        # Where a line comes back to itself one point lies at two chainages; the middle of an edge does not.
        odd = np.abs(np.abs(last - first) - length) > 0.5
        odd = np.flatnonzero(odd | (shapely.is_closed(shapes) & (np.fmin(first, last) < 0.5)))
        own = [shapely.LineString(xy[ptr[edge] : ptr[edge + 1]]) for edge in np.flatnonzero(on)[odd]]
        middle, before = (
            shapely.line_locate_point(shapes[odd], shapely.line_interpolate_point(own, share, normalized=True))
            for share in (0.5, 0.49)
        )
        ahead = np.where(before <= middle, 0.5, -0.5) * length[odd]
        first[odd], last[odd] = middle - ahead, middle + ahead
        low, high = blank.copy(), blank.copy()
        low[on], high[on] = first, last
        out = {}
        for name in ("road_id", "class", "highway", "surface"):
            values = none.copy()
            if name in lines:
                values[on] = lines[name].astype(object).where(lines[name].notna(), None).to_numpy(dtype=object)[used]
            out[name] = values
        kinds = _kinds(np.where(pd.isna(out["class"]), out["highway"], out["class"]))
        surface = out["surface"] if "surface" in lines else None
        return cls(area, network, out["road_id"], low, high, kinds, {}, surface)

    @classmethod
    def from_lines(
        cls,
        lines: gpd.GeoDataFrame,
        *,
        area: Area | None = None,
        tolerance_m: float = 0.0,
        noding: Noding = "vertices",
    ) -> AreaRoads:
        """Join lines of one's own to a network, such as ``read_roads("roads.gpkg", area=area)`` gives them.

        Parameters
        ----------
        lines
            Lines in a metric system, with ``road_id`` and, where known, ``class`` or ``highway`` and ``surface``.
        area
            Where names of places are looked up.
        tolerance_m, noding
            As for :meth:`RoadNetwork.from_lines`; the defaults are right for OpenStreetMap.

        Examples
        --------
        >>> import geopandas as gpd
        >>> ways = gpd.GeoDataFrame(
        ...     {"road_id": ["a", "b"], "class": ["national", "track"]},
        ...     geometry=gpd.GeoSeries.from_wkt(["LINESTRING (0 0, 50 0, 100 0)", "LINESTRING (50 90, 50 0)"]),
        ...     crs="EPSG:32618",
        ... )
        >>> roads = AreaRoads.from_lines(ways)
        >>> [str(one) for one in roads.road_id], roads.from_m.tolist(), roads.to_m.tolist()
        (['a', 'b', 'a'], [0.0, 90.0, 50.0], [50.0, 0.0, 100.0])
        """
        return cls.from_network(
            RoadNetwork.from_lines(lines, tolerance_m=tolerance_m, noding=noding), lines=lines, area=area
        )

    def cut(self, cuts: Mapping[str, Iterable[float]]) -> AreaRoads:
        """Cut the edges at chainages.

        Parameters
        ----------
        cuts
            Chainages in metres by road. One within a metre of a node is there already.

        Returns
        -------
        AreaRoads
            Its pieces stand in the order of the edges that they were cut from; spots and paths of the network
            before do not fit it.

        Raises
        ------
        PlaceError
            If a road is not known.

        Examples
        --------
        >>> import artimap as am
        >>> roads = am.area_roads(am.area("artibonite"))
        >>> len(roads.cut({"rn1": [105_250.0]}).road_id) - len(roads.road_id)
        1
        """
        marks: dict[int, Floats] = {}
        low, high = np.fmin(self.from_m, self.to_m), np.fmax(self.from_m, self.to_m)
        for road, wanted in cuts.items():
            at = np.unique(np.asarray(list(wanted), dtype=float))
            for edge in self._edges_of(road).tolist():
                inner = at[(at > low[edge] + 1.0) & (at < high[edge] - 1.0)]
                if len(inner):
                    marks[edge] = inner if self.from_m[edge] <= self.to_m[edge] else inner[::-1]
        return self._cut(marks) if marks else self

    def _cut(self, marks: Mapping[int, Floats]) -> AreaRoads:
        """Cut edges at chainages, in the direction of each."""
        net = self.network
        kept = np.ones(len(net.edges), dtype=bool)
        kept[list(marks)] = False
        nodes, ends, shapes = list[Floats](), list[tuple[int, int]](), list[Floats]()
        origin, spans = list[int](), list[tuple[float, float]]()
        for edge, inner in marks.items():
            line, stops = self._measured(edge), [float(self.from_m[edge]), *inner.tolist(), float(self.to_m[edge])]
            numbers = [int(net.edges[edge][0])]
            for at in range(len(inner)):
                numbers.append(len(net.nodes_xy) + len(nodes))
                nodes.append(_slice(*line, stops[at + 1], stops[at + 1])[0])
            numbers.append(int(net.edges[edge][1]))
            for at in range(len(stops) - 1):
                ends.append((numbers[at], numbers[at + 1]))
                shapes.append(_slice(*line, stops[at], stops[at + 1]))
                origin.append(edge)
                spans.append((stops[at], stops[at + 1]))
        start, stop = np.array(spans).T
        old = np.array(origin)
        share = np.abs(stop - start) / np.maximum(np.abs(self.to_m - self.from_m)[old], 1e-9)
        sizes = np.diff(net.coord_ptr)
        every_size = np.r_[sizes[kept], [len(one) for one in shapes]]
        first = np.r_[0, np.cumsum(every_size)[:-1]]
        every_old = np.r_[np.flatnonzero(kept), old]
        order = np.argsort(every_old, kind="stable")
        coords = np.vstack([net.coords[np.repeat(kept, sizes)], *shapes])
        ptr = np.r_[0, np.cumsum(every_size[order])].astype(np.int64)
        taken = np.arange(ptr[-1]) + np.repeat(first[order] - ptr[:-1], every_size[order])
        network = RoadNetwork(
            net.crs,
            np.vstack([net.nodes_xy, *nodes]),
            np.vstack([net.edges[kept], np.array(ends, dtype=np.int32)])[order],
            np.r_[net.length_m[kept], net.length_m[old] * share][order],
            coords[taken],
            ptr,
        )
        low, high = np.r_[self.from_m[kept], start][order], np.r_[self.to_m[kept], stop][order]
        source = every_old[order]
        surface = None if self.surface is None else self.surface[source]
        return AreaRoads(
            self.area, network, self.road_id[source], low, high, self.road_class[source], self.corridors, surface
        )

    # -- places -----------------------------------------------------------------

    def locate(self, place: str | tuple[float, float] | Spot) -> RoadPlace:
        """Give the place on the network nearest to a place.

        Parameters
        ----------
        place
            A name in any spelling, a kilometre (``"rn1 km 95"``), (lon, lat), or a spot, which is given back.

        Returns
        -------
        RoadPlace
            The spot, the name (in the area's spelling; kilometres and coordinates as text) and how far from the road
            the place lies, in metres.

        Raises
        ------
        PlaceError
            If nothing is called so or several places are, or if it lies more than 5 km from every road.

        Examples
        --------
        >>> import artimap as am
        >>> am.area_roads(am.area("artibonite")).locate("Pont-Sondé").name
        'Pont-Sondé'
        """
        if isinstance(place, Spot):
            if not 0 <= place.edge < len(self.network.edges):
                msg = f"{place} lies on no edge of {self.network}"
                raise PlaceError(msg)
            return RoadPlace(place, self._label(place), 0.0)
        if not isinstance(place, str):
            lon, lat = _lon_lat(place)
            point = gpd.GeoSeries([shapely.Point(lon, lat)], crs="EPSG:4326").to_crs(self.network.crs).iloc[0]
            return self._snapped(point, f"{lat:.4f}, {lon:.4f}", "coordinates are (lon, lat), in this order")
        kilometre = self._reader.kilometre(place)
        if kilometre is not None:
            road, chainage = kilometre
            spot = self.at(road, min(chainage, self._lengths[road]))
            return RoadPlace(spot, self._label(spot), 0.0)
        if self.area is None:
            msg = f"{place!r}: a network without an area knows no names; give (lon, lat) or a Spot"
            raise PlaceError(msg)
        known = place_of_words(self.area, place)
        if known.where is Where.DEPARTMENT:
            msg = f"{known.name} is a department: name a town on a road, a kilometre ('rn1 km 95') or (lon, lat)"
            raise PlaceError(msg)
        if shapely.is_empty(known.geometry):
            msg = f"{known.name} has no point in the data; give (lon, lat)"
            raise PlaceError(msg)
        point = shapely.Point(known.geometry.representative_point())
        return self._snapped(point, known.name, "give a place on a road")

    def spot(self, place: str | tuple[float, float] | Spot) -> Spot:
        """Give the place on the network nearest to a place: :meth:`locate` without name and distance.

        Raises
        ------
        PlaceError
            As for :meth:`locate`.

        Examples
        --------
        >>> import artimap as am
        >>> roads = am.area_roads(am.area("artibonite"))
        >>> roads.chainage(roads.spot("Gonaïves"))[0]
        'rn1'
        """
        return self.locate(place).spot

    def at(self, road_id: str, chainage_m: float) -> Spot:
        """Give the spot at a chainage of a road.

        Raises
        ------
        PlaceError
            If there is no such road, or it does not reach so far.

        Examples
        --------
        >>> import artimap as am
        >>> roads = am.area_roads(am.area("artibonite"))
        >>> road, chainage_m = roads.chainage(roads.at("rn1", 110_000.0))
        >>> road, round(chainage_m)
        ('rn1', 110000)
        """
        edges = self._edges_of(road_id)
        low, high = np.fmin(self.from_m, self.to_m)[edges], np.fmax(self.from_m, self.to_m)[edges]
        away = np.maximum(np.maximum(low - chainage_m, chainage_m - high), 0.0)
        best = int(np.argmin(away))
        if away[best] > 1.0:
            msg = f"{road_id} does not reach km {chainage_m / 1000:.1f}: it ends at km {high.max() / 1000:.1f}"
            raise PlaceError(msg)
        return self._on_edge(int(edges[best]), chainage_m)

    def chainage(self, spot: Spot) -> tuple[str, float] | None:
        """Give road and chainage of a spot; None where there is no road.

        Examples
        --------
        >>> import artimap as am
        >>> roads = am.area_roads(am.area("artibonite"))
        >>> road, chainage_m = roads.chainage(roads.at("rn5", 5_000.0))
        >>> road, round(chainage_m)
        ('rn5', 5000)
        """
        road = self.road_id[spot.edge]
        if road is None:
            return None
        share = spot.offset_m / max(float(self.network.length_m[spot.edge]), 1e-9)
        return str(road), float(self.from_m[spot.edge] + (self.to_m[spot.edge] - self.from_m[spot.edge]) * share)

    def _on_edge(self, edge: int, chainage_m: float) -> Spot:
        low, high = float(self.from_m[edge]), float(self.to_m[edge])
        share = 0.0 if low == high else min(max((chainage_m - low) / (high - low), 0.0), 1.0)
        return Spot(edge, share * float(self.network.length_m[edge]))

    def _snapped(self, point: shapely.Point, name: str, hint: str) -> RoadPlace:
        ground, number = self._ground
        found = ground.snap(gpd.GeoSeries([point], crs=ground.crs))
        if pd.isna(found["edge"].iloc[0]):
            msg = f"{name} cannot be put on a road: {found['why_not'].iloc[0]}"
            raise PlaceError(msg)
        away = float(found["distance_m"].iloc[0])
        if away > FARTHEST_M:
            msg = (
                f"{name} lies {away / 1000:,.1f} km from the nearest road of the network, "
                f"farther than {FARTHEST_M / 1000:.0f} km; {hint}"
            )
            raise PlaceError(msg)
        edge = int(number[found["edge"].iloc[0]])
        road = self.corridors.get(self.road_id[edge])
        # The corridor measures each bend: within a kilometre the share of the drawn line may be 20 m off.
        if road is not None:
            return RoadPlace(self._on_edge(edge, float(road.project([point])[0][0])), name, away)
        return RoadPlace(Spot(edge, float(found["offset_m"].iloc[0])), name, away)

    def _label(self, spot: Spot) -> str:
        known = self.chainage(spot)
        if known is None:
            return f"edge {spot.edge}, {spot.offset_m:.0f} m"
        road = self.corridors.get(known[0])
        return f"{known[0] if road is None else road.ref} km {known[1] / 1000:.1f}"

    # -- spans ------------------------------------------------------------------

    def read_span(self, words: str) -> RoadSpan:
        """Read words as a piece of road.

        Parameters
        ----------
        words
            ``"km 110–126"`` (of the area's own road), ``"rn1 km 110.4–130.2"``, ``"RN1 PK 110 à 126"``,
            ``"Pont-Sondé – L'Estère"``, ``"pont de Pont-Sondé"``, ``"Pont-Sondé"`` (its road, 250 m either way),
            ``"rd-sav"``. How they were read: :meth:`span_of_words`.

        Returns
        -------
        RoadSpan
            Along the kilometres of its road.

        Raises
        ------
        PlaceError
            If the words name no piece of road, or several; the message says what is understood.

        Examples
        --------
        >>> import artimap as am
        >>> from artimap.areas.road_network import area_roads
        >>> area_roads(am.area("artibonite")).read_span("PK 110+400 à 126")
        RoadSpan(road_id='rn1', from_m=110400.0, to_m=126000.0)
        """
        return self.span_of_words(words).span

    def span_of_words(self, words: str) -> WordedSpan:
        """Read words as a piece of road, and tell how they were read; see :meth:`read_span`.

        Examples
        --------
        >>> import artimap as am
        >>> am.area_roads(am.area("artibonite")).span_of_words("rn1 km 98-100").span
        RoadSpan(road_id='rn1', from_m=98000.0, to_m=100000.0)
        """
        return self._reader.read(words)

    def spans(self, path: RoutePath) -> tuple[RoadSpan, ...]:
        """Give a way as pieces of roads, in the order in which they are run through.

        Bridged seams have no road and are left out: they are a few metres long.

        Examples
        --------
        >>> import artimap as am
        >>> import geopandas as gpd
        >>> import shapely
        >>> line = shapely.LineString([(0, 0), (9_000, 0)])
        >>> road = gpd.GeoDataFrame({"road_id": ["a"]}, geometry=[line], crs="EPSG:32618")
        >>> roads = am.AreaRoads.from_lines(road)
        >>> way = am.routes(roads, roads.at("a", 1_000.0), roads.at("a", 6_000.0)).routes[0]
        >>> roads.spans(way.path)
        (RoadSpan(road_id='a', from_m=1000.0, to_m=6000.0),)
        """
        length, out = self.network.length_m, list[RoadSpan]()
        for edge, low, high in zip(path.edges.tolist(), path.from_m, path.to_m, strict=True):
            road = self.road_id[edge]
            if road is None or low == high:
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

    def closed_part(self, span: RoadSpan) -> RoadSpan:
        """Give what of a piece of road is closed when it is said to be.

        Kilometres are those of places: "km 110.4–130.2" is from Carrefour Paye to Johanisse. An end that lies at a
        named place (to 60 m) is taken to be the junction of that place, where there is one on the piece within 1 km
        of it and within a twentieth of the piece: whoever comes from the side may still turn away there. An end told
        in whole kilometres is known to half of one: a junction within that half is its end too. Other ends stay where
        they are.

        Examples
        --------
        >>> import artimap as am
        >>> roads = am.area_roads(am.area("artibonite"))
        >>> roads.closed_part(roads.read_span("rn1 km 98-100"))
        RoadSpan(road_id='rn1', from_m=98000.0, to_m=100000.0)
        """
        low, high = span.low_m, span.high_m
        most = (high - low) / 20.0
        at = self._junctions.get(span.road_id, np.zeros(0))
        at = at[(at > low) & (at < high)]
        places = [one for _, one in self._places(span.road_id)]
        ends = []
        for end in (low, high):
            away = np.abs(at - end)
            named = any(abs(one - end) <= END_M for one in places)
            reach = min(most, JUNCTION_M if named else _HALF_KM if end % 1_000.0 == 0.0 else 0.0)
            ends.append(float(at[np.argmin(away)]) if len(at) and 0 < reach >= away.min() else end)
        if ends[0] >= ends[1]:
            return span
        return RoadSpan(span.road_id, *(ends if span.from_m <= span.to_m else ends[::-1]))

    def on(self, span: RoadSpan) -> Bools:
        """Give which edges lie on a piece of a road, in part or whole.

        What lies on the outer 60 m of the piece alone does not count (a quarter of it, where it is short), as
        kilometres are stated to a tenth; an end at a named place is its junction (:meth:`closed_part`). Only edges of
        that road count: the other roads at a junction on the piece stay open.

        Examples
        --------
        >>> import artimap as am
        >>> roads = am.area_roads(am.area("artibonite"))
        >>> bool(roads.on(am.RoadSpan("rn1", 98_000.0, 100_000.0)).any())
        True
        """
        self._edges_of(span.road_id)
        part = self.closed_part(span)
        give = min(END_M, part.length_m / 4.0)
        a, b = np.fmin(self.from_m, self.to_m), np.fmax(self.from_m, self.to_m)
        same = np.asarray(self.road_id == span.road_id, dtype=bool)
        return np.asarray(same & (b > part.low_m + give) & (a < part.high_m - give))

    def places_on(self, spans: Sequence[RoadSpan]) -> tuple[tuple[str, float], ...]:
        """Give the towns and named places on a way, in order, each once.

        Parameters
        ----------
        spans
            The way, as :meth:`spans` gives it.

        Returns
        -------
        tuple
            (name, metres from the start of the way). On a road with stated towns these; on others cities, towns,
            villages and junctions within 700 m of it. ``"→ Petite-Rivière"`` where the way passes the end of a road
            that is named after a town up to 5 km from there: it does not run through that town.

        Examples
        --------
        >>> import artimap as am
        >>> roads = am.area_roads(am.area("artibonite"))
        >>> [name for name, _ in roads.places_on([am.RoadSpan("rn1", 94_000.0, 108_000.0)])][:3]
        ['Saint-Marc', 'Pont-Sondé']
        """
        out: dict[str, float] = {}
        done = 0.0
        for span in spans:
            here = [
                (abs(at - span.from_m), name)
                for name, at in self._places(span.road_id)
                if span.low_m - END_M <= at <= span.high_m + END_M
            ]
            for along, name in sorted(here):
                out.setdefault(name, round(done + min(along, span.length_m), METRE_DECIMALS))
            done += span.length_m
        # What the way runs through needs no turn-off.
        kept = [(name, at) for name, at in out.items() if name == name.removeprefix(TOWARDS) or name[2:] not in out]
        return tuple(sorted(kept, key=lambda one: one[1]))

    def line_of(self, path: RoutePath) -> shapely.LineString:
        """Give a way as one line, cut where it begins and ends.

        Examples
        --------
        >>> import artimap as am
        >>> import geopandas as gpd
        >>> import shapely
        >>> line = shapely.LineString([(0, 0), (9_000, 0)])
        >>> road = gpd.GeoDataFrame({"road_id": ["a"]}, geometry=[line], crs="EPSG:32618")
        >>> roads = am.AreaRoads.from_lines(road)
        >>> way = am.routes(roads, roads.at("a", 1_000.0), roads.at("a", 6_000.0)).routes[0]
        >>> roads.line_of(way.path).length
        5000.0
        """
        length, parts = self.network.length_m, list[Floats]()
        for edge, low, high in zip(path.edges.tolist(), path.from_m.tolist(), path.to_m.tolist(), strict=True):
            start, stop = float(self.from_m[edge]), float(self.to_m[edge])
            if np.isnan(start):
                start, stop = 0.0, float(length[edge])
            share = (stop - start) / max(float(length[edge]), 1e-9)
            parts.append(_slice(*self._measured(edge), start + share * low, start + share * high))
        xy = np.vstack(parts)
        xy = xy[np.r_[True, (np.diff(xy, axis=0) != 0).any(axis=1)]]
        return shapely.LineString(xy if len(xy) > 1 else np.vstack([xy, xy]))

    def _measured(self, edge: int) -> tuple[Floats, Floats]:
        """Give the line of an edge and the chainage of each vertex (metres along it, where it has no road)."""
        net = self.network
        xy = net.coords[net.coord_ptr[edge] : net.coord_ptr[edge + 1]]
        low, high = float(self.from_m[edge]), float(self.to_m[edge])
        if np.isnan(low):
            low, high = 0.0, float(net.length_m[edge])
        road = self.corridors.get(self.road_id[edge])
        # A corridor knows the chainage of each bend; of other lines every metre drawn is one.
        at = np.hypot(*np.diff(xy, axis=0).T).cumsum() if road is None else road.project(shapely.points(xy))[0][1:]
        if road is None:
            at = low + at * ((high - low) / max(float(at[-1]), 1e-9))
        at = np.r_[low, np.clip(at, min(low, high), max(low, high))]
        at[-1] = high
        return xy, np.asarray(np.maximum.accumulate(at) if low <= high else np.minimum.accumulate(at))

    # -- what is kept -----------------------------------------------------------

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The classes of roads that stand in it."""
        return tuple(sorted({str(one) for one in self.road_class if one is not None}))

    def _edges_of(self, road: str) -> Ints:
        found = self._by_road.get(road)
        if found is None:
            some = sorted(self.corridors) or sorted(self._by_road)[:12]
            msg = f"no road {road!r}; there are: {', '.join(some) or 'none with an id'}"
            raise PlaceError(msg)
        return found

    @cached_property
    def _by_road(self) -> dict[str, Ints]:
        codes, names = pd.factorize(self.road_id)
        order = np.argsort(codes, kind="stable")[int((codes < 0).sum()) :]
        parts = np.split(order, np.cumsum(np.bincount(codes[order], minlength=len(names)))[:-1])
        return {str(name): part for name, part in zip(names, parts, strict=True)} if len(names) else {}

    @cached_property
    def _lengths(self) -> dict[str, float]:
        high = pd.Series(np.fmax(self.from_m, self.to_m)).groupby(self.road_id).max()
        known = {str(road): float(value) for road, value in high.items()}
        return known | {road: corridor.length_m for road, corridor in self.corridors.items() if road in known}

    @cached_property
    def _reader(self) -> SpanReader:
        return SpanReader(self._lengths, self.corridors, self._nearest, self.area)

    def _nearest(self, point: shapely.Point) -> tuple[str, float, float]:
        found = self._snapped(point, "the place", "")
        road, at = self.chainage(found.spot) or ("", 0.0)
        return road, at, found.distance_m

    @cached_property
    def _ground(self) -> tuple[RoadNetwork, Ints]:
        """The network without bridged seams, and the number of each of its edges: nobody stands on a seam."""
        net, known = self.network, ~pd.isna(self.road_id)
        if known.all() or not known.any():
            return net, np.arange(len(net.edges))
        sizes = np.diff(net.coord_ptr)
        ptr = np.r_[0, np.cumsum(sizes[known])].astype(np.int64)
        real = RoadNetwork(
            net.crs, net.nodes_xy, net.edges[known], net.length_m[known], net.coords[np.repeat(known, sizes)], ptr
        )
        return real, np.flatnonzero(known)

    @cached_property
    def _junctions(self) -> dict[str, Floats]:
        """Chainages by road at which three edges or more meet."""
        ends = self.network.edges
        meet = np.bincount(ends.ravel(), minlength=len(self.network.nodes_xy)) > 2
        out: dict[str, Floats] = {}
        for road in self.corridors:
            edges = self._edges_of(road)
            at = np.column_stack([self.from_m[edges], self.to_m[edges]])
            out[road] = np.unique(at[meet[ends[edges]]])
        return out

    @cached_property
    def _settlements(self) -> gpd.GeoDataFrame | None:
        if self.area is None:
            return None
        places = read_places(self.area)
        return places[places["kind"].isin(_NAMED)].reset_index(drop=True)

    @cached_property
    def _place_tree(self) -> shapely.STRtree:
        return shapely.STRtree([] if self._settlements is None else self._settlements.geometry.to_numpy())

    def _places(self, road: str) -> tuple[tuple[str, float], ...]:
        """Give the named places on a road with their chainages, along it."""
        if road not in self._places_by_road:
            self._places_by_road[road] = self._places_beside(road)
        return self._places_by_road[road]

    @cached_property
    def _places_by_road(self) -> dict[str, tuple[tuple[str, float], ...]]:
        return {}

    def _places_beside(self, road: str) -> tuple[tuple[str, float], ...]:
        corridor, places = self.corridors.get(road), self._settlements
        if corridor is not None and len(corridor.towns):
            stated = zip(corridor.towns["name"], corridor.towns["chainage_m"].astype(float), strict=True)
            return tuple((str(name), at) for name, at in stated)
        if places is None or road not in self._by_road:
            return ()
        points = places.geometry.to_numpy()
        if corridor is not None:
            at, off = corridor.project(points)
        else:
            net, edges = self.network, self._by_road[road]
            lines = [shapely.LineString(net.coords[net.coord_ptr[one] : net.coord_ptr[one + 1]]) for one in edges]
            at, off = np.full(len(points), np.nan), np.full(len(points), np.inf)
            for edge, place in self._place_tree.query(lines, predicate="dwithin", distance=BESIDE_M).T:
                away = float(shapely.distance(lines[edge], points[place]))
                if away < off[place]:
                    share = shapely.line_locate_point(lines[edge], points[place], normalized=True)
                    one, other = self.from_m[edges[edge]], self.to_m[edges[edge]]
                    at[place], off[place] = one + share * (other - one), away
        found = [(str(places["name"].iloc[n]), float(at[n])) for n in np.flatnonzero(off <= BESIDE_M)]
        if corridor is not None and self.area is not None:
            names = corridor.name.split(" – ")
            for name, end in ((names[0], 0.0), (names[-1], corridor.length_m)):
                named = find_place(self.area, name.partition(" (")[0])
                named = named[named["where"].isin([Where.POINT, Where.PLACE]) & (named["score"] > 0.9)]
                away = named.distance(corridor.point_at(end))
                # Of several places of that name the road leads to the nearest.
                if len(named) and BESIDE_M < away.min() <= FARTHEST_M:
                    town = str(named["name"].loc[away.idxmin()])
                    found += [] if town in dict(found) else [(TOWARDS + town, end)]
        return tuple(sorted(found, key=lambda one: one[1]))


def _slice(xy: Floats, at: Floats, start: float, stop: float) -> Floats:
    """Give a line between two of the measures of its vertices, from the one to the other."""
    if at[0] > at[-1]:
        xy, at = xy[::-1], at[::-1]
    low, high = min(start, stop), max(start, stop)
    ends = np.column_stack([np.interp([low, high], at, xy[:, axis]) for axis in (0, 1)])
    line = np.vstack([ends[:1], xy[(at > low) & (at < high)], ends[1:]])
    return np.asarray(line if start <= stop else line[::-1])


def _kinds(words: NDArray[Any]) -> NDArray[Any]:
    """Give the class of road by ``highway`` or ``class``; None where it is not known."""
    known = dict(CLASSES) | {name: name for name in CLASSES.values()}
    codes, names = pd.factorize(words)
    of = np.array([*(known.get(str(one).removesuffix("_link")) for one in names), None], dtype=object)
    return np.asarray(of[codes])


def _rows_of(network: RoadNetwork, lines: gpd.GeoDataFrame) -> Ints:
    """Give for each edge the number of the line that it was made from, -1 for a bridged seam."""
    report = network.report
    labels = pd.Index(lines.index.astype(str))
    if report is None or not labels.is_unique:
        msg = "lines must be those that the network was made from by RoadNetwork.from_lines, with a unique index"
        raise DataError(msg)
    first = np.array([one.partition("; ")[0] for one in report.edges["rows"]], dtype=object)
    row = labels.get_indexer(pd.Index(first))
    if (row[first != ""] < 0).any():
        msg = "the network was not made from these lines: it names rows that they do not have"
        raise DataError(msg)
    return np.asarray(row, dtype=np.int64)


def area_roads(area: Area, *, cuts: Mapping[str, Sequence[float]] = MappingProxyType({})) -> AreaRoads:
    """Join the known roads of an area to a network.

    Parameters
    ----------
    area
        The area.
    cuts
        Chainages in metres, by road, at which edges are cut besides whole kilometres and junctions.

    Returns
    -------
    AreaRoads
        Its network has edges of at most 1 km, with the road and the kilometres of each. Kept in memory until a layer
        is added or removed.

    Raises
    ------
    PlaceError
        If ``cuts`` names a road that the area does not have.

    Examples
    --------
    >>> import artimap as am
    >>> from artimap.areas.road_network import area_roads
    >>> roads = area_roads(am.area("artibonite"))
    >>> len(roads.corridors), roads.spot("Pont-Sondé").edge >= 0
    (13, True)
    """
    whole = _area_roads(sure_area(area))
    return whole.cut(cuts) if cuts else whole


@cached
def _area_roads(where: Area) -> AreaRoads:
    lines = read_roads(where)
    joined = RoadNetwork.from_lines(lines, tolerance_m=_SEAM_M)
    corridors = {str(one): read_corridor(where, str(one)) for one in lines["road_id"]}
    row = _rows_of(joined, lines)
    road_id, kinds = (lines[name].to_numpy(dtype=object)[row] for name in ("road_id", "class"))
    road_id[row < 0] = kinds[row < 0] = None
    ends = joined.edges.copy()
    low, high = np.full(len(ends), np.nan), np.full(len(ends), np.nan)
    coords, ptr = joined.coords.copy(), joined.coord_ptr
    for road, corridor in corridors.items():
        edges = np.flatnonzero(road_id == road)
        low[edges], high[edges] = (
            corridor.project(shapely.points(coords[at[edges]]))[0] for at in (ptr[:-1], ptr[1:] - 1)
        )
    # Every edge runs with the kilometres of its road.
    for edge in np.flatnonzero(low > high):
        coords[ptr[edge] : ptr[edge + 1]] = coords[ptr[edge] : ptr[edge + 1]][::-1].copy()
        ends[edge], low[edge], high[edge] = ends[edge][::-1].copy(), high[edge], low[edge]
    length = np.where(row < 0, joined.length_m, high - low)
    network = RoadNetwork(joined.crs, joined.nodes_xy, ends, length, coords, ptr)
    roads = AreaRoads(where, network, road_id, low, high, kinds, corridors)
    return roads.cut({road: np.arange(_PIECE_M, one.length_m, _PIECE_M) for road, one in corridors.items()})

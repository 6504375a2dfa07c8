"""Zones of reported status as geometry.

After Tao et al. (2016) a group's area is the part of the road network near the places it
is reported at, not the land between them. Here: the road within some distance along the
network, in nested bands that fade, never into a section of which nothing is known.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

from artimap.areas.area import Area, read_road_units, read_roads, read_units
from artimap.areas.geometries import RADIUS_M, place_radius
from artimap.areas.user_layers import cached
from artimap.claims.ledger import Ledger
from artimap.control.history import interval_of
from artimap.control.model import ControlModel
from artimap.control.status import LedgerEvidence, in_words_of, read_evidence, status_of
from artimap.control.subjects import Subject, corridor_of
from artimap.control.zones.model import ZoneModel
from artimap.core import schema
from artimap.core.dates import day_of
from artimap.core.metadata import put_models
from artimap.core.tables import ZONES
from artimap.core.vocab import PlaceKind, Status
from artimap.roads.network.graph import RoadNetwork

_SEAM_M = 5.0


@cached
def roads_of(area: Area) -> RoadNetwork:
    """Give an area's roads as a network; gaps up to 5 m are bridged."""
    return RoadNetwork.from_lines(read_roads(area), tolerance_m=_SEAM_M)


def node_distances(net: RoadNetwork, edge: int, offset_m: float, reach_m: float) -> dict[int, float]:
    """Give the nodes within ``reach_m`` along the network from a place on an edge, with their distance in metres."""
    near: dict[int, float] = {}
    head, tail = (int(one) for one in net.edges[edge])
    # Dijkstra (1959) from a place inside an edge: both ends of the edge start, each with its own
    # distance.
    heap = [(offset_m, head), (float(net.length_m[edge]) - offset_m, tail)]
    heapq.heapify(heap)
    around = net.adjacency
    while heap:
        distance, node = heapq.heappop(heap)
        # Whatever is taken off the heap for the second time came a longer way.
        if distance > reach_m or distance >= near.get(node, np.inf):
            continue
        near[node] = distance
        for at in range(int(around.ptr[node]), int(around.ptr[node + 1])):
            length = float(net.length_m[int(around.edge[at])])
            heapq.heappush(heap, (distance + length, int(around.neighbour[at])))
    return near


def reached(net: RoadNetwork, edge: int, offset_m: float, reach_m: float) -> list[tuple[int, float, float]]:
    """Give the pieces of road within a distance along the network: edge, from and to in metres along it.

    Parameters
    ----------
    net
        The network.
    edge, offset_m
        Where to start: an edge, and the metres along it.
    reach_m
        The distance.

    Returns
    -------
    list
        Every place on these pieces is at most ``reach_m`` away along the roads, every other is farther.
    """
    near = node_distances(net, edge, offset_m, reach_m)
    around = net.adjacency
    touched = {int(around.edge[at]) for node in near for at in range(around.ptr[node], around.ptr[node + 1])}
    pieces: list[tuple[int, float, float]] = []
    for one in sorted(touched | {edge}):
        head, tail = (int(node) for node in net.edges[one])
        length = float(net.length_m[one])
        # An edge may be entered from either end, and the first one from its middle as well; the pieces may
        # overlap and are joined.
        spans = [
            (0.0, min(length, reach_m - near[head])) if head in near else None,
            (max(0.0, length - (reach_m - near[tail])), length) if tail in near else None,
            (max(0.0, offset_m - reach_m), min(length, offset_m + reach_m)) if one == edge else None,
        ]
        pieces += [(one, low, high) for low, high in _merged([span for span in spans if span is not None])]
    return pieces


def _merged(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    out: list[tuple[float, float]] = []
    for low, high in sorted(spans):
        if out and low <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], high))
        else:
            out.append((low, high))
    return [(low, high) for low, high in out if high > low]


def road_within(net: RoadNetwork, point: shapely.Point, reach_m: float, *, snap_m: float) -> shapely.Geometry:
    """Give the road within a distance along the network from a place.

    Parameters
    ----------
    net
        The network.
    point
        The place, in the network's system.
    reach_m
        Metres along the road from the place nearest to it.
    snap_m
        Farther than this from every road there is none.

    Returns
    -------
    MultiLineString
        Empty where no road is near enough.
    """
    found = net.snap(np.array([[point.x, point.y]]), max_offset_m=snap_m)
    if found["edge"].isna().iloc[0]:
        return shapely.MultiLineString()
    lines = net.lines
    edge, offset = int(found["edge"].iloc[0]), float(found["offset_m"].iloc[0])
    # ``substring`` gives a point where a piece has no length; a MultiLineString may hold lines only.
    parts = [substring(lines.iloc[one], low, high) for one, low, high in reached(net, edge, offset, reach_m)]
    return shapely.multilinestrings([part for part in parts if part.geom_type == "LineString"])


_SOMEWHERE = 1.0 / 3.0
"""Weight of the outline of a section: somewhere in it, nobody says where."""


@dataclass(frozen=True, slots=True)
class ZonePiece:
    """One piece of a zone."""

    tail: str
    band: int
    weight: float
    geometry: shapely.Geometry
    road_id: str | None = None
    from_m: float | None = None
    to_m: float | None = None


def control_zones(
    area: Area,
    ledger: Ledger,
    *,
    as_of: str | dt.date,
    events: gpd.GeoDataFrame | None = None,
    model: ControlModel | None = None,
    zone_model: ZoneModel | None = None,
    known_on: str | dt.date | None = None,
    status: pd.DataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Give the reported zones of an area on a day.

    Parameters
    ----------
    area
        The area.
    ledger
        The claims.
    as_of
        The day of the answer.
    events, model, known_on
        As for :func:`artimap.control_status`.
    zone_model
        How far a zone reaches along the roads.
    status
        STATUS of the same day, if it is at hand already.

    Returns
    -------
    GeoDataFrame
        ZONES in ``area.crs``, layer ``reported``. A **place** is its disc and the road within
        ``reach_m`` along the network, in nested bands: band 1 is the innermost, and ``weight`` falls with
        the band. The road part of a band ends where a section begins of which nothing is said.
        A **section** is the road in and along it (band 1) and its outline (band 2, weight ⅓: somewhere
        in it); one without roads its outline only. A **stretch** that a claim names is a line with ``from_m``
        and ``to_m``, and so is the part of the corridor that a contested place or section lies on (band 1,
        ``road_id`` given). Named stretches of the corridor of which nothing is said are lines
        of kind ``unknown``. Zones of several groups overlap where the claims do. Communes and the department
        get no shape: see :func:`artimap.control_status`. ``valid_from`` and ``valid_to`` are the first and
        last day on which the status is the same by the claims at hand (``valid_to`` null where
        nothing in them ends it), for a time slider. ``isw`` and ``viina`` give
        the status in the words of those systems.

    References
    ----------
    Tao, R., Strandow, D., Findley, M., Thill, J.-C. and Walsh, J. (2016). A hybrid approach to modeling territorial
    control in violent armed conflicts. *Transactions in GIS* 20(3), 413–425.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> am.control_zones(art, am.read_claims(art), as_of="2024-10-15").crs.to_epsg()
    32618
    """
    day = day_of(as_of)
    said = read_evidence(area, ledger, events=events, model=model, known_on=known_on)
    if status is None:
        status = status_of(said, day, known_on=None if known_on is None else day_of(known_on))
    return zones_on(maker_of(area, said, zone_model or ZoneModel()), status, day)


def zones_on(maker: Maker, status: pd.DataFrame, day: dt.date) -> gpd.GeoDataFrame:
    """Give the reported zones of a day, as :func:`control_zones` does; ``status`` is the STATUS of that day."""
    said, shape = maker.said, maker.model
    known = set(status.loc[status["status"] != Status.UNKNOWN, "subject"])
    # A zone never reaches into a section of which nothing is said: colour on it would be a claim that
    # nobody made.
    maker = maker.closing(code for code in maker.outlines if code not in known)
    rows: list[dict[str, object]] = []
    for row in status.to_dict("records"):
        # A STATUS that was given may hold subjects of another ledger; they have no shape here.
        subject = said.subjects.get(str(row["subject"]))
        if subject is None or not drawn(subject, Status(row["status"])):
            continue
        valid = interval_of(said, subject.subject, day.toordinal())
        rows += rows_of(row, maker.pieces(subject, Status(row["status"])), valid)
    zones = zones_of(rows, maker.area)
    zones.attrs.update(status.attrs)
    put_models(zones, shape)
    return zones


def rows_of(
    status: Mapping[Any, Any],
    pieces: Iterable[ZonePiece],
    valid: tuple[pd.Timestamp | None, pd.Timestamp | None],
    *,
    tail: str = "",
) -> list[dict[str, object]]:
    """Make the rows of ZONES of a row of STATUS; ``tail`` tells zones of one subject at different times apart."""
    kept = (
        "subject", "name", "actors", "attackers", "confidence", "support", "last_confirmed", "held_before",
        "held_before_on", "held_before_sources", "rule", "reason", "claims",
    )  # fmt: skip
    return [
        {
            **{name: status.get(name) for name in kept},  # a STATUS of an earlier release has fewer
            "zone_id": f"reported:{status['subject']}{piece.tail}{tail}",
            "kind": status["status"],
            "layer": "reported",
            "band": piece.band,
            "weight": piece.weight,
            "valid_from": valid[0],
            "valid_to": valid[1],
            "road_id": piece.road_id,
            "from_m": piece.from_m,
            "to_m": piece.to_m,
            "geometry": piece.geometry,
        }
        for piece in pieces
    ]


def zones_of(rows: Sequence[Mapping[str, object]], area: Area) -> gpd.GeoDataFrame:
    """Make ZONES of its rows, with the words of other systems."""
    table = pd.DataFrame(rows, columns=list(ZONES.names))
    for system in ("isw", "viina"):
        table[system] = in_words_of(table["kind"], system)
    shapes = gpd.GeoSeries(list(table.pop("geometry")), crs=area.crs)
    frame = gpd.GeoDataFrame(table, geometry=shapes, crs=area.crs)
    zones: gpd.GeoDataFrame = schema.conform(frame, ZONES, crs=area.crs)
    return zones


def drawn(subject: Subject, status: Status) -> bool:
    """Tell whether a subject of that status has a zone."""
    if subject.kind in ("commune", "department"):
        return False
    # a named stretch gathers what lies on it, and that is drawn itself; where nothing is said, the road is unknown
    return status is Status.UNKNOWN if subject.named else status is not Status.UNKNOWN


def _along(area: Area) -> dict[str, list[str]]:
    """Give the roads in or along each unit."""
    table = read_road_units(area)
    table = table[table["road_id"].isin(read_roads(area)["road_id"])]
    return {str(code): sorted(set(rows["road_id"])) for code, rows in table.groupby("pcode")}


def maker_of(area: Area, said: LedgerEvidence, model: ZoneModel) -> Maker:
    """Read what the geometry of zones rests on; no section is closed to them yet."""
    units = read_units(area, "adm3")
    outlines = {str(code): one for code, one in zip(units["pcode"], units.geometry, strict=True)}
    return Maker(area, said, model, roads_of(area), outlines, {}, _along(area))


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the geometry of zones.

    Attributes
    ----------
    area, said, model
        Of what, from what, how far.
    net
        The roads.
    outlines, closed
        All sections, and those of which nothing is said, where zones end; by p-code.
    along
        The roads in or along each section.
    beside
        The ground beside the road within reach of a place, by place and reach: it hangs on no day.
    """

    area: Area
    said: LedgerEvidence
    model: ZoneModel
    net: RoadNetwork
    outlines: dict[str, shapely.Geometry]
    closed: dict[str, shapely.Geometry]
    along: dict[str, list[str]]
    beside: dict[tuple[str, float], shapely.Geometry] = field(default_factory=dict)

    def closing(self, codes: Iterable[str]) -> Maker:
        """Give the same with these sections closed."""
        return replace(self, closed={code: self.outlines[code] for code in codes})

    def pieces(self, subject: Subject, status: Status) -> list[ZonePiece]:
        """Give the geometry of a subject's zone."""
        if subject.kind == "stretch":
            return self._stretch(subject)
        found = self._place(subject) if subject.kind == "place" else self._section(subject)
        return [*found, *(self._on_corridor(subject) if status is Status.CONTESTED else [])]

    def _stretch(self, subject: Subject) -> list[ZonePiece]:
        if subject.subject not in self.said.on_stretch or subject.from_m is None or subject.to_m is None:
            return []
        # A claim may name kilometres beyond the end of the road as we have it: cut off, not stretched.
        low, high = sorted((subject.from_m, subject.to_m))
        road = corridor_of(self.area, str(subject.road_id))
        line = road.piece(low, min(high, road.length_m))
        return [ZonePiece("", 1, 1.0, line, road.corridor_id, low, min(high, road.length_m))]

    def _place(self, subject: Subject) -> list[ZonePiece]:
        point = subject.point
        if point is None or point.is_empty:
            return []
        disc = point.buffer(place_radius(self.area, subject.subject) or RADIUS_M[PlaceKind.HAMLET], quad_segs=12)
        # a section that the place itself reaches into is its own, whatever is said of the rest of it
        shut = [shape for code, shape in self.closed.items() if code != subject.section and not shape.intersects(disc)]
        out: list[ZonePiece] = []
        # Bands are nested, the inner one part of the outer: drawn over one another they fade outwards.
        for band, reach, weight in self.model.edges():
            if (subject.subject, reach) not in self.beside:
                road = road_within(self.net, point, reach, snap_m=self.model.snap_m)
                self.beside[subject.subject, reach] = road.buffer(self.model.road_m, quad_segs=8)
            beside = self.beside[subject.subject, reach]
            # Only the closed sections that the band meets are cut off; a union of all of them for each band is
            # slow.
            near = [shape for shape in shut if shape.intersects(beside)]
            around = shapely.union(disc, shapely.difference(beside, shapely.union_all(near)) if near else beside)
            # A band that reaches no farther than the one inside it would only darken the same road.
            if out and around.equals(out[-1].geometry):
                continue
            out.append(ZonePiece("" if band == 1 else f":{band}", band, weight, _one(around, point)))
        return out

    def _section(self, subject: Subject) -> list[ZonePiece]:
        outline = self.outlines[subject.subject]
        pieces = [
            corridor_of(self.area, road).piece(low, high)
            for road in self.along.get(subject.subject, ())
            for low, high in corridor_of(self.area, road).unit_pieces(subject.subject)
            if high > low
        ]
        if not pieces:
            return [ZonePiece("", 1, _SOMEWHERE, outline)]
        beside = shapely.union_all([piece.buffer(self.model.road_m, quad_segs=8) for piece in pieces])
        return [
            # In and along the roads is more likely than elsewhere in the section, and still not stated: twice the
            # weight.
            ZonePiece("", 1, 2 * _SOMEWHERE, beside),
            ZonePiece(":2", 2, _SOMEWHERE, shapely.union(outline, beside)),
        ]

    def _on_corridor(self, subject: Subject) -> list[ZonePiece]:
        """Give the corridor on which a contested place or section lies, as lines."""
        road = corridor_of(self.area, self.area.corridor_id)
        if subject.kind == "section":
            spans = [span for span in road.unit_pieces(subject.subject) if span[1] > span[0]]
        else:
            chainage, offset = road.project([subject.point] if subject.point is not None else [])
            # As far along the corridor as the innermost band reaches.
            near = self.model.edges()[0][1]
            spans = [
                (max(0.0, float(at) - near), min(road.length_m, float(at) + near))
                for at, off in zip(chainage, offset, strict=True)
                if off <= self.model.snap_m
            ]
        return [
            ZonePiece(
                f"@{road.corridor_id}:{low / 1000:.1f}-{high / 1000:.1f}", 1, 1.0, road.piece(low, high),
                road.corridor_id, low, high,
            )
            for low, high in spans
        ]  # fmt: skip


def _one(shape: shapely.Geometry, point: shapely.Point) -> shapely.Geometry:
    """Keep the part around the place: what a closed section cuts off is not reached through it."""
    parts = shapely.get_parts(shape)
    return parts[shapely.distance(parts, point).argmin()]

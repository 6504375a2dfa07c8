"""What the page needs to close a road by itself: the network, its times and who lives along it, packed.

A road of many pieces between two junctions is one chain: the page searches junctions, and closes pieces. All numbers
are whole: centimetres of road, hundred-thousandths of a degree, steps from the one before (:mod:`artimap.maps.codec`).
Names, words and times stand beside them as plain data.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from artimap.areas.area import Area, read_places, read_units, unit_points
from artimap.areas.road_network import AreaRoads, area_roads
from artimap.areas.services import read_services
from artimap.areas.user_layers import cached
from artimap.core.arrays import Bools, Floats, Ints
from artimap.core.crs import WGS84
from artimap.core.errors import PlaceError
from artimap.core.i18n import words
from artimap.core.schema import records
from artimap.core.text import fold
from artimap.core.vocab import Audience, ServiceKind, Vehicle
from artimap.maps.base_layers import name_in
from artimap.maps.cards import text_or
from artimap.maps.codec import SCALE, PackedColumn, curve, pack, pack_columns
from artimap.roads.network.graph import RoadNetwork
from artimap.roads.routing.spans import RoadSpan
from artimap.roads.routing.speeds import SpeedModel

WORDS = "map.what_if."
MOST_BYTES = 3_000_000
"""A network that takes more of the page is left out, and the embedded one is taken."""
_MOST_PIECES = 400_000
"""More are never packed: reading them would keep a phone busy for seconds."""
_MOST_NAMES = 2_000
"""Of more roads only those with kilometre posts are named: the others have nothing but a number."""
_BEND_M = 8.0
"""Lines keep to their bends by so much: they are drawn and tapped, lengths stand apart."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What a page holds for closing roads.

    Attributes
    ----------
    facts
        Words, names, places and times as plain data, packed.
    columns
        The network, packed.
    """

    facts: str
    columns: str


def what_if(
    area: Area,
    languages: Sequence[str],
    *,
    roads: AreaRoads | None = None,
    health: Sequence[shapely.Geometry] | None = None,
) -> WhatIf:
    """Pack the roads of an area, and who and what lies along them, for a page.

    Parameters
    ----------
    area
        The area.
    languages
        Those that the page can be read in.
    roads
        The roads; the embedded ones where null. Those that would take more than :data:`MOST_BYTES` of the page are
        not taken: the page says so, and has the embedded ones.
    health
        Where health facilities are, in ``area.crs``; null where nobody has listed them, which the page says.

    Returns
    -------
    WhatIf
        For the field ``what_if`` of a page.
    """
    if roads is not None and len(roads.network.edges) <= _MOST_PIECES:
        graph = pack_graph(roads)
        packed = _packed(area, graph, languages, health, "")
        if len(packed.facts) + len(packed.columns) <= MOST_BYTES:
            return packed
    return _packed(area, _embedded(area), languages, health, "" if roads is None else "too_many")


@cached
def _embedded(area: Area) -> PackedGraph:
    return pack_graph(area_roads(area))


def _packed(
    area: Area, graph: PackedGraph, languages: Sequence[str], health: Sequence[shapely.Geometry] | None, note: str
) -> WhatIf:
    columns, coding = pack_columns(graph.columns, raw_below=0)
    places, communes = _places(area, graph), _communes(area, graph)
    services = _services(area, graph)
    if health is not None:
        services["health"] = graph.spots(gpd.GeoSeries(list(health), crs=area.crs).representative_point())
    facts = {
        "words": {lang: _words(lang) for lang in languages},
        "coding": coding,
        "layout": [[one.name, one.codes.size, one.width] for one in graph.columns],
        "rates": graph.rates,
        "roads": graph.names,
        "note": note,
        "places": places,
        "communes": communes,
        "services": services,
        "ends": _ends(places, communes),
    }
    return WhatIf(pack(facts), columns)


def _words(lang: str) -> dict[str, str]:
    spoken = words(lang)
    mine = {key.removeprefix(WORDS): text for key, text in spoken.items() if key.startswith(WORDS)}
    return mine | {key: spoken[key] for key in ("number.decimal", "number.thousands")}


# --- the network ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class PackedGraph:
    """A network in the order of its chains.

    Attributes
    ----------
    columns
        Its numbers.
    rates
        Minutes a metre, low and high, that pieces have; null where a piece cannot be run through.
    names
        The named roads that pieces lie on: id, name, and chainages of the places on it; the first stands for none.
    roads
        What it was made from.
    piece, backwards
        By edge of the network: its piece, and whether that runs the other way.
    """

    columns: tuple[PackedColumn, ...]
    rates: list[list[float | None]]
    names: list[tuple[str, str, list[int]]]
    roads: AreaRoads
    piece: Ints
    backwards: Bools

    def spots(self, points: gpd.GeoSeries) -> list[list[int]]:
        """Give for each point its piece and centimetres from the piece's start, as a route to it has them.

        -1 and 0 for one that lies too far from every road.
        """
        degrees = shapely.get_coordinates(points.to_crs(WGS84).array).tolist()
        return [self._spot((lon, lat)) for lon, lat in degrees]

    def _spot(self, lonlat: tuple[float, float]) -> list[int]:
        try:
            edge, at = self.roads.locate(lonlat).spot
        except PlaceError:
            return [-1, 0]
        whole = float(self.roads.network.length_m[edge])
        return [int(self.piece[edge]), round(100 * (whole - at if self.backwards[edge] else at))]


def pack_graph(roads: AreaRoads, *, vehicle: str = Vehicle.TRUCK) -> PackedGraph:
    """Give roads as columns of whole numbers, with the times of a vehicle."""
    net = roads.network
    order, flipped, sizes = _chains(net)
    lonlat = gpd.GeoSeries(shapely.points(net.nodes_xy), crs=net.crs).to_crs(WGS84)
    grid = np.rint(shapely.get_coordinates(lonlat.array) * SCALE).astype(np.int64)
    first = np.r_[0, np.cumsum(sizes)[:-1]].astype(np.int64)
    ends = net.edges.astype(np.int64)
    heads = np.where(flipped, ends[order, 1], ends[order, 0])[first]
    tails = np.where(flipped, ends[order, 0], ends[order, 1])[first + sizes - 1]
    # junctions along a curve, chains from the lower to the higher, sorted: neighbours are near in the file
    nodes = np.unique(np.r_[heads, tails])
    low, span = grid[nodes].min(axis=0), max(int(np.ptp(grid[nodes], axis=0).max()), 1)
    codes = (grid[nodes] - low) * 65_535 // span
    nodes = nodes[np.argsort(curve(*codes.T.astype(np.uint32)), kind="stable")]
    number = np.zeros(len(net.nodes_xy), dtype=np.int64)
    number[nodes] = np.arange(len(nodes))
    heads, tails = number[heads], number[tails]
    turn = heads > tails
    rank = np.lexsort((np.maximum(heads, tails), np.minimum(heads, tails)))
    rows = [
        np.arange(start, start + size)[:: -1 if back else 1]
        for start, size, back in zip(first[rank], sizes[rank], turn[rank], strict=True)
    ]
    take = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    order, flipped, sizes = order[take], flipped[take] ^ np.repeat(turn[rank], sizes[rank]), sizes[rank]
    heads, tails = np.minimum(heads, tails)[rank], np.maximum(heads, tails)[rank]
    piece = np.empty(len(order), dtype=np.int64)
    piece[order] = np.arange(len(order))
    backwards = np.zeros(len(order), dtype=bool)
    backwards[order] = flipped

    rates, rate = _rates(SpeedModel().times(roads, vehicle)[order], net.length_m[order])
    names, road = _named(roads, order)
    start, stop = (np.where(road > 0, np.nan_to_num(one[order]), 0.0) for one in (roads.from_m, roads.to_m))
    start, stop = (np.rint(one).astype(np.int64) for one in (start, stop))
    start, stop = np.where(flipped, stop, start), np.where(flipped, start, stop)
    steps, bends = _shapes(net, order, flipped, sizes, grid[nodes], heads)
    return PackedGraph(
        (
            _column("node_x", _signed(np.diff(grid[nodes, 0], prepend=0))),
            _column("node_y", _signed(np.diff(grid[nodes, 1], prepend=0))),
            _column("head", np.diff(heads, prepend=0)),
            _column("tail", tails - heads),
            _column("pieces", sizes),
            _column("cm", np.rint(net.length_m[order] * 100)),
            _column("rate", rate),
            _column("road", road),
            _column("km", _signed(start - np.r_[0, stop[:-1]])),
            _column("run", _signed(stop - start)),
            _column("bends", bends),
            _column("bend_x", _signed(steps[:, 0])),
            _column("bend_y", _signed(steps[:, 1])),
        ),
        rates,
        [("", "", []), *(_road(roads, name) for name in names)],
        roads,
        piece,
        backwards,
    )


def _chains(net: RoadNetwork) -> tuple[Ints, Bools, Ints]:
    """Give the edges as they follow one another between junctions, which run backwards, and how many a chain has."""
    pointers, neighbour, around = (one.tolist() for one in net.adjacency)
    head = net.edges[:, 0].tolist()
    degree = np.diff(net.adjacency.ptr)
    used = bytearray(len(head))
    order, flipped, sizes = list[int](), list[bool](), list[int]()
    plain = (degree == 2).tolist()
    # rings without a junction are left to the end: any of their nodes will do
    for start in np.argsort(degree == 2, kind="stable").tolist():
        for at in range(pointers[start], pointers[start + 1]):
            edge, node, before = around[at], neighbour[at], start
            if used[edge]:
                continue
            sizes.append(0)
            while True:
                used[edge] = 1
                order.append(edge)
                flipped.append(head[edge] != before)
                sizes[-1] += 1
                left = [n for n in range(pointers[node], pointers[node + 1]) if not used[around[n]]]
                if not plain[node] or not left:
                    break
                edge, node, before = around[left[0]], neighbour[left[0]], node
    return np.array(order, dtype=np.int64), np.array(flipped, dtype=bool), np.array(sizes, dtype=np.int64)


def _shapes(net: RoadNetwork, order: Ints, flipped: Bools, sizes: Ints, nodes: Ints, heads: Ints) -> tuple[Ints, Ints]:
    """Give the steps along each chain from its first junction, and how many points each piece has after its start.

    The last point of a chain is its other junction, which is known.
    """
    lines = np.array(net.lines.array)[order]
    lines = np.where(flipped, shapely.reverse(lines), lines)
    plain = gpd.GeoSeries(shapely.simplify(lines, _BEND_M, preserve_topology=False), crs=net.crs).to_crs(WGS84)
    xy, piece = shapely.get_coordinates(plain.array, return_index=True)
    grid = np.rint(xy * SCALE).astype(np.int64)
    opens = np.r_[True, np.diff(piece) > 0] if len(piece) else np.zeros(0, dtype=bool)
    closes = np.r_[opens[1:], True] if len(piece) else opens
    last = np.zeros(len(order), dtype=bool)
    last[np.cumsum(sizes) - 1] = True
    first = np.zeros(len(order), dtype=bool)
    first[np.r_[0, np.cumsum(sizes)[:-1]].astype(np.int64)] = True
    begins = opens & first[piece]
    grid[begins] = nodes[heads]
    keep = (begins | ~opens) & ~(closes & last[piece])
    steps = np.diff(grid[keep], axis=0, prepend=np.zeros((1, 2), dtype=np.int64))[~begins[keep]]
    bends = np.bincount(piece[keep & ~begins], minlength=len(order))
    return steps, bends


def _signed(values: Any) -> Ints:
    """Write whole numbers as numbers from 0, small ones small: 0, -1, 1, -2, 2."""
    plain = np.asarray(values, dtype=np.int64)
    return np.where(plain < 0, -2 * plain - 1, 2 * plain)


def _column(name: str, codes: Any) -> PackedColumn:
    plain = np.asarray(codes, dtype=np.int64)
    most = int(plain.max(initial=0))
    return PackedColumn(name, plain, 1 if most < 1 << 8 else 2 if most < 1 << 16 else 4)


def _rates(minutes: Floats, length_m: Floats) -> tuple[list[list[float | None]], Ints]:
    per_m = np.where(np.isfinite(minutes), 0.0, np.inf)  # an edge of no length may be closed to a vehicle too
    np.divide(minutes, length_m[:, None], out=per_m, where=length_m[:, None] > 0)
    # a float's last digits tell pieces of one speed apart
    with np.errstate(divide="ignore", invalid="ignore"):
        digits = 10.0 ** (12 - np.ceil(np.log10(np.where(per_m > 0, per_m, 1.0))))
        per_m = np.where(np.isfinite(per_m), np.rint(per_m * digits) / digits, np.inf)
    found, which = np.unique(per_m, axis=0, return_inverse=True)
    return [[None if np.isinf(one) else one for one in row] for row in found.tolist()], which.reshape(-1)


def _named(roads: AreaRoads, order: Ints) -> tuple[list[str], Ints]:
    """Give the roads that are listed, and the road of each piece: its place among them from 1, or 0."""
    ids = np.where(pd.isna(roads.road_id), "", roads.road_id).astype(str)[order]
    listed = [name for name in np.unique(ids).tolist() if name]
    if len(listed) > _MOST_NAMES:
        listed = [name for name in listed if name in roads.corridors]
    number = {name: at + 1 for at, name in enumerate(listed)}
    return listed, np.array([number.get(one, 0) for one in ids.tolist()], dtype=np.int64)


def _road(roads: AreaRoads, road_id: str) -> tuple[str, str, list[int]]:
    road = roads.corridors.get(road_id)
    if road is None:
        return road_id, road_id, []
    label = road.ref if road.ref[-1:].isdigit() else road.name  # a sign by the road has a number
    return road_id, label, [round(at) for _, at in roads.places_on([RoadSpan(road_id, 0.0, road.length_m)])]


# --- who and what lies along it --------------------------------------------------------------------


def _labels(row: Any) -> str | list[str]:
    """Give a name in English, French and Kreyòl, or once where they are the same."""
    names = [name_in(row, lang) for lang in ("en", "fr", "ht")]
    return names[0] if len(set(names)) == 1 else names


def _places(area: Area, graph: PackedGraph) -> list[list[Any]]:
    """Give the named places: label, other spellings, commune, spot."""
    table = read_places(area)
    spots = graph.spots(table.geometry.representative_point())
    return [
        [_labels(row), text_or(row.get("aliases")), text_or(row["adm2_pcode"]), *spot]
        for row, spot in zip(records(table), spots, strict=True)
    ]


def _communes(area: Area, graph: PackedGraph) -> list[list[Any]]:
    """Give the communes: label, people or null where nobody counted them, spot of the town that they are called after.

    A commune without such a place on the map is taken at its middle.
    """
    units = read_units(area, "adm2")
    people = read_services(area)
    people = people[people["kind"] == ServiceKind.POPULATION].set_index("pcode")["value"]
    towns = read_places(area)
    towns = towns[towns["adm2_pcode"].notna()]
    seat = {
        (row["adm2_pcode"], fold(str(row["name"]))): point
        for row, point in zip(records(towns), towns.geometry.representative_point(), strict=True)
    }
    inner = unit_points(area).reindex(units["pcode"])
    at = [
        seat.get((pcode, fold(str(name))), middle)
        for pcode, name, middle in zip(units["pcode"], units["name"], inner, strict=True)
    ]
    counted = pd.to_numeric(people.reindex(units["pcode"])).tolist()
    return [
        [_labels(row), None if pd.isna(n) else int(n), row["pcode"], *spot]
        for row, n, spot in zip(records(units), counted, graph.spots(gpd.GeoSeries(at, crs=area.crs)), strict=True)
    ]


def _services(area: Area, graph: PackedGraph) -> dict[str, list[list[int]]]:
    """Give by kind where services are; a kind that nobody lists is not there."""
    table = read_services(area, audience=Audience.INTERNAL)
    out = {}
    for kind in (ServiceKind.FUEL, ServiceKind.MARKET):
        spots = table[(table["kind"] == kind) & ~table.geometry.is_empty]
        if len(spots):
            out[kind.value] = graph.spots(spots.geometry)
    return out


def _ends(places: Sequence[Sequence[Any]], communes: Iterable[Sequence[Any]]) -> list[int]:
    """Give the two places that are start and end at first: the towns of the communes with most people."""
    biggest = sorted((one for one in communes if one[1] is not None), key=lambda one: -one[1])[:2]
    found = [
        next((n for n, place in enumerate(places) if place[2] == one[2] and place[-2:] == one[-2:]), None)
        for one in biggest
    ]
    known = [n for n in found if n is not None]
    return known if len(known) == 2 else list(range(min(2, len(places))))

"""The registry of layers: a row says how a layer is ordered, drawn, explained and sourced, and which function makes it.

Drawing order, legend, static map, exports and the *About* tab read this table. A new layer is a file with a
function ``MapInputs -> Drawn`` and a row here (CONTRIBUTING.md, *add a map layer*).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import geopandas as gpd

from artimap.areas.area import Area, read_layer, read_roads, read_units
from artimap.areas.user_layers import cached
from artimap.core.i18n import tr
from artimap.core.schema import records
from artimap.maps.base_layers import (
    DENSITY,
    ESTIMATED,
    Layer,
    LayerKind,
    border_layer,
    communes_layer,
    department_layer,
    km_layer,
    lakes_layer,
    land_layer,
    name_in,
    places_layer,
    rivers_layer,
    roads_layer,
    shields_layer,
)
from artimap.maps.cards import Detail, Icon, SourceStatement
from artimap.maps.density_layer import density_layer
from artimap.maps.estimate_layers import estimates_layer
from artimap.maps.events import crowd_layers
from artimap.maps.inputs import MapInputs
from artimap.maps.road_status import road_status_layer, with_statuses
from artimap.maps.services import services_layer
from artimap.maps.thematic_layers import Drawn, checkpoints_layer, corridor_layer, events_layers, zones_layers
from artimap.maps.user_layer import ReadyLayer, draw_user_layer

BASE_LEGEND = 100
"""From this place on rows of the legend stand together, under *Base map*."""


@dataclass(frozen=True, slots=True)
class MapLayer:
    """One layer of the map.

    Attributes
    ----------
    name
        Short name, unique on the page, and its name in a GeoPackage.
    order
        Its place in the drawing, from the lowest to the highest.
    kind
        How it is drawn: ``area``, ``line``, ``band`` (broad, along a road), ``point`` (no event), ``label``; the
        other kinds are those of one layer each.
    mark
        Rows of the style table that its features may have, or beginnings of their keys; none where they are kinds of
        events or only words.
    legend
        Its place in the legend; from :data:`BASE_LEGEND` on under *Base map*; None for a layer without marks.
    source
        Embedded layers that it is made from, for the *About* tab; what else it cites it says in ``Drawn.sources``.
    build
        Makes it; None where the function of another row draws it too.
    base
        Whether it is of the base map: KML leaves it out, for programs that read KML bring a map of their own.
    """

    name: str
    order: int
    kind: LayerKind
    mark: tuple[str, ...]
    legend: int | None
    source: tuple[str, ...]
    build: Callable[[MapInputs], Drawn] | None
    base: bool = False


def _only(*layers: Layer) -> Drawn:
    return Drawn(layers, ())


_STILL: dict[str, Callable[[Area, str | None], Layer]] = {
    "land": lambda area, _: land_layer(read_layer(area, "land")),
    "rivers": lambda area, _: rivers_layer(read_layer(area, "rivers")),
    "lakes": lambda area, _: lakes_layer(read_layer(area, "lakes")),
    "border": lambda area, _: border_layer(read_layer(area, "border")),
    "department": lambda area, _: department_layer(read_layer(area, "outline")),
    "communes": lambda area, _: communes_layer(read_units(area, "adm2")),
    "roads": lambda area, studied: roads_layer(read_roads(area), but=studied),
    "shields": lambda area, studied: shields_layer(read_roads(area), first=studied),
}
"""Layers of the base map of an area and the road that is studied: the same in every language and on every day."""


@cached
def _drawn_once(area: Area, name: str, studied: str | None) -> Drawn:
    return _only(_STILL[name](area, studied))


def _still(name: str) -> Callable[[MapInputs], Drawn]:
    def build(given: MapInputs) -> Drawn:
        corridor = given.tables.corridor
        return _drawn_once(given.area, name, None if corridor is None else corridor.corridor_id)

    return build


def _km(given: MapInputs) -> Drawn:
    corridor = given.tables.corridor
    return Drawn((), ()) if corridor is None else _only(km_layer(corridor, given.lang))


def _events(given: MapInputs) -> Drawn:
    events, crowd = given.tables.seen.events, given.tables.crowd
    if events is None:
        return Drawn((), ())
    if crowd is not None:
        return _only(*crowd_layers(events, crowd, lang=given.lang))
    return events_layers(events, given.said, lang=given.lang)


def _corridor(given: MapInputs) -> Drawn:
    corridor, risk = given.tables.corridor, given.tables.risk
    if corridor is None:
        return Drawn((), ())
    return with_statuses(corridor_layer(corridor, risk, lang=given.lang, event_ids=given.event_ids), given)


def _density(given: MapInputs) -> Drawn:
    table = given.tables.density
    layer = None if table is None else density_layer(table, lang=given.lang, shown=True)
    return Drawn((), ()) if layer is None else _only(layer)


def _zones(given: MapInputs) -> Drawn:
    if given.zones is not None:
        return given.zones[0]
    zones = given.tables.zones
    return Drawn((), ()) if zones is None else zones_layers(gpd.GeoDataFrame(zones), given.said, lang=given.lang)


def _estimates(given: MapInputs) -> Drawn:
    tables = given.tables
    if tables.estimated is None:
        return Drawn((), ())
    shown = tables.estimates_shown
    return estimates_layer(tables.estimated, lang=given.lang, audience=given.asked.audience, shown=shown)


def _checkpoints(given: MapInputs) -> Drawn:
    posts = given.tables.seen.checkpoints
    if posts is None:
        return Drawn((), ())
    ever = given.posts is not None and bool(given.posts.marks)
    return checkpoints_layer(posts, given.said, lang=given.lang, ever=ever)


def _places(given: MapInputs) -> Drawn:
    """Give the places; each opens its zone, or what is said of it where no zone is drawn."""
    zones = given.drawn["zones_reported"]
    begun = {
        key: feature.begun
        for layer in zones.layers
        if layer.name == "zones_reported"
        for feature in layer.features
        for key in feature.details
    }
    held = {key.removeprefix("zone:reported:"): key for key in (detail.key for detail in zones.details)}
    opens: dict[str, tuple[str, str]] = {}
    spots = []
    for row in records(given.places):
        place_id = str(row["place_id"])
        if place_id in held:
            opens[place_id] = (held[place_id], begun.get(held[place_id], ""))
            continue
        statements = given.said.about(place_id)
        if statements:
            days = [one.iso for one in statements]
            opens[place_id] = (f"place:{place_id}", min(days) if all(days) else "")
            spots.append(_place_detail(row, statements, given.lang))
    corridor = given.tables.corridor
    towns = [] if corridor is None else [str(name) for name in corridor.towns["place_id"]]
    return Drawn((places_layer(given.places, lang=given.lang, towns=towns, details=opens),), tuple(spots))


def _place_detail(row: Mapping[str, Any], statements: tuple[SourceStatement, ...], lang: str) -> Detail:
    name = name_in(row, lang)
    return Detail(
        key=f"place:{row['place_id']}",
        heading=tr("map.place.heading", lang),
        sentence=tr("map.place.sentence", lang, place=name),
        when="",
        where=name,
        icon=Icon("km"),
        statements=statements,
    )


_RATES = ("rate_", "quiet", "unobserved", "silent", "corridor_plain")
_SERVED = ("fuel", "market", "commune_people")

LAYERS: tuple[MapLayer, ...] = (
    # rows are built from above to below, and one may use what those above it have drawn; `order` is the drawing's
    MapLayer("events", 170, "event", (), 30, (), _events),
    MapLayer("crowd", 100, "field", (), 40, (), None),
    MapLayer("somewhere", 90, "somewhere", ("somewhere_",), 50, (), None),
    MapLayer("corridor", 120, "line", _RATES, 10, ("roads", "road_positions"), _corridor),
    MapLayer(DENSITY, 118, "line", ("density_",), 15, (), _density),
    MapLayer("zones_reported", 80, "area", ("zone_",), 60, (), _zones),
    MapLayer(ESTIMATED, 70, "area", ("estimate_", "zone_"), 70, (), _estimates),
    MapLayer("checkpoints", 150, "bracket", ("post_",), 20, (), _checkpoints),
    MapLayer("road_status", 114, "line", ("passage_",), 17, (), road_status_layer),
    MapLayer("services", 162, "point", _SERVED, 82, ("services",), services_layer),
    MapLayer("km", 130, "tick", ("km",), 80, ("road_positions",), _km, base=True),
    MapLayer("land", 10, "area", ("land",), 100, ("land",), _still("land"), base=True),
    MapLayer("rivers", 20, "line", ("river",), 102, ("rivers",), _still("rivers"), base=True),
    MapLayer("lakes", 30, "area", ("lake",), 101, ("lakes",), _still("lakes"), base=True),
    MapLayer("border", 60, "line", ("border",), 104, ("border",), _still("border"), base=True),
    MapLayer("department", 50, "area", ("department",), 103, ("outline",), _still("department"), base=True),
    MapLayer("communes", 40, "area", ("commune",), 96, ("communes",), _still("communes"), base=True),
    MapLayer("roads", 110, "line", ("road_",), 94, ("roads", "road_positions"), _still("roads"), base=True),
    MapLayer("shields", 140, "shield", (), None, ("roads",), _still("shields"), base=True),
    MapLayer("places", 160, "place", ("place",), 92, ("places",), _places, base=True),
)
"""Every layer that a map may have."""

ALWAYS_CITED = ("country", "units")
"""Embedded layers that a map uses without drawing them: its locator, and the names that can be searched."""

BASE_MAP = frozenset(row.name for row in LAYERS if row.base)

_USER_ORDER: dict[str, int] = {"area": 85, "band": 112, "line": 115, "point": 164, "label": 166}
"""Where a user's layers lie: areas over zones, lines under the road, points over the dots of towns, under events."""


def rows_of(user_layers: Iterable[ReadyLayer]) -> tuple[MapLayer, ...]:
    """Give the rows of a map: those of the registry, and one for each layer of the user's own."""
    own = (
        MapLayer(
            one.name, _USER_ORDER[one.kind], one.kind, (one.mark,), 75, (), partial(_user_layer, one)
        )
        for one in user_layers
    )  # fmt: skip
    return (*LAYERS, *own)


def _user_layer(one: ReadyLayer, given: MapInputs) -> Drawn:
    return draw_user_layer(one, lang=given.lang)


def build_layers(rows: Iterable[MapLayer], given: MapInputs) -> dict[str, Drawn]:
    """Build every row, in turn; gives what each has drawn, by its name."""
    for row in rows:
        if row.build is not None:
            given.drawn[row.name] = row.build(given)
    return given.drawn


def in_drawing_order(rows: Iterable[MapLayer], drawn: Iterable[Drawn]) -> tuple[Layer, ...]:
    """Give the layers from the lowest to the highest."""
    order = {row.name: row.order for row in rows}
    layers = (layer for one in drawn for layer in one.layers)
    return tuple(sorted(layers, key=lambda layer: order[layer.name]))

"""From tables to the page in each language: layers, details and furniture, put together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from artimap.areas.area import read_layer, read_places, read_roads, read_units
from artimap.core.i18n import format_day, tr
from artimap.core.metadata import model_of
from artimap.core.vocab import Audience, Lang
from artimap.maps import furniture as made
from artimap.maps.base_layers import (
    Layer,
    border_layer,
    bounds_of,
    communes_layer,
    department_layer,
    km_layer,
    land_layer,
    name_in,
    places_layer,
    roads_layer,
    shields_layer,
    water_layers,
)
from artimap.maps.cards import Detail, Icon, VisibleClaims
from artimap.maps.estimate_layers import estimates_layer
from artimap.maps.event_columns import Field
from artimap.maps.events import Sorted, crowd_field, crowd_layers, listed_field
from artimap.maps.fact_tables import Roadside, Sheet, events_sheet, names_to_find, posts_sheet, stretches_sheet
from artimap.maps.furniture import locator
from artimap.maps.legend import legend_groups
from artimap.maps.page import Page
from artimap.maps.thematic_layers import Drawn, checkpoints_layer, corridor_layer, events_layers, zones_layers
from artimap.maps.tiles import Tiles
from artimap.maps.timeline import (
    StatesOverTime,
    TableOverTime,
    all_days,
    posts_over_time,
    rates_over_time,
    zones_over_time,
)
from artimap.risk import RiskModel
from artimap.sharing.view import VisibleTables

if TYPE_CHECKING:
    from artimap.areas.area import Area
    from artimap.roads.corridor import Corridor

_BASE = ("land", "lakes", "rivers", "border", "outline", "country", "communes", "roads", "posts", "places", "units")


@dataclass(frozen=True, slots=True)
class PageOptions:
    """What the caller asked for, beside the tables."""

    since: dt.date
    as_of: dt.date
    lang: str
    audience: Audience
    title: str | None
    author: str | None
    changes: tuple[str, ...]
    sources: tuple[str, ...] = ()
    tiles: Tiles | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """What is analysed, as the reader may see it."""

    corridor: Corridor | None
    risk: gpd.GeoDataFrame | None
    zones: gpd.GeoDataFrame | None
    seen: VisibleTables
    crowd: Sorted | None = None
    sheets: tuple[Sheet, ...] = ()
    roadside: Roadside | None = None
    estimated: gpd.GeoDataFrame | None = None
    estimates_shown: bool = False
    risk_over_time: TableOverTime | None = None
    posts_over_time: TableOverTime | None = None
    zones_over_time: TableOverTime | None = None


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the analysis puts on the map."""

    layers: tuple[Layer, ...]
    details: tuple[Detail, ...]
    road: tuple[Detail, ...]
    posts: tuple[Detail, ...]
    events: tuple[Detail, ...]
    unplaced_events: tuple[Detail, ...]
    unplaced_posts: tuple[Detail, ...]
    drawn_events: Drawn
    rates_over_time: StatesOverTime | None
    posts_over_time: StatesOverTime | None
    zones_over_time: StatesOverTime | None


def pages(area: Area, tables: Tables, asked: PageOptions, languages: Sequence[str]) -> tuple[Page, tuple[Page, ...]]:
    """Make the page in the language asked for, and in the others."""
    said = VisibleClaims(tables.seen.ledger, asked.lang)
    others = dict.fromkeys(Lang(one).value for one in languages if Lang(one).value != asked.lang)
    page, field = _page(area, tables, said, asked, None)
    translated = (_page(area, tables, said.into(one), replace(asked, lang=one), field) for one in others)
    return page, tuple(one for one, _ in translated)


def _page(
    area: Area, tables: Tables, said: VisibleClaims, asked: PageOptions, field: Field | None
) -> tuple[Page, Field | None]:
    """Make the page in one language, and its events as columns where they are not made yet."""
    parts = _analysis(tables, said, asked)
    limits, events = _limits(area), tables.seen.events
    if field is None and events is not None:
        days = {"first": asked.since, "last": asked.as_of}
        if tables.crowd is None:
            field = listed_field(events, parts.drawn_events, limits=limits, **days)
        else:
            field = crowd_field(events, tables.crowd, limits=limits, **days)
    base, spots = _base(area, tables.corridor, parts, said, asked.lang)
    layers = tuple(sorted((*base, *parts.layers), key=lambda layer: _ORDER.index(layer.name)))
    page = Page(
        lang=asked.lang,
        bounds=bounds_of(read_layer(area, "outline").geometry),
        limits=limits,
        layers=layers,
        details=(*parts.details, *spots),
        road=tuple(detail.key for detail in parts.road),
        events=tuple(detail.key for detail in parts.events),
        furniture=_furniture(
            area, tables, parts=parts, layers=all_days(layers, parts.zones_over_time), asked=asked, field=field
        ),
        as_of=asked.as_of.isoformat(),
        field=field,
        sheets=tables.sheets,
        names=names_to_find(read_places(area), [read_units(area, level) for level in ("adm2", "adm3")], asked.lang),
        roadside=tables.roadside,
        locator=locator(area, asked.lang),
        tiles=asked.tiles,
        rates=parts.rates_over_time,
        posts=parts.posts_over_time,
        zones=parts.zones_over_time,
    )
    return page, field


def sheets_of(
    risk: gpd.GeoDataFrame | None, posts: gpd.GeoDataFrame | None, events: gpd.GeoDataFrame | None
) -> tuple[Sheet, ...]:
    """Give the facts as tables, of what is there."""
    made_of = (
        None if risk is None else stretches_sheet(risk),
        None if posts is None else posts_sheet(posts),
        None if events is None else events_sheet(events),
    )
    return tuple(sheet for sheet in made_of if sheet is not None)


_ORDER = (
    "land", "rivers", "lakes", "communes", "department", "border", "zones_estimated", "zones_reported", "somewhere",
    "crowd", "roads", "corridor", "km", "shields", "checkpoints", "places", "events",
)  # fmt: skip
"""The layers from the lowest to the highest."""


def _limits(area: Area) -> tuple[float, float, float, float]:
    """Give how far one can go: where the embedded land ends, less its cut edge."""
    west, south, east, north = bounds_of(read_layer(area, "land").geometry)
    return west + 0.02, south + 0.02, east - 0.02, north + 0.12


def _analysis(tables: Tables, said: VisibleClaims, asked: PageOptions) -> _Parts:
    lang = asked.lang
    corridor, risk, zones, seen = tables.corridor, tables.risk, tables.zones, tables.seen
    nothing = shown = Drawn((), ())
    if seen.events is not None and tables.crowd is not None:
        shown = Drawn(crowd_layers(seen.events, tables.crowd, lang=lang), ())
    elif seen.events is not None:
        shown = events_layers(seen.events, said, lang=lang)
    listed = sorted((*shown.details, *shown.unplaced), key=lambda detail: detail.key)
    keys = frozenset(detail.key.removeprefix("event:") for detail in listed)
    road = nothing if corridor is None else corridor_layer(corridor, risk, lang=lang, event_ids=keys)
    held, before = nothing, None
    if tables.zones_over_time is not None:
        every_day = zones_layers(gpd.GeoDataFrame(tables.zones_over_time.table), said, lang=lang)
        held, before = zones_over_time(tables.zones_over_time, every_day, lang=lang)
    elif zones is not None:
        held = zones_layers(zones, said, lang=lang)
    earlier, posts = tables.posts_over_time, nothing
    told = None if earlier is None else posts_over_time(earlier, said, lang=lang)
    if seen.checkpoints is not None:
        posts = checkpoints_layer(seen.checkpoints, said, lang=lang, ever=told is not None and bool(told.marks))
    model = nothing
    if tables.estimated is not None:
        model = estimates_layer(tables.estimated, lang=lang, audience=asked.audience, shown=tables.estimates_shown)
    marks = (km_layer(corridor, lang),) if corridor is not None else ()
    every = (shown, road, held, model, posts)
    return _Parts(
        layers=(*marks, *(layer for drawn in every for layer in drawn.layers)),
        details=tuple(one for drawn in every for one in (*drawn.details, *drawn.unplaced)),
        road=road.details,
        posts=posts.details,
        events=() if tables.crowd is not None else _newest_first(shown, seen.events),
        unplaced_events=shown.unplaced,
        unplaced_posts=posts.unplaced,
        drawn_events=shown,
        rates_over_time=None
        if corridor is None or tables.risk_over_time is None
        else rates_over_time(tables.risk_over_time, corridor.ref, lang=lang, event_ids=keys),
        posts_over_time=told,
        zones_over_time=before,
    )


def _newest_first(shown: Drawn, events: gpd.GeoDataFrame | None) -> tuple[Detail, ...]:
    if events is None:
        return ()
    order = events.sort_values(["date_start", "event_id"], ascending=[False, True], kind="stable")["event_id"]
    by_key = {detail.key: detail for detail in (*shown.details, *shown.unplaced)}
    return tuple(by_key[f"event:{event_id}"] for event_id in order)


def _base(
    area: Area, corridor: Corridor | None, parts: _Parts, said: VisibleClaims, lang: str
) -> tuple[tuple[Layer, ...], tuple[Detail, ...]]:
    """Give the base map, and the details of places of which something is said but no zone is drawn."""
    roads, places = read_roads(area), read_places(area)
    studied = corridor.corridor_id if corridor is not None else None
    zones = {
        detail.key.removeprefix("zone:reported:"): detail.key
        for detail in parts.details
        if detail.key.startswith("zone:")
    }
    begun = {
        key: feature.begun
        for layer in parts.layers
        if layer.name == "zones_reported"
        for feature in layer.features
        for key in feature.details
    }
    opens: dict[str, tuple[str, str]] = {}
    spots = []
    for _, row in places.iterrows():
        place_id = str(row["place_id"])
        if place_id in zones:
            opens[place_id] = (zones[place_id], begun.get(zones[place_id], ""))
            continue
        statements = said.about(place_id)
        if statements:
            days = [one.iso for one in statements]
            opens[place_id] = (f"place:{place_id}", min(days) if all(days) else "")
            spots.append(_place_detail(row, statements, lang))
    towns = [] if corridor is None else [str(name) for name in corridor.towns["place_id"]]
    layers = (
        land_layer(read_layer(area, "land")),
        *water_layers(read_layer(area, "lakes"), read_layer(area, "rivers")),
        border_layer(read_layer(area, "border")),
        department_layer(read_layer(area, "outline")),
        communes_layer(read_units(area, "adm2")),
        roads_layer(roads, but=studied),
        shields_layer(roads, first=studied),
        places_layer(places, lang=lang, towns=towns, details=opens),
    )
    return layers, tuple(spots)


def _tile_words(asked: PageOptions) -> tuple[str, ...]:
    if asked.tiles is None:
        return ()
    return (tr("map.about.tiles", asked.lang, host=asked.tiles.host, attribution=asked.tiles.attribution),)


def _place_detail(row: pd.Series, statements: tuple[Any, ...], lang: str) -> Detail:
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


def _furniture(
    area: Area, tables: Tables, *, parts: _Parts, layers: tuple[Layer, ...], asked: PageOptions, field: Field | None
) -> made.Furniture:
    lang, corridor, risk, seen = asked.lang, tables.corridor, tables.risk, tables.seen
    claims = None if seen.ledger is None else seen.ledger.claims
    newest = made.newest_of(seen.events, claims, asked.as_of)
    model = None if risk is None else model_of(risk, RiskModel)
    by_key = {detail.key: detail for detail in parts.details}
    spread = sum(int(feature.size) for layer in layers if layer.name == "somewhere" for feature in layer.features)
    nowhere = 0 if field is None or tables.crowd is None else field.n - field.marks - spread - field.outside
    unplaced = len(parts.unplaced_events) + len(parts.unplaced_posts) + nowhere
    briefing = [
        made.as_of_section(as_of=asked.as_of, since=asked.since, events=seen.events, newest=newest, lang=lang),
        None if risk is None else made.worst_section(risk, by_key, lang),
        None if seen.checkpoints is None else made.posts_section(seen.checkpoints, parts.posts, lang),
        made.changed_section(asked.changes, lang),
        made.unknown_section(risk=risk, unplaced=unplaced, spread=spread, lang=lang),
    ]
    key = "map.title" if corridor is None else "map.title_road"
    road = "" if corridor is None else corridor.ref
    title = asked.title or tr(key, lang, road=road, area=area.label)
    return made.Furniture(
        title=title,
        subtitle=tr("map.subtitle", lang, day=format_day(asked.as_of, lang)),
        note=made.sensitivity_note(asked.audience.value, lang),
        briefing=tuple(section for section in briefing if section is not None),
        legend=legend_groups(
            layers,
            lang,
            edges=tuple(getattr(model, "band_rates", ())),
            other_days={
                "corridor": frozenset() if parts.rates_over_time is None else parts.rates_over_time.marks,
                "checkpoints": frozenset() if parts.posts_over_time is None else parts.posts_over_time.marks,
            },
        ),
        margin=made.margin_sections(
            events=parts.unplaced_events,
            posts=parts.unplaced_posts,
            risk=risk,
            left=seen.left,
            since=asked.since,
            lang=lang,
            nowhere=nowhere,
            outside=0 if field is None else field.outside,
        ),
        about=made.about_sections(
            area,
            layer_names=_BASE,
            publishers=made.publishers_of(claims),
            licensed=() if risk is None else risk.attrs.get("licensed", ()),
            model=model,
            author=asked.author,
            title=title,
            as_of=asked.as_of,
            sources=(*asked.sources, *_tile_words(asked)),
            lang=lang,
        ),
    )

"""From tables to the page in each language: layers, details and furniture, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from artimap.areas.area import read_layer, read_places, read_units
from artimap.areas.user_layers import cached
from artimap.core.i18n import format_day, tr
from artimap.core.metadata import model_of
from artimap.core.vocab import Lang
from artimap.maps import event_columns as columns
from artimap.maps import furniture as made
from artimap.maps.base_layers import Layer, bounds_of
from artimap.maps.cards import Detail, VisibleClaims
from artimap.maps.event_columns import Field
from artimap.maps.events import events_field, sort_events
from artimap.maps.fact_tables import (
    SearchEntry,
    Sheet,
    events_sheet,
    in_language,
    names_to_find,
    posts_sheet,
    stretches_sheet,
)
from artimap.maps.furniture import locator
from artimap.maps.inputs import MapInputs, PageOptions, Tables
from artimap.maps.layers import ALWAYS_CITED, MapLayer, build_layers, in_drawing_order, rows_of
from artimap.maps.legend import legend_groups
from artimap.maps.page import Page
from artimap.maps.thematic_layers import Drawn, ZoneShapes, zone_shapes, zones_layers
from artimap.maps.timeline import StatesOverTime, all_days, posts_over_time, rates_over_time, zones_over_time
from artimap.maps.what_if import what_if
from artimap.risk.model import RiskModel
from artimap.risk.phrases import share_of, weighed_parameters

if TYPE_CHECKING:
    from artimap.areas.area import Area


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """What is drawn, and what follows the days."""

    rows: tuple[MapLayer, ...]
    drawn: Mapping[str, Drawn]
    rates_over_time: StatesOverTime | None
    posts_over_time: StatesOverTime | None
    zones_over_time: StatesOverTime | None

    @property
    def details(self) -> tuple[Detail, ...]:
        """All that opens."""
        return tuple(detail for one in self.drawn.values() for detail in (*one.details, *one.unplaced))

    @property
    def sources(self) -> tuple[str, ...]:
        """What the layers cite beside the embedded ones."""
        return tuple(source for one in self.drawn.values() for source in one.sources)

    @property
    def embedded(self) -> tuple[str, ...]:
        """Embedded layers behind what is drawn."""
        return tuple(
            name for row in self.rows if row.name in self.drawn and self.drawn[row.name].layers for name in row.source
        )


def pages(area: Area, tables: Tables, asked: PageOptions, languages: Sequence[str]) -> tuple[Page, tuple[Page, ...]]:
    """Make the page in the language asked for, and in the others."""
    said = VisibleClaims(tables.seen.ledger, asked.lang)
    others = dict.fromkeys(Lang(one).value for one in languages if Lang(one).value != asked.lang)
    earlier = tables.zones_over_time
    shapes = None if earlier is None else zone_shapes(gpd.GeoDataFrame(earlier.table))
    page, field = _page(area, tables, said, asked, None, shapes)
    if asked.what_if:
        roads = None if asked.what_if is True else asked.what_if
        page = replace(page, what_if=what_if(area, (asked.lang, *others), roads=roads, health=_health(tables)))
    translated = (_page(area, tables, said.into(one), replace(asked, lang=one), field, shapes) for one in others)
    return page, tuple(one for one, _ in translated)


def _page(
    area: Area,
    tables: Tables,
    said: VisibleClaims,
    asked: PageOptions,
    field: Field | None,
    shapes: ZoneShapes | None,
) -> tuple[Page, Field | None]:
    """Make the page in one language, and its events as columns where they are not made yet."""
    parts = _parts(area, tables, said, asked, shapes)
    limits, events = _limits(area), tables.seen.events
    if field is None and events is not None:
        listed = said if tables.crowd is None else None
        where = tables.crowd or sort_events(events)
        field = events_field(events, where, limits=limits, first=asked.since, last=asked.as_of, said=listed)
    layers = in_drawing_order(parts.rows, parts.drawn.values())
    page = Page(
        lang=asked.lang,
        bounds=_bounds(area, "outline"),
        limits=limits,
        layers=layers,
        details=parts.details,
        road=tuple(detail.key for detail in parts.drawn["corridor"].details),
        events=tuple(detail.key for detail in _newest_first(tables, parts.drawn["events"])),
        furniture=_furniture(
            area, tables, parts=parts, layers=all_days(layers, parts.zones_over_time), asked=asked, field=field
        ),
        as_of=asked.as_of.isoformat(),
        field=None if field is None else columns.in_language(field, asked.lang),
        sheets=(*(in_language(one, asked.lang) for one in tables.sheets), *(one.sheet() for one in tables.user_layers)),
        names=_names(area, asked.lang),
        roadside=tables.roadside,
        locator=locator(area, asked.lang),
        tiles=asked.tiles,
        rates=parts.rates_over_time,
        posts=parts.posts_over_time,
        zones=parts.zones_over_time,
    )
    return page, field


def _health(tables: Tables) -> list[shapely.Geometry] | None:
    """Give where the health facilities of the user's own layers are; None where no layer has their sign."""
    listed = [one for one in tables.user_layers if one.mark == "clinic"]
    return [shape for one in listed for shape in one.shapes if shape is not None] if listed else None


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


@cached
def _bounds(area: Area, layer: str) -> tuple[float, float, float, float]:
    return bounds_of(read_layer(area, layer).geometry)


@cached
def _names(area: Area, lang: str) -> tuple[SearchEntry, ...]:
    return names_to_find(read_places(area), [read_units(area, level) for level in ("adm2", "adm3")], lang)


def _limits(area: Area) -> tuple[float, float, float, float]:
    """Give how far one can go: where the embedded land ends, less its cut edge."""
    west, south, east, north = _bounds(area, "land")
    return west + 0.02, south + 0.02, east - 0.02, north + 0.12


def _parts(area: Area, tables: Tables, said: VisibleClaims, asked: PageOptions, shapes: ZoneShapes | None) -> _Parts:
    """Draw every layer of the registry and of the user's own."""
    lang, corridor = asked.lang, tables.corridor
    zones = None
    if tables.zones_over_time is not None:
        every_day = zones_layers(gpd.GeoDataFrame(tables.zones_over_time.table), said, lang=lang, shapes=shapes)
        zones = zones_over_time(tables.zones_over_time, every_day, lang=lang)
    earlier = tables.posts_over_time
    given = MapInputs(
        area,
        tables,
        asked,
        said,
        places=read_places(area),
        posts=None if earlier is None else posts_over_time(earlier, said, lang=lang),
        zones=zones,
    )
    rates = None
    if corridor is not None and tables.risk_over_time is not None:
        share = None if tables.risk is None else share_of(model_of(tables.risk, RiskModel))
        rates = rates_over_time(
            tables.risk_over_time, corridor.ref, lang=lang, event_ids=given.event_ids, share=share
        )  # fmt: skip
    rows = rows_of(tables.user_layers)
    return _Parts(rows, build_layers(rows, given), rates, given.posts, None if zones is None else zones[1])


def _newest_first(tables: Tables, shown: Drawn) -> tuple[Detail, ...]:
    """Give the events one by one, where the page has them so."""
    events = tables.seen.events
    if events is None or tables.crowd is not None:
        return ()
    order = events.sort_values(["date_start", "event_id"], ascending=[False, True], kind="stable")["event_id"]
    by_key = {detail.key: detail for detail in (*shown.details, *shown.unplaced)}
    return tuple(by_key[f"event:{event_id}"] for event_id in order)


def _tile_words(asked: PageOptions) -> tuple[str, ...]:
    if asked.tiles is None:
        return ()
    return (tr("map.about.tiles", asked.lang, host=asked.tiles.host, attribution=asked.tiles.attribution),)


def _furniture(
    area: Area, tables: Tables, *, parts: _Parts, layers: tuple[Layer, ...], asked: PageOptions, field: Field | None
) -> made.Furniture:
    lang, corridor, risk, seen = asked.lang, tables.corridor, tables.risk, tables.seen
    claims = None if seen.ledger is None else seen.ledger.claims
    newest = made.newest_of(seen.events, claims, asked.as_of)
    model = None if risk is None else model_of(risk, RiskModel)
    by_key = {detail.key: detail for detail in parts.details}
    unplaced_events, posts = parts.drawn["events"].unplaced, parts.drawn["checkpoints"]
    spread = sum(int(feature.size) for layer in layers if layer.name == "somewhere" for feature in layer.features)
    nowhere = 0 if field is None or tables.crowd is None else field.n - field.marks - spread - field.outside
    unplaced = len(unplaced_events) + len(posts.unplaced) + nowhere
    trips = None if risk is None else made.trips_section(risk, asked.as_of, lang)
    worst = None if risk is None else made.worst_section(risk, by_key, lang)
    basis = made.as_of_section(as_of=asked.as_of, since=asked.since, events=seen.events, newest=newest, lang=lang)
    briefing = [
        # the heading of the trips gives the day: what is reported comes first, then what it rests on
        *((basis, worst) if trips is None else (trips, worst, basis)),
        None if seen.checkpoints is None else made.posts_section(seen.checkpoints, posts.details, lang),
        made.changed_section(asked.changes, lang),
        made.unknown_section(risk=risk, unplaced=unplaced, spread=spread, lang=lang),
        None if tables.gravest is None else made.gravest_section(tables.gravest, by_key, lang),
        made.reading_section(risk, lang),
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
            rows=parts.rows,
            edges=tuple(getattr(model, "band_rates", ())),
            other_days={
                "corridor": frozenset() if parts.rates_over_time is None else parts.rates_over_time.marks,
                "checkpoints": frozenset() if parts.posts_over_time is None else parts.posts_over_time.marks,
            },
        ),
        margin=(
            *made.margin_sections(
                events=unplaced_events,
                posts=posts.unplaced,
                risk=risk,
                left=seen.left,
                since=asked.since,
                lang=lang,
                nowhere=nowhere,
                outside=0 if field is None else field.outside,
            ),
            *made.user_layers_section(
                tables.user_layers, parts.drawn, limits=_limits(area), held=seen.left.layers, lang=lang
            ),
        ),
        about=made.about_sections(
            area,
            layer_names=(*parts.embedded, *ALWAYS_CITED),
            publishers=made.publishers_of(claims),
            licensed=() if risk is None else risk.attrs.get("licensed", ()),
            model=model,
            weighed={} if risk is None else weighed_parameters(risk, lang),
            author=asked.author,
            title=title,
            as_of=asked.as_of,
            sources=(*asked.sources, *parts.sources, *_tile_words(asked)),
            lang=lang,
        ),
    )

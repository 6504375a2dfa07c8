"""What a page holds, as plain lists, dicts, texts and numbers; nothing here knows HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol

import geopandas as gpd

from artimap.core import style
from artimap.core.i18n import words
from artimap.maps import event_columns as columns
from artimap.maps.base_layers import DENSITY, Feature, Layer, Parts
from artimap.maps.cards import Detail, Fact, Icon, SourceStatement
from artimap.maps.codec import SCALE, outlines, plain_data, plain_rows
from artimap.maps.event_columns import Field
from artimap.maps.fact_tables import STEP_M, Roadside, SearchEntry, Sheet
from artimap.maps.furniture import Furniture, Locator
from artimap.maps.tiles import Tiles
from artimap.maps.timeline import StatesOverTime, packed_states
from artimap.maps.what_if import WhatIf

WORDS = "map.ui."
"""How the keys of words begin that stand in the page's own furniture."""


class DrawnMap(Protocol):
    """What pictures and files of a map are made from: its page, and its events where they are many."""

    @property
    def page(self) -> Page:
        """All that it shows."""
        ...

    @property
    def events(self) -> gpd.GeoDataFrame | None:
        """The events that its audience sees, where the page holds them as columns only."""
        ...


@dataclass(frozen=True, slots=True)
class News:
    """What is new since an earlier briefing: the words of the filter, and ``"new"`` or ``"changed"`` by detail."""

    label: str
    keys: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """All that a page shows.

    Attributes
    ----------
    lang
        Language of the words.
    bounds, limits
        West, south, east, north in degrees: what is shown at first, and how far one can go.
    layers, details
        What is drawn, lowest first, and what opens.
    road, events
        Keys of the details that the tabs *Road* and *Events* list, in order.
    furniture
        Everything around the map.
    foreign
        folium layers of the user's own, drawn on top.
    as_of
        Day of the state that zones, posts and rates are in, as ``2024-10-15``.
    field
        The events as columns; None where the map has none.
    sheets, names, roadside
        The same facts as tables, the names that can be searched, the road as a line.
    locator
        The small map of the country; None where there is none.
    tiles
        The one server that the page may ask; None for a page that asks nobody.
    rates, posts, zones
        What is said of the road, the posts and the zones on earlier days; None for what does not follow the days.
    what_if
        The network of roads that its reader can close; None for a page without.
    news
        What is new since an earlier briefing; None where it is compared with none.
    """

    lang: str
    bounds: tuple[float, float, float, float]
    limits: tuple[float, float, float, float]
    layers: tuple[Layer, ...]
    details: tuple[Detail, ...]
    road: tuple[str, ...]
    events: tuple[str, ...]
    furniture: Furniture
    foreign: tuple[Any, ...] = ()
    as_of: str = ""
    field: Field | None = None
    sheets: tuple[Sheet, ...] = ()
    names: tuple[SearchEntry, ...] = ()
    roadside: Roadside | None = None
    locator: Locator | None = None
    tiles: Tiles | None = None
    rates: StatesOverTime | None = None
    posts: StatesOverTime | None = None
    zones: StatesOverTime | None = None
    what_if: WhatIf | None = None
    news: News | None = None


def steps(parts: Parts) -> list[list[list[int]]]:
    """Write each ring as whole numbers: the first point, then the step to each next one."""
    out = []
    for rings in parts:
        coded = []
        for ring in rings:
            row: list[int] = []
            x0 = y0 = 0
            for lon, lat in ring:
                x, y = round(lon * SCALE), round(lat * SCALE)
                row += [x - x0, y - y0]
                x0, y0 = x, y
            coded.append(row)
        out.append(coded)
    return out


def _steps_of(point: tuple[float, float]) -> list[int]:
    return [round(value * SCALE) for value in point]


def _road(side: Roadside) -> dict[str, Any]:
    return {**plain_data(side), "line": steps(((side.line,),))[0][0], "step_m": STEP_M}


def _small(here: Locator) -> dict[str, Any]:
    shapes = {name: steps(getattr(here, name)) for name in ("country", "neighbour", "area")}
    return {"name": here.name, "text": here.text, "bounds": here.bounds, **shapes}


def _lean(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value not in ("", (), [], None, False, 0.0)}


def _feature(feature: Feature) -> dict[str, Any]:
    return {**_lean(plain_data(feature, but=("parts",))), "parts": steps(feature.parts)}


def _layer(layer: Layer, lang: str) -> dict[str, Any]:
    return {
        "name": layer.name,
        "label": layer.heading(lang),
        "kind": layer.kind,
        "toggle": layer.toggle,
        "shown": layer.shown,
        **(outlines(layer) if layer.still else {"features": [_feature(feature) for feature in layer.features]}),
    }


def _marks(layers: Sequence[Layer], details: Sequence[Detail]) -> dict[str, dict[str, Any]]:
    """Give the marks that a page may draw; those for users' layers only where they are used."""
    used = {feature.mark for layer in layers for feature in layer.features} | {one.icon.mark for one in details}
    return {
        key: {name: value for name, value in plain_data(mark).items() if value or name not in _SELDOM}
        for key, mark in style.load().marks.items()
        if mark.layer not in {"user", DENSITY} or key in used
    }


_SELDOM = ("path", "inner", "open")


def _sheet(sheet: Sheet) -> dict[str, Any]:
    return {name: value for name, value in plain_data(sheet).items() if name != "title" or value}


_SPOKEN = (
    "date.", "number.", "kind.", "where.", "party.", "info.", "checkpoint.", "checkpoint_status.", "map.group.",
    "map.km.", "map.somewhere",
)  # fmt: skip
"""Words that the page puts to values by itself, by their whole key."""


_SPOKEN_OF_EVENTS = ("map.harm.", "map.fact.named", "map.fact.nobody", "map.fact.sources", "map.fact.publishers",
    "map.fact.middle", "map.fact.alleged", "map.fact.overlaps", "predicate.killed", "predicate.injured",
    "predicate.abducted", "predicate.displaced", "map.day.", "map.precision.", "map.event.")  # fmt: skip
"""Words for the cards of events, which the page makes of their columns."""


def _words(page: Page) -> dict[str, str]:
    spoken = words(page.lang)
    mine = {key.removeprefix(WORDS): text for key, text in spoken.items() if key.startswith(WORDS)}
    more = _SPOKEN if page.field is None else (*_SPOKEN, *_SPOKEN_OF_EVENTS)
    more = more if page.news is None else (*more, "change.mark.")
    return mine | {key: text for key, text in spoken.items() if key.startswith(more)}


def _details(page: Page) -> dict[str, dict[str, Any]]:
    """Give what opens; of events, whose cards the page writes itself, only what sources say."""
    whole = {detail.key: plain_data(detail) for detail in page.details}
    return whole | {key: {"statements": whole[key]["statements"]} for key in page.events}


def payload(page: Page, *, map_name: str) -> dict[str, Any]:
    """Give the page's data as plain lists, dicts, texts and numbers."""
    table = style.load()
    furniture = page.furniture
    return {
        "meta": {"map": map_name, "lang": page.lang, "bounds": page.bounds, "limits": page.limits, "as_of": page.as_of},
        "title": [furniture.title, furniture.subtitle, furniture.note],
        "tokens": dict(table.tokens),
        "marks": _marks(page.layers, page.details),
        "shapes": {key: plain_data(shape) for key, shape in table.shapes.items()},
        "groups": {key: {"colour": group.colour, "line": group.line} for key, group in table.groups.items()},
        "words": _words(page),
        "events": None if page.field is None else columns.payload(page.field),
        "layers": [_layer(layer, page.lang) for layer in page.layers],
        "details": _details(page),
        "sheets": [_sheet(sheet) for sheet in page.sheets],
        "names": [_lean({**plain_data(name), "at": _steps_of(name.at)}) for name in page.names],
        "road": None if page.roadside is None else _road(page.roadside),
        "tiles": None if page.tiles is None else {**plain_data(page.tiles), "host": page.tiles.host},
        **{name: () if one is None else one.days for name, one in _followers(page).items()},
        "locator": None if page.locator is None else _small(page.locator),
        **({} if page.news is None else {"news": {"label": page.news.label, "keys": dict(page.news.keys)}}),
        "panel": {
            "road": page.road,
            "events": page.events,
            "briefing": [plain_data(section) for section in furniture.briefing],
            "margin": [plain_data(section) for section in furniture.margin],
            "about": [plain_data(section) for section in furniture.about],
            "legend": [plain_data(group) for group in furniture.legend],
        },
    }


def rows_of(page: Page) -> dict[str, Any]:
    """Give details as rows, with the names of their fields and the texts that return only once: half as much to read.

    In a row a whole number stands for the text of that place in ``texts``. That of an event is its key and what
    sources say: the page writes the rest of its card.
    """
    kinds = {"detail": Detail, "icon": Icon, "fact": Fact, "statement": SourceStatement}
    names = {name: [one.name for one in fields(kind)] for name, kind in kinds.items()}
    events = frozenset(page.events)
    rows: list[tuple[Any, ...]] = [
        (one.key, [plain_rows(said) for said in one.statements]) if one.key in events else plain_rows(one)
        for one in page.details
    ]
    counts: Counter[str] = Counter()
    _count_texts(rows, counts)
    texts = [text for text, n in counts.most_common() if n > 1 and len(text) > _SHORT]
    places = {text: n for n, text in enumerate(texts)}
    return {**names, "texts": texts, "rows": _with_places(rows, places)}


_SHORT = 3
"""A text of so many letters is as short as the number that would stand for it."""


def _count_texts(value: object, counts: Counter[str]) -> None:
    if isinstance(value, str):
        counts[value] += 1
    elif isinstance(value, (list, tuple)):
        for one in value:
            _count_texts(one, counts)


def _with_places(value: object, places: Mapping[str, int]) -> object:
    if isinstance(value, str):
        return places.get(value, value)
    return [_with_places(one, places) for one in value] if isinstance(value, (list, tuple)) else value


def _followers(page: Page) -> dict[str, StatesOverTime | None]:
    """Give what may follow the days, by its name in the page."""
    return {"rates": page.rates, "posts": page.posts, "zones": page.zones}


def days_before(pages: Sequence[Page]) -> dict[str, str]:
    """Give what is shown on earlier days, packed, in the languages of the pages; nothing where that is nothing."""
    parts: dict[str, str] = {}
    for name in _followers(pages[0]):
        found = {page.lang: _followers(page)[name] for page in pages}
        states = {lang: one for lang, one in found.items() if one is not None and one.days}
        if states:
            parts |= packed_states(name, states, steps)
    return parts

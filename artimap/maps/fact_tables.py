"""The same facts apart from the picture: tables to sort, names to find, the road as a line.

Plain data in one language each. Numbers and days stay numbers and days here: the page
writes them as people do in the language that it is read in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from artimap.core.i18n import own_words, table_words
from artimap.core.phrases import known
from artimap.core.precision import significant
from artimap.core.schema import records, split_names
from artimap.core.vocab import Lang
from artimap.maps.base_layers import DECIMALS, name_in, to_degrees
from artimap.maps.cards import event_key, text_or, to_date

if TYPE_CHECKING:
    from artimap.roads.corridor import Corridor

Cell = str | float | int | None
CellKind = Literal["text", "word", "km", "rate", "count", "day"]

STEP_M = 1000
"""The road is given at every kilometre, so that the page can tell where "km 125" is."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table that the reader can sort.

    Attributes
    ----------
    name
        ``stretches``, ``posts`` or ``events``, or that of a layer of the user's own.
    columns
        Name and kind of each column; ``word`` holds keys of the language files.
    rows
        The key of its detail, then a cell a column; null is not known.
    title
        What it is called where that is no word of the languages: then its columns are called by their names.
    """

    name: str
    columns: tuple[tuple[str, CellKind], ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class SearchEntry:
    """A name that can be searched, and where it lies (longitude, latitude)."""

    key: str
    label: str
    also: str
    kind: str
    at: tuple[float, float]
    within: str = ""


@dataclass(frozen=True, slots=True)
class Roadside:
    """The road as a line, and what lies along it.

    Attributes
    ----------
    ref, length_m
        Its number and length.
    line
        Longitude and latitude every ``STEP_M``, and of its end.
    towns
        Key, usual name and metres from the start of each town; the page has its name in other languages.
    zones, events
        Keys of details and the metres between which they lie.
    """

    ref: str
    length_m: float
    line: tuple[tuple[float, float], ...]
    towns: tuple[tuple[str, str, float], ...]
    zones: tuple[tuple[str, float, float], ...]
    events: tuple[tuple[str, float, float], ...]


# --- tables ----------------------------------------------------------------------------------


def _day(value: object) -> str | None:
    day = to_date(value)
    return None if day is None else day.isoformat()


def _whole(value: object) -> int | None:
    number = known(value)
    return None if number is None else round(number)


def _figure(value: object) -> float | None:
    number = known(value)
    return None if number is None else float(f"{number:.4g}")


_STRETCHES: tuple[tuple[str, CellKind], ...] = (
    ("stretch", "text"), ("from", "km"), ("to", "km"), ("info", "word"), ("rate", "rate"), ("low", "rate"),
    ("high", "rate"), ("incidents", "count"), ("last", "day"), ("newest", "day"),
)  # fmt: skip


def stretches_sheet(risk: pd.DataFrame) -> Sheet:
    """Give RISK as a table: place, state of reports, rate with its 80 % interval, newest days."""
    rows = []
    for row in records(risk.sort_values(["from_m", "lixel_id"], kind="stable")):
        cells = (
            f"stretch:{row['lixel_id']}",
            text_or(row["name"]),
            _whole(row["from_m"]),
            _whole(row["to_m"]),
            f"info.{row['info']}",
            *(_figure(row[name]) for name in ("rate", "lo80", "hi80")),
            _whole(row["n_events"]),
            _day(row["last_event"]),
            _day(row["newest_report"]),
        )
        rows.append(cells)
    return Sheet("stretches", _STRETCHES, tuple(rows))


_POSTS: tuple[tuple[str, CellKind], ...] = (
    ("place", "text"), ("from", "km"), ("to", "km"), ("kind", "word"), ("operator", "text"), ("state", "word"),
    ("fees", "text"), ("first", "day"), ("confirmed", "day"),
)  # fmt: skip


def posts_sheet(checkpoints: pd.DataFrame) -> Sheet:
    """Give CHECKPOINTS as a table: where, kept by whom, what is asked, first and last day."""
    rows = [
        (
            f"post:{row['checkpoint_id']}",
            text_or(row["place"]),
            _whole(row["from_m"]),
            _whole(row["to_m"]),
            f"checkpoint.{row['kind']}",
            text_or(row["operator"]).replace(";", ","),
            f"checkpoint_status.{row['status']}",
            text_or(row["fees"]),
            _day(row["first_seen"]),
            _day(row["last_confirmed"]),
        )
        for row in records(checkpoints)
    ]
    return Sheet("posts", _POSTS, tuple(rows))


_EVENTS: tuple[tuple[str, CellKind], ...] = (
    ("day", "day"), ("kind", "word"), ("place", "text"), ("precision", "word"), ("dead_low", "count"),
    ("dead_high", "count"), ("actors", "text"), ("sources", "count"),
)  # fmt: skip


def events_sheet(events: pd.DataFrame) -> Sheet:
    """Give EVENTS as a table, newest first; figures of dead as they are said, null not stated."""
    table = events.sort_values(["date_start", "event_id"], ascending=[False, True], kind="stable")
    rows = [
        (
            event_key(row["event_id"]),
            _day(row["date_start"]),
            f"kind.{row['kind']}",
            text_or(row["place"]),
            f"where.{row['place_kind']}",
            _whole(row["killed_low"] if known(row["killed_low"]) is not None else row["killed_best"]),
            _whole(row["killed_high"]),
            ", ".join(split_names(row["actors"])),
            _whole(row["n_sources"]),
        )
        for row in records(table)
    ]
    return Sheet("events", _EVENTS, tuple(rows))


_SENTENCES = ("fees",)


def in_language(sheet: Sheet, lang: str) -> Sheet:
    """Give a table with its texts in a language; one of the user's own, and names, stay as they are."""
    if lang == Lang.EN or sheet.title:
        return sheet
    kinds = [
        (own_words if name in _SENTENCES else table_words) if kind == "text" else None for name, kind in sheet.columns
    ]

    def put(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
        cells = zip(row[1:], kinds, strict=True)
        return (row[0], *(_cell_words(cell, words_of, lang) for cell, words_of in cells))

    return replace(sheet, rows=tuple(put(row) for row in sheet.rows))


def _cell_words(cell: Cell, words_of: Callable[[str, str], str] | None, lang: str) -> Cell:
    if words_of is None or not isinstance(cell, str):
        return cell
    # Names stand in a table with commas between them.
    parts = [words_of(cell, lang)]
    return parts[0] if parts[0] != cell else ", ".join(words_of(part, lang) for part in cell.split(", "))


# --- names ---------------------------------------------------------------------------------------


def names_to_find(places: gpd.GeoDataFrame, units: Sequence[gpd.GeoDataFrame], lang: str) -> tuple[SearchEntry, ...]:
    """Give every named place and unit with all its spellings.

    Parameters
    ----------
    places
        PLACES.
    units
        UNITS: communes, then sections.
    lang
        Language of the labels; the other spellings are found too.
    """
    found = [_search_entry(row, f"place:{row['place_id']}", "place", spot, lang) for row, spot in _spots(places)]
    names: dict[str, str] = {}
    for table in units:
        kind = "commune" if (table["level"] == "adm2").all() else "section"
        for row, spot in _spots(table):
            names[str(row["pcode"])] = name_in(row, lang)
            found.append(
                _search_entry(row, f"unit:{row['pcode']}", kind, spot, lang, names.get(text_or(row["parent"]), ""))
            )
    return tuple(found)


def _spots(table: gpd.GeoDataFrame) -> list[tuple[Mapping[str, Any], shapely.Point]]:
    inner = gpd.GeoSeries(table.geometry.representative_point(), crs=table.crs)
    return [(row, spot) for row, spot in zip(records(table), to_degrees(inner), strict=True) if not spot.is_empty]


def _search_entry(
    row: Mapping[str, Any], key: str, kind: str, spot: shapely.Point, lang: str, within: str = ""
) -> SearchEntry:
    label = name_in(row, lang)
    spellings = [text_or(row.get(name)) for name in ("name", "name_fr", "name_ht")]
    spellings += [part.strip() for part in text_or(row.get("aliases")).split(";")]
    also = "|".join(one for one in dict.fromkeys(spellings) if one and one != label)
    return SearchEntry(key, label, also, kind, (round(spot.x, DECIMALS), round(spot.y, DECIMALS)), within)


# --- the road as a line ----------------------------------------------------------------------------


def roadside(
    corridor: Corridor,
    *,
    zones: gpd.GeoDataFrame | None,
    events: gpd.GeoDataFrame | None,
) -> Roadside:
    """Give the road as a line, with towns, zones that it runs through and events on it.

    Parameters
    ----------
    corridor
        The road.
    zones, events
        ZONES and EVENTS, or None.
    """
    at = np.append(np.arange(0.0, corridor.length_m, STEP_M), corridor.length_m)
    line = to_degrees(gpd.GeoSeries(corridor.point_at(at), crs=corridor.crs))
    towns = corridor.towns.sort_values("chainage_m", kind="stable")
    return Roadside(
        ref=corridor.ref,
        length_m=round(corridor.length_m),
        line=tuple((round(spot.x, DECIMALS), round(spot.y, DECIMALS)) for spot in line),
        towns=tuple(
            (f"place:{place_id}", str(name), round(float(at)))
            for place_id, name, at in zip(towns["place_id"], towns["name"], towns["chainage_m"], strict=True)
        ),
        zones=() if zones is None else zones_along(corridor, zones),
        events=() if events is None else _events_along(corridor, events),
    )


def zones_along(corridor: Corridor, zones: gpd.GeoDataFrame) -> tuple[tuple[str, float, float], ...]:
    """Give where the road runs through each zone, the larger zones first."""
    spans = []
    table = zones[zones["band"].fillna(1) == 1]
    table = table.assign(_size=-significant(table.geometry.area)).sort_values(["_size", "zone_id"], kind="stable")
    for zone_id, shape in zip(table["zone_id"], table.geometry, strict=True):
        area = shape.buffer(100) if shape.geom_type in ("LineString", "MultiLineString") else shape
        for piece in shapely.get_parts(shapely.intersection(corridor.line, area)):
            if piece.geom_type != "LineString" or piece.length < 50:
                continue
            ends, _ = corridor.project([shapely.Point(piece.coords[0]), shapely.Point(piece.coords[-1])])
            spans.append((f"zone:{zone_id}", round(float(ends.min())), round(float(ends.max()))))
    return tuple(spans)


def _events_along(corridor: Corridor, events: gpd.GeoDataFrame) -> tuple[tuple[str, float, float], ...]:
    located = events if "why_not" in events.columns else corridor.locate(events)
    on_road = located[located["why_not"].isna() & (located["kind"] != "deployment")]
    spans = []
    for row in records(on_road.sort_values("event_id", kind="stable")):
        at, low, high = (known(row[name]) for name in ("chainage_m", "from_m", "to_m"))
        exact = row["place_kind"] in ("point", "place") and at is not None
        ends = (at, at) if exact else (low, high)
        if ends[0] is not None and ends[1] is not None:
            spans.append((event_key(row["event_id"]), round(ends[0]), round(ends[1])))
    return tuple(spans)

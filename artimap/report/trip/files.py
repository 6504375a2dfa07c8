"""A trip for programs: its ways as tracks (GPX 1.1), and all of it as JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Final
from xml.etree import ElementTree as ET

from artimap.core.i18n import format_day, tr, words
from artimap.core.text import legible
from artimap.report.blocks import clean
from artimap.report.changes import Change
from artimap.report.trip.content import TripContent, TripPost, TripWay
from artimap.report.trip.sentences import durations, incidents, listed, say, sentence, silence, way_name

FORMAT: Final = "artimap.trip"
VERSION: Final = 1
"""Of the keys of ``trip.json``: a key that changes its meaning or goes raises it, a new one does not."""

_NS: Final = "http://www.topografix.com/GPX/1/1"
_DRAWN: Final = {TripContent: ("roads", "closed_lines", "names"), TripWay: ("line",)}
"""What is for the pictures alone: the courses are in the GPX."""


def trip_track(content: TripContent, lang: str) -> str:
    """Give the ways as GPX 1.1, a track each; posts are waypoints only where their place is exact.

    It names no person and none of the user's own places: the file goes into telephones and receivers.
    """
    root = ET.Element("gpx", {"xmlns": _NS, "version": "1.1", "creator": "artimap"})
    about = ET.SubElement(root, "metadata")
    _text(about, "name", say("heading", lang, start=content.start, stop=content.stop))
    day = format_day(content.as_of, lang)
    _text(about, "desc", f"{tr('map.subtitle', lang, day=day)}. {say('card_end', lang)}")
    licence = ET.SubElement(about, "copyright", {"author": "OpenStreetMap contributors"})
    _text(licence, "license", "https://opendatacommons.org/licenses/odbl/1-0/")
    _text(about, "time", f"{content.as_of.isoformat()}T00:00:00Z")
    exact: dict[str, TripPost] = {}
    for way in content.all_ways:
        for post in way.post_rows:
            exact.setdefault(post.checkpoint_id, post)
    for post in exact.values():
        if post.lon is None or post.lat is None:
            continue
        point = ET.SubElement(root, "wpt", {"lat": f"{post.lat:.6f}", "lon": f"{post.lon:.6f}"})
        kind = words(lang).get(f"checkpoint.{post.kind}", post.kind)
        _text(point, "name", f"{kind}, {post.place}" if post.place else kind)
        confirmed = say("no_day", lang) if post.last_confirmed is None else format_day(post.last_confirmed, lang)
        _text(point, "desc", f"{say('confirmed', lang)}{tr('report.colon', lang)}{confirmed}")
    for way in content.all_ways:
        track = ET.SubElement(root, "trk")
        _text(track, "name", way_name(way, lang))
        told = (durations(way.time_lo_min, way.time_hi_min, lang), incidents(way, lang), silence(way, content, lang))
        _text(track, "desc", sentence(listed(told, lang)))
        segment = ET.SubElement(track, "trkseg")
        for lon, lat in way.line:
            ET.SubElement(segment, "trkpt", {"lat": f"{lat:.6f}", "lon": f"{lon:.6f}"})
    ET.indent(root, space=" ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = legible(clean(text))


def trip_data(content: TripContent, *, models: Mapping[str, Any]) -> dict[str, Any]:
    """Give the trip as plain JSON values; ``docs/trips.md`` says what each key means.

    Parameters
    ----------
    content
        What is told, cut to what the reader may see.
    models
        The parameters behind it, by class.
    """
    return {"format": FORMAT, "version": VERSION, **_plain(content), "models": dict(models)}


def trip_json_text(content: TripContent, *, models: Mapping[str, Any]) -> str:
    """Write :func:`trip_data` as text; the same content gives the same bytes."""
    return json.dumps(trip_data(content, models=models), ensure_ascii=False, indent=1) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, Change):
        return value.to_dict()
    if is_dataclass(value):
        left = _DRAWN.get(type(value), ())
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value) if one.name not in left}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    return round(value, 6) if isinstance(value, float) else value

"""The products of a trip: page, card, track, data, map and folder, made from the ways that were found."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from artimap.areas import embedded
from artimap.areas.area import Area
from artimap.control.checkpoints.fees import Asked
from artimap.control.road_status import hardest
from artimap.core import style
from artimap.core.crs import WGS84
from artimap.core.daylight import Daylight, arrival, daylight, departures, utc_offset_of
from artimap.core.errors import DataError, ShareError
from artimap.core.files import write_text
from artimap.core.folder_swap import check_folder, replace_folder
from artimap.core.i18n import tr
from artimap.core.phrases import known
from artimap.core.schema import records, split_names
from artimap.core.vocab import About, Audience, Info, Lang, Passage, Per, Status, Where
from artimap.maps.briefing import BriefingMap
from artimap.maps.user_layer import UserLayer
from artimap.report.change_words import weightiest
from artimap.report.previous import MANIFEST
from artimap.report.trip.card import trip_text
from artimap.report.trip.content import (
    NUMBERED,
    LonLat,
    TripContent,
    TripHeld,
    TripHours,
    TripPassages,
    TripPiece,
    TripPost,
    TripPosts,
    TripReport,
    TripRoad,
    TripStatus,
    TripStop,
    TripWay,
    merged,
    ways_by,
    without_plan,
)
from artimap.report.trip.drawing import WAY_MARKS
from artimap.report.trip.files import trip_json_text, trip_track
from artimap.report.trip.page import trip_html
from artimap.report.trip.sentences import way_name
from artimap.risk.route_risk import HeardPiece
from artimap.roads.corridor import Corridor
from artimap.roads.routing.spans import RoadSpan
from artimap.studies.itinerary import ASKED, Itinerary, Route
from artimap.studies.study import Study

FILES: Final = ("trip.html", "trip.gpx", "trip.txt", "trip.json", MANIFEST)
"""What a trip folder holds."""

NEAR_M: Final = 2_000.0
"""A point of the user's own this near to a way is on it."""

_STANDS: Final = ("on", "may_be_on", "undated", "unplaced", "anywhere")
_LEAST_M: Final = 60.0
_TOLD_M: Final = 50.0
"""A closure that is taken shorter by more than this is told: kilometres are printed to a tenth."""
"""What shares less than this with a way does not lie on it: chainages are given to a tenth of a kilometre."""


@dataclass(frozen=True)
class TripFolder:
    """What :meth:`artimap.Routes.write` wrote.

    Attributes
    ----------
    folder, files
        Where, and the paths in the order written.
    kept, removed
        Names of what lay in the folder: what is not artimap's is there still, files of an earlier run are not.
    """

    folder: Path
    files: tuple[Path, ...]
    kept: tuple[str, ...]
    removed: tuple[str, ...]


# -- the products --------------------------------------------------------------


def trip_page(routes: Itinerary, lang: str = Lang.EN, *, layers: Sequence[UserLayer] = ()) -> str:
    """Give the trip as one page of HTML, without a script or a request.

    Parameters
    ----------
    routes
        The ways.
    lang
        ``"en"``, ``"fr"`` or ``"ht"``.
    layers
        Points of your own: those within 2 km of a way are listed in its order, for internal use only.
    """
    return trip_html(trip_content(routes, layers), Lang(lang))


def trip_card(routes: Itinerary, lang: str = Lang.EN, *, layers: Sequence[UserLayer] = ()) -> str:
    """Give the trip as plain text of at most 1,000 characters, for SMS, WhatsApp or radio."""
    return trip_text(trip_content(routes, layers), Lang(lang))


def trip_gpx(routes: Itinerary, lang: str = Lang.EN) -> str:
    """Give the ways as GPX 1.1: a track each; posts as waypoints only where their place is exact."""
    return trip_track(trip_content(routes), Lang(lang))


def trip_json(routes: Itinerary, *, layers: Sequence[UserLayer] = ()) -> str:
    """Give all that is told of the trip as JSON; ``docs/trips.md`` says what each key means."""
    return trip_json_text(trip_content(routes, layers), models=_models(routes))


def trip_map(routes: Itinerary, lang: str = Lang.EN, *, layers: Sequence[UserLayer] = ()) -> BriefingMap:
    """Give the briefing map with each way as a line of its own.

    Raises
    ------
    ShareError
        For a network of your own, of which there is no briefing.
    """
    study, content = _study_of(routes), trip_content(routes)
    own = [
        UserLayer(
            gpd.GeoDataFrame({"way": [way_name(way, lang)]}, geometry=[route.geometry], crs=routes.crs),
            way_name(way, lang)[:80], WAY_MARKS[at % len(WAY_MARKS)], source=tr("trip.network", lang),
            columns=("way",), audience=study.audience,
        )
        for at, (route, way) in enumerate(zip(routes.routes, content.ways, strict=True))
    ]  # fmt: skip
    return study.map(lang, layers=[*own, *layers])


def trip_to_file(routes: Itinerary, path: str | Path, lang: str = Lang.EN) -> Path:
    """Write the trip as ``.html``, ``.txt``, ``.gpx`` or ``.json``, by the ending of the file, whole or not at all.

    Raises
    ------
    ShareError
        If it ends in anything else.
    """
    target = Path(path)
    makers = {".html": trip_page, ".txt": trip_card, ".gpx": trip_gpx}
    suffix = target.suffix.lower()
    if suffix not in {*makers, ".json"}:
        msg = f"a trip is written as {', '.join(makers)} or .json, not as {target.name}: give it one of these endings"
        raise ShareError(msg)
    write_text(target, trip_json(routes) if suffix == ".json" else makers[suffix](routes, lang))
    return target


def write_trip(
    routes: Itinerary,
    folder: str | Path,
    lang: str = Lang.EN,
    *,
    layers: Sequence[UserLayer] = (),
    content: TripContent | None = None,
) -> TripFolder:
    """Write a trip folder: page, track, card, data and a manifest, replaced as one.

    Parameters
    ----------
    routes, lang, layers
        As in :func:`trip_page`.
    folder
        Where to write; made if missing. An earlier trip is replaced as one; files of your own in it stay.
    content
        What :func:`trip_content` gave, where it is at hand.

    Raises
    ------
    ShareError
        If the folder holds a briefing.
    OSError
        If it cannot be written: then it is as it was.
    """
    target = Path(folder)
    check_trip_folder(target)
    content, models = content or trip_content(routes, layers), _models(routes)
    files = {
        "trip.html": trip_html(content, Lang(lang)),
        "trip.gpx": trip_track(content, Lang(lang)),
        "trip.txt": trip_text(content, Lang(lang)),
        "trip.json": trip_json_text(content, models=models),
    }
    data = {name: text.encode("utf-8") for name, text in files.items()}
    data[MANIFEST] = (json.dumps(_manifest(routes, content, data, lang), ensure_ascii=False, indent=1) + "\n").encode()
    done = replace_folder(target, data, ours=_written_before)
    return TripFolder(target, tuple(target / name for name in data), done.kept, done.removed)


def check_trip_folder(folder: Path) -> None:
    """Refuse a folder that cannot be replaced, or that holds a briefing, before any work is done for it."""
    check_folder(folder)
    if _read_manifest(folder).get("kind", "trip") != "trip" or "report" in _read_manifest(folder):
        msg = f"{folder} holds a briefing: choose another folder for the trip with -o"
        raise ShareError(msg)


def _read_manifest(folder: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        found = json.loads((folder / MANIFEST).read_bytes())
        return found if isinstance(found, dict) else {}
    return {}


def _written_before(folder: Path) -> frozenset[str]:
    return frozenset(FILES) | {one.name for one in folder.glob(".artimap-*")}


def _manifest(routes: Itinerary, content: TripContent, files: Mapping[str, bytes], lang: str) -> dict[str, Any]:
    area = routes.roads.area
    entries = [] if area is None else embedded.manifest(area.name).layers
    return {
        "kind": "trip",
        "area": content.area,
        "as_of": content.as_of.isoformat(),
        "lang": Lang(lang).value,
        "audience": content.audience.value,
        "from": content.start,
        "to": content.stop,
        "files": [
            {"file": name, "bytes": len(one), "sha256": hashlib.sha256(one).hexdigest()} for name, one in files.items()
        ],
        "data": [{"name": entry.name, "sha256": entry.sha256, "licence": entry.licence} for entry in entries],
    }


def _models(routes: Itinerary) -> dict[str, Any]:
    study = routes.study
    risk = {} if study is None else {"RiskModel": study.risk_model.to_dict()}
    return {"SpeedModel": routes.speeds.to_dict(), **risk}


def _study_of(routes: Itinerary) -> Study:
    if routes.study is None:
        msg = "a network of your own has no day, reports or posts to tell of: make the ways from artimap.study"
        raise ShareError(msg)
    return routes.study


# -- what they are made from -----------------------------------------------------


def trip_content(
    routes: Itinerary, layers: Sequence[UserLayer] = (), *, since: str | Path | Study | None = None
) -> TripContent:
    """Gather all that is told of a trip, cut to what the audience of its study may see.

    Parameters
    ----------
    routes, layers
        As in :func:`trip_page`.
    since
        An earlier briefing of the study's road, or a study of it: what changed on the ways is told.

    Raises
    ------
    ShareError
        For a network of your own: nothing is known of it that could be told.
    """
    study, roads = _study_of(routes), routes.roads
    names = {one: _road_name(road) for one, road in roads.corridors.items()}
    made = [(route, False) for route in routes.routes] + [(route, True) for route in routes.back_routes]
    stretches = [_roads_of(route.spans, names) for route, _ in made]
    # There and back are told apart from their like only.
    there, home = (
        ways_by((pieces, route.places) for (route, back), pieces in zip(made, stretches, strict=True) if back is one)
        for one in (False, True)
    )
    risks = _RateMarks(study, roads.corridors, _TripEvents(study))
    ways = [
        _way(study, route, pieces, by, risks, names, layers, back=back)
        for (route, back), pieces, by in zip(made, stretches, [*there, *home], strict=True)
    ]
    closed = _closed(routes, names)
    published = [one for way in ways for post in way.post_rows for one in post.sources]
    published += [one.source for way in ways for one in way.statuses] + [one.source for one in closed if one.source]
    start, sun = (routes.start, routes.stop), _sun(routes, study.area, study.as_of)
    content = TripContent(
        area=study.area.label, as_of=study.as_of, audience=study.audience, start=start[0], stop=start[1],
        via=routes.via, vehicle=routes.vehicle, departure=routes.departure, curfew=routes.curfew,
        quiet_days=study.risk_model.quiet_after_days,
        ways=tuple(one for one in ways if not one.back), back=tuple(one for one in ways if one.back), closed=closed,
        unplaced=0 if routes.closings is None else len(routes.closings.unplaced),
        sunset=None if sun is None else sun.sunset, hours=_hours(routes, sun), data_until=study.last_day,
        sources=tuple(dict.fromkeys(published)),
        own_file=study.own.rows is not None, names=names,
        roads=tuple(_degrees(road.line, road.crs) for road in roads.corridors.values()),
        closed_lines=tuple(
            _degrees(roads.corridors[span.road_id].piece(span.low_m, span.high_m), routes.crs)
            for span, _ in routes.closed
            if span.road_id in roads.corridors and span.length_m > 1.0
        ),
        statuses_rejected=study.own.statuses[1], statuses_held=study.statuses_held, cells_of=study.cells_of,
        lost=risks.events.lost,
        **_changed(study, [route for route, _ in made], risks.roads, since),
    )  # fmt: skip
    return content if study.audience is Audience.INTERNAL else without_plan(content)


def _road_name(road: Corridor) -> str:
    """Name a road as people do: by its number, or by the places that it joins."""
    return road.ref if NUMBERED.fullmatch(road.ref) or not road.name else road.name


def _roads_of(spans: Iterable[RoadSpan], names: Mapping[str, str]) -> tuple[TripRoad, ...]:
    return tuple(TripRoad(names.get(one.road_id, one.road_id), one.from_m / 1000, one.to_m / 1000) for one in spans)


def _way(
    study: Study,
    route: Route,
    pieces: tuple[TripRoad, ...],
    by: tuple[str, ...],
    risks: _RateMarks,
    names: Mapping[str, str],
    layers: Sequence[UserLayer],
    *,
    back: bool,
) -> TripWay:
    posts = route.posts
    doubtful = {*posts.may_be_on, *posts.undated, *posts.unplaced, *posts.anywhere}
    asked = tuple(replace(one, high=told.high) for one, told in zip(posts.asked, posts.fee_sums, strict=True))
    return TripWay(
        route_id=route.route_id.removeprefix("back-"), back=back, roads=pieces, places=route.places, by=by, km=route.km,
        time_lo_min=route.time_lo_min, time_hi_min=route.time_hi_min, risk=route.risk,
        posts=TripPosts(
            posts.posts, len(doubtful), asked, posts.fee_unknown, *posts.waiting_min,
            posts.waiting_unknown, posts.complete,
        ),
        passable=posts.passable, post_rows=_posts(route), pieces=risks.along(route),
        statuses=tuple(
            _status(row, names, near=True) for row in records(route.road_status.drop(columns="geometry"))
            if pd.isna(row["superseded_by"])
        ),
        stops=_stops(route, layers, study.area) if study.audience is Audience.INTERNAL else (),
        passages=_passages(route), why=route.why, line=_degrees(route.geometry, study.area.crs),
        held=_held(study, route, risks.roads), reports=_reports(risks.events, route),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _TripEvents:
    """The events that may be told of, by id, with who says so and whose they are."""

    study: Study

    @cached_property
    def rows(self) -> dict[str, dict[str, Any]]:
        """EVENTS that the audience may see."""
        return {str(row["event_id"]): row for row in records(self.study.events.drop(columns="geometry"))}

    @cached_property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """Who says what of each event, each once."""
        claims = self.study.ledger.claims
        claims = claims[(claims["about"] == About.EVENT) & claims["source"].notna()]
        return {str(name): tuple(dict.fromkeys(those)) for name, those in claims.groupby("subject")["source"]}

    @cached_property
    def own(self) -> frozenset[str]:
        """Those of the user's own file."""
        return self.study.own.events

    def report(self, name: str, along: tuple[float, float] | None) -> TripReport:
        """Give an event as it is told."""
        row = self.rows[name]
        start, end = (pd.Timestamp(row[key]).date() for key in ("date_start", "date_end"))
        end = min(end, self.study.as_of)
        low, high = along or (None, None)
        harm = {key: None if known(row[key]) is None else int(row[key]) for key in _HARM}
        return TripReport(
            name, start, end, int(row["date_precision"]), (self.study.as_of - end).days, str(row["kind"]),
            _word(row["place"]), str(row["place_kind"]), _word(row["actors"]), harm, low, high,
            self.sources.get(name, ()), name in self.own,
        )  # fmt: skip

    @property
    def lost(self) -> tuple[TripReport, ...]:
        """Deadly events of the user's own that have no place, within the window of the rates, the newest first."""
        oldest = self.study.as_of - dt.timedelta(days=self.study.risk_model.window_days)
        found = (self.report(name, None) for name in self.own & self.rows.keys())
        deadly = [one for one in found if one.place_kind == Where.NOWHERE and one.killed and one.until >= oldest]
        return tuple(sorted(deadly, key=lambda one: (one.days_ago, one.event_id)))


_HARM: Final = ("killed_low", "killed_best", "killed_high", "injured", "abducted", "displaced")
_MOST_OWN: Final = 2
"""So many of the newest and of the deadliest of one's own stand with a way; of all others one each."""
_MOST_FRESH: Final = 3


def _reports(told: _TripEvents, route: Route) -> tuple[TripReport, ...]:
    """Give the newest and the deadliest reports on a way; those of the last days and the user's own come first."""
    lies = told.study.rates_by_road.events_on(route.spans, route.starts_m)
    found = [told.report(name, ends) for name, ends in lies.items() if name in told.rows]
    newest = sorted(found, key=lambda one: (one.days_ago, -one.killed, one.event_id))
    deadly = sorted((one for one in newest if one.killed), key=lambda one: one.killed, reverse=True)
    fresh = [one for one in newest if one.fresh]
    mine = [[one for one in order if one.own][:_MOST_OWN] for order in (newest, deadly)]
    others = [one for order in (newest, deadly) for one in [one for one in order if not one.own][:1]]
    kept = {one.event_id: one for one in (*fresh[:_MOST_FRESH], *mine[0], *mine[1], *others)}
    return tuple(sorted(kept.values(), key=lambda one: (not one.fresh, not one.own, one.days_ago, one.event_id)))


def _held(study: Study, route: Route, roads: Mapping[str, Corridor]) -> tuple[TripHeld, ...]:
    """Give what is said of who holds the places and sections on a way, in its order; what is not known is left out."""
    status = study.status
    # A stretch is only the gravest of what lies on it.
    told = status[(status["status"] != Status.UNKNOWN) & (status["rule"] != "gravest_part")]
    # What was last known of a whole road, and nobody renewed, says nothing of a place on it.
    told = told[(told["kind"] != "stretch") | (told["status"] != Status.LAST_KNOWN)]
    towns = {name.casefold(): along for name, along in route.places}
    found = []
    for row in records(told):
        along = towns.get(str(row["name"]).casefold()) if row["kind"] == "place" else _first_met(row, route, roads)
        if along is None:
            continue
        day = row["last_confirmed"]
        found.append(
            TripHeld(str(row["name"]), along, str(row["status"]), None if pd.isna(day) else day.date(),
                     _word(row["actors"]), _word(row["attackers"]))
        )  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.along_m, one.name)))


def _changed(
    study: Study, made: Sequence[Route], roads: Mapping[str, Corridor], since: str | Path | Study | None
) -> dict[str, Any]:
    """Give what changed on any of the ways since an earlier day; what has gone has no place on them."""
    if since is None:
        return {}
    found = study.changes(since)
    mine = study.corridor.corridor_id
    spots: dict[tuple[str, str], Mapping[str, Any]] = {}
    for row in records(study.status):
        spots["status", str(row["subject"])] = row
    for road, posts in study.checkpoints_by_road.items():
        for row in records(posts.drop(columns="geometry")):
            spots["post", str(row["checkpoint_id"])] = _spot(road, row["from_m"], row["to_m"])
    for row in records(study.corridor.locate(study.events).drop(columns="geometry")):
        spots["event", str(row["event_id"])] = _spot(mine, row["chainage_m"], row["chainage_m"])
    for row in records(study.risk.drop(columns="geometry")):
        spots["stretch", str(row["lixel_id"])] = _spot(mine, row["from_m"], row["to_m"])
    if study.road_status is not None:
        for row in records(study.road_status.drop(columns="geometry")):
            spots["road_status", str(row["status_id"])] = _spot(row["road_id"], row["from_m"], row["to_m"])
    towns = {name.casefold() for route in made for name, _ in route.places}

    def met(row: Mapping[str, Any] | None) -> bool:
        if row is None:
            return False
        if row["kind"] == "place":
            return str(row["name"]).casefold() in towns
        return any(_first_met(row, route, roads) is not None for route in made)

    told = tuple(one for one in weightiest(found) if met(spots.get((one.of.value, one.subject))))
    return {"since": found.since, "changed": told}


def _spot(road: Any, low: Any, high: Any) -> Mapping[str, Any]:
    """Give a spot or piece of a road as a row that a way can meet."""
    return {"kind": "piece", "road_id": road, "from_m": float(low) - 1.0, "to_m": float(high) + 1.0}


def _first_met(row: Mapping[str, Any], route: Route, roads: Mapping[str, Corridor]) -> float | None:
    """Give where a way first meets a section or a piece of road; null where it does not."""
    done = 0.0
    for span in route.spans:
        road = roads.get(span.road_id)
        if row["kind"] == "section":
            pieces = [] if road is None else road.unit_pieces(str(row["subject"]))
        else:
            pieces = [(float(row["from_m"]), float(row["to_m"]))] if row["road_id"] == span.road_id else []
        met = [
            min(abs(end - span.from_m) for end in (max(low, span.low_m), min(high, span.high_m)))
            for low, high in pieces
            if low < span.high_m and high > span.low_m
        ]
        if met:
            return done + min(met)
        done += span.length_m
    return None


def _degrees(line: Any, crs: Any) -> tuple[LonLat, ...]:
    """Give a line in degrees, to a decimetre; parts that do not touch are joined."""
    shape = gpd.GeoSeries([line], crs=crs).to_crs(WGS84).iloc[0]
    return tuple((round(x, 6), round(y, 6)) for x, y in shapely.get_coordinates(shape).tolist())


@dataclass(frozen=True, slots=True)
class _RateMarks:
    """The classes of rates along roads, each road estimated once, when it is first asked for."""

    study: Study
    roads: Mapping[str, Corridor]
    events: _TripEvents
    found: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def along(self, route: Route) -> tuple[TripPiece, ...]:
        """Give what is known along a way; seams between roads are as the piece before them."""
        out, at = list[TripPiece](), 0.0
        for span in route.spans:
            for low, high, mark in self._marks(span):
                out.append(TripPiece(at + low, at + high, mark))
            at += span.length_m
        # seams have a length too, which no span has
        scale = route.km * 1000 / at if at else 1.0
        return merged(replace(one, from_m=one.from_m * scale, to_m=one.to_m * scale) for one in out)

    def _marks(self, span: RoadSpan) -> Iterator[tuple[float, float, str]]:
        """Give pieces of a span in the direction of the way, in metres from its start.

        What is silent is what the text counts as silent, never a whole stretch: one report near its end breaks the
        silence of a stretch, and not that of its other kilometres.
        """
        heard = self.study.rates_by_road.heard_on(span)
        for part in heard if span.to_m >= span.from_m else heard[::-1]:
            ends = sorted((abs(part.from_m - span.from_m), abs(part.to_m - span.from_m)))
            mark = self._class(span.road_id, part) if not part.silent else "unobserved" if part.ever else "silent"
            yield ends[0], ends[1], mark

    def _class(self, road_id: str, part: HeardPiece) -> str:
        """Give the class of the stretch that a part of a road lies on."""
        road = self.roads[road_id]
        if road_id not in self.found:
            mine = road.corridor_id == self.study.corridor.corridor_id
            risk = (self.study if mine else replace(self.study, corridor=road)).risk
            self.found[road_id] = records(risk.drop(columns="geometry"))
        middle = (part.from_m + part.to_m) / 2
        row = next(one for one in self.found[road_id] if one["from_m"] <= middle <= one["to_m"])
        if row["info"] == Info.QUIET or not row["n_events"]:
            return "quiet"
        # Of a stretch that is silent as a whole, though not here, the last rate stands.
        rate = known(row["rate"] if row["info"] == Info.REPORTED else row["last_rate"])
        bands = self.study.risk_model.band_rates
        return "quiet" if rate is None else style.rate_class(1 + bisect_right(bands, rate)).key


def _posts(route: Route) -> tuple[TripPost, ...]:
    homeless = route.posts.anywhere_table
    table = route.posts.table
    if homeless is not None and len(homeless):
        table = pd.concat([table, homeless]) if len(table) else homeless
    if not len(table):
        return ()
    spots = table.geometry.to_crs(WGS84)
    out: dict[str, TripPost] = {}
    for row, spot in zip(records(table.drop(columns="geometry")), spots, strict=True):
        if row["counts_as"] not in _STANDS:
            continue
        low = known(row["low"])
        asked = () if low is None or not row["dated"] else (
            Asked(Per(row["per"]), str(row["currency"]), 1, low, known(row["high"])),
        )  # fmt: skip
        name = str(row["checkpoint_id"])
        if name in out:  # it asks by the trip and by the week: a row for each
            out[name] = replace(out[name], asked=(*out[name].asked, *asked))
            continue
        along, length = known(row["along_m"]), (known(row["to_m"]) or 0.0) - (known(row["from_m"]) or 0.0)
        exact = bool(row["exact"]) and spot is not None and spot.geom_type == "Point" and not spot.is_empty
        day, days = row["last_confirmed"], row["days_since"]
        out[name] = TripPost(
            name, along, None if along is None else min(along + abs(length), route.km * 1000), _word(row["place"]),
            _word(row["kind"]), _word(row["operator"]), _word(row["status"]), row["counts_as"] == "on", asked,
            known(row["waiting_lo_min"]), known(row["waiting_hi_min"]), _word(row["passable"]) or "unknown",
            None if pd.isna(day) else pd.Timestamp(day).date(), None if pd.isna(days) else int(days),
            tuple(split_names(row["sources"])), *((round(spot.x, 6), round(spot.y, 6)) if exact else (None, None)),
        )  # fmt: skip
    return tuple(out.values())


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _status(row: Mapping[str, Any], names: Mapping[str, str], *, near: bool) -> TripStatus:
    low, high = known(row["from_m"]), known(row["to_m"])
    road = None if low is None or high is None else TripRoad(
        names.get(str(row["road_id"]), str(row["road_id"])), low / 1000, high / 1000
    )  # fmt: skip
    day, age = row["as_of"], row["age_days"]
    return TripStatus(
        road, _word(row["name"]) or _word(row["place"]), asked=False, near=near, state=hardest(row),
        source=str(row["source"]), said_on=None if pd.isna(day) else pd.Timestamp(day).date(),
        age_days=None if pd.isna(age) else int(age), stale=bool(row["stale"]),
        contradicted=bool(_word(row["contradicted_by"])),
    )  # fmt: skip


def _closed(routes: Itinerary, names: Mapping[str, str]) -> tuple[TripStatus, ...]:
    """Give what is closed: what was asked and what cuts the way off first, then what the ways go around."""
    table = None if routes.study is None else routes.study.road_status
    said = {} if table is None else {str(row["status_id"]): row for row in records(table.drop(columns="geometry"))}
    found = list[tuple[int, TripStatus]]()
    for span, why in routes.closed:
        road = TripRoad(names.get(span.road_id, span.road_id), span.low_m / 1000, span.high_m / 1000)
        cuts, part = (span, why) in routes.cut_by, routes.roads.closed_part(span)
        less = span.length_m - part.length_m > _TOLD_M
        taken = TripRoad(road.road, part.low_m / 1000, part.high_m / 1000) if less else None
        if why == ASKED:
            found.append((0, TripStatus(road, "", asked=True, near=True, state=Passage.CLOSED, taken=taken)))
        elif why in said:
            near = cuts or (span, why) in routes.blocking
            found.append(
                (1 if cuts else 2 if near else 3, replace(_status(said[why], names, near=near), road=road, taken=taken))
            )
    return tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))


def _passages(route: Route) -> TripPassages | None:
    found = route.passages
    if found is None or not found.passages or found.hardly:
        return None
    rate = found.rate
    chance, low, high = (None,) * 3 if rate is None else (100 * one for one in (rate.chance, rate.lo95, rate.hi95))
    since = None if found.since is None else dt.date.fromisoformat(found.since)
    return TripPassages(
        *found.mostly, since, chance, low, high, partly=sum(found.short), partly_incidents=found.short[2],
        covered_km=found.covered_m / 1000, length_km=found.length_m / 1000,
    )  # fmt: skip


def _stops(route: Route, layers: Sequence[UserLayer], area: Area) -> tuple[TripStop, ...]:
    """Give the points of the user's layers near a way, in its order."""
    line, found = shapely.LineString(shapely.get_coordinates(route.geometry)), list[TripStop]()
    scale = route.km * 1000 / max(line.length, 1e-9)
    for layer in layers:
        table = layer.table.to_crs(area.crs)
        spots = table.geometry.representative_point()
        off = spots.distance(line).to_numpy()
        degrees = spots.to_crs(WGS84)
        for at in np.flatnonzero(off <= NEAR_M):
            cells = [table[column].iloc[at] for column in layer.columns]
            texts = [str(one) for one in cells if not pd.isna(one) and str(one).strip()]
            along = float(line.project(spots.iloc[at])) * scale
            found.append(
                TripStop(layer.title, texts[0] if texts else layer.title, tuple(texts[1:]), along, float(off[at]),
                         round(degrees.iloc[at].x, 6), round(degrees.iloc[at].y, 6), layer.source)
            )  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.along_m, one.name)))


def read_points(path: str | Path, area: Area) -> UserLayer:
    """Read points of your own for :func:`trip_page`: for whom to call, hospitals, night stops.

    Parameters
    ----------
    path
        A file that GDAL reads (GeoJSON, GeoPackage, KML, GPX …), or CSV with columns for latitude and longitude. A
        column ``name`` (``nom``, ``non``), else the first with words, names the points; up to three others are told.
    area
        Whose metric system is used.

    Raises
    ------
    DataError
        If it cannot be read or holds no points.
    """
    source = Path(path)
    columns = (
        {"X_POSSIBLE_NAMES": "lon*,lng,x", "Y_POSSIBLE_NAMES": "lat*,y"} if source.suffix.lower() == ".csv" else {}
    )
    try:
        table = pyogrio.read_dataframe(source, **columns)
    except (OSError, ValueError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        msg = f"{source} cannot be read as points: {error}"
        raise DataError(msg) from error
    if not isinstance(table, gpd.GeoDataFrame) or not len(table) or table.geometry.isna().all():
        msg = f"{source} holds no points: give GeoJSON, GeoPackage or KML, or CSV with columns lat and lon"
        raise DataError(msg)
    table = table[table.geometry.notna() & ~table.geometry.is_empty]
    table = (table.set_crs(WGS84) if table.crs is None else table).to_crs(area.crs)
    table = table.set_geometry(table.geometry.representative_point())
    words = [str(one) for one in table.columns if one != table.active_geometry_name and not _COORDINATE.match(str(one))]
    # the name first, and then what stands in the order of the file
    words.sort(key=lambda one: one.casefold() not in _NAMES)
    shown = [one for one in words if table[one].notna().any()][:_MOST_COLUMNS]
    return UserLayer(table, source.stem[:80] or "layer", "site", source=source.name[-200:], columns=shown)


_NAMES: Final = ("name", "nom", "non")
_COORDINATE: Final = re.compile(r"(?i)(lat|lon|lng|x$|y$|fid$|id$)")
_MOST_COLUMNS: Final = 4


def _sun(routes: Itinerary, area: Area, day: dt.date) -> Daylight | None:
    """Give daylight at the goal on the day of the answer; None where nobody goes there."""
    if not routes.routes:
        return None
    lon, lat = _degrees(routes.routes[0].geometry, routes.crs)[-1]
    return daylight(day, lat, lon, utc_offset=utc_offset_of(day, area.timezone))


def _hours(routes: Itinerary, sun: Daylight | None) -> tuple[TripHours, ...]:
    if sun is None:
        return ()
    leaves = routes.departure
    return tuple(
        TripHours(
            departures(sun, one.time_hi_min, curfew=routes.curfew),
            None if leaves is None else arrival(leaves, one.time_lo_min, one.time_hi_min),
        )
        for one in routes.routes
    )

"""Movements on roads in a table of one's own: when, from where to where, and how each ended."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from artimap.areas.area import Area
from artimap.areas.gazetteer.resolve import Reading, resolve
from artimap.areas.road_network import AreaRoads, area_roads
from artimap.core.errors import CorridorError
from artimap.core.schema import TEXT
from artimap.core.vehicles import vehicle_of_words
from artimap.core.vocab import Outcome, Sensitivity, Where
from artimap.roads.routing.router import Router, Spot
from artimap.roads.routing.spans import RoadSpan
from artimap.roads.routing.ways import way_text
from artimap.sources.columns import read_days
from artimap.sources.forms import MOVEMENTS_FORM, of_incidents, without_notes
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import Raw
from artimap.sources.reader import Reader, Terms, known_columns
from artimap.sources.result import ClaimColumns, ParsedRows, empty_geometry, event_ids, resolved_rows
from artimap.sources.road_places import spans_of

_CLEAR: Final = 1.25
_CLEAR_NAMED: Final = 1.1
"""A way is clear where every other is longer by more than this; by less, where the table names towns on it."""
_SURE: Final = 0.85
_STUB_M: Final = 300.0
"""So far a way goes into a town beside the road and out again: no piece of its own."""
_BESIDE_M: Final = 3_000.0
"""A town within this distance of the roads lies on them."""


def recognise(columns: Sequence[str]) -> float:
    """Tell whether the columns are those of movements: a day, an outcome, and a way."""
    found = MOVEMENTS_FORM.fields_of(columns) if len(columns) <= 200 else {}
    way = {"from", "to"} <= set(found) or "from_km" in found
    return 0.85 if {"date", "outcome"} <= set(found) and way and not of_incidents(columns) else 0.0


def read(raw: Raw, area: Area, problems: Problems) -> ParsedRows:
    """Read a table of movements as MOVEMENTS.

    A way is laid on the road where its two ends tell which piece; over several roads where no other way is nearly as
    short, or the table names towns on it. What is not clear is not laid, and told.
    """
    filled = MOVEMENTS_FORM.filled(raw)
    rows = len(raw.cells)
    days = read_days(filled.text("date"), problems, name=filled.called("date"), required=True)
    outcome = filled.coded("outcome", problems, Outcome, "is not passed, turned_back or incident")
    empty = filled.text("outcome").isna().to_numpy(dtype=bool)
    problems.mark(empty, column=filled.called("outcome"), why="is empty", fix="say how it ended")
    start, stop, road, via = (filled.text(name) for name in ("from", "to", "road", "via"))
    spans = spans_of(filled, area, problems)
    ways = "between " + start + " and " + stop
    ways = ways.where(road.isna(), ways + " on " + road)
    open_ = ways.notna().to_numpy(dtype=bool) & ~problems.bad & np.array([one is None for one in spans], dtype=bool)
    asked = open_ & via.isna().to_numpy(dtype=bool)
    read_ways = resolved_rows(ways, asked, lambda text: resolve(area, text))
    laid: list[tuple[str | None, float | None, float | None]] = [(None, None, None)] * rows
    several: list[str | None] = [None] * rows
    geometry = empty_geometry(rows)
    readings: dict[int, Reading] = {}
    for at, span in enumerate(spans):
        if span is not None:
            corridor, low, high = span
            laid[at] = (corridor.corridor_id, low, high)
            geometry[at] = corridor.piece(low, high) if high > low else corridor.point_at(low)
    for at, reading in read_ways.items():
        readings[at] = reading
        if reading.kind is Where.STRETCH and not reading.ambiguous:
            laid[at] = (reading.corridor_id, reading.from_m, reading.to_m)
            geometry[at] = reading.geometry
    network: _Network | None = None
    for at in np.flatnonzero(open_).tolist():
        if laid[at][0] is None:
            network = network or _Network(area)
            given = (str(start.iloc[at]), *towns_of(via.iloc[at]), str(stop.iloc[at]))
            way = network.way(given, None if pd.isna(road.iloc[at]) else str(road.iloc[at]))
            if len(way) == 1:
                laid[at] = (way[0].road_id, way[0].low_m, way[0].high_m)
            elif way:
                several[at] = way_text(way)
            if way:
                geometry[at] = network.line(way)
    lost = sum(laid[at][0] is None and several[at] is None for at in np.flatnonzero(~problems.bad).tolist())
    vehicle = filled.text("vehicle").map(vehicle_of_words, na_action="ignore").astype(TEXT)
    notes = [f"not used: {', '.join(filled.unused[:20])}"] if filled.unused else []
    if lost:
        notes.append(
            f"{lost} movements are on no known way, or on one of several: they count in no rate until the table names "
            "towns on the way (via) or kilometres"
        )
    source = filled.text("source").fillna(raw.name)
    return ParsedRows(
        columns={
            "movement_id": event_ids(raw, problems, prefix="movement-", column=None),
            "date": days.days,
            "from": start,
            "to": stop,
            "road_id": pd.Series([one[0] for one in laid], dtype=TEXT),
            "from_m": pd.Series([one[1] for one in laid], dtype="float64"),
            "to_m": pd.Series([one[2] for one in laid], dtype="float64"),
            "via": pd.Series(["; ".join(towns_of(one)) or None for one in via], dtype=TEXT),
            "spans": pd.Series(several, dtype=TEXT),
            "vehicle": vehicle,
            "outcome": outcome,
            "source": source,
            "note": filled.text("note"),
            # Where one's own people travel is nobody else's to know.
            "sensitivity": filled.coded("sensitivity", problems, Sensitivity, "is not a known step").fillna(
                Sensitivity.HIGH.value
            ),
        },
        geometry=geometry,
        said=ClaimColumns(source=source, reported=days.days),
        version="table of movements",
        notes=(*notes, *((days.note,) if days.note else ())),
        readings=readings,
        table="MOVEMENTS",
    )


def towns_of(cell: object) -> list[str]:
    """Give the towns that a cell names.

    >>> towns_of("Pont-Sondé; Dessalines"), towns_of(None)
    (['Pont-Sondé', 'Dessalines'], [])
    """
    return [one.strip() for one in re.split(r"[;,/]", cell) if one.strip()] if isinstance(cell, str) else []


def _joined(pieces: Iterable[RoadSpan]) -> list[RoadSpan]:
    """Join the pieces of a way that go on along a road; stubs into towns are left out."""
    out: list[RoadSpan] = []
    for one in pieces:
        last = out[-1] if out else None
        if one.length_m < _STUB_M:
            continue
        onward = last is not None and (last.to_m > last.from_m) == (one.to_m > one.from_m)
        if last is not None and onward and last.road_id == one.road_id and abs(last.to_m - one.from_m) < _STUB_M:
            out[-1] = last._replace(to_m=one.to_m)
        else:
            out.append(one)
    return out


class _Network:
    """The roads of an area, on which ways are laid; each way once."""

    def __init__(self, area: Area) -> None:
        self.area = area
        self.done: dict[tuple[tuple[str, ...], str | None], tuple[RoadSpan, ...]] = {}
        self.spots: dict[str, Spot | None] = {}
        self.roads: AreaRoads | None = None
        with suppress(CorridorError):  # on roads without kilometres nothing is laid
            self.roads = area_roads(area)

    def way(self, stops: tuple[str, ...], road: str | None) -> tuple[RoadSpan, ...]:
        """Give the pieces of the clear way by some towns, over a road where one is named; empty where none is clear."""
        if (stops, road) not in self.done:
            self.done[stops, road] = self._way(stops, road)
        return self.done[stops, road]

    def _way(self, stops: tuple[str, ...], road: str | None) -> tuple[RoadSpan, ...]:
        if self.roads is None:
            return ()
        router, out = Router(self.roads.network), list[RoadSpan]()
        for start, stop in pairwise([self.spot(one) for one in stops]):
            if start is None or stop is None:
                return ()
            found = router.replacements(start, stop, self.roads.network.length_m)
            clear = _CLEAR if len(stops) == 2 else _CLEAR_NAMED
            if found is None or bool((found.cost <= clear * found.path.costs[0]).any()):
                return ()
            out += self.roads.spans(found.path)
        out = _joined(out)
        asked = re.sub(r"[^a-z0-9]", "", road.lower()) if road else ""
        return tuple(out) if not asked or asked in {one.road_id.replace("-", "") for one in out} else ()

    def spot(self, name: str) -> Spot | None:
        """Give where on the roads a town lies; null where that is not known or not one place."""
        if name not in self.spots:
            self.spots[name] = None
            reading = resolve(self.area, name)
            # A way leads to a town: units of the same name are no other end of it.
            towns = [one for one in reading.candidates if one.where is Where.PLACE and one.score >= _SURE]
            sure = reading.kind in (Where.PLACE, Where.POINT) and (not reading.ambiguous or len(towns) == 1)
            if self.roads is not None and sure:
                point = shapely.get_coordinates(shapely.centroid(reading.geometry))
                row = self.roads.network.snap(point, max_offset_m=_BESIDE_M).iloc[0]
                if pd.notna(row["edge"]):
                    self.spots[name] = Spot(int(row["edge"]), float(row["offset_m"]))
        return self.spots[name]

    def line(self, way: Sequence[RoadSpan]) -> Any:
        """Give the line of a way, as the lines of its pieces."""
        roads = {} if self.roads is None else self.roads.corridors
        lines = [roads[one.road_id].piece(one.low_m, one.high_m) for one in way]
        return lines[0] if len(lines) == 1 else shapely.MultiLineString(shapely.get_parts(lines).tolist())


READER: Final = Reader(
    "own_movements",
    "a table of movements and how each ended",
    recognise,
    known_columns(read),
    Terms("own report"),
    table="MOVEMENTS",
    prepare=without_notes,
)

"""Movements on a road in a table of one's own: when, from where to where, and how each ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from artimap.areas.area import Area
from artimap.areas.gazetteer.resolve import Reading, resolve
from artimap.core.schema import TEXT
from artimap.core.vehicles import vehicle_of_words
from artimap.core.vocab import Outcome, Sensitivity, Where
from artimap.sources.columns import read_days
from artimap.sources.forms import MOVEMENTS_FORM, of_incidents, without_notes
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import Raw
from artimap.sources.reader import Reader, Terms, known_columns
from artimap.sources.result import ClaimColumns, ParsedRows, empty_geometry, event_ids, resolved_rows
from artimap.sources.road_places import spans_of


def recognise(columns: Sequence[str]) -> float:
    """Tell whether the columns are those of movements: a day, an outcome, and a way."""
    found = MOVEMENTS_FORM.fields_of(columns) if len(columns) <= 200 else {}
    way = {"from", "to"} <= set(found) or "from_km" in found
    return 0.85 if {"date", "outcome"} <= set(found) and way and not of_incidents(columns) else 0.0


def read(raw: Raw, area: Area, problems: Problems) -> ParsedRows:
    """Read a table of movements as MOVEMENTS; the way is laid on the road where its two ends tell which piece."""
    filled = MOVEMENTS_FORM.filled(raw)
    rows = len(raw.cells)
    days = read_days(filled.text("date"), problems, name=filled.called("date"), required=True)
    outcome = filled.coded("outcome", problems, Outcome, "is not passed, turned_back or incident")
    empty = filled.text("outcome").isna().to_numpy(dtype=bool)
    problems.mark(empty, column=filled.called("outcome"), why="is empty", fix="say how it ended")
    start, stop, road = (filled.text(name) for name in ("from", "to", "road"))
    spans = spans_of(filled, area, problems)
    ways = "between " + start + " and " + stop
    ways = ways.where(road.isna(), ways + " on " + road)
    asked = ways.notna().to_numpy(dtype=bool) & ~problems.bad & np.array([one is None for one in spans], dtype=bool)
    read_ways = resolved_rows(ways, asked, lambda text: resolve(area, text))
    laid: list[tuple[str | None, float | None, float | None]] = [(None, None, None)] * rows
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
    vehicle = filled.text("vehicle").map(vehicle_of_words, na_action="ignore").astype(TEXT)
    notes = [f"not used: {', '.join(filled.unused[:20])}"] if filled.unused else []
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


READER: Final = Reader(
    "own_movements",
    "a table of movements and how each ended",
    recognise,
    known_columns(read),
    Terms("own report"),
    table="MOVEMENTS",
    prepare=without_notes,
)

"""A table of one's own of the state of roads, bridges and crossings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from artimap.areas.area import Area
from artimap.core.arrays import Bools
from artimap.core.schema import TEXT
from artimap.core.vehicles import vehicle_of_words
from artimap.core.vocab import Party, Passage, RoadPart, Sensitivity
from artimap.sources.columns import numbers_of, present, read_days
from artimap.sources.forms import POST_WORDS, ROAD_STATUS_FORM, heading_words, of_incidents, without_notes
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import Raw
from artimap.sources.reader import Reader, Terms, known_columns
from artimap.sources.result import ClaimColumns, ParsedRows, event_ids
from artimap.sources.road_places import placed_on_roads

_STATED: Final = frozenset({"physical", "security", "operational"})
_ROADS: Final = frozenset({"route", "routes", "road", "roads", "wout", "pont", "bridge", "axe"})
_NEAR_M: Final = 2_000.0


def recognise(columns: Sequence[str]) -> float:
    """Tell whether the columns are those of statuses: a day, a place, and an account of the road."""
    parts = heading_words(columns)
    posts = any(one & POST_WORDS for one in parts)
    if len(columns) > 200 or posts or of_incidents(columns):
        return 0.0
    found = ROAD_STATUS_FORM.fields_of(columns)
    accounts = _STATED & set(found)
    if "as_of" not in found or not accounts or not {"place", "from_km", "lat", "osmid"} & set(found):
        return 0.0
    # "Status" alone may be of anything: a heading of ours, a second account or a word for a road says of what.
    sure = {found[one] for one in accounts} & _STATED or len(accounts) > 1 or any(one & _ROADS for one in parts)
    return 0.85 if sure or any("[" in found[one] for one in accounts) else 0.0


def read(raw: Raw, area: Area, problems: Problems) -> ParsedRows:
    """Read a table of statuses of one's own as ROAD_STATUS."""
    filled = ROAD_STATUS_FORM.filled(raw)
    notes = [f"not used: {', '.join(filled.unused[:20])}"] if filled.unused else []
    days = {
        name: read_days(filled.text(name), problems, name=filled.called(name), required=name == "as_of")
        for name in ("as_of", "reported")
    }
    notes += [one.note for one in days.values() if one.note]
    reliability = filled.text("reliability")
    wrong: Bools = (reliability.notna() & ~reliability.isin(list("01234"))).to_numpy(dtype=bool)
    problems.mark(
        wrong, column=filled.called("reliability"), why="is no step from 0 to 4", fix="write 0, 1, 2, 3 or 4",
        cells=reliability,
    )  # fmt: skip
    lead = numbers_of(present(filled.text("lead_time_days")))[0]
    accounts = {
        name: filled.coded(name, problems, Passage, "is no known state").fillna(Passage.UNKNOWN.value)
        for name in ("physical", "security", "operational")
    }
    placed = placed_on_roads(filled, area, problems, near_m=_NEAR_M)
    source = filled.text("source").fillna(raw.name)
    return ParsedRows(
        columns={
            "status_id": event_ids(raw, problems, prefix="status-", column=None),
            "part": filled.coded("part", problems, RoadPart, "is no road, bridge or crossing").fillna(
                RoadPart.ROAD.value
            ),
            "name": filled.text("name"),
            "place": filled.text("place"),
            "corridor_id": placed.road,
            "road_id": placed.road,
            "from_m": placed.from_m,
            "to_m": placed.to_m,
            "osmid": filled.text("osmid"),
            "vehicle": filled.text("vehicle").map(vehicle_of_words, na_action="ignore").astype(TEXT),
            **accounts,
            "reliability": numbers_of(reliability.where(~pd.Series(wrong)))[0],
            "as_of": days["as_of"].days,
            "reported": days["reported"].days.fillna(days["as_of"].days),
            "source": source,
            "why": filled.text("note"),
            "lead_time_days": lead.where(np.isfinite(lead)),
            "sensitivity": filled.coded("sensitivity", problems, Sensitivity, "is not a known step").fillna(
                Sensitivity.MODERATE.value
            ),
        },
        geometry=placed.geometry,
        said=ClaimColumns(
            source=source,
            claimant=filled.text("said_by"),
            party=filled.coded("is_party", problems, Party, "is not yes, no or unknown"),
            reported=days["reported"].days.fillna(days["as_of"].days),
            url=filled.text("url"),
        ),
        version="table of road statuses",
        notes=(*notes, *placed.notes),
        readings=placed.readings,
        table="ROAD_STATUS",
    )


READER: Final = Reader(
    "own_road_status",
    "a table of road statuses",
    recognise,
    known_columns(read),
    Terms("own report"),
    table="ROAD_STATUS",
    prepare=without_notes,
)

"""A user's own reports: the CSV template, and reading it back without losing a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from artimap.areas.area import Area
from artimap.core.files import table_csv
from artimap.core.vocab import EventKind, Lang, Sensitivity
from artimap.sources.actors import read_actors
from artimap.sources.columns import read_days, read_party, read_steps
from artimap.sources.forms import EVENTS_FORM, without_notes
from artimap.sources.georeference import Hints, place
from artimap.sources.licences import OWN
from artimap.sources.people_counts import read_figures
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import Raw
from artimap.sources.reader import Reader, Terms, known_columns
from artimap.sources.result import ClaimColumns, ParsedRows, Read, event_ids

COLUMNS: Final = EVENTS_FORM.names
"""Columns of the template."""

_FIGURES = ("killed", "injured", "abducted", "displaced")


def template_csv(lang: str = Lang.EN) -> str:
    """Give the empty template as CSV text; lines that start with ``#`` are notes, and reading skips them."""
    return EVENTS_FORM.to_csv(lang)


def recognise(columns: Sequence[str]) -> float:
    """Tell whether the columns are those of artimap's template, in any of its languages."""
    ours = EVENTS_FORM.fields_of(columns, by_hand=False)
    # A table with many columns of its own is no template, though it may have these.
    if not {one.name for one in EVENTS_FORM.columns if one.needed} <= set(ours) or len(ours) < 0.8 * len(columns):
        return 0.0
    return min(1.0, 0.6 + 0.4 * len(ours) / len(COLUMNS))


def read(raw: Raw, area: Area, problems: Problems) -> ParsedRows:
    """Read the rows of the template. It is strict: days, kinds and steps as the template has them.

    Raises
    ------
    SchemaError
        If a needed column is missing.
    """
    filled = EVENTS_FORM.filled(raw, by_hand=False)
    # A column that is left out is as good as one that is empty.
    text = {name: filled.text(name) for name in COLUMNS}
    called = filled.called
    for one in EVENTS_FORM.columns:
        if one.needed:
            empty = text[one.name].isna().to_numpy(dtype=bool)
            problems.mark(empty, column=called(one.name), why="is empty", fix="it must have a value")
    days = {
        name: read_days(text[name], problems, name=called(name), uniform=True)
        for name in ("date", "date_end", "reported")
    }
    date, end = days["date"].days, days["date_end"].days
    early = (end < date).to_numpy(dtype=bool)
    problems.mark(
        early, column=called("date_end"), why="lies before date", fix="swap the two days", cells=text["date_end"]
    )  # fmt: skip
    # Words must be those of the list here: the template names them all, so another word is a mistake
    # and no other spelling.
    kind = filled.coded("kind", problems, EventKind, "is not a known kind")
    figures = {name: read_figures(text[name], problems, name=called(name)) for name in _FIGURES}
    party = read_party(text["is_party"], problems, name=called("is_party"))
    sensitivity = read_steps(text["sensitivity"], problems, name=called("sensitivity"))
    rows = len(raw.cells)
    placed = place(problems, area=area, precision=pd.Series(np.full(rows, 1)), hints=Hints(words=text["place"]))
    actors, actor_notes = read_actors(text["actors"], area)
    said = (*actor_notes, *(day.note for day in days.values()), *(one.note for one in figures.values()))
    killed = figures.pop("killed")
    return ParsedRows(
        columns={
            # Made of the row's cells: the same file read again gives the same ids.
            "event_id": event_ids(raw, problems, prefix="own-", column=None),
            "date_start": date,
            "date_end": end.fillna(date),
            "date_precision": 1,
            "kind": kind,
            "actors": actors,
            "killed_low": killed.low,
            "killed_best": killed.best,
            "killed_high": killed.high,
            **{name: one.best for name, one in figures.items()},
            "sensitivity": sensitivity.fillna(Sensitivity.MODERATE.value),
            "summary": text["summary"],
            **placed.columns,
        },
        geometry=placed.geometry,
        said=ClaimColumns(
            source=text["source"],
            claimant=text["said_by"],
            party=party,
            reported=days["reported"].days,
            url=text["url"],
        ),
        version="artimap template",
        notes=tuple(note for note in said if note),
        readings=placed.readings,
    )


def quarantine_csv(read: Read) -> str:
    """Give the quarantined rows as CSV text; cells that a spreadsheet would run are defused."""
    return table_csv(read.quarantine)


READER: Final = Reader(
    "template",
    "artimap's own template",
    recognise,
    known_columns(read),
    Terms(OWN),
    prepare=without_notes,
)

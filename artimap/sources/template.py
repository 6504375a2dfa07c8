"""A user's own reports: the CSV template, and reading it back without losing a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from artimap.areas.area import Area
from artimap.core.files import table_csv
from artimap.core.vocab import EventKind, Sensitivity
from artimap.sources.actors import read_actors
from artimap.sources.columns import read_days, read_party, read_steps
from artimap.sources.georeference import Hints, place
from artimap.sources.licences import OWN
from artimap.sources.people_counts import read_figures
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import Raw, as_text, folded
from artimap.sources.reader import Reader, Terms, known_columns
from artimap.sources.result import ClaimColumns, ParsedRows, Read, event_ids, require_columns

COLUMNS: dict[str, str] = {
    "date": "day it happened, YYYY-MM-DD",
    "date_end": "last day, if it went on longer",
    "place": "the place in words, as it was told",
    "kind": "one of the kinds listed below",
    "actors": "who, joined by ; (groups and forces only, never a private person)",
    "killed": "number, or words such as at least 4; empty if not said, 0 only if said to be none",
    "injured": "number, or empty",
    "abducted": "number, or empty",
    "displaced": "number, or empty",
    "source": "where it was published or heard",
    "said_by": "who says so (a role, not a name)",
    "is_party": "is that a party to the events? yes, no or unknown",
    "reported": "day of the report, YYYY-MM-DD",
    "url": "link, if there is one",
    "sensitivity": "low, moderate, high or severe",
    "summary": "one sentence in your own words",
}
"""Columns of the template and what belongs in each."""

_NEEDED = ("date", "place", "kind", "source")
_FIGURES = ("killed", "injured", "abducted", "displaced")


def csv_template(columns: Mapping[str, str], words: str, example: Mapping[str, str]) -> str:
    """Give a template as CSV text: the header, a line that explains it, the known words, an example.

    Parameters
    ----------
    columns
        What belongs in each column.
    words
        The line that lists known words.
    example
        Cells by column.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    first, *others = columns.values()
    # The first cell begins with #, so that reading skips the line.
    writer.writerow([f"# {first}", *others])
    writer.writerow([words])
    writer.writerow([example.get(name, "") for name in columns])
    return out.getvalue()


def template_csv() -> str:
    """Give the empty template as CSV text: a header, one line that explains it, one example.

    The lines that start with ``#`` are notes; reading skips them.
    """
    example = {
        "date": "# 2024-10-03",
        "place": "between Saint-Marc and Pont-Sondé on RN1",
        "kind": "road_ambush",
        "actors": "unnamed armed group",
        "killed": "",
        "injured": "2",
        "source": "telephone call",
        "said_by": "driver of a goods truck",
        "is_party": "no",
        "reported": "2024-10-03",
        "sensitivity": "moderate",
        "summary": "Truck stopped by armed men; two people hurt (example: delete the # to use the line).",
    }
    return csv_template(COLUMNS, "# kinds: " + " | ".join(kind.value for kind in EventKind), example)


def recognise(columns: Sequence[str]) -> float:
    """Tell whether the columns are those of artimap's template."""
    names = {folded(name) for name in columns}
    ours = names & set(COLUMNS)
    # A table with many columns of its own is no template, though it may have these.
    if not set(_NEEDED) <= names or len(ours) < 0.8 * len(names):
        return 0.0
    return min(1.0, 0.6 + 0.4 * len(ours) / len(COLUMNS))


def without_notes(raw: Raw) -> Raw:
    """Take out the lines that start with ``#``: they are notes, not rows."""
    if not len(raw.cells) or not raw.columns:
        return raw
    first = as_text(raw.cells[raw.columns[0]])
    note = first.str.startswith("#").fillna(value=False).to_numpy(dtype=bool)
    if not note.any():
        return raw
    # Positions of damaged rows move up with the rows.
    moved = np.cumsum(~note) - 1
    damaged = {int(moved[row]): why for row, why in raw.damaged.items() if not note[row]}
    return replace(raw, cells=raw.cells[~note].reset_index(drop=True), damaged=damaged)


def read(raw: Raw, area: Area, problems: Problems) -> ParsedRows:
    """Read the rows of the template. It is strict: days, kinds and steps as the template has them.

    Raises
    ------
    SchemaError
        If a needed column is missing.
    """
    named = require_columns(raw, _NEEDED, fix="add the column (artimap template events shows all)")
    # A column that is left out is as good as one that is empty.
    text = {name: raw.text(named.get(name)) for name in COLUMNS}
    for name in _NEEDED:
        problems.mark(text[name].isna().to_numpy(dtype=bool), column=name, why="is empty", fix="it must have a value")
    days = {name: read_days(text[name], problems, name=name, uniform=True) for name in ("date", "date_end", "reported")}
    date, end = days["date"].days, days["date_end"].days
    early = (end < date).to_numpy(dtype=bool)
    problems.mark(early, column="date_end", why="lies before date", fix="swap the two days", cells=text["date_end"])
    # Words must be those of the list here: the template names them all, so another word is a mistake
    # and no other spelling.
    kind = _words(text["kind"], problems, "kind", [one.value for one in EventKind], "is not a known kind")
    figures = {name: read_figures(text[name], problems, name=name) for name in _FIGURES}
    party = read_party(text["is_party"], problems, name="is_party")
    sensitivity = read_steps(text["sensitivity"], problems, name="sensitivity")
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


def _words(texts: pd.Series, problems: Problems, name: str, allowed: list[str], why: str) -> pd.Series:
    low = texts.str.lower()
    wrong = (low.notna() & ~low.isin(allowed)).to_numpy(dtype=bool)
    problems.mark(wrong, column=name, why=why, fix="use one of " + ", ".join(allowed), cells=texts)
    return low.mask(wrong)


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

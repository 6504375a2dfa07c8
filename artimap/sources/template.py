"""A user's own reports: the CSV template, and reading it back without losing a row."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd

from artimap import schema
from artimap.area import Area
from artimap.errors import Breach, DataError, SchemaError
from artimap.gazetteer import Reading, resolve
from artimap.sources.placing import place_rows
from artimap.vocab import About, EventKind, Party, Predicate, Record, Sensitivity, Where

COLUMNS: dict[str, str] = {
    "date": "day it happened, YYYY-MM-DD",
    "date_end": "last day, if it went on longer",
    "place": "the place in words, as it was told",
    "kind": "one of the kinds listed below",
    "actors": "who, joined by ; (groups and forces only, never a private person)",
    "killed": "number; empty if not said, 0 only if said to be none",
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
_NUMBERS = ("killed", "injured", "abducted", "displaced")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class TemplateRead:
    """What a template file held: accepted rows + quarantined rows = rows read.

    Attributes
    ----------
    events
        EVENTS of the accepted rows, in the area's system.
    claims
        CLAIMS of the accepted rows: each is one statement by its source.
    quarantine
        The rejected rows as they were, with a column ``why``.
    breaches
        Everything that is wrong, row by row (row 1 is the first after the header).
    readings
        How each accepted row's place was read, by event id.
    rows
        Number of rows read.
    """

    events: gpd.GeoDataFrame
    claims: pd.DataFrame
    quarantine: pd.DataFrame
    breaches: tuple[Breach, ...]
    readings: dict[str, Reading] = field(repr=False)
    rows: int


def template_csv() -> str:
    """Give the empty template as CSV text: a header, one line that explains it, one example.

    The lines that start with ``#`` are notes; reading skips them.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerow([f"# {COLUMNS['date']}", *list(COLUMNS.values())[1:]])
    writer.writerow(["# kinds: " + " | ".join(kind.value for kind in EventKind)])
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
    writer.writerow([example.get(name, "") for name in COLUMNS])
    return out.getvalue()


def _text_of(path: Path) -> str:
    if not path.is_file():
        msg = f"{path} is not there; write a template with: artimap template events -o {path}"
        raise DataError(msg)
    if path.stat().st_size > _MOST_BYTES:
        msg = f"{path} is larger than {_MOST_BYTES // 2**20} MB, too large for a hand-made table of reports"
        raise DataError(msg)
    raw = path.read_bytes()
    if b"\x00" in raw:
        msg = f"{path} is not a text file; save the table as CSV (UTF-8)"
        raise DataError(msg)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _read_rows(path: Path) -> pd.DataFrame:
    text = _text_of(path)
    first = text.split("\n", 1)[0]
    mark = max(",;\t", key=first.count)
    csv.field_size_limit(1_000_000)
    try:
        rows = [
            row
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark)
            if any(cell.strip() for cell in row)
        ]
    except csv.Error as error:
        msg = f"{path} cannot be read as CSV ({error}); save the table again as CSV (UTF-8)"
        raise DataError(msg) from error
    if not rows:
        msg = f"{path} is empty; write a template with: artimap template events"
        raise DataError(msg)
    header = [cell.strip().lower() for cell in rows[0]]
    body = [row for row in rows[1:] if not row[0].lstrip().startswith("#")]
    missing = [name for name in _NEEDED if name not in header]
    if missing:
        why = [
            Breach("", name, "", "is missing", "add the column (artimap template events shows all)") for name in missing
        ]
        raise SchemaError(path.name, why)
    width = len(header)
    padded = [(row + [""] * width)[:width] for row in body]
    table = pd.DataFrame(padded, columns=header, dtype=schema.TEXT)
    table = table.loc[:, ~table.columns.duplicated()]
    for name in COLUMNS:
        if name not in table.columns:
            table[name] = pd.Series([""] * len(table), dtype=schema.TEXT)
    cut = [
        str(position + 1)
        for position, row in enumerate(body)
        if len(row) > width and any(cell.strip() for cell in row[width:])
    ]
    table.attrs["cut"] = cut
    return table


def _records(table: pd.DataFrame) -> list[dict[str, str]]:
    return [{str(name): str(cell) for name, cell in row.items()} for row in table.to_dict("records")]


def _problems(table: pd.DataFrame) -> list[Breach]:
    found = [
        Breach(row, "", "", "has more cells than the header", "quote cells that hold the separator")
        for row in table.attrs.get("cut", [])
    ]
    days = {
        name: pd.to_datetime(table[name].where(table[name] != ""), format="%Y-%m-%d", errors="coerce")
        for name in ("date", "date_end", "reported")
    }
    kinds = {kind.value for kind in EventKind}
    parties, steps = {party.value for party in Party}, {step.value for step in Sensitivity}
    for position, row in enumerate(_records(table)):
        label = str(position + 1)
        found += [
            Breach(label, name, "", "is empty", "it must have a value") for name in _NEEDED if not row[name].strip()
        ]
        for name, read in days.items():
            if row[name].strip() and pd.isna(read.iloc[position]):
                found.append(Breach(label, name, row[name], "is not a day", "write it as YYYY-MM-DD"))
        if days["date_end"].iloc[position] < days["date"].iloc[position]:  # false where either is missing
            found.append(Breach(label, "date_end", row["date_end"], "lies before date", "swap the two days"))
        if row["kind"].strip() and row["kind"].strip().lower() not in kinds:
            found.append(
                Breach(label, "kind", row["kind"], "is not a known kind", "use one of " + ", ".join(sorted(kinds)))
            )
        for name in _NUMBERS:
            if row[name].strip() and not row[name].strip().isdigit():
                fix = "write a whole number, or leave it empty where it is not said"
                found.append(Breach(label, name, row[name], "is not a number", fix))
        if row["is_party"].strip() and row["is_party"].strip().lower() not in parties:
            found.append(
                Breach(label, "is_party", row["is_party"], "is not yes, no or unknown", "write yes, no or unknown")
            )
        if row["sensitivity"].strip() and row["sensitivity"].strip().lower() not in steps:
            fix = "write low, moderate, high or severe"
            found.append(Breach(label, "sensitivity", row["sensitivity"], "is not a known step", fix))
    return found


def _event_id(row: dict[str, str], position: int) -> str:
    said = "|".join([row["date"], row["place"], row["kind"], row["source"], row["summary"], str(position)])
    return f"own-{row['date']}-{hashlib.sha256(said.encode()).hexdigest()[:8]}"


def _or_null(value: str) -> str | None:
    return value.strip() or None


def read_template(area: Area, path: Path) -> TemplateRead:
    """Read a user's reports from the CSV template.

    Parameters
    ----------
    area
        The area in which places are looked up.
    path
        The file: commas, semicolons or tabs; UTF-8 or Windows-1252. Lines that start with
        ``#`` are notes.

    Returns
    -------
    TemplateRead
        Accepted rows as events and claims, the others in quarantine with every reason.
        A row whose place is not known is accepted and placed nowhere: it stands in the
        margin of the products.

    Raises
    ------
    DataError
        If the file is absent or no CSV.
    SchemaError
        If a needed column is missing.
    """
    table = _read_rows(path)
    breaches = _problems(table)
    bad: dict[int, list[str]] = {}
    for breach in breaches:
        bad.setdefault(int(breach.row) - 1, []).append(
            f"{breach.column}: {breach.why}" if breach.column else breach.why
        )
    quarantine = table.iloc[sorted(bad)].copy()
    quarantine["why"] = pd.Series(
        ["; ".join(bad[row]) for row in sorted(bad)], index=quarantine.index, dtype=schema.TEXT
    )
    events: list[dict[str, object]] = []
    claims: list[dict[str, object]] = []
    readings: dict[str, Reading] = {}
    for position, row in enumerate(_records(table)):
        if position in bad:
            continue
        event_id = _event_id(row, position)
        reading = resolve(area, row["place"])
        readings[event_id] = reading
        events.append(_event(row, event_id, reading))
        claims += _claims(row, event_id)
    columns = [name for name in schema.EVENTS.names if name != "geometry"]
    placed = place_rows(pd.DataFrame(events, columns=columns), area)
    return TemplateRead(
        events=schema.conform(placed, schema.EVENTS),
        claims=schema.conform(pd.DataFrame(claims, columns=list(schema.CLAIMS.names)), schema.CLAIMS),
        quarantine=quarantine,
        breaches=tuple(breaches),
        readings=readings,
        rows=len(table),
    )


def _event(row: dict[str, str], event_id: str, reading: Reading) -> dict[str, object]:
    # an ambiguous name gets no place of its own choosing: it goes to the margin until it is made clear
    kind = Where.NOWHERE if reading.ambiguous else reading.kind
    killed = _or_null(row["killed"])
    return {
        "event_id": event_id,
        "record": Record.EVENT,
        "date_start": row["date"],
        "date_end": _or_null(row["date_end"]) or row["date"],
        "date_precision": 1,
        "kind": row["kind"].strip().lower(),
        "actors": schema.join_names(row["actors"].split(";")),
        "killed_low": killed,
        "killed_best": killed,
        "killed_high": killed,
        "alleged_gang_dead": "no",
        "injured": _or_null(row["injured"]),
        "abducted": _or_null(row["abducted"]),
        "displaced": _or_null(row["displaced"]),
        "place": row["place"],
        "place_kind": kind,
        "place_id": reading.place_id if kind is not Where.NOWHERE else None,
        "pcode": reading.pcode if kind is not Where.NOWHERE else None,
        "road_id": reading.corridor_id,
        "from_m": reading.from_m,
        "to_m": reading.to_m,
        "radius_m": None,
        "geo_precision": reading.geo_precision if kind is not Where.NOWHERE else 3,
        "n_claims": 1,
        "n_sources": 1,
        "sensitivity": _or_null(row["sensitivity"].lower()) or Sensitivity.MODERATE,
        "licence": "own report",
        "summary": _or_null(row["summary"]),
    }


def _claims(row: dict[str, str], event_id: str) -> list[dict[str, object]]:
    base: dict[str, object] = {
        "about": About.EVENT,
        "subject": event_id,
        "claimant": _or_null(row["said_by"]) or row["source"],
        "claimant_is_party": _or_null(row["is_party"].lower()) or Party.UNKNOWN,
        "reported": _or_null(row["reported"]) or row["date"],
        "date_basis": "stated" if row["reported"].strip() else "from_event",
        "valid_from": row["date"],
        "source": row["source"],
        "source_url": _or_null(row["url"]),
        "sensitivity": _or_null(row["sensitivity"].lower()) or Sensitivity.MODERATE,
        "licence": "own report",
        "place": row["place"],
        "report_id": event_id,
    }
    said = [(Predicate.STATED, row["summary"]), (Predicate.LOCATION, row["place"]), (Predicate.KILLED, row["killed"])]
    said += [
        (Predicate.INJURED, row["injured"]),
        (Predicate.ABDUCTED, row["abducted"]),
        (Predicate.DISPLACED, row["displaced"]),
    ]
    return [
        {**base, "claim_id": f"{event_id}-{predicate}", "predicate": predicate, "value": value.strip()}
        for predicate, value in said
        if value.strip()
    ]


def quarantine_csv(read: TemplateRead) -> str:
    """Give the quarantined rows as CSV text; cells that a spreadsheet would run are defused."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(read.quarantine.columns)
    for row in read.quarantine.itertuples(index=False):
        writer.writerow([_defused(str(cell)) if isinstance(cell, str) else "" for cell in row])
    return out.getvalue()


def _defused(cell: str) -> str:
    return "'" + cell if cell.startswith(_FORMULA) else cell

"""Any table of incidents, hand-made or exported, by a mapping of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd
from pyproj import Transformer

from artimap.areas.area import Area
from artimap.core.crs import WGS84
from artimap.core.errors import Breach, SchemaError
from artimap.core.schema import TEXT
from artimap.core.vocab import EventKind, Record
from artimap.sources.actors import read_actors
from artimap.sources.column_map import Mapping, columns_of_parts, day_parts, propose, unused
from artimap.sources.columns import PARTIES, present, read_days, read_numbers, read_steps, read_words, widened
from artimap.sources.containers import places_of_wkt
from artimap.sources.coordinates import Coordinates, read_coordinates
from artimap.sources.crosswalk import kind_of_words
from artimap.sources.day_spans import read_periods
from artimap.sources.georeference import Hints, place
from artimap.sources.licences import OWN
from artimap.sources.people_counts import Figures, read_figures
from artimap.sources.quarantine import Problems, QuotingNote
from artimap.sources.raw_table import Raw, as_text, distinct, folded, spread_out
from artimap.sources.reader import Reader, Terms
from artimap.sources.result import ClaimColumns, ParsedRows, event_ids

_OPEN_END: Final = r"(?:9999|2999|2100)-12-31"
_FIGURES = ("killed", "injured", "abducted", "displaced")


# Asked again for each of the first rows of a file while the header is looked for.
@lru_cache(maxsize=1024)
def _score(columns: tuple[str, ...]) -> float:
    found = propose(columns).columns
    placed = {"lat", "lon"} <= set(found) or "point" in found or "place" in found or "commune" in found
    if "date" not in found and not day_parts(columns):
        return 0.0
    # Held below 0.6, which a known format with most of its names passes: a hand-made table is what is
    # left over.
    return min(0.59, 0.3 + 0.2 * placed + 0.02 * len(found))


def recognise(columns: Sequence[str]) -> float:
    """Tell how much a list of column names looks like a table of incidents; never as sure as a known format."""
    # A row of text that was taken for a header: proposing a mapping for it would take minutes.
    if len(columns) > 2_000 or any(len(name) > 200 for name in columns):
        return 0.0
    return _score(tuple(columns))


def read(raw: Raw, area: Area, problems: Problems, mapping: Mapping | None) -> ParsedRows:
    """Read the rows of a table with a mapping, proposed where none is given."""
    used = mapping if mapping is not None else propose(raw.columns, labels=raw.labels, cells=raw.cells)
    notes = list(unused(raw, used))
    if mapping is None:
        notes.insert(0, "columns: " + ", ".join(f"{name} = {column}" for name, column in used.columns.items()))
    return read_mapped(raw, area, problems, used, version="table with a column mapping", prefix="own-", notes=notes)


def read_mapped(
    raw: Raw, area: Area, problems: Problems, mapping: Mapping, *, version: str, prefix: str, notes: Sequence[str] = ()
) -> ParsedRows:
    """Read the rows of a table whose columns are known.

    Raises
    ------
    SchemaError
        If no column tells the day, or a column of the mapping is not in the file.
    """
    _check(raw, mapping)
    said = list(notes)
    columns = mapping.columns
    rows = len(raw.cells)

    def text(name: str) -> pd.Series:
        return raw.text(columns.get(name))

    reported, zone = None, area.timezone
    if "reported" in columns:
        reported = read_days(raw.cells[columns["reported"]], problems, name=columns["reported"], zone=zone).days
    # Periods in words first: they leave a day in the cell, so that what is left can be read as days.
    spans = read_periods(
        raw.cells[columns["date"]], name=columns["date"], reported=reported, order=mapping.date_order
    )  # fmt: skip
    days = read_days(spans.cells, problems, name=columns["date"], required=True, order=mapping.date_order, zone=zone)
    level = _stated(raw, columns.get("date_precision"))
    day_level = spans.precision.mask(spans.precision < level, level)
    start, end = widened(days.days, level)
    end = spans.last.fillna(end)
    said += [note for note in (spans.note, days.note) if note]
    if "date_end" in columns:
        # The order found for the first day holds for the last one: alone it may have no day above 12 to
        # tell.
        # 9999-12-31 is how databases write that there is no end.
        cells = raw.text(columns["date_end"])
        raw.cells[columns["date_end"]] = cells.mask(cells.str.match(_OPEN_END).fillna(value=False))
        last = read_days(
            raw.cells[columns["date_end"]], problems, name=columns["date_end"], order=_order(days.order), zone=zone
        )  # fmt: skip
        problems.mark(
            (last.days < days.days).to_numpy(dtype=bool), column=columns["date_end"],
            why="lies before the first day",
            fix="swap the two days", cells=raw.cells[columns["date_end"]],
        )  # fmt: skip
        start, end = days.days, last.days.fillna(end)
    kind, kind_notes = read_kinds(raw.cells[columns["kind"]] if "kind" in columns else None, mapping, rows)
    said += kind_notes
    figures = {
        name: read_figures(raw.cells[columns[name]], problems, name=columns[name])
        for name in _FIGURES
        if name in columns
    }
    said += [one.note for one in figures.values() if one.note]
    coordinates = read_where(raw, area, problems, mapping)
    if coordinates is not None:
        said += coordinates.notes
    radius = None
    if "radius_m" in columns:
        radius = read_numbers(raw.cells[columns["radius_m"]])[0]
        # A radius of nothing is a device that did not say; below ten metres no hand-held one is right.
        radius = radius.where((radius > 0) & np.isfinite(radius)).clip(lower=10.0)
    precision = _precision(text("place"), text("commune").fillna(text("department")), coordinates)
    stated = _stated(raw, columns.get("geo_precision"))
    placed = place(
        problems,
        area=area,
        # Whoever coded a point as the middle of a unit said that it is no place.
        precision=precision.mask(precision < stated, stated),
        coordinates=coordinates,
        exact=mapping.exact,
        hints=Hints(
            words=_where_words(text("place"), text("commune")),
            commune=text("commune"),
            department=text("department"),
            radius_m=radius,
            place=text("place"),
            country=text("country"),
            named=columns,
        ),
    )
    actors, actor_notes = read_actors(text("actors"), area)
    said += actor_notes
    counts = _counts(raw, problems, mapping, said)
    sensitivity = read_steps(text("sensitivity"), problems, name=columns.get("sensitivity", ""))
    none = pd.Series(pd.array([pd.NA] * rows, dtype="Int64"))
    killed = figures.get("killed", Figures(none, none, none, None))
    return ParsedRows(
        columns={
            "event_id": event_ids(raw, problems, prefix=prefix, column=columns.get("id")),
            "date_start": start,
            "date_end": end,
            "date_precision": day_level,
            **counts,
            "kind": kind,
            # The words of the file are kept: the kind is artimap's reading of them.
            "sub_kind": text("sub_kind") if "sub_kind" in columns else text("kind"),
            "actors": actors,
            "killed_low": killed.low,
            "killed_best": killed.best,
            "killed_high": killed.high,
            **{name: one.best for name, one in figures.items() if name != "killed"},
            "sensitivity": sensitivity.fillna(mapping.sensitivity.value),
            "licence": mapping.licence,
            "summary": text("summary"),
            **placed.columns,
        },
        geometry=placed.geometry,
        said=ClaimColumns(
            # A row without a source was said by the file.
            source=text("source").fillna(raw.name),
            claimant=text("said_by"),
            party=read_words(text("is_party"), PARTIES),
            reported=reported,
            url=text("url"),
        ),
        version=version,
        notes=(*said, *placed.notes),
        readings=placed.readings,
    )


def _counts(raw: Raw, problems: Problems, mapping: Mapping, notes: list[str]) -> dict[str, pd.Series]:
    """Tell rows that count events from rows that are one: a count by month and unit is no event."""
    name = mapping.columns.get("count")
    if name is None:
        return {}
    numbers, bad, _ = read_numbers(raw.cells[name])
    if bad.any() and not numbers.notna().any():
        return {}  # words: the column names events, and counts none
    problems.mark(bad, column=name, why="is not a count of events", fix="write a whole number", cells=raw.cells[name])
    problems.mark(
        (numbers <= 0).to_numpy(dtype=bool), column=name, why="counts no event", fix="nothing: it makes no event"
    )  # fmt: skip
    several = (numbers > 1).to_numpy(dtype=bool) & ~problems.bad
    if several.any():
        notes.append(f"{name}: {int(several.sum())} rows count several events: kept as aggregates, not as events")
    return {"record": pd.Series(np.where(several, Record.AGGREGATE.value, Record.EVENT.value), dtype=TEXT)}


def _check(raw: Raw, mapping: Mapping) -> None:
    wrong = [
        Breach("", column, "", f"is not in the file, but the mapping says that it is the {name}", "correct the mapping")
        for name, column in mapping.columns.items()
        if column not in raw.columns
    ]
    if "date" not in mapping.columns:
        there = ", ".join(raw.columns[:20])
        wrong.append(
            Breach("", "date", "", "is missing", f"say in a mapping which column holds the day; there is: {there}")
        )
    if wrong:
        raise SchemaError(raw.name, wrong)


def _order(found: str) -> str | None:
    return found if found in {"dd-mm-yyyy", "mm-dd-yyyy"} else None


def _precision(place_words: pd.Series, unit: pd.Series, coordinates: Coordinates | None) -> pd.Series:
    """Say which rows tell of no more than a unit: neither coordinates nor a place in words."""
    # A row that names only its commune is in the commune. Read as a place in words, its name would be
    # the town.
    pinned = False if coordinates is None else ~np.isnan(coordinates.lon)
    return pd.Series(np.where(place_words.isna() & unit.notna() & ~pinned, 3, 1).astype(np.int64))


def _stated(raw: Raw, name: str | None) -> pd.Series:
    """Give the precision that each row states, 1 to 3 as ACLED and artimap code it; 1 where it states none."""
    if name is None:
        return pd.Series(np.ones(len(raw.cells), dtype=np.int64))
    numbers = read_numbers(raw.cells[name])[0]
    return numbers.where(numbers.isin([1, 2, 3])).fillna(1).astype("int64")


def _where_words(place_words: pd.Series, commune: pd.Series) -> pd.Series:
    """Join the place in words and its commune, as in "Savien, Petite-Rivière"."""
    if commune.isna().all():
        return place_words
    # Many forms repeat the commune as the place; "Gonaïves, Gonaïves" would look like two places.
    same = place_words.str.casefold().eq(commune.str.casefold()).fillna(value=False).astype(bool)
    both = place_words.notna() & commune.notna() & ~same
    return place_words.fillna(commune).mask(both, place_words + ", " + commune)


def read_where(raw: Raw, area: Area, problems: Problems, mapping: Mapping) -> Coordinates | None:
    """Read coordinates from two columns, or from one that holds both (``"19.1 -72.5"``)."""
    columns = mapping.columns
    if "lat" in columns and "lon" in columns:
        names = (columns["lon"], columns["lat"])
        return read_coordinates(raw.cells[names[0]], raw.cells[names[1]], problems, area=area, names=names)
    if {"easting", "northing"} <= set(columns):
        return _metric(raw, area, problems, (columns["easting"], columns["northing"]))
    if "point" not in columns:
        return None
    name = columns["point"]
    # One blank for a run of them: the pattern below would try all ways to share them.
    cells = present(as_text(raw.cells[name])).str.replace(r"\s+", " ", regex=True)
    # Latitude first, as Kobo and most people write it; a swap is found by the area later. A third and
    # fourth part (altitude, accuracy) are passed over.
    parts = cells.str.extract(r"^[\[(]?\s*([^\s,;]+)\s*[\s,;]\s*([^\s,;\])]+)").astype(TEXT)
    odd = cells.notna() & parts[0].isna()
    problems.mark(
        odd.to_numpy(dtype=bool), column=name, why="is not a pair of coordinates", fix="write it as 19.1063 -72.6931",
        cells=cells
    )  # fmt: skip
    return read_coordinates(parts[1], parts[0], problems, area=area, names=(f"{name} (2nd part)", f"{name} (1st part)"))


def _metric(raw: Raw, area: Area, problems: Problems, names: tuple[str, str]) -> Coordinates:
    """Read metres of the area's own system, as a device that is set to UTM shows them."""
    east, north = (read_numbers(raw.cells[name])[0].to_numpy(dtype=float) for name in names)
    lon, lat = Transformer.from_crs(area.crs, WGS84, always_xy=True).transform(east, north)
    cells = [
        pd.Series(np.where(np.isfinite(one), one, np.nan)).map(repr, na_action="ignore").astype(TEXT)
        for one in (lon, lat)
    ]
    found = read_coordinates(cells[0], cells[1], problems, area=area, names=names)
    note = f"{names[0]}, {names[1]}: read as metres in {area.crs}"
    return replace(found, notes=(*found.notes, note))


def read_kinds(column: pd.Series | None, mapping: Mapping, rows: int) -> tuple[pd.Series, list[str]]:
    """Read what happened from words; words that tell nothing become ``other``, and the notes name them."""
    if column is None:
        return (
            pd.Series(np.full(rows, EventKind.OTHER.value, dtype=object), dtype=TEXT),
            ["no column tells what happened: every row is of kind other"],
        )
    texts, codes = distinct(column)
    if codes is None:
        codes = np.arange(rows, dtype=np.intp)
    kinds: list[str] = []
    unknown: list[str] = []
    # Words of the mapping go before ours.
    for word in texts:
        kind: EventKind | None = None
        if isinstance(word, str) and word.strip():
            kind = mapping.kinds.get(folded(word)) or kind_of_words(word[:200])
            if kind is None:
                unknown.append(word.strip()[:40])
        kinds.append((kind or EventKind.OTHER).value)
    values = spread_out(np.array([*kinds, EventKind.OTHER.value], dtype=object), codes, missing=EventKind.OTHER.value)
    notes: list[str] = []
    if unknown:
        shown = ", ".join(repr(word) for word in sorted(set(unknown))[:8])
        said = "kinds that tell nothing to artimap were read as other"
        notes.append(QuotingNote(said, shown, "; name them in the mapping under [kinds]"))
    return pd.Series(values, dtype=TEXT), notes


READER: Final = Reader(
    "tabular",
    "any other table of incidents, by a mapping",
    recognise,
    read,
    Terms(OWN),
    mapping="kept",
    prepare=lambda raw: columns_of_parts(places_of_wkt(raw)),
)

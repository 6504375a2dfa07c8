"""Any table of incidents, hand-made or exported, by a mapping of its columns."""

from __future__ import annotations

import calendar
import datetime as dt
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from artimap.areas.area import Area
from artimap.core.arrays import Bools
from artimap.core.errors import Breach, SchemaError
from artimap.core.schema import DAY, TEXT
from artimap.core.text import unaccented
from artimap.core.vocab import EventKind, Party, Sensitivity
from artimap.sources.column_map import Mapping, propose
from artimap.sources.columns import month_of, present, read_days, read_numbers, widened
from artimap.sources.coordinates import Coordinates, read_coordinates
from artimap.sources.crosswalk import kind_of_words
from artimap.sources.georeference import Hints, place
from artimap.sources.licences import OWN
from artimap.sources.people_counts import Figures, read_figures
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import Positions, Raw, as_text, distinct, folded, spread_out
from artimap.sources.reader import Reader, Terms
from artimap.sources.result import ClaimColumns, ParsedRows, event_ids

_LONGEST: Final = 60
_MOST_SHOWN: Final = 6
_A_DAY: Final = r"\d{4}-\d{1,2}-\d{1,2}|\d+"
# Parts of a month in days: the first ten, the second ten, the rest.
_PARTS: Final = {
    **dict.fromkeys(("debut", "early", "beginning of", "komansman"), (1, 10)),
    **dict.fromkeys(("mi", "mid", "mitan", "milieu"), (11, 20)),
    **dict.fromkeys(("fin", "late", "end of", "fen"), (21, 31)),
}
# Longest first, since "mi" would take the beginning of "milieu".
_PART: Final = "|".join(sorted(_PARTS, key=len, reverse=True))
_MONTH: Final = re.compile(rf"(?:en |in |mwa |mois d[eu']? ?)?(?:({_PART})(?: d[eu]?)? )?([a-z]{{3,10}}) (\d{{4}})")
_MONTH_NUMBER: Final = re.compile(r"(\d{4}) (\d{1,2})|(\d{1,2}) (\d{4})")
_FROM: Final = (
    r"(?:(?:dans )?(?:la )?nuit |night (?:of )?|nan nwit |lannwit )?(?:du |de |from |between |entre |ant )?(?:le )?"
    r"(\d{1,2})(?:er)?(?: ([a-z]{3,10}))?(?: (\d{4}))?"
)
_TO: Final = r"(?: (?:au|a|et|to|and|ak|rive|jusqu au))?(?: le)? (\d{1,2})(?:er)? ([a-z]{3,10}) (\d{4})"
_SPAN: Final = re.compile(_FROM + _TO)
_WEEK: Final = re.compile(r"(?:semaine|week|semen)(?: du| of| de| le)* (\d{1,2})(?:er)? ([a-z]{3,10}) (\d{4})")


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day that words may mean, and how well the day is known: 1 day, 2 week, 3 month."""

    first: dt.date
    last: dt.date
    precision: int


@dataclass(frozen=True, slots=True)
class Periods:
    """A column's periods: cells to read as days, the last days and precisions, and what was met."""

    cells: pd.Series
    last: pd.Series
    precision: pd.Series
    note: str | None


def period_of(text: str) -> Period | None:
    """Read a period in words, in French, English or Kreyòl; None where the words name none.

    Examples
    --------
    >>> found = period_of("début octobre 2025")
    >>> found.first.isoformat(), found.last.isoformat(), found.precision
    ('2025-10-01', '2025-10-10', 2)
    >>> found = period_of("nuit du 5 au 6 novembre 2025")
    >>> found.first.isoformat(), found.last.isoformat(), found.precision
    ('2025-11-05', '2025-11-06', 1)
    """
    # A cell of free text may be pages long; the words for a span stand at its beginning or not at all.
    words = " ".join(re.findall(r"[a-z0-9]+", unaccented(text[:_LONGEST])))
    try:
        return _month(words) or _span(words) or _week(words)
    except ValueError:  # no such day
        return None


def _number(word: str) -> int:
    """Give the number of a month in words.

    Raises
    ------
    ValueError
        If it is none.
    """
    number = month_of(word)
    if math.isnan(number) or word.endswith("di"):  # mardi is no March
        raise ValueError(word)
    return int(number)


def _month(words: str) -> Period | None:
    if numbers := _MONTH_NUMBER.fullmatch(words):
        year, month, (low, high) = int(numbers[1] or numbers[4]), int(numbers[2] or numbers[3]), (1, 31)
    elif named := _MONTH.fullmatch(words):
        year, month, (low, high) = int(named[3]), _number(named[2]), _PARTS.get(named[1], (1, 31))
    else:
        return None
    # Month 13 gets day 0, which is no day: the caller takes it as not read.
    end = min(high, calendar.monthrange(year, month)[1]) if 1 <= month <= 12 else 0
    return Period(dt.date(year, month, low), dt.date(year, month, end), 3 if (low, high) == (1, 31) else 2)


def _span(words: str) -> Period | None:
    found = _SPAN.fullmatch(words)
    if found is None:
        return None
    last = dt.date(int(found[6]), _number(found[5]), int(found[4]))
    month = _number(found[2]) if found[2] else last.month
    # "du 28 décembre au 3 janvier 2026" begins the year before.
    year = int(found[3]) if found[3] else last.year - (month > last.month)
    first = dt.date(year, month, int(found[1]))
    # A span of days that is told day by day is as sure as a day.
    return Period(first, last, 1) if first <= last else None


def _week(words: str) -> Period | None:
    found = _WEEK.fullmatch(words)
    if found is None:
        return None
    first = dt.date(int(found[3]), _number(found[2]), int(found[1]))
    return Period(first, first + dt.timedelta(days=6), 2)


def read_periods(column: pd.Series, *, name: str) -> Periods:
    """Find the cells of a column that name a period, not a day.

    Parameters
    ----------
    column
        The cells.
    name
        Name of the column in the file.

    Returns
    -------
    Periods
        ``cells`` with the first day in place of a period; ``last`` is null where there is none.
    """
    texts, codes = distinct(column)
    plain = present(texts).reset_index(drop=True)
    # Plain days go past without a look: they are nearly all cells of most files.
    maybe = plain.notna() & ~plain.str.match(_A_DAY + "$").fillna(value=True).astype(bool)
    told = [str(text) for text in plain]
    at_words = np.flatnonzero(maybe.to_numpy(dtype=bool)).tolist()
    met = {at: found for at in at_words if (found := period_of(told[at])) is not None}
    last = np.full(len(plain), np.datetime64("NaT", "s"))
    precision = np.ones(len(plain), dtype=np.int64)
    first: list[str | None] = [None] * len(plain)
    for at, found in met.items():
        first[at], precision[at] = found.first.isoformat(), found.precision
        last[at] = np.datetime64(found.last, "s")
    if not met:
        return Periods(column, _spread(last, codes, column), pd.Series(1, index=column.index), None)
    # The first day goes into the cell, so that one reading of days serves both; the last one is kept
    # beside.
    days = pd.Series(spread_out(np.array(first, dtype=object), codes, missing=None), index=column.index, dtype=TEXT)
    there: Bools = days.notna().to_numpy(dtype=bool)
    shown = ", ".join(repr(told[at][:30]) for at in list(met)[:_MOST_SHOWN])
    note = f"{name}: read as a span of days, not as a day: {shown}{', …' if len(met) > _MOST_SHOWN else ''}"
    return Periods(
        as_text(column).mask(there, days),
        _spread(last, codes, column),
        pd.Series(spread_out(precision, codes, missing=1), index=column.index),
        note,
    )


def _spread(values: NDArray[np.datetime64], codes: Positions | None, column: pd.Series) -> pd.Series:
    spread = spread_out(values, codes, missing=np.datetime64("NaT", "s"))
    return pd.Series(spread, index=column.index, dtype=DAY)


_FIGURES = ("killed", "injured", "abducted", "displaced")


# Asked again for each of the first rows of a file while the header is looked for.
@lru_cache(maxsize=1024)
def _score(columns: tuple[str, ...]) -> float:
    found = propose(columns).columns
    placed = {"lat", "lon"} <= set(found) or "point" in found or "place" in found or "commune" in found
    if "date" not in found:
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
    used = mapping if mapping is not None else propose(raw.columns, labels=raw.labels)
    notes = () if mapping is not None else ("columns: " + ", ".join(f"{k} = {v}" for k, v in used.columns.items()),)
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

    # Periods in words first: they leave a day in the cell, so that what is left can be read as days.
    spans = read_periods(raw.cells[columns["date"]], name=columns["date"])
    days = read_days(spans.cells, problems, name=columns["date"], required=True, order=mapping.date_order)
    level = _stated(raw, columns.get("date_precision"))
    day_level = spans.precision.mask(spans.precision < level, level)
    start, end = widened(days.days, level)
    end = spans.last.fillna(end)
    said += [note for note in (spans.note, days.note) if note]
    if "date_end" in columns:
        # The order found for the first day holds for the last one: alone it may have no day above 12 to
        # tell.
        last = read_days(raw.cells[columns["date_end"]], problems, name=columns["date_end"], order=_order(days.order))
        problems.mark(
            (last.days < days.days).to_numpy(dtype=bool), column=columns["date_end"],
            why="lies before the first day",
            fix="swap the two days", cells=raw.cells[columns["date_end"]],
        )  # fmt: skip
        start, end = days.days, last.days.fillna(end)
    reported = None
    if "reported" in columns:
        reported = read_days(raw.cells[columns["reported"]], problems, name=columns["reported"]).days
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
        ),
    )
    sensitivity = text("sensitivity").str.lower()
    known = sensitivity.isin([step.value for step in Sensitivity])
    if "sensitivity" in columns:
        problems.mark(
            (sensitivity.notna() & ~known).to_numpy(dtype=bool), column=columns["sensitivity"],
            why="is not a known step",
            fix="write low, moderate, high or severe", cells=raw.cells[columns["sensitivity"]],
        )  # fmt: skip
    party = text("is_party").str.lower()
    none = pd.Series(pd.array([pd.NA] * rows, dtype="Int64"))
    killed = figures.get("killed", Figures(none, none, none, None))
    return ParsedRows(
        columns={
            "event_id": event_ids(raw, problems, prefix=prefix, column=columns.get("id")),
            "date_start": start,
            "date_end": end,
            "date_precision": day_level,
            "kind": kind,
            # The words of the file are kept: the kind is artimap's reading of them.
            "sub_kind": text("sub_kind") if "sub_kind" in columns else text("kind"),
            "actors": text("actors").str.replace(r"\s*[;|]\s*", "; ", regex=True),
            "killed_low": killed.low,
            "killed_best": killed.best,
            "killed_high": killed.high,
            **{name: one.best for name, one in figures.items() if name != "killed"},
            "sensitivity": sensitivity.where(known).fillna(mapping.sensitivity.value),
            "licence": mapping.licence,
            "summary": text("summary"),
            **placed.columns,
        },
        geometry=placed.geometry,
        said=ClaimColumns(
            # A row without a source was said by the file.
            source=text("source").fillna(raw.name),
            claimant=text("said_by"),
            party=party.where(party.isin([one.value for one in Party])),
            reported=reported,
            url=text("url"),
        ),
        version=version,
        notes=(*said, *placed.notes),
        readings=placed.readings,
    )


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
    if "point" not in columns:
        return None
    name = columns["point"]
    cells = present(as_text(raw.cells[name]))
    # Latitude first, as Kobo and most people write it; a swap is found by the area later. A third and
    # fourth part (altitude, accuracy) are passed over.
    parts = cells.str.extract(r"^[\[(]?\s*([^\s,;]+)\s*[\s,;]\s*([^\s,;\])]+)").astype(TEXT)
    odd = cells.notna() & parts[0].isna()
    problems.mark(
        odd.to_numpy(dtype=bool), column=name, why="is not a pair of coordinates", fix="write it as 19.1063 -72.6931",
        cells=cells
    )  # fmt: skip
    return read_coordinates(parts[1], parts[0], problems, area=area, names=(f"{name} (2nd part)", f"{name} (1st part)"))


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
    notes = []
    if unknown:
        shown = ", ".join(repr(word) for word in sorted(set(unknown))[:8])
        notes.append(
            f"kinds that tell nothing to artimap were read as other: {shown}; name them in the mapping under [kinds]"
        )
    return pd.Series(values, dtype=TEXT), notes


READER: Final = Reader(
    "tabular",
    "any other table of incidents, by a mapping",
    recognise,
    read,
    Terms(OWN),
    mapping="kept",
)

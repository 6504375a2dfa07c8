"""Giving rows their place: from coordinates and a precision, from the name of a unit, or from words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from artimap.areas.area import Area, read_units
from artimap.areas.gazetteer.phrase_parser import MOST_LETTERS
from artimap.areas.gazetteer.resolve import Reading, resolve
from artimap.areas.geometries import place_rows
from artimap.areas.user_layers import cached
from artimap.core.arrays import Bools, Floats, Ints
from artimap.core.schema import TEXT, split_names
from artimap.core.text import fold
from artimap.core.vocab import Level, Where
from artimap.sources.contradictions import PlaceWords, judge_rows, mark_other_countries, read_words, unit_shapes
from artimap.sources.coordinates import Coordinates, points
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import distinct, spread_out
from artimap.sources.result import empty_geometry, repeated, resolved_rows

RADIUS_M: dict[int, float] = {1: 1_500.0, 2: 5_000.0}
"""How far from its coordinates a coded place reaches, by precision (1 the place, 2 its surroundings): an assumption."""


@dataclass(frozen=True)
class PlaceColumns:
    """The place columns of EVENTS, the shapes, and how words were read (by row)."""

    columns: Mapping[str, pd.Series]
    geometry: NDArray[Any]
    readings: Mapping[int, Reading]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Hints:
    """What a file says of places beside coordinates; any may be missing.

    Attributes
    ----------
    words
        The place in words.
    place
        The words without those of the commune, in a table made by hand: there words, units and coordinates
        are held against one another. What a source has coded itself is not.
    country
        The country; rows of another one are rejected.
    named
        Names of these columns in the file, by the names here.
    commune, department
        Name or p-code of the unit that a row without an exact place is counted in.
    radius_m
        How far from its coordinates a row may lie, in metres.
    """

    words: pd.Series | None = None
    commune: pd.Series | None = None
    department: pd.Series | None = None
    radius_m: pd.Series | None = None
    place: pd.Series | None = None
    country: pd.Series | None = None
    named: Mapping[str, str] = field(default_factory=dict)


_units = cached(read_units)


@cached
def _unit_names(area: Area, level: Level) -> dict[str, str]:
    """Give the p-code for each folded name, and for each p-code itself."""
    out: dict[str, str] = {}
    units = _units(area)
    for _, row in units[units["level"] == level.value].iterrows():
        # Names and p-codes in one table: files have either in the same column.
        texts = [row["name"], row.get("name_ht"), *split_names(row.get("aliases")), row["pcode"]]
        for text in texts:
            if isinstance(text, str) and fold(text):
                # The first unit keeps a name that two have.
                out.setdefault(fold(text).replace(" ", ""), str(row["pcode"]))
    return out


def unit_code(area: Area, level: Level, text: str) -> str | None:
    """Give the p-code of the unit that a name or p-code names whole; None where there is none."""
    # Cut, since a misplaced column may hold a page of text in every row.
    return _unit_names(area, level).get(fold(text[:200]).replace(" ", ""))


def _codes(column: pd.Series | None, area: Area, level: Level, rows: int) -> NDArray[Any]:
    """Give the p-code that each row names, None where it names none."""
    if column is None:
        return np.full(rows, None, dtype=object)
    texts, codes = distinct(column)
    if codes is None:
        codes = np.arange(len(texts), dtype=np.intp)
    known = [unit_code(area, level, text) if isinstance(text, str) and text.strip() else None for text in texts]
    out: NDArray[Any] = spread_out(np.array([*known, None], dtype=object), codes, missing=None)
    return out


def place(
    problems: Problems,
    *,
    area: Area,
    precision: pd.Series,
    coordinates: Coordinates | None = None,
    hints: Hints | None = None,
    exact: bool = False,
) -> PlaceColumns:
    """Give each row its place.

    Parameters
    ----------
    problems
        Rows rejected so far: they are not looked up.
    area
        The area in which names are looked up.
    precision
        1 the place itself, 2 its surroundings, 3 only the unit around it.
    coordinates
        Degrees by row, where the file has any.
    hints
        What else the file says.
    exact
        Whether precision 1 is an exact spot (a device was there) and not a named place.

    Returns
    -------
    PlaceColumns
        A row of precision 3 gets its commune where that is known, or else its department. A row without
        coordinates is read from its words; what is not known or may mean several places stands nowhere.
    """
    given = hints or Hints()
    rows = problems.rows
    if given.country is not None:
        mark_other_countries(problems, area, given.country, column=given.named.get("country", "country"))
    nothing = np.full(rows, np.nan)
    lon, lat = (nothing, nothing) if coordinates is None else (coordinates.lon, coordinates.lat)
    # Rejected rows get no place: their coordinates may be those of another country.
    there = ~np.isnan(lon) & ~np.isnan(lat) & ~problems.bad
    level = precision.to_numpy(dtype=np.int64).copy()
    # Coordinates of precision 3 are the middle of a unit, put there by a coder. A pin on them would
    # show an event where nobody said it was.
    pinned = there & (level < 3)
    # Positions in ``names``, as a byte a row.
    kind = np.full(rows, 0, dtype=np.int8)
    names = (Where.NOWHERE, Where.POINT, Where.PLACE, Where.COMMUNE, Where.DEPARTMENT)
    kind[pinned] = 2
    if exact:
        kind[pinned & (level == 1)] = 1
    geometry = points(np.where(pinned, lon, np.nan), np.where(pinned, lat, np.nan), area)
    said = _place_words(given, area, ~problems.bad)
    judged = {row: words for row, words in said.items() if pinned[row] or level[row] == 3}
    verdicts = judge_rows(problems, area, judged, geometry, column=given.named.get("place", "place"))
    wide = (level == 3) & ~problems.bad
    pcode: pd.Series | None = None
    if wide.any():
        pcode = _place_units(wide, kind, geometry, given, area)
    radius = np.where(pinned, np.where(level == 1, RADIUS_M[1], RADIUS_M[2]), np.nan)
    radius[kind == 1] = np.nan  # an exact spot: the model's own radius for points holds
    if given.radius_m is not None:
        # A stated radius only widens or narrows what has coordinates; for a unit it means nothing.
        stated = given.radius_m.to_numpy(dtype=float)
        radius = np.where(pinned & ~np.isnan(stated), stated, radius)
    radius = np.fmax(radius, verdicts.radius)
    if verdicts.units:
        pcode = _count_in_units(verdicts.units, pcode, area, kind=kind, level=level, radius=radius, geometry=geometry)
    words = given.words if given.words is not None else pd.Series([None] * rows, dtype=TEXT)
    categories = pd.Index([name.value for name in names], dtype=TEXT)
    columns = {
        "place": words,
        "place_kind": pd.Series(pd.Categorical.from_codes(kind, categories=categories)),
        "radius_m": pd.Series(radius),
        # What stands nowhere cannot be precise, whatever the file says.
        "geo_precision": pd.Series(np.where(kind == 0, 3, level)),
    }
    if pcode is not None:
        columns["pcode"] = pcode
    # Words are the last resort: coordinates and units that the source coded itself go before our
    # reading of its text.
    left = (kind == 0) & ~problems.bad & ~wide
    readings = _readings(words, left, said, area)
    if readings:
        columns, geometry = _from_words(columns, geometry, readings, area)
    return PlaceColumns(columns, geometry, readings, (*verdicts.notes, *_notes(words, left, readings)))


def _readings(words: pd.Series, left: Bools, said: Mapping[int, PlaceWords], area: Area) -> dict[int, Reading]:
    """Read the rows that have no place yet from their words."""
    if not said or not left.any():
        return resolved_rows(words, left, lambda text: resolve(area, text))
    rows = [row for row in np.flatnonzero(left).tolist() if row in said]
    seen = {one: read_words(area, one) for one in dict.fromkeys(said[row] for row in rows)}
    return {row: seen[said[row]] for row in rows}


def _notes(words: pd.Series, left: Bools, readings: Mapping[int, Reading]) -> list[str]:
    """Tell how many places were read from words, and which words were cut."""
    notes = []
    if readings:
        notes.append(f"{len(readings)} rows have no coordinates: their places were read from words")
        cut = int((words[left].str.len() > MOST_LETTERS).sum())
        if cut:
            notes.append(f"{cut} rows have more than {MOST_LETTERS:,} letters for their place: the rest was not read")
    silent = int(left.sum()) - len(readings)
    if silent:
        notes.append(f"{silent} rows tell of no place: they stand in the margin, not on the map")
    return notes


def _count_in_units(
    found: Mapping[int, str],
    pcode: pd.Series | None,
    area: Area,
    *,
    kind: NDArray[np.int8],
    level: Ints,
    radius: Floats,
    geometry: NDArray[Any],
) -> pd.Series:
    """Count rows in units in place of their coordinates; give all p-codes."""
    for row, code in found.items():
        kind[row], level[row], radius[row] = 4 if code == area.pcode else 3, 3, np.nan
        geometry[row] = unit_shapes(area)[code]
    whole = (pd.Series([None] * len(kind)) if pcode is None else pcode).astype(object)
    whole.iloc[list(found)] = list(found.values())
    return whole.astype(TEXT)


def _place_words(given: Hints, area: Area, rows: Bools) -> dict[int, PlaceWords]:
    """Give what the rows of a table made by hand say of their place, by row; nothing of other files."""
    if given.place is None:
        return {}
    texts = [
        [None] * len(rows) if column is None else [None if pd.isna(one) else str(one) for one in column]
        for column in (given.words, given.place, given.commune, given.department)
    ]
    codes = _codes(given.commune, area, Level.ADM2, len(rows)).tolist()
    home = _codes(given.department, area, Level.ADM1, len(rows)).tolist()
    return {
        row: PlaceWords(words or "", place, commune, department, code, ours == area.pcode)
        for row, (words, place, commune, department, code, ours) in enumerate(zip(*texts, codes, home, strict=True))
        if rows[row] and (words or place or commune or department)
    }


def _place_units(wide: Bools, kind: NDArray[np.int8], geometry: NDArray[Any], given: Hints, area: Area) -> pd.Series:
    """Place rows in their commune, or else their department; give their p-codes."""
    shapes = unit_shapes(area)
    rows = np.flatnonzero(wide)
    # The commune where it is known, else the department: never both, never a point.
    commune = _codes(None if given.commune is None else given.commune.iloc[rows], area, Level.ADM2, len(rows))
    department = _codes(None if given.department is None else given.department.iloc[rows], area, Level.ADM1, len(rows))
    known = np.array([code is not None for code in commune.tolist()], dtype=bool)
    chosen = np.where(known, commune, department)
    kind[rows] = np.where(known, 3, 4)
    numbers, codes = pd.factorize(chosen)
    # A shape for each distinct unit, shared by its rows; -1, no unit known, takes the empty point at
    # the end.
    pool = np.append(np.array([shapes[code] for code in codes], dtype=object), shapely.Point())
    geometry[rows] = pool[numbers]
    whole = np.full(len(wide), -1, dtype=np.intp)
    whole[rows] = numbers
    return repeated(whole, [str(code) for code in codes])


def _from_words(
    columns: dict[str, pd.Series], geometry: NDArray[Any], readings: Mapping[int, Reading], area: Area
) -> tuple[dict[str, pd.Series], NDArray[Any]]:
    """Fill in the rows whose place was read from words. An ambiguous name gets no place of our choosing."""
    at = list(readings)
    found = [readings[row] for row in at]
    # An ambiguous reading keeps its candidates in ``readings`` and nothing else: choosing for the user
    # would pin an event falsely. The named road stays, as it was said.
    sure = [reading.kind is not Where.NOWHERE and not reading.ambiguous for reading in found]
    table = pd.DataFrame(
        {
            "place_kind": [one.kind.value if ok else Where.NOWHERE.value for one, ok in zip(found, sure, strict=True)],
            "road_id": [one.corridor_id for one in found],
            "geo_precision": [one.geo_precision if ok else 3 for one, ok in zip(found, sure, strict=True)],
            **{
                name: [getattr(one, name) if ok else None for one, ok in zip(found, sure, strict=True)]
                for name in ("place_id", "pcode", "from_m", "to_m", "radius_m")
            },
        },
        index=at,
    )
    metres = ["from_m", "to_m", "radius_m"]
    table[metres] = table[metres].astype("float64")
    placed = place_rows(table, area)
    rows = len(geometry)
    out = dict(columns)
    for name in ("place_kind", "place_id", "pcode", "road_id"):
        whole = out[name] if name in out else pd.Series([None] * rows, dtype=TEXT)
        # Through objects: a category cannot take a word that is not among its own.
        values = whole.astype(object)
        values.iloc[at] = placed[name].to_numpy(dtype=object)
        out[name] = values.astype(TEXT)
    for name in ("from_m", "to_m", "radius_m", "geo_precision"):
        values = out[name].astype("float64") if name in out else pd.Series(np.full(rows, np.nan))
        values.iloc[at] = placed[name].to_numpy(dtype=float)
        out[name] = values
    shapes = geometry.copy()
    made = empty_geometry(len(at))
    made[:] = placed.geometry.to_numpy()
    shapes[at] = made
    return out, shapes

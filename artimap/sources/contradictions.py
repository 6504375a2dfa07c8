"""What a row says of its place, held against itself: country, department, commune, words and coordinates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from artimap.areas.area import Area, read_layer, read_units
from artimap.areas.gazetteer.lookup import localities
from artimap.areas.gazetteer.name_spans import distance, lexicon
from artimap.areas.gazetteer.resolve import Reading, names_elsewhere, resolve
from artimap.areas.user_layers import cached
from artimap.core.arrays import Floats
from artimap.core.schema import split_names
from artimap.core.text import fold
from artimap.core.vocab import Level, Where
from artimap.sources.columns import present
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import distinct, spread_out

APART_M: Final = 15_000.0
"""Words and coordinates farther apart than this contradict each other: an assumption."""

BESIDE_M: Final = 3_000.0
"""Up to this far they tell of one spot; between the two the circle is widened to hold both."""

EDGE_M: Final = 5_000.0
"""The boundaries at hand are approximate: this near to a unit may be inside it."""

_SURE: Final = 0.85
_SHOWN: Final = 5
# Words of the country by the letters that its p-codes begin with, folded; 332 is its number in ISO 3166.
_HOME: Final = MappingProxyType({"HT": ("haiti", "ayiti", "hti", "ht", "332")})
_NO_COUNTRY: Final = frozenset({"unknown", "inconnu", "unspecified", "other", "autre", "pa konnen", "lot"})
_OF_DEPARTMENT: Final = frozenset({"departement", "department", "depatman"})


def mark_other_countries(problems: Problems, area: Area, cells: pd.Series, *, column: str) -> None:
    """Reject the rows whose country column names another country.

    Numbers count only where the column holds the country's own. A department or place of the area that stands in
    the column is no country, and says nothing.
    """
    texts, codes = distinct(cells)
    told = [None if pd.isna(one) else str(one) for one in present(texts)]
    home = _HOME.get(area.pcode[:2], ())
    numbered = any(one is not None and one.removesuffix(".0") in home for one in told)
    other = [one is not None and _is_other(area, one[:200].removesuffix(".0"), home, numbered=numbered) for one in told]
    wrong = spread_out(np.array([*other, False], dtype=bool)[:-1], codes, missing=False)
    problems.mark(
        np.asarray(wrong, dtype=bool), column=column, why="names another country",
        fix="leave out rows of other countries", cells=cells,
    )  # fmt: skip


def _is_other(area: Area, text: str, home: tuple[str, ...], *, numbered: bool) -> bool:
    words = fold(text)
    if words.replace(" ", "").isdigit():
        return numbered and words not in home
    if not words or words in _NO_COUNTRY or not home:
        return False
    hits = lexicon(area).exact.get(words.replace(" ", ""), ())
    if hits and hits[0].entry.note != "abroad":
        return False
    # A p-code begins with the country's letters; a letter may be wrong.
    return not any(word in home or _is_code(word, area) or distance(word, home[0], 1) <= 1 for word in words.split())


def _is_code(word: str, area: Area) -> bool:
    """Tell whether a folded word is a p-code of the area's country."""
    return word.startswith(area.pcode[:2].lower()) and word[2:].isdigit()


@cached
def unit_shapes(area: Area) -> dict[str, shapely.Geometry]:
    """Give the shapes of an area's units by p-code."""
    units = read_units(area)
    return dict(zip(units["pcode"].astype(str), units["geometry"], strict=True))


@cached
def _inner(area: Area) -> shapely.Geometry:
    """Give the land that surely belongs to the area: its outline but for an edge along the neighbours, not the sea."""
    outline, country = (
        shapely.union_all(read_layer(area, name).geometry.to_numpy()) for name in ("outline", "country")
    )
    # The two coasts differ by a kilometre or two; such slivers are no neighbours.
    neighbours = country.difference(outline.buffer(BESIDE_M)).buffer(EDGE_M + BESIDE_M)
    inner: shapely.Geometry = outline.difference(neighbours)
    shapely.prepare(inner)
    return inner


@cached
def _other_departments(area: Area) -> frozenset[str]:
    names = [name for one in localities(area) if one.note == "department" for name, _ in one.names]
    bare = [" ".join(word for word in name.split() if word not in _OF_DEPARTMENT) for name in names]
    return frozenset((*names, *bare))


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """What one row says of its place in words: ``words`` is all that is shown; any of the others may be missing."""

    words: str
    place: str | None
    commune: str | None
    department: str | None
    code: str | None
    """Of the commune, where the area has it."""

    home: bool
    """Whether the department is that of the area."""

    def elsewhere(self, area: Area) -> str:
        """Give the words that name a department or commune outside the area; empty where none does."""
        if self.department is not None:
            words = fold(self.department[:200])
            far = _is_code(words, area) and not words.startswith(area.pcode.lower())
            if far or words in _other_departments(area):
                return self.department
        if self.commune is None or self.code is not None:
            return ""
        words = fold(self.commune[:200]).replace(" ", "")
        if _is_code(words, area) and not words.startswith(area.pcode.lower()):
            return self.commune
        hits = lexicon(area).exact.get(words, ())
        return self.commune if hits and not any(hit.entry.adm2 for hit in hits) else ""


def _extents(area: Area, reading: Reading) -> list[shapely.Geometry]:
    """Give where a reading may lie; nothing where it is not sure enough to speak against anything."""
    if reading.kind is Where.NOWHERE or not reading.candidates:
        return []
    if not reading.ambiguous and reading.candidates[0].score < _SURE:
        return []
    shapes = unit_shapes(area)
    found = []
    for one in reading.candidates if reading.ambiguous else reading.candidates[:1]:
        found.append(shapes.get(one.id, one.geometry))
        # A town's name may stand for its commune.
        if one.commune and fold(one.commune) == fold(one.name):
            found += [shapes[code] for name, code in _communes(area).items() if name == one.commune]
    return found + [shapes[code] for code in split_names(reading.pcode) if code in shapes]


@cached
def _names(area: Area) -> dict[str, str]:
    units = read_units(area)
    rows = units[units["level"] == Level.ADM2.value]
    return dict(zip(rows["pcode"].astype(str), rows["name"].astype(str), strict=True))


@cached
def _communes(area: Area) -> dict[str, str]:
    return {name: code for code, name in _names(area).items()}


def read_words(area: Area, said: PlaceWords) -> Reading:
    """Read a place from words beside its commune and department; what contradicts them stands nowhere, and says so."""
    alone = resolve(area, said.place or said.commune or "")
    away = said.elsewhere(area)
    if away:
        # Names of the area alone have a commune: Cabaret in the West does not.
        inside = [one for one in alone.candidates[:1] if one.commune]
        against = bool(inside) and said.place is not None
        return _nowhere(alone, said.words, f"the row says {away}") if against else resolve(area, said.words)
    if said.place is None or said.code is None:
        return resolve(area, said.words)
    if alone.kind is Where.DEPARTMENT:
        return replace(resolve(area, f"commune {_names(area)[said.code]}"), text=said.words)
    sure = alone.kind is not Where.NOWHERE and not alone.ambiguous
    if sure and _fits(area, alone, said.code):
        return replace(alone, text=said.words)
    both = resolve(area, said.words)
    if not sure or both.ambiguous or both.kind is Where.NOWHERE:
        return both
    # The commune alone came out of both: then the words, which are known, say something else.
    of_commune = both.kind is Where.COMMUNE or fold(both.name) == fold(both.candidates[0].commune)
    if not of_commune and _fits(area, both, said.code):
        return both
    return _nowhere(alone, said.words, f"the row says that it is in {said.commune}")


def _nowhere(reading: Reading, text: str, against: str) -> Reading:
    return replace(
        reading, text=text, kind=Where.NOWHERE, geo_precision=3, place_id=None, pcode=None, corridor_id=None,
        from_m=None, to_m=None, radius_m=None, ambiguous=False, geometry=shapely.Point(),
        why=f"the words name {reading.name}, and {against}: one of the two is wrong",
    )  # fmt: skip


def _fits(area: Area, reading: Reading, code: str) -> bool:
    """Tell whether a reading lies in a commune, or so near that it may."""
    if reading.kind in (Where.COMMUNE, Where.SECTION):
        return all(one == code or one.startswith(f"{code}-") for one in split_names(reading.pcode))
    geometry = reading.geometry
    return bool(shapely.distance(geometry, unit_shapes(area)[code]) <= EDGE_M)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a row with coordinates: rejected, counted in a unit, or given a wider circle."""

    reject: str = ""
    unit: str | None = None
    radius_m: float = np.nan


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the words of a row say by themselves: another department, and a place here with where it may lie."""

    away: str = ""
    radius_m: float = 0.0
    extents: list[shapely.Geometry] = field(default_factory=list)
    name: str = ""
    commune: str = ""

    @classmethod
    def of(cls, area: Area, said: PlaceWords) -> _Heard:
        away = said.elsewhere(area) or (said.place if said.place and names_elsewhere(area, said.place) else "")
        reading = resolve(area, said.place) if said.place else None
        extents = [] if reading is None else _extents(area, reading)
        if reading is None or not extents:
            return cls(away, (reading and reading.radius_m) or 0.0)
        return cls(away, reading.radius_m or 0.0, extents, reading.name, reading.candidates[0].commune)


def _judge(
    area: Area, shapes: Mapping[str, shapely.Geometry], said: PlaceWords, heard: _Heard, point: shapely.Point,
    *, inner: shapely.Geometry | None,
) -> Verdict:  # fmt: skip
    """Hold the words and units of a row against its coordinates.

    Where two of the three agree, the row is counted in the commune they agree on; where none do, in the department
    that holds them all. A row that only another department could hold too is rejected.
    """
    away, extents, name, commune = heard.away, heard.extents, heard.name, heard.commune
    if point.is_empty or (inner is not None and inner.contains(point)):
        what = f"the commune is {said.commune}" if point.is_empty else f"the coordinates lie in {area.label}"
        # Without coordinates only a row of a commune alone comes here: it has nothing but its department against it.
        told = away and (said.code or not point.is_empty)
        return Verdict(reject=f"the row says {away}, and {what}" if told else "")
    gap = min((float(point.distance(one)) for one in extents), default=0.0) - heard.radius_m
    shape = None if said.code is None else shapes[said.code]
    off_commune = shape is not None and point.distance(shape) > EDGE_M
    if gap > APART_M and not away:  # a place of that name in another department, which the row names, is not ours
        if shape is not None and (not off_commune or min(one.distance(shape) for one in extents) <= EDGE_M):
            return Verdict(unit=said.code)
        if commune and point.distance(shapes[area.pcode]) <= EDGE_M:
            return Verdict(unit=area.pcode)
        return Verdict(reject=f"the coordinates lie {gap / 1000:.0f} km from {name}")
    if off_commune:
        agreed = _communes(area).get(commune)
        if agreed is not None or point.distance(shapes[area.pcode]) <= EDGE_M:
            return Verdict(unit=agreed or area.pcode)
        return Verdict(reject=f"the coordinates lie outside the commune of {said.commune}")
    if said.home and not extents and shape is None and point.distance(shapes[area.pcode]) > APART_M:
        return Verdict(reject=f"the coordinates lie outside {area.label}")
    # A town's extent is its commune here; a hamlet's circle must reach the coordinates.
    return Verdict(radius_m=gap) if BESIDE_M < gap <= APART_M else Verdict()


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What becomes of the rows with coordinates: units by row, least radius by row, and the notes."""

    units: Mapping[int, str]
    radius: Floats
    notes: tuple[str, ...] = field(default=())


def judge_rows(
    problems: Problems, area: Area, said: Mapping[int, PlaceWords], geometry: NDArray[Any], *, column: str
) -> Verdicts:
    """Hold words and units against coordinates in all rows that have both, each distinct pair once."""
    seen: dict[tuple[PlaceWords, bytes], Verdict] = {}
    heard: dict[PlaceWords, _Heard] = {}
    radius, shapes = np.full(problems.rows, np.nan), unit_shapes(area)
    inner: shapely.Geometry | None = None
    units: dict[int, str] = {}
    rejected: dict[str, list[int]] = {}
    spots = dict(zip(said, shapely.to_wkb(geometry[list(said)]), strict=True)) if said else {}
    for row, words in said.items():
        key = words, spots[row]
        if key not in seen:
            # A file says the same few words of many spots: they are read once.
            if words not in heard:
                heard[words] = _Heard.of(area, words)
            one = heard[words]
            if one.away and inner is None:
                inner = _inner(area)
            seen[key] = _judge(area, shapes, words, one, geometry[row], inner=inner if one.away else None)
        verdict = seen[key]
        radius[row] = verdict.radius_m
        if verdict.unit is not None:
            units[row] = verdict.unit
        if verdict.reject:
            rejected.setdefault(verdict.reject, []).append(row)
    for why, rows in rejected.items():
        wrong = np.zeros(problems.rows, dtype=bool)
        wrong[rows] = True
        problems.mark(
            wrong, column=column, why=why, fix="correct the place or the coordinates, or leave one of them out"
        )
    notes = []
    wide = np.flatnonzero(~np.isnan(radius)).tolist()
    if wide:
        apart = f"{BESIDE_M / 1000:g} to {APART_M / 1000:g} km"
        notes.append(f"{_rows(wide)}: coordinates {apart} from the place in words: the circle was widened to hold both")
    if units:
        notes.append(
            f"{_rows(list(units))}: place, commune and coordinates contradict one another: counted in the commune that "
            "two of them say, or else in the department"
        )
    return Verdicts(units, radius, tuple(notes))


def _rows(rows: list[int]) -> str:
    shown = ", ".join(str(row + 1) for row in rows[:_SHOWN])
    more = f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
    return f"row{'s' if len(rows) > 1 else ''} {shown}{more}"

"""Columns of coordinates: degrees, degrees and minutes, decimal commas, changed places, lost signs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Transformer

from artimap.areas.area import Area, read_layer, read_roads
from artimap.areas.user_layers import cached
from artimap.core.arrays import Bools, Floats
from artimap.core.crs import WGS84
from artimap.core.schema import TEXT
from artimap.sources.columns import numbers_of, present
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import distinct, spread_out

_MARGIN_DEG = 1.5
_ABROAD_DEG = 3.0
"""This far outside the window a row is hardly of a neighbouring department."""
# The letter may stand before or after; O is ouest in French, so it is west.
_MINUTES = re.compile(
    r"""^\s*(?P<front>[NSEWO])?\s*(?P<sign>[+-])?(?P<deg>\d{1,3})\s*(?:[°ºd:*]|\s)\s*
    (?P<min>\d{1,2}(?:[.,]\d+)?)\s*(?:['′’m:]|\s)?\s*(?:(?P<sec>\d{1,2}(?:[.,]\d+)?)\s*(?:["″”s]|''|′′|’’)?)?\s*(?P<back>[NSEWO])?\s*$""",
    re.VERBOSE | re.IGNORECASE,
)
_LETTERED = re.compile(
    r"^\s*(?P<front>[NSEWO])?\s*(?P<deg>\d{1,3}(?:[.,]\d+)?)\s*°?\s*(?P<back>[NSEWO])?\s*$", re.IGNORECASE
)
_MOST_LETTERS = 100
_SIGNS = {"S": -1.0, "W": -1.0, "O": -1.0}  # O is ouest


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Longitudes and latitudes of the rows; NaN where a row has none."""

    lon: Floats
    lat: Floats
    notes: tuple[str, ...]


@cached
def window(area: Area) -> tuple[float, float, float, float]:
    """Give the box in degrees (west, south, east, north) in which an area's reports can lie.

    The area and its roads with 1.5° around them: wide enough for every neighbouring
    department, too narrow for a coordinate with a lost sign.
    """
    shapes = [read_layer(area, "outline"), read_roads(area)]
    boxes = np.array([shape.to_crs(WGS84).total_bounds for shape in shapes])
    west, south = boxes[:, :2].min(axis=0) - _MARGIN_DEG
    east, north = boxes[:, 2:].max(axis=0) + _MARGIN_DEG
    return float(west), float(south), float(east), float(north)


def degrees_of(text: str) -> float:
    """Read degrees with minutes and letters.

    >>> round(degrees_of("19°06'30″N"), 4), degrees_of("72.5 W"), degrees_of("nowhere")
    (19.1083, -72.5, nan)
    """
    # Runs of blanks are made one: the patterns allow them in many places, and would try all ways to share them.
    # What is longer than this is no coordinate.
    text = " ".join(text.split())
    if len(text) > _MOST_LETTERS:
        return float("nan")
    # Degrees with a letter need one: without it they are a plain number, which was read before.
    found = _LETTERED.match(text)
    if found and (found["front"] or found["back"]):
        value = float(found["deg"].replace(",", "."))
        return value * _SIGNS.get((found["front"] or found["back"]).upper(), 1.0)
    found = _MINUTES.match(text)
    if not found:
        return float("nan")
    minutes = float(found["min"].replace(",", "."))
    seconds = float((found["sec"] or "0").replace(",", "."))
    # 72:75 is decimal degrees with a wrong sign between, and no place.
    if minutes >= 60 or seconds >= 60:
        return float("nan")
    # A minus and a letter may both stand; the minus wins, or W would turn it back.
    value = float(found["deg"]) + minutes / 60 + seconds / 3600
    letter = (found["front"] or found["back"] or "").upper()
    return value * (-1.0 if found["sign"] == "-" else _SIGNS.get(letter, 1.0))


def _degrees(column: pd.Series) -> tuple[Floats, Bools, bool, bool]:
    """Read one column: the values, which cells are none, and whether minutes or commas were met."""
    texts, codes = distinct(column)
    plain = present(texts)
    numbers, comma = numbers_of(plain, spaced=False)
    left = numbers.isna() & plain.notna()
    minutes = False
    if left.any():
        read = plain[left].astype(object).map(degrees_of).astype("float64")
        minutes = bool(read.notna().any())
        numbers = numbers.copy()
        numbers[left] = read
    wrong = (numbers.isna() & plain.notna()) | np.isinf(numbers)
    values = numbers.where(~wrong).to_numpy()
    bad: Bools = np.asarray(spread_out(wrong.to_numpy(dtype=bool), codes, missing=False), dtype=bool)
    return np.asarray(spread_out(values, codes, missing=np.nan), dtype=float), bad, minutes, comma


def _inside(lon: Floats, lat: Floats, box: tuple[float, float, float, float]) -> Bools:
    with np.errstate(invalid="ignore"):
        return (lon >= box[0]) & (lat >= box[1]) & (lon <= box[2]) & (lat <= box[3])


# The faults that hand-made files have, as turns of the two columns: swap, sign of longitude, sign of
# latitude. The first is no fault. On a tie the earlier one wins.
_READINGS = (
    ("", False, 1.0, 1.0),
    ("latitude and longitude have changed places", True, 1.0, 1.0),
    ("longitude has lost its minus sign (it lies in the western half of the world)", False, -1.0, 1.0),
    ("latitude has a minus sign too many", False, 1.0, -1.0),
    ("both coordinates have the wrong sign", False, -1.0, -1.0),
    ("latitude and longitude have changed places, and longitude has lost its minus sign", True, -1.0, 1.0),
)


def read_coordinates(
    lon: pd.Series, lat: pd.Series, problems: Problems, *, area: Area, names: tuple[str, str]
) -> Coordinates:
    """Read two columns as longitude and latitude, and check them against the area.

    Where most rows lie in the area's window only when the two change places or a sign is
    put right, the whole column is read so, and the note says it. A single row outside the
    window is rejected, with the reading that would bring it inside.

    Parameters
    ----------
    lon, lat
        The cells.
    problems
        Where rows with unreadable, half or far-off coordinates are marked.
    area
        The area that the file speaks of.
    names
        Names of the two columns in the file, longitude first.
    """
    x, bad_x, minutes_x, comma_x = _degrees(lon)
    y, bad_y, minutes_y, comma_y = _degrees(lat)
    notes: list[str] = []
    if minutes_x or minutes_y:
        notes.append("coordinates in degrees and minutes were turned into degrees")
    if comma_x or comma_y:
        notes.append("coordinates have decimal commas")
    fix = "write degrees as in -72.6931 and 19.1063"
    problems.mark(bad_x, column=names[0], why="is not a coordinate", fix=fix, cells=lon)
    problems.mark(bad_y, column=names[1], why="is not a coordinate", fix=fix, cells=lat)
    # One coordinate alone is no place. The missing one is to blame, unless it was unreadable and told
    # so already.
    half = (np.isnan(x) ^ np.isnan(y)) & ~bad_x & ~bad_y
    for column, missing in ((names[0], np.isnan(x)), (names[1], np.isnan(y))):
        problems.mark(
            half & missing, column=column, why="is empty, the other coordinate is not", fix="write both, or neither"
        )
    box = window(area)
    whole = ~np.isnan(x) & ~np.isnan(y)
    total = int(whole.sum())
    # The whole column decides. Turning single rows would move real reports from elsewhere into the
    # area.
    counts = [int(_inside(*_turned(x, y, *reading[1:]), box).sum()) for reading in _READINGS]
    chosen = int(np.argmax(counts))
    # Only if less than half fit as they stand, and more than half fit the other way.
    if total and chosen and counts[0] * 2 < total and counts[chosen] * 2 > total:
        x, y = _turned(x, y, *_READINGS[chosen][1:])
        words = _READINGS[chosen][0]
        notes.append(f"{words} in {counts[chosen]} of {total} rows: the whole file was read with this put right")
    else:
        chosen = 0
    notes += _mark_far_off(x, y, problems, box=box, names=names)
    return Coordinates(x, y, tuple(notes))


def _turned(x: Floats, y: Floats, swap: bool, sign_x: float, sign_y: float) -> tuple[Floats, Floats]:  # noqa: FBT001
    lon, lat = (y, x) if swap else (x, y)
    return lon * sign_x, lat * sign_y


def _mark_far_off(
    x: Floats, y: Floats, problems: Problems, *, box: tuple[float, float, float, float], names: tuple[str, str]
) -> list[str]:
    whole = ~np.isnan(x) & ~np.isnan(y)
    far = whole & ~_inside(x, y, box)
    if not far.any():
        return []
    # Enough to list; writing out a million pairs would take longer than reading them.
    places = np.flatnonzero(far)[:20_000]
    told = {int(at): f"{x[at]:g}, {y[at]:g}" for at in places.tolist()}
    shown = pd.Series([told.get(at, "") for at in range(len(x))], dtype=TEXT)
    left = far
    column = f"{names[0]}, {names[1]}"
    for words, swap, sign_x, sign_y in _READINGS[1:]:
        # A row gets the first reading that brings it inside, and one complaint.
        would = left & _inside(*_turned(x, y, swap, sign_x, sign_y), box)
        problems.mark(
            would, column=column, why=f"lies outside the area, as if {words}", fix="put it right in the file",
            cells=shown
        )  # fmt: skip
        left = left & ~would
    limits = f"longitude {box[0]:.1f} to {box[2]:.1f}, latitude {box[1]:.1f} to {box[3]:.1f}"
    wide = (box[0] - _ABROAD_DEG, box[1] - _ABROAD_DEG, box[2] + _ABROAD_DEG, box[3] + _ABROAD_DEG)
    earth = (np.abs(x) <= 180.0) & (np.abs(y) <= 90.0)
    # Far from the area but on the earth: most likely a row of another country in a world file, which
    # wants other advice.
    abroad = left & earth & ~_inside(x, y, wide)
    problems.mark(
        abroad, column=column, why=f"lies outside the area ({limits}), so far off that it is likely of another country",
        fix="leave out rows of other countries", cells=shown
    )  # fmt: skip
    problems.mark(
        left & ~abroad, column=column, why=f"lies outside the area ({limits})",
        fix="check it, or leave out rows from elsewhere", cells=shown
    )  # fmt: skip
    if int(abroad.sum()) * 2 <= int(whole.sum()):
        return []
    # The median, since a few stray rows would pull a mean into the sea.
    middle = (float(np.median(x[abroad])), float(np.median(y[abroad])))
    metres = Geod(ellps="WGS84").inv(*middle, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2)[2]
    spot = f"longitude {middle[0]:.1f}, latitude {middle[1]:.1f}, some {metres / 1000:,.0f} km from the area"
    rows = f"{int(abroad.sum())} of {int(whole.sum())} rows"
    return [f"{rows} lie around {spot}: the file seems to be of another country"]


def points(lon: Floats, lat: Floats, area: Area) -> NDArray[Any]:
    """Give metric points; rows without coordinates get an empty one. Equal spots share one object."""
    # Both coordinates in one complex number: factorize has no form for pairs. A row with a NaN in
    # either gets -1.
    keys = pd.factorize(pd.Series(lon + 1j * lat), use_na_sentinel=True)[0]
    first = np.full(int(keys.max(initial=-1)) + 1, -1, dtype=np.intp)
    # Backwards, so that the first row of each spot is the one that stays.
    rows = np.flatnonzero(keys >= 0)[::-1]
    first[keys[rows]] = rows
    x, y = _transformer(area.crs).transform(lon[first], lat[first])
    pool = np.append(shapely.points(np.asarray(x, dtype=float), np.asarray(y, dtype=float)), shapely.Point())
    out: NDArray[Any] = pool[keys]  # -1, a row without coordinates, takes the empty point at the end
    return out


@cache
def _transformer(crs: str) -> Transformer:
    return Transformer.from_crs(WGS84, crs, always_xy=True)

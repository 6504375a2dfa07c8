"""Part of a map: around a place, or between degrees."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from artimap.core.errors import PlaceError, ShareError
from artimap.core.i18n import format_number, tr
from artimap.core.text import fold
from artimap.maps.fact_tables import SearchEntry
from artimap.maps.page import Page

_RADIUS_M = 15_000.0
_LEAST_M, _MOST_M = 500.0, 500_000.0
_M_PER_DEGREE = 111_320.0

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class CutOut:
    """Part of a map.

    Attributes
    ----------
    bounds
        West, south, east, north in degrees.
    place, radius_m
        What it is around; empty where it is given in degrees.
    """

    bounds: Bounds
    place: str = ""
    radius_m: float = 0.0

    def beyond(self, page: Page) -> bool:
        """Tell whether part of it lies where the map has no data."""
        west, south, east, north = self.bounds
        return west < page.limits[0] or south < page.limits[1] or east > page.limits[2] or north > page.limits[3]

    def words(self, page: Page) -> str:
        """Say what is shown, and whether part of it has no data."""
        parts = []
        if self.place:
            km = format_number(self.radius_m / 1000, page.lang)
            parts.append(tr("picture.around", page.lang, place=self.place, km=km))
        if self.beyond(page):
            parts.append(tr("picture.beyond", page.lang))
        return "  ·  ".join(parts)


def cut_out(page: Page, place: str | None, radius_m: float | None, bbox: Sequence[float] | None) -> CutOut | None:
    """Read what part of a map is asked for; None for all of it."""
    if place is None and bbox is None:
        if radius_m is not None:
            msg = "a radius is around a place: name the place too"
            raise ShareError(msg)
        return None
    if place is not None and bbox is not None:
        msg = "a place or a box in degrees, not both"
        raise ShareError(msg)
    made = _around(page, place, radius_m) if place is not None else _between(bbox or (), radius_m)
    west, south, east, north = made.bounds
    left, low, right, high = page.limits
    if east <= left or west >= right or north <= low or south >= high:
        msg = (
            f"the box {west:g}, {south:g}, {east:g}, {north:g} lies outside the data of this map, which go from "
            f"{left:g}, {low:g} to {right:g}, {high:g} (longitude, latitude)"
        )
        raise PlaceError(msg)
    return made


def _around(page: Page, place: str, radius_m: float | None) -> CutOut:
    radius = _RADIUS_M if radius_m is None else float(radius_m)
    if not _LEAST_M <= radius <= _MOST_M:
        msg = f"a radius of {radius:g} m: take {_LEAST_M:g} to {_MOST_M:g} m"
        raise ShareError(msg)
    entry = find_entry(page.names, place)
    lon, lat = entry.at
    up = radius / _M_PER_DEGREE
    across = up / math.cos(math.radians(lat))
    return CutOut((lon - across, lat - up, lon + across, lat + up), entry.label, radius)


def find_entry(names: Sequence[SearchEntry], asked: str) -> SearchEntry:
    """Give the place, section or commune of a name in any of its spellings; places come first.

    Raises
    ------
    PlaceError
        If there is none: the names nearest to it are told.
    """
    spellings: dict[str, SearchEntry] = {}
    for entry in names:
        for word in (entry.label, *entry.also.split("|")):
            if word:
                spellings.setdefault(fold(word), entry)
    found = spellings.get(fold(asked))
    if found is None:
        near = [spellings[one].label for one in get_close_matches(fold(asked), spellings, 3, 0.6)]
        hint = f"; nearest names: {', '.join(dict.fromkeys(near))}" if near else ""
        msg = f"{asked!r} is no place, section or commune on this map{hint}"
        raise PlaceError(msg)
    return found


def _between(bbox: Sequence[float], radius_m: float | None) -> CutOut:
    if radius_m is not None:
        msg = "a radius is around a place, not around a box in degrees"
        raise ShareError(msg)
    if len(bbox) != 4 or not all(math.isfinite(one) for one in bbox):
        msg = "a box is four numbers in degrees: west, south, east, north"
        raise ShareError(msg)
    west, south, east, north = (float(one) for one in bbox)
    if not (-180 <= west < east <= 180 and -85 <= south < north <= 85):
        msg = f"the box {west:g}, {south:g}, {east:g}, {north:g}: west is less than east and south less than north"
        raise ShareError(msg)
    if min((east - west) * math.cos(math.radians(south)), north - south) * _M_PER_DEGREE < 2 * _LEAST_M:
        box = f"{west:g}, {south:g}, {east:g}, {north:g}"
        msg = f"the box {box} is less than {2 * _LEAST_M:g} m across: take a larger one"
        raise ShareError(msg)
    return CutOut((west, south, east, north))

"""Very many events on paper: counted in squares, as the page does from afar, or each as a mark where they are few."""

from __future__ import annotations

import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from artimap.core import style
from artimap.core.crs import WGS84
from artimap.core.i18n import format_count, format_number, words
from artimap.maps.base_layers import Feature
from artimap.maps.event_columns import harm_of
from artimap.maps.events import sort_events
from artimap.maps.legend import LegendRow

EACH = 600
"""Events up to which each is drawn as a mark."""

INKS = (0.16, 0.3, 0.46, 0.64, 0.84)
"""How dark the classes are, as on the page."""

_SIDE_IN = 9 / 96
_MOST_CLASSES = len(INKS)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Squares:
    """Events counted in squares.

    Attributes
    ----------
    corners
        Left and lower edge of each square that holds an event, in inches on the sheet.
    steps
        Class of each, from 0.
    edges
        Least count of each class.
    side
        Length of a side in inches.
    """

    corners: Floats
    steps: NDArray[np.int64]
    edges: tuple[int, ...]
    side: float = _SIDE_IN

    def ink(self, step: int) -> float:
        """Give how dark a class is: the last is always the darkest."""
        return INKS[_MOST_CLASSES - len(self.edges) + step]

    def rows(self, km_per_in: float, lang: str) -> list[tuple[str, LegendRow | None]]:
        """Give the rows of the legend, with the size of a square."""
        km = self.side * km_per_in
        said = f"{format_number(km, lang)} km" if km >= 1 else f"{format_number(1000 * km, lang)} m"
        rows: list[tuple[str, LegendRow | None]] = [(words(lang)["map.ui.squares"].format(size=said), None)]
        for step, least in enumerate(self.edges):
            most = self.edges[step + 1] - 1 if step + 1 < len(self.edges) else None
            low = format_count(least, lang)
            text = f"≥ {low}" if most is None else low if most == least else f"{low}–{format_count(most, lang)}"
            rows.append((text, LegendRow(f"square_{_MOST_CLASSES - len(self.edges) + step}", text)))
        return rows


def marked(events: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Floats]:
    """Give the events that have a mark, and their longitude and latitude, a row each."""
    rows = events[sort_events(events).mark]
    points = np.asarray(rows.geometry.array)
    to_wgs = pyproj.Transformer.from_crs(events.crs, WGS84, always_xy=True)
    return rows, np.column_stack(to_wgs.transform(shapely.get_x(points), shapely.get_y(points)))


def count_squares(spots: Floats) -> Squares:
    """Count spots (inches on the sheet) in squares."""
    cells, counts = np.unique(np.floor(spots / _SIDE_IN).astype(np.int64), axis=0, return_counts=True)
    edges = _edges(int(counts.max(initial=1)))
    steps = np.searchsorted(np.asarray(edges), counts, side="right") - 1
    corners: Floats = cells.astype(np.float64) * _SIDE_IN
    return Squares(corners, steps.astype(np.int64), edges)


def _edges(most: int) -> tuple[int, ...]:
    """Give the lower edges of at most five classes up to a count: 1, then steps of 1, 2 or 5, each so many times more.

    >>> _edges(1), _edges(300)
    ((1,), (1, 5, 10, 50, 100))
    """
    edges = [1]
    for k in range(1, _MOST_CLASSES):
        edge = _round_up(most ** (k / _MOST_CLASSES))
        if edges[-1] < edge <= most:
            edges.append(edge)
    return tuple(edges)


def _round_up(value: float) -> int:
    power = 10 ** math.floor(math.log10(max(value, 1.0)))
    return int(next(step * power for step in (1, 2, 5, 10) if value <= step * power))


def each_mark(events: gpd.GeoDataFrame, spots: Floats) -> tuple[Feature, ...]:
    """Give a mark for each of few events; those at one place fall together as they do elsewhere on the sheet."""
    harm = harm_of(events)
    return tuple(
        Feature(
            f"event:{n}", str(kind), ((((float(lon), float(lat)),),),),
            size=style.event_size(None if np.isnan(count) else float(count)), hollow=bool(np.isnan(count)),
        )
        for n, (kind, (lon, lat), count) in enumerate(zip(events["kind"], spots, harm, strict=True))
    )  # fmt: skip

"""Where on the roads of an area a row lies: kilometres, coordinates, words, or a line drawn along a road."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from artimap.areas.area import Area, read_roads
from artimap.areas.corridors import read_corridor
from artimap.areas.gazetteer.resolve import Reading
from artimap.core.arrays import Bools
from artimap.core.crs import WGS84
from artimap.core.errors import CorridorError
from artimap.core.schema import TEXT
from artimap.core.vocab import Where
from artimap.roads.corridor import Corridor
from artimap.sources.columns import numbers_of, present
from artimap.sources.coordinates import read_coordinates
from artimap.sources.forms import FilledForm
from artimap.sources.georeference import Hints, place
from artimap.sources.quarantine import Problems

_BESIDE_M: Final = 500.0
"""A spot within this distance of a road is on it: the embedded lines lie up to 100 m off."""
_ALONG_M: Final = 250.0
"""A line drawn by others runs along a road where it keeps within this distance of it."""
_STEP_M: Final = 100.0
_LEAST_RUN_M: Final = 2_000.0


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the rows of a table lie.

    Attributes
    ----------
    road, from_m, to_m
        The road and the chainages on it; null where there is none.
    kind, pcode
        What kind of place it is, and its unit.
    geometry
        In the area's system; empty where there is none.
    readings
        How words were read, by row.
    notes
        What was decided.
    """

    road: pd.Series
    from_m: pd.Series
    to_m: pd.Series
    kind: pd.Series
    pcode: pd.Series
    geometry: NDArray[Any]
    readings: Mapping[int, Reading]
    notes: tuple[str, ...]


def placed_on_roads(filled: FilledForm, area: Area, problems: Problems, *, near_m: float) -> Placed:
    """Give each row of a filled form its place: by kilometres, else coordinates, else words.

    Parameters
    ----------
    filled
        The form: ``place``, ``road``, ``from_km``, ``to_km``, ``lat``, ``lon`` are looked at.
    area
        The area.
    problems
        Where rows with odd kilometres or coordinates are marked.
    near_m
        A named place within this distance of the area's own road is on it.
    """
    named = filled.named
    notes: list[str] = []
    coordinates = None
    if {"lat", "lon"} <= set(named):
        pair = (named["lon"], named["lat"])
        coordinates = read_coordinates(
            filled.raw.cells[pair[0]], filled.raw.cells[pair[1]], problems, area=area, names=pair
        )
        notes += coordinates.notes
    spans = spans_of(filled, area, problems)
    at_km = [one is not None for one in spans]
    words = filled.text("place").mask(pd.Series(at_km, dtype=bool))
    rows = problems.rows
    found = place(
        problems, area=area, precision=pd.Series(np.full(rows, 1)), coordinates=coordinates, hints=Hints(words=words),
        exact=True,
    )  # fmt: skip

    def column(name: str) -> list[Any]:
        values = found.columns.get(name)
        return [None] * rows if values is None else values.astype(object).where(values.notna(), None).tolist()

    kinds, pcodes, roads, lows, highs = map(column, ("place_kind", "pcode", "road_id", "from_m", "to_m"))
    shapes = found.geometry.copy()
    own = read_corridor(area, area.corridor_id)
    for at in range(rows):
        span = spans[at]
        if span is not None:
            road, low, high = span
            kinds[at], roads[at], lows[at], highs[at] = Where.STRETCH.value, road.corridor_id, low, high
            shapes[at] = road.piece(low, high) if high > low else road.point_at(low)
        elif kinds[at] in (Where.POINT, Where.PLACE):
            reach = _BESIDE_M if kinds[at] == Where.POINT else near_m
            chainage, offset = own.project(shapes[at : at + 1])
            # A road that the words name goes before the one that is near.
            if offset[0] <= reach and roads[at] in (None, own.corridor_id):
                roads[at], lows[at], highs[at] = own.corridor_id, float(chainage[0]), float(chainage[0])
        elif kinds[at] == Where.SECTION and pcodes[at] is not None:
            pieces = own.unit_pieces(pcodes[at])
            if pieces:
                roads[at], lows[at], highs[at] = own.corridor_id, pieces[0][0], pieces[-1][1]
    lost = [note for note in found.notes if "tell of no place" not in note or not any(at_km)]
    return Placed(
        road=pd.Series(roads, dtype=TEXT),
        from_m=pd.Series(lows, dtype="float64"),
        to_m=pd.Series(highs, dtype="float64"),
        kind=pd.Series(kinds, dtype=TEXT),
        pcode=pd.Series(pcodes, dtype=TEXT),
        geometry=shapes,
        readings=found.readings,
        notes=(*notes, *lost),
    )


def spans_of(filled: FilledForm, area: Area, problems: Problems) -> list[tuple[Corridor, float, float] | None]:
    """Read the kilometres of each row; one alone is a spot."""
    out: list[tuple[Corridor, float, float] | None] = [None] * problems.rows
    if "from_km" not in filled.named:
        return out
    texts = [present(filled.text(name)) for name in ("from_km", "to_km")]
    numbers = [numbers_of(text.str.replace(r"^(?:km|pk)\.? ?", "", case=False, regex=True))[0] for text in texts]
    named = present(filled.text("road")).str.lower().str.replace(r"[^a-z0-9]", "", regex=True)
    bad = np.zeros((2, problems.rows), dtype=bool)
    unknown = np.zeros(problems.rows, dtype=bool)
    for at in range(problems.rows):
        low, high = (float(one.iloc[at]) for one in numbers)
        for n in (0, 1):
            bad[n, at] = isinstance(texts[n].iloc[at], str) and not np.isfinite((low, high)[n])
        if not np.isfinite(low) or bad[:, at].any():
            continue
        try:
            road = read_corridor(area, named.iloc[at] if isinstance(named.iloc[at], str) else area.corridor_id)
        except CorridorError:
            unknown[at] = True
            continue
        ends = sorted(1000 * one for one in (low, high if np.isfinite(high) else low))
        if ends[0] < 0 or ends[1] > road.length_m + 1_000:
            bad[0, at] = True
            continue
        out[at] = (road, min(ends[0], road.length_m), min(ends[1], road.length_m))
    for n, name in enumerate(("from_km", "to_km")):
        problems.mark(
            bad[n], column=filled.called(name), why="is no kilometre of the road",
            fix="write kilometres from its start", cells=texts[n],
        )  # fmt: skip
    problems.mark(
        unknown, column=filled.called("road"), why="is no road of the area", fix="write for example rn1", cells=named
    )  # fmt: skip
    return out


def along_roads(shapes: NDArray[Any], area: Area) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Give for shapes that others have drawn the road that each lies along, and from where to where.

    Parameters
    ----------
    shapes
        Points and lines in the area's system.
    area
        The area; its measured roads are looked at.

    Returns
    -------
    tuple
        Road, from and to chainage in metres. A point within 500 m of a road stands on it. A line lies along the road
        by which most of it keeps within 250 m, if that is half of it or 2 km; a side road, which only begins at
        the other, does not. All null where there is none: the shape itself is kept by the caller.
    """
    table = read_roads(area)
    lines = table.geometry.to_numpy()
    roads: list[str | None] = [None] * len(shapes)
    ends = np.full((len(shapes), 2), np.nan)
    for at, shape in enumerate(shapes):
        if shape is None or shape.is_empty:
            continue
        spots = spots_along(shape)
        reach = _BESIDE_M if len(spots) == 1 else _ALONG_M
        best = 0.0
        for n in np.flatnonzero(shapely.dwithin(lines, shape, reach + _BESIDE_M)):
            road = read_corridor(area, table["road_id"].iloc[n])
            run = run_along(road, spots, reach, float(shape.length))
            if run is not None and run[0] > best:
                best, (roads[at], *ends[at]) = run[0], (road.corridor_id, *run[1:])
    return (
        pd.Series(roads, dtype=TEXT),
        pd.Series(ends[:, 0], dtype="float64"),
        pd.Series(ends[:, 1], dtype="float64"),
    )


def spots_along(shape: shapely.Geometry) -> NDArray[Any]:
    """Give points along a shape, every 100 m; the shape itself where it is a point."""
    if shape.length == 0 or shape.geom_type in ("Polygon", "MultiPolygon"):
        return np.array([shapely.point_on_surface(shape)], dtype=object)
    counts = [(one, max(2, int(one.length / _STEP_M) + 1)) for one in shapely.get_parts(shape)]
    return np.concatenate([shapely.line_interpolate_point(one, np.linspace(0, one.length, n)) for one, n in counts])


def run_along(road: Corridor, spots: NDArray[Any], reach: float, length: float) -> tuple[float, float, float] | None:
    """Give how much of a shape runs along a road, and from where to where; null where too little does."""
    chainage, offset = road.project(spots)
    near: Bools = offset <= reach
    if len(spots) == 1:
        return (1.0 / (1.0 + float(offset[0])), float(chainage[0]), float(chainage[0])) if near[0] else None
    # The longest run of spots beside the road, one after the other.
    edges = np.flatnonzero(np.diff(np.r_[False, near, False].astype(np.int8)))
    if not len(edges):
        return None
    starts, stops = edges[::2], edges[1::2]
    longest = int(np.argmax(stops - starts))
    low, high = int(starts[longest]), int(stops[longest])
    share = (high - low) / len(spots)
    span = np.ptp(chainage[low:high])
    # A side road is near the road where it leaves it, and gets on by no more than its breadth.
    if span < 0.5 * share * length or (share < 0.5 and span < _LEAST_RUN_M):
        return None
    return share, float(chainage[low:high].min()), float(chainage[low:high].max())


def in_area(shapes: NDArray[Any], area: Area) -> NDArray[Any]:
    """Give shapes in longitude and latitude in the area's system; what is missing is an empty point."""
    there = np.array([shapely.Point() if one is None else one for one in shapes], dtype=object)
    out: NDArray[Any] = gpd.GeoSeries(there, crs=WGS84).to_crs(area.crs).to_numpy()
    return out

"""Very many events: no detail is made of any before it is asked for.

A mark only where the place is known, an area or stretch where it is wider, nothing where it
is the department or nowhere, as for few events (:func:`artimap.maps.thematic_layers.events_layers`),
but column by column.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from artimap.core.crs import WGS84
from artimap.core.i18n import tr
from artimap.core.precision import METRE_DECIMALS
from artimap.core.vocab import EventKind, Where
from artimap.maps.base_layers import Feature, Layer, parts_of, to_degrees
from artimap.maps.cards import VisibleClaims, event_key, text_or
from artimap.maps.codec import box_of
from artimap.maps.event_columns import Field, harm_of, pack_field
from artimap.maps.thematic_layers import MARKED, SPREAD

CROWD = 2_000
"""Events from which on a page holds them as columns only."""

_MOST_SPOTS = 65_535


@dataclass(frozen=True, slots=True, eq=False)
class Sorted:
    """Which events have a mark, which lie somewhere in an area or stretch, by row.

    Attributes
    ----------
    mark
        Whether the event has a mark.
    spot
        Number of its area or stretch, from 1; 0 where it has none.
    shapes
        Key, shape, pieces of words and number of events of each area or stretch.
    """

    mark: np.ndarray
    spot: np.ndarray
    shapes: tuple[tuple[str, shapely.Geometry, int], ...]


def sort_events(events: gpd.GeoDataFrame) -> Sorted:
    """Tell apart events with a mark, those somewhere in an area or stretch, and those nowhere."""
    geometry = np.asarray(events.geometry.array)
    there = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    point = there & (shapely.get_type_id(geometry) == 0)
    force = (events["kind"] == EventKind.DEPLOYMENT).to_numpy(dtype=bool)
    if "place_kind" not in events.columns:
        return Sorted(point & ~force, np.zeros(len(events), np.uint32), ())
    where = events["place_kind"]
    mark = point & ~force & where.isin([*MARKED]).to_numpy(dtype=bool)
    wide = there & ~force & ~mark & where.isin([*MARKED, *SPREAD]).to_numpy(dtype=bool)
    spot = np.zeros(len(events), np.uint32)
    rows = np.flatnonzero(wide)
    if not len(rows):
        return Sorted(mark, spot, ())
    names = _spot_names(events.iloc[rows])
    codes, found = pd.factorize(names, sort=True)
    if len(found) > _MOST_SPOTS:  # then the rest is nowhere, and counted so
        codes = np.where(codes < _MOST_SPOTS, codes, -1)
    spot[rows] = codes + 1
    outline = {}
    # by millimetres first: the bytes of two shapes stand in another order where a last bit differs
    extent = np.round(shapely.bounds(geometry[rows]), METRE_DECIMALS)
    order = np.lexsort((shapely.to_wkb(geometry[rows], hex=True).astype(str), *extent.T, codes))
    for row in order[np.unique(codes[order], return_index=True)[1]]:
        outline[int(codes[row])] = geometry[rows[row]]
    counts = np.bincount(codes[codes >= 0])
    shapes = tuple((str(found[code]), outline[code], int(counts[code])) for code in range(len(counts)))
    return Sorted(mark, spot, shapes)


def _spot_names(events: gpd.GeoDataFrame) -> np.ndarray:
    def texts(name: str) -> pd.Series:
        if name not in events.columns:
            return pd.Series("", index=events.index, dtype=object)
        return pd.Series(events[name].astype(object).where(events[name].notna(), "").astype(str))

    stretch = texts("road_id") + ";" + texts("from_m") + ";" + texts("to_m")
    unit = texts("pcode").where(texts("pcode") != "", texts("place"))
    return np.where((events["place_kind"] == Where.STRETCH).to_numpy(dtype=bool), stretch.to_numpy(), unit.to_numpy())


def crowd_layers(events: gpd.GeoDataFrame, found: Sorted, *, lang: str) -> tuple[Layer, ...]:
    """Give the layer of the canvas, with the kinds that are on it, and the areas and stretches.

    Parameters
    ----------
    events
        EVENTS, or a table with ``kind``.
    found
        See :func:`sort_events`.
    lang
        Language of the labels.
    """
    layers = []
    hollow = bool(np.isnan(harm_of(events))[found.mark].any())
    kinds = sorted(str(kind) for kind in events.loc[found.mark, "kind"].unique())
    if kinds:
        features = tuple(Feature(f"crowd:{kind}", kind, (), hollow=hollow) for kind in kinds)
        layers.append(Layer("crowd", "map.layer.events", "field", features))
    if found.shapes:
        shapes = to_degrees(gpd.GeoSeries([shape for _, shape, _ in found.shapes], crs=events.crs), tolerance_m=30)
        layers.append(
            Layer(
                "somewhere",
                "map.layer.somewhere",
                "somewhere",
                tuple(
                    _spot(n, key, shape, count, lang)
                    for n, ((key, _, count), shape) in enumerate(zip(found.shapes, shapes, strict=True), 1)
                ),
            )
        )
    return tuple(layers)


def _spot(number: int, key: str, shape: shapely.Geometry, count: int, lang: str) -> Feature:
    parts = parts_of(shape)
    line = all(len(part[0]) < 2 or part[0][0] != part[0][-1] for part in parts)
    return Feature(
        f"somewhere:{text_or(key, str(number))}",
        "somewhere_stretch" if line else "somewhere_area",
        parts,
        label=tr("map.somewhere_1" if count == 1 else "map.somewhere", lang, n=count),
        size=float(count),
        details=(f"spot:{number}",),
    )


def events_field(
    events: gpd.GeoDataFrame,
    found: Sorted,
    *,
    limits: tuple[float, float, float, float],
    first: dt.date,
    last: dt.date,
    said: VisibleClaims | None = None,
) -> Field:
    """Pack the events as columns, with what their cards are made of.

    Parameters
    ----------
    events
        EVENTS in a metric system, or a table with ``kind`` and ``date_start``.
    found
        See :func:`sort_events`.
    limits
        How far the map goes, in degrees.
    first, last
        Days of the time slider.
    said
        Who says what, where the page lists the events one by one; null where they are only columns.
    """
    lon, lat = np.full(len(events), np.nan), np.full(len(events), np.nan)
    points = np.asarray(events.geometry.array)[found.mark]
    if len(points):
        to_wgs = pyproj.Transformer.from_crs(events.crs, WGS84, always_xy=True)
        lon[found.mark], lat[found.mark] = to_wgs.transform(shapely.get_x(points), shapely.get_y(points))
    keys = sources = None
    if said is not None:
        keys = [event_key(event_id) for event_id in events["event_id"]]
        sources = [said.publishers(str(event_id)) for event_id in events["event_id"]]
    return pack_field(
        events,
        lon=lon,
        lat=lat,
        box=box_of(*limits),
        spot=found.spot,
        first=first,
        last=last,
        keys=keys,
        sources=sources,
    )

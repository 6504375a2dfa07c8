"""The small map of the country that says where the large one lies."""

from __future__ import annotations

from dataclasses import dataclass

from artimap.area import Area, read_layer
from artimap.i18n import tr
from artimap.maps.layers import Parts, bounds_of, parts_of, to_degrees

_OUTLINE_TOLERANCE_M = 1_500.0


@dataclass(frozen=True, slots=True)
class Locator:
    """Where an area lies in its country, coarse: a hundred pixels show no more.

    Attributes
    ----------
    name
        Name of the country.
    text
        What a screen reader says.
    bounds
        West, south, east, north of the small map in degrees.
    country, neighbour, area
        Shapes in degrees.
    """

    name: str
    text: str
    bounds: tuple[float, float, float, float]
    country: Parts
    neighbour: Parts
    area: Parts


def locator(area: Area, lang: str) -> Locator:
    """Give the small map of an area's country: its first row is the country, the others lie beside it."""
    shapes = read_layer(area, "country")
    own, *beside = to_degrees(shapes.geometry)
    (outline,) = to_degrees(read_layer(area, "outline").geometry, tolerance_m=_OUTLINE_TOLERANCE_M)[:1]
    west, south, east, north = bounds_of(shapes.geometry)
    name = tr(f"map.country.{str(shapes['name'].iloc[0]).lower()}", lang)
    return Locator(
        name=name,
        text=tr("map.locator", lang, area=area.label, country=name),
        bounds=(west - 0.05, south - 0.05, east, north + 0.05),
        country=parts_of(own),
        neighbour=tuple(part for shape in beside for part in parts_of(shape)),
        area=parts_of(outline),
    )

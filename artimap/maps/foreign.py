"""A user's own folium layers: which may stand in the page, and what is wrong with those that may not.

The page runs only scripts that its policy names, and asks nothing of any network. A layer of
folium's that is plain shapes fits that; one that loads a plugin, an icon, tiles or a file does
not, and would fail in silence on the reader's screen. So every element of a layer is looked at
before the page is made, and each that would break is named, with what to use in its place.
folium writes texts of tooltips and names of layers into its script as they are: markup,
backticks and backslashes in them are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from artimap.errors import ShareError

_PLAIN: Final = frozenset(
    {"FeatureGroup", "GeoJson", "PolyLine", "Polygon", "Rectangle", "Circle", "CircleMarker", "Marker", "LayerControl",
     "Tooltip", "GeoJsonTooltip", "DivIcon"}
)  # fmt: skip
"""Elements that are known to need nothing but Leaflet."""

_REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "Popup": ("needs jQuery, which is not in the page", "use a tooltip"),
    "GeoJsonPopup": ("needs jQuery, which is not in the page", "use a GeoJsonTooltip"),
    "Icon": ("loads a picture and a font from elsewhere", "use folium.CircleMarker or folium.DivIcon"),
    "CustomIcon": ("loads a picture", "use folium.CircleMarker or folium.DivIcon"),
    "TileLayer": ("asks a server for every tile", "pass tiles= to briefing_map, which says what it gives away"),
    "WmsTileLayer": ("asks a server for every tile", "draw the shapes you need as folium.GeoJson"),
    "Choropleth": ("brings a script for its legend from elsewhere", "colour a folium.GeoJson with style_function"),
}
_UNKNOWN: Final = ("is not known to work without a network", "use shapes: GeoJson, PolyLine, Polygon, CircleMarker")

_MARKUP = re.compile(r"[<>`\\]|\$\{")
_IN_QUOTES = re.compile(r"[<>`\\\"&]|\$\{")


@dataclass(frozen=True, slots=True)
class Broken:
    """What of a layer the page's policy would break: the element, why, and what to use instead."""

    element: str
    why: str
    fix: str

    def __str__(self) -> str:
        return f"{self.element} {self.why}: {self.fix}"


def what_breaks(layers: Sequence[Any]) -> tuple[Broken, ...]:
    """List all that would not work in a page without a network, or would let text become code.

    Parameters
    ----------
    layers
        folium elements that are to be added to the map.

    Returns
    -------
    tuple of Broken
        Empty where every element may stand in the page.
    """
    found: list[Broken] = []
    for layer in layers:
        for element in _tree(layer):
            found += _faults(element)
    return tuple(dict.fromkeys(found))


def check(layers: Sequence[Any]) -> None:
    """Refuse layers that the page would break.

    Raises
    ------
    ShareError
        With every element that would not work, why, and what to use in its place.
    """
    found = what_breaks(layers)
    if found:
        msg = "these folium layers cannot stand in a page that asks nothing of any network:\n  - " + "\n  - ".join(
            str(one) for one in found
        )
        raise ShareError(msg)


def _tree(element: Any) -> Iterator[Any]:
    yield element
    children: Mapping[str, Any] = getattr(element, "_children", {})
    inside = [*children.values(), getattr(element, "marker", None)]
    for child in inside:
        if child is not None:
            yield from _tree(child)


def _faults(element: Any) -> Iterator[Broken]:
    kind = type(element).__name__
    ours = type(element).__module__.split(".")[0] == "folium"
    if not ours or kind not in _PLAIN:
        yield Broken(kind, *(_REASONS.get(kind, _UNKNOWN) if ours else _UNKNOWN))
        return
    name = getattr(element, "layer_name", None)
    if isinstance(name, str) and _IN_QUOTES.search(name):
        yield Broken(kind, f"has a name with signs that could become code ({name[:40]!r})", "use plain words")
    if kind == "Marker" and not any(type(child).__name__ == "DivIcon" for child in element._children.values()):  # noqa: SLF001 - folium has no public way
        yield Broken(kind, "loads its pin's picture", "use folium.CircleMarker, or icon=folium.DivIcon(…)")
    if kind == "Tooltip":
        yield from _text_faults(kind, [str(element.text)])
        if getattr(element, "style", None):
            yield Broken(kind, "has a style of its own, which the policy forbids", "leave style= out")
    if kind == "DivIcon":
        options: Mapping[str, Any] = getattr(element, "options", {})
        yield from _text_faults(kind, [str(options.get("html") or "")])
    if kind == "LayerControl" and element.options.get("collapsed", True):
        yield Broken(kind, "loads its button's picture", "give it collapsed=False")
    if kind == "GeoJson":
        yield from _geojson_faults(element)


def _geojson_faults(element: Any) -> Iterator[Broken]:
    if not getattr(element, "embed", True):
        yield Broken("GeoJson", "is loaded from a file or address", "leave embed=True, so that it stands in the page")
        return
    if any(type(child).__name__ == "GeoJsonTooltip" for child in element._children.values()):  # noqa: SLF001
        yield from _text_faults("GeoJsonTooltip", _texts(element.data))


def _text_faults(kind: str, texts: Iterable[str]) -> Iterator[Broken]:
    for text in texts:
        if _MARKUP.search(text):
            yield Broken(kind, f"has text that could become markup or code ({text[:40]!r})", "use plain text")
            return


def _texts(data: Any) -> Iterator[str]:
    """Give every text of the properties in a GeoJSON."""
    features = data.get("features", [data]) if isinstance(data, Mapping) else []
    for feature in features:
        stack = [feature.get("properties")]
        while stack:
            value = stack.pop()
            if isinstance(value, str):
                yield value
            elif isinstance(value, Mapping):
                stack += [*value.keys(), *value.values()]
            elif isinstance(value, list | tuple):
                stack += list(value)

"""A user's own folium layers: which may stand in the page, and what is wrong with those that may not.

The page runs only scripts that its policy names, and asks nothing of any network. A layer of
folium's that is plain shapes fits that; one that loads a plugin, an icon, tiles or a file does
not, and would fail in silence on the reader's screen. So every element of a layer is looked at
before the page is made, and each that would break is named, with what to use in its place.
folium writes texts of tooltips, names of layers, styles and names of properties into its
script as they are: markup, backticks and backslashes in them are refused, and so is every
colour that is not one. And it reads each script that it has made once more as a template:
double braces anywhere in a layer, data of GeoJSON included, would run as code in Python.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from artimap.core.errors import ShareError

_HEX: Final = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)
_NUMBER: Final = r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)"
_CALL: Final = re.compile(
    rf"(?:rgba?|hsla?)\(\s*{_NUMBER}(?:%|deg)?(?:\s*[,\s/]\s*{_NUMBER}%?){{2,3}}\s*\)", re.IGNORECASE
)
_WORD: Final = re.compile(r"[a-z]{3,20}", re.IGNORECASE)
_PLAIN_COLOUR: Final = re.compile(r"[\w .,%#()+-]*")
"""Other options: widths and dashes, names of caps, places and classes."""

_NAME: Final = re.compile(r"[A-Za-z_][\w-]*")
_MEANT: Final = "write a colour as #AA3377, rgb(170, 51, 119) or a CSS name such as crimson"


@dataclass(frozen=True, slots=True)
class OptionFault:
    """What is wrong with an option, and what to write in its place."""

    why: str
    fix: str


def is_colour(text: str) -> bool:
    """Tell whether a text is a colour and nothing else.

    ``#RGB`` to ``#RRGGBBAA``, ``rgb()`` and ``hsl()`` with plain numbers, and the names of
    CSS are colours. Whatever else CSS takes for one (addresses, variables, calls) is not.

    >>> is_colour("#AA3377"), is_colour("rgb(170, 51, 119)"), is_colour("crimson")
    (True, True, True)
    >>> is_colour("url(https://example.org/a)"), is_colour("javascript:alert(1)"), is_colour("var(--a)")
    (False, False, False)
    """
    if _HEX.fullmatch(text) or _CALL.fullmatch(text):
        return True
    if not _WORD.fullmatch(text):
        return False
    from matplotlib.colors import CSS4_COLORS  # noqa: PLC0415 - the list of CSS's names; only where one is given

    return text.lower() in CSS4_COLORS or text.lower() in ("transparent", "none")


def option_faults(options: Mapping[Any, Any]) -> Iterator[OptionFault]:
    """Find options that could become code, ask for something, or are no colour where one belongs.

    Parameters
    ----------
    options
        Names and values as folium hands them to Leaflet; what holds others is looked into.

    Yields
    ------
    Fault
        One for each option that may not stand in the page.
    """
    for name, value in options.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            yield OptionFault(f"has an option whose name is no word ({str(name)[:40]!r})", "leave it out")
        elif name.lower().endswith(("color", "colour")) and not isinstance(value, bool | None):
            if not (isinstance(value, str) and is_colour(value)):
                yield OptionFault(f"has {name}={_short(value)}, which is no colour", _MEANT)
        else:
            yield from _value_faults(name, value)


def _value_faults(name: str, value: object) -> Iterator[OptionFault]:
    if isinstance(value, str):
        if not _PLAIN_COLOUR.fullmatch(value):
            yield OptionFault(
                f"has {name}={_short(value)}, with signs that could become code", "use plain words and numbers"
            )
    elif isinstance(value, Mapping):
        yield from option_faults(value)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _value_faults(name, one)
    elif value is not None and not isinstance(value, bool | int | float):
        yield OptionFault(f"has {name}, which is code of its own ({type(value).__name__})", "leave it out")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 48 else text[:45] + "…'"


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

_PATH: Final = re.compile(r"feature\.(id|properties\.[^\W\d]\w*)")
_NAME_THEM: Final = "give each feature an id, or name its properties with letters, digits and _"

_MARKUP = re.compile(r"[<>`\\]|\$\{|\{[{%#]")
_IN_QUOTES = re.compile(r"[<>`\\\"&]|\$\{|\{[{%#]")
_TEMPLATE = re.compile(r"\{[{%#]")
"""folium reads each script that it has made once more as a template: what stands in such braces would run here."""


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
    if isinstance(name, str) and (_IN_QUOTES.search(name) or name == "__proto__"):
        yield Broken(kind, f"has a name with signs that could become code ({name[:40]!r})", "use plain words")
    options: Mapping[str, Any] = getattr(element, "options", {})
    for fault in option_faults({key: value for key, value in options.items() if (kind, key) != ("DivIcon", "html")}):
        yield Broken(kind, fault.why, fault.fix)
    if kind == "Marker" and not any(type(child).__name__ == "DivIcon" for child in element._children.values()):  # noqa: SLF001 - folium has no public way
        yield Broken(kind, "loads its pin's picture", "use folium.CircleMarker, or icon=folium.DivIcon(…)")
    if kind == "Tooltip":
        yield from _text_faults(kind, [str(element.text)])
    if kind in ("Tooltip", "GeoJsonTooltip") and getattr(element, "style", None):
        yield Broken(kind, "has a style of its own, which the policy forbids", "leave style= out")
    if kind == "GeoJsonTooltip":
        yield from _text_faults(kind, [str(text) for text in (*element.fields, *element.aliases, element.class_name)])
        for fault in option_faults(element.tooltip_options):
            yield Broken(kind, fault.why, fault.fix)
    if kind == "DivIcon":
        yield from _text_faults(kind, [str(options.get("html") or "")])
    if kind == "LayerControl" and options.get("collapsed", True):
        yield Broken(kind, "loads its button's picture", "give it collapsed=False")
    if kind == "GeoJson":
        yield from _geojson_faults(element)


def _geojson_faults(element: Any) -> Iterator[Broken]:
    if not getattr(element, "embed", True):
        yield Broken("GeoJson", "is loaded from a file or address", "leave embed=True, so that it stands in the page")
        return
    if _TEMPLATE.search(json.dumps([element.data, str(element.smooth_factor)], ensure_ascii=False, default=str)):
        yield Broken("GeoJson", "has text that folium would run as a template ({{, {% or {#)", "take the braces out")
    if any(type(child).__name__ == "GeoJsonTooltip" for child in element._children.values()):  # noqa: SLF001
        yield from _text_faults("GeoJsonTooltip", _texts(element.data))
    if getattr(element, "on_each_feature", None) is not None:
        yield Broken("GeoJson", "brings code of its own (on_each_feature)", "use style_function and a GeoJsonTooltip")
    told = getattr(element, "feature_identifier", "feature.id")  # folium writes it into its script as it is
    if not _PATH.fullmatch(told):
        yield Broken("GeoJson", f"would write the name of a property into its script ({told[:60]!r})", _NAME_THEM)
    seen: set[str] = set()
    for make in ("style_function", "highlight_function"):
        act: Any = getattr(element, make, None)
        for feature in () if act is None else element.data.get("features", ()):
            for fault in option_faults(act(feature)):
                if fault.why not in seen:
                    seen.add(fault.why)
                    yield Broken("GeoJson", f"{make} gives a style that {fault.why}", fault.fix)


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

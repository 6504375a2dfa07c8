"""The style table as QGIS writes styles (QML), so that a GeoPackage opens there as the map looks here.

A style is one categorised renderer on the column ``symbol``. Lengths are pixels of 1/96 inch;
shapes of events are drawn from the same outlines, as pictures inside the style.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree as ET

from artimap.core import style
from artimap.core.style import Mark

Form = Literal["fill", "line", "marker"]


@dataclass(frozen=True, slots=True, order=True)
class Symbol:
    """One category: its value in the column ``symbol``, its words, and what it is drawn from.

    Attributes
    ----------
    value, label
        The value and the words in the legend.
    mark
        Row of the style table, or a kind of event.
    groups
        Keys of the groups that colour it.
    hollow
        Whether an event's shape is drawn hollow.
    size
        Size of an event's shape in pixels.
    """

    value: str
    label: str
    mark: str
    groups: tuple[str, ...] = ()
    hollow: bool = False
    size: float = 14.0


def qml(symbols: Sequence[Symbol], *, form: Form, labels: bool = False) -> str:
    """Write a style.

    Parameters
    ----------
    symbols
        The categories, in the order of the legend.
    form
        ``"fill"`` for areas, ``"line"``, or ``"marker"`` for points.
    labels
        Whether the column ``name`` is written beside each.

    Returns
    -------
    str
        XML as in a ``.qml`` file.
    """
    root = ET.Element("qgis", version="3.22", styleCategories="Symbology|Labeling", labelsEnabled=str(int(labels)))
    renderer = ET.SubElement(root, "renderer-v2", type="categorizedSymbol", attr="symbol", enableorderby="0")
    categories, drawn = ET.SubElement(renderer, "categories"), ET.SubElement(renderer, "symbols")
    for n, symbol in enumerate(symbols):
        ET.SubElement(categories, "category", value=symbol.value, label=symbol.label, symbol=str(n), render="true")
        _write_symbol(drawn, str(n), form, _LAYERS[form](symbol))
    if labels:
        _write_labels(root)
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(root, encoding="unicode")


@dataclass(frozen=True, slots=True)
class _SymbolLayer:
    """One layer of a symbol; ``within`` is the symbol that it repeats, where it repeats one."""

    kind: str
    options: Mapping[str, str]
    within: tuple[Form, tuple[_SymbolLayer, ...]] | None = None


def _write_symbol(parent: ET.Element, name: str, form: Form, layers: Sequence[_SymbolLayer]) -> None:
    made = ET.SubElement(parent, "symbol", name=name, type=form, alpha="1", clip_to_extent="1")
    for n, one in enumerate(layers):
        layer = ET.SubElement(made, "layer", {"class": one.kind, "enabled": "1", "pass": "0", "locked": "0"})
        parts = ET.SubElement(layer, "Option", type="Map")
        for key, value in one.options.items():
            ET.SubElement(parts, "Option", name=key, value=value, type="QString")
        if one.within is not None:
            _write_symbol(layer, f"@{name}@{n}", *one.within)


def _write_labels(root: ET.Element) -> None:
    settings = ET.SubElement(ET.SubElement(root, "labeling", type="simple"), "settings", calloutType="simple")
    text = ET.SubElement(
        settings, "text-style", fieldName="name", fontSize="8", fontSizeUnit="Point", textOpacity="1",
        textColor=_rgba(style.token("ink")),
    )  # fmt: skip
    ET.SubElement(
        text, "text-buffer", bufferDraw="1", bufferSize="1", bufferSizeUnits="MM", bufferOpacity="1",
        bufferColor=_rgba(style.token("halo")),
    )  # fmt: skip
    ET.SubElement(settings, "placement", placement="6", dist="1", distUnits="MM")


def _rgba(colour: str, opacity: float = 1.0) -> str:
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"{red},{green},{blue},{round(opacity * 255)}"


def _colours(symbol: Symbol) -> list[style.Group]:
    groups = style.load().groups
    return [groups.get(key, groups["unnamed"]) for key in symbol.groups]


def _stroke(colour: str, width: float, dash: str | None = None, *, opacity: float = 1.0) -> dict[str, str]:
    out = {
        "line_color": _rgba(colour, opacity), "line_width": f"{width:g}", "line_width_unit": "Pixel",
        "line_style": "solid", "capstyle": "flat", "joinstyle": "round",
    }  # fmt: skip
    if dash:
        parts = [float(part) for part in dash.split()]
        if parts[0] == 0:  # round dots: QGIS wants a length
            out["capstyle"], parts[0] = "round", 0.1
        out |= {"use_custom_dash": "1", "customdash": ";".join(f"{part:g}" for part in parts),
                "customdash_unit": "Pixel"}  # fmt: skip
    return out


def _fill(symbol: Symbol) -> tuple[_SymbolLayer, ...]:
    mark, own = style.mark(symbol.mark), _colours(symbol)
    line = mark.colour or (own[0].line if own else style.token("ink_2"))
    layers: list[_SymbolLayer] = []
    if mark.hatch and own:
        for group, angle in zip((own[0], own[-1]), ("45", "135"), strict=True):
            stroke = _SymbolLayer("SimpleLine", _stroke(group.line, 1.2))
            every = {"angle": angle, "distance": "9", "distance_unit": "Pixel"}
            layers.append(_SymbolLayer("LinePatternFill", every, ("line", (stroke,))))
    elif mark.stipple and own:
        for n, (group, name) in enumerate(zip((own[0], own[-1]), ("circle", "cross"), strict=True)):
            look = {"name": name if len(own) > 1 else "circle", "size": f"{2 + 3 * n}", "size_unit": "Pixel",
                    "color": _rgba(group.line), "outline_color": _rgba(group.line)}  # fmt: skip
            every = {"distance_x": "12", "distance_y": "12", "offset_x": f"{6 * n}", "offset_y": f"{6 * n}"}
            every |= {f"{part}_unit": "Pixel" for part in list(every)}
            layers.append(_SymbolLayer("PointPatternFill", every, ("marker", (_SymbolLayer("SimpleMarker", look),))))
    elif mark.fill_opacity > 0:
        fill = mark.fill or (own[0].colour if own else style.token("ink_2"))
        inside = {"color": _rgba(fill, mark.fill_opacity), "style": "solid", "outline_style": "no"}
        layers.append(_SymbolLayer("SimpleFill", inside))
    if mark.width > 0:
        layers.append(_SymbolLayer("SimpleLine", _stroke(line, mark.width, mark.dash, opacity=mark.opacity)))
    return tuple(layers)


def _line(symbol: Symbol) -> tuple[_SymbolLayer, ...]:
    mark, own = style.mark(symbol.mark), _colours(symbol)
    if mark.kind == "bracket":
        return tuple(
            _SymbolLayer("MarkerLine", {"placement": f"{at}vertex", "rotate": "1"}, ("marker", (_picture(path, 22.0),)))
            for at, path in zip(("first", "last"), _bracket(mark), strict=True)
        )
    edge = mark.dash if mark.open else None
    casing = (_SymbolLayer("SimpleLine", _stroke(mark.casing, mark.casing_width, edge)),) if mark.casing else ()
    colour = mark.colour or (own[0].line if own else style.token("ink_2"))
    return (*casing, _SymbolLayer("SimpleLine", _stroke(colour, max(mark.width, 1.0), mark.dash, opacity=mark.opacity)))


def _marker(symbol: Symbol) -> tuple[_SymbolLayer, ...]:
    mark: Mark | None = style.load().marks.get(symbol.mark)
    ink, paper = style.shape_colour(symbol.mark), style.token("paper")
    if mark is not None and mark.kind == "bracket":
        first, last = (
            f'<g transform="translate({x} 0)">{path}</g>' for x, path in zip((-6, 6), _bracket(mark), strict=True)
        )
        return (_picture(first + last, 22.0),)
    if mark is not None and mark.path is None:
        look = {"name": "circle", "size": "5", "size_unit": "Pixel", "color": _rgba(style.token("road_casing")),
                "outline_color": _rgba(ink), "outline_width": "1.4", "outline_width_unit": "Pixel"}  # fmt: skip
        return (_SymbolLayer("SimpleMarker", look),)
    shape = style.event_shape(symbol.mark)
    fill = "none" if shape.open else paper if symbol.hollow else ink
    drawn = [f'<path d="{shape.path}" fill="{fill}" stroke="{ink}" stroke-width="1.6"/>']
    if shape.inner:
        inner = ink if symbol.hollow or shape.open else paper
        drawn.append(f'<path d="{shape.inner}" fill="none" stroke="{inner}" stroke-width="2"/>')
    return (_picture("".join(drawn), symbol.size),)


def _bracket(mark: Mark) -> tuple[str, str]:
    """Give both halves of a bracket, each around the spot where it stands."""
    dash = f' stroke-dasharray="{mark.dash}"' if mark.dash else ""
    look = f'fill="none" stroke="{mark.colour or style.token("ink")}" stroke-width="{mark.width:g}"{dash}'
    halves = []
    for sign in (1, -1):
        spans = [f"M{4 * sign} -10H0V10H{4 * sign}"]
        if mark.gap:
            spans = [f"M{4 * sign} -10H0V-3", f"M0 3V10H{4 * sign}"]
        if mark.strokes > 1:
            spans.append(f"M{-4 * sign} -10V10")
        halves.append("".join(f'<path d="{span}" {look}/>' for span in spans))
    return halves[0], halves[1]


def _picture(paths: str, size: float) -> _SymbolLayer:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-13 -13 26 26" width="26" height="26">{paths}</svg>'
    inside = base64.b64encode(svg.encode("utf-8")).decode("ascii")
    return _SymbolLayer("SvgMarker", {"name": f"base64:{inside}", "size": f"{size:g}", "size_unit": "Pixel"})


_LAYERS = {"fill": _fill, "line": _line, "marker": _marker}


def distinct(symbols: Iterable[Symbol]) -> list[Symbol]:
    """Give each category once, in the order in which they come; the first of a value decides."""
    return list({symbol.value: symbol for symbol in reversed(list(symbols))}.values())[::-1]

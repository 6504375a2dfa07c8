"""The layers of a static map, drawn with matplotlib in the frame of the sheet: areas, lines, marks, names."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from artimap.core import style
from artimap.core.canvas import Drawing, draw_shape
from artimap.core.style import Group, Mark
from artimap.maps.base_layers import Feature, Layer, Ring
from artimap.maps.page import Page
from artimap.maps.static.crowd import EACH, Squares, count_squares, each_mark, marked
from artimap.maps.static.labels import PX, Box, Labels, stacks

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The map's frame: degrees in, inches on the sheet out (Web Mercator, as the page); ``whole`` but for a cut-out."""

    drawing: Drawing
    clip: Any
    box: Box
    scale: float
    x0: float
    y0: float
    whole: bool = True

    def inches(self, ring: Ring | Floats) -> Floats:
        """Give the points of a ring in inches."""
        points = np.asarray(ring, dtype=float)
        east = points[:, 0] / 360.0
        south = -np.arcsinh(np.tan(np.radians(points[:, 1]))) / (2 * np.pi)
        return np.column_stack([self.x0 + east * self.scale, self.y0 - south * self.scale])

    def put(self, artist: Any) -> None:
        """Draw an artist, cut off at the frame."""
        artist.set_clip_path(self.clip)
        self.drawing.add(artist)

    def holds(self, x: float, y: float) -> bool:
        """Tell whether a spot lies in the frame."""
        return self.box.holds((x, y))

    @property
    def sides(self) -> tuple[float, float, float, float]:
        """Left, bottom, right and top in inches."""
        return self.box.x0, self.box.y0, self.box.x1, self.box.y1

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of all that is in the frame, in degrees."""
        across = [(x - self.x0) / self.scale * 360.0 for x in (self.box.x0, self.box.x1)]
        down = [(self.y0 - y) / self.scale * 2 * np.pi for y in (self.box.y0, self.box.y1)]
        south, north = (float(np.degrees(np.arctan(np.sinh(-one)))) for one in down)
        return across[0], south, across[1], north

    @property
    def km_per_in(self) -> float:
        """Scale in the middle of the frame."""
        _, south, _, north = self.bounds
        return 40_075.017 * math.cos(math.radians((south + north) / 2)) / self.scale


def fit_frame(
    drawing: Drawing, bounds: tuple[float, float, float, float], box: tuple[float, float, float, float], *,
    whole: bool = True,
) -> Frame:  # fmt: skip
    """Fit the bounds into a box of the sheet; nothing is drawn."""
    left, bottom, right, top = box
    west, south, east, north = bounds
    ends = -np.arcsinh(np.tan(np.radians([south, north]))) / (2 * np.pi)
    across, down = (east - west) / 360.0, float(ends[0] - ends[1])
    scale = 0.94 * min((right - left) / across, (top - bottom) / down)
    middle = ((west + east) / 720.0, float(ends.mean()))
    x0, y0 = (left + right) / 2 - middle[0] * scale, (bottom + top) / 2 + middle[1] * scale
    return Frame(drawing, None, Box(*box), scale, x0, y0, whole)


def lay(frame: Frame) -> Frame:
    """Lay the frame on the sheet: its sea, at which all that follows is cut off."""
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - heavy, needed here only

    left, bottom, right, top = frame.sides
    sea = Rectangle(
        (left, bottom), right - left, top - bottom, facecolor=style.token("sea"), edgecolor="none",
        transform=frame.drawing.figure.dpi_scale_trans,
    )  # fmt: skip
    frame.drawing.add(sea)
    return replace(frame, clip=sea)


def squares_in(frame: Frame, page: Page, events: gpd.GeoDataFrame | None) -> Squares | None:
    """Give the squares that events are counted in on this map; None where each is drawn."""
    return _crowd(frame, page, events)[0]


def _crowd(frame: Frame, page: Page, events: gpd.GeoDataFrame | None) -> tuple[Squares | None, tuple[Feature, ...]]:
    """Count many events in squares; give few as marks."""
    if events is None or not len(events) or not any(layer.kind == "field" and layer.shown for layer in page.layers):
        return None, ()
    rows, spots = marked(events)
    at = frame.inches(spots)
    left, bottom, right, top = frame.sides
    here = (at[:, 0] > left) & (at[:, 0] < right) & (at[:, 1] > bottom) & (at[:, 1] < top)
    if int(here.sum()) <= EACH:
        return None, each_mark(rows[here], spots[here])
    return count_squares(at[here]), ()


def _draw_squares(frame: Frame, squares: Squares) -> None:
    from matplotlib.collections import PolyCollection  # noqa: PLC0415 - heavy, needed here only

    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * squares.side
    for step in range(len(squares.edges)):
        corners = squares.corners[squares.steps == step]
        boxes = corners[:, None, :] + unit[None, :, :]
        frame.put(
            PolyCollection(
                boxes, facecolor=style.token("ink"), alpha=squares.ink(step), edgecolor="none", linewidth=0,
                antialiased=False, transform=frame.drawing.figure.dpi_scale_trans,
            )
        )  # fmt: skip


def draw_map(
    frame: Frame, page: Page, events: gpd.GeoDataFrame | None, *, first: str = "", kept: Iterable[Box] = ()
) -> Squares | None:
    """Draw every shown layer, lowest first; marks and labels share one list of taken boxes.

    Gives the squares that events are counted in, where they are. Places that are named in ``first`` get their labels
    before all others; in the boxes ``kept`` stands no name.
    """
    shown = [layer for layer in page.layers if layer.shown]
    squares, each = _crowd(frame, page, events)
    labels = Labels(frame.drawing, frame.sides)
    for box in kept:
        labels.take(box)
    for layer in shown:
        _draw_flat(frame, layer, squares)
    _cover(frame, page.limits)
    by_kind = {
        kind: [layer for layer in shown if layer.kind == kind]
        for kind in ("event", "point", "bracket", "place", "label", "shield")
    }
    small = frame.drawing.least > 0
    for layer in by_kind["bracket"] if small else ():  # below the events, so that no bracket hides how many there are
        _draw_posts(frame, layer.features, labels)
    pointed = [*(layer.features for layer in by_kind["event"]), each, *(layer.features for layer in by_kind["point"])]
    places = later = [feature for layer in by_kind["place"] for feature in layer.features]
    if small:  # what is named below the map, and the cities, come before the counts of events
        for features in pointed:
            _draw_events(frame, features, labels, counts=False)
        early = [one for one in later if one.rank == 1 or _named(one, first)]
        later = [one for one in later if one not in early]
        _draw_places(frame, early, labels, first, among=places)
    for features in pointed:
        _draw_events(frame, features, labels, marks=not small)
    for layer in () if small else by_kind["bracket"]:
        _draw_posts(frame, layer.features, labels)
    labels.avoid(_road_points(frame, shown))
    _draw_places(frame, later, labels, first, among=places)
    for layer in (one for one in shown if one.kind == "tick"):
        _label_ticks(frame, layer.features, labels)
    for layer in by_kind["label"]:
        _write_words(frame, layer.features, labels)
    for layer in by_kind["shield"]:
        _draw_shields(frame, layer.features, labels)
    return squares


def _cover(frame: Frame, limits: tuple[float, float, float, float]) -> None:
    """Cover what lies beyond the data: land that ends there would pass for a shore."""
    (x0, y0), (x1, y1) = frame.inches((limits[:2], limits[2:]))
    left, bottom, right, top = frame.sides
    for box in ((left, bottom, x0, top), (x1, bottom, right, top), (left, bottom, right, y0), (left, y1, right, top)):
        if box[2] - box[0] > PX and box[3] - box[1] > PX:
            frame.drawing.box(*box, colour="card")


def _draw_flat(frame: Frame, layer: Layer, squares: Squares | None) -> None:
    """Draw what lies on the ground, below all marks: areas, lines, squares and ticks."""
    if layer.kind == "area":
        _draw_areas(frame, layer.features)
    elif layer.kind in ("line", "band"):
        _draw_lines(frame, layer.features)
    elif layer.kind == "somewhere":
        _draw_areas(frame, [one for one in layer.features if style.mark(one.mark).kind == "area"])
        _draw_lines(frame, [one for one in layer.features if style.mark(one.mark).kind == "line"])
    elif layer.kind == "field" and squares is not None:
        _draw_squares(frame, squares)
    elif layer.kind == "tick":
        _draw_ticks(frame, layer.features)


def _road_points(frame: Frame, layers: Iterable[Layer]) -> Floats:
    rings = [
        frame.inches(ring)
        for layer in layers
        if layer.name == "corridor"
        for feature in layer.features
        for part in feature.parts
        for ring in part
    ]
    return np.concatenate(rings) if rings else np.zeros((0, 2))


def _draw_areas(frame: Frame, features: Iterable[Feature]) -> None:
    from matplotlib.patches import PathPatch  # noqa: PLC0415 - heavy, needed here only

    for feature in features:
        mark = style.mark(feature.mark)
        outline = _path(frame, feature)
        if outline is None:
            continue
        own = [style.load().groups.get(key, style.load().groups["unnamed"]) for key in feature.groups]
        line = mark.colour or (own[0].line if own else style.token("ink_2"))
        common: dict[str, Any] = {"transform": frame.drawing.figure.dpi_scale_trans, "joinstyle": "round"}
        if mark.hatch or mark.stipple:
            for group, slope in _hatches(mark, own):
                frame.put(PathPatch(outline, fill=False, hatch=slope, edgecolor=group.line, linewidth=0, **common))
        elif mark.fill_opacity > 0:
            fill = mark.fill or (own[0].colour if own else style.token("ink_2"))
            frame.put(PathPatch(outline, facecolor=fill, alpha=mark.fill_opacity, edgecolor="none", **common))
        if mark.width > 0:
            edge = PathPatch(
                outline, fill=False, edgecolor=line, linewidth=mark.width * 0.75, alpha=mark.opacity, **common
            )
            _set_dash(edge, mark)
            frame.put(edge)


def _hatches(mark: Mark, own: Sequence[Group]) -> list[tuple[Group, str]]:
    """Give the patterns of an area's inside, each with its group: lines both ways, or dots and rings."""
    if mark.stipple:
        return list(zip(own, ("..", "oo"), strict=False))
    return list(zip((own[0], own[-1]), ("////", "\\\\\\\\"), strict=True)) if own else []


def _path(frame: Frame, feature: Feature) -> Any:
    from matplotlib.path import Path as Outline  # noqa: PLC0415 - heavy, needed here only

    rings = [frame.inches(ring) for part in feature.parts for ring in part if len(ring) > 2]
    if not rings:
        return None
    codes = [np.r_[Outline.MOVETO, np.full(len(ring) - 1, Outline.LINETO)].astype(Outline.code_type) for ring in rings]
    return Outline(np.concatenate(rings), np.concatenate(codes))


def _set_dash(artist: Any, mark: Mark) -> None:
    if mark.dash is None or mark.width <= 0:
        return
    parts = [float(part) * 0.75 / artist.get_linewidth() for part in mark.dash.split()]
    if parts[0] == 0:  # round dots
        (artist.set_dash_capstyle if hasattr(artist, "set_dash_capstyle") else artist.set_capstyle)("round")
        parts[0] = 0.01
    artist.set_linestyle((0, tuple(parts)))


def _draw_lines(frame: Frame, features: Iterable[Feature]) -> None:
    from matplotlib.lines import Line2D  # noqa: PLC0415 - heavy, needed here only

    rows = sorted(((style.mark(one.mark), one) for one in features), key=lambda row: row[0].width)

    def add(ring: Ring, colour: str, width: float, mark: Mark | None, opacity: float) -> None:
        points = frame.inches(ring)
        made = Line2D(
            points[:, 0], points[:, 1], color=colour, linewidth=width * 0.75, alpha=opacity,
            solid_capstyle="butt", dash_capstyle="butt", solid_joinstyle="round",
            transform=frame.drawing.figure.dpi_scale_trans,
        )  # fmt: skip
        if mark is not None:
            _set_dash(made, mark)
        frame.put(made)

    for mark, feature in rows:
        for ring in (ring for part in feature.parts for ring in part if mark.casing):
            add(ring, str(mark.casing), mark.casing_width, mark if mark.open else None, 1.0)
    for mark, feature in rows:
        for ring in (ring for part in feature.parts for ring in part):
            add(ring, mark.colour or style.token("ink_2"), mark.width, mark, mark.opacity)


def _draw_ticks(frame: Frame, features: Iterable[Feature]) -> None:
    for feature in features:
        if feature.rank > 3:
            continue
        (x0, y0), (x1, y1) = frame.inches(feature.parts[0][0])[[0, -1]]
        length = math.hypot(x1 - x0, y1 - y0) or 1.0
        across = (-(y1 - y0) / length * 6 * PX, (x1 - x0) / length * 6 * PX)
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        if frame.holds(x, y):
            ends = ([x - across[0], x + across[0]], [y - across[1], y + across[1]])
            frame.drawing.line(*ends, colour="halo", width=2.2)
            frame.drawing.line(*ends, colour="ink", width=0.9)


def _label_ticks(frame: Frame, features: Iterable[Feature], labels: Labels) -> None:
    for feature in features:
        x, y = _centre(frame, feature)
        if feature.rank <= 3 and frame.holds(x, y):
            labels.name(feature.label, x, y, size=10.5, weight="normal", dot=5)


def _centre(frame: Frame, feature: Feature) -> tuple[float, float]:
    x, y = frame.inches(feature.parts[0][0])[0]
    return float(x), float(y)


def _draw_events(
    frame: Frame, features: Sequence[Feature], labels: Labels, *, marks: bool = True, counts: bool = True
) -> None:
    """Draw events or other points; those that would hide each other become one mark with a count, as on the page."""
    spots = [(*_centre(frame, feature), feature.size * PX) for feature in features]
    piles = [pile for pile in stacks(spots, gap=12 * PX) if frame.holds(pile.x, pile.y)]
    for pile in piles if marks else ():
        lead = max((features[n] for n in pile.members), key=lambda one: one.size)
        shape = style.event_shape(lead.mark)
        draw_shape(frame.drawing, pile.x, pile.y, shape, size_in=lead.size * PX, hollow=lead.hollow)
        labels.mark(Box.around(pile.x, pile.y, (lead.size / 2 + 1) * PX))
    for pile in piles if counts else ():
        if len(pile.members) > 1:
            half = max(features[n].size for n in pile.members) / 2 * PX
            labels.badge(str(len(pile.members)), pile.x, pile.y, half)


def _draw_posts(frame: Frame, features: Sequence[Feature], labels: Labels) -> None:
    for feature in features:
        points = np.concatenate([frame.inches(ring) for part in feature.parts for ring in part])
        mark = style.mark(feature.mark)
        for at, towards in ((points[0], points[-1]), (points[-1], points[0])):
            if not frame.holds(*at):
                continue
            inner = points[min(1, len(points) - 1)] if at is points[0] else points[max(len(points) - 2, 0)]
            way = inner - at if np.hypot(*(inner - at)) > 0 else towards - at
            length = float(np.hypot(*way)) or 1.0
            way = way / length if length > 1e-9 else np.array([0.0, 1.0])
            _half_bracket(frame, mark, at if length > 16 * PX else at - way * 5 * PX, way)
            labels.take(Box.around(float(at[0]), float(at[1]), 11 * PX))


def _half_bracket(frame: Frame, mark: Mark, end: Floats, way: Floats) -> None:
    across = np.array([-way[1], way[0]])
    for stroke in range(mark.strokes):
        base = end - way * stroke * 3.6 * PX
        hook = way * (4 * PX if stroke == 0 else 0)
        top, low = base + across * 11 * PX, base - across * 11 * PX
        spans = [[top + hook, top, low, low + hook]]
        if mark.gap:
            inner = across * 3 * PX
            spans = [[top + hook, top, base + inner], [base - inner, low, low + hook]]
        dash = tuple(float(part) * 0.75 for part in mark.dash.split()) if mark.dash else None
        for span in spans:
            x, y = zip(*span, strict=True)
            frame.drawing.line(x, y, colour="paper", width=(mark.width + 3) * 0.75, cap="round")
            frame.drawing.line(x, y, colour=mark.colour or "ink", width=mark.width * 0.75, dash=dash)


_LOOKS = {1: (16.0, "bold", 4.0), 2: (13.5, "normal", 3.0), 3: (12.0, "normal", 2.4), 4: (11.0, "normal", 2.0)}
"""By rank: size of the label, weight, radius of the dot, in pixels."""


def _named(feature: Feature, words: str) -> bool:
    return bool(feature.label) and feature.label in words


def _draw_places(
    frame: Frame, features: Sequence[Feature], labels: Labels, first: str, *, among: Sequence[Feature]
) -> None:
    """Draw towns and villages; a village whose dot would lie under a town's name is left to the page."""
    most = 3 if frame.whole else 4  # a cut-out has room for hamlets
    every = [(*_centre(frame, feature), feature) for feature in among if feature.rank <= most]
    every = [row for row in every if frame.holds(row[0], row[1])]
    shown = sorted((row for row in every if row[2] in features), key=lambda row: not _named(row[2], first))
    for x, y, feature in shown:
        if feature.rank < 3:
            labels.take(Box.around(x, y, (_LOOKS[feature.rank][2] + 1) * PX))
    # A name is misread beside any other place, drawn before or after it.
    spots = np.array([(x, y) for x, y, _ in every]).reshape(-1, 2)
    towns = np.array([feature.rank < 3 for _, _, feature in every], dtype=bool)
    for x, y, feature in shown:
        size, weight, dot = _LOOKS[feature.rank]
        if feature.rank >= 3 and not labels.marked(x, y) and not labels.free(Box.around(x, y, dot * PX)):
            continue
        # no village ousts a large town, or what the words below the map name
        # and on a small picture the cities and these are named wherever there is room
        early = feature.rank == 1 or _named(feature, first)
        others = None if early and frame.drawing.least else spots[towns] if early else spots
        placed = labels.name(feature.label, x, y, size=size, weight=weight, dot=dot, others=others)
        if (placed or feature.rank < 3) and not labels.marked(x, y):
            frame.drawing.dot(x, y, (dot + 1) * PX, colour="ink")
            frame.drawing.dot(x, y, dot * PX * 0.75, colour="paper" if feature.rank < 3 else "ink")
            labels.take(Box.around(x, y, dot * PX))


def _write_words(frame: Frame, features: Iterable[Feature], labels: Labels) -> None:
    """Write words that stand alone, beside their spots."""
    for feature in features:
        x, y = _centre(frame, feature)
        if frame.holds(x, y):
            labels.name(feature.label, x, y, size=12.0, weight="bold", dot=-4)


def _draw_shields(frame: Frame, features: Sequence[Feature], labels: Labels) -> None:
    for feature in features:
        spots = [(float(x), float(y)) for part in feature.parts for x, y in frame.inches(part[0])[:1]]
        labels.shield(feature.label, [spot for spot in spots if frame.holds(*spot)], main=feature.rank == 1)

"""A map with its words below it: on a phone, on a square, on a sheet of A4 upright."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np

from artimap.core.canvas import Drawing, text_lines, width_of, write_wrapped
from artimap.core.i18n import tr, words
from artimap.core.pictures import PictureSize
from artimap.maps.base_layers import ESTIMATED, Feature
from artimap.maps.legend import LegendRow
from artimap.maps.page import Page
from artimap.maps.static.crowd import Squares
from artimap.maps.static.labels import Box
from artimap.maps.static.layers import Frame, draw_map, fit_frame, lay, squares_in
from artimap.maps.static.sheet import (
    SheetLine,
    WrittenRow,
    briefing_lines,
    briefing_on_paper,
    draw_entry,
    draw_foot,
    draw_legend,
    draw_north,
    draw_scale,
    legend_columns,
    legend_entry,
    legend_rows,
    under_title,
    write_lines,
)

_LEADING = 1.28 / 72
_GAP_IN, _BETWEEN_IN, _SIGN_IN = 0.09, 0.3, 0.34
_FINEST_PT = 5.5
_FOOT_IN, _TOLD_IN = 1.42, 4.1
_LEAST_MAP_IN, _TRIES = 1.2, 6
_LEGEND_SHARE = 0.48
"""Of the width, beside the map of a picture that is too low for all of a legend below it: what is of the road."""

_SHORT = frozenset({"quiet", "silent", "unobserved", "hollow", "corridor", "checkpoints", "events"})
"""Rows and headings of the legend that are said in fewer words where they stand beside the map."""

_GROUND = ("communes", "department", "km")
_AREAS = ("zones_reported", ESTIMATED, "somewhere", "roads")
"""Layers that a small picture leaves out, where their words would leave no room for the map."""

Bounds = tuple[float, float, float, float]
Rows = list[tuple[str, LegendRow | None]]


def visible(page: Page, bounds: Bounds) -> Page:
    """Leave out the features that lie wholly outside the bounds: the legend explains what is drawn."""
    layers = tuple(
        replace(layer, features=tuple(one for one in layer.features if _meets(one, bounds))) for layer in page.layers
    )
    return replace(page, layers=layers)


def _meets(feature: Feature, bounds: Bounds) -> bool:
    rings = [ring for part in feature.parts for ring in part if len(ring)]
    if not rings:
        return False
    points = np.concatenate([np.asarray(ring, dtype=float) for ring in rings])
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    return bool(west <= bounds[2] and east >= bounds[0] and south <= bounds[3] and north >= bounds[1])


@dataclass(frozen=True, slots=True)
class _StackedSheet:
    """What stands around the map, and its room."""

    drawing: Drawing
    page: Page
    size: PictureSize
    under: str
    fine: float

    @property
    def margin(self) -> float:
        return 0.12 if self.size.handheld else 0.3

    @property
    def wide(self) -> float:
        return self.drawing.width - 2 * self.margin

    @property
    def point(self) -> float:
        return self.size.least or 7.4

    @property
    def aside(self) -> bool:
        """Whether the legend stands beside the map: a picture read on a phone that is hardly higher than wide."""
        return self.size.handheld and 0 < self.drawing.height < 1.4 * self.drawing.width

    def legend(self, *, across: bool = False) -> tuple[float, float]:
        """Where the legend begins, and how wide it is; ``across`` the sheet where it stands below the map."""
        wide = self.wide * (_LEGEND_SHARE if self.aside and not across else 1.0)
        return self.margin + self.wide - wide, wide


def draw_stacked(
    drawing: Drawing,
    page: Page,
    events: gpd.GeoDataFrame | None,
    bounds: Bounds,
    size: PictureSize,
    *,
    more: str = "",
    whole: bool = True,
) -> float:
    """Draw title, map, legend, the gravest events, what else has room, and the sources, one below the other.

    Parameters
    ----------
    drawing
        The sheet.
    page, events
        What is drawn.
    bounds
        West, south, east, north of the map in degrees.
    size
        Of the picture; without a height the map is a little higher than wide and all words have room.
    more
        What stands under the title beside the day.
    whole
        Whether it is the whole map and no cut-out.

    Returns
    -------
    float
        Where the lowest words end, in inches.
    """
    sheet = _StackedSheet(drawing, page, size, under_title(page, more), size.least or 6.4)
    top, low = _head(sheet), _foot_of(sheet)
    for without, trips in ((_GROUND, True), (_GROUND, False), ((*_GROUND, *_AREAS), False)):
        if size.handheld:
            page = replace(page, layers=tuple(layer for layer in page.layers if layer.name not in without))
        told = _briefing_of(sheet, trips=trips)
        if not size.height:
            frame = fit_frame(drawing, bounds, _box(sheet, top, 1.25 * sheet.wide), whole=whole)
            break
        frame = _fitting(sheet, page, events, bounds, top=top, low=low, told=told, whole=whole)
        if not size.handheld or _has_room(sheet, page, frame):
            break
    page = visible(page, frame.bounds)
    frame = lay(frame)
    said = " ".join(line.text for line in told)
    gravest = (item for one in page.furniture.briefing if one.name == "gravest" for item in one.items)
    first = " ".join(item.text for item in gravest if item.text[:12] in said)
    squares = draw_map(frame, page, events, first=first, kept=_corners(frame))
    _on_map(sheet, frame)
    y, rows = frame.box.y0 - _GAP_IN, _rows(sheet, page, frame, squares)
    if not size.handheld:
        half = (sheet.wide - _BETWEEN_IN) / 2
        write_lines(drawing, told, sheet.margin, y)
        draw_legend(drawing, _two(rows, half), sheet.margin + half + _BETWEEN_IN, y, half)
        return _write_foot(sheet, low - 0.05)
    beside, below = _parted(sheet, rows)
    if sheet.aside:
        _flow(_finest(sheet, beside, frame), beside, top, draw=True)
        y = _flow(sheet, below, y + _GAP_IN / 2, draw=True, across=True) - _GAP_IN / 2
    y = write_lines(drawing, told, sheet.margin, y)
    if not sheet.aside:
        y = _flow(sheet, below, y - _GAP_IN / 2, draw=True)
    return _write_foot(sheet, y - _GAP_IN if not size.height else low)


def _parted(sheet: _StackedSheet, rows: Rows) -> tuple[Rows, Rows]:
    """Part the legend into what stands beside the map and what stands below it: the events."""
    events = tr("picture.short.events", sheet.page.lang)
    at = next((n for n, (text, row) in enumerate(rows) if row is None and text == events), len(rows))
    return (rows[:at], rows[at:]) if sheet.aside else ([], rows)


def _finest(sheet: _StackedSheet, rows: Rows, frame: Frame) -> _StackedSheet:
    """Set the legend beside the map a little smaller where it would stand lower than the map."""
    while sheet.fine > _FINEST_PT and -_flow(sheet, rows, 0.0, draw=False) > frame.box.y1 - frame.box.y0:
        sheet = replace(sheet, fine=sheet.fine * 0.96)
    return sheet


def _has_room(sheet: _StackedSheet, page: Page, frame: Frame) -> bool:
    """Tell whether the map is large enough, and what is on it can be explained in letters that are read."""
    high = frame.box.y1 - frame.box.y0
    if not sheet.aside:
        return high >= 0.9 * sheet.wide
    beside, _ = _parted(sheet, _rows(sheet, visible(page, frame.bounds), frame, None))
    return -_flow(sheet, beside, 0.0, draw=False) <= high


def _corners(frame: Frame) -> tuple[Box, Box]:
    """Give where scale and north stand: no name lies there."""
    left, bottom, right, top = frame.sides
    wide = min(1.75, 0.6 * (right - left))
    return Box(left, bottom, left + wide, bottom + 0.32), Box(left, top - 0.5, left + 0.4, top)


def _head(sheet: _StackedSheet) -> float:
    """Write title, day and audience; give where the map begins."""
    drawing, size = sheet.drawing, sheet.size
    y = drawing.height - (0.1 if size.handheld else 0.2)
    points = max(12.0, 1.25 * size.least) if size.handheld else 16.0
    title = sheet.page.furniture.title
    y = write_wrapped(drawing, title, sheet.margin, y, sheet.wide, size=points, weight="bold", most=3) - 0.03
    y = write_wrapped(drawing, sheet.under, sheet.margin, y, sheet.wide, size=max(8.6, sheet.point), colour="ink_2")
    if any(layer.name == ESTIMATED and layer.shown for layer in sheet.page.layers):
        note = words(sheet.page.lang)["map.ui.estimate_note"]
        y = write_wrapped(drawing, note, sheet.margin, y, sheet.wide, size=max(8.6, sheet.point), weight="bold")
    return y - 0.09


def _box(sheet: _StackedSheet, top: float, high: float) -> Bounds:
    right = sheet.legend()[0] - _GAP_IN if sheet.aside else sheet.margin + sheet.wide
    return sheet.margin, top - high, right, top


def _briefing_of(sheet: _StackedSheet, *, trips: bool) -> list[SheetLine]:
    """Give the lines of the briefing that have room: always the gravest event, on paper as much as fills a column."""
    sections = briefing_on_paper(sheet.page)
    if not sheet.size.handheld:
        half = (sheet.wide - _BETWEEN_IN) / 2
        for items, most in ((3, 7), (2, 6), (1, 5), (0, 4), (0, 2), (0, 1)):
            lines = briefing_lines(sections, half, sheet.point, items=items, lines=most)
            if sum(line.high for line in lines) < _TOLD_IN:
                break
        return lines
    least = 2 if trips else 1
    kept = [replace(one, items=one.items[:least]) for one in sections if one.name == "gravest"]
    kept += [one for one in sections if trips and one.name == "trips"]
    lines = briefing_lines(kept, sheet.wide, sheet.point)
    return [line for line in lines if not (sheet.aside and line.bold)]  # the event says what it is


def _rows(sheet: _StackedSheet, page: Page, frame: Frame, squares: Squares | None) -> Rows:
    counted = [] if squares is None else squares.rows(frame.km_per_in, page.lang)
    rows = [*counted, *legend_rows(page, counted=squares is not None)]
    if not sheet.aside:
        return rows
    headings = {group.heading: group.layer for group in page.furniture.legend}
    out: Rows = []
    for text, row in rows:
        key = headings.get(text, "") if row is None else "hollow" if row.hollow else row.mark
        out.append((tr(f"picture.short.{key}", page.lang) if key in _SHORT else text, row))
    return out


def _fitting(
    sheet: _StackedSheet, page: Page, events: gpd.GeoDataFrame | None, bounds: Bounds, *, top: float, low: float,
    told: Sequence[SheetLine], whole: bool,
) -> Frame:  # fmt: skip
    """Give the map what the words leave: the less of it is shown, the fewer marks are to be explained."""
    drawing, high = sheet.drawing, top - low
    for _ in range(_TRIES):
        frame = fit_frame(drawing, bounds, _box(sheet, top, high), whole=whole)
        shown = visible(page, frame.bounds)
        rows = _rows(sheet, shown, frame, squares_in(frame, shown, events))
        left = top - low - _words(sheet, rows, told, low=0.0)
        if left >= high:
            break
        high = max(left, _LEAST_MAP_IN)
    return frame


def _words(sheet: _StackedSheet, rows: Rows, told: Sequence[SheetLine], *, low: float) -> float:
    """Give the room in inches that briefing and legend take."""
    said = sum(line.high for line in told)
    if sheet.aside:
        return said + 2 * _GAP_IN - _flow(sheet, _parted(sheet, rows)[1], 0.0, draw=False, across=True)
    if sheet.size.handheld:
        return _GAP_IN - _flow(sheet, rows, low, draw=False) + said + 2 * _GAP_IN
    half = (sheet.wide - _BETWEEN_IN) / 2
    columns = _two(rows, half)
    return 2 * _GAP_IN + max(said, *(sum(entry.high for entry in column) for column in columns))


def _two(rows: Rows, half: float) -> list[list[WrittenRow]]:
    column = (half - _BETWEEN_IN / 2) / 2
    return legend_columns([legend_entry(text, row, column, 6.4) for text, row in rows], math.inf) or [[], []]


def _flow(sheet: _StackedSheet, rows: Rows, y: float, *, draw: bool, across: bool = False) -> float:
    """Set the rows of the legend one after the other, line by line; give where they end."""
    left, room = sheet.legend(across=across)
    right = left + room
    line = sheet.fine * (1.25 if sheet.aside else 1.38) / 72
    x = left
    for text, row in rows:
        entry = legend_entry(text, row, room, sheet.fine)
        bold = row is None
        wide = (0.0 if bold else _SIGN_IN) + max(width_of(one, sheet.fine, bold=bold) for one in entry.lines)
        if x > left and (bold or x + wide > right):
            x, y = left, y - line
        if draw:
            draw_entry(sheet.drawing, entry, x, y)
        if len(entry.lines) > 1:
            x, y = left, y - line * len(entry.lines)
        else:
            x += wide + 0.13
    return y - line if x > left else y


def _on_map(sheet: _StackedSheet, frame: Frame) -> None:
    """Draw the frame's edge, scale and north."""
    left, bottom, right, top = frame.sides
    edge = ([left, right, right, left, left], [bottom, bottom, top, top, bottom])
    sheet.drawing.line(*edge, colour="border", width=0.8)
    draw_scale(sheet.drawing, left + 0.12, bottom + 0.1, frame.km_per_in, sheet.page.lang)
    draw_north(sheet.drawing, left + 0.2, top - 0.42, words(sheet.page.lang)["map.ui.north_letter"])


def _credit(page: Page) -> str:
    """Name the sources of what is drawn, each once with its licence, and what the picture must not be used for."""
    sections = {section.name: section for section in page.furniture.about}
    named: dict[str, str] = {}
    for item in sections["sources"].items if "sources" in sections else ():
        who, _, licence = item.text.partition(" · ")
        named.setdefault(who.split(";")[0].split(":")[0].strip(), licence.split(" (")[0])
    said = "; ".join(f"{who} ({licence})" if licence else who for who, licence in named.items())
    return tr("picture.credit", page.lang, sources=said)


def _foot_of(sheet: _StackedSheet) -> float:
    """Give how high the sources stand, with the edge below them."""
    if not sheet.size.handheld:
        return _FOOT_IN
    return 0.1 + len(text_lines(_credit(sheet.page), sheet.wide, sheet.fine, bold=False)) * sheet.fine * _LEADING


def _write_foot(sheet: _StackedSheet, y: float) -> float:
    if not sheet.size.handheld:
        draw_foot(sheet.drawing, sheet.page, sheet.margin, y, sheet.wide)
        return 0.0
    ends = write_wrapped(
        sheet.drawing, _credit(sheet.page), sheet.margin, y, sheet.wide, size=sheet.fine, colour="ink_2"
    )
    return ends - 0.1

"""The furniture of a static map: title, legend, briefing, scale, north, locator, sources, disclaimer."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artimap.core import style
from artimap.core.canvas import Drawing, cut_lines, draw_area, draw_shape, text_lines, write_wrapped
from artimap.core.i18n import format_number, words
from artimap.maps.base_layers import ESTIMATED
from artimap.maps.furniture import PanelSection
from artimap.maps.legend import LegendRow
from artimap.maps.page import Page
from artimap.maps.static.crowd import INKS, Squares
from artimap.maps.static.labels import PX
from artimap.maps.static.layers import Frame

_TEXT_PT = 7.4
_SMALL_PT = 6.4
_FLOOR_IN, _GAP_IN, _BETWEEN_IN = 0.2, 0.1, 0.14
_SENTENCE_END = re.compile(r"(?<=[^\W\d_]{4}\.) (?=[A-Z0-9])")
"""Paper is short: of an item only the first sentence is written, the rest is on the page."""


def draw_sheet(drawing: Drawing, page: Page, frame: Frame, *, squares: Squares | None = None, under: str = "") -> None:
    """Draw everything around the map, words beside it.

    Parameters
    ----------
    drawing
        The sheet.
    page
        What the map shows.
    frame
        Of the map.
    squares
        What events are counted in; None where each is drawn.
    under
        What stands under the title.
    """
    left, bottom, right, top = frame.sides
    made = page.furniture
    drawing.line([left, right, right, left, left], [bottom, bottom, top, top, bottom], colour="border", width=0.8)
    drawing.text(left, drawing.height - 0.42, made.title, size=16, weight="bold")
    drawing.text(left, drawing.height - 0.66, under or under_title(page), size=8.6, colour="ink_2")
    if any(layer.name == ESTIMATED and layer.shown for layer in page.layers):
        note = words(page.lang)["map.ui.estimate_note"]
        drawing.text(right, drawing.height - 0.66, note, size=8.6, weight="bold", halign="right")
    draw_scale(drawing, left + 0.15, bottom + 0.14, frame.km_per_in, page.lang)
    draw_north(drawing, left + 0.24, bottom + 0.42, words(page.lang)["map.ui.north_letter"])
    _locator(drawing, page, frame, left + 0.09, top - 0.09)
    column = right + 0.2
    wide = drawing.width - column - 0.3
    told = briefing_on_paper(page)
    counted = [] if squares is None else squares.rows(frame.km_per_in, page.lang)
    rows = [*counted, *legend_rows(page, counted=squares is not None)]
    said, columns = _column(told, rows, wide, top - _FLOOR_IN)
    y = write_lines(drawing, said, column, top)
    draw_legend(drawing, columns, column, y - _GAP_IN, wide)
    draw_foot(drawing, page, left, bottom - 0.05, (right - left) * 0.97)


def under_title(page: Page, more: str = "") -> str:
    """Give what stands under the title: the day, whom it is for, and what else."""
    return "  ·  ".join(part for part in (page.furniture.subtitle, page.furniture.note, more) if part)


def briefing_on_paper(page: Page) -> list[PanelSection]:
    """Give the briefing without what sends its reader to a tab, which paper does not have."""
    elsewhere = words(page.lang)["map.brief.unplaced_listed"]
    return [replace(one, text=one.text.replace(f" {elsewhere}", "")) for one in page.furniture.briefing]


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line of the briefing, and the room below it in inches."""

    text: str
    size: float
    bold: bool = False
    below: float = 0.0

    @property
    def high(self) -> float:
        """How high it stands, in inches."""
        return self.size / 72 * 1.28 + self.below


_ROOMY = 7
"""Lines of a text from which on what rates are of has room too: the page and the report say it in any case."""
_LEAST_ITEMS = {"trips": 9, "gravest": 2, "worst": 1}
"""Items that a section keeps however little room there is, by its name."""


def briefing_lines(
    sections: Sequence[PanelSection], wide: float, size: float, *, items: int = 3, lines: int = 7
) -> list[SheetLine]:
    """Give the lines of the briefing; of a section so many items, in short, and so many lines of its text."""
    out: list[SheetLine] = []
    for section in sections:
        if section.name == "reading" and lines < _ROOMY:
            continue
        out += [SheetLine(one, size, bold=True) for one in text_lines(section.heading, wide, size, bold=True)]
        texts = [(section.text, lines)] if section.text else []
        for item in section.items[: max(items, _LEAST_ITEMS.get(section.name, 0))]:
            note = _SENTENCE_END.split(item.note, maxsplit=1)[0]
            texts.append((f"{item.text} – {note}" if note else item.text, 5 if section.name == "trips" else 3))
        for text, most in texts:
            out += [SheetLine(one, size) for one in cut_lines(text_lines(text, wide, size, bold=False), most)]
        out[-1] = replace(out[-1], below=0.07)
    return out


_SHORTER = (
    (0.0, 3, 7), (0.5, 3, 7), (1.0, 3, 7), (1.5, 3, 7), (1.5, 2, 7), (2.0, 2, 7), (2.0, 1, 7), (2.0, 0, 7), (2.0, 0, 3),
)  # fmt: skip
"""How the briefing gives way, a step at a time: smaller letters, fewer items, fewer lines of a text."""


def _column(
    sections: Sequence[PanelSection], rows: Sequence[tuple[str, LegendRow | None]], wide: float, room: float
) -> tuple[list[SheetLine], list[list[WrittenRow]]]:
    """Give the briefing and the two columns of the legend below it, as large as both have room.

    The legend first gives way, then the briefing: a mark that nobody explains is worse than small letters.
    """
    half = (wide - _BETWEEN_IN) / 2
    for smaller, items, lines in _SHORTER:
        said = briefing_lines(sections, wide, _TEXT_PT - smaller, items=items, lines=lines)
        left = room - sum(line.high for line in said) - _GAP_IN
        for size in (_SMALL_PT + 0.4, _SMALL_PT, _SMALL_PT - 0.6, _SMALL_PT - 1.2, _SMALL_PT - 1.8):
            columns = legend_columns([legend_entry(text, row, half, size) for text, row in rows], left)
            if columns is not None:
                return said, columns
    return said, legend_columns([legend_entry(text, row, half, size) for text, row in rows], math.inf) or []


def write_lines(drawing: Drawing, lines: Sequence[SheetLine], x: float, y: float) -> float:
    """Write the lines of the briefing from the top down; give where they end."""
    for line in lines:
        at = y - line.size / 72 * 1.28
        drawing.text(
            x, at, line.text, size=line.size, colour="ink_2" if line.bold else "ink",
            weight="bold" if line.bold else "normal",
        )  # fmt: skip
        y -= line.high
    return y


def draw_legend(drawing: Drawing, columns: Sequence[Sequence[WrittenRow]], x: float, y: float, wide: float) -> None:
    """Draw the legend of what is on the sheet, in two columns."""
    for n, column in enumerate(columns):
        at, line = x + n * (wide + _BETWEEN_IN) / 2, y
        for entry in column:
            draw_entry(drawing, entry, at, line)
            line -= entry.high


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """One row of the legend as it is written: its lines, size and height in inches."""

    row: LegendRow | None
    lines: tuple[str, ...]
    size: float

    @property
    def high(self) -> float:
        """How high it stands, in inches."""
        least = 0.12 if self.size >= _SMALL_PT else 0.1  # a swatch needs that much
        return max(len(self.lines) * self.size / 72 * 1.25, least) + (0.025 if self.row else 0.045)


def legend_rows(page: Page, *, counted: bool) -> list[tuple[str, LegendRow | None]]:
    """Give the rows of the marks and groups that are drawn, each list below its heading."""
    drawn = [feature for layer in page.layers if layer.shown for feature in layer.features]
    marks = {feature.mark for feature in drawn} | {f"group_{key}" for feature in drawn for key in feature.groups}
    hollow = any(feature.hollow for feature in drawn)
    rows: list[tuple[str, LegendRow | None]] = []
    told: set[LegendRow] = set()
    own = {layer.name for layer in page.layers if layer.shown and (layer.toggle or layer.name == "corridor")}
    for group in page.furniture.legend:
        # land and water explain themselves, and paper is short; events counted in squares have no shapes
        if group.layer not in own or (group.layer == "crowd" and counted):
            continue
        kept = [row for row in group.rows if (row.mark in marks and not row.hollow) or (row.hollow and hollow)]
        fresh = [row for row in kept if row not in told]
        if fresh:
            rows += [(group.heading, None), *((row.text, row) for row in fresh)]
            told |= set(fresh)
    return rows


def legend_entry(text: str, row: LegendRow | None, wide: float, size: float) -> WrittenRow:
    """Break the words of one row of the legend; without a row they are a heading."""
    room = wide if row is None else wide - 0.34
    return WrittenRow(row, tuple(text_lines(text, room, size, bold=row is None)), size)


def legend_columns(entries: Sequence[WrittenRow], room: float) -> list[list[WrittenRow]] | None:
    """Part the entries over two columns; None where they do not fit. A heading never ends a column."""
    total = sum(entry.high for entry in entries)
    first: list[WrittenRow] = []
    rest = list(entries)
    used = 0.0
    while rest and used + rest[0].high / 2 < total / 2:
        used += rest[0].high
        first.append(rest.pop(0))
    while first and first[-1].row is None:
        rest.insert(0, first.pop())
    fits = max(sum(entry.high for entry in column) for column in (first, rest)) <= room
    return [first, rest] if fits else None


def draw_entry(drawing: Drawing, entry: WrittenRow, x: float, y: float) -> None:
    """Draw one row of the legend, its mark and its words, from the top down."""
    line = y
    for text in entry.lines:
        line -= entry.size / 72 * 1.25
        if entry.row is None:
            drawing.text(x, line, text, size=entry.size, weight="bold", colour="ink_2")
        else:
            drawing.text(x + 0.34, line, text, size=entry.size)
    if entry.row is not None:
        draw_swatch(drawing, entry.row, x + 0.15, y - entry.size / 72 * 0.92)


def draw_swatch(drawing: Drawing, row: LegendRow, x: float, y: float) -> None:
    """Draw the mark of a row of the legend around a spot."""
    table = style.load()
    if row.mark.startswith("square_"):
        ink = _on_card(style.token("ink"), INKS[int(row.mark[-1])])
        drawing.box(x - 0.055, y - 0.055, x + 0.055, y + 0.055, colour=ink)
        return
    if row.mark.startswith("group_"):
        group = table.groups[row.mark[6:]]
        drawing.box(x - 0.11, y - 0.05, x + 0.11, y + 0.05, colour=group.colour, edge=group.line)
        return
    mark = table.marks.get(row.mark)
    if mark is None or mark.kind == "point":
        draw_shape(drawing, x, y, style.event_shape(row.mark), size_in=0.13, hollow=row.hollow)
        return
    own = [table.groups.get(key, table.groups["unnamed"]) for key in row.groups]
    line = mark.colour or (own[0].line if own else style.token("ink_2"))
    dash = tuple(max(float(part) * 0.75, 0.01) for part in mark.dash.split()) if mark.dash else None
    if mark.kind == "area":
        draw_area(drawing, (x - 0.12, y - 0.055, x + 0.12, y + 0.055), mark, own)
    elif mark.kind == "label":
        drawing.text(x, y, "Aa", size=6.0, colour=line, weight="bold", halign="center", valign="center")
    elif mark.kind == "bracket":
        for sign in (-1, 1):
            for stroke in range(mark.strokes):
                at = x + sign * (0.07 + stroke * 3.6 * PX)
                drawing.line([at, at], [y - 0.06, y + 0.06], colour=line, width=mark.width * 0.75, dash=dash)
    else:
        if mark.casing:
            drawing.line(
                [x - 0.14, x + 0.14],
                [y, y],
                colour=mark.casing,
                width=min(mark.casing_width, 12) * 0.75,
                dash=dash if mark.open else None,
                cap="round" if mark.open else "butt",
            )
        line = _on_card(line, mark.opacity)
        drawing.line(
            [x - 0.14, x + 0.14],
            [y, y],
            colour=line,
            width=min(mark.width, 10) * 0.75,
            dash=dash,
            cap="round" if dash and dash[0] < 0.1 else "butt",
        )


def _on_card(colour: str, opacity: float) -> str:
    """Give the colour that a see-through one has on the sheet."""
    over, under = ([int(one[k : k + 2], 16) for k in (1, 3, 5)] for one in (colour, style.token("card")))
    mixed = (round(opacity * a + (1 - opacity) * b) for a, b in zip(over, under, strict=True))
    return "#" + "".join(f"{one:02X}" for one in mixed)


def draw_scale(drawing: Drawing, x: float, y: float, km_per_in: float, lang: str) -> None:
    """Draw a bar of a round number of kilometres, about an inch and a half."""
    most = km_per_in * 1.5
    power = 10 ** math.floor(math.log10(most))
    km = max(step * power for step in (1, 2, 5) if step * power <= most)
    wide = km / km_per_in
    drawing.line([x, x, x + wide, x + wide], [y + 0.06, y, y, y + 0.06], colour="ink", width=1.1)
    drawing.text(x + wide / 2, y + 0.04, f"{format_number(km, lang)} km", size=max(7, drawing.least), halign="center")


def draw_north(drawing: Drawing, x: float, y: float, letter: str) -> None:
    """Draw an arrow to the north, with the letter of the language."""
    from matplotlib.patches import Polygon  # noqa: PLC0415 - heavy, needed here only

    for corners, colour in (
        ([(0, 0.22), (0.07, 0), (0, 0.045), (-0.07, 0)], "paper"),
        ([(0, 0.22), (0.07, 0), (0, 0.045)], "ink"),
    ):
        drawing.add(
            Polygon(
                [(x + px, y + py) for px, py in corners],
                closed=True,
                facecolor=style.token(colour),
                edgecolor=style.token("ink"),
                linewidth=0.9,
                transform=drawing.figure.dpi_scale_trans,
            )
        )
    drawing.text(x, y + 0.25, letter, size=max(7.4, drawing.least), weight="bold", halign="center")


_LOCATOR_IN = 0.92


def _locator(drawing: Drawing, page: Page, frame: Frame, left: float, top: float) -> None:
    """Draw where the map lies: the country, what lies beside it, the area, and the map's frame."""
    from matplotlib.patches import Polygon, Rectangle  # noqa: PLC0415 - heavy, needed here only

    here = page.locator
    if here is None:
        return
    west, south, east, north = here.bounds
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = _LOCATOR_IN / (north - south)
    wide = (east - west) * squeeze * scale

    def inches(ring: Any) -> NDArray[np.float64]:
        points = np.asarray(ring, dtype=float)
        return np.column_stack(
            [left + (points[:, 0] - west) * squeeze * scale, top - _LOCATOR_IN + (points[:, 1] - south) * scale]
        )

    drawing.box(left, top - _LOCATOR_IN, left + wide, top, colour="sea")
    where: dict[str, Any] = {"transform": drawing.figure.dpi_scale_trans, "linewidth": 0}
    for parts, fill in ((here.neighbour, "rule"), (here.country, "paper"), (here.area, "road")):
        for ring in (ring for part in parts for ring in part[:1]):
            drawing.add(Polygon(inches(ring), facecolor=style.token(fill), **where))
    for ring in (ring for part in here.country for ring in part[:1]):
        drawing.line(*inches(ring).T, colour="border", width=0.4)
    at = page.bounds if frame.whole else frame.bounds
    low, high = inches([at[:2], at[2:]])
    low, high = np.maximum(low, (left, top - _LOCATOR_IN)), np.minimum(high, (left + wide, top))
    drawing.add(
        Rectangle(tuple(low), *(high - low), fill=False, edgecolor=style.token("ink"), linewidth=0.9,
                  transform=drawing.figure.dpi_scale_trans)
    )  # fmt: skip
    drawing.text(left + 0.05, top - 0.13, here.name, size=6.6, colour="ink_2")
    around = ([left, left + wide, left + wide, left, left], [top, top, top - _LOCATOR_IN, top - _LOCATOR_IN, top])
    drawing.line(*around, colour="border", width=0.8)


def draw_foot(drawing: Drawing, page: Page, x: float, y: float, wide: float) -> None:
    """Write sources, licences and the disclaimer in small letters under the map."""
    said = []
    for section in page.furniture.about:
        items = "; ".join(f"{item.text} ({item.note})" if item.note else item.text for item in section.items)
        said.append(f"{section.heading}: {' '.join(part for part in (section.text, items) if part)}")
    text = "  ·  ".join(said)
    size = 5.3
    while len(text_lines(text, wide, size, bold=False)) * size / 72 * 1.28 > y - 0.08 and size > 3.5:
        size -= 0.2
    write_wrapped(drawing, text, x, y, wide, size=size, colour="ink_2")

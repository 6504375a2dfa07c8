"""Drawing on the page of a picture: inches in, marks of the one style table out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any, Literal
from unicodedata import category

import numpy as np

from artimap.core import style
from artimap.core.style import Mark, Shape

FONT = "DejaVu Sans"
"""The font that comes with matplotlib: no letter depends on what the machine has installed."""

_PX_TO_PT = 0.75
_PATH_PART = re.compile(r"([MLHVAZ])([^MLHVAZ]*)")
_NUMBER = re.compile(r"-?\d*\.?\d+")
_ARC_STEPS = 24
_BOX = 24.0
_DOT_STEP_IN = 0.075
_BROADER = 1.7
"""The band of rates is drawn this much broader than on the map, in the same proportions."""
_UNKNOWN_LETTER = "\u25a1"


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A page measured in inches from its lower left corner, on a matplotlib figure.

    Attributes
    ----------
    figure
        The figure; nothing else holds drawing state.
    width, height
        Of the page, in inches.
    left
        Where kilometre 0 stands, in inches.
    km_per_in
        Scale.
    least
        Of small words that are drawn beside marks, the least size in points.
    letters
        Whether words stay text, as in an SVG: a rim of paper around them is then for the reader's program.
    """

    figure: Any
    width: float
    height: float
    left: float
    km_per_in: float
    least: float = 0.0
    letters: bool = False

    def x(self, km: float) -> float:
        """Give where a kilometre stands, in inches."""
        return self.left + km / self.km_per_in

    def add(self, artist: Any) -> None:
        """Put an artist on top of all that is there: matplotlib would sort by kind."""
        artist.set_zorder(1)
        self.figure.add_artist(artist)

    def line(
        self,
        x: Sequence[float],
        y: Sequence[float],
        *,
        colour: str,
        width: float,
        cap: Literal["butt", "round"] = "butt",
        dash: tuple[float, ...] | None = None,
    ) -> None:
        """Draw a line through points; ``colour`` is a token or ``#RRGGBB``, ``width`` in points."""
        from matplotlib.lines import Line2D  # noqa: PLC0415 - heavy, needed here only

        made = Line2D(
            list(x),
            list(y),
            color=_colour(colour),
            linewidth=width,
            transform=self.figure.dpi_scale_trans,
            solid_capstyle=cap,
            dash_capstyle=cap,
            solid_joinstyle="round",
        )
        if dash:
            # matplotlib measures dashes in widths of the line, the style table in points.
            made.set_linestyle((0, tuple(part / width for part in dash)))
        self.add(made)

    def box(
        self, left: float, bottom: float, right: float, top: float, *, colour: str, edge: str | None = None
    ) -> None:
        """Fill a rectangle."""
        from matplotlib.patches import Rectangle  # noqa: PLC0415 - heavy, needed here only

        self.add(
            Rectangle(
                (left, bottom),
                right - left,
                top - bottom,
                facecolor=_colour(colour),
                edgecolor="none" if edge is None else _colour(edge),
                linewidth=0 if edge is None else 0.8,
                transform=self.figure.dpi_scale_trans,
            )
        )

    def dot(self, x: float, y: float, radius: float, *, colour: str) -> None:
        """Fill a dot; ``radius`` in inches."""
        from matplotlib.patches import Circle  # noqa: PLC0415 - heavy, needed here only

        self.add(Circle((x, y), radius, facecolor=_colour(colour), linewidth=0, transform=self.figure.dpi_scale_trans))

    def ring(self, x: float, y: float, radius: float, *, dashed: bool) -> None:
        """Draw a ring around a mark."""
        from matplotlib.patches import Circle  # noqa: PLC0415 - heavy, needed here only

        self.add(
            Circle(
                (x, y), radius, fill=False, edgecolor=_colour("ink"), linewidth=0.9,
                linestyle=(0, (2.2, 1.4)) if dashed else "solid", transform=self.figure.dpi_scale_trans,
            )
        )  # fmt: skip

    def text(  # noqa: PLR0913 - a line of text has that many sides
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float,
        colour: str = "ink",
        weight: str = "normal",
        rotation: float = 0.0,
        halign: str = "left",
        valign: str = "baseline",
        tail: str = "",
        halo: float = 0.0,
    ) -> None:
        """Write a line of text; ``$`` and backslashes are letters like any other. ``halo`` is a rim in points."""
        made = self.figure.text(
            x / self.width,
            y / self.height,
            drawable(words + tail),
            fontsize=size,
            color=_colour(colour),
            fontweight=weight,
            rotation=rotation,
            rotation_mode="anchor",
            ha=halign,
            va=valign,
            # A name with a dollar sign would otherwise be read as a formula, and fail.
            parse_math=False,
        )
        if halo and self.letters:
            # matplotlib would draw a letter with a rim as a shape, which no reader can search or hear
            made.set_gid(f"halo_{round(halo * 10)}_{len(self.figure.texts)}")
        elif halo:
            from matplotlib.patheffects import withStroke  # noqa: PLC0415 - heavy, needed here only

            made.set_path_effects([withStroke(linewidth=halo, foreground=style.token("halo"))])

    def bracket(self, left: float, right: float, y: float, mark: Mark) -> None:
        """Draw a post as a bracket lying on its piece of road, open towards it."""
        dash = _dash(mark)
        width = mark.width * _PX_TO_PT
        for stroke in range(mark.strokes):
            top = y + 0.07 - stroke * 0.032
            spans = (
                [(left, right)]
                if not mark.gap
                else [(left, left + (right - left) * 0.3), (right - (right - left) * 0.3, right)]
            )
            for low, high in spans:
                self.line([low, high], [top, top], colour=mark.colour or "ink", width=width, dash=dash)
        for end in (left, right):
            self.line([end, end], [y, y + 0.07 + width / 144], colour=mark.colour or "ink", width=width)

    def bar(self, left: float, right: float, y: float, *, hollow: bool) -> None:
        """Draw an event that lies somewhere on a piece of road: a thin bar with ends."""
        # A piece of a hundred metres would be too thin to be seen.
        right = max(right, left + 0.03)
        colour = "ink_2"
        self.line(
            [left, right], [y, y], colour=colour, width=0.9 if hollow else 1.9, dash=(1.8, 1.8) if hollow else None
        )
        for end in (left, right):
            self.line([end, end], [y - 0.022, y + 0.022], colour=colour, width=0.9)


def _colour(name: str) -> str:
    return name if name.startswith("#") else style.token(name)


def _dash(mark: Mark) -> tuple[float, ...] | None:
    if mark.dash is None:
        return None
    # A dash of no length is a dot with round ends, and must stay above 0 to be drawn.
    return tuple(max(float(part) * _PX_TO_PT, 0.01) for part in mark.dash.split())


@cache
def _letters() -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont, get_font  # noqa: PLC0415 - heavy, needed here only

    return frozenset(get_font(findfont(FontProperties(family=FONT))).get_charmap())


def drawable(text: str) -> str:
    """Give the text with a box for every letter that the font does not have; spaces stay, broken at or not."""
    letters = _letters()
    return "".join(
        letter if ord(letter) in letters and (letter.isprintable() or category(letter) == "Zs") else _UNKNOWN_LETTER
        for letter in text
    )


@cache
def _advance(letters: str, bold: bool) -> int:  # noqa: FBT001 - kept by both
    """Give how far one letter, or two together, move the pen, in 1/64 of a unit of the font at matplotlib's scale."""
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415 - heavy, needed here only
    from matplotlib.textpath import text_to_path  # noqa: PLC0415 - heavy, needed here only

    prop = FontProperties(family=FONT, size=_UNIT, weight="bold" if bold else "normal")
    return round(64 * text_to_path.get_text_width_height_descent(letters, prop, ismath=False)[0])


_UNIT = 100.0
"""The size at which matplotlib measures letters, whatever their size on the page."""


@cache
def _drawn_width(words: str, bold: bool) -> int:  # noqa: FBT001 - kept by both
    # Letter by letter with the kerning of each pair: the sum that matplotlib makes, a thousand times over
    # each line that is broken into words.
    text = drawable(words)
    return _advance(text[0], bold) + sum(
        _advance(pair, bold) - _advance(pair[0], bold) for pair in map("".join, pairwise(text))
    )


def width_of(words: str, size: float, *, bold: bool = False) -> float:
    """Give the width of a line of text in inches, in the font of all pictures; ``size`` in points."""
    return _drawn_width(words, bold) / 64 * size / _UNIT / 72 if words.strip() else 0.0


def write_wrapped(drawing: Drawing, text: str, x: float, y: float, wide: float, *, size: float, colour: str = "ink",
             weight: str = "normal", most: int = 99) -> float:  # fmt: skip
    """Write a text over as many lines as it needs; give where the next begins."""
    for line in cut_lines(text_lines(text, wide, size, bold=weight == "bold"), most):
        y -= size / 72 * 1.28
        drawing.text(x, y, line, size=size, colour=colour, weight=weight)
    return y


def cut_lines(lines: list[str], most: int) -> list[str]:
    """Give so many lines at most; what is left out is shown by dots."""
    return lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1].rstrip(" .,;") + " …"]


def text_lines(text: str, wide: float, size: float, *, bold: bool) -> list[str]:
    """Break a text into lines that fit, by the width of its letters."""
    out: list[str] = []
    line = ""
    for word in drawable(text).split(" "):
        longer = f"{line} {word}".strip()
        if line and width_of(longer, size, bold=bold) > wide:
            out.append(line)
            line = word
        else:
            line = longer
    out.append(line)
    return out


def draw_line(page: Drawing, left: float, right: float, y: float, mark: Mark) -> None:
    """Draw a piece of road in its mark: dots stay dots, and bands touch without gaps."""
    width = mark.width * _PX_TO_PT * _BROADER
    if mark.dash is not None:
        # Whole dots, spread evenly: neighbouring pieces then meet without half a dot.
        count = max(int((right - left) / _DOT_STEP_IN), 1)
        step = (right - left) / count
        for number in range(count):
            at = left + (number + 0.5) * step
            if mark.open and mark.casing is not None:
                page.dot(at, y, mark.casing_width * _PX_TO_PT * _BROADER / 144, colour=mark.casing)
            page.dot(at, y, width / 144, colour=mark.colour or "ink")
        return
    if mark.casing is not None and mark.casing_width > mark.width and mark.casing != style.token("paper"):
        extra = (mark.casing_width * _PX_TO_PT * _BROADER) / 144
        page.box(left, y - extra, right, y + extra, colour=mark.casing)
        # The edge must be seen at both ends too, but never fill a short piece.
        inset = min(0.012, (right - left) / 4)
        page.box(left + inset, y - width / 144, right - inset, y + width / 144, colour=mark.colour or "ink")
        return
    page.box(left, y - width / 144, right, y + width / 144, colour=mark.colour or "ink")


def draw_area(page: Drawing, box: tuple[float, float, float, float], mark: Mark, groups: Sequence[style.Group]) -> None:
    """Draw a box (left, bottom, right, top) as an area of that mark, in the colours of its groups."""
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - heavy, needed here only

    left, bottom, right, top = box
    where: dict[str, Any] = {"transform": page.figure.dpi_scale_trans}
    corner, size = (left, bottom), (right - left, top - bottom)
    line = mark.colour or (groups[0].line if groups else style.token("ink_2"))
    if mark.hatch or mark.stipple:
        slopes = ("//////", "\\\\\\\\\\\\") if mark.hatch else ("...", "ooo")
        for colour, slope in zip([one.line for one in groups][:2] or [line], slopes, strict=False):
            page.add(Rectangle(corner, *size, fill=False, hatch=slope, edgecolor=colour, linewidth=0, **where))
    elif mark.fill_opacity > 0:
        fill = mark.fill or (groups[0].colour if groups else style.token("ink_2"))
        page.add(Rectangle(corner, *size, facecolor=fill, alpha=mark.fill_opacity, edgecolor="none", **where))
    if mark.band:
        dash = tuple(float(part) * _PX_TO_PT for part in mark.dash.split()) if mark.dash else None
        for edge_y in (bottom, top):
            page.line([left, right], [edge_y, edge_y], colour=line, width=mark.width * _PX_TO_PT, dash=dash)
    elif mark.width > 0:
        edge = Rectangle(
            corner, *size, fill=False, edgecolor=line, linewidth=mark.width * _PX_TO_PT, alpha=mark.opacity, **where
        )
        if mark.dash:
            edge.set_linestyle((0, tuple(max(float(part) / mark.width, 0.01) for part in mark.dash.split())))
            edge.set_capstyle("round" if mark.dash.startswith("0") else "butt")
        page.add(edge)


@lru_cache(maxsize=256)  # a few shapes are drawn thousands of times
def svg_points(data: str) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Read the small subset of SVG paths that the style table uses, as polylines.

    Straight parts (M L H V Z) and half circles (A).
    """
    lines: list[list[tuple[float, float]]] = []
    x = y = 0.0
    for command, rest in _PATH_PART.findall(data):
        numbers = [float(part) for part in _NUMBER.findall(rest)]
        if command in "MLHV":
            x = numbers[0] if command != "V" else x
            y = numbers[-1] if command != "H" else y
            if command == "M":
                lines.append([])
            lines[-1].append((x, y))
        elif command == "A":
            end_x, end_y = numbers[5], numbers[6]
            # Only half circles are in the table, so the middle of the chord is the centre.
            middle = ((x + end_x) / 2, (y + end_y) / 2)
            start = np.arctan2(y - middle[1], x - middle[0])
            # SVG's sweep flag: with y downwards, 1 turns clockwise.
            turn = np.pi if numbers[4] else -np.pi
            for angle in start + turn * np.arange(1, _ARC_STEPS + 1) / _ARC_STEPS:
                lines[-1].append(
                    (middle[0] + numbers[0] * float(np.cos(angle)), middle[1] + numbers[0] * float(np.sin(angle)))
                )
            x, y = end_x, end_y
        else:
            lines[-1].append(lines[-1][0])
    return tuple(tuple(line) for line in lines)


def draw_shape(page: Drawing, x: float, y: float, shape: Shape, *, size_in: float, hollow: bool) -> None:
    """Draw an event's shape, or the sign of a point that is none; an event hollow where its harm is not known."""
    from matplotlib.patches import Polygon  # noqa: PLC0415 - heavy, needed here only

    scale = size_in / _BOX
    open_shape, ink = hollow or shape.open, style.shape_colour(shape.kind)
    for line in svg_points(shape.path):
        # SVG has y downwards, the page upwards.
        corners = [(x + px * scale, y - py * scale) for px, py in line]
        page.add(
            Polygon(
                corners,
                closed=True,
                facecolor=style.token("paper") if open_shape else ink,
                edgecolor=ink if open_shape else style.token("paper"),
                linewidth=0.9 if open_shape else 0.5,
                joinstyle="round",
                transform=page.figure.dpi_scale_trans,
            )
        )
    if shape.inner is not None:
        for line in svg_points(shape.inner):
            page.line(
                [x + px * scale for px, _ in line],
                [y - py * scale for _, py in line],
                colour=ink if open_shape else "paper",
                width=0.9,
                cap="round",
            )

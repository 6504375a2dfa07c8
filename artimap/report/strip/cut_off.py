"""The cut-off profile: along a road, how long the way round takes, and who has none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pandas as pd

from artimap.core import style
from artimap.core.canvas import Drawing, draw_line, width_of
from artimap.core.i18n import format_count, tr
from artimap.core.schema import records
from artimap.report.strip.frame import (
    HEAD_IN,
    LABEL_IN,
    LEFT_IN,
    RIGHT_IN,
    WIDTH_IN,
    StripPicture,
    draw_towns,
    page_bytes,
)

_ROAD_IN, _PANEL_IN, _GAP_IN, _ROW_IN, _FOOT_IN = 0.68, 1.35, 0.42, 0.17, 0.2
_HATCH_IN = 0.085
_SURE, _PERHAPS = "ink_2", "#BDB7AA"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CutOffStrip(StripPicture):
    """A cut-off profile. Shows itself in Jupyter; ``save`` writes it.

    Attributes
    ----------
    road
        Name of the road.
    table
        CLOSURES of it, in road order.
    towns
        Names and chainages.
    subtitle
        Of what vehicle it is.
    notes
        What it does not say.
    lang
        Language of the words.
    """

    road: str
    table: pd.DataFrame
    towns: tuple[tuple[str, float], ...]
    subtitle: str
    notes: tuple[str, ...]
    lang: str

    def _render(self, kind: str, dpi: int) -> bytes:
        origin, end = float(self.table["from_m"].min()), float(self.table["to_m"].max())
        km_per_in = (end - origin) / 1000 / (WIDTH_IN - LEFT_IN - RIGHT_IN)
        legend, notes = self._legend(), [line for one in self.notes for line in _wrapped(one, 7.2)]
        rows = 1 + max(row for row, *_ in legend)
        foot = _FOOT_IN + _ROW_IN * (rows + len(notes)) + 0.12
        height = HEAD_IN + LABEL_IN + _ROAD_IN + 2 * (_PANEL_IN + _GAP_IN) + foot

        def draw(page: Drawing) -> None:
            page.text(
                LEFT_IN - 0.45, height - 0.38, tr("closures.picture", self.lang, road=self.road), size=16, weight="bold"
            )
            page.text(LEFT_IN - 0.45, height - 0.64, self.subtitle, size=9, colour="ink_2")
            top = height - HEAD_IN
            band = top - LABEL_IN - 0.14
            draw_towns(page, self.towns, self.lang, top=top - LABEL_IN, band=band, origin_m=origin)
            self._draw_road(page, band, origin, end)
            base = band - _ROAD_IN - _PANEL_IN + 0.05
            self._draw_detours(page, base, origin)
            self._draw_people(page, base - _GAP_IN - _PANEL_IN, origin)
            y = foot - 0.1
            for row, x, mark, words in legend:
                _swatch(page, mark, x, y - row * _ROW_IN)
                page.text(x + 0.3, y - row * _ROW_IN, words, size=7.6, valign="center")
            for number, line in enumerate(notes):
                page.text(
                    LEFT_IN - 0.45,
                    y - (rows + number) * _ROW_IN - 0.04,
                    line,
                    size=7.2,
                    colour="ink_2",
                    valign="center",
                )

        return page_bytes(draw, height, km_per_in, kind, dpi)

    def _draw_road(self, page: Drawing, y: float, origin: float, end: float) -> None:
        draw_line(page, page.x(0), page.x((end - origin) / 1000), y, style.mark("corridor_plain"))
        step = 25 if end - origin > 80_000 else 5
        for km in range(int(-(-origin // (step * 1000))) * step, int(end / 1000) + 1, step):
            x = page.x(km - origin / 1000)
            page.line([x, x], [y - 0.1, y - 0.15], colour="ink_2", width=0.8)
            page.text(
                x, y - 0.18, f"{km} km" if km == 0 else str(km), size=7.6, colour="ink_2", halign="center", valign="top"
            )

    def _draw_detours(self, page: Drawing, base: float, origin: float) -> None:
        rows = records(self.table)
        most = _axis(self.table["detour_hi_min"].max())
        self._frame(page, base, most, tr("closures.axis_minutes", self.lang))
        for row in rows:
            left, right = (page.x((row[one] - origin) / 1000) for one in ("from_m", "to_m"))
            if not pd.isna(row["detour_hi_min"]):
                low, high = (base + _PANEL_IN * row[one] / most for one in ("detour_lo_min", "detour_hi_min"))
                page.box(left, low, right, high, colour=_PERHAPS)
                page.box(left, base, right, low, colour=_SURE)
        for shut, run in groupby(rows, lambda row: bool(row["bridge"])):
            if shut:
                _hatch(page, *_ends(page, list(run), origin), base, base + _PANEL_IN)

    def _draw_people(self, page: Drawing, base: float, origin: float) -> None:
        rows = records(self.table)
        most = _axis(self.table["people_hi"].max())
        self._frame(page, base, most, tr("closures.axis_people", self.lang))
        for row in rows:
            left, right = _ends(page, [row], origin)
            high = base
            if pd.isna(row["people_hi"]):
                _unknown(page, left, right, base + 0.05)
                continue
            if row["people_hi"]:
                low, high = (base + _PANEL_IN * int(row[one]) / most for one in ("people_lo", "people_hi"))
                page.box(left, low, right, high, colour=_PERHAPS)
                page.box(left, base, right, low, colour=_SURE)
            if row["people_unknown"]:
                _unknown(page, left, right, high + 0.05)

    def _frame(self, page: Drawing, base: float, most: float, words: str) -> None:
        right = WIDTH_IN - RIGHT_IN
        page.text(LEFT_IN, base + _PANEL_IN + 0.12, words, size=8.6, weight="bold", valign="center")
        for share in (0.0, 0.5, 1.0):
            y = base + _PANEL_IN * share
            page.line([LEFT_IN, right], [y, y], colour="rule", width=0.8)
            # Where nothing is known there is no scale.
            if most > 0:
                number = format_count(round(most * share), self.lang)
                page.text(LEFT_IN - 0.08, y, number, size=7.2, colour="ink_2", halign="right", valign="center")

    def _legend(self) -> list[tuple[int, float, str, str]]:
        """Give row, place, mark and words of each entry, as many on a row as it holds."""
        out, row, x = list[tuple[int, float, str, str]](), 0, LEFT_IN - 0.45
        for mark in ("sure", "perhaps", "hatch", "unknown"):
            words = tr(f"closures.legend_{mark}", self.lang)
            wide = 0.3 + width_of(words, 7.6) + 0.25
            if out and x + wide > WIDTH_IN - 0.3:
                row, x = row + 1, LEFT_IN - 0.45
            out.append((row, x, mark, words))
            x += wide
        return out


def _axis(most: Any) -> float:
    """Give a round even number not below the greatest value; 0 where there is none."""
    if pd.isna(most) or most <= 0:
        return 0.0
    power = 10.0 ** (len(str(int(most))) - 1)
    return max(2.0, next(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= float(most)))


def _ends(page: Drawing, run: Sequence[dict[str, Any]], origin: float) -> tuple[float, float]:
    return page.x((run[0]["from_m"] - origin) / 1000), page.x((run[-1]["to_m"] - origin) / 1000)


def _hatch(page: Drawing, left: float, right: float, low: float, high: float) -> None:
    """Fill a box with slanted lines that meet those of the box beside."""
    first = int((left - high) // _HATCH_IN)
    for number in range(first, int((right - low) // _HATCH_IN) + 1):
        shift = number * _HATCH_IN  # x - y along the line
        a, b = max(low, left - shift), min(high, right - shift)
        if a < b:
            page.line([shift + a, shift + b], [a, b], colour="ink_2", width=0.5)


def _unknown(page: Drawing, left: float, right: float, y: float) -> None:
    step = 0.06
    for number in range(int(-(-left // step)), int(right // step) + 1):
        page.dot(number * step, y, 0.014, colour="ink")


def _swatch(page: Drawing, mark: str, x: float, y: float) -> None:
    low, high = y - 0.05, y + 0.05
    if mark == "hatch":
        _hatch(page, x, x + 0.22, low, high)
    elif mark == "unknown":
        _unknown(page, x, x + 0.22, y)
    else:
        page.box(x, low, x + 0.22, high, colour=_SURE if mark == "sure" else _PERHAPS)


def _wrapped(words: str, size: float) -> Iterable[str]:
    line = ""
    for word in words.split(" "):
        longer = f"{line} {word}".strip()
        if line and width_of(longer, size) > WIDTH_IN - LEFT_IN:
            yield line
            longer = word
        line = longer
    if line:
        yield line

"""The legend of a strip map: items that flow into rows, measured before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from artimap.core import style
from artimap.core.drawing import Drawing, draw_line, draw_shape, width_of
from artimap.core.i18n import format_number, tr
from artimap.core.vocab import CheckpointStatus, EventKind

ROW_IN = 0.23
_SIZE = 8.0
_GAP_IN = 0.19
_GLYPH = {"title": 0.0, "words": 0.0, "line": 0.42, "post": 0.38, "shape": 0.22, "hollow": 0.22, "bar": 0.52}

Glyph = Literal["title", "words", "line", "post", "shape", "hollow", "bar"]


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One entry: what is drawn before its words, and where it stands (inches, row)."""

    glyph: Glyph
    key: str
    words: str
    x: float = 0.0
    row: int = 0

    @property
    def width(self) -> float:
        """Width with its sign and the gap after it, in inches."""
        return _GLYPH[self.glyph] + width_of(self.words, _SIZE, bold=self.glyph == "title") + _GAP_IN


def rate_words(model: object | None, lang: str) -> list[str]:
    """Say the five classes of rate; without a model only the lowest and the highest."""
    edges = getattr(model, "band_rates", None)
    # RISK that has lost its model has classes without known limits; the legend says lowest and highest,
    # not invented figures.
    if edges is None:
        return [tr("strip.lowest", lang), "", "", "", tr("strip.highest", lang)]
    said = [format_number(edge, lang) for edge in edges]
    return [f"< {said[0]}", *(f"{low} – {high}" for low, high in pairwise(said)), f"≥ {said[-1]}"]


def legend_rows(
    rates: list[str], kinds: set[str], *, bars: bool, posts: bool, apart: int, lang: str, left: float, right: float
) -> list[LegendEntry]:
    """Give the entries of the legend with their places.

    Parameters
    ----------
    rates
        Words of the five classes.
    kinds
        Kinds of event that are drawn.
    bars, posts
        Whether there are events on a stretch, and posts.
    apart
        Posts whose place is not stated.
    lang
        Language.
    left, right
        Where rows begin and end, in inches.
    """
    first = [LegendEntry("title", "", tr("strip.rate", lang))]
    first += [LegendEntry("line", f"rate_{band}", words) for band, words in enumerate(rates, start=1)]
    first += [LegendEntry("line", key, tr(f"info.{key}", lang)) for key in ("quiet", "silent")]
    groups = [first]
    if posts or apart:
        second = [LegendEntry("title", "", tr("strip.posts", lang))]
        if posts:
            second += [
                LegendEntry("post", status.value, tr(f"checkpoint_status.{status}", lang))
                for status in CheckpointStatus
                # Posts that are gone are not drawn, so the legend has no sign for them.
                if status is not CheckpointStatus.REMOVED
            ]
        if apart:
            second.append(LegendEntry("words", "", tr("strip.posts_apart", lang, n=apart)))
        groups.append(second)
    if kinds:
        third = [LegendEntry("title", "", tr("strip.events", lang))]
        third += [
            LegendEntry("shape", kind.value, tr(f"kind.{kind}", lang)) for kind in EventKind if kind.value in kinds
        ]
        third.append(LegendEntry("hollow", EventKind.ATTACK_ON_CIVILIANS.value, tr("strip.hollow", lang)))
        if bars:
            third.append(LegendEntry("bar", EventKind.ATTACK_ON_CIVILIANS.value, tr("strip.bar", lang)))
        groups.append(third)
    placed: list[LegendEntry] = []
    row = 0
    for group in groups:
        x = left
        for number, item in enumerate(group):
            # A new row where an entry would run out of the page; the first of a group always stays on its row.
            if number and x + item.width - _GAP_IN > right:
                x, row = left, row + 1
            placed.append(replace(item, x=x, row=row))
            x += item.width
        row += 1
    return placed


def draw_legend(page: Drawing, items: list[LegendEntry], top: float) -> None:
    """Draw the entries, the first row at ``top``."""
    for item in items:
        x, y = item.x, top - item.row * ROW_IN
        if item.glyph == "line":
            draw_line(page, x, x + 0.34, y, style.mark(item.key))
        elif item.glyph == "post":
            page.bracket(x, x + 0.3, y - 0.035, style.post_mark(item.key))
        elif item.glyph in ("shape", "hollow"):
            draw_shape(page, x + 0.08, y, style.event_shape(item.key), size_in=0.15, hollow=item.glyph == "hollow")
        elif item.glyph == "bar":
            draw_shape(page, x + 0.05, y, style.event_shape(item.key), size_in=0.1, hollow=False)
            page.bar(x + 0.13, x + 0.44, y, hollow=False)
        weight = "bold" if item.glyph == "title" else "normal"
        colour = "ink_2" if item.glyph == "words" else "ink"
        at = x + _GLYPH[item.glyph]
        page.text(at, y, item.words, size=_SIZE, valign="center_baseline", weight=weight, colour=colour)

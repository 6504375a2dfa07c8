"""The events of a strip map: which are drawn, stacked by month, each with its mark."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType
from typing import Literal

import pandas as pd

from artimap.core import style
from artimap.core.canvas import Drawing, draw_line, draw_shape, width_of
from artimap.core.harm import people_harmed
from artimap.core.i18n import format_number, tr
from artimap.core.phrases import known
from artimap.core.schema import records
from artimap.core.vocab import CheckpointStatus, EventKind, Where

ROW_IN = 0.23
LEGEND_PT = 8.0
_GAP_IN = 0.19
_GLYPH = {"title": 0.0, "words": 0.0, "line": 0.42, "post": 0.38, "shape": 0.22, "hollow": 0.22, "bar": 0.52,
          "ring": 0.24, "dashed": 0.24}  # fmt: skip

Glyph = Literal["title", "words", "line", "post", "shape", "hollow", "bar", "ring", "dashed"]


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One entry: what is drawn before its words, and where it stands (inches, row)."""

    glyph: Glyph
    key: str
    words: str
    x: float = 0.0
    row: int = 0

    def width(self, size: float) -> float:
        """Width with its sign and the gap after it, in inches."""
        return _GLYPH[self.glyph] + width_of(self.words, size, bold=self.glyph == "title") + _GAP_IN


def rate_words(model: object | None, lang: str) -> list[str]:
    """Say the five classes of rate; without a model only the lowest and the highest."""
    edges = getattr(model, "band_rates", None)
    # RISK that has lost its model has classes without known limits; the legend says lowest and highest,
    # not invented figures.
    if edges is None:
        return [tr("strip.lowest", lang), "", "", "", tr("strip.highest", lang)]
    said = [format_number(edge, lang) for edge in edges]
    return [f"< {said[0]}", *(f"{low} – {high}" for low, high in pairwise(said)), f"≥ {said[-1]}"]


def legend_rows(  # noqa: PLR0913 - one keyword a group of the legend
    rates: list[str],
    kinds: set[str],
    *,
    bars: bool,
    posts: bool,
    apart: int,
    news: frozenset[str] = frozenset(),
    lang: str,
    left: float,
    right: float,
    size: float,
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
    news
        Whether anything drawn is ``"new"`` or ``"changed"``.
    lang
        Language.
    left, right
        Where rows begin and end, in inches.
    size
        Of the words, in points.
    """
    first = [LegendEntry("title", "", tr("strip.rate", lang))]
    first += [LegendEntry("line", f"rate_{band}", words) for band, words in enumerate(rates, start=1)]
    first += [LegendEntry("line", key, tr(f"map.legend.{key}", lang)) for key in ("quiet", "unobserved", "silent")]
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
    signs: dict[str, Glyph] = {"new": "ring", "changed": "dashed"}
    if news:
        groups.append([LegendEntry(signs[one], "", tr(f"change.mark.{one}", lang)) for one in signs if one in news])
    placed: list[LegendEntry] = []
    row = 0
    for group in groups:
        x = left
        for number, item in enumerate(group):
            # A new row where an entry would run out of the page; the first of a group always stays on its row.
            if number and x + item.width(size) - _GAP_IN > right:
                x, row = left, row + 1
            placed.append(replace(item, x=x, row=row))
            x += item.width(size)
        row += 1
    return placed


def draw_legend(page: Drawing, items: list[LegendEntry], top: float, *, size: float, row_in: float) -> None:
    """Draw the entries, the first row at ``top``."""
    for item in items:
        x, y = item.x, top - item.row * row_in
        if item.glyph == "line":
            draw_line(page, x, x + 0.34, y, style.mark(item.key))
        elif item.glyph == "post":
            page.bracket(x, x + 0.3, y - 0.035, style.post_mark(item.key))
        elif item.glyph in ("shape", "hollow"):
            draw_shape(page, x + 0.08, y, style.event_shape(item.key), size_in=0.15, hollow=item.glyph == "hollow")
        elif item.glyph == "bar":
            draw_shape(page, x + 0.05, y, style.event_shape(item.key), size_in=0.1, hollow=False)
            page.bar(x + 0.13, x + 0.44, y, hollow=False)
        elif item.glyph in ("ring", "dashed"):
            page.ring(x + 0.09, y, 0.07, dashed=item.glyph == "dashed")
        weight = "bold" if item.glyph == "title" else "normal"
        colour = "ink_2" if item.glyph == "words" else "ink"
        at = x + _GLYPH[item.glyph]
        page.text(at, y, item.words, size=size, valign="center_baseline", weight=weight, colour=colour)


LANE_IN = 0.19
_BAR_LANE = 0.66
_EMPTY_LANE, _JANUARY_LANE = 0.24, 0.7
_GLYPH_IN = 0.1


def lanes_of(spans: Sequence[tuple[float, float]], gap: float) -> list[int]:
    """Give each span the first lane in which it touches no other."""
    ends: list[float] = []
    out = [0] * len(spans)
    # From left to right, each into the first lane that is free: the fewest lanes for intervals. Position
    # breaks ties.
    for row in sorted(range(len(spans)), key=lambda one: (spans[one], one)):
        low, high = spans[row]
        lane = next((number for number, end in enumerate(ends) if end + gap <= low), len(ends))
        if lane == len(ends):
            ends.append(high)
        else:
            ends[lane] = high
        out[row] = lane
    return out


@dataclass(frozen=True, slots=True)
class EventMark:
    """One mark or bar: its month (0 is the newest), where, how large, which shape."""

    month: int
    from_km: float
    to_km: float
    kind: str
    size: float
    hollow: bool
    bar: bool
    news: str = ""


_READ = frozenset({
    "event_id", "date_start", "kind", "place_kind", "chainage_m", "from_m", "to_m", "killed_best", "killed_low",
    "killed_high", "injured", "abducted",
})  # fmt: skip


def event_marks(
    table: pd.DataFrame | None, as_of: dt.date, months: int, news: Mapping[str, str] = MappingProxyType({})
) -> list[EventMark]:
    """Give the events to draw: on this road, up to the day, of the last ``months`` months; those in ``news`` ringed."""
    if table is None or not len(table):
        return []
    out = []
    # Where forces are is on no picture, whatever the audience.
    hidden = (EventKind.DEPLOYMENT.value,)
    order = table.sort_values(["date_start", "event_id"], kind="stable")
    drawn = order.loc[order["why_not"].isna() & ~order["kind"].isin(hidden), order.columns.isin(_READ)]
    for row in records(drawn):
        day = pd.Timestamp(row["date_start"])
        month = (as_of.year - day.year) * 12 + as_of.month - day.month
        if day.date() > as_of or not 0 <= month < months:
            continue
        # An event known only to a piece of road is a bar over all of it: a mark in its middle would claim a
        # spot.
        bar = row["place_kind"] not in (Where.POINT.value, Where.PLACE.value)
        at, low, high = (known(row[name]) for name in ("chainage_m", "from_m", "to_m"))
        bar = bar or at is None
        start, stop = (low, high) if bar else (at, at)
        if start is None or stop is None:
            continue
        people = people_harmed(row)
        ends, size = (start / 1000, stop / 1000), style.event_size(people)
        out.append(
            EventMark(
                month, *ends, str(row["kind"]), size, people is None, bar, news.get(f"event:{row['event_id']}", "")
            )
        )
    return out


@dataclass(frozen=True, slots=True)
class EventLanes:
    """Lanes of the events: y of each (in lanes from the top), edges of the months, height in all."""

    y: tuple[float, ...]
    edges: tuple[float, ...]
    height: float


def stack(events: Sequence[EventMark], *, as_of: dt.date, months: int, km_per_in: float) -> EventLanes:
    """Stack events by month into lanes: marks first, bars below them."""
    y = [0.0] * len(events)
    edges = [0.0]
    for month in range(months):
        rows = [number for number, event in enumerate(events) if event.month == month]
        marks = [number for number in rows if not events[number].bar]
        bars = [number for number in rows if events[number].bar]
        # Widths in kilometres, so that marks and bars can be stacked by the same rule.
        half = [events[number].size / 24 * LANE_IN / 2 * km_per_in for number in marks]
        top = edges[-1]
        spans = [(events[n].from_km - h, events[n].to_km + h) for n, h in zip(marks, half, strict=True)]
        for number, lane in zip(marks, lanes := lanes_of(spans, 0.0), strict=True):
            y[number] = top + lane + 0.5
        top += max(lanes, default=-1) + 1
        spans = [(events[n].from_km - 1.6 * _GLYPH_IN * km_per_in, events[n].to_km) for n in bars]
        for number, lane in zip(bars, lanes := lanes_of(spans, 0.3), strict=True):
            y[number] = top + (lane + 0.5) * _BAR_LANE
        top += (max(lanes, default=-1) + 1) * _BAR_LANE
        # January carries the year, so it needs room for its label even when nothing happened
        least = _JANUARY_LANE if (as_of.month - 1 - month) % 12 == 0 else _EMPTY_LANE
        edges.append(max(top, edges[-1] + least) + 0.08)
    return EventLanes(tuple(y), tuple(edges), edges[-1])


def draw_events(page: Drawing, events: Sequence[EventMark], rows: EventLanes, lane_in: float, top: float) -> None:
    """Draw bars first, then marks on top; the kind of a bar stands beside it."""
    glyph_in = min(_GLYPH_IN, _BAR_LANE * lane_in)
    for event, y in zip(events, rows.y, strict=True):
        at = top - y * lane_in
        if event.bar:
            page.bar(page.x(event.from_km), page.x(event.to_km), at, hollow=event.hollow)
            # beside the bar, not on it: the place inside the piece is not known
            x, shape = page.x(event.from_km) - 0.8 * glyph_in, style.event_shape(event.kind)
            draw_shape(page, x, at, shape, size_in=glyph_in, hollow=event.hollow)
            if event.news:
                page.ring(x, at, glyph_in * 0.8, dashed=event.news == "changed")
    for event, y in zip(events, rows.y, strict=True):
        if not event.bar:
            shape, size_in = style.event_shape(event.kind), event.size / 24 * lane_in * 1.25
            draw_shape(page, page.x(event.from_km), top - y * lane_in, shape, size_in=size_in, hollow=event.hollow)
            if event.news:
                page.ring(page.x(event.from_km), top - y * lane_in, size_in / 2 + 0.035, dashed=event.news == "changed")

"""The strip map: the road as a straight line with its towns, rates, posts and events.

Kilometres run from left (the road's origin) to right. Towns stand above the band of
rates, posts between them, events below it by month, the newest month on top.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from artimap.core import style
from artimap.core.canvas import Drawing, draw_line, text_lines, width_of
from artimap.core.dates import day_of
from artimap.core.errors import ShareError
from artimap.core.files import write_bytes
from artimap.core.harm import GRAVEST, gravest, harm_line
from artimap.core.i18n import format_day, format_number, table_words, tr
from artimap.core.metadata import model_of
from artimap.core.notebook import ShortRepr
from artimap.core.phrases import known
from artimap.core.pictures import PictureSize, picture_ending, picture_size, render
from artimap.core.schema import records
from artimap.core.vocab import Info, Lang
from artimap.report.strip.marks import (
    LANE_IN,
    LEGEND_PT,
    ROW_IN,
    EventLanes,
    EventMark,
    LegendEntry,
    draw_events,
    draw_legend,
    event_marks,
    lanes_of,
    legend_rows,
    rate_words,
    stack,
)
from artimap.risk.model import RiskModel
from artimap.roads.corridor import Corridor

_EVENTS_IN, _POST_IN, _BAND_IN = 4.9, 0.125, 0.42
_FEWER_MONTHS, _SMALLER = (12, 6), (1.0, 1.15, 1.3, 1.5, 1.75, 2.0, 2.5, 3.0)
_LEAST_LANE_IN, _UPRIGHT_IN = 0.085, 8.0


@dataclass(frozen=True, slots=True)
class _Look:
    """Lengths in inches and sizes of type in points of a strip map."""

    width: float = 11.7
    left: float = 0.85
    right: float = 0.9
    edge: float = 0.4
    gap: float = 0.215
    rotation: float = 48.0
    title: float = 16.0
    under: float = 9.0
    town: float = 8.6
    tick: float = 7.6
    month: float = 6.9
    labelled: float = 0.105
    legend: float = LEGEND_PT
    row: float = ROW_IN
    foot: float = 7.2
    wrapped: bool = False

    @property
    def end(self) -> float:
        return self.width - self.right


_PAPER = _Look()


def _look(size: PictureSize | None) -> _Look:
    """Give the look of a strip map on paper, or as wide as a picture of a size."""
    if size is None:
        return _PAPER
    least, fine = size.least or 9.0, size.fine or 7.2
    across = size.width < _UPRIGHT_IN
    return _Look(
        size.width, left=0.16 + width_of("00000 0000", fine), right=0.16 + width_of("0000", fine) if across else 1.0,
        edge=0.12,
        gap=fine * 1.25 / 72 if across else _PAPER.gap, rotation=90.0 if across else _PAPER.rotation,
        title=max(12.0, least), under=least, town=fine, tick=fine, month=fine, labelled=fine / 72, legend=fine,
        row=fine * 1.5 / 72 + 0.015, foot=fine, wrapped=True,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class StripMap(ShortRepr):
    """A strip map. Shows itself in Jupyter; :meth:`save` writes it.

    Attributes
    ----------
    corridor
        The road.
    risk, checkpoints, events, places
        Tables, or None where there is nothing to draw.
    as_of
        The day of the answer.
    lang
        Language of the words.
    months
        How many months of events to show.
    news
        ``"new"`` or ``"changed"`` by ``event:ID`` and ``post:ID`` (:attr:`artimap.report.changes.Changes.marks`): these
        get a ring.
    """

    corridor: Corridor
    risk: pd.DataFrame | None
    checkpoints: pd.DataFrame | None
    events: pd.DataFrame | None
    places: pd.DataFrame
    as_of: dt.date
    lang: str
    months: int
    news: Mapping[str, str] = field(default_factory=dict)

    def png(self, *, dpi: float | None = None, size: str | None = None) -> bytes:
        """Give the picture as PNG: the same bytes each time.

        Parameters
        ----------
        dpi
            Dots per inch; 170 on paper where null.
        size
            ``"phone"``, ``"square"`` or another size (:func:`artimap.core.pictures.picture_size`); a wide strip for
            paper where null. A square shows as many months as it has room for, and says how many.
        """
        return _render(self, "png", dpi, size)

    def svg(self, *, size: str | None = None) -> bytes:
        """Give the picture as SVG, its words as text: the same bytes each time."""
        return _render(self, "svg", 72, size)

    def save(self, path: str | Path, *, size: str | None = None) -> Path:
        """Write the picture, whole or not at all.

        Parameters
        ----------
        path
            A file name that ends in ``.png`` or ``.svg``.
        size
            As of :meth:`png`.

        Raises
        ------
        ShareError
            If it ends in anything else, or there is no such size.
        """
        kind = picture_ending(path, ("png", "svg"), "a strip map")
        write_bytes(Path(path), self.png(size=size) if kind == "png" else self.svg(size=size))
        return Path(path)

    def _repr_png_(self) -> bytes:
        return self.png()


def strip_map(
    corridor: Corridor,
    *,
    risk: pd.DataFrame | None = None,
    checkpoints: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    places: pd.DataFrame | None = None,
    as_of: str | dt.date,
    lang: str = "en",
    months: int = 24,
    news: Mapping[str, str] = MappingProxyType({}),
) -> StripMap:
    """Draw a corridor as a straight line.

    Parameters
    ----------
    corridor
        The road.
    risk
        RISK by stretch or lixel.
    checkpoints
        CHECKPOINTS; those without a place on the road are not drawn, but counted.
    events
        EVENTS, located or not; those that may lie on the road are drawn.
    places
        Places with ``name`` and ``chainage_m``; the corridor's towns where null.
    as_of
        The day of the answer. Later events are not drawn.
    lang
        ``"en"``, ``"fr"`` or ``"ht"``.
    months
        How many months of events to show, back from ``as_of``.
    news
        ``"new"`` or ``"changed"`` by ``event:ID`` and ``post:ID``, as the ``marks`` of :func:`artimap.changes`: these
        get a ring.

    Raises
    ------
    ValueError
        If ``months`` is below 1.
    DateError, CrsError
        For a bad day, or a table in another system.

    Examples
    --------
    >>> import artimap as am
    >>> study = am.study(am.area("artibonite"), as_of="2024-10-15")
    >>> strip = am.strip_map(study.corridor, risk=study.risk, events=study.events, as_of=study.as_of, lang="fr")
    >>> len(strip.png()) > 10_000
    True
    """
    if months < 1:
        msg = f"months is {months}: show one month at least"
        raise ValueError(msg)
    # The strip needs the kilometres of each event; one that was located before is not located again.
    if events is not None and "why_not" not in events.columns:
        events = corridor.locate(events)
    shown = corridor.towns if places is None else places
    return StripMap(
        corridor, risk, checkpoints, events, pd.DataFrame(shown), day_of(as_of), Lang(lang).value, months, news
    )


def spread_apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move labels apart until each has ``gap``, as little as can be, inside ``low`` … ``high``."""
    if not len(wanted):
        return []
    # Too many towns for the width: labels move closer, none is dropped.
    gap = min(gap, (high - low) / max(len(wanted) - 1, 1))
    blocks: list[list[float]] = []  # [sum of wanted start positions, count]
    for number, at in enumerate(wanted):
        # Isotonic regression by pooling adjacent violators: with the gap taken off, labels may not run
        # backwards; where two do, they share their mean. It moves every label as little as can be (least
        # squares).
        blocks.append([at - number * gap, 1.0])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, count = blocks.pop()
            blocks[-1][0] += total
            blocks[-1][1] += count
    starts = [total / count for total, count in blocks for _ in range(int(count))]
    last = (len(wanted) - 1) * gap
    return [float(np.clip(start, low, high - last)) + number * gap for number, start in enumerate(starts)]


@dataclass(frozen=True, slots=True)
class _StripLayout:
    """A strip map that is measured: what is drawn, and the room of each part."""

    strip: StripMap
    look: _Look
    events: list[EventMark]
    rows: EventLanes
    posts: list[tuple[float, float, str, str]]
    legend: list[LegendEntry]
    lane_in: float
    label: float
    size: PictureSize | None
    height: float = 0.0

    @property
    def post_lanes(self) -> list[int]:
        return lanes_of([(low, high) for low, high, *_ in self.posts], 1.0)

    @property
    def posts_in(self) -> float:
        return 0.1 + (max(self.post_lanes, default=-1) + 1) * _POST_IN


def _render(strip: StripMap, kind: str, dpi: float | None, asked: str | None) -> bytes:
    size = None if asked is None else picture_size(asked)
    laid = _fit(strip, size) if size is not None and size.height else _lay_out(strip, size)
    page = laid.size or PictureSize("strip", laid.look.width, laid.height, 170.0)
    return render(
        partial(_draw, laid), replace(page, height=page.height or laid.height), kind, dpi=dpi, paper="paper",
        left=laid.look.left, km_per_in=_km_per_in(strip, laid.look),
        title=tr("strip.title", strip.lang, road=strip.corridor.ref), hinted=size is None,
    )  # fmt: skip


def _fit(strip: StripMap, size: PictureSize) -> _StripLayout:
    """Fit a strip into a height: with fewer months, then with smaller letters; those of the facts stay as they are."""
    months = (strip.months, *(one for one in _FEWER_MONTHS if one < strip.months))
    for smaller in _SMALLER:
        wider = replace(
            size, width=size.width * smaller, height=size.height * smaller, dpi=size.dpi / smaller,
            least=size.least * smaller,
        )  # fmt: skip
        for shown in months:
            laid = _lay_out(replace(strip, months=shown), wider)
            if laid.height <= wider.height:
                return laid
    msg = f"size {size.name}: a strip map has no room on it; take a higher one"
    raise ShareError(msg)


def _km_per_in(strip: StripMap, look: _Look) -> float:
    return strip.corridor.length_m / 1000 / (look.end - look.left)


def _lay_out(strip: StripMap, size: PictureSize | None) -> _StripLayout:
    # All is measured before anything is drawn, since the height of the page hangs on how many lanes
    # events, posts and legend need.
    look = _look(size)
    events = event_marks(strip.events, strip.as_of, strip.months, strip.news)
    rows = stack(events, as_of=strip.as_of, months=strip.months, km_per_in=_km_per_in(strip, look))
    posts = _posts(strip)
    apart = 0 if strip.checkpoints is None else int(strip.checkpoints["from_m"].isna().sum())
    legend = legend_rows(
        rate_words(None if strip.risk is None else model_of(strip.risk, RiskModel), strip.lang),
        {event.kind for event in events},
        bars=any(event.bar for event in events),
        posts=bool(posts),
        apart=apart,
        news=frozenset(one for one in (*(event.news for event in events), *(post[3] for post in posts)) if one),
        lang=strip.lang,
        left=look.edge if look.wrapped else look.left,
        right=look.width - look.edge,
        size=look.legend,
    )
    lane = min(LANE_IN, _EVENTS_IN / rows.height)
    laid = _StripLayout(strip, look, events, rows, posts, legend, lane, _label_in(strip, look), size)
    above = _head_in(laid) + laid.label + laid.posts_in + _BAND_IN + 0.3
    below = _foot_in(laid) + look.row * (1 + max(item.row for item in legend))
    if size is not None and size.height:  # events take what is left, while they can be told apart
        room = (size.height - above - below) / rows.height
        laid = replace(laid, lane_in=min(laid.lane_in, max(room, _LEAST_LANE_IN)))
    return replace(laid, height=above + rows.height * laid.lane_in + below)


def _draw(laid: _StripLayout, page: Drawing) -> None:
    strip, look = laid.strip, laid.look
    y = page.height - _head_in(laid)
    _draw_head(page, laid)
    band = y - laid.label - laid.posts_in - 0.14
    _draw_towns(page, strip, look, top=y - laid.label, band=band)
    _draw_posts(page, laid.posts, laid.post_lanes, base=band + 0.15)
    _draw_band(page, strip, look, band)
    top = band - _BAND_IN - 0.1
    _draw_months(page, laid, top)
    draw_events(page, laid.events, laid.rows, laid.lane_in, top)
    draw_legend(page, laid.legend, top - laid.rows.height * laid.lane_in - 0.26, size=look.legend, row_in=look.row)
    _draw_foot(page, laid)


def _head_lines(laid: _StripLayout) -> list[tuple[str, float, bool]]:
    """Give title, day and gravest events as lines, where they are wrapped."""
    strip, look = laid.strip, laid.look
    wide = look.width - 2 * look.edge
    told = (
        (tr("strip.title", strip.lang, road=strip.corridor.ref), look.title, True),
        (_subtitle(strip), look.under, False),
        (_gravest(strip, 2 * wide, look.under), look.under, True),
    )
    return [
        (line, points, bold)
        for text, points, bold in told
        for line in text_lines(text, wide, points, bold=bold)
        if text
    ]


def _head_in(laid: _StripLayout) -> float:
    return 0.14 + sum(_line_in(size) for _, size, _ in _head_lines(laid)) if laid.look.wrapped else 0.9


def _line_in(points: float) -> float:
    return points * 1.3 / 72


def _subtitle(strip: StripMap) -> str:
    return tr("strip.subtitle", strip.lang, day=format_day(strip.as_of, strip.lang), months=strip.months)


def _draw_head(page: Drawing, laid: _StripLayout) -> None:
    strip, look = laid.strip, laid.look
    if look.wrapped:
        y = page.height - 0.08
        for line, size, bold in _head_lines(laid):
            y -= _line_in(size)
            page.text(look.edge, y, line, size=size, weight="bold" if bold else "normal")
        return
    x, height = look.left - 0.45, page.height
    page.text(x, height - 0.38, tr("strip.title", strip.lang, road=strip.corridor.ref), size=look.title, weight="bold")
    page.text(x, height - 0.64, _subtitle(strip), size=look.under, colour="ink_2")
    page.text(x, height - 0.84, _gravest(strip, look.width - look.left), size=look.under, weight="bold")


def _gravest(strip: StripMap, wide: float = _PAPER.width - _PAPER.left, size: float = _PAPER.under) -> str:
    """Name the gravest events, also those too old to be drawn: as many as the line holds."""
    known_by = strip.events if strip.events is None else strip.events[strip.events["date_start"] <= str(strip.as_of)]
    if known_by is None:
        return ""
    parts: list[str] = []
    line = ""
    for row in gravest(known_by, GRAVEST).to_dict("records"):
        day = format_day(pd.Timestamp(row["date_start"]).date(), strip.lang)
        place, harm = table_words(str(row["place"]), strip.lang), harm_line({**row, "displaced": None}, strip.lang)
        parts.append(f"{day}, {place} ({harm})")
        longer = tr("strip.gravest", strip.lang, events=tr("map.trip.and", strip.lang).join(parts))
        if line and width_of(longer, size, bold=True) > wide:
            break
        line = longer
    return line


def _town_names(strip: StripMap, towns: pd.DataFrame) -> list[str]:
    local = f"name_{strip.lang}"
    return [
        str(row[local]) if local in towns.columns and isinstance(row[local], str) else str(row["name"])
        for row in records(towns)
    ]


def _label_in(strip: StripMap, look: _Look) -> float:
    """Give the room of the towns' names with their kilometres."""
    if not look.wrapped:
        return 1.16
    longest = max((width_of(f"{name}  000", look.town) for name in _town_names(strip, strip.places)), default=0.0)
    return longest * math.sin(math.radians(look.rotation)) + 0.12


def _draw_towns(page: Drawing, strip: StripMap, look: _Look, *, top: float, band: float) -> None:
    towns = strip.places.sort_values("chainage_m", kind="stable")
    # Places off the ends of the road have no spot on the line.
    towns = towns[(towns["chainage_m"] >= 0) & (towns["chainage_m"] <= strip.corridor.length_m)]
    names = _town_names(strip, towns)
    true = [page.x(float(at) / 1000) for at in towns["chainage_m"]]
    shown = spread_apart(true, look.gap, look.left, look.end)
    for at, label_at, name, metres in zip(true, shown, names, towns["chainage_m"], strict=True):
        page.line([at, at, label_at, label_at], [band - 0.07, top - 0.2, top - 0.06, top], colour="ink_2", width=0.7)
        distance = format_number(round(float(metres) / 1000), strip.lang, digits=3)
        upright = look.rotation == 90.0
        x, y = label_at + (look.town / 200 if upright else -0.03), top + 0.03
        valign = "baseline" if upright else "bottom"
        page.text(x, y, name, size=look.town, rotation=look.rotation, valign=valign, tail=f"  {distance}")


def _posts(strip: StripMap) -> list[tuple[float, float, str, str]]:
    table = strip.checkpoints
    if table is None or not len(table):
        return []
    out = list[tuple[float, float, str, str]]()
    for row in records(table[table["from_m"].notna()]):
        low = float(row["from_m"]) / 1000
        high = low if pd.isna(row["to_m"]) else float(row["to_m"]) / 1000
        # a post at one spot still needs a bracket that can be seen: 2 km wide
        middle, half = (low + high) / 2, max((high - low) / 2, 1.0)
        news = strip.news.get(f"post:{row['checkpoint_id']}", "")
        out.append((middle - half, middle + half, str(row["status"]), news))
    return out


def _draw_posts(
    page: Drawing, posts: Sequence[tuple[float, float, str, str]], lanes: Sequence[int], base: float
) -> None:
    for (low, high, status, news), lane in zip(posts, lanes, strict=True):
        y = base + lane * _POST_IN
        page.bracket(page.x(low), page.x(high), y, style.post_mark(status))
        if news:
            page.ring(page.x((low + high) / 2), y + 0.035, 0.06, dashed=news == "changed")


def _draw_band(page: Drawing, strip: StripMap, look: _Look, y: float) -> None:
    length = strip.corridor.length_m / 1000
    label = partial(page.text, size=look.tick, colour="ink_2")
    if strip.risk is None or not len(strip.risk):
        draw_line(page, page.x(0), page.x(length), y, style.mark("corridor_plain"))
    else:
        pieces = []
        for row in records(strip.risk):
            band, info = known(row["band"]), str(row["info"])
            if info == Info.REPORTED.value and band is not None:
                mark = style.rate_class(int(band))
            else:
                never = pd.isna(row["newest_report"])
                mark = style.mark("quiet" if info == Info.QUIET.value else "silent" if never else "unobserved")
            pieces.append((mark, float(row["from_m"]) / 1000, float(row["to_m"]) / 1000))
        # Thin marks first, wide ones over them: a thin mark never covers the end of a wide one.
        for mark, low, high in sorted(pieces, key=lambda one: (one[0].width, one[1])):
            draw_line(page, page.x(low), page.x(high), y, mark)
    # Few enough marks on a long road, and still some on a short one.
    step = 25 if length > 80 else 5
    if look.wrapped:
        step *= 2
    for km in range(0, int(length) + 1, step):
        page.line([page.x(km)] * 2, [y - 0.16, y - 0.21], colour="ink_2", width=0.8)
        label(page.x(km), y - 0.25, "0 km" if km == 0 else str(km), halign="center", valign="top")
    label(look.left - 0.1, y, tr("strip.south", strip.lang), halign="right", valign="center")
    label(look.end + 0.1, y, tr("strip.north", strip.lang), valign="center")


def _draw_months(page: Drawing, laid: _StripLayout, top: float) -> None:
    strip, look, rows, lane_in = laid.strip, laid.look, laid.rows, laid.lane_in
    names = tr("date.months", strip.lang).split("|")
    right, labelled = look.end, math.inf
    for metres in strip.places["chainage_m"]:
        if 0 <= metres <= strip.corridor.length_m:
            at = page.x(float(metres) / 1000)
            page.line([at, at], [top, top - rows.height * lane_in], colour="rule", width=0.6)
    for month in range(strip.months):
        # Months as whole numbers since year 0, counted back from the month of the answer: month 0 is the
        # newest.
        year, number = divmod(strip.as_of.year * 12 + strip.as_of.month - 1 - month, 12)
        y = top - rows.edges[month] * lane_in
        low = top - rows.edges[month + 1] * lane_in
        heavy = number == 11 or month == 0
        page.line([look.left, right], [y, y], colour="ink_2" if heavy else "rule", width=0.8 if heavy else 0.5)
        label = partial(page.text, look.left - 0.1, (y + low) / 2, size=look.month, halign="right", valign="center")
        # Where type may not be small, a month without room has no name: its neighbours have.
        if look.wrapped and labelled - (y + low) / 2 < look.month * 1.15 / 72:
            continue
        if number == 0 or month == 0:
            label(f"{names[number]} {year}")
            labelled = (y + low) / 2
        elif y - low > look.labelled:
            label(names[number], colour="ink_2")
            labelled = (y + low) / 2
    bottom = top - rows.height * lane_in
    page.line([look.left, right], [bottom, bottom], colour="rule", width=0.8)


def _foot_texts(strip: StripMap) -> tuple[str, ...]:
    return tuple(tr(key, strip.lang) for key in ("sample.strip", "strip.sources", "strip.disclaimer"))


def _foot_lines(laid: _StripLayout) -> list[str]:
    look = laid.look
    wide = look.width - 2 * look.edge
    return [line for text in _foot_texts(laid.strip) for line in text_lines(text, wide, look.foot, bold=False)]


def _foot_in(laid: _StripLayout) -> float:
    return 0.2 + len(_foot_lines(laid)) * _line_in(laid.look.foot) if laid.look.wrapped else 0.84


def _draw_foot(page: Drawing, laid: _StripLayout) -> None:
    look = laid.look
    if look.wrapped:
        for number, line in enumerate(reversed(_foot_lines(laid))):
            page.text(look.edge, 0.1 + number * _line_in(look.foot), line, size=look.foot, colour="ink_2")
        return
    for y, text in zip((0.47, 0.31, 0.15), _foot_texts(laid.strip), strict=True):
        page.text(look.left - 0.45, y, text, size=look.foot, colour="ink_2")

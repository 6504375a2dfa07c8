"""The timeline of a place or a stretch of road: events, who says who holds it, and its reported status, by day.

Time runs from left to right. What is drawn rests on plain tables; :func:`artimap.timeline` makes it of a study.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from artimap.core import style
from artimap.core.canvas import Drawing, cut_lines, draw_area, draw_shape, text_lines, width_of, write_wrapped
from artimap.core.errors import ShareError
from artimap.core.files import write_bytes
from artimap.core.harm import gravest, harm_line, people_harmed
from artimap.core.i18n import format_day, tr
from artimap.core.notebook import ShortRepr
from artimap.core.phrases import actors_phrase, day_phrase
from artimap.core.pictures import PictureSize, fit_height, picture_ending, picture_size, render
from artimap.core.schema import records, split_names
from artimap.core.vocab import EventKind, Party, Status
from artimap.report.strip.marks import lanes_of

_WIDE = PictureSize("timeline", 11.7, 0.0, 150.0)
_LARGER, _SMALLER = (0.6, 0.7, 0.8, 0.9), (1.0, 1.2, 1.4, 1.7, 2.0, 2.5, 3.0)
_NAMED = 3
"""So many of the gravest events are named in words."""

_DOT_IN, _BAND_IN, _LANE_IN, _GAP_IN, _INSET_IN = 0.045, 0.17, 0.24, 0.12, 0.12


@dataclass(frozen=True, eq=False, repr=False)
class Timeline(ShortRepr):
    """A timeline of a place or stretch. Shows itself in Jupyter; :meth:`save` writes it.

    Attributes
    ----------
    place
        What it is called.
    events
        EVENTS there.
    claims
        Statements of who holds it or is there: ``claimant``, ``claimant_is_party``, ``predicate``, ``value``, ``day``
        (null where it has none).
    status
        Intervals, as :func:`artimap.status_history` gives them, of one or more subjects.
    since, until
        First and last day.
    quiet_days
        Days without a report from which silence is hatched.
    lang, note
        Language, and for whom it is.
    left_out
        How many more stretches have a status that is not drawn.
    """

    place: str
    events: pd.DataFrame
    claims: pd.DataFrame
    status: pd.DataFrame
    since: dt.date
    until: dt.date
    quiet_days: int
    lang: str
    note: str = ""
    left_out: int = 0

    def png(self, *, dpi: float | None = None, size: str | None = None) -> bytes:
        """Give the picture as PNG: the same bytes each time.

        Parameters
        ----------
        dpi
            Dots per inch in place of those of the size.
        size
            ``"phone"``, ``"square"`` or another size (:func:`artimap.core.pictures.picture_size`); as wide as a sheet
            of A4 across and as high as its contents where null.
        """
        return self._render("png", dpi, size)

    def svg(self, *, size: str | None = None) -> bytes:
        """Give the picture as SVG, its words as text: the same bytes each time."""
        return self._render("svg", 72, size)

    def save(self, path: str | Path, *, size: str | None = None) -> Path:
        """Write the picture, whole or not at all.

        Raises
        ------
        ShareError
            If the file ends in anything but ``.png`` or ``.svg``, or there is no such size.
        """
        kind = picture_ending(path, ("png", "svg"), "a timeline")
        write_bytes(Path(path), self.png(size=size) if kind == "png" else self.svg(size=size))
        return Path(path)

    def _repr_png_(self) -> bytes:
        return self.png(dpi=110)

    @cached_property
    def title(self) -> str:
        """What it is called."""
        return tr("timeline.title", self.lang, place=self.place)

    def _render(self, kind: str, dpi: float | None, asked: str | None) -> bytes:
        size = _WIDE if asked is None else picture_size(asked)
        size, sheet = self._fitted(size)
        return render(sheet.draw, size, kind, dpi=dpi, title=self.title)

    def _fitted(self, size: PictureSize) -> tuple[PictureSize, _TimelineSheet]:
        """Fit what is drawn into the size: where it is too much, with smaller letters in legend and sources."""
        # what is little on a large sheet is drawn larger
        for smaller in (*(_LARGER if size.height and not size.handheld else ()), *_SMALLER):
            wider = replace(
                size, width=size.width * smaller, height=size.height * smaller, dpi=size.dpi / smaller,
                least=size.least * smaller,
            )  # fmt: skip
            sheet = _TimelineSheet(self, wider)
            needed = fit_height(sheet.draw, wider)
            if not size.height:
                return needed, sheet
            if needed.height <= wider.height:
                return wider, sheet
        msg = f"size {size.name}: the timeline of {self.place} has no room on it; take a higher one"
        raise ShareError(msg)


@dataclass(frozen=True, slots=True)
class _Item:
    """A point with words beside it."""

    day: dt.date
    words: str
    colour: str
    hollow: bool = False


@dataclass(frozen=True)
class _TimelineSheet:
    """One timeline on one size of page."""

    made: Timeline
    size: PictureSize

    @property
    def margin(self) -> float:
        return 0.12 if self.size.handheld else 0.3

    @property
    def wide(self) -> float:
        return self.size.width - 2 * self.margin

    @property
    def point(self) -> float:
        return self.size.least or 9.0

    @property
    def fine(self) -> float:
        return self.size.fine or 8.0

    def x(self, day: dt.date | pd.Timestamp) -> float:
        """Give where a day stands in inches."""
        days = (self.made.until - self.made.since).days or 1
        at = day.date() if isinstance(day, pd.Timestamp) else day
        share = min(max((at - self.made.since).days / days, 0.0), 1.0)
        return self.margin + _INSET_IN + (self.wide - 2 * _INSET_IN) * share

    def draw(self, page: Drawing) -> float:
        """Draw all, from the top down; give where it ends."""
        y = self._axis(page, self._head(page))
        y = self._events(page, y)
        y = self._claims(page, y - _GAP_IN)
        y = self._status(page, y - _GAP_IN)
        y = self._legend(page, y - _GAP_IN)
        foot = f"{tr('strip.sources', self.made.lang)} {tr('strip.disclaimer', self.made.lang)}"
        y = write_wrapped(page, foot, self.margin, y - _GAP_IN / 2, self.wide, size=self.fine, colour="ink_2")
        return y - 0.12

    def _head(self, page: Drawing) -> float:
        made, lang = self.made, self.made.lang
        y = page.height - 0.1
        y = write_wrapped(
            page, made.title, self.margin, y, self.wide, size=max(13.0, 1.2 * self.point), weight="bold", most=4
        )
        span = tr("timeline.span", lang, since=format_day(made.since, lang), until=format_day(made.until, lang))
        under = "  ·  ".join(part for part in (span, made.note) if part)
        return write_wrapped(page, under, self.margin, y - 0.02, self.wide, size=self.point, colour="ink_2") - 0.08

    def _axis(self, page: Drawing, y: float) -> float:
        """Write the months, or the years where months have no room."""
        lang, size = self.made.lang, self.fine
        names = tr("date.months", lang).split("|")
        first = self.made.since.replace(day=1)
        months = [
            dt.date(year, month + 1, 1)
            for year, month in (divmod(first.year * 12 + first.month - 1 + n, 12) for n in range(_months(self.made)))
        ]
        high = size * 1.4 / 72
        free = self.margin - 1.0
        for month in (one for one in months if one >= self.made.since):
            at = self.x(month)
            year = month.month == 1
            page.line([at, at], [y - high, y - high + (0.09 if year else 0.05)], colour="ink_2", width=0.8)
            words = f"{names[month.month - 1]} {month.year}" if year or month == months[0] else names[month.month - 1]
            wide = width_of(words, size)
            crowded = not year and any(
                0 < self.x(one) - at < wide + 0.1 + width_of("0", size) for one in months if one.month == 1
            )
            if at > free and not crowded and at + wide < self.margin + self.wide:
                page.text(at + 0.03, y - high + 0.05, words, size=size, colour="ink" if year else "ink_2")
                free = at + wide + 0.1
        page.line([self.margin, self.margin + self.wide], [y - high, y - high], colour="ink_2", width=0.8)
        return y - high

    def _heading(self, page: Drawing, y: float, key: str) -> float:
        words = tr(f"timeline.{key}", self.made.lang)
        return write_wrapped(page, words, self.margin, y, self.wide, size=self.point, weight="bold") - 0.05

    def _nothing(self, page: Drawing, y: float, key: str) -> float:
        words = tr(f"timeline.{key}", self.made.lang)
        return write_wrapped(page, words, self.margin, y, self.wide, size=self.fine, colour="ink_2")

    # -- events ---------------------------------------------------------------------

    def _events(self, page: Drawing, y: float) -> float:
        lang, table = self.made.lang, self.made.events
        y = self._heading(page, y - 0.05, "events")
        if not len(table):
            return self._nothing(page, y, "no_events")
        rows = records(table.sort_values(["date_start", "event_id"], kind="stable"))
        sizes = [style.event_size(people_harmed(row)) / 96 for row in rows]
        spans = [
            (self.x(row["date_start"]) - size / 2, self.x(row["date_end"]) + size / 2)
            for row, size in zip(rows, sizes, strict=True)
        ]
        lanes = lanes_of(spans, 0.02)
        spoken = [
            _Item(
                row["date_start"].date(),
                f"{_when(row, lang)}, {row['place']}{tr('report.colon', lang)}{harm_line(row, lang)}",
                "ink",
            )
            for row in records(gravest(table, _NAMED))
        ]
        self._silence(page, y, y - (max(lanes) + 1) * _LANE_IN - 0.04)
        base = y - (max(lanes) + 1) * _LANE_IN
        for row, size, (low, high), lane in zip(rows, sizes, spans, lanes, strict=True):
            at = base + (lane + 0.5) * _LANE_IN
            hollow = people_harmed(row) is None
            if high - low > size + 0.02:  # the day is not known: somewhere in this time
                page.bar(low + size, high, at, hollow=hollow)
            draw_shape(page, low + size / 2, at, style.event_shape(str(row["kind"])), size_in=size, hollow=hollow)
        return self._items(page, spoken, base - 0.04, self.point, dots=False)

    def _silence(self, page: Drawing, top: float, low: float) -> None:
        """Hatch the time in which nobody reports."""
        for start, stop in self._silent():
            _hatch(page, self.x(start), low, self.x(stop), top)

    def _silent(self) -> list[tuple[dt.date, dt.date]]:
        made = self.made
        days = {made.since - dt.timedelta(days=1), made.until + dt.timedelta(days=1)}
        days |= {day.date() for name in ("date_start", "date_end") for day in made.events[name].dropna()}
        days |= {day.date() for day in made.claims["day"].dropna()}
        inside = sorted(one for one in days if (one - made.since).days >= -1 and (made.until - one).days >= -1)
        day = dt.timedelta(days=1)
        return [(a + day, b - day) for a, b in pairwise(inside) if (b - a).days > made.quiet_days]

    # -- statements -----------------------------------------------------------------

    def _claims(self, page: Drawing, y: float) -> float:
        lang, table = self.made.lang, self.made.claims
        y = self._heading(page, y, "claims")
        dated = table[table["day"].notna()]
        shown = dated[(dated["day"] >= pd.Timestamp(self.made.since)) & (dated["day"] <= pd.Timestamp(self.made.until))]
        items = [
            _Item(row["day"].date(), _claim_words(row, lang), _claim_colour(row), row["claimant_is_party"] == Party.YES)
            for row in records(shown.sort_values(["day", "claimant"], kind="stable"))
        ]
        y = self._items(page, items, y, self.fine, dots=True) if items else self._nothing(page, y, "no_claims")
        undated = len(table) - len(dated)
        if undated:
            words = tr("timeline.undated", lang, n=undated)
            y = write_wrapped(page, words, self.margin, y, self.wide, size=self.fine, colour="ink_2")
        return y

    def _items(self, page: Drawing, items: Sequence[_Item], y: float, size: float, *, dots: bool) -> float:
        """Write words beside their days, in as few rows as hold them; below them where they are too long for that."""
        line, end = size * 1.3 / 72, self.margin + self.wide
        placed = []
        for item in items:
            at, wide = self.x(item.day), width_of(item.words, size)
            beside = at + 0.1 + wide <= end or at - 0.1 - wide >= self.margin
            lines = [item.words] if beside else ["", *text_lines(item.words, self.wide - 0.1, size, bold=False)]
            wide = max(width_of(one, size) for one in lines)
            left = at + 0.1 if at + 0.1 + wide <= end else max(at - 0.1 - wide, self.margin)
            left = left if beside else min(max(at - wide / 2, self.margin), end - wide)
            placed.append((item, lines, at, left, wide))
        lanes = lanes_of([(min(left, at), max(left + wide, at) + 0.1) for _, _, at, left, wide in placed], 0.05)
        high = [0.0] * (max(lanes, default=-1) + 2)
        for (_, lines, *_), lane in zip(placed, lanes, strict=True):
            high[lane + 1] = max(high[lane + 1], len(lines) * line)
        tops = [y - sum(high[: lane + 1]) for lane in lanes]
        if not dots:
            for (_, _, at, _, _), top in zip(placed, tops, strict=True):
                page.line([at, at], [top - line * 0.85, y + 0.06], colour="ink", width=0.8)
        for (item, lines, at, left, wide), top in zip(placed, tops, strict=True):
            if dots:
                page.dot(at, top - line * 0.6, _DOT_IN, colour=item.colour)
                if item.hollow:
                    page.dot(at, top - line * 0.6, _DOT_IN * 0.55, colour="card")
            first = 0 if lines[0] else line
            # the line of another event passes behind the words
            page.box(left - 0.02, top - len(lines) * line, left + wide + 0.02, top - first, colour="card")
            for number, text in enumerate(lines):
                page.text(left, top - line * (number + 0.85), text, size=size)
        return y - sum(high)

    # -- status -----------------------------------------------------------------------

    def _status(self, page: Drawing, y: float) -> float:
        lang, table = self.made.lang, self.made.status
        y = self._heading(page, y, "status")
        bands = [rows for _, rows in table.groupby("subject", sort=False)]
        for rows in bands:
            if len(bands) > 1:
                name = cut_lines(text_lines(str(rows["name"].iloc[0]), self.wide, self.fine, bold=False), 1)[0]
                y -= self.fine * 1.3 / 72
                page.text(self.margin, y + 0.02, name, size=self.fine, colour="ink_2")
            for row in records(rows):
                low = self.x(row["valid_from"])
                high = self.x(row["valid_to"] + pd.Timedelta(days=1))
                mark, groups = style.zone_mark(str(row["status"])), _groups(row["actors"])
                if row["status"] == Status.UNKNOWN:
                    page.line([low, high], [y - _BAND_IN / 2] * 2, colour="ink_2", width=0.8, dash=(1.0, 3.0))
                else:
                    draw_area(page, (low, y - _BAND_IN, high, y - 0.02), mark, groups)
                words = actors_phrase(row["actors"], lang)
                if words and high - low > width_of(words, self.fine) + 0.1:
                    middle = y - 0.01 - _BAND_IN / 2 - self.fine * 0.36 / 72
                    page.text(low + 0.05, middle, words, size=self.fine, halo=2.0)
            y -= _BAND_IN + 0.05
        if self.made.left_out:
            words = tr("timeline.left_out", lang, n=self.made.left_out)
            y = write_wrapped(page, words, self.margin, y, self.wide, size=self.fine, colour="ink_2")
        return y

    # -- legend -----------------------------------------------------------------------

    def _legend(self, page: Drawing, y: float) -> float:
        """Explain every mark that is drawn, one after the other."""
        lang, made = self.made.lang, self.made
        shape = partial(draw_shape, page, size_in=0.14)
        kinds = set(made.events["kind"])
        entries: list[tuple[Any, str]] = [
            (partial(shape, shape=style.event_shape(kind.value), hollow=False), tr(f"kind.{kind}", lang))
            for kind in EventKind
            if kind.value in kinds
        ]
        if any(people_harmed(row) is None for row in records(made.events)):
            unknown = style.event_shape(EventKind.ATTACK_ON_CIVILIANS.value)
            entries.append((partial(shape, shape=unknown, hollow=True), tr("strip.hollow", lang)))
        if (made.events["date_start"] != made.events["date_end"]).any():
            entries.append((lambda x, at: page.bar(x - 0.12, x + 0.12, at, hollow=False), tr("timeline.days", lang)))
        if self._silent():
            words = tr("timeline.silence", lang, n=made.quiet_days)
            entries.append((lambda x, at: _hatch(page, x - 0.14, at - 0.06, x + 0.14, at + 0.06), words))
        if (made.claims["claimant_is_party"] == Party.YES).any():
            entries.append((partial(_ring, page), tr("timeline.party", lang)))
        shown = set(made.status["status"])
        for status in (one for one in Status if one.value in shown):
            words = tr(f"status.{status}", lang)
            if status is Status.UNKNOWN:
                entries.append((partial(_dotted, page), words))
                continue
            groups = [style.group(one) for one in ("gran grif", "state")][: 2 if status is Status.CONTESTED else 1]
            mark = style.zone_mark(status.value)
            groups = groups if status is Status.CONTESTED else [style.load().groups["unnamed"]]
            entries.append((partial(_area, page, mark=mark, groups=groups), words))
        named = dict.fromkeys(
            group.key for cell in [*made.status["actors"], *made.claims["value"]] for group in _groups(cell)
        )
        for key in named:
            group = style.load().groups[key]
            entries.append((partial(_colour_of, page, colour=group.line), tr(group.label, lang)))
        line, x = self.fine * 1.5 / 72, self.margin
        y -= line
        for sign, words in entries:
            lines = text_lines(words, self.wide - 0.34, self.fine, bold=False)
            wide = 0.34 + max(width_of(one, self.fine) for one in lines)
            if x > self.margin and x + wide > self.margin + self.wide:
                x, y = self.margin, y - line
            sign(x + 0.15, y + self.fine * 0.36 / 72)
            for number, text in enumerate(lines):
                page.text(x + 0.34, y - number * line, text, size=self.fine)
            y -= line * (len(lines) - 1)
            x += wide + 0.14
        return y - 0.04


def _months(made: Timeline) -> int:
    return (made.until.year - made.since.year) * 12 + made.until.month - made.since.month + 1


def _when(row: dict[str, Any], lang: str) -> str:
    return day_phrase(row["date_start"].date(), row["date_end"].date(), int(row["date_precision"]), lang)


def _groups(cell: object) -> list[style.Group]:
    return list(dict.fromkeys(style.group(one) for one in split_names(cell)))


def _claim_words(row: dict[str, Any], lang: str) -> str:
    said = tr(f"predicate.{row['predicate']}", lang)
    who = actors_phrase(row["value"], lang)
    return f"{row['claimant']}{tr('report.colon', lang)}{who} {said}" if who else f"{row['claimant']}: {said}"


def _claim_colour(row: dict[str, Any]) -> str:
    groups = _groups(row["value"])
    return groups[0].line if groups else style.token("ink_2")


def _hatch(page: Drawing, left: float, low: float, right: float, top: float) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - heavy, needed here only

    page.add(
        Rectangle(
            (left, low), right - left, top - low, fill=False, linewidth=0, hatch="////",
            edgecolor=style.token("border"),
            transform=page.figure.dpi_scale_trans,
        )
    )  # fmt: skip


def _ring(page: Drawing, x: float, y: float) -> None:
    page.dot(x, y, _DOT_IN, colour="ink_2")
    page.dot(x, y, _DOT_IN * 0.55, colour="card")


def _dotted(page: Drawing, x: float, y: float) -> None:
    page.line([x - 0.12, x + 0.12], [y, y], colour="ink_2", width=0.8, dash=(1.0, 3.0))


def _area(page: Drawing, x: float, y: float, *, mark: style.Mark, groups: Sequence[style.Group]) -> None:
    draw_area(page, (x - 0.12, y - 0.055, x + 0.12, y + 0.055), mark, groups)


def _colour_of(page: Drawing, x: float, y: float, *, colour: str) -> None:
    page.dot(x, y, _DOT_IN, colour=colour)

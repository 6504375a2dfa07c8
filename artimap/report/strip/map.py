"""The strip map: the road as a straight line with its towns, rates, posts and events.

Kilometres run from left (the road's origin) to right. Towns stand above the band of
rates, posts between them, events below it by month, the newest month on top.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from artimap.core import style
from artimap.core.canvas import Drawing, draw_line, width_of
from artimap.core.dates import day_of
from artimap.core.errors import ShareError
from artimap.core.files import write_bytes
from artimap.core.harm import GRAVEST, gravest, harm_line
from artimap.core.i18n import format_day, format_number, table_words, tr
from artimap.core.metadata import model_of
from artimap.core.phrases import known
from artimap.core.schema import records
from artimap.core.vocab import Info, Lang
from artimap.report.strip.marks import (
    LANE_IN,
    ROW_IN,
    EventLanes,
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

WIDTH_IN, LEFT_IN, RIGHT_IN = 11.7, 0.85, 0.9
LABEL_IN, HEAD_IN, _EVENTS_IN = 1.16, 0.9, 4.9
_POST_IN, _BAND_IN, _FOOT_IN = 0.125, 0.42, 0.84
_LABEL_GAP_IN = 0.215
_LABELLED_IN = 0.105


class StripPicture:
    """A picture along a road. Shows itself in Jupyter; :meth:`save` writes it."""

    __slots__ = ()

    def _render(self, kind: str, dpi: int) -> bytes:
        raise NotImplementedError

    def png(self, *, dpi: int = 170) -> bytes:
        """Give the picture as PNG: the same bytes each time."""
        return self._render("png", dpi)

    def svg(self) -> bytes:
        """Give the picture as SVG with its letters as outlines: the same bytes each time."""
        return self._render("svg", 72)

    def save(self, path: str | Path) -> Path:
        """Write the picture, whole or not at all.

        Parameters
        ----------
        path
            A file name that ends in ``.png`` or ``.svg``.

        Raises
        ------
        ShareError
            If it ends in anything else.
        """
        target = Path(path)
        suffix = target.suffix.lower()
        if suffix not in (".png", ".svg"):
            msg = f"a strip map is written as .png or .svg, not as {target.name}: give it one of these endings"
            raise ShareError(msg)
        write_bytes(target, self.png() if suffix == ".png" else self.svg())
        return target

    def _repr_png_(self) -> bytes:
        return self.png()


@dataclass(frozen=True, slots=True, eq=False)
class StripMap(StripPicture):
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
    """

    corridor: Corridor
    risk: pd.DataFrame | None
    checkpoints: pd.DataFrame | None
    events: pd.DataFrame | None
    places: pd.DataFrame
    as_of: dt.date
    lang: str
    months: int

    def _render(self, kind: str, dpi: int) -> bytes:
        return _render(self, kind, dpi)


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

    Raises
    ------
    ValueError
        If ``months`` is below 1.
    DateError, CrsError
        For a bad day, or a table in another system.
    """
    if months < 1:
        msg = f"months is {months}: show one month at least"
        raise ValueError(msg)
    # The strip needs the kilometres of each event; one that was located before is not located again.
    if events is not None and "why_not" not in events.columns:
        events = corridor.locate(events)
    shown = corridor.towns if places is None else places
    return StripMap(corridor, risk, checkpoints, events, pd.DataFrame(shown), day_of(as_of), Lang(lang).value, months)


def _spread_apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
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


def _render(strip: StripMap, kind: str, dpi: int) -> bytes:
    km_per_in = strip.corridor.length_m / 1000 / (WIDTH_IN - LEFT_IN - RIGHT_IN)
    # All is measured before anything is drawn, since the height of the page hangs on how many lanes
    # events, posts and legend need.
    events = event_marks(strip.events, strip.as_of, strip.months)
    rows = stack(events, as_of=strip.as_of, months=strip.months, km_per_in=km_per_in)
    lane_in = min(LANE_IN, _EVENTS_IN / rows.height)
    posts = _posts(strip)
    post_lanes = lanes_of([(low, high) for low, high, _ in posts], 1.0)
    posts_in = 0.1 + (max(post_lanes, default=-1) + 1) * _POST_IN
    apart = 0 if strip.checkpoints is None else int(strip.checkpoints["from_m"].isna().sum())
    legend = legend_rows(
        rate_words(None if strip.risk is None else model_of(strip.risk, RiskModel), strip.lang),
        {event.kind for event in events},
        bars=any(event.bar for event in events),
        posts=bool(posts),
        apart=apart,
        lang=strip.lang,
        left=LEFT_IN,
        right=WIDTH_IN - 0.4,
    )
    foot = _FOOT_IN + ROW_IN * (1 + max(item.row for item in legend))
    height = HEAD_IN + LABEL_IN + posts_in + _BAND_IN + 0.3 + rows.height * lane_in + foot

    def draw(page: Drawing) -> None:
        y = height - HEAD_IN
        _draw_head(page, strip, height)
        band = y - LABEL_IN - posts_in - 0.14
        draw_towns(page, _towns(strip), strip.lang, top=y - LABEL_IN, band=band)
        _draw_posts(page, posts, post_lanes, base=band + 0.15)
        _draw_band(page, strip, band)
        top = band - _BAND_IN - 0.1
        _draw_months(page, strip, rows, lane_in, top)
        draw_events(page, events, rows, lane_in, top)
        draw_legend(page, legend, top - rows.height * lane_in - 0.26)
        _draw_foot(page, strip)

    return page_bytes(draw, height, km_per_in, kind, dpi)


def page_bytes(draw: Callable[[Drawing], None], height: float, km_per_in: float, kind: str, dpi: int) -> bytes:
    """Draw a page of a strip map, and give it as PNG or SVG: the same bytes each time."""
    import matplotlib as mpl  # noqa: PLC0415 - heavy, needed here only
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - heavy, needed here only
    from matplotlib.figure import Figure  # noqa: PLC0415 - heavy, needed here only

    # Fixed, whatever the user's own matplotlib settings are: same bytes on every computer. The salt makes
    # the ids in an SVG the same each time.
    settings: Any = {
        "font.family": "DejaVu Sans",
        "svg.hashsalt": "artimap",
        "svg.fonttype": "path",
        "text.usetex": False,
    }
    with mpl.rc_context(settings):
        figure = Figure(figsize=(WIDTH_IN, height), dpi=dpi, facecolor=style.token("paper"))
        FigureCanvasAgg(figure)
        draw(Drawing(figure, WIDTH_IN, height, LEFT_IN, km_per_in))
        out = io.BytesIO()
        # Version and day of drawing would change the bytes from run to run.
        metadata: dict[str, Any] = {"Software": None} if kind == "png" else {"Date": None, "Creator": "artimap"}
        figure.savefig(out, format=kind, dpi=dpi, facecolor=style.token("paper"), metadata=metadata)
    return out.getvalue()


def _draw_head(page: Drawing, strip: StripMap, height: float) -> None:
    title = tr("strip.title", strip.lang, road=strip.corridor.ref)
    day = format_day(strip.as_of, strip.lang)
    page.text(LEFT_IN - 0.45, height - 0.38, title, size=16, weight="bold")
    subtitle = tr("strip.subtitle", strip.lang, day=day, months=strip.months)
    page.text(LEFT_IN - 0.45, height - 0.64, subtitle, size=9, colour="ink_2")
    page.text(LEFT_IN - 0.45, height - 0.84, _gravest(strip), size=9, weight="bold")


def _gravest(strip: StripMap) -> str:
    """Name the gravest events, also those too old to be drawn: as many as the line holds."""
    known_by = strip.events if strip.events is None else strip.events[strip.events["date_start"] <= str(strip.as_of)]
    if known_by is None:
        return ""
    parts: list[str] = []
    line = ""
    for row in gravest(known_by, GRAVEST).to_dict("records"):
        day = format_day(pd.Timestamp(row["date_start"]).date(), strip.lang)
        parts.append(
            f"{day}, {table_words(str(row['place']), strip.lang)} ({harm_line({**row, 'displaced': None}, strip.lang)})"
        )
        longer = tr("strip.gravest", strip.lang, events=tr("map.trip.and", strip.lang).join(parts))
        if line and width_of(longer, 9, bold=True) > WIDTH_IN - LEFT_IN:
            break
        line = longer
    return line


def _towns(strip: StripMap) -> list[tuple[str, float]]:
    """Give the places with a spot on the line and their metres: those off the ends of the road have none."""
    towns = strip.places.sort_values("chainage_m", kind="stable")
    towns = towns[(towns["chainage_m"] >= 0) & (towns["chainage_m"] <= strip.corridor.length_m)]
    local = f"name_{strip.lang}"
    return [
        (
            str(row[local]) if local in towns.columns and isinstance(row[local], str) else str(row["name"]),
            float(row["chainage_m"]),
        )
        for row in records(towns)
    ]


def draw_towns(
    page: Drawing, towns: Sequence[tuple[str, float]], lang: str, *, top: float, band: float, origin_m: float = 0.0
) -> None:
    """Write the names of towns above the road, each with its kilometre; ``origin_m`` stands at the left."""
    true = [page.x((at - origin_m) / 1000) for _, at in towns]
    shown = _spread_apart(true, _LABEL_GAP_IN, LEFT_IN, WIDTH_IN - RIGHT_IN)
    for at, label_at, (name, metres) in zip(true, shown, towns, strict=True):
        page.line([at, at, label_at, label_at], [band - 0.07, top - 0.2, top - 0.06, top], colour="ink_2", width=0.7)
        distance = format_number(round(metres / 1000), lang, digits=3)
        x, y = label_at - 0.03, top + 0.03
        page.text(x, y, name, size=8.6, rotation=48, halign="left", valign="bottom", tail=f"  {distance}")


def _posts(strip: StripMap) -> list[tuple[float, float, str]]:
    table = strip.checkpoints
    if table is None or not len(table):
        return []
    out = []
    for row in records(table[table["from_m"].notna()]):
        low = float(row["from_m"]) / 1000
        high = low if pd.isna(row["to_m"]) else float(row["to_m"]) / 1000
        # a post at one spot still needs a bracket that can be seen: 2 km wide
        middle, half = (low + high) / 2, max((high - low) / 2, 1.0)
        out.append((middle - half, middle + half, str(row["status"])))
    return out


def _draw_posts(page: Drawing, posts: Sequence[tuple[float, float, str]], lanes: Sequence[int], base: float) -> None:
    for (low, high, status), lane in zip(posts, lanes, strict=True):
        page.bracket(page.x(low), page.x(high), base + lane * _POST_IN, style.post_mark(status))


def _draw_band(page: Drawing, strip: StripMap, y: float) -> None:
    length = strip.corridor.length_m / 1000
    label = partial(page.text, size=7.6, colour="ink_2")
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
    for km in range(0, int(length) + 1, step):
        page.line([page.x(km)] * 2, [y - 0.16, y - 0.21], colour="ink_2", width=0.8)
        label(page.x(km), y - 0.25, "0 km" if km == 0 else str(km), halign="center", valign="top")
    label(LEFT_IN - 0.1, y, tr("strip.south", strip.lang), halign="right", valign="center")
    label(WIDTH_IN - RIGHT_IN + 0.1, y, tr("strip.north", strip.lang), valign="center")


def _draw_months(page: Drawing, strip: StripMap, rows: EventLanes, lane_in: float, top: float) -> None:
    names = tr("date.months", strip.lang).split("|")
    right = WIDTH_IN - RIGHT_IN
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
        page.line([LEFT_IN, right], [y, y], colour="ink_2" if heavy else "rule", width=0.8 if heavy else 0.5)
        label = partial(page.text, LEFT_IN - 0.1, (y + low) / 2, size=6.9, halign="right", valign="center")
        if number == 0 or month == 0:
            label(f"{names[number]} {year}")
        elif y - low > _LABELLED_IN:
            label(names[number], colour="ink_2")
    bottom = top - rows.height * lane_in
    page.line([LEFT_IN, right], [bottom, bottom], colour="rule", width=0.8)


def _draw_foot(page: Drawing, strip: StripMap) -> None:
    page.text(LEFT_IN - 0.45, 0.47, tr("sample.strip", strip.lang), size=7.2, colour="ink_2")
    page.text(LEFT_IN - 0.45, 0.31, tr("strip.sources", strip.lang), size=7.2, colour="ink_2")
    page.text(LEFT_IN - 0.45, 0.15, tr("strip.disclaimer", strip.lang), size=7.2, colour="ink_2")

"""The ways as pictures: a small map, and a strip a way; lines and words in pixels, which the page writes as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from artimap.core import style
from artimap.core.i18n import tr
from artimap.core.style import Mark
from artimap.report.blocks import clean
from artimap.report.trip.content import LonLat, TripContent, TripWay
from artimap.report.trip.sentences import km, say, way_number

XY: TypeAlias = tuple[float, float]

WAY_MARKS: Final = ("line", "line_dashed", "line_dotted", "line_dash_dot")
"""How the first ways are drawn, here and on the briefing map."""

_MAP_W, _MAP_H_LEAST, _MAP_H_MOST = 360.0, 240.0, 420.0
_STRIP_H: Final = 290.0
_TOP, _BAND_X, _TEXT_X, _LINE_H, _EDGE = 12.0, 62.0, 80.0, 14.0, 6.0


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points (``points`` as SVG writes them), ``fill`` where it is an outline."""

    points: str
    colour: str
    width: float
    dash: str = ""
    round: bool = False
    fill: str = "none"


@dataclass(frozen=True, slots=True)
class PictureWords:
    """A line of text at a point; ``bold`` for ends."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    bold: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Disc:
    """A number in a circle, or a dot where there is none."""

    x: float
    y: float
    r: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: its size in pixels, what is drawn in this order, and what it says to who does not see it."""

    width: float
    height: float
    strokes: tuple[Stroke, ...]
    discs: tuple[Disc, ...]
    words: tuple[PictureWords, ...]
    alt: str


def way_mark(number: int) -> Mark:
    """Give the mark of a way, the first is 0; there are four."""
    return style.mark(WAY_MARKS[number % len(WAY_MARKS)])


def trip_map(content: TripContent, lang: str) -> Picture:
    """Draw the known roads, the ways in lines that differ, what is closed, and the places."""
    shown = [way.line for way in content.ways] or list(content.closed_lines) or list(content.roads)
    corners = [one for line in (*shown, *content.closed_lines) for one in line]
    to_page, height = _frame(corners)
    strokes = [_stroke(to_page, road, style.mark("road_departmental")) for road in content.roads if len(road) > 1]
    casings, lines = list[Stroke](), list[Stroke]()
    for at, way in enumerate(content.ways):
        mark, shift = way_mark(at), 2.6 * (at - (len(content.ways) - 1) / 2)
        path = [(x + shift, y + shift) for x, y in map(to_page, _thin(way.line))]
        casings.append(Stroke(_points(path), mark.casing or "", mark.casing_width))
        lines.append(Stroke(_points(path), style.token("ink"), mark.width, mark.dash or "", round=True))
    strokes += [*casings, *lines]
    for line in content.closed_lines:
        strokes += _crosses([to_page(one) for one in line])
    strokes += [_square(to_page((post.lon, post.lat))) for way in content.ways for post in way.post_rows
                if post.lon is not None and post.lat is not None]  # fmt: skip
    numbers = [Disc(*to_page(_apart(content.ways, at)), 9.0, way.route_id) for at, way in enumerate(content.ways)]
    # The credit stands in the picture: it is sent on without the page around it.
    credit = PictureWords(_EDGE, height + _LINE_H, say("network", lang), quiet=True)
    dots, words = _places(content, to_page, height, numbers)
    height += _LINE_H + _EDGE
    words.append(credit)
    return Picture(_MAP_W, height, tuple(strokes), (*dots, *numbers), tuple(words), tr("trip.map_alt", lang))


def strip(way: TripWay, at: int, longest_km: float, lang: str) -> Picture:
    """Draw a way from top to bottom, all to one scale: what is known of it, posts, and places with their distance."""
    scale = _STRIP_H / (longest_km * 1000)
    strokes = list[Stroke]()
    for piece in way.pieces:
        low, high = (_TOP + scale * one for one in (piece.from_m, piece.to_m))
        strokes += _band(low, high, style.mark(piece.mark))
    for post in way.post_rows:
        if post.along_m is None or not post.counts:
            continue
        low, high = sorted((post.along_m, post.along_m if post.along_end_m is None else post.along_end_m))
        low, high = _TOP + scale * low - 3, _TOP + scale * high + 3
        path = [(_BAND_X - 10, low), (_BAND_X - 15, low), (_BAND_X - 15, high), (_BAND_X - 10, high)]
        strokes.append(Stroke(_points(path), style.token("ink"), 1.6))
    words, dots = list[PictureWords](), list[Disc]()
    for name, along in _spaced(way.places, scale):
        y, end = _TOP + scale * along, along in (way.places[0][1], way.places[-1][1])
        dots.append(Disc(_BAND_X, y, 2.6))
        words.append(PictureWords(_TEXT_X, y + 4, clean(name), bold=end))
        words.append(PictureWords(_BAND_X - 22, y + 4, km(along, lang), anchor="end", quiet=True))
    height = _TOP + scale * way.km * 1000 + 12
    # Its own line beside it: the same on the map and here.
    mark = way_mark(at)
    own = Stroke(_points([(3, _TOP), (3, height - 12)]), style.token("ink"), mark.width, mark.dash or "", round=True)
    alt = tr("trip.strip_alt", lang, way=way_number(way, lang))
    return Picture(0.0, height, (*(() if way.back else (own,)), *strokes), tuple(dots), tuple(words), alt)


def _frame(corners: Sequence[LonLat]) -> tuple[_ToPage, float]:
    """Give the way from degrees to pixels, north up and true to scale in the middle, and the height of the map."""
    lon, lat = zip(*corners, strict=True)
    middle = (min(lat) + max(lat)) / 2
    squeeze = math.cos(math.radians(middle))
    wide, high = max((max(lon) - min(lon)) * squeeze, 1e-3), max(max(lat) - min(lat), 1e-3)
    room = 1.16
    height = min(max(_MAP_W * high / wide, _MAP_H_LEAST), _MAP_H_MOST)
    scale = min(_MAP_W / (wide * room), height / (high * room))
    return _ToPage((min(lon) + max(lon)) / 2, middle, squeeze * scale, scale, height / 2), height


@dataclass(frozen=True, slots=True)
class _ToPage:
    lon: float
    lat: float
    x: float
    y: float
    middle: float

    def __call__(self, at: LonLat) -> XY:
        return _MAP_W / 2 + (at[0] - self.lon) * self.x, self.middle - (at[1] - self.lat) * self.y


def _points(path: Iterable[XY]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in path)


def _thin(line: Sequence[LonLat]) -> list[LonLat]:
    """Leave out corners that nobody sees at this size."""
    step = max(len(line) // 300, 1)
    return [*line[::step], line[-1]]


def _stroke(to_page: _ToPage, line: Sequence[LonLat], mark: Mark) -> Stroke:
    return Stroke(_points(map(to_page, _thin(line))), mark.colour or "", mark.width)


def _crosses(path: Sequence[XY]) -> list[Stroke]:
    """Bar a closed piece: crosses at its ends and in its middle."""
    spots = {0, len(path) // 2, len(path) - 1}
    ink, arm = style.token("ink"), 5.0
    return [
        Stroke(_points([(x - arm, y - side * arm), (x + arm, y + side * arm)]), ink, 2.0)
        for x, y in (path[one] for one in sorted(spots))
        for side in (1, -1)
    ]


def _square(at: XY) -> Stroke:
    x, y = at
    path = [(x - 4, y - 4), (x + 4, y - 4), (x + 4, y + 4), (x - 4, y + 4), (x - 4, y - 4)]
    return Stroke(_points(path), style.token("ink"), 1.4, fill=style.token("card"))


def _apart(ways: Sequence[TripWay], at: int) -> LonLat:
    """Give the corner of a way that lies farthest from all others: there its number stands."""
    own = _thin(ways[at].line)
    others = [one for n, way in enumerate(ways) if n != at for one in _thin(way.line)[::3]]
    if not others:
        return own[len(own) // 2]
    # the middle of its own where several are as far
    inner = own[len(own) // 10 : -len(own) // 10] or own
    return max(inner, key=lambda one: min((one[0] - x) ** 2 + (one[1] - y) ** 2 for x, y in others))


def _places(
    content: TripContent, to_page: _ToPage, height: float, numbers: Sequence[Disc]
) -> tuple[list[Disc], list[PictureWords]]:
    """Set the names of places where they hide nothing: ends first; those without room are left out."""
    found: dict[str, XY] = {}
    for way in content.ways:
        for name, along in sorted(way.places, key=lambda one: one[1] not in (way.places[0][1], way.places[-1][1])):
            found.setdefault(name, to_page(_at(way, along)))
    ends = {name for way in content.ways for name in (way.places[0][0], way.places[-1][0])}
    taken = [(one.x - 9, one.y - 9, one.x + 9, one.y + 9) for one in numbers]
    dots, words = list[Disc](), list[PictureWords]()
    for name, (x, y) in sorted(found.items(), key=lambda one: one[0] not in ends):
        text, wide = clean(name), 6.6 * len(clean(name))
        middle = x - wide / 2
        spots = (
            ("start", x + 8, y + 4),
            ("end", x - 8 - wide, y + 4),
            ("start", middle, y - 9),
            ("start", middle, y + 18),
        )
        for anchor, left, base in spots:
            box = (left, base - 11, left + wide, base + 3)
            inside = box[0] > 2 and box[2] < _MAP_W - 2 and box[1] > 2 and box[3] < height - 2
            if inside and not any(_meet(box, other) for other in taken):
                taken += [box, (x - 3, y - 3, x + 3, y + 3)]
                dots.append(Disc(x, y, 3.2 if name in ends else 2.4))
                at = left + wide if anchor == "end" else left
                words.append(PictureWords(at, base, text, anchor=anchor, bold=name in ends))
                break
    return dots, words


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _at(way: TripWay, along: float) -> LonLat:
    """Give the corner of a way nearest to a distance from its start."""
    total, gone = 0.0, [0.0]
    for (a, b), (c, d) in zip(way.line[:-1], way.line[1:], strict=True):
        total += math.hypot((c - a) * math.cos(math.radians(b)), d - b)
        gone.append(total)
    share = along / (way.km * 1000) * total
    return way.line[min(range(len(gone)), key=lambda n: abs(gone[n] - share))]


def _band(low: float, high: float, mark: Mark) -> list[Stroke]:
    path = _points([(_BAND_X, low), (_BAND_X, high)])
    if mark.dash is not None:
        dash = f"0 {max(float(mark.dash.split()[1]), 7):g}"
        rings = [Stroke(path, mark.casing or "", mark.casing_width, dash, round=True)] if mark.open else []
        return [*rings, Stroke(path, mark.colour or "", mark.width + 0.4, dash, round=True)]
    casing = mark.casing if mark.casing != style.token("paper") else None
    edge = [Stroke(path, casing, mark.casing_width)] if casing else []
    return [*edge, Stroke(path, mark.colour or "", mark.width)]


def _spaced(places: Sequence[tuple[str, float]], scale: float) -> list[tuple[str, float]]:
    """Give the places whose names have room below each other; both ends always."""
    if len(places) < 2:
        return list(places)
    out, last = [places[0]], places[-1]
    for one in places[1:-1]:
        if (one[1] - out[-1][1]) * scale >= _LINE_H and (last[1] - one[1]) * scale >= _LINE_H:
            out.append(one)
    return [*out, last]

"""How objects show themselves: plain in a shell; in a notebook as facts, a small table and a small map.

What is shown is what the object holds already: showing computes nothing long and asks no network.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from collections.abc import Iterable, Sequence, Sized
from functools import cache
from pathlib import PurePath
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from artimap.core import style
from artimap.core.text import legible

MOST_ROWS = 40
_WIDE, _HIGH, _EDGE = 420.0, 260.0, 18.0
_LONG = 60
_SMALL = 0.001

_CARD = """<div class="artimap">
<b>{{ lines[0] }}</b>
{% for line in lines[1:] %}<br>{{ line }}
{% endfor %}
{% if picture %}
<br><svg xmlns="http://www.w3.org/2000/svg" width="{{ picture.wide }}" height="{{ picture.high }}" role="img"
 style="background:{{ picture.paper }}"><title>{{ lines[0] }}</title>
{% for one in picture.lines %}
<path d="{{ one.data }}" fill="none" stroke="{{ one.colour }}" stroke-width="{{ one.width }}"
 stroke-dasharray="{{ one.dash }}" stroke-linecap="round"/>
{% endfor %}
{% for one in picture.labels %}
<circle cx="{{ one.x }}" cy="{{ one.y }}" r="2.5" fill="{{ picture.ink }}"/>
<text x="{{ one.at }}" y="{{ one.y - 4 }}" text-anchor="{{ one.anchor }}" font-size="11" font-family="sans-serif"
 fill="{{ picture.ink }}" stroke="{{ picture.paper }}" stroke-width="2.5" paint-order="stroke">{{ one.name }}</text>
{% endfor %}
</svg>
{% endif %}
{% if head %}
<table><thead><tr>{% for one in head %}<th scope="col">{{ one }}</th>{% endfor %}</tr></thead>
<tbody>{% for row in rows %}<tr>{% for one in row %}<td>{{ one }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table>
{% if more %}and {{ more }} more rows{% endif %}
{% endif %}
</div>"""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """A small map: lines as ``(geometry, colour, width, dotted)`` and places as ``(name, point)``, in one system."""

    lines: Sequence[tuple[shapely.Geometry, str, float, bool]]
    labels: Sequence[tuple[str, shapely.Point]] = ()


class ShortRepr:
    """Objects with a short plain text; unless they say otherwise, how much is in each of their fields."""

    __slots__ = ()

    def _lines(self) -> Sequence[str]:
        fields = getattr(self, "__dataclass_fields__", {})
        told = ((name, getattr(self, name)) for name, one in fields.items() if one.repr)
        return [f"{name} {_word(value)}" for name, value in told if value is not None]

    def __repr__(self) -> str:
        return " ".join(legible(f"<{type(self).__name__} {'; '.join(self._lines())}>").split())


class Shown(ShortRepr):
    """Objects that show themselves in a notebook too: the same lines, and a table and map where they have one."""

    __slots__ = ()

    def _table(self) -> pd.DataFrame | None:
        """Give the small table, as words."""
        return None

    def _sketch(self) -> Sketch | None:
        return None

    def _repr_html_(self) -> str:
        lines = list(self._lines()) or [""]
        return card([f"{type(self).__name__}: {lines[0]}", *lines[1:]], self._table(), self._sketch())


@cache
def _template() -> Any:
    from jinja2 import Environment  # noqa: PLC0415 - only where a notebook shows something

    # Names come from files of others: a sign that turns the reading direction must be seen, not obeyed.
    return Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True,
        finalize=lambda value: legible(value) if isinstance(value, str) else value,
    ).from_string(_CARD)  # fmt: skip


def card(lines: Sequence[str], table: pd.DataFrame | None = None, sketch: Sketch | None = None) -> str:
    """Give facts, a small table and a small map as HTML; whatever is filled in is escaped.

    >>> "&lt;b&gt;" in card(["<b>"], pd.DataFrame({"n": [1]}))
    True
    """
    rows = [] if table is None else table.head(MOST_ROWS).astype(object).where(table.notna(), "").to_numpy().tolist()
    out: str = _template().render(
        lines=lines, head=[] if table is None else list(table.columns), rows=rows,
        more=0 if table is None else max(len(table) - MOST_ROWS, 0),
        picture=None if sketch is None else _picture(sketch),
    )  # fmt: skip
    return out


def figure(value: float | None, digits: int = 2) -> str:
    """Give a figure with few digits; what is not known says so.

    >>> figure(0.01234), figure(127.3), figure(1e-6), figure(float("nan"))
    ('0.012', '127', 'under 0.001', 'not known')
    """
    if value is None or pd.isna(value):
        return "not known"
    if 0 < value < _SMALL:
        return f"under {_SMALL}"
    return f"{value:.0f}" if abs(value) >= 10**digits else f"{value:.{digits}g}"


def _word(value: object) -> str:
    if isinstance(value, ShortRepr):
        return f"({repr(value)[1:-1]})"
    if isinstance(value, pd.DataFrame | pd.Series):
        return f"{len(value)} rows"
    if isinstance(value, float | np.floating):
        return f"{value:.6g}"
    if isinstance(value, str | enum.Enum | dt.date | int | np.generic | PurePath):
        text = str(value.value if isinstance(value, enum.Enum) else value)
        return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"
    if isinstance(value, bytes) or (isinstance(value, Sized) and not isinstance(value, str)):
        return str(len(value))
    return type(value).__name__


def _picture(sketch: Sketch) -> dict[str, Any] | None:
    """Fit the lines of a small map to its frame: x to the right, y down."""
    drawn = [one for one in sketch.lines if not one[0].is_empty]
    if not drawn:
        return None
    left, low, right, high = shapely.total_bounds([one[0] for one in drawn])
    per = max((right - left) / (_WIDE - 2 * _EDGE), (high - low) / (_HIGH - 2 * _EDGE), 1e-9)
    wide = (right - left) / per + 2 * _EDGE

    def at(x: float, y: float) -> tuple[float, float]:
        return round((x - left) / per + _EDGE, 1), round((high - y) / per + _EDGE, 1)

    def data(geometry: shapely.Geometry) -> str:
        parts = shapely.get_parts(shapely.simplify(geometry, per / 2))
        return " ".join("M" + " L".join("{} {}".format(*at(*xy)) for xy in part.coords) for part in parts)

    labels = []
    for name, point in sketch.labels:
        x, y = at(point.x, point.y)
        end = x > wide * 0.6
        labels.append({
            "name": name, "x": x, "y": y, "at": x - 4 if end else x + 4, "anchor": "end" if end else "start",
        })  # fmt: skip
    return {
        "wide": round(wide), "high": round((high - low) / per + 2 * _EDGE), "paper": style.token("paper"),
        "ink": style.token("ink"), "labels": labels,
        "lines": [
            {"data": data(one), "colour": colour, "width": width, "dash": "0.1 4" if dotted else "none"}
            for one, colour, width, dotted in drawn
        ],
    }  # fmt: skip


def road_sketch(line: shapely.Geometry, places: Iterable[tuple[str, shapely.Point]] = ()) -> Sketch:
    """Sketch a road alone, with its places."""
    return Sketch([(line, style.token("road"), 3.0, False)], tuple(places))


def city_labels(towns: gpd.GeoDataFrame) -> tuple[tuple[str, shapely.Point], ...]:
    """Give the cities of a road, each with its point; its first and last town where it has none."""
    cities = towns[towns["kind"] == "city"]
    some = towns.iloc[[0, -1]] if len(towns) and cities.empty else cities
    return tuple((str(name), at.centroid) for name, at in zip(some["name"], some.geometry, strict=True))

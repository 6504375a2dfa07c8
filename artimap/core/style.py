"""The one table of marks: what everything looks like, wherever it is drawn.

``style.toml`` holds a row a mark. Map, legend, strip map, static map and report read it
through this module, so that a mark means the same and looks the same in all of them.
"""

from __future__ import annotations

import math
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

RATE_CLASSES = 5
"""How many classes of rate there are; class 1 is the lowest rate, not the safest road."""

_UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True)
class Mark:
    """How one kind of thing is drawn. Lengths are CSS pixels, colours ``#RRGGBB``.

    Attributes
    ----------
    key, layer, kind, label
        Its name, the layer that it stands in (``user``: those of the caller's own), ``area``, ``line``, ``band``,
        ``point``, ``label``, ``tick`` or ``bracket``, and the key of its words in the language files.
    colour, width, dash, opacity
        The line. ``colour`` is null where the group gives it.
    fill, fill_opacity, hatch, stipple
        The inside of an area; a hatch has lines in the colours of two groups, a stipple dots and crosses. A
        band shows as a piece of road, open at both ends, where it is explained.
    casing, casing_width
        The edge on both sides of a line.
    open
        Of a dotted line: its edge is dotted as it is, so that the dots are rings.
    strokes, gap
        Of a bracket: how many strokes, and whether it is broken in the middle.
    path, inner
        Of a point: its outline and what is drawn on it in paper, as of a :class:`Shape`.
    """

    key: str
    layer: str
    kind: str
    label: str
    colour: str | None = None
    width: float = 0.0
    dash: str | None = None
    opacity: float = 1.0
    fill: str | None = None
    fill_opacity: float = 0.0
    hatch: bool = False
    stipple: bool = False
    band: bool = False
    casing: str | None = None
    casing_width: float = 0.0
    open: bool = False
    strokes: int = 1
    gap: bool = False
    path: str | None = None
    inner: str | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of one kind of event, as SVG path data in a box of 24 by 24 around 0, 0."""

    kind: str
    path: str
    label: str
    inner: str | None = None
    open: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The colour of one group: ``colour`` for areas, ``line`` (dark enough to be seen) for lines."""

    key: str
    names: tuple[str, ...]
    colour: str
    line: str
    label: str


@dataclass(frozen=True, slots=True)
class Style:
    """The whole table."""

    tokens: Mapping[str, str]
    marks: Mapping[str, Mark]
    shapes: Mapping[str, Shape]
    groups: Mapping[str, Group]


@cache
def load() -> Style:
    """Read the table (once).

    Raises
    ------
    TypeError
        If a row has a field that marks do not have: a mistake in the table.
    """
    text = resources.files("artimap.core").joinpath("style.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    # A group that states no colour for lines has its colour dark enough for them.
    groups = [Group(**{"line": row["colour"], **row, "names": tuple(row["names"])}) for row in raw["group"]]
    return Style(
        tokens=MappingProxyType({name: str(value) for name, value in raw["token"].items()}),
        marks=MappingProxyType({row["key"]: Mark(**row) for row in raw["mark"]}),
        shapes=MappingProxyType({row["kind"]: Shape(**row) for row in raw["shape"]}),
        groups=MappingProxyType({one.key: one for one in groups}),
    )


def token(name: str) -> str:
    """Give the value of a token, for example ``token("paper")``.

    >>> token("paper")
    '#F5F2EB'
    """
    return load().tokens[name]


def mark(key: str) -> Mark:
    """Give the mark of that key, for example ``mark("silent")``."""
    return load().marks[key]


def rate_class(band: int) -> Mark:
    """Give the mark of a class of rate, 1 (lowest) to 5.

    >>> rate_class(5).colour
    '#5E0F1A'

    Raises
    ------
    KeyError
        If there is no such class.
    """
    return load().marks[f"rate_{band}"]


def _fold(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in plain if letter.isalnum())


@cache
def _group_keys() -> Mapping[str, str]:
    return MappingProxyType({_fold(name): group.key for group in load().groups.values() for name in group.names})


def group(actor: str) -> Group:
    """Give the group that an actor's name belongs to; ``unnamed`` where it is in none.

    Case, accents, spaces and hyphens do not matter.

    >>> group("gran-grif").key, group("unidentified armed men").key
    ('gran_grif', 'unnamed')
    """
    return load().groups[_group_keys().get(_fold(actor), _UNNAMED)]


def event_shape(kind: str) -> Shape:
    """Give the shape of a kind of event, or of a mark for points; that of ``other`` where the kind has none."""
    shapes, own = load().shapes, load().marks.get(kind)
    if own is not None and own.path is not None:
        return Shape(kind, own.path, own.label, own.inner)
    return shapes.get(kind, shapes["other"])


def shape_colour(kind: str) -> str:
    """Give the colour of a shape: ink for events, that of the mark for points that are none."""
    own = load().marks.get(kind)
    return token("ink") if own is None or own.colour is None else own.colour


_LEAST_PX, _MOST_PX, _UNKNOWN_PX = 12.0, 22.0, 14.0
_MOST_AT = 60
"""People harmed from which a mark grows no further."""


def event_size(harmed: float | None) -> float:
    """Give the size of an event's mark in pixels, by people harmed; null is not known.

    The area of the mark grows with the count, as the eye reads it.

    >>> event_size(0), event_size(None), event_size(500)
    (12.0, 14.0, 22.0)
    """
    if harmed is None:
        return _UNKNOWN_PX
    # The square of the size grows in step with the count.
    share = min(max(harmed, 0.0), _MOST_AT) / _MOST_AT
    return round(math.sqrt(_LEAST_PX**2 + share * (_MOST_PX**2 - _LEAST_PX**2)), 1)


def zone_mark(status: str) -> Mark:
    """Give the mark of a zone's status; that of ``unknown`` is hollow, and where no zone is there is plain paper."""
    return load().marks[f"zone_{status}"]


def post_mark(status: str) -> Mark:
    """Give the mark of a checkpoint's status."""
    return load().marks[f"post_{status}"]

"""Columns of numbers and texts as bytes that a page can hold: small, exact, the same each time.

Places are whole steps of a grid of 65,536 by 65,536 over the map (some 2 m in Artibonite),
in web Mercator, so that the page need not project them. Rows that have one are sorted along
a Z-shaped curve: neighbours on the map are neighbours in the file, so that steps between
them are small and a part of the map is a few runs of rows. Each column is written byte by
byte (all low bytes, then all high ones), then everything is deflated without a header and
written in base64. The level is fixed; a different build of zlib may still choose other
bytes for the same content.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any

import numpy as np

from artimap.core.errors import DataError
from artimap.maps.base_layers import Layer, Parts, Ring

_PLAIN = frozenset({str, int, float, bool, type(None)})


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


def plain_data(value: Any, *, but: Sequence[str] = ()) -> Any:
    """Give a value as :func:`dataclasses.asdict` does, less the copies of what is never changed.

    Parameters
    ----------
    value
        A dataclass, or what one holds.
    but
        Fields of the dataclass itself that are left out.
    """
    if type(value) in _PLAIN:
        return value
    if isinstance(value, tuple | list):
        return type(value)([plain_data(one) for one in value])
    if is_dataclass(value):
        kind: Any = type(value)
        return {name: plain_data(getattr(value, name)) for name in _names(kind) if name not in but}
    if isinstance(value, dict):
        return {name: plain_data(one) for name, one in value.items()}
    return value


def plain_rows(value: Any) -> Any:
    """Give a value as :func:`dataclasses.astuple` does, less the copies of what is never changed."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, tuple | list):
        return type(value)([plain_rows(one) for one in value])
    if not is_dataclass(value):
        return value
    kind: Any = type(value)
    return tuple(plain_rows(getattr(value, name)) for name in _names(kind))


_WHOLE = "="
"""In a tree of changes: what stands here replaces the value as a whole."""


def changes(first: object, other: object) -> dict[str, Any] | None:
    """Give what has to change in ``first`` to make it ``other``; None where they are equal.

    Both are plain JSON values. Rows and entries that both have are compared one by one;
    lists of unlike length, and objects with unlike names, are replaced as a whole.

    >>> changes({"a": 1, "b": ["x", "y"]}, {"a": 1, "b": ["x", "z"]})
    {'b': {'1': {'=': 'z'}}}
    """
    if first is other or (type(first) in _PLAIN and type(other) in _PLAIN):
        return None if first == other and type(first) is type(other) else {_WHOLE: other}
    pairs: Iterable[tuple[object, Any, Any]]
    if isinstance(first, dict) and isinstance(other, dict) and first.keys() == other.keys():
        pairs = ((name, one, other[name]) for name, one in first.items())
    elif isinstance(first, list | tuple) and isinstance(other, list | tuple) and len(first) == len(other):
        pairs = zip(range(len(first)), first, other, strict=True)
    else:
        return None if first == other and type(first) is type(other) else {_WHOLE: other}
    found: dict[str, Any] = {}
    for name, a, b in pairs:
        # nearly all values are plain and the same: looked at here, a call is saved for each
        if a is b or (type(a) in _PLAIN and type(a) is type(b) and a == b):
            continue
        change = changes(a, b)
        if change is not None:
            found[str(name)] = change
    return found or None


def pack(value: object) -> str:
    """Compress plain data (zlib, as text in base64) for the page to open when it is asked.

    >>> len(pack(["the same again"] * 1000)) < 200
    True
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(zlib.compress(text.encode("utf-8", "replace"), 9)).decode("ascii")


SCALE = 100_000
"""Coordinates in the page are whole hundred-thousandths of a degree."""


def _grid(ring: Ring) -> np.ndarray:
    """Give a ring in Mercator's grid: whole steps east, and north."""
    lon, lat = np.asarray(ring, dtype=float).T
    grid: np.ndarray = np.rint(np.stack([lon, np.degrees(np.arcsinh(np.tan(np.radians(lat))))], axis=1) * SCALE)
    return grid.astype(int)


def outline(parts: Parts, *, west: int, north: int, closed: bool) -> str:
    """Give parts as SVG path data, right and down from a corner of the grid.

    >>> outline(((((0.0, 0.0), (0.00002, 0.0), (0.00002, -0.00001)),),), west=0, north=0, closed=True)
    'M0 0l2 0 0 1z'
    """
    return "".join(_path(_grid(ring), west, north, closed=closed) for rings in parts for ring in rings)


def _path(points: np.ndarray, west: int, north: int, *, closed: bool) -> str:
    if closed and len(points) > 1 and (points[0] == points[-1]).all():
        points = points[:-1]
    steps = np.diff(points, axis=0) * (1, -1)
    line = " ".join(map(str, steps.ravel().tolist())).replace(" -", "-")
    return f"M{points[0, 0] - west} {north - points[0, 1]}l{line}{'z' if closed else ''}"


def outlines(layer: Layer) -> dict[str, Any]:
    """Give the features of a layer with their outlines, and the box (west, south, east, north) that they lie in."""
    if not any(feature.parts for feature in layer.features):
        return {"box": [0, 0, 1, 1], "features": []}
    every = np.concatenate(
        [_grid(ring) for feature in layer.features for rings in feature.parts for ring in rings], axis=0
    )
    (west, south), (east, north) = every.min(axis=0).tolist(), every.max(axis=0).tolist()
    drawn = [
        {
            "key": feature.key,
            "mark": feature.mark,
            "d": outline(feature.parts, west=west, north=north, closed=layer.kind == "area"),
        }
        for feature in layer.features
    ]
    return {"box": [west, south, max(east, west + 1), max(north, south + 1)], "features": drawn}


GRID_BITS = 16
"""Steps of the grid along one side of the map, as a power of two."""

_SIDE = 1 << GRID_BITS
_RAW_BELOW = 20_000
"""Rows below which nothing is deflated, so that also an old browser can read the page."""

_LEVEL = 6

Box = tuple[float, float, float, float]
"""West, north, east, south in web Mercator, the world being 1 by 1 with its origin north-west."""


@dataclass(frozen=True, slots=True)
class PackedColumn:
    """A column as it is written.

    Attributes
    ----------
    name
        Its name in the page.
    codes
        Whole numbers from 0.
    width
        Bytes a number.
    steps
        Whether the difference to the row before is written instead of the number.
    """

    name: str
    codes: np.ndarray
    width: int
    steps: bool = False


def mercator(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give web Mercator with the world as the unit square.

    >>> x, y = mercator(np.array([0.0]), np.array([0.0]))
    >>> float(x[0]), float(y[0])
    (0.5, 0.5)
    """
    sine = np.sin(np.radians(lat))
    return lon / 360 + 0.5, 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)


def box_of(west: float, south: float, east: float, north: float) -> Box:
    """Give the square around a map's limits in degrees, so that squares of its grid are squares."""
    x, y = mercator(np.array([west, east]), np.array([north, south]))
    half = float(max(x[1] - x[0], y[1] - y[0])) / 2
    middle = float(x.mean()), float(y.mean())
    return middle[0] - half, middle[1] - half, middle[0] + half, middle[1] + half


def quantise(lon: np.ndarray, lat: np.ndarray, box: Box) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Place points on the grid of a box.

    Parameters
    ----------
    lon, lat
        Degrees; NaN where there is no point.
    box
        See :func:`box_of`.

    Returns
    -------
    tuple
        Column and row in the grid as uint32, and which points lie in the box.
    """
    x, y = mercator(lon, lat)
    west, north, east, south = box
    with np.errstate(invalid="ignore"):
        x, y = (x - west) / (east - west) * _SIDE, (y - north) / (south - north) * _SIDE
        inside = (x >= 0) & (x < _SIDE) & (y >= 0) & (y < _SIDE)
    x, y = np.where(inside, x, 0), np.where(inside, y, 0)
    return x.astype(np.uint32), y.astype(np.uint32), inside


def _spread_bits(values: np.ndarray) -> np.ndarray:
    out: np.ndarray = values.astype(np.uint32)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        out = (out | (out << np.uint32(shift))) & np.uint32(mask)
    return out


def curve(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Give the place along the Z-shaped curve: the bits of x and y in turn.

    >>> curve(np.array([3], np.uint32), np.array([1], np.uint32)).tolist()
    [7]
    """
    code: np.ndarray = _spread_bits(x) | (_spread_bits(y) << np.uint32(1))
    return code


def _bytes_of(column: PackedColumn) -> bytes:
    values = np.ascontiguousarray(column.codes, dtype="<u4")
    if column.width < 4 and values.size and int(values.max()) >= 1 << (8 * column.width):
        msg = f"column {column.name!r} does not fit into {column.width} bytes"
        raise DataError(msg)
    if column.steps:
        values = np.diff(values, prepend=values.dtype.type(0))
    parts = values.view(np.uint8).reshape(-1, 4).T[: column.width]
    return parts.tobytes()


def deflate(content: bytes) -> bytes:
    """Compress without a header, at a fixed level."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, 9)
    return packer.compress(content) + packer.flush()


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def pack_columns(columns: Sequence[PackedColumn], *, raw_below: int = _RAW_BELOW) -> tuple[str, str]:
    """Write columns one after the other.

    Parameters
    ----------
    columns
        The columns.
    raw_below
        Fewer rows are not deflated.

    Returns
    -------
    tuple
        The text for the page, and how it was written: ``raw`` or ``deflate-raw``.
    """
    content = b"".join(_bytes_of(column) for column in columns)
    if max((column.codes.size for column in columns), default=0) < raw_below:
        return _text(content), "raw"
    return _text(deflate(content)), "deflate-raw"


def pack_texts(columns: Sequence[Sequence[object]], *, rows_a_chunk: int) -> tuple[str, tuple[int, ...]]:
    """Write texts in chunks that the page opens one at a time, when one is asked for.

    Parameters
    ----------
    columns
        Lists of texts, numbers or None, all of the same length.
    rows_a_chunk
        Rows that are opened together.

    Returns
    -------
    tuple
        All chunks one after the other, and where each ends.
    """
    count = len(columns[0]) if columns else 0
    parts, ends, end = [], [], 0
    for start in range(0, count, rows_a_chunk):
        rows = [column[start : start + rows_a_chunk] for column in columns]
        content = json.dumps(rows, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        parts.append(_text(deflate(content.encode("utf-8", "replace"))))
        end += len(parts[-1])
        ends.append(end)
    return "".join(parts), tuple(ends)

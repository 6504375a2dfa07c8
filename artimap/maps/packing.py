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
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from artimap.errors import DataError

GRID_BITS = 16
"""Steps of the grid along one side of the map, as a power of two."""

_SIDE = 1 << GRID_BITS
_RAW_BELOW = 20_000
"""Rows below which nothing is deflated, so that also an old browser can read the page."""

_LEVEL = 6

Box = tuple[float, float, float, float]
"""West, north, east, south in web Mercator, the world being 1 by 1 with its origin north-west."""


@dataclass(frozen=True, slots=True)
class Column:
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


def _bytes_of(column: Column) -> bytes:
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


def pack_columns(columns: Sequence[Column]) -> tuple[str, str]:
    """Write columns one after the other.

    Returns
    -------
    tuple
        The text for the page, and how it was written: ``raw`` or ``deflate-raw``.
    """
    content = b"".join(_bytes_of(column) for column in columns)
    if max((column.codes.size for column in columns), default=0) < _RAW_BELOW:
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

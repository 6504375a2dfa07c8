"""Everything that a file says, however it is wrapped: a reader of products that knows nothing of how they are made.

It shares no code with artimap. A file is opened as deep as it goes: archives, databases, pictures, compressed streams,
base64 and hexadecimal, escapes of HTML, JSON, JavaScript and addresses. What a picture shows in its pixels it cannot
read.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import gzip
import hashlib
import html
import io
import json
import re
import sqlite3
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from math import atan, degrees, pi, sinh
from pathlib import Path
from urllib.parse import unquote

_DEPTH = 8
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){24,}")
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_PICTURE = b"\x89PNG\r\n\x1a\n"
_TEXT_SHARE = 0.9
"""Share of printable letters from which bytes of no known kind are read as text."""


def texts_in(content: bytes | str, name: str = "") -> Iterator[tuple[str, str]]:
    """Give every text in a file with the way to it, outermost first, each text once."""
    met: set[bytes] = set()
    stack: list[tuple[str, bytes | str, int]] = [(name, content, 0)]
    while stack:
        way, part, depth = stack.pop()
        mark = hashlib.sha256(b"text" + part.encode("utf-8", "replace") if isinstance(part, str) else part).digest()
        if mark in met or depth > _DEPTH:
            continue
        met.add(mark)
        if isinstance(part, str):
            yield way, part
            stack += [(f"{way}>{how}", more, depth + 1) for how, more in _inside_text(part)]
        else:
            stack += [(f"{way}>{how}", more, depth + 1) for how, more in _inside_bytes(part)]


def texts_of(path: Path) -> Iterator[tuple[str, str]]:
    """Give every text of a file, or of all files of a folder, names of files too."""
    for one in sorted(path.rglob("*")) if path.is_dir() else [path]:
        yield one.name, one.name
        if one.is_file():
            yield from texts_in(one.read_bytes(), one.name)


def _inside_bytes(part: bytes) -> Iterator[tuple[str, bytes | str]]:
    for start, opened in _KINDS.items():
        if part.startswith(start):
            return opened(part)
    return _plain(part)


def _plain(part: bytes) -> Iterator[tuple[str, bytes | str]]:
    text = part.decode("utf-8", "replace")
    if part[:2] in (b"\xff\xfe", b"\xfe\xff") or part[1::2].count(0) > len(part) / 3:
        text = part.decode("utf-16", "replace")
    readable = sum(sign.isprintable() or sign in "\r\n\t" for sign in text[:4000].replace("\ufffd", "\x00"))
    if not text or readable / len(text[:4000]) >= _TEXT_SHARE:
        yield "text", text
    elif inflated := _inflated(part):
        yield "inflated", inflated
    else:  # words may stand between bytes that are none
        for run in re.findall(rb"[\x20-\x7e\xc2-\xf4\x80-\xbf]{4,}", part):
            yield "run", run.decode("utf-8", "replace")


def _members(part: bytes) -> Iterator[tuple[str, bytes | str]]:
    with zipfile.ZipFile(io.BytesIO(part)) as archive:
        for name in archive.namelist():
            yield "zip", name
            yield f"zip:{name}", archive.read(name)


def _unzipped(part: bytes) -> Iterator[tuple[str, bytes | str]]:
    try:
        yield "gzip", gzip.decompress(part)
    except (OSError, EOFError, zlib.error):
        yield from _plain(part)


def _streams(part: bytes) -> Iterator[tuple[str, bytes | str]]:
    for found in re.finditer(rb"stream\r?\n(.*?)endstream", part, re.DOTALL):
        yield "pdf", found.group(1)
    yield "pdf", part.decode("latin-1")


def _inflated(part: bytes) -> bytes:
    """Open one or several deflated streams that follow one another; nothing where it is none."""
    for bits in (15, -15):
        out, rest = b"", part
        try:
            while rest:
                stream = zlib.decompressobj(bits)
                out += stream.decompress(rest) + stream.flush()
                if not stream.eof:  # chance may open the beginning of anything
                    out = b"" if bits < 0 else out
                    break
                rest = stream.unused_data
        except zlib.error:
            pass
        if len(out) >= 8:
            return out
    return b""


def _rows_of_database(part: bytes) -> Iterator[tuple[str, bytes | str]]:
    # what was deleted may still stand on a free page
    yield "raw", part.decode("utf-8", "replace")
    with sqlite3.connect(":memory:") as base:
        base.deserialize(part)
        base.text_factory = lambda cell: cell.decode("utf-8", "replace")
        for (table,) in base.execute("select name from sqlite_master where type = 'table'").fetchall():
            yield "table", table
            try:
                rows = base.execute(f'select * from "{table}"').fetchall()  # noqa: S608 - a name of its own
            except sqlite3.DatabaseError:  # a table that only its extension reads
                continue
            for row in rows:
                yield table, " | ".join(str(cell) for cell in row if not isinstance(cell, bytes))
                yield from ((table, cell) for cell in row if isinstance(cell, bytes))


def _rows_of_parquet(part: bytes) -> Iterator[tuple[str, bytes | str]]:
    import pyarrow.parquet  # noqa: PLC0415 - slow to import

    table = pyarrow.parquet.read_table(io.BytesIO(part))
    yield "schema", " ".join(f"{key!r}: {value!r}" for key, value in (table.schema.metadata or {}).items())
    for row in table.to_pylist():
        yield "row", " | ".join(str(cell) for cell in row.values() if not isinstance(cell, bytes))
        yield from (("cell", cell) for cell in row.values() if isinstance(cell, bytes))


def _chunks(part: bytes) -> Iterator[tuple[str, bytes | str]]:
    at = len(_PICTURE)
    while at + 8 <= len(part):
        (length,), kind = struct.unpack(">I", part[at : at + 4]), part[at + 4 : at + 8]
        body = part[at + 8 : at + 8 + length]
        if kind in (b"tEXt", b"iTXt", b"zTXt", b"eXIf"):
            yield kind.decode(), body.replace(b"\x00", b" ").decode("utf-8", "replace")
            yield from ((kind.decode(), body[cut:]) for cut in (body.find(b"\x00") + 2,) if kind == b"zTXt")
        at += 12 + length


def _spots_of_blob(part: bytes) -> Iterator[tuple[str, str]]:
    """Give the coordinates of a geometry of a GeoPackage in degrees: those of its points, and of others each corner."""
    import shapely  # noqa: PLC0415 - slow to import

    flags, (code,) = part[3], struct.unpack("<i" if part[3] & 1 else ">i", part[4:8])
    skip = 8 + {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}[(flags >> 1) & 7]
    corners = shapely.get_coordinates(shapely.from_wkb(part[skip:]))
    if len(corners) and code not in (0, -1, 4326):
        corners = list(zip(*_to_degrees(code)(*corners.T), strict=True))
    yield "spots", "\n".join(f"{lon:.6f} {lat:.6f}" for lon, lat in corners)


@cache
def _to_degrees(code: int):
    import pyproj  # noqa: PLC0415 - slow to import

    return pyproj.Transformer.from_crs(code, 4326, always_xy=True).transform


_KINDS = {
    b"PK\x03\x04": _members, b"SQLite format 3\x00": _rows_of_database, b"PAR1": _rows_of_parquet, _PICTURE: _chunks,
    b"%PDF": _streams, b"GP\x00": _spots_of_blob, b"\x1f\x8b": _unzipped,
}  # fmt: skip


def _inside_text(part: str) -> Iterator[tuple[str, bytes | str]]:
    if "&" in part and (other := html.unescape(part)) != part:
        yield "html", other
    if "\\" in part:
        other = _ESCAPED.sub(_unescaped, part)
        yield "escapes", other.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if re.search("%[0-9a-fA-F]{2}", part) and (other := unquote(part)) != part:
        yield "address", other
    if "artimap-data" in part:
        yield from _events_of_page(part)
    for found in _BASE64.finditer(part):
        run = found.group().rstrip("=").replace("-", "+").replace("_", "/")
        try:
            made = base64.b64decode(run + "=" * (-len(run) % 4))
        except (binascii.Error, ValueError):
            continue
        # a long word is base64 too: only what opens, or reads as text, is followed
        if made.startswith(tuple(_KINDS)) or _inflated(made):
            yield "base64", made
        elif len(made) >= 18:
            try:
                yield "base64", made.decode("utf-8")
            except UnicodeDecodeError:
                continue
    for found in _HEX.finditer(part):
        yield "hex", bytes.fromhex(found.group()[: len(found.group()) // 2 * 2])


def _unescaped(found: re.Match[str]) -> str:
    code = found.group(1) or found.group(2)
    return chr(int(code, 16)) if code else {"n": "\n", "t": "\t", "r": "\r"}.get(found.group(3), found.group(3))


def _block(page: str, name: str) -> str:
    found = re.search(rf'<script type="[^"]*" id="artimap-{name}">(.*?)</script>', page, re.DOTALL)
    return found.group(1) if found else ""


def _events_of_page(page: str) -> Iterator[tuple[str, str]]:
    """Give day and place of each event that a page draws, from its columns of numbers."""
    data, block = _block(page, "data"), _block(page, "events")
    events = json.loads(data).get("events") if data else None
    if not events or not block:
        return
    raw = base64.b64decode(block)
    size = sum(one["rows"] * one["width"] for one in events["layout"])
    raw = raw if len(raw) == size else _inflated(raw)
    columns: dict[str, list[int]] = {}
    at = 0
    for one in events["layout"]:
        rows, width = one["rows"], one["width"]
        parts = [raw[at + byte * rows : at + (byte + 1) * rows] for byte in range(width)]
        values = [sum(parts[byte][row] << (8 * byte) for byte in range(width)) for row in range(rows)]
        if one["steps"]:
            last = 0
            for row, step in enumerate(values):
                last = (last + step) & 0xFFFFFFFF
                values[row] = last
        columns[one["name"]] = values
        at += rows * width
    first = dt.date.fromisoformat(events["start"])
    west, north, east, south = events["box"]
    for row in range(events["n"]):
        day = first + dt.timedelta(days=columns["day"][row])
        last_day = day + dt.timedelta(days=columns["span"][row] if "span" in columns else 0)
        spot = ""
        if row < events["marks"]:
            x, y = _halves(columns["place"][row])
            lon = (west + (x + 0.5) / 65536 * (east - west)) * 360 - 180
            up = pi * (1 - 2 * (north + (y + 0.5) / 65536 * (south - north)))
            spot = f"{lon:.5f} {degrees(atan(sinh(up))):.5f}"
        yield "event", f"event {day} {last_day} {events['kinds'][columns['kind'][row]]} {spot}"


def _halves(code: int) -> tuple[int, int]:
    x = y = 0
    for bit in range(16):
        x |= (code >> (2 * bit) & 1) << bit
        y |= (code >> (2 * bit + 1) & 1) << bit
    return x, y


# --- what is looked for ------------------------------------------------------------------------

_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan janv january janvier janvye", "feb fev fevr february fevrier fevriye", "mar mars march mas",
            "apr avr april avril", "may mai me", "jun juin june jen", "jul juil july juillet jiye jiy",
            "aug aout august out", "sep sept september septembre septanm", "oct october octobre okt oktob",
            "nov november novembre novanm", "dec december decembre desanm",
        ),
        1,
    )
    for word in words.split()
}  # fmt: skip
_DAY = re.compile(
    r"(?<!\d)(?P<y>\d{4})([-/]?)(?P<m>\d{1,2})\2(?P<d>\d{2})(?!\d)"
    r"|(?<!\d)(?P<d2>\d{1,2})(?:er)?[\s./-]+(?P<m2>\d{1,2}|[a-z]{2,9})\.?[\s./-]+(?P<y2>\d{4})(?!\d)"
    r"|\b(?P<m3>[a-z]{3,9})\.?\s+(?P<d3>\d{1,2}),?\s+(?P<y3>\d{4})(?!\d)"
)
_EPOCH = re.compile(r"(?<![\d.])1[5-9]\d{8}(?:\d{3}){0,3}(?![\d.])")


def folded(text: str) -> str:
    """Give a text in small letters, without accents and without signs that are not seen."""
    if text.isascii():
        return text.casefold()
    return _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))


_MARKS = re.compile("[\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def days_in(text: str, years: Iterable[int] = (2026,)) -> dict[dt.date, int]:
    """Give the days that a folded text names, as people and programs write them, with the place of the first naming.

    Where day and month may be the other way round, both days count.
    """
    found: dict[dt.date, int] = {}
    for year in years:
        at = text.find(str(year))
        while at >= 0:
            for hit in _DAY.finditer(text, max(0, at - 18), at + 14):
                parts = hit.groupdict()
                number, month, day = (parts[key] or parts[f"{key}2"] or parts[f"{key}3"] for key in "ymd")
                _put(found, number, month, day, hit.start())
                if parts["m2"]:  # 5/7/2026 is read in either way; an ISO day in one
                    _put(found, number, day, month, hit.start())
            at = text.find(str(year), at + 4)
    for hit in _EPOCH.finditer(text):
        found.setdefault(dt.datetime.fromtimestamp(int(hit.group()[:10]), dt.UTC).date(), hit.start())
    return found


def _put(found: dict[dt.date, int], year: str, month: str, day: str, at: int) -> None:
    number = int(month) if month.isdigit() else _MONTHS.get(month, 0)
    if 0 < number < 13 and day.isdigit() and 0 < int(day) < 32:
        try:
            found.setdefault(dt.date(int(year), number, int(day)), at)
        except ValueError:
            return


def spot_pattern(lon: float, lat: float) -> str:
    """Give a pattern of a spot to four decimals (11 m) in either order, the numbers beside one another."""
    a, b = (re.escape(f"{value:.5f}"[:-1]) for value in (lon, lat))
    between = r"\d*[^\d-]{1,12}"
    return rf"(?<![\d.])(?:{a}{between}{b}|{b}{between}{a})"


@dataclass(frozen=True)
class Wanted:
    """What is looked for of one row: words as they stand in a folded text, patterns, a day, a spot."""

    name: str
    words: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    day: dt.date | None = None
    spot: tuple[float, float] | None = None

    def places(self, text: str, days: dict[dt.date, int]) -> Iterator[tuple[str, int]]:
        """Give what of it stands in a folded text, and where."""
        # words of planted rows begin alike: one look tells of most texts that they hold none
        yield from ((word, text.find(word)) for word in self.words if word[:3] in text and word in text)
        hits = ((pattern, re.search(pattern, text)) for pattern in self.patterns)
        yield from ((pattern, hit.start()) for pattern, hit in hits if hit)
        if self.day in days:
            yield "day", days[self.day]
        if self.spot is not None and f"{self.spot[0]:.5f}"[:-1] in text:
            hit = re.search(spot_pattern(*self.spot), text)
            if hit:
                yield "spot", hit.start()


def found_in(texts: Iterable[tuple[str, str]], wanted: Iterable[Wanted]) -> dict[str, list[str]]:
    """Give what is found, by name: what it is, the way to it and the words around it, each kind once a file."""
    rows = tuple(wanted)
    hits: dict[str, dict[tuple[str, str], str]] = {}
    for way, text in texts:
        plain = folded(text)
        days = days_in(plain)
        for one in rows:
            for what, at in one.places(plain, days):
                around = "".join(sign if sign.isprintable() else " " for sign in plain[max(0, at - 50) : at + 40])
                file = way.split(">")[0]
                hits.setdefault(one.name, {}).setdefault((what, file), f"{one.name}: {what} in {way}: …{around}…")
    return {name: list(rows.values()) for name, rows in hits.items()}

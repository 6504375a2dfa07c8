"""CSV as people make them: any encoding, any separator, a title above the header, a quote left open.

Every decision is taken on the file, not on its name, and is reported.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from artimap.errors import DataError
from artimap.schema import TEXT
from artimap.sources.rawfile import Raw, as_text, blank, header_names

Score = Callable[[Sequence[str]], float]

_HEAD_BYTES = 1 << 20
_HEAD_ROWS = 40
_SURE = 0.7
_TITLE_ROWS = 8
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_MOST_BYTES = 8 << 30
_LARGE_BYTES = 64 << 20
_BLOCK_BYTES = 1 << 20
_SAMPLE_BYTES = 1 << 20
_SAMPLE_ROWS = 3_000
_REPEATS = 0.9
"""A column whose head has at most this share of distinct texts is kept as categories: of 3,000 rows, what
repeats itself at all has few texts in the whole file."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a text file is laid out."""

    encoding: str
    delimiter: str
    quoted: bool
    header: tuple[str, ...]
    named: int
    header_row: int
    body: int
    quotes: int
    labels: dict[str, str]


def read_text(path: Path, *, score: Score) -> Raw:
    """Read a text table.

    Parameters
    ----------
    path
        A file of rows parted by commas, semicolons, tabs or bars; UTF-8, UTF-16 or Windows-1252.
    score
        Tells how much a list of cells looks like the header of a known format (0 to 1);
        used to find a header that is not on the first row.

    Returns
    -------
    Raw
        Every row. Rows with too many or too few cells stand in ``damaged``.

    Raises
    ------
    DataError
        If the file is empty or no text table.
    """
    size = path.stat().st_size
    if size > _MOST_BYTES:
        msg = f"{path} is larger than {_MOST_BYTES >> 30} GB; split it by year"
        raise DataError(msg)
    try:
        cells, damaged, layout, encoding = _table(path, score=score, large=size > _LARGE_BYTES)
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror or error}"
        raise DataError(msg) from error
    notes = [f"encoding {encoding}", f"delimiter {_DELIMITERS[layout.delimiter]}"]
    if layout.header_row > 1:
        notes.append(f"header on row {layout.header_row}: the rows above it are not data")
    if not layout.quoted:
        notes.append("a quotation mark is opened and not closed: quotation marks were read as plain text")
    cells, damaged, empty = _without_blank_rows(cells, damaged)
    if empty:
        notes.append(f"{empty} blank rows are not counted as rows")
    return Raw(path.name, cells, tuple(notes), damaged, layout.labels)


def _table(path: Path, *, score: Score, large: bool) -> tuple[pd.DataFrame, dict[int, tuple[str, str]], _Layout, str]:
    """Read the file as it stands; if a quotation mark is left open, once more with quotation marks as plain text."""
    content, encoding = _opened(path)
    if large and content is None:  # going through it once is most of the work: quotation marks are counted on the way
        try:
            layout = _layout(path, content, encoding, score=score, quoted=True)
            cells, damaged, used = _body(path, content, layout)
        except (_QuoteLeftOpenError, DataError):
            if _quotes_close(path, content):
                raise
        else:
            return cells, damaged, layout, used
    layout = _layout(path, content, encoding, score=score, quoted=not large and _quotes_close(path, content))
    cells, damaged, used = _body(path, content, layout)
    return cells, damaged, layout, used if content is None else encoding


class _QuoteLeftOpenError(DataError):
    """A quotation mark is opened and never closed: what follows it may have been taken for one cell."""


class _Counting(io.RawIOBase):
    """A file that counts the quotation marks that are read from it."""

    def __init__(self, file: io.BufferedIOBase) -> None:
        super().__init__()
        self._file = file
        self.quotes = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        block = self._file.read(size)
        self.quotes += block.count(b'"')
        return block


def _opened(path: Path) -> tuple[bytes | None, str]:
    """Give the file's bytes as UTF-8 where they must be held in memory, and the encoding of the head."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head.strip(b"\xef\xbb\xbf \r\n\t"):
        msg = f"{path} is empty; write a template with: artimap template events"
        raise DataError(msg)
    for mark, name in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if head.startswith(mark):
            try:
                return path.read_bytes().decode(name).encode("utf-8"), name
            except UnicodeDecodeError as error:
                msg = f"{path} begins like UTF-16 but is not ({error.reason}); save the table as CSV (UTF-8)"
                raise DataError(msg) from error
    if b"\x00" in head:
        msg = f"{path} is not a text file; save the table as CSV (UTF-8)"
        raise DataError(msg)
    return None, _encoding_of(head, whole=len(head) < _HEAD_BYTES)


def _encoding_of(head: bytes, *, whole: bool) -> str:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if whole or error.start < len(head) - 4:  # a character cut by the end of the head is no fault
            return _western(head)
    return "utf-8"


def _western(content: bytes) -> str:
    try:
        content.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"


def _layout(path: Path, content: bytes | None, encoding: str, *, score: Score, quoted: bool) -> _Layout:
    if content is None:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    else:
        head, encoding = content[:_HEAD_BYTES], "utf-8"
    start = 3 if head.startswith(b"\xef\xbb\xbf") else 0
    whole = len(head) < _HEAD_BYTES
    lines = head[start:].splitlines(keepends=True)
    if not whole and len(lines) > 1:
        lines = lines[:-1]  # cut by the end of the head
    elif not whole:
        msg = f"{path} cannot be read as CSV: its first line does not end within 1 MB"
        raise DataError(msg)
    texts = [line.decode(encoding, errors="replace") for line in lines]
    delimiter, rows = _delimiter(path, texts, quoted=quoted, score=score)
    at = find_header([row for row, _ in rows], score=score)
    header = rows[at][0]
    labels: dict[str, str] = {}
    names = header_names(header)
    named = max((place + 1 for place, cell in enumerate(header) if cell.strip()), default=len(header))
    if at and is_tags(header):
        labels = {name: label.strip() for name, label in zip(names, rows[at - 1][0], strict=False)}
    body = start + sum(len(line) for line in lines[: rows[at][1]])
    return _Layout(encoding, delimiter, quoted, tuple(names), named, rows[at][1], body, head[:body].count(b'"'), labels)


def _quotes_close(path: Path, content: bytes | None) -> bool:
    if content is not None:
        return content.count(b'"') % 2 == 0
    number = 0
    with path.open("rb") as file:
        while block := file.read(1 << 24):
            number += block.count(b'"')
    return number % 2 == 0


def _rows(texts: list[str], delimiter: str, *, quoted: bool) -> list[tuple[list[str], int]]:
    """Give the first rows with the number of the line on which each ends."""
    taken = 0

    def feed() -> Iterator[str]:
        nonlocal taken
        for text in texts:
            taken += 1
            yield text

    out: list[tuple[list[str], int]] = []
    quoting: Any = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    for row in csv.reader(feed(), delimiter=delimiter, quoting=quoting):
        if any(cell.strip() for cell in row):
            out.append((row, taken))
        if len(out) == _HEAD_ROWS:
            break
    return out


def _delimiter(path: Path, texts: list[str], *, quoted: bool, score: Score) -> tuple[str, list[tuple[list[str], int]]]:
    """Choose the mark that gives a known header, or else cuts most rows into the same number of cells."""
    best: tuple[tuple[float, float, int], str, list[tuple[list[str], int]]] | None = None
    for mark in _DELIMITERS:
        try:
            rows = _rows(texts, mark, quoted=quoted)
        except csv.Error as error:
            msg = f"{path} cannot be read as CSV ({error}); save the table again as CSV (UTF-8)"
            raise DataError(msg) from error
        if not rows:
            continue
        widths = [len(row) for row, _ in rows]
        usual = max(set(widths), key=lambda width: (widths.count(width) * (width > 1), width))
        known = max(score([cell for cell in row if cell.strip()]) for row, _ in rows[:_TITLE_ROWS])
        fit = (known if known >= _SURE else 0.0, widths.count(usual) / len(widths) if usual > 1 else 0.0, usual)
        if best is None or fit > best[0]:
            best = (fit, mark, rows)
    if best is None:
        msg = f"{path} is empty; write a template with: artimap template events"
        raise DataError(msg)
    return best[1], best[2]


def is_tags(row: Sequence[str]) -> bool:
    """Tell whether a row is one of HXL hashtags."""
    filled = [cell.strip() for cell in row if cell.strip()]
    tags = [cell for cell in filled if len(cell) > 2 and cell[0] == "#" and cell[1].isalpha() and " " not in cell[:4]]
    return len(tags) >= 2 and len(tags) * 2 >= len(filled)


def _is_value(cell: str) -> bool:
    bare = cell.strip().replace(" ", "").lstrip("+-")
    return bool(bare) and bare[0].isdigit()


def find_header(rows: Sequence[Sequence[str]], *, score: Score) -> int:
    """Find the header among the first rows of a table.

    A row of HXL hashtags comes first, then the row that most looks like a known format, then
    the first row that is about as wide as the others and holds no number or day.

    Returns
    -------
    int
        Position of the header in ``rows``.
    """
    for at, row in enumerate(rows):
        if is_tags(row):
            return at
    scores: list[float] = []
    for row in rows:
        scores.append(score([cell for cell in row if cell.strip()]))
        if scores[-1] >= _SURE:
            break
    best = int(np.argmax(scores))
    if scores[best] >= 0.5:
        return best
    widths = [sum(bool(cell.strip()) for cell in row) for row in rows]
    usual = float(np.median(widths))
    for at, row in enumerate(rows):
        if widths[at] >= max(1.0, 0.6 * usual) and not any(_is_value(cell) for cell in row):
            return at
    return 0


def _body(path: Path, content: bytes | None, layout: _Layout) -> tuple[pd.DataFrame, dict[int, tuple[str, str]], str]:
    """Read the rows below the header; the quick way first, the careful one where a row does not fit."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import, used only where files are read

    encodings = [layout.encoding]
    if content is None and layout.encoding == "utf-8":
        encodings += ["cp1252", "latin-1"]
    elif layout.encoding == "cp1252":
        encodings.append("latin-1")
    problem = ""
    for encoding in encodings:
        for careful in (False, True):
            try:
                cells, damaged = _parsed(path, content, layout, encoding, careful=careful)
            except (pa.ArrowInvalid, UnicodeDecodeError) as error:
                problem = str(error).splitlines()[0] if str(error) else "broken rows"
                if "UTF8" in problem or isinstance(error, UnicodeDecodeError):
                    break
                continue
            return cells, damaged, encoding
    msg = f"{path} cannot be read as CSV ({problem[:200]}); save the table again as CSV (UTF-8)"
    raise DataError(msg)


def _source(path: Path, content: bytes | None, start: int) -> io.BufferedIOBase:
    if content is not None:
        return io.BytesIO(content[start:])
    file = path.open("rb")
    file.seek(start)
    return file


def _parsed(
    path: Path, content: bytes | None, layout: _Layout, encoding: str, *, careful: bool
) -> tuple[pd.DataFrame, dict[int, tuple[str, str]]]:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.csv as pc  # noqa: PLC0415

    names = list(layout.header)
    misfits: list[tuple[int, str]] = []

    def misfit(row: Any) -> str:
        if not careful:
            return "error"
        misfits.append((int(row.number) - 1, str(row.text)))
        return "skip"

    with _source(path, content, layout.body) as file:
        sample = _sample(file.read(_SAMPLE_BYTES), layout, encoding)
        file.seek(0 if content is not None else layout.body)
        types = {name: pa.dictionary(pa.int32(), pa.string()) if name in sample else pa.string() for name in names}
        if file.read(1) == b"":
            return pd.DataFrame({name: pd.Series([], dtype=TEXT) for name in names}), {}
        file.seek(0 if content is not None else layout.body)
        counted = _Counting(file)
        table = pc.read_csv(
            counted,
            read_options=pc.ReadOptions(
                use_threads=not careful, column_names=names, block_size=_BLOCK_BYTES, encoding=encoding
            ),
            parse_options=pc.ParseOptions(
                delimiter=layout.delimiter,
                quote_char='"' if layout.quoted else False,
                newlines_in_values=layout.quoted,
                invalid_row_handler=misfit,
            ),
            convert_options=pc.ConvertOptions(column_types=types, strings_can_be_null=False),
        )
    if layout.quoted and counted.quotes % 2 != layout.quotes % 2:
        msg = f"{path}: a quotation mark is opened and not closed"
        raise _QuoteLeftOpenError(msg)
    cells = pd.DataFrame({name: _column(table.column(position)) for position, name in enumerate(names)}, copy=False)
    del table
    release_memory()
    return _with_misfits(cells, misfits, layout)


def release_memory() -> None:
    """Give memory that Arrow keeps for later back to the system."""
    if "pyarrow" in sys.modules:
        sys.modules["pyarrow"].default_memory_pool().release_unused()


def _sample(block: bytes, layout: _Layout, encoding: str) -> set[str]:
    """Name the columns whose texts repeat, so that they are kept as categories."""
    text = block.decode(encoding, errors="replace")
    quoting: Any = csv.QUOTE_MINIMAL if layout.quoted else csv.QUOTE_NONE
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter, quoting=quoting):
            rows.append(row)
            if len(rows) == _SAMPLE_ROWS:
                break
    except csv.Error:
        return set()
    whole = rows[:-1]
    if len(whole) < 300:
        return set()
    out: set[str] = set()
    for position, name in enumerate(layout.header):
        texts = [row[position] for row in whole if position < len(row)]
        if texts and len(set(texts)) <= max(_REPEATS * len(texts), 2):
            out.add(name)
    return out


def _text_array(chunks: Any) -> Any:
    read: Any = TEXT  # the method is public, but its type is not published
    return read.__from_arrow__(chunks)


def _column(chunks: Any) -> pd.Series:
    import pyarrow as pa  # noqa: PLC0415

    if not pa.types.is_dictionary(chunks.type):
        return pd.Series(_text_array(chunks), dtype=TEXT)
    whole = chunks.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0) if whole.num_chunks else pa.array([], type=chunks.type)
    categories = pd.Index(_text_array(pa.chunked_array([whole.dictionary])), dtype=TEXT)
    codes = whole.indices.to_numpy(zero_copy_only=False)
    return pd.Series(pd.Categorical.from_codes(codes, categories=categories))


def _with_misfits(
    cells: pd.DataFrame, misfits: list[tuple[int, str]], layout: _Layout
) -> tuple[pd.DataFrame, dict[int, tuple[str, str]]]:
    """Put rows that do not fit the header back in their places, cut or filled to its width."""
    if not misfits:
        return _without_unnamed(cells, layout), {}
    width = len(layout.header)
    quoting: Any = csv.QUOTE_MINIMAL if layout.quoted else csv.QUOTE_NONE
    damaged: dict[int, tuple[str, str]] = {}
    extra: list[list[str]] = []
    for position, text in misfits:
        try:
            row = next(csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter, quoting=quoting), [])
        except csv.Error:
            row = [text]
        beyond = [cell for cell in row[width:] if cell.strip()]
        if beyond:
            damaged[position] = ("has more cells than the header", "quote cells that hold the separator")
            row = [*row[: width - 1], layout.delimiter.join(row[width - 1 :])]  # nothing of the row is lost
        elif len(row) < layout.named:
            damaged[position] = ("has fewer cells than the header", "fill in what is missing, or add empty cells")
        extra.append(([*row, *[""] * width])[:width])
    late = pd.DataFrame(extra, columns=list(layout.header), dtype=TEXT)
    order = np.empty(len(cells) + len(late), dtype=np.intp)
    misplaced = np.zeros(len(order), dtype=bool)
    misplaced[[position for position, _ in misfits]] = True
    order[~misplaced] = np.arange(len(cells))
    order[misplaced] = len(cells) + np.arange(len(late))
    columns = {
        name: pd.concat([as_text(cells[name]), late[name]], ignore_index=True).astype(TEXT) for name in layout.header
    }
    whole = pd.DataFrame(columns).take(order).reset_index(drop=True)
    return _without_unnamed(whole, layout), damaged


def _without_unnamed(cells: pd.DataFrame, layout: _Layout) -> pd.DataFrame:
    """Leave out columns to the right that have neither a name nor a value."""
    idle = [name for name in layout.header[layout.named :] if blank(cells[name]).all()]
    return cells.drop(columns=idle) if idle else cells


def _without_blank_rows(
    cells: pd.DataFrame, damaged: dict[int, tuple[str, str]]
) -> tuple[pd.DataFrame, dict[int, tuple[str, str]], int]:
    """Leave out rows of nothing but separators."""
    empty = np.ones(len(cells), dtype=bool)
    for name in cells.columns:
        if not empty.any():
            return cells, damaged, 0
        empty &= blank(cells[name])
    number = int(empty.sum())
    if not number:
        return cells, damaged, 0
    moved = np.cumsum(~empty) - 1
    kept = {int(moved[row]): why for row, why in damaged.items() if not empty[row]}
    return cells[~empty].reset_index(drop=True), kept, number

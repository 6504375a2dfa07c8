"""The rows of a text table below its header, read by Arrow; lines that do not fit are put back in their places."""

from __future__ import annotations

import csv
import ctypes
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from artimap.core.errors import DataError
from artimap.core.schema import TEXT
from artimap.sources.csv_dialect import Layout, Text, records
from artimap.sources.raw_table import as_text, blank

_BLOCK_BYTES = 4 << 20
_SAMPLE_BYTES = 1 << 20
_SAMPLE_ROWS = 3_000
_REPEATS = 0.9
"""A column whose head has at most this share of distinct texts is kept as categories: of 3,000 rows, what
repeats itself at all has few texts in the whole file."""
_MARK = "\x1aopen"
_OPEN = ("opens a quotation mark that is not closed", 'close it, or write "" for a mark inside quoted text')

_Mode = Literal["quick", "spanning", "careful"]
_MODES: tuple[_Mode, ...] = ("quick", "spanning", "careful")
"""In which ways a file is read until one fits: blocks cut at any line end (Arrow says where a quoted cell spans
two of them), blocks cut at the ends of rows, and rows that do not fit the header taken one by one."""


@dataclass(frozen=True, slots=True)
class TextRows:
    """The rows of a text table.

    Attributes
    ----------
    cells
        Text columns, or categories of text.
    damaged
        Rows that do not fit the header: position to reason and fix.
    encoding
        What the text was read as in the end.
    plain
        Rows in which such a mark was read as plain text, for the row has as many cells as it should.
    """

    cells: pd.DataFrame
    damaged: dict[int, tuple[str, str]]
    encoding: str
    plain: int = 0


def read_rows(text: Text, layout: Layout) -> TextRows:
    """Read the rows below the header; the quick way first, the careful one where a row does not fit.

    Raises
    ------
    DataError
        If they are no rows of text.
    """
    import pyarrow as pa  # noqa: PLC0415 - slow to import, used only where files are read

    problem = ""
    # The head may have looked like UTF-8 although a letter far down is not: then the whole is read once
    # more.
    for encoding in _encodings(text, layout):
        for mode in _MODES:
            misfits = _Misfits(mode)
            try:
                with text.open(layout.body) as file:
                    cells = _parsed(file, text, layout, encoding, misfits)
            except (pa.ArrowInvalid, UnicodeDecodeError) as error:
                problem = str(error).splitlines()[0] if str(error) else "broken rows"
                # No other mode helps against wrong bytes: on to the next encoding.
                if "UTF8" in problem or isinstance(error, UnicodeDecodeError):
                    break
                continue
            return _with_misfits(cells, misfits.rows, layout, encoding)
    msg = f"{text.path} cannot be read as CSV ({problem[:200]}); save the table again as CSV (UTF-8)"
    raise DataError(msg)


def mend_rows(text: Text, layout: Layout) -> TextRows:
    """Read rows of which some open a quotation mark that is never closed: only those lines suffer.

    Each such line is a row of its own: it is kept, the mark as plain text, where it then looks like a whole
    row, and is damaged otherwise. Slower than :func:`read_rows`: every line is looked at.

    Raises
    ------
    DataError
        If they are no rows of text.
    """
    import pyarrow as pa  # noqa: PLC0415

    problem = ""
    for encoding in _encodings(text, layout):
        misfits = _Misfits("careful")
        try:
            with text.open(layout.body) as file:
                mended = _Mended(file, layout, encoding)
                cells = _parsed(mended, text, layout, encoding, misfits)
        except (pa.ArrowInvalid, UnicodeDecodeError) as error:
            problem = str(error).splitlines()[0] if str(error) else "broken rows"
            continue
        # Arrow saw a mark where a line could not be read. The lines were noted in the same order, and
        # take its place again.
        opened = iter(mended.damaged)
        rows = [(at, next(opened, told) if told.startswith(_MARK) else told) for at, told in misfits.rows]
        left_open = frozenset(at for at, told in misfits.rows if told.startswith(_MARK))
        return _with_misfits(cells, rows, layout, encoding, left_open=left_open, plain=mended.plain)
    msg = f"{text.path} cannot be read as CSV ({problem[:200]}); save the table again as CSV (UTF-8)"
    raise DataError(msg)


def _encodings(text: Text, layout: Layout) -> list[str]:
    encodings = [layout.encoding]
    # Latin-1 takes every byte, so the last attempt cannot fail for the encoding.
    if text.named == "utf-8":
        encodings += ["cp1252", "latin-1"]
    elif layout.encoding == "cp1252":
        encodings.append("latin-1")
    return encodings


class _Mended(io.RawIOBase):
    """The rows of a file, with a mark of one cell in place of each line that cannot be read."""

    def __init__(self, file: io.BufferedIOBase, layout: Layout, encoding: str) -> None:
        super().__init__()
        self._rows = self._mended(file, layout, encoding)
        self._left = b""
        self.damaged: list[str] = []
        self.plain = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        parts, length = [self._left], len(self._left)
        while (size < 0 or length < size) and (part := next(self._rows, b"")):
            parts.append(part)
            length += len(part)
        whole = b"".join(parts)
        cut = len(whole) if size < 0 else size
        self._left = whole[cut:]
        return whole[:cut]

    def _mended(self, file: io.BufferedIOBase, layout: Layout, encoding: str) -> Iterator[bytes]:
        kept: list[bytes] = []

        def lines() -> Iterator[str]:
            for line in file:
                kept.append(line if line.endswith(b"\n") else line + b"\n")
                yield line.decode("latin-1")  # commas, marks and line ends are the same bytes in all that is read

        for cells, number in records(lines(), layout.delimiter, stands=layout.stands, fits=layout.fits):
            taken = kept[: max(number, 1)]
            del kept[: max(number, 1)]
            if number:
                yield b"".join(taken)
            elif layout.is_row(cells):
                self.plain += 1
                quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
                yield (layout.delimiter.join(quoted) + "\n").encode("latin-1")
            else:
                self.damaged.append(taken[0].decode(encoding, errors="replace").rstrip("\r\n"))
                cell = (_MARK + layout.delimiter) if len(layout.header) == 1 else _MARK
                yield cell.encode() + b"\n"


@dataclass
class _Misfits:
    """Collects the rows that have too many or too few cells; in the quick ways one is an error."""

    mode: _Mode
    rows: list[tuple[int, str]] = field(default_factory=list)

    def __call__(self, row: Any) -> str:
        # An error stops Arrow at once, and the next mode is tried; skipping is only safe when rows are
        # numbered, in one thread.
        if self.mode != "careful":
            return "error"
        # Arrow counts rows from one, those it skips included.
        self.rows.append((int(row.number) - 1, str(row.text)))
        return "skip"


def _parsed(file: Any, text: Text, layout: Layout, encoding: str, misfits: _Misfits) -> pd.DataFrame:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.csv as pc  # noqa: PLC0415

    names = list(layout.header)
    with text.open(layout.body) as start:
        head = start.read(_SAMPLE_BYTES)
    # Arrow refuses a file without rows; a header alone is a table of no rows here.
    if not head.strip(b"\r\n"):
        return pd.DataFrame({name: pd.Series([], dtype=TEXT) for name in names})
    repeating = _repeating(head, layout, encoding)
    # texts become numbers of categories while they are parsed: no other way takes as little room
    types = {name: pa.dictionary(pa.int32(), pa.string()) if name in repeating else pa.string() for name in names}
    quick = misfits.mode == "quick"
    table = pc.read_csv(
        file,
        read_options=pc.ReadOptions(
            use_threads=misfits.mode != "careful", column_names=names, block_size=_BLOCK_BYTES, encoding=encoding
        ),
        parse_options=pc.ParseOptions(
            delimiter=layout.delimiter, newlines_in_values=not quick, invalid_row_handler=misfits
        ),
        # Nothing is null to Arrow: which words mean "no value" is decided column by column later.
        convert_options=pc.ConvertOptions(column_types=types, strings_can_be_null=False),
    )
    chunks = {name: table.column(position) for position, name in enumerate(names)}
    del table
    # Each column is let go as it is turned: otherwise the table would lie in memory twice.
    cells = pd.DataFrame({name: _column(chunks.pop(name)) for name in names}, copy=False)
    release_memory()
    return cells


def release_memory() -> None:
    """Give memory that Arrow and the C library keep for later back to the system."""
    if "pyarrow" in sys.modules:
        sys.modules["pyarrow"].default_memory_pool().release_unused()
    # glibc alone keeps what is freed between two tables that stay: of a national file a quarter of the whole
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def _repeating(block: bytes, layout: Layout, encoding: str) -> set[str]:
    """Name the columns whose texts repeat, so that they are kept as categories."""
    text = block.decode(encoding, errors="replace")
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter):
            rows.append(row)
            if len(rows) == _SAMPLE_ROWS:
                break
    except csv.Error:
        return set()
    # The last row may be cut by the end of the sample. Short files do not need categories.
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
    # Every block has numbered its texts for itself; the numbers must mean the same before they are
    # joined.
    whole = chunks.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0) if whole.num_chunks else pa.array([], type=chunks.type)
    categories = pd.Index(_text_array(pa.chunked_array([whole.dictionary])), dtype=TEXT)
    codes = whole.indices.to_numpy(zero_copy_only=False)
    return pd.Series(pd.Categorical.from_codes(codes, categories=categories))


def _swallows(text: str, layout: Layout) -> bool:
    """Tell whether a line of a cell, other than its first, begins like a row."""
    # The first line of a cell is its own; a swallowed row can only begin after it.
    lines = text.splitlines()[1:]
    return any(layout.begins_row(parts) for line in lines if len(parts := line.split(layout.delimiter)) > 1)


def swallows_rows(cells: pd.DataFrame, layout: Layout) -> bool:
    """Tell whether some cell looks as if a quotation mark left open had swallowed rows."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    for name in cells.columns:
        column = cells[name]
        texts = column.cat.categories.array if isinstance(column.dtype, pd.CategoricalDtype) else column.array
        words = pa.array(texts) if not hasattr(texts, "__arrow_array__") else texts.__arrow_array__()
        over_lines = pc.filter(words, pc.match_substring(words, "\n"))
        if any(_swallows(text, layout) for text in over_lines.to_pylist()):
            return True
    return False


def _with_misfits(
    cells: pd.DataFrame,
    misfits: list[tuple[int, str]],
    layout: Layout,
    encoding: str,
    *,
    left_open: frozenset[int] = frozenset(),
    plain: int = 0,
) -> TextRows:
    """Put rows that do not fit the header back in their places, cut or filled to its width."""
    if not misfits:
        return TextRows(_without_unnamed(cells, layout), {}, encoding, plain)
    width = len(layout.header)
    damaged: dict[int, tuple[str, str]] = {}
    extra: list[list[str]] = []
    for position, text in misfits:
        # Rows with fewer cells than names, and those with more filled ones, are damaged; empty cells at
        # the end are not.
        row = _cells_of(text, layout.delimiter, plain=position in left_open)
        if position in left_open:
            damaged[position] = _OPEN
        elif any(cell.strip() for cell in row[width:]):
            damaged[position] = ("has more cells than the header", "quote cells that hold the separator")
        elif len(row) < layout.named:
            damaged[position] = ("has fewer cells than the header", "fill in what is missing, or add empty cells")
        if any(cell.strip() for cell in row[width:]):
            row = [*row[: width - 1], layout.delimiter.join(row[width - 1 :])]  # nothing of the row is lost
        extra.append(([*row, *[""] * width])[:width])
    late = pd.DataFrame(extra, columns=list(layout.header), dtype=TEXT)
    # Row numbers of the account must be those of the file: misfits go back to where they stood.
    order = np.empty(len(cells) + len(late), dtype=np.intp)
    misplaced = np.zeros(len(order), dtype=bool)
    misplaced[[position for position, _ in misfits]] = True
    order[~misplaced] = np.arange(len(cells))
    order[misplaced] = len(cells) + np.arange(len(late))
    whole = late
    if len(cells):  # a column at a time is slow where there are very many, as in a file that is all header
        whole = pd.DataFrame(
            {name: pd.concat([as_text(cells[name]), late[name]], ignore_index=True).astype(TEXT) for name in cells}
        )
    whole = whole.take(order).reset_index(drop=True)
    return TextRows(_without_unnamed(whole, layout), damaged, encoding, plain)


def _cells_of(text: str, delimiter: str, *, plain: bool) -> list[str]:
    quoting: Any = csv.QUOTE_NONE if plain else csv.QUOTE_MINIMAL
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting), [])
    except csv.Error:
        return [text]


def _without_unnamed(cells: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Leave out columns to the right that have neither a name nor a value."""
    idle = [name for name in layout.header[layout.named :] if blank(cells[name]).all()]
    return cells.drop(columns=idle) if idle else cells

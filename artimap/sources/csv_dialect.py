"""How a text table is laid out: its encoding, its separator, where its header is, where rows begin and end."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from artimap.core.errors import DataError
from artimap.sources.raw_table import header_names

Score = Callable[[Sequence[str]], float]
Judge = Callable[[Sequence[str]], bool]

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
# Decisions are taken on the first megabyte: enough rows to be sure, and the same effort for a file of
# any size.
_HEAD_BYTES = 1 << 20
_HEAD_ROWS = 40
_SURE = 0.7
_TITLE_ROWS = 8
_MOST_LINES = 200
"""A row over more lines than this is no row, but a quotation mark that was left open."""
_NEARLY_ALL = 0.8


@dataclass(frozen=True, slots=True)
class Text:
    """A text file: where it is, or its bytes where they had to be changed to be read.

    Attributes
    ----------
    path
        The file.
    content
        Its bytes, where they are not those of the file.
    encoding
        How these bytes are text; ``named`` is what the file itself is in.
    """

    path: Path
    content: bytes | None
    encoding: str
    named: str

    def open(self, start: int = 0) -> io.BufferedIOBase:
        """Open it at a byte."""
        file: io.BufferedIOBase = io.BytesIO(self.content) if self.content is not None else self.path.open("rb")
        file.seek(start)
        return file


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text file is laid out.

    Attributes
    ----------
    encoding, delimiter
        How its bytes are text, and what parts its cells.
    header
        Names of the columns; ``named`` of them, from the left, have a name in the file.
    header_row
        The line on which the header ends.
    body
        The byte at which the rows below the header begin.
    labels
        Headings above a row of hashtags, by column.
    valued
        Positions of the cells that begin with a digit in nearly every row: by them a line is known as a row.
    """

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    named: int
    header_row: int
    body: int
    labels: dict[str, str]
    valued: frozenset[int]

    def fits(self, cells: Sequence[str]) -> bool:
        """Tell whether a row has as many cells as the header."""
        # Empty cells beyond the header are what spreadsheets write; filled ones are a row that fell
        # apart.
        return self.named <= len(cells) and not any(cell.strip() for cell in cells[len(self.header) :])

    def is_row(self, cells: Sequence[str]) -> bool:
        """Tell whether cells look like a whole row: as many as the header has, values where values use to be."""
        return self.fits(cells) and self.begins_row(cells)

    def stands(self, line: str) -> bool:
        """Tell whether a line is a row by itself, or is one for certain up to its first quotation mark."""
        cells = _alone(line, self.delimiter)
        if cells is not None:
            return self.is_row(cells)
        # The cell with the quotation mark is not whole, so it does not count.
        before = line.split('"', 1)[0].split(self.delimiter)[:-1]
        return sum(place < len(before) for place in self.valued) > 1 and self.begins_row(before)

    def begins_row(self, cells: Sequence[str]) -> bool:
        """Tell whether cells look like the first ones of a row."""
        there = [cells[place] for place in self.valued if place < len(cells)]
        # No column has values by which a row is known: then two cells are all that can be asked for.
        if not there:
            return len(cells) > 1 and not self.valued
        return all(is_value(cell) for cell in there if cell.strip()) and any(is_value(cell) for cell in there)


def open_text(path: Path) -> Text:
    """Open a file as text: tell its encoding, and make UTF-16 and line ends of old into what can be read.

    Raises
    ------
    DataError
        If it is empty or no text.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head.strip(b"\xef\xbb\xbf \r\n\t"):
        msg = f"{path} is empty; write a template with: artimap template events"
        raise DataError(msg)
    # Excel saves "Unicode text" as UTF-16. What follows looks for commas and line ends in bytes, so the
    # whole is turned into UTF-8.
    for mark, name in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if head.startswith(mark):
            try:
                return Text(path, path.read_bytes().decode(name).encode("utf-8"), "utf-8", name)
            except UnicodeDecodeError as error:
                msg = f"{path} begins like UTF-16 but is not ({error.reason}); save the table as CSV (UTF-8)"
                raise DataError(msg) from error
    # After UTF-16, which is full of zero bytes.
    if b"\x00" in head:
        msg = f"{path} is not a text file; save the table as CSV (UTF-8)"
        raise DataError(msg)
    encoding = _encoding_of(head, whole=len(head) < _HEAD_BYTES)
    # Line ends of the old Macintosh, still written by some versions of Excel for it.
    if b"\r" in head and b"\n" not in head:
        return Text(path, path.read_bytes().replace(b"\r", b"\n"), encoding, encoding)
    return Text(path, None, encoding, encoding)


def _encoding_of(head: bytes, *, whole: bool) -> str:
    # Five bytes mean nothing in Windows-1252; Latin-1 takes any byte, so it comes last.
    for name in ("utf-8", "cp1252"):
        try:
            head.decode(name)
        except UnicodeDecodeError as error:
            if name == "utf-8" and not whole and error.start >= len(head) - 4:
                return name  # a character cut by the end of the head is no fault
        else:
            return name
    return "latin-1"


def find_layout(text: Text, *, score: Score) -> Layout:
    """Find the separator and the header of a text table.

    Raises
    ------
    DataError
        If its first line has no end, or there is no row in it.
    """
    with text.open() as file:
        head = file.read(_HEAD_BYTES)
    # The mark of UTF-8 would become part of the first column's name.
    start = 3 if head.startswith(b"\xef\xbb\xbf") else 0
    whole = len(head) < _HEAD_BYTES
    lines = head[start:].splitlines(keepends=True)
    if not whole and len(lines) > 1:
        lines = lines[:-1]  # cut by the end of the head
    elif not whole:
        msg = f"{text.path} cannot be read as CSV: its first line does not end within 1 MB"
        raise DataError(msg)
    # A letter that is cut or wrong must not stop the layout: the rows are decoded strictly later.
    texts = [line.decode(text.encoding, errors="replace") for line in lines]
    delimiter, rows = _delimiter(text.path, texts, score=score)
    at = find_header([row for row, _ in rows], score=score)
    header = rows[at][0]
    labels: dict[str, str] = {}
    names = header_names(header)
    named = max((place + 1 for place, cell in enumerate(header) if cell.strip()), default=len(header))
    if at and is_tags(header):
        labels = {name: label.strip() for name, label in zip(names, rows[at - 1][0], strict=False)}
    # Rows that are too short say nothing of which columns hold values.
    below = [row for row, _ in rows[at + 1 :] if len(row) >= named]
    valued = frozenset(
        place
        for place in range(named)
        if below and sum(is_value(row[place]) for row in below) >= _NEARLY_ALL * len(below)
    )
    # In bytes, so that Arrow can begin there without decoding what is above.
    body = start + sum(len(line) for line in lines[: rows[at][1]])
    return Layout(text.encoding, delimiter, tuple(names), named, rows[at][1], body, labels, valued)


def records(
    lines: Iterable[str], delimiter: str, *, stands: Callable[[str], bool], fits: Judge | None = None
) -> Iterator[tuple[list[str], int]]:
    """Part lines into rows, of which some may go over several lines; one bad line costs no other.

    Parameters
    ----------
    lines
        The lines, with their ends.
    delimiter
        What parts the cells.
    stands
        Tells whether one line is for certain the beginning of a row: a row that would swallow such a line holds
        a quotation mark that is opened and not closed. So does one that goes on for 200 lines or to the end.
    fits
        Tells whether a row that goes over several lines may be one.

    Yields
    ------
    tuple
        The cells, and the number of lines that they take. 0 lines: the next line opens a quotation mark
        that is not closed; its cells are given with quotation marks as plain text, and it counts as one line.
    """
    source = iter(lines)
    waiting: list[str] = []  # lines looked at already, to be read again
    while True:
        taken: list[str] = []
        row = _one(source, waiting, taken, delimiter, stands)
        if not taken:
            return
        # A row over several lines must fit the header. If it does not, its quotation mark was never
        # meant to be closed where it was.
        if row is not None and (len(taken) == 1 or fits is None or fits(row)):
            yield row, len(taken)
            continue
        plain = csv.reader([taken[0]], delimiter=delimiter, quoting=csv.QUOTE_NONE)
        try:
            cells = next(plain, [])
        except csv.Error:
            cells = [taken[0]]
        yield cells, 0
        # Only the first line is given up: the others are rows again.
        waiting = taken[1:] + waiting


def _one(
    source: Iterator[str], waiting: list[str], taken: list[str], delimiter: str, stands: Callable[[str], bool]
) -> list[str] | None:
    """Read one row, noting the lines taken; None where its quotation mark is not closed."""
    ended = False

    def feed() -> Iterator[str]:
        nonlocal ended
        while len(taken) < _MOST_LINES:
            line = waiting.pop(0) if waiting else next(source, None)
            if line is None:
                break
            taken.append(line)
            # A line that is a row by itself was about to be swallowed: the quotation mark before it is
            # open.
            if len(taken) > 1 and stands(line):
                break
            yield line
        ended = True

    try:
        row = next(csv.reader(feed(), delimiter=delimiter), None)
    except csv.Error:
        return None
    # A quotation mark that closes is followed by the end of its cell. Where it is not, it opens one of its own, and
    # the one before it was left open.
    return None if ended or (len(taken) > 1 and not _closes(taken, delimiter)) else row


def _closes(lines: Sequence[str], delimiter: str) -> bool:
    try:
        next(csv.reader(lines, delimiter=delimiter, strict=True), None)
    except csv.Error:
        return False
    return True


def _alone(line: str, delimiter: str) -> list[str] | None:
    """Give the cells of a line; None where its quotation marks do not close."""
    # With an empty line after it: a reader that goes on to the second one has an open quotation mark.
    reader = csv.reader([line, ""], delimiter=delimiter)
    try:
        cells = next(reader, [])
    except csv.Error:
        return None
    return cells if reader.line_num == 1 else None


def _rows(texts: list[str], delimiter: str, *, score: Score) -> list[tuple[list[str], int]]:
    """Give the first rows with the number of the line on which each ends."""
    out: list[tuple[list[str], int]] = []
    line = 0
    # While the separator is not known, only a line that looks like a header can be told from the inside
    # of a quoted cell.
    for row, lines in records(texts, delimiter, stands=lambda line: score(_alone(line, delimiter) or []) >= _SURE):
        line += max(lines, 1)
        if any(cell.strip() for cell in row):
            out.append((row, line))
        if len(out) == _HEAD_ROWS:
            break
    return out


def _delimiter(path: Path, texts: list[str], *, score: Score) -> tuple[str, list[tuple[list[str], int]]]:
    """Choose the mark that gives a known header, or else cuts most rows into the same number of cells."""
    best: tuple[tuple[float, float, int], str, list[tuple[list[str], int]]] | None = None
    for mark in DELIMITERS:
        rows = _rows(texts, mark, score=score)
        if not rows:
            continue
        widths = [len(row) for row, _ in rows]
        # The commonest width, but one cell a row is no width: every text has that with a wrong
        # separator.
        usual = max(set(widths), key=lambda width: (widths.count(width) * (width > 1), width))
        known = max(score([cell for cell in row if cell.strip()]) for row, _ in rows[:_TITLE_ROWS])
        # A known header decides; without one the evenness of the rows; on a tie the separator that
        # makes more cells.
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
    # "#" alone may be a column of numbers; a tag has a letter after it.
    tags = [cell for cell in filled if len(cell) > 2 and cell[0] == "#" and cell[1].isalpha() and " " not in cell[:4]]
    return len(tags) >= 2 and len(tags) * 2 >= len(filled)


def is_value(cell: str) -> bool:
    """Tell whether a cell begins with a digit, as numbers, days and coordinates do."""
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
        # The first sure one: rows of data can look like a header too, and scoring is not free.
        if scores[-1] >= _SURE:
            break
    best = int(np.argmax(scores))
    if scores[best] >= 0.5:
        return best
    # A title has one or two cells, a header about as many as the rows, and no numbers.
    widths = [sum(bool(cell.strip()) for cell in row) for row in rows]
    usual = float(np.median(widths))
    for at, row in enumerate(rows):
        if widths[at] >= max(1.0, 0.6 * usual) and not any(is_value(cell) for cell in row):
            return at
    return 0

"""CSV as people make them: any encoding, any separator, a title above the header, a quote left open.

Every decision is taken on the file, not on its name, and is reported.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

from artimap.core.errors import DataError
from artimap.sources.csv_dialect import DELIMITERS, Layout, Score, Text, find_layout, open_text
from artimap.sources.csv_rows import TextRows, mend_rows, read_rows, swallows_rows
from artimap.sources.raw_table import Raw, blank

_MOST_BYTES = 8 << 30
_QUOTE, _LINE_END = ord('"'), ord("\n")


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
        Every row. Rows with too many or too few cells, and rows that open a quotation mark and do not close
        it, stand in ``damaged``.

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
        text = open_text(path)
        layout = find_layout(text, score=score)
        rows = _rows(text, layout)
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror or error}"
        raise DataError(msg) from error
    # Files that were turned into UTF-8 are told by what they were.
    encoding = rows.encoding if text.named == text.encoding else text.named
    notes = [f"encoding {encoding}", f"delimiter {DELIMITERS[layout.delimiter]}"]
    if layout.header_row > 1:
        notes.append(f"header on row {layout.header_row}: the rows above it are not data")
    if rows.plain:
        notes.append(f"quotation marks opened and not closed were read as plain text in {rows.plain} rows")
    # Blank rows are left out of the count: the user does not see them as rows, and every one would be
    # rejected.
    cells, damaged, empty = _without_blank_rows(rows.cells, rows.damaged)
    if empty:
        notes.append(f"{empty} blank rows are not counted as rows")
    return Raw(path.name, cells, tuple(notes), damaged, layout.labels)


def _rows(text: Text, layout: Layout) -> TextRows:
    """Read the rows as they stand; where a quotation mark is left open, once more line by line."""
    with ThreadPoolExecutor(1) as pool:  # going through a large file is work enough: it is done beside
        counted = pool.submit(_count, text, layout.body)
        try:
            rows = read_rows(text, layout)
        # An even number of quotation marks may still be placed wrongly, so any mark at all is worth the
        # slow way.
        except DataError:
            if not counted.result()[0]:
                raise
            return mend_rows(text, layout)
        quotes, lines = counted.result()
    # More line ends than rows: some cell goes over several lines, or has swallowed rows. The look into
    # the cells is dear, and spared where the numbers agree.
    cells_over_lines = quotes and lines > len(rows.cells)
    if quotes % 2 or (cells_over_lines and swallows_rows(rows.cells, layout)):
        return mend_rows(text, layout)
    return rows


def _count(text: Text, start: int) -> tuple[int, int]:
    """Count the quotation marks (where every one is closed their number is even) and the line ends."""
    quotes = lines = 0
    with text.open(start) as file:
        while block := file.read(1 << 24):
            there = np.frombuffer(block, dtype=np.uint8)
            quotes += int(np.count_nonzero(there == _QUOTE))
            lines += int(np.count_nonzero(there == _LINE_END))
    return quotes, lines


def _without_blank_rows(
    cells: pd.DataFrame, damaged: dict[int, tuple[str, str]]
) -> tuple[pd.DataFrame, dict[int, tuple[str, str]], int]:
    """Leave out rows of nothing but separators."""
    empty = np.ones(len(cells), dtype=bool)
    for name in cells.columns:
        # As soon as no row can be blank any more, the other columns are spared.
        if not empty.any():
            return cells, damaged, 0
        empty &= blank(cells[name])
    number = int(empty.sum())
    if not number:
        return cells, damaged, 0
    # Positions of damaged rows move up by the blank rows before them.
    moved = np.cumsum(~empty) - 1
    kept = {int(moved[row]): why for row, why in damaged.items() if not empty[row]}
    return cells[~empty].reset_index(drop=True), kept, number

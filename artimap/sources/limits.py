"""How much of a file is read: more is refused before any work, with the name of the limit and how to raise it."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from artimap.core.errors import DataError
from artimap.core.schema import TEXT
from artimap.sources.raw_table import Raw, as_text


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits. Each is raised by an environment variable of its name: ``ARTIMAP_MOST_CELLS=20000000``.

    Attributes
    ----------
    most_cells
        Cells of a workbook, from the first to the last that is filled.
    most_rows
        Rows of a text table.
    most_columns
        Columns of a table.
    most_letters
        Letters of a cell; what goes beyond is cut, and told.
    most_unpacked_mb
        What a workbook may unpack to, in MB.
    most_memory_mb
        Memory for taking a workbook apart, in MB.
    most_seconds
        How long that may take.
    """

    most_cells: int = 6_000_000
    most_rows: int = 20_000_000
    most_columns: int = 2_000
    most_letters: int = 32_768
    most_unpacked_mb: int = 512
    most_memory_mb: int = 900
    most_seconds: int = 300


def raise_by(name: str) -> str:
    """Say how a limit is raised.

    >>> raise_by("most_rows")
    'set ARTIMAP_MOST_ROWS to a larger number to read it nevertheless'
    """
    return f"set ARTIMAP_{name.upper()} to a larger number to read it nevertheless"


def limits() -> Limits:
    """Give the limits, raised where the environment says so.

    Raises
    ------
    DataError
        If such a variable holds no whole number.
    """
    stated = {one.name: os.environ.get(f"ARTIMAP_{one.name.upper()}", "") for one in fields(Limits)}
    for name, value in stated.items():
        if value and not value.isdecimal():
            msg = f"ARTIMAP_{name.upper()} is {value!r}: it must be a whole number"
            raise DataError(msg)
    return Limits(**{name: int(value) for name, value in stated.items() if value})


_LOOK = 1 << 20


def _lines_at(file: BinaryIO, at: int) -> int:
    file.seek(at)
    return file.read(_LOOK).count(b"\n")


def check_lines(path: Path, columns: int) -> None:
    """Refuse a text with more lines than are read, or of one column only, before its rows are read.

    Raises
    ------
    DataError
        If it is one.
    """
    size = path.stat().st_size
    # A table of incidents has a day and something else: a long list of single words is none.
    if columns == 1 and size > 1 << 20:
        msg = f"{path} has one column only: it is no table of incidents, or its cells are parted by an unknown sign"
        raise DataError(msg)
    most = limits().most_rows
    if size <= most:
        return
    lines = 0
    with path.open("rb") as file:
        # Far fewer lines by three looks into it: counting half a gigabyte would cost as much as half of reading it.
        if (
            size > 3 * _LOOK
            and max(_lines_at(file, at) for at in (0, size // 2, size - _LOOK)) * size / _LOOK < most / 8
        ):
            return
        file.seek(0)
        while block := file.read(1 << 24):
            lines += block.count(b"\n")
            if lines > most:
                msg = f"{path} has more than {most:,} lines; split it by year, or {raise_by('most_rows')}"
                raise DataError(msg)


def check_columns(name: str, columns: int) -> None:
    """Refuse a table with more columns than are read: to say what each of them is would take minutes.

    Raises
    ------
    DataError
        If it has more.
    """
    most = limits().most_columns
    if columns > most:
        msg = f"{name} has {columns:,} columns, which no table of reports has; leave out what lies beside the table, "
        raise DataError(msg + f"or {raise_by('most_columns')}")


def cut_cells(raw: Raw) -> Raw:
    """Cut cells that are longer than any report, and say so: what reads a cell must not take hours for one."""
    most = limits().most_letters
    cut, cells = [], raw.cells
    for name in raw.columns:
        column = cells[name]
        texts = column.cat.categories.to_series() if hasattr(column, "cat") else column
        long = (texts.astype(TEXT).str.len() > most).fillna(value=False)
        if long.any():
            if cells is raw.cells:
                cells = raw.cells.copy(deep=False)
            plain = as_text(column)
            cells[name] = plain.str.slice(0, most)
            cut.append(f"{name} ({int(np.count_nonzero((plain.str.len() > most).fillna(value=False)))})")
    if not cut:
        return raw
    told = f"cells of more than {most:,} letters were cut there: {', '.join(cut)}; {raise_by('most_letters')}"
    return replace(raw, cells=cells).noting(told)

"""Workbooks: all sheets with the same heading, headings of two rows, merged cells, totals and notes below."""

from __future__ import annotations

import importlib.util
import json
import re
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from artimap.core.errors import DataError
from artimap.core.schema import TEXT
from artimap.sources.csv_dialect import Score, find_header, is_tags, is_value
from artimap.sources.limits import limits, raise_by
from artimap.sources.raw_table import Raw, folded, header_names

_WORKER: Final = Path(__file__).with_name("sheet_worker.py")
_SHOWN: Final = 40
_DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, EOFError, RuntimeError, struct.error
)  # fmt: skip
# What closes a table and is no row of it. Deliberately whole words: "Totalité des passagers" is a report.
_TOTAL: Final = re.compile(
    r"(?:grand |sous[- ]?|sub[- ]?)?(?:totals?|totaux|somme|sum|ansanm)(?:\s+(?:g[ée]n[ée]ral|du mois|jeneral))?\s*:?",
    re.IGNORECASE,
)
_REMARK: Final = re.compile(r"(?:sources?|sous|notes?|nb|n\.b\.|légende|legend|remarques?|\*)\s*[:.*]", re.IGNORECASE)
_NOT_A_ROW: Final = ("is no row but a total or a note below the table", "nothing: it is not counted as a report")


@dataclass(frozen=True, slots=True)
class _WorkbookSheet:
    """One sheet: its rows, and what is merged in it (first row, first column, last row, last column)."""

    name: str
    rows: list[list[str]]
    merged: list[list[int]]


@dataclass(frozen=True, slots=True)
class _SheetTable:
    """One sheet as a table."""

    name: str
    header: list[str]
    rows: list[list[str]]
    damaged: dict[int, tuple[str, str]]
    labels: dict[str, str]
    notes: list[str]
    score: float


def read_workbook(path: Path, *, score: Score, sheet: str | None = None) -> Raw:
    """Read a spreadsheet: XLSX, XLSB, XLS or ODS.

    Parameters
    ----------
    path
        The workbook.
    score
        Tells how much a list of cells looks like a header.
    sheet
        The sheet, where only one is to be read; else all that have the heading of the one that looks
        most like a known format.

    Returns
    -------
    Raw
        The rows of these sheets, one sheet after the other; the notes name each sheet that was not read.

    Raises
    ------
    DataError
        If it is damaged, empty, or larger than the limits of :mod:`artimap.sources.limits`.
    """
    _check_parts(path)
    pages = [page for one in _sheets(path, sheet) if (page := _page(one, score)) is not None]
    if not pages:
        msg = f"{path} is empty; write a template with: artimap template events"
        raise DataError(msg)
    # A sheet with no row below its heading is no table, whatever its heading; max takes the first of equals.
    chosen = max(pages, key=lambda page: (bool(page.rows), page.score))
    heading = [folded(name) for name in chosen.header]
    alike = [page for page in pages if [folded(name) for name in page.header] == heading]
    others = [page for page in pages if page not in alike and page.rows]
    body: list[list[str]] = []
    damaged: dict[int, tuple[str, str]] = {}
    where = []
    for page in alike:
        damaged |= {len(body) + at: why for at, why in page.damaged.items()}
        if page.rows:
            where.append(f"{page.name!r} (rows {len(body) + 1} to {len(body) + len(page.rows)})")
        body += page.rows
    notes = (
        [f"sheet {chosen.name!r}"] if len(pages) == 1 else [f"of {len(pages)} sheets with cells: {', '.join(where)}"]
    )
    notes += [note for page in alike for note in page.notes]
    if others:
        told = ", ".join(f"{page.name!r} ({len(page.rows)} rows)" for page in others)
        notes.append(f"not read, for they have another heading: {told}")
    cells = pd.DataFrame(body, columns=chosen.header, dtype=TEXT)
    return Raw(path.name, cells, tuple(dict.fromkeys(notes)), damaged, chosen.labels)


def parts_of(path: Path) -> list[str]:
    """Name what a zip holds.

    Raises
    ------
    DataError
        If it is damaged.
    """
    try:
        with zipfile.ZipFile(path) as file:
            return file.namelist()
    except _DAMAGED as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: BaseException) -> DataError:
    return DataError(f"{path} is not a text file but a damaged zip or workbook ({error}); save the table again")


def _check_parts(path: Path) -> None:
    """Look into a zip before anything is unpacked.

    Raises
    ------
    DataError
        If it is no workbook, or would unpack to more than is read.
    """
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            return
    try:
        with zipfile.ZipFile(path) as file:
            parts = file.infolist()
            names = {one.filename for one in parts}
            size = sum(one.file_size for one in parts)
            # XLSX, XLSB and ODS are zips with these members; a zip of CSV files has none.
            if not names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
                inside = ", ".join(sorted(names)[:3])
                msg = (
                    f"{path} is a zip archive ({inside} …), whatever its name says; unpack it and read the table inside"
                )
                raise DataError(msg)
            if size > limits().most_unpacked_mb << 20:
                msg = (
                    f"{path} unpacks to {size >> 20} MB, too large for a spreadsheet; save the table as CSV (UTF-8), "
                    f"or {raise_by('most_unpacked_mb')}"
                )
                raise DataError(msg)
            for one in parts:
                if one.filename.startswith("xl/worksheets/") and one.filename.endswith(".xml"):
                    _check_extent(path, file, one.filename)
    except _DAMAGED as error:
        raise _damaged(path, error) from error


_CELL: Final = re.compile(rb'<c [^>]{0,40}?r="([A-Z]+)(\d+)"')


def _check_extent(path: Path, file: zipfile.ZipFile, part: str) -> None:
    """Refuse a sheet whose cells lie so far apart that what is between them would fill the memory.

    Raises
    ------
    DataError
        If it is one; the message names the cell that lies farthest out.
    """
    rows = columns = 0
    farthest = b""
    with file.open(part) as stream:
        rest = b""
        while block := stream.read(1 << 22):
            for letters, digits in _CELL.findall(rest + block):
                if len(letters) > 3 or len(digits) > 7:
                    rows, columns, farthest = 1 << 40, 1 << 40, letters[:10] + digits[:10]
                    break
                number = 0
                for letter in letters:
                    number = number * 26 + letter - 64
                row = int(digits)
                if row > rows or number > columns:
                    farthest = letters + digits
                rows, columns = max(rows, row), max(columns, number)
            rest = block[-64:]
    if rows * columns > limits().most_cells:
        msg = (
            f"{path} reaches to cell {farthest.decode()}: that is more than {limits().most_cells:,} cells; delete what "
            f"lies far from the table, save the table as CSV (UTF-8), or {raise_by('most_cells')}"
        )
        raise DataError(msg)


def _sheets(path: Path, sheet: str | None) -> list[_WorkbookSheet]:
    """Take a workbook apart in a process of its own.

    Raises
    ------
    DataError
        If it is damaged, or takes more memory or time than it may.
    """
    if sys.modules.get("python_calamine", 0) is None or importlib.util.find_spec("python_calamine") is None:
        msg = f"{path} is a spreadsheet: reading it needs pip install python-calamine; or save it as CSV"
        raise DataError(msg)
    bounds = limits()
    with tempfile.TemporaryDirectory(prefix="artimap-") as folder:
        out = Path(folder) / "sheets.jsonl"
        asked = [str(path), str(out), str(bounds.most_cells), str(bounds.most_memory_mb), *([sheet] if sheet else [])]
        try:
            done = subprocess.run(  # noqa: S603 - our own script, with the paths as they are
                [sys.executable, "-P", str(_WORKER), *asked], capture_output=True, timeout=bounds.most_seconds,
                check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            msg = f"{path} takes longer than {bounds.most_seconds} seconds to open; {raise_by('most_seconds')}"
            raise DataError(msg) from error
        if done.returncode == 3:
            why = done.stderr.decode(errors="replace")
            hint = f", or {raise_by('most_cells')}" if why.startswith("has more than") else ""
            msg = f"{path} cannot be read as a spreadsheet ({why[:200]}); save the table as CSV (UTF-8){hint}"
            raise DataError(msg)
        if done.returncode:
            msg = (
                f"{path} cannot be read as a spreadsheet (it is damaged, or takes more than {bounds.most_memory_mb} MB "
                f"to open); save the table as CSV (UTF-8), or {raise_by('most_memory_mb')}"
            )
            raise DataError(msg)
        found: list[_WorkbookSheet] = []
        # Most cells of a table are repeated: one text serves for all of them.
        kept: dict[str, str] = {}
        with out.open(encoding="utf-8") as file:
            for line in file:
                content = json.loads(line)
                if isinstance(content, dict):
                    found.append(_WorkbookSheet(content["sheet"], [], content["merged"]))
                else:
                    found[-1].rows.append([kept.setdefault(cell, cell) for cell in content])
    return found


def _page(sheet: _WorkbookSheet, score: Score) -> _SheetTable | None:
    """Find heading and rows of a sheet; null where it is empty."""
    filled, count = _filled_down(sheet)
    rows = [row for row in filled if any(row)]
    if not rows:
        return None
    at = find_header(rows[:_SHOWN], score=score)
    header, body = rows[at], rows[at + 1 :]
    notes = []
    if at:
        notes.append(f"header on filled row {at + 1}: the rows above it are not data")
    if body and _is_second_heading(header, body[0]):
        header, body = _joined(header, body[0]), body[1:]
        notes.append(f"the heading has two rows: {', '.join(name for name in header if name)}")
    width = max(len(row) for row in (header, *body))
    # A sheet may have formatted but empty columns to the right: columns count up to the last one with a
    # name or a value.
    used = max(max((place + 1 for place, cell in enumerate(row) if cell), default=0) for row in (header, *body))
    names = header_names(([*header, *[""] * width])[:used])
    body = [([*row, *[""] * width])[:used] for row in body]
    if count:
        notes.append(f"{count} cells were filled from the merged cells that they belong to")
    # The row above hashtags holds the headings for people.
    labels = dict(zip(names, rows[at - 1], strict=False)) if at and is_tags(rows[at]) else {}
    damaged = dict.fromkeys(_below_table(body), _NOT_A_ROW)
    return _SheetTable(sheet.name, names, body, damaged, labels, notes, score([cell for cell in header if cell]))


def _filled_down(sheet: _WorkbookSheet) -> tuple[list[list[str]], int]:
    """Give each row the value of the cell that was merged over it; a day stands for all rows beside it."""
    rows, count = [list(row) for row in sheet.rows], 0
    for top, left, bottom, right in sheet.merged:
        if left != right or top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        for row in rows[top + 1 : bottom + 1]:
            # What closes the table may be merged too: only rows that hold something else are filled.
            if left < len(row) and not row[left] and any(row) and not _TOTAL.fullmatch(value):
                row[left] = value
                count += 1
    return rows, count


def _is_second_heading(header: Sequence[str], below: Sequence[str]) -> bool:
    """Tell whether the row below a heading goes on with it: names under its gaps, and no value at all."""
    width = max((at + 1 for at, cell in enumerate(header) if cell), default=0)
    gaps = [at for at in range(min(len(below), max(width, len(below)))) if not (header[at] if at < len(header) else "")]
    return any(below[at] for at in gaps) and not any(is_value(cell) for cell in below if cell)


def _joined(header: Sequence[str], below: Sequence[str]) -> list[str]:
    """Make one heading of two rows: the lower name, with the upper one before it where it would stand twice."""
    width = max(len(header), len(below))
    upper, lower = ([*row, *[""] * width][:width] for row in (header, below))
    group, groups = "", []
    for over, under in zip(upper, lower, strict=True):
        # A group's name stands over its first column only; a column without a second name ends it.
        group = over or (group if under else "")
        groups.append(group)
    names = [under or over for over, under in zip(upper, lower, strict=True)]
    return [
        f"{over} {name}" if name and over and over != name and names.count(name) > 1 else name
        for over, name in zip(groups, names, strict=True)
    ]


def _below_table(rows: Sequence[Sequence[str]]) -> list[int]:
    """Give the rows at the end that close the table: totals, sources, remarks."""
    out = []
    for at in range(len(rows) - 1, -1, -1):
        cells = [cell for cell in rows[at] if cell]
        usual = len(rows[at])
        total = bool(cells) and bool(_TOTAL.fullmatch(cells[0]))
        remark = len(cells) == 1 and usual >= 3 and (bool(_REMARK.match(cells[0])) or not is_value(cells[0]))
        if not total and not remark:
            break
        out.append(at)
    return sorted(out)

"""The tables of a report as a workbook: one sheet a table, numbers as numbers, no formula."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from artimap.core.errors import ExtraError
from artimap.core.files import encodable
from artimap.report.blocks import Block, Cell, Facts, Fold, Heading, Listing, Paragraph, ReportSection, TableBlock

_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME = 31
_LONGEST_CELL = 32_767
_WIDEST = 60


def to_xlsx(sections: Iterable[ReportSection], about: Mapping[str, str]) -> bytes:
    """Write the tables of a report as a workbook; what is no table stands on the first sheet as text.

    Raises
    ------
    ExtraError
        If xlsxwriter is not installed.
    """
    try:
        import xlsxwriter  # noqa: PLC0415 - an extra
    except ImportError as error:
        msg = "a workbook needs xlsxwriter: pip install 'artimap[report]'"
        raise ExtraError(msg) from error
    out = io.BytesIO()
    # Words of strangers must never become a formula or a link that is followed at a click.
    keep = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, keep) as book:
        day = dt.datetime.fromisoformat(about["as_of"])
        book.set_properties({"title": about["title"], "author": "artimap", "created": day})
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        given = tuple(sections)
        first = book.add_worksheet(_name(given[0].title, set()))
        used = {first.get_name().casefold()}
        first.set_column(0, 0, 110, plain)
        row = 0
        for section in given:
            first.write_string(row, 0, section.title, head)
            row += 1
            for text in _texts(section.blocks):
                first.write_string(row, 0, text[:_LONGEST_CELL], plain)
                row += 1
            for title, table in _tables(section.title, section.blocks):
                name = _name(title, used)
                used.add(name.casefold())
                _table(book.add_worksheet(name), table, head, plain, point="." if about["lang"] == "en" else ",")
                first.write_string(row, 0, f"→ {name}", plain)
                row += 1
    return out.getvalue()


def _table(sheet: Any, table: TableBlock, head: Any, plain: Any, *, point: str) -> None:
    widths = [len(name) for name in table.head]
    for column, name in enumerate(table.head):
        sheet.write_string(0, column, name, head)
    for row, cells in enumerate(table.rows, start=1):
        for column, parts in enumerate(cells):
            text = _text(parts)
            number = _number(text, point) if column in table.figures else None
            widths[column] = max(widths[column], min(len(text), _WIDEST))
            if number is not None:
                sheet.write_number(row, column, number, plain)
            elif text:
                sheet.write_string(row, column, text[:_LONGEST_CELL], plain)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(width + 2, _WIDEST))
    sheet.freeze_panes(1, 0)
    if table.rows and table.head:
        sheet.autofilter(0, 0, len(table.rows), len(table.head) - 1)


def _tables(title: str, blocks: Iterable[Block]) -> Iterator[tuple[str, TableBlock]]:
    for block in blocks:
        if isinstance(block, Heading):
            title = block.text
        elif isinstance(block, Fold):
            yield from _tables(block.heading.text, block.blocks)
        elif isinstance(block, TableBlock):
            yield title, block


def _texts(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield _text(block.runs)
        elif isinstance(block, Listing):
            yield from (_text(item) for item in block.items)
        elif isinstance(block, Facts):
            yield from (f"{label}: {_text(value)}" for label, value in block.pairs)
        elif isinstance(block, Heading):
            yield f"{block.text} {block.note}".strip()
        elif isinstance(block, Fold):
            yield f"{block.heading.text} {block.heading.note}".strip()
            yield from _texts(block.blocks)


def _text(parts: Cell) -> str:
    return encodable("".join(part.text for part in parts))


def _number(text: str, point: str) -> float | None:
    """Give a figure as a number, where it is one and nothing else."""
    apart = "," if point == "." else "."
    bare = re.sub(r"[\s\u202f\u00a0]", "", text).replace(apart, "").replace(point, ".").replace("\u2212", "-")
    return float(bare) if re.fullmatch(r"-?\d+(\.\d+)?", bare) else None


def _name(title: str, used: set[str]) -> str:
    """Give a sheet a name that a workbook takes and that no other has."""
    base = _NOT_IN_A_NAME.sub(" ", title).strip()[:_LONGEST_NAME] or "-"
    name, number = base, 2
    while name.casefold() in used:
        tail = f" {number}"
        name, number = base[: _LONGEST_NAME - len(tail)] + tail, number + 1
    return name

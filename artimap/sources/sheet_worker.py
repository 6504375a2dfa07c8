"""Take a workbook apart in a process of its own: its parser may abort, and must not take artimap down with it.

Run as a script, with nothing of artimap imported. It writes one line of JSON a sheet and a row.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import Any


def cell_text(cell: Any) -> str:
    """Write a spreadsheet's cell as text, days as YYYY-MM-DD and whole numbers without a point."""
    if cell is None:
        return ""
    # Before numbers: in Python a bool is an int.
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    # Calamine gives every number as a float: 12 must not become "12.0". From 1e15 on a float does not
    # hold every whole number.
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return str(cell).strip()


def _bound(megabytes: int) -> None:
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def take_apart(path: str, out: str, most_cells: int, sheet: str | None) -> None:
    """Write the sheets of a workbook as lines of JSON.

    Parameters
    ----------
    path, out
        The workbook, and the file to write.
    most_cells
        How many cells are written at most.
    sheet
        One sheet only, where it is named.

    Raises
    ------
    ValueError
        If the workbook is damaged or has more cells.
    """
    import python_calamine as calamine  # noqa: PLC0415

    try:
        book = calamine.CalamineWorkbook.from_path(path)
        with open(out, "w", encoding="utf-8") as file:  # noqa: PTH123 - nothing more than needed is imported
            cells = 0
            for name in [sheet] if sheet is not None else book.sheet_names:
                page = book.get_sheet_by_name(name)
                cells += page.total_height * page.total_width
                if cells > most_cells:
                    msg = f"has more than {most_cells:,} cells from its first to its last filled one"
                    raise ValueError(msg)
                merges = getattr(page, "merged_cell_ranges", None) or []
                file.write(json.dumps({"sheet": name, "merged": [[*low, *high] for low, high in merges]}) + "\n")
                # With the empty area kept, columns stand where the user sees them.
                if page.total_height:
                    file.writelines(
                        json.dumps([cell_text(cell) for cell in row], ensure_ascii=True) + "\n"
                        for row in page.to_python(skip_empty_area=False)
                    )
    except calamine.CalamineError as error:
        raise ValueError(str(error)) from error


if __name__ == "__main__":
    _bound(int(sys.argv[4]))
    try:
        take_apart(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[5] if len(sys.argv) > 5 else None)
    except (ValueError, OSError, KeyError) as error:
        sys.stderr.write(str(error))
        sys.exit(3)
    except MemoryError:
        sys.exit(4)

"""The report as PDF: tagged (PDF/UA-1), with its fonts inside, set by typst from plain data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from artimap.core import style
from artimap.core.errors import DataError, ExtraError
from artimap.core.files import encodable
from artimap.report.blocks import ReportSection
from artimap.report.writers.plain import to_plain
from artimap.report.writers.widths import column_widths


def to_pdf(
    sections: Iterable[ReportSection], about: Mapping[str, str], *, picture: bytes, words: Mapping[str, str]
) -> bytes:
    """Write a report as PDF; same input, same bytes.

    Parameters
    ----------
    sections, about
        As in :func:`artimap.report.writers.plain.to_plain`.
    picture
        The strip map, as PNG.
    words
        ``contents`` and ``footer`` in the language of the report.

    Raises
    ------
    ExtraError
        If typst is not installed.
    DataError
        If typst refuses what it was given.
    """
    try:
        import typst  # noqa: PLC0415 - an extra
    except ImportError as error:
        msg = "a PDF needs typst: pip install 'artimap[report]'"
        raise ExtraError(msg) from error
    plain = to_plain(sections, about)
    for section in plain["sections"]:
        section["blocks"] = _laid_out(section["blocks"])
    annex = next((one for one in plain["sections"] if one["annex"]), None)
    if annex is not None:
        annex["first_of_annex"] = True
    plain |= {"style": _style(), "words": dict(words), "footer": words["footer"]}
    source = resources.files("artimap.report").joinpath("templates/report.typ").read_bytes()
    try:
        made: bytes = typst.compile(
            source, format="pdf", pdf_standards="ua-1", font_paths=_fonts(),
            # A picture goes in as numbers: typst takes files of text alone beside the source.
            sys_inputs={
                "report": _drawable(json.dumps(plain, ensure_ascii=False)), "picture": json.dumps(list(picture)),
            },
        )  # fmt: skip
    except typst.TypstError as error:
        msg = f"the report cannot be set as PDF: {error}"
        raise DataError(msg) from error
    return made


@cache
def _font() -> Path:
    """Give the font that draws the letters which the main one lacks: matplotlib carries it."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to import, used only here

    return Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


@cache
def _fonts() -> Any:
    import typst  # noqa: PLC0415 - an extra

    # Fonts of the machine would make other bytes on another one.
    return typst.Fonts(include_system_fonts=False, font_paths=[_font().parent])


@cache
def _letters() -> frozenset[int]:
    from matplotlib.ft2font import FT2Font  # noqa: PLC0415

    return frozenset(FT2Font(str(_font())).get_charmap())


def _drawable(text: str) -> str:
    """Make visible what no font here can draw: a reader must see that something stood there, and the file be whole."""
    known = _letters() | {ord("\n")}
    return "".join(one if ord(one) in known else f"\u27e8U+{ord(one):04X}\u27e9" for one in encodable(text))


def _style() -> dict[str, Any]:
    bands = {f"band-{band}": style.rate_class(band).colour for band in range(1, style.RATE_CLASSES + 1)}
    tokens = {name: style.token(name) for name in ("ink", "rule", "card")}
    return {**tokens, "quiet": style.token("ink_2"), "link": style.token("focus"), "marks": bands}


def _laid_out(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give tables their widths, and headings levels of which none is left out on the way down."""
    level = 2

    def next_level(asked: int) -> int:
        nonlocal level
        level = min(asked, level + 1)
        return level

    def laid(block: dict[str, Any]) -> dict[str, Any]:
        kind = block["kind"]
        if kind == "heading":
            return block | {"level": next_level(block["level"])}
        if kind == "fold":
            head = block["heading"]
            head = head | {"level": next_level(head["level"])}
            return block | {"heading": head, "blocks": [laid(one) for one in block["blocks"]]}
        if kind == "table":
            rows = [[{"parts": part} for part in row] for row in block["rows"]]
            return block | {"widths": column_widths(block["head"], _texts(block["rows"])), "rows": rows}
        return block

    return [laid(one) for one in blocks]


def _texts(rows: list[list[list[dict[str, Any]]]]) -> list[list[str]]:
    return [["".join(one["text"] for one in part) for part in row] for row in rows]

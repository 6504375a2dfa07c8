"""Sections as Markdown. Data text stays text: all that could become markup is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import singledispatch

from artimap.report.blocks import (
    Block,
    Cell,
    Facts,
    Fold,
    Heading,
    Listing,
    Paragraph,
    PictureBlock,
    ReportSection,
    Run,
    TableBlock,
)

# Every sign that a Markdown reader may take for markup, also inside a line: what people write must
# show letter by letter.
_SPECIAL = re.compile(r"([\\`*_{}\[\]|~#$])")
_LINE_START = re.compile(r"^(\s*)([-+=>]|\d+(?=[.)]))")
_AUTOLINK = re.compile(r"(?i)\b(https?|ftp|mailto)(:)|\b(www)(\.)")


def escape(text: str) -> str:
    r"""Escape a text so that a Markdown reader shows it letter by letter.

    >>> escape("<b>*a*</b> | c")
    '&lt;b&gt;\\*a\\*&lt;/b&gt; \\| c'
    """
    # First "&", or the entities made by the next two would be escaped again.
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = _SPECIAL.sub(r"\\\1", safe)
    # readers that turn bare addresses into links would take them from a stranger's text
    safe = _AUTOLINK.sub(lambda found: f"{found[1]}\\:" if found[1] else f"{found[3]}\\.", safe)
    return safe.replace("@", "&#64;").replace("!", "\\!")


def _lead(text: str) -> str:
    """Keep the first characters of a block from starting a list, a quote or a rule."""

    def guard(found: re.Match[str]) -> str:
        mark = found[2]
        # A digit cannot be escaped with a backslash, so a line that begins with "1." gets the entity of the
        # digit.
        return f"{found[1]}&#{ord(mark[0])};{mark[1:]}" if mark[0].isdigit() else f"{found[1]}\\{mark}"

    return _LINE_START.sub(guard, text)


def _link(address: str) -> str:
    # Brackets and blanks would end the address of a link early and let the rest of it stand as text or
    # markup.
    unsafe = {" ": "%20", "(": "%28", ")": "%29", "<": "%3C", ">": "%3E", "|": "%7C", "\\": "%5C"}
    return "".join(unsafe.get(letter, letter) for letter in address)


def _run(part: Run) -> str:
    body = part.text.strip(" ")
    if not body:
        return part.text
    # Blanks go outside the marks: "** bold **" is not bold in CommonMark.
    head = part.text[: len(part.text) - len(part.text.lstrip(" "))]
    tail = part.text[len(part.text.rstrip(" ")) :]
    shown = escape(body)
    if part.url:
        shown = f"[{shown}]({_link(part.url)})"
    if part.strong:
        shown = f"**{shown}**"
    return f"{head}{shown}{tail}"


def inline(runs: Cell) -> str:
    """Write a cell as one line of Markdown."""
    return "".join(_run(part) for part in runs)


@singledispatch
def _block(block: object) -> list[str]:
    msg = f"no Markdown for {type(block).__name__}"
    raise TypeError(msg)


@_block.register
def _(block: Paragraph) -> list[str]:
    text = _lead(inline(block.runs))
    return [f"> {text}" if block.tone in ("note", "warn") else text, ""]


@_block.register
def _(block: Listing) -> list[str]:
    signs = [f"{number}." if block.numbered else "-" for number in range(1, len(block.items) + 1)]
    return [*(f"{sign} {_lead(inline(item))}" for sign, item in zip(signs, block.items, strict=True)), ""]


@_block.register
def _(block: Facts) -> list[str]:
    return [*(f"- **{escape(label)}**: {inline(value)}" for label, value in block.pairs), ""]


@_block.register
def _(block: TableBlock) -> list[str]:
    # An empty cell still needs a blank: some readers drop "||".
    def row(cells: Iterable[str]) -> str:
        return f"| {' | '.join(text or ' ' for text in cells)} |"

    rule = row("---:" if number in block.figures else "---" for number in range(len(block.head)))
    rows = [row(inline(part) for part in cells) for cells in block.rows]
    return [row(escape(name) for name in block.head), rule, *rows, ""]


@_block.register
def _(block: Heading) -> list[str]:
    note = f" ({escape(block.note)})" if block.note else ""
    return [f"{'#' * block.level} {escape(block.text)}{note}", ""]


@_block.register
def _(block: PictureBlock) -> list[str]:
    # a picture would need a second file beside this one
    return [f"> {escape(block.caption)}", ""]


@_block.register
def _(block: Fold) -> list[str]:
    return [*_block(block.heading), *_lines(block.blocks)]


def _lines(blocks: Iterable[Block]) -> list[str]:
    return [line for block in blocks for line in _block(block)]


def to_markdown(sections: Iterable[ReportSection]) -> str:
    """Write sections as Markdown; the first one's title is the title of the document."""
    out: list[str] = []
    for number, section in enumerate(sections):
        # A section that is a picture would leave a bare heading.
        if any(isinstance(block, PictureBlock) for block in section.blocks):
            continue
        out += [f"{'#' if number == 0 else '##'} {escape(section.title)}", "", *_lines(section.blocks)]
    return "\n".join(out).rstrip("\n") + "\n"

"""What a report is made of: plain frozen data, no markup.

A section holds blocks; a block holds cells; a cell is a row of runs of text. Only the
two renderers know HTML and Markdown, so data text can never become markup on the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from artimap.core.text import web_address

# Line ends and other control characters would break tables and lists; U+2028 and U+2029 end lines in
# some readers too.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Marks that turn the reading direction can show a file name or a number backwards, and halves of letters can be
# written to no file; they are made visible, not dropped.
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

Tone = Literal["", "lead", "note", "warn"]


@dataclass(frozen=True, slots=True)
class Run:
    """A run of text.

    Parameters
    ----------
    text
        The words.
    url
        Where the words lead to; only web addresses survive :func:`run`.
    strong
        Whether the words carry weight.
    quiet
        Whether the words stand back.
    mark
        A name of the style sheet, such as ``band-3`` or ``silent``: a sign before the
        words, which repeat what it says.
    sources
        The publishers of what stands before, as numbers of the list of sources; the words say them too.
    """

    text: str
    url: str | None = None
    strong: bool = False
    quiet: bool = False
    mark: str = ""
    sources: tuple[int, ...] = ()


Cell: TypeAlias = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    runs: Cell
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list, numbered or not."""

    items: tuple[Cell, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs of a label and what it stands for."""

    pairs: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table: column heads, rows of cells, and the columns that hold figures."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    figures: frozenset[int] = frozenset()
    caption: str = ""
    wide: int | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section: level 3 to 5, with a small note beside it."""

    text: str
    level: Literal[3, 4, 5] = 3
    note: str = ""


@dataclass(frozen=True, slots=True)
class PictureBlock:
    """The strip map, drawn by the renderer that can show it."""

    alt: str
    caption: str


@dataclass(frozen=True, slots=True)
class Fold:
    """A heading with blocks below it that a reader opens: closed on a screen, open on paper and in Markdown.

    Parameters
    ----------
    heading
        What is to be read while it is closed.
    blocks
        What it opens to.
    said
        What the blocks hold, in short, beside the heading while it is closed.
    """

    heading: Heading
    blocks: tuple[Block, ...]
    said: str = ""


Block: TypeAlias = "Paragraph | Listing | Facts | TableBlock | Heading | PictureBlock | Fold"


@dataclass(frozen=True, slots=True)
class ReportSection:
    """One section of a report: an id for links, a title, its blocks in order.

    ``folded`` says whether it is closed at first; ``annex`` whether it stands behind what a decision needs, and may be
    left out on paper.
    """

    id: str
    title: str
    blocks: tuple[Block, ...]
    folded: bool = False
    annex: bool = False


def runs_of(blocks: Iterable[Block]) -> Iterator[Run]:
    """Give every run of some blocks, in reading order; heads of tables and headings are no runs."""
    for block in blocks:
        match block:
            case Paragraph():
                yield from block.runs
            case Listing():
                yield from (part for item in block.items for part in item)
            case Facts():
                yield from (part for _, value in block.pairs for part in value)
            case TableBlock():
                yield from (part for row in block.rows for value in row for part in value)
            case Fold():
                yield from runs_of(block.blocks)
            case _:
                pass


def clean(text: object) -> str:
    r"""Give data text on one line, with marks that turn the reading direction made visible.

    >>> clean("a\nb"), clean("x\u202ey")
    ('a b', 'x⟨U+202E⟩y')
    """
    line = _CONTROL.sub(" ", str(text))
    return _DIRECTION.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", line)


def run(text: object, *, url: object = None, strong: bool = False, quiet: bool = False, mark: str = "") -> Run:
    """Make a run of cleaned text; anything but a web address is dropped from ``url``."""
    # An address that is no web address (``javascript:`` and the like) never becomes a link.
    return Run(clean(text), web_address(url) or None, strong, quiet, mark)


def cell(*parts: object) -> Cell:
    """Make a cell of runs and plain text, in order.

    >>> cell("a", run("b", strong=True))[1].strong
    True
    """
    return tuple(part if isinstance(part, Run) else run(part) for part in parts)


def joined(cells: Iterable[Cell], between: str = "; ") -> Cell:
    """Join cells into one with ``between`` in the gaps."""
    out: list[Run] = []
    for number, part in enumerate(cells):
        if number:
            out.append(Run(between))
        out.extend(part)
    return tuple(out)

"""Sections as plain data: the JSON file of a report, and what the PDF is set from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import singledispatch
from typing import Any

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
    TableBlock,
)

VERSION = 1
"""Of the layout of the file: it rises where a reader of the old one would go wrong."""


def runs(parts: Cell) -> list[dict[str, Any]]:
    """Give a cell as a list of its runs; what is not so is left out."""
    out = []
    for part in parts:
        one: dict[str, Any] = {"text": part.text}
        if part.url:
            one["url"] = part.url
        if part.mark:
            one["mark"] = part.mark
        if part.sources:
            one["sources"] = list(part.sources)
        one.update({name: True for name in ("strong", "quiet") if getattr(part, name)})
        out.append(one)
    return out


@singledispatch
def _block(block: object) -> dict[str, Any]:
    msg = f"no plain data for {type(block).__name__}"
    raise TypeError(msg)


@_block.register
def _(block: Paragraph) -> dict[str, Any]:
    return {"kind": "paragraph", "tone": block.tone, "runs": runs(block.runs)}


@_block.register
def _(block: Listing) -> dict[str, Any]:
    return {"kind": "list", "numbered": block.numbered, "items": [runs(item) for item in block.items]}


@_block.register
def _(block: Facts) -> dict[str, Any]:
    return {"kind": "facts", "pairs": [{"label": label, "runs": runs(value)} for label, value in block.pairs]}


@_block.register
def _(block: TableBlock) -> dict[str, Any]:
    rows = [[runs(part) for part in row] for row in block.rows]
    return {
        "kind": "table", "caption": block.caption, "head": list(block.head), "figures": sorted(block.figures),
        "rows": rows,
    }  # fmt: skip


@_block.register
def _(block: Heading) -> dict[str, Any]:
    return {"kind": "heading", "level": block.level, "text": block.text, "note": block.note}


@_block.register
def _(block: PictureBlock) -> dict[str, Any]:
    return {"kind": "picture", "alt": block.alt, "caption": block.caption}


@_block.register
def _(block: Fold) -> dict[str, Any]:
    return {
        "kind": "fold", "heading": _block(block.heading), "summary": block.said,
        "blocks": [_block(one) for one in block.blocks],
    }  # fmt: skip


def blocks(parts: Iterable[Block]) -> list[dict[str, Any]]:
    """Give blocks as plain data."""
    return [_block(one) for one in parts]


def to_plain(sections: Iterable[ReportSection], about: Mapping[str, str]) -> dict[str, Any]:
    """Give a report as plain data; ``about`` says of what, when, for whom and in what language it is."""
    return {
        "format": "artimap-report", "version": VERSION, **about,
        "sections": [
            {"id": one.id, "title": one.title, "annex": one.annex, "blocks": blocks(one.blocks)} for one in sections
        ],
    }  # fmt: skip


def to_json(sections: Iterable[ReportSection], about: Mapping[str, str]) -> str:
    """Write a report as JSON; ``report.schema.json`` in the package says how it is laid out."""
    return json.dumps(to_plain(sections, about), ensure_ascii=False, indent=1) + "\n"

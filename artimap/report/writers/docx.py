"""The report as a Word file: real headings, lists, tables with a repeated head row, and a picture with its words."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Mapping
from functools import singledispatchmethod
from typing import Any

from artimap.core import style
from artimap.core.errors import ExtraError
from artimap.core.files import encodable
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
from artimap.report.writers.widths import PAGE_MM, column_widths

_FEW_SECTIONS = 9
_NO_DAY = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - the day of a file inside a zip has no zone; the same in every run


def to_docx(
    sections: Iterable[ReportSection], about: Mapping[str, str], *, picture: bytes, words: Mapping[str, str]
) -> bytes:
    """Write a report as a Word file; same input, same bytes.

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
        If python-docx is not installed.
    """
    try:
        import docx  # noqa: PLC0415 - an extra
    except ImportError as error:
        msg = "a Word file needs python-docx: pip install 'artimap[report]'"
        raise ExtraError(msg) from error
    given = tuple(sections)
    # What is meant for one sheet of paper is set smaller.
    writer = _Writer(docx.Document(), picture, small=len(given) <= _FEW_SECTIONS)
    writer.set_up(about, words["footer"])
    for number, section in enumerate(given):
        writer.section(section, first=number == 0)
    out = io.BytesIO()
    writer.document.save(out)
    return _same_bytes(out.getvalue())


class _Writer:
    """Puts blocks into a document, one after the other."""

    def __init__(self, document: Any, picture: bytes, *, small: bool) -> None:
        self.document = document
        self.picture = picture
        self.small = small

    def set_up(self, about: Mapping[str, str], footer: str) -> None:
        from docx.oxml import OxmlElement  # noqa: PLC0415
        from docx.oxml.ns import qn  # noqa: PLC0415
        from docx.shared import Mm, Pt, RGBColor  # noqa: PLC0415

        core = self.document.core_properties
        core.title, core.author, core.comments, core.language = about["title"], "artimap", "", about["lang"]
        core.created = core.modified = dt.datetime.fromisoformat(about["as_of"])
        page = self.document.sections[0]
        page.page_width, page.page_height = Mm(210), Mm(297)
        page.left_margin = page.right_margin = Mm(16)
        page.top_margin, page.bottom_margin = Mm(15), Mm(17)
        styles = self.document.styles
        normal = styles["Normal"]
        normal.font.name, normal.font.size = "Calibri", Pt(8.5 if self.small else 10)
        # The reader's spelling checker and voice go by this, not by the language of the program.
        tag = OxmlElement("w:lang")
        tag.set(qn("w:val"), {"en": "en-GB", "fr": "fr-FR", "ht": "ht-HT"}.get(about["lang"], about["lang"]))
        normal.element.get_or_add_rPr().append(tag)
        page.footer.paragraphs[0].text = footer
        for level in range(1, 6):
            styles[f"Heading {level}"].font.name = "Calibri"
            styles[f"Heading {level}"].paragraph_format.keep_with_next = True
            styles[f"Heading {level}"].paragraph_format.space_before = Pt(5 if self.small else 10)
        normal.paragraph_format.space_after = Pt(2 if self.small else 4)
        ink = RGBColor.from_string(style.token("ink").lstrip("#").upper())
        for name in (*(f"Heading {level}" for level in range(1, 6)), "Caption", "Intense Quote"):
            styles[name].font.color.rgb = ink
        for name in ("Caption", "Intense Quote"):
            styles[name].font.bold = styles[name].font.italic = False
        styles["Intense Quote"].paragraph_format.left_indent = Mm(3)

    def section(self, section: ReportSection, *, first: bool) -> None:
        self.level = 1 if first else 2
        self.document.add_heading(section.title, level=self.level)
        for block in section.blocks:
            self.block(block)

    def _heading(self, block: Heading) -> None:
        self.level = min(block.level, self.level + 1)
        head = self.document.add_heading(block.text, level=self.level)
        if block.note:
            head.add_run(f" {block.note}").bold = False

    @singledispatchmethod
    def block(self, block: Block) -> None:
        """Write a block."""
        msg = f"no Word for {type(block).__name__}"
        raise TypeError(msg)

    @block.register
    def _(self, block: Paragraph) -> None:
        kind = "Intense Quote" if block.tone == "warn" else "Normal"
        paragraph = self.document.add_paragraph(style=kind)
        self._runs(paragraph, block.runs)

    @block.register
    def _(self, block: Listing) -> None:
        for item in block.items:
            kind = "List Number" if block.numbered else "List Bullet"
            self._runs(self.document.add_paragraph(style=kind), item)

    @block.register
    def _(self, block: Facts) -> None:
        for label, value in block.pairs:
            paragraph = self.document.add_paragraph()
            paragraph.add_run(f"{label}: ").bold = True
            self._runs(paragraph, value)

    @block.register
    def _(self, block: TableBlock) -> None:
        from docx.oxml import OxmlElement  # noqa: PLC0415
        from docx.oxml.ns import qn  # noqa: PLC0415
        from docx.shared import Mm, Pt  # noqa: PLC0415

        table = self.document.add_table(rows=1 + len(block.rows), cols=len(block.head), style="Table Grid")
        table.autofit = False
        widths = column_widths(block.head, [["".join(run.text for run in part) for part in row] for row in block.rows])
        scale = PAGE_MM / max(sum(widths), 1.0)
        rows = list(table.rows)
        for column, wide in zip(table.columns, widths, strict=True):
            column.width = Mm(wide * scale)
        for row in rows:
            for cell, wide in zip(row.cells, widths, strict=True):
                cell.width = Mm(wide * scale)
        head = rows[0]._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has no word for a head row
        repeat = OxmlElement("w:tblHeader")
        repeat.set(qn("w:val"), "true")
        head.append(repeat)
        for cell, name in zip(rows[0].cells, block.head, strict=True):
            cell.paragraphs[0].add_run(name).bold = True
        for row, parts in zip(rows[1:], block.rows, strict=True):
            for cell, runs in zip(row.cells, parts, strict=True):
                self._runs(cell.paragraphs[0], runs)
        for row in rows:
            for cell in row.cells:
                cell.paragraphs[0].paragraph_format.space_after = Pt(0)
                for run in cell.paragraphs[0].runs:
                    run.font.size = Pt(7.5 if self.small else 8)
        self.document.add_paragraph().paragraph_format.space_after = Pt(0)

    @block.register
    def _(self, block: Heading) -> None:
        self._heading(block)

    @block.register
    def _(self, block: Fold) -> None:
        self._heading(block.heading)
        for one in block.blocks:
            self.block(one)

    @block.register
    def _(self, block: PictureBlock) -> None:
        from docx.shared import Mm  # noqa: PLC0415

        shown = self.document.add_picture(io.BytesIO(self.picture), width=Mm(145 if self.small else PAGE_MM))
        words = shown._inline.docPr  # noqa: SLF001 - python-docx has no word for what a picture shows
        words.set("descr", block.alt)
        self.document.add_paragraph(block.caption, style="Caption")

    def _runs(self, paragraph: Any, parts: Cell) -> None:
        for part in parts:
            run = _link(paragraph, part.url) if part.url else paragraph.add_run()
            run.text = encodable(part.text)
            run.bold = True if part.strong else None
            if part.quiet:
                from docx.shared import RGBColor  # noqa: PLC0415

                run.font.color.rgb = RGBColor.from_string(style.token("ink_2").lstrip("#").upper())


def _link(paragraph: Any, address: str) -> Any:
    """Add a run that leads to a web address."""
    from docx.opc.constants import RELATIONSHIP_TYPE  # noqa: PLC0415
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.text.run import Run as WordRun  # noqa: PLC0415

    anchor = OxmlElement("w:hyperlink")
    anchor.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    element = OxmlElement("w:r")
    anchor.append(element)
    paragraph._p.append(anchor)  # noqa: SLF001 - as above
    run = WordRun(element, paragraph)
    run.underline = True
    return run


def _same_bytes(content: bytes) -> bytes:
    """Pack a file again with the parts in order and without the hour of the day."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            made.writestr(zipfile.ZipInfo(name, _NO_DAY.timetuple()[:6]), given.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()

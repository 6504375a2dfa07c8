"""One report in six formats: the same words in each, that open with no repair, and the same bytes twice."""

from __future__ import annotations

import builtins
import io
import json
import re
import zipfile
import zlib
from dataclasses import replace
from importlib import resources
from itertools import pairwise

import docx
import jsonschema
import pikepdf
import pytest
from python_calamine import CalamineWorkbook

from artimap import cli
from artimap.core.errors import ExtraError
from artimap.report.blocks import Fold, Heading, Listing, Paragraph, ReportSection, TableBlock, cell, clean
from artimap.report.report import FORMATS

HOSTILE = (
    '#set page(fill: red) \\ $x$ *bold* _under_ "quote" @label <label> // comment',
    "=cmd|' /C calc'!A0",
    "</w:t><w:br/> <script>alert(1)</script> &amp; ]]>",
    "a\ud800lone half \U0001f642 \u202eevil",
    "http://one.example/ and www.two.example",
    '#import "@preview/x:0.1.0": *',
)
KINDS = sorted(FORMATS)


@pytest.fixture(scope="module")
def reports(of_day):
    return {lang: of_day.report(lang=lang) for lang in ("en", "fr", "ht")}


@pytest.fixture(scope="module")
def hostile(reports):
    """A report of which every kind of block holds text of a stranger."""
    blocks = [Heading(clean(HOSTILE[0]), 5, clean(HOSTILE[2]))]
    for text in HOSTILE:
        runs = cell(text)
        blocks += [
            Paragraph(runs, "warn"), Listing((runs, runs), numbered=True),
            TableBlock((clean(text), "n"), ((runs, cell("12")),), frozenset({1})),
            Fold(Heading(clean(text), 4), (Paragraph(runs),)),
        ]  # fmt: skip
    return replace(
        reports["en"], sections=(*reports["en"].sections[:1], ReportSection("x", clean(HOSTILE[5]), tuple(blocks)))
    )


def words_of(report):
    """Give all texts of the sections, one by one, as the JSON has them."""
    plain = json.loads(report.content("json"))
    out = []

    def walk(node):
        if isinstance(node, dict):
            if "text" in node and isinstance(node["text"], str):
                out.append(node["text"])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(plain["sections"])
    return [text for text in out if text.strip()]


def paragraphs(content):
    document = docx.Document(io.BytesIO(content))
    cells = (cell for table in document.tables for row in table.rows for cell in row.cells)
    return [one.text for one in document.paragraphs] + [one.text for cell in cells for one in cell.paragraphs]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_report_is_the_same_bytes(reports, kind):
    assert reports["fr"].content(kind) == reports["fr"].content(kind)


@pytest.mark.parametrize("lang", ["en", "fr", "ht"])
def test_json_keeps_its_schema(reports, lang):
    schema = json.loads(resources.files("artimap.report").joinpath("report.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    plain = json.loads(reports[lang].content("json"))
    jsonschema.validate(plain, schema)
    assert (plain["lang"], plain["as_of"], len(plain["sections"])) == (lang, "2024-10-15", len(reports[lang].sections))


def test_word_holds_every_text_of_the_report(reports):
    said = "\n".join(paragraphs(reports["fr"].content("docx")))
    assert [text for text in words_of(reports["fr"]) if text.strip() not in said] == []


def test_word_has_real_headings_a_head_row_and_words_for_the_picture(reports):
    document = docx.Document(io.BytesIO(reports["fr"].content("docx")))
    levels = [int(one.style.name[-1]) for one in document.paragraphs if one.style.name.startswith("Heading")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    xml = zipfile.ZipFile(io.BytesIO(reports["fr"].content("docx"))).read("word/document.xml").decode()
    assert xml.count("w:tblHeader") == len(document.tables) > 3
    assert 'descr="' in xml
    assert document.core_properties.language == "fr"


def test_pdf_is_tagged_and_carries_its_fonts(reports):
    content = reports["fr"].content("pdf")
    assert content.startswith(b"%PDF-1.7")
    assert b"/StructTreeRoot" in content
    assert b"/MarkInfo" in content
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    assert any(b"pdfuaid" in _unpacked(one) for one in packed)
    assert b"FontFile" in content or any(b"FontFile" in _unpacked(one) for one in packed)


def _unpacked(stream):
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


STANDARD = (
    "Document", "Part", "Sect", "Div", "H1", "H2", "H3", "H4", "H5", "H6", "P", "L", "LI", "Lbl", "LBody", "Table",
    "TR", "TH", "TD", "THead", "TBody", "Span", "Link", "Figure", "Caption", "TOC", "TOCI", "Note", "BlockQuote",
    "NonStruct",
)  # fmt: skip
"""Tags that every reader knows (ISO 32000-1, 14.8.4)."""


def _tree(node, above=()):
    """The structure elements of a PDF in reading order, with the tags they stand in."""
    for child in [node.K] if not isinstance(node.K, pikepdf.Array) else node.K:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield str(child.S), child, above
            if "/K" in child:
                yield from _tree(child, (*above, str(child.S)))


@pytest.mark.parametrize("lang", ["en", "fr", "ht"])
@pytest.mark.parametrize("which", ["page", "whole"])
def test_pdf_is_built_as_pdf_ua_asks(reports, lang, which):
    """Checked apart from the compiler, which has checks of its own: ISO 14289-1, 7.1 to 7.4, 7.5 and 7.21."""
    report = reports[lang].one_page if which == "page" else reports[lang]
    with pikepdf.open(io.BytesIO(report.content("pdf"))) as pdf:
        root = pdf.Root
        assert bool(root.MarkInfo.Marked)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert str(root.Lang).startswith(lang)
        with pdf.open_metadata() as about:
            assert about["dc:title"] == report.about["title"]
            assert about["pdfuaid:part"] == "1"
        elements = list(_tree(root.StructTreeRoot))
        tags = [tag for tag, _, _ in elements]
        roles = {str(one) for one in root.StructTreeRoot.get("/RoleMap", {})}
        standard = {f"/{one}" for one in STANDARD}
        assert set(tags) <= standard | roles
        figures = [one for tag, one, _ in elements if tag == "/Figure"]
        assert figures
        assert all(str(one.get("/Alt", "")).strip() for one in figures)
        # each table has heads that say what they are heads of, and every row as many cells
        assert tags.count("/Table") >= 2
        for tag, one, above in elements:
            if tag == "/TH":
                assert "/Table" in above
                assert "/Scope" in str(one.get("/A", {}).keys()) or "/Scope" in repr(one.A)
            if tag == "/Table":
                widths = [len([cell for cell, _, _ in _tree(row) if cell in ("/TH", "/TD")])
                          for inner, row, _ in _tree(one) if inner == "/TR"]  # fmt: skip
                assert len(set(widths)) == 1
                assert [inner for inner, _, _ in _tree(one) if inner == "/TH"]
        # headings go down one step at a time
        levels = [int(tag[2]) for tag in tags if re.fullmatch(r"/H[1-6]", tag)]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        for page in pdf.pages:
            assert "/Annots" not in page.obj or page.obj.Tabs == "/S"
            assert "/StructParents" in page.obj
            # all that is painted is either in the tree or marked as no content
            depth = 0
            for operands, operator in pikepdf.parse_content_stream(page):
                depth += {"BDC": 1, "BMC": 1, "EMC": -1}.get(str(operator), 0)
                assert depth or str(operator) not in ("Tj", "TJ", "'", '"', "Do", "S", "f", "f*", "B", "sh"), operands
            fonts = page.resources.get("/Font", {})
            for font in (fonts[name] for name in fonts.keys()):  # noqa: SIM118 - an object of the PDF, no dict
                inner = font.DescendantFonts[0].FontDescriptor if "/DescendantFonts" in font else font.FontDescriptor
                assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(inner.keys())
                assert "/ToUnicode" in font


@pytest.mark.parametrize("which", ["page", "whole"])
def test_pdf_is_read_in_the_order_of_the_sections(reports, which):
    report = reports["fr"].one_page if which == "page" else reports["fr"]
    with pikepdf.open(io.BytesIO(report.content("pdf"))) as pdf:
        marks = {}
        for number, page in enumerate(pdf.pages):
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "BDC" and "/MCID" in operands[1]:
                    marks[number, int(operands[1].MCID)] = len(marks)
        pages = {page.objgen: number for number, page in enumerate(pdf.pages)}

        def order(node, page=None):
            page = node.get("/Pg", page) if isinstance(node, pikepdf.Dictionary) else page
            for child in [] if "/K" not in node else node.K if isinstance(node.K, pikepdf.Array) else [node.K]:
                if isinstance(child, pikepdf.Dictionary) and child.get("/Type") != "/OBJR":
                    if "/MCID" in child:
                        yield marks[pages[child.get("/Pg", page).objgen], int(child.MCID)]
                    else:
                        yield from order(child, page)
                elif not isinstance(child, pikepdf.Dictionary):
                    yield marks[pages[page.objgen], int(child)]

        told = list(order(pdf.Root.StructTreeRoot))
        # each marked piece stands in the tree once, and as it is painted, so it is read
        assert sorted(told) == list(range(len(marks)))
        assert sum(after < before for before, after in pairwise(told)) <= len(pdf.pages)


def test_a_workbook_holds_each_table_with_numbers_as_numbers_and_no_formula(reports):
    content = reports["fr"].content("xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    tables = [block for section in reports["fr"].sections for block in _tables(section.blocks)]
    assert len(book.sheet_names) == 1 + len(tables)
    assert len({name.casefold() for name in book.sheet_names}) == len(book.sheet_names)
    archive = zipfile.ZipFile(io.BytesIO(content))
    sheets = [archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name]
    assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)
    assert any(
        isinstance(value, float)
        for name in book.sheet_names[1:]
        for row in book.get_sheet_by_name(name).to_python()
        for value in row
    )


def _tables(blocks):
    for block in blocks:
        if isinstance(block, TableBlock):
            yield block
        elif isinstance(block, Fold):
            yield from _tables(block.blocks)


@pytest.mark.parametrize("kind", KINDS)
def test_words_of_strangers_stay_words(hostile, kind):
    content = hostile.content(kind)
    if kind == "docx":
        said = "\n".join(paragraphs(content))
        assert HOSTILE[0] in said
        assert "</w:t><w:br/>" in said
    elif kind == "xlsx":
        values = [
            value
            for sheet in CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names[1:]
            for row in CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(sheet).to_python()
            for value in row
        ]
        assert "=cmd|' /C calc'!A0" in values
    else:
        assert len(content) > 500


@pytest.mark.parametrize(("kind", "package"), [("pdf", "typst"), ("docx", "docx"), ("xlsx", "xlsxwriter")])
def test_without_the_extra_one_sentence_says_what_to_install(reports, monkeypatch, kind, package):
    load = builtins.__import__

    def refuse(name, *rest, **more):
        if name.split(".")[0] == package:
            raise ImportError(name)
        return load(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ExtraError, match=r"pip install 'artimap\[report\]'"):
        reports["en"].content(kind)


def test_one_command_writes_several(tmp_path, capsys):
    assert cli.main(["report", "--as-of", "2024-10-15", "--format", "json,pdf", "-o", str(tmp_path / "rn1.html")]) == 0
    assert sorted(one.name for one in tmp_path.iterdir()) == ["rn1.json", "rn1.pdf"]
    assert "rn1.pdf" in capsys.readouterr().out


def test_an_unknown_format_is_refused_before_any_work(tmp_path, capsys):
    assert cli.main(["report", "--format", "odt", "-o", str(tmp_path / "rn1")]) == 1
    assert ".docx" in capsys.readouterr().err

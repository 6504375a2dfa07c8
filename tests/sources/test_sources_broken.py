"""Two hundred broken files: none crashes, none loses a row in silence, nothing written runs as a formula."""

from __future__ import annotations

import gzip
import io
import json
import random
import sys
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

sys.path.insert(0, str(Path(__file__).parent))
from made_files import ACLED, FORMATS, TABULAR, UCDP, csv_text, geojson, rows_of, xlsx_bytes

from artimap.core.errors import ArtimapError
from artimap.core.files import table_csv
from artimap.sources.registry import read_report


def good(name="acled", rows=6):
    return csv_text(rows_of(name, rows), list(FORMATS[name][1])).encode()


EACH = 19
"""Kinds of damage done to each format; the quick half does each to one format, in turn."""


def cases():  # noqa: PLR0915 - a list, not a procedure
    """Give two hundred broken files: name, bytes, and the least number of rows that must be accounted for."""
    out = []

    def add(name, content, least=0):
        file, kind = divmod(len(out), EACH)
        quick = file >= len(FORMATS) or kind % len(FORMATS) == file
        marks = () if quick and name != "endless-header" else pytest.mark.exhaustive
        out.append(pytest.param(content, least, id=f"{len(out):03d}-{name}", marks=marks))

    chance = random.Random(7)  # noqa: S311
    for name in FORMATS:
        whole = good(name)
        for share in (0.15, 0.5, 0.83, 0.99):
            add(f"{name}-truncated", whole[: int(len(whole) * share)])
        for encoding in ("cp1252", "utf-16", "utf-16-le", "latin-1", "cp037"):
            add(f"{name}-{encoding}", whole.decode().encode(encoding, errors="replace"))
        add(f"{name}-half-utf8", whole + whole.splitlines()[1][:-4].replace(b"o", b"\xff\xfe") + b"\n")
        add(f"{name}-nul", whole.replace(b"2024", b"20\x0024"))
        add(f"{name}-quote-left-open", whole.replace(b"\n", b'\n"', 2), 1)
        add(f"{name}-ragged", whole + b"a,b,c\n" + b"x," * 90 + b"\n", 8)
        add(f"{name}-no-header", b"\n".join(whole.splitlines()[1:]))
        add(f"{name}-header-twice", whole.splitlines()[0] + b"\n" + whole, 6)
        add(f"{name}-crlf-and-blank-lines", whole.replace(b"\n", b"\r\n\r\n"), 6)
        add(f"{name}-semicolon-inside", whole.replace(b",", b";"), 6)
        add(f"{name}-twice", whole + b"\n".join(whole.splitlines()[1:]) + b"\n", 12)
        noisy = bytearray(whole)
        for _ in range(40):
            noisy[chance.randrange(len(noisy))] = chance.randrange(1, 256)
        add(f"{name}-noise", bytes(noisy))
    assert len(out) == EACH * len(FORMATS)
    spots = ["nan", "inf", "-inf", "1e400", "999", "0", "", "here", "19.1.1", "−72,61", "19°06'30\"N", "=1+1"]
    for spot in spots:
        rows = [{**row, "latitude": spot} for row in rows_of("acled", 3)] + rows_of("acled", 6)[3:]
        add("acled-latitude", csv_text(rows, list(ACLED)).encode(), 6)
        rows = [{**row, "longitude": spot, "best": spot} for row in rows_of("ucdp", 2)]
        add("ucdp-longitude", csv_text(rows, list(UCDP)).encode(), 2)
    for attack in (
        "=cmd|' /C calc'!A0",
        "@SUM(1)",
        "+1+1",
        "-2+3",
        "\t=1",
        "\r=1",
        '=HYPERLINK("http://x","y")',
        "%0A=1",
        "＝1+1",
    ):
        rows = [
            {**row, "event_date": "no", "notes": attack, "location": attack, "actor1": attack}
            for row in rows_of("acled", 2)
        ]
        add("formula", csv_text(rows, list(ACLED)).encode(), 2)
        header = [*ACLED, attack]
        add(
            "formula-header",
            csv_text([{**row, attack: attack, "event_date": ""} for row in rows_of("acled", 2)], header).encode(),
        )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("inside.csv", good())
    table = [list(TABULAR), *[list(row.values()) for row in rows_of("tabular", 3)]]
    book = xlsx_bytes(table)
    add("zip-renamed", packed.getvalue())
    add("zip-cut", packed.getvalue()[:200])
    add("gzip", gzip.compress(good(), mtime=0))
    add("xlsx-as-csv", book, 3)
    add("xlsx-cut", book[:-60])
    add("xlsx-broken-sheet", xlsx_bytes(table).replace(b"sheet1", b"sheetX"))
    add("xlsx-empty", xlsx_bytes([]))
    add("xlsx-mixed", xlsx_bytes([table[0], [1, 45573, 7, True, "x", 1e308], *table[1:]]), 4)
    add("xls-only-magic", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)
    add("sqlite-only-magic", b"SQLite format 3\x00" + b"\x00" * 600)
    add("parquet-only-magic", b"PAR1" + b"\x00" * 64 + b"PAR1")
    add("pdf", b"%PDF-1.7\n")
    add("html", b"<!DOCTYPE html><html><body>404</body></html>")
    add("one-endless-line", b"a" * 3_000_000)
    add("one-endless-cell", good() + b'HTI9,"' + b"x" * 3_000_000)
    add("endless-header", b",".join(b"c%d" % n for n in range(60_000)) + b"\n1\n")
    add("empty", b"")
    add("only-bom", b"\xef\xbb\xbf")
    add("only-blank-lines", b"\n\n \n")
    add("only-commas", b",,,\n,,,\n")
    add("no-newline", b"date,place,kind,source")
    for text in (
        "{",
        "[]",
        "{}",
        "[1, 2]",
        '{"type": "FeatureCollection"}',
        '{"type": "FeatureCollection", "features": [null]}',
        "[" * 20_000,
    ):
        add("json", text.encode())
    point, bad = {"type": "Point", "coordinates": [-72.61, 19.15]}, {"type": "Point", "coordinates": "here"}
    rows = [
        {"date": "2024-10-03", "kind": "attack", "place": None, "killed": value}
        for value in (1, None, "2", [3], {"a": 1}, True)
    ]
    add(
        "geojson-odd",
        geojson(rows, [point, None, bad, {"type": "Nothing"}, {"type": "Point", "coordinates": []}, point]).encode(),
        6,
    )
    add("geojson-nan", geojson(rows[:1], [{"type": "Point", "coordinates": [float("nan"), 19]}]).encode(), 1)
    add(
        "geojson-null-properties",
        json.dumps(
            {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": None, "geometry": None}]}
        ).encode(),
    )
    return out


CASES = cases()


def test_there_are_two_hundred():
    assert len(CASES) >= 200


@pytest.mark.parametrize(("content", "least"), CASES)
def test_broken_files_neither_crash_nor_lose_rows(artibonite, tmp_path, content, least):
    path = tmp_path / "broken.csv"
    path.write_bytes(content)
    try:
        read = read_report(path, area=artibonite)
    except ArtimapError as error:
        if len(str(error)) < 20 or least:
            pytest.fail(f"refused without need or words: {error}")
        return
    assert read.accepted + len(read.quarantine) == read.rows
    assert read.rows >= least
    assert len(read.quarantine) == 0 or read.breaches
    assert_no_live_formula(table_csv(read.quarantine))


def assert_no_live_formula(text):
    import csv  # noqa: PLC0415

    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    for row in csv.reader(io.StringIO(text, newline="")):
        for cell in row:
            bare = cell.lstrip(" \ufeff")
            if bare[:1] in set("=+-@\t\r＝＋－＠%|"):
                float(cell.replace(",", "."))  # a plain number only


def test_null_and_odd_geometries_of_a_geopackage(artibonite, tmp_path):
    shapes = [
        shapely.Point(-72.61, 19.15),
        None,
        shapely.Point(),
        shapely.LineString([(-72.6, 19.1), (-72.61, 19.2)]),
        shapely.Point(5, 5),
    ]
    table = gpd.GeoDataFrame({"date": "2024-10-03", "kind": "attack", "n": range(5)}, geometry=shapes, crs="EPSG:4326")
    path = tmp_path / "a.gpkg"
    table.to_file(path)
    read = read_report(path, area=artibonite)
    assert (read.rows, read.accepted) == (5, 4)
    assert "lies outside the area" in read.breaches[0].why
    assert read.events["place_kind"].tolist() == ["place", "nowhere", "nowhere", "place"]
    table.to_crs("EPSG:32618").to_parquet(tmp_path / "b.parquet")
    again = read_report(tmp_path / "b.parquet", area=artibonite)
    assert (again.rows, again.accepted) == (5, 4)
    assert shapely.distance(again.events.geometry.iloc[0], read.events.geometry.iloc[0]) < 0.01

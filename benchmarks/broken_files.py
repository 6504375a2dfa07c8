"""Broken files and arguments by the hundred: no traceback, no abort, no hang, no more than a gigabyte, no row lost."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
import xlsxwriter

_SECONDS, _MB = 20, 1000
_HEAD = ["date", "place", "type", "killed", "lat", "lon", "source", "summary"]
_ROW = ["2025-12-01", "Savien", "attaque", "2", "19.1588", "-72.5367", "Radio A", "Des hommes armés, une nuit"]


def _table(rows: int = 5) -> pd.DataFrame:
    return pd.DataFrame([_ROW] * rows, columns=_HEAD)


def _bases(folder: Path) -> dict[str, bytes]:
    """Make one good file of each container."""
    table = _table()
    points = gpd.GeoDataFrame(table, geometry=shapely.points([[-72.5367, 19.1588]] * len(table)), crs=4326)
    points.to_file(folder / "a.gpkg", layer="events")
    points.to_file(folder / "a.geojson", driver="GeoJSON")
    points.to_parquet(folder / "geo.parquet")
    table.to_parquet(folder / "a.parquet")
    with xlsxwriter.Workbook(folder / "a.xlsx") as book:
        page = book.add_worksheet("Journal")
        for at, row in enumerate([_HEAD, *table.to_numpy().tolist()]):
            page.write_row(at, 0, row)
    text = table.to_csv(index=False)
    mark = "<Placemark><name>barrage</name><Point><coordinates>-72.5,19.1</coordinates></Point></Placemark>"
    return {
        "csv": text.encode(), "utf16.csv": text.encode("utf-16"), "cp1252.csv": text.encode("cp1252"),
        "xlsx": (folder / "a.xlsx").read_bytes(), "gpkg": (folder / "a.gpkg").read_bytes(),
        "geojson": (folder / "a.geojson").read_bytes(), "geo.parquet": (folder / "geo.parquet").read_bytes(),
        "parquet": (folder / "a.parquet").read_bytes(), "json": json.dumps(table.to_dict("records")).encode(),
        "kml": f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{mark * 3}</Document></kml>'.encode(),
    }  # fmt: skip


def _geojson(shape: object, **more: object) -> bytes:
    row = {"type": "Feature", "properties": dict(zip(_HEAD, _ROW, strict=True)), "geometry": shape}
    return json.dumps({"type": "FeatureCollection", "features": [row], **more}).encode()


def _csv(*rows: list[str], head: list[str] | None = None) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([head or _HEAD, *rows])
    return out.getvalue().encode("utf-8", "surrogatepass")


def _with(**cells: str) -> list[str]:
    return [cells.get(name, cell) for name, cell in zip(_HEAD, _ROW, strict=True)]


def _far_cell(book: bytes, cell: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name.endswith("sheet1.xml"):
                row = f'<row r="{cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}"><c r="{cell}"><v>1</v></c></row>'
                body = body.replace(b"</sheetData>", row.encode() + b"</sheetData>")
            new.writestr(name, body)
    return out.getvalue()


def _shared(times: int) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet("Journal")
        page.write_row(0, 0, _HEAD)
        for at in range(times):
            page.write_row(at + 1, 0, _with(summary="mot " * 8_000))
    return out.getvalue()


def _parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def _special(bases: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Give files that are broken on purpose, by name."""
    for value in ("1e308", "-1e308", "inf", "nan", "1e-320", "9" * 400, "١٩", "19,15,88", "--19", "19°99'", "0x1f", ""):
        yield f"lat {value[:12]}.csv", _csv(_with(lat=value))
        yield f"killed {value[:12]}.csv", _csv(_with(killed=value))
    for day in (
        "0001-01-01",
        "9999-12-31",
        "2025-02-30",
        "99999-01-01",
        "-1",
        "0",
        "31/12/99999",
        "00:00.0",
        "１２",
        "T",
        "\x00",
    ):
        yield f"day {day.replace('/', '-')!r}.csv", _csv(_with(date=day))
    for words in (
        "a" * 1000,
        "RN1 " * 3000,
        "entre " * 4000,
        "km " * 5000,
        "(" * 5000,
        "à " * 20_000,
        "\ud800",
        "\u202e" * 50,
        "=cmd|x",
        "\x1b[2J",
    ):
        yield f"place {len(words)} {words[:4]!r}.csv", _csv(_with(place=words))
        yield f"summary {len(words)} {words[:4]!r}.csv", _csv(_with(summary=words * 3))
        yield f"type {len(words)} {words[:4]!r}.csv", _csv(_with(type=words))
    for x, y in ((1e308, 1e308), (float("inf"), 0), (float("nan"), float("nan")), (181, 91), (-1e-320, 0)):
        yield f"point {x} {y}.geojson", _geojson({"type": "Point", "coordinates": [x, y]})
        yield f"line {x}.geojson", _geojson({"type": "LineString", "coordinates": [[x, y], [0, 0]]})
    for shape in (
        {"type": "Point"}, {"type": "Point", "coordinates": []}, {"type": "Nothing", "coordinates": [1, 2]}, [], "x", 7,
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}, {"type": "GeometryCollection", "geometries": []},
        {"type": "Point", "coordinates": ["a", "b"]}, {"type": "Point", "coordinates": [[1, 2]]},
    ):  # fmt: skip
        yield f"shape {str(shape)[:20]!r}.geojson".replace("/", ""), _geojson(shape)
    for name in ("EPSG:nothing", "EPSG:999999", "", 7, "urn:ogc:def:crs:EPSG::", "+proj=bad"):
        yield (
            f"crs {str(name).replace(':', ' ')}.geojson",
            _geojson(
                {"type": "Point", "coordinates": [-72.5, 19.1]}, crs={"type": "name", "properties": {"name": name}}
            ),
        )
    deep = 200_000
    yield "deep.json", b"[" * deep + b"]" * deep
    yield "deep object.json", b'{"a":' * deep + b"1" + b"}" * deep
    yield "surrogate.json", b'[{"date": "2025-12-01", "place": "\\ud800", "type": "attaque"}]'
    yield "number.json", b"7"
    yield "empty list.json", b"[]"
    yield "lists.json", json.dumps([_HEAD, _ROW, ["x"]]).encode()
    yield "overpass.json", b'{"elements": [], "remark": "runtime error: Query timed out"}'
    for cell in ("AZ1048576", "XFD1048576", "ZZZZZZ9999999", "XFD2", "A1048576"):
        yield f"far {cell}.xlsx", _far_cell(bases["xlsx"], cell)
    yield "shared.xlsx", _shared(40_000)
    yield "one column.csv", b"date\n" + b"2025-12-01\n" * 8_000_000
    yield "one line.csv", b"x," * 8_000_000
    yield "quotes.csv", _csv(*[_ROW] * 2_000).replace(b"Savien", b'"Savien', 2)
    yield "wide.csv", (",".join(f"c{n}" for n in range(30_000)) + "\n" + "1," * 30_000).encode()
    yield "nul.csv", _csv(_ROW).replace(b"Savien", b"Sa\x00vien")
    yield "mixed encodings.csv", _csv(_ROW) + ",".join(_ROW).encode("cp1252") + b"\n"
    yield "utf32.csv", _csv(_ROW).decode().encode("utf-32")
    yield "empty.csv", b""
    yield "blank.csv", b"\n" * 50
    yield "header.csv", _csv()
    yield "bom.csv", b"\xef\xbb\xbf\xef\xbb\xbf" + _csv(_ROW)
    yield "html.csv", b"<!doctype html><html><body>404</body></html>"
    yield "pdf.csv", b"%PDF-1.7\n"
    yield "gzip.csv", b"\x1f\x8b\x08\x00" + b"\x00" * 30
    point = pa.array([shapely.to_wkb(shapely.Point(-72.5, 19.1))])
    geo = {b"geo": json.dumps({"primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB"}}}).encode()}
    for name, column in (
        ("struct", pa.array([{"a": 1, "b": [1, 2]}])), ("list", pa.array([[1, 2, 3]])),
        ("bytes", pa.array([b"\xff\xfe"])),
        ("dictionary", pa.array(["x"]).dictionary_encode()), ("decimal", pa.array([Decimal(10) ** 30])),
        ("time", pa.array([1], pa.time64("ns"))), ("nanoseconds", pa.array([2**62], pa.timestamp("ns"))),
        ("far days", pa.array([2**50], pa.timestamp("s"))), ("null", pa.nulls(1)),
    ):  # fmt: skip
        yield (
            f"{name}.parquet",
            _parquet(pa.table({"date": ["2025-12-01"], "place": ["Savien"], "type": ["x"], name: column})),
        )
        yield f"date {name}.parquet", _parquet(pa.table({"date": column, "place": ["Savien"], "type": ["x"]}))
    for name, value in (("bad", b"\x01\x02"), ("short", struct.pack("<BI", 1, 1)), ("none", None), ("empty", b"")):
        table = pa.table({"date": ["2025-12-01"], "type": ["x"], "geometry": pa.array([value], pa.binary())})
        yield f"wkb {name}.parquet", _parquet(table.replace_schema_metadata(geo))
    yield (
        "geo without column.parquet",
        _parquet(pa.table({"date": ["2025-12-01"], "x": point}).replace_schema_metadata(geo)),
    )
    yield "geo metadata.parquet", _parquet(pa.table({"date": ["2025-12-01"]}).replace_schema_metadata({b"geo": b"{"}))


def _damaged(bases: dict[str, bytes], seed: int) -> Iterator[tuple[str, bytes]]:
    """Give good files cut short, and with bytes turned, at places of chance."""
    chance = random.Random(seed)  # noqa: S311 - the same damage again
    for name, body in bases.items():
        for number in range(10):
            yield f"cut {number}.{name}", body[: chance.randrange(1, len(body))]
        for number in range(14):
            turned = bytearray(body)
            for _ in range(chance.choice((1, 3, 30))):
                turned[chance.randrange(len(turned))] = chance.randrange(256)
            yield f"turned {number}.{name}", bytes(turned)


def _arguments(folder: Path, good: Path) -> Iterator[tuple[str, list[str]]]:
    """Give command lines that are wrong in one thing each."""
    deep = folder / "deep.toml"
    deep.write_text("a = " + "[" * 5_000 + "]" * 5_000)
    (folder / "bad.toml").write_text("[partners\nhigh = 1")
    (folder / "odd.toml").write_text('k = "five"\nlicensed = 7\n[partners]\nsevere = ["pass"]\n')
    (folder / "mapping.toml").write_text('[columns]\ndate = 7\nplace = ["a"]\n[kinds]\nx = "y"\n')
    (folder / "empty.csv").write_text("")
    (folder / "decisions.csv").write_text("report_a,report_b,decision\n")
    for number, text in enumerate(
        ("", "{}", "[]", "7", '{"audience": 7, "as_of": []}', "{" * 100_000, '{"report": {"rows": 7}}')
    ):
        (folder / f"since{number}").mkdir()
        (folder / f"since{number}" / "manifest.json").write_text(text)
        yield f"since {number}", ["report", "--since", str(folder / f"since{number}"), "-o", str(folder / "r.md")]
    for value in ("0", "-5", "nan", "1e308", "inf", "x", ""):
        yield f"length {value}", ["risk", "--length-m", value]
        yield f"half-life {value}", ["risk", "--half-life", value]
    for value in ("", "x", "2024-13-01", "0001-01-01", "9999-12-31", "20241015", "2024-10-15T10:00", "\ud800"):
        yield f"as-of {value!r}", ["status", "--as-of", value]
        yield f"today {value!r}", ["validate", str(good), "--today", value]
    for name in ("deep.toml", "bad.toml", "odd.toml", "absent.toml", "", "."):
        yield f"policy {name!r}", ["status", "--policy", str(folder / name) if name else ""]
        yield f"mapping {name!r}", ["validate", str(good), "--mapping", str(folder / name) if name else ""]
    yield "mapping odd", ["validate", str(good), "--mapping", str(folder / "mapping.toml")]
    for name in ("", ".", "absent.csv", str(folder), os.devnull, "a\x00b" if False else "a" * 300):
        yield f"file {name[:10]!r}", ["validate", name]
        yield f"events {name[:10]!r}", ["status", "--events", name]
        yield f"claims {name[:10]!r}", ["status", "--claims", name]
    for name in ("empty.csv", "decisions.csv", "absent.csv"):
        yield f"decisions {name}", ["status", "--decisions", str(folder / name), "--events", str(good)]
    yield "locate", ["locate", "a" * 3000]
    yield "locate empty", ["locate", ""]
    yield "output", ["report", "-o", str(good / "r.md")]
    yield "output ending", ["report", "-o", str(folder / "r.exe")]
    yield "source", ["validate", str(good), "--source", "nothing"]


def _rows_of(path: Path) -> int | None:
    """Count the rows of a plain CSV with the standard library alone; null where that does not tell them."""
    if (
        path.suffix != ".csv"
        or path.stat().st_size > 1 << 22
        or not path.name.startswith(("lat", "killed", "day", "place", "type"))
    ):
        return None
    with path.open(encoding="utf-8", errors="surrogatepass", newline="") as file:
        return sum(1 for row in csv.reader(line.replace("\0", "") for line in file) if any(row)) - 1


def _tried(arguments: list[str], rows: int | None) -> tuple[str, float, float]:
    """Run the command; give how it ended (empty: as it should), its seconds and MB."""
    code = (
        "import resource, sys\n"
        "from artimap.cli import main\n"
        "try:\n    end = main(sys.argv[1:])\nexcept SystemExit as stop:\n    end = stop.code\n"
        "used = max(resource.getrusage(one).ru_maxrss for one in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))\n"
        "sys.stderr.write(f'\\nUSED {used / 1000}')\nsys.exit(end)\n"
    )
    start = time.perf_counter()
    try:
        done = subprocess.run(
            [sys.executable, "-c", code, *[one.replace("\ud800", "?") for one in arguments]],
            capture_output=True, timeout=4 * _SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "hangs", 4.0 * _SECONDS, 0.0
    except ValueError:
        return "", 0.0, 0.0
    taken = time.perf_counter() - start
    errors = done.stderr.decode(errors="replace")
    used = float(errors.rsplit("USED ", 1)[1]) if "USED " in errors else 0.0
    if "Traceback" in errors or "fault of artimap" in errors:
        return "traceback: " + errors.strip().rsplit("USED", 1)[0].strip().splitlines()[-1][:140], taken, used
    if done.returncode < 0:
        return f"killed by signal {-done.returncode}", taken, used
    if taken > _SECONDS:
        return "slow", taken, used
    if used > _MB:
        return "memory", taken, used
    if rows is not None and arguments[0] == "validate" and done.returncode in (0, 3, 4):
        told = json.loads(done.stdout)
        if told["accepted"] + told["rejected"] != rows:
            return f"rows lost: {told['accepted']} + {told['rejected']} of {rows}", taken, used
    return "", taken, used


def run(repeat: int, *, seed: int = 0, jobs: int = 1) -> None:
    """Try every file and argument, and print what did not end as it should.

    Parameters
    ----------
    repeat
        Not used: each is tried once.
    seed
        Other places of chance.
    jobs
        Processes at once.
    """
    del repeat
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bases = _bases(folder)
        good = folder / "good.csv"
        good.write_bytes(bases["csv"])
        files = []
        for number, (what, body) in enumerate((*_special(bases), *_damaged(bases, seed))):
            ending = what[what.index(".", what.rindex(" ") if " " in what else 0) :] if "." in what else ""
            stem = "".join(sign if sign.isalnum() else "_" for sign in what.split(".")[0])[:40]
            path = (
                folder
                / f"{stem or 'x'}-{number}{what[what.rindex('.') :] if not ending else ending[ending.rindex('.') :]}"
            )
            path.write_bytes(body)
            files.append((what, ["validate", str(path), "--format", "json"], _rows_of(path)))
        tries = [*files, *((what, arguments, None) for what, arguments in _arguments(folder, good))]
        ended = []
        with ThreadPoolExecutor(jobs) as pool:
            for (what, _, _), (how, taken, used) in zip(
                tries, pool.map(lambda one: _tried(one[1], one[2]), tries), strict=True
            ):
                ended.append((how, taken, used))
                if how:
                    print(f"{how}: {what} ({taken:.1f} s, {used:.0f} MB)", flush=True)
    wrong = [how for how, _, _ in ended if how]
    kinds = Counter(how.split(":")[0] for how in wrong)
    longest, largest = max(taken for _, taken, _ in ended), max(used for _, _, used in ended)
    print(
        f"{len(tries)} tried ({len(files)} files, {len(tries) - len(files)} arguments), "
        f"{len(wrong)} not as they should: {dict(kinds)}; longest {longest:.1f} s, largest {largest:.0f} MB"
    )

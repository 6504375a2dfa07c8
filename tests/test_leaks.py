"""What must not go out does not: rows planted by many routes in, looked for in everything that comes out.

The scanner (``leaks/scanner.py``) opens each file as deep as it goes and shares no code with the gate.
"""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
import re
import sqlite3
import struct
import zipfile
import zlib
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from io import BytesIO, StringIO
from urllib.parse import quote

import pytest

import artimap as am
from artimap.cli import main
from artimap.cli._shared import save
from artimap.maps.static.map import static_map
from artimap.sharing.policy import Access
from artimap.sharing.table_files import write_table
from tests.leaks.planted import AS_OF, LATEST, REASONS, bundle
from tests.leaks.scanner import Wanted, days_in, folded, found_in, spot_pattern, texts_in, texts_of

AUDIENCES = {"partners": "en", "public": "fr"}
PARTS = (
    "map.html", "report", "risk.gpkg", "pictures", "forecast.json", "manifest.json", "others in the folder",
    "exports", "events alone", "tables", "shared tables", "terminal",
)  # fmt: skip


@pytest.fixture(scope="module")
def brought(tmp_path_factory):
    return bundle(tmp_path_factory.mktemp("brought"))


def study_for(brought, audience, **more):
    return am.study(
        am.ARTIBONITE, events=brought.report, claims=brought.claims, decisions=brought.decisions, audience=audience,
        **{"as_of": AS_OF, **more},
    )  # fmt: skip


def written(brought, audience, lang, folder):
    """Write every product of a study, and give the files and folders by part."""
    study = study_for(brought, audience)
    study.write(folder / "briefing", lang=lang)
    chart = study.map(lang)
    for ending in ("kml", "gpx", "gpkg"):
        am.export_map(chart, folder / f"exports/map.{ending}")
    study.event_map(lang).save(folder / "alone/events.html")
    (folder / "pictures").mkdir()
    static_map(chart).save(folder / "pictures/map.svg")
    (folder / "briefing/strip.png").rename(folder / "pictures/strip.png")
    for name, table in {
        "zones": study.zones, "status": study.status, "posts": study.checkpoints, "risk": study.risk,
        "short": study.risk_by(study.corridor.lixels(250.0)),
    }.items():  # fmt: skip
        for ending in ("csv", "json", "geojson") if "geometry" in table else ("csv", "json"):
            save(table, folder / f"tables/{name}.{ending}")
    told = [Access("ACLED", dt.date(2026, 8, 1), "Haiti, 2026")]
    for ending in ("csv", "gpkg", "parquet", "geojson"):
        (folder / "shared").mkdir(exist_ok=True)
        write_table(
            study._inputs.events,
            folder / f"shared/events.{ending}",
            audience=audience,
            as_of=study.as_of,
            accesses=told,
        )
    own = {"map.html", "report.html", "report.md", "risk.gpkg", "forecast.json", "manifest.json"}
    here = folder / "briefing"
    parts = {name: [here / name] for name in own}
    parts["report"] = [*parts.pop("report.html"), *parts.pop("report.md")]
    parts["others in the folder"] = [one for one in sorted(here.rglob("*")) if one.name not in own]
    names = {"pictures": "pictures", "exports": "exports", "events alone": "alone", "tables": "tables"}
    return parts | {part: [folder / name] for part, name in (*names.items(), ("shared tables", "shared"))}


COMMANDS = (
    ("status", "--events", "{events}", "--claims", "{claims}"),
    ("status", "Ennery", "Terre-Neuve", "Pont-Sondé", "--events", "{events}", "--claims", "{claims}"),
    ("status", "--events", "{events}", "--claims", "{claims}", "--format", "json"),
    ("status", "--since", "2026-05-20", "--claims", "{claims}"),
    ("status", "--history", "Ennery", "--events", "{events}", "--claims", "{claims}"),
    ("zones", "--events", "{events}", "--claims", "{claims}", "-o", "{out}/zones.geojson"),
    ("zones", "--events", "{acled}"),
    ("risk", "--events", "{events}", "--explain", "rn1-4"),
    ("risk", "--events", "{acled}", "--length-m", "250", "-o", "{out}/risk.csv"),
    ("map", "--events", "{events}", "-o", "{out}/map.kml"),
    ("report", "--events", "{hxl}", "-o", "{out}/report.md"),
)  # fmt: skip


def printed(brought, audience, folder):
    """Give what the commands print and write, with the files as they came."""
    by_name = {path.name: path for path in brought.files}
    given = {
        "events": by_name["template.csv"], "acled": by_name["acled.csv"], "hxl": by_name["acled_hxl.csv"],
        "claims": brought.claims, "out": folder,
    }  # fmt: skip
    texts = []
    for command in COMMANDS:
        out = StringIO()
        words = [word.format(**given) for word in command]
        with redirect_stdout(out), redirect_stderr(out):
            main([*words, "--audience", audience, *(() if "--as-of" in words else ("--as-of", AS_OF))])
        texts.append((" ".join(command[:2]), out.getvalue()))
    return texts


@pytest.fixture(scope="module")
def hits(brought, tmp_path_factory):
    """Give what is found in all that an audience gets, by part and row; made once an audience."""

    @cache
    def made(audience):
        folder = tmp_path_factory.mktemp(audience)
        wanted = [one.wanted() for one in brought.hidden(audience)]
        files = written(brought, audience, AUDIENCES[audience], folder)
        found = {
            part: found_in((text for path in paths for text in texts_of(path)), wanted) for part, paths in files.items()
        }
        spoken = printed(brought, audience, folder / "commands")
        told = [text for way, words in spoken for text in texts_in(words, way)]
        return found | {"terminal": found_in([*told, *texts_of(folder / "commands")], wanted)}

    return made


@pytest.mark.parametrize("why", REASONS)
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("audience", ["partners", pytest.param("public", marks=pytest.mark.exhaustive)])
def test_nothing_planted_comes_out(brought, hits, audience, part, why):
    found = hits(audience)[part]
    told = [line for one in brought.hidden(audience, why) for line in found.get(one.name, ())]
    assert not told, f"{len(told)} in {part} for {audience}:\n" + "\n".join(told[:12])


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_day_of_the_answer_is_none_of_a_row_that_is_held_back(brought, audience):
    assert study_for(brought, audience, as_of=None).as_of.isoformat() != LATEST


# --- the scanner itself -------------------------------------------------------------------------


def test_what_internal_readers_get_is_found_so_that_a_blind_scanner_would_be_seen(brought, tmp_path):
    """The same rows, for those who may see them: the scanner finds words, days, spots and ids of most of them."""
    study = study_for(brought, "internal")
    study.map(over_time=False).save(tmp_path / "map.html")
    am.export_map(study.event_map(), tmp_path / "events.gpkg")
    found = found_in(texts_of(tmp_path), [one.wanted() for one in brought.secrets])
    for one in brought.secrets:
        # rejected where it is read, after the day, or known to a month only
        if one.why not in ("sensitive", "licensed") or one.day is None or one.name.startswith(("own table", "claim")):
            continue
        told = "\n".join(found[one.name])
        assert f": {one.word} in" in told, one.name
        assert ": day in" in told or "geojson (licensed)" in one.name, one.name
    assert ": spot in" in "\n".join(found["acled csv (licensed)"])


WRAPPED = (
    lambda text: text.encode(),
    lambda text: text.encode("utf-16"),
    lambda text: gzip.compress(text.encode()),
    lambda text: b"var x='" + base64.b64encode(zlib.compress(text.encode())) + b"';",
    lambda text: b'{"a":"' + base64.urlsafe_b64encode(_raw(_raw(text.encode()))) + b'"}',
    lambda text: _raw(text.encode()) + _raw(b"more and more of it"),
    lambda text: "".join(f"\\u{ord(sign):04x}" for sign in text).encode(),
    lambda text: "".join(f"&#{ord(sign)};" for sign in text).encode(),
    lambda text: quote(quote(text, safe=""), safe="").replace("z", "%7A").encode(),
    lambda text: text.encode().hex().encode() + b"0" * 60,
    lambda text: json.dumps({"a": json.dumps({"b": f"<p>{text}</p>"})}).encode(),
    lambda text: _zipped({"doc/a.xml": f"<t>{text}</t>".encode()}),
    lambda text: _zipped({f"{text}.csv": b"nothing"}),
    lambda text: _database(f"cell {text}"),
    lambda text: _database(base64.b64encode(text.encode() * 2)),
    lambda text: b"%PDF-1.4 stream\n" + zlib.compress(text.encode()) + b"endstream",
    lambda text: b"\x89PNG\r\n\x1a\n" + _chunk(b"tEXt", b"Comment\x00" + text.encode()),
    lambda text: b"\x89PNG\r\n\x1a\n" + _chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(text.encode())),
    lambda text: b"\x00\x01\xfe\xff\x02" * 9 + text.encode() + b"\x03\x04\xff" * 9,
)


def _raw(content):
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def _zipped(members):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()


def _database(cell):
    with sqlite3.connect(":memory:") as base:
        base.execute("create table t (a)")
        base.execute("insert into t values (?)", (cell,))
        base.commit()
        return base.serialize()


def _chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + b"\x00" * 4


@pytest.mark.parametrize("wrap", WRAPPED, ids=range(len(WRAPPED)))
def test_the_scanner_opens_what_words_can_be_wrapped_in(wrap):
    content = wrap("Zqvéliko at the bridge, on 2026-05-07")
    row = Wanted("row", ("zqveliko",), (r"the br[a-z]dge",), dt.date(2026, 5, 7))
    found = found_in(texts_in(content, "file"), [row])["row"]
    assert {line.split(" in file")[0] for line in found} >= {"row: zqveliko", "row: day", "row: the br[a-z]dge"}
    assert not found_in(texts_in(content, "file"), [Wanted("none", ("zqvother",), ("brudge",), dt.date(2026, 5, 8))])


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("7 May 2026", True), ("7 mai 2026", True), ("7 me 2026", True), ("07/05/2026", True),
        ("2026-05-07T10:00", True),
        ("20260507", True), ("May 7, 2026", True), ("le 7\u00a0mai\u00a02026", True), ("17 May 2026", False),
        ("2026-05-17", False),
        ("2026-07-05", False), ("05/07/2026", True), ("7 March 2026", False), ("27 mai 2026", False),
        ("1778112000", True),
        ("1778112000000", True), ("7 me 2026 (15 jou anvan)", True), ("Le 07.05.2026", True), ("2026-05-070", False),
    ],
)  # fmt: skip
def test_days_are_found_as_people_write_them(text, there):
    assert (dt.date(2026, 5, 7) in days_in(folded(text))) == there


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("-72.48113 19.25417", True), ('lat="19.25417" lon="-72.48113"', True), ("[-72.481132, 19.254171]", True),
        ("-72.48113 19.30000", False), ("-72.4811", False), ("-72.58113,19.25417", False),
    ],
)  # fmt: skip
def test_spots_are_found_in_either_order(text, there):
    assert bool(re.search(spot_pattern(-72.48113, 19.25417), text)) == there


# --- every file alone, through the command ---------------------------------------------------------


@pytest.mark.exhaustive
@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("at", range(22))
def test_each_file_alone_through_the_command(brought, audience, at, tmp_path):
    if at >= len(brought.files):
        pytest.skip("there are fewer files")
    path = brought.files[at]
    out = StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        main(["brief", "--events", str(path), "-o", str(tmp_path / "out"), "--audience", audience, "--as-of", AS_OF])
    wanted = [one.wanted() for one in brought.hidden(audience)]
    found = found_in([*texts_of(tmp_path / "out"), *texts_in(out.getvalue(), "terminal")], wanted)
    assert not found, f"{path.name}: {found}"


POLICIES = (
    '[partners]\nmoderate = "remove"\nhigh = "aggregate"\n',
    '[public]\nmoderate = "delay"\nhigh = "aggregate"\n',
)


@pytest.mark.exhaustive
@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("policy", POLICIES)
def test_under_other_policies(brought, audience, policy, tmp_path):
    (tmp_path / "policy.toml").write_text(policy, encoding="utf-8")
    made = study_for(brought, audience, policy=am.read_policy(tmp_path / "policy.toml"))
    made.write(tmp_path / "out")
    # A row that waits for its day goes out whole once the day has come: the moderate one is months old.
    passes = "moderate" if "delay" in policy and audience == "public" else None
    wanted = [one.wanted() for one in brought.hidden(audience) if one.why != passes]
    assert not found_in(texts_of(tmp_path / "out"), wanted)

"""Hostile text in every field that can reach a page stays text: all payloads, parsed but not run."""

from __future__ import annotations

import base64
import csv
import datetime as dt
import json
import re
import sys
import unicodedata
import zlib
from contextlib import suppress
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import folium
import lxml.etree
import pyogrio
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from hostile import (
    hostile_area,
    hostile_days,
    hostile_names,
    hostile_posts,
    hostile_tables,
    hostile_zones,
    kept,
    payloads,
)

import artimap as am
from artimap.areas.area import ARTIBONITE
from artimap.cli import main
from artimap.cli._shared import save
from artimap.core import schema
from artimap.core.files import defused
from artimap.core.tables import ZONES
from artimap.core.text import web_address
from artimap.maps import build, layers
from artimap.maps.folium_layers import is_colour, what_breaks
from artimap.maps.web import render
from artimap.report import markdown
from artimap.report.blocks import clean
from artimap.report.strip.map import strip_map
from tests.pagedata import data_in

DAY = "2025-12-31"
ALL = payloads()


class Seen(HTMLParser):
    """The tags of a page with the names of their attributes, its scripts, links and text."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.kinds, self.scripts, self.links, self.text, self._in, self.ids = set(), [], [], [], None, {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.kinds.add((tag, *sorted(named)))
        self.links += [named[name] for name in ("href", "src") if name in named]
        if tag in ("script", "style"):
            self._in = tag
            self.scripts.append("")
            self.ids[named.get("id")] = len(self.scripts) - 1

    def handle_endtag(self, tag):
        self._in = None if tag == self._in else self._in

    def handle_data(self, data):
        if self._in:
            self.scripts[-1] += data
        else:
            self.text.append(data)

    @property
    def data(self):
        return data_in(self.scripts[self.ids["artimap-data"]])


@pytest.fixture(scope="module")
def tables(rn1, events, ledger):
    return {
        "corridor": rn1,
        "risk": am.corridor_risk(rn1, rn1.locate(events), as_of=DAY, ledger=ledger),
        "zones": am.control_zones(ARTIBONITE, ledger, as_of=DAY, events=events),
        "checkpoints": am.checkpoints_on(rn1, ledger, as_of=DAY),
        "events": events,
        "ledger": ledger,
    }


def drawn(tables, texts, **more):
    """Make a briefing in which every text is one of the payloads."""
    with pytest.MonkeyPatch.context() as patched:
        named = ((build, "read_places"), (build, "read_units"), (layers, "read_units"), (layers, "read_roads"))
        for module, name in named:
            patched.setattr(module, name, hostile_names(getattr(module, name), texts))
        return am.briefing_map(
            hostile_area(ARTIBONITE, texts[0]), as_of=DAY, since="2015-01-01", audience="internal",
            **hostile_tables(tables, texts), **more,
        )  # fmt: skip


@pytest.fixture(scope="module")
def hostile(tables):
    return drawn(tables, ALL, title=ALL[1], author=ALL[2], changes=list(ALL))


@pytest.fixture(scope="module")
def usual(tables):
    return Seen(am.briefing_map(ARTIBONITE, as_of=DAY, audience="internal", changes=["one"], **tables).html())


def test_there_are_enough_and_all_kinds():
    assert len(ALL) == len(set(ALL)) >= 300
    signs = "<script onerror javascript: <svg <math {{ </script> <!-- \u202e \x00 =cmd url( </style> __proto__ \ud800"
    for sign in (*signs.split(" "), "\u2028"):
        assert any(sign in text for text in ALL), sign


def test_json_holds_each_and_cannot_be_left():
    for text in ALL:
        coded = render.to_json({"a": text, text: [text]})
        assert not set("<>&\u2028\u2029") & set(coded)
        assert json.loads(coded)["a"] == kept(text)
        page = Seen(f'<script type="application/json" id="artimap-data">{coded}</script><p>')
        assert page.kinds == {("script", "id", "type"), ("p",)}
        assert page.data["a"] == kept(text)


def test_every_field_of_the_page_holds_them_all(hostile, usual):
    page = Seen(hostile.html())
    assert page.kinds <= usual.kinds
    assert page.scripts[0] == usual.scripts[0]  # the style
    assert page.scripts[-3:] == usual.scripts[-3:]  # Leaflet, folium's map, our own
    assert all(link.startswith("#") for link in page.links)
    data = page.data
    texts = {kept(text) for text in ALL}
    told = data["details"].values()
    spoken = {
        "sentence": {one["sentence"] for one in told},
        "where": {one["where"] for one in told},
        "said": {said["text"] for one in told for said in one["statements"]},
        "source": {said["source"] for one in told for said in one["statements"]},
        "place": {
            feature.get("label")
            for layer in data["layers"]
            if layer["name"] == "places"
            for feature in layer["features"]
        },
        "found": {row["label"] for row in data["names"]},
        "changed": {item["text"] for section in data["panel"]["briefing"] for item in section["items"]},
    }
    for field, found in spoken.items():
        joined = "\n\n".join(map(str, found))
        missing = {text for text in texts if text.strip() not in joined}
        assert missing == set(), field
    assert {said["url"] for one in told for said in one["statements"]} <= {"", *filter(None, map(web_address, ALL))}


def test_the_other_languages_hold_them_too(hostile):
    packed = Seen(hostile.html()).data["languages"]
    assert set(packed) == {"fr", "ht"}
    for block in packed.values():
        json.loads(zlib.decompress(base64.b64decode(block)))


def test_the_road_on_earlier_days_packs_them(tables, usual):
    days = hostile_days(tables, ALL, [dt.date(2015, 1, 1), dt.date(2024, 6, 30)])
    page = Seen(drawn(tables, ALL, languages=("fr",), risk_over_time=days).html())
    assert page.kinds <= usual.kinds
    assert page.scripts[-4:-1] == usual.scripts[-3:]
    parts = json.loads(page.scripts[-1])
    assert set(parts) == {"rates", "rates_en", "rates_fr"}
    told = "\n\n".join(zlib.decompress(base64.b64decode(one)).decode() for one in parts.values())
    names = {kept(name) for risk in days.values() for name in risk["name"]}
    assert [name for name in names if json.dumps(name, ensure_ascii=False)[1:-1] not in told] == []


def test_the_zones_of_earlier_days_pack_them(tables, usual):
    made = hostile_tables(tables, ALL)
    zones = hostile_zones(made["zones"], ALL, dt.date(2024, 6, 30))
    page = Seen(drawn(tables, ALL, languages=("fr",), zones_over_time=zones).html())
    assert page.kinds <= usual.kinds
    parts = json.loads(page.scripts[-1])
    assert set(parts) == {"zones", "zones_en", "zones_fr"}
    told = "\n\n".join(zlib.decompress(base64.b64decode(one)).decode() for one in parts.values())
    names = set(schema.conform(zones, ZONES)["name"])
    assert [name for name in names if json.dumps(name, ensure_ascii=False)[1:-1] not in told] == []


def test_the_posts_on_earlier_days_pack_them(tables, usual):
    posts = hostile_tables(tables, ALL)["checkpoints"]
    days = hostile_posts(posts, ALL, [dt.date(2015, 1, 1), dt.date(2024, 6, 30)])
    page = Seen(drawn(tables, ALL, languages=("fr",), checkpoints_over_time=days).html())
    assert page.kinds <= usual.kinds
    assert page.scripts[-4:-1] == usual.scripts[-3:]
    parts = json.loads(page.scripts[-1])
    assert set(parts) == {"posts", "posts_en", "posts_fr"}
    told = "\n\n".join(zlib.decompress(base64.b64decode(one)).decode() for one in parts.values())
    names = {kept(name).strip() for table in days.values() for name in table["place"]}
    assert [name for name in names if json.dumps(name, ensure_ascii=False)[1:-1] not in told] == []


@pytest.mark.exhaustive
def test_title_author_and_source_one_by_one(artibonite, monkeypatch, usual):
    """Every payload alone in the places that a page has once."""
    bare = am.briefing_map(artibonite, as_of=DAY, languages=())
    underneath = render.base_map(bare.page)
    monkeypatch.setattr(render, "base_map", lambda _: underneath)
    monkeypatch.setattr(render, "payload", lambda page, map_name: {"title": page.furniture.title, "map": map_name})
    for text in ALL:
        furniture = replace(
            bare.page.furniture, title=text, subtitle=text, note=text,
            about=tuple(replace(one, heading=text, text=text) for one in bare.page.furniture.about),
        )  # fmt: skip
        page = Seen(render.to_html(replace(bare.page, furniture=furniture)))
        assert page.kinds <= usual.kinds, text
        assert page.scripts[-3:] == usual.scripts[-3:]
        assert page.data["title"] == kept(text)


def test_an_event_map_packs_them(artibonite, tables):
    table = hostile_tables(tables, ALL)["events"]
    chart = am.event_map(
        artibonite, table, as_of=DAY, source="\n".join(ALL), title=ALL[3], author=ALL[4], since="2015-01-01"
    )
    page = Seen(chart.html())
    assert len([one for one in page.kinds if one[0] == "script"]) <= 3
    assert {one[0] for one in page.kinds} <= {
        "html", "head", "meta", "title", "style", "body", "a", "div", "main", "header", "h1", "p", "aside", "section",
        "noscript", "h2", "ul", "li", "script",
    }  # fmt: skip
    assert chart.page.field is not None


def test_the_notebook_s_frame_holds_the_page_whole(hostile):
    shown = Seen(hostile._repr_html_())
    assert {one[0] for one in shown.kinds} == {"iframe", "details", "summary", "p", "b", "br"}
    assert hostile.key_facts()


@pytest.fixture(scope="module")
def report(tables):
    mine = {name: table for name, table in hostile_tables(tables, ALL).items() if name != "events"}
    return am.corridor_report(
        ARTIBONITE, as_of=DAY, audience="internal", events=hostile_tables(tables, ALL)["events"], **mine
    )


def test_the_report_stays_text(report, tables):
    plain = Seen(am.corridor_report(ARTIBONITE, as_of=DAY, audience="internal", **tables).html())
    page = Seen(report.html())
    extra = {one[0] for one in page.kinds} - {one[0] for one in plain.kinds}
    assert extra <= {"ul", "ol", "li", "strong", "b", "a", "p"}
    assert not [one for one in page.kinds if any(name.startswith("on") or name == "srcdoc" for name in one[1:])]
    assert all(link.startswith(("#", "data:image/")) or web_address(link) for link in page.links)
    text = report.markdown()
    assert not re.search(r"(?<!\\)<(?!/?(?:br|sub|sup)\b)[a-zA-Z/!?]", text)
    assert not re.search(r"(?<!\\)\]\((?!https?://|#|data:image/)", text)


def test_markdown_has_no_live_sign_of_theirs():
    for text in ALL:
        made = markdown.escape(clean(text))
        assert not re.search(r"(?<!\\)[<`*\[\]|]", made), text
        assert "\n" not in made


@pytest.mark.parametrize("text", ["strip", pytest.param("sheet", marks=pytest.mark.exhaustive)])
def test_pictures_write_them_as_letters(rn1, hostile, text):
    if text == "strip":
        texts = [one for one in ALL if len(one) < 60][:80]
        picture = strip_map(rn1, places=hostile_names(lambda: rn1.towns, texts)(), as_of=DAY).svg()
    else:
        picture = am.static_map(hostile).svg()
    root = ET.fromstring(picture)  # noqa: S314 - our own picture
    assert {node.tag.split("}")[-1] for node in root.iter()} <= {
        "svg", "g", "path", "defs", "clipPath", "rect", "use", "style", "metadata", "RDF", "Work", "type", "format",
        "creator", "Agent", "title", "pattern", "text", "tspan", "image",
    }  # fmt: skip
    for node in root.iter():
        for name, value in node.attrib.items():
            assert not name.startswith("on")
            assert not name.endswith("href") or value.startswith(("#", "data:image/png"))


def test_only_plain_addresses_become_links():
    passed = [text for text in ALL if web_address(text)]
    assert passed == ["https://example.org/a)[x](javascript:alert(1)"]  # a path like any other; Markdown gets it coded
    for text in ALL:
        address = web_address(f"https://example.org/{text}")
        assert not address or not set("<>\"'`\\ \t\n\x00") & set(address)


def test_no_payload_names_a_server_of_tiles(artibonite):
    places = "{z}/{x}/{y}"
    for text in ALL:
        for address in (text, f"{text}/{places}", f"https://{text}/{places}.png", f"https://tile.example.org/{text}"):
            with pytest.raises(am.ShareError):
                am.Tiles(address, "whose they are")
    tiles = am.Tiles(f"https://tile.example.org/{places}.png", "".join(ALL))
    with pytest.warns(UserWarning, match="no longer silent"):
        page = Seen(am.briefing_map(artibonite, as_of=DAY, tiles=tiles, languages=()).html())
    assert {one[0] for one in page.kinds} <= {
        "html", "head", "meta", "title", "style", "body", "a", "div", "main", "header", "h1", "p", "aside", "section",
        "noscript", "h2", "ul", "li", "script",
    }  # fmt: skip


def test_no_payload_is_a_colour():
    assert [text for text in ALL if is_colour(text)] == []
    for text in (
        "#abc",
        "#AABBCC",
        "#aabbcc80",
        "rgb(1, 2, 3)",
        "rgba(1,2,3,.5)",
        "hsl(120deg 50% 50%)",
        "Crimson",
        "none",
    ):
        assert is_colour(text), text
    for text in (
        "#ab",
        "#abcde",
        "rgb(1)",
        "rgb(var(--a),1,2)",
        "reds",
        "inherit",
        "currentColor",
        "url(#a)",
        "",
        " red",
    ):
        assert not is_colour(text), text


def test_no_cell_is_a_formula():
    live = re.compile(r"^\W*?[=+@＝|%-]")
    for text in ALL:
        cell = defused(text)
        assert (
            cell.startswith("'")
            or not live.match(cell)
            or text == "-1"
            or not re.match(r"^[\s\u200b-\u200f\ufeff=+@＝|%-]", cell)
        ), text


# --- a user's own folium layers ------------------------------------------------------------------


def a_line(**properties):
    shape = {"type": "LineString", "coordinates": [[-72.7, 19.1], [-72.6, 19.2]]}
    return {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "id": "1", "properties": properties, "geometry": shape}],
    }


def own_layers(text):
    """Layers that carry a text in every place that folium has for one."""
    at = (19.1, -72.7)
    unnamed = a_line(**{text: "a"})
    del unnamed["features"][0]["id"]
    return {
        "name": lambda: folium.FeatureGroup(name=text),
        "tooltip": lambda: folium.Circle(at, tooltip=text),
        "tooltip style": lambda: folium.Circle(at, tooltip=folium.Tooltip("a", style=text)),
        "tooltip class": lambda: folium.Circle(at, tooltip=folium.Tooltip("a", class_name=text)),
        "colour": lambda: folium.PolyLine([at, (19.2, -72.6)], color=text),
        "fill": lambda: folium.CircleMarker(at, fill_color=text),
        "dashes": lambda: folium.PolyLine([at, (19.2, -72.6)], dash_array=text),
        "class": lambda: folium.CircleMarker(at, class_name=text),
        "icon": lambda: folium.Marker(at, icon=folium.DivIcon(html=text)),
        "icon class": lambda: folium.Marker(at, icon=folium.DivIcon(html="A", class_name=text)),
        "property": lambda: folium.GeoJson(a_line(name=text), name="Route"),
        "property and tooltip": lambda: folium.GeoJson(a_line(name=text), tooltip=folium.GeoJsonTooltip(["name"])),
        "alias": lambda: folium.GeoJson(a_line(name="a"), tooltip=folium.GeoJsonTooltip(["name"], aliases=[text])),
        "property's name": lambda: folium.GeoJson(unnamed, style_function=lambda _: {"color": "red"}),
        "style": lambda: folium.GeoJson(a_line(name="a"), style_function=lambda _: {"color": text}),
        "style's name": lambda: folium.GeoJson(a_line(name="a"), style_function=lambda _: {text: 1}),
        "highlight": lambda: folium.GeoJson(a_line(name="a"), highlight_function=lambda _: {"fillColor": text}),
    }


def test_own_layers_are_harmless_or_refused(artibonite):
    bare = am.briefing_map(artibonite, as_of=DAY, languages=())
    passed, refused, standing = {}, {}, []
    for text in ALL:
        for place, make in own_layers(text).items():
            layer = make()
            if what_breaks([layer]):
                refused[place] = refused.get(place, 0) + 1
            else:
                passed[place] = passed.get(place, 0) + 1
                standing.append(layer)
    for place in ("colour", "fill", "style", "highlight", "property's name", "style's name", "tooltip", "icon", "name"):
        assert refused[place] >= 250, (place, refused)
    _, script, _ = render.base_map(replace(bare.page, foreign=tuple(standing)))
    page = Seen(f"<script>{script}</script><p>")
    assert page.kinds == {("script",), ("p",)}
    assert not re.search(r"</?(script|img|svg|style|iframe)", script, re.IGNORECASE)
    assert passed["property"] >= len(ALL) - 40  # JSON of folium's own making, which escapes all but templates


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (lambda: folium.PolyLine([(19, -72), (19.1, -72)], color="javascript:alert(1)"), "#AA3377"),
        (lambda: folium.PolyLine([(19, -72), (19.1, -72)], color="redd"), "no colour"),
        (lambda: folium.CircleMarker((19, -72), fill_color="url(https://example.org/x)"), "CSS name"),
        (lambda: folium.GeoJson(a_line(a="b"), style_function=lambda _: {"color": "</script>"}), "style_function"),
        (lambda: folium.GeoJson(a_line(a="{{ 7 * 7 }}")), "template"),
        (lambda: folium.GeoJson(a_line(**{"{% raw %}": "b"})), "template"),
        (lambda: folium.Circle((19, -72), tooltip="{{ 7 * 7 }}"), "plain text"),
        (lambda: folium.GeoJson(a_line(a="b"), on_each_feature=folium.JsCode("() => alert(1)")), "on_each_feature"),
        (lambda: folium.CircleMarker((19, -72), class_name=folium.JsCode("alert(1)")), "code of its own"),
    ],
)
def test_a_colour_that_is_none_is_told_with_what_to_write(artibonite, layer, words):
    with pytest.raises(am.ShareError) as told:
        am.briefing_map(artibonite, as_of=DAY, languages=()).with_layers(layer())
    assert words in str(told.value)


def test_links_that_open_nothing_are_told(tmp_path, capsys):
    path = tmp_path / "own.csv"
    row = "2024-10-14,Pont-Sondé,road_ambush,radio,{}"
    rows = [row.format(link) for link in ("javascript:alert(1)", "https://example.org/a", "")]
    path.write_text("\n".join(["date,place,kind,source,url", *rows]), encoding="utf-8")
    main(["validate", str(path)])
    told = capsys.readouterr().out
    assert "1 link is no web address" in told
    assert "javascript:alert(1)" in told


# --- files for other programs ---------------------------------------------------------------------

FORBIDDEN = (
    *(f"Bridge{sign}km 7" for sign in "\x00\x01\x08\x0b\x0c\x1b\x7f\x9b\ufffe\uffff\ud83d\udc00"),
    "]]>", "x]]]]>><b>bold</b>", '<img src="https://example.org/p.png">', "<IMG SRC=//example.org/p>", "a & b &amp; <c",
    "&#x3c;img src=https://example.org/p&#x3e;", "<a href='https://example.org'>open</a>", "<![CDATA[", "&lt;b&gt;",
)  # fmt: skip
TAG = re.compile(r"<\s*/?\s*[a-z!?]", re.IGNORECASE)


@pytest.fixture(scope="module")
def exported(tables, tmp_path_factory):
    """Give the hostile map in each form for other programs: a briefing, and events alone."""
    folder = tmp_path_factory.mktemp("exports")
    texts = (*ALL, *FORBIDDEN)
    title = f"{FORBIDDEN[1]} ]]> {FORBIDDEN[15]}"
    chart = drawn(tables, texts, title=title, author=FORBIDDEN[12], changes=list(texts))
    alone = am.event_map(
        ARTIBONITE, hostile_tables(tables, texts)["events"], as_of=DAY, source="\n".join(FORBIDDEN), title=title
    )
    return [
        path
        for name, one in (("map", chart), ("events", alone))
        for ending in ("kml", "gpx", "gpkg")
        for path in am.export_map(one, folder / f"{name}.{ending}")
    ]


def test_each_export_opens_with_strict_readers_and_holds_no_tag(exported):
    assert {path.name for path in exported} >= {"map.kml", "map.gpx", "map-road.gpx", "map.gpkg", "events.kml"}
    for path in exported:
        rows = {name: pyogrio.read_dataframe(path, layer=name) for name, _ in pyogrio.list_layers(path)}
        assert sum(map(len, rows.values())) > 10, path
        if path.suffix == ".gpkg":
            for form in rows["layer_styles"]["styleQML"]:
                lxml.etree.fromstring(form.encode())
            continue
        tree = lxml.etree.parse(path)  # strict: it stops at the first sign that XML has no place for
        names = {lxml.etree.QName(node).localname for node in tree.iter()}
        assert not names & {"img", "b", "a", "script", "svg"}, path
        # a program that shows a text as HTML reads it once more than XML does
        texts = [node.text or "" for node in tree.iter()]
        assert [text for text in texts if TAG.search(text)] == [], path


def test_what_they_say_stays_readable_in_exports(exported):
    """Nothing is dropped: a text that is shown as HTML gives the words that were written."""
    kml = next(path for path in exported if path.name == "map.kml")
    told = "\n".join(node.text or "" for node in lxml.etree.parse(kml).iter("{*}description"))
    page = Seen(f"<p>{told}</p>")
    assert {one[0] for one in page.kinds} == {"p"}
    shown = "".join(page.text)
    for text in ('<img src="https://example.org/p.png">', "a & b &amp; <c", "&lt;b&gt;", "]]>"):
        assert text in shown, text
    assert "Bridge\ufffdkm 7" in shown


def test_tables_of_the_commands_open_with_gdal(tables, tmp_path):
    texts = (*ALL, *FORBIDDEN)
    zones = hostile_tables(tables, texts)["zones"]
    zones.attrs["as_of"] = DAY
    for ending in ("geojson", "gpkg", "csv", "json"):
        path = save(zones, tmp_path / f"zones.{ending}", layer="zones")
        if ending == "json":
            assert len(json.loads(path.read_text(encoding="utf-8"))) == len(zones)
        else:
            assert len(pyogrio.read_dataframe(path)) == len(zones), ending


# --- the terminal ---------------------------------------------------------------------------------

OBEYED = (
    "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x1b]8;;https://example.org\x07open\x1b]8;;\x07", "\x9b2J", "\x1bc",
    "\u202egnp.exe", "\u2066turned\u2069", "\x1b[1A\x1b[2Kover", "a\x08\x08b", "one\rtwo", "\x1b(0", "\u200fx\u061c",
    "\U000e0041tag", "\x85next", "\x7f",
)  # fmt: skip


def obeyed_in(text):
    """Give the signs of a text that a terminal may obey: controls, surrogates, and those of format but joiners."""
    return {
        hex(ord(sign))
        for sign in set(text) - set("\n\t\u200b\u200c\u200d\ufeff\u00ad")
        if unicodedata.category(sign) in ("Cc", "Cs", "Cf", "Zl", "Zp")
    }


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Give reports and statements all of whose words hold signs that a terminal obeys."""
    folder = tmp_path_factory.mktemp("obeyed")
    reports, claims = folder / "own.csv", folder / "claims.csv"
    head = "date,place,kind,actors,killed,source,said_by,is_party,sensitivity,summary\n"
    with reports.open("w", encoding="utf-8", newline="") as file:
        file.write(head)
        rows = csv.writer(file)
        for n, sign in enumerate(OBEYED):
            place = ("Pont-Sondé", f"Nowhere{sign}")[n % 2]
            same = [f"2024-10-{n % 28 + 1:02d}", place, "road_ambush", f"Gang{sign}", "1", f"Radio {sign}", f"a {sign}"]
            rows.writerow([*same, "no", ("low", f"x{sign}")[n % 3 == 2], f"Truck {sign}"])
            rows.writerow([*same, "no", "low", f"Truck {sign}."])
    with claims.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["subject", "predicate", "value", "source", "claimant", "claimant_is_party", "reported"])
        for sign in OBEYED:
            rows.writerow(["Ennery", "controls", f"Gang {sign}", f"Radio {sign}", f"a {sign}", "no", "2024-10-01"])
            rows.writerow([f"No place {sign}", "controls", f"Gang {sign}", "Radio", "a nurse", "no", "2024-10-01"])
    return reports, claims


@pytest.mark.parametrize(
    "command",
    [
        ("status", "Ennery", "--claims", "{claims}"),
        ("status", "--events", "{reports}", "--claims", "{claims}"),
        ("status", "--since", "2024-09-01", "--claims", "{claims}"),
        ("status", "--history", "Ennery", "--claims", "{claims}"),
        ("status", "--format", "csv", "--claims", "{claims}"),
        ("status", "--format", "json", "--claims", "{claims}"),
        ("zones", "--claims", "{claims}"),
        ("review", "{reports}", "--decisions", "{folder}/decisions.csv"),
        ("validate", "{reports}"),
        ("locate", "x\x1b[31m\u202ey"),
        ("risk", "--explain", "Pont-Sondé", "--events", "{reports}"),
        ("status", "--events", "{folder}/no\x1b[31m\u202e.csv"),
        ("status", "No\x1b]0;x\x07where"),
        ("st\x1b[31matus",),
        ("--area", "\u202ex", "status"),
    ],
    ids=lambda command: " ".join(command)[:40].encode("ascii", "replace").decode(),
)
def test_no_cell_or_argument_moves_the_terminal(files, command, tmp_path, capsys):
    reports, claims = files
    words = [one.format(reports=reports, claims=claims, folder=tmp_path) for one in command]
    if words[0] in ("status", "zones", "risk"):
        words += ["--audience", "internal", "--as-of", "2024-10-30"]
    with suppress(SystemExit):
        main(words)
    told = capsys.readouterr()
    assert obeyed_in(told.out + told.err) == set()
    assert told.out + told.err
    if "json" in words:
        assert OBEYED[0] in "".join(row["actors"] or "" for row in json.loads(told.out))


def test_the_streams_of_a_caller_are_left_as_they_were(capsys):
    before = sys.stdout, sys.stderr
    main(["locate", "Gonaïves"])
    assert (sys.stdout, sys.stderr) == before
    sys.stdout.write("\x1b[0m")
    assert capsys.readouterr().out.endswith("\x1b[0m")

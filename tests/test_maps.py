"""The briefing map without a browser: style table, layers, escaping, policy, same bytes."""

from __future__ import annotations

import base64
import datetime as dt
import json
import math
import re
import zlib
from functools import partial
from html.parser import HTMLParser
from itertools import pairwise

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from artimap.areas.area import ARTIBONITE
from artimap.claims.ledger import Ledger
from artimap.core import phrases, schema, style
from artimap.core.errors import CrsError, SchemaError, ShareError
from artimap.core.i18n import words
from artimap.core.tables import CHECKPOINTS, EVENTS, RISK, ZONES
from artimap.core.text import web_address
from artimap.core.vocab import CheckpointStatus, EventKind, Lang, Status
from artimap.maps import base_layers, codec, fact_tables
from artimap.maps import page as payload
from artimap.maps.briefing import briefing_map
from artimap.maps.furniture import PanelSection
from artimap.maps.web import render
from artimap.risk.phrases import stretch_phrase
from tests.pagedata import data_in, patched, with_event_words

DAY = dt.date(2024, 10, 15)
HOSTILE = [
    "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "`${alert(1)}`", "\\2019 \\u2019", "'\"><b>",
    "<!--<script>", "]]>", "&lt;&amp;&#x3c;", "\u202egnp.exe", "👩‍👩‍👧 🇭🇹", "a\u2028\u2029b", "javascript:alert(1)",
    "{{ 7*7 }} {% raw %}", "\x00\x07", "a" * 3000,
]  # fmt: skip


@pytest.fixture(scope="module")
def chart(tables):
    return briefing_map(ARTIBONITE, as_of=DAY, **tables)


@pytest.fixture(scope="module")
def html(chart):
    return chart.html()


class Tags(HTMLParser):
    """Collects the tags of a page, and the text of its scripts and styles."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.texts, self._open = [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._open = (tag, dict(attrs))
            self.texts.append([tag, dict(attrs), ""])

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self._open = None

    def handle_data(self, data):
        if self._open:
            self.texts[-1][2] += data


def data_of(html):
    return data_in(next(text for tag, attrs, text in Tags(html).texts if attrs.get("id") == "artimap-data"))


# --- the style table -------------------------------------------------------------------------


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_every_word_of_the_tables_has_a_mark():
    table = style.load()
    assert {kind.value for kind in EventKind} <= set(table.shapes)
    assert {f"zone_{status.value}" for status in Status} <= set(table.marks)
    assert {f"post_{status.value}" for status in CheckpointStatus} <= set(table.marks)
    assert [style.rate_class(band).key for band in range(1, style.RATE_CLASSES + 1)] == [
        f"rate_{n}" for n in range(1, 6)
    ]
    assert style.zone_mark("unknown").hatch is False


@pytest.mark.parametrize("lang", list(Lang))
def test_every_mark_has_words(lang):
    table = style.load()
    labels = [row.label for rows in (table.marks, table.shapes, table.groups) for row in rows.values()]
    assert set(labels) <= set(words(lang))


def test_the_map_says_the_same_things_in_all_languages():
    keys = [{key for key in words(lang) if key.startswith("map.")} for lang in Lang]
    assert keys[0] == keys[1] == keys[2]
    for key in keys[0]:
        holes = {lang: set(re.findall(r"\{(\w+)\}", words(lang)[key])) for lang in Lang}
        assert len(set(map(frozenset, holes.values()))) == 1, (key, holes)


def test_text_is_legible_and_marks_stand_out_from_land():
    token = style.token
    for text in ("ink", "ink_2", "focus"):
        assert contrast(token(text), token("paper")) >= 4.5, text
        assert contrast(token(text), token("card")) >= 4.5, text
    for mark in style.load().marks.values():
        if mark.layer in ("corridor", "checkpoints", "km"):
            edge = max(contrast(colour, token("paper")) for colour in (mark.colour, mark.casing) if colour)
            assert edge >= 3, mark.key
    for group in style.load().groups.values():
        assert contrast(group.line, token("paper")) >= 3, group.key


def test_rate_classes_darken_and_widen_in_order():
    classes = [style.rate_class(band) for band in range(1, 6)]
    grey = [luminance(mark.colour) for mark in classes]
    assert grey == sorted(grey, reverse=True)
    assert all(a - b > 0.02 for a, b in pairwise(grey))
    assert [mark.width for mark in classes] == sorted(mark.width for mark in classes)


def test_no_colour_says_safe():
    quiet, silent = style.mark("quiet"), style.mark("silent")
    for mark in (quiet, silent):
        red, green, blue = (int(mark.colour[i : i + 2], 16) for i in (1, 3, 5))
        assert max(red, green, blue) - min(red, green, blue) < 20, mark.key
    assert silent.dash
    assert not quiet.dash


# --- words -------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize("rate", [None, float("nan"), 0.0, 1e-6, 0.01, 0.1, 1.0, 40.0])
def test_a_rate_is_always_a_sentence(rate, lang):
    low, high = (None, None) if not rate or rate != rate else (rate / 3, rate * 3)  # noqa: PLR0124 - NaN
    said = phrases.rate_phrase(rate, low, high, 12.5, lang)
    assert said
    assert not re.search(r"nan|inf|[{}]|0\.0000", said)


def test_more_often_is_a_shorter_wait():
    waits = [phrases.rate_phrase(rate, None, None, 10, "en") for rate in (0.05, 0.1, 0.2)]
    days = [float(re.search(r"^reported about once in ([\d.]+) days$", said).group(1)) for said in waits]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize("lang", ["en", "fr", "ht"])
def test_the_panel_opens_with_the_ways_between_the_cities(newest, lang):
    chart = newest.map(lang, over_time=False)
    first, stretches, *others = chart.page.furniture.briefing
    basis = next(one for one in others if one.name == "reading")
    assert (first.name, stretches.name) == ("trips", "worst")
    assert stretches.items
    trips = newest.trips
    assert [item.text.partition(" (")[0] for item in first.items] == [trip.name for trip in trips]
    for trip, item in zip(trips, first.items, strict=True):
        unknown = words(lang)["map.trip.unknown"].partition("{")[0]
        assert item.note.lower().startswith(unknown.lower()) != trip.known
    assert words(lang)["map.rate.caveat"] in basis.text
    told = " ".join(
        f"{one.text} {' '.join(item.text + item.note for item in one.items)}" for one in (stretches, *others)
    )
    assert told.count(words(lang)["sample.says"]) == 1
    gravest = next(one for one in others if one.heading == words(lang)["map.brief.gravest_head"])
    assert any("Pont-Sondé" in item.text and "2024" in item.text and "70" in item.note for item in gravest.items)


def test_silent_road_says_since_when_and_has_no_rate_in_its_card(chart, tables):
    known = {detail.key: detail for detail in chart.page.details}
    for row in tables["risk"].to_dict("records"):
        card = known[f"stretch:{row['lixel_id']}"]
        labels = {fact.label for fact in card.facts}
        if row["info"] != "silent":
            assert "Rate" in labels
            assert "eported about once in" in card.sentence
            continue
        never = pd.isna(row["newest_report"])
        assert card.icon.mark == ("silent" if never else "unobserved")
        assert card.sentence.startswith("Not known: no report" if never else "Not known since ")
        assert "Rate" not in labels
        assert ("Last estimate" in labels) == (not never and row["n_events"] > 0)
    quiet = style.mark("quiet"), style.mark("silent"), style.mark("unobserved")
    assert len({(mark.width, mark.dash, mark.open) for mark in quiet}) == 3


def test_a_quiet_stretch_is_not_called_calm(tables):
    quiet = {"info": "quiet", "band": pd.NA, "n_events": 0, "rate": 0.01, "lo80": 0.001, "hi80": 0.02}
    row = tables["risk"].iloc[0].to_dict() | quiet
    for lang, calm in (("en", "not calm"), ("fr", "pas du calme"), ("ht", "pa vle di li kalm")):
        said = stretch_phrase(row, lang)
        assert calm in said
        assert words(lang)["map.rate.reported"].partition("{")[0] in said
        assert calm.split()[-1] in words(lang)["map.legend.quiet"]


def test_a_share_is_told_as_the_nearest_simple_fraction():
    assert phrases.share_phrase(1 / 3, "x", "fr") == "si environ un incident sur trois est signalé, x"
    assert phrases.share_phrase(0.5, "x", "ht") == "si yo rapòte apeprè yon ensidan sou de, x"
    assert phrases.share_phrase(0.9, "x", "en") == "if about nine in ten incidents are reported, x"
    assert phrases.share_phrase(0.99, "x", "en") == "if about 99\u00a0% of incidents are reported, x"


def test_not_stated_is_not_none():
    assert phrases.harm_phrase(None, None, "en") != phrases.harm_phrase(0, 0, "en")
    assert phrases.harm_phrase(70, None, "en") == "at least 70"


# --- layers --------------------------------------------------------------------------------------


def test_coordinates_are_degrees_with_five_decimals(chart):
    west, south, east, north = -75, 17, -71, 21
    for layer in chart.page.layers:
        for feature in layer.features:
            for lon, lat in (point for part in feature.parts for ring in part for point in ring):
                assert west < lon < east, layer.name
                assert south < lat < north, layer.name
                assert round(lon, 5) == lon
                assert round(lat, 5) == lat


def test_steps_give_back_the_coordinates(chart):
    for layer in chart.page.layers:
        for feature in layer.features:
            for part, coded in zip(feature.parts, payload.steps(feature.parts), strict=True):
                for ring, steps in zip(part, coded, strict=True):
                    x = y = 0
                    points = []
                    for dx, dy in zip(steps[::2], steps[1::2], strict=True):
                        x, y = x + dx, y + dy
                        points.append((round(x / 1e5, 5), round(y / 1e5, 5)))
                    assert points == list(ring)


def points_in(path: str, west: int, north: int) -> list[list[tuple[float, float]]]:
    """Read path data of :mod:`artimap.maps.codec` back to degrees, by formulas of its own."""
    rings = []
    for ring in path.removeprefix("M").rstrip("z").replace("z", "").split("M"):
        first, steps = ring.split("l")
        x, y = map(int, first.split())
        spots = [(x, y)]
        numbers = list(map(int, re.findall(r"-?\d+", steps)))
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            spots.append((x, y))
        lat = [math.degrees(math.atan(math.sinh(math.radians((north - y) / 1e5)))) for _, y in spots]
        rings.append([((west + x) / 1e5, one) for (x, _), one in zip(spots, lat, strict=True)])
    return rings


def test_outlines_give_back_the_coordinates(chart):
    still = [layer for layer in chart.page.layers if layer.still]
    assert [layer.name for layer in still] == ["land", "rivers", "lakes", "roads"]
    for layer in still:
        assert not any(feature.details or feature.begun or feature.ended for feature in layer.features)
        drawn = codec.outlines(layer)
        west, _, east, north = drawn["box"]
        for feature, row in zip(layer.features, drawn["features"], strict=True):
            rings = [ring for part in feature.parts for ring in part]
            for ring, found in zip(rings, points_in(row["d"], west, north), strict=True):
                same = ring[:-1] if layer.kind == "area" else ring
                assert len(found) == len(same)
                for (lon, lat), (x, y) in zip(same, found, strict=True):
                    assert abs(lon - x) < 1e-9
                    assert abs(lat - y) < 1e-5  # a step of the grid, about a metre
                    assert west <= x * 1e5 + 0.5
                    assert x * 1e5 - 0.5 <= east


def test_a_still_layer_without_shapes_is_drawn_as_nothing():
    nothing = base_layers.Layer("roads", "map.layer.roads", "line", (), still=True)
    assert codec.outlines(nothing) == {"box": [0, 0, 1, 1], "features": []}


def test_imprecise_events_are_never_marks(chart, tables):
    marks = {key for layer in chart.page.layers if layer.kind == "event" for f in layer.features for key in f.details}
    wide = tables["events"][~tables["events"]["place_kind"].isin(["point", "place"])]
    assert not marks & {f"event:{event_id}" for event_id in wide["event_id"]}


def test_no_row_is_lost(chart, tables):
    page, events = chart.page, tables["events"]
    left = [
        item.text for section in page.furniture.margin if section.heading == words("en")["map.margin.left_out"]
        for item in section.items if "not shown" in item.text or item.text.startswith("Events held back")
    ]  # fmt: skip
    counted = sum(int(re.findall(r"\d+", text.replace("16 Oct 2022", ""))[0]) for text in left)
    assert len(page.events) + counted == len(events)
    shown = {key for layer in page.layers for feature in layer.features for key in feature.details}
    margin = {item.detail for section in page.furniture.margin for item in section.items}
    assert set(page.events) <= shown | margin


def test_posts_without_a_place_are_in_the_margin(chart, tables):
    posts = tables["checkpoints"]
    nowhere = {f"post:{one}" for one in posts[posts["from_m"].isna()]["checkpoint_id"]}
    drawn = {key for layer in chart.page.layers for feature in layer.features for key in feature.details}
    assert nowhere
    assert not nowhere & drawn
    assert nowhere <= {item.detail for section in chart.page.furniture.margin for item in section.items}


def test_what_happened_after_the_day_is_left_out(chart):
    for key in chart.page.events:
        assert not re.match(r"event:2024-(1[12]|10-(1[6-9]|[23]))|event:2025", key), key


def test_the_reader_decides_what_is_seen(tables):
    events = tables["events"].copy()
    some = events.index[(events["date_start"] >= "2024-08-01") & (events["date_end"] <= "2024-10-10")][:2]
    events.loc[some[0], "sensitivity"] = "severe"
    events.loc[some[1], "kind"] = "deployment"
    secret = [f"event:{events.loc[one, 'event_id']}" for one in some]
    given_tables = {**tables, "events": events}
    partners = briefing_map(ARTIBONITE, as_of=DAY, audience="partners", **given_tables).html()
    internal = briefing_map(ARTIBONITE, as_of=DAY, audience="internal", **given_tables).html()
    for key in secret:
        assert key not in partners
        assert key in internal
    place = [f for layer in briefing_map(ARTIBONITE, as_of=DAY, audience="internal", **given_tables).page.layers
             for f in layer.features if secret[1] in f.details]  # fmt: skip
    assert not place  # a force is never a point


def test_only_what_is_given_is_on_the_map():
    bare = briefing_map(ARTIBONITE, as_of="2024-10-15")
    assert {layer.name for layer in bare.page.layers} == {
        "land", "rivers", "lakes", "communes", "department", "border", "roads", "shields", "places", "services",
    }  # fmt: skip
    assert "What changed" not in {section.heading for section in bare.page.furniture.briefing}


def test_a_table_in_degrees_is_refused(tables):
    with pytest.raises(CrsError, match="to_crs"):
        briefing_map(ARTIBONITE, events=tables["events"].to_crs("EPSG:4326"), as_of=DAY)


@pytest.mark.parametrize(("column", "wrong"), [("layer", "rumoured"), ("kind", "rumoured"), ("layer", None)])
def test_zones_with_an_unknown_word_are_refused_by_row(tables, column, wrong):
    zones = tables["zones"].astype({column: object})
    zones.iloc[3, zones.columns.get_loc(column)] = wrong
    fault = rf"row 4, column {column}: " + (
        "is empty" if wrong is None else "'rumoured' is not a known word; use one of"
    )
    with pytest.raises(SchemaError, match=fault):
        briefing_map(ARTIBONITE, as_of="2024-10-15", zones=zones)


def test_an_empty_shape_has_no_parts():
    assert base_layers.parts_of(shapely.Point()) == ()
    assert base_layers.parts_of(shapely.MultiPolygon()) == ()


# --- tables, names, the road as a line -------------------------------------------------------------


def test_tables_hold_every_row(chart, tables):
    sheets = {sheet.name: sheet for sheet in chart.page.sheets}
    assert len(sheets["stretches"].rows) == len(tables["risk"])
    assert len(sheets["posts"].rows) == len(tables["checkpoints"])
    assert {row[0] for row in sheets["events"].rows} == set(chart.page.events)
    keys = {detail.key for detail in chart.page.details}
    for sheet in sheets.values():
        assert {len(row) for row in sheet.rows} == {len(sheet.columns) + 1}
        assert {row[0] for row in sheet.rows} <= keys
        for column, (_, kind) in enumerate(sheet.columns, 1):
            spoken = {row[column] for row in sheet.rows if kind == "word"}
            assert spoken <= set(words("ht")), spoken


def test_a_silent_stretch_has_no_rate_in_the_table(chart):
    (sheet,) = [one for one in chart.page.sheets if one.name == "stretches"]
    names = [name for name, _ in sheet.columns]
    silent = [row[1:] for row in sheet.rows if row[1 + names.index("info")] == "info.silent"]
    assert silent
    assert {row[names.index(one)] for row in silent for one in ("rate", "low", "high")} == {None}


def test_the_road_in_the_page_is_the_road(chart, rn1):
    side = chart.page.roadside
    assert side.length_m == round(rn1.length_m)
    back = gpd.GeoSeries(gpd.points_from_xy(*zip(*side.line, strict=True)), crs="EPSG:4326").to_crs(rn1.crs)
    chainage, offset = rn1.project(back.to_numpy())
    steps = [n * fact_tables.STEP_M for n in range(len(side.line) - 1)] + [side.length_m]
    assert max(abs(a - b) for a, b in zip(chainage, steps, strict=True)) < 5
    assert max(offset) < 5
    for key, low, high in (*side.zones, *side.events):
        assert 0 <= low <= high <= side.length_m, key


# --- languages -------------------------------------------------------------------------------------

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b", "="]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)


@given(PLAIN, PLAIN)
def test_changes_turn_one_page_into_the_other(first, other):
    change = codec.changes({"all": first}, {"all": other})
    plain = partial(json.dumps, sort_keys=True)
    assert (change is None) == (plain(first) == plain(other))
    assert plain(patched({"all": json.loads(plain(first))}, change or {})) == plain({"all": other})


def test_each_language_is_packed_whole(tables, html):
    data = data_of(html)
    assert set(data["languages"]) == {"fr", "ht"}
    for lang, packed in data["languages"].items():
        change = json.loads(zlib.decompress(base64.b64decode(packed)))
        own = data_of(briefing_map(ARTIBONITE, as_of=DAY, lang=lang, languages=(), **tables).html())
        assert own.pop("languages") == {}
        told = patched(
            json.loads(json.dumps({name: value for name, value in data.items() if name != "languages"})), change
        )
        assert own.pop("language_names") == {lang: told.pop("language_names")[lang]}
        assert with_event_words(told) == own


# --- the page --------------------------------------------------------------------------------------


def test_same_tables_same_bytes(tables, html):
    again = briefing_map(ARTIBONITE, as_of=DAY, **tables).html()
    assert again == html
    shuffled = {**tables, "events": tables["events"].sample(frac=1, random_state=1)}
    assert briefing_map(ARTIBONITE, as_of=DAY, **shuffled).html() == html


def test_page_is_small(html):
    assert len(html.encode()) <= 900_000


def test_policy_names_exactly_the_scripts_and_styles_of_the_page(html):
    tags = Tags(html)
    policy = next(attrs["content"] for tag, attrs in tags.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    run = [text for tag, attrs, text in tags.texts if tag == "script" and "type" not in attrs]
    assert rules["script-src"].split() == [render.digest(text) for text in run]
    assert rules["style-src"].split() == [render.digest(text) for tag, _, text in tags.texts if tag == "style"]
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert "unsafe" not in policy


def test_nothing_in_the_page_points_elsewhere(html):
    for tag, attrs in Tags(html).tags:
        assert "style" not in attrs, tag
        assert not [name for name in attrs if name.startswith("on")], tag
        assert not {"src", "srcset", "data", "action", "poster"} & set(attrs), tag
        assert attrs.get("href", "#").startswith("#"), attrs
        assert tag not in ("link", "iframe", "object", "base", "img"), tag
    code = "".join(text for tag, attrs, text in Tags(html).texts if "type" not in attrs)
    assert not re.search(
        r"@import|url\(\s*['\"]?https?:|sourceMappingURL|\beval\(|new Function|innerHTML\s*=",
        code.replace(render.leaflet()[0], ""),
    )
    for library in ("bootstrap", "jquery", "cdn.", "unpkg"):
        assert library not in code.lower()


def test_our_script_never_parses_html():
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|fetch\(|XMLHttp", render.own_script()
    )


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_survives_the_page(text):
    coded = render.to_json({"a": text})
    assert not set("<>&\u2028\u2029") & set(coded)
    coded.encode("utf-8")
    clean = text.encode("utf-8", "replace").decode("utf-8")
    assert json.loads(coded)["a"] == clean


@pytest.mark.parametrize(
    "payload", [*HOSTILE[:2], *(pytest.param(one, marks=pytest.mark.exhaustive) for one in HOSTILE[2:])]
)
def test_hostile_text_stays_text(tables, html, payload):
    events = tables["events"].copy()
    for column in ("summary", "place", "actors", "sub_kind", "licence"):
        events[column] = pd.Series([payload] * len(events), index=events.index, dtype=schema.TEXT)
    claims = tables["ledger"].claims.copy()
    for column in ("value", "claimant", "source", "source_url", "note"):
        claims[column] = pd.Series([payload] * len(claims), index=claims.index, dtype=schema.TEXT)
    ledger = Ledger(claims, tables["ledger"].subjects, tables["ledger"].posts)
    page = briefing_map(ARTIBONITE, events=events, ledger=ledger, as_of=DAY, title=payload, author=payload)
    out = page.html()
    usual = [tag for tag, _ in Tags(html).tags]
    assert {tag for tag, _ in Tags(out).tags} <= set(usual)
    assert len([tag for tag, _ in Tags(out).tags if tag == "script"]) == usual.count("script")
    detail = data_of(out)["details"][page.page.events[0]]
    assert detail["sentence"] == payload
    assert all(said["url"] == "" for said in detail["statements"])


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:x",
        "data:text/html,x",
        "//x.org",
        "ftp://x.org",
        "http://",
        "http://a b",
        "\nhttps://x.org\x00",
        None,
    ],
)
def test_only_plain_links_are_followed(url):
    assert web_address(url) == ""


def test_folium_ids_are_counted(html):
    assert "map_1 = L.map(" in html
    assert not re.search(r"_[0-9a-f]{32}", html)


def test_the_bundles_stay_inside_their_elements():
    for bundle in (render.own_script(), render.own_style()):
        assert not re.search(r"</(?:script|style)|<!--|\r|\0", bundle, flags=re.IGNORECASE)
        assert len(bundle.splitlines()) < 60, "bundled without --minify"


def test_save_is_whole_and_names_its_sources(tmp_path, chart, html):
    path = chart.save(tmp_path / "deep" / "map.html")
    assert path.read_text(encoding="utf-8") == html
    page = chart.page
    bare = page.furniture.__class__(**{
        **{name: getattr(page.furniture, name) for name in page.furniture.__slots__}, "about": (PanelSection("a"),),
    })  # fmt: skip
    poor = chart.__class__(page.__class__(**{**{n: getattr(page, n) for n in page.__slots__}, "furniture": bare}))
    with pytest.raises(ShareError, match="sources"):
        poor.save(tmp_path / "poor.html")


def test_notebook_shows_a_frame_and_words(chart):
    shown = chart._repr_html_()
    (frame,) = [attrs for tag, attrs in Tags(shown).tags if tag == "iframe"]
    assert "allow-same-origin" not in frame["sandbox"]
    assert frame["srcdoc"] == chart.html()
    assert "As of 15 Oct 2024" in shown.split("</iframe>")[1]


@pytest.mark.parametrize("lang", ["fr", "ht"])
def test_other_languages(tables, lang):
    page = briefing_map(ARTIBONITE, as_of=DAY, lang=lang, **tables).page
    assert page.furniture.subtitle == {"fr": "Au 15 oct. 2024", "ht": "Jouk 15 oktòb 2024"}[lang]


def test_empty_tables_make_a_page(tables):
    crs = ARTIBONITE.crs
    page = briefing_map(
        ARTIBONITE, corridor=tables["corridor"], risk=schema.empty(RISK, crs=crs), as_of=DAY,
        zones=schema.empty(ZONES, crs=crs), checkpoints=schema.empty(CHECKPOINTS, crs=crs),
        events=schema.empty(EVENTS, crs=crs), ledger=tables["ledger"],
    )  # fmt: skip
    assert "No post is reported" in page.html()


def test_neighbours_share_their_simplified_edge():
    squares = gpd.GeoSeries([shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)], crs="EPSG:32618")
    one, two = base_layers.to_degrees(squares, tolerance_m=30)
    assert one.touches(two)

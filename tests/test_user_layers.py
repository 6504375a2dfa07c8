"""Layers of the user's own: of every kind, in every product, masked, escaped, gated, sourced, and never a force."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

import artimap as am
from artimap.core import style
from artimap.core.errors import CrsError, DataError, ShareError
from artimap.maps.user_layer import user_marks
from tests.conftest import DAY
from tests.hostile import kept, payloads
from tests.pagedata import block_in, data_in

SOURCE = "Own list of 3 Oct 2024, CC BY 4.0"
UTM = "EPSG:32618"
ALL = payloads()
CENTRE = (720_000.0, 2_130_000.0)


def shape_of(kind, n=0):
    """Give a shape of a kind in Artibonite, one further on each time."""
    x, y = CENTRE[0] + 1_500.0 * (n % 30), CENTRE[1] + 1_500.0 * (n // 30)
    if kind in ("point", "label"):
        return shapely.Point(x, y)
    if kind in ("line", "band"):
        return shapely.LineString([(x, y), (x + 900, y + 700), (x + 1_800, y)])
    return shapely.Polygon([(x, y), (x + 1_200, y), (x + 1_200, y + 1_200)])


def frame(kind, rows=3, /, **columns):
    names = {"name": [f"Nom {n}" for n in range(rows)], **columns}
    return gpd.GeoDataFrame(names, geometry=[shape_of(kind, n) for n in range(rows)], crs=UTM)


def own(mark, table=None, **more):
    given = {"title": mark.capitalize(), "source": SOURCE, "columns": ("name",), **more}
    return am.UserLayer(frame(style.mark(mark).kind) if table is None else table, mark=mark, **given)


def mapped(area, *layers, audience="internal", **more):
    return am.briefing_map(area, as_of=DAY, audience=audience, layers=layers, languages=(), **more)


def margin(chart):
    return [
        text for section in chart.page.furniture.margin for text in (section.heading, *(i.text for i in section.items))
    ]


@pytest.fixture(scope="module")
def every(artibonite, tables):
    """A map with a layer of each mark, on top of a whole briefing."""
    beds = {"beds": [12, None, 3], "seen": pd.to_datetime(["2024-10-01", None, "2024-09-01"]), "hidden": ["secret"] * 3}
    layers = [
        own(mark, frame(style.mark(mark).kind, **beds), columns=("name", "beds", "seen")) for mark in user_marks()
    ]
    return am.briefing_map(artibonite, as_of=DAY, audience="internal", layers=layers, languages=("fr",), **tables)


def test_each_mark_stands_in_page_legend_card_table_and_sources(every):
    data = data_in(block_in(every.html(), "data"))
    groups = {group["layer"]: group for group in data["panel"]["legend"]}
    sources = [item["text"] for one in data["panel"]["about"] if one["name"] == "sources" for item in one["items"]]
    sheets = {sheet["name"]: sheet for sheet in data["sheets"]}
    for mark in user_marks():
        name, title = f"own_{mark}", mark.capitalize()
        layer = next(one for one in data["layers"] if one["name"] == name)
        assert layer["kind"] == style.mark(mark).kind
        assert (layer["label"], len(layer["features"])) == (title, 3)
        assert groups[name]["heading"] == title
        assert groups[name]["toggle"]
        assert [(row["mark"], row["text"]) for row in groups[name]["rows"]] == [(mark, f"Source: {SOURCE}")]
        card = data["details"][f"{name}:0"]
        assert (card["heading"], card["sentence"], card["icon"]["mark"]) == (title, "Nom 0", mark)
        facts = [(fact["label"], fact["text"]) for fact in card["facts"]]
        assert facts == [("beds", "12"), ("seen", "1 Oct 2024"), ("Source", SOURCE)]
        assert [fact["label"] for fact in data["details"][f"{name}:1"]["facts"]] == ["Source"]
        assert sheets[name]["title"] == title
        assert sheets[name]["columns"] == [["name", "text"], ["beds", "text"], ["seen", "day"]]
        assert sheets[name]["rows"][0] == [f"{name}:0", "Nom 0", "12", "2024-10-01"]
        assert f"{title}: {SOURCE}" in sources
        assert data["marks"][mark]["kind"] == layer["kind"]
    assert "secret" not in every.html()
    assert every.others[0].details[-1].facts[-1].label == "Source"
    assert [one.heading for one in every.others[0].furniture.legend if one.layer == "own_clinic"] == ["Clinic"]


def test_areas_lie_under_the_road_and_points_under_events(every):
    order = [layer.name for layer in every.page.layers]
    assert order.index("zones_reported") < order.index("own_area") < order.index("own_band") < order.index("own_line")
    assert order.index("own_line") < order.index("corridor") < order.index("places") < order.index("own_clinic")
    assert order.index("own_clinic") < order.index("own_label") < order.index("events")


def test_a_page_without_them_holds_none_of_their_marks(artibonite):
    data = data_in(block_in(mapped(artibonite).html(), "data"))
    assert not set(user_marks()) & set(data["marks"])
    signs = {key for key, mark in data["marks"].items() if "path" in mark}
    assert signs == {key for key, mark in style.load().marks.items() if mark.layer == "services"}


@pytest.mark.exhaustive
def test_they_stand_in_the_picture(every, artibonite, tables):
    bare = am.static_map(am.briefing_map(artibonite, as_of=DAY, audience="internal", languages=(), **tables)).svg()
    drawn = am.static_map(every).svg()
    brown = style.mark("clinic").colour.lower().encode()
    assert bare.count(brown) == 0
    assert drawn.count(brown) >= 2 * len(user_marks())  # in the map and in the legend


def test_they_stand_in_exports(every, tmp_path):
    am.export_map(every, tmp_path / "m.gpkg")
    kml, gpx = (am.export_map(every, tmp_path / f"m.{kind}") for kind in ("kml", "gpx"))
    styles = pyogrio.read_dataframe(tmp_path / "m.gpkg", layer="layer_styles").set_index("f_table_name")["styleQML"]
    about = pyogrio.read_dataframe(tmp_path / "m.gpkg", layer="about")
    folders = {str(name) for name, _ in pyogrio.list_layers(kml[0])}
    points = pyogrio.read_dataframe(gpx[0], layer="waypoints")
    tracks = pyogrio.read_dataframe(gpx[1], layer="tracks")
    for mark in user_marks():
        name = f"own_{mark}"
        table = pyogrio.read_dataframe(tmp_path / "m.gpkg", layer=name)
        assert table["name"].tolist() == ["Nom 0", "Nom 1", "Nom 2"]
        assert table["says"][0].split("\n") == ["beds: 12", "seen: 1 Oct 2024", f"Source: {SOURCE}"]
        assert f'value="{mark}"' in styles[name]
        assert name in folders
        assert f"{mark.capitalize()}: {SOURCE}" in set(about["text"])
    signs = len([mark for mark in user_marks() if style.mark(mark).kind in ("point", "label")])
    assert points["name"].tolist().count("Nom 0") == signs
    assert tracks["name"].tolist().count("Nom 0") == len(user_marks()) - signs


# --- who may see what ----------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", ["internal", "partners", "public"])
@pytest.mark.parametrize("reader", ["internal", "partners", "public"])
def test_a_layer_goes_as_far_as_its_audience(artibonite, layer, reader):
    order = ["internal", "partners", "public"]
    chart = mapped(artibonite, own("clinic", audience=layer), audience=reader)
    there = order.index(layer) >= order.index(reader)
    assert ("Clinic" in chart.html()) == there
    assert (SOURCE in chart.html()) == there
    held = "3 rows of added layers are not for this audience."
    assert (held in margin(chart)) == (not there)


def test_a_layer_is_internal_where_nothing_else_is_said(artibonite):
    assert own("clinic").audience == "internal"
    assert "own_clinic" not in mapped(artibonite, own("clinic"), audience="partners").html()


@pytest.mark.parametrize(
    ("columns", "left"),
    [
        ({"sensitivity": ["low", "high", "moderate"], "licence": ["CC BY 4.0"] * 3}, {"partners": 2, "public": 1}),
        ({"sensitivity": ["low", "low", None], "licence": ["ACLED terms", "CC0", "CC0"]}, {"partners": 1, "public": 1}),
    ],
)
def test_rows_that_say_who_may_see_them_go_no_further(artibonite, columns, left):
    layer = own("clinic", frame("point", **columns), audience="public")
    for reader, count in left.items():
        chart = mapped(artibonite, layer, audience=reader)
        assert len(next(one for one in chart.page.layers if one.name == "own_clinic").features) == count
        assert f"{3 - count} rows of added layers are not for this audience." in margin(chart)
    assert len(mapped(artibonite, layer).page.layers[-1].features) == 3


def test_a_table_that_says_half_of_it_is_refused(artibonite):
    layer = own("clinic", frame("point", sensitivity=["low"] * 3), audience="public")
    with pytest.raises(ShareError, match="no column licence"):
        mapped(artibonite, layer, audience="partners")


@pytest.mark.parametrize("column", ["kind", "about", "type", "Deploiement"])
@pytest.mark.parametrize("word", ["deployment", " Deployment ", "DEPLOYMENT"])
@pytest.mark.parametrize("audience", ["internal", "public"])
def test_positions_of_forces_are_refused_shown_or_not(artibonite, column, word, audience):
    table = frame("point", **{column: ["clinic", word, None]})
    with pytest.raises(ShareError, match=r"positions of forces \(row 1"):
        mapped(artibonite, own("clinic", table, audience="public"), audience=audience)


def test_words_are_masked_and_it_is_told(artibonite):
    said = ["Call Mme Odette Exemplin, +509 3700 0000", "Clinic", None]
    chart = mapped(artibonite, own("clinic", frame("point", contact=said), columns=("name", "contact")))
    page = chart.html()
    assert "Exemplin" not in page
    assert "3700 0000" not in page
    assert "[phone]" in page
    assert "Clinic: names, numbers or addresses of people are masked in 1 cells." in margin(chart)


# --- refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["", "  ", "\n"])
def test_no_source_no_layer(source):
    with pytest.raises(ShareError, match="names no source: say whose data it is"):
        own("clinic", source=source)


@pytest.mark.parametrize("mark", ["rate_5", "silent", "zone_assessed", "post_active", "deployment", "land", "", "x"])
def test_marks_that_mean_something_else_are_refused(mark):
    with pytest.raises(DataError, match="use one of clinic, depot"):
        own("clinic", title="Mine").__class__(frame("point"), "Mine", mark, source=SOURCE)


def test_titles_and_sources_are_short():
    for more in ({"title": " "}, {"title": "x" * 81}, {"source": "x" * 201}):
        with pytest.raises(DataError, match="letters"):
            own("clinic", **more)


def test_another_system_is_refused_with_the_call_that_mends_it(artibonite):
    layer = own("clinic", frame("point").to_crs("EPSG:4326"))
    with pytest.raises(CrsError, match=re.escape("use layers[1].table.to_crs('EPSG:32618')")):
        mapped(artibonite, own("clinic"), layer)
    with pytest.raises(CrsError, match="no coordinate reference system"):
        mapped(artibonite, own("clinic", frame("point").set_crs(None, allow_override=True)))
    with pytest.raises(CrsError, match="pass a GeoDataFrame"):
        mapped(artibonite, own("clinic", pd.DataFrame({"name": ["a"]})))


@pytest.mark.parametrize("mark", user_marks())
def test_shapes_that_do_not_fit_their_mark_are_refused(artibonite, mark):
    kind = style.mark(mark).kind
    other = "area" if kind in ("point", "label") else "point"
    with pytest.raises(DataError, match=f"which the mark '{mark}' is not for: use "):
        mapped(artibonite, own(mark, frame(other)))
    mixed = gpd.GeoDataFrame({"name": ["a"]}, geometry=[shapely.GeometryCollection([shape_of(kind)])], crs=UTM)
    with pytest.raises(DataError, match="explode"):
        mapped(artibonite, own(mark, mixed))


def test_columns_that_are_not_there_or_twice_are_refused(artibonite):
    with pytest.raises(DataError, match="no single column 'beds' to show: it has name"):
        mapped(artibonite, own("clinic", columns=("name", "beds")))
    twice = pd.concat([frame("point"), frame("point")[["name"]]], axis=1)
    with pytest.raises(DataError, match="no single column 'name'"):
        mapped(artibonite, own("clinic", gpd.GeoDataFrame(twice, geometry="geometry", crs=UTM)))


def test_too_many_rows_are_refused(artibonite):
    table = gpd.GeoDataFrame({"name": ["a"] * 5_001}, geometry=[shape_of("point")] * 5_001, crs=UTM)
    with pytest.raises(DataError, match="5001 rows: a map shows at most 5000"):
        mapped(artibonite, own("clinic", table))


# --- what is odd but no mistake ------------------------------------------------------------------------


def test_rows_without_a_place_are_listed_and_none_is_lost(artibonite):
    table = frame("point", 5)
    table.geometry = [shape_of("point"), None, shapely.Point(), shapely.Point(np.inf, np.inf), shape_of("point", 3)]
    chart = mapped(artibonite, own("clinic", table))
    section = next(one for one in chart.page.furniture.margin if one.heading == "Clinic: rows without a place")
    assert [item.text for item in section.items] == ["Nom 1", "Nom 2", "Nom 3"]
    details = {detail.key for detail in chart.page.details}
    assert {item.detail for item in section.items} <= details
    assert len(chart.page.layers[-1].features) == 2
    assert len(chart.page.sheets[-1].rows) == 5


def test_rows_beyond_the_edge_and_empty_tables_are_told(artibonite):
    table = frame("point")
    table.geometry = [shapely.Point(0.0, 0.0), *table.geometry[1:]]
    chart = mapped(artibonite, own("clinic", table), own("site", frame("point").iloc[:0], title="None"))
    assert "Clinic: 1 rows lie beyond the edge of this map." in margin(chart)
    assert "None: no row to show." in margin(chart)
    assert "own_none" not in {layer.name for layer in chart.page.layers}


def test_points_of_one_row_share_a_card_and_layers_of_one_title_have_names_of_their_own(artibonite):
    many = gpd.GeoDataFrame(
        {"name": ["Both"]}, geometry=[shapely.MultiPoint([CENTRE, (CENTRE[0] + 900, CENTRE[1])])], crs=UTM
    )
    chart = mapped(artibonite, own("clinic", many, title="A"), own("site", title="A"), own("line", title="日本"))
    layers = {layer.name: layer for layer in chart.page.layers}
    assert {"own_a", "own_a_2", "own_layer"} <= set(layers)
    assert [feature.details for feature in layers["own_a"].features] == [("own_a:0",)] * 2
    assert len({feature.key for feature in layers["own_a"].features}) == 2


def test_a_layer_without_columns_names_its_rows_by_number(artibonite):
    chart = mapped(artibonite, own("area", columns=()))
    assert [detail.sentence for detail in chart.page.details if detail.key.startswith("own_area:")] == [
        "Area 1", "Area 2", "Area 3",
    ]  # fmt: skip
    assert chart.page.sheets[-1].columns == (("Area", "text"),)


def test_the_same_layers_give_the_same_page(artibonite):
    layers = [own(mark) for mark in user_marks()]
    assert mapped(artibonite, *layers).html() == mapped(artibonite, *layers).html()


def test_cells_of_any_kind_are_told_as_text(artibonite):
    table = frame("point", whole=[1.0, None, 2.5], truth=[True, False, None], many=[["a", 1], {"b": 2}, None],
                  day=[pd.Timestamp("2024-01-05"), "soon", 3])  # fmt: skip
    chart = mapped(artibonite, own("clinic", table, columns=("name", "whole", "truth", "many", "day")))
    rows = chart.page.sheets[-1].rows
    assert rows[0][1:] == ("Nom 0", "1", "True", "['a', 1]", "2024-01-05")
    assert rows[1][1:] == ("Nom 1", None, "False", "{'b': 2}", "soon")
    assert rows[2][1:] == ("Nom 2", "2.5", None, None, "3")


# --- hostile texts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["clinic", "line", "area", "band", "label"])
def test_hostile_texts_of_every_kind_of_layer_stay_text(artibonite, mark, tmp_path):
    texts = [pd.Series(list(one), dtype=object) for one in (ALL, ALL[1:] + ALL[:1])]  # lone surrogates included
    table = gpd.GeoDataFrame(
        {"name": texts[0], "<img src=x onerror=window.hit=1>": texts[1]},
        geometry=[shape_of(style.mark(mark).kind, n) for n in range(len(ALL))],
        crs=UTM,
    )
    title, source = "</script><script>window.hit=1</script>", "{{7*7}}\"'><svg/onload=alert(1)>\ud800"
    chart = mapped(artibonite, own(mark, table, title=title, source=source, columns=tuple(table.columns[:2])))
    page = chart.html()
    plain = mapped(artibonite, own(mark)).html()
    for tag in ("<script", "<img", "<svg", "<iframe", "<style", "<details"):
        assert page.count(tag) == plain.count(tag), tag
    data = json.loads(block_in(page, "data"))
    (name,) = (layer["name"] for layer in data["layers"] if layer["name"].startswith("own_"))
    assert re.fullmatch("[a-z0-9_]{5,60}", name)
    sentences = {detail.sentence for detail in chart.page.details if detail.key.startswith("own_")}
    told = [text for text in ALL if kept(text).strip() and "[" not in kept(text)]
    assert sum(kept(text) in sentences for text in told) > 0.8 * len(told)  # the rest is masked
    written = [path for kind in ("gpkg", "kml", "gpx") for path in am.export_map(chart, tmp_path / f"m.{kind}")]
    for path in written[1:]:
        assert ET.parse(path).getroot().tag.endswith(path.suffix[1:])  # noqa: S314 - our own file
    names = {detail.sentence.replace("\0", "\ufffd") for detail in chart.page.details if detail.key.startswith("own_")}
    held = set(pyogrio.read_dataframe(written[0], layer=name)["sentence"].dropna())
    assert sum(text in held for text in names) > 0.9 * len(names)  # no text ends at a null
    assert any(text.startswith("\ufffd+alert(1)") for text in held)
    assert am.static_map(chart).svg()

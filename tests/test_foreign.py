"""A user's own folium layers: plain shapes stand in the page, all else is named and refused."""

from __future__ import annotations

from types import SimpleNamespace

import folium
import pytest
from folium import plugins
from hypothesis import example, given
from hypothesis import strategies as st

import artimap as am
from artimap.core.errors import ShareError
from artimap.maps.folium_layers import what_breaks
from artimap.maps.web.render import base_map

SHAPES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "Dépôt"},
            "geometry": {"type": "LineString", "coordinates": [[-72.7, 19.1], [-72.6, 19.2]]},
        }
    ],
}


def hostile_shapes(text):
    feature = {**SHAPES["features"][0], "properties": {"deep": [{"name": text}]}}
    return {"type": "FeatureCollection", "features": [feature]}


def linked_shapes():
    layer = folium.GeoJson(SHAPES)
    layer.embed = False  # what folium sets for an address, which it would fetch here and now
    return layer


@pytest.mark.parametrize("bounds", [(-72.9, 18.5, -72.1, 19.6), (-1.0, 2.0, 3.0, 5.5), (10.0, -20.25, 11.0, -20.0)])
def test_a_map_without_layers_is_written_as_folium_writes_it(bounds):
    page = SimpleNamespace(bounds=bounds, foreign=())
    html, script, name = base_map(page)
    page.foreign = (folium.CircleMarker((19.1, -72.7)),)
    made, scripts, named = base_map(page)
    assert (made, named) == (html, name)
    assert script in scripts


@pytest.fixture(scope="module")
def bare(artibonite):
    return am.briefing_map(artibonite, as_of="2024-10-15")


def fitting():
    group = folium.FeatureGroup(name="Dépôts")
    folium.CircleMarker((19.11, -72.7), radius=6, tooltip="Dépôt, 20 t").add_to(group)
    folium.Marker((19.2, -72.6), icon=folium.DivIcon(html="A")).add_to(group)
    tip = folium.GeoJsonTooltip(["name"])
    return [
        group,
        folium.GeoJson(SHAPES, name="Route", tooltip=tip, marker=folium.CircleMarker(radius=3)),
        folium.PolyLine([(19.1, -72.7), (19.2, -72.6)], color="#AA0000"),
        folium.Rectangle([(19.1, -72.7), (19.2, -72.6)]),
        folium.LayerControl(collapsed=False),
    ]


def test_plain_shapes_stand_in_the_page_the_same_each_time(bare):
    assert what_breaks(fitting()) == ()
    first, again = bare.with_layers(*fitting()).html(), bare.with_layers(*fitting()).html()
    assert first == again
    assert "var circle_marker_" in first
    assert "var circle_marker_" not in bare.html()


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (folium.TileLayer("OpenStreetMap"), "tiles="),
        (folium.Marker((19, -72)), "CircleMarker"),
        (folium.Marker((19, -72), icon=folium.Icon(color="red")), "CircleMarker"),
        (folium.LayerControl(), "collapsed=False"),
        (folium.Circle((19, -72), popup="text"), "tooltip"),
        (folium.Circle((19, -72), tooltip="`+alert(1)+`"), "plain text"),
        (folium.Circle((19, -72), tooltip="${alert(1)}"), "plain text"),
        (folium.Circle((19, -72), tooltip=folium.Tooltip("a", style="color:red")), "style="),
        (folium.Marker((19, -72), icon=folium.DivIcon(html="<img src=x onerror=alert(1)>")), "plain text"),
        (folium.FeatureGroup(name='"+alert(1)+"'), "plain words"),
        (folium.GeoJson(hostile_shapes("<meta http-equiv=refresh>"), tooltip=folium.GeoJsonTooltip([])), "plain text"),
        (linked_shapes(), "embed=True"),
        (plugins.MarkerCluster([(19, -72)]), "shapes"),
        (folium.Element("<script>alert(1)</script>"), "shapes"),
    ],
    ids=lambda one: one if isinstance(one, str) else type(one).__name__,
)
def test_what_would_break_is_named_with_a_way_out(bare, layer, words):
    with pytest.raises(ShareError, match="asks nothing of any network") as told:
        bare.with_layers(layer)
    assert words in str(told.value)


def test_everything_that_breaks_is_listed_at_once(bare):
    layers = [folium.TileLayer("OpenStreetMap"), folium.Circle((19, -72), popup="a"), folium.Marker((19, -72))]
    with pytest.raises(ShareError) as told:
        bare.with_layers(*layers)
    assert str(told.value).count("\n  - ") == 3


def test_a_subclass_is_not_taken_for_folium_s_own(bare):
    class Circle(folium.Circle):
        pass

    with pytest.raises(ShareError):
        bare.with_layers(Circle((19, -72)))


@given(st.text(alphabet=st.sampled_from("ab<>`\\${}%#\"'é ")))
@example("{{")
@example("{%")
@example("{#")
def test_no_tooltip_that_leaves_its_quotes_is_let_through(text):
    broken = what_breaks([folium.Circle((19, -72), tooltip=text)]) if text else ()
    dangerous = any(sign in text for sign in ("<", ">", "`", "\\", "${", "{{", "{%", "{#"))
    assert bool(broken) == dangerous

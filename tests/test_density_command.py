"""``artimap density``: a table or a map of where on the roads events crowd, for an audience."""

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely

import artimap as am
from artimap.cli import main
from artimap.cli.density import length_m
from artimap.maps.density_layer import class_edges, density_layer


@pytest.fixture
def table():
    xy = np.array([[700_000.0, 2_110_000.0], [704_000.0, 2_110_000.0], [704_000.0, 2_114_000.0]])
    net = am.RoadNetwork.from_edges(xy, [[0, 1], [1, 2]], crs="EPSG:32618")
    return am.network_density(net, ([0, 0, 0], [500.0, 600.0, 700.0]), bandwidth_m=1000, lixel_m=100)


@pytest.mark.parametrize(
    ("words", "metres"), [("2km", 2000), ("500 m", 500), ("1.5 KM", 1500), ("1,5km", 1500), (" 250m ", 250)]
)
def test_lengths_are_read_with_their_unit(words, metres):
    assert length_m(words) == metres


@pytest.mark.parametrize("words", ["2", "km", "-1km", "0m", "2 miles", "", "nan km", "1e9km"])
def test_other_lengths_are_refused_with_an_example(words, capsys):
    with pytest.raises(SystemExit) as end:
        main(["density", "--bandwidth", words])
    assert end.value.code == 2
    told = capsys.readouterr().err
    assert "like 2km or '500 m'" in told or "expected one argument" in told


def test_the_table_holds_what_the_library_gives(tmp_path, capsys):
    assert main(["density", "--bandwidth", "3km", "--audience", "internal", "-o", str(tmp_path / "roads.gpkg")]) == 0
    told = capsys.readouterr().out
    written = gpd.read_file(tmp_path / "roads.gpkg", layer="density")
    art = am.area("artibonite")
    events = am.read_events(art)
    events = events[events["kind"] != "deployment"]
    net = am.RoadNetwork.from_lines(am.read_roads(art), tolerance_m=5)
    located = net.snap(events, max_offset_m=1000)
    table = am.network_density(net, located, bandwidth_m=3000, lixel_m=150)
    np.testing.assert_allclose(written["density"], table["density"], atol=1e-9)
    assert f"{located['edge'].notna().sum()} were put on the nearest road within 1 km" in told
    for why, number in located["why_not"].value_counts().items():
        assert f"{number} left out: {why}" in told


def test_only_what_the_audience_may_see_is_counted(tmp_path, capsys):
    """A row that is held back leaves no trace on the road."""
    own = tmp_path / "own.csv"
    rows = "date,place,kind,killed,source,said_by,is_party,reported,sensitivity,summary\n"
    rows += "2024-05-01,Liancourt,road_ambush,3,Our team,driver,no,2024-05-02,severe,A bus was stopped.\n"
    own.write_text(rows, encoding="utf-8")
    totals = {}
    for audience in ("internal", "public"):
        for events in ((), ("--events", str(own))):
            out = tmp_path / f"{audience}.json"
            assert main(["density", *events, "--audience", audience, "-o", str(out)]) == 0
            told = json.loads(out.read_text(encoding="utf-8"))
            totals[audience, bool(events)] = sum(row["density"] for row in told)
    assert totals["internal", True] > totals["internal", False]
    assert totals["public", True] == totals["public", False]
    assert "held back" in capsys.readouterr().out


def test_a_map_obeys_a_policy_as_a_table_does(tmp_path, capsys):
    policy = tmp_path / "mine.toml"
    policy.write_text('[partners]\nlow = "remove"\nmoderate = "remove"\n', encoding="utf-8")
    held = []
    for name in ("x.html", "x.csv"):
        assert main(["density", "--policy", str(policy), "-o", str(tmp_path / name)]) == 0
        held += [line for line in capsys.readouterr().out.splitlines() if "Events held back" in line]
    assert len(held) == 2
    assert held[0] == held[1]


def test_own_roads_are_used_and_other_files_refused(tmp_path, capsys):
    art = am.area("artibonite")
    roads = am.read_roads(art)
    one = roads.iloc[:1][["geometry"]].to_crs(4326)
    one.to_file(tmp_path / "own.geojson")
    out = tmp_path / "own.csv"
    assert main(["density", "--roads", str(tmp_path / "own.geojson"), "-o", str(out)]) == 0
    assert f"{roads.geometry.iloc[0].length / 1000:,.2f} km" in capsys.readouterr().out
    gpd.GeoDataFrame(geometry=[shapely.Point(-72.7, 19.2)], crs=4326).to_file(tmp_path / "points.geojson")
    for name, told in (("points.geojson", "holds no lines"), ("absent.gpkg", "cannot be read as roads")):
        assert main(["density", "--roads", str(tmp_path / name), "-o", str(out)]) == 1
        assert told in capsys.readouterr().err
    assert main(["density", "-o", str(tmp_path / "x.docx")]) == 1
    assert ".gpkg" in capsys.readouterr().err


def test_the_layer_has_classes_with_their_figures(table):
    layer = density_layer(table, lang="en")
    assert not layer.shown
    assert layer.toggle
    marks = [feature.mark for feature in layer.features]
    assert marks == [f"density_{n}" for n in range(1, 5)]
    edges = class_edges(table["density"].to_numpy())
    assert layer.features[0].label == f"below {edges[0]:g}"
    assert layer.features[-1].label == f"{edges[-1]:g} and more"
    drawn = sum(len(ring) for feature in layer.features for part in feature.parts for ring in part)
    assert 0 < drawn < len(table)  # pieces of one class are one line
    none = table.assign(density=0.0)
    assert density_layer(none, lang="en") is None


@pytest.mark.parametrize("lang", ["en", "fr", "ht"])
def test_the_map_shows_the_layer_and_its_legend(tmp_path, table, lang):
    out = tmp_path / "density.html"
    assert main(["density", "--bandwidth", "5km", "--lang", lang, "-o", str(out)]) == 0
    art = am.area("artibonite")
    chart = am.event_map(
        art, am.read_events(art), as_of="2024-10-15", source="x", lang=lang, density=table, audience="internal"
    )
    (group,) = [one for one in chart.page.furniture.legend if one.layer == "density"]
    assert [row.mark for row in group.rows] == [f"density_{n}" for n in (4, 3, 2, 1)]
    names = [layer.name for layer in chart.page.layers]
    assert names.index("roads") < names.index("density") < names.index("places")
    assert next(layer for layer in chart.page.layers if layer.name == "density").shown
    assert "density_4" in out.read_text(encoding="utf-8")

"""The roads of an area as a network: cuts, closures, places in words, own lines."""

from __future__ import annotations

import time
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import artimap as am
from artimap.areas.road_network import AreaRoads, area_roads
from artimap.areas.user_layers import ENV
from artimap.core.errors import DataError, PlaceError
from artimap.roads.network.graph import RoadNetwork
from artimap.roads.routing.router import Router, Spot
from artimap.roads.routing.spans import RoadSpan
from artimap.roads.routing.speeds import SpeedModel

UTM = "EPSG:32618"
START, STOP = "Saint-Marc", "Gonaïves"


@pytest.fixture(scope="module")
def roads(artibonite) -> AreaRoads:
    return area_roads(artibonite)


def way(roads, start, stop, *closed):
    shut = np.zeros(len(roads.network.edges), dtype=bool)
    for span in closed:
        shut |= roads.on(span)
    return Router(roads.network).least(roads.spot(start), roads.spot(stop), roads.network.length_m, closed=shut)


# -- the embedded roads -----------------------------------------------------------


def test_edges_know_their_road_and_their_kilometres(artibonite, roads):
    net = roads.network
    assert len(net.parts) == 1
    assert net.length_m.max() <= 1_000.001
    known = np.array([one is not None for one in roads.road_id])
    assert np.allclose(net.length_m[known], np.abs(roads.to_m - roads.from_m)[known])
    assert np.isnan(roads.from_m[~known]).all()
    assert (net.length_m[~known] < 50).all()
    for road, corridor in roads.corridors.items():
        mine = roads.road_id == road
        low, high = np.fmin(roads.from_m, roads.to_m)[mine], np.fmax(roads.from_m, roads.to_m)[mine]
        order = np.argsort(low)
        assert low[order][0] == pytest.approx(0.0, abs=1.0)
        assert high[order][-1] == pytest.approx(corridor.length_m, abs=1.0)
        assert np.allclose(low[order][1:], high[order][:-1], atol=0.01)  # no gap, no overlap
    assert area_roads(artibonite) is roads
    assert roads.classes == ("departmental", "national")
    assert repr(roads).startswith("<AreaRoads: 13 roads, <RoadNetwork: 652 edges")


def test_ends_of_edges_lie_at_their_kilometres(roads):
    net = roads.network
    for edge in range(0, len(net.edges), 7):
        road = roads.corridors.get(roads.road_id[edge])
        if road is not None:
            ends = road.point_at([roads.from_m[edge], roads.to_m[edge]])
            drawn = net.coords[[net.coord_ptr[edge], net.coord_ptr[edge + 1] - 1]]
            assert np.abs(shapely.get_coordinates(ends) - drawn).max() < 0.5
            assert np.allclose(net.nodes_xy[net.edges[edge]], drawn, atol=0.1)


def test_the_quickest_way_is_the_national_road(roads):
    path = way(roads, START, STOP)
    spans = roads.spans(path)
    assert [one.road_id for one in spans] == ["rn1"]
    assert path.length_m == pytest.approx(55_200, abs=300)
    names = [name for name, _ in roads.places_on(spans)]
    assert names == [START, "Pont-Sondé", "Carrefour Paye", "Villard", "L'Estère", "Johanisse", STOP]


@pytest.mark.parametrize(
    "cuts", [{}, {"rn1": (110_400.0, 130_200.0)}, {"rn1": (110_407.0, 129_600.0), "rd-sav": (77.0,)}]
)
def test_a_closed_national_road_leaves_the_way_by_savien(artibonite, cuts):
    roads = area_roads(artibonite, cuts=cuts)
    path = way(roads, START, STOP, roads.read_span("km 110.4–130.2"))
    spans = roads.spans(path)
    assert [one.road_id for one in spans] == ["rn1", "rd-sav", "rd-prd", "rd-des", "rn1"]
    names = [name.removeprefix("→ ") for name, _ in roads.places_on(spans)]
    wanted = ["Savien", "Petite-Rivière-de-l'Artibonite", "Dessalines", "Johanisse", STOP]
    assert [name for name in names if name in wanted] == wanted
    assert path.length_m - sum(one.length_m for one in spans) == pytest.approx(18, abs=10)  # the seams
    along = [at for _, at in roads.places_on(spans)]
    assert along == sorted(along)
    assert along[-1] == pytest.approx(sum(one.length_m for one in spans), abs=60)
    line = roads.line_of(path)
    assert line.is_valid
    assert 0.95 * path.length_m < line.length <= path.length_m
    assert np.hypot(*np.diff(shapely.get_coordinates(line), axis=0).T).max() < 1_000


def test_a_town_that_a_road_only_leads_to_is_told_as_such(roads):
    spans = (RoadSpan("rd-sav", 9_000.0, 10_409.0), RoadSpan("rd-prd", 0.0, 3_000.0))
    assert roads.places_on(spans) == (("→ Petite-Rivière-de-l'Artibonite", 1_409.0),)
    assert ("Petite-Rivière-de-l'Artibonite") in dict(roads.places_on([RoadSpan("rd-sav", 9_000.0, 14_777.0)]))


@pytest.mark.parametrize(
    "words", ["Pont-Sondé bridge", "pon Pont-Sondé", "pont de Pont-Sondé", "le pont de Pont Sonde", "Pon Pon Sondé"]
)
def test_without_the_bridge_there_is_no_way_north_and_one_to_the_east(roads, words):
    span = roads.read_span(words)
    assert span.road_id == "rn1"
    assert 107_796 <= span.low_m < span.high_m <= 108_500
    assert way(roads, START, STOP, span) is None
    assert [one.road_id for one in roads.spans(way(roads, START, "Verrettes", span))] == ["rn1", "rd-lia"]


def test_an_end_at_a_town_is_the_junction_of_that_town(roads):
    part = roads.closed_part(RoadSpan("rn1", 130_200.0, 110_400.0))
    assert (part.from_m, part.to_m) == pytest.approx((129_577, 110_409), abs=2)
    # elsewhere, and in a short piece, nothing is given away
    for low, high in ((110_000.0, 126_000.0), (111_000.0, 128_000.0), (129_000.0, 130_200.0), (149_000.0, 150_000.0)):
        assert roads.closed_part(RoadSpan("rn1", low, high)) == RoadSpan("rn1", low, high)


@given(st.floats(0, 249_000), st.floats(5, 40_000))
def test_what_lies_on_a_piece_lies_on_it(low, length):
    roads = area_roads(am.area("artibonite"))
    span = RoadSpan("rn1", low, min(low + length, 249_854.0))
    cut = roads.cut({"rn1": (span.low_m, span.high_m)})
    on = cut.on(span)
    a, b = np.fmin(cut.from_m, cut.to_m)[on], np.fmax(cut.from_m, cut.to_m)[on]
    assert set(cut.road_id[on]) == {"rn1"}
    # A mark within a metre of a node is there already.
    assert (a >= span.low_m - 1.01).all()
    assert (b <= span.high_m + 1.01).all()
    part = cut.closed_part(span)
    assert (b - a).sum() >= part.length_m - 2 * min(60.0, part.length_m / 4) - 2.1
    assert cut.network.length_m.sum() == pytest.approx(roads.network.length_m.sum())
    assert np.array_equal(on, cut.on(RoadSpan("rn1", span.to_m, span.from_m)))


def test_a_piece_over_a_junction_closes_its_arms_and_no_other_road(roads):
    shut = roads.on(RoadSpan("rn1", 110_000.0, 111_000.0))
    assert set(roads.road_id[shut]) == {"rn1"}
    spans = roads.spans(way(roads, "Savien", "Dessalines", RoadSpan("rn1", 110_000.0, 111_000.0)))
    assert [one.road_id for one in spans] == ["rd-sav", "rd-prd"]
    assert way(roads, START, "Savien", RoadSpan("rn1", 110_000.0, 111_000.0)) is None


def test_cuts_keep_lines_lengths_and_roads(roads):
    marks = {"rn1": (1.0, 50_123.4, 50_124.0, 110_400.0, 999_999.0), "rd-des": (12_400.5,)}
    cut = roads.cut(marks)
    assert len(cut.network.edges) == len(roads.network.edges) + 4
    assert cut.network.lines.length.sum() == pytest.approx(roads.network.lines.length.sum(), rel=1e-9)
    at = np.r_[cut.from_m[cut.road_id == "rn1"], cut.to_m[cut.road_id == "rn1"]]
    assert {50_123.4, 110_400.0} <= set(at.round(6))
    one, other = (way(each, START, STOP) for each in (roads, cut))
    assert one.length_m == pytest.approx(other.length_m)
    assert roads.cut({}) is roads
    with pytest.raises(PlaceError, match="no road 'rn9'"):
        roads.cut({"rn9": (1.0,)})


# -- places -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "name", "road", "km"),
    [
        ("St. Marc", START, "rn1", 94.77), ("gonayiv", STOP, "rn1", 150.05),
        ("Kafou Pèy", "Carrefour Paye", None, None),
        ("Petite-Rivière", "Petite-Rivière-de-l'Artibonite", "rd-sav", 14.777),
        ("rn1 km 95", "RN1 km 95.0", "rn1", 95.0),
        ("km 110,4", "RN1 km 110.4", "rn1", 110.4), ("rd-des PK 3+500", "RD-DES km 3.5", "rd-des", 3.5),
        ("Poteau, Gonaïves", "Poteau", "rn1", 160.95), ((-72.6886, 19.4456), "19.4456, -72.6886", "rn1", None),
        (Spot(3, 12.0), None, None, None),
    ],
)  # fmt: skip
def test_places_by_name_kilometre_and_coordinates(roads, place, name, road, km):
    found = roads.locate(place)
    assert roads.spot(place) == found.spot
    assert found.distance_m < 1_000
    assert 0 <= found.spot.offset_m <= roads.network.length_m[found.spot.edge] + 1e-6
    if name is not None:
        assert found.name == name
    if road is not None:
        assert roads.chainage(found.spot)[0] == road
    if km is not None:
        assert roads.chainage(found.spot)[1] / 1_000 == pytest.approx(km, abs=0.01)


def test_a_spot_lies_where_the_corridor_says(roads):
    for chainage in (0.0, 95_432.1, 110_408.5, 249_854.0):
        spot = roads.at("rn1", chainage)
        assert roads.chainage(spot) == ("rn1", pytest.approx(chainage, abs=0.01))
    with pytest.raises(PlaceError, match=r"does not reach km 260.0: it ends at km 249.9"):
        roads.at("rn1", 260_000.0)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("Xyzzy", "no known place fits"), ("Poteau", r"may mean several places: Poteau \(locality, Gonaïves\); Poteau"),
        ((-71.5, 19.0), "km from the nearest road of the network, farther than 5 km"),
        ("Artibonite", "is a department"),
        ((19.4456, -72.6886), r"coordinates are \(lon, lat\), in this order"), (Spot(10**6, 0.0), "lies on no edge"),
        ("rn1 km 400", "rn1 ends at km 249.9"), ("rn7 km 4", "no road 'rn7'"),
    ],
)  # fmt: skip
def test_places_that_are_none_say_why(roads, place, words):
    with pytest.raises(PlaceError, match=words):
        roads.spot(place)


@pytest.mark.parametrize(
    ("words", "road", "low", "high", "kind"),
    [
        ("km 110-126", "rn1", 110.0, 126.0, "kilometres"), ("km 110.4–130.2", "rn1", 110.4, 130.2, "kilometres"),
        ("rn1 km 110–126", "rn1", 110.0, 126.0, "kilometres"), ("RN1 PK 110 à 126", "rn1", 110.0, 126.0, "kilometres"),
        ("route nationale 1, km 110 to km 126", "rn1", 110.0, 126.0, "kilometres"),
        ("PK 110+400 – 112+050", "rn1", 110.4, 112.05, "kilometres"), ("126-110 km", "rn1", 110.0, 126.0, "kilometres"),
        ("ant km 110 ak 126", "rn1", 110.0, 126.0, "kilometres"),
        ("km 110,4 jusqu'à 126,05", "rn1", 110.4, 126.05, "kilometres"),
        ("RN5 km 10 - 12", "rn5", 10.0, 12.0, "kilometres"), ("rd sav km 3-5", "rd-sav", 3.0, 5.0, "kilometres"),
        ("km 249-250", "rn1", 249.0, 249.854, "kilometres"), ("rn1 km 95", "rn1", 94.75, 95.25, "around_place"),
        ("Pont-Sondé – L'Estère", "rn1", 107.796, 125.819, "stretch"),
        ("RN1 entre Pont-Sondé et L'Estère", "rn1", 107.796, 125.819, "stretch"),
        ("depi Sen Mak rive Gonayiv", "rn1", 94.770, 150.050, "stretch"),
        ("Savien – Petite-Rivière", "rd-sav", 6.675, 14.777, "stretch"),
        ("rd-sav Savien to Petite-Rivière", "rd-sav", 6.675, 14.777, "stretch"),
        ("Pont-Sondé", "rn1", 107.546, 108.046, "around_place"), ("Savien", "rd-sav", 6.425, 6.925, "around_place"),
        ("bridge at L'Estère", "rn1", 124.819, 126.819, "around_bridge"),
        ("rd-sav", "rd-sav", 0.0, 14.777, "whole_road"),
        ("RN 1", "rn1", 0.0, 249.854, "whole_road"),
    ],
)  # fmt: skip
def test_pieces_of_road_in_words(roads, words, road, low, high, kind):
    found = roads.span_of_words(words)
    assert (found.span.road_id, found.kind) == (road, kind)
    assert (found.span.from_m / 1_000, found.span.to_m / 1_000) == pytest.approx((low, high), abs=0.001)
    assert roads.read_span(words) == found.span
    assert roads.on(found.span).any()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", "write kilometres"), ("110", "write kilometres"), ("Xyzzy", "no known place fits 'Xyzzy'"),
        ("km 300-310", "rn1 ends at km 249.9"), ("RN3 km 1-2", "no road 'rn3'; there are: rd-anr"),
        ("rd-xyz km 1-2", "no road 'rd-xyz'"), ("rn1 rd-sav km 1-2", "two roads are named"),
        ("Poteau", "may mean several places"), ("La Croix Périsse", r"names an area.*rn1 km 124.9–138.4"),
        ("rd-sav Saint-Marc – Gonaïves", "do not both lie on rd-sav"), ("rd-anr Pont-Sondé", "does not lie on rd-anr"),
    ],
)  # fmt: skip
def test_words_that_name_no_piece_say_what_is_understood(roads, words, why):
    with pytest.raises(PlaceError, match=why):
        roads.read_span(words)


# -- lines of one's own -----------------------------------------------------------


def own_lines() -> gpd.GeoDataFrame:
    """A main road, a side road drawn towards it, a roundabout, a road that comes back to itself, a track."""
    x, y = 750_000.0, 2_100_000.0
    ring = [(x + 3_000 + 100 * np.cos(a), y + 100 * np.sin(a)) for a in np.linspace(np.pi, 3 * np.pi, 9)]
    drawn = {
        "main": [(x, y), (x + 1_000, y), (x + 2_900, y)],
        "side": [(x + 1_000, y + 800), (x + 1_000, y)],
        "ring": ring,
        "loop": [(x, y), (x - 500, y), (x - 500, y + 500), (x - 100, y + 500), (x - 100, y), (x - 500, y)],
        "far": [(x + 3_100, y), (x + 3_100 + 4_000, y)],
    }
    return gpd.GeoDataFrame(
        {
            "road_id": list(drawn), "class": ["national", "local", "national", "track", "path"],
            "surface": ["asphalt", None, None, "mud", None],
        },
        geometry=[shapely.LineString(one) for one in drawn.values()], crs=UTM,
    )  # fmt: skip


def test_own_lines_have_metres_along_each(artibonite):
    lines = own_lines()
    roads = AreaRoads.from_lines(lines, area=artibonite)
    net = roads.network
    assert np.allclose(np.abs(roads.to_m - roads.from_m), net.length_m, atol=0.1)
    for road, shape in zip(lines["road_id"], lines.geometry, strict=True):
        mine = np.flatnonzero(roads.road_id == road)
        spans = sorted(sorted(pair) for pair in zip(roads.from_m[mine], roads.to_m[mine], strict=True))
        assert spans[0][0] == pytest.approx(0.0, abs=0.1)
        assert spans[-1][1] == pytest.approx(shape.length, abs=0.1)
        assert all(a[1] == pytest.approx(b[0], abs=0.1) for a, b in pairwise(spans))
        for edge in mine:  # the line of the edge is that piece of the road
            middle = shape.interpolate((roads.from_m[edge] + roads.to_m[edge]) / 2)
            assert middle.distance(net.lines.iloc[edge]) < 0.1
    assert roads.corridors == {}
    path = Router(net).least(roads.at("side", 0.0), roads.at("far", 4_000.0), net.length_m)
    spans = roads.spans(path)
    assert [(one.road_id, one.from_m < one.to_m) for one in spans][:2] == [("side", True), ("main", True)]
    assert sum(one.length_m for one in spans) == pytest.approx(path.length_m, abs=0.5)
    assert roads.line_of(path).length == pytest.approx(path.length_m, abs=0.5)
    assert np.isinf(SpeedModel().times(roads, "truck")[roads.road_id == "far"]).all()
    assert roads.read_span("main km 0.5–1.5") == RoadSpan("main", 500.0, 1_500.0)
    cut = roads.cut({"main": (500.0, 1_500.0)})
    on = cut.on(RoadSpan("main", 500.0, 1_500.0))
    assert cut.network.length_m[on].sum() == pytest.approx(1_000.0)
    assert cut.surface[on].tolist() == ["asphalt"] * on.sum()
    assert Router(cut.network).least(cut.at("side", 0.0), cut.at("far", 9.0), cut.network.length_m, closed=on) is None


def test_bridged_seams_have_no_road_and_nobody_stands_on_them():
    x, y = 750_000.0, 2_100_000.0
    lines = gpd.GeoDataFrame(
        {"road_id": ["a", "b"]},
        geometry=[shapely.LineString([(x, y), (x + 1_000, y)]), shapely.LineString([(x + 1_060, y), (x + 2_000, y)])],
        crs=UTM,
    )
    roads = AreaRoads.from_lines(lines, tolerance_m=100.0)
    seam = [one is None for one in roads.road_id]
    assert sum(seam) == 1
    lonlat = gpd.GeoSeries([shapely.Point(x + 1_020, y)], crs=UTM).to_crs(4326).iloc[0]
    spot = roads.spot((lonlat.x, lonlat.y))
    assert roads.chainage(spot) == ("a", pytest.approx(1_000.0, abs=0.1))
    path = Router(roads.network).least(roads.at("a", 100.0), roads.at("b", 500.0), roads.network.length_m)
    assert [tuple(one) for one in roads.spans(path)] == [("a", 100.0, 1_000.0), ("b", 0.0, 500.0)]
    assert path.length_m == pytest.approx(1_460.0)


def test_a_network_without_an_area_takes_coordinates_and_spots(artibonite):
    net = RoadNetwork.from_lines(own_lines(), tolerance_m=0.0, noding="vertices")
    roads = AreaRoads.from_network(net)
    assert set(roads.road_id) == {None}
    assert set(roads.classes) == {"national", "local", "track", "path"}
    assert roads.spans(Router(net).least(Spot(0, 0.0), Spot(1, 10.0), net.length_m)) == ()
    assert roads.places_on(()) == ()
    point = gpd.GeoSeries([shapely.Point(750_400, 2_100_010)], crs=UTM).to_crs(4326).iloc[0]
    assert roads.locate((point.x, point.y)).distance_m == pytest.approx(10.0, abs=0.1)
    with pytest.raises(PlaceError, match="knows no names"):
        roads.spot("Saint-Marc")
    with pytest.raises(PlaceError, match="km from the nearest road"):
        AreaRoads.from_network(net, area=artibonite).spot("Cap-Haïtien")
    bare = RoadNetwork.from_edges([[0, 0], [100, 0]], [[0, 1]], crs=UTM)
    assert AreaRoads.from_network(bare).road_class.tolist() == [None]
    with pytest.raises(DataError, match="lines must be those"):
        AreaRoads.from_network(bare, lines=own_lines())
    with pytest.raises(DataError, match="rows that they do not have"):
        AreaRoads.from_network(net, lines=own_lines().iloc[:2])


def test_an_added_extract_is_read_with_the_roads(artibonite, tmp_path, monkeypatch, roads):
    """The area's roads on a line that bends more: the same roads, the same kilometres, another network."""
    monkeypatch.setenv(ENV, str(tmp_path / "layers"))
    corridor = roads.corridors["rn1"]
    posts, along = shapely.get_coordinates(corridor.line), np.diff(corridor.measures)
    way_m = np.diff(posts, axis=0)
    straight = np.hypot(*way_m.T)
    side = np.column_stack([-way_m[:, 1], way_m[:, 0]]) / straight[:, None]
    bends = posts[:-1] + way_m / 2 + side * np.sqrt(np.maximum(along**2 - straight**2, 0.0))[:, None] / 2
    xy = np.vstack([np.stack([posts[:-1], bends], axis=1).reshape(-1, 2), posts[-1:]])
    parts = [shapely.LineString(xy[a : a + 41]) for a in range(0, len(xy) - 1, 40)]
    table = gpd.GeoDataFrame({"highway": "primary"}, geometry=parts, index=range(len(parts)), crs=UTM)
    table.to_crs(4326).to_file(tmp_path / "roads.gpkg")
    am.add_osm(artibonite, tmp_path / "roads.gpkg")
    added = area_roads(artibonite)
    assert added is not roads
    assert len(added.network.coords) > 1.2 * len(roads.network.coords)
    path = way(added, START, STOP, added.read_span("km 110.4–130.2"))
    assert [one.road_id for one in added.spans(path)] == ["rn1", "rd-sav", "rd-prd", "rd-des", "rn1"]
    assert way(added, START, STOP).length_m == pytest.approx(55_200, abs=300)
    am.remove_layer(artibonite, "osm")
    assert len(area_roads(artibonite).network.edges) == len(roads.network.edges)


@pytest.mark.parametrize(
    "file",
    ["artibonite_osm_pack.gpkg", pytest.param("osm_north_haiti_roads.parquet", marks=pytest.mark.exhaustive)],
)
def test_a_real_extract_as_own_lines(artibonite, reference, file):
    lines = am.read_roads(reference / file, area=artibonite)
    net = RoadNetwork.from_lines(lines, tolerance_m=0.0, noding="vertices")
    began = time.perf_counter()
    roads = AreaRoads.from_network(net, lines=lines, area=artibonite)
    times = SpeedModel().times(roads, "4x4")
    assert time.perf_counter() - began < 10  # a second where nothing else runs
    assert np.abs(np.abs(roads.to_m - roads.from_m) - net.length_m).max() < 1.0
    start, stop = roads.locate(START), roads.locate(STOP)
    assert max(start.distance_m, stop.distance_m) < 300
    path = Router(net).least(start.spot, stop.spot, times.mean(axis=1))
    spans = roads.spans(path)
    assert path.length_m == pytest.approx(55_300, abs=1_000)
    assert sum(one.length_m for one in spans) == pytest.approx(path.length_m, abs=5.0)
    names = [name for name, _ in roads.places_on(spans)]
    wanted = [START, "Pont-Sondé", "L'Estère", STOP]
    assert [name for name in names if name in wanted] == wanted

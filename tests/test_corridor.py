"""The road as a measured line, against the real one and against its laws."""

from __future__ import annotations

import dataclasses
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import artimap as am
from artimap.areas.area import read_posts, read_road_positions
from artimap.core.errors import CorridorError, CrsError, PlaceError
from artimap.roads.corridor import Corridor
from artimap.roads.event_spread import merge

METRIC = "EPSG:32618"

# read off the detailed road, in km
TOWNS = {
    "Montrouis": 73.8, "Saint-Marc": 94.8, "Pont-Sondé": 107.8, "Carrefour Paye": 110.4, "Villard": 114.4,
    "L'Estère": 125.8, "Johanisse": 130.2, "Gonaïves": 150.0, "Ennery": 179.7,
}  # fmt: skip


def test_rn1_is_as_long_as_the_road_not_as_the_polyline(rn1):
    assert rn1.length_m == pytest.approx(249_850, abs=300)
    assert rn1.line.length < 0.99 * rn1.length_m


@pytest.mark.parametrize(("town", "km"), TOWNS.items())
def test_towns_stand_at_their_kilometre(rn1, town, km):
    row = rn1.towns.set_index("name").loc[town]
    assert row["chainage_m"] / 1000 == pytest.approx(km, abs=0.3)


def test_saint_marc_to_gonaives(rn1):
    stretch = rn1.stretch("Saint-Marc", "Gonaïves")
    assert stretch.length_m / 1000 == pytest.approx(55.2, abs=0.3)
    assert rn1.stretch("gonayiv", "St Marc").name == stretch.name


def test_against_the_detailed_road(rn1, reference):
    detailed = gpd.read_file(reference / "rn1_osm.gpkg").to_crs(METRIC)
    line = shapely.line_merge(detailed.union_all())
    assert line.length == pytest.approx(rn1.length_m, abs=100)
    if shapely.distance(shapely.get_point(line, 0), rn1.point_at(0.0)) > 1_000:
        line = shapely.reverse(line)
    chainage = np.arange(0.0, line.length, 20.0)
    measured, offset = rn1.project(shapely.line_interpolate_point(line, chainage))
    assert np.median(offset) <= 1
    assert np.percentile(offset, 95) <= 25
    assert offset.max() <= 90
    off = np.abs(measured - chainage)
    assert np.percentile(off, 95) < 10
    assert off[(chainage > 205_000) & (chainage < 213_000)].max() < 500


def test_the_switchbacks_near_km_209_are_no_tie_any_more(artibonite):
    """A line through posts a kilometre apart takes one leg of a bend for the other; one every 400 m does not.

    Measured on the positions in between, which neither line is made of.
    """
    known = read_road_positions(artibonite)
    known = known[known["road_id"] == "rn1"].sort_values("seq")
    posts = read_posts(artibonite)
    posts = posts[posts["road_id"] == "rn1"].sort_values("seq")
    asked = known[(known["seq"] % 2 == 0) & known["km"].between(208, 210)]
    made = known[~known["seq"].isin(asked["seq"])]
    fine, coarse = (Corridor.from_posts(one, corridor_id="x", ref="X", name="X") for one in (made, posts))
    off_fine, off_coarse = (
        np.abs(road.project(asked.geometry.to_numpy())[0] - asked["km"].to_numpy(dtype=float) * 1000).max()
        for road in (fine, coarse)
    )
    assert off_coarse > 1_500
    assert off_fine < 500


def test_the_road_runs_through_every_position_at_its_kilometre(artibonite):
    known = read_road_positions(artibonite)
    posts = read_posts(artibonite)
    for road_id, rows in known.groupby("road_id"):
        road = am.read_corridor(artibonite, road_id)
        at = road.point_at(rows["km"].to_numpy(dtype=float) * 1000)
        assert shapely.distance(at, rows.geometry.to_numpy()).max() < 0.01
        # the posts are four decimals of a degree, and their kilometres are those of the road
        own = posts[posts["road_id"] == road_id]
        assert road.length_m == own["km"].max() * 1000
        spots = road.point_at(own["km"].to_numpy(dtype=float) * 1000)
        assert shapely.distance(spots, own.geometry.to_numpy()).max() < 90


@given(chainages=st.lists(st.floats(0, 249_854), min_size=1, max_size=50))
def test_locate_undoes_point_at(rn1, chainages):
    found, offset = rn1.project(rn1.point_at(chainages))
    assert np.allclose(found, chainages, atol=1e-6)
    assert offset.max() < 1e-6


def test_project_agrees_with_shapely_on_a_plain_line():
    rng = np.random.default_rng(5)
    line = gpd.GeoSeries([shapely.LineString(np.cumsum(rng.uniform(10, 500, (60, 2)), axis=0))], crs=METRIC)
    road = Corridor.from_lines(line, corridor_id="x", ref="X", name="X")
    points = shapely.points(rng.uniform(0, 15_000, (500, 2)))
    chainage, offset = road.project(points)
    assert np.allclose(chainage, shapely.line_locate_point(line.iloc[0], points), atol=1e-6)
    assert np.allclose(offset, shapely.distance(line.iloc[0], points), atol=1e-6)


@pytest.mark.exhaustive
@given(st.floats(50, 60_000))
def test_lixels_cover_the_road_once(length_m):
    road = am.read_corridor(am.area("artibonite"), "rd-sav")
    pieces = road.lixels(length_m)
    assert pieces["from_m"].iloc[0] == 0
    assert pieces["to_m"].iloc[-1] == road.length_m
    assert (pieces["from_m"].to_numpy()[1:] == pieces["to_m"].to_numpy()[:-1]).all()
    assert pieces["lixel_id"].is_unique


def test_stretches_cover_the_road_once(rn1):
    stretches = rn1.stretches()
    assert stretches["from_m"].iloc[0] == 0
    assert stretches["to_m"].iloc[-1] == rn1.length_m
    assert (stretches["from_m"].to_numpy()[1:] == stretches["to_m"].to_numpy()[:-1]).all()
    assert "L'Estère – Johanisse" in set(stretches["name"])


def test_within_agrees_with_a_cut_circle(rn1):
    centre = np.array([shapely.Point(rn1.point_at(100_000.0).x + 300, rn1.point_at(100_000.0).y)])
    _, low, high = rn1.within(centre, np.array([2_000.0]))
    inside = rn1.line.intersection(centre[0].buffer(2_000.0, quad_segs=400)).length
    drawn = sum(rn1.piece(a, b).length for a, b in zip(low, high, strict=True))
    assert drawn == pytest.approx(inside, rel=1e-4)


def test_a_gap_is_refused_and_named():
    posts = gpd.GeoDataFrame(
        {"km": [0.0, 1.0, 2.0]}, geometry=gpd.points_from_xy([0, 1000, 9000], [0, 0, 0]), crs=METRIC
    )
    with pytest.raises(CorridorError, match=r"between km 1 and km 2 the posts lie 8\.00 km apart"):
        Corridor.from_posts(posts, corridor_id="x", ref="X", name="X")


def test_falling_posts_are_refused():
    posts = gpd.GeoDataFrame(
        {"km": [0.0, 2.0, 1.0]}, geometry=gpd.points_from_xy([0, 1000, 1500], [0, 0, 0]), crs=METRIC
    )
    with pytest.raises(CorridorError, match="km 1 follows km 2"):
        Corridor.from_posts(posts, corridor_id="x", ref="X", name="X")


def test_a_branch_and_a_gap_in_lines_are_refused_with_their_place():
    def lines(*coords):
        return gpd.GeoSeries([shapely.LineString(c) for c in coords], crs=METRIC)

    branch = lines([(0, 0), (100, 0)], [(100, 0), (200, 0)], [(100, 0), (100, 80)])
    with pytest.raises(CorridorError, match=r"a branch at x=100 y=0 \(3 lines meet\)"):
        Corridor.from_lines(branch, corridor_id="x", ref="X", name="X")
    gap = lines([(0, 0), (100, 0)], [(130, 0), (200, 0)])
    with pytest.raises(CorridorError, match=r"a gap of 30\.0 m"):
        Corridor.from_lines(gap, corridor_id="x", ref="X", name="X")
    ring = lines([(0, 0), (100, 0), (50, 80), (0, 0)])
    with pytest.raises(CorridorError, match="ring"):
        Corridor.from_lines(ring, corridor_id="x", ref="X", name="X")


IN_DEGREES = gpd.GeoSeries([shapely.LineString([(-72.7, 19.1), (-72.6, 19.2), (-72.5, 19.3)])], crs="EPSG:4326")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (IN_DEGREES, "EPSG:4326, in degrees"),
        (IN_DEGREES.to_crs("EPSG:3857"), "EPSG:3857, where lengths are wrong by 6 %"),
        (IN_DEGREES.to_crs("EPSG:4087"), "where lengths are wrong by 6 %"),
        (IN_DEGREES.set_crs(METRIC, allow_override=True), "coordinates are degrees"),
        (IN_DEGREES.to_crs("+proj=utm +zone=18 +units=us-ft +datum=WGS84"), "in units of US survey foot"),
    ],
    ids=["degrees", "web mercator", "plate carrée", "degrees labelled as metres", "feet"],
)
def test_lines_that_are_not_in_metres_are_refused_with_the_call_that_mends_it(lines, told):
    with pytest.raises(CrsError, match=re.escape(told)) as caught:
        Corridor.from_lines(lines, corridor_id="x", ref="X", name="X")
    call = str(caught.value).partition("use ")[2]
    mended = eval(call, {"lines": lines})  # noqa: S307 - the message is the fixing call
    road = Corridor.from_lines(mended, corridor_id="x", ref="X", name="X")
    assert road.length_m == pytest.approx(IN_DEGREES.to_crs(METRIC).length.iloc[0], rel=1e-3)
    with pytest.raises(CrsError, match=re.escape(told)):
        am.corridor_from_lines(
            lines, corridor_id="x", ref="X", name="X", tolerance_m=1, start=shapely.Point(lines.iloc[0].coords[0])
        )


def test_coordinates_that_cannot_be_in_their_system_are_refused():
    flipped = [shapely.LineString([(y, x) for x, y in line.coords]) for line in IN_DEGREES.to_crs(METRIC)]
    turned = gpd.GeoSeries(flipped, crs=METRIC)
    with pytest.raises(CrsError, match=r"far outside.*set_crs\('EPSG:32618', allow_override=True\)"):
        Corridor.from_lines(turned, corridor_id="x", ref="X", name="X")
    metres = IN_DEGREES.to_crs(METRIC).set_crs("EPSG:4326", allow_override=True)
    with pytest.raises(CrsError, match=r"far outside.*set_crs\('EPSG:32618', allow_override=True\)"):
        Corridor.from_lines(metres, corridor_id="x", ref="X", name="X")


def test_lines_in_any_order_and_direction_join():
    lines = gpd.GeoSeries(
        [
            shapely.LineString([(0, 0), (100, 0)]),
            shapely.LineString([(300, 0), (200, 0)]),
            shapely.LineString([(100, 0), (200, 0)]),
        ],
        crs=METRIC,
    )
    road = Corridor.from_lines(lines, corridor_id="x", ref="X", name="X")
    assert road.length_m == 300
    assert road.point_at(50.0).x == 50


def test_places_locate_and_stay_in_order(rn1, artibonite):
    places = am.read_places(artibonite)
    located = rn1.locate(places)
    assert (located["place_id"] == places["place_id"]).all()
    assert located["why_not"].isna().all()
    assert (located["offset_m"] >= 0).all()


def test_locate_refuses_degrees(rn1, artibonite):
    with pytest.raises(CrsError, match="to_crs"):
        rn1.locate(am.read_places(artibonite).to_crs("EPSG:4326"))


def test_every_event_comes_back_placed_or_with_a_reason(rn1, events):
    located = rn1.locate(events)
    assert (located["event_id"] == events["event_id"]).all()
    placed = located["why_not"].isna()
    assert located.loc[placed, "from_m"].notna().all()
    assert located.loc[~placed, "from_m"].isna().all()
    assert (located.loc[~placed, "off_corridor"] == 1).all()


def test_spread_and_off_corridor_are_the_events_weight(rn1, events):
    spread = rn1.spread(events)
    on = np.bincount(spread.row, weights=spread.weight, minlength=len(events))
    assert np.allclose(on + spread.off_corridor, 1.0, atol=1e-12)


def spots(events, points, *, road_id=None, radius_m=np.nan):
    """Exact spots, as many as points."""
    one = events[events["place_kind"] == "point"].iloc[[0] * len(points)].reset_index(drop=True)
    texts = pd.Series([road_id] * len(points), dtype=one["road_id"].dtype)
    return one.assign(road_id=texts, radius_m=radius_m).set_geometry(gpd.GeoSeries(list(points), crs=METRIC))


def on_road(spread, rows):
    return np.bincount(spread.row, weights=spread.weight, minlength=rows)


def test_a_spot_beside_the_road_is_on_it_the_less_the_farther_it_lies(rn1, artibonite, events):
    """Up RN5 from the junction: no step from all to nothing, and what names the road stays on it."""
    rn5 = am.read_corridor(artibonite, "rn5")
    up = np.arange(0.0, 1_500.0, 25.0)
    spread = rn1.spread(spots(events, rn5.point_at(up)))
    share = on_road(spread, len(up))
    # RN5 starts a few metres beside the line of RN1, which is straight between positions 200 m apart: that
    # is taken off once for the distance and once because RN5 is nearer. On the line itself nothing is.
    at, offset = rn1.project(rn5.point_at(up[:1]))
    assert offset[0] < 5
    assert share[0] == pytest.approx((1 - offset[0] / 500.0) ** 2)
    assert on_road(rn1.spread(spots(events, rn1.point_at(at))), 1) == pytest.approx(1.0)
    assert (np.diff(share) <= 1e-9).all()
    assert np.abs(np.diff(share)).max() < 0.1
    assert share[up == 300] < 0.5
    assert share[up == 1_000] == 0
    assert np.allclose(share + spread.off_corridor, 1.0, atol=1e-12)
    assert set(spread.off_code) == {None, "nearer_road:rn5"}
    assert [code is None for code in spread.why_code] == (share > 0).tolist()
    named = rn1.spread(spots(events, rn5.point_at(up), road_id="rn1"))
    assert on_road(named, len(up)) == pytest.approx(1.0)
    # The two roads share it out, and never more than the whole of it.
    other = on_road(rn5.spread(spots(events, rn5.point_at(up))), len(up))
    assert other == pytest.approx(1.0, abs=1e-6)


def test_a_spot_is_on_the_road_in_part_where_no_other_road_is_known(rn1, events):
    alone = dataclasses.replace(rn1, other_roads=gpd.GeoSeries([], crs=METRIC))
    west = shapely.Point(alone.point_at(30_000.0).x, alone.point_at(30_000.0).y)
    away = [shapely.Point(west.x + d, west.y) for d in (0.0, 100.0, 200.0)]
    offset = alone.project(away)[1]
    spread = alone.spread(spots(events, away))
    assert on_road(spread, 3) == pytest.approx(1 - offset / 500.0)
    assert spread.off_code == (None, "beside:RN1", "beside:RN1")


@given(
    x=st.floats(-3_000, 3_000), y=st.floats(-3_000, 3_000), km=st.floats(0, 249), radius=st.floats(1, 5_000),
)  # fmt: skip
def test_the_parts_of_a_spot_add_up_wherever_it_lies(rn1, events, x, y, km, radius):
    at = rn1.point_at(km * 1000)
    spread = rn1.spread(spots(events, [shapely.Point(at.x + x, at.y + y)], radius_m=radius))
    share = on_road(spread, 1)[0]
    assert 0 <= share <= 1
    assert share + spread.off_corridor[0] == pytest.approx(1.0, abs=1e-12)
    assert (spread.why_code[0] is None) == (share > 0)


@given(bins=st.integers(1, 400))
def test_sharing_over_bins_keeps_the_weight(rn1, events, bins):
    spread = rn1.spread(events)
    row, _, weight = spread.over(np.linspace(0, rn1.length_m, bins + 1))
    on = np.bincount(row, weights=weight, minlength=len(spread.off_corridor))
    assert np.allclose(on + spread.off_corridor, 1.0, atol=1e-9)


def test_la_croix_perisse_lies_along_the_road_not_in_a_polygon(rn1):
    assert rn1.unit_pieces("HT0513-01") == [(124_900.0, 138_440.0)]


def test_stretch_names_the_towns_it_knows(rn1):
    with pytest.raises(PlaceError, match="Johanisse"):
        rn1.stretch("Saint-Marc", "Jacmel")
    with pytest.raises(PlaceError, match="two different ends"):
        rn1.stretch("Saint-Marc", "Sen Mak")


def test_unknown_road(artibonite):
    with pytest.raises(CorridorError, match="rd-sav"):
        am.read_corridor(artibonite, "rn7")


intervals = st.lists(st.tuples(st.integers(0, 2), st.floats(0, 100), st.floats(0.01, 30)), min_size=1, max_size=30)


@given(intervals)
def test_merged_intervals_cover_the_same_points(rows):
    group = np.array([row[0] for row in rows])
    low = np.array([row[1] for row in rows])
    high = low + np.array([row[2] for row in rows])
    g, a, b = merge(group, low, high)
    for probe in np.linspace(0, 130, 263):
        for one in range(3):
            before = bool(((group == one) & (low <= probe) & (probe <= high)).any())
            after = bool(((g == one) & (a <= probe) & (probe <= b)).any())
            assert before <= after
    assert pd.Series(b - a).ge(0).all()
    same = g[1:] == g[:-1]
    assert (a[1:][same] > b[:-1][same]).all()


def test_many_circles_are_laid_as_few_are(rn1, monkeypatch):
    at = np.random.default_rng(4)
    points = np.array([rn1.line.interpolate(part, normalized=True) for part in at.uniform(0, 1, 50)])
    radius = at.uniform(100, 9_000, 50)
    whole = rn1.within(points, radius)
    for size in (1, 7, 49, 50):
        monkeypatch.setattr("artimap.roads.corridor._CIRCLES", size)
        for one, other in zip(whole, rn1.within(points, radius), strict=True):
            np.testing.assert_array_equal(one, other)

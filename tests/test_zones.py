"""Zones follow places and roads, fade outward, and stop where nothing is known."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy.sparse.csgraph import dijkstra

import artimap as am
from artimap.areas.area import read_roads, read_units
from artimap.areas.geometries import place_radius
from artimap.claims.ledger import Ledger
from artimap.control.zones.geometry import reached, road_within, roads_of
from artimap.core import schema
from artimap.core.errors import DateError, ModelError
from artimap.core.tables import ZONES
from artimap.roads.network.graph import RoadNetwork


@pytest.fixture(scope="module")
def zones(artibonite, ledger, events):
    return am.control_zones(artibonite, ledger, as_of="2024-10-15", events=events)


CROSS = RoadNetwork.from_edges(
    [[0, 0], [1000, 0], [2000, 0], [1000, 1000]], [[0, 1], [1, 2], [1, 3]], crs="EPSG:32618"
)  # a road with a side road at 1000 m


def test_the_service_area_at_a_junction_by_hand():
    """From 800 m on the main road with 500 m: 300…1000 of it, and 300 m into each of the two other arms."""
    assert reached(CROSS, 0, 800.0, 500.0) == [(0, 300.0, 1000.0), (1, 0.0, 300.0), (2, 0.0, 300.0)]
    road = road_within(CROSS, shapely.Point(800, 10), 500.0, snap_m=50.0)
    assert road.length == pytest.approx(1300.0)
    assert road_within(CROSS, shapely.Point(800, 60), 500.0, snap_m=50.0).is_empty


@settings(max_examples=20)
@given(edge=st.integers(0, 60), share=st.floats(0, 1), reach=st.floats(10, 20_000))
def test_the_service_area_against_scipys_shortest_paths(artibonite, edge, share, reach):
    """Every node is inside exactly where an independent shortest path says so; the pieces end at the reach."""
    net = roads_of(artibonite)
    edge %= len(net.edges)
    start = share * float(net.length_m[edge])
    head, tail = net.edges[edge]
    extra = len(net.nodes_xy)
    ends = np.vstack([net.edges, [[head, extra], [extra, tail]]])
    lengths = np.r_[net.length_m, max(start, 1e-6), max(float(net.length_m[edge]) - start, 1e-6)]
    graph = np.zeros((extra + 1, extra + 1))
    for (a, b), length in zip(ends, lengths, strict=True):
        for i, j in ((a, b), (b, a)):
            # of parallel edges the shortest counts
            graph[i, j] = length if graph[i, j] == 0 else min(graph[i, j], length)
    distance = dijkstra(graph, indices=extra)
    pieces = reached(net, edge, start, reach)
    inside = set()
    for one, low, high in pieces:
        a, b = (int(node) for node in net.edges[one])
        if low <= 1e-6:
            inside.add(a)
        if high >= float(net.length_m[one]) - 1e-6:
            inside.add(b)
        # a piece's own ends are no farther than the reach
        for at in (low, high):
            ways = [distance[a] + at, distance[b] + float(net.length_m[one]) - at]
            if one == edge:
                ways.append(abs(at - start))
            assert min(ways) <= reach + 1e-4
    near = {int(node) for node in np.flatnonzero(distance[:-1] <= reach - 1e-4)}
    assert near <= inside
    assert all(distance[node] <= reach + 1e-4 for node in inside)


def test_bands_are_nested_and_fade(zones):
    several = zones[zones["subject"].isin(zones[zones["band"] > 1]["subject"]) & zones["road_id"].isna()]
    for _, group in several.groupby("subject"):
        rows = group.sort_values("band")
        assert rows["weight"].is_monotonic_decreasing
        assert rows["weight"].iloc[-1] < 1
        for inner, outer in zip(rows.geometry.iloc[:-1], rows.geometry.iloc[1:], strict=True):
            assert shapely.difference(inner, outer.buffer(0.5)).area < 1.0


def test_nothing_is_filled_between_towns(artibonite, zones):
    """Beyond a place's own disc a zone is nowhere farther from a road than its drawn half-width."""
    roads = shapely.union_all(read_roads(artibonite).geometry.to_numpy())
    model = am.model_of(zones, am.ZoneModel)
    places = am.read_places(artibonite).set_index("place_id")
    for row in zones[zones["subject"].isin(places.index) & zones["road_id"].isna()].itertuples(index=False):
        disc = places.geometry[row.subject].buffer((place_radius(artibonite, row.subject) or 500.0) + 5)
        beyond = shapely.difference(row.geometry, disc)
        if not beyond.is_empty:
            assert shapely.difference(beyond, roads.buffer(model.road_m + 5)).area < 1.0
        assert row.geometry.area < np.pi * 3_000**2 + 2 * model.road_m * 12_000


def test_zones_stop_where_a_section_is_unknown(artibonite, ledger, events, zones):
    status = am.control_status(artibonite, ledger, as_of="2024-10-15", events=events)
    known = set(status.loc[status["status"] != "unknown", "subject"])
    units = read_units(artibonite, "adm3")
    places = am.read_places(artibonite).set_index("place_id")
    savien = zones[zones["subject"] == "savien"]
    disc = places.geometry["savien"].buffer(1_500)
    cut = 0
    for code, shape in zip(units["pcode"], units.geometry, strict=True):
        if code in known or shape.intersects(disc):
            continue
        assert savien.geometry.intersection(shape).area.max() < 1.0
        cut += 1
    assert cut > 30


def test_contested_stretches_of_rn1_are_lines_with_km(zones):
    lines = zones[(zones["kind"] == "contested") & (zones["road_id"] == "rn1")].set_index("subject")
    row = lines.loc["HT0513-01"]
    assert (row["from_m"], row["to_m"]) == (124_900.0, 138_440.0)
    assert row["geometry"].geom_type == "LineString"
    assert row["geometry"].length == pytest.approx(13_540, rel=0.03)
    assert row["viina"] == "CONTESTED"


def test_unknown_road_is_unknown(zones):
    silent = zones[zones["kind"] == "unknown"]
    assert len(silent) == 6  # more is told of the others since the tables were made richer
    assert set(silent["road_id"]) == {"rn1"}
    assert silent["actors"].isna().all()
    assert silent["isw"].isna().all()


def test_overlapping_groups_stay_overlapping(artibonite, ledger):
    """Liancourt is given to Ti Grif, the section around it to Gran Grif: both are drawn."""
    two = Ledger(
        ledger.claims[ledger.claims["claim_id"].isin(["CL004", "CL028"])], ledger.subjects, ledger.posts.iloc[:0]
    )
    model = am.ControlModel(base_days=500)
    zones = am.control_zones(artibonite, two, as_of="2025-09-20", model=model)
    town, section = (zones[zones["subject"] == one].geometry.iloc[-1] for one in ("liancourt", "HT0532-01"))
    assert shapely.intersection(town, section).area > 1e6
    assert zones.set_index("zone_id").loc["reported:liancourt", "actors"].split("; ") == ["Ti Grif", "Gran Grif"]


def test_every_zone_says_why_and_from_when_to_when(artibonite, ledger, events, zones):
    drawn = zones[zones["kind"] != "unknown"]
    assert drawn[["confidence", "reason", "claims", "rule", "last_confirmed"]].notna().all().all()
    day = pd.Timestamp("2024-10-15")
    assert not (zones["valid_from"] > day).any()
    assert not (zones["valid_to"] < day).any()
    for subject in ("savien", "HT0513-01", "pont-sonde"):
        row = zones[zones["subject"] == subject].iloc[0]
        history = am.status_history(artibonite, ledger, subject, events=events, until="2026-12-31")
        same = history[(history["valid_from"] <= row["valid_to"]) & (history["valid_to"] >= row["valid_from"])]
        assert set(same["status"]) == {row["kind"]}
        assert same["valid_from"].min() == row["valid_from"]
        assert same["valid_to"].max() == row["valid_to"]


def test_wide_units_get_no_shape(zones):
    assert not zones["subject"].isin(["HT05", "HT0513", "HT0531", "HT0542"]).any()


def test_the_order_of_rows_and_a_shift_change_no_zone(artibonite, ledger, events):
    mixed = Ledger(ledger.claims.sample(frac=1, random_state=3), ledger.subjects, ledger.posts)
    one = am.control_zones(artibonite, ledger, as_of="2025-10-15", events=events)
    assert_frame_equal(one, am.control_zones(artibonite, mixed, as_of="2025-10-15", events=events))
    by = pd.Timedelta(weeks=52)
    days = ("reported", "valid_from", "valid_to", "last_confirmed")
    moved = Ledger(
        ledger.claims.assign(**{name: ledger.claims[name] + by for name in days}), ledger.subjects, ledger.posts
    )
    later = events.assign(date_start=events["date_start"] + by, date_end=events["date_end"] + by)
    other = am.control_zones(artibonite, moved, as_of=dt.date(2025, 10, 15) + dt.timedelta(weeks=52), events=later)
    columns = ["zone_id", "kind", "actors", "support", "geometry"]
    assert_frame_equal(pd.DataFrame(one[columns]), pd.DataFrame(other[columns]))


def test_no_claims_no_zone(artibonite, ledger, events):
    none = Ledger(ledger.claims.iloc[:0], ledger.subjects, ledger.posts.iloc[:0])
    zones = am.control_zones(artibonite, none, as_of="2024-10-15", events=events)
    assert set(zones["kind"]) == {"unknown"}
    assert (zones["to_m"] - zones["from_m"]).sum() == pytest.approx(249_854, abs=2)
    assert list(schema.conform(zones, ZONES).columns) == list(zones.columns)


def test_bad_zone_models_are_refused():
    with pytest.raises(ModelError, match="reach_m is -1"):
        am.ZoneModel(reach_m=-1)
    with pytest.raises(ModelError, match="bands is 9"):
        am.ZoneModel(bands=9)


@settings(max_examples=3)
@given(seed=st.integers(0, 10_000), weeks=st.integers(-150, 150), share=st.floats(0.2, 1.0))
def test_order_and_whole_weeks_change_no_zone_of_any_share_of_the_claims(
    artibonite, ledger, events, seed, weeks, share
):
    some = ledger.claims.sample(frac=share, random_state=seed)
    by, none = pd.Timedelta(weeks=weeks), events.iloc[:0]
    days = ("reported", "valid_from", "valid_to", "last_confirmed")
    mixed = some.sample(frac=1, random_state=seed + 1)
    moved = mixed.assign(**{name: mixed[name] + by for name in days})
    day = dt.date(2024, 10, 15)
    one, other = (
        am.control_zones(artibonite, Ledger(claims, ledger.subjects, ledger.posts), as_of=when, events=none)
        for claims, when in ((some, day), (moved, day + by.to_pytimedelta()))
    )
    columns = ["zone_id", "kind", "actors", "support", "band", "weight", "from_m", "to_m", "geometry"]
    assert_frame_equal(pd.DataFrame(one[columns]), pd.DataFrame(other[columns]))
    assert ((one["valid_from"] + by).dropna() == other["valid_from"].dropna()).all()


SINCE, UNTIL = dt.date(2023, 6, 1), dt.date(2025, 3, 1)


@pytest.fixture(scope="module")
def over_time(artibonite, ledger, events):
    return am.control_zones_over_time(artibonite, ledger, since=SINCE, until=UNTIL, events=events)


@pytest.mark.exhaustive
@settings(max_examples=25, deadline=None)
@given(day=st.dates(SINCE, UNTIL))
@example(SINCE)
@example(UNTIL)
def test_zones_over_time_hold_those_of_every_day(artibonite, ledger, events, over_time, day):
    """The law: what stands on a day is what :func:`artimap.control_zones` gives for it."""
    on = pd.Timestamp(day)
    standing = over_time[(over_time["valid_from"].fillna(on) <= on) & (over_time["valid_to"].fillna(on) >= on)]
    one = am.control_zones(artibonite, ledger, as_of=day, events=events).set_index("zone_id").sort_index()
    standing = standing.assign(zone_id=standing["zone_id"].str.partition("~")[0]).set_index("zone_id").sort_index()
    assert list(standing.index) == list(one.index)
    same = ["subject", "name", "kind", "actors", "layer", "band", "weight", "road_id", "from_m", "to_m", "isw", "viina"]
    assert_frame_equal(pd.DataFrame(standing[same]), pd.DataFrame(one[same]))
    assert standing.geometry.geom_equals(one.geometry).all()


def test_zones_over_time_have_ids_of_their_own_and_days_that_do_not_overlap(over_time, artibonite, ledger, events):
    assert over_time["zone_id"].is_unique
    last = am.control_zones(artibonite, ledger, as_of=UNTIL, events=events)
    assert set(last["zone_id"]) == set(over_time.loc[~over_time["zone_id"].str.contains("~"), "zone_id"])
    first_day, last_day = pd.Timestamp(1900, 1, 1), pd.Timestamp(2100, 1, 1)
    for _, rows in over_time.assign(base=over_time["zone_id"].str.partition("~")[0]).groupby("base"):
        ordered = rows.sort_values("valid_from", na_position="first")
        begun, ended = ordered["valid_from"].fillna(first_day), ordered["valid_to"].fillna(last_day)
        assert (begun <= ended).all()
        assert (begun.iloc[1:].to_numpy() > ended.iloc[:-1].to_numpy()).all()


def test_zones_over_time_that_end_before_they_begin(artibonite, ledger):
    with pytest.raises(DateError, match=r"until \(2024-01-01\) is before since \(2024-02-01\)"):
        am.control_zones_over_time(artibonite, ledger, since="2024-02-01", until="2024-01-01")

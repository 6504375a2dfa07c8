"""Clusters: found where they are, not found where there are none, and the same for the same seed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import artimap as am
from artimap.core.errors import ModelError
from artimap.risk.hotspots import HotspotModel, find_clusters, hotspots, line_hotspots
from artimap.risk.random_placement import EventsOnLine, NamedPlaces, declustered
from artimap.roads.density.significance import Null, false_discovery
from benchmarks.risk_worlds import inputs
from benchmarks.risk_worlds.worlds import World, simulate

LENGTH = 200_000.0
QUICK = HotspotModel(simulations=199, bootstraps=30, step_m=500.0)


def scattered(rng, events=30, wide=0.3):
    """Give events placed at random, some of them known only to a piece of road."""
    at = rng.uniform(0, LENGTH, events)
    half = np.where(rng.random(events) < wide, rng.uniform(2_000, 8_000, events), 0.0)
    return np.clip(at - half, 0, LENGTH), np.clip(at + half, 0, LENGTH)


def test_a_cluster_is_found_where_it_is():
    rng = np.random.default_rng(4)
    low, high = scattered(rng)
    low, high = np.r_[low, rng.normal(80_000, 800, 8)], np.r_[high, np.zeros(8)]
    high[-8:] = low[-8:]
    found = line_hotspots(low, high, LENGTH, model=QUICK)
    assert len(found.ends) >= 1
    start, stop = found.ends[0]
    assert start < 80_000 < stop
    assert found.events[0] >= 7
    assert 0 < found.table["strength"].iloc[0] < 1
    assert found.stability[0] > 0.8


@pytest.mark.parametrize("control", ["max", "fdr"])
def test_no_clustering_no_clusters(control):
    """150 roads without clustering: at 5 % and with Monte Carlo room, some 8, never 17 (p < 0.002)."""
    rng = np.random.default_rng(9)
    model = HotspotModel(simulations=99, bootstraps=1, step_m=1_000.0, control=control)
    found = sum(len(line_hotspots(*scattered(rng), LENGTH, model=model).ends) > 0 for _ in range(150))
    assert found < 17


def test_point_by_point_finds_clusters_in_chance():
    rng = np.random.default_rng(9)
    model = HotspotModel(simulations=99, bootstraps=1, step_m=1_000.0, control="none")
    assert sum(len(line_hotspots(*scattered(rng), LENGTH, model=model).ends) > 0 for _ in range(20)) > 15


def test_on_the_real_road(rn1, events):
    table = hotspots(rn1, events, as_of="2025-12-25", model=QUICK)
    worst = table.iloc[0]
    assert worst["from_m"] < 110_000 < worst["to_m"]
    assert "2024-10-03-pont-sonde" in worst["event_ids"]
    assert (table["p_max"] <= 0.05).all()
    assert table["stability"].between(0, 1).all()
    assert sum(table.attrs["tally"].values()) > 0
    again = am.hotspots(rn1, events.sample(frac=1, random_state=1), as_of=dt.date(2025, 12, 25), model=QUICK)
    assert_frame_equal(pd.DataFrame(table.drop(columns="geometry")), pd.DataFrame(again.drop(columns="geometry")))


def test_towns_where_reports_are_told_are_no_clusters():
    """20 calm roads with half of the reports told by the nearest town, in raids: at 5 %, never more than 4."""
    line = inputs.corridor(towns=True)
    told = World(base="same", raid=3.0, raid_fixed=False, by_town=0.5, town_radius_m=1_500.0)
    found = {"road": 0, "places": 0}
    for run in range(20):
        table = inputs.events(simulate(told, 0.16, run=run))
        for null, days in (("road", None), ("places", 5.0)):
            model = replace(QUICK, bootstraps=1, null=null, decluster_days=days)
            found[null] += len(hotspots(line, table, as_of=inputs.TODAY, model=model)) > 0
    assert found["road"] > 12
    assert found["places"] <= 4


def test_a_hot_stretch_is_found_among_reports_told_by_town():
    line = inputs.corridor(towns=True)
    road = simulate(World(base="same", by_town=0.5, town_radius_m=1_500.0), 0.16, run=1)
    more = simulate(World(base="same", by_town=0.5, town_radius_m=1_500.0), 2.5, run=1, seed=1).reports
    hot = more[more["true_m"].between(122_000, 127_000)]
    both = replace(road, reports=pd.concat([road.reports, hot.assign(report_id="hot" + hot["report_id"])]))
    both = replace(both, reports=both.reports.reset_index(drop=True))
    table = hotspots(line, inputs.events(both), as_of=inputs.TODAY, model=QUICK)
    assert ((table["from_m"] < 127_500) & (table["to_m"] > 122_000)).any()


def test_against_places_pont_sonde_holds_and_montrouis_does_not(rn1, events):
    def found(**changed):
        table = hotspots(rn1, events, as_of="2025-12-27", model=replace(QUICK, **changed))
        return [
            ((table["from_m"] < at) & (table["to_m"] > at)).any() for at in (73_806.0, 107_752.0)
        ]  # Montrouis, Pont-Sondé

    assert found(null="road", decluster_days=None) == [True, True]
    assert found() == [False, True]


def test_the_result_tells_what_was_tested(rn1, events):
    table = hotspots(rn1, events, as_of="2025-12-25", model=QUICK)
    once = hotspots(rn1, events, as_of="2025-12-25", model=replace(QUICK, decluster_days=None))
    assert am.model_of(table, HotspotModel).null == "places"
    assert table.attrs["places"] > table.attrs["named"] / 4 > 0
    assert table.attrs["events"] == pytest.approx(once.attrs["events"])
    assert table.attrs["episodes"] < once.attrs["episodes"] == pytest.approx(once.attrs["events"])
    assert table.attrs["tally"]["episode"] > 0
    assert "episode" not in once.attrs["tally"]
    # Every event inside is named, those that count no second time too.
    assert (table["events"] >= table["episodes"]).all()
    assert len(hotspots(rn1, events, as_of="2025-12-25", model=replace(QUICK, null="road")).attrs) == len(table.attrs)


@given(
    st.lists(st.tuples(st.floats(0, 50_000), st.floats(0, 5_000), st.integers(0, 90), st.integers(0, 20)), max_size=40)
)
def test_episodes_are_apart_and_every_event_is_near_one(rows):
    low, wide, first, long = (
        (np.array(one, dtype=float) for one in zip(*rows, strict=True)) if rows else [np.zeros(0)] * 4
    )
    high, last = low + wide, first + long
    stands = declustered(low, high, first, last, days=5, metres=3_000)
    near = (np.maximum(low[:, None] - high, low - high[:, None]) <= 3_000) & (
        np.maximum(first[:, None] - last, first - last[:, None]) <= 5
    )
    assert (near[np.ix_(stands, stands)].sum(axis=1) == 1).all()
    assert near[:, stands].any(axis=1).all()


def test_what_goes_on_for_a_year_is_no_single_episode():
    day = np.arange(0.0, 365.0, 2.0)
    at = np.full(len(day), 40_000.0)
    assert declustered(at, at, day, day, days=5, metres=3_000).sum() == 61


def test_chance_draws_places_by_the_road_nearest_to_them():
    edges = np.linspace(0, 100_000, 101)
    share = np.zeros((3, 100))
    share[[0, 1, 2], [10, 30, 90]] = 1
    places = NamedPlaces.along(share, edges)
    assert places.chance == pytest.approx([0.205, 0.40, 0.395])
    event = np.arange(20)
    line = EventsOnLine(event, np.full(20, 30), np.ones(20), 100, 20, event % 2 == 0, places)
    placed = line.placed(np.random.default_rng(0), 2_000)
    assert placed.sum(axis=1) == pytest.approx(20)
    # Ten told by a place lie at the three; the ten others anywhere.
    assert placed.mean(axis=0)[[10, 30, 90]] == pytest.approx(10 * places.chance + 0.1, abs=0.15)
    assert np.delete(placed.mean(axis=0), [10, 30, 90]) == pytest.approx(0.1, abs=0.05)


def test_one_place_that_all_reports_name_is_no_cluster(rn1, events):
    """With no other place to name, a town where all reports are told says nothing of danger."""
    alone = replace(rn1, towns=rn1.towns.iloc[:0])
    town = events[events["place_id"].eq("pont-sonde")]
    assert len(town) > 3
    model = replace(QUICK, decluster_days=None)
    assert hotspots(alone, town, as_of="2025-12-25", model=model).attrs["places"] == 1
    assert hotspots(alone, town, as_of="2025-12-25", model=model).empty
    assert not hotspots(alone, town, as_of="2025-12-25", model=replace(model, null="road")).empty


def test_no_events_no_clusters(rn1, events):
    table = hotspots(rn1, events.iloc[:0], as_of="2025-12-25", model=QUICK)
    assert len(table) == 0
    assert list(table.columns) == list(hotspots(rn1, events, as_of="2025-12-25", model=QUICK).columns)


def test_a_network_takes_the_same_hook():
    """A star of three arms: clusters join through the middle, by the pairs of pieces that touch."""
    rng = np.random.default_rng(2)
    neighbours = np.array([(0, 1), (1, 2), (0, 3), (3, 4), (0, 5), (5, 6)])
    simulated = rng.gamma(5, 0.2, (499, 7))
    observed = np.array([6.0, 5.0, 0.5, 5.5, 0.4, 0.6, 0.3])
    table = find_clusters(observed, simulated, neighbours, np.full(7, 100.0))
    assert table["pieces"].tolist() == [(0, 1, 3)]
    assert table["length_m"].tolist() == [300.0]
    assert find_clusters(np.full(7, 0.5), simulated, neighbours, np.full(7, 100.0)).empty


@settings(max_examples=40)
@given(st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=30))
def test_false_discovery_rate_against_its_definition(p):
    p = np.array(p)
    q = false_discovery(p)
    for one, value in zip(p, q, strict=True):
        exact = min(min(1.0, other * len(p) / (p <= other).sum()) for other in p if other >= one)
        assert value == pytest.approx(exact)


def test_p_values_count_the_simulations():
    null = Null.of(np.array([[0.0, 1.0], [1.0, 0.0], [0.5, 0.5], [0.2, 0.8]]), np.array([0.4, 0.6]))
    assert null.p_max(np.array([100.0, -100.0])).tolist() == [1 / 5, 1.0]
    assert null.p_point(np.array([100.0, -100.0])).tolist() == [1 / 9, 1.0]


@pytest.mark.parametrize(
    "bad",
    [
        {"step_m": 0},
        {"alpha": 2},
        {"control": "some"},
        {"simulations": 5},
        {"bootstraps": 0},
        {"null": "towns"},
        {"decluster_days": -1},
        {"decluster_m": -1},
    ],
)
def test_a_bad_model_says_what_is_wrong(bad):
    with pytest.raises(ModelError, match=next(iter(bad))):
        HotspotModel(**bad)

"""Made-up worlds, the simpler ways, scores, and the estimated layer: a small version of the benchmark."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

import artimap as am
from artimap.control.contestation.counts import count
from artimap.control.contestation.estimate import believe, edges_of
from artimap.control.contestation.model import ContestationModel
from artimap.control.contestation.places import sites_of
from artimap.core.vocab import Estimate, Status
from benchmarks.contestation_study.bands import band_world
from benchmarks.contestation_study.baselines import METHODS, calibrate
from benchmarks.contestation_study.compare import baseline_contestation, by_method, fitted
from benchmarks.contestation_study.scoring import f1_contested, log_loss, ratio_interval, reliability
from benchmarks.contestation_study.simulate import simulate_contestation
from benchmarks.contestation_study.truth import CONTESTED, NONE, STATE, column_of_truth, kinds_of

SEEDS = range(7000, 7003)  # neither tuned on nor evaluated on
WORLDS = ("matched", "fronts")


def counted(world):
    sites = sites_of(world.units)
    edges = edges_of(world.start, world.stop, 30)
    return count(sites, world.events, world.actors, edges, ContestationModel())[0], sites


@pytest.fixture(scope="module")
def cases():
    worlds = [simulate_contestation("fronts", seed=seed) for seed in SEEDS]
    return [(*counted(world), column_of_truth(world.truth, 4)) for world in worlds]


def run(world, **more):
    return {"actors": world.actors, "start": world.start, "stop": world.stop, **more}


@pytest.mark.parametrize("kind", WORLDS)
def test_worlds_repeat_and_have_all_states(kind):
    one, two = (simulate_contestation(kind, seed=4, side=6, periods=24) for _ in range(2))
    assert np.array_equal(one.truth, two.truth)
    pd.testing.assert_frame_equal(pd.DataFrame(one.events), pd.DataFrame(two.events))
    assert set(kinds_of(one.truth).ravel()) == {"none", "group", "contested", "state"}
    assert len(one.events) / one.truth.size == pytest.approx(1.0, abs=0.25)
    vague = (one.events["place_kind"] != "point") | (one.events["date_precision"] > 1)
    assert 0.15 < vague.mean() < 0.6


def test_reporting_falls_where_a_gang_arrives():
    """The second world breaks what the logit and the rules lean on: a gang's coming silences."""
    before, after = [], []
    for seed in range(6):
        world = simulate_contestation("fronts", seed=7100 + seed, rate=3.0)
        evidence, _ = counted(world)
        reports, gang = evidence.reports(), world.truth >= 0
        came = gang[:, 1:] & (world.truth[:, :-1] == NONE)
        after.append(reports[:, 1:][came].mean())
        before.append(reports[gang].mean())
    assert np.mean(after) < 0.8 * np.mean(before)


def test_bands_repeat_and_tell_of_deeds_again():
    """A world of another maker: all states, as many reports as asked for, and each deed told the more often."""
    one, two = (band_world(seed=4, rate=1.0, side=6, periods=18) for _ in range(2))
    assert np.array_equal(one.truth, two.truth)
    pd.testing.assert_frame_equal(pd.DataFrame(one.events), pd.DataFrame(two.events))
    assert set(kinds_of(one.truth).ravel()) == {"none", "group", "contested", "state"}
    assert len(one.events) / one.truth.size == pytest.approx(1.0, abs=0.25)
    repeats = [counted(band_world(seed=4, rate=rate, side=6, periods=18))[0].repeats for rate in (0.3, 1.0, 4.0)]
    assert 1 < repeats[0] < repeats[1] < repeats[2]
    assert repeats[2] > 2 > counted(simulate_contestation("fronts", seed=4, rate=3.0))[0].repeats


def test_many_reports_of_few_deeds_make_no_contest_sure():
    """Where deeds are told again and again, contested is said less boldly than each report in full would say it."""
    off = {1.8: [], 1e9: []}
    for seed in range(100, 103):
        world = band_world(seed=seed, rate=4.0)
        evidence, sites = counted(world)
        true = column_of_truth(world.truth, 4) == 5
        for most, found in off.items():
            model = replace(ContestationModel(), usual_repeats=most)
            said = believe(evidence, model, sites.neighbours(1)).contested
            bold = (said > 0.3) & (said < 0.9)
            found.append((said[bold].sum() - true[bold].sum(), bold.sum()))
    miss = {most: np.sum(found, axis=0) for most, found in off.items()}
    assert miss[1.8][0] / miss[1.8][1] < 0.5 * miss[1e9][0] / miss[1e9][1]


def test_what_is_told_once_counts_in_full():
    world = simulate_contestation("fronts", seed=4)
    evidence, sites = counted(world)
    assert evidence.repeats < ContestationModel().usual_repeats
    full = believe(evidence, replace(ContestationModel(), usual_repeats=1e9), sites.neighbours(1))
    assert np.array_equal(full.stacked(), believe(evidence, ContestationModel(), sites.neighbours(1)).stacked())


def test_an_unknown_world_is_refused():
    with pytest.raises(am.ModelError, match="matched or fronts"):
        simulate_contestation("flat", seed=1)


def test_the_model_beats_every_simpler_way_on_worlds_that_break_its_assumptions(cases):
    def loss(answer):
        return np.mean([log_loss(answer(one, sites), true) for one, sites, true in cases])

    ours = loss(lambda one, sites: believe(one, ContestationModel(), sites.neighbours(1)).stacked())
    for method in METHODS:
        theirs = loss(lambda one, sites, method=method: by_method(method, one, sites.centres(), fitted()))
        assert ours < theirs, method


def test_calibrations_are_probabilities(cases):
    table = calibrate("kernel_majority", [(one, sites.centres(), true) for one, sites, true in cases])
    assert np.allclose(table.sum(axis=2), 1)
    assert table.min() > 0


@pytest.mark.parametrize("method", METHODS)
def test_simpler_ways_answer_with_the_same_table(method):
    world = simulate_contestation("fronts", seed=5, side=4, periods=8)
    theirs = baseline_contestation(world.units, world.events, method=method, **run(world))
    ours = am.estimate_contestation(world.units, world.events, stability=False, **run(world))
    assert list(theirs.columns) == list(ours.columns)
    assert theirs[["unit", "valid_from", "reports", "evidence"]].equals(
        ours[["unit", "valid_from", "reports", "evidence"]]
    )
    assert np.allclose(theirs[["p_none", "p_one_group", "p_contested", "p_state"]].sum(axis=1), 1)
    nothing = baseline_contestation(world.units, world.events.iloc[:0], method=method, **run(world))
    assert set(nothing["estimate"]) == {Estimate.INSUFFICIENT}


def test_an_unknown_method_is_refused(artibonite, events):
    with pytest.raises(am.ModelError, match="kernel_logit"):
        baseline_contestation(artibonite, events, method="guess")


def test_scores_by_hand():
    chance = np.array([[[0.7, 0.1, 0.1, 0.1], [0.2, 0.1, 0.6, 0.1], [0.2, 0.1, 0.6, 0.1]]])
    true = np.array([[0, 2, 1]])
    assert log_loss(chance, true) == pytest.approx(-np.log([0.7, 0.6, 0.1]).mean())
    assert f1_contested(chance, true) == pytest.approx(2 / 3)  # one hit, one false alarm
    table = reliability(chance, true, bins=2)
    none = table[(table["state"] == "none") & (table["bin"] == 1)].iloc[0]
    assert (none["n"], none["said"], none["true"]) == (1, 0.7, 1.0)
    ratio, low, high = ratio_interval(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0]))
    assert (ratio, low, high) == pytest.approx((0.5, 0.5, 0.5))
    assert column_of_truth(np.array([NONE, 0, 3, CONTESTED, STATE]), 4).tolist() == [0, 1, 4, 5, 6]


def test_the_model_and_its_priors_differ_only_in_what_was_tuned():
    prior, tuned = ContestationModel.prior(), ContestationModel()
    same = {"period_days", "level", "sharing", "max_groups", "min_evidence", "memory_half_life_days", "min_probability"}
    assert all(getattr(prior, name) == getattr(tuned, name) for name in same)
    assert tuned.sharing == 0  # the ablation found no gain: docs/contestation.md
    assert {one.name for one in fields(tuned)} >= same


def test_what_is_reported_later_changes_no_answer_for_a_day():
    world = simulate_contestation("fronts", seed=6, side=4, periods=12)
    stop = pd.Timestamp(world.start) + pd.Timedelta(days=200)
    options = {"actors": world.actors, "start": world.start, "stop": stop.date(), "stability": False}
    known = world.events[world.events["date_end"] <= stop]
    whole = am.estimate_contestation(world.units, world.events[world.events["date_precision"] == 1], **options)
    until = am.estimate_contestation(world.units, known[known["date_precision"] == 1], **options)
    assert whole["valid_to"].max() == stop
    pd.testing.assert_frame_equal(whole, until)


# the layer


def test_estimated_zones_stand_apart_and_never_look_safe(artibonite, events):
    table = am.estimate_contestation(artibonite, events, start="2022-01-01", stop="2025-10-15", stability=False)
    zones = am.estimated_zones(artibonite, table, as_of="2025-10-15")
    assert len(zones) == 63
    assert set(zones["layer"]) == {"estimated"}
    assert zones["zone_id"].str.startswith("estimated:").all()
    assert zones["claims"].isna().all()
    nothing = zones["estimate"].isin([Estimate.INSUFFICIENT, Estimate.NO_ARMED_GROUP])
    assert (zones.loc[nothing, "kind"] == Status.UNKNOWN).all()
    assert set(zones["kind"]) <= {Status.UNKNOWN, Status.PRESENCE, Status.CONTESTED}
    assert zones.crs.to_string() == artibonite.crs
    pd.testing.assert_frame_equal(pd.DataFrame(zones), pd.DataFrame(am.estimated_zones(artibonite, table)))
    with pytest.raises(am.DateError, match="2021-06-01"):
        am.estimated_zones(artibonite, table, as_of="2021-06-01")

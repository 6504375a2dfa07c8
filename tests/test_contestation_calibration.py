"""The last step: probabilities as they are said become probabilities as they came true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import artimap as am
from artimap.control.contestation.calibration import Calibration, calibrated
from artimap.control.contestation.model import ContestationModel
from benchmarks.contestation_study.compare import fitted
from benchmarks.contestation_study.fit import fit_calibration
from benchmarks.contestation_study.scoring import f1_contested, reliability, reliability_of_worlds
from benchmarks.contestation_study.simulate import simulate_contestation

PLAIN = (0.0, 1.0, 1.0)
NOTHING = Calibration((1.0,), (PLAIN,), (PLAIN,), ((*PLAIN, 0.0),), (1.0,))
DEFAULT = ContestationModel().calibration
seeds = st.integers(0, 10_000)
levels = st.floats(0.01, 30)


def some(seed: int, *shape: int, groups: int = 4) -> np.ndarray:
    random = np.random.default_rng(seed)
    return random.dirichlet(np.full(groups + 3, random.choice([0.1, 0.5, 2.0])), shape)


@settings(max_examples=40)
@given(seeds, levels, st.integers(1, 9))
def test_corrected_probabilities_are_probabilities(seed, level, groups):
    for one in (DEFAULT, *(method.calibration for method in fitted().values())):
        found = calibrated(some(seed, 5, 4, groups=groups), level, one)
        assert np.allclose(found.sum(axis=2), 1)
        assert found.min() >= 0


@settings(max_examples=20)
@given(seeds)
def test_no_correction_changes_nothing(seed):
    chance = some(seed, 5, 4)
    assert np.allclose(calibrated(chance, 0.4, NOTHING), chance, atol=1e-5)


@settings(max_examples=20)
@given(seeds, levels)
def test_groups_are_treated_alike(seed, level):
    chance, order = some(seed, 5, 4), np.random.default_rng(seed).permutation(4) + 1
    columns = [0, *order, 5, 6]
    assert np.allclose(
        calibrated(chance[..., columns], level, DEFAULT), calibrated(chance, level, DEFAULT)[..., columns]
    )


@settings(max_examples=40)
@given(seeds, levels, st.floats(0.01, 0.9))
def test_what_becomes_more_probable_stays_so(seed, level, share):
    """State forces; no armed group where there are none; the order of the groups."""
    chance = some(seed, 8)
    towards = np.eye(7)[6]
    before, after = (calibrated(one, level, DEFAULT) for one in (chance, (1 - share) * chance + share * towards))
    assert (after[:, 6] >= before[:, 6] - 1e-12).all()
    more = (1 - share) * chance + share * np.eye(7)[0]
    none, other = (calibrated(one, level, DEFAULT) for one in (more, chance))
    assert (none[:, 0] / (1 - none[:, 6]) >= other[:, 0] / (1 - other[:, 6]) - 1e-12).all()
    assert (np.diff(np.take_along_axis(other[:, 1:5], np.argsort(chance[:, 1:5], axis=1), axis=1), axis=1) >= 0).all()


def test_between_levels_it_is_mixed_and_outside_the_nearest_holds():
    two = Calibration((1.0, 4.0), (PLAIN, (1.0, 1.0, 1.0)), (PLAIN, PLAIN), ((*PLAIN, 0.0), (*PLAIN, 0.0)), (1.0, 2.0))
    curves, power = two.at(2.0)
    assert curves[0].tolist() == pytest.approx([0.5, 1.0, 1.0])
    assert power == pytest.approx(1.5)
    assert two.at(0.001)[1] == 1.0
    assert two.at(1e6)[1] == 2.0


def test_a_known_distortion_is_learnt():
    true_way = Calibration((1.0,), ((-0.4, 0.8, 0.7),), ((0.3, 0.7, 1.2),), ((0.1, 0.6, 0.9, -0.1),), (1.4,))
    random = np.random.default_rng(5)
    cases = []
    for seed in range(30):
        chance = some(seed, 40, 20)
        right = calibrated(chance, 1.0, true_way)
        column = (random.random((40, 20, 1)) > right.cumsum(axis=2)).sum(axis=2).clip(max=6)
        cases.append((chance, 1.0, column))
    learnt = fit_calibration(cases, (1.0,))
    new = some(99, 40, 20)
    off = abs(calibrated(new, 1.0, learnt) - calibrated(new, 1.0, true_way))
    assert off.mean() < 0.005
    assert off.max() < 0.06


def test_a_calibration_that_cannot_be_is_refused():
    with pytest.raises(am.ModelError, match="levels") as caught:
        replace(NOTHING, levels=(2.0, 1.0), state=((0.0, -1.0, 1.0),), split=(0.0,))
    assert "state" in str(caught.value)
    assert "one entry a level" in str(caught.value)
    assert "split" in str(caught.value)


def test_only_the_default_numbers_are_corrected():
    assert ContestationModel.prior().calibration is None
    world = simulate_contestation("fronts", seed=7200, side=3, periods=6)
    options = {"actors": world.actors, "start": world.start, "stop": world.stop, "stability": False}
    said = am.estimate_contestation(world.units, world.events, **options)
    plain = am.estimate_contestation(
        world.units, world.events, model=replace(ContestationModel(), calibration=None), **options
    )
    assert not np.allclose(said["p_none"], plain["p_none"])
    assert said["evidence"].equals(plain["evidence"])
    few = said["why_not"] == "too few reports here and near in time"
    assert few.equals(plain["why_not"] == "too few reports here and near in time")


def test_scores_of_several_worlds():
    worlds = [(some(seed, 30, 6), np.random.default_rng(seed).integers(0, 7, (30, 6))) for seed in range(4)]
    apart = reliability_of_worlds(worlds, draws=200)
    chance, column = (np.concatenate(part) for part in zip(*worlds, strict=True))
    together = reliability(chance, column).sort_values(["state", "bin"], ignore_index=True)
    pd.testing.assert_frame_equal(apart[together.columns], together, check_dtype=False)
    assert (apart["low"] <= apart["high"]).all()
    assert f1_contested(chance, np.full(column.shape, 5), least=0.0) == 1.0
    assert f1_contested(chance, np.zeros_like(column), least=1.1) == 0.0

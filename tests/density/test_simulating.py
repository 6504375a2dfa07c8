"""Density against chance: the random placement, the quantiles, and how often chance is taken for more."""

import hypothesis
import numpy as np
import pandas as pd
import pytest
from density_independent import network_of
from hypothesis import strategies as st

import artimap as am
from artimap.roads.density import envelopes


def star(arms=12, length=1500.0):
    return network_of(arms + 1, [(0, k) for k in range(1, arms + 1)], [length] * arms)


HOW = {"bandwidth_m": 400, "lixel_m": 100}


@hypothesis.settings(max_examples=30, deadline=None)
@hypothesis.given(st.integers(0, 2**32 - 1), st.lists(st.sampled_from([0.0, 3.0, 50.0, 400.0]), min_size=1, max_size=9))
def test_any_metre_is_as_likely(seed, length):
    length = np.array([*length, 200.0])
    random = np.random.default_rng(seed)
    placed = envelopes._anywhere(random, length, np.cumsum(length), np.ones(4000))
    assert ((placed.offset_m >= 0) & (placed.offset_m <= length[placed.edge])).all()
    share = np.bincount(placed.edge, minlength=len(length)) / 4000
    expected = length / length.sum()
    assert (np.abs(share - expected) <= 6 * np.sqrt(expected * (1 - expected) / 4000)).all()


@pytest.mark.usefixtures("either")
def test_is_one_density_a_simulation():
    net, weight = star(), np.array([1.0, 2.0, 0.5] * 7)
    ours = am.simulated_densities(net, weight, simulations=7, seed=5, **HOW)
    random = np.random.default_rng(5)
    for row in ours:
        placed = envelopes._anywhere(random, net.length_m, np.cumsum(net.length_m), weight)
        theirs = am.density_values(net, placed.edge, placed.offset_m, weights=weight, **HOW)
        assert np.abs(row - theirs).max() <= 1e-12 * theirs.max()
    assert (ours == am.simulated_densities(net, weight, simulations=7, seed=5, **HOW)).all()
    assert (ours != am.simulated_densities(net, weight, simulations=7, seed=6, **HOW)).any()


def test_envelope_is_what_its_simulations_say():
    net = star()
    random = np.random.default_rng(1)
    on, off = np.r_[random.integers(0, 12, 20), np.full(6, 3)], np.r_[random.random(20) * 1500, np.full(6, 1200.0)]
    table = am.density_envelope(net, (on, off), simulations=99, level=0.8, seed=2, **HOW)
    simulated = am.simulated_densities(net, 26, simulations=99, seed=2, **HOW)
    observed = am.density_values(net, on, off, **HOW)
    assert np.abs(table["density"] - observed).max() <= 1e-12 * observed.max()
    assert np.allclose(table["expected"], simulated.mean(axis=0))
    assert np.allclose(table[["low", "high"]].T, np.quantile(simulated, [0.1, 0.9], axis=0))
    by_hand = [(1 + (simulated[:, k] >= observed[k] - 1e-9).sum()) / 100 for k in range(len(observed))]
    assert np.allclose(table["p_lixel"], by_hand)
    assert (table["q"] >= table["p_lixel"] - 1e-12).all()
    cluster = (table["edge"] == 3) & table["from_m"].between(1000, 1300)
    assert (table.loc[cluster, "p_max"] <= 0.05).any()
    assert table.loc[table["edge"] != 3, "p_max"].min() > 0.05
    assert table.attrs["simulations"] == 99


@pytest.mark.exhaustive
def test_no_clustering_is_taken_for_more_in_one_case_of_twenty():
    """200 sets of events at random: p_max below 5 % in some 10 of them, never 20 (p < 0.003)."""
    net = star(5)
    random = np.random.default_rng(8)
    found = 0
    for one in range(200):
        on, off = random.integers(0, 5, 15), random.random(15) * 1500
        table = am.density_envelope(net, (on, off), simulations=39, seed=one, bandwidth_m=400, lixel_m=250)
        found += table["p_max"].min() <= 0.05
    assert 2 <= found < 20


def test_no_events_and_progress():
    net = star()
    told = []
    table = am.density_envelope(
        net, net.snap(np.zeros((0, 2))), simulations=9, progress=lambda *done: told.append(done), **HOW
    )
    assert (table["density"] == 0).all()
    assert (table["p_max"] == 1).all()
    am.density_envelope(net, ([0], [5.0]), simulations=9, progress=lambda *done: told.append(done), **HOW)
    assert told[-1] == (9, 9)


def test_errors_say_what_to_do():
    net = star()
    spread = pd.DataFrame({"event": ["a"], "edge": [0], "from_m": [0.0], "to_m": [90.0], "share": [1.0]})
    with pytest.raises(am.SchemaError, match=r"give net\.snap\(events\)"):
        am.density_envelope(net, spread, **HOW)
    with pytest.raises(am.ModelError, match="level lies between 0 and 1"):
        am.density_envelope(net, ([0], [5.0]), level=95, **HOW)
    with pytest.raises(am.ModelError, match="simulations must be 1 at least"):
        am.density_envelope(net, ([0], [5.0]), simulations=0, **HOW)
    with pytest.raises(am.ModelError, match="take longer lixels or fewer simulations"):
        am.density_envelope(net, ([0], [5.0]), simulations=10_000_000, **HOW)

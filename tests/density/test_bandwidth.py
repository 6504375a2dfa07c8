"""Bandwidth by cross-validation: against its definition, on made-up events, and its picture."""

import hypothesis
import numpy as np
import pandas as pd
import pytest
from density_independent import lixels, network_of, networks, node_distances, shape, simple
from hypothesis import strategies as st

import artimap as am
from artimap.roads.density import _numpy_simple, _simple
from artimap.roads.density.event_points import placing
from artimap.roads.density.kernels import KERNELS, area_to

QUICK = hypothesis.settings(
    max_examples=25, deadline=None, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture]
)


def apart(nodes, edges, length, on, off):
    """Distances between all events."""
    between, ends, length = node_distances(nodes, edges, length), np.asarray(edges), np.asarray(length)
    out = np.full((len(on), len(on)), np.inf)
    for a, to_a in ((ends[on, 0], off), (ends[on, 1], length[on] - off)):
        for b, to_b in ((ends[on, 0], off), (ends[on, 1], length[on] - off)):
            out = np.minimum(out, to_a[:, None] + between[a][:, b] + to_b)
    return np.where(on[:, None] == on, np.minimum(out, np.abs(off[:, None] - off)), out)


def masses(nodes, edges, length, on, off, bandwidth_m, kernel):
    """The kernel's shape of each event integrated over the roads by small steps."""
    step = 0.05
    edge, middle = lixels(length, step)
    size = np.minimum(step, 2 * (np.asarray(length)[edge] - middle))
    one = np.ones(1)
    rows = [
        simple(nodes, edges, length, on[k : k + 1], off[k : k + 1], one, step, bandwidth_m, kernel)
        for k in range(len(on))
    ]
    at_0 = 1000 * KERNELS[kernel].norm / bandwidth_m
    return np.array(rows) @ size / at_0


@QUICK
@hypothesis.given(
    networks(most_edges=6, most_events=5), st.sampled_from(sorted(KERNELS)), st.sampled_from([77.7, 401.3])
)
@pytest.mark.usefixtures("either")
def test_agrees_with_its_definition(made, kernel, bandwidth_m):
    nodes, edges, length, on, off, weight = made
    hypothesis.assume(len(on) > 1)
    net = network_of(nodes, edges, length)
    table = am.choose_bandwidth(net, (on, off), [bandwidth_m], kernel=kernel, weights=weight)
    between = shape(kernel, apart(nodes, edges, length, on, off), bandwidth_m)
    mass = masses(nodes, edges, length, on, off, bandwidth_m, kernel)
    total = np.sum(length)
    logs, alone = [], 0
    for i in range(len(on)):
        others = np.arange(len(on)) != i
        brought, whole = (weight * between[i])[others].sum(), (weight * mass)[others].sum()
        logs.append(np.log(1000 * ((1 - 1 / len(on)) * brought / whole + 1 / len(on) / total)))
        alone += brought == 0
    if kernel in {"uniform", "gaussian"}:  # they jump at the bandwidth: rounding decides there, and small steps miss it
        distance = apart(nodes, edges, length, on, off)
        hypothesis.assume(np.abs(distance - bandwidth_m).min() > 1e-6)
        assert table["score"][0] == pytest.approx((weight * logs).sum() / weight.sum(), abs=5e-3)
    else:
        assert table["score"][0] == pytest.approx((weight * logs).sum() / weight.sum(), abs=1e-6)
        assert table["alone"][0] == alone


@pytest.mark.parametrize("kernel", sorted(KERNELS))
def test_many_events_both_ways(kernel):
    """More events than a batch holds, some at one place: the compiled way and numpy agree."""
    random = np.random.default_rng(6)
    side = 9
    node = np.arange(side * side).reshape(side, side)
    down, across = np.stack([node[:-1], node[1:]], -1), np.stack([node[:, :-1], node[:, 1:]], -1)
    edges = np.vstack([down.reshape(-1, 2), across.reshape(-1, 2)])
    length = random.uniform(60, 260, len(edges))
    on = np.r_[random.integers(0, len(edges), 500), np.full(60, 40)]
    off = np.round(random.random(560) * length[on])
    net = network_of(side * side, edges, length)
    events = placing(net, (on, np.minimum(off, length[on])), random.uniform(0.2, 3, 560), 50.0)
    one = _numpy_simple.at_events(net, events, KERNELS[kernel], 613.7)
    other = _simple.at_events(net, events, KERNELS[kernel], 613.7)
    for numpy, compiled in zip(one[1:], other[1:], strict=True):
        whole, again = np.sort(numpy), np.sort(compiled)
        assert np.abs(whole - again).max() <= 1e-12 * whole.max()
    whole, again = [(a * b).sum() for a, b in (one[:2], other[:2])]
    assert whole == pytest.approx(again, rel=1e-12)


@pytest.mark.parametrize("kernel", sorted(KERNELS))
def test_area_is_that_of_the_shape(kernel):
    assert area_to(KERNELS[kernel], np.array([1.0, 7.0])) == pytest.approx(0.5 / KERNELS[kernel].norm, rel=1e-14)
    u = np.linspace(0, 1, 20_001)
    mid = (u[1:] + u[:-1]) / 2
    by_steps = np.cumsum(shape(kernel, mid, 1.0)) * (u[1] - u[0])
    assert area_to(KERNELS[kernel], u[1:]) == pytest.approx(by_steps, abs=1e-8)


def test_finds_the_width_of_clusters():
    """Events around 60 places, normal with a spread of 150 m: a wide and a very narrow bandwidth do worse."""
    random = np.random.default_rng(3)
    net = network_of(2, [(0, 1)], [200_000.0])
    at = random.uniform(5_000, 195_000, 60)[random.integers(0, 60, 900)] + random.normal(0, 150, 900)
    widths = [20, 50, 120, 250, 500, 1000, 3000, 10_000]
    table = am.choose_bandwidth(net, (np.zeros(900, dtype=int), at), widths)
    assert 120 <= table.attrs["best_m"] <= 500
    assert (table["alone"].diff().dropna() <= 0).all()
    everywhere = random.uniform(0, 200_000, 900)
    table = am.choose_bandwidth(net, (np.zeros(900, dtype=int), everywhere), widths)
    assert table.attrs["best_m"] >= 3000


def test_branches_do_not_call_for_ever_wider_bandwidths():
    """In a dense grid the undivided density grows with the bandwidth; divided, clusters keep their width."""
    random = np.random.default_rng(5)
    side = 25
    node = np.arange(side * side).reshape(side, side)
    down, across = np.stack([node[:-1], node[1:]], -1), np.stack([node[:, :-1], node[:, 1:]], -1)
    edges = np.vstack([down.reshape(-1, 2), across.reshape(-1, 2)])
    net = network_of(side * side, edges, np.full(len(edges), 200.0))
    on = random.integers(0, len(edges), 12)[random.integers(0, 12, 300)]
    table = am.choose_bandwidth(net, (on, random.random(300) * 200), [50, 100, 200, 400, 1500, 4000])
    assert 50 <= table.attrs["best_m"] <= 400


def test_equal_places_foretell_each_other_and_the_lonely_are_counted():
    net = network_of(2, [(0, 1)], [10_000.0])
    table = am.choose_bandwidth(net, ([0] * 5, [1000.0, 1000.0, 1000.0, 5000.0, 9000.0]), [100, 6000])
    assert table["alone"].tolist() == [2, 0]
    assert np.isfinite(table["score"]).all()
    assert table.attrs["background"] == 0.2


def test_picture(tmp_path):
    net = network_of(2, [(0, 1)], [10_000.0])
    table = am.choose_bandwidth(net, ([0] * 5, [1000.0, 1020.0, 1100.0, 5000.0, 9000.0]), [50, 100, 400, 6000])
    path = am.draw_bandwidth(table, tmp_path / "bandwidth.png")
    assert path.read_bytes().startswith(b"\x89PNG")
    again = am.draw_bandwidth(table, str(tmp_path / "again.png"))
    assert path.read_bytes() == again.read_bytes()


def test_progress_and_errors():
    net = network_of(2, [(0, 1)], [1000.0])
    told = []
    am.choose_bandwidth(net, ([0, 0], [5.0, 9.0]), [100, 200], progress=lambda *done: told.append(done))
    assert told == [(1, 2), (2, 2)]
    with pytest.raises(am.ModelError, match="1 events are too few"):
        am.choose_bandwidth(net, ([0], [5.0]), [100])
    with pytest.raises(am.ModelError, match="one bandwidth at least"):
        am.choose_bandwidth(net, ([0, 0], [5.0, 9.0]), [])
    with pytest.raises(am.ModelError, match="bandwidth_m must be greater than 0"):
        am.choose_bandwidth(net, ([0, 0], [5.0, 9.0]), [100, -5])
    with pytest.raises(am.ModelError, match="background must lie between 0 and 1"):
        am.choose_bandwidth(net, ([0, 0], [5.0, 9.0]), [100], background=0)
    spread = pd.DataFrame({"event": ["a"], "edge": [0], "from_m": [0.0], "to_m": [90.0], "share": [1.0]})
    with pytest.raises(am.SchemaError, match="foretell each other"):
        am.choose_bandwidth(net, spread, [100])

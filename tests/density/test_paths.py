"""The discontinuous and the continuous method: against all paths by recursion, by hand, and their laws."""

import subprocess
import sys
import threading

import hypothesis
import numpy as np
import pandas as pd
import pytest
from density_independent import (
    TooManyPathsError,
    agree,
    by_paths,
    close,
    grid,
    lixels,
    network_of,
    networks,
    per_km,
    shape,
)
from hypothesis import strategies as st

import artimap as am
from artimap.roads.density import _numpy_simple, _paths, _paths_exact
from artimap.roads.density.event_points import Placing
from artimap.roads.density.kernels import KERNELS
from artimap.roads.density.methods import Way

KERNEL = st.sampled_from(sorted(KERNELS))
METHODS = ["discontinuous", "continuous"]
QUICK = hypothesis.settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[
        hypothesis.HealthCheck.function_scoped_fixture,
        hypothesis.HealthCheck.filter_too_much,
        hypothesis.HealthCheck.too_slow,
    ],
)

both = pytest.mark.usefixtures("either")
each_method = pytest.mark.parametrize("method", METHODS)


def agree_by_paths(made, kernel, lixel_m, bandwidth_m, method):
    _, edges, length, on, off, weight = made

    def theirs_at(reach):
        return by_paths(edges, length, (on, off, weight), lixel_m, reach, kernel, method, most=4000)[0]

    try:
        agree(made, theirs_at, kernel, lixel_m, bandwidth_m, method)
    except TooManyPathsError:
        hypothesis.reject()


@QUICK
@hypothesis.given(
    networks(6, 7, 5),
    KERNEL,
    st.sampled_from([35.0, 90.0]),
    st.sampled_from([77.7, 151.9, 290.1]),
    st.sampled_from(METHODS),
)
@both
def test_agrees_with_all_paths(made, kernel, lixel_m, bandwidth_m, method):
    agree_by_paths(made, kernel, lixel_m, bandwidth_m, method)


def values_at(net, on, off, places, *, method, bandwidth_m, kernel="epanechnikov", weights=None):
    """Densities at any places, given as lists by edge."""
    ptr = np.r_[0, np.cumsum([len(each) for each in places])]
    at = np.concatenate([np.asarray(each, dtype=float) for each in places])
    weights = np.ones(len(on)) if weights is None else weights
    events = Placing(np.asarray(on, dtype=np.int64), np.asarray(off, dtype=float), weights, 0, np.arange(len(on)))
    way = Way(method, KERNELS[kernel], bandwidth_m, 10**6)
    return _paths.at_places(net, events, ptr, at, way, None)


@pytest.mark.parametrize("kernel", sorted(KERNELS))
@each_method
def test_many_events_agree_with_all_paths(kernel, method, monkeypatch):
    nodes, edges, length = grid(7, kept=0.9)
    random = np.random.default_rng(6)
    on = np.r_[random.integers(0, len(edges), 60), np.full(40, 5)]
    off = random.random(100) * length[on]
    weight = random.uniform(0.2, 3, 100)
    theirs, _ = by_paths([tuple(e) for e in edges.tolist()], length, (on, off, weight), 40.0, 313.7, kernel, method)
    net = network_of(nodes, edges, length)
    for limit in (np.inf, -1.0):
        monkeypatch.setattr(_numpy_simple, "MOST_S", limit)
        ours = am.density_values(
            net, on, off, bandwidth_m=313.7, lixel_m=40, kernel=kernel, weights=weight, method=method
        )
        close(ours, theirs)


def epanechnikov(*distance):
    """The Epanechnikov kernel of 150 m, per km."""
    return sum(0.75 / 0.150 * (1 - (d / 150) ** 2) for d in distance)


@both
def test_t_junction_by_hand():
    """One event 80 m along the stem of a T; stem and arms 100 m long with dead ends; 150 m bandwidth.

    The middles of the lixels lie 25 and 75 m from the start of each road. The event is 80 m from the stem's
    dead end and 20 m from the junction, where 3 roads meet.

    Straight: 55 and 5 m on the stem. Back from its dead end, whole: 80 + 25 = 105 m, and 80 + 75, too far.
    Into the arms: 20 + 25 = 45 and 20 + 75 = 95 m; back from an arm's dead end, 20 + 100 + 25 = 145 m to the
    farther middle. Of this the discontinuous method gives each arm 1/(3 - 1) = 1/2.

    The continuous one gives each arm 2/3, and (2 - 3)/3 = -1/3 comes back on the stem: 20 + 25 = 45 m to the
    middle near the junction, 20 + 75 = 95 m to the other one, and from the dead end again 20 + 100 + 25 = 145 m.
    """
    net = network_of(4, [(0, 1), (1, 2), (1, 3)], [100.0, 100.0, 100.0])
    k = epanechnikov
    ours = am.density_values(net, [0], [80.0], bandwidth_m=150, lixel_m=50, method="discontinuous")
    arm = [k(45) / 2, k(95, 145) / 2]
    close(ours, np.array([k(55, 105), k(5), *arm, *arm]))
    ours = am.density_values(net, [0], [80.0], bandwidth_m=150, lixel_m=50, method="continuous")
    arm = [k(45) * 2 / 3, k(95, 145) * 2 / 3]
    close(ours, np.array([k(55, 105) - k(95, 145) / 3, k(5) - k(45) / 3, *arm, *arm]))


@both
def test_x_junction_by_hand():
    """An event 60 m along a road to a crossing of four, each 100 m; triangular kernel of 100 m: 10 (1 - d/100) per km.

    On its own road the middles at 25 and 75 m are 35 and 15 m away: 6.5 and 8.5. From the dead end 60 + 25 = 85 m
    come back whole: 1.5. The crossing is 40 m away; the near middles of the others at 65 m: 3.5, of which the
    discontinuous method gives 1/3, the continuous 2/4. The latter sends (2 - 4)/4 = -1/2 of 3.5 back to the 75 m.
    On the crossing itself an event gives each road 2/4: half of 7.5 and 2.5.
    """
    net = network_of(5, [(1, 0), (2, 0), (0, 3), (4, 0)], [100.0] * 4)

    def ours(off, method):
        return am.density_values(net, [0], [off], bandwidth_m=100, lixel_m=50, kernel="triangular", method=method)

    third = 3.5 / 3
    assert ours(60.0, "discontinuous") == pytest.approx([8, 8.5, 0, third, third, 0, 0, third], rel=1e-12)
    assert ours(60.0, "continuous") == pytest.approx([8, 6.75, 0, 1.75, 1.75, 0, 0, 1.75], rel=1e-12)
    for method in METHODS:
        on_it = [1.25, 3.75, 1.25, 3.75, 3.75, 1.25, 1.25, 3.75]
        assert ours(100.0, method) == pytest.approx(on_it, rel=1e-12)


@both
@each_method
def test_dead_end_sends_all_back(method):
    """The rule: what comes to a dead end runs back over the same road, whole; on the dead end itself it is doubled."""
    net = network_of(2, [(0, 1)], [1000.0])
    ours = values_at(net, [0], [30.0], [[0.0, 20.0, 90.0]], method=method, bandwidth_m=100, kernel="triangular")
    assert ours == pytest.approx([2 * 7.0, 9.0 + 5.0, 4.0], rel=1e-12)
    ours = values_at(net, [0], [0.0], [[0.0, 20.0]], method=method, bandwidth_m=100, kernel="triangular")
    assert ours == pytest.approx([20.0, 16.0], rel=1e-12)


@pytest.mark.parametrize("kernel", sorted(KERNELS))
@both
@each_method
def test_on_a_line_it_is_the_usual_density(kernel, method):
    random = np.random.default_rng(1)
    length = random.uniform(100, 900, 12)
    start = np.r_[0, np.cumsum(length)]
    at = np.sort(random.uniform(1500, start[-1] - 1500, 30))
    on = np.searchsorted(start, at, "right") - 1
    net = network_of(13, [(k, k + 1) for k in range(12)], length)
    ours = am.density_values(net, on, at - start[on], bandwidth_m=777.7, lixel_m=25, kernel=kernel, method=method)
    edge, middle = lixels(length, 25)
    here = start[edge] + middle
    theirs = shape(kernel, np.abs(here[:, None] - at), 777.7).sum(axis=1) * per_km(kernel, 777.7)
    close(ours, theirs)


SMOOTH = st.sampled_from(["epanechnikov", "quartic", "triangular"])


def few_paths(made, bandwidth_m, method, most=3000):
    nodes, edges, length, on, off, weight = made
    try:
        by_paths(edges, length, (on, off, weight), 1000.0, bandwidth_m, "uniform", method, most=most)
    except TooManyPathsError:
        hypothesis.reject()
    return network_of(nodes, edges, length)


@QUICK
@hypothesis.given(networks(6, 7, 4), st.sampled_from(sorted(KERNELS)), st.sampled_from(METHODS))
def test_nothing_is_lost(made, kernel, method):
    """The density adds up to the events' weight over the roads, whatever the junctions, loops and dead ends."""
    on, off, weight = made[3:]
    net = few_paths(made, 170.0, method)
    ours = am.density_values(net, on, off, bandwidth_m=170, lixel_m=0.5, kernel=kernel, weights=weight, method=method)
    index = net.lixel_index(0.5)
    # the rule of middles is off by the square of the lixel; where a kernel jumps, by the lixel
    near = 2e-2 if kernel == "uniform" else 2e-3
    assert (ours * (index.to_m - index.from_m)).sum() / 1000 == pytest.approx(weight.sum(), rel=near)


@QUICK
@hypothesis.given(networks(6, 7, 4), SMOOTH)
@both
def test_continuous_is_continuous(made, kernel):
    """At a node all roads have the same density."""
    _, edges, length, on, off, weight = made
    net = few_paths(made, 190.0, "continuous")
    given = {"method": "continuous", "bandwidth_m": 190.0, "kernel": kernel, "weights": weight}
    ends = values_at(net, on, off, [[0.0, metres] for metres in length], **given).reshape(-1, 2)
    node = np.array(edges)
    for one in np.unique(node):
        assert np.ptp(ends[node == one]) <= 1e-12 * max(ends.max(), 1.0)


@QUICK
@hypothesis.given(networks(6, 7, 2), SMOOTH, st.sampled_from(METHODS), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
@both
def test_there_and_back_is_the_same(made, kernel, method, here, there):
    """The density at q of an event at p is that at p of an event at q, inside roads."""
    _, _, length, on, _, _ = made
    net = few_paths(made, 220.0, method)
    e, f = int(on[0]), int(on[-1])
    p, q = here * length[e], there * length[f]
    given = {"method": method, "bandwidth_m": 220.0, "kernel": kernel}
    at_q = values_at(net, [e], [p], [[q] if k == f else [] for k in range(len(length))], **given)
    at_p = values_at(net, [f], [q], [[p] if k == e else [] for k in range(len(length))], **given)
    assert at_q == pytest.approx(at_p, rel=1e-12, abs=1e-11)


@QUICK
@hypothesis.given(networks(6, 7, 4), SMOOTH, st.sampled_from(METHODS), st.floats(0.05, 0.95))
@both
def test_a_node_of_two_roads_changes_nothing(made, kernel, method, cut):
    nodes, edges, length, on, off, weight = made
    net = few_paths(made, 190.0, method)
    spots = [np.linspace(0.03, 0.97, 7) * metres for metres in length]
    given = {"method": method, "bandwidth_m": 190.0, "kernel": kernel, "weights": weight}
    whole = values_at(net, on, off, spots, **given)
    # every road is cut in two
    at = cut * np.array(length)
    number = len(edges)
    first = [(u, nodes + e) for e, (u, _) in enumerate(edges)]
    second = [(nodes + e, v) for e, (_, v) in enumerate(edges)]
    halves = network_of(nodes + number, first + second, np.r_[at, length - at])
    beyond = off >= at[on]
    moved = np.where(off == np.array(length)[on], (length - at)[on], off - at[on])
    # what lies within rounding of a node may come to lie on it, which is another thing to the discontinuous method
    hypothesis.assume(((moved == (length - at)[on]) == (off == np.array(length)[on]))[beyond].all())
    again = values_at(
        halves,
        on + number * beyond,
        np.where(beyond, moved, off),
        [q[q < cut] for q, cut in zip(spots, at, strict=True)]
        + [q[q >= cut] - cut for q, cut in zip(spots, at, strict=True)],
        **given,
    )
    before = [int((q < cut).sum()) for q, cut in zip(spots, at, strict=True)]
    ends = np.cumsum(before)
    parts = np.split(again[: ends[-1]], ends[:-1]), np.split(again[ends[-1] :], np.cumsum([7 - n for n in before])[:-1])
    joined = np.concatenate([np.r_[one, other] for one, other in zip(*parts, strict=True)])
    close(joined, whole)


@both
@each_method
def test_roads_of_no_length_are_one_place(method):
    """A crossing of four written as two nodes and a road of no length between them."""
    plain = network_of(5, [(1, 0), (2, 0), (0, 3), (4, 0)], [100.0] * 4)
    split = network_of(6, [(1, 0), (2, 0), (5, 3), (0, 5), (4, 5), (5, 5)], [100.0, 100.0, 100.0, 0.0, 100.0, 0.0])
    given = {"bandwidth_m": 130, "lixel_m": 50, "method": method}
    one = am.density_values(plain, [0, 3], [60.0, 100.0], **given)
    two = am.density_values(split, [0, 3], [60.0, 0.0], **given)
    close(two[[0, 1, 2, 3, 4, 5, 7, 8]], one)
    at_crossing = values_at(
        plain, [0, 3], [60.0, 100.0], [[100.0], [100.0], [0.0], [100.0]], method=method, bandwidth_m=130.0
    )
    assert two[[6, 9]] == pytest.approx(at_crossing.mean(), rel=1e-12)
    lonely = network_of(3, [(0, 1), (2, 2)], [100.0, 0.0])
    with pytest.raises(am.ModelError, match="roads of no length that meet no other, such as edge 1"):
        am.density_values(lonely, [1], [0.0], **given)


@both
def test_a_place_where_very_many_roads_meet():
    """A star of 1,500 roads of 100 m, more than the stack of paths holds at first, and one event on one of them."""
    net = network_of(1501, [(0, k + 1) for k in range(1500)], [100.0] * 1500)
    given = {"bandwidth_m": 190, "lixel_m": 100, "kernel": "triangular"}
    beside = 100 / 190 * 1000 / 190  # 90 m away
    for method, others, own in (("discontinuous", 1 / 1499, 0.0), ("continuous", 2 / 1500, 2 / 1500 - 1)):
        ours = am.density_values(net, [0], [40.0], method=method, **given)
        # straight 10 m; by the star's middle 90 m; by the dead end 60 + 50 = 110 m, by both ends 40 + 100 + 50 = 190 m
        assert ours[1:] == pytest.approx(np.full(1499, others * beside), rel=1e-12)
        assert ours[0] == pytest.approx((180 + 80 + own * 100) / 190 * 1000 / 190, rel=1e-12)


@both
@each_method
def test_order_of_rows_changes_nothing(method):
    nodes, edges, length = grid(6, kept=0.9)
    random = np.random.default_rng(3)
    on = random.integers(0, len(edges), 120)
    off = random.random(120) * length[on]
    weight = random.random(120)
    net = network_of(nodes, edges, length)
    given = {"bandwidth_m": 350, "lixel_m": 50, "method": method}
    first = am.density_values(net, on, off, weights=weight, **given)
    turn = random.permutation(120)
    again = am.density_values(net, on[turn], off[turn], weights=weight[turn], **given)
    assert (first == again).all()
    double = am.density_values(net, np.r_[on, on], np.r_[off, off], **given)
    close(double, am.density_values(net, on, off, weights=np.full(120, 2.0), **given))


def test_continuous_may_fall_below_zero():
    """Where many roads meet at both ends of a short one, what comes back from both outweighs what went straight."""
    star = [(0, 1)] + [(0, k) for k in range(2, 7)] + [(1, k) for k in range(7, 12)]
    net = network_of(12, star, [100.0] * 11)
    given = {"bandwidth_m": 130.0, "kernel": "uniform"}
    places = [[50.0], *[[]] * 10]
    # 6 roads at each end: straight 1, back from both ends (2 - 6)/6 each, of a kernel of 1 / (2 · 0.13) per km
    ours = values_at(net, [0], [50.0], places, method="continuous", **given)
    assert ours == pytest.approx([(1 - 4 / 3) / 0.26], rel=1e-12)
    assert values_at(net, [0], [50.0], places, method="discontinuous", **given) == pytest.approx([1 / 0.26], rel=1e-12)


@each_method
def test_table_and_spreads(method):
    net = network_of(4, [(0, 1), (1, 2), (1, 3)], [1000.0, 700.0, 700.0])
    pieces = pd.DataFrame(
        {"event": ["a", "a"], "edge": [0, 1], "from_m": [900.0, 0.0], "to_m": [1000.0, 300.0], "share": [0.25, 0.75]}
    )
    table = am.network_density(net, pieces, bandwidth_m=300, lixel_m=10, method=method)
    assert (table["density"] * (table["to_m"] - table["from_m"])).sum() / 1000 == pytest.approx(1.0, rel=1e-3)
    assert table.attrs["method"] == method
    snapped = net.snap(net.nodes_xy[:2])
    table = am.network_density(net, snapped, bandwidth_m=300, lixel_m=10, method=method, weights=[1, 3])
    assert (table["density"] * 10).sum() / 1000 == pytest.approx(4.0, rel=1e-3)
    none = am.network_density(net, net.snap(np.zeros((0, 2))), bandwidth_m=300, lixel_m=100, method=method)
    assert (none["density"] == 0).all()


@both
def test_too_many_paths_are_refused():
    nodes, edges, length = grid(7, kept=0.9)
    net = network_of(nodes, edges, length)
    given = {"bandwidth_m": 500, "lixel_m": 50, "method": "continuous"}
    with pytest.raises(
        am.ModelError, match=r"has to walk .*[\d,]+ pieces of road, more than most_visits=100\..*smaller"
    ):
        am.density_values(net, [0, 20], [10.0, 10.0], most_visits=100, **given)
    assert am.density_values(net, [0, 20], [10.0, 10.0], most_visits=10**6, **given).max() > 0
    with pytest.raises(am.ModelError, match="most_visits must be greater than 0"):
        am.density_values(net, [0], [10.0], most_visits=0, **given)


@each_method
def test_visits_are_counted_right(method):
    """Of one event they are those of the recursion; from a sample of nodes nearly those from all."""
    nodes, edges, length = grid(7, kept=0.9)
    _, walked = by_paths(
        [tuple(e) for e in edges.tolist()], length, ([30], [17.0], [1.0]), 50.0, 400.0, "uniform", method
    )
    net = network_of(nodes, edges, length)
    walks = _paths_exact.walks_of(net.ordered, method)

    def counted(net, walks, on, off, bandwidth_m, most=10**9, sample=10**9):
        spots, touched = _paths_exact.spots_of(net.ordered, Placing(on, off, np.ones(len(on)), 0, np.arange(len(on))))
        return _paths_exact.estimated(walks, spots, touched, bandwidth_m, most, sample)

    assert counted(net, walks, np.array([30]), np.array([17.0]), 400.0) == (walked, "")
    nodes, edges, length = grid(30, kept=0.9)
    net = network_of(nodes, edges, length)
    walks = _paths_exact.walks_of(net.ordered, method)
    random = np.random.default_rng(2)
    on = random.integers(0, len(edges), 900)
    off = random.random(900) * length[on]
    true, _ = counted(net, walks, on, off, 600.0)
    near, how = counted(net, walks, on, off, 600.0, sample=200)
    assert how == "about"
    assert near == pytest.approx(true, rel=0.15)
    # a count that ends early still tells how many there are about
    early, how = counted(net, walks, on, off, 600.0, most=true / 10, sample=200)
    assert how == "upwards of"
    assert early == pytest.approx(true, rel=0.5)


@each_method
def test_progress_and_a_clean_stop(method, monkeypatch):
    nodes, edges, length = grid(9, kept=0.9)
    random = np.random.default_rng(6)
    on = random.integers(0, len(edges), 2000)
    off = random.random(2000) * length[on]
    net = network_of(nodes, edges, length)
    monkeypatch.setattr(_numpy_simple, "MOST_S", -1.0)
    given = {"bandwidth_m": 600, "lixel_m": 40, "method": method}
    told = []
    am.density_values(net, on, off, progress=lambda done, number: told.append((done, number)), **given)
    assert told[-1] == (2000, 2000)
    before = threading.active_count()

    def stop(_done, _number):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        am.density_values(net, on, off, progress=stop, **given)
    assert threading.active_count() == before


@pytest.mark.exhaustive
@hypothesis.settings(QUICK, max_examples=40)
@hypothesis.given(networks(5, 6, 5), KERNEL, st.sampled_from([77.7, 151.9, 203.3]), st.sampled_from(METHODS))
def test_whole_steps_agree_with_all_paths(made, kernel, bandwidth_m, method):
    """Where all lengths are whole steps, and lixels have their middles on steps, rounding changes nothing."""
    _, edges, length, on, off, weight = made
    whole = np.maximum(np.rint(np.array(length) / 10), 1) * 10
    at_end = off == np.array(length)[on]
    off = np.where(at_end, whole[on], np.minimum(off / np.array(length)[on], 1) * whole[on])
    few = (*made[:2], whole, on, off, weight)
    net = few_paths(few, bandwidth_m, method)
    given = {"bandwidth_m": bandwidth_m, "lixel_m": 10, "kernel": kernel, "weights": weight, "method": method}
    ours = am.density_values(net, on, off, step_m=5, **given)
    theirs, _ = by_paths(edges, whole, (on, off, weight), 10.0, bandwidth_m, kernel, method)
    if kernel in {"uniform", "gaussian"}:
        around = [
            by_paths(edges, whole, (on, off, weight), 10.0, b, kernel, method)[0]
            for b in (bandwidth_m - 1e-7, bandwidth_m + 1e-7)
        ]
        even = np.abs(around[1] - around[0]) < 1e-6 * np.abs(theirs).max()
        ours, theirs = ours[even], theirs[even]
    if len(ours):
        close(ours, theirs)


@each_method
def test_steps_come_near_and_lose_nothing(method):
    """Shorter steps come nearer to exact lengths; nothing is lost at bandwidths that no search of paths reaches."""
    nodes, edges, length = grid(8, kept=0.9)
    random = np.random.default_rng(4)
    on = random.integers(0, len(edges), 200)
    off = random.random(200) * length[on]
    net = network_of(nodes, edges, length)
    given = {"lixel_m": 20, "method": method}
    exact = am.density_values(net, on, off, bandwidth_m=500, **given)
    apart = [
        np.sqrt(np.mean((am.density_values(net, on, off, bandwidth_m=500, step_m=step, **given) - exact) ** 2))
        / exact.max()
        for step in (8.0, 1.0)
    ]
    assert apart[1] < 0.3 * apart[0]
    assert apart[0] < 0.01
    with pytest.raises(am.ModelError, match="upwards of"):
        am.density_values(net, on, off, bandwidth_m=3000, most_visits=1e6, **given)
    told = []
    far = am.density_values(
        net, on, off, bandwidth_m=3000, step_m=4, progress=lambda done, number: told.append((done, number)), **given
    )
    index = net.lixel_index(20)
    assert (far * (index.to_m - index.from_m)).sum() / 1000 == pytest.approx(200, rel=1e-3)
    assert told[-1] == (200, 200)
    with pytest.raises(am.ModelError, match=r"steps to take, more than most_visits=1,000\. Take a larger step_m"):
        am.density_values(net, on, off, bandwidth_m=3000, step_m=4, most_visits=1000, **given)
    with pytest.raises(am.ModelError, match="step_m must be greater than 0"):
        am.density_values(net, on, off, bandwidth_m=3000, step_m=0, **given)


def test_small_problems_compile_nothing():
    code = (
        "import sys, artimap as am\n"
        "net = am.RoadNetwork.from_edges([[0, 0], [900, 0], [900, 900]], [[0, 1], [1, 2]], crs='EPSG:32618')\n"
        "for method in ('discontinuous', 'continuous'):\n"
        "    am.density_values(net, [0, 1], [5.0, 7.0], bandwidth_m=500, lixel_m=50, method=method)\n"
        "assert 'numba' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

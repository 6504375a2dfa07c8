"""The simple method: against Dijkstra by scipy, by hand, and its laws."""

import threading

import geopandas as gpd
import hypothesis
import numpy as np
import pandas as pd
import pytest
from density_independent import agree, close, grid, lixels, network_of, networks, per_km, shape, simple
from hypothesis import strategies as st

import artimap as am
from artimap.core import schema
from artimap.core.tables import LIXELS
from artimap.roads.density import _numpy_simple, _run, _simple
from artimap.roads.density.kernels import KERNELS

KERNEL = st.sampled_from(sorted(KERNELS))
QUICK = hypothesis.settings(
    max_examples=60, deadline=None, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture]
)


both = pytest.mark.usefixtures("either")


@QUICK
@hypothesis.given(networks(), KERNEL, st.sampled_from([35.0, 90.0, 250.0]), st.sampled_from([77.7, 401.3, 2000.1]))
@both
def test_agrees_with_brute_force(made, kernel, lixel_m, bandwidth_m):
    agree(made, lambda reach: simple(*made, lixel_m, reach, kernel), kernel, lixel_m, bandwidth_m)


@pytest.mark.parametrize("crowded", [False, True])
@pytest.mark.parametrize("kernel", sorted(KERNELS))
def test_many_events_agree_with_brute_force(kernel, crowded, monkeypatch):
    """More events than a batch holds, spread out or crowded on a few edges."""
    nodes, edges, length = grid()
    random = np.random.default_rng(6)
    on = random.integers(40, 46, 700) if crowded else random.integers(0, len(edges), 700)
    off = random.random(700) * length[on]
    weight = random.uniform(0.2, 3, 700)
    theirs = simple(nodes, edges, length, on, off, weight, 40.0, 613.7, kernel)
    net = network_of(nodes, edges, length)
    for limit in (np.inf, -1.0):
        monkeypatch.setattr(_numpy_simple, "MOST_S", limit)
        ours = am.density_values(net, on, off, bandwidth_m=613.7, lixel_m=40, kernel=kernel, weights=weight)
        close(ours, theirs)


@pytest.mark.parametrize("kernel", sorted(KERNELS))
def test_very_many_events_on_few_edges_agree_with_brute_force(kernel, monkeypatch):
    """More events on one edge than are taken at a time, on an edge longer than the bandwidth, and on a loop."""
    edges, length = [(0, 1), (1, 2), (2, 2), (2, 0), (2, 0), (1, 3)], [2500.0, 180.0, 300.0, 140.0, 220.0, 90.0]
    random = np.random.default_rng(6)
    on = np.repeat([0, 1, 2, 3], [1500, 1100, 40, 60])
    off = random.random(len(on)) * np.array(length)[on]
    off[:30] = 700.0
    weight = random.uniform(0.2, 3, len(on))
    theirs = simple(4, edges, length, on, off, weight, 40.0, 333.3, kernel)
    monkeypatch.setattr(_numpy_simple, "MOST_S", -1.0)
    ours = am.density_values(
        network_of(4, edges, length), on, off, bandwidth_m=333.3, lixel_m=40, kernel=kernel, weights=weight
    )
    close(ours, theirs)


def test_room_grows(monkeypatch):
    nodes, edges, length = grid()
    random = np.random.default_rng(7)
    on = random.integers(0, len(edges), 500)
    off = random.random(500) * length[on]
    net = network_of(nodes, edges, length)
    monkeypatch.setattr(_numpy_simple, "MOST_S", -1.0)
    whole = am.density_values(net, on, off, bandwidth_m=900, lixel_m=50)
    monkeypatch.setattr(_run, "ROOM", (3, 5))
    assert (am.density_values(net, on, off, bandwidth_m=900, lixel_m=50) == whole).all()


@both
def test_t_junction_by_hand():
    """One event 80 m along the stem of a T, arms of 100 m: distances of the middles are 70 30 10, 30 70 and 30 70."""
    net = network_of(4, [(0, 1), (1, 2), (1, 3)], [100.0, 100.0, 100.0])
    ours = am.density_values(net, [0], [80.0], bandwidth_m=150, lixel_m=50)
    distance = np.array([55.0, 5, 45, 95, 45, 95])
    close(ours, 0.75 / 0.150 * (1 - (distance / 150) ** 2))


@both
def test_x_junction_by_hand():
    """An event on a crossing of four roads: each gets the whole kernel."""
    net = network_of(5, [(0, 1), (2, 0), (0, 3), (4, 0)], [100.0] * 4)
    ours = am.density_values(net, [0], [0.0], bandwidth_m=100, lixel_m=50, kernel="triangular")
    assert ours == pytest.approx([7.5, 2.5, 2.5, 7.5, 7.5, 2.5, 2.5, 7.5], rel=1e-12)


@pytest.mark.parametrize("kernel", sorted(KERNELS))
@both
def test_on_a_line_it_is_the_usual_density(kernel):
    random = np.random.default_rng(1)
    length = random.uniform(100, 900, 12)
    start = np.r_[0, np.cumsum(length)]
    at = np.sort(random.uniform(1500, start[-1] - 1500, 30))
    on = np.searchsorted(start, at, "right") - 1
    net = network_of(13, [(k, k + 1) for k in range(12)], length)
    ours = am.density_values(net, on, at - start[on], bandwidth_m=777.7, lixel_m=25, kernel=kernel)
    edge, middle = lixels(length, 25)
    here = start[edge] + middle
    theirs = shape(kernel, np.abs(here[:, None] - at), 777.7).sum(axis=1) * per_km(kernel, 777.7)
    close(ours, theirs)
    size = np.minimum(25, length[edge] - (middle - np.minimum(25, 2 * (length[edge] - middle)) / 2))
    assert (ours * size).sum() / 1000 == pytest.approx(30, rel=0.01)


@both
def test_order_of_rows_changes_nothing():
    nodes, edges, length = grid(6)
    random = np.random.default_rng(3)
    on = random.integers(0, len(edges), 300)
    off = random.random(300) * length[on]
    weight = random.random(300)
    net = network_of(nodes, edges, length)
    first = am.density_values(net, on, off, bandwidth_m=500, lixel_m=50, weights=weight)
    turn = random.permutation(300)
    again = am.density_values(net, on[turn], off[turn], bandwidth_m=500, lixel_m=50, weights=weight[turn])
    assert (first == again).all()
    double = am.density_values(net, np.r_[on, on], np.r_[off, off], bandwidth_m=500, lixel_m=50)
    twice = am.density_values(net, on, off, bandwidth_m=500, lixel_m=50, weights=np.full(300, 2.0))
    close(double, twice)


def test_table_of_a_snapped_table():
    net = network_of(4, [(0, 1), (1, 2), (1, 3)], [1000.0, 700.0, 700.0])
    points = gpd.GeoSeries.from_xy([0, 500, 90_000], [0, 0, 0], crs="EPSG:32618")
    snapped = net.snap(points, max_offset_m=600)
    table = am.network_density(net, snapped, bandwidth_m=300, lixel_m=100)
    assert list(table.columns) == ["lixel_id", "edge", "from_m", "to_m", "geometry", "density"]
    assert table.attrs["events"] == 2
    assert table.attrs["left_out"] == 1
    on = snapped[snapped["why_not"].isna()]
    arrays = (on["edge"].to_numpy(dtype=int), on["offset_m"].to_numpy(dtype=float))
    same = am.network_density(net, arrays, bandwidth_m=300, lixel_m=100)
    assert (table["density"] == same["density"]).all()


def test_no_events_is_all_zero():
    net = network_of(2, [(0, 1)], [1000.0])
    table = am.network_density(net, net.snap(np.zeros((0, 2))), bandwidth_m=300, lixel_m=100)
    assert (table["density"] == 0).all()
    assert len(table) == 10


def test_a_spread_event_counts_once():
    net = network_of(2, [(0, 1)], [3000.0])
    pieces = pd.DataFrame(
        {
            "event": ["a", "a"],
            "edge": [0, 0],
            "from_m": [1000.0, 1500.0],
            "to_m": [1100.0, 1700.0],
            "share": [0.25, 0.75],
        }
    )
    table = am.network_density(net, pieces, bandwidth_m=300, lixel_m=10)
    assert table["density"].sum() * 0.01 == pytest.approx(1.0, rel=1e-3)
    by_lixel = pd.DataFrame({"event": ["a"] * 10, "lixel": range(100, 110), "share": [0.1] * 10})
    table = am.network_density(net, by_lixel, bandwidth_m=300, lixel_m=10)
    assert table["density"].sum() * 0.01 == pytest.approx(1.0, rel=1e-3)
    assert table["density"].idxmax() in {104, 105}
    with pytest.raises(am.SchemaError, match="adds up to more than the event"):
        am.network_density(net, by_lixel.assign(share=0.2), bandwidth_m=300, lixel_m=10)


def test_errors_say_what_to_do():
    net = network_of(2, [(0, 1)], [1000.0])
    with pytest.raises(am.ModelError, match="choose one of epanechnikov"):
        am.density_values(net, [0], [1.0], bandwidth_m=300, lixel_m=100, kernel="box")
    with pytest.raises(
        am.ModelError, match="method 'planar' is not known: choose one of simple, discontinuous, continuous"
    ):
        am.density_values(net, [0], [1.0], bandwidth_m=300, lixel_m=100, method="planar")
    with pytest.raises(am.ModelError, match="bandwidth_m must be greater than 0"):
        am.density_values(net, [0], [1.0], bandwidth_m=-1, lixel_m=100)
    with pytest.raises(ValueError, match="greater than 0 metres"):
        am.density_values(net, [0], [1.0], bandwidth_m=300, lixel_m=0)
    with pytest.raises(am.SchemaError, match="is no edge: there are 1"):
        am.density_values(net, [1], [1.0], bandwidth_m=300, lixel_m=100)
    with pytest.raises(am.SchemaError, match="is not on its edge"):
        am.density_values(net, [0], [1001.0], bandwidth_m=300, lixel_m=100)
    with pytest.raises(am.SchemaError, match=r"net\.snap\(points\)"):
        am.network_density(net, pd.DataFrame({"x": [1]}), bandwidth_m=300, lixel_m=100)
    with pytest.raises(am.SchemaError, match="one weight a row"):
        am.density_values(net, [0], [1.0], bandwidth_m=300, lixel_m=100, weights=[1, 2])


def test_progress_and_a_clean_stop(monkeypatch):
    nodes, edges, length = grid()
    random = np.random.default_rng(6)
    on = random.integers(0, len(edges), 5000)
    off = random.random(5000) * length[on]
    net = network_of(nodes, edges, length)
    monkeypatch.setattr(_numpy_simple, "MOST_S", -1.0)
    told = []
    am.density_values(
        net, on, off, bandwidth_m=600, lixel_m=40, progress=lambda done, number: told.append((done, number))
    )
    assert told[-1] == (5000, 5000)
    before = threading.active_count()

    def stop(_done, _number):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        am.density_values(net, on, off, bandwidth_m=600, lixel_m=40, progress=stop)
    assert threading.active_count() == before


@pytest.mark.usefixtures("either")
def test_a_plain_table_is_the_same_without_its_lines():
    net = network_of(*grid())
    on, off = np.arange(20), np.zeros(20)
    drawn = am.network_density(net, (on, off), bandwidth_m=600, lixel_m=40)
    plain = am.network_density(net, (on, off), bandwidth_m=600, lixel_m=40, geometry=False)
    assert type(drawn) is gpd.GeoDataFrame
    assert type(plain) is pd.DataFrame
    assert plain.attrs == drawn.attrs
    pd.testing.assert_frame_equal(plain, pd.DataFrame(drawn.drop(columns="geometry")))
    conformed = schema.conform(drawn, LIXELS)
    assert drawn.crs == net.crs
    pd.testing.assert_frame_equal(pd.DataFrame(conformed), pd.DataFrame(drawn))


def test_crowded_edges_are_summed_as_single_events_are(monkeypatch):
    """Edges with many events go by their moments; the sums are those of one event at a time."""
    monkeypatch.setattr(_numpy_simple, "MOST_S", -1.0)
    net = network_of(*grid())
    random = np.random.default_rng(7)
    on = np.repeat(random.integers(0, len(net.edges), 12), 60)
    off = random.random(len(on)) * net.length_m[on]
    weights = random.random(len(on))
    for kernel in ("epanechnikov", "quartic", "triangular", "uniform", "gaussian"):
        how = {"bandwidth_m": 350, "lixel_m": 30, "kernel": kernel}
        crowded = am.density_values(net, on, off, weights=weights, **how)
        monkeypatch.setattr(_simple, "MANY", 10**9)
        single = am.density_values(net, on, off, weights=weights, **how)
        monkeypatch.setattr(_simple, "MANY", 12)
        assert np.abs(crowded - single).max() <= 1e-12 * single.max()

"""Density over time: against one density a day with the time kernel as weights, and against brute force."""

import geopandas as gpd
import hypothesis
import numpy as np
import pandas as pd
import pytest
from density_independent import close, network_of, networks, per_km, shape, simple
from hypothesis import strategies as st

import artimap as am
from artimap.roads.density import _numpy_simple
from artimap.roads.density.kernels import KERNELS

KERNEL = st.sampled_from(sorted(KERNELS))
QUICK = hypothesis.settings(
    max_examples=25, deadline=None, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture]
)
both = pytest.mark.usefixtures("either")


def in_time(day, at, kernel, reach, past_only):
    apart = at[None, :] - day[:, None]
    out = shape(kernel, np.abs(apart), reach) * per_km(kernel, reach) / 1000
    return np.where(apart >= 0, 2 * out, 0.0) if past_only else out


@QUICK
@hypothesis.given(
    networks(), KERNEL, KERNEL, st.booleans(), st.integers(1, 21), st.sampled_from([3.3, 40.7]), st.randoms()
)
@both
def test_agrees_with_brute_force(made, kernel, time_kernel, past_only, number, reach, random):
    nodes, edges, length, on, off, weight = made
    day = np.array([random.choice([0.0, 7.0, 7.5, 31.0, 90.25]) for _ in on])
    at = np.array(random.sample([k / 2 for k in range(-20, 220)], number))
    ours = am.density_over_time_values(
        network_of(nodes, edges, length), (on, off), day, at=at, bandwidth_m=401.3, bandwidth_days=reach,
        lixel_m=77.0, kernel=kernel, time_kernel=time_kernel, past_only=past_only, weights=weight,
    )  # fmt: skip
    part = in_time(day, at, time_kernel, reach, past_only)
    theirs = [simple(nodes, edges, length, on, off, weight * one, 77.0, 401.3, kernel) for one in part.T]
    if kernel in {"uniform", "gaussian"}:  # they jump at the bandwidth: rounding decides there
        wide = simple(nodes, edges, length, on, off, weight, 77.0, 401.3 + 1e-7, kernel)
        narrow = simple(nodes, edges, length, on, off, weight, 77.0, 401.3 - 1e-7, kernel)
        even = np.abs(wide - narrow) < 1e-6 * wide.max()
        close(ours[even], np.array(theirs).T[even]) if even.any() else None
    else:
        close(ours, np.array(theirs).T)


def town(events=900, seed=4):
    random = np.random.default_rng(seed)
    side = 8
    node = np.arange(side * side).reshape(side, side)
    down, across = np.stack([node[:-1], node[1:]], -1), np.stack([node[:, :-1], node[:, 1:]], -1)
    edges = np.vstack([down.reshape(-1, 2), across.reshape(-1, 2)])
    length = random.uniform(60, 260, len(edges))
    on = np.where(random.random(events) < 0.3, 17, random.integers(0, len(edges), events))
    day = np.where(random.random(events) < 0.4, 100.0, random.uniform(0, 1096, events))
    return (
        network_of(side * side, edges, length),
        (on, random.random(events) * length[on]),
        day,
        random.uniform(0.2, 3, events),
    )


@pytest.mark.parametrize("past_only", [False, True])
@pytest.mark.parametrize("slices", [36, 366])
@both
def test_is_one_density_a_day(slices, past_only):
    net, (on, off), day, weight = town()
    at = np.linspace(0, 1096, slices)
    ours = am.density_over_time_values(
        net, (on, off), day, at=at, bandwidth_m=555.5, bandwidth_days=60, lixel_m=40, past_only=past_only,
        time_kernel="quartic", weights=weight,
    )  # fmt: skip
    part = in_time(day, at, "quartic", 60, past_only)
    some = range(0, slices, 7)
    theirs = [
        am.density_values(net, on, off, bandwidth_m=555.5, lixel_m=40, weights=weight * part[:, one]) for one in some
    ]
    close(ours[:, list(some)], np.array(theirs).T)


@both
def test_order_of_rows_and_of_days_changes_nothing():
    net, (on, off), day, weight = town(400)
    at = np.linspace(0, 1096, 30)
    how = {"bandwidth_m": 500, "bandwidth_days": 60, "lixel_m": 50}
    first = am.density_over_time_values(net, (on, off), day, at=at, weights=weight, **how)
    random = np.random.default_rng(1)
    turn, mixed = random.permutation(400), random.permutation(30)
    again = am.density_over_time_values(
        net, (on[turn], off[turn]), day[turn], at=at[mixed], weights=weight[turn], **how
    )
    assert (again == first[:, mixed]).all()


def test_past_only_knows_nothing_of_later_events(monkeypatch):
    monkeypatch.setattr(_numpy_simple, "MOST_S", -1.0)
    net, (on, off), day, _ = town(500)
    how = {"at": [150.0, 300.0], "bandwidth_m": 500, "bandwidth_days": 90, "lixel_m": 50, "past_only": True}
    whole = am.density_over_time_values(net, (on, off), day, **how)
    before = day <= 150
    known = am.density_over_time_values(net, (on[before], off[before]), day[before], **how)
    close(known[:, 0], whole[:, 0])
    assert (whole[:, 1] > known[:, 1]).any()


def test_table_names_its_days_and_counts_what_is_left_out():
    net = network_of(2, [(0, 1)], [1000.0])
    points = gpd.GeoSeries.from_xy([500, 0, -500, 90_000], [0, 0, 0, 0], crs="EPSG:32618")
    snapped = net.snap(points, max_offset_m=600)
    days = pd.Series(["2024-10-03", None, "2024-09-01", "2024-10-03"])
    how = {"bandwidth_m": 300, "bandwidth_days": 30, "lixel_m": 100}
    table = am.network_density_over_time(net, snapped, days, at=["2024-10-03", "2024-08-01"], **how)
    assert list(table.columns[5:]) == ["density_2024-10-03", "density_2024-08-01"]
    assert isinstance(table, gpd.GeoDataFrame)
    assert table.attrs["events"] == 2
    assert table.attrs["left_out"] == 1
    assert table.attrs["no_day"] == 1
    one = am.network_density(net, ([0], [0.0]), bandwidth_m=300, lixel_m=100)
    assert table["density_2024-10-03"].to_numpy() == pytest.approx(one["density"].to_numpy() * 0.75 / 30, rel=1e-9)
    numbered = am.network_density_over_time(net, ([0], [0.0]), [3], at=[12.5], **how)
    assert numbered.columns[-1] == "density_12.5"
    hours = pd.to_datetime(pd.Series(["2024-10-03T06:30"]))
    by_hour = am.network_density_over_time(net, ([0], [0.0]), hours, at=hours, **how)
    assert by_hour.columns[-1] == "density_2024-10-03T06:30:00"


def test_no_events_is_all_zero():
    net = network_of(2, [(0, 1)], [1000.0])
    empty = net.snap(np.zeros((0, 2)))
    table = am.network_density_over_time(
        net, empty, [], at=["2024-10-03"], bandwidth_m=300, bandwidth_days=30, lixel_m=100
    )
    assert (table["density_2024-10-03"] == 0).all()


def test_errors_say_what_to_do():
    net = network_of(2, [(0, 1)], [1000.0])
    how = {"bandwidth_m": 300, "bandwidth_days": 30, "lixel_m": 100}

    def call(days, at, **other):
        return am.density_over_time_values(net, ([0], [5.0]), days, at=at, **(how | other))

    with pytest.raises(am.ModelError, match="days are dates, at are numbers"):
        call(["2024-10-03"], [5])
    with pytest.raises(am.ModelError, match="names a day twice; days are numbers, at are dates"):
        call([4], ["2024-10-03", "2024-10-03"])
    with pytest.raises(am.ModelError, match=r"time_kernel 'box' .*; bandwidth_days must be .*; at must name one day"):
        call([4], [], time_kernel="box", bandwidth_days=0)
    with pytest.raises(am.SchemaError, match="one day a row"):
        call([4, 5], [4])
    with pytest.raises(am.DateError, match="YYYY-MM-DD"):
        call(["yesterday"], [4])

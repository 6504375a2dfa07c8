"""Estimated contestation: the laws, the arithmetic, and what it says of Artibonite."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import artimap as am
from artimap.control.contestation.counts import count, signals
from artimap.control.contestation.estimate import believe, edges_of, estimate_contestation, memory
from artimap.control.contestation.model import ContestationModel, Rates
from artimap.control.contestation.places import sites_of, weights_on_sites
from artimap.control.contestation.states import at_first, smooth, space_of, transition, weights
from artimap.core import schema
from artimap.core.tables import EVENTS
from artimap.core.vocab import Estimate, EventKind

CRS = "EPSG:32618"
FIXED = ContestationModel(level=1.0)
START = pd.Timestamp("2023-01-01")
GROUPS = ("group A", "group B", "group C")
ACTORS = pd.DataFrame(
    [(name, "armed_group") for name in GROUPS] + [("police", "state_force"), ("residents", "civilians")],
    columns=["name", "kind"],
).assign(aliases=None)
UNITS = gpd.GeoDataFrame(
    {"pcode": ["S1", "S2", "S3", "S4"], "name": ["one", "two", "three", "four"], "parent": ["C1", "C1", "C2", "C2"]},
    geometry=[shapely.box(x, 0, x + 10_000, 10_000) for x in range(0, 40_000, 10_000)],
    crs=CRS,
)
KINDS = [kind.value for kind in EventKind]


def make_events(rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    base = {
        "record": "event", "date_precision": 1, "alleged_gang_dead": False, "geo_precision": 1, "n_claims": 1,
        "n_sources": 1, "sensitivity": "low", "licence": "made up", "place_kind": "point", "radius_m": 500.0,
        "pcode": None,
    }  # fmt: skip
    full = [{"event_id": f"e{number}", **base, **row} for number, row in enumerate(rows)]
    if not full:
        return schema.empty(EVENTS, crs=CRS)
    frame = pd.DataFrame(full)
    return schema.conform(gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS), EVENTS)


def event(
    kind: str, actors: str | None, unit: int, day: int, days: int = 1, *, commune: bool = False
) -> dict[str, object]:
    date = START + pd.Timedelta(days=day)
    row: dict[str, object] = {
        "kind": kind, "actors": actors, "date_start": date, "date_end": date + pd.Timedelta(days=days - 1),
        "geometry": shapely.Point(5_000 + 10_000 * unit, 5_000),
    }  # fmt: skip
    return row | ({"place_kind": "commune", "pcode": UNITS["parent"][unit]} if commune else {})


one_event = st.builds(
    event,
    st.sampled_from(KINDS),
    st.sampled_from(["group A", "group B", "group A; group B", "group C; police", "police", "residents", "x", None]),
    st.integers(0, 3),
    st.integers(0, 179),
    st.sampled_from([1, 1, 1, 20]),
    commune=st.booleans(),
)
some_events = st.lists(one_event, max_size=12)


def run(rows: list[dict[str, object]], **more: object) -> pd.DataFrame:
    options = {
        "start": "2023-01-01",
        "stop": "2023-06-29",
        "actors": ACTORS,
        "model": FIXED,
        "stability": False,
        **more,
    }
    return estimate_contestation(UNITS, make_events(rows), **options)


def numbers(table: pd.DataFrame) -> pd.DataFrame:
    return table.select_dtypes("number").drop(columns="stability")


def believed(rows: list[dict[str, object]], model: ContestationModel = FIXED):
    """All three groups have states of their own, whether or not they are named."""
    named = [event("other", name, 0, 100_000) for name in GROUPS]  # out of the periods: only their names count
    sites = sites_of(UNITS)
    start = START.date()
    evidence, _ = count(
        sites, make_events([*rows, *named]), ACTORS, edges_of(start, start.replace(month=6, day=29), 30), model
    )
    assert evidence.groups == GROUPS
    return believe(evidence, model, sites.neighbours(1.0))


# the laws


@pytest.mark.exhaustive
@settings(max_examples=30)
@given(
    some_events,
    st.sampled_from(
        ["extortion_or_toll", "attack_on_civilians", "abduction", "control_or_presence_report", "armed_clash"]
    ),
    st.integers(0, 3),
    st.integers(0, 5),
)
def test_another_report_of_a_never_lowers_the_support_of_a(rows, kind, unit, period):
    before = believed(rows)
    after = believed([*rows, event(kind, "group A", unit, 30 * period + 3)])
    assert after.involved[unit, period, 0] >= before.involved[unit, period, 0] - 1e-9
    # against A, not by itself: a report that speaks for A can speak so strongly against B that "nobody" gains a little
    with_a = [one.involved[unit, period, 0] for one in (before, after)]
    for other in ("none", "state"):
        without = [getattr(one, other)[unit, period] for one in (before, after)]
        assert without[1] * with_a[0] <= without[0] * with_a[1] + 1e-9


@pytest.mark.exhaustive
@settings(max_examples=15)
@given(some_events, st.permutations(GROUPS))
def test_names_of_groups_change_nothing(rows, names):
    new = dict(zip(GROUPS, names, strict=True))
    swapped = [
        {**row, "actors": row["actors"] and "; ".join(new.get(one, one) for one in str(row["actors"]).split("; "))}
        for row in rows
    ]
    one, two = believed(rows), believed(swapped)
    order = [GROUPS.index(new[name]) for name in GROUPS]
    assert np.allclose(one.stacked()[..., :1], two.stacked()[..., :1])
    assert np.allclose(one.held, two.held[..., order])
    assert np.allclose(one.contested, two.contested)


def test_evidence_weight_of_every_signal_of_a_is_greatest_where_a_takes_part():
    """Log evidence weight: what one more count of a signal adds, state by state; it holds for vague reports too."""
    for model in (FIXED, replace(FIXED, dispersion=0.2, level=0.1), replace(FIXED, level=5.0)):
        space = space_of(4, 3)
        per_count, _ = weights(space, model, 1.0 if model.level is None else model.level)
        takes = np.concatenate([space.involves(), space.involves()])
        for slot in range(3):
            for column in per_count[5 + 4 * slot : 9 + 4 * slot]:
                assert column[takes[:, slot]].min() >= column[~takes[:, slot]].max() - 1e-12


@pytest.mark.exhaustive
@settings(max_examples=15)
@given(some_events, st.integers(1, 40))
def test_shifting_time_by_whole_periods_changes_nothing(rows, periods):
    moved = pd.Timedelta(days=30 * periods)
    later = [{**row, "date_start": row["date_start"] + moved, "date_end": row["date_end"] + moved} for row in rows]
    one = run(rows)
    two = run(later, start=(START + moved).date(), stop=(pd.Timestamp("2023-06-29") + moved).date())
    pd.testing.assert_frame_equal(numbers(one), numbers(two))
    assert one["estimate"].equals(two["estimate"])


@settings(max_examples=15)
@given(some_events, st.randoms(use_true_random=False))
def test_row_order_changes_nothing(rows, random):
    mixed = [{**row, "event_id": f"x{number}"} for number, row in enumerate(rows)]
    one = run(mixed)
    random.shuffle(mixed)
    pd.testing.assert_frame_equal(one, run(mixed))


def test_no_events_are_all_insufficient():
    for table in (
        run([]),
        estimate_contestation(UNITS, make_events([]), actors=ACTORS, start="2023-01-01", stop="2023-12-31"),
    ):
        assert set(table["estimate"]) == {Estimate.INSUFFICIENT}
        assert table["actors"].isna().all()
        assert table["why_not"].notna().all()


@settings(max_examples=15)
@given(some_events)
def test_no_armed_group_is_never_said_where_nothing_is_reported(rows):
    table = run(rows, model=replace(FIXED, level=None))
    silent = table[table["evidence"] < 1]
    assert set(silent["estimate"]) <= {Estimate.INSUFFICIENT}
    total = table[["p_none", "p_one_group", "p_contested", "p_state"]].sum(axis=1)
    assert np.allclose(total, 1)


# the arithmetic


def by_enumeration(log_likelihood, moves, first, pull):
    """Every path, one by one."""
    periods, states = log_likelihood.shape
    out = np.zeros((periods, states))
    for path in product(range(states), repeat=periods):
        chance = first[path[0]]
        for period in range(1, periods):
            row = moves[path[period - 1]] * pull[period]
            chance *= row[path[period]] / row.sum()
        chance *= np.exp(sum(log_likelihood[period, state] for period, state in enumerate(path)))
        for period, state in enumerate(path):
            out[period, state] += chance
    return out / out.sum(axis=1, keepdims=True)


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_smoothing_is_the_sum_over_all_paths(seed):
    random = np.random.default_rng(seed)
    moves = random.dirichlet(np.ones(3), 3)
    first = random.dirichlet(np.ones(3))
    log_likelihood = random.normal(0, 3, (2, 4, 3))
    pull = random.uniform(0.1, 2, (2, 4, 3))
    plain = smooth(log_likelihood, moves, first)
    pulled = smooth(log_likelihood, moves, first, pull)
    for unit in range(2):
        assert np.allclose(plain[unit], by_enumeration(log_likelihood[unit], moves, first, np.ones((4, 3))))
        assert np.allclose(pulled[unit], by_enumeration(log_likelihood[unit], moves, first, pull[unit]))


@pytest.mark.parametrize(("slots", "shared"), [(1, 1), (2, 1), (4, 7), (5, 1)])
def test_moves_are_probabilities_and_the_first_period_is_their_long_run(slots, shared):
    moves = transition(space_of(slots, shared), FIXED)
    assert np.allclose(moves.sum(axis=1), 1)
    assert moves.min() >= 0
    assert np.allclose(at_first(moves) @ moves, at_first(moves), atol=1e-9)


def test_evidence_fades_before_and_after():
    assert np.allclose(memory(np.array([[0.0, 0, 1, 0]]), 0.5), [[0.25, 0.5, 1, 0.5]])


def test_vague_events_are_shared_out():
    rows = [event("other", None, 0, 0), event("other", None, 0, 0, commune=True), event("other", None, 0, 20, days=20)]
    table = run(rows, stop="2023-03-01")
    reports = table["reports"].to_numpy().reshape(4, -1)
    assert np.allclose(reports[0], [1 + 0.5 + 0.5, 0.5])
    assert np.allclose(reports[1], [0.5, 0])
    assert np.allclose(table["reports"].sum(), 3)


def test_events_near_roads_and_places():
    roads = gpd.GeoDataFrame(
        {"lixel_id": ["a", "b"]},
        geometry=[shapely.LineString([(0, 0), (10_000, 0)]), shapely.LineString([(10_000, 0), (20_000, 0)])],
        crs=CRS,
    )
    near = {**event("other", None, 0, 0), "geometry": shapely.Point(5_000, 1_000)}
    far = {**event("other", None, 0, 0), "geometry": shapely.Point(5_000, 50_000)}
    row, unit, share = weights_on_sites(sites_of(roads), make_events([near, far]), FIXED)
    assert row.tolist() == [0]
    assert unit.tolist() == [0]
    assert share.tolist() == pytest.approx([1.0])
    places = gpd.GeoDataFrame({"place_id": ["p", "q"]}, geometry=gpd.points_from_xy([0, 30_000], [0, 0]), crs=CRS)
    at = {**event("other", None, 0, 0), "place_kind": "place", "place_id": "q"}
    row, unit, share = weights_on_sites(sites_of(places), make_events([at, far]), FIXED)
    assert dict(zip(row.tolist(), unit.tolist(), strict=True)) == {0: 1}


def test_signals_say_who_is_named():
    fight = signals("armed_clash", (0, 1), state=True, unnamed=False)
    assert len(fight) == 4
    assert signals("armed_clash", (), state=True, unnamed=True) != signals("protest", (), state=False, unnamed=False)
    assert sum(weight for _, weight in signals("abduction", (0, 1, 2), state=False, unnamed=False)) == pytest.approx(1)


def test_a_held_place_a_fought_over_one_and_a_quiet_one():
    rows = [event("extortion_or_toll", "group A", 0, day) for day in range(0, 180, 15)]
    rows += [event("armed_clash", "group A; group B", 1, day) for day in range(5, 180, 10)]
    rows += [event("protest", "residents", 2, day) for day in range(0, 180, 10)]
    table = run(rows, stability=True, model=ContestationModel())
    said = table.groupby("unit")["estimate"].agg(lambda words: words.value_counts().index[0])
    assert said.to_dict() == {"S1": "one_group", "S2": "contested", "S3": "no_armed_group", "S4": "insufficient"}
    fought = table[(table["unit"] == "S2") & (table["estimate"] == "contested")]
    assert set(fought["actors"]) <= {"group A; group B", "group B; group A"}
    known = table[table["estimate"] != "insufficient"]
    assert known["stability"].between(0, 1).all()
    assert table.loc[table["estimate"] == "insufficient", "stability"].isna().all()


def test_more_groups_than_slots_share_the_last_one():
    cast = pd.DataFrame({"name": [f"g{one}" for one in range(9)], "kind": "armed_group", "aliases": None})
    rows = [event("extortion_or_toll", f"g{one}", one % 4, 30 * (one % 6)) for one in range(9)]
    table = run(rows, actors=cast, model=replace(FIXED, max_groups=3))
    own = table[[f"p:g{one}" for one in range(9)]]
    assert np.allclose(own.sum(axis=1), table["p_one_group"])
    assert (own >= 0).all().all()


# what it says when it is asked wrongly


def test_a_model_that_breaks_its_laws_is_refused():
    with pytest.raises(am.ModelError, match="could speak against it") as caught:
        ContestationModel(rates=Rates(attack=(0.3, 0.3, 0.3, 0.3)), sharing=2.0, moves=((1.0,),), usual_repeats=0.5)
    assert "sharing" in str(caught.value)
    assert "usual_repeats" in str(caught.value)
    assert "moves" in str(caught.value)


def test_errors_help():
    with pytest.raises(am.ModelError, match="actors="):
        estimate_contestation(UNITS, make_events([]), start="2023-01-01", stop="2023-02-01")
    with pytest.raises(am.DateError, match="start="):
        estimate_contestation(UNITS, make_events([]), actors=ACTORS)
    with pytest.raises(am.DateError, match="before"):
        run([], start="2024-01-01")
    with pytest.raises(am.SchemaError, match="unit_id"):
        estimate_contestation(
            UNITS.drop(columns="pcode"), make_events([]), actors=ACTORS, start="2023-01-01", stop="2023-02-01"
        )
    with pytest.raises(am.SchemaError, match="twice"):
        estimate_contestation(
            pd.concat([UNITS, UNITS]), make_events([]), actors=ACTORS, start="2023-01-01", stop="2023-02-01"
        )
    with pytest.raises(am.CrsError, match="metric"):
        estimate_contestation(
            UNITS.to_crs("EPSG:4326"), make_events([]), actors=ACTORS, start="2023-01-01", stop="2023-02-01"
        )


# Artibonite


def test_artibonite_is_mostly_unknown(artibonite, events):
    table = am.estimate_contestation(artibonite, events, start="2022-01-01", stop="2025-12-31", stability=False)
    assert len(table) == 63 * 49
    assert (table["estimate"] == Estimate.INSUFFICIENT).mean() > 0.8
    assert table.attrs["unknown_actors"] == []
    why = am.why_not_estimated(artibonite, events, start="2022-01-01", stop="2025-12-31")
    assert (table.attrs["events"], sum(table.attrs["tally"].values())) == (why.isna().sum(), why.notna().sum())
    assert (why == "a figure over several events").sum() == (events["record"] == "aggregate").sum()
    never = table.groupby("unit")["reports"].sum()
    silent = table[table["unit"].isin(never[never == 0].index)]
    assert len(silent)
    assert set(silent["estimate"]) == {Estimate.INSUFFICIENT}

"""The rate, against hand calculation, an independent quantile, and its laws."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy import special, stats

import artimap as am
from artimap.areas.geometries import place_rows
from artimap.core import schema
from artimap.core.dates import DAYS_PER_MONTH
from artimap.core.errors import DateError, ModelError
from artimap.core.tables import EVENTS, RISK
from artimap.core.vocab import EventKind, Info
from artimap.risk.counts import Counts, Fixed, Prior, TimeSteps
from artimap.risk.estimate import corridor_risk, corridor_risk_by_kind
from artimap.risk.event_draws import EventNumbers, EventsOnPieces
from artimap.risk.explain import PRIOR, explain
from artimap.risk.model import RiskModel
from artimap.risk.observation import STEP_DAYS, Observation, _at, _Chains, observe
from artimap.risk.posterior import LEVELS, Posterior, _quantiles, _sampled, posterior
from artimap.risk.trips import TripRisk, trip_risk
from artimap.roads.corridor import Corridor
from artimap.roads.event_spread import Reach

DAY = dt.date(2024, 10, 15)
FIXED = RiskModel(prior_rate=0.02, half_life_days=90.0, dispersion=1.0, observation="whole")
WAY = "Saint-Marc – Pont-Sondé"


def table(area, rows) -> gpd.GeoDataFrame:
    base = {
        "record": "event", "date_precision": 1, "kind": "road_ambush", "alleged_gang_dead": "no", "geo_precision": 1,
        "n_claims": 1, "n_sources": 1, "sensitivity": "low", "licence": "x", "place_kind": "stretch", "road_id": "rn1",
    }  # fmt: skip
    full = [{**base, "event_id": f"e{i}", "date_end": row["date_start"], **row} for i, row in enumerate(rows)]
    names = [name for name in EVENTS.names if name != "geometry"]
    return schema.conform(place_rows(pd.DataFrame(full, columns=names), area), EVENTS)


def between(rn1, name=WAY) -> tuple[float, float]:
    """Ends of a named stretch, a metre inside."""
    row = rn1.stretches().set_index("name").loc[name]
    return float(row["from_m"]) + 1, float(row["to_m"]) - 1


def one_stretch(day=DAY, low=96_360.0, high=106_240.0, **more):
    return {"date_start": day.isoformat(), "from_m": low, "to_m": high, **more}


def test_one_fresh_event_by_hand(artibonite, rn1):
    """One event today, all on one stretch; the formula written out and scipy's own quantile."""
    low, high = between(rn1)
    events = table(artibonite, [one_stretch(low=low, high=high)])
    risk = corridor_risk(rn1, events, as_of=DAY, model=FIXED).set_index("name")
    row = risk.loc[WAY]
    km = (row["to_m"] - row["from_m"]) / 1000
    months = (1 - 0.5 ** (730 / 90)) * 90 / np.log(2) / DAYS_PER_MONTH
    # The shape of the prior is stated for ten kilometres; the rate is of the whole stretch, then by km.
    shape = 0.5 * km / 10 + 1
    rate = 0.5 / 10 / 0.02 + months
    assert row["events_used"] == pytest.approx(1.0)
    assert row["exposure_km_months"] == pytest.approx(km * months)
    assert row["rate"] == pytest.approx(shape / rate / km)
    for name, part in (("lo80", 0.1), ("hi80", 0.9)):
        assert row[name] == pytest.approx(stats.gamma.ppf(part, shape, scale=1 / rate) / km, rel=1e-2)
    others = risk.drop(index=WAY)
    assert (others["events_used"] == 0).all()


def test_half_life(artibonite, rn1):
    events = table(artibonite, [one_stretch(day=DAY - dt.timedelta(days=90), low=97_000, high=106_000)])
    risk = corridor_risk(rn1, events, as_of=DAY, model=FIXED)
    assert risk["events_used"].sum() == pytest.approx(0.5)


def test_what_does_not_count_is_told(artibonite, rn1):
    rows = [
        one_stretch(),
        one_stretch(kind="protest"),
        one_stretch(record="aggregate"),
        one_stretch(day=dt.date(2020, 1, 1)),
        one_stretch(day=dt.date(2024, 10, 16)),
        one_stretch(place_kind="nowhere"),
    ]
    risk = corridor_risk(rn1, table(artibonite, rows), as_of=DAY, model=FIXED)
    assert sum(risk.attrs["tally"].values()) == 5
    assert risk["events_used"].sum() == pytest.approx(1.0)


def test_silence_is_its_own_answer(artibonite, rn1):
    risk = corridor_risk(rn1, table(artibonite, []), as_of=DAY)
    assert set(risk["info"]) == {Info.SILENT}
    assert risk["band"].isna().all()
    assert risk["last_event"].isna().all()
    # Silence must never look like the safest piece of the road.
    for name in ("rate", *LEVELS, "recent_rate", "p_rose", "happened_rate"):
        assert risk[name].isna().all()
    assert risk["last_rate"].notna().all()


def test_a_protest_breaks_the_silence_but_is_no_incident(artibonite, rn1):
    low, high = between(rn1)
    rows = [one_stretch(low=low, high=high, kind="protest")]
    risk = corridor_risk(rn1, table(artibonite, rows), as_of=DAY).set_index("name")
    assert risk.loc[WAY, "info"] == Info.QUIET
    assert pd.isna(risk.loc[WAY, "band"])


def test_a_claim_breaks_the_silence_too(artibonite, rn1, ledger):
    none = table(artibonite, [])
    without = corridor_risk(rn1, none, as_of=DAY)
    heard = corridor_risk(rn1, none, as_of=DAY, ledger=ledger)
    assert (without["info"] == Info.SILENT).all()
    assert (heard.set_index("name").loc["L'Estère – Johanisse", "info"]) == Info.QUIET


def test_a_section_event_is_spread_along_the_whole_border(artibonite, rn1):
    rows = [{"date_start": "2024-10-15", "place_kind": "section", "pcode": "HT0513-01", "road_id": None}]
    risk = corridor_risk(rn1, table(artibonite, rows), as_of=DAY, model=FIXED)
    assert risk["events_used"].sum() == pytest.approx(Reach().share_section)
    assert risk.attrs["off_corridor"] == pytest.approx(1 - Reach().share_section)
    named = [{**rows[0], "road_id": "rn1"}]
    assert corridor_risk(rn1, table(artibonite, named), as_of=DAY)["events_used"].sum() == pytest.approx(1.0)
    assert corridor_risk(rn1, table(artibonite, named), as_of=DAY)["imprecise_share"].max() == 1.0


def test_as_of_the_founding_article(rn1, events, ledger):
    risk = corridor_risk(rn1, rn1.locate(events), as_of="2024-10-15", ledger=ledger).set_index("name")
    # Where the killing was and the road before it, and Croix Périsse, of which the article tells.
    assert risk["rate"].idxmax() in {"Pont-Sondé", "Carrefour Paye", "L'Estère", "Johanisse"}
    perisse = risk.loc["L'Estère – Johanisse"]
    assert "2024-10-08-croix-perisse" in perisse["event_ids"]
    assert perisse["last_event"] == pd.Timestamp("2024-10-14") or perisse["last_event"] == pd.Timestamp("2024-10-08")
    assert risk.loc["Ennery – Plaisance", "info"] == Info.SILENT


def test_two_counts_of_one_massacre_are_one_event(events):
    assert (events["event_id"] == "2024-10-03-pont-sonde").sum() == 1
    row = events.set_index("event_id").loc["2024-10-03-pont-sonde"]
    assert (row["killed_low"], row["killed_best"]) == (20, 70)
    assert pd.isna(row["killed_high"])
    assert row["n_claims"] >= 15


days = st.dates(dt.date(2023, 1, 1), dt.date(2024, 10, 15))
event_rows = st.lists(
    st.tuples(
        days, st.floats(0, 240_000), st.floats(100, 9_000), st.sampled_from(["road_ambush", "protest", "abduction"])
    ),
    max_size=12,
)


def made(area, rows):
    return table(area, [one_stretch(day=d, low=low, high=low + length, kind=kind) for d, low, length, kind in rows])


@pytest.mark.exhaustive
@settings(max_examples=8)
@given(rows=event_rows, extra=st.tuples(days, st.floats(0, 240_000), st.floats(100, 9_000)))
def test_one_more_event_never_lowers_a_rate(artibonite, rn1, rows, extra):
    before = corridor_risk(rn1, made(artibonite, rows), as_of=DAY, model=FIXED)
    after = corridor_risk(rn1, made(artibonite, [*rows, (*extra, "abduction")]), as_of=DAY, model=FIXED)
    # Where a piece was silent, the last rate that was known stands.
    assert (after["rate"].fillna(after["last_rate"]) >= before["rate"].fillna(before["last_rate"]) - 1e-12).all()


@settings(max_examples=8)
@given(rows=event_rows, seed=st.integers(0, 1000))
def test_row_order_changes_nothing(artibonite, rn1, rows, seed):
    events = made(artibonite, rows)
    shuffled = events.sample(frac=1, random_state=seed).reset_index(drop=True)
    a = corridor_risk(rn1, events, as_of=DAY)
    b = corridor_risk(rn1, shuffled, as_of=DAY)
    assert_frame_equal(pd.DataFrame(a.drop(columns="geometry")), pd.DataFrame(b.drop(columns="geometry")), rtol=1e-9)


@pytest.mark.exhaustive
@settings(max_examples=8)
@given(rows=event_rows, weeks=st.integers(-200, 200))
def test_shifting_every_date_changes_nothing(artibonite, rn1, rows, weeks):
    shift = dt.timedelta(weeks=weeks)
    a = corridor_risk(rn1, made(artibonite, rows), as_of=DAY)
    b = corridor_risk(rn1, made(artibonite, [(d + shift, *rest) for d, *rest in rows]), as_of=DAY + shift)
    numbers = ["rate", "lo80", "hi80", "last_rate", "events_used", "info", "days_since"]
    assert_frame_equal(pd.DataFrame(a[numbers]), pd.DataFrame(b[numbers]))


@pytest.mark.exhaustive
@settings(max_examples=8)
@given(rows=event_rows, length=st.floats(2_000, 90_000))
def test_lixels_and_stretches_hold_the_same_events(artibonite, rn1, rows, length):
    events = made(artibonite, rows)
    named = corridor_risk(rn1, events, as_of=DAY)
    lixels = corridor_risk(rn1, events, as_of=DAY, pieces=rn1.lixels(length))
    assert lixels["events_used"].sum() == pytest.approx(named["events_used"].sum())


def test_located_or_not_is_the_same(rn1, events):
    a = corridor_risk(rn1, events, as_of=DAY)
    b = corridor_risk(rn1, rn1.locate(events), as_of=DAY)
    assert_frame_equal(pd.DataFrame(a.drop(columns="geometry")), pd.DataFrame(b.drop(columns="geometry")))


@pytest.mark.parametrize(
    "bad",
    [
        {"half_life_days": 0},
        {"dispersion": 0.5},
        {"observation": "sometimes"},
        {"prior_shape": -1},
        {"prior_rate": 0},
        {"window_days": 0},
        {"kinds": frozenset()},
        {"band_rates": (0.3, 0.1, 0.03, 0.01)},
    ],
)
def test_a_bad_model_says_what_is_wrong(bad):
    with pytest.raises(ModelError, match=next(iter(bad))):
        RiskModel(**bad)


def test_a_bad_day(rn1, events):
    with pytest.raises(DateError, match="YYYY-MM-DD"):
        corridor_risk(rn1, events, as_of="15/10/2024")


def test_kinds_are_a_choice(artibonite, rn1):
    rows = [one_stretch(kind="protest")]
    model = RiskModel(kinds=frozenset({EventKind.PROTEST}))
    assert corridor_risk(rn1, table(artibonite, rows), as_of=DAY, model=model)["events_used"].sum() == pytest.approx(1)


def test_any_road_will_do(artibonite):
    road: Corridor = am.read_corridor(artibonite, "rn5")
    rows = [{"date_start": "2024-10-01", "road_id": "rn5", "from_m": 23_900.0, "to_m": 43_700.0}]
    risk = corridor_risk(road, table(artibonite, rows), as_of=DAY)
    assert risk["events_used"].sum() > 0.8


# -- the finer estimator --------------------------------------------------------


def counts(pieces, places, ages=None, *, leans=True, length_km=10.0, observation=None) -> Counts:
    """Events, each over the pieces of its set in equal shares, all of it on the road; every day was watched."""
    row = np.repeat(np.arange(len(places)), [len(place) for place in places])
    piece = np.array([one for place in places for one in sorted(place)], dtype=np.int64)
    share = np.array([1 / len(place) for place in places for _ in place])
    newest, oldest = np.array(ages or [(0.0, 0.0)] * len(places), dtype=float).reshape(-1, 2).T
    watched = observation or Observation(np.ones((pieces, 73)), np.zeros(pieces), 0.0, np.ones((pieces, 1)))
    return Counts(
        np.full(pieces, length_km), np.zeros(pieces, dtype=bool), watched, 0.0, row, piece, share, newest, oldest,
        np.full(len(places), leans), np.arange(len(places)),
    )  # fmt: skip


PLAIN = Fixed(half_life_days=np.inf, dispersion=1.0)
"""Nothing fades and nothing comes in heaps: Gamma and Poisson as in the books."""
MONTHS = 730 / DAYS_PER_MONTH


def estimated(found: Counts, fixed: Fixed = PLAIN) -> Posterior:
    return posterior(found, fixed, trend_days=90)


@pytest.mark.parametrize("shapes", [(0.005, 0.25), (0.25, 0.26), (0.25, 64.0), (63.0, 500.0)])
def test_quantiles_from_the_table_are_those_of_an_inversion(shapes):
    rng = np.random.default_rng(1)
    shape = np.exp(rng.uniform(*np.log(shapes), 4_000))
    order = np.r_[np.zeros(500), np.full(500, 1023), rng.integers(0, 1024, 3_000)].astype(np.int64)
    wanted = special.gammaincinv(shape, (order + 0.5) / 1024)
    assert _quantiles(shape, order, 1024) == pytest.approx(wanted, rel=1e-12, abs=0)


def test_days_that_share_a_sample_are_as_if_drawn_alone():
    found = counts(3, [{0}, {0, 1}, {1, 2}, {2}], ages=[(5.0, 9.0), (100.0, 100.0), (40.0, 60.0), (300.0, 300.0)])
    days = [replace(found, idle_days=idle) for idle in (0.0, 20.0, 200.0)]
    fixed = Fixed()
    together = [estimated(one, fixed) for one in days]
    for one, other in zip(days, together, strict=True):
        _sampled.cache_clear()
        alone = estimated(one, fixed)
        assert (alone.shape == other.shape).all()
        assert (alone.scale == other.scale).all()
        assert (alone.mean == other.mean).all()
    assert (together[2].shape <= together[0].shape).all()
    assert (together[2].shape < together[0].shape).any()


def ends(found: Posterior) -> dict[str, np.ndarray]:
    drawn = found.draws(seed=0)
    return {name: np.quantile(drawn, part, axis=0) for name, part in LEVELS.items()}


def test_hyperparameters_are_integrated_as_a_fine_grid_says():
    """Exact events: the posterior mean against the integral over a far finer grid, written out with scipy."""
    y = np.array([0, 0, 1, 3, 0, 6])
    places = [{piece} for piece, n in enumerate(y) for _ in range(n)]
    found = estimated(counts(6, places))
    a, m = np.meshgrid(np.geomspace(0.12, 16, 200), np.geomspace(0.1, 10, 400) * 10.5 / 6 / MONTHS, indexing="ij")
    b = a / m
    log = 0.5 * np.log(a) - 1.5 * np.log1p(a)
    for one in y:
        log += special.gammaln(a + one) - special.gammaln(a) + a * np.log(b) - (a + one) * np.log(b + MONTHS)
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    exact = [(weight * (a + one) / (b + MONTHS)).sum() for one in y]
    assert found.mean == pytest.approx(exact, rel=0.03)
    high = ends(found)["hi80"]
    tail = [(weight * stats.gamma.cdf(high[i], a + y[i], scale=1 / (b + MONTHS))).sum() for i in range(6)]
    assert tail == pytest.approx([0.9] * 6, abs=0.015)


def test_a_vague_event_goes_where_the_rates_say():
    """Two pieces, one with many events: an event on either of them is more likely there; an exact one does not lean."""
    places = [{0}] * 8 + [{0, 1}]
    share = estimated(counts(2, places)).placed[-2:]
    assert share.sum() == pytest.approx(1.0)
    assert share[0] > 0.75
    even = estimated(counts(2, places, leans=False)).placed[-2:]
    assert even == pytest.approx([0.5, 0.5])


def test_placing_against_every_possibility_counted_out():
    """Three vague events on two pieces: all eight ways by hand, over a grid of priors; without discounting."""
    found = estimated(counts(2, [{0}, {0}, {0, 1}, {0, 1}, {0, 1}]))
    a, m = np.meshgrid(np.geomspace(0.12, 16, 60), np.geomspace(0.1, 10, 200) * 5.5 / 2 / MONTHS, indexing="ij")
    b, weight, mean = a / m, 0.0, 0.0
    prior = 0.5 * np.log(a) - 1.5 * np.log1p(a)
    for z in np.ndindex(2, 2, 2):
        n = (2 + z.count(0), z.count(1))
        log = prior + 2 * a * np.log(b)
        for one in n:
            log = log + special.gammaln(a + one) - special.gammaln(a) - (a + one) * np.log(b + MONTHS)
        p = np.exp(log).sum()
        weight, mean = weight + p, mean + p * z.count(0) / 3
    assert found.placed[[2, 4, 6]] == pytest.approx([mean / weight] * 3, abs=0.02)


def test_heaps_widen_an_interval_and_leave_its_mean():
    even = counts(1, [{0}] * 12, [(60.0 * i, 60.0 * i) for i in range(12)])
    prior = Prior(0.05, 0.5)
    one, four = (estimated(even, Fixed(np.inf, phi, prior)) for phi in (1.0, 4.0))
    assert four.mean == pytest.approx(one.mean, rel=0.1)
    wide = [ends(found)["hi80"] - ends(found)["lo80"] for found in (one, four)]
    assert wide[1] == pytest.approx(2 * wide[0], rel=0.2)


def test_heaps_are_found_in_counts():
    rng = np.random.default_rng(5)
    alone = rng.uniform(0, 730, 60)
    raids = np.clip(np.repeat(rng.uniform(0, 730, 20), 3) - rng.uniform(0, 5, 60), 0, None)
    weighed = []
    for ages in (alone, raids):
        places = [{int(piece)} for piece in np.arange(60) // 3 % 5]
        found = estimated(counts(5, places, [(age, age) for age in ages]), Fixed(half_life_days=np.inf))
        weighed.append(float(found.dispersion[0] @ found.dispersion[1]))
    assert weighed[0] < 1.3
    assert weighed[1] > 2.0


def test_the_parts_of_a_value_sum_to_it(rn1, events, ledger):
    risk = corridor_risk(rn1, events, as_of=DAY, ledger=ledger)
    for _, row in risk.iterrows():
        parts = explain(risk, row["name"])
        stated = row["last_rate"] if row["info"] == Info.SILENT else row["rate"]
        assert parts["adds"].sum() == pytest.approx(stated, rel=1e-9)
        assert parts["share"].sum() == pytest.approx(1.0)
        assert parts["weight"].sum() == pytest.approx(row["events_used"])
        assert (parts["event_id"] == PRIOR).sum() == 1
    assert "2024-10-03-pont-sonde" in set(explain(risk, "Pont-Sondé")["event_id"])


def test_explain_says_what_it_needs(rn1, events):
    risk = corridor_risk(rn1, events, as_of=DAY)
    with pytest.raises(ModelError, match="Pont-Sondé"):
        explain(risk, "Nowhere")
    bare = risk.copy()
    bare.attrs.clear()
    with pytest.raises(ModelError, match="no shares"):
        explain(bare, "Pont-Sondé")


def test_intervals_lie_in_one_another(rn1, events):
    for model in (RiskModel(), FIXED):
        risk = corridor_risk(rn1, events, as_of=DAY, model=model)
        known = risk[risk["info"] != Info.SILENT]
        assert len(known) > 5
        ends = known[["lo95", "lo80", "lo50", "hi50", "hi80", "hi95"]].to_numpy()
        assert (np.diff(ends, axis=1) > 0).all()
        assert (known["rate"] > 0).all()


@settings(max_examples=8)
@given(
    places=st.lists(st.sets(st.integers(0, 3), min_size=1, max_size=3), max_size=8),
    extra=st.sets(st.integers(0, 3), min_size=1, max_size=4),
    ages=st.tuples(st.floats(0, 700), st.floats(0, 100)),
)
def test_one_more_event_moves_no_end_of_an_interval_down(places, extra, ages):
    fixed = Fixed(90.0, 1.0, Prior(0.05, 0.5))
    before = estimated(counts(4, places), fixed)
    age = [*[(0.0, 0.0)] * len(places), (ages[0], sum(ages))]
    after = estimated(counts(4, [*places, extra], age), fixed)
    low, high = ends(before), ends(after)
    for name in LEVELS:
        assert (high[name] >= low[name] * (1 - 1e-2)).all()  # the ends are read off draws
    assert (after.mean >= before.mean - 1e-12).all()


def test_a_month_may_be_any_of_its_days(artibonite, rn1):
    row = one_stretch(day=dt.date(2024, 9, 1), low=97_000, high=106_000, date_end="2024-09-30", date_precision=3)
    used = corridor_risk(rn1, table(artibonite, [row]), as_of=DAY, model=FIXED)["events_used"].sum()
    ages = np.linspace(15, 44, 10_000)
    assert used == pytest.approx(np.power(0.5, ages / 90).mean(), rel=1e-3)


def test_pieces_may_be_some_of_the_road_in_any_order(rn1, events):
    every = rn1.stretches()
    some = every.iloc[[12, 3, 8]]
    a = corridor_risk(rn1, events, as_of=DAY, model=FIXED, pieces=some)
    b = corridor_risk(rn1, events, as_of=DAY, model=FIXED).iloc[[12, 3, 8]].reset_index(drop=True)
    columns = ["name", "rate", "events_used", "n_events", "newest_report", "info"]
    assert_frame_equal(pd.DataFrame(a[columns]), pd.DataFrame(b[columns]))
    twice = pd.concat([some, some.iloc[:1]])
    with pytest.raises(ModelError, match="overlap"):
        corridor_risk(rn1, events, as_of=DAY, pieces=twice)


def test_no_pieces_no_rows(rn1, events):
    none = corridor_risk(rn1, events, as_of=DAY, pieces=rn1.stretches().iloc[:0])
    assert len(none) == 0
    assert list(none.columns) == list(RISK.names)


def test_a_rise_is_seen_and_a_steady_rate_is_not(artibonite, rn1):
    ends = dict(zip(("low", "high"), between(rn1), strict=True))
    # Somebody tells of a protest every month, so that the whole time is observed.
    told = [one_stretch(day=DAY - dt.timedelta(days=30 * i), kind="protest", **ends) for i in range(24)]
    rose = [one_stretch(day=DAY - dt.timedelta(days=8 * i), **ends) for i in range(11)]
    old = [one_stretch(day=DAY - dt.timedelta(days=200 + 90 * i), **ends) for i in range(6)]
    model = RiskModel(dispersion=1.0)
    risk = corridor_risk(rn1, table(artibonite, told + rose + old), as_of=DAY, model=model).set_index("name").loc[WAY]
    assert risk["p_rose"] > 0.95
    assert risk["recent_rate"] > 2 * risk["earlier_rate"]
    steady = [one_stretch(day=DAY - dt.timedelta(days=20 * i + 5), **ends) for i in range(36)]
    risk = corridor_risk(rn1, table(artibonite, told + steady), as_of=DAY, model=model).set_index("name").loc[WAY]
    assert 0.2 < risk["p_rose"] < 0.8


def test_p_rose_by_drawing():
    """The Beta integral against a million draws around the rate of the whole time."""
    ages = [(10.0, 10.0)] * 4 + [(100.0, 100.0)]
    found = estimated(counts(2, [{0}] * 5, ages), Fixed(np.inf, 1.0, Prior(0.1, 0.7)))
    rng = np.random.default_rng(3)
    usual = (0.7 + 5) / (0.7 / (0.1 * 10) + MONTHS)
    span = 90 / DAYS_PER_MONTH
    late, early = (rng.gamma(2.0 + n, size=10**6) / (2.0 / usual + span) for n in (4, 1))
    assert found.trend.p_rose()[0] == pytest.approx((late > early).mean(), abs=2e-3)
    assert found.trend.p_rose()[1] == pytest.approx(0.5)


# -- the laws of observed time, of cutting, and of whole trips ---------------------


@settings(max_examples=6)
@example(
    rows=[(dt.date(2023, 1, 1), 0.0, 100.0, "road_ambush")] * 2 + [(dt.date(2024, 5, 1), 0.0, 100.0, "road_ambush")],
    later=1,
)
@example(rows=[(dt.date(2024, 5, 1), 0.0, 100.0, "protest")], later=7)
@given(rows=event_rows, later=st.integers(1, 400))
def test_silence_lowers_no_rate(artibonite, rn1, rows, later):
    """With no new report of any kind no stated rate falls as the day moves on, and no interval shrinks."""
    events = made(artibonite, [(day, low, length, kind) for day, low, length, kind in rows])
    now = corridor_risk(rn1, events, as_of=DAY)
    then = corridor_risk(rn1, events, as_of=DAY + dt.timedelta(days=later))
    both = now["rate"].notna() & then["rate"].notna()
    assert (then["rate"][both] >= now["rate"][both] * (1 - 1e-9)).all()
    # A mixture of Gammas of one mean each: its ends move by a little either way (by 2.2 % in the example above).
    assert (then["hi80"] - then["lo80"])[both].ge((now["hi80"] - now["lo80"])[both] * 0.975).all()
    gone = now["rate"].notna() & then["rate"].isna()
    assert (then["info"][gone] == Info.SILENT).all()
    assert (then["last_rate"][gone] >= now["rate"][gone] * (1 - 1e-9)).all()


def test_the_embedded_reports_do_not_calm_after_they_end(rn1, events, ledger):
    """What the first estimator did: 1 in 150 days at the end of the data, 1 in 2,167 half a year later."""
    last = None
    for day in ("2026-04-30", "2026-07-31", "2026-12-31"):
        risk = corridor_risk(rn1, events, as_of=day, ledger=ledger)
        rate = risk["rate"].fillna(risk["last_rate"])
        if last is not None:
            assert (rate >= last * (1 - 1e-9)).all()
        last = rate
    assert (risk["info"] == Info.SILENT).all()
    assert not any(trip["expected"] for trip in risk.attrs["trips"])
    # A last estimate stands where somebody once told of most of the way; of the others it would be that of other road.
    assert [bool(trip["last_expected"]) for trip in risk.attrs["trips"]] == [False, True, False]


@settings(max_examples=6)
@given(rows=event_rows, length=st.floats(500, 60_000))
def test_cutting_changes_nothing(artibonite, rn1, rows, length):
    """Expected incidents of a way are the same however it is cut."""
    told = made(artibonite, rows)
    way = rn1.stretch("Saint-Marc", "Gonaïves")
    cut = np.unique(np.r_[np.arange(way.from_m, way.to_m, length), way.to_m])
    cut = cut[np.r_[True, np.diff(cut) > 1.0]]
    cut[-1] = way.to_m
    one = gpd.GeoDataFrame(
        {"lixel_id": "way", "corridor_id": "rn1", "from_m": [way.from_m], "to_m": [way.to_m]},
        geometry=[way.geometry], crs=rn1.crs,
    )  # fmt: skip
    many = gpd.GeoDataFrame(
        {"lixel_id": [f"p{i}" for i in range(len(cut) - 1)], "corridor_id": "rn1", "from_m": cut[:-1], "to_m": cut[1:]},
        geometry=[rn1.piece(low, high) for low, high in pairwise(cut)], crs=rn1.crs,
    )  # fmt: skip
    sums = []
    for pieces in (one, many):
        risk = corridor_risk(rn1, told, as_of=DAY, pieces=pieces)
        rate = risk["rate"].fillna(risk["last_rate"])
        sums.append(float((rate * (risk["to_m"] - risk["from_m"]) / 1000).sum()))
    assert sums[1] == pytest.approx(sums[0], rel=1e-6)
    trip = trip_risk(rn1, "Saint-Marc", "Gonaïves", told, as_of=DAY)
    stated = trip.expected if trip.known else trip.last_expected
    if stated is not None:
        assert sums[0] == pytest.approx(stated, rel=1e-6)
    else:
        # Nobody ever told of half of the way: then most of its pieces are silent too.
        risk = corridor_risk(rn1, told, as_of=DAY)
        way_pieces = risk[(risk["from_m"] < way.to_m) & (risk["to_m"] > way.from_m)]
        assert (way_pieces["info"] == Info.SILENT).any()


def test_a_trip_is_the_sum_of_its_way(rn1, events, ledger):
    trips = [TripRisk.from_dict(one) for one in corridor_risk(rn1, events, as_of=DAY, ledger=ledger).attrs["trips"]]
    assert [trip.name for trip in trips] == [
        "Port-au-Prince – Saint-Marc", "Saint-Marc – Gonaïves", "Gonaïves – Cap-Haïtien",
    ]  # fmt: skip
    trip = trip_risk(rn1, "Gonaïves", "Saint-Marc", events, as_of=DAY, ledger=ledger)
    assert trip == trips[1]
    assert trip.lo95 < trip.lo80 < trip.expected < trip.hi80 < trip.hi95
    # At least one in a day: the mean over draws of one less the chance of none, at most the expected number.
    assert 0.9 * trip.expected / DAYS_PER_MONTH < trip.chance < trip.expected / DAYS_PER_MONTH
    assert trip.happened is None


def test_a_stated_share_is_worked_in(rn1, events, ledger):
    """Where every day was watched all that is missing is missing from the rate; else a part of it never was in it."""
    share = am.ReportedShare(40, 60, "a count of our own")
    for model, times in (
        (RiskModel(reported_share=share, observation="whole"), 2.5),
        (RiskModel(reported_share=share), 1),
    ):
        trip = trip_risk(rn1, "Saint-Marc", "Gonaïves", events, as_of=DAY, ledger=ledger, model=model)
        assert trip.happened >= trip.expected
        assert trip.happened == pytest.approx(times * trip.expected, rel=0.1) or times == 1
        assert trip.happened < 2.7 * trip.expected
        risk = corridor_risk(rn1, events, as_of=DAY, ledger=ledger, model=model)
        known = risk["rate"].notna()
        assert (risk["happened_rate"][known] >= risk["rate"][known]).all()
        assert risk["happened_rate"][~known].isna().all()
    with pytest.raises(ModelError, match="source"):
        am.ReportedShare(40, 60, " ")


# -- observed time ----------------------------------------------------------------


def watched(ages, *, steps=73) -> Observation:
    piece, age = np.array([(p, a) for p, own in enumerate(ages) for a in own], dtype=float).reshape(-1, 2).T
    middle = 5_000.0 + 10_000.0 * np.arange(len(ages))
    return observe(piece.astype(np.int64), age, middle, np.full(len(ages), 5_000.0), steps=steps)


def test_steady_reports_leave_nothing_unobserved():
    found = watched([np.arange(0, 730, 25.0)] * 6)
    assert found.share.min() > 0.9
    assert found.silence_days.max() < 20


def test_a_long_gap_is_not_observed():
    steady = np.arange(0, 730, 20.0)
    gap = np.r_[np.arange(0, 200, 20.0), np.arange(500, 730, 20.0)]
    found = watched([steady] * 5 + [gap])
    middle = (np.arange(73) + 0.5) * STEP_DAYS
    assert found.share[5][(middle > 280) & (middle < 420)].max() < 0.3
    assert found.share[5][middle < 180].min() > 0.9
    assert found.share[0].min() > 0.9


def test_observed_time_against_every_state_counted_out():
    """The closed form against a hidden Markov chain stepped by tenths of a day, on one node of the grid."""
    leave, come, rate = np.array([1 / 90]), np.array([1 / 60]), np.array([1 / 20])
    ages, start = np.array([15.0, 40.0, 130.0, 150.0]), 200.0
    step = 0.1
    number = int(start / step)
    told = np.isin(np.arange(number), np.round(ages / step).astype(int))
    forward, backward = np.zeros((number, 2)), np.ones((number, 2))
    stay = np.array([[1 - leave[0] * step, leave[0] * step], [come[0] * step, 1 - come[0] * step]])
    seen = np.where(told[:, None], [rate[0] * step, 0.0], [1 - rate[0] * step, 1.0])
    state = np.array([come[0], leave[0]]) / (leave[0] + come[0])
    for i in range(number):
        state = (state @ stay if i else state) * seen[i]
        state /= state.sum()
        forward[i] = state
    for i in range(number - 2, -1, -1):
        backward[i] = stay @ (seen[i + 1] * backward[i + 1])
        backward[i] /= backward[i].sum()
    both = forward * backward
    exact = (both / both.sum(axis=1, keepdims=True))[:, 0]
    middle = np.array([5.0, 25.0, 60.0, 85.0, 120.0, 140.0, 180.0])
    found = _at(_Chains(leave, come, rate), np.array([0]), ages, middle, start)[0]
    assert found == pytest.approx(exact[np.round(middle / step).astype(int)], abs=5e-3)


def test_without_reports_nothing_is_observed():
    found = watched([[], []])
    assert found.share.sum() == 0
    assert found.ahead(30).sum() == 0


def test_a_table_for_each_kind(rn1, events):
    tables = corridor_risk_by_kind(rn1, events, as_of=DAY, model=FIXED)
    assert set(tables) == set(FIXED.kinds)
    whole = corridor_risk(rn1, events, as_of=DAY, model=FIXED)
    assert sum(one["events_used"] for one in tables.values()).to_numpy() == pytest.approx(
        whole["events_used"].to_numpy()
    )


def test_a_change_of_sources_is_told(rn1, events, ledger):
    risk = corridor_risk(rn1, events, as_of=DAY, ledger=ledger)
    assert risk.attrs["publishers"][0] > risk.attrs["publishers"][1]
    assert set(risk["caution"]) == {"sources_changed"}
    assert corridor_risk(rn1, events, as_of=DAY)["caution"].isna().all()


def test_coverage_by_period_and_source(rn1, events, ledger):
    table = am.report_coverage(rn1, events, ledger, as_of=DAY, periods=6)
    assert set(zip(table["name"], table["period_to"], strict=True)) == {
        (name, DAY_ - pd.Timedelta(days=30 * i)) for name in rn1.stretches()["name"] for i in range(6)
    }
    silent = table[table["source"].isna()]
    assert (silent["reports"] == 0).all()
    risk = corridor_risk(rn1, events, as_of=DAY, ledger=ledger).set_index("name")
    heard = table[(table["period_to"] == DAY_) & (table["reports"] > 0)].groupby("name")["source"].nunique()
    assert set(heard.index) <= set(risk.index[risk["info"] != Info.SILENT])
    with pytest.raises(ModelError, match="period_days"):
        am.report_coverage(rn1, events, ledger, as_of=DAY, period_days=0)


DAY_ = pd.Timestamp(DAY)


def placed_one_by_one(found: Counts, numbers: EventNumbers, sweep: int, sweeps: int, rates: np.ndarray) -> np.ndarray:
    """Undiscounted counts by chain and piece, each event placed by itself from its own numbers."""
    out = np.zeros((numbers.chains, len(found.length_km)))
    for event, seed in enumerate(found.seeds):
        mine = found.row == event
        where, chosen, _ = numbers.uniform(int(seed), 3, sweeps)[:, sweep]
        for chain in range(numbers.chains):
            weight = found.share[mine] * (rates[chain, found.piece[mine]] if found.leans[event] else 1.0)
            if where[chain] < found.share[mine].sum():
                at = np.searchsorted(weight.cumsum(), chosen[chain] * weight.sum(), side="right")
                out[chain, found.piece[mine][at]] += 1
    return out


@pytest.mark.parametrize("events", [3, 40, 150, 300])
def test_events_in_blocks_lie_where_each_by_itself_would(events):
    rng = np.random.default_rng(events)
    touched = [set(rng.choice(9, size=rng.integers(1, 6), replace=False).tolist()) for _ in range(events)]
    first = rng.integers(0, 700, events).astype(float)
    days = [(one, one + (7.0 if one % 5 == 0 else 0.0)) for one in first]
    found = counts(9, touched, ages=days)
    found = replace(
        found, share=found.share * rng.uniform(0.2, 1.0, len(found.row)), seeds=np.arange(events) + 11,
        leans=rng.random(events) < 0.8,
    )  # fmt: skip
    time, lives, life, numbers = TimeSteps(found), np.array([np.inf]), np.zeros(8, dtype=np.int64), EventNumbers(5, 8)
    faded = np.ones((1, len(found.row)))
    placing = EventsOnPieces(found, time, lives, life, faded, trend_days=90, numbers=numbers, sweeps=3)
    rates = rng.gamma(1.0, size=(8, 9))
    placing.rates[:-1] = rates.T
    drawn, recent, earlier = placing.draw(2)
    assert drawn == pytest.approx(placed_one_by_one(found, numbers, 2, 3, rates))
    assert (recent + earlier <= drawn + 1e-9).all()
    placed, adds = np.zeros((2, np.count_nonzero(placing.open) + 1))
    placing.expected(np.ones((9, 8)), placed, adds)
    whole = np.bincount(found.row, weights=found.share)
    told = found.share.copy()
    told[placing.open] = placed[:-1]
    assert np.bincount(found.row, weights=told) == pytest.approx(whole)
    assert adds == pytest.approx(placed)


def test_numbers_of_an_event_hang_on_no_other_event():
    numbers = EventNumbers(1, 4)
    tables, at = numbers.of(np.array([7, 9, 12]), 2)
    before = [table[at[1]].copy() for table in tables]
    tables, at = numbers.of(np.array([9, 3, 5, 9]), 2)
    assert all(
        (table[at[0]] == was).all() and (table[at[3]] == was).all() for table, was in zip(tables, before, strict=True)
    )
    numbers.forget()
    tables, at = numbers.of(np.array([9]), 2)
    assert all((table[at[0]] == was).all() for table, was in zip(tables, before, strict=True))


def test_numbers_of_very_many_events_are_the_same_but_for_their_digits():
    many = np.arange(8_200)
    coarse, at = EventNumbers(1, 1).of(many, 1)
    fine, here = EventNumbers(1, 1).of(many[:50], 1)
    assert coarse[0].dtype == np.uint16
    for table, other in zip(coarse, fine, strict=True):
        assert (table[at[:50]] == other[here] >> 16).all()

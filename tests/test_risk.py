"""The rate, against hand calculation, an independent quantile, and its laws."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
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
from artimap.risk.estimate import corridor_risk, corridor_risk_by_kind
from artimap.risk.explain import PRIOR, explain
from artimap.risk.model import RiskModel
from artimap.risk.posterior import LEVELS, Counts, Decay, Prior, posterior, quantiles
from artimap.risk.severity import SEVERITY, severity
from artimap.roads.corridor import Corridor
from artimap.roads.event_spread import Reach

DAY = dt.date(2024, 10, 15)
FIXED = RiskModel(prior_rate=0.02)


def table(area, rows) -> gpd.GeoDataFrame:
    base = {
        "record": "event", "date_precision": 1, "kind": "road_ambush", "alleged_gang_dead": "no", "geo_precision": 1,
        "n_claims": 1, "n_sources": 1, "sensitivity": "low", "licence": "x", "place_kind": "stretch", "road_id": "rn1",
    }  # fmt: skip
    full = [{**base, "event_id": f"e{i}", "date_end": row["date_start"], **row} for i, row in enumerate(rows)]
    names = [name for name in EVENTS.names if name != "geometry"]
    return schema.conform(place_rows(pd.DataFrame(full, columns=names), area), EVENTS)


def one_stretch(day=DAY, low=94_850.8, high=107_752.4, **more):
    return {"date_start": day.isoformat(), "from_m": low, "to_m": high, **more}


def test_one_fresh_event_by_hand(artibonite, rn1):
    """One event today, all on one stretch; the formula written out and scipy's own quantile."""
    stretch = rn1.stretch("Saint-Marc", "Pont-Sondé")
    events = table(artibonite, [one_stretch(low=stretch.from_m + 1, high=stretch.to_m - 1)])
    risk = corridor_risk(rn1, events, as_of=DAY, model=FIXED).set_index("name")
    row = risk.loc["Saint-Marc – Pont-Sondé"]
    days = (1 - 0.5 ** (730 / 90)) * 90 / np.log(2)
    exposure = stretch.length_m / 1000 * days / DAYS_PER_MONTH
    correction = (1 + 0.5 ** (730 / 90)) / 2
    shape, rate = 0.5 + 1 / correction, 0.5 / 0.02 + exposure / correction
    assert row["events_used"] == pytest.approx(1.0)
    assert row["rate"] == pytest.approx(shape / rate)
    assert row["lo80"] == pytest.approx(stats.gamma.ppf(0.1, shape, scale=1 / rate))
    assert row["hi80"] == pytest.approx(stats.gamma.ppf(0.9, shape, scale=1 / rate))
    others = risk.drop(index="Saint-Marc – Pont-Sondé")
    assert (others["events_used"] == 0).all()


def test_half_life(artibonite, rn1):
    events = table(artibonite, [one_stretch(day=DAY - dt.timedelta(days=90), low=95_000, high=107_000)])
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
    risk = corridor_risk(rn1, table(artibonite, rows), as_of=DAY)
    assert sum(risk.attrs["tally"].values()) == 5
    assert risk["events_used"].sum() == pytest.approx(1.0)


def test_silence_is_its_own_answer(artibonite, rn1):
    risk = corridor_risk(rn1, table(artibonite, []), as_of=DAY)
    assert set(risk["info"]) == {Info.SILENT}
    assert risk["band"].isna().all()
    assert risk["last_event"].isna().all()


def test_a_protest_breaks_the_silence_but_is_no_incident(artibonite, rn1):
    stretch = rn1.stretch("Saint-Marc", "Pont-Sondé")
    rows = [one_stretch(low=stretch.from_m + 1, high=stretch.to_m - 1, kind="protest")]
    risk = corridor_risk(rn1, table(artibonite, rows), as_of=DAY).set_index("name")
    assert risk.loc["Saint-Marc – Pont-Sondé", "info"] == Info.QUIET
    assert pd.isna(risk.loc["Saint-Marc – Pont-Sondé", "band"])


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
    assert risk["rate"].idxmax() == "Pont-Sondé – Carrefour Paye"
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
    assert (after["rate"] >= before["rate"] - 1e-12).all()


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
    numbers = ["rate", "lo80", "hi80", "events_used", "info", "days_since"]
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


def counts(exposure, places, ages=None, *, leans=True) -> Counts:
    """Events, each over the pieces of its set in equal shares, all of it on the road."""
    row = np.repeat(np.arange(len(places)), [len(place) for place in places])
    piece = np.array([one for place in places for one in sorted(place)], dtype=np.int64)
    share = np.array([1 / len(place) for place in places for _ in place])
    newest, oldest = np.array(ages or [(0.0, 0.0)] * len(places), dtype=float).reshape(-1, 2).T
    lean = np.full(len(places), leans)
    return Counts(np.full(exposure[0], exposure[1]), row, piece, share, newest, oldest, lean, np.arange(len(places)))


DECAY = Decay(90.0, 730.0, 90.0)


def test_hyperparameters_are_integrated_as_a_fine_grid_says():
    """Exact events: the posterior mean against the integral over a far finer grid, written out with scipy."""
    y = np.array([0, 0, 1, 3, 0, 6])
    places = [{piece} for piece, n in enumerate(y) for _ in range(n)]
    found = posterior(counts((6, 50.0), places), DECAY)
    exposure, k = 50.0 / DECAY.correction, y / DECAY.correction
    a, m = np.meshgrid(np.geomspace(0.15, 16, 200), np.geomspace(1e-4, 10, 400), indexing="ij")
    b = a / m
    log = 0.5 * np.log(a) - 1.5 * np.log1p(a) + np.log(m)
    for one in k:
        log += special.gammaln(a + one) - special.gammaln(a) + a * np.log(b) - (a + one) * np.log(b + exposure)
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    exact = [(weight * (a + one) / (b + exposure)).sum() for one in k]
    assert found.rate == pytest.approx(exact, rel=0.03)
    tail = [
        (weight * stats.gamma.cdf(found.bounds["hi80"][i], a + k[i], scale=1 / (b + exposure))).sum() for i in range(6)
    ]
    assert tail == pytest.approx([0.9] * 6, abs=0.015)


def test_a_vague_event_goes_where_the_rates_say():
    """Two pieces, one with many events: an event on either of them is more likely there; a place does not lean."""
    places = [{0}] * 8 + [{0, 1}]
    share = posterior(counts((2, 20.0), places), DECAY).placed[-2:]
    assert share.sum() == pytest.approx(1.0)
    assert share[0] > 0.75
    even = posterior(counts((2, 20.0), places, leans=False), DECAY).placed[-2:]
    assert even == pytest.approx([0.5, 0.5])


def test_placing_against_every_possibility_counted_out():
    """Three vague events on two pieces: all eight ways by hand, over a grid of priors; without discounting."""
    flat = Decay(1e7, 730.0, 90.0)
    found = posterior(counts((2, 20.0), [{0}, {0}, {0, 1}, {0, 1}, {0, 1}]), flat)
    a, m = np.meshgrid(np.geomspace(0.15, 16, 60), np.geomspace(1e-4, 10, 200), indexing="ij")
    b, weight, mean = a / m, 0.0, 0.0
    prior = 0.5 * np.log(a) - 1.5 * np.log1p(a) + np.log(m)
    for z in np.ndindex(2, 2, 2):
        n = (2 + z.count(0), z.count(1))
        log = prior + 2 * a * np.log(b)
        for one in n:
            log = log + special.gammaln(a + one) - special.gammaln(a) - (a + one) * np.log(b + 20.0)
        p = np.exp(log).sum()
        weight, mean = weight + p, mean + p * z.count(0) / 3
    assert found.placed[[2, 4, 6]] == pytest.approx([mean / weight] * 3, abs=0.02)


def test_the_parts_of_a_value_sum_to_it(rn1, events, ledger):
    risk = corridor_risk(rn1, events, as_of=DAY, ledger=ledger)
    for _, row in risk.iterrows():
        parts = explain(risk, row["name"])
        assert parts["adds"].sum() == pytest.approx(row["rate"], rel=1e-9)
        assert parts["share"].sum() == pytest.approx(1.0)
        assert parts["weight"].sum() == pytest.approx(row["events_used"])
        assert (parts["event_id"] == PRIOR).sum() == 1
    assert "2024-10-03-pont-sonde" in set(explain(risk, "Pont-Sondé – Carrefour Paye")["event_id"])


def test_explain_says_what_it_needs(rn1, events):
    risk = corridor_risk(rn1, events, as_of=DAY)
    with pytest.raises(ModelError, match="Pont-Sondé – Carrefour Paye"):
        explain(risk, "Nowhere")
    bare = risk.copy()
    bare.attrs.clear()
    with pytest.raises(ModelError, match="no shares"):
        explain(bare, "Pont-Sondé – Carrefour Paye")


def test_intervals_lie_in_one_another(rn1, events):
    for model in (RiskModel(), FIXED):
        risk = corridor_risk(rn1, events, as_of=DAY, model=model)
        ends = risk[["lo95", "lo80", "lo50", "hi50", "hi80", "hi95"]].to_numpy()
        assert (np.diff(ends, axis=1) > 0).all()
        assert (risk["rate"] > 0).all()


@settings(max_examples=8)
@given(
    places=st.lists(st.sets(st.integers(0, 3), min_size=1, max_size=3), max_size=8),
    extra=st.sets(st.integers(0, 3), min_size=1, max_size=4),
    ages=st.tuples(st.floats(0, 700), st.floats(0, 100)),
)
def test_one_more_event_moves_no_end_of_an_interval_down(places, extra, ages):
    prior = Prior(0.05, 0.5)
    before = posterior(counts((4, 30.0), places), DECAY, prior=prior)
    age = [*[(0.0, 0.0)] * len(places), (ages[0], sum(ages))]
    after = posterior(counts((4, 30.0), [*places, extra], age), DECAY, prior=prior)
    for name in LEVELS:
        assert (after.bounds[name] >= before.bounds[name] * (1 - 1e-3)).all()  # the ends are read off draws
    assert (after.rate >= before.rate - 1e-12).all()


def test_quantiles_of_one_gamma_are_exact():
    found = quantiles(np.full((10, 2), 1.5), np.full((10, 2), 30.0), LEVELS, rng=np.random.default_rng(0))
    for name, level in LEVELS.items():
        assert found[name] == pytest.approx([stats.gamma.ppf(level, 1.5, scale=1 / 30)] * 2)


@settings(max_examples=25)
@given(newest=st.floats(0, 800), span=st.floats(0.5, 400), half=st.floats(5, 2000))
def test_mean_weight_is_the_mean_over_the_days(newest, span, half):
    decay = Decay(half, 730.0, 90.0)
    days = newest + (np.arange(20_000) + 0.5) / 20_000 * span
    assert decay.mean_weight(np.array([newest]), np.array([newest + span]))[0] == pytest.approx(
        decay.weight(days).mean(), abs=1e-4
    )


def test_a_month_may_be_any_of_its_days(artibonite, rn1):
    row = one_stretch(day=dt.date(2024, 9, 1), low=95_000, high=107_000, date_end="2024-09-30", date_precision=3)
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
    stretch = rn1.stretch("Saint-Marc", "Pont-Sondé")
    ends = {"low": stretch.from_m + 1, "high": stretch.to_m - 1}
    rose = [one_stretch(day=DAY - dt.timedelta(days=5 * i), **ends) for i in range(8)]
    risk = corridor_risk(rn1, table(artibonite, rose), as_of=DAY).set_index("name").loc["Saint-Marc – Pont-Sondé"]
    assert risk["p_rose"] > 0.95
    assert risk["recent_rate"] > 3 * risk["earlier_rate"]
    steady = [one_stretch(day=DAY - dt.timedelta(days=20 * i + 5), **ends) for i in range(9)]
    risk = corridor_risk(rn1, table(artibonite, steady), as_of=DAY).set_index("name").loc["Saint-Marc – Pont-Sondé"]
    assert 0.2 < risk["p_rose"] < 0.8


def test_p_rose_by_drawing():
    """The Beta integral against a million draws."""
    places = [{0}] * 5
    found = posterior(counts((2, 30.0), places, [(10.0, 10.0)] * 4 + [(100.0, 100.0)]), DECAY, prior=Prior(0.1, 0.7))
    rng = np.random.default_rng(3)
    assert found.p_rose[0] == pytest.approx(
        (rng.gamma(0.7 + 4, size=10**6) > rng.gamma(0.7 + 1, size=10**6)).mean(), abs=2e-3
    )
    assert found.p_rose[1] == pytest.approx(0.5)


def test_a_table_for_each_kind(rn1, events):
    model = RiskModel(prior_rate=0.02)
    tables = corridor_risk_by_kind(rn1, events, as_of=DAY, model=model)
    assert set(tables) == set(model.kinds)
    whole = corridor_risk(rn1, events, as_of=DAY, model=model)
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


def test_severity_has_its_thresholds_written_down():
    model = RiskModel()
    rates = [0.0, *model.band_rates]
    bands = [1 + sum(rate >= edge for edge in model.band_rates) for rate in rates]
    assert bands == [1, 2, 3, 4, 5]
    frame = pd.DataFrame({"info": ["silent", "quiet", *["reported"] * 5], "band": [None, None, *bands]})
    out = severity(frame)
    assert out["acaps"].tolist() == ["X", "0", "1", "2", "3", "4", "5"]
    assert out["ocha"].tolist()[1:] == ["low", "low", "low", "moderate", "high", "high"]
    assert pd.isna(out["ocha"].iloc[0])
    assert [one.band for one in SEVERITY] == list(range(6))
    with pytest.raises(ModelError, match="band"):
        severity(frame[["info"]])

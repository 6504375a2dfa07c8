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
from scipy import stats

import artimap as am
from artimap import schema
from artimap.corridor import Corridor
from artimap.errors import DateError, ModelError
from artimap.risk import DAYS_PER_MONTH, RiskModel, corridor_risk
from artimap.sources.placing import place_rows
from artimap.spreading import Reach
from artimap.vocab import EventKind, Info

DAY = dt.date(2024, 10, 15)
FIXED = RiskModel(prior_rate=0.02)


def table(area, rows) -> gpd.GeoDataFrame:
    base = {
        "record": "event", "date_precision": 1, "kind": "road_ambush", "alleged_gang_dead": "no", "geo_precision": 1,
        "n_claims": 1, "n_sources": 1, "sensitivity": "low", "licence": "x", "place_kind": "stretch", "road_id": "rn1",
    }  # fmt: skip
    full = [{**base, "event_id": f"e{i}", "date_end": row["date_start"], **row} for i, row in enumerate(rows)]
    names = [name for name in schema.EVENTS.names if name != "geometry"]
    return schema.conform(place_rows(pd.DataFrame(full, columns=names), area), schema.EVENTS)


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


@settings(max_examples=15)
@given(rows=event_rows, extra=st.tuples(days, st.floats(0, 240_000), st.floats(100, 9_000)))
def test_one_more_event_never_lowers_a_rate(artibonite, rn1, rows, extra):
    before = corridor_risk(rn1, made(artibonite, rows), as_of=DAY, model=FIXED)
    after = corridor_risk(rn1, made(artibonite, [*rows, (*extra, "abduction")]), as_of=DAY, model=FIXED)
    assert (after["rate"] >= before["rate"] - 1e-12).all()


@settings(max_examples=15)
@given(rows=event_rows, seed=st.integers(0, 1000))
def test_row_order_changes_nothing(artibonite, rn1, rows, seed):
    events = made(artibonite, rows)
    shuffled = events.sample(frac=1, random_state=seed).reset_index(drop=True)
    a = corridor_risk(rn1, events, as_of=DAY)
    b = corridor_risk(rn1, shuffled, as_of=DAY)
    assert_frame_equal(pd.DataFrame(a.drop(columns="geometry")), pd.DataFrame(b.drop(columns="geometry")), rtol=1e-9)


@settings(max_examples=15)
@given(rows=event_rows, weeks=st.integers(-200, 200))
def test_shifting_every_date_changes_nothing(artibonite, rn1, rows, weeks):
    shift = dt.timedelta(weeks=weeks)
    a = corridor_risk(rn1, made(artibonite, rows), as_of=DAY)
    b = corridor_risk(rn1, made(artibonite, [(d + shift, *rest) for d, *rest in rows]), as_of=DAY + shift)
    numbers = ["rate", "lo80", "hi80", "events_used", "info", "days_since"]
    assert_frame_equal(pd.DataFrame(a[numbers]), pd.DataFrame(b[numbers]))


@settings(max_examples=15)
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


def test_calibration_under_the_model():
    """With rates drawn from the prior and exact places, 80 % intervals cover about 80 %.

    The full study of coverage, with imprecise events, belongs to the finer estimator.
    """
    rng = np.random.default_rng(11)
    model = RiskModel(prior_rate=0.05, half_life_days=120)
    tau, c = model.decay
    covered = []
    for _ in range(1500):
        rate = rng.gamma(model.prior_shape, 0.05 / model.prior_shape)
        n = rng.poisson(rate * 40 * model.window_days / DAYS_PER_MONTH)
        y = (0.5 ** (rng.uniform(0, model.window_days, n) / model.half_life_days)).sum()
        exposure = 40 * tau / DAYS_PER_MONTH
        low, high = stats.gamma.ppf(
            [0.1, 0.9], model.prior_shape + y / c, scale=1 / (model.prior_shape / 0.05 + exposure / c)
        )
        covered.append(low <= rate <= high)
    assert 0.76 <= np.mean(covered) <= 0.86


def test_kinds_are_a_choice(artibonite, rn1):
    rows = [one_stretch(kind="protest")]
    model = RiskModel(kinds=frozenset({EventKind.PROTEST}))
    assert corridor_risk(rn1, table(artibonite, rows), as_of=DAY, model=model)["events_used"].sum() == pytest.approx(1)


def test_any_road_will_do(artibonite):
    road: Corridor = am.read_corridor(artibonite, "rn5")
    rows = [{"date_start": "2024-10-01", "road_id": "rn5", "from_m": 23_900.0, "to_m": 43_700.0}]
    risk = corridor_risk(road, table(artibonite, rows), as_of=DAY)
    assert risk["events_used"].sum() > 0.8

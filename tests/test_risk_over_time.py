"""Rates of several days at once: what each day alone gives, from nothing that came later."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from artimap.areas.geometries import place_rows
from artimap.core import schema
from artimap.core.dates import month_ends
from artimap.core.errors import DateError
from artimap.core.tables import EVENTS
from artimap.risk.coverage import Reports, RoadPieces, is_wide, tells_of
from artimap.risk.estimate import corridor_risk, corridor_risk_over_time
from artimap.risk.explain import Shares
from artimap.risk.model import RiskModel
from artimap.roads.event_spread import Reach

FIRST, LAST = dt.date(2023, 1, 1), dt.date(2024, 10, 15)


def plain(risk) -> pd.DataFrame:
    return pd.DataFrame(risk.to_wkb())


def said_by_hand(ledger, events, pieces, spreads, day):
    """Every report of a piece by a day, one claim at a time."""
    subjects, posts = ledger.subjects.reset_index(drop=True), ledger.posts.reset_index(drop=True)
    claims = [row for _, row in ledger.claims.iterrows() if row["reported"] <= pd.Timestamp(day)]
    rows = {row["event_id"]: row for _, row in events.iterrows() if row["date_start"] <= pd.Timestamp(day)}
    found = set()
    about = [(events, "event_id", "subject"), (subjects, "subject", "subject"), (posts, "claim_id", "claim_id")]
    for (table, key, of_claim), spread in zip(about, spreads, strict=True):
        for row, piece in zip(*tells_of(spread, pieces, wide=is_wide(table)), strict=True):
            name = table[key].iloc[row]
            if table is events and name not in rows:
                continue
            mine = [one for one in claims if one[of_claim] == name]
            for one in mine:
                source = one["source"] if pd.isna(one["origin"]) else one["origin"]
                report = one["claim_id"] if pd.isna(one["report_id"]) else one["report_id"]
                found.add((piece, one["reported"], source, report))
            if table is events and not mine:
                end = rows[name]["date_end"]
                end = rows[name]["date_start"] if pd.isna(end) else end
                found.add((piece, min(end, pd.Timestamp(day)), None, name))
    return found


@pytest.mark.parametrize("day", ["2019-06-30", "2023-04-30", "2024-10-15"])
def test_reports_by_a_day_one_claim_at_a_time(rn1, events, ledger, day):
    pieces = RoadPieces.of(rn1.stretches())
    tables = (events, ledger.subjects.reset_index(drop=True), ledger.posts.reset_index(drop=True))
    spreads = [rn1.spread(table, reach=Reach()) for table in tables]
    told = Reports.of(rn1, events, ledger, spread=spreads[0], pieces=pieces, reach=Reach()).by(
        dt.date.fromisoformat(day)
    )
    rows = told.astype({"source": object}).where(told.notna(), None).itertuples(index=False)
    assert not told.duplicated().any()
    assert {tuple(row) for row in rows} == said_by_hand(ledger, events, pieces, spreads, day)


def test_embedded_rates_are_those_of_each_day_alone(rn1, events, ledger):
    located = rn1.locate(events)
    days = [dt.date(2023, 4, 30), "2024-10-15", dt.date(2024, 10, 15), dt.date(2015, 1, 31)]
    together = corridor_risk_over_time(rn1, located, days=days, ledger=ledger)
    assert list(together) == [dt.date(2015, 1, 31), dt.date(2023, 4, 30), dt.date(2024, 10, 15)]
    for day, risk in together.items():
        alone = corridor_risk(rn1, located, as_of=day, ledger=ledger)
        assert_frame_equal(plain(risk), plain(alone), check_exact=True)
        for name in ("models", "as_of", "tally", "off_corridor", "publishers"):
            assert risk.attrs[name] == alone.attrs[name]
        assert Shares.of(risk.attrs["shares"]).adds.tolist() == Shares.of(alone.attrs["shares"]).adds.tolist()


kinds = st.sampled_from(["road_ambush", "protest", "abduction"])
event_rows = st.lists(st.tuples(st.dates(FIRST, LAST), st.floats(0, 240_000), st.integers(0, 60), kinds), max_size=8)


def made(area, rows):
    base = {
        "record": "event", "date_precision": 1, "alleged_gang_dead": "no", "geo_precision": 1, "n_claims": 1,
        "n_sources": 1, "sensitivity": "low", "licence": "x", "place_kind": "stretch", "road_id": "rn1",
    }  # fmt: skip
    full = [
        {
            **base, "event_id": f"e{i}", "date_start": day, "date_end": day + dt.timedelta(days=length), "kind": kind,
            "from_m": low, "to_m": low + 9_000,
        }
        for i, (day, low, length, kind) in enumerate(rows)
    ]  # fmt: skip
    names = [name for name in EVENTS.names if name != "geometry"]
    return schema.conform(place_rows(pd.DataFrame(full, columns=names), area), EVENTS)


@pytest.mark.exhaustive
@settings(max_examples=12)
@given(rows=event_rows, days=st.lists(st.dates(FIRST, LAST), min_size=1, max_size=3), fixed=st.booleans())
def test_a_day_knows_nothing_of_later_ones(artibonite, rn1, rows, days, fixed):
    """Each day of many gives what it gives alone, from a table that ends with it."""
    model = RiskModel(prior_rate=0.02 if fixed else None)
    events = made(artibonite, rows)
    together = corridor_risk_over_time(rn1, events, days=days, model=model)
    assert list(together) == sorted(set(days))
    for day, risk in together.items():
        until = events[events["date_start"] <= pd.Timestamp(day)]
        assert_frame_equal(plain(risk), plain(corridor_risk(rn1, until, as_of=day, model=model)), check_exact=True)


def test_progress_and_no_pieces(rn1, events):
    told = []
    days = month_ends("2024-09-30", "2024-10-15")
    corridor_risk_over_time(rn1, events, days=days, progress=lambda *n: told.append(n))
    assert told == [(1, 2), (2, 2)]
    none = corridor_risk_over_time(rn1, events, days=days, pieces=rn1.stretches().iloc[:0])
    assert [len(one) for one in none.values()] == [0, 0]
    assert corridor_risk_over_time(rn1, events, days=[]) == {}


@given(a=st.dates(dt.date(1999, 1, 1), dt.date(2040, 1, 1)), length=st.integers(0, 1500))
def test_month_ends_leave_no_month_out(a, length):
    b = a + dt.timedelta(days=length)
    days = month_ends(a, b)
    assert days[0] == a
    assert days[-1] == b
    every = {a + dt.timedelta(days=n) for n in range(length + 1)}
    ends = {day for day in every if (day + dt.timedelta(days=1)).day == 1}
    assert list(days) == sorted({a, b} | ends)


def test_a_period_that_ends_before_it_begins():
    with pytest.raises(DateError, match="the earlier day first"):
        month_ends("2024-10-15", "2024-08-15")

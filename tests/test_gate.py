"""The policy on the products: what it does to rows is done in map, report and briefing alike, and printed there."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import artimap as am
from artimap.claims.ledger import Ledger
from artimap.core import schema
from artimap.core.tables import CLAIMS, EVENTS
from artimap.core.vocab import Audience, Lang
from artimap.sharing.gate import gate
from artimap.sharing.policy import Access, Action, Rules, SharePolicy
from artimap.studies.study import brief

DAY = dt.date(2025, 6, 30)
WORDS = "Quarrel at the yellow mill of Deslandes"


def made(rn1, number=4, **own):
    """Events beside the road at Pont-Sondé; invented."""
    rows = [
        {
            "event_id": f"mill-{at}", "record": "event", "date_start": "2025-05-02", "date_end": "2025-05-02",
            "date_precision": 1, "kind": "road_ambush", "killed_low": 2, "alleged_gang_dead": False,
            "place": "Yellow mill", "place_kind": "place", "place_id": None, "geo_precision": 1,
            "n_claims": 1, "n_sources": 1, "sensitivity": "moderate", "licence": "own", "summary": WORDS,
            "geometry": rn1.point_at(107_800.0), **own,
        }
        for at in range(number)
    ]  # fmt: skip
    return schema.conform(gpd.GeoDataFrame(rows, geometry="geometry", crs=rn1.crs), EVENTS)


def said_of(events):
    rows = [
        {
            "claim_id": f"{one}-stated", "about": "event", "subject": one, "predicate": "stated", "value": WORDS,
            "claimant": "driver", "claimant_is_party": "no", "reported": "2025-05-03", "date_basis": "stated",
            "source": "own", "sensitivity": "low", "licence": "own", "place": "Yellow mill",
        }
        for one in events["event_id"]
    ]  # fmt: skip
    return schema.conform(pd.DataFrame(rows), CLAIMS)


@pytest.fixture
def ledger_of(ledger):
    def make(events):
        return Ledger(said_of(events), ledger.subjects.iloc[:0], ledger.posts.iloc[:0])

    return make


def products(artibonite, rn1, events, ledger, policy, audience="public", lang="en"):
    """Give the map's and the report's whole text."""
    risk = am.corridor_risk(rn1, rn1.locate(events), as_of=DAY)
    chart = am.briefing_map(
        artibonite, corridor=rn1, events=events, ledger=ledger, as_of=DAY, lang=lang, languages=(), audience=audience,
        policy=policy,
    )  # fmt: skip
    report = am.corridor_report(
        artibonite, corridor=rn1, risk=risk, events=events, ledger=ledger, as_of=DAY, lang=lang, audience=audience,
        policy=policy,
    )  # fmt: skip
    margin = " ".join(item.text for section in chart.page.furniture.margin for item in section.items)
    return margin, chart.html(), report.markdown(), report.html()


@pytest.mark.parametrize("blur_to", ["section", "commune", "radius"])
def test_blurred_events_lose_their_words_and_the_method_is_printed(artibonite, rn1, ledger_of, blur_to):
    events = made(rn1)
    policy = SharePolicy(blur_to=blur_to)
    margin, *texts = products(artibonite, rn1, events, ledger_of(events), policy)
    for text in texts:
        assert "yellow mill" not in text.lower()
        assert "mill-0" not in text
    assert "without their words: 4" in margin
    assert "without their words: 4" in texts[1]
    assert "about events held back or made less exact: 4" in texts[1]
    held = gate(events, ledger_of(events), audience=Audience.PUBLIC, area=artibonite, as_of=DAY, policy=policy)
    assert held.events_held.total == 0
    assert len(held.events) == 4
    spots = held.events.geometry.to_numpy()
    assert not (shapely.get_type_id(spots) == 0).any()
    assert shapely.contains(spots, events.geometry.to_numpy()).all()


def test_delayed_events_wait(artibonite, rn1, ledger_of):
    events = made(rn1)
    rules = Rules(moderate=Action.DELAY)
    early = SharePolicy(public=rules, public_delay_days=90)
    margin, _, report, _ = products(artibonite, rn1, events, ledger_of(events), early)
    for text in (margin, report):
        assert "too recent for this audience: 4" in text
        assert "only after 90 days" in text
    assert WORDS not in report
    late = replace(early, public_delay_days=30)
    assert "yellow mill" in products(artibonite, rn1, events, ledger_of(events), late)[2].lower()


def test_counted_events_are_printed_as_counts_of_k_and_more(artibonite, rn1, ledger_of):
    events = pd.concat([made(rn1, 4), made(rn1, 2, date_start="2025-04-01", date_end="2025-04-01")])
    events = events.assign(event_id=[f"mill-{at}" for at in range(6)]).reset_index(drop=True)
    policy = SharePolicy(public=Rules(moderate=Action.AGGREGATE))
    margin, _, report, _ = products(artibonite, rn1, events, ledger_of(events), policy)
    for text in (margin, report):
        assert "2025-05: 4 events, at least 8 killed" in text
        assert "2025-04" not in text
        assert "only counted: 4" in text
        assert "too few of their commune and month to be counted: 2" in text
    assert WORDS not in report


def test_licensed_rows_are_counted_only_where_they_can_be_cited(artibonite, rn1):
    events = made(rn1, sensitivity="low", licence="ACLED terms of use")
    ask = {"audience": Audience.PARTNERS, "area": artibonite, "as_of": DAY}
    without = gate(events, None, **ask)
    assert dict(without.events_held.reasons) == {"licensed": 4}
    assert not len(without.aggregates)
    cited = gate(events, None, **ask, accesses=(Access("ACLED", dt.date(2025, 6, 1), "Haiti"),))
    assert dict(cited.events_held.reasons) == {"counted": 4}
    assert any("4 events" in line for line in cited.method_words("en"))
    assert any("Accessed on 2025-06-01" in line for line in cited.method_words("en"))
    assert not len(cited.events)


@pytest.mark.parametrize("audience", list(Audience))
def test_every_row_is_accounted_for(artibonite, events, ledger, audience):
    done = gate(events, ledger, audience=audience, area=artibonite, as_of=DAY)
    assert len(done.events) + done.events_held.total == len(events)
    assert len(done.ledger.claims) + done.claims_held.total == len(ledger.claims)
    assert len(done.hidden) == done.claims_held.total
    if audience is Audience.INTERNAL:
        assert done.events is events
    else:
        assert "deployment" not in set(done.events["kind"])
        assert not set(done.ledger.claims["sensitivity"]) & {"high", "severe"}
        about = done.ledger.claims.query("about == 'event'")["subject"]
        assert set(about) <= set(done.events["event_id"])
        for lang in Lang:
            assert done.held_words(lang)


def test_command_report_and_manifest_say_the_same_numbers(artibonite, tmp_path):
    done = brief(artibonite, folder=tmp_path, as_of="2024-10-15", audience=Audience.PUBLIC)
    report = (tmp_path / "report.md").read_text(encoding="utf-8")
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    for line in (*done.gated.held_words("en"), *done.gated.method_words("en")):
        assert line in report
    assert manifest["held_back"]["events"] == dict(done.gated.events_held.reasons)
    assert manifest["held_back"]["statements"] == dict(done.gated.claims_held.reasons)
    assert manifest["method"] == list(done.gated.method_words("en"))

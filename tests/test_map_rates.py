"""The road on earlier days in the page: what is packed opens to what Python says of those days, and to no more."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import asdict, replace

import pandas as pd
import pytest

import artimap as am
from artimap.areas.area import ARTIBONITE
from artimap.core.errors import CrsError, ModelError
from artimap.core.i18n import format_day
from artimap.core.metadata import model_of
from artimap.core.schema import split_names
from artimap.core.vocab import Audience
from artimap.maps.briefing import briefing_map
from artimap.maps.fact_tables import stretches_sheet
from artimap.maps.thematic_layers import stretch_details, stretch_mark
from artimap.maps.timeline import risk_of_slider
from artimap.risk.model import EMBEDDED_SHARE, RiskModel
from artimap.risk.phrases import share_of
from artimap.studies.study import study
from tests.pagedata import block_in, data_in, opened, patched, plain

DAY = dt.date(2024, 10, 15)
SINCE = dt.date(2022, 10, 16)
DAYS = (SINCE, dt.date(2023, 6, 30), dt.date(2024, 4, 30))


@pytest.fixture(scope="module")
def made(rn1, events, ledger):
    known = events[events["date_start"] <= pd.Timestamp(DAY)]
    model = RiskModel(reported_share=EMBEDDED_SHARE)
    found = am.corridor_risk_over_time(rn1, rn1.locate(known), days=[*DAYS, DAY], model=model, ledger=ledger)
    return {"risk": found[DAY], "risk_over_time": found, "corridor": rn1, "events": events, "ledger": ledger}


@pytest.fixture(scope="module")
def chart(made):
    return briefing_map(ARTIBONITE, as_of=DAY, **made)


@pytest.fixture(scope="module")
def page(chart):
    return chart.html()


@pytest.mark.parametrize("lang", ["en", "fr", "ht"])
def test_each_day_opens_to_what_python_says_of_it(chart, page, made, rn1, lang):
    of_lang = next(one for one in (chart.page, *chart.others) if one.lang == lang)
    parts = json.loads(block_in(page, "earlier"))
    assert set(parts) == {"rates", "rates_en", "rates_fr", "rates_ht"}
    assert data_in(block_in(page, "data"))["rates"] == [day.isoformat() for day in DAYS]
    shared, spoken = opened(parts["rates"]), opened(parts[f"rates_{lang}"])
    assert len(shared["shown"]) == len(DAYS) + 1
    first = {one.key: plain(asdict(one)) for one in of_lang.details if one.key.startswith("stretch:")}
    rows = {row[0]: row for row in plain(stretches_sheet(made["risk"]).rows)}
    keys = frozenset(one.key.removeprefix("event:") for one in chart.page.details if one.key.startswith("event:"))
    said = {"en": "As of", "fr": "Au", "ht": "Jouk"}[lang]
    assert spoken["when"] == [f"{said} {format_day(day, lang)}" for day in DAYS]
    for day, shown in zip((*DAYS, DAY), shared["shown"], strict=True):
        ways = [(shared["states"][n], spoken["states"][n]) for n in shown]
        details = [patched(patched(first[one["key"]], one.get("detail")), told) for one, told in ways]
        share = share_of(model_of(made["risk"], RiskModel))
        wanted = stretch_details(made["risk_over_time"][day].to_dict("records"), rn1.ref, lang, keys, share=share)
        assert details == [plain(asdict(one)) for one in wanted]
        assert [patched(rows[one["key"]], one.get("row")) for one, _ in ways] == plain(
            stretches_sheet(made["risk_over_time"][day]).rows
        )
    # on the day of the map nothing differs
    assert all(set(shared["states"][n]) == {"key"} and not spoken["states"][n] for n in shared["shown"][-1])


def test_no_day_names_an_event_of_a_later_one(page, events):
    begun = dict(zip(events["event_id"], events["date_start"], strict=True))
    shared = opened(json.loads(block_in(page, "earlier"))["rates"])
    first = data_in(block_in(page, "data"))["details"]
    named = 0
    for day, shown in zip(DAYS, shared["shown"][:-1], strict=True):
        told = [shared["states"][n] for n in shown]
        details = [patched(first[one["key"]], one.get("detail")) for one in told]
        found = re.findall(r'"event:([^"]+)"', json.dumps([told, [one["links"] for one in details]]))
        named += len(found)
        assert all(begun[event_id] <= pd.Timestamp(day) for event_id in found)
    assert named


def test_the_geometry_is_not_repeated_and_the_page_stays_small(page, made):
    without = briefing_map(ARTIBONITE, as_of=DAY, **{**made, "risk_over_time": None}).html()
    assert block_in(without, "earlier") is None
    assert data_in(block_in(without, "data"))["rates"] == []
    assert len(page) - len(without) < 4_000 * len(DAYS)
    parts = [opened(one) for one in json.loads(block_in(page, "earlier")).values()]
    assert "coordinates" not in json.dumps(parts)
    assert parts[0]["shapes"] == []
    assert not [one for one in parts[0]["states"] if "feature" in one]


def test_a_page_without_a_slider_has_one_day(made):
    for none in (None, made["events"].iloc[:0]):
        page = briefing_map(ARTIBONITE, as_of=DAY, languages=(), **{**made, "events": none}).html()
        assert block_in(page, "earlier") is None
        assert data_in(block_in(page, "data"))["rates"] == []


def test_same_tables_same_bytes(page, made):
    assert briefing_map(ARTIBONITE, as_of=DAY, **made).html() == page


def test_the_legend_explains_the_marks_of_every_day(chart, made):
    (group,) = [one for one in chart.page.furniture.legend if one.layer == "corridor"]
    marks = {stretch_mark(row) for risk in made["risk_over_time"].values() for row in risk.to_dict("records")}
    assert {row.mark for row in group.rows} == marks


def test_days_that_the_slider_cannot_show_are_left_out_and_wrong_ones_told(made):
    risk, over_time = made["risk"], made["risk_over_time"]
    early = {dt.date(2021, 1, 31): over_time[SINCE], **over_time}
    for since, days in ((SINCE, DAYS), (dt.date(2023, 1, 1), DAYS), (dt.date(2023, 7, 1), DAYS[1:])):
        assert risk_of_slider(early, risk, since=since, as_of=DAY).days == days
    for wrong, why in (
        ({**over_time, dt.date(2024, 10, 16): risk}, "2024-10-16 lies after 2024-10-15"),
        ({DAYS[2]: over_time[DAYS[2]]}, "the first day is 2024-04-30"),
        ({SINCE: risk.iloc[1:]}, "other pieces of road"),
    ):
        with pytest.raises(ModelError, match=why):
            briefing_map(ARTIBONITE, as_of=DAY, **{**made, "risk_over_time": wrong})
    with pytest.raises(ModelError, match="give the table of 2024-10-15 as risk"):
        briefing_map(ARTIBONITE, as_of=DAY, **{**made, "risk": None})
    with pytest.raises(CrsError, match="risk_over_time of 2022-10-16"):
        briefing_map(ARTIBONITE, as_of=DAY, **{**made, "risk_over_time": {SINCE: risk.to_crs(4326)}})


def test_a_briefing_follows_the_days_and_names_only_what_its_audience_may_see():
    """An event that is held back is named on no day, and alone of its month and place it moves no rate (ADR 23)."""

    def named(tables):
        return {one for risk in tables.values() for ids in risk["event_ids"] for one in split_names(ids)}

    all_seen = study(ARTIBONITE, as_of="2023-01-31", audience=Audience.PARTNERS)
    every = all_seen.risk_over_time
    assert next(iter(every)) == dt.date(2021, 1, 31)
    assert list(every)[-1] == dt.date(2022, 12, 31)
    one = min(named(every))
    events = all_seen.gated.events
    held, shown = events[events["event_id"] == one], events[events["event_id"] != one]
    some = replace(all_seen, gated=replace(all_seen.gated, events=shown, withheld=held)).risk_over_time
    assert named(some) == named(every) - {one}
    never = replace(all_seen, gated=replace(all_seen.gated, events=shown)).risk_over_time
    for a, b in zip(never.values(), some.values(), strict=True):
        pd.testing.assert_series_equal(a["rate"], b["rate"], check_exact=True)

"""The posts on earlier days in the page: what is packed opens to what Python says of those days, and to no more."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, replace

import geopandas as gpd
import pandas as pd
import pytest

import artimap as am
from artimap.areas.area import ARTIBONITE
from artimap.core import schema
from artimap.core.errors import CrsError, ModelError
from artimap.core.i18n import format_day
from artimap.core.schema import split_names
from artimap.core.tables import CHECKPOINTS
from artimap.core.vocab import Audience
from artimap.maps.briefing import briefing_map
from artimap.maps.cards import VisibleClaims
from artimap.maps.fact_tables import posts_sheet
from artimap.maps.page import steps
from artimap.maps.thematic_layers import checkpoints_layer
from artimap.maps.timeline import posts_of_slider
from artimap.studies.study import Study, study
from tests.pagedata import block_in, data_in, opened, patched, plain

DAY = dt.date(2024, 10, 15)
SINCE = dt.date(2022, 10, 16)
DAYS = (SINCE, dt.date(2024, 4, 30), dt.date(2024, 9, 30))


def changed(table, checkpoint_id, **cells):
    """Give a table with some cells of one post changed."""
    out = table.copy()
    at = out["checkpoint_id"] == checkpoint_id
    for name, value in cells.items():
        out.loc[at, name] = value
    return schema.conform(gpd.GeoDataFrame(out, crs=table.crs), CHECKPOINTS)


@pytest.fixture(scope="module")
def over_time(rn1, ledger):
    """Posts by day, made harder: one is gone by the day of the map, one had moved, one had no place before."""
    found = am.checkpoints_over_time(rn1, ledger, days=[*DAYS, DAY])
    april = found[DAYS[1]]
    april = changed(april, "rn1-titanyen-toll", from_m=30_000.0, to_m=30_000.0, geometry=rn1.point_at(30_000.0))
    april = changed(april, "rn1-cabaret-toll", from_m=None, to_m=None, extent="nowhere")
    gone = april[april["checkpoint_id"] == "rn1-canaan-toll"].assign(
        checkpoint_id="gone", claims=None, place="Gone", from_m=60_000.0, to_m=61_000.0,
        geometry=gpd.GeoSeries([rn1.piece(60_000.0, 61_000.0)], crs=rn1.crs).to_numpy(),
    )  # fmt: skip
    found[DAYS[1]] = schema.conform(
        gpd.GeoDataFrame(pd.concat([april, gone], ignore_index=True), crs=rn1.crs), CHECKPOINTS
    )
    return found


@pytest.fixture(scope="module")
def made(rn1, events, ledger, over_time):
    return {
        "corridor": rn1, "events": events, "ledger": ledger, "checkpoints": over_time[DAY],
        "checkpoints_over_time": over_time,
    }  # fmt: skip


@pytest.fixture(scope="module")
def chart(made):
    return briefing_map(ARTIBONITE, as_of=DAY, **made)


@pytest.fixture(scope="module")
def page(chart):
    return chart.html()


@pytest.mark.parametrize("lang", ["en", "fr", "ht"])
def test_each_day_opens_to_what_python_says_of_it(chart, page, over_time, lang):
    of_lang = next(one for one in (chart.page, *chart.others) if one.lang == lang)
    parts = json.loads(block_in(page, "earlier"))
    assert set(parts) == {"posts", "posts_en", "posts_fr", "posts_ht"}
    assert data_in(block_in(page, "data"))["posts"] == [day.isoformat() for day in DAYS]
    shared, spoken = opened(parts["posts"]), opened(parts[f"posts_{lang}"])
    details = {one.key: plain(asdict(one)) for one in of_lang.details}
    rows = {row[0]: row for row in plain(posts_sheet(over_time[DAY]).rows)}
    shapes = [
        *(steps(one.parts) for layer in of_lang.layers if layer.name == "checkpoints" for one in layer.features),
        *shared["shapes"],
    ]
    said = VisibleClaims(am.read_claims(ARTIBONITE).until(DAY), lang)
    assert len(shared["shown"]) == len(DAYS) + 1
    assert spoken["when"] == [
        f"{ {'en': 'As of', 'fr': 'Au', 'ht': 'Jouk'}[lang] } {format_day(day, lang)}" for day in DAYS
    ]
    for day, shown in zip((*DAYS, DAY), shared["shown"], strict=True):
        ways = [(shared["states"][n], spoken["states"][n]) for n in shown]
        wanted = checkpoints_layer(over_time[day], said, lang=lang)
        by_key = {one.key: plain(asdict(one)) for one in (*wanted.details, *wanted.unplaced)}
        found = {one["key"]: patched(patched(details.get(one["key"]), one.get("detail")), told) for one, told in ways}
        assert found == by_key
        assert [patched(rows.get(one["key"]), one.get("row")) for one, _ in ways] == plain(
            posts_sheet(over_time[day]).rows
        )
        drawn = {
            one["key"]: (one["feature"]["mark"], shapes[one["feature"]["shape"]]) for one, _ in ways if "feature" in one
        }
        assert drawn == {one.key: (one.mark, steps(one.parts)) for one in wanted.layers[0].features}
    # on the day of the map nothing differs, and its shapes are not repeated
    now = [(shared["states"][n], spoken["states"][n]) for n in shared["shown"][-1]]
    assert all(set(one) <= {"key", "feature"} and not told for one, told in now)
    assert all(one["feature"]["shape"] < len(shapes) - len(shared["shapes"]) for one, _ in now if "feature" in one)


def test_no_day_tells_a_statement_that_speaks_of_a_later_one(chart, ledger, over_time):
    """Undated statements may be of any day; those whose day is known begin by the day that they are shown on."""
    begun = ledger.claims.drop_duplicates("claim_id").set_index("claim_id")["valid_from"]
    for day, table in over_time.items():
        behind = [one for cell in table["claims"] for one in split_names(cell)]
        assert behind
        assert not (begun.reindex(behind) > pd.Timestamp(day)).any()
    told = chart.page.posts
    statements = [[len(told.states[n].detail.statements) for n in shown] for shown in told.shown]
    assert sum(statements[0]) < sum(statements[-1])


def test_what_is_told_alike_stands_once_and_the_page_stays_small(page, made, over_time):
    without = briefing_map(ARTIBONITE, as_of=DAY, **{**made, "checkpoints_over_time": None}).html()
    assert block_in(without, "earlier") is None
    assert data_in(block_in(without, "data"))["posts"] == []
    assert len(page) - len(without) < 8_000
    twice = {**over_time, dt.date(2024, 5, 1): over_time[DAYS[1]]}
    once = posts_of_slider(over_time, over_time[DAY], since=SINCE, as_of=DAY)
    more = posts_of_slider(twice, over_time[DAY], since=SINCE, as_of=DAY)
    assert len(more.table) == len(once.table)
    assert more.shown[2] == more.shown[1]


def test_same_tables_same_bytes(page, made):
    assert briefing_map(ARTIBONITE, as_of=DAY, **made).html() == page


def test_the_legend_explains_the_marks_of_every_day(chart, ledger, over_time):
    (group,) = [one for one in chart.page.furniture.legend if one.layer == "checkpoints"]
    told = VisibleClaims(ledger, "en")
    marks = {
        one.mark for table in over_time.values() for layer in checkpoints_layer(table, told, lang="en").layers
        for one in layer.features
    }  # fmt: skip
    assert {row.mark for row in group.rows} == marks


def test_a_layer_is_there_where_only_an_earlier_day_has_a_mark(made, over_time):
    none = over_time[DAY].iloc[:0]
    chart = briefing_map(ARTIBONITE, as_of=DAY, **{**made, "checkpoints": none}, languages=())
    (layer,) = [one for one in chart.page.layers if one.name == "checkpoints"]
    assert layer.features == ()
    assert briefing_map(
        ARTIBONITE, as_of=DAY, **{**made, "checkpoints": none, "checkpoints_over_time": {SINCE: none}}, languages=()
    ).page.posts.marks == frozenset()  # fmt: skip


def test_days_that_the_slider_cannot_show_are_left_out_and_wrong_ones_told(made, over_time):
    posts = over_time[DAY]
    early = {dt.date(2021, 1, 31): over_time[SINCE], **over_time}
    for since, days in ((SINCE, DAYS), (dt.date(2023, 1, 1), DAYS), (dt.date(2024, 5, 1), DAYS[1:])):
        assert posts_of_slider(early, posts, since=since, as_of=DAY).days == days
    for wrong, why in (
        ({**over_time, dt.date(2024, 10, 16): posts}, "checkpoints_over_time: 2024-10-16 lies after 2024-10-15"),
        ({DAYS[2]: posts}, "the first day is 2024-09-30"),
    ):
        with pytest.raises(ModelError, match=why):
            briefing_map(ARTIBONITE, as_of=DAY, **{**made, "checkpoints_over_time": wrong})
    with pytest.raises(ModelError, match="without checkpoints: give the table of 2024-10-15"):
        briefing_map(ARTIBONITE, as_of=DAY, **{**made, "checkpoints": None})
    with pytest.raises(CrsError, match="checkpoints_over_time of 2022-10-16"):
        briefing_map(ARTIBONITE, as_of=DAY, **{**made, "checkpoints_over_time": {SINCE: posts.to_crs(4326)}})


def test_a_page_without_a_slider_holds_one_day(made):
    chart = briefing_map(ARTIBONITE, as_of=DAY, **{**made, "events": None}, languages=())
    assert chart.page.posts is None
    assert block_in(chart.html(), "earlier") is None


def test_the_audience_sees_posts_of_its_own_statements_on_every_day(made, ledger):
    """A post of which every claim is held back is on no day; one of which some are keeps what may be seen."""
    claims = ledger.claims.copy()
    claims.loc[claims["subject"] == "rn1-titanyen-toll", "sensitivity"] = "severe"
    held = replace(ledger, claims=claims)
    chart = briefing_map(ARTIBONITE, as_of=DAY, **{**made, "ledger": held}, audience="partners", languages=())
    assert not [one for one in chart.page.posts.states if "titanyen" in one.detail.key]
    assert "titanyen-toll" not in json.dumps(
        [opened(one) for one in json.loads(block_in(chart.html(), "earlier")).values()]
    )  # fmt: skip
    open_to_all = briefing_map(ARTIBONITE, as_of=DAY, **{**made, "ledger": held}, audience="internal", languages=())
    assert [one for one in open_to_all.page.posts.states if "titanyen" in one.detail.key]


def test_a_briefing_has_posts_of_every_day_from_what_its_audience_may_see(monkeypatch):
    all_seen = study(ARTIBONITE, as_of="2024-10-15", audience=Audience.PARTNERS)
    every = all_seen.checkpoints_over_time
    assert tuple(every) == all_seen.days_before
    pd.testing.assert_frame_equal(all_seen.ledger.claims, all_seen.gated.ledger.claims)
    claims = all_seen.ledger.claims
    fewer = replace(all_seen.ledger, claims=claims[claims["subject"] != "rn1-titanyen-toll"])
    some = replace(all_seen, gated=replace(all_seen.gated, ledger=fewer)).checkpoints_over_time
    names = [{one for table in tables.values() for one in table["checkpoint_id"]} for tables in (every, some)]
    assert names[0] - names[1] == {"rn1-titanyen-toll"}
    monkeypatch.setattr(Study, "risk_over_time", {})  # takes longer than all else
    monkeypatch.setattr(Study, "estimated", None)
    chart = all_seen.map("en")
    assert chart.page.posts.days == tuple(day.isoformat() for day in every)

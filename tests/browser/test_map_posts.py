"""The posts follow the last day of the slider, everywhere on the page, and come back as they were."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest

from artimap.areas.area import ARTIBONITE
from artimap.control.checkpoints.life_cycle import checkpoints_over_time
from artimap.core import schema
from artimap.core.tables import CHECKPOINTS
from artimap.maps.briefing import briefing_map
from artimap.maps.cards import VisibleClaims
from artimap.maps.thematic_layers import checkpoints_layer

pytestmark = pytest.mark.browser

DAY = dt.date(2024, 10, 15)
DAYS = (dt.date(2022, 10, 16), dt.date(2024, 4, 30), dt.date(2024, 9, 30))
LAPTOP = (1280, 800)
APRIL = "30 Apr 2024"
GONE = "post:gone"

LOOK = """() => {
  const note = document.querySelector('#legend .post-day');
  return {
    marks: [...document.querySelectorAll('.mark.post')].map(one =>
      [one.dataset.key, one.getAttribute('aria-label'), one.innerHTML]),
    legend: note.hidden ? '' : note.textContent,
    bar: document.querySelector('.time-state').textContent,
    briefing: document.querySelector('.brief-day:not([hidden])')?.textContent ?? '',
    listed: [...document.querySelectorAll('#page-briefing .block')].map(one => one.innerHTML),
    card: document.getElementById('card').textContent,
    table: document.getElementById('tables').textContent,
  };
}"""


@pytest.fixture(scope="module")
def over_time(tables, rn1):
    """Posts by day; one is said of on an earlier day only."""
    found = checkpoints_over_time(rn1, tables["ledger"], days=DAYS)
    april = found[DAYS[1]]
    gone = april[april["checkpoint_id"] == "rn1-canaan-toll"].assign(
        checkpoint_id="gone", claims=None, place="Gone", from_m=60_000.0, to_m=60_000.0,
        geometry=gpd.GeoSeries([rn1.point_at(60_000.0)], crs=rn1.crs).to_numpy(),
    )  # fmt: skip
    both = gpd.GeoDataFrame(pd.concat([april, gone], ignore_index=True), crs=rn1.crs)
    found[DAYS[1]] = schema.conform(both.sort_values("from_m", kind="stable"), CHECKPOINTS)
    return found


@pytest.fixture(scope="module")
def path(tables, over_time, tmp_path_factory):
    chart = briefing_map(ARTIBONITE, as_of=DAY, checkpoints_over_time=over_time, **tables)
    return chart.save(tmp_path_factory.mktemp("posts") / "map.html")


def set_last(page, day, shown):
    page.evaluate("day => window.artimap.events.setTime(0, day)", day)
    page.wait_for_function(
        "shown => [...document.querySelectorAll('#legend .post-day')].some(one => one.textContent.includes(shown))",
        arg=shown,
    )
    page.wait_for_timeout(100)


def said_on(over_time, ledger, day, lang):
    drawn = checkpoints_layer(over_time[day], VisibleClaims(ledger.until(DAY), lang), lang=lang)
    return {one.key: one for one in drawn.details}, {one.key: one for one in drawn.unplaced}


def names(found):
    """Give the names of the marks that are no piles, by key."""
    return {key: name for key, name, _ in found["marks"] if " · " in name}


def test_everything_that_tells_of_the_posts_follows_and_comes_back(opened, path, tables, over_time):
    told, apart = said_on(over_time, tables["ledger"], DAYS[1], "en")
    with opened(path, LAPTOP, reduced_motion="reduce") as page:
        page.locator(
            "#page-briefing [data-key='post:rn1-titanyen-toll'], .mark.post[data-key='post:rn1-titanyen-toll']"
        ).first.dispatch_event("click")
        page.click("#table-switch")
        page.click("#sheet-posts")
        page.wait_for_timeout(300)
        first = page.evaluate(LOOK)
        assert first["legend"] == first["briefing"] == ""
        assert "not confirmed lately" in first["card"]
        set_last(page, "2024-05-20", APRIL)
        april = page.evaluate(LOOK)
        wanted = {
            key: f"{one.where} · {one.heading} · As of {APRIL}{one.when and f' · last confirmed {one.when}'}"
            for key, one in told.items()
        }
        assert wanted.items() >= names(april).items()
        assert len(names(april)) >= len(wanted) - 2
        assert "active" in april["card"]
        assert f"As of {APRIL}" in april["card"]
        assert april["legend"] == f"Posts as of {APRIL}, with those first said of since."
        assert april["bar"].startswith(f"Posts: as of {APRIL}. Rates, zones: as of 15 Oct 2024")
        assert april["briefing"] == (
            f"This briefing is of 15 Oct 2024. The map shows an earlier day. Posts: as of {APRIL}."
        )
        # the briefing is of the day of the map, with its marks
        assert april["listed"] == first["listed"]
        rows = page.locator("#tables tbody tr")
        assert rows.evaluate_all("all => all.map(one => one.dataset.key)") == [
            f"post:{one}" for one in over_time[DAYS[1]]["checkpoint_id"]
        ]
        assert set(told) | set(apart) == set(rows.evaluate_all("all => all.map(one => one.dataset.key)"))
        page.click(".all-days")
        page.wait_for_selector("#legend .post-day", state="hidden")
        page.wait_for_timeout(100)
        assert page.evaluate(LOOK) == first


def test_a_post_first_said_of_since_comes_on_its_day_and_one_that_is_gone_is_shown(opened, path):
    with opened(path, LAPTOP, reduced_motion="reduce") as page:
        page.click("#table-switch")
        page.click("#sheet-posts")
        there = "key => Boolean(document.querySelector(`#tables tr[data-key='${key}']`))"
        set_last(page, "2024-07-31", APRIL)
        assert page.evaluate(there, GONE)
        assert not page.evaluate(there, "post:rn1-carrefour-paye-toll")
        page.evaluate("window.artimap.events.setTime(0, '2024-08-01')")
        page.wait_for_selector("#tables tr[data-key='post:rn1-carrefour-paye-toll']")
        page.locator(f"#tables tr[data-key='{GONE}'] button").click()
        assert "Gone" in page.locator("#card").inner_text()
        assert page.locator(f".mark.post.is-open[data-key='{GONE}']").count() == 1
        page.focus(".days-to")
        page.evaluate("window.artimap.events.setTime(0, '2024-10-01')")
        page.wait_for_selector(f"#tables tr[data-key='{GONE}']", state="detached")
        # its card goes with it, and the focus stays on the slider
        assert page.locator("#card").is_hidden()
        assert page.evaluate("document.activeElement.className").startswith("days days-to")


def test_the_language_changes_on_an_earlier_day(opened, path, tables, over_time):
    with opened(path, LAPTOP, reduced_motion="reduce") as page:
        page.evaluate("document.querySelector('.languages [lang=fr]').click()")
        page.wait_for_selector("html[lang=fr]", state="attached")
        french = page.evaluate(LOOK)
        set_last(page, "2024-05-20", "30 avr. 2024")
        for lang, day in (("ht", "30 avril 2024"), ("en", APRIL), ("fr", "30 avr. 2024")):
            page.evaluate(f"() => document.querySelector('.languages [lang={lang}]').click()")
            page.wait_for_selector(f"html[lang={lang}]", state="attached")
            found = page.evaluate(LOOK)
            told, _ = said_on(over_time, tables["ledger"], DAYS[1], lang)
            for key, name in names(found).items():
                assert name.startswith(f"{told[key].where} · {told[key].heading} · ")
                assert day in name
            assert day in found["legend"]
            assert day in found["bar"]
        page.evaluate("document.querySelector('.all-days').click()")
        page.wait_for_selector("#legend .post-day", state="hidden")
        page.wait_for_timeout(100)
        assert page.evaluate(LOOK) == french


def test_the_road_as_a_line_and_paper_follow(opened, path, over_time):
    on_line = "[...document.querySelectorAll('.strip [data-key^=\"post:\"]')].map(one => one.dataset.key)"
    april = over_time[DAYS[1]]
    wanted = [f"post:{one}" for one in april[april["from_m"].notna()]["checkpoint_id"]]
    with opened(path, LAPTOP, reduced_motion="reduce") as page:
        page.click("#tab-road")
        page.click("#page-road .more")
        page.wait_for_selector(".strip")
        assert page.evaluate(on_line) != wanted
        set_last(page, "2024-05-20", APRIL)
        assert page.evaluate(on_line) == wanted
        assert f"Posts as of {APRIL}" in page.locator("#tables .post-day").inner_text()
        page.click("#table-switch")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert page.evaluate(on_line) == wanted
        assert f"Posts as of {APRIL}" in page.locator(".print-legend .post-day").text_content()
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")


def test_a_browser_that_cannot_open_them_shows_a_page_without(opened, path):
    with opened(path, LAPTOP, reduced_motion="reduce") as page:
        page.evaluate("delete window.DecompressionStream")
        page.evaluate("window.artimap.events.setTime(0, '2024-05-20')")
        page.wait_for_timeout(300)
        found = page.evaluate(LOOK)
        assert found["legend"] == found["briefing"] == ""
        assert found["bar"].startswith("Zones, posts and rates: as of 15 Oct 2024, without what is dated after")
        # what is first said of later is not there, as on pages that hold one day
        assert "post:rn1-carrefour-paye-toll" not in [key for key, *_ in found["marks"]]

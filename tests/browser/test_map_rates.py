"""The rates of the road follow the last day of the slider, everywhere on the page, and come back as they were."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from artimap.areas.area import ARTIBONITE
from artimap.core import schema, style
from artimap.maps.briefing import briefing_map
from artimap.maps.thematic_layers import stretch_details
from artimap.risk.estimate import corridor_risk_over_time

pytestmark = pytest.mark.browser

DAY = dt.date(2024, 10, 15)
DAYS = (dt.date(2022, 10, 16), dt.date(2023, 6, 30), dt.date(2024, 4, 30))
LAPTOP, PHONE = (1280, 800), (390, 844)
APRIL = "30 Apr 2024"

LOOK = """() => ({
  pale: document.getElementById('stage').classList.contains('rates-old'),
  road: [...document.querySelectorAll('.leaflet-artimap-corridor-pane path')].map(one =>
    [...one.attributes].map(mine => `${mine.name}=${mine.value}`).sort().join(' ')),
  strokes: [...document.querySelectorAll('.leaflet-artimap-corridor-pane path:not(.hit)')].map(one =>
    [one.getAttribute('stroke'), one.getAttribute('stroke-width'), one.getAttribute('stroke-dasharray')]),
  names: [...document.querySelectorAll('.leaflet-artimap-corridor-pane [data-key]')].map(one =>
    [one.dataset.key, one.getAttribute('aria-label')]),
  list: document.querySelector('#page-road .road')?.textContent ?? '',
  legend: document.querySelector('#legend .rate-day').textContent,
  bar: document.querySelector('.time-state').textContent,
  briefing: document.querySelector('.brief-day:not([hidden])')?.textContent ?? '',
  title: document.querySelector('#title .sub').textContent,
  card: document.getElementById('card').textContent,
  table: document.getElementById('tables').textContent,
})"""


@pytest.fixture(scope="module")
def moving(tables, rn1):
    found = corridor_risk_over_time(rn1, rn1.locate(tables["events"]), days=DAYS, ledger=tables["ledger"])
    return briefing_map(ARTIBONITE, as_of=DAY, risk_over_time=found, **tables), found


@pytest.fixture(scope="module")
def path(moving, tmp_path_factory):
    return moving[0].save(tmp_path_factory.mktemp("rates") / "map.html")


COVERED_TABS = """() => [...document.querySelectorAll('[role=tab]')].filter(tab => {
  const box = tab.getBoundingClientRect();
  const steps = [0.02, 0.25, 0.5, 0.75, 0.98];
  return steps.some(x => steps.some(y => {
    const hit = document.elementFromPoint(box.x + x * box.width, box.y + y * box.height);
    return box.x + x * box.width < innerWidth && !tab.contains(hit);
  }));
}).map(tab => tab.id)"""


def set_last(page, day, shown):
    page.evaluate("day => window.artimap.events.setTime(0, day)", day)
    page.wait_for_selector(f"#legend .rate-day:has-text('{shown}')", state="attached")


def said_on(moving, day, lang):
    chart, found = moving
    keys = frozenset(one.key.removeprefix("event:") for one in chart.page.details if one.key.startswith("event:"))
    rows = found[day].sort_values(["from_m", "lixel_id"]).to_dict("records")
    return {detail.key: detail for detail in stretch_details(rows, "RN1", lang, keys)}


def test_everything_that_tells_of_the_road_follows_and_comes_back(opened, path, moving):
    with opened(path, LAPTOP, reduced_motion="reduce") as page:
        page.click("#tab-road")
        row = page.locator("#page-road .road [data-key]").nth(8)
        key = row.get_attribute("data-key")
        row.click()
        page.click("#table-switch")
        page.wait_for_timeout(300)
        first = page.evaluate(LOOK)
        assert "Rates as of 15 Oct 2024" in first["legend"]
        set_last(page, "2024-05-20", APRIL)
        april = page.evaluate(LOOK)
        told = said_on(moving, DAYS[2], "en")
        marks = style.load().marks
        # each stretch has an edge and a body in the colours of its mark, the wider above the thinner
        wanted = sorted((marks[one.icon.mark] for one in told.values()), key=lambda mark: mark.width)
        strokes = [stroke for stroke, _, _ in april["strokes"]]
        assert strokes == [mark.casing for mark in wanted] + [mark.colour for mark in wanted]
        assert [dash for *_, dash in april["strokes"][len(wanted) :]] == [mark.dash or None for mark in wanted]
        assert dict(april["names"]) == {
            one.key: f"{one.where} · {one.heading} · As of {APRIL}" for one in told.values()
        }
        for name, text in april.items():
            assert text == first[name] if name == "pale" else text != first[name], name
        assert told[key].sentence in april["card"]
        assert f"As of {APRIL}" in april["card"]
        for one in told.values():
            assert one.sentence in april["list"]
        assert f"Rates as of {APRIL}" in april["legend"]
        assert april["title"] == f"As of 15 Oct 2024 · rates as of {APRIL}"
        assert april["bar"].startswith(f"Rates: as of {APRIL}.")
        shown = f"The map shows an earlier day. Rates: as of {APRIL}."
        assert april["briefing"] == f"This briefing is of 15 Oct 2024. {shown}"
        assert f"Rates as of {APRIL}" in april["table"]
        page.click(".all-days")
        page.wait_for_selector("#legend .rate-day:has-text('15 Oct 2024')")
        assert page.evaluate(LOOK) == first


def test_first_day_and_filters_change_nothing_of_the_rates(opened, path):
    with opened(path, LAPTOP, reduced_motion="reduce") as page:
        set_last(page, "2024-05-20", APRIL)
        before = page.evaluate(LOOK)["road"]
        page.evaluate("window.artimap.events.setTime('2024-05-01', '2024-05-20')")
        page.evaluate("window.artimap.events.setFilter({kinds: ['abduction']})")
        page.wait_for_timeout(200)
        assert page.evaluate(LOOK)["road"] == before


def test_the_language_changes_on_an_earlier_day(opened, path, moving):
    with opened(path, PHONE, reduced_motion="reduce") as page:
        page.click("#tab-road")
        page.locator("#page-road .road [data-key]").nth(8).click()
        page.evaluate("() => { const b = document.querySelector('.languages [lang=fr]'); b.click(); }")
        page.wait_for_selector("html[lang=fr]", state="attached")
        french = page.evaluate(LOOK)
        set_last(page, "2023-07-01", "30 juin 2023")
        for lang, day in (("fr", "30 juin 2023"), ("ht", "30 jen 2023"), ("fr", "30 juin 2023")):
            page.evaluate(f"() => document.querySelector('.languages [lang={lang}]').click()")
            page.wait_for_selector(f"html[lang={lang}]", state="attached")
            found = page.evaluate(LOOK)
            assert not found["pale"]
            assert day in found["legend"]
            assert day in found["bar"]
            assert day in found["card"]
            assert all(day in name for _, name in found["names"])
            for one in said_on(moving, DAYS[1], lang).values():
                assert one.sentence in found["list"]
        page.evaluate("document.querySelector('.all-days').click()")
        page.wait_for_selector("#legend .rate-day:has-text('15 oct. 2024')", state="attached")
        assert page.evaluate(LOOK) == french


def test_the_road_as_a_line_and_paper_follow(opened, path, moving):
    band = """[...document.querySelectorAll('.strip [data-key^="stretch:"]')].map(one =>
      [one.dataset.key, one.children[1].getAttribute('stroke')])"""
    told = said_on(moving, DAYS[2], "en")
    marks = style.load().marks
    colours = {one.key: marks[one.icon.mark].colour for one in told.values()}
    with opened(path, LAPTOP, reduced_motion="reduce") as page:
        page.click("#tab-road")
        page.click("#page-road .more")
        page.wait_for_selector(".strip")
        assert dict(page.evaluate(band)) != colours
        set_last(page, "2024-04-30", APRIL)
        assert dict(page.evaluate(band)) == colours
        page.click("#table-switch")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert dict(page.evaluate(band)) == colours
        paper = page.locator("#sheets table").text_content()
        assert f"Rates as of {APRIL}" in paper
        for one in told.values():
            assert one.sentence in paper
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")


def test_while_it_opens_the_road_is_pale_and_the_words_are_those_of_the_map(opened, path):
    held = """() => {
      const Usual = window.DecompressionStream;
      window.release = new Promise(done => { window.open_now = done; });
      window.DecompressionStream = class {
        constructor(form) {
          const held = async (piece, further) => { await window.release; further.enqueue(piece); };
          const usual = new Usual(form);
          this.writable = usual.writable;
          this.readable = usual.readable.pipeThrough(new TransformStream({ transform: held }));
        }
      };
    }"""
    with opened(path, LAPTOP, reduced_motion="reduce") as page:
        first = page.evaluate(LOOK)
        page.evaluate(held)
        page.evaluate("window.artimap.events.setTime(0, '2024-05-20')")
        page.wait_for_timeout(200)
        waiting = page.evaluate(LOOK)
        assert waiting["pale"]
        assert (waiting["strokes"], waiting["list"]) == (first["strokes"], first["list"])
        assert waiting["legend"] == first["legend"]
        page.evaluate("window.open_now()")
        page.wait_for_selector(f"#legend .rate-day:has-text('{APRIL}')")
        assert not page.evaluate(LOOK)["pale"]
        assert APRIL in page.evaluate(LOOK)["legend"]


def test_a_browser_that_cannot_open_them_shows_a_page_without(opened, path):
    with opened(path, LAPTOP, reduced_motion="reduce") as page:
        page.evaluate("delete window.DecompressionStream")
        page.evaluate("window.artimap.events.setTime(0, '2024-05-20')")
        page.wait_for_selector("#legend .rate-day:has-text('do not follow')")
        assert page.evaluate(LOOK)["pale"]


def test_the_slider_keeps_the_focus_while_the_card_is_told_anew(opened, path):
    with opened(path, LAPTOP, reduced_motion="reduce") as page:
        page.click("#tab-road")
        # Pont-Sondé: reported on both days, with other figures.
        page.locator("#page-road .road [data-key]").nth(16).click()
        card = page.locator("#card h2").inner_text()
        page.focus(".days-to")
        for _ in range(8):
            page.keyboard.press("PageDown")
        page.wait_for_selector("#legend .rate-day:not(:has-text('15 Oct 2024'))")
        assert page.locator("#card h2").inner_text() != card
        assert page.evaluate("document.activeElement.className").startswith("days days-to")


@pytest.mark.parametrize(
    "size", [pytest.param(LAPTOP, id="laptop", marks=pytest.mark.exhaustive), pytest.param(PHONE, id="phone")]
)
def test_axe_finds_nothing_on_an_earlier_day(opened, path, axe, size):
    with opened(path, size, reduced_motion="reduce") as page:
        set_last(page, "2024-05-20", APRIL)
        assert axe(page) == []
        page.click("#tab-road")
        page.evaluate("document.getElementById('legend').open = true")
        page.click("#table-switch")
        page.click("#sheet-stretches")
        assert axe(page) == []
        page.evaluate("document.querySelectorAll('#page-road .row')[4].click()")
        assert axe(page) == []
        # Nearer in, lines of the map end beyond its edge, cut off. axe takes them for covers of what lies beside the
        # map; that nothing covers the tabs is asked of the browser itself, over the whole of each.
        for row in (8, 16):
            page.evaluate("row => document.querySelectorAll('#page-road .row')[row].click()", row)
            page.wait_for_timeout(100)
            assert [fault[0] for fault in axe(page)] in ([], ["target-size"])
            # On the phone the table that was opened lies over them.
            assert size == PHONE or page.evaluate(COVERED_TABS) == []
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_more_events_than_are_listed(opened, tables, moving, tmp_path):
    """Where events are rows of columns a stretch leads to none of them, and its rates follow all the same."""
    few = tables["events"]
    many = pd.concat([few] * 14, ignore_index=True)
    many["event_id"] = pd.Series([f"{one}-{at}" for at, one in enumerate(many["event_id"])], dtype=schema.TEXT)
    chart = briefing_map(
        ARTIBONITE, as_of=DAY, since=DAYS[0], risk_over_time=moving[1], audience="internal", languages=(),
        **{**tables, "events": many},
    )  # fmt: skip
    with opened(chart.save(tmp_path / "map.html"), LAPTOP, reduced_motion="reduce") as page:
        page.click("#tab-road")
        first = page.evaluate(LOOK)
        set_last(page, "2024-05-20", APRIL)
        page.locator("#page-road .road [data-key]").nth(8).click()
        assert f"As of {APRIL}" in page.locator("#card").inner_text()
        page.click(".all-days")
        page.wait_for_selector("#legend .rate-day:has-text('15 Oct 2024')")
        again = page.evaluate(LOOK)  # the card has moved the map
        assert [again[name] for name in ("names", "list", "legend", "bar")] == [
            first[name] for name in ("names", "list", "legend", "bar")
        ]

"""Days, filter and very many events in a real browser with the network off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import artimap as am
from artimap.areas.area import ARTIBONITE
from artimap.control.checkpoints.life_cycle import checkpoints_on
from artimap.control.zones.geometry import control_zones
from artimap.maps.briefing import briefing_map
from artimap.maps.events_only import event_map

pytestmark = pytest.mark.browser

DAY = "2024-10-15"
LAPTOP, PHONE = (1280, 800), (390, 844)
SIZES = pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
HOSTILE = "</script><script>window.hit=1</script><img src=x onerror=window.hit=1>`${window.hit=1}`\u2028\u202e"


@pytest.fixture(scope="module")
def brief(rn1, events, ledger, tmp_path_factory):
    chart = briefing_map(
        ARTIBONITE, as_of=DAY, corridor=rn1, events=events, ledger=ledger, languages=(),
        zones=control_zones(ARTIBONITE, ledger, as_of=DAY, events=events),
        checkpoints=checkpoints_on(rn1, ledger, as_of=DAY),
    )  # fmt: skip
    return chart.save(tmp_path_factory.mktemp("brief") / "map.html")


def crowd_table(count=30_000):
    """Made-up events around places, a tenth of them known to a commune only."""
    rng = np.random.default_rng(7)
    places = am.read_places(ARTIBONITE)
    xy = np.column_stack([places.geometry.x, places.geometry.y])[rng.integers(0, len(places), count)]
    xy = xy + rng.normal(0, 3000, xy.shape)
    killed = pd.array(rng.poisson(1.0, count), dtype="Int64")
    killed[rng.random(count) < 0.3] = pd.NA
    table = gpd.GeoDataFrame(
        {
            "event_id": [f"e{n:05d}" for n in range(count)],
            "kind": rng.choice(["abduction", "armed_clash", "protest"], count),
            "date_start": pd.Timestamp("2022-01-01") + pd.to_timedelta(rng.integers(0, 1000, count), unit="D"),
            "killed_best": killed,
            "place_kind": np.where(rng.random(count) < 0.1, "commune", "point"),
            "pcode": None,
            "place": None,
            "summary": [HOSTILE if n % 2 else f"what happened {n}" for n in range(count)],
        },
        geometry=gpd.points_from_xy(*xy.T),
        crs=ARTIBONITE.crs,
    )
    units = am.read_units(ARTIBONITE, "adm2")
    wide = np.flatnonzero(table["place_kind"] == "commune")
    unit = rng.integers(0, len(units), len(wide))
    table.loc[wide, "pcode"] = units["pcode"].to_numpy()[unit]
    table.loc[wide, "geometry"] = gpd.GeoSeries(units.geometry.to_numpy()[unit], index=wide, crs=table.crs)
    return table


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    chart = event_map(ARTIBONITE, crowd_table(), as_of=DAY, source="made up", languages=("fr",))
    return chart.save(tmp_path_factory.mktemp("crowd") / "map.html")


@contextmanager
def shown(opened, path, size, **more) -> Iterator:
    """Open a page at its events; on leaving, no text of theirs may have run."""
    with opened(path, size, **more) as page:
        if size[0] < 900:
            page.click("#tab-events")
            page.wait_for_timeout(300)  # the sheet rises
        yield page
        assert page.evaluate("window.hit") is None


def total(page):
    return page.evaluate("window.artimap.events.state('test').total")


def days(page):
    return page.evaluate("(({from, to, days}) => [from, to, days])(window.artimap.events.time)")


def drag(page, start, end):
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, start[1])
    page.mouse.move(*end)
    page.mouse.up()


@SIZES
def test_the_end_of_the_slider_is_dragged(opened, brief, size):
    with shown(opened, brief, size) as page:
        all_days, whole = days(page), total(page)
        box = page.locator(".days-to").bounding_box()
        y = box["y"] + box["height"] / 2
        thumb = 22 if size == PHONE else 11
        drag(page, (box["x"] + box["width"] - thumb, y), (box["x"] + box["width"] * 0.4, y))
        start, end, length = days(page)
        assert start == all_days[0]
        assert end < length * 0.6
        assert total(page) < whole
        drawn = page.evaluate(
            "[...document.querySelectorAll('.leaflet-artimap-events-pane .mark')].map(n => n.dataset.key)"
            ".filter(key => !window.artimap.events.shows(key))"
        )
        page.wait_for_timeout(100)
        assert drawn == [] or page.evaluate(
            "[...document.querySelectorAll('.leaflet-artimap-events-pane .mark')]"
            ".every(n => window.artimap.events.shows(n.dataset.key))"
        )


def test_the_slider_works_by_keyboard(opened, brief):
    with shown(opened, brief, LAPTOP) as page:
        page.locator(".days-from").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("PageUp")
        start, _, length = days(page)
        assert start == 2 + round(length / 30)
        page.locator(".days-to").focus()
        page.keyboard.press("Home")
        assert days(page)[:2] == [start, start]  # the end never passes the beginning
        assert page.locator(".days-from").get_attribute("aria-valuetext")
        page.click(".all-days")
        assert days(page)[:2] == [0, length - 1]


def test_an_earlier_day_never_looks_like_the_day_of_the_answer(opened, brief):
    with shown(opened, brief, LAPTOP) as page:
        assert page.locator(".time-state").inner_text() == "Zones, posts and rates: as of 15 Oct 2024"
        count = "document.querySelectorAll('[class*=zones] [data-key]:not(.is-past), .post').length"
        before = page.evaluate(count)
        page.evaluate("window.artimap.events.setTime('2022-10-16', '2023-06-01')")
        page.wait_for_timeout(400)
        said = page.locator(".time-state").inner_text()
        assert "as of 15 Oct 2024" in said
        assert "1 Jun 2023" in said
        assert page.evaluate(count) < before
        assert "15 Oct 2024" in page.locator("#title").inner_text()


@SIZES
def test_the_histogram_is_a_brush(opened, brief, size):
    with shown(opened, brief, size) as page:
        box = page.locator(".bars").bounding_box()
        y = box["y"] + box["height"] / 2
        drag(page, (box["x"] + box["width"] * 0.5, y), (box["x"] + box["width"] * 0.7, y))
        start, end, length = days(page)
        assert abs(start / length - 0.5) < 0.05
        assert abs(end / length - 0.7) < 0.05
        drag(page, (box["x"] + box["width"] * 0.6, y), (box["x"] + box["width"] * 0.4, y))
        moved = days(page)
        assert moved[1] - moved[0] == end - start
        assert moved[0] < start


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_play_runs_to_the_end_and_stops(opened, brief, motion):
    with shown(opened, brief, LAPTOP, reduced_motion=motion) as page:
        page.evaluate("window.artimap.events.setTime(0, 99999)")
        page.click(".play")
        seen = days(page)
        assert seen[0] == 0
        assert seen[1] < seen[2] / 4
        page.wait_for_function("end => window.artimap.events.time.to > end", arg=seen[1])
        page.click(".play")
        here = days(page)
        page.wait_for_timeout(300)
        assert days(page) == here
        page.evaluate("window.artimap.events.setTime(99990, 99999)")
        page.evaluate("(e => e.setTime(e.time.days - 40, e.time.days - 3))(window.artimap.events)")
        page.click(".play")
        page.wait_for_function("() => window.artimap.events.time.to === window.artimap.events.time.days - 1")
        assert page.locator(".play").get_attribute("aria-label") == "Play"


def test_a_filter_is_a_filter(opened, brief):
    with shown(opened, brief, LAPTOP) as page:
        kinds = page.evaluate("window.artimap.events.state('test').kinds")
        kind = max(kinds, key=kinds.get)
        page.evaluate("kind => window.artimap.events.setFilter({kinds: [kind]})", kind)
        assert total(page) == kinds[kind]
        assert f"{kinds[kind]} events" in page.locator(".time-count").inner_text()
        page.evaluate("window.artimap.events.setFilter({kinds: []})")
        page.wait_for_timeout(100)
        assert page.locator(".leaflet-artimap-events-pane .mark").count() == 0
        page.evaluate("window.artimap.events.setFilter({})")
        assert total(page) == sum(kinds.values())


@SIZES
def test_many_events_are_squares_from_afar_and_marks_close_by(opened, crowd, size):
    with shown(opened, crowd, size) as page:
        assert "Squares of" in page.locator(".time-key").inner_text()
        if size == PHONE:
            return
        page.evaluate("window.map_1.setView([19.11, -72.70], 14, {animate: false})")
        assert "Each mark is one event" in page.locator(".time-key").inner_text()
        assert page.evaluate(INKED)
        page.evaluate("window.artimap.events.setFilter({kinds: []})")
        page.wait_for_timeout(100)
        assert not page.evaluate(INKED)


INKED = """() => {
  const field = document.querySelector('canvas.field');
  const copy = Object.assign(document.createElement('canvas'), { width: field.width, height: field.height });
  const pen = copy.getContext('2d', { willReadFrequently: true });
  pen.drawImage(field, 0, 0);
  return pen.getImageData(0, 0, copy.width, copy.height).data.some(v => v);
}"""
"""Whether anything is drawn on the canvas of the events."""


def nearest(page):
    """Give row and spot in the window of a mark that stands well inside it."""
    return page.evaluate("""() => {
      const e = window.artimap.events, m = window.map_1, s = m.getSize();
      for (let i = 0; i < e.marks; i += 1) {
        const p = m.latLngToContainerPoint(e.placeOf(i));
        if (p.x < 350 || p.y < 150 || p.x > s.x - 150 || p.y > s.y - 60) continue;
        const near = e.pick(p.x, p.y, 20);
        if (near.length === 1 && near[0] === i) {
          const box = m.getContainer().getBoundingClientRect();
          return [i, p.x + box.x, p.y + box.y];
        }
      }
      return null;
    }""")


def test_a_mark_opens_its_text_and_the_text_stays_text(opened, crowd):
    with shown(opened, crowd, LAPTOP) as page:
        page.evaluate("window.map_1.setView([19.11, -72.70], 14, {animate: false})")
        opened_texts = set()
        for start, end in ((0, 300), (301, 600), (601, 1000)):
            page.evaluate("([a, b]) => window.artimap.events.setTime(a, b)", [start, end])
            page.wait_for_timeout(60)
            row, x, y = nearest(page)
            page.mouse.click(x, y)
            page.wait_for_selector("#card:not([hidden])")
            text = page.locator("#card h2").text_content()
            assert text == page.evaluate("i => window.artimap.events.detail(i).then(d => d.sentence)", row)
            assert page.locator("#card img, #card script").count() == 0
            opened_texts.add(text)
            page.keyboard.press("Escape")
        assert opened_texts


def test_what_is_picked_is_there(opened, crowd):
    with shown(opened, crowd, LAPTOP) as page:
        missed = page.evaluate("""() => {
          const e = window.artimap.events, m = window.map_1;
          const rows = Array.from({ length: 60 }, (unused, n) => (n * 421) % e.marks);
          return rows.filter(i => { const p = m.latLngToContainerPoint(e.placeOf(i));
            return !e.pick(p.x, p.y, 3).includes(i); });
        }""")
        assert missed == []


def test_a_square_lists_its_newest_events(opened, crowd):
    with shown(opened, crowd, LAPTOP) as page:
        x, y = page.evaluate("""() => { const m = window.map_1;
          const p = m.latLngToContainerPoint([19.11, -72.70]), box = m.getContainer().getBoundingClientRect();
          return [p.x + box.x, p.y + box.y]; }""")
        page.mouse.click(x + 5, y + 14)
        page.wait_for_selector("#card:not([hidden])")
        assert page.locator("#card .row").count() > 1
        page.locator("#card .row").first.click()
        page.wait_for_selector("#card .facts")
        page.click("#card .back")
        assert page.locator("#card .row").count() > 1


def test_the_tab_lists_what_the_window_shows(opened, crowd):
    with shown(opened, crowd, LAPTOP) as page:
        page.click("#tab-events")
        lead = page.locator("#page-events .lead[role=status]")
        assert "The newest 60" in lead.inner_text()
        before = lead.inner_text()
        page.evaluate("window.artimap.events.setFilter({kinds: ['protest']})")
        page.wait_for_function(
            "before => document.querySelector('#page-events .lead[role=status]').textContent !== before", arg=before
        )
        page.wait_for_timeout(50)
        heads = page.locator("#page-events .row .item-note").all_inner_texts()
        assert heads
        assert all(head.startswith("Protest") for head in heads)
        page.locator("#page-events .row").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("#card:not([hidden])")


def test_areas_count_the_events_somewhere_in_them(opened, crowd):
    with shown(opened, crowd, LAPTOP) as page:
        key = page.evaluate("document.querySelector('.leaflet-artimap-somewhere-pane [data-key]').dataset.key")
        page.evaluate(
            "k => document.querySelector(`[data-key='${k}']`)"
            ".dispatchEvent(new MouseEvent('click', {bubbles: true}))", key,
        )  # fmt: skip
        page.wait_for_selector("#card .row")
        label = page.locator(".label.vague").first
        before = label.text_content()
        page.evaluate("window.artimap.events.setTime(0, 100)")
        page.wait_for_function("b => document.querySelector('.label.vague').textContent !== b", arg=before)


def test_another_language_makes_open_rows_anew(opened, crowd):
    with shown(opened, crowd, LAPTOP) as page:
        page.evaluate("window.map_1.setView([19.11, -72.70], 14, {animate: false})")
        _, x, y = nearest(page)
        page.mouse.click(x, y)
        page.wait_for_selector("#card .facts")
        page.click(".languages button[lang=fr]")
        page.wait_for_function("() => document.querySelector('.time-count').textContent.includes('événements')")
        page.wait_for_function("() => document.querySelector('#card dt')?.textContent.startsWith('Tué')")

"""The zones follow the last day of the slider: on the map, the rings of places, the line of the road; and come back."""

from __future__ import annotations

import datetime as dt

import pytest

import artimap as am
from artimap.areas.area import ARTIBONITE
from artimap.core.i18n import tr
from artimap.maps.briefing import briefing_map
from artimap.maps.cards import VisibleClaims
from artimap.maps.thematic_layers import zones_layers
from artimap.maps.timeline import zones_of_slider

pytestmark = pytest.mark.browser

DAY = dt.date(2024, 10, 15)
SINCE = dt.date(2022, 10, 16)
LAPTOP, PHONE = (1280, 800), (390, 844)

SHOWN = """() => [...document.querySelectorAll('.leaflet-artimap-zones_reported-pane [data-key]:not(.is-past)')]
  .map(one => one.dataset.key.split('~')[0]).sort()"""

LOOK = """() => ({
  zones: [...document.querySelectorAll('.leaflet-artimap-zones_reported-pane [data-key]:not(.is-past)')].map(one =>
    ['d', 'fill', 'stroke', 'stroke-dasharray', 'aria-label', 'data-key'].map(name => one.getAttribute(name))),
  rings: [...document.querySelectorAll('.dot.mark:not(.is-unsaid)')].map(one => one.dataset.key).sort(),
  strip: [...document.querySelectorAll('.strip [data-key^="zone:"]')].map(one => one.dataset.key),
  bar: document.querySelector('.time-state').textContent,
})"""


@pytest.fixture(scope="module")
def path(tables, ledger, events, tmp_path_factory):
    over_time = am.control_zones_over_time(ARTIBONITE, ledger, since=SINCE, until=DAY, events=events)
    chart = briefing_map(ARTIBONITE, as_of=DAY, zones_over_time=over_time, **tables)
    return chart.save(tmp_path_factory.mktemp("zones") / "map.html")


def zone_keys(ledger, events, day):
    return sorted(f"zone:{one}" for one in am.control_zones(ARTIBONITE, ledger, as_of=day, events=events)["zone_id"])


def set_last(page, day):
    page.evaluate("day => window.artimap.events.setTime(0, day)", day)
    page.wait_for_timeout(250)


def test_each_day_shows_the_zones_of_that_day_and_they_come_back(opened, path, ledger, events):
    with opened(path, LAPTOP, reduced_motion="reduce") as page:
        page.click("#table-switch")
        page.click("#sheet-strip")
        first = page.evaluate(LOOK)
        assert first["strip"]
        for day in ("2023-03-01", "2024-05-20", "2024-10-05"):
            set_last(page, day)
            assert page.evaluate(SHOWN) == zone_keys(ledger, events, day)
            look = page.evaluate(LOOK)
            assert set(look["strip"]) <= {zone[-1] for zone in look["zones"]}
            assert f"Zones: as of {dt.date.fromisoformat(day):%-d %b %Y}" in look["bar"]
        set_last(page, DAY.isoformat())
        assert page.evaluate(LOOK) == first


def test_zones_of_all_days_lie_in_their_order(opened, path, tables, ledger, events):
    over_time = am.control_zones_over_time(ARTIBONITE, ledger, since=SINCE, until=DAY, events=events)
    past = zones_of_slider(over_time, tables["zones"], since=SINCE, as_of=DAY)
    (layer,) = zones_layers(past.table, VisibleClaims(None, "en"), lang="en").layers
    with opened(path, LAPTOP) as page:
        set_last(page, "2024-05-20")
        keys = page.evaluate(
            "[...document.querySelectorAll('.leaflet-artimap-zones_reported-pane [data-key]')].map(n => n.dataset.key)"
        )
        assert keys == [feature.key for feature in layer.features]
        page.locator("#layer-zones_reported").click()
        assert page.evaluate(SHOWN) == []
        page.locator("#layer-zones_reported").click()
        set_last(page, "2024-05-21")
        assert page.evaluate(SHOWN) == zone_keys(ledger, events, "2024-05-21")


def test_a_ring_opens_what_was_said_by_that_day_in_the_language_of_the_reader(opened, path, ledger, events):
    with opened(path, LAPTOP) as page:
        day = "2024-05-20"
        status = am.control_zones(ARTIBONITE, ledger, as_of=day, events=events).set_index("zone_id")
        set_last(page, day)
        rings = page.locator(".dot.mark:not(.is-unsaid)")
        opened_zones = 0
        for n in range(rings.count()):
            place = rings.nth(n).get_attribute("data-key").removeprefix("place:")
            rings.nth(n).dispatch_event("click")
            page.wait_for_selector("#card:not([hidden])")
            zone = f"reported:{place}"
            if zone in status.index:
                opened_zones += 1
                word = tr(f"status.{status.loc[zone, 'kind']}", "en")
                assert word.lower() in page.locator("#card .card-kind").inner_text().lower()
        assert opened_zones > 3
        page.click(".languages [lang=fr]")
        page.wait_for_selector("html[lang=fr]", state="attached")
        page.wait_for_timeout(200)
        assert "Zones : au 20 mai 2024" in page.locator(".time-state").inner_text()
        zone = next(one for one in status.index if status.loc[one, "band"] == 1 and status.loc[one, "actors"])
        node = page.locator(f".leaflet-artimap-zones_reported-pane [data-key^='zone:{zone}']:not(.is-past)").first
        node.dispatch_event("click")
        word = tr(f"status.{status.loc[zone, 'kind']}", "fr")
        assert word.lower() in page.locator("#card .card-kind").inner_text().lower()
        set_last(page, DAY.isoformat())
        page.click(".languages [lang=en]")
        page.wait_for_selector("html[lang=en]", state="attached")


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_nothing_is_opened_until_the_slider_goes_back(opened, path, size):
    with opened(path, size) as page:
        assert page.locator("#artimap-earlier").count() == 1
        page.evaluate("window.artimap.events.setTime(100, window.artimap.events.time.days - 1)")
        page.wait_for_timeout(150)
        assert page.locator("#artimap-earlier").count() == 1
        set_last(page, "2024-05-20")
        assert page.locator("#artimap-earlier").count() == 0

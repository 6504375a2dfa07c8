"""What stands around and between the marks: the small map of the country, the estimated zones."""

from __future__ import annotations

import re

import pytest

from artimap.areas.area import ARTIBONITE
from artimap.control.contestation.estimate import estimate_contestation
from artimap.control.contestation.layer import estimated_zones
from artimap.maps.briefing import briefing_map
from artimap.maps.tiles import Tiles

pytestmark = pytest.mark.browser

DAY = "2024-10-15"
LAPTOP, PHONE = (1280, 800), (390, 844)


def box(page, selector):
    return page.evaluate(
        "selector => { const b = document.querySelector(selector).getBoundingClientRect();"
        " return [b.left, b.top, b.right, b.bottom]; }",
        selector,
    )


def holds(outer, inner, slack=1.0):
    return all(a - slack <= b for a, b in zip(outer[:2], inner[:2], strict=True)) and all(
        a + slack >= b for a, b in zip(outer[2:], inner[2:], strict=True)
    )


def test_a_small_map_says_where_the_large_one_lies(opened, saved):
    with opened(saved, LAPTOP) as page:
        drawn = page.get_by_role("img", name="Where the map lies: Artibonite, in grey, in Haiti")
        assert drawn.count() == 1
        whole, area = box(page, ".inset"), box(page, ".inset-area")
        assert holds(whole, area)
        assert holds(box(page, ".inset-box"), area, slack=3)
        for other in (".north", ".zoom", ".leaflet-control-scale", "#title", "#timebar"):
            a, b = whole, box(page, other)
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], other
        page.evaluate("window.map_1.setView([19.45, -72.69], 13, {animate: false})")  # Gonaïves, close by
        near = box(page, ".inset-box")
        assert holds(whole, near)
        assert 6 < near[2] - near[0] < 12
        page.click(".languages [lang=ht]")
        page.wait_for_selector("html[lang=ht]", state="attached")
        assert page.locator(".inset").count() == 1
        assert page.locator(".inset text").text_content() == "Ayiti"
        assert box(page, ".inset-box") == pytest.approx(near, abs=0.5)


def test_the_small_map_takes_no_clicks(opened, saved):
    with opened(saved, LAPTOP) as page:
        left, top, right, bottom = box(page, ".inset")
        under = page.evaluate(
            "([x, y]) => document.elementFromPoint(x, y).closest('.inset')", [(left + right) / 2, (top + bottom) / 2]
        )
        assert under is None


@pytest.mark.parametrize("size", [PHONE, (1280, 480)], ids=["phone", "low window"])
def test_no_small_map_where_it_would_hide_the_large_one(opened, saved, size):
    with opened(saved, size) as page:
        assert page.locator(".inset").is_hidden()


def test_paper_has_the_small_map(opened, saved):
    with opened(saved, PHONE) as page:
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert page.locator(".inset").is_visible()
        left, top, right, bottom = box(page, ".inset")
        assert holds(box(page, "#stage"), [left, top, right, bottom])
        assert right - left < 90
        assert bottom - top < 70
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.locator(".inset").is_hidden()


@pytest.fixture(scope="module")
def estimated(tables, tmp_path_factory):
    table = estimate_contestation(ARTIBONITE, tables["events"], stop=DAY)
    zones = estimated_zones(ARTIBONITE, table, as_of=DAY)
    chart = briefing_map(ARTIBONITE, as_of=DAY, estimated=zones, **tables)
    return chart.save(tmp_path_factory.mktemp("estimated") / "map.html")


def switch(page):
    if page.viewport_size["width"] < 900:
        page.click("#tab-briefing")
    page.evaluate("document.getElementById('legend').open = true")
    page.locator("#layer-zones_estimated").click()


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_estimates_are_off_until_asked_for_and_then_say_what_they_are(opened, estimated, size):
    with opened(estimated, size) as page:
        paths = page.locator(".leaflet-artimap-zones_estimated-pane path")
        assert paths.count() == 0
        assert page.locator("#title .estimate").count() == 0
        switch(page)
        assert paths.count() == 63
        assert "a model, not a report" in page.locator("#title .estimate").inner_text()
        looks = page.evaluate(
            "[...document.querySelectorAll('.leaflet-artimap-zones_estimated-pane path')]"
            ".map(n => [n.getAttribute('stroke-dasharray'), n.getAttribute('fill'), +n.getAttribute('fill-opacity')])"
        )
        assert all(dash and dash.startswith("0 ") for dash, _, _ in looks)
        assert all(fill.startswith("url(#stipple-") or opacity < 0.05 for _, fill, opacity in looks)
        named = page.get_by_role("button", name="ESTIMATE · one group").first
        named.dispatch_event("click")
        page.wait_for_selector("#card:not([hidden])")
        card = page.locator("#card").inner_text()
        for words in ("ESTIMATE", "calculated, not reported", "Same answer in other runs", "contested", "%"):
            assert words in card
        page.locator("#layer-zones_estimated").click()
        assert paths.count() == 0
        assert page.locator("#title .estimate").count() == 0


def test_estimates_keep_to_their_period_and_language(opened, estimated):
    with opened(estimated, LAPTOP) as page:
        switch(page)
        page.click(".languages [lang=fr]")
        page.wait_for_selector("html[lang=fr]", state="attached")
        assert "un modèle, pas un signalement" in page.locator("#title .estimate").inner_text()
        shown = "document.querySelectorAll('.leaflet-artimap-zones_estimated-pane path:not(.is-past)').length"
        assert page.evaluate(shown) == 63
        page.evaluate("window.artimap.events.setTime(0, 300)")  # before the period that is estimated
        page.wait_for_timeout(200)
        assert page.evaluate(shown) == 0


def test_road_of_unknown_status_is_drawn_hollow_and_says_so(opened, saved, tables):
    unknown = tables["zones"][tables["zones"]["kind"] == "unknown"]
    assert len(unknown) > 3
    with opened(saved, LAPTOP) as page:
        for zone_id in unknown["zone_id"]:
            node = page.locator(f".leaflet-artimap-zones_reported-pane [data-key='zone:{zone_id}']")
            assert node.get_attribute("fill") == "none"
            assert node.get_attribute("stroke-dasharray")
            assert "not known" in node.get_attribute("aria-label").lower()
        page.evaluate("document.getElementById('legend').open = true")
        group = page.locator("[data-layer=zones_reported]")
        assert "not known: nothing usable is said of this road" in group.inner_text()
        node.dispatch_event("click")
        page.wait_for_selector("#card:not([hidden])")
        assert "not free of armed groups" in page.locator("#card").inner_text()
        page.evaluate("window.artimap.events.setTime(0, 300)")  # unknown since longer ago: it stays
        page.wait_for_timeout(200)
        assert "is-past" not in node.get_attribute("class")


def test_rings_follow_the_days_and_rates_say_that_they_do_not(opened, saved, chart):
    (places,) = [layer for layer in chart.page.layers if layer.name == "places"]
    said = {feature.key: feature.begun for feature in places.features if feature.details}
    late = {key for key, day in said.items() if day > "2023-08-12"}
    assert late
    assert len(late) < len(said)
    rings = (
        "[...document.querySelectorAll('.dot.mark')].map(n => [n.dataset.key,"
        " getComputedStyle(n.querySelector('.said')).display !== 'none', n.getAttribute('tabindex')])"
    )
    look = "+getComputedStyle(document.querySelector('.leaflet-artimap-corridor-pane')).opacity"
    with opened(saved, LAPTOP) as page:
        page.evaluate("document.getElementById('legend').open = true")
        assert page.locator(".rate-day").inner_text() == "rates as of 15 Oct 2024; they do not follow the days"
        assert page.evaluate(look) == 1
        assert all(ring for _, ring, _ in page.evaluate(rings))
        page.evaluate("window.artimap.events.setTime('2022-10-16', '2023-08-12')")
        page.wait_for_timeout(200)
        assert page.evaluate(look) < 0.5
        assert "is-part" in page.locator(".rate-day").get_attribute("class")
        for zoom in (None, 11):
            if zoom:
                page.evaluate("zoom => window.map_1.setView([19.2, -72.6], zoom, {animate: false})", zoom)
                page.wait_for_timeout(100)
            for key, ring, tab in page.evaluate(rings):
                assert ring == (key not in late), key
                assert tab == ("-1" if key in late else "0"), key
        page.click(".all-days")
        page.wait_for_timeout(200)
        assert page.evaluate(look) == 1
        assert all(ring for _, ring, _ in page.evaluate(rings))


def test_tiles_are_asked_for_by_the_reader_only_and_of_one_host(chromium, tmp_path):
    with pytest.warns(UserWarning, match="learns which places"):
        chart = briefing_map(
            ARTIBONITE, as_of=DAY, tiles=Tiles("https://tile.example.org/{z}/{x}/{y}.png", "© Example, CC BY")
        )
    path = chart.save(tmp_path / "map.html")
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    asked = []
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    )
    context.route(re.compile("^https:"), lambda route: (asked.append(route.request), route.fulfill(body=pixel)))
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready=yes]", state="attached")
    page.evaluate("document.getElementById('legend').open = true")
    assert "Off, this page asks nobody" in page.locator("[data-layer=tiles]").inner_text()
    assert asked == []
    page.locator("#layer-tiles").click()
    page.wait_for_timeout(500)
    assert asked
    assert all(re.fullmatch(r"https://tile\.example\.org/\d+/\d+/\d+\.png", one.url) for one in asked)
    assert not any("referer" in one.headers for one in asked)
    assert "tile.example.org sees where you look. © Example" in page.locator("#title .tiles-note").inner_text()
    land = "document.querySelector('.leaflet-artimap-land-pane').classList.contains('is-off')"
    assert page.evaluate(land)
    other = """() => new Promise(done => { const made = new Image(); made.onerror = () => done(false);
      made.onload = () => done(true); made.src = 'https://elsewhere.example.org/a.png'; })"""
    assert page.evaluate(other) is False
    page.locator("#layer-tiles").click()
    assert not page.evaluate(land)
    count = len(asked)
    page.evaluate("window.map_1.setView([19.2, -72.6], 12, {animate: false})")
    page.wait_for_timeout(200)
    assert len(asked) == count
    assert page.locator("#title .tiles-note").count() == 0
    context.close()


def test_without_a_network_tiles_leave_the_land(chromium, tmp_path):
    with pytest.warns(UserWarning, match="learns which places"):
        chart = briefing_map(ARTIBONITE, as_of=DAY, tiles=Tiles("https://tile.example.org/{z}/{x}/{y}.png", "©"))
    context = chromium.new_context(viewport={"width": 390, "height": 844}, offline=True)
    page = context.new_page()
    page.goto(chart.save(tmp_path / "map.html").as_uri())
    page.wait_for_selector("html[data-ready=yes]", state="attached")
    page.click("#tab-briefing")
    page.evaluate("document.getElementById('legend').open = true")
    page.locator("#layer-tiles").click()
    page.wait_for_timeout(300)
    assert page.locator("#layer-tiles").is_checked()
    assert page.locator(".leaflet-artimap-land-pane.is-off").count() == 0
    context.close()

"""Closing roads in the browser: tapped, drawn and by keyboard, in three languages, on a laptop and on a phone."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from artimap.areas.area import ARTIBONITE
from artimap.areas.road_network import area_roads
from artimap.core.i18n import words
from artimap.maps.briefing import BriefingMap
from artimap.maps.what_if import what_if
from artimap.roads.routing.router import Router
from artimap.roads.routing.spans import RoadSpan
from artimap.roads.routing.speeds import SpeedModel

pytestmark = pytest.mark.browser

LAPTOP, PHONE = (1280, 800), (390, 844)
ON_WAY = """share => {
  const path = document.querySelector('.leaflet-what-if-lines-pane .wi-now');
  const at = path.getPointAtLength(path.getTotalLength() * share).matrixTransform(path.getScreenCTM());
  return [at.x, at.y];
}"""


@pytest.fixture(scope="module")
def saved_tool(chart, tmp_path_factory):
    with_tool = replace(chart.page, what_if=what_if(ARTIBONITE, ("en", "fr", "ht")))
    return BriefingMap(with_tool, chart.others).save(tmp_path_factory.mktemp("what-if") / "map.html")


@pytest.fixture(params=[LAPTOP, PHONE], ids=["laptop", "phone"])
def page(request, opened, saved_tool):
    with opened(saved_tool, request.param, reduced_motion="reduce") as shown:
        switch_on(shown)
        yield shown


def switch_on(page):
    page.click("#what-if-switch")
    page.wait_for_selector("#what-if-answer p")
    page.wait_for_timeout(250)


def tap(page, share):
    at = page.evaluate(ON_WAY, share)
    if page.viewport_size["width"] < 900:
        page.touchscreen.tap(*at)
    else:
        page.mouse.click(*at)


def close_km(page, road, low, high):
    page.evaluate("document.querySelector('.wi-more').open = true")
    page.select_option("#what-if-road", label=road)
    page.fill("#what-if-km_from", str(low))
    page.fill("#what-if-km_to", str(high))
    page.click(".wi-km button")


def closed(page):
    return page.locator(".wi-closures li > span").all_inner_texts()


def figures(page):
    """Kilometres and minutes of each line of the answer."""
    lines = page.locator("#what-if-answer p").all_inner_texts()
    found = [re.search(r"([\d.]+) km(?: more)?, (\d+)–(\d+) min", line) for line in lines]
    return [tuple(float(one) for one in hit.groups()) for hit in found if hit]


def test_the_page_tells_the_way_that_python_finds(page):
    roads = area_roads(ARTIBONITE)
    minutes = SpeedModel().times(roads, "truck")
    ends = roads.spot("Gonaïves"), roads.spot("Saint-Marc")
    spans = [("RN1", "rn1", 110.4, 130.2), ("Johanisse (RN1) – Dessalines", "rd-des", 5, 6)]
    shut = np.zeros(len(roads.road_id), dtype=bool)
    told = []
    for label, road, low, high in spans:
        close_km(page, label, low, high)
        shut |= roads.on(RoadSpan(road, low * 1000, high * 1000))
        paths = [Router(roads.network).least(*ends, minutes.mean(axis=1), closed=one) for one in (None, shut)]
        due = [None if path is None else [path.length_m / 1000, *minutes_of(roads, path, minutes)] for path in paths]
        told = figures(page)
        assert told[0] == pytest.approx(due[0], abs=0.51)
        assert told[0][0] == pytest.approx(due[0][0], abs=0.051)
        assert told[1][0] == pytest.approx(due[1][0], abs=0.051)
        assert told[1][1:] == pytest.approx(due[1][1:], abs=0.51)
        assert told[2][0] == pytest.approx(due[1][0] - due[0][0], abs=0.051)
    assert told[1][0] > told[0][0] + 60  # by Saint-Michel, after the road from Johanisse is closed too
    assert closed(page) == ["Johanisse (RN1) – Dessalines km 5.0–6.0", "RN1 km 110.4–129.6"]


def minutes_of(roads, path, minutes):
    share = np.abs(path.to_m - path.from_m) / np.maximum(roads.network.length_m[path.edges], 1e-9)
    return (minutes[path.edges] * share[:, None]).sum(axis=0)


def test_a_tap_closes_and_reopens_and_says_who_is_cut_off(page):
    assert "Nothing. Tap a road" in page.inner_text("#what-if-closed")
    tap(page, 0.4)
    assert len(closed(page)) == 1
    assert closed(page)[0].startswith("RN1 km ")
    assert page.locator(".leaflet-what-if-lines-pane .wi-closed").count() == 1
    assert "Detour" in page.inner_text("#what-if-answer")
    assert "Who is cut off" in page.inner_text("#what-if-cut")
    assert page.locator("#card").is_hidden()
    page.click(".wi-closures button")
    assert closed(page) == []
    assert page.evaluate("document.activeElement.tagName") == "H2"
    assert page.inner_text("#what-if-cut").startswith("More than 5 km")


def test_what_has_no_way_left_is_said(page):
    close_km(page, "RN1", 96, 100)
    assert "No way is left between A and B" in page.inner_text("#what-if-answer")
    assert {"Reach A, not B", "Reach B, not A"} <= set(page.locator("#what-if-cut h4").all_inner_texts())
    assert "People (2024)" in page.inner_text("#what-if-cut")
    assert "Health facilities: not known" in page.inner_text("#what-if-cut")
    close_km(page, "RN1", 900, 901)
    assert page.inner_text("#what-if-note") == "No piece of this road lies on these kilometres."


def test_drawing_along_a_road_closes_what_is_drawn(page):
    page.check("#what-if input[value=drag]")
    spots = [page.evaluate(ON_WAY, share) for share in np.linspace(0.35, 0.5, 6).tolist()]
    before = page.evaluate("map_1.getCenter()")
    if page.viewport_size["width"] < 900:
        touch = page.context.new_cdp_session(page)
        for kind, at in zip(["touchStart", *["touchMove"] * 5, "touchEnd"], [*spots, None], strict=True):
            points = [] if at is None else [{"x": at[0], "y": at[1]}]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    else:
        page.mouse.move(*spots[0])
        page.mouse.down()
        for at in spots[1:]:
            page.mouse.move(*at, steps=4)
        page.mouse.up()
    page.wait_for_selector(".wi-closures li")
    low, high = map(float, re.findall(r"RN1 km ([\d.]+)–([\d.]+)", "; ".join(closed(page)))[0])
    assert high - low >= 4
    assert page.evaluate("map_1.getCenter()") == before  # the map has not been moved
    page.uncheck("#what-if input[value=drag]")
    assert page.evaluate("map_1.dragging.enabled()")


def test_start_and_end_are_moved_by_name_by_tap_and_by_dragging(page):
    page.fill("#what-if-end-0", "ti rivyè latibonit")
    page.keyboard.press("Tab")
    assert page.input_value("#what-if-end-0") == "Petite-Rivière-de-l'Artibonite"
    page.fill("#what-if-end-0", "nowhere at all")
    page.keyboard.press("Tab")
    assert page.inner_text("#what-if-note") == "No such place lies on these roads."
    page.wait_for_timeout(250)
    page.check("#what-if input[value=tap_to]")
    tap(page, 0.6)
    assert " km " in page.input_value("#what-if-end-1")
    assert closed(page) == []
    if page.viewport_size["width"] >= 900:
        box = page.locator(".wi-end").nth(1).bounding_box()
        was = page.input_value("#what-if-end-1")
        page.mouse.move(box["x"] + 22, box["y"] + 22)
        page.mouse.down()
        page.mouse.move(box["x"] + 90, box["y"] - 60, steps=6)
        page.mouse.up()
        assert page.input_value("#what-if-end-1") != was


def test_all_of_it_by_keyboard(opened, saved_tool):
    with opened(saved_tool, LAPTOP, reduced_motion="reduce") as page:
        page.focus("#what-if-switch")
        page.keyboard.press("Enter")
        page.wait_for_selector("#what-if-answer p")
        page.focus(".folium-map")
        page.keyboard.press("Tab")  # the ring and the cross are for who has come by keyboard
        page.keyboard.press("Shift+Tab")
        assert page.locator(".wi-cross").is_visible()
        frame = page.locator(".folium-map").bounding_box()
        at = [value - frame[axis] for value, axis in zip(page.evaluate(ON_WAY, 0.4), "xy", strict=True)]
        page.evaluate("at => map_1.setView(map_1.containerPointToLatLng(at), 13, {animate: false})", at)
        page.keyboard.press("Enter")
        assert len(closed(page)) == 1
        page.keyboard.press("Enter")
        assert closed(page) == []
        stops = set()
        page.locator("#what-if h2").focus()
        for _ in range(14):
            page.keyboard.press("Tab")
            stops.add(page.evaluate("document.activeElement.id || document.activeElement.value || ''"))
        assert {"what-if-end-0", "what-if-end-1", "tap_close", "drag"} <= stops
        page.locator("#what-if h2").focus()
        page.keyboard.press("Escape")
        assert page.locator("#what-if").is_hidden()
        assert page.evaluate("document.activeElement.id") == "what-if-switch"
        assert page.locator("[inert]").count() == 0
        assert page.locator("#panel").is_visible()


@pytest.mark.parametrize(("size", "lang"), [(LAPTOP, "fr"), (PHONE, "ht"), (PHONE, "en")])
def test_each_language_at_each_width(opened, saved_tool, axe, size, lang):
    with opened(saved_tool, size, reduced_motion="reduce") as page:
        switch_on(page)
        close_km(page, "RN1", 110.4, 130.2)
        page.click(f".languages [lang={lang}]")
        page.wait_for_selector(f"html[lang={lang}]", state="attached")
        spoken = {key.removeprefix("map.what_if."): text for key, text in words(lang).items() if "map.what_if." in key}
        shown = page.inner_text("#what-if")
        for key in ("title", "lead", "cut", "neither", "by_km", "people_where"):
            assert spoken[key] in shown, key
        assert "{" not in shown
        assert page.inner_text("#what-if-switch") == spoken["switch"]
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        wide = "one => one.scrollWidth > one.clientWidth"
        assert not page.locator("#what-if").evaluate(wide)
        small = page.locator("#what-if :is(button, summary, select, input[type=text], .choice)").evaluate_all(
            "all => all.filter(one => one.offsetHeight < 44 && one.offsetParent).map(one => one.outerHTML)"
        )
        assert small == []
        assert axe(page) == []


def test_what_is_only_supposed_is_not_printed(opened, saved_tool):
    with opened(saved_tool, LAPTOP, reduced_motion="reduce") as page:
        switch_on(page)
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        shown = "all => all.some(one => one.getClientRects().length > 0)"
        assert not page.locator("#what-if, .what-if-pane, .wi-end").evaluate_all(shown)
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.locator("#what-if").is_visible()


def test_other_pages_have_no_tool(opened, saved):
    with opened(saved, LAPTOP) as page:
        assert page.locator("#what-if-switch").count() == 0
        assert page.evaluate("document.documentElement.dataset.whatIf") is None

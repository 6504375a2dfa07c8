"""Names on the map page: none is cut by the window or lies under what stands over the map."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

SIZES = [(1280, 800), (1920, 1080), (390, 844), (360, 640)]
WRONG = """() => {
  const rect = (node) => node.getBoundingClientRect();
  const home = rect(document.querySelector(".folium-map"));
  const names = "#title, .tools > *, .zoom, .north, .inset, .leaflet-control-scale, #panel";
  const over = [...document.querySelectorAll(names)];
  const hit = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const found = [];
  for (const node of document.querySelectorAll(".folium-map text.label, .folium-map .shield")) {
    const box = rect(node);
    if (!box.width || !hit(box, home)) continue;
    const across = box.left < home.left - 2 || box.right > home.right + 2;
    const cut = across || box.top < home.top - 2 || box.bottom > home.bottom + 2;
    const under = over.some((one) => rect(one).width && hit(box, rect(one)));
    if (cut || under) found.push(node.textContent || node.className.baseVal);
  }
  return found;
}"""
NAMES = "() => [...document.querySelectorAll('.folium-map text.label[class*=rank]')].map((node) => node.textContent)"


@pytest.mark.parametrize(
    "size", [SIZES[0], SIZES[2], *(pytest.param(one, marks=pytest.mark.exhaustive) for one in SIZES[1::2])]
)
def test_no_name_is_cut_or_covered(opened, saved, size):
    with opened(saved, size, reduced_motion="reduce") as page:
        page.wait_for_timeout(250)
        assert page.evaluate(WRONG) == []
        assert {"Gonaïves", "Saint-Marc"} <= set(page.evaluate(NAMES))
        for lat, lon, zoom in ((19.1, -72.6, 11), (19.6, -72.4, 10), (18.9, -72.35, 12.5)):
            page.evaluate(
                "view => window.map_1.setView([view[0], view[1]], view[2], {animate: false})", [lat, lon, zoom]
            )
            assert page.evaluate(WRONG) == [], (lat, lon, zoom)
        before = page.evaluate(NAMES)
        page.evaluate("window.map_1.panBy([97, -63], {animate: false})")
        page.wait_for_timeout(300)
        assert page.evaluate(WRONG) == []
        assert set(page.evaluate(NAMES)) & set(before)


def test_the_phone_names_a_town_at_its_edge(opened, saved):
    with opened(saved, (390, 844)) as page:
        assert "Saint-Michel-de-l'Attalaye" in page.evaluate(NAMES)  # in two lines


def test_names_make_room_when_window_sheet_or_title_grow(opened, saved):
    with opened(saved, (390, 844), reduced_motion="reduce") as page:
        page.click("#tab-briefing")  # draws the sheet up
        page.wait_for_timeout(500)
        assert page.evaluate(WRONG) == []
        page.set_viewport_size({"width": 844, "height": 390})
        page.wait_for_timeout(600)
        assert page.evaluate(WRONG) == []
    with opened(saved, (1280, 800), reduced_motion="reduce") as page:
        page.evaluate(
            "document.getElementById('title').append(...Array.from({length: 6}, () => document.createElement('h1')))"
        )
        page.evaluate(
            "document.querySelectorAll('#title h1').forEach((one) => { one.textContent = 'A longer title'; })"
        )
        page.wait_for_timeout(400)
        assert page.evaluate(WRONG) == []


def test_a_dot_keeps_the_focus_when_the_map_is_moved(opened, saved):
    with opened(saved, (1280, 800), reduced_motion="reduce") as page:
        dot = page.locator(".folium-map .dot.mark").first
        dot.focus()
        key = dot.get_attribute("data-key")
        page.evaluate("window.map_1.panBy([40, 30], {animate: false})")
        page.wait_for_timeout(300)
        assert page.evaluate("document.activeElement.dataset.key") == key
        page.evaluate(
            "window.artimap.events.setTime(200, 400)"
        )  # what the days change is laid out anew at the next move
        page.wait_for_timeout(100)
        page.evaluate("window.map_1.panBy([-40, -30], {animate: false})")
        page.wait_for_timeout(300)
        assert page.evaluate(WRONG) == []

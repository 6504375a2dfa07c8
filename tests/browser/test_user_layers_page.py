"""Layers of the user's own in the browser: drawn, switched, opened by pointer and keyboard, explained, in tables."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

import artimap as am
from artimap.areas.area import ARTIBONITE
from artimap.maps.briefing import briefing_map
from tests.hostile import kept, payloads

pytestmark = pytest.mark.browser

DAY = "2024-10-15"
LAPTOP, PHONE = (1280, 800), (390, 844)
SOURCE = "Own list of 3 Oct 2024, CC BY 4.0"
SIGNS = ("clinic", "line", "area", "band", "label")
CENTRE = (733_500.0, 2_122_000.0)


def shape_of(mark, n):
    x, y = CENTRE[0] + 9_000.0 * (n % 4), CENTRE[1] + 7_000.0 * SIGNS.index(mark) + 4_000.0 * (n // 4)
    if mark in ("clinic", "label"):
        return shapely.Point(x, y)
    if mark == "area":
        return shapely.box(x, y, x + 5_000, y + 4_000)
    return shapely.LineString([(x, y), (x + 4_000, y + 3_000), (x + 9_000, y)])


def layers(names, title="{}", source=SOURCE):
    made = []
    for mark in SIGNS:
        shapes = [shape_of(mark, n) for n in range(len(names))]
        table = gpd.GeoDataFrame({"name": names, "beds": [str(n) for n in range(len(names))]}, geometry=shapes)
        made.append(
            am.UserLayer(table.set_crs(ARTIBONITE.crs), title.format(mark), mark, source, ("name", "beds"), "public")
        )
    return made


@pytest.fixture(scope="module")
def page_with_layers(tables, tmp_path_factory):
    chart = briefing_map(ARTIBONITE, as_of=DAY, layers=layers(["Un", "Deux"]), **tables)
    return chart.save(tmp_path_factory.mktemp("own") / "map.html")


@pytest.mark.parametrize("size", [LAPTOP, PHONE])
@pytest.mark.parametrize("lang", [pytest.param("en", marks=pytest.mark.exhaustive), "fr"])
def test_each_kind_is_drawn_explained_and_opens(opened, page_with_layers, axe, size, lang):
    with opened(page_with_layers, size) as page:
        if lang != "en":
            page.click(f".languages [lang={lang}]")
            page.wait_for_selector(f"html[lang={lang}]", state="attached")
        page.evaluate("document.getElementById('legend').open = true")
        for mark in SIGNS:
            name = f"own_{mark}"
            node = f".stage [data-key='{name}:0']"
            assert page.locator(node).count() == 1, mark
            assert page.locator(node).get_attribute("role") == "button"
            assert "Un" in page.locator(node).get_attribute("aria-label")
            page.evaluate(
                "node => document.querySelector(node).dispatchEvent(new MouseEvent('click', {bubbles: true}))", node
            )
            card = page.locator("#card")
            assert card.locator("h2").text_content() == "Un"
            assert SOURCE in card.text_content()
            group = page.locator(f".legend-group[data-layer={name}]")
            assert SOURCE in group.text_content()
            assert group.locator(".swatch").count() == 1
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert axe(page) == []


def test_a_layer_is_switched_off_and_on(opened, page_with_layers):
    with opened(page_with_layers, LAPTOP) as page:
        page.evaluate("document.getElementById('legend').open = true")
        for mark in SIGNS:
            shown = f".stage [data-key='own_{mark}:0']"
            assert page.locator(shown).is_visible(), mark
            page.evaluate("name => document.getElementById(`layer-${name}`).click()", f"own_{mark}")
            assert page.locator(shown).count() == 0 or not page.locator(shown).is_visible()
            page.evaluate("name => document.getElementById(`layer-${name}`).click()", f"own_{mark}")
            assert page.locator(shown).is_visible()


def test_the_keyboard_reaches_a_point_and_words(opened, page_with_layers):
    with opened(page_with_layers, LAPTOP) as page:
        for mark in ("clinic", "label", "line"):
            page.focus(f".stage [data-key='own_{mark}:1']")
            page.keyboard.press("Enter")
            assert page.locator("#card h2").text_content() == "Deux"
            page.keyboard.press("Escape")


def test_rows_stand_in_a_table_that_sorts_and_leads_to_the_map(opened, page_with_layers):
    with opened(page_with_layers, LAPTOP) as page:
        page.click("#table-switch")
        page.evaluate("document.getElementById('sheet-own_clinic').click()")
        assert page.locator("#sheet-own_clinic").text_content() == "clinic (2)"
        head = page.locator(".facts-table thead").text_content()
        assert head == "namebeds"
        page.click(".facts-table thead [data-column='0']")
        assert page.locator(".facts-table tbody th").all_text_contents() == ["Deux", "Un"]
        page.click(".facts-table tbody .to-map")
        assert page.locator("#card h2").text_content() == "Deux"


def test_hostile_layers_do_nothing(opened, tables, tmp_path):
    texts = [kept(one)[:300] for one in payloads()][::3]
    made = layers(texts, title="</script><img src=x onerror=window.hit=1>{}", source="<svg/onload=window.hit=1>")
    path = briefing_map(ARTIBONITE, as_of=DAY, layers=made, **tables).save(tmp_path / "map.html")
    with opened(path, LAPTOP) as page:
        page.evaluate("document.getElementById('legend').open = true")
        page.evaluate(
            """async () => {
          const marks = [...document.querySelectorAll(".stage [data-key^='own_']")];
          for (const node of marks.filter((_, n) => n % 9 === 0)) {
            node.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
            node.dispatchEvent(new MouseEvent('click', { bubbles: true }));
            await new Promise(resolve => setTimeout(resolve));
          }
        }"""
        )
        page.click("#table-switch")
        names = page.evaluate("[...document.querySelectorAll('[id^=sheet-own_]')].map(one => one.id)")
        assert len(names) == len(SIGNS)
        for name in names:
            page.evaluate("name => document.getElementById(name).click()", name)
        assert page.evaluate("[window.hit, top.hit, Object.prototype.hit].filter(one => one !== undefined)") == []
        assert page.evaluate("document.querySelectorAll('img, iframe, [onload], [onerror], [onclick]').length") == 0

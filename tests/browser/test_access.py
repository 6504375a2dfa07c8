"""The map for everyone: axe-core finds nothing, all by keyboard, filters, phone and paper."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser

LAPTOP, PHONE, SMALL = (1280, 800), (390, 844), (360, 740)


@pytest.mark.parametrize(("size", "lang"), [pytest.param(LAPTOP, "ht", marks=pytest.mark.exhaustive), (SMALL, "fr")])
def test_axe_finds_nothing(opened, saved, axe, size, lang):
    with opened(saved, size, reduced_motion="reduce") as page:  # not while the sheet slides
        page.click(f".languages [lang={lang}]")
        page.wait_for_selector(f"html[lang={lang}]", state="attached")
        page.click("#tab-events")
        page.click("#filters summary")
        page.locator(".facet input").first.check()
        assert axe(page) == []
        page.locator("#page-events .row").first.click()
        page.evaluate("document.getElementById('legend').open = true")
        page.click("#table-switch")
        assert axe(page) == []


@pytest.fixture(params=[LAPTOP, PHONE], ids=["laptop", "phone"])
def page(request, opened, saved):
    with opened(saved, request.param) as shown:
        yield shown


def test_a_filter_leaves_what_was_asked_for_and_says_so(page, tables):
    events = tables["events"]
    page.click("#tab-events")
    page.click("#filters summary")
    every = page.locator("#page-events .items .row").count()
    page.locator("#filters .choice", has_text="Abduction").locator("input").check()
    page.wait_for_function("n => document.querySelectorAll('#page-events .items .row').length < n", arg=every)
    heads = page.locator("#page-events .items .row .item-note").all_inner_texts()
    assert heads
    assert all(head.startswith("Abduction") for head in heads)
    assert f"Filtered: {len(heads)} of" in page.locator("#title").inner_text()
    ids = page.locator("#page-events .items .row").evaluate_all("rows => rows.map(row => row.dataset.key.slice(6))")
    assert set(events[events["event_id"].isin(ids)]["kind"]) == {"abduction"}
    drawn = page.evaluate(
        "[...document.querySelectorAll('.leaflet-artimap-events-pane .mark')].map(n => n.dataset.key)"
    )
    assert {key.removeprefix("event:") for key in drawn} <= set(ids)
    page.click("#title .filtered button")
    page.wait_for_function("n => document.querySelectorAll('#page-events .items .row').length === n", arg=every)
    assert page.locator(".facet input:checked").count() == 0


def test_filters_join(page):
    page.click("#tab-events")
    page.click("#filters summary")
    page.locator("#only-certainty-2").check()
    page.locator("#only-groups-0").check()
    shown = page.evaluate("window.artimap.events.state('test').total")
    both = page.evaluate("""() => { const e = window.artimap.events; let n = 0;
      for (let i = 0; i < e.count; i++) if (e.store.certainty[i] === 2 && (e.store.groups[i] & 1)) n++; return n; }""")
    assert 0 < shown == both


STOP = """() => {
  const n = document.activeElement;
  if (n === document.body) return null;
  const look = getComputedStyle(n);
  const blue = part => getComputedStyle(part).stroke.includes('11, 87, 208');
  const ring = (look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2) || blue(n)
    || (n.matches('.mark') && [...n.querySelectorAll('.ring, .said')].some(blue));
  const name = n.getAttribute('aria-label') || n.textContent || n.getAttribute('aria-labelledby')
    || (n.labels && [...n.labels].some(label => label.textContent));
  return {id: n.id || n.dataset.key || n.className, ring, name: !!name};
}"""
SMALL_TARGETS = """() => [...document.querySelectorAll('button, summary, .switch, .choice, input[type=text], a')]
  .filter(n => n.offsetParent && n.offsetWidth && !n.matches('.skip'))
  .map(n => [n.className || n.id, n.offsetWidth, n.offsetHeight])
  .filter(([, w, h]) => h < 44 || w < 44)"""


def test_everything_is_reached_by_tab(opened, saved):
    """Tab goes through tools, marks and panel; each stop has a name and a ring to see."""
    with opened(saved, LAPTOP) as page:
        page.evaluate("document.body.focus()")
        stops = []
        for _ in range(200):
            page.keyboard.press("Tab")
            stop = page.evaluate(STOP)
            if stop is None:
                break
            stops.append(stop)
        assert [stop["id"] for stop in stops if not stop["name"]] == []
        assert [stop["id"] for stop in stops if not stop["ring"]] == []
        seen = {stop["id"].split(":")[0] for stop in stops}
        assert {"search-for", "table-switch", "event", "post", "stretch", "zone", "tab-briefing"} <= seen


@pytest.mark.parametrize("lang", ["en", "fr", "ht"])
def test_nothing_runs_over_a_small_phone(opened, saved, lang):
    with opened(saved, SMALL) as page:
        if lang != "en":
            page.click(f".languages [lang={lang}]")
            page.wait_for_selector(f"html[lang={lang}]", state="attached")
        for tab in ("briefing", "road", "events", "margin", "about"):
            page.click(f"#tab-{tab}")
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            assert page.evaluate(
                "n => document.getElementById(n).scrollWidth <= document.getElementById(n).clientWidth", f"page-{tab}"
            )
        page.click("#tab-events")
        page.click("#filters summary")
        assert page.evaluate(SMALL_TARGETS) == []


def test_turning_the_phone_keeps_what_is_open(opened, saved):
    with opened(saved, PHONE) as page:
        page.click("#tab-road")
        page.locator("#page-road .row").nth(7).click()
        heading = page.locator("#card h2").inner_text()
        page.set_viewport_size({"width": 844, "height": 390})
        assert page.locator("#card h2").inner_text() == heading
        assert page.locator("#card h2").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.set_viewport_size({"width": 1280, "height": 800})
        assert page.locator("#card h2").is_visible()
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.locator("#card h2").inner_text() == heading


def test_the_road_as_a_line_is_linked_with_the_map(page, tables):
    page.click("#tab-road")
    page.locator("#page-road .more").click()
    marks = page.locator(".strip .strip-mark")
    keys = set(marks.evaluate_all("nodes => nodes.map(node => node.dataset.key)"))
    assert {key for key in keys if key.startswith("stretch:")} == {
        f"stretch:{one}" for one in tables["risk"]["lixel_id"]
    }
    placed = tables["checkpoints"][tables["checkpoints"]["from_m"].notna()]
    assert {f"post:{one}" for one in placed["checkpoint_id"]} <= keys
    assert any(key.startswith("zone:") for key in keys)
    assert any(key.startswith("event:") for key in keys)
    key = next(key for key in sorted(keys) if key.startswith("stretch:rn1:9"))
    if not narrow(page):
        page.locator(f".strip [data-key='{key}'] rect").hover()
        assert page.locator(f".stage .is-linked[data-key='{key}']").count() == 1
        assert "Rate" in page.locator("#tip").inner_text()
        page.keyboard.press("Escape")
        assert page.locator("#tip").is_hidden()
        page.locator("#tab-road").focus()
        page.evaluate("key => document.querySelector(`.stage [data-key='${key}']`).focus({focusVisible: true})", key)
        assert page.locator(f".strip .is-linked[data-key='{key}']").count() == 1
    page.locator(f".strip [data-key='{key}']").press("Enter")
    assert page.locator("#card .facts").is_visible()


def narrow(page):
    return page.viewport_size["width"] < 900


@pytest.mark.parametrize("lang", ["en", "ht"])
def test_paper_is_whole(opened, saved, lang):
    with opened(saved, LAPTOP) as page:
        if lang != "en":
            page.click(f".languages [lang={lang}]")
            page.wait_for_selector(f"html[lang={lang}]", state="attached")
        sheet = page.pdf(prefer_css_page_size=True, print_background=True)
        boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", sheet)
        assert len(boxes) == 2
        assert {(round(float(wide)), round(float(high))) for wide, high in boxes} == {(842, 595)}  # A4 across
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        for part in (".paper-title", ".print-legend", ".paper-strip .strip", ".paper-foot", ".sheets table"):
            assert page.locator(part).count() == 1, part
        assert "OpenStreetMap" in page.locator(".paper-foot").inner_text()
        over = "n => n.scrollHeight > n.clientHeight + 1 || n.scrollWidth > n.clientWidth + 1"
        assert not page.locator(".app").evaluate(over)
        assert not page.locator(".print-legend").evaluate(over)
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.locator(".paper").count() == 0

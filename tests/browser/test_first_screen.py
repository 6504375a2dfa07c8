"""The page at first sight: what stands above the fold, what lies over what, one day for all, hidden frames, paper."""

from __future__ import annotations

import re

import pytest

import artimap as am
from artimap.core.i18n import format_day, words
from artimap.core.vocab import CheckpointStatus
from tests.pagedata import data_in

pytestmark = pytest.mark.browser

LAPTOP, PHONE = (1280, 800), (390, 844)
SIZES = pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
LANGS = ("en", "fr", "ht")
DAYS = ("of_day", "newest")


@pytest.fixture(scope="module")
def paths(of_day, newest, tmp_path_factory):
    """The default pages of two days, with what earlier days were like."""
    folder = tmp_path_factory.mktemp("pages")
    return {name: one.map().save(folder / f"{name}.html") for name, one in (("of_day", of_day), ("newest", newest))}


def speak(page, lang):
    page.evaluate("lang => document.querySelector(`.languages [lang=${lang}]`).click()", lang)
    page.wait_for_selector(f"html[lang={lang}]", state="attached")
    page.wait_for_timeout(350)  # names make room for a title of another height


def set_last(page, day):
    page.evaluate("day => window.artimap.events.setTime(0, day)", day)
    page.wait_for_timeout(300)


@pytest.mark.parametrize("day", DAYS)
def test_the_answer_stands_above_the_fold_and_the_legend_is_a_line_of_marks(opened, paths, day):
    with opened(paths[day], LAPTOP, legend=False) as page:
        for lang in LANGS:
            speak(page, lang)
            said = words(lang)
            heads = [said[f"map.brief.{one}_head"] for one in ("worst", "as_of", "posts", "unknown")]
            fold = page.locator("#legend").bounding_box()["y"]
            blocks = page.locator("#page-briefing .block")
            ends = {one.locator("h2").inner_text(): one.bounding_box() for one in blocks.all()}
            assert next(iter(ends)).startswith(said["map.trip.head_of"].partition("{")[0])
            for head in heads:
                assert ends[head]["y"] + ends[head]["height"] <= fold + 1, (lang, head)
            assert page.locator("#legend").bounding_box()["height"] < 60
            assert page.locator("#legend .folded .swatch").count() > 8
            assert page.locator("#legend .folded-silent").inner_text() == said["map.legend.silent"]


def test_an_unfolded_legend_stays_so_in_another_language(opened, paths):
    with opened(paths["of_day"], LAPTOP) as page:
        speak(page, "fr")
        assert page.locator("#layer-events").is_visible()
        page.click("#legend summary")
        speak(page, "ht")
        assert page.locator("#layer-events").is_hidden()


CUT = """() => [...document.querySelectorAll('.panel *, .timebar *, .top *')].filter(one => {
  if (!one.offsetParent) return false;
  const look = getComputedStyle(one);
  return look.textOverflow === 'ellipsis' || look.webkitLineClamp !== 'none'
    || (look.overflowX === 'hidden' && one.scrollWidth > one.clientWidth + 1 && !one.matches('.folded'));
}).map(one => one.className)"""


@SIZES
def test_no_sentence_is_cut(opened, paths, size):
    with opened(paths["newest"], size, legend=False) as page:
        for lang in LANGS:
            speak(page, lang)
            for name in ("briefing", "road", "events"):
                page.click(f"#tab-{name}")
                assert page.evaluate(CUT) == []
        set_last(page, "2025-06-10")
        assert page.evaluate(CUT) == []


FREE = """() => {
  const map = map_1.getContainer().getBoundingClientRect();
  let end = map.bottom;
  for (const one of document.querySelectorAll('.tables, .panel, .timebar')) {
    const box = one.getBoundingClientRect();
    const shown = box.height && getComputedStyle(one).visibility === 'visible';
    if (shown && box.left <= map.left && box.right >= map.right) end = Math.min(end, box.top);
  }
  return end - map.top;
}"""


@pytest.mark.parametrize("size", [LAPTOP, PHONE, (1280, 720), (360, 640), (1920, 1080)])
def test_the_open_table_leaves_half_of_the_map(opened, saved, size):
    with opened(saved, size, legend=False) as page:
        before = page.evaluate(FREE)
        page.click("#table-switch")
        assert page.locator("#tables tbody tr").first.is_visible()
        assert page.evaluate(FREE) >= before / 2
        page.locator("#tables .to-map").nth(3).click()
        assert page.locator("#card h2").is_visible()


@SIZES
def test_search_is_reached_in_ten_tabs(opened, saved, size):
    with opened(saved, size) as page:
        reached = []
        for _ in range(10):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.id"))
        assert "search-for" in reached


COVERED = """() => {
  const map = map_1.getContainer().getBoundingClientRect();
  const found = [];
  for (const one of document.querySelectorAll('.stage .badge')) {
    const box = one.getBoundingClientRect();
    for (const [fx, fy] of [[0.5, 0.5], [0.2, 0.5], [0.8, 0.5], [0.5, 0.15], [0.5, 0.85]]) {
      const [x, y] = [box.x + box.width * fx, box.y + box.height * fy];
      const top = x > map.left && y > map.top && x < map.right && y < map.bottom && document.elementFromPoint(x, y);
      if (top && top.closest('.leaflet-container') && !top.closest('.count')) found.push(one.parentNode.dataset.key);
    }
  }
  return found;
}"""


@SIZES
@pytest.mark.parametrize("day", DAYS)
def test_no_mark_hides_a_count(opened, paths, day, size):
    with opened(paths[day], size, legend=False) as page:
        assert page.locator(".stage .badge").count() > 4
        for place, zoom in (((19.2, -72.6), 9), ((19.11, -72.7), 10.5), ((19.3, -72.6), 11.25), ((18.75, -72.5), 10)):
            page.evaluate("([at, zoom]) => map_1.setView(at, zoom, {animate: false})", [place, zoom])
            page.wait_for_timeout(120)
            assert page.evaluate(COVERED) == []
        set_last(page, "2024-09-12")
        assert page.evaluate(COVERED) == []


NAMES = """labels => {
  const centre = one => { const box = one.querySelector('circle').getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2]; };
  const dots = new Map([...document.querySelectorAll('.stage .dot')].map(one => [one.dataset.key, centre(one)]));
  const lines = [...document.querySelectorAll('.stage .leader.to-name')].map(one => one.getBoundingClientRect());
  return [...document.querySelectorAll('.stage text.label[class*=rank]')].map(one => {
    const box = one.getBoundingClientRect();
    const pull = box.height * 0.12;  // the box of a text is higher than its letters
    const away = ([x, y]) => Math.hypot(Math.max(box.left - x, 0, x - box.right),
      Math.max(box.top + pull - y, 0, y - box.bottom + pull));
    const text = [...one.querySelectorAll('tspan')].map(part => part.textContent).join('') || one.textContent;
    const own = dots.get(labels[text]);
    const next = Math.min(...[...dots].filter(([key]) => key !== labels[text]).map(([, at]) => away(at)));
    const led = lines.some(line => own[0] > line.left - 2 && own[0] < line.right + 2
      && own[1] > line.top - 2 && own[1] < line.bottom + 2);
    return [text, Math.round(away(own)), Math.round(next), led];
  });
}"""


@pytest.mark.parametrize("day", DAYS)
def test_a_name_stands_by_its_own_dot_on_the_phone(opened, paths, day):
    with opened(paths[day], PHONE) as page:
        data = data_in(page.evaluate("document.getElementById('artimap-data').textContent"))
        for zoom in (None, 9.25, 10, 11):
            if zoom:
                page.evaluate("zoom => map_1.setView([19.2, -72.6], zoom, {animate: false})", zoom)
                page.wait_for_timeout(120)
            places = [one for layer in data["layers"] if layer["kind"] == "place" for one in layer["features"]]
            found = page.evaluate(NAMES, {one["label"]: one["key"] for one in places})
            assert len(found) > 8
            for name, own, other, led in found:
                assert led or own <= other + 4, (zoom, name, own, other)
            if zoom is None:
                assert {"Saint-Marc", "L'Estère", "Pont-Sondé"} <= {name for name, *_ in found}


@SIZES
def test_a_cluster_lists_its_events_newest_first(opened, paths, size):
    order = """[...document.querySelectorAll('#card .row')].map(one =>
      artimap.events.store.day[artimap.events.index.get(one.dataset.key)])"""
    with opened(paths["newest"], size) as page:
        lists = 0
        for n in range(page.locator(".stage .count").count()):
            page.locator(".stage .count").nth(n).dispatch_event("click")
            days = page.evaluate(order)
            if None in days or not days:
                continue  # of posts
            lists += 1
            assert days == sorted(days, reverse=True)
        assert lists > 3


ZONES = """() => [...document.querySelectorAll('.leaflet-artimap-zones_reported-pane [data-key]:not(.is-past)')]
  .map(one => one.dataset.key.split('~')[0]).sort()"""


@pytest.mark.parametrize("asked", ["2023-02-14", "2024-07-20", "2024-09-30", "2024-10-03"])
def test_a_day_of_the_slider_states_one_day_for_all_layers(opened, paths, of_day, ledger, events, asked):
    with opened(paths["of_day"], LAPTOP) as page:
        set_last(page, asked)
        for lang in LANGS:
            speak(page, lang)
            told = page.locator(".time-state").inner_text()
            shown = max(one for one in of_day.days_before if str(one) <= asked)
            assert told.count(format_day(shown, lang)) == 1
            assert len(re.findall(r"\b20\d\d\b", told)) == 1, told
            for name in ("rates", "posts", "zones"):
                assert words(lang)[f"map.ui.time_{name}"].lower() in told.lower()
            assert told.rstrip(".").split()[-1] in page.locator("#title .sub").inner_text()
        zones = am.control_zones(am.ARTIBONITE, ledger, as_of=shown, events=events)
        assert page.evaluate(ZONES) == sorted(f"zone:{one}" for one in zones["zone_id"])


@pytest.mark.parametrize("asked", ["2022-11-05", "2024-05-20", "2024-10-15"])
def test_an_undated_post_is_told_as_undated_on_any_day(opened, paths, of_day, asked):
    undated = of_day.checkpoints[of_day.checkpoints["last_confirmed"].isna() & of_day.checkpoints["first_seen"].isna()]
    keys = [f"post:{one}" for one in undated[undated["from_m"].notna()]["checkpoint_id"]]
    assert keys
    with opened(paths["of_day"], LAPTOP) as page:
        set_last(page, asked)
        for lang in LANGS:
            speak(page, lang)
            for key in keys:
                mark = page.locator(f".mark.post[data-key='{key}']")
                status = words(lang)[f"checkpoint_status.{CheckpointStatus.UNKNOWN}"]
                assert status in mark.get_attribute("aria-label")
                mark.dispatch_event("click")
                assert status in page.locator("#card .card-kind").inner_text()
                assert words(lang)["map.day.none"] in page.locator("#card .facts").inner_text()


@SIZES
def test_a_page_without_size_waits_and_draws_when_it_is_shown(chromium, saved, tmp_path, size):
    holder = tmp_path / "holder.html"
    frame = f"<iframe src='{saved.as_uri()}' style='display:none;border:0;width:100%;height:90vh'></iframe>"
    holder.write_text(f"<!doctype html><title>holder</title>{frame}", encoding="utf-8")
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, offline=True)
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(holder.as_uri())
    page.wait_for_timeout(700)
    inner = page.frames[1]
    assert inner.evaluate("document.documentElement.dataset.ready") is None
    page.evaluate("document.querySelector('iframe').style.display = 'block'")
    inner.wait_for_selector("html[data-ready=yes]", state="attached", timeout=8000)
    drawn = inner.evaluate("""() => {
      const box = document.querySelector('.leaflet-artimap-land-pane path').getBoundingClientRect();
      return [box.width, document.querySelectorAll('.stage .mark').length, map_1.getZoom()];
    }""")
    assert drawn[0] > 100
    assert drawn[1] > 10
    assert 7 < drawn[2] < 11
    assert said == []
    context.close()


@pytest.mark.parametrize("day", DAYS)
def test_paper_is_two_sheets_with_a_large_map(opened, paths, day):
    with opened(paths[day], LAPTOP) as page:
        for lang in LANGS:
            speak(page, lang)
            sheet = page.pdf(prefer_css_page_size=True, print_background=True)
            assert len(re.findall(rb"/MediaBox", sheet)) == 2
            page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
            stage = page.locator("#stage").bounding_box()
            assert stage["width"] * stage["height"] > 0.45 * 1040 * 710
            legend = page.locator(".print-legend")
            assert legend.evaluate("one => one.scrollWidth <= one.clientWidth + 1")
            foot = page.locator(".paper-foot").bounding_box()
            app = page.locator("#app").bounding_box()
            assert foot["y"] + foot["height"] <= app["y"] + app["height"] + 1
            told = page.locator(".print-told").first.inner_text()
            assert words(lang)["map.brief.unknown_head"] in told
            page.evaluate("window.dispatchEvent(new Event('afterprint'))")


@SIZES
def test_without_scripts_the_first_screen_reads_well(chromium, paths, size):
    context = chromium.new_context(
        java_script_enabled=False, offline=True, viewport={"width": size[0], "height": size[1]}
    )
    page = context.new_page()
    page.goto(paths["of_day"].as_uri())
    plain = page.locator(".plain")
    assert page.locator(".plain h1").bounding_box()["y"] >= 0
    assert page.locator(".plain h2").first.bounding_box()["y"] < 190
    trips = page.locator(".plain ul").first.locator("li")
    assert trips.count() == 3
    last = trips.last.bounding_box()
    assert last["y"] + last["height"] < size[1]
    box = plain.bounding_box()
    assert (box["x"], box["width"]) == (0, size[0])
    line = trips.last.bounding_box()
    assert line["x"] >= 16
    assert line["x"] + line["width"] <= size[0] - 16
    assert line["width"] <= 720
    context.close()

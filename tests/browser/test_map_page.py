"""The briefing map in a real browser with the network off, on a laptop and on a phone."""

from __future__ import annotations

import pandas as pd
import pytest

from artimap.areas.area import ARTIBONITE
from artimap.claims.ledger import Ledger
from artimap.core import schema
from artimap.maps.briefing import briefing_map

pytestmark = pytest.mark.browser

DAY = "2024-10-15"
LAPTOP, PHONE = (1280, 800), (390, 844)
HOSTILE = (  # what a source might write
    "</script><script>window.hit=1</script><img src=x onerror=window.hit=1>"
    "`${window.hit=1}`\\2019\"'\u202e\u2028 👩‍👩‍👧"
)


@pytest.fixture(params=[LAPTOP, PHONE], ids=["laptop", "phone"])
def page(request, opened, saved):
    with opened(saved, request.param) as shown:
        yield shown


def narrow(page):
    return page.viewport_size["width"] < 900


def open_key(page, key):
    """Click the mark of a key, wherever it lies."""
    page.evaluate(
        "key => document.querySelector(`[data-key='${key}']`).dispatchEvent(new MouseEvent('click', {bubbles: true}))",
        key,
    )
    page.wait_for_selector("#card:not([hidden])")
    return page.locator("#card")


CARDS = """async () => { const all = window.artimap.events, found = {};
  for (let i = 0; i < all.count; i += 1) { const card = await all.detail(i);
    found[card.key] = [card.heading, card.sentence, card.when, card.where, card.precision, card.icon.mark,
      card.icon.hollow, card.statements.map(({ text, who, day }) => [text, who, day])]; }
  return found; }"""


def test_the_cards_of_events_say_what_the_files_say_in_every_language(opened, tmp_path, tables):
    events = tables["events"].copy()  # some have no words of their own, no place, or began before the map does
    events.loc[events.index[::5], "summary"] = pd.NA
    events.loc[events.index[::7], "place"] = pd.NA
    events.loc[events.index[::9], "date_start"] -= pd.Timedelta(days=40)
    tables = tables | {"events": events}
    chart = briefing_map(ARTIBONITE, as_of=DAY, since="2024-01-01", **tables)
    with opened(chart.save(tmp_path / "map.html"), LAPTOP) as shown:
        for made in (chart.page, *chart.others):
            shown.click(f".languages button[lang={made.lang}]")
            shown.wait_for_selector(f"html[lang={made.lang}]", state="attached")
            keys = frozenset(made.events)
            assert len(keys) > 20
            assert shown.evaluate(CARDS) == {
                one.key: [
                    one.heading, one.sentence, one.when, one.where, one.precision, one.icon.mark, one.icon.hollow,
                    [[said.text, said.who, said.day] for said in one.statements],
                ]
                for one in made.details if one.key in keys
            }  # fmt: skip


def test_opens_with_the_trips_then_the_stretches(page):
    if narrow(page):
        page.click("#tab-briefing")
    heads = page.locator("#page-briefing h2").all_inner_texts()
    assert heads == [
        "Between the cities, as of 15 Oct 2024", "Highest reported rates, by km", "As of when", "Posts on the road",
        "What is not known", "Gravest events, whatever their age", "How the rates are made",
    ]  # fmt: skip
    assert "As of 15 Oct 2024" in page.locator("#page-briefing").inner_text()


@pytest.mark.parametrize("size", [(1280, 720), LAPTOP, (1920, 1080)])
def test_the_trips_and_the_three_highest_stretches_stand_above_the_legend(opened, saved, size):
    with opened(saved, size, legend=False, reduced_motion="reduce") as page:
        for lang in ("en", "fr", "ht"):
            page.click(f".languages [lang={lang}]")
            page.wait_for_selector(f"html[lang={lang}]", state="attached")
            legend = page.locator("#legend").bounding_box()
            trips = page.locator("#page-briefing .is-trips .plain-row").all()
            assert len(trips) == 3
            assert not any(trip.evaluate("one => one.scrollHeight > one.clientHeight") for trip in trips)  # none is cut
            rows = [row.bounding_box() for row in page.locator("#page-briefing .is-worst .row").all()]
            assert len(rows) == 3
            assert max(trip.bounding_box()["y"] for trip in trips) < min(row["y"] for row in rows)
            assert max(row["y"] + row["height"] for row in rows) <= legend["y"]
            folded = size[1] < 1000
            assert page.locator("#legend").evaluate("one => one.open") != folded
            if folded:
                page.click("#legend summary")
            legend = page.locator("#legend").bounding_box()
            first = page.locator("#legend .legend-group").first.bounding_box()
            # of the first group the last line may touch the edge, in the longest words
            assert first["y"] + first["height"] <= size[1] + 14
            last = page.locator("#legend .legend-group li").last
            last.scroll_into_view_if_needed()
            shown = last.bounding_box()
            assert legend["y"] < shown["y"]
            assert shown["y"] + shown["height"] <= size[1]
            assert page.locator("#title").bounding_box()["y"] >= 0  # the legend was scrolled, not the page
            if folded:
                page.click("#legend summary")


def test_tabs_show_their_page(page):
    for name in ("road", "events", "margin", "about", "briefing"):
        page.click(f"#tab-{name}")
        assert page.locator(f"#page-{name}").is_visible()
        assert page.locator("[role=tabpanel]:visible").count() == 1
        assert page.locator(f"#tab-{name}").get_attribute("aria-selected") == "true"


STILL = """name => {
  const data = JSON.parse(document.getElementById('artimap-data').textContent);
  const [west, south, east, north] = data.layers.find(one => one.name === name).box;
  const frame = map_1.getContainer().getBoundingClientRect();
  const lat = y => Math.atan(Math.sinh(y / 1e5 * Math.PI / 180)) * 180 / Math.PI;
  const at = (x, y) => {
    const spot = map_1.latLngToContainerPoint([lat(y), x / 1e5]);
    return [spot.x + frame.x, spot.y + frame.y];
  };
  const paths = [...document.querySelectorAll(`.leaflet-artimap-${name}-pane path`)];
  const side = (name, pick) => pick(...paths.map(path => path.getBoundingClientRect()[name]));
  const drawn = [side('left', Math.min), side('top', Math.min), side('right', Math.max), side('bottom', Math.max)];
  return [drawn, [...at(west, north), ...at(east, south)]];
}"""


def test_what_is_only_looked_at_lies_where_the_rest_does(page):
    for zoom in (8.25, 10, 12.5, 15):
        page.evaluate("zoom => map_1.setView([19.1, -72.7], zoom, { animate: false })", zoom)
        for name in ("land", "lakes", "rivers", "roads"):
            drawn, due = page.evaluate(STILL, name)
            assert drawn == pytest.approx(due, abs=4), (name, zoom)  # a stroke is some pixels wide


def test_every_layer_goes_and_comes_back(page):
    if narrow(page):
        page.click("#tab-briefing")
    page.evaluate("document.getElementById('legend').open = true")
    boxes = page.locator("#legend input[type=checkbox]")
    names = [boxes.nth(n).get_attribute("id").removeprefix("layer-") for n in range(boxes.count())]
    assert {"checkpoints", "events", "somewhere", "zones_reported", "km", "places", "roads", "communes"} <= set(names)
    drawn = (
        "name => { const pane = `.leaflet-artimap-${name}-pane:not(.is-off)`;"
        " return document.querySelectorAll(`${pane} path, ${pane} circle`).length; }"
    )
    for name in names:
        if not page.locator(f"#layer-{name}").is_checked():  # it is off until it is asked for
            assert page.evaluate(drawn, name) == 0, name
            page.locator(f"#layer-{name}").click()
        before = page.evaluate(drawn, name)
        assert before > 0, name
        page.locator(f"#layer-{name}").click()
        assert page.evaluate(drawn, name) == 0, name
        page.locator(f"#layer-{name}").click()
        assert page.evaluate(drawn, name) == before, name


@pytest.mark.parametrize("kind", ["event", "bracket", "somewhere", "area", "line"])
def test_each_kind_of_mark_tells_who_and_when(page, chart, kind):
    drawn = set(page.evaluate("[...document.querySelectorAll('.stage [data-key]')].map(n => n.dataset.key)"))
    marks = [feature for one in chart.page.layers if one.kind == kind for feature in one.features]
    told = {one.key for one in chart.page.details if one.statements or kind == "line"}
    key = next(mark.key for mark in marks if mark.key in drawn and told & set(mark.details))
    card = open_key(page, key)
    if card.locator(".facts").count() == 0:  # several reports: take the first
        card.locator(".row").first.click()
        page.wait_for_selector("#card .facts")
    assert card.locator("h2").inner_text()
    if kind == "line":
        assert "Newest report" in card.inner_text()
    else:
        assert card.locator(".statements li").count() > 0
        first = card.locator(".statements li").first
        assert first.locator(".name").inner_text()
        assert first.locator(".party").inner_text()
        assert first.locator(".meta").inner_text()
    page.keyboard.press("Escape")
    assert page.locator("#card").is_hidden()


def test_sources_open_apart_and_tell_nothing(page):
    page.click("#tab-events")
    page.locator("#page-events .row").first.click()
    links = page.locator("#card a")
    for n in range(links.count()):
        assert links.nth(n).get_attribute("rel") == "noopener noreferrer"
        assert links.nth(n).get_attribute("href").startswith(("https://", "http://"))


def test_a_stack_lists_all_its_events(page):
    keys = page.evaluate(
        "[...document.querySelectorAll('.badge-text')].map(t => [t.parentNode.dataset.key, +t.textContent])"
    )
    key, count = max(((k, n) for k, n in keys if k.startswith("event:")), key=lambda one: one[1])
    card = open_key(page, key)
    assert card.locator(".row").count() == count
    card.locator(".row").first.click()
    page.click("#card .back")
    assert page.locator("#card .row").count() == count


def test_works_by_keyboard(page):
    page.locator("#tab-briefing").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-road"
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.id") == "tab-about"
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    mark = page.locator(".stage .hit[data-key^='stretch:']").first
    mark.focus()
    assert (
        page.evaluate("document.getElementById('stage').scrollTop + document.getElementById('stage').scrollLeft") == 0
    )
    page.keyboard.press("Enter")
    page.wait_for_selector("#card:not([hidden])")
    assert page.evaluate("document.activeElement.className") == "card-sentence"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.key").startswith("stretch:")


def test_a_list_leads_to_the_map(page):
    page.click("#tab-road")
    row = page.locator("#page-road .row").nth(7)
    key = row.get_attribute("data-key")
    row.click()
    page.wait_for_selector(".leaflet-artimap-selected-pane path", state="attached")
    assert page.locator(f".hit[data-key='{key}']").count() == 1


@pytest.mark.parametrize("zoom", [8, 10, 13, *(pytest.param(one, marks=pytest.mark.exhaustive) for one in (9, 11, 12))])
def test_labels_never_overlap(page, zoom):
    page.evaluate("zoom => window.map_1.setView([19.2, -72.6], zoom, {animate: false})", zoom)
    page.wait_for_timeout(60)
    hits = page.evaluate("""() => {
      const boxes = [...document.querySelectorAll('text.label')].map(n => [n.getBoundingClientRect(), n.textContent]);
      const found = [];
      for (let i = 0; i < boxes.length; i++) for (let j = 0; j < i; j++) {
        const [a, b] = [boxes[i][0], boxes[j][0]];
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 2 && high > 4) found.push([boxes[i][1], boxes[j][1]]);
      }
      return found;
    }""")
    assert hits == []


def test_touch_targets_are_large_enough(opened, saved):
    with opened(saved, PHONE) as page:
        page.click("#tab-events")
        small = page.evaluate("""() => [...document.querySelectorAll('button, summary, .switch')]
          .filter(n => n.offsetParent && n.offsetWidth)
          .map(n => [n.className || n.id, n.offsetWidth, n.offsetHeight])
          .filter(([, w, h]) => h < 44 || w < 40)""")
        assert small == []


def test_sheet_has_three_heights(opened, saved):
    with opened(saved, PHONE) as page:
        heights = []
        for _ in range(3):
            heights.append(page.locator("#panel").bounding_box()["height"])
            page.click(".handle", position={"x": 190, "y": 10})
            page.wait_for_timeout(300)
        assert heights[0] < 120 < heights[1] < 500 < heights[2]
        assert page.locator("#panel").bounding_box()["height"] == heights[0]


def test_paper_shows_the_table(opened, saved):
    with opened(saved, LAPTOP) as page:
        page.click("#tab-road")
        before = page.evaluate("window.map_1.getZoom()")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert page.locator(".sheets table tbody tr").count() == page.locator("#page-road li").count()
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.locator(".sheets").inner_text() == ""
        assert page.evaluate("window.map_1.getZoom()") == before


def test_still_for_those_who_ask(opened, saved):
    with opened(saved, LAPTOP, reduced_motion="reduce") as page:
        page.click(".zoom .in")
        assert page.evaluate("window.map_1._animatingZoom") in (False, None)


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_hostile_text_shows_as_text(opened, tables, tmp_path, size):
    events = tables["events"].copy()
    for column in ("summary", "place", "actors", "sub_kind"):
        events[column] = pd.Series([HOSTILE] * len(events), index=events.index, dtype=schema.TEXT)
    claims = tables["ledger"].claims.copy()
    for column in ("value", "claimant", "source", "source_url", "note"):
        claims[column] = pd.Series([HOSTILE] * len(claims), index=claims.index, dtype=schema.TEXT)
    ledger = Ledger(claims, tables["ledger"].subjects, tables["ledger"].posts)
    hostile = {**tables, "events": events, "ledger": ledger}
    path = briefing_map(ARTIBONITE, as_of=DAY, title=HOSTILE, author=HOSTILE, **hostile).save(tmp_path / "map.html")
    with opened(path, size) as page:
        page.click("#tab-events")
        page.locator("#page-events .row").first.click()
        assert page.locator("#card h2").text_content() == HOSTILE
        assert page.locator("#card a").count() == 0
        assert page.evaluate("window.hit") is None
        assert page.locator("img, iframe").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_without_scripts_the_text_is_there(chromium, saved):
    context = chromium.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(saved.as_uri())
    assert "As of 15 Oct 2024" in page.locator(".plain").inner_text()
    context.close()


TOLD = {
    "en": ("As of 15 Oct 2024", "Road", "Gonaïves", "km 13.7 to 16.7"),
    "fr": ("Au 15 oct. 2024", "Route", "Les Gonaïves", "km 13,7 à 16,7"),
    "ht": ("Jouk 15 oktòb 2024", "Wout", "Gonayiv", "km 13,7 rive 16,7"),
}


def told(page):
    """Everything that the page says: texts and names of marks."""
    return page.evaluate("""() => [document.title, document.body.innerText,
      ...[...document.querySelectorAll('text.label')].map(n => n.textContent),
      ...[...document.querySelectorAll('[aria-label]')].map(n => n.getAttribute('aria-label'))].join('\\n')""")


def test_speaks_three_languages(page):
    if narrow(page):
        page.click("#tab-briefing")
        page.wait_for_timeout(600)  # names below the sheet go when it has come to rest
    first = told(page)
    for lang in ("fr", "ht", "en"):
        page.click(f".languages [lang={lang}]")
        page.wait_for_selector(f"html[lang={lang}]", state="attached")
        said = told(page)
        for word in TOLD[lang]:
            assert word in said, (lang, word)
        assert page.locator(".languages [aria-pressed=true]").get_attribute("lang") == lang
    assert told(page) == first  # and back, without a trace


def test_a_card_stays_open_in_another_language(page):
    page.click("#tab-road")
    page.locator("#page-road .row").nth(7).click()
    page.click(".languages [lang=fr]")
    page.wait_for_selector("html[lang=fr]", state="attached")
    assert "Dernier" in page.locator("#card").inner_text()
    assert page.locator("#tab-road").get_attribute("aria-selected") == "true"


def centre(page):
    return page.evaluate("[window.map_1.getCenter().lat, window.map_1.getCenter().lng]")


@pytest.mark.parametrize(
    ("asked", "found", "lat", "lon"),
    [
        pytest.param("gonaives", "Gonaïves", 19.447, -72.689, marks=pytest.mark.exhaustive),
        ("Gonayiv", "Gonaïves", 19.447, -72.689),
        pytest.param("pont sonde", "Pont-Sondé", 19.15, -72.62, marks=pytest.mark.exhaustive),
        ("km 125", "RN1 · km 125.0", 19.30, -72.6),
        ("125,5", "RN1 · km 125.5", 19.30, -72.6),
    ],
)
def test_finds_places_and_kilometres(page, asked, found, lat, lon):
    page.locator("#search-for").focus()
    page.keyboard.type(asked)
    assert page.locator("#search-list [role=option]").first.locator("span").first.inner_text() == found
    assert page.locator("#search-for").get_attribute("aria-expanded") == "true"
    page.keyboard.press("Enter")
    assert page.locator("#search-list").is_hidden()
    there = page.evaluate(
        "([y, x]) => { const p = window.map_1.latLngToContainerPoint([y, x]); return [p.x, p.y]; }", [lat, lon]
    )
    assert -400 < there[0] < page.viewport_size["width"] + 400
    at = centre(page)
    assert abs(at[0] - lat) < 0.06
    assert abs(at[1] - lon) < 0.06


def test_says_when_nothing_is_found(page):
    page.locator("#search-for").focus()
    page.keyboard.type("Paris")
    assert "Nothing of that name" in page.locator("#search-list").inner_text()
    page.keyboard.press("Escape")
    assert page.locator("#search-list").is_hidden()


def column(page, n):
    return page.locator("#sheet tbody tr").evaluate_all("(rows, n) => rows.map(row => row.children[n].textContent)", n)


def test_the_same_facts_as_a_sortable_table(page, tables):
    page.click("#table-switch")
    assert len(column(page, 0)) == len(tables["risk"])
    page.click("#sheet [data-column='4']")
    assert page.locator("#sheet thead th").nth(4).get_attribute("aria-sort") == "descending"
    rates = [float(text) for text in column(page, 4) if text != "–"]
    assert rates == sorted(rates, reverse=True)
    page.keyboard.press("Enter")
    assert page.locator("#sheet thead th").nth(4).get_attribute("aria-sort") == "ascending"
    up = column(page, 4)
    assert [float(text) for text in up if text != "–"] == rates[::-1]
    assert "–" not in up[: len(rates)]  # what is not known stands last, either way
    page.locator("#sheet-stretches").focus()
    for name in ("posts", "events", "claims"):
        page.keyboard.press("ArrowRight")
        assert page.locator(f"#sheet-{name}").get_attribute("aria-selected") == "true"
        assert len(column(page, 0)) > 5
    page.locator("#sheet-events").click()
    page.click("#sheet [data-column='0']")
    page.locator("#sheet .to-map").first.click()
    assert page.locator("#card .facts").is_visible()
    page.keyboard.press("Escape")
    if narrow(page):
        assert page.locator("#tables").is_hidden()
    else:
        page.keyboard.press("Escape")
        assert page.locator("#tables").is_hidden()
        assert page.evaluate("document.activeElement.id") == "table-switch"

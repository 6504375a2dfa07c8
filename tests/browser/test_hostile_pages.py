"""Pages in which every field is hostile, in a real browser: nothing runs, nothing breaks, every panel opens."""

from __future__ import annotations

import datetime as dt
import html
import sys
from pathlib import Path

import folium
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from hostile import (
    hostile_area,
    hostile_days,
    hostile_names,
    hostile_posts,
    hostile_tables,
    hostile_zones,
    kept,
    payloads,
)

import artimap as am
from artimap.areas.area import ARTIBONITE
from artimap.core import schema
from artimap.maps import build, layers
from artimap.maps.folium_layers import what_breaks

pytestmark = pytest.mark.browser

DAY = "2025-12-31"
EARLIER = (dt.date(2015, 1, 1), dt.date(2024, 6, 30))
LAPTOP, PHONE = (1280, 800), (390, 844)
ALL = payloads()

TRACES = """() => ({
  ran: [window.hit, Object.prototype.hit, top.hit].filter(one => one !== undefined),
  kinds: [...new Set([...document.querySelectorAll('*')].map(one => one.tagName.toLowerCase()))],
  named: [...document.querySelectorAll('*')].flatMap(one => one.getAttributeNames())
    .filter(one => /^on|srcdoc|formaction/.test(one)),
  links: [...document.querySelectorAll('[href], [src]')].map(one => one.getAttribute('href') || one.src),
  wide: document.documentElement.scrollWidth > window.innerWidth,
  scripts: document.scripts.length,
})"""


@pytest.fixture(scope="module")
def hostile(tables):
    """A briefing in which every text is one of the payloads, all of them in each field."""
    with pytest.MonkeyPatch.context() as patched:
        named = ((build, "read_places"), (build, "read_units"), (layers, "read_units"), (layers, "read_roads"))
        for module, name in named:
            patched.setattr(module, name, hostile_names(getattr(module, name), ALL))
        made = hostile_tables(tables, ALL)
        return am.briefing_map(
            hostile_area(ARTIBONITE, ALL[0]), as_of=DAY, since="2015-01-01", audience="internal",
            title=ALL[1] + ALL[0], author="".join(ALL[:40]), changes=list(ALL), **made,
            risk_over_time=hostile_days(tables, ALL, EARLIER),
            checkpoints_over_time=hostile_posts(made["checkpoints"], ALL, EARLIER),
            zones_over_time=hostile_zones(made["zones"], ALL, EARLIER[-1]),
        )  # fmt: skip


def visit(page, every=1):
    """Open whatever opens: tabs, cards, filters, legend, tables, search, languages, paper."""
    for name in ("road", "events", "margin", "about", "briefing"):
        page.click(f"#tab-{name}")
    page.evaluate("document.getElementById('legend').open = true")
    page.evaluate(
        """async every => {
      const soon = () => new Promise(resolve => setTimeout(resolve));
      const rows = [...document.querySelectorAll('#page-road .row, #page-events .row, #page-margin .row')];
      for (const row of rows.filter((one, n) => n % every === 0)) { row.click(); await soon(); }
      const marks = [...document.querySelectorAll('.stage [data-key]')];
      for (const mark of marks.filter((one, n) => n % 6 === 0)) {
        mark.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
        mark.dispatchEvent(new MouseEvent('click', { bubbles: true }));
        await soon();
      }
      document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
    }""",
        every,
    )
    for lang in ("fr", "ht", "en"):
        page.click(f".languages [lang={lang}]")
        page.wait_for_selector(f"html[lang={lang}]", state="attached")


@pytest.fixture(scope="module")
def plain_kinds(chromium, saved):
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, offline=True)
    page = context.new_page()
    page.goto(saved.as_uri())
    page.wait_for_selector("html[data-ready=yes]", state="attached")
    visit(page, 5)
    tables_and_search(page, ["zzz", "Pont"])
    found = set(page.evaluate(TRACES)["kinds"])
    context.close()
    return found | {"tspan"}  # a long name stands in two lines


def tables_and_search(page, asked):
    page.evaluate(
        """async asked => {
          const box = document.getElementById('search-for');
          for (const text of asked) {
            box.value = text;
            box.dispatchEvent(new Event('input', { bubbles: true }));
            await new Promise(resolve => setTimeout(resolve));
          }
          box.value = '';
          box.dispatchEvent(new Event('input', { bubbles: true }));
        }""",
        list(asked),
    )
    page.click("#table-switch")
    page.evaluate("""async () => {
      const soon = () => new Promise(resolve => setTimeout(resolve));
      for (const tab of document.querySelectorAll('.tables [role=tab], .tables nav button')) {
        tab.click();
        await soon();
        for (const head of [...document.querySelectorAll('.tables th button')]) { head.click(); await soon(); } }
    }""")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")


# on the laptop every row and payload is opened, on the phone some of each kind
@pytest.mark.parametrize(
    "size", [pytest.param(LAPTOP, id="laptop", marks=pytest.mark.exhaustive), pytest.param(PHONE, id="phone")]
)
def test_no_field_of_a_briefing_runs_or_breaks_it(opened, hostile, plain_kinds, tmp_path, size):
    path = hostile.save(tmp_path / "map.html")
    with opened(path, size) as page:
        scripts = page.evaluate(TRACES)["scripts"]
        visit(page, 1 if size is LAPTOP else 5)
        if size is LAPTOP:
            tables_and_search(page, map(kept, ALL))
        found = page.evaluate(TRACES)
        assert found["ran"] == []
        assert set(found["kinds"]) <= plain_kinds
        assert found["named"] == []
        assert [link for link in found["links"] if not link.startswith("#")] == []
        assert not found["wide"]
        assert found["scripts"] == scripts
        page.click("#tab-events")
        page.evaluate("document.querySelectorAll('#page-events .row')[3].click()")
        shown = page.locator("#card h2").text_content()
        assert any(kept(text).strip() in shown for text in ALL if len(text) > 3)
        earlier_days(page, plain_kinds)


def earlier_days(page, plain_kinds):
    """Go back to days with other rates and posts, and open all of the road and some of the posts there."""
    for day, shown in (("2024-07-15", "30 Jun 2024"), ("2016-01-01", "1 Jan 2015")):
        page.evaluate("day => window.artimap.events.setTime(0, day)", day)
        page.wait_for_selector(f"#legend .rate-day:has-text('{shown}')", state="attached")
        page.click("#tab-road")
        page.evaluate("""async () => {
          for (const row of document.querySelectorAll('#page-road .row')) {
            row.click();
            await new Promise(resolve => setTimeout(resolve));
          }
          window.dispatchEvent(new Event('beforeprint'));
          window.dispatchEvent(new Event('afterprint'));
        }""")
        assert "As of" in page.locator("#card .card-place").text_content()
        page.evaluate("""async () => {
          if (document.getElementById('tables').hidden) document.getElementById('table-switch').click();
          document.getElementById('sheet-posts').click();
          const rows = [...document.querySelectorAll('#tables tbody button, .mark.post')];
          for (const row of rows.filter((one, n) => n % 19 === 0)) {
            row.dispatchEvent(new MouseEvent('click', { bubbles: true }));
            await new Promise(resolve => setTimeout(resolve));
          }
          if (!document.getElementById('tables').hidden) document.getElementById('table-switch').click();
        }""")
        assert shown in page.locator("#card").text_content() or page.locator("#card .items").count()
        found = page.evaluate(TRACES)
        assert found["ran"] == []
        assert set(found["kinds"]) <= plain_kinds
        assert found["named"] == []
        assert [link for link in found["links"] if not link.startswith("#")] == []
        assert not found["wide"]


@pytest.fixture(scope="module")
def crowd(tables):
    """More events than are listed one by one: texts come in packed pieces."""
    events = tables["events"]
    by_then = events[events["date_end"] <= pd.Timestamp(DAY)]  # what comes later is not on the page
    few = hostile_tables({**tables, "events": by_then}, ALL)["events"]
    many = pd.concat([few] * 5, ignore_index=True)
    many["event_id"] = pd.Series([f"{one}!{at}" for at, one in enumerate(many["event_id"])], dtype=schema.TEXT)
    many["place_kind"] = many["place_kind"].where(many.index % 2 == 0, "point").astype(schema.TEXT)
    return am.event_map(
        ARTIBONITE, many, as_of=DAY, since="2015-01-01", source="".join(ALL[:60]), title=ALL[5], author=ALL[6],
        languages=("fr", "ht"),
    )  # fmt: skip


def test_packed_texts_stay_texts(opened, crowd, tmp_path):
    with opened(crowd.save(tmp_path / "events.html"), LAPTOP) as page:
        told = page.evaluate("""async () => {
          const e = window.artimap.events, seen = [];
          for (let i = 0; i < e.count; i += 1) seen.push((await e.detail(i)).sentence);
          return seen;
        }""")
        assert {kept(text).strip() for text in ALL if text.strip()} <= {one.strip() for one in told}
        visit(page)
        found = page.evaluate(TRACES)
        assert found["ran"] == []
        assert not {"img", "iframe", "object", "embed", "form", "base", "math", "input[type=image]"} & set(
            found["kinds"]
        )
        assert found["named"] == []


def test_own_layers_that_pass_do_no_harm(opened, tables, tmp_path):
    line = {"type": "LineString", "coordinates": [[-72.7, 19.1], [-72.6, 19.2]]}
    layers = [folium.LayerControl(collapsed=False)]
    for n, text in enumerate(map(kept, ALL)):
        shape = {"type": "Feature", "id": str(n), "properties": {"a": text, text: "b"}, "geometry": line}
        layers += [
            folium.GeoJson({"type": "FeatureCollection", "features": [shape]}, name=text[:40]),
            folium.GeoJson({"type": "FeatureCollection", "features": [shape]}, tooltip=folium.GeoJsonTooltip(["a"])),
            folium.CircleMarker((19.1, -72.7), tooltip=text or "a", color="#AA3377"),
            folium.Marker((19.2, -72.6), icon=folium.DivIcon(html=text)),
        ]
    passed = [layer for layer in layers if not what_breaks([layer])]
    assert 300 < len(passed) < len(layers)
    chart = am.briefing_map(ARTIBONITE, as_of=DAY, corridor=tables["corridor"], languages=()).with_layers(*passed)
    with opened(chart.save(tmp_path / "own.html"), LAPTOP) as page:
        page.evaluate(
            """() => window.map_1.eachLayer(one => one.getTooltip && one.getTooltip() && one.openTooltip())"""
        )
        found = page.evaluate(TRACES)
        assert found["ran"] == []
        assert found["named"] == []
        assert not {"img", "iframe", "object", "embed", "form", "base", "math"} & set(found["kinds"])


@pytest.mark.parametrize("what", ["report", "notebook"])
def test_report_and_notebook_stay_text(chromium, hostile, tables, tmp_path, what):
    path = tmp_path / "page.html"
    if what == "report":
        mine = hostile_tables(tables, ALL)
        am.corridor_report(ARTIBONITE, as_of=DAY, audience="internal", **mine).save(path)
    else:
        shown = hostile._repr_html_()
        path.write_text(f"<!doctype html><title>{html.escape(ALL[0])}</title>{shown}", encoding="utf-8")
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, offline=True)
    page = context.new_page()
    said, asked = [], []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    if what == "notebook":
        page.frames[1].wait_for_selector("html[data-ready=yes]", state="attached")
    found = page.evaluate(TRACES)
    assert found["ran"] == []
    assert [one for one in found["named"] if one != "srcdoc"] == []
    assert found["scripts"] == 0
    assert said == []
    assert [one for one in asked if not one.startswith(("file:", "data:", "about:"))] == []
    assert not {"img", "iframe", "object", "embed", "form", "math"} & (
        set(found["kinds"]) - {"img" if what == "report" else "iframe"}
    )
    context.close()

"""The report in a real browser: what decides first, the rest to be opened, all of it on paper."""

from __future__ import annotations

import pytest

from artimap.areas.area import ARTIBONITE
from artimap.report.report import corridor_report
from artimap.risk.estimate import corridor_risk

pytestmark = pytest.mark.browser
LATE = "2025-12-27"
"""The last day of the data fills the tables most."""


@pytest.fixture(scope="module")
def report(tables, tmp_path_factory):
    rn1, events, ledger = tables["corridor"], tables["events"], tables["ledger"]
    risk = corridor_risk(rn1, rn1.locate(events), as_of=LATE, ledger=ledger)
    made = corridor_report(ARTIBONITE, corridor=rn1, risk=risk, events=events, ledger=ledger, as_of=LATE)
    return made.save(tmp_path_factory.mktemp("report") / "report.html")


@pytest.fixture
def page(chromium, report, request):
    context = chromium.new_context(viewport={"width": getattr(request, "param", 1280), "height": 844}, offline=True)
    page = context.new_page()
    page.goto(report.as_uri())
    yield page
    context.close()


TWO_WIDTHS = pytest.mark.parametrize("page", [1280, 390], indirect=True)
HIDDEN = "() => [...document.querySelectorAll('.fold')].filter(n => !n.clientHeight).length"


def open_all(page):
    page.evaluate("() => document.querySelectorAll('details').forEach(n => { n.open = true })")


@TWO_WIDTHS
def test_no_table_runs_over_the_page(page):
    for _ in range(2):
        wide = page.evaluate(
            "() => [...document.querySelectorAll('.table')].filter(n => n.scrollWidth > n.clientWidth + 1)"
            ".map(n => n.innerText.slice(0, 60))"
        )
        assert wide == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        open_all(page)


@TWO_WIDTHS
def test_what_stands_behind_is_closed_at_first(page):
    folds, height = page.locator(".fold").count(), page.evaluate("document.documentElement.scrollHeight")
    assert folds > 30
    assert page.evaluate(HIDDEN) == folds
    for section in ("summary", "strip", "stretches", "checkpoints", "unknown"):
        assert page.locator(f"#{section} > h2").is_visible()
    assert page.locator("#stretches td").first.is_visible()
    open_all(page)
    assert page.evaluate(HIDDEN) == 0
    assert page.evaluate("document.documentElement.scrollHeight") > 2.5 * height


def test_it_is_opened_and_closed_by_keyboard(page):
    first = page.locator("#places summary").first
    table = page.locator("#places .fold").first.locator("table")
    assert not table.is_visible()
    first.focus()
    assert first.evaluate("n => getComputedStyle(n).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert table.is_visible()
    page.keyboard.press("Enter")
    assert not table.is_visible()


def test_every_line_of_the_contents_leads_somewhere(page):
    links = page.locator("nav a")
    assert links.count() == page.locator("section").count()
    for link in links.all():
        assert page.locator(link.get_attribute("href")).is_visible()


def test_paper_holds_all(page):
    """Open or not, in a browser that knows how to fold or does not: nothing is lost in print."""
    texts = page.evaluate("() => [...document.querySelectorAll('.fold td, .fold li, .fold p')].map(n => n.textContent)")
    page.emulate_media(media="print")
    assert page.evaluate(HIDDEN) == 0
    shown = page.locator("body").inner_text()
    squeezed = " ".join(shown.split())
    assert [text for text in texts if " ".join(text.split()) not in squeezed] == []
    page.evaluate("() => document.querySelectorAll('.fold').forEach(n => n.setAttribute('hidden', ''))")
    assert page.evaluate(HIDDEN) == 0


@pytest.mark.parametrize("page", [pytest.param(1280, marks=pytest.mark.exhaustive), 390], indirect=True)
def test_axe_finds_nothing(page, axe):
    assert axe(page) == []
    open_all(page)
    assert axe(page) == []

"""What is new since an earlier briefing: rings that leave badges free, and one button that leaves nothing else."""

from __future__ import annotations

import datetime as dt

import pytest

from artimap.core.i18n import words
from artimap.maps.news import NewsWords, with_news

pytestmark = pytest.mark.browser

COVERED = """() => [...document.querySelectorAll('.mark .badge')].filter(one => {
  const ring = one.parentElement.querySelector('.news-ring');
  return ring && one.compareDocumentPosition(ring) & Node.DOCUMENT_POSITION_FOLLOWING;
}).length"""
SHOWN = """() => [...document.querySelectorAll('.mark:not(.dot)')]
  .filter(one => getComputedStyle(one).display !== 'none').length"""


@pytest.fixture(scope="module")
def saved(chart, tmp_path_factory):
    keys = [one.key for one in chart.page.details]
    events = [one for one in keys if one.startswith("event:")]
    posts = [one for one in keys if one.startswith("post:")]
    marks = {**dict.fromkeys(events[::3], "new"), posts[0]: "changed", "event:nowhere": "new"}
    marks |= dict.fromkeys([one for one in keys if one.startswith(("zone:", "stretch:"))][::4], "changed")
    said = {lang: NewsWords(("One.", "Two."), 9) for lang in ("en", "fr", "ht")}
    drawn = with_news(chart, marks, dt.date(2024, 10, 1), said)
    return drawn.save(tmp_path_factory.mktemp("news") / "map.html")


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_rings_and_the_filter_by_keyboard(opened, saved, size):
    with opened(saved, size) as page:
        assert page.locator(".news-ring.is-new").count()
        assert page.evaluate(COVERED) == 0
        button = page.locator("#news-only")
        before = page.evaluate(SHOWN)
        button.focus()
        page.keyboard.press("Enter")
        page.wait_for_timeout(400)
        assert button.get_attribute("aria-pressed") == "true"
        assert 0 < page.evaluate(SHOWN) < before
        assert page.evaluate("[...document.querySelectorAll('.mark:not(.dot)')].every(one => "
                             "getComputedStyle(one).display === 'none' || one.matches('.is-news'))")  # fmt: skip
        page.keyboard.press("Enter")
        page.wait_for_timeout(400)
        assert page.evaluate(SHOWN) == before


@pytest.mark.parametrize("lang", ["fr", "ht"])
def test_the_words_follow_the_language(opened, saved, lang):
    with opened(saved, (1280, 800)) as page:
        page.locator(f".languages button[lang={lang}]").click()
        page.wait_for_function(f"document.documentElement.lang === '{lang}'")
        label = words(lang)["change.since"].split("{")[0]
        page.wait_for_function("label => document.getElementById('news-only').textContent.startsWith(label)", arg=label)
        assert words(lang)["change.mark.new"] in page.locator("#legend").inner_text()
        assert "Two." in page.locator("#page-briefing").inner_text()

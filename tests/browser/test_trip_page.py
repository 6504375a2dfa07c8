"""The page of a trip in a browser: no request, no overflow, one sheet of A4."""

from __future__ import annotations

import re

import pytest

from artimap.report.trip.page import trip_html
from tests.report.trips import PASSED, closing, content, way

FULL = [closing(asked=True), *(closing() for _ in range(4)), closing(near=False)]
TOLD = {
    "one": content(1),
    "two": content(2),
    "full": content(4, closed=FULL),
    "cut off": content(0, closed=FULL),
    "there and back": content([way(0, passages=PASSED), way(1)], back=(way(0, back=True), way(1, back=True))),
}


@pytest.mark.parametrize("lang", ["en", "fr", "ht"])
@pytest.mark.parametrize("name", TOLD)
def test_a_trip_fits_its_screen_and_one_sheet(chromium, tmp_path, name, lang):
    path = tmp_path / "trip.html"
    path.write_text(trip_html(TOLD[name], lang), encoding="utf-8")
    page, asked = chromium.new_page(viewport={"width": 1280, "height": 800}), []
    page.on("request", lambda one: asked.append(one.url))
    page.on("console", lambda one: asked.append(one.text))
    page.goto(path.as_uri())
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        small = page.evaluate(
            "[...document.querySelectorAll('body *')].filter(one => !one.childElementCount && one.textContent.trim())"
            ".map(one => parseFloat(getComputedStyle(one).fontSize)).reduce((a, b) => Math.min(a, b))"
        )
        assert small >= 11
    sheets = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", sheets)) == 1
    page.close()
    assert asked == [path.as_uri()]


def test_columns_are_level_and_labels_stand_once(chromium, tmp_path):
    path = tmp_path / "trip.html"
    path.write_text(trip_html(content(3), "en"), encoding="utf-8")
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    page.goto(path.as_uri())
    rows = page.evaluate(
        "[...document.querySelectorAll('article')].map(one => [...one.querySelectorAll('dd')].map(dd => "
        "Math.round(dd.parentElement.getBoundingClientRect().top)))"
    )
    assert rows[0] == rows[1] == rows[2]
    page.close()


def test_a_reader_finds_no_fault(chromium, axe, tmp_path):
    path = tmp_path / "trip.html"
    path.write_text(trip_html(content(3, closed=FULL), "en"), encoding="utf-8")
    page = chromium.new_page(viewport={"width": 1280, "height": 800}, bypass_csp=True)
    page.goto(path.as_uri())
    assert axe(page) == []
    page.close()

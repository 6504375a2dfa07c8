"""One Chromium for all browser tests. Without one they skip; in CI its absence is a failure."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from artimap.areas.area import ARTIBONITE
from artimap.maps.briefing import briefing_map


def _absent(why):
    if os.environ.get("CI") == "true":
        pytest.fail(f"{why}: browser tests may not be skipped in CI")
    pytest.skip(why)


BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first is Chromium without windows: a page costs less than half the processor time, none being drawn."""


@pytest.fixture(scope="session")
def chromium():
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - an optional tool
    except ImportError:
        _absent("playwright is not installed (pip install playwright)")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        _absent("there is no chromium on the PATH (apt install chromium)")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=path, headless=True, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@pytest.fixture(scope="session")
def axe():
    """Give what axe-core finds on a page: rule, impact and where."""
    package = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
    script = (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")

    def faults(page):
        page.evaluate(script)
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", list(RULES))
        assert len(found["passes"]) > 20
        return [
            (one["id"], one["impact"], [node["html"][:160] for node in one["nodes"][:3]]) for one in found["violations"]
        ]

    return faults


DAY = "2024-10-15"


@pytest.fixture(scope="session")
def chart(tables):
    return briefing_map(ARTIBONITE, as_of=DAY, **tables)


@pytest.fixture(scope="session")
def saved(chart, tmp_path_factory):
    return chart.save(tmp_path_factory.mktemp("map") / "map.html")


@contextmanager
def _opened(chromium, path, size, *, legend=True, **more) -> Iterator:
    """Open a page offline; on leaving, nothing may have been asked for or complained of.

    With ``legend``, a wide map's legend is unfolded, as by a reader who looks a mark up.
    """
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]}, offline=True, has_touch=size[0] < 900, **more
    )
    page = context.new_page()
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: (said.append(f"a dialog: {dialog.message}"), dialog.dismiss()))
    page.set_default_timeout(8000)
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready=yes]", state="attached")
    if legend and size[0] >= 900:
        page.evaluate("() => { const one = document.getElementById('legend'); if (one) one.open = true; }")
    yield page
    context.close()
    assert asked == [path.as_uri()]
    assert said == []


@pytest.fixture
def opened(chromium):
    """Give the function that opens a page: ``with opened(path, (width, height)) as page``."""
    return partial(_opened, chromium)

"""One Chromium for all browser tests. Without one they skip; in CI its absence is a failure."""

from __future__ import annotations

import os
import shutil

import pytest


def _absent(why):
    if os.environ.get("CI") == "true":
        pytest.fail(f"{why}: browser tests may not be skipped in CI")
    pytest.skip(why)


@pytest.fixture(scope="session")
def chromium():
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - an optional tool
    except ImportError:
        _absent("playwright is not installed (pip install playwright)")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        _absent("there is no chromium on the PATH (apt install chromium)")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=path, headless=True, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()

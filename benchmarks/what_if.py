"""Closing roads in the page: bytes that the tool adds, and time of an answer with the processor slowed four times.

On the embedded roads, and on the real roads of northern Haiti where the layer is at hand (``benchmarks.network``).
Without playwright and Chromium only the bytes are told.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import artimap as am
from artimap.areas.road_network import AreaRoads
from artimap.maps.briefing import BriefingMap
from artimap.maps.what_if import what_if
from benchmarks.network import real_layer

DAY = "2024-10-15"
SLOWED = 4
LANGUAGES = ("en", "fr", "ht")
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")

_TIMES = """async repeat => {
  const sheet = document.getElementById('what-if'), frame = map_1.getContainer(), took = {closing: [], moving: []};
  const tap = (what, spot) => {
    sheet.querySelector(`[value=tap_${what}]`).click();
    const where = {bubbles: true, clientX: spot.x, clientY: spot.y};
    frame.dispatchEvent(new PointerEvent('pointerdown', where));
    frame.dispatchEvent(new MouseEvent('click', where));
    const last = performance.getEntriesByName('what-if').at(-1);
    return new Promise(done => setTimeout(done, 50, last.duration));
  };
  const field = document.getElementById('what-if-end-1'), home = field.value;
  for (let n = 0; n < repeat; n += 1) {
    const path = document.querySelector('.leaflet-what-if-lines-pane :is(.wi-now, .wi-usual)');
    const at = path.getPointAtLength(path.getTotalLength() * (n + 1) / (repeat + 2));
    const spot = at.matrixTransform(path.getScreenCTM());
    took.closing.push(await tap('close', spot));
    took.moving.push(await tap('to', spot));
    field.value = home;
    field.dispatchEvent(new Event('change'));
  }
  return took;
}"""
"""Taps along the way that is drawn, each closing a piece, then moving the end there."""


def run(repeat: int) -> None:
    """Print bytes and milliseconds for each network."""
    area = am.area("artibonite")
    study = am.study(area, audience="internal", as_of=DAY, corridor="rn1")
    plain, chart = study.map(what_if=False, over_time=False), study.map(over_time=False)
    without = len(plain.html().encode())
    _tell("embedded", chart, without, repeat)
    path = real_layer()
    if path is None:
        print("no real roads here: name a file of lines in ARTIMAP_ROADS")
        return
    import geopandas as gpd  # noqa: PLC0415

    read = gpd.read_parquet if path.suffix == ".parquet" else gpd.read_file
    roads = AreaRoads.from_lines(read(path).to_crs(area.crs), area=area, tolerance_m=5, noding="crossings")
    start = time.perf_counter()
    packed = what_if(area, LANGUAGES, roads=roads)
    print(f"north Haiti: {len(roads.network.edges):,} edges, packed in {time.perf_counter() - start:.1f} s")
    _tell("north Haiti", replace(chart, page=replace(chart.page, what_if=packed)), without, repeat)


def _tell(name: str, chart: BriefingMap, without: int, repeat: int) -> None:
    text = chart.html()
    print(f"  {name}: + {(len(text.encode()) - without) / 1000:,.0f} kB in the page")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None or find_spec("playwright") is None:
        print("    no Chromium here: times are not told")
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / "map.html"
        path.write_text(text, encoding="utf-8")
        took = _times(browser, path, repeat)
    for what, times in took.items():
        print(f"    {what}, slowed {SLOWED} times: {median(times):.0f} ms, at worst {max(times):.0f} ms")


def _times(browser: str, path: Path, repeat: int) -> dict[str, list[float]]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as play:
        shown = play.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        page = shown.new_page(viewport={"width": 1280, "height": 800}, offline=True, reduced_motion="reduce")
        page.goto(path.as_uri())
        page.wait_for_selector("#what-if-switch")
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        start = time.perf_counter()
        page.click("#what-if-switch")
        page.wait_for_selector("#what-if-answer p")
        opened = 1000 * (time.perf_counter() - start)
        page.wait_for_timeout(3000)  # nobody taps in the same second
        took: dict[str, Any] = page.evaluate(_TIMES, max(repeat, 5))
        shown.close()
    return {"opening": [opened], **took}

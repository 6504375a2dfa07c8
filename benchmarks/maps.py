"""The map page beside folium's, in one run and one Chromium, with no network and everything inlined.

Ready is the time from the start of the page to its first frame with everything drawn, by the
page's own clock. Each run opens a browser of its own and lets it come to rest first: while a browser starts, its
own processes take both cores of a small machine. A pan moves the map and waits for the
frame; a slider step sets the days and waits for the frame; a pick asks which event lies under a
point. The heap is what is used after the browser has collected its garbage.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import artimap as am
from benchmarks import map_pages as pages

_REST_MS = 1000

_WAIT = """new MutationObserver((unused, watch) => {
  if (document.documentElement && document.documentElement.dataset.ready === "yes") {
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.drawn = performance.now(); }, 0));
  }
}).observe(document, { attributes: true, subtree: true, childList: true })"""

_FRAME = """const frame = () => new Promise(done => requestAnimationFrame(() => {
  const soon = new MessageChannel(); soon.port1.onmessage = done; soon.port2.postMessage(0); }));
const middle = all => all.sort((a, b) => a - b)[all.length >> 1];
const timed = async (n, act) => { const all = [];
  for (let i = 0; i < n; i += 1) {
    const from = performance.now(); act(i); await frame(); all.push(performance.now() - from);
  }
  return middle(all); };"""

_PAN = """const side = i => i % 2 ? 1 : -1;
  out.pan = await timed(9, i => map.panBy([200 * side(i), 90 * side(i)], { animate: false }));"""

_OURS = f"""async () => {{ {_FRAME} const out = {{}}, map = window.map_1, e = window.artimap.events;
  await frame(); {_PAN}
  const last = e.time.days - 1;
  out.slider = await timed(9, i => e.setTime(i * 20, last - 1 - i * 20));
  e.setTime(0, last); await frame();
  out.pick = 0; out.missed = 0; out.text = 0;
  for (let i = 0; i < 200; i += 1) {{
    const row = (i * 7919) % e.marks, at = map.latLngToContainerPoint(e.placeOf(row)), from = performance.now();
    const found = e.pick(at.x, at.y, 6);
    out.pick = Math.max(out.pick, performance.now() - from);
    if (!found.includes(row)) out.missed += 1;
    const asked = performance.now();
    await e.detail(row);
    out.text = Math.max(out.text, performance.now() - asked);
  }}
  return out; }}"""

_THEIRS = f"async () => {{ {_FRAME} const out = {{}}, map = window.chart; await frame(); {_PAN} return out; }}"


@dataclass
class Figures:
    """What the runs of one page gave."""

    name: str
    mb: float
    build: list[float] = field(default_factory=list)
    ready: list[float] = field(default_factory=list)
    more: dict[str, list[float]] = field(default_factory=dict)
    requests: int = 0
    console: int = 0

    @property
    def ready_ms(self) -> float:
        return median(self.ready)

    def told(self) -> str:
        rest = ", ".join(f"{name} {median(values):.3g}" for name, values in self.more.items())
        build = f"build {median(self.build):.2f} s, " if self.build else ""
        return (
            f"{self.name}: {build}{self.mb:.2f} MB, ready {self.ready_ms:.0f} ms ({min(self.ready):.0f}-"
            f"{max(self.ready):.0f}), {rest}; {self.requests} requests beside the page, {self.console} console messages"
        )


def opened(
    figures: Figures, path: Path, act: str, *, slower: int = 1, wide: int = 1280, high: int = 800, most_s: float = 240.0
) -> None:
    """Open a page once in a browser of its own, on a processor some times slower, and note what it took."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only this suite drives a browser

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"]
        )
        context = browser.new_context(viewport={"width": wide, "height": high}, offline=True)
        page = context.new_page()
        page.set_default_timeout(most_s * 1000)
        page.add_init_script(_WAIT)
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.wait_for_timeout(_REST_MS)
        devtools = context.new_cdp_session(page)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        page.goto(path.as_uri())
        page.wait_for_function("() => window.drawn")
        figures.ready.append(page.evaluate("window.drawn"))
        devtools.send("HeapProfiler.collectGarbage")
        heap = page.evaluate("performance.memory.usedJSHeapSize / 1e6")
        found: dict[str, Any] = page.evaluate(act)
        for name, value in {"heap_mb": heap, **found}.items():
            figures.more.setdefault(name, []).append(value)
        figures.requests = max(figures.requests, len(asked) - 1)
        figures.console = max(figures.console, len(said))
        if said:
            print("  said:", said[0][:200])
        browser.close()


def made(name: str, build: Callable[[], str], folder: Path, repeat: int) -> tuple[Figures, Path]:
    """Build a page some times, write it, and note what it took."""
    taken = []
    html = ""
    for _ in range(repeat):
        start = time.perf_counter()
        html = build()
        taken.append(time.perf_counter() - start)
    path = folder / f"{name.replace(' ', '-')}.html"
    path.write_text(html, encoding="utf-8")
    return Figures(name, path.stat().st_size / 1e6, taken), path


def _beside(ours: tuple[Figures, Path], theirs: tuple[Figures, Path], repeat: int, of_theirs: int) -> None:
    for turn in range(repeat):  # in turn, so that a busy moment hits both
        opened(*ours, _OURS)
        if turn < of_theirs:
            opened(*theirs, _THEIRS)
    print(ours[0].told())
    print(theirs[0].told())
    size, speed = theirs[0].mb / ours[0].mb, theirs[0].ready_ms / ours[0].ready_ms
    print(f"  {size:.1f} times smaller, {speed:.1f} times faster to ready")


def run_briefing(repeat: int) -> None:
    """Open the briefing of the embedded data: on a laptop, and as on a phone six times slower."""
    chart = pages.briefing(am.area("artibonite"))
    with tempfile.TemporaryDirectory() as folder:
        figures, path = made("briefing", chart.html, Path(folder), repeat)
        phone = Figures("briefing, slow phone", figures.mb)
        for _ in range(repeat):
            opened(figures, path, _OURS)
            opened(phone, path, _OURS, slower=6, wide=390, high=844)
    print(figures.told())
    print(phone.told())


def run_100k(repeat: int) -> None:
    """Open 100,000 events with texts, ours beside ``folium.GeoJson``."""
    area = am.area("artibonite")
    pages.event_page(area, pages.events(area, 1000, texts=True))  # what is imported where it is needed
    table = pages.events(area, 100_000, texts=True)
    with tempfile.TemporaryDirectory() as folder:
        ours = made("artimap 100k", lambda: pages.event_page(area, table), Path(folder), repeat)
        theirs = made("folium.GeoJson 100k", lambda: pages.folium_geojson(table), Path(folder), 1)
        _beside(ours, theirs, repeat, repeat)


def run_1m(repeat: int) -> None:
    """Open a million events, ours beside folium's ``FastMarkerCluster``, which is opened three times at most."""
    area = am.area("artibonite")
    pages.event_page(area, pages.events(area, 1000, texts=False))
    table = pages.events(area, 1_000_000, texts=False)
    with tempfile.TemporaryDirectory() as folder:
        ours = made("artimap 1M", lambda: pages.event_page(area, table), Path(folder), repeat)
        theirs = made("folium FastMarkerCluster 1M", lambda: pages.folium_cluster(table), Path(folder), 1)
        _beside(ours, theirs, repeat, min(repeat, 3))


def run(repeat: int) -> None:
    """Open all three."""
    run_briefing(repeat)
    run_100k(repeat)
    run_1m(repeat)

"""Make the pictures of the gallery: ``python docs/gallery/make.py``.

Every picture is of what the library makes from the embedded data. Pages are opened in
Chromium with no network; paper, strip and static map need no browser but for the first.
Pictures are reduced to 256 colours or fewer, rare ones kept, so that the folder stays small.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

import artimap as am  # noqa: E402
from benchmarks.map_pages import events as made_up  # noqa: E402

DAY = "2024-10-15"
FIRST = "2022-10-16"
MOST = 250_000
A4_AT_96 = (1123, 794)


def write(name: str, picture: bytes, *, wide: int | None = None, grey: bool = False) -> None:
    """Write a picture small: no wider than asked, few colours."""
    image = Image.open(io.BytesIO(picture)).convert("L" if grey else "RGB")
    if wide is not None and image.width > wide:
        image = image.resize((wide, round(image.height * wide / image.width)), Image.Resampling.LANCZOS)
    for colours in (256, 128, 64):
        out = io.BytesIO()
        # the usual way of choosing colours gives up rare ones: then an orange road turns brown
        few = image.convert("RGB").quantize(colours, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        few.save(out, "PNG", optimize=True)
        if out.tell() < MOST:
            break
    (HERE / name).write_bytes(out.getvalue())
    print(f"{name}: {image.width}x{image.height}, {out.tell() / 1000:.0f} kB")


@contextmanager
def shown(browser: Any, path: Path, size: tuple[int, int]) -> Iterator[Any]:
    """Open a page with no network."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, offline=True, reduced_motion="reduce", has_touch=size[0] < 900
    )
    page = context.new_page()
    page.goto(path.as_uri())
    if path.name != "report.html":
        page.wait_for_selector("html[data-ready=yes]", state="attached")
        page.wait_for_timeout(400)
    yield page
    context.close()


def analysed() -> dict[str, Any]:
    """Give what is known of the embedded data on the day."""
    area = am.area("artibonite")
    rn1, events, ledger = am.read_corridor(area, "rn1"), am.read_events(area), am.read_claims(area)
    before = events[events["date_start"] <= pd.Timestamp(DAY)]
    return {
        "corridor": rn1,
        "risk": am.corridor_risk(rn1, rn1.locate(before), as_of=DAY, ledger=ledger),
        "zones": am.control_zones(area, ledger, as_of=DAY, events=events),
        "checkpoints": am.checkpoints_on(rn1, ledger, as_of=DAY),
        "events": events,
        "ledger": ledger,
    }


def on_other_days(area: am.Area, tables: dict[str, Any]) -> dict[str, Any]:
    """Give what the slider shows before the day."""
    rn1, events, ledger = tables["corridor"], tables["events"], tables["ledger"]
    days = am.month_ends(FIRST, DAY)
    before = rn1.locate(events[events["date_start"] <= pd.Timestamp(DAY)])
    return {
        "risk_over_time": am.corridor_risk_over_time(rn1, before, days=days, ledger=ledger),
        "checkpoints_over_time": am.checkpoints_over_time(rn1, ledger, days=days),
        "zones_over_time": am.control_zones_over_time(area, ledger, since=FIRST, until=DAY, events=events),
    }


def on_day(day: str) -> Callable[[Any], bytes]:
    """Take the window with an earlier day as the last one."""

    def act(page: Any) -> bytes:
        page.evaluate("day => window.artimap.events.setTime(0, day)", day)
        page.wait_for_timeout(500)
        return look(page)

    return act


def look(page: Any) -> bytes:
    """Take what is in the window."""
    return bytes(page.screenshot())


def paper(page: Any) -> bytes:
    """Take the first page as it is printed."""
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.wait_for_timeout(300)
    return bytes(page.locator(".app").screenshot())


def in_language(lang: str) -> Callable[[Any], bytes]:
    """Take what is in the window in another language."""

    def act(page: Any) -> bytes:
        page.click(f".languages [lang={lang}]")
        page.wait_for_selector(f"html[lang={lang}]", state="attached")
        page.wait_for_timeout(200)
        return look(page)

    return act


def near(lat: float, lon: float, zoom: float) -> Callable[[Any], bytes]:
    """Take a closer look."""

    def act(page: Any) -> bytes:
        page.evaluate(
            "([lat, lon, zoom]) => window.map_1.setView([lat, lon], zoom, {animate: false})", [lat, lon, zoom]
        )
        page.wait_for_timeout(300)
        return look(page)

    return act


def main() -> None:
    """Make all of them."""
    area, tables = am.area("artibonite"), analysed()
    chart = am.briefing_map(area, as_of=DAY, **tables, **on_other_days(area, tables))
    control = am.briefing_map(
        area, as_of=DAY, title="Who is said to hold what", corridor=tables["corridor"], zones=tables["zones"],
        ledger=tables["ledger"],
    )  # fmt: skip
    crowd = am.event_map(
        area, made_up(area, 100_000, texts=True), as_of=DAY, source="made-up events, for show only",
        title="100,000 made-up events",
    )  # fmt: skip
    report = am.corridor_report(area, as_of=DAY, **tables)
    strip = am.strip_map(as_of=DAY, **{name: tables[name] for name in ("corridor", "risk", "checkpoints", "events")})
    wide, laptop, phone = (1920, 1080), (1280, 800), (390, 844)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        at = {
            name: one.save(Path(folder) / f"{name}.html")
            for name, one in {"map": chart, "control": control, "crowd": crowd, "report": report}.items()
        }
        for name, page_of, size, act in (
            ("map-1280.png", "map", laptop, look),
            ("map-1920.png", "map", wide, look),
            ("map-390.png", "map", phone, look),
            ("map-close.png", "map", laptop, near(19.15, -72.62, 12)),
            ("map-fr.png", "map", laptop, in_language("fr")),
            ("map-ht.png", "map", laptop, in_language("ht")),
            ("map-earlier.png", "map", laptop, on_day("2024-02-15")),
            ("control.png", "control", laptop, near(19.22, -72.6, 10.5)),
            ("events.png", "crowd", laptop, look),
            ("events-close.png", "crowd", laptop, near(19.11, -72.70, 15)),
            ("report.png", "report", (1000, 1300), look),
        ):
            with shown(browser, at[page_of], size) as page:
                write(name, act(page), wide=1440)
        with shown(browser, at["map"], A4_AT_96) as page:
            write("print-grey.png", paper(page), grey=True)
        browser.close()
    write("strip.png", strip.png(dpi=110), wide=1440)
    write("sheet.png", am.static_map(chart).png(dpi=120))
    total = sum(path.stat().st_size for path in HERE.glob("*.png"))
    print(f"together {total / 1e6:.2f} MB")


if __name__ == "__main__":
    main()

"""Draw the twelve packages and who imports whom, from the code's own imports.

``python docs/architecture.py`` writes ``docs/images/rooms.svg``; a test holds that the picture is that of the code.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the counting of imports lies in benchmarks, which is not installed

from benchmarks.house import imports, package_arrows  # noqa: E402

PICTURE = ROOT / "docs" / "images" / "rooms.svg"
ROOMS = {
    "cli": "a module a command",
    "studies": "read, mask, link, gate once",
    "maps": "page, picture, export",
    "report": "sections and writers",
    "control": "who is said to hold what",
    "risk": "rates along a road",
    "sharing": "who may see which row",
    "claims": "who said what, when",
    "sources": "a module a format",
    "areas": "embedded and own layers",
    "roads": "corridor, network, density",
    "core": "words, tables, days, files",
}
"""Every package and what it is for, in a few words; the picture shows them from the top floor down."""

WIDE, HIGH, GAP, STEP, LEFT, TOP = 250, 54, 20, 84, 12, 12
ACROSS = 3


def floor_of(arrows: Mapping[str, AbstractSet[str]]) -> dict[str, int]:
    """Give the floor of each package: one above the highest that it imports."""
    level: dict[str, int] = {}

    def climb(name: str) -> int:
        if name not in level:
            level[name] = 1 + max((climb(one) for one in arrows.get(name, ())), default=0)
        return level[name]

    for name in arrows:
        climb(name)
    return level


def below(arrows: Mapping[str, AbstractSet[str]], name: str) -> set[str]:
    """Give all that a package stands on, whether it imports it itself or not."""
    reached: set[str] = set()
    left = set(arrows.get(name, ()))
    while left:
        one = left.pop()
        reached.add(one)
        left |= set(arrows.get(one, ())) - reached
    return reached


def drawn(arrows: Mapping[str, AbstractSet[str]]) -> set[tuple[str, str]]:
    """Give the arrows that no others imply: the rest stand in the boxes in words, for 50 lines say nothing."""
    return {
        (name, one)
        for name, others in arrows.items()
        for one in others
        if not any(one in below(arrows, other) for other in others - {one})
    }


def svg(arrows: Mapping[str, AbstractSet[str]]) -> str:
    """Draw the house: the same text for the same imports."""
    level = floor_of(arrows)
    top = max(level.values())
    middle: dict[str, tuple[float, int]] = {}
    for floor in range(top, 0, -1):
        row = [name for name in ROOMS if level.get(name) == floor]
        for at, name in enumerate(row):
            x = LEFT + (ACROSS - len(row)) * (WIDE + GAP) / 2 + at * (WIDE + GAP) + WIDE / 2
            middle[name] = (x, TOP + (top - floor) * STEP)
    wide, high = 2 * LEFT + ACROSS * WIDE + (ACROSS - 1) * GAP, 2 * TOP + (top - 1) * STEP + HIGH
    plain = drawn(arrows)
    lines = [
        _HEAD.format(wide=wide, high=high),
        *(_ARROW.format(name=name, one=one, line=_line(middle[name], middle[one])) for name, one in sorted(plain)),
    ]
    for name, (x, y) in middle.items():
        also = sorted(one for one in arrows.get(name, ()) if (name, one) not in plain)
        box = {"left": x - WIDE / 2, "x": x, "y": y, "wide": WIDE, "high": HIGH, "text": y + 19}
        lines += [
            _ROOM.format(name=name, also=" ".join(also), what=escape(ROOMS[name]), **box),
            *_also(x, y, also),
            "</g>",
        ]
    return "\n".join([*lines, "</svg>"]) + "\n"


_HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" \
font-family="DejaVu Sans, Verdana, sans-serif" role="img">
<title>The packages of artimap: each imports only from floors below</title>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">\
<path d="M0 0L8 4L0 8z" fill="#4b5560"/></marker></defs>
<rect width="{wide}" height="{high}" fill="#ffffff"/>"""
_ARROW = """\
<path data-from="{name}" data-to="{one}" d="{line}" stroke="#4b5560" stroke-width="1.4" fill="none" \
marker-end="url(#tip)"/>"""
_ROOM = """\
<g data-room="{name}" data-also="{also}">
<rect x="{left:g}" y="{y:g}" width="{wide}" height="{high}" rx="5" fill="#eef3f6" stroke="#1f4e79"/>
<text x="{x:g}" y="{text:g}" text-anchor="middle" font-size="14" fill="#102a43">\
<tspan font-weight="bold">{name}</tspan><tspan font-size="11"> · {what}</tspan></text>"""
_ALSO = '<text x="{x:g}" y="{y:g}" text-anchor="middle" font-size="9.5" fill="#4b5560">{text}</text>'


def _line(start: tuple[float, int], end: tuple[float, int]) -> str:
    """Lead from the foot of one box to the head of another, a little towards where it comes from."""
    return f"M{start[0]:g} {start[1] + HIGH:g}L{end[0] + (start[0] - end[0]) * 0.12:g} {end[1] - 2:g}"


def _also(x: float, y: float, also: list[str]) -> list[str]:
    """Write what a package imports besides what the arrows show, on one line or two."""
    text = f"also {' '.join(also)}" if also else ""
    cut = len(text) if len(text) <= 44 else text.rfind(" ", 0, 44)
    parts = [part.strip() for part in (text[:cut], text[cut:]) if part]
    return [_ALSO.format(x=x, y=y + 34 + 13 * at, text=part) for at, part in enumerate(parts)]


def main() -> int:
    """Write the picture."""
    PICTURE.write_text(svg(package_arrows(imports())), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

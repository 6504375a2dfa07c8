"""Draw the twelve packages and who imports whom, from the code's own imports.

``python docs/architecture.py`` writes ``docs/images/rooms.svg``; a test holds that the picture is that of the code.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Set
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


def floor_of(arrows: Mapping[str, Set[str]]) -> dict[str, int]:
    """Give the floor of each package: one above the highest that it imports."""
    level: dict[str, int] = {}

    def climb(name: str) -> int:
        if name not in level:
            level[name] = 1 + max((climb(one) for one in arrows.get(name, ())), default=0)
        return level[name]

    for name in arrows:
        climb(name)
    return level


def below(arrows: Mapping[str, Set[str]], name: str) -> set[str]:
    """Give all that a package stands on, whether it imports it itself or not."""
    reached: set[str] = set()
    left = set(arrows.get(name, ()))
    while left:
        one = left.pop()
        reached.add(one)
        left |= set(arrows.get(one, ())) - reached
    return reached


def drawn(arrows: Mapping[str, Set[str]]) -> set[tuple[str, str]]:
    """Give the arrows that no others imply: the rest stand in the boxes in words, for 50 lines say nothing."""
    return {
        (name, one)
        for name, others in arrows.items()
        for one in others
        if not any(one in below(arrows, other) for other in others - {one})
    }


def svg(arrows: Mapping[str, Set[str]]) -> str:
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
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
        'font-family="DejaVu Sans, Verdana, sans-serif" role="img">',
        "<title>The packages of artimap: each imports only from floors below</title>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#4b5560"/></marker></defs>',
        f'<rect width="{wide}" height="{high}" fill="#ffffff"/>',
    ]
    for name, one in sorted(plain):
        (x0, y0), (x1, y1) = middle[name], middle[one]
        lines.append(
            f'<path data-from="{name}" data-to="{one}" d="M{x0:g} {y0 + HIGH:g}L{x1 + (x0 - x1) * 0.12:g} {y1 - 2:g}" '
            'stroke="#4b5560" stroke-width="1.4" fill="none" marker-end="url(#tip)"/>'
        )
    for name, (x, y) in middle.items():
        also = sorted(one for one in arrows.get(name, ()) if (name, one) not in plain)
        lines += [
            f'<g data-room="{name}" data-also="{" ".join(also)}">'
            f'<rect x="{x - WIDE / 2:g}" y="{y:g}" width="{WIDE}" height="{HIGH}" rx="5" fill="#eef3f6" '
            'stroke="#1f4e79"/>',
            f'<text x="{x:g}" y="{y + 19:g}" text-anchor="middle" font-size="14" fill="#102a43">'
            f'<tspan font-weight="bold">{name}</tspan><tspan font-size="11"> · {escape(ROOMS[name])}</tspan></text>',
            *_also(x, y, also),
            "</g>",
        ]
    return "\n".join([*lines, "</svg>"]) + "\n"


def _also(x: float, y: float, also: list[str]) -> list[str]:
    """Write what a package imports besides what the arrows show, on one line or two."""
    text = f"also {' '.join(also)}" if also else ""
    cut = len(text) if len(text) <= 44 else text.rfind(" ", 0, 44)
    return [
        f'<text x="{x:g}" y="{y + 34 + 13 * at:g}" text-anchor="middle" font-size="9.5" fill="#4b5560">{part.strip()}</text>'
        for at, part in enumerate((text[:cut], text[cut:]))
        if part
    ]


def main() -> int:
    """Write the picture."""
    PICTURE.write_text(svg(package_arrows(imports())), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Names on a picture without collisions: each takes the first free of a few spots around its point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from artimap.core.canvas import Drawing, width_of

PX = 1.0 / 96.0
"""A CSS pixel in inches."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Box:
    """A box on the sheet, in inches."""

    x0: float
    y0: float
    x1: float
    y1: float

    @classmethod
    def around(cls, x: float, y: float, half: float) -> Box:
        """Give the square around a spot."""
        return cls(x - half, y - half, x + half, y + half)

    def holds(self, spot: tuple[float, float] | None) -> bool:
        """Tell whether a spot lies in the box; no spot does not."""
        return spot is not None and self.x0 < spot[0] < self.x1 and self.y0 < spot[1] < self.y1

    def meets(self, other: Box) -> bool:
        """Tell whether two boxes overlap."""
        return self.x0 < other.x1 and other.x0 < self.x1 and self.y0 < other.y1 and other.y0 < self.y1


@dataclass(frozen=True, slots=True)
class Pile:
    """Marks that would hide each other: where they stand, and which they are."""

    x: float
    y: float
    size: float
    members: tuple[int, ...]


def stacks(spots: Sequence[tuple[float, float, float]], *, gap: float) -> list[Pile]:
    """Pile up marks (x, y, size) that overlap; the largest gives the pile its place.

    >>> [pile.members for pile in stacks([(0, 0, 1), (0.5, 0, 2), (9, 9, 1)], gap=0.1)]
    [(0, 1), (2,)]
    """
    found: list[tuple[float, float, float, list[int]]] = []
    for n in sorted(range(len(spots)), key=lambda one: (-spots[one][2], one)):
        x, y, size = spots[n]
        home = next(
            (one for one in found if math.hypot(one[0] - x, one[1] - y) < (one[2] + size) / 2 + gap),
            None,
        )
        if home is None:
            found.append((x, y, size, [n]))
        else:
            home[3].append(n)
    return [Pile(x, y, size, tuple(sorted(members))) for x, y, size, members in found]


@dataclass(slots=True)
class Labels:
    """What is taken on the sheet, and the writing of names into what is free.

    Attributes
    ----------
    drawing
        The sheet.
    frame
        Left, bottom, right, top of the map, in inches: names stay inside.
    """

    drawing: Drawing
    frame: tuple[float, float, float, float]
    _taken: list[Box] = field(default_factory=list)
    _marks: list[Box] = field(default_factory=list)
    _road: Floats = field(default_factory=lambda: np.zeros((0, 2)))

    def mark(self, box: Box) -> None:
        """Keep a box free of names, and remember that a mark stands there."""
        self._marks.append(box)
        self._taken.append(box)

    def marked(self, x: float, y: float) -> bool:
        """Tell whether a mark stands on a spot: a town's dot would hide it."""
        return any(box.holds((x, y)) for box in self._marks)

    def take(self, box: Box) -> None:
        """Keep a box free of names."""
        self._taken.append(box)

    def avoid(self, points: Floats) -> None:
        """Prefer spots that do not lie on these points: the road's."""
        self._road = points

    def free(self, box: Box, *, of: tuple[float, float] | None = None) -> bool:
        """Tell whether a box lies in the frame and nothing has taken any of it, but for the mark ``of`` which it is."""
        left, bottom, right, top = self.frame
        inside = left < box.x0 and box.x1 < right and bottom < box.y0 and box.y1 < top
        return inside and not any(box.meets(other) and not other.holds(of) for other in self._taken)

    def _hits(self, box: Box) -> int:
        x, y = self._road[:, 0], self._road[:, 1]
        return int(((x > box.x0) & (x < box.x1) & (y > box.y0) & (y < box.y1)).sum())

    def name(
        self, words: str, x: float, y: float, *, size: float, weight: str, dot: float, others: Floats | None = None
    ) -> bool:
        """Write a name beside its point, unless it would be read as that of one of the ``others``.

        Gives whether it found a place. ``size`` and ``dot`` are in pixels.
        """
        points = max(size * 0.75, self.drawing.least)
        size = points / 0.75
        wide, high = width_of(words, points, bold=weight == "bold") + 0.03, size * 1.22 * PX
        best: tuple[float, Box] | None = None
        rings = [(dot + 4) * PX, (dot + 14) * PX, *([(dot + 24) * PX] if others is None else [])]
        tries = [box for away in rings for box in _spots(self._standing(x, y, away), wide, high)]
        for n, box in enumerate(tries):
            if self.free(box) and (others is None or not _misread(box, x, y, others)):
                cost = self._hits(box) * 0.5 + n * 0.6
                if best is None or cost < best[0]:
                    best = (cost, box)
        if best is None:
            return False
        box = best[1]
        self.take(box)
        # a rim of paper keeps words legible on what they lie on
        self.drawing.text(box.x0 + 0.015, box.y0 + high * 0.24, words, size=points, weight=weight, halo=2.4)
        return True

    def _standing(self, x: float, y: float, half: float) -> Box:
        """Give the box around a spot and all the marks that stand on it."""
        box = Box.around(x, y, half)
        for other in self._marks:
            if other.holds((x, y)):
                box = Box(min(box.x0, other.x0), min(box.y0, other.y0), max(box.x1, other.x1), max(box.y1, other.y1))
        return box

    def badge(self, words: str, x: float, y: float, half: float) -> None:
        """Write a count that hangs on a corner of its mark, dark as the mark is: a ring apart reads as a town."""
        size = max(7.2, self.drawing.least)
        wide, high = width_of(words, size, bold=True) + 0.09, 0.135 * size / 7.2
        corners = [(1, -1), (1, 1), (-1, -1), (-1, 1)]
        boxes = [
            Box(cx - wide / 2, cy - high / 2, cx + wide / 2, cy + high / 2)
            for cx, cy in (
                (x + sx * (half * 0.75 + wide / 2 - 0.02), y + sy * (half * 0.75 + 0.01)) for sx, sy in corners
            )
        ]
        least = min(boxes, key=lambda one: sum(one.meets(other) for other in self._taken))
        box = next((one for one in boxes if self.free(one, of=(x, y))), least)
        self.mark(Box(min(box.x0, x), min(box.y0, y - 0.01), max(box.x1, x + 0.01), max(box.y1, y + 0.01)))
        self.drawing.box(box.x0, box.y0, box.x1, box.y1, colour="ink", edge="paper")
        middle = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
        self.drawing.text(*middle, words, size=size, weight="bold", colour="paper", halign="center", valign="center")

    def shield(self, words: str, spots: Sequence[tuple[float, float]], *, main: bool) -> None:
        """Write a road's number at its first free spots, well apart."""
        size = max(7.6, self.drawing.least)
        wide, high = width_of(words, size, bold=True) + 0.09, 0.16 * size / 7.6
        used: list[tuple[float, float]] = []
        for x, y in spots:
            box = Box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
            if any(math.hypot(x - a, y - b) < 2.6 for a, b in used) or not self.free(box):
                continue
            used.append((x, y))
            self.take(box)
            self.drawing.box(
                box.x0,
                box.y0,
                box.x1,
                box.y1,
                colour="ink" if main else "road_casing",
                edge="paper" if main else "border",
            )
            self.drawing.text(
                x, y, words, size=size, weight="bold", colour="road_casing" if main else "ink_2", halign="center",
                valign="center",
            )  # fmt: skip


def _misread(box: Box, x: float, y: float, others: Floats) -> bool:
    """Tell whether another place lies clearly nearer to a name than its own."""
    gaps = np.maximum(np.maximum((box.x0, box.y0) - others, others - (box.x1, box.y1)), 0)
    own = math.hypot(max(box.x0 - x, 0, x - box.x1), max(box.y0 - y, 0, y - box.y1))
    return bool((np.hypot(gaps[:, 0], gaps[:, 1]) < own - 5 * PX).any())


def _spots(around: Box, wide: float, high: float) -> list[Box]:
    """Give boxes around one: right, left, above, below, corners."""
    x0, y0, x1, y1 = around.x0, around.y0, around.x1, around.y1
    mid, centre = (y0 + y1 - high) / 2, (x0 + x1 - wide) / 2
    corners = [
        (x1, mid), (x0 - wide, mid), (x1 - 0.04, y1 - 0.05), (x0 - wide + 0.04, y1 - 0.05),
        (x1 - 0.04, y0 - high + 0.05), (x0 - wide + 0.04, y0 - high + 0.05), (centre, y1), (centre, y0 - high),
    ]  # fmt: skip
    return [Box(x, y, x + wide, y + high) for x, y in corners]

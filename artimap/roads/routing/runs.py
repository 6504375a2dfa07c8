"""A way as the roads that it runs along: where on it a piece of a road is met."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from artimap.roads.routing.spans import RoadSpan

_JOIN_M: Final = 500.0
"""Spans of one road that follow one another and lie no farther apart are one: seams of the drawn lines are bridged."""


class WayRun(NamedTuple):
    """A piece of a road that a way runs through without leaving it, and where on the way it begins, in metres."""

    span: RoadSpan
    start_m: float

    def along(self, low_m: float, high_m: float) -> float:
        """Give where on the way the piece between two chainages is first met; its nearer end where it lies beyond."""
        span = self.span
        first = low_m if span.to_m >= span.from_m else high_m
        return self.start_m + abs(min(max(first, span.low_m), span.high_m) - span.from_m)


def runs_of(spans: Sequence[RoadSpan], starts_m: Sequence[float] | None = None) -> list[WayRun]:
    """Give a way as runs: spans that follow one another on a road in one direction are one.

    Parameters
    ----------
    spans
        The way.
    starts_m
        Where on the way each span begins, in metres; where null, each begins where the one before it ends.
    """
    lengths = [one.length_m for one in spans]
    starts = np.r_[0.0, np.cumsum(lengths)][: len(spans)].tolist() if starts_m is None else list(starts_m)
    out: list[WayRun] = []
    for span, start in zip(spans, starts, strict=True):
        last = out[-1].span if out else None
        if (
            last is not None
            and last.road_id == span.road_id
            and abs(last.to_m - span.from_m) <= _JOIN_M
            and (last.to_m - last.from_m) * (span.to_m - span.from_m) >= 0
        ):
            out[-1] = WayRun(RoadSpan(span.road_id, last.from_m, span.to_m), out[-1].start_m)
        else:
            out.append(WayRun(span, start))
    return out

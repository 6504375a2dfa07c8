"""Ways as they stand in a table of movements: on one road by its kilometres, over several as their pieces in words."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from artimap.core.errors import DataError
from artimap.core.schema import split_names
from artimap.roads.routing.spans import RoadSpan


def way_text(way: Iterable[RoadSpan]) -> str:
    """Write a way over several roads as it stands in MOVEMENTS, in km.

    >>> way_text([RoadSpan("rn1", 94_770.0, 110_400.0), RoadSpan("rd-sav", 0.0, 2_500.0)])
    'rn1:94.8-110.4; rd-sav:0.0-2.5'
    """
    return "; ".join(f"{one.road_id}:{one.from_m / 1000:.1f}-{one.to_m / 1000:.1f}" for one in way)


def ways_of(movements: pd.DataFrame) -> list[tuple[RoadSpan, ...]]:
    """Give the way of each movement as pieces of roads; empty where it is on no known way.

    >>> ways_of(pd.DataFrame({"road_id": ["rn1", None], "from_m": [0.0, None], "to_m": [9_000.0, None],
    ...     "spans": [None, "rn1:9.0-0.0; rd-sav:0.0-2.5"]}))[1][1]
    RoadSpan(road_id='rd-sav', from_m=0.0, to_m=2500.0)
    """
    columns = (movements[name] for name in ("road_id", "from_m", "to_m", "spans"))
    known: dict[str, tuple[RoadSpan, ...]] = {}
    out: list[tuple[RoadSpan, ...]] = []
    for road, low, high, spans in zip(*columns, strict=True):
        if isinstance(road, str) and pd.notna(low) and pd.notna(high):
            out.append((RoadSpan(road, float(low), float(high)),))
        elif isinstance(spans, str):
            if spans not in known:
                known[spans] = tuple(_span(one) for one in split_names(spans))
            out.append(known[spans])
        else:
            out.append(())
    return out


def _span(text: str) -> RoadSpan:
    road, _, ends = text.partition(":")
    low, _, high = ends.partition("-")
    try:
        return RoadSpan(road, 1000 * float(low), 1000 * float(high))
    except ValueError as error:
        msg = f"{text!r} is no piece of a road: write it as 'rn1:94.8-110.4', in km"
        raise DataError(msg) from error

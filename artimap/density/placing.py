"""What a density is made from: events on edges, read from tables, arrays or spreads."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from artimap.errors import Breach, SchemaError
from artimap.network.graph import RoadNetwork
from artimap.spreading import Floats, Ints

_SHOWN = 20
_SLACK_M = 1e-3
"""An offset this far outside its edge is rounding, and is moved in."""


class Placing(NamedTuple):
    """Events on edges; ``left_out`` rows were on no edge."""

    edge: Ints
    offset_m: Floats
    weight: Floats
    left_out: int


def placing(network: RoadNetwork, located: Any, weights: Any, lixel_m: float) -> Placing:
    """Read events.

    Parameters
    ----------
    network
        The roads.
    located
        A snapped table (``edge``, ``offset_m``; rows without an edge are left out and counted), a pair of
        arrays (edge, offset in metres), or a table of spreads (``event``, ``share`` and either ``lixel`` or
        ``edge``, ``from_m``, ``to_m``): each piece of a spread stands for its share of the event and is
        laid out in points no farther than ``lixel_m`` apart.
    weights
        A weight for each row; default 1.
    lixel_m
        Length of the lixels that a spread names.

    Raises
    ------
    SchemaError
        With everything that is wrong.
    """
    weight = _weights(weights, len(located[0]) if isinstance(located, tuple) else len(located))
    if isinstance(located, tuple):
        edge_of, offset_of = located
        return _checked(network, edge_of, offset_of, weight)
    if not isinstance(located, pd.DataFrame):
        why = f"is a {type(located).__name__}"
        _refuse(
            "", "located", "", why, "give net.snap(events), a pair of arrays (edge, offset_m) or a table of spreads"
        )
    if "share" in located.columns:
        return _spread(network, located, weight, lixel_m)
    for column in ("edge", "offset_m"):
        if column not in located.columns:
            _refuse("", column, "", "is missing", "put the events on the network first: net.snap(events)")
    edge = pd.to_numeric(located["edge"]).to_numpy(dtype=float, na_value=np.nan)
    offset = pd.to_numeric(located["offset_m"]).to_numpy(dtype=float, na_value=np.nan)
    on = np.isfinite(edge)
    if "why_not" in located.columns:
        on &= located["why_not"].isna().to_numpy()
    out = _checked(network, edge[on].astype(np.int64), offset[on], weight[on])
    return out._replace(left_out=int((~on).sum()))


def _refuse(row: str, column: str, value: str, why: str, fix: str) -> None:
    kind = "located"
    raise SchemaError(kind, [Breach(row, column, value, why, fix)])


def _weights(weights: Any, number: int) -> Floats:
    if weights is None:
        return np.ones(number)
    out = np.asarray(weights, dtype=np.float64)
    if out.shape != (number,):
        _refuse("", "weights", str(out.shape), f"does not match {number} rows", "give one weight a row")
    bad = np.flatnonzero(~np.isfinite(out) | (out < 0))
    if len(bad):
        _refuse(str(bad[0]), "weights", str(out[bad[0]]), "is no weight", "give numbers of 0 or more")
    return out


def _checked(network: RoadNetwork, edge: Any, offset_m: Any, weight: Floats) -> Placing:
    on = np.asarray(edge)
    if on.size and on.dtype.kind not in "iu":
        _refuse("", "edge", str(on.dtype), "are not whole numbers", "give rows of edges in the network")
    on = on.astype(np.int64, copy=False)
    off = np.asarray(offset_m, dtype=np.float64)
    if on.shape != off.shape or on.ndim != 1:
        _refuse("", "offset_m", str(off.shape), f"does not match edge {on.shape}", "give one offset an edge")
    breaches: list[Breach] = []
    outside = (on < 0) | (on >= len(network.edges))
    breaches.extend(_told("edge", on, outside, f"is no edge: there are {len(network.edges)}"))
    if not breaches:
        length = network.length_m[on]
        wrong: NDArray[np.bool_] = ~((off >= -_SLACK_M) & (off <= length + _SLACK_M))
        breaches.extend(_told("offset_m", off, wrong, "is not on its edge"))
        if not breaches:
            return Placing(on, np.clip(off, 0.0, length), weight, 0)
    kind = "located"
    raise SchemaError(kind, breaches)


def _told(column: str, values: Any, bad: Any, why: str) -> list[Breach]:
    fix = "put the events on this network: net.snap(events)"
    return [Breach(str(row), column, str(values[row]), why, fix) for row in np.flatnonzero(bad)[:_SHOWN]]


def _spread(network: RoadNetwork, table: pd.DataFrame, weight: Floats, lixel_m: float) -> Placing:
    share = table["share"].to_numpy(dtype=float)
    if "event" in table.columns:
        whole = pd.Series(share).groupby(table["event"].to_numpy()).sum()
        for event, value in whole[whole > 1 + 1e-9].head(_SHOWN).items():
            _refuse(
                str(event),
                "share",
                f"{value:.3f}",
                "adds up to more than the event",
                "shares of an event are 1 or less",
            )
    if "lixel" in table.columns:
        index = network.lixel_index(lixel_m)
        lixel = table["lixel"].to_numpy(dtype=np.int64)
        if len(lixel) and (lixel.min() < 0 or lixel.max() >= len(index)):
            _refuse("", "lixel", "", f"names none of the {len(index)} lixels", f"number lixels of {lixel_m:g} m")
        edge, begin, end = index.edge[lixel].astype(np.int64), index.from_m[lixel], index.to_m[lixel]
    else:
        edge = table["edge"].to_numpy(dtype=np.int64)
        begin, end = table["from_m"].to_numpy(dtype=float), table["to_m"].to_numpy(dtype=float)
    pieces = np.maximum(1, np.ceil(np.abs(end - begin) / lixel_m - 1e-9)).astype(np.int64)
    row = np.repeat(np.arange(len(table)), pieces)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    off = begin[row] + (end - begin)[row] * (nth + 0.5) / pieces[row]
    return _checked(network, edge[row], off, (weight * share / pieces)[row])

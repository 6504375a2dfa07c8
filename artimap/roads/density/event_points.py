"""What a density is made from: events on edges, read from tables, arrays or spreads."""

from __future__ import annotations

from collections.abc import Sized
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from artimap.core.arrays import Floats, Ints
from artimap.roads.network.graph import RoadNetwork
from artimap.roads.network.snapping import SHOWN, checked, on_edges, refuse


class Placing(NamedTuple):
    """Events on edges, and the ``row`` that each came from; ``left_out`` rows were on no edge."""

    edge: Ints
    offset_m: Floats
    weight: Floats
    left_out: int
    row: Ints


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
    sized = located[0] if isinstance(located, tuple) else located
    weight = _weights(weights, len(sized) if isinstance(sized, Sized) else 0)
    if isinstance(located, pd.DataFrame) and "share" in located.columns:
        return _spread(network, located, weight, lixel_m)
    edge, offset, row, given = on_edges(network.length_m, located)
    return Placing(edge, offset, weight if len(row) == given else weight[row], given - len(row), row)


def _weights(weights: Any, number: int) -> Floats:
    if weights is None:
        return np.ones(number)
    out = np.asarray(weights, dtype=np.float64)
    if out.shape != (number,):
        refuse("", "weights", str(out.shape), f"does not match {number} rows", "give one weight a row")
    bad = np.flatnonzero(~np.isfinite(out) | (out < 0))
    if len(bad):
        refuse(str(bad[0]), "weights", str(out[bad[0]]), "is no weight", "give numbers of 0 or more")
    return out


def _spread(network: RoadNetwork, table: pd.DataFrame, weight: Floats, lixel_m: float) -> Placing:
    share = table["share"].to_numpy(dtype=float)
    if "event" in table.columns:
        whole = pd.Series(share).groupby(table["event"].to_numpy()).sum()
        for event, value in whole[whole > 1 + 1e-9].head(SHOWN).items():
            refuse(
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
            refuse("", "lixel", "", f"names none of the {len(index)} lixels", f"number lixels of {lixel_m:g} m")
        edge, begin, end = index.edge[lixel].astype(np.int64), index.from_m[lixel], index.to_m[lixel]
    else:
        edge = table["edge"].to_numpy(dtype=np.int64)
        begin, end = table["from_m"].to_numpy(dtype=float), table["to_m"].to_numpy(dtype=float)
    pieces = np.maximum(1, np.ceil(np.abs(end - begin) / lixel_m - 1e-9)).astype(np.int64)
    row = np.repeat(np.arange(len(table)), pieces)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    off = begin[row] + (end - begin)[row] * (nth + 0.5) / pieces[row]
    edge, off = checked(network.length_m, edge[row], off)
    return Placing(edge, off, (weight * share / pieces)[row], 0, row)

"""Places on edges, checked: the row of an edge and the metres from its start."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from artimap.errors import Breach, SchemaError
from artimap.spreading import Floats, Ints

SHOWN = 20
_KIND = "located"
_SLACK_M = 1e-3
"""An offset this far outside its edge is rounding, and is moved in."""


class OnEdges(NamedTuple):
    """Places on edges; ``row`` says which of the ``given`` rows each comes from."""

    edge: Ints
    offset_m: Floats
    row: Ints
    given: int


def on_edges(length_m: Floats, located: Any) -> OnEdges:
    """Read places on edges.

    Parameters
    ----------
    length_m
        Lengths of the edges.
    located
        A snapped table (``edge``, ``offset_m``; rows without an edge are left out), or a pair of
        arrays (edge, offset in metres).

    Raises
    ------
    SchemaError
        With everything that is wrong.
    """
    if isinstance(located, tuple):
        edge, offset = checked(length_m, *located)
        return OnEdges(edge, offset, np.arange(len(edge)), len(edge))
    if not isinstance(located, pd.DataFrame):
        refuse("", "located", "", f"is a {type(located).__name__}", "give net.snap(points) or a pair (edge, offset_m)")
    for column in ("edge", "offset_m"):
        if column not in located.columns:
            refuse("", column, "", "is missing", "put the points on the network first: net.snap(points)")
    which = pd.to_numeric(located["edge"]).to_numpy(dtype=float, na_value=np.nan)
    at = pd.to_numeric(located["offset_m"]).to_numpy(dtype=float, na_value=np.nan)
    there = np.isfinite(which)
    if "why_not" in located.columns:
        there &= located["why_not"].isna().to_numpy()
    edge, offset = checked(length_m, which[there].astype(np.int64), at[there])
    return OnEdges(edge, offset, np.flatnonzero(there), len(there))


def checked(length_m: Floats, edge: Any, offset_m: Any) -> tuple[Ints, Floats]:
    """Give edges and offsets as arrays, each offset on its edge.

    Raises
    ------
    SchemaError
        With every edge that is none and every offset off its edge.
    """
    on = np.asarray(edge)
    if on.size and on.dtype.kind not in "iu":
        refuse("", "edge", str(on.dtype), "are not whole numbers", "give rows of edges in the network")
    on = on.astype(np.int64, copy=False)
    off = np.asarray(offset_m, dtype=np.float64)
    if on.shape != off.shape or on.ndim != 1:
        refuse("", "offset_m", str(off.shape), f"does not match edge {on.shape}", "give one offset an edge")
    if on.size and (on.min() < 0 or on.max() >= len(length_m)):
        outside = (on < 0) | (on >= len(length_m))
        raise SchemaError(_KIND, _told("edge", on, outside, f"is no edge: there are {len(length_m)}"))
    rest = length_m[on]
    np.subtract(rest, off, out=rest)
    nearest = min(off.min(initial=0.0), rest.min(initial=0.0))  # nan where there is one
    if nearest >= 0.0:
        return on, off
    if not nearest >= -_SLACK_M:
        wrong: NDArray[np.bool_] = ~((off >= -_SLACK_M) & (rest >= -_SLACK_M))
        raise SchemaError(_KIND, _told("offset_m", off, wrong, "is not on its edge"))
    return on, np.clip(off, 0.0, length_m[on])


def refuse(row: str, column: str, value: str, why: str, fix: str) -> None:
    """Raise what is wrong with one place."""
    raise SchemaError(_KIND, [Breach(row, column, value, why, fix)])


def _told(column: str, values: Any, bad: Any, why: str) -> list[Breach]:
    fix = "put the places on this network: net.snap(points)"
    return [Breach(str(row), column, str(values[row]), why, fix) for row in np.flatnonzero(bad)[:SHOWN]]

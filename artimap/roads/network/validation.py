"""The arrays of a ready graph, looked at before they become a network: every breach at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from artimap.core.arrays import Floats, Ints
from artimap.core.errors import Breach, CrsError, SchemaError

APART_M = 1.0
"""The line of an edge may begin and end so far from its nodes: coordinates are often rounded."""

_SHOWN = 20


def metric(crs: Any) -> str:
    """Give the text of a metric system; CrsError where it is missing, unknown or in degrees."""
    try:
        found = CRS.from_user_input(crs)
    except CRSError as error:
        msg = f"crs {crs!r} is no coordinate reference system: write for example 'EPSG:32618'"
        raise CrsError(msg) from error
    if not found.is_projected or found.axis_info[0].unit_name not in {"metre", "meter"}:
        msg = f"a road network needs metres, and {found.name} has {found.axis_info[0].unit_name}s: convert first, "
        msg += "for example with to_crs('EPSG:32618')"
        raise CrsError(msg)
    return str(crs) if isinstance(crs, str) else str(found.to_string())


def checked(
    nodes_xy: Any, edges: Any, lengths: Any, coords: Any
) -> tuple[Floats, NDArray[np.int32], Floats | None, Floats, Ints]:
    """Read the arrays of a graph.

    Returns
    -------
    tuple
        Nodes, edges, lengths (None where not given), vertices and their pointer.

    Raises
    ------
    SchemaError
        With every breach.
    """
    breaches: list[Breach] = []
    nodes = _numbers(nodes_xy, "nodes_xy", breaches, width=2)
    ends = _edges(edges, len(nodes), breaches)
    given = None
    if lengths is not None:
        given = _numbers(lengths, "lengths", breaches, width=None)
        _tell(breaches, "lengths", given, np.isfinite(given) & (given < 0), "is less than 0", "give metres")
        if given.shape != (len(ends),):
            why = f"has {len(given)} values for {len(ends)} edges"
            breaches.append(Breach("", "lengths", "", why, "give one length an edge"))
    if coords is None:
        ok = not breaches
        xy = nodes[ends].reshape(-1, 2) if ok else np.zeros((0, 2))
        ptr = np.arange(len(ends) + 1, dtype=np.int64) * 2
    else:
        xy, ptr = _vertices(coords, len(ends), breaches)
        if not breaches and len(ends):
            for column, where, at in (("from", ptr[:-1], 0), ("to", ptr[1:] - 1, 1)):
                apart = np.hypot(*(xy[where] - nodes[ends[:, at]]).T)
                why = f"does not meet its {column} node"
                _tell(breaches, "coords", apart, apart > APART_M, why, "turn the line or name another node (metres)")
    if breaches:
        kind = "RoadNetwork"
        raise SchemaError(kind, breaches)
    return nodes, ends.astype(np.int32), given, xy, ptr


def _tell(breaches: list[Breach], column: str, values: Any, bad: Any, why: str, fix: str) -> None:
    rows = np.flatnonzero(bad)[:_SHOWN]
    breaches.extend(Breach(str(row), column, str(values[row]), why, fix) for row in rows)


def _numbers(values: Any, column: str, breaches: list[Breach], *, width: int | None) -> Floats:
    wanted = f"(n, {width})" if width else "(n,)"
    nothing = np.zeros((0, width) if width else 0)
    try:
        out = np.ascontiguousarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        breaches.append(Breach("", column, "", "is not an array of numbers", f"give numbers of shape {wanted}"))
        return nothing
    if out.size == 0:
        return nothing
    if out.shape[1:] != ((width,) if width else ()):
        breaches.append(Breach("", column, str(out.shape), "is not the shape", f"give {wanted}"))
        return nothing
    wrong = ~np.isfinite(out).all(axis=1) if width else ~np.isfinite(out)
    _tell(breaches, column, out, wrong, "is not finite", "give metres")
    return out


def _edges(edges: Any, nodes: int, breaches: list[Breach]) -> Ints:
    nothing = np.zeros((0, 2), dtype=np.int64)
    out = np.asarray(edges)
    if out.size == 0:
        return nothing
    if out.ndim != 2 or out.shape[1] != 2 or out.dtype.kind not in "iu":
        why = f"is {out.dtype} of shape {out.shape}"
        breaches.append(Breach("", "edges", "", why, "give whole numbers of shape (n, 2): from node, to node"))
        return nothing
    outside = ((out < 0) | (out >= nodes)).any(axis=1)
    _tell(breaches, "edges", out, outside, "names a node that is not there", f"nodes are 0 to {nodes - 1}")
    return out.astype(np.int64)


def _vertices(coords: Any, edges: int, breaches: list[Breach]) -> tuple[Floats, Ints]:
    nothing = np.zeros((0, 2)), np.zeros(1, dtype=np.int64)
    if isinstance(coords, np.ndarray) and coords.dtype != object:
        each: Any = coords
        flat = coords.ndim == 3 and coords.shape[2] == 2 and coords.shape[1] >= 2
        if not flat and coords.size:
            why = f"has shape {coords.shape}"
            breaches.append(Breach("", "coords", "", why, "give (n, k, 2) with k of 2 or more, or a list of arrays"))
            return nothing
        xy = np.ascontiguousarray(coords, dtype=np.float64).reshape(-1, 2)
        size = np.full(len(coords), coords.shape[1] if flat else 0, dtype=np.int64)
    else:
        each = [np.asarray(one, dtype=np.float64) for one in coords]
        bad = np.array([one.ndim != 2 or one.shape[1] != 2 or len(one) < 2 for one in each], dtype=bool)
        shapes = [one.shape for one in each]
        _tell(breaches, "coords", shapes, bad, "is not a line", "give (k, 2) with k of 2 or more")
        if bad.any():
            return nothing
        xy = np.concatenate(each) if each else np.zeros((0, 2))
        size = np.array([len(one) for one in each], dtype=np.int64)
    if len(each) != edges:
        why = f"has {len(each)} lines for {edges} edges"
        breaches.append(Breach("", "coords", "", why, "give one line an edge"))
        return nothing
    ptr = np.zeros(len(size) + 1, dtype=np.int64)
    np.cumsum(size, out=ptr[1:])
    wrong = ~np.isfinite(xy).all(axis=1)
    if wrong.any():
        lines = np.unique(np.searchsorted(ptr, np.flatnonzero(wrong), side="right") - 1)
        flag = np.zeros(edges, dtype=bool)
        flag[lines] = True
        _tell(breaches, "coords", np.full(edges, ""), flag, "has a vertex that is not finite", "give metres")
    return xy, ptr

"""A network with its dead ends and its nodes of degree 2 taken out: what a search has to go through.

What hangs on one edge leads nowhere else, and between two junctions there is no choice. So dead ends are set aside,
and the edges between two junctions are strung into a chain. Costs play no part in it: it is made once for a network,
and holds for the costs of every day.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from artimap.core.arrays import Bools, Floats, Ints
from artimap.core.files import replacing
from artimap.roads.network.compiled import has_numba, jit
from artimap.roads.network.graph import RoadNetwork
from artimap.roads.routing import _route_loops

COMPILED_FROM = 4_000
"""From so many edges on the loops are compiled, where numba is installed: below, to load it takes longer."""


@cache
def _compiled(name: str) -> Callable[..., Any]:
    loop: Callable[..., Any] = getattr(_route_loops, name)
    return jit(loop)


def loop(name: str, edges: int) -> Callable[..., Any]:
    """Give a loop of routing as fits a network of so many edges: compiled, or as Python."""
    if edges >= COMPILED_FROM and has_numba():
        return _compiled(name)
    plain: Callable[..., Any] = getattr(_route_loops, name)
    return plain


@dataclass(frozen=True, eq=False)
class Contraction:
    """Junctions, the chains of edges between them, and the dead ends that hang on them.

    Attributes
    ----------
    up
        By node: the edge by which it hangs on the rest, where it lies in a dead end; else -1.
    order
        The nodes in dead ends, outermost first.
    core
        By node: its number among the junctions; -1 where it is none.
    place
        By node inside a chain: where in ``strung`` the edge behind it stands; else -1.
    first, strung, sides
        Chain ``c`` runs over the edges ``strung[first[c]:first[c + 1]]``, backwards where the side is 1.
    ends
        The junctions at both ends of each chain.
    """

    up: Ints
    order: Ints
    core: Ints
    place: Ints
    first: Ints
    strung: Ints
    sides: Ints
    ends: Ints

    @cached_property
    def nodes(self) -> int:
        """How many junctions there are."""
        return int(self.core.max(initial=-1)) + 1

    @cached_property
    def at(self) -> Ints:
        """By edge: where it stands in ``strung``; -1 in dead ends."""
        out = np.full(len(self.strung) + len(self.order), -1, dtype=np.int64)
        out[self.strung] = np.arange(len(self.strung))
        return out

    @cached_property
    def chain_at(self) -> Ints:
        """By place in ``strung``: the chain."""
        return np.repeat(np.arange(len(self.ends)), np.diff(self.first))

    @cached_property
    def slots(self) -> Slots:
        """The chains around each junction, those from a junction to itself left out: nothing leads through them."""
        through = np.flatnonzero(self.ends[:, 0] != self.ends[:, 1])
        ends, number = self.ends[through], len(through)
        here = ends.T.ravel()
        order = np.argsort(here, kind="stable")
        ptr = np.zeros(self.nodes + 1, dtype=np.int64)
        np.cumsum(np.bincount(here, minlength=self.nodes), out=ptr[1:])
        side = order >= number
        return Slots(ptr, ends[:, ::-1].T.ravel()[order], through[order - number * side], side.astype(np.int64))


@dataclass(frozen=True, eq=False)
class Slots:
    """The junctions as a graph: around junction ``n`` lie the slots ``ptr[n]`` to ``ptr[n + 1]``.

    Each leads to the junction ``other`` over a chain, from its end where ``side`` is 1.
    """

    ptr: Ints
    other: Ints
    chain: Ints
    side: Ints


def contract(network: RoadNetwork) -> Contraction:
    """Take dead ends and nodes of degree 2 out of a network."""
    edges, nodes = network.edges.astype(np.int64), len(network.nodes_xy)
    around = network.adjacency
    degree, up, order = loop("peel", len(edges))(edges, nodes)
    strung = loop("chains", len(edges))(edges, around.ptr, around.edge.astype(np.int64), degree, up)
    return Contraction(up, order, *strung)


def digest(network: RoadNetwork) -> str:
    """Give a digest of what hangs together with what: all that a contraction depends on."""
    told = hashlib.sha256(f"routing 1, {len(network.nodes_xy)} nodes".encode())
    told.update(np.ascontiguousarray(network.edges, dtype="<i4").tobytes())
    return told.hexdigest()


def read(path: Path, network: RoadNetwork) -> Contraction | None:
    """Read a contraction from a file; None where there is none for this network."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            if str(kept["digest"]) != digest(network):
                return None
            return Contraction(*(kept[one.name].astype(np.int64) for one in fields(Contraction)))
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):  # none, or half of one
        return None


def write(path: Path, network: RoadNetwork, made: Contraction) -> None:
    """Write a contraction to a file, numbers alone."""
    arrays = {one.name: getattr(made, one.name).astype(np.int32) for one in fields(Contraction)}
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, digest=np.array(digest(network)), **arrays)


def sums(made: Contraction, there: Floats, back: Floats) -> tuple[Floats, Floats]:
    """Give the costs of the slots, away from their junction and towards it, from those of the edges by direction."""
    slots, out = made.slots, []
    if not len(made.strung):
        return np.zeros(0), np.zeros(0)
    both = [(there, back)] if there is back else [(there, back), (back, there)]
    for one, other in both:
        along = one[made.strung] if one is other else np.where(made.sides == 0, one[made.strung], other[made.strung])
        out.append(np.add.reduceat(along, made.first[:-1]))
    if len(out) == 1:
        cost = out[0][slots.chain]
        return cost, cost
    ahead, behind = out[0][slots.chain], out[1][slots.chain]
    return np.where(slots.side == 0, ahead, behind), np.where(slots.side == 0, behind, ahead)


def bridges(made: Contraction, edges: int) -> Bools:
    """Tell of each edge whether the network hangs together by it alone."""
    out = np.zeros(edges, dtype=bool)
    out[made.up[made.order]] = True
    slots = made.slots
    chain = loop("bridges", edges)(slots.ptr, slots.other, slots.chain, len(made.ends))
    out[made.strung[chain[made.chain_at]]] = True
    return out

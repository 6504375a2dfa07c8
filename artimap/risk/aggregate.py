"""From the pieces that are estimated to the pieces that somebody asks for.

The road is estimated in pieces of its own. What is said of any other piece is a sum over
what lies on it, so that the expected incidents of a road do not depend on how it is cut.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from artimap.core.arrays import Bools, Floats, Ints
from artimap.risk.coverage import RoadPieces
from artimap.risk.event_counts import Counted
from artimap.risk.posterior import Posterior

_EVENNESS = 0.05
"""Within a piece that is estimated, incidents lie as if so many events a km that lie evenly had been seen besides."""


@dataclass(frozen=True, eq=False)
class Parts:
    """The road cut at all ends, of both kinds of pieces.

    Attributes
    ----------
    base, piece
        By part: the piece that is estimated, and the one that was asked for (-1 for none).
    length
        By part: its share of the length of the piece that is estimated.
    row, part, share
        One entry where an event that counts may lie on a part: its number, the part, its share of the whole event.
    """

    base: Ints
    piece: Ints
    length: Floats
    row: Ints
    part: Ints
    share: Floats

    @classmethod
    def of(cls, counted: Counted, asked: RoadPieces) -> Parts:
        """Cut the road of a count at the ends of other pieces."""
        own = counted.road.pieces
        edges = np.unique(np.r_[own.edges, np.clip(asked.edges, own.edges[0], own.edges[-1])])
        # Ends a millimetre apart are one end.
        edges = edges[np.r_[True, np.diff(edges) > 1e-3]]
        edges[-1] = own.edges[-1]
        middle = (edges[:-1] + edges[1:]) / 2
        base = np.searchsorted(own.edges, middle, side="right") - 1
        slot = np.searchsorted(asked.edges, middle, side="right") - 1
        inside = (slot >= 0) & (slot < len(asked.piece))
        piece = np.where(inside, asked.piece[np.clip(slot, 0, max(len(asked.piece) - 1, 0))], -1)
        row, part, share = counted.lies.over(edges)
        new = np.full(len(counted.events), -1)
        new[counted.rows] = np.arange(len(counted.rows))
        kept = new[row] >= 0
        return cls(base, piece, np.diff(edges) / own.length_m[base], new[row[kept]], part[kept], share[kept])


@dataclass(frozen=True, eq=False)
class Shared:
    """What is said of pieces that were asked for.

    Attributes
    ----------
    mean
        Events a month on each piece.
    weight
        Share of each estimated piece's incidents on each piece, (estimated, asked).
    own
        Which pieces are one estimated piece, whole.
    count
        By estimated piece: how many events say how its incidents lie within it.
    row, piece, placed, used, adds
        One entry an event and piece: share of the event there, the same discounted, what it adds to the mean.
    """

    mean: Floats
    weight: Floats
    own: Bools
    count: Floats
    row: Ints
    piece: Ints
    placed: Floats
    used: Floats
    adds: Floats


def share_out(counted: Counted, found: Posterior, asked: RoadPieces) -> Shared:
    """Say of other pieces what was found for those that are estimated.

    The part that events add lies where they lie, the more so the more there are; the rest lies evenly.
    """
    parts = Parts.of(counted, asked)
    counts, number = counted.counts, len(asked.length_m)
    pieces = len(counts.length_km)
    # The entry of each event on the estimated piece in which the part lies.
    key = counts.row * pieces + counts.piece
    entry = np.searchsorted(key, parts.row * pieces + parts.base[parts.part])
    within = parts.share / np.maximum(counted.laid[entry], 1e-300)
    phi = float(found.dispersion[0] @ found.dispersion[1])
    said = np.bincount(counts.piece, weights=found.placed * found.weight, minlength=pieces) / phi
    lean = said / (said + _EVENNESS * counts.length_km)
    added = np.bincount(counts.piece, weights=found.adds, minlength=pieces)
    even = (found.base + (1 - lean) * added)[parts.base] * parts.length
    adds = found.adds[entry] * within * lean[parts.base[parts.part]]
    by_part = even + np.bincount(parts.part, weights=adds, minlength=len(parts.base))
    inside = parts.piece >= 0
    mean = np.bincount(parts.piece[inside], weights=by_part[inside], minlength=number)
    weight = np.zeros((pieces, number))
    np.add.at(weight, (parts.base[inside], parts.piece[inside]), (by_part / found.mean[parts.base])[inside])
    whole = np.zeros((pieces, number))
    np.add.at(whole, (parts.base[inside], parts.piece[inside]), parts.length[inside])
    own = ((whole > 1e-9).sum(axis=0) == 1) & (whole.max(axis=0, initial=0.0) > 1 - 1e-9)
    at = parts.piece[parts.part]
    there = at >= 0
    pair = parts.row[there] * number + at[there]
    keys, back = np.unique(pair, return_inverse=True)

    def summed(values: Floats) -> Floats:
        return np.bincount(back, weights=values[there], minlength=len(keys)).astype(float)

    placed = found.placed[entry] * within
    return Shared(
        mean=mean.astype(float),
        weight=weight,
        own=own,
        count=said,
        row=np.asarray(keys // number, dtype=np.int64),
        piece=np.asarray(keys % number, dtype=np.int64),
        placed=summed(placed),
        used=summed(placed * found.weight[entry]),
        adds=summed(adds),
    )


def shared_draws(draws: Floats, shared: Shared, length_km: Floats, *, rng: np.random.Generator) -> Floats:
    """Draw the events a month of each piece that was asked for, (draws, pieces).

    What share of an estimated piece's incidents lies on a part of it is not known either: it is drawn from a Beta
    whose mean is the share and whose weight grows with the events that say so.
    """
    out = np.empty((len(draws), shared.weight.shape[1]))
    sure = shared.count + _EVENNESS * length_km
    for piece in range(shared.weight.shape[1]):
        here = np.flatnonzero(shared.weight[:, piece] > 1e-12)
        weight = shared.weight[here, piece]
        part = weight < 1 - 1e-9
        share = np.ones((len(draws), len(here)))
        if part.any():
            a, b = weight[part] * sure[here[part]], (1 - weight[part]) * sure[here[part]]
            share[:, part] = rng.beta(np.maximum(a, 1e-3), np.maximum(b, 1e-3), size=(len(draws), int(part.sum())))
        out[:, piece] = (draws[:, here] * share).sum(axis=1)
    return out


def watched_share(counted: Counted, found: Posterior) -> float:
    """Part of the incidents of the window, by the rates of the road, that fell into observed time."""
    seen = counted.counts.observation.share.mean(axis=1)
    return float(seen @ found.mean / max(float(found.mean.sum()), 1e-300))

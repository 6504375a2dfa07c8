"""Where events lie and when, drawn in all chains at once (:mod:`artimap.risk.posterior`).

A national file has thousands of events near the road, and each is placed anew in every sweep of every chain. So
events stand in blocks that fit the processor's cache, those that may lie on the same pieces side by side: what they
bring to a piece is then the sum of a run of rows. Tables are by event and chain.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artimap.core.arrays import Floats, Ints
from artimap.risk.counts import Counts, TimeSteps, fading

Numbers = list[NDArray[np.unsignedinteger]]

_BLOCK = 128
"""Events of a block: its tables of a few entries fit the cache."""
_FEW_EVENTS = 64
"""Up to so many events stand in one block whatever pieces they have: calls cost more than empty entries."""
_FINE_EVENTS = 8_192
"""Above so many events their numbers have 16 bits each, not 32, and weights 32, not 64: they would take a gigabyte."""


@dataclass(eq=False)
class EventNumbers:
    """Random numbers of each event's own: another event more or less changes none of them.

    They are kept from one day to the next, as most events count on both.

    Attributes
    ----------
    seed
        Seed of all of them.
    chains
        How many numbers a sweep takes.
    """

    seed: int
    chains: int
    _place: dict[int, int] = field(default_factory=dict, init=False)
    _numbers: Numbers = field(default_factory=list, init=False)

    def __hash__(self) -> int:
        """Numbers of one seed are the same wherever they are kept."""
        return hash((self.seed, self.chains))

    def __eq__(self, other: object) -> bool:
        """Tell whether the numbers are the same."""
        return isinstance(other, EventNumbers) and (self.seed, self.chains) == (other.seed, other.chains)

    def of(self, seeds: Ints, sweeps: int) -> tuple[Numbers, Ints]:
        """Give two tables a sweep, whole numbers by place and chain, and the place of each event in them."""
        kind = np.uint32 if len(seeds) <= _FINE_EVENTS else np.uint16
        if len(self._numbers) != 2 * sweeps or self._numbers[0].dtype != kind:
            self._numbers, self._place = [np.zeros((0, self.chains), kind) for _ in range(2 * sweeps)], {}
        wanted = dict.fromkeys(seeds.tolist())
        self._place = {one: place for one, place in self._place.items() if one in wanted}
        free = np.setdiff1d(np.arange(len(wanted)), list(self._place.values()))
        new = [one for one in wanted if one not in self._place]
        more = max(free[: len(new)].max(initial=-1) + 1 - len(self._numbers[0]), 0)
        if more:
            for at, table in enumerate(self._numbers):  # one by one, or all would be there twice
                self._numbers[at] = np.concatenate([table, np.zeros((more, self.chains), kind)])
        bits = 8 * np.dtype(kind).itemsize
        for low in range(0, len(new), _BLOCK):
            some = new[low : low + _BLOCK]
            drawn = np.stack([self.uniform(one, 2, sweeps) for one in some]).reshape(len(some), 2 * sweeps, -1)
            whole, places = np.ldexp(drawn, bits).astype(kind), free[low : low + len(some)]
            for at, table in enumerate(self._numbers):
                table[places] = whole[:, at]
        self._place |= zip(new, free.tolist(), strict=False)
        return self._numbers, np.array([self._place[one] for one in seeds.tolist()], dtype=np.int64)

    def forget(self) -> None:
        """Let go of the numbers: they come again with the same seeds."""
        self._place, self._numbers = {}, []

    def uniform(self, seed: int, kinds: int, sweeps: int) -> Floats:
        """Draw the first numbers of an event, (kinds, sweeps, chains)."""
        return np.random.default_rng([self.seed, seed]).random((kinds, sweeps, self.chains))


@dataclass(eq=False)
class _EventBlock:
    """Events with equally many entries, the empty ones filled up; all of one day each, or all of several.

    Attributes
    ----------
    entry, piece, look
        By entry and event: the open entry, its piece, and its row in the table of rates; where empty, the row after
        the last of each.
    share, faded
        By entry and event: share; by entry, event and chain: mean weight over its days.
    on, last
        Part of each event on the road, and the last whole number by which it lies there.
    place
        The place of each event in the numbers.
    runs, windows
        First event of each run of those with the same pieces and window; how many of the runs are of the last
        window, and how many of that or the one before.
    newest, span, day
        Least age of each event, its days, and which part of them it is in each sweep and chain; null where all are
        of one day.
    """

    entry: Ints
    piece: Ints
    look: Ints
    share: Floats
    faded: Floats
    on: Floats
    last: Ints
    place: Ints
    runs: Ints
    windows: tuple[int, int]
    newest: Floats
    span: Floats
    day: Floats | None


class EventsOnPieces:
    """Puts events on pieces, in all chains at once; those whose place and day are sure once for all."""

    def __init__(
        self, counts: Counts, time: TimeSteps, lives: Floats, life: Ints, faded: Floats, *,
        trend_days: float, numbers: EventNumbers, sweeps: int,
    ) -> None:  # fmt: skip
        self.time, self.pieces, self.trend, self.life = time, len(counts.length_km), trend_days, lives[life]
        self.sweeps = sweeps
        rows = len(counts.newest)
        on = np.bincount(counts.row, weights=counts.share, minlength=rows).astype(float)
        number = np.bincount(counts.row, minlength=rows)
        span = counts.oldest - counts.newest
        # Whole on one piece and of one day: nothing to draw, so it is counted once and left out of the
        # sweeps.
        sure = (number == 1) & (on > 1 - 1e-12) & (span < 1e-9)
        self.open = ~sure[counts.row]
        piece, age = counts.piece[~self.open], counts.newest[counts.row[~self.open]]
        aged, window = time.aged(piece, age), self._window(age)
        by_life = [np.bincount(piece, weights=fading(aged, one), minlength=self.pieces) for one in lives]
        in_windows = (np.bincount(piece, weights=window == one, minlength=self.pieces)[:, None] for one in (0, 1))
        self.sure = np.stack(by_life)[life].T, *in_windows
        rows_open = np.flatnonzero(~sure)
        self.tables, places = numbers.of(counts.seeds[rows_open], sweeps)
        self.bits = 8 * self.tables[0].itemsize
        kind: Any = np.float64 if self.tables[0].dtype == np.uint32 else np.float32
        self.rates = np.ones((self.pieces + 1, numbers.chains), kind)
        # one more of each, of what is no entry
        faded = np.append(faded[:, self.open], np.zeros((len(faded), 1)), axis=1).T.astype(kind)
        self.piece = np.append(counts.piece[self.open], self.pieces)
        self.share = np.append(counts.share[self.open], 0.0).astype(kind)
        self.row = counts.row[self.open]
        self.blocks = [
            self._block(counts, rows_open[some], places[some], on.astype(kind), span, faded, life, numbers)
            for some in self._alike(counts, rows_open, number[rows_open], span[rows_open] > 0)
        ]
        most = max((len(block.piece) for block in self.blocks), default=0)
        # tables of one block at a time: memory that stays in the cache
        self.scratch = np.empty((most + 2, _BLOCK, numbers.chains), kind)

    def _window(self, age: Floats) -> Ints:
        """Give the number of the window, 0 the last; 2 before both."""
        return np.add(age >= self.trend, age >= 2 * self.trend, dtype=np.int64)

    def _entries(self, rows: Ints) -> Ints:
        """By entry and event, the number among the open entries; that after the last where an event has no more."""
        first, end = np.searchsorted(self.row, rows), np.searchsorted(self.row, rows, side="right")
        entry = first + np.arange((end - first).max(initial=1))[:, None]
        return np.where(entry < end, entry, len(self.row))

    def _alike(self, counts: Counts, rows: Ints, number: Ints, long: NDArray[np.bool_]) -> list[Ints]:
        """Cut the open events into blocks of equally many entries, the same pieces and windows side by side."""
        few = len(rows) <= _FEW_EVENTS
        size = np.full(len(rows), number.max(initial=1)) if few else 2 ** np.ceil(np.log2(number)).astype(np.int64)
        pieces = self.piece[self._entries(rows)]
        window = np.where(long, 0, self._window(counts.newest[rows]))
        order = np.lexsort((*pieces[::-1], window, size, long))
        kind = size[order] + long[order] * (2 * size.max(initial=1))
        parts = np.split(order, np.flatnonzero(np.diff(kind)) + 1)
        return [part[low : low + _BLOCK] for part in parts for low in range(0, len(part), _BLOCK)]

    def _block(
        self, counts: Counts, rows: Ints, place: Ints, on: Floats, span: Floats, faded: Floats, life: Ints,
        numbers: EventNumbers,
    ) -> _EventBlock:  # fmt: skip
        entry = self._entries(rows)
        piece = self.piece[entry]
        long = bool(span[rows[0]] > 0)
        window = np.zeros(len(rows), np.int64) if long else self._window(counts.newest[rows])
        new = (np.diff(piece, axis=1) != 0).any(axis=0) | (np.diff(window) != 0)
        runs = np.append(0, np.flatnonzero(new) + 1)
        seeds = counts.seeds[rows].tolist() if long else []
        days = [numbers.uniform(one, 3, self.sweeps)[2] for one in seeds]
        return _EventBlock(
            entry, piece,
            look=np.where(counts.leans[rows], piece, self.pieces),
            share=self.share[entry],
            faded=faded[entry][..., life],
            on=on[rows],
            last=(np.ceil(np.ldexp(np.minimum(on[rows], 1.0), self.bits)) - 1).astype(self.tables[0].dtype),
            place=place,
            runs=runs,
            windows=tuple(np.searchsorted(window[runs], (1, 2)).tolist()),
            newest=counts.newest[rows],
            span=span[rows],
            day=np.stack(days, axis=1) if long else None,
        )  # fmt: skip

    def draw(self, sweep: int) -> tuple[Floats, Floats, Floats]:
        """Draw place and day of each event: discounted counts, and counts of the two trend windows; by chain."""
        counts = np.zeros((3, *self.rates.shape))
        for block in self.blocks:
            until = self._weigh(block)
            for one, following in pairwise(until):
                np.add(following, one, out=following)
            # one number says whether it lies on the road at all, one on which entry, one on which of its days
            there = self.tables[sweep].take(block.place, axis=0) <= block.last[:, None]
            chosen = self._aside(block, 1)
            many = self.tables[self.sweeps + sweep].take(block.place, axis=0)
            np.add(many, 0.5, dtype=chosen.dtype, out=chosen)
            chosen *= 0.5**self.bits
            chosen *= until[-1]
            if block.day is None:
                self._tell(block, there, chosen, until, counts)
            else:
                self._tell_long(block, block.day[sweep], there, chosen, until, counts)
        return tuple((drawn[:-1] + sure).T for drawn, sure in zip(counts, self.sure, strict=True))

    def _aside(self, block: _EventBlock, number: int) -> Floats:
        return self.scratch[-number, : block.share.shape[1]]

    def _weigh(self, block: _EventBlock) -> Floats:
        """Give the weight of each entry in each chain; good until the next block."""
        # Bayes: chance of a place is the share of the event there times the rate there. Events whose place
        # does not lean on rates keep their shares.
        weight: Floats = self.scratch[: block.share.shape[0], : block.share.shape[1]]
        for one, look, share in zip(weight, block.look, block.share, strict=True):
            np.take(self.rates, look, axis=0, out=one, mode="clip")  # faster than "raise"
            np.multiply(one, share[:, None], out=one)
        return weight

    def _tell(self, block: _EventBlock, left: NDArray[np.bool_], chosen: Floats, until: Floats, counts: Floats) -> None:
        """Add what lies where of events of one day each."""
        runs, (recent, both), worth = block.runs, block.windows, self._aside(block, 2)
        end = len(left) if both == len(runs) else runs[both]
        for n, piece in enumerate(block.piece):
            hit = left
            if n < len(until) - 1:
                hit = left & (chosen < until[n])
                left ^= hit
            at = piece[runs]
            np.multiply(block.faded[n], hit, out=worth)
            np.add.at(counts[0], at, np.add.reduceat(worth, runs).astype(float))
            if both:
                now = np.add.reduceat(hit[:end].astype(worth.dtype), runs[:both]).astype(float)
                np.add.at(counts[1], at[:recent], now[:recent])
                np.add.at(counts[2], at[recent:both], now[recent:])

    def _tell_long(
        self, block: _EventBlock, day: Floats, there: NDArray[np.bool_], chosen: Floats, until: Floats, counts: Floats
    ) -> None:
        """Add what lies where of events of several days each, on one of them in each chain."""
        entry = (chosen >= until[:-1]).sum(axis=0)
        piece = block.piece[entry, np.arange(len(there))[:, None]][there]
        age = (block.newest[:, None] + day * block.span[:, None])[there]
        chain = np.nonzero(there)[1]
        window = self._window(age)
        weight = np.exp2(-self.time.aged(piece, age) / self.life[chain])
        at = piece * self.rates.shape[1] + chain
        for count, one in zip(counts, (weight, window == 0, window == 1), strict=True):
            brought = np.bincount(at, weights=one, minlength=count.size).reshape(count.shape)
            np.add(count, brought, out=count)

    def expected(self, by_piece: Floats, placed: Floats, adds: Floats) -> None:
        """Add to each open entry the mean over chains of its event's share there, and of what that brings.

        The mean over places given the rates of the last draw, not the places drawn: less noise, the same
        expectation.

        Parameters
        ----------
        by_piece
            What an event of weight one brings, by piece and chain.
        placed, adds
            By open entry, and one more.
        """
        chains = by_piece.shape[1]
        brings = (np.append(by_piece, np.zeros((1, chains)), axis=0) / chains).astype(self.rates.dtype)
        for block in self.blocks:
            chance, part, bring = self._weigh(block), self._aside(block, 1), self._aside(block, 2)
            np.divide(block.on[:, None], np.sum(chance, axis=0, out=part), out=part)
            for n, one in enumerate(chance):
                np.multiply(one, part, out=one)
                placed[block.entry[n]] += one.sum(axis=1) / chains
                np.multiply(one, block.faded[n], out=one)
                np.take(brings, block.piece[n], axis=0, out=bring, mode="clip")
                adds[block.entry[n]] += np.einsum("nc,nc->n", one, bring)

"""What a table of reports teaches about its pairs: what is common in it, and how many are told twice."""

from __future__ import annotations

import bisect
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artimap.core.precision import DIGITS

# A few rows tell little of how common a value is: so many more are thought of, a fifth of which have it.
_STOCK_ROWS, _STOCK_SHARE = 5.0, 0.2
# And a few pairs little of how much unrelated texts share: so many more, each further tenth of the words rarer by e.
_STOCK_PAIRS, _STOCK_FALL = 50.0, 10.0
_MOST_TEXT_PAIRS = 20_000
_LEAST_WORDS = 3
# Not rarer than this: templates make texts more alike than any count of words can tell.
_LEAST_CHANCE = 1e-4
# The chance of being as close as two figures are, of reports of one event: Beta of this shape.
_FIGURE_SHAPE = 0.5

_SHARES = np.array([0.001, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97])
_RAIDS = np.array([0.02, 0.2, 0.4, 0.6, 0.8, 0.95])
_SHAPES = np.array([0.6, 0.45, 0.33, 0.25, 0.18, 0.13])
# In the embedded data 0.5; in tables of fuller texts less.
_SHAPE, _SHAPE_SD = 0.4, 0.5
_MOST_PAIRS = 5_000


@dataclass(frozen=True, slots=True)
class ComparedReport:
    """What of a report is compared; days are counted, ``spot`` is x, y and radius, in metres."""

    id: str
    start: int
    end: int
    precision: int
    where: str
    places: frozenset[str]
    codes: frozenset[str]
    commune: str
    actors: frozenset[str]
    kind: str
    single: bool
    killed: tuple[float, float] | None
    harm: tuple[float | None, ...]
    words: frozenset[str]
    source: str
    spot: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True)
class PairEvidence:
    """What speaks for and against one event in a pair.

    Attributes
    ----------
    near
        Whether both are in one place, unit or commune, or within some kilometres.
    days, spots
        How likely days and distance are of one event, of one raid, and by chance.
    factors
        Logarithms of the other factors, by part.
    record
        That of who published both, and of one event against a figure over several.
    chance
        How likely unrelated texts share as much; null where there is too little text.
    why
        The same in words.
    """

    near: bool
    days: tuple[float, float, float]
    spots: tuple[float, float, float]
    factors: dict[str, float]
    record: float
    chance: float | None
    why: str


class Commonness:
    """How common values are in a table."""

    def __init__(self, rows: Sequence[ComparedReport]) -> None:
        self._rows = len(rows)
        self._kinds = Counter(row.kind for row in rows)
        self._actors = Counter(name for row in rows for name in row.actors)
        self._with_actors = sum(bool(row.actors) for row in rows)
        self._places = Counter((row.commune, row.places) for row in rows)
        self._communes = Counter(row.commune for row in rows)
        columns = [[None if row.killed is None else row.killed[0], *row.harm] for row in rows]
        self._figures = [
            sorted(_scaled(value) for value in column if value is not None) for column in zip(*columns, strict=True)
        ]

    def kind(self, kind: str) -> float:
        """Give the share of rows of a kind."""
        return _share(self._kinds[kind], self._rows)

    def actor(self, name: str) -> float:
        """Give the share of rows that name an actor, of those that name any."""
        return _share(self._actors[name], self._with_actors)

    def place(self, row: ComparedReport) -> float:
        """Give the share of rows at a row's place, of those of its commune."""
        return _share(self._places[row.commune, row.places], self._communes[row.commune])

    def figures(self, column: int, one: float, other: float) -> float:
        """Give the logarithm of the factor of two figures: by how few others come as close to either."""
        known, low, high = self._figures[column], *sorted((_scaled(one), _scaled(other)))
        apart = high - low + 1e-9
        chance = 1.0
        for figure in (low, high):
            close = bisect.bisect(known, figure + apart) - bisect.bisect(known, figure - apart)
            # The two themselves are not among the others.
            rest = max(close - 2, 0) + _STOCK_ROWS * 0.3
            chance *= rest / (max(len(known) - 2, 0) + _STOCK_ROWS)
        return math.log(_FIGURE_SHAPE) + (_FIGURE_SHAPE - 1.0) * math.log(chance) / 2.0


def _share(count: int, of: int) -> float:
    return (count + _STOCK_ROWS * _STOCK_SHARE) / (of + _STOCK_ROWS)


def _scaled(figure: float) -> float:
    # One or two dead are as far apart as ten or twenty; none is not infinitely far.
    return math.log(figure + 0.5)


class Texts:
    """How much texts share, and how often unrelated texts of the table share as much.

    Parameters
    ----------
    rows
        Reports in order of day.
    window_days
        Reports further apart in time are unrelated.
    """

    def __init__(self, rows: Sequence[ComparedReport], window_days: int) -> None:
        counts = Counter(word for row in rows for word in row.words)
        # Rare words count more, as in a search engine: "Savien" tells more than "attack".
        self._weight = {word: math.log(1.0 + len(rows) / count) for word, count in counts.items()}
        # exact sums: words come out of a set in another order in every run
        self._whole = {row.id: math.fsum(self._weight[word] for word in row.words) for row in rows}
        step = max(1, len(rows) ** 2 // 2 // _MOST_TEXT_PAIRS)
        self._unrelated = sorted(
            self._shared(one, other)
            for apart in range(1, len(rows), step)
            for one, other in zip(rows, rows[apart:], strict=False)
            if min(len(one.words), len(other.words)) >= _LEAST_WORDS and other.start - one.end > window_days
        )

    def _shared(self, one: ComparedReport, other: ComparedReport) -> float:
        # By the shorter text, so that a headline can match a long report.
        least = min(self._whole[one.id], self._whole[other.id])
        return math.fsum(self._weight[word] for word in one.words & other.words) / least

    def chance(self, one: ComparedReport, other: ComparedReport) -> float | None:
        """Give how often unrelated texts share as much as two do; null where there is too little text."""
        if min(len(one.words), len(other.words)) < _LEAST_WORDS:
            return None
        shared = self._shared(one, other)
        more = len(self._unrelated) - bisect.bisect_left(self._unrelated, shared - 1e-9)
        stock = _STOCK_PAIRS * math.exp(-_STOCK_FALL * shared)
        return max((more + stock) / (len(self._unrelated) + _STOCK_PAIRS), _LEAST_CHANCE)


@dataclass(frozen=True, slots=True)
class LinkageOdds:
    """What was learnt from a table's near pairs.

    Attributes
    ----------
    prior
        Logarithm of the odds that a near pair is one event.
    raids
        Share of the other near pairs that are of one raid.
    shape
        How alike texts of one event are: the chance of sharing as much is Beta of this shape and 1.
    """

    prior: float
    raids: float
    shape: float

    def parts(self, pair: PairEvidence, *, date: float, words: float) -> dict[str, float]:
        """Give the logarithm of the factor of each part.

        Parameters
        ----------
        pair
            What speaks for and against it.
        date, words
            Weights of the two parts that need what was learnt.
        """
        one, raid, chance = pair.days
        of_two = self.raids * raid + (1.0 - self.raids) * chance
        both = self.raids * raid * pair.spots[1] + (1.0 - self.raids) * chance * pair.spots[2]
        # Two events near in time are likelier near in space: the spot is weighed with the day given.
        spot = math.log(pair.spots[0] * of_two / both)
        text = 0.0 if pair.chance is None else math.log(self.shape) + (self.shape - 1.0) * math.log(pair.chance)
        own = {**pair.factors, "date": date * math.log(one / of_two), "words": words * text}
        return {**own, "place": own["place"] + spot}


def learned_odds(pairs: Sequence[PairEvidence], *, one_event: float, prior_pairs: float, words: float) -> LinkageOdds:
    """Learn from the near pairs of a table how many are one event, how many one raid, and how alike texts are.

    A mixture of pairs of one event, of one raid and of nothing in common, the three unknowns
    summed over a grid.

    Parameters
    ----------
    pairs
        All pairs of the table; those that are not near teach nothing.
    one_event, prior_pairs
        Beta prior of the share that are one event: its mean, and how many pairs it weighs.
    words
        Weight of the texts.

    Returns
    -------
    LinkageOdds
        Posterior means (of log odds, share and log shape).
    """
    near = [pair for pair in pairs if pair.near]
    # Evenly over the days, so that any part of a long table has its say.
    near = near[:: 1 + len(near) // _MOST_PAIRS]
    likely = np.zeros((len(_SHARES), len(_RAIDS), len(_SHAPES)))
    if near:
        days, spots = np.array([pair.days for pair in near]).T, np.array([pair.spots for pair in near]).T
        rest = np.array([math.fsum(pair.factors.values()) + pair.record for pair in near])
        given = np.array([pair.chance is not None for pair in near])
        chance = np.log([1.0 if pair.chance is None else pair.chance for pair in near])
        text = [np.where(given, math.log(shape) + (shape - 1.0) * chance, 0.0) for shape in _SHAPES]
        for number, raids in enumerate(_RAIDS):
            other = np.log(raids * days[1] * spots[1] + (1.0 - raids) * days[2] * spots[2])
            factor = np.log(days[0] * spots[0]) + rest - other
            for column, of_text in enumerate(text):
                likely[:, number, column] = _mixture(np.exp(factor + words * of_text)) + other.sum()
    # Beta by the cells of the grid, which are not of one width; shapes lognormal.
    share = np.log(np.gradient(_SHARES))
    share += (one_event * prior_pairs - 1.0) * np.log(_SHARES)
    share += ((1.0 - one_event) * prior_pairs - 1.0) * np.log1p(-_SHARES)
    shape = -0.5 * ((np.log(_SHAPES) - math.log(_SHAPE)) / _SHAPE_SD) ** 2
    likely += share[:, None, None] + shape
    weight = np.exp(likely - likely.max())
    weight /= weight.sum()

    def mean(values: NDArray[np.float64], axis: int) -> float:
        others = tuple(one for one in range(3) if one != axis)
        return round(float((weight.sum(axis=others) * values).sum()), DIGITS)

    return LinkageOdds(
        prior=mean(np.log(_SHARES / (1.0 - _SHARES)), 0),
        raids=mean(_RAIDS, 1),
        shape=math.exp(mean(np.log(_SHAPES), 2)),
    )


def _mixture(factor: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the logarithm of the likelihood at each share of pairs that are one event."""
    return np.array([np.log(share * factor + 1.0 - share).sum() for share in _SHARES])

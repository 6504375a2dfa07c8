"""Made-up roads: what happens on them, who reports it, and how.

Nothing here is taken from artimap, so that the simulators cannot share a mistake with the estimator.

A world is a straight road of 25 stretches of 10 km, looked at for 730 days up to today. Days are counted
back from today: age 0 is today. First incidents happen, then reporters put some of them into a table:
they may not be there, be late, tell of the nearest town only, or tell of one incident several times.
They also tell of other things, about once a month and stretch, by the same ways.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STRETCHES = 25
STRETCH_M = 10_000.0
LENGTH_M = STRETCHES * STRETCH_M
DAYS = 730
MONTH = 365.25 / 12
"""Days of a month."""

TOWNS_M = np.arange(7_500.0, LENGTH_M, 15_000.0)
"""Where the towns are: 15 km apart, so that no place is farther than 7.5 km from one."""

HALF_WAY_M = 7_500.0
"""The true radius of a town by which reports are placed."""

_GAMMA_SHAPE = 0.7
_CELL_M = 100.0
_CELLS = int(STRETCH_M / _CELL_M)
_TOWN_M, _TOWN_TIMES = 1_500.0, 6.0
_OTHER_PER_MONTH = 1.0
_RAID_DAYS, _RAID_M = 5.0, 3_000.0
_RECENT_DAYS = 90
_PUBLISHERS = 8
_MOST_TELLINGS = 5
_NEAR_SHARE, _NEAR_M = 0.3, 1_500.0
_VIOLENT = ("attack_on_civilians", "armed_clash", "abduction", "road_ambush", "extortion_or_toll", "police_operation")
_OTHER = ("protest", "displacement", "deployment", "other")
_DETAILS = tuple(f"detail{number:02d}" for number in range(50))
_USUAL = tuple(f"usual{number}" for number in range(9))


@dataclass(frozen=True, slots=True)
class World:
    """How incidents come and how they are reported. The default is the plainest world there is.

    Attributes
    ----------
    raid
        Mean number of incidents of a raid, within 5 days and 3 km.
    raid_fixed
        Every raid has just that number; otherwise it is geometric.
    bursts
        Each stretch and month has a factor of its own, Gamma of mean 1 and shape 0.5.
    wander_sd, wander_days
        Rates wander: standard deviation of their logarithm, and the days after which a departure has
        faded to 1/e.
    change_sd
        The last 90 days differ from all before by a factor of each stretch; standard deviation of its logarithm.
    tellings
        Mean number of reports of one incident, by other publishers within a day.
    matched
        The table is matched by the rule of :func:`benchmarks.risk_worlds.inputs.one_row_an_incident`.
    delay_days
        Mean days from incident to report, exponential. What is not reported by today is not in the table.
    delay_known
        The table has the day of the incident, and a ledger has the day of the report. Otherwise
        the table has the day of the report only.
    on_off_days
        Mean days for which reporters of a stretch are there, and for which they are not; 0: always there.
    young_days
        The table begins so many days ago; 0: at the start of the window.
    by_town
        Share of reports that name only the nearest town.
    town_radius_m
        The radius that the table states for such a town.
    vague
        Share of reports of which the place is known to three stretches only, the date to the month, or both,
        a third of each.
    base
        ``gamma``: each stretch has its own rate, Gamma of shape 0.7; ``same``: all have the same; ``towns``: the
        Gamma, six times as much within 1.5 km of a town as elsewhere.
    """

    raid: float = 1.0
    raid_fixed: bool = True
    bursts: bool = False
    wander_sd: float = 0.0
    wander_days: float = 120.0
    change_sd: float = 0.0
    tellings: float = 1.0
    matched: bool = False
    delay_days: float = 0.0
    delay_known: bool = False
    on_off_days: float = 0.0
    young_days: int = 0
    by_town: float = 0.0
    town_radius_m: float = HALF_WAY_M
    vague: float = 0.0
    base: Literal["gamma", "same", "towns"] = "gamma"

    @property
    def towns(self) -> bool:
        """Whether the road has named towns."""
        return self.by_town > 0 or self.base == "towns"


WORLDS: dict[str, World] = {
    "own": World(),
    "same": World(base="same"),
    "hot_towns": World(base="towns"),
    "drift": World(wander_sd=0.3, wander_days=365.0),
    "vague": World(vague=0.3),
    "raids3": World(raid=3.0),
    "raids_geometric": World(raid=3.0, raid_fixed=False),
    "bursts": World(bursts=True),
    "wander": World(wander_sd=1.0),
    "duplicates_raw": World(tellings=1.6),
    "duplicates": World(tellings=1.6, matched=True),
    "raids3_matched": World(raid=3.0, matched=True),
    "delays": World(delay_days=30.0),
    "delays_dated": World(delay_days=30.0, delay_known=True),
    "onoff": World(on_off_days=180.0),
    "young30": World(young_days=30),
    "young60": World(young_days=60),
    "young120": World(young_days=120),
    "town": World(by_town=0.6),
    "town_narrow": World(by_town=0.6, town_radius_m=1_500.0),
    "mix": World(on_off_days=270.0, raid=2.0, raid_fixed=False, by_town=0.5, delay_days=30.0),
    "change": World(change_sd=0.7),
    "change_raids3": World(change_sd=0.7, raid=3.0),
}
"""The worlds by name."""


@dataclass(frozen=True, eq=False)
class SimulatedRoad:
    """One drawn road: what is true, and what stands in the table.

    Attributes
    ----------
    reports
        One row a report: ``report_id``; ``incident`` and ``raid`` (numbers); ``stretch`` and ``true_m`` (where it was);
        ``age`` and ``oldest`` (days before today between which the table puts it), ``reported`` (age of
        the report); ``where`` (point, place or stretch), ``at_m`` and ``aside_m`` (along and beside the road),
        ``radius_m``, ``from_m``, ``to_m``, ``names_road``; ``kind`` (violent or other) and ``what`` (which kind just),
        ``publisher``, ``actor``, ``killed`` (null: not known), ``locality``, ``summary``.
    rate
        True rate of each stretch today, in violent events per stretch and month.
    path
        The same on each day, (stretches, days), the newest first. Bursts are noise and not in it.
    begins
        Age of the first day of the table.
    """

    reports: pd.DataFrame
    rate: Floats
    path: Floats
    begins: int

    @property
    def monthly(self) -> Floats:
        """True rate by stretch and month, (stretches, 24), the newest first."""
        ends = np.round(np.arange(25) * MONTH).astype(int)
        return np.stack([self.path[:, a:b].mean(axis=1) for a, b in itertools.pairwise(ends)], axis=1)

    @property
    def recent(self) -> Floats:
        """Mean true rate of the last 90 days."""
        return np.asarray(self.path[:, :_RECENT_DAYS].mean(axis=1))

    @property
    def earlier(self) -> Floats:
        """Mean true rate of the 90 days before those."""
        return np.asarray(self.path[:, _RECENT_DAYS : 2 * _RECENT_DAYS].mean(axis=1))


@dataclass(frozen=True, eq=False)
class _Incidents:
    """What happens: stretch, place and age of each, the raid it belongs to, and whether it is violent."""

    stretch: Ints
    at_m: Floats
    age: Floats
    raid: Ints
    violent: NDArray[np.bool_]

    def only(self, kept: NDArray[np.bool_]) -> _Incidents:
        return _Incidents(self.stretch[kept], self.at_m[kept], self.age[kept], self.raid[kept], self.violent[kept])


def simulate(world: World, per_month: float, *, run: int, seed: int = 0) -> SimulatedRoad:
    """Draw a road and its reports.

    Parameters
    ----------
    world
        How incidents come and are reported.
    per_month
        Mean number of violent events per stretch and month.
    run, seed
        Number of the road, and a number for all of them. The rates of a run are the same in every world,
        so that worlds can be compared road by road.
    """
    level = round(per_month * 1_000)
    rates = np.random.default_rng([seed, run, level])
    name = zlib.crc32(repr(world).encode())
    rng = np.random.default_rng([seed, run, level, name])
    base = per_month * (
        np.ones(STRETCHES) if world.base == "same" else rates.gamma(_GAMMA_SHAPE, 1 / _GAMMA_SHAPE, STRETCHES)
    )
    along = _along(world)
    base *= along.mean(axis=1)
    factor = _factors(world, rng)
    path = base[:, None] * factor
    happened = _joined(_violent(world, path, along, rng), _others(world, rng))
    happened = happened.only(_witnessed(world, happened, rng))
    reports = _reports(world, happened, rng)
    begins = world.young_days or DAYS
    # What is older than the table, and what is not reported yet, nobody has.
    reports = reports[(reports["reported"] >= 0) & (reports["reported"] < begins) & (reports["age"] < begins)]
    return SimulatedRoad(reports.reset_index(drop=True), path[:, 0], path, begins)


def _along(world: World) -> Floats:
    """Give how much hotter or colder each 100 m is than its stretch would be without towns; (stretches, cells)."""
    if world.base != "towns":
        return np.ones((STRETCHES, _CELLS))
    middle = np.arange(STRETCHES * _CELLS) * _CELL_M + _CELL_M / 2
    near = np.abs(middle[:, None] - TOWNS_M).min(axis=1) <= _TOWN_M
    heat = np.where(near, _TOWN_TIMES, 1.0)
    return np.asarray((heat / heat.mean()).reshape(STRETCHES, _CELLS))


def _factors(world: World, rng: np.random.Generator) -> Floats:
    """Give the factor on the rate of each stretch and day."""
    factor = np.ones((STRETCHES, DAYS))
    if world.wander_sd:
        keep = np.exp(-1 / world.wander_days)
        push = rng.normal(0.0, np.sqrt(1 - keep**2), (STRETCHES, DAYS))
        z = np.empty((STRETCHES, DAYS))
        z[:, 0] = rng.normal(size=STRETCHES)
        for day in range(1, DAYS):
            z[:, day] = keep * z[:, day - 1] + push[:, day]
        factor *= np.exp(world.wander_sd * z - world.wander_sd**2 / 2)
    if world.change_sd:
        factor[:, :_RECENT_DAYS] *= np.exp(rng.normal(0.0, world.change_sd, (STRETCHES, 1)))
    return factor


def _violent(world: World, path: Floats, along: Floats, rng: np.random.Generator) -> _Incidents:
    # Reports of the first days of the table may be of incidents long before it, where reporters are late.
    lead = int(10 * world.delay_days) + 10
    rate = np.concatenate([path, np.repeat(path[:, -1:], lead, axis=1)], axis=1)
    if world.bursts:
        months = int(np.ceil(rate.shape[1] / MONTH))
        burst = rng.gamma(0.5, 2.0, (STRETCHES, months))
        rate = rate * burst[:, (np.arange(rate.shape[1]) / MONTH).astype(int)]
    number = rng.poisson(rate / MONTH / world.raid)
    stretch, day = (np.repeat(one, number[number > 0]) for one in np.nonzero(number))
    age = day + rng.random(len(day))
    heat = along / along.sum(axis=1, keepdims=True)
    # One uniform number a raid against the running sum of its stretch.
    cell = (rng.random((len(stretch), 1)) > heat.cumsum(axis=1)[stretch]).sum(axis=1)
    inside = (np.minimum(cell, _CELLS - 1) + rng.random(len(stretch))) * _CELL_M
    raid = np.arange(len(stretch))
    if world.raid > 1:
        size = (
            np.full(len(stretch), round(world.raid))
            if world.raid_fixed
            else rng.geometric(1 / world.raid, len(stretch))
        )
        stretch, age, inside, raid = (np.repeat(one, size) for one in (stretch, age, inside, raid))
        age = age - rng.uniform(0, _RAID_DAYS, len(age))
        inside = inside + rng.uniform(-_RAID_M / 2, _RAID_M / 2, len(inside))
        # A raid turns back at the end of its stretch, so that the true rate of each stretch stays what it is.
        inside = np.abs(inside)
        inside = np.where(inside > STRETCH_M, 2 * STRETCH_M - inside, inside)
    found = _Incidents(stretch, stretch * STRETCH_M + inside, age, raid, np.ones(len(stretch), dtype=bool))
    return found.only(found.age >= 0)


def _others(world: World, rng: np.random.Generator) -> _Incidents:
    days = DAYS + int(10 * world.delay_days)
    stretch = np.repeat(np.arange(STRETCHES), rng.poisson(_OTHER_PER_MONTH * days / MONTH, STRETCHES))
    size = len(stretch)
    at = (stretch + rng.random(size)) * STRETCH_M
    return _Incidents(stretch, at, rng.uniform(0, days, size), np.full(size, -1), np.zeros(size, dtype=bool))


def _joined(one: _Incidents, other: _Incidents) -> _Incidents:
    return _Incidents(
        np.concatenate([one.stretch, other.stretch]),
        np.concatenate([one.at_m, other.at_m]),
        np.concatenate([one.age, other.age]),
        np.concatenate([one.raid, other.raid]),
        np.concatenate([one.violent, other.violent]),
    )


def _witnessed(world: World, happened: _Incidents, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Tell which incidents fall into the days on which reporters of the stretch are there."""
    kept = np.ones(len(happened.age), dtype=bool)
    if not world.on_off_days:
        return kept
    for stretch in range(STRETCHES):
        here = happened.stretch == stretch
        # The chain is in balance, so its first span, seen from today, is exponential too.
        there = bool(rng.random() < 0.5)
        spans = rng.exponential(world.on_off_days, 400)
        number = np.searchsorted(np.cumsum(spans), happened.age[here])
        kept[here] = (number % 2 == 0) == there
    return kept


def _reports(world: World, happened: _Incidents, rng: np.random.Generator) -> pd.DataFrame:
    """Put incidents into a table as reporters tell them."""
    size = len(happened.age)
    times = np.minimum(1 + rng.poisson(max(world.tellings - 1.0, 0.0), size), _MOST_TELLINGS)
    incident = np.repeat(np.arange(size), times)
    which = np.arange(len(incident)) - np.repeat(np.cumsum(times) - times, times)
    number, again = len(incident), which > 0
    violent, at = happened.violent[incident], happened.at_m[incident]
    late = rng.exponential(world.delay_days, size)[incident] if world.delay_days else np.zeros(number)
    # Another publisher is up to a day later; what would be tomorrow is left out below.
    reported = np.floor(happened.age[incident] - late - np.where(again, rng.random(number), 0.0))
    age = np.floor(happened.age)[incident] if world.delay_known else reported
    where = np.full(number, "point", dtype=object)
    near = rng.random(number) < np.where(violent, 0.0, _NEAR_SHARE)
    aside = np.where(near, rng.uniform(-_NEAR_M, _NEAR_M, number), rng.uniform(-50.0, 50.0, number))
    place, radius = at.copy(), np.full(number, 500.0)
    town = rng.random(number) < world.by_town
    nearest = np.abs(at[:, None] - TOWNS_M).argmin(axis=1)
    place, aside = np.where(town, TOWNS_M[nearest], place), np.where(town, 0.0, aside)
    radius = np.where(town, world.town_radius_m, radius)
    where[town] = "place"
    # Reports of events that the road is named in count as on it; those near it do not name it.
    named = ~near | town
    low, high, oldest = np.full(number, np.nan), np.full(number, np.nan), age.copy()
    if world.vague:
        how = np.where(rng.random(number) < world.vague, rng.integers(1, 4, number), 0)
        wide, month = (how & 1).astype(bool), (how & 2).astype(bool)
        first = happened.stretch[incident] // 3 * 3
        low = np.where(wide, first * STRETCH_M, low)
        high = np.where(wide, np.minimum((first + 3) * STRETCH_M, LENGTH_M), high)
        where[wide], named = "stretch", named | wide
        number_of = np.floor(age / MONTH)
        age, oldest = (
            np.where(month, np.floor(number_of * MONTH), age),
            np.where(month, np.floor((number_of + 1) * MONTH), oldest),
        )
    words = _wording(happened, incident, again, rng)
    return pd.DataFrame(
        {
            "report_id": [f"r{one:05d}" for one in range(number)],
            "incident": incident,
            "raid": happened.raid[incident],
            "stretch": happened.stretch[incident],
            "true_m": at,
            "age": age.astype(int),
            "oldest": oldest.astype(int),
            "reported": reported.astype(int),
            "where": where,
            "at_m": place,
            "aside_m": aside,
            "radius_m": radius,
            "from_m": low,
            "to_m": high,
            "names_road": named,
            "kind": np.where(violent, "violent", "other"),
            "publisher": [
                f"publisher {one}" for one in (rng.integers(0, _PUBLISHERS, size)[incident] + which) % _PUBLISHERS
            ],
            **words,
        }
    )


def _wording(
    happened: _Incidents, incident: Ints, again: NDArray[np.bool_], rng: np.random.Generator
) -> dict[str, Iterable[object]]:
    """Give what reports of one incident have in common and what they tell otherwise.

    A second publisher gives another kind in 15 % and the next locality in 20 %; in 30 % another number of
    dead. A report holds four of the six details of its incident. A raid is of one group, and of one kind in 60 %.
    """
    size, number = len(happened.age), len(incident)
    raid = happened.raid
    own = rng.integers(0, len(_VIOLENT), size)
    of_raid = rng.integers(0, len(_VIOLENT), max(int(raid.max(initial=-1)) + 1, 1))[np.maximum(raid, 0)]
    kind = np.where(rng.random(size) < 0.6, of_raid, own)[incident]
    kind = np.where(again & (rng.random(number) < 0.15), rng.integers(0, len(_VIOLENT), number), kind)
    other = rng.integers(0, len(_OTHER), size)[incident]
    violent = happened.violent[incident]
    killed = np.where(rng.random(size) < 0.5, rng.geometric(0.4, size), 0)[incident]
    killed = np.where(again & (rng.random(number) < 0.3) & (killed > 0), rng.geometric(0.4, number), killed)
    spot = (happened.at_m[incident] // 2_000).astype(int) + (again & (rng.random(number) < 0.2))
    # The six details of each incident, and which four of them a report gives.
    details = rng.integers(0, len(_DETAILS), (size, 6))[incident]
    order = rng.random((number, 6)).argsort(axis=1)[:, :4]
    chosen = np.take_along_axis(details, order, axis=1)
    usual = rng.integers(0, len(_USUAL), (number, 3))
    return {
        "what": [_VIOLENT[k] if v else _OTHER[o] for k, v, o in zip(kind, violent, other, strict=True)],
        "actor": [f"group {one}" for one in happened.stretch[incident] // 5],
        "killed": np.where(violent & (killed > 0), killed.astype(float), np.nan),
        "locality": [f"locality {one}" for one in spot],
        "summary": [
            " ".join([*(_DETAILS[one] for one in row), *(_USUAL[one] for one in common)])
            for row, common in zip(chosen, usual, strict=True)
        ],
    }

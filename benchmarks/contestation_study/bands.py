"""A made-up world of another kind: bands that move day by day, and reporters who come, go and tell each other.

Neither the model nor its rivals took anything from it, and it takes nothing from the package's contestation.
There are no hidden states here and no months: a unit is held by who spent the days there, and contested where
two were there and met. One incident is told several times, the louder the more often, so that many reports are
not much evidence.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from artimap.core import schema
from artimap.core.tables import ACTORS, EVENTS
from benchmarks.contestation_study.truth import CONTESTED, NONE, STATE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SIDE_M = 6_000.0
_CORNER = (740_000.0, 2_100_000.0)
_FIRST = dt.date(2022, 1, 1)
_MONTH = 30
_NOBODY = -1
_HELD_DAYS, _MET_DAYS = 10, 3
_KINDS = {
    "harm": ("attack_on_civilians", "abduction", "road_ambush", "arson_or_property_destruction", "displacement"),
    "toll": ("extortion_or_toll", "checkpoint_report", "control_or_presence_report"),
    "clash": ("armed_clash", "armed_clash", "attack_on_civilians"),
    "operation": ("police_operation", "armed_clash"),
    "patrol": ("deployment", "police_operation"),
    "life": ("protest", "road_closure", "other"),
}


@dataclass(frozen=True, slots=True, eq=False)
class BandWorld:
    """A made-up world: what is asked about, what was reported, and what was true.

    Attributes
    ----------
    units, events, actors
        Sections, EVENTS as reported, ACTORS.
    truth
        Units × periods of 30 days: who was there, as in :mod:`benchmarks.contestation_study.truth`.
    start, stop
        First and last day.
    """

    units: gpd.GeoDataFrame
    events: gpd.GeoDataFrame
    actors: pd.DataFrame
    truth: Ints
    start: dt.date
    stop: dt.date


@dataclass(frozen=True, slots=True)
class _Habits:
    """How a world is: drawn anew for each."""

    stay_days: float
    roam: float
    fight: float
    yields: float
    retold: float
    reporters: float
    away_days: float
    flees: float


@dataclass(slots=True)
class _Band:
    """Some men of one side: where they are, until when, and where they are from."""

    side: int
    unit: int
    until: float
    home: int


def band_world(*, seed: int, rate: float, side: int = 8, periods: int = 36, groups: int = 4) -> BandWorld:
    """Make a world.

    Parameters
    ----------
    seed
        The same seed gives the same world.
    rate
        Reports per unit and period, on average.
    side, periods, groups
        Sections along each edge; periods of 30 days; armed groups, the last of them a self-defence group.
    """
    random = np.random.default_rng([seed, 77])
    habits = _Habits(
        stay_days=random.uniform(25, 90),
        roam=random.uniform(0.02, 0.15),
        fight=random.uniform(0.08, 0.3),
        yields=random.uniform(0.2, 0.5),
        retold=random.uniform(0.3, 1.5),
        reporters=random.uniform(0.5, 2.0),
        away_days=random.uniform(30, 150),
        flees=random.uniform(0.1, 0.5),
    )
    there, happened = _days(random, habits, side, periods * _MONTH, groups)
    truth = _truth(there, happened, periods, groups)
    told = _told(random, habits, happened, side * side, rate * truth.size, periods * _MONTH)
    units = _sections(side)
    events = _table(random, told, units, groups)
    stop = _FIRST + dt.timedelta(days=periods * _MONTH - 1)
    return BandWorld(units, events, _sides(groups), truth, _FIRST, stop)


def _beside(unit: int, side: int) -> list[int]:
    row, column = divmod(unit, side)
    steps = ((-1, 0), (1, 0), (0, -1), (0, 1))
    return [(row + a) * side + column + b for a, b in steps if 0 <= row + a < side and 0 <= column + b < side]


def _days(
    random: np.random.Generator, habits: _Habits, side: int, days: int, groups: int
) -> tuple[NDArray[np.bool_], pd.DataFrame]:
    """Let the bands live; give who was where, (days, units, sides), and what happened."""
    units = side * side
    # A road runs through the middle: bands that leave home go there more often than not.
    road = np.arange(units) // side == side // 2
    seats = random.choice(units, groups, replace=False)
    bands = [
        _Band(one, int(seat), 0.0, int(seat)) for one, seat in enumerate(seats) for _ in range(random.integers(2, 6))
    ]
    for band in bands:
        band.unit = int(random.choice([band.home, *_beside(band.home, side)]))
        band.until = random.exponential(habits.stay_days)
    posts = random.choice(units, 3, replace=False)
    bands += [_Band(groups, int(post), random.exponential(120.0), int(post)) for post in posts]
    crowd = random.lognormal(0.0, 0.7, units)
    there = np.zeros((days, units, groups + 1), dtype=bool)
    rows: list[tuple[int, int, str, int, int]] = []
    for day in range(days):
        for band in bands:
            if day >= band.until:
                _move(random, band, bands, habits, road, side, groups, day)
            there[day, band.unit, band.side] = True
        rows += _deeds(random, bands, habits, side, groups, day)
        gang = there[day, :, :groups].any(axis=1)
        calm = random.poisson(0.02 * crowd * np.where(gang, 0.5, 1.0))
        rows += [(day, int(unit), "life", _NOBODY, _NOBODY) for unit in np.repeat(np.arange(units), calm)]
    return there, pd.DataFrame(rows, columns=["day", "unit", "what", "who", "whom"])


def _move(
    random: np.random.Generator,
    band: _Band,
    bands: list[_Band],
    habits: _Habits,
    road: NDArray[np.bool_],
    side: int,
    groups: int,
    day: int,
) -> None:
    """Send a band on: home, next door, to the road, or, for state forces, to where a gang is."""
    near = _beside(band.unit, side)
    if band.side == groups:
        gangs = [other.unit for other in bands if other.side < groups - 1]
        away = random.random() < 0.35 and band.unit == band.home
        band.unit = int(random.choice(gangs)) if away else band.home
        band.until = day + (1 + random.exponential(4.0) if away else random.exponential(60.0))
        return
    if band.side == groups - 1:  # self-defence stays about home
        band.unit = int(random.choice([band.home, band.home, *_beside(band.home, side)]))
    elif random.random() < 0.3:
        band.unit = band.home
    elif random.random() < 0.5 and road[near].any():
        band.unit = int(random.choice([one for one in near if road[one]]))
    else:
        band.unit = int(random.choice(near))
    band.until = day + random.gamma(2.0, habits.stay_days / 2)


def _deeds(
    random: np.random.Generator, bands: list[_Band], habits: _Habits, side: int, groups: int, day: int
) -> list[tuple[int, int, str, int, int]]:
    """Give what bands do on a day; who yields in a fight goes home."""
    rows = []
    for number, band in enumerate(bands):
        others = [other for other in bands[number + 1 :] if other.unit == band.unit and other.side != band.side]
        for other in others:
            if random.random() < habits.fight:
                with_state = groups in (band.side, other.side)
                who, whom = (other, band) if band.side == groups else (band, other)
                rows.append((day, band.unit, "operation" if with_state else "clash", who.side, whom.side))
                if random.random() < habits.yields:
                    loser = other if random.random() < 0.5 else band
                    loser.unit, loser.until = loser.home, day + random.exponential(habits.stay_days)
        if band.side == groups:
            if random.random() < 0.03:
                rows.append((day, band.unit, "patrol", groups, _NOBODY))
            continue
        chance = random.random()
        if chance < 0.02:
            rows.append((day, band.unit, "toll", band.side, _NOBODY))
        elif chance < 0.04:
            rows.append((day, band.unit, "harm", band.side, _NOBODY))
        elif chance < 0.04 + habits.roam * 0.1:  # a strike for a day, anywhere within three sections
            row, column = divmod(band.unit, side)
            a, b = np.clip(np.array([row, column]) + random.integers(-3, 4, 2), 0, side - 1)
            rows += [(day, int(a * side + b), "harm", band.side, _NOBODY)] * int(random.integers(1, 4))
    return rows


def _truth(there: NDArray[np.bool_], happened: pd.DataFrame, periods: int, groups: int) -> Ints:
    """Say of each unit and period who was there: who spent most days, or two who were there and met."""
    units = there.shape[1]
    by_month = there.reshape(periods, _MONTH, units, groups + 1).sum(axis=1).transpose(1, 0, 2)
    held = by_month.argmax(axis=2)
    held = np.where(held == groups, STATE, held)
    truth = np.where(by_month.max(axis=2) >= _HELD_DAYS, held, NONE)
    met = np.zeros((units, periods), dtype=bool)
    fights = happened[happened["what"].isin(["clash", "operation"])]
    met[fights["unit"], fights["day"] // _MONTH] = True
    two = (by_month >= _MET_DAYS).sum(axis=2) >= 2
    return np.asarray(np.where(met & two, CONTESTED, truth), dtype=np.int64)


def _told(
    random: np.random.Generator, habits: _Habits, happened: pd.DataFrame, units: int, wanted: float, days: int
) -> pd.DataFrame:
    """Choose what is reported, and how often: the number of reports is that wanted, on average."""
    here = np.zeros((units, days))
    harm = happened[happened["what"] == "harm"]
    for unit in range(units):
        for _ in range(1 + random.poisson(habits.reporters)):
            day = 0.0 if random.random() < 0.6 else random.exponential(habits.away_days)
            while day < days:
                stay = random.exponential(200.0)
                # A reporter whose neighbours were attacked may flee before his time is up.
                struck = harm.loc[(harm["unit"] == unit) & harm["day"].between(day, day + stay), "day"].to_numpy()
                fled = struck[random.random(len(struck)) < habits.flees]
                end = min(day + stay, float(fled[0]) if len(fled) else np.inf)
                here[unit, int(day) : int(end) + 1] += 1
                day = end + 1 + random.exponential(habits.away_days)
    loud = random.gamma(1 / habits.retold, habits.retold, len(happened))
    loud *= 0.05 + here[happened["unit"], happened["day"]]
    times = random.poisson(loud * wanted / max(loud.sum(), 1e-9))
    return happened.loc[happened.index.repeat(times)].reset_index(drop=True)


def _sections(side: int) -> gpd.GeoDataFrame:
    number = np.arange(side * side)
    x, y = _CORNER[0] + number % side * _SIDE_M, _CORNER[1] + number // side * _SIDE_M
    frame = pd.DataFrame(
        {
            "pcode": [f"B{one:03d}" for one in number],
            "name": [f"section {one}" for one in number],
            "parent": [f"K{one // side // 2:02d}{one % side // 2:02d}" for one in number],
        }
    )
    return gpd.GeoDataFrame(frame, geometry=shapely.box(x, y, x + _SIDE_M, y + _SIDE_M), crs="EPSG:32618")


def _sides(groups: int) -> pd.DataFrame:
    kinds = ["armed_group"] * (groups - 1) + ["self_defence", "state_force", "civilians", "unknown"]
    names = [*(f"band {one}" for one in range(groups)), "police", "residents", "unnamed armed group"]
    table = pd.DataFrame({"actor_id": [one.replace(" ", "-") for one in names], "name": names, "kind": kinds})
    actors: pd.DataFrame = schema.conform(table.assign(source="made up"), ACTORS)
    return actors


def _table(random: np.random.Generator, told: pd.DataFrame, units: gpd.GeoDataFrame, groups: int) -> gpd.GeoDataFrame:
    """Write reports as EVENTS: of each incident every teller says what he knows of place, day and name."""
    size = len(told)
    unit = told["unit"].to_numpy(dtype=np.int64)
    corner = shapely.bounds(units.geometry.to_numpy())[unit, :2].reshape(size, 2)
    xy = corner + _SIDE_M * random.uniform(0.02, 0.98, (size, 2))
    how = random.choice(3, size, p=[0.6, 0.2, 0.2])
    xy = np.where((how == 1)[:, None], corner + _SIDE_M / 2 + random.normal(0, 1_500.0, (size, 2)), xy)
    month = random.random(size) < 0.15
    day = np.clip(told["day"].to_numpy() + random.choice([0, 1, 2], size, p=[0.8, 0.15, 0.05]), 0, told["day"].max())
    start = np.datetime64(_FIRST) + np.where(month, day // _MONTH * _MONTH, day).astype("timedelta64[D]")
    names = [f"band {one}" for one in range(groups)] + ["police"]
    actors = []
    for what, who, whom, known in zip(told["what"], told["who"], told["whom"], random.random((size, 2)), strict=True):
        if what == "life":
            actors.append("residents")
            continue
        said = [names[who] if who == groups or known[0] < 0.75 else "unnamed armed group"]
        if whom != _NOBODY and known[1] < 0.9:
            said.append(names[whom])
        actors.append("; ".join(said))
    kinds = [
        _KINDS[what][pick % len(_KINDS[what])]
        for what, pick in zip(told["what"], random.integers(0, 60, size), strict=True)
    ]
    frame = pd.DataFrame(
        {
            "event_id": [f"b{one:06d}" for one in range(size)],
            "record": "event",
            "date_start": start,
            "date_end": np.where(month, start + np.timedelta64(_MONTH - 1, "D"), start),
            "date_precision": np.where(month, 3, 1),
            "kind": kinds,
            "actors": actors,
            "alleged_gang_dead": False,
            "place_kind": np.array(["point", "place", "commune"], dtype=object)[how],
            "pcode": pd.Series(units["parent"].to_numpy()[unit], dtype=object).where(how == 2),
            "radius_m": np.select([how == 2, how == 1], [np.nan, 3_000.0], 500.0),
            "geo_precision": how + 1,
            "n_claims": 1,
            "n_sources": 1,
            "sensitivity": "low",
            "licence": "made up",
        }
    )
    events: gpd.GeoDataFrame = schema.conform(
        gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapely.points(xy), crs=units.crs)), EVENTS
    )
    return events

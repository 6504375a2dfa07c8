"""Two made-up worlds with a known truth, to try the model and its rivals on.

``matched`` is drawn from the model itself. ``fronts`` breaks its assumptions: groups have a
ground that grows and shrinks at its edges, contests last as long as they last, events come
in bursts, groups strike beyond their ground, and reporting stops when a gang arrives. In both,
reports go missing and lose their precision.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from artimap.control.contestation.model import COMMON, PER_GROUP, ContestationModel
from artimap.control.contestation.states import at_first, expected, space_of, transition
from artimap.core import schema
from artimap.core.errors import ModelError
from artimap.core.tables import ACTORS, EVENTS
from artimap.core.vocab import ActorKind, EventKind, Record, Sensitivity, Where
from benchmarks.contestation_study.fronts import fronts
from benchmarks.contestation_study.truth import CONTESTED, NONE, STATE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SIDE_M = 6_000.0
_CORNER = (740_000.0, 2_100_000.0)
_START = dt.date(2022, 1, 1)
_UNNAMED = "unnamed armed group"
_FORCES = "police"
_KIND_OF = {
    "attack": (EventKind.ATTACK_ON_CIVILIANS, EventKind.ABDUCTION, EventKind.ROAD_AMBUSH, EventKind.ARSON),
    "hold": (EventKind.EXTORTION_OR_TOLL, EventKind.CHECKPOINT_REPORT, EventKind.CONTROL_REPORT),
    "fight": (EventKind.ARMED_CLASH,),
    "raid": (EventKind.POLICE_OPERATION, EventKind.ARMED_CLASH),
    "state": (EventKind.DEPLOYMENT, EventKind.POLICE_OPERATION),
    "civil": (EventKind.PROTEST, EventKind.ROAD_CLOSURE, EventKind.OTHER),
}


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """A made-up world.

    Attributes
    ----------
    units
        UNITS-like: square sections in communes of four.
    events
        EVENTS, as reported.
    actors
        ACTORS.
    truth
        Units × periods: :data:`NONE`, :data:`CONTESTED`, :data:`STATE`, or the number of the group.
    start, stop
        First and last day.
    """

    units: gpd.GeoDataFrame
    events: gpd.GeoDataFrame
    actors: pd.DataFrame
    truth: Ints
    start: dt.date
    stop: dt.date


def simulate_contestation(
    kind: Literal["matched", "fronts"],
    *,
    seed: int,
    rate: float = 1.0,
    side: int = 8,
    periods: int = 36,
    groups: int = 4,
) -> World:
    """Make a world with a known truth.

    Parameters
    ----------
    kind
        ``"matched"`` is drawn from the model with its documented priors; ``"fronts"`` breaks
        its assumptions.
    seed
        The same seed gives the same world.
    rate
        Reported events per unit and period, on average.
    side
        The world is a square of so many by so many sections.
    periods
        Number of 30-day periods.
    groups
        Number of armed groups.

    Returns
    -------
    World
        Of the events, 20–40 % are lost, and of those left 20–40 % are vague (the seed says how many).
    """
    if kind not in ("matched", "fronts"):
        msg = f"no world {kind!r}: matched or fronts"
        raise ModelError(msg)
    random = np.random.default_rng([seed, ("matched", "fronts").index(kind)])
    units = _units(side)
    if kind == "matched":
        truth, means = _matched(random, len(units), periods, groups)
        burst = 0.0
    else:
        truth, means = fronts(random, side, periods, groups)
        burst = 0.45
    lost, vague = random.uniform(0.2, 0.4, 2)
    scale = rate * truth.size * (1 - burst) / (means.sum() * (1 - lost))
    table = _draw(random, means * scale, burst=burst, groups=groups)
    table = table[random.random(len(table)) >= lost]
    actors = _actors(groups)
    events = _report(random, table, units, vague=vague, groups=groups, slips=kind == "fronts")
    stop = _START + dt.timedelta(days=30 * periods - 1)
    return World(units, events, actors, truth, _START, stop)


def _units(side: int) -> gpd.GeoDataFrame:
    row, column = np.divmod(np.arange(side * side), side)
    x, y = _CORNER[0] + column * SIDE_M, _CORNER[1] + row * SIDE_M
    frame = pd.DataFrame(
        {
            "pcode": [f"S{one:03d}" for one in range(side * side)],
            "name": [f"section {one}" for one in range(side * side)],
            "parent": [f"C{a:02d}{b:02d}" for a, b in zip(row // 2, column // 2, strict=True)],
        }
    )
    return gpd.GeoDataFrame(frame, geometry=shapely.box(x, y, x + SIDE_M, y + SIDE_M), crs="EPSG:32618")


def _actors(groups: int) -> pd.DataFrame:
    rows = [
        (f"group-{one}", f"group {one}", ActorKind.SELF_DEFENCE if one == groups - 1 else ActorKind.ARMED_GROUP)
        for one in range(groups)
    ]
    rows += [("police", _FORCES, ActorKind.STATE_FORCE), ("unnamed", _UNNAMED, ActorKind.UNKNOWN)]
    rows += [("residents", "residents", ActorKind.CIVILIANS)]
    table = pd.DataFrame(rows, columns=["actor_id", "name", "kind"]).assign(source="made up")
    actors: pd.DataFrame = schema.conform(table, ACTORS)
    return actors


def _matched(random: np.random.Generator, units: int, periods: int, groups: int) -> tuple[Ints, Floats]:
    """Draw truth and mean counts from the model: units × periods × (common signals, then four a group)."""
    model = ContestationModel.prior()
    space = space_of(groups, 1)
    moves = transition(space, model)
    state = random.choice(len(moves), size=units, p=at_first(moves))
    path = np.zeros((units, periods), dtype=np.int64)
    steps = np.cumsum(moves, axis=1)
    for period in range(periods):
        if period:
            state = (random.random((units, 1)) > steps[state]).sum(axis=1).clip(max=len(moves) - 1)
        path[:, period] = state
    loud = expected(space, model)
    mean = np.vstack([loud, loud * model.quiet_factor])[path]
    mean *= random.gamma(model.dispersion, 1 / model.dispersion, mean.shape)
    label = np.array([NONE, *range(groups), *[CONTESTED] * (groups * (groups - 1) // 2 + groups), STATE])
    return label[path % space.size], mean


def _draw(random: np.random.Generator, mean: Floats, *, burst: float, groups: int) -> pd.DataFrame:
    """Draw events: unit, period, signal, group. With ``burst`` each is followed by another with that probability."""
    number = random.poisson(mean)
    unit, period, column = np.nonzero(number)
    times = number[unit, period, column]
    if burst:
        times = times + random.negative_binomial(times, 1 - burst)
    cell = np.repeat(np.arange(len(unit)), times)
    own = column - len(COMMON)
    signal = np.where(own >= 0, np.array(PER_GROUP)[own % len(PER_GROUP)], np.array(COMMON)[np.minimum(column, 4)])
    table = pd.DataFrame({"unit": unit, "period": period, "signal": signal})
    table["group"] = np.where(own >= 0, own // len(PER_GROUP), -1)
    table = table.iloc[cell].reset_index(drop=True)
    at_once = random.integers(0, 30, len(unit))[cell]
    later = random.integers(0, 10, len(cell)) if burst else random.integers(0, 30, len(cell))
    table["day"] = table["period"] * 30 + np.minimum(np.where(burst > 0, at_once + later, later), 29)
    if groups > 1:  # a fight names both, as far as is known
        table["fought"] = (table["group"] + random.integers(1, groups, len(table))) % groups
    else:
        table["fought"] = -1
    return table


def _report(
    random: np.random.Generator,
    table: pd.DataFrame,
    units: gpd.GeoDataFrame,
    *,
    vague: float,
    groups: int,
    slips: bool,
) -> gpd.GeoDataFrame:
    """Turn events into reports: places and days lose precision, names get lost or mixed up."""
    number = len(table)
    unit = table["unit"].to_numpy()
    low = shapely.bounds(units.geometry.to_numpy())[unit, :2] if number else np.zeros((0, 2))
    xy = low + SIDE_M * random.uniform(0.05, 0.95, (number, 2))
    how = random.random(number)
    commune = how < vague * 0.5
    place = (how >= vague * 0.5) & (how < vague * 0.8)
    month = random.random(number) < vague * 0.5
    group = table["group"].to_numpy().copy()
    if slips and groups > 1:
        wrong = (random.random(number) < 0.04) & (group >= 0)
        group = np.where(wrong, (group + random.integers(1, groups, number)) % groups, group)
    nameless = (random.random(number) < 0.2) & (group >= 0)
    signal = table["signal"].to_numpy(dtype=object)
    stem = np.array([str(one).removeprefix("unnamed_") for one in signal], dtype=object)
    kinds = [
        str(_KIND_OF[one][pick % len(_KIND_OF[one])])
        for one, pick in zip(stem, random.integers(0, 12, number), strict=True)
    ]
    actors = []
    for one, who, hidden in zip(stem, group, nameless | (stem != signal), strict=True):
        name = _UNNAMED if hidden else f"group {who}"
        if one in ("civil", "state"):
            actors.append(_FORCES if one == "state" else "residents")
        elif one == "raid":
            actors.append(f"{name}; {_FORCES}")
        else:
            actors.append(name)
    first = np.datetime64(_START)
    day = table["day"].to_numpy()
    start = first + np.where(month, day // 30 * 30, day).astype("timedelta64[D]")
    stop = np.where(month, start + np.timedelta64(29, "D"), start)
    parent = units["parent"].to_numpy()[unit] if number else np.zeros(0, dtype=object)
    words = np.array([Where.POINT.value, Where.PLACE.value, Where.COMMUNE.value], dtype=object)
    where = words[np.where(commune, 2, np.where(place, 1, 0))]
    xy = np.where(place[:, None], xy + random.normal(0, 1_500.0, (number, 2)), xy)
    frame = pd.DataFrame(
        {
            "event_id": [f"e{one:06d}" for one in range(number)],
            "record": Record.EVENT.value,
            "date_start": start,
            "date_end": stop,
            "date_precision": np.where(month, 3, 1),
            "kind": kinds,
            "actors": actors,
            "alleged_gang_dead": False,
            "place_kind": where,
            "pcode": pd.Series(parent, dtype=object).where(commune),
            "radius_m": np.select([commune, place], [np.nan, 3_000.0], 500.0),
            "geo_precision": np.select([commune, place], [3, 2], 1),
            "n_claims": 1,
            "n_sources": 1,
            "sensitivity": Sensitivity.LOW.value,
            "licence": "made up",
        }
    )
    geometry = gpd.GeoSeries(shapely.points(xy), crs=units.crs)
    events: gpd.GeoDataFrame = schema.conform(gpd.GeoDataFrame(frame, geometry=geometry), EVENTS)
    return events

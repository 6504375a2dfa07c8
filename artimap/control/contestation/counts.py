"""Events become counts by unit, period and signal; what is imprecise is spread over all it may mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from artimap.control.contestation.model import COMMON, PER_GROUP, ContestationModel
from artimap.control.contestation.places import Sites, weights_on_sites
from artimap.core.arrays import Floats, Ints
from artimap.core.errors import Breach, SchemaError
from artimap.core.reasons import code_of
from artimap.core.schema import split_names
from artimap.core.tables import EVENTS
from artimap.core.vocab import ActorKind, EventKind, Record, WhyNot

_ARMED = (ActorKind.ARMED_GROUP, ActorKind.COALITION, ActorKind.SELF_DEFENCE)
_STATE = (ActorKind.STATE_FORCE, ActorKind.MISSION)
_HARM = (
    EventKind.ATTACK_ON_CIVILIANS,
    EventKind.ABDUCTION,
    EventKind.ROAD_AMBUSH,
    EventKind.ARSON,
    EventKind.DISPLACEMENT,
)
_NEEDS_ARMS = (
    EventKind.ATTACK_ON_CIVILIANS,
    EventKind.ABDUCTION,
    EventKind.ROAD_AMBUSH,
    EventKind.DISPLACEMENT,
)
"""Harm that somebody armed did, or made people flee, also where the report names nobody."""
_HOLD = (
    EventKind.EXTORTION_OR_TOLL,
    EventKind.CHECKPOINT_REPORT,
    EventKind.CONTROL_REPORT,
    EventKind.ROAD_CLOSURE,
)
_COMMON = {name: number for number, name in enumerate(COMMON)}
_OWN = {name: number for number, name in enumerate(PER_GROUP)}
REPORTS = len(COMMON)
"""The column that counts every report, after the common signals; then one for reports that surely speak of the unit
and period (shares squared), then the groups' columns."""

SURE = REPORTS + 1

_EXACT, _SAME_DEED_DAYS, _SINGLE = 0.5, 3, 50

NOBODY = "unnamed armed group"
"""Stands for any group where no report names one."""

# Columns: the common signals, all reports, sure reports, then for each group its own signals side by
# side. Code that counts columns goes through ``column_of`` only.
_FIRST_OWN = SURE + 1


def column_of(group: int, signal: str) -> int:
    """Give the column of a group's signal."""
    return _FIRST_OWN + group * len(PER_GROUP) + _OWN[signal]


@dataclass(frozen=True, slots=True)
class SignalCounts:
    """Weighted counts: one entry a unit, period and column, sorted, none twice.

    Attributes
    ----------
    unit, period, column, weight
        The entries.
    n_units, n_periods
        Size of the grid.
    groups
        Names of the groups that are named, in alphabetical order; :data:`NOBODY` where none is.
    unknown
        Names that the actors table does not hold, read as unnamed groups.
    repeats
        Reports of deeds for each deed: how often the same unit, kind of deed and three days are told of again. 1
        where nothing is.
    """

    unit: Ints
    period: Ints
    column: Ints
    weight: Floats
    n_units: int
    n_periods: int
    groups: tuple[str, ...]
    unknown: tuple[str, ...]
    repeats: float = 1.0

    @property
    def n_columns(self) -> int:
        """Number of columns: common signals, all reports, sure ones, four a group."""
        return column_of(len(self.groups), PER_GROUP[0])

    def by_group(self) -> tuple[Ints, Ints, Ints, Floats]:
        """Give the entries that name a group: unit, period, group, weight."""
        own = self.column >= _FIRST_OWN
        group = (self.column[own] - _FIRST_OWN) // len(PER_GROUP)
        return self.unit[own], self.period[own], group, self.weight[own]

    def dense(self, first: int = 0, last: int | None = None) -> Floats:
        """Give units × periods × columns for a run of units."""
        last = self.n_units if last is None else last
        # Entries are sorted by unit, so those of a run of units are one slice. No place stands twice, so
        # plain assignment does not lose a weight.
        low, high = np.searchsorted(self.unit, [first, last])
        shape = (last - first, self.n_periods, self.n_columns)
        flat = np.zeros(shape)
        flat[self.unit[low:high] - first, self.period[low:high], self.column[low:high]] = self.weight[low:high]
        return flat

    def reports(self, column: int = REPORTS) -> Floats:
        """Give the weight of all reports, units × periods; or what stands in another column."""
        out = np.zeros((self.n_units, self.n_periods))
        here = self.column == column
        out[self.unit[here], self.period[here]] = self.weight[here]
        return out


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is who: the groups by number, state forces, those without arms."""

    groups: dict[str, int]
    state: frozenset[str]
    others: frozenset[str]

    def read(self, names: Iterable[str]) -> tuple[tuple[int, ...], bool, bool]:
        """Tell which groups are named, whether state forces are, and whether an unnamed or unknown group is."""
        groups, state, unnamed = set(), False, False
        for name in names:
            key = name.casefold()
            if key in self.groups:
                groups.add(self.groups[key])
            elif key in self.state:
                state = True
            # A name that no table holds counts as an unnamed group, not as nobody: what is unknown must not look
            # harmless.
            elif key not in self.others:
                unnamed = True
        return tuple(sorted(groups)), state, unnamed


def cast_of(events: pd.DataFrame, actors: pd.DataFrame) -> tuple[Cast, tuple[str, ...], tuple[str, ...]]:
    """Read the actors table: the cast, the names of the groups that events name, and names it does not hold."""
    known: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for row in actors.itertuples(index=False):
        # The first row that claims a word keeps it, so the order of the table decides, not that of the
        # events.
        for name in (row.name, *split_names(row.aliases)):
            known.setdefault(str(name).casefold(), str(row.name))
        kinds[str(row.name)] = str(row.kind)
    named = {name for text in events["actors"].dropna().unique() for name in split_names(text)}
    unknown = sorted(name for name in named if name.casefold() not in known)
    armed = {known[name.casefold()] for name in named if name.casefold() in known}
    # In order of their names, so that the columns do not depend on which event came first. One group at
    # least, or the model would have no state for "somebody is there".
    groups = tuple(sorted(name for name in armed if kinds[name] in _ARMED)) or (NOBODY,)
    number = {name: index for index, name in enumerate(groups)}
    return (
        Cast(
            groups={key: number[name] for key, name in known.items() if name in number},
            state=frozenset(key for key, name in known.items() if kinds[name] in _STATE),
            others=frozenset(
                key for key, name in known.items() if kinds[name] in (ActorKind.CIVILIANS, ActorKind.OTHER)
            ),
        ),
        groups,
        tuple(unknown),
    )


def signals(kind: str, groups: tuple[int, ...], *, state: bool, unnamed: bool) -> list[tuple[int, float]]:
    """Give the columns that one event counts in, with weights; a deed that names several groups is shared out.

    >>> signals("abduction", (0,), state=False, unnamed=False) == [(column_of(0, "attack"), 1.0)]
    True
    """
    # A deed of several groups is one deed: shared out, it weighs as much as that of one.
    share = 1.0 / max(len(groups), 1)
    civil = [(_COMMON["civil"], 1.0)]
    if kind in _HARM or kind in _HOLD:
        own, nobody = ("attack", "unnamed_attack") if kind in _HARM else ("hold", "unnamed_hold")
        if groups:
            return [(column_of(group, own), share) for group in groups]
        # An abduction by nobody was done by somebody armed. Arson or a closed road by nobody may have been
        # anyone's.
        if unnamed or (not state and kind in _NEEDS_ARMS):
            return [(_COMMON[nobody], 1.0)]
        return [(_COMMON["state"], 1.0)] if state and kind in _HOLD else civil
    if kind == EventKind.ARMED_CLASH or (kind == EventKind.POLICE_OPERATION and groups):
        state = state or kind == EventKind.POLICE_OPERATION
        found = [(column_of(group, "raid"), share) for group in groups] if state else []
        if kind == EventKind.ARMED_CLASH and (len(groups) > 1 or not state):
            # In a fight each side is there in full, so it is not shared out.
            found += [(column_of(group, "fight"), 1.0) for group in groups]
        return found or [(_COMMON["unnamed_fight"], 1.0)]
    if kind == EventKind.POLICE_OPERATION:
        return [(_COMMON["unnamed_fight" if unnamed else "state"], 1.0)]
    return [(_COMMON["state"], 1.0)] if kind == EventKind.DEPLOYMENT and state else civil


def count(
    sites: Sites,
    events: gpd.GeoDataFrame,
    actors: pd.DataFrame,
    edges: NDArray[np.int64],
    model: ContestationModel,
    *,
    spread: float = 1.0,
) -> tuple[SignalCounts, pd.Series]:
    """Count events by unit, period and signal.

    Parameters
    ----------
    sites
        The units.
    events
        EVENTS.
    actors
        ACTORS.
    edges
        Days (since 1970) at which periods begin, and the day after the last.
    model
        How far events may lie from their points.
    spread
        Factor on those distances.

    Returns
    -------
    tuple
        The counts, and the code of why an event does not count (null where it does), by event.
    """
    missing = [name for name in ("kind", "actors", "date_start", "date_end", "place_kind") if name not in events]
    if missing:
        fix = "pass EVENTS, as artimap.read_events gives them"
        raise SchemaError(EVENTS.name, [Breach("", name, "", "is missing", fix) for name in missing])
    cast, groups, unknown = cast_of(events, actors)
    why = pd.Series([None] * len(events), index=events.index, dtype=object)
    record = events["record"].to_numpy() if "record" in events else np.full(len(events), Record.EVENT)
    # Reasons are written in the order of the checks, and each only where none stands yet: an event has
    # one reason, the first that holds.
    usable = record != Record.AGGREGATE
    why[~usable] = code_of(WhyNot.FIGURE)
    row, unit, share = weights_on_sites(sites, events, model, spread=spread)
    placed = np.zeros(len(events), dtype=bool)
    placed[row] = True
    why[usable & ~placed] = code_of(WhyNot.NO_UNIT)
    day_row, period, day_share = _in_time(events, edges)
    timed = np.zeros(len(events), dtype=bool)
    timed[day_row] = True
    why[usable & placed & ~timed] = code_of(WhyNot.NO_PERIOD)
    where = pd.DataFrame({"row": row, "unit": unit, "share": share})[usable[row]]
    cells = where.merge(pd.DataFrame({"row": day_row, "period": period, "day": day_share}), on="row")
    # There are few pairs of kind and actors among many events: signals are worked out by pair and merged,
    # not by event.
    keys = pd.MultiIndex.from_arrays([events["kind"].astype(str), events["actors"].astype(object).fillna("")])
    codes, combos = pd.factorize(keys)
    columns = []
    deed = np.full(len(combos), "", dtype=object)
    for number, (kind, names) in enumerate(combos):
        who, state, unnamed = cast.read(split_names(names))
        found = signals(str(kind), who, state=state, unnamed=unnamed)
        deed[number] = _deed(found[0][0])
        columns += [(number, column, weight) for column, weight in [*found, (REPORTS, 1.0), (SURE, 1.0)]]
    table = pd.DataFrame(columns, columns=["combo", "column", "part"])
    cells["combo"] = codes[cells["row"].to_numpy()]
    repeats = _repeats(cells, deed[cells["combo"].to_numpy()], events["date_start"])
    cells = cells.merge(table, on="combo")
    share = (cells["share"] * cells["day"]).to_numpy(dtype=float)
    column = cells["column"].to_numpy()
    # Share s of an event in a cell counts s among all reports, s squared among the sure ones, and s to
    # the model's power as a signal: six vague reports must not look like one exact one.
    power = np.select([column == REPORTS, column == SURE], [1.0, 2.0], model.imprecision_power)
    weight = share**power * cells["part"].to_numpy(dtype=float)
    places = [cells[name].to_numpy(dtype=np.int64) for name in ("unit", "period", "column")]
    at, weight = _added_up(np.column_stack(places), weight)
    size = (len(sites), len(edges) - 1)
    return SignalCounts(at[:, 0], at[:, 1], at[:, 2], weight, *size, groups, unknown, repeats), why


def _deed(column: int) -> str:
    """Give the kind of deed that a column counts, whoever did it; empty for what is no deed."""
    name = PER_GROUP[(column - _FIRST_OWN) % len(PER_GROUP)] if column >= _FIRST_OWN else COMMON[column]
    return "" if name == "civil" else name.removeprefix("unnamed_").replace("raid", "fight")


def _repeats(cells: pd.DataFrame, deed: NDArray[np.object_], start: pd.Series) -> float:
    """Give how many reports there are of each deed: of one kind, in one unit, within three days."""
    # Only what is exact enough can be told to be the same deed or another.
    exact = (cells["share"] * cells["day"] > _EXACT).to_numpy() & (deed != "")
    day = start.to_numpy().astype("datetime64[D]").astype(np.int64)[cells["row"].to_numpy()]
    told = pd.DataFrame({"unit": cells["unit"], "deed": deed, "days": day // _SAME_DEED_DAYS})[exact]
    # A few reports say little of how reports come: as many single ones are added as would be telling.
    return float((len(told) + _SINGLE) / (len(told.drop_duplicates()) + _SINGLE))


def _added_up(places: Ints, weight: Floats) -> tuple[Ints, Floats]:
    """Sort by place and add up what stands at the same; least first, so that the order of rows changes no bit."""
    # Floating sums depend on their order. Sorted by place and then by weight, the same events in any
    # order give the same bits.
    order = np.lexsort((weight, *places.T[::-1]))
    places, weight = places[order], weight[order]
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = (places[1:] != places[:-1]).any(axis=1)
    first = np.flatnonzero(fresh)
    return places[first], np.add.reduceat(weight, first) if len(first) else np.zeros(0)


def _in_time(events: pd.DataFrame, edges: NDArray[np.int64]) -> tuple[Ints, Ints, Floats]:
    """Share each event out over the periods that its days fall in."""
    start = events["date_start"].to_numpy().astype("datetime64[D]").astype(np.int64)
    # Days as whole numbers, the end moved to the day after, so that an event of one day is one day long.
    # ``date_end`` before ``date_start`` is read as one day.
    stop = np.maximum(events["date_end"].to_numpy().astype("datetime64[D]").astype(np.int64), start) + 1
    # Clipped to the grid first and dropped by overlap below: an event wholly before or after has an
    # overlap of 0 or less.
    first = np.clip(np.searchsorted(edges, start, side="right") - 1, 0, len(edges) - 2)
    last = np.clip(np.searchsorted(edges, stop, side="left") - 1, first, len(edges) - 2)
    number = last - first + 1
    row = np.repeat(np.arange(len(events)), number)
    # Counts up from ``first`` within each event: a range over all entries less where its own entries
    # began.
    period = first[row] + np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    overlap = np.minimum(stop[row], edges[period + 1]) - np.maximum(start[row], edges[period])
    kept = overlap > 0
    return row[kept], period[kept], (overlap / (stop - start)[row])[kept]

"""From a table of events to counts over pieces of road."""

from __future__ import annotations

import datetime as dt
import zlib
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from artimap.claims.ledger import Ledger
from artimap.core import reasons, schema
from artimap.core.arrays import Floats, Ints
from artimap.core.crs import require
from artimap.core.errors import Breach, SchemaError
from artimap.core.vocab import POOLED, Where
from artimap.risk.counts import Counts
from artimap.risk.coverage import Reports, RoadPieces, bare, days_until, newest_by
from artimap.risk.model import RiskModel, why_not_counted
from artimap.risk.observation import STEP_DAYS, Observation, observe
from artimap.roads.corridor import Corridor
from artimap.roads.event_spread import Spread

_SHORTEST_M = 4_000.0
"""Pieces of the whole road that are at least this long in the middle are estimated as they are asked for."""
_NEAR_M = 5_000.0
"""A report is a sign for the road so far to both sides: ten kilometres have enough to tell if somebody is there."""
_LONGEST_M = 12_500.0
"""A stretch is estimated in equal pieces no longer than this: what is true near one town need not be near the next."""


@dataclass(frozen=True, eq=False)
class BaseRoad:
    """The road in the pieces that are estimated.

    These are its towns and what lies between them, whatever pieces somebody asks for: those are summed up from
    them. A road without towns has no such pieces of its own: there the pieces asked for are estimated as they
    stand, where they cover the road and are no shorter than stretches.

    Attributes
    ----------
    pieces
        From end to end of the road.
    town
        Which are towns.
    """

    pieces: RoadPieces
    town: NDArray[np.bool_]

    @classmethod
    def of(cls, corridor: Corridor, asked: RoadPieces | None = None) -> BaseRoad:
        """Cut a road."""
        table = corridor.stretches()
        ends = np.r_[table["from_m"].to_numpy(dtype=float), corridor.length_m]
        town = (table["from_place"] == table["to_place"]).fillna(value=False).to_numpy(dtype=bool)
        if asked is not None and not town.any() and _is_whole(asked, corridor.length_m):
            ends = np.r_[0.0, asked.edges[1:-1], corridor.length_m]
            town = np.zeros(len(ends) - 1, dtype=bool)
        edges, are_towns = [0.0], []
        for low, high, is_town in zip(ends[:-1], ends[1:], town, strict=True):
            count = 1 if is_town else max(int(np.ceil((high - low) / _LONGEST_M - 1e-9)), 1)
            edges += [low + (high - low) * (part + 1) / count for part in range(count)]
            are_towns += [is_town] * count
        cut = gpd.GeoDataFrame({"from_m": edges[:-1], "to_m": edges[1:]})
        return cls(RoadPieces.of(cut), np.array(are_towns, dtype=bool))

    @property
    def edges(self) -> Floats:
        """Ends of the pieces, from one end of the road to the other."""
        return self.pieces.edges

    def days_observed(self, piece: Ints, days: NDArray[np.datetime64], last: dt.date, model: RiskModel) -> Observation:
        """Estimate when each piece was observed, from the reports made by a day."""
        steps = int(np.ceil(model.window_days / STEP_DAYS))
        number = len(self.town)
        if model.observation == "whole":
            part = np.clip(model.window_days / STEP_DAYS - np.arange(steps), 0.0, 1.0)
            return Observation(np.tile(part, (number, 1)), np.zeros(number), 0.0, np.ones((number, 1)))
        middle, half = (self.edges[:-1] + self.edges[1:]) / 2, np.diff(self.edges) / 2
        age = days_until(last, days)
        # Ten kilometres of road have enough reports to tell whether somebody is there.
        reach = np.maximum(_NEAR_M, half)
        return observe(piece, np.clip(age, 0.0, None), middle, reach, steps=steps)


def _is_whole(asked: RoadPieces, length_m: float) -> bool:
    """Tell whether pieces cover the road from end to end, and are as long as stretches are."""
    if not len(asked.length_m) or (asked.piece < 0).any() or np.median(asked.length_m) < _SHORTEST_M:
        return False
    return bool(abs(asked.edges[0]) < 1.0 and abs(asked.edges[-1] - length_m) < 1.0)


@dataclass(frozen=True, eq=False)
class Counted:
    """Events, where they may lie, why some do not count, and the counts of the others.

    Attributes
    ----------
    events
        EVENTS in order of their ids, whatever the caller's order, so that sums and draws
        are the same to the last digit.
    spread, lies, reasons
        Where each is said to be; where it may lie (:attr:`RiskModel.town_share`); why it does not count, as a code
        (null where it does).
    road
        The pieces that are estimated.
    rows
        The row of ``events`` of each event in ``counts``.
    counts
        Events that count and touch the road.
    laid
        Share of each entry by length alone, whoever reported.
    last_report
        Day of the last report about the road; the day of the answer where there is none.
    newest_reports
        By piece of the road: day of its newest report of any kind.
    """

    events: gpd.GeoDataFrame
    spread: Spread
    lies: Spread
    reasons: pd.Series
    road: BaseRoad
    rows: Ints
    counts: Counts
    laid: Floats
    last_report: dt.date
    newest_reports: NDArray[np.datetime64]


@dataclass(frozen=True, eq=False)
class Laid:
    """Events laid over the road: what the counts of any day are made from.

    Attributes
    ----------
    events, spread, lies, road
        As in :class:`Counted`.
    row, piece, share
        One entry where an event may lie on a piece, sorted by row.
    leans, seeds
        Of each event, as in :class:`~artimap.risk.posterior.Counts`.
    reports, signs
        Every report that tells of a piece of the road; those that show that somebody reports there.
    """

    events: gpd.GeoDataFrame
    spread: Spread
    lies: Spread
    road: BaseRoad
    row: Ints
    piece: Ints
    share: Floats
    leans: NDArray[np.bool_]
    seeds: Ints
    reports: Reports
    signs: Reports

    @classmethod
    def over(
        cls,
        corridor: Corridor,
        located: gpd.GeoDataFrame,
        ledger: Ledger | None = None,
        *,
        model: RiskModel,
        asked: RoadPieces | None = None,
    ) -> Laid:
        """Lay events over the road; over the pieces that are asked for, where they are fit for it."""
        reach = model.reach
        # Sorted by id whatever order the caller has them in: sums of floats and draws hang on the order.
        events = bare(_sure_events(located, corridor.crs).sort_values("event_id", kind="stable"))
        spread = corridor.spread(events, reach=reach)
        road, lies = BaseRoad.of(corridor, asked), _around_towns(corridor, events, spread, model)
        signs = Reports.of(corridor, events, ledger, spread=spread, pieces=road.pieces, reach=reach, once=True)
        return cls(
            events,
            spread,
            lies,
            road,
            *road.pieces.over(lies),
            # An exact spot stays where it is; everything vaguer lies where incidents are, within its circle.
            leans=(events["place_kind"] != Where.POINT).to_numpy(dtype=bool),
            # A checksum of the id, since Python's own hash of a text changes from run to run.
            seeds=np.array([zlib.crc32(str(one).encode()) for one in events["event_id"]], dtype=np.int64),
            reports=Reports.of(corridor, events, ledger, spread=spread, pieces=road.pieces, reach=reach),
            signs=_with_pooled(signs, events, spread, road.pieces),
        )

    def on(self, day: dt.date, model: RiskModel) -> Counted:
        """Count the events on a day."""
        newest_by_piece = newest_by(*self.reports.days_by(day)[:2], len(self.road.town))
        newest_report = pd.Series(newest_by_piece).max()
        # Time after the last report is not observed: the answer is that of its day, and only grows less sure.
        last = day if model.observation == "whole" or pd.isna(newest_report) else min(newest_report.date(), day)
        # Events that do not count drop out of the entries, and the others are numbered anew without gaps:
        # ``rows`` leads from the new number back to the row of ``events``.
        why = why_not_counted(self.events, as_of=day, model=model, last_report=last)
        used = why.isna().to_numpy()[self.row]
        rows, new = np.unique(self.row[used], return_inverse=True)
        newest, oldest = ages(self.events, last)
        observation = self.road.days_observed(*self.signs.days_by(day)[:2], last, model)
        number, piece, share = np.asarray(new, dtype=np.int64), self.piece[used], self.share[used]
        counts = Counts(
            length_km=self.road.pieces.length_m / 1000.0,
            town=self.road.town,
            observation=observation,
            idle_days=float((day - last).days),
            row=number,
            piece=piece,
            share=_where_somebody_was(number, piece, share, (newest + oldest)[rows] / 2, observation),
            newest=newest[rows],
            oldest=oldest[rows],
            leans=self.leans[rows],
            seeds=self.seeds[rows],
        )
        used_rows = np.asarray(rows, dtype=np.int64)
        return Counted(
            self.events, self.spread, self.lies, why, self.road, used_rows, counts, share, last, newest_by_piece
        )


_PERIOD_DAYS = 92
"""Reports that others counted in so many days at most say that somebody reported then; a year is too long for it."""


def _with_pooled(signs: Reports, events: gpd.GeoDataFrame, spread: Spread, pieces: RoadPieces) -> Reports:
    """Add the reports that others counted to the signs that somebody reports.

    Without them their incidents would be laid to the time in which one's own sources reported, and rates be several
    times too high. Each is a sign for one piece on one day: those of a cell are put on its pieces in turn, and spaced
    evenly over its time.
    """
    ids = events["event_id"].astype(str)
    days = (events["date_end"] - events["date_start"]).dt.days
    rows = np.flatnonzero((ids.str.startswith(POOLED) & (days < _PERIOD_DAYS)).to_numpy(dtype=bool))
    if not len(rows):
        return signs
    cell = ids.iloc[rows].str.rsplit("-", n=1).str[0].to_numpy()
    alike = pd.Series(0, index=rows).groupby(cell)
    turn, number = alike.cumcount().to_numpy(), alike.transform("size").to_numpy()
    row, piece, _ = pieces.over(spread)
    touched = [piece[row == one] for one in rows]
    on = np.array([of[at % len(of)] if len(of) else -1 for of, at in zip(touched, turn, strict=True)])
    passed = (days.to_numpy()[rows] + 1) * (turn + 0.5) / number
    day = events["date_start"].to_numpy()[rows] + pd.to_timedelta(np.floor(passed), unit="D").to_numpy()
    more = pd.DataFrame({"piece": on, "report_id": ids.to_numpy()[rows], "begun": day, "ended": day})
    more = more[on >= 0].astype({name: signs.events[name].dtype for name in more.columns})
    return Reports(signs.claims, pd.concat([signs.events, more], ignore_index=True))


def _around_towns(corridor: Corridor, events: gpd.GeoDataFrame, spread: Spread, model: RiskModel) -> Spread:
    """Spread those told by a place in part over the road half way to the next one.

    Who names a place often means the nearest place with a name. What lies off the road stays off it.
    """
    wide = (events["place_kind"] == Where.PLACE).to_numpy(dtype=bool)
    if "radius_m" in events.columns:
        stated = pd.to_numeric(events["radius_m"]).to_numpy(dtype=float, na_value=np.nan)
        wide = wide & ~(stated >= model.town_reach_m)
    number = len(events)
    on = np.bincount(spread.row, weights=spread.weight, minlength=number)
    wide = wide & (on > 0)
    if not wide.any() or not model.town_share:
        return spread
    far = corridor.spread(events[wide].assign(radius_m=model.town_reach_m), reach=model.reach)
    row = np.flatnonzero(wide)[far.row]
    reaches = np.bincount(row, weights=far.weight, minlength=number)
    moved = np.where(reaches > 0, model.town_share * wide, 0.0)
    part = np.divide(moved * on, reaches, out=np.zeros(number), where=reaches > 0)
    return Spread(
        row=np.r_[spread.row, row],
        from_m=np.r_[spread.from_m, far.from_m],
        to_m=np.r_[spread.to_m, far.to_m],
        weight=np.r_[spread.weight * (1 - moved)[spread.row], far.weight * part[row]],
        off_corridor=spread.off_corridor,
        why_code=spread.why_code,
    )


_BLIND = 0.05
"""Chance that a report comes from where nobody seems to report."""


def _where_somebody_was(row: Ints, piece: Ints, share: Floats, age: Floats, seen: Observation) -> Floats:
    """Move what may lie on several pieces to those on which somebody reported on its day; sums stay."""
    if not len(row):
        return share
    watched = np.maximum(seen.share_at(piece, age[row]), _BLIND)
    weight = share * watched
    total, moved = (np.bincount(row, weights=one, minlength=len(age)) for one in (share, weight))
    return np.asarray(weight * (total / moved)[row])


_NEEDED = ("event_id", "record", "kind", "date_start", "date_end", "place", "place_kind")


def _sure_events(located: gpd.GeoDataFrame, crs: str) -> gpd.GeoDataFrame:
    """Give the events back if they can be counted: columns, days as days, each event once.

    Raises
    ------
    CrsError, SchemaError
        If they cannot.
    """
    require(located, crs, what="located")
    # Whatever would fail later in pandas, or count wrongly in silence, is told here at once with the line
    # that mends it.
    wrong = [
        Breach("", name, "", "is missing", "pass EVENTS, as artimap.read_events gives them")
        for name in _NEEDED
        if name not in located.columns
    ]
    for name in ("date_start", "date_end"):
        if name in located.columns and len(located) and not pd.api.types.is_datetime64_dtype(located[name]):
            # Days with a time zone would be compared with plain ones further down, which pandas refuses far from
            # the cause.
            mend = ".dt.tz_localize(None)" if isinstance(located[name].dtype, pd.DatetimeTZDtype) else ""
            fix = f"table[{name!r}] = " + (f"table[{name!r}]{mend}" if mend else f"pandas.to_datetime(table[{name!r}])")
            wrong.append(Breach("", name, str(located[name].dtype), "is no plain day", fix))
    if "event_id" in located.columns and not located["event_id"].is_unique:
        twice = located["event_id"][located["event_id"].duplicated()]
        fix = "it would count twice: table.drop_duplicates('event_id')"
        wrong.append(Breach("", "event_id", str(twice.iloc[0]), f"stands twice, and {len(twice) - 1} more do", fix))
    if wrong:
        table = "located"
        raise SchemaError(table, wrong)
    return located


def ages(events: pd.DataFrame, day: dt.date) -> tuple[Floats, Floats]:
    """Give the least and greatest age of each event in days: what was reported by the day was before it."""
    start, end = (events[name].to_numpy(dtype=schema.DAY) for name in ("date_start", "date_end"))
    # An event that is still going on is 0 days old, not of negative age.
    newest = np.clip(days_until(day, np.where(np.isnat(end), start, end)), 0.0, None)
    oldest = np.clip(days_until(day, start), 0.0, None)
    return np.minimum(newest, oldest), oldest


def tally(counted: Counted) -> dict[str, int]:
    """Give why rows do not count, as codes, and how many, the most frequent first."""
    # An event that counts by kind and day may still have no place on the road; that reason stands where
    # no other does.
    why, off = counted.reasons.to_numpy(dtype=object), np.array(counted.spread.why_code, dtype=object)
    return reasons.tally(np.where(pd.isna(why), off, why).tolist())

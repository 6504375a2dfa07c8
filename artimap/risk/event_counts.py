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
from artimap.core import reasons
from artimap.core.arrays import Floats, Ints
from artimap.core.crs import require
from artimap.core.errors import Breach, SchemaError
from artimap.core.vocab import Where
from artimap.risk.counts import Counts
from artimap.risk.coverage import Reports, RoadPieces, bare
from artimap.risk.model import RiskModel, why_not_counted
from artimap.risk.observation import STEP_DAYS, Observation, observe
from artimap.roads.corridor import Corridor
from artimap.roads.event_spread import Reach, Spread

_LONGEST_M = 10_000.0
"""A stretch is estimated in equal pieces no longer than this: what is true near one town need not be near the next."""


@dataclass(frozen=True, eq=False)
class BaseRoad:
    """The road in the pieces that are estimated, the same whatever pieces somebody asks for.

    Attributes
    ----------
    pieces
        Towns and what lies between them, from end to end.
    town
        Which are towns.
    """

    pieces: RoadPieces
    town: NDArray[np.bool_]

    @classmethod
    def of(cls, corridor: Corridor) -> BaseRoad:
        """Cut a road."""
        table = corridor.stretches()
        town = (table["from_place"] == table["to_place"]).fillna(value=False).to_numpy(dtype=bool)
        edges, towns = [0.0], []
        for low, high, is_town in zip(table["from_m"], table["to_m"], town, strict=True):
            count = 1 if is_town else max(int(np.ceil((high - low) / _LONGEST_M - 1e-9)), 1)
            edges += [low + (high - low) * (part + 1) / count for part in range(count)]
            towns += [is_town] * count
        cut = gpd.GeoDataFrame({"from_m": edges[:-1], "to_m": edges[1:]})
        return cls(RoadPieces.of(cut), np.array(towns, dtype=bool))

    @property
    def edges(self) -> Floats:
        """Ends of the pieces, from one end of the road to the other."""
        return self.pieces.edges

    def days_observed(self, told: pd.DataFrame, last: dt.date, model: RiskModel) -> Observation:
        """Estimate when each piece was observed, from the reports made by a day."""
        steps = int(np.ceil(model.window_days / STEP_DAYS))
        number = len(self.town)
        if model.observation == "whole":
            part = np.clip(model.window_days / STEP_DAYS - np.arange(steps), 0.0, 1.0)
            return Observation(np.tile(part, (number, 1)), np.zeros(number), 0.0, np.ones((number, 1)))
        middle, half = (self.edges[:-1] + self.edges[1:]) / 2, np.diff(self.edges) / 2
        age = (pd.Timestamp(last) - pd.to_datetime(told["day"])).dt.days.to_numpy(dtype=float)
        piece = told["piece"].to_numpy(dtype=np.int64)
        # Ten kilometres of road have enough reports to tell whether somebody is there.
        reach = np.maximum(_LONGEST_M / 2, half)
        return observe(piece, np.clip(age, 0.0, None), middle, reach, steps=steps)


@dataclass(frozen=True, eq=False)
class Counted:
    """Events, where they may lie, why some do not count, and the counts of the others.

    Attributes
    ----------
    events
        EVENTS in order of their ids, whatever the caller's order, so that sums and draws
        are the same to the last digit.
    spread, reasons
        Where each may lie; why it does not count, as a code (null where it does).
    road
        The pieces that are estimated.
    rows
        The row of ``events`` of each event in ``counts``.
    counts
        Events that count and touch the road.
    last_report
        Day of the last report about the road; the day of the answer where there is none.
    newest_reports
        By piece of the road: day of its newest report of any kind.
    """

    events: gpd.GeoDataFrame
    spread: Spread
    reasons: pd.Series
    road: BaseRoad
    rows: Ints
    counts: Counts
    last_report: dt.date
    newest_reports: pd.Series


@dataclass(frozen=True, eq=False)
class Laid:
    """Events laid over the road: what the counts of any day are made from.

    Attributes
    ----------
    events, spread, road
        As in :class:`Counted`.
    row, piece, share
        One entry where an event may lie on a piece, sorted by row.
    leans, seeds
        Of each event, as in :class:`~artimap.risk.posterior.Counts`.
    reports
        Every report that tells of a piece of the road.
    """

    events: gpd.GeoDataFrame
    spread: Spread
    road: BaseRoad
    row: Ints
    piece: Ints
    share: Floats
    leans: NDArray[np.bool_]
    seeds: Ints
    reports: Reports

    @classmethod
    def over(cls, corridor: Corridor, located: gpd.GeoDataFrame, ledger: Ledger | None = None, *, reach: Reach) -> Laid:
        """Lay events over the road."""
        # Sorted by id whatever order the caller has them in: sums of floats and draws hang on the order.
        events = bare(_sure_events(located, corridor.crs).sort_values("event_id", kind="stable"))
        spread = corridor.spread(events, reach=reach)
        road = BaseRoad.of(corridor)
        return cls(
            events,
            spread,
            road,
            *road.pieces.over(spread),
            # An exact spot stays where it is; everything vaguer lies where incidents are, within its circle.
            leans=(events["place_kind"] != Where.POINT).to_numpy(dtype=bool),
            # A checksum of the id, since Python's own hash of a text changes from run to run.
            seeds=np.array([zlib.crc32(str(one).encode()) for one in events["event_id"]], dtype=np.int64),
            reports=Reports.of(corridor, events, ledger, spread=spread, pieces=road.pieces, reach=reach),
        )

    def on(self, day: dt.date, model: RiskModel) -> Counted:
        """Count the events on a day."""
        told = self.reports.by(day)
        newest_report = pd.to_datetime(told["day"]).max()
        # Time after the last report is not observed: the answer is that of its day, and only grows less sure.
        last = day if model.observation == "whole" or pd.isna(newest_report) else min(newest_report.date(), day)
        # Events that do not count drop out of the entries, and the others are numbered anew without gaps:
        # ``rows`` leads from the new number back to the row of ``events``.
        why = why_not_counted(self.events, as_of=day, model=model, last_report=last)
        used = why.isna().to_numpy()[self.row]
        rows, new = np.unique(self.row[used], return_inverse=True)
        newest, oldest = ages(self.events, last)
        counts = Counts(
            length_km=self.road.pieces.length_m / 1000.0,
            town=self.road.town,
            observation=self.road.days_observed(told, last, model),
            idle_days=float((day - last).days),
            row=np.asarray(new, dtype=np.int64),
            piece=self.piece[used],
            share=self.share[used],
            newest=newest[rows],
            oldest=oldest[rows],
            leans=self.leans[rows],
            seeds=self.seeds[rows],
        )
        newest_by_piece = pd.to_datetime(told.groupby("piece")["day"].max().reindex(range(len(self.road.town))))
        used_rows = np.asarray(rows, dtype=np.int64)
        return Counted(self.events, self.spread, why, self.road, used_rows, counts, last, newest_by_piece)


_NEEDED = ("event_id", "record", "kind", "date_start", "date_end", "place_kind")


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
    today = pd.Timestamp(day)
    start, end = events["date_start"], events["date_end"].fillna(events["date_start"])
    # An event that is still going on is 0 days old, not of negative age.
    newest = np.clip((today - end).dt.days.to_numpy(dtype=float), 0.0, None)
    oldest = np.clip((today - start).dt.days.to_numpy(dtype=float), 0.0, None)
    return np.minimum(newest, oldest), oldest


def tally(counted: Counted) -> dict[str, int]:
    """Give why rows do not count, as codes, and how many, the most frequent first."""
    # An event that counts by kind and day may still have no place on the road; that reason stands where
    # no other does.
    off = pd.Series(list(counted.spread.why_code), index=counted.events.index, dtype=counted.reasons.dtype)
    return reasons.tally(counted.reasons.where(~counted.reasons.isna(), off))

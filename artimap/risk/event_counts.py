"""From a table of events to counts over pieces of road."""

from __future__ import annotations

import datetime as dt
import zlib
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from artimap.core import reasons
from artimap.core.arrays import Floats, Ints
from artimap.core.crs import require
from artimap.core.dates import DAYS_PER_MONTH
from artimap.core.errors import Breach, SchemaError
from artimap.core.vocab import Where
from artimap.risk.coverage import RoadPieces, bare
from artimap.risk.model import RiskModel, why_not_counted
from artimap.risk.posterior import Counts
from artimap.roads.corridor import Corridor
from artimap.roads.event_spread import Reach, Spread


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
    pieces
        The pieces of road.
    rows
        The row of ``events`` of each event in ``counts``.
    counts
        Events that count and touch a piece.
    """

    events: gpd.GeoDataFrame
    spread: Spread
    reasons: pd.Series
    pieces: RoadPieces
    rows: Ints
    counts: Counts


@dataclass(frozen=True, eq=False)
class Laid:
    """Events laid over pieces of road: what the counts of any day are made from.

    Attributes
    ----------
    events, spread, pieces
        As in :class:`Counted`.
    row, piece, share
        One entry where an event may lie on a piece, sorted by row.
    leans, seeds
        Of each event, as in :class:`~artimap.risk.posterior.Counts`.
    """

    events: gpd.GeoDataFrame
    spread: Spread
    pieces: RoadPieces
    row: Ints
    piece: Ints
    share: Floats
    leans: NDArray[np.bool_]
    seeds: Ints

    @classmethod
    def over(cls, corridor: Corridor, located: gpd.GeoDataFrame, table: gpd.GeoDataFrame, *, reach: Reach) -> Laid:
        """Lay events over the pieces in ``table``."""
        # Sorted by id whatever order the caller has them in: sums of floats and draws hang on the order.
        events = bare(_sure_events(located, corridor.crs).sort_values("event_id", kind="stable"))
        spread = corridor.spread(events, reach=reach)
        pieces = RoadPieces.of(table)
        return cls(
            events,
            spread,
            pieces,
            *pieces.over(spread),
            leans=events["place_kind"].isin([Where.SECTION, Where.COMMUNE, Where.STRETCH]).to_numpy(dtype=bool),
            # A checksum of the id, since Python's own hash of a text changes from run to run.
            seeds=np.array([zlib.crc32(str(one).encode()) for one in events["event_id"]], dtype=np.int64),
        )

    def on(self, day: dt.date, model: RiskModel) -> Counted:
        """Count the events on a day."""
        # Events that do not count drop out of the entries, and the others are numbered anew without gaps:
        # ``rows`` leads from the new number back to the row of ``events``.
        why = why_not_counted(self.events, as_of=day, model=model)
        used = why.isna().to_numpy()[self.row]
        rows, new = np.unique(self.row[used], return_inverse=True)
        newest, oldest = ages(self.events, day)
        counts = Counts(
            exposure=self.pieces.length_m / 1000.0 * model.fading.days / DAYS_PER_MONTH,
            row=np.asarray(new, dtype=np.int64),
            piece=self.piece[used],
            share=self.share[used],
            newest=newest[rows],
            oldest=oldest[rows],
            leans=self.leans[rows],
            seeds=self.seeds[rows],
        )
        return Counted(self.events, self.spread, why, self.pieces, np.asarray(rows, dtype=np.int64), counts)


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


def count(
    corridor: Corridor, located: gpd.GeoDataFrame, table: gpd.GeoDataFrame, *, day: dt.date, model: RiskModel
) -> Counted:
    """Count events over the pieces in ``table`` on a day."""
    return Laid.over(corridor, located, table, reach=model.reach).on(day, model)


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

"""Who reports on which piece of road, and when: quiet and silent are told apart here.

A rate counts reports. Where nobody reports it says nothing, and where more publishers
report than before it rises though the road has not changed. This module counts the
reports themselves.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from artimap.claims.ledger import Ledger
from artimap.core import schema
from artimap.core.arrays import Floats, Ints
from artimap.core.dates import day_of
from artimap.core.errors import ModelError
from artimap.core.precision import significant
from artimap.core.vocab import Where
from artimap.roads.corridor import Corridor
from artimap.roads.event_spread import Reach, Spread

# A quarter here and a fifth below keep a vague report from speaking for every stretch that it
# touches.
LIKELY_SHARE = 0.25
"""An event is named as a piece's last incident where at least this share of it may lie there."""

COVERED_SHARE = 0.2
"""A report that covers at least this share of a piece tells of the piece."""

PINNED_SHARE = 0.75
"""A report of which at least this share lies on one piece was made about it, and about no other."""

CHANGED_RATIO, CHANGED_BY = 1.5, 3
"""The sources have changed where one window has this many times the publishers of the other, and this many more."""


@dataclass(frozen=True, eq=False)
class RoadPieces:
    """Pieces of one road, in any order, with gaps or without, never over one another.

    Attributes
    ----------
    edges
        Ends of the bins between all ends of pieces, rising.
    piece
        The piece that each bin is; -1 for a gap.
    length_m
        Length of each piece.
    """

    edges: Floats
    piece: Ints
    length_m: Floats

    @classmethod
    def of(cls, table: gpd.GeoDataFrame) -> RoadPieces:
        """Read ``from_m`` and ``to_m``.

        Raises
        ------
        ModelError
            If pieces overlap, or end before they begin.
        """
        low, high = table["from_m"].to_numpy(dtype=float), table["to_m"].to_numpy(dtype=float)
        # Pieces may come in any order; bins are laid from low to high, with a bin of its own (-1) for each
        # gap, so that what falls between pieces is counted to none of them.
        order = np.argsort(low, kind="stable")
        if (high <= low).any() or (low[order][1:] < high[order][:-1] - 1e-6).any():
            msg = "pieces of road must have from_m below to_m and may not overlap: count overlapping ones one by one"
            raise ModelError(msg)
        edges: list[float] = []
        which: list[int] = []
        for one in order:
            if edges and low[one] > edges[-1] + 1e-6:
                which.append(-1)
                edges.append(float(low[one]))
            elif not edges:
                edges.append(float(low[one]))
            which.append(int(one))
            edges.append(float(high[one]))
        return cls(np.asarray(edges, dtype=float), np.asarray(which, dtype=np.int64), high - low)

    def over(self, spread: Spread) -> tuple[Ints, Ints, Floats]:
        """Share a spread out: row, piece and weight, one entry for a row on a piece, sorted by both."""
        if not len(self.piece):
            nothing = np.zeros(0, dtype=np.int64)
            return nothing, nothing, np.zeros(0)
        row, found, weight = spread.over(self.edges)
        piece = self.piece[found]
        inside = piece >= 0
        # Row and piece as one number: ``np.unique`` sorts by both and joins what a spread has several times
        # on one piece.
        key = row[inside] * len(self.length_m) + piece[inside]
        keys, back = np.unique(key, return_inverse=True)
        total = np.bincount(back, weights=weight[inside], minlength=len(keys))
        count = len(self.length_m)
        return np.asarray(keys // count), np.asarray(keys % count), np.asarray(total, dtype=float)


def is_wide(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which rows speak of a commune or more."""
    return np.asarray(table["place_kind"].isin([Where.COMMUNE, Where.DEPARTMENT]), dtype=bool)


def pinned(spread: Spread, pieces: RoadPieces, *, wide: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Give the rows that surely lie on one piece, with it: a sign that somebody reports there.

    What may lie on two pieces would make whoever reports on one of them seem to watch both.
    """
    rows, piece, weight = pieces.over(spread)
    on_road = np.bincount(spread.row, weights=spread.weight, minlength=len(spread.off_corridor))
    sure = (significant(weight / on_road[rows]) >= PINNED_SHARE) & ~wide[rows]
    return rows[sure], piece[sure]


def tells_of(spread: Spread, pieces: RoadPieces, *, wide: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Give the rows and pieces where a row says something about the piece itself.

    Either a good part of what the row may mean lies on the piece, or it covers a good
    part of the piece. A statement about a whole commune, or one that only touches the
    end of a piece, does not break its silence.
    """
    rows, piece, weight = pieces.over(spread)
    count = len(spread.off_corridor)
    # Shares are of the part on the road: an event that lies half off it still tells of the stretch that
    # it surely touches.
    on_road = np.bincount(spread.row, weights=spread.weight, minlength=count)
    length = np.bincount(spread.row, weights=spread.to_m - spread.from_m, minlength=count)
    # a quarter of a section is a quarter, however it was added up
    share = significant(weight / on_road[rows])
    covered = significant(share * length[rows] / pieces.length_m[piece])
    told = ((share >= LIKELY_SHARE) | (covered >= COVERED_SHARE)) & ~wide[rows]
    return rows[told], piece[told]


def days_until(day: dt.date, past: NDArray[np.datetime64]) -> Floats:
    """Give how many days lie between past days and a day, NaN where there is none."""
    return np.asarray(np.floor((np.datetime64(day, "s") - past) / np.timedelta64(1, "D")), dtype=float)


def newest_by(piece: Ints, day: NDArray[np.datetime64], pieces: int) -> NDArray[np.datetime64]:
    """Give the newest of the days of each piece, NaT where there is none."""
    out = np.full(pieces, np.datetime64("NaT", "s"))
    # as whole numbers, of which "no day" is the least
    np.maximum.at(out.view(np.int64), piece, day.astype(schema.DAY).view(np.int64))
    return out


def last_day(events: pd.DataFrame, day: dt.date) -> NDArray[Any]:
    """Give the last day of each event, no later than the day of the answer."""
    return np.asarray(np.minimum(events["date_end"].fillna(events["date_start"]).to_numpy(), np.datetime64(day, "s")))


_TOLD = ["piece", "day", "source", "report_id"]


@dataclass(frozen=True, eq=False)
class Reports:
    """Every report that tells of a piece, whatever the day.

    Attributes
    ----------
    claims
        ``piece, day, source, report_id, counts_from``: what is said of events, places and posts. What is said of
        an event before it begins counts when it begins.
    events
        ``piece, report_id, begun, ended, heard``: one row where an event tells of a piece, and the day of the
        first claim about it; null where there is none.
    """

    claims: pd.DataFrame
    events: pd.DataFrame

    @classmethod
    def of(
        cls,
        corridor: Corridor,
        events: gpd.GeoDataFrame,
        ledger: Ledger | None,
        *,
        spread: Spread,
        pieces: RoadPieces,
        reach: Reach,
        once: bool = False,
    ) -> Reports:
        """Find what tells of which piece; ``once``: of which one only (:func:`pinned`)."""
        place = pinned if once else tells_of
        row, piece = place(spread, pieces, wide=is_wide(events))
        told = pd.DataFrame({"piece": piece, "subject": events["event_id"].to_numpy()[row]})
        told["begun"] = events["date_start"].to_numpy()[row]
        told["ended"] = events["date_end"].fillna(events["date_start"]).to_numpy()[row]
        # A claim without a day cannot break the silence of any day.
        claims = None if ledger is None else ledger.claims[ledger.claims["reported"].notna()]
        if ledger is None or claims is None or claims.empty:
            nothing = pd.DataFrame({name: pd.Series([], dtype=schema.TEXT) for name in _TOLD})
            return cls(nothing.assign(counts_from=told["begun"][:0]), _alone(told, told["begun"].where(told.index < 0)))
        said = pd.DataFrame(
            {
                "subject": claims["subject"],
                "claim_id": claims["claim_id"],
                "day": claims["reported"],
                # A reprint speaks with the voice of who wrote it first: ten copies of one report are no wide
                # coverage.
                "source": claims["origin"].fillna(claims["source"]),
                "report_id": claims["report_id"].fillna(claims["claim_id"]),
                "counts_from": claims["reported"],
            }
        )
        parts = [told[["piece", "subject", "begun"]].merge(said, on="subject")]
        # A warning of an event is no report of it yet: it counts from the day on which the event begins.
        parts[0]["counts_from"] = parts[0][["day", "begun"]].max(axis=1)
        for table, key in ((ledger.subjects, "subject"), (ledger.posts, "claim_id")):
            rows = table.reset_index(drop=True)
            row, piece = place(corridor.spread(rows, reach=reach), pieces, wide=is_wide(rows))
            parts.append(pd.DataFrame({"piece": piece, key: rows[key].to_numpy()[row]}).merge(said, on=key))
        columns = [*_TOLD, "counts_from"]
        whole = pd.concat([part[columns] for part in parts], ignore_index=True)
        # One report may reach a piece by its event, its place and its post: it is one report. The earliest
        # day from which it counts comes first and stays.
        whole = whole.sort_values(columns, kind="stable", ignore_index=True).drop_duplicates(_TOLD)
        return cls(whole, _alone(told, told["subject"].map(said.groupby("subject")["day"].min())))

    @cached_property
    def _plain(self) -> tuple[NDArray[Any], ...]:
        columns = [(self.claims, ("counts_from", "piece", "day")), (self.events, ("begun", "heard", "piece", "ended"))]
        kinds = {"piece": np.int64}
        days = (table[name].to_numpy(dtype=kinds.get(name, schema.DAY)) for table, names in columns for name in names)
        return (*days, pd.factorize(self.claims["source"])[0])

    def days_by(self, day: dt.date) -> tuple[Ints, NDArray[np.datetime64], Ints]:
        """Give piece, day and number of the source (-1 for none) of those that had been made by a day (:meth:`by`)."""
        counts_from, piece, days, begun, heard, own_piece, ended, source = self._plain
        when = np.datetime64(day, "s")
        said, own = counts_from <= when, (begun <= when) & ~(heard <= when)
        # an end that is not known is not after the day
        alone = np.fmin(ended[own], when)
        unknown = np.full(len(alone), -1)
        return np.r_[piece[said], own_piece[own]], np.r_[days[said], alone], np.r_[source[said], unknown]

    def by(self, day: dt.date) -> pd.DataFrame:
        """Give those that had been made by a day.

        Returns
        -------
        DataFrame
            ``piece, day, source, report_id``: one row a report and piece. Without a ledger, or for an event of
            which it says nothing, the event itself is the report, its source is not stated.
        """
        when = pd.Timestamp(day)
        said = self.claims.loc[self.claims["counts_from"] <= when, _TOLD]
        # ``~(heard <= when)`` also holds where nothing was heard (NaT): such an event stands for its own
        # report.
        own = self.events[(self.events["begun"] <= when) & ~(self.events["heard"] <= when)]
        alone = pd.DataFrame({"piece": own["piece"], "day": own["ended"].where(own["ended"] <= when, when)})
        alone["source"] = pd.Series(np.nan, index=own.index, dtype=schema.TEXT)
        alone["report_id"] = own["report_id"]
        return pd.concat([said, alone], ignore_index=True) if len(said) else alone


def _alone(told: pd.DataFrame, heard: pd.Series) -> pd.DataFrame:
    return told.rename(columns={"subject": "report_id"}).assign(heard=heard)


def report_coverage(
    corridor: Corridor,
    events: gpd.GeoDataFrame,
    ledger: Ledger | None = None,
    *,
    as_of: str | dt.date,
    pieces: gpd.GeoDataFrame | None = None,
    period_days: int = 30,
    periods: int = 12,
    reach: Reach | None = None,
) -> pd.DataFrame:
    """Count the reports of any kind on each piece of road, by period and source.

    Parameters
    ----------
    corridor
        The road.
    events
        EVENTS in the corridor's system, of every kind: a report of a protest is a report.
    ledger
        Claims, with the day and publisher of each; without it sources are not known.
    as_of
        Last day of the last period.
    pieces
        Pieces of the road; the named stretches where null.
    period_days, periods
        Length of a period, and how many, counted back from ``as_of``.
    reach
        Radii and shares of spreading.

    Returns
    -------
    DataFrame
        ``lixel_id, name, period_from, period_to, source, reports``, in that order. A piece
        of which nobody spoke in a period has a row with no source and 0 reports: silence
        is a row, not a gap. Reprints count for the publisher who came first.

    Raises
    ------
    ModelError, DateError, CrsError
        For bad periods, a bad day, a table in another system.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> rn1 = am.read_corridor(art, "rn1")
    >>> len(am.report_coverage(rn1, am.read_events(art), as_of="2024-10-15", periods=2)) > 0
    True
    """
    if period_days <= 0 or periods <= 0:
        msg = "period_days and periods must be greater than 0"
        raise ModelError(msg)
    day = day_of(as_of)
    table = corridor.stretches() if pieces is None else pieces
    rows = bare(events)
    spread = corridor.spread(rows, reach=reach or Reach())
    told = Reports.of(
        corridor, rows, ledger, spread=spread, pieces=RoadPieces.of(table), reach=reach or Reach()
    ).by(day)  # fmt: skip
    age = (pd.Timestamp(day) - pd.to_datetime(told["day"])).dt.days
    told = told.assign(period=age // period_days)
    told = told[(age >= 0) & (told["period"] < periods)]
    counted = (
        told.groupby(["piece", "period", "source"], dropna=False)["report_id"].nunique().rename("reports").reset_index()
    )
    # Every piece and period has a row, also where nobody spoke: a missing row would be drawn as nothing,
    # which looks calm.
    every = pd.MultiIndex.from_product([range(len(table)), range(periods)], names=["piece", "period"])
    whole = every.to_frame(index=False).merge(counted, on=["piece", "period"], how="left")
    back = pd.to_timedelta(whole["period"] * period_days, unit="D")
    to = (pd.Timestamp(day) - back).astype(schema.DAY)
    names = table["name"].to_numpy() if "name" in table.columns else np.full(len(table), None)
    return pd.DataFrame(
        {
            "lixel_id": pd.Series(table["lixel_id"].to_numpy()[whole["piece"]], dtype=schema.TEXT),
            "name": pd.Series(names[whole["piece"]], dtype=schema.TEXT),
            "period_from": (to - pd.Timedelta(days=period_days - 1)).astype(schema.DAY),
            "period_to": to,
            "source": whole["source"].astype(schema.TEXT),
            "reports": whole["reports"].fillna(0).astype("Int64"),
        }
    )


def publishers(
    piece: Ints, days: NDArray[np.datetime64], source: Ints, pieces: int, *, day: dt.date, window_days: int
) -> tuple[Ints, Ints, tuple[int, int]]:
    """Count the publishers heard in the last window and in the one before; a source of -1 is not stated.

    Returns
    -------
    tuple
        By piece, last and before; and the pair for the whole road.
    """
    # Periods are counted back from the last day: period 0 is the newest and a whole one.
    age = days_until(day, days)
    # Publishers are compared as sets, by window: ten reports of one paper are one publisher.
    most = int(source.max(initial=0)) + 1
    by_piece, whole = [], []
    for window in (0, 1):
        heard = (age >= window * window_days) & (age < (window + 1) * window_days) & (source >= 0)
        # Piece and source as one number, so that one call finds the distinct pairs.
        pairs = np.unique(piece[heard] * most + source[heard])
        by_piece.append(np.bincount(pairs // most, minlength=pieces))
        whole.append(len(np.unique(pairs % most)))
    return by_piece[0], by_piece[1], (whole[0], whole[1])


def changed(recent: int, earlier: int) -> bool:
    """Tell whether the sources changed so much that a change of rates may be theirs.

    >>> changed(12, 4), changed(5, 4), changed(3, 1)
    (True, False, False)
    """
    # Both have to hold. The ratio alone would call 1 against 3 a change, the difference alone 20 against
    # 23.
    more, less = max(recent, earlier), min(recent, earlier)
    return more - less >= CHANGED_BY and more >= CHANGED_RATIO * less


def bare(events: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Drop LOCATED's columns: spreading starts from the event's own place, not from an earlier spread.

    ``locate`` writes the outer ends of the spread into ``from_m`` and ``to_m``; for a stretch
    these are its own ends, for other kinds they are not looked at.
    """
    extra = ["chainage_m", "offset_m", "off_corridor", "why_not", "why_code"]
    return events.reset_index(drop=True).drop(columns=extra, errors="ignore")

"""One event out of the several reports of it, by a named rule."""

from __future__ import annotations

from statistics import median_low
from typing import Any

import pandas as pd

from artimap.core.schema import join_names, split_names
from artimap.core.tables import EVENTS
from artimap.core.vocab import EventKind, Record, Sensitivity, Where

# A stretch comes after a section: it may be fifty kilometres long.
_FINEST = (
    Where.POINT, Where.PLACE, Where.SECTION, Where.STRETCH, Where.COMMUNE, Where.DEPARTMENT, Where.NOWHERE,
)  # fmt: skip
_KINDS = list(EventKind)
_SENSITIVITY = list(Sensitivity)


def _whole(values: pd.Series) -> list[int]:
    return [int(value) for value in values.dropna()]


def _commonest(values: pd.Series) -> Any:
    counts = values.dropna().value_counts(sort=False)
    # Sorted, so that of values met equally often the same one is taken whatever the order of the rows.
    top = sorted(counts[counts == counts.max()].index)
    return top[0] if top else None


def _merge_one(event_id: str, rows: pd.DataFrame) -> dict[str, object]:
    # A report of the month says nothing against one of the day: only the finest are asked.
    finest_dates = rows[rows["date_precision"] == rows["date_precision"].min()]
    start = _commonest(finest_dates["date_start"])
    # The last day belongs to the first one that was chosen; a last day of another report could make a
    # span that nobody stated. Texts of days sort as days do.
    ends = finest_dates[finest_dates["date_start"] == start]["date_end"]
    order = rows.assign(
        _where=[_FINEST.index(Where(where)) for where in rows["where"]], _precision=rows["geo_precision"].astype(int)
    ).sort_values(["_where", "_precision"], kind="stable")
    # All reports of the finest kind and precision; among them the commonest place, in the order of the
    # file.
    best = order[(order["_where"] == order["_where"].iloc[0]) & (order["_precision"] == order["_precision"].iloc[0])]
    spot = best[best["place"] == _commonest(best["place"])].iloc[0] if best["place"].notna().any() else best.iloc[0]
    kinds = rows["kind"].value_counts()
    # EventKind is written from the graver to the less grave.
    kind = min(kinds[kinds == kinds.max()].index, key=lambda one: _KINDS.index(EventKind(one)))
    # What was written of a closed road on its first day knows no end yet: the latest report of it does.
    last = max(ends.dropna(), default=None) if kind == EventKind.ROAD_CLOSURE else _commonest(ends)
    end = max(str(start), str(last or start))
    with_dead = rows[rows["killed_low"].notna()]
    # A report without deaths says nothing of them: it does not pull the median to zero.
    lows, highs = _whole(with_dead["killed_low"]), _whole(rows["killed_high"])
    figures = sorted(lows + highs)
    harm = {name: _whole(rows[name]) for name in ("injured", "abducted", "displaced")}
    return {
        "event_id": event_id,
        "record": Record.EVENT if (rows["record"] == Record.EVENT).any() else Record.AGGREGATE,
        "overlaps": join_names(one for cell in rows["overlaps"] for one in split_names(cell)),
        "date_start": start,
        "date_end": end,
        "date_precision": int(rows["date_precision"].astype(int).min()),
        "kind": kind,
        # What the other reports called it is not lost.
        "sub_kind": join_names(one for one in rows["kind"].unique() if one != kind),
        "actors": join_names(
            name for column in ("actors", "other_actors") for cell in rows[column] for name in split_names(cell)
        ),
        "killed_low": min(lows) if lows else None,
        "killed_best": median_low(lows) if lows else None,
        # An open "at least 70" above every stated greatest figure leaves the greatest open too.
        "killed_high": max(highs) if highs and max(highs) >= max(figures) else None,
        "alleged_gang_dead": "yes" if len(with_dead) and (with_dead["alleged_gang_dead"] == "yes").all() else "no",
        **{name: median_low(values) if values else None for name, values in harm.items()},
        "place": spot["place"] if isinstance(spot["place"], str) else spot["words"],
        "place_kind": spot["where"],
        "place_id": spot["place_id"],
        "pcode": spot["pcode"],
        # Every road that a report names, not only that of the finest place: an event near a junction
        # concerns both.
        "road_id": join_names(road for cell in rows["road_id"] for road in split_names(cell)),
        "from_m": metres(spot["from_km"]),
        "to_m": metres(spot["to_km"]),
        "radius_m": None,
        "geo_precision": spot["geo_precision"],
        "n_claims": len(rows),
        # Reprints count where they were first published.
        "n_sources": rows["origin"].fillna(rows["source"]).nunique(),
        # The strictest word wins: one careful source must not be undone by a careless one.
        "sensitivity": max(rows["sensitivity"], key=lambda one: _SENSITIVITY.index(Sensitivity(one))),
        "licence": join_names(rows["licence"].dropna()),
        "summary": next(iter(rows["summary"].dropna()), None),
    }


def metres(km: object) -> float | None:
    """Turn kilometres, as text, into metres; null where there are none."""
    # Rounded to a decimetre: a thousand times a decimal fraction is not exact in floats.
    return round(float(str(km)) * 1000.0, 1) if isinstance(km, str) and km else None


def merge_reports(reports: pd.DataFrame) -> pd.DataFrame:
    """Make one row an event out of several reports of it, by the rule ``finest, commonest, median``.

    The finest stated place and date win (a section over a commune, a day over a month);
    among equals the commonest; the kind is the commonest, then the graver. A closed road was
    closed as long as the latest of these reports has it. Deaths are the
    least and greatest figure said and their median: ``killed_high`` stays null where the
    greatest figure is only "at least". The dead count as alleged gang members only if every
    figure does. Reprints of one outlet count as one source.

    Parameters
    ----------
    reports
        The embedded ``reports`` table, or one shaped like it.

    Returns
    -------
    DataFrame
        One row an ``event_id``, in order of first day and id, without geometry.

    Examples
    --------
    >>> import artimap as am
    >>> import pandas as pd
    >>> reports = pd.read_csv("reports.csv")  # doctest: +SKIP
    >>> am.merge_reports(reports)  # doctest: +SKIP
    """
    merged = [_merge_one(str(event_id), rows) for event_id, rows in reports.groupby("event_id", sort=False)]
    columns = [name for name in EVENTS.names if name != "geometry"]
    table = pd.DataFrame(merged, columns=columns)
    for column in EVENTS.columns:
        if column.kind == "int":
            table[column.name] = pd.to_numeric(table[column.name]).astype("Int64")
    return table.sort_values(["date_start", "event_id"], kind="stable").reset_index(drop=True)

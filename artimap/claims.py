"""The ledger: who said what, when, about which event, place or post.

Several reports may speak of one event. :func:`merge_reports` makes the event's row by a
named rule and keeps every report as claims beside it; contradictions live side by side.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median_low
from typing import Any

import geopandas as gpd
import pandas as pd

from artimap import data, schema
from artimap.area import Area
from artimap.errors import DataError
from artimap.ownclaims import read_own_claims
from artimap.ownposts import posts_of
from artimap.schema import join_names, split_names
from artimap.sources import read_report
from artimap.sources.placing import place_rows
from artimap.state import LATEST, State, state_of
from artimap.vocab import About, EventKind, Party, Predicate, Record, Sensitivity, Where

_FINEST = (
    Where.POINT, Where.PLACE, Where.SECTION, Where.STRETCH, Where.COMMUNE, Where.DEPARTMENT, Where.NOWHERE,
)  # fmt: skip
_KINDS = list(EventKind)
_SENSITIVITY = list(Sensitivity)
_HARM = {
    "injured": Predicate.INJURED,
    "abducted": Predicate.ABDUCTED,
    "displaced": Predicate.DISPLACED,
    "arrested": Predicate.ARRESTED,
}


@dataclass(frozen=True, eq=False)
class Ledger:
    """All claims of an area, and where the subjects of the claims lie.

    Attributes
    ----------
    claims
        CLAIMS.
    subjects
        One row a subject of a claim about a place, unit or stretch: ``subject``,
        ``name``, ``place_kind``, ``place_id``, ``pcode``, ``road_id``, ``from_m``, ``to_m``,
        geometry (see :func:`artimap.sources.placing.place_rows`).
    posts
        Statements about checkpoints, one row each, with fees and geometry; ``claim_id``
        leads to CLAIMS.
    """

    claims: pd.DataFrame
    subjects: gpd.GeoDataFrame = field(repr=False)
    posts: gpd.GeoDataFrame = field(repr=False)

    def about(self, subject: str, *, as_of: dt.date | None = None) -> pd.DataFrame:
        """Give the claims about a subject, newest first, undated ones last.

        Parameters
        ----------
        subject
            An event id, place id, p-code, stretch or checkpoint id.
        as_of
            Only claims reported by that day; undated ones stay in.
        """
        rows = self.until(as_of).claims if as_of is not None else self.claims
        rows = rows[rows["subject"] == subject]
        return rows.sort_values(["reported", "claim_id"], ascending=[False, True], na_position="last")

    def until(self, as_of: dt.date) -> Ledger:
        """Give what may have been said by a day: what was surely said later is left out.

        Of a claim dated to a month or a week the first day counts that it may be of, and a claim
        without a day stays in: when it was said is not known. For what had *surely* been said by a day, where a claim
        dated to a month counts from the month's end and one without a day not at all, there is
        ``known_on`` (:meth:`state`, :func:`artimap.control_status`). A report of an event without a day of its
        own counts from the event's last day.
        """
        day, reported = pd.Timestamp(as_of), self.claims["reported"]
        first = reported.where(self.claims["date_basis"] != "by", reported - pd.Timedelta(days=6))
        claims = self.claims[first.isna() | (first <= day)]
        posts = self.posts[self.posts["claim_id"].isin(claims["claim_id"])]
        return Ledger(claims, self.subjects, posts)

    def state(self, subject: str, *, as_of: dt.date, known_on: dt.date | None = None, rule: str = LATEST) -> State:
        """Compute what is said of a subject on a day, by a named rule, with the claims behind it.

        Parameters
        ----------
        subject
            An event id, place id, p-code, stretch or checkpoint id.
        as_of
            The day in the world that is asked about: what began later does not count.
        known_on
            Only what had surely been said by this day: a claim dated to a month counts from
            the month's end, one without a day of its own not at all (see ``not_dated``).
        rule
            How a figure is computed; names in :data:`artimap.state.RULES`.

        Raises
        ------
        ModelError
            If there is no such rule.
        """
        return state_of(self.claims, subject, as_of=as_of, known_on=known_on, rule=rule)


def _whole(values: pd.Series) -> list[int]:
    return [int(value) for value in values.dropna()]


def _first(values: pd.Series) -> Any:
    kept = values.dropna()
    return kept.iloc[0] if len(kept) else None


def _commonest(values: pd.Series) -> Any:
    counts = values.dropna().value_counts(sort=False)
    top = sorted(counts[counts == counts.max()].index)
    return top[0] if top else None


def _merge_one(event_id: str, rows: pd.DataFrame) -> dict[str, object]:
    finest_dates = rows[rows["date_precision"] == rows["date_precision"].min()]
    start = _commonest(finest_dates["date_start"])
    end = max(str(start), str(_commonest(finest_dates[finest_dates["date_start"] == start]["date_end"]) or start))
    order = rows.assign(
        _where=[_FINEST.index(Where(where)) for where in rows["where"]], _precision=rows["geo_precision"].astype(int)
    ).sort_values(["_where", "_precision"], kind="stable")
    best = order[(order["_where"] == order["_where"].iloc[0]) & (order["_precision"] == order["_precision"].iloc[0])]
    spot = best[best["place"] == _commonest(best["place"])].iloc[0] if best["place"].notna().any() else best.iloc[0]
    kinds = rows["kind"].value_counts()
    kind = min(kinds[kinds == kinds.max()].index, key=lambda one: _KINDS.index(EventKind(one)))
    with_dead = rows[rows["killed_low"].notna()]
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
        "sub_kind": join_names(one for one in rows["kind"].unique() if one != kind),
        "actors": join_names(
            name for column in ("actors", "other_actors") for cell in rows[column] for name in split_names(cell)
        ),
        "killed_low": min(lows) if lows else None,
        "killed_best": median_low(lows) if lows else None,
        "killed_high": max(highs) if highs and max(highs) >= max(figures) else None,
        "alleged_gang_dead": "yes" if len(with_dead) and (with_dead["alleged_gang_dead"] == "yes").all() else "no",
        **{name: median_low(values) if values else None for name, values in harm.items()},
        "place": spot["place"] if isinstance(spot["place"], str) else spot["words"],
        "place_kind": spot["where"],
        "place_id": spot["place_id"],
        "pcode": spot["pcode"],
        "road_id": join_names(road for cell in rows["road_id"] for road in split_names(cell)),
        "from_m": _metres(spot["from_km"]),
        "to_m": _metres(spot["to_km"]),
        "radius_m": None,
        "geo_precision": spot["geo_precision"],
        "n_claims": len(rows),
        "n_sources": rows["origin"].fillna(rows["source"]).nunique(),
        "sensitivity": max(rows["sensitivity"], key=lambda one: _SENSITIVITY.index(Sensitivity(one))),
        "licence": join_names(rows["licence"].dropna()),
        "summary": _first(rows["summary"]),
    }


def _metres(km: object) -> float | None:
    return round(float(str(km)) * 1000.0, 1) if isinstance(km, str) and km else None


def merge_reports(reports: pd.DataFrame) -> pd.DataFrame:
    """Make one row an event out of several reports of it, by the rule ``finest, commonest, median``.

    The finest stated place and date win (a section over a commune, a day over a month);
    among equals the commonest; the kind is the commonest, then the graver. Deaths are the
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
    """
    merged = [_merge_one(str(event_id), rows) for event_id, rows in reports.groupby("event_id", sort=False)]
    columns = [name for name in schema.EVENTS.names if name != "geometry"]
    table = pd.DataFrame(merged, columns=columns)
    for column in schema.EVENTS.columns:
        if column.kind == "int":
            table[column.name] = pd.to_numeric(table[column.name]).astype("Int64")
    return table.sort_values(["date_start", "event_id"], kind="stable").reset_index(drop=True)


_COMMON = {
    "claimant": "claimant",
    "claimant_is_party": "claimant_is_party",
    "source": "source",
    "source_url": "source_url",
    "sensitivity": "sensitivity",
    "licence": "licence",
    "note": "note",
    "origin": "origin",
}


def _said(row: pd.Series, **own: object) -> dict[str, object]:
    base = {name: row.get(column) for name, column in _COMMON.items()}
    party = base["claimant_is_party"]
    base["claimant_is_party"] = party if isinstance(party, str) else Party.UNKNOWN
    return {**base, "place": row.get("words"), **own}


def _figure(low: object, high: object) -> str:
    """Write a figure: 54–65, 115, or at least 70 (``70+``)."""
    if isinstance(high, str) and isinstance(low, str) and high != low:
        return f"{low}–{high}"
    return f"{low}+" if not isinstance(high, str) else str(low)


def _event_claims(reports: pd.DataFrame) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for _, row in reports.iterrows():
        reported, basis = row["reported"], row["date_basis"]
        if not isinstance(reported, str):
            reported, basis = row["date_end"], "from_event"
        base = {
            "about": About.EVENT,
            "subject": row["event_id"],
            "reported": reported,
            "date_basis": basis,
            "valid_from": row["date_start"],
            "valid_to": row["date_end"],
            "report_id": row["report_id"],
        }
        said: list[tuple[Predicate, object]] = [(Predicate.STATED, row["summary"]), (Predicate.LOCATION, row["words"])]
        if isinstance(row["killed_low"], str):
            said.append((Predicate.KILLED, _figure(row["killed_low"], row["killed_high"])))
        said += [(predicate, row[name]) for name, predicate in _HARM.items() if isinstance(row.get(name), str)]
        if isinstance(row["amount"], str):
            said.append((Predicate.FEE, f"{row['amount']} {row['amount_currency']}"))
        for predicate, value in said:
            if isinstance(value, str):
                claim_id = f"{row['report_id']}-{predicate}"
                rows.append(_said(row, **base, claim_id=claim_id, predicate=predicate, value=value))
    return rows


def subject_of(row: pd.Series) -> str:
    """Give the subject of a statement about a place: place id, p-code, stretch, or ``nowhere``."""
    where = Where(row["where"])
    if where in (Where.POINT, Where.PLACE) and isinstance(row["place_id"], str):
        return str(row["place_id"])
    if where in (Where.SECTION, Where.COMMUNE, Where.DEPARTMENT) and isinstance(row["pcode"], str):
        return str(row["pcode"])
    if where is Where.STRETCH and isinstance(row["road_id"], str):
        return f"{row['road_id']}:{row['from_km']}-{row['to_km']}"
    return "nowhere"


def _control_claims(table: pd.DataFrame) -> list[dict[str, object]]:
    rows = []
    for _, row in table.iterrows():
        base = {
            "about": About.STRETCH if row["where"] == Where.STRETCH else About.PLACE,
            "predicate": row["predicate"],
            "value": row["actor"],
            "reported": row["reported"],
            "date_basis": row["date_basis"],
            "valid_from": row["valid_from"],
            "valid_to": row["valid_to"],
            "last_confirmed": row["reported"],
            "scope": row["scope"],
            "report_id": row["claim_id"],
        }
        codes = split_names(row["pcode"]) if row["where"] in (Where.SECTION, Where.COMMUNE) else ()
        for count, subject in enumerate(codes if len(codes) > 1 else (subject_of(row),)):
            claim_id = row["claim_id"] if count == 0 else f"{row['claim_id']}-{count + 1}"
            rows.append(_said(row, **base, claim_id=claim_id, subject=subject))
    return rows


def _post_claims(table: pd.DataFrame) -> list[dict[str, object]]:
    rows = []
    for _, row in table.iterrows():
        fee = isinstance(row["fee_low"], str)
        rows.append(
            _said(
                row,
                about=About.CHECKPOINT,
                subject=row["checkpoint_id"],
                predicate=Predicate.FEE if fee else Predicate.TOLL,
                value=row["fee_text"],
                claim_id=row["report_id"],
                report_id=row["report_id"],
                reported=row["reported"] if isinstance(row["reported"], str) else row["last_reported"],
                date_basis=row["date_basis"],
                valid_from=row["first_reported"],
                valid_to=None,
                last_confirmed=row["last_reported"],
            )
        )
    return rows


def _other_claims(area: Area) -> list[dict[str, object]]:
    rows = []
    for _, row in data.read_table(area.name, "figures").iterrows():
        value = (
            f"{_figure(row['value_low'], row['value_high'])} {row['unit']}"
            if isinstance(row["value_low"], str)
            else None
        )
        row["words"], row["sensitivity"], row["licence"] = row["places"], Sensitivity.LOW, "facts; cite the publisher"
        rows.append(
            _said(
                row, about=About.FIGURE, subject=row["figure_id"], predicate=row["predicate"], value=value,
                claim_id=row["figure_id"], report_id=row["figure_id"], reported=row["reported"],
                date_basis="stated" if isinstance(row["reported"], str) else "undated",
                valid_from=row["period_start"], valid_to=row["period_end"],
            )
        )  # fmt: skip
    for _, row in data.read_table(area.name, "deployments").iterrows():
        row["licence"] = "facts; cite the publisher"
        rows.append(
            _said(
                row, about=About.DEPLOYMENT, subject=row["pcode"], predicate=Predicate.DEPLOYED, value=row["statement"],
                claim_id=row["deployment_id"], report_id=row["deployment_id"], reported=row["reported"],
                date_basis="stated" if isinstance(row["reported"], str) else "undated",
                valid_from=row["date_start"], valid_to=row["date_end"],
            )
        )  # fmt: skip
    return rows


def _subjects(control: pd.DataFrame, area: Area) -> gpd.GeoDataFrame:
    rows: dict[str, dict[str, object]] = {}
    names = dict(zip(*_unit_names(area), strict=True))
    for _, row in control.iterrows():
        codes = split_names(row["pcode"]) if row["where"] in (Where.SECTION, Where.COMMUNE) else ()
        for subject in codes if len(codes) > 1 else (subject_of(row),):
            if subject == "nowhere" or subject in rows:
                continue
            rows[subject] = {
                "subject": subject,
                "name": names.get(subject) or row["place"],
                "place_kind": row["where"],
                "place_id": row["place_id"] if row["where"] in (Where.POINT, Where.PLACE) else None,
                "pcode": subject if codes or row["where"] == Where.DEPARTMENT else None,
                "road_id": row["road_id"],
                "from_m": _metres(row["from_km"]),
                "to_m": _metres(row["to_km"]),
            }
    columns = ["subject", "name", "place_kind", "place_id", "pcode", "road_id", "from_m", "to_m"]
    return place_rows(pd.DataFrame(list(rows.values()), columns=columns), area)


def _placed_posts(posts: pd.DataFrame, area: Area) -> gpd.GeoDataFrame:
    table = posts.rename(columns={"report_id": "claim_id", "where": "place_kind"})
    table["place"] = table["place"].fillna(table["words"])
    table["from_m"] = [_metres(km) for km in table.pop("from_km")]
    table["to_m"] = [_metres(km) for km in table.pop("to_km")]
    return place_rows(table, area)


def _unit_names(area: Area) -> tuple[list[str], list[str]]:
    units = data.read_table(area.name, "units")
    places = data.read_table(area.name, "places")
    return [*units["pcode"], *places["place_id"]], [*units["name"], *places["name"]]


def read_claims(what: Area | str | Path, *, area: Area | None = None) -> Ledger:
    """Read claims: the embedded ones of an area, or those of a file.

    Parameters
    ----------
    what
        An area; or a file: a table with the columns of CLAIMS or of the template (``artimap template
        claims``), or anything that :func:`artimap.read_report` reads (each of its rows is a statement by
        its source).
    area
        The area that a file speaks of.

    Returns
    -------
    Ledger
        Claims about events, places, stretches, checkpoints, figures and deployments.
        A report of an event that carries no date of its own is dated by the event
        (``date_basis == "from_event"``); other undated claims have no ``reported`` day.

    Raises
    ------
    DataError
        If the file is absent or cannot be read, or no area is given for it.
    SchemaError
        If a file with the columns of CLAIMS breaks the schema.
    """
    if not isinstance(what, Area):
        return _from_file(Path(what), area)
    reports = data.read_table(what.name, "reports")
    control = data.read_table(what.name, "control_claims")
    posts = data.read_table(what.name, "checkpoint_reports")
    rows = [*_event_claims(reports), *_control_claims(control), *_post_claims(posts), *_other_claims(what)]
    claims = schema.conform(pd.DataFrame(rows), schema.CLAIMS)
    return Ledger(claims, _subjects(control, what), _placed_posts(posts, what))


_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods")


def _from_file(path: Path, area: Area | None) -> Ledger:
    if area is None:
        msg = f"say which area {path} speaks of: read_claims({str(path)!r}, area=artimap.area('artibonite'))"
        raise DataError(msg)
    known = read_claims(area)
    own = read_own_claims(path, area) if path.suffix.lower() in _TABLES else None
    if own is not None:
        return Ledger(own, known.subjects, known.posts.iloc[:0])
    read = read_report(path, area=area)
    return Ledger(read.claims, known.subjects, posts_of(read.checkpoints, read.claims, like=known.posts))

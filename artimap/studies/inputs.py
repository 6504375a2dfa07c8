"""The embedded reports and a user's own as one: what people decided to be one event is one, once."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median_low

import geopandas as gpd
import pandas as pd

from artimap.areas import embedded as data
from artimap.areas.area import Area
from artimap.areas.geometries import place_rows
from artimap.claims.event_merging import merge_reports
from artimap.claims.ledger import Ledger
from artimap.claims.linkage_decisions import apply_decisions, read_decisions
from artimap.claims.readers import posts_of, read_claims
from artimap.claims.record_linkage import match_reports
from artimap.core import schema
from artimap.core.errors import DataError
from artimap.core.schema import join_names, split_names
from artimap.core.tables import EVENTS, ROAD_STATUS
from artimap.core.vocab import Sensitivity, Where
from artimap.sharing.masking import mask_column
from artimap.sharing.policy import SharePolicy
from artimap.sources.registry import read_events, read_report, read_road_status
from artimap.sources.result import Read, claims_of_status

_FREE_TEXT = ("summary", "note", "value", "claimant", "source", "place", "operator", "fee_text", "why")
_MOST_COMPARED = 2_000
_STEPS = [step.value for step in Sensitivity]
_FINEST = [
    where.value
    for where in (
        Where.POINT, Where.PLACE, Where.SECTION, Where.STRETCH, Where.COMMUNE, Where.DEPARTMENT, Where.NOWHERE,
    )
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Gathered:
    """All that a briefing is made from.

    Attributes
    ----------
    events, ledger
        EVENTS and claims: the embedded ones with the user's own.
    own
        The user's file as read, or None.
    own_claims
        The user's own statements, or None. Those of no known place are of the subject ``nowhere``.
    road_status
        ROAD_STATUS of the user's files, or None; each row has claims in the ledger.
    files
        The user's files by what they hold: ``own_reports``, ``decisions``, ``own_claims``, ``road_status``.
    merged
        What was made one by decision: the id that goes and the id that stays.
    parted
        Reports taken out of their event by decision.
    undecided
        Pairs of a user's row and an embedded report that may tell of one event and are not decided: the event
        counts twice.
    """

    events: gpd.GeoDataFrame
    ledger: Ledger
    own: Read | None = None
    merged: tuple[tuple[str, str], ...] = ()
    parted: tuple[str, ...] = ()
    undecided: int = 0
    own_claims: pd.DataFrame | None = None
    road_status: gpd.GeoDataFrame | None = None
    files: Mapping[str, Path] = field(default_factory=dict)

    @property
    def own_name(self) -> str:
        """What the user's reports are called: the name of their file, where they came in one."""
        path = self.files.get("own_reports")
        return "own reports" if path is None else path.name

    def digests(self) -> dict[str, dict[str, object]]:
        """Write down which files of the user it is made from, for a manifest."""
        out: dict[str, dict[str, object]] = {
            name: {"sha256": data.digest(self.files[name])}
            for name in ("own_reports", "decisions", "own_claims", "road_status")
            if name in self.files
        }
        if "decisions" in out:
            out["decisions"]["merged"] = len(self.merged)
        return out

    def last_day(self, area: Area) -> dt.date:
        """Give the last day that any row speaks of."""
        own, said = self.own, self.own_claims
        days = [] if own is None else [own.events["date_end"].max(), own.checkpoints["last_confirmed"].max()]
        days += [] if said is None else [said["reported"].max()]
        days += [] if self.road_status is None else [self.road_status["as_of"].max()]
        last: dt.date = max([area.data_until, *(day.date() for day in days if pd.notna(day))])
        return last


Reports = str | Path | Read
"""A user's reports: a file, or what :func:`artimap.read_report` made of one."""

Statements = str | Path | Ledger
"""A user's statements: a file, or what :func:`artimap.read_claims` made of one."""

RoadStatuses = str | Path | pd.DataFrame
"""A user's statuses of roads: a file, or what :func:`artimap.read_road_status` made of one."""

Decisions = str | Path | pd.DataFrame
"""Decisions on pairs of reports: a file, or the table of it."""


def gather(
    area: Area,
    events: Reports | None = None,
    decisions: Decisions | None = None,
    claims: Statements | None = None,
    road_status: RoadStatuses | None = None,
) -> Gathered:
    """Join the embedded reports with those of a user's file, and honour decisions on both.

    Parameters
    ----------
    area
        The area.
    events
        A file that :func:`artimap.read_report` reads, or what it gave. Names of people, telephone numbers and plates
        in its words are masked.
    decisions
        A file of decisions (``artimap review`` writes it), or its table.
    claims
        A file of statements that :func:`artimap.read_claims` reads, or what it gave. The same is masked in its words.
    road_status
        A file of statuses that :func:`artimap.read_road_status` reads, or what it gave. ``events`` may be one too.

    Raises
    ------
    DataError, SchemaError
        If a file cannot be read, decisions contradict one another, or a statement has the id of an embedded one.
    """
    given = {"own_reports": events, "decisions": decisions, "own_claims": claims, "road_status": road_status}
    files = {name: Path(one) for name, one in given.items() if isinstance(one, str | Path)}
    found = _with_road_status(replace(_reports(area, events, decisions), files=files), area, road_status)
    if claims is None:
        return found
    own = claims if isinstance(claims, Ledger) else read_claims(_path(claims, "claims", "read_claims"), area=area)
    said, ledger = _masked(own.claims, area), found.ledger
    twice = sorted(set(said["claim_id"]) & set(ledger.claims["claim_id"]))
    if twice:
        name = "claims" if isinstance(claims, Ledger) else claims
        msg = f"{name}: claim_id {', '.join(twice[:5])} stands in the data already; give yours ids of their own"
        raise DataError(msg)
    posts = pd.concat([ledger.posts, _masked(own.posts, area)], ignore_index=True) if len(own.posts) else ledger.posts
    both = Ledger(pd.concat([ledger.claims, said], ignore_index=True), ledger.subjects, posts)
    return replace(found, ledger=both, own_claims=said)


def _with_road_status(found: Gathered, area: Area, given: RoadStatuses | None) -> Gathered:
    """Add the statuses of roads of a file of reports and of one of their own; the claims of the first are there."""
    tables = [] if found.own is None or not len(found.own.road_status) else [_masked(found.own.road_status, area)]
    ledger, rejected = found.ledger, 0
    if given is not None:
        read = given
        if not isinstance(read, pd.DataFrame):
            read = read_road_status(_path(given, "road_status", "read_road_status"), area=area)
        rejected = int(read.attrs.get("rejected", 0))
        table = _masked(schema.conform(read, ROAD_STATUS, crs=area.crs), area)
        claims = claims_of_status(table)
        if set(claims["claim_id"]) & set(ledger.claims["claim_id"]):
            msg = "road_status: its rows stand among events already; give the file once"
            raise DataError(msg)
        ledger = Ledger(pd.concat([ledger.claims, claims], ignore_index=True), ledger.subjects, ledger.posts)
        tables.append(table)
    if not tables:
        return found
    whole = pd.concat([one[list(ROAD_STATUS.names)] for one in tables], ignore_index=True)
    whole.attrs["rejected"] = rejected
    return replace(found, ledger=ledger, road_status=whole)


def _path(given: object, what: str, reader: str) -> Path:
    """Give the path of a user's file.

    Raises
    ------
    DataError
        If it is neither a path nor what the reader gives.
    """
    if isinstance(given, str | Path):
        return Path(given)
    msg = f"{what}: give the path of a file or what artimap.{reader} gave, not a {type(given).__name__}"
    raise DataError(msg)


def _decisions(given: Decisions) -> pd.DataFrame:
    """Give decisions as a table.

    Raises
    ------
    DataError
        If the file is not there: what was decided must not be left out in silence.
    """
    if isinstance(given, pd.DataFrame):
        return given
    path = _path(given, "decisions", "read_decisions")
    if not path.is_file():
        msg = f"{path} is not there; artimap review writes a file to decide in"
        raise DataError(msg)
    return read_decisions(path)


def _reports(area: Area, events: Reports | None, decisions: Decisions | None) -> Gathered:
    """Join the embedded reports with those of a file, and honour decisions on both."""
    table, ledger, own = read_events(area), read_claims(area), None
    if events is not None:
        own = events if isinstance(events, Read) else read_report(_path(events, "events", "read_report"), area=area)
        claims = pd.concat([ledger.claims, _masked(own.claims, area)], ignore_index=True)
        posts = posts_of(own.checkpoints, own.claims, like=ledger.posts)
        said = pd.concat([ledger.posts, _masked(posts, area)], ignore_index=True) if len(posts) else ledger.posts
        table = pd.concat([table, _masked(own.events, area)], ignore_index=True)
        ledger = Ledger(claims, ledger.subjects, said)
    reports = data.read_table(area.name, "reports")
    mine = pd.Series([], dtype=schema.TEXT) if own is None else own.events["event_id"]
    decided = None if decisions is None else _decisions(decisions)
    undecided = _undecided(own, reports, decided)
    if decided is None or not len(decided):
        return Gathered(table, ledger, own, undecided=undecided)
    both = pd.concat(
        [reports[["report_id", "event_id"]], pd.DataFrame({"report_id": mine, "event_id": mine})], ignore_index=True
    )
    told = _keep_event_ids(both, apply_decisions(both, decided), set(mine))
    events_now, parted = _decided_events(table, reports, told, area)
    stays = told.set_index("report_id")["event_id"]
    subject = ledger.claims["report_id"].map(stays)
    about_event = (ledger.claims["about"] == "event") & subject.notna()
    claims = ledger.claims.assign(subject=ledger.claims["subject"].mask(about_event, subject).astype(schema.TEXT))
    was = both.set_index("report_id")["event_id"]
    gone = {
        (before, after)
        for before, after in zip(was, stays.reindex(was.index), strict=True)
        if before != after and before not in set(stays)
    }
    return Gathered(
        events_now, Ledger(claims, ledger.subjects, ledger.posts), own, tuple(sorted(gone)), parted, undecided
    )


def _masked(table: pd.DataFrame, area: Area) -> pd.DataFrame:
    """Mask names of people, phone numbers and plates in the free text of a user's rows."""
    out = table.copy()
    for name in _FREE_TEXT:
        if name in out.columns:
            out[name] = mask_column(out[name].astype(schema.TEXT), area=area).text
    return out


def _undecided(own: Read | None, reports: pd.DataFrame, decided: pd.DataFrame | None) -> int:
    """Count the pairs that nobody has decided; a large file is not compared, for it would take too long."""
    if own is None or not 0 < len(own.events) <= _MOST_COMPARED:
        return 0
    pairs = match_reports(own.events, others=reports)
    ids = set(own.events["event_id"])
    across = pairs[pairs["report_a"].isin(ids) != pairs["report_b"].isin(ids)]
    done = set()
    if decided is not None:
        rows = decided[decided["decision"].notna()]
        done = {tuple(sorted(pair)) for pair in zip(rows["report_a"], rows["report_b"], strict=True)}
    return sum(pair not in done for pair in zip(across["report_a"], across["report_b"], strict=True))


def _keep_event_ids(before: pd.DataFrame, after: pd.DataFrame, mine: set[str]) -> pd.DataFrame:
    """Let an event keep the id of the embedded data where it has one."""
    embedded = after[~after["report_id"].isin(mine)]
    names: dict[str, str] = {}
    for root, rows in embedded.groupby("event_id"):
        known = sorted(set(before.loc[rows.index, "event_id"]))
        names[str(root)] = str(root) if str(root) in known or str(root) not in mine else known[0]
    return after.assign(event_id=[names.get(one, one) for one in after["event_id"]])


def _decided_events(
    table: gpd.GeoDataFrame, reports: pd.DataFrame, told: pd.DataFrame, area: Area
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Make the events anew whose reports are no longer the same; give them and the reports that were parted."""
    now = told.set_index("report_id")["event_id"]
    embedded = reports.assign(event_id=reports["report_id"].map(now))
    was = reports.groupby("event_id")["report_id"].agg(frozenset)
    made = embedded.groupby("event_id")["report_id"].agg(frozenset)
    fresh = [str(event) for event, of in made.items() if was.get(event) != of]
    left = [str(event) for event in was.index if made.get(event) != was[event]]
    parted = tuple(sorted(set(embedded["event_id"]) - set(reports["event_id"])))
    out = table[~table["event_id"].isin(left)]
    if fresh:
        rows = merge_reports(embedded[embedded["event_id"].isin(fresh)])
        again = schema.conform(place_rows(rows, area), EVENTS)
        out = pd.concat([out, again], ignore_index=True)
    into = out["event_id"].map(now).fillna(out["event_id"])
    count = Counter(into)
    several = into[[count[event] > 1 for event in into]]
    joined = [_joined(out.loc[rows.index], str(event)) for event, rows in several.groupby(several, sort=True)]
    kept = out.drop(index=several.index)
    whole = pd.concat([kept, *joined]) if joined else kept
    whole = whole.sort_values(["date_start", "event_id"], kind="stable").reset_index(drop=True)
    return schema.conform(whole, EVENTS), parted


def _joined(rows: gpd.GeoDataFrame, event: str) -> gpd.GeoDataFrame:
    """Make one row of an embedded event and a user's rows about it.

    The finest place and day win, the embedded ones among equals; deaths are the least and greatest figure said. A
    row that may not be passed on adds nothing but its claims: the event must not become one that may not be shown.
    """
    policy = SharePolicy()
    free = rows[[not policy.is_licensed(str(one)) for one in rows["licence"]]]
    used = free if len(free) else rows
    first = (used["event_id"] != event).astype(int)
    finest = [_FINEST.index(str(where)) for where in used["place_kind"]]
    best = used.assign(_first=first, _where=finest).sort_values(["_where", "geo_precision", "_first"], kind="stable")
    out = best.drop(columns=["_first", "_where"]).iloc[[0]].copy()
    base = used.assign(_first=first).sort_values("_first", kind="stable").iloc[0]
    at = out.index[0]
    dated = used.assign(_first=first).sort_values(["date_precision", "_first"], kind="stable").iloc[0]
    for name in ("date_start", "date_end", "date_precision"):
        out.loc[at, name] = dated[name]
    for name in ("record", "kind", "sub_kind", "summary", "alleged_gang_dead", "overlaps"):
        out.loc[at, name] = base[name]
    out.loc[at, "event_id"] = event
    out.loc[at, "actors"] = join_names(name for cell in used["actors"] for name in split_names(cell))
    out.loc[at, "licence"] = join_names(name for cell in used["licence"] for name in split_names(cell))
    out.loc[at, "sensitivity"] = max(used["sensitivity"], key=lambda one: _STEPS.index(str(one)))
    for name in ("n_claims", "n_sources"):
        out.loc[at, name] = int(used[name].sum())
    lows, highs = used["killed_low"].dropna(), used["killed_high"].dropna()
    if len(lows):
        out.loc[at, "killed_low"] = int(lows.min())
        out.loc[at, "killed_best"] = median_low([int(one) for one in used["killed_best"].dropna()])
        most = int(highs.max()) if len(highs) else None
        out.loc[at, "killed_high"] = most if most is not None and most >= int(lows.max()) else pd.NA
    for name in ("injured", "abducted", "displaced"):
        said = [int(one) for one in used[name].dropna()]
        if said:
            out.loc[at, name] = median_low(said)
    return out

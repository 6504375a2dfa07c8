"""The embedded reports and a user's own as one: what people decided to be one event is one, once."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median_low

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from artimap.areas import embedded as data
from artimap.areas.area import Area
from artimap.areas.gazetteer.resolve import Reading
from artimap.areas.geometries import place_rows
from artimap.areas.road_network import area_roads
from artimap.claims.event_merging import merge_reports
from artimap.claims.ledger import Ledger
from artimap.claims.linkage_decisions import apply_decisions, read_decisions
from artimap.claims.readers import posts_of, read_claims
from artimap.claims.record_linkage import MatchModel, match_reports
from artimap.claims.user_claims import NOWHERE, strange_actors
from artimap.control.checkpoints.statements import same_posts
from artimap.core import schema
from artimap.core.errors import DataError
from artimap.core.schema import join_names, split_names
from artimap.core.tables import CLAIMS, EVENTS, MOVEMENTS, ROAD_STATUS
from artimap.core.vocab import About, Audience, Sensitivity, Where
from artimap.sharing.counts import SharedCounts, merge_counts
from artimap.sharing.gate import gate, without_delays
from artimap.sharing.masking import mask_column, mask_ids, masked_id
from artimap.sharing.policy import SharePolicy
from artimap.sources.licences import shut_rows, shut_words
from artimap.sources.registry import OWNERS, read_events, read_movements, read_report, read_road_status
from artimap.sources.result import Read, claims_of_status, joined

_FREE_TEXT = (
    "summary", "note", "value", "claimant", "source", "source_url", "place", "operator", "fee_text", "fees", "actors",
    "sub_kind", "why", "from", "to", "via",
)  # fmt: skip
_IDS = ("event_id", "claim_id", "report_id", "checkpoint_id", "status_id", "movement_id")
_MOST_COMPARED = 2_000
# Above this only rows near to an embedded event are compared; a file of a whole country would take minutes.
_FEW = 300
_NEAR_M = 30_000.0
_STEPS = [step.value for step in Sensitivity]
_FINEST = [
    where.value
    for where in (
        Where.POINT, Where.PLACE, Where.SECTION, Where.STRETCH, Where.COMMUNE, Where.DEPARTMENT, Where.NOWHERE,
    )
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class OwnRows:
    """What may be told of a user's files: numbers of all rows, words only of those that the audience may see.

    Attributes
    ----------
    file
        The file of reports.
    rows, rejected, notes
        Its rows (null where there is no file), how many of them were rejected, and what was decided while reading.
    shut
        How many rows are for internal use only, a line a file.
    undecided
        See :class:`Gathered`.
    unplaced
        How many rows of the file are used and have no place on the map.
    newest
        The last day of those of its events that may be shown; null where there are none.
    statuses
        How many statuses of roads were read, and how many rows of their file were rejected.
    statements, nowhere
        How many statements were given (null where none were), and how many of them name no known place.
    placeless
        Those of the latter that may be shown: id, and the place in words.
    strange
        Actors in statements that may be shown whom the area does not know.
    movements
        How many movements were read, how many of their rows were rejected, and how many of the others lie on no known
        way; null where none were given.
    readings
        How the places of the rows that may be shown were read, by id.
    events
        Ids of the events that the file tells of, for internal use; empty for others, who must not know which.
    """

    file: Path | None
    rows: int | None
    rejected: int
    notes: tuple[str, ...]
    shut: tuple[str, ...]
    undecided: int
    unplaced: int
    newest: dt.date | None
    statuses: tuple[int, int]
    statements: int | None
    nowhere: int
    placeless: tuple[tuple[str, str], ...]
    strange: tuple[str, ...]
    movements: tuple[int, int, int] | None
    readings: Mapping[str, Reading]
    events: frozenset[str]


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
    movements
        MOVEMENTS of the user's files, or None: for internal use.
    counts
        What other agencies counted, or None.
    files
        The user's files by what they hold: ``own_reports``, ``decisions``, ``own_claims``, ``road_status``,
        ``movements``.
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
    movements: gpd.GeoDataFrame | None = None
    counts: SharedCounts | None = None
    files: Mapping[str, Path] = field(default_factory=dict)

    @property
    def alone(self) -> bool:
        """Whether the embedded reports are all there is to count."""
        return self.own is None and self.counts is None

    def own_events(self) -> gpd.GeoDataFrame:
        """Give the events of which the user's own reports tell, those among them that the embedded ones know too."""
        own = set() if self.own is None else set(self.own.events["event_id"])
        ids = own | {stays for gone, stays in self.merged if gone in own}
        return self.events[self.events["event_id"].isin(ids).to_numpy(dtype=bool)].reset_index(drop=True)

    @property
    def own_name(self) -> str:
        """What the user's reports are called: the name of their file, where they came in one."""
        names = [path.name for name, path in self.files.items() if name.startswith("own_reports")]
        return " and ".join(names) or "own reports"

    def shut_lines(self) -> tuple[str, ...]:
        """Say how many rows of the user's files are for internal use only, a line a file."""
        told = []
        if self.own is not None:
            told.append(shut_words(self.own.shut, self.own.rows, self.own_name))
        if self.own_claims is not None:
            path, said = self.files.get("own_claims"), self.own_claims
            name = "own statements" if path is None else path.name
            told.append(shut_words(shut_rows(said["licence"], OWNERS), len(said), name))
        return tuple(one for one in told if one)

    def digests(self, audience: Audience) -> dict[str, dict[str, object]]:
        """Write down which files of the user it is made from, for a manifest.

        Their digests are for internal use: with one, guesses at the rows that are held back can be tried.
        """
        inside = audience is Audience.INTERNAL
        out: dict[str, dict[str, object]] = {
            name: {"sha256": data.digest(self.files[name])} if inside else {} for name in sorted(self.files)
        }
        if "decisions" in out:
            out["decisions"]["merged"] = len(self.merged)
        if self.counts is not None:
            by = [{name: str(value) for name, value in one._asdict().items()} for one in self.counts.contributors]
            out["counts"] = {**out.get("counts", {}), "agencies": by}
        return out

    def own_rows(
        self, area: Area, hidden: frozenset[str], audience: Audience, shown: gpd.GeoDataFrame, posts: frozenset[str]
    ) -> OwnRows:
        """Tell of the user's files what an audience may know that sees these events and posts, and not some claims."""
        own, said = self.own, self.own_claims
        roads = self.road_status
        mine = pd.Series(dtype=schema.TEXT) if own is None else own.events["event_id"]
        newest = shown.loc[shown["event_id"].isin(set(schema.objects(mine))), "date_end"].max()
        seen = None if said is None else said[~said["claim_id"].isin(hidden)]
        seen_events, stays = frozenset(shown["event_id"]), dict(self.merged)
        lost = None if seen is None else seen[seen["subject"] == NOWHERE]
        return OwnRows(
            file=self.files.get("own_reports"),
            rows=None if own is None else own.rows,
            rejected=0 if own is None else len(own.quarantine),
            notes=() if own is None else own.notes_for(audience),
            shut=self.shut_lines(),
            undecided=self.undecided,
            unplaced=0 if own is None else own.unplaced,
            newest=None if pd.isna(newest) else newest.date(),
            statuses=(0, 0) if roads is None else (len(roads), int(roads.attrs.get("rejected", 0))),
            statements=None if said is None else len(said),
            nowhere=0 if said is None else int((said["subject"] == NOWHERE).sum()),
            placeless=() if lost is None else tuple(zip(lost["claim_id"], lost["place"], strict=True)),
            strange=() if seen is None else strange_actors(seen, area),
            movements=self._movement_rows(),
            readings={}
            if own is None
            else {one: read for one, read in own.readings.items() if one in posts or one in seen_events},
            events=frozenset(stays.get(one, one) for one in schema.objects(mine)) & seen_events
            if audience is Audience.INTERNAL
            else frozenset(),
        )

    def _movement_rows(self) -> tuple[int, int, int] | None:
        table = self.movements
        if table is None:
            return None
        rejected = int(table.attrs["rejected"])
        return len(table) + rejected, rejected, int((table["road_id"].isna() & table["spans"].isna()).sum())

    def last_day(self, area: Area, audience: Audience, policy: SharePolicy | None) -> dt.date:
        """Give the last day that any row speaks of which the audience may see, delays apart."""
        own, said = self.own, self.own_claims
        if own is None and said is None and self.road_status is None and self.movements is None:
            return area.data_until
        # The day that delays count from is not known yet; without delays none is asked for.
        shown = gate(
            *self._that_may_be_last(area), audience=audience, area=area, as_of=area.data_until,
            policy=without_delays(policy or SharePolicy()),
        )  # fmt: skip
        days = []
        if own is not None and shown.events is not None:
            days = [shown.events["date_end"].max(), shown.posts(own.checkpoints)[0]["last_confirmed"].max()]
            heard = [] if shown.ledger is None else [_first_reported(shown.ledger.claims)]
            days += [one[one.index.isin(shown.events["event_id"])].max() for one in heard]
        if said is not None:
            days.append(said.loc[~said["claim_id"].isin(shown.hidden), "reported"].max())
        if self.road_status is not None and shown.ledger is not None:
            told = set(shown.ledger.claims["subject"])
            days.append(self.road_status.loc[self.road_status["status_id"].isin(told), "as_of"].max())
        if self.movements is not None and audience is Audience.INTERNAL:
            days.append(self.movements["date"].max())
        last: dt.date = max([area.data_until, *(day.date() for day in days if pd.notna(day))])
        return last

    def _that_may_be_last(self, area: Area) -> tuple[gpd.GeoDataFrame, Ledger]:
        """Give the rows on which the last day may hang: what the gate does with one hangs on no other event.

        These are the events after the last day of the area or first reported after it, with their claims, the claims
        behind posts, roads and statements, and the events that these speak of. Of a national file they are few, and
        the gate is slow.
        """
        own, said, claims = self.own, self.own_claims, self.ledger.claims
        behind = set() if own is None else {one for cell in own.checkpoints["claims"] for one in split_names(cell)}
        behind |= set() if said is None else set(said["claim_id"])
        until, first = pd.Timestamp(area.data_until), _first_reported(claims)
        unheard = first.index[first > until]  # nobody could know of them on that day
        late = set(self.events.loc[self.events["date_end"] > until, "event_id"]) | set(unheard)
        of_event = (claims["about"] == About.EVENT).to_numpy(dtype=bool)
        kept = claims["claim_id"].isin(behind) | claims["subject"].isin(late)
        claims = claims[~of_event | kept.to_numpy(dtype=bool)]
        spoken_of = set(claims.loc[claims["about"] == About.EVENT, "subject"])
        events = self.events[self.events["event_id"].isin(late | spoken_of)]
        return events, Ledger(claims, self.ledger.subjects, self.ledger.posts)


def _first_reported(claims: pd.DataFrame) -> pd.Series:
    """Give by event the day of its first report: an answer of an earlier day knows nothing of it."""
    of_event = claims.loc[claims["about"] == About.EVENT]
    return of_event.groupby("subject")["reported"].min().dropna()


OneReport = str | Path | Read

Reports = OneReport | list[OneReport] | tuple[OneReport, ...]
"""A user's reports: a file, or what :func:`artimap.read_report` made of one; or several of them."""

Statements = str | Path | Ledger
"""A user's statements: a file, or what :func:`artimap.read_claims` made of one."""

RoadStatuses = str | Path | pd.DataFrame
"""A user's statuses of roads: a file, or what :func:`artimap.read_road_status` made of one."""

Movements = str | Path | pd.DataFrame
"""A user's movements: a file, or what :func:`artimap.read_movements` made of one."""

OneCount = str | Path | SharedCounts

Counts = OneCount | list[OneCount] | tuple[OneCount, ...]
"""Counts of other agencies: files of :func:`artimap.share_counts`, or what it gave."""

Decisions = str | Path | pd.DataFrame
"""Decisions on pairs of reports: a file, or the table of it."""


def gather(  # noqa: PLR0913 - one keyword a choice
    area: Area,
    events: Reports | None = None,
    decisions: Decisions | None = None,
    claims: Statements | None = None,
    road_status: RoadStatuses | None = None,
    movements: Movements | None = None,
    *,
    counts: Counts | None = None,
    policy: SharePolicy | None = None,
    licence: str | None = None,
    today: str | dt.date | None = None,
    read_from: Mapping[str, Path] | None = None,
) -> Gathered:
    """Join the embedded reports with those of a user's file, and honour decisions on both.

    Parameters
    ----------
    area
        The area.
    events
        A file that :func:`artimap.read_report` reads, or what it gave. Personal details in its words, links and ids
        are masked; what is unsure is marked, for internal use.
    decisions
        A file of decisions (``artimap review`` writes it), or its table.
    claims
        A file of statements that :func:`artimap.read_claims` reads, or what it gave. The same is masked in its words.
    policy
        Says whose rows stay in the house: they add nothing to an event that others tell of.
    licence, today
        Of the files, as in :func:`artimap.read_report`.
    road_status
        A file of statuses that :func:`artimap.read_road_status` reads, or what it gave. ``events`` may be one too.
    movements
        A file of movements that :func:`artimap.read_movements` reads, or what it gave. ``events`` may be one too.
    counts
        Counts of other agencies, or their files.
    read_from
        The files of what is given as read, named as in :attr:`Gathered.files`.

    Raises
    ------
    DataError, SchemaError
        If a file cannot be read, decisions contradict one another, or a statement has the id of an embedded one.
    """
    given = {"own_reports": events, "decisions": decisions, "own_claims": claims, "road_status": road_status,
             "movements": movements}  # fmt: skip
    files = {name: Path(one) for name, one in given.items() if isinstance(one, str | Path)}
    if isinstance(events, list | tuple):
        paths = [Path(one) for one in events if isinstance(one, str | Path)]
        files |= {f"own_reports{number if number > 1 else ''}": path for number, path in enumerate(paths, start=1)}
    files |= read_from or {}
    names = [path.name for name, path in files.items() if name.startswith("own_reports")]
    pooled = list(counts) if isinstance(counts, list | tuple) else [] if counts is None else [counts]
    paths = [Path(one) for one in pooled if isinstance(one, str | Path)]
    files |= {f"counts{number if number > 1 else ''}": path for number, path in enumerate(paths, start=1)}
    found = replace(
        _reports(area, events, decisions, policy or SharePolicy(), licence, today, names), files=files,
        counts=merge_counts(pooled, area=area) if pooled else None,
    )  # fmt: skip
    found = _with_road_status(found, area, road_status)
    found = _with_movements(found, area, movements, licence, today)
    if claims is None:
        return found
    own = claims
    if not isinstance(own, Ledger):
        own = read_claims(_path(own, "claims", "read_claims"), area=area, licence=licence, today=today)
    (said,), ledger = _masked([own.claims], area), found.ledger
    twice = sorted(set(said["claim_id"]) & set(ledger.claims["claim_id"]))
    if twice:
        name = "claims" if isinstance(claims, Ledger) else claims
        msg = f"{name}: claim_id {', '.join(twice[:5])} stands in the data already; give yours ids of their own"
        raise DataError(msg)
    posts = (
        pd.concat([ledger.posts, *_masked([own.posts], area)], ignore_index=True) if len(own.posts) else ledger.posts
    )
    both = Ledger(pd.concat([ledger.claims, said], ignore_index=True), ledger.subjects, posts)
    return replace(found, ledger=both, own_claims=said)


def _with_road_status(found: Gathered, area: Area, given: RoadStatuses | None) -> Gathered:
    """Add the statuses of roads of a file of reports and of one of their own; the claims of the first are there."""
    tables = [] if found.own is None or not len(found.own.road_status) else _masked([found.own.road_status], area)
    ledger, rejected = found.ledger, 0
    if given is not None:
        read = given
        if not isinstance(read, pd.DataFrame):
            read = read_road_status(_path(given, "road_status", "read_road_status"), area=area)
        rejected = int(read.attrs.get("rejected", 0))
        (table,) = _masked([schema.conform(read, ROAD_STATUS, crs=area.crs)], area)
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


def _with_movements(
    found: Gathered, area: Area, given: Movements | None, licence: str | None, today: str | dt.date | None
) -> Gathered:
    """Add the movements of a file of reports and of one of their own."""
    tables = [] if found.own is None or not len(found.own.movements) else [found.own.movements]
    rejected = 0
    if given is not None:
        read = given
        if not isinstance(read, pd.DataFrame):
            path = _path(given, "movements", "read_movements")
            read = read_movements(path, area=area, licence=licence, today=today)
        rejected = int(read.attrs.get("rejected", 0))
        tables.append(schema.conform(read, MOVEMENTS, crs=area.crs))
    if not tables:
        return found
    whole = pd.concat([one[list(MOVEMENTS.names)] for one in _masked(tables, area)], ignore_index=True)
    if whole["movement_id"].duplicated().any():
        msg = "movements: its rows stand among events already; give the file once"
        raise DataError(msg)
    whole.attrs["rejected"] = rejected
    return replace(found, movements=whole)


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
        table = given
    else:
        path = _path(given, "decisions", "read_decisions")
        if not path.is_file():
            msg = f"{path} is not there; artimap review writes a file to decide in"
            raise DataError(msg)
        table = read_decisions(path)
    # They may name rows by what is masked since: the same rows are meant.
    return table.assign(report_a=mask_ids(table["report_a"]), report_b=mask_ids(table["report_b"]))


def _read_all(
    events: Reports, area: Area, licence: str | None, today: str | dt.date | None, names: Sequence[str]
) -> Read:
    given = tuple(events) if isinstance(events, list | tuple) else (events,)
    reads = [
        one if isinstance(one, Read) else
        read_report(_path(one, "events", "read_report"), area=area, licence=licence, today=today)
        for one in given
    ]  # fmt: skip
    if len(names) != len(given):
        names = ["own reports" if isinstance(one, Read) else Path(one).name for one in given]
    return reads[0] if len(reads) == 1 else joined(reads, names)


def _reports(
    area: Area,
    events: Reports | None,
    decisions: Decisions | None,
    policy: SharePolicy,
    licence: str | None,
    today: str | dt.date | None,
    names: Sequence[str],
) -> Gathered:
    """Join the embedded reports with those of a file, and honour decisions on both."""
    table, ledger, own = read_events(area), read_claims(area), None
    if events is not None:
        own = _with_safe_ids(_read_all(events, area, licence, today, names))
        posts = posts_of(own.checkpoints, own.claims, like=ledger.posts)
        safe, safe_posts, safe_events = _masked([own.claims, posts, own.events], area, safe_ids=True)
        same = same_posts(area_roads(area).corridors, ledger, safe_posts) if len(posts) else {}
        if same:
            known = safe_posts["checkpoint_id"].map(same)
            safe_posts = safe_posts.assign(checkpoint_id=known.fillna(safe_posts["checkpoint_id"]), own=known.notna())
            note = f"posts known already, counted once by their newest statement: {len(same)}"
            own = replace(own, notes=(*own.notes, note))
        claims = pd.concat([ledger.claims, safe], ignore_index=True)
        said = pd.concat([ledger.posts, safe_posts], ignore_index=True) if len(posts) else ledger.posts
        table = pd.concat([table, safe_events], ignore_index=True)
        ledger = Ledger(claims, ledger.subjects, said)
    reports = data.read_table(area.name, "reports")
    mine = pd.Series([], dtype=schema.TEXT) if own is None else own.events["event_id"]
    decided = None if decisions is None else _decisions(decisions)
    undecided = 0
    if own is not None:
        undecided, left = _undecided(own, reports, decided, embedded=read_events(area))
        if left:
            many = f"{left} rows are too many to be compared with the embedded reports: some events may count twice"
            own = replace(own, notes=(*own.notes, many))
        # what it says stands among all events and claims now: of a national file a second one is a large one
        own = replace(own, events=own.events[["event_id", "geometry"]], claims=schema.empty(CLAIMS))
    if decided is None or not len(decided):
        return Gathered(table, ledger, own, undecided=undecided)
    both = pd.concat(
        [reports[["report_id", "event_id"]], pd.DataFrame({"report_id": mine, "event_id": mine})], ignore_index=True
    )
    told = _keep_event_ids(both, apply_decisions(both, decided), set(mine))
    events_now, parted = _decided_events(table, reports, told, area, policy)
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


def _masked(tables: Sequence[pd.DataFrame], area: Area, *, safe_ids: bool = False) -> list[pd.DataFrame]:
    """Mask personal details in a user's rows; what is unsure is marked, and masked by the gate.

    A user's own team reads its words with the marks; who may see more than that is not known yet when they are read.
    """
    out = [table.copy() if safe_ids else _safe_ids(table) for table in tables]
    columns = [(table, name) for table in out for name in _FREE_TEXT if name in table.columns]
    # An event and the claim about it say the same: each text is read once for all tables.
    texts = pd.concat([table[name].astype(schema.TEXT) for table, name in columns]).dropna().drop_duplicates()
    masked = mask_column(texts, area=area, unsure="mark").text
    safe = dict(zip(schema.objects(texts), schema.objects(masked), strict=True))
    for table, name in columns:
        table[name] = table[name].astype(schema.TEXT).map(safe).astype(schema.TEXT)
    return out


def _safe_ids(table: pd.DataFrame) -> pd.DataFrame:
    """Take what is personal out of the ids of a user's rows."""
    out = table.copy()
    for name in _IDS:
        if name in out.columns:
            out[name] = mask_ids(out[name])
    if "subject" in out.columns:
        row = out["about"].isin([About.EVENT, About.CHECKPOINT])
        out["subject"] = out["subject"].where(~row, mask_ids(out["subject"].where(row)))
    return out


def _with_safe_ids(own: Read) -> Read:
    return replace(
        own,
        events=_safe_ids(own.events),
        claims=_safe_ids(own.claims),
        checkpoints=_safe_ids(own.checkpoints),
        readings={masked_id(one): reading for one, reading in own.readings.items()},
    )


def _near_in_time_and_place(rows: gpd.GeoDataFrame, embedded: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the rows that an embedded event lies near to, in days and kilometres: no others can be the same event."""
    window = np.timedelta64(MatchModel().window_days, "D")
    first, last = (embedded[name].to_numpy(dtype="datetime64[D]") for name in ("date_start", "date_end"))
    start, end = (rows[name].to_numpy(dtype="datetime64[D]") for name in ("date_start", "date_end"))
    shapes, others = rows.geometry.to_numpy(), embedded.geometry.to_numpy()
    # Embedded events share their shapes, which are large: the rows near to each are looked for once.
    near, tree = np.zeros(len(rows), dtype=bool), shapely.STRtree(shapes)
    _, same, which = np.unique(shapely.to_wkb(others), return_index=True, return_inverse=True)
    for number, shape in enumerate(others[same]):
        at = tree.query(shape, predicate="dwithin", distance=_NEAR_M)
        for event in np.flatnonzero(which == number):
            near[at[(start[at] - window <= last[event]) & (first[event] <= end[at] + window)]] = True
    # What has no place on either side is compared by its words.
    nowhere = shapely.is_empty(shapes)
    days = np.unique(np.concatenate([first, last]))
    place = np.searchsorted(days, start - window)
    soon = (place < len(days)) & (days[np.minimum(place, len(days) - 1)] <= end + window)
    kept: gpd.GeoDataFrame = rows[near | (nowhere & soon)]
    return kept


def _undecided(
    own: Read, reports: pd.DataFrame, decided: pd.DataFrame | None, *, embedded: gpd.GeoDataFrame
) -> tuple[int, int]:
    """Count the pairs that nobody has decided, and the rows that are too many to be compared."""
    rows = own.events if len(own.events) <= _FEW else _near_in_time_and_place(own.events, embedded)
    if not 0 < len(rows) <= _MOST_COMPARED:
        return 0, len(rows)
    pairs = match_reports(rows, others=reports)
    ids = set(rows["event_id"])
    across = pairs[pairs["report_a"].isin(ids) != pairs["report_b"].isin(ids)]
    done = set()
    if decided is not None:
        rows = decided[decided["decision"].notna()]
        done = {tuple(sorted(pair)) for pair in zip(rows["report_a"], rows["report_b"], strict=True)}
    return sum(pair not in done for pair in zip(across["report_a"], across["report_b"], strict=True)), 0


def _keep_event_ids(before: pd.DataFrame, after: pd.DataFrame, mine: set[str]) -> pd.DataFrame:
    """Let an event keep the id of the embedded data where it has one."""
    embedded = after[~after["report_id"].isin(mine)]
    names: dict[str, str] = {}
    for root, rows in embedded.groupby("event_id"):
        known = sorted(set(before.loc[rows.index, "event_id"]))
        names[str(root)] = str(root) if str(root) in known or str(root) not in mine else known[0]
    return after.assign(event_id=[names.get(one, one) for one in after["event_id"]])


def _decided_events(
    table: gpd.GeoDataFrame, reports: pd.DataFrame, told: pd.DataFrame, area: Area, policy: SharePolicy
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
    joined = [_joined(out.loc[rows.index], str(event), policy) for event, rows in several.groupby(several, sort=True)]
    kept = out.drop(index=several.index)
    whole = pd.concat([kept, *joined]) if joined else kept
    whole = whole.sort_values(["date_start", "event_id"], kind="stable").reset_index(drop=True)
    return schema.conform(whole, EVENTS), parted


def _joined(rows: gpd.GeoDataFrame, event: str, policy: SharePolicy) -> gpd.GeoDataFrame:
    """Make one row of an embedded event and a user's rows about it.

    The finest place and day win, the embedded ones among equals; deaths are the least and greatest figure said. A
    row that may not be passed on adds nothing but its claims: the event must not become one that may not be shown.
    """
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

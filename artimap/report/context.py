"""Everything a report is made from, after the rows that the audience may not see are left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from artimap.areas.area import Area, read_places, read_units
from artimap.areas.summaries import summary_words
from artimap.claims.ledger import Ledger
from artimap.core import schema
from artimap.core.i18n import own_words, table_words
from artimap.core.metadata import model_of
from artimap.core.notebook import ShortRepr
from artimap.core.tables import CHECKPOINTS, CLAIMS, EVENTS, STATUS, ZONES
from artimap.core.vocab import Audience, Lang, Predicate
from artimap.report.changes import Changes, DayState, compare, state_of
from artimap.report.previous import Previous, read_previous
from artimap.risk.model import RiskModel
from artimap.roads.corridor import Corridor
from artimap.sharing.gate import Gated, gate
from artimap.sharing.policy import SharePolicy
from artimap.sources.registry import read_events


@dataclass(frozen=True, slots=True)
class Held:
    """What the audience does not see.

    ``gated`` is what the gate left out or changed, ``posts`` the posts of which every claim is left out,
    ``earlier`` rows that were taken out before the report was asked for.
    """

    gated: Gated | None = None
    posts: int = 0
    earlier: int = 0

    @property
    def events(self) -> int:
        """Events held back."""
        return 0 if self.gated is None else self.gated.events_held.total

    @property
    def claims(self) -> int:
        """Statements held back."""
        return 0 if self.gated is None else self.gated.claims_held.total


class TableRow(Mapping[str, Any]):
    """A row of a table, read from its columns when it is asked for: of very many rows few are told."""

    __slots__ = ("_at", "_columns")

    def __init__(self, columns: Mapping[str, NDArray[Any]], at: int) -> None:
        self._columns, self._at = columns, at

    def __getitem__(self, name: str) -> Any:
        """Give a cell."""
        return self._columns[name][self._at]

    def __iter__(self) -> Iterator[str]:
        """Give the names of the columns."""
        return iter(self._columns)

    def __len__(self) -> int:
        """Give how many columns there are."""
        return len(self._columns)


def rows_by(table: pd.DataFrame, key: str) -> dict[str, Mapping[str, Any]]:
    """Give the rows of a table by a column of ids."""
    plain = pd.DataFrame(table)
    columns = {str(name): schema.objects(plain[name]) for name in plain.columns}
    return {str(one): TableRow(columns, at) for at, one in enumerate(columns.get(key, ()))}


@dataclass(frozen=True, eq=False, repr=False)
class Context(ShortRepr):
    """What the sections of a report read. Tables are already those of the audience.

    Parameters
    ----------
    area, corridor
        What the report is about.
    risk
        RISK by named stretch.
    zones, status, checkpoints, events, claims
        ZONES, STATUS, CHECKPOINTS, EVENTS (with the LOCATED columns where it was
        located) and CLAIMS; empty tables where none were given.
    as_of
        The day of the answer.
    lang, audience
        For whom.
    model
        The risk model, a frozen dataclass, or None.
    previous
        An older briefing, or None.
    held
        What was left out for the audience.
    later
        Number of claims reported after ``as_of``, which are left out.
    ledger
        The claims of ``claims`` with their places and posts; None where no ledger was given.
    fees
        Statements about posts, one row each, with ``checkpoint_id``, ``claim_id`` and,
        where stated, ``fee_low``, ``fee_high``, ``fee_currency``, ``fee_unit``, ``vehicle``.
    tally
        Why events do not count in the rates: code to number.
    names
        Names by place_id, p-code or stretch.
    road_status
        What :func:`artimap.road_status_on` gives, or None where none was brought.
    state
        What this day tells, in no language: what the next one is compared with.
    kept
        What several sections or languages tell of, by name, made when the first asks for it.
    """

    area: Area
    corridor: Corridor
    risk: pd.DataFrame
    zones: pd.DataFrame
    status: pd.DataFrame
    checkpoints: pd.DataFrame
    events: pd.DataFrame
    claims: pd.DataFrame
    as_of: dt.date
    lang: Lang
    audience: Audience
    model: object | None = None
    previous: Previous | None = None
    held: Held = Held()
    later: int = 0
    ledger: Ledger | None = None
    fees: pd.DataFrame = field(default_factory=pd.DataFrame)
    tally: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    record: tuple[Mapping[str, Any], ...] = ()
    road_status: pd.DataFrame | None = None
    state: DayState | None = None
    kept: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def changes(self) -> Changes | None:
        """What changed since the earlier briefing, row by row; None where there is none that kept its rows."""
        before = None if self.previous is None else self.previous.state
        return None if before is None or self.state is None else compare(before, self.state)

    @cached_property
    def event_rows(self) -> dict[str, Mapping[str, Any]]:
        """EVENTS as rows, by id."""
        return rows_by(self.events, "event_id")

    @cached_property
    def claim_rows(self) -> dict[str, Mapping[str, Any]]:
        """CLAIMS as rows, by id."""
        return rows_by(self.claims, "claim_id")

    @cached_property
    def source_numbers(self) -> dict[str, int]:
        """The publishers by number: the same in every language and on every product of a study."""
        # the ledger holds the names as they are published; a translated name must not move up or down the list
        table = self.claims if self.ledger is None else self.ledger.claims
        names = sorted({str(name) for name in table["source"].dropna()}, key=lambda name: (name.casefold(), name))
        found: dict[str, int] = {}
        for number, name in enumerate(names, 1):
            found.setdefault(table_words(name, self.lang), number)
        return found

    @cached_property
    def published_by(self) -> dict[str, frozenset[int]]:
        """The numbers of the publishers of each claim, and of all claims about each subject, by id."""
        found: dict[str, set[int]] = {}
        claims = self.claims[self.claims["source"].notna()]
        for key in ("claim_id", "subject"):
            for one, name in zip(schema.objects(claims[key]), schema.objects(claims["source"]), strict=True):
                found.setdefault(str(one), set()).add(self.source_numbers[str(name)])
        return {one: frozenset(numbers) for one, numbers in found.items()}

    @cached_property
    def fee_rows(self) -> dict[str, list[dict[str, Any]]]:
        """Statements about posts as rows, by post."""
        found: dict[str, list[dict[str, Any]]] = {}
        for row in schema.records(self.fees):
            found.setdefault(str(row["checkpoint_id"]), []).append(row)
        return found

    @cached_property
    def unit_spans(self) -> dict[str, tuple[float, float]]:
        """From where to where the road runs through each unit, by p-code."""
        spans = self.corridor.units.groupby("pcode").agg({"from_m": "min", "to_m": "max"})
        return {str(row[0]): (float(row[1]), float(row[2])) for row in spans.itertuples(name=None)}

    @property
    def data_until(self) -> dt.date | None:
        """Newest day that any row speaks of or was reported on, up to ``as_of``."""
        found = [
            day
            for day in (_newest(self.claims, "reported", self.as_of), _newest(self.events, "date_end", self.as_of))
            if day is not None
        ]
        return max(found, default=None)


def _in_order(risk: pd.DataFrame) -> pd.DataFrame:
    # From south to north, whatever order the caller has; ``sort_values`` and ``reset_index`` may drop
    # ``attrs``, which hold the model and the tally.
    table = pd.DataFrame(risk).sort_values(["from_m", "to_m"], kind="stable").reset_index(drop=True)
    table.attrs.update(risk.attrs)
    return table


def _newest(table: pd.DataFrame, column: str, as_of: dt.date) -> dt.date | None:
    if column not in table.columns:
        return None
    days = table[column].dropna()
    days = days[days <= pd.Timestamp(as_of)]
    return None if days.empty else pd.Timestamp(days.max()).date()


def _or_empty(table: pd.DataFrame | None, kind: schema.Table) -> pd.DataFrame:
    if table is not None:
        return pd.DataFrame(table)
    out = schema.empty(kind)
    return pd.DataFrame(out)


def _fees(ledger: Ledger | None) -> pd.DataFrame:
    if ledger is None:
        return pd.DataFrame({"checkpoint_id": [], "claim_id": []}, dtype=schema.TEXT)
    # Only posts whose claims have passed the gate: a fee is told nowhere by a claim that is held back.
    posts: pd.DataFrame = ledger.posts[ledger.posts["claim_id"].isin(set(schema.objects(ledger.claims["claim_id"])))]
    return posts.reset_index(drop=True)


def _names(area: Area, corridor: Corridor, ledger: Ledger | None, status: pd.DataFrame) -> dict[str, str]:
    units, places, towns = read_units(area), read_places(area), corridor.towns
    # Later pairs write over earlier ones, so units win over towns over places over the ledger over
    # STATUS.
    pairs = [(places["place_id"], places["name"]), (towns["place_id"], towns["name"]), (units["pcode"], units["name"])]
    if ledger is not None:
        pairs.insert(0, (ledger.subjects["subject"], ledger.subjects["name"]))
    pairs.insert(0, (status["subject"], status["name"]))
    return {str(key): str(name) for keys, found in pairs for key, name in zip(keys, found, strict=True)}


_NAMES = ("place", "claimant", "source", "sources", "operator", "name", "vehicle", "fee_unit", "removed_by")
_SENTENCES = ("note", "fees", "fee_text", "why")
_TOLD = (Predicate.FEE, Predicate.TOLL, Predicate.STATED, Predicate.DEPLOYED)
"""What a claim says by these is a sentence; by the others it is a name or a figure."""


def _in_language(table: pd.DataFrame, lang: Lang) -> pd.DataFrame:
    """Give a table with its names, notes and sentences in the language of the report, where it is not English."""
    if lang is Lang.EN or table.empty:
        return table

    def worded(name: str, words_of: Callable[[str, str], str]) -> pd.Series:
        return table[name].map(lambda text: words_of(text, lang), na_action="ignore")

    new = {name: worded(name, table_words) for name in _NAMES if name in table}
    new |= {name: worded(name, own_words) for name in _SENTENCES if name in table}
    new |= {"summary": worded("summary", summary_words)} if "summary" in table else {}
    if "predicate" in table:
        new["value"] = worded("value", table_words).mask(table["predicate"].isin(_TOLD), worded("value", summary_words))
    return table.assign(**new)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ReportTables(ShortRepr):
    """The tables of a report as ``corridor_report`` takes them, all but the events, which come through the gate.

    ``record`` are the scores of earlier forecasts.
    """

    corridor: Corridor
    risk: pd.DataFrame
    zones: pd.DataFrame | None = None
    status: pd.DataFrame | None = None
    checkpoints: pd.DataFrame | None = None
    record: tuple[Mapping[str, Any], ...] = ()
    road_status: pd.DataFrame | None = None
    state: DayState | None = None


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """What a report is asked to be: its day, its language, its audience, and what it is compared with."""

    as_of: dt.date
    lang: Lang = Lang.EN
    audience: Audience = Audience.PARTNERS
    since: Path | None = None
    model: object | None = None
    held_back: int = 0


def gate_for_report(
    area: Area,
    tables: ReportTables,
    asked: ReportOptions,
    events: pd.DataFrame | None,
    ledger: Ledger | None,
    policy: SharePolicy | None,
) -> Gated:
    """Leave out what the reader of a report may not see, where nobody has done so yet."""
    # A ledger without events speaks of events by id; those of the area give these ids their places and
    # days.
    if events is None:
        events = read_events(area) if ledger is not None else schema.empty(EVENTS, crs=tables.corridor.crs)
    return gate(events, ledger, audience=asked.audience, area=area, as_of=asked.as_of, policy=policy).until(asked.as_of)


def make_context(area: Area, tables: ReportTables, asked: ReportOptions, gated: Gated) -> Context:
    """Gather what a report is made from."""
    day, corridor, risk = asked.as_of, tables.corridor, tables.risk
    shown = schema.empty(EVENTS, crs=corridor.crs) if gated.events is None else gated.events
    # Located after the gate: a row that the gate has moved into a commune lies on other road than before.
    if "why_code" not in shown.columns:  # not located yet, or somewhere else now than they were
        shown = corridor.locate(shown)
    status = _or_empty(tables.status, STATUS)
    # A post goes where all of its claims are held back, so that its place does not leave by another door.
    posts, hidden_posts = gated.posts(_or_empty(tables.checkpoints, CHECKPOINTS))
    visible, every = gated.ledger, gated.all_days
    lang = asked.lang
    road_status = tables.road_status
    state = tables.state or day_state(area, tables, gated, as_of=day)
    return Context(
        area=area,
        corridor=corridor,
        risk=_in_order(risk),
        zones=_in_language(_or_empty(tables.zones, ZONES), lang),
        status=_in_language(status, lang),
        events=_in_language(pd.DataFrame(shown).reset_index(drop=True), lang),
        claims=_in_language(
            _or_empty(None if visible is None else visible.claims, CLAIMS).reset_index(drop=True), lang
        ),
        checkpoints=_in_language(posts.reset_index(drop=True), lang),
        as_of=day,
        lang=lang,
        audience=asked.audience,
        model=model_of(risk, RiskModel) if asked.model is None else asked.model,
        previous=None if asked.since is None else read_previous(asked.since, asked.audience),
        held=Held(gated, hidden_posts, asked.held_back),
        later=0 if visible is None or every is None else len(every.claims) - len(visible.claims),
        ledger=visible,
        fees=_in_language(_fees(visible), lang),
        tally=dict(risk.attrs.get("tally", {})),
        names={key: table_words(name, lang) for key, name in _names(area, corridor, visible, status).items()},
        record=tables.record,
        road_status=None if road_status is None else _in_language(road_status, lang),
        state=state,
    )


def day_state(area: Area, tables: ReportTables, gated: Gated, *, as_of: dt.date) -> DayState:
    """Give what a day's products tell their audience, for comparing with another day."""
    posts, _ = gated.posts(_or_empty(tables.checkpoints, CHECKPOINTS))
    rows = state_of(
        risk=tables.risk,
        events=_or_empty(gated.events, EVENTS),
        ledger=gated.ledger,
        status=_or_empty(tables.status, STATUS),
        checkpoints=posts,
        road_status=tables.road_status,
    )
    return DayState(rows, area.name, tables.corridor.corridor_id, as_of, gated.audience, gated.unseen)

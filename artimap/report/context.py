"""Everything a report is made from, after the rows that the audience may not see are left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from artimap.areas.area import Area, read_places, read_units
from artimap.claims.ledger import Ledger
from artimap.core import schema
from artimap.core.metadata import model_of
from artimap.core.tables import CHECKPOINTS, CLAIMS, EVENTS, STATUS, ZONES
from artimap.core.vocab import Audience, Lang
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


@dataclass(frozen=True, eq=False)
class Context:
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
    kept: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    def into(self, lang: Lang) -> Context:
        """Give the same in another language; what is kept serves both."""
        other = copy(self)
        object.__setattr__(other, "lang", lang)
        return other

    @cached_property
    def event_rows(self) -> dict[str, dict[str, Any]]:
        """EVENTS as rows, by id."""
        return {str(row["event_id"]): row for row in schema.records(self.events)}

    @cached_property
    def claim_rows(self) -> dict[str, dict[str, Any]]:
        """CLAIMS as rows, by id."""
        return {str(row["claim_id"]): row for row in schema.records(self.claims)}

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
    posts: pd.DataFrame = ledger.posts[ledger.posts["claim_id"].isin(ledger.claims["claim_id"])]
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


@dataclass(frozen=True, slots=True, eq=False)
class ReportTables:
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
    return Context(
        area=area,
        corridor=corridor,
        risk=_in_order(risk),
        zones=_or_empty(tables.zones, ZONES),
        status=status,
        events=pd.DataFrame(shown).reset_index(drop=True),
        claims=_or_empty(None if visible is None else visible.claims, CLAIMS).reset_index(drop=True),
        checkpoints=posts.reset_index(drop=True),
        as_of=day,
        lang=asked.lang,
        audience=asked.audience,
        model=model_of(risk, RiskModel) if asked.model is None else asked.model,
        previous=None if asked.since is None else read_previous(asked.since, asked.audience),
        held=Held(gated, hidden_posts, asked.held_back),
        later=0 if visible is None or every is None else len(every.claims) - len(visible.claims),
        ledger=visible,
        fees=_fees(visible),
        tally=dict(risk.attrs.get("tally", {})),
        names=_names(area, corridor, visible, status),
        record=tables.record,
        road_status=tables.road_status,
    )

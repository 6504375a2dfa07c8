"""Reported status of places, sections and stretches: a named rule over dated claims.

A first, small set of rules; they never say "controlled": a status is what is said, by
whom, as of when. ``withdrew`` ends a group's claim; a clash or police operation at a held
place whose outcome is not stated leaves it contested; claims that nobody renews fade.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from artimap import schema
from artimap.area import Area, read_places, read_units
from artimap.claims import Ledger
from artimap.dates import day_of
from artimap.errors import ModelError
from artimap.schema import join_names, split_names
from artimap.vocab import About, EventKind, Party, Predicate, Status

_HOLDS = (Predicate.CONTROLS, Predicate.BASE)
_NO_CLAIM = "no usable claim by this day"
_FIGHTS = (EventKind.ARMED_CLASH, EventKind.POLICE_OPERATION)


@dataclass(frozen=True, slots=True)
class ControlModel:
    """How claims age.

    Attributes
    ----------
    fresh_days
        A claim confirmed within this speaks for the present.
    last_known_days
        Older claims up to this are shown as last known; still older ones as unknown.
    """

    fresh_days: int = 365
    last_known_days: int = 1_095

    def __post_init__(self) -> None:
        if not 0 < self.fresh_days < self.last_known_days:
            msg = "ControlModel: 0 < fresh_days < last_known_days"
            raise ModelError(msg)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: Status
    actors: tuple[str, ...]
    rule: str
    claims: tuple[str, ...]
    last: pd.Timestamp | None
    confidence: str


def control_status(
    area: Area,
    ledger: Ledger,
    *,
    as_of: str | dt.date,
    events: gpd.GeoDataFrame | None = None,
    model: ControlModel | None = None,
) -> pd.DataFrame:
    """Give the reported status of every place and section of an area, and of stretches that claims name.

    Parameters
    ----------
    area
        The area.
    ledger
        The claims. Only those reported by ``as_of`` count; undated ones never do.
    as_of
        The day of the answer.
    events
        EVENTS; clashes and police operations at a held place make it contested.
    model
        How claims age.

    Returns
    -------
    DataFrame
        STATUS, one row a subject, with the rule and the claims that gave it. A subject
        with no usable claim is ``unknown``, never free of armed groups.
    """
    model = model or ControlModel()
    day = pd.Timestamp(day_of(as_of))
    claims = ledger.claims
    claims = claims[claims["about"].isin([About.PLACE, About.STRETCH])]
    effective = claims["reported"].fillna(claims["valid_from"])
    claims = claims.assign(day=effective)[(effective <= day).to_numpy()]
    fights = _fights(events, day, model)
    rows = []
    said = {str(subject): rows for subject, rows in claims.sort_values(["day", "claim_id"]).groupby("subject")}
    nothing = _Answer(Status.UNKNOWN, (), _NO_CLAIM, (), None, "low")
    for subject, name in _subjects(area, ledger).items():
        answer = _rule(said[subject], fights.get(subject, []), day, model) if subject in said else nothing
        rows.append(
            {
                "subject": subject,
                "name": name,
                "status": answer.status,
                "actors": join_names(answer.actors),
                "confidence": answer.confidence,
                "last_confirmed": answer.last,
                "days_since": None if answer.last is None else (day - answer.last).days,
                "rule": answer.rule,
                "claims": join_names(answer.claims),
            }
        )
    table = pd.DataFrame(rows, columns=list(schema.STATUS.names))
    found: pd.DataFrame = schema.conform(table, schema.STATUS)
    found.attrs["model"] = model
    found.attrs["as_of"] = day.date()
    return found


def _subjects(area: Area, ledger: Ledger) -> dict[str, str]:
    """List what a status is given for: the subjects of claims, then all other places and sections."""
    said = dict(zip(ledger.subjects["subject"], ledger.subjects["name"], strict=True))
    places, units = read_places(area), read_units(area, "adm3")
    known = {
        **dict(zip(places["place_id"], places["name"], strict=True)),
        **dict(zip(units["pcode"], units["name"], strict=True)),
    }
    return {**said, **{subject: name for subject, name in known.items() if subject not in said}}


def _fights(
    events: gpd.GeoDataFrame | None, day: pd.Timestamp, model: ControlModel
) -> dict[str, list[tuple[pd.Timestamp, str]]]:
    """List clashes and police operations by the place id or p-code where they happened."""
    found: dict[str, list[tuple[pd.Timestamp, str]]] = {}
    if events is None:
        return found
    recent = events[
        events["kind"].isin(_FIGHTS)
        & (events["date_start"] <= day)
        & (events["date_start"] >= day - pd.Timedelta(days=model.fresh_days))
    ]
    for row in recent.itertuples(index=False):
        keys = [row.place_id] if isinstance(row.place_id, str) else list(split_names(row.pcode))
        for key in keys:
            found.setdefault(str(key), []).append((row.date_start, str(row.event_id)))
    return found


def _rule(
    claims: pd.DataFrame, fights: list[tuple[pd.Timestamp, str]], day: pd.Timestamp, model: ControlModel
) -> _Answer:
    holders: dict[str, list[tuple[pd.Timestamp, str, str, bool]]] = {}
    present: dict[str, list[tuple[pd.Timestamp, str]]] = {}
    disputed: list[tuple[pd.Timestamp, str]] = []
    attacked: list[tuple[pd.Timestamp, str]] = []
    claim: Any
    for claim in claims.itertuples(index=False):
        actors = split_names(claim.value)
        when, claim_id = claim.day, str(claim.claim_id)
        ended = pd.notna(claim.valid_to) and claim.valid_to < day
        if claim.predicate == Predicate.WITHDREW and not ended:
            for actor in actors:
                holders.pop(actor, None)
                present.pop(actor, None)
        elif claim.predicate in _HOLDS and not ended:
            for actor in actors:
                party = claim.claimant_is_party == Party.YES
                holders.setdefault(actor, []).append((when, claim_id, str(claim.source), party))
        elif claim.predicate == Predicate.PRESENCE and not ended:
            for actor in actors:
                present.setdefault(actor, []).append((when, claim_id))
        elif claim.predicate == Predicate.CONTESTED and not ended:
            disputed.append((when, claim_id))
        elif claim.predicate in (Predicate.ATTACKED, Predicate.AFFECTED) and not ended:
            attacked.append((when, claim_id))
    fresh = day - pd.Timedelta(days=model.fresh_days)
    held = {actor: said for actor, said in holders.items() if max(one[0] for one in said) >= fresh}
    if held:
        return _held(held, disputed, fights, fresh)
    for status, said, rule in (
        (Status.CONTESTED, disputed, "said to be contested"),
        (Status.PRESENCE, [one for rows in present.values() for one in rows], "presence is said, control is not"),
        (Status.ATTACKED_RECENTLY, attacked, "said to be attacked or affected; no group is given the place"),
    ):
        recent = [one for one in said if one[0] >= fresh]
        if recent:
            actors = tuple(actor for actor, rows in present.items() if max(one[0] for one in rows) >= fresh)
            ids = tuple(claim_id for _, claim_id in recent)
            shown = actors if status is Status.PRESENCE else ()
            return _Answer(status, shown, rule, ids, max(one[0] for one in recent), "low")
    older = {
        a: s for a, s in holders.items() if max(one[0] for one in s) >= day - pd.Timedelta(days=model.last_known_days)
    }
    if older:
        last = max(one[0] for said in older.values() for one in said)
        ids = tuple(one[1] for said in older.values() for one in said)
        return _Answer(Status.LAST_KNOWN, tuple(older), "a claim that nobody renewed", ids, last, "low")
    return _Answer(Status.UNKNOWN, (), _NO_CLAIM, (), None, "low")


def _held(
    held: dict[str, list[tuple[pd.Timestamp, str, str, bool]]],
    disputed: list[tuple[pd.Timestamp, str]],
    fights: list[tuple[pd.Timestamp, str]],
    fresh: pd.Timestamp,
) -> _Answer:
    last = max(one[0] for said in held.values() for one in said)
    ids = tuple(one[1] for said in held.values() for one in said if one[0] >= fresh)
    recent = [one for one in disputed if one[0] >= fresh]
    later = sorted(fight for fight in fights if fight[0] >= last - pd.Timedelta(days=30))
    rivals = _conflict(held, fresh)
    if rivals or recent:
        rule = "conflicting claims" if rivals else "a group is said to hold it and it is said to be contested"
        more = tuple(one[1] for one in recent)
        return _Answer(Status.CONTESTED, tuple(held), rule, (*ids, *more), last, "low")
    if later:
        rule = "a fight at a held place whose outcome is not stated"
        newest = max(last, later[-1][0])
        return _Answer(Status.CONTESTED, tuple(held), rule, (*ids, *(one[1] for one in later)), newest, "low")
    sources = {one[2] for said in held.values() for one in said if one[0] >= fresh and not one[3]}
    confidence = "medium" if len(sources) > 1 else "low"
    return _Answer(Status.CLAIMED, tuple(held), "said by at least one source, not assessed", ids, last, confidence)


def _conflict(held: dict[str, list[tuple[pd.Timestamp, str, str, bool]]], fresh: pd.Timestamp) -> bool:
    """Tell whether two fresh claims name no group in common.

    A claim that names no group ("armed men") may mean any of them, and several groups
    named jointly in one claim do not contradict one another.
    """
    named: dict[str, set[str]] = {}
    for actor, said in held.items():
        for when, claim_id, _, _ in said:
            if when >= fresh and not actor.startswith("unnamed"):
                named.setdefault(claim_id, set()).add(actor)
    sets = list(named.values())
    return any(not (a & b) for i, a in enumerate(sets) for b in sets[i + 1 :])

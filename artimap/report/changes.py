"""What changed between two days, as one plain table: every product that speaks of changes reads it from here."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

import pandas as pd

from artimap.claims.ledger import Ledger
from artimap.core import schema
from artimap.core.errors import DataError
from artimap.core.schema import split_names
from artimap.core.vocab import About, Audience, Info, Status
from artimap.sharing.gate import likeness
from artimap.sources.row_ids import is_made

CHANGES_FILE: Final = "changes.json"
VERSION: Final = 1
"""Of the keys of ``changes.json``: a key that changes its meaning or goes raises it, a new one does not."""


class ChangedThing(StrEnum):
    """What a change is of, in the order in which changes are told."""

    EVENT = "event"
    POST = "post"
    STATUS = "status"
    STRETCH = "stretch"
    ROAD_STATUS = "road_status"
    CLAIM = "claim"


Row = Mapping[str, Any]
StateRows = Mapping[ChangedThing, Mapping[str, Row]]
"""What a day's products told, by kind of thing and by id: plain values only, and none that is null."""


class ChangeKind(StrEnum):
    """What became of it."""

    NEW = "new"
    CHANGED = "changed"
    VANISHED = "vanished"


class ChangeCause(StrEnum):
    """Why: what the later day rests on, beside the earlier."""

    NEW_CLAIM = "new_claim"
    CLAIM_GONE = "claim_gone"
    CORRECTED = "corrected"
    EXPIRED = "expired"
    RENEWED = "renewed"
    RULE = "rule"


_MIRRORED_KIND: Final = {ChangeKind.NEW: ChangeKind.VANISHED, ChangeKind.VANISHED: ChangeKind.NEW}
_MIRRORED: Final = {
    ChangeCause.NEW_CLAIM: ChangeCause.CLAIM_GONE, ChangeCause.CLAIM_GONE: ChangeCause.NEW_CLAIM,
    ChangeCause.EXPIRED: ChangeCause.RENEWED, ChangeCause.RENEWED: ChangeCause.EXPIRED,
}  # fmt: skip

FIELDS: Final[Mapping[ChangedThing, tuple[str, ...]]] = {
    ChangedThing.EVENT: (
        "kind", "date_start", "date_end", "place", "actors", "killed_low", "killed_best", "killed_high", "injured",
        "abducted", "displaced",
    ),
    ChangedThing.POST: (
        "kind", "operator", "place", "from_m", "to_m", "status", "last_confirmed", "fees", "passable_for",
    ),
    ChangedThing.STATUS: ("status", "actors", "confidence", "last_confirmed", "rule"),
    ChangedThing.STRETCH: ("info", "rate", "lo80", "hi80"),
    ChangedThing.ROAD_STATUS: ("name", "physical", "security", "operational", "vehicle", "reliability", "as_of", "why"),
    ChangedThing.CLAIM: (
        "about", "subject", "predicate", "value", "claimant", "reported", "valid_from", "valid_to", "last_confirmed",
        "source",
    ),
}  # fmt: skip
"""What is compared of each. A status that nothing is said of is ``unknown``, and is no row of its own."""

_ALSO: Final[Mapping[ChangedThing, tuple[str, ...]]] = {
    ChangedThing.POST: ("claims",),
    ChangedThing.STATUS: ("name", "kind", "claims"),
    ChangedThing.STRETCH: ("name", "claims"),
    ChangedThing.ROAD_STATUS: ("source",),
}
_DIGITS: Final = 6
_NAMED_BY: Final = {ChangedThing.CLAIM: "subject", ChangedThing.ROAD_STATUS: "name"}
_LINE: Final = ("status", "actors")
_ON_MAP: Final = {
    ChangedThing.EVENT: "event", ChangedThing.POST: "post", ChangedThing.STATUS: "zone:reported",
    ChangedThing.STRETCH: "stretch", ChangedThing.ROAD_STATUS: "road_status",
}  # fmt: skip
_NOTHING_SAID: Final[Row] = {"status": Status.UNKNOWN.value}


def _plain(value: Any) -> Any:
    if value is None or pd.isna(value):
        return None
    if isinstance(value, (pd.Timestamp, dt.date)):
        return pd.Timestamp(value).date().isoformat()
    if isinstance(value, (bool, str)):
        return value
    number = float(value)
    # As many digits as a file keeps on every processor.
    return int(number) if number.is_integer() else float(f"{number:.{_DIGITS}g}")


def _rows(table: pd.DataFrame | None, key: str, subject: ChangedThing) -> dict[str, dict[str, Any]]:
    if table is None or not len(table):
        return {}
    wanted = [name for name in (*FIELDS[subject], *_ALSO.get(subject, ())) if name in table.columns]
    columns = {name: schema.objects(table[name]) for name in wanted}
    found = {}
    for at, one in enumerate(schema.objects(table[key])):
        row = {name: _plain(column[at]) for name, column in columns.items()}
        found[str(one)] = {name: value for name, value in row.items() if value is not None}
    return dict(sorted(found.items()))


def state_of(
    *,
    risk: pd.DataFrame,
    events: pd.DataFrame,
    ledger: Ledger | None,
    status: pd.DataFrame,
    checkpoints: pd.DataFrame,
    road_status: pd.DataFrame | None = None,
) -> StateRows:
    """Give what a day's products tell, as plain data: what the next day's are compared with.

    All tables are as the audience may see them, and in no product's language.
    """
    claims = None if ledger is None else ledger.claims
    stretches = risk.rename(columns={"event_ids": "claims"})
    said = status[status["status"] != Status.UNKNOWN] if len(status) else status
    known = {*schema.objects(events["event_id"]), *(() if claims is None else schema.objects(claims["claim_id"]))}
    found = {
        ChangedThing.EVENT: _rows(events, "event_id", ChangedThing.EVENT),
        ChangedThing.POST: _rows(checkpoints, "checkpoint_id", ChangedThing.POST),
        ChangedThing.STATUS: _rows(said, "subject", ChangedThing.STATUS),
        ChangedThing.STRETCH: _rows(stretches, "lixel_id", ChangedThing.STRETCH),
        ChangedThing.ROAD_STATUS: _rows(road_status, "status_id", ChangedThing.ROAD_STATUS),
        ChangedThing.CLAIM: _rows(claims, "claim_id", ChangedThing.CLAIM),
    }
    for of in (ChangedThing.POST, ChangedThing.STATUS, ChangedThing.STRETCH):
        for row in found[of].values():
            # A table of a caller's own may name rows that the audience does not see.
            if "claims" in row:
                row["claims"] = "; ".join(one for one in split_names(row["claims"]) if one in known)
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is otherwise on the later day.

    Attributes
    ----------
    of, subject, name, day
        What it is of: its kind, its id, its name or place (null where none is stated), and of an event its first day.
    kind
        What became of it.
    before, after
        What differs, by field; null where the thing is not there at all. A field that is null on a day is left out.
    why
        The causes, each once.
    claims, sources
        The claims and events behind the change, and who published them.
    confidence
        How sure a status is before and after: ``low``, ``medium`` or ``high``; null where nothing is said.
    """

    of: ChangedThing
    subject: str
    kind: ChangeKind
    name: str | None = None
    day: str | None = None
    before: Row | None = None
    after: Row | None = None
    why: tuple[ChangeCause, ...] = ()
    claims: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    confidence: tuple[str | None, str | None] = (None, None)

    @property
    def moved(self) -> bool:
        """Whether a line moved: another status, or other people in it."""
        return self.of is ChangedThing.STATUS and any(
            (self.before or {}).get(name) != (self.after or {}).get(name) for name in _LINE
        )

    def mirrored(self) -> Change:
        """Give the same change seen from the other day."""
        names = self.name, self.day
        if self.kind is ChangeKind.CHANGED:
            names = self._then(_NAMED_BY.get(self.of, "place"), self.name), self._then("date_start", self.day)
        return replace(
            self, kind=_MIRRORED_KIND.get(self.kind, self.kind), before=self.after, after=self.before, name=names[0],
            day=names[1], why=_in_order(_MIRRORED.get(one, one) for one in self.why), confidence=self.confidence[::-1],
        )  # fmt: skip

    def _then(self, key: str, now: str | None) -> str | None:
        before, after = self.before or {}, self.after or {}
        return before.get(key) if key in {*before, *after} else now

    def to_dict(self) -> dict[str, Any]:
        """Give it as plain JSON data."""
        return {
            "of": self.of.value, "subject": self.subject, "name": self.name, "day": self.day,
            "change": self.kind.value, "from": self.before, "to": self.after, "moved": self.moved,
            "why": [one.value for one in self.why], "claims": list(self.claims), "sources": list(self.sources),
            "confidence": {"before": self.confidence[0], "after": self.confidence[1]},
        }  # fmt: skip


def _in_order(causes: Any) -> tuple[ChangeCause, ...]:
    found = set(causes)
    return tuple(one for one in ChangeCause if one in found)


@dataclass(frozen=True, slots=True)
class DayState:
    """A day's state, of what, when and for whom.

    Attributes
    ----------
    state
        What its products tell.
    area, road, as_of, audience
        Of what, when and for whom.
    hidden
        Ids of rows that the audience may not see; null where nobody knows, as of a folder for others than internal
        use.
    """

    state: StateRows
    area: str
    road: str
    as_of: dt.date
    audience: Audience
    hidden: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Changes(Sequence[Change]):
    """What changed between two days, in order: events, posts, statuses, stretches, states of roads, statements.

    Attributes
    ----------
    since, as_of
        The two days.
    audience
        Who may be told.
    rows
        The changes.
    vanished_told
        Whether what is no longer there is told. Not between two folders for others than internal use: neither says
        what is held back now, and what is held back must not be told as vanished.
    renamed
        Ids of events that were corrected and whose id is made of their words: the earlier and the later one.
    """

    since: dt.date
    as_of: dt.date
    audience: Audience
    rows: tuple[Change, ...] = ()
    vanished_told: bool = True
    renamed: tuple[tuple[str, str], ...] = ()

    def __getitem__(self, at: Any) -> Any:
        """Give a change, or several."""
        return self.rows[at]

    def __len__(self) -> int:
        """Give how many there are."""
        return len(self.rows)

    def of(self, subject: ChangedThing | str, kind: ChangeKind | str | None = None) -> tuple[Change, ...]:
        """Give the changes of one kind of thing."""
        return tuple(one for one in self.rows if one.of == subject and kind in (None, one.kind))

    @property
    def line_moved(self) -> tuple[Change, ...]:
        """Zones and stretches of which another status is reported, or other people in them."""
        return tuple(one for one in self.rows if one.moved)

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """How many of each kind of thing are new, changed and vanished."""
        found = Counter((one.of, one.kind) for one in self.rows)
        return {of.value: {kind.value: found[of, kind] for kind in ChangeKind} for of in ChangedThing}

    @property
    def marks(self) -> dict[str, str]:
        """``"new"`` or ``"changed"`` by the key under which a map opens the thing; what vanished is on no map."""
        return {
            f"{_ON_MAP[one.of]}:{one.subject}": one.kind.value
            for one in self.rows
            if one.of in _ON_MAP and one.kind is not ChangeKind.VANISHED
        }

    def mirrored(self) -> Changes:
        """Give the changes from the later day back to the earlier."""
        old = {later: earlier for earlier, later in self.renamed}

        def named(one: str) -> str:
            return next(
                (earlier + one.removeprefix(later) for later, earlier in old.items() if one.startswith(later)), one
            )

        rows = [
            replace(
                one.mirrored(), subject=named(one.subject), claims=tuple(sorted(named(each) for each in one.claims))
            )
            for one in self.rows
        ]
        order = list(ChangedThing)
        rows.sort(key=lambda one: (order.index(one.of), one.subject))
        return replace(
            self, since=self.as_of, as_of=self.since, rows=tuple(rows), renamed=tuple(sorted(old.items()))
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Give them as plain JSON data (``changes.schema.json``)."""
        return {
            "format": "artimap-changes", "version": VERSION, "since": self.since.isoformat(),
            "as_of": self.as_of.isoformat(), "audience": self.audience.value, "vanished_told": self.vanished_told,
            "counts": self.counts, "changes": [one.to_dict() for one in self.rows],
        }  # fmt: skip

    def table(self) -> pd.DataFrame:
        """Give them as a table, one row a change, for notebooks."""
        names = ["of", "subject", "name", "day", "change", "from", "to", "moved", "why", "claims", "sources"]
        return pd.DataFrame([one.to_dict() for one in self.rows], columns=[*names, "confidence"])

    def _repr_html_(self) -> str:
        return str(self.table().to_html(index=False, max_rows=60))


def compare(before: DayState, after: DayState) -> Changes:
    """Give what differs between two states, for the audience of the later one.

    A row that the audience may not see any more is not told as vanished, and nothing is told that rests on its being
    held back alone.

    Raises
    ------
    DataError
        If they are of different areas or roads.
    """
    if (before.area, before.road) != (after.area, after.road):
        msg = f"these are of {before.area} {before.road} and of {after.area} {after.road}: compare two days of one road"
        raise DataError(msg)
    told = after.hidden is not None
    hidden = after.hidden or frozenset()
    renamed = _renamed(before.state, after.state)
    before = replace(before, state=_with_ids(before.state, renamed))
    made = _Comparison(before, after, hidden | _concealed(before.state, after.state, hidden))
    rows = []
    for one in made.changes():
        gone = {*made.went(one), one.subject} & made.hidden
        if one.kind is ChangeKind.VANISHED and (not told or gone):
            continue
        if one.kind is ChangeKind.CHANGED and gone and not made.came(one):
            continue
        rows.append(one)
    return Changes(before.as_of, after.as_of, after.audience, tuple(rows), told, tuple(sorted(renamed.items())))


def _renamed(before: StateRows, after: StateRows) -> dict[str, str]:
    """Give the events whose id is made of their words, and that were corrected: the earlier id to the later one.

    One that has gone and one that has come are the same where both are of one kind, day and place, and no third is.
    """
    old, new = before.get(ChangedThing.EVENT, {}), after.get(ChangedThing.EVENT, {})

    def alone(rows: Mapping[str, Row], others: Mapping[str, Row]) -> dict[tuple[Any, ...], str]:
        found: dict[tuple[Any, ...], list[str]] = {}
        for key, row in rows.items():
            if key not in others and is_made(key):
                found.setdefault(tuple(row.get(name) for name in ("kind", "date_start", "place")), []).append(key)
        return {spot: keys[0] for spot, keys in found.items() if len(keys) == 1}

    gone, come = alone(old, new), alone(new, old)
    return {gone[spot]: come[spot] for spot in gone.keys() & come.keys()}


def _with_ids(state: StateRows, renamed: Mapping[str, str]) -> StateRows:
    """Give a state with other ids of events, and of what is said of them."""
    if not renamed:
        return state
    names = {
        claim: _new_id(claim, str(row.get("subject")), renamed)
        for claim, row in state.get(ChangedThing.CLAIM, {}).items()
        if row.get("subject") in renamed
    } | dict(renamed)

    def worded(of: ChangedThing, row: Row) -> Row:
        if of is ChangedThing.CLAIM and row.get("subject") in renamed:
            return {**row, "subject": renamed[str(row["subject"])]}
        if "claims" in row:
            return {**row, "claims": "; ".join(names.get(one, one) for one in split_names(row["claims"]))}
        return row

    return {of: {names.get(key, key): worded(of, row) for key, row in rows.items()} for of, rows in state.items()}


def _new_id(claim: str, event: str, renamed: Mapping[str, str]) -> str:
    return renamed[event] + claim.removeprefix(event) if claim.startswith(event) else claim


def _concealed(before: StateRows, after: StateRows, hidden: frozenset[str]) -> frozenset[str]:
    """Give the ids of what has gone from sight and is like a row that is held back now: it may be that row."""
    found = set()
    for of, key in ((ChangedThing.EVENT, "event_id"), (ChangedThing.CLAIM, "claim_id")):
        there = after.get(of, {})
        for one, row in before.get(of, {}).items():
            if one not in there and (likeness(row, key) & hidden or row.get("subject") in found):
                found.add(one)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class _Comparison:
    before: DayState
    after: DayState
    hidden: frozenset[str] = frozenset()
    _about: dict[int, dict[str, list[str]]] = field(default_factory=dict)

    def changes(self) -> Iterator[Change]:
        for of in ChangedThing:
            old, new = self.before.state.get(of, {}), self.after.state.get(of, {})
            for subject in sorted({*old, *new}):
                found = self._one(of, subject, old.get(subject), new.get(subject))
                if found is not None:
                    yield found

    def _one(self, of: ChangedThing, subject: str, old: Row | None, new: Row | None) -> Change | None:
        if of is ChangedThing.CLAIM and not (_stands_alone(old) or _stands_alone(new)):
            return None
        there = new or old or {}
        name = next((str(there[key]) for key in ("name", "place", "subject") if key in there), None)
        if of is ChangedThing.STATUS:
            old, new = old or _NOTHING_SAID, new or _NOTHING_SAID
        if of is ChangedThing.STRETCH and (old is None or new is None or not _rate_moved(old, new)):
            return None  # a road that is cut otherwise is no change of what is reported on it
        names = [key for key in FIELDS[of] if (old or {}).get(key) != (new or {}).get(key)]
        if not names:
            return None
        kind = ChangeKind.NEW if old is None else ChangeKind.VANISHED if new is None else ChangeKind.CHANGED
        made = Change(
            of, subject, kind, name, there.get("date_start") if of is ChangedThing.EVENT else None,
            _only(old, names), _only(new, names),
            confidence=((old or {}).get("confidence"), (new or {}).get("confidence")),
        )  # fmt: skip
        came, went = self.came(made), self.went(made)
        corrected = self._corrected(made)
        causes = self._causes(made, came, went, corrected, old, new)
        behind = {*came, *went, *corrected} or self._rests(made, self.after) | self._rests(made, self.before)
        ids = sorted(behind - self.hidden)
        return replace(made, why=causes, claims=tuple(ids), sources=self._sources(ids, old, new))

    def _causes(
        self, made: Change, came: set[str], went: set[str], corrected: set[str], old: Row | None, new: Row | None
    ) -> tuple[ChangeCause, ...]:
        then, now = _known(self.before), _known(self.after)
        found = []
        if made.kind is ChangeKind.NEW or came - then:
            found.append(ChangeCause.NEW_CLAIM)
        if made.kind is ChangeKind.VANISHED or went - now:
            found.append(ChangeCause.CLAIM_GONE)
        if corrected or (
            made.of in _OWN_FIGURES and made.kind is ChangeKind.CHANGED and not (came - then or went - now)
        ):
            found.append(ChangeCause.CORRECTED)
        if made.kind is ChangeKind.CHANGED:
            if went & now:
                found.append(ChangeCause.EXPIRED)
            if came & then:
                found.append(ChangeCause.RENEWED)
        other_rule = made.of is ChangedThing.STATUS and (old or {}).get("rule") != (new or {}).get("rule")
        if not found and other_rule and not came and not went:
            found.append(ChangeCause.RULE)
        if not found:
            # Nothing else is said, and no other rule answers: days have gone by, or it is weighed otherwise.
            later = self.after.as_of > self.before.as_of
            earlier = self.after.as_of < self.before.as_of
            found.append(ChangeCause.EXPIRED if later else ChangeCause.RENEWED if earlier else ChangeCause.RULE)
        return _in_order(found)

    def came(self, one: Change) -> set[str]:
        """Give what the later day rests on, and the earlier did not."""
        return self._rests(one, self.after) - self._rests(one, self.before)

    def went(self, one: Change) -> set[str]:
        """Give what the earlier day rested on, and the later does not."""
        return self._rests(one, self.before) - self._rests(one, self.after)

    def _rests(self, one: Change, side: DayState) -> set[str]:
        if one.of is ChangedThing.CLAIM:
            return {one.subject} & set(side.state.get(ChangedThing.CLAIM, {}))
        if one.of in (ChangedThing.EVENT, ChangedThing.ROAD_STATUS):
            return set(self._claims_about(side).get(one.subject, ()))
        return set(split_names(side.state.get(one.of, {}).get(one.subject, {}).get("claims")))

    def _claims_about(self, side: DayState) -> dict[str, list[str]]:
        if id(side) not in self._about:
            found: dict[str, list[str]] = {}
            for claim, row in side.state.get(ChangedThing.CLAIM, {}).items():
                found.setdefault(str(row.get("subject")), []).append(claim)
            self._about[id(side)] = found
        return self._about[id(side)]

    def _corrected(self, one: Change) -> set[str]:
        """Give the claims and events that both days rest on, and that are otherwise now."""
        both = self._rests(one, self.before) & self._rests(one, self.after)
        return {name for name in both if _row_of(self.before, name) != _row_of(self.after, name)}

    def _sources(self, ids: Sequence[str], old: Row | None, new: Row | None) -> tuple[str, ...]:
        found = {(row or {}).get("source") for row in (old, new)}
        for side in (self.before, self.after):
            claims, about = side.state.get(ChangedThing.CLAIM, {}), self._claims_about(side)
            named = [*ids, *(claim for one in ids for claim in about.get(one, ()))]
            found |= {claims[one].get("source") for one in named if one in claims}
        return tuple(sorted(str(one) for one in found if one))


_OWN_FIGURES: Final = (ChangedThing.EVENT, ChangedThing.ROAD_STATUS, ChangedThing.CLAIM)
"""What states its figures itself: they are otherwise only where its source says so."""


def _row_of(side: DayState, name: str) -> Row | None:
    for of in (ChangedThing.CLAIM, ChangedThing.EVENT):
        if name in side.state.get(of, {}):
            row = side.state[of][name]
            return {key: row.get(key) for key in FIELDS[of]}
    return None


def _known(side: DayState) -> set[str]:
    return {*side.state.get(ChangedThing.CLAIM, {}), *side.state.get(ChangedThing.EVENT, {})}


def _stands_alone(claim: Row | None) -> bool:
    # What is said of an event, a post or a road is told with it.
    return claim is not None and claim.get("about") in (About.PLACE, About.STRETCH)


def _only(row: Row | None, names: Sequence[str]) -> Row | None:
    return None if row is None else {name: row[name] for name in names if name in row}


def _rate_moved(old: Row, new: Row) -> bool:
    """Tell whether a rate lies beyond the 80 % interval of the other day, or silence began or ended."""
    if Info.SILENT.value in (old.get("info"), new.get("info")):
        return bool(old.get("info") != new.get("info"))
    return _outside(new.get("rate"), old) or _outside(old.get("rate"), new)


def _outside(rate: float | None, of: Row) -> bool:
    low, high = of.get("lo80", -math.inf), of.get("hi80", math.inf)
    return rate is not None and not low <= rate <= high


# -- the file ---------------------------------------------------------------------------------------------------


def to_json(side: DayState, found: Changes | None) -> bytes:
    """Write ``changes.json``: what changed, and what the next briefing is compared with; a line a row."""
    told: dict[str, Any] = (
        {"format": "artimap-changes", "version": VERSION, "since": None, "as_of": side.as_of.isoformat(),
         "audience": side.audience.value, "vanished_told": True, "counts": Changes(
             side.as_of, side.as_of, side.audience).counts, "changes": []}
        if found is None else found.to_dict()
    )  # fmt: skip
    told |= {"area": side.area, "road": side.road}
    lines = ["{"]
    lines += [f" {_line(name)}: {_line(value)}," for name, value in sorted(told.items()) if name != "changes"]
    rows = [_line(one) for one in told["changes"]]
    lines += [' "changes": [', *(f"  {row}{',' if at < len(rows) - 1 else ''}" for at, row in enumerate(rows)), " ],"]
    lines.append(' "state": {')
    kinds = list(side.state.items())
    for at, (of, kept) in enumerate(kinds):
        lines.append(f"  {_line(str(of))}: {{")
        last = len(kept) - 1
        lines += [
            f"   {_line(key)}: {_line(row)}{',' if n < last else ''}" for n, (key, row) in enumerate(kept.items())
        ]
        lines.append("  }" + ("," if at < len(kinds) - 1 else ""))
    return ("\n".join([*lines, " }", "}"]) + "\n").encode("utf-8")


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=False, allow_nan=False)


def state_from(read: Any, rename: Callable[[str], str]) -> StateRows | None:
    """Read the state in the data of a ``changes.json``; null where it holds none that can be used."""
    kept = read.get("state") if isinstance(read, dict) else None
    if not isinstance(kept, dict) or read.get("version") != VERSION:
        return None
    out: dict[ChangedThing, dict[str, Row]] = {}
    for of in ChangedThing:
        rows = kept.get(of.value, {})
        if not isinstance(rows, dict) or not all(isinstance(one, dict) for one in rows.values()):
            return None
        # Ids of a user's rows are read as they are made today, whatever version wrote them.
        out[of] = {rename(key): row for key, row in rows.items()}
    return out

"""Reported status of places, sections and stretches: a named rule over dated claims.

A status never says that a place *is* controlled, or free: it is what is said, by whom, as
of when. The rules stand in :data:`artimap.control.rules.RULES`, every number in
:class:`artimap.ControlModel`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

import pandas as pd

from artimap.areas.area import Area
from artimap.claims.ledger import Ledger
from artimap.control.assessment import Part, SubjectPicture, actors_of, backing, picture
from artimap.control.evidence import Evidence, EvidenceBySubject, gather
from artimap.control.model import ControlModel
from artimap.control.parties import Sides, read_sides
from artimap.control.rules import Answer, decide, of_stretch, rule_named
from artimap.control.subjects import Subject, lying_on, subjects
from artimap.core import schema
from artimap.core.dates import day_of
from artimap.core.metadata import put_models
from artimap.core.schema import join_names
from artimap.core.tables import EVENTS, STATUS
from artimap.core.vocab import Predicate, Status, WhyNot
from artimap.sources.registry import read_events

SYSTEMS = ("isw", "viina")

# One row a status, in the words of ISW and of VIINA. Null is an answer: the other system has no such
# word, and the nearest one would say more than the sources do.
_WORDS = MappingProxyType(
    {
        Status.ASSESSED: ("assessed control", "the side's code"),
        Status.CLAIMED: ("claimed control", None),
        Status.CONTESTED: (None, "CONTESTED"),
        Status.PRESENCE: ("assessed advance", None),
        Status.ATTACKED_RECENTLY: ("assessed advance", None),
        Status.LAST_KNOWN: (None, None),
        Status.UNKNOWN: (None, None),
    }
)
_NOTES = MappingProxyType(
    {
        Status.ASSESSED: "here two independent sources that are no party; ISW judges by its own means",
        Status.CLAIMED: "VIINA has no word for a single source's claim",
        Status.CONTESTED: "ISW draws no contested areas, but overlapping claims",
        Status.PRESENCE: "an advance is operating somewhere without holding it; nothing in VIINA",
        Status.ATTACKED_RECENTLY: "an advance is operating or attacking somewhere without holding it",
        Status.LAST_KNOWN: "neither system lets a claim fade",
        Status.UNKNOWN: "in both, land without a colour is not marked as unknown",
    }
)


def status_words() -> pd.DataFrame:
    """Give the words of a status in the systems of ISW and VIINA.

    Returns
    -------
    DataFrame
        ``status``, ``isw``, ``viina`` (null where the other system has no such word),
        ``note``. ISW tells *assessed* from *claimed* control and *advances* (where a side
        operates without holding); VIINA [1]_ gives a settlement to a side or calls it
        ``CONTESTED``.

    References
    ----------
    .. [1] Zhukov, Y. and Ayers, N. (2023). VIINA 2.0: Violent Incident Information from News Articles.

    Examples
    --------
    >>> import artimap as am
    >>> am.status_words().columns.tolist()
    ['status', 'isw', 'viina', 'note']
    """
    rows = [(status.value, *_WORDS[status], _NOTES[status]) for status in Status]
    return pd.DataFrame(rows, columns=["status", *SYSTEMS, "note"])


def in_words_of(status: pd.Series, system: str) -> pd.Series:
    """Translate a column of statuses into another system's words; null where it has none."""
    table = status_words().set_index("status")[system]
    return status.map(table)


@dataclass(frozen=True)
class LedgerEvidence:
    """All that a ledger says of an area's subjects, ready to be asked for any day.

    Attributes
    ----------
    subjects
        What a status is given for, by subject.
    evidence
        What is said of each, with what is said of the section a place lies in.
    found
        The evidence as it was gathered, and what was left out.
    on_stretch
        For each stretch what lies on it: subject, and the metres of road it covers.
    """

    subjects: Mapping[str, Subject]
    evidence: Mapping[str, tuple[Evidence, ...]]
    found: EvidenceBySubject
    on_stretch: Mapping[str, tuple[tuple[str, float, float], ...]]
    model: ControlModel
    sides: Sides
    _judged: dict[tuple[str, int], tuple[SubjectPicture, Answer]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _answers: dict[tuple[str, int], Answer] = field(default_factory=dict, init=False, repr=False, compare=False)

    def seen(self, subject: str, day: int) -> SubjectPicture:
        """Give what is said of a subject on a day, without what lies on it."""
        return self._judge(subject, day)[0]

    def _judge(self, subject: str, day: int) -> tuple[SubjectPicture, Answer]:
        """Give what is said of a subject on a day, and its status by that; each is asked for many times."""
        key = subject, day
        if key not in self._judged:
            told = [one for one in self.evidence.get(subject, ()) if one.start <= day]
            said = picture(told, day, model=self.model, sides=self.sides)
            self._judged[key] = said, decide(said) if told else self._nothing
        return self._judged[key]

    @cached_property
    def _nothing(self) -> Answer:
        """The answer where nothing is said, as of most subjects on most days."""
        return decide(picture((), 0, model=self.model, sides=self.sides))

    def answer(self, subject: str, day: int) -> Answer:
        """Give the status of a subject on a day."""
        key = subject, day
        if key not in self._answers:
            self._answers[key] = self._answer(subject, day)
        return self._answers[key]

    def _answer(self, subject: str, day: int) -> Answer:
        seen, own = self._judge(subject, day)
        if subject not in self.on_stretch:
            return own
        # What lies on the stretch is judged by itself first, with the same rules, and then laid on the road.
        parts = []
        for other, low, high in self.on_stretch[subject]:
            there = self._judge(other, day)[1]
            # Other pieces of road pass on only who holds them. Presence or an attack somewhere on a long piece
            # would otherwise be laid on every stretch that the piece touches.
            passed_on = self.subjects[other].kind != "stretch" or there.status in _HELD
            if there.status is not Status.UNKNOWN and passed_on:
                parts.append(
                    Part(
                        subject=other, name=self.subjects[other].name, status=there.status, actors=there.actors,
                        from_m=low, to_m=high, claims=tuple(one.claim for one in there.evidence),
                        last=_newest(there.evidence, day), support=there.support, attackers=there.attackers,
                        before=there.before,
                    )
                )  # fmt: skip
        return of_stretch(own, replace(seen, parts=tuple(parts)), gather=self.subjects[subject].named)

    def affecting(self, subject: str) -> tuple[Evidence, ...]:
        """Give all evidence that a subject's status may rest on."""
        others = [other for other, _, _ in self.on_stretch.get(subject, ())]
        return tuple(one for name in (subject, *others) for one in self.evidence.get(name, ()))


_HELD = (Status.ASSESSED, Status.CLAIMED, Status.CONTESTED)


def read_evidence(
    area: Area,
    ledger: Ledger,
    *,
    events: pd.DataFrame | None,
    model: ControlModel | None,
    known_on: str | dt.date | None,
) -> LedgerEvidence:
    """Gather what a ledger says of an area."""
    model = model or ControlModel()
    sides = read_sides(area)
    table = read_events(area) if events is None else events
    heard = None if known_on is None else day_of(known_on)
    found = gather(ledger, events=table, sides=sides, model=model, known_on=heard)
    known = subjects(area, ledger, found)
    # A copy: ``found`` keeps what was said of each subject alone, which the list of unused claims needs.
    evidence = dict(found.by_subject)
    for subject in known.values():
        # "controls the commune of Liancourt" speaks of the town of that name, but of no other place in the section
        if subject.kind == "place" and subject.section is not None and known[subject.section].name == subject.name:
            above = tuple(
                replace(one, subject=subject.subject, via="unit")
                for one in found.by_subject.get(subject.section, ())
                if one.predicate == Predicate.CONTROLS or one.kind == "fight"
            )
            if above:
                own = evidence.get(subject.subject, ())
                evidence[subject.subject] = (*own, *above)
    return LedgerEvidence(known, evidence, found, lying_on(area, known), model, sides)


def control_status(
    area: Area,
    ledger: Ledger,
    *,
    as_of: str | dt.date,
    events: pd.DataFrame | None = None,
    model: ControlModel | None = None,
    known_on: str | dt.date | None = None,
) -> pd.DataFrame:
    """Give the reported status of every place, section and stretch of an area on a day.

    Stretches are the named ones of the area's corridor, and those that claims or posts
    name, on any road. Communes and the department have a row where a claim names them.

    Parameters
    ----------
    area
        The area.
    ledger
        The claims. What carries no day at all never counts (see ``not_counted``).
    as_of
        The day in the world that is asked about. What began later does not count; what
        was said later about that day does, unless ``known_on`` says otherwise.
    events
        EVENTS, whose fights and attacks count where the ledger holds a claim about
        them; the embedded ones of the area where null.
    model
        How claims age and what they weigh.
    known_on
        Only what had surely been said by this day (a claim dated to a month counts from
        the month's end).

    Returns
    -------
    DataFrame
        STATUS, one row a subject, stretches last. ``rule`` names the row of
        :data:`artimap.control.rules.RULES` that gave the status and ``reason`` says it in
        words, with the claims. ``support`` (0–1) is 1 − Π(1 − w) over independent voices,
        w being ``voice_weight`` (``presence_weight`` for presence), times
        ``party_weight`` for a party, halved with every half-life since the voice was
        last heard; ``confidence`` is the same in words: contested, claimed and presence
        are never more than medium, last known and unknown always low. What was attacked, or where
        only presence is said, keeps who was last known to hold it in ``held_before``, with the newest day and the
        outlets that said so. A subject of which
        nothing usable is said is ``unknown``, never free of armed groups.

    Raises
    ------
    DateError
        If ``as_of`` or ``known_on`` is no day.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> table = am.control_status(art, am.read_claims(art), as_of="2024-10-10").set_index("subject")
    >>> table.loc["HT0513-01", ["status", "rule"]].tolist()
    ['contested', 'raid_outcome_not_stated']
    """
    said = read_evidence(area, ledger, events=events, model=model, known_on=known_on)
    return status_of(said, day_of(as_of), known_on=None if known_on is None else day_of(known_on))


def status_of(said: LedgerEvidence, day: dt.date, *, known_on: dt.date | None = None) -> pd.DataFrame:
    """Give the status of every subject of which evidence was read, as :func:`control_status` does."""
    rows = [
        row_of(said, subject, said.answer(subject.subject, day.toordinal()), day) for subject in said.subjects.values()
    ]
    table: pd.DataFrame = schema.conform(pd.DataFrame(rows, columns=list(STATUS.names)), STATUS)
    put_models(table, said.model)
    table.attrs["as_of"] = day.isoformat()
    table.attrs["known_on"] = None if known_on is None else known_on.isoformat()
    return table


def row_of(said: LedgerEvidence, subject: Subject, answer: Answer, day: dt.date) -> dict[str, object]:
    """Make the row of STATUS."""
    number = day.toordinal()
    lasts = [_newest(answer.evidence, number), *(part.last for part in answer.parts)]
    last = max((one for one in lasts if one is not None), default=None)
    # The claims of the parts count as used too, else the same row would list them as not counted.
    used = {one.claim for one in answer.evidence} | {claim for part in answer.parts for claim in part.claims}
    unused = _not_counted(said, subject.subject, used, number)
    before = _before(answer)
    held = max((one.confirmed(number) for one in before), default=None)
    return {
        "subject": subject.subject,
        "name": subject.name,
        "kind": subject.kind,
        "status": answer.status,
        "actors": join_names(answer.actors),
        "attackers": join_names(answer.attackers),
        "confidence": answer.confidence,
        "support": round(answer.support, 4),
        "last_confirmed": None if last is None else pd.Timestamp(dt.date.fromordinal(last)),
        "days_since": None if last is None else number - last,
        "held_before": join_names(actors_of(before)),
        "held_before_on": None if held is None else pd.Timestamp(dt.date.fromordinal(held)),
        "held_before_sources": join_names(dict.fromkeys(one.source for one in before if one.source)),
        "rule": answer.rule,
        "reason": reason(answer, number),
        "claims": join_names(
            (*(one.claim for one in answer.evidence), *(claim for part in answer.parts for claim in part.claims))
        ),
        "parts": join_names(f"{part.name} ({part.km})" for part in answer.parts),
        "not_counted": join_names(f"{claim} ({why.text})" for claim, why in unused),
        "why_code": "; ".join(why.value for _, why in unused) or None,
        "road_id": subject.road_id,
        "from_m": subject.from_m,
        "to_m": subject.to_m,
    }


def _before(answer: Answer) -> tuple[Evidence, ...]:
    """Give who was last known to hold it, the newest first; of a status that is itself the last known nothing more."""
    if answer.status is Status.LAST_KNOWN:
        return ()
    return tuple(sorted(dict.fromkeys(answer.before), key=lambda one: (-one.until, one.claim)))


def reason(answer: Answer, day: int) -> str:
    """Say in words why: the rule, then what it rests on."""
    # ``dict.fromkeys`` drops repeats and keeps the order: one claim may back a rule in two roles.
    facts = [
        f"{one.words}, {dt.date.fromordinal(one.confirmed(day)).isoformat()}"
        + (", said of the section" if one.via == "unit" else "")
        for one in dict.fromkeys(answer.evidence)
    ]
    facts += [f"{part.name} {part.status.value} ({part.km})" for part in answer.parts]
    words = rule_named(answer.rule).words
    words = words if not facts else f"{words} {'. '.join(facts)}."
    before = [f"{one.words}, {dt.date.fromordinal(one.confirmed(day)).isoformat()}" for one in _before(answer)]
    return f"{words} Last known before: {'. '.join(before)}." if before else words


def _newest(evidence: tuple[Evidence, ...], day: int) -> int | None:
    return max((one.confirmed(day) for one in evidence), default=None)


def _not_counted(said: LedgerEvidence, subject: str, used: set[str], day: int) -> list[tuple[str, WhyNot]]:
    """List the claims about a subject that the status does not rest on, each with the reason."""
    out = list(said.found.left_out.get(subject, ()))
    for one in said.evidence.get(subject, ()):
        # What is said of the section is told in the section's own row.
        if one.claim in used or one.via == "unit":
            continue
        # The order of these is that in which a reader would ask: had it begun, is it over, is it stale; only
        # then, why a claim that is fresh was not used.
        if one.start > day:
            why = WhyNot.LATER
        elif not one.on(day):
            why = WhyNot.OVER
        elif not one.fresh(day):
            why = WhyNot.FADED
        elif one.kind == "left":
            why = WhyNot.LEFT
        else:
            why = WhyNot.OTHER_RULE
        out.append((one.claim, why))
    return sorted(dict.fromkeys(out), key=lambda pair: f"{pair[0]} ({pair[1].text})")


def support(
    area: Area,
    ledger: Ledger,
    *,
    as_of: str | dt.date,
    model: ControlModel | None = None,
    known_on: str | dt.date | None = None,
) -> pd.DataFrame:
    """Give how well each actor's hold or presence at each subject is backed on a day.

    The support is that of :func:`artimap.control_status`, for every actor, whatever status the
    rules come to. Another claim for an actor never lowers it.

    Parameters
    ----------
    area, ledger, as_of, model, known_on
        As for :func:`artimap.control_status`. Events play no part.

    Returns
    -------
    DataFrame
        ``subject``, ``actor``, ``support`` (0–1), ``voices`` (independent ones that are
        no party), ``claims``; best backed first within a subject.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> len(am.support(art, am.read_claims(art), as_of="2024-10-15")) > 0
    True
    """
    # Without events: an attack backs nobody's hold, and a fight would put holds in doubt, so that one
    # more event lowered the support of an actor.
    none = schema.empty(EVENTS)
    said = read_evidence(area, ledger, events=none, model=model, known_on=known_on)
    day = day_of(as_of).toordinal()
    rows = []
    for subject in said.subjects:
        seen = said.seen(subject, day)
        fresh = [one for one in (*seen.holds, *seen.joint, *seen.present) if one.fresh(day)]
        for actor in dict.fromkeys(actor for one in fresh for actor in one.actors):
            own = [one for one in fresh if actor in one.actors]
            rows.append(
                {
                    "subject": subject,
                    "actor": actor,
                    "support": backing(own, day, said.model),
                    "voices": len({one.voice for one in own if one.outside and one.named}),
                    "claims": join_names(sorted(one.claim for one in own)),
                }
            )
    table = pd.DataFrame(rows, columns=["subject", "actor", "support", "voices", "claims"])
    # Ties of support are common (one voice each). The name decides, not the order in which claims were
    # read.
    table = table.sort_values(["subject", "support", "actor"], ascending=[True, False, True], kind="stable")
    return table.reset_index(drop=True)

"""How a status came about and what changed: the same rules, asked for every day on which they may answer anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pandas as pd

from artimap.areas.area import Area
from artimap.claims.ledger import Ledger
from artimap.control.evidence import Evidence
from artimap.control.model import ControlModel
from artimap.control.rules import Answer
from artimap.control.status import LedgerEvidence, read_evidence, reason
from artimap.core import schema
from artimap.core.dates import day_of
from artimap.core.errors import DateError, PlaceError
from artimap.core.schema import join_names
from artimap.core.vocab import Status

COLUMNS = ("subject", "name", "valid_from", "valid_to", "status", "actors", "confidence", "rule", "reason", "claims")


def turning_days(evidence: Iterable[Evidence], model: ControlModel) -> list[int]:
    """Give the days on which a status that rests on this evidence may change."""
    # A status is a step function of the day. It can move only where evidence begins, is last said, fades,
    # leaves the window of attacks, ends, or is no longer last known; each is asked on the first day of
    # the new state. One day too many costs time, one too few a wrong interval, so all are listed for
    # every kind of evidence.
    days: set[int] = set()
    for one in evidence:
        gone = model.last_known(one.half_life) + 1
        days |= {one.start, one.until, one.until + one.half_life + 1, one.until + gone}
        days |= {one.until + 1, one.until + model.attacked_days + 1}
        if one.end is not None:
            days |= {one.end + 1, one.end + gone}
    return sorted(days)


def status_history(
    area: Area,
    ledger: Ledger,
    subject: str,
    *,
    since: str | dt.date | None = None,
    until: str | dt.date | None = None,
    events: pd.DataFrame | None = None,
    model: ControlModel | None = None,
    known_on: str | dt.date | None = None,
) -> pd.DataFrame:
    """Give the status of one subject over time, as intervals.

    Parameters
    ----------
    area, ledger, events, model, known_on
        As for :func:`artimap.control_status`.
    subject
        Place id, p-code or stretch, as in STATUS.
    since, until
        First and last day; from the first day that anything speaks of, to the area's
        last day of data, where null.

    Returns
    -------
    DataFrame
        One row an interval, in order and without gaps: ``subject``, ``name``,
        ``valid_from``, ``valid_to`` (both days included), ``status``, ``actors``,
        ``confidence`` (on the first day), ``rule``, ``reason``, ``claims``. A new interval begins where
        status, actors, rule or claims change.

    Raises
    ------
    PlaceError
        If nothing of that name has a status; the message says what to look at.
    DateError
        If a day cannot be read, or ``until`` is before ``since``.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> table = am.status_history(art, am.read_claims(art), "savien", since="2024-01-01", until="2024-10-15")
    >>> {"status", "actors"} <= set(table)
    True
    """
    said = read_evidence(area, ledger, events=events, model=model, known_on=known_on)
    if subject not in said.subjects:
        msg = f"{subject!r} has no status: take a subject of control_status, for example 'savien' or 'HT0513-01'"
        raise PlaceError(msg)
    last = day_of(until) if until is not None else area.data_until
    turns = turning_days(said.affecting(subject), said.model)
    # Without ``since`` a subject of which nothing is said has one interval of one day, the last, so that
    # the table is never empty.
    earliest = min(turns[0] if turns else last.toordinal(), last.toordinal())
    first = day_of(since) if since is not None else dt.date.fromordinal(earliest)
    if last < first:
        msg = f"status_history: until ({last}) is before since ({first})"
        raise DateError(msg)
    rows = intervals(said, subject, first.toordinal(), last.toordinal())
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    for name in ("valid_from", "valid_to"):
        table[name] = table[name].astype(schema.DAY)
    return table


def intervals(said: LedgerEvidence, subject: str, first: int, last: int) -> list[dict[str, object]]:
    """Give the intervals of one subject between two days, both included."""
    turns = [day for day in turning_days(said.affecting(subject), said.model) if first < day <= last]
    rows: list[dict[str, object]] = []
    before: tuple[object, ...] | None = None
    for day in [first, *turns]:
        answer = said.answer(subject, day)
        # The claims are compared as a set: another order of the same claims is no change of status.
        same = (answer.status, answer.actors, answer.rule, frozenset(_ids_of(answer)))
        if same == before:
            continue
        before = same
        if rows:
            rows[-1]["valid_to"] = pd.Timestamp.fromordinal(day - 1)
        rows.append(
            {
                "subject": subject,
                "name": said.subjects[subject].name,
                "valid_from": pd.Timestamp.fromordinal(day),
                "valid_to": pd.Timestamp.fromordinal(last),
                "status": answer.status.value,
                "actors": join_names(answer.actors),
                "confidence": answer.confidence,
                "rule": answer.rule,
                "reason": reason(answer, day),
                "claims": join_names(_ids_of(answer)),
            }
        )
    return rows


def interval_of(said: LedgerEvidence, subject: str, day: int) -> tuple[pd.Timestamp | None, pd.Timestamp | None]:
    """Give the first and last day around a day on which a subject's status and actors are the same.

    The first is null where it has been so for as long as anything tells, the last where nothing in the claims ends it.
    """
    turns = turning_days(said.affecting(subject), said.model)
    now = _state_of(said.answer(subject, day))[:2]
    # Walk back and then ahead from the day and stop at the first change: most subjects change a few times
    # only, and whole histories of all of them would take much longer.
    first = last = None
    for turn in [one for one in reversed(turns) if one <= day]:
        if _state_of(said.answer(subject, turn - 1))[:2] != now:
            first = pd.Timestamp.fromordinal(turn)
            break
    for turn in [one for one in turns if one > day]:
        if _state_of(said.answer(subject, turn))[:2] != now:
            last = pd.Timestamp.fromordinal(turn - 1)
            break
    return first, last


def what_changed(
    area: Area,
    ledger: Ledger,
    *,
    since: str | dt.date,
    until: str | dt.date,
    events: pd.DataFrame | None = None,
    model: ControlModel | None = None,
    as_known: bool = False,
) -> pd.DataFrame:
    """Give the subjects whose status, actors or rule differ between two days, with the reasons.

    Parameters
    ----------
    area, ledger, events, model
        As for :func:`artimap.control_status`.
    since, until
        The two days.
    as_known
        Compare what could be said on each of the days, from the claims made by then; by
        default both days are seen with all that is known.

    Returns
    -------
    DataFrame
        ``subject``, ``name``, ``kind``, ``status_before``, ``status``, ``actors_before``, ``actors``,
        ``rule_before``, ``rule``, ``came`` (claims and events that the status rests on
        now and did not before), ``went`` (those it rested on before), ``reasons`` in
        words. Subjects that did not change have no row.

    Raises
    ------
    DateError
        If a day cannot be read, or ``until`` is before ``since``.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> table = am.what_changed(art, am.read_claims(art), since="2024-09-15", until="2024-10-15")
    >>> len(table) > 0
    True
    """
    first, last = day_of(since), day_of(until)
    if last < first:
        msg = f"what_changed: until ({last}) is before since ({first})"
        raise DateError(msg)
    now = read_evidence(area, ledger, events=events, model=model, known_on=last if as_known else None)
    # Both days share one reading unless each is to be seen with what was known then.
    then = now if not as_known else read_evidence(area, ledger, events=events, model=model, known_on=first)
    rows = []
    for subject, what in now.subjects.items():
        answer = now.answer(subject, last.toordinal())
        before = then.answer(subject, first.toordinal()) if subject in then.subjects else None
        # A subject that only later claims named did not exist for the earlier day: nothing was said of it.
        old = ("unknown", None, "nothing_said") if before is None else _state_of(before)
        if _state_of(answer) == old:
            continue
        was = () if before is None else _ids_of(before)
        came = [one for one in _ids_of(answer) if one not in was]
        went = [one for one in was if one not in _ids_of(answer)]
        rows.append(
            {
                "subject": subject,
                "name": what.name,
                "kind": what.kind,
                "status_before": old[0],
                "status": answer.status.value,
                "actors_before": old[1],
                "actors": join_names(answer.actors),
                "rule_before": old[2],
                "rule": answer.rule,
                "came": join_names(came),
                "went": join_names(went),
                "reasons": _why(now, subject, answer, went, first.toordinal(), last.toordinal()),
            }
        )
    columns = [
        "subject", "name", "kind", "status_before", "status", "actors_before", "actors", "rule_before", "rule", "came",
        "went", "reasons",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _state_of(answer: Answer) -> tuple[str, str | None, str]:
    return answer.status.value, join_names(answer.actors), answer.rule


def _ids_of(answer: Answer) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            (*(one.claim for one in answer.evidence), *(claim for part in answer.parts for claim in part.claims))
        )
    )


def _why(said: LedgerEvidence, subject: str, answer: Answer, went: list[str], first: int, last: int) -> str:
    """Say why a status changed: what it rests on now, and what became of what it rested on before."""
    words = [reason(answer, last)]
    # A claim may stand in the evidence more than once, as a fight and as an attack say. The entry with
    # the shortest half-life comes last and stays, since it is the first to fade.
    known = {one.claim: one for one in sorted(said.affecting(subject), key=lambda one: -one.half_life)}
    for claim in went:
        one = known.get(claim)
        if one is None:
            words.append(f"{claim} is no longer there.")
        elif not one.on(last):
            words.append(f"{claim} ({one.words}) is over.")
        elif not one.fresh(last):
            words.append(
                f"{claim} ({one.words}) was last said on {dt.date.fromordinal(one.confirmed(last))} and has faded."
            )
        elif answer.status is not Status.UNKNOWN and first < last:
            words.append(f"{claim} ({one.words}) still stands, but another rule comes first.")
    return " ".join(words)

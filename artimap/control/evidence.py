"""From claims, posts and events to evidence about a subject: what is said, of which days, by which voice.

Evidence knows no day of the answer: the same list serves a status, its history and its changes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd

from artimap.claims.ledger import Ledger
from artimap.claims.resolution import earliest_day, latest_day, voices
from artimap.control.model import ControlModel
from artimap.control.parties import UNNAMED, Sides
from artimap.core.schema import objects, split_names
from artimap.core.vocab import About, CheckpointKind, EventKind, Party, PostState, Predicate, Record, Where, WhyNot

Kind = Literal["hold", "presence", "contested", "attack", "fight", "left"]
Via = Literal["own", "unit", "post", "event"]

# Predicates that are not listed (tolls, fees, figures) say nothing of who holds a place by
# themselves; tolls come in through posts.
_KIND: Mapping[Predicate, Kind] = {
    Predicate.CONTROLS: "hold",
    Predicate.BASE: "hold",
    Predicate.PRESENCE: "presence",
    Predicate.CONTESTED: "contested",
    Predicate.ATTACKED: "attack",
    Predicate.AFFECTED: "attack",
    Predicate.WITHDREW: "left",
}
_FIGHTS = (EventKind.ARMED_CLASH, EventKind.POLICE_OPERATION)
# A clash is both: a fight over who holds the place, and violence that the place has suffered.
_ATTACKS = (EventKind.ARMED_CLASH, EventKind.ATTACK_ON_CIVILIANS, EventKind.ARSON, EventKind.ROAD_AMBUSH)
_KEPT_BY_FORCE = (CheckpointKind.TOLL, CheckpointKind.ROADBLOCK, CheckpointKind.SEARCH_POST)
# Sources write it in brackets after an outlet of which only the kind is known, so it stands in the voice too.
_NOT_NAMED = "not named"
_PARTS = ("station", "part", "road")
OPPONENT = "an opponent who is not named"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing said of one subject.

    Attributes
    ----------
    subject
        Place id, p-code or stretch.
    claim
        The claim or event behind it.
    kind
        A hold, a presence, a dispute, an attack, a fight, or a leaving.
    predicate
        The word of the claim; for an event its kind.
    actors, sides
        Who is named, and whose sides that is.
    start, until, end
        It holds from ``start``; the last day it speaks of is ``until`` (both as day
        numbers); it is said to be over after ``end``, if that is said.
    half_life
        Days for which it speaks for the present after ``until``.
    voice
        Who says it: two voices are independent.
    named
        False where the outlet is not known, so that it may be one of the others.
    party
        Whether the claimant is a party.
    via
        ``own``, or what it was drawn from: the ``unit`` a place lies in, a ``post``, an ``event``.
    words
        What is said and by whom, in words.
    publishers
        Independent publishers behind an event; 1 for a claim.
    source
        The outlet of a claim; empty for an event.
    """

    subject: str
    claim: str
    kind: Kind
    predicate: str
    actors: tuple[str, ...]
    sides: tuple[str, ...]
    start: int
    until: int
    end: int | None
    half_life: int
    voice: str
    named: bool
    party: Party
    via: Via
    words: str
    publishers: int = 1
    source: str = ""

    @property
    def joint(self) -> bool:
        """Tell whether it names several sides at once, so that it gives the place to none."""
        return len(self.sides) > 1

    @property
    def outside(self) -> bool:
        """Tell whether someone says it who is no party."""
        return self.party is Party.NO

    def on(self, day: int) -> bool:
        """Tell whether it had begun by a day and is not over on it."""
        return self.start <= day and (self.end is None or day <= self.end)

    def confirmed(self, day: int) -> int:
        """Give the newest day up to ``day`` that it speaks of."""
        return min(day, self.until)

    def age(self, day: int) -> int:
        """Give the days from the newest day it speaks of to ``day``."""
        return day - self.confirmed(day)

    def fresh(self, day: int) -> bool:
        """Tell whether it speaks for the present of a day."""
        return self.on(day) and self.age(day) <= self.half_life


def number_of(day: Any) -> int | None:
    """Give a day's number, null for none."""
    if pd.isna(day):
        return None
    return pd.Timestamp(str(day)).toordinal() if not isinstance(day, dt.date) else day.toordinal()


@dataclass(frozen=True, slots=True)
class EvidenceBySubject:
    """All evidence of a ledger by subject, and the claims about a place that cannot count, with the reason."""

    by_subject: Mapping[str, tuple[Evidence, ...]]
    left_out: Mapping[str, tuple[tuple[str, WhyNot], ...]]
    last_claims: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _ClaimReader:
    model: ControlModel
    sides: Sides
    known_on: int | None

    def span(self, row: Any) -> tuple[int, int, int | None] | WhyNot:
        """Give start, last day spoken of, and end of a claim; or why it cannot count."""
        begins, ends = number_of(row.valid_from), number_of(row.valid_to)
        # Two days of the same report, on purpose on opposite sides. What may be known on a day is asked with
        # the latest day that the report may have, so that nothing is known too early. How fresh it is, is
        # asked with the earliest, so that a report dated to a month never looks newer than it may be.
        heard = number_of(latest_day(row.reported, str(row.date_basis)))
        said = number_of(earliest_day(row.reported, str(row.date_basis)))
        if self.known_on is not None and (heard is None or heard > self.known_on):
            return WhyNot.NOT_YET
        confirmed = number_of(row.last_confirmed)
        # A later confirmation renews a claim. Where it is only a copy of the day of the report it tells
        # nothing new, and its exactness is that of the report.
        if confirmed is not None and row.last_confirmed != row.reported:
            said = confirmed if said is None else max(said, confirmed)
        spoken = [one for one in (ends, said) if one is not None]
        if not spoken and begins is None:
            return WhyNot.NO_DAY
        # The earlier of "it ended" and "it was last said": a claim that ended before it was reported speaks
        # of the days before its end only, and one without an end speaks up to the day it was said.
        until = min(spoken) if spoken else int(begins or 0)
        if begins is not None:
            return begins, max(begins, until), ends
        # A hold with an end and no beginning would otherwise last one day, the last; it held for some time
        # before.
        before = self.model.held_before_days if ends is not None and _KIND.get(row.predicate) == "hold" else 0
        return until - before, until, ends

    def claim(self, row: Any) -> Evidence | WhyNot:
        predicate = Predicate(row.predicate)
        kind = _KIND[predicate]
        # who holds a police station, a street or the road past a town is there; that it holds the town is not said
        if kind == "hold" and isinstance(row.scope, str) and row.scope in _PARTS:
            kind = "presence"
        actors = split_names(row.value)
        # A dispute or an attack says something without a name. A hold, a presence or a leaving by nobody does
        # not.
        if not actors and kind in ("hold", "presence", "left"):
            return WhyNot.NO_ACTOR
        span = self.span(row)
        if isinstance(span, WhyNot):
            return span
        start, until, end = span
        return Evidence(
            subject=str(row.subject), claim=str(row.claim_id), kind=kind, predicate=predicate.value, actors=actors,
            sides=self.sides.of_all(actors) or (UNNAMED,), start=start, until=until, end=end,
            half_life=self.model.half_life(predicate), voice=str(row.voice), named=_NOT_NAMED not in str(row.voice),
            party=Party(row.claimant_is_party), via="own",
            words=f"{'; '.join(actors) or 'armed groups'}: {predicate.value} ({row.source})",
            source=str(row.source),
        )  # fmt: skip


def gather(
    ledger: Ledger, *, events: pd.DataFrame, sides: Sides, model: ControlModel, known_on: dt.date | None
) -> EvidenceBySubject:
    """Gather the evidence of a ledger.

    Parameters
    ----------
    ledger
        The claims. An event counts only if the ledger holds a claim about it.
    events
        EVENTS.
    sides
        Who is on whose side.
    model
        How claims age.
    known_on
        Only what had surely been said by this day; null for all that is known.
    """
    reader = _ClaimReader(model, sides, None if known_on is None else known_on.toordinal())
    # Voices are worked out over the whole ledger before any row is left out: which outlet copied which is
    # a fact about all of them, and must not change with the place that is asked about.
    claims = ledger.claims.assign(voice=voices(ledger.claims))
    found: dict[str, list[Evidence]] = {}
    left_out: dict[str, list[tuple[str, WhyNot]]] = {}
    about = claims[claims["about"].isin([About.PLACE, About.STRETCH]) & claims["predicate"].isin(list(_KIND))]
    row: Any
    for row in about.itertuples(index=False):
        read = reader.claim(row)
        if isinstance(read, WhyNot):
            # What cannot count is kept with its reason. Dropped in silence, a place full of undated claims would
            # look like one of which nobody ever spoke.
            left_out.setdefault(str(row.subject), []).append((str(row.claim_id), read))
        else:
            found.setdefault(read.subject, []).append(read)
    for one in (*_from_posts(ledger, claims, reader), *_from_events(events, claims, reader)):
        if isinstance(one, Evidence):
            found.setdefault(one.subject, []).append(one)
        else:
            left_out.setdefault(one[0], []).append(one[1:])
    # The newest first, then by id: reasons and lists of claims come out in one order whatever the order
    # of the ledger.
    ordered = {
        subject: tuple(sorted(rows, key=lambda row: (-row.until, row.claim, row.kind)))
        for subject, rows in sorted(found.items())
    }
    return EvidenceBySubject(
        ordered,
        {subject: tuple(sorted(rows)) for subject, rows in left_out.items()},
        {str(subject): tuple(sorted(rows["claim_id"])) for subject, rows in about.groupby("subject")},
    )


def subjects_of(row: Any) -> list[str]:
    """Give the subjects that a post or event lies in: a place, units, or a piece of road."""
    where = Where(str(row.place_kind))
    if where in (Where.POINT, Where.PLACE):
        return [str(row.place_id)] if isinstance(row.place_id, str) else list(split_names(row.pcode))
    if where in (Where.SECTION, Where.COMMUNE):
        return list(split_names(row.pcode))
    if where is Where.STRETCH and isinstance(row.road_id, str) and not pd.isna(row.from_m):
        return [f"{row.road_id}:{float(row.from_m) / 1000:g}-{float(row.to_m) / 1000:g}"]
    return []


def _from_posts(
    ledger: Ledger, claims: pd.DataFrame, reader: _ClaimReader
) -> Iterator[Evidence | tuple[str, str, WhyNot]]:
    """Draw presence from posts that somebody keeps: whoever takes a toll in a place is there.

    What cannot count is given as subject, claim and reason.
    """
    said: dict[str, Any] = {
        str(row.claim_id): row for row in claims[claims["about"] == About.CHECKPOINT].itertuples(index=False)
    }
    post: Any
    for post in ledger.posts.itertuples(index=False):
        claim = said.get(str(post.claim_id))
        if claim is None:
            continue
        actors = split_names(post.operator)
        state = PostState(post.state) if isinstance(getattr(post, "state", None), str) else PostState.STANDING
        span = _why_no_presence(post, state) or reader.span(claim)
        if isinstance(span, WhyNot):
            yield from ((subject, str(post.claim_id), span) for subject in subjects_of(post))
            continue
        # A post for the length of an attack shows that somebody struck there, not that he stays.
        passing = state is PostState.MOMENTARY
        start, until, end = span
        for subject in subjects_of(post):
            yield Evidence(
                subject=subject, claim=str(post.claim_id), kind="attack" if passing else "presence",
                predicate=(Predicate.ATTACKED if passing else Predicate.TOLL).value,
                actors=actors, sides=reader.sides.of_all(actors) or (UNNAMED,), start=start, until=until, end=end,
                half_life=reader.model.toll_days, voice=str(claim.voice), named=_NOT_NAMED not in str(claim.voice),
                party=Party(claim.claimant_is_party), via="post",
                words=f"{'; '.join(actors)}: {'sets up' if passing else 'keeps'} a {post.kind} ({claim.source})",
                source=str(claim.source),
            )  # fmt: skip


def _why_no_presence(post: Any, state: PostState) -> WhyNot | None:
    """Say why a post does not show that somebody is there; null where it does."""
    # Barricades of residents, protests and police posts stand on the road as well, but say nothing of
    # armed groups.
    if post.kind not in _KEPT_BY_FORCE:
        return WhyNot.NOT_BY_FORCE
    if state in (PostState.REMOVED, PostState.NOT_SET_UP):
        return WhyNot.POST_GONE
    return None if split_names(post.operator) else WhyNot.NO_KEEPER


def _heard(claims: pd.DataFrame) -> dict[str, int | None]:
    """Give the first day on which each event had surely been spoken of; null where no claim tells."""
    about = claims[claims["about"] == About.EVENT]
    # Every event that the ledger speaks of has an entry, also where no claim about it carries a day: such
    # an event counts for what is known by now, never for what was known on a day.
    first: dict[str, int | None] = dict.fromkeys(about["subject"].astype(str))
    columns = (objects(about[name]) for name in ("subject", "reported", "date_basis"))
    for subject, reported, basis in zip(*columns, strict=True):
        heard = number_of(latest_day(reported, str(basis)))
        known = first[str(subject)]
        if heard is not None and (known is None or heard < known):
            first[str(subject)] = heard
    return first


_OF_EVENTS = (
    "event_id", "kind", "actors", "date_start", "date_end", "n_sources", "place_kind", "place_id", "pcode", "road_id",
    "from_m", "to_m",
)  # fmt: skip


def _from_events(events: pd.DataFrame, claims: pd.DataFrame, reader: _ClaimReader) -> Iterator[Evidence]:
    """Draw fights and attacks from the events that the ledger speaks of."""
    heard = _heard(claims)
    # Figures over several events, and events of which no claim speaks, are left out: the first would
    # count deeds twice, the second have no voice that anybody could ask.
    kinds = {*_FIGHTS, *_ATTACKS}
    rows = events[events["kind"].isin(kinds) & (events["record"] == Record.EVENT) & events["event_id"].isin(heard)]
    row: Any
    for row in rows[list(_OF_EVENTS)].itertuples(index=False):
        if reader.known_on is not None:
            day = heard[str(row.event_id)]
            if day is None or day > reader.known_on:
                continue
        actors = split_names(row.actors)
        sides = reader.sides.of_all(actors)
        start, until = number_of(row.date_start), number_of(row.date_end)
        if start is None or until is None:
            continue
        for subject in subjects_of(row):
            base = Evidence(
                subject=subject, claim=str(row.event_id), kind="attack", predicate=str(row.kind), actors=actors,
                sides=sides or (UNNAMED,), start=start, until=until, end=None, half_life=reader.model.attacked_days,
                voice=f"event {row.event_id}", named=True, party=Party.NO, via="event",
                words=str(row.kind).replace("_", " "), publishers=max(1, int(row.n_sources)),
            )  # fmt: skip
            if row.kind in _ATTACKS:
                yield base
            if row.kind in _FIGHTS:
                # A clash that names one side had another, of which nobody wrote: without it the hold of the one that
                # is named could not be put in doubt.
                both = sides if len(sides) > 1 else (*sides, OPPONENT)
                yield replace(base, kind="fight", sides=both, half_life=reader.model.clash_days)

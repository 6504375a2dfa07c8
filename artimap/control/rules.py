"""The rules of the reported status, in one table: the first that applies gives the status.

No rule says that a place is free of armed groups. Where nothing is said, it is unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from artimap.control.assessment import SERIOUS, Part, SubjectPicture, actors_of, attackers_of, backing, level
from artimap.control.evidence import Evidence
from artimap.core.vocab import Status


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and what it rests on.

    Attributes
    ----------
    status, rule
        The status and the name of the rule that gave it.
    actors
        Who holds it, is there, or disputes it.
    evidence
        What the rule rests on, newest first.
    support
        How well that is backed, from 0 to 1.
    confidence
        The same in words.
    parts
        For a stretch that takes its status from what lies on it.
    attackers
        Of what was attacked: whom the reports of it name.
    before
        Who was last known to hold it or be there, where the status gives it to nobody: an attack erases no memory.
    """

    status: Status
    rule: str
    actors: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    support: float
    confidence: str
    parts: tuple[Part, ...] = ()
    attackers: tuple[str, ...] = ()
    before: tuple[Evidence, ...] = ()


_GIVEN_TO_NOBODY = (Status.ATTACKED_RECENTLY, Status.PRESENCE, Status.CONTESTED, Status.LAST_KNOWN)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes
    ----------
    order
        Rules are tried in this order.
    name
        Stable name; the products translate it.
    status
        What it gives.
    applies
        The evidence it rests on; empty where it does not apply.
    words
        The rule in plain words.
    at_most
        The greatest confidence it can give.
    """

    order: int
    name: str
    status: Status
    applies: Callable[[SubjectPicture], tuple[Evidence, ...]]
    words: str
    at_most: str = "medium"

    @property
    def names_actors(self) -> bool:
        """Tell whether those named are said to hold the place, be there or dispute it."""
        return self.status is not Status.ATTACKED_RECENTLY


def _conflicting(seen: SubjectPicture) -> tuple[Evidence, ...]:
    quarrels = seen.quarrels()
    return (*quarrels, *seen.gone) if quarrels else ()


def _raid(seen: SubjectPicture) -> tuple[Evidence, ...]:
    return (*seen.raids, *seen.clashes, *seen.taken_at) if seen.raids else ()


def _clash(seen: SubjectPicture) -> tuple[Evidence, ...]:
    return (*seen.clashes, *seen.taken_at) if seen.clashes else ()


def _held_and_attacked(seen: SubjectPicture) -> tuple[Evidence, ...]:
    attacks = seen.assaults()
    return (*attacks, *seen.holds) if attacks else ()


def _independent(seen: SubjectPicture) -> tuple[Evidence, ...]:
    backers = seen.backers()
    return tuple(one for one in seen.holds if one.sides[0] in backers)


def _outsider(seen: SubjectPicture) -> tuple[Evidence, ...]:
    return seen.holds if any(one.outside for one in seen.holds) else ()


def _jointly(seen: SubjectPicture) -> tuple[Evidence, ...]:
    return (*seen.joint, *seen.present) if seen.joint else ()


def _nothing(_seen: SubjectPicture) -> tuple[Evidence, ...]:
    return ()


# The order is the method. Conflict comes before agreement, so that two sources for one side never
# hide a third for another; holding before presence; what is stale after all that is fresh; and last,
# nothing. Police in a station come after an attack, since their presence must not calm what was
# attacked.
RULES: tuple[Rule, ...] = (
    Rule(1, "conflicting_claims", Status.CONTESTED, _conflicting,
         "Two sides are said to hold it, or one is said to hold it and a party says that it has left."),
    Rule(2, "said_contested", Status.CONTESTED, attrgetter("disputes"), "Someone says that it is contested."),
    Rule(3, "raid_outcome_not_stated", Status.CONTESTED, _raid,
         "State forces raided a held place, and nobody outside the fight has said since who holds it: "
         "contested, not retaken."),
    Rule(4, "clash_at_held_place", Status.CONTESTED, _clash,
         "A clash at a held place, and nobody outside the fight has said since who holds it."),
    Rule(5, "held_and_attacked", Status.CONTESTED, _held_and_attacked,
         "One side is said to hold it; since then another has attacked it, or it is said to suffer from armed groups."),
    Rule(6, "two_independent_sources", Status.ASSESSED, _independent,
         "Two independent sources, neither of them a party, say who holds it or has its base there, "
         "inside the half-life. Reprints are one source.", at_most="high"),
    Rule(7, "not_confirmed", Status.CLAIMED, _outsider,
         "A source that is no party says it; no second independent one names the same group."),
    Rule(8, "party_alone", Status.CLAIMED, attrgetter("holds"),
         "Only a party to the conflict, or someone who may be one, says it."),
    Rule(9, "said_jointly", Status.PRESENCE, _jointly,
         "Several groups are said to hold it in one statement: that gives it to none of them, "
         "so presence of all is all that it says."),
    Rule(10, "presence_said", Status.PRESENCE, attrgetter("present"),
         "A group is said to be there, or to keep a post there; that it holds the place is not said."),
    Rule(11, "attacked_no_holder", Status.ATTACKED_RECENTLY, attrgetter("attacks"),
         "It was attacked, or is said to suffer from armed groups; no fresh statement gives it to anyone."),
    Rule(12, "state_forces_there", Status.PRESENCE, attrgetter("state"),
         "Police or mission are said to be there, in a station for example; who holds the place is not said."),
    Rule(13, "nobody_renewed", Status.LAST_KNOWN, attrgetter("old"),
         "What was said has faded, has ended, or was overtaken by a fight, and nobody has renewed it.",
         at_most="low"),
    Rule(14, "nothing_said", Status.UNKNOWN, _nothing,
         "Nothing usable is said. Unknown is not free of armed groups.", at_most="low"),
)  # fmt: skip
"""The rules, in the order in which they are tried."""

PART_OF_ANOTHER = Rule(
    21, "part_said_of_another", Status.CONTESTED, _nothing,
    "One side is said to hold the stretch, and a place or section on it is said to be held by another or contested.",
)  # fmt: skip
GRAVEST_PART = Rule(
    22, "gravest_part", Status.UNKNOWN, _nothing,
    "The gravest status said of a place, section or piece of road on the stretch. It says nothing of the rest of it.",
)  # fmt: skip
STRETCH_RULES: tuple[Rule, ...] = (PART_OF_ANOTHER, GRAVEST_PART)
"""Rules that only stretches have: they look at what lies on the road after everything else has its status."""

ALL_RULES: tuple[Rule, ...] = (*RULES, *STRETCH_RULES)


def rule_named(name: str) -> Rule:
    """Give the rule of that name; KeyError if there is none."""
    return {rule.name: rule for rule in ALL_RULES}[name]


def _support(rule: Rule, seen: SubjectPicture, evidence: tuple[Evidence, ...]) -> float:
    """Give how well a status is backed: a conflict as well as the weaker of its two best sides."""
    # A dispute needs two sides, and is as well backed as the weaker one: a rumour against ten reports is
    # a weak dispute.
    if rule.name == "conflicting_claims":
        by_side = sorted(
            (backing([one for one in evidence if side in one.sides], seen.day, seen.model) for side in seen.held_by()),
            reverse=True,
        )
        against = backing(seen.gone, seen.day, seen.model)
        second = max([*by_side[1:2], against])
        return min(by_side[0], second)
    if rule.name in ("raid_outcome_not_stated", "clash_at_held_place"):
        return backing((*seen.raids, *seen.clashes), seen.day, seen.model)
    if rule.name == "held_and_attacked":
        return min(backing(seen.assaults(), seen.day, seen.model), backing(seen.holds, seen.day, seen.model))
    # Nothing fresh stands behind what is last known, so it has no support, however good it once was.
    if rule.status is Status.LAST_KNOWN:
        return 0.0
    # Support is that of the best backed side: voices for different sides must not add up to confidence in
    # one.
    sides = {side for one in evidence for side in one.sides}
    return max(
        (backing([one for one in evidence if side in one.sides], seen.day, seen.model) for side in sides), default=0.0
    )


def decide(seen: SubjectPicture) -> Answer:
    """Give the status of a subject by the first rule that applies."""
    for rule in RULES:
        # A rule applies exactly where it names evidence. Only the last one, that nothing is said, applies
        # with none.
        evidence = rule.applies(seen)
        if not evidence and rule is not RULES[-1]:
            continue
        support = _support(rule, seen, evidence)
        named = [one for one in evidence if one.kind in ("hold", "presence", "contested")]
        if rule.name == "held_and_attacked":
            named += [one for one in evidence if one.kind == "attack" and len(one.sides) == 1]
        if rule.name == "nobody_renewed":
            named = list(seen.last_holders())
        actors = actors_of(named) if rule.names_actors else ()
        return Answer(
            status=rule.status,
            rule=rule.name,
            actors=actors,
            evidence=evidence,
            support=support,
            confidence=level(support, seen.model, at_most=rule.at_most),
            attackers=() if rule.names_actors else attackers_of(evidence, seen.sides),
            before=_before(rule.status, seen, actors),
        )
    raise AssertionError  # pragma: no cover - the last rule always applies


def _before(status: Status, seen: SubjectPicture, named: tuple[str, ...]) -> tuple[Evidence, ...]:
    """Give who was last known to hold a subject, where its status gives it to nobody and does not name them."""
    if status not in _GIVEN_TO_NOBODY or seen.holds:
        return ()
    rows = seen.last_holders()
    if status in (Status.ATTACKED_RECENTLY, Status.LAST_KNOWN):
        return rows
    # Beside presence or a dispute that is fresh, an older presence tells nothing; who held the place does.
    return tuple(one for one in rows if one.kind == "hold" and not set(named).issuperset(one.actors))


def of_stretch(own: Answer, seen: SubjectPicture, *, gather: bool) -> Answer:
    """Give the status of a stretch: its own, unless what lies on it speaks against it or more gravely.

    Parameters
    ----------
    own
        By what is said of the stretch itself.
    seen
        With its parts.
    gather
        Whether it takes the gravest status of its parts: named stretches do; a stretch
        that a claim names keeps what is said of it.
    """
    # Only a stretch that is given to one side can be contradicted by a place on it.
    held = seen.held_by() if own.status in (Status.ASSESSED, Status.CLAIMED) else ()
    said = (Status.ASSESSED, Status.CLAIMED, Status.CONTESTED)
    against = tuple(
        part
        for part in seen.parts
        if part.status in said
        and any(seen.sides.rivals(seen.sides.of(actor), side) for actor in part.actors for side in held)
    )
    if against:
        # The contradiction is as strong as its weaker end.
        support = min(own.support, max(part.support for part in against))
        return Answer(
            Status.CONTESTED, PART_OF_ANOTHER.name, _joined(own.actors, against), own.evidence, support,
            level(support, seen.model, at_most="medium"), against,
        )  # fmt: skip
    if not gather:
        return own
    # A part never makes a stretch calmer: the graver of its own status and the gravest part stands.
    gravest = max((SERIOUS.index(part.status) for part in seen.parts), default=0)
    if gravest <= SERIOUS.index(own.status):
        return own
    behind = tuple(part for part in seen.parts if SERIOUS.index(part.status) == gravest)
    support = max(part.support for part in behind)
    return Answer(
        SERIOUS[gravest], GRAVEST_PART.name, _joined((), behind), (), support,
        level(support, seen.model, at_most="medium"), behind,
        tuple(dict.fromkeys(name for part in behind for name in part.attackers)),
        # what was last known of the stretch and of what lies on it, attacked now or not
        (*own.before, *(one for part in seen.parts for one in part.before))
        if SERIOUS[gravest] in _GIVEN_TO_NOBODY else (),
    )  # fmt: skip


def _joined(actors: tuple[str, ...], parts: tuple[Part, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*actors, *(actor for part in parts for actor in part.actors))))

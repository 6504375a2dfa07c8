"""What is said of one subject on one day, sorted for the rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import prod

from artimap.control.evidence import OPPONENT, Evidence
from artimap.control.model import ControlModel
from artimap.control.parties import STATE, UNNAMED, Sides
from artimap.core.precision import DIGITS
from artimap.core.vocab import EventKind, Status

SERIOUS = (
    Status.UNKNOWN, Status.LAST_KNOWN, Status.ATTACKED_RECENTLY, Status.PRESENCE, Status.CLAIMED, Status.ASSESSED,
    Status.CONTESTED,
)  # fmt: skip
"""Statuses in the order in which a part speaks for the stretch it lies on."""


@dataclass(frozen=True, slots=True)
class Part:
    """A place, section or piece of road that lies on a stretch, with its own status."""

    subject: str
    name: str
    status: Status
    actors: tuple[str, ...]
    from_m: float
    to_m: float
    claims: tuple[str, ...]
    last: int | None
    support: float
    attackers: tuple[str, ...] = ()
    before: tuple[Evidence, ...] = ()

    @property
    def km(self) -> str:
        """Give the kilometres of the road that it covers."""
        start = f"km {self.from_m / 1000:.1f}"
        return start if self.from_m == self.to_m else f"{start}–{self.to_m / 1000:.1f}"


@dataclass(frozen=True, slots=True)
class SubjectPicture:
    """What is said of one subject on one day.

    Attributes
    ----------
    day
        The day, as a day number.
    holds
        Fresh holds by one side, which no later fight has put in doubt.
    old
        Holds and presence that faded, ended, or were overtaken by a fight that nobody settled.
    joint
        Fresh holds that name several sides at once.
    present
        Fresh presence of armed groups.
    state
        Fresh presence of state forces, in a station say.
    disputes
        Fresh claims that it is contested.
    attacks
        Fresh attacks, by claim or event.
    raids, clashes
        Fresh police operations and clashes at a held place whose outcome no outsider has stated since.
    taken_at
        The holds that those fights put in doubt.
    gone
        Fresh statements by a party that a side which is said to hold it has left.
    parts
        For a stretch: what lies on it.
    """

    day: int
    model: ControlModel
    sides: Sides
    holds: tuple[Evidence, ...]
    old: tuple[Evidence, ...]
    joint: tuple[Evidence, ...]
    present: tuple[Evidence, ...]
    state: tuple[Evidence, ...]
    disputes: tuple[Evidence, ...]
    attacks: tuple[Evidence, ...]
    raids: tuple[Evidence, ...]
    clashes: tuple[Evidence, ...]
    taken_at: tuple[Evidence, ...]
    gone: tuple[Evidence, ...]
    parts: tuple[Part, ...] = ()

    def held_by(self) -> tuple[str, ...]:
        """Give the sides that are said to hold it."""
        return tuple(dict.fromkeys(side for one in self.holds for side in one.sides))

    def last_holders(self) -> tuple[Evidence, ...]:
        """Give what was last said of who held it or was there, and has faded, ended, or been put in doubt.

        Of these the ones that had not ended, and of them the newest: otherwise a group that left years ago would be
        named beside the one that came after it.
        """
        rows = [one for one in self.old if one.end is None or one.end >= self.day] or self.old
        newest = max((one.confirmed(self.day) for one in rows), default=0)
        return tuple(one for one in rows if one.confirmed(self.day) >= newest - self.model.attacked_days)

    def quarrels(self) -> tuple[Evidence, ...]:
        """Give the fresh holds that contradict one another or a party's word that the holder has left."""
        against = [
            one
            for one in self.holds
            if any(self.sides.rivals(one.sides[0], other.sides[0]) for other in self.holds)
            or any(one.sides[0] in left.sides for left in self.gone)
        ]
        return tuple(against)

    def assaults(self) -> tuple[Evidence, ...]:
        """Give the attacks on a holder by another side since it held, unless an outsider named the holder since."""
        return tuple(
            attack
            for attack in self.attacks
            if any(
                attack.until >= one.start
                and not _settled(self.holds, attack.until, self.day)
                and self._against(attack, one.sides[0])
                for one in self.holds
            )
        )

    def _against(self, attack: Evidence, holder: str) -> bool:
        """Tell whether an attack is on a holder: one that a group is named in itself is its own."""
        rivals = [self.sides.rivals(side, holder) for side in attack.sides]
        return any(rivals) if holder == STATE else all(rivals)

    def backers(self) -> dict[str, tuple[Evidence, ...]]:
        """Give the fresh holds by side that count toward *assessed*: own, named, and by no party."""
        found: dict[str, list[Evidence]] = {}
        for one in self.holds:
            if one.outside and one.named and one.via == "own" and one.sides[0] != UNNAMED:
                found.setdefault(one.sides[0], []).append(one)
        return {side: tuple(rows) for side, rows in found.items() if len({one.voice for one in rows}) > 1}


def _settled(holds: Iterable[Evidence], fight: int, day: int) -> bool:
    """Tell whether an outsider has said after a fight who holds the place."""
    return any(one.outside and fight < one.until <= day for one in holds)


def _cut(rows: Sequence[Evidence], day: int) -> list[Evidence]:
    """End what is said of a side at the day on which an outsider says that it left."""
    left = [one for one in rows if one.kind == "left" and one.outside and one.start <= day]
    # A side leaves once: a hold that is said again after the leaving is a new hold and is not cut. Only
    # an outsider's word ends a hold; a party that says that its enemy has left is set against the hold
    # instead (``gone``).
    out = []
    for one in rows:
        ends = [
            away.start - 1
            for away in left
            if one.kind in ("hold", "presence") and set(one.sides) & set(away.sides) and one.until < away.start
        ]
        # The earliest end wins. The last day of a hold is the day before the leaving, since both ends of an
        # interval count.
        end = min([*ends, *([] if one.end is None else [one.end])], default=None)
        out.append(one if end == one.end else replace(one, end=end))
    return out


# A fight doubts a hold that was fresh when it was fought. One that had faded by then is old already,
# and calling it contested would make a new dispute of a stale claim. A fight said of the whole
# section doubts only what is said of the whole section, never a hold that somebody stated of the town
# itself.
def _doubts(fight: Evidence, holds: Sequence[Evidence], sides: Sides) -> list[Evidence]:
    """Give the holds that a fight puts in doubt: fresh then, by another side, and not said again after it."""
    return [
        one
        for one in holds
        if one.start <= fight.until
        and one.until <= fight.until
        and (one.end is None or one.end >= fight.start)
        and one.age(fight.start) <= one.half_life
        and any(side == OPPONENT or sides.rivals(side, one.sides[0]) for side in fight.sides)
        and (one.via == "unit") == (fight.via == "unit")
    ]


def picture(
    evidence: Sequence[Evidence], day: int, *, model: ControlModel, sides: Sides, parts: tuple[Part, ...] = ()
) -> SubjectPicture:
    """Sort what is said of a subject for a day."""
    # What begins after the day is dropped before anything else, so that no later step can look into the
    # future.
    rows = _cut([one for one in evidence if one.start <= day], day)
    holds = [one for one in rows if one.kind == "hold" and not one.joint]
    doubted: dict[Evidence, list[Evidence]] = {}
    open_fights = []
    for fight in rows:
        if fight.kind != "fight":
            continue
        # An outsider who names any holder after the fight settles it, whoever won. The fight still doubts the
        # older holds, but no longer leaves the place contested.
        since = any(one.outside and fight.until < one.until <= day for one in holds)
        hit = _doubts(fight, holds, sides)
        for one in hit:
            doubted.setdefault(one, []).append(fight)
        if hit and not since and fight.fresh(day):
            open_fights.append(fight)
    # A police operation is a raid only where somebody other than the state was said to hold the place: at
    # a place of the state's own it is a clash.
    raids = [
        fight
        for fight in open_fights
        if fight.predicate == EventKind.POLICE_OPERATION
        and any(fight in fights and one.sides != (STATE,) for one, fights in doubted.items())
    ]
    fresh = [one for one in holds if one.fresh(day) and one not in doubted]
    taken = tuple(one for one, fights in doubted.items() if any(fight in open_fights for fight in fights))
    # Beyond ``last_known_half_lives`` a claim is not even last known: shown for years, it would look like
    # knowledge.
    gone_by = [one for one in rows if day - _last(one, day) <= model.last_known(one.half_life)]
    # Past holds and past presence stay apart from what is fresh: a hold is in at most one of ``holds``,
    # ``joint`` and ``old``.
    old = [
        one
        for one in gone_by
        if (one.kind == "hold" and one not in fresh and not (one.joint and one.fresh(day)))
        or (one.kind == "presence" and not one.fresh(day))
    ]
    there = [one for one in rows if one.kind == "presence" and one.fresh(day)]
    episodes = [one for one in rows if one.kind in ("contested", "attack")]
    held = {side for one in (*fresh, *taken) for side in one.sides}
    return SubjectPicture(
        day=day, model=model, sides=sides,
        holds=tuple(fresh),
        old=tuple(old),
        joint=tuple(one for one in rows if one.kind == "hold" and one.joint and one.fresh(day)),
        present=tuple(one for one in there if one.sides != (STATE,)),
        state=tuple(one for one in there if one.sides == (STATE,)),
        disputes=tuple(one for one in episodes if one.kind == "contested" and one.fresh(day)),
        attacks=tuple(
            one
            for one in episodes
            # A dispute that is no longer fresh still counts as an attack for as long as attacks do: it was no
            # quiet place.
            if one.age(day) <= model.attacked_days and (one.kind == "attack" or not one.fresh(day))
        ),
        raids=tuple(raids),
        clashes=tuple(one for one in open_fights if one not in raids),
        taken_at=taken,
        gone=tuple(
            one for one in rows
            if one.kind == "left" and not one.outside and one.fresh(day) and set(one.sides) & held
            and not _settled(fresh, one.start, day)
        ),
        parts=parts,
    )  # fmt: skip


def _last(one: Evidence, day: int) -> int:
    """Give the last day on which it is said to have held."""
    last = one.confirmed(day)
    return last if one.end is None else min(last, one.end) if one.end >= one.start else one.start


def weight(one: Evidence, day: int, model: ControlModel) -> float:
    """Give what one voice adds to the support on a day: halved with each half-life, less for a party."""
    if not one.on(day):
        return 0.0
    # A statement that names several sides gives the hold to none of them, so it backs each no more than
    # presence does. The same goes for what is only said of the section around a place.
    base = model.presence_weight if one.kind == "presence" or one.joint else model.voice_weight
    if one.via == "unit":
        base = model.presence_weight
    party = 1.0 if one.outside and one.named else model.party_weight
    return float(base * party * 0.5 ** (one.age(day) / one.half_life))


def backing(evidence: Iterable[Evidence], day: int, model: ControlModel) -> float:
    """Give how well something is backed, from 0 to 1, by independent voices.

    A voice counts once, by its best statement; voices join as chances do, 1 − Π(1 − w).
    An outlet that is not named may be one of the others: it counts only where it is the best there is.
    """
    named: dict[str, float] = {}
    nameless = 0.0
    for one in evidence:
        each = weight(one, day, model)
        # An event may rest on several publishers; each counts as a voice of its own.
        each = 1.0 - (1.0 - each) ** one.publishers
        # An outlet that nobody names could be one of those that are: adding it would count one source twice.
        if one.named or one.kind in ("attack", "fight"):
            named[one.voice] = max(named.get(one.voice, 0.0), each)
        else:
            nameless = max(nameless, each)
    # rounded here, where all support comes from: it is held against levels and put in order
    return round(max(1.0 - prod(1.0 - each for each in named.values()), nameless), DIGITS)


def level(support: float, model: ControlModel, *, at_most: str = "high") -> str:
    """Give the confidence in words."""
    if support >= model.high and at_most == "high":
        return "high"
    return "medium" if support >= model.medium and at_most != "low" else "low"


def attackers_of(rows: Iterable[Evidence], sides: Sides) -> tuple[str, ...]:
    """Give whom reports of attacks name, the newest first; nobody where they name none.

    A report names those who took part, not who struck whom. Residents and state forces are named beside those
    who attacked them, so they are given only where no other side is; of a clash the state alone is no attacker.
    """
    named: dict[str, None] = {}
    for one in rows:
        others = [actor for actor in one.actors if sides.of(actor) not in {STATE, *sides.bystanders}]
        clash = one.predicate == EventKind.ARMED_CLASH
        named |= dict.fromkeys(others or ([] if clash else one.actors))
    return tuple(named)


def actors_of(rows: Iterable[Evidence]) -> tuple[str, ...]:
    """Give the actors that evidence names, the newest first."""
    return tuple(dict.fromkeys(actor for one in rows for actor in one.actors))

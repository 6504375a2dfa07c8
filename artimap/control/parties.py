"""Who is on whose side: names that sources use for one group are no rivals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from artimap.areas import embedded
from artimap.areas.area import Area
from artimap.core import vocab
from artimap.core.schema import split_names
from artimap.core.vocab import ActorKind

STATE = "state forces"
UNNAMED = vocab.UNNAMED

_STATE = (ActorKind.STATE_FORCE, ActorKind.MISSION)
_BYSTANDERS = (ActorKind.CIVILIANS, ActorKind.OTHER)


@dataclass(frozen=True, slots=True)
class Sides:
    """The sides of an area's actors.

    Police and mission are one side. An actor that no table knows is a side of its own.
    Two names that may mean the same or an overlapping group (``may_be``, ``parent`` in
    ACTORS) are kept apart, as the sources put them, but are never called rivals.
    """

    by_name: Mapping[str, str]
    akin: frozenset[frozenset[str]]
    bystanders: frozenset[str] = field(default=frozenset())

    def of(self, actor: str) -> str:
        """Give the side of an actor."""
        return self.by_name.get(actor.casefold(), actor)

    def of_all(self, actors: Iterable[str]) -> tuple[str, ...]:
        """Give the sides of several actors, each once; residents and civic bodies are none."""
        return tuple(dict.fromkeys(side for side in map(self.of, actors) if side not in self.bystanders))

    def rivals(self, one: str, other: str) -> bool:
        """Tell whether two sides cannot be one: an unnamed group may be any group, but not the state."""
        if one == other or frozenset((one, other)) in self.akin:
            return False
        return UNNAMED not in (one, other) or STATE in (one, other)


def read_sides(area: Area) -> Sides:
    """Read the sides of an area from its ACTORS."""
    table = embedded.read_table(area.name, "actors")
    by_name: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for row in table.itertuples(index=False):
        name, kind = str(row.name), str(row.kind)
        # Police and mission fight on one side; all unnamed groups are one word, which may be any of the
        # groups.
        side = STATE if kind in _STATE else UNNAMED if kind == ActorKind.UNKNOWN else name
        kinds[side] = kind
        # Words are folded before they are compared, and the first row that claims a word keeps it.
        for word in (name, *split_names(row.aliases)):
            by_name.setdefault(word.casefold(), side)
    # Both directions at once: a pair is a set. Kin are not merged, only never set against one another.
    akin = {
        frozenset((str(row.name), other))
        for row in table.itertuples(index=False)
        for other in (*split_names(row.parent), *split_names(row.may_be))
    }
    bystanders = frozenset(side for side, kind in kinds.items() if kind in _BYSTANDERS)
    return Sides(by_name, frozenset(akin), bystanders)

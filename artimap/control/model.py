"""How claims age and what they weigh: every number of the reported status in one place."""

from __future__ import annotations

from dataclasses import dataclass, fields

from artimap.core.metadata import JsonModel
from artimap.core.vocab import Predicate


@dataclass(frozen=True, slots=True)
class ControlModel(JsonModel):
    """How claims age, and what they weigh.

    A claim speaks for the present (is *fresh*) for one half-life of its predicate after
    the day it was last said. It is *last known* up to ``last_known_half_lives`` of them,
    and says nothing after that.

    Attributes
    ----------
    base_days
        Half-life of "has its base here": bases move seldom.
    controls_days
        Half-life of "controls".
    presence_days
        Half-life of "is present".
    toll_days
        Half-life of a post on the road, which speaks for the presence of who keeps it.
    contested_days
        Half-life of "is contested".
    attacked_days
        Half-life of "was attacked" and "is affected", and of attacks among the events.
    clash_days
        How long a clash or raid at a held place leaves it contested when nobody says afterwards who holds it.
    last_known_half_lives
        Half-lives after which a claim is no longer worth showing as last known.
    held_before_days
        A hold that is said to have ended on a day, with no day on which it began, is
        taken to have held this long before.
    voice_weight
        What one fresh voice that is no party adds to the support, from 0 to 1.
    presence_weight
        The same for a claim of presence only.
    party_weight
        Factor for a voice that is, or may be, a party.
    high, medium
        Least support for high and for medium confidence.

    Examples
    --------
    >>> import artimap as am
    >>> am.ControlModel(controls_days=90).base_days
    365
    """

    base_days: int = 365
    controls_days: int = 180
    presence_days: int = 120
    toll_days: int = 90
    contested_days: int = 90
    attacked_days: int = 90
    clash_days: int = 180
    last_known_half_lives: float = 3.0
    held_before_days: int = 30
    voice_weight: float = 0.6
    presence_weight: float = 0.3
    party_weight: float = 0.5
    high: float = 0.8
    medium: float = 0.5

    def __post_init__(self) -> None:
        # All that is wrong is told at once. A number of days must be whole: days are counted as ordinals, and
        # the days on which a status may turn are made by adding these numbers.
        wrong = [
            f"{one.name} is {getattr(self, one.name)!r}: give a whole number of days above 0"
            for one in fields(self)
            if one.name.endswith("_days")
            and not (isinstance(getattr(self, one.name), int) and getattr(self, one.name) > 0)
        ]
        if not self.last_known_half_lives > 1.0:
            wrong.append(f"last_known_half_lives is {self.last_known_half_lives!r}: it must be above 1")
        wrong += [
            f"{name} is {getattr(self, name)!r}: it must lie between 0 and 1"
            for name in ("voice_weight", "presence_weight", "party_weight")
            if not 0.0 < getattr(self, name) < 1.0
        ]
        if not 0.0 < self.medium < self.high < 1.0:
            wrong.append("the levels must rise: 0 < medium < high < 1")
        self._refuse(wrong)

    def half_life(self, predicate: str) -> int:
        """Give the half-life of a predicate in days.

        >>> ControlModel().half_life("base"), ControlModel().half_life("toll")
        (365, 90)

        Examples
        --------
        >>> import artimap as am
        >>> am.ControlModel().half_life("controls")
        180
        """
        # What is not listed is an attack or an effect of one, and fades as fast as any: the careful choice
        # for a new word.
        return {
            Predicate.BASE: self.base_days,
            Predicate.CONTROLS: self.controls_days,
            Predicate.WITHDREW: self.controls_days,
            Predicate.PRESENCE: self.presence_days,
            Predicate.TOLL: self.toll_days,
            Predicate.FEE: self.toll_days,
            Predicate.CONTESTED: self.contested_days,
        }.get(Predicate(predicate), self.attacked_days)

    def last_known(self, half_life: int) -> int:
        """Give the days after which what has this half-life is not even last known.

        Examples
        --------
        >>> import artimap as am
        >>> am.ControlModel().last_known(180)
        540
        """
        return int(self.last_known_half_lives * half_life)

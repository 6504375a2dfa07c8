"""All that the model of contestation assumes, as one object that validates itself.

The model is a hidden Markov model over months, after Anders (2020, "Territorial control in civil wars: theory
and measurement using machine learning", Journal of Peace Research 57(6)), with other states and signals: gangs,
tolls and self-defence groups in place of rebels and governments. Where a number here comes from is told in
``docs/contestation.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from artimap.control.contestation.calibration import Calibration
from artimap.core.metadata import JsonModel

KINDS = ("none", "held", "rivals", "raided", "state")
"""Kinds of hidden state: no armed group; one group; two groups contest; a group and state forces contest; state."""

PER_GROUP = ("attack", "hold", "fight", "raid")
"""Signals that name a group: it harms people, it holds (toll, post, presence), fights a group, meets state forces."""

COMMON = ("unnamed_attack", "unnamed_hold", "unnamed_fight", "state", "civil")
"""Signals that name no group: the first three by an unnamed group, deeds of state forces, and all other reports."""


@dataclass(frozen=True, slots=True)
class Rates(JsonModel):
    """Reports per unit and 30 days by signal and state.

    Signals of a group have four rates: where the group takes no part (``away``), holds
    alone, contests with another group, contests with state forces. Signals that name no
    group have five, in the order of :data:`KINDS`. Only their ratios matter where
    ``ContestationModel.level`` is left to the data.
    """

    attack: tuple[float, ...] = (0.0186, 0.298, 0.245, 0.238)
    hold: tuple[float, ...] = (0.00296, 0.393, 0.0582, 0.0471)
    fight: tuple[float, ...] = (0.0017, 0.0248, 0.499, 0.0328)
    raid: tuple[float, ...] = (0.00121, 0.0295, 0.0233, 0.932)
    unnamed_attack: tuple[float, ...] = (0.0384, 0.157, 0.21, 0.161, 0.0439)
    unnamed_hold: tuple[float, ...] = (0.00568, 0.122, 0.0278, 0.0245, 0.00753)
    unnamed_fight: tuple[float, ...] = (0.00354, 0.0322, 0.264, 0.236, 0.0262)
    state: tuple[float, ...] = (0.0334, 0.0168, 0.0272, 0.111, 0.393)
    civil: tuple[float, ...] = (0.732, 0.124, 0.127, 0.114, 0.36)

    def breaches(self, quiet_factor: float) -> list[str]:
        """List what is wrong with these rates."""
        found = []
        for name, length in [*((name, 4) for name in PER_GROUP), *((name, 5) for name in COMMON)]:
            values = getattr(self, name)
            if len(values) != length or not all(0 < one < 100 for one in values):
                found.append(f"rates.{name}: {length} rates between 0 and 100")
            elif name in PER_GROUP and values[0] > quiet_factor * min(values[1:]) * (1 + 1e-9):
                found.append(
                    f"rates.{name}: the first must not exceed quiet_factor times the least of the others, "
                    "or a report of a group could speak against it"
                )
        return found


_MOVES = (
    (0.0, 0.649, 0.163, 0.129, 0.059),
    (0.206, 0.073, 0.268, 0.425, 0.028),
    (0.245, 0.658, 0.0, 0.072, 0.025),
    (0.215, 0.468, 0.075, 0.0, 0.242),
    (0.503, 0.164, 0.04, 0.293, 0.0),
)

_PRIOR_RATES = Rates(
    attack=(0.011, 0.30, 0.30, 0.22),
    hold=(0.004, 0.20, 0.08, 0.06),
    fight=(0.004, 0.05, 0.45, 0.06),
    raid=(0.004, 0.06, 0.06, 0.45),
    unnamed_attack=(0.03, 0.15, 0.20, 0.18, 0.04),
    unnamed_hold=(0.005, 0.08, 0.04, 0.03, 0.005),
    unnamed_fight=(0.005, 0.05, 0.20, 0.20, 0.03),
    state=(0.03, 0.02, 0.03, 0.12, 0.20),
    civil=(0.25, 0.12, 0.12, 0.12, 0.25),
)

_PRIOR_MOVES = (
    (0.00, 0.65, 0.05, 0.10, 0.20),
    (0.30, 0.10, 0.30, 0.25, 0.05),
    (0.10, 0.70, 0.05, 0.10, 0.05),
    (0.10, 0.60, 0.05, 0.00, 0.25),
    (0.50, 0.25, 0.05, 0.20, 0.00),
)


# Learnt together with the default numbers below, by how much is reported; with other numbers it would
# correct an error that is not there.
_CALIBRATION = Calibration(
    levels=(0.3, 1.0, 3.0),
    state=((-0.178, 1.005, 0.796), (-0.382, 0.995, 0.922), (-0.156, 1.065, 0.934)),
    none=((-0.074, 0.744, 1.003), (-0.294, 0.691, 0.968), (-0.141, 0.65, 0.906)),
    contested=((-0.112, 0.809, 0.523, -0.07), (0.001, 0.853, 0.668, -0.052), (0.124, 0.92, 0.738, -0.045)),
    split=(1.351, 1.231, 1.052),
)


@dataclass(frozen=True, slots=True)
class ContestationModel(JsonModel):
    """How states last, change, and show in reports.

    Attributes
    ----------
    period_days
        Length of a period.
    none_half_life_days, held_half_life_days, rivals_half_life_days, raided_half_life_days, state_half_life_days
        After so many days half of the units that were in such a state have left it.
    moves
        Where a unit goes when it leaves a state: a row a kind of state, shares over
        :data:`KINDS`. Within a kind the share is divided over the states that can follow
        (a group that holds can come to contest, but not two others).
    rates
        Reports per unit and 30 days.
    level
        Factor on all rates: how much is reported at all. Left out, it is estimated from
        the number of reports, so that zeros weigh little where little is reported.
    dispersion
        Size of the negative binomial: the smaller, the burstier the counts.
    saturation
        A count n of one signal in one unit and period weighs as c·log(1 + n/c).
    usual_repeats
        Reports for each deed (of one kind, in one unit, within three days) up to which all evidence counts in
        full. Where deeds are told r times, it counts as (usual_repeats / r) cubed: many reports of little
        are not much.
    imprecision_power
        An event of which the share s may lie in a unit and period counts there as s to this power: at 1,
        six vague events weigh in each of six units as much as one sure event.
    quiet_factor
        Share of reports that still come through while a unit is quiet (no reporters, no network,
        fear). Quiet is a hidden state of its own: nothing heard is not nothing happening.
    quiet_half_life_days
        How long quiet lasts.
    goes_quiet, goes_quiet_on_arrival
        Probability per 30 days of falling quiet; in the period when a group arrives.
    sharing
        Weight of the neighbours' state on moves, 0 for none.
    calibration
        How the probabilities are corrected at the end; none for those of the model itself. The default
        belongs to the default numbers: give None, or your own, where you change those much.
    max_groups
        So many groups get states of their own in a unit (those most named there and around);
        the others share one.
    min_evidence, memory_half_life_days, min_probability
        A unit has too little evidence where fewer than so many reports surely speak of it (a report
        of which the share s may lie there counts s squared; halved every so many days before or
        after), or where no state reaches this probability.
    point_m, place_m, reach_m
        How far from its point an event may lie, where the event does not say; units that are
        lines or points gather events up to ``reach_m`` away.

    Examples
    --------
    >>> import artimap as am
    >>> am.ContestationModel(period_days=14).period_days
    14
    """

    period_days: int = 30
    none_half_life_days: float = 587.0
    held_half_life_days: float = 295.0
    rivals_half_life_days: float = 61.9
    raided_half_life_days: float = 34.3
    state_half_life_days: float = 174.0
    moves: tuple[tuple[float, ...], ...] = _MOVES
    rates: Rates = field(default_factory=Rates)
    level: float | None = None
    dispersion: float = 1.04
    saturation: float = 1.21
    usual_repeats: float = 1.8
    imprecision_power: float = 1.5
    quiet_factor: float = 0.0989
    quiet_half_life_days: float = 37.3
    goes_quiet: float = 0.0445
    goes_quiet_on_arrival: float = 0.348
    sharing: float = 0.0
    calibration: Calibration | None = _CALIBRATION
    max_groups: int = 5
    min_evidence: float = 1.0
    memory_half_life_days: float = 90.0
    min_probability: float = 0.5
    point_m: float = 500.0
    place_m: float = 2_000.0
    reach_m: float = 5_000.0

    def __post_init__(self) -> None:
        wrong = [
            f"{one.name} must be above 0"
            for one in fields(self)
            if (one.name.endswith(("_days", "_m")) or one.name in ("dispersion", "saturation", "min_evidence"))
            and not getattr(self, one.name) > 0
        ]
        wrong += [
            f"{name} must lie between 0 and 1"
            for name in ("quiet_factor", "goes_quiet", "goes_quiet_on_arrival", "min_probability")
            if not 0 < getattr(self, name) < 1
        ]
        if self.level is not None and not self.level > 0:
            wrong.append("level must be above 0")
        if not 0 <= self.sharing < 1:
            wrong.append("sharing must be at least 0 and below 1")
        if not self.usual_repeats >= 1:
            wrong.append("usual_repeats must be at least 1")
        if not 1 <= self.imprecision_power <= 3:
            wrong.append("imprecision_power must lie between 1 and 3")
        if self.max_groups < 2:
            wrong.append("max_groups must be at least 2")
        # Rows share out those that leave a state. One that does not add up to 1 is a slip that later scaling
        # would hide.
        if len(self.moves) != len(KINDS) or any(
            len(row) != len(KINDS) or min(row) < 0 or abs(sum(row) - 1) > 1e-6 for row in self.moves
        ):
            wrong.append(f"moves: {len(KINDS)} rows of {len(KINDS)} shares, each row adding up to 1")
        wrong += self.rates.breaches(self.quiet_factor)
        self._refuse(wrong)

    @classmethod
    def prior(cls) -> ContestationModel:
        """Give the model with the numbers it started from, before it was tuned on made-up worlds.

        Examples
        --------
        >>> import artimap as am
        >>> am.ContestationModel.prior().period_days
        30
        """
        return cls(
            none_half_life_days=600.0,
            held_half_life_days=480.0,
            rivals_half_life_days=75.0,
            raided_half_life_days=60.0,
            state_half_life_days=240.0,
            moves=_PRIOR_MOVES,
            rates=_PRIOR_RATES,
            dispersion=0.8,
            saturation=4.0,
            imprecision_power=1.2,
            quiet_factor=0.1,
            quiet_half_life_days=90.0,
            goes_quiet=0.05,
            goes_quiet_on_arrival=0.30,
            calibration=None,
        )

    def stays(self) -> tuple[float, ...]:
        """Give the probability of staying over one period, in the order of :data:`KINDS`.

        Examples
        --------
        >>> import artimap as am
        >>> all(0 < one < 1 for one in am.ContestationModel().stays())
        True
        """
        # A half-life says how long half of the units stay; over one period the rest stays with this
        # probability.
        lives = (
            self.none_half_life_days,
            self.held_half_life_days,
            self.rivals_half_life_days,
            self.raided_half_life_days,
            self.state_half_life_days,
        )
        return tuple(0.5 ** (self.period_days / life) for life in lives)

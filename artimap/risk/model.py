"""Every parameter of the corridor risk, and which events count."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pandas as pd

from artimap.core import schema
from artimap.core.metadata import JsonModel
from artimap.core.reasons import code_of
from artimap.core.vocab import EventKind, Record, WhyNot
from artimap.risk.posterior import Decay, Prior
from artimap.roads.event_spread import Reach

ROAD_KINDS = frozenset(
    {
        EventKind.ATTACK_ON_CIVILIANS,
        EventKind.ARMED_CLASH,
        EventKind.ABDUCTION,
        EventKind.ROAD_AMBUSH,
        EventKind.EXTORTION_OR_TOLL,
        EventKind.ARSON,
        EventKind.ROAD_CLOSURE,
        EventKind.POLICE_OPERATION,
    }
)
"""Kinds that endanger people on the road: no protests, deployments or displacement."""


@dataclass(frozen=True, slots=True)
class RiskModel(JsonModel):
    """Every parameter of the corridor risk. Each product prints them all.

    Attributes
    ----------
    half_life_days
        Age at which an event counts half.
    window_days
        Events older than this do not count at all.
    trend_days
        Length of the two windows that the trend compares: the last, and the one before.
    kinds
        Kinds of event that endanger road users.
    reach
        Radii and shares of spreading (:class:`artimap.roads.event_spread.Reach`).
    prior_rate
        Prior mean in events per km and month. Null integrates mean and shape of the prior
        given the counts of all pieces, and puts vague events where the rates say that they
        probably were. Where it is given, each piece is estimated from the events that
        touch it alone, and a vague event is shared out by length: then one more event
        never lowers a rate.
    prior_shape
        Shape of the prior where ``prior_rate`` is given; not looked at otherwise.
    seed
        Seed of the draws.
    quiet_after_days
        A piece whose newest report of any kind is older than this is silent.
    band_rates
        Lower edges of the rate classes 2 to 5, in events per km and month.
    """

    half_life_days: float = 90.0
    window_days: int = 730
    trend_days: int = 90
    kinds: frozenset[EventKind] = ROAD_KINDS
    reach: Reach = field(default_factory=Reach)
    prior_rate: float | None = None
    prior_shape: float = 0.5
    seed: int = 0
    quiet_after_days: int = 180
    band_rates: tuple[float, float, float, float] = (0.01, 0.03, 0.1, 0.3)

    def __post_init__(self) -> None:
        wrong = []
        if self.half_life_days <= 0:
            wrong.append("half_life_days must be greater than 0")
        if self.window_days <= 0:
            wrong.append("window_days must be greater than 0")
        if not 0 < 2 * self.trend_days <= max(self.window_days, 1):
            wrong.append("trend_days must be greater than 0, and window_days hold two such windows")
        if self.prior_shape <= 0:
            wrong.append("prior_shape must be greater than 0")
        if self.prior_rate is not None and self.prior_rate <= 0:
            wrong.append("prior_rate must be greater than 0, or None")
        if self.seed < 0:
            wrong.append("seed must be 0 or greater")
        if not self.kinds:
            wrong.append("kinds must name one kind of event at least")
        if list(self.band_rates) != sorted(self.band_rates) or min(self.band_rates) <= 0:
            wrong.append("band_rates must rise from above 0")
        self._refuse(wrong)

    @property
    def fading(self) -> Decay:
        """How events fade."""
        return Decay(self.half_life_days, self.window_days, self.trend_days)

    @property
    def decay(self) -> tuple[float, float]:
        """Discounted days of the window, and ``Σw²/Σw`` of a steady stream over it."""
        return self.fading.days, self.fading.correction

    @property
    def prior(self) -> Prior | None:
        """The fixed prior; null where it is integrated."""
        return None if self.prior_rate is None else Prior(self.prior_rate, self.prior_shape)


def why_not_counted(events: pd.DataFrame, *, as_of: dt.date, model: RiskModel) -> pd.Series:
    """Give, for each event, the code of why it does not count on a day; null where it does.

    Place is not looked at here: that is :meth:`~artimap.roads.corridor.Corridor.spread`.
    """
    day = pd.Timestamp(as_of)
    reasons = pd.Series([None] * len(events), index=events.index, dtype=object)
    oldest = day - pd.Timedelta(days=model.window_days)
    # A later reason writes over an earlier one: an event of the future is that first of all, whatever its
    # kind.
    for mask, why in (
        (~events["kind"].isin([kind.value for kind in model.kinds]), code_of(WhyNot.KIND)),
        (events["record"] == Record.AGGREGATE, code_of(WhyNot.AGGREGATE)),
        (events["date_end"].fillna(events["date_start"]) < oldest, code_of(WhyNot.OLD, model.window_days)),
        (events["date_start"] > day, code_of(WhyNot.FUTURE)),
    ):
        reasons = reasons.mask(mask.to_numpy(dtype=bool), why)
    return reasons.astype(schema.TEXT)

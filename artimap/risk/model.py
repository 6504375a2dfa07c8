"""Every parameter of the corridor risk, and which events count."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from artimap.core import schema
from artimap.core.arrays import Floats
from artimap.core.metadata import JsonModel
from artimap.core.reasons import code_of
from artimap.core.vocab import EventKind, Record, WhyNot
from artimap.risk.counts import Fixed, Prior
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
class ReportedShare(JsonModel):
    """What part of the incidents is reported at all: a Beta prior with its source.

    It is a share of all incidents, those of times and places at which nobody reports among them. A rate is of the
    time in which somebody does, so that part of what is missing is in it already.

    Attributes
    ----------
    found, missing
        Parameters of the Beta: incidents of a fuller list that the reports hold, and that they lack.
    source
        Where the figures come from; printed beside everything that rests on them.

    Examples
    --------
    >>> import artimap as am
    >>> am.ReportedShare(found=40.0, missing=60.0, source="a comparison of one's own").found
    40.0
    """

    found: float
    missing: float
    source: str

    def __post_init__(self) -> None:
        wrong = []
        if not (self.found > 0 and self.missing > 0):
            wrong.append("found and missing must be greater than 0")
        if not self.source.strip():
            wrong.append("source must say where the share comes from")
        self._refuse(wrong)

    @property
    def mean(self) -> float:
        """Expected share."""
        return self.found / (self.found + self.missing)

    def times(self, watched: float, *, draws: int, seed: int) -> Floats:
        """Draw how many incidents there are for each that a rate of observed time holds; one at least.

        Parameters
        ----------
        watched
            Part of the incidents that fell into observed time, by the rates.
        draws, seed
            How many, and their seed.

        Examples
        --------
        >>> import artimap as am
        >>> share = am.ReportedShare(found=40.0, missing=60.0, source="a comparison of one's own")
        >>> bool((share.times(1.0, draws=100, seed=1) >= 1).all())
        True
        """
        share = np.random.default_rng([seed, 1]).beta(self.found, self.missing, size=draws)
        return np.asarray(np.maximum(watched / share, 1.0))


EMBEDDED_SHARE = ReportedShare(
    found=46.0,
    missing=69.0,
    source=(
        "of the 115 violent events on RN1 in Artibonite, 2024 and 2025, that ACLED's export of 9 February 2026 holds, "
        "the embedded reports hold about 46 (compared in counts)"
    ),
)
"""What part of the incidents the embedded reports hold: the prior of a study that counts them and no others."""
SHARE_AREA = "artibonite"
"""The area on whose own road that was counted."""


@dataclass(frozen=True, slots=True)
class RiskModel(JsonModel):
    """Every parameter of the corridor risk. Each product prints them all.

    Attributes
    ----------
    half_life_days
        Observed time in which what is known of a rate fades by half. Null weighs several by how well
        each foretells every month from those before.
    dispersion
        Variance of monthly counts by their mean: incidents come in raids and are told twice. Null
        integrates it.
    observation
        ``estimated``: only the time in which somebody reports counts. ``whole``: every day of the window
        was watched, as in a log that is kept each day.
    window_days
        Events older than this before the last report do not count at all.
    trend_days
        Length of the two windows that the trend compares: the last, and the one before.
    kinds
        Kinds of event that endanger road users.
    reach
        Radii and shares of spreading (:class:`artimap.roads.event_spread.Reach`).
    town_share, town_reach_m
        Part of the reports that name a place which mean the road around it, half way to the next: that part is
        spread so far. Reports whose stated radius is as wide already are left as they are.
    prior_rate
        Prior mean in events per km and month. Null integrates mean and shape of the prior
        given the counts of all pieces, and puts vague events where the rates say that they
        probably were. Where it is given, each piece is estimated from the events that
        touch it alone, and a vague event is shared out by length: then one more event
        never lowers a rate.
    prior_shape
        Shape of the prior for ten kilometres where ``prior_rate`` is given; not looked at otherwise.
    seed
        Seed of the draws.
    quiet_after_days
        A piece whose newest report of any kind is older than this is silent: its rate is not known.
    reported_share
        What part of the incidents is reported, where somebody knows; null where nobody does.
    band_rates
        Lower edges of the rate classes 2 to 5, in events per km and month.

    Examples
    --------
    >>> import artimap as am
    >>> am.RiskModel(window_days=365).trend_days
    90
    """

    half_life_days: float | None = None
    dispersion: float | None = None
    observation: Literal["estimated", "whole"] = "estimated"
    window_days: int = 730
    trend_days: int = 90
    kinds: frozenset[EventKind] = ROAD_KINDS
    reach: Reach = field(default_factory=Reach)
    town_share: float = 0.75
    town_reach_m: float = 7_500.0
    prior_rate: float | None = None
    prior_shape: float = 0.5
    seed: int = 0
    quiet_after_days: int = 180
    reported_share: ReportedShare | None = None
    band_rates: tuple[float, float, float, float] = (0.01, 0.03, 0.1, 0.3)

    def __post_init__(self) -> None:
        wrong = []
        if self.half_life_days is not None and self.half_life_days <= 0:
            wrong.append("half_life_days must be greater than 0, or None")
        if self.dispersion is not None and self.dispersion < 1:
            wrong.append("dispersion must be 1 or greater, or None")
        if self.observation not in {"estimated", "whole"}:
            wrong.append("observation must be 'estimated' or 'whole'")
        if self.window_days <= 0:
            wrong.append("window_days must be greater than 0")
        if not 0 < 2 * self.trend_days <= max(self.window_days, 1):
            wrong.append("trend_days must be greater than 0, and window_days hold two such windows")
        if not 0 <= self.town_share <= 1:
            wrong.append("town_share must lie between 0 and 1")
        if self.town_reach_m <= 0:
            wrong.append("town_reach_m must be greater than 0")
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
    def fixed(self) -> Fixed:
        """What is stated and not integrated."""
        return Fixed(self.half_life_days, self.dispersion, self.prior)

    @property
    def prior(self) -> Prior | None:
        """The fixed prior; null where it is integrated."""
        return None if self.prior_rate is None else Prior(self.prior_rate, self.prior_shape)


def why_not_counted(
    events: pd.DataFrame, *, as_of: dt.date, model: RiskModel, last_report: dt.date | None = None
) -> pd.Series:
    """Give, for each event, the code of why it does not count on a day; null where it does.

    The window ends on the day of the last report, or on the day of the answer where that is not given: while
    nobody reports, nothing that is known drops out of it.

    Place is not looked at here: that is :meth:`~artimap.roads.corridor.Corridor.spread`.
    """
    day = pd.Timestamp(as_of)
    reasons = np.full(len(events), None, dtype=object)
    oldest = pd.Timestamp(last_report or as_of) - pd.Timedelta(days=model.window_days)
    # A later reason writes over an earlier one: an event of the future is that first of all, whatever its
    # kind.
    for mask, why in (
        (~events["kind"].isin([kind.value for kind in model.kinds]), code_of(WhyNot.KIND)),
        (events["record"] == Record.AGGREGATE, code_of(WhyNot.AGGREGATE)),
        (events["date_end"].fillna(events["date_start"]) < oldest, code_of(WhyNot.OLD, model.window_days)),
        (events["date_start"] > day, code_of(WhyNot.FUTURE)),
    ):
        reasons[mask.to_numpy(dtype=bool)] = why
    return pd.Series(reasons, index=events.index, dtype=schema.TEXT)

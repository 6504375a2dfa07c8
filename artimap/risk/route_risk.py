"""What a whole way meets that runs over several roads: the incidents of all its pieces, drawn together."""

from __future__ import annotations

from dataclasses import dataclass

from artimap.core.metadata import JsonModel


@dataclass(frozen=True, slots=True)
class RouteRisk(JsonModel):
    """The reported incidents on a way, for a month of thirty days and a half; null where most of it is silent.

    Attributes
    ----------
    expected, lo80, hi80, lo95, hi95
        Reported incidents a month on the whole way: mean, and the ends of its intervals.
    chance, chance_lo80, chance_hi80
        Probability of at least one on a given day.
    silent_m
        Metres of the way of which nobody has reported for long, or ever.
    newest_report
        Day of the newest report about the way, as YYYY-MM-DD; null where there is none.
    """

    expected: float | None
    lo80: float | None
    hi80: float | None
    lo95: float | None
    hi95: float | None
    chance: float | None
    chance_lo80: float | None
    chance_hi80: float | None
    silent_m: float
    newest_report: str | None

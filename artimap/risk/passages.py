"""How often a way was gone and what came of it: the movements of one's own as denominator.

Incidents that others report are of everybody's traffic, which nobody counts: divided by one's own movements they would
be no rate of anything. So only what happened on one's own movements is counted against them, and reports of others
do not come in.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy import special

from artimap.core import schema
from artimap.core.arrays import Floats
from artimap.core.dates import day_of
from artimap.core.errors import ModelError
from artimap.core.metadata import JsonModel
from artimap.core.precision import significant
from artimap.core.tables import MOVEMENTS
from artimap.core.vocab import Outcome
from artimap.roads.routing.spans import RoadSpan
from artimap.roads.routing.ways import ways_of

_WHOLE = 0.95
"""A movement over this part of a way has gone it whole: ends of ways are towns, not spots."""
_LEAST_M = 500.0
"""A movement that shares less than this with a way only crosses it."""
_MOSTLY = 0.5
"""A way of which less than this part was gone at all has no rate: most of it would be guessed from the rest."""
_HARDLY = 0.1
"""Movements over less than this part of a way say nothing of its traffic."""
_STEP = 0.02
"""Parts of a way are counted in such steps."""
_NODES = 12
_ENDS = {"lo80": 0.1, "hi80": 0.9, "lo95": 0.025, "hi95": 0.975}


@dataclass(frozen=True, slots=True)
class PassageModel(JsonModel):
    """Every parameter of a rate per passage.

    Attributes
    ----------
    reported
        What part of the incidents on one's own movements is reported: a Beta, 12 and 2 by default (mean 0.86; 95 %
        between 0.64 and 0.98). One's own people report nearly all. It is stated, not counted: change it where you know.
    logged
        What part of the movements on which nothing happened is written down, where all others are: a Beta, 9 and 1
        by default (mean 0.9).
    prior
        Beta prior of the probability of an incident on one passage of the whole way: that of Jeffreys.
    window_days
        Movements older than this do not count.

    Examples
    --------
    >>> import artimap as am
    >>> am.PassageModel(window_days=365).window_days
    365
    """

    reported: tuple[float, float] = (12.0, 2.0)
    logged: tuple[float, float] = (9.0, 1.0)
    prior: tuple[float, float] = (0.5, 0.5)
    window_days: int = 730

    def __post_init__(self) -> None:
        wrong = [f"{name} must be two numbers greater than 0" for name in ("reported", "logged")
                 if not min(getattr(self, name)) > 0]  # fmt: skip
        if not min(self.prior) >= _LEAST_PRIOR:
            wrong.append(f"prior must be two numbers of {_LEAST_PRIOR} or more")
        if self.window_days <= 0:
            wrong.append("window_days must be greater than 0")
        self._refuse(wrong)


_LEAST_PRIOR = 0.3


@dataclass(frozen=True, slots=True)
class PassageRate(JsonModel):
    """The probability of an incident on one passage of the whole way, those that go unreported included.

    Attributes
    ----------
    chance
        Its mean.
    lo80, hi80, lo95, hi95
        The ends of its intervals. The lower ones are 0 where no incident is reported: nothing rules out less.
    """

    chance: float
    lo80: float
    hi80: float
    lo95: float
    hi95: float


@dataclass(frozen=True, slots=True)
class Passages(JsonModel):
    """Who went a way, and how it ended. It speaks of the movements that are known, of nobody else's.

    Attributes
    ----------
    as_of
        Day of the answer, as YYYY-MM-DD.
    length_m, covered_m
        Length of the way, and how much of it any movement has gone at all.
    passages
        Movements over the way or a part of it; ``passed``, ``turned_back`` and ``incidents`` add up to it.
    partly
        How many of them went only a part of the way.
    beyond
        How many of ``incidents`` may have happened beyond the way, since the movement went further.
    ways
        The same as whole ways: what was gone in metres by ``length_m``. One that turned back counts half.
    since, newest
        First and last day of these movements; ``newest`` is null where an audience may not know it.
    vehicles
        How many by kind of vehicle, the most first, where that is said.
    rate
        Null where nobody went, or most of the way was never gone.
    short
        Of ``passed``, ``turned_back`` and ``incidents``, how many went less than half of the way: they were on it, and
        are no passages of it.

    Examples
    --------
    >>> import artimap as am
    >>> import pandas as pd
    >>> import tempfile
    >>> trucks = {"date": "2024-09-03", "from": "Saint-Marc", "to": "Gonaïves", "outcome": ["passed", "turned_back"]}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pd.DataFrame(trucks).to_csv(f"{folder}/convoys.csv", index=False)
    ...     table = am.read_movements(f"{folder}/convoys.csv", area=am.area("artibonite"))
    >>> found = am.passages_on(table, [am.RoadSpan("rn1", 94_800, 150_000)], as_of="2024-10-15")
    >>> found.passed, found.turned_back, found.incidents
    (1, 1, 0)
    """

    as_of: str
    length_m: float
    covered_m: float
    passages: int
    passed: int
    turned_back: int
    incidents: int
    partly: int
    beyond: int
    ways: float
    since: str | None
    newest: str | None
    vehicles: tuple[tuple[str, int], ...]
    rate: PassageRate | None
    short: tuple[int, int, int] = (0, 0, 0)

    @property
    def mostly(self) -> tuple[int, int, int]:
        """How many that went half of the way or more passed, turned back, and met an incident."""
        ended = (self.passed, self.turned_back, self.incidents)
        passed, back, struck = (all_ - short for all_, short in zip(ended, self.short, strict=True))
        return passed, back, struck

    @property
    def hardly(self) -> bool:
        """Whether so little of the way was gone, and nothing met, that its traffic is as good as unknown."""
        return not any(self.mostly) and not self.incidents and self.covered_m < _HARDLY * self.length_m


def passages_on(
    movements: gpd.GeoDataFrame,
    spans: Sequence[RoadSpan],
    *,
    as_of: str | dt.date,
    model: PassageModel | None = None,
) -> Passages:
    """Count who went a way, and estimate the rate of incidents per passage.

    Parameters
    ----------
    movements
        MOVEMENTS, a row a passage: vehicles that go together are one. They are for internal use;
        :meth:`artimap.Study.passages` counts for others.
    spans
        The way, as pieces of roads.
    as_of
        The day of the answer.
    model
        All parameters.

    Returns
    -------
    Passages
        Numbers, days, and the rate (:func:`passage_rate`). Of a way of which movements went parts, a part counts as
        much as it is of the way by length. An incident on a movement that went further counts as much as the way is
        of that movement.

    Raises
    ------
    DateError, SchemaError
        For a bad day, or a table that is none of movements.

    Examples
    --------
    >>> import artimap as am
    >>> import pandas as pd
    >>> import tempfile
    >>> trucks = {"date": "2024-09-03", "from": "Saint-Marc", "to": "Gonaïves", "outcome": ["passed"] * 9}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pd.DataFrame(trucks).to_csv(f"{folder}/convoys.csv", index=False)
    ...     table = am.read_movements(f"{folder}/convoys.csv", area=am.area("artibonite"))
    >>> am.passages_on(table, [am.RoadSpan("rn1", 94_800, 150_000)], as_of="2024-10-15").passed
    9
    """
    model, day = model or PassageModel(), day_of(as_of)
    known = schema.conform(movements, MOVEMENTS)
    last, first = pd.Timestamp(day), pd.Timestamp(day) - pd.Timedelta(days=model.window_days)
    rows = known[((known["date"] <= last) & (known["date"] > first)).to_numpy(dtype=bool)]
    length = sum(one.length_m for one in spans)
    done: dict[tuple[RoadSpan, ...], float] = {}
    gone: list[RoadSpan] = []
    parts, shares = np.zeros(len(rows)), np.ones(len(rows))
    for at, way in enumerate(ways_of(rows)):
        if way not in done:
            done[way] = _shared_m(spans, way)
        shared, whole = done[way], sum(one.length_m for one in way)
        if shared > 0 and (shared >= _LEAST_M or shared >= _MOSTLY * min(length, whole)):
            parts[at], shares[at] = (1.0 if one >= _WHOLE else one for one in (shared / length, shared / whole))
            gone += way
    on = parts > 0
    rows, parts, shares = rows[on], parts[on], shares[on]
    ended = rows["outcome"].to_numpy(dtype=object)
    struck, back = ended == Outcome.INCIDENT.value, ended == Outcome.TURNED_BACK.value
    # Where a movement turned back is not said: half of its way, on average.
    parts_gone = np.where(back, parts / 2, parts)
    covered = _shared_m(spans, gone)
    less = parts < _MOSTLY
    hit = np.where(struck, shares, 0.0)
    vehicles = Counter(rows["vehicle"].dropna().astype(str))
    return Passages(
        as_of=day.isoformat(),
        length_m=float(significant(length)),
        covered_m=float(significant(covered)),
        passages=len(rows),
        passed=int((~struck & ~back).sum()),
        turned_back=int(back.sum()),
        incidents=int(struck.sum()),
        partly=int((parts < _WHOLE).sum()),
        beyond=int((struck & (shares < _WHOLE)).sum()),
        ways=float(significant(parts_gone.sum())),
        since=rows["date"].min().date().isoformat() if len(rows) else None,
        newest=rows["date"].max().date().isoformat() if len(rows) else None,
        vehicles=tuple(sorted(vehicles.items(), key=lambda one: (-one[1], one[0]))),
        rate=_rate(parts_gone, hit, model) if len(rows) and covered >= _MOSTLY * length else None,
        short=(int((less & ~struck & ~back).sum()), int((less & back).sum()), int((less & struck).sum())),
    )


def passage_rate(quiet: int, incidents: int, *, model: PassageModel | None = None) -> PassageRate:
    """Estimate the probability of an incident on one passage, from passages of the whole way.

    Parameters
    ----------
    quiet, incidents
        Passages without and with a reported incident.
    model
        All parameters.

    Returns
    -------
    PassageRate
        Mean and equal-tailed intervals of the posterior. Each passage meets an incident with one probability,
        whatever the day; of the incidents a part is reported, of the passages without a report a part is written
        down, and both parts are integrated over their priors by quadrature: no draws. Where incidents come in
        clusters, the intervals are too narrow (``python -m benchmarks passages``).

    Raises
    ------
    ModelError
        For numbers below zero.

    Examples
    --------
    >>> import artimap as am
    >>> rate = am.passage_rate(38, 2)
    >>> round(rate.lo80, 3), round(rate.chance, 3), round(rate.hi80, 3)
    (0.021, 0.066, 0.122)
    >>> am.passage_rate(14, 0).lo95
    0.0
    """
    if min(quiet, incidents) < 0:
        msg = f"there are no {quiet} passages and {incidents} incidents: give numbers of 0 or more"
        raise ModelError(msg)
    counts = np.repeat([0.0, 1.0], [quiet, incidents])
    return _rate(np.ones(len(counts)), counts, model or PassageModel())


def _rate(parts: Floats, hit: Floats, model: PassageModel) -> PassageRate:
    """Give the posterior on a grid; ``hit`` is how much of an incident each movement counts."""
    logit = np.linspace(-30.0, 20.0, 2001)
    chance = special.expit(logit)
    # the Beta prior, as a density of the logit
    logs = model.prior[0] * np.log(chance) + model.prior[1] * special.log_expit(-logit)
    steps = np.maximum(np.rint(parts / _STEP), 1) * _STEP
    middles = (np.arange(_NODES) + 0.5) / _NODES
    reported = special.betaincinv(*model.reported, middles)[None, :, None]
    logged = special.betaincinv(*model.logged, middles)[None, None, :]
    likelihood = np.zeros((len(chance), _NODES, _NODES))
    for part in np.unique(steps):
        here = steps == part
        struck = float(hit[here].sum())
        quiet = float(here.sum()) - struck
        seen = reported * -np.expm1(part * special.log_expit(-logit))[:, None, None]
        likelihood += special.xlogy(struck, seen) + special.xlogy(quiet, (1 - seen) * logged)
        likelihood -= (struck + quiet) * np.log(seen + (1 - seen) * logged)
    whole = logs + special.logsumexp(likelihood, axis=(1, 2))
    weight = np.exp(whole - whole.max())
    below = np.concatenate([[0.0], np.cumsum((weight[1:] + weight[:-1]) / 2)])
    ends = special.expit(np.interp(np.array(list(_ENDS.values())) * below[-1], below, logit))
    found = {name: float(significant(value)) for name, value in zip(_ENDS, ends, strict=True)}
    if not hit.any():
        found |= {"lo80": 0.0, "lo95": 0.0}
    return PassageRate(chance=float(significant(float(np.average(chance, weights=weight)))), **found)


def _shared_m(spans: Iterable[RoadSpan], way: Iterable[RoadSpan]) -> float:
    """Give how many metres of some pieces of road lie on others, each metre of these once."""
    total = 0.0
    others = list(way)
    for span in spans:
        pieces = sorted(
            (max(one.low_m, span.low_m), min(one.high_m, span.high_m)) for one in others if one.road_id == span.road_id
        )
        reached = span.low_m
        for low, high in pieces:
            total += max(0.0, high - max(low, reached))
            reached = max(reached, high)
    return total

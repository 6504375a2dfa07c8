"""The simpler ways, asked in the same words and answering with the same table."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from artimap.areas.area import Area
from artimap.control.contestation.calibration import Calibration, calibrated
from artimap.control.contestation.counts import SignalCounts
from artimap.control.contestation.estimate import Beliefs, prepare, table_of
from artimap.control.contestation.model import ContestationModel
from artimap.core.errors import ModelError
from benchmarks.contestation_study.baselines import METHODS, RULES, Method, by_logit, by_rule

Floats = NDArray[np.float64]

FITTED = Path(__file__).with_name("fitted.json")
"""What was fitted on made-up worlds by ``benchmarks/contestation_tune``: frequencies of the rules, weights of the
logit, and for each the calibration, learnt on the same worlds as the model's."""


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What a method learnt, and how its probabilities are corrected (none where they are not)."""

    numbers: Floats
    calibration: Calibration | None


@cache
def fitted() -> dict[str, Fitted]:
    """Give what was fitted, by method."""
    table: dict[str, dict[str, Any]] = json.loads(FITTED.read_text(encoding="utf-8"))
    return {
        name: Fitted(np.array(one["numbers"]), Calibration(**_tuples(one["calibration"])))
        for name, one in table.items()
    }


def _tuples(lists: dict[str, list[Any]]) -> dict[str, Any]:
    return {name: tuple(tuple(one) if isinstance(one, list) else one for one in rows) for name, rows in lists.items()}


def by_method(method: Method, evidence: SignalCounts, centres: Floats, learnt: dict[str, Fitted]) -> Floats:
    """Give units × periods × (none, each group, contested, state) by a baseline with what it learnt."""
    numbers, calibration = learnt[method].numbers, learnt[method].calibration
    for rule in RULES:
        if rule == method:
            chance = by_rule(rule, evidence, centres, numbers)
            break
    else:
        chance = by_logit(evidence, centres, numbers)
    return chance if calibration is None else calibrated(chance, mean_reports(evidence), calibration)


def mean_reports(evidence: SignalCounts) -> float:
    """Give the reports per unit and period."""
    return float(evidence.reports().mean()) if evidence.n_units else 0.0


def baseline_contestation(
    units: Area | gpd.GeoDataFrame,
    events: gpd.GeoDataFrame,
    *,
    method: Method,
    actors: pd.DataFrame | None = None,
    start: str | dt.date | None = None,
    stop: str | dt.date | None = None,
    model: ContestationModel | None = None,
) -> pd.DataFrame:
    """Answer as :func:`estimate_contestation` does, by a simpler way: what the model has to beat.

    Parameters
    ----------
    units, events, actors, start, stop
        As there.
    method
        ``nearest_event`` in space and time; ``kernel_majority``; ``last_event`` (the Voronoi
        cell of each unit's last report); ``persistence`` of the unit's own last report;
        ``kernel_logit``, a multinomial logit on kernel features. Probabilities are
        calibrated on made-up worlds.
    model
        Periods, reaches, and how much evidence is enough; the rest is not used.

    Returns
    -------
    DataFrame
        ESTIMATES, without ``stability`` and ``p_quiet``.

    Raises
    ------
    ModelError
        If there is no such method.
    """
    if method not in METHODS:
        msg = f"no method {method!r}; there is: {', '.join(METHODS)}"
        raise ModelError(msg)
    model = model or ContestationModel()
    ready = prepare(units, events, actors, start, stop, model)
    chance = by_method(method, ready.evidence, ready.sites.centres(), fitted())
    held = chance[:, :, 1:-2]
    unknown = np.full(chance.shape[:2], np.nan)
    found = Beliefs(chance[:, :, 0], held, chance[:, :, -2], chance[:, :, -1], held, unknown)
    table = table_of(ready, found, model)
    table.attrs["method"] = method
    return table

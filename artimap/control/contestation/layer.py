"""The estimated layer as zones, to be drawn apart from what is reported."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd

from artimap.areas.area import Area, read_units
from artimap.control.contestation.places import sites_of
from artimap.core import schema
from artimap.core.dates import day_of
from artimap.core.errors import DateError
from artimap.core.tables import ZONES
from artimap.core.vocab import Estimate, Status

LAYER = "estimated"

# An estimate is never drawn as control or as safety: one group is a presence at most, no armed group
# is unknown.
_KINDS = {
    Estimate.NO_ARMED_GROUP: Status.UNKNOWN,
    Estimate.ONE_GROUP: Status.PRESENCE,
    Estimate.CONTESTED: Status.CONTESTED,
    Estimate.STATE_FORCES: Status.PRESENCE,
    Estimate.INSUFFICIENT: Status.UNKNOWN,
}
_SHARES = ("p_none", "p_one_group", "p_contested", "p_state", "reports", "evidence")
_RULE = "estimated from events by a hidden Markov model; nobody said so"


def estimated_zones(
    units: Area | gpd.GeoDataFrame, estimates: pd.DataFrame, *, as_of: str | dt.date | None = None
) -> gpd.GeoDataFrame:
    """Give the estimates of one period as zones of their own layer.

    Estimates look back and ahead: for what could be known on a day, estimate with that day
    as ``stop`` and give it here.

    Parameters
    ----------
    units
        The units that were estimated: the same table, or the area.
    estimates
        ESTIMATES, as :func:`estimate_contestation` gives them.
    as_of
        A day of the period; the last period where left out.

    Returns
    -------
    GeoDataFrame
        ZONES with layer ``estimated``, one a unit, in the units' system, with ``estimate``,
        ``probability``, ``entropy_bits``, ``stability``, ``p_none``, ``p_one_group``, ``p_contested``, ``p_state``,
        ``reports``, ``evidence``, and the reason where nothing can be said: in ``rule``, and as a code in
        ``why_code``. ``kind`` is at most ``presence`` or ``contested``; where the model finds no armed group or
        has too little evidence it is ``unknown``: never a zone that looks safe.

    Raises
    ------
    DateError
        If no period holds the day.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> table = am.estimate_contestation(art, am.read_events(art), stop="2024-10-15", stability=False)
    >>> len(am.estimated_zones(art, table, as_of="2024-10-15")) > 0
    True
    """
    if isinstance(units, Area):
        units = read_units(units, "adm3")
    sites = sites_of(units)
    day = pd.Timestamp(day_of(as_of)) if as_of is not None else estimates["valid_to"].max()
    here = estimates[(estimates["valid_from"] <= day) & (estimates["valid_to"] >= day)]
    # A day outside all periods is an error, not an empty layer: an empty map would look calm.
    if not len(here) and len(estimates):
        first, last = estimates["valid_from"].min().date(), estimates["valid_to"].max().date()
        msg = f"no period holds {day.date()}: the estimates reach from {first} to {last}"
        raise DateError(msg)
    shape = pd.Series(sites.geometry, index=list(sites.key))
    here = here[here["unit"].isin(shape.index)].reset_index(drop=True)
    state = here["estimate"] == Estimate.STATE_FORCES
    table = pd.DataFrame(
        {
            "zone_id": LAYER + ":" + here["unit"],
            "name": here["name"],
            "kind": here["estimate"].map({word.value: kind.value for word, kind in _KINDS.items()}),
            "layer": LAYER,
            "actors": here["actors"].mask(state, "state forces"),
            "valid_from": here["valid_from"],
            "valid_to": here["valid_to"],
            "last_confirmed": _last_report(estimates, here),
            # Where nothing can be said the reason stands in place of the rule, so that no card claims a model
            # where there was none.
            "rule": here["why_not"].where(here["why_not"].notna(), _RULE),
            "why_code": here.get("why_code"),
            "estimate": here["estimate"],
            "probability": here["probability"],
            "entropy_bits": here["entropy_bits"],
            "stability": here["stability"],
            **{name: here[name] for name in _SHARES},
        }
    )
    geometry = gpd.GeoSeries(shape.reindex(here["unit"]).to_numpy(), crs=sites.crs)
    zones: gpd.GeoDataFrame = schema.conform(gpd.GeoDataFrame(table, geometry=geometry), ZONES)
    zones.attrs.update(estimates.attrs)
    return zones


def _last_report(estimates: pd.DataFrame, here: pd.DataFrame) -> pd.Series:
    """Give the last day of the newest period, up to this one, in which a unit had a report of some weight."""
    day = here["valid_to"].max()
    # Half a report at least: the thin tail of a vague event spread over a commune confirms nothing of one
    # section.
    told = estimates[(estimates["reports"] >= 0.5) & (estimates["valid_to"] <= day)]
    last = told.groupby("unit")["valid_to"].max()
    return pd.Series(last.reindex(here["unit"]).to_numpy(), index=np.arange(len(here)))

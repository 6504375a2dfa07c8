"""The rates of a road where others counted reports that may be one's own: with all of them, and as high as without."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np

from artimap.core import schema
from artimap.core.tables import RISK
from artimap.risk.trips import TripRisk

_LOW = ("lo50", "lo80", "lo95", "last_lo80", "happened_lo80")
_HIGH = ("hi50", "hi80", "hi95", "last_hi80", "happened_hi80")


def widest(most: gpd.GeoDataFrame, least: gpd.GeoDataFrame, alone: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Join the estimates that count all of others' reports, only those that are surely others, and none.

    Each piece has the row with the highest rate: one more report may shift what is thought of the whole road, and no
    piece shall look calmer for it. Its lower ends are the least that any of the three gives, its upper ends the most.

    Parameters
    ----------
    most, least, alone
        RISK of the same pieces and day.

    Returns
    -------
    GeoDataFrame
        RISK, with the ``attrs`` of ``most``; its trips are joined in the same way.
    """
    every = (most, least, alone)
    rates = np.array([one["rate"].fillna(one["last_rate"]).fillna(-1.0).to_numpy(dtype=float) for one in every])
    best = rates.argmax(axis=0)
    columns = {
        name: np.array([every[which][name].iloc[at] for at, which in enumerate(best)], dtype=object)
        for name in most.columns
        if name != "geometry"
    }
    for names, extreme in ((_LOW, np.fmin), (_HIGH, np.fmax)):
        for name in names:
            columns[name] = extreme.reduce([one[name].to_numpy(dtype=float) for one in every])
    table = gpd.GeoDataFrame(columns, geometry=most.geometry.to_numpy(), crs=most.crs)
    out: gpd.GeoDataFrame = schema.conform(table[list(most.columns)], RISK, crs=most.crs, unique=False)
    out.attrs = dict(most.attrs)
    trips = zip(*(one.attrs["trips"] for one in every), strict=True)
    out.attrs["trips"] = [widest_trip([TripRisk.from_dict(part) for part in parts]).to_dict() for parts in trips]
    return out


def widest_trip(parts: Sequence[TripRisk]) -> TripRisk:
    """Join what several estimates say of one trip: the highest mean, the widest ends."""
    values = [part.to_dict() for part in parts]

    def chosen(name: str) -> Any:
        given = [one[name] for one in values if one[name] is not None]
        extreme: Callable[[list[Any]], Any] = min if "lo80" in name or "lo95" in name else max
        return extreme(given) if given else None

    return TripRisk.from_dict({
        name: chosen(name) if name in _FIGURES or name.endswith(("lo80", "hi80", "lo95", "hi95")) else value
        for name, value in values[0].items()
    })  # fmt: skip


_FIGURES = frozenset({"expected", "chance", "happened", "last_expected"})

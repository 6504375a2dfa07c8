"""Zones that stood before the day of the map: what its page shows when the slider goes back.

They are drawn and told as those of the day of the map are. Where a zone changed, each state is a zone of
its own with its own days; the page holds the earlier ones packed, and opens them when they are asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from artimap.errors import ModelError
from artimap.maps.details import Detail
from artimap.maps.facts import zones_along
from artimap.maps.layers import Feature, Layer
from artimap.maps.thematic import Drawn

if TYPE_CHECKING:
    from artimap.corridor import Corridor

LAYER = "zones_reported"


@dataclass(frozen=True, slots=True)
class EarlierZones:
    """Zones that no longer stood on the day of the map, in one language.

    Attributes
    ----------
    features, details
        What is drawn, and what opens.
    order
        Keys of these and of the zones of the day of the map, from the lowest to the highest.
    road
        Where all of them lie along the road, as in :class:`artimap.maps.facts.Roadside`.
    """

    features: tuple[Feature, ...]
    details: tuple[Detail, ...]
    order: tuple[str, ...]
    road: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """ZONES of the day of the map and of earlier days together, the ids of the earlier ones, and all along the road."""

    zones: gpd.GeoDataFrame
    ids: frozenset[str]
    road: tuple[tuple[str, float, float], ...] = ()


def with_earlier(
    zones: gpd.GeoDataFrame,
    over_time: gpd.GeoDataFrame,
    *,
    since: dt.date,
    as_of: dt.date,
    corridor: Corridor | None = None,
) -> Past:
    """Put the zones that stood earlier beside those of the day of the map.

    Parameters
    ----------
    zones
        ZONES of the day of the map.
    over_time
        ZONES as :func:`artimap.control_zones_over_time` gives them.
    since, as_of
        First day shown, and day of the map.
    corridor
        The road of the map.

    Returns
    -------
    Past
        Both, those of the day of the map beginning where the others end.

    Raises
    ------
    ModelError
        If the zones of the day of the map are not those in ``over_time``.
    """
    first, day = pd.Timestamp(since), pd.Timestamp(as_of)
    ended = over_time["valid_to"].notna() & (over_time["valid_to"] < day)
    now = over_time[~ended & ~(over_time["valid_from"] > day)]
    strange = sorted(set(zones["zone_id"]) ^ set(now["zone_id"]))
    if strange:
        msg = (
            f"zones_over_time: {strange[0]} is not in both tables on {as_of}: give "
            f"control_zones_over_time(…, since='{since}', until='{as_of}') of the same claims and events"
        )
        raise ModelError(msg)
    begun = zones["zone_id"].map(dict(zip(now["zone_id"], now["valid_from"], strict=True)))
    earlier = over_time[ended & (over_time["valid_to"] >= first)]
    both = pd.concat([zones.assign(valid_from=begun.astype(zones["valid_from"].dtype)), earlier], ignore_index=True)
    table = gpd.GeoDataFrame(both, geometry="geometry", crs=zones.crs)
    road = () if corridor is None else zones_along(corridor, table)
    return Past(table, frozenset(earlier["zone_id"]), road)


def parted(drawn: Drawn, past: Past) -> tuple[Drawn, EarlierZones]:
    """Part what is drawn of both into that of the day of the map, and the earlier zones."""
    keys = {f"zone:{one}" for one in past.ids}
    layers: list[Layer] = []
    gone: tuple[Feature, ...] = ()
    order: tuple[str, ...] = ()
    for layer in drawn.layers:
        if layer.name == LAYER:
            order = tuple(feature.key for feature in layer.features)
            gone = tuple(feature for feature in layer.features if feature.key in keys)
            layer = replace(layer, features=tuple(one for one in layer.features if one.key not in keys))  # noqa: PLW2901
        layers.append(layer)
    told = tuple(detail for detail in drawn.details if detail.key in keys)
    left = tuple(detail for detail in drawn.details if detail.key not in keys)
    return replace(drawn, layers=tuple(layers), details=left), EarlierZones(gone, told, order, past.road)


def all_days(layers: Sequence[Layer], earlier: EarlierZones | None) -> tuple[Layer, ...]:
    """Give the layers with the zones of all days in them, for a legend that explains every day."""
    more = () if earlier is None else earlier.features
    return tuple(
        replace(layer, features=(*layer.features, *more)) if layer.name == LAYER else layer for layer in layers
    )

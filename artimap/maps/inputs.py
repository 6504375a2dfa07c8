"""What the layers of a map are made from: the tables as the reader may see them, and what the caller asked for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd

from artimap.core.vocab import Audience
from artimap.maps.cards import VisibleClaims
from artimap.maps.events import Sorted
from artimap.maps.fact_tables import Roadside, Sheet
from artimap.maps.thematic_layers import Drawn
from artimap.maps.tiles import Tiles
from artimap.maps.timeline import StatesOverTime, TableOverTime
from artimap.maps.user_layer import ReadyLayer
from artimap.sharing.view import VisibleTables

if TYPE_CHECKING:
    from artimap.areas.area import Area
    from artimap.areas.road_network import AreaRoads
    from artimap.roads.corridor import Corridor


@dataclass(frozen=True, slots=True)
class PageOptions:
    """What the caller asked for, beside the tables."""

    since: dt.date
    as_of: dt.date
    lang: str
    audience: Audience
    title: str | None
    author: str | None
    changes: tuple[str, ...]
    sources: tuple[str, ...] = ()
    tiles: Tiles | None = None
    what_if: bool | AreaRoads = False


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """What is analysed, as the reader may see it."""

    corridor: Corridor | None
    risk: gpd.GeoDataFrame | None
    zones: gpd.GeoDataFrame | None
    seen: VisibleTables
    crowd: Sorted | None = None
    sheets: tuple[Sheet, ...] = ()
    roadside: Roadside | None = None
    estimated: gpd.GeoDataFrame | None = None
    estimates_shown: bool = False
    risk_over_time: TableOverTime | None = None
    posts_over_time: TableOverTime | None = None
    zones_over_time: TableOverTime | None = None
    user_layers: tuple[ReadyLayer, ...] = ()
    density: gpd.GeoDataFrame | None = None
    gravest: gpd.GeoDataFrame | None = None
    road_status: gpd.GeoDataFrame | None = None


@dataclass(frozen=True, slots=True, eq=False)
class MapInputs:
    """All that a layer can be made from, in one language.

    Attributes
    ----------
    area
        The area; ``artimap.read_places``, ``read_roads`` and ``read_units`` read its embedded tables.
    tables, asked, said
        What is analysed, what the caller asked for (``asked.lang`` is the language), and who says what.
    places
        PLACES of the area, in its metric system.
    posts
        What the slider shows of posts on earlier days, or None.
    zones
        The zones of the day and what the slider shows of those before, or None.
    drawn
        By name, what the rows of the registry above have drawn.
    """

    area: Area
    tables: Tables
    asked: PageOptions
    said: VisibleClaims
    places: gpd.GeoDataFrame
    posts: StatesOverTime | None = None
    zones: tuple[Drawn, StatesOverTime] | None = None
    drawn: dict[str, Drawn] = field(default_factory=dict)

    @property
    def lang(self) -> str:
        """Language of the words."""
        return self.asked.lang

    @property
    def event_ids(self) -> frozenset[str]:
        """Events that have a detail of their own on the page, so that others may lead to them."""
        events = self.tables.seen.events
        if events is None or self.tables.crowd is not None:
            return frozenset()
        return frozenset(str(one) for one in events["event_id"])

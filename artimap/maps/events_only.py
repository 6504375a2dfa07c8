"""The map of events alone: tens of thousands, or a million, in one page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from artimap.core.crs import require
from artimap.core.dates import day_of
from artimap.core.errors import DataError
from artimap.core.i18n import tr
from artimap.core.vocab import Audience, Lang
from artimap.maps.briefing import BriefingMap, chart_of
from artimap.maps.events import sort_events
from artimap.maps.inputs import PageOptions, Tables
from artimap.maps.tiles import Tiles
from artimap.sharing.gate import Gated, gate
from artimap.sharing.view import Left, VisibleTables

if TYPE_CHECKING:
    from artimap.areas.area import Area
    from artimap.roads.corridor import Corridor


def event_map(  # noqa: PLR0913 - one keyword a choice, as in briefing_map
    area: Area,
    events: gpd.GeoDataFrame,
    *,
    as_of: str | dt.date,
    source: str,
    corridor: Corridor | None = None,
    lang: str = Lang.EN,
    languages: Sequence[str] = (),
    audience: str = Audience.INTERNAL,
    since: str | dt.date | None = None,
    title: str | None = None,
    author: str | None = None,
    tiles: Tiles | None = None,
    density: gpd.GeoDataFrame | None = None,
) -> BriefingMap:
    """Make a map of events alone: any number of them, up to some millions, in one page.

    The events need not be a full EVENTS table. Where they lie dense the page counts them in
    squares; close by it draws each one. Their texts open when one is asked for.

    Parameters
    ----------
    area
        The area; its embedded layers are the base map.
    events
        Points (or shapes) in ``area.crs`` with ``kind`` and ``date_start``. Used where they
        are there: ``event_id``, ``date_end``, ``killed_low``, ``killed_best``,
        ``killed_high``, ``injured``, ``abducted``, ``place``, ``place_kind``, ``actors``,
        ``n_sources``, ``geo_precision``, ``summary`` and the rest of EVENTS.
    as_of
        Last day of the map. Events after it are left out and counted.
    source
        Whose events these are and under what licence, for the page to say.
    corridor
        A road to draw.
    lang, languages
        What the page opens in, and what its reader can switch to.
    audience
        ``"internal"``, or another if the table says what each row's ``sensitivity`` and
        ``licence`` are: then rows that may not go out are left out and counted.
    since
        First day; that of the first event where null.
    title, author
        What the map is called and who made it.
    tiles
        As in :func:`artimap.briefing_map`.
    density
        What :func:`artimap.network_density` gives of events that this audience may see, in ``area.crs``:
        drawn along the roads, in four classes.

    Returns
    -------
    BriefingMap
        The map as plain data, with ``html()`` and ``save()``.

    Raises
    ------
    CrsError
        If the events are not in ``area.crs``.
    DataError
        If a column is missing, or rows without one of its values.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> am.event_map(art, am.read_events(art), as_of="2024-10-15", source="public reports", audience="partners")
    <BriefingMap 'Artibonite: reported events', 12 layers, 0 events>
    """
    require(events, area.crs, what="events")
    reader, day = Audience(audience), day_of(as_of)
    if tiles is not None:
        tiles.warn()
    needed = ["kind", "date_start"] + (["sensitivity", "licence"] if reader is not Audience.INTERNAL else [])
    missing = [name for name in needed if name not in events.columns]
    if missing:
        msg = f"events for {reader.value} need the columns {', '.join(missing)}"
        raise DataError(msg)
    gated = gate(events, None, audience=reader, area=area, as_of=day)
    first = day_of(since) if since is not None else first_day(gated, day)
    heading = title or tr("map.title_events", lang, area=area.label)
    asked = PageOptions(first, day, Lang(lang).value, reader, heading, author, (), (source,), tiles)
    return map_of_events(area, asked, gated, corridor=corridor, density=density, languages=languages)


def first_day(gated: Gated, as_of: dt.date) -> dt.date:
    """Give the day of the first event, or the day of the answer where there is none before it."""
    first = None if gated.events is None else gated.events["date_start"].min()
    return as_of if first is None or pd.isna(first) else min(pd.Timestamp(first).date(), as_of)


def map_of_events(
    area: Area,
    asked: PageOptions,
    gated: Gated,
    *,
    corridor: Corridor | None = None,
    density: gpd.GeoDataFrame | None = None,
    languages: Sequence[str] = (),
) -> BriefingMap:
    """Make the map of events that have gone through the gate.

    Parameters
    ----------
    area, asked
        Where and how they are drawn.
    gated
        The events that the reader may see; its claims are not shown.
    corridor, density, languages
        As in :func:`event_map`.

    Raises
    ------
    DataError
        If the gate was given no events.
    """
    if gated.events is None:
        msg = "a map of events needs events: give them to the gate"
        raise DataError(msg)
    start = gated.events["date_start"]
    end = start if "date_end" not in gated.events.columns else gated.events["date_end"].fillna(start)
    after = (end > pd.Timestamp(asked.as_of)).to_numpy(dtype=bool)
    before = (end < pd.Timestamp(asked.since)).to_numpy(dtype=bool)
    gone = after | before
    shown = gated.events.assign(date_end=end)
    shown = shown[~gone] if gone.any() else shown
    seen = VisibleTables(shown, None, None, Left(0, int(before.sum()), int(after.sum()), gated))
    if density is not None:
        require(density, area.crs, what="density")
    return chart_of(area, Tables(corridor, None, None, seen, sort_events(shown), density=density), asked, languages)

"""Rates, posts and zones on the days before that of the map: what the page shows of them when its slider goes back.

One idea serves the three. A thing (a stretch, a post, a zone) has states; each state is kept once, and for each day
which of them it shows. Words and figures are made where those of the day of the map are made. The page holds the
states packed, as what differs from the day of the map: marks, shapes and rows once, words once a language.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geopandas.array import GeometryDtype

from artimap.core.errors import ModelError
from artimap.core.i18n import format_day, tr
from artimap.core.schema import objects, records
from artimap.maps.base_layers import Feature, Layer, Parts
from artimap.maps.cards import Detail, VisibleClaims
from artimap.maps.codec import changes, pack, plain_data
from artimap.maps.fact_tables import Cell, in_language, posts_sheet, stretches_sheet, zones_along
from artimap.maps.thematic_layers import Drawn, posts_drawn, stretch_details

if TYPE_CHECKING:
    from artimap.risk.model import ReportedShare
    from artimap.roads.corridor import Corridor

ZONES_LAYER = "zones_reported"
"""The layer whose zones follow the days; those of a model do not."""

_SHARED, _SPOKEN = ("icon", "links"), ("heading", "sentence", "when", "where", "facts", "statements", "precision")


# --- tables ------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class TableOverTime:
    """RISK, CHECKPOINTS or ZONES of the days that a slider can show, rows that are alike once.

    Attributes
    ----------
    days
        The days before that of the map from which something else is shown.
    shown
        For each of them, and last for the day of the map, the numbers of its rows, in order.
    table
        The rows.
    road
        Where all of them lie along the road, as in :class:`artimap.maps.fact_tables.Roadside`; of zones only.
    """

    days: tuple[dt.date, ...]
    shown: tuple[tuple[int, ...], ...]
    table: pd.DataFrame
    road: tuple[tuple[str, float, float], ...] = ()

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        """The rows as dicts: the same in every language."""
        return records(self.table)

    @cached_property
    def stretches(self) -> tuple[tuple[Cell, ...], ...]:
        """The rows of the sheet of stretches, where the table is one of RISK."""
        return stretches_sheet(self.table).rows


def risk_of_slider(
    over_time: Mapping[dt.date, gpd.GeoDataFrame], risk: gpd.GeoDataFrame | None, *, since: dt.date, as_of: dt.date
) -> TableOverTime | None:
    """Read the RISK that a slider from ``since`` to ``as_of`` can show; None where there is none.

    Parameters
    ----------
    over_time
        RISK by day. Its shapes are not read: the course of the road is that of the map.
    risk
        That of ``as_of``.
    since, as_of
        First and last day of the slider.

    Raises
    ------
    ModelError
        If a day lies after ``as_of``, none lies on or before ``since``, a table is of other pieces, or that of the
        day of the map is missing.
    """
    pieces = [] if risk is None else sorted(risk["lixel_id"])
    wrong = [
        f"the table of {day} is of other pieces of road than that of the map"
        for day in sorted(over_time)
        if risk is not None and sorted(over_time[day]["lixel_id"]) != pieces
    ]
    tables = {day: _along_road(table) for day, table in over_time.items()}
    now = None if risk is None else _along_road(risk)
    found = _of_slider("risk", tables, now, since=since, as_of=as_of, wrong=wrong)
    return None if found is None else _in_order(found, _along_road(found.table).index)


def _along_road(risk: pd.DataFrame) -> pd.DataFrame:
    # Without what goes with it: each column that is read by its name would copy all of that.
    plain = pd.DataFrame(risk).drop(columns="geometry", errors="ignore")
    at = plain["from_m"].to_numpy()
    # as a rule it is in order: sorting by two columns takes longer than all else here
    return plain if (np.diff(at) > 0).all() else plain.sort_values(["from_m", "lixel_id"], kind="stable")


def _in_order(found: TableOverTime, order: Iterable[int]) -> TableOverTime:
    """Give the same with its rows in another order, so that a sheet made of them has that of their numbers."""
    at = list(order)
    places = {n: place for place, n in enumerate(at)}
    shown = tuple(tuple(places[n] for n in one) for one in found.shown)
    return replace(found, shown=shown, table=found.table.iloc[at].reset_index(drop=True))


def posts_of_slider(
    over_time: Mapping[dt.date, gpd.GeoDataFrame], posts: gpd.GeoDataFrame | None, *, since: dt.date, as_of: dt.date
) -> TableOverTime | None:
    """Read the CHECKPOINTS that a slider from ``since`` to ``as_of`` can show; None where there are none.

    Parameters
    ----------
    over_time
        CHECKPOINTS by day.
    posts
        Those of ``as_of``.
    since, as_of
        First and last day of the slider.

    Raises
    ------
    ModelError
        If a day lies after ``as_of``, none lies on or before ``since``, or the table of ``as_of`` is missing.
    """
    # how long ago a post was confirmed changes daily, and is not told
    return _of_slider("checkpoints", over_time, posts, since=since, as_of=as_of, untold=("days_since",))


def _of_slider(
    name: str,
    over_time: Mapping[dt.date, pd.DataFrame],
    now: pd.DataFrame | None,
    *,
    since: dt.date,
    as_of: dt.date,
    wrong: Sequence[str] = (),
    untold: Sequence[str] = (),
) -> TableOverTime | None:
    """Read tables by day, and that of the day of the map; ``untold`` columns make no row another."""
    if not over_time:
        return None
    if now is None:
        msg = f"{name}_over_time without {name}: give the table of {as_of} as {name}"
        raise ModelError(msg)
    days = _days_shown(f"{name}_over_time", over_time, since=since, as_of=as_of, wrong=wrong)
    tables = [now, *(over_time[day] for day in days)]
    every = pd.concat([pd.DataFrame(table) for table in tables], ignore_index=True)
    numbers: dict[tuple[object, ...], int] = {}
    rows = zip(*(_comparable(every[name]) for name in every.columns if name not in untold), strict=True)
    alike = [numbers.setdefault(row, len(numbers)) for row in rows]
    shown: list[tuple[int, ...]] = []
    stop = 0
    for table in tables:
        start, stop = stop, stop + len(table)
        shown.append(tuple(alike[start:stop]))
    first: dict[int, int] = {}
    for at, number in enumerate(alike):
        first.setdefault(number, at)
    kept = every.iloc[list(first.values())].reset_index(drop=True)
    table = gpd.GeoDataFrame(kept, crs=now.crs) if isinstance(now, gpd.GeoDataFrame) else kept
    return TableOverTime(days, (*shown[1:], shown[0]), table)


def _comparable(column: pd.Series) -> list[object]:
    """Give values of which two that are alike are equal: shapes as bytes, null as None."""
    if isinstance(column.dtype, GeometryDtype):
        return list(shapely.to_wkb(column.to_numpy()))
    return [None if null else value for value, null in zip(objects(column), column.isna(), strict=True)]


def _days_shown(
    name: str, given: Iterable[dt.date], *, since: dt.date, as_of: dt.date, wrong: Sequence[str]
) -> tuple[dt.date, ...]:
    """Give the days of tables that a slider can show before its last day."""
    days = sorted(given)
    found = [f"{day} lies after {as_of}, the day of the map" for day in days if day > as_of] + list(wrong)
    if days and days[0] > since:
        found.append(f"the first day is {days[0]}, and the days shown begin on {since}")
    if found:
        msg = f"{name}: {'; '.join(found)}: give the days of month_ends('{since}', '{as_of}')"
        raise ModelError(msg)
    first = max((day for day in days if day <= since), default=as_of)
    return tuple(day for day in days if first <= day < as_of)


def zones_of_slider(
    over_time: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    *,
    since: dt.date,
    as_of: dt.date,
    corridor: Corridor | None = None,
) -> TableOverTime:
    """Put the ZONES that stood earlier beside those of the day of the map, which begin where the others end.

    Parameters
    ----------
    over_time
        ZONES as :func:`artimap.control_zones_over_time` gives them: each state a row with its own days.
    zones
        ZONES of the day of the map.
    since, as_of
        First day shown, and day of the map.
    corridor
        The road of the map.

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
    starts = [*table["valid_from"].dropna(), *(table["valid_to"].dropna() + pd.Timedelta(days=1))]
    days = sorted({first, *(one for one in starts if first < one < day)})
    low, high = (table[name].to_numpy() for name in ("valid_from", "valid_to"))
    standing = [
        (np.isnat(low) | (low <= one)) & (np.isnat(high) | (high >= one))
        for one in (day.to_datetime64() for day in days)
    ]
    return TableOverTime(
        tuple(one.date() for one in days),
        (*(tuple(np.flatnonzero(one).tolist()) for one in standing), tuple(range(len(zones)))),
        table,
        () if corridor is None else zones_along(corridor, table),
    )


# --- states --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SliderState:
    """One state of a stretch, a post or a zone, in one language.

    Attributes
    ----------
    key
        The key of its detail, or of its mark where that opens the detail of another.
    mark
        How it is drawn; empty where it has no place.
    detail
        Its card; None where it opens that of another.
    feature
        What is drawn; None where it has no place, or lies where it lies on the day of the map.
    row
        Its row of the table; empty where there is none.
    """

    key: str
    mark: str
    detail: Detail | None
    feature: Feature | None = None
    row: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class StatesOverTime:
    """The states that rates, posts or zones have on the days before that of the map, in one language.

    Attributes
    ----------
    days, whens
        As ``2024-04-30``, and in words.
    shown
        For each day, and last for the day of the map, the numbers of its states, in order.
    states
        All of them.
    road
        Where zones lie along the road.
    """

    days: tuple[str, ...]
    whens: tuple[str, ...]
    shown: tuple[tuple[int, ...], ...]
    states: tuple[SliderState, ...]
    road: tuple[tuple[str, float, float], ...] = ()

    @property
    def marks(self) -> frozenset[str]:
        """Marks on any of the days."""
        return frozenset(one.mark for one in self.states if one.mark)

    @property
    def gone(self) -> tuple[Feature, ...]:
        """What is drawn on earlier days only."""
        now = set(self.shown[-1])
        return tuple(one.feature for n, one in enumerate(self.states) if n not in now and one.feature is not None)


def _over_time(table: TableOverTime, states: Iterable[SliderState], lang: str) -> StatesOverTime:
    return StatesOverTime(
        tuple(day.isoformat() for day in table.days),
        tuple(tr("map.subtitle", lang, day=format_day(day, lang)) for day in table.days),
        table.shown,
        tuple(states),
        table.road,
    )


def rates_over_time(
    table: TableOverTime, ref: str, *, lang: str, event_ids: frozenset[str], share: ReportedShare | None = None
) -> StatesOverTime:
    """Say in one language what the road was like on each day.

    Parameters
    ----------
    table
        RISK of the days.
    ref
        The number of the road.
    lang
        Language of the details.
    event_ids
        Events that have a detail on the page, so that a stretch may lead to them.
    share
        What part of the incidents is reported, where it is stated.
    """
    details = stretch_details(table.records, ref, lang, event_ids, share=share)
    both = zip(details, table.stretches, strict=True)
    states = (SliderState(one.key, one.icon.mark, one, row=row) for one, row in both)
    return _over_time(table, states, lang)


def posts_over_time(table: TableOverTime, said: VisibleClaims, *, lang: str) -> StatesOverTime:
    """Say in one language what is told of the posts on each day.

    Parameters
    ----------
    table
        CHECKPOINTS of the days.
    said
        The claims that the reader may see.
    lang
        Language of the details.
    """
    posts = gpd.GeoDataFrame(table.table)
    drawn = zip(posts_drawn(posts, said, lang=lang), in_language(posts_sheet(posts), lang).rows, strict=True)
    states = (
        SliderState(detail.key, "" if feature is None else feature.mark, detail, feature, row)
        for (detail, feature), row in drawn
    )
    return _over_time(table, states, lang)


def zones_over_time(table: TableOverTime, drawn: Drawn, *, lang: str) -> tuple[Drawn, StatesOverTime]:
    """Part what is drawn of the zones of all days into that of the day of the map, and all states from the lowest up.

    Parameters
    ----------
    table
        ZONES of the days.
    drawn
        What is drawn of them all.
    lang
        Language of the details.
    """
    details = {one.key: one for one in drawn.details}
    features = [feature for layer in drawn.layers if layer.name == ZONES_LAYER for feature in layer.features]
    places = {feature.key: n for n, feature in enumerate(features)}
    keys = [f"zone:{one}" for one in table.table["zone_id"]]
    # a zone too small to be drawn has no state; the lowest comes first, whatever the order of the table
    shown = tuple(tuple(sorted(places[keys[n]] for n in one if keys[n] in places)) for one in table.shown)
    earlier = set(keys) - {keys[n] for n in table.shown[-1]}
    layers = (
        replace(layer, features=tuple(one for one in layer.features if one.key not in earlier))
        for layer in drawn.layers
    )
    now = replace(
        drawn,
        layers=tuple(layers),
        details=tuple(one for one in drawn.details if one.key not in earlier),
    )
    states = (SliderState(one.key, one.mark, details.get(one.key), one) for one in features)
    return now, replace(_over_time(table, states, lang), shown=shown)


def all_days(layers: Sequence[Layer], zones: StatesOverTime | None) -> tuple[Layer, ...]:
    """Give the layers with the zones of all days in them, for a legend that explains every day."""
    more = () if zones is None else zones.gone
    return tuple(
        replace(layer, features=(*layer.features, *more)) if layer.name == ZONES_LAYER else layer for layer in layers
    )


# --- packed ---------------------------------------------------------------------------------------------


def packed_states(
    name: str, pages: Mapping[str, StatesOverTime], write_parts: Callable[[Parts], list[list[list[int]]]]
) -> dict[str, str]:
    """Pack states as what differs from the day of the map.

    Parameters
    ----------
    name
        Whose states they are.
    pages
        The states, by language.
    write_parts
        Writes a shape as the page reads it.

    Returns
    -------
    dict
        Packed text by name. Under ``name``: ``shown``; ``shapes``, counted behind those that the day of the map has
        drawn; ``road``; and of each state its ``key``, trees of changes to its ``detail`` and its ``row`` of the table,
        and as ``feature`` what is drawn, with the number of its ``shape``. Under ``name_en`` and so on ``when`` in
        words by day, and the changes to the details in words; None for a state without one. What the day of the map
        does not have stands whole under ``=``.
    """
    first = next(iter(pages.values()))
    base = {first.states[n].key: n for n in first.shown[-1]}
    shapes: dict[Parts, int] = {}
    here = [first.states[n].feature for n in first.shown[-1]]
    drawn_now = [one for one in here if one is not None]
    for n, feature in enumerate(drawn_now):
        shapes.setdefault(feature.parts, n)
    more: list[list[list[list[int]]]] = []

    def shared(one: SliderState) -> dict[str, Any]:
        before = None if one.key not in base else first.states[base[one.key]]
        found: dict[str, Any] = {"row": changes(None if before is None else before.row or None, one.row or None)}
        if before is not None and before.detail is not None and one.detail is not None:
            found["detail"] = _detail_changes(before.detail, one.detail, _SHARED)
        if one.feature is not None:
            if one.feature.parts not in shapes:
                shapes[one.feature.parts] = len(drawn_now) + len(more)
                more.append(write_parts(one.feature.parts))
            found["feature"] = {**_drawn(one.feature), "shape": shapes[one.feature.parts]}
        return {"key": one.key, **{name: value for name, value in found.items() if value}}

    def spoken(page: StatesOverTime, one: SliderState) -> dict[str, Any] | None:
        before = None if one.key not in base else page.states[base[one.key]].detail
        if one.detail is None:
            return None
        return {"=": plain_data(one.detail)} if before is None else _detail_changes(before, one.detail, _SPOKEN)

    states = [shared(one) for one in first.states]
    whole = {"shown": first.shown, "shapes": more, "states": states, "road": first.road}
    return {
        name: pack(whole),
        **{
            f"{name}_{lang}": pack({"when": page.whens, "states": [spoken(page, one) for one in page.states]})
            for lang, page in pages.items()
        },
    }


def _drawn(feature: Feature) -> dict[str, Any]:
    """Give what is drawn, less its shape and its name, which is that of its detail."""
    names = ("mark", "groups", "details", "begun", "ended")
    return {name: getattr(feature, name) for name in names if getattr(feature, name)}


def _detail_changes(before: Detail, now: Detail, names: Sequence[str]) -> dict[str, Any]:
    """Give :func:`changes` of these fields; most are the same and not looked into."""
    pairs = ((name, getattr(before, name), getattr(now, name)) for name in names)
    found = {name: changes(plain_data(one), plain_data(other)) for name, one, other in pairs if one != other}
    return {name: value for name, value in found.items() if value is not None}

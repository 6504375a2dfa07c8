"""The road on the days before that of the map: what the page says of each stretch when its slider goes back.

The words and figures are made where those of the day of the map are made. Of each earlier day only
what differs is kept, packed small, and the page opens it when it is first asked for: marks, links and
table once, words once a language. The course of the road is not repeated.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from artimap.core.errors import ModelError
from artimap.core.i18n import format_day, tr
from artimap.maps.base_layers import Feature, Layer, Parts
from artimap.maps.cards import Detail, VisibleClaims
from artimap.maps.fact_tables import Cell, posts_sheet, stretches_sheet, zones_along
from artimap.maps.packing import changes, pack
from artimap.maps.thematic_layers import Drawn, posts_drawn, stretch_details

if TYPE_CHECKING:
    from artimap.roads.corridor import Corridor


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
        Where all of them lie along the road, as in :class:`artimap.maps.fact_tables.Roadside`.
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


POSTS = "posts"
"""Name of the part that is the same in all languages; those of the languages are ``posts_en`` and so on."""

_SHARED_BY_POSTS, _SPOKEN_OF_POSTS = (
    ("icon", "links"),
    ("heading", "sentence", "when", "where", "facts", "statements", "precision"),
)


@dataclass(frozen=True, slots=True, eq=False)
class EarlierPosts:
    """CHECKPOINTS of the days that a slider can show, each row that is told in another way once.

    Attributes
    ----------
    days
        The days before that of the map.
    shown
        For each of them, and last for the day of the map, the numbers of its rows, in order.
    table
        The rows.
    """

    days: tuple[dt.date, ...]
    shown: tuple[tuple[int, ...], ...]
    table: gpd.GeoDataFrame


def posts_of_slider(
    over_time: Mapping[dt.date, gpd.GeoDataFrame], posts: gpd.GeoDataFrame | None, *, since: dt.date, as_of: dt.date
) -> EarlierPosts | None:
    """Read the tables that a slider from ``since`` to ``as_of`` can show; None where there are none.

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
    if not over_time:
        return None
    if posts is None:
        msg = f"checkpoints_over_time without checkpoints: give the table of {as_of} as checkpoints"
        raise ModelError(msg)
    days = days_shown("checkpoints_over_time", over_time, since=since, as_of=as_of)
    numbers: dict[tuple[object, ...], int] = {}
    kept, shown = [], []
    for table in (posts, *(over_time[day] for day in days)):
        told = [_shown_of(row) for row in pd.DataFrame(table.to_wkb()).to_dict("records")]
        kept.append(table.iloc[[at for at, one in enumerate(told) if one not in numbers]])
        shown.append(tuple(numbers.setdefault(one, len(numbers)) for one in told))
    rows = gpd.GeoDataFrame(pd.concat(kept, ignore_index=True), crs=posts.crs)
    return EarlierPosts(days, (*shown[1:], shown[0]), rows)


def _shown_of(row: Mapping[Any, object]) -> tuple[object, ...]:
    """Give what is told of a post; how long ago it was confirmed changes daily, and is not."""
    return tuple(None if pd.isna(value) else value for name, value in row.items() if name != "days_since")  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True)
class PostOnMap:
    """One way in which a post is told, in one language: its card, its mark (None for no place), its row."""

    detail: Detail
    feature: Feature | None
    row: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class PostsOverTime:
    """What is said of the posts on the days before that of the map, in one language.

    Attributes
    ----------
    days, whens
        As ``2024-04-30``, and in words.
    shown
        For each day, and last for the day of the map, the numbers of what is told, in order.
    told
        The ways in which posts are told.
    """

    days: tuple[str, ...]
    whens: tuple[str, ...]
    shown: tuple[tuple[int, ...], ...]
    told: tuple[PostOnMap, ...]

    @property
    def marks(self) -> frozenset[str]:
        """Marks that posts have on any of the days."""
        return frozenset(one.feature.mark for one in self.told if one.feature is not None)


def posts_over_time(earlier: EarlierPosts, said: VisibleClaims, *, lang: str) -> PostsOverTime:
    """Say in one language what is told of the posts on each day.

    Parameters
    ----------
    earlier
        The posts of the days.
    said
        The claims that the reader may see.
    lang
        Language of the details.
    """
    drawn = posts_drawn(earlier.table, said, lang=lang)
    rows = posts_sheet(earlier.table).rows
    return PostsOverTime(
        tuple(day.isoformat() for day in earlier.days),
        tuple(tr("map.subtitle", lang, day=format_day(day, lang)) for day in earlier.days),
        earlier.shown,
        tuple(PostOnMap(detail, feature, row) for (detail, feature), row in zip(drawn, rows, strict=True)),
    )


def packed_posts(
    pages: Mapping[str, PostsOverTime], write_parts: Callable[[Parts], list[list[list[int]]]]
) -> dict[str, str]:
    """Pack the ways in which posts are told, as what differs from the day of the map.

    Parameters
    ----------
    pages
        The posts over time, by language.
    write_parts
        Writes a shape as the page reads it.

    Returns
    -------
    dict
        Packed text by name. Under :data:`POSTS` ``shown``, and of each way in which a post is told its ``key``, trees
        of changes to its ``detail`` and its ``row`` of the table, and its ``parts`` where they are not those of the day
        of the map, empty where its place is not known. Under the name with a language ``when`` in words by day, and
        the changes to the details in words. A post that the day of the map does not have stands whole under ``=``.
    """
    first = next(iter(pages.values()))
    base = {first.told[n].detail.key: n for n in first.shown[-1]}

    def changed(one: PostOnMap, before: PostOnMap | None) -> dict[str, Any]:
        parts = () if one.feature is None else one.feature.parts
        same = before is not None and parts == (() if before.feature is None else before.feature.parts)
        found = {"key": one.detail.key, "row": changes(None if before is None else before.row, one.row)}
        if before is not None:
            found["detail"] = changes(_fields(before.detail, _SHARED_BY_POSTS), _fields(one.detail, _SHARED_BY_POSTS))
        return {name: value for name, value in found.items() if value} | ({} if same else {"parts": write_parts(parts)})

    def spoken(posts: PostsOverTime) -> dict[str, Any]:
        told = []
        for one in posts.told:
            at = base.get(one.detail.key)
            if at is None:
                told.append({"=": asdict(one.detail)})
            else:
                told.append(
                    changes(_fields(posts.told[at].detail, _SPOKEN_OF_POSTS), _fields(one.detail, _SPOKEN_OF_POSTS))
                    or {}
                )
        return {"when": posts.whens, "told": told}

    at = [base.get(one.detail.key) for one in first.told]
    shared = [changed(one, None if n is None else first.told[n]) for one, n in zip(first.told, at, strict=True)]
    return {
        POSTS: pack({"shown": first.shown, "told": shared}),
        **{f"{POSTS}_{lang}": pack(spoken(posts)) for lang, posts in pages.items()},
    }


def _fields(detail: Detail, names: Sequence[str]) -> dict[str, Any]:
    every = asdict(detail)
    return {name: every[name] for name in names}


SAME = "all"
"""Name of the part that is the same in all languages."""

_SHARED, _SPOKEN = ("icon", "links"), ("sentence", "facts")


@dataclass(frozen=True, slots=True)
class Earlier:
    """RISK of one day before that of the map.

    Attributes
    ----------
    day
        The day.
    records
        Its rows in order of the road.
    rows
        The same as rows of the table of stretches.
    """

    day: dt.date
    records: tuple[Mapping[str, Any], ...]
    rows: tuple[tuple[Cell, ...], ...]

    @classmethod
    def of(cls, day: dt.date, risk: gpd.GeoDataFrame) -> Earlier:
        """Read the table of a day; the course of the road is that of the map."""
        table = pd.DataFrame(risk.drop(columns="geometry")).sort_values(["from_m", "lixel_id"], kind="stable")
        records = tuple({str(name): value for name, value in row.items()} for row in table.to_dict("records"))
        return cls(day, records, stretches_sheet(table).rows)


@dataclass(frozen=True, slots=True)
class DayOfRates:
    """What is said of the road as of one day, in one language.

    Attributes
    ----------
    day, when
        As ``2024-04-30``, and in words.
    details
        Of each stretch, in order of the road.
    rows
        Of the table of stretches.
    """

    day: str
    when: str
    details: tuple[Detail, ...]
    rows: tuple[tuple[Cell, ...], ...]


def days_of_slider(
    over_time: Mapping[dt.date, gpd.GeoDataFrame], risk: gpd.GeoDataFrame | None, *, since: dt.date, as_of: dt.date
) -> tuple[Earlier, ...]:
    """Read the tables that a slider from ``since`` to ``as_of`` can show before its last day.

    Raises
    ------
    ModelError
        If a day lies after ``as_of``, none lies on or before ``since``, a table is of other pieces, or that of the
        day of the map is missing.
    """
    if not over_time:
        return ()
    if risk is None:
        msg = f"risk_over_time without risk: give the table of {as_of} as risk"
        raise ModelError(msg)
    pieces = list(risk["lixel_id"].sort_values())
    wrong = [
        f"the table of {day} is of other pieces of road than that of the map"
        for day in sorted(over_time)
        if list(over_time[day]["lixel_id"].sort_values()) != pieces
    ]
    days = days_shown("risk_over_time", over_time, since=since, as_of=as_of, wrong=wrong)
    return tuple(Earlier.of(day, over_time[day]) for day in days)


def days_shown(
    name: str, given: Iterable[dt.date], *, since: dt.date, as_of: dt.date, wrong: Sequence[str] = ()
) -> tuple[dt.date, ...]:
    """Give the days of tables that a slider from ``since`` to ``as_of`` can show before its last day.

    Parameters
    ----------
    name
        What the caller gave the tables as.
    given
        Their days.
    since, as_of
        First and last day of the slider.
    wrong
        What else is wrong with the tables.

    Raises
    ------
    ModelError
        If anything is wrong, or a day lies after ``as_of``, or none on or before ``since``.
    """
    days = sorted(given)
    found = [f"{day} lies after {as_of}, the day of the map" for day in days if day > as_of] + list(wrong)
    if days and days[0] > since:
        found.append(f"the first day is {days[0]}, and the days shown begin on {since}")
    if found:
        msg = f"{name}: {'; '.join(found)}: give the days of month_ends('{since}', '{as_of}')"
        raise ModelError(msg)
    first = max((day for day in days if day <= since), default=as_of)
    return tuple(day for day in days if first <= day < as_of)


def rates_over_time(
    earlier: Sequence[Earlier], ref: str, *, lang: str, event_ids: frozenset[str]
) -> tuple[DayOfRates, ...]:
    """Say in one language what the road was like on each day.

    Parameters
    ----------
    earlier
        The days.
    ref
        The number of the road.
    lang
        Language of the details.
    event_ids
        Events that have a detail on the page, so that a stretch may lead to them.
    """
    return tuple(
        DayOfRates(
            one.day.isoformat(),
            tr("map.subtitle", lang, day=format_day(one.day, lang)),
            stretch_details(one.records, ref, lang, event_ids),
            one.rows,
        )
        for one in earlier
    )


def packed_rates(
    pages: Mapping[str, Sequence[DayOfRates]],
    details: Mapping[str, Mapping[str, Detail]],
    rows: Sequence[Sequence[Cell]],
) -> dict[str, str]:
    """Pack what differs on each day from the day of the map.

    Parameters
    ----------
    pages
        The earlier days, by language.
    details
        The details of the day of the map by their keys, by language.
    rows
        Its table of stretches.

    Returns
    -------
    dict
        Packed text by language, and by :data:`SAME` what is the same in all: a list with one entry a day,
        each a tree of changes to the details, and beside it one to the rows, or ``when`` in words.
    """
    languages = list(pages)
    shared = [
        {"details": _changed(details[languages[0]], one.details, _SHARED), "rows": changes(rows, one.rows) or {}}
        for one in pages[languages[0]]
    ]
    spoken = {
        lang: pack(
            [{"when": one.when, "details": _changed(details[lang], one.details, _SPOKEN)} for one in pages[lang]]
        )
        for lang in languages
    }
    return {SAME: pack(shared), **spoken}


def _changed(first: Mapping[str, Detail], details: Sequence[Detail], names: Sequence[str]) -> dict[str, Any]:
    """Give what has to change in some fields of the details of the day of the map."""

    def told(detail: Detail) -> dict[str, Any]:
        return {name: _plain(getattr(detail, name)) for name in names}

    found = {one.key: changes(told(first[one.key]), told(one)) for one in details}
    return {key: change for key, change in found.items() if change is not None}


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value

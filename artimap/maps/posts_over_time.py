"""The posts on the days before that of the map: what the page says of each when its slider goes back.

A post is told the same on many days. Each way in which it is told is kept once, as what differs from the day of
the map, and for each day which of them it shows. Words and figures are made where those of the day of the map are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from artimap.errors import ModelError
from artimap.i18n import format_day, tr
from artimap.maps.details import Detail, Said
from artimap.maps.facts import Cell, posts_sheet
from artimap.maps.languages import changes, pack
from artimap.maps.layers import Feature, Parts
from artimap.maps.rates import days_shown
from artimap.maps.thematic import posts_drawn

POSTS = "posts"
"""Name of the part that is the same in all languages; those of the languages are ``posts_en`` and so on."""

_SHARED, _SPOKEN = ("icon", "links"), ("heading", "sentence", "when", "where", "facts", "statements", "precision")


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
        told = [_told(row) for row in pd.DataFrame(table.to_wkb()).to_dict("records")]
        kept.append(table.iloc[[at for at, one in enumerate(told) if one not in numbers]])
        shown.append(tuple(numbers.setdefault(one, len(numbers)) for one in told))
    rows = gpd.GeoDataFrame(pd.concat(kept, ignore_index=True), crs=posts.crs)
    return EarlierPosts(days, (*shown[1:], shown[0]), rows)


def _told(row: Mapping[Any, object]) -> tuple[object, ...]:
    """Give what is told of a post; how long ago it was confirmed changes daily, and is not."""
    return tuple(None if pd.isna(value) else value for name, value in row.items() if name != "days_since")  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True)
class ToldPost:
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
    told: tuple[ToldPost, ...]

    @property
    def marks(self) -> frozenset[str]:
        """Marks that posts have on any of the days."""
        return frozenset(one.feature.mark for one in self.told if one.feature is not None)


def posts_over_time(earlier: EarlierPosts, said: Said, *, lang: str) -> PostsOverTime:
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
        tuple(ToldPost(detail, feature, row) for (detail, feature), row in zip(drawn, rows, strict=True)),
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

    def changed(one: ToldPost, before: ToldPost | None) -> dict[str, Any]:
        parts = () if one.feature is None else one.feature.parts
        same = before is not None and parts == (() if before.feature is None else before.feature.parts)
        found = {"key": one.detail.key, "row": changes(None if before is None else before.row, one.row)}
        if before is not None:
            found["detail"] = changes(_fields(before.detail, _SHARED), _fields(one.detail, _SHARED))
        return {name: value for name, value in found.items() if value} | ({} if same else {"parts": write_parts(parts)})

    def spoken(posts: PostsOverTime) -> dict[str, Any]:
        told = []
        for one in posts.told:
            at = base.get(one.detail.key)
            if at is None:
                told.append({"=": asdict(one.detail)})
            else:
                told.append(changes(_fields(posts.told[at].detail, _SPOKEN), _fields(one.detail, _SPOKEN)) or {})
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

"""The road on the days before that of the map: what the page says of each stretch when its slider goes back.

The words and figures are made where those of the day of the map are made. Of each earlier day only
what differs is kept, packed small, and the page opens it when it is first asked for: marks, links and
table once, words once a language. The course of the road is not repeated.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from artimap.errors import ModelError
from artimap.i18n import format_day, tr
from artimap.maps.details import Detail
from artimap.maps.facts import Cell, stretches_sheet
from artimap.maps.languages import changes, pack
from artimap.maps.thematic import stretch_details

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

"""What is new on a map since an earlier briefing: rings, a filter, and the sentences in its panel."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from artimap.core.i18n import format_day, tr
from artimap.maps.briefing import BriefingMap
from artimap.maps.furniture import changed_section
from artimap.maps.page import News, Page

_MOST = 6
"""So many changes are told in the panel; the report tells them all."""


@dataclass(frozen=True, slots=True)
class NewsWords:
    """What the panel says in a language: sentences, and how many changes there are."""

    lines: Sequence[str]
    total: int


def with_news(
    drawn: BriefingMap, marks: Mapping[str, str], since: dt.date, told: Mapping[str, NewsWords]
) -> BriefingMap:
    """Give the same map with what is new on it.

    Parameters
    ----------
    drawn
        The map.
    marks
        ``"new"`` or ``"changed"`` by the key of what opens; what is not on the map is left out.
    since
        The day of the earlier briefing.
    told
        What the panel says, by language.
    """
    pages = [_page(one, marks, since, told[one.lang]) for one in (drawn.page, *drawn.others)]
    return BriefingMap(pages[0], tuple(pages[1:]), drawn.events)


def _page(page: Page, marks: Mapping[str, str], since: dt.date, told: NewsWords) -> Page:
    there = {detail.key for detail in page.details}
    keys = {key: mark for key, mark in sorted(marks.items()) if key in there}
    lines = list(told.lines[:_MOST])
    if told.total > len(lines):
        lines.append(tr("report.and_more", page.lang, n=told.total - len(lines)))
    day = format_day(since, page.lang)
    section = changed_section(lines or [tr("change.nothing", page.lang, day=day)], page.lang)
    *first, last = page.furniture.briefing
    briefing = (*first, *(() if section is None else (section,)), last)
    news = News(tr("change.since", page.lang, day=day, n=len(keys)), keys)
    return replace(page, news=news, furniture=replace(page.furniture, briefing=briefing))

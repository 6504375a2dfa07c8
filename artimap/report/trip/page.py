"""A trip as one page: the answer first, the ways beside each other, what is not known. No script, no request."""

from __future__ import annotations

from typing import Final

from artimap.core.files import encodable
from artimap.core.i18n import format_day, tr
from artimap.report.blocks import clean
from artimap.report.pages import policy, style_sheet, template
from artimap.report.trip.content import TripContent, TripPost, TripStop, TripWay
from artimap.report.trip.drawing import strip, trip_map
from artimap.report.trip.sentences import (
    ANSWERED,
    answer,
    changed,
    closures,
    counted,
    daylight,
    fact_rows,
    head,
    km,
    post_cells,
    say,
    unknowns,
    way_name,
    way_number,
)

PRINTED_POSTS = 6
"""At most so many posts stand on paper, which has one sheet, and none without a place: they are in the page."""


def trip_html(content: TripContent, lang: str) -> str:
    """Give the trip as a page of HTML; the same content gives the same text.

    Parameters
    ----------
    content
        What is told, cut to what the reader may see.
    lang
        ``"en"``, ``"fr"`` or ``"ht"``.
    """
    css = style_sheet("trip.css")
    posts = _posts(content)
    rows = [post_cells(one, content, lang) for one in posts]
    printed = min(sum(one.along_m is not None for one in posts), PRINTED_POSTS)
    title = say("heading", lang, start=content.start, stop=content.stop)
    told: dict[str, object] = {
        "title": title,
        "head": list(map(clean, head(content, lang))),
        "review": tr("report.title.review", lang) if lang == "ht" else "",
        "answer": list(map(clean, answer(content, lang))),
        "light": [*daylight(content, lang), *changed(content, lang, most=6)],
        "groups": [_group(one, content, lang) for one in (content.ways, content.back) if one],
        "map_title": say("map", lang),
        "strips_title": say("strips", lang),
        "strip_key": say("strip_key", lang),
        "strip_credit": "; ".join(general_sources(content, lang)),
        "posts": rows,
        "post_heads": [tr(key, lang) for key in _POST_HEADS],
        "post_title": say("post_list", lang),
        "blank": ("–", tr("report.not_stated", lang)),
        "printed": printed,
        "more_posts": counted("trip.more_posts", len(rows) - printed, lang) if len(rows) > printed else "",
        "closed_title": say("closed", lang),
        # What the answer has told already is not said again.
        "closed": list(map(clean, closures(content, lang, most=12)))[ANSWERED:],
        "stops_title": say("stops", lang),
        "stops": stop_lines(content, lang),
        "unknown_title": say("not_known", lang),
        "unknown": unknowns(content, lang),
        "limits_title": say("limits", lang),
        "limits": [say("limits_text", lang), say("expires", lang, day=format_day(content.as_of, lang))],
        "sources_title": say("sources", lang),
        "sources": [*map(clean, content.sources), *general_sources(content, lang)],
        "footer": say("footer", lang),
    }
    page: str = template("trip.html.j2").render(
        lang=lang, css=css, policy=policy(css), map=trip_map(content, lang),
        fit=_fit(_letters(told) + _BACK * bool(content.back)), **told,
    )  # fmt: skip
    return encodable(page)


_FITS: Final = (
    (3_300, 100), (3_700, 96), (4_100, 92), (5_000, 89), (6_500, 87), (8_200, 82), (10_400, 75), (11_600, 72),
)  # fmt: skip
"""Up to so many letters, a sheet of A4 holds the page at so many hundredths of its usual size; beyond at 66."""
_BACK: Final = 4_000
"""Ways back stand below the others: their rows take the room of so many letters."""


def _fit(letters: int) -> int:
    return next((size for most, size in _FITS if letters <= most), 66)


def _letters(told: object) -> int:
    """Count the letters that the page prints."""
    if isinstance(told, str):
        return len(told)
    parts = told.values() if isinstance(told, dict) else told if isinstance(told, (list, tuple)) else ()
    return sum(map(_letters, parts))


_POST_HEADS = (
    "trip.along", "trip.place", "trip.kind", "map.fact.operator", "report.fees.asked", "trip.waiting",
    "map.fact.passable", "trip.confirmed", "trip.source",
)  # fmt: skip


def _group(ways: tuple[TripWay, ...], content: TripContent, lang: str) -> dict[str, object]:
    """Give ways that stand beside each other: names, rows of facts with a text a way, strips to one scale."""
    longest = max(one.km for one in ways)
    rows = fact_rows(ways, content, lang)
    return {
        "ways": [
            {
                "name": clean(way_name(way, lang)),
                "number": way_number(way, lang),
                "facts": [(label, clean(texts[at])) for label, texts in rows],
                "strip": strip(way, at, longest, lang),
            }
            for at, way in enumerate(ways)
        ],
        "rows": len(rows),
    }


def _posts(content: TripContent) -> list[TripPost]:
    """Give the posts of all ways there, each once, those that surely stand on a way first."""
    found: dict[str, TripPost] = {}
    for way in content.ways:
        for post in way.post_rows:
            found.setdefault(post.checkpoint_id, post)
    return sorted(found.values(), key=lambda one: (not one.counts, one.along_m is None))


def stops_of(content: TripContent) -> list[tuple[TripWay, TripStop]]:
    """Give the user's own points, each once, in the order of the ways."""
    found: dict[tuple[str, str, float], tuple[TripWay, TripStop]] = {}
    for way in content.ways:
        for stop in way.stops:
            found.setdefault((stop.layer, stop.name, stop.lon), (way, stop))
    return list(found.values())


def general_sources(content: TripContent, lang: str) -> list[str]:
    """Say what it rests on besides the publishers that stand beside posts and statuses."""
    return [say(key, lang) for key in ("reports", *(("own_reports",) if content.own_file else ()), "network")]


def stop_lines(content: TripContent, lang: str) -> list[str]:
    """Tell the user's own points, a line each."""
    lines = []
    for way, stop in stops_of(content):
        text = say("stop", lang, km=km(stop.along_m, lang), name=stop.name)
        more = (stop.layer, *stop.details, say("off", lang, n=km(stop.off_m, lang)) if stop.off_m >= 100 else "")
        name = f"{say('way', lang, n=way.route_id)}, " if len(content.ways) > 1 else ""
        lines.append(clean(f"{name}{text} ({', '.join(one for one in more if one)})"))
    return lines

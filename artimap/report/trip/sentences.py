"""What is known of a way, in words: the same on the page, in the card and in the terminal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from artimap.control.checkpoints.fees import Asked
from artimap.core.harm import harm_line
from artimap.core.i18n import format_count, format_day, format_number, tr, words
from artimap.core.phrases import actors_phrase, day_phrase, km_span, named_phrase, wait_phrase
from artimap.core.vocab import RouteDiffers, Status
from artimap.report.blocks import clean
from artimap.report.change_words import change_line
from artimap.report.trip.content import TripContent, TripHeld, TripPost, TripReport, TripStatus, TripWay

Fact: TypeAlias = tuple[str, str]
"""A label and what is to be told under it."""


def say(key: str, lang: str, /, **values: object) -> str:
    """Give the words for ``trip.<key>``; what is filled in stands on one line, with hidden signs made visible."""
    return tr(f"trip.{key}", lang, **{name: clean(value) for name, value in values.items()})


def changed(content: TripContent, lang: str, *, most: int) -> list[str]:
    """Say what changed on the ways since an earlier briefing, the weightiest first; where several, how many more."""
    if content.since is None or not content.changed:
        return []
    told = [change_line(one, lang, brief=True) for one in content.changed[:most]]
    if 1 < most < len(content.changed):
        told.append(tr("report.and_more", lang, n=len(content.changed) - most).rstrip("."))
    return [tr("change.trip", lang, day=format_day(content.since, lang), text=clean("; ".join(told)))]


def counted(key: str, number: int, lang: str, /, **values: object) -> str:
    """Give a sentence that has a form for one and a form for many."""
    # French counts 0 as singular, English and Kreyòl as plural.
    one, many = tr(key, lang).split("|")
    single = str(number) in words(lang)["number.singular"].split("|")
    return (one if single else many).format(n=format_count(number, lang), **values)


def listed(parts: Iterable[str], lang: str) -> str:
    """Join what stands in one sentence."""
    return tr("map.trip.and", lang).join(one for one in parts if one)


def capital(text: str) -> str:
    """Begin a text with a capital."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """End a text as a sentence and begin it with a capital."""
    text = capital(text)
    return text if text.endswith((".", "!", "?")) else f"{text}."


def day_or_none(day: dt.date | None, lang: str) -> str:
    """Write a day, or that none is stated."""
    return say("no_day", lang) if day is None else format_day(day, lang)


def clock(time: dt.time) -> str:
    """Write a time of day.

    >>> clock(dt.time(6, 5))
    '06:05'
    """
    return f"{time:%H:%M}"


def duration(minutes: float, lang: str) -> str:
    """Write a time of travel: to five minutes from an hour on, since nothing is known to the minute.

    >>> duration(47.2, "en"), duration(73.0, "en"), duration(119.0, "fr")
    ('47 min', '1 h 15', '2 h 00')
    """
    whole = round(minutes)
    if whole < 60:
        return say("minutes", lang, n=whole)
    whole = round(minutes / 5) * 5
    return say("hours", lang, h=whole // 60, m=f"{whole % 60:02d}")


def durations(low: float | None, high: float | None, lang: str) -> str:
    """Write a span of times of travel; empty where it may not be told."""
    if low is None or high is None:
        return ""
    a, b = duration(low, lang), duration(high, lang)
    return a if a == b else say("span", lang, a=a, b=b)


def km(metres: float, lang: str) -> str:
    """Write a length in km: whole from ten on, and 0 below fifty metres."""
    if metres < 50:
        return "0"
    return format_count(round(metres / 1000), lang) if metres >= 9_950 else format_number(metres / 1000, lang)


def way_number(way: TripWay, lang: str) -> str:
    """Name a way by its number."""
    return say("back" if way.back else "way", lang, n=way.route_id)


def way_name(way: TripWay, lang: str) -> str:
    """Name a way by its number, and the roads and places that tell it from the others."""
    name = way_number(way, lang)
    return say("called", lang, way=name, by=", ".join(way.by)) if way.by else name


def incidents(way: TripWay, lang: str, *, short: bool = False) -> str:
    """Say how often incidents are reported on the way; where most of it is silent, that it is not known."""
    risk = way.risk
    if risk.expected is None:
        last = risk.last_expected
        before = tr("map.rate.last", lang, rate=wait_phrase(last, None, None, lang)) if last and not short else ""
        return listed((say("unknown_rate", lang), before), lang)
    rate = wait_phrase(risk.expected, risk.lo80, risk.hi80, lang)
    if short or risk.lo80 is None or risk.hi80 is None:
        return rate
    n, a, b = (format_number(one, lang) for one in (risk.expected, risk.lo80, risk.hi80))
    return listed((rate, tr("map.trip.month", lang, n=n, a=a, b=b)), lang)


def passage(way: TripWay, lang: str) -> str:
    """Say what is known by passage; without movements, that nobody knows how many pass."""
    known = way.passages
    if known is None:
        return say("traffic_unknown", lang)
    quiet = not known.incidents and not known.turned_back and not known.partly_incidents
    day, parts = day_or_none(known.since, lang), list[str]()
    if known.passed or known.turned_back or known.incidents:
        parts.append(counted(f"trip.passed{'_quiet' if quiet else ''}", known.passed, lang, day=day))
        parts += [counted("passages.short", known.partly, lang)] if known.partly else []
    elif known.covered_km is not None and known.length_km is not None:
        x, y = (km(1000 * one, lang) for one in (known.covered_km, known.length_km))
        parts.append(counted("passages.short_only", known.partly, lang, x=x, y=y, day=day))
    for key, number in (("turned_back", known.turned_back), ("incident", known.incidents)):
        if number:
            parts.append(f"{tr(f'outcome.{key}', lang)}{tr('report.colon', lang)}{format_count(number, lang)}")
    if known.partly_incidents:
        parts.append(counted("passages.short_incidents", known.partly_incidents, lang))
    if known.per_hundred is not None and known.lo95 is not None and known.hi95 is not None:
        n, a, b = (format_number(one, lang) for one in (known.per_hundred, known.lo95, known.hi95))
        parts.append(say("per_hundred", lang, n=n, a=a, b=b))
    return listed(parts, lang)


def amount(one: Asked, lang: str, *, least: bool = False) -> str:
    """Write what is asked, from low to high; an open end as such, or the low end alone."""
    low = format_count(round(one.low), lang)
    if least:
        span = low
    elif one.high is None:
        span = tr("report.fees.or_more", lang, n=low)
    else:
        high = format_count(round(one.high), lang)
        span = low if low == high else f"{low}–{high}"
    return say("fee", lang, amount=span, currency=one.currency, per=tr(f"per.{one.per}", lang))


def fees(way: TripWay, lang: str) -> str:
    """Say what posts ask together: a sum from low to high only where every post states one, else "at least"."""
    posts = way.posts
    if posts is None:
        return ""
    if posts.asked and posts.complete:
        return say("fee_total", lang, fees=listed((amount(one, lang) for one in posts.asked), lang))
    if posts.asked:
        least = say("fee_least", lang, fees=listed((amount(one, lang, least=True) for one in posts.asked), lang))
        n = posts.fee_unknown
        return listed((least, counted("trip.fee_unknown", n, lang, all=posts.number) if n else ""), lang)
    if not posts.number:
        return say("fee_no_post", lang)
    return say("fee_none_1", lang) if posts.number == 1 else say("fee_none", lang, n=posts.number)


def posts_number(way: TripWay, lang: str) -> str:
    """Say how many posts are said to stand on the way, and how many more may."""
    posts = way.posts
    if posts is None:
        return ""
    number = counted("report.count.posts", posts.number, lang) if posts.number else say("posts_none", lang)
    return listed((number, counted("trip.posts_doubtful", posts.doubtful, lang) if posts.doubtful else ""), lang)


def posts_words(way: TripWay, lang: str) -> str:
    """Say how many posts there are and what they ask, as a sentence that stands alone."""
    number = posts_number(way, lang)
    if way.posts is not None and way.posts.number:
        asked = fees(way, lang) if way.posts.asked else tr("report.not_stated", lang)
        return say("card_posts", lang, posts=number, fees=asked)
    return sentence(f"{say('posts', lang)}{tr('report.colon', lang)}{number}")


def minutes_of(low: float | None, high: float | None, lang: str) -> str:
    """Write a waiting time; empty where none is stated."""
    if low is None or high is None:
        return ""
    a, b = round(low), round(high)
    return say("minutes", lang, n=a if a == b else f"{a}–{b}")


def waiting(way: TripWay, lang: str) -> str:
    """Say how long posts make one wait, as far as they state it."""
    posts = way.posts
    if posts is None or not posts.number:
        return ""
    if posts.waiting_unknown >= posts.number:
        return say("waiting_none", lang)
    span = minutes_of(posts.waiting_lo_min, posts.waiting_hi_min, lang)
    if not posts.waiting_unknown:
        return span
    return say("waiting_part", lang, span=span, n=counted("report.count.posts", posts.waiting_unknown, lang))


def silence(way: TripWay, content: TripContent, lang: str) -> str:
    """Say on how much of the way nobody reports."""
    days, whole = content.quiet_days, way.km * 1000
    if way.risk.silent_m < 50:
        return say("silent_none", lang, days=days)
    if way.risk.silent_m > whole - 50:
        return say("silent_all", lang, km=km(whole, lang), days=days)
    return say("silent_of", lang, n=km(way.risk.silent_m, lang), km=km(whole, lang), days=days)


def silence_line(way: TripWay, content: TripContent, lang: str) -> str:
    """Say in a sentence on how much of the way nobody reports; empty where somebody does on all of it."""
    if way.risk.silent_m < 50:
        return ""
    n, whole = km(way.risk.silent_m, lang), km(way.km * 1000, lang)
    return say("card_silent", lang, n=n, km=whole, days=content.quiet_days)


def newest(way: TripWay, lang: str) -> str:
    """Give the day of the newest report about the way."""
    day = way.risk.newest_report
    return tr("map.trip.never", lang) if day is None else format_day(dt.date.fromisoformat(day), lang)


def reason(code: str, content: TripContent, lang: str) -> str:
    """Say why a way differs from the first, from a code of ``RouteDiffers`` with its parameters."""
    kind, *given = code.split(":")
    match RouteDiffers(kind):
        case RouteDiffers.QUICKEST:
            return say("why_quickest" if len(content.ways) > 1 else "why_only", lang)
        case RouteDiffers.SLOWER | RouteDiffers.MORE_SILENT:
            return say(f"why_{kind}", lang, n=format_number(float(given[0]), lang))
        case RouteDiffers.FEWER_REPORTS:
            return say("why_fewer_reports", lang, n=format_number(100 * (1 - float(given[0])), lang))
        case RouteDiffers.AVOIDS:
            return say("why_avoids", lang, what=_avoided(given, content, lang))
    return say(f"why_{kind}", lang)


def reasons(way: TripWay, content: TripContent, lang: str) -> str:
    """Say how a way differs from the first."""
    avoids = [one for one in way.why if one.startswith(f"{RouteDiffers.AVOIDS}:")]
    pieces = ", ".join(_avoided(one.split(":")[1:], content, lang) for one in avoids)
    told = dict.fromkeys(
        say("why_avoids", lang, what=pieces) if one in avoids else reason(one, content, lang) for one in way.why
    )
    return listed(told, lang)


def _avoided(given: Sequence[str], content: TripContent, lang: str) -> str:
    low, high = (float(one) * 1000 for one in given[1:3])
    return f"{content.names.get(given[0], given[0])} {km_span(low, high, lang)}"


def road_words(status: TripStatus, lang: str) -> str:
    """Name what a status speaks of: its name, its road and kilometres."""
    span = ""
    if status.road is not None:
        low, high = sorted((status.road.from_km, status.road.to_km))
        span = f"{status.road.road} {km_span(low * 1000, high * 1000, lang)}"
    return ", ".join(one for one in (clean(status.name), span) if one)


def age(status: TripStatus, lang: str) -> str:
    """Say of which day a status is and how old."""
    if status.said_on is None or status.age_days is None:
        return say("no_day", lang)
    ago = counted("report.count.days_ago", status.age_days, lang) if status.age_days else tr("report.today", lang)
    return f"{format_day(status.said_on, lang)} ({ago})"


def closure(status: TripStatus, lang: str) -> str:
    """Say what is left out because it is closed, who says so, and how old that is."""
    what = road_words(status, lang)
    taken = [] if status.taken is None else [
        say("taken_closed", lang, km=km_span(status.taken.from_km * 1000, status.taken.to_km * 1000, lang))
    ]  # fmt: skip
    if status.asked:
        return listed((say("asked_closed", lang, what=what), *taken), lang)
    state = tr(f"passage.{status.state}", lang)
    text = say("said_closed", lang, what=what, state=state, source=status.source, age=age(status, lang))
    return listed((text, *taken, *_doubts(status, lang)), lang)


def state(status: TripStatus, lang: str) -> str:
    """Say what one source says of the state of the way."""
    word = tr(f"passage.{status.state}", lang)
    text = say("said_state", lang, what=road_words(status, lang), state=word, source=status.source,
                age=age(status, lang))  # fmt: skip
    return listed((text, *_doubts(status, lang)), lang)


def _doubts(status: TripStatus, lang: str) -> list[str]:
    return [say(name, lang) for name in ("stale", "contradicted") if getattr(status, name)]


def vehicle(content: TripContent, lang: str) -> str:
    """Name the vehicle; empty where it may not be told."""
    return "" if content.vehicle is None else tr(f"vehicle.{content.vehicle}", lang)


def fact_rows(ways: Sequence[TripWay], content: TripContent, lang: str) -> list[tuple[str, tuple[str, ...]]]:
    """Give what is to be told of ways beside each other: a label, and a text a way; rows that none has are left out."""
    columns = [_facts(way, content, lang) for way in ways]
    rows = [(row[0][0], tuple(text for _, text in row)) for row in zip(*columns, strict=True)]
    return [(label, tuple(text or "–" for text in texts)) for label, texts in rows if any(texts)]


def _facts(way: TripWay, content: TripContent, lang: str) -> list[Fact]:
    plan = content.vehicle is not None
    who = capital(vehicle(content, lang))
    return [
        (say("time", lang), durations(way.time_lo_min, way.time_hi_min, lang)),
        (say("arrival", lang), arrival(way, content, lang)),
        (say("length", lang), tr("map.km.length", lang, n=format_number(way.km, lang, digits=3))),
        (say("incidents", lang), incidents(way, lang)),
        (say("passage", lang), no_passage(content, lang) if way.passages is None else passage(way, lang)),
        (say("posts", lang), posts_number(way, lang)),
        (say("fees", lang), fees(way, lang)),
        (say("waiting", lang), waiting(way, lang)),
        (say("passable", lang, vehicle=who), passable(way, lang) if plan else ""),
        (say("silent", lang), silence(way, content, lang)),
        (say("newest", lang), newest(way, lang)),
        (say("reports_on", lang), " ".join(report(one, lang) for one in way.reports)),
        (say("held", lang), " ".join(held(one, lang) for one in way.held) or say("held_none", lang)),
        (say("state", lang), listed((state(one, lang) for one in way.statuses), lang) or no_state(content, lang)),
        (say("why", lang), reasons(way, content, lang)),
    ]


def passable(way: TripWay, lang: str) -> str:
    """Say whether the vehicle passes; where it would not, by which posts and of what day that is."""
    shut = [post for post in way.post_rows if post.passable == "no"] if way.passable == "no" else []
    if not shut:
        return say(f"passable_{way.passable}", lang)
    told = (f"{post.place or say('no_place', lang)} ({day_or_none(post.last_confirmed, lang)})" for post in shut)
    return say("passable_no_by", lang, text=", ".join(dict.fromkeys(told)))


def report(one: TripReport, lang: str, *, short: bool = False) -> str:
    """Tell a report: the day, marked where it is of the last ones, what, where, how many were harmed, who says so."""
    day = day_phrase(one.day, one.until, one.day_precision, lang)
    fresh = say("report_fresh", lang, n=24 * (one.days_ago + 1)) if one.fresh else ""
    when = fresh if fresh and short else ", ".join(part for part in (fresh, day) if part)
    place = _cut(one.place, short=short) or say("no_place", lang)
    if one.along_m is not None and one.along_end_m is not None:
        a, b = km(one.along_m, lang), km(one.along_end_m, lang)
        place = say("report_place", lang, place=place, km=a if a == b else f"{a}–{b}")
    harm = harm_line(one.harm, lang) if any(number is not None for number in one.harm.values()) else ""
    names = [_cut(name, short=short) for name in one.sources[: 1 if short else 3]]
    more = len(one.sources) - len(names)
    said = [*names, *([say("armed_more", lang, n=more)] if more else [])]
    by = say("report_by", lang, text=", ".join(said)) if said else ""
    parts = (tr(f"kind.{one.kind}", lang), place,
             "" if short else actors_phrase(one.actors, lang, between=", "), harm, by)  # fmt: skip
    text = ", ".join(part for part in parts if part)
    mine = f" ({say('report_own', lang)})" if one.own else ""
    return sentence(f"{when}{tr('report.colon', lang)}{text}{mine}")


def _cut(text: str, *, short: bool) -> str:
    return f"{text[: _SHORT - 1].rstrip()}…" if short and len(text) > _SHORT else text


_SHORT = 40
"""Letters of a name on a card: three names of any length would fill it."""


def reports_by_way(content: TripContent) -> list[tuple[TripReport, tuple[TripWay, ...]]]:
    """Give the reports of all ways there, each once with its ways, those of the last days and one's own first."""
    found: dict[str, tuple[TripReport, tuple[TripWay, ...]]] = {}
    for way in content.ways:
        for one in way.reports:
            found[one.event_id] = (found.get(one.event_id, (one, ()))[0], (*found.get(one.event_id, (one, ()))[1], way))
    return sorted(found.values(), key=lambda pair: (not pair[0].fresh, not pair[0].own, pair[0].days_ago))


def report_lines(content: TripContent, lang: str, *, short: bool = False) -> list[tuple[TripReport, str]]:
    """Tell the reports of all ways, each once: on which of them it is stands before it, where it is not on all."""
    lines = []
    for one, ways in reports_by_way(content):
        # Its kilometres are those of the first way; on others it may stand elsewhere.
        where = "" if len(ways) == len(content.ways) else ", ".join(way_number(way, lang) for way in ways)
        text = report(one, lang, short=short)
        lines.append((one, f"{where}. {text}" if where else text))
    return lines


def lost_lines(content: TripContent, lang: str, *, short: bool = False) -> list[str]:
    """Tell the deadly reports of the user's own that have no place on the map."""
    key = "card_lost" if short else "lost"
    told = [say(key, lang, text=report(one, lang, short=short)) for one in content.lost[:ANSWERED]]
    left = len(content.lost) - len(told)
    return [*told, counted("trip.lost_more", left, lang)] if left else told


def held(one: TripHeld, lang: str) -> str:
    """Say who is said to hold a place, or who attacked it, and of what day that is."""
    who = named_phrase({"actors": one.actors, "attackers": one.attackers}, lang, between=", ")
    words = tr(f"map.zone.{one.status}", lang, who=who or tr("said.by_nobody", lang), place=one.name)
    return f"{capital(words.rstrip('.'))} ({day_or_none(one.confirmed, lang)})."


_GRAVITY = (
    Status.ASSESSED,
    Status.CONTESTED,
    Status.CLAIMED,
    Status.ATTACKED_RECENTLY,
    Status.PRESENCE,
    Status.LAST_KNOWN,
)
_NAMED = 6


def armed(places: Sequence[TripHeld], lang: str, *, key: str = "armed", most: int = _NAMED) -> str:
    """Name in a line the places where groups are said to be or to have attacked, the gravest first; empty for none."""
    order = sorted(places, key=lambda one: _GRAVITY.index(Status(one.status)))
    told = []
    for one in order[:most]:
        who = actors_phrase(one.actors, lang, between=", ")
        status = tr(f"status.{one.status}", lang)
        told.append(f"{one.name} ({status}{tr('report.colon', lang)}{who})" if who else f"{one.name} ({status})")
    if len(order) > most:
        told.append(say("armed_more", lang, n=len(order) - most))
    return say(key, lang, text=", ".join(told)) if told else ""


ANSWERED = 3
"""So many closures stand in the answer itself."""


def answer(content: TripContent, lang: str) -> list[str]:
    """Give the answer in a few sentences: whether ways are known, what is known of each, what is left out."""
    if not content.ways:
        key = "none_closed" if content.closed else "none"
        lines = [say(key, lang, start=content.start, stop=content.stop)]
    else:
        lines = [counted("trip.ways", len(content.ways), lang)]
    # Where more than two stand beside each other, the answer would hide them: there it names the first facts alone.
    lines += [_way_answer(way, content, lang, short=len(content.ways) > 2) for way in content.ways]
    # What is of the last days, or of one's own file, stands in the answer: a rate hides it.
    near = [text for one, text in report_lines(content, lang) if one.fresh or one.own]
    return [*lines, *near[:ANSWERED], *lost_lines(content, lang), *closures(content, lang, most=ANSWERED)]


def first_line(way: TripWay, lang: str) -> str:
    """Name a way with its length and time."""
    length = tr("map.km.length", lang, n=km(way.km * 1000, lang))
    time = durations(way.time_lo_min, way.time_hi_min, lang)
    return f"{way_name(way, lang)}{tr('report.colon', lang)}{', '.join(one for one in (length, time) if one)}."


def _way_answer(way: TripWay, content: TripContent, lang: str, *, short: bool) -> str:
    told = [first_line(way, lang), say("card_incidents", lang, text=incidents(way, lang, short=short))]
    if way.passable == "no":
        told.append(f"{vehicle(content, lang)} {say('passable_no', lang)}")
    told += [armed(way.held, lang)]
    if not short:
        told += [posts_words(way, lang) if way.posts is not None else "", silence_line(way, content, lang)]
        told.append(f"{say('newest', lang)}{tr('report.colon', lang)}{newest(way, lang)}")
    return " ".join(sentence(one) for one in told if one)


def closures(content: TripContent, lang: str, *, most: int) -> list[str]:
    """Say what is left out because it is closed, at most so many; the others are counted."""
    near = [one for one in content.closed if one.near]
    lines = [sentence(closure(one, lang)) for one in near[:most]]
    left = len(content.closed) - len(lines)
    return [*lines, counted("trip.closed_more", left, lang)] if left else lines


def daylight(content: TripContent, lang: str) -> list[str]:
    """Say when to leave to be there an hour before dark, when the sun sets, and when a curfew holds."""
    lines = leaving(content, lang)
    if content.sunset is not None:
        lines.append(say("sunset", lang, time=clock(content.sunset), stop=content.stop))
    if content.curfew is not None:
        lines.append(say("curfew", lang, a=clock(content.curfew[0]), b=clock(content.curfew[1])))
    return lines


def leaving(content: TripContent, lang: str) -> list[str]:
    """Say when to leave, and where the departure is outside of that; nothing where no hours are told."""
    if not content.hours:
        return []
    hours = [
        say("leave_never", lang) if one.leave is None else
        say("leave_between", lang, a=clock(one.leave[0]), b=clock(one.leave[1]))
        for one in content.hours
    ]  # fmt: skip
    if len(set(hours)) > 1:
        hours = [f"{way_number(way, lang)} {text}" for way, text in zip(content.ways, hours, strict=True)]
    text = say("leave", lang, hours=listed(dict.fromkeys(hours), lang))
    leaves = content.departure
    out = [way for way, one in zip(content.ways, content.hours, strict=True)
           if leaves is not None and (one.leave is None or not one.leave[0] <= leaves <= one.leave[1])]  # fmt: skip
    there = [say("hours_there", lang)] if content.back else []
    if leaves is None or not out:
        return [text, *there]
    if content.curfew is not None and _between(leaves, *content.curfew):
        a, b = map(clock, content.curfew)
        return [text, say("curfew_out", lang, time=clock(leaves), a=a, b=b), *there]
    return [
        text,
        *there,
        say("leaves_out", lang, time=clock(leaves), ways=", ".join(way_number(way, lang) for way in out)),
    ]


def _between(time: dt.time, start: dt.time, stop: dt.time) -> bool:
    """Tell whether a time lies in a span, which may run over midnight."""
    return start <= time < stop if start <= stop else time >= start or time < stop


def arrival(way: TripWay, content: TripContent, lang: str) -> str:
    """Say when one arrives, by the plan; empty where none is told."""
    at = next((one.arrive for other, one in zip(content.ways, content.hours, strict=False) if other is way), None)
    if at is None:
        return ""
    a, b = (clock(time) + (say("next_day", lang, n=days) if days else "") for time, days in at)
    return say("span", lang, a=a, b=b)


def unknowns(content: TripContent, lang: str) -> list[str]:
    """Say what is not known."""
    names = ["not_times", "not_posts"] if content.vehicle is not None else ["not_held"]
    told = any(way.statuses for way in content.all_ways) or any(not one.asked for one in content.closed)
    doubts = state_doubts(content, lang)
    names.append("not_roads_some" if told or doubts or content.unplaced else "not_roads")
    if told and not content.closed and not doubts:
        names.append("closed_none")
    if any(one.stale for way in content.all_ways for one in way.statuses):
        names.append("not_closed")
    if len(content.ways) > 1:
        names.append("fewer")
    unplaced = [counted("trip.not_placed", content.unplaced, lang)] if content.unplaced else []
    return [*(say(name, lang) for name in names), *unplaced, *doubts]


def state_doubts(content: TripContent, lang: str) -> list[str]:
    """Say how many statuses of roads were given that nobody can see here: each may be of a way that is closed."""
    given = {"statuses_rejected": content.statuses_rejected, "statuses_held": content.statuses_held}
    return [counted(f"trip.{name}", n, lang) for name, n in given.items() if n]


def no_state(content: TripContent, lang: str) -> str:
    """Say that nothing is told of the state of a way, and whether more was given than can be told."""
    return " ".join(capital(one) for one in state_doubts(content, lang)) or say("state_none", lang)


def no_passage(content: TripContent, lang: str) -> str:
    """Say why no movement is told of: nobody knows of any, or the audience gets counts of so many alone."""
    if content.cells_of is None:
        return say("traffic_unknown", lang)
    return say("traffic_held", lang, k=format_count(content.cells_of, lang))


def head(content: TripContent, lang: str) -> list[str]:
    """Give day, vehicle, departure, stops and for whom it is."""
    return [
        tr("map.subtitle", lang, day=format_day(content.as_of, lang)),
        *([capital(vehicle(content, lang))] if content.vehicle is not None else []),
        *([say("leaves", lang, time=clock(content.departure))] if content.departure is not None else []),
        *([say("via", lang, places=", ".join(content.via))] if content.via else []),
        tr(f"map.audience.{content.audience}", lang),
    ]


def post_cells(post: TripPost, content: TripContent, lang: str) -> tuple[str, ...]:
    """Give a post as a row: where on the way, place and kind, who keeps it, what it asks, waiting, last word."""
    known = words(lang)
    kind = known.get(f"checkpoint.{post.kind}", post.kind)
    along = "–" if post.along_m is None else f"{km(post.along_m, lang)}"
    if post.along_m is not None and post.along_end_m is not None and abs(post.along_end_m - post.along_m) > 500:
        along = f"{along}–{km(post.along_end_m, lang)}"
    asked = listed((amount(one, lang) for one in post.asked), lang) or tr("report.not_stated", lang)
    confirmed = day_or_none(post.last_confirmed, lang)
    numbers = ", ".join(str(content.sources.index(one) + 1) for one in post.sources if one in content.sources)
    wait = minutes_of(post.waiting_lo_min, post.waiting_hi_min, lang) or tr("report.not_stated", lang)
    keeper = actors_phrase(post.operator, lang) or tr("report.not_stated", lang)
    passes = known.get(f"passable.{post.passable}", post.passable)
    place = post.place or say("no_place", lang)
    return tuple(map(clean, (along, place, kind, keeper, asked, wait, passes, confirmed, numbers or "–")))

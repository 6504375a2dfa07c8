"""Numbers in words, the same on the map and in the report.

All functions take plain numbers (``None`` and NaN mean "not known") and a language, and
give one line of plain text.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from artimap.core.dates import DAYS_PER_MONTH
from artimap.core.i18n import format_count, format_day, format_number, format_rate, table_words, tr, words
from artimap.core.schema import split_names

_DAYS_PER_YEAR = DAYS_PER_MONTH * 12
_MAX_DAYS = 120
"""From here on a span is told in months, because nobody counts 200 days."""
_MAX_MONTHS = 24


def known(value: object) -> float | None:
    """Give a number as float, or None where it is null, NaN or infinite."""
    if value is None or not isinstance(value, (int, float)):
        try:
            value = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return None
    number = float(value)
    return number if math.isfinite(number) else None


def rule_phrase(name: str, lang: str) -> str:
    """Say the rule behind a status; a name that artimap does not know, of a table from elsewhere, stays as it is.

    >>> rule_phrase("party_alone", "en")
    'said only by a party, or by one who may be a party'
    """
    key = f"rule.{name}"
    return tr(key, lang) if key in words(lang) else name


def actors_phrase(cell: object, lang: str, *, between: str = "; ") -> str:
    """Name actors as the sources do; what is no name, an unnamed group or residents, is translated. Empty for nobody.

    >>> actors_phrase("Gran Grif; unnamed armed group", "fr")
    'Gran Grif; groupe armé non nommé'
    """
    return between.join(table_words(one, lang) for one in split_names(cell))


def named_phrase(row: Mapping[str, Any] | pd.Series, lang: str, *, between: str = "; ") -> str:
    """Say whom a row of STATUS or ZONES names: who holds it or is there, or whom reports of an attack name.

    Empty where it names nobody: ``said.by_nobody`` says so, and no group stands in for it.

    >>> named_phrase({"actors": None, "attackers": "400 Mawozo"}, "en")
    'named in the reports: 400 Mawozo'
    """
    named = actors_phrase(row["actors"], lang, between=between)
    attackers = actors_phrase(row.get("attackers"), lang, between=between)
    return named or (tr("said.attack_names", lang, who=attackers) if attackers else "")


def held_before_phrase(row: Mapping[Any, Any] | pd.Series, lang: str) -> str:
    """Say who was last known to hold what a row of STATUS or ZONES speaks of, on what day and who said so.

    >>> row = {"held_before": "Gran Grif", "held_before_on": dt.date(2024, 5, 3), "held_before_sources": "A"}
    >>> held_before_phrase(row, "en"), held_before_phrase({}, "en")
    ('Gran Grif, 3 May 2024, said by A', '')
    """
    names = [table_words(one, lang) for one in split_names(row.get("held_before"))]
    day = row.get("held_before_on")
    if not names or day is None or pd.isna(day):
        return ""
    publishers = split_names(row.get("held_before_sources"))
    sources = ", ".join(table_words(one, lang) for one in publishers) or tr("report.claimant_not_stated", lang)
    day = day.date() if isinstance(day, pd.Timestamp) else day
    return tr("said.held_before", lang, who=", ".join(names), day=format_day(day, lang), source=sources)


def passable_phrase(text: str, lang: str) -> str:
    """Say who is said to pass a post, and for whom that is not known.

    >>> passable_phrase("ambulance: unknown; bus: no; on_foot: unknown", "en")
    'bus does not pass; not known: ambulance, on foot'
    """
    known_words = words(lang)
    said, silent = [], []
    for pair in split_names(text):
        who, _, answer = pair.partition(": ")
        # A table from elsewhere may have words of its own: shown as they are, rather than half
        # translated.
        if f"vehicle.{who}" not in known_words or f"passable.{answer}" not in known_words:
            return text
        name = known_words[f"vehicle.{who}"]
        if answer == "unknown":
            silent.append(name)
        else:
            said.append(f"{name} {known_words[f'passable.{answer}']}")
    if silent:
        said.append(f"{known_words['passable.unknown']}{known_words['report.colon']}{', '.join(silent)}")
    return "; ".join(said)


def _unit(days: float) -> tuple[str, float]:
    if days <= _MAX_DAYS:
        return "day", 1.0
    if days / DAYS_PER_MONTH <= _MAX_MONTHS:
        return "month", DAYS_PER_MONTH
    return "year", _DAYS_PER_YEAR


_FAR_LONGER = 30
"""Beyond so many times the waiting time itself, the far end of its interval is no figure to print."""


def wait_phrase(per_month: float | None, lo: float | None, hi: float | None, lang: str) -> str:
    r"""Say how often something comes as a wait, with its interval.

    Parameters
    ----------
    per_month
        How many come in a month.
    lo, hi
        The 80 % interval of that, in the same unit; null leaves the interval out.
    lang
        ``"en"``, ``"fr"`` or ``"ht"``.

    Returns
    -------
    str
        For example ``about once in 6.1 days (80 %: 3 to 12 days)``; "rate not known" where it is null or not
        above zero.

    >>> wait_phrase(5.0, 2.5, 10.0, "en")
    'about once in 6.1 days (80\xa0%: 3 to 12 days)'
    """
    mean, low, high = known(per_month), known(lo), known(hi)
    if mean is None or mean <= 0:
        return tr("map.rate.unknown", lang)
    # A rate is told as a wait: "once in 6 days" is understood, "0.1 per km and month" is not.
    days = DAYS_PER_MONTH / mean
    # Below a day the wait is no figure to plan with: so many a day instead.
    if days < 1:
        phrase = tr("map.rate.per_day", lang, n=format_number(1 / days, lang))
        if low is None or high is None:
            return phrase
        a, b = (format_number(each / DAYS_PER_MONTH, lang) for each in (low, high))
        return f"{phrase} {tr('map.rate.between_per_day', lang, a=a, b=b)}"
    # The higher rate is the shorter wait, so the two ends change places.
    least = DAYS_PER_MONTH / high if high else days
    # One unit for all three figures. The shortest wait chooses it, unless it is far shorter than the
    # rate's own: "0.2 months" would be no figure.
    unit, size = _unit(max(least, days / 10))
    one, many = tr(f"map.rate.{unit}", lang).split("|")
    shown = format_number(days / size, lang)
    phrase = tr("map.rate.each", lang, unit=one) if shown == "1" else tr("map.rate.every", lang, n=shown, units=many)
    if low is None or high is None or high <= 0:
        return phrase
    a = format_number(least / size, lang)
    if low * _FAR_LONGER <= mean:  # the far end says no more than "or far longer"
        return f"{phrase} {tr('map.rate.at_least', lang, a=a, units=many)}"
    b = format_number(DAYS_PER_MONTH / low / size, lang)
    return f"{phrase} {tr('map.rate.between', lang, a=a, b=b, units=many)}"


def reported_phrase(per_month: float | None, lo: float | None, hi: float | None, lang: str) -> str:
    r"""Say how often something is reported: never that it happens so often.

    >>> reported_phrase(5.0, 2.5, 10.0, "en"), reported_phrase(None, None, None, "en")
    ('reported about once in 6.1 days (80\xa0%: 3 to 12 days)', 'rate not known')
    """
    wait = wait_phrase(per_month, lo, hi, lang)
    rate = known(per_month)
    return wait if rate is None or rate <= 0 else tr("map.rate.reported", lang, rate=wait)


def rate_phrase(
    rate_per_km_month: float | None, lo: float | None, hi: float | None, length_km: float, lang: str
) -> str:
    r"""Say how often incidents are reported on a piece of road.

    Parameters
    ----------
    rate_per_km_month
        Incidents per kilometre and month.
    lo, hi
        The 80 % interval of that rate, in the same unit; null leaves the interval out.
    length_km
        Length of the piece, in km.
    lang
        ``"en"``, ``"fr"`` or ``"ht"``.

    Returns
    -------
    str
        For example ``reported about once in 6.1 days (80 %: 3 to 12 days)``; "rate not known" where the rate is
        null or not above zero.

    >>> rate_phrase(0.1, 0.05, 0.2, 50.0, "en")
    'reported about once in 6.1 days (80\xa0%: 3 to 12 days)'
    """
    rate, low, high = (
        None if value is None else value * length_km for value in (known(each) for each in (rate_per_km_month, lo, hi))
    )
    return reported_phrase(rate, low, high, lang)


_SIMPLE = tuple((a, b) for b in (2, 3, 4, 5, 10) for a in range(1, b))
_NEAR = 0.05
"""A simple fraction stands for a share that lies no further from it."""


def share_phrase(share: float, rate: str, lang: str) -> str:
    r"""Put a rate under the condition that only a share is reported.

    >>> share_phrase(0.4, "about once in 15 days", "en")
    'if about two in five incidents are reported, about once in 15 days'
    >>> share_phrase(0.02, "about once in a day", "en")
    'if about 2\xa0% of incidents are reported, about once in a day'
    """
    a, b = min(_SIMPLE, key=lambda one: (round(abs(one[0] / one[1] - share), 9), one[1]))
    if abs(a / b - share) > _NEAR:
        return tr("map.rate.share_percent", lang, n=format_number(100 * share, lang), rate=rate)
    numbers = tr("number.small", lang).split("|")
    one, many = tr("map.rate.share", lang).split("|")
    return (one if a == 1 else many).format(a=numbers[a - 1], b=numbers[b - 1], rate=rate)


def rate_figure(rate_per_km_month: float | None, lang: str) -> str:
    """Give the bare figure of a rate, per km and month, to two significant figures."""
    rate = known(rate_per_km_month)
    if rate is None:
        return tr("map.rate.unknown", lang)
    return tr("map.rate.figure", lang, n=format_rate(rate, lang))


def harm_phrase(low: float | None, high: float | None, lang: str, *, best: float | None = None) -> str:
    """Say a count of people that sources give as one figure, a span, or "at least".

    A null is "not stated", never 0; a reported 0 is "none reported".

    >>> harm_phrase(70, None, "en"), harm_phrase(70, 115, "en"), harm_phrase(0, 0, "en"), harm_phrase(None, None, "en")
    ('at least 70', '70 to 115', 'reported as none', 'not stated')
    >>> harm_phrase(20, None, "en", best=70)
    '20 to 70 or more'
    """
    least, most = known(low), known(high)
    if least is None and most is None:
        least = most = known(best)
    if least is None:
        return tr("map.harm.unknown" if most is None else "map.harm.at_most", lang, n=_count(most, lang))
    if most is None:
        middle = known(best)
        if middle is not None and round(middle) > round(least):
            return tr("map.harm.open", lang, a=_count(least, lang), b=_count(middle, lang))
        return tr("map.harm.at_least", lang, n=_count(least, lang))
    if most == 0:
        return tr("map.harm.none", lang)
    if least == most:
        return _count(most, lang)
    return tr("map.harm.span", lang, a=_count(least, lang), b=_count(most, lang))


def _count(value: float | None, lang: str) -> str:
    return "" if value is None else format_count(round(value), lang)


def day_phrase(start: dt.date, end: dt.date | None, precision: int, lang: str) -> str:
    """Say when: one day, a span of days, or a month where the day is not known.

    Parameters
    ----------
    start, end
        First and last day; ``end`` null or equal to ``start`` is one day.
    precision
        1 day, 2 week, 3 month or longer, as in EVENTS.
    lang
        ``"en"``, ``"fr"`` or ``"ht"``.

    >>> day_phrase(dt.date(2024, 10, 3), dt.date(2024, 10, 4), 1, "en")
    '3 Oct 2024 to 4 Oct 2024'
    """
    if end is None or end == start:
        shown = format_day(start, lang)
    else:
        shown = tr("map.day.span", lang, a=format_day(start, lang), b=format_day(end, lang))
    return tr(f"map.day.precision_{precision}", lang, day=shown) if precision in (2, 3) else shown


def km_span(from_m: float, to_m: float, lang: str) -> str:
    """Say where a stretch lies on its road: ``km 94.8 to 107.8``.

    >>> km_span(94_800, 107_830, "en")
    'km 94.8 to 107.8'
    """
    # Equal as printed, with one decimal: "km 94.8 to 94.8" says nothing more.
    if round(from_m / 100) == round(to_m / 100):
        return tr("map.km.at", lang, a=_km(from_m, lang))
    return tr("map.km.span", lang, a=_km(from_m, lang), b=_km(to_m, lang))


def _km(metres: float, lang: str) -> str:
    decimal = tr("number.decimal", lang)
    return f"{metres / 1000:.1f}".replace(".", decimal)


def rate_text(band: int, edges: Sequence[float], lang: str) -> str:
    """Give the words for a class of a rate, 1 the lowest; ``edges`` are the lower edges of the others."""
    low = format_number(edges[band - 2], lang) if band > 1 else None
    high = format_number(edges[band - 1], lang) if band <= len(edges) else None
    if low is None:
        return tr("map.legend.rate_below", lang, b=high)
    if high is None:
        return tr("map.legend.rate_above", lang, a=low)
    return tr("map.legend.rate_between", lang, a=low, b=high)

"""Small wordings shared by the sections: days, counts, harm, reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import pandas as pd

from artimap.claims.resolution import earliest_day
from artimap.core.harm import harm_line
from artimap.core.i18n import format_count, format_day, format_rate, tr, words
from artimap.core.phrases import actors_phrase, day_phrase, km_span, known, rule_phrase
from artimap.core.reasons import why_words
from artimap.core.vocab import Party
from artimap.report.blocks import Block, Cell, Listing, Paragraph, Run, cell, run
from artimap.report.context import Context

Row: TypeAlias = "Mapping[str, Any] | pd.Series"
"""A row of a table by column."""

RATES = "R"
"""What stands for the rates among the numbers of the sources."""

HARMS = ("killed", "injured", "abducted", "displaced", "arrested")
"""Predicates of claims whose value is a count of people."""

_PRECISION = {"week": 2, "by": 2, "month": 3, "year": 3}
"""How exactly the day of a report is known, by ``date_basis``."""


def say(ctx: Context, key: str, /, **values: object) -> str:
    """Give the words for ``report.<key>`` in the language of the report."""
    return tr(f"report.{key}", ctx.lang, **values)


def word(ctx: Context, table: str, value: object) -> str:
    """Give the word for a value of a vocabulary; a value without one stands as it is."""
    if not isinstance(value, str) or not value:
        return say(ctx, "not_stated")
    return words(ctx.lang).get(f"{table}.{value}", value)


def counted(ctx: Context, noun: str, number: int) -> str:
    """Give a count with its noun: ``report.count.<noun>`` holds "one|many" with ``{n}``."""
    # French counts 0 as singular, English and Kreyol as plural.
    one, many = tr(f"report.count.{noun}", ctx.lang).split("|")
    single = str(number) in words(ctx.lang)["number.singular"].split("|")
    return (one if single else many).format(n=format_count(number, ctx.lang))


def day_of(value: Any) -> dt.date | None:
    """Give a table's day as a date; null as None."""
    return None if value is None or pd.isna(value) else pd.Timestamp(value).date()


def text_of(value: Any) -> str:
    """Give a table's text; null as an empty text."""
    # Null in a text column may be None, NaN or pandas' NA, and each behaves otherwise in an ``or``.
    return value if isinstance(value, str) else ""


def day(ctx: Context, value: Any) -> str:
    """Write a day, or that it is not stated."""
    found = day_of(value)
    return say(ctx, "not_stated") if found is None else format_day(found, ctx.lang)


def ago(ctx: Context, value: Any) -> str:
    """Say how long before ``as_of`` a day lies; empty where it is null or later."""
    found = day_of(value)
    # No "in 3 days": what is later than the day of the answer has no age.
    if found is None or found > ctx.as_of:
        return ""
    days = (ctx.as_of - found).days
    return say(ctx, "today") if days == 0 else counted(ctx, "days_ago", days)


def day_and_ago(ctx: Context, value: Any) -> Cell:
    """Write a day and how long ago it was."""
    since = ago(ctx, value)
    if not since:
        return cell(run(day(ctx, value), quiet=day_of(value) is None))
    return cell(together(day(ctx, value)), run(f" ({together(since)})", quiet=True))


def together(text: str) -> str:
    """Keep the words of a short text on one line."""
    return text.replace(" ", "\u00a0")


def km(ctx: Context, row: Row) -> str:
    """Say between which kilometres a row lies."""
    return km_span(float(row["from_m"]), float(row["to_m"]), ctx.lang)


def interval(ctx: Context, row: Row) -> str:
    """Give a rate with its 80 % interval, per km and month."""
    rate, low, high = (known(row[name]) for name in ("rate", "lo80", "hi80"))
    if rate is None:
        return say(ctx, "not_known")
    shown = format_rate(rate, ctx.lang)
    if low is None or high is None:
        return shown
    return f"{shown} ({together(f'{format_rate(low, ctx.lang)} – {format_rate(high, ctx.lang)}')})"


def when(ctx: Context, event: Row) -> str:
    """Say when an event was."""
    start, end = day_of(event["date_start"]), day_of(event["date_end"])
    if start is None:
        return say(ctx, "not_stated")
    return day_phrase(start, end, int(event["date_precision"]), ctx.lang)


def harm(ctx: Context, event: Mapping[str, Any]) -> str:
    """Say an event's harm; what no source states is left out."""
    return harm_line(event, ctx.lang)


def event_line(ctx: Context, event: Row) -> str:
    """Say an event in a line: kind, place, day."""
    kind = word(ctx, "kind", event["kind"])
    place = text_of(event["place"])
    return ", ".join(part for part in (kind, place, when(ctx, event)) if part)


def sources(claims: pd.DataFrame, limit: int = 4) -> tuple[str, ...]:
    """Give the publishers behind some claims, each once, in order, at most ``limit``."""
    return tuple(dict.fromkeys(str(name) for name in claims["source"].dropna()))[:limit]


def by_number(ctx: Context, ids: Iterable[object] = (), *, rates: bool = False) -> Run:
    """Give the sources of what is said, as numbers of the list of sources: the publishers of claims and subjects.

    ``rates`` where the words rest on the rates, which have a line of their own in that list.
    """
    numbers = frozenset[int]().union(*(ctx.published_by.get(str(one), frozenset()) for one in ids))
    parts = ([RATES] if rates else []) + ([compact(numbers)] if numbers else [])
    text = f"\u00a0[{', '.join(parts)}]" if parts else ""
    return Run(text, quiet=True, sources=tuple(sorted(numbers)))


def of_rates(head: Iterable[str], at: int = 1) -> tuple[str, ...]:
    """Mark the heads of a table whose figures are rates, at the first column that holds one."""
    return tuple(f"{name}\u00a0[{RATES}]" if number == at else name for number, name in enumerate(head))


def compact(numbers: Iterable[int]) -> str:
    """Write whole numbers in order, neighbours as a span.

    >>> compact([7, 1, 2, 3])
    '1–3, 7'
    """
    spans: list[list[int]] = []
    for one in sorted(set(numbers)):
        if spans and one == spans[-1][1] + 1:
            spans[-1][1] = one
        else:
            spans.append([one, one])
    return ", ".join(str(low) if low == high else f"{low}–{high}" for low, high in spans)


def only_later(ctx: Context, event: Row) -> bool:
    """Tell whether an event is known only from reports after the day of the answer."""
    # An event without any claim, of a user's own table say, is not judged by claims.
    if ctx.claims.empty or int(event["n_claims"]) == 0:
        return False
    return not bool((ctx.claims["subject"] == event["event_id"]).any())


def who(ctx: Context, claim: Row) -> Cell:
    """Say who makes a claim, and whether it is a party to what it speaks of."""
    name = text_of(claim["claimant"]) or say(ctx, "claimant_not_stated")
    party = str(claim["claimant_is_party"])
    note = word(ctx, "party", party)
    return cell(run(name), run(f" ({note})", strong=party == Party.YES.value, quiet=party != Party.YES.value))


def reported(ctx: Context, claim: Row) -> Cell:
    """Say when a claim was reported, as exactly as that is known; one surely later than the day is marked."""
    found, basis = day_of(claim["reported"]), text_of(claim.get("date_basis"))
    if found is None:
        return cell(run(say(ctx, "day_not_stated"), quiet=True))
    shown = day_phrase(found, None, _PRECISION.get(basis, 1), ctx.lang)
    # By the earliest day that the report can have: only what is surely later is marked so.
    first = earliest_day(pd.Timestamp(found), basis)
    if first is not None and first.date() > ctx.as_of:
        return cell(shown, run(f" ({say(ctx, 'later')})", quiet=True))
    return cell(shown)


def reason(ctx: Context, code: str) -> str:
    """Say in the language of the report why a row has no place on the road, or does not count."""
    try:
        return why_words(code, ctx.lang)
    except ValueError:  # no code: words that somebody else has put into the tally stand as they are
        return code


def actors(ctx: Context, cell_of: Any) -> str:
    """Name actors as the sources do; what stands for an unnamed group is said in the language of the report."""
    return actors_phrase(cell_of, ctx.lang)


def rule(ctx: Context, name: str) -> str:
    """Say the rule behind a status in the language of the report."""
    return rule_phrase(name, ctx.lang)


def listed(ctx: Context, items: Sequence[Cell], most: int) -> list[Block]:
    """List items, at most so many; how many are cut is told below."""
    blocks: list[Block] = [Listing(tuple(items[:most]))]
    if len(items) > most:
        blocks.append(Paragraph(cell(say(ctx, "and_more", n=len(items) - most)), "note"))
    return blocks

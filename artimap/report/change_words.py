"""A change in a sentence: the same on the map, in the report, on the one page and on a trip's card."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final

from artimap.control.assessment import SERIOUS
from artimap.core.i18n import format_day, format_number, format_rate, own_words, table_words, tr, words
from artimap.core.phrases import actors_phrase, rule_phrase
from artimap.report.changes import Change, ChangedThing, ChangeKind, Changes

_UNSAID: Final = ("from_m", "to_m", "lo80", "hi80", "date_end", "passable_for", "value", "source", "about", "subject")
"""What a sentence says of a change only by naming that it differs: the file has the values."""
_SHORTER: Final = {
    "killed_low": "killed_best", "killed_high": "killed_best", "rule": "status", "last_confirmed": "status",
    "confidence": "status",
}  # fmt: skip
"""What is not said where the other is said already."""
_SOURCES: Final = 3


def change_line(one: Change, lang: str, names: Mapping[str, str] | None = None, *, brief: bool = False) -> str:
    """Say what became of a thing, why, and by whom it is told.

    Parameters
    ----------
    one
        The change.
    lang
        ``"en"``, ``"fr"`` or ``"ht"``.
    names
        Names of subjects by their ids.
    brief
        Without causes and sources.
    """
    name = (names or {}).get(one.name or "") or table_words(one.name or "", lang)
    there = one.after or one.before or {}
    parts = []
    if one.of is ChangedThing.EVENT and "kind" in there and one.kind is not ChangeKind.CHANGED:
        parts.append(_vocabulary("kind", there["kind"], lang))
    parts.append(name or tr("report.not_stated", lang))
    if one.day:
        parts.append(_day(one.day, lang))
    if one.of is ChangedThing.EVENT and one.kind is ChangeKind.VANISHED:
        parts.append(one.subject)
    label = tr(f"change.{one.kind}", lang)
    said = f"{label}{tr('report.colon', lang)}{tr(f'change.of.{one.of}', lang)}, {', '.join(parts)}"
    if one.kind is ChangeKind.CHANGED:
        said = f"{', '.join(parts)}{tr('report.colon', lang)}{_differs(one, lang)}"
    if brief:
        return said
    why = "; ".join(tr(f"change.why.{cause}", lang) for cause in one.why)
    by = ", ".join(table_words(source, lang) for source in one.sources[:_SOURCES])
    return f"{said} ({'; '.join(part for part in (why, by) if part)})"


def _differs(one: Change, lang: str) -> str:
    before, after = one.before or {}, one.after or {}
    fields = [name for name in dict.fromkeys((*after, *before)) if _SHORTER.get(name) not in {*after, *before}]
    told = []
    for name in fields:
        label = tr(f"change.field.{name}", lang)
        if name in _UNSAID:
            told.append(label)
            continue
        values = (_value(one.of, name, row.get(name), lang) for row in (before, after))
        told.append(f"{label} {' → '.join(values)}")
    return "; ".join(dict.fromkeys(told))


def _value(of: ChangedThing, name: str, value: Any, lang: str) -> str:
    if value is None:
        return tr("report.not_stated" if of is not ChangedThing.STRETCH else "report.not_known", lang)
    known = _WORDED.get((of, name)) or _WORDED.get((None, name))
    if known is not None:
        return known(value, lang)
    return format_number(value, lang) if isinstance(value, (int, float)) else table_words(str(value), lang)


def _vocabulary(table: str, value: Any, lang: str) -> str:
    return words(lang).get(f"{table}.{value}", str(value))


def _day(value: Any, lang: str) -> str:
    return format_day(dt.date.fromisoformat(str(value)), lang)


def _word_of(table: str) -> Callable[[Any, str], str]:
    return lambda value, lang: _vocabulary(table, value, lang)


_WORDED: Final[Mapping[tuple[ChangedThing | None, str], Callable[[Any, str], str]]] = {
    (ChangedThing.EVENT, "kind"): _word_of("kind"),
    (ChangedThing.POST, "kind"): _word_of("checkpoint"),
    (ChangedThing.POST, "status"): _word_of("checkpoint_status"),
    (ChangedThing.STATUS, "status"): _word_of("status"),
    (None, "confidence"): _word_of("confidence"),
    (None, "info"): _word_of("info"),
    (None, "predicate"): _word_of("predicate"),
    **{(None, one): _word_of("passage") for one in ("physical", "security", "operational")},
    **{
        (None, one): _day
        for one in ("date_start", "last_confirmed", "as_of", "reported", "valid_from", "valid_to")
    },
    (None, "rule"): lambda value, lang: rule_phrase(str(value), lang),
    (None, "actors"): actors_phrase,
    (None, "rate"): format_rate,
    (None, "fees"): own_words,
    (None, "why"): own_words,
}  # fmt: skip


_FIRST: Final = (
    (ChangedThing.EVENT, ChangeKind.VANISHED), (ChangedThing.EVENT, ChangeKind.CHANGED),
    (ChangedThing.STATUS, ChangeKind.CHANGED), (ChangedThing.POST, ChangeKind.NEW),
    (ChangedThing.POST, ChangeKind.VANISHED), (ChangedThing.POST, ChangeKind.CHANGED),
    (ChangedThing.ROAD_STATUS, ChangeKind.NEW), (ChangedThing.ROAD_STATUS, ChangeKind.CHANGED),
    (ChangedThing.ROAD_STATUS, ChangeKind.VANISHED), (ChangedThing.STRETCH, ChangeKind.CHANGED),
    (ChangedThing.EVENT, ChangeKind.NEW),
)  # fmt: skip
"""What is told first where there is little room: corrections, lines that moved, posts, roads, rates."""


def weightiest(found: Changes) -> tuple[Change, ...]:
    """Give the changes that are told where there is little room, the weightiest first; of statuses only moved lines."""
    order = {pair: at for at, pair in enumerate(_FIRST)}
    told = [one for one in found if (one.of, one.kind) in order and (one.of is not ChangedThing.STATUS or one.moved)]
    told.sort(key=lambda one: (order[one.of, one.kind], -_gravity(one)))
    # A town and its section often change together under one name.
    named = {(one.of, one.name, one.subject if one.of is not ChangedThing.STATUS else _gravity(one)): one
             for one in reversed(told)}  # fmt: skip
    return tuple(one for one in told if one in named.values())


def _gravity(one: Change) -> int:
    status = (one.after or {}).get("status")
    return next((at for at, name in enumerate(SERIOUS) if name.value == status), 0) if one.moved else 0

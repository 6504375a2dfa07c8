"""Named places with what is said of them, and the posts with what they are said to ask."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import shapely

from artimap.areas.area import read_layer
from artimap.core.i18n import format_count, format_day
from artimap.core.phrases import harm_phrase, known
from artimap.core.schema import objects, records, split_names
from artimap.core.vocab import About, CheckpointStatus, Where
from artimap.report.blocks import Block, Cell, Fold, Heading, Paragraph, ReportSection, TableBlock, cell, joined, run
from artimap.report.context import Context
from artimap.report.control_status import status_grid
from artimap.report.fees import between_towns
from artimap.report.sentences import (
    HARMS,
    by_number,
    counted,
    day_and_ago,
    day_of,
    event_line,
    harm,
    km,
    only_later,
    reported,
    say,
    text_of,
    together,
    who,
    word,
)

WINDOW_DAYS = 365
"""Events older than this are counted under their place, not told one by one."""

MOST_EVENTS = 20
"""Of one place no more events are told one by one; the others are counted, with the dead that are told of them."""

REACH_KM = 25
"""Places farther from the road than this, outside the area, of which no statement speaks, are counted together."""

_FIGURE = re.compile(r"^(\d+)(?:[–-](\d+)|(\+))?$")
_AMOUNT = re.compile(r"^\d{1,12}(?= )")
_HIDDEN_PREDICATES = ("location", "time", "kind")


def figure(ctx: Context, value: str) -> str:
    """Say a figure as claims write it: ``70+``, ``54–65`` or ``115``; other text stands as it is."""
    found = _FIGURE.match(value.strip())
    if found is None:
        return value
    low = float(found[1])
    high = None if found[3] else float(found[2] or found[1])
    return harm_phrase(low, high, ctx.lang)


def spans(ctx: Context, claims: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say for each count of people on which sources differ, from where to where."""
    out = []
    values: dict[str, list[Any]] = {}
    for row in claims:
        values.setdefault(row["predicate"], []).append(row["value"])
    for name in HARMS:
        said = values.get(name, [])
        known = [str(value) for value in said if pd.notna(value)]
        ends = [_FIGURE.match(value.strip()) for value in known]
        # Both ends of a range count, so that the span is from the least to the greatest that anybody states.
        numbers = [int(part) for found in ends if found for part in (found[1], found[2]) if part]
        # Two outlets with the same figure in the same words do not differ.
        if len({*known}) > 1 and numbers and min(numbers) < max(numbers):
            out.append(
                say(
                    ctx,
                    "places.differ",
                    what=word(ctx, "predicate", name),
                    low=format_count(min(numbers), ctx.lang),
                    high=format_count(max(numbers), ctx.lang),
                    n=counted(ctx, "statements", len(said)),
                )
            )
    return out


def _reports(claims: Sequence[Mapping[str, Any]]) -> Iterable[list[Mapping[str, Any]]]:
    # One row a report, not a claim: an article that gives three figures is one voice. A claim without a
    # report is its own.
    keys = {n: text_of(row["report_id"]) or str(row["claim_id"]) for n, row in enumerate(claims)}
    found: dict[str, list[Mapping[str, Any]]] = {}
    # by the day of the report, then by its key; what has no day comes last
    for n in sorted(keys, key=lambda n: (*_day_key(claims[n]["reported"]), keys[n])):
        found.setdefault(keys[n], []).append(claims[n])
    return found.values()


def _day_key(day: Any) -> tuple[bool, int]:
    return (True, 0) if pd.isna(day) else (False, int(day.value))


def _claims_of_event(ctx: Context, rows: Iterable[Mapping[str, Any]]) -> Cell:
    # The sentence that a source is quoted with goes first; figures and other facts follow in the order of
    # the claims.
    parts: list[Cell] = []
    sentence: Cell = ()
    silent = False
    for row in rows:
        predicate, value = str(row["predicate"]), text_of(row["value"])
        label = word(ctx, "predicate", predicate) + say(ctx, "colon")
        if predicate in HARMS:
            parts.append(cell(run(label + figure(ctx, value), strong=True)))
        elif predicate == "stated":
            sentence = cell(value) if value else ()
            silent = row["value"] == ""
        elif predicate not in _HIDDEN_PREDICATES and value:
            value = _AMOUNT.sub(lambda found: format_count(int(found.group()), ctx.lang), value)
            parts.append(cell(label + value))
    figures = joined(parts)
    between = cell(" ") if sentence and figures else ()
    # A sentence that is not told in this language is not left out in silence.
    bare = run(say(ctx, "places.told" if silent else "not_stated"), quiet=not silent)
    return sentence + between + figures or cell(bare)


def _source(row: Mapping[str, Any]) -> Cell:
    return cell(run(text_of(row["source"]), url=row["source_url"]))


def _day(ctx: Context, row: Mapping[str, Any]) -> Cell:
    # The day of such a claim is that of its event, set in for want of a better one. Printed, it would
    # look like a day of report.
    if row["date_basis"] == "from_event":
        return cell(run(say(ctx, "day_not_stated"), quiet=True))
    return reported(ctx, row)


def _event_blocks(ctx: Context, event: Mapping[str, Any], said: Claims) -> list[Block]:
    claims = said.get(str(event["event_id"]), [])
    line = event_line(ctx, event)
    # ``capitalize`` would make small letters of all the names that follow.
    blocks: list[Block] = [Heading(line[:1].upper() + line[1:], 5)]
    differ = spans(ctx, claims)
    if differ:
        label = run(say(ctx, "places.contradiction") + say(ctx, "colon"), strong=True)
        blocks.append(Paragraph(cell(label, "; ".join(differ), by_number(ctx, [event["event_id"]])), "warn"))
    # Nobody could know of it on the day: what later reports say stays out of this briefing.
    if not claims and only_later(ctx, event):
        blocks.append(Paragraph(cell(say(ctx, "places.only_later")), "note"))
        return blocks
    if not claims:
        summary = text_of(event["summary"])
        blocks.append(Paragraph(cell(f"{summary} " if summary else "", run(harm(ctx, event)))))
        return blocks
    rows = tuple(
        (_claims_of_event(ctx, told), who(ctx, told[0]), _day(ctx, told[0]), _source(told[0]))
        for told in _reports(claims)
    )
    blocks.append(TableBlock(_claims_head(ctx), rows, wide=0))
    return blocks


def _claims_head(ctx: Context) -> tuple[str, ...]:
    return tuple(say(ctx, f"places.{name}") for name in ("said", "who", "reported", "source"))


def _claim_grid(ctx: Context, claims: Iterable[Mapping[str, Any]]) -> TableBlock:
    # the newest first, and what has no day last
    order = sorted(claims, key=lambda row: str(row["claim_id"]))
    order.sort(key=lambda row: (_day_key(row["reported"])[0], -_day_key(row["reported"])[1]))
    rows = []
    for row in order:
        value, predicate = text_of(row["value"]), word(ctx, "predicate", row["predicate"])
        note = text_of(row["note"])
        said = cell(run(value, strong=True), f" – {predicate}") if value else cell(run(predicate, strong=True))
        rows.append(
            (said + (cell(run(f" ({note})", quiet=True)) if note else ()), who(ctx, row), _day(ctx, row), _source(row))
        )
    return TableBlock(_claims_head(ctx), tuple(rows), wide=0)


Claims = Mapping[str, list[Mapping[str, Any]]]
"""Rows of CLAIMS by subject, in the order of the claims."""


def _by_subject(ctx: Context, claims: pd.DataFrame) -> Claims:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in map(ctx.claim_rows.__getitem__, objects(claims["claim_id"])):
        found.setdefault(str(row["subject"]), []).append(row)
    return found


def _key_of(event: Mapping[str, Any]) -> str | None:
    if event["place_kind"] in (Where.NOWHERE.value, Where.DEPARTMENT.value):
        return None
    # Stretches go by their words: two towns and the road between them have no id of their own here.
    if event["place_kind"] == Where.STRETCH.value:
        return f"stretch: {text_of(event['place'])}"
    return text_of(event["place_id"]) or text_of(event["pcode"]) or text_of(event["place"]) or None


def _chainages(ctx: Context) -> dict[str, float]:
    places = {
        str(key): float(at)
        for key, at in zip(ctx.corridor.towns["place_id"], ctx.corridor.towns["chainage_m"], strict=True)
    }
    # A place's own kilometre wins over that of the unit of the same code.
    return {**{key: low for key, (low, _) in ctx.unit_spans.items()}, **places}


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """A place: its key, where it lies (infinite off the road), name, events newest first, claims."""

    key: str
    chainage_m: float
    name: str
    events: list[Mapping[str, Any]]
    claims: list[Mapping[str, Any]]
    far: bool = False


def _far_keys(ctx: Context) -> set[str]:
    """Give the places whose every event lies out of reach of the road and outside the area."""
    if "geometry" not in ctx.events or ctx.events.empty:
        return set()
    shapes = ctx.events["geometry"].to_numpy()
    away = shapely.distance(shapes, ctx.corridor.line) > REACH_KM * 1000.0
    area = shapely.union_all(read_layer(ctx.area, "outline").geometry.to_numpy())
    away[away] = ~shapely.intersects(shapes[away], area)
    keys = [_key_of(event) for event in records(ctx.events[["place_kind", "place", "place_id", "pcode"]])]
    near = {key for key, far in zip(keys, away, strict=True) if not far}
    return {key for key in keys if key is not None and key not in near}


def _gather(ctx: Context) -> list[_Place]:
    at = _chainages(ctx)
    events: dict[str, list[Mapping[str, Any]]] = {}
    names: dict[str, str] = {}
    near: dict[str, float] = {}
    newest_first = ctx.events.sort_values(["date_start", "event_id"], ascending=[False, True], kind="stable")
    for event in map(ctx.event_rows.__getitem__, objects(newest_first["event_id"])):
        key = _key_of(event)
        if key is None:
            continue
        events.setdefault(key, []).append(event)
        # The first name stays, which is that of the newest event, as rows come newest first.
        names.setdefault(
            key,
            ", ".join(ctx.names.get(one, "") for one in split_names(key)).strip(", ") or text_of(event["place"]) or key,
        )
        start = known(event.get("chainage_m"))
        # The place nearest to the road's origin decides where it stands in the list, so that the order
        # follows the road.
        on_road = "why_not" in event and pd.isna(event["why_not"])
        if on_road and (start is not None or known(event.get("from_m")) is not None):
            near[key] = min(near.get(key, float("inf")), start if start is not None else float(event["from_m"]))
    about = ctx.claims[ctx.claims["about"].isin([About.PLACE.value, About.STRETCH.value])]
    groups = {key: rows for key, rows in _by_subject(ctx, about).items() if key != "nowhere"}
    for key, rows in groups.items():
        names.setdefault(key, ctx.names.get(key) or text_of(rows[0]["place"]) or key)
    # Keys from events and from claims: a place of which only claims speak has no event, and the other way
    # round.
    found = []
    far = _far_keys(ctx)
    for key in sorted({*events, *groups}):
        # Several units in one key: the first stands for the place in the order along the road.
        first = key.split(";")[0].strip()
        chainage = at.get(key, at.get(first, near.get(key, float("inf"))))
        beyond = key in far and key not in groups and chainage == float("inf")
        found.append(_Place(key, chainage, names[key], events.get(key, []), groups.get(key, []), beyond))
    # Along the road; what lies off it is infinitely far and so last, by name.
    return sorted(found, key=lambda place: (place.chainage_m, place.name, place.key))


def _kind_of(ctx: Context, key: str) -> str:
    """Say what a subject is, so that a town and the commune of its name are told apart."""
    if ":" in key:
        return word(ctx, "where", Where.STRETCH.value)
    if not key.startswith(ctx.area.pcode[:2]):
        return ""
    if len(split_names(key)) > 1:
        return say(ctx, "places.several")
    # P-codes: a section's has a dash, a commune's is longer than the department's.
    level = Where.SECTION if "-" in key else Where.COMMUNE if len(key) > len(ctx.area.pcode) else Where.DEPARTMENT
    return word(ctx, "where", level.value)


def _span(ctx: Context, key: str, chainage: float) -> str:
    near = [ctx.unit_spans[code] for code in split_names(key) if code in ctx.unit_spans]
    if near:
        return km(ctx, {"from_m": min(low for low, _ in near), "to_m": max(high for _, high in near)})
    return "" if chainage == float("inf") else km(ctx, {"from_m": chainage, "to_m": chainage})


def _window_start(ctx: Context) -> pd.Timestamp:
    return pd.Timestamp(ctx.as_of) - pd.Timedelta(days=WINDOW_DAYS)


def _place_fold(ctx: Context, place: _Place, said: Claims) -> Fold:
    start = _window_start(ctx)
    events, claims = place.events, place.claims
    # Older events are counted, and the newest of them is named: left out in silence, the place would look
    # calmer than its past.
    recent = [event for event in events if event["date_start"] >= start]
    more = recent[MOST_EVENTS:]
    note = ", ".join(part for part in (_kind_of(ctx, place.key), _span(ctx, place.key, place.chainage_m)) if part)
    blocks: list[Block] = []
    if len(claims):
        blocks.append(_claim_grid(ctx, claims))
    for event in recent[:MOST_EVENTS]:
        blocks += _event_blocks(ctx, event, said)
    if more:
        told = counted(ctx, "events", len(more))
        line = say(ctx, "places.more", events=told, dead=_dead(ctx, more))
        blocks.append(Paragraph(cell(line, by_number(ctx, [event["event_id"] for event in more])), "note"))
    differ = any(isinstance(block, Paragraph) and block.tone == "warn" for block in blocks)
    older = len(events) - len(recent)
    if older:
        newest, number = event_line(ctx, events[len(recent)]), counted(ctx, "events", older)
        line = say(ctx, "places.older", events=number, line=newest)
        told_by = by_number(ctx, [event["event_id"] for event in events[len(recent) :]])
        blocks.append(Paragraph(cell(line, told_by), "note"))
    return Fold(Heading(place.name, 4, note), tuple(blocks), _holds(ctx, place, differ=differ))


def _dead(ctx: Context, events: Sequence[Mapping[str, Any]]) -> str:
    """Say how many are told dead in some events: a least number, or that none states one."""
    stated = [int(event["killed_low"]) for event in events if not pd.isna(event["killed_low"])]
    return say(ctx, "places.no_dead") if not stated else say(ctx, "places.dead", n=format_count(sum(stated), ctx.lang))


def _far_block(ctx: Context, places: Sequence[_Place]) -> list[Block]:
    """Count what lies out of reach of the road: a file of a whole country must not bury it."""
    if not places:
        return []
    events = [event for place in places for event in place.events]
    most = sorted(places, key=lambda place: (-len(place.events), place.name))[:MOST_EVENTS]
    names = "; ".join(f"{place.name} ({format_count(len(place.events), ctx.lang)})" for place in most)
    line = say(
        ctx, "places.far", events=counted(ctx, "events", len(events)), n=format_count(len(places), ctx.lang),
        km=format_count(REACH_KM, ctx.lang), road=ctx.corridor.ref, area=ctx.area.label, dead=_dead(ctx, events),
        names=names,
    )  # fmt: skip
    return [Paragraph(cell(line, by_number(ctx, [event["event_id"] for event in events])), "note")]


def _holds(ctx: Context, place: _Place, *, differ: bool) -> str:
    """Say in short what is known of a place: events, statements, whether sources differ, the day of the newest."""
    parts = [
        counted(ctx, noun, count)
        for noun, count in (("events", len(place.events)), ("claims", len(place.claims)))
        if count
    ]
    days = [event["date_start"] for event in place.events] + [row["reported"] for row in place.claims]
    newest = max((pd.Timestamp(day).date() for day in days if not pd.isna(day)), default=None)
    if newest is not None:
        parts.append(f"{say(ctx, 'unknown.newest')}{say(ctx, 'colon')}{format_day(newest, ctx.lang)}")
    if differ:
        parts.append(say(ctx, "places.contradiction").lower())
    return ", ".join(parts)


def level_of(ctx: Context, subject: object) -> str:
    """Say in brackets what a subject is; empty for a place."""
    kind = _kind_of(ctx, subject) if isinstance(subject, str) else ""
    return f" ({kind})" if kind else ""


def places(ctx: Context) -> ReportSection:
    """Give each named place with what is said of it, by whom, when, contradictions side by side."""
    found = _gather(ctx)
    # Of older events only their number is told, and not who told of them.
    recent = ctx.events.loc[ctx.events["date_start"] >= _window_start(ctx), "event_id"]
    of_events = (ctx.claims["about"] == About.EVENT.value) & ctx.claims["subject"].isin(set(objects(recent)))
    about_events = ctx.claims[of_events]
    said = _by_subject(ctx, about_events)
    blocks: list[Block] = [Paragraph(cell(say(ctx, "places.intro", days=WINDOW_DAYS)), "note")]
    if ctx.lang != "en":
        blocks.append(Paragraph(cell(say(ctx, "places.retold")), "note"))
    blocks += status_grid(ctx, level_of)
    # First the places on the road, as they come when driving, then the others.
    for on_road in (True, False):
        group = [place for place in found if (place.chainage_m != float("inf")) is on_road]
        if not group:
            continue
        blocks.append(Heading(say(ctx, "places.on_road" if on_road else "places.elsewhere", road=ctx.corridor.ref)))
        blocks += [_place_fold(ctx, place, said) for place in group if not place.far]
        blocks += _far_block(ctx, [place for place in group if place.far])
    if not found:
        blocks.append(Paragraph(cell(say(ctx, "places.none"))))
    return ReportSection("places", say(ctx, "places.heading"), tuple(blocks))


def _fee(ctx: Context, row: Mapping[str, Any]) -> str:
    low, high = known(row.get("fee_low")), known(row.get("fee_high"))
    unit = " ".join(text_of(row.get(name)) for name in ("fee_currency", "fee_unit")).strip()
    if low is None:
        return text_of(row.get("fee_text"))
    span = format_count(round(low), ctx.lang)
    if high is not None and high != low:
        span = f"{span} – {format_count(round(high), ctx.lang)}"
    return f"{span} {unit}".strip()


def _fee_day(ctx: Context, row: Mapping[str, Any]) -> str:
    stated = text_of(row.get("reported")) or text_of(row.get("last_reported"))
    try:
        return format_day(dt.date.fromisoformat(stated), ctx.lang)
    # Days that are words ("since June") stand as they were written.
    except ValueError:
        return stated


def amounts(ctx: Context, post: Mapping[str, Any], *, most: int | None = None) -> Cell:
    """Give what a post is said to ask, each statement with its day and vehicle; at most so many, the newest."""
    # Statements of a post side by side with their days and vehicles: they are not averaged, and none is
    # picked.
    lines = []
    for row in ctx.fee_rows.get(str(post["checkpoint_id"]), ()):
        amount = _fee(ctx, row)
        waits = known(row.get("waiting_min"))
        if waits is not None:
            lines.append(cell(say(ctx, "posts.waiting", n=format_count(round(waits), ctx.lang))))
        if not amount:
            continue
        stated = known(row.get("fee_low")) is not None
        vehicle = text_of(row.get("vehicle")) or text_of(row.get("vehicle_class"))
        when = _fee_day(ctx, row)
        tail = ", ".join(part for part in (vehicle, when or say(ctx, "day_not_stated")) if part)
        lines.append(cell(run(amount, strong=stated), run(f" ({tail})", quiet=True)))
    if most is not None and len(lines) > most:
        lines = [*lines[-most:], cell(run(say(ctx, "and_more", n=len(lines) - most), quiet=True))]
    if lines:
        return joined(lines)
    return cell(text_of(post["fees"]) or say(ctx, "not_stated"))


def _state(ctx: Context, post: Mapping[str, Any]) -> Cell:
    words = word(ctx, "checkpoint_status", post["status"])
    by, on = text_of(post.get("removed_by")), day_of(post.get("removed_on"))
    if post["status"] != CheckpointStatus.REMOVED or not (by or on):
        return cell(words)
    parts = [say(ctx, "posts.removed_by", who=by)] if by else []
    parts += [format_day(on, ctx.lang)] if on else []
    return cell(words, run(f" ({', '.join(parts)})", quiet=True))


def _post_grid(ctx: Context, table: pd.DataFrame, *, placed: bool) -> TableBlock:
    rows = []
    for row in records(table):
        where = cell(run(text_of(row["place"]) or say(ctx, "not_stated"), strong=True))
        spot: tuple[Cell, ...] = (cell(together(km(ctx, row))),) if placed else ()
        rows.append(
            (
                where,
                *spot,
                cell(word(ctx, "checkpoint", row["kind"])),
                cell(text_of(row["operator"]) or say(ctx, "not_stated")),
                amounts(ctx, row),
                _state(ctx, row),
                day_and_ago(ctx, row["last_confirmed"]),
                cell(text_of(row["sources"]) or say(ctx, "not_stated")),
            )
        )
    names = ("place", *(("km",) if placed else ()), "kind", "operator", "fees", "status", "confirmed", "sources")
    return TableBlock(tuple(say(ctx, f"posts.{name}") for name in names), tuple(rows), wide=4 if placed else 3)


def checkpoints(ctx: Context) -> ReportSection:
    """Give the posts with their fees; those without a place on the road stand apart."""
    posts = ctx.checkpoints
    blocks: list[Block] = []
    if posts.empty:
        blocks.append(Paragraph(cell(say(ctx, "posts.none"))))
    placed = posts[posts["from_m"].notna()]
    # Posts without a place on the road stand in a table of their own and on no map; without a column of
    # kilometres, so that none is read into it.
    apart = posts[posts["from_m"].isna()]
    if len(placed):
        blocks += [Paragraph(cell(say(ctx, "posts.note")), "note"), _post_grid(ctx, placed, placed=True)]
    if len(apart):
        blocks += [
            Heading(say(ctx, "posts.apart")),
            Paragraph(cell(say(ctx, "posts.apart_note")), "note"),
            _post_grid(ctx, apart, placed=False),
        ]
    blocks += between_towns(ctx)
    return ReportSection("checkpoints", say(ctx, "posts.heading"), tuple(blocks))

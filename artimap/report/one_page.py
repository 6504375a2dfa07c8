"""The report on one page, for a meeting: can one go, what is new, who asks what, what is not known, how sure it is.

Its sentences are those of the whole report; here they are only chosen and put side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from artimap.core.i18n import format_day, format_number
from artimap.core.schema import records
from artimap.core.vocab import CheckpointStatus, Info
from artimap.report import places
from artimap.report.appendix import rates_source
from artimap.report.blocks import (
    Block,
    Cell,
    Listing,
    Paragraph,
    PictureBlock,
    ReportSection,
    TableBlock,
    cell,
    run,
    runs_of,
)
from artimap.report.change_words import change_line, weightiest
from artimap.report.changes import ChangedThing, ChangeKind
from artimap.report.comparison import changes_line
from artimap.report.context import Context
from artimap.report.sections import basis, not_known, thinness, trip_rows
from artimap.report.sentences import (
    by_number,
    counted,
    day_and_ago,
    event_line,
    harm,
    km,
    only_later,
    say,
    text_of,
    together,
    word,
)

NEW_DAYS, NEWEST_DAYS = 3, 1
"""What began within so many days before the day of the answer is new; since the day before it is marked."""
_EVENTS, _POSTS, _AMOUNTS, _CHANGES = 5, 7, 2, 4
_STANDS = (CheckpointStatus.ACTIVE.value, CheckpointStatus.FADING.value)


def one_page(ctx: Context) -> tuple[ReportSection, ...]:
    """Give the sections of the page, in the order in which a decision asks for them."""
    fresh, posts = _fresh(ctx), _posts(ctx)
    unknown = (Paragraph(not_known(ctx)), *_silent(ctx))
    sure = (Paragraph(basis(ctx)), Paragraph(thinness(ctx)))
    # Those of the rows are named here; of all others the whole report has the list, which would fill this page.
    named = {number for part in runs_of((fresh[0], posts[0])) for number in part.sources}
    day = format_day(ctx.as_of, ctx.lang)
    alt = say(ctx, "picture.alt", road=ctx.corridor.ref, day=day)
    listed = [f"[{number}]\u00a0{name}" for name, number in ctx.source_numbers.items() if number in named]
    listed += [rates_source(ctx), say(ctx, "one_page.other_sources")]
    label = run(say(ctx, "one_page.sources") + say(ctx, "colon"), strong=True)
    told = Paragraph(cell(label, "; ".join(listed)))
    head = say(ctx, "one_page.heading", road=ctx.corridor.ref, area=ctx.area.label, day=day)
    audience = f"{say(ctx, 'title.audience')}{say(ctx, 'colon')}{say(ctx, f'audience.{ctx.audience}')}"
    go = (*trip_rows(ctx), Paragraph(cell(say(ctx, "one_page.no_advice")), "warn"))
    return (
        ReportSection("title", head, (Paragraph(cell(audience), "note"),)),
        ReportSection("go", say(ctx, "one_page.go"), go),
        ReportSection("new", say(ctx, "one_page.new", n=NEW_DAYS), fresh),
        ReportSection("posts", say(ctx, "posts.heading"), posts),
        ReportSection("unknown", say(ctx, "summary.not_known"), unknown),
        ReportSection("strip", say(ctx, "picture.heading"), (PictureBlock(alt, say(ctx, "one_page.picture")),)),
        ReportSection("sure", say(ctx, "one_page.sure"), (*sure, told)),
        ReportSection("limits", say(ctx, "disclaimer.heading"), (Paragraph(cell(say(ctx, "disclaimer.line_2"))),)),
    )  # fmt: skip


def _fresh(ctx: Context) -> tuple[Block, ...]:
    """Tell the events of the last days on all the area's roads, the newest first, and what changed since."""
    day = pd.Timestamp(ctx.as_of)
    table = ctx.events[ctx.events["date_start"] >= day - pd.Timedelta(days=NEW_DAYS)]
    table = table[[not only_later(ctx, row) for row in records(table)]] if len(table) else table
    table = table.sort_values(["date_start", "event_id"], ascending=[False, True], kind="stable")
    items: list[Cell] = []
    for row in records(table.head(_EVENTS)):
        newest = row["date_start"] >= day - pd.Timedelta(days=NEWEST_DAYS)
        mark = (run(say(ctx, "one_page.last_day") + " ", strong=True),) if newest else ()
        told = ", ".join(part for part in (event_line(ctx, row), harm(ctx, row)) if part)
        items.append((*mark, *cell(told, by_number(ctx, [row["event_id"]]))))
    blocks: list[Block] = [Listing(tuple(items))] if items else [Paragraph(_nothing_new(ctx))]
    if len(table) > _EVENTS:
        more = cell(say(ctx, "and_more", n=len(table) - _EVENTS), by_number(ctx, table["event_id"][_EVENTS:]))
        blocks.append(Paragraph(more, "note"))
    if ctx.previous is not None:
        blocks.append(Paragraph(changes_line(ctx)))
    blocks += _changed(ctx, set(table["event_id"]))
    return tuple(blocks)


def _changed(ctx: Context, told: set[str]) -> list[Block]:
    """List the weightiest changes that are not among the events above."""
    found = () if ctx.changes is None else weightiest(ctx.changes)
    found = tuple(
        one
        for one in found
        if not (one.of is ChangedThing.EVENT and one.subject in told and one.kind is ChangeKind.NEW)
    )
    if not found:
        return []
    blocks: list[Block] = [Listing(tuple(cell(change_line(one, ctx.lang, ctx.names)) for one in found[:_CHANGES]))]
    if len(found) > _CHANGES:
        blocks.append(Paragraph(cell(say(ctx, "and_more", n=len(found) - _CHANGES)), "note"))
    return blocks


def _nothing_new(ctx: Context) -> Cell:
    before = ctx.events[ctx.events["date_start"] <= pd.Timestamp(ctx.as_of)]
    day = before["date_start"].max()
    newest = say(ctx, "not_known") if before.empty else format_day(day.date(), ctx.lang)
    told_by = by_number(ctx, before.loc[before["date_start"] == day, "event_id"])
    return cell(say(ctx, "one_page.nothing_new", n=NEW_DAYS, day=newest), told_by)


def _posts(ctx: Context) -> tuple[Block, ...]:
    """List the posts that were confirmed lately, those on the road first, and how many others there are."""
    table = ctx.checkpoints
    stands = table[table["status"].isin(_STANDS)].sort_values(
        ["from_m", "last_confirmed", "checkpoint_id"], ascending=[True, False, True], na_position="last", kind="stable"
    )
    if stands.empty:
        return (Paragraph(cell(say(ctx, "summary.no_posts" if table.empty else "one_page.no_post"))),)
    rows = tuple(_post(ctx, row) for row in records(stands.head(_POSTS)))
    head = tuple(say(ctx, f"posts.{name}") for name in ("place", "operator", "fees", "confirmed"))
    others = table[table["status"] != CheckpointStatus.REMOVED.value]["checkpoint_id"]
    others = others[~others.isin(stands.head(_POSTS)["checkpoint_id"])]
    if others.empty:
        return (TableBlock(head, rows),)
    line = say(ctx, "one_page.other_posts", posts=counted(ctx, "posts", len(others)))
    return TableBlock(head, rows), Paragraph(cell(line, by_number(ctx, others)), "note")


def _post(ctx: Context, row: Mapping[str, Any]) -> tuple[Cell, ...]:
    name = text_of(row["place"]) or say(ctx, "not_stated")
    spot = "" if pd.isna(row["from_m"]) else f", {together(km(ctx, row))}"
    kind = word(ctx, "checkpoint", row["kind"])
    amounts = places.amounts(ctx, row, most=_AMOUNTS)
    return (
        cell(run(name, strong=True), f"{spot} ({kind})"),
        cell(text_of(row["operator"]) or say(ctx, "not_stated")),
        amounts,
        (*day_and_ago(ctx, row["last_confirmed"]), by_number(ctx, [row["checkpoint_id"]])),
    )


def _silent(ctx: Context) -> tuple[Block, ...]:
    """Name the silent road in one line, neighbours joined: a count alone would not tell a driver which."""
    spans: list[list[float]] = []
    for row in records(ctx.risk[ctx.risk["info"] == Info.SILENT.value].sort_values("from_m", kind="stable")):
        if spans and row["from_m"] - spans[-1][1] < 1.0:
            spans[-1][1] = row["to_m"]
        else:
            spans.append([row["from_m"], row["to_m"]])
    if not spans:
        return ()
    told = "; ".join(
        f"{format_number(low / 1000, ctx.lang, digits=4)}\u00a0–\u00a0{format_number(high / 1000, ctx.lang, digits=4)}"
        for low, high in spans
    )
    return (Paragraph(cell(run(say(ctx, "one_page.silent"), strong=True), f" {told}", by_number(ctx, rates=True))),)

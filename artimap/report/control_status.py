"""The reported status in the report: the table of a day, and what changed, with the reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pandas as pd

from artimap.control.assessment import SERIOUS
from artimap.control.history import what_changed
from artimap.core.i18n import format_day, tr
from artimap.core.phrases import held_before_phrase, named_phrase
from artimap.core.schema import split_names
from artimap.core.vocab import Status
from artimap.report.blocks import Block, Cell, Fold, Heading, Paragraph, TableBlock, cell, joined, run
from artimap.report.context import Context
from artimap.report.sentences import actors, by_number, day_and_ago, event_line, reported, rule, say, text_of, word

CHANGE_DAYS = 30
"""How far back changes of status are told where no earlier briefing says since when."""

_NAMED = 3
_SHOWN = 6
Level = Callable[[Context, object], str]


def since(ctx: Context) -> dt.date:
    """Give the day with which the status is compared."""
    before = None if ctx.previous is None else ctx.previous.as_of
    # An earlier briefing that answers for a later day cannot be looked back to.
    return before if before is not None and before <= ctx.as_of else ctx.as_of - dt.timedelta(days=CHANGE_DAYS)


def status_changes(ctx: Context) -> pd.DataFrame:
    """Give what changed in the reported status, the gravest first, by what had been reported by the day."""
    # The summary and the table tell of the same changes: every subject is judged on two days for them once.
    if "status_changes" not in ctx.kept:
        ctx.kept["status_changes"] = _status_changes(ctx)
    found: pd.DataFrame = ctx.kept["status_changes"]
    return found


def _status_changes(ctx: Context) -> pd.DataFrame:
    if ctx.ledger is None or ctx.status.empty:
        return pd.DataFrame({"subject": []})
    found = what_changed(ctx.area, ctx.ledger, since=since(ctx), until=ctx.as_of, events=ctx.events)
    # a named stretch gathers what lies on it, and that is told itself
    found = found[~found["subject"].isin(list(ctx.risk["lixel_id"]))]
    # From unknown to contested, as in ``SERIOUS``; minus, so that the gravest stands on top, then by
    # name.
    gravity = found["status"].map({status.value: at for at, status in enumerate(SERIOUS)}).astype("int64")
    return found.assign(_order=-gravity).sort_values(["_order", "name"], kind="stable").reset_index(drop=True)


def changed_line(ctx: Context, level_of: Level) -> Cell:
    """Say in a sentence how many changed, and name the gravest; empty where there is no status.

    ``level_of`` says in brackets what a subject is: a place and the section around it may share their name.
    """
    if ctx.ledger is None or ctx.status.empty:
        return ()
    found = status_changes(ctx)
    day = format_day(since(ctx), ctx.lang)
    if not len(found):
        return cell(say(ctx, "changes.status_none", day=day))
    # A town and its section often change together under one name: named once in the sentence, both in the
    # table.
    told = found.drop_duplicates(["name", "status"]).head(_NAMED)
    named = []
    for _, row in told.iterrows():
        parts = (level_of(ctx, row["subject"]).strip(" ()"), word(ctx, "status", row["status"]))
        named.append(f"{row['name']} ({', '.join(part for part in parts if part)})")
    line = say(ctx, "changes.status_line", day=day, n=len(found), names=", ".join(named))
    ids = [one for key in ("came", "went") for cell_of in found[key] for one in split_names(cell_of)]
    return cell(line, by_number(ctx, ids))


def _evidence_cell(ctx: Context, ids: object) -> Cell:
    """Say what stands behind ids of events and claims: what happened, or who published it on what day."""
    # Ids of events and claims stand in one cell. What the audience may not see is in neither table and is
    # left out.
    wanted = split_names(ids)
    events, claims = ctx.event_rows, ctx.claim_rows
    said: list[Cell] = []
    for one in wanted:
        if one in events:
            said.append(cell(event_line(ctx, events[one])))
        elif one in claims:
            said.append(cell(f"{text_of(claims[one]['source'])}, ") + reported(ctx, claims[one]))
    more = len(said) - _SHOWN
    cells = said[:_SHOWN] + ([cell(say(ctx, "and_more", n=more))] if more > 0 else [])
    # Several claims of one report read the same; each wording stands once.
    return joined(dict.fromkeys(cells))


def _why(ctx: Context, row: pd.Series) -> Cell:
    parts: list[Cell] = [cell(rule(ctx, row["rule"]))]
    for key in ("came", "went"):
        told = _evidence_cell(ctx, row[key])
        if told:
            label = run(say(ctx, f"changes.{key}") + say(ctx, "colon"), strong=True)
            parts.append((label, *told, by_number(ctx, split_names(row[key]))))
    return joined(parts, ". ")


def _side(ctx: Context, status: str, named: object) -> str:
    names = actors(ctx, named)
    return word(ctx, "status", status) + (f" ({names})" if names else "")


def changed_blocks(ctx: Context, level: Level) -> list[Block]:
    """Tell what changed in the reported status since the earlier briefing, or in the month before, and why."""
    if ctx.ledger is None or ctx.status.empty:
        return []
    found, day = status_changes(ctx), format_day(since(ctx), ctx.lang)
    heading = Heading(say(ctx, "changes.status_heading", day=day))
    if not len(found):
        return [heading, Paragraph(cell(say(ctx, "changes.status_none", day=day)))]
    rows = tuple(
        (
            cell(run(row["name"], strong=True), run(level(ctx, row["subject"]), quiet=True)),
            cell(_side(ctx, row["status_before"], row["actors_before"])),
            cell(_side(ctx, row["status"], row["actors"])),
            _why(ctx, row),
        )
        for _, row in found.iterrows()
    )
    head = tuple(say(ctx, key) for key in ("places.place", "changes.before", "changes.after", "changes.why"))
    return [heading, Paragraph(cell(say(ctx, "changes.status_note")), "note"), TableBlock(head, rows, wide=3)]


def status_grid(ctx: Context, level: Level) -> list[Block]:
    """Give the reported status of the day as a table; what is unknown is counted below it."""
    # STATUS says more than ZONES (rules, parts, what is unknown); zones serve where a caller has nothing
    # else.
    if len(ctx.status):
        table, kind = ctx.status, "status"
    elif len(ctx.zones):
        table, kind = ctx.zones, "kind"
    else:
        return []
    # Unknown places are counted below the table, not listed: a hundred rows of "unknown" would bury the
    # rest, and left out in silence they would look calm.
    shown = table[table[kind] != Status.UNKNOWN]
    rows = tuple(
        (
            cell(run(text_of(row["name"]), strong=True), run(level(ctx, row.get("subject")), quiet=True)),
            cell(word(ctx, "status", row[kind])),
            _who(ctx, row),
            cell(word(ctx, "confidence", row["confidence"])),
            day_and_ago(ctx, row["last_confirmed"]),
            (*_rule(ctx, row), by_number(ctx, split_names(row["claims"]))),
        )
        for _, row in shown.iterrows()
    )
    if not rows:
        return []
    head = tuple(
        say(ctx, f"places.{name}") for name in ("place", "status", "actors", "confidence", "confirmed", "rule")
    )
    blocks: list[Block] = [Paragraph(cell(say(ctx, "places.status_note")), "note"), TableBlock(head, rows)]
    if kind == "status":
        blocks.append(Paragraph(cell(say(ctx, "places.status_unknown", n=len(table) - len(shown))), "note"))
    counts = shown[kind].value_counts()
    said = ", ".join(f"{word(ctx, 'status', one)} {counts[one]}" for one in Status if one in counts)
    return [Fold(Heading(say(ctx, "places.status_heading")), tuple(blocks), said)]


def _who(ctx: Context, row: pd.Series) -> Cell:
    named = cell(named_phrase(row, ctx.lang) or tr("said.by_nobody", ctx.lang))
    before = held_before_phrase(row, ctx.lang)
    if not before:
        return named
    return named + cell(run(f"; {say(ctx, 'places.held_before')}{say(ctx, 'colon')}{before}", quiet=True))


def _rule(ctx: Context, row: pd.Series) -> Cell:
    parts = text_of(row.get("parts"))
    words = rule(ctx, text_of(row["rule"]))
    if not parts:
        return cell(run(words, quiet=True))
    return cell(parts, run(f"{say(ctx, 'colon')}{words}", quiet=True))

"""What changed since an earlier briefing."""

from __future__ import annotations

import pandas as pd

from artimap.core.i18n import format_day, format_number, format_rate
from artimap.core.phrases import known
from artimap.core.vocab import About, Info
from artimap.report.blocks import Block, Cell, Heading, Paragraph, ReportSection, TableBlock, cell, joined, run
from artimap.report.change_words import change_line
from artimap.report.changes import ChangedThing, ChangeKind
from artimap.report.context import Context
from artimap.report.control_status import changed_blocks, changed_line
from artimap.report.places import level_of
from artimap.report.previous import Previous
from artimap.report.sentences import (
    by_number,
    counted,
    event_line,
    km,
    listed,
    of_rates,
    reported,
    say,
    text_of,
    who,
    word,
)
from artimap.risk.phrases import trips_of

_MOVED = 1.25
"""A rate that grew or shrank by this factor is told as up or down."""

_SAME_PLACE_M = 500.0
_SHOWN = 40


def _pairs(ctx: Context, before: Previous) -> list[tuple[pd.Series, pd.Series]]:
    found = []
    for _, row in ctx.risk.iterrows():
        # By kilometres, not by name or id: names of stretches may change between releases. A stretch whose
        # ends both lie within 500 m is the same piece of road.
        near = before.stretches[
            ((before.stretches["from_m"] - row["from_m"]).abs() <= _SAME_PLACE_M)
            & ((before.stretches["to_m"] - row["to_m"]).abs() <= _SAME_PLACE_M)
        ]
        if len(near):
            found.append((row, near.iloc[0]))
    return found


def _direction(now: pd.Series, then: pd.Series) -> str:
    # Falling silent, or speaking again, is no change of the rate, and is told apart from it.
    if Info.SILENT.value in (now["info"], then["info"]):
        return "silence" if now["info"] != then["info"] else "same"
    return _moved(known(now["rate"]), known(then["rate"]))


def _moved(rate: float | None, old: float | None) -> str:
    if rate is None or old is None or old <= 0:
        return "same" if (rate is None) == (old is None) else "silence"
    # Less than a quarter more or a fifth less is called the same: rates move a little with every day that
    # reports age.
    ratio = rate / old
    return "up" if ratio >= _MOVED else "down" if ratio <= 1 / _MOVED else "same"


def _new(ctx: Context, before: Previous) -> tuple[pd.DataFrame, pd.DataFrame]:
    events, claims = ctx.events, ctx.claims
    old_events, old_claims = before.event_ids, before.claim_ids
    # By id. A folder that kept no ids says nothing of what is new, and no event is called new then.
    new_events = events[~events["event_id"].isin(list(old_events))] if old_events is not None else events.head(0)
    new_claims = claims[~claims["claim_id"].isin(list(old_claims))] if old_claims is not None else claims.head(0)
    return new_events, new_claims


def _posts(ctx: Context, before: Previous) -> tuple[list[str], list[str]]:
    if before.checkpoints is None:
        return [], []
    # A post that is not listed any more has not been said to be gone; the note below the list says so.
    now = set(ctx.checkpoints["checkpoint_id"])
    gone = set(before.checkpoints) - now
    if ctx.changes is not None:  # what is held back now has not vanished
        gone &= {one.subject for one in ctx.changes.of(ChangedThing.POST, ChangeKind.VANISHED)}
    elif ctx.state is not None:
        gone -= ctx.state.hidden or frozenset()
    return sorted(now - set(before.checkpoints)), sorted(gone)


def changes_line(ctx: Context) -> Cell:
    """Say in a line what changed, or that there is nothing to compare with."""
    before, standing = ctx.previous, changed_line(ctx, level_of)
    if before is None:
        none = say(ctx, "changes.none_given")
        return cell(f"{none} ", *standing) if standing else cell(none)
    # Counted over the stretches that both briefings have; a new one is neither up nor down.
    directions = [_direction(now, then) for now, then in _pairs(ctx, before)]
    events, claims = _new(ctx, before)
    gained, lost = _posts(ctx, before)
    since = say(ctx, "not_stated") if before.as_of is None else format_day(before.as_of, ctx.lang)
    numbers = {name: directions.count(name) for name in ("up", "down", "silence")}
    line = say(ctx, "changes.line", day=since, **numbers)
    other = len(ctx.risk) - len(directions)
    if other:
        line = f"{line} {say(ctx, 'changes.other_pieces', n=counted(ctx, 'stretches', other))}"
    told = (run(line), by_number(ctx, rates=True), *(cell(" ", *standing) if standing else ()))
    if before.event_ids is None:
        return (*told, run(f" {say(ctx, 'changes.no_ids')}"))
    ids = (*events["event_id"], *claims["claim_id"], *gained, *lost)
    new = {"events": counted(ctx, "events", len(events)), "claims": counted(ctx, "claims", len(claims))}
    news = say(ctx, "changes.news", **new, gained=len(gained), lost=len(lost))
    told = (*told, run(f" {news}"), by_number(ctx, ids))
    if ctx.changes is None:
        return told
    vanished, corrected = (len(ctx.changes.of(ChangedThing.EVENT, kind)) for kind in (_GONE, ChangeKind.CHANGED))
    if not vanished and not corrected:
        return told
    more = {"vanished": counted(ctx, "events", vanished), "corrected": counted(ctx, "events", corrected)}
    return (*told, run(f" {say(ctx, 'changes.other_events', **more)}"))


_GONE = ChangeKind.VANISHED
_TOLD = (
    ("vanished_events", ChangedThing.EVENT, _GONE),
    ("changed_events", ChangedThing.EVENT, ChangeKind.CHANGED),
    ("changed_posts", ChangedThing.POST, ChangeKind.CHANGED),
    ("beyond", ChangedThing.STRETCH, ChangeKind.CHANGED),
    ("roads", ChangedThing.ROAD_STATUS, None),
    ("other_claims", ChangedThing.CLAIM, ChangeKind.CHANGED),
    ("other_claims", ChangedThing.CLAIM, _GONE),
)
"""What the row-by-row comparison tells beside the rates, the statuses, the new events and the new statements."""


def _row_by_row(ctx: Context) -> list[Block]:
    blocks: list[Block] = []
    if ctx.changes is None:
        return blocks
    told = ""
    for name, thing, kind in _TOLD:
        found = ctx.changes.of(thing, kind)
        if not found:
            continue
        if name != told:
            blocks.append(Heading(say(ctx, f"changes.{name}")))
        told = name
        blocks += listed(ctx, [cell(change_line(one, ctx.lang, ctx.names)) for one in found], _SHOWN)
    return blocks


def _rates(ctx: Context, before: Previous) -> Block:
    rows: list[tuple[Cell, ...]] = []
    for now, then in _pairs(ctx, before):
        direction = _direction(now, then)
        if direction == "same":
            continue
        shown = []
        for row in (then, now):
            rate = known(row["rate"])
            # Of a silent stretch an older release kept the rate of the prior: no finding.
            silent = row["info"] == Info.SILENT.value or rate is None
            shown.append(cell(word(ctx, "info", row["info"]) if silent else format_rate(rate or 0.0, ctx.lang)))
        name = text_of(now["name"]) or km(ctx, now)
        rows.append((cell(run(name, strong=True)), cell(say(ctx, f"changes.{direction}")), *shown))
    if not rows:
        return Paragraph(cell(say(ctx, "changes.no_rates")))
    head = of_rates(say(ctx, f"changes.{name}") for name in ("stretch", "direction", "then", "now"))
    return TableBlock(head, tuple(rows), figures=frozenset({2, 3}))


def _trips(ctx: Context, before: Previous) -> list[Block]:
    """Set the ways between the cities beside those of the earlier briefing, where it kept them."""
    rows = []
    for trip in trips_of(ctx.risk):
        if before.trips is None or trip.name not in before.trips:
            continue
        old = before.trips[trip.name]
        direction = _moved(trip.expected, old)
        shown = (
            cell(say(ctx, "not_known") if value is None else format_number(value, ctx.lang))
            for value in (old, trip.expected)
        )
        rows.append((cell(run(trip.name, strong=True)), cell(say(ctx, f"changes.{direction}")), *shown))
    if not rows:
        return []
    head = of_rates(
        say(ctx, name) for name in ("trips.way", "changes.direction", "changes.then_way", "changes.now_way")
    )
    return [TableBlock(head, tuple(rows), figures=frozenset({2, 3}))]


def changes(ctx: Context) -> ReportSection:
    """Compare with an earlier briefing: rates, events, claims and posts."""
    before = ctx.previous
    heading = say(ctx, "changes.heading")
    if before is None:
        none = Paragraph(cell(say(ctx, "changes.none_given")))
        return ReportSection("changes", heading, (none, *changed_blocks(ctx, level_of)))
    blocks: list[Block] = [
        Paragraph(changes_line(ctx), "lead"),
        *_trips(ctx, before),
        _rates(ctx, before),
        Paragraph(cell(say(ctx, "changes.rule")), "note"),
    ]
    blocks += changed_blocks(ctx, level_of)
    events, claims = _new(ctx, before)
    if len(events):
        blocks.append(Heading(say(ctx, "changes.new_events")))

        def told(row: pd.Series) -> Cell:
            return cell(event_line(ctx, row), by_number(ctx, [row["event_id"]]))

        newest = events.sort_values(["date_start", "event_id"], ascending=[False, True], kind="stable")
        blocks += listed(ctx, [told(row) for _, row in newest.iterrows()], _SHOWN)
    # New claims about events are told with their events; here stand those about places and stretches.
    others = claims[claims["about"].isin([About.PLACE.value, About.STRETCH.value])]
    if len(others):
        blocks.append(Heading(say(ctx, "changes.new_claims")))
        items = []
        for _, row in others.sort_values("claim_id", kind="stable").iterrows():
            place = ctx.names.get(str(row["subject"])) or text_of(row["place"]) or say(ctx, "not_stated")
            said = f"{place}{say(ctx, 'colon')}{text_of(row['value'])} {word(ctx, 'predicate', row['predicate'])}, "
            told_by = by_number(ctx, [row["claim_id"]])
            items.append((*joined((cell(said) + who(ctx, row), reported(ctx, row)), ", "), told_by))
        blocks += listed(ctx, items, _SHOWN)
    gained, lost = _posts(ctx, before)
    if gained or lost:
        blocks.append(Heading(say(ctx, "changes.posts")))
        known_posts = ctx.checkpoints.set_index("checkpoint_id")
        came, went = (run(say(ctx, f"changes.{name}") + say(ctx, "colon"), strong=True) for name in ("gained", "lost"))
        items = [cell(came, text_of(known_posts.loc[one, "place"]) or one, by_number(ctx, [one])) for one in gained]
        items += [cell(went, one) for one in lost]
        blocks += listed(ctx, items, _SHOWN)
        if lost:
            blocks.append(Paragraph(cell(say(ctx, "changes.lost_note")), "note"))
    blocks += _row_by_row(ctx)
    return ReportSection("changes", heading, tuple(blocks))

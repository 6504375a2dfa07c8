"""The sections of a corridor report, in their order, and the first of them.

A section is a function ``Context -> Section``; a new one is a function and a row in
:data:`DECISION` or :data:`ANNEX`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from artimap.core.harm import GRAVEST, gravest
from artimap.core.i18n import format_day, format_number, to_review, tr
from artimap.core.metadata import model_of
from artimap.core.phrases import known
from artimap.core.precision import significant
from artimap.core.schema import objects, records, split_names
from artimap.core.vocab import CheckpointStatus, Info
from artimap.report import appendix, places
from artimap.report.blocks import (
    Block,
    Cell,
    Facts,
    Fold,
    Heading,
    Listing,
    Paragraph,
    PictureBlock,
    ReportSection,
    TableBlock,
    cell,
    joined,
    run,
)
from artimap.report.comparison import changes, changes_line
from artimap.report.context import Context
from artimap.report.forecasts import forecasts
from artimap.report.road_status import road_status
from artimap.report.sentences import (
    by_number,
    counted,
    day_and_ago,
    event_line,
    harm,
    interval,
    km,
    of_rates,
    say,
    sources,
    text_of,
    together,
    when,
    word,
)
from artimap.risk.model import ReportedShare, RiskModel
from artimap.risk.phrases import (
    CALIBRATED,
    happened_phrase,
    last_known,
    share_line,
    share_of,
    silence_phrase,
    stretch_phrase,
    trip_month,
    trip_name,
    trip_phrase,
    trips_of,
)

_WORST, _GRAVEST = 3, 8
# In fresh events, all stretches together: how little that is, the reader is told before the first
# figure.
_VERY_THIN, _THIN = 10.0, 30.0


def effective(ctx: Context) -> float:
    """Give what the events behind all rates weigh together, in fresh events on the road."""
    return float(significant(ctx.risk["events_used"].sum()))


def events_counted(ctx: Context) -> int:
    """Give the number of events behind the rates; one that touches several stretches counts once."""
    # One event may lie on several stretches: by ids it counts once, where a sum over stretches would
    # count it for each.
    listed = {one for ids in ctx.risk["event_ids"] for one in split_names(ids)}
    return len(listed) if listed else int(ctx.risk["n_events"].max() if len(ctx.risk) else 0)


def thinness(ctx: Context) -> Cell:
    """Say plainly how much the rates rest on."""
    weight = effective(ctx)
    grade = "very_thin" if weight < _VERY_THIN else "thin" if weight < _THIN else "modest"
    line = say(
        ctx,
        "thin.says",
        events=counted(ctx, "events", events_counted(ctx)),
        weight=format_number(weight, ctx.lang),
        grade=say(ctx, f"thin.{grade}"),
    )
    return cell(line, by_number(ctx, rates=True))


def stretch_name(ctx: Context, row: pd.Series) -> str:
    """Give a stretch's name, or its kilometres where it has none."""
    return text_of(row["name"]) or km(ctx, row)


def title(ctx: Context) -> ReportSection:
    """Say what the report is about, as of when, and for whom."""
    until = ctx.data_until
    newest = cell(
        say(ctx, "not_known") if until is None else format_day(until, ctx.lang), by_number(ctx, newest_ids(ctx))
    )
    pairs = (
        (say(ctx, "title.area"), cell(ctx.area.label)),
        (
            say(ctx, "title.corridor"),
            cell(f"{ctx.corridor.ref}, {format_number(ctx.corridor.length_m / 1000, ctx.lang, digits=4)} km"),
        ),
        (say(ctx, "title.as_of"), cell(run(format_day(ctx.as_of, ctx.lang), strong=True))),
        (say(ctx, "title.data_until"), newest),
        (say(ctx, "title.audience"), cell(say(ctx, f"audience.{ctx.audience}"))),
        (say(ctx, "title.language"), cell(say(ctx, "language"))),
    )
    blocks: list[Block] = [Facts(pairs)]
    if any(key.startswith("report.") for key in to_review(ctx.lang)):
        blocks.append(Paragraph(cell(say(ctx, "title.review")), "note"))
    return ReportSection("title", say(ctx, "title.heading", road=ctx.corridor.ref), tuple(blocks))


def events_of_stretch(ctx: Context, row: pd.Series, *, limit: int) -> list[tuple[str, Mapping[str, Any]]]:
    """Give the events that weigh most in a stretch's rate, of those that the audience may see."""
    rows = ctx.event_rows
    return [(one, rows[one]) for one in split_names(row["event_ids"]) if one in rows][:limit]


def newest_ids(ctx: Context) -> list[str]:
    """Give the ids of the claims and events of the newest day."""
    if ctx.data_until is None:
        return []
    until = pd.Timestamp(ctx.data_until)
    claims, events = ctx.claims, ctx.events
    return [
        *objects(claims.loc[claims["reported"] == until, "claim_id"]),
        *objects(events.loc[events["date_end"] == until, "event_id"]),
    ]


def _trips(ctx: Context) -> Cell:
    """Say what is reported on the whole way between the cities."""
    model = model_of(ctx.risk, RiskModel)
    parts: list[Cell] = [
        cell(run(trip_name(trip, ctx.lang), strong=True), f"{say(ctx, 'colon')}{trip_phrase(trip, model, ctx.lang)}")
        for trip in trips_of(ctx.risk)
    ]
    if not parts:
        return cell(say(ctx, "summary.no_trips"))
    return joined(parts, ". ") + cell(".", by_number(ctx, rates=True))


def _worst(ctx: Context) -> Cell:
    table = ctx.risk[(ctx.risk["info"] == Info.REPORTED.value) & ctx.risk["rate"].notna()]
    table = table.sort_values(["rate", "from_m"], ascending=[False, True], kind="stable").head(_WORST)
    if table.empty:
        return cell(say(ctx, "summary.no_worst"))
    share = share_of(model_of(ctx.risk, RiskModel))
    parts: list[Cell] = []
    for _, row in table.iterrows():
        fields, why = row.to_dict(), events_of_stretch(ctx, row, limit=1)
        told = [stretch_phrase(fields, ctx.lang), happened_phrase(fields, share, ctx.lang)]
        told += [f"{say(ctx, 'summary.most_weight')} {event_line(ctx, event)}" for _, event in why]
        tail = say(ctx, "colon") + tr("map.trip.and", ctx.lang).join(part for part in told if part)
        told_by = by_number(ctx, [one for one, _ in why], rates=True)
        parts.append(cell(run(stretch_name(ctx, row), strong=True), tail, told_by))
    return joined(parts, ". ") + cell(".")


def _gravest(ctx: Context) -> Cell:
    """Name the gravest events of all data, with the range of the figures and the number of publishers."""
    table = gravest(ctx.events, GRAVEST)
    parts: list[Cell] = []
    for row in records(table):
        when_where = ", ".join(part for part in (text_of(row["place"]), when(ctx, row)) if part)
        kind, figures = word(ctx, "kind", row["kind"]), _figures(ctx, row)
        said = f"{say(ctx, 'colon')}{kind}, {figures}"
        parts.append(cell(run(when_where, strong=True), said, by_number(ctx, [row["event_id"]])))
    return joined(parts, ". ") + cell(".") if parts else cell(say(ctx, "gravest.none"))


def _figures(ctx: Context, event: Mapping[str, Any]) -> str:
    about = ctx.claims[ctx.claims["subject"] == event["event_id"]]
    differ, number = places.spans(ctx, records(about)), len(sources(about, limit=len(about)))
    told = differ or [harm(ctx, event)]
    told += [counted(ctx, "publishers", number)] if number else []
    return tr("map.trip.and", ctx.lang).join(told)


def _posts(ctx: Context) -> str:
    posts = ctx.checkpoints[ctx.checkpoints["status"] != CheckpointStatus.REMOVED.value]
    if posts.empty:
        return say(ctx, "summary.no_posts")
    placed = posts["from_m"].notna()
    active = placed & (posts["status"] == CheckpointStatus.ACTIVE.value)
    return say(
        ctx,
        "summary.posts",
        placed=counted(ctx, "posts", int(placed.sum())),
        active=int(active.sum()),
        apart=int((~placed).sum()),
    )


def not_known(ctx: Context) -> Cell:
    """Say in a line how much is not known."""
    silent = ctx.risk[ctx.risk["info"] == Info.SILENT.value]
    length_km = float(significant((silent["to_m"] - silent["from_m"]).sum() / 1000))
    nowhere = appendix.placeless(ctx)
    line = say(
        ctx,
        "summary.unknown",
        stretches=counted(ctx, "stretches", len(silent)),
        km=format_number(length_km, ctx.lang, digits=3),
        events=counted(ctx, "events", len(nowhere)),
        held_events=counted(ctx, "events", ctx.held.events),
        held_claims=counted(ctx, "claims", ctx.held.claims),
    )
    return cell(line, by_number(ctx, nowhere["event_id"], rates=True))


def summary(ctx: Context) -> ReportSection:
    """Answer in five lines: the ways between the cities; worst stretches; gravest events; posts, changes; not known."""
    day = format_day(ctx.as_of, ctx.lang)
    posts = by_number(ctx, ctx.checkpoints["checkpoint_id"])
    changed = cell(_posts(ctx), posts, " ", run(f"{say(ctx, 'summary.changed')}{say(ctx, 'colon')}", strong=True))
    lines = (
        (say(ctx, "summary.trips", day=day), _trips(ctx)),
        (say(ctx, "summary.worst"), _worst(ctx)),
        (say(ctx, "summary.gravest"), _gravest(ctx)),
        (say(ctx, "summary.checkpoints"), changed + changes_line(ctx)),
        (say(ctx, "summary.not_known"), not_known(ctx)),
    )
    items = tuple(cell(run(label + say(ctx, "colon"), strong=True)) + text for label, text in lines)
    return ReportSection(
        "summary",
        say(ctx, "summary.heading"),
        (Listing(items, numbered=True), Paragraph(basis(ctx), "warn"), Paragraph(thinness(ctx), "note")),
    )


def basis(ctx: Context) -> Cell:
    """Say what rates are of: reports, what part of the incidents that is, and up to which day."""
    until = ctx.data_until
    reach = say(ctx, "not_known") if until is None else format_day(until, ctx.lang)
    first = say(ctx, "summary.as_of", day=format_day(ctx.as_of, ctx.lang), until=reach)
    share = share_line(share_of(model_of(ctx.risk, RiskModel)), ctx.lang)
    caveat = run(tr("map.rate.caveat", ctx.lang), strong=True)
    return cell(caveat, f" {share} {first}", by_number(ctx, newest_ids(ctx)))


def trips(ctx: Context) -> ReportSection:
    """List the ways between the cities, each with the reported incidents on all of it."""
    return ReportSection("trips", say(ctx, "trips.heading"), trip_rows(ctx))


def trip_rows(ctx: Context) -> tuple[Block, ...]:
    """Give the ways between the cities as a table, with how to read it."""
    model = model_of(ctx.risk, RiskModel)
    rows = []
    for trip in trips_of(ctx.risk):
        chance = say(ctx, "not_known") if trip.chance is None else _percent(ctx, trip.chance)
        if trip.chance_lo80 is not None and trip.chance_hi80 is not None:
            chance += f" ({_percent(ctx, trip.chance_lo80)} – {_percent(ctx, trip.chance_hi80)})"
        silent = format_number(trip.silent_m / 1000, ctx.lang, digits=3)
        newest = None if trip.newest_report is None else pd.Timestamp(trip.newest_report)
        rows.append(
            (
                cell(run(trip_name(trip, ctx.lang), strong=True)),
                cell(trip_phrase(trip, model, ctx.lang)),
                cell(trip_month(trip, ctx.lang) or say(ctx, "not_known")),
                cell(chance),
                cell(silent),
                cell(run(say(ctx, "stretches.none_known"), quiet=True)) if newest is None else day_and_ago(ctx, newest),
            )
        )
    if not rows:
        return (Paragraph(cell(say(ctx, "summary.no_trips"))),)
    head = of_rates(say(ctx, f"trips.{name}") for name in ("way", "words", "month", "chance", "silent"))
    grid = TableBlock((*head, say(ctx, "stretches.newest")), tuple(rows), figures=frozenset({2, 3, 4}), wide=1)
    return grid, Paragraph(cell(say(ctx, "trips.note")), "note")


def _percent(ctx: Context, chance: float) -> str:
    return tr("map.percent", ctx.lang, n=format_number(100 * chance, ctx.lang))


def gravest_events(ctx: Context) -> ReportSection:
    """Name the events that harmed most people, whatever their age, with every figure said and its publishers."""
    heading = say(ctx, "gravest.heading")
    rows = []
    for row in records(gravest(ctx.events, _GRAVEST)):
        about = ctx.claims[ctx.claims["subject"] == row["event_id"]]
        line = event_line(ctx, row)
        told = cell(run(line[:1].upper() + line[1:], strong=True))
        rows.append((told, cell(harm(ctx, row)), cell("; ".join(places.spans(ctx, records(about))) or "–"),
                     cell(", ".join(sources(about, limit=len(about))) or "–")))  # fmt: skip
    if not rows:
        return ReportSection("gravest", heading, (Paragraph(cell(say(ctx, "gravest.none"))),))
    head = tuple(say(ctx, f"gravest.{name}") for name in ("event", "harm", "range", "sources"))
    note = Paragraph(cell(say(ctx, "gravest.note")), "note")
    return ReportSection("gravest", heading, (TableBlock(head, tuple(rows), wide=0), note))


def picture(ctx: Context) -> ReportSection:
    """Show the road as a straight line."""
    alt = say(ctx, "picture.alt", road=ctx.corridor.ref, day=format_day(ctx.as_of, ctx.lang))
    return ReportSection("strip", say(ctx, "picture.heading"), (PictureBlock(alt, say(ctx, "picture.caption")),))


def _stretch_row(ctx: Context, row: pd.Series, share: ReportedShare | None) -> tuple[Cell, ...]:
    # Three cases that must never look alike: silent (nobody reports, no figure is printed), quiet
    # (reports, none of an incident), and a rate.
    info, fields = str(row["info"]), row.to_dict()
    if info == Info.SILENT.value:
        last = last_known(fields, ctx.lang)
        tail = tr("map.trip.and", ctx.lang) + tr("map.rate.last", ctx.lang, rate=last) if last else ""
        said = cell(run(silence_phrase(fields, ctx.lang, short=True), strong=True), tail)
        figure, used = cell(run("–", quiet=True)), cell(run("–", quiet=True))
    else:
        told = [stretch_phrase(fields, ctx.lang), happened_phrase(fields, share, ctx.lang)]
        said = cell(tr("map.trip.and", ctx.lang).join(part for part in told if part))
        figure = cell(interval(ctx, row))
        weight = format_number(float(row["events_used"]), ctx.lang)
        used = cell(str(int(row["n_events"])), run(f" ({weight})", quiet=True))
        if info == Info.QUIET.value and int(row["n_events"]) == 0:
            used = cell("0")
    return (
        cell(run(stretch_name(ctx, row), strong=True, mark=_mark(row))),
        cell(together(km(ctx, row))),
        said,
        figure,
        used,
        *(
            cell(run(say(ctx, "stretches.none_known"), quiet=True))
            if pd.isna(row[name])
            else day_and_ago(ctx, row[name])
            for name in ("last_event", "newest_report")
        ),
        cell(word(ctx, "info", info)),
    )


def _mark(row: pd.Series) -> str:
    # A colour from the scale only where something was reported, as on the map.
    band = known(row["band"])
    if row["info"] == Info.SILENT.value and not pd.isna(row["newest_report"]):
        return "unobserved"
    return str(row["info"]) if band is None or row["info"] != Info.REPORTED.value else f"band-{int(band)}"


def _trend(ctx: Context) -> list[Block]:
    """Say of which stretches the rate surely changed against the window before; of the others, that nothing is said."""
    model = model_of(ctx.risk, RiskModel)
    if model is None or "p_rose" not in ctx.risk:
        return []
    table = ctx.risk[ctx.risk["info"] != Info.SILENT.value]
    rows = []
    for _, row in table.iterrows():
        chance = known(row["p_rose"])
        # Below this nothing is said in words: it would too often be chance.
        if chance is None or 1 - CALIBRATED < chance < CALIBRATED:
            continue
        key = "surely_more" if chance >= CALIBRATED else "surely_less"
        name = cell(run(stretch_name(ctx, row), strong=True))
        percent = tr("map.percent", ctx.lang, n=round(100 * chance))
        rows.append((name, cell(say(ctx, f"trend.{key}")), cell(percent)))
    thin = int(table["p_rose"].isna().sum())
    rest = say(
        ctx,
        "trend.rest",
        unclear=counted(ctx, "stretches", len(table) - thin - len(rows)),
        thin=counted(ctx, "stretches", thin),
        silent=counted(ctx, "stretches", len(ctx.risk) - len(table)),
    )
    head = of_rates((say(ctx, "stretches.name"), say(ctx, "trend.change"), say(ctx, "trend.chance")))
    blocks: list[Block] = [TableBlock(head, tuple(rows), figures=frozenset({2}))] if rows else []
    blocks += [
        Paragraph(cell(rest, by_number(ctx, rates=True))),
        Paragraph(cell(say(ctx, "trend.note", n=model.trend_days)), "note"),
    ]
    heading = Heading(say(ctx, "trend.heading", n=model.trend_days))
    return [Fold(heading, tuple(blocks), counted(ctx, "stretches", len(rows)))]


def stretches(ctx: Context) -> ReportSection:
    """List the named stretches from south to north."""
    if ctx.risk.empty:
        return ReportSection("stretches", say(ctx, "stretches.heading"), (Paragraph(cell(say(ctx, "stretches.none"))),))
    share = share_of(model_of(ctx.risk, RiskModel))
    names = ("name", "km", "words", "rate", "used", "last", "newest", "info")
    grid = TableBlock(
        of_rates((say(ctx, f"stretches.{name}") for name in names), at=2),
        tuple(_stretch_row(ctx, row, share) for _, row in ctx.risk.iterrows()),
        figures=frozenset({3, 4}),
        wide=2,
    )
    blocks: list[Block] = [
        Paragraph(cell(run(tr("map.rate.caveat", ctx.lang), strong=True), " ") + thinness(ctx), "lead"),
        grid,
        Paragraph(cell(say(ctx, "stretches.note")), "note"),
        Paragraph(cell(run(say(ctx, "stretches.silence"), strong=True)), "warn"),
    ]
    blocks += _trend(ctx)
    # A trend of rates may be one of the press: said where the number of publishers changed much.
    heard, model = ctx.risk.attrs.get("publishers"), model_of(ctx.risk, RiskModel)
    if heard is not None and model is not None and ctx.risk["caution"].notna().any():
        words = say(ctx, "stretches.sources_changed", recent=heard[0], earlier=heard[1], n=model.trend_days)
        blocks.append(Paragraph(cell(words, by_number(ctx, rates=True)), "warn"))
    return ReportSection("stretches", say(ctx, "stretches.heading"), tuple(blocks))


def evidence(ctx: Context) -> ReportSection:
    """Name the events that carry most of each stretch's rate, with their sources."""
    rows = []
    for _, row in ctx.risk.iterrows():
        if row["info"] != Info.REPORTED.value:
            continue
        said = []
        # The three that weigh most, with who published them: enough to check a rate by hand.
        for one, event in events_of_stretch(ctx, row, limit=3):
            about = ctx.claims[ctx.claims["subject"] == one]
            names = ", ".join(sources(about))
            line = event_line(ctx, event)
            said.append(cell(line) + (cell(run(f" [{names}]", quiet=True)) if names else ()))
        if said:
            rows.append((cell(run(stretch_name(ctx, row), strong=True)), joined(said)))
    blocks: tuple[Block, ...] = (Paragraph(cell(say(ctx, "evidence.none"))),)
    if rows:
        grid = TableBlock((say(ctx, "stretches.name"), say(ctx, "evidence.events")), tuple(rows), wide=1)
        blocks = (Paragraph(cell(say(ctx, "evidence.note")), "note"), grid)
    return ReportSection("evidence", say(ctx, "evidence.heading"), blocks, folded=True)


DECISION: tuple[Callable[[Context], ReportSection], ...] = (
    title,
    summary,
    trips,
    picture,
    stretches,
    gravest_events,
    road_status,
    places.checkpoints,
    changes,
    appendix.unknown,
    appendix.disclaimer,
)
"""What a decision needs, in the order in which it is asked."""

ANNEX: tuple[Callable[[Context], ReportSection], ...] = (
    evidence,
    forecasts,
    places.places,
    appendix.parameters,
    appendix.method,
    appendix.licences,
    appendix.cite,
)
"""What stands behind it. On paper it begins on a page of its own and may be left out."""

SECTIONS = (*DECISION, *ANNEX)
"""All sections in the order in which they are printed."""


def sections(ctx: Context) -> tuple[ReportSection, ...]:
    """Give all sections of a report."""
    behind = (replace(make(ctx), annex=True) for make in ANNEX)
    return (*(make(ctx) for make in DECISION), *behind)

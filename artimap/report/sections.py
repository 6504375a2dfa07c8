"""The sections of a corridor report, in their order, and the first of them.

A section is a function ``Context -> Section``; a new one is a function and a row in
:data:`SECTIONS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from artimap.core.i18n import format_day, format_number, to_review, tr
from artimap.core.metadata import model_of
from artimap.core.phrases import known, rate_phrase
from artimap.core.precision import significant
from artimap.core.schema import split_names
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
from artimap.report.sentences import (
    counted,
    day_and_ago,
    event_line,
    interval,
    km,
    say,
    sources,
    text_of,
    together,
    word,
)
from artimap.risk.model import RiskModel

_WORST = 3
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


def thinness(ctx: Context) -> str:
    """Say plainly how much the rates rest on."""
    weight = effective(ctx)
    grade = "very_thin" if weight < _VERY_THIN else "thin" if weight < _THIN else "modest"
    return say(
        ctx,
        "thin.says",
        events=counted(ctx, "events", events_counted(ctx)),
        weight=format_number(weight, ctx.lang),
        grade=say(ctx, f"thin.{grade}"),
    )


def stretch_name(ctx: Context, row: pd.Series) -> str:
    """Give a stretch's name, or its kilometres where it has none."""
    return text_of(row["name"]) or km(ctx, row)


def title(ctx: Context) -> ReportSection:
    """Say what the report is about, as of when, and for whom."""
    until = ctx.data_until
    pairs = (
        (say(ctx, "title.area"), cell(ctx.area.label)),
        (
            say(ctx, "title.corridor"),
            cell(f"{ctx.corridor.ref}, {format_number(ctx.corridor.length_m / 1000, ctx.lang, digits=4)} km"),
        ),
        (say(ctx, "title.as_of"), cell(run(format_day(ctx.as_of, ctx.lang), strong=True))),
        (say(ctx, "title.data_until"), cell(say(ctx, "not_known") if until is None else format_day(until, ctx.lang))),
        (say(ctx, "title.audience"), cell(say(ctx, f"audience.{ctx.audience}"))),
        (say(ctx, "title.language"), cell(say(ctx, "language"))),
    )
    blocks: list[Block] = [Facts(pairs)]
    if any(key.startswith("report.") for key in to_review(ctx.lang)):
        blocks.append(Paragraph(cell(say(ctx, "title.review")), "note"))
    return ReportSection("title", say(ctx, "title.heading", road=ctx.corridor.ref), tuple(blocks))


def events_of_stretch(ctx: Context, row: pd.Series, *, limit: int) -> list[tuple[str, dict[str, Any]]]:
    """Give the events that weigh most in a stretch's rate, of those that the audience may see."""
    rows = ctx.event_rows
    return [(one, rows[one]) for one in split_names(row["event_ids"]) if one in rows][:limit]


def _why(ctx: Context, row: pd.Series) -> str:
    for _, event in events_of_stretch(ctx, row, limit=1):
        return event_line(ctx, event)
    return ""


def _worst(ctx: Context) -> Cell:
    table = ctx.risk[(ctx.risk["info"] == Info.REPORTED.value) & ctx.risk["rate"].notna()]
    table = table.sort_values(["rate", "from_m"], ascending=[False, True], kind="stable").head(_WORST)
    if table.empty:
        return cell(say(ctx, "summary.no_worst"))
    parts: list[Cell] = []
    for _, row in table.iterrows():
        length_km = (float(row["to_m"]) - float(row["from_m"])) / 1000
        phrase = rate_phrase(known(row["rate"]), known(row["lo80"]), known(row["hi80"]), length_km, ctx.lang)
        why = _why(ctx, row)
        tail = f"{say(ctx, 'colon')}{phrase}" + (f"; {say(ctx, 'summary.most_weight')} {why}" if why else "")
        parts.append(cell(run(stretch_name(ctx, row), strong=True), tail))
    return joined(parts, ". ") + cell(".")


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


def _not_known(ctx: Context) -> str:
    silent = ctx.risk[ctx.risk["info"] == Info.SILENT.value]
    length_km = float(significant((silent["to_m"] - silent["from_m"]).sum() / 1000))
    nowhere = appendix.placeless(ctx)
    return say(
        ctx,
        "summary.unknown",
        stretches=counted(ctx, "stretches", len(silent)),
        km=format_number(length_km, ctx.lang, digits=3),
        events=counted(ctx, "events", len(nowhere)),
        held_events=counted(ctx, "events", ctx.held.events),
        held_claims=counted(ctx, "claims", ctx.held.claims),
    )


def summary(ctx: Context) -> ReportSection:
    """Answer in five lines: as of when; worst stretches; posts; what changed; what is not known."""
    until = ctx.data_until
    reach = say(ctx, "not_known") if until is None else format_day(until, ctx.lang)
    first = say(ctx, "summary.as_of", day=format_day(ctx.as_of, ctx.lang), until=reach)
    lines = (
        (say(ctx, "summary.when"), cell(f"{first} {thinness(ctx)} {tr('sample.says', ctx.lang)}")),
        (say(ctx, "summary.worst"), _worst(ctx)),
        (say(ctx, "summary.checkpoints"), cell(_posts(ctx))),
        (say(ctx, "summary.changed"), cell(changes_line(ctx))),
        (say(ctx, "summary.not_known"), cell(_not_known(ctx))),
    )
    items = tuple(cell(run(label + say(ctx, "colon"), strong=True)) + text for label, text in lines)
    return ReportSection("summary", say(ctx, "summary.heading"), (Listing(items, numbered=True),))


def picture(ctx: Context) -> ReportSection:
    """Show the road as a straight line."""
    alt = say(ctx, "picture.alt", road=ctx.corridor.ref, day=format_day(ctx.as_of, ctx.lang))
    return ReportSection("strip", say(ctx, "picture.heading"), (PictureBlock(alt, say(ctx, "picture.caption")),))


def _stretch_row(ctx: Context, row: pd.Series) -> tuple[Cell, ...]:
    # Three cases that must never look alike: silent (nobody reports, no figure is printed), quiet
    # (reports, none of an incident), and a rate.
    info = str(row["info"])
    length_km = (float(row["to_m"]) - float(row["from_m"])) / 1000
    if info == Info.SILENT.value:
        said: Cell = cell(run(say(ctx, "stretches.silent"), strong=True))
        figure, used = cell(run("–", quiet=True)), cell(run("–", quiet=True))
    elif info == Info.QUIET.value and int(row["n_events"]) == 0:
        said = cell(say(ctx, "stretches.quiet"))
        figure, used = cell(interval(ctx, row)), cell("0")
    else:
        said = cell(rate_phrase(known(row["rate"]), known(row["lo80"]), known(row["hi80"]), length_km, ctx.lang))
        figure = cell(interval(ctx, row))
        weight = format_number(float(row["events_used"]), ctx.lang)
        used = cell(str(int(row["n_events"])), run(f" ({weight})", quiet=True))
    # A colour from the scale only where something was reported, as on the map.
    band = known(row["band"])
    mark = info if band is None or info != Info.REPORTED.value else f"band-{int(band)}"
    return (
        cell(run(stretch_name(ctx, row), strong=True, mark=mark)),
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


def _trend(ctx: Context) -> list[Block]:
    """Say for each stretch with a rate whether it rose against the window before, with the chance of that."""
    model = model_of(ctx.risk, RiskModel)
    if model is None or "p_rose" not in ctx.risk:
        return []
    # Words by the chance that the rate rose. Between 30 and 70 of a hundred it is "unclear", not "the
    # same".
    steps = ((90, "surely_more"), (70, "more"), (30, "unclear"), (10, "less"))
    rows = []
    for _, row in ctx.risk[ctx.risk["info"] == Info.REPORTED.value].iterrows():
        chance = known(row["p_rose"])
        if chance is None:
            continue
        percent = round(100 * chance)
        key = next((name for least, name in steps if percent >= least), "surely_less")
        name = cell(run(stretch_name(ctx, row), strong=True))
        rows.append((name, cell(say(ctx, f"trend.{key}")), cell(tr("map.percent", ctx.lang, n=percent))))
    if not rows:
        return []
    head = (say(ctx, "stretches.name"), say(ctx, "trend.change"), say(ctx, "trend.chance"))
    note = Paragraph(cell(say(ctx, "trend.note", n=model.trend_days)), "note")
    return [
        Fold(
            Heading(say(ctx, "trend.heading", n=model.trend_days)),
            (TableBlock(head, tuple(rows), figures=frozenset({2})), note),
            counted(ctx, "stretches", len(rows)),
        )
    ]


def stretches(ctx: Context) -> ReportSection:
    """List the named stretches from south to north."""
    if ctx.risk.empty:
        return ReportSection("stretches", say(ctx, "stretches.heading"), (Paragraph(cell(say(ctx, "stretches.none"))),))
    names = ("name", "km", "words", "rate", "used", "last", "newest", "info")
    grid = TableBlock(
        tuple(say(ctx, f"stretches.{name}") for name in names),
        tuple(_stretch_row(ctx, row) for _, row in ctx.risk.iterrows()),
        figures=frozenset({3, 4}),
        wide=2,
    )
    blocks: list[Block] = [
        Paragraph(cell(thinness(ctx)), "lead"),
        grid,
        Paragraph(cell(say(ctx, "stretches.note")), "note"),
        Paragraph(cell(run(say(ctx, "stretches.silence"), strong=True)), "warn"),
    ]
    blocks += _trend(ctx)
    # A trend of rates may be one of the press: said where the number of publishers changed much.
    heard, model = ctx.risk.attrs.get("publishers"), model_of(ctx.risk, RiskModel)
    if heard is not None and model is not None and ctx.risk["caution"].notna().any():
        words = say(ctx, "stretches.sources_changed", recent=heard[0], earlier=heard[1], n=model.trend_days)
        blocks.append(Paragraph(cell(words), "warn"))
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


SECTIONS: tuple[Callable[[Context], ReportSection], ...] = (
    title,
    summary,
    picture,
    stretches,
    places.checkpoints,
    changes,
    appendix.unknown,
    evidence,
    forecasts,
    places.places,
    appendix.parameters,
    appendix.method,
    appendix.licences,
    appendix.cite,
    appendix.disclaimer,
)
"""All sections in the order in which they are printed: first what a decision needs, then what stands behind it."""


def sections(ctx: Context) -> tuple[ReportSection, ...]:
    """Give all sections of a report."""
    return tuple(make(ctx) for make in SECTIONS)

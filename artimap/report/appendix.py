"""What stands around the findings: what is not known, parameters, method, licences, limits."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from artimap.areas import embedded
from artimap.core.i18n import format_count, format_day, format_number, table_words, words
from artimap.core.schema import records, split_names
from artimap.core.vocab import About, Audience, Info, Where
from artimap.report.blocks import Block, Cell, Fold, Heading, Listing, Paragraph, ReportSection, TableBlock, cell, run
from artimap.report.context import Context
from artimap.report.sentences import (
    RATES,
    by_number,
    compact,
    counted,
    day_and_ago,
    event_line,
    km,
    listed,
    of_rates,
    only_later,
    reason,
    say,
    sources,
    text_of,
    word,
)
from artimap.risk.phrases import weighed_parameters

_SHOWN = 60


def placeless(ctx: Context) -> pd.DataFrame:
    """Give the events whose place is not stated, or is the department or wider, said by the day."""
    table = ctx.events[ctx.events["place_kind"].isin([Where.NOWHERE.value, Where.DEPARTMENT.value])]
    return table[[not only_later(ctx, row) for row in records(table)]] if len(table) else table


def _silent(ctx: Context) -> list[Block]:
    table = ctx.risk[ctx.risk["info"] == Info.SILENT.value]
    blocks: list[Block] = [Heading(say(ctx, "unknown.silent"))]
    if table.empty:
        return [*blocks, Paragraph(cell(say(ctx, "unknown.no_silent")))]
    # Each silent stretch is named, with the day of the newest report: a count alone would not tell a
    # driver which.
    items = []
    for row in records(table):
        mark = "silent" if pd.isna(row["newest_report"]) else "unobserved"
        name = run(text_of(row["name"]) or km(ctx, row), strong=True, mark=mark)
        label = f", {km(ctx, row)}; {say(ctx, 'unknown.newest')}{say(ctx, 'colon')}"
        newest = cell(run(say(ctx, "stretches.none_known"), quiet=True))
        known = newest if mark == "silent" else (*day_and_ago(ctx, row["newest_report"]), by_number(ctx, rates=True))
        items.append(cell(name, label) + known)
    return [*blocks, Paragraph(cell(say(ctx, "unknown.silent_note")), "warn"), Listing(tuple(items))]


def _placeless(ctx: Context) -> list[Block]:
    # The newest first, then by id: events of one day keep one order.
    table = placeless(ctx).sort_values(["date_start", "event_id"], ascending=[False, True], kind="stable")
    # Claims about no place, and figures over several events: neither can be drawn, and both say
    # something.
    loose = ctx.claims[(ctx.claims["subject"] == "nowhere") | (ctx.claims["about"] == About.FIGURE.value)]
    loose = loose.sort_values(["reported", "claim_id"], ascending=[False, True], na_position="last", kind="stable")
    heading = Heading(say(ctx, "unknown.placeless"))
    items: list[Cell] = []
    for row in records(table):
        said = sources(ctx.claims[ctx.claims["subject"] == row["event_id"]])
        names = f" [{', '.join(said)}]" if said else ""
        summary = text_of(row["summary"])
        items.append(cell(event_line(ctx, row), f". {summary}" if summary else "", run(names, quiet=True)))
    for row in records(loose):
        said_words = f"{word(ctx, 'predicate', row['predicate'])}{say(ctx, 'colon')}{text_of(row['value'])}"
        place = text_of(row["place"]) and text_of(row["place"]) + say(ctx, "colon")
        note = text_of(row["note"]) and f" ({text_of(row['note'])})"
        tail = ", ".join(part for part in (text_of(row["claimant"]), text_of(row["source"])) if part)
        items.append(cell(place, said_words, note, run(f" [{tail}]", url=row["source_url"], quiet=True)))
    if not items:
        return [heading, Paragraph(cell(say(ctx, "unknown.no_placeless")))]
    blocks = [Paragraph(cell(say(ctx, "unknown.placeless_note")), "note"), *listed(ctx, items, _SHOWN)]
    held = f"{counted(ctx, 'events', len(table))}, {counted(ctx, 'claims', len(loose))}"
    return [Fold(heading, tuple(blocks), held)]


def _tally(ctx: Context) -> list[Block]:
    tally = dict(ctx.tally)
    # RISK that was read from an older file has no tally; the reasons that the events themselves carry
    # serve then.
    if not tally:
        tally = {str(code): int(number) for code, number in ctx.events["why_code"].dropna().value_counts().items()}
    heading = Heading(say(ctx, "unknown.tally"))
    if not tally:
        return [heading, Paragraph(cell(say(ctx, "unknown.no_tally")))]
    merged: dict[str, int] = {}
    for code, number in tally.items():
        said = reason(ctx, code)
        # Two codes may read the same in one language; the reader sees their sum.
        merged[said] = merged.get(said, 0) + number
    order = sorted(merged.items(), key=lambda one: (-one[1], one[0]))
    rows = tuple((cell(why), cell(format_count(number, ctx.lang))) for why, number in order)
    grid = TableBlock(of_rates((say(ctx, "unknown.why"), say(ctx, "unknown.rows"))), rows, figures=frozenset({1}))
    return [Fold(heading, (grid,), counted(ctx, "events", sum(merged.values())))]


def _held(ctx: Context) -> list[Block]:
    blocks: list[Block] = [Heading(say(ctx, "unknown.held"))]
    # An internal report holds everything; it says so, since it looks like one that may be passed on.
    if ctx.audience is Audience.INTERNAL:
        return [*blocks, Paragraph(cell(run(say(ctx, "unknown.internal"), strong=True)), "warn")]
    gated = ctx.held.gated
    # What is held back is told by number and reason: a list of what is missing would give it away.
    told = () if gated is None else (
        *gated.held_words(ctx.lang, posts=ctx.held.posts), *gated.method_words(ctx.lang)
    )  # fmt: skip
    items = [cell(line) for line in told]
    if ctx.held.earlier:
        items.append(cell(say(ctx, "unknown.earlier", rows=counted(ctx, "rows", ctx.held.earlier))))
    if not items:
        items.append(cell(say(ctx, "unknown.nothing_held")))
    if ctx.later:
        items.append(cell(say(ctx, "unknown.later", n=counted(ctx, "claims", ctx.later))))
    return [*blocks, Listing(tuple(items))]


def unknown(ctx: Context) -> ReportSection:
    """Say what is not known: silence, statements without a place, rows left out and held back."""
    blocks = [*_silent(ctx), *_placeless(ctx), *_tally(ctx), *_held(ctx)]
    return ReportSection("unknown", say(ctx, "unknown.heading"), tuple(blocks))


def _shown(ctx: Context, value: object) -> str:
    if value is None:
        return say(ctx, "parameters.none")
    # Before int: in Python a bool is one.
    if isinstance(value, bool):
        return say(ctx, "yes" if value else "no")
    if isinstance(value, int):
        return format_count(value, ctx.lang)
    if isinstance(value, float):
        return format_number(value, ctx.lang, digits=4)
    if isinstance(value, frozenset | set):
        return ", ".join(sorted(word(ctx, "kind", str(one)) for one in value))
    if isinstance(value, tuple | list):
        return "; ".join(_shown(ctx, one) for one in value)
    return table_words(str(value), ctx.lang)


def parameter_rows(
    ctx: Context, model: object, prefix: str = "", *, weighed: Mapping[str, str] = MappingProxyType({})
) -> list[tuple[Cell, ...]]:
    """Give a row for every field of a frozen model, those of a model inside it too.

    ``weighed`` stands in place of what the model leaves open, by its name.
    """
    rows: list[tuple[Cell, ...]] = []
    if not dataclasses.is_dataclass(model):
        return rows
    for known_field in dataclasses.fields(model):
        value = getattr(model, known_field.name)
        name = f"{prefix}{known_field.name}"
        # Models hold models (reach, calibration); every number of theirs is printed, under a name with a dot.
        if dataclasses.is_dataclass(value):
            rows += parameter_rows(ctx, value, f"{name}.")
            continue
        meaning = words(ctx.lang).get(f"report.model.{known_field.name}", "")
        shown = weighed.get(name) or _shown(ctx, value)
        rows.append((cell(run(name, strong=True)), cell(shown), cell(meaning)))
    return rows


def parameters(ctx: Context) -> ReportSection:
    """Print every parameter of the model, with its meaning."""
    blocks: list[Block] = []
    rows = parameter_rows(ctx, ctx.model, weighed=weighed_parameters(ctx.risk, ctx.lang))
    if rows:
        head = tuple(say(ctx, f"parameters.{name}") for name in ("name", "value", "meaning"))
        note = Paragraph(cell(say(ctx, "parameters.note"), by_number(ctx, rates=True)), "note")
        blocks += [note, TableBlock(of_rates(head), tuple(rows), wide=2)]
    else:
        blocks.append(Paragraph(cell(say(ctx, "parameters.missing"))))
    return ReportSection("parameters", say(ctx, "parameters.heading"), tuple(blocks), folded=True)


def method(ctx: Context) -> ReportSection:
    """Tell the method in plain words, with its sources."""
    steps = tuple(cell(say(ctx, f"method.step_{number}")) for number in range(1, 8))
    works = tuple(cell(say(ctx, f"method.source_{number}")) for number in range(1, 5))
    blocks = (Listing(steps, numbered=True), Heading(say(ctx, "method.sources")), Listing(works))
    return ReportSection("method", say(ctx, "method.heading"), blocks, folded=True)


def licences(ctx: Context) -> ReportSection:
    """List the layers behind the report with their licence and attribution, and the publishers."""
    rows = tuple(
        (
            cell(run(layer.name, strong=True)),
            *(cell(table_words(text, ctx.lang)) for text in (layer.attribution, layer.licence, layer.date)),
        )
        for layer in embedded.manifest(ctx.area.name).layers
        # sentences in another language are in no other report than that
        if layer.name.partition("summaries_")[2] in ("", ctx.lang)
    )
    head = tuple(say(ctx, f"licences.{name}") for name in ("layer", "attribution", "licence", "date"))
    publishers = [f"[{number}]\u00a0{name}" for name, number in ctx.source_numbers.items()]
    blocks: list[Block] = [TableBlock(head, rows, wide=1)]
    if publishers:
        blocks += [
            Heading(say(ctx, "licences.publishers", n=format_count(len(publishers), ctx.lang))),
            Paragraph(cell("; ".join(publishers)), "note"),
            Paragraph(cell(rates_source(ctx)), "note"),
        ]
    # Sources whose rows may not be passed on but have gone into the rates: they have to be named all the
    # same.
    for source in ctx.risk.attrs.get("licensed", ()):
        blocks.append(Paragraph(cell(say(ctx, "licences.counted", source=source)), "note"))
    blocks.append(Paragraph(cell(say(ctx, "licences.note")), "note"))
    return ReportSection("licences", say(ctx, "licences.heading"), tuple(blocks), folded=True)


def rates_source(ctx: Context) -> str:
    """Say what the rates are made from, as a line of the list of sources."""
    ids = {one for cell_of in ctx.risk["event_ids"] for one in split_names(cell_of)}
    numbers = frozenset[int]().union(*(ctx.published_by.get(one, frozenset()) for one in ids))
    told = counted(ctx, "events", len(ids))
    return say(ctx, "licences.rates", mark=RATES, events=told, numbers=compact(numbers) or say(ctx, "not_stated"))


def cite(ctx: Context) -> ReportSection:
    """Say how to cite the report."""
    text = say(ctx, "cite.text", road=ctx.corridor.ref, area=ctx.area.label, day=format_day(ctx.as_of, ctx.lang))
    return ReportSection(
        "cite", say(ctx, "cite.heading"), (Paragraph(cell(text)), Paragraph(cell(say(ctx, "cite.note")), "note"))
    )


def disclaimer(ctx: Context) -> ReportSection:
    """Say what the report is not."""
    lines = tuple(Paragraph(cell(say(ctx, f"disclaimer.line_{number}"))) for number in range(1, 4))
    return ReportSection("disclaimer", say(ctx, "disclaimer.heading"), lines)

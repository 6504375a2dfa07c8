"""What became of the forecasts of earlier briefings."""

from __future__ import annotations

import datetime as dt

from artimap.core.i18n import format_day, format_number
from artimap.report.blocks import Block, Cell, Paragraph, ReportSection, TableBlock, cell
from artimap.report.context import Context
from artimap.report.sentences import by_number, say

METHODS = ("model", "uniform", "last period", "plain kernel")
"""The rules that are scored, in the order of the table."""
_SHOWN = 12


def forecasts(ctx: Context) -> ReportSection:
    """Print the running record: what was expected, what was reported, and how each rule did."""
    heading = say(ctx, "forecast.heading")
    if not ctx.record:
        return ReportSection("forecast", heading, (Paragraph(cell(say(ctx, "forecast.none"))),), folded=True)
    head = tuple(
        say(ctx, f"forecast.{name}") for name in ("period", "events", "method", "expected", "crps", "log", "inside")
    )
    rows: list[tuple[Cell, ...]] = []
    for scored in ctx.record[-_SHOWN:]:
        first, last = (format_day(dt.date.fromisoformat(scored[name]), ctx.lang) for name in ("as_of", "until"))
        for method in METHODS:
            one = scored["methods"].get(method)
            if one is None:
                continue
            figures = (
                format_number(scored["events"], ctx.lang, digits=2), _rule(ctx, method),
                format_number(one["expected"], ctx.lang, digits=2), format_number(one["crps"], ctx.lang, digits=3),
                format_number(one["log_score"], ctx.lang, digits=3),
                format_number(100 * one["inside80"], ctx.lang, digits=2),
            )  # fmt: skip
            rows.append((cell(f"{first} – {last}"), *map(cell, figures)))
    blocks: list[Block] = [Paragraph(cell(_summary(ctx), by_number(ctx, rates=True)), "lead")]
    blocks.append(TableBlock(head, tuple(rows), figures=frozenset({1, 3, 4, 5, 6})))
    blocks.append(Paragraph(cell(say(ctx, "forecast.note")), "note"))
    return ReportSection("forecast", heading, tuple(blocks), folded=True)


def _rule(ctx: Context, method: str) -> str:
    return say(ctx, f"forecast.rule.{method.replace(' ', '_')}")


def _summary(ctx: Context) -> str:
    """Give the sums of the whole record in a sentence: expected beside reported, and which rule was the best."""
    scored = [one for one in ctx.record if all(method in one["methods"] for method in METHODS)]
    means = {
        method: sum(one["methods"][method]["crps"] * one["pieces"] for one in scored)
        / max(sum(one["pieces"] for one in scored), 1)
        for method in METHODS
    }
    best = min(METHODS, key=lambda method: (round(means[method], 6), METHODS.index(method)))
    return say(
        ctx, "forecast.summary", n=len(scored),
        expected=format_number(sum(one["methods"]["model"]["expected"] for one in scored), ctx.lang, digits=2),
        events=format_number(sum(one["events"] for one in scored), ctx.lang, digits=2), best=_rule(ctx, best),
    )  # fmt: skip

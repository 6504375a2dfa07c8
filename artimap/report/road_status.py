"""What is said of the state of roads, newest first, contradictions beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from artimap.control.road_status import ACCOUNTS, RoadStatusModel
from artimap.core.i18n import tr
from artimap.core.metadata import model_of
from artimap.core.phrases import km_span, known
from artimap.core.schema import records
from artimap.core.vocab import Passage
from artimap.report.blocks import Cell, Paragraph, ReportSection, TableBlock, cell, joined, run
from artimap.report.context import Context
from artimap.report.sentences import day_and_ago, say, text_of, word


def road_status(ctx: Context) -> ReportSection:
    """List the statuses along the road, then those elsewhere; each with its day, reliability, and what doubts it."""
    heading, table = say(ctx, "road_status.heading"), ctx.road_status
    if table is None or not len(table):
        return ReportSection("road_status", heading, (Paragraph(cell(say(ctx, "road_status.none"))),))
    model = model_of(table, RoadStatusModel) or RoadStatusModel()
    told = table.assign(_off=(table["road_id"] != ctx.corridor.corridor_id) | table["from_m"].isna())
    # Along the road from its start, rows of one place beside each other; the newest of them first.
    told = told.sort_values(["_off", "from_m", "name", "age_days", "status_id"], kind="stable", na_position="last")
    rows = tuple(_row(ctx, row) for row in records(told.drop(columns="geometry", errors="ignore")))
    head = tuple(
        say(ctx, f"road_status.{name}")
        for name in ("where", "state", "vehicle", "day", "reliability", "source", "doubt")
    )
    note = Paragraph(cell(say(ctx, "road_status.note", n=model.stale_days)), "note")
    return ReportSection("road_status", heading, (note, TableBlock(head, rows, wide=1)))


def _row(ctx: Context, row: Mapping[str, Any]) -> tuple[Cell, ...]:
    low, high, grade = known(row["from_m"]), known(row["to_m"]), known(row["reliability"])
    span = "" if low is None or high is None else f"{str(row['road_id']).upper()} {km_span(low, high, ctx.lang)}"
    part = word(ctx, "form.part", row["part"])
    name = text_of(row["name"]) or text_of(row["place"])
    where = cell(
        run(name or span or part, strong=True),
        run(f" {', '.join(one for one in (part, span if name else '') if one)}", quiet=True),
    )
    said = [
        cell(f"{word(ctx, 'predicate', one)}{say(ctx, 'colon')}", run(word(ctx, "passage", row[one]), strong=True))
        for one in ACCOUNTS
        if row[one] != Passage.UNKNOWN
    ] or [cell(run(word(ctx, "passage", Passage.UNKNOWN.value), strong=True))]
    if text_of(row["why"]):
        said.append(cell(text_of(row["why"])))
    doubts = []
    if pd.isna(row["as_of"]):
        doubts.append("undated")
    elif row["stale"]:
        doubts.append("stale")
    doubts += [name for name in ("contradicted", "superseded") if text_of(row[f"{name}_by"])]
    return (
        where,
        joined(said),
        cell(word(ctx, "vehicle", row["vehicle"]) if text_of(row["vehicle"]) else "–"),
        cell(say(ctx, "day_not_stated")) if pd.isna(row["as_of"]) else day_and_ago(ctx, row["as_of"]),
        cell("–" if grade is None else tr(f"form.reliability.{int(grade)}", ctx.lang)),
        cell(text_of(row["source"])),
        cell(run(", ".join(say(ctx, f"road_status.{one}") for one in doubts), strong=True) if doubts else "–"),
    )

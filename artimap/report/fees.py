"""What the posts between two towns are said to ask, and what of it is not known."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pandas as pd

from artimap.claims.ledger import Ledger
from artimap.control.checkpoints.fees import Fees, fee_schedule, fees_between
from artimap.control.checkpoints.life_cycle import checkpoints_on
from artimap.core.i18n import format_count, table_words
from artimap.core.phrases import known
from artimap.core.vocab import FeeOf, PlaceKind, Vehicle
from artimap.report.blocks import Block, Cell, Fold, Heading, Paragraph, TableBlock, cell, run
from artimap.report.context import Context
from artimap.report.sentences import by_number, counted, km, say, text_of, word

VEHICLES = (
    Vehicle.TRUCK, Vehicle.CONTAINER_TRUCK, Vehicle.FOUR_BY_FOUR, Vehicle.AMBULANCE, Vehicle.BUS, Vehicle.MINIBUS,
    Vehicle.MOTORCYCLE,
)  # fmt: skip
"""Those for whom the report tells what is asked; those with the same answer share a row."""

_DOUBTS = ("without_fee", "undated_fee", "may_be_on", "undated", "unplaced", "aged", "removed")


def legs(ctx: Context) -> list[tuple[str, float, str, float]]:
    """Give the pieces of road between the cities on it, from south to north: name and chainage of both ends."""
    towns = ctx.corridor.towns
    # From city to city, as drivers ask. A road with fewer than two has one leg, from its first to its
    # last town.
    cities = towns[towns["kind"] == PlaceKind.CITY]
    if len(cities) < 2:
        cities = towns.iloc[[0, -1]] if len(towns) > 1 else towns.head(0)
    ends = list(zip(cities["name"].astype(str), cities["chainage_m"].astype(float), strict=True))
    return [(*here, *there) for here, there in pairwise(ends)]


def _span(ctx: Context, low: object, high: object, currency: object, per: object) -> str:
    least, most = known(low), known(high)
    # No least amount, no text: an amount that is only "up to" is not told as one from 0.
    if least is None:
        return ""
    amount = format_count(round(least), ctx.lang)
    if most is None:
        amount = say(ctx, "fees.or_more", n=amount)
    elif most != least:
        amount = f"{amount} – {format_count(round(most), ctx.lang)}"
    return " ".join(part for part in (amount, text_of(currency), word(ctx, "per", per)) if part)


def _amounts(ctx: Context, rows: pd.DataFrame) -> str:
    def told(row: pd.Series) -> str:
        span = _span(ctx, row["low"], row["high"], row["currency"], row["per"])
        return f"{span} ({table_words(text_of(row['place']), ctx.lang)})"

    said = [told(row) for _, row in rows.drop_duplicates(["checkpoint_id", "per", "currency"]).iterrows()]
    return "; ".join(said)


def _fee_sums(ctx: Context, found: Fees) -> Cell:
    parts: list[object] = []
    for one in found.asked:
        posts = counted(ctx, "posts", one.posts)
        parts.append(run(f"{_span(ctx, one.low, one.high, one.currency, one.per)} ({posts})", strong=True))
        # A sum that is not a total says so right beside the figure, not in a note that is lost when a line is
        # copied.
        if not found.complete:
            parts.append(run(f" {say(ctx, 'fees.no_total')}", quiet=True))
        parts.append("; ")
    table = found.table[found.table["low"].notna()]
    if table.empty:
        return cell(run(say(ctx, "fees.none_stated"), quiet=True))
    # Three groups that never meet: dated amounts of posts that stand there (the sums), amounts without a
    # day, and those of posts that may stand somewhere else.
    undated = ((table["counts_as"] == "on") & ~table["dated"].astype(bool)) | (table["counts_as"] == "undated")
    groups = (
        ("no_day", table[undated]),
        ("perhaps", table[table["counts_as"].isin(["may_be_on", "unplaced"])]),
    )
    for key, rows in groups:
        if len(rows):
            parts += [f"{say(ctx, f'fees.{key}')}{say(ctx, 'colon')}{_amounts(ctx, rows)}", "; "]
    # The last part is a separator.
    return cell(*parts[:-1]) if parts else cell(run(say(ctx, "fees.none_stated"), quiet=True))


def _unknown(ctx: Context, found: Fees) -> str:
    said = [
        f"{counted(ctx, 'posts', len(ids))} {say(ctx, f'fees.{name}')}"
        for name in _DOUBTS
        for ids in (getattr(found, name),)
        if ids
    ]
    if not found.posts:
        said.insert(0, say(ctx, "fees.no_post"))
    return "; ".join(said) or say(ctx, "fees.all_stated")


def _on_legs(ctx: Context, ledger: Ledger) -> list[tuple[str, float, str, float, dict[Vehicle, Fees]]]:
    """Sum the fees of each leg by vehicle: the same in every language."""
    # Posts and fees of the day, read once for all legs and vehicles.
    posts, schedule = checkpoints_on(ctx.corridor, ledger, as_of=ctx.as_of), fee_schedule(ledger, as_of=ctx.as_of)
    schedule = schedule[(schedule["fee_of"] == FeeOf.POST) & schedule["low"].notna()]  # the others ask for no leg
    return [
        (start, low, stop, high, {vehicle: fees_between(
            ctx.corridor, ledger, low, high, vehicle=vehicle, as_of=ctx.as_of, posts=posts, schedule=schedule
        ) for vehicle in VEHICLES})
        for start, low, stop, high in legs(ctx)
    ]  # fmt: skip


def _rows(ctx: Context, ledger: Ledger) -> Iterable[tuple[Cell, ...]]:
    if "fees_on_legs" not in ctx.kept:
        ctx.kept["fees_on_legs"] = _on_legs(ctx, ledger)
    for start, low, stop, high, fees in ctx.kept["fees_on_legs"]:
        # Vehicles with the same answer share a row: seven rows that say "not stated" hide the one that differs.
        same: dict[tuple[Cell, str, int], list[str]] = {}
        for vehicle, found in fees.items():
            ids = {*found.table["checkpoint_id"], *(one for name in _DOUBTS for one in getattr(found, name))}
            answer = ((*_fee_sums(ctx, found), by_number(ctx, ids)), _unknown(ctx, found), found.posts)
            same.setdefault(answer, []).append(word(ctx, "vehicle", vehicle.value))
        span = km(ctx, {"from_m": low, "to_m": high})
        name = cell(run(f"{start} – {stop}", strong=True), run(f" ({span})", quiet=True))
        for (asked, unknown, number), vehicles in same.items():
            who = say(ctx, "fees.every") if len(vehicles) == len(VEHICLES) else ", ".join(vehicles)
            yield name, cell(who), cell(counted(ctx, "posts", number)), asked, cell(run(unknown, quiet=True))


def between_towns(ctx: Context) -> list[Block]:
    """Say for each piece of road between two cities how many posts stand there, what they ask, what is not known."""
    if ctx.ledger is None or not len(ctx.ledger.posts):
        return []
    rows = list(_rows(ctx, ctx.ledger))
    if not rows:
        return []
    head = tuple(say(ctx, f"fees.{name}") for name in ("leg", "vehicle", "posts", "asked", "unknown"))
    note = Paragraph(cell(say(ctx, "fees.note")), "note")
    return [Fold(Heading(say(ctx, "fees.heading")), (note, TableBlock(head, tuple(rows))))]

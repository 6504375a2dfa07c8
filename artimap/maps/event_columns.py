"""Events as columns for the page: one row an event, numbers only, and their texts apart.

The page counts, filters, draws and finds events from these columns (``web/src/store.js``),
a few hundred or a million alike. Nothing is a loop over rows. Row order changes nothing:
rows are sorted by place, day, kind, harm and id.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from artimap.areas.summaries import summary_words
from artimap.core import style
from artimap.core.errors import DataError
from artimap.core.i18n import table_words
from artimap.core.schema import split_names
from artimap.core.vocab import Lang
from artimap.maps.codec import Box, PackedColumn, curve, pack_columns, pack_texts, quantise

UNKNOWN = 65_535
"""A count that is not stated: in the page it is a hollow mark, never a small one."""

_MOST = UNKNOWN - 1
_ROWS_A_CHUNK = 512
_CELLS = (
    "summary", "place", "place_kind", "date_precision", "days_before", "radius_m", "actors", "killed_low",
    "killed_best", "killed_high", "injured", "abducted", "displaced", "n_sources", "alleged_gang_dead", "overlaps",
)  # fmt: skip
"""What a card is made of beside the columns, which the page puts into words for few events and for many."""


@dataclass(frozen=True, slots=True)
class Field:
    """Events as the page reads them.

    Attributes
    ----------
    n, marks
        Rows, and how many of them have a mark; these come first.
    outside
        Rows with a point beyond the limits of the map: they have no mark.
    box
        What the grid covers.
    start, days
        First day and number of days.
    kinds, groups, sources
        What the codes of these columns stand for.
    layout
        Name, rows, bytes a number and coding of each column.
    coding, block
        How the block is written, and the block.
    keys
        Keys of the details, by row; empty where details are made in the page.
    source_rows
        Codes of the sources of each row; empty where none are given.
    text_columns, text_ends, texts
        Texts by row, in chunks; empty where details are on the page already.
    cells
        What the cards are made of, by column; empty where it stands among the texts.
    """

    n: int
    marks: int
    outside: int
    box: Box
    start: dt.date
    days: int
    kinds: tuple[str, ...]
    groups: tuple[str, ...]
    sources: tuple[str, ...]
    layout: tuple[tuple[str, int, int, bool], ...]
    coding: str
    block: str
    keys: tuple[str, ...] = ()
    source_rows: tuple[tuple[int, ...], ...] = ()
    text_columns: tuple[str, ...] = ()
    text_ends: tuple[int, ...] = ()
    texts: str = ""
    rows_a_chunk: int = _ROWS_A_CHUNK
    cells: tuple[tuple[str, tuple[Any, ...]], ...] = ()


def numbers(table: pd.DataFrame, name: str) -> np.ndarray:
    """Give a column of numbers as floats, NaN where it is null or not there."""
    if name not in table.columns:
        return np.full(len(table), np.nan)
    return np.asarray(table[name].to_numpy(dtype=float, na_value=np.nan))


def harm_of(table: pd.DataFrame) -> np.ndarray:
    """Give how many people each event harmed, at least; NaN where no figure is stated at all."""
    killed = numbers(table, "killed_best")
    killed = np.where(np.isnan(killed), numbers(table, "killed_low"), killed)
    figures = [killed, *(numbers(table, name) for name in ("injured", "abducted"))]
    stated = ~np.logical_and.reduce([np.isnan(each) for each in figures])
    total = np.add.reduce([np.nan_to_num(each) for each in figures])
    return np.where(stated, total, np.nan)


def _codes(counts: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(counts), UNKNOWN, np.clip(counts, 0, _MOST)).astype(np.uint32)


def _days(table: pd.DataFrame, name: str) -> np.ndarray:
    return np.asarray(table[name].to_numpy(dtype="datetime64[D]"))


def _kinds(table: pd.DataFrame) -> tuple[np.ndarray, tuple[str, ...]]:
    codes, found = pd.factorize(table["kind"], sort=True)
    return codes.astype(np.uint32), tuple(str(kind) for kind in found)


def _groups(table: pd.DataFrame) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """Give a bit a group for each row; who is not in the registry is ``unnamed``."""
    if "actors" not in table.columns:
        return None, ()
    order = tuple(style.load().groups)
    codes, found = pd.factorize(table["actors"], use_na_sentinel=True)
    bits = [sum({1 << order.index(style.group(name).key) for name in split_names(cell)}) for cell in found]
    unnamed = 1 << order.index("unnamed")
    table_of = np.array([*(bit or unnamed for bit in bits), unnamed], dtype=np.uint32)
    return table_of[codes], order  # code -1 is the last entry: nobody is named


def _small(table: pd.DataFrame, name: str, most: int) -> np.ndarray | None:
    if name not in table.columns:
        return None
    return np.asarray(np.nan_to_num(np.clip(numbers(table, name), 0, most)), dtype=np.uint32)


def _order(first: np.ndarray, day: np.ndarray, kind: np.ndarray, harm: np.ndarray, table: pd.DataFrame) -> np.ndarray:
    """Sort by place, day, kind and harm, and only what is the same in all of them by id."""
    key = first.astype(np.uint64) << np.uint64(32) | day.astype(np.uint64) << np.uint64(16)
    key |= kind.astype(np.uint64) << np.uint64(8) | np.minimum(harm, 255).astype(np.uint64)
    order = np.argsort(key, kind="stable")
    if "event_id" in table.columns and len(order):
        ordered = key[order]
        same = np.zeros(len(order), dtype=bool)
        same[1:] = ordered[1:] == ordered[:-1]
        same[:-1] |= same[1:]
        if same.any():
            spots = np.flatnonzero(same)
            rows = order[spots]
            ids = table["event_id"].to_numpy()[rows].astype(str)
            order[spots] = rows[np.lexsort((ids, ordered[spots]))]
    return order


def pack_field(
    table: pd.DataFrame,
    *,
    lon: np.ndarray,
    lat: np.ndarray,
    box: Box,
    spot: np.ndarray | None = None,
    first: dt.date | None = None,
    last: dt.date | None = None,
    keys: Sequence[str] | None = None,
    sources: Sequence[Sequence[str]] | None = None,
) -> Field:
    """Write events as columns.

    Parameters
    ----------
    table
        EVENTS, or any table with ``kind`` and ``date_start``; the other columns of EVENTS
        are used where they are there.
    lon, lat
        Degrees of the marks; NaN where an event has none.
    box
        What the map covers; points beyond it get no mark and are counted.
    spot
        For events without a mark: the number, from 1, of the area or stretch that they lie
        in, 0 for no place.
    first, last
        Days of the time slider; those of the events where not given.
    keys
        Keys of the details on the page, by row. Without them the texts are packed too.
    sources
        Publishers behind each row.

    Raises
    ------
    DataError
        If an event has no kind or day, or the days span more than 179 years.
    """
    for name in ("kind", "date_start"):
        if table[name].isna().any():
            msg = f"every event needs a {name}: {int(table[name].isna().sum())} have none"
            raise DataError(msg)
    begin = _days(table, "date_start")
    finish = begin if "date_end" not in table.columns else _days(table, "date_end")
    finish = np.where(np.isnat(finish), begin, finish)
    start = np.datetime64(first, "D") if first is not None else (begin.min() if len(begin) else np.datetime64(0, "D"))
    stop = np.datetime64(last, "D") if last is not None else (finish.max() if len(begin) else start)
    days = int((stop - start).astype(int)) + 1
    if not 0 < days < UNKNOWN:
        msg = f"a map cannot show {days} days: give a first and last day, at most 179 years apart"
        raise DataError(msg)
    day = np.clip((begin - start).astype(int), 0, days - 1).astype(np.uint32)
    end = np.clip((finish - start).astype(int), 0, days - 1)
    span = np.maximum(end - day, 0).astype(np.uint32)
    kind, kinds = _kinds(table)
    harm = _codes(harm_of(table))
    x, y, inside = quantise(lon, lat, box)
    outside = int((~inside & ~np.isnan(lon)).sum())
    place = curve(x, y)
    where = np.zeros(len(table), np.uint32) if spot is None else spot.astype(np.uint32)
    marks, others = np.flatnonzero(inside), np.flatnonzero(~inside)

    def sort(rows: np.ndarray, leading: np.ndarray) -> np.ndarray:
        if not len(rows):
            return rows
        found = _order(leading[rows], day[rows], kind[rows], harm[rows], table.iloc[rows])
        return np.asarray(rows[found])

    order = np.concatenate([sort(marks, place), sort(others, where)])
    groups, names = _groups(table)
    columns = [PackedColumn("place", place[order[: len(marks)]], 4, steps=True), PackedColumn("kind", kind[order], 1)]
    columns += [PackedColumn("day", day[order], 2), PackedColumn("harm", harm[order], 2)]
    if span.any():
        columns.append(PackedColumn("span", span[order], 2))
    if groups is not None:
        columns.append(PackedColumn("groups", groups[order], 1))
    for name, values in (
        ("certainty", _small(table, "n_sources", 2)),
        ("precision", _small(table, "geo_precision", 3)),
    ):
        if values is not None:
            columns.append(PackedColumn(name, values[order], 1))
    if where.any():
        columns.append(PackedColumn("spot", where[order[len(marks) :]], 2))
    block, coding = pack_columns(columns)
    publishers = tuple(sorted({one for row in sources or () for one in row}))
    code_of = {name: code for code, name in enumerate(publishers)}
    before = (start - begin).astype(float)
    told = table.assign(days_before=np.where(before > 0, before, np.nan))  # the columns begin with the first day
    # that nobody is named, and by no publisher, is told of a single event too
    cells = {} if keys is None else _cells(told, order, _CELLS, always=("actors", "n_sources"))
    text_columns, texts, ends = ((), "", ()) if keys is not None else _texts(told, order)
    return Field(
        n=len(table),
        marks=len(marks),
        outside=outside,
        box=box,
        start=start.astype(dt.date),
        days=days,
        kinds=kinds,
        groups=names,
        sources=publishers,
        layout=tuple((one.name, int(one.codes.size), one.width, one.steps) for one in columns),
        coding=coding,
        block=block,
        keys=() if keys is None else tuple(keys[row] for row in order),
        source_rows=() if sources is None else tuple(tuple(code_of[one] for one in sources[row]) for row in order),
        text_columns=text_columns,
        text_ends=ends,
        texts=texts,
        cells=tuple((name, tuple(row)) for name, row in cells.items()),
    )


def _texts(table: pd.DataFrame, order: np.ndarray) -> tuple[tuple[str, ...], str, tuple[int, ...]]:
    """Pack the columns that hold more than the numbers already in the page."""
    kept = _cells(table, order, ("event_id", *_CELLS))
    if not kept:
        return (), "", ()
    texts, ends = pack_texts(list(kept.values()), rows_a_chunk=_ROWS_A_CHUNK)
    return tuple(kept), texts, ends


def _cells(
    table: pd.DataFrame, order: np.ndarray, names: Sequence[str], always: Sequence[str] = ()
) -> dict[str, list[Any]]:
    """Give columns as plain lists in an order, less those that hold nothing; of flags only those that are set."""
    kept: dict[str, list[Any]] = {}
    for name in names:
        if name not in table.columns or not (name in always or table[name].notna().any()):
            continue
        if name in _FLAGS:
            there = ~table[name].astype("string").fillna("").str.strip().isin(["", "False"]).to_numpy(dtype=bool)
            if not there.any():
                continue
            found = np.full(len(table), None, dtype=object)
            found[there] = 1
        elif pd.api.types.is_numeric_dtype(table[name]):
            values = numbers(table, name)
            stated = ~np.isnan(values)
            whole = bool((values[stated] % 1 == 0).all())
            found = np.full(len(values), None, dtype=object)
            found[stated] = values[stated].astype(np.int64 if whole else float).astype(object)
        else:
            found = table[name].astype(object).to_numpy(copy=True)
            found[table[name].isna().to_numpy()] = None
        kept[name] = found[order].tolist()
    return kept


def in_language(field: Field, lang: str) -> Field:
    """Give events with the texts of their cards, and the publishers, in a language."""
    if lang == Lang.EN:
        return field
    told: dict[str, Callable[[str, str], str]] = {"summary": summary_words, "place": table_words, "actors": table_words}
    cells = (
        (name, tuple(told[name](cell, lang) or None if isinstance(cell, str) else cell for cell in cells))
        if name in told else (name, cells)
        for name, cells in field.cells
    )  # fmt: skip
    return replace(field, cells=tuple(cells), sources=tuple(table_words(one, lang) for one in field.sources))


_FLAGS = ("alleged_gang_dead", "overlaps")
"""Columns of which the page needs only whether a row has them."""


def payload(field: Field) -> dict[str, Any]:
    """Give what the page's data say of the events; the block and the texts stand apart."""
    return {
        "n": field.n,
        "marks": field.marks,
        "box": field.box,
        "start": field.start.isoformat(),
        "days": field.days,
        "kinds": field.kinds,
        "groups": field.groups,
        "sources": field.sources,
        "layout": [
            {"name": name, "rows": rows, "width": width, "steps": steps} for name, rows, width, steps in field.layout
        ],
        "coding": field.coding,
        "keys": field.keys,
        "source_rows": field.source_rows,
        "text_columns": field.text_columns,
        "text_ends": field.text_ends,
        "rows_a_chunk": field.rows_a_chunk,
        "cells": dict(field.cells),
    }

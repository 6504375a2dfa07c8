"""What people decided on pairs of reports: a CSV file, read, written and honoured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from artimap.core.errors import Breach, DataError, SchemaError
from artimap.core.files import defused, table_csv, write_text
from artimap.core.schema import TEXT
from artimap.sources.row_ids import keyed_ids

DECISIONS = ("report_a", "report_b", "decision", "by", "note", "score", "why")
"""Columns of a file of decisions; ``decision`` is ``same``, ``different`` or empty (not decided)."""


def _live(cell: str) -> str:
    """Take off the apostrophe that writing put before a would-be formula."""
    return cell[1:] if cell.startswith("'") and defused(cell[1:]) == cell else cell


def read_decisions(path: Path) -> pd.DataFrame:
    """Read a file of decisions.

    Returns
    -------
    DataFrame
        :data:`DECISIONS`, all text; empty where there is no such file yet. Ids of a user's rows are as they are
        made today, whatever version wrote them.

    Raises
    ------
    DataError
        If the file is no table.
    SchemaError
        If a column is missing, a word is unknown, a decision does not say by whom (a role), or
        a pair is decided both ways; every breach is listed.
    """
    if not path.is_file():
        return pd.DataFrame({name: pd.Series(dtype=TEXT) for name in DECISIONS})
    # utf-8-sig: Excel adds the mark when it saves the file again.
    try:
        read = pd.read_csv(path, dtype=TEXT, encoding="utf-8-sig", keep_default_na=False, na_values=[""])
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError) as error:
        msg = f"{path} is no table of decisions ({error}); artimap review writes one"
        raise DataError(msg) from error
    table = pd.DataFrame(
        {name: read[name] if name in read else pd.Series(None, index=read.index, dtype=TEXT) for name in DECISIONS}
    )
    for name in DECISIONS:
        table[name] = table[name].map(_live, na_action="ignore").astype(TEXT)
    for name in ("report_a", "report_b"):
        table[name] = keyed_ids(table[name])
    # Only the first four are needed; note, score and why are for people.
    breaches = [Breach("", name, "", "is missing", "add the column") for name in DECISIONS[:4] if name not in read]
    decided: dict[tuple[str, str], str] = {}
    for number, row in enumerate(table.itertuples(index=False), start=1):
        decision = row.decision
        if not isinstance(decision, str):
            continue
        # The pair in one order: a and b may have changed places between two lines.
        pair = (min(str(row.report_a), str(row.report_b)), max(str(row.report_a), str(row.report_b)))
        if decision not in ("same", "different"):
            breaches.append(Breach(str(number), "decision", decision, "is not a known word", "write same or different"))
        if not isinstance(row.by, str):
            breaches.append(Breach(str(number), "by", "", "is empty", "say in which role it was decided, not a name"))
        if decided.setdefault(pair, decision) != decision:
            breaches.append(
                Breach(str(number), "decision", decision, f"contradicts another line on {pair}", "keep one")
            )
    if breaches:
        table_name = f"decisions in {path.name}"
        raise SchemaError(table_name, breaches)
    return table


def write_decisions(pairs: pd.DataFrame, decisions: pd.DataFrame, path: Path) -> int:
    """Write decisions made so far and, below them, the pairs still to decide.

    Returns
    -------
    int
        How many pairs are still to decide.
    """
    done = decisions[decisions["decision"].notna()]
    settled = {tuple(sorted(pair)) for pair in zip(done["report_a"], done["report_b"], strict=True)}
    left = [pair not in settled for pair in zip(pairs["report_a"], pairs["report_b"], strict=True)]
    open_pairs = pairs[pd.Series(left, index=pairs.index, dtype=bool)]
    # Scores become text here, as in the lines that were read back: one column must not hold both.
    fresh = open_pairs.assign(decision=None, by=None, note=None)[list(DECISIONS)].astype({"score": str})
    table = pd.concat([done.astype(object), fresh.astype(object)], ignore_index=True)
    # With the mark, so that Excel reads the accents.
    write_text(path, "\ufeff" + table_csv(table))
    return len(open_pairs)


def apply_decisions(reports: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """Give reports the event ids that the decisions ask for, so that merging honours them.

    Reports decided to be the ``same`` share the event id that sorts first among theirs; with
    them go all reports that shared theirs before. A report decided to be ``different`` from
    one of its own event leaves it under its own id.

    Parameters
    ----------
    reports
        A table with ``report_id`` and ``event_id``.
    decisions
        See :func:`read_decisions`. Pairs that name no row of ``reports`` are left alone.

    Raises
    ------
    SchemaError
        If two reports decided to be different would end in one event through a third; the
        message names the pairs.

    Examples
    --------
    >>> import artimap as am
    >>> import pandas as pd
    >>> reports = pd.read_csv("reports.csv")  # doctest: +SKIP
    >>> am.merge_reports(am.apply_decisions(reports, pd.read_csv("decisions.csv")))  # doctest: +SKIP
    """
    events = dict(zip(reports["report_id"].astype(str), reports["event_id"].astype(str), strict=True))
    decided = [
        (str(row.report_a), str(row.report_b), row.decision)
        for row in decisions.itertuples(index=False)
        if isinstance(row.decision, str) and {str(row.report_a), str(row.report_b)} <= events.keys()
    ]
    # Sorted, so that which report leaves its event does not depend on the order of the file.
    apart = sorted((min(a, b), max(a, b)) for a, b, decision in decided if decision == "different")
    for one, other in apart:
        # The later of the two ids leaves; what is written under the event's own id stays where it is.
        if events[one] == events[other]:
            events[other] = f"{events[other]}--{other}"
    # Events are joined, not reports: what shared an event before goes along.
    why = "are different, yet both the same as a third"
    root = _joined(
        sorted(set(events.values())),
        [(events[a], events[b]) for a, b, word in decided if word == "same"],
    )
    breaches = [
        Breach("", "decision", f"{one}, {other}", why, "change one of the decisions")
        for one, other in apart
        if root[events[one]] == root[events[other]]
    ]
    if breaches:
        table_name = "decisions"
        raise SchemaError(table_name, breaches)
    merged = [root[events[str(report)]] for report in reports["report_id"]]
    return reports.assign(event_id=pd.Series(merged, index=reports.index, dtype=TEXT))


def _joined(names: Sequence[str], links: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Give the first name of each group of linked names."""
    root = {name: name for name in names}

    def top(name: str) -> str:
        while root[name] != name:
            name = root[name]
        return name

    for one, other in links:
        # The smaller name becomes the root, so the name of a group is its first in the alphabet.
        low, high = sorted((top(one), top(other)))
        root[high] = low
    return {name: top(name) for name in names}

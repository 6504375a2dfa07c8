"""``artimap status``: who is said to hold what on a day, by whom it is said, and what is not known."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from artimap.areas.area import Area
from artimap.cli._inputs import Commands, add_inputs, add_known_on, study_of, tell_doubts
from artimap.core.dates import day_of

if TYPE_CHECKING:
    import pandas as pd

    from artimap.studies.study import Study

KINDS = ("place", "section", "commune", "department", "stretch")


def add(commands: Commands) -> None:
    """Add the command."""
    status = commands.add_parser("status", help="who is said to hold what on a day, by whom, and how sure that is")
    status.add_argument(
        "subject", nargs="*", metavar="PLACE",
        help="only this place, section or stretch, in any spelling, with the statements behind it",
    )  # fmt: skip
    add_inputs(status)
    add_known_on(status)
    status.add_argument(
        "--kind", action="append", choices=KINDS, metavar="KIND",
        help=f"only {', '.join(KINDS[:-1])} or {KINDS[-1]} (may be repeated)",
    )  # fmt: skip
    status.add_argument("--all", action="store_true", help="list those of which nothing is known too")
    status.add_argument("--since", metavar="DAY", help="what changed from this day to --until")
    status.add_argument("--until", metavar="DAY", help="end of --since or --history (default: the day of the answer)")
    status.add_argument("--history", metavar="PLACE", help="the status of one subject over time")
    status.add_argument(
        "--format", choices=["table", "csv", "json"], default="table",
        help="csv and json hold every row, unknown too (default: %(default)s)",
    )  # fmt: skip
    status.add_argument("-o", "--output", type=Path, metavar="FILE", help="write .csv or .json")
    status.set_defaults(run=_run)


def _run(args: argparse.Namespace, where: Area) -> int:
    from artimap.cli._status_text import (  # noqa: PLC0415 - slow to import
        StatusQuestion,
        changes_lines,
        history_lines,
        status_lines,
    )
    from artimap.control import claims_behind  # noqa: PLC0415

    if args.until is not None and args.since is None and args.history is None:
        print("artimap: --until goes with --since or --history; for one day use --as-of", file=sys.stderr)
        return 2
    if args.history is not None and args.subject:
        print("artimap: --history takes one place and lists it alone; leave the others out", file=sys.stderr)
        return 2
    if args.as_of is not None and args.until is not None:  # what is asked of a later day rests on that day's events
        args.as_of = max(day_of(args.as_of), day_of(args.until))
    study = study_of(args, where).in_hindsight()
    if args.history is not None:
        table, lines = _history(args, study), history_lines
    elif args.since is not None:
        table, lines = _changes(args, study), changes_lines
    else:
        table, lines = _status(args, study), status_lines
    behind = claims_behind(table, study.ledger, study.events) if args.subject and "not_counted" in table else None
    if args.output is not None:
        from artimap.cli._tables import save  # noqa: PLC0415

        print(save(table, args.output))
        tell_doubts(study, args.lang, sys.stderr)
    elif args.format == "table":
        for line in lines(table, StatusQuestion(study, args, behind)):
            print(line)
        tell_doubts(study, args.lang)
    else:
        _print(table, args.format, behind)
        tell_doubts(study, args.lang, sys.stderr)
    return 0


def _print(table: pd.DataFrame, form: str, behind: pd.DataFrame | None) -> None:
    from artimap.cli._tables import as_json, records  # noqa: PLC0415
    from artimap.core.files import table_csv  # noqa: PLC0415

    rows = records(table)
    if form == "csv":
        import pandas as pd  # noqa: PLC0415

        print(table_csv(pd.DataFrame(rows, columns=list(table.columns))), end="")
        return
    if behind is not None:
        said = records(behind)
        rows = [{**row, "behind": [one for one in said if one["subject"] == row["subject"]]} for row in rows]
    print(as_json(rows))


def _picked(args: argparse.Namespace, where: Area, table: pd.DataFrame) -> pd.DataFrame:
    """Keep the kinds and subjects that were asked for."""
    from artimap.control import find_subjects  # noqa: PLC0415

    if args.subject:
        wanted = dict.fromkeys(one for text in args.subject for one in find_subjects(where, table, text))
        table = table[table["subject"].isin(list(wanted))]
    if args.kind:
        table = table[table["kind"].isin(args.kind)]
    return table.reset_index(drop=True)


def _status(args: argparse.Namespace, study: Study) -> pd.DataFrame:
    from artimap.control import control_status  # noqa: PLC0415
    from artimap.core.i18n import tr  # noqa: PLC0415

    table = control_status(study.area, study.ledger, as_of=study.as_of, events=study.events, known_on=args.known_on)
    table = _picked(args, study.area, table)
    for name in ("status", "rule"):
        table[f"{name}_words"] = [tr(f"{name}.{one}", args.lang) for one in table[name]]
    return table


def _changes(args: argparse.Namespace, study: Study) -> pd.DataFrame:
    from artimap.control import control_status, find_subjects, what_changed  # noqa: PLC0415

    until = study.as_of if args.until is None else day_of(args.until)
    table = what_changed(study.area, study.ledger, since=args.since, until=until, events=study.events)
    if args.subject:
        whole = control_status(study.area, study.ledger, as_of=until, events=study.events)
        wanted = {one for text in args.subject for one in find_subjects(study.area, whole, text)}
        table = table[table["subject"].isin(wanted)]
    if args.kind:
        table = table[table["kind"].isin(args.kind)]
    return table.reset_index(drop=True)


def _history(args: argparse.Namespace, study: Study) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415

    from artimap.control import control_status, find_subjects, status_history  # noqa: PLC0415

    known = control_status(study.area, study.ledger, as_of=study.as_of, events=study.events, known_on=args.known_on)
    tables = [
        status_history(
            study.area, study.ledger, one, since=args.since, until=args.until or study.as_of, events=study.events,
            known_on=args.known_on,
        )
        for one in find_subjects(study.area, known, args.history)
    ]  # fmt: skip
    return pd.concat(tables, ignore_index=True)

"""``artimap review``: pairs of reports to decide on."""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from artimap.areas.area import Area
from artimap.cli._shared import Commands


def add(commands: Commands) -> None:
    """Add the command."""
    review = commands.add_parser("review", help="list pairs of reports that may tell of one event, and keep decisions")
    review.add_argument(
        "file", nargs="?", type=Path, metavar="CSV", help="your own reports (default: the embedded ones)"
    )
    review.add_argument(
        "--decisions", type=Path, default=Path("decisions.csv"), metavar="CSV",
        help="file to decide in: same or different, and in which role (default: %(default)s)",
    )  # fmt: skip
    review.add_argument("--threshold", type=float, help="least score of a pair that is listed, 0 to 1")
    review.set_defaults(run=_run)


def _run(args: argparse.Namespace, where: Area) -> int:
    from artimap.areas import embedded  # noqa: PLC0415
    from artimap.claims.linkage_decisions import apply_decisions, read_decisions, write_decisions  # noqa: PLC0415
    from artimap.claims.record_linkage import MatchModel, match_reports  # noqa: PLC0415

    model = MatchModel() if args.threshold is None else MatchModel(threshold=args.threshold)
    decisions = read_decisions(args.decisions)
    reports = embedded.read_table(where.name, "reports")
    if args.file is None:
        pairs = match_reports(reports, model=model)
        event = apply_decisions(reports, decisions).set_index("report_id")["event_id"]
        # what stands under one event already has been decided by whoever made the table
        apart = [event[one] != event[other] for one, other in zip(pairs["report_a"], pairs["report_b"], strict=True)]
        pairs = pairs[pd.Series(apart, index=pairs.index, dtype=bool)]
        summaries = reports.set_index("report_id")["summary"]
    else:
        from artimap.sources.registry import read_report  # noqa: PLC0415

        own = read_report(args.file, area=where).events
        pairs = match_reports(own, others=reports, model=model)
        summaries = pd.concat([own.set_index("event_id")["summary"], reports.set_index("report_id")["summary"]])
    said = {str(one): str(words) for one, words in summaries.items()}
    left = write_decisions(pairs, decisions, args.decisions)
    for first, second, score, why in pairs[["report_a", "report_b", "score", "why"]].itertuples(index=False, name=None):
        print(f"{float(score):.2f}  {first!s} | {second!s}: {why!s}")
        print(f"      {first!s}: {said[str(first)]}\n      {second!s}: {said[str(second)]}")
    print(f"{len(pairs)} pairs at or above {model.threshold:g}, {left} to decide")
    if not len(pairs):
        return 0
    print(f"To decide, fill in 'decision' (same or different) and 'by' (a role) in {args.decisions}")
    own_file = "" if args.file is None else f" --events {args.file}"
    print(f"A briefing that honours it: artimap brief{own_file} --decisions {args.decisions}")
    return 0

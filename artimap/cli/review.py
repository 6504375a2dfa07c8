"""``artimap review``: pairs of reports to decide on."""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from artimap.areas.area import Area
from artimap.cli._shared import Commands, add_lang
from artimap.core.i18n import quoted, tr, translated
from artimap.core.phrases import actors_phrase


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
    add_lang(review)
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
        print(f"{float(score):.2f}  {first!s} | {second!s}: {_why(str(why), args.lang)}")
        for one in (str(first), str(second)):
            print(f"      {one}: {quoted(said[one], args.lang)}")
    print(tr("console.pairs", args.lang, n=len(pairs), least=f"{model.threshold:g}", left=left))
    if not len(pairs):
        return 0
    print(tr("console.pairs_fill", args.lang, file=args.decisions))
    own_file = "" if args.file is None else f" --events {args.file}"
    print(tr("console.pairs_brief", args.lang, command=f"artimap brief{own_file} --decisions {args.decisions}"))
    return 0


def _why(text: str, lang: str) -> str:
    """Say in a language what two reports have in common; actors keep their names."""
    parts = ((part, translated(part, "pair", lang)) for part in text.split(", "))
    return ", ".join(actors_phrase(part, lang) if part == said else said for part, said in parts)

"""``artimap report``: the report alone."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from artimap.areas.area import Area
from artimap.cli._shared import (
    Commands,
    add_counts,
    add_inputs,
    check_ending,
    study_of,
    tell_gated,
    tell_own,
    tell_written,
    title,
)
from artimap.core.vocab import Audience


def add(commands: Commands) -> None:
    """Add the command."""
    report = commands.add_parser(
        "report", help="the report on the road alone, as a page, Markdown, PDF, Word file, workbook or JSON"
    )
    add_inputs(report)
    add_counts(report)
    report.add_argument("--since", type=Path, metavar="DIR", help="an earlier briefing folder to compare with")
    report.add_argument(
        "-o", "--output", type=Path, default=Path("report.html"), metavar="FILE",
        help="html, md, pdf, docx, xlsx or json, by its ending (default: %(default)s)",
    )  # fmt: skip
    report.add_argument(
        "--format", metavar="LIST", help="several at once, as html,pdf,docx: written beside -o with these endings"
    )
    report.set_defaults(run=_run)


def _run(args: argparse.Namespace, where: Area) -> int:
    from artimap.report.previous import check_since  # noqa: PLC0415 - slow to import, used only here
    from artimap.report.report import FORMATS  # noqa: PLC0415

    asked = [one.strip().lower() for one in (args.format or "").split(",") if one.strip()]
    targets = [args.output.with_suffix(f".{one}") for one in asked] or [args.output]
    for target in targets:
        check_ending(target, tuple(f".{one}" for one in FORMATS), "a report")
    check_since(args.since, Audience(args.audience))
    study = study_of(args, where, out=sys.stdout)
    report = study.report(args.lang, since=args.since)
    written = tuple(report.save(target) for target in targets)
    print(title("written", study.as_of, where, args.audience, args.lang))
    tell_written(written)
    tell_own(study, args.events, args.lang)
    tell_gated(study.gated, study.audience, args.lang)
    return 0

"""``artimap template``: an empty table for one's own reports."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from artimap.areas.area import Area
from artimap.cli._shared import Commands

_SHEETS = frozenset({".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"})


def add(commands: Commands) -> None:
    """Add the command."""
    template = commands.add_parser("template", help="write an empty table for your own reports")
    template.add_argument("what", choices=["events", "claims"])
    template.add_argument("-o", "--output", type=Path, metavar="CSV", help="file to write (default: print it)")
    template.set_defaults(run=_run)


def _run(args: argparse.Namespace, _where: Area) -> int:
    from artimap.claims.user_claims import claims_template_csv  # noqa: PLC0415
    from artimap.core.files import write_text  # noqa: PLC0415
    from artimap.sources.template import template_csv  # noqa: PLC0415

    text = template_csv() if args.what == "events" else claims_template_csv()
    if args.output is None:
        print(text, end="")
        return 0
    if args.output.suffix.lower() in _SHEETS:
        csv = args.output.with_suffix(".csv")
        print(f"artimap: the template is a CSV file, which Excel and LibreOffice open: -o {csv}", file=sys.stderr)
        return 1
    if args.output.exists():
        print(f"artimap: {args.output} is there already and stays as it is; name another file with -o", file=sys.stderr)
        return 1
    write_text(args.output, "\ufeff" + text)  # the mark makes spreadsheets read accents rightly
    then = "brief --events" if args.what == "events" else "status --claims"
    print(f"{args.output}: fill in a row a report, then: artimap {then} {args.output}")
    return 0

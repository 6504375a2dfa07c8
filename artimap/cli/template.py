"""``artimap template``: an empty table for one's own reports."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from artimap.areas.area import Area
from artimap.cli._shared import Commands
from artimap.core.i18n import tr
from artimap.core.vocab import Lang

# What is done with each form once it is filled.
_THEN = {
    "events": "brief --events", "claims": "status --claims", "checkpoints": "brief --events",
    "road-status": "brief --road-status", "movements": "validate",
}  # fmt: skip
_ENDINGS = (".csv", ".xlsx")


def add(commands: Commands) -> None:
    """Add the command."""
    template = commands.add_parser("template", help="write an empty table for your own reports, posts or movements")
    template.add_argument("what", choices=[*_THEN, "run"], help="'run': a plan for the night job, with every key")
    template.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="CSV, or XLSX with lists to choose from (default: print CSV)"
    )
    template.add_argument("--lang", choices=[one.value for one in Lang], default=Lang.EN.value, help="its language")
    template.set_defaults(run=_run)


def _run(args: argparse.Namespace, _where: Area) -> int:
    from artimap.sources.forms import FORMS  # noqa: PLC0415

    if args.what == "run":
        return _plan(args.output)
    form = FORMS[args.what]
    if args.output is None:
        print(form.to_csv(args.lang), end="")
        return 0
    if args.output.suffix.lower() not in _ENDINGS:
        told = tr("console.template_ending", args.lang, file=args.output.with_suffix(".xlsx"))
        print(f"artimap: {told}", file=sys.stderr)
        return 1
    if args.output.exists():
        print(f"artimap: {tr('console.there_already', args.lang, file=args.output)}", file=sys.stderr)
        return 1
    form.save(args.output, args.lang)
    then = f"{_THEN[args.what]} {args.output}"
    print(tr("console.template", args.lang, file=args.output, command=then))
    return 0


def _plan(path: Path | None) -> int:
    from artimap.core.files import write_text  # noqa: PLC0415 - slow to import, used only here
    from artimap.studies.night import sample_plan  # noqa: PLC0415

    if path is None:
        print(sample_plan(), end="")
    elif path.exists():
        print(f"artimap: {path} is there already and stays as it is; name another file with -o", file=sys.stderr)
        return 1
    else:
        write_text(path, sample_plan())
        print(f"{path}: say what you want of it, then: artimap run {path}")
    return 0

"""``artimap cite``: the sources of a report, for reference managers."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from artimap.areas.area import Area
from artimap.cli._shared import Commands, add_inputs, check_ending, say, study_of, tell_day, tell_written

_ENDINGS = {".ris": "ris", ".bib": "bibtex"}


def add(commands: Commands) -> None:
    """Add the command."""
    cite = commands.add_parser(
        "cite", help="the sources of a report, numbered as in it, for reference managers: RIS or BibTeX"
    )
    add_inputs(cite)
    cite.add_argument(
        "--format", choices=sorted(_ENDINGS.values()), help="default: by the ending of -o, .ris or .bib, else ris"
    )
    cite.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: printed")
    cite.set_defaults(run=_run)


def _run(args: argparse.Namespace, where: Area) -> int:
    target: Path | None = args.output
    asked = args.format or "ris"
    if target is not None:
        ending = check_ending(target, tuple(_ENDINGS), "a bibliography")
        asked = args.format or _ENDINGS[ending]
    study = study_of(args, where)
    from artimap.core.files import encodable, write_text  # noqa: PLC0415 - slow to import, used only here
    from artimap.report.citations import cite  # noqa: PLC0415

    say("gathering the sources", args.lang)
    text = encodable(cite(study, format=asked, lang=args.lang))
    tell_day(study, args.lang)
    if target is None:
        sys.stdout.write(text.replace("\r\n", "\n"))
    else:
        write_text(target, text)
        tell_written((target,))
    return 0

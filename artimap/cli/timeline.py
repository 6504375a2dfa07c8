"""``artimap timeline``: a picture of what is reported of a place or stretch over time."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from artimap.areas.area import Area
from artimap.cli._shared import Commands, add_inputs, add_size, check_ending, say, study_of, tell_gated, tell_written


def add(commands: Commands) -> None:
    """Add the command."""
    line = commands.add_parser("timeline", help="a picture of a place or stretch over time: events, statements, status")
    line.add_argument(
        "place", metavar="PLACE", help="a place, section, commune or stretch, such as 'Saint-Marc – Gonaïves'"
    )
    add_inputs(line)
    line.add_argument("--since", metavar="DAY", help="first day, YYYY-MM-DD (default: two years before the last)")
    line.add_argument("--until", metavar="DAY", help="last day, YYYY-MM-DD (default: the day of the answer)")
    add_size(line, "default: as wide as A4 across")
    line.add_argument(
        "-o", "--output", type=Path, default=Path("timeline.png"), metavar="FILE",
        help="png or svg, by its ending (default: %(default)s)",
    )  # fmt: skip
    line.set_defaults(run=_run)


def _run(args: argparse.Namespace, where: Area) -> int:
    from artimap.core.pictures import picture_size  # noqa: PLC0415 - slow to import, used only here

    check_ending(args.output, (".png", ".svg"), "a timeline")
    if args.size is not None:
        picture_size(args.size)
    study = study_of(args, where, out=sys.stdout)
    from artimap.studies.timeline import timeline  # noqa: PLC0415 - slow to import, used only here

    say("drawing the timeline")
    made = timeline(study, args.place, since=args.since, until=args.until, lang=args.lang)
    path = made.save(args.output, size=args.size)
    print(f"{made.title}. Written for the audience '{args.audience}':")
    tell_written((path,))
    tell_gated(study.gated, study.audience)
    return 0

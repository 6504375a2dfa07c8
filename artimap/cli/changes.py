"""``artimap changes``: what is otherwise in one briefing folder than in another."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from artimap.areas.area import Area
from artimap.cli._shared import Commands
from artimap.core.i18n import format_day, tr
from artimap.core.vocab import Lang


def add(commands: Commands) -> None:
    """Add the command."""
    changes = commands.add_parser("changes", help="what changed between two briefing folders: did the line move")
    changes.add_argument("before", type=Path, metavar="A", help="the earlier briefing folder")
    changes.add_argument("after", type=Path, metavar="B", help="the later one, for the same audience")
    changes.add_argument(
        "--format", choices=["text", "json"], default="text", help="sentences, or data (default: %(default)s)"
    )
    changes.add_argument("--line", action="store_true", help="only zones and stretches of which the status moved")
    changes.add_argument("--lang", choices=[one.value for one in Lang], default=Lang.EN.value, help="language")
    changes.set_defaults(run=_run)


def _run(args: argparse.Namespace, _where: Area) -> int:
    from dataclasses import replace  # noqa: PLC0415 - slow to import, used only here

    from artimap.report.change_words import change_line  # noqa: PLC0415
    from artimap.studies.study import changes  # noqa: PLC0415

    found = changes(args.before, args.after)
    if args.line:
        found = replace(found, rows=found.line_moved)
    if args.format == "json":
        print(json.dumps(found.to_dict(), ensure_ascii=False, indent=1))
        return 0
    lang = args.lang
    if not len(found):
        print(tr("change.nothing", lang, day=format_day(found.since, lang)))
    for one in found:
        print(change_line(one, lang))
    if not found.vanished_told:
        print(tr("change.not_told", lang))
    return 0

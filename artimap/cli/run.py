"""``artimap run``: the night job, every briefing that a TOML file asks for."""

from __future__ import annotations

import argparse
import datetime as dt
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from artimap.areas.area import Area
from artimap.cli._shared import Commands, as_json, say
from artimap.core.errors import ArtimapError
from artimap.core.text import legible


def add(commands: Commands) -> None:
    """Add the command."""
    run = commands.add_parser(
        "run",
        help="the night job: every briefing that a TOML file asks for, in one run",
        description="Writes a folder for each road, audience and language, and run.json last (docs/night.md). A plan "
        "to fill in: artimap template run.",
        epilog="Ends with 0 done; 1 a folder that was asked for is not there; 3 rows or sources were left out, with "
        "--strict; 4 no row of your files was used.",
    )
    run.add_argument("plan", type=Path, metavar="TOML", help="what is made, of what, for whom")
    run.add_argument("--today", metavar="DAY", help="the day it is, YYYY-MM-DD: names the run, rejects later rows")
    run.add_argument("--as-of", metavar="DAY", help="day of the answer, YYYY-MM-DD, where it is not that of the plan")
    run.add_argument("-o", "--output", type=Path, metavar="DIR", help="where the runs stand, where not as in the plan")
    run.add_argument("--strict", action="store_true", help="end with 3 where rows or sources were left out")
    run.add_argument("--quiet", action="store_true", help="print errors only")
    run.add_argument("--json", action="store_true", help="print what run.json holds")
    run.add_argument(
        "--log", type=Path, metavar="FILE",
        help="add each step to this file, with the time: the only place where a clock is read",
    )  # fmt: skip
    run.set_defaults(run=_run)


@contextmanager
def _log(path: Path | None) -> Iterator[Callable[[str], None]]:
    """Give what adds lines to the log, with the moment of each in UTC; an error that ends the run is one of them."""
    if path is None:
        yield lambda _words: None
        return
    with path.open("a", encoding="utf-8", newline="\n") as file:

        def add_line(words: str) -> None:
            now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            file.write(f"{now} {legible(' '.join(words.split()))}\n")
            file.flush()

        try:
            yield add_line
        except (ArtimapError, OSError) as error:
            add_line(f"failed: {error}")
            raise
        except KeyboardInterrupt:
            add_line("stopped")
            raise


def _run(args: argparse.Namespace, _where: Area) -> int:
    from artimap.core.dates import day_of  # noqa: PLC0415 - slow to import, used only here
    from artimap.studies.night import read_night_plan, run_night  # noqa: PLC0415

    with _log(args.log) as log:
        plan = read_night_plan(args.plan)
        if args.today is not None:
            plan = replace(plan, today=day_of(args.today))
        if args.as_of is not None:
            plan = replace(plan, as_of=day_of(args.as_of))
        if args.output is not None:
            plan = replace(plan, out=args.output)
        plan = replace(plan, strict=plan.strict or args.strict)

        def progress(words: str) -> None:
            log(words)
            if not args.quiet:
                say(words)

        # What is loaded by now stays to the end, and most of what a night makes lives as long as its road.
        gc.freeze()
        gc.set_threshold(200_000, 50, 100)  # main sets it back
        try:
            done = run_night(plan, progress=progress)
        finally:
            gc.unfreeze()
        for line in done.lines():
            log(line)
            if not (args.quiet or args.json):
                print(line)
        log(f"ends with {done.exit_code}")
    if args.json:
        print(as_json(done.summary))
    return done.exit_code

"""``artimap backtest``: whether the ranking held."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

from artimap.areas.area import Area
from artimap.cli._shared import Commands, add_inputs, say, study_of, tell_day
from artimap.core.dates import day_of
from artimap.core.i18n import tr, translated


def add(commands: Commands) -> None:
    """Add the command."""
    test = commands.add_parser("backtest", help="rates of past days against what was reported afterwards")
    test.add_argument("--start", metavar="DAY", help="first origin (default: two years before the end)")
    add_inputs(test, audience="whose eyes: events that it may not see count only in cells")
    test.add_argument("--step", type=int, default=30, metavar="DAYS", help="days forecast each time (default: 30)")
    test.add_argument("--road", metavar="ID", help="road (default: the area's corridor)")
    test.add_argument("--length-m", type=float, metavar="M", help="equal pieces of this length, not named stretches")
    test.add_argument(
        "--half-life", type=float, action="append", metavar="DAYS",
        help="half-life of the model; repeat it to compare several (default: 90)",
    )  # fmt: skip
    test.add_argument("--json", action="store_true", help="print JSON")
    test.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write the picture (.png) or the periods (.csv, .json)"
    )
    test.set_defaults(run=_run)


def _run(args: argparse.Namespace, where: Area) -> int:
    from artimap.cli._shared import as_json, records, save  # noqa: PLC0415
    from artimap.risk.backtest import backtest  # noqa: PLC0415 - slow to import, used only here
    from artimap.risk.model import RiskModel  # noqa: PLC0415

    study = study_of(args, where, road=args.road)
    corridor, stop = study.corridor, study.as_of
    tell_day(study, args.lang)
    start = day_of(args.start) if args.start else stop - dt.timedelta(days=730)
    lives = args.half_life or [90.0]
    models = {f"half-life {life:g} d" if len(lives) > 1 else "model": RiskModel(half_life_days=life) for life in lives}
    say(f"{(stop - start).days // args.step if args.step > 0 else 0} origins", args.lang)
    found = backtest(
        study.events_to_count, corridor, models, start, stop, args.step, ledger=study.ledger,
        pieces=corridor.lixels(args.length_m) if args.length_m is not None else None,
    )  # fmt: skip
    if args.output is not None:
        done = found.save(args.output) if args.output.suffix.lower() == ".png" else save(found.periods, args.output)
        print(done)
    if args.json:
        print(as_json({"summary": records(found.summary), "not_dated": found.not_dated, "flagged": found.flagged}))
    else:
        shown = found.summary.rename(columns=lambda name: tr(f"backtest.{name}", args.lang))
        methods = shown.columns[0]
        shown[methods] = [translated(str(one), "backtest_method", args.lang) for one in shown[methods]]
        print(shown.to_string(index=False, float_format="{:.3g}".format))
        print(tr("console.not_dated", args.lang, n=found.not_dated))
    return 0

"""Run the measurements and print medians and ratios."""

from __future__ import annotations

import argparse

from benchmarks import (
    backtest,
    broken_files,
    calibration,
    closures,
    contestation,
    density,
    density_methods,
    faults,
    hotspots,
    house,
    maps,
    masking,
    matching,
    national,
    network,
    night,
    passages,
    read_acled,
    routes,
    snap,
    start,
    what_if,
)

SUITES = {
    "start": start.run,
    "calibration": calibration.run,
    "backtest": backtest.run,
    "contestation": contestation.run,
    "hotspots": hotspots.run,
    "matching": matching.run,
    "read_acled": read_acled.run,
    "snap": snap.run,
    "network": network.run,
    "passages": passages.run,
    "night": night.run,
    "routes": routes.run,
    "closures": closures.run,
    "density": density.run,
    "density_methods": density_methods.run,
    "maps": maps.run,
    "house": house.run,
    "faults": faults.run,
    "masking": masking.run,
    "broken_files": broken_files.run,
    "national": national.run,
    "what_if": what_if.run,
}
PARTS = {"maps_briefing": maps.run_briefing, "maps_100k": maps.run_100k, "maps_1m": maps.run_1m}
"""What a suite is made of, to run one piece at a time."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("suite", nargs="*", choices=[*SUITES, *PARTS, []], help="default: all")
    parser.add_argument("--repeat", type=int, default=5, help="runs of each (default: %(default)s)")
    roads = parser.add_argument_group("made-up roads (calibration, hotspots, matching)")
    roads.add_argument("--runs", type=int, default=200, help="roads a line (default: %(default)s)")
    roads.add_argument("--worlds", help="names of worlds, joined by commas (calibration; default: all)")
    roads.add_argument("--jobs", type=int, default=1, help="processes at once (calibration; default: %(default)s)")
    roads.add_argument("--seed", type=int, default=0, help="other roads (calibration, matching; default: %(default)s)")
    roads.add_argument(
        "--write", action="store_true", help="put the tables into their page in docs (calibration, faults)"
    )
    parser.add_argument(
        "--kills", type=int, default=200, help="runs killed at their files (faults; default: %(default)s)"
    )
    args = parser.parse_args()
    names = args.worlds.split(",") if args.worlds else ()
    options = {
        "calibration": {
            "runs": args.runs,
            "worlds": names,
            "jobs": args.jobs,
            "seed": args.seed,
            "write": args.write,
        },
        "faults": {"kills": args.kills, "seed": args.seed, "write": args.write},
        "hotspots": {"runs": args.runs},
        "matching": {"runs": args.runs, "seed": args.seed},
        "passages": {"runs": args.runs, "seed": args.seed},
    }
    for name in args.suite or SUITES:
        print(f"## {name}")
        (SUITES | PARTS)[name](args.repeat, **options.get(name, {}))


if __name__ == "__main__":
    main()

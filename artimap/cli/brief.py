"""``artimap brief``: write a briefing folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from artimap.areas.area import Area
from artimap.cli._shared import Commands, add_inputs, commands, study_of, tell_gated, tell_newest, tell_written
from artimap.core.vocab import Audience, Where

if TYPE_CHECKING:
    import pandas as pd

    from artimap.studies.briefing import Briefing


def add(commands: Commands) -> None:
    """Add the command."""
    brief = commands.add_parser("brief", help="write a briefing folder: map, report, risk table, strip picture")
    add_inputs(brief)
    brief.add_argument("--since", type=Path, metavar="DIR", help="an earlier briefing folder to compare with")
    brief.add_argument(
        "-o", "--output", type=Path, default=Path("briefing"), metavar="DIR", help="default: %(default)s/"
    )
    brief.set_defaults(run=_run)


def _tell_own(done: Briefing, file: object) -> None:
    used = done.own_rows - done.own_rejected
    print(f"Your reports: {done.own_rows} rows read, {used} used, {done.own_rejected} rejected.")
    for note in done.notes:
        print(f"  {note}")
    if done.own_posts[0]:
        print(f"  {done.own_posts[0]} of them are posts, {done.own_posts[1]} of these on the road of the briefing.")
    if done.quarantine is not None:
        print(f"  Rejected rows, with the reason for each: {done.quarantine}")
    elif done.own_rejected:
        print(
            f"  Rejected rows are kept nowhere, since none can be written beside {file}: {commands('validate', file)}"
        )
    lost = {key: one for key, one in done.readings.items() if one.kind is Where.NOWHERE or one.ambiguous}
    if done.gated.audience is Audience.INTERNAL:
        for event_id, reading in lost.items():
            print(f"  {event_id}: {reading.text!r} has no place on the map: {reading.why}")
    elif lost:
        print(f"  {len(lost)} of them have no place on the map: {commands('validate', file)} says which")
    if done.undecided:
        print(
            f"  {done.undecided} pairs of yours and embedded reports may tell of one event, which then counts twice. "
            f"Decide: {commands('review', file)}; then give --decisions decisions.csv"
        )


def _tell_roads(read: tuple[int, int], shown: pd.DataFrame) -> None:
    stale, against = int(shown["stale"].sum()), int(shown["contradicted_by"].notna().sum())
    why = " (artimap validate FILE says why)" if read[1] else ""
    print(
        f"State of roads: {read[0]} statuses read, {read[1]} rejected{why}, {len(shown)} shown, {stale} of them stale, "
        f"{against} contradicted by others."
    )


def _run(args: argparse.Namespace, where: Area) -> int:
    from artimap.core.folder_swap import check_folder  # noqa: PLC0415 - slow to import, used only here
    from artimap.core.metadata import model_of  # noqa: PLC0415
    from artimap.report.previous import check_since  # noqa: PLC0415
    from artimap.risk.model import RiskModel  # noqa: PLC0415
    from artimap.risk.phrases import trip_name, trip_phrase  # noqa: PLC0415
    from artimap.studies.briefing import MEETING, RECENT_DAYS  # noqa: PLC0415

    check_since(args.since, Audience(args.audience))
    check_folder(args.output)
    study = study_of(args, where, out=sys.stdout)
    done = study.write(args.output, lang=args.lang, since=args.since)
    print(f"As of {done.as_of}, {where.label}. Written for the audience '{args.audience}':")
    model = model_of(study.risk, RiskModel)
    for trip in study.trips:
        print(f"  {trip_name(trip, 'en')}: {trip_phrase(trip, model, 'en')}")
    newest = "none at all" if done.newest is None else f"the newest on {done.newest}"
    print(f"Events that began in the {RECENT_DAYS} days before: {done.recent}; {newest}.")
    tell_written(done.files)
    missing = [name for name in MEETING if name not in {path.name for path in done.files}]
    if missing:
        print(f"Not written: {', '.join(missing)}. For them: pip install 'artimap[report]'")
    if done.removed:
        print(f"Removed, left by an earlier run: {', '.join(done.removed)}.")
    if done.kept:
        print(f"Kept, and not looked at for the audience '{args.audience}': {', '.join(done.kept)}.")
    if args.events is not None:
        _tell_own(done, args.events)
        tell_newest(study)
    if study.road_status is not None:
        _tell_roads(study.own.statuses, study.road_status)
    for gone, stays in done.merged:
        print(f"Merged by decision: {gone} counts in {stays}, with its claims beside the others.")
    for report in done.parted:
        print(f"Parted by decision: {report} is an event of its own.")
    print("Events without weight on the road, and why:")
    for why, number in done.tally.items():
        print(f"  {number:4d}  {why}")
    tell_gated(done.gated, Audience(args.audience))
    return 0

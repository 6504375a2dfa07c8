"""``artimap brief``: write a briefing folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from artimap.areas.area import Area
from artimap.cli._shared import (
    Commands,
    add_counts,
    add_inputs,
    audience_words,
    commands,
    study_of,
    tell_gated,
    tell_newest,
    tell_placeless,
    tell_written,
    title,
)
from artimap.core.i18n import tr, translated
from artimap.core.reasons import why_words
from artimap.core.vocab import Audience, Lang

if TYPE_CHECKING:
    from artimap.studies.briefing import Briefing


def add(commands: Commands) -> None:
    """Add the command."""
    brief = commands.add_parser("brief", help="write a briefing folder: map, report, risk table, strip picture")
    add_inputs(brief)
    add_counts(brief)
    brief.add_argument("--since", type=Path, metavar="DIR", help="an earlier briefing folder to compare with")
    brief.add_argument(
        "-o", "--output", type=Path, default=Path("briefing"), metavar="DIR", help="default: %(default)s/"
    )
    brief.set_defaults(run=_run)


def _tell_own(done: Briefing, file: object, lang: str) -> None:
    used = done.own_rows - done.own_rejected
    print(tr("console.reports", lang, rows=done.own_rows, used=used, rejected=done.own_rejected))
    for note in done.notes:
        print(f"  {translated(note, 'line', lang)}")
    if done.own_posts[0]:
        print(f"  {tr('console.posts', lang, n=done.own_posts[0], on=done.own_posts[1])}")
    if done.quarantine is not None:
        print(f"  {tr('console.quarantine', lang, path=done.quarantine)}")
    elif done.own_rejected:
        print(f"  {tr('console.no_quarantine', lang, file=file, command=commands('validate', file))}")
    tell_placeless(done.readings, file, done.gated.audience, lang)
    if done.undecided:
        print(f"  {tr('console.decide', lang, n=done.undecided, command=commands('review', file))}")


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
    lang = args.lang
    print(title("written", done.as_of, where, args.audience, lang))
    model = model_of(study.risk, RiskModel)
    for trip in study.trips:
        print(f"  {trip_name(trip, lang)}{tr('report.colon', lang)}{trip_phrase(trip, model, lang)}")
    newest = tr("console.newest_none", lang) if done.newest is None else tr("console.newest", lang, day=done.newest)
    print(tr("console.recent", lang, days=RECENT_DAYS, n=done.recent, newest=newest))
    tell_written(done.files)
    missing = [name for name in MEETING if name not in {path.name for path in done.files}]
    if missing:
        print(tr("console.missing", lang, names=", ".join(missing)))
    if done.removed:
        print(tr("console.removed", lang, names=", ".join(done.removed)))
    if done.kept:
        print(tr("console.kept", lang, audience=audience_words(args.audience, lang), names=", ".join(done.kept)))
    if args.events is not None:
        _tell_own(done, args.events, lang)
        tell_newest(study, lang)
    for gone, stays in done.merged:
        print(tr("console.merged", lang, gone=gone, stays=stays))
    for report in done.parted:
        print(tr("console.parted", lang, report=report))
    print(tr("console.tally", lang))
    tally = done.tally
    if lang != Lang.EN:
        tally = {why_words(code, lang): number for code, number in study.risk.attrs["tally"].items()}
    for why, number in tally.items():
        print(f"  {number:4d}  {why}")
    tell_gated(done.gated, Audience(args.audience), lang)
    return 0

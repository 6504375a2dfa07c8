"""``artimap trip``: by which road, at what price, what else there is."""

from __future__ import annotations

import argparse
import shutil
import sys
import textwrap
from collections.abc import Sequence
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from artimap.areas.area import Area
from artimap.cli._shared import (
    Commands,
    add_counts,
    add_inputs,
    say,
    study_of,
    tell_gated,
    tell_own,
    tell_placeless,
    tell_written,
    title,
)
from artimap.core.i18n import tr
from artimap.core.vocab import Audience, Lang

if TYPE_CHECKING:
    from artimap.report.trip.content import TripContent, TripWay

_LEAST_WIDTH, _MOST_WIDTH, _LABEL = 60, 100, 20


def add(commands: Commands) -> None:
    """Add the command."""
    trip = commands.add_parser(
        "trip",
        help="the ways from one place to another: time, reported incidents, posts, what is closed",
        description="Prints the ways beside each other and writes a folder: trip.html (one sheet), trip.txt (a card "
        "of at most 1,000 characters), trip.gpx (the tracks), trip.json. No way is called safe. Where none leads "
        "there it says so and what closes it, and ends with 0.",
    )
    trip.add_argument("start", metavar="FROM", help="a place by name, or a kilometre: 'rn1 km 95'")
    trip.add_argument("stop", metavar="TO", help="the same")
    trip.add_argument("--via", action="append", metavar="PLACE", help="by this place (may be repeated, in order)")
    trip.add_argument(
        "--vehicle", default="truck", metavar="WORDS", help="truck_20ft, 4x4, moto … (default: %(default)s)"
    )
    trip.add_argument("--return", dest="back", action="store_true", help="the way back too")
    trip.add_argument(
        "--close", action="append", metavar="PIECE",
        help="what if this is closed: 'rn1 km 110-126', 'Pont-Sondé bridge' (may be repeated)",
    )  # fmt: skip
    trip.add_argument("--departure", metavar="HH:MM", help="when it leaves")
    trip.add_argument("--curfew", metavar="HH:MM-HH:MM", help="when nobody may be on the road, e.g. 18:00-05:00")
    trip.add_argument(
        "--layer", type=Path, action="append", metavar="FILE",
        help="points of your own (GeoJSON, GeoPackage, KML, CSV with lat and lon): those within 2 km of a way are "
        "listed, for whom to call, hospitals and night stops (may be repeated)",
    )  # fmt: skip
    add_inputs(trip, audience="who it is for; a plan is 'internal', others see rates between cities")
    add_counts(trip)
    trip.add_argument(
        "--since", type=Path, metavar="DIR", help="an earlier briefing folder of the road: what changed on the way"
    )
    trip.add_argument("--json", action="store_true", help="print what trip.json holds")
    trip.add_argument("-o", "--output", type=Path, default=Path("trip"), metavar="DIR", help="default: %(default)s/")
    trip.set_defaults(run=_run, audience=Audience.INTERNAL.value)


def _run(args: argparse.Namespace, where: Area) -> int:
    from artimap.areas.road_network import area_roads  # noqa: PLC0415 - slow to import, used only here
    from artimap.core.daylight import curfew_of, time_of  # noqa: PLC0415
    from artimap.core.vehicles import vehicle_of  # noqa: PLC0415
    from artimap.report.previous import check_since  # noqa: PLC0415
    from artimap.studies.routes import routes  # noqa: PLC0415
    from artimap.studies.trip_files import (  # noqa: PLC0415
        check_trip_folder,
        read_points,
        trip_content,
        write_trip,
    )

    # What is asked is read before the data, which takes longer: a slip of the pen is told at once.
    vehicle = vehicle_of(args.vehicle)
    departure = None if args.departure is None else time_of(args.departure)
    curfew = None if args.curfew is None else curfew_of(args.curfew)
    check_trip_folder(args.output)
    check_since(args.since, Audience(args.audience))
    layers = [read_points(path, where) for path in args.layer or ()]
    roads = area_roads(where)
    for place in (args.start, *(args.via or ()), args.stop):
        roads.spot(place)
    close = [roads.read_span(piece) for piece in args.close or ()]
    study = study_of(args, where)
    say("looking for ways", args.lang)
    found = routes(
        study, args.start, args.stop, via=args.via, vehicle=vehicle, departure=departure, back=args.back, close=close,
        curfew=curfew,
    )  # fmt: skip
    content = trip_content(found, layers, since=args.since)
    done = write_trip(found, args.output, args.lang, content=content)
    print((args.output / "trip.json").read_text("utf-8") if args.json else "\n".join(_lines(content, args.lang)))
    # Beside JSON for another program everything else goes to the errors' stream.
    lang = args.lang
    # Beside JSON for another program everything else goes to the errors' stream.
    with redirect_stdout(sys.stderr) if args.json else nullcontext():
        print(title("written", study.as_of, where, args.audience, lang))
        tell_written(done.files)
        if done.removed:
            print(tr("console.removed", lang, names=", ".join(done.removed)))
        if done.kept:
            whom = args.audience if lang == Lang.EN else tr(f"report.audience.{args.audience}", lang)
            print(tr("console.kept", lang, audience=whom, names=", ".join(done.kept)))
        tell_own(study, args.events, lang)
        tell_placeless(study.own.readings, args.events, args.audience, lang)
        tell_gated(study.gated, study.audience, lang)
    return 0


def _lines(content: TripContent, lang: str) -> list[str]:
    """Give the trip as lines: the answer, the ways beside each other, closures, hours, what is not known."""
    from artimap.report.trip.page import stop_lines  # noqa: PLC0415
    from artimap.report.trip.sentences import (  # noqa: PLC0415
        answer,
        changed,
        closures,
        daylight,
        head,
        lost_lines,
        report_lines,
        say,
        unknowns,
    )

    width = min(max(shutil.get_terminal_size((80, 24)).columns, _LEAST_WIDTH), _MOST_WIDTH)
    lines = [say("heading", lang, start=content.start, stop=content.stop), " · ".join(head(content, lang)), ""]
    lines += textwrap.wrap(answer(content, lang)[0], width)
    near = [text for one, text in report_lines(content, lang) if one.fresh or one.own]
    lines += [line for text in (*near, *lost_lines(content, lang)) for line in textwrap.wrap(text, width)]
    for ways in (content.ways, content.back):
        if ways:
            lines += ["", *_table(ways, content, lang, width)]
    listed = (
        (say("closed", lang), closures(content, lang, most=12)),
        ("", [*daylight(content, lang), *changed(content, lang, most=6)]),
        (say("stops", lang), stop_lines(content, lang)),
        (say("not_known", lang), unknowns(content, lang)),
        (say("limits", lang), [say("limits_text", lang), tr("trip.footer", lang)]),
    )
    for label, texts in listed:
        if texts:
            lines += ["", *([label] if label else [])]
            lines += [line for text in texts for line in textwrap.wrap(text, width, initial_indent="  ",
                                                                       subsequent_indent="    ")]  # fmt: skip
    return [*lines, ""]


def _table(ways: Sequence[TripWay], content: TripContent, lang: str, width: int) -> list[str]:
    """Set ways in columns and what is told of them in rows; a text that is too long goes on below."""
    from artimap.report.trip.sentences import fact_rows, way_name  # noqa: PLC0415

    column = (width - _LABEL) // len(ways)
    rows = [("", tuple(way_name(way, lang) for way in ways)), *fact_rows(ways, content, lang)]
    lines = []
    for at, (label, texts) in enumerate(rows):
        cells = [textwrap.wrap(label, _LABEL - 2), *(textwrap.wrap(text, column - 2) for text in texts)]
        for n in range(max(map(len, cells))):
            parts = [cell[n] if n < len(cell) else "" for cell in cells]
            line = parts[0].ljust(_LABEL) + "".join(part.ljust(column) for part in parts[1:])
            lines.append(line.rstrip())
        if not at:
            lines.append("-" * width)
    return lines

"""``artimap closures``: for every kilometre of a road closed, the way round and who is cut off."""

from __future__ import annotations

import argparse
from pathlib import Path

from artimap.areas.area import Area
from artimap.cli._shared import Commands, add_lang, check_ending
from artimap.core.errors import ShareError
from artimap.core.vocab import Audience


def add(commands: Commands) -> None:
    """Add the command."""
    closures = commands.add_parser("closures", help="if a road closes: the way round, and who is cut off (internal)")
    closures.add_argument("--road", metavar="ID", help="road (default: the area's corridor)")
    closures.add_argument("--vehicle", default="truck", metavar="WORDS", help="which vehicle (default: %(default)s)")
    closures.add_argument(
        "--close", action="append", metavar="PIECE",
        help="close this piece and tell what is left, as 'rn1 km 110-126' or 'Pont-Sondé bridge'; "
        "given twice, both are closed together",
    )  # fmt: skip
    closures.add_argument(
        "--reach", action="append", metavar="TOWN",
        help="a town that must stay in reach; given twice, one of them must (default: the longer part of the roads)",
    )  # fmt: skip
    closures.add_argument(
        "--points", type=Path, metavar="FILE",
        help="points of your own that count too: a vector file with a column kind (fuel, health, market)",
    )  # fmt: skip
    add_lang(closures)
    closures.add_argument(
        "--audience", choices=[one.value for one in Audience], default="internal",
        help="whom it is for: nobody but 'internal' (default)",
    )  # fmt: skip
    closures.add_argument(
        "-o", "--output", type=Path, metavar="FILE",
        help="write .csv, .geojson, .gpkg, or the cut-off profile as .png or .svg (with --close: .csv)",
    )  # fmt: skip
    closures.set_defaults(run=_run)


def _run(args: argparse.Namespace, where: Area) -> int:
    from artimap.areas.osm import read_file  # noqa: PLC0415 - slow to import, used only here
    from artimap.areas.road_network import area_roads  # noqa: PLC0415
    from artimap.studies.closures import FORMATS, closures, isolation, sure_internal  # noqa: PLC0415

    sure_internal(Audience(args.audience))
    if args.close and args.reach:
        msg = "--reach is for the profile of a road: with --close each city is told of; leave one of them out"
        raise ShareError(msg)
    if args.output is not None:
        check_ending(args.output, (".csv",) if args.close else FORMATS, "what closes")
    roads, points = area_roads(where), None if args.points is None else read_file(args.points)
    if args.close:
        parts = isolation(roads, args.close, vehicle=args.vehicle, points=points)
        written = None if args.output is None else parts.to_file(args.output)
        lines = parts.lines(args.lang)
    else:
        road = args.road or where.corridor_id
        profile = closures(roads, road, vehicle=args.vehicle, reach=args.reach or (), points=points)
        written = None if args.output is None else profile.to_file(args.output, lang=args.lang)
        lines = profile.lines(args.lang)
    print(written if written is not None else "\n".join(lines))
    return 0

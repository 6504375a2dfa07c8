"""``artimap map``: the map alone, as a page, a picture or a file for other programs."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from artimap.areas.area import Area
from artimap.cli._inputs import Commands, add_inputs, check_ending, policy_of, say, tell_gated, tell_own, tell_written
from artimap.core.errors import ShareError
from artimap.core.vocab import Audience, Lang

if TYPE_CHECKING:
    from artimap.maps.briefing import BriefingMap
    from artimap.maps.tiles import Tiles
    from artimap.sharing import Gated
    from artimap.studies.inputs import Gathered

_PICTURES = (".png", ".svg", ".pdf")
_EXPORTS = (".gpkg", ".kml", ".gpx")


def add(commands: Commands) -> None:
    """Add the command."""
    chart = commands.add_parser("map", help="the briefing map alone: a page, a picture, or for QGIS, KML and GPX")
    add_inputs(chart)
    chart.add_argument(
        "--events-only", action="store_true", help="events alone, any number of them: no rates, zones, posts or claims"
    )
    chart.add_argument("--title", metavar="WORDS", help="what the map is called")
    chart.add_argument("--author", metavar="WORDS", help="who made it")
    chart.add_argument(
        "--estimated", action="store_true",
        help="in a picture (png, svg, pdf): switch on the zones that a model estimates, which is no report",
    )  # fmt: skip
    chart.add_argument(
        "--tiles", metavar="URL",
        help="in a page: a server of map tiles (https, with {z}, {x} and {y}) that its reader may switch on; the "
        "server then learns where they look. Without it the page asks nobody for anything",
    )  # fmt: skip
    chart.add_argument("--tiles-attribution", metavar="TEXT", help="whose tiles they are and under what licence")
    chart.add_argument(
        "-o", "--output", type=Path, default=Path("map.html"), metavar="FILE",
        help="html, png, svg, pdf, gpkg, kml or gpx, by its ending (default: %(default)s)",
    )  # fmt: skip
    chart.set_defaults(run=_run)


def _run(args: argparse.Namespace, where: Area) -> int:
    wrong = _unfit(args)
    if wrong is not None:
        print(f"artimap: {wrong}", file=sys.stderr)
        return 2
    try:
        tiles = _tiles(args)
    except ShareError as error:
        print(f"artimap: {error}", file=sys.stderr)
        return 2
    check_ending(args.output, (".html", *_PICTURES, *_EXPORTS), "a map")
    if args.events_only:
        with _warn_of_tiles(tiles):
            chart, gathered, gated = _events_alone(args, where, tiles)
    else:
        from artimap.studies.study import analyse  # noqa: PLC0415 - slow to import, used only here

        found = analyse(
            where, events=args.events, decisions=args.decisions, claims=args.claims, as_of=args.as_of,
            audience=Audience(args.audience), policy=policy_of(args), progress=say,
        )  # fmt: skip
        page = args.output.suffix.lower() == ".html"
        say("estimating the risk of earlier months, drawing the map" if page else "drawing the map")
        with _warn_of_tiles(tiles):
            chart = found.chart(Lang(args.lang), title=args.title, author=args.author, over_time=page, tiles=tiles)
        gathered, gated = found.gathered, found.gated
    written = _write(chart, args.output, estimated=args.estimated)
    print(f"{chart.page.furniture.title}, as of {chart.page.as_of}. Written for the audience '{args.audience}':")
    tell_written(written)
    tell_own(gathered, args.events)
    tell_gated(gated, Audience(args.audience))
    return 0


def _tiles(args: argparse.Namespace) -> Tiles | None:
    """Read what tiles the page may ask for."""
    if args.tiles is None:
        return None
    from artimap.maps.tiles import Tiles  # noqa: PLC0415 - only where it is asked for

    return Tiles(args.tiles, args.tiles_attribution or "")


@contextmanager
def _warn_of_tiles(tiles: Tiles | None) -> Iterator[None]:
    """Tell the maker what tiles give away, as a line of the command and not as Python's warning."""
    with warnings.catch_warnings():
        if tiles is not None:
            print(f"artimap: {tiles.gives_away}", file=sys.stderr)
            warnings.filterwarnings("ignore", "with tiles the page", UserWarning)
        yield


def _unfit(args: argparse.Namespace) -> str | None:
    """Say which arguments do not go together."""
    ending = args.output.suffix.lower()
    faults = {
        "--events-only shows no claims: leave --claims out": args.events_only and args.claims is not None,
        "--events-only shows events by the policy that stands: leave --policy out": (
            args.events_only and args.policy is not None
        ),
        "--events-only has no estimated zones: leave --estimated out": args.events_only and args.estimated,
        "--estimated is for pictures (png, svg, pdf): in a page its reader switches estimated zones on": (
            args.estimated and ending not in _PICTURES
        ),
        "--tiles is for pages (html): pictures and files for other programs have none": (
            args.tiles is not None and ending != ".html"
        ),
        "--tiles needs --tiles-attribution: whose tiles they are and under what licence": (
            args.tiles is not None and not (args.tiles_attribution or "").strip()
        ),
        "--tiles-attribution says whose tiles they are: give --tiles too": (
            args.tiles is None and args.tiles_attribution is not None
        ),
    }
    return next((words for words, wrong in faults.items() if wrong), None)


def _events_alone(args: argparse.Namespace, where: Area, tiles: Tiles | None) -> tuple[BriefingMap, Gathered, Gated]:
    import pandas as pd  # noqa: PLC0415 - slow to import, used only here

    from artimap.areas import embedded  # noqa: PLC0415
    from artimap.areas.corridors import read_corridor  # noqa: PLC0415
    from artimap.core.dates import day_of  # noqa: PLC0415
    from artimap.maps.events_only import event_map  # noqa: PLC0415
    from artimap.sharing import gate  # noqa: PLC0415
    from artimap.studies.inputs import gather  # noqa: PLC0415
    from artimap.studies.study import last_day  # noqa: PLC0415

    say("reading the data")
    gathered = gather(where, args.events, args.decisions)
    day = day_of(args.as_of) if args.as_of else last_day(where, gathered)
    reader = Audience(args.audience)
    reports = next(one for one in embedded.manifest(where.name).layers if one.name == "reports")
    source = f"{reports.source}: {reports.attribution} · {reports.licence}"
    if gathered.own is not None:
        source = f"{source}; {args.events.name} ({gathered.own.version})"
    say("drawing the map")
    begun = gathered.events[gathered.events["date_start"] <= pd.Timestamp(day)]
    chart = event_map(
        where, gathered.events, as_of=day, source=source, corridor=read_corridor(where, where.corridor_id),
        lang=args.lang, languages=tuple(Lang), audience=reader, title=args.title, author=args.author,
        tiles=tiles,
    )  # fmt: skip
    return chart, gathered, gate(begun, None, audience=reader, area=where, as_of=day)


def _write(chart: BriefingMap, path: Path, *, estimated: bool) -> tuple[Path, ...]:
    ending = path.suffix.lower()
    if ending in _PICTURES:
        from artimap.maps.static.map import static_map  # noqa: PLC0415 - slow to import, used only here

        return (static_map(chart, estimated=estimated).save(path),)
    if ending in _EXPORTS:
        from artimap.maps.export.files import export_map  # noqa: PLC0415

        return export_map(chart, path)
    return (chart.save(path),)

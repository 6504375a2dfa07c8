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
from artimap.cli._shared import Commands, add_inputs, check_ending, say, study_of, tell_gated, tell_own, tell_written
from artimap.core.errors import ShareError
from artimap.core.i18n import tr, translated
from artimap.core.vocab import Lang

if TYPE_CHECKING:
    from artimap.maps.briefing import BriefingMap
    from artimap.maps.tiles import Tiles

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
        print(f"artimap: {translated(wrong, 'line', args.lang)}", file=sys.stderr)
        return 2
    try:
        tiles = _tiles(args)
    except ShareError as error:
        print(f"artimap: {error}", file=sys.stderr)
        return 2
    check_ending(args.output, (".html", *_PICTURES, *_EXPORTS), "a map")
    study = study_of(args, where, out=sys.stdout)
    page = args.output.suffix.lower() == ".html"
    later = page and not args.events_only
    say("estimating the risk of earlier months, drawing the map" if later else "drawing the map", args.lang)
    with _warn_of_tiles(tiles):
        if args.events_only:
            chart = study.event_map(args.lang, title=args.title, author=args.author, tiles=tiles)
        else:
            chart = study.map(
                args.lang, title=args.title, author=args.author, over_time=page, tiles=tiles,
                what_if=None if page else False,
            )  # fmt: skip
    written = _write(chart, args.output, estimated=args.estimated)
    whom = args.audience if args.lang == Lang.EN else tr(f"report.audience.{args.audience}", args.lang)
    named = chart.page.furniture.title
    print(tr("console.map_written", args.lang, title=named, day=chart.page.as_of, audience=whom))
    tell_written(written)
    tell_own(study, args.events, args.lang)
    tell_gated(study.gated, study.audience, args.lang)
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


def _write(chart: BriefingMap, path: Path, *, estimated: bool) -> tuple[Path, ...]:
    ending = path.suffix.lower()
    if ending in _PICTURES:
        from artimap.maps.static.map import static_map  # noqa: PLC0415 - slow to import, used only here

        return (static_map(chart, estimated=estimated).save(path),)
    if ending in _EXPORTS:
        from artimap.maps.export.files import export_map  # noqa: PLC0415

        return export_map(chart, path)
    return (chart.save(path),)

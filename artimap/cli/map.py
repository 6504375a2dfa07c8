"""``artimap map``: the map alone, as a page, a picture or a file for other programs."""

from __future__ import annotations

import argparse
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artimap.areas.area import Area
from artimap.cli._shared import (
    Commands,
    add_counts,
    add_inputs,
    add_size,
    check_ending,
    study_of,
    tell_gated,
    tell_own,
    tell_written,
)
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
    add_counts(chart)
    chart.add_argument(
        "--events-only", action="store_true", help="events alone, any number of them: no rates, zones, posts or claims"
    )
    chart.add_argument("--title", metavar="WORDS", help="what the map is called")
    chart.add_argument("--author", metavar="WORDS", help="who made it")
    chart.add_argument(
        "--estimated", action="store_true",
        help="in a picture (png, svg, pdf): switch on the zones that a model estimates, which is no report",
    )  # fmt: skip
    add_size(chart, "default: a4")
    chart.add_argument(
        "--place", metavar="NAME", help="in a picture: only what lies around this place, section or commune"
    )
    chart.add_argument("--radius", metavar="KM", help="with --place: so far each way, as 15km or 800m (default: 15km)")
    chart.add_argument(
        "--bbox", metavar="W,S,E,N", help="in a picture: only what lies between these degrees, as -72.9,19.0,-72.4,19.4"
    )
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
    shown = _shown(args)
    study = study_of(args, where, out=sys.stdout)
    page = args.output.suffix.lower() == ".html"
    with _warn_of_tiles(tiles):
        if args.events_only:
            chart = study.event_map(args.lang, title=args.title, author=args.author, tiles=tiles)
        else:
            chart = study.map(
                args.lang, title=args.title, author=args.author, over_time=page, tiles=tiles,
                what_if=None if page else False,
            )  # fmt: skip
    written = _write(chart, args.output, shown)
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
        "--size, --place and --bbox are for pictures (png, svg, pdf)": (
            not (args.size is args.place is args.bbox is None) and ending not in _PICTURES
        ),
        "--radius is around a place: give --place too": args.radius is not None and args.place is None,
        "--place or --bbox, not both": args.place is not None and args.bbox is not None,
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


def _shown(args: argparse.Namespace) -> dict[str, Any]:
    """Read size and cut-out of a picture before any work is done for it."""
    from artimap.core.pictures import picture_size  # noqa: PLC0415 - slow to import, used only here

    size = args.size or "a4"
    picture_size(size)
    return {
        "estimated": args.estimated,
        "size": size,
        "place": args.place,
        "radius_m": None if args.radius is None else _metres(args.radius),
        "bbox": None if args.bbox is None else _degrees(args.bbox),
    }


def _metres(text: str) -> float:
    read = re.fullmatch(r"\s*(\d{1,6}(?:[.,]\d{1,3})?)\s*(km|m|)\s*", text, re.IGNORECASE)
    if read is None:
        msg = f"--radius {text}: kilometres or metres, for example 15km or 800m"
        raise ShareError(msg)
    return float(read[1].replace(",", ".")) * (1 if read[2].lower() == "m" else 1000)


def _degrees(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        msg = f"--bbox {text}: four numbers in degrees (west, south, east, north), for example -72.9,19.0,-72.4,19.4"
        raise ShareError(msg) from None


def _write(chart: BriefingMap, path: Path, shown: dict[str, Any]) -> tuple[Path, ...]:
    ending = path.suffix.lower()
    if ending in _PICTURES:
        from artimap.maps.static.map import static_map  # noqa: PLC0415 - slow to import, used only here

        picture = static_map(chart, **shown)
        if picture.cut is not None and picture.cut.beyond(picture.page):
            print("artimap: part of this cut-out lies beyond the data of the map", file=sys.stderr)
        return (picture.save(path),)
    if ending in _EXPORTS:
        from artimap.maps.export.files import export_map  # noqa: PLC0415

        return export_map(chart, path)
    return (chart.save(path),)

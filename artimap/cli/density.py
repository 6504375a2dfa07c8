"""``artimap density``: where on the roads reported events crowd, in events per km."""

from __future__ import annotations

import argparse
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from artimap.areas.area import Area
from artimap.cli._shared import (
    Commands,
    add_inputs,
    audience_words,
    check_ending,
    say,
    study_of,
    tell_gated,
    tell_own,
    tell_written,
)
from artimap.core.errors import DataError
from artimap.core.i18n import format_number, tr
from artimap.core.reasons import sentence, tally, why_words
from artimap.core.vocab import EventKind, Lang

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from artimap.roads.network.graph import RoadNetwork
    from artimap.studies.study import Study

_ENDINGS = (".gpkg", ".geojson", ".csv", ".json", ".html")
_LENGTH = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(km|m)\s*", re.IGNORECASE)
_SEAM_M = 5.0
"""Ends of roads that miss one another by so little are joined."""

_TELL_S = 2.0
"""So often progress is told."""


def length_m(words: str) -> float:
    """Read a length with its unit.

    >>> length_m("2km"), length_m("500 m"), length_m("1,5 km")
    (2000.0, 500.0, 1500.0)
    """
    read = _LENGTH.fullmatch(words)
    metres = float(read[1].replace(",", ".")) * (1000 if read[2].lower() == "km" else 1) if read else 0.0
    if not 0 < metres <= 1_000_000:
        msg = f"{words!r} is no length: give a number above 0 with its unit, like 2km or '500 m'"
        raise argparse.ArgumentTypeError(msg)
    return metres


def add(commands: Commands) -> None:
    """Add the command."""
    density = commands.add_parser("density", help="where on the roads events crowd: events per km, as table or map")
    add_inputs(density, audience="who it is for: only events that it may see, where it may see them, are counted")
    density.add_argument("--roads", type=Path, metavar="FILE", help="lines of roads (default: the area's own)")
    density.add_argument(
        "--bandwidth", type=length_m, default=2_000.0, metavar="LENGTH",
        help="how far an event reaches along the roads, like 2km or '500 m' (default: 2km)",
    )  # fmt: skip
    density.add_argument(
        "--lixel", type=length_m, default=None, metavar="LENGTH",
        help="length of the pieces of road that get a value (default: a twentieth of the bandwidth)",
    )  # fmt: skip
    density.add_argument(
        "--max-offset", type=length_m, default=1_000.0, metavar="LENGTH",
        help="events farther than this from every road are left out, and counted (default: 1km)",
    )  # fmt: skip
    density.add_argument(
        "--kind", action="append", metavar="KIND",
        choices=[one.value for one in EventKind if one is not EventKind.DEPLOYMENT],
        help="only this kind of event (may be repeated; default: all but positions of forces)",
    )  # fmt: skip
    density.add_argument(
        "--method", choices=("simple", "discontinuous", "continuous"), default="simple",
        help="what happens where roads branch (docs/density.md; default: %(default)s)",
    )  # fmt: skip
    density.add_argument(
        "-o", "--output", type=Path, default=Path("density.html"), metavar="FILE",
        help="html (a map), gpkg, geojson, csv or json, by its ending (default: %(default)s)",
    )  # fmt: skip
    density.set_defaults(run=_run)


def _run(args: argparse.Namespace, where: Area) -> int:
    from artimap.roads.density.kernel_density import network_density  # noqa: PLC0415 - slow to import, used only here

    check_ending(args.output, _ENDINGS, "a density")
    study = study_of(args, where, out=sys.stdout)
    # where forces stand is no event, whatever the audience
    kinds = args.kind or [one.value for one in EventKind if one is not EventKind.DEPLOYMENT]
    visible = study.events[study.events["kind"].isin(kinds)]
    lang = args.lang
    say("joining the roads", lang)
    network = _network(args.roads, where)
    located = network.snap(visible, max_offset_m=args.max_offset)
    lixel_m = args.lixel or args.bandwidth / 20
    on = int(located["edge"].notna().sum())
    say(f"spreading {on:,} events over {len(network.lixel_index(lixel_m)):,} pieces", lang)
    table = network_density(
        network, located, bandwidth_m=args.bandwidth, lixel_m=lixel_m, method=args.method, progress=_Progress(lang)
    )
    table["density"] = table["density"].round(9)  # as far as it is the same on every processor
    table.attrs["as_of"] = study.as_of.isoformat()
    km = format_number(round(float(network.length_m.sum()) / 1000, 2), lang, digits=9)
    print(tr("console.density", lang, km=km, reach=_words(args.bandwidth), day=study.as_of))
    print(tr("console.for_audience", lang, audience=audience_words(study.audience, lang)))
    tell_written((_write(args, study, kinds, table),))
    _tell_snapped(located, args.max_offset, lang)
    tell_own(study, args.events, lang)
    tell_gated(study.gated, study.audience, lang)
    return 0


def _network(file: Path | None, where: Area) -> RoadNetwork:
    """Read roads and join them.

    Raises
    ------
    DataError
        If the file is none of lines, or says not in what system they are.
    """
    import geopandas as gpd  # noqa: PLC0415 - slow to import, used only here
    from pyogrio.errors import DataSourceError  # noqa: PLC0415

    from artimap.areas.area import read_roads  # noqa: PLC0415
    from artimap.roads.network.graph import RoadNetwork  # noqa: PLC0415

    if file is None:
        return RoadNetwork.from_lines(read_roads(where), tolerance_m=_SEAM_M)
    try:
        roads = gpd.read_parquet(file) if file.suffix.lower() == ".parquet" else gpd.read_file(file)
    except (OSError, DataSourceError, ValueError) as error:
        msg = f"{file}: cannot be read as roads ({error}); give a GeoPackage, GeoJSON, Shapefile or GeoParquet of lines"
        raise DataError(msg) from error
    if not isinstance(roads, gpd.GeoDataFrame) or roads.crs is None:
        msg = f"{file}: no lines with a coordinate system; save the roads as a GeoPackage with its system"
        raise DataError(msg)
    lines = roads[roads.geom_type.isin(["LineString", "MultiLineString"])]
    if lines.empty:
        msg = f"{file}: holds no lines among {len(roads)} rows; give the roads as lines"
        raise DataError(msg)
    return RoadNetwork.from_lines(lines.to_crs(where.crs), tolerance_m=_SEAM_M)


def _write(args: argparse.Namespace, study: Study, kinds: list[str], table: gpd.GeoDataFrame) -> Path:
    if args.output.suffix.lower() != ".html":
        from artimap.cli._shared import save  # noqa: PLC0415 - slow to import, used only here

        return save(table, args.output, layer="density")
    title = tr("map.title_density", args.lang, area=study.area.label, km=_words(args.bandwidth))
    sources = () if args.roads is None else (args.roads.name,)
    chart = study.event_map(args.lang, title=title, density=table, kinds=kinds, sources=sources)
    return chart.save(args.output)


def _tell_snapped(located: pd.DataFrame, max_offset_m: float, lang: str) -> None:
    """Tell how many events were put on a road, how far, and why the others were not."""
    on = located["distance_m"].dropna()
    print(tr("console.snapped", lang, n=len(located), on=len(on), reach=_words(max_offset_m)))
    if len(on):
        print(f"  {tr('console.moved', lang, median=f'{on.median():,.0f}', most=f'{on.max():,.0f}')}")
    for code, number in tally(located["why_code"]).items():
        why = sentence(code) if lang == Lang.EN else why_words(code, lang)
        print(f"  {tr('console.left_out', lang, n=number, why=why)}")


def _words(metres: float) -> str:
    return f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"


class _Progress:
    """Tells on long runs how far they are."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.next = time.monotonic() + _TELL_S

    def __call__(self, done: int, number: int) -> None:
        if time.monotonic() >= self.next:
            self.next = time.monotonic() + _TELL_S
            say(f"{done:,} of {number:,} events", self.lang)

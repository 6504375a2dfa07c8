"""``artimap zones``: where what is reported lies, as areas and lines, or what a model makes of the events."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from artimap.areas.area import Area, read_units
from artimap.cli._shared import (
    Commands,
    actors_in,
    add_inputs,
    add_known_on,
    check_ending,
    doubts,
    named_in,
    study_of,
    tell_doubts,
    tell_written,
)
from artimap.core.errors import DateError
from artimap.core.i18n import format_day, format_number, tr, translated
from artimap.core.schema import TEXT, join_names, split_names
from artimap.core.vocab import Estimate, Status

if TYPE_CHECKING:
    import geopandas as gpd

    from artimap.studies.study import Study

_TABLES = (".geojson", ".gpkg", ".csv", ".json")
_PICTURES = (".png", ".svg", ".pdf")
_LAYERS = ("places", "units", "roads", "road_units", "posts", "outline")


def add(commands: Commands) -> None:
    """Add the command."""
    zones = commands.add_parser("zones", help="zones of what is reported, or estimated, for a map or another program")
    add_inputs(zones)
    add_known_on(zones)
    zones.add_argument(
        "--estimated", action="store_true",
        help="the layer that a model estimates from events, in place of what is reported: nobody said so",
    )  # fmt: skip
    zones.add_argument(
        "-o", "--output", type=Path, metavar="FILE",
        help="geojson, gpkg, csv or json: the zones, with a notice beside them; html, png, svg or pdf: a map of them "
        "(default: list them)",
    )  # fmt: skip
    zones.set_defaults(run=_run)


def _run(args: argparse.Namespace, where: Area) -> int:
    if args.estimated and (args.claims is not None or args.known_on is not None):
        wrong = (
            "--estimated looks at events alone: leave --claims and --known-on out; what could be known on a day is "
            "what --as-of gives"
        )
        print(f"artimap: {translated(wrong, 'line', args.lang)}", file=sys.stderr)
        return 2
    ending = "" if args.output is None else check_ending(args.output, (*_TABLES, ".html", *_PICTURES), "zones")
    study = study_of(args, where)
    drawn = ending not in ("", *_TABLES)
    if not drawn:  # a map opens to the statements of its day, so its zones rest on no others
        study = study.in_hindsight()
    zones = _estimated(study) if args.estimated else _reported(study, args.known_on)
    if args.output is None:
        for line in _lines(zones, args, study):
            print(line)
        tell_doubts(study, args.lang)
        return 0
    print(_heading(args, study))
    tell_written(_save(zones, ending, args, study))
    if drawn and not args.estimated:
        print(tr("said.map_then", args.lang))
    tell_doubts(study, args.lang)
    return 0


def _reported(study: Study, known_on: str | None) -> gpd.GeoDataFrame:
    from artimap.control.provenance import claims_behind  # noqa: PLC0415 - slow to import, used only here
    from artimap.control.status import control_status  # noqa: PLC0415 - slow to import, used only here
    from artimap.control.zones.geometry import control_zones  # noqa: PLC0415

    asked: dict[str, Any] = {"as_of": study.as_of, "events": study.events, "known_on": known_on}
    status = control_status(study.area, study.ledger, **asked)
    zones = control_zones(study.area, study.ledger, status=status, **asked)
    behind = claims_behind(status, study.ledger, study.events)
    sources = {
        subject: join_names(name for cell in rows["source"] for name in split_names(cell))
        for subject, rows in behind[behind["counts"]].groupby("subject")
    }
    zones.insert(zones.columns.get_loc("geometry"), "sources", zones["subject"].map(sources).astype(TEXT))
    return zones


def _estimated(study: Study) -> gpd.GeoDataFrame:
    from artimap.control.contestation.estimate import estimate_contestation  # noqa: PLC0415 - slow to import
    from artimap.control.contestation.layer import estimated_zones  # noqa: PLC0415 - slow to import

    first = study.events["date_start"].min()
    if pd.isna(first) or first.date() > study.as_of:
        msg = f"no event on or before {study.as_of}, so there is nothing to estimate from: take a later --as-of"
        raise DateError(msg)
    table = estimate_contestation(study.area, study.events, stop=study.as_of)
    zones = estimated_zones(study.area, table, as_of=study.as_of)
    zones.attrs["as_of"] = study.as_of.isoformat()
    return zones


def _title(where: Area, args: argparse.Namespace) -> str:
    return tr("said.estimated_title" if args.estimated else "said.zones_title", args.lang, area=where.label)


def _heading(args: argparse.Namespace, study: Study) -> str:
    day = tr("map.subtitle", args.lang, day=format_day(study.as_of, args.lang))
    return f"{_title(study.area, args)} – {day}"


def _lines(zones: gpd.GeoDataFrame, args: argparse.Namespace, study: Study) -> Iterator[str]:
    lang = args.lang
    yield _heading(args, study)
    yield tr("said.estimated_note" if args.estimated else "said.note", lang)
    if args.estimated:
        yield ""
        yield from _estimates(zones, lang)
        return
    yield tr("said.zone_days", lang)
    yield ""
    sections = set(read_units(study.area, "adm3")["pcode"])
    inner = zones[zones["band"] == 1].drop_duplicates(["subject", "road_id", "from_m"])
    known, colon = inner[inner["kind"] != Status.UNKNOWN], tr("report.colon", lang)
    for _, row in known.iterrows():
        span = "" if pd.isna(row["from_m"]) else f", km {row['from_m'] / 1000:.1f}-{row['to_m'] / 1000:.1f}"
        said = f"{tr('status.' + row['kind'], lang)}{colon}{named_in(row, lang)}"
        first, last = (
            "…" if pd.isna(row[name]) else format_day(row[name].date(), lang) for name in ("valid_from", "valid_to")
        )
        level = tr("said.confidence", lang, level=tr(f"confidence.{row['confidence']}", lang))
        what = f" ({tr('where.section', lang)})" if row["subject"] in sections else ""
        yield f"  {row['name'] + what + span:48}  {said}; {level}; {first} – {last}"
    unknown = inner[inner["kind"] == Status.UNKNOWN]
    km = float((unknown["to_m"] - unknown["from_m"]).sum()) / 1000
    yield tr("said.unknown_road", lang, n=len(unknown), km=format_number(km, lang, digits=3))


def _estimates(zones: pd.DataFrame, lang: str) -> Iterator[str]:
    shown = zones[zones["estimate"] != Estimate.INSUFFICIENT]
    for _, row in shown.iterrows():
        actors = f" ({actors_in(row['actors'], lang)})" if isinstance(row["actors"], str) else ""
        chance = tr("said.chance", lang, p=format_number(row["probability"], lang))
        steady = (
            "" if pd.isna(row["stability"]) else "; " + tr("said.steady", lang, p=format_number(row["stability"], lang))
        )
        said = f"{tr('estimate.' + row['estimate'], lang)}{actors}{tr('report.colon', lang)}"
        yield f"  {row['name']:32}  {said}{chance}{steady}"
    yield tr("said.insufficient", lang, n=len(zones) - len(shown), all=len(zones))


def _save(zones: gpd.GeoDataFrame, ending: str, args: argparse.Namespace, study: Study) -> tuple[Path, ...]:
    from artimap.core.files import write_text, written_together  # noqa: PLC0415 - slow to import, used only here

    if ending in _TABLES:
        from artimap.cli._shared import save  # noqa: PLC0415

        notice = args.output.with_name(args.output.stem + ".notice.txt")
        with written_together():
            save(zones, args.output, layer="zones")
            write_text(notice, "\n".join(_notice(zones, args, study)) + "\n")
        return args.output, notice
    chart = study.map_of_zones(zones, args.lang, title=_title(study.area, args))
    if ending in _PICTURES:
        from artimap.maps.static.map import static_map  # noqa: PLC0415

        return (static_map(chart).save(args.output),)
    return (chart.save(args.output),)


def _notice(zones: pd.DataFrame, args: argparse.Namespace, study: Study) -> Iterator[str]:
    """Write what has to stand beside a table of zones: what it is, what it is not, what was held back, the sources."""
    from artimap.areas import embedded  # noqa: PLC0415 - slow to import, used only here

    lang = args.lang
    yield _heading(args, study)
    yield tr("said.estimated_note" if args.estimated else "said.note", lang)
    yield tr(f"report.audience.{args.audience}", lang)
    yield from doubts(study, lang)
    yield ""
    yield tr("report.licences.heading", lang)
    for entry in embedded.manifest(study.area.name).layers:
        if entry.name in _LAYERS:
            yield f"{entry.name}{tr('report.colon', lang)}{entry.attribution} ({entry.licence})"
    said = zones["sources"] if "sources" in zones else study.ledger.claims["source"]
    names = sorted({name for cell in said.dropna() for name in split_names(cell)}, key=str.casefold)
    yield tr("report.licences.publishers", lang, n=len(names))
    yield "; ".join(names)
    yield tr("report.licences.note", lang)
    yield ""
    for number in range(1, 4):
        yield tr(f"report.disclaimer.line_{number}", lang)

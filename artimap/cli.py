"""The command ``artimap``: thin words over the library's functions."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from artimap.area import AREAS, Area, area
from artimap.errors import ArtimapError, SchemaError
from artimap.vocab import Audience, Lang, Where


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="artimap",
        description="Corridor risk, dated claims and offline briefing maps for humanitarian access.",
        epilog="Nothing is downloaded. For protection and access, never for targeting.",
    )
    parser.add_argument("--area", choices=sorted(AREAS), default="artibonite", help="study area (default: %(default)s)")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    brief = commands.add_parser("brief", help="write a briefing folder: map, report, risk table, strip picture")
    brief.add_argument(
        "--events", type=Path, metavar="FILE",
        help="your own reports: artimap's template, ACLED, UCDP, HXL, Kobo or any table (first: artimap validate)",
    )  # fmt: skip
    brief.add_argument("--as-of", metavar="DAY", help="day of the answer, YYYY-MM-DD (default: last day of the data)")
    brief.add_argument("--lang", choices=[one.value for one in Lang], default="en", help="default: %(default)s")
    brief.add_argument(
        "--audience", choices=[one.value for one in Audience], default="partners",
        help="who it is for; only 'internal' gets sensitive rows and force positions (default: %(default)s)",
    )  # fmt: skip
    brief.add_argument("--since", type=Path, metavar="DIR", help="an earlier briefing folder to compare with")
    brief.add_argument(
        "-o", "--output", type=Path, default=Path("briefing"), metavar="DIR", help="default: %(default)s/"
    )
    brief.set_defaults(run=_brief)

    template = commands.add_parser("template", help="write an empty table for your own reports")
    template.add_argument("what", choices=["events"])
    template.add_argument("-o", "--output", type=Path, metavar="CSV", help="file to write (default: print it)")
    template.set_defaults(run=_template)

    validate = commands.add_parser("validate", help="say what is wrong with a table, row by row")
    validate.add_argument("file", nargs="?", type=Path, help="your table (default: the embedded tables)")
    validate.add_argument("--source", default="auto", help="format of the file (default: told by its columns)")
    validate.add_argument("--mapping", type=Path, metavar="TOML", help="which column is what")
    validate.add_argument(
        "--save-mapping", action="store_true",
        help="write the proposed mapping to FILE.mapping.toml, where it is found again; change it there",
    )  # fmt: skip
    validate.add_argument(
        "--quarantine", type=Path, metavar="CSV", help="where rejected rows go (default: beside the file)"
    )
    validate.set_defaults(run=_validate)

    locate = commands.add_parser("locate", help="read a place in words")
    locate.add_argument("text", help="for example: 'between Saint-Marc and Gonaïves on RN1'")
    locate.set_defaults(run=_locate)

    review = commands.add_parser("review", help="list pairs of reports that may tell of one event, and keep decisions")
    review.add_argument(
        "file", nargs="?", type=Path, metavar="CSV", help="your own reports (default: the embedded ones)"
    )
    review.add_argument(
        "--decisions", type=Path, default=Path("decisions.csv"), metavar="CSV",
        help="file to decide in: same or different, and in which role (default: %(default)s)",
    )  # fmt: skip
    review.add_argument("--threshold", type=float, help="least score of a pair that is listed, 0 to 1")
    review.set_defaults(run=_review)

    data = commands.add_parser("data", help="list, check, add or remove layers")
    actions = data.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="what is in use, embedded or added")
    actions.add_parser("check", help="compare every file with its hash")
    add = actions.add_parser("add", help="use a better layer than the embedded one")
    add.add_argument("kind", choices=["cod-ab", "osm"], help="boundaries, or roads and places")
    add.add_argument("path", type=Path, metavar="FILE", help="file or folder")
    gone = actions.add_parser("remove", help="go back to the embedded layer")
    gone.add_argument("name", help="cod-ab or osm")
    data.set_defaults(run=_data)
    return parser


def _brief(args: argparse.Namespace, where: Area) -> int:
    from artimap.briefing import brief  # noqa: PLC0415 - slow to import, used only here

    done = brief(
        where,
        folder=args.output,
        events=args.events,
        as_of=args.as_of,
        lang=Lang(args.lang),
        audience=Audience(args.audience),
        since=args.since,
        progress=lambda words: print(f"… {words}", file=sys.stderr, flush=True),
    )
    print(f"As of {done.as_of}, {where.label}. Written for the audience '{args.audience}':")
    for path in done.files:
        print(f"  {path}  {path.stat().st_size / 1000:,.0f} kB")
    if args.events is not None:
        used = done.own_rows - done.own_rejected
        print(f"Your reports: {done.own_rows} rows read, {used} used, {done.own_rejected} rejected.")
        if done.quarantine is not None:
            print(f"  Rejected rows, with the reason for each: {done.quarantine}")
        for event_id, reading in done.readings.items():
            if reading.kind is Where.NOWHERE or reading.ambiguous:
                print(f"  {event_id}: {reading.text!r} has no place on the map: {reading.why}")
    print("Events without weight on the road, and why:")
    for why, number in done.tally.items():
        print(f"  {number:4d}  {why}")
    if done.held_back.total:
        print(
            f"Held back from the audience '{args.audience}': {done.held_back.sensitive} sensitive rows, "
            f"{done.held_back.positions} rows on force positions, "
            f"{done.held_back.licensed} rows of sources that may not be passed on."
        )
    print("Silence is not safety: stretches without reports are marked, never cleared.")
    return 0


def _template(args: argparse.Namespace, _where: Area) -> int:
    from artimap.sources.template import template_csv  # noqa: PLC0415
    from artimap.write import write_text  # noqa: PLC0415

    text = template_csv()
    if args.output is None:
        print(text, end="")
        return 0
    if args.output.exists():
        print(f"artimap: {args.output} is there already and stays as it is; name another file with -o", file=sys.stderr)
        return 1
    write_text(args.output, "\ufeff" + text)  # the mark makes spreadsheets read accents rightly
    print(f"{args.output}: fill in a row a report, then: artimap brief --events {args.output}")
    return 0


def _validate(args: argparse.Namespace, where: Area) -> int:
    if args.file is None:
        return _validate_embedded(where)
    from artimap.sources import mapping_beside, propose_mapping, read_report, table_csv  # noqa: PLC0415
    from artimap.write import write_text  # noqa: PLC0415

    if args.save_mapping:
        beside = mapping_beside(args.file)
        if beside.exists():
            print(f"artimap: {beside} is there already and stays as it is", file=sys.stderr)
            return 1
        print(f"mapping: {propose_mapping(args.file, source=args.source).save(beside)}")
    read = read_report(args.file, area=where, source=args.source, mapping=args.mapping)
    print(f"{args.file}: {read.version}")
    for note in read.notes:
        print(f"note: {note}")
    for breach in read.breaches:
        print(breach)
    for row_id, reading in read.readings.items():
        if reading.kind is Where.NOWHERE or reading.ambiguous:
            print(f"note: {row_id}: {reading.text!r} will stand in the margin: {reading.why}")
    print(f"{args.file}: {read.rows} rows read, {read.accepted} accepted, {len(read.quarantine)} rejected")
    if not len(read.quarantine):
        return 0
    path = args.quarantine or args.file.with_name(args.file.stem + ".quarantine.csv")
    write_text(path, "\ufeff" + table_csv(read.quarantine))
    print(f"rejected rows: {path}")
    return 1


def _validate_embedded(where: Area) -> int:
    from artimap.area import read_places, read_posts, read_road_units, read_roads, read_units  # noqa: PLC0415
    from artimap.claims import read_claims  # noqa: PLC0415
    from artimap.sources import read_events  # noqa: PLC0415

    readers: dict[str, Callable[[], pd.DataFrame]] = {
        "places": lambda: read_places(where),
        "units": lambda: read_units(where),
        "roads": lambda: read_roads(where),
        "posts": lambda: read_posts(where),
        "road_units": lambda: read_road_units(where),
        "events": lambda: read_events(where),
        "claims": lambda: read_claims(where).claims,
    }
    wrong = 0
    for name, read in readers.items():
        try:
            table = read()
        except SchemaError as error:
            wrong += len(error.breaches)
            print(error)
        else:
            print(f"{name}: {len(table)} rows, as they should be")
    return 1 if wrong else 0


def _locate(args: argparse.Namespace, where: Area) -> int:
    from artimap.corridor import read_corridor  # noqa: PLC0415
    from artimap.gazetteer import resolve  # noqa: PLC0415

    reading = resolve(where, args.text)
    if reading.kind is Where.NOWHERE and not reading.candidates:
        print(f"{args.text!r}: {reading.why}", file=sys.stderr)
        return 1
    print(f"{reading.kind}: {reading.name or '?'} ({reading.why})")
    if reading.from_m is not None and reading.to_m is not None and reading.corridor_id is not None:
        print(f"  {reading.corridor_id.upper()} km {reading.from_m / 1000:.1f} – {reading.to_m / 1000:.1f}")
    elif not reading.geometry.is_empty and reading.place_id is not None:
        corridor = read_corridor(where, where.corridor_id)
        chainage, offset = corridor.project([reading.geometry])
        print(f"  {corridor.ref} km {chainage[0] / 1000:.1f}, {offset[0] / 1000:.1f} km from the road")
    if reading.pcode:
        print(f"  p-code {reading.pcode}")
    if reading.ambiguous or reading.kind is Where.NOWHERE:
        print("  may mean:")
        for one in reading.candidates:
            print(f"    {one.score:.2f}  {one.name} ({one.kind}, {one.commune}): {one.why}")
    return 0


def _review(args: argparse.Namespace, where: Area) -> int:
    from artimap import data  # noqa: PLC0415
    from artimap.matching import (  # noqa: PLC0415
        MatchModel,
        apply_decisions,
        match_reports,
        read_decisions,
        write_decisions,
    )

    model = MatchModel() if args.threshold is None else MatchModel(threshold=args.threshold)
    decisions = read_decisions(args.decisions)
    reports = data.read_table(where.name, "reports")
    if args.file is None:
        pairs = match_reports(reports, model=model)
        event = apply_decisions(reports, decisions).set_index("report_id")["event_id"]
        # what stands under one event already has been decided by whoever made the table
        pairs = pairs[
            [event[one] != event[other] for one, other in zip(pairs["report_a"], pairs["report_b"], strict=True)]
        ]
        summaries = reports.set_index("report_id")["summary"]
    else:
        from artimap.sources.template import read_template  # noqa: PLC0415

        own = read_template(where, args.file).events
        pairs = match_reports(own, others=reports, model=model)
        summaries = pd.concat([own.set_index("event_id")["summary"], reports.set_index("report_id")["summary"]])
    said = {str(one): str(words) for one, words in summaries.items()}
    left = write_decisions(pairs, decisions, args.decisions)
    for first, second, score, why in pairs[["report_a", "report_b", "score", "why"]].itertuples(index=False, name=None):
        print(f"{float(score):.2f}  {first!s} | {second!s}: {why!s}")
        print(f"      {first!s}: {said[str(first)]}\n      {second!s}: {said[str(second)]}")
    print(f"{len(pairs)} pairs at or above {model.threshold:g}, {left} to decide")
    print(f"To decide, fill in 'decision' (same or different) and 'by' (a role) in {args.decisions}")
    return 0


def _data(args: argparse.Namespace, where: Area) -> int:
    from artimap import data  # noqa: PLC0415

    if args.action in ("add", "remove"):
        return _change_layers(args, where)
    entries = data.manifest(where.name)
    if args.action == "check":
        wrong = data.check(where.name)
        print("\n".join(wrong) if wrong else f"{len(entries.layers)} layers, all as in the manifest")
        return 1 if wrong else 0
    print(f"{where.label}: reports until {entries.data_until}, in {data.data_root() / where.name}")
    for entry in entries.layers:
        mark = " (approximate)" if entry.approximate else ""
        mark += f" (added: {entry.added})" if entry.added else ""
        print(f"  {entry.name:20s} {entry.rows:5d} rows  {entry.date:10s}  {entry.licence}{mark}")
    if any(entry.added for entry in entries.layers):
        from artimap import userdata  # noqa: PLC0415

        print(f"Added layers are in {userdata.folder() / where.name}; 'artimap data remove NAME' goes back.")
    return 0


def _change_layers(args: argparse.Namespace, where: Area) -> int:
    from artimap.sources import adding  # noqa: PLC0415

    if args.action == "remove":
        done = adding.remove_layer(where, args.name)
        print(f"{done.layer.name} is removed for {where.label}")
    else:
        done = {"cod-ab": adding.add_cod_ab, "osm": adding.add_osm}[args.kind](where, args.path)
        print(f"{done.layer.name} is used for {where.label} from now on")
    for line in done.report:
        print(f"  {line}")
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv
        Arguments without the program's name; those of the process where null.

    Returns
    -------
    int
        0 done; 1 a known error, told in a line with its fix; 2 bad arguments.
    """
    args = _parser().parse_args(argv)
    try:
        return int(args.run(args, area(args.area)))
    except ArtimapError as error:
        print(f"artimap: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # the reader (head, less) has gone: nothing more to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(
            f"artimap: {error.filename or 'file'}: {error.strerror or error}; choose another place with -o",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("artimap: stopped; files are whole or not there at all", file=sys.stderr)
        return 130

"""``artimap validate``: what is wrong with a table."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from artimap.areas.area import Area
from artimap.cli._shared import Commands, add_licence
from artimap.core.errors import SchemaError
from artimap.core.vocab import Where


def add(commands: Commands) -> None:
    """Add the command."""
    validate = commands.add_parser("validate", help="say what is wrong with a table, row by row")
    validate.add_argument("file", nargs="?", type=Path, help="your table (default: the embedded tables)")
    validate.add_argument("--source", default="auto", help="format of the file (default: told by its columns)")
    validate.add_argument("--mapping", type=Path, metavar="TOML", help="which column is what")
    validate.add_argument(
        "--save-mapping", action="store_true",
        help="write the proposed mapping beside the file (last_night.mapping.toml for last_night.csv), where every "
        "command finds it; change it there",
    )  # fmt: skip
    validate.add_argument("--today", metavar="DAY", help="the day it is: rows of later days are rejected")
    add_licence(validate)
    validate.add_argument(
        "--quarantine", type=Path, metavar="CSV", help="where rejected rows go (default: beside the file)"
    )
    validate.set_defaults(run=_run)


def _run(args: argparse.Namespace, where: Area) -> int:
    if args.file is None:
        return _validate_embedded(where)
    from artimap.core.files import table_csv, write_text  # noqa: PLC0415
    from artimap.sources.licences import shut_words  # noqa: PLC0415
    from artimap.sources.quarantine import quarantine_beside  # noqa: PLC0415
    from artimap.sources.registry import known_file, mapping_beside, propose_mapping, read_report  # noqa: PLC0415

    known = known_file(args.file) if args.save_mapping else None
    if args.save_mapping and known is None:
        beside = mapping_beside(args.file)
        if beside.exists():
            print(f"artimap: {beside} is there already and stays as it is", file=sys.stderr)
            return 1
        print(f"mapping: {propose_mapping(args.file, source=args.source).save(beside)}")
    read = read_report(
        args.file, area=where, source=args.source, mapping=args.mapping, licence=args.licence, today=args.today
    )
    if read.shut:
        print(shut_words(read.shut, read.rows, args.file.name))
    if known is not None:
        print(f"{args.file}: {known.what} is a known format: its columns are known, and no mapping is written")
    print(f"{args.file}: {read.version}")
    for note in read.notes:
        print(f"note: {note}")
    if read.breaches:
        print("rows are counted below the header: row 1 is the first with a report")
    for breach in read.breaches:
        print(breach)
    for row_id, reading in read.readings.items():
        if reading.kind is Where.NOWHERE or reading.ambiguous:
            print(f"note: {row_id}: {reading.text!r} will stand in the margin: {reading.why}")
    print(f"{args.file}: {read.rows} rows read, {read.accepted} accepted, {len(read.quarantine)} rejected")
    if not len(read.quarantine):
        return 0
    path = args.quarantine or quarantine_beside(args.file)
    write_text(path, "\ufeff" + table_csv(read.quarantine))
    print(f"rejected rows: {path}")
    return 1


def _validate_embedded(where: Area) -> int:
    from artimap.areas.area import read_places, read_posts, read_road_units, read_roads, read_units  # noqa: PLC0415
    from artimap.claims.readers import read_claims  # noqa: PLC0415
    from artimap.sources.registry import read_events  # noqa: PLC0415

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

"""``artimap data``: layers, embedded or added."""

from __future__ import annotations

import argparse
from pathlib import Path

from artimap.areas.area import Area
from artimap.cli._shared import Commands


def add(commands: Commands) -> None:
    """Add the command."""
    data = commands.add_parser("data", help="list, check, add or remove layers")
    actions = data.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="what is in use, embedded or added")
    actions.add_parser("check", help="compare every file with its hash")
    add = actions.add_parser("add", help="use a better layer than the embedded one")
    add.add_argument("kind", choices=["cod-ab", "osm"], help="boundaries, or roads and places")
    add.add_argument("path", type=Path, metavar="FILE", help="file or folder")
    gone = actions.add_parser("remove", help="go back to the embedded layer")
    gone.add_argument("name", help="cod-ab or osm")
    data.set_defaults(run=_run)


def _run(args: argparse.Namespace, where: Area) -> int:
    from artimap.areas import embedded as data  # noqa: PLC0415

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
        from artimap.areas import user_layers  # noqa: PLC0415

        print(f"Added layers are in {user_layers.folder() / where.name}; 'artimap data remove NAME' goes back.")
    return 0


def _change_layers(args: argparse.Namespace, where: Area) -> int:
    from artimap.areas import install  # noqa: PLC0415

    if args.action == "remove":
        done = install.remove_layer(where, args.name)
        print(f"{done.layer.name} is removed for {where.label}")
    else:
        done = {"cod-ab": install.add_cod_ab, "osm": install.add_osm}[args.kind](where, args.path)
        print(f"{done.layer.name} is used for {where.label} from now on")
    for line in done.report:
        print(f"  {line}")
    return 0

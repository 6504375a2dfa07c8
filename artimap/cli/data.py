"""``artimap data``: layers, embedded or added."""

from __future__ import annotations

import argparse
from pathlib import Path

from artimap.areas.area import Area
from artimap.cli._shared import Commands, add_lang
from artimap.core.i18n import table_words, tr, translated


def add(commands: Commands) -> None:
    """Add the command."""
    data = commands.add_parser("data", help="list, check, add or remove layers")
    actions = data.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="what is in use, embedded or added")
    checked = actions.add_parser("check", help="compare every file with its hash")
    add = actions.add_parser("add", help="use a better layer than the embedded one")
    add.add_argument("kind", choices=["cod-ab", "osm"], help="boundaries, or roads and places")
    add.add_argument("path", type=Path, metavar="FILE", help="file or folder")
    gone = actions.add_parser("remove", help="go back to the embedded layer")
    gone.add_argument("name", help="cod-ab or osm")
    for one in (listed, checked, add, gone):
        add_lang(one)
    data.set_defaults(run=_run)


def _run(args: argparse.Namespace, where: Area) -> int:
    from artimap.areas import embedded as data  # noqa: PLC0415

    if args.action in ("add", "remove"):
        return _change_layers(args, where)
    entries = data.manifest(where.name)
    if args.action == "check":
        wrong = data.check(where.name)
        whole = tr("console.layers_whole", args.lang, n=len(entries.layers))
        print("\n".join(translated(line, "line", args.lang) for line in wrong) if wrong else whole)
        return 1 if wrong else 0
    folder = data.data_root() / where.name
    print(tr("console.layers", args.lang, area=where.label, day=entries.data_until, folder=folder))
    for entry in entries.layers:
        mark = f" ({tr('console.layer_approximate', args.lang)})" if entry.approximate else ""
        mark += f" ({tr('console.layer_added', args.lang, day=entry.added)})" if entry.added else ""
        rows = tr("console.layer_rows", args.lang, n=f"{entry.rows:5d}")
        licence = "; ".join(table_words(part, args.lang) for part in entry.licence.split("; "))
        print(f"  {entry.name:20s} {rows}  {entry.date:10s}  {licence}{mark}")
    if any(entry.added for entry in entries.layers):
        from artimap.areas import user_layers  # noqa: PLC0415

        print(tr("console.layers_added", args.lang, folder=user_layers.folder() / where.name))
    return 0


def _change_layers(args: argparse.Namespace, where: Area) -> int:
    from artimap.areas import install  # noqa: PLC0415

    if args.action == "remove":
        done = install.remove_layer(where, args.name)
        print(tr("console.layer_gone", args.lang, name=done.layer.name, area=where.label))
    else:
        done = {"cod-ab": install.add_cod_ab, "osm": install.add_osm}[args.kind](where, args.path)
        print(tr("console.layer_used", args.lang, name=done.layer.name, area=where.label))
    for line in done.report:
        print(f"  {translated(line, 'line', args.lang)}")
    return 0

"""``artimap validate``: what is wrong with a table."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from artimap.areas.area import Area
from artimap.cli._shared import NONE_USED, SOME_LEFT, Commands, add_lang, add_licence, as_json, reading_words
from artimap.core.errors import Breach, SchemaError
from artimap.core.files import table_csv, write_text
from artimap.core.i18n import tr, translated
from artimap.core.schema import TEXT
from artimap.core.vocab import Where
from artimap.sources.quarantine import quarantine_beside

if TYPE_CHECKING:
    from artimap.sources.result import Read


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
    add_lang(validate)
    validate.add_argument("--format", choices=["text", "json"], default="text", help="default: %(default)s")
    validate.set_defaults(run=_run)


def _run(args: argparse.Namespace, where: Area) -> int:
    if args.file is None:
        return _validate_embedded(where, args.lang)
    from artimap.sources.licences import shut_words  # noqa: PLC0415
    from artimap.sources.registry import known_file, mapping_beside, propose_mapping, read_report  # noqa: PLC0415

    # What another program reads is JSON and nothing else.
    out = sys.stderr if args.format == "json" else sys.stdout
    known = known_file(args.file) if args.save_mapping else None
    if args.save_mapping and known is None:
        beside = mapping_beside(args.file)
        if beside.exists():
            print(f"artimap: {tr('console.stays', args.lang, file=beside)}", file=sys.stderr)
            return 1
        saved = propose_mapping(args.file, source=args.source).save(beside)
        print(tr("console.mapping", args.lang, file=saved), file=out)
    read = read_report(
        args.file, area=where, source=args.source, mapping=args.mapping, licence=args.licence, today=args.today
    )
    if read.shut:
        print(translated(shut_words(read.shut, read.rows, args.file.name), "line", args.lang), file=out)
    if known is not None:
        print(tr("console.known_format", args.lang, file=args.file, what=known.what), file=out)
    checked = _Checked(args.file, read, args.quarantine)
    checked.save()
    print(checked.json() if args.format == "json" else "\n".join(checked.lines(args.lang)))
    if read.rows and not read.accepted:
        return NONE_USED
    return SOME_LEFT if len(read.quarantine) or checked.unplaced else 0


_EXAMPLES = 3


@dataclass(frozen=True)
class _Checked:
    """What is to be told of a file that was read."""

    file: Path
    read: Read
    quarantine: Path | None

    @cached_property
    def unplaced(self) -> list[dict[str, Any]]:
        """The accepted rows with no place on the map, the deadly first: the words, why, and how many died."""
        events = self.read.events.set_index("event_id")
        out = []
        for event_id, reading in self.read.readings.items():
            if reading.kind is not Where.NOWHERE and not reading.ambiguous:
                continue
            killed = events["killed_best"].get(event_id) if event_id in events.index else None
            killed = None if killed is None or pd.isna(killed) else int(killed)
            out.append({"event_id": event_id, "place": reading.text, "why": reading.why, "killed": killed})
        return sorted(out, key=lambda row: -(row["killed"] or 0))

    @cached_property
    def reasons(self) -> list[dict[str, Any]]:
        """The problems by column and reason, the most frequent first, with all their rows."""
        by: dict[tuple[str, str, str], list[Breach]] = {}
        for breach in self.read.breaches:
            by.setdefault((breach.column, breach.why, breach.fix), []).append(breach)
        order = sorted(by.items(), key=lambda one: -len(one[1]))
        return [
            {"column": column, "why": why, "fix": fix, "rows": [one.row for one in rows],
             "examples": [{"row": one.row, "value": one.value} for one in rows[:_EXAMPLES]]}
            for (column, why, fix), rows in order
        ]  # fmt: skip

    def save(self) -> None:
        """Write the rejected rows beside the file, and those without a place where not all of them are told."""
        for path, table in self.files.items():
            write_text(path, "\ufeff" + table_csv(table))

    @cached_property
    def files(self) -> dict[Path, pd.DataFrame]:
        """The files that hold all rows of a kind."""
        out = {}
        if len(self.read.quarantine):
            out[self.quarantine or quarantine_beside(self.file)] = self.read.quarantine
        if len(self.unplaced) > _EXAMPLES:
            out[self.file.with_name(self.file.stem + ".unplaced.csv")] = pd.DataFrame(self.unplaced).astype(TEXT)
        return out

    def _some(self, rows: Sequence[str], number: int, lang: str) -> list[str]:
        more = number - _EXAMPLES
        return [*rows[:_EXAMPLES], *([tr("validate.more", lang, n=more)] if more > 0 else [])]

    def lines(self, lang: str) -> list[str]:
        """Say it, the worst first."""
        read = self.read
        out = [f"{self.file}: {translated(read.version, 'line', lang)}"]
        deadly = [row for row in self.unplaced if row["killed"]]
        calm = [row for row in self.unplaced if not row["killed"]]
        for key, rows in (("deadly", deadly), ("margin", calm)):
            if rows:
                told = [f"  {row['event_id']}: {row['place']!r}: {reading_words(row['why'], lang)}" for row in rows]
                out += [tr(f"validate.{key}", lang, n=len(rows)), *self._some(told, len(rows), lang)]
        if self.reasons:
            out.append(tr("validate.counted", lang))
        for one in self.reasons:
            count = len(one["rows"])
            rows_words = tr("validate.rows_one" if count == 1 else "validate.rows_many", lang, n=count)
            why = translated(one["why"], "row_why", lang)
            said = tr("validate.hint", lang, why=why, fix=translated(one["fix"], "row_fix", lang))
            out.append(f"{rows_words}, {one['column']}: {said}" if one["column"] else f"{rows_words}: {said}")
            examples = [
                "  " + tr("validate.row", lang, row=each["row"], value=repr(each["value"]) if each["value"] else "–")
                for each in one["examples"]
            ]
            out += self._some(examples, count, lang)
        out += [f"{tr('validate.note', lang)}: {translated(note, 'line', lang)}" for note in read.notes]
        out.append(tr("validate.whole", lang, **self._counts()))
        for path in self.files:
            key = "unplaced" if path.name.endswith(".unplaced.csv") else "rejected"
            out.append(tr(f"validate.{key}", lang, path=path))
        return out

    def _counts(self) -> dict[str, Any]:
        read = self.read
        return {
            "file": str(self.file), "rows": read.rows, "accepted": read.accepted, "rejected": len(read.quarantine),
            "margin": len(self.unplaced),
        }  # fmt: skip

    def json(self) -> str:
        """Write it for another program."""
        content = {
            **self._counts(), "format": self.read.source, "version": self.read.version,
            "without_place": self.unplaced, "reasons": self.reasons, "notes": list(self.read.notes),
            "files": [str(path) for path in self.files],
        }  # fmt: skip
        return as_json(content)


def _validate_embedded(where: Area, lang: str) -> int:
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
            print(error.words(cells=True, lang=lang))
        else:
            print(tr("console.as_should", lang, name=name, n=len(table)))
    return 1 if wrong else 0

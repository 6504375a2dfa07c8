"""What the commands that answer from a study ask for alike, and how they tell what they read and held back."""

from __future__ import annotations

import argparse
import io
import re
import sys
from contextlib import redirect_stdout
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from artimap.areas.area import Area
from artimap.core.errors import ShareError
from artimap.core.i18n import format_day, tr, translated
from artimap.core.phrases import actors_phrase, named_phrase
from artimap.core.vocab import Audience, Lang, Where

if TYPE_CHECKING:
    from collections.abc import Mapping

    from artimap.areas.gazetteer.resolve import Reading
    from artimap.risk.model import RiskModel
    from artimap.sharing.gate import Gated
    from artimap.sharing.policy import SharePolicy
    from artimap.studies.study import Study

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse names it nowhere else
else:
    Commands = object
import datetime as dt
import json
from typing import Any, NoReturn

import geopandas as gpd
import pandas as pd

from artimap.core.crs import WGS84
from artimap.core.files import table_csv, write_geopackage, write_text
from artimap.core.precision import rounded_shapes, significant_columns
from artimap.core.text import UNSEEN, legible

SOME_LEFT, NONE_USED = 3, 4
"""What a command ends with where rows were rejected or have no place and that was asked to count; where no row of the
user's was used."""

FORMATS = (".csv", ".json", ".geojson", ".gpkg")


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Give a table as plain rows: no geometry, days as text, null for what is missing."""
    plain = significant_columns(pd.DataFrame(table.drop(columns="geometry", errors="ignore")))
    for name in plain.columns:
        if pd.api.types.is_datetime64_any_dtype(plain[name].dtype):
            plain[name] = plain[name].dt.strftime("%Y-%m-%d")
    rows: list[dict[str, Any]] = json.loads(plain.to_json(orient="records", force_ascii=False))
    return rows


def as_json(content: object) -> str:
    """Write rows as JSON; signs that a terminal obeys are escaped, which is the same text to every reader of JSON."""
    return UNSEEN.sub(lambda sign: json.dumps(sign.group())[1:-1], json.dumps(content, ensure_ascii=False, indent=1))


class LegibleStream(io.TextIOBase):
    """A stream on which data is text and nothing else: no cell of a file moves the cursor or turns a line round."""

    def __init__(self, inner: TextIO) -> None:
        self._inner = inner

    def write(self, text: str) -> int:
        """Write a text with what a terminal would obey made visible."""
        self._inner.write(legible(text))
        return len(text)

    def flush(self) -> None:
        """Pass on what is written."""
        if not self._inner.closed:  # a stream is also flushed when it is thrown away
            self._inner.flush()


def save(table: pd.DataFrame, path: Path, *, layer: str = "stretches") -> Path:
    """Write a table by the ending of its file; ``layer`` is its name in a GeoPackage.

    Raises
    ------
    ShareError
        If the ending is none of :data:`FORMATS`, or a table without geometry shall have one.
    """
    kind = path.suffix.lower()
    spatial = isinstance(table, gpd.GeoDataFrame)
    if kind == ".csv":
        write_text(path, "\ufeff" + table_csv(pd.DataFrame(records(table), columns=_plain(table))))
    elif kind == ".json":
        write_text(path, as_json(records(table)) + "\n")
    elif kind == ".geojson" and spatial:
        bare = gpd.GeoDataFrame(
            pd.DataFrame(records(table), columns=_plain(table)), geometry=table.geometry.to_numpy(), crs=table.crs
        )
        degrees = bare.to_crs(WGS84)
        degrees = degrees.set_geometry(rounded_shapes(degrees.geometry.to_numpy()), crs=WGS84)
        write_text(path, degrees.to_json(drop_id=True) + "\n")
    elif kind == ".gpkg" and spatial:
        write_geopackage({layer: table}, path, day=dt.date.fromisoformat(table.attrs["as_of"]))
    else:
        some = ", ".join(FORMATS if spatial else FORMATS[:2])
        msg = f"{path.name}: artimap writes {some} here; choose one of these endings"
        raise ShareError(msg)
    return path


def _plain(table: pd.DataFrame) -> list[str]:
    return [name for name in table.columns if name != "geometry"]


_AUDIENCE = "who it is for; only 'internal' gets sensitive rows and force positions"


def add_inputs(command: argparse.ArgumentParser, *, audience: str = _AUDIENCE) -> None:
    """Add the arguments for what an answer is made from, and for whom."""
    command.add_argument(
        "--events", type=Path, metavar="FILE", action="append",
        help="your own reports, with posts and claims: artimap's template, a known format as it was downloaded, "
        "or any table (first: artimap validate); given twice, both are taken",
    )  # fmt: skip
    command.add_argument(
        "--claims", type=Path, metavar="FILE",
        help="your own statements of who holds what (artimap template claims), added to the embedded ones",
    )  # fmt: skip
    add_licence(command)
    command.add_argument(
        "--road-status", type=Path, metavar="FILE",
        help="what is said of the state of roads: a layer of LogIE, or artimap template road-status filled in",
    )  # fmt: skip
    command.add_argument(
        "--movements", type=Path, metavar="FILE",
        help="movements of your own and how each ended (artimap template movements filled in), for internal use: "
        "others see counts between cities",
    )  # fmt: skip
    command.add_argument(
        "--decisions", type=Path, metavar="CSV",
        help="which reports tell of one event: the file that 'artimap review' writes and you fill in",
    )  # fmt: skip
    command.add_argument("--as-of", metavar="DAY", help="day of the answer, YYYY-MM-DD (default: last day of the data)")
    command.add_argument(
        "--strict", action="store_true",
        help="end with 3 where rows of your files were rejected or have no place on the map (0 otherwise; 4 where none "
        "of them was used)",
    )  # fmt: skip
    command.add_argument(
        "--today", metavar="DAY",
        help="the day it is, YYYY-MM-DD: rows of later days are rejected (default: days far beyond all others are)",
    )  # fmt: skip
    add_lang(command)
    command.add_argument(
        "--audience",
        choices=[one.value for one in Audience],
        default="partners",
        help=f"{audience} (default: %(default)s)",
    )
    command.add_argument(
        "--policy", type=Path, metavar="TOML",
        help="your sharing policy, where it is not the one that stands: what each audience gets (docs/sharing.md)",
    )  # fmt: skip


def add_licence(command: argparse.ArgumentParser) -> None:
    """Add the argument for whose a user's rows are."""
    command.add_argument(
        "--licence", metavar="TEXT",
        help="whose the rows of your files are, where they do not say it, for example 'own report'; rows that point to "
        "a licensed source are held back from partners and public until you say so",
    )  # fmt: skip


def add_counts(command: argparse.ArgumentParser) -> None:
    """Add the argument for what other agencies counted."""
    command.add_argument(
        "--counts", type=Path, metavar="FILE", action="append",
        help="counts of another agency (artimap share counts): they count in the rates as reports without texts; given "
        "twice, both do",
    )  # fmt: skip


def add_lang(command: argparse.ArgumentParser) -> None:
    """Add the argument for the language."""
    command.add_argument("--lang", choices=[one.value for one in Lang], default="en", help="default: %(default)s")


def add_known_on(command: argparse.ArgumentParser) -> None:
    """Add the argument for what had been said by a day."""
    command.add_argument(
        "--known-on", metavar="DAY",
        help="only what had surely been said by this day (default: all that is known, later reports too)",
    )  # fmt: skip


def add_size(command: argparse.ArgumentParser, default: str) -> None:
    """Add the argument for the size of a picture."""
    command.add_argument(
        "--size", metavar="SIZE",
        help=f"size of a picture: phone, a4, a4-portrait, square, or pixels as 1920x1080 ({default})",
    )  # fmt: skip


class Parser(argparse.ArgumentParser):
    """A parser whose own words are those of the language that is asked for."""

    lang = Lang.EN.value

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse; what is wrong is told in the language that stands among the words, wherever that is."""
        given = " ".join(map(str, args or ()))
        asked = re.search(rf"(?:^|\s)--lang[= ]({'|'.join(Lang)})(?=\s|$)", given)
        self.lang = self.lang if asked is None else asked[1]
        return super().parse_known_args(args, namespace)

    def format_usage(self) -> str:
        """Say the usage."""
        return self._in_words(super().format_usage())

    def format_help(self) -> str:
        """Say the help: its headings are in the language, the lines of options as they were written."""
        return self._in_words(super().format_help())

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and end with 2."""
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: {tr('console.error', self.lang)}{translated(message, 'usage', self.lang)}\n")

    def _in_words(self, text: str) -> str:
        if self.lang == Lang.EN:
            return text
        for part in ("usage", "positional", "options", "help"):
            text = text.replace(tr(f"argument.{part}", Lang.EN), tr(f"argument.{part}", self.lang), 1)
        return text


class Files(tuple[Path, ...]):
    """Files of one kind, as they are named in a sentence."""

    __slots__ = ()

    def __str__(self) -> str:
        return " and ".join(map(str, self))

    def commands(self, name: str) -> str:
        """Say a command for each of them."""
        return "; ".join(f"artimap {name} {one}" for one in self)


def commands(name: str, file: object) -> str:
    """Say a command for a file, or for each of several."""
    return file.commands(name) if isinstance(file, Files) else f"artimap {name} {file}"


def study_of(
    args: argparse.Namespace,
    area: Area,
    *,
    road: str | None = None,
    model: RiskModel | None = None,
    out: TextIO | None = None,
) -> Study:
    """Read what was asked for as a study: the same options mean the same in every command.

    The first line on ``out`` (the errors' stream where null) says how many rows of the user's are held back.
    """
    from artimap.studies.study import study  # noqa: PLC0415 - slow to import, used only here

    policy = policy_of(args)
    lang = lang_of(args)
    say("reading the data", lang)
    given = args.events
    args.events = None if given is None else Files(given)
    made = study(
        area, corridor=road, events=given[0] if given and len(given) == 1 else given,
        claims=args.claims, decisions=args.decisions,
        road_status=args.road_status, movements=args.movements, as_of=args.as_of, audience=args.audience,
        counts=getattr(args, "counts", None),
        policy=policy, model=model, licence=args.licence, today=args.today,
    )  # fmt: skip
    own = made.own
    for line in own.shut:
        print(translated(line, "line", lang), file=out or sys.stderr)
    if own.movements is not None:
        rows, rejected, lost = own.movements
        why = tr("console.why", lang, command=f"artimap validate {args.movements}") if rejected else ""
        told = tr("console.movements", lang, rows=rows, rejected=rejected, why=why, lost=lost)
        print(told, file=out or sys.stderr)
    if made.road_status is not None:
        print(_statuses_words(made, args.road_status, lang), file=out or sys.stderr)
    # The command's end, once it has done its work: what was not used must not pass for done.
    if own.rows and own.rows == own.rejected:
        args.ends_with = NONE_USED
    elif args.strict and any((own.rejected, own.unplaced, own.nowhere, own.statuses[1], *(own.movements or ())[1:])):
        args.ends_with = SOME_LEFT
    return replace(made, progress=partial(say, lang=lang))


def _statuses_words(study: Study, file: object, lang: str) -> str:
    """Say what became of the statuses of roads: one that was rejected may be of a road that is closed."""
    (rows, rejected), shown = study.own.statuses, study.road_status
    why = tr("console.why", lang, command=commands("validate", file)) if rejected else ""
    stale, against = (
        (0, 0) if shown is None else (int(shown["stale"].sum()), int(shown["contradicted_by"].notna().sum()))
    )
    return tr(
        "console.road_status", lang, rows=rows, rejected=rejected, why=why, n=0 if shown is None else len(shown),
        stale=stale, against=against,
    )  # fmt: skip


def policy_of(args: argparse.Namespace) -> SharePolicy | None:
    """Read the policy that was asked for, and tell what it does otherwise."""
    if args.policy is None:
        return None
    from artimap.sharing.policy import changes, read_policy  # noqa: PLC0415 - slow to import, used only here

    policy = read_policy(args.policy)
    changed = "; ".join(changes(policy)) or "as it stands without one"
    say(tr("console.policy", lang_of(args), file=args.policy, changes=changed))
    return policy


def check_ending(path: Path, endings: tuple[str, ...], what: str) -> str:
    """Give the ending of a file that is to be written, before any work is done for it.

    Raises
    ------
    ShareError
        If it is none of these endings.
    """
    ending = path.suffix.lower()
    if ending not in endings:
        msg = f"{path.name}: {what} is written as {', '.join(endings)}; give -o one of these endings"
        raise ShareError(msg)
    return ending


def reading_words(why: str, lang: str) -> str:
    """Say in a language why a place in words was read as it was."""
    parts = (translated(part, "reading", lang) for part in why.split("; "))
    return "; ".join(parts)


def lang_of(args: argparse.Namespace) -> str:
    """Give the language that a command answers in; English where it asks for none."""
    return str(getattr(args, "lang", Lang.EN.value))


def say(words: str, lang: str = Lang.EN.value) -> None:
    """Tell a step of the work."""
    print(f"… {translated(words, 'line', lang)}", file=sys.stderr, flush=True)


def tell_written(files: tuple[Path, ...]) -> None:
    """Tell what was written, and how large it is."""
    for path in files:
        print(f"  {path}  {path.stat().st_size / 1000:,.0f} kB")


def tell_own(study: Study, file: object, lang: str = Lang.EN.value) -> None:
    """Tell what became of the rows of a user's files."""
    own = study.own
    if own.statements is not None:
        print(tr("console.statements", lang, n=own.statements, nowhere=own.nowhere))
    if own.rows is None:
        return
    used = own.rows - own.rejected
    print(tr("console.reports", lang, rows=own.rows, used=used, rejected=own.rejected))
    tell_newest(study, lang)
    for note in own.notes:
        print(f"  {translated(note, 'line', lang)}")
    if own.rejected:
        print(f"  {tr('console.why_rejected', lang, command=commands('validate', file))}")
    if own.undecided:
        print(f"  {tr('console.undecided', lang, n=own.undecided, command=commands('review', file))}")


def tell_placeless(readings: Mapping[str, Reading], file: object, audience: str, lang: str) -> None:
    """Tell which of the user's rows have no place on the map; for others than internal use how many."""
    lost = {key: one for key, one in readings.items() if one.kind is Where.NOWHERE or one.ambiguous}
    if audience == Audience.INTERNAL:
        for row, reading in lost.items():
            why = reading_words(reading.why, lang)
            print(f"  {tr('console.no_place', lang, row=row, text=repr(reading.text), why=why)}")
    elif lost:
        print(f"  {tr('console.no_places', lang, n=len(lost), command=commands('validate', file))}")


def tell_newest(study: Study, lang: str = Lang.EN.value) -> None:
    """Say where a user's own reports are long before the day of the answer: then they tell little of that day."""
    newest = study.own.newest
    if newest is not None and (gap := (study.as_of - newest).days) > _LONG_BEFORE:
        print(f"  {tr('console.own_newest', lang, newest=newest, n=gap)}")


_LONG_BEFORE = 14


def tell_day(study: Study, lang: str = Lang.EN.value) -> None:
    """Tell, beside a table, of which day it is, what became of the user's rows, and what is held back.

    It goes to the errors' stream: what is printed stays a table, or JSON, for another program.
    """
    with redirect_stdout(sys.stderr):
        print(title("answered", study.as_of, study.area, study.audience, lang))
        tell_own(study, study.own.file, lang)
        tell_gated(study.gated, study.audience, lang)


def title(key: str, day: dt.date, area: Area, audience: str, lang: str) -> str:
    """Say of which day and area an answer is, and for whom it is or was written."""
    return tr(f"console.{key}", lang, day=day, area=area.label, audience=audience_words(audience, lang))


def audience_words(audience: str, lang: str) -> str:
    """Name an audience; in English by its word on the command line."""
    return audience if lang == Lang.EN else tr(f"report.audience.{audience}", lang)


def tell_gated(gated: Gated, audience: Audience, lang: str = Lang.EN.value) -> None:
    """Tell what was held back or changed for an audience."""
    whom = audience_words(audience, lang)
    for line in (*gated.held_words(lang), *gated.method_words(lang)):
        print(tr("console.audience", lang, audience=whom, line=line))
    print(tr("console.silence", lang))


def actors_in(cell: object, lang: str) -> str:
    """Give the actors of a row in a language; names stay as the sources put them."""
    return actors_phrase(cell, lang) or tr("report.actor_not_stated", lang)


def named_in(row: pd.Series, lang: str) -> str:
    """Give whom a row of STATUS or ZONES names; where nobody, that it is not said by whom."""
    return named_phrase(row, lang) or tr("said.by_nobody", lang)


def tell_doubts(study: Study, lang: str, out: TextIO | None = None) -> None:
    """Print what was held back for the audience, and what of the user's own counts nowhere."""
    for line in doubts(study, lang):
        print(line, file=out)


def doubts(study: Study, lang: str) -> list[str]:
    """Say what was held back for the audience, and what of the user's own counts nowhere."""
    lines: list[str] = [*study.gated.held_words(lang), *study.gated.method_words(lang)]
    if study.as_of > study.last_day:
        days = (study.as_of - study.last_day).days
        lines.append(tr("said.data_end", lang, day=format_day(study.last_day, lang), n=days))
    own = study.own
    if own.placeless:
        lines.append(tr("said.no_place", lang, n=len(own.placeless)))
        lines += [f"  {claim}: {text}" for claim, text in own.placeless]
    if own.strange:
        lines.append(tr("said.strange_actors", lang, names="; ".join(own.strange)))
    if own.rejected:
        lines.append(tr("said.rejected", lang, n=own.rejected, rows=own.rows))
    return lines

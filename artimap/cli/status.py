"""``artimap status``: who is said to hold what on a day, by whom it is said, and what is not known."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from artimap.areas.area import Area
from artimap.cli._shared import Commands, add_inputs, add_known_on, study_of, tell_doubts
from artimap.core.dates import day_of

if TYPE_CHECKING:
    import pandas as pd

    from artimap.studies.study import Study
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from artimap.cli._shared import actors_in, named_in
from artimap.control.assessment import SERIOUS
from artimap.core.i18n import format_day, table_words, tr, translated, words
from artimap.core.phrases import held_before_phrase
from artimap.core.reasons import why_words
from artimap.core.schema import split_names
from artimap.core.vocab import Lang, Status, WhyNot

if TYPE_CHECKING:
    from artimap.studies.study import Study


_KINDS = ("stretch", "place", "section", "commune", "department")
_IN_FULL = 4
"""Up to so many subjects are told in full, with the statements behind them."""

_SCOPES = ("station", "part", "road")
_DAYS_AGO = "report.count.days_ago"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _in_words(value: object, lang: str) -> str:
    return table_words(_text(value), lang)


def _day(value: Any, lang: str) -> str:
    if value is None or pd.isna(value):
        return tr("report.day_not_stated", lang)
    return format_day(pd.Timestamp(value).date(), lang)


def _ago(days: Any, lang: str) -> str:
    if pd.isna(days):
        return ""
    if int(days) == 0:
        return f" ({tr('report.today', lang)})"
    one, many = tr(_DAYS_AGO, lang).split("|")
    return f" ({(one if int(days) == 1 else many).format(n=int(days))})"


@dataclass(frozen=True, slots=True, eq=False)
class StatusQuestion:
    """What was asked, and what it is answered from; ``behind`` are the claims of the subjects that were named."""

    study: Study
    args: argparse.Namespace
    behind: pd.DataFrame | None


def status_lines(table: pd.DataFrame, asked: StatusQuestion) -> Iterator[str]:
    """Write STATUS: one subject in full, several as a table with the gravest first."""
    lang, study, behind = asked.args.lang, asked.study, asked.behind
    yield tr("said.title", lang, area=asked.study.area.label, day=format_day(study.as_of, lang))
    if asked.args.known_on is not None:
        yield tr("said.known_on", lang, day=format_day(day_of(asked.args.known_on), lang))
    else:
        yield tr("said.hindsight", lang, day=study.as_of.isoformat())
    in_full = behind is not None and len(table) <= _IN_FULL
    if behind is not None and in_full:
        for _, row in table.iterrows():
            yield from _in_full(row, behind[behind["subject"] == row["subject"]], lang)
    else:
        yield from _overview(table, lang, everything=asked.args.all or behind is not None)
    yield ""
    if behind is not None and not in_full:
        yield tr("said.name_one", lang)
    yield tr("said.note", lang)
    if in_full and lang != Lang.EN:
        yield tr("report.places.retold", lang)


def _overview(table: pd.DataFrame, lang: str, *, everything: bool) -> Iterator[str]:
    for kind in _KINDS:
        rows = table[table["kind"] == kind]
        shown = rows if everything else rows[rows["status"] != Status.UNKNOWN]
        if not len(rows):
            continue
        yield ""
        yield tr(f"said.{kind}", lang)
        if kind != "stretch":  # stretches stay in the order of the road
            gravity = shown["status"].map({status.value: at for at, status in enumerate(SERIOUS)}).astype("int64")
            shown = shown.assign(_gravity=-gravity).sort_values(["_gravity", "name"], kind="stable")
        width = max((len(_label(row)) for _, row in shown.iterrows()), default=0)
        for _, row in shown.iterrows():
            tail = ""
            if row["status"] != Status.UNKNOWN:
                level = tr("said.confidence", lang, level=tr(f"confidence.{row['confidence']}", lang))
                last = _day(row["last_confirmed"], lang) + _ago(row["days_since"], lang)
                tail = f"{tr('report.colon', lang)}{named_in(row, lang)}; {level}; {last}"
            yield f"  {_label(row):{width}}  {tr('status.' + row['status'], lang)}{tail}"
            if tail:
                yield f"  {'':{width}}  {_rule(row, lang)}"
            if kept := held_before_phrase(row, lang):
                yield f"  {'':{width}}  {tr('report.places.held_before', lang)}{tr('report.colon', lang)}{kept}"
        if len(rows) > len(shown):
            yield f"  {tr('said.unknown', lang, n=len(rows) - len(shown))}"
            silent = rows[rows["status"] == Status.UNKNOWN]
            before = [one["name"] for _, one in silent.iterrows() if _had_statements(one["why_code"])]
            if before:
                yield f"  {tr('said.before', lang, names=', '.join(before))}"


def _had_statements(codes: object) -> bool:
    """Tell whether something was said that only its age, or the want of a day, keeps from counting."""
    return not {WhyNot.FADED, WhyNot.NO_DAY}.isdisjoint(split_names(codes))


def _label(row: pd.Series) -> str:
    name = _text(row["name"])
    if row["kind"] != "stretch" or pd.isna(row["from_m"]) or " km " in name:
        return name
    return f"{name}, km {row['from_m'] / 1000:.0f}-{row['to_m'] / 1000:.0f}"


def _rule(row: pd.Series, lang: str) -> str:
    parts, words_of_rule = _text(row["parts"]), tr(f"rule.{row['rule']}", lang)
    return f"{parts}{tr('report.colon', lang)}{words_of_rule}" if parts else words_of_rule


def _in_full(row: pd.Series, behind: pd.DataFrame, lang: str) -> Iterator[str]:
    actors = "" if row["status"] == Status.UNKNOWN else named_in(row, lang)
    yield ""
    yield (
        f"{_label(row)} ({tr('where.' + row['kind'], lang)}, {row['subject']})"
        f"{tr('report.colon', lang)}{tr('status.' + row['status'], lang)}{', ' + actors if actors else ''}"
    )
    yield f"  {_rule(row, lang)}"
    if row["status"] != Status.UNKNOWN:
        level = tr("said.confidence", lang, level=tr(f"confidence.{row['confidence']}", lang))
        last = _day(row["last_confirmed"], lang) + _ago(row["days_since"], lang)
        yield f"  {level} ({row['support']:.2f}); {tr('said.confirmed', lang, day=last)}"
    if kept := held_before_phrase(row, lang):
        yield f"  {tr('report.places.held_before', lang)}{tr('report.colon', lang)}{kept}"
    if not len(behind):
        yield f"  {tr('said.nothing', lang)}"
    for counts, heading in ((True, "rests_on"), (False, "not_counted")):
        rows = behind[behind["counts"] == counts]
        if len(rows):
            yield f"  {tr('said.' + heading, lang)}{tr('report.colon', lang).rstrip()}"
        for _, one in rows.iterrows():
            code = _text(one["why_code"])
            shown = why_words(code, lang) if code else _text(one["why_not"])
            yield f"    {_claim(one, lang)}{' – ' + shown if shown else ''}"
            if counts and _text(one["source_url"]):
                yield f"      {one['source_url']}"


def _claim(row: pd.Series, lang: str) -> str:
    if row["about"] == "event":
        span = _day(row["day"], lang)
        if row["day_end"] != row["day"]:
            span += f" – {_day(row['day_end'], lang)}"
        said = f"{tr('said.one_event', lang)}{tr('report.colon', lang)}{tr('kind.' + row['predicate'], lang)}"
        return f"{row['claim']}: {span}, {said}, {_in_words(row['place'], lang)} [{_in_words(row['source'], lang)}]"
    actors = actors_in(row["actors"], lang) if _text(row["actors"]) else ""
    table = "checkpoint" if row["about"] == "post" else "predicate"
    what = words(lang).get(f"{table}.{row['predicate']}", str(row["predicate"]))
    between = tr("report.colon", lang) if row["about"] == "post" else " "
    said = f"{actors}{between}{what}" if actors else what
    if _text(row["scope"]) in _SCOPES:
        said += f" ({tr('said.scope_' + row['scope'], lang)})"
    party = tr(f"party.{row['claimant_is_party']}", lang)
    who = _in_words(row["claimant"], lang) or tr("report.claimant_not_stated", lang)
    day = report_day(row["day"], _text(row["date_basis"]), lang)
    for key, name in (("holds_from", "valid_from"), ("holds_until", "valid_to")):
        if pd.notna(row[name]):
            said += f", {tr('said.' + key, lang, day=_day(row[name], lang))}"
    return f"{row['claim']}: {day}, {said}; {who} ({party}) [{_in_words(row['source'], lang)}]"


def report_day(day: Any, basis: str, lang: str) -> str:
    """Write the day of a report as exactly as it is known."""
    if day is None or pd.isna(day) or basis == "undated":
        return tr("report.day_not_stated", lang)
    shown = format_day(pd.Timestamp(day).date(), lang)
    precision = {"week": 2, "by": 2, "month": 3, "year": 3}.get(basis)
    return shown if precision is None else tr(f"map.day.precision_{precision}", lang, day=shown)


def changes_lines(table: pd.DataFrame, asked: StatusQuestion) -> Iterator[str]:
    """Write what changed between two days, with the reasons."""
    args = asked.args
    lang, until = args.lang, asked.study.as_of if args.until is None else day_of(args.until)
    yield tr(
        "said.changed_title", lang, area=asked.study.area.label, since=format_day(day_of(args.since), lang),
        until=format_day(until, lang),
    )  # fmt: skip
    if not len(table):
        yield tr("said.changed_none", lang)
    for _, row in table.iterrows():
        yield ""
        sides = [
            tr(f"status.{row[status]}", lang) + (f" ({actors_in(row[actors], lang)})" if _text(row[actors]) else "")
            for status, actors in (("status_before", "actors_before"), ("status", "actors"))
        ]
        yield f"{row['name']} ({tr('where.' + row['kind'], lang)}){tr('report.colon', lang)}{sides[0]} → {sides[1]}"
        yield f"  {row['reasons']}" if lang == Lang.EN else f"  {tr('rule.' + row['rule'], lang)}"
        for key, name in (("new", "came"), ("gone", "went")):
            if _text(row[name]):
                yield f"  {tr('said.' + key, lang)}{tr('report.colon', lang)}{row[name]}"
    yield ""
    yield tr("said.note", lang)


def history_lines(table: pd.DataFrame, asked: StatusQuestion) -> Iterator[str]:
    """Write the intervals of one subject."""
    lang = asked.args.lang
    for (_, name), rows in table.groupby(["subject", "name"], sort=False):
        yield tr("said.history_title", lang, name=f"{name} ({rows['subject'].iloc[0]})")
        for _, row in rows.iterrows():
            actors = f" ({actors_in(row['actors'], lang)})" if _text(row["actors"]) else ""
            span = f"{_day(row['valid_from'], lang)} – {_day(row['valid_to'], lang)}"
            yield f"  {span:27}  {tr('status.' + row['status'], lang)}{actors}"
            yield f"  {'':27}  {tr('rule.' + row['rule'], lang)}" + (
                f" [{row['claims']}]" if _text(row["claims"]) else ""
            )
        yield ""
    yield tr("said.note", lang)


KINDS = ("place", "section", "commune", "department", "stretch")


def add(commands: Commands) -> None:
    """Add the command."""
    status = commands.add_parser("status", help="who is said to hold what on a day, by whom, and how sure that is")
    status.add_argument(
        "subject", nargs="*", metavar="PLACE",
        help="only this place, section or stretch, in any spelling, with the statements behind it",
    )  # fmt: skip
    add_inputs(status)
    add_known_on(status)
    status.add_argument(
        "--kind", action="append", choices=KINDS, metavar="KIND",
        help=f"only {', '.join(KINDS[:-1])} or {KINDS[-1]} (may be repeated)",
    )  # fmt: skip
    status.add_argument("--all", action="store_true", help="list those of which nothing is known too")
    status.add_argument("--since", metavar="DAY", help="what changed from this day to --until")
    status.add_argument("--until", metavar="DAY", help="end of --since or --history (default: the day of the answer)")
    status.add_argument("--history", metavar="PLACE", help="the status of one subject over time")
    status.add_argument(
        "--format", choices=["table", "csv", "json"], default="table",
        help="csv and json hold every row, unknown too (default: %(default)s)",
    )  # fmt: skip
    status.add_argument("-o", "--output", type=Path, metavar="FILE", help="write .csv or .json")
    status.set_defaults(run=_run)


def _run(args: argparse.Namespace, where: Area) -> int:
    from artimap.control.provenance import claims_behind  # noqa: PLC0415

    if args.until is not None and args.since is None and args.history is None:
        _tell_wrong("--until goes with --since or --history; for one day use --as-of", args)
        return 2
    if args.history is not None and args.subject:
        _tell_wrong("--history takes one place and lists it alone; leave the others out", args)
        return 2
    if args.as_of is not None and args.until is not None:  # what is asked of a later day rests on that day's events
        args.as_of = max(day_of(args.as_of), day_of(args.until))
    study = study_of(args, where).in_hindsight()
    if args.history is not None:
        table, lines = _history(args, study), history_lines
    elif args.since is not None:
        table, lines = _changes(args, study), changes_lines
    else:
        table, lines = _status(args, study), status_lines
    behind = claims_behind(table, study.ledger, study.events) if args.subject and "not_counted" in table else None
    if args.output is not None:
        from artimap.cli._shared import save  # noqa: PLC0415

        print(save(table, args.output))
        tell_doubts(study, args.lang, sys.stderr)
    elif args.format == "table":
        for line in lines(table, StatusQuestion(study, args, behind)):
            print(line)
        tell_doubts(study, args.lang)
    else:
        _print(table, args.format, behind)
        tell_doubts(study, args.lang, sys.stderr)
    return 0


def _tell_wrong(words: str, args: argparse.Namespace) -> None:
    print(f"artimap: {translated(words, 'line', args.lang)}", file=sys.stderr)


def _print(table: pd.DataFrame, form: str, behind: pd.DataFrame | None) -> None:
    from artimap.cli._shared import as_json, records  # noqa: PLC0415
    from artimap.core.files import table_csv  # noqa: PLC0415

    rows = records(table)
    if form == "csv":
        import pandas as pd  # noqa: PLC0415

        print(table_csv(pd.DataFrame(rows, columns=list(table.columns))), end="")
        return
    if behind is not None:
        said = records(behind)
        rows = [{**row, "behind": [one for one in said if one["subject"] == row["subject"]]} for row in rows]
    print(as_json(rows))


def _picked(args: argparse.Namespace, where: Area, table: pd.DataFrame) -> pd.DataFrame:
    """Keep the kinds and subjects that were asked for."""
    from artimap.control.subjects import find_subjects  # noqa: PLC0415

    if args.subject:
        wanted = dict.fromkeys(one for text in args.subject for one in find_subjects(where, table, text))
        table = table[table["subject"].isin(list(wanted))]
    if args.kind:
        table = table[table["kind"].isin(args.kind)]
    return table.reset_index(drop=True)


def _status(args: argparse.Namespace, study: Study) -> pd.DataFrame:
    from artimap.control.status import control_status  # noqa: PLC0415
    from artimap.core.i18n import tr  # noqa: PLC0415

    table = control_status(study.area, study.ledger, as_of=study.as_of, events=study.events, known_on=args.known_on)
    table = _picked(args, study.area, table)
    for name in ("status", "rule"):
        table[f"{name}_words"] = [tr(f"{name}.{one}", args.lang) for one in table[name]]
    return table


def _changes(args: argparse.Namespace, study: Study) -> pd.DataFrame:
    from artimap.control.history import what_changed  # noqa: PLC0415
    from artimap.control.status import control_status  # noqa: PLC0415
    from artimap.control.subjects import find_subjects  # noqa: PLC0415

    until = study.as_of if args.until is None else day_of(args.until)
    table = what_changed(study.area, study.ledger, since=args.since, until=until, events=study.events)
    if args.subject:
        whole = control_status(study.area, study.ledger, as_of=until, events=study.events)
        wanted = {one for text in args.subject for one in find_subjects(study.area, whole, text)}
        table = table[table["subject"].isin(wanted)]
    if args.kind:
        table = table[table["kind"].isin(args.kind)]
    return table.reset_index(drop=True)


def _history(args: argparse.Namespace, study: Study) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415

    from artimap.control.history import status_history  # noqa: PLC0415
    from artimap.control.status import control_status  # noqa: PLC0415
    from artimap.control.subjects import find_subjects  # noqa: PLC0415

    known = control_status(study.area, study.ledger, as_of=study.as_of, events=study.events, known_on=args.known_on)
    tables = [
        status_history(
            study.area, study.ledger, one, since=args.since, until=args.until or study.as_of, events=study.events,
            known_on=args.known_on,
        )
        for one in find_subjects(study.area, known, args.history)
    ]  # fmt: skip
    return pd.concat(tables, ignore_index=True)

"""What opens when a mark is asked: the sentence first, then who said it, when, and where from.

All of it is structured plain text. Nothing here is HTML, and nothing here is trusted:
summaries, names and links are whatever the sources wrote.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from artimap.areas.summaries import summary_words
from artimap.core.i18n import format_day, own_words, table_words, tr, words
from artimap.core.phrases import day_phrase, known
from artimap.core.schema import records, split_names
from artimap.core.text import web_address
from artimap.core.vocab import About, EventKind, Lang, Predicate

if TYPE_CHECKING:
    from artimap.claims.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a detail: what it is, and its value in words."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class SourceStatement:
    """What one source says: the words, who says so, party or not, and when; ``iso`` is the day to sort by."""

    text: str
    who: str
    party: str
    day: str
    confirmed: str
    source: str
    url: str
    iso: str = ""


@dataclass(frozen=True, slots=True)
class Icon:
    """The mark that stands beside a detail in lists: a row of the style table, or an event's shape."""

    mark: str
    hollow: bool = False
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Detail:
    """All that one mark, or one line of the margin, has to say.

    Attributes
    ----------
    key
        Its name, unique on the page.
    heading, sentence
        What kind of thing it is; what is said, in one sentence.
    when, where
        In words; empty where not known.
    icon
        Its mark.
    facts, statements, precision
        Figures in words; what each source says; how well the place is known.
    links
        Keys of other details behind this one.
    """

    key: str
    heading: str
    sentence: str
    when: str
    where: str
    icon: Icon
    facts: tuple[Fact, ...] = ()
    statements: tuple[SourceStatement, ...] = ()
    precision: str = ""
    links: tuple[str, ...] = ()


def text_or(value: object, other: str = "") -> str:
    """Give a text cell, or ``other`` where it is null."""
    return value if isinstance(value, str) and value.strip() else other


def day_or(value: object, lang: str, other: str = "") -> str:
    """Give a day cell in words, or ``other`` where it is null."""
    day = to_date(value)
    return other if day is None else format_day(day, lang)


def iso_day(value: object) -> str:
    """Give a day cell as ``2024-10-15``, or nothing where it is null."""
    day = to_date(value)
    return "" if day is None else day.isoformat()


def to_date(value: object) -> dt.date | None:
    """Give a day cell as a date, or None where it is null."""
    if isinstance(value, pd.Timestamp):
        return value.date()
    return value if isinstance(value, dt.date) and not pd.isna(value) else None


def _figure(value: str, lang: str) -> str:
    if value.endswith("+") and value[:-1].isdigit():
        return tr("map.harm.at_least", lang, n=value[:-1])
    return tr("map.harm.none", lang) if value == "0" else value


_SENTENCES = (Predicate.FEE, Predicate.TOLL, Predicate.DEPLOYED)


def _claim_words(row: Mapping[str, Any], lang: str) -> str:
    predicate = text_or(row["predicate"])
    value = text_or(row["value"])
    if predicate == Predicate.STATED and value:
        return summary_words(value, lang) or tr("report.places.told", lang)
    word = tr(f"predicate.{predicate}", lang)
    if predicate == Predicate.KIND:
        value = words(lang).get(f"kind.{value}", value)
    elif predicate in (Predicate.PHYSICAL, Predicate.SECURITY, Predicate.OPERATIONAL):
        value = words(lang).get(f"passage.{value}", value)
    else:
        value = (own_words if predicate in _SENTENCES else table_words)(value, lang)
    return tr("map.said", lang, what=word, value=_figure(value, lang)) if value else word


_UNDATED = ("undated", "from_event")


def statements_of(rows: Iterable[Mapping[str, Any]], lang: str) -> tuple[SourceStatement, ...]:
    """Turn rows of CLAIMS into statements: what one report says stands together, in the order given."""
    reports: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        reports.setdefault(text_or(row.get("report_id"), str(row["claim_id"])), []).append(row)
    return tuple(_statement(said, lang) for said in reports.values())


def _statement(rows: list[Mapping[str, Any]], lang: str) -> SourceStatement:
    order = sorted(rows, key=lambda row: row["predicate"] != Predicate.STATED)
    first = order[0]
    said = list(dict.fromkeys(_claim_words(row, lang) for row in order))
    day = None if first["date_basis"] in _UNDATED else to_date(first["reported"])
    return SourceStatement(
        text=" · ".join(said),
        who=table_words(text_or(first["claimant"]), lang) or tr("map.who_unknown", lang),
        party=tr(f"party.{first['claimant_is_party']}", lang),
        day=tr("map.day.undated", lang) if day is None else format_day(day, lang),
        confirmed=day_or(first["last_confirmed"], lang),
        source=table_words(text_or(first["source"]), lang) or tr("map.who_unknown", lang),
        url=web_address(first["source_url"]),
        iso="" if day is None else day.isoformat(),
    )


_READ = (
    "claim_id", "report_id", "subject", "predicate", "value", "claimant", "claimant_is_party", "reported",
    "date_basis", "last_confirmed", "source", "source_url", "about",
)  # fmt: skip


class VisibleClaims:
    """The claims of a ledger that a reader may see, by subject and by id, newest first and undated last."""

    def __init__(self, ledger: Ledger | None, lang: str) -> None:
        self._lang = lang
        self._claims: dict[str, tuple[int, dict[str, Any]]] = {}
        self._subjects: dict[str, list[dict[str, Any]]] = {}
        self._events: dict[str, list[tuple[int, dict[str, Any]]]] = {}
        if ledger is None:
            return
        table = ledger.claims.sort_values(["reported", "claim_id"], ascending=[False, True], na_position="last")
        for place, row in enumerate(records(table[[name for name in _READ if name in table.columns]])):
            self._claims[row["claim_id"]] = place, row
            if row.get("about") == About.EVENT:
                self._events.setdefault(str(row["subject"]), []).append((place, row))
            self._subjects.setdefault(str(row["subject"]), []).append(row)

    def into(self, lang: str) -> VisibleClaims:
        """Give the same claims, told in another language."""
        other = VisibleClaims(None, lang)
        other._claims, other._subjects, other._events = self._claims, self._subjects, self._events
        return other

    def about(self, subject: str) -> tuple[SourceStatement, ...]:
        """Give what is said about a subject."""
        return statements_of(self._subjects.get(subject, ()), self._lang)

    def publishers(self, subject: str) -> tuple[str, ...]:
        """Give who published what is said about a subject, as the table names them."""
        rows = self._subjects.get(subject, ())
        return tuple(sorted({text_or(row["source"], tr("map.who_unknown", Lang.EN)) for row in rows}))

    def behind(self, ids: object) -> tuple[SourceStatement, ...]:
        """Give the statements whose claim ids are listed in a cell, or that tell of an event which is listed there."""
        wanted = {
            place: row
            for one in split_names(ids)
            for place, row in (*([self._claims[one]] if one in self._claims else []), *self._events.get(one, ()))
        }
        return statements_of((wanted[place] for place in sorted(wanted)), self._lang)


def precision_phrase(row: Mapping[str, Any], lang: str) -> str:
    """Say how well an event's place is known, by its kind of place."""
    radius = known(row.get("radius_m"))
    where = text_or(row.get("place_kind"), "nowhere")
    if where in ("point", "place") and radius:
        return tr(
            "map.precision.around",
            lang,
            what=tr(f"where.{where}", lang),
            km=f"{radius / 1000:g}".replace(".", tr("number.decimal", lang)),
        )
    return tr(f"map.precision.{where}", lang)


def event_key(event_id: object) -> str:
    """Give the key of an event's detail."""
    return f"event:{event_id}"


def event_detail(row: Mapping[str, Any], said: VisibleClaims, lang: str, *, hollow: bool) -> Detail:
    """Make the detail of one row of EVENTS for files and lists; the page writes its card of columns (``events.js``)."""
    start, end = to_date(row["date_start"]), to_date(row["date_end"])
    kind = text_or(row["kind"], EventKind.OTHER)
    precision = int(known(row["date_precision"]) or 1)
    when = tr("map.day.none", lang) if start is None else day_phrase(start, end, precision, lang)
    place = table_words(text_or(row["place"]), lang) or tr("where.nowhere", lang)
    word = tr(f"kind.{kind}", lang)
    sentence = tr("map.event.sentence", lang, kind=sentence_case(word), place=place)
    return Detail(
        key=event_key(row["event_id"]),
        heading=sentence_case(word),
        sentence=summary_words(text_or(row["summary"]), lang) or sentence,
        when=when,
        where=place,
        icon=Icon(kind, hollow=hollow),
        statements=said.about(str(row["event_id"])),
        precision=precision_phrase(row, lang),
    )


def begun(sentence: str, lang: str) -> str:
    """Give a sentence that begins with who is spoken of, which in English may be a small letter as in the table."""
    return sentence if lang == Lang.EN else sentence_case(sentence)


def sentence_case(text: str) -> str:
    """Give a text with its first letter as a capital, the rest as it is."""
    return text[:1].upper() + text[1:]

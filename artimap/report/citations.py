"""The sources of a report as records for reference managers: RIS and BibTeX.

Every statement that the audience may see has its record, under the number that its publisher has in the report's list
of sources; then come the layers of data, and artimap itself. The tables hold no titles of articles, only what they say:
a title made here stands in square brackets, as catalogues write it.

References
----------
RIS: the tags and types of the *RIS Format Specifications* (Thomson Reuters). BibTeX: O. Patashnik, *BibTeXing* (1988).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from artimap.areas import embedded
from artimap.core.errors import ShareError
from artimap.core.i18n import format_day, table_words
from artimap.core.schema import records
from artimap.core.text import web_address
from artimap.core.vocab import About, Lang
from artimap.report.blocks import clean
from artimap.report.context import Context
from artimap.report.report import Report
from artimap.report.sentences import day_of, event_line, say, text_of, word

_PARTS = {"stated": 3, "month": 2, "year": 1, "by": 0}
"""How many parts of a day of publication are known, by ``date_basis``; ``by`` is the last day that it can be."""

_TITLED = 2
"""So many events of one article are named in its title."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_HARD = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\^{}", "~": r"\~{}",
}  # fmt: skip
"""What TeX reads as a command, and how it is written so that it stands as it is."""


@dataclass(frozen=True, slots=True)
class Citation:
    """One source, as a reference manager takes it.

    Attributes
    ----------
    key
        Its name in a bibliography: the same in every run, language and product, and that of no other source.
    kind
        ``"report"`` for what a publisher says, ``"data"`` for a layer, ``"software"`` for artimap.
    author
        The publisher, never a person.
    title
        In square brackets where it is made from what the source says.
    number
        Of the publisher in the report's list of sources; null for data and software.
    published
        Year, or year and month, or year, month and day, as far as they are known; may be empty.
    accessed
        When it was read, if the tables say so.
    url
        A web address, or empty.
    licence, note
        Its terms; what else is to be known.

    Examples
    --------
    >>> import artimap as am
    >>> am.Citation("radio-1", "report", "A radio", "[attack, Pont-Sondé]", published=(2024, 10)).published
    (2024, 10)
    """

    key: str
    kind: str
    author: str
    title: str
    number: int | None = None
    published: tuple[int, ...] = ()
    accessed: dt.date | None = None
    url: str = ""
    licence: str = ""
    note: str = ""

    @property
    def notes(self) -> str:
        """Number, note and licence in a line."""
        number = "" if self.number is None else f"[{self.number}]"
        return "; ".join(part for part in (number, self.note, self.licence) if part)


class Reported(Protocol):
    """What gives a report in a language: a study."""

    def report(self, lang: str = Lang.EN, /) -> Report:
        """Give the report."""


def cite(sources: Reported | Report | Iterable[Citation], *, format: str = "ris", lang: str = Lang.EN) -> str:  # noqa: A002 - the word of the field
    """Write the sources of a study as a bibliography.

    Parameters
    ----------
    sources
        A study, a report, or records of your choice (:func:`artimap.sources_of`). What an audience may not see is in
        none of them.
    format
        ``"ris"`` or ``"bibtex"``.
    lang
        Language of titles and notes of a study; a report has its own.

    Returns
    -------
    str
        The whole file, to be written as UTF-8. The same sources give the same text.

    Raises
    ------
    ShareError
        For another format.

    Examples
    --------
    >>> import artimap as am
    >>> study = am.study(am.area("artibonite"), as_of="2024-10-15")
    >>> text = am.cite(study, format="bibtex")
    >>> "author = {{AlterPresse}}" in text
    True
    """
    if format not in BIBLIOGRAPHIES:
        msg = f"a bibliography is written as {' or '.join(BIBLIOGRAPHIES)}, not as {format}: choose one of these"
        raise ShareError(msg)
    write = BIBLIOGRAPHIES[format]
    return write(tuple(sources) if isinstance(sources, Iterable) else sources_of(sources, lang=lang))


def sources_of(made: Reported | Report, *, lang: str = Lang.EN) -> tuple[Citation, ...]:
    """Give every source that stands behind a report, those of statements first, by their number.

    Parameters
    ----------
    made
        A study or a report.
    lang
        Language of titles and notes of a study; a report has its own.

    Returns
    -------
    tuple of Citation
        One for each article of each publisher, each layer of data, each licensed source that counts in the rates, and
        artimap.

    Examples
    --------
    >>> import artimap as am
    >>> found = am.sources_of(am.study(am.area("artibonite"), as_of="2024-10-15"))
    >>> found[0].author, found[0].number, found[-1].kind
    ('AlterPresse', 1, 'software')
    """
    ctx = (made if isinstance(made, Report) else made.report(lang)).context
    return (*_articles(ctx), *_data(ctx), _software(ctx))


def _articles(ctx: Context) -> list[Citation]:
    table = (
        ctx.claims if ctx.ledger is None else ctx.ledger.claims
    )  # names as they are published: keys are made of them
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in records(table[table["source"].notna()].sort_values("claim_id", kind="stable")):
        # An article without an address is told from others of its publisher by its day.
        address = web_address(row["source_url"]) or str(day_of(row["reported"]) or text_of(row["report_id"]))
        found.setdefault((str(row["source"]), address), []).append(row)
    made = (_article(ctx, source, address, rows) for (source, address), rows in found.items())
    return sorted(made, key=lambda one: (one.number or 0, one.published or (9999,), one.key))


def _article(ctx: Context, source: str, address: str, rows: Sequence[Mapping[str, Any]]) -> Citation:
    # the day that is known best; of several the first
    days = [
        (-_PARTS[basis], day)
        for row in rows
        if (basis := text_of(row["date_basis"])) in _PARTS and (day := day_of(row["reported"])) is not None
    ]
    published: tuple[int, ...] = ()
    by = ""
    if days:
        parts, day = min(days)
        published = (day.year, day.month, day.day)[:-parts] if parts else ()
        by = "" if parts else say(ctx, "cite.by", day=format_day(day, ctx.lang))
    read = [one for row in rows if (one := day_of(row["retrieved"])) is not None]
    digest = hashlib.sha256(f"{source}\n{address}".encode()).hexdigest()[:8]
    name = table_words(source, ctx.lang)
    return Citation(
        f"{_slug(source)}-{digest}", "report", clean(name), _title(ctx, rows),
        number=ctx.source_numbers[name], published=published, accessed=max(read, default=None),
        url=web_address(address) or "", note=by,
        licence="; ".join(dict.fromkeys(table_words(text_of(row["licence"]), ctx.lang) for row in rows)),
    )  # fmt: skip


def _title(ctx: Context, rows: Sequence[Mapping[str, Any]]) -> str:
    """Say what an article speaks of, in brackets: the tables keep no titles."""
    told: dict[str, None] = {}
    for row in rows:
        event = ctx.event_rows.get(str(row["subject"])) if row["about"] == About.EVENT else None
        place = table_words(text_of(row["place"]), ctx.lang)
        told.setdefault(event_line(ctx, event) if event else ", ".join(
            part for part in (word(ctx, "predicate", row["predicate"]), place) if part
        ))  # fmt: skip
    more = [say(ctx, "and_more", n=len(told) - _TITLED)] if len(told) > _TITLED else []
    return f"[{clean('; '.join([*list(told)[:_TITLED], *more]))}]"


def _data(ctx: Context) -> Iterable[Citation]:
    for layer in embedded.manifest(ctx.area.name).layers:
        if layer.name.partition("summaries_")[2] not in ("", ctx.lang):
            continue
        author, licence = (clean(table_words(text, ctx.lang)) for text in (layer.attribution, layer.licence))
        found = re.match(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$", layer.date)
        published = tuple(int(part) for part in found.groups() if part) if found else ()
        key, title = f"artimap-{ctx.area.name}-{_slug(layer.name)}", f"{ctx.area.label}: {layer.name}"
        yield Citation(key, "data", author, title, published=published, licence=licence)
    for source in ctx.risk.attrs.get("licensed", ()):
        # told whose it is by its licence alone: the sentence is its author's and its title
        told = clean(say(ctx, "licences.counted", source=source))
        digest = hashlib.sha256(str(source).encode()).hexdigest()[:8]
        yield Citation(f"{_slug(source)}-{digest}", "data", clean(source), clean(source), note=told)


def _software(ctx: Context) -> Citation:
    fields = dict(re.findall(r"^(?:  - )?(\w[\w-]*): (.+)$", embedded.citation_file(), flags=re.MULTILINE))
    key = f"{fields['title']}-{fields['version']}"
    note = f"{fields['version']}; {say(ctx, 'cite.note')}"
    return Citation(key, "software", fields["name"], fields["title"], licence=fields["license"], note=note)


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").casefold()
    return "-".join(re.findall(r"[a-z0-9]+", plain)[:4]) or "source"


_RIS_TYPES = {"report": "ELEC", "data": "DATA", "software": "COMP"}


def _ris(sources: Iterable[Citation]) -> str:
    return "".join(_ris_record(one) for one in sources)


def _ris_record(one: Citation) -> str:
    year, month, day = (*(f"{part:02}" for part in one.published), "", "", "")[:3]
    lines = (
        ("ID", one.key),
        # a comma at the end: no name of a person, to be turned round
        ("AU", f"{one.author},"),
        ("TI", one.title),
        ("PB", one.author),
        ("PY", year),
        ("DA", year and f"{year}/{month}/{day}/"),
        ("Y2", "" if one.accessed is None else f"{one.accessed:%Y/%m/%d}/"),
        ("UR", one.url),
        ("N1", one.notes),
    )
    told = "".join(f"{tag}  - {clean(text)}\r\n" for tag, text in lines if text)
    return f"TY  - {_RIS_TYPES[one.kind]}\r\n{told}ER  - \r\n\r\n"


def _bibtex(sources: Iterable[Citation]) -> str:
    return "\n".join(_bibtex_record(one) for one in sources)


def _bibtex_record(one: Citation) -> str:
    year, month, day = (*one.published, None, None, None)[:3]
    lines = (
        # a second pair of braces: neither split into names nor written small
        ("author", f"{{{{{_tex(one.author)}}}}}"),
        ("title", f"{{{{{_tex(one.title)}}}}}"),
        ("publisher", f"{{{{{_tex(one.author)}}}}}"),
        ("year", "" if year is None else f"{{{year}}}"),
        ("month", "" if month is None else _MONTHS[month - 1]),
        ("day", "" if day is None else f"{{{day}}}"),
        ("url", one.url and f"{{{_tex_address(one.url)}}}"),
        ("urldate", "" if one.accessed is None else f"{{{one.accessed.isoformat()}}}"),
        ("note", f"{{{_tex(one.notes)}}}"),
    )
    told = ",\n".join(f"  {name} = {text}" for name, text in lines if text)
    return f"@misc{{{one.key},\n{told}\n}}\n"


def _tex(text: str) -> str:
    return "".join(_HARD.get(letter, letter) for letter in clean(text))


def _tex_address(url: str) -> str:
    # ``\url`` takes all but what would end the field or begin a command
    return "".join(f"%{ord(letter):02X}" if letter in '\\{}^~"' else letter for letter in clean(url))


BIBLIOGRAPHIES: Mapping[str, Callable[[Iterable[Citation]], str]] = {"ris": _ris, "bibtex": _bibtex}
"""What a bibliography can be written as."""

"""The forms that artimap hands out, and how a filled one, or a table of the same columns, is read back.

A form is data: its columns, the words that a cell may hold, an example. Headings, explanations and examples lie in the
files of the languages. In French and Kreyòl a heading ends with the name of its field, as in ``lieu [place]``, so
that reading does not rest on a translation.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from artimap.core.arrays import Bools
from artimap.core.errors import Breach, DataError, SchemaError
from artimap.core.files import replacing
from artimap.core.i18n import tr, words
from artimap.core.schema import TEXT
from artimap.core.vocab import (
    CheckpointKind,
    EventKind,
    Lang,
    Outcome,
    Party,
    Passage,
    PostState,
    Predicate,
    RoadPart,
    Sensitivity,
    Vehicle,
)
from artimap.sources.column_map import FIELDS, bare
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import Raw, as_text, blank, folded

_NAMED: Final = re.compile(r"\[([a-z_]+)\]\s*\*?$")
_MOST_ROWS: Final = 2_000
"""So far down a sheet the lists reach."""


@dataclass(frozen=True, slots=True)
class FormColumn:
    """One column of a form.

    Attributes
    ----------
    name
        Its field, which is its heading in English.
    words
        The words that it may hold: code to the key of its words in the language files.
    needed
        Whether each row must have it.
    aliases
        What the column is called in tables made by hand, without accents (:func:`artimap.sources.column_map.bare`).
    """

    name: str
    words: Mapping[str, str] = field(default_factory=dict)
    needed: bool = False
    aliases: tuple[str, ...] = ()


def _words(kind: type[StrEnum], prefix: str) -> dict[str, str]:
    return {one.value: f"{prefix}.{one.value}" for one in kind}


def _columns(*names: str) -> tuple[FormColumn, ...]:
    return tuple(FormColumn(name, aliases=FIELDS.get(name, ())) for name in names)


_PARTY: Final = {Party.YES.value: "report.yes", Party.NO.value: "report.no", Party.UNKNOWN.value: "report.not_known"}
_SENSITIVITY: Final = FormColumn("sensitivity", _words(Sensitivity, "form.step"), aliases=FIELDS["sensitivity"])
_IS_PARTY: Final = FormColumn("is_party", _PARTY)
_VEHICLE: Final = FormColumn(
    "vehicle",
    _words(Vehicle, "vehicle"),
    aliases=("vehicule", "type_de_vehicule", "type_vehicule", "vehicle_type", "machin", "veyikil", "kalite_machin",
        "moyen_de_transport", "moyen"),
)  # fmt: skip
_PLACE: Final = FormColumn("place", aliases=FIELDS["place"])
_POINT: Final = _columns("lat", "lon")
_SPAN: Final = (
    FormColumn("road", aliases=("road_id", "route", "wout", "axe", "corridor")),
    FormColumn("from_km", aliases=("km_debut", "km_from", "du_km", "pk_debut", "start_km")),
    FormColumn("to_km", aliases=("km_fin", "km_to", "au_km", "pk_fin", "end_km")),
)
_NOTE: Final = FormColumn("note", aliases=FIELDS["summary"])
_SOURCE: Final = FormColumn("source", aliases=FIELDS["source"])
_END: Final = (_SOURCE, FormColumn("said_by"), _IS_PARTY, FormColumn("url", aliases=FIELDS["url"]), _SENSITIVITY, _NOTE)


@dataclass(frozen=True, slots=True, eq=False)
class FilledForm:
    """A table as the form that it fills.

    Attributes
    ----------
    form, raw
        The form, and the table.
    named
        The table's column for each field that it has.
    """

    form: Form
    raw: Raw
    named: Mapping[str, str]

    def called(self, name: str) -> str:
        """Give what the table calls a field."""
        return self.named.get(name, name)

    def text(self, name: str) -> pd.Series:
        """Give a field as text; a word of any language is its code, what is none stays as it is."""
        cells = self.words(name)
        codes = self.form.codes(name)
        return cells.map(lambda cell: codes.get(bare(cell), cell), na_action="ignore").astype(TEXT) if codes else cells

    def words(self, name: str) -> pd.Series:
        """Give a field in the words of the table."""
        return self.raw.text(self.named.get(name))

    def coded(self, name: str, problems: Problems, allowed: type[StrEnum], why: str) -> pd.Series:
        """Give a field as codes; a cell that is none of the words is a fault of its row."""
        low = self.text(name).str.lower()
        values = [one.value for one in allowed]
        wrong: Bools = (low.notna() & ~low.isin(values)).to_numpy(dtype=bool)
        fix = "use one of " + ", ".join(values)
        problems.mark(wrong, column=self.called(name), why=why, fix=fix, cells=self.words(name))
        return low.mask(wrong)

    @property
    def unused(self) -> tuple[str, ...]:
        """The table's columns that are no field of the form."""
        read = set(self.named.values())
        return tuple(name for name in self.raw.columns if name not in read and not blank(self.raw.cells[name]).all())


@dataclass(frozen=True, slots=True)
class Form:
    """A table to be filled in.

    Attributes
    ----------
    name
        What ``artimap template`` calls it.
    columns
        In their order.
    example
        Cells by column that are the same in every language: codes, days and numbers. Words come from the files of the
        languages (``form.example.<form>.<column>``).
    """

    name: str
    columns: tuple[FormColumn, ...]
    example: Mapping[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        """The fields."""
        return tuple(one.name for one in self.columns)

    def about(self, name: str, lang: str) -> str:
        """Say what belongs in a column; what this form says goes before what all say."""
        own = f"form.about.{self.name}.{name}"
        return tr(own if own in words(lang) else f"form.about.{name}", lang)

    def heading(self, name: str, lang: str) -> str:
        """Give the heading of a column: in English its field."""
        return name if lang == Lang.EN else f"{tr(f'form.column.{name}', lang)} [{name}]"

    def labels(self, name: str, lang: str) -> tuple[str, ...]:
        """Give the words that a column may hold: in English the codes."""
        known = next(one.words for one in self.columns if one.name == name)
        return tuple(known) if lang == Lang.EN else tuple(tr(key, lang) for key in known.values())

    def codes(self, name: str) -> Mapping[str, str]:
        """Give the code of each word of a column in every language, bare of case and accents."""
        return _codes(self.name, name)

    def fields_of(self, columns: Sequence[str], *, by_hand: bool = True) -> dict[str, str]:
        """Tell which field each column of a table is: by its own name first, then by what people call it.

        Parameters
        ----------
        columns
            Headings of a table.
        by_hand
            Whether the names count that people use in tables of their own.
        """
        named: dict[str, str] = {}
        told = {column: said[1] if (said := _NAMED.search(column)) else folded(column) for column in columns}
        for column, name in told.items():
            if name in self.names:
                named.setdefault(name, column)
        if by_hand:
            free = {bare(column): column for column in reversed(columns) if column not in named.values()}
            for one in self.columns:
                if one.name not in named:
                    found = next((free.pop(alias) for alias in one.aliases if alias in free), None)
                    if found is not None:
                        named[one.name] = found
        return named

    def filled(self, raw: Raw, *, by_hand: bool = True) -> FilledForm:
        """Take a table as this form, filled in.

        Raises
        ------
        SchemaError
            If a needed column is missing; the message names every one.
        """
        named = self.fields_of(raw.columns, by_hand=by_hand)
        fix = f"add the column (artimap template {self.name} shows all)"
        missing = [one.name for one in self.columns if one.needed and one.name not in named]
        if missing:
            raise SchemaError(raw.name, [Breach("", name, "", "is missing", fix) for name in missing])
        return FilledForm(self, raw, named)

    def _rows(self, lang: str) -> Iterator[list[str]]:
        """Give the heading, what belongs in each column, and an example that is off until its ``#`` is deleted."""
        yield [self.heading(name, lang) for name in self.names]
        first, *others = (self.about(name, lang) for name in self.names)
        yield [f"# {first}", *others]
        known = words(lang)
        cells = []
        for one in self.columns:
            cell = known.get(f"form.example.{self.name}.{one.name}", self.example.get(one.name, ""))
            cells.append(tr(one.words[cell], lang) if cell in one.words and lang != Lang.EN else cell)
        yield [f"# {cells[0]}", *cells[1:]]

    def to_csv(self, lang: str = Lang.EN) -> str:
        """Give the empty form as CSV text; lines that start with ``#`` are notes, and reading skips them."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        head, about, example = self._rows(lang)
        writer.writerows([head, about])
        for one in self.columns:
            if one.words:
                writer.writerow([f"# {head[self.names.index(one.name)]}: {' | '.join(self.labels(one.name, lang))}"])
        writer.writerow(example)
        return out.getvalue()

    def save(self, path: Path | str, lang: str = Lang.EN) -> Path:
        """Write the empty form: a workbook with lists to choose from, or CSV, by the ending.

        Raises
        ------
        DataError
            If the workbook cannot be written: it needs xlsxwriter (``pip install 'artimap[report]'``).
        """
        target = Path(path)
        if target.suffix.lower() == ".xlsx":
            self._to_xlsx(target, lang)
        else:
            with replacing(target) as there:
                # The mark makes spreadsheets read accents rightly.
                there.write_text("\ufeff" + self.to_csv(lang), encoding="utf-8", newline="")
        return target

    def _to_xlsx(self, path: Path, lang: str) -> None:
        try:
            import xlsxwriter  # noqa: PLC0415 - only where a workbook is wanted
        except ImportError as error:
            msg = f"{path}: a workbook needs pip install 'artimap[report]'; or write CSV: -o {path.with_suffix('.csv')}"
            raise DataError(msg) from error
        with replacing(path) as there, xlsxwriter.Workbook(there) as book:
            # No clock is read: the same form is the same file.
            book.set_properties({"created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001 - a workbook has no zone
            bold, quiet = book.add_format({"bold": True, "bottom": 1}), book.add_format({"italic": True})
            quiet.set_text_wrap()
            text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
            sheet = book.add_worksheet(tr("form.sheet", lang))
            lists = book.add_worksheet(tr("form.lists", lang))
            for at, cells in enumerate(self._rows(lang)):
                for column, cell in enumerate(cells):
                    sheet.write_string(at, column, cell, (bold, quiet, text)[at])
            for column, one in enumerate(self.columns):
                days = one.name in _DAYS
                sheet.set_column(
                    column, column, 30 if one.name in ("place", "note", "summary") else 17, day if days else None
                )
                if one.words:
                    labels = self.labels(one.name, lang)
                    lists.write_column(0, column, [self.heading(one.name, lang), *labels])
                    letter = xlsxwriter.utility.xl_col_to_name(column)
                    source = f"='{lists.get_name()}'!${letter}$2:${letter}${len(labels) + 1}"
                    sheet.data_validation(2, column, _MOST_ROWS, column, {"validate": "list", "source": source})
            sheet.freeze_panes(1, 1)


def without_notes(raw: Raw) -> Raw:
    """Take out the lines that start with ``#``: they are notes, not rows."""
    if not len(raw.cells) or not raw.columns:
        return raw
    first = as_text(raw.cells[raw.columns[0]])
    note = first.str.startswith("#").fillna(value=False).to_numpy(dtype=bool)
    if not note.any():
        return raw
    # Positions of damaged rows move up with the rows.
    moved = np.cumsum(~note) - 1
    damaged = {int(moved[row]): why for row, why in raw.damaged.items() if not note[row]}
    shapes = None if raw.shapes is None else raw.shapes[~note]
    return replace(raw, cells=raw.cells[~note].reset_index(drop=True), damaged=damaged, shapes=shapes)


_DAYS: Final = frozenset(
    {"date", "date_end", "reported", "first_seen", "last_confirmed", "as_of", "valid_from", "valid_to"}
)


@cache
def _codes(form: str, name: str) -> Mapping[str, str]:
    known = next(one.words for one in FORMS[form].columns if one.name == name)
    out = {bare(code): code for code in known}
    for lang in Lang:
        for code, key in known.items():
            out.setdefault(bare(tr(key, lang)), code)
    if known and all(
        code.isdigit() for code in known
    ):  # steps of a scale, which the guide of the template words shorter
        for lang in Lang:
            told = [item.split(" ", 1) for item in tr(f"form.about.{name}", lang).split(", ")]
            told += [
                [code, part] for code, key in known.items() for part in (tr(key, lang), *tr(key, lang).split(", "))
            ]
            for code, *word in told:
                for one in word:
                    out.setdefault(bare(one), code)
                    out.setdefault(bare(f"{code} {one}"), code)
    return out


EVENTS_FORM: Final = Form(
    "events",
    (
        FormColumn("date", needed=True),
        FormColumn("date_end"),
        FormColumn("place", needed=True),
        FormColumn("kind", _words(EventKind, "kind"), needed=True),
        *_columns("actors", "killed", "injured", "abducted", "displaced"),
        FormColumn("source", needed=True),
        FormColumn("said_by"),
        _IS_PARTY,
        *_columns("reported", "url"),
        _SENSITIVITY,
        FormColumn("summary"),
    ),
    {"date": "2024-10-03", "kind": "road_ambush", "injured": "2", "is_party": "no", "reported": "2024-10-03",
     "sensitivity": "moderate"},
)  # fmt: skip
"""A user's own reports of what happened."""

STATEMENTS: Final = (
    Predicate.CONTROLS, Predicate.BASE, Predicate.PRESENCE, Predicate.CONTESTED, Predicate.ATTACKED,
    Predicate.AFFECTED, Predicate.WITHDREW,
)  # fmt: skip
"""What a statement about a place can say."""

CLAIMS_FORM: Final = Form(
    "claims",
    (
        FormColumn("subject", needed=True),
        FormColumn("predicate", {one.value: f"predicate.{one.value}" for one in STATEMENTS}, needed=True),
        *_columns("value", "source", "claimant"),
        FormColumn("claimant_is_party", _PARTY),
        *_columns("reported", "valid_from", "valid_to"),
        _SENSITIVITY,
        *_columns("source_url", "note"),
    ),
    {"subject": "Carrefour Paye", "predicate": "presence", "value": "Gran Grif", "claimant_is_party": "no",
     "reported": "2024-10-12", "sensitivity": "moderate"},
)  # fmt: skip
"""A user's own statements of who holds what."""

POST_WORDS: Final = frozenset(
    {"post", "poste", "postes", "posts", "checkpoint", "checkpoints", "barrage", "barrages", "roadblock", "roadblocks",
     "peage", "peages", "toll", "tolls", "baraj", "peyaj", "pos"}
)  # fmt: skip
"""What a heading calls a post."""

_INCIDENTS: Final = frozenset({"incident", "incidents", "event", "evenement", "evenements", "evenman"})
_HARM: Final = frozenset(word for name in ("killed", "injured", "abducted", "displaced") for word in FIELDS[name])


def heading_words(columns: Sequence[str]) -> list[set[str]]:
    """Give the words of each heading, bare of case and accents."""
    return [set(re.split(r"[^a-z]+", bare(column))) for column in columns]


def of_incidents(columns: Sequence[str]) -> bool:
    """Tell whether headings are those of incidents: they count people, or name an incident."""
    return bool({bare(column) for column in columns} & _HARM) or any(one & _INCIDENTS for one in heading_words(columns))


POSTS_FORM: Final = Form(
    "checkpoints",
    (
        _PLACE,
        *_SPAN,
        *_POINT,
        FormColumn(
            "kind",
            _words(CheckpointKind, "checkpoint"),
            aliases=("type_de_poste", "type_poste", "post_type", "kind_of_post", "type_of_post", "checkpoint_type",
                "type_de_barrage", "kalite_pos", "poste", "post", "checkpoint", "barrage", "baraj", "roadblock",
                *FIELDS["kind"]),
        ),
        FormColumn("operator", aliases=("operateur", "tenu_par", "kept_by", "keeper", "ki_moun", "groupe_arme",
            *FIELDS["actors"])),
        _VEHICLE,
        FormColumn("amount", aliases=("montant", "fee", "fees", "frais", "tarif", "prix", "somme", "taxe", "cost",
            "price", "toll", "peage", "lajan", "kantite_lajan", "kob", "montant_demande", "amount_asked")),
        FormColumn("currency", aliases=("devise", "monnaie", "monnen", "unite_monetaire")),
        FormColumn("waiting_min", aliases=("waiting", "waiting_time", "attente", "temps_d'attente", "temps_attente",
            "attente_min", "duree_d'attente", "delay", "tan", "tan_tann")),
        FormColumn("passable_for", aliases=("passable", "passage", "passe", "passage_possible", "passage_pour",
            "ki_moun_ki_pase", "who_passes")),
        FormColumn("state", _words(PostState, "form.state"), aliases=("etat", "statut", "status", "eta")),
        FormColumn("first_seen", aliases=("vu_la_premiere_fois", "premiere_observation", "depuis", "since")),
        FormColumn("last_confirmed", aliases=("derniere_confirmation", "vu_la_derniere_fois", "last_seen", "confirme",
            "date_end", *FIELDS["date"])),
        *_END,
    ),
    {"place": "Carrefour Paye", "kind": "toll", "operator": "Gran Grif", "vehicle": "truck", "amount": "2500",
     "currency": "HTG", "waiting_min": "30", "state": "standing", "first_seen": "2024-10-01",
     "last_confirmed": "2024-10-12", "is_party": "no", "sensitivity": "moderate"},
)  # fmt: skip
"""Posts on a road, what they ask, and who passes."""

MOVEMENTS_FORM: Final = Form(
    "movements",
    (
        FormColumn("date", needed=True, aliases=FIELDS["date"]),
        FormColumn("from", aliases=("de", "depart", "origine", "origin", "soti", "start")),
        FormColumn("to", aliases=("a", "arrivee", "destination", "rive", "end")),
        FormColumn("via", aliases=("par", "passant_par", "pa", "by_way_of")),
        *_SPAN,
        _VEHICLE,
        FormColumn("outcome", _words(Outcome, "outcome"), needed=True, aliases=("resultat", "rezilta", "result")),
        _SOURCE,
        _SENSITIVITY,
        _NOTE,
    ),
    {"date": "2024-10-12", "from": "Saint-Marc", "to": "Gonaïves", "vehicle": "truck", "outcome": "turned_back",
     "sensitivity": "high"},
)  # fmt: skip
"""Movements on a road, and how each ended."""

RELIABILITY: Final = ("0", "1", "2", "3", "4")

ROAD_STATUS_FORM: Final = Form(
    "road-status",
    (
        _PLACE,
        *_SPAN,
        *_POINT,
        FormColumn("part", _words(RoadPart, "form.part"), aliases=("partie", "ouvrage", "pati")),
        FormColumn("name", aliases=("nom", "non")),
        _VEHICLE,
        FormColumn("physical", _words(Passage, "passage"), aliases=("etat_physique", "etat_de_la_route", "etat",
            "statut", "road_status", "condition", "status", "eta_wout_la")),
        FormColumn("security", _words(Passage, "passage"), aliases=("securite", "acces_securitaire", "sekirite")),
        FormColumn("operational", _words(Passage, "passage"), aliases=("ouverture", "operationnel")),
        FormColumn("reliability", {one: f"form.reliability.{one}" for one in RELIABILITY}, aliases=("fiabilite",)),
        FormColumn("as_of", needed=True, aliases=("status_date", "date_du_statut", *FIELDS["date"])),
        FormColumn("reported", aliases=FIELDS["reported"]),
        FormColumn("lead_time_days", aliases=("delai_jours", "lead_time", "delai")),
        FormColumn("osmid", aliases=("osm_id",)),
        *_END,
    ),
    {"place": "Pont-Sondé", "part": "bridge", "vehicle": "truck", "physical": "restricted", "security": "unknown",
     "reliability": "3", "as_of": "2024-10-12", "reported": "2024-10-12", "lead_time_days": "1", "is_party": "no",
     "sensitivity": "low"},
)  # fmt: skip
"""What is said of the state of a stretch, bridge or crossing."""

FORMS: Final[dict[str, Form]] = {
    one.name: one for one in (EVENTS_FORM, CLAIMS_FORM, POSTS_FORM, MOVEMENTS_FORM, ROAD_STATUS_FORM)
}
"""All forms by name."""

"""A user's own statements of who holds what: the template, and reading it back without losing a row."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from artimap.areas.area import Area, read_places, read_units
from artimap.areas.gazetteer.resolve import Reading, resolve
from artimap.core import schema
from artimap.core.dates import day_of
from artimap.core.errors import Breach, SchemaError
from artimap.core.files import sure_file
from artimap.core.schema import TEXT, split_names
from artimap.core.tables import CLAIMS
from artimap.core.vocab import About, Party, Sensitivity, Where
from artimap.sources.actors import actor_names, split_actors
from artimap.sources.columns import PARTIES, STEPS, read_words
from artimap.sources.containers import open_table
from artimap.sources.day_spans import future_days
from artimap.sources.forms import CLAIMS_FORM, STATEMENTS, without_notes
from artimap.sources.licences import OWN, strictest
from artimap.sources.raw_table import as_text, folded
from artimap.sources.registry import OWNERS, row_licences

# A stretch as artimap writes it: rn1:95-107.5, in kilometres.
_STRETCH = re.compile(r"[\w-]+:\d+(?:\.\d+)?-\d+(?:\.\d+)?")
NOWHERE = "nowhere"


def is_claims(columns: Sequence[str]) -> bool:
    """Tell whether the columns are those of statements about places.

    >>> is_claims(["Subject", "predicate", "value"]), is_claims(["date", "place", "kind"])
    (True, False)
    """
    return {"subject", "predicate"} <= set(CLAIMS_FORM.fields_of(columns, by_hand=False))


def read_own_claims(
    path: Path, area: Area, licence: str | None = None, *, today: str | dt.date | None = None
) -> pd.DataFrame | None:
    """Read statements from a file with the columns of the template or of CLAIMS.

    Parameters
    ----------
    path
        CSV, spreadsheet or any other table.
    area
        The area in which places are looked up.
    licence, today
        As in :func:`artimap.read_report`.

    Returns
    -------
    DataFrame
        CLAIMS, a row a row of the file; null where the file has other columns. What is not
        given is filled in without making it look better known: party ``unknown``, no day of
        report ``undated``, sensitivity ``moderate``. A subject in words that names one known
        place, section or stretch gets its id; one that names none, or several, becomes ``nowhere``,
        with its words in ``place``. Actors get the name that ACTORS give them.

    Raises
    ------
    DataError
        If the file is absent or no table.
    SchemaError
        If a row breaks CLAIMS; the message lists every breach.
    """
    sure_file(path, "claims")
    raw = without_notes(open_table(path, score=lambda columns: float(is_claims(columns))))
    if not is_claims(raw.columns):
        return None
    form = CLAIMS_FORM.filled(raw, by_hand=False)
    rest = [name for name in raw.columns if name not in form.named.values()]  # an empty column says something too
    table = pd.DataFrame({folded(name): as_text(raw.cells[name]) for name in rest}).assign(
        **{name: form.text(name) for name in form.named}
    )
    table = table.reset_index(drop=True)
    # Asked before the missing columns are added: an empty column of the user's means "never confirmed",
    # a missing one that the day of the report stands for it.
    confirmed = "last_confirmed" in table
    for name in CLAIMS.names:
        if name not in table:
            table[name] = pd.Series([None] * len(table), dtype=TEXT)
    words = table["subject"]
    # Ids of events and posts are no places: looking them up could move a claim to a place of a like
    # name.
    placed = words[table["about"].isna() | table["about"].isin([About.PLACE, About.STRETCH])].dropna().unique()
    ids = {one: _subject(one, area) for one in placed}
    table["subject"] = words.map(lambda one: ids.get(one, one), na_action="ignore")
    # Words that became an id are kept, so that nothing of the file is lost.
    table["place"] = table["place"].fillna(words.where(words != table["subject"]))
    stretch = table["subject"].astype("str").str.contains(":").fillna(value=False)
    about = pd.Series([About.STRETCH.value if one else About.PLACE.value for one in stretch], dtype=TEXT)
    numbered = pd.Series([f"own-claim-{number:03d}" for number in range(1, len(table) + 1)], dtype=TEXT)
    basis = table["reported"].map(lambda _: "stated", na_action="ignore").astype(TEXT).fillna("undated")
    filled: dict[str, pd.Series | str] = {
        "claim_id": numbered, "about": about, "claimant_is_party": Party.UNKNOWN.value, "date_basis": basis,
        "source": "not stated", "sensitivity": Sensitivity.MODERATE.value,
    }  # fmt: skip
    base = strictest(OWN, licence, OWNERS)
    table["licence"] = row_licences(raw, area, pd.Series([base] * len(table), dtype=TEXT), licence)
    for name, value in filled.items():
        table[name] = table[name].fillna(value)
    table["predicate"] = table["predicate"].str.lower()
    for name, known in (("sensitivity", STEPS), ("claimant_is_party", PARTIES)):
        # what is no such word stays, and is complained of below as it was written
        table[name] = read_words(table[name], known).fillna(table[name])
    names = actor_names(area)
    stated = table["predicate"].isin(STATEMENTS)
    table["value"] = table["value"].where(
        ~stated, table["value"].map(lambda cell: _named(cell, names), na_action="ignore")
    )
    done: pd.DataFrame = schema.conform(table, CLAIMS)
    _check_days(done, path.name, area, None if today is None else day_of(today))
    return done if confirmed else done.assign(last_confirmed=done["reported"])


def _check_days(claims: pd.DataFrame, name: str, area: Area, today: dt.date | None) -> None:
    """Refuse statements that end before they begin, or of days to come. An end far ahead is an open one.

    Raises
    ------
    SchemaError
        With each row that does.
    """
    days = [(column, claims[column]) for column in ("reported", "valid_from", "last_confirmed")]
    wrong = [
        (column, rows, "lies in the future") for column, rows in future_days(days, until=area.data_until, today=today)
    ]
    early = (claims["valid_to"] < claims["valid_from"]).to_numpy(dtype=bool)
    wrong.append(("valid_to", early, "lies before valid_from"))
    breaches = [
        Breach(str(row + 1), column, str(claims[column].iloc[row].date()), why, "correct the day")
        for column, rows, why in wrong
        for row in rows.nonzero()[0].tolist()
    ]
    if breaches:
        raise SchemaError(name, breaches)


def _named(cell: str, names: Mapping[str, str]) -> str | None:
    return schema.join_names(split_actors(cell, names))


def strange_actors(claims: pd.DataFrame, area: Area) -> tuple[str, ...]:
    """Give the names in statements that the area's ACTORS do not hold: each counts as a side of its own."""
    known = set(actor_names(area).values())
    said = claims.loc[claims["predicate"].isin(STATEMENTS), "value"]
    return tuple(dict.fromkeys(one for cell in said for one in split_names(cell) if one not in known))


def _subject(text: str, area: Area) -> str:
    known = {*read_places(area)["place_id"], *read_units(area)["pcode"]}
    # What is an id already is not read as words.
    if text in known or _STRETCH.fullmatch(text) or text == NOWHERE:
        return text
    return subject_of(resolve(area, text)) or NOWHERE


def subject_of(reading: Reading) -> str | None:
    """Give the subject that a reading comes down to; null where it is none, or several."""
    if reading.ambiguous:
        return None
    if reading.kind is Where.STRETCH and reading.corridor_id is not None and reading.from_m is not None:
        # To a tenth of a kilometre, as stretches are told in the embedded claims.
        low, high = sorted((reading.from_m, float(reading.to_m or reading.from_m)))
        return f"{reading.corridor_id}:{round(low / 1000, 1):g}-{round(high / 1000, 1):g}"
    if reading.kind in (Where.POINT, Where.PLACE) and reading.place_id is not None:
        return reading.place_id
    # Several sections are several subjects: the row has one, so it stands nowhere and keeps its words.
    codes = split_names(reading.pcode)
    return codes[0] if len(codes) == 1 else None

"""Which column of a hand-made table is what: proposed from the names, kept as TOML, changed by hand."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from artimap.core.errors import DataError
from artimap.core.files import write_text
from artimap.core.schema import TEXT
from artimap.core.text import unaccented
from artimap.core.vocab import EventKind, Sensitivity
from artimap.sources.columns import month_of, present, read_days
from artimap.sources.containers import EXTENT, LAT, LON
from artimap.sources.crosswalk import kind_of_words
from artimap.sources.day_spans import period_of
from artimap.sources.licences import LICENCE_NAMES, OWN
from artimap.sources.people_counts import figure_of
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import Raw, blank, folded

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "id": ("event_id", "id", "uid", "uuid", "_id", "identifiant", "code", "ref", "reference", "numero", "no"),
    "date": (
        "date", "event_date", "date_start", "start_date", "incident_date", "date_incident", "date_of_incident", "jour",
        "day",
        "dat", "date_debut", "date_evenement", "date_de_l'evenement", "date_de_l'incident", "when", "quand",
        "date_occurred",
        "date_of_attack", "date_of_event", "date_de_l'attaque", "timestamp", "time", "today",
    ),
    "date_end": ("date_end", "end_date", "date_fin", "fin", "jusqu_a"),
    "lat": ("lat", "latitude", "y", "lat_dd", "gps_lat", "gps_latitude", "latitud", LAT),
    "lon": ("lon", "lng", "long", "longitude", "x", "lon_dd", "gps_lon", "gps_long", "gps_longitude", LON),
    "point": ("geopoint", "gps", "coordinates", "coordonnees", "latlon", "lat_lon", "position", "location_gps",
        "kowodone", "geolocation", "coordonnees_gps", "gps_coordinates", "latitude_longitude"),
    "easting": ("easting", "utm_e", "utm_x", "x_utm", "utm_easting", "est_utm", "coord_x", "x_coord", "xcoord"),
    "northing": ("northing", "utm_n", "utm_y", "y_utm", "utm_northing", "nord_utm", "coord_y", "y_coord", "ycoord"),
    "radius_m": ("radius_m", "accuracy", "accuracy_m", "gps_precision", "precision_m", EXTENT),
    "place": (
        "place", "location", "lieu", "localite", "locality", "kote", "ou", "where", "place_name", "endroit", "zone",
        "site",
        "town", "ville", "village", "adresse", "address", "quartier", "place_in_words", "lieu_de_l'incident", "section",
    ),
    "commune": ("commune", "admin2", "adm2", "komin", "adm2_pcode", "adm2_name", "municipality", "admin2pcode"),
    "department": ("department", "departement", "admin1", "adm1", "depatman", "adm1_pcode", "adm1_name"),
    "country": ("country", "pays", "peyi", "country_name", "nom_du_pays", "admin0", "adm0", "adm0_name", "admin0_name",
        "adm0_en", "adm0_fr", "adm0_pcode", "admin0pcode", "iso3", "country_code", "code_pays"),
    "kind": (
        "kind", "type", "event_type", "incident_type", "type_incident", "type_d'incident", "type_of_incident",
        "categorie",
        "category", "type_evenement", "type_d'evenement", "nature", "kalite", "what", "quoi", "incident",
    ),
    "sub_kind": ("sub_kind", "sub_type", "subtype", "sub_event_type", "sous_type"),
    "actors": ("actors", "actor", "acteur", "acteurs", "group", "groupe", "perpetrator", "auteur", "auteurs", "gang",
        "actor1", "who", "qui"),
    "killed": ("killed", "deaths", "dead", "fatalities", "morts", "tues", "mort", "mouri", "deces", "nb_morts",
        "nombre_de_morts", "victimes_mortes"),
    "injured": ("injured", "wounded", "blesses", "blesse", "blese", "nb_blesses", "nombre_de_blesses"),
    "abducted": ("abducted", "kidnapped", "enleves", "kidnappes", "kidnape", "otages", "nb_enleves",
        "personnes_enlevees"),
    "displaced": ("displaced", "deplaces", "idps", "deplase", "nb_deplaces", "personnes_deplacees"),
    "count": ("events", "incidents", "nb_incidents", "nb_evenements", "nombre_d'incidents", "nombre_d'evenements",
        "nombre_incidents", "number_of_events", "number_of_incidents", "n_events", "n_incidents", "event_count",
        "incident_count", "count", "kantite"),
    "source": ("source", "sources", "publisher", "media", "sous", "source_name", "outlet"),
    "said_by": ("said_by", "claimant", "reporter_role", "selon", "dapre"),
    "is_party": ("is_party",),
    "reported": ("reported", "date_reported", "report_date", "reported_date", "date_rapport", "date_du_rapport",
        "submission_time", "date_publication"),
    "url": ("url", "link", "lien", "source_url", "hyperlink"),
    "sensitivity": ("sensitivity", "sensibilite", "sansibilite"),
    "summary": ("summary", "notes", "note", "description", "resume", "details", "comment", "comments", "remarques",
        "commentaire", "rezime", "narrative"),
    "geo_precision": ("geo_precision", "geo_precis", "precision_geo", "place_precision", "precision_du_lieu",
        "precision_lieu"),
    "date_precision": ("date_precision", "time_precision", "time_precis", "precision_date", "precision_de_la_date",
        "precision_temps"),
    "licence": LICENCE_NAMES,
}  # fmt: skip
"""What a table may tell, and how its columns are often called in English, French and Kreyòl (without accents)."""

_WHOLE: Final = frozenset(
    {"id", "lat", "lon", "is_party", "radius_m", "geo_precision", "date_precision", "licence", "country", "count",
     "easting", "northing"}
)  # fmt: skip
"""Fields that a column must name whole."""
_ORDERS = ("dd-mm-yyyy", "mm-dd-yyyy")


@dataclass(frozen=True)
class Mapping:
    """Which column is what.

    Attributes
    ----------
    columns
        Field of :data:`FIELDS` to the file's column.
    kinds
        Words of the kind column (folded) to artimap's kinds; what is not listed is read from its words.
    date_order
        ``"dd-mm-yyyy"`` or ``"mm-dd-yyyy"``; decided on the whole column where null.
    licence
        Licence of the rows.
    sensitivity
        Sensitivity of rows that state none.
    exact
        Whether coordinates are where a device was, and not the middle of a named place.

    Examples
    --------
    >>> import artimap as am
    >>> am.Mapping({"date": "Day", "place": "Where", "kind": "What"}).columns["place"]
    'Where'
    """

    columns: AnyMapping[str, str]
    kinds: AnyMapping[str, EventKind] = field(default_factory=dict)
    date_order: str | None = None
    licence: str = OWN
    sensitivity: Sensitivity = Sensitivity.MODERATE
    exact: bool = False

    def __post_init__(self) -> None:
        # Told at once, with all names: a mapping is written by hand.
        unknown = sorted(set(self.columns) - set(FIELDS))
        if unknown:
            msg = f"mapping: no field {', '.join(unknown)}; there is: {', '.join(FIELDS)}"
            raise DataError(msg)
        if self.date_order is not None and self.date_order not in _ORDERS:
            msg = f"mapping: date_order is one of {', '.join(_ORDERS)}, not {self.date_order!r}"
            raise DataError(msg)

    def to_toml(self) -> str:
        """Write the mapping as TOML text.

        Examples
        --------
        >>> import artimap as am
        >>> 'place = "Where"' in am.Mapping({"date": "Day", "place": "Where"}).to_toml()
        True
        """
        lines = [
            "# Which column is what. Change the right-hand sides; leave out a line to leave the field empty.",
            f"licence = {_quoted(self.licence)}",
            f"sensitivity = {_quoted(self.sensitivity.value)}",
            f"exact = {'true' if self.exact else 'false'}  # true: coordinates are where a device was",
        ]
        if self.date_order is not None:
            lines.append(f"date_order = {_quoted(self.date_order)}")
        else:
            lines.append('# date_order = "dd-mm-yyyy"  # or "mm-dd-yyyy"; decided on the whole column where absent')
        lines += ["", "[columns]", *(f"{name} = {_quoted(column)}" for name, column in self.columns.items())]
        lines += ["", "[kinds]  # word in the file = kind", f"# kinds: {', '.join(kind.value for kind in EventKind)}"]
        lines += [f"{_quoted(word)} = {_quoted(kind.value)}" for word, kind in self.kinds.items()]
        return "\n".join(lines) + "\n"

    def save(self, path: Path | str) -> Path:
        """Write the mapping to a TOML file.

        Examples
        --------
        >>> import artimap as am
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     saved = am.Mapping({"date": "Day", "place": "Where"}).save(f"{folder}/columns.toml")
        ...     am.read_mapping(saved).columns["date"]
        'Day'
        """
        write_text(Path(path), self.to_toml())
        return Path(path)


def _quoted(text: str) -> str:
    # A JSON string is a TOML string but for DEL, which TOML forbids.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def read_mapping(path: Path | str) -> Mapping:
    """Read a mapping from TOML.

    Raises
    ------
    DataError
        If the file is absent or no mapping.

    Examples
    --------
    >>> import artimap as am
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     saved = am.Mapping({"date": "Day", "place": "Where"}).save(f"{folder}/columns.toml")
    ...     am.read_mapping(saved).columns["place"]
    'Where'
    """
    try:
        content = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        msg = f"{path} is not there; artimap validate FILE --save-mapping {path} proposes one"
        raise DataError(msg) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, OSError) as error:
        msg = f"{path} is no TOML ({error})"
        raise DataError(msg) from error
    columns, kinds = content.get("columns", {}), content.get("kinds", {})
    if not isinstance(columns, dict) or not isinstance(kinds, dict) or not columns:
        msg = f"{path} is no mapping: it needs a part [columns]"
        raise DataError(msg)
    try:
        return Mapping(
            columns={str(name): str(column) for name, column in columns.items()},
            # Folded here as the cells are folded later, or a word with a capital would never be met.
            kinds={folded(str(word)): EventKind(str(kind)) for word, kind in kinds.items()},
            date_order=content.get("date_order"),
            licence=str(content.get("licence", OWN)),
            sensitivity=Sensitivity(str(content.get("sensitivity", Sensitivity.MODERATE.value))),
            # Nothing but true: an "exact" by mistake would turn places into points on the map.
            exact=content.get("exact") is True,
        )
    except ValueError as error:
        msg = f"{path}: {error}"
        raise DataError(msg) from error


def bare(name: str) -> str:
    """Give a column name without case, accents and the group before a slash.

    >>> bare("incident/Date de l’évènement")
    "date_de_l'evenement"
    """
    leaf = name.rsplit("/", 1)[-1] if not name.endswith("/") else name
    return folded(unaccented(leaf.replace("’", "'"))).strip("_:?*.[]() ") or folded(leaf)


def propose(
    columns: Sequence[str], *, labels: AnyMapping[str, str] | None = None, cells: pd.DataFrame | None = None
) -> Mapping:
    """Propose a mapping from the names of the columns, and from what stands in them.

    A whole name counts before a question, a question before a name that only holds the word; each column
    serves once. A column of numbers is never a kind or a place; among several days the event's is taken
    and not the form's, among several counts the total.

    Parameters
    ----------
    columns
        The column names.
    labels
        Human headings of the columns, looked at where the name tells nothing.
    cells
        The cells, of which the first hundreds are looked at; names alone decide where null.
    """
    names = {column: bare(column) for column in columns}
    said = {column: bare((labels or {}).get(column, "")) for column in columns}
    known: dict[tuple[str, str], bool] = {}
    taken: dict[str, str] = {}

    def fits(wanted: str, column: str) -> bool:
        if cells is not None and (wanted, column) not in known:
            known[wanted, column] = _fits(wanted, cells[column])
        return cells is None or known[wanted, column]

    for wanted, candidates in _candidates(columns, names, said):
        free = [] if wanted in taken else [one for one in candidates if one not in taken.values() and fits(wanted, one)]
        if free:
            taken[wanted] = min(free, key=lambda one: _rank(wanted, names[one] + "_" + said[one]))
    for wanted in _RANKED:
        # A column that is named outright is the field even where no cell of it can be read: each row then says why.
        whole = [one for word in FIELDS[wanted] for one in columns if names[one] == word and one not in taken.values()]
        if wanted not in taken and whole:
            taken[wanted] = whole[0]
    if cells is not None and "kind" not in taken:
        # No heading tells what happened, but cells may: the name of a waypoint, the title of a placemark.
        left = [one for one in columns if one not in taken.values() or one == taken.get("summary")]
        telling_most = max(left, key=lambda one: _kind_share(cells[one]), default=None)
        if telling_most is not None and _kind_share(cells[telling_most]) >= 0.5:
            taken = {wanted: one for wanted, one in taken.items() if one != telling_most} | {"kind": telling_most}
    # In the order of FIELDS, so that a saved mapping always reads alike.
    return Mapping({wanted: taken[wanted] for wanted in FIELDS if wanted in taken})


def _candidates(
    columns: Sequence[str], names: AnyMapping[str, str], said: AnyMapping[str, str]
) -> Iterator[tuple[str, list[str]]]:
    """Give what each field may be, the surest way of being named first."""

    def whole(wanted: str) -> list[str]:
        return [one for word in FIELDS[wanted] for one in columns if word in (names[one], said[one])]

    def asked(wanted: str) -> list[str]:
        return [one for one in columns if _asks(wanted, names[one]) or _asks(wanted, said[one])]

    def partly(wanted: str) -> list[str]:
        # "id" and "lat" are parts of a hundred other words.
        telling = set() if wanted in _WHOLE else {word for word in FIELDS[wanted] if len(word) >= 4}
        return [one for one in columns if telling & set(names[one].split("_"))]

    # Days and counts first, over every way of being named: "date" may be that of the form where another
    # column is that of the attack.
    yield from ((wanted, [*whole(wanted), *asked(wanted), *partly(wanted)]) for wanted in _RANKED)
    # All whole names of all fields go first, then the headings; parts of names come last of all.
    # Otherwise "date_of_report" could take the place of "date".
    for look in (names, said):
        for wanted, words in FIELDS.items():
            yield from ((wanted, [one for one in columns if look[one] == word]) for word in words)
    yield from ((wanted, asked(wanted)) for wanted in _QUESTIONS)
    yield from ((wanted, partly(wanted)) for wanted in FIELDS)
    yield from ((wanted, [one for one in columns if ending.search(names[one])]) for wanted, ending in _ENDINGS.items())


_RANKED: Final = ("date", "reported", "killed", "injured", "abducted", "displaced")
# "location.lat", "geo_lat", "site-latitude": told by their ends.
_ENDINGS: Final = {
    "lat": re.compile(r"(?:^|[._ -])(?:lat|latitude)$|^geolat"),
    "lon": re.compile(r"(?:^|[._ -])(?:lon|lng|long|longitude)$|^geolon|^geolng"),
}
_OF_EVENT: Final = re.compile(
    r"atta[ck]|attaque|atak|incident|ensidan|event|evenement|evenman|occur|happen|\bwhen|quand|\bkile|survenu|\bfait"
)
_OF_FORM: Final = re.compile(
    r"ent(?:ered|ry)|created|modified|updated|report|rapport|publi|submi|saisie|enregistre|today|\bform|received|\brecu|"
    r"collect|approved|validat|dernier|\blast"
)
_TOTALS: Final = re.compile(r"\b(?:tot|total|totaux|ensemble|all|tous)\b")
_SHARES: Final = re.compile(
    r"\b(?:inter)?nationals?\b|\b(?:fe)?male|\b(?:wo)?men\b|children|hommes|femmes|enfants|polic|civil|staff|gang|bandit|"
    r"\b(?:low|high|min|max)\b"
)
_QUESTIONS: Final = {
    field: re.compile(pattern)
    for field, pattern in {
        "date": r"^(?:kile|quand|when|ki (?:dat|jou)|(?:a )?quel(?:le)? (?:date|jour)|"
        r"(?:on )?(?:what|which) (?:date|day))\b",
        "killed": r"\b(?:mouri|morts?|tuee?s?|killed|died|dead|decede?e?s?)\b",
        "injured": r"\b(?:blese|blessee?s?|injured|wounded|hurt)\b",
        "abducted": r"\b(?:kidnape|enlevee?s?|kidnappee?s?|kidnapped|abducted)\b",
        "displaced": r"\b(?:deplase|deplacee?s?|displaced|fled)\b",
        "actors": r"\b(?:ki (?:gwoup|gang)|quels? (?:groupe|gang)s?|which (?:group|gang)|ki moun ki (?:fe|atake)|"
        r"who (?:did|attacked))\b",
        "kind": r"\b(?:kisa (?:ki|k) (?:te )?(?:pase|rive)|sa (?:ki|k) (?:te )?pase|ki (?:kalite|tip)|"
        r"que s est il passe|qu est ce qui s est passe|qu est il arrive|what happened|"
        r"(?:what )?(?:type|kind|nature) (?:of|d|de))\b",
        "place": r"^(?:ki kote|kote|non kote|ou (?:cela|l incident|s est|est|a)|where|"
        r"(?:dans |a )?quel(?:le)? (?:lieu|endroit|village|localite|zone)|nan ki (?:zon|kote))\b",
        "summary": r"\b(?:rakonte|decrivez|racontez|describe|detay)\b",
    }.items()
}
"""What a form asks for, in English, French and Kreyòl: its questions are the headings of its columns."""
_COUNTS: Final = ("killed", "injured", "abducted", "displaced", "lat", "lon", "easting", "northing", "count")
_WORDS_ONLY: Final = ("kind", "place", "actors", "commune", "department", "source", "summary", "said_by", "sub_kind")


def _asks(wanted: str, name: str) -> bool:
    """Tell whether a heading is a question for a field: at least three words, or it is a name."""
    words = re.sub(r"[^a-z0-9]+", " ", name).strip()
    return wanted in _QUESTIONS and words.count(" ") >= 2 and bool(_QUESTIONS[wanted].search(words))


def _rank(wanted: str, name: str) -> int:
    """Order the candidates for a field, the best first."""
    words = name.replace("_", " ")
    if wanted == "date":
        return 2 * bool(_OF_FORM.search(words)) - bool(_OF_EVENT.search(words))
    if wanted == "reported":
        return 0 if _OF_FORM.search(words) else 1
    return bool(_SHARES.search(words)) - bool(_TOTALS.search(words)) if wanted in _RANKED else 0


def _kind_share(column: Any) -> float:
    """Give the share of cells that tell in a few words what happened."""
    cells = present(column.iloc[:_LOOKED_AT].astype(TEXT)).dropna().iloc[:50]
    return (
        float(np.mean([len(cell) <= 60 and kind_of_words(cell) is not None for cell in cells])) if len(cells) else 0.0
    )


def _fits(wanted: str, column: pd.Series) -> bool:
    """Tell whether a column can be a field, by what stands in its first cells."""
    cells = present(column.iloc[:_LOOKED_AT].astype(TEXT)).dropna()
    if not len(cells):
        return True
    numbers = float(pd.to_numeric(cells, errors="coerce").notna().mean()) > 0.8
    if wanted in _WORDS_ONLY:
        return not numbers
    if wanted in ("date", "date_end", "reported"):
        # Numbers alone are days only as a spreadsheet or a database counts and writes them.
        if numbers:
            return bool(cells.str.fullmatch(r"[2-5]\d{4}(?:\.\d+)?|(?:19|20)\d{6}").mean() > 0.5)
        some = cells.iloc[:20].reset_index(drop=True)
        told = [period_of(cell, reported=_SOME_DAY) is not None for cell in some]
        return any(told) or bool(read_days(some, Problems(len(some)), name="").days.notna().any())
    if wanted in _COUNTS:
        return bool(cells.str.contains(r"\d").any()) or any(figure_of(cell) is not None for cell in cells.iloc[:50])
    return True


def day_parts(columns: Sequence[str]) -> tuple[str, ...]:
    """Name the columns of year, month and day, where there are all three."""
    named = {bare(column): column for column in reversed(columns)}
    parts = [next((named[word] for word in words if word in named), "") for words in _DAY_PARTS]
    return tuple(parts) if all(parts) else ()


def columns_of_parts(raw: Raw) -> Raw:
    """Put Year, Month and Day together where no column tells the day."""
    parts = day_parts(raw.columns)
    if not parts:
        return raw
    year, month, day = (raw.text(name) for name in parts)
    number = pd.to_numeric(month, errors="coerce")
    number = number.fillna(month.map(month_of, na_action="ignore").astype("float64"))
    text = number.astype("Int64").astype(TEXT).str.zfill(2)
    joined = (
        year.str.replace(r"\.0$", "", regex=True)
        + "-"
        + text
        + "-"
        + day.str.replace(r"\.0$", "", regex=True).str.zfill(2)
    )
    if not joined.notna().any() or not _fits("date", joined):
        return raw
    cells = raw.cells.drop(columns=list(parts))
    cells.insert(0, _JOINED_DAY, joined)
    return replace(raw, cells=cells).noting(f"the day was put together from {', '.join(parts)}")


_LOOKED_AT: Final = 400
_SOME_DAY: Final = dt.date(2000, 6, 15)
_JOINED_DAY: Final = "date of year, month, day"
_DAY_PARTS: Final = (
    ("year", "annee", "ane", "an"), ("month", "mois", "mwa"), ("day", "jour", "jou", "day_of_month", "jour_du_mois")
)  # fmt: skip


def unused(raw: Raw, mapping: Mapping) -> tuple[str, ...]:
    """Name the columns that a mapping does not read and that hold something: nobody must think they were."""
    read = set(mapping.columns.values())
    left = [name for name in raw.columns if name not in read and not blank(raw.cells[name]).all()]
    return (f"not used: {', '.join(left)}",) if left else ()

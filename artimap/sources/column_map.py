"""Which column of a hand-made table is what: proposed from the names, kept as TOML, changed by hand."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from artimap.core.errors import DataError
from artimap.core.files import write_text
from artimap.core.text import unaccented
from artimap.core.vocab import EventKind, Sensitivity
from artimap.sources.containers import EXTENT, LAT, LON
from artimap.sources.licences import LICENCE_NAMES, OWN
from artimap.sources.raw_table import folded

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "id": ("event_id", "id", "uid", "uuid", "_id", "identifiant", "code", "ref", "reference", "numero", "no"),
    "date": (
        "date", "event_date", "date_start", "start_date", "incident_date", "date_incident", "date_of_incident", "jour",
        "day",
        "dat", "date_debut", "date_evenement", "date_de_l'evenement", "date_de_l'incident", "when", "quand",
        "date_occurred",
        "today",
    ),
    "date_end": ("date_end", "end_date", "date_fin", "fin", "jusqu_a"),
    "lat": ("lat", "latitude", "y", "lat_dd", "gps_lat", "gps_latitude", "latitud", LAT),
    "lon": ("lon", "lng", "long", "longitude", "x", "lon_dd", "gps_lon", "gps_long", "gps_longitude", LON),
    "point": ("geopoint", "gps", "coordinates", "coordonnees", "latlon", "lat_lon", "position", "location_gps",
        "kowodone"),
    "radius_m": ("radius_m", "accuracy", "accuracy_m", "gps_precision", "precision_m", EXTENT),
    "place": (
        "place", "location", "lieu", "localite", "locality", "kote", "ou", "where", "place_name", "endroit", "zone",
        "site",
        "town", "ville", "village", "adresse", "address", "quartier", "place_in_words", "lieu_de_l'incident", "section",
    ),
    "commune": ("commune", "admin2", "adm2", "komin", "adm2_pcode", "adm2_name", "municipality", "admin2pcode"),
    "department": ("department", "departement", "admin1", "adm1", "depatman", "adm1_pcode", "adm1_name"),
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
    "source": ("source", "sources", "publisher", "media", "sous", "source_name", "outlet"),
    "said_by": ("said_by", "claimant", "reporter_role", "selon", "dapre"),
    "is_party": ("is_party",),
    "reported": ("reported", "date_reported", "report_date", "reported_date", "date_rapport", "date_du_rapport",
        "submission_time", "date_publication"),
    "url": ("url", "link", "lien", "source_url", "hyperlink"),
    "sensitivity": ("sensitivity", "sensibilite"),
    "summary": ("summary", "notes", "note", "description", "resume", "details", "comment", "comments", "remarques",
        "commentaire", "rezime", "narrative"),
    "geo_precision": ("geo_precision", "geo_precis", "precision_geo", "place_precision", "precision_du_lieu",
        "precision_lieu"),
    "date_precision": ("date_precision", "time_precision", "time_precis", "precision_date", "precision_de_la_date",
        "precision_temps"),
    "licence": LICENCE_NAMES,
}  # fmt: skip
"""What a table may tell, and how its columns are often called in English, French and Kreyòl (without accents)."""

_WHOLE: Final = frozenset({"id", "lat", "lon", "is_party", "radius_m", "geo_precision", "date_precision", "licence"})
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
        """Write the mapping as TOML text."""
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
        """Write the mapping to a TOML file."""
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
    """
    try:
        content = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        msg = f"{path} is not there; artimap validate FILE --save-mapping {path} proposes one"
        raise DataError(msg) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
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
    return folded(unaccented(leaf.replace("’", "'"))).strip("_:?*. ") or folded(leaf)


def propose(columns: Sequence[str], *, labels: AnyMapping[str, str] | None = None) -> Mapping:
    """Propose a mapping from the names of the columns.

    A whole name counts before a name that only holds the word; each column serves once.

    Parameters
    ----------
    columns
        The column names.
    labels
        Human headings of the columns, looked at where the name tells nothing.
    """
    names = {column: bare(column) for column in columns}
    said = {column: bare((labels or {}).get(column, "")) for column in columns}
    taken: dict[str, str] = {}
    # All whole names of all fields go first, then the headings; parts of names come last of all.
    # Otherwise "date_of_report" could take the place of "date".
    for look in (names, said):
        for wanted, words in FIELDS.items():
            if wanted in taken:
                continue
            for word in words:
                found = next((one for one in columns if look[one] == word and one not in taken.values()), None)
                if found is not None:
                    taken[wanted] = found
                    break
    for wanted, words in FIELDS.items():
        # These fields must be named outright: "id" and "lat" are parts of a hundred other words.
        if wanted in taken or wanted in _WHOLE:
            continue
        telling = {word for word in words if len(word) >= 4}
        for column in columns:
            if column not in taken.values() and telling & set(names[column].split("_")):
                taken[wanted] = column
                break
    # In the order of FIELDS, so that a saved mapping always reads alike.
    return Mapping({wanted: taken[wanted] for wanted in FIELDS if wanted in taken})

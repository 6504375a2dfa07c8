"""HXL: tables whose second heading is a row of hashtags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from artimap.areas.area import Area
from artimap.sources.column_map import FIELDS, Mapping, bare
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import Raw
from artimap.sources.reader import Reader, Terms
from artimap.sources.result import ParsedRows
from artimap.sources.tabular import read_mapped

_TAGS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("date", ("#date+occurred", "#date+start", "#date+event", "#date")),
    ("date_end", ("#date+end",)),
    ("reported", ("#date+reported", "#date+published")),
    ("lat", ("#geo+lat", "#lat_deg")),
    ("lon", ("#geo+lon", "#lon_deg")),
    ("point", ("#geo+coord", "#geo+latlon")),
    ("place", ("#loc+name", "#loc")),
    ("commune", ("#adm2+name", "#adm2+code", "#adm2")),
    ("department", ("#adm1+name", "#adm1+code", "#adm1")),
    ("country", ("#country+name", "#country+code", "#country")),
    ("kind", ("#event+type", "#cause+type", "#crisis+type", "#event", "#cause")),
    ("sub_kind", ("#event+subtype", "#event+sub_type")),
    ("actors", ("#actor+name", "#group+name", "#actor", "#group")),
    ("count", ("#event+num", "#event+count", "#incident+num", "#affected+incidents")),
    ("killed", ("#fatality+num", "#fatality", "#affected+killed", "#affected+dead", "#affected+deaths")),
    ("injured", ("#affected+injured", "#affected+wounded")),
    ("abducted", ("#affected+abducted", "#affected+kidnapped")),
    ("displaced", ("#affected+displaced", "#affected+idps")),
    ("source", ("#meta+source", "#org+source", "#source")),
    ("url", ("#meta+url", "#link", "#url")),
    ("id", ("#event+id", "#event+code", "#meta+id", "#id")),
    ("geo_precision", ("#geo+precision",)),
    ("date_precision", ("#date+precision",)),
    ("licence", ("#meta+licence", "#meta+license")),
    ("summary", ("#event+description", "#description", "#meta+notes", "#notes")),
)
"""Fields and the hashtags that tell them, the most telling first. Attributes may stand in any order."""

_LICENCE: Final = "as stated by the publisher of the HXL table"


def _parts(tag: str) -> tuple[str, frozenset[str]]:
    pieces = [piece.strip() for piece in tag.strip().casefold().split("+")]
    return pieces[0].replace(" ", ""), frozenset(piece for piece in pieces[1:] if piece)


def recognise(columns: Sequence[str]) -> float:
    """Tell whether the column names are hashtags."""
    tags = [name for name in columns if name.strip().startswith("#")]
    if len(tags) < 2:
        return 0.0
    # Tags without attributes: how telling the attributes are is decided when columns are mapped.
    known = {_parts(tag)[0] for _, wanted in _TAGS for tag in wanted}
    return min(1.0, 0.5 + 0.5 * sum(_parts(tag)[0] in known for tag in tags) / len(columns))


def map_tags(columns: Sequence[str]) -> Mapping:
    """Give the mapping that the hashtags state."""
    left = {name: _parts(name) for name in columns}
    found: dict[str, str] = {}
    for field, wanted in _TAGS:
        for tag in wanted:
            base, needed = _parts(tag)
            # A column may have more attributes than asked for (#date+occurred+start); the one with the
            # fewest others is meant.
            fitting = [name for name, (one, attributes) in left.items() if one == base and needed <= attributes]
            if fitting:
                found[field] = min(fitting, key=lambda name: len(left[name][1]))
                # A column serves one field only.
                del left[found[field]]
                break
    return Mapping(found, licence=_LICENCE)


def read(raw: Raw, area: Area, problems: Problems, mapping: Mapping | None) -> ParsedRows:
    """Read the rows of an HXL table. Hashtags that artimap has no field for are named in the notes."""
    used = mapping if mapping is not None else map_tags(raw.columns)
    # What says how well place and day are known seldom has a tag; left out, a month would become a day.
    headed = {bare(label): name for name, label in raw.labels.items()}
    for field in ("geo_precision", "date_precision"):
        name = next((headed[word] for word in FIELDS[field] if word in headed), None)
        if name is not None and field not in used.columns:
            used = replace(used, columns={**used.columns, field: name})
    idle = [name for name in raw.columns if name not in used.columns.values()]
    notes = [f"hashtags not read: {', '.join(idle)}"] if idle else []
    return read_mapped(
        raw, area, problems, used, version=f"HXL, {len(used.columns)} hashtags read", prefix="hxl-", notes=notes
    )


READER: Final = Reader(
    "hxl",
    "any table with a row of HXL hashtags",
    recognise,
    read,
    Terms(_LICENCE),
    mapping="taken",
    propose=lambda raw: map_tags(raw.columns),
)

"""IPIS roadblocks: posts on roads, who keeps them and what they ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from artimap.areas.area import Area
from artimap.areas.corridors import read_corridor
from artimap.core.schema import TEXT
from artimap.core.vocab import CheckpointKind, CheckpointStatus
from artimap.sources.columns import read_days
from artimap.sources.coordinates import points, read_coordinates
from artimap.sources.licences import licence_column
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import Raw, folded
from artimap.sources.reader import Reader, Terms, known_columns
from artimap.sources.result import ClaimColumns, ParsedRows, event_ids, require_columns

FIELDS: Final = ("lt", "ln", "lp", "d", "o", "t", "b", "tc", "tm", "r", "s")
"""IPIS's names: latitude, longitude, place, day, operator, its type, barrier, tax and amount, resource, source."""
_KNOWN: Final = frozenset(FIELDS)
_BESIDE_M: Final = 500.0
"""A post within this distance of the corridor stands on it: the corridor's line itself lies up to 100 m off."""
# A post is a point that a hand-held device gave: it is laid on the road as a piece this long either
# way.
_GPS_M: Final = 100.0

OPERATORS: Final = {
    "forces de sécurité": CheckpointKind.POLICE_POST,
    "acteurs étatiques": CheckpointKind.SEARCH_POST,
    "groupes armés": CheckpointKind.ROADBLOCK,
    "eléments indépendants": CheckpointKind.ROADBLOCK,
    "éléments indépendants": CheckpointKind.ROADBLOCK,
    "acteurs civils": CheckpointKind.BARRICADE,
}
"""IPIS's types of operator and what such a post is here; one that takes a tax is a toll whoever keeps it."""


OPERATOR_TYPES: Final = {
    CheckpointKind.POLICE_POST: "Forces de sécurité",
    CheckpointKind.SEARCH_POST: "Acteurs étatiques",
    CheckpointKind.ROADBLOCK: "Groupes armés",
    CheckpointKind.TOLL: "Groupes armés",
    CheckpointKind.BARRICADE: "Acteurs civils",
    CheckpointKind.PROTEST: "Acteurs civils",
}
"""The type of operator to write for each kind of post."""


def recognise(columns: Sequence[str]) -> float:
    """Tell whether the columns are IPIS's short names."""
    names = {folded(name) for name in columns}
    # The names are so short that other files have some of them by chance: position and one of operator,
    # type, barrier are wanted.
    if not {"lt", "ln"} <= names or not names & {"o", "t", "b"}:
        return 0.0
    return min(1.0, 0.5 + 0.5 * len(names & _KNOWN) / len(_KNOWN))


def read(raw: Raw, area: Area, problems: Problems) -> ParsedRows:
    """Read the rows of a roadblock table as CHECKPOINTS.

    A post within 500 m of the area's corridor gets its chainage; one elsewhere keeps its point only. The day of
    the visit is the first and last day it is known for: whether it still stands is not said (``unknown``).
    """
    named = require_columns(raw, ("lt", "ln"), fix="give latitude (lt) and longitude (ln) as IPIS names them")
    rows = len(raw.cells)

    def text(name: str) -> pd.Series:
        return raw.text(named.get(name))

    names = (named["ln"], named["lt"])
    coordinates = read_coordinates(raw.cells[names[0]], raw.cells[names[1]], problems, area=area, names=names)
    seen = pd.Series(np.full(rows, np.datetime64("NaT", "s")))
    order = "no day"
    notes = list(coordinates.notes)
    if "d" in named:
        days = read_days(raw.cells[named["d"]], problems, name=named["d"])
        seen, order = days.days, days.order
        notes += [days.note] if days.note else []
    # A post without coordinates may still be told by its place; with neither there is nothing to show.
    nowhere = np.isnan(coordinates.lon) | np.isnan(coordinates.lat)
    place = text("lp")
    problems.mark(
        (nowhere & place.isna().to_numpy(dtype=bool)), column=f"{names[0]}, {names[1]}",
        why="are empty, and so is the place",
        fix="say where the post stands",
    )  # fmt: skip
    there = ~nowhere & ~problems.bad
    geometry = points(np.where(there, coordinates.lon, np.nan), np.where(there, coordinates.lat, np.nan), area)
    corridor = read_corridor(area, area.corridor_id)
    chainage = np.full(rows, np.nan)
    # Infinite where there is no point: such a row is never beside the road.
    offset = np.full(rows, np.inf)
    if there.any():
        chainage[there], offset[there] = corridor.project(geometry[there])
    on = pd.Series(offset <= _BESIDE_M)
    tax, amount = text("tc"), text("tm")
    operator = text("o").str.replace(r"\s*[,;]\s*", "; ", regex=True)
    # Several operators may share a post; the first one named decides the kind.
    first_type = text("t").str.extract(r"^([^,;]*)")[0].astype(TEXT).str.strip().str.casefold()
    kind = (
        first_type.map({word: kind.value for word, kind in OPERATORS.items()})
        .astype(TEXT)
        .fillna(CheckpointKind.ROADBLOCK.value)
    )
    taxed = tax.notna() | amount.notna()
    # A toll is a toll whoever keeps it; that a force does must not be lost with the kind.
    of_state = taxed & kind.isin([CheckpointKind.POLICE_POST, CheckpointKind.SEARCH_POST])
    operator = operator.mask(of_state, operator.str.cat(text("t"), sep="; ", na_rep="").str.strip("; "))
    kind = kind.mask(taxed, CheckpointKind.TOLL.value)
    fees = tax.str.cat(amount, sep=": ", na_rep="").str.strip(": ")
    idle = [name for name in raw.columns if folded(name) not in _KNOWN and name != licence_column(raw.columns)]
    if idle:
        notes.append(f"not used: {', '.join(idle[:20])}")
    return ParsedRows(
        columns={
            "checkpoint_id": event_ids(raw, problems, prefix="ipis-", column=named.get("id")),
            "kind": kind,
            "operator": operator,
            "place": place,
            "corridor_id": pd.Series([corridor.corridor_id] * rows, dtype=TEXT).where(on),
            "from_m": pd.Series(chainage).sub(_GPS_M).clip(lower=0.0).where(on),
            "to_m": pd.Series(chainage).add(_GPS_M).clip(upper=corridor.length_m).where(on),
            "first_seen": seen,
            "last_confirmed": seen,
            "status": CheckpointStatus.UNKNOWN.value,
            "fees": fees.mask(fees == ""),
            "n_claims": 1,
            "sources": text("s").fillna("IPIS"),
        },
        geometry=geometry,
        said=ClaimColumns(source=text("s").fillna("IPIS"), claimant="IPIS", reported=seen),
        version=f"IPIS roadblocks, short names, {order}",
        notes=tuple(notes),
        table="CHECKPOINTS",
    )


READER: Final = Reader(
    "ipis",
    "IPIS roadblocks",
    recognise,
    known_columns(read),
    Terms("IPIS: cite IPIS", owner="IPIS", citation="International Peace Information Service (IPIS), ipisresearch.be"),
    table="CHECKPOINTS",
)

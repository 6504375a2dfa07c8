"""UCDP's georeferenced events (GED): deaths with a low, best and high figure, places of seven precisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from artimap.areas.area import Area
from artimap.core.schema import TEXT
from artimap.core.vocab import EventKind, Sensitivity
from artimap.sources.columns import read_codes, read_counts, read_days, read_numbers
from artimap.sources.coordinates import Coordinates, read_coordinates
from artimap.sources.crosswalk import UCDP_KINDS
from artimap.sources.georeference import Hints, place
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import Raw, folded
from artimap.sources.reader import Reader, Terms, known_columns
from artimap.sources.result import ClaimColumns, ParsedRows, event_ids, require_columns

_SIGNS: Final = ("type_of_violence", "where_prec", "date_prec", "date_start", "date_end", "best", "high", "low")
_ALL: Final = {
    *_SIGNS, "id", "relid", "year", "active_year", "code_status", "side_a", "side_b", "number_of_sources",
    "source_article",
    "source_office", "source_date", "source_headline", "source_original", "where_coordinates", "where_description",
    "adm_1",
    "adm_2", "latitude", "longitude", "geom_wkt", "priogrid_gid", "country", "country_id", "region", "event_clarity",
    "deaths_a",
    "deaths_b", "deaths_civilians", "deaths_unknown", "conflict_name", "dyad_name", "conflict_new_id", "dyad_new_id",
}  # fmt: skip
PRECISION: Final = {1: 1, 2: 2, 3: 3, 4: 3, 5: 3, 6: 3, 7: 3}
"""UCDP's where_prec (1 the place, 2 within some 25 km of it, 3 second and 4 first administrative level, 5 a
line or a vague area, 6 the country, 7 sea or air) as artimap's precision."""
_NEAR_M: Final = 25_000.0


def recognise(columns: Sequence[str]) -> float:
    """Tell how much a list of column names looks like UCDP GED."""
    names = {folded(name) for name in columns}
    signs = len(names & set(_SIGNS))
    if not {"date_start", "type_of_violence"} <= names or signs < 4:
        return 0.0
    return min(1.0, 0.4 + 0.4 * signs / len(_SIGNS) + 0.2 * len(names & _ALL) / max(len(names), 1))


def read(raw: Raw, area: Area, problems: Problems) -> ParsedRows:
    """Read the rows of a UCDP GED table.

    ``date_prec`` 1 is a day, 2 and 3 a week, 4 and 5 a month or more; the days themselves are widened by
    UCDP already. ``low``, ``best`` and ``high`` are kept; a low above the high rejects the row.
    """
    # Only these two cannot be done without; everything else has a default that claims less.
    named = require_columns(raw, ("date_start", "type_of_violence"), fix="bring the column as UCDP GED has it")
    rows = len(raw.cells)
    notes: list[str] = []

    def text(name: str) -> pd.Series:
        return raw.text(named.get(name))

    def codes(name: str, last: int, default: int) -> pd.Series:
        if name not in named:
            notes.append(f"{name} is not in the file: taken as {default}")
            return pd.Series(np.full(rows, default, dtype=np.int64))
        return read_codes(
            raw.cells[named[name]], problems, name=named[name], allowed=range(1, last + 1), default=default
        )

    def count(name: str) -> pd.Series:
        if name not in named:
            return pd.Series(pd.array([pd.NA] * rows, dtype="Int64"))
        return read_counts(raw.cells[named[name]], problems, name=named[name])

    start = read_days(raw.cells[named["date_start"]], problems, name=named["date_start"], required=True)
    end = start.days
    if "date_end" in named:
        last = read_days(raw.cells[named["date_end"]], problems, name=named["date_end"])
        problems.mark(
            (last.days < start.days).to_numpy(dtype=bool), column=named["date_end"], why="lies before date_start",
            fix="swap the two days", cells=raw.cells[named["date_end"]],
        )  # fmt: skip
        end = last.days.fillna(start.days)
    # Where the code of place or day is missing a careful one is taken: a unit and not the place, a week
    # and not the day.
    violence = codes("type_of_violence", 3, 1)
    where = codes("where_prec", 7, 3)
    when = codes("date_prec", 5, 3)
    low, best, high = count("low"), count("best"), count("high")
    problems.mark(
        # A low above the high means columns that changed places, or a typing error: no figure of the
        # row can be trusted.
        (low > high).fillna(value=False).to_numpy(dtype=bool), column=named.get("low", "low"),
        why="is greater than high",
        fix="check the three figures", cells=text("low"),
    )  # fmt: skip
    coordinates: Coordinates | None = None
    if {"latitude", "longitude"} <= set(named):
        names = (named["longitude"], named["latitude"])
        coordinates = read_coordinates(raw.cells[names[0]], raw.cells[names[1]], problems, area=area, names=names)
        notes += coordinates.notes
    placed = place(
        problems,
        area=area,
        precision=where.map(PRECISION).astype("int64"),
        coordinates=coordinates,
        hints=Hints(
            words=text("where_coordinates").fillna(text("where_description")),
            # UCDP writes "Saint-Marc commune"; the names of units are compared whole. An admin-2 name
            # is the place of precision 3 only: with a coarser code it may be a guess of the coder.
            commune=text("adm_2")
            .str.replace(r"\s+(?:commune|municipality|district)$", "", regex=True, case=False)
            .where(where == 3),
            department=text("adm_1")
            .str.replace(r"\s+(?:department|département|province)$", "", regex=True, case=False)
            .where(where < 6),
            radius_m=pd.Series(np.where(where.to_numpy() == 2, _NEAR_M, np.nan)),
            country=text("country"),
            named=named,
        ),
    )
    kinds = violence.map({code: kind.value for code, kind in UCDP_KINDS.items()}).fillna(EventKind.OTHER.value)
    side = text("side_a")
    other = text("side_b")
    # One-sided violence may name a side twice.
    actors = side.str.cat(other.mask((other == side).fillna(value=False).astype(bool)), sep="; ", na_rep="").str.strip(
        "; "
    )
    sources = pd.Series(np.ones(rows))
    if "number_of_sources" in named:  # -1 is UCDP's word for not counted
        told = read_numbers(raw.cells[named["number_of_sources"]])[0]
        sources = np.floor(told.where((told >= 1) & (told < 1e6)).fillna(1.0))
    day = when.map({1: 1, 2: 2, 3: 2, 4: 3, 5: 3}).astype("int64")
    return ParsedRows(
        columns={
            "event_id": event_ids(raw, problems, prefix="ucdp-", column=named.get("id", named.get("relid"))),
            "date_start": start.days,
            "date_end": end,
            "date_precision": day,
            "kind": kinds.astype(TEXT),
            "sub_kind": violence.map({1: "state-based", 2: "non-state", 3: "one-sided"}).astype(TEXT),
            "actors": actors,
            "killed_low": low,
            "killed_best": best,
            "killed_high": high,
            "n_sources": sources,
            # UCDP GED is public, with every row in it.
            "sensitivity": Sensitivity.LOW.value,
            "summary": text("source_headline"),
            **placed.columns,
        },
        geometry=placed.geometry,
        said=ClaimColumns(source=text("source_office").fillna("UCDP"), claimant="UCDP"),
        version=f"UCDP GED, {start.order}",
        notes=(*notes, *placed.notes),
        readings=placed.readings,
    )


READER: Final = Reader(
    "ucdp",
    "UCDP GED",
    recognise,
    known_columns(read),
    Terms(
        "UCDP GED, CC BY 4.0: cite UCDP",
        owner="UCDP",
        citation="UCDP Georeferenced Event Dataset, Uppsala Conflict Data Program, CC BY 4.0, ucdp.uu.se",
    ),
)

"""The table of readers, and the calls that go through it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from artimap.areas import embedded
from artimap.areas.area import Area, sure_area
from artimap.areas.geometries import place_rows
from artimap.core import schema
from artimap.core.errors import DataError
from artimap.core.tables import EVENTS
from artimap.sources import (
    acled,
    hxl,
    ipis,
    kobo,
    logie,
    own_movements,
    own_posts,
    own_road_status,
    tabular,
    template,
    ucdp,
)
from artimap.sources.column_map import Mapping, read_mapping
from artimap.sources.containers import open_table
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import Raw
from artimap.sources.reader import Reader
from artimap.sources.result import Read, TableName, account, finish


def embedded_events(area: Area) -> gpd.GeoDataFrame:
    """Give the embedded reports of an area: EVENTS in its metric system."""
    events = embedded.read_table(area.name, "events")
    for name in ("from_m", "to_m", "radius_m"):
        events[name] = pd.to_numeric(events[name])
    return schema.conform(place_rows(events, area), EVENTS)


ANY_TABLE: Final = tabular.READER
"""What reads a table by a mapping, where its format is not known."""

# Scores decide which reader takes a file, so the order only breaks ties. ``tabular`` is held below 0.6,
# which a format that shows most of its names passes.
READERS: Final[dict[str, Reader]] = {
    reader.name: reader
    for reader in (
        template.READER,
        acled.READER,
        ucdp.READER,
        hxl.READER,
        kobo.READER,
        ipis.READER,
        logie.READER,
        own_posts.READER,
        own_road_status.READER,
        own_movements.READER,
        ANY_TABLE,
    )
}
"""All readers by name. A new format is a module that ends with its ``READER``, and a row here."""

_BESIDE: Final[dict[TableName, tuple[str, str]]] = {
    "CHECKPOINTS": ("posts", "checkpoints"),
    "ROAD_STATUS": ("the state of roads", "road_status"),
    "MOVEMENTS": ("movements", "movements"),
}

# A table of incidents scores above this with a column of days alone: below it there is no day, and
# nothing could be read.
_LEAST = 0.3


def recognise(columns: Sequence[str]) -> dict[str, float]:
    """Tell which formats a list of column names may be.

    Parameters
    ----------
    columns
        The header of a file.

    Returns
    -------
    dict
        Reader names with their score (0 to 1), the best first; what does not fit is left out.

    Examples
    --------
    >>> list(recognise(["event_date", "event_type", "actor1", "fatalities"]))[0]
    'acled'
    """
    scores = {name: reader.recognise(columns) for name, reader in READERS.items()}
    # sorted keeps the order of READERS among equal scores.
    return dict(sorted(((name, score) for name, score in scores.items() if score > 0), key=lambda one: -one[1]))


def _best(columns: Sequence[str]) -> float:
    return max((reader.recognise(columns) for reader in READERS.values()), default=0.0)


def _reader(raw: Raw, source: str, mapping: Mapping | None) -> Reader:
    if source != "auto":
        if source not in READERS:
            msg = f"no source {source!r}; there is: auto, {', '.join(READERS)}"
            raise DataError(msg)
        return READERS[source]
    scores = recognise(raw.columns)
    best = next(iter(scores), None)
    # A mapping says that the user knows the columns better than the names do. A form keeps its
    # reader, since only that one drops what is about persons.
    if mapping is not None:
        return READERS[best] if best is not None and READERS[best].mapping == "kept" else ANY_TABLE
    # The message lists the columns as read: a wrong separator or a title row shows at once.
    if best is None or scores[best] < _LEAST:
        there = ", ".join(raw.columns[:15]) or "none"
        msg = (
            f"{raw.name}: the columns are those of no format that artimap knows ({there}); say which column is what "
            "in a mapping (artimap.propose_mapping), or use artimap's template: artimap template events"
        )
        raise DataError(msg)
    return READERS[best]


def mapping_beside(path: Path) -> Path:
    """Give where the mapping of a table is kept: beside it.

    >>> mapping_beside(Path("reports/own.csv")).name
    'own.mapping.toml'
    """
    return path.with_name(path.stem + ".mapping.toml")


def _read(path: Path, *, area: Area, source: str, mapping: Mapping | str | Path | None, claims: bool) -> Read:
    sure_area(area)
    # A mapping beside the file is used only if nothing was asked for: a format that was named, or a
    # mapping that was given, goes before it.
    kept = mapping_beside(path)
    found = mapping is None and source in {"auto", ANY_TABLE.name} and kept.is_file()
    given = kept if found else mapping
    columns = given if given is None or isinstance(given, Mapping) else read_mapping(given)
    # With a format named, only its own header counts, so that a row of data that looks like another
    # format is not taken for the header.
    raw = open_table(path, score=READERS[source].recognise if source in READERS else _best)
    if found:
        raw = raw.noting(f"columns as {kept.name} says")
    reader = _reader(raw, source, columns)
    if columns is not None and reader.mapping == "refused":
        msg = (
            f"{raw.name} is of a format whose columns are known: "
            f"leave the mapping out, or say source={ANY_TABLE.name!r}"
        )
        raise DataError(msg)
    for one in READERS.values():
        # a form's personal columns go whichever reader was asked for
        if one is reader or one.recognise(raw.columns):
            raw = one.without_persons(raw)
    raw = reader.prepare(raw)
    problems = Problems(len(raw.cells))
    # Damaged rows first: what stands in their shifted cells is not read, and not complained of.
    problems.damage(raw)
    parsed = reader.read(raw, area, problems, columns)
    # The account is closed before the tables are made: the cells, the largest thing in memory, can then
    # be let go.
    closed = account(raw, problems)
    del raw
    return finish(closed, parsed, problems, area=area, source=reader.name, licence=reader.terms.licence, claims=claims)


def read_report(
    path: str | Path, *, area: Area, source: str = "auto", mapping: Mapping | str | Path | None = None
) -> Read:
    """Read a file of incidents or posts, and account for every row.

    Parameters
    ----------
    path
        CSV, XLSX, ODS, GeoJSON, GeoPackage, Parquet or GeoParquet.
    area
        The area that the file speaks of: its places are looked up there.
    source
        A name of :data:`READERS`; ``"auto"`` recognises the format by its columns.
    mapping
        Which column is what, for tables of no known format: a :class:`Mapping` or a TOML file. A file
        ``NAME.mapping.toml`` beside the table is used where none is given, and the notes say so.

    Returns
    -------
    Read
        Accepted rows (EVENTS or CHECKPOINTS, and CLAIMS), the quarantine, and what was decided.

    Raises
    ------
    DataError
        If the file is absent, damaged, or its columns are not recognised.
    SchemaError
        If a needed column is missing.
    """
    return _read(Path(path), area=area, source=source, mapping=mapping, claims=True)


def validate(
    path: str | Path, *, area: Area, source: str = "auto", mapping: Mapping | str | Path | None = None
) -> Read:
    """Look through a file and give every problem at once: :func:`read_report` by the name of its use.

    ``breaches`` lists row, column, value, why and how to mend it; ``quarantine`` holds the rows.
    """
    return read_report(path, area=area, source=source, mapping=mapping)


def read_events(
    what: Area | str | Path,
    *,
    area: Area | None = None,
    source: str = "auto",
    mapping: Mapping | str | Path | None = None,
) -> gpd.GeoDataFrame:
    """Read events: the embedded ones of an area, or a file of one's own.

    Parameters
    ----------
    what
        An area, for its embedded reports; or a file: ACLED, UCDP GED, HXL, Kobo, artimap's
        template (``artimap template events`` writes one), or any table by a mapping.
    area
        The area that a file speaks of: its places are looked up there.
    source, mapping
        See :func:`read_report`.

    Returns
    -------
    GeoDataFrame
        EVENTS in the area's system. Aggregate rows (``record == "aggregate"``) overlap single
        events: never sum over both. Rejected rows of a file are told in ``attrs["rejected"]``
        (a number); :func:`read_report` gives them with their reasons.

    Raises
    ------
    DataError
        If the file is absent, is no table, or no area is given for it.
    SchemaError
        If a needed column is missing.
    """
    if isinstance(what, Area):
        return embedded_events(what)
    # Typed as object: a caller without a type checker may pass a table.
    given: object = what
    if not isinstance(given, str | os.PathLike):
        msg = f"read_events reads a file, not a {type(what).__name__}: write the table with to_csv and give its path"
        raise DataError(msg)
    if area is None:
        msg = f"say which area {what} speaks of: read_events({str(what)!r}, area=artimap.area('artibonite'))"
        raise DataError(msg)
    read = _read(Path(what), area=area, source=source, mapping=mapping, claims=False)
    if READERS[read.source].table != "EVENTS":
        told, table = _BESIDE[READERS[read.source].table]
        msg = f"{what} tells of {told}, not of events: read it with read_report(…).{table}"
        raise DataError(msg)
    events = read.events
    events.attrs.update(rejected=len(read.quarantine), version=read.version)
    return events


def read_road_status(path: str | Path, *, area: Area, source: str = "auto") -> gpd.GeoDataFrame:
    """Read what is said of the state of roads, bridges and crossings.

    Parameters
    ----------
    path
        A layer of LogIE (GeoJSON, GeoPackage), or a table of one's own (``artimap template road-status``).
    area
        The area; what lies along one of its roads gets its kilometres there.
    source
        See :func:`read_report`.

    Returns
    -------
    GeoDataFrame
        ROAD_STATUS in the area's system, one row a status, contradictions beside each other. A line keeps its own
        geometry. Where the file is a layer of LogIE a column ``stated`` holds all that it states of the row, as JSON:
        :func:`artimap.write_road_status` gives it back. ``attrs["rejected"]`` is the number of rejected rows.

    Raises
    ------
    DataError
        If the file is absent, is no table, or tells of something else.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> table = am.read_road_status("logie_roads.geojson", area=art)  # doctest: +SKIP
    """
    read = _read(Path(path), area=area, source=source, mapping=None, claims=False)
    if READERS[read.source].table != "ROAD_STATUS":
        msg = f"{path} does not tell of the state of roads: write a template with artimap template road-status"
        raise DataError(msg)
    out = read.road_status
    if read.source == logie.READER.name:
        out = out.assign(stated=logie.as_stated(Path(path), read))
    out.attrs.update(rejected=len(read.quarantine), version=read.version)
    return out


def read_movements(path: str | Path, *, area: Area) -> gpd.GeoDataFrame:
    """Read movements on roads, and how each ended (``artimap template movements``).

    Parameters
    ----------
    path
        The file.
    area
        The area in which the ends of each way are looked up.

    Returns
    -------
    GeoDataFrame
        MOVEMENTS in the area's system, chainages in metres. They are of sensitivity ``high`` where the table does not
        say otherwise. ``attrs["rejected"]`` is the number of rejected rows.

    Raises
    ------
    DataError
        If the file is absent, is no table, or tells of something else.
    SchemaError
        If a needed column is missing.

    Examples
    --------
    >>> import artimap as am
    >>> am.read_movements("convoys.csv", area=am.area("artibonite"))  # doctest: +SKIP
    """
    read = _read(Path(path), area=area, source=own_movements.READER.name, mapping=None, claims=False)
    out = read.movements
    out.attrs.update(rejected=len(read.quarantine), version=read.version)
    return out


def propose_mapping(path: str | Path, *, source: str = "auto") -> Mapping:
    """Propose which column of a table is what, from its names.

    The proposal is to be looked at: ``propose_mapping(path).save("mapping.toml")``, change it, and
    pass it as ``mapping=``.
    """
    raw = open_table(Path(path), score=READERS[source].recognise if source in READERS else _best)
    best = source if source != "auto" else next(iter(recognise(raw.columns)), ANY_TABLE.name)
    return READERS.get(best, ANY_TABLE).propose(raw)

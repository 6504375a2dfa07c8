"""The table of readers, and the calls that go through it."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from artimap.areas import embedded
from artimap.areas.area import Area, sure_area
from artimap.areas.geometries import place_rows
from artimap.core import schema
from artimap.core.dates import day_of
from artimap.core.errors import DataError
from artimap.core.files import sure_file
from artimap.core.tables import EVENTS
from artimap.sources import (
    acled,
    hxl,
    ipis,
    kobo,
    logie,
    own_events,
    own_movements,
    own_posts,
    own_road_status,
    tabular,
    template,
    ucdp,
)
from artimap.sources.column_map import Mapping, propose, read_mapping
from artimap.sources.containers import open_table
from artimap.sources.csv_dialect import is_tags
from artimap.sources.day_spans import future_days
from artimap.sources.licences import is_shut, licences_of, strictest
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import Raw, header_names
from artimap.sources.reader import Reader
from artimap.sources.result import ParsedRows, Read, TableName, account, finish


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
        own_events.READER,
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
# Above this a header is that of a format: a table of one's own scores below.
_KNOWN = 0.6

OWNERS: Final = tuple(reader.terms.owner for reader in READERS.values() if not reader.terms.rows_leave)
"""Whose rows stay in the house, by the word with which their licences begin."""


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


def known_format(columns: Sequence[str]) -> Reader | None:
    """Give the format that a header is of, where its columns are known and take no mapping; else None."""
    best = next(iter(recognise(columns).items()), None)
    if best is None or best[1] < _KNOWN or READERS[best[0]].mapping != "refused":
        return None
    return READERS[best[0]]


def _fixed(reader: Reader) -> bool:
    """Tell whether a format's columns mean what they mean, whoever says otherwise: it has an owner, or is our own."""
    return bool(reader.terms.owner) or reader is own_events.READER


def _headed(raw: Raw) -> Raw:
    """Give a file with tags its headings back, where these are a format's: what a file is stands above its tags."""
    if len(raw.cells) and not raw.labels and not is_tags(raw.columns):
        first = [cell if isinstance(cell, str) else "" for cell in raw.cells.iloc[0]]
        if not is_tags(first):
            return raw
        # In GeoPackage, Parquet and JSON the tags are the first row.
        names = header_names(first)
        damaged = {row - 1: why for row, why in raw.damaged.items() if row}
        cells = raw.cells.iloc[1:].reset_index(drop=True).set_axis(names, axis=1)
        raw = replace(raw, cells=cells, damaged=damaged, labels=dict(zip(names, raw.columns, strict=True)))
    headings = header_names([raw.labels.get(name) or "" for name in raw.columns])
    if not raw.labels or not any(
        reader.terms.owner and reader.recognise(headings) >= _KNOWN for reader in READERS.values()
    ):
        return raw
    again = replace(raw, cells=raw.cells.set_axis(headings, axis=1), labels={})
    return again.noting("read by its headings, not by its hashtags")


def _reader(raw: Raw, source: str, mapping: Mapping | None) -> Reader:
    known = known_format(raw.columns)
    renamed = known is not None and not known.terms.rows_leave and source not in {"auto", known.name}
    if known is not None and (renamed or (mapping is not None and _fixed(known))):
        msg = (
            f"{raw.name} is of a known format ({known.what}): its columns mean what they mean there, and its licence "
            "stays with its rows; leave mapping and source out"
        )
        raise DataError(msg)
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
        none = "" if "date" in propose(raw.columns).columns else " and none tells a day"
        msg = (
            f"{raw.name}: the columns are those of no format that artimap knows{none} ({there}); say what is what "
            "in a mapping (artimap.propose_mapping), or use artimap's template: artimap template events"
        )
        if raw.name.lower().endswith((".kml", ".kmz", ".gpx")):
            msg += "; KML/GPX: give each mark its day (ExtendedData), or export as GeoJSON with a column of days"
        raise DataError(msg)
    return READERS[best]


def mapping_beside(path: Path) -> Path:
    """Give where the mapping of a table is kept: beside it.

    >>> mapping_beside(Path("reports/own.csv")).name
    'own.mapping.toml'

    Raises
    ------
    DataError
        If the path has no name of a file, as "." and "" have not.
    """
    if not path.name:
        msg = "no file is named: give the path of a table"
        raise DataError(msg)
    return path.with_name(path.stem + ".mapping.toml")


def _read(
    path: Path,
    *,
    area: Area,
    source: str,
    mapping: Mapping | str | Path | None,
    claims: bool,
    licence: str | None = None,
    today: str | dt.date | None = None,
) -> Read:
    sure_area(area)
    # A mapping beside the file is used only if nothing was asked for: a format that was named, or a
    # mapping that was given, goes before it.
    kept = mapping_beside(path)
    found = mapping is None and source in {"auto", ANY_TABLE.name} and kept.is_file()
    given = kept if found else mapping
    columns = given if given is None or isinstance(given, Mapping) else read_mapping(given)
    # With a format named, only its own header counts, so that a row of data that looks like another
    # format is not taken for the header.
    raw = _headed(open_table(path, score=READERS[source].recognise if source in READERS else _best))
    known = known_format(raw.columns)
    if found and known is not None and _fixed(known):
        columns = None
        raw = raw.noting(f"the format is known: {kept.name} is not used")
    elif found:
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
    _mark_future(parsed, problems, area, None if today is None else day_of(today))
    # The account is closed before the tables are made: the cells, the largest thing in memory, can then
    # be let go.
    closed = account(raw, problems)
    whose = _licences(raw, area, reader, parsed.columns.get("licence"), licence)
    del raw
    return finish(
        closed, parsed, problems, area=area, source=reader.name, licence=whose, claims=claims,
        owners=OWNERS,
    )  # fmt: skip


def _licences(
    raw: Raw, area: Area, reader: Reader, stated: pd.Series | str | None, given: str | None
) -> pd.Series | str:
    base: pd.Series | str = reader.terms.licence if stated is None else stated
    if given is None or not isinstance(base, str):
        return row_licences(raw, area, base, given, known=bool(reader.terms.owner) and reader.terms.rows_leave)
    if not reader.terms.rows_leave:
        # A table that looks like ACLED's by a day and a type alone may be anybody's: there the user knows better.
        found = reader.marks(raw, area)
        base = base if found.sure else given
    elif not reader.terms.owner:
        base = strictest(base, given, OWNERS)
    return row_licences(raw, area, base, given, known=bool(reader.terms.owner))


def row_licences(
    raw: Raw, area: Area, base: pd.Series | str, given: str | None = None, *, known: bool = False
) -> pd.Series | str:
    """Give the licence of each row of a file: the strictest of what it is known by.

    Parameters
    ----------
    raw, area
        The file, and where it speaks of.
    base
        What format, mapping or table say.
    given
        What the user says of it.
    known
        Whether the owner is known by the columns, and lets rows leave: then cells may name anybody.
    """
    shut = isinstance(base, str) and is_shut(base, OWNERS)
    looked = () if known or shut else tuple(one for one in READERS.values() if not one.terms.rows_leave)
    marks = [(one.terms.licence, one.marks(raw, area)) for one in looked]
    return licences_of(raw, base, marks, owners=OWNERS, given=given)


def _mark_future(parsed: ParsedRows, problems: Problems, area: Area, today: dt.date | None) -> None:
    """Reject the rows whose days lie in the future: one of them would move the day of every answer."""
    names = ("date_start", "date_end", "first_seen", "last_confirmed")
    given = {name: parsed.columns.get(name) for name in names} | {"reported": parsed.said.reported}
    good = ~problems.bad
    columns = [(name, days.where(good)) for name, days in given.items() if isinstance(days, pd.Series)]
    fix = "correct the day" if today is not None else "correct the day, or say with --today which day it is"
    for name, rows in future_days(columns, until=area.data_until, today=today):
        problems.mark(
            rows & good, column=name, why="lies in the future", fix=fix, cells=given[name].dt.strftime("%Y-%m-%d")
        )  # fmt: skip


def read_report(
    path: str | Path,
    *,
    area: Area,
    source: str = "auto",
    mapping: Mapping | str | Path | None = None,
    licence: str | None = None,
    today: str | dt.date | None = None,
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
        ``NAME.mapping.toml`` beside the table is used where none is given, and the notes say so. A known format takes
        none.
    licence
        Whose the rows are that state no licence, and those that point to a licensed source by their columns or
        values. It makes no row of a known format or of a stricter licence freer.
    today
        The day it is: rows of later days are rejected. No clock is read; where null, a day more than 400 days after
        all others of the file and of the embedded data is.

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

    Examples
    --------
    >>> import artimap as am
    >>> import pandas as pd
    >>> import tempfile
    >>> rows = {"date": ["2024-10-05"], "place": ["Pont-Sondé"], "kind": ["road_ambush"], "source": ["radio"]}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pd.DataFrame(rows).to_csv(f"{folder}/own.csv", index=False)
    ...     read = am.read_report(f"{folder}/own.csv", area=am.area("artibonite"))
    >>> read.rows, read.events["kind"].tolist()
    (1, ['road_ambush'])
    """
    return _read(Path(path), area=area, source=source, mapping=mapping, claims=True, licence=licence, today=today)


def validate(
    path: str | Path,
    *,
    area: Area,
    source: str = "auto",
    mapping: Mapping | str | Path | None = None,
    licence: str | None = None,
    today: str | dt.date | None = None,
) -> Read:
    """Look through a file and give every problem at once: :func:`read_report` by the name of its use.

    ``breaches`` lists row, column, value, why and how to mend it; ``quarantine`` holds the rows.

    Examples
    --------
    >>> import artimap as am
    >>> import pandas as pd
    >>> import tempfile
    >>> rows = {"date": ["no day"], "place": ["Pont-Sondé"], "kind": ["other"], "source": ["radio"]}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pd.DataFrame(rows).to_csv(f"{folder}/own.csv", index=False)
    ...     read = am.validate(f"{folder}/own.csv", area=am.area("artibonite"))
    >>> len(read.quarantine), len(read.breaches) > 0
    (1, True)
    """
    return read_report(path, area=area, source=source, mapping=mapping, licence=licence, today=today)


def read_template(area: Area, path: Path) -> Read:
    """Read a user's reports from the CSV template.

    Parameters
    ----------
    area
        The area in which places are looked up.
    path
        The file: commas, semicolons or tabs; UTF-8 or Windows-1252. Lines that start with
        ``#`` are notes.

    Returns
    -------
    Read
        Accepted rows as events and claims, the others in quarantine with every reason.
        A row whose place is not known is accepted and placed nowhere: it stands in the
        margin of the products.

    Raises
    ------
    DataError
        If the file is absent or no CSV.
    SchemaError
        If a needed column is missing.

    Examples
    --------
    >>> import artimap as am
    >>> from pathlib import Path
    >>> am.read_template(am.area("artibonite"), Path("last_night.csv"))  # doctest: +SKIP
    """
    return read_report(path, area=area, source=template.READER.name)


def read_events(
    what: Area | str | Path,
    *,
    area: Area | None = None,
    source: str = "auto",
    mapping: Mapping | str | Path | None = None,
    licence: str | None = None,
    today: str | dt.date | None = None,
) -> gpd.GeoDataFrame:
    """Read events: the embedded ones of an area, or a file of one's own.

    Parameters
    ----------
    what
        An area, for its embedded reports; or a file: ACLED, UCDP GED, HXL, Kobo, artimap's
        template (``artimap template events`` writes one), or any table by a mapping.
    area
        The area that a file speaks of: its places are looked up there.
    source, mapping, licence, today
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

    Examples
    --------
    >>> import artimap as am
    >>> events = am.read_events(am.area("artibonite"))
    >>> len(events), events.crs.to_epsg()
    (231, 32618)
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
    read = _read(Path(what), area=area, source=source, mapping=mapping, claims=False, licence=licence, today=today)
    if READERS[read.source].table != "EVENTS":
        told, table = _BESIDE[READERS[read.source].table]
        msg = f"{what} tells of {told}, not of events: read it with read_report(…).{table}"
        raise DataError(msg)
    events = read.events
    events.attrs.update(rejected=len(read.quarantine), version=read.version)
    return events


def known_file(path: str | Path) -> Reader | None:
    """Give the format of a file, where its columns are known and it takes no mapping; else None."""
    return known_format(_headed(open_table(Path(path), score=_best)).columns)


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
    read = _read(sure_file(Path(path), "road-status"), area=area, source=source, mapping=None, claims=False)
    if READERS[read.source].table != "ROAD_STATUS":
        msg = f"{path} does not tell of the state of roads: write a template with artimap template road-status"
        raise DataError(msg)
    out = read.road_status
    if read.source == logie.READER.name:
        out = out.assign(stated=logie.as_stated(Path(path), read))
    out.attrs.update(rejected=len(read.quarantine), version=read.version)
    return out


def read_movements(
    path: str | Path, *, area: Area, licence: str | None = None, today: str | dt.date | None = None
) -> gpd.GeoDataFrame:
    """Read movements on roads, and how each ended (``artimap template movements``).

    Parameters
    ----------
    path
        The file.
    area
        The area in which the ends of each way are looked up.
    licence, today
        See :func:`read_report`.

    Returns
    -------
    GeoDataFrame
        MOVEMENTS in the area's system, chainages in metres. A way is laid on one road where its two ends tell which
        piece, over several (``spans``) where every other way is longer by a quarter, by a tenth where ``via`` names
        towns on it; else it is laid nowhere. Every row is for internal use. In ``attrs``: ``rejected``, the number of
        rejected rows (:func:`read_report` gives them with their reasons), and ``notes``, what was decided.

    Raises
    ------
    DataError
        If the file is absent, is no table, or tells of something else.
    SchemaError
        If a needed column is missing.

    Examples
    --------
    >>> import artimap as am
    >>> import pandas as pd
    >>> import tempfile
    >>> trucks = {"date": "2024-09-03", "from": "Saint-Marc", "to": "Gonaïves", "outcome": ["passed"] * 9}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pd.DataFrame(trucks).to_csv(f"{folder}/convoys.csv", index=False)
    ...     len(am.read_movements(f"{folder}/convoys.csv", area=am.area("artibonite")))
    9
    """
    read = _read(
        sure_file(Path(path), "movements"), area=area, source=own_movements.READER.name, mapping=None, claims=False,
        licence=licence, today=today,
    )  # fmt: skip
    out = read.movements
    out.attrs.update(rejected=len(read.quarantine), version=read.version, notes=read.notes)
    return out


def propose_mapping(path: str | Path, *, source: str = "auto") -> Mapping:
    """Propose which column of a table is what, from its names.

    The proposal is to be looked at: ``propose_mapping(path).save("mapping.toml")``, change it, and
    pass it as ``mapping=``.

    Examples
    --------
    >>> import artimap as am
    >>> import pandas as pd
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pd.DataFrame({"Date": ["2024-10-05"], "Lieu": ["Pont-Sondé"]}).to_csv(f"{folder}/own.csv", index=False)
    ...     dict(am.propose_mapping(f"{folder}/own.csv").columns)
    {'date': 'Date', 'place': 'Lieu'}
    """
    raw = _headed(open_table(Path(path), score=READERS[source].recognise if source in READERS else _best))
    best = source if source != "auto" else next(iter(recognise(raw.columns)), ANY_TABLE.name)
    reader = READERS.get(best, ANY_TABLE)
    return reader.propose(reader.prepare(raw))

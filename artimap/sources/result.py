"""What reading a file gives: the accepted rows as tables, the others in quarantine, and what was decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from artimap.areas.area import Area
from artimap.areas.gazetteer.resolve import Reading
from artimap.core import schema
from artimap.core.errors import Breach, SchemaError
from artimap.core.notebook import Shown
from artimap.core.schema import TEXT
from artimap.core.tables import CLAIMS, MOVEMENTS, ROAD_STATUS, TABLES
from artimap.core.text import web_address
from artimap.core.vocab import About, Audience, CheckpointKind, Party, Passage, Predicate, Record, Sensitivity, Where
from artimap.sources.csv_rows import release_memory
from artimap.sources.licences import shut_rows
from artimap.sources.quarantine import Problems, QuotingNote
from artimap.sources.raw_table import Positions, Raw, as_text, folded
from artimap.sources.row_ids import is_made, keyed_ids, lost_note


@dataclass(frozen=True, repr=False)
class Read(Shown):
    """What a file held: accepted rows + quarantined rows = rows read, always.

    Attributes
    ----------
    events
        EVENTS of the accepted rows, in the area's system.
    claims
        CLAIMS of the accepted rows: each is one statement by its source.
    checkpoints
        CHECKPOINTS of the accepted rows, where the file tells of posts.
    quarantine
        The rejected rows as they were, with columns ``row`` and ``why``.
    breaches
        Everything that is wrong, row by row (row 1 is the first below the header).
    rows
        Number of rows read.
    source
        Name of the reader, for example ``"acled"``.
    version
        What the file was seen to be, for example ``"ACLED legacy: inter as numbers, dd-mm-yyyy"``.
    notes
        What was decided: encoding, delimiter, header row, date order, changed places.
    readings
        How the accepted rows' places in words were read, by event id; only for rows that
        have no coordinates.
    shut
        Accepted rows that are for internal use only, by the licence that says so.
    road_status, movements
        ROAD_STATUS or MOVEMENTS of the accepted rows, where the file tells of these.

    Examples
    --------
    >>> import artimap as am
    >>> import pandas as pd
    >>> import tempfile
    >>> rows = {"date": ["2024-10-05", "no day"], "place": "Pont-Sondé", "kind": "road_ambush", "source": "radio"}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pd.DataFrame(rows).to_csv(f"{folder}/own.csv", index=False)
    ...     read = am.read_report(f"{folder}/own.csv", area=am.area("artibonite"))
    >>> read.rows, read.accepted, len(read.quarantine)
    (2, 1, 1)
    """

    events: gpd.GeoDataFrame
    claims: pd.DataFrame
    checkpoints: gpd.GeoDataFrame
    quarantine: pd.DataFrame
    breaches: tuple[Breach, ...]
    rows: int
    source: str
    version: str
    notes: tuple[str, ...] = ()
    readings: Mapping[str, Reading] = field(default_factory=dict, repr=False)
    shut: Mapping[str, int] = field(default_factory=dict)
    road_status: gpd.GeoDataFrame = field(default_factory=partial(schema.empty, ROAD_STATUS), repr=False)
    movements: gpd.GeoDataFrame = field(default_factory=partial(schema.empty, MOVEMENTS), repr=False)

    @property
    def unplaced(self) -> int:
        """Number of accepted rows that have no place on the map, or several."""
        return sum(one.kind is Where.NOWHERE or one.ambiguous for one in self.readings.values())

    @property
    def accepted(self) -> int:
        """Number of accepted rows."""
        return len(self.events) + len(self.checkpoints) + len(self.road_status) + len(self.movements)

    @property
    def rejected(self) -> pd.DataFrame:
        """Which rows were rejected and why, without a word of what stands in them: ``row`` and ``why``."""
        return self.quarantine.iloc[:, -2:].set_axis(["row", "why"], axis="columns")

    def notes_for(self, audience: Audience) -> tuple[str, ...]:
        """Give the notes; for others than internal use without the cells that some quote.

        Examples
        --------
        >>> import artimap as am
        >>> import pandas as pd
        >>> import tempfile
        >>> rows = {"date": ["2024-10-05"], "place": ["Pont-Sondé"], "kind": ["road_ambush"], "source": ["radio"]}
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     pd.DataFrame(rows).to_csv(f"{folder}/own.csv", index=False)
        ...     read = am.read_report(f"{folder}/own.csv", area=am.area("artibonite"))
        >>> len(read.notes_for("public")) == len(read.notes)
        True
        """
        if audience is Audience.INTERNAL:
            return self.notes
        return tuple(note.bare if isinstance(note, QuotingNote) else note for note in self.notes)


@dataclass(frozen=True)
class ClaimColumns:
    """Who says what is in a row, for the claims: columns, or one value for all rows.

    ``otherwise`` is the source of rows that name none.
    """

    source: Any
    otherwise: str = "source not stated"
    claimant: Any = None
    party: Any = Party.UNKNOWN.value
    reported: pd.Series | None = None
    url: Any = None


TableName = Literal["EVENTS", "CHECKPOINTS", "ROAD_STATUS", "MOVEMENTS"]
"""What the rows of a file may be."""


@dataclass(frozen=True)
class ParsedRows:
    """The rows of a file as a format reads them, before anything is rejected.

    Attributes
    ----------
    columns
        EVENTS columns by name: a series of the file's length, or one value for all rows.
    geometry
        One metric geometry a row; empty where there is none.
    said
        Who says so.
    version, notes
        See :class:`Read`.
    readings
        How words were read, by row.
    """

    columns: Mapping[str, Any]
    geometry: NDArray[Any]
    said: ClaimColumns
    version: str
    notes: tuple[str, ...] = ()
    readings: Mapping[int, Reading] = field(default_factory=dict)
    table: TableName = "EVENTS"


def require_columns(raw: Raw, needed: Sequence[str], *, fix: str) -> dict[str, str]:
    """Give the file's columns by their bare names.

    Raises
    ------
    SchemaError
        If a needed one is missing: the error names every one.
    """
    # From the right, so that the leftmost of two columns of one name stays.
    named = {folded(name): name for name in reversed(raw.columns)}
    missing = [name for name in needed if name not in named]
    if missing:
        raise SchemaError(raw.name, [Breach("", name, "", "is missing", fix) for name in missing])
    return named


def event_ids(raw: Raw, problems: Problems, *, prefix: str, column: str | None) -> pd.Series:
    """Give each row its id: that of the file, or one made of what the row says and keyed (:mod:`.row_ids`).

    An id that stands in an earlier row already is a fault of the later row; a row that says
    the very same as another gets a number after its id.
    """
    start = pd.Series([prefix] * len(raw.cells), dtype=TEXT)
    if column is not None:
        own = as_text(raw.cells[column])
        twice = _repeats(own)
        problems.mark(
            twice, column=column, why="stands in an earlier row too",
            fix="keep one of the rows, or give each its own id",
            cells=raw.cells[column],
        )  # fmt: skip
        # The common case, without hashing every row.
        if own.notna().all():
            return keyed_ids(start + own)
        # Rows without an id get one made of their cells. It may by chance be the id of another row:
        # that row is marked, as two rows must never share one.
        mixed = keyed_ids(start + own.fillna(_made_ids(raw)))
        problems.mark(
            _repeats(mixed) & ~twice, column=column, why="is the id that another row gets", fix="give it another id"
        )
        return mixed
    return keyed_ids(start + _made_ids(raw))


def _repeats(texts: pd.Series) -> NDArray[np.bool_]:
    # is_unique is much quicker than finding which are not.
    if texts.dropna().is_unique:
        return np.zeros(len(texts), dtype=bool)
    return (texts.duplicated(keep="first") & texts.notna()).to_numpy(dtype=bool)


def _made_ids(raw: Raw) -> pd.Series:
    # Objects, and empty text for missing: the hash then hangs on the text alone, not on how pandas
    # keeps the column, and a row gets the same id in every file.
    whole = pd.DataFrame({name: as_text(raw.cells[name]).fillna("").astype(object) for name in raw.columns})
    numbers = pd.util.hash_pandas_object(whole, index=False).to_numpy()
    ids = pd.Series([f"{number:016x}" for number in numbers.tolist()], dtype=TEXT)
    # Two rows that say the very same are two reports until somebody says otherwise: both stay.
    again = ids.groupby(ids).cumcount().astype("int64")
    return ids.where(again == 0, ids + "-" + (again + 1).astype(TEXT))


_COMMON: dict[str, dict[str, Any]] = {
    "EVENTS": {
        "record": Record.EVENT.value,
        "alleged_gang_dead": False,
        "n_claims": 1,
        "n_sources": 1,
        "sensitivity": Sensitivity.MODERATE.value,
    },
    "CHECKPOINTS": {},
    "ROAD_STATUS": {},
    "MOVEMENTS": {},
}


@dataclass(frozen=True)
class Account:
    """What remains of a file once its rows are parted: the rejected rows and what was decided."""

    quarantine: pd.DataFrame
    rows: int
    notes: tuple[str, ...]


def account(raw: Raw, problems: Problems) -> Account:
    """Close the account of a file: after this its cells may be let go, which halves the memory of a large one."""
    release_memory()
    return Account(problems.quarantine(raw), len(raw.cells), raw.notes)


def finish(
    closed: Account,
    parsed: ParsedRows,
    problems: Problems,
    *,
    area: Area,
    source: str,
    licence: pd.Series | str,
    claims: bool,
    owners: tuple[str, ...],
) -> Read:
    """Part the rows into accepted and quarantined, and hold the accepted ones to their table.

    Parameters
    ----------
    closed, parsed, problems
        The account of the file, its rows as read, and what is wrong with them.
    area
        The area.
    source
        Name of the reader.
    licence
        Licence of each row, or of all.
    owners
        Whose rows stay in the house.
    claims
        Whether to write the claims too: much the larger table where there are a million rows.
    """
    # This line parts the file: what is not bad is accepted, everything else is in the quarantine.
    kept = ~problems.bad
    accepted = _accepted(parsed, kept, area, licence)
    # Readings are by row of the file; after parting they go by event id.
    rows = np.flatnonzero(kept).tolist() if parsed.readings else []
    key = accepted[TABLES[parsed.table].key[0]]
    readings = {key.iloc[at]: parsed.readings[row] for at, row in enumerate(rows) if row in parsed.readings}
    said = schema.empty(CLAIMS)
    if claims and parsed.table in _CLAIMS_OF:
        # CHECKPOINTS need hold no licence: their claims do
        about = accepted if "licence" in accepted else accepted.assign(licence=_own(licence, kept, accepted.index))
        said = _CLAIMS_OF[parsed.table](about, parsed.said, kept)

    def table(name: TableName) -> gpd.GeoDataFrame:
        return accepted if parsed.table == name else schema.empty(TABLES[name], crs=area.crs)

    return Read(
        events=table("EVENTS"),
        claims=said,
        checkpoints=table("CHECKPOINTS"),
        road_status=table("ROAD_STATUS"),
        movements=table("MOVEMENTS"),
        quarantine=closed.quarantine,
        breaches=problems.breaches(),
        rows=closed.rows,
        source=source,
        version=parsed.version,
        notes=(*closed.notes, *parsed.notes, *_link_notes(parsed.said, kept), *lost_note(key)),
        readings=readings,
        shut=shut_rows(_own(licence, kept, accepted.index), owners),
    )


def _link_notes(said: ClaimColumns, kept: NDArray[np.bool_]) -> tuple[str, ...]:
    """Say how many links are no web addresses: they stay in the table, and open nothing."""
    given = said.url[kept].dropna() if isinstance(said.url, pd.Series) else pd.Series([said.url]).dropna()
    bad = [str(one) for one in given.unique() if not web_address(one)]
    if not bad:
        return ()
    count = int(given.isin(bad).sum())
    first = bad[0] if len(bad[0]) <= 60 else bad[0][:59] + "…"
    links = "1 link is no web address" if count == 1 else f"{count} links are no web addresses"
    return (QuotingNote(f"{links} (http or https) and will open nothing", f"for example {first!r}"),)


def _accepted(parsed: ParsedRows, kept: NDArray[np.bool_], area: Area, licence: pd.Series | str) -> gpd.GeoDataFrame:
    everything = bool(kept.all())
    index = pd.RangeIndex(int(kept.sum()))
    table: dict[str, pd.Series] = {}
    stated = {"licence": licence} if "licence" in TABLES[parsed.table].names else {}
    for name, value in {**_COMMON[parsed.table], **parsed.columns, **stated}.items():
        if not isinstance(value, pd.Series):
            table[name] = constant(value, index)
        # Without rejected rows nothing is copied: a file of a million rows has not room for two of each
        # column.
        elif everything:
            table[name] = value
        else:
            table[name] = value[kept].reset_index(drop=True)
    # Built as an array at once, without another look at every shape.
    shapes = gpd.array.GeometryArray(parsed.geometry if everything else parsed.geometry[kept], crs=area.crs)
    frame = gpd.GeoDataFrame(
        pd.DataFrame({**table, "geometry": shapes}, index=index, copy=False),
        geometry="geometry",
        crs=area.crs,
        copy=False,
    )
    return schema.conform(frame, TABLES[parsed.table], unique=True)  # event_ids has seen to it


def constant(value: Any, index: pd.Index) -> pd.Series:
    """Give a column that holds one value; a text takes no more room than a byte a row."""
    if isinstance(value, str):
        codes = np.zeros(len(index), dtype=np.int8)
        return pd.Series(pd.Categorical.from_codes(codes, categories=pd.Index([value], dtype=TEXT)), index=index)
    if isinstance(value, bool | int):
        return pd.Series(np.full(len(index), value), index=index)
    return pd.Series([value] * len(index), index=index, dtype=object)


def repeated(codes: Positions, values: Sequence[str | None]) -> pd.Series:
    """Give each row the text at its position, as categories."""
    # Categories must be unique, values need not be: equal texts share a category. The -1 at the end
    # serves rows without a text.
    known = {text: at for at, text in enumerate(dict.fromkeys(text for text in values if text is not None))}
    moved = np.array([*(-1 if text is None else known[text] for text in values), -1], dtype=np.intp)
    return pd.Series(pd.Categorical.from_codes(moved[codes], categories=pd.Index(list(known), dtype=TEXT)))


def _own(value: Any, kept: NDArray[np.bool_], index: pd.Index) -> pd.Series:
    if isinstance(value, pd.Series):
        return value[kept].reset_index(drop=True)
    return constant(value, index)


def _base(
    said: ClaimColumns, kept: NDArray[np.bool_], *, about: About, ids: pd.Series, first: pd.Series, last: pd.Series
) -> pd.DataFrame:
    """Give what all claims of a row have in common."""
    index = ids.index
    none = pd.Series(np.full(len(index), np.datetime64("NaT", "s")), index=index)
    reported = none if said.reported is None else _own(said.reported, kept, index).astype(schema.DAY)
    # A report without a day of its own is dated by the event's last day, and says that it was: what was
    # surely known on a day must not rest on it.
    basis = pd.Series("from_event", index=index, dtype=TEXT).mask(reported.notna(), "stated")
    reported = reported.fillna(last)
    source = _own(said.source, kept, index).astype(TEXT).fillna(said.otherwise)
    return pd.DataFrame(
        {
            "about": about.value,
            "subject": ids,
            "claimant": _own(said.claimant, kept, index).astype(TEXT).fillna(source),
            "claimant_is_party": _own(said.party, kept, index).astype(TEXT).fillna(Party.UNKNOWN.value),
            "reported": reported,
            "date_basis": basis.mask(reported.isna(), "undated"),
            "valid_from": first,
            "source": source,
            "source_url": _own(said.url, kept, index).astype(TEXT),
        }
    )


def _stacked(base: pd.DataFrame, said: list[tuple[Predicate, pd.Series]], *, unique: bool = False) -> pd.DataFrame:
    """Write one claim for each value that is there, row by row; ``unique`` where each subject has one row."""
    row, order = np.nonzero(np.column_stack([value.notna().to_numpy(dtype=bool) for _, value in said]))
    # Each column is taken once into its order: to sort a table of some million texts takes longer than to write it.
    whole = pd.concat([value.astype(TEXT) for _, value in said], ignore_index=True)
    columns = {name: base[name].take(row).reset_index(drop=True) for name in base.columns}
    names = [predicate.value for predicate, _ in said]
    predicate = repeated(order, names)
    table = pd.DataFrame(
        {
            **columns,
            "report_id": columns["subject"],
            "claim_id": columns["subject"] + repeated(order, [f"-{name}" for name in names]).astype(TEXT),
            "predicate": predicate,
            "value": whole.take(order * len(base) + row).reset_index(drop=True),
        },
        copy=False,
    )
    # names of predicates have no hyphen: ids that differ make claims that differ
    out: pd.DataFrame = schema.conform(table, CLAIMS, unique=unique)
    return out


def _event_claims(events: gpd.GeoDataFrame, said: ClaimColumns, kept: NDArray[np.bool_]) -> pd.DataFrame:
    base = _base(
        said, kept, about=About.EVENT, ids=events["event_id"], first=events["date_start"], last=events["date_end"]
    )  # fmt: skip
    base = base.assign(sensitivity=events["sensitivity"], licence=events["licence"], place=events["place"])
    # The dead are written as they were said; the other figures of people have no bounds in EVENTS.
    figures = [
        (Predicate.STATED, events["summary"]),
        (Predicate.LOCATION, events["place"]),
        (Predicate.KILLED, _killed(events)),
        (Predicate.INJURED, events["injured"].astype(TEXT)),
        (Predicate.ABDUCTED, events["abducted"].astype(TEXT)),
        (Predicate.DISPLACED, events["displaced"].astype(TEXT)),
    ]
    return _stacked(base, figures, unique=True)


def _killed(events: gpd.GeoDataFrame) -> pd.Series:
    """Write the dead as they are said: ``4``, or ``4+`` where the source says "at least"."""
    told: pd.Series = events["killed_best"].astype(TEXT)
    return told.mask(events["killed_low"].notna() & events["killed_high"].isna(), told + "+")


def _post_claims(posts: gpd.GeoDataFrame, said: ClaimColumns, kept: NDArray[np.bool_]) -> pd.DataFrame:
    seen = posts["last_confirmed"]
    base = _base(said, kept, about=About.CHECKPOINT, ids=posts["checkpoint_id"], first=seen, last=seen)
    steps = posts.get("sensitivity", Sensitivity.MODERATE.value)
    base = base.assign(sensitivity=steps, licence=posts["licence"], place=posts["place"], last_confirmed=seen)
    if "note" in posts:
        base = base.assign(note=posts["note"])
    # Who keeps the post; where nobody is named, what kind of post it is.
    keeper = posts["operator"].fillna(posts["kind"])
    toll = posts["kind"] == CheckpointKind.TOLL
    said_of = [
        (Predicate.TOLL, keeper.where(toll)),
        (Predicate.STATED, keeper.mask(toll)),
        (Predicate.FEE, posts["fees"]),
    ]
    if "waiting_min" in posts:
        # "g" writes 30 and not 30.0.
        waits = posts["waiting_min"].map(lambda minutes: f"{minutes:g} min", na_action="ignore")
        said_of.append((Predicate.WAITING, waits.astype(TEXT)))
    return _stacked(base, said_of)


def _status_claims(rows: gpd.GeoDataFrame, said: ClaimColumns, kept: NDArray[np.bool_]) -> pd.DataFrame:
    day = rows["as_of"]
    base = _base(said, kept, about=About.ROAD_STATUS, ids=rows["status_id"], first=day, last=day)
    base = base.assign(
        sensitivity=rows["sensitivity"], licence=rows["licence"], place=rows["place"].fillna(rows["name"]),
        last_confirmed=day, note=rows["why"],
    )  # fmt: skip
    # What nobody says of an account is no claim; a row that says nothing of any is a claim that it is not known.
    accounts = (Predicate.PHYSICAL, Predicate.SECURITY, Predicate.OPERATIONAL)
    values = {one: rows[one.value].mask(rows[one.value] == Passage.UNKNOWN) for one in accounts}
    none = pd.concat(values, axis=1).isna().all(axis=1)
    values[Predicate.PHYSICAL] = values[Predicate.PHYSICAL].mask(none, Passage.UNKNOWN.value)
    return _stacked(base, list(values.items()))


def claims_of_status(rows: gpd.GeoDataFrame) -> pd.DataFrame:
    """Write the claims of ROAD_STATUS: one for each account that a row gives, by its source."""
    said = ClaimColumns(source=rows["source"], claimant=rows["source"], reported=rows["reported"])
    return _status_claims(rows, said, np.ones(len(rows), dtype=bool))


_CLAIMS_OF: Final[dict[str, Callable[[gpd.GeoDataFrame, ClaimColumns, NDArray[np.bool_]], pd.DataFrame]]] = {
    "EVENTS": _event_claims,
    "CHECKPOINTS": _post_claims,
    "ROAD_STATUS": _status_claims,
}
"""What says the claims of a table's rows; MOVEMENTS make none: they are the user's own."""


def resolved_rows(words: pd.Series, rows: NDArray[np.bool_], resolve: Callable[[str], Reading]) -> dict[int, Reading]:
    """Read the places of some rows from words, each distinct phrase once."""
    found: dict[str, Reading] = {}
    out: dict[int, Reading] = {}
    for row in np.flatnonzero(rows & words.notna().to_numpy(dtype=bool)).tolist():
        text = str(words.iloc[row])
        if text not in found:
            found[text] = resolve(text)
        out[row] = found[text]
    return out


def empty_geometry(rows: int) -> NDArray[Any]:
    """Give an array of empty points."""
    out: NDArray[Any] = np.full(rows, shapely.Point(), dtype=object)
    return out


_EACH = ("events", "claims", "checkpoints", "road_status", "movements")


def joined(reads: Sequence[Read], names: Sequence[str]) -> Read:
    """Make one of several files that were read.

    A row that stands in two files word for word is taken once; the later one goes into the quarantine. Where two files
    number their rows alike, the ids of the later file get its number.

    Parameters
    ----------
    reads
        What the files held.
    names
        What they are called.
    """
    taken: set[str] = set()
    parts, quarantines, notes = [], [], []
    for number, (read, name) in enumerate(zip(reads, names, strict=True), start=1):
        ids = {one for table, key in (("events", "event_id"), ("checkpoints", "checkpoint_id"))
               for one in getattr(read, table)[key]}  # fmt: skip
        again = ids & taken
        same = {one for one in again if is_made(one)}
        other = {one: f"{one}-{number}" for one in again - same}
        part = _renamed(_without(read, same), other)
        taken |= ids | set(other.values())
        parts.append(part)
        told = pd.DataFrame({"row": "", "why": [f"{one}: stands in an earlier file too" for one in sorted(same)]})
        # Number and reason stand last, as in the quarantine of one file: what else is there is of the rows themselves.
        cells, reasons = read.quarantine.iloc[:, :-2], read.quarantine.iloc[:, -2:].set_axis(["row", "why"], axis=1)
        reasons = pd.concat([reasons, told], ignore_index=True)
        reasons["row"] = name + " " + reasons["row"].astype(TEXT)
        quarantines.append((cells.reset_index(drop=True), reasons))
        notes += [f"{name}: {note}" if type(note) is str else note for note in read.notes]
    shut: dict[str, int] = {}
    for part in parts:
        for licence, count in part.shut.items():
            shut[licence] = shut.get(licence, 0) + count
    first = parts[0]
    tables = {
        name: pd.concat([getattr(part, name) for part in parts], ignore_index=True) if any(
            len(getattr(part, name)) for part in parts[1:]
        ) else getattr(first, name)
        for name in _EACH
    }  # fmt: skip
    return replace(
        first, **tables, quarantine=_stacked_rows(quarantines),
        breaches=tuple(one for part in parts for one in part.breaches), rows=sum(part.rows for part in parts),
        version="; ".join(dict.fromkeys(part.version for part in parts)), notes=tuple(notes),
        readings={key: reading for part in parts for key, reading in part.readings.items()}, shut=shut,
    )  # fmt: skip


def _stacked_rows(parts: Sequence[tuple[pd.DataFrame, pd.DataFrame]]) -> pd.DataFrame:
    """Put the rejected rows of several files one below the other, number and reason last."""
    reasons = pd.concat([reason for _, reason in parts], ignore_index=True)
    cells = pd.concat([cell.reindex(reason.index) for cell, reason in parts], ignore_index=True)
    taken = {name: f"{name} of the file" for name in cells.columns if name in ("row", "why")}
    out: pd.DataFrame = pd.concat([cells.rename(columns=taken), reasons], axis=1)
    return out


def _without(read: Read, ids: set[str]) -> Read:
    if not ids:
        return read
    claims = read.claims[~read.claims["subject"].isin(ids)]
    return replace(
        read, events=read.events[~read.events["event_id"].isin(ids)], claims=claims,
        checkpoints=read.checkpoints[~read.checkpoints["checkpoint_id"].isin(ids)],
        readings={key: reading for key, reading in read.readings.items() if key not in ids},
    )  # fmt: skip


def _renamed(read: Read, names: Mapping[str, str]) -> Read:
    if not names:
        return read

    def of(table: Any, *columns: str) -> Any:
        return table.assign(**{one: table[one].map(lambda cell: names.get(cell, cell)) for one in columns})

    claims = of(read.claims, "subject", "report_id")
    changed = claims["subject"] != read.claims["subject"]
    claims["claim_id"] = claims["claim_id"].mask(changed, claims["subject"] + "-" + claims["predicate"].astype(TEXT))
    return replace(
        read, events=of(read.events, "event_id"), checkpoints=of(read.checkpoints, "checkpoint_id"), claims=claims,
        readings={names.get(key, key): reading for key, reading in read.readings.items()},
    )  # fmt: skip

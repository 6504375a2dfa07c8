"""ACLED exports: current and legacy, as downloaded or as somebody has reworked them.

Rows of ACLED belong to whoever downloaded them: they are marked as not to be passed on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from artimap.areas.area import Area
from artimap.core.schema import TEXT, join_names, split_names, trimmed
from artimap.core.vocab import EventKind, Sensitivity
from artimap.sources.columns import present, read_codes, read_counts, read_days, widened
from artimap.sources.coordinates import read_coordinates
from artimap.sources.crosswalk import crosswalk, kind_of_acled
from artimap.sources.georeference import Hints, place
from artimap.sources.licences import Marks, matching
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import Positions, Raw, as_text, blank, distinct, folded, spread_out
from artimap.sources.reader import Reader, Terms, known_columns
from artimap.sources.result import ClaimColumns, ParsedRows, event_ids, repeated, require_columns

# Telling names count for much, the others that ACLED has for little: a processed copy keeps some of
# both.
_OWN = ("event_date", "event_type", "sub_event_type", "actor1", "assoc_actor_1", "inter1", "actor2", "assoc_actor_2")
_OWN_TOO = (
    "inter2", "interaction", "fatalities", "geo_precision", "time_precision", "admin1", "admin2", "admin3",
    "source_scale",
    "disorder_type", "civilian_targeting", "data_id", "event_id_no_cnty", "iso3", "location", "latitude", "longitude",
    "notes", "event_id_cnty", "year", "timestamp", "region", "country", "iso", "source", "tags",
)  # fmt: skip
_ALIASES: Final = {
    "event_id_cnty": ("event_id_cnty", "data_id", "event_id_no_cnty", "event_id"),
    "event_date": ("event_date", "date"),
    # Names cut to ten letters and more come from shapefiles.
    "time_precision": ("time_precision", "time_precis"),
    "geo_precision": ("geo_precision", "geo_precis"),
    "sub_event_type": ("sub_event_type", "sub_event_t", "sub_event"),
    "assoc_actor_1": ("assoc_actor_1", "ally_actor_1", "assoc_acto"),
    "assoc_actor_2": ("assoc_actor_2", "ally_actor_2"),
    "civilian_targeting": ("civilian_targeting", "civilian_t"),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon", "long", "lng"),
    "fatalities": ("fatalities", "total_fatalities"),
}
# Headings as people respell them: written apart, together, with dots.
_RESPELT: Final = {
    "associatedactor1": "assoc_actor_1", "associatedactor2": "assoc_actor_2", "eventidcountry": "event_id_cnty",
    "eventidnocountry": "event_id_no_cnty", "subevent": "sub_event_type", "inter1code": "inter1",
    "inter2code": "inter2",
    # Shapefiles keep ten letters of a name.
    **{name[:10].replace("_", ""): name for name in reversed((*_OWN, *_OWN_TOO)) if len(name) > 10},
    **{name.replace("_", ""): name for names in (_OWN, _OWN_TOO, *_ALIASES.values()) for name in names},
}  # fmt: skip
_ALONE: Final = frozenset(
    {
        "event_id_cnty", "event_id_no_cnty", "assoc_actor_1", "assoc_actor_2", "inter1", "inter2", "disorder_type",
        "civilian_targeting", "source_scale",
    }
)  # fmt: skip
"""Names that no other table has."""
_TOGETHER: Final = frozenset({"sub_event_type", "time_precision", "interaction", "actor1", "actor2", "data_id"})
"""Names of which two together are in no other table."""
_WORDS: Final = (
    r"(?<![a-z])acled|\[size ?=|^(?:civilians|protesters|rioters|unidentified [\w' -]+) \([a-z ]+\)$"
    r"|(?:police|military|government) (?:forces )?of [a-z' -]+ \(\d{4}-"
    r"|^(?:explosions/remote violence|strategic developments|abduction/forced disappearance|air/drone strike"
    r"|looting/property destruction|remote explosive/landmine/ied"
    r"|shelling/artillery/missile attack)$"
)
"""What stands in ACLED's cells alone: its name, its crowd sizes, its actors with their country, its types."""
_INTER_CODES: Final = frozenset(str(code) for code in range(9))


def recognise(columns: Sequence[str]) -> float:
    """Tell how much a list of column names looks like ACLED: 0 not at all, 1 fully."""
    names = {_bare(name) for name in columns}
    if not {"event_date", "event_type"} <= names:
        return 0.0
    telling = len(names & set(_OWN)) / len(_OWN)
    known = len(names & {*_OWN, *_OWN_TOO}) / max(len(names), 1)
    # A day and a type alone are in many tables; one more of ACLED's own names is wanted.
    if not names & {"sub_event_type", "actor1", "event_id_cnty", "data_id", "fatalities", "inter1"}:
        return 0.0
    return min(1.0, 0.45 + 0.35 * telling + 0.2 * known)


def _bare(name: str) -> str:
    plain = folded(name)
    return _RESPELT.get(re.sub(r"[^a-z0-9]", "", plain), plain)


def telling(columns: Sequence[str]) -> tuple[str, ...]:
    """Give the columns by which a table is known as ACLED's, whatever else it holds.

    >>> telling(["Event ID Cnty", "date"]), telling(["actor1", "date"]), telling(["actor1", "Sub Event Type"])
    (('Event ID Cnty',), (), ('actor1', 'Sub Event Type'))
    """
    alone = tuple(name for name in columns if _bare(name) in _ALONE)
    together = tuple(name for name in columns if _bare(name) in _TOGETHER)
    return alone + together if alone or len({_bare(name) for name in together}) > 1 else ()


def marks(raw: Raw, area: Area) -> Marks:
    """Find columns and rows that point to ACLED: its ids, its name, its words for actors and types."""
    # Ids are the three letters of a country and a number: HTI1234. The first two are those of the area.
    ids = rf"(?:acled[-_ ]?)?{re.escape(area.pcode[:2])}[a-z][-_ ]?\d{{1,7}}"
    rows = matching(raw, ids, whole=True) | matching(raw, _WORDS) | _typed(raw)
    return Marks(telling([*raw.columns, *raw.labels.values()]), rows)


def _typed(raw: Raw) -> NDArray[np.bool_]:
    """Tell which rows hold one of ACLED's event types and, in another column, a sub-event type of it."""
    table = crosswalk().dropna(subset=["acled_event", "acled_sub_event"])
    event, sub = (
        "|".join(re.escape(text) for text in sorted(set(table[name]))) for name in ("acled_event", "acled_sub_event")
    )
    first, second = (matching(raw, pattern, whole=True) for pattern in (event, sub))
    if not (first & second).any():
        return first & second
    # "Protests" is both an event type and plain English: two cells are wanted, not one that is both.
    cells = sum(
        np.asarray(as_text(raw.cells[name]).str.fullmatch(f"{event}|{sub}", case=False).fillna(value=False), dtype=int)
        for name in raw.columns
    )
    both: NDArray[np.bool_] = first & second & (cells > 1)
    return both


class _Columns:
    """The file's columns by ACLED's names, whatever their case."""

    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        # Read from the right, so that the leftmost of two columns of one name wins.
        self._names = {_bare(name): name for name in reversed(raw.columns)}

    def name(self, wanted: str) -> str | None:
        """Give the file's own name for a column, or None."""
        for alias in _ALIASES.get(wanted, (wanted,)):
            if alias in self._names:
                return self._names[alias]
        return None

    def get(self, wanted: str) -> pd.Series | None:
        """Give a column, or None."""
        name = self.name(wanted)
        return None if name is None else self._raw.cells[name]

    def tidy(self, wanted: str) -> pd.Series:
        """Give a column as text or categories of text, trimmed; all missing where the file lacks it."""
        column = self.get(wanted)
        return trimmed(column) if column is not None else self.text(wanted)

    def text(self, wanted: str) -> pd.Series:
        """Give a column as text; all missing where the file lacks it."""
        return self._raw.text(self.name(wanted))


def read(raw: Raw, area: Area, problems: Problems) -> ParsedRows:
    """Read the rows of an ACLED export.

    Days whose ``time_precision`` is 2 are widened by three days each way, of 3 to their month; ``geo_precision``
    1 is a named place (1.5 km around it), 2 its surroundings (5 km), 3 the commune or department. ``fatalities``
    are one figure: the same low, best and high.
    """
    columns = _Columns(raw)
    missing = [name for name in ("event_date", "event_type") if columns.name(name) is None]
    require_columns(raw, missing, fix="bring the column as ACLED has it")
    rows = len(raw.cells)
    notes: list[str] = []
    date_name = columns.name("event_date") or "event_date"
    days = read_days(raw.cells[date_name], problems, name=date_name, required=True)
    if days.note:
        notes.append(days.note)
    # A file without the column is taken as exact in days, since copies leave it out where all are. A
    # row with an empty cell in a column that is there is another matter: the week is taken.
    time_precision = _codes(columns, "time_precision", problems, rows, notes, absent=1, empty=2)
    # Without a code nobody knows that the point is the place itself: its surroundings are taken.
    geo_precision = _codes(columns, "geo_precision", problems, rows, notes, absent=2, empty=2)
    start, end = widened(days.days, time_precision)
    # Missing is not zero: a copy without the column says nothing of deaths.
    killed_cells = columns.get("fatalities")
    killed = (
        pd.Series(pd.array([pd.NA] * rows, dtype="Int64"))
        if killed_cells is None
        else read_counts(killed_cells, problems, name=columns.name("fatalities") or "")
    )
    coordinates = None
    lon, lat = columns.get("longitude"), columns.get("latitude")
    if lon is not None and lat is not None:
        names = (columns.name("longitude") or "", columns.name("latitude") or "")
        coordinates = read_coordinates(lon, lat, problems, area=area, names=names)
        notes += coordinates.notes
    else:
        notes.append("longitude and latitude are not in the file")
    # Marks come before the places: a row that is rejected already is not looked up.
    kind = _kinds(columns, problems, raw, notes)
    ids = event_ids(raw, problems, prefix="acled-", column=columns.name("event_id_cnty"))
    commune, province = columns.get("admin2"), columns.get("admin1")
    wide = (geo_precision == 3).to_numpy(dtype=bool).copy()
    if commune is not None and province is not None and wide.any():
        # Of the province as a whole: the commune that stands beside it is where the coder put the point.
        words = []
        for one in (columns.tidy("location"), province):
            codes, texts = pd.factorize(one[wide].astype(TEXT))  # a large file names few places, many times
            words.append(pd.Series(np.array([*map(folded, texts), None], dtype=object)[codes], dtype=TEXT))
        wide[wide] = (words[0] == words[1]).fillna(value=False).to_numpy(dtype=bool)
        commune = commune.mask(wide)
    placed = place(
        problems,
        area=area,
        precision=geo_precision,
        coordinates=coordinates,
        hints=Hints(
            words=columns.tidy("location"),
            commune=commune,
            department=columns.get("admin1"),
            country=columns.get("country"),
            named={"country": columns.name("country") or ""},
        ),
    )
    without = [
        name
        for name in ("sub_event_type", "actor1", "notes", "source", "fatalities", "location")
        if columns.get(name) is None
    ]
    if without:
        notes.append(f"a processed copy: without {', '.join(without)}")
    return ParsedRows(
        columns={
            "event_id": ids,
            "date_start": start,
            "date_end": end,
            "date_precision": time_precision,
            "kind": kind,
            "sub_kind": columns.tidy("sub_event_type"),
            "actors": _actors(columns, rows),
            # One column three times, the same object: nothing is copied.
            "killed_low": killed,
            "killed_best": killed,
            "killed_high": killed,
            "n_sources": _sources(columns, rows),
            "sensitivity": Sensitivity.MODERATE.value,
            "summary": columns.tidy("notes"),
            **placed.columns,
        },
        geometry=placed.geometry,
        said=ClaimColumns(source=columns.tidy("source"), otherwise="ACLED", claimant="ACLED"),
        version=_version(columns, days.order),
        notes=(*notes, *placed.notes),
        readings=placed.readings,
    )


def _codes(
    columns: _Columns, name: str, problems: Problems, rows: int, notes: list[str], *, absent: int, empty: int
) -> pd.Series:
    column = columns.get(name)
    if column is None:
        notes.append(f"{name} is not in the file: taken as {absent}")
        return pd.Series(np.full(rows, absent, dtype=np.int64))
    return read_codes(column, problems, name=columns.name(name) or name, allowed=range(1, 4), default=empty)


def _kinds(columns: _Columns, problems: Problems, raw: Raw, notes: list[str]) -> pd.Series:
    event, sub = columns.get("event_type"), columns.get("sub_event_type")
    rows = len(raw.cells)
    event_texts, event_codes = _coded(event, rows)
    # Pairs of event and sub-event type are few, rows may be a million: each pair is looked up once.
    sub_texts, sub_codes = _coded(sub, rows)
    pairs = event_codes * (len(sub_texts) + 1) + sub_codes
    numbers, uniques = pd.factorize(pairs)
    found: list[EventKind | None] = []
    for pair in uniques.tolist():
        one, two = divmod(pair, len(sub_texts) + 1)
        found.append(kind_of_acled(event_texts[one], sub_texts[two] if two < len(sub_texts) else None))
    unknown = np.array([kind is None for kind in found], dtype=bool)
    blanks = blank(event) if event is not None else np.ones(rows, dtype=bool)
    strange = unknown[numbers] if rows else np.zeros(0, dtype=bool)
    name = columns.name("event_type") or "event_type"
    problems.mark(strange & blanks, column=name, why="is empty", fix="write ACLED's event type")
    # ACLED adds types from time to time. A new one must not cost the row: it becomes other, and is
    # told.
    other = strange & ~blanks
    if other.any():
        said = sorted({str(text) for text in as_text(event[other]).dropna()})[:5] if event is not None else []
        notes.append(
            f"{int(other.sum())} rows have an event type that ACLED's lists lack ({', '.join(said)}): read as other"
        )
    kinds = [(kind or EventKind.OTHER).value for kind in found]
    # ACLED says in a column of its own that remote violence was aimed at civilians; the event type
    # alone would make a clash of it.
    targeted = columns.get("civilian_targeting")
    out = repeated(numbers, kinds)
    if targeted is not None and rows:
        remote = np.array(
            [
                folded(event_texts[pair // (len(sub_texts) + 1)] or "").endswith("remote_violence")
                for pair in uniques.tolist()
            ],
            dtype=bool,
        )[numbers]
        civilian = remote & ~blank(targeted)
        if civilian.any():
            out = out.astype(TEXT).mask(civilian, EventKind.ATTACK_ON_CIVILIANS.value)
    return out


def _coded(column: pd.Series | None, rows: int) -> tuple[list[str | None], Positions]:
    """Give the distinct texts of a column (the last is "none") and the row's position among them."""
    if column is None:
        return [None], np.zeros(rows, dtype=np.intp)
    texts, codes = distinct(column)
    if codes is None:
        codes = np.arange(rows, dtype=np.intp)
    plain: list[str | None] = [text if isinstance(text, str) else None for text in present(texts)]
    return [*plain, None], np.where(codes < 0, len(plain), codes).astype(np.intp)


def _actors(columns: _Columns, rows: int) -> pd.Series:
    """Join the named sides and those with them, each once: worked out once for every set of names met."""
    # Column by column, sets of names met so far are numbered and joined with the next column: what
    # repeats itself is split and joined once.
    sets: list[tuple[str, ...]] = [()]
    codes = np.zeros(rows, dtype=np.intp)
    for name in ("actor1", "assoc_actor_1", "actor2", "assoc_actor_2"):
        column = columns.get(name)
        if column is None:
            continue
        texts, own = _coded(column, rows)
        codes, pairs = pd.factorize(codes * len(texts) + own)
        found = []
        for pair in pairs.tolist():
            before, text = divmod(pair, len(texts))
            found.append((*sets[before], *split_names(texts[text])))
        sets = found
    joined = [join_names(one) for one in sets]
    return repeated(codes, joined)


def _sources(columns: _Columns, rows: int) -> pd.Series:
    column = columns.get("source")
    if column is None:
        return pd.Series(np.ones(rows, dtype=np.int64))
    texts, codes = distinct(column)
    # ACLED parts its sources by semicolons.
    counts = (texts.astype(TEXT).fillna("").str.count(";") + 1).to_numpy(dtype=np.int64)
    return pd.Series(np.asarray(spread_out(counts, codes, missing=1), dtype=np.int64))


def _version(columns: _Columns, order: str) -> str:
    """Name what the file was seen to be."""
    inter = columns.get("inter1")
    style = "no inter"
    if inter is not None:
        texts, _ = distinct(inter)
        # A look at the first texts is enough for a name of the version; ".0" comes from spreadsheets.
        values = present(texts.head(5_000)).dropna().str.replace(r"\.0$", "", regex=True)
        style = "inter as numbers" if len(values) and values.isin(_INTER_CODES).all() else "inter as text"
    legacy = columns.name("event_id_cnty") is not None and any(
        _bare(name) in {"data_id", "event_id_no_cnty"}
        for name in columns._raw.columns  # noqa: SLF001
    )
    old = legacy or (style == "inter as numbers" and order != "yyyy-mm-dd")
    return f"ACLED {'legacy' if old else 'current'}: {style}, {order}"


READER: Final = Reader(
    "acled",
    "ACLED, current and legacy",
    recognise,
    known_columns(read),
    Terms(
        "ACLED: not redistributable",
        owner="ACLED",
        citation="ACLED (Armed Conflict Location & Event Data), www.acleddata.com",
        rows_leave=False,
    ),
    marks=marks,
)

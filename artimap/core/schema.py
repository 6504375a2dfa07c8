"""Every table of artimap as data, and one function that holds a table to its schema.

Dtypes in memory: text is :data:`TEXT` (missing is NaN, comparisons give plain booleans),
whole numbers are ``Int64`` (null is not zero), numbers ``float64``, days
``datetime64[s]`` at midnight without a time zone, yes/no ``bool``. A list of names is one
text joined by ``"; "`` (:func:`split_names`, :func:`join_names`), so that it survives
CSV, GeoPackage and GeoParquet alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from artimap.core.crs import require
from artimap.core.errors import Breach, SchemaError

TEXT = pd.StringDtype(na_value=np.nan)
"""The dtype of all text columns."""

DAY: Final = "datetime64[s]"
"""The dtype of all day columns."""

Kind = Literal["text", "int", "float", "day", "bool"]

_DTYPES: dict[str, Any] = {"text": TEXT, "int": "Int64", "float": "float64", "day": DAY, "bool": "bool"}
# A wrong column is wrong in every row: fifty tell it as well as a million.
_SHOWN_PER_COLUMN = 50


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, kind, whether null is allowed, and the words it may hold."""

    name: str
    kind: Kind = "text"
    required: bool = False
    words: type[StrEnum] | None = None
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its key, its columns in order, and the geometry types it may hold."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    geometry: tuple[str, ...] | None = None
    _by_name: dict[str, Column] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        # Frozen, but the dict may be filled.
        self._by_name.update({column.name: column for column in self.columns})

    def column(self, name: str) -> Column:
        """Give the column of that name; KeyError if there is none."""
        return self._by_name[name]

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in order, the geometry column last."""
        tail = ("geometry",) if self.geometry is not None else ()
        return tuple(column.name for column in self.columns) + tail


def split_names(value: object) -> tuple[str, ...]:
    """Split ``"a; b"`` into its names; null gives none.

    >>> split_names("Gran Grif; PNH")
    ('Gran Grif', 'PNH')
    """
    if not isinstance(value, str):
        return ()
    return tuple(part for part in (piece.strip() for piece in value.split(";")) if part)


def objects(values: pd.Series) -> NDArray[Any]:
    """Give values as ``to_numpy(dtype=object)`` does; of short texts in a tenth of the time.

    >>> objects(pd.Series(["a", None], dtype=TEXT)).tolist()
    ['a', nan]
    """
    if getattr(values.dtype, "storage", "") != "pyarrow":
        return values.to_numpy(dtype=object)
    array: Any = values.array
    texts: NDArray[Any] = array.__arrow_array__().to_numpy(zero_copy_only=False)
    texts[pd.isna(texts)] = array.dtype.na_value
    return texts


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the rows of a table as dicts by column; takes half the time of ``to_dict("records")``.

    >>> records(pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}))
    [{'a': 1, 'b': 'x'}, {'a': 2, 'b': 'y'}]
    """
    plain = pd.DataFrame(table)  # of a GeoDataFrame every column is looked at for shapes
    names = [str(name) for name in plain.columns]
    columns = [objects(plain[name]) for name in plain.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def join_names(names: Iterable[str]) -> str | None:
    """Join names into one text, each once, in the order given; none gives null.

    >>> join_names(["PNH", "Gran Grif", "PNH"])
    'PNH; Gran Grif'
    """
    kept = dict.fromkeys(name.strip() for name in names if name and name.strip())
    return "; ".join(kept) or None


Read = tuple[pd.Series, pd.Series | None]
"""A column as read, and which of its rows are bad: None where none is, as is the case nearly always."""


def _plain_texts(values: pd.Series) -> list[str | None]:
    array: Any = values.array
    texts: list[str | None] = array.__arrow_array__().to_pylist()
    return texts


def _needs_trimming(values: pd.Series) -> bool:
    """Tell whether any text begins or ends with a space, by looking at the ends only where that can be done."""
    # Arrow keeps a column as one run of bytes and the offsets at which texts end. Looking at the first
    # and last bytes of each text is many times quicker than stripping a million texts that need none.
    if getattr(values.dtype, "storage", "") != "pyarrow":
        return True
    if len(values) < _FEW_ROWS:
        return any(one is not None and one != one.strip() for one in _plain_texts(values))
    for chunk in getattr(values.array.__arrow_array__(), "chunks", ()):
        wide = str(chunk.type) == "large_string"
        if not wide and str(chunk.type) != "string":
            return True
        _, offsets, content = chunk.buffers()
        if content is None or offsets is None:
            continue
        ends = np.frombuffer(offsets, dtype=np.int64 if wide else np.int32)[
            chunk.offset : chunk.offset + len(chunk) + 1
        ]
        # Empty texts share their offset with the next one; they have no ends to look at.
        ends = ends[np.append(True, np.diff(ends) > 0)]
        if len(ends) < 2:
            continue
        letters = np.frombuffer(content, dtype=np.uint8)
        # spaces beyond ASCII start with these bytes; what else does is rare enough to be looked at closely
        if (_SPACE_START[letters[ends[:-1]]]).any() or (_SPACE_END[letters[ends[1:] - 1]]).any():
            return True
        # Spaces of three bytes begin with E1, E2 or E3, the no-break space is C2 A0: so the third and
        # second byte from the end are looked at. Letters that begin alike only cost a strip too many.
        if _SPACE_LEADS[letters[np.maximum(ends[1:] - 3, 0)]].any() or (letters[ends[1:] - 2] == 0xC2).any():
            return True
    return False


_FEW_ROWS = 200
"""So few texts are looked at one by one sooner than as a column."""

_SPACE_LEADS = np.zeros(256, dtype=bool)
_SPACE_LEADS[[0xE1, 0xE2, 0xE3]] = True
_SPACE_END = np.zeros(256, dtype=bool)
_SPACE_END[:33] = True
_SPACE_START = _SPACE_END.copy()
_SPACE_START[[0xC2, 0xE1, 0xE2, 0xE3]] = True


def trimmed(values: pd.Series) -> pd.Series:
    """Give texts without spaces around them; blank becomes missing. Categories stay categories.

    >>> trimmed(pd.Series([" a", " ", None])).isna().tolist()
    [False, True, True]
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        texts = trimmed(pd.Series(values.cat.categories, dtype=TEXT))
        codes, kept = pd.factorize(texts)  # a blank category becomes -1, two that differ by spaces become one
        own = values.cat.codes.to_numpy()
        moved = np.append(codes, -1)[own]
        return pd.Series(pd.Categorical.from_codes(moved, categories=pd.Index(kept, dtype=TEXT)), index=values.index)
    # the dtype is asked for first: astype copies even where there is nothing to do
    text = values if values.dtype == TEXT else values.astype(TEXT)
    if _needs_trimming(text):
        text = text.str.strip()
    if len(text) < _FEW_ROWS and "" not in _plain_texts(text):
        return text
    blank = text == ""
    return text.mask(blank) if blank.any() else text


def _as_text(values: pd.Series) -> Read:
    text = trimmed(values)
    if isinstance(text.dtype, pd.CategoricalDtype):
        # Positions are taken from the array of categories; -1, missing, becomes null.
        array = pd.Series(text.cat.categories, dtype=TEXT).array
        codes = text.cat.codes.to_numpy(dtype=np.intp)
        if len(array):
            return pd.Series(array.take(codes, allow_fill=True), index=values.index), None
        return pd.Series([None] * len(values), index=values.index, dtype=TEXT), None
    return text, None


def _nothing(index: pd.Index, column: Column) -> pd.Series:
    """Give a column without any value."""
    # A boolean has no null here: what is not said is no.
    if column.kind == "bool":
        return pd.Series(np.zeros(len(index), dtype=bool), index=index)
    # One missing value, taken as often as there are rows: no list of a million None.
    one = pd.array([None], dtype=_DTYPES[column.kind] if column.kind != "float" else "Float64")
    array = one.take(np.zeros(len(index), dtype=np.intp))
    return pd.Series(array, index=index).astype(_DTYPES[column.kind])


def _as_number(values: pd.Series, *, whole: bool) -> Read:
    if pd.api.types.is_integer_dtype(values.dtype):
        if whole and values.dtype == "Int64":
            return values, None
        return values.astype("Int64" if whole else "float64"), None
    # The common case of large files, without turning numbers into texts and back.
    if values.dtype == np.float64:
        array = values.to_numpy()
        wrong = np.isinf(array)
        if whole:
            wrong |= array != np.floor(array, where=~wrong & ~np.isnan(array), out=array.copy())
            wrong &= ~np.isnan(array)
        bad = pd.Series(wrong, index=values.index) if wrong.any() else None
        numbers = values if bad is None else values.mask(bad)
        return numbers.astype("Int64") if whole else numbers, bad
    source = values
    if not pd.api.types.is_numeric_dtype(values.dtype):
        source = values.astype(TEXT).str.strip()
        source = source.mask(source == "")
    numbers = pd.to_numeric(source, errors="coerce").astype("float64")
    numbers = numbers.mask(~np.isfinite(numbers))
    # What was text and is no number is bad; what was empty is only missing.
    bad = numbers.isna() & source.notna()
    if not whole:
        return numbers, bad
    fractional = numbers.notna() & (numbers != np.floor(numbers))
    return numbers.mask(fractional).astype("Int64"), bad | fractional


def _as_day(values: pd.Series) -> Read:
    if values.dtype == DAY:
        stamps = values.to_numpy()
        if not (stamps[~np.isnat(stamps)].view(np.int64) % _SECONDS_A_DAY).any():
            return values, None
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        # The zone is dropped, not turned: the day in the file stays that day.
        values = values.dt.tz_localize(None)
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values.dt.normalize().astype(DAY), pd.Series(False, index=values.index)  # noqa: FBT003 - pandas' own
    text = values.astype(TEXT).str.strip()
    text = text.mask(text == "")
    # utc=True, since a column that mixes zones fails without it.
    days = pd.to_datetime(text, format="ISO8601", errors="coerce", utc=True)
    days = days.dt.tz_localize(None).dt.normalize().astype(DAY)
    return days, days.isna() & text.notna()


_SECONDS_A_DAY = 86_400


def _as_bool(values: pd.Series) -> Read:
    if pd.api.types.is_bool_dtype(values.dtype) and not values.isna().any():
        return values.astype("bool"), None
    text = values.astype(TEXT).str.strip().str.lower()
    true = text.isin(["true", "yes", "1"])
    false = text.isin(["false", "no", "0"]) | text.isna()
    return true.astype("bool"), ~(true | false)


_FIXES = {
    "int": "write a whole number, or leave it empty where it is not known",
    "float": "write a number, or leave it empty where it is not known",
    "day": "write the day as YYYY-MM-DD",
    "bool": "write yes or no",
    "text": "write text",
}


def _coerce(values: pd.Series, column: Column) -> Read:
    if column.kind == "int":
        return _as_number(values, whole=True)
    if column.kind == "float":
        return _as_number(values, whole=False)
    if column.kind == "day":
        return _as_day(values)
    if column.kind == "bool":
        return _as_bool(values)
    return _as_text(values)


_MANY_ROWS = 100_000


def _coerced(frame: pd.DataFrame, table: Table) -> list[Read]:
    """Read the columns one by one; two at a time where there are many rows (Arrow lets go of the interpreter)."""

    def read(column: Column) -> Read:
        if column.name not in frame.columns:
            return _nothing(frame.index, column), None
        return _coerce(frame[column.name], column)

    if len(frame) < _MANY_ROWS:
        return [read(column) for column in table.columns]
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(read, table.columns))


def _unknown_words(source: pd.Series, values: pd.Series, allowed: list[str]) -> pd.Series | None:
    """Tell which values are none of the allowed words, None where all are; of categories only they are looked at."""
    if isinstance(source.dtype, pd.CategoricalDtype) and trimmed(source).cat.categories.isin(allowed).all():
        return None
    if len(values) < _FEW_ROWS and {None, *allowed}.issuperset(_plain_texts(values)):
        return None
    return values.notna() & ~values.isin(allowed)


def _rows(mask: pd.Series | None, limit: int = _SHOWN_PER_COLUMN) -> Iterable[tuple[int, str]]:
    """Give the places of the rows of a mask; rows are counted from 1 and as given, whatever index the table has."""
    for position in () if mask is None else np.flatnonzero(mask.to_numpy(dtype=bool))[:limit]:
        yield int(position), str(position + 1)


def find_breaches(
    frame: pd.DataFrame, table: Table, *, unique: bool = False
) -> tuple[dict[str, pd.Series], list[Breach]]:
    """Read every column of ``frame`` as ``table`` wants it, and list all that is wrong.

    Parameters
    ----------
    frame
        Any table.
    table
        The schema.
    unique
        Whether the keys are known to be each their own: looking is slow where there are a million.

    Returns
    -------
    tuple
        The columns as read (by name), and the breaches in column order (at most 50
        rows a column are listed).
    """
    breaches: list[Breach] = []
    read: dict[str, pd.Series] = {}
    frame = pd.DataFrame(frame)  # a GeoDataFrame takes several times as long to hand out a column
    for column, (values, bad) in zip(table.columns, _coerced(frame, table), strict=True):
        read[column.name] = values
        if column.name not in frame.columns:
            if column.required:
                breaches.append(Breach("", column.name, "", "is missing", "add the column"))
            continue
        for position, row in _rows(bad):
            shown = str(frame[column.name].iloc[position])
            breaches.append(Breach(row, column.name, shown, f"is not a {column.kind}", _FIXES[column.kind]))
        # A cell that could not be read is missing too now; it was complained of already.
        if column.required and values.hasnans:
            for _, row in _rows(values.isna() if bad is None else values.isna() & ~bad):
                breaches.append(Breach(row, column.name, "", "is empty", "it must have a value"))
        if column.words is not None:
            allowed = [word.value for word in column.words]
            wrong = _unknown_words(frame[column.name], values, allowed)
            for position, row in _rows(wrong):
                fix = "use one of " + ", ".join(allowed)
                breaches.append(Breach(row, column.name, str(values.iloc[position]), "is not a known word", fix))
    if not unique and table.key and all(name in frame.columns for name in table.key):
        keys = pd.DataFrame({name: read[name] for name in table.key})
        alone = len(table.key) == 1 and keys.iloc[:, 0].is_unique  # much quicker to ask than which are not
        # Rows without a key are told as empty; two of them are not the same row.
        twice = None if alone else keys.duplicated(keep="first") & keys.notna().all(axis=1)
        for position, row in _rows(twice):
            shown = " ".join(str(part) for part in keys.iloc[position])
            breaches.append(Breach(row, "+".join(table.key), shown, "stands twice", "give each row its own key"))
    return read, breaches


def conform(frame: pd.DataFrame, table: Table, *, crs: str | None = None, unique: bool = False) -> Any:
    """Hold ``frame`` to ``table``: right columns, order and dtypes, or one error.

    Nullable columns that are missing are added as null; columns beyond the schema are
    kept, after the others. The index becomes 0…n-1. Conforming twice gives the same.

    Parameters
    ----------
    frame
        Any table; a GeoDataFrame where the schema has a geometry.
    table
        The schema.
    crs
        The metric system that a geometry must be in. Without it the system is not looked at.
    unique
        Whether the caller has seen to it that no key stands twice.

    Returns
    -------
    GeoDataFrame or DataFrame
        A new table; ``frame`` is not changed.

    Raises
    ------
    SchemaError
        With every breach, if there is any.
    CrsError
        If the geometry is not in ``crs``.
    """
    read, breaches = find_breaches(frame, table, unique=unique)
    geometry = None
    if table.geometry is not None:
        if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
            breaches.append(Breach("", "geometry", "", "is missing", "pass a GeoDataFrame with a geometry column"))
        else:
            if crs is not None:
                # Another system is an error of the whole table, and comes before the rows.
                require(frame, crs, what=table.name)
            geometry = frame.geometry
            if table.geometry:
                kinds = geometry.geom_type
                # No place is allowed everywhere: such rows stand in the margin.
                absent = geometry.isna() | geometry.is_empty
                wrong = ~absent & ~kinds.isin(table.geometry)
                for position, row in _rows(wrong):
                    why = f"is not {' or '.join(table.geometry)}"
                    breaches.append(Breach(row, "geometry", str(kinds.iloc[position]), why, "bring another geometry"))
    if breaches:
        raise SchemaError(table.name, breaches)
    named = set(table.names)
    # The geometry column may have any name in the caller's table; it becomes "geometry" and must not
    # stand there twice.
    active = frame.active_geometry_name if isinstance(frame, gpd.GeoDataFrame) else None
    plain = pd.DataFrame(frame)
    extras = {name: plain[name] for name in plain.columns if name not in named and name != active}
    if geometry is None:
        return pd.DataFrame({**read, **extras}, index=frame.index).reset_index(drop=True)
    # put together once, in order and without copies: a million rows have not room for two
    shapes = pd.Series(geometry.array, index=frame.index)
    out = pd.DataFrame({**read, "geometry": shapes, **extras}, index=frame.index, copy=False)
    out.index = pd.RangeIndex(len(out))
    return gpd.GeoDataFrame(out, geometry="geometry", crs=geometry.crs, copy=False)


def empty(table: Table, *, crs: str | None = None) -> Any:
    """Give a table of no rows that conforms to ``table``."""
    columns = {column.name: pd.Series([], dtype=_DTYPES[column.kind]) for column in table.columns}
    frame = pd.DataFrame(columns)
    if table.geometry is None:
        return frame
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([], crs=crs), crs=crs)

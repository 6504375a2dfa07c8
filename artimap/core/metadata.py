"""What goes with a table and is no row of it: its models, its day, what was left out.

It lies in the table's ``attrs`` as plain JSON values (days as YYYY-MM-DD), so that pandas
copies, compares and writes it like any other value. A model lies there under its class:
``attrs["models"]["RiskModel"]``, to be had by :func:`model_of`. GeoPackage and Parquet
files carry it along, with the column types and the coordinate system that such files lose;
:func:`read_table` puts all of it back.
"""

from __future__ import annotations

import difflib
import json
import types
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields
from enum import Enum
from pathlib import Path
from typing import Any, Final, Literal, Self, TypeVar, Union, get_args, get_origin, get_type_hints

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from artimap.core.errors import DataError, ModelError
from artimap.core.precision import rounded_shapes, significant_columns

T = TypeVar("T")

KEY: Final = "artimap"
"""The name under which files hold what goes with a table."""

VERSION: Final = 1
"""Of the form in which it is written."""

SHARES: Final = "shares"
"""The reports behind each rate: never written into a file, since they name events that an audience may not see."""

FORMATS: Final = (".gpkg", ".parquet")


class JsonModel:
    """A model that can be written down as plain JSON values and made again from them.

    Every class of parameters is one: a frozen dataclass of numbers, words, tuples, sets and
    other such models.
    """

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Write every parameter down as plain JSON values.

        Returns
        -------
        dict
            By field name; members of a set in order.

        Examples
        --------
        >>> import artimap as am
        >>> am.CheckpointModel(active_days=30).to_dict()
        {'active_days': 30, 'fading_days': 365}
        """
        return {one.name: _plain(getattr(self, one.name)) for one in fields(self)}  # type: ignore[arg-type]

    def _refuse(self, wrong: Sequence[str]) -> None:
        """Raise a ModelError that tells all that is wrong with the values, if anything is."""
        if wrong:
            msg = f"{type(self).__name__}: {'; '.join(wrong)}"
            raise ModelError(msg)

    @classmethod
    def from_dict(cls, values: Any) -> Self:
        """Make a model from what :meth:`to_dict` wrote.

        Parameters
        ----------
        values
            By field name; a field that is not named keeps its default.

        Returns
        -------
        Self
            The model, checked as one made by hand is.

        Raises
        ------
        ModelError
            For a field that the model does not have, and for values that it cannot take.

        Examples
        --------
        >>> import artimap as am
        >>> am.RiskModel.from_dict(am.RiskModel(half_life_days=30).to_dict()).half_life_days
        30
        >>> am.RiskModel.from_dict({"half_live_days": 30})
        Traceback (most recent call last):
        ...
        artimap.core.errors.ModelError: RiskModel has no field 'half_live_days': did you mean 'half_life_days'?
        """
        if not isinstance(values, Mapping):
            msg = f"{cls.__name__} is made from names and values, not from {values!r}"
            raise ModelError(msg)
        hints = _hints(cls)
        for name in values:
            if name not in hints:
                near = difflib.get_close_matches(str(name), hints, n=1)
                hint = f"did you mean {near[0]!r}?" if near else "it has " + ", ".join(hints)
                msg = f"{cls.__name__} has no field {name!r}: {hint}"
                raise ModelError(msg)
        given = {name: _as_hinted(value, hints[name], f"{cls.__name__}.{name}") for name, value in values.items()}
        try:
            return cls(**given)
        except TypeError as error:  # a field without a default is not named
            msg = f"{cls.__name__}: {', '.join(name for name in hints if name not in given)} must be given"
            raise ModelError(msg) from error


def _hints(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {one.name: hints[one.name] for one in fields(kind)}


def _plain(value: Any) -> Any:
    if isinstance(value, JsonModel):
        return value.to_dict()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, AbstractSet):
        # Sets have no order; files must be the same bytes in every run.
        return sorted(_plain(one) for one in value)
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    # numpy's numbers are no JSON.
    return value.item() if isinstance(value, np.generic) else value


def _as_hinted(value: Any, hint: Any, where: str) -> Any:
    """Read a plain value as what a field takes."""
    origin, inside = get_origin(hint), get_args(hint)
    # Fields are a type or null, never two types: the first that is not null is the one.
    if origin in (Union, types.UnionType):
        if value is None and types.NoneType in inside:
            return None
        return _as_hinted(value, next(one for one in inside if one is not types.NoneType), where)
    if origin is Literal:
        return _one_of(value, inside, where)
    if origin in (tuple, frozenset):
        if not isinstance(value, list | tuple):
            msg = f"{where} is a list, not {value!r}"
            raise ModelError(msg)
        if origin is frozenset:
            return frozenset(_as_hinted(one, inside[0], where) for one in value)
        # tuple[float, ...] has any length, tuple[float, float] exactly two.
        kinds = [inside[0]] * len(value) if inside[-1] is Ellipsis else inside
        if len(kinds) != len(value):
            msg = f"{where} has {len(kinds)} values, not {len(value)}"
            raise ModelError(msg)
        return tuple(_as_hinted(one, kind, where) for one, kind in zip(value, kinds, strict=True))
    if isinstance(hint, type) and issubclass(hint, JsonModel):
        return hint.from_dict(value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(_one_of(value, tuple(one.value for one in hint), where))
    # a whole number stays one in a field of floats: what is printed of the model stays the same
    wanted = (int, float) if hint is float else (hint,)
    if not isinstance(value, wanted) or (isinstance(value, bool) and hint is not bool):
        words = {float: "a number", int: "a whole number", str: "a text", bool: "true or false"}
        msg = f"{where} is {words.get(hint, hint)}, not {value!r}"
        raise ModelError(msg)
    return value


def _one_of(value: Any, known: tuple[Any, ...], where: str) -> Any:
    if value not in known:
        msg = f"{where} is one of {', '.join(map(str, known))}, not {value!r}"
        raise ModelError(msg)
    return value


def put_models(table: pd.DataFrame, *models: JsonModel) -> None:
    """Lay models beside a table, besides those that lie there."""
    known = table.attrs.get("models", {})
    table.attrs["models"] = {**known, **{type(one).__name__: one.to_dict() for one in models}}


M = TypeVar("M", bound=JsonModel)


def model_of(table: pd.DataFrame, kind: type[M]) -> M | None:
    """Give the model that a table was made with.

    Parameters
    ----------
    table
        A table as artimap gave it, or as :func:`read_table` read it.
    kind
        The class of the model, such as :class:`artimap.RiskModel`.

    Returns
    -------
    kind or None
        The model; None where the table was made with none of that class.

    Raises
    ------
    ModelError
        If what lies beside the table is no such model (a file from elsewhere, or changed by hand).

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> posts = am.checkpoints_on(am.read_corridor(art, "rn1"), am.read_claims(art), as_of="2024-10-15")
    >>> model_of(posts, am.CheckpointModel)
    CheckpointModel(active_days=90, fading_days=365)
    """
    models = table.attrs.get("models")
    if not isinstance(models, Mapping) or kind.__name__ not in models:
        return None
    return kind.from_dict(models[kind.__name__])


def beside(table: pd.DataFrame, name: str, kind: type[T]) -> T | None:
    """Give a thing that goes with a table; :func:`model_of` takes its place, and this goes with the next release.

    Parameters
    ----------
    table
        A table as artimap gave it.
    name
        Its name in ``table.attrs``; not looked at where ``kind`` is a model.
    kind
        What it is.

    Returns
    -------
    kind or None
        The thing; None where the table has none of that kind.
    """
    found: Any = model_of(table, kind) if issubclass(kind, JsonModel) else table.attrs.get(name)
    return found if isinstance(found, kind) else None


def written(table: pd.DataFrame) -> str:
    """Write down what a file of a table would lose: ``attrs``, coordinate system, order and types of columns."""
    crs = table.crs if isinstance(table, gpd.GeoDataFrame) else None
    types_of = {str(name): str(table[name].dtype) for name in table.columns}
    content = {
        "version": VERSION,
        "crs": None if crs is None else crs.to_string(),
        "geometry": table.geometry.name if isinstance(table, gpd.GeoDataFrame) else None,
        "columns": types_of,
        # Shares name the reports behind a rate; a file may go to people who must not see those.
        "attrs": {name: value for name, value in table.attrs.items() if name != SHARES},
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def read_table(path: str | Path, layer: str | None = None) -> pd.DataFrame:
    """Read a table that artimap wrote, with all that goes with it.

    Parameters
    ----------
    path
        A GeoPackage or a Parquet file, as :func:`artimap.write_table`, ``artimap brief``
        (``risk.gpkg``) and the other commands write them.
    layer
        The layer of a GeoPackage; may be left out where there is one only.

    Returns
    -------
    DataFrame or GeoDataFrame
        The table: rows, types and order of columns as they were, the geometry in the system
        that it had (metres), ``attrs`` as they were. A report or map made from it is the
        same as before it was saved. The reports behind each rate are not in files:
        :func:`artimap.explain` needs the table as it was made. A file that says nothing of
        artimap is given as it stands, in its own system.

    Raises
    ------
    DataError
        If the file or layer is not there, is neither format, or was written by a later artimap.

    Examples
    --------
    >>> import tempfile
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> posts = am.checkpoints_on(am.read_corridor(art, "rn1"), am.read_claims(art), as_of="2024-10-15")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = am.write_table(posts, f"{folder}/posts.gpkg", audience="internal")
    ...     back = am.read_table(f"{folder}/posts.gpkg")
    >>> len(back) == len(posts), back.attrs["as_of"], back.crs == posts.crs
    (True, '2024-10-15', True)
    """
    path = Path(path)
    if path.suffix.lower() not in FORMATS:
        msg = f"{path.name}: read_table reads {' and '.join(FORMATS)}; other formats do not hold what goes with a table"
        raise DataError(msg)
    if not path.is_file():
        msg = f"{path} is not there"
        raise DataError(msg)
    if path.suffix.lower() == ".gpkg":
        table, text = _from_geopackage(path, layer)
    elif layer is not None:
        msg = f"{path.name}: a Parquet file has no layers; leave layer out"
        raise DataError(msg)
    else:
        table, text = _from_parquet(path)
    return table if text is None else _restored(table, text, path.name)


def _from_geopackage(path: Path, layer: str | None) -> tuple[pd.DataFrame, str | None]:
    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(path)]
    except pyogrio.errors.DataSourceError as error:
        msg = f"{path.name} is no GeoPackage that can be read: {error}"
        raise DataError(msg) from error
    if layer is None and len(layers) != 1:
        msg = f"{path.name} has the layers {', '.join(layers)}: say which, with layer="
        raise DataError(msg)
    if layer is not None and layer not in layers:
        msg = f"{path.name} has no layer {layer!r}; there are: {', '.join(layers)}"
        raise DataError(msg)
    name = layers[0] if layer is None else layer
    # In the metadata of the layer, which other programs pass over.
    told = pyogrio.read_info(path, layer=name)["layer_metadata"] or {}
    return pyogrio.read_dataframe(path, layer=name), told.get(KEY)


def _from_parquet(path: Path) -> tuple[pd.DataFrame, str | None]:
    import pyarrow as pa  # noqa: PLC0415 - slow to import, needed here only
    from pyarrow import parquet  # noqa: PLC0415

    try:
        told = parquet.read_schema(path).metadata or {}
    except pa.ArrowInvalid as error:
        msg = f"{path.name} is no Parquet file that can be read: {error}"
        raise DataError(msg) from error
    table = gpd.read_parquet(path) if b"geo" in told else pd.read_parquet(path)
    text = told.get(KEY.encode())
    return table, None if text is None else text.decode()


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """Write a table as (Geo)Parquet with all that goes with it; the same table gives the same bytes.

    Parameters
    ----------
    table
        The table, in the system that it is written in by :func:`write_table`'s promise: EPSG:4326.
    path
        The file.
    """
    from pyarrow import parquet  # noqa: PLC0415 - slow to import, needed here only

    frame = significant_columns(table)
    if isinstance(frame, gpd.GeoDataFrame) and frame.crs is not None:
        frame = frame.to_crs(4326)
        frame = frame.set_geometry(rounded_shapes(frame.geometry.to_numpy()), crs=frame.crs)
    # pandas would write attrs into its own part of the metadata, shares included.
    frame.attrs = {}
    frame.to_parquet(path, index=False)
    # Written a second time, since to_parquet takes no metadata of ours.
    whole = parquet.read_table(path)
    told = {**(whole.schema.metadata or {}), KEY.encode(): written(table).encode()}
    parquet.write_table(whole.replace_schema_metadata(told), path)


def _restored(table: Any, text: str, name: str) -> pd.DataFrame:
    told = json.loads(text)
    if told.get("version", 0) > VERSION:
        msg = f"{name} was written by a later artimap (its form is {told['version']}): update artimap to read it"
        raise DataError(msg)
    if told["geometry"] is not None and isinstance(table, gpd.GeoDataFrame):
        # GeoPackage calls the column "geometry" or "geom", whatever it was called before.
        if table.active_geometry_name != told["geometry"]:
            table = table.rename_geometry(told["geometry"])
        if told["crs"] is not None:
            table = table.to_crs(told["crs"])
    # a column that somebody added or took away in another program is no fault
    known = [column for column in told["columns"] if column in table]
    table = table[[*known, *(column for column in table if column not in told["columns"])]].copy()
    for column in known:
        dtype = told["columns"][column]
        if dtype != "geometry" and str(table[column].dtype) != dtype:
            table[column] = _typed(table[column], dtype)
    table.attrs = told["attrs"]
    whole: pd.DataFrame = table
    return whole


def _typed(values: pd.Series[Any], dtype: str) -> pd.Series[Any]:
    kind: Any = pd.api.types.pandas_dtype(dtype)
    if dtype.startswith("datetime64"):
        # write_geopackage writes days as text.
        return pd.to_datetime(values).astype(kind)
    if dtype == "object":
        return values.astype(object).where(values.notna(), None)
    return values.astype(kind)

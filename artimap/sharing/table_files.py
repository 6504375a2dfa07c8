"""Files that passed the gate: CSV, GeoPackage, GeoParquet, GeoJSON, each with its notice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from artimap.areas.area import ARTIBONITE, Area
from artimap.core.crs import WGS84
from artimap.core.errors import ShareError
from artimap.core.files import replacing, table_csv, write_geopackage, write_text, written_together
from artimap.core.metadata import write_parquet
from artimap.core.precision import significant_columns
from artimap.core.vocab import Audience
from artimap.sharing.policy import Access, SharePolicy
from artimap.sharing.release import Released, release

_DEGREES = 6


def _plain_columns(table: pd.DataFrame) -> pd.DataFrame:
    """Make days text, so that every format and reader gives them back the same."""
    plain = significant_columns(table)
    for column in plain.columns:
        if pd.api.types.is_datetime64_any_dtype(plain[column].dtype):
            plain[column] = plain[column].dt.strftime("%Y-%m-%d")
    # ``attrs`` belong to the table in memory; what a file has to say stands in its notice.
    plain.attrs = {}
    return plain


def _csv_text(table: pd.DataFrame) -> str:
    plain = _plain_columns(pd.DataFrame(table.drop(columns="geometry", errors="ignore")))
    if isinstance(table, gpd.GeoDataFrame):
        # Six decimals of a degree are about 0.1 m: enough for any use, and the same on every computer.
        shapes = table.geometry.to_crs(WGS84) if table.crs is not None else table.geometry
        plain["wkt"] = shapely.to_wkt(shapes.to_numpy(), rounding_precision=_DEGREES)
    return table_csv(plain)


def _geo(table: pd.DataFrame, path: Path) -> gpd.GeoDataFrame:
    if not isinstance(table, gpd.GeoDataFrame):
        msg = f"{path.name}: the table has no geometry; write it as .csv or .parquet"
        raise ShareError(msg)
    return table


def _write(table: pd.DataFrame, path: Path, day: dt.date) -> None:
    kind = path.suffix.lower()
    if kind == ".csv":
        write_text(path, "\ufeff" + _csv_text(table))  # the mark makes spreadsheets read accents rightly
    elif kind == ".gpkg":
        write_geopackage({path.stem: _geo(table, path)}, path, day=day)
    elif kind == ".geojson":
        # RFC 7946 knows WGS 84 only, and readers take any other numbers for degrees.
        frame = _plain_columns(_geo(table, path).to_crs(WGS84))
        with replacing(path) as temporary:
            pyogrio.write_dataframe(
                frame, temporary, layer=path.stem, driver="GeoJSON", geometry_type="Unknown", RFC7946="YES",
                COORDINATE_PRECISION=str(_DEGREES),
            )  # fmt: skip
    else:
        if find_spec("pyarrow") is None:
            msg = f"{path.name}: Parquet needs pyarrow: pip install pyarrow, or write .gpkg"
            raise ShareError(msg)
        with replacing(path) as temporary:
            write_parquet(table, temporary)


_FORMATS = (".csv", ".gpkg", ".parquet", ".geojson")


def write_table(
    table: pd.DataFrame,
    path: Path,
    *,
    audience: Audience,
    policy: SharePolicy | None = None,
    area: Area = ARTIBONITE,
    as_of: dt.date | None = None,
    accesses: Sequence[Access] = (),
) -> Released:
    """Write what of a table may go to an audience, in EPSG:4326, with its notice beside it.

    ``<name>.notice.txt`` says what was done, what was held back and whom to cite;
    ``<name>.aggregates.csv`` holds the counts of rows that may go out only so. A file that
    an earlier run left and this one has no counts for is removed. In a CSV no cell is a
    live formula; the geometry is well-known text.

    Parameters
    ----------
    table, audience, policy, area, as_of, accesses
        See :func:`release`.
    path
        ``.csv``, ``.gpkg``, ``.parquet`` or ``.geojson``.

    Returns
    -------
    Released
        What was written.

    Raises
    ------
    ShareError
        As :func:`release` does, and for other formats.

    Examples
    --------
    >>> import artimap as am
    >>> import tempfile
    >>> from pathlib import Path
    >>> art = am.area("artibonite")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     given = am.write_table(am.read_events(art), Path(folder) / "events.csv", audience="partners", area=art)
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['events.csv', 'events.notice.txt']
    """
    path = Path(path)
    if path.suffix.lower() not in _FORMATS:
        msg = f"{path.name}: artimap writes {', '.join(_FORMATS)}; choose one of these endings"
        raise ShareError(msg)
    done = release(table, audience=audience, policy=policy, area=area, as_of=as_of, accesses=accesses)
    counts = path.with_name(path.stem + ".aggregates.csv")
    with written_together():
        _write(done.table, path, as_of or area.data_until)
        if len(done.aggregates):
            write_text(counts, "\ufeff" + _csv_text(done.aggregates))
        write_text(path.with_name(path.stem + ".notice.txt"), done.notice)
    if not len(done.aggregates):
        # The name is fixed, so a file of an earlier run may lie there. Left in place, its counts would be
        # taken for this run's.
        counts.unlink(missing_ok=True)
    return done

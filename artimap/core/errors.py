"""Every error that artimap raises on purpose.

::

    ArtimapError
    ├── CrsError          (ValueError)    wrong or missing coordinate reference system
    ├── SchemaError       (ValueError)    a table breaks its schema; holds every breach
    ├── CorridorError     (ValueError)    posts or lines that do not make one road
    ├── PlaceError        (LookupError)   a name that finds nothing, or too much
    ├── DataError         (LookupError)   an embedded or added layer is absent or damaged
    ├── DateError         (ValueError)    a day that cannot be read
    ├── ShareError        (ValueError)    a product that may not be written as asked
    ├── ModelError        (ValueError)    a model parameter outside its range
    └── ExtraError        (ImportError)   work that needs an extra, which is not installed

Each is also of the built-in kind in brackets, so ``except ValueError`` keeps working.
The message always says what was met and what to do about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from artimap.core.i18n import tr, translated
from artimap.core.vocab import Lang


class ArtimapError(Exception):
    """Base of all errors that artimap raises on purpose.

    Examples
    --------
    >>> import artimap as am
    >>> try:
    ...     am.area("nowhere")
    ... except am.ArtimapError as error:
    ...     print(type(error).__name__)
    DataError
    """


class CrsError(ValueError, ArtimapError):
    """A table has no coordinate reference system, or not the one that is needed.

    Examples
    --------
    >>> import artimap as am
    >>> import geopandas as gpd
    >>> rn1 = am.read_corridor(am.area("artibonite"), "rn1")
    >>> try:
    ...     rn1.locate(gpd.GeoSeries.from_xy([-72.6], [19.1], crs="EPSG:4326"))
    ... except am.CrsError:
    ...     print("not in metres")
    not in metres
    """


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that is wrong with a table: where, what, and how to mend it."""

    row: str
    column: str
    value: str
    why: str
    fix: str

    def words(self, *, cells: bool, lang: str = Lang.EN) -> str:
        """Say it, with what stands in the cell or without."""
        both = (("row", self.row), ("column", self.column))
        where = ", ".join(tr(f"console.{what}", lang, n=which) for what, which in both if which)
        value = repr(self.value) if cells else tr("console.hidden", lang)
        why, fix = (translated(text, f"row_{part}", lang) for part, text in (("why", self.why), ("fix", self.fix)))
        said = f"{value} {why}" if self.value else why
        return f"{where}{tr('report.colon', lang)}{said}; {fix}" if where else f"{said}; {fix}"

    def __str__(self) -> str:
        return self.words(cells=True)


class SchemaError(ValueError, ArtimapError):
    """A table breaks its schema. ``breaches`` holds every breach, not only the first.

    Examples
    --------
    >>> import artimap as am
    >>> issubclass(am.SchemaError, am.ArtimapError)
    True
    """

    def __init__(self, table: str, breaches: Sequence[Breach]) -> None:
        self.table = table
        self.breaches = tuple(breaches)
        super().__init__(self.words(cells=True))

    def words(self, *, cells: bool, lang: str = Lang.EN) -> str:
        """Say it, with what stands in the cells or, where others than their owner may read it, without.

        Examples
        --------
        >>> import artimap as am
        >>> from artimap.core import schema
        >>> from artimap.core.tables import EVENTS
        >>> try:
        ...     schema.conform(am.read_events(am.area("artibonite")).assign(kind="rain").head(1), EVENTS)
        ... except am.SchemaError as error:
        ...     "rain" in error.words(cells=True), "rain" in error.words(cells=False)
        (True, False)
        """
        shown = [f"  - {breach.words(cells=cells, lang=lang)}" for breach in self.breaches[:20]]
        more = len(self.breaches) - len(shown)
        if more > 0:
            shown.append(f"  {tr('console.more', lang, n=more)}")
        one, many = tr("console.problem", lang).split("|")
        head = (one if len(self.breaches) == 1 else many).format(table=self.table, n=len(self.breaches))
        return "\n".join([head, *shown])


class CorridorError(ValueError, ArtimapError):
    """Posts or lines that do not make one unbroken road.

    Examples
    --------
    >>> import artimap as am
    >>> try:
    ...     am.read_corridor(am.area("artibonite"), "rn99")
    ... except am.CorridorError:
    ...     print("there is no such road")
    there is no such road
    """


class PlaceError(LookupError, ArtimapError):
    """A place name that finds nothing, or finds more than one place.

    Examples
    --------
    >>> import artimap as am
    >>> try:
    ...     am.read_corridor(am.area("artibonite"), "rn1").stretch("Saint-Marc", "Nowhere")
    ... except am.PlaceError:
    ...     print("no town of the road")
    no town of the road
    """

    def __str__(self) -> str:  # LookupError's children print their repr otherwise
        return str(self.args[0]) if self.args else ""


class DataError(LookupError, ArtimapError):
    """A layer of embedded or added data is absent or damaged.

    Examples
    --------
    >>> import artimap as am
    >>> try:
    ...     am.read_report("nothing-there.csv", area=am.area("artibonite"))
    ... except am.DataError:
    ...     print("it is not there")
    it is not there
    """

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class DateError(ValueError, ArtimapError):
    """A day that cannot be read.

    Examples
    --------
    >>> import artimap as am
    >>> try:
    ...     am.study(am.area("artibonite"), as_of="yesterday")
    ... except am.DateError:
    ...     print("no day")
    no day
    """


class ShareError(ValueError, ArtimapError):
    """A product that may not be written as asked.

    Examples
    --------
    >>> import artimap as am
    >>> try:
    ...     am.closures(am.study(am.area("artibonite"), as_of="2024-10-15", audience="public"), "rn1")
    ... except am.ShareError:
    ...     print("for internal use")
    for internal use
    """


class ModelError(ValueError, ArtimapError):
    """A model parameter outside its range.

    Examples
    --------
    >>> import artimap as am
    >>> try:
    ...     am.RiskModel(window_days=0)
    ... except am.ModelError:
    ...     print("a window has days")
    a window has days
    """


class ExtraError(ImportError, ArtimapError):
    """Work that needs an extra, which is not installed; the message holds the install line.

    Examples
    --------
    >>> import artimap as am
    >>> issubclass(am.ExtraError, am.ArtimapError)
    True
    """

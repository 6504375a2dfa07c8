"""What a format is to the registry: how it is recognised and read, and whose its rows are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from artimap.areas.area import Area
from artimap.core.notebook import ShortRepr
from artimap.sources.column_map import Mapping, propose
from artimap.sources.licences import Marks
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import Raw
from artimap.sources.result import ParsedRows, TableName


@dataclass(frozen=True, slots=True)
class Terms:
    """Whose the rows of a format are, and what their owner asks for.

    Attributes
    ----------
    licence
        What stands in the column ``licence`` of rows that state none of their own.
    owner
        The name with which such licences begin, and by which :class:`artimap.Access` tells of a download;
        empty where the rows are those of whoever brings them.
    citation
        How a product names the owner; empty where the licence itself is printed.
    rows_leave
        Whether single rows may be passed on.
    """

    licence: str
    owner: str = ""
    citation: str = ""
    rows_leave: bool = True


def unchanged(raw: Raw) -> Raw:
    """Give a table as it is."""
    return raw


def no_marks(_raw: Raw, _area: Area) -> Marks:
    """Find nothing that points to an owner."""
    return Marks()


def propose_by_names(raw: Raw) -> Mapping:
    """Propose a mapping from the names and headings of the columns."""
    return propose(raw.columns, labels=raw.labels, cells=raw.cells)


@dataclass(frozen=True, slots=True, repr=False)
class Reader(ShortRepr):
    """One format. Each stands at the end of its own module, and as a row in the registry.

    Attributes
    ----------
    name
        What to call it in ``source=``.
    what
        What it reads, for people.
    recognise
        How much a list of column names looks like it, 0 to 1.
    read
        Reads the rows; marks what is wrong with them.
    terms
        Licence and citation of its rows.
    table
        What its rows are: events, posts on a road, statuses of roads, or movements.
    mapping
        What becomes of a mapping that the user brings: ``"refused"`` (the columns are known), ``"taken"`` where
        the format is asked for, ``"kept"`` where the file looks like the format too.
    propose
        Proposes a mapping for a file that looks like it.
    prepare
        Takes away what must not be read, before anything else.
    marks
        Finds what in a file of other columns points to the owner of this format.
    without_persons
        Takes away columns about the people who filled in a form. It runs on every file that looks like this
        format, whichever reader was asked for.
    """

    name: str
    what: str
    recognise: Callable[[Sequence[str]], float]
    read: Callable[[Raw, Area, Problems, Mapping | None], ParsedRows]
    terms: Terms
    table: TableName = "EVENTS"
    mapping: Literal["refused", "taken", "kept"] = "refused"
    propose: Callable[[Raw], Mapping] = propose_by_names
    prepare: Callable[[Raw], Raw] = unchanged
    without_persons: Callable[[Raw], Raw] = unchanged
    marks: Callable[[Raw, Area], Marks] = no_marks


def known_columns(
    read: Callable[[Raw, Area, Problems], ParsedRows],
) -> Callable[[Raw, Area, Problems, Mapping | None], ParsedRows]:
    """Fit a format whose columns are known into the table; the registry has refused a mapping by then."""

    def fitted(raw: Raw, area: Area, problems: Problems, _mapping: Mapping | None) -> ParsedRows:
        return read(raw, area, problems)

    return fitted

"""Counts that agencies pool without handing over a row: by commune's part of a road, closed month and group of kinds.

A cell that holds fewer than ``k`` reports is joined with others like it: the kinds of a month, the months of a
quarter, the communes of a road, the quarters of a year. Each report counts in one cell at most, no total over cells is
written, and a count that would say what each of its parts is, is written as one less. So no sum or difference opens a
cell that is closed: whatever is published, at least two numbers fit it.
"""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from artimap.areas.area import Area
from artimap.areas.road_network import area_roads
from artimap.core import schema
from artimap.core.errors import Breach, SchemaError, ShareError
from artimap.core.files import table_csv, write_text
from artimap.core.precision import significant
from artimap.core.schema import join_names, split_names
from artimap.core.tables import EVENTS
from artimap.core.vocab import POOLED, Audience, EventKind, Level, Record, RoadRelation
from artimap.roads.corridor import Corridor
from artimap.sharing.cells import LEAST_ROAD_M, ON_ROAD, alike, communes_on
from artimap.sharing.policy import SharePolicy
from artimap.sources.containers import open_table
from artimap.sources.licences import OWN, is_shut
from artimap.sources.raw_table import Raw
from artimap.sources.registry import OWNERS
from artimap.sources.row_ids import keyed

KIND_GROUPS: Final = {
    "violence": frozenset({
        EventKind.ATTACK_ON_CIVILIANS, EventKind.ARMED_CLASH, EventKind.ABDUCTION, EventKind.ROAD_AMBUSH,
        EventKind.ARSON, EventKind.POLICE_OPERATION,
    }),
    "tolls": frozenset({EventKind.EXTORTION_OR_TOLL, EventKind.ROAD_CLOSURE}),
}  # fmt: skip
"""Kinds that endanger people on a road, as they are counted together."""
ANY: Final = "any"
"""Kinds of a cell in which all groups are joined, as far as no cell of their own holds them."""
COLUMNS: Final = (
    "record", "agency", "audience", "as_of", "k", "policy", "licence", "area", "grid", "road_id", "units", "first_day",
    "last_day", "kinds", "reports", "largest", "agencies",
)  # fmt: skip
"""Columns of the file: a row ``agency`` each, with the area, its grid and the days covered, then rows ``count``."""
_MONTHS = 24
_MOST = 100_000
_MOST_ROWS = 50_000
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{1,15}")
_WORDS = re.compile(r"[\w .,:;/()'-]{1,120}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

Unit = tuple[str, ...]
Leaf = tuple[str, int, int, str]
"""Road, number of the unit on it, month (counted from year 0), group of kinds."""


class CountCell(NamedTuple):
    """Reports of a cell. ``units`` are communes; ``largest`` is the most of one agency."""

    road_id: str
    units: Unit
    first_day: dt.date
    last_day: dt.date
    kinds: str
    reports: int
    largest: int
    agencies: int

    @property
    def where(self) -> tuple[str, dt.date, dt.date, Unit, str]:
        """What of the road, the calendar and the kinds it is."""
        return self.road_id, self.first_day, self.last_day, self.units, self.kinds


class Contributor(NamedTuple):
    """An agency by its code, and how its counts were made."""

    agency: str
    audience: str
    as_of: dt.date
    k: int
    policy: str
    licence: str


@dataclass(frozen=True, eq=False)
class SharedCounts:
    """Counts of one or several agencies. :func:`artimap.share_counts` and :func:`artimap.merge_counts` make them.

    Attributes
    ----------
    area, grid
        The area, and a digest of the roads and communes that the cells are made of.
    first_day, last_day
        The closed months that are covered. A cell without a row holds from none to ``k - 1`` reports of each agency.
    contributors
        Whose counts they are.
    cells
        The cells that are published.
    left_out
        How many reports are in no cell, by reason: for the agency alone, it stands in no file.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> counts = am.share_counts(am.read_events(art), area=art, as_of="2024-10-15", agency="A1")
    >>> counts.reports > 0, [one.agency for one in counts.contributors]
    (True, ['A1'])
    """

    area: str
    grid: str
    first_day: dt.date
    last_day: dt.date
    contributors: tuple[Contributor, ...]
    cells: tuple[CountCell, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def reports(self) -> int:
        """All reports that are counted; what two agencies tell of counts twice."""
        return sum(one.reports for one in self.cells)

    @property
    def audience(self) -> Audience:
        """For whom they are: for partners, where those of one agency are."""
        wide = all(one.audience == Audience.PUBLIC for one in self.contributors)
        return Audience.PUBLIC if wide else Audience.PARTNERS

    def table(self) -> pd.DataFrame:
        """Give the rows of the file.

        Examples
        --------
        >>> import artimap as am
        >>> art = am.area("artibonite")
        >>> counts = am.share_counts(am.read_events(art), area=art, as_of="2024-10-15", agency="A1")
        >>> counts.table()["record"].iloc[0]
        'agency'
        """
        about = {"area": self.area, "grid": self.grid, "first_day": self.first_day, "last_day": self.last_day}
        rows: list[dict[str, object]] = [{"record": "agency", **one._asdict(), **about} for one in self.contributors]
        rows += [{"record": "count", **one._asdict(), "units": "; ".join(one.units)} for one in self.cells]
        return pd.DataFrame([{name: str(cell) for name, cell in row.items()} for row in rows], columns=list(COLUMNS))

    def save(self, path: str | Path) -> Path:
        """Write the file, CSV in UTF-8 without a live formula; the same counts give the same bytes.

        Examples
        --------
        >>> import artimap as am
        >>> art = am.area("artibonite")
        >>> counts = am.share_counts(am.read_events(art), area=art, as_of="2024-10-15", agency="A1")
        >>> counts.save("counts.csv")  # doctest: +SKIP
        """
        write_text(Path(path), table_csv(self.table()))
        return Path(path)


# -- the grid ----------------------------------------------------------------------


class Grid(NamedTuple):
    """The communes' parts of each known road of an area, and a digest of them."""

    roads: dict[str, tuple[Unit, ...]]
    digest: str


def grid_of(area: Area) -> Grid:
    """Cut the known roads of an area into the parts of their communes.

    A commune with less than five kilometres of a road is counted with its neighbour on it: else it would put its
    reports on that bit of road.
    """
    corridors = area_roads(area).corridors
    roads = {name: _units_of(corridors[name]) for name in sorted(corridors)}
    ends = {
        name: [
            [round(end) for pair in corridors[name].unit_pieces(code) for end in pair] for unit in of for code in unit
        ]
        for name, of in roads.items()
    }
    text = json.dumps([area.name, roads, ends, sorted(KIND_GROUPS), "month"], sort_keys=True)
    return Grid({name: of for name, of in roads.items() if of}, hashlib.sha256(text.encode()).hexdigest()[:16])


def _units_of(road: Corridor) -> tuple[Unit, ...]:
    inside = road.units[(road.units["relation"] == RoadRelation.INSIDE) & (road.units["level"] == Level.ADM2)]
    runs = inside.assign(length=inside["to_m"] - inside["from_m"], middle=(inside["from_m"] + inside["to_m"]) / 2)
    by_code = runs.groupby("pcode", sort=True).agg({"length": "sum", "middle": "mean"}).sort_values("middle")
    large = by_code[by_code["length"] >= LEAST_ROAD_M]
    if not len(large):
        return (tuple(sorted(map(str, by_code.index))),) if len(by_code) else ()
    of: dict[str, list[str]] = {str(code): [str(code)] for code in large.index}
    for code, middle in by_code.loc[by_code["length"] < LEAST_ROAD_M, "middle"].items():
        of[str((large["middle"] - middle).abs().idxmin())].append(str(code))
    return tuple(tuple(sorted(one)) for one in of.values())


def _month(day: dt.date | pd.Timestamp) -> int:
    return day.year * 12 + day.month - 1


def _span(first: int, last: int) -> tuple[dt.date, dt.date]:
    """First and last day of some months."""
    end = dt.date(last // 12, last % 12 + 1, calendar.monthrange(last // 12, last % 12 + 1)[1])
    return dt.date(first // 12, first % 12 + 1, 1), end


# -- counting ----------------------------------------------------------------------


def count_events(
    events: gpd.GeoDataFrame,
    *,
    area: Area,
    as_of: dt.date,
    audience: Audience = Audience.PARTNERS,
    policy: SharePolicy | None = None,
    k: int | None = None,
    agency: str | None = None,
    licence: str = OWN,
    previous: SharedCounts | None = None,
) -> SharedCounts:
    """Count events for others; :func:`artimap.share_counts` says how."""
    rules = policy or SharePolicy()
    rules = rules if k is None else replace(rules, k=k)  # which refuses a k below 3
    code = keyed("agency that shares counts")[:9] if agency is None else agency
    if audience is Audience.INTERNAL:
        msg = "counts are shared with partners or the public: say audience='partners' or 'public'"
        raise ShareError(msg)
    if not _CODE.fullmatch(code):
        msg = f"agency {code!r} is no code: use 2 to 16 letters, digits and hyphens, never a name"
        raise ShareError(msg)
    if is_shut(licence, OWNERS) or not _WORDS.fullmatch(licence):
        msg = f"licence {licence!r} lets nothing leave: count rows that may be counted for others"
        raise ShareError(msg)
    delay = max(1, rules.delay_days(audience))
    last = _month(as_of - dt.timedelta(days=delay) + dt.timedelta(days=1)) - 1
    first = (last - _MONTHS + 1) // 12 * 12
    grid = grid_of(area)
    how = f"{audience}: months over {delay} days ago, under {rules.k} joined or left out"
    by = Contributor(code, audience.value, as_of, rules.k, how, licence)
    made = SharedCounts(area.name, grid.digest, *_span(first, last), (by,), ())
    if previous is not None:
        _same_series(made, previous)
    leaves, left = _leaves(events, area, grid, rules, (first, last))
    done = publish(leaves, grid.roads, (first, last), rules.k, previous)
    lost = sum(leaves.values()) - sum(one.reports for one in done)
    left |= {"small": lost} if lost > 0 else {}
    return replace(made, cells=done, left_out=left)


def _same_series(made: SharedCounts, previous: SharedCounts) -> None:
    """Refuse an earlier file that is not of the same agency, made in the same way: their difference would tell."""
    now = made.contributors[0]
    before = previous.contributors[0]
    same = len(previous.contributors) == 1 and now[:2] == before[:2] and now.k == before.k
    if not same or previous.grid != made.grid or previous.last_day > made.last_day:
        msg = (
            f"the earlier counts are of {before.agency} ({before.audience}, k={before.k}, {previous.last_day}); these "
            f"are of {now.agency} ({now.audience}, k={now.k}, {made.last_day}): go on with the same agency, audience, "
            "k and roads, and a later day"
        )
        raise ShareError(msg)


def _leaves(
    events: gpd.GeoDataFrame, area: Area, grid: Grid, policy: SharePolicy, months: tuple[int, int]
) -> tuple[Counter[Leaf], dict[str, int]]:
    """Count the events of each finest cell, and those that are in none by reason."""
    left: dict[str, int] = {}

    def those(rows: gpd.GeoDataFrame, good: pd.Series, why: str) -> gpd.GeoDataFrame:
        good = good.fillna(value=False).astype(bool)
        if gone := len(good) - int(good.sum()):
            left[why] = left.get(why, 0) + gone
        return rows[good.to_numpy()].reset_index(drop=True)

    shut = {one: policy.is_licensed(str(one)) for one in events["licence"].dropna().unique()}
    rows = those(events.reset_index(drop=True), ~events["licence"].map(shut).astype("boolean"), "licensed")
    groups = {kind.value: name for name, kinds in KIND_GROUPS.items() for kind in kinds}
    dangers = rows["kind"].isin(groups) & (rows["record"] == Record.EVENT)
    rows = rows[dangers.to_numpy(dtype=bool)].reset_index(drop=True)  # others endanger nobody on a road: not asked for
    start, end = (pd.to_datetime(rows[name]) for name in ("date_start", "date_end"))
    month = start.dt.year * 12 + start.dt.month - 1
    rows = those(rows, month <= months[1], "recent")
    month = month[month <= months[1]].reset_index(drop=True)
    rows = those(rows, month >= months[0], "older")
    start, end = (pd.to_datetime(rows[name]) for name in ("date_start", "date_end"))
    rows = those(rows, start.dt.to_period("M") == end.fillna(start).dt.to_period("M"), "vague")
    roads = _own_roads(rows, area)
    out: Counter[Leaf] = Counter()
    for name, units in grid.roads.items():
        here = rows[[one == name for one in roads]].reset_index(drop=True)
        if not len(here):
            continue
        number = {code: at for at, unit in enumerate(units) for code in unit}
        unit = communes_on(here, area_roads(area).corridors[name], area).map(number)
        for at, day, kind in zip(unit, here["date_start"], here["kind"], strict=True):
            if pd.notna(at):
                out[name, int(at), _month(day), groups[str(kind)]] += 1
    if lost := len(rows) - sum(out.values()):
        left["elsewhere"] = lost
    return out, left


def _own_roads(rows: gpd.GeoDataFrame, area: Area) -> list[str | None]:
    """Give the one road on which each row counts: that on which most of it lies, at least half; own road first."""
    corridors = area_roads(area).corridors
    names = sorted(corridors, key=lambda name: (name != area.corridor_id, name))
    if not len(rows) or not names:
        return [None] * len(rows)
    on = np.array([significant(1.0 - corridors[name].spread(rows).off_corridor) for name in names])
    best = on.argmax(axis=0)
    return [names[one] if share >= ON_ROAD else None for one, share in zip(best, on.max(axis=0), strict=True)]


def publish(
    leaves: Mapping[Leaf, int],
    roads: Mapping[str, Sequence[Unit]],
    months: tuple[int, int],
    k: int,
    previous: SharedCounts | None = None,
) -> tuple[CountCell, ...]:
    """Give the cells that may be published.

    Parameters
    ----------
    leaves
        Reports by finest cell; what is not in it is 0.
    roads, months
        The grid, and its first and last closed month.
    k
        Least number of reports in a cell.
    previous
        What the same agency has published before. It stands as it is, and what was closed then opens only as a part
        of a wider cell: so two files differ by whole cells that are new.
    """
    cells = _Publication(k, months, previous, roads)
    for road, units in roads.items():
        for year in range(months[0] // 12, months[1] // 12 + 1):
            by_quarter = list[int]()
            for quarter in range(year * 4, year * 4 + 4):
                span = (quarter * 3, quarter * 3 + 2)
                closed = list[tuple[Unit, int]]()
                for at, unit in enumerate(units):
                    by_month = list[int]()
                    for month in range(quarter * 3, quarter * 3 + 3):
                        reports = {kinds: leaves.get((road, at, month, kinds), 0) for kinds in KIND_GROUPS}
                        by_month += cells.month((road, unit), month, reports)
                    closed += [(unit, one) for one in cells.join((road, unit), by_month, span)]
                wide = tuple(sorted(code for unit, _ in closed for code in unit))
                by_quarter += cells.join((road, wide), [one for _, one in closed], span, wide=len(units) > 1)
            whole = tuple(sorted(code for unit in units for code in unit))
            cells.join((road, whole), by_quarter, (year * 12, year * 12 + 11), wide=True)
    return tuple(cells.out[where] for where in sorted(cells.out, key=str))


Where = tuple[str, dt.date, dt.date, Unit, str]


class _Publication:
    """Cells as they are published, the finest first; what stays closed is handed on to the next wider ones."""

    def __init__(
        self, k: int, months: tuple[int, int], previous: SharedCounts | None, units: Mapping[str, Sequence[Unit]]
    ) -> None:
        self.k, self.last = k, months[1]
        kept = () if previous is None else tuple(one for one in previous.cells if _month(one.first_day) >= months[0])
        self.before = -1 if previous is None else _month(previous.last_day)
        self.out: dict[Where, CountCell] = {one.where: one for one in kept}
        self.kept = frozenset(self.out)
        # Which communes a wide cell was made of stays as it was: it is known by its days.
        self._wide = {one.where[:3] for one in kept if one.units not in units[one.road_id] or _is_year(one)}

    def add(self, where: Where, reports: int) -> None:
        self.out[where] = CountCell(where[0], where[3], where[1], where[2], where[4], reports, reports, 1)

    def month(self, on: tuple[str, Unit], month: int, reports: Mapping[str, int]) -> list[int]:
        """Publish the groups of a month, alone or as one; give what is still closed."""
        if month > self.last:
            return []
        days, parts = _span(month, month), list[int]()
        for kinds, number in reports.items():
            where = (on[0], *days, on[1], kinds)
            if number >= self.k and month > self.before:
                self.add(where, number)
            elif where not in self.kept:
                parts.append(min(number, self.k - 1))  # what came in late stays out
        return self.join(on, parts, (month, month))

    def join(
        self, on: tuple[str, Unit], parts: Sequence[int], span: tuple[int, int], *, wide: bool = False
    ) -> list[int]:
        """Publish parts that are each below ``k`` as one where they may be; give what is still closed."""
        if not parts or span[1] > self.last:
            return []
        where = (on[0], *_span(*span), on[1], ANY)
        if where in self.kept or (wide and where[:3] in self._wide):
            return []
        total = sum(parts)
        if total < self.k or span[1] <= self.before:
            return [min(total, self.k - 1)]
        # If every part were k - 1 the sum would say so: it is told as one less.
        self.add(where, min(total, len(parts) * (self.k - 1) - 1))
        return []


# -- merging and reading -----------------------------------------------------------


def merge_counts(counts: Sequence[SharedCounts | str | Path], *, area: Area | None = None) -> SharedCounts:
    """Add up the counts of several agencies.

    Parameters
    ----------
    counts
        Counts, or their files (which need ``area``).
    area
        The area.

    Returns
    -------
    SharedCounts
        One cell each where all agree on the cell; where one agency counts a month and another its quarter both stand.
        ``reports`` is the sum, ``largest`` the most of one agency: what is told of once and by all lies between.

    Raises
    ------
    ShareError
        If the areas, roads, communes or periods differ, or an agency stands in two of them.

    Examples
    --------
    >>> import artimap as am
    >>> art, known = am.area("artibonite"), am.read_events(am.area("artibonite"))
    >>> one, other = (am.share_counts(known, area=art, as_of="2024-10-15", agency=code) for code in ("A1", "B2"))
    >>> am.merge_counts([one, other]).reports == 2 * one.reports
    True
    >>> both = am.merge_counts(["north.csv", "south.csv"], area=am.area("artibonite"))  # doctest: +SKIP
    """
    if not counts:
        msg = "there is nothing to merge: name at least one file of counts"
        raise ShareError(msg)
    given = [one if isinstance(one, SharedCounts) else read_counts(one, area=_sure(area)) for one in counts]
    names = [str(one) if isinstance(one, str | Path) else f"number {at}" for at, one in enumerate(counts, start=1)]
    first = given[0]
    for name, one in zip(names[1:], given[1:], strict=True):
        if (one.area, one.grid) != (first.area, first.grid):
            msg = f"{name} counts by other pieces of road than {names[0]}: make both with the same area and release"
            raise ShareError(msg)
        if (one.first_day, one.last_day) != (first.first_day, first.last_day):
            msg = (
                f"{name} covers {one.first_day} to {one.last_day}, {names[0]} {first.first_day} to {first.last_day}: "
                "make both for the same day (--as-of)"
            )
            raise ShareError(msg)
    by = [one for each in given for one in each.contributors]
    twice = sorted(name for name, number in Counter(one.agency for one in by).items() if number > 1)
    if twice:
        msg = f"agency {', '.join(twice)} stands in two of the files: its reports would count twice; leave one out"
        raise ShareError(msg)
    cells: dict[tuple[object, ...], list[CountCell]] = defaultdict(list)
    for each in given:
        for cell in each.cells:
            cells[cell.where].append(cell)
    whole = tuple(
        cells[where][0]._replace(
            reports=sum(one.reports for one in cells[where]),
            largest=max(one.largest for one in cells[where]),
            agencies=sum(one.agencies for one in cells[where]),
        )
        for where in sorted(cells, key=str)
    )
    return replace(first, contributors=tuple(sorted(by)), cells=whole, left_out={})


def _sure(area: Area | None) -> Area:
    if area is None:
        msg = "files of counts are read for an area: say area=artimap.area('artibonite')"
        raise ShareError(msg)
    return area


def read_counts(path: str | Path, *, area: Area) -> SharedCounts:
    """Read a file of counts; each row is checked against the grid of the area.

    Raises
    ------
    SchemaError
        If a row cannot be: every one is told, with what mends it.
    ShareError
        If it counts by other pieces of road.
    """
    raw = open_table(Path(path), score=_score)
    wrong = [
        Breach("", name, "", "is missing", "write the file anew with artimap share counts")
        for name in COLUMNS
        if name not in raw.columns
    ]
    if len(raw.cells) > _MOST_ROWS:
        wrong.append(Breach("", "record", str(len(raw.cells)), "are too many rows", f"give {_MOST_ROWS} at most"))
    if wrong:
        raise SchemaError(raw.name, wrong)
    found = _CountFile(raw, area)
    return found.counts()


def _score(columns: Sequence[str]) -> float:
    return len(set(columns) & set(COLUMNS)) / len(COLUMNS)


class _CountFile:
    """The rows of a file of counts as they are checked, one after the other."""

    def __init__(self, raw: Raw, area: Area) -> None:
        self.name, self.area, self.grid = raw.name, area, grid_of(area)
        columns = {name: raw.text(name) for name in COLUMNS}
        self.rows = [
            {name: str(column.iloc[at]) if pd.notna(column.iloc[at]) else "" for name, column in columns.items()}
            for at in range(len(raw.cells))
        ]
        self.wrong = [Breach(str(at + 1), "", "", why, fix) for at, (why, fix) in sorted(raw.damaged.items())]
        self.at = 0

    def refuse(self, column: str, why: str, fix: str) -> None:
        value = self.rows[self.at][column]
        self.wrong.append(Breach(str(self.at + 1), column, value[:60], why, fix))

    def number(self, column: str, least: int, most: int = _MOST) -> int:
        text = self.rows[self.at][column]
        # int() would read signs, spaces and digits of other scripts
        value = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else -1
        if not least <= value <= most:
            self.refuse(column, "is no such count", f"write a whole number from {least} to {most}")
        return value

    def day(self, column: str) -> dt.date:
        text = self.rows[self.at][column]
        try:
            return dt.date.fromisoformat(text if _DAY.fullmatch(text) else "")
        except ValueError:
            self.refuse(column, "is no day", "write YYYY-MM-DD")
            return dt.date.min

    def counts(self) -> SharedCounts:
        heads, cells, about = list[Contributor](), list[CountCell](), set[tuple[str, str, dt.date, dt.date]]()
        for at, row in enumerate(self.rows):
            self.at = at
            if row["record"] == "agency":
                heads.append(self._contributor())
                about.add((row["area"], row["grid"], self.day("first_day"), self.day("last_day")))
            elif row["record"] != "count":
                self.refuse("record", "is no row of counts", "write agency or count")
        self._stop()
        if len(about) != 1 or len({one.agency for one in heads}) != len(heads):
            msg = f"{self.name}: needs a row for each agency, once, all of the same area, grid and days"
            raise ShareError(msg)
        name, digest, first, last = about.pop()
        if (name, digest) != (self.area.name, self.grid.digest):
            here = self.area.name
            msg = f"{self.name} counts by other pieces of road than {here} has here: make it with the same release"
            raise ShareError(msg)
        for at, row in enumerate(self.rows):
            self.at = at
            if row["record"] == "count":
                cells.append(self._cell((first, last), heads))
        self._stop()
        twice = [where for where, number in Counter(one.where for one in cells).items() if number > 1]
        if twice:
            road, day, *_ = twice[0]
            msg = f"{self.name}: a cell of {road} and {day} stands twice; it would count twice"
            raise ShareError(msg)
        return SharedCounts(name, digest, first, last, tuple(heads), tuple(cells))

    def _contributor(self) -> Contributor:
        row = self.rows[self.at]
        if not _CODE.fullmatch(row["agency"]):
            self.refuse("agency", "is no code", "use 2 to 16 letters, digits and hyphens")
        if row["audience"] not in (Audience.PARTNERS, Audience.PUBLIC):
            self.refuse("audience", "is nobody", "write partners or public")
        for column in ("policy", "licence"):
            if not _WORDS.fullmatch(row[column]):
                self.refuse(column, "is not plain words", "write up to 120 letters and digits")
        if is_shut(row["licence"], OWNERS):
            self.refuse("licence", "lets no row be counted for others", "ask the agency for counts without these rows")
        return Contributor(
            row["agency"], row["audience"], self.day("as_of"), self.number("k", 3), row["policy"], row["licence"]
        )

    def _cell(self, covered: tuple[dt.date, dt.date], heads: Sequence[Contributor]) -> CountCell:
        row = self.rows[self.at]
        units = tuple(split_names(row["units"]))
        known = self.grid.roads.get(row["road_id"], ())
        if not known:
            self.refuse("road_id", "is not a road of the area", f"write one of {', '.join(self.grid.roads)}")
        elif units not in known and not (
            units == tuple(sorted(set(units))) and units and set(units) <= {one for unit in known for one in unit}
        ):
            self.refuse("units", "are not communes of the road", "write p-codes as artimap share counts does")
        first, last = self.day("first_day"), self.day("last_day")
        if not covered[0] <= first <= last <= covered[1] or not _is_period(first, last):
            why = "ends no closed month, quarter or year"
            self.refuse("last_day", why, "write first and last day of one that is covered")
        if row["kinds"] not in (*KIND_GROUPS, ANY):
            self.refuse("kinds", "is not a group of kinds", f"write one of {', '.join((*KIND_GROUPS, ANY))}")
        agencies = self.number("agencies", 1, len(heads))
        reports = self.number("reports", min(one.k for one in heads))
        largest = self.number("largest", min(one.k for one in heads))
        if reports >= 0 and agencies > 0 and not reports <= largest * agencies <= reports * agencies:
            self.refuse("largest", "does not fit the sum", "write the most of one agency")
        return CountCell(row["road_id"], units, first, last, row["kinds"], reports, largest, agencies)

    def _stop(self) -> None:
        if self.wrong:
            raise SchemaError(self.name, self.wrong)


def _is_period(first: dt.date, last: dt.date) -> bool:
    start, end = _month(first), _month(last)
    return (first, last) == _span(start, end) and (end - start + 1 in (1, 3, 12) and start % (end - start + 1) == 0)


def _is_year(cell: CountCell) -> bool:
    return _month(cell.last_day) - _month(cell.first_day) == 11


# -- counting what others counted --------------------------------------------------


class Pooled(NamedTuple):
    """EVENTS that stand for the reports of other agencies on a road.

    Attributes
    ----------
    most
        All of them, as if none were among one's own.
    least
        Ids of those that cannot be: what the largest count of a cell leaves when all of one's own there are the same.
    """

    most: gpd.GeoDataFrame
    least: frozenset[str]


def pooled_rows(
    counts: SharedCounts, own: gpd.GeoDataFrame, *, corridor: Corridor, area: Area, as_of: dt.date
) -> Pooled:
    """Give the rows that the counts of others are in the rates of a road.

    Parameters
    ----------
    counts
        What others counted.
    own
        EVENTS that count without them.
    corridor, area
        The road, and its area.
    as_of
        The day of the answer: only what was over by then counts.
    """
    here = [one for one in counts.cells if one.road_id == corridor.corridor_id and one.last_day <= as_of]
    # The finest first: what one agency adds to a month may be what another has in its quarter.
    here.sort(key=lambda one: ((one.last_day - one.first_day).days, len(one.units), str(one.where)))
    licence = join_names(sorted({name for one in counts.contributors for name in split_names(one.licence)}))
    known = own[(own["record"] == Record.EVENT).to_numpy(dtype=bool)].reset_index(drop=True)
    commune = communes_on(known, corridor, area).fillna("") if len(known) else pd.Series([], dtype=object)
    start = pd.to_datetime(known["date_start"])
    end = pd.to_datetime(known["date_end"]).fillna(start)
    kind = known["kind"].astype(object)
    mark = POOLED
    while own["event_id"].str.startswith(mark).any():  # a user's ids are as they are
        mark += "x"
    made, least, added = list[gpd.GeoDataFrame](), set[str](), list[tuple[CountCell, int]]()
    for at, cell in enumerate(here):
        kinds = KIND_GROUPS.get(cell.kinds, frozenset().union(*KIND_GROUPS.values()))
        within = (start >= pd.Timestamp(cell.first_day)) & (end <= pd.Timestamp(cell.last_day)) & kind.isin(kinds)
        mine = int((within & commune.isin(cell.units)).sum())
        mine += sum(number for one, number in added if _is_inside(one, cell))
        more = max(cell.largest - mine, 0)
        added.append((cell, more))
        rows = alike(
            [f"{mark}{at}-{number}" for number in range(cell.reports)], "; ".join(cell.units),
            (cell.first_day, cell.last_day), corridor, min(kinds).value, licence,
        )  # fmt: skip
        made.append(rows)
        least |= set(rows["event_id"].iloc[:more])
    every = pd.concat(made, ignore_index=True) if made else schema.empty(EVENTS, crs=area.crs)
    return Pooled(schema.conform(every, EVENTS, crs=area.crs), frozenset(least))


def _is_inside(one: CountCell, other: CountCell) -> bool:
    days = other.first_day <= one.first_day and one.last_day <= other.last_day
    return days and set(one.units) <= set(other.units) and other.kinds in (one.kinds, ANY)

"""Row by row: what may go to an audience, what becomes coarser, what only counts, what stays."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from artimap.areas.area import ARTIBONITE, Area, read_places, read_units
from artimap.core.errors import ShareError
from artimap.core.notebook import Shown
from artimap.core.schema import TEXT, join_names, objects, split_names
from artimap.core.vocab import Audience, Level, Record, Sensitivity, WhyHeld
from artimap.sharing.masking import mask_column, mask_ids, settled
from artimap.sharing.masking.known_names import public_links
from artimap.sharing.policy import Access, Action, Rules, SharePolicy, audience_of, citation
from artimap.sharing.positions import positions
from artimap.sources.actors import actor_names
from artimap.sources.licences import is_owned

_Rows = TypeVar("_Rows", bound=pd.DataFrame)
_COMMUNE = len("HT0542")
BLURRED: Final = "blurred-"
"""Ids of blurred rows begin so."""
# All columns that may tell the place more exactly than the unit does: words, ids of places and roads,
# kilometres, coordinates, addresses of articles. A new column with a place in it has to be named
# here, or it leaks.
_EMPTIED = (
    "sub_kind", "overlaps", "summary", "note", "notes", "statement", "place_id", "road_id", "from_m", "to_m",
    "source_url", "chainage_m", "offset_m", "off_corridor", "why_not", "why_code", "location", "latitude",
    "longitude", "lat", "lon",
)  # fmt: skip


def _common(codes: list[str]) -> str | None:
    """Give the unit that holds all of several units: itself, their commune, or their department."""
    # P-codes are nested: the first six signs are the commune, the first four the department.
    for length in (None, _COMMUNE, 4):
        cut = {code[:length] for code in codes}
        if len(cut) == 1:
            return cut.pop()
    return None


def unit_of(table: pd.DataFrame, area: Area) -> pd.Series:
    """Give the finest unit that each row is known to lie in, as a p-code; null where none is known.

    A p-code of the row counts first, then the unit of its place, then where its point lies.
    """
    places = read_places(area).set_index("place_id")
    finest = places["adm3_pcode"].fillna(places["adm2_pcode"]).to_dict()
    codes: list[str | None] = []
    stated = table["pcode"] if "pcode" in table else pd.Series(None, index=table.index, dtype=object)
    named = table["place_id"] if "place_id" in table else pd.Series(None, index=table.index, dtype=object)
    for code, place in zip(stated, named, strict=True):
        # What the row says of itself counts first. A place is next, by the finest unit that the gazetteer
        # knows for it.
        if split_names(code):
            codes.append(_common(list(split_names(code))))
        else:
            codes.append(finest.get(place) if isinstance(place, str) and isinstance(finest.get(place), str) else None)
    if isinstance(table, gpd.GeoDataFrame):
        missing = pd.Series([code is None for code in codes], index=table.index)
        # Only points are looked up by where they lie. An area or a line may reach over several units, and
        # naming one of them would be a guess.
        points = table.geometry[missing & (table.geometry.geom_type == "Point")].to_crs(area.crs)
        units = read_units(area)
        sections = units.loc[units["level"] == Level.ADM3, ["pcode", "geometry"]]
        inside = gpd.sjoin(gpd.GeoDataFrame(geometry=points), sections, predicate="intersects")["pcode"]
        # A point on a border lies in two sections: the lower p-code is taken, so that the same point always
        # goes to the same.
        found = pd.Series(codes, index=table.index, dtype=TEXT)
        return found.fillna(inside.groupby(level=0).min().astype(TEXT))
    return pd.Series(codes, index=table.index, dtype=TEXT)


def commune_of(codes: pd.Series) -> pd.Series:
    """Give the commune of units; null where a unit is wider than a commune."""
    short = codes.str.slice(0, _COMMUNE)
    # A code of the department is shorter than a commune's and must not pass as one.
    return short.where(short.str.len() == _COMMUNE)


def unit_names(area: Area) -> dict[str, str]:
    """Give names of units by p-code."""
    units = read_units(area)
    return dict(zip(units["pcode"], units["name"], strict=True))


def _base(rows: gpd.GeoDataFrame, area: Area, first: int) -> gpd.GeoDataFrame:
    """Empty all that may tell the place: words, ids of places and roads, chainage, and ids made of place names."""
    blurred = rows.copy()
    for column in _EMPTIED:
        if column in blurred:
            # Emptied, not dropped: a table with other columns would tell which rows were blurred, and break its
            # schema.
            blurred[column] = pd.Series([None] * len(blurred), index=blurred.index).astype(blurred[column].dtype)
    if "actors" in blurred:
        # A group that only the row names may be that of one village: those that the area knows stay.
        known = set(actor_names(area).values())
        blurred["actors"] = (
            blurred["actors"]
            .map(lambda cell: join_names(one for one in split_names(cell) if one in known), na_action="ignore")
            .astype(blurred["actors"].dtype)
        )
    if "event_id" in blurred:
        # Ids are made of place names and days. A running number tells nothing, and does not lead back to the
        # row.
        blurred["event_id"] = [f"{BLURRED}{first + count}" for count in range(len(blurred))]
    return blurred


def blur_to_unit(rows: gpd.GeoDataFrame, codes: pd.Series, area: Area, *, level: Level) -> gpd.GeoDataFrame:
    """Put rows into the section or commune that they lie in.

    Parameters
    ----------
    rows
        Rows whose ``codes`` are not null.
    codes
        Their units (see :func:`unit_of`), as fine as ``level`` or wider.
    area
        The area.
    level
        ``adm3`` or ``adm2``.
    """
    units = read_units(area).set_index("pcode")
    blurred = _base(rows, area, 1)
    # A section that has no outline of its own falls back to its commune: coarser, never finer.
    into = codes if level is Level.ADM3 else codes.str.slice(0, _COMMUNE)
    into = into.where(into.isin(units.index), into.str.slice(0, _COMMUNE))
    # What the row now is, not what was asked for: a row known only to the department stays one of the
    # department.
    levels = into.map(units["level"])
    blurred["pcode"] = into.astype(TEXT)
    blurred["place"] = into.map(units["name"]).astype(TEXT)
    blurred["place_kind"] = levels.map({"adm3": "section", "adm2": "commune", "adm1": "department"}).astype(TEXT)
    blurred["geo_precision"] = levels.map({"adm3": 2}).fillna(3).astype("Int64")
    blurred["radius_m"] = np.nan
    shapes = gpd.GeoSeries(list(into.map(units.geometry)), index=rows.index, crs=units.crs).to_crs(rows.crs)
    return blurred.set_geometry(shapes.rename("geometry"))


def blur_to_circle(rows: gpd.GeoDataFrame, area: Area, *, radius_m: float) -> gpd.GeoDataFrame:
    """Put points into circles around the centres of a fixed grid, the same spot always in the same circle."""
    # Squares with a diagonal of two radii: each lies whole within its circle, so the true point is always
    # inside. The grid is fixed. Circles around the points themselves, moved at random, would give the
    # point away once several are laid over one another.
    step = radius_m * math.sqrt(2.0)
    points = rows.geometry.to_crs(area.crs).centroid
    centres = shapely.points(
        (np.floor(points.x / step) + 0.5) * step,
        (np.floor(points.y / step) + 0.5) * step,
    )
    blurred = _base(rows, area, 1)
    for column in ("place", "pcode"):
        if column in blurred:
            blurred[column] = pd.Series([None] * len(blurred), index=blurred.index).astype(TEXT)
    blurred["radius_m"] = radius_m
    if "geo_precision" in blurred:
        blurred["geo_precision"] = pd.array([2] * len(blurred), dtype="Int64")
    circles = gpd.GeoSeries(shapely.buffer(centres, radius_m), index=rows.index, crs=area.crs).to_crs(rows.crs)
    return blurred.set_geometry(circles.rename("geometry"))


FREE_TEXT: Final = (
    "summary",
    "note",
    "notes",
    "statement",
    "fee_text",
    "fees",
    "claimant",
    "operator",
    "value",
    "place",
    "words",
    "actors",
    "sub_kind",
    "source",
    "source_url",
)
"""Columns whose words people write: masked before they leave."""


@dataclass(frozen=True, eq=False, repr=False)
class Released(Shown):
    """What may go to an audience, and what has to be printed beside it.

    Attributes
    ----------
    table
        Rows that may go out, in their order; with ``blur`` some lie in a unit or circle.
    aggregates
        Counts by commune and month of rows that may go out only so; empty where there are none.
        ``pcode``, ``unit``, ``month`` (YYYY-MM), ``n_events``, ``killed_at_least`` (null is not zero).
    held_codes
        Rows that are not in ``table``, by the code of the reason (:class:`artimap.core.vocab.WhyHeld`). With
        ``len(table)`` they add up to the rows given.
    changed
        Rows of ``table`` that were blurred, and cells in which words were masked.
    method
        What was done, in sentences, to be printed on the product.
    citation
        Whom the product must name, a line each.
    left_out
        Which rows of the given table are not in ``table`` in any shape, counted from 0.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> events = am.read_events(art)
    >>> given = am.release(events, audience="partners", area=art)
    >>> len(given.table) + sum(given.held_codes.values()) == len(events)
    True
    """

    table: pd.DataFrame
    aggregates: pd.DataFrame
    held_codes: Mapping[WhyHeld, int]
    changed: Mapping[str, int]
    method: str
    citation: str
    left_out: tuple[int, ...] = ()

    @property
    def held_back(self) -> Mapping[str, int]:
        """The rows of ``held_codes`` by the reason in words, in the order of these."""
        return MappingProxyType(dict(sorted((why.text, count) for why, count in self.held_codes.items())))

    @property
    def notice(self) -> str:
        """All that has to stand on or beside the product."""
        held = [f"  {count} rows: {reason}" for reason, count in self.held_back.items()]
        return "\n".join([self.method, "Held back:", *(held or ["  nothing"]), "", "Cite:", self.citation, ""])


_ATTRS: Final = frozenset({"models", "as_of", "known_on", "since", "until"})
"""What goes with a table to other audiences: parameters and days. Notes may name files, counts may name rows."""


def _need_columns(table: pd.DataFrame) -> None:
    lacking = [name for name in ("licence", "sensitivity") if name not in table.columns]
    if lacking:
        msg = (
            f"the table has no column {' and no column '.join(lacking)}, so nobody can say who may see its rows: "
            "read it with artimap (read_events, read_claims), or add both columns"
        )
        raise ShareError(msg)


def _days(table: pd.DataFrame) -> pd.Series:
    # The latest day that a row speaks of comes first: a delay runs from the end of what happened, not
    # from its beginning.
    for column in ("date_end", "reported", "last_confirmed", "date_start", "valid_to", "valid_from"):
        if column in table.columns:
            return pd.to_datetime(table[column])
    return pd.Series(pd.NaT, index=table.index)


def _decide(
    table: pd.DataFrame, audience: Audience, policy: SharePolicy, as_of: dt.date | None, area: Area
) -> pd.DataFrame:
    """Give an action and a reason for each row."""
    # Movements of one's own are for nobody else, whatever their sensitivity and the policy: others count cells.
    if "movement_id" in table.columns:
        return pd.DataFrame({"action": Action.REMOVE, "reason": WhyHeld.MOVEMENT}, index=table.index)
    rules = policy.rules(audience)
    words = {one.value: one for one in Sensitivity}
    # Where forces are stands above every rule and licence: such rows go to nobody outside, whatever the
    # policy says of their sensitivity.
    forces = positions(table, area, forces=policy.forces, after_days=policy.positions_after_days, as_of=as_of).tolist()
    days = _days(table)
    # Days are counted back from the day of the answer, not from today: the same call gives the same rows
    # next year.
    limit = None if as_of is None else pd.Timestamp(as_of - dt.timedelta(days=policy.delay_days(audience)))
    actions: list[Action] = []
    reasons: list[WhyHeld] = []
    # A row without a day is never old enough: nobody can say that the delay is over.
    olds = [False] * len(table) if limit is None else (days <= limit).tolist()
    decided: dict[tuple[bool, object, object], tuple[Action, WhyHeld]] = {}
    for key in zip(forces, objects(table["licence"]), objects(table["sensitivity"]), strict=True):
        if key not in decided:
            decided[key] = _one(key[0], key[1], words.get(key[2]), policy, rules)
    rows = zip(forces, objects(table["licence"]), objects(table["sensitivity"]), olds, strict=True)
    for position, licence, sensitivity, old in rows:
        action, reason = decided[position, licence, sensitivity]
        if action is Action.DELAY:
            action, reason = (Action.PASS, reason) if old else (Action.REMOVE, WhyHeld.RECENT)
        actions.append(action)
        reasons.append(reason)
    return pd.DataFrame({"action": actions, "reason": reasons}, index=table.index)


def _one(
    position: bool,  # noqa: FBT001 - one row's facts, in a row
    licence: object,
    sensitivity: Sensitivity | None,
    policy: SharePolicy,
    rules: Rules,
) -> tuple[Action, WhyHeld]:
    if position:
        return Action.REMOVE, WhyHeld.POSITION
    # Before anything that lets a row through: what is not stated is closed, not open.
    if sensitivity is None or not isinstance(licence, str):
        return Action.REMOVE, WhyHeld.UNKNOWN
    wanted = rules.action(sensitivity)
    # Removal by sensitivity before the licence, so that a severe row of a licensed source is not even
    # counted.
    if wanted is Action.REMOVE:
        return Action.REMOVE, WhyHeld(sensitivity.value)
    if policy.is_licensed(licence):
        # Counts may leave where it is known how their owner wants to be cited; "internal" says that nothing may.
        counted = is_owned(licence, policy.licensed)
        return policy.licensed_rows if counted else Action.REMOVE, WhyHeld.LICENSED
    return wanted, WhyHeld(sensitivity.value)


def _aggregate(rows: pd.DataFrame, area: Area, k: int, as_of: dt.date | None) -> tuple[pd.DataFrame, pd.Series]:
    """Count rows by commune and month; give the cells of k and more, and why each row is or is not in one."""
    why = pd.Series(WhyHeld.UNCOUNTED, index=rows.index, dtype=object)
    columns = ["pcode", "unit", "month", "n_events", "killed_at_least"]
    if not len(rows):
        return pd.DataFrame(columns=columns), why
    names = unit_names(area)
    start = pd.to_datetime(rows["date_start"]) if "date_start" in rows else pd.Series(pd.NaT, index=rows.index)
    killed = rows["killed_low"] if "killed_low" in rows else pd.Series(pd.NA, index=rows.index)
    cells = pd.DataFrame(
        {
            "pcode": commune_of(unit_of(rows, area)),
            "month": start.dt.strftime("%Y-%m"),
            "killed": pd.to_numeric(killed).astype("Int64"),
        },
        index=rows.index,
    )
    # A figure over several events is no event, and would fill up a cell that holds too few.
    single = cells["pcode"].notna() & cells["month"].notna()
    if "record" in rows:
        single &= (rows["record"] != Record.AGGREGATE).astype(bool)
    made: list[dict[str, object]] = []
    for (pcode, month), cell in cells[single].groupby(["pcode", "month"], sort=True):
        # Cells below k are left out whole, not shown as "fewer than k": their place and month alone would
        # tell of single rows. So is a month that is not over: the counts of two days would tell the row between them.
        over = as_of is None or pd.Period(str(month), "M").end_time.date() <= as_of
        enough = len(cell) >= k and over
        why.loc[cell.index] = WhyHeld.COUNTED if enough else WhyHeld.SMALL
        if enough:
            # Without ``min_count`` a sum of nulls is 0, which would say that nobody died.
            dead = cell["killed"].sum(min_count=1)
            made.append(dict(zip(columns, (pcode, names.get(str(pcode)), month, len(cell), dead), strict=True)))
    table = pd.DataFrame(made, columns=columns)
    for column in ("n_events", "killed_at_least"):
        table[column] = pd.to_numeric(table[column]).astype("Int64")
    return table, why


def _blur(rows: gpd.GeoDataFrame, area: Area, policy: SharePolicy) -> gpd.GeoDataFrame:
    """Blur what can be blurred; the rest does not come back."""
    if policy.blur_to == "radius":
        # Only points can be put into a circle: the centre of an area or a line is a spot that nobody named.
        # The rest stays back.
        points = rows.geometry.notna() & (rows.geometry.geom_type == "Point") & ~rows.geometry.is_empty
        return blur_to_circle(rows[points], area, radius_m=policy.blur_radius_m)
    codes = unit_of(rows, area)
    units = unit_names(area)
    # A row of which no unit is known cannot be made coarser, and does not come back.
    known = codes.isin(units) | codes.str.slice(0, 6).isin(units)
    level = Level.ADM3 if policy.blur_to == "section" else Level.ADM2
    return blur_to_unit(rows[known], codes[known], area, level=level)


_ID_COLUMNS: Final = ("event_id", "report_id", "claim_id", "checkpoint_id")


def without_marks(table: pd.DataFrame) -> pd.DataFrame:
    """Mask what was marked as unsure when a user's rows were read: marks are for internal use alone."""
    out = table.copy()
    for column in FREE_TEXT:
        if column in out.columns and (text := out[column].astype(TEXT)).str.contains("? ", regex=False).any():
            out[column] = text.map(settled, na_action="ignore").astype(TEXT)
    return out


def _mask(table: pd.DataFrame, area: Area) -> tuple[pd.DataFrame, int]:
    masked, cells = table.copy(), 0
    for column in _ID_COLUMNS:
        if column in masked.columns:
            masked[column] = mask_ids(masked[column], area=area)
    for column in FREE_TEXT:
        # All columns in which people write, whatever the table: a name hides in a remark as well as in a
        # summary.
        if column in masked.columns:
            text = masked[column].astype(TEXT)
            if column == "source_url":
                text = text[~text.isin(public_links(area))]
            done = mask_column(text, area=area)
            masked[column] = done.text.reindex(masked.index).fillna(masked[column].astype(TEXT))
            cells += int((done.counts > 0).sum())
    return masked, cells


def release(
    table: pd.DataFrame,
    *,
    audience: Audience,
    policy: SharePolicy | None = None,
    area: Area = ARTIBONITE,
    as_of: dt.date | None = None,
    accesses: Sequence[Access] = (),
) -> Released:
    """Decide what of a table may go to an audience.

    Parameters
    ----------
    table
        EVENTS, CLAIMS or any table with ``licence`` and ``sensitivity``.
    audience
        ``internal`` gets every row as it is; for ``partners`` and ``public`` the policy decides.
    policy
        Who gets what; the default if null.
    area
        Its units are the cells of aggregates and what rows are blurred to.
    as_of
        The day from which delays count back; needed where a rule says ``delay``.
    accesses
        Day and filters of downloads, for citations. Needed before aggregates of ACLED rows may leave.

    Raises
    ------
    ShareError
        If the table says neither licence nor sensitivity and is not for internal use (rates, zones and
        posts stand on reports of every kind: no row of theirs says who may see it), or if a delay lacks its day or a
        citation its day of access.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> given = am.release(am.read_events(art), audience="public", area=art)
    >>> len(given.table) < len(am.read_events(art))
    True
    """
    # A word that is no audience fails here, before any row is looked at.
    audience = audience_of(audience)
    policy = policy or SharePolicy()
    # Tables of rates, zones and posts carry no licence by row and are refused as they stand; the products
    # hand on what is made from rows that had passed.
    if audience is not Audience.INTERNAL:
        _need_columns(table)
    # Everything below is joined by position. An index with repeats would let one decision fall on several
    # rows.
    table = table.reset_index(drop=True)
    if audience is Audience.INTERNAL:
        licences = table["licence"].dropna().unique() if "licence" in table else ()
        cited = citation(licences, _publishers(table), accesses, change="none")
        none = _aggregate(table.iloc[:0], area, policy.k, as_of)[0]
        method = "For internal use: every row as it is, nothing masked. Not to be passed on."
        return Released(table, none, MappingProxyType({}), MappingProxyType({}), method, cited)
    rules = policy.rules(audience)
    # No clock is read in its place: a day that is assumed would let rows out earlier or later on another
    # computer.
    if as_of is None and Action.DELAY in {rules.action(one) for one in Sensitivity}:
        msg = f"the policy delays rows for the audience '{audience}': say from which day on, with as_of="
        raise ShareError(msg)
    decided = _decide(table, audience, policy, as_of, area)
    # Each row ends in exactly one of: ``out``, as it is or blurred; an aggregate; held back with a
    # reason. ``held_codes`` and ``out`` add up to the rows given.
    out, blurred = _kept_rows(table, decided, area, policy)
    aggregates, why = _aggregate(table[decided["action"] == Action.AGGREGATE], area, policy.k, as_of)
    # Asked only for rows that are really counted: a licensed row in a cell too small needs no citation.
    _need_access(table.loc[why.index[why == WhyHeld.COUNTED], "licence"], accesses, policy)
    decided.loc[why.index, "reason"] = why
    gone = decided[~decided.index.isin(out.index)]
    # A row that should have been blurred and could not is gone for a reason of its own, which the reader
    # is told.
    unblurred = gone["action"] == Action.BLUR
    gone.loc[unblurred, "reason"] = WhyHeld.UNBLURRED
    counts = gone["reason"].value_counts(sort=False)
    named = pd.DataFrame(table)[[name for name in ("licence", "source") if name in table.columns]]
    used = named.loc[[*out.index, *why.index[why == WhyHeld.COUNTED]]]
    cells, out = 0, without_marks(out)
    # Masked last and whatever the row's sensitivity: a name in a harmless row is a name.
    if policy.mask_text:
        out, cells = _mask(out, area)
    # Only what is known to be harmless goes along; ``attrs`` may hold the shares of every event behind a
    # rate.
    out.attrs = {name: value for name, value in table.attrs.items() if name in _ATTRS}
    changed = {name: count for name, count in (("blurred", blurred), ("masked", cells)) if count}
    return Released(
        table=out.reset_index(drop=True),
        aggregates=aggregates,
        held_codes=MappingProxyType({WhyHeld(str(reason)): int(count) for reason, count in counts.items()}),
        changed=MappingProxyType(changed),
        method=_method(audience, policy, changed, aggregates),
        citation=citation(
            used["licence"].dropna().unique(),
            _publishers(used),
            accesses,
            change=f"counts by commune and month, cells of fewer than {policy.k} left out",
        ),
        left_out=tuple(gone.index.tolist()),
    )


def _publishers(table: pd.DataFrame) -> list[str]:
    return [str(name) for name in table["source"].dropna().unique()] if "source" in table else []


def rows_where(table: _Rows, chosen: pd.Series) -> _Rows:
    """Give the rows that are chosen; where all are, the table itself, as a national file has not room for two."""
    return table if chosen.all() else table[chosen.to_numpy(dtype=bool)]


def _kept_rows(table: pd.DataFrame, decided: pd.DataFrame, area: Area, policy: SharePolicy) -> tuple[pd.DataFrame, int]:
    """Give the rows that pass and the blurred ones, in their order, and the number of the latter."""
    out = rows_where(table, decided["action"] == Action.PASS)
    coarse = table[decided["action"] == Action.BLUR]
    if not len(coarse) or not isinstance(coarse, gpd.GeoDataFrame):
        return out, 0  # without a geometry there is nothing to blur: the row stays back
    done = _blur(coarse, area, policy)
    # The same columns as before: blurring adds some, and they would tell which rows it touched. Sorted by
    # index, so that the rows keep their order and their place in the table tells nothing.
    both = pd.concat([out, done[[*table.columns]]]) if len(out) else done[[*table.columns]]
    return both.sort_index(), len(done)


def _need_access(licences: pd.Series, accesses: Sequence[Access], policy: SharePolicy) -> None:
    named = {one.source.casefold() for one in accesses}
    for start in policy.licensed:
        used = any(is_owned(str(licence), (start,)) for licence in licences)
        if used and start.casefold() not in named:
            msg = (
                f"aggregates of {start} rows must cite the day of access and the filters: "
                f"accesses=[Access('{start}', dt.date(2025, 1, 31), 'Haiti, 2022 to 2024')]"
            )
            raise ShareError(msg)


def _method(audience: Audience, policy: SharePolicy, changed: Mapping[str, int], aggregates: pd.DataFrame) -> str:
    said = [f"Prepared for the audience '{audience}'."]
    if changed.get("blurred"):
        into = (
            f"a circle of {policy.blur_radius_m / 1000:g} km" if policy.blur_to == "radius" else f"its {policy.blur_to}"
        )
        said.append(f"{changed['blurred']} rows are placed in {into} only, and their words are left out.")
    if len(aggregates):
        said.append(f"Some rows are only counted, by commune and month; cells under {policy.k} rows are left out.")
    if Action.DELAY in {policy.rules(audience).action(one) for one in Sensitivity}:
        said.append(f"Some rows leave only after {policy.delay_days(audience)} days.")
    if policy.mask_text:
        cells = changed.get("masked", 0)
        said.append(
            f"Names of people, and numbers and addresses that lead to them, are masked by rule ({cells} cells)."
        )
    said.append("Rows that this audience may not see are left out and counted below.")
    return " ".join(said)

"""A road studied as one measured line: calibrated chainage, locating, stretches, lixels.

Terms follow linear referencing: *chainage* is the distance along the road from its
origin, *offset* the distance from it. Chainage is calibrated on posts, because a line
drawn through posts cuts the bends and measures several per cent short.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from artimap import data, schema
from artimap.area import Area, read_places, read_posts, read_road_units, read_roads
from artimap.crs import require
from artimap.errors import CorridorError, PlaceError
from artimap.vocab import Where

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_POST_TOLERANCE_M = 15.0
"""Posts are given to 4 decimals of a degree (±8 m each): two may look that much too far apart."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far from its named spot a report may lie, and how much of it lies on the road.

    The radii are used where a row states none (``radius_m``); the shares where the report
    does not name the road itself. They are stated assumptions, printed by every product.

    Attributes
    ----------
    point_m, place_m
        Radius of an exact spot and of a named place, in metres.
    share_place, share_section, share_commune
        Share of such events taken to have happened on the road at all.
    """

    point_m: float = 500.0
    place_m: float = 1_500.0
    share_place: float = 0.5
    share_section: float = 0.25
    share_commune: float = 0.1

    def __post_init__(self) -> None:
        from artimap.errors import ModelError  # noqa: PLC0415 - errors only

        if min(self.point_m, self.place_m) <= 0:
            msg = "Reach: point_m and place_m are radii in metres and must be greater than 0"
            raise ModelError(msg)
        if not all(0 <= share <= 1 for share in (self.share_place, self.share_section, self.share_commune)):
            msg = "Reach: shares lie between 0 and 1"
            raise ModelError(msg)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a corridor between two chainages."""

    corridor_id: str
    name: str
    from_m: float
    to_m: float
    geometry: shapely.LineString

    @property
    def length_m(self) -> float:
        """Length along the road in metres."""
        return self.to_m - self.from_m


@dataclass(frozen=True, slots=True)
class Spread:
    """Where on the road each event may lie: pieces ``from_m``–``to_m`` with a weight.

    ``row`` counts the rows of the table that was spread. The weights of a row and its
    ``off_corridor`` add up to 1; inside a piece the weight is even.
    """

    row: Ints
    from_m: Floats
    to_m: Floats
    weight: Floats
    off_corridor: Floats
    why_not: tuple[str | None, ...]

    def over(self, edges: Floats) -> tuple[Ints, Ints, Floats]:
        """Share the weights out over consecutive bins of the road.

        Parameters
        ----------
        edges
            Chainages of the bin edges, rising, in metres.

        Returns
        -------
        tuple
            Row numbers, bin numbers, weights: one entry where an event touches a bin.
            What lies outside the edges is not counted.
        """
        if not len(self.row):
            nothing = np.zeros(0, dtype=np.int64)
            return nothing, nothing, np.zeros(0)
        bins = len(edges) - 1
        first = np.clip(np.searchsorted(edges, self.from_m, side="right") - 1, 0, bins - 1)
        last = np.clip(np.searchsorted(edges, self.to_m, side="left") - 1, first, bins - 1)
        count = last - first + 1
        entry = np.repeat(np.arange(len(self.row)), count)
        step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        where = first[entry] + step
        low = np.maximum(self.from_m[entry], edges[where])
        high = np.minimum(self.to_m[entry], edges[where + 1])
        length = self.to_m[entry] - self.from_m[entry]
        overlap = np.clip(high - low, 0.0, None)
        inside = (self.from_m[entry] >= edges[0]) & (self.from_m[entry] <= edges[-1])
        share = np.divide(overlap, length, out=np.where(inside, 1.0, 0.0), where=length > 0)
        weight = self.weight[entry] * share
        kept = weight > 0
        return self.row[entry][kept], where[kept], weight[kept]


@dataclass(frozen=True, eq=False)
class Corridor:
    """A road as one line with calibrated chainage.

    Attributes
    ----------
    corridor_id, ref, name
        For example ``"rn1"``, ``"RN1"``, ``"Route Nationale 1"``.
    crs
        Metric system of ``line``.
    line
        The road, from its origin.
    measures
        Chainage of each vertex of ``line``, in metres, strictly rising from 0.
    units
        ROAD_UNITS of this road: where it runs inside or within 500 m of which unit.
    towns
        Places that end its named stretches: ``place_id``, ``name``, ``name_fr``,
        ``name_ht``, ``kind``, ``chainage_m``, ``offset_m``, geometry.
    """

    corridor_id: str
    ref: str
    name: str
    crs: str
    line: shapely.LineString
    measures: Floats
    units: pd.DataFrame = field(repr=False)
    towns: gpd.GeoDataFrame = field(repr=False)

    def __repr__(self) -> str:
        return f"<Corridor {self.ref}: {self.length_m / 1000:.2f} km, {len(self.towns)} towns, {self.crs}>"

    @property
    def length_m(self) -> float:
        """Length along the road in metres, from the posts."""
        return float(self.measures[-1])

    # -- building ---------------------------------------------------------------

    @classmethod
    def from_posts(
        cls,
        posts: gpd.GeoDataFrame,
        *,
        corridor_id: str,
        ref: str,
        name: str,
        units: pd.DataFrame | None = None,
    ) -> Corridor:
        """Build a corridor from kilometre posts.

        Parameters
        ----------
        posts
            POSTS of one road in a metric system, in order; ``km`` is the road distance.
        corridor_id, ref, name
            What to call it.
        units
            ROAD_UNITS of this road, if known.

        Raises
        ------
        CorridorError
            If the posts do not rise, do not start at 0, or lie farther apart than the
            road between them is long (a gap or a misplaced post): every such place is named.
        """
        km = posts["km"].to_numpy(dtype=float)
        xy = shapely.get_coordinates(posts.geometry.to_numpy())
        wrong = []
        if len(km) < 2 or abs(km[0]) > 1e-9:
            wrong.append("it needs two posts at least, the first at km 0")
        for i in np.flatnonzero(np.diff(km) <= 0):
            wrong.append(f"km {km[i + 1]:g} follows km {km[i]:g}: posts must rise (a branch, or a repeated post?)")
        straight = np.hypot(*np.diff(xy, axis=0).T)
        for i in np.flatnonzero(straight > np.diff(km) * 1000 + _POST_TOLERANCE_M):
            wrong.append(
                f"between km {km[i]:g} and km {km[i + 1]:g} the posts lie {straight[i] / 1000:.2f} km apart: "
                f"more than the road between them (a gap, or a misplaced post, at x={xy[i, 0]:.0f} y={xy[i, 1]:.0f})"
            )
        if wrong:
            msg = f"{ref}: these posts do not make one road:\n  - " + "\n  - ".join(wrong)
            raise CorridorError(msg)
        crs = posts.crs.to_string()
        require(posts, crs, what="posts")
        return cls(
            corridor_id=corridor_id,
            ref=ref,
            name=name,
            crs=crs,
            line=shapely.LineString(xy),
            measures=km * 1000.0,
            units=schema.empty(schema.ROAD_UNITS) if units is None else units,
            towns=_no_towns(crs),
        )

    @classmethod
    def from_lines(cls, lines: gpd.GeoSeries, *, corridor_id: str, ref: str, name: str) -> Corridor:
        """Build a corridor from lines that join end to end; chainage is their length.

        Parameters
        ----------
        lines
            LineStrings in a metric system, in any order and direction. The road starts at
            the free end that the first line is nearer to.

        Raises
        ------
        CorridorError
            If they leave a gap, branch or close a ring: the message gives the places.
        """
        if lines.crs is None:
            require(lines, "a metric system", what="lines")
        parts = shapely.get_parts(lines.to_numpy())
        merged = shapely.line_merge(shapely.multilinestrings(parts))
        if merged.geom_type != "LineString":
            raise CorridorError(_why_not_one_line(parts, ref))
        if merged.is_closed:
            msg = f"{ref}: the lines close a ring, so there is no end to measure from"
            raise CorridorError(msg)
        line = merged
        head = shapely.Point(parts[0].coords[0])
        if head.distance(shapely.Point(line.coords[-1])) < head.distance(shapely.Point(line.coords[0])):
            line = shapely.reverse(line)
        xy = shapely.get_coordinates(line)
        xy = xy[np.r_[True, np.hypot(*np.diff(xy, axis=0).T) > 0]]
        crs = lines.crs.to_string()
        return cls(
            corridor_id=corridor_id,
            ref=ref,
            name=name,
            crs=crs,
            line=shapely.LineString(xy),
            measures=np.r_[0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T))],
            units=schema.empty(schema.ROAD_UNITS),
            towns=_no_towns(crs),
        )

    # -- chainage <-> point -----------------------------------------------------

    def point_at(self, chainage_m: float | Sequence[float] | Floats) -> Any:
        """Give the point at a chainage.

        Parameters
        ----------
        chainage_m
            One chainage, or many, in metres.

        Returns
        -------
        shapely.Point or ndarray of Point
            In the corridor's system; an array for an array.

        Raises
        ------
        ValueError
            If a chainage lies outside the road.
        """
        wanted = np.asarray(chainage_m, dtype=float)
        if not np.all((wanted >= 0) & (wanted <= self.length_m)):
            msg = f"chainage must lie between 0 and {self.length_m:.0f} m on {self.ref}"
            raise ValueError(msg)
        xy = self._xy
        points = shapely.points(np.interp(wanted, self.measures, xy[:, 0]), np.interp(wanted, self.measures, xy[:, 1]))
        return points

    def project(self, points: Sequence[shapely.Point] | NDArray[Any]) -> tuple[Floats, Floats]:
        """Give chainage and offset of points, in metres.

        Empty or missing points give NaN. Of two equally near places on the road, the one
        nearer to its origin counts.
        """
        array = np.asarray(points, dtype=object)
        chainage = np.full(len(array), np.nan)
        offset = np.full(len(array), np.nan)
        present = ~(shapely.is_missing(array) | shapely.is_empty(array))
        if not present.any():
            return chainage, offset
        tree = shapely.STRtree(self._segments)
        (which, segment), _ = tree.query_nearest(array[present], return_distance=True, all_matches=True)
        order = np.lexsort((segment, which))
        which, segment = which[order], segment[order]
        first = np.r_[True, np.diff(which) > 0]
        segment = segment[first]
        xy = self._xy
        start, along = xy[segment], xy[segment + 1] - xy[segment]
        here = shapely.get_coordinates(array[present])
        t = np.clip(((here - start) * along).sum(axis=1) / (along**2).sum(axis=1), 0.0, 1.0)
        foot = start + t[:, None] * along
        chainage[present] = self.measures[segment] + t * (self.measures[segment + 1] - self.measures[segment])
        offset[present] = np.hypot(*(here - foot).T)
        return chainage, offset

    def within(self, points: NDArray[Any], radius_m: Floats) -> tuple[Ints, Floats, Floats]:
        """Give the pieces of road inside a circle around each point.

        Returns
        -------
        tuple
            Point numbers, from and to chainages in metres; a point may have several
            pieces (merged where they touch) or none.
        """
        circles = len(points)
        tree = shapely.STRtree(self._segments)
        which, segment = tree.query(points, predicate="dwithin", distance=radius_m) if circles else (_none(), _none())
        xy = self._xy
        centre = shapely.get_coordinates(points)[which] if len(which) else np.zeros((0, 2))
        start, along = xy[segment], xy[segment + 1] - xy[segment]
        back = start - centre
        a = (along**2).sum(axis=1)
        b = (back * along).sum(axis=1)
        c = (back**2).sum(axis=1) - radius_m[which] ** 2
        root = np.sqrt(np.clip(b**2 - a * c, 0.0, None))
        t0, t1 = np.clip((-b - root) / a, 0, 1), np.clip((-b + root) / a, 0, 1)
        span = self.measures[segment + 1] - self.measures[segment]
        low, high = self.measures[segment] + t0 * span, self.measures[segment] + t1 * span
        return _merge(which, low, high)

    def piece(self, from_m: float, to_m: float) -> shapely.LineString:
        """Give the road between two chainages as a line."""
        low, high = sorted((float(from_m), float(to_m)))
        ends = shapely.get_coordinates(self.point_at([low, high]))
        between = self._xy[(self.measures > low) & (self.measures < high)]
        return shapely.LineString(np.vstack([ends[:1], between, ends[1:]]))

    # -- pieces -----------------------------------------------------------------

    def lixels(self, length_m: float) -> gpd.GeoDataFrame:
        """Cut the road into equal short pieces.

        Parameters
        ----------
        length_m
            Wanted length in metres. The last piece is as long as what is left.

        Returns
        -------
        GeoDataFrame
            ``lixel_id, corridor_id, from_m, to_m``, geometry; together they are the road, once.
        """
        if length_m <= 0:
            msg = "length_m must be greater than 0"
            raise ValueError(msg)
        edges = np.append(np.arange(0.0, self.length_m - 1e-6, length_m), self.length_m)
        return self._pieces(edges, [f"{self.corridor_id}:{low:.0f}" for low in edges[:-1]])

    def stretches(self) -> gpd.GeoDataFrame:
        """Give the named stretches between the corridor's towns.

        Returns
        -------
        GeoDataFrame
            ``lixel_id, corridor_id, from_m, to_m, name, from_place, to_place``, geometry;
            together they are the road, once. Without towns it is one stretch.
        """
        inner = self.towns[self.towns["chainage_m"].between(_END_M, self.length_m - _END_M)]
        edges = np.r_[0.0, inner["chainage_m"].to_numpy(dtype=float), self.length_m]
        names: list[str] = []
        ids: list[str | None] = []
        for edge in edges:
            near = self.towns[(self.towns["chainage_m"] - edge).abs() <= max(1.0, _END_M * (edge in (0.0, edges[-1])))]
            names.append(str(near["name"].iloc[0]) if len(near) else f"km {edge / 1000:.0f}")
            ids.append(str(near["place_id"].iloc[0]) if len(near) else None)
        table = self._pieces(edges, [f"{self.corridor_id}:{low:.0f}-{high:.0f}" for low, high in _pairs(edges)])
        table.insert(4, "name", [f"{a} – {b}" for a, b in _pairs(names)])
        table.insert(5, "from_place", ids[:-1])
        table.insert(6, "to_place", ids[1:])
        return table

    def stretch(self, start: str | float, stop: str | float) -> Stretch:
        """Give the road between two towns or two chainages.

        Parameters
        ----------
        start, stop
            Names of towns on the road (any spelling that :func:`artimap.find_place`
            knows), or chainages in metres. The order does not matter.

        Raises
        ------
        PlaceError
            If a name is none of the corridor's towns; the message lists them.
        """
        a, b = sorted((self._end(start), self._end(stop)), key=lambda end: end[0])
        if b[0] - a[0] <= 0:
            msg = f"a stretch needs two different ends, not {start!r} twice"
            raise PlaceError(msg)
        return Stretch(self.corridor_id, f"{a[1]} – {b[1]}", a[0], b[0], self.piece(a[0], b[0]))

    def _end(self, end: str | float) -> tuple[float, str]:
        if not isinstance(end, str):
            return float(end), f"km {float(end) / 1000:.1f}"
        from artimap.gazetteer import match_name  # noqa: PLC0415 - the gazetteer builds on places only

        found = match_name(self.towns, end)
        if found is None:
            have = ", ".join(str(name) for name in self.towns["name"])
            msg = f"{end!r} is not a town on {self.ref}; there are: {have}"
            raise PlaceError(msg)
        town = self.towns.iloc[found]
        return float(town["chainage_m"]), str(town["name"])

    def _pieces(self, edges: Floats, ids: list[str]) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(
            {
                "lixel_id": ids,
                "corridor_id": [self.corridor_id] * len(ids),
                "from_m": edges[:-1],
                "to_m": edges[1:],
            },
            geometry=[self.piece(low, high) for low, high in _pairs(edges)],
            crs=self.crs,
        )

    # -- locating tables --------------------------------------------------------

    def locate(self, table: gpd.GeoDataFrame, *, reach: Reach | None = None) -> gpd.GeoDataFrame:
        """Give every row its place on the road, or the reason why it has none.

        Parameters
        ----------
        table
            EVENTS, or any table of points, in the corridor's system.
        reach
            Radii and shares for rows that state none.

        Returns
        -------
        GeoDataFrame
            The same rows in the same order with the columns of LOCATED added:
            ``chainage_m`` and ``offset_m`` of points and places; ``from_m``, ``to_m`` the
            outer ends of the road that the row may lie on; ``off_corridor`` the share of
            its weight that may lie elsewhere; ``why_not`` null exactly where the row has
            a place on the road.

        Raises
        ------
        CrsError
            If the table is in another system.
        """
        require(table, self.crs, what="table")
        out = table.reset_index(drop=True).copy()
        exact = out.geometry.geom_type.eq("Point") & ~out.geometry.is_empty
        chainage, offset = self.project(out.geometry.where(exact).to_numpy())
        if "place_kind" not in out.columns:
            located = pd.DataFrame({"chainage_m": chainage, "offset_m": offset, "from_m": chainage, "to_m": chainage})
            located["off_corridor"] = np.nan
            located["why_not"] = pd.Series(np.where(exact, None, "no place stated"), dtype=schema.TEXT)
        else:
            spread = self.spread(out, reach=reach)
            located = pd.DataFrame({"chainage_m": chainage, "offset_m": offset})
            located["from_m"] = pd.Series(spread.from_m).groupby(spread.row).min().reindex(range(len(out))).to_numpy()
            located["to_m"] = pd.Series(spread.to_m).groupby(spread.row).max().reindex(range(len(out))).to_numpy()
            located["off_corridor"] = spread.off_corridor
            located["why_not"] = pd.Series(list(spread.why_not), dtype=schema.TEXT)
            out = out.drop(columns=[name for name in ("from_m", "to_m") if name in out.columns])
        for name in located.columns:
            out[name] = located[name].to_numpy() if name != "why_not" else located[name]
        return out

    def spread(self, events: gpd.GeoDataFrame, *, reach: Reach | None = None) -> Spread:
        """Spread events over all the road that they may have happened on.

        A point or place covers the road inside its radius, a section or commune the road
        within 500 m of it (from ``units``), a stretch all of itself; what may lie off this
        road stays in ``off_corridor``. A report that names this road lies on it; one that
        names only another road does not.

        Parameters
        ----------
        events
            EVENTS in the corridor's system.
        reach
            Radii and shares for rows that state none.
        """
        return _spread(self, events, reach or Reach())

    def unit_pieces(self, pcode: str) -> list[tuple[float, float]]:
        """Give the pieces of road within 500 m of a unit, merged, in metres."""
        near = self.units[(self.units["pcode"] == pcode)]
        if near.empty:
            return []
        zero = np.zeros(len(near), dtype=np.int64)
        _, low, high = _merge(zero, near["from_m"].to_numpy(dtype=float), near["to_m"].to_numpy(dtype=float))
        return list(zip(low.tolist(), high.tolist(), strict=True))

    @property
    def _xy(self) -> Floats:
        return np.asarray(shapely.get_coordinates(self.line))

    @property
    def _segments(self) -> NDArray[Any]:
        xy = self._xy
        return np.asarray(shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1)))


_END_M = 3_000.0
"""A town this near to an end of the road gives that end its name."""


def _none() -> Ints:
    return np.zeros(0, dtype=np.int64)


def _pairs(values: Iterable[Any]) -> list[tuple[Any, Any]]:
    listed = list(values)
    return list(zip(listed[:-1], listed[1:], strict=True))


def _no_towns(crs: str) -> gpd.GeoDataFrame:
    columns = {name: pd.Series([], dtype=schema.TEXT) for name in ("place_id", "name", "name_fr", "name_ht", "kind")}
    numbers = {name: pd.Series([], dtype=float) for name in ("chainage_m", "offset_m")}
    return gpd.GeoDataFrame({**columns, **numbers}, geometry=gpd.GeoSeries([], crs=crs), crs=crs)


def _merge(group: Ints, low: Floats, high: Floats, gap: float = 1e-6) -> tuple[Ints, Floats, Floats]:
    """Merge touching or overlapping intervals within each group."""
    if not len(group):
        return group, low, high
    order = np.lexsort((low, group))
    group, low, high = group[order], low[order], high[order]
    starts = [0]
    reach = high[0]
    for i in range(1, len(group)):
        if group[i] != group[i - 1] or low[i] > reach + gap:
            starts.append(i)
            reach = high[i]
        else:
            reach = max(reach, high[i])
    return group[starts], low[starts], np.maximum.reduceat(high, starts)


def _why_not_one_line(parts: NDArray[Any], ref: str) -> str:
    """Say where lines fork or stop short, so that the road can be mended."""
    ends = np.vstack([shapely.get_coordinates(part)[[0, -1]] for part in parts])
    places, count = np.unique(np.round(ends, 3), axis=0, return_counts=True)
    forks = [f"a branch at x={x:.0f} y={y:.0f} ({n} lines meet)" for (x, y), n in zip(places, count, strict=True) if n > 2]
    loose = places[count == 1]
    gaps = []
    if len(loose) > 2:
        tree = shapely.STRtree(shapely.points(loose))
        for i, (x, y) in enumerate(loose):
            others = [j for j in tree.query(shapely.Point(x, y).buffer(5_000)) if j != i]
            if others:
                nearest = min(others, key=lambda j: float(np.hypot(*(loose[j] - loose[i]))))
                if nearest > i:
                    apart = float(np.hypot(*(loose[nearest] - loose[i])))
                    gaps.append(f"a gap of {apart:.1f} m at x={x:.0f} y={y:.0f}")
        if not gaps:
            gaps = [f"a loose end at x={x:.0f} y={y:.0f}" for x, y in loose]
    return f"{ref}: the lines do not make one road:\n  - " + "\n  - ".join([*forks, *gaps])


# -- spreading ------------------------------------------------------------------


@dataclass(slots=True)
class _Pieces:
    """Pieces gathered while spreading; frozen into a Spread at the end."""

    row: list[int] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    weight: list[float] = field(default_factory=list)

    def add(self, row: int, pieces: Sequence[tuple[float, float]], weight: float) -> None:
        total = sum(high - low for low, high in pieces)
        for low, high in pieces:
            self.row.append(row)
            self.low.append(low)
            self.high.append(high)
            self.weight.append(weight * ((high - low) / total if total > 0 else 1.0 / len(pieces)))


def _column(events: pd.DataFrame, name: str) -> list[Any]:
    if name not in events.columns:
        return [None] * len(events)
    return [None if pd.isna(value) else value for value in events[name]]


def _spread(corridor: Corridor, events: gpd.GeoDataFrame, reach: Reach) -> Spread:
    require(events, corridor.crs, what="events")
    rows = len(events)
    kinds = [Where(kind) for kind in events["place_kind"]]
    named = _column(events, "road_id")
    geometry = events.geometry.to_numpy()
    pieces = _Pieces()
    why: list[str | None] = [None] * rows
    circled = _circles(corridor, kinds, geometry, _column(events, "radius_m"), reach)
    starts, stops, pcodes = _column(events, "from_m"), _column(events, "to_m"), _column(events, "pcode")
    for row, kind in enumerate(kinds):
        roads = [road.lower() for road in schema.split_names(named[row])]
        says_here = corridor.corridor_id in roads
        if roads and not says_here:
            why[row] = f"the report names another road ({', '.join(roads)})"
        elif kind is Where.NOWHERE:
            why[row] = f"on {corridor.ref}, but where is not stated" if says_here else "no place stated"
        elif kind is Where.DEPARTMENT:
            why[row] = "department or wider"
        elif kind is Where.STRETCH:
            if not says_here or starts[row] is None or stops[row] is None:
                why[row] = "a stretch of another road, or its ends are not known"
            else:
                low, high = sorted((float(starts[row]), float(stops[row])))
                pieces.add(row, [(max(low, 0.0), min(high, corridor.length_m))], 1.0)
        elif kind in (Where.SECTION, Where.COMMUNE):
            near = _merge_pieces([p for code in schema.split_names(pcodes[row]) for p in corridor.unit_pieces(code)])
            if near:
                share = reach.share_section if kind is Where.SECTION else reach.share_commune
                pieces.add(row, near, 1.0 if says_here else share)
            else:
                why[row] = f"{corridor.ref} runs nowhere within 500 m of the {kind.value}"
        elif circled.get(row):
            pieces.add(row, circled[row], 1.0 if says_here or kind is Where.POINT else reach.share_place)
        elif shapely.is_missing(geometry[row]) or geometry[row].is_empty:
            why[row] = "no place stated"
        elif says_here:  # the named place lies off the road, but the report puts it on the road: its nearest point
            chainage = float(corridor.project(geometry[row : row + 1])[0][0])
            radius = reach.place_m
            pieces.add(row, [(max(chainage - radius, 0.0), min(chainage + radius, corridor.length_m))], 1.0)
        else:
            why[row] = f"farther from {corridor.ref} than the place reaches"
    weight = np.asarray(pieces.weight, dtype=float)
    row_of = np.asarray(pieces.row, dtype=np.int64)
    on = np.bincount(row_of, weights=weight, minlength=rows) if rows else np.zeros(0)
    return Spread(
        row=row_of,
        from_m=np.asarray(pieces.low, dtype=float),
        to_m=np.asarray(pieces.high, dtype=float),
        weight=weight,
        off_corridor=np.clip(1.0 - on, 0.0, 1.0),
        why_not=tuple(why),
    )


def _merge_pieces(pieces: list[tuple[float, float]]) -> list[tuple[float, float]]:
    if not pieces:
        return []
    ends = np.asarray(pieces, dtype=float)
    _, low, high = _merge(np.zeros(len(ends), dtype=np.int64), ends[:, 0], ends[:, 1])
    return list(zip(low.tolist(), high.tolist(), strict=True))


def _circles(
    corridor: Corridor, kinds: Sequence[Where], geometry: NDArray[Any], radii: Sequence[Any], reach: Reach
) -> Mapping[int, list[tuple[float, float]]]:
    """Give the road inside the radius of each row that is a point or a place."""
    rows = [
        row
        for row, kind in enumerate(kinds)
        if kind in (Where.POINT, Where.PLACE)
        and not shapely.is_missing(geometry[row])
        and geometry[row].geom_type == "Point"
        and not geometry[row].is_empty
    ]
    usual = {Where.POINT: reach.point_m, Where.PLACE: reach.place_m}
    radius = np.array([radii[row] if radii[row] is not None else usual[kinds[row]] for row in rows], dtype=float)
    which, low, high = corridor.within(geometry[rows], radius)
    found: dict[int, list[tuple[float, float]]] = {}
    for entry, a, b in zip(which.tolist(), low.tolist(), high.tolist(), strict=True):
        found.setdefault(rows[entry], []).append((a, b))
    return found


# -- reading --------------------------------------------------------------------


def read_corridor(area: Area, road_id: str) -> Corridor:
    """Read an embedded road as a corridor.

    Parameters
    ----------
    area
        The area.
    road_id
        Id or number of the road, in any case: ``"rn1"``, ``"RN1"``.

    Returns
    -------
    Corridor
        In ``area.crs``, its chainage calibrated on the kilometre posts.

    Raises
    ------
    CorridorError
        If there is no such road, or its posts do not make one.
    """
    wanted = road_id.strip().lower()
    roads = read_roads(area)
    found = roads[roads["road_id"] == wanted]
    if found.empty:
        msg = f"no road {road_id!r} in {area.label}; there is: {', '.join(roads['road_id'])}"
        raise CorridorError(msg)
    road = found.iloc[0]
    posts = read_posts(area)
    units = read_road_units(area)
    corridor = Corridor.from_posts(
        posts[posts["road_id"] == wanted].sort_values("seq"),
        corridor_id=wanted,
        ref=str(road["ref"]) if pd.notna(road["ref"]) else wanted.upper(),
        name=str(road["name"]) if pd.notna(road["name"]) else wanted.upper(),
        units=units[units["road_id"] == wanted].reset_index(drop=True),
    )
    ends = data.read_table(area.name, "stretch_ends")
    here = ends[ends["road_id"] == wanted]["place_id"]
    places = read_places(area)
    towns = corridor.locate(places[places["place_id"].isin(here)])
    towns = towns.sort_values("chainage_m")[
        ["place_id", "name", "name_fr", "name_ht", "aliases", "kind", "chainage_m", "offset_m", "geometry"]
    ].reset_index(drop=True)
    return Corridor(
        corridor_id=corridor.corridor_id,
        ref=corridor.ref,
        name=corridor.name,
        crs=corridor.crs,
        line=corridor.line,
        measures=corridor.measures,
        units=corridor.units,
        towns=towns,
    )

"""A road studied as one measured line: calibrated chainage, locating, stretches, lixels.

Terms follow linear referencing: *chainage* is the distance along the road from its
origin, *offset* the distance from it. Chainage is calibrated on posts, because a line
drawn through posts cuts the bends and measures several per cent short.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from artimap.core import schema
from artimap.core.arrays import Floats, Ints
from artimap.core.crs import require, require_metres
from artimap.core.errors import ModelError, PlaceError
from artimap.core.notebook import Shown, Sketch, city_labels, road_sketch
from artimap.core.reasons import code_of, sentences
from artimap.core.tables import ROAD_UNITS
from artimap.core.vocab import WhyNot
from artimap.roads import calibration
from artimap.roads.event_spread import Reach, Spread, merge, spread_rows

_CIRCLES = 2_048
"""Circles whose segments are worked out at a time."""
_END_M = 3_000.0
_MOST_PIECES = 1_000_000
"""A town this near to an end of the road gives that end its name."""


TOWN_RADIUS_M = 1_500.0
"""A report that names a town may mean the road within so many metres of it."""


def _no_towns(crs: str) -> gpd.GeoDataFrame:
    columns = {name: pd.Series([], dtype=schema.TEXT) for name in ("place_id", "name", "name_fr", "name_ht", "kind")}
    numbers = {name: pd.Series([], dtype=float) for name in ("chainage_m", "offset_m")}
    return gpd.GeoDataFrame({**columns, **numbers}, geometry=gpd.GeoSeries([], crs=crs), crs=crs)


def _no_roads() -> gpd.GeoSeries:
    return gpd.GeoSeries([], dtype="geometry")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a corridor between two chainages.

    Examples
    --------
    >>> import artimap as am
    >>> way = am.read_corridor(am.area("artibonite"), "rn1").stretch("Saint-Marc", "Gonaïves")
    >>> way.name, round(way.length_m / 1000)
    ('Saint-Marc – Gonaïves', 55)
    """

    corridor_id: str
    name: str
    from_m: float
    to_m: float
    geometry: shapely.LineString

    @property
    def length_m(self) -> float:
        """Length along the road in metres."""
        return self.to_m - self.from_m


@dataclass(frozen=True, eq=False, repr=False)
class Corridor(Shown):
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
    other_roads
        Lines of the other known roads, by id, in the same system: an exact spot that names no road and is
        nearer to one of them lies there in good part. None need be given.

    Examples
    --------
    >>> import artimap as am
    >>> rn1 = am.read_corridor(am.area("artibonite"), "rn1")
    >>> rn1.ref, round(rn1.length_m / 1000)
    ('RN1', 250)
    """

    corridor_id: str
    ref: str
    name: str
    crs: str
    line: shapely.LineString
    measures: Floats
    units: pd.DataFrame = field(repr=False)
    towns: gpd.GeoDataFrame = field(repr=False)
    other_roads: gpd.GeoSeries = field(default_factory=_no_roads, repr=False)

    def __repr__(self) -> str:
        return f"<Corridor {self._lines()[0]}>"

    def _lines(self) -> tuple[str, ...]:
        return (f"{self.ref}: {self.length_m / 1000:.2f} km, {len(self.towns)} towns, {self.crs}",)

    def _sketch(self) -> Sketch:
        return road_sketch(self.line, city_labels(self.towns))

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

        Examples
        --------
        >>> import artimap as am
        >>> import geopandas as gpd
        >>> points = gpd.points_from_xy([0, 990, 1985], [0, 0, 0])
        >>> posts = gpd.GeoDataFrame({"km": [0.0, 1.0, 2.0]}, geometry=points, crs="EPSG:32618")
        >>> am.Corridor.from_posts(posts, corridor_id="a", ref="A", name="Road A").length_m
        2000.0
        """
        xy, measures = calibration.through_posts(posts, ref)
        crs = posts.crs.to_string()
        require(posts, crs, what="posts")
        return cls(
            corridor_id=corridor_id,
            ref=ref,
            name=name,
            crs=crs,
            line=shapely.LineString(xy),
            measures=measures,
            units=schema.empty(ROAD_UNITS) if units is None else units,
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
        CrsError
            If lengths in their system are no metres: degrees, feet, Web Mercator. The message is the fixing call.

        Examples
        --------
        >>> import artimap as am
        >>> import geopandas as gpd
        >>> import shapely
        >>> lines = gpd.GeoSeries([shapely.LineString([(0, 0), (900, 0)]), shapely.LineString([(900, 0), (2000, 0)])],
        ...                       crs="EPSG:32618")
        >>> am.Corridor.from_lines(lines, corridor_id="a", ref="A", name="Road A")
        <Corridor A: 2.00 km, 0 towns, EPSG:32618>
        """
        require_metres(lines, what="lines")
        xy, measures = calibration.end_to_end(lines, ref)
        crs = lines.crs.to_string()
        return cls(
            corridor_id=corridor_id,
            ref=ref,
            name=name,
            crs=crs,
            line=shapely.LineString(xy),
            measures=measures,
            units=schema.empty(ROAD_UNITS),
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

        Examples
        --------
        >>> import artimap as am
        >>> rn1 = am.read_corridor(am.area("artibonite"), "rn1")
        >>> rn1.point_at(105_000.0).geom_type, len(rn1.point_at([0.0, 1_000.0]))
        ('Point', 2)
        """
        wanted = np.asarray(chainage_m, dtype=float)
        if not np.all((wanted >= 0) & (wanted <= self.length_m)):
            msg = f"chainage must lie between 0 and {self.length_m:.0f} m on {self.ref}"
            raise ValueError(msg)
        xy = self._xy
        return shapely.points(np.interp(wanted, self.measures, xy[:, 0]), np.interp(wanted, self.measures, xy[:, 1]))

    def project(self, points: Sequence[shapely.Point] | NDArray[Any]) -> tuple[Floats, Floats]:
        """Give chainage and offset of points, in metres.

        Empty or missing points give NaN. Of two equally near places on the road, the one
        nearer to its origin counts.

        Examples
        --------
        >>> import artimap as am
        >>> rn1 = am.read_corridor(am.area("artibonite"), "rn1")
        >>> chainage_m, offset_m = rn1.project([rn1.point_at(105_000.0)])
        >>> round(float(chainage_m[0])), round(float(offset_m[0]))
        (105000, 0)
        """
        array = np.asarray(points, dtype=object)
        chainage = np.full(len(array), np.nan)
        offset = np.full(len(array), np.nan)
        present = ~(shapely.is_missing(array) | shapely.is_empty(array))
        if not present.any():
            return chainage, offset
        (which, segment), _ = self._tree.query_nearest(array[present], return_distance=True, all_matches=True)
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

        Examples
        --------
        >>> import artimap as am
        >>> import numpy as np
        >>> rn1 = am.read_corridor(am.area("artibonite"), "rn1")
        >>> row, from_m, to_m = rn1.within(np.array([rn1.point_at(105_000.0)]), np.array([500.0]))
        >>> bool(from_m[0] < 105_000.0 < to_m[0])
        True
        """
        if len(points) <= _CIRCLES:
            return self._within(points, radius_m)
        # Some at a time: a circle holds a hundred segments, and there are a hundred thousand in a national file.
        firsts = range(0, len(points), _CIRCLES)
        found = [self._within(points[at : at + _CIRCLES], radius_m[at : at + _CIRCLES]) for at in firsts]
        which = np.concatenate([one + at for at, (one, _, _) in zip(firsts, found, strict=True)])
        return which, np.concatenate([low for _, low, _ in found]), np.concatenate([high for _, _, high in found])

    def _within(self, points: NDArray[Any], radius_m: Floats) -> tuple[Ints, Floats, Floats]:
        none = np.zeros((2, 0), dtype=np.int64)
        which, segment = self._tree.query(points, predicate="dwithin", distance=radius_m) if len(points) else none
        xy = self._xy
        centre = shapely.get_coordinates(points)[which]
        start, along = xy[segment], xy[segment + 1] - xy[segment]
        back = start - centre
        a = (along**2).sum(axis=1)
        b = (back * along).sum(axis=1)
        c = (back**2).sum(axis=1) - radius_m[which] ** 2
        root = np.sqrt(np.clip(b**2 - a * c, 0.0, None))
        t0, t1 = np.clip((-b - root) / a, 0, 1), np.clip((-b + root) / a, 0, 1)
        span = self.measures[segment + 1] - self.measures[segment]
        low, high = self.measures[segment] + t0 * span, self.measures[segment] + t1 * span
        return merge(which, low, high)

    def piece(self, from_m: float, to_m: float) -> shapely.LineString:
        """Give the road between two chainages as a line.

        Examples
        --------
        >>> import artimap as am
        >>> rn1 = am.read_corridor(am.area("artibonite"), "rn1")
        >>> rn1.piece(105_000.0, 110_000.0).geom_type
        'LineString'
        """
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

        Raises
        ------
        ModelError
            If it is not greater than 0, or so short that there would be more than a million pieces.

        Examples
        --------
        >>> import artimap as am
        >>> rn1 = am.read_corridor(am.area("artibonite"), "rn1")
        >>> len(rn1.lixels(5_000.0))
        50
        """
        if not length_m * _MOST_PIECES >= self.length_m:
            least = self.length_m / _MOST_PIECES
            msg = f"length_m must be a length in metres, at least {least:.2g} on this road, not {length_m!r}"
            raise ModelError(msg)
        edges = np.append(np.arange(0.0, self.length_m - 1e-6, length_m), self.length_m)
        return self._pieces(edges, [f"{self.corridor_id}:{low:.0f}" for low in edges[:-1]])

    def legs(self) -> gpd.GeoDataFrame:
        """Give the road from town to town.

        Returns
        -------
        GeoDataFrame
            ``lixel_id, corridor_id, from_m, to_m, name, from_place, to_place``, geometry;
            together they are the road, once. Without towns it is one leg.

        Examples
        --------
        >>> import artimap as am
        >>> am.read_corridor(am.area("artibonite"), "rn1").legs()["name"].tolist()[-2:]
        ['Plaisance – Limbé', 'Limbé – Cap-Haïtien']
        """
        edges, names, ids = self._town_ends()
        table = self._pieces(edges, [f"{self.corridor_id}:{low:.0f}-{high:.0f}" for low, high in pairwise(edges)])
        table.insert(4, "name", [f"{a} – {b}" for a, b in pairwise(names)])
        table.insert(5, "from_place", ids[:-1])
        table.insert(6, "to_place", ids[1:])
        return table

    def stretches(self, *, town_m: float = TOWN_RADIUS_M) -> gpd.GeoDataFrame:
        """Give the towns as pieces of their own, and the stretches between them.

        Reports are pinned at towns and junctions. A stretch that ended there would share each of them with
        its neighbour; so a town is the road within a radius of it, and a stretch runs from one to the next.
        Two towns nearer to one another than their radii meet in the middle, with no stretch between.

        Parameters
        ----------
        town_m
            Radius of a town, in metres along the road.

        Returns
        -------
        GeoDataFrame
            ``lixel_id, corridor_id, from_m, to_m, name, from_place, to_place``, geometry; both
            places of a town are the town. Together they are the road, once. Without towns it is
            one stretch.

        Raises
        ------
        ModelError
            If the radius is not greater than 0.

        Examples
        --------
        >>> import artimap as am
        >>> am.read_corridor(am.area("artibonite"), "rn1").stretches()["name"].tolist()[:2]
        ['Port-au-Prince', 'Port-au-Prince – Canaan']
        """
        if not town_m > 0:
            msg = "town_m is a radius in metres and must be greater than 0"
            raise ModelError(msg)
        ends, names, ids = self._town_ends()
        here = np.array([one is not None for one in ids])
        low = np.where(here, np.clip(ends - town_m, 0.0, None), ends)
        high = np.where(here, np.clip(ends + town_m, None, self.length_m), ends)
        middle = (ends[:-1] + ends[1:]) / 2
        close = high[:-1] > low[1:]
        # A town beside an end without one takes what there is; two towns share it.
        middle = np.where(here[:-1] & here[1:], middle, np.where(here[:-1], ends[1:], ends[:-1]))
        high[:-1], low[1:] = np.where(close, middle, high[:-1]), np.where(close, middle, low[1:])
        rows = []
        for at, name in enumerate(names):
            rows.append((low[at], high[at], name, ids[at], ids[at]))
            if at + 1 < len(names):
                rows.append((high[at], low[at + 1], f"{name} – {names[at + 1]}", ids[at], ids[at + 1]))
        # Less than a metre is the rounding of a chainage and no piece of road.
        rows = [row for row in rows if row[1] - row[0] > 1.0]
        edges = np.array([0.0, *(row[0] for row in rows[1:]), self.length_m])
        table = self._pieces(edges, [f"{self.corridor_id}:{low:.0f}-{high:.0f}" for low, high in pairwise(edges)])
        table.insert(4, "name", [row[2] for row in rows])
        table.insert(5, "from_place", [row[3] for row in rows])
        table.insert(6, "to_place", [row[4] for row in rows])
        return table

    def _town_ends(self) -> tuple[Floats, list[str], list[str | None]]:
        """Give the ends of the road and the towns between as chainages, with their names and ids."""
        inner = self.towns[self.towns["chainage_m"].between(_END_M, self.length_m - _END_M)]
        edges = np.r_[0.0, inner["chainage_m"].to_numpy(dtype=float), self.length_m]
        names: list[str] = []
        ids: list[str | None] = []
        at, called, known = (self.towns[name].to_numpy() for name in ("chainage_m", "name", "place_id"))
        for edge in edges:
            near = np.flatnonzero(np.abs(at - edge) <= max(1.0, _END_M * (edge in (0.0, edges[-1]))))
            names.append(str(called[near[0]]) if len(near) else f"km {edge / 1000:.0f}")
            ids.append(str(known[near[0]]) if len(near) else None)
        return edges, names, ids

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

        Examples
        --------
        >>> import artimap as am
        >>> rn1 = am.read_corridor(am.area("artibonite"), "rn1")
        >>> rn1.stretch("Saint-Marc", "Gonaïves").name
        'Saint-Marc – Gonaïves'
        """
        a, b = sorted((self._end(start), self._end(stop)), key=lambda end: end[0])
        if b[0] - a[0] <= 0:
            msg = f"a stretch needs two different ends, not {start!r} twice"
            raise PlaceError(msg)
        return Stretch(self.corridor_id, f"{a[1]} – {b[1]}", a[0], b[0], self.piece(a[0], b[0]))

    def _end(self, end: str | float) -> tuple[float, str]:
        if not isinstance(end, str):
            return float(end), f"km {float(end) / 1000:.1f}"
        from artimap.core.text import match_name  # noqa: PLC0415 - the gazetteer builds on places only

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
            geometry=[self.piece(low, high) for low, high in pairwise(edges)],
            crs=self.crs,
        )

    # -- locating tables --------------------------------------------------------

    def locate(self, table: gpd.GeoDataFrame | gpd.GeoSeries, *, reach: Reach | None = None) -> gpd.GeoDataFrame:
        """Give every row its place on the road, or the reason why it has none.

        Parameters
        ----------
        table
            EVENTS, or any table or series of points, in the corridor's system.
        reach
            Radii and shares for rows that state none.

        Returns
        -------
        GeoDataFrame
            The same rows in the same order with the columns of LOCATED added:
            ``chainage_m`` and ``offset_m`` of points and places; ``from_m``, ``to_m`` the
            outer ends of the road that the row may lie on; ``off_corridor`` the share of
            its weight that may lie elsewhere; ``why_not`` null exactly where the row has
            a place on the road; ``why_code`` the same as a code (``other_road:rn5``).

        Raises
        ------
        CrsError
            If the table is in another system.

        Examples
        --------
        >>> import artimap as am
        >>> art = am.area("artibonite")
        >>> located = am.read_corridor(art, "rn1").locate(am.read_events(art))
        >>> len(located) == len(am.read_events(art)), {"chainage_m", "offset_m", "why_not"} <= set(located)
        (True, True)
        """
        require(table, self.crs, what="table")
        rows = table.to_frame("geometry") if isinstance(table, gpd.GeoSeries) else table
        out = rows.reset_index(drop=True).copy()
        exact = out.geometry.geom_type.eq("Point") & ~out.geometry.is_empty
        chainage, offset = self.project(out.geometry.where(exact).to_numpy())
        if "place_kind" not in out.columns:
            located = pd.DataFrame({"chainage_m": chainage, "offset_m": offset, "from_m": chainage, "to_m": chainage})
            located["off_corridor"] = np.nan
            located["why_code"] = pd.Series(code_of(WhyNot.NO_PLACE), index=out.index, dtype=schema.TEXT).mask(exact)
        else:
            spread = self.spread(out, reach=reach)
            located = pd.DataFrame({"chainage_m": chainage, "offset_m": offset})
            located["from_m"] = pd.Series(spread.from_m).groupby(spread.row).min().reindex(range(len(out))).to_numpy()
            located["to_m"] = pd.Series(spread.to_m).groupby(spread.row).max().reindex(range(len(out))).to_numpy()
            located["off_corridor"] = spread.off_corridor
            located["why_code"] = pd.Series(list(spread.why_code), dtype=schema.TEXT)
            out = out.drop(columns=[name for name in ("from_m", "to_m") if name in out.columns])
        for name in ("chainage_m", "offset_m", "from_m", "to_m", "off_corridor"):
            out[name] = located[name].to_numpy()
        out["why_not"], out["why_code"] = sentences(located["why_code"]), located["why_code"]
        return out

    def spread(self, events: gpd.GeoDataFrame, *, reach: Reach | None = None) -> Spread:
        """Spread events over all the road that they may have happened on.

        A point or place covers the road inside its radius, a section or commune the road
        within 500 m of it (from ``units``), a stretch all of itself; what may lie off this
        road stays in ``off_corridor``. A report that names this road lies on it; one that
        names only another road does not. An exact spot that names none lies on this road with a share
        that falls from 1 on its line to 0 at the radius, and once more by as much as one of ``other_roads`` is nearer.

        Parameters
        ----------
        events
            EVENTS in the corridor's system.
        reach
            Radii and shares for rows that state none.

        Examples
        --------
        >>> import artimap as am
        >>> art = am.area("artibonite")
        >>> spread = am.read_corridor(art, "rn1").spread(am.read_events(art))
        >>> len(spread.off_corridor) == len(am.read_events(art))
        True
        """
        return spread_rows(self, events, reach or Reach())

    def unit_pieces(self, pcode: str) -> list[tuple[float, float]]:
        """Give the pieces of road within 500 m of a unit, merged, in metres.

        Examples
        --------
        >>> import artimap as am
        >>> art = am.area("artibonite")
        >>> rn1 = am.read_corridor(art, "rn1")
        >>> [(round(start), round(stop)) for start, stop in rn1.unit_pieces(rn1.units["pcode"].iloc[0])][:1]
        [(137020, 166060)]
        """
        return list(self._units_on_road.get(pcode, ()))

    @cached_property
    def _units_on_road(self) -> dict[str, list[tuple[float, float]]]:
        """The pieces of all units: each is asked for many times."""
        codes, names = pd.factorize(self.units["pcode"])
        at, low, high = merge(codes, self.units["from_m"].to_numpy(float), self.units["to_m"].to_numpy(float))
        found: dict[str, list[tuple[float, float]]] = {str(name): [] for name in names}
        for n, start, stop in zip(at.tolist(), low.tolist(), high.tolist(), strict=True):
            if n >= 0:
                found[str(names[n])].append((start, stop))
        return found

    @cached_property
    def _xy(self) -> Floats:
        return np.asarray(shapely.get_coordinates(self.line))

    @cached_property
    def _tree(self) -> shapely.STRtree:
        """The segments of the line, in which near ones are found: made once, and asked for each table."""
        return shapely.STRtree(shapely.linestrings(np.stack([self._xy[:-1], self._xy[1:]], axis=1)))

"""What closes with a road: the way round each piece of it, and who is cut off where there is none."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, groupby
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from artimap.areas import embedded
from artimap.areas.area import read_places
from artimap.areas.road_network import BESIDE_M, FARTHEST_M, AreaRoads, area_roads
from artimap.areas.roadside import SERVICES, RoadsidePoints
from artimap.core import schema, style
from artimap.core.arrays import Bools, Floats, Ints
from artimap.core.crs import WGS84
from artimap.core.errors import DataError, ShareError
from artimap.core.files import table_csv, write_geopackage, write_text
from artimap.core.i18n import format_count, format_number, table_words, tr
from artimap.core.metadata import put_models
from artimap.core.notebook import Shown, Sketch, card, city_labels, figure
from artimap.core.precision import rounded_shapes, significant, significant_columns
from artimap.core.schema import join_names, records
from artimap.core.tables import CLOSURES
from artimap.core.vehicles import vehicle_of
from artimap.core.vocab import Audience, Lang, PlaceKind, Vehicle
from artimap.report.strip.cut_off import CutOffStrip
from artimap.roads.routing.cut_off import CutTree, WayRound, way_of, ways_round, ways_without
from artimap.roads.routing.router import Router
from artimap.roads.routing.spans import RoadSpan
from artimap.roads.routing.speeds import SpeedModel
from artimap.roads.routing.terminals import Spot
from artimap.studies.study import Study

Closed = str | RoadSpan
"""A piece of road in words ("rn1 km 110–126", "Pont-Sondé bridge"), or as kilometres of a road."""

FORMATS: Final = (".csv", ".geojson", ".gpkg", ".png", ".svg")
_SHORT_M: Final = 1_000.0
"""A part of the roads without a known place is told of from this length on."""


@dataclass(frozen=True, eq=False, repr=False)
class Closures(Shown):
    """What happens when each piece of a road closes, one at a time. :func:`artimap.closures` makes it.

    Attributes
    ----------
    roads
        The network, cut at the cities of the road.
    road_id
        The road.
    vehicle, speeds
        For whom, and how fast.
    reach
        Towns of which one must stay in reach; where empty, the longer part of the roads must.
    journey
        The ends of the journey from end to end.
    table
        CLOSURES in road order: it ranks nothing.
    as_of
        The day of the study; null without one.

    Examples
    --------
    >>> import artimap as am
    >>> study = am.study(am.area("artibonite"), as_of="2024-10-15", audience="internal")
    >>> am.closures(study, "rn5").table.columns[:4].tolist()
    ['piece_id', 'road_id', 'from_m', 'to_m']
    """

    roads: AreaRoads = field(repr=False)
    road_id: str
    vehicle: Vehicle
    speeds: SpeedModel
    reach: tuple[str, ...]
    journey: tuple[str, str]
    table: gpd.GeoDataFrame = field(repr=False)
    as_of: dt.date | None = None
    _cities: tuple[tuple[str, float], ...] = ()

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """What each closure does to the way between any two cities of the road that runs through the piece.

        Columns ``start, stop, from_m, to_m`` (the closed piece), ``km, lo_min, hi_min`` of the least way while all is
        open, ``without_km, without_lo_min, without_hi_min`` of the least way left; null where none is known.
        """
        times, router = self.speeds.times(self.roads, self.vehicle), Router(self.roads.network)
        rows = list[tuple[Any, ...]]()
        for (start, at), (stop, there) in combinations(self._cities, 2):
            found = ways_without(router, self.roads.at(self.road_id, at), self.roads.at(self.road_id, there), times)
            if found is None:
                continue
            path, ways = found
            whole = way_of(path, times, router.network.length_m)
            rows += [
                (
                    start,
                    stop,
                    *sorted((self.roads.from_m[edge], self.roads.to_m[edge])),
                    *_figures(whole),
                    *_figures(way),
                )
                for edge, way in zip(path.edges, ways, strict=True)
                if self.roads.road_id[edge] == self.road_id
            ]
        names = ("start", "stop", "from_m", "to_m", "km", "lo_min", "hi_min")
        return pd.DataFrame(rows, columns=[*names, *(f"without_{one}" for one in names[4:])])

    def picture(self, lang: str = Lang.EN) -> CutOffStrip:
        """Draw the cut-off profile: along the road, how long the way round each piece takes, and who is cut off.

        Returns
        -------
        CutOffStrip
            Shows itself in a notebook; ``save`` writes it as .png or .svg, ``png`` and ``svg`` give it.

        Examples
        --------
        >>> import artimap as am
        >>> study = am.study(am.area("artibonite"), as_of="2024-10-15", audience="internal")
        >>> am.closures(study, "rn5").picture("fr").save("rn5.png")  # doctest: +SKIP
        """
        span = RoadSpan(self.road_id, float(self.table["from_m"].min()), float(self.table["to_m"].max()))
        towns = [(name, span.from_m + at) for name, at in self.roads.places_on([span])]
        return CutOffStrip(
            _ref(self.roads, self.road_id), self.table, tuple(towns), self._whose(lang),
            (*self._limits(lang), *_people_note(self.roads, lang), _credit(self.roads, lang)), Lang(lang).value,
        )  # fmt: skip

    def lines(self, lang: str = Lang.EN) -> tuple[str, ...]:
        """Tell the profile in a language, in road order; what is the same for neighbouring pieces stands once.

        Examples
        --------
        >>> import artimap as am
        >>> study = am.study(am.area("artibonite"), as_of="2024-10-15", audience="internal")
        >>> am.closures(study, "rn5").lines()[0]
        'RN5, each piece closed by itself, for: truck. Internal: do not pass on'
        """
        lang = Lang(lang).value
        same = ["bridge", "cut_off_places", "people_lo", "people_hi", "people_unknown", "longer_min"]

        def alike(row: dict[str, Any]) -> list[object]:
            return [None if pd.isna(row[one]) else row[one] for one in same] + [pd.isna(row["detour_km"])]

        runs = [self._line(list(run), lang) for _, run in groupby(records(self.table), alike)]
        head = self._whose(lang), *self._limits(lang)
        return (*head, *runs, *_people_note(self.roads, lang), tr("closures.order", lang))

    def _whose(self, lang: str) -> str:
        vehicle = tr(f"vehicle.{self.vehicle.value}", lang)
        title = tr("closures.title", lang, road=_ref(self.roads, self.road_id), vehicle=vehicle)
        return f"{title}. {tr('map.audience.internal', lang)}"

    def _limits(self, lang: str) -> tuple[str, ...]:
        key = "closures.reach" if self.reach else "closures.main_part"
        return tr("closures.network", lang), tr(key, lang, towns=_and(self.reach, lang))

    def _line(self, run: Sequence[dict[str, Any]], lang: str) -> str:
        low, high = (_tenths(one / 1000.0, lang) for one in (run[0]["from_m"], run[-1]["to_m"]))
        where, first = f"km {low}–{high}", run[0]
        if first["bridge"]:
            return f"{where}: {tr('closures.no_way', lang)}; {_who_lies_there(run, 'cut_off_places', lang)}"
        if pd.isna(first["detour_km"]):
            return f"{where}: {tr('closures.not_passable', lang)}"
        km = _range([row["detour_km"] for row in run], lang)
        minutes = _range([row[one] for row in run for one in ("detour_lo_min", "detour_hi_min")], lang)
        parts = [tr("closures.detour", lang, km=km, minutes=minutes)]
        ends = {"start": self.journey[0], "stop": self.journey[1]}
        if pd.isna(first["longer_min"]):
            parts.append(tr("closures.no_journey", lang, **ends))
        elif first["longer_min"]:
            parts.append(tr("closures.longer", lang, minutes=_range([first["longer_min"]], lang), **ends))
        return f"{where}: {'; '.join(parts)}"

    def _lines(self) -> tuple[str, ...]:
        table, when = self.table, "" if self.as_of is None else f", as of {self.as_of}"
        none, off = int(table["detour_km"].isna().sum()), int(table["bridge"].sum())
        return (
            f"{_ref(self.roads, self.road_id)}, {self.vehicle}{when}, for internal",
            f"{len(table)} pieces, each closed by itself: no known way round for {none}, places cut off by {off}",
        )

    def _table(self) -> pd.DataFrame:
        worst = self.table.assign(none=self.table["detour_km"].isna())
        worst = worst.sort_values(["none", "people_hi", "detour_km"], ascending=False, kind="stable")
        worst = worst.drop_duplicates(["none", "cut_off_places"]).head(8)
        return pd.DataFrame({
            "km": [f"{low / 1000:.1f}–{high / 1000:.1f}"
                   for low, high in zip(worst["from_m"], worst["to_m"], strict=True)],
            "way round, km": ["none known" if pd.isna(one) else figure(one, 3) for one in worst["detour_km"]],
            "minutes": ["" if pd.isna(low) else f"{low:.0f} to {high:.0f}"
                        for low, high in zip(worst["detour_lo_min"], worst["detour_hi_min"], strict=True)],
            "cut off": [one if isinstance(one, str) else "" for one in worst["cut_off_places"]],
        })  # fmt: skip

    def _sketch(self) -> Sketch:
        road, ink = style.token("road"), style.token("ink")
        lines, off = self.table.geometry, self.table["bridge"]
        parts = [(shapely.line_merge(lines[off == one].union_all()), ink if one else road, 2.5 + one, False)
                 for one in (False, True)]  # fmt: skip
        corridor = self.roads.corridors.get(self.road_id)
        return Sketch(parts, () if corridor is None else city_labels(corridor.towns))

    def _repr_html_(self) -> str:
        head = f"Closures: {self._lines()[0]}", self._lines()[1], *self._limits(Lang.EN)
        return card([*head, "Dark: places are cut off. The table has the worst pieces, one for each set of places."],
                    self._table(), self._sketch())  # fmt: skip

    def to_file(self, path: str | Path, *, lang: str = Lang.EN) -> Path:
        """Write the table (.csv, .geojson, .gpkg) or the picture (.png, .svg).

        Raises
        ------
        ShareError
            For another ending.

        Examples
        --------
        >>> import artimap as am
        >>> import tempfile
        >>> study = am.study(am.area("artibonite"), as_of="2024-10-15", audience="internal")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     am.closures(study, "rn5").to_file(f"{folder}/rn5.csv").name
        'rn5.csv'
        """
        target = Path(path)
        if target.suffix.lower() in (".png", ".svg"):
            return self.picture(lang).save(target)
        return _write(self.table, target, self.as_of, "closures", FORMATS)


@dataclass(frozen=True, eq=False, repr=False)
class Isolation(Shown):
    """What is left of a network while some pieces of road are closed together. :func:`artimap.isolation` makes it.

    Attributes
    ----------
    roads
        The network, cut where closed pieces end.
    closed
        What is closed.
    vehicle, speeds
        For whom, and how fast.
    table
        One row a part of the network that hung together before and does no more (with a known place, or 1 km of road
        at least), and one for what lies on closed pieces (``on_closed``): ``part``, ``on_closed``, ``cities`` in it,
        ``cut_off_from`` (cities that it reached before), ``places``, ``people_lo``, ``people_hi``,
        ``people_unknown``, ``fuel``, ``health``, ``markets``. In the order of the roads, no part before another by
        its people.
    pairs
        By pair of cities ``start, stop, km, lo_min, hi_min`` while all is open, and ``without_km, without_lo_min,
        without_hi_min`` now: null where no way is known.
    whole
        Whether all that hung together before still does.
    as_of
        The day of the study; null without one.

    Examples
    --------
    >>> import artimap as am
    >>> study = am.study(am.area("artibonite"), as_of="2024-10-15", audience="internal")
    >>> am.isolation(study, "rn1 km 98–100").whole
    False
    """

    roads: AreaRoads = field(repr=False)
    closed: tuple[RoadSpan, ...]
    vehicle: Vehicle
    speeds: SpeedModel
    table: pd.DataFrame = field(repr=False)
    pairs: pd.DataFrame = field(repr=False)
    whole: bool
    as_of: dt.date | None = None

    def lines(self, lang: str = Lang.EN) -> tuple[str, ...]:
        """Tell it in a language.

        Examples
        --------
        >>> import artimap as am
        >>> study = am.study(am.area("artibonite"), as_of="2024-10-15", audience="internal")
        >>> len(am.isolation(study, "rn1 km 98–100").lines("ht")) > 2
        True
        """
        lang = Lang(lang).value
        closed = _and([_span_words(self.roads, one, lang) for one in self.closed], lang)
        vehicle = tr(f"vehicle.{self.vehicle.value}", lang)
        title = tr("closures.closed", lang, spans=closed, vehicle=vehicle)
        out = [f"{title}. {tr('map.audience.internal', lang)}", tr("closures.network", lang)]
        parts = records(self.table)
        if self.whole:
            out.append(tr("closures.whole", lang))
        for row in parts:
            if row["on_closed"]:
                out.append(f"{tr('closures.on_closed', lang)}: {_who_lies_there([row], 'places', lang)}")
                continue
            name = tr("closures.part", lang, n=row["part"])
            away = row["cut_off_from"]
            told = tr("closures.from", lang, cities=away) if isinstance(away, str) else tr("closures.from_none", lang)
            out.append(f"{name}, {told}: {_who_lies_there([row], 'places', lang)}")
        for row in records(self.pairs):
            if pd.isna(row["without_km"]):
                out.append(tr("closures.pair_none", lang, start=row["start"], stop=row["stop"]))
            elif row["without_km"] != row["km"] or row["without_lo_min"] != row["lo_min"]:
                km = format_number(row["without_km"], lang), format_number(row["km"], lang)
                minutes = _range([row["without_lo_min"], row["without_hi_min"]], lang)
                out.append(
                    tr("closures.pair", lang, start=row["start"], stop=row["stop"], km=km[0], before=km[1],
                       minutes=minutes)
                )  # fmt: skip
        return (*out, *_people_note(self.roads, lang))

    def _lines(self) -> tuple[str, ...]:
        cut = f"{len(self.table)} parts" if not self.whole else "all that hung together still does"
        return f"{self.lines()[0]}", cut

    def _repr_html_(self) -> str:
        return card(self.lines())

    def to_file(self, path: str | Path) -> Path:
        """Write the table as .csv.

        Raises
        ------
        ShareError
            For another ending.

        Examples
        --------
        >>> import artimap as am
        >>> import tempfile
        >>> study = am.study(am.area("artibonite"), as_of="2024-10-15", audience="internal")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     am.isolation(study, "rn1 km 98–100").to_file(f"{folder}/parts.csv").name
        'parts.csv'
        """
        return _write(self.table, Path(path), self.as_of, "isolation", (".csv",))


def closures(
    where: Study | AreaRoads,
    road_id: str | None = None,
    *,
    vehicle: str = Vehicle.TRUCK,
    speeds: SpeedModel | None = None,
    reach: str | Sequence[str] = (),
    points: gpd.GeoDataFrame | None = None,
) -> Closures:
    """Close each piece of a road in turn: the exact way round, and who is cut off where there is none.

    A piece is at most 1 km, cut at whole kilometres, junctions and cities. The way round leads from its one end to
    its other; what a closure adds to the journey from the first to the last city of the road stands beside it. Only
    roads of the network count: there may be others.

    Parameters
    ----------
    where
        A study of the audience ``internal``; or roads of one's own as :class:`AreaRoads`.
    road_id
        The road; the study's where null.
    vehicle
        Vehicle in any words.
    speeds
        Speeds; :class:`artimap.SpeedModel` as it stands where null.
    reach
        Towns of which one must stay in reach, as ``("Saint-Marc", "Gonaïves")``. Where empty, who loses the longer
        part of the roads is cut off.
    points
        Points of your own that count with the listed ones: ``kind`` (``fuel``, ``health``, ``market``) and geometry.
        No list of health points is embedded.

    Returns
    -------
    Closures
        Table, picture, lines in three languages.

    Raises
    ------
    ShareError
        If the study is for another audience than ``internal``.
    PlaceError, ModelError, DataError
        If there is no such road, town or vehicle, or ``points`` cannot be read.

    Notes
    -----
    The people of a commune cannot be split: between those of communes whose known points (towns, and sections less
    than 5 km from a road) are all cut off, and those of communes of which one is. Bridges by Tarjan (1974) on one
    spanning tree, replacement paths by Malik, Mittal and Gupta (1989). People: COD-PS Haiti 2024.

    Examples
    --------
    >>> import artimap as am
    >>> study = am.study(am.area("artibonite"), as_of="2024-10-15", audience="internal")
    >>> shut = am.closures(study, "rn1")
    >>> at = shut.table[shut.table["from_m"] == 100_000.0].iloc[0]
    >>> bool(at["bridge"]), "Saint-Marc" in at["cut_off_places"]
    (True, True)
    """
    roads, as_of = _roads_of(where)
    road = road_id or (where.corridor.corridor_id if isinstance(where, Study) else next(iter(roads.corridors), ""))
    who, model = vehicle_of(vehicle), speeds or SpeedModel()
    cities = _cities_on(roads, road)
    roads = roads.cut({road: [at for _, at in cities]})
    edges = np.flatnonzero(roads.road_id == road)
    low, high = np.fmin(roads.from_m, roads.to_m), np.fmax(roads.from_m, roads.to_m)
    edges = edges[np.lexsort((high[edges], low[edges]))]
    times, router = model.times(roads, who), Router(roads.network)
    passable = np.isfinite(times[:, 0])
    tree, beside = CutTree(roads.network, passable), RoadsidePoints.of(roads, points)
    towns = [roads.locate(one) for one in ([reach] if isinstance(reach, str) else reach)]
    goal = None if not towns else _spots([one.spot for one in towns])
    parted = tree.parted(edges, beside.spots, reach=goal)
    free = passable & ~tree.bridges
    around = np.full((len(edges), 3), np.inf)
    around[free[edges]] = ways_round(router, edges[free[edges]], times)
    told = [_figures(WayRound(*one)) for one in around.tolist()]
    rows = pd.DataFrame(told, columns=["detour_km", "detour_lo_min", "detour_hi_min"])
    rows["longer_min"] = _longer(router, roads.at(road, cities[0][1]), roads.at(road, cities[-1][1]), times)[edges]
    rows = rows.assign(
        piece_id=_unlike([f"{road} {low[one] / 1000:.3f}-{high[one] / 1000:.3f}" for one in edges]), road_id=road,
        from_m=significant(low[edges]), to_m=significant(high[edges]), bridge=tree.bridges[edges],
    )  # fmt: skip
    rows = pd.concat([rows, beside.tally(parted.cut, parted.on, parted.loses)], axis=1)
    lines = roads.network.lines.to_numpy()[edges]
    table = schema.conform(gpd.GeoDataFrame(rows, geometry=lines, crs=roads.network.crs), CLOSURES)
    put_models(table, model)
    day = None if as_of is None else as_of.isoformat()
    table.attrs.update(as_of=day, vehicle=who.value, reach=[one.name for one in towns])
    names = tuple(one.name for one in towns)
    return Closures(roads, road, who, model, names, (cities[0][0], cities[-1][0]), table, as_of, cities)


def isolation(
    where: Study | AreaRoads,
    closed: Closed | Iterable[Closed],
    *,
    vehicle: str = Vehicle.TRUCK,
    speeds: SpeedModel | None = None,
    points: gpd.GeoDataFrame | None = None,
) -> Isolation:
    """Close some pieces of road together: which cities are cut off from which, with whom, and the ways that are left.

    Parameters
    ----------
    where
        A study of the audience ``internal``; or roads of one's own as :class:`AreaRoads`.
    closed
        Pieces of road: words as "km 110–126", "Pont-Sondé bridge", or :class:`RoadSpan`.
    vehicle, speeds, points
        As for :func:`artimap.closures`.

    Returns
    -------
    Isolation
        Parts of the network, and ways between cities.

    Raises
    ------
    ShareError
        If the study is for another audience than ``internal``.
    PlaceError, ModelError, DataError
        If the words name no piece of road, there is no such vehicle, or nothing is closed.

    Examples
    --------
    >>> import artimap as am
    >>> study = am.study(am.area("artibonite"), as_of="2024-10-15", audience="internal")
    >>> am.isolation(study, "rn1 km 98–100").table["cities"].tolist()
    ["Cap-Haïtien; Gonaïves; Port-de-Paix; Saint-Michel-de-l'Attalaye", 'Port-au-Prince; Saint-Marc']
    """
    roads, as_of = _roads_of(where)
    given = [closed] if isinstance(closed, str | RoadSpan) else list(closed)
    if not given:
        msg = "nothing is closed: give pieces of road, as 'rn1 km 110–126'"
        raise DataError(msg)
    spans = tuple(one if isinstance(one, RoadSpan) else roads.read_span(one) for one in given)
    cuts = dict[str, list[float]]()
    for span in spans:
        part = roads.closed_part(span)
        cuts.setdefault(span.road_id, []).extend((part.low_m, part.high_m))
    roads = roads.cut(cuts)
    who, model = vehicle_of(vehicle), speeds or SpeedModel()
    times, router = model.times(roads, who), Router(roads.network)
    passable = np.isfinite(times[:, 0])
    shut = np.logical_or.reduce([roads.on(span) for span in spans])
    cities = _cities_of(roads)
    table, whole = _parts(roads, passable, shut, RoadsidePoints.of(roads, points), cities)
    rows = list[tuple[Any, ...]]()
    for (start, at), (stop, there) in combinations(cities, 2):
        ways = [
            way_of(router.least(at, there, times.mean(axis=1), closed=one), times, router.network.length_m)
            for one in (None, shut)
        ]
        if np.isfinite(ways[0].length_m):
            rows.append((start, stop, *_figures(ways[0]), *_figures(ways[1])))
    names = ["start", "stop", "km", "lo_min", "hi_min", "without_km", "without_lo_min", "without_hi_min"]
    return Isolation(roads, spans, who, model, table, pd.DataFrame(rows, columns=names), whole, as_of)


def sure_internal(audience: Audience) -> None:
    """Refuse to tell whom a closure cuts off to anybody outside.

    Raises
    ------
    ShareError
        For another audience than ``internal``.
    """
    if audience is not Audience.INTERNAL:
        msg = (
            f"whom a closure cuts off is for internal eyes, and this is for {audience}: make it with "
            "audience='internal', and hand on the sentence that is needed, not the table"
        )
        raise ShareError(msg)


def _roads_of(where: Study | AreaRoads) -> tuple[AreaRoads, dt.date | None]:
    if isinstance(where, AreaRoads):
        return where, None
    sure_internal(where.audience)
    return area_roads(where.area), where.as_of


def _cities_on(roads: AreaRoads, road: str) -> tuple[tuple[str, float], ...]:
    """Give the cities of a road and where they lie, in road order; where it has fewer than two, its ends."""
    ends = roads.from_m[roads.road_id == road], roads.to_m[roads.road_id == road]
    if not len(ends[0]):
        roads.at(road, 0.0)  # says which roads there are
    low, high = (float(one(np.concatenate(ends))) for one in (np.min, np.max))
    corridor = roads.corridors.get(road)
    if corridor is not None and len(corridor.towns):
        towns = corridor.towns[corridor.towns["kind"] == PlaceKind.CITY].sort_values("chainage_m")
        if len(towns) > 1:
            return tuple(zip(towns["name"].astype(str), towns["chainage_m"].clip(low, high).astype(float), strict=True))
    named = [(name, low + at) for name, at in roads.places_on([RoadSpan(road, low, high)])]
    out = []
    for end in (low, high):
        near = [name for name, at in named if abs(at - end) <= BESIDE_M]
        out.append((near[0] if near else f"km {end / 1000:.1f}", end))
    return tuple(out)


def _cities_of(roads: AreaRoads) -> list[tuple[str, Spot]]:
    """Give the cities beside the roads of an area, by name."""
    if roads.area is None:
        return []
    places = read_places(roads.area)
    places = places[places["kind"] == PlaceKind.CITY].sort_values("name")
    snapped = roads.network.snap(places.geometry, FARTHEST_M)
    return [
        (str(name), Spot(int(edge), float(offset)))
        for name, edge, offset in zip(places["name"], snapped["edge"], snapped["offset_m"], strict=True)
        if not pd.isna(edge)
    ]


def _spots(spots: Sequence[Spot]) -> tuple[Ints, Floats]:
    return np.array([one.edge for one in spots], dtype=np.int64), np.array([one.offset_m for one in spots])


def _unlike(ids: Sequence[str]) -> list[str]:
    """Set apart the names that stand more than once, by number: lines of one's own may run beside each other."""
    counts, out = Counter[str](), list[str]()
    for one in ids:
        counts[one] += 1
        out.append(one if counts[one] == 1 else f"{one} ({counts[one]})")
    return out


def _figures(way: WayRound) -> tuple[float, float, float]:
    """Give kilometres and minutes; nan where there is no way."""
    length, low, high = (float(one) if np.isfinite(one) else float("nan") for one in way)
    km, low, high = significant([length / 1000.0, low, high], 6).tolist()
    return km, low, high


def _longer(router: Router, start: Spot, stop: Spot, times: Floats) -> Floats:
    """Give by edge what closing it adds to the way between two places, in minutes; nan where none is left."""
    found = router.replacements(start, stop, times.mean(axis=1))
    if found is None:
        return np.full(len(times), np.nan)
    out = np.zeros(len(times))
    out[found.path.edges] = np.where(np.isfinite(found.cost), found.cost - found.path.costs[0], np.nan)
    return significant(np.maximum(out, 0.0), 6)


def _parts(
    roads: AreaRoads, passable: Bools, shut: Bools, beside: RoadsidePoints, cities: Sequence[tuple[str, Spot]]
) -> tuple[pd.DataFrame, bool]:
    """Give the parts into which a network falls with what lies beside each, and whether it does not fall apart."""
    ends, nodes = roads.network.edges, len(roads.network.nodes_xy)
    before, after = (_labels(ends[one], nodes) for one in (passable, passable & ~shut))
    open_edges = np.flatnonzero(passable & ~shut)
    here, first = np.unique(after[ends[open_edges, 0]], return_index=True)
    here = here[np.argsort(first, kind="stable")]
    # A part that the closures touch: of those that hung apart before nothing new is to be told.
    touched = np.isin(here, after[np.unique(ends[shut])])
    here = here[touched]
    whole = len(here) <= len(np.unique(before[ends[shut & passable]]))
    length = np.bincount(after[ends[open_edges, 0]], roads.network.length_m[open_edges], minlength=nodes)
    on_shut = shut[beside.edge]
    of_point = np.where(on_shut, -1, after[ends[beside.edge, 0]])
    city_at = [-1 if shut[spot.edge] else int(after[ends[spot.edge, 0]]) for _, spot in cities]
    once = [int(before[ends[spot.edge, 0]]) for _, spot in cities]
    masks, rows = list[Bools](), list[dict[str, Any]]()
    for label in here.tolist():
        old = int(before[np.flatnonzero(after == label)[0]])
        held = [name for (name, _), at in zip(cities, city_at, strict=True) if at == label]
        lost = [
            name
            for (name, _), at, was in zip(cities, city_at, once, strict=True)
            if was == old and at not in (label, -1)
        ]
        mask = of_point == label
        if held or mask.any() or length[label] >= _SHORT_M:
            masks.append(mask)
            rows.append({"on_closed": False, "cities": join_names(held), "cut_off_from": join_names(lost)})
    if on_shut.any():
        masks.append(on_shut)
        held = [name for (name, _), at in zip(cities, city_at, strict=True) if at == -1]
        rows.append({"on_closed": True, "cities": join_names(held), "cut_off_from": None})
    none = np.zeros((len(rows), len(beside.kind)), dtype=bool)
    cut = np.array(masks) if masks else none
    tally = beside.tally(cut, none, np.ones(len(rows), dtype=bool)).rename(columns={"cut_off_places": "places"})
    table = pd.concat([pd.DataFrame(rows, columns=["on_closed", "cities", "cut_off_from"]), tally], axis=1)
    table.insert(0, "part", range(1, len(table) + 1))
    return table.astype({"cities": schema.TEXT, "cut_off_from": schema.TEXT, "places": schema.TEXT}), whole


def _labels(edges: Any, nodes: int) -> Ints:
    from scipy.sparse import csr_array  # noqa: PLC0415 - slow to import, used only here
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    graph = csr_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(nodes, nodes))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


# -- words -----------------------------------------------------------------------


def _and(names: Sequence[str], lang: str) -> str:
    return tr("map.trip.and", lang).join(names)


def _tenths(value: float, lang: str) -> str:
    return format_number(round(value, 1), lang, digits=6)


def _range(values: Sequence[float], lang: str) -> str:
    low, high = (format_count(round(one), lang) for one in (min(values), max(values)))
    return low if low == high else f"{low}–{high}"


def _ref(roads: AreaRoads, road: str) -> str:
    return road.upper() if road not in roads.corridors else roads.corridors[road].ref


def _span_words(roads: AreaRoads, span: RoadSpan, lang: str) -> str:
    return f"{_ref(roads, span.road_id)} km {_tenths(span.low_m / 1000, lang)}–{_tenths(span.high_m / 1000, lang)}"


def _who_lies_there(run: Sequence[dict[str, Any]], named: str, lang: str) -> str:
    """Tell who and what lies in a part: towns, people, services; what is not known is said so."""
    first = run[0]
    parts = []
    if not isinstance(first[named], str):
        parts.append(tr("closures.no_place", lang))
    else:
        parts.append(first[named] if named == "places" else tr("closures.cut_off_places", lang, places=first[named]))
    low, high, unknown = first["people_lo"], first["people_hi"], int(first["people_unknown"])
    if pd.isna(high):
        parts.append(tr("closures.people_none", lang))
    else:
        parts.append(tr("closures.people", lang, n=_range([int(low), int(high)], lang)))
    if unknown:
        parts.append(tr("closures.people_unknown", lang, n=unknown))
    for column in SERVICES.values():
        if pd.isna(first[column]):
            parts.append(tr(f"closures.{column}_none", lang))
        else:
            parts.append(tr(f"closures.{column}", lang, n=_range([int(row[column]) for row in run], lang)))
    return "; ".join(parts)


def _people_note(roads: AreaRoads, lang: str) -> tuple[str, ...]:
    return () if roads.area is None else (tr("closures.note", lang),)


def _credit(roads: AreaRoads, lang: str) -> str:
    """Name whose roads and figures a picture is drawn from: it is sent on without the page around it."""
    layers = () if roads.area is None else embedded.manifest(roads.area.name).layers
    wanted = ("roads", "services") if roads.corridors else ("services",)
    named = [] if roads.corridors else [tr("trip.own_reports", lang)]
    named += [
        f"{table_words(layer.attribution, lang)} ({table_words(layer.licence, lang)})"
        for layer in layers
        if layer.name in wanted
    ]
    return tr("picture.credit", lang, sources="; ".join(named))


def _write(table: pd.DataFrame, path: Path, day: dt.date | None, layer: str, endings: tuple[str, ...]) -> Path:
    ending = path.suffix.lower()
    if ending not in endings:
        msg = f"{path.name}: {layer} are written as {', '.join(endings)}; choose one of these endings"
        raise ShareError(msg)
    plain = significant_columns(table)
    if ending == ".csv":
        write_text(path, "\ufeff" + table_csv(pd.DataFrame(plain.drop(columns="geometry", errors="ignore"))))
    elif ending == ".gpkg" and isinstance(plain, gpd.GeoDataFrame):
        write_geopackage({layer: plain}, path, day=day or dt.date(1970, 1, 1))
    elif isinstance(plain, gpd.GeoDataFrame):
        degrees = plain.to_crs(WGS84)
        write_text(
            path,
            degrees.set_geometry(rounded_shapes(degrees.geometry.to_numpy()), crs=WGS84).to_json(drop_id=True) + "\n",
        )
    return path

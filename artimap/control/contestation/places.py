"""Units of any shape, and how much of an event may lie in each."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from artimap.control.contestation.model import ContestationModel
from artimap.core.arrays import Floats, Ints
from artimap.core.errors import Breach, CrsError, SchemaError
from artimap.core.schema import split_names
from artimap.core.tables import UNITS
from artimap.core.vocab import Where

_KEYS = ("unit_id", "pcode", "place_id", "lixel_id")
_ALONG = 25
_ACROSS = 12
# six points on a ring and the middle: sums over them are right for any linear field on the disc
_ANGLE = np.arange(6) * np.pi / 3
_RING = np.column_stack([np.append(np.cos(_ANGLE), 0.0), np.append(np.sin(_ANGLE), 0.0)]) * np.sqrt(7 / 12)


@dataclass(frozen=True, slots=True)
class Sites:
    """Units as arrays.

    Attributes
    ----------
    key, name
        Id and name.
    geometry
        Polygons, lines or points, in a metric system.
    pcode, parent, place_id
        Codes by which an event may name a unit; empty text where there is none.
    crs
        The system.
    """

    key: tuple[str, ...]
    name: tuple[str, ...]
    geometry: NDArray[np.object_]
    pcode: tuple[str, ...]
    parent: tuple[str, ...]
    place_id: tuple[str, ...]
    crs: str

    def __len__(self) -> int:
        return len(self.key)

    def centres(self) -> Floats:
        """Give one point of each unit as x, y."""
        points = shapely.centroid(self.geometry)
        return np.column_stack([shapely.get_x(points), shapely.get_y(points)])

    def neighbours(self, around_m: float) -> tuple[Ints, Ints]:
        """Give pairs of units that touch (areas, lines) or lie within ``around_m`` (points), both ways."""
        if not len(self):
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        # Areas and lines are neighbours where they touch; a metre of slack bridges outlines that were
        # simplified apart.
        points = shapely.get_dimensions(self.geometry) == 0
        reach = np.where(points, around_m, 1.0)
        one, two = shapely.STRtree(self.geometry).query(self.geometry, predicate="dwithin", distance=reach)
        apart = one != two
        return one[apart].astype(np.int64), two[apart].astype(np.int64)


def sites_of(units: gpd.GeoDataFrame) -> Sites:
    """Read a table of units.

    Raises
    ------
    SchemaError
        If it has no id, or an id stands twice.
    CrsError
        If its system is not metric.
    """
    key = next((name for name in _KEYS if name in units), None)
    if key is None:
        fix = f"add one of the columns {', '.join(_KEYS)}"
        raise SchemaError(UNITS.name, [Breach("", "unit_id", "", "is missing", fix)])
    if units.crs is None or units.crs.is_geographic:
        msg = "units are not in a metric system: use units.to_crs(area.crs)"
        raise CrsError(msg)
    ids = units[key].astype(str)
    twice = ids.duplicated()
    if twice.any():
        row = str(int(np.flatnonzero(twice)[0]) + 1)
        raise SchemaError(
            UNITS.name, [Breach(row, key, ids[twice].iloc[0], "stands twice", "give each unit its own key")]
        )

    def texts(*names: str) -> tuple[str, ...]:
        name = next((one for one in names if one in units), None)
        if name is None:
            return ("",) * len(units)
        return tuple("" if pd.isna(value) else str(value) for value in units[name])

    names = texts("name")
    return Sites(
        key=tuple(ids),
        name=tuple(name or one for name, one in zip(names, ids, strict=True)),
        geometry=units.geometry.to_numpy(),
        pcode=texts("pcode", "adm3_pcode"),
        parent=texts("parent", "adm2_pcode"),
        place_id=texts("place_id"),
        crs=units.crs.to_string(),
    )


def weights_on_sites(
    sites: Sites, events: gpd.GeoDataFrame, model: ContestationModel, *, spread: float = 1.0
) -> tuple[Ints, Ints, Floats]:
    """Share each event out over the units that it may lie in.

    A section or commune counts in the units of that code by their area; any other shape in
    the units that its sample points fall in (a disc as wide as the place reaches, a line,
    an area), or, for units that are lines or points, the nearest within ``reach_m``. What
    falls in no unit is left out, so the shares of an event may add up to less than 1.

    Returns
    -------
    tuple
        Row of the event, unit, share.
    """
    if not len(events) or not len(sites):
        return _joined([])
    if events.crs is None or events.crs.to_string() != sites.crs:
        msg = f"events are not in the units' system: use events.to_crs({sites.crs!r})"
        raise CrsError(msg)
    kind = events["place_kind"].to_numpy(dtype=object)
    coded = np.isin(kind, [Where.SECTION.value, Where.COMMUNE.value])
    # From the surest to the vaguest: by the code of a unit, by the id of a place, by shape. An event that
    # one of them has placed is left to it alone, or it would count twice.
    by_code = _by_code(sites, events, np.flatnonzero(coded))
    by_place = _by_place(sites, events, np.flatnonzero((kind == Where.PLACE) | (kind == Where.POINT)))
    done = np.zeros(len(events), dtype=bool)
    done[by_code[0]] = True
    done[by_place[0]] = True
    # A department is no place here: spread over all units it would raise a belief everywhere by a report
    # that is about nowhere.
    left = np.flatnonzero(~done & ~np.isin(kind, [Where.NOWHERE.value, Where.DEPARTMENT.value]))
    by_shape = _by_shape(sites, *_samples(events, left, model, spread), model.reach_m)
    return _joined([by_code, by_place, by_shape])


_Part = tuple[Ints, Ints, Floats]


def _by_code(sites: Sites, events: gpd.GeoDataFrame, rows: Ints) -> _Part:
    """Events whose place is a section or commune, by p-code; shared out by area where that means several units."""
    if "pcode" not in events or not any(sites.pcode):
        return _joined([])
    own: dict[str, list[int]] = {}
    # A section has its own code and that of its commune: an event of the commune goes to all of its
    # sections.
    for codes in (sites.pcode, sites.parent):
        for unit, code in enumerate(codes):
            if code:
                own.setdefault(code, []).append(unit)
    # Lines and points have no area; 1 gives them equal shares instead of a division by 0.
    size = np.maximum(shapely.area(sites.geometry), 1.0)
    codes, texts = pd.factorize(events["pcode"].to_numpy(dtype=object)[rows])
    out: list[_Part] = []
    for number, text in enumerate(texts):
        units = np.array(sorted({unit for code in split_names(text) for unit in own.get(code, [])}), dtype=np.int64)
        if not len(units):
            continue
        here = rows[codes == number]
        share = size[units] / size[units].sum()
        out.append((np.repeat(here, len(units)), np.tile(units, len(here)), np.tile(share, len(here))))
    return _joined(out)


def _joined(parts: list[_Part]) -> _Part:
    # an empty part in front, so that no parts give arrays of the right kind too
    nothing = np.zeros(0, dtype=np.int64)
    rows, units, shares = zip((nothing, nothing, np.zeros(0)), *parts, strict=True)
    return np.concatenate(rows), np.concatenate(units), np.concatenate(shares)


def _by_place(sites: Sites, events: gpd.GeoDataFrame, rows: Ints) -> _Part:
    """Events at a place that is itself a unit."""
    if "place_id" not in events or not any(sites.place_id):
        return _joined([])
    number = {place: unit for unit, place in enumerate(sites.place_id) if place}
    unit = pd.Series(events["place_id"].to_numpy(dtype=object)[rows]).map(number)
    found = unit.notna().to_numpy()
    where: Ints = np.asarray(unit[found], dtype=np.int64)
    return rows[found], where, np.ones(int(found.sum()))


def _samples(
    events: gpd.GeoDataFrame, rows: Ints, model: ContestationModel, spread: float
) -> tuple[Ints, Floats, Floats]:
    """Give sample points of where each event may lie: row, x y, share."""
    geometry = events.geometry.to_numpy()[rows]
    there = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    rows, geometry = rows[there], geometry[there]
    # Exact points become discs: "at Liancourt" may be a kilometre off, and beside the border of a section
    # that decides.
    flat = shapely.get_type_id(geometry) == 0
    usual = np.where(events["place_kind"].to_numpy(dtype=object)[rows] == Where.POINT, model.point_m, model.place_m)
    if "radius_m" in events:
        said = events["radius_m"].to_numpy(dtype=float)[rows]
        usual = np.where(np.isnan(said), usual, said)
    middle = shapely.get_coordinates(geometry[flat])
    # Points x 7 x 2. Seven points that give the exact mean of any linear field over the disc do for a
    # share of it.
    disc = middle[:, None, :] + (usual[flat] * spread)[:, None, None] * _RING[None]
    row = [np.repeat(rows[flat], len(_RING))]
    xy = [disc.reshape(-1, 2)]
    share = [np.full(len(row[0]), 1.0 / len(_RING))]
    for one, shape in zip(rows[~flat], geometry[~flat], strict=True):
        points = _inside(shape)
        row.append(np.full(len(points), one))
        xy.append(points)
        share.append(np.full(len(points), 1.0 / len(points)))
    return np.concatenate(row).astype(np.int64), np.concatenate(xy), np.concatenate(share)


def _inside(shape: shapely.Geometry) -> Floats:
    """Give evenly spaced points along a line or inside an area."""
    if shapely.get_dimensions(shape) == 1:
        steps = (np.arange(_ALONG) + 0.5) / _ALONG
        return np.asarray(shapely.get_coordinates(shapely.line_interpolate_point(shape, steps, normalized=True)))
    low_x, low_y, high_x, high_y = shapely.bounds(shape)
    step = (np.arange(_ACROSS) + 0.5) / _ACROSS
    x, y = np.meshgrid(low_x + step * (high_x - low_x), low_y + step * (high_y - low_y))
    grid = np.column_stack([x.ravel(), y.ravel()])
    # A regular grid, no random points: the same shape always gives the same shares. A sliver that no grid
    # point hits has one point on it all the same.
    grid = grid[shapely.contains_xy(shape, grid[:, 0], grid[:, 1])]
    return grid if len(grid) else np.asarray(shapely.get_coordinates(shapely.point_on_surface(shape)))


def _by_shape(sites: Sites, row: Ints, xy: Floats, share: Floats, reach_m: float) -> _Part:
    """Put sample points into units, and add up the shares of each event and unit."""
    points = shapely.points(xy)
    areas = np.flatnonzero(shapely.get_dimensions(sites.geometry) == 2)
    lines = np.flatnonzero(shapely.get_dimensions(sites.geometry) < 2)
    sample, unit = [], []
    if len(areas) and len(points):
        # Prepared outlines make the many point-in-polygon tests cheap.
        shapely.prepare(sites.geometry[areas])
        area, point = shapely.STRtree(points).query(sites.geometry[areas], predicate="intersects")
        sample.append(point)
        unit.append(areas[area])
    if len(lines) and len(points):
        tree = shapely.STRtree(sites.geometry[lines])
        point, line = tree.query_nearest(points, max_distance=reach_m)
        sample.append(point)
        unit.append(lines[line])
    if not sample:
        return _joined([])
    found, where = np.concatenate(sample), np.concatenate(unit)
    # A sample on the border of two units, or as near to two lines, is shared between them.
    times = np.bincount(found, minlength=len(points))
    table = pd.DataFrame({"row": row[found], "unit": where, "share": share[found] / times[found]})
    # Sorted by share before they are added up, so that the order in which the tree gives its hits changes no
    # bit.
    summed = table.sort_values(["row", "unit", "share"]).groupby(["row", "unit"])["share"].sum().reset_index()
    return summed["row"].to_numpy(), summed["unit"].to_numpy(), summed["share"].to_numpy()

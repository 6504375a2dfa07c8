"""Who and what lies along the roads of a network: communes with their people, towns, stations, markets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from artimap.areas.area import Area, read_places, read_units, unit_points
from artimap.areas.road_network import FARTHEST_M, AreaRoads
from artimap.areas.services import read_services
from artimap.core.arrays import Bools, Floats, Ints
from artimap.core.errors import DataError
from artimap.core.schema import join_names
from artimap.core.text import unaccented
from artimap.core.vocab import PlaceKind, ServiceKind

HEALTH: Final = "health"
SERVICES: Final[Mapping[str, str]] = {"fuel": "fuel", HEALTH: "health", "market": "markets"}
"""Kinds of services, and the column in which they are counted."""
_SETTLED: Final = frozenset({PlaceKind.CITY, PlaceKind.TOWN, PlaceKind.SUBURB, PlaceKind.VILLAGE})
_OWN_FIGURE: Final = frozenset({PlaceKind.CITY, PlaceKind.TOWN, PlaceKind.SUBURB})
"""A place of these kinds has people of its own, whether a commune states how many or not."""


@dataclass(frozen=True, eq=False)
class RoadsidePoints:
    """Points beside roads, each with its place on the network (at most 5 km away).

    Attributes
    ----------
    kind
        By point: ``place``, ``people`` (a town or section of a commune), ``fuel``, ``health`` or ``market``.
    name
        By point: its name; null where it has none.
    unit
        By point: number of its commune among ``people``; -1 for services.
    edge, offset_m
        By point: where it lies on the network.
    people
        By commune: how many; nan where no figure is known. A town outside every commune with a figure is one too.
    unit_name
        By commune: its name.
    listed
        Kinds of services of which there is a list at all: of the others nothing is known.
    """

    kind: NDArray[Any]
    name: NDArray[Any]
    unit: Ints
    edge: Ints
    offset_m: Floats
    people: Floats
    unit_name: tuple[str, ...]
    listed: frozenset[str]

    @classmethod
    def of(cls, roads: AreaRoads, points: gpd.GeoDataFrame | None = None) -> RoadsidePoints:
        """Put what is known of an area on its roads.

        Parameters
        ----------
        roads
            The roads. Lines that belong to no area have ``points`` alone.
        points
            Points of your own: ``kind`` (``fuel``, ``health`` or ``market``), ``name`` where it has one, geometry.

        Raises
        ------
        DataError
            If ``points`` has no kind, another kind, or no coordinate system.
        """
        found = list[pd.DataFrame]()
        people, names, listed = list[float](), list[str](), set[str]()
        if roads.area is not None:
            services = read_services(roads.area)
            rows, people, names = _communes(roads.area, services)
            found.append(rows)
            some = services[services["kind"].isin([ServiceKind.FUEL, ServiceKind.MARKET])]
            found.append(_rows(some["kind"], some["name"], -1, some.geometry))
            listed |= set(some["kind"])
        if points is not None:
            found.append(_own(points, roads))
            listed |= set(points["kind"])
        empty = _rows(
            pd.Series([], dtype=object), pd.Series([], dtype=object), -1, gpd.GeoSeries([], crs=roads.network.crs)
        )
        table = pd.concat([one for one in found if len(one)] or [empty], ignore_index=True)
        there = [one is not None and not one.is_empty for one in table["geometry"]]
        table = table.loc[np.array(there, dtype=bool)].reset_index(drop=True)
        snapped = roads.network.snap(gpd.GeoSeries(table["geometry"], crs=roads.network.crs), FARTHEST_M)
        on = snapped["edge"].notna().to_numpy()
        return cls(
            table["kind"].to_numpy(dtype=object)[on], table["name"].to_numpy(dtype=object)[on],
            table["unit"].to_numpy(dtype=np.int64)[on], snapped["edge"].to_numpy(dtype="float64")[on].astype(np.int64),
            snapped["offset_m"].to_numpy(dtype=float)[on], np.array(people, dtype=float), tuple(names),
            frozenset(listed),
        )  # fmt: skip

    @property
    def spots(self) -> tuple[Ints, Floats]:
        """Edge and metres from its start, by point."""
        return self.edge, self.offset_m

    def names_in(self, mask: Bools) -> tuple[str, ...]:
        """Give the towns and villages among points, by name."""
        return tuple(str(one) for one in self.name[mask & (self.kind == "place")])

    def tally(self, cut: Bools, unsure: Bools, parted: Bools) -> pd.DataFrame:
        """Count who is cut off.

        Parameters
        ----------
        cut
            bool (rows, points): what is cut off.
        unsure
            bool (rows, points): what may be, and nobody knows.
        parted
            bool by row: whether a part of the roads is cut off at all. Where one is and no figure is known of who
            lives along it, the number of people is null, and not 0.

        Returns
        -------
        DataFrame
            By row ``cut_off_places``, ``people_lo`` (communes of which every known point is cut off), ``people_hi``
            (any), ``people_unknown`` (communes and towns without a figure), ``fuel``, ``health``, ``markets`` (null
            where there is no list of them).
        """
        any_, every = (np.zeros((len(cut), len(self.people)), dtype=bool) for _ in range(2))
        for number in range(len(self.people)):
            here = self.unit == number
            if here.any():
                any_[:, number] = (cut | unsure)[:, here].any(axis=1)
                every[:, number] = cut[:, here].all(axis=1)
        figure = np.isfinite(self.people)
        counted = np.where(figure, self.people, 0.0)
        blank = parted & ~any_[:, figure].any(axis=1)
        out = pd.DataFrame(
            {
                "cut_off_places": [join_names(self.names_in(row)) for row in cut],
                "people_lo": _whole_numbers(every @ counted, blank),
                "people_hi": _whole_numbers(any_ @ counted, blank),
                "people_unknown": any_[:, ~figure].sum(axis=1),
            }
        )
        for kind, column in SERVICES.items():
            there = pd.Series((cut & (self.kind == kind)).sum(axis=1), dtype="Int64")
            out[column] = there if kind in self.listed else there.mask(there.notna())
        return out


def _whole_numbers(values: Floats, blank: Bools) -> pd.Series[Any]:
    return pd.Series(np.rint(values).astype(np.int64), dtype="Int64").mask(pd.Series(blank))


def _rows(kind: Any, name: Any, unit: Any, geometry: gpd.GeoSeries) -> pd.DataFrame:
    shapes = list(geometry)
    return pd.DataFrame(
        {
            "kind": kind if isinstance(kind, str) else np.asarray(kind, dtype=object),
            "name": np.asarray(name, dtype=object),
            "unit": unit,
            "geometry": pd.Series(shapes, dtype=object),
        },
        index=range(len(shapes)),
    )


def _own(points: gpd.GeoDataFrame, roads: AreaRoads) -> pd.DataFrame:
    kinds = set(points["kind"]) if "kind" in points else set()
    if points.crs is None or not kinds or kinds - set(SERVICES):
        known = ", ".join(SERVICES)
        msg = f"points need a coordinate system and a column kind with {known}, not {sorted(map(str, kinds))}"
        raise DataError(msg)
    names = points["name"] if "name" in points else [None] * len(points)
    shapes = points.geometry.to_crs(roads.network.crs)
    return _rows(
        points["kind"],
        names,
        -1,
        gpd.GeoSeries([shapely.Point() if one is None else one.representative_point() for one in shapes]),
    )


def _plain(name: str) -> str:
    return unaccented(name).casefold().replace("-", " ")


def _communes(area: Area, services: gpd.GeoDataFrame) -> tuple[pd.DataFrame, list[float], list[str]]:
    """Give the settled places and the points of communes, and the people of each commune, nan where not known."""
    places = read_places(area)
    places = places[places["kind"].isin(_SETTLED)]
    stated = services[services["kind"] == ServiceKind.POPULATION]
    key = dict(zip(stated["name"].map(_plain), stated["pcode"], strict=True))
    # A town outside the embedded communes is known by its name, else it stands for itself.
    of_place = [
        pcode if isinstance(pcode, str) else key.get(_plain(name), f"place:{name}" if kind in _OWN_FIGURE else None)
        for pcode, name, kind in zip(places["adm2_pcode"], places["name"], places["kind"], strict=True)
    ]
    names = dict(zip(stated["pcode"], stated["name"], strict=True))
    figures = {
        code: float("nan") if pd.isna(value) else float(value)
        for code, value in zip(stated["pcode"], stated["value"], strict=True)
    }
    sections = read_units(area, "adm3")
    where = unit_points(area).reindex(sections["pcode"])
    for unit, name in zip([*of_place, *sections["parent"]], [*places["name"], *sections["parent"]], strict=True):
        if isinstance(unit, str):
            names.setdefault(unit, str(name))
            figures.setdefault(unit, float("nan"))
    number = {code: at for at, code in enumerate(figures)}
    # A commune without a place or section near a road has its own point.
    parts = [
        _rows("place", places["name"], -1, places.geometry),
        _rows("people", places["name"], [number.get(one, -1) for one in of_place], places.geometry),
        _rows("people", sections["name"], [number.get(one, -1) for one in sections["parent"]], where),
    ]
    lone = stated[~stated["pcode"].isin({*of_place, *sections["parent"]})]
    parts.append(_rows("people", lone["name"], [number[one] for one in lone["pcode"]], lone.geometry))
    table = pd.concat([one for one in parts if len(one)], ignore_index=True)
    table = table[(table["kind"] == "place") | (table["unit"] >= 0)]
    return table, [figures[one] for one in number], [names[one] for one in number]

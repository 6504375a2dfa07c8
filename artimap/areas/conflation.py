"""Two tables of places made one, without doubling any place."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from artimap.areas.geometries import RADIUS_M
from artimap.core import schema
from artimap.core.crs import require
from artimap.core.notebook import Shown
from artimap.core.precision import METRE_DECIMALS
from artimap.core.schema import TEXT, join_names, split_names
from artimap.core.tables import PLACES
from artimap.core.text import fold
from artimap.core.vocab import PlaceKind

# PlaceKind is written roughly from the largest kind to the smallest, so its order is the rank.
_RANK = {kind: rank for rank, kind in enumerate(PlaceKind)}


@dataclass(frozen=True, eq=False, repr=False)
class MergedPlaces(Shown):
    """Two tables of places in one: rows of ours + merged + added + doubled account for all.

    Attributes
    ----------
    places
        PLACES: ours, unchanged, then what was added.
    merged
        Theirs that are ours: ``place_id``, ``their_id``, ``name``, ``their_name``, ``distance_m``.
    added
        Ids of theirs that are new.
    doubled
        Theirs that repeat another of theirs: ``place_id`` (kept), ``their_id``, ``name``,
        ``their_name``, ``distance_m``.

    Examples
    --------
    >>> import artimap as am
    >>> places = am.read_places(am.area("artibonite"))
    >>> merged = am.merge_places(places, places.head(3))
    >>> len(merged.places) == len(places), merged.added
    (True, ())
    """

    places: gpd.GeoDataFrame
    merged: pd.DataFrame
    added: tuple[str, ...]
    doubled: pd.DataFrame

    def report(self) -> tuple[str, ...]:
        """Say in lines what was done, for people to read.

        Examples
        --------
        >>> import artimap as am
        >>> places = am.read_places(am.area("artibonite"))
        >>> am.merge_places(places, places.head(3)).report()[0]
        '3 places were known already and keep their id'
        """
        return (
            f"{len(self.merged)} places were known already and keep their id",
            f"{len(self.doubled)} repeat another one of the same name close by and are left out",
            f"{len(self.added)} places are new",
        )


def merge_places(ours: gpd.GeoDataFrame, theirs: gpd.GeoDataFrame) -> MergedPlaces:
    """Merge places without doubling any.

    A row of theirs is one of ours where a folded name (any language or other spelling)
    is the same and it lies within the reach of our place's kind
    (:data:`~artimap.areas.geometries.RADIUS_M`: 3 km for a city, 500 m for a hamlet).
    Theirs among themselves likewise: the higher kind stays.

    Parameters
    ----------
    ours, theirs
        PLACES in one metric system.

    Returns
    -------
    MergedPlaces
        The merged table, and what became of every row of theirs.

    Raises
    ------
    CrsError
        If the two are in different systems.

    Examples
    --------
    >>> import artimap as am
    >>> places = am.read_places(am.area("artibonite"))
    >>> len(am.merge_places(places, places.head(3)).merged)
    3
    """
    # Distances are taken as plain metres below.
    require(theirs, ours.crs.to_string(), what="theirs")
    order = theirs.assign(_rank=theirs["kind"].map(lambda kind: _RANK[PlaceKind(kind)]))
    # Larger kinds go first: a town that is mapped as a hamlet too is then kept as the town. Ids break
    # ties, so that the order of rows in the file does not matter.
    order = order.sort_values(["_rank", "place_id"], kind="stable").drop(columns="_rank")
    # Two indexes, not one: a row that meets ours is merged, a row that meets another of theirs is a
    # double. The three lists together hold every row of theirs once.
    known = _PlacesByName(ours)
    fresh = _PlacesByName(theirs.iloc[:0])
    merged, doubled, added = [], [], []
    for row in _rows(order):
        hit = known.find(row)
        if hit is not None:
            merged.append(hit)
            continue
        hit = fresh.find(row)
        if hit is not None:
            doubled.append(hit)
            continue
        fresh.add(row)
        added.append(row.place_id)
    # The order of the file, not of the ranks: the added layer should read like its source.
    new = theirs[theirs["place_id"].isin(added)]
    places = schema.conform(pd.concat([ours, new], ignore_index=True), PLACES)
    return MergedPlaces(places, _pairs(merged), tuple(str(one) for one in new["place_id"]), _pairs(doubled))


@dataclass(frozen=True, slots=True)
class _Row:
    place_id: str
    name: str
    names: tuple[str, ...]
    kind: PlaceKind
    x: float
    y: float


def _rows(places: gpd.GeoDataFrame) -> list[_Row]:
    xy = shapely.get_coordinates(places.geometry.to_numpy())
    out = []
    for (_, row), (x, y) in zip(places.iterrows(), xy, strict=True):
        # Every spelling counts. A place mapped in Creole must not be added again beside its French
        # name.
        said = join_names([str(row[c]) for c in ("name", "name_fr", "name_ht", "aliases") if isinstance(row[c], str)])
        names = tuple(dict.fromkeys(folded for name in split_names(said) if (folded := fold(name))))
        out.append(_Row(str(row["place_id"]), str(row["name"]), names, PlaceKind(row["kind"]), float(x), float(y)))
    return out


class _PlacesByName:
    """Places by folded name."""

    def __init__(self, places: gpd.GeoDataFrame) -> None:
        self._by_name: dict[str, list[_Row]] = {}
        for row in _rows(places):
            self.add(row)

    def add(self, row: _Row) -> None:
        for name in row.names:
            self._by_name.setdefault(name, []).append(row)

    def find(self, row: _Row) -> tuple[_Row, _Row, float] | None:
        """Give the nearest place of that name within its kind's reach."""
        hits = [
            # Rounded before it is compared: hypot may differ in its last bit between processors, and
            # that must not decide which place wins.
            (round(float(np.hypot(mine.x - row.x, mine.y - row.y)), METRE_DECIMALS), mine.place_id, mine)
            for name in row.names
            for mine in self._by_name.get(name, [])
        ]
        # The reach is that of the known place. The kind that the other source gives is what is in
        # doubt.
        near = [hit for hit in hits if hit[0] <= RADIUS_M[hit[2].kind]]
        if not near:
            return None
        distance, _, mine = min(near, key=lambda hit: hit[:2])
        return mine, row, distance


def _pairs(found: list[tuple[_Row, _Row, float]]) -> pd.DataFrame:
    table = pd.DataFrame(
        [(mine.place_id, row.place_id, mine.name, row.name, distance) for mine, row, distance in found],
        columns=["place_id", "their_id", "name", "their_name", "distance_m"],
    )
    # An empty list of pairs has no types of its own; text and float make both cases alike.
    for name in table.columns[:-1]:
        table[name] = table[name].astype(TEXT)
    table["distance_m"] = table["distance_m"].astype(float)
    return table.sort_values(["place_id", "distance_m", "their_id"], kind="stable").reset_index(drop=True)

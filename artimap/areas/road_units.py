"""Which road runs inside or near which administrative unit, measured on true boundaries."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from artimap.core import schema
from artimap.core.tables import ROAD_UNITS
from artimap.core.vocab import RoadRelation
from artimap.roads.corridor import Corridor
from artimap.roads.event_spread import merge

STEP_M = 20.0
"""Roads are compared with boundaries every so many metres."""

NEAR_M = 500.0
"""Near is as far as this: the ``within_500m`` of ROAD_UNITS."""


_Piece = tuple[float, float]


def road_units(corridors: Iterable[Corridor], units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Measure where roads run inside, or within 500 m of, administrative units.

    Every 20 m of road counts as inside a unit if its middle is.

    Parameters
    ----------
    corridors
        The roads.
    units
        UNITS with true boundaries, in the system of the roads. Departments are left out.

    Returns
    -------
    DataFrame
        ROAD_UNITS, in the order of roads and p-codes.
    """
    # Sorted by p-code first: the steps of a unit then come out together and in the order of the table.
    kept = units[units["level"] != "adm1"].sort_values("pcode", kind="stable").reset_index(drop=True)
    shapes = kept.geometry.to_numpy()
    found = []
    for road in corridors:
        # The last step is whatever is left. The hair less than the end keeps a road whose length is a
        # whole number of steps from getting a last step of no length.
        edges = np.append(np.arange(0.0, road.length_m - 1e-6, STEP_M), road.length_m)
        middle = road.point_at((edges[:-1] + edges[1:]) / 2)
        # One tree of the steps, asked once for all units: thousands of steps against dozens of
        # polygons.
        tree = shapely.STRtree(middle)
        # "intersects" and "dwithin" 500 m: a piece inside a unit is within 500 m of it too, and stands
        # in the table under both relations.
        asked = (
            (RoadRelation.INSIDE, tree.query(shapes, predicate="intersects")),
            (RoadRelation.WITHIN_500M, tree.query(shapes, predicate="dwithin", distance=NEAR_M)),
        )
        for relation, (unit, step) in asked:
            # Steps that touch become one piece.
            which, low, high = merge(unit, edges[step], edges[step + 1])
            found.append(
                pd.DataFrame(
                    {
                        "road_id": road.corridor_id,
                        "level": kept["level"].to_numpy()[which],
                        "pcode": kept["pcode"].to_numpy()[which],
                        "relation": relation.value,
                        "from_m": low,
                        "to_m": high,
                    }
                )
            )
    table = pd.concat(found, ignore_index=True) if found else schema.empty(ROAD_UNITS)
    # The order of the table is that of the roads as given and of RoadRelation as written, neither of
    # which is alphabetical; hence the two helper columns.
    order = pd.Series({relation.value: rank for rank, relation in enumerate(RoadRelation)})
    roads = {name: rank for rank, name in enumerate(dict.fromkeys(table["road_id"]))}
    table["_road"], table["_relation"] = table["road_id"].map(roads), table["relation"].map(order)
    table = table.sort_values(["_road", "level", "pcode", "_relation", "from_m"], kind="stable")
    out: pd.DataFrame = schema.conform(table.drop(columns=["_road", "_relation"]), ROAD_UNITS)
    return out


def compare_road_units(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Compare two ROAD_UNITS: metres of each road by unit and relation.

    Returns
    -------
    DataFrame
        ``road_id, level, pcode, relation, before_m, after_m, moved_m``; ``moved_m`` is the
        length that stands in only one of the two. Greatest first, equal ones left out.
    """
    keys = ["road_id", "level", "pcode", "relation"]
    pieces: dict[tuple[str, ...], tuple[list[_Piece], list[_Piece]]] = {}
    for side, one in enumerate((before, after)):
        ends = zip(one["from_m"].to_list(), one["to_m"].to_list(), strict=True)
        for key, piece in zip(one[keys].itertuples(index=False, name=None), ends, strict=True):
            pieces.setdefault(key, ([], []))[side].append(piece)
    rows = []
    for key, (old, new) in sorted(pieces.items()):
        # Pieces of one side never overlap, so the lengths in common can simply be added up.
        shared = sum(max(0.0, min(b[1], a[1]) - max(b[0], a[0])) for b in old for a in new)
        length = [sum(to_m - from_m for from_m, to_m in part) for part in (old, new)]
        rows.append([*key, *length, length[0] + length[1] - 2 * shared])
    table = pd.DataFrame(rows, columns=[*keys, "before_m", "after_m", "moved_m"])
    # Half a metre is far below the step of 20 m: less is rounding.
    table = table[table["moved_m"] > 0.5]
    return table.sort_values(["moved_m", *keys], ascending=[False] + [True] * len(keys)).reset_index(drop=True)

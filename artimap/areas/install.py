"""Better layers than the embedded ones: read, measured, and put into the user's data folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from artimap.areas import cod_ab, embedded, osm, user_layers
from artimap.areas.area import UNIT_LAYERS, Area, added_units, embedded_places, read_posts, read_roads, read_units
from artimap.areas.assembly import NEAR_M, compare_road_units, corridor_from_lines, road_units
from artimap.areas.conflation import merge_places
from artimap.areas.corridors import read_corridor
from artimap.core import schema
from artimap.core.crs import WGS84
from artimap.core.errors import CorridorError, DataError
from artimap.core.tables import PLACES, ROAD_UNITS, ROADS, UNITS
from artimap.core.vocab import RoadRelation
from artimap.roads.calibration import calibrated

_COD = "cod-ab"
_OSM = "osm"
# Mapped lines that should meet often end a few metres apart. More than this may join a road to the one
# beside it.
_TOLERANCE_M = 5.0
_LENGTH_OFF = 0.01
"""A road put together from lines may differ by this share from its posts; else it is not used."""


@dataclass(frozen=True)
class Added:
    """What was added or removed, and what follows from it, in lines to read.

    Attributes
    ----------
    layer
        The layer as it is listed in the user's folder.
    report
        What was read, mended, left out and measured anew.
    """

    layer: user_layers.InstalledLayer
    report: tuple[str, ...]


def add_cod_ab(area: Area, path: Path) -> Added:
    """Add COD-AB boundaries to the user's folder; roads are measured against them anew.

    Parameters
    ----------
    area
        The area.
    path
        File or folder of COD-AB, in any spelling that :func:`artimap.read_units` reads.

    Returns
    -------
    Added
        The layer, and what changed.

    Raises
    ------
    DataError
        If nothing of the area is found in it.

    Examples
    --------
    >>> import artimap as am
    >>> from pathlib import Path
    >>> am.add_cod_ab(am.area("artibonite"), Path("hti_adm"))  # doctest: +SKIP
    """
    units = cod_ab.read_units(path, area=area)
    said = list(units.attrs["notes"])
    levels = units["level"].value_counts()
    # The count goes first: it is what the user checks against what was published.
    said.insert(0, _counts(units))
    known = read_units(area)
    for level, number in levels.items():
        # Both directions are told: what stays approximate, and what the area did not know. Either may
        # mean that the file is of another year.
        lost = known[(known["level"] == level) & ~known["pcode"].isin(units["pcode"])]
        if len(lost):
            said.append(f"{level}: not in this layer, so still approximate: {', '.join(lost['pcode'])}")
        if number and (new := units[(units["level"] == level) & ~units["pcode"].isin(known["pcode"])])["pcode"].any():
            said.append(f"{level}: not known to artimap before: {', '.join(new['pcode'])}")
    # Boundaries are published a file a level: a file of communes must not take the sections away, neither those
    # that were added before nor the embedded ones.
    earlier, before_it = added_units(area), user_layers.find(area.name, _COD)
    if earlier is not None and len(rest := earlier[~earlier["level"].isin(levels.index)]):
        units = schema.conform(pd.concat([units, rest], ignore_index=True), UNITS)
        said.append(f"kept from the file added before: {_counts(rest)}")
    # Always compared with the embedded figures, not with the layer added before: the same file added
    # twice then gives the same report.
    before = _embedded_road_units(area)
    table, how = _measured(area, units)
    said += [*how, *_difference(before, table)]
    days = units["valid_from"].dropna()
    layer = user_layers.InstalledLayer(
        name=_COD,
        licence="CC BY-IGO (as published)",
        attribution="OCHA COD-AB / CNIGS",
        source=f"{path.name}, added by the user",
        date=str(days.max().date()) if len(days) else "undated",
        notes=tuple(said),
        inputs=tuple(dict.fromkeys((*(before_it.inputs if before_it else ()), *_inputs(cod_ab.files_of(path), path)))),
        built_on=_built_on(area, "posts", "units"),
        tables=(),
    )
    tables = _by_level(units, table)
    listed = user_layers.register(area.name, layer, tables, stands_for={name: name for name in tables})
    return Added(listed, tuple(said))


def _counts(units: pd.DataFrame) -> str:
    counts = units["level"].value_counts().sort_index()
    return "; ".join(f"{number} units of {level}" for level, number in counts.items())


def add_osm(area: Area, path: Path) -> Added:
    """Add roads and places of OpenStreetMap to the user's folder.

    Each of the area's roads is put together from the raw lines, guided by its kilometre
    posts, and takes their place if that works out to within 1 % of the posts; chainage
    stays that of the posts. Places are merged with artimap's own.

    Parameters
    ----------
    area
        The area.
    path
        The file.

    Returns
    -------
    Added
        The layer, and what became of every road and place.

    Raises
    ------
    DataError
        If the file holds neither roads that are used nor places.

    Examples
    --------
    >>> import artimap as am
    >>> from pathlib import Path
    >>> am.add_osm(am.area("artibonite"), Path("artibonite.osm.pbf"))  # doctest: +SKIP
    """
    said: list[str] = []
    tables: dict[str, gpd.GeoDataFrame | pd.DataFrame] = {}
    # A file may hold roads, places or both. Each part may fail alone; only if both do, the file is
    # refused, with both reasons.
    try:
        raw = osm.read_roads(path, area=area)
    except DataError as error:
        said.append(f"no roads: {error}")
    else:
        said += raw.attrs["notes"]
        roads = _assembled(area, raw, said)
        if len(roads):
            tables["roads"] = roads
    try:
        theirs = osm.read_places(path, area=area)
    except DataError as error:
        said.append(f"no places: {error}")
    else:
        said += theirs.attrs["notes"]
        # Merged with the embedded places only, never with the layer that this one replaces: else every
        # place would be known already and nothing would be added.
        merged = merge_places(embedded_places(area), theirs)
        said += merged.report()
        tables["places"] = theirs[theirs["place_id"].isin(merged.added)].reset_index(drop=True)
    if not tables:
        msg = f"{path} holds no road of {area.label} and no places:\n  - " + "\n  - ".join(said)
        raise DataError(msg)
    # Extracts come as a file of roads and a file of places. The second must not throw away the first.
    before = user_layers.find(area.name, _OSM)
    if before is not None:
        _keep_earlier(area, before, tables, said)
    layer = user_layers.InstalledLayer(
        name=_OSM,
        licence="ODbL-1.0",
        attribution="© OpenStreetMap contributors",
        source=f"{path.name}, added by the user",
        date="undated",
        notes=tuple(said),
        inputs=(*(before.inputs if before else ()), *_inputs([path], path)),
        built_on=_built_on(area, "posts", "places"),
        tables=(),
    )
    # stands_for is empty: places are added to ours, and roads take over the line alone, so the embedded
    # tables stay in use and stay in the list of sources.
    listed = user_layers.register(area.name, layer, tables, stands_for={})
    # After the new lines are listed: the measuring reads the roads that are in use.
    said += _refresh(area)
    return Added(listed, tuple(said))


def _keep_earlier(
    area: Area, before: user_layers.InstalledLayer, tables: dict[str, gpd.GeoDataFrame | pd.DataFrame], said: list[str]
) -> None:
    """Carry over what an earlier file brought and this one does not: roads in one, places in another."""
    for table in before.tables:
        earlier = user_layers.read(area.name, _OSM, table.name).to_crs(area.crs)
        rules = ROADS if table.name == "roads" else PLACES
        key = rules.key[0]
        if table.name in tables:
            # Same id: the new file wins.
            earlier = earlier[~earlier[key].isin(tables[table.name][key])]
            if table.name == "places":
                # Ids are not enough for places. One without an OSM number gets an id from its position,
                # which changes when it is moved a little.
                merged = merge_places(tables["places"], schema.conform(earlier, rules))
                tables["places"], number = merged.places, len(merged.added)
            else:
                both = pd.concat([tables[table.name], earlier], ignore_index=True)
                tables[table.name], number = schema.conform(both, rules), len(earlier)
        else:
            tables[table.name], number = schema.conform(earlier, rules), len(earlier)
        if number:
            said.append(f"{number} {table.name} of the file added before are kept")


def remove_layer(area: Area, name: str) -> Added:
    """Take an added layer out of the user's folder; what it stood for is used again.

    Raises
    ------
    DataError
        If there is none of that name.

    Examples
    --------
    >>> import artimap as am
    >>> am.remove_layer(am.area("artibonite"), "cod-ab")  # doctest: +SKIP
    """
    layer = user_layers.remove(area.name, name)
    back = [known for table in layer.tables for known in schema.split_names(table.stands_for)]
    said = [f"used again: {', '.join(back)}" if back else "the embedded layers are used again"]
    return Added(layer, (*said, *_refresh(area)))


def _refresh(area: Area) -> list[str]:
    """Measure the roads anew against added boundaries after the roads have changed."""
    layer = user_layers.find(area.name, _COD)
    if layer is None:
        return []
    units = added_units(area)
    table, how = _measured(area, units)
    tables = _by_level(units, table)
    user_layers.register(area.name, layer, tables, stands_for={name: name for name in tables})
    return [*how, *_difference(_embedded_road_units(area), table)]


def _by_level(units: gpd.GeoDataFrame, table: pd.DataFrame) -> dict[str, gpd.GeoDataFrame | pd.DataFrame]:
    """Give the tables of the layer: one a level, and the roads measured against them."""
    layers = {name: units[units["level"] == level] for level, name in UNIT_LAYERS.items()}
    return {**{name: one.reset_index(drop=True) for name, one in layers.items() if len(one)}, "road_units": table}


def _measured(area: Area, units: gpd.GeoDataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Measure the area's roads against boundaries, each on the best line there is of it.

    The embedded figures were measured on detailed roads; a line through posts may lie 300 m
    off. Where the boundaries are those they were measured on, they are the better ones for
    a road that is known by its posts only.
    """
    every = [str(road_id) for road_id in read_roads(area)["road_id"]]
    # Roads with a line of their own, from an earlier ``artimap data add osm``.
    detailed: set[str] = set()
    if user_layers.has(area.name, _OSM, "roads"):
        detailed = set(user_layers.read(area.name, _OSM, "roads")["road_id"])
    coarse = [road_id for road_id in every if road_id not in detailed]
    measured = road_units([read_corridor(area, road_id) for road_id in every], units)
    said = []
    if detailed:
        said.append(f"road_units measured anew on the added lines: {', '.join(r for r in every if r in detailed)}")
    if coarse and _same_boundaries(area, units):
        before = _embedded_road_units(area)
        there = [table[table["road_id"].isin(coarse)] for table in (before, measured)]
        apart = float(compare_road_units(there[0], there[1])["moved_m"].sum()) / 1000
        # Road by road in the order of the area, so that the table reads the same whichever source a
        # road has.
        measured = pd.concat(
            [(before if road_id in coarse else measured).query("road_id == @road_id") for road_id in every],
            ignore_index=True,
        )
        said.append(
            f"road_units kept for {', '.join(coarse)}: they were measured on these very boundaries, and on finer lines "
            f"than those through posts (measured on these, {apart:.1f} km would come out otherwise)"
        )
    elif coarse:
        said.append(
            "road_units measured anew on lines through posts, which may lie 300 m off (artimap data add osm FILE "
            "brings finer ones): " + ", ".join(coarse)
        )
    # Where roads run is known of every level that the added boundaries do not bring: without this every event of a
    # communal section would lose its road.
    embedded_table = _embedded_road_units(area)
    rest = embedded_table[~embedded_table["level"].isin(units["level"])]
    if len(rest):
        said.append(f"road_units kept as embedded for {', '.join(sorted(set(rest['level'])))}: not in this layer")
        measured = schema.conform(pd.concat([measured, rest], ignore_index=True), ROAD_UNITS)
    return measured, said


_SAME_KM2 = 0.15
"""Areas are embedded to 0.1 km²."""


def _same_boundaries(area: Area, units: gpd.GeoDataFrame) -> bool:
    """Tell whether these are the boundaries that the embedded tables were measured on, by area and inner point."""
    table = embedded.read_table(area.name, "units")
    table = table[table["level"] == "adm3"].set_index("pcode")
    mine = units[units["level"] == "adm3"].set_index("pcode")
    # Sections are compared because they are the finest level. Area and inner point together are enough:
    # an old and a new boundary hardly agree in both for every section.
    if set(mine.index) != set(table.index):
        return False
    known = table.loc[mine.index]
    points = gpd.GeoSeries(
        gpd.points_from_xy(pd.to_numeric(known["lon"]), pd.to_numeric(known["lat"]), crs=WGS84), index=mine.index
    ).to_crs(units.crs)
    apart = (mine.geometry.area / 1e6 - pd.to_numeric(known["area_km2"]).astype(float)).abs()
    return bool((apart <= _SAME_KM2).all() and shapely.intersects(mine.geometry.to_numpy(), points.to_numpy()).all())


def _embedded_road_units(area: Area) -> pd.DataFrame:
    table: pd.DataFrame = schema.conform(embedded.read_table(area.name, "road_units"), ROAD_UNITS)
    return table


def _difference(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    moved = compare_road_units(before, after)
    inside = after[(after["relation"] == RoadRelation.INSIDE) & (after["level"] == "adm2")]
    km = (inside["to_m"] - inside["from_m"]).groupby(inside["road_id"]).sum() / 1000
    total = float((after["to_m"] - after["from_m"]).sum()) / 1000
    apart = float(moved["moved_m"].sum()) / 1000
    said = [
        f"road_units: {len(after)} pieces (embedded: {len(before)}), {apart:.2f} of {total:.0f} km differ from those"
    ]
    said.append("  inside communes: " + ", ".join(f"{road_id} {value:.2f} km" for road_id, value in km.items()))
    said += [
        f"  {row['road_id']} {row['pcode']} {row['relation']}: "
        f"{row['before_m'] / 1000:.2f} -> {row['after_m'] / 1000:.2f} km"
        for _, row in moved.head(5).iterrows()
    ]
    return said


def _assembled(area: Area, raw: gpd.GeoDataFrame, said: list[str]) -> gpd.GeoDataFrame:
    """Put the area's roads together from raw lines, one by one; say why one does not work out."""
    # The embedded roads and posts, not the roads in use: a road is always put together against what was
    # surveyed, never against an earlier attempt.
    known = embedded.read_table(area.name, "roads")
    posts = read_posts(area)
    rows, lines = [], []
    for road in known.to_dict("records"):
        own = posts[posts["road_id"] == road["road_id"]].sort_values("seq")
        spots = own.geometry.to_numpy()
        label = str(road["ref"]) if isinstance(road["ref"], str) else str(road["road_id"])
        length = float(own["km"].max()) * 1000
        try:
            made = corridor_from_lines(
                raw, corridor_id=str(road["road_id"]), ref=label, name=str(road["name"]), start=spots[0], end=spots[-1],
                guide=shapely.LineString(list(spots)), tolerance_m=_TOLERANCE_M,
            )  # fmt: skip
            # The assembly starts at the nearest node, which may lie some way from the post. Calibrating
            # here only tries whether it works; the result is made anew when the road is read.
            ends = [made.corridor.line.distance(spot) for spot in (spots[0], spots[-1])]
            calibrated(made.corridor.line, own, ref=label)
        except CorridorError as error:
            said.append(f"{label}: not in this layer, the line through its posts stays ({str(error).splitlines()[0]})")
            continue
        # A length that differs by more means a detour, a missing bend or another road. Chainage
        # stretched over it would put reports at the wrong kilometre, so the plain line through the
        # posts is kept.
        if abs(made.corridor.length_m - length) > _LENGTH_OFF * length or max(ends) > NEAR_M:
            said.append(
                f"{label}: {made.corridor.length_m / 1000:.2f} km from raw lines but {length / 1000:.2f} km "
                "by its posts, the line through its posts stays"
            )
            continue
        said += made.report()
        rows.append({**road, "length_m": length, "source": osm.SOURCE})
        lines.append(made.corridor.line)
    if not rows:
        return gpd.GeoDataFrame({"road_id": []}, geometry=[], crs=area.crs)
    return schema.conform(gpd.GeoDataFrame(pd.DataFrame(rows), geometry=lines, crs=area.crs), ROADS)


def _inputs(files: Iterable[Path], path: Path) -> tuple[tuple[str, str], ...]:
    return tuple(
        (file.relative_to(path).as_posix() if path.is_dir() else file.name, embedded.digest(file))
        for file in files
        if file.is_file()
    )


def _built_on(area: Area, *names: str) -> tuple[tuple[str, str], ...]:
    known = embedded.embedded(area.name)
    return tuple((name, known.layer(name).sha256) for name in names)

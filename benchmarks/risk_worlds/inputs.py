"""A made-up road as artimap takes it, and its rates by the call that users make."""

from __future__ import annotations

import dataclasses
import datetime as dt
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import artimap as am
from benchmarks.risk_worlds.worlds import LENGTH_M, STRETCH_M, TOWNS_M, SimulatedRoad, World

CRS = "EPSG:32618"
TODAY = dt.date(2025, 12, 31)
ROAD = "r1"
_SOUTH_M, _WEST_M = 2_100_000.0, 600_000.0
_TEXT = pd.StringDtype(na_value=np.nan)
_BLANK_TEXT = ("overlaps", "sub_kind", "place_id", "pcode")
_BLANK_INT = ("injured", "abducted", "displaced")


@cache
def corridor(*, towns: bool = False) -> am.Corridor:
    """Give the road, with its named towns or with none."""
    line = shapely.LineString([(_WEST_M, _SOUTH_M), (_WEST_M, _SOUTH_M + LENGTH_M)])
    road = am.Corridor.from_lines(gpd.GeoSeries([line], crs=CRS), corridor_id=ROAD, ref="R1", name="Road 1")
    if not towns:
        return road
    names = [f"Town {number}" for number in range(1, len(TOWNS_M) + 1)]
    texts = {"place_id": [one.lower().replace(" ", "-") for one in names], "name": names, "name_fr": None}
    table = pd.DataFrame({**texts, "name_ht": None, "kind": "town"}, dtype=_TEXT)
    return dataclasses.replace(
        road,
        towns=gpd.GeoDataFrame(
            table.assign(chainage_m=TOWNS_M, offset_m=0.0), geometry=list(road.point_at(TOWNS_M)), crs=CRS
        ),
    )


@cache
def pieces(*, towns: bool = False) -> gpd.GeoDataFrame:
    """Give the stretches of which the true rates are known."""
    return corridor(towns=towns).lixels(STRETCH_M)


def events(road: SimulatedRoad) -> gpd.GeoDataFrame:
    """Give the reports as EVENTS, one row a report."""
    reports = road.reports
    size = len(reports)

    def day(age: pd.Series) -> pd.Series:
        return (pd.Timestamp(TODAY) - pd.to_timedelta(age, unit="D")).astype("datetime64[s]")

    spot, wide = reports["where"] != "stretch", reports["where"] == "stretch"
    points = shapely.points(_WEST_M + reports["aside_m"], _SOUTH_M + reports["at_m"])
    count = pd.Series(np.ones(size, dtype=int), dtype="Int64")
    killed = reports["killed"].astype("Int64")
    town = "Town " + (np.abs(reports["at_m"].to_numpy()[:, None] - TOWNS_M).argmin(axis=1) + 1).astype(str).astype(
        object
    )
    columns = {
        "event_id": reports["report_id"].astype(_TEXT),
        "record": pd.Series("event", index=reports.index, dtype=_TEXT),
        **{name: pd.Series(None, index=reports.index, dtype=_TEXT) for name in _BLANK_TEXT},
        "date_start": day(reports["oldest"]),
        "date_end": day(reports["age"]),
        "date_precision": count.where(reports["oldest"] == reports["age"], 3),
        "kind": reports["what"].astype(_TEXT),
        "actors": reports["actor"].astype(_TEXT),
        "killed_low": killed,
        "killed_best": killed,
        "killed_high": killed,
        "alleged_gang_dead": np.zeros(size, dtype=bool),
        **{name: pd.Series(None, index=reports.index, dtype="Int64") for name in _BLANK_INT},
        "place": reports["locality"].where(reports["where"] == "point", town).astype(_TEXT),
        "place_kind": reports["where"].astype(_TEXT),
        "road_id": pd.Series(ROAD, index=reports.index, dtype=_TEXT).where(reports["names_road"]),
        "from_m": reports["from_m"],
        "to_m": reports["to_m"],
        "radius_m": reports["radius_m"].where(spot),
        "geo_precision": count.where(spot, 2),
        "n_claims": count,
        "n_sources": count,
        "sensitivity": pd.Series("low", index=reports.index, dtype=_TEXT),
        "licence": pd.Series("CC0-1.0", index=reports.index, dtype=_TEXT),
        "summary": reports["summary"].astype(_TEXT),
    }
    geometry = gpd.GeoSeries(np.where(wide, None, points), index=reports.index, crs=CRS)
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)


def ledger(road: SimulatedRoad) -> am.Ledger:
    """Give the reports as claims: who published each, and on what day."""
    reports = road.reports
    reported = (pd.Timestamp(TODAY) - pd.to_timedelta(reports["reported"], unit="D")).astype("datetime64[s]")

    def text(value: object) -> pd.Series:
        return pd.Series(value, index=reports.index, dtype=_TEXT)

    never = pd.Series(pd.NaT, index=reports.index, dtype="datetime64[s]")
    claims = pd.DataFrame(
        {
            "claim_id": "c-" + reports["report_id"].astype(_TEXT),
            "about": text("event"),
            "subject": reports["report_id"].astype(_TEXT),
            "predicate": text("kind"),
            "value": reports["what"].astype(_TEXT),
            "claimant": text(None),
            "claimant_is_party": text("no"),
            "reported": reported,
            "date_basis": text("stated"),
            **dict.fromkeys(("retrieved", "valid_from", "valid_to", "last_confirmed"), never),
            "source": reports["publisher"].astype(_TEXT),
            "source_url": text(None),
            "sensitivity": text("low"),
            "licence": text("CC0-1.0"),
            **{name: text(None) for name in ("note", "place", "scope", "origin")},
            "report_id": reports["report_id"].astype(_TEXT),
        }
    )
    names = ("subject", "name", "place_kind", "place_id", "pcode", "road_id")
    nothing = {name: pd.Series([], dtype=_TEXT) for name in names}
    ends = {name: pd.Series([], dtype=float) for name in ("from_m", "to_m")}
    nowhere = gpd.GeoSeries([], crs=CRS)
    return am.Ledger(
        claims,
        gpd.GeoDataFrame({**nothing, **ends}, geometry=nowhere, crs=CRS),
        gpd.GeoDataFrame({"claim_id": pd.Series([], dtype=_TEXT), **nothing, **ends}, geometry=nowhere, crs=CRS),
    )


def one_row_an_incident(table: gpd.GeoDataFrame, *, model: am.MatchModel | None = None) -> gpd.GeoDataFrame:
    """Keep the first report of each incident, by the pairs that :func:`artimap.match_reports` lists.

    Every pair above the model's threshold is taken for one incident, and so is what hangs together by pairs: what
    somebody does who takes every proposal. Only kinds that count are matched; who published a report is not given.
    """
    counted = table[table["kind"].isin([kind.value for kind in am.ROAD_KINDS])]
    # As in the embedded table of reports, each has its commune: one every 10 km.
    commune = ((shapely.get_y(counted.geometry) - _SOUTH_M) // STRETCH_M).astype(int).astype(str)
    pairs = am.match_reports(counted.assign(commune=commune), model=model)
    first = {name: name for name in table["event_id"]}

    def root(name: str) -> str:
        while first[name] != name:
            name = first[name] = first[first[name]]
        return name

    for a, b in zip(pairs["report_a"], pairs["report_b"], strict=True):
        first[root(a)] = root(b)
    group = table["event_id"].map(root)
    ordered = table.assign(_group=group).sort_values(["date_start", "event_id"], kind="stable")
    kept = ordered.drop_duplicates("_group").drop(columns="_group")
    return kept.sort_index().reset_index(drop=True)


def rates(
    world: World, road: SimulatedRoad, *, model: am.RiskModel | None = None, with_ledger: bool | None = None
) -> gpd.GeoDataFrame:
    """Estimate the rates of a made-up road as a user would.

    Parameters
    ----------
    world, road
        The world and a road drawn from it.
    model
        Parameters; the default where null.
    with_ledger
        Whether claims are given too; where null, only if they hold what the table of events does not.
    """
    table = events(road)
    if world.matched:
        table = one_row_an_incident(table)
    line = corridor(towns=world.towns)
    given = world.delay_known if with_ledger is None else with_ledger
    return am.corridor_risk(
        line,
        line.locate(table),
        as_of=TODAY,
        model=model or am.RiskModel(),
        pieces=pieces(towns=world.towns),
        ledger=ledger(road) if given else None,
    )

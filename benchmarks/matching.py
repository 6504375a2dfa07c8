"""Pairs of reports: do repetitions become one row, and do raids stay as many rows as there were incidents?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

import artimap as am
from artimap.areas import embedded
from benchmarks.risk_worlds import inputs
from benchmarks.risk_worlds.worlds import WORLDS, World, simulate

LEVELS = (0.1, 0.5, 2.0)
MATCHED: dict[str, World] = {
    "duplicates": WORLDS["duplicates"],
    "raids3_matched": WORLDS["raids3_matched"],
    "raids of 3, told 1.6 times": World(raid=3.0, tellings=1.6, matched=True),
    "raids of geometric mean 3": World(raid=3.0, raid_fixed=False, matched=True),
}


def _no_text(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return table.assign(summary=pd.Series(None, index=table.index, dtype=table["summary"].dtype))


def _day_and_spot(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Leave the day and the spot; every incident is of one kind."""
    blank = {name: pd.Series(None, index=table.index, dtype=table[name].dtype) for name in ("killed_low", "actors")}
    violent = table["kind"].isin([kind.value for kind in am.ROAD_KINDS])
    nowhere = pd.Series(None, index=table.index, dtype=table["place"].dtype)
    return _no_text(table).assign(**blank, kind=table["kind"].mask(violent, "attack_on_civilians"), place=nowhere)


TABLES: dict[str, Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]] = {
    "all that is told": lambda table: table,
    "no text": _no_text,
    "day and spot alone": _day_and_spot,
}


@dataclass(frozen=True, slots=True)
class Rows:
    """Incidents that were reported, rows that told of them, rows left; incidents lost in others, and told again."""

    incidents: int
    rows: int
    left: int
    merged_away: int
    repeated: int

    @property
    def bias(self) -> float:
        return self.left / self.incidents - 1.0


def count(
    world: World,
    per_month: float,
    *,
    runs: int,
    seed: int = 0,
    given: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame] = lambda table: table,
) -> Rows:
    """Count over some roads, after every pair that is listed was taken for one incident."""
    total = np.zeros(5, dtype=int)
    for run in range(runs):
        road = simulate(world, per_month, run=run, seed=seed)
        violent = road.reports[road.reports["kind"] == "violent"]
        kept = inputs.one_row_an_incident(given(inputs.events(road)))
        left = violent[violent["report_id"].isin(kept["event_id"])]
        true, still = violent["incident"].nunique(), left["incident"].nunique()
        total += [true, len(violent), len(left), true - still, len(left) - still]
    return Rows(*(int(one) for one in total))


def embedded_pairs(model: am.MatchModel | None = None) -> tuple[int, int, int]:
    """Count pairs of embedded reports of one event, pairs listed, and those of them that are right."""
    reports = embedded.read_table("artibonite", "reports")
    event = dict(zip(reports["report_id"], reports["event_id"], strict=True))
    pairs = am.match_reports(reports, model=model)
    right = sum(event[one] == event[other] for one, other in zip(pairs["report_a"], pairs["report_b"], strict=True))
    return sum(size * (size - 1) // 2 for size in reports["event_id"].value_counts()), len(pairs), right


def run(repeat: int, *, runs: int = 20, seed: int = 0) -> None:  # noqa: ARG001 - runs say how many
    print(f"{runs} roads of 25 stretches a line, seed {seed}; at 2 events a tenth of them\n")
    print("| world | table | per stretch and month | incidents | rows | rows left | bias, % | merged away | twice |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, world in MATCHED.items():
        for what, given in TABLES.items():
            for level in LEVELS:
                roads = runs if level < 2 else max(runs // 10, 1)
                one = count(world, level, runs=roads, seed=seed, given=given)
                numbers = f"{one.incidents:,} | {one.rows:,} | {one.left:,} | {100 * one.bias:+.1f}"
                print(
                    f"| {name} | {what} | {level:g} | {numbers} | {one.merged_away:,} | {one.repeated:,} |", flush=True
                )
    wanted, listed, right = embedded_pairs()
    print(f"\nembedded reports: {right} of {wanted} pairs of one event among {listed} listed", end="; ")
    print(f"precision {right / listed:.3f}, recall {right / wanted:.3f}")

"""Made-up roads are what they say they are, and the figures of the calibration are counted right."""

from __future__ import annotations

import ast
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from scipy import stats

import artimap as am
from artimap.core import schema
from artimap.core.tables import CLAIMS, EVENTS
from benchmarks import calibration, hotspots
from benchmarks.risk_worlds import inputs, worlds
from benchmarks.risk_worlds.scores import Reach, Share, _score, measure, pooled_trends, rate_line, to_reach, trend_line
from benchmarks.risk_worlds.worlds import DAYS, MONTH, STRETCHES, TOWNS_M, WORLDS, SimulatedRoad, World, simulate


def violent(name, per_month=2.0, runs=6):
    """Give violent reports of some roads, and the number that the true rates would give."""
    roads = [simulate(WORLDS[name], per_month, run=run) for run in range(runs)]
    tables = [road.reports[road.reports["kind"] == "violent"] for road in roads]
    return tables, sum(road.path.sum() / MONTH for road in roads)


def test_the_simulators_take_nothing_from_artimap():
    tree = ast.parse(Path(worlds.__file__).read_text(encoding="utf-8"))
    named = {one.module for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)}
    named |= {alias.name for one in ast.walk(tree) if isinstance(one, ast.Import) for alias in one.names}
    assert {name.split(".")[0] for name in named} == {
        "__future__", "collections", "dataclasses", "itertools", "numpy", "pandas", "typing", "zlib",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "per_rate"),
    [("own", 1.0), ("hot_towns", 1.0), ("raids3", 1.0), ("raids_geometric", 1.0), ("bursts", 1.0), ("wander", 1.0),
     ("duplicates", 1.6), ("delays", 1.0), ("town", 1.0), ("change", 1.0)],
)  # fmt: skip
def test_reports_come_at_the_true_rate(name, per_rate):
    tables, wanted = violent(name)
    loose = 0.08 if name in {"bursts", "raids_geometric"} else 0.05
    assert sum(map(len, tables)) / wanted == pytest.approx(per_rate, rel=loose)


def test_reporters_who_come_and_go_tell_of_half():
    tables, wanted = violent("onoff", runs=12)
    assert sum(map(len, tables)) / wanted == pytest.approx(0.5, abs=0.08)


def test_other_things_are_told_about_once_a_month_and_stretch():
    road = simulate(WORLDS["own"], 0.1, run=0)
    other = road.reports[road.reports["kind"] == "other"]
    assert len(other) / (STRETCHES * DAYS / MONTH) == pytest.approx(1.0, abs=0.15)
    assert other["aside_m"].abs().max() > 1_000
    assert not set(other["what"]) & {kind.value for kind in am.ROAD_KINDS}
    assert set(road.reports.loc[road.reports["kind"] == "violent", "what"]) <= {kind.value for kind in am.ROAD_KINDS}


def test_a_raid_is_three_events_in_five_days_and_three_kilometres():
    raids = simulate(WORLDS["raids3"], 2.0, run=0).reports.query("kind == 'violent'").groupby("raid")
    whole = raids.filter(lambda one: len(one) == 3).groupby("raid")
    assert len(whole) > 0.95 * len(raids)
    assert (raids.size() <= 3).all()
    assert (whole["age"].max() - whole["age"].min()).max() <= 5
    assert (whole["true_m"].max() - whole["true_m"].min()).max() <= 3_000
    assert (whole["stretch"].nunique() == 1).all()


def test_the_table_holds_what_is_known_today():
    for name, world in WORLDS.items():
        road = simulate(world, 0.5, run=1)
        ages = road.reports["age"]
        assert ages.min() >= 0, name
        assert ages.max() < (world.young_days or DAYS), name
        assert (road.reports["reported"] <= road.reports["oldest"]).all(), name
        assert ((road.reports["true_m"] // worlds.STRETCH_M).clip(upper=24) == road.reports["stretch"]).all(), name


def test_delays_are_thirty_days():
    reports = simulate(WORLDS["delays_dated"], 2.0, run=0).reports
    old = reports[reports["age"] > 300]
    assert (old["age"] - old["reported"]).mean() == pytest.approx(30, rel=0.1)
    assert (reports["age"] < 30).sum() < 0.6 * (reports["reported"] < 30).sum()


def test_towns_are_the_nearest_and_their_radius_is_true():
    reports = simulate(WORLDS["town"], 2.0, run=0).reports
    told = reports[reports["where"] == "place"]
    assert len(told) / len(reports) == pytest.approx(0.6, abs=0.05)
    assert set(told["at_m"]) <= set(TOWNS_M)
    away = (told["at_m"] - told["true_m"]).abs()
    assert (away <= told["radius_m"] + 2_500).all()  # the last town has 10 km to the end of the road
    assert (away <= told["radius_m"]).mean() > 0.98
    assert set(simulate(WORLDS["town_narrow"], 2.0, run=0).reports["radius_m"]) == {500.0, 1_500.0}


def test_truth_by_day_month_and_window():
    road = simulate(WORLDS["change"], 0.5, run=2)
    assert road.rate == pytest.approx(road.path[:, 0])
    assert road.recent == pytest.approx(road.rate)
    assert (road.earlier != road.rate).all()
    assert road.monthly.shape == (25, 24)
    assert road.monthly[:, 0] == pytest.approx(road.rate)
    steady = simulate(WORLDS["raids3"], 0.5, run=2)
    assert steady.earlier == pytest.approx(steady.recent)
    # the same run has the same road in every world
    assert steady.rate == pytest.approx(simulate(WORLDS["own"], 0.5, run=2).rate)
    assert np.ptp(simulate(WORLDS["same"], 0.5, run=2).rate) == 0


def test_the_same_numbers_give_the_same_road():
    one, other = (simulate(WORLDS["mix"], 0.5, run=3, seed=4) for _ in range(2))
    assert one.reports.equals(other.reports)
    assert not one.reports.equals(simulate(WORLDS["mix"], 0.5, run=3, seed=5).reports)


def test_inputs_are_tables_of_artimap():
    for name in ("vague", "mix", "delays_dated"):
        road = simulate(WORLDS[name], 0.5, run=0)
        table = inputs.events(road)
        assert schema.conform(table, EVENTS, crs=inputs.CRS)["event_id"].is_unique
        assert len(schema.conform(inputs.ledger(road).claims, CLAIMS)) == len(table)
        located = inputs.corridor(towns=True).locate(table)
        exact = (table["place_kind"] == "point") & table["road_id"].notna()
        assert located.loc[exact, "chainage_m"].to_numpy() == pytest.approx(road.reports.loc[exact, "at_m"].to_numpy())


def test_reports_of_one_incident_become_one_row_and_raids_do_not():
    road = simulate(WORLDS["duplicates"], 0.5, run=0)
    table, truth = inputs.events(road), road.reports.query("kind == 'violent'")["incident"].nunique()
    kept = inputs.one_row_an_incident(table)
    counted = kept["kind"].isin([kind.value for kind in am.ROAD_KINDS]).sum()
    assert 0.85 * truth <= counted <= 1.15 * truth
    assert len(kept.columns) == len(table.columns)


def test_scores_by_hand():
    rate = np.array([1.0, 2.0, 3.0, 4.0])
    path = np.repeat(rate[:, None], DAYS, axis=1)
    path[0, 90:] = 0.5  # rose
    path[1, 90:] = 3.0  # fell
    road = SimulatedRoad(simulate(World(), 0.1, run=0).reports, rate, path, DAYS)
    nothing = np.nan
    low, high = np.array([0.05, 0.25, 0.25, nothing]), np.array([0.15, 0.35, 0.35, nothing])
    risk = gpd.GeoDataFrame(
        {
            "rate": [0.1, 0.3, 0.3, nothing],
            **{f"lo{level}": low for level in (50, 80, 95)},
            **{f"hi{level}": high for level in (50, 80, 95)},
            "p_rose": [0.97, 0.98, 0.5, nothing],
        }
    )
    assert _score(road, risk) == pytest.approx([4, 3, 2, 2, 2, 3, 7, 6, 3, 2, 1])


def test_shares_and_what_is_to_be_reached():
    share = Share.of(np.array([8.0, 10.0]), np.array([10.0, 10.0]))
    assert share.value == pytest.approx(90)
    assert share.error == pytest.approx(100 * np.std([-1, 1], ddof=1) / np.sqrt(2) / 10)
    assert np.isnan(Share.of(np.zeros(2), np.zeros(2)).value)
    assert to_reach("raids3", 0.1).words() == "≥ 70, ≥ 88, ± 12 %"
    assert to_reach("own", 2.0).words() == "77–83, 93–97"
    assert to_reach("change", 2.0) is None
    assert Reach(70, 88, bias=12).holds(70.0, 88.0, -12.0)
    assert not Reach(70, 88, bias=12).holds(80.0, 95.0, -12.1)
    assert not Reach(77, 93, 83, 97).holds(84.0, 95.0, 0.0)


def test_two_roads_of_some_worlds():
    found = list(measure(["own", "mix", "change", "duplicates"], runs=2, levels=(0.5,)))
    assert [one.world for one in found] == ["own", "mix", "change", "duplicates"]
    assert all(one.sums.shape[0] == 2 for one in found)
    for one in found:
        assert 0 <= one.share("inside80", "stated").value <= one.share("inside95", "stated").value <= 100
        assert rate_line(one).count("|") == 11
        assert trend_line(one).count("|") == 8
    assert [line.count("|") for line in pooled_trends(found)] == [8, 8]
    assert found[2].changes
    assert not found[0].changes


@pytest.mark.exhaustive
def test_processes_change_nothing():
    one, two = (next(measure(["mix"], runs=3, levels=(0.5,), jobs=jobs)) for jobs in (1, 2))
    assert (one.sums == two.sums).all()


def test_what_cannot_be_simulated_is_said():
    with pytest.raises(ValueError, match="no such world: nowhere"):
        next(measure(["nowhere"], runs=1))
    with pytest.raises(ValueError, match="runs"):
        next(measure(["own"], runs=0))


def test_the_page_has_room_for_the_tables(tmp_path, monkeypatch):
    page = tmp_path / "calibration.md"
    page.write_text(calibration.DOCS.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(calibration, "DOCS", page)
    calibration.into_docs("| a table |")
    calibration.into_docs("| another |")
    text = page.read_text(encoding="utf-8")
    assert "| another |" in text
    assert "| a table |" not in text


def test_two_roads_without_a_cluster():
    found = hotspots.roads_with_clusters(hotspots.CALM["raids of 3"], 30, runs=2)
    assert found
    assert all(share in {0.0, 0.5, 1.0} for share, _ in found.values())


# -- the full study: python -m benchmarks calibration --------------------------


@pytest.mark.exhaustive
def test_intervals_cover_what_they_promise():
    """Rates from a Gamma, 30 % of events vague; few runs, so the bounds have Monte Carlo room."""
    one = next(measure(["vague"], runs=60, levels=(0.5,), seed=5))
    assert 92 <= one.share("inside95", "stated").value <= 98
    assert 75 <= one.share("inside80", "stated").value <= 85
    assert 44 <= one.share("inside50", "stated").value <= 56
    # what the true prior says of a stretch whose own events nobody looked at
    low, high = stats.gamma.ppf([0.1, 0.9], 0.7, scale=0.5 / 0.7)
    assert one.width80 < 0.7 * (high - low)


@pytest.mark.exhaustive
def test_dropping_or_pinning_vague_events_covers_less():
    def covers(treat):
        held = []
        for run in range(14):
            road = simulate(WORLDS["vague"], 1.0, run=run, seed=5)
            risk = am.corridor_risk(
                inputs.corridor(), treat(inputs.events(road)), as_of=inputs.TODAY, pieces=inputs.pieces()
            )
            held.append((risk["lo95"] * 10 <= road.rate) & (road.rate <= risk["hi95"] * 10))
        return np.mean(held)

    def dropped(table):
        return table[(table["place_kind"] == "point") & (table["date_start"] == table["date_end"])]

    def pinned(table):
        return table.assign(to_m=table["to_m"].where(table["to_m"].isna(), table["from_m"] + 10_000)).assign(
            date_end=table["date_start"]
        )

    assert covers(lambda table: table) > 0.92
    assert max(covers(dropped), covers(pinned)) < 0.9

"""Counts that agencies pool: no sum, difference or merge opens a closed cell, and no road looks calmer for them."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import json
from collections import Counter, defaultdict
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

import artimap as am
from artimap.cli import main
from artimap.core import schema
from artimap.core.errors import ModelError, SchemaError, ShareError
from artimap.core.tables import EVENTS
from artimap.core.vocab import POOLED, EventKind
from artimap.risk.model import ROAD_KINDS
from artimap.sharing import counts as shared
from artimap.sharing.counts import ANY, COLUMNS, KIND_GROUPS, SharedCounts, pooled_rows, publish, read_counts

DAY = dt.date(2024, 10, 15)
JANUARY = 2024 * 12
UNITS = (("A",), ("B",), ("C",))
ROADS = {"r": UNITS}
ONE = {"tolls": KIND_GROUPS["tolls"]}


# -- attackers ---------------------------------------------------------------------


def published(leaves, roads, last, k=3, previous=None):
    return publish(leaves, roads, (JANUARY, last), k, previous)


def as_file(cells, last):
    return SharedCounts("x", "x", dt.date(2024, 1, 1), shared._span(last, last)[1], (), cells)


def closed_in(cells, leaves):
    """Give the finest cells that no row of a file says the number of."""
    alone = {one.where for one in cells}
    return [
        one for one in leaves if ("r", *shared._span(one[2], one[2]), UNITS[one[1]], one[3]) not in alone
    ]  # fmt: skip


@pytest.fixture
def one_group(monkeypatch):
    """Worlds with one group of kinds have few enough cells to try all tables."""
    monkeypatch.setattr(shared, "KIND_GROUPS", ONE)


@pytest.mark.parametrize(
    ("communes", "groups", "k"),
    [
        (1, 2, 3), (2, 1, 3), pytest.param(1, 2, 4, marks=pytest.mark.exhaustive),
        pytest.param(2, 1, 4, marks=pytest.mark.exhaustive), pytest.param(3, 1, 3, marks=pytest.mark.exhaustive),
    ],
)  # fmt: skip
def test_who_knows_the_rule_and_tries_all_tables_cannot_tell_a_closed_cell(monkeypatch, communes, groups, k):
    """Every table of a small world is published: those with one file differ in each closed cell.

    It is the strongest attacker: he has the program, and what it makes of every table that could be.
    """
    names = tuple(KIND_GROUPS)[:groups]
    monkeypatch.setattr(shared, "KIND_GROUPS", {name: KIND_GROUPS[name] for name in names})
    leaves, seen = list(itertools.product("r", range(communes), range(JANUARY, JANUARY + 3), names)), defaultdict(list)
    for numbers in itertools.product(range(k + 1), repeat=len(leaves)):
        table = dict(zip(leaves, numbers, strict=True))
        seen[published(table, {"r": UNITS[:communes]}, JANUARY + 2, k)].append(numbers)
    assert any(one.kinds == ANY for cells in seen for one in cells)
    for cells, tables in seen.items():
        assert all(one.reports >= k for one in cells)
        for leaf in closed_in(cells, leaves):
            at = leaves.index(leaf)
            assert len({table[at] for table in tables}) > 1, (cells, leaf)


@pytest.mark.parametrize("days", [(1, 2), (2, 2), (2, 5), (0, 2)])
@pytest.mark.usefixtures("one_group")
def test_two_files_of_two_days_with_late_reports_open_nothing(days):
    """Reports that come in late for months already published wait: neither day's closed cells can be told."""
    leaves, roads = [("r", 0, JANUARY + month, "tolls") for month in range(3)], {"r": UNITS[:1]}
    first_last, then_last = (JANUARY + one for one in days)
    seen = defaultdict(list)
    for numbers in itertools.product(range(5), repeat=3):
        first = published(dict(zip(leaves, numbers, strict=True)), roads, first_last)
        for late in itertools.product(range(3), repeat=3):
            now = tuple(map(sum, zip(numbers, late, strict=True)))
            before = as_file(first, first_last)
            then = published(dict(zip(leaves, now, strict=True)), roads, then_last, previous=before)
            assert set(first) <= set(then)  # so a difference of the two is whole cells
            seen[first, then].append((numbers, now))
    for files, tables in seen.items():
        for which, last in ((0, first_last), (1, then_last)):
            for leaf in closed_in(files[which], leaves):
                if leaf[2] <= last:
                    at = leaves.index(leaf)
                    assert len({one[which][at] for one in tables}) > 1, (files, leaf)


@pytest.mark.usefixtures("one_group")
def test_without_the_earlier_file_a_late_report_would_open_a_cell():
    """The attack that ``previous`` stops: two, one and two in three months; then the first month has a third."""
    leaves, roads = [("r", 0, JANUARY + month, "tolls") for month in range(3)], {"r": UNITS[:1]}
    first, then = (
        published(dict(zip(leaves, numbers, strict=True)), roads, JANUARY + 2) for numbers in ((2, 1, 2), (3, 1, 2))
    )
    assert [one.reports for one in first] == [5]
    assert sorted(one.reports for one in then) == [3, 3]  # 5 - 3 is what the first month had
    late = dict(zip(leaves, (3, 1, 2), strict=True))
    assert published(late, roads, JANUARY + 2, previous=as_file(first, JANUARY + 2)) == first


def solver(cells, roads, last, k):
    """Write a file as equations and bounds over the finest cells, as an attacker would who knows the rule."""
    names = [
        (road, unit, month, kinds)
        for road, units in roads.items() for unit in units
        for month in range(JANUARY, last + 1) for kinds in KIND_GROUPS
    ]  # fmt: skip
    at = {one: n for n, one in enumerate(names)}
    told = {one.where: one.reports for one in cells}
    rows, low, high, top = [], [], [], np.full(len(names), 10_000.0)

    def say(members, least, most):
        row = np.zeros(len(names))
        row[[at[one] for group in members for one in group]] = 1
        rows.append(row), low.append(least), high.append(most)

    def level(parts, where, *, is_over):
        """``parts`` are sums that are each below k; give what goes on to the next level."""
        if not parts or not is_over:
            return [] if not is_over else parts
        if where in told:
            value, most = told[where], len(parts) * (k - 1)
            say(parts, value, value + 1 if value == most - 1 else value)
            return []
        say(parts, 0, k - 1)
        return [[one for group in parts for one in group]]

    for road, units in roads.items():
        for year in range(JANUARY // 12, last // 12 + 1):
            quarters = []
            for quarter in range(year * 4, year * 4 + 4):
                closed = []
                for unit in units:
                    months = []
                    for month in range(quarter * 3, min(quarter * 3 + 3, last + 1)):
                        groups = []
                        for kinds in KIND_GROUPS:
                            one = (road, unit, month, kinds)
                            value = told.get((road, *shared._span(month, month), unit, kinds))
                            if value is None:
                                top[at[one]] = k - 1
                                groups.append([one])
                            else:
                                say([[one]], value, value)
                        months += level(groups, (road, *shared._span(month, month), unit, ANY), is_over=True)
                    span = shared._span(quarter * 3, quarter * 3 + 2)
                    closed += [
                        (unit, part)
                        for part in level(months, (road, *span, unit, ANY), is_over=quarter * 3 + 2 <= last)
                    ]
                wide = tuple(sorted(code for unit, _ in closed for code in unit))
                quarters += level(
                    [part for _, part in closed], (road, *span, wide, ANY), is_over=quarter * 3 + 2 <= last
                )
            whole = tuple(sorted(code for unit in units for code in unit))
            level(
                quarters, (road, *shared._span(year * 12, year * 12 + 11), whole, ANY), is_over=year * 12 + 11 <= last
            )
    return names, np.array(rows), np.array(low, dtype=float), np.array(high, dtype=float), top


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in range(1, 12))])
def test_no_linear_system_opens_a_closed_cell(seed):
    """Integer programming for the least and the greatest number in each closed cell of a year of three communes."""
    rng = np.random.default_rng(seed)
    last, k = JANUARY + int(rng.integers(8, 12)), int(rng.choice([3, 3, 4, 5]))
    rates = rng.gamma(0.6, 1.6, size=3)
    leaves = Counter({
        ("r", unit, month, kinds): int(rng.poisson(rates[unit] * share))
        for unit in range(3) for month in range(JANUARY, last + 1)
        for kinds, share in zip(KIND_GROUPS, (1.0, 0.4), strict=True)
    })  # fmt: skip
    cells = published(leaves, ROADS, last, k)
    names, rows, low, high, top = solver(cells, ROADS, last, k)
    true = np.array([leaves["r", ROADS["r"].index(unit), month, kinds] for _, unit, month, kinds in names])
    sums = rows @ true
    assert ((sums >= low) & (sums <= high)).all(), "the attacker's system is not the right one"
    assert (true <= top).all()
    shut = np.flatnonzero(top == k - 1)
    system = LinearConstraint(rows, low, high)
    for at in rng.choice(shut, size=min(12, len(shut)), replace=False):
        ends = []
        for sign in (1, -1):
            cost = np.zeros(len(names))
            cost[at] = sign
            found = milp(cost, constraints=system, bounds=Bounds(0, top), integrality=np.ones(len(names)))
            assert found.status == 0
            ends.append(sign * found.fun)
        assert ends[1] - ends[0] > 0.5, names[at]


def test_each_report_counts_at_most_once_and_few_are_lost():
    rng = np.random.default_rng(3)
    for _ in range(50):
        leaves = Counter({
            ("r", unit, JANUARY + month, kinds): int(rng.poisson(rng.gamma(1, 2)))
            for unit in range(3) for month in range(12) for kinds in KIND_GROUPS
        })  # fmt: skip
        told = sum(one.reports for one in published(leaves, ROADS, JANUARY + 11))
        assert sum(leaves.values()) - 12 <= told <= sum(leaves.values())
        # what is told on one day is told on all later ones: their difference is what is new
        days = [set(published(leaves, ROADS, JANUARY + month)) for month in range(12)]
        assert all(one <= other for one, other in itertools.pairwise(days))


# -- counts of events --------------------------------------------------------------


def reports(rn1, spots, *, days=("2024-09-03",), ids="own", **more):
    rows = [
        {
            "event_id": f"{ids}-{at}", "record": "event", "date_start": days[at % len(days)],
            "date_end": days[at % len(days)], "date_precision": 1, "kind": "road_ambush", "alleged_gang_dead": False,
            "place": "a bend", "place_kind": "point", "road_id": "rn1", "geo_precision": 1, "n_claims": 1,
            "n_sources": 1, "sensitivity": "severe", "licence": "own report",
            "geometry": rn1.point_at(float(spot)), **more,
        }
        for at, spot in enumerate(spots)
    ]  # fmt: skip
    return schema.conform(gpd.GeoDataFrame(rows, geometry="geometry", crs=rn1.crs), EVENTS)


ALL_RN1 = "HT0511; HT0512; HT0513; HT0531; HT0541; HT0542"
PONT_SONDE, GONAIVES = 107_000.0, 150_000.0


@pytest.fixture
def count(artibonite, rn1):
    def make(
        number=4,
        spot=PONT_SONDE,
        *,
        as_of=DAY,
        agency="A1",
        events=None,
        k=None,
        audience="partners",
        previous=None,
        **more,
    ):
        events = reports(rn1, [spot] * number, **more) if events is None else events
        return am.share_counts(
            events, area=artibonite, as_of=as_of, agency=agency, k=k, audience=audience, previous=previous
        )

    return make


def test_groups_hold_each_kind_that_endangers_people_on_a_road():
    assert frozenset().union(*KIND_GROUPS.values()) == ROAD_KINDS
    assert sum(map(len, KIND_GROUPS.values())) == len(ROAD_KINDS)


def test_severe_reports_are_counted_and_those_of_acled_never(count, rn1):
    one = count(4)
    assert [(cell.road_id, cell.units, cell.kinds, cell.reports) for cell in one.cells] == [
        ("rn1", ("HT0531",), "violence", 4)
    ]
    assert (one.cells[0].first_day, one.cells[0].last_day) == (dt.date(2024, 9, 1), dt.date(2024, 9, 30))
    for licence in ("ACLED: not redistributable", "own report; ACLED", "Ne pas diffuser", "ACLED (told by its values)"):
        none = count(4, licence=licence)
        assert (none.cells, none.left_out) == ((), {"licensed": 4}), licence
    mixed = pd.concat([reports(rn1, [PONT_SONDE] * 2), reports(rn1, [PONT_SONDE] * 2, ids="b", licence="ACLED")])
    assert count(events=mixed.reset_index(drop=True)).left_out == {"licensed": 2, "small": 2}


@pytest.mark.parametrize(
    ("as_of", "audience", "cells"),
    [
        ("2024-09-30", "partners", 0), ("2024-10-06", "partners", 0), ("2024-10-07", "partners", 1),
        ("2024-10-07", "public", 0), ("2024-10-30", "public", 1),
    ],
)  # fmt: skip
def test_no_open_month_and_no_newest_day(count, as_of, audience, cells):
    assert len(count(4, as_of=as_of, audience=audience).cells) == cells
    policy_day = dt.date.fromisoformat(as_of)
    assert count(4, as_of=as_of, audience=audience).last_day < policy_day


@pytest.mark.parametrize(
    ("days", "kinds", "where"),
    [
        (("2024-09-03",), ("road_ambush", "extortion_or_toll"), ("HT0531", "any", "2024-09-01")),
        (("2024-07-03", "2024-08-03", "2024-09-03"), ("road_ambush",), ("HT0531", "any", "2024-07-01")),
        (("2023-01-03", "2023-05-03", "2023-09-03"), ("road_ambush",), (ALL_RN1, "any", "2023-01-01")),
    ],
)  # fmt: skip
def test_small_cells_are_joined_upwards(count, rn1, days, kinds, where):
    events = reports(rn1, [PONT_SONDE] * 3, days=days).assign(kind=[kinds[at % len(kinds)] for at in range(3)])
    (cell,) = count(events=schema.conform(events, EVENTS)).cells
    assert ("; ".join(cell.units), cell.kinds, cell.first_day.isoformat()) == where
    assert cell.reports == 3
    assert count(events=events, k=4).cells == ()


@pytest.mark.parametrize(
    "more", [{"kind": "protest"}, {"date_end": "2024-10-02"}, {"record": "aggregate"}, {"days": ("2024-10-03",)}]
)
def test_what_is_vague_or_late_or_no_danger_is_not_counted(count, more):
    assert count(4, **more).cells == ()


def test_the_same_reports_make_the_same_bytes_and_read_back(count, artibonite, rn1, tmp_path):
    events = reports(rn1, [PONT_SONDE] * 4 + [GONAIVES] * 3)
    one = count(events=events)
    again = count(events=events.iloc[::-1].reset_index(drop=True))
    path = one.save(tmp_path / "a.csv")
    assert path.read_bytes() == again.save(tmp_path / "b.csv").read_bytes()
    back = read_counts(path, area=artibonite)
    assert (back.cells, back.contributors, back.first_day, back.last_day) == (
        one.cells, one.contributors, one.first_day, one.last_day
    )  # fmt: skip
    with path.open(encoding="utf-8", newline="") as file:
        assert tuple(next(csv.reader(file))) == COLUMNS


@pytest.mark.parametrize(
    "asked", [{"k": 2}, {"agency": "Médecins X"}, {"agency": "=1"}, {"agency": "a" * 40}, {"audience": "internal"}]
)
def test_what_may_not_be_asked_is_refused(count, asked):
    with pytest.raises((ShareError, ModelError)):
        count(4, **asked)


def test_late_reports_wait_where_the_earlier_file_is_known(count, rn1):
    first = count(2)
    events = reports(rn1, [PONT_SONDE] * 5, days=("2024-09-03", "2024-09-04", "2024-09-05", "2024-10-03", "2024-10-04"))
    then = count(events=events, as_of=dt.date(2024, 11, 20), previous=first)
    assert [one.reports for one in count(events=events, as_of=dt.date(2024, 11, 20)).cells] == [3]
    assert then.cells == ()
    with pytest.raises(ShareError, match="go on with the same"):
        count(4, previous=count(4, agency="B2"))
    with pytest.raises(ShareError, match="go on with the same"):
        count(4, previous=count(4, k=5))


# -- merging -----------------------------------------------------------------------


def test_merged_counts_are_sums_with_their_makers(count, artibonite, rn1, tmp_path):
    one, other = count(4), count(6, agency="B2", ids="b")
    alone = count(events=reports(rn1, [GONAIVES] * 3, ids="c"), agency="C3", k=3)
    both = am.merge_counts([one, other.save(tmp_path / "b.csv"), alone], area=artibonite)
    assert sorted((cell.reports, cell.largest, cell.agencies) for cell in both.cells) == [(3, 3, 1), (10, 6, 2)]
    assert [by.agency for by in both.contributors] == ["A1", "B2", "C3"]
    path = both.save(tmp_path / "m.csv")
    assert read_counts(path, area=artibonite).cells == both.cells
    # whoever takes one agency's counts from the sum gets published counts of the others, never less than k
    for part in (one, other, alone):
        own = {cell.where: cell.reports for cell in part.cells}
        rest = [cell.reports - own.get(cell.where, 0) for cell in both.cells]
        assert all(number == 0 or number >= 3 for number in rest)
    again = am.merge_counts([am.merge_counts([one, other]), alone])
    assert again.cells == both.cells


def test_what_cannot_be_added_up_is_refused_in_a_sentence(count, artibonite, tmp_path):
    one = count(4)
    for other, words in (
        (count(4, agency="B2", as_of=dt.date(2024, 9, 15)), "make both for the same day"),
        (replace(count(4, agency="B2"), grid="0" * 16), "other pieces of road"),
        (count(5), "stands in two of the files"),
    ):
        with pytest.raises(ShareError, match=words) as told:
            am.merge_counts([one, other])
        assert "\n" not in str(told.value)
    with pytest.raises(ShareError):
        am.merge_counts([])
    foreign = replace(one, grid="f" * 16).save(tmp_path / "f.csv")
    with pytest.raises(ShareError, match="other pieces of road"):
        read_counts(foreign, area=artibonite)


# -- hostile files -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("reports", "-3"), ("reports", "3.5"), ("reports", "=4+4"), ("reports", "1e9"), ("reports", "9" * 40),
        ("reports", "2"), ("reports", ""), ("reports", "٤"), ("reports", "nan"), ("reports", "+4"), ("reports", " 4 4"),
        ("largest", "9"), ("largest", "1"), ("agencies", "0"), ("agencies", "7"), ("k", "1"), ("k", "-1"),
        ("kinds", "road_ambush"), ("kinds", "=any"), ("units", "HT9999"), ("units", "HT0531; HT0531"), ("units", ""),
        ("units", "<script>"), ("road_id", "../rn1"), ("first_day", "2024-09-02"), ("last_day", "2024-09-31"),
        ("last_day", "2031-09-30"), ("first_day", "0001-01-01"), ("record", "total"), ("agency", "=HYPERLINK(1)"),
        ("audience", "internal"), ("licence", "ACLED"), ("licence", "own report; ACLED export"),
        ("licence", "<b>x</b>"),
        ("policy", "x" * 500), ("as_of", "yesterday"), ("grid", "0"), ("area", "elsewhere"),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_with_a_sentence(count, artibonite, tmp_path, column, value):
    table = count(4).table().astype(object)
    row = 0 if column in {"k", "agency", "audience", "licence", "policy", "as_of", "grid", "area"} else 1
    table.loc[row, column] = value
    path = tmp_path / "x.csv"
    table.to_csv(path, index=False)
    with pytest.raises((SchemaError, ShareError)) as told:
        read_counts(path, area=artibonite)
    assert len(str(told.value)) < 600


@pytest.mark.parametrize(
    "text", ["", "a,b\n1,2\n", ",".join(COLUMNS) + "\n", "\0\0\0", ",".join(COLUMNS) + "\ncount" + "," * 16 + "\n"]
)
def test_what_is_no_file_of_counts_is_refused(artibonite, tmp_path, text):
    path = tmp_path / "x.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(am.ArtimapError):
        read_counts(path, area=artibonite)


def test_a_cell_that_stands_twice_is_refused(count, artibonite, tmp_path):
    table = count(4).table()
    pd.concat([table, table.iloc[[1]]]).to_csv(tmp_path / "x.csv", index=False)
    with pytest.raises(ShareError, match="stands twice"):
        read_counts(tmp_path / "x.csv", area=artibonite)


# -- in the rates ------------------------------------------------------------------


@pytest.fixture(scope="module")
def without(artibonite):
    return am.study(artibonite, as_of=DAY)


def rates(study):
    return study.risk["rate"].fillna(study.risk["last_rate"]).to_numpy()


@pytest.mark.parametrize(
    ("own", "theirs", "least"), [(0, 4, 4), (3, 4, 1), (4, 4, 0), (9, 4, 0)],
)  # fmt: skip
def test_what_others_counted_may_be_ones_own(count, artibonite, rn1, own, theirs, least):
    """From the greater of the two to the sum of both."""
    mine = reports(rn1, [PONT_SONDE] * own) if own else schema.empty(EVENTS, crs=rn1.crs)
    pooled = pooled_rows(count(theirs), mine, corridor=rn1, area=artibonite, as_of=DAY)
    assert (len(pooled.most), len(pooled.least)) == (theirs, least)
    assert set(pooled.most["kind"]) <= ROAD_KINDS
    assert pooled_rows(count(theirs), mine, corridor=rn1, area=artibonite, as_of=dt.date(2024, 9, 29)).most.empty


def test_ids_of_ones_own_that_look_like_pooled_ones_do_no_harm(count, artibonite, rn1):
    mine = reports(rn1, [PONT_SONDE] * 3).assign(event_id=["pooled-0-0", "pooled-x", "pooled-xx0-1"])
    pooled = pooled_rows(count(4), mine, corridor=rn1, area=artibonite, as_of=DAY)
    assert not set(pooled.most["event_id"]) & set(mine["event_id"])
    both = schema.conform(pd.concat([mine, pooled.most], ignore_index=True), EVENTS, crs=rn1.crs)
    assert am.corridor_risk(rn1, both, as_of=DAY)["rate"].notna().any()


def test_two_agencies_may_have_counted_the_same(count, artibonite, rn1):
    none = schema.empty(EVENTS, crs=rn1.crs)
    same = am.merge_counts([count(4), count(5, agency="B2")])
    pooled = pooled_rows(same, none, corridor=rn1, area=artibonite, as_of=DAY)
    assert (len(pooled.most), len(pooled.least)) == (9, 5)
    # a month of one agency in the quarter of the other
    wide = count(3, agency="C3", days=("2024-07-03", "2024-08-03", "2024-09-03"))
    pooled = pooled_rows(am.merge_counts([count(4), wide]), none, corridor=rn1, area=artibonite, as_of=DAY)
    assert (len(pooled.most), len(pooled.least)) == (7, 4)


@pytest.mark.parametrize("spots", [[PONT_SONDE] * 12, [GONAIVES] * 10, np.linspace(80_000, 180_000, 30)])
def test_no_rate_is_calmer_for_the_counts_of_others(count, artibonite, rn1, without, spots):
    days = ("2023-02-03", "2024-02-03", "2024-09-03")
    given = count(events=reports(rn1, spots, days=days))
    study = am.study(artibonite, as_of=DAY, counts=given)
    assert (rates(study) >= rates(without) - 1e-12).all()
    assert (rates(study) > rates(without) * 1.001).any()
    risk = study.risk
    known = risk["rate"].notna()
    assert (risk.loc[known, "lo80"] <= risk.loc[known, "rate"]).all()
    assert (risk.loc[known, "hi80"] >= without.risk.loc[known, "hi80"]).all()
    for now, before in zip(study.trips, without.trips, strict=True):
        assert (now.expected or 0) >= (before.expected or 0)
    way = study.trip("Saint-Marc", "Gonaïves")
    assert (way.expected or 0) >= (without.trip("Saint-Marc", "Gonaïves").expected or 0)
    # they tell of no day, place or silence
    for column in ("last_event", "newest_report"):
        pd.testing.assert_series_equal(risk[column], without.risk[column])
    assert ((risk["info"] == "silent") == (without.risk["info"] == "silent")).all()
    assert not risk["event_ids"].astype(str).str.contains(POOLED).any()
    assert risk.attrs["as_of"] == DAY.isoformat()


def test_counts_are_told_in_three_languages_and_in_the_manifest(count, artibonite, tmp_path):
    given = am.merge_counts([count(4), count(5, agency="B2")])
    study = am.study(artibonite, as_of=DAY, counts=[given.save(tmp_path / "m.csv")])
    assert study.gated.pooled == (2, 9, 5)
    assert "Counts from 2 agencies, no texts: 9 reports" in " ".join(study.gated.method_words("en"))
    for lang, words in (("fr", "Chiffres de 2 organisations, sans textes"), ("ht", "2 òganizasyon, san tèks")):
        assert words in " ".join(study.gated.method_words(lang))
        assert words in study.report(lang).markdown()
    assert [one["agency"] for one in study._inputs.digests(study.audience)["counts"]["agencies"]] == ["A1", "B2"]
    road = study.on_road("rn5")
    assert road.gated.pooled == (2, 0, 0)
    only = am.study(artibonite, as_of=DAY, counts=given, model=am.RiskModel(kinds=frozenset({EventKind.ABDUCTION})))
    assert only.gated.pooled is None


def test_counts_for_partners_are_not_for_the_public(count, artibonite):
    with pytest.raises(ShareError, match="not for the public"):
        am.study(artibonite, as_of=DAY, counts=count(4), audience="public")
    public = count(4, audience="public", as_of=dt.date(2024, 11, 15))
    assert am.study(artibonite, as_of=DAY, counts=public, audience="public").gated.pooled == (1, 4, 4)


def test_what_is_held_back_here_is_not_told_by_how_many_of_theirs_are_new(count, artibonite, tmp_path):
    """How many of others' reports are surely new is worked out from what the audience may see."""
    lines = [f"2024-09-{day:02d},Pont-Sondé,road_ambush,x,y,no,severe,z" for day in (3, 9)]
    path = tmp_path / "own.csv"
    path.write_text(
        "\n".join(["date,place,kind,source,said_by,is_party,sensitivity,summary", *lines]), encoding="utf-8"
    )
    told = {
        am.study(artibonite, as_of=DAY, counts=count(6), **more).gated.pooled for more in ({}, {"events": path})
    }  # fmt: skip
    assert len(told) == 1


def world(rn1, per_month, seed):
    """Reports of an agency over two years, heaped on some kilometres."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2022-10-15", DAY)
    number = rng.poisson(per_month * 24)
    spots = 74_000 + (rng.choice(8, number, p=rng.dirichlet([1.5] * 8)) + rng.random(number)) / 8 * 114_000
    when = [str(days[at].date()) for at in rng.integers(0, len(days), max(number, 1))]
    return reports(rn1, spots, days=when).assign(
        kind=np.where(rng.random(number) < 0.2, "extortion_or_toll", "road_ambush")
    )


@pytest.mark.exhaustive
def test_closed_cells_do_not_calm_rates_by_more_than_stated(artibonite, rn1, count):
    """docs/sharing.md: the incidents of the road from counts by those from the rows themselves."""
    embedded = am.read_events(artibonite)
    embedded = embedded[embedded["date_start"] <= pd.Timestamp(DAY)].reset_index(drop=True)
    ledger = am.read_claims(artibonite).until(DAY)

    def expected(more):
        both = schema.conform(pd.concat([embedded, more], ignore_index=True), EVENTS, crs=rn1.crs)
        risk = am.corridor_risk(rn1, both, as_of=DAY, ledger=ledger)
        return float((risk["rate"].fillna(risk["last_rate"]) * (risk["to_m"] - risk["from_m"])).sum())

    for per_month, share, least in ((0.5, 0.4, 0.8), (1, 0.5, 0.9), (4, 0.9, 0.95)):
        ratios = []
        for seed in range(4):
            rows = schema.conform(world(rn1, per_month, seed), EVENTS)
            given = count(events=rows)
            over = rows[rows["date_start"] <= pd.Timestamp(given.last_day)]
            assert given.reports >= share * len(over)
            pooled = pooled_rows(given, embedded, corridor=rn1, area=artibonite, as_of=DAY).most
            ratios.append(expected(pooled) / expected(over))
        assert min(ratios) >= least, ratios
        assert max(ratios) <= 2.0, ratios


# -- the command -------------------------------------------------------------------

HEADER = "date,place,kind,actors,killed,source,said_by,is_party,sensitivity,summary\n"


def test_the_command_counts_merges_and_feeds_a_rate(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        rows = [
            f"2024-09-{day:02d},Pont-Sondé,road_ambush,Gran Grif,2,radio,x,no,severe,Madan Jean.\n"
            for day in (3, 9, 12)
        ]
        (tmp_path / f"own-{name}.csv").write_text(HEADER + "".join(rows), encoding="utf-8")
        asked = ["share", "counts", "--k", "3", "--events", f"own-{name}.csv", "--as-of", "2024-10-15"]
        assert main([*asked, "--agency", name.upper() * 2, "-o", f"{name}.csv"]) == 0
        text = (tmp_path / f"{name}.csv").read_text(encoding="utf-8")
        assert not any(word in text for word in ("Gran Grif", "Jean", "Pont", "2024-09-03", "radio"))
    assert "3 reports in 1 cells" in capsys.readouterr().out
    # again over the same file: it is gone on with
    assert main([*asked, "--agency", "BB", "-o", "b.csv"]) == 0
    assert main(["share", "counts", "--merge", "a.csv", "b.csv", "-o", "m.csv"]) == 0
    assert "6 reports" in capsys.readouterr().out
    assert main(["risk", "--counts", "m.csv", "--as-of", "2024-10-15", "--json"]) == 0
    printed = capsys.readouterr()
    assert "Counts from 2 agencies, no texts: 6 reports" in printed.err
    assert POOLED not in printed.out
    json.loads(printed.out)
    assert main(["share", "counts", "--merge", "a.csv", "a.csv", "-o", "m.csv"]) == 1
    assert main(["share", "counts", "-o", "n.csv"]) == 1
    assert main([*asked, "--audience", "internal", "-o", "n.csv"]) == 1
    assert not (tmp_path / "n.csv").exists()
    capsys.readouterr()

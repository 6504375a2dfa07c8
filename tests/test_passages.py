"""Who passed, and the rate of incidents per passage: counted on one's own movements alone."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import stats

import artimap as am
from artimap.core.i18n import words
from artimap.core.vocab import Lang
from artimap.risk.phrases import passage_phrase
from benchmarks.passages import WORLDS, covered

DAY = "2024-10-15"
WAY = [am.RoadSpan("rn1", 94_800.0, 150_000.0)]


def movements(*rows):
    """MOVEMENTS with what counts: day, road or pieces, ends in km, outcome, vehicle."""
    columns = ("date", "road_id", "from_m", "to_m", "spans", "outcome", "vehicle")
    made = [
        (pd.Timestamp(day), road if ":" not in road else None, 1000 * low, 1000 * high,
         road if ":" in road else None, outcome, vehicle)
        for day, road, low, high, outcome, vehicle in rows
    ]  # fmt: skip
    table = pd.DataFrame(made, columns=columns)
    ids = [f"movement-{at}" for at in range(len(table))]
    table = table.assign(movement_id=ids, source="own", sensitivity="high", licence="own report")
    return gpd.GeoDataFrame(table, geometry=[shapely.Point()] * len(table), crs="EPSG:32618")


def whole(outcome, *, day="2024-09-03", n=1, vehicle="truck"):
    return [(day, "rn1", 94.8, 150.0, outcome, vehicle)] * n


def test_passages_are_counted_since_the_first():
    rows = whole("passed", n=12) + whole("passed", day="2024-08-20", n=2, vehicle="bus")
    found = am.passages_on(movements(*rows), WAY, as_of=DAY)
    assert (found.passages, found.passed, found.turned_back, found.incidents) == (14, 14, 0, 0)
    assert (found.since, found.newest, found.vehicles) == ("2024-08-20", "2024-09-03", (("truck", 12), ("bus", 2)))
    assert found.ways == 14
    assert found.rate == am.passage_rate(14, 0)
    assert am.Passages.from_dict(found.to_dict()) == found


def test_what_lies_ahead_or_long_back_does_not_count():
    rows = whole("passed", day="2024-10-16") + whole("passed", day="2022-01-01") + whole("passed", day=DAY)
    assert am.passages_on(movements(*rows), WAY, as_of=DAY).passages == 1
    model = am.PassageModel(window_days=2_000)
    assert am.passages_on(movements(*rows), WAY, as_of=DAY, model=model).passages == 2


@pytest.mark.parametrize(
    ("road", "low", "high", "passages", "partly"),
    [
        ("rn1", 94.8, 150.0, 1, 0),
        ("rn1", 95.5, 149.8, 1, 0),  # the same two towns
        ("rn1", 0.0, 250.0, 1, 0),
        ("rn1", 120.0, 130.0, 1, 1),
        ("rn1", 150.0, 94.8, 1, 0),
        ("rn1", 94.0, 95.1, 0, 0),  # crosses its end
        ("rn1", 150.0, 240.0, 0, 0),
        ("rd-sav", 94.8, 150.0, 0, 0),
        ("rn1:94.8-110.4; rd-sav:0.0-14.8", 0, 0, 1, 1),
        ("rd-lia:20.0-0.0; rn1:107.7-150.0", 0, 0, 1, 1),
    ],
)
def test_a_movement_counts_as_far_as_it_lies_on_the_way(road, low, high, passages, partly):
    found = am.passages_on(movements(("2024-09-03", road, low, high, "passed", None)), WAY, as_of=DAY)
    assert (found.passages, found.partly) == (passages, partly)


def test_a_way_over_two_roads_that_runs_one_twice_counts_each_metre():
    way = [am.RoadSpan("rn1", 94_800.0, 110_400.0), am.RoadSpan("rd-sav", 0.0, 14_800.0)]
    gone = movements(("2024-09-03", "rn1:94.8-110.4; rd-sav:0.0-14.8", 0, 0, "passed", None))
    assert am.passages_on(gone, way, as_of=DAY).ways == 1
    doubled = movements(("2024-09-03", "rn1:94.8-110.4; rn1:110.4-94.8", 0, 0, "passed", None))
    assert am.passages_on(doubled, [way[0]], as_of=DAY).covered_m == 15_600


def test_turning_back_is_half_a_way_and_no_incident():
    found = am.passages_on(movements(*whole("passed", n=4), *whole("turned_back", n=2)), WAY, as_of=DAY)
    assert (found.passed, found.turned_back, found.incidents, found.ways) == (4, 2, 0, 5)
    assert am.passage_rate(6, 0).hi95 < found.rate.hi95 < am.passage_rate(4, 0).hi95


def test_an_incident_on_a_longer_movement_counts_as_its_part():
    longer = ("2024-09-03", "rn1", 39.6, 150.0, "incident", None)  # twice the way
    found = am.passages_on(movements(*whole("passed", n=9), longer), WAY, as_of=DAY)
    assert (found.incidents, found.beyond) == (1, 1)
    assert am.passage_rate(10, 0).chance < found.rate.chance < am.passage_rate(9, 1).chance


def test_a_way_that_was_mostly_never_gone_has_no_rate():
    short = movements(*[("2024-09-03", "rn1", 94.8, 107.7, "passed", None)] * 40)
    found = am.passages_on(short, WAY, as_of=DAY)
    assert (found.passages, found.rate) == (40, None)
    assert found.covered_m == pytest.approx(12_900)
    rest = movements(("2024-09-03", "rn1", 107.7, 150.0, "passed", None)).assign(movement_id="another")
    assert am.passages_on(pd.concat([short, rest], ignore_index=True), WAY, as_of=DAY).rate is not None
    assert am.passages_on(short.iloc[:0], WAY, as_of=DAY).rate is None


# -- the rate ------------------------------------------------------------------------

EXACT = am.PassageModel(reported=(1e6, 1e-3), logged=(1e6, 1e-3))
"""Every incident reported, every passage written down."""


@pytest.mark.parametrize(("quiet", "incidents"), [(19, 1), (480, 20), (3, 3), (95, 5), (0, 1)])
def test_with_nothing_missed_it_is_the_beta_of_jeffreys(quiet, incidents):
    rate, beta = am.passage_rate(quiet, incidents, model=EXACT), stats.beta(incidents + 0.5, quiet + 0.5)
    ends = beta.ppf([0.1, 0.9, 0.025, 0.975])
    assert [rate.lo80, rate.hi80, rate.lo95, rate.hi95] == pytest.approx(ends, rel=2e-3)
    assert rate.chance == pytest.approx(beta.mean(), rel=2e-3)


def test_missed_reports_raise_it_and_widen_it():
    exact, missed = am.passage_rate(190, 10, model=EXACT), am.passage_rate(190, 10)
    assert missed.chance > exact.chance
    assert missed.hi95 / missed.lo95 > exact.hi95 / exact.lo95
    unlogged = am.passage_rate(190, 10, model=am.PassageModel(reported=EXACT.reported, logged=(60.0, 40.0)))
    assert unlogged.chance < exact.chance


def test_nothing_reported_rules_out_no_low_rate():
    rate = am.passage_rate(14, 0)
    assert (rate.lo80, rate.lo95) == (0.0, 0.0)
    assert 0 < rate.chance < rate.hi80 < rate.hi95 < 0.3


@pytest.mark.parametrize(
    "values", [{"reported": (0.0, 2.0)}, {"logged": (9.0, -1.0)}, {"prior": (0.1, 0.5)}, {"window_days": 0}]
)
def test_a_model_refuses_what_makes_no_sense(values):
    with pytest.raises(am.ModelError, match=next(iter(values))):
        am.PassageModel(**values)
    with pytest.raises(am.ModelError, match="0 or more"):
        am.passage_rate(-1, 0)


@pytest.mark.parametrize("world", ["all of these", "chance above 1 in 100", "30 % of the incidents missed"])
def test_intervals_hold_the_true_rate_on_made_up_movements(world):
    """A small version of ``python -m benchmarks passages``; the same worlds in every run."""
    held = covered(WORLDS[world], worlds=300, seed=1)
    assert 92 <= held["95"] <= 99
    assert 76 <= held["80"] <= 92


# -- in words ------------------------------------------------------------------------


@pytest.mark.parametrize("lang", list(Lang))
def test_each_case_has_its_words(lang):
    rows = {
        "none": [],
        "quiet": whole("passed", n=14),
        "back": whole("turned_back", n=2),
        "one": whole("passed", n=29) + whole("incident"),
        "part": [*whole("passed", n=9), ("2024-09-05", "rn1", 0.0, 107.7, "incident", None)],
    }
    said = {
        name: passage_phrase(am.passages_on(movements(*given), WAY, as_of=DAY), lang) for name, given in rows.items()
    }
    assert len(set(said.values())) == len(rows)
    assert said["none"] == passage_phrase(None, lang)
    for text in said.values():
        assert "{" not in text
        assert "|" not in text
    if lang is Lang.EN:
        assert said["none"] == "traffic is unknown: no passages are counted here"
        assert said["quiet"].startswith("passed 14 times since 3 Sep 2024, nothing reported; up to 1 in ")
        assert said["back"].startswith("turned back 2 times since 3 Sep 2024")
        assert said["one"].startswith("1 incident in 30 passages since 3 Sep 2024; about 1 in ")
        assert "1 of the incidents perhaps beyond it" in said["part"]
        assert "safe" not in " ".join(said.values())


def test_what_is_no_movement_is_refused():
    """A word that is no outcome must not count as passed."""
    with pytest.raises(am.SchemaError, match="outcome"):
        am.passages_on(movements(*whole("arrived")), WAY, as_of=DAY)
    assert am.passages_on(movements(*whole("passed")), [], as_of=DAY).passages == 0


def test_it_is_the_same_in_any_order():
    rows = movements(*whole("passed", n=5), *whole("incident"), *whole("turned_back", n=2))
    mixed = rows.iloc[np.random.default_rng(3).permutation(len(rows))]
    assert am.passages_on(rows, WAY, as_of=DAY) == am.passages_on(mixed, WAY, as_of=DAY)


@pytest.mark.parametrize(
    ("rows", "mostly", "short", "said"),
    [
        ([("rn1", 94.8, 100.0)], (0, 0, 0), (14, 0, 0), "traffic is unknown"),
        ([("rn1", 94.8, 110.4)], (0, 0, 0), (14, 0, 0), "14 passages since 3 Sep 2024, on 16 of its 55 km only"),
        ([("rn1", 94.8, 110.4), ("rn1", 94.8, 150.0)], (14, 0, 0), (14, 0, 0),
         "passed 14 times since 3 Sep 2024, nothing reported; 14 more on less than half of it; up to 1 in"),
        ([("rn1", 94.8, 130.0)], (14, 0, 0), (0, 0, 0),
         "passed 14 times since 3 Sep 2024, nothing reported; 14 of them over a part of the way"),
    ],
)  # fmt: skip
def test_who_went_less_than_half_of_a_way_did_not_pass_it(rows, mostly, short, said):
    given = [("2024-09-03", *one, "passed", None) for one in rows for _ in range(14)]
    found = am.passages_on(movements(*given), WAY, as_of=DAY)
    assert (found.mostly, found.short) == (mostly, short)
    assert passage_phrase(found, "en").startswith(said)


@pytest.mark.parametrize("lang", list(Lang))
def test_an_incident_on_a_short_piece_is_told_all_the_same(lang):
    given = [
        ("2024-09-03", "rn1", 94.8, 98.0, "incident", None),
        ("2024-09-03", "rn1", 94.8, 98.0, "turned_back", None),
    ]
    found = am.passages_on(movements(*given), WAY, as_of=DAY)
    assert (found.mostly, found.short, found.hardly) == ((0, 0, 0), (0, 1, 1), False)
    assert words(lang)["passages.short_incidents"].split("|")[0].format(n=1) in passage_phrase(found, lang)

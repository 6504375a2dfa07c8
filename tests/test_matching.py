"""Duplicate reports: pairs with a score, decisions in a file, merging that honours them."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artimap.areas import embedded
from artimap.claims.event_merging import merge_reports
from artimap.claims.linkage_decisions import DECISIONS, apply_decisions, read_decisions, write_decisions
from artimap.claims.record_linkage import PAIRS, MatchModel, match_reports
from artimap.cli import main
from artimap.core.errors import ModelError, SchemaError
from benchmarks import matching


@pytest.fixture(scope="module")
def reports():
    return embedded.read_table("artibonite", "reports")


def half_of(reports, odd):
    """Events of odd or even months: neighbours in time, which are the hard ones, stay together."""
    first = reports.groupby("event_id")["date_start"].transform("min")
    return reports[first.str.slice(5, 7).astype(int) % 2 == odd]


def measured(reports):
    truth = dict(zip(reports["report_id"], reports["event_id"], strict=True))
    pairs = match_reports(reports)
    right = sum(truth[one] == truth[other] for one, other in zip(pairs["report_a"], pairs["report_b"], strict=True))
    wanted = sum(size * (size - 1) // 2 for size in reports["event_id"].value_counts())
    return right / len(pairs), right / wanted, len(pairs), wanted


@pytest.mark.parametrize(("odd", "name", "least"), [(0, "tuned on", (0.95, 0.9)), (1, "held", (0.85, 0.9))])
def test_precision_and_recall(reports, odd, name, least):
    precision, recall, listed, wanted = measured(half_of(reports, odd))
    print(  # noqa: T201 - the figures are the result
        f"\nmatching at {MatchModel().threshold}, months {name}: precision {precision:.3f} of {listed} pairs, "
        f"recall {recall:.3f} of {wanted}"
    )
    assert precision >= least[0]
    assert recall >= least[1]


def test_row_order_changes_nothing(reports):
    some = reports.head(80)
    pd.testing.assert_frame_equal(match_reports(some), match_reports(some.iloc[::-1]))


def test_pairs_say_why(reports):
    pairs = match_reports(reports.head(60))
    assert list(pairs.columns) == list(PAIRS)
    assert pairs["score"].between(MatchModel().threshold, 1.0).all()
    assert pairs["score"].is_monotonic_decreasing
    assert (pairs["report_a"] < pairs["report_b"]).all()
    assert pairs["why"].str.len().min() > 0


def test_events_can_be_matched_too(events):
    assert set(match_reports(events)["report_a"]) <= set(events["event_id"])


def test_own_rows_against_others(reports):
    own, others = reports.iloc[:40], reports.iloc[40:]
    pairs = match_reports(own, others=others)
    ids = set(own["report_id"])
    assert all(one in ids or other in ids for one, other in zip(pairs["report_a"], pairs["report_b"], strict=True))


def test_nothing_in_nothing_out(reports):
    assert list(match_reports(reports.iloc[:0]).columns) == list(PAIRS)


@pytest.mark.parametrize("wrong", [{"threshold": 0.0}, {"threshold": 1.0}, {"half_days": 0.0}, {"window_days": -1}])
def test_a_model_checks_itself(wrong):
    with pytest.raises(ModelError):
        MatchModel(**wrong)


@pytest.mark.parametrize(
    "wrong", [{"one_event": 0.0}, {"one_event": 1.0}, {"prior_pairs": 0.0}, {"raid_days": 0.0}, {"raid_m": -1.0}]
)
def test_a_model_checks_what_it_holds_of_raids(wrong):
    with pytest.raises(ModelError, match="one_event lies between"):
        MatchModel(**wrong)


def test_the_embedded_pairs_are_no_worse_than_by_hand_set_weights():
    wanted, listed, right = matching.embedded_pairs()
    # On the table to 2025 hand-set weights had 0.939 and 0.932; the one to April 2026 is the harder.
    assert right / listed >= 0.94
    assert right / wanted >= 0.91


@pytest.mark.parametrize("given", matching.TABLES)
@pytest.mark.parametrize(("per_month", "runs"), [(0.1, 6), (0.5, 1)])
@pytest.mark.parametrize("world", ["duplicates", "raids3_matched", "raids of geometric mean 3"])
def test_repetitions_become_one_row_and_raids_stay(world, per_month, runs, given):
    one = matching.count(matching.MATCHED[world], per_month, runs=runs, seed=3, given=matching.TABLES[given])
    assert abs(one.bias) <= 0.15
    assert one.merged_away <= 0.15 * one.incidents
    assert one.repeated <= 0.1 * one.rows


@pytest.mark.exhaustive
@pytest.mark.parametrize("world", matching.MATCHED)
def test_repetitions_and_raids_at_many_events(world):
    assert abs(matching.count(matching.MATCHED[world], 2.0, runs=2, seed=3).bias) <= 0.15


def rows(*own, **same):
    """Reports of one place and day, but for what each has of its own, among unlike ones of other months."""
    base = {"date_start": "2024-10-03", "place": "Savien", "commune": "Petite-Rivière", "kind": "road_ambush"}
    apart = [
        {"report_id": f"z{month}", "date_start": f"2023-{month:02d}-15", "place": f"Elsewhere {month}", "kind": kind}
        for month, kind in zip(range(1, 10), ["protest", "abduction", "extortion_or_toll"] * 3, strict=True)
    ]
    named = [{"report_id": name, **base, **same, **one} for name, one in zip("abcdef", own, strict=False)]
    return pd.DataFrame(named + apart)


def score(table):
    pairs = match_reports(table, model=MatchModel(threshold=1e-6)).set_index(["report_a", "report_b"])
    return pairs["score"].get(("a", "b"), 0.0)


def test_what_many_rows_have_says_less():
    table = rows({}, {})
    assert score(table.assign(kind="road_ambush")) < score(table)
    assert score(table.assign(actors="Gran Grif")) < score(table.assign(actors=["Gran Grif"] * 2 + ["Other"] * 9))
    many = rows({"killed_low": 1}, {"killed_low": 1})
    few = rows({"killed_low": 40}, {"killed_low": 40})
    assert score(many.fillna({"killed_low": 1})) < score(few.fillna({"killed_low": 1}))


def test_a_group_and_a_kind_in_the_text_are_not_counted_twice():
    words = "Gran Grif, road ambush, Savien, Petite-Rivière"
    pairs = match_reports(rows({}, {}, summary=words, actors="Gran Grif"))
    assert pairs["words"].tolist() == [0.0]


def test_texts_that_share_what_is_rare_speak_for_one_event_and_unlike_ones_against():
    one, other = "Seven lorries of rice stopped beside the sugar mill", "Fishermen fled towards Grande Saline by canoe"
    assert score(rows({"summary": one}, {"summary": one})) > score(rows({}, {}))
    assert score(rows({"summary": one}, {"summary": other})) < score(rows({}, {}))


def test_one_publisher_rarely_tells_one_event_with_two_days():
    other_day = {"date_start": "2024-10-04", "source": "radio"}
    assert score(rows({"source": "radio"}, other_day)) < score(rows({"source": "paper"}, other_day))
    assert score(rows({"source": "copy", "origin": "radio"}, other_day)) == score(rows({"source": "radio"}, other_day))
    assert match_reports(rows({}, {}, source="radio"))["why"].str.endswith("same source").all()


def test_places_of_other_files_match_by_their_words():
    assert score(rows({"place": "Pont-Sondé", "place_id": "pont-sonde"}, {"place": "Pont Sonde"})) == pytest.approx(
        score(rows({"place": "Pont Sonde"}, {"place": "Pont Sonde"})), abs=0.1
    )
    assert score(rows({"place": "Pont-Sondé"}, {"place": "Liancourt"})) < 0.5


def spots(*north, crs="EPSG:32618", radius=300.0):
    table = rows(*[{} for _ in north], place_kind="point", radius_m=radius)
    points = gpd.points_from_xy([0.0] * len(table), [*north, *[1e6] * (len(table) - len(north))], crs=crs)
    return gpd.GeoDataFrame(table, geometry=points)


def test_exact_spots_count_by_how_far_they_are_apart():
    near, far = score(spots(0.0, 100.0)), score(spots(0.0, 2_500.0))
    assert near > score(rows({}, {})) > far
    assert far < 0.5
    # as far apart, told less exactly
    assert score(spots(0.0, 2_500.0, radius=5_000.0)) > far
    assert score(spots(0.0, 12_000.0)) < far
    # degrees are no metres: then names are compared
    assert score(spots(0.0, 0.5, crs="EPSG:4326")) == score(rows({}, {}))


def test_a_chain_does_not_make_one_event_of_the_days_of_a_raid():
    table = rows(*[{"date_start": f"2024-10-{day:02d}"} for day in range(3, 9)])
    pairs = match_reports(table, model=MatchModel(threshold=0.1))
    # each fits its neighbours, but three days hold more than one event: whoever takes every pair that is listed
    # gets pairs, not one event of six days
    assert set(zip(pairs["report_a"], pairs["report_b"], strict=True)) == {("a", "b"), ("c", "d"), ("e", "f")}


def test_a_table_full_of_repetitions_teaches_that_there_are_more():
    told = [
        {"report_id": f"{number}{copy}", "date_start": f"2024-{number:02d}-05", "place": f"Place {number}",
         "commune": "Gonaïves", "kind": "road_ambush"}
        for number in range(1, 13) for copy in "xy"
    ]  # fmt: skip
    once = [one for one in told if one["report_id"].endswith("x")]
    pair = rows({}, {})
    assert score(pd.concat([pair, pd.DataFrame(told)])) > score(pd.concat([pair, pd.DataFrame(once)]))


def decided(*rows):
    return pd.DataFrame(
        [
            dict(zip(("report_a", "report_b", "decision", "by"), (*row, "area coordinator"), strict=True))
            for row in rows
        ],
        columns=DECISIONS,
    )


def table(**events):
    return pd.DataFrame({"report_id": list(events), "event_id": list(events.values())})


def test_same_joins_whole_events():
    merged = apply_decisions(table(a="x", b="x", c="y", d="z"), decided(("b", "c", "same")))
    assert merged["event_id"].tolist() == ["x", "x", "x", "z"]


def test_different_leaves_the_event():
    merged = apply_decisions(table(a="x", b="x", c="x"), decided(("a", "c", "different")))
    assert merged["event_id"].tolist() == ["x", "x", "x--c"]


def test_a_chain_that_contradicts_is_told():
    with pytest.raises(SchemaError, match="both the same as a third"):
        apply_decisions(
            table(a="x", b="y", c="z"), decided(("a", "b", "same"), ("b", "c", "same"), ("a", "c", "different"))
        )


def test_rows_not_decided_and_unknown_rows_change_nothing():
    lines = decided(("a", "b", None), ("a", "q", "same"))
    assert apply_decisions(table(a="x", b="y"), lines)["event_id"].tolist() == ["x", "y"]


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=8))
def test_the_order_of_decisions_does_not_matter(links):
    rows = table(**{f"r{number}": f"e{number}" for number in range(8)})
    lines = [(f"r{one}", f"r{other}", "same") for one, other in links]
    forward = apply_decisions(rows, decided(*lines))["event_id"].tolist()
    assert forward == apply_decisions(rows, decided(*lines[::-1]))["event_id"].tolist()
    for one, other in links:
        assert forward[one] == forward[other]


@pytest.mark.exhaustive
def test_merging_honours_decisions(reports):
    before = merge_reports(reports).set_index("event_id")
    one, other = reports["report_id"].iloc[2], reports["report_id"].iloc[3]
    after = merge_reports(apply_decisions(reports, decided((one, other, "same"))))
    assert len(after) == len(before) - 1
    assert after["n_claims"].sum() == len(reports)
    split = merge_reports(apply_decisions(reports, decided(("R085", "R097", "different")))).set_index("event_id")
    assert split.loc["2024-10-03-pont-sonde--R097", "n_claims"] == 1
    assert split.loc["2024-10-03-pont-sonde", "n_claims"] == before.loc["2024-10-03-pont-sonde", "n_claims"] - 1


def test_a_file_of_decisions_keeps_what_was_decided(tmp_path, reports):
    path = tmp_path / "decisions.csv"
    pairs = match_reports(reports.head(60))
    assert write_decisions(pairs, read_decisions(path), path) == len(pairs)
    back = read_decisions(path)
    assert len(back) == len(pairs)
    assert back["decision"].isna().all()
    back.loc[0, ["decision", "by", "note"]] = ["different", "area coordinator", "two trucks"]
    assert write_decisions(pairs, back, path) == len(pairs) - 1
    again = read_decisions(path)
    assert again["decision"].dropna().tolist() == ["different"]
    assert again.loc[0, "note"] == "two trucks"
    first = path.read_bytes()
    write_decisions(pairs, again, path)
    assert path.read_bytes() == first


def test_no_live_formula_in_a_decisions_file(tmp_path):
    path = tmp_path / "d.csv"
    pairs = pd.DataFrame([("=a()", "b", 0.9, 1, 1, 1, 1, 1, 1, "why")], columns=PAIRS)
    write_decisions(pairs, read_decisions(path), path)
    assert "'=a()" in path.read_text(encoding="utf-8")
    assert read_decisions(path)["report_a"].tolist() == ["=a()"]


def test_every_breach_of_a_decisions_file_is_told(tmp_path):
    path = tmp_path / "d.csv"
    path.write_text(
        "report_a,report_b,decision,by\na,b,perhaps,coordinator\na,c,same,\nx,y,same,coordinator\ny,x,different,coordinator\n",
        encoding="utf-8",
    )
    with pytest.raises(SchemaError) as told:
        read_decisions(path)
    assert [breach.column for breach in told.value.breaches] == ["decision", "by", "decision"]
    path.write_text("report_a\na\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="add the column"):
        read_decisions(path)


def test_the_command_lists_pairs_and_keeps_decisions(tmp_path, capsys):
    path = tmp_path / "decisions.csv"
    assert main(["review", "--decisions", str(path)]) == 0
    said = capsys.readouterr().out
    to_decide = len(read_decisions(path))
    assert f"{to_decide} pairs at or above 0.6, {to_decide} to decide" in said
    table = read_decisions(path)
    table.loc[0, ["decision", "by"]] = ["different", "area coordinator"]
    table.to_csv(path, index=False)
    assert main(["review", "--decisions", str(path)]) == 0
    assert f"{to_decide - 1} to decide" in capsys.readouterr().out


def test_the_command_takes_own_reports(tmp_path, capsys):
    own = tmp_path / "own.csv"
    own.write_text(
        "date,place,kind,actors,killed,source,summary\n"
        "2024-10-03,Pont-Sondé,attack_on_civilians,Gran Grif,70,radio,70 killed at Pont-Sondé and homes burned.\n"
        "2024-10-03,Ennery,protest,protesters,,radio,A march.\n",
        encoding="utf-8",
    )
    path = tmp_path / "decisions.csv"
    assert main(["review", str(own), "--decisions", str(path)]) == 0
    said = capsys.readouterr().out
    assert "R085" in said
    assert "A march" not in said


def test_the_command_says_when_there_is_no_pair(tmp_path, capsys):
    own = tmp_path / "own.csv"
    own.write_text("date,place,kind,source\n2024-10-03,Ennery,protest,radio\n", encoding="utf-8")
    path = tmp_path / "decisions.csv"
    assert main(["review", str(own), "--decisions", str(path)]) == 0
    said = capsys.readouterr().out
    assert "0 pairs at or above 0.6, 0 to decide" in said
    assert "To decide" not in said
    assert read_decisions(path).empty

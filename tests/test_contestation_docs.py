"""What docs/contestation.md says of Artibonite is what the code says."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

import artimap as am
from artimap.core.vocab import Estimate

PAGE = (Path(__file__).parent.parent / "docs" / "contestation.md").read_text(encoding="utf-8")
WORDS = {Estimate.NO_ARMED_GROUP: "no armed group", Estimate.ONE_GROUP: "one group", Estimate.CONTESTED: "contested"}


def rows_of_page() -> list[list[str]]:
    part = PAGE[PAGE.index("| section | estimate |") :].split("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines()[2:]]
    for before, row in pairwise(rows):
        row[0] = row[0] or before[0]
    return rows


@pytest.fixture(scope="module")
def table(artibonite, events):
    return am.estimate_contestation(artibonite, events, start="2022-01-01", stop="2025-12-31")


def test_the_table_of_sections(table):
    known = table[table["estimate"] != Estimate.INSUFFICIENT]
    said = []
    for (name, estimate, actors), part in known.groupby(["name", "estimate", known["actors"].fillna("")]):
        words = WORDS[Estimate(estimate)] + (f": {actors}" if actors else "")
        between = f"{part['valid_from'].min():%Y-%m} – {part['valid_to'].max():%Y-%m}"
        means = [f"{part[column].mean():.2f}" for column in ("probability", "stability")]
        said.append([name, words, str(len(part)), between, *means])
    assert sorted(said) == sorted(rows_of_page())


def test_the_counts(table, artibonite, events):
    why = am.why_not_estimated(artibonite, events, start="2022-01-01", stop="2025-12-31")
    counts = [(why == words).sum() for words in ("a figure over several events", "no place in or near these units")]
    few = table["estimate"] == Estimate.INSUFFICIENT
    assert (
        f"of {len(events)} rows {why.isna().sum()} count, {counts[0]} are figures over several events,"
        f" {counts[1]} have no place in these sections. Of {len(table):,} section-periods"
        f" **{few.sum():,} ({100 * few.mean():.0f} %) are insufficient**"
    ) in PAGE


@pytest.mark.parametrize("day", ["2024-10-15", "2025-10-15"])
def test_what_could_be_known_on_a_day(artibonite, events, day):
    table = am.estimate_contestation(artibonite, events, start="2022-01-01", stop=day, stability=False)
    last = table[table["valid_to"] == day].set_index("name")
    few = last["estimate"] == Estimate.INSUFFICIENT
    line = next(line for line in PAGE.splitlines() if day in line and "insufficient" in line)
    if day == "2024-10-15":
        here = last.loc["La Croix Périsse"]
        assert f"On {day} {few.sum()} of {len(last)} sections are insufficient" in line
        assert f"{here['actors']} {here['p_one_group']:.2f} against contested {here['p_contested']:.2f}" in line
    else:
        chance = last["probability"]
        assert f"On {day} {few.sum()} are" in line
        assert f"Liancourt is contested ({chance['Liancourt']:.2f})" in line
        assert f"Gran Grif ({chance['Villars']:.2f}, {chance['Bas Coursin II']:.2f})" in line
    assert (~few).sum() == (2 if day == "2024-10-15" else 6)

"""Figures in words: a report is not lost because nobody counted the dead."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from made_files import TABULAR, TEMPLATE, csv_text

from artimap.sources.people_counts import figure_of
from artimap.sources.registry import read_report


@pytest.mark.parametrize(
    ("words", "figure"),
    [
        ("au moins 4", (4, 4, None)),
        ("Au moins quatre morts", (4, 4, None)),
        ("plus d'une dizaine", (10, 10, None)),
        ("omwen 3 moun", (3, 3, None)),
        ("70+", (70, 70, None)),
        ("2 ou 3", (2, 2, 3)),
        ("entre 10 et 12 personnes", (10, 10, 12)),
        ("5-7", (5, 5, 7)),
        ("une dizaine", (None, 10, None)),
        ("environ 15", (None, 15, None)),
        ("~20", (None, 20, None)),
        ("une vingtaine de blessés", (None, 20, None)),
        ("plusieurs", (2, 2, None)),
        ("anpil moun", (2, 2, None)),
        ("des dizaines de morts", (20, 20, None)),
        ("jusqu'à 8", (None, None, 8)),
        ("trois", (3, 3, 3)),
        ("3 morts dont un enfant", (3, 3, 3)),
        ("aucun", (0, 0, 0)),
        ("inconnu", (None, None, None)),
        ("?", (None, None, None)),
        ("hier", None),
        ("", None),
        ("7 à 2", None),
        ("=many", None),
        ("-3", None),
        ("morts", None),
    ],
)
def test_figures_as_people_say_them(words, figure):
    assert figure_of(words) == figure


@pytest.mark.exhaustive
@given(st.text(max_size=120))
def test_any_words_give_a_figure_in_order_or_none(words):
    figure = figure_of(words)
    said = [] if figure is None else [one for one in figure if one is not None]
    assert said == sorted(said)
    assert all(one >= 0 for one in said)


@pytest.mark.parametrize(("row", "column"), [(TABULAR, "Morts"), (TEMPLATE, "killed")])
def test_a_report_with_an_unclear_figure_is_kept_and_told(artibonite, tmp_path, row, column):
    words = ["au moins 4", "une dizaine", "2 ou 3", "", "0", "beaucoup trop à dire"]
    rows = [{**row, column: one} | ({"Nº": str(at)} if "Nº" in row else {}) for at, one in enumerate(words)]
    path = tmp_path / "a.csv"
    path.write_text(csv_text(rows, list(row)), encoding="utf-8")
    read = read_report(path, area=artibonite)
    assert (read.rows, read.accepted, len(read.quarantine)) == (6, 5, 1)
    found = read.events[["killed_low", "killed_best", "killed_high"]].astype(object)
    none = pd.NA
    assert found.fillna("-").to_numpy().tolist() == (
        pd.DataFrame([[4, 4, none], [none, 10, none], [2, 2, 3], [none] * 3, [0] * 3]).fillna("-").to_numpy().tolist()
    )
    note = next(one for one in read.notes if "figures in words" in one)
    assert "'au moins 4' as at least 4, 'une dizaine' as about 10, '2 ou 3' as 2 to 3" in note
    (breach,) = read.breaches
    assert "'au moins 4'" in breach.fix
    killed = read.claims[read.claims["predicate"] == "killed"]
    assert killed["value"].tolist() == ["4+", "10", "2", "0"]

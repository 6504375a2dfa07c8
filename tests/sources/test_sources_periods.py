"""Days as they are told: a report is not lost because nobody knows the day."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from made_files import TABULAR, csv_text

from artimap.sources.day_spans import period_of, read_periods
from artimap.sources.registry import read_report


@pytest.mark.parametrize(
    ("words", "first", "last", "precision"),
    [
        ("octobre 2025", "2025-10-01", "2025-10-31", 3),
        ("en oct. 2025", "2025-10-01", "2025-10-31", 3),
        ("2025-10", "2025-10-01", "2025-10-31", 3),
        ("10/2025", "2025-10-01", "2025-10-31", 3),
        ("Début octobre 2025", "2025-10-01", "2025-10-10", 2),
        ("mi-octobre 2025", "2025-10-11", "2025-10-20", 2),
        ("fin février 2024", "2024-02-21", "2024-02-29", 2),
        ("kòmansman oktòb 2025", "2025-10-01", "2025-10-10", 2),
        ("semaine du 3 novembre 2025", "2025-11-03", "2025-11-09", 2),
        ("nuit du 5 au 6 novembre 2025", "2025-11-05", "2025-11-06", 1),
        ("5-6 novembre 2025", "2025-11-05", "2025-11-06", 1),
        ("du 30 octobre au 2 novembre 2025", "2025-10-30", "2025-11-02", 1),
        ("du 30 décembre au 2 janvier 2025", "2024-12-30", "2025-01-02", 1),
    ],
)
def test_periods_as_people_say_them(words, first, last, precision):
    found = period_of(words)
    assert (found.first.isoformat(), found.last.isoformat(), found.precision) == (first, last, precision)


@pytest.mark.parametrize(
    "words",
    ["hier", "2025", "5 novembre 2025", "12/10/2025", "13/2025", "31 au 32 novembre 2025", "6 au 5 novembre 2025",
     "mardi 2025", "mercredi 2025", "2025-13-45", "", "octobre"],
)  # fmt: skip
def test_what_names_no_period(words):
    assert period_of(words) is None


@given(st.text(max_size=80) | st.from_regex(r"(du )?\d{1,2} (au )?\d{1,2} (octobre|nov|x) \d{4}", fullmatch=True))
def test_any_words_give_days_in_order_or_none(words):
    found = period_of(words)
    assert found is None or (found.first <= found.last and found.precision in (1, 2, 3))


def test_a_report_without_a_day_is_kept_with_its_span(artibonite, tmp_path):
    told = ["13/10/2024", "nuit du 5 au 6 novembre 2024", "début octobre 2024", "hier", "14-11-24"]
    rows = [{**TABULAR, "Nº": str(at), "Date de l'incident": one} for at, one in enumerate(told)]
    path = tmp_path / "a.csv"
    path.write_text(csv_text(rows, list(TABULAR)), encoding="utf-8")
    read = read_report(path, area=artibonite)
    days = [
        (str(a.date()), str(b.date())) for a, b in zip(read.events["date_start"], read.events["date_end"], strict=True)
    ]
    assert days == [
        ("2024-10-13", "2024-10-13"), ("2024-11-05", "2024-11-06"), ("2024-10-01", "2024-10-10"), ("2024-11-14",) * 2
    ]  # fmt: skip
    assert read.events["date_precision"].tolist() == [1, 1, 2, 1]
    assert any("read as a span of days" in note and "'début octobre 2024'" in note for note in read.notes)
    assert [breach.value for breach in read.breaches] == ["hier"]


def test_a_large_column_of_categories_is_read_once_a_word():
    column = pd.Series(pd.Categorical(["octobre 2025", "2025-10-03", None] * 5_000))
    spans = read_periods(column, name="d")
    assert spans.cells.iloc[:2].tolist() == ["2025-10-01", "2025-10-03"]
    assert spans.cells.isna().sum() == 5_000
    assert spans.precision.iloc[:3].tolist() == [3, 1, 1]
    assert spans.last.notna().sum() == 5_000

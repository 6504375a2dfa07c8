"""Days that a file tells wrongly or in words: none is pinned to a day that nobody told."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from artimap.claims.readers import read_claims
from artimap.core.errors import SchemaError
from artimap.sources.columns import read_days
from artimap.sources.day_spans import period_of
from artimap.sources.quarantine import Problems
from artimap.sources.registry import read_report

REPORTED = dt.date(2024, 10, 10)


@pytest.mark.parametrize(
    ("words", "first", "last", "precision"),
    [
        ("2024-10-03 to 2024-10-05", "2024-10-03", "2024-10-05", 1),
        ("03/10/2024 - 05/10/2024", "2024-10-03", "2024-10-05", 1),
        ("2024-10-03/2024-10-05", "2024-10-03", "2024-10-05", 1),
        ("2024-10-05T18:00 - 2024-10-06T02:00", "2024-10-05", "2024-10-06", 1),
        ("du 3 au 5/10/2024", "2024-10-03", "2024-10-05", 1),
        ("Oct 3-5, 2024", "2024-10-03", "2024-10-05", 1),
        ("between 30 September and 2 October 2024", "2024-09-30", "2024-10-02", 1),
        ("soti 3 rive 5 me 2024", "2024-05-03", "2024-05-05", 1),
        ("nan nwit 5 pou rive 6 oktòb 2024", "2024-10-05", "2024-10-06", 1),
        ("la nuit du 5 octobre 2024", "2024-10-05", "2024-10-06", 1),
        ("before 3 October 2024", "2024-09-03", "2024-10-02", 3),
        ("avant le 3 octobre 2024", "2024-09-03", "2024-10-02", 3),
        ("jiska 3 oktòb 2024", "2024-09-04", "2024-10-03", 3),
        ("depuis le 3 octobre 2024", "2024-10-03", "2024-11-01", 3),
        ("after 3 October 2024", "2024-10-04", "2024-11-02", 3),
        ("vers le 12 mars 2025", "2025-03-09", "2025-03-15", 2),
        ("3 octobre 2024 vers 18h30", "2024-10-03", "2024-10-03", 1),
        ("3 oct. 2024 au soir", "2024-10-03", "2024-10-03", 1),
        ("première quinzaine d'octobre 2024", "2024-10-01", "2024-10-15", 2),
    ],
)
def test_both_ends_of_what_is_told_are_read(words, first, last, precision):
    found = period_of(words)
    assert (found.first.isoformat(), found.last.isoformat(), found.precision) == (first, last, precision)


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("hier soir", "2024-10-09", "2024-10-09"), ("yesterday evening", "2024-10-09", "2024-10-09"),
        ("yè swa", "2024-10-09", "2024-10-09"), ("last night", "2024-10-09", "2024-10-10"),
        ("avant-hier", "2024-10-08", "2024-10-08"), ("aujourd'hui à 14h", "2024-10-10", "2024-10-10"),
        ("il y a 3 jours", "2024-10-07", "2024-10-07"), ("lundi dernier", "2024-10-07", "2024-10-07"),
        ("jedi", "2024-10-10", "2024-10-10"), ("last Thursday", "2024-10-03", "2024-10-03"),
        ("nan nwit 5 pou rive 6 oktòb", "2024-10-05", "2024-10-06"), ("3 novembre", "2023-11-03", "2023-11-03"),
    ],
)  # fmt: skip
def test_words_that_need_the_day_of_the_report(words, first, last):
    found = period_of(words, reported=REPORTED)
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)
    assert period_of(words) is None


@pytest.mark.parametrize(
    "words", ["before", "hier ou avant", "3 to", "au 5 octobre et", "2024-10-03 to Savien", "me", "5 x 2024"]
)
def test_half_a_date_is_no_date(words):
    assert period_of(words) is None


def _days(*cells, zone=None):
    problems = Problems(len(cells))
    days = read_days(pd.Series(list(cells)), problems, name="d", zone=zone).days
    return [None if pd.isna(day) else day.strftime("%Y-%m-%d") for day in days]


def test_a_day_with_other_words_behind_it_is_not_that_day():
    assert (
        _days("2024-10-03 to 2024-10-05", "before 3 October 2024", "03/10/2024 - 05/10/2024", "vers 3 oct 2024")
        == [None] * 4
    )
    assert (
        _days("2024-10-03T18:30:00", "03/10/2024 18h30", "jeudi 3 octobre 2024", "Thu, Oct 3, 2024")
        == ["2024-10-03"] * 4
    )


def test_months_in_kreyol():
    assert _days("3 me 2024", "15 Mè 2024", "3 jen 2024", "1 out 2024") == [
        "2024-05-03", "2024-05-15", "2024-06-03", "2024-08-01"
    ]  # fmt: skip
    assert _days("mardi 2024", "3 madi 2024") == [None, None]


def test_the_year_one_is_not_the_year_2001():
    assert _days("0001-01-01", "01/01/0001", "9999-12-31", "03/10/24") == [None, None, None, "2024-10-03"]


def test_an_evening_in_utc_is_of_its_own_day():
    moments = ("2024-10-04T01:30:00Z", "2024-10-04 03:59:59+00:00", "2024-10-04T00:00:00Z", "2024-10-04T05:00:00Z")
    assert _days(*moments, zone="America/Port-au-Prince") == ["2024-10-03", "2024-10-03", "2024-10-04", "2024-10-04"]
    assert _days("2024-10-03T21:30:00-04:00", zone="America/Port-au-Prince") == ["2024-10-03"]


def _written(path, rows, columns="date,place,kind,killed,source"):
    path.write_text("\n".join([columns, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("day", ["2052-12-21", "2062-01-01", "2099-12-31", "2027-09-30"])
def test_one_day_far_ahead_is_rejected(artibonite, tmp_path, day):
    rows = ["2025-12-20,Savien,road_ambush,2,A", f"{day},Pont-Sondé,road_ambush,1,A"]
    read = read_report(_written(tmp_path / "a.csv", rows), area=artibonite)
    assert (read.accepted, len(read.quarantine)) == (1, 1)
    assert "lies in the future" in read.quarantine["why"].iloc[0]


def test_a_file_that_is_all_later_is_no_slip_of_the_pen(artibonite, tmp_path):
    rows = [f"2028-0{month}-11,Savien,road_ambush,2,A" for month in range(1, 6)]
    path = _written(tmp_path / "a.csv", [*rows, "2082-01-01,Savien,road_ambush,2,A"])
    read = read_report(path, area=artibonite)
    assert (read.accepted, len(read.quarantine)) == (5, 1)


def test_who_says_the_day_is_obeyed_to_the_day(artibonite, tmp_path):
    rows = ["2028-03-11,Savien,road_ambush,2,A", "2028-03-12,Savien,road_ambush,2,A"]
    path = _written(tmp_path / "a.csv", rows)
    assert read_report(path, area=artibonite, today="2028-03-11").accepted == 1
    assert read_report(path, area=artibonite, today=dt.date(2028, 3, 12)).accepted == 2


def test_statements_of_days_to_come_or_that_end_before_they_begin(artibonite, tmp_path):
    head = "subject,predicate,value,source,reported,valid_from,valid_to"
    good = "Savien,presence,Gran Grif,A,2024-10-12,2024-10-01,9999-12-31"
    assert len(read_claims(_written(tmp_path / "a.csv", [good], head), area=artibonite).claims) == 1
    for wrong in (
        "Savien,presence,Gran Grif,A,2052-10-12,,", "Savien,presence,Gran Grif,A,2024-10-12,2052-01-01,",
        "Savien,presence,Gran Grif,A,2024-10-12,2024-10-02,2024-10-01",
    ):  # fmt: skip
        with pytest.raises(SchemaError, match="row 2"):
            read_claims(_written(tmp_path / "b.csv", [good, wrong], head), area=artibonite)


@pytest.mark.parametrize("heading", ["Events", "Nombre d'incidents", "nb_incidents", "incident count"])
def test_counts_are_no_events(artibonite, tmp_path, heading):
    rows = [
        "2025-10-01,2025-10-31,Saint-Marc,protest,12",
        "2025-10-01,2025-10-31,Gonaïves,protest,0",
        "2025-10-03,,Savien,protest,1",
    ]
    path = _written(tmp_path / "a.csv", rows, f"date,date_end,commune,type,{heading}")
    read = read_report(path, area=artibonite)
    assert read.events["record"].tolist() == ["aggregate", "event"]
    assert read.quarantine["why"].tolist() == [f"{heading}: counts no event"]


def test_an_end_that_stands_for_no_end(artibonite, tmp_path):
    path = _written(tmp_path / "a.csv", ["2024-10-03,9999-12-31,Savien,protest"], "date,date_end,lieu,type")
    read = read_report(path, area=artibonite)
    assert read.events["date_end"].dt.strftime("%Y-%m-%d").tolist() == ["2024-10-03"]

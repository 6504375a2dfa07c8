"""A user's own reports: nothing is lost, everything wrong is told at once."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artimap.core.errors import DataError, SchemaError
from artimap.core.vocab import Where
from artimap.sources.registry import read_template
from artimap.sources.template import COLUMNS, quarantine_csv, template_csv


def write(path, rows, mark=",", encoding="utf-8", header=None):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=mark, lineterminator="\n")
    names = header or list(COLUMNS)
    writer.writerow(names)
    for row in rows:
        writer.writerow([row.get(name, "") for name in names])
    path.write_bytes(out.getvalue().encode(encoding))
    return path


GOOD = {
    "date": "2025-12-20",
    "place": "between Saint-Marc and Pont-Sondé on RN1",
    "kind": "road_ambush",
    "source": "radio",
    "summary": "A truck was stopped.",
}


def test_the_template_as_written_is_read_and_empty(artibonite, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("\ufeff" + template_csv(), encoding="utf-8")
    read = read_template(artibonite, path)
    assert read.rows == 0
    assert len(read.events) == 0


def test_a_report_becomes_an_event_and_claims(artibonite, tmp_path):
    read = read_template(artibonite, write(tmp_path / "a.csv", [{**GOOD, "killed": "0", "said_by": "a driver"}]))
    row = read.events.iloc[0]
    assert row["place_kind"] == Where.STRETCH
    assert row["killed_low"] == 0
    assert pd.isna(row["injured"])
    assert row.geometry.geom_type == "LineString"
    assert set(read.claims["predicate"]) == {"stated", "location", "killed"}
    assert (read.claims["claimant"] == "a driver").all()


@pytest.mark.parametrize(("mark", "encoding"), [(",", "utf-8"), (";", "cp1252"), ("\t", "utf-8-sig"), (";", "utf-8")])
def test_files_as_people_save_them(artibonite, tmp_path, mark, encoding):
    read = read_template(artibonite, write(tmp_path / "a.csv", [GOOD], mark=mark, encoding=encoding))
    assert read.events["place"].iloc[0] == GOOD["place"]
    assert not read.breaches


def test_every_problem_at_once(artibonite, tmp_path):
    rows = [
        GOOD,
        {**GOOD, "date": "20/12/2025", "killed": "blue", "kind": "quarrel"},
        {**GOOD, "place": "", "is_party": "perhaps", "sensitivity": "secret"},
        {**GOOD, "date_end": "2025-12-01"},
    ]
    read = read_template(artibonite, write(tmp_path / "a.csv", rows))
    assert (read.rows, len(read.events), len(read.quarantine)) == (4, 1, 3)
    assert [(b.row, b.column) for b in read.breaches] == [
        ("2", "date"), ("2", "kind"), ("2", "killed"), ("3", "place"), ("3", "is_party"), ("3", "sensitivity"),
        ("4", "date_end"),
    ]  # fmt: skip
    assert "date: is not a day" in quarantine_csv(read)


def test_a_place_that_is_not_known_goes_to_the_margin_not_to_a_pin(artibonite, tmp_path):
    rows = [{**GOOD, "place": "behind the big mango tree"}, {**GOOD, "place": "Savane Carrée"}]
    read = read_template(artibonite, write(tmp_path / "a.csv", rows))
    assert (read.events["place_kind"] == Where.NOWHERE).all()
    assert read.events.geometry.is_empty.all()
    assert sum(reading.ambiguous for reading in read.readings.values()) == 1


def test_a_missing_column_is_named(artibonite, tmp_path):
    path = write(tmp_path / "a.csv", [GOOD], header=["date", "place", "source"])
    with pytest.raises(SchemaError, match="column kind: is missing"):
        read_template(artibonite, path)


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "is empty"), (b"PK\x03\x04\x00\x00", "not a text file"), (b'"' + b"x" * 1_100_000, "cannot be read")],
)
def test_files_that_are_no_table(artibonite, tmp_path, content, why):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=why):
        read_template(artibonite, path)
    with pytest.raises(DataError, match="artimap template events"):
        read_template(artibonite, tmp_path / "absent.csv")


def test_quarantine_carries_no_live_formula(artibonite, tmp_path):
    rows = [{**GOOD, "date": "no", "summary": '=HYPERLINK("http://x")', "source": "@cmd"}]
    text = quarantine_csv(read_template(artibonite, write(tmp_path / "a.csv", rows)))
    assert "'=HYPERLINK" in text
    assert "'@cmd" in text


cells = st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)


@pytest.mark.exhaustive
@given(rows=st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, cells)), max_size=5))
def test_accepted_and_quarantined_are_all_rows(artibonite, tmp_path_factory, rows):
    path = write(tmp_path_factory.mktemp("t") / "a.csv", rows)
    read = read_template(artibonite, path)
    assert len(read.events) + len(read.quarantine) == read.rows
    assert read.events["event_id"].is_unique

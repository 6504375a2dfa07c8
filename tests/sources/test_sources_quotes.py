"""A quotation mark left open costs its own row, whatever else the file holds."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

sys.path.insert(0, str(Path(__file__).parent))
from made_files import ACLED, TABULAR, csv_text, rows_of

from artimap.sources import acled
from artimap.sources.containers import read_text
from artimap.sources.raw_table import as_text
from artimap.sources.registry import read_report

CLOSED = '""market""."'


def lines_of(number, mark=","):
    """Give a header and rows with quoted notes, some over two lines."""
    rows = rows_of("acled", number)
    for at, row in enumerate(rows):
        over = "\n" if at % 5 == 2 else " "
        row["notes"] = f'Armed men, about {at},{over}came to the "market".'
    texts = [csv_text([row], list(ACLED), mark).split("\n", 1) for row in rows]
    return texts[0][0] + "\n", [text for _, text in texts]


def write(folder, head, rows):
    path = folder / "a.csv"
    path.write_text(head + "".join(rows), encoding="utf-8", newline="")
    return path


@pytest.mark.exhaustive
@settings(max_examples=40)
@given(data=st.data(), number=st.integers(2, 30), mark=st.sampled_from([",", ";", "\t"]))
def test_only_rows_that_leave_a_mark_open_are_rejected(tmp_path_factory, data, number, mark):
    folder = tmp_path_factory.mktemp("q")
    head, rows = lines_of(number, mark)
    single = [at for at in range(number) if at % 5 != 2]
    broken = data.draw(st.sets(st.sampled_from(single), max_size=6))
    blank = data.draw(st.sets(st.sampled_from(range(number)), max_size=3))
    whole = read_text(write(folder, head, rows), score=acled.recognise)
    assert (len(whole.cells), whole.damaged) == (number, {})
    left_open = [row.replace(CLOSED, CLOSED[:-1]) if at in broken else row for at, row in enumerate(rows)]
    spaced = ["\n" * (at in blank) + row for at, row in enumerate(left_open)]
    read = read_text(write(folder, head, spaced), score=acled.recognise)
    assert set(read.damaged) <= broken
    assert len(read.cells) == number
    sound = [at for at in range(number) if at not in broken]
    one, other = (raw.cells.iloc[sound].apply(as_text) for raw in (read, whole))
    assert_frame_equal(one, other)
    assert read.cells["event_id_cnty"].tolist() == whole.cells["event_id_cnty"].tolist()


def test_the_reason_names_the_mark_and_nothing_else(artibonite, tmp_path):
    head, rows = lines_of(12)
    rows[3] = rows[3].replace(CLOSED, CLOSED[:-1])
    read = read_report(write(tmp_path, head, rows), area=artibonite)
    assert [(one.row, one.why) for one in read.breaches] == [("4", "opens a quotation mark that is not closed")]
    assert str(read.breaches[0]).startswith("row 4: opens a quotation mark")
    assert "HTI13" in read.quarantine["event_id_cnty"].tolist()


def test_a_stray_mark_in_a_row_of_the_right_width_is_plain_text(artibonite, tmp_path):
    rows = [csv_text([row], list(TABULAR), ";").split("\n", 1) for row in rows_of("tabular", 9)]
    texts = [text for _, text in rows]
    texts[4] = texts[4].replace("radio", '"radio')
    read = read_report(write(tmp_path, rows[0][0] + "\n", texts), area=artibonite)
    assert (read.rows, read.accepted) == (9, 9)
    assert any("read as plain text in 1 row" in note for note in read.notes)
    assert '"radio' in read.claims["source"].tolist()


@pytest.mark.parametrize("title", ['Incidents "2024', '"Incidents, 2024'])
def test_a_mark_left_open_above_the_header(artibonite, tmp_path, title):
    head, rows = lines_of(5)
    read = read_report(write(tmp_path, title + "\n" + head, rows), area=artibonite)
    assert (read.source, read.rows, read.accepted) == ("acled", 5, 5)


def test_old_line_ends(artibonite, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(csv_text(rows_of("acled", 3), list(ACLED)).replace("\n", "\r").encode())
    read = read_report(path, area=artibonite)
    assert (read.rows, read.accepted) == (3, 3)


def test_ids_made_for_rows_without_one_never_meet_those_of_the_file(artibonite, tmp_path):
    """An id of the file that is the very id made for another row is told, not let through twice."""
    good = rows_of("hxl", 3)
    good[0]["#event+id"] = ""
    names = list(good[0])
    path = tmp_path / "a.csv"
    path.write_text(csv_text(good, names), encoding="utf-8")
    made = read_report(path, area=artibonite).events["event_id"].iloc[0]
    good[1]["#event+id"] = made.split("-", 1)[1]
    path.write_text(csv_text(good, names), encoding="utf-8")
    read = read_report(path, area=artibonite)
    assert read.events["event_id"].is_unique
    assert read.accepted + len(read.quarantine) == read.rows == 3


@pytest.mark.parametrize("column", ["place", "summary"])
@pytest.mark.parametrize("opened", [(2, 6), (2, 3), (3, 4, 5), (0, 9), (8, 9)])
def test_two_marks_left_open_lose_no_row_between_them(artibonite, tmp_path, column, opened):
    """The second closes nothing: what follows it is no end of a cell."""
    text = ["event_id,date,place,kind,summary"]
    for at in range(10):
        cells = {"place": "Pont-Sondé", "kind": "attack", "summary": "shots"}
        cells[column] = '"' * (at in opened) + cells[column]
        text.append(f"e{at},2024-10-{1 + at:02d}," + ",".join(cells.values()))
    path = tmp_path / "a.csv"
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    read = read_report(path, area=artibonite)
    assert (read.rows, len(read.events) + len(read.quarantine)) == (10, 10)

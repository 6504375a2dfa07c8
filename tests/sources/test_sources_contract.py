"""One contract for every reader: tables that conform, every row accounted for, nothing read twice differently."""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from made_files import FORMATS, KEYS, csv_text, rows_of
from pandas.testing import assert_frame_equal

from artimap.core import schema
from artimap.core.errors import ArtimapError, SchemaError
from artimap.core.tables import CLAIMS, TABLES
from artimap.sources.registry import READERS, read_events, read_report, recognise, validate

ODD = ["", " ", "nan", "inf", "-1", "1e400", "0", "3.5", "1,234", "=1+1", "@x", "é", "2024-02-30", "31/12/2024",
    "12/31/2024", "99",
       "true", "'", '"', "\u202e", "x" * 300, "19.1", "-72.6", "72.6", "a;b", "a\nb", "null", "1 octobre 2024",
       "45000"]  # fmt: skip

names = st.sampled_from(sorted(FORMATS))
cells = st.one_of(
    st.sampled_from(ODD),
    st.text(alphabet=st.characters(exclude_characters="\x00\r", exclude_categories=["Cs"]), max_size=12),
)


def write(folder, name, rows, columns):
    path = folder / f"{name}.csv"
    path.write_text(csv_text(rows, columns), encoding="utf-8", newline="")
    return path


TABLE_NAMES = ("EVENTS", "CHECKPOINTS", "ROAD_STATUS", "MOVEMENTS")


def rows_in(read):
    """The table of what the file tells of."""
    return getattr(read, READERS[read.source].table.lower())


def check(read, rows):
    """What holds of every reading."""
    assert read.rows == rows
    assert read.accepted + len(read.quarantine) == read.rows
    tables = {name: getattr(read, name.lower()) for name in TABLE_NAMES}
    for name, table in tables.items():
        assert_frame_equal(pd.DataFrame(schema.conform(table, TABLES[name])), pd.DataFrame(table), check_dtype=True)
        assert table.crs == "EPSG:32618"
        assert not table.geometry.isna().any()
        assert table[TABLES[name].key[0]].is_unique
    assert_frame_equal(schema.conform(read.claims, CLAIMS), read.claims)
    assert read.events.crs == "EPSG:32618"
    assert not read.events.geometry.isna().any()
    assert read.events["event_id"].is_unique
    ids = {one for name, table in tables.items() for one in table[TABLES[name].key[0]]}
    assert set(read.claims["subject"]) <= ids
    assert len(read.quarantine) == 0 or read.breaches
    told = {breach.row for breach in read.breaches}
    if len(read.quarantine):
        why = read.quarantine.columns[-1]
        assert read.quarantine[why].str.len().gt(0).all()
        assert set(read.quarantine[read.quarantine.columns[-2]]) == told


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_good_rows_are_all_accepted_and_recognised(artibonite, tmp_path, name):
    reader, good, *_ = FORMATS[name]
    rows = rows_of(name, 4)
    assert next(iter(recognise(list(good)))) == reader
    read = validate(write(tmp_path, name, rows, list(good)), area=artibonite)
    check(read, 4)
    assert read.source == reader
    assert not len(read.quarantine), read.breaches
    assert len(rows_in(read)) == 4


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_an_empty_file_gives_empty_tables(artibonite, tmp_path, name):
    reader, good, *_ = FORMATS[name]
    read = read_report(write(tmp_path, name, [], list(good)), area=artibonite)
    check(read, 0)
    assert read.source == reader
    table = READERS[reader].table
    assert list(rows_in(read).columns)[: len(TABLES[table].names)] == list(TABLES[table].names)
    assert list(read.events.columns) == list(TABLES["EVENTS"].names)


def columns():
    """Give every column of every format; quick are those that matter, and some of the others."""
    for name, (_, good, day, needed) in sorted(FORMATS.items()):
        for at, gone in enumerate(good):
            quick = gone in {day, *needed} or at % 8 == 0
            yield pytest.param(name, gone, marks=() if quick else pytest.mark.exhaustive)


@pytest.mark.parametrize(("name", "gone"), list(columns()))
def test_any_one_column_may_be_missing(artibonite, tmp_path, name, gone):
    """Without one that matters the error says which; without any other the rows are read."""
    reader, good, day, needed = FORMATS[name]
    path = write(tmp_path, name, rows_of(name, 2), [column for column in good if column != gone])
    try:
        read = read_report(path, area=artibonite, source=reader)
    except ArtimapError as error:
        if gone not in {day, *needed}:
            pytest.fail(f"{gone}: {error}")
    else:
        check(read, 2)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_one_column_more_and_another_order_change_nothing(artibonite, tmp_path, name):
    good = FORMATS[name][1]
    rows = rows_of(name, 3)
    plain = read_report(write(tmp_path, name, rows, list(good)), area=artibonite)
    more = [{**row, "zzz": "7"} for row in rows]
    other = read_report(write(tmp_path, name, more, ["zzz", *reversed(list(good))]), area=artibonite)
    assert other.source == plain.source
    check(other, 3)
    table = READERS[FORMATS[name][0]].table.lower()
    key = getattr(plain, table).columns[0]
    if name in KEYS:  # without ids of the file's own, an id is made of all that the row says
        assert_frame_equal(pd.DataFrame(getattr(other, table)), pd.DataFrame(getattr(plain, table)))
    else:
        assert_frame_equal(
            pd.DataFrame(getattr(other, table)).drop(columns=key), pd.DataFrame(getattr(plain, table)).drop(columns=key)
        )


@pytest.mark.exhaustive
@settings(max_examples=25)
@given(data=st.data(), name=names)
def test_mixed_types_lose_no_row(artibonite, tmp_path_factory, data, name):
    reader, good, *_ = FORMATS[name]
    rows = rows_of(name, data.draw(st.integers(1, 4)))
    for row in rows:
        for column in data.draw(st.lists(st.sampled_from(sorted(good)), max_size=5, unique=True)):
            row[column] = data.draw(cells)
    kept = [row for row in rows if any(value.strip() for value in row.values())]
    if READERS[reader].prepare is READERS["template"].prepare:
        kept = [row for row in kept if not row[next(iter(good))].strip().startswith("#")]
    folder = tmp_path_factory.mktemp("f")
    path = write(folder, name, rows, list(good))
    read = read_report(path, area=artibonite, source=reader)
    check(read, len(kept))
    again = read_report(path, area=artibonite, source=reader)
    assert_frame_equal(pd.DataFrame(again.events), pd.DataFrame(read.events))
    assert again.breaches == read.breaches
    if READERS[reader].table == "EVENTS":
        assert_frame_equal(pd.DataFrame(read_events(path, area=artibonite, source=reader)), pd.DataFrame(read.events))


@pytest.mark.exhaustive
@settings(max_examples=25)
@given(data=st.data(), name=names)
def test_row_order_changes_no_row(artibonite, tmp_path_factory, data, name):
    if name not in KEYS:
        return
    good = FORMATS[name][1]
    rows = rows_of(name, 4)
    turned = data.draw(st.permutations(rows))
    folder = tmp_path_factory.mktemp("f")
    one = read_report(write(folder, "a", rows, list(good)), area=artibonite).events
    two = read_report(write(folder, "b", turned, list(good)), area=artibonite).events
    assert_frame_equal(
        pd.DataFrame(two).sort_values("event_id").reset_index(drop=True).drop(columns="geometry"),
        pd.DataFrame(one).sort_values("event_id").reset_index(drop=True).drop(columns="geometry"),
    )


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_the_quarantine_reads_as_the_same_format_again(artibonite, tmp_path, name):
    """A rejected row can be mended in the quarantine file and read from there."""
    from artimap.core.files import table_csv  # noqa: PLC0415

    reader, good, day, _ = FORMATS[name]
    rows = rows_of(name, 3)
    rows[1][day] = "no day"
    read = read_report(write(tmp_path, name, rows, list(good)), area=artibonite)
    if reader == "hxl":
        assert len(read.quarantine) == 1
    path = tmp_path / "again.csv"
    path.write_text(table_csv(read.quarantine).replace("no day", "2024-10-03"), encoding="utf-8")
    again = read_report(path, area=artibonite)
    assert (again.source, again.rows, len(again.quarantine)) == (reader, 1, 0)


def test_every_reader_stands_in_the_contract():
    assert {made[0] for made in FORMATS.values()} == set(READERS)


def test_an_unknown_table_is_refused_with_what_to_do(artibonite, tmp_path):
    path = write(tmp_path, "x", [{"apple": "1", "pear": "2"}], ["apple", "pear"])
    with pytest.raises(ArtimapError, match=r"apple, pear.*propose_mapping"):
        read_report(path, area=artibonite)
    with pytest.raises(ArtimapError, match="no source 'nonsense'"):
        read_report(path, area=artibonite, source="nonsense")
    with pytest.raises(SchemaError, match="column date: is missing"):
        read_report(path, area=artibonite, source="tabular")


def test_a_large_table_names_its_problems_without_listing_each(artibonite, tmp_path):
    good = FORMATS["acled"][1]
    rows = [{**row, "fatalities": "many"} for row in rows_of("acled", 10_050)]
    read = read_report(write(tmp_path, "a", rows, list(good)), area=artibonite)
    assert (read.accepted, len(read.quarantine), len(read.breaches)) == (0, 10_050, 10_001)
    assert "in 50 more rows" in read.breaches[-1].why
    assert isinstance(read.events, gpd.GeoDataFrame)

"""Tables, days and areas as people pass them in a notebook: a helpful error, or the same answer."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import artimap as am
from artimap.cli import main
from artimap.core.dates import day_of
from artimap.core.errors import CrsError, DataError, DateError, SchemaError

DAY = "2024-10-15"


@pytest.fixture(scope="module")
def events(artibonite):
    return am.read_events(artibonite)


@pytest.mark.parametrize(
    "day",
    [
        DAY,
        f" {DAY} ",
        dt.date(2024, 10, 15),
        dt.datetime(2024, 10, 15, 23, 59, tzinfo=dt.UTC),
        pd.Timestamp(DAY),
        pd.Timestamp("2024-10-15 23:00", tz="America/Port-au-Prince"),
        np.datetime64(DAY),
        np.datetime64("2024-10-15T12:00:00", "ns"),
    ],
)
def test_a_day_in_any_type(day):
    assert day_of(day) == dt.date(2024, 10, 15)


@pytest.mark.parametrize(
    "day", [None, pd.NaT, np.datetime64("NaT"), float("nan"), 20241015, "15/10/2024", "2024-10", pd.Series([DAY])]
)
def test_what_is_no_day_is_told(day):
    with pytest.raises(DateError, match="is not a day: write it as YYYY-MM-DD"):
        day_of(day)


@pytest.mark.parametrize(
    "call",
    [
        lambda where: am.read_corridor(where, "rn1"),
        am.read_places,
        am.read_roads,
        am.read_units,
        lambda where: am.find_place(where, "Savien"),
        lambda where: am.read_events(__file__, area=where),
    ],
)
def test_the_name_of_an_area_is_no_area(call):
    with pytest.raises(DataError, match=r"artimap\.area\('artibonite'\)"):
        call("artibonite")


def test_an_area_that_is_none_and_a_road_that_is_none(artibonite):
    with pytest.raises(DataError, match="no area None; there is: artibonite"):
        am.area(None)
    with pytest.raises(am.CorridorError, match="no road None"):
        am.read_corridor(artibonite, None)


def test_a_table_in_memory_is_no_file(artibonite):
    with pytest.raises(DataError, match="reads a file, not a DataFrame"):
        am.read_events(pd.DataFrame(), area=artibonite)


@pytest.mark.parametrize(
    "spoil", [lambda _: None, pd.DataFrame, lambda table: pd.DataFrame(table).drop(columns="geometry")]
)
def test_a_plain_table_is_told_how_it_becomes_a_geodataframe(rn1, events, spoil):
    for call in (rn1.locate, lambda table: am.corridor_risk(rn1, table, as_of=DAY)):
        with pytest.raises(CrsError, match=r"pass a GeoDataFrame.*geopandas\.GeoDataFrame\("):
            call(spoil(events))


def test_a_series_of_points_is_located_as_a_table_of_them(rn1, events):
    points = events.geometry[events.geom_type.eq("Point") & ~events.geometry.is_empty]
    one, other = rn1.locate(points), rn1.locate(gpd.GeoDataFrame(geometry=points))
    pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other))


def test_events_that_cannot_be_counted_are_told_with_the_mending_call(rn1, events):
    local = events.assign(date_start=events["date_start"].dt.tz_localize("America/Port-au-Prince"))
    with pytest.raises(SchemaError, match=r"\['date_start'\]\.dt\.tz_localize\(None\)"):
        am.corridor_risk(rn1, local, as_of=DAY)
    with pytest.raises(SchemaError, match=r"pandas\.to_datetime\(table\['date_end'\]\)"):
        am.corridor_risk(rn1, events.assign(date_end=events["date_end"].astype(str)), as_of=DAY)
    with pytest.raises(SchemaError, match=r"column kind: is missing"):
        am.corridor_risk(rn1, events.drop(columns="kind"), as_of=DAY)


def test_an_event_that_stands_twice_is_not_counted_twice(rn1, events):
    twice = pd.concat([events, events.iloc[:3]])
    with pytest.raises(SchemaError, match=r"stands twice, and 2 more do.*drop_duplicates\('event_id'\)"):
        am.corridor_risk(rn1, twice, as_of=DAY)
    once = am.corridor_risk(rn1, twice.drop_duplicates("event_id"), as_of=DAY)
    pd.testing.assert_series_equal(once["rate"], am.corridor_risk(rn1, events, as_of=DAY)["rate"])


def test_index_categories_and_no_rows_change_nothing(rn1, events):
    plain = am.corridor_risk(rn1, events, as_of=DAY)["rate"]
    odd = events.assign(kind=events["kind"].astype("category")).set_index(pd.Index([7] * len(events)))
    pd.testing.assert_series_equal(am.corridor_risk(rn1, odd, as_of=DAY)["rate"], plain)
    assert len(am.corridor_risk(rn1, events.iloc[:0], as_of=DAY)) == len(plain)


def test_the_command_tells_its_version(capsys):
    with pytest.raises(SystemExit) as done:
        main(["--version"])
    assert done.value.code == 0
    assert capsys.readouterr().out == f"artimap {am.__version__}\n"

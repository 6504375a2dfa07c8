"""Tables and their guard."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from artimap.core import crs, schema
from artimap.core.errors import CrsError, SchemaError
from artimap.core.tables import ACTORS, EVENTS, TABLES

METRIC = "EPSG:32618"


def actors(**columns) -> pd.DataFrame:
    base = {"actor_id": ["a", "b"], "name": ["A", "B"], "kind": ["armed_group", "civilians"], "source": ["s", "s"]}
    return pd.DataFrame({**base, **columns})


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_empty_in_empty_out_with_the_same_columns(table):
    first = schema.empty(table, crs=METRIC)
    again = schema.conform(first, table)
    assert list(again.columns) == list(table.names)
    assert len(again) == 0


def test_all_breaches_come_at_once():
    bad = actors(actor_id=["a", "a"], name=["A", None], kind=["gang", "civilians"]).drop(columns="source")
    with pytest.raises(SchemaError) as caught:
        schema.conform(bad, ACTORS)
    columns = [breach.column for breach in caught.value.breaches]
    assert columns == ["name", "kind", "source", "actor_id"]
    assert "use one of armed_group" in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_nullable_columns_are_added_and_extras_kept():
    out = schema.conform(actors(extra=[1, 2]), ACTORS)
    assert list(out.columns) == [*ACTORS.names, "extra"]
    assert out["aliases"].isna().all()


def test_null_is_not_zero():
    frame = gpd.GeoDataFrame(
        {
            "event_id": ["e1", "e2"], "record": "event", "date_start": "2024-10-03", "date_end": "2024-10-03",
            "date_precision": 1, "kind": "abduction", "killed_low": ["", "0"], "alleged_gang_dead": "no",
            "place_kind": "nowhere", "geo_precision": 3, "n_claims": 1, "n_sources": 1, "sensitivity": "low",
            "licence": "x",
        },
        geometry=[shapely.Point(), shapely.Point()], crs=METRIC,
    )  # fmt: skip
    out = schema.conform(frame, EVENTS)
    assert out["killed_low"].isna().tolist() == [True, False]
    assert out["killed_low"].iloc[1] == 0


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("date_start", "3 October"),
        ("killed_low", "many"),
        ("killed_low", "1.5"),
        ("kind", "quarrel"),
        ("killed_low", "inf"),
    ],
)
def test_a_bad_cell_is_named_with_its_row(events, column, value):
    frame = events.head(3).copy()
    frame[column] = frame[column].astype(object)
    frame.loc[1, column] = value
    with pytest.raises(SchemaError) as caught:
        schema.conform(frame, EVENTS)
    assert [(breach.row, breach.column, breach.value) for breach in caught.value.breaches] == [("2", column, value)]


def test_the_callers_table_is_not_changed(events):
    before = events.copy()
    schema.conform(events, EVENTS)
    assert_frame_equal(events, before)


texts = st.one_of(st.none(), st.text(max_size=12))


@given(st.lists(st.tuples(texts, texts, st.sampled_from(["armed_group", "other"])), max_size=6))
def test_conform_is_idempotent(rows):
    frame = pd.DataFrame(
        {
            "actor_id": [f"id{i}" for i in range(len(rows))],
            "name": ["n"] * len(rows),
            "aliases": [row[0] for row in rows],
            "kind": [row[2] for row in rows],
            "note": [row[1] for row in rows],
            "source": ["s"] * len(rows),
        }
    )
    once = schema.conform(frame, ACTORS)
    assert_frame_equal(schema.conform(once, ACTORS), once)


@given(st.lists(st.text(alphabet=st.characters(exclude_characters=";"), min_size=1, max_size=8), max_size=5))
def test_names_survive_joining(names):
    kept = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    assert list(schema.split_names(schema.join_names(names))) == kept


def test_days_with_a_zone_and_with_hours_become_days():
    frame = pd.DataFrame({"d": pd.to_datetime(["2024-10-08T04:00:00Z", None])})
    read, bad = schema._as_day(frame["d"])
    assert read.iloc[0] == np.datetime64("2024-10-08")
    assert not bad.any()


def test_a_wrong_system_is_an_error_with_the_fixing_call():
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(-72.7, 19.1)], crs="EPSG:4326")
    with pytest.raises(CrsError, match=r"use table\.to_crs\('EPSG:32618'\)"):
        crs.require(frame, METRIC)
    with pytest.raises(CrsError, match="set_crs"):
        crs.require(gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)]), METRIC)
    crs.require(frame.to_crs(METRIC), METRIC)

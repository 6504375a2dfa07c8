"""Very many events as a picture and for other programs."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artimap.areas.area import ARTIBONITE
from artimap.core import schema
from artimap.core.i18n import tr
from artimap.maps.briefing import briefing_map
from artimap.maps.events_only import event_map
from artimap.maps.export.files import export_map, map_tables
from artimap.maps.static.crowd import EACH, count_squares, marked
from artimap.maps.static.map import static_map

DAY = "2025-12-31"


def many(events, n):
    base = events[events["place_kind"].isin(["place", "point"]) & (events["kind"] != "deployment")]
    base = base[base["date_end"] <= pd.Timestamp(DAY)]  # the table goes on after the day of these maps
    rng = np.random.default_rng(7)
    rows = base.iloc[rng.integers(0, len(base), n)].reset_index(drop=True)
    away = rng.normal(0, 9_000, (n, 2))
    rows["geometry"] = gpd.points_from_xy(rows.geometry.x + away[:, 0], rows.geometry.y + away[:, 1], crs=events.crs)
    rows["event_id"] = pd.Series([f"made:{k}" for k in range(n)], dtype=schema.TEXT)
    return rows


@pytest.fixture(scope="module")
def crowd(events):
    return event_map(ARTIBONITE, many(events, 2_500), as_of=DAY, source="made up")


@pytest.mark.parametrize("n", [pytest.param(2_500, marks=pytest.mark.exhaustive), 200])
def test_a_picture_of_any_number_of_events(events, n):
    chart = event_map(ARTIBONITE, many(events, n), as_of=DAY, source="made up")
    bare = event_map(ARTIBONITE, many(events, n).iloc[:0], as_of=DAY, source="made up", since="2022-01-01")
    picture = static_map(chart)
    assert picture.png(dpi=50) == picture.png(dpi=50)
    assert picture.png(dpi=50) != static_map(bare).png(dpi=50)
    svg = picture.svg().decode()
    assert ("PolyCollection" in svg) == (n > EACH)


def test_a_briefing_with_very_many_events_is_drawn_too(events, ledger):
    chart = briefing_map(
        ARTIBONITE, events=many(events, 2_500), ledger=ledger, as_of=DAY, languages=(), audience="internal"
    )
    assert static_map(chart).png(dpi=50).startswith(b"\x89PNG")


@given(
    st.lists(
        st.tuples(st.floats(0.3, 8, allow_nan=False), st.floats(1.1, 7.5, allow_nan=False)), min_size=1, max_size=400
    )
)
def test_squares_lose_no_event(spots):
    points = np.array(spots)
    squares = count_squares(points)
    cells = np.floor(points / squares.side).astype(int)
    counts = {tuple(cell): int((cells == cell).all(axis=1).sum()) for cell in cells}
    assert len(counts) == len(squares.corners)
    assert squares.edges[0] == 1
    assert list(squares.edges) == sorted(set(squares.edges))
    assert squares.edges[-1] <= max(counts.values())
    for corner, step in zip(squares.corners, squares.steps, strict=True):
        n = counts[tuple(np.round(corner / squares.side).astype(int))]
        assert squares.edges[step] <= n
        assert step + 1 == len(squares.edges) or n < squares.edges[step + 1]


def test_the_legend_says_how_large_a_square_is():
    squares = count_squares(np.repeat([[1.0, 2.0], [3.0, 4.0], [3.5, 4.0]], [1, 7, 300], axis=0))
    texts = [text for text, _ in squares.rows(10.0, "en")]
    assert texts[0] == "Squares of 0.94 km, by number of events" or re.match(r"Squares of 9\d0 m", texts[0])
    assert texts[1] == "1–4"
    assert texts[-1].startswith("≥ ")
    assert "≥" in squares.rows(10.0, "ht")[-1][0]


def test_exports_hold_every_event(crowd, tmp_path):
    (gpkg,) = export_map(crowd, tmp_path / "map.gpkg")
    back = gpd.read_file(gpkg, layer="crowd")
    assert len(back) == 2_500
    assert back["key"].is_unique
    assert set(back.geom_type) == {"Point"}
    rows, spots = marked(crowd.events)
    one = back.set_index("key").loc["event:made:17"]
    at = list(rows["event_id"]).index("made:17")
    assert (one.geometry.x, one.geometry.y) == pytest.approx(tuple(spots[at]), abs=1e-7)
    assert one["sentence"] == rows["summary"].iloc[at]
    assert one["happened"].startswith(rows["date_start"].iloc[at].strftime("%Y-%m-%d"))
    styles = gpd.read_file(gpkg, layer="layer_styles")
    style = styles.loc[styles["f_table_name"] == "crowd", "styleQML"].iloc[0]
    assert all(f'value="{value}"' in style for value in back["symbol"].unique())
    (kml,) = export_map(crowd, tmp_path / "map.kml")
    assert kml.read_text(encoding="utf-8").count("<Placemark") >= 2_500
    gpx = export_map(crowd, tmp_path / "map.gpx")[0]
    assert gpx.read_text(encoding="utf-8").count("<wpt") >= 2_500


def test_tables_without_the_columns_of_events_still_go_out(events):
    bare = many(events, 30)[["kind", "date_start", "geometry"]]
    chart = event_map(ARTIBONITE, bare, as_of=DAY, source="made up")
    table = map_tables(chart.page, chart.events)["crowd"]
    assert len(table) == 30
    assert table["key"].is_unique
    assert static_map(chart).png(dpi=40).startswith(b"\x89PNG")


def test_what_comes_after_the_day_of_the_map_is_counted_and_not_exported(events):
    rows = many(events, 40)
    rows.loc[:9, ["date_start", "date_end"]] = pd.Timestamp(DAY) + pd.Timedelta(days=1)
    chart = event_map(ARTIBONITE, rows, as_of=DAY, source="made up")
    table = map_tables(chart.page, chart.events)["crowd"]
    assert set(table["key"]) == {f"event:made:{k}" for k in range(10, 40)}
    told = [item.text for section in chart.page.furniture.margin for item in section.items]
    assert tr("map.margin.later", "en", n="10") in told


def test_what_an_audience_may_not_see_is_not_in_the_export(events):
    rows = many(events, 40)
    rows.loc[:9, "sensitivity"] = "severe"
    chart = event_map(ARTIBONITE, rows, as_of=DAY, source="made up", audience="partners")
    table = map_tables(chart.page, chart.events)["crowd"]
    assert not set(table["key"]) & {f"event:made:{k}" for k in range(10)}

"""Rounding is the same everywhere, changes little, and keeps order."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from artimap.core.precision import DIGITS, rounded_shapes, significant, significant_columns

NUMBERS = st.lists(st.floats(allow_nan=False, allow_infinity=False, width=64), min_size=1, max_size=20)


@given(NUMBERS)
def test_little_changes_and_order_stays(numbers):
    given_, rounded = np.sort(np.array(numbers)), significant(np.sort(numbers))
    usual = np.abs(given_) > 1e-280
    assert (np.abs(rounded - given_)[usual] <= 0.5001 * 10.0 ** (1 - DIGITS) * np.abs(given_)[usual]).all()
    assert (np.diff(rounded) >= 0).all()
    assert (significant(-given_) == -rounded).all()


@given(st.floats(1e-12, 1e12))
def test_it_is_what_decimal_text_gives_or_its_neighbour(number):
    places = DIGITS if number < 10 ** (DIGITS - 1) else len(str(int(number)))
    assert significant(number) == pytest.approx(float(f"{number:.{places}g}"), rel=2.1 * 10.0 ** (1 - DIGITS))
    assert significant(significant(number)) == significant(number)


@given(st.floats(1e-6, 1e6), st.integers(-3, 3))
def test_noise_in_the_last_bits_makes_no_difference_between_ties(number, steps):
    known = float(f"{number:.6g}")
    noisy = known + steps * np.spacing(known)
    assert significant(noisy) == significant(known)


def test_null_infinite_and_whole_numbers_stay():
    assert np.isnan(significant(np.nan))
    assert significant([np.inf, -np.inf, 0.0, 123456789012345.0]).tolist() == [np.inf, -np.inf, 0.0, 123456789012345.0]
    assert significant([]).tolist() == []


def test_tables_keep_their_class_their_attrs_and_what_is_no_float():
    table = gpd.GeoDataFrame(
        {"a": [0.1 + 0.2], "n": pd.array([1], dtype="Int64"), "t": ["x"]}, geometry=[shapely.Point(1 / 3, 0)], crs=4326
    )
    table.attrs["as_of"] = "2024-10-15"
    out = significant_columns(table)
    assert type(out) is gpd.GeoDataFrame
    assert out.attrs == table.attrs
    assert out["a"].tolist() == [0.3]
    assert table["a"].tolist() == [0.1 + 0.2]
    assert out["n"].dtype == "Int64"
    assert significant_columns(table, ["n"])["a"].tolist() == [0.1 + 0.2]


def test_shapes_keep_their_kind_and_height_and_missing_ones_stay():
    shapes = np.array([shapely.Point(1 / 3, 2 / 3, 1.0), None, shapely.Polygon([(0, 0), (1 / 3, 0), (0, 1)])])
    out = rounded_shapes(shapes)
    assert shapely.get_coordinates(out[0], include_z=True).tolist() == [[0.3333333, 0.6666667, 1.0]]
    assert out[1] is None
    assert out[2].geom_type == "Polygon"

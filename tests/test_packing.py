"""Events as columns: what the page reads is what the table says, whatever the row order."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import shutil
import subprocess
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artimap.core.errors import DataError
from artimap.maps import codec, event_columns

BOX = codec.box_of(-73.6, 18.6, -72.0, 20.2)
JS = Path(__file__).parent / "js"


def test_the_scripts_own_tests():
    """Decoding, counting, filtering and picking, in node's own test runner."""
    node = shutil.which("node")
    if node is None:
        if os.environ.get("CI") == "true":
            pytest.fail("node is needed for the tests of the scripts")
        pytest.skip("there is no node on the PATH (apt install nodejs)")
    done = subprocess.run(
        [node, "--test", *map(str, sorted(JS.glob("*.test.mjs")))], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def unpacked(found):
    """Read a field back, by hand and slowly."""
    content = base64.b64decode(found.block)
    if found.coding == "deflate-raw":
        content = zlib.decompress(content, -15)
    out, at = {}, 0
    for name, rows, width, steps in found.layout:
        parts = np.frombuffer(content, np.uint8, rows * width, at).reshape(width, rows).astype(np.uint64)
        values = sum((parts[n] << np.uint64(8 * n) for n in range(width)), np.zeros(rows, np.uint64))
        out[name] = np.cumsum(values) % (1 << (8 * width)) if steps else values
        at += rows * width
    assert at == len(content)
    return out


def texts_of(found):
    starts = [0, *found.text_ends]
    chunks = [
        json.loads(zlib.decompress(base64.b64decode(found.texts[a:b]), -15))
        for a, b in zip(starts, found.text_ends, strict=False)
    ]
    return {name: [value for chunk in chunks for value in chunk[n]] for n, name in enumerate(found.text_columns)}


def sample(count, seed=1):
    rng = np.random.default_rng(seed)
    killed = pd.array(rng.integers(0, 40, count), dtype="Int64")
    killed[rng.random(count) < 0.3] = pd.NA
    day = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, count), unit="D")
    table = pd.DataFrame({
        "event_id": [f"e{n}" for n in range(count)],
        "kind": rng.choice(["abduction", "armed_clash", "protest"], count),
        "date_start": day, "date_end": day + pd.to_timedelta(rng.integers(0, 3, count), unit="D"),
        "killed_best": killed, "geo_precision": rng.integers(1, 4, count), "n_sources": rng.integers(1, 5, count),
        "actors": rng.choice(["Gran Grif", "PNH; Gran Grif", None, "somebody"], count),
        "summary": [f"what happened {n} </script>\u2028" for n in range(count)],
    })  # fmt: skip
    lon, lat = rng.uniform(-73.5, -72.1, count), rng.uniform(18.7, 20.1, count)
    if count > 5:
        lon[:3], lat[:3] = lon[3], lat[3]  # the same spot
        lon[4] = lat[4] = np.nan
    return table, lon, lat


@pytest.mark.parametrize("count", [0, 1, 700, 25_000])
def test_columns_say_what_the_table_says(count):
    table, lon, lat = sample(count)
    found = event_columns.pack_field(table, lon=lon, lat=lat, box=BOX)
    back = unpacked(found)
    assert found.n == count
    assert found.marks == int((~np.isnan(lon)).sum())
    assert found.coding == ("raw" if count < 20_000 else "deflate-raw")
    texts = texts_of(found)
    if not count:
        return
    rows = pd.Index(table["event_id"]).get_indexer(texts["event_id"])
    assert sorted(rows) == list(range(count))
    assert [found.kinds[code] for code in back["kind"]] == table["kind"].iloc[rows].tolist()
    start = np.datetime64(found.start) + back["day"].astype(int)
    assert (start == table["date_start"].to_numpy("datetime64[D]")[rows]).all()
    assert (
        start + back.get("span", np.zeros(count)).astype(int) == table["date_end"].to_numpy("datetime64[D]")[rows]
    ).all()
    harm = table["killed_best"].iloc[rows].fillna(event_columns.UNKNOWN).to_numpy(int)
    assert (back["harm"].astype(int) == harm).all()
    assert texts["summary"] == table["summary"].iloc[rows].tolist()
    named = [set(np.flatnonzero([code >> n & 1 for n in range(8)])) for code in back["groups"].astype(int)]
    order = list(found.groups)
    wanted = {"Gran Grif": {"gran_grif"}, "PNH; Gran Grif": {"state", "gran_grif"}, "somebody": {"unnamed"}}
    for bits, actors in zip(named, table["actors"].iloc[rows], strict=True):
        assert bits == {order.index(key) for key in wanted.get(actors, {"unnamed"})}
    place = back["place"].astype(np.uint64)
    assert (np.diff(place.astype(np.int64)) >= 0).all()
    x = sum(((place >> np.uint64(2 * b)) & np.uint64(1)) << np.uint64(b) for b in range(16))
    west, _, east, _ = BOX
    near = (west + (x.astype(float) + 0.5) / 65536 * (east - west) - 0.5) * 360
    assert np.abs(near - lon[rows[: found.marks]]).max() < 1.6 / 65536


@pytest.mark.parametrize("count", [1, 700])
def test_row_order_changes_nothing(count):
    table, lon, lat = sample(count)
    once = event_columns.pack_field(table, lon=lon, lat=lat, box=BOX)
    order = np.random.default_rng(5).permutation(count)
    again = event_columns.pack_field(table.iloc[order], lon=lon[order], lat=lat[order], box=BOX)
    assert once == again


def test_not_stated_is_not_none():
    table, _, _ = sample(50)
    harm = event_columns.harm_of(table)
    assert (np.isnan(harm) == table["killed_best"].isna().to_numpy()).all()
    assert event_columns.harm_of(table.assign(killed_best=0)).max() == 0


def test_points_beyond_the_map_are_counted_and_kept():
    table, lon, lat = sample(20)
    lon[7] = -80.0
    found = event_columns.pack_field(table, lon=lon, lat=lat, box=BOX)
    assert (found.n, found.marks, found.outside) == (20, 18, 1)


def test_an_event_without_a_day_is_refused():
    table, lon, lat = sample(5)
    table.loc[2, "date_start"] = pd.NaT
    with pytest.raises(DataError, match="date_start: 1 have none"):
        event_columns.pack_field(table, lon=lon, lat=lat, box=BOX)
    table, lon, lat = sample(5)
    with pytest.raises(DataError, match="179 years"):
        event_columns.pack_field(table, lon=lon, lat=lat, box=BOX, first=dt.date(1500, 1, 1))


def test_a_number_that_does_not_fit_is_refused():
    with pytest.raises(DataError, match="'day'"):
        codec.pack_columns([codec.PackedColumn("day", np.array([70_000]), 2)])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=40), st.none() | st.integers(-5, 5)), max_size=30), st.integers(1, 7))
def test_texts_come_back_by_chunk(rows, size):
    columns = [list(each) for each in zip(*rows, strict=True)] or [[], []]
    text, ends = codec.pack_texts(columns, rows_a_chunk=size)
    assert len(ends) == -(-len(rows) // size)
    assert not set(text) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
    found = event_columns.Field(
        n=len(rows), marks=0, outside=0, box=BOX, start=dt.date(2020, 1, 1), days=1, kinds=(), groups=(), sources=(),
        layout=(), coding="raw", block="", text_columns=("a", "b"), text_ends=ends, texts=text,
    )  # fmt: skip
    clean = [a.encode("utf-8", "replace").decode() for a in columns[0]]
    back = texts_of(found)
    assert back["a"] == clean
    assert back["b"] == columns[1]

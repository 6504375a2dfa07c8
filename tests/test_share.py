"""The gate: who gets which row, in which form, and what is printed beside it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from artimap.core import schema
from artimap.core.errors import ModelError, ShareError
from artimap.core.tables import EVENTS
from artimap.core.vocab import Audience, Sensitivity
from artimap.sharing.policy import Access, Action, Rules, SharePolicy
from artimap.sharing.release import release
from artimap.sharing.table_files import write_table

DAY = dt.date(2025, 6, 30)
ACCESS = (Access("ACLED", dt.date(2025, 6, 1), "Haiti, 2024"),)


def acled_like(count, *, month="2024-05", licence="ACLED terms of use", sensitivity="low", start=0):
    """Rows as a reader of ACLED makes them; invented, all inside Saint-Marc."""
    rows = [
        {
            "event_id": f"HTI{number}", "record": "event", "date_start": f"{month}-{1 + number % 28:02d}",
            "date_end": f"{month}-{1 + number % 28:02d}", "date_precision": 1, "kind": "armed_clash",
            "killed_low": number % 3, "alleged_gang_dead": False, "place": "Pont-Sondé", "place_kind": "place",
            "place_id": "pont-sonde", "geo_precision": 1, "n_claims": 1, "n_sources": 1, "sensitivity": sensitivity,
            "licence": licence, "summary": f"Row {number}: Mme Odette Exemplin, +509 3700 0000.",
        }
        for number in range(start, start + count)
    ]  # fmt: skip
    points = gpd.GeoSeries([shapely.Point(-72.6, 19.15)] * count, crs="EPSG:4326").to_crs("EPSG:32618")
    return schema.conform(gpd.GeoDataFrame(rows, geometry=points), EVENTS)


def accounted(done, given_rows):
    return len(done.table) + sum(done.held_back.values()) == len(given_rows)


def test_internal_gets_every_row_as_it_is(events):
    done = release(events, audience=Audience.INTERNAL)
    assert len(done.table) == len(events)
    assert done.table["summary"].tolist() == events["summary"].tolist()
    assert not done.held_back
    assert "internal" in done.method


@pytest.mark.parametrize("audience", [Audience.PARTNERS, Audience.PUBLIC])
def test_every_row_is_accounted_for(events, ledger, audience):
    for table in (events, ledger.claims):
        done = release(table, audience=audience)
        assert accounted(done, table)
        assert not set(done.table["sensitivity"]) & {"high", "severe"}
        for reason, count in done.held_back.items():
            assert f"{count} rows: {reason}" in done.notice


def test_positions_never_leave(events, ledger):
    assert "deployment" not in set(release(events, audience=Audience.PARTNERS).table["kind"])
    assert "deployment" not in set(release(ledger.claims, audience=Audience.PUBLIC).table["about"])


@pytest.mark.parametrize("audience", [Audience.PARTNERS, Audience.PUBLIC])
@pytest.mark.parametrize("licence", ["ACLED terms of use", "acled", "facts; ACLED EULA"])
def test_no_acled_row_leaves(audience, licence, events):
    table = pd.concat([events, acled_like(7, licence=licence)], ignore_index=True)
    done = release(table, audience=audience, accesses=ACCESS)
    assert accounted(done, table)
    assert not done.table["event_id"].str.startswith("HTI").any()
    assert not done.table["licence"].str.contains("acled", case=False).any()
    assert done.aggregates["n_events"].tolist() == [7]
    assert done.held_back["only counted in an aggregate"] == 7


def test_aggregates_of_acled_are_cited():
    done = release(acled_like(4), audience=Audience.PUBLIC, accesses=ACCESS)
    for words in (
        "ACLED (Armed Conflict Location & Event Data)",
        "Accessed on 2025-06-01",
        "Filters: Haiti, 2024",
        "Changes",
    ):
        assert words in done.citation
    assert done.aggregates.to_dict("records") == [
        {"pcode": "HT0531", "unit": "Saint-Marc", "month": "2024-05", "n_events": 4, "killed_at_least": 3}
    ]
    assert "under 3 rows" in done.method


def test_aggregates_of_acled_need_the_day_of_access():
    with pytest.raises(ShareError, match="day of access"):
        release(acled_like(4), audience=Audience.PARTNERS)


@pytest.mark.exhaustive
@settings(max_examples=20)
@given(counts=st.lists(st.integers(1, 8), min_size=1, max_size=4), k=st.integers(3, 6))
def test_no_cell_is_smaller_than_k(counts, k):
    months = [f"2024-0{number + 1}" for number in range(len(counts))]
    table = pd.concat(
        [acled_like(count, month=month) for count, month in zip(counts, months, strict=True)], ignore_index=True
    )
    done = release(table, audience=Audience.PUBLIC, policy=SharePolicy(k=k), accesses=ACCESS)
    assert accounted(done, table)
    assert (done.aggregates["n_events"] >= k).all()
    assert done.aggregates["n_events"].sum() == sum(count for count in counts if count >= k)
    assert done.held_back.get("in a cell with too few rows", 0) == sum(count for count in counts if count < k)


def test_an_unknown_toll_stays_unknown_in_an_aggregate():
    table = acled_like(3).assign(killed_low=pd.array([None] * 3, dtype="Int64"))
    assert release(table, audience=Audience.PUBLIC, accesses=ACCESS).aggregates["killed_at_least"].isna().all()


def test_licensed_rows_may_be_removed_altogether():
    done = release(acled_like(5), audience=Audience.PUBLIC, policy=SharePolicy(licensed_rows=Action.REMOVE))
    assert not len(done.aggregates)
    assert dict(done.held_back) == {"licence does not let rows leave": 5}
    assert done.citation == ""


@pytest.mark.parametrize("blur_to", ["section", "commune", "radius"])
def test_a_blurred_row_tells_no_spot(blur_to):
    table = acled_like(2, licence="own", sensitivity="moderate").assign(pcode=None, chainage_m=1.0)
    table.loc[0, "place_id"] = None
    done = release(table, audience=Audience.PUBLIC, policy=SharePolicy(blur_to=blur_to, blur_radius_m=3000))
    assert len(done.table) == 2
    assert dict(done.changed) == {"blurred": 2}
    assert done.table[["summary", "place_id", "road_id", "from_m", "chainage_m"]].isna().all(axis=None)
    assert "Pont-Sondé" not in done.table.drop(columns="geometry").to_csv()
    assert done.table["event_id"].tolist() == ["blurred-1", "blurred-2"]
    assert list(done.table.columns) == list(table.columns)
    shape = done.table.geometry.iloc[0]
    assert shape.geom_type in ("Polygon", "MultiPolygon")
    if blur_to == "radius":
        assert shape.buffer(50).covers(table.geometry.iloc[0])
        assert not shape.centroid.equals_exact(table.geometry.iloc[0], 1.0)
    else:
        assert done.table["pcode"].iloc[1] == ("HT0531" if blur_to == "commune" else "HT0531-05")
        assert done.table["place_kind"].iloc[0] == blur_to


def test_the_same_spot_is_blurred_alike():
    policy = SharePolicy(blur_to="radius")
    table = acled_like(3, licence="own", sensitivity="moderate")
    shapes = release(table, audience=Audience.PUBLIC, policy=policy).table.geometry
    assert shapes.geom_equals(shapes.iloc[0]).all()


def test_what_has_no_unit_is_not_blurred_but_held_back():
    table = acled_like(2, licence="own", sensitivity="moderate").assign(place_id=None)
    table = table.set_geometry(gpd.GeoSeries([shapely.Point(0, 0), None], crs=table.crs))
    done = release(table, audience=Audience.PUBLIC)
    assert dict(done.held_back) == {"no unit to blur it to": 2}


def test_delay_counts_from_the_day_of_the_answer():
    policy = SharePolicy(public=Rules(low=Action.DELAY), public_delay_days=30)
    table = acled_like(28, licence="own")
    with pytest.raises(ShareError, match="as_of="):
        release(table, audience=Audience.PUBLIC, policy=policy)
    done = release(table, audience=Audience.PUBLIC, policy=policy, as_of=dt.date(2024, 6, 9))
    assert done.table["date_end"].max() == pd.Timestamp("2024-05-10")
    assert accounted(done, table)
    assert done.held_back["too recent for this audience"] == 18
    assert "after 30 days" in done.method


def test_text_is_masked_by_default():
    table = acled_like(1, licence="own")
    done = release(table, audience=Audience.PARTNERS)
    assert done.table["summary"].iloc[0] == "Row 0: Mme [name], [phone]."
    assert dict(done.changed) == {"masked": 1}
    plain = release(table, audience=Audience.PARTNERS, policy=SharePolicy(mask_text=False))
    assert "Exemplin" in plain.table["summary"].iloc[0]
    assert "Exemplin" in table["summary"].iloc[0], "the caller's table stays as it is"


def test_a_row_whose_licence_is_not_known_stays():
    table = acled_like(2).assign(licence=None)
    assert dict(release(table, audience=Audience.PUBLIC).held_back) == {"licence or sensitivity not known": 2}


def test_a_table_without_licence_is_an_error():
    with pytest.raises(ShareError, match="no column licence and no column sensitivity"):
        release(pd.DataFrame({"a": [1]}), audience=Audience.PUBLIC)


@pytest.mark.parametrize(
    "wrong",
    [{"k": 2}, {"blur_radius_m": 10.0}, {"public_delay_days": -1}, {"licensed_rows": Action.PASS}, {"blur_to": "x"}],
)
def test_a_policy_checks_itself(wrong):
    with pytest.raises(ModelError):
        replace(SharePolicy(), **wrong)


def test_row_order_changes_no_count(events):
    table = pd.concat([events, acled_like(9)], ignore_index=True)
    one = release(table, audience=Audience.PUBLIC, accesses=ACCESS)
    other = release(table.iloc[::-1], audience=Audience.PUBLIC, accesses=ACCESS)
    assert dict(one.held_back) == dict(other.held_back)
    pd.testing.assert_frame_equal(one.aggregates, other.aggregates)
    assert one.notice == other.notice


def test_empty_in_empty_out(events):
    done = release(events.iloc[:0], audience=Audience.PUBLIC)
    assert list(done.table.columns) == list(events.columns)
    assert not len(done.table)
    assert not done.held_back


@pytest.mark.parametrize("suffix", [".csv", ".gpkg", ".parquet", ".geojson"])
def test_files_hold_what_was_released(tmp_path, events, suffix):
    table = pd.concat([events, acled_like(5)], ignore_index=True)
    path = tmp_path / f"events{suffix}"
    done = write_table(table, path, audience=Audience.PUBLIC, accesses=ACCESS)
    if suffix == ".csv":
        back = pd.read_csv(path)
    else:
        back = gpd.read_parquet(path) if suffix == ".parquet" else gpd.read_file(path)
        assert back.crs.to_epsg() == 4326
    assert len(back) == len(done.table)
    assert back["event_id"].tolist() == done.table["event_id"].tolist()
    assert b"HTI1" not in path.read_bytes()
    assert b"Exemplin" not in path.read_bytes()
    notice = (tmp_path / "events.notice.txt").read_text(encoding="utf-8")
    assert "Held back:" in notice
    assert "Accessed on 2025-06-01" in notice
    assert "Saint-Marc,2024-05,5,4" in (tmp_path / "events.aggregates.csv").read_text(encoding="utf-8")
    first = path.read_bytes()
    write_table(table, path, audience=Audience.PUBLIC, accesses=ACCESS)
    assert path.read_bytes() == first
    write_table(events, path, audience=Audience.PUBLIC)
    assert not (tmp_path / "events.aggregates.csv").exists(), "counts of an earlier run do not stay behind"


def test_other_formats_are_refused(tmp_path, events):
    with pytest.raises(ShareError, match="choose one of these endings"):
        write_table(events, tmp_path / "events.shp", audience=Audience.PUBLIC)
    with pytest.raises(ShareError, match="no geometry"):
        write_table(pd.DataFrame(events.drop(columns="geometry")), tmp_path / "e.gpkg", audience=Audience.INTERNAL)
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=25)
@given(words=st.text(max_size=30))
def test_no_live_formula_in_a_csv(tmp_path_factory, words):
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    table = pd.DataFrame(
        {"licence": ["own"], "sensitivity": [Sensitivity.LOW], "summary": ["=" + words], "=head": ["x"]}
    )
    write_table(table, path, audience=Audience.INTERNAL)
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    for cell in (cell for row in rows for cell in row):
        assert not cell.lstrip().startswith(("=", "+", "-", "@"))

"""What each format means, and CSV as people make it. All rows are made up from the published column lists."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from made_files import ACLED, IPIS, KOBO, LEGACY, TABULAR, TEMPLATE, UCDP, csv_text, rows_of, xlsx_bytes

import artimap as am
from artimap.cli import main
from artimap.core.errors import DataError
from artimap.core.vocab import Audience, EventKind
from artimap.sources.column_map import read_mapping
from artimap.sources.coordinates import degrees_of, window
from artimap.sources.crosswalk import crosswalk
from artimap.sources.registry import mapping_beside, propose_mapping, read_events, read_report


def saved(folder, rows, columns=None, *, name="a.csv", mark=",", encoding="utf-8", above=""):
    path = folder / name
    path.write_bytes((above + csv_text(rows, columns or list(rows[0]), mark)).encode(encoding))
    return path


def row_of(read, column):
    return read.events[column].iloc[0]


# ACLED -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "version"),
    [
        ([ACLED], "ACLED current: inter as text, yyyy-mm-dd"),
        ([{**ACLED, "inter1": "3"}], "ACLED current: inter as numbers, yyyy-mm-dd"),
        ([LEGACY], "ACLED legacy: inter as numbers, dd-mm-yyyy"),
        ([{**ACLED, "inter1": "3", "event_date": "13 October 2019"}],
            "ACLED legacy: inter as numbers, day month in words"),
        ([{key: ACLED[key] for key in ("event_date", "event_type", "latitude", "longitude", "fatalities")}],
            "ACLED current: no inter, yyyy-mm-dd"),
    ],
)  # fmt: skip
def test_acled_says_which_version_it_saw(artibonite, tmp_path, rows, version):
    read = read_report(saved(tmp_path, rows), area=artibonite)
    assert (read.source, read.version, read.accepted) == ("acled", version, 1)


def test_an_acled_row_means_what_the_codebook_says(artibonite, tmp_path):
    read = read_report(saved(tmp_path, [ACLED]), area=artibonite)
    row = read.events.iloc[0]
    assert row["event_id"] == "acled-HTI1"
    assert (row["kind"], row["sub_kind"]) == (EventKind.ATTACK_ON_CIVILIANS, "Attack")
    assert (row["place_kind"], row["radius_m"], row["geo_precision"]) == ("place", 1_500, 1)
    assert (row["killed_low"], row["killed_best"], row["killed_high"]) == (7, 7, 7)
    assert row["actors"] == "Group A (Haiti); Civilians (Haiti)"
    assert (row["sensitivity"], row["licence"], row["n_sources"]) == ("moderate", "ACLED: not redistributable", 2)
    assert set(read.claims["predicate"]) == {"stated", "location", "killed"}
    assert set(read.claims["source"]) == {"Outlet One; Outlet Two"}
    assert (read.claims["date_basis"] == "from_event").all()


@pytest.mark.parametrize(
    ("geo", "admin2", "place", "pcode", "radius"),
    [("1", "x", "place", None, 1_500), ("2", "x", "place", None, 5_000), ("3", "Gonaives", "commune", "HT0511", None),
     ("3", "Nowhere", "department", "HT05", None)],
)  # fmt: skip
def test_acled_precision_of_place(artibonite, tmp_path, geo, admin2, place, pcode, radius):
    row = read_report(
        saved(tmp_path, [{**ACLED, "geo_precision": geo, "admin2": admin2}]), area=artibonite
    ).events.iloc[0]
    assert row["place_kind"] == place
    assert row["pcode"] == pcode if pcode else pd.isna(row["pcode"])
    assert row["radius_m"] == radius if radius else pd.isna(row["radius_m"])
    assert row.geometry.geom_type in ({"place": {"Point"}}.get(place, {"Polygon", "MultiPolygon"}))


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [("1", "2024-10-03", "2024-10-03"), ("2", "2024-09-30", "2024-10-06"), ("3", "2024-10-01", "2024-10-31")],
)
def test_acled_precision_of_time_widens_the_days(artibonite, tmp_path, code, first, last):
    row = read_report(saved(tmp_path, [{**ACLED, "time_precision": code}]), area=artibonite).events.iloc[0]
    assert (row["date_start"], row["date_end"]) == (pd.Timestamp(first), pd.Timestamp(last))
    assert row["date_precision"] == int(code)


def test_null_fatalities_are_not_zero(artibonite, tmp_path):
    rows = [{**ACLED, "event_id_cnty": "1", "fatalities": ""}, {**ACLED, "event_id_cnty": "2", "fatalities": "0"}]
    killed = read_events(saved(tmp_path, rows), area=artibonite)["killed_best"]
    assert killed.isna().tolist() == [True, False]


def test_a_remote_attack_on_civilians_is_an_attack_on_civilians(artibonite, tmp_path):
    remote = {**ACLED, "event_type": "Explosions/Remote violence", "sub_event_type": "Grenade"}
    rows = [{**remote, "event_id_cnty": "1"}, {**remote, "event_id_cnty": "2", "civilian_targeting": ""}]
    kinds = read_events(saved(tmp_path, rows), area=artibonite)["kind"].tolist()
    assert kinds == ["attack_on_civilians", "armed_clash"]


def test_acled_without_coordinates_is_placed_by_its_words(artibonite, tmp_path):
    row = {key: value for key, value in ACLED.items() if key not in {"latitude", "longitude"}}
    read = read_report(saved(tmp_path, [row]), area=artibonite)
    assert row_of(read, "place_id") == "pont-sonde"
    assert next(iter(read.readings)) == "acled-HTI1"


# other formats ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "place", "radius", "precision"),
    [("1", "place", 1_500, 1), ("2", "place", 25_000, 2), ("3", "commune", None, 3), ("4", "department", None, 3),
        ("6", "department", None, 3)],
)  # fmt: skip
def test_ucdp(artibonite, tmp_path, where, place, radius, precision):
    read = read_report(saved(tmp_path, [{**UCDP, "where_prec": where}]), area=artibonite)
    row = read.events.iloc[0]
    assert (row["killed_low"], row["killed_best"], row["killed_high"]) == (50, 70, 115)
    assert (row["kind"], row["place_kind"], row["geo_precision"]) == ("attack_on_civilians", place, precision)
    assert row["radius_m"] == radius if radius else pd.isna(row["radius_m"])
    assert "CC BY" in row["licence"]


def test_ucdp_figures_that_contradict_one_another_are_rejected(artibonite, tmp_path):
    read = read_report(saved(tmp_path, [{**UCDP, "low": "200"}]), area=artibonite)
    assert [(breach.column, breach.why) for breach in read.breaches] == [("low", "is greater than high")]


def test_hxl_tags_stand_under_or_as_the_header(artibonite, tmp_path):
    tags = {
        "#date+occurred": "2024-10-03",
        "#adm2+name": "Gonaïves",
        "#geo+lat": "",
        "#geo+lon": "",
        "#affected+killed+f": "2",
    }
    plain = read_report(saved(tmp_path, [tags]), area=artibonite)
    titled = read_report(saved(tmp_path, [tags], above="Day,Commune,Lat,Lon,Dead\n", name="b.csv"), area=artibonite)
    assert plain.source == titled.source == "hxl"
    assert (row_of(titled, "killed_best"), row_of(titled, "place_kind"), row_of(titled, "pcode")) == (
        2,
        "commune",
        "HT0511",
    )
    pd.testing.assert_frame_equal(pd.DataFrame(plain.events), pd.DataFrame(titled.events))


def test_kobo_drops_persons_and_devices_everywhere(artibonite, tmp_path):
    bad = {**KOBO, "_uuid": "cc", "incident/date_incident": "soon"}
    read = read_report(saved(tmp_path, [KOBO, bad], mark=";"), area=artibonite)
    row = read.events.iloc[0]
    assert (row["place_kind"], row["radius_m"], row["kind"]) == ("point", 10, "abduction")
    assert row["date_start"] == pd.Timestamp("2024-10-02")
    assert len(read.quarantine) == 1
    everything = read.quarantine.to_csv() + read.events.to_csv() + read.claims.to_csv() + repr(read.breaches)
    assert "SECRET" not in everything
    assert "deviceid" in " ".join(read.notes)


def test_ipis_posts(artibonite, rn1, tmp_path):
    spot = rn1.point_at(120_000.0)
    import geopandas as gpd  # noqa: PLC0415

    there = gpd.GeoSeries([spot], crs=rn1.crs).to_crs("EPSG:4326").iloc[0]
    rows = [
        {**IPIS, "lt": f"{there.y:.6f}", "ln": f"{there.x:.6f}"},
        {**IPIS, "lt": "19.4", "ln": "-72.3", "tc": "", "tm": "", "t": "Forces de sécurité"},
    ]
    read = read_report(saved(tmp_path, rows), area=artibonite)
    posts = read.checkpoints
    assert posts["kind"].tolist() == ["toll", "police_post"]
    assert posts["corridor_id"].iloc[0] == "rn1"
    assert posts["from_m"].iloc[0] == pytest.approx(119_900, abs=5)
    assert posts[["corridor_id", "from_m"]].iloc[1].isna().all()
    assert posts["fees"].iloc[0] == "Véhicules: 500 HTG"
    assert set(read.claims["predicate"]) == {"toll", "fee", "stated"}
    with pytest.raises(DataError, match="checkpoints"):
        read_events(saved(tmp_path, rows), area=artibonite)


def test_the_crosswalk_reaches_every_kind_and_says_where_acled_has_none():
    table = crosswalk()
    lacking = set(table.loc[table["match"] == "none", "kind"])
    assert {"extortion_or_toll", "road_ambush"} <= lacking
    assert set(table["kind"]) == {kind.value for kind in EventKind}
    assert not table.duplicated(["acled_event", "acled_sub_event", "kind"]).any()


# CSV as people make it -------------------------------------------------------------------------


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("above", ["", "Liste des incidents\n\nMise à jour: 2024\n"])
def test_encodings_delimiters_and_headers_below_the_top(artibonite, tmp_path, mark, encoding, above):
    read = read_report(
        saved(tmp_path, rows_of("tabular", 3), mark=mark, encoding=encoding, above=above), area=artibonite
    )
    assert (read.source, read.rows, read.accepted) == ("tabular", 3, 3)
    assert row_of(read, "place") == TABULAR["Lieu"]
    assert row_of(read, "kind") == "abduction"
    if above:
        assert "header on row" in " ".join(read.notes)


@pytest.mark.parametrize(
    ("days", "expected", "words"),
    [
        (["03/10/2024", "13/10/2024"], "2024-10-03", "day first"),
        (["03/10/2024", "10/13/2024"], "2024-03-10", "month first"),
        (["03/10/2024", "04/10/2024"], "2024-10-03", "no value tells"),
        (["2024-10-03", "2024-10-13"], "2024-10-03", ""),
        (["3 octobre 2024", "4 okt 2024"], "2024-10-03", ""),
        (["3.10.24", "13.10.24"], "2024-10-03", "day first"),
        (["45568", "45569"], "2024-10-03", ""),
    ],
)
def test_day_or_month_first_is_decided_on_the_whole_column(artibonite, tmp_path, days, expected, words):
    rows = [{**TABULAR, "Nº": str(at), "Date de l'incident": day} for at, day in enumerate(days)]
    read = read_report(saved(tmp_path, rows), area=artibonite)
    assert not read.breaches
    assert row_of(read, "date_start") == pd.Timestamp(expected)
    assert words in " ".join(read.notes)


def test_a_column_of_both_orders_keeps_the_common_one_and_rejects_the_rest(artibonite, tmp_path):
    days = ["13/10/2024", "14/10/2024", "10/15/2024"]
    rows = [{**TABULAR, "Nº": str(at), "Date de l'incident": day} for at, day in enumerate(days)]
    read = read_report(saved(tmp_path, rows), area=artibonite)
    assert (read.accepted, [breach.row for breach in read.breaches]) == (2, ["3"])


@pytest.mark.parametrize(
    ("lat", "lon", "words"),
    [
        ("19,15", "-72,61", "decimal commas"),
        ("-72.61", "19.15", "changed places"),
        ("19.15", "72.61", "lost its minus"),
        ("19.15 N", "72.61 W", ""),
        ("19°09'00\"N", "72°36'36\"O", "degrees and minutes"),
        ("19 09.0", "-72 36.6", "degrees and minutes"),
    ],
)
def test_coordinates_as_people_write_them(artibonite, tmp_path, lat, lon, words):
    read = read_report(saved(tmp_path, [{**TABULAR, "Latitude": lat, "Longitude": lon}]), area=artibonite)
    right = read_report(
        saved(tmp_path, [{**TABULAR, "Latitude": "19.15", "Longitude": "-72.61"}], name="b.csv"), area=artibonite
    )
    assert row_of(read, "geometry").distance(row_of(right, "geometry")) < 1
    assert words in " ".join(read.notes)


def test_one_row_elsewhere_is_rejected_and_told_how_it_would_fit(artibonite, tmp_path):
    rows = rows_of("tabular", 4)
    rows[2] = {**rows[2], "Longitude": "72,61"}
    read = read_report(saved(tmp_path, rows), area=artibonite)
    assert (read.accepted, read.breaches[0].row) == (3, "3")
    assert "lost its minus sign" in read.breaches[0].why


def test_degrees():
    assert degrees_of("nonsense") != degrees_of("nonsense")
    assert degrees_of("S 19 30") == -19.5
    assert degrees_of("19°75'") != degrees_of("19°75'")


def test_the_window_holds_haiti_and_no_mirror_of_it(artibonite):
    west, south, east, north = window(artibonite)
    assert west < -74.4 < -71.7 < east < 0
    assert 0 < south < 18.1
    assert north > 20


# containers ------------------------------------------------------------------------------------


def test_xlsx_with_days_numbers_and_a_title(artibonite, tmp_path):
    head = list(TABULAR)
    row = [1, 45578, "Enlèvement", "Pont-Sondé", 19.15, -72.61, 2, "", "Group A", "radio", "=1+1"]
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx_bytes([["Liste"], [], head, row]))
    read = read_report(path, area=artibonite)
    assert (read.rows, read.accepted, row_of(read, "killed_best")) == (1, 1, 2)
    assert row_of(read, "date_start") == pd.Timestamp("2024-10-13")
    path.rename(tmp_path / "a.csv")
    assert read_report(tmp_path / "a.csv", area=artibonite).accepted == 1


def test_a_spreadsheet_without_the_package_names_the_install_line(artibonite, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx_bytes([["date"], ["2024-10-03"]]))
    with pytest.raises(DataError, match="pip install python-calamine"):
        read_report(path, area=artibonite)


# mapping, command line -------------------------------------------------------------------------


def test_a_mapping_is_proposed_saved_changed_and_found_again(artibonite, tmp_path):
    path = saved(tmp_path, [{**TABULAR, "Type d'incident": "pique-nique"}])
    first = read_report(path, area=artibonite)
    assert row_of(first, "kind") == "other"
    assert "'pique-nique'" in " ".join(first.notes)
    proposed = propose_mapping(path)
    beside = proposed.save(mapping_beside(path))
    assert read_mapping(beside) == proposed
    beside.write_text(beside.read_text(encoding="utf-8") + '"pique-nique" = "protest"\n', encoding="utf-8")
    again = read_report(path, area=artibonite)
    assert row_of(again, "kind") == "protest"
    assert beside.name in " ".join(again.notes)
    assert row_of(read_report(path, area=artibonite, mapping=beside), "kind") == "protest"


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "needs a part"), ("[columns]\nwhat = 'x'", "no field what"), ("x = [", "is no TOML"),
        ('date_order="x"\n[columns]\ndate="d"', "date_order"),
     ('[columns]\ndate = "d"\n[kinds]\nx = "nonsense"', "nonsense")],
)  # fmt: skip
def test_a_wrong_mapping_is_told(tmp_path, text, why):
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=why):
        read_mapping(tmp_path / "m.toml")
    with pytest.raises(DataError, match="is not there"):
        read_mapping(tmp_path / "absent.toml")


def test_validate_on_the_command_line(tmp_path, capsys):
    path = saved(tmp_path, [ACLED, {**ACLED, "event_id_cnty": "2", "fatalities": "=many"}])
    assert main(["validate", str(path)]) == 3
    out = capsys.readouterr().out
    assert "ACLED current" in out
    assert "row 1 is the first with a report" in out
    assert "1 row, fatalities: is not a count of people; write a whole number" in out
    assert "row 2: '=many'" in out
    assert "2 rows read, 1 accepted, 1 rejected" in out
    assert "'=many" in (tmp_path / "a.quarantine.csv").read_text(encoding="utf-8")
    assert main(["validate", str(saved(tmp_path, [TEMPLATE], name="b.csv"))]) == 0
    table = saved(tmp_path, [TABULAR], name="c.csv")
    assert main(["validate", str(table), "--save-mapping"]) == 0
    assert mapping_beside(table).is_file()
    assert main(["validate", str(table), "--save-mapping"]) == 1


@pytest.mark.exhaustive
def test_brief_takes_any_format(artibonite, tmp_path):
    path = saved(tmp_path, [{**ACLED, "event_date": "2025-12-20"}])
    done = am.brief(artibonite, folder=tmp_path / "out", events=path, audience=Audience.INTERNAL)
    assert (done.own_rows, done.own_rejected) == (1, 0)


def test_an_answer_of_overpass_is_sent_where_it_is_read(artibonite, tmp_path):
    path = tmp_path / "roads.json"
    path.write_text('{"version": 0.6, "osm3s": {}, "elements": [{"type": "node", "id": 1, "lat": 19.1, "lon": -72.7}]}')
    with pytest.raises(DataError, match=r"artimap data add osm roads\.json"):
        read_report(path, area=artibonite)

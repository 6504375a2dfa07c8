"""What a column is, told by its cells too; sheets, headings, forms and map files as people have them."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import xlsxwriter

from artimap.core.errors import DataError
from artimap.sources.actors import actor_names, read_actors, split_actors
from artimap.sources.column_map import propose
from artimap.sources.registry import read_report


def _csv(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def _book(
    path: Path, sheets: dict[str, list[list[object]]], merged: tuple[tuple[int, int, int, int], ...] = ()
) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for at, row in enumerate(rows):
                page.write_row(at, 0, row)
            for top, left, bottom, right in merged:
                page.merge_range(top, left, bottom, right, rows[top][left])
    return path


@pytest.mark.parametrize(
    ("header", "row", "wanted"),
    [
        ("Incident No,Date entered,Date of attack,Nature of attack,Locality,Nationals killed,Total killed",
         "17,2025-12-20,2025-12-01,Armed attack,Savien,1,4",
         {"date": "Date of attack", "kind": "Nature of attack", "killed": "Total killed", "place": "Locality"}),
        ("Date de saisie,Date de l'incident,Type,Lieu,Morts civils,Total morts",
         "2025-12-20,2025-12-01,Attaque armée,Savien,1,4",
         {"date": "Date de l'incident", "kind": "Type", "killed": "Total morts"}),
        ("Report date,When,What,Where", "2025-12-20,2025-12-01,Kidnapping,Savien",
         {"date": "When", "reported": "Report date", "kind": "What", "place": "Where"}),
        ("Type,Category,date,lieu", "3,Enlèvement,2025-12-01,Savien", {"kind": "Category"}),
        ("date,GEOLAT,GEOLONG,type", "2025-12-01,19.15,-72.6,protest", {"lat": "GEOLAT", "lon": "GEOLONG"}),
        ("date,location.lat,location.lon,type", "2025-12-01,19.15,-72.6,protest",
         {"lat": "location.lat", "lon": "location.lon"}),
    ],
)  # fmt: skip
def test_the_cells_tell_what_a_column_is(header, row, wanted):
    columns = header.split(",")
    cells = pd.DataFrame([row.split(",")], columns=columns)
    found = propose(columns, cells=cells).columns
    assert {name: found.get(name) for name in wanted} == wanted


def test_what_is_not_used_is_named(artibonite, tmp_path):
    text = "Date;Heure;Lieu;Type;Fiabilité;équipe;météo;vide\n2025-12-01;21h30;Savien;enlèvement;B2;2;pluie;\n"
    read = read_report(_csv(tmp_path / "a.csv", text), area=artibonite)
    assert "not used: Heure, Fiabilité, équipe, météo" in read.notes


@pytest.mark.parametrize("head", ["Year,Month,Day", "Année,Mois,Jour", "Ane,Mwa,Jou", "YEAR,MONTH,DAY_OF_MONTH"])
def test_a_day_in_three_columns(artibonite, tmp_path, head):
    rows = "2025,12,3,Savien,protest\n2025,octobre,14,Savien,protest\n"
    read = read_report(_csv(tmp_path / "a.csv", f"{head},lieu,type\n{rows}"), area=artibonite)
    assert read.events["date_start"].dt.strftime("%Y-%m-%d").tolist() == ["2025-12-03", "2025-10-14"]


def test_metres_and_shapes_in_words(artibonite, tmp_path):
    metres = _csv(tmp_path / "a.csv", "date,type,Easting,Northing\n2025-12-01,protest,751234,2118770\n")
    shapes = _csv(
        tmp_path / "b.csv",
        'WKT,date,type\n"POINT (-72.612 19.153)",2025-12-01,protest\n"POINT (x",2025-12-01,protest\n'
        '"SRID=4326;LINESTRING (-72.6 19.15, -72.61 19.16)",2025-12-02,protest\n',
    )
    one = read_report(metres, area=artibonite)
    assert shapely.get_coordinates(one.events.geometry.to_numpy()).round().tolist() == [[751234, 2118770]]
    many = read_report(shapes, area=artibonite)
    assert (len(many.events), many.quarantine["why"].tolist()) == (2, ["has a damaged geometry"])


def test_sheets_with_the_same_heading_are_one_table(artibonite, tmp_path):
    head = ["Date", "Lieu", "Type incident"]
    book = {
        "Vide": [head], "Octobre": [head, ["2025-10-03", "Savien", "attaque"]],
        "Listes": [["Code", "Nom"], ["1", "x"], ["2", "y"]],
        "Novembre": [head, ["2025-11-03", "Savien", "attaque"], ["2025-11-04", "Liancourt", "attaque"]],
    }  # fmt: skip
    read = read_report(_book(tmp_path / "a.xlsx", book), area=artibonite)
    assert (read.rows, read.accepted) == (3, 3)
    assert any("'Octobre' (rows 1 to 1), 'Novembre' (rows 2 to 3)" in note for note in read.notes)
    assert any("not read, for they have another heading: 'Listes' (2 rows)" in note for note in read.notes)


def test_headings_of_two_rows_merged_days_and_totals(artibonite, tmp_path):
    rows = [
        ["Journal", "", "", "", ""], ["Date", "Localisation", "", "Victimes", ""],
        ["", "Localité", "Commune", "Morts", "Blessés"],
        ["2025-12-01", "Savien", "", 2, 1], ["", "Liancourt", "", 0, 0], ["2025-12-04", "Savien", "", 1, 3],
        ["Total", "", "", 3, 4], ["Source : cellule", "", "", "", ""],
    ]  # fmt: skip
    book = _book(tmp_path / "a.xlsx", {"J": rows}, merged=((3, 0, 4, 0), (1, 1, 1, 2), (1, 3, 1, 4)))
    read = read_report(book, area=artibonite)
    assert (read.rows, read.accepted, len(read.quarantine)) == (5, 3, 2)
    assert read.events["date_start"].dt.day.tolist() == [1, 1, 4]
    assert read.events["killed_best"].tolist() == [2, 0, 1]
    assert read.events["injured"].tolist() == [1, 0, 3]


@pytest.mark.parametrize("cell", ["AZ1048576", "XFD1048576", "XFD2", "ZZZZZZ9999999"])
def test_one_cell_far_out_does_not_eat_the_machine(artibonite, tmp_path, cell):
    path = _book(tmp_path / "a.xlsx", {"A": [["Date", "Lieu", "Type"], ["2025-12-01", "Savien", "attaque"]]})
    far = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(far, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name.endswith("sheet1.xml"):
                row = "".join(one for one in cell if one.isdigit())
                body = body.replace(
                    b"</sheetData>", f'<row r="{row}"><c r="{cell}"><v>1</v></c></row></sheetData>'.encode()
                )
            new.writestr(name, body)
    with pytest.raises(DataError, match="16,384 columns" if cell == "XFD2" else "reaches to cell"):
        read_report(far, area=artibonite)


def test_a_workbook_that_takes_too_much_memory_is_refused(artibonite, tmp_path, monkeypatch):
    monkeypatch.setenv("ARTIMAP_MOST_MEMORY_MB", "120")
    long = "x" * 30_000
    book = _book(tmp_path / "a.xlsx", {"A": [["Date", "Lieu", "Type"], *[["2025-12-01", long, "attaque"]] * 9_000]})
    with pytest.raises(DataError, match="ARTIMAP_MOST_MEMORY_MB"):
        read_report(book, area=artibonite)


def test_limits_are_named_and_raised(artibonite, tmp_path, monkeypatch):
    book = _book(tmp_path / "a.xlsx", {"A": [["Date", "Lieu", "Type"], *[["2025-12-01", "Savien", "attaque"]] * 20]})
    monkeypatch.setenv("ARTIMAP_MOST_CELLS", "30")
    with pytest.raises(DataError, match="ARTIMAP_MOST_CELLS"):
        read_report(book, area=artibonite)
    monkeypatch.setenv("ARTIMAP_MOST_CELLS", "300")
    assert read_report(book, area=artibonite).rows == 20
    monkeypatch.setenv("ARTIMAP_MOST_CELLS", "many")
    with pytest.raises(DataError, match="whole number"):
        read_report(book, area=artibonite)


def test_a_long_cell_is_cut_and_told(artibonite, tmp_path):
    path = _csv(tmp_path / "a.csv", f"date,lieu,type,description\n2025-12-01,Savien,attaque,{'mot ' * 20_000}\n")
    read = read_report(path, area=artibonite)
    assert len(read.events["summary"].iloc[0]) <= 32_768
    assert any("cut" in note and "description (1)" in note for note in read.notes)


def test_a_long_list_of_single_words_is_no_table(artibonite, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("date\n" + "2025-12-01\n" * 200_000)
    with pytest.raises(DataError, match="one column only"):
        read_report(path, area=artibonite)


def test_a_view_that_calls_itself_is_not_read(artibonite, tmp_path):
    path = tmp_path / "a.gpkg"
    table = gpd.GeoDataFrame(
        {"date": ["2025-12-01"], "type": ["protest"]}, geometry=[shapely.Point(-72.6, 19.15)], crs=4326
    )
    table.to_file(path, layer="events")
    base = sqlite3.connect(path)
    base.execute(
        "CREATE VIEW endless AS WITH RECURSIVE n(date) AS (SELECT 1 UNION ALL SELECT date + 1 FROM n) SELECT * FROM n"
    )
    base.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('endless', 'attributes', 'endless')"
    )
    base.commit()
    base.close()
    read = read_report(path, area=artibonite)
    assert read.accepted == 1
    assert any("'endless' (a view)" in note for note in read.notes)


def test_layers_with_the_same_columns_are_one_table(artibonite, tmp_path):
    path = tmp_path / "a.gpkg"
    for layer, day in (("october", "2025-10-01"), ("november", "2025-11-01")):
        table = gpd.GeoDataFrame({"date": [day], "type": ["protest"]}, geometry=[shapely.Point(-72.6, 19.15)], crs=4326)
        table.to_file(path, layer=layer, mode="a" if path.exists() else "w")
    table.rename(columns={"type": "other"}).drop(columns="date").to_file(path, layer="lists", mode="a")
    read = read_report(path, area=artibonite)
    assert read.accepted == 2
    assert any("'lists' (1 rows)" in note for note in read.notes)


@pytest.mark.parametrize("member", [{"name": "urn:ogc:def:crs:EPSG::32618"}, {"name": "EPSG:32618"}, {"code": 32618}])
def test_a_geojson_says_its_system(artibonite, tmp_path, member):
    shape = {"type": "Point", "coordinates": [751234.0, 2118770.0]}
    row = {"type": "Feature", "properties": {"date": "2025-12-01", "type": "protest"}, "geometry": shape}
    content = {"type": "FeatureCollection", "crs": {"type": "name", "properties": member}, "features": [row]}
    read = read_report(_csv(tmp_path / "a.geojson", json.dumps(content)), area=artibonite)
    assert shapely.get_coordinates(read.events.geometry.to_numpy()).round().tolist() == [[751234, 2118770]]
    content["crs"]["properties"] = {"name": "EPSG:nothing"}
    with pytest.raises(DataError, match="no system"):
        read_report(_csv(tmp_path / "b.geojson", json.dumps(content)), area=artibonite)


def test_answers_of_servers_and_lists_of_lists(artibonite, tmp_path):
    with pytest.raises(DataError, match="gave up"):
        read_report(
            _csv(tmp_path / "a.json", '{"elements": [], "remark": "runtime error: Query timed out"}'), area=artibonite
        )
    hxl = [["Date", "Lieu", "Type"], ["#date", "#loc+name", "#event+type"], ["2025-12-01", "Savien", "protest"]]
    assert read_report(_csv(tmp_path / "b.json", json.dumps(hxl)), area=artibonite).accepted == 1
    text = _csv(tmp_path / "c.csv", "[date],lieu,type\n2025-12-01,Savien,protest\n")
    assert read_report(text, area=artibonite).accepted == 1


def test_points_of_gpx_kml_and_shapefiles(artibonite, tmp_path):
    head = '<?xml version="1.0"?><gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">'
    point = '<wpt lat="19.15" lon="-72.58"><time>2025-12-10T14:00:00Z</time><name>barricade</name></wpt>'
    gpx = read_report(_csv(tmp_path / "a.gpx", head + point + "</gpx>"), area=artibonite)
    assert gpx.events["kind"].tolist() == ["road_closure"]
    data = '<ExtendedData><Data name="date"><value>2025-12-10</value></Data></ExtendedData>'
    mark = f"<Placemark><name>enlèvement</name>{data}<Point><coordinates>-72.58,19.15</coordinates></Point></Placemark>"
    kml = '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>' + mark + "</Document></kml>"
    assert read_report(_csv(tmp_path / "a.kml", kml), area=artibonite).events["kind"].tolist() == ["abduction"]
    with pytest.raises(DataError, match=r"none tells a day.*export as GeoJSON"):
        read_report(_csv(tmp_path / "b.kml", kml.replace(data, "")), area=artibonite)
    table = gpd.GeoDataFrame(
        {"date": ["2025-12-01"], "type": ["protest"]}, geometry=[shapely.Point(-72.6, 19.15)], crs=4326
    )
    table.to_file(tmp_path / "a.shp")
    assert read_report(tmp_path / "a.shp", area=artibonite).accepted == 1
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        for one in tmp_path.glob("a.*"):
            if one.suffix in {".shp", ".shx", ".dbf", ".prj"}:
                file.write(one, one.name)
    assert read_report(tmp_path / "a.zip", area=artibonite).accepted == 1


@pytest.mark.parametrize(
    ("day", "kind"),
    [("Kilè sa te rive?", "Kisa ki te pase?"), ("Quand cela s'est-il passé ?", "Que s'est-il passé ?"),
     ("On what date did it happen?", "What happened there?"),
     ("Incident/Quel jour était-ce ?", "Incident/Quel type d'incident ?")],
)  # fmt: skip
def test_questions_are_headings(artibonite, tmp_path, day, kind):
    columns = ["start", "today", day, kind, "_geolocation", "_id", "_uuid", "_submission_time", "username"]
    row = [
        "2025-12-11T08:00:00",
        "2025-12-11",
        "2025-12-01",
        "kidnapping",
        "[19.153, -72.612]",
        "1",
        "u",
        "2025-12-11",
        "Jean",
    ]
    path = tmp_path / "a.csv"
    pd.DataFrame([row], columns=columns).to_csv(path, index=False)
    read = read_report(path, area=artibonite)
    assert read.events["date_start"].dt.strftime("%Y-%m-%d").tolist() == ["2025-12-01"]
    assert read.events["kind"].tolist() == ["abduction"]
    assert not any("Jean" in note for note in read.notes)
    assert not read.events.geometry.is_empty.any()


def test_a_form_of_odk(artibonite, tmp_path):
    columns = ["SubmissionDate", "start", "when", "what", "place-Latitude", "place-Longitude", "place-Accuracy",
               "meta-instanceID", "KEY", "SubmitterID", "SubmitterName", "DeviceID"]  # fmt: skip
    row = [
        "2025-12-11",
        "2025-12-11",
        "2025-12-01",
        "kidnapping",
        "19.153",
        "-72.612",
        "5",
        "uuid:1",
        "uuid:1",
        "7",
        "Rose",
        "d",
    ]
    path = tmp_path / "a.csv"
    pd.DataFrame([row], columns=columns).to_csv(path, index=False)
    read = read_report(path, area=artibonite)
    assert read.source == "kobo"
    assert read.events[["kind", "radius_m"]].to_numpy().tolist() == [["abduction", 10.0]]
    assert "Rose" not in read.events.to_csv() + read.claims.to_csv() + " ".join(read.notes)


@pytest.mark.parametrize(
    ("cell", "parts"),
    [("Gran Grif / coalition", ("Gran Grif", "coalition")),
     ("gran grif et Kokorat San Ras", ("Gran Grif", "Kokorat San Ras")),
     ("Gran Grif ak Kokorat San Ras", ("Gran Grif", "Kokorat San Ras")),
     ("Gran Grif, Kokorat San Ras", ("Gran Grif", "Kokorat San Ras")),
     ("hommes armés et cagoulés", ("hommes armés et cagoulés",)), ("Gran Grif;Gran Grif", ("Gran Grif",))],
)  # fmt: skip
def test_actors_are_parted_where_the_parts_are_known(artibonite, cell, parts):
    assert split_actors(cell, actor_names(artibonite)) == parts


def test_unknown_actors_are_told_with_the_nearest(artibonite):
    read, notes = read_actors(pd.Series(["Gran Griff", None, "Gran Grif"]), artibonite)
    assert read.tolist()[0] == "Gran Griff"
    assert "'Gran Griff' (near to Gran Grif)" in notes[0]


def test_the_worker_imports_nothing_of_artimap(tmp_path):
    worker = Path(sys.modules["artimap.sources.sheet_worker"].__file__)
    book = _book(tmp_path / "a.xlsx", {"A": [["x"], [1.0]]})
    subprocess.run([sys.executable, "-I", str(worker), str(book), str(tmp_path / "o"), "100", "900"], check=True)
    assert [json.loads(line) for line in (tmp_path / "o").read_text().splitlines()][1:] == [["x"], ["1"]]

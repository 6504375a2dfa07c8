"""Country, department, commune, words and coordinates of one row, held against one another."""

from __future__ import annotations

import csv

import pytest

from artimap.core.vocab import Where
from artimap.sources.registry import read_report

FIELDS = ("date", "place", "commune", "department", "country", "lat", "lon", "kind")
IN_THE_CAPITAL, AT_GONAIVES, AT_SAVIEN, BESIDE_SAVIEN = (
    (18.55, -72.33), (19.447, -72.689), (19.160, -72.535), (19.195, -72.52)
)  # fmt: skip


def table(folder, *rows):
    path = folder / "own.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        for row in rows:
            where = dict(zip(("lat", "lon"), row.pop("at"), strict=True)) if "at" in row else {}
            writer.writerow({"date": "2025-12-01", "kind": "shooting", **where, **row})
    return path


def one(area, folder, **row):
    """Read a table of that row and a sound one: the columns that a row leaves empty are then read all the same."""
    read = read_report(table(folder, row, {"place": "Verrettes", "country": "Haiti"}), area=area)
    assert read.accepted + len(read.quarantine) == 2
    return read, (read.events.iloc[0] if read.accepted == 2 else None)


@pytest.mark.parametrize("country", ["Fransa", "Chile", "République dominicaine", "Etazini", "Jamaica", "DOM"])
def test_rows_of_another_country_are_rejected_and_told(artibonite, tmp_path, country):
    read, _ = one(artibonite, tmp_path, place="Saint-Marc", country=country)
    assert read.accepted == 1
    assert [(breach.row, breach.column) for breach in read.breaches] == [("1", "country")]
    assert "another country" in read.breaches[0].why


@pytest.mark.parametrize(
    "country",
    ["Haiti", "HAÏTI", "Ayiti", "République d'Haïti", "HT", "HTI", "Haitii", "HT05", "", "unknown", "Artibonite"],
)
def test_the_own_country_is_known_in_every_spelling_and_what_is_no_country_says_nothing(artibonite, tmp_path, country):
    _, event = one(artibonite, tmp_path, place="Saint-Marc", country=country)
    assert event["place_id"] == "saint-marc"


def test_a_number_is_a_country_only_beside_the_own_one(artibonite, tmp_path):
    rows = [{"place": "Savien", "country": number} for number in ("332", "214", "332.0")]
    assert read_report(table(tmp_path, *rows), area=artibonite).accepted == 2
    rows = [{"place": "Savien", "country": number} for number in ("1", "2")]
    assert read_report(table(tmp_path, *rows), area=artibonite).accepted == 2


@pytest.mark.parametrize(
    "row",
    [
        {"place": "Savien", "at": IN_THE_CAPITAL},
        {"place": "RN1, Pont-Sondé", "at": IN_THE_CAPITAL, "department": "Artibonite"},
        {"place": "Port-au-Prince", "at": AT_GONAIVES},
        {"place": "Delmas 33", "at": AT_GONAIVES},
        {"place": "Savien", "at": AT_SAVIEN, "department": "Ouest"},
        {"place": "Savien", "at": AT_SAVIEN, "commune": "Hinche"},
        {"at": IN_THE_CAPITAL, "department": "Artibonite"},
        {"commune": "Saint-Marc", "department": "Département du Nord-Ouest"},
        {"commune": "Saint-Marc", "department": "HT01"},
    ],
)
def test_what_nothing_can_hold_is_rejected_and_told(artibonite, tmp_path, row):
    read, _ = one(artibonite, tmp_path, **row)
    assert (read.accepted, len(read.breaches)) == (1, 1)
    assert read.breaches[0].row == "1"


@pytest.mark.parametrize(
    ("row", "pcode"),
    [
        ({"place": "Savien", "commune": "Petite-Rivière de l'Artibonite", "at": IN_THE_CAPITAL}, "HT0542"),
        ({"place": "Savien", "commune": "Gonaïves", "at": AT_GONAIVES}, "HT0511"),
        ({"place": "Savien", "commune": "Ennery", "at": AT_SAVIEN}, "HT0542"),
        ({"place": "Savien", "at": AT_GONAIVES}, "HT05"),
        ({"place": "Savien", "commune": "Ennery", "at": AT_GONAIVES}, "HT05"),
    ],
)
def test_a_contradiction_inside_the_area_is_counted_in_the_unit_that_holds_it(artibonite, tmp_path, row, pcode):
    read, event = one(artibonite, tmp_path, **row)
    assert (event["pcode"], event["geo_precision"]) == (pcode, 3)
    assert event["place_kind"] in ("commune", "department")
    assert event.geometry.geom_type in ("Polygon", "MultiPolygon")
    assert any("contradict" in note and note.startswith("row 1:") for note in read.notes)


def test_a_pin_beside_its_place_gets_a_circle_that_holds_both(artibonite, tmp_path):
    read, event = one(artibonite, tmp_path, place="Savien", at=BESIDE_SAVIEN)
    assert 3_000 < event["radius_m"] < 8_000
    assert any("widened" in note and note.startswith("row 1:") for note in read.notes)
    quiet, event = one(artibonite, tmp_path, place="Savien", at=AT_SAVIEN)
    assert event["radius_m"] == 1_500
    assert not any("widened" in note for note in quiet.notes)


@pytest.mark.parametrize(
    "row",
    [
        {"place": "Savien", "commune": "Ennery"},
        {"place": "Pont-Sondé vers Carrefour Paye", "commune": "Gonaïves"},
        {"place": "Désarmes", "commune": "Gros-Morne"},
        {"place": "Savien", "commune": "Delmas"},
        {"place": "Villard", "department": "Nord"},
        {"place": "entre Villard et L'Estère", "commune": "Marmelade"},
    ],
)
def test_words_against_their_commune_or_department_stand_in_the_margin_and_say_why(artibonite, tmp_path, row):
    read, event = one(artibonite, tmp_path, **row)
    assert event["place_kind"] == "nowhere"
    assert event[["place_id", "pcode", "from_m"]].isna().all()
    reading = read.readings[event["event_id"]]
    assert reading.kind is Where.NOWHERE or reading.ambiguous
    assert reading.why


@pytest.mark.parametrize(
    ("row", "kind", "where"),
    [
        ({"place": "Carrefour Paye", "commune": "Saint-Marc"}, "point", "carrefour-paye"),
        ({"place": "Bois-Neuf", "commune": "Terre-Neuve"}, "section", "HT0522-02"),
        ({"place": "Poteau", "commune": "Gonaïves", "department": "Artibonite"}, "place", "poteau"),
        ({"place": "Kafou Inconnu", "commune": "Verrettes"}, "commune", "HT0532"),
        ({"place": "Pont-Sondé vers Carrefour Paye", "commune": "Saint-Marc"}, "stretch", "rn1"),
        ({"place": "Cabaret", "commune": "Cabaret", "department": "Ouest"}, "place", "cabaret"),
        ({"place": "Artibonite", "commune": "Dessalines"}, "commune", "HT0541"),
        ({"commune": "Dessalines", "department": "Artibonite"}, "commune", "HT0541"),
    ],
)
def test_what_agrees_is_placed(artibonite, tmp_path, row, kind, where):
    _, event = one(artibonite, tmp_path, **row)
    assert event["place_kind"] == kind
    assert where in (event["place_id"], event["pcode"], event["road_id"])


def test_a_place_of_that_name_elsewhere_stays_where_its_row_puts_it(artibonite, tmp_path):
    _, event = one(artibonite, tmp_path, place="Savien", commune="Delmas", department="Ouest", at=IN_THE_CAPITAL)
    assert (event["place_kind"], event["radius_m"]) == ("place", 1_500)


def test_a_cell_that_is_too_long_is_cut_and_told(artibonite, tmp_path):
    read, event = one(artibonite, tmp_path, place="Savien, " + "x" * 5_000)
    assert event["place_kind"] != "nowhere"
    assert any("more than 2,000 letters" in note for note in read.notes)


@pytest.mark.parametrize(
    ("heading", "tags", "row"),
    [
        ("Date,Where,Country", "#date,#loc+name,#country+name", "2025-12-01,Savien,{}"),
        ("Date,Where,Country", "#date,#loc+name,#country+code", "2025-12-01,Savien,{}"),
        ("dat,kote,peyi", "", "2025-12-01,Savien,{}"),
        ("date,lieu,pays", "", "2025-12-01,Savien,{}"),
    ],
)
def test_the_country_is_read_from_tags_and_headings_of_three_languages(artibonite, tmp_path, heading, tags, row):
    path = tmp_path / "a.csv"
    lines = [heading, *([tags] if tags else []), row.format("HTI"), row.format("NGA"), row.format("Ayiti")]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    read = read_report(path, area=artibonite)
    assert (read.accepted, len(read.quarantine)) == (2, 1)
    assert "another country" in read.quarantine["why"].iloc[0]

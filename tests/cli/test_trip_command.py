"""``artimap trip``: the table, the folder, and what it says where something is wrong."""

from __future__ import annotations

import json

import pytest

from artimap.cli import main
from artimap.studies.trip_files import FILES


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")

    def call(*arguments, code=0, out="trip"):
        assert main(["trip", *arguments, "--as-of", "2024-10-15", "-o", str(tmp_path / out)]) == code
        return capsys.readouterr()

    return call


def test_a_trip_with_all_that_may_be_asked(run, tmp_path):
    points = tmp_path / "call.csv"
    points.write_text("nom,lat,lon,tel\nHôpital,19.115,-72.700,+509 3\nFar,18.5,-72.3,\n", encoding="utf-8")
    (tmp_path / "trip").mkdir()
    (tmp_path / "trip" / "mine.txt").write_text("stays")
    shown = run(
        "Saint-Marc", "Gonayiv", "--vehicle", "truck_20ft", "--departure", "06:00", "--curfew", "18:00-05:00",
        "--return", "--close", "km 111-126", "--lang", "fr", "--layer", str(points),
    )  # fmt: skip
    assert max(map(len, shown.out.split("Au 2024-10-15, Artibonite. Écrit pour")[0].splitlines())) <= 80
    assert "Dessalines" in shown.out
    assert "fermé à votre demande" in shown.out
    assert "Hôpital (call, +509 3)" in shown.out
    assert "Far" not in shown.out
    folder = tmp_path / "trip"
    assert {one.name for one in folder.iterdir()} == {*FILES, "mine.txt"}
    kept = "Gardés, sans être vérifiés pour le public «\u00a0usage interne\u00a0: ne pas transmettre\u00a0»"
    assert f"{kept}\u00a0: mine.txt" in shown.out
    told = json.loads((folder / "trip.json").read_text("utf-8"))
    assert (told["format"], told["version"], told["vehicle"], told["stop"]) == (
        "artimap.trip", 1, "container_truck", "Gonaïves",
    )  # fmt: skip
    assert set(told["models"]) == {"SpeedModel", "RiskModel"}
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert [one["file"] for one in manifest["files"]] == list(FILES[:-1])
    assert len((folder / "trip.txt").read_text("utf-8")) <= 1_000


@pytest.mark.parametrize(("lang", "words"), [("fr", "n'a pas de lieu sur la carte"), ("en", "no place on the map")])
def test_a_deadly_row_without_a_place_is_told_first_and_by_row(run, tmp_path, lang, words):
    own = tmp_path / "own.csv"
    own.write_text("date,place,kind,killed,source\n2024-10-14,unnamed ravine,road_ambush,5,Radio B\n", encoding="utf-8")
    shown = run("Saint-Marc", "Gonaïves", "--events", str(own), "--lang", lang).out
    # in the answer, and among what became of the file
    assert shown.index("unnamed ravine") < shown.index("RN1, Villard")
    (line,) = [one for one in shown.splitlines() if "'unnamed ravine'" in one]
    assert words in line


def test_json_is_all_that_is_printed(run):
    shown = run("Saint-Marc", "Pont-Sondé", "--json")
    assert json.loads(shown.out)["ways"][0]["by"][0] == "RN1"
    assert "trip.gpx" in shown.err


def test_where_no_way_leads_it_says_so_and_ends_well(run):
    shown = run("Saint-Marc", "Gonaïves", "--close", "rn1 km 96-100", "--close", "rn5 km 1-2")
    assert "No way is known from Saint-Marc to Gonaïves that leaves out what is closed." in shown.out
    assert "RN1 km 96.0 to 100.0: closed as you asked." in " ".join(shown.out.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Nowhere-at-all", "Gonaïves"], "Nowhere-at-all"),
        (["Saint-Marc", "Gonaïves", "--vehicle", "boat"], "boat"),
        (["Saint-Marc", "Gonaïves", "--departure", "late"], "late"),
        (["Saint-Marc", "Gonaïves", "--curfew", "night"], "night"),
        (["Saint-Marc", "Gonaïves", "--close", "somewhere"], "somewhere"),
        (["Saint-Marc", "Saint-Marc"], "different places"),
        (["Saint-Marc", "Gonaïves", "--layer", "none.geojson"], "none.geojson cannot be read as points"),
        (["Saint-Marc", "Gonaïves", "--audience", "partners", "--departure", "06:00"], "a plan is internal"),
    ],
)
def test_a_wrong_word_is_told_in_a_sentence(run, tmp_path, arguments, said):
    shown = run(*arguments, code=1)
    assert said in shown.err
    assert shown.err.splitlines()[-1].startswith("artimap: ")
    assert "Traceback" not in shown.err
    assert not (tmp_path / "trip").exists()


def test_a_briefing_is_not_written_over(run, tmp_path):
    (tmp_path / "briefing").mkdir()
    (tmp_path / "briefing" / "manifest.json").write_text('{"report": {}, "files": []}')
    assert "holds a briefing" in run("Saint-Marc", "Gonaïves", code=1, out="briefing").err


def test_partners_get_rates_and_no_plan(run, tmp_path):
    shown = run("Saint-Marc", "Gonaïves", "--audience", "partners")
    page = (tmp_path / "trip" / "trip.html").read_text("utf-8")
    assert "a plan is left out" in shown.out
    assert "truck" not in page
    assert "about once in" in page


@pytest.mark.parametrize("command", [["trip", "Saint-Marc", "Pont-Sondé", "--json"], ["risk", "--json"], ["status"]])
def test_a_status_that_cannot_be_read_is_told_and_counts_when_strict(command, tmp_path, capsys):
    path = tmp_path / "states.csv"
    path.write_text(
        "place,physical,reliability,as_of\nPont-Sondé,closed,3,2024-10-12\nSavien,closed,surely,2024-10-12\n",
        encoding="utf-8",
    )
    out = ["-o", str(tmp_path / "trip")] if command[0] == "trip" else []
    given = [*command, *out, "--road-status", str(path), "--as-of", "2024-10-15", "--audience", "internal", "--strict"]
    assert main(given) == 3
    assert f"1 rejected (why: artimap validate {path})" in capsys.readouterr().err
    if out:
        page = (tmp_path / "trip" / "trip.html").read_text("utf-8")
        assert "1 row of the file on the state of roads could not be read" in page

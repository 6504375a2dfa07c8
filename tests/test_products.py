"""The commands that make one product alone: ``artimap map`` and ``artimap report``."""

from __future__ import annotations

import pytest

from artimap.cli import main

DAY = ["--as-of", "2024-10-15"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("products")
    assert main(["brief", *DAY, "--lang", "fr", "-o", str(where / "brief")]) == 0
    return where


def test_map_is_the_map_of_the_briefing(folder, capsys):
    out = folder / "map.html"
    assert main(["map", *DAY, "--lang", "fr", "-o", str(out)]) == 0
    assert out.read_bytes() == (folder / "brief" / "map.html").read_bytes()
    said = capsys.readouterr().out
    assert "au 2024-10-15" in said  # the console speaks the language of the product
    assert "Le silence n'est pas la sécurité" in said
    assert "retenus" in said


@pytest.mark.parametrize("ending", [pytest.param("html", marks=pytest.mark.exhaustive), "md"])
def test_report_is_the_report_of_the_briefing(folder, ending):
    out = folder / f"report.{ending}"
    assert main(["report", *DAY, "--lang", "fr", "-o", str(out)]) == 0
    assert out.read_bytes() == (folder / "brief" / f"report.{ending}").read_bytes()


def test_report_says_what_changed(folder):
    out = folder / "later.md"
    assert main(["report", "--as-of", "2024-12-15", "--since", str(folder / "brief"), "-o", str(out)]) == 0
    assert "15 Oct 2024" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("ending", "head"), [("png", b"\x89PNG"), pytest.param("pdf", b"%PDF", marks=pytest.mark.exhaustive)]
)
def test_map_as_a_picture(tmp_path, ending, head):
    out = tmp_path / f"map.{ending}"
    assert main(["map", *DAY, "--title", "Rice road", "-o", str(out)]) == 0
    assert out.read_bytes().startswith(head)


def test_map_for_qgis(tmp_path):
    out = tmp_path / "map.gpkg"
    assert main(["map", *DAY, "-o", str(out)]) == 0
    assert out.is_file()


def test_events_alone(tmp_path, capsys):
    out = tmp_path / "events.html"
    assert main(["map", *DAY, "--events-only", "-o", str(out)]) == 0
    page = out.read_text(encoding="utf-8")
    assert "the publisher named in each row" in page
    assert "2024-10-08-mss-deployment" not in page
    assert "Events" in capsys.readouterr().out


def test_a_licensed_row_reaches_no_partner(tmp_path, capsys):
    table = (
        "event_id_cnty,event_date,time_precision,event_type,sub_event_type,actor1,inter1,iso,country,admin1,location,"
        "latitude,longitude,geo_precision,source,notes,fatalities\n"
        "HTI99999,2024-10-12,1,Violence against civilians,Attack,Unidentified Armed Group (Haiti),Political militia,"
        "332,Haiti,Artibonite,Pont Sonde,19.1495,-72.6156,1,Invented Radio,licensed words,3\n"
    )
    mine = tmp_path / "acled.csv"
    mine.write_text(table, encoding="utf-8")
    for more in ([], ["--events-only"]):
        out = tmp_path / f"map{len(more)}.html"
        assert main(["map", *DAY, "--events", str(mine), *more, "-o", str(out)]) == 0
        said = capsys.readouterr().out
        assert "1 rows read, 1 used" in said
        assert "held back" in said
        assert "HTI99999" not in out.read_text(encoding="utf-8")
    inside = tmp_path / "inside.html"
    assert main(["map", *DAY, "--events", str(mine), "--audience", "internal", "-o", str(inside)]) == 0
    assert "HTI99999" in inside.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["map", "-o", "map.doc"], ".html, .png, .svg, .pdf, .gpkg, .kml, .gpx"),
        (["report", "-o", "report.odt"], ".html, .md, .pdf, .docx, .xlsx, .json"),
        (["map", "--claims", "absent.csv"], "absent.csv is not there"),
        (["report", "--since", "absent"], "no manifest.json"),
        (["map", "--as-of", "yesterday"], "YYYY-MM-DD"),
        (["map", "--events-only", "--as-of", "yesterday"], "YYYY-MM-DD"),
        (["map", "--events", "absent.csv"], "artimap template events"),
        (["map", "-o", "file/map.html"], "choose another place with -o"),
    ],
)
def test_errors_say_what_to_do(arguments, why, capsys, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x")
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 1
    err = capsys.readouterr().err
    assert why in err
    assert "Traceback" not in err


def test_events_alone_show_no_claims(capsys):
    assert main(["map", "--events-only", "--claims", "mine.csv"]) == 2
    assert "leave --claims out" in capsys.readouterr().err


TILES = ["--tiles", "https://tile.example.org/{z}/{x}/{y}.png", "--tiles-attribution", "© Example, CC BY"]


@pytest.mark.parametrize("more", [[], ["--events-only"]])
def test_tiles_are_named_and_what_they_give_away_is_told(tmp_path, capsys, more):
    out = tmp_path / "map.html"
    assert main(["map", *DAY, *more, *TILES, "-o", str(out)]) == 0
    err = capsys.readouterr().err
    assert "tile.example.org learns which places they look at" in err
    assert "UserWarning" not in err
    page = out.read_text(encoding="utf-8")
    assert "img-src data: https://tile.example.org" in page
    assert "© Example, CC BY" in page


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--tiles", "http://tile.example.org/{z}/{x}/{y}.png", "--tiles-attribution", "©"], "is not https"),
        (["--tiles", "https://tile.example.org/{z}/{x}/{y}.png?key=1", "--tiles-attribution", "©"], "query or key"),
        (["--tiles", "https://{s}.example.org/{z}/{x}/{y}.png", "--tiles-attribution", "©"], "one host only"),
        (TILES[:2], "--tiles needs --tiles-attribution"),
        (TILES[2:], "give --tiles too"),
        ([*TILES, "-o", "map.png"], "--tiles is for pages"),
        (["--estimated"], "--estimated is for pictures"),
        (["--estimated", "--events-only", "-o", "map.png"], "no estimated zones"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_in_a_line(arguments, why, capsys):
    assert main(["map", *arguments]) == 2
    err = capsys.readouterr().err
    assert why in err
    assert err.count("\n") == 1


@pytest.mark.exhaustive
def test_a_picture_with_the_estimated_zones_says_what_they_are(tmp_path):
    plain, out = tmp_path / "plain.svg", tmp_path / "map.svg"
    assert main(["map", *DAY, "-o", str(plain)]) == 0
    assert main(["map", *DAY, "--estimated", "-o", str(out)]) == 0
    assert out.stat().st_size > plain.stat().st_size

"""The main job, end to end, as the command line does it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from artimap.areas import embedded
from artimap.cli import main
from artimap.core.files import write_geopackage
from artimap.risk.model import EMBEDDED_SHARE, RiskModel
from artimap.studies.briefing import FILES, MEETING, recent_events

HOSTILE = (
    "\"quotes\" 'single' `back` ${alert(1)} \\2019 </script><script>document.title='owned'</script>"
    "<img src=x onerror=document.title='owned'> \u202eright-to-left\u202c 🚚 {{7*7}} {% raw %} [x](javascript:alert(1))"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("brief")
    assert main(["brief", "--as-of", "2024-10-15", "-o", str(where / "a")]) == 0
    return where


def test_all_files_are_there(folder):
    assert {path.name for path in (folder / "a").iterdir()} == {*FILES, *MEETING}


def test_two_runs_same_bytes(folder):
    assert main(["brief", "--as-of", "2024-10-15", "-o", str(folder / "b")]) == 0
    for name in (*FILES, *MEETING):
        assert (folder / "a" / name).read_bytes() == (folder / "b" / name).read_bytes(), name


def test_the_map_is_small(folder):
    assert (folder / "a" / "map.html").stat().st_size <= 900_000


def test_the_report_of_the_founding_week(folder):
    text = (folder / "a" / "report.md").read_text(encoding="utf-8")
    for words in ("La Croix Périsse", "Pont-Sondé", "The Haitian Times", "15 Oct 2024", "Kokorat San Ras", "thin data"):
        assert words in text, words
    assert "2.4 per 100" not in text


def test_manifest_names_every_file_and_parameter(folder):
    manifest = json.loads((folder / "a" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["as_of"] == "2024-10-15"
    assert manifest["model"] == RiskModel(reported_share=EMBEDDED_SHARE).to_dict()
    assert {"half_life_days", "dispersion", "observation"} <= set(manifest["model"])
    for entry in manifest["files"]:
        assert embedded.digest(folder / "a" / entry["file"]) == entry["sha256"]


def test_risk_gpkg_reads_back(folder):
    table = gpd.read_file(folder / "a" / "risk.gpkg", layer="stretches")
    assert table.crs.to_epsg() == 4326
    assert len(table) == 36
    silent = table["info"] == "silent"
    assert silent.any()
    assert table.loc[silent, ["rate", "lo80", "hi80", "happened_rate"]].isna().all(axis=None)
    assert table.loc[silent, "last_rate"].notna().all()
    assert table.loc[~silent, ["rate", "lo80", "hi80", "happened_rate"]].notna().all(axis=None)
    posts = gpd.read_file(folder / "a" / "risk.gpkg", layer="checkpoints")
    assert posts["from_m"].isna().any()


def test_no_file_names_a_path_of_the_machine(folder):
    for name in ("map.html", "report.html", "report.md", "manifest.json"):
        text = (folder / "a" / name).read_text(encoding="utf-8")
        for path in (Path.home(), folder, Path(embedded.__file__).parents[1]):
            assert str(path) not in text, name


def test_force_positions_only_for_internal_use(folder):
    assert main(["brief", "--as-of", "2024-10-15", "--audience", "internal", "-o", str(folder / "in")]) == 0
    inside = (folder / "in" / "report.md").read_text(encoding="utf-8")
    outside = (folder / "a" / "report.md").read_text(encoding="utf-8")
    assert "2024-10-08-mss-deployment" not in (folder / "a" / "map.html").read_text(encoding="utf-8")
    assert len(inside) > len(outside)


@pytest.mark.parametrize("lang", [pytest.param("fr", marks=pytest.mark.exhaustive), "ht"])
def test_other_languages(folder, lang):
    assert main(["brief", "--as-of", "2024-10-15", "--lang", lang, "-o", str(folder / lang)]) == 0
    text = (folder / lang / "report.md").read_text(encoding="utf-8")
    assert {"fr": "15 oct. 2024", "ht": "15 oktòb 2024"}[lang] in text


def test_own_reports_hostile_in_every_text_column(folder, tmp_path, capsys):
    rows = pd.DataFrame(
        [
            {
                "date": "2024-10-14", "place": "Pont-Sondé", "kind": "road_ambush", "actors": HOSTILE,
                "source": HOSTILE,
                "said_by": HOSTILE, "url": "javascript:alert(1)", "summary": HOSTILE,
            },
            {"date": "2024-10-14", "place": HOSTILE, "kind": "abduction", "source": "radio", "summary": HOSTILE},
            {"date": "someday", "place": "Savien", "kind": "abduction", "source": "radio"},
        ]
    )  # fmt: skip
    mine = tmp_path / "mine.csv"
    rows.to_csv(mine, index=False)
    out = folder / "own"
    assert (
        main(["brief", "--as-of", "2024-10-15", "--events", str(mine), "--since", str(folder / "a"), "-o", str(out)])
        == 0
    )
    said = capsys.readouterr().out
    assert "3 rows read, 2 used, 1 rejected" in said
    assert (out / "quarantine.csv").is_file()
    page = (out / "map.html").read_text(encoding="utf-8")
    report = (out / "report.html").read_text(encoding="utf-8")
    for text in (page, report):
        assert "<img src=x" not in text
        assert "</script><script>document.title" not in text
        assert 'href="javascript:' not in text
    assert "<img src=x" not in (out / "report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["brief", "--as-of", "yesterday"], "YYYY-MM-DD"),
        (["brief", "--events", "absent.csv"], "artimap template events"),
        (["brief", "--since", "absent"], "no manifest.json"),
        (["locate", "qqq zzz"], "no known place"),
        (["validate", "absent.csv"], "is not there"),
        (["validate", "."], "no file is named"),
        (["brief", "--events", "."], "no file is named"),
        (["brief", "--claims", ""], "no file is named"),
        (["brief", "--as-of", "0001-01-01"], "years 1700 to 2250"),
        (["brief", "--as-of", "9999-12-31"], "years 1700 to 2250"),
        (["brief", "--decisions", "empty.csv"], "no table of decisions"),
        (["brief", "--policy", "deep.toml"], "is no TOML"),
        (["validate", "empty.csv", "--mapping", "deep.toml"], "is no TOML"),
        (["risk", "--length-m", "0"], "length_m must be a length"),
        (["risk", "--length-m", "nan"], "length_m must be a length"),
        (["risk", "--length-m", "1e-9"], "at least 0.25"),
    ],
)
def test_known_errors_are_told_without_a_traceback(arguments, why, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.csv").touch()
    (tmp_path / "deep.toml").write_text("a = " + "[" * 20_000)
    assert main(arguments) == 1
    err = capsys.readouterr().err
    assert why in err
    assert "Traceback" not in err
    assert not (tmp_path / "briefing").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    assert main(["brief", "--as-of", "2024-10-15", "-o", str(tmp_path / "file" / "x")]) == 1
    assert "choose another place with -o" in capsys.readouterr().err


def test_template_validate_locate_and_data(tmp_path, capsys):
    mine = tmp_path / "mine.csv"
    assert main(["template", "events", "-o", str(mine)]) == 0
    assert main(["template", "events", "-o", str(mine)]) == 1
    capsys.readouterr()
    assert main(["template", "events", "-o", str(tmp_path / "mine.xls")]) == 1
    assert f"-o {tmp_path / 'mine.xlsx'}" in capsys.readouterr().err
    assert not (tmp_path / "mine.xls").exists()
    assert main(["validate", str(mine)]) == 0
    assert main(["validate"]) == 0
    assert main(["locate", "between Saint-Marc and Gonaïves on RN1"]) == 0
    assert "RN1 km 94.8 – 150.0" in capsys.readouterr().out
    assert main(["data", "list"]) == 0
    assert main(["data", "check"]) == 0
    assert "all as in the manifest" in capsys.readouterr().out


def test_geopackages_of_the_same_tables_are_the_same(tmp_path, rn1):
    day = pd.Timestamp("2024-10-15").date()
    a = write_geopackage({"x": rn1.stretches()}, tmp_path / "a.gpkg", day=day)
    b = write_geopackage({"x": rn1.stretches()}, tmp_path / "b.gpkg", day=day)
    assert a.read_bytes() == b.read_bytes()


ACLED_ROW = {
    "event_id_cnty": "HTI99999", "event_date": "2024-10-12", "year": "2024", "time_precision": "1",
    "disorder_type": "Political violence", "event_type": "Violence against civilians", "sub_event_type": "Attack",
    "actor1": "Unidentified Armed Group (Haiti)", "inter1": "Political militia", "interaction": "37", "iso": "332",
    "region": "Caribbean", "country": "Haiti", "admin1": "Artibonite", "admin2": "Saint-Marc", "location": "Pont Sonde",
    "latitude": "19.1495", "longitude": "-72.6156", "geo_precision": "1", "source": "Invented Radio",
    "notes": "Made-up row.",
    "fatalities": "0", "timestamp": "1728800000",
}  # fmt: skip


def test_acled_rows_count_but_reach_nobody_else(folder, tmp_path, capsys):
    mine = tmp_path / "acled.csv"
    # three of one commune and one month that is over: fewer would count nowhere
    days = ("2024-09-12", "2024-09-14", "2024-09-20")
    rows = [ACLED_ROW | {"event_id_cnty": f"HTI9999{at}", "event_date": day} for at, day in enumerate(days)]
    pd.DataFrame(rows).to_csv(mine, index=False)
    out = folder / "acled"
    assert main(["brief", "--as-of", "2024-10-15", "--events", str(mine), "-o", str(out)]) == 0
    assert "of a source that may not be passed on: 3" in capsys.readouterr().out
    for name in ("map.html", "report.html", "report.md", "manifest.json"):
        text = (out / name).read_text(encoding="utf-8")
        assert "Made-up row" not in text, name
        assert "HTI9999" not in text, name
    assert "www.acleddata.com" in (out / "report.md").read_text(encoding="utf-8").replace("\\", "")
    assert "acleddata" in (out / "map.html").read_text(encoding="utf-8")
    before = gpd.read_file(folder / "a" / "risk.gpkg", layer="stretches").set_index("name")["rate"]
    after = gpd.read_file(out / "risk.gpkg", layer="stretches").set_index("name")["rate"]
    assert after["Pont-Sondé"] > before["Pont-Sondé"]


def test_a_mistyped_year_shows_in_the_count_of_recent_events(events):
    newest = events["date_start"].max().date()
    recent, last = recent_events(events, newest)
    assert (recent, last) == (int((newest - events["date_start"].dt.date < dt.timedelta(days=90)).sum()), newest)
    assert recent > 1
    assert recent_events(events, newest.replace(year=2062)) == (0, newest)
    assert recent_events(events, dt.date(1990, 1, 1)) == (0, None)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("5 km au nord de Saint-Marc", "anywhere within 6.0 km of it"),
        ("près de Saint-Marc", "near it, not in it"),
        ("Saint-Marc", None),
    ],
)
def test_locate_says_how_near(words, told, capsys):
    assert main(["locate", words]) == 0
    said = capsys.readouterr().out
    assert told in said if told else "near it" not in said and "within" not in said

"""``artimap validate``: grouped by reason, the deadly first, in three languages and as JSON."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

import artimap
from artimap.cli import main
from artimap.core.i18n import translated
from artimap.sources.result import joined


def _file(path: Path, rows: list[str]) -> Path:
    path.write_text("\n".join(["date,lieu,type,morts", *rows]) + "\n", encoding="utf-8")
    return path


def test_each_reason_stands_once_with_three_examples_and_the_deadly_first(tmp_path, capsys):
    rows = [f"2025-13-{day:02d},Savien,attaque,1" for day in range(1, 8)]
    rows += ["2025-12-01,Xanadu,attaque,0", "2025-12-02,Shangri-La,attaque,4", "2025-12-03,Savien,attaque,1"]
    path = _file(tmp_path / "a.csv", rows)
    assert main(["validate", str(path)]) == 3
    out = capsys.readouterr().out
    assert out.count("is not a day") == 1
    assert "7 rows, date: is not a day; write the day as YYYY-MM-DD" in out
    assert [line.strip() for line in out.splitlines() if line.startswith("  row")] == [
        "row 1: '2025-13-01'", "row 2: '2025-13-02'", "row 3: '2025-13-03'"
    ]  # fmt: skip
    assert "and 4 more" in out
    assert out.index("Deadly") < out.index("Shangri-La") < out.index("Xanadu") < out.index("is not a day")
    assert "10 rows read, 3 accepted, 7 rejected; 2 accepted without a place on the map" in out


@pytest.mark.parametrize(("lang", "words"), [("fr", "n'est pas une date"), ("ht", "se pa yon dat")])
def test_the_reasons_are_told_in_french_and_kreyol(tmp_path, capsys, lang, words):
    main(["validate", str(_file(tmp_path / "a.csv", ["x,Savien,attaque,1"])), "--lang", lang])
    out = capsys.readouterr().out
    assert words in out
    assert "is not a day" not in out


def test_json_is_json_and_nothing_else(tmp_path, capsys):
    path = _file(tmp_path / "a.csv", ["x,Savien,attaque,1", "2025-12-02,Shangri-La,attaque,4"])
    assert main(["validate", str(path), "--format", "json", "--save-mapping"]) == 3
    content = json.loads(capsys.readouterr().out)
    assert (content["rows"], content["accepted"], content["rejected"]) == (2, 1, 1)
    assert content["reasons"][0]["rows"] == ["1"]
    assert content["without_place"][0]["killed"] == 4


def test_how_it_ends(tmp_path):
    assert main(["validate", str(_file(tmp_path / "a.csv", ["2025-12-03,Savien,attaque,1"]))]) == 0
    assert main(["validate", str(_file(tmp_path / "b.csv", ["2025-12-03,Xanadu,attaque,1"]))]) == 3
    assert main(["validate", str(_file(tmp_path / "c.csv", ["x,Savien,attaque,1"]))]) == 4
    assert main(["validate", str(tmp_path / "absent.csv")]) == 1


def test_every_reason_for_a_row_has_words_in_every_language():
    folder = Path(artimap.__file__).parent / "sources"
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            for keyword in node.keywords:
                if keyword.arg in ("why", "fix") and isinstance(keyword.value, ast.Constant):
                    text = str(keyword.value.value)
                    assert translated(text, f"row_{keyword.arg}", "fr") != text, (path.name, text)


def _status(*arguments: str) -> int:
    return main(["status", *arguments])


def test_commands_end_with_what_became_of_the_rows(tmp_path, capsys):
    good = _file(tmp_path / "a.csv", ["2025-12-03,Savien,attaque,1"])
    bad = _file(tmp_path / "b.csv", ["x,Savien,attaque,1", "2025-12-03,Savien,attaque,1"])
    unplaced = _file(tmp_path / "c.csv", ["2025-12-03,Xanadu,attaque,1"])
    none = _file(tmp_path / "d.csv", ["x,Savien,attaque,1"])
    assert [_status("--events", str(one)) for one in (good, bad, unplaced, none)] == [0, 0, 0, 4]
    assert [_status("--strict", "--events", str(one)) for one in (good, bad, unplaced, none)] == [0, 3, 3, 4]
    assert _status("--events", str(tmp_path / "absent.csv")) == 1
    capsys.readouterr()


def test_two_files_of_events_are_both_taken(artibonite, tmp_path, capsys):
    same = "2025-12-03,Savien,attaque,1"
    one = _file(tmp_path / "a.csv", [same, "2025-12-04,Savien,attaque,1"])
    two = _file(tmp_path / "b.csv", ["2025-12-05,Savien,attaque,1", same])
    study = artimap.study(artibonite, events=[one, two], audience="internal")
    own = study.own
    assert (own.rows, own.rejected) == (4, 1)
    assert (
        study.events["date_start"].dt.strftime("%Y-%m-%d").isin(["2025-12-03", "2025-12-04", "2025-12-05"]).sum() == 3
    )
    assert _status("--strict", "--events", str(one), "--events", str(two)) == 3
    assert "1 of 4 rows" in capsys.readouterr().out


def test_ids_of_two_files_that_number_alike_stay_apart(artibonite, tmp_path):
    files = []
    for name, day in (("a.csv", "2025-12-03"), ("b.csv", "2025-12-05")):
        path = tmp_path / name
        path.write_text(f"id,date,lieu,type,source\n1,{day},Savien,attaque,R\n2,{day},Liancourt,attaque,R\n")
        files.append(path)
    study = artimap.study(artibonite, events=files, audience="internal")
    ids = study.events["event_id"][study.events["event_id"].str.startswith("own-")].tolist()
    assert sorted(ids) == ["own-1", "own-1-2", "own-2", "own-2-2"]
    claims = study.ledger.claims
    assert set(claims.loc[claims["subject"].isin(ids), "subject"]) == set(ids)
    assert claims["claim_id"].is_unique


def test_a_fault_of_artimap_is_told_as_one(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("artimap.sources.registry.open_table", lambda *_, **__: 1 / 0)
    path = _file(tmp_path / "a.csv", ["2025-12-03,Savien,attaque,1"])
    assert main(["validate", str(path)]) == 1
    err = capsys.readouterr().err
    assert "this is a fault of artimap" in err
    assert "Traceback" not in err
    with pytest.raises(ZeroDivisionError):
        main(["--debug", "validate", str(path)])


def test_reports_long_before_the_day_of_the_answer_are_told(tmp_path, capsys):
    path = _file(tmp_path / "a.csv", ["2025-12-03,Savien,attaque,1"])
    assert main(["status", "--events", str(path)]) == 0
    assert main(["risk", "--events", str(path)]) == 0
    assert "--as-of 2025-12-03" in capsys.readouterr().err


def test_rejected_rows_of_two_files_show_numbers_and_reasons_alone(artibonite, tmp_path):
    one = _file(tmp_path / "a.csv", ["x,Savien,attaque,1", "2025-12-03,Savien,attaque,1"])
    two = tmp_path / "b.csv"
    two.write_text("date,lieu,type,contact,row\ny,Savien,attaque,3712-3456,Invented Exemple\n", encoding="utf-8")
    reads = [artimap.read_report(path, area=artibonite) for path in (one, two)]
    told = joined(reads, ["a.csv", "b.csv"]).rejected
    assert told.to_numpy().tolist() == [["a.csv 1", "date: is not a day"], ["b.csv 1", "date: is not a day"]]

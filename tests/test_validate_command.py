"""``artimap validate``: grouped by reason, the deadly first, in three languages and as JSON."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

import artimap
from artimap.cli import main
from artimap.core.i18n import translated


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

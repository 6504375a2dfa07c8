"""The list of wordings that a speaker has still to check: it makes itself, so that no new wording can miss it."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from artimap.core import i18n
from artimap.core.i18n import attested, composed, to_review, to_review_first, words

DOCS = Path(__file__).parent.parent / "docs"


@pytest.fixture
def changed(monkeypatch):
    """Give a way to change the Kreyòl file for one test."""
    i18n._file("ht")
    real = i18n._file.__wrapped__

    def change(table, key, text):
        def file(lang):
            content = real(lang)
            if lang == "ht":
                content[table][key] = text
            return content

        monkeypatch.setattr(i18n, "_file", file)
        i18n.words.cache_clear()
        i18n.to_review.cache_clear()

    yield change
    monkeypatch.undo()
    i18n.words.cache_clear()
    i18n.to_review.cache_clear()


def test_every_wording_is_settled_attested_or_to_be_checked():
    settled = i18n._file("ht")["review"]["settled"]
    kreyol, asked, found = words("ht"), to_review("ht"), attested("ht")
    left = {key for key in kreyol if key not in asked and key not in settled and key not in found}
    assert [key for key in left if re.search(r"[^\W\d_]", re.sub(r"\{\w*\}", "", kreyol[key]))] == []
    assert {key: kreyol.get(key) for key in settled} == settled, (
        "a settled wording has changed: take it off, or read it anew"
    )
    assert not asked & set(settled)


def test_a_new_wording_is_on_the_list_from_the_start(changed):
    before = to_review("ht")
    assert "kind.never_seen" not in before
    changed("kind", "never_seen", "mo nèf")
    assert to_review("ht") == before | {"kind.never_seen"}


def test_a_settled_wording_that_changes_comes_back(changed):
    assert "kind.abduction" not in to_review("ht")
    changed("kind", "abduction", "kidnapin")
    assert "kind.abduction" in to_review("ht")


def test_attested_wordings_have_a_source_and_hold_for_the_words_as_they_stand():
    rows = i18n._attested_rows("ht")
    assert {row["key"]: row["words"] for row in rows} == {row["key"]: words("ht").get(row["key"]) for row in rows}, (
        "an attested wording has changed: take it off, or find a source for the new words"
    )
    assert len({row["key"] for row in rows}) == len(rows) == len(attested("ht"))
    assert [row for row in rows if not re.match(r"https?://\S+$|github\.com/\S+/\S+ \S+$", row["source"])] == []
    settled = set(i18n._file("ht")["review"]["settled"])
    assert not attested("ht").keys() & (to_review("ht") | settled | set(to_review_first("ht")))


@pytest.mark.parametrize(("table", "key"), [("kind", "deployment"), ("said", "new"), ("status", "unknown")])
def test_an_attested_wording_that_changes_comes_back(changed, table, key):
    assert f"{table}.{key}" not in to_review("ht")
    changed(table, key, "mo nèf")
    assert f"{table}.{key}" in to_review("ht")
    assert f"{table}.{key}" not in attested("ht")


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("Rapò yo: {n} abitan, 3 machin", True),
        ("rapò a, {mo_nèf}", True),  # the name of a placeholder is no word
        ("rapò zwazo", False),
        ("yo a la", False),  # nothing of three letters is attested of nothing
    ],
)
def test_composed_are_put_together_from_attested_words_and_stay_on_the_list(changed, text, known):
    changed("kind", "never_seen", text)
    assert ("kind.never_seen" in composed("ht")) is known
    assert "kind.never_seen" in to_review("ht")


def test_signs_without_words_need_no_speaker(changed):
    changed("kind", "never_seen", "{n} – {k} %")
    assert "kind.never_seen" not in to_review("ht")


def test_those_asked_first_are_on_the_list():
    first = i18n._file("ht")["review"]["first"]
    assert tuple(first) == to_review_first("ht")
    assert len(set(first)) == len(first)
    decide = {
        "status.claimed",
        "status.contested",
        "info.quiet",
        "report.stretches.silence",
        "report.disclaimer.line_2",
    }
    assert decide <= set(first)


def test_english_and_french_ask_for_no_check():
    assert to_review("en") == to_review("fr") == frozenset()
    assert to_review_first("fr") == ()


def test_a_speaker_gets_the_whole_list(tmp_path, monkeypatch, capsys):
    spec = importlib.util.spec_from_file_location("kreyol_review", DOCS / "kreyol_review.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    table = script.wordings()
    assert set(table["key"]) == to_review("ht")
    assert table["key"].is_unique
    assert (
        tuple(table["key"][table["first"] == "yes"])
        == to_review_first("ht")
        == tuple(table["key"][: len(to_review_first("ht"))])
    )
    path = tmp_path / "review.csv"
    monkeypatch.setattr("sys.argv", ["kreyol_review.py", str(path)])
    assert script.main() == 0
    out = capsys.readouterr().out
    assert f"{len(table)} wordings to check" in out
    counted = script.counts()
    assert sum(counted.values()) == len(words("ht"))
    assert counted["attested"] == len(attested("ht"))
    assert counted["composed"] + counted["unreviewed"] == len(table)
    assert set(table["key"][table["standing"] == "composed"]) == composed("ht")
    assert ", ".join(f"{n} {standing}" for standing, n in counted.items()) in out
    assert path.read_text(encoding="utf-8-sig").startswith("key,first,english,french,kreyol,better,right,note")
    monkeypatch.setattr("sys.argv", ["kreyol_review.py"])
    assert script.main() == 2

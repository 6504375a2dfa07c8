"""Rejected rows, and what an earlier briefing knew, stay with those who may see them."""

from __future__ import annotations

import json
import zipfile
from types import SimpleNamespace

import pandas as pd
import pytest

import artimap as am
from artimap.cli import main
from artimap.core.errors import ShareError
from artimap.core.vocab import Audience, Party, Sensitivity
from artimap.report.previous import check_since
from artimap.sources.columns import PARTIES, STEPS, read_words
from artimap.studies.briefing import FILES, MEETING
from artimap.studies.study import Study

SECRET = ("Ti Jan Envante", "3712-3456", "AA-12345", "Kay Envante", "1 / 1 / envante")
TEMPLATE = "date,place,kind,source,sensitivity,killed,summary,url\n"
CASES = {
    "template": TEMPLATE
    + "someday,Kay Envante,road_ambush,radio,severe,,Ti Jan Envante 3712-3456,\n"
    + "2024-10-03,Savien,road_ambush,radio,AA-12345,,Ti Jan Envante,\n"
    + "2024-10-04,Savien,road_ambush,radio,sévère,trois ou quatre,Kept and severe,\n",
    "any table": "Date;Lieu;Type;Sensibilité;Résumé;Lien\n"
    "1 / 1 / envante;Kay Envante;Ti Jan Envante;sévère;3712-3456;AA-12345\n"
    "2024-10-03;Savien;Enlèvement;Elevée;rien;\n",
    "acled": "event_id_cnty,event_date,year,time_precision,event_type,sub_event_type,actor1,country,admin1,location,"
    "latitude,longitude,geo_precision,source,notes,fatalities,timestamp\n"
    "HTI1,2024-10-03,2024,1,Battles,Armed clash,X,Haiti,Artibonite,Savien,19.1,-72.6,1,R,Kept,0,1700000000\n"
    "HTI2,1 / 1 / envante,2024,1,Battles,Armed clash,Ti Jan Envante,Haiti,Artibonite,Kay Envante,19.1,-72.6,1,AA-12345,"
    "3712-3456,0,1700000000\n",
}


@pytest.fixture(params=CASES)
def own(tmp_path, request):
    path = tmp_path / "input" / "nuit.csv"
    path.parent.mkdir()
    path.write_text(CASES[request.param], encoding="utf-8")
    return path


@pytest.fixture
def quick(monkeypatch):
    """Make the map and the report for nothing: neither is given the rows that were rejected."""
    monkeypatch.setattr(Study, "map", lambda *_, **__: SimpleNamespace(html=lambda: "map"))


def contents(folder):
    """Every byte of a folder as text, and what is packed in it."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.read_bytes().decode("utf-8", "replace")
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as packed:
                    yield from (packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


def leaks(texts):
    return [(secret, text[:80]) for text in texts for secret in SECRET if secret in text]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("audience", ["partners", pytest.param("public", marks=pytest.mark.exhaustive)])
def test_nothing_of_a_rejected_row_but_its_number_and_the_reason(own, tmp_path, capsys, audience):
    out = tmp_path / "out"
    out.mkdir()
    (out / "quarantine.csv").write_text("left by a run for internal use: 3712-3456", encoding="utf-8")
    arguments = ["brief", "--as-of", "2024-10-15", "--events", str(own), "--audience", audience, "-o", str(out)]
    assert main(arguments) == 0
    printed = capsys.readouterr()
    assert leaks([*contents(out), printed.out, printed.err]) == []
    rejected = pd.read_csv(out / "quarantine.csv")
    assert list(rejected.columns) == ["row", "why"]
    assert rejected["why"].str.contains("is not a ").all()
    beside = own.with_name("nuit.quarantine.csv")
    assert str(beside) in printed.out
    assert "3712-3456" in beside.read_text(encoding="utf-8")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("own", ["any table"], indirect=True)
def test_for_internal_use_the_rows_are_in_the_folder_and_go_with_the_next_audience(own, tmp_path, artibonite):
    out = tmp_path / "out"
    inside = am.study(artibonite, events=own, as_of="2024-10-15", audience="internal")
    done = inside.write(out)
    assert done.quarantine == out / "quarantine.csv"
    assert "3712-3456" in done.quarantine.read_text(encoding="utf-8")
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    outside = am.study(artibonite, as_of="2024-10-15", audience="public").write(out)
    assert (outside.removed, outside.kept) == (("quarantine.csv",), ("notes.txt",))
    assert {path.name for path in out.iterdir()} == {*FILES, *MEETING, "notes.txt"}
    assert leaks(contents(out)) == []


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("own", ["any table"], indirect=True)
def test_rows_of_a_file_in_the_folder_itself_are_kept_nowhere(own, tmp_path, artibonite):
    out = tmp_path / "out"
    out.mkdir()
    inside = own.rename(out / "nuit.csv")
    study = am.study(artibonite, events=inside, as_of="2024-10-15", audience="public")
    assert study.write(out).quarantine is None
    assert sorted(out.glob("nuit*")) == [inside]


def test_notes_quote_no_cell_for_others(own, artibonite):
    read = am.read_report(own, area=artibonite)
    assert leaks(read.notes_for(Audience.PUBLIC)) == []
    assert len(read.notes_for(Audience.PUBLIC)) == len(read.notes)
    assert read.notes_for(Audience.INTERNAL) == read.notes


def test_notes_quote_figures_kinds_spans_and_links_for_their_owner(tmp_path, artibonite):
    path = tmp_path / "own.csv"
    path.write_text(
        "date,place,type,killed,source,url\n"
        "10 to 12 October 2024,Savien,envante zero,at least four,radio,telefon 3712-3456\n",
        encoding="utf-8",
    )
    read = am.read_report(path, area=artibonite)
    quoted = ("10 to 12 October", "envante zero", "at least four", "3712-3456")
    for cell in quoted:
        assert [note for note in read.notes if cell in note], cell
        assert not [note for note in read.notes_for(Audience.PARTNERS) if cell in note], cell


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Sensitivity.LOW, ["low", "Faible", "FÈB", "ba", "bas"]),
        (Sensitivity.MODERATE, ["moderate", "modéré", "Moderee", "mwayen", "moyenne", "medium"]),
        (Sensitivity.HIGH, ["high", "élevé", "ELEVEE", "wo", "haute", "fò"]),
        (
            Sensitivity.SEVERE,
            ["severe", "sévère", "SEVERE ", "grav", "sevè", "grave", "très élevée", "very high", "trè wo"],
        ),
    ],
)
def test_steps_are_read_in_three_languages(step, words):
    assert set(read_words(pd.Series(words), STEPS)) == {step.value}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Party.YES, ["yes", "Oui", "wi", "vrai"]),
        (Party.NO, ["no", "NON", "faux"]),
        (Party.UNKNOWN, ["inconnu", "pa konnen"]),
    ],
)
def test_yes_and_no_are_read_in_three_languages(answer, words):
    assert set(read_words(pd.Series(words), PARTIES)) == {answer.value}


@pytest.mark.parametrize("header", ["sensitivity", "sensibilité"])
def test_a_severe_row_in_french_or_kreyol_is_severe_in_every_reader(tmp_path, artibonite, header):
    path = tmp_path / "own.csv"
    extra = "" if header == "sensitivity" else ",colonne,autre,encore"
    rows = [
        f"2024-10-0{n},Savien,abduction,radio,{word}{extra and ',,,'}"
        for n, word in enumerate(("sévère", "grav", "faible", "wo"), 1)
    ]
    path.write_text("\n".join([f"date,place,kind,source,{header}{extra}", *rows]) + "\n", encoding="utf-8")
    read = am.read_report(path, area=artibonite)
    assert read.events["sensitivity"].tolist() == ["severe", "severe", "low", "high"]


def test_statements_are_read_in_three_languages(tmp_path, artibonite):
    path = tmp_path / "claims.csv"
    rows = "Savien,controls,Gran Grif,wi,sévère\nLiancourt,presence,Gran Grif,non,mwayen\n"
    path.write_text("subject,predicate,value,claimant_is_party,sensitivity\n" + rows, encoding="utf-8")
    claims = am.read_claims(path, area=artibonite).claims
    assert claims["claimant_is_party"].tolist() == ["yes", "no"]
    assert claims["sensitivity"].tolist() == ["severe", "moderate"]


@pytest.mark.parametrize("stated", [*Audience, None, "everybody", 3])
@pytest.mark.parametrize("audience", list(Audience))
def test_an_earlier_briefing_for_a_wider_audience_is_refused(tmp_path, capsys, stated, audience):
    width = {"internal": 3, "partners": 2, "public": 1}
    (tmp_path / "manifest.json").write_text(json.dumps({"audience": stated} if stated else {}), encoding="utf-8")
    if width.get(stated, 3) <= width[audience]:
        check_since(tmp_path, audience)
        return
    with pytest.raises(ShareError, match=f"compare one for '{audience}' with an earlier one for '{audience}'"):
        check_since(tmp_path, audience)
    for command in ("brief", "report"):
        out = tmp_path / "out" if command == "brief" else tmp_path / "out.md"
        assert main([command, "--since", str(tmp_path), "--audience", audience, "-o", str(out)]) == 1
        assert capsys.readouterr().err.startswith(f"artimap: {tmp_path} is a briefing for ")
        assert not out.exists()


def test_no_door_of_a_study_takes_it(tmp_path, artibonite):
    (tmp_path / "manifest.json").write_text('{"audience": "internal"}', encoding="utf-8")
    study = am.study(artibonite, as_of="2024-10-15")
    for door in (study.report, study.record, study.forecast, lambda since: study.write(tmp_path / "out", since=since)):
        with pytest.raises(ShareError, match="is a briefing for 'internal'"):
            door(since=tmp_path)
    with pytest.raises(ShareError, match="is a briefing for 'internal'"):
        am.brief(artibonite, folder=tmp_path / "out", since=tmp_path)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_replaced_while_it_is_read_is_told(tmp_path, artibonite, monkeypatch):
    manifest = tmp_path / "manifest.json"
    manifest.write_text('{"audience": "partners", "report": {}}', encoding="utf-8")
    study = am.study(artibonite, as_of="2024-10-15")

    def replaced(*_):
        manifest.unlink()
        manifest.write_text('{"audience": "partners", "report": {"as_of": "2024-01-01"}}', encoding="utf-8")
        return {}

    monkeypatch.setattr(Study, "_make_contents", replaced)
    with pytest.raises(am.DataError, match="was replaced by another run while it was read"):
        study.write(tmp_path / "out", since=tmp_path)
    assert not (tmp_path / "out").exists()

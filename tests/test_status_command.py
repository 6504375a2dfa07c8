"""``artimap status``: what is said to be held by whom, as somebody in a hurry asks for it."""

from __future__ import annotations

import csv
import io
import json
import re

import pandas as pd
import pytest

import artimap as am
from artimap.cli import main
from artimap.core.errors import PlaceError
from artimap.core.tables import STATUS

CLAIMS = "subject,predicate,value,source,claimant,claimant_is_party,reported\n"


def told(capsys, *arguments):
    assert main(["status", *arguments]) == 0
    return capsys.readouterr()


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "claims.csv"
    path.write_text(
        CLAIMS
        + "Savyin,controls,Gran Grif,telephone call,driver,no,2025-11-20\n"
        + "between Saint-Marc and Pont-Sondé on RN1,presence,Gran Grif,radio,listener,no,2025-11-21\n"
        + "Nowhere-at-all,controls,Gran Grif,radio,listener,no,2025-11-21\n",
        encoding="utf-8",
    )
    return path


def test_the_overview_says_what_is_known_and_counts_what_is_not(capsys):
    out = told(capsys, "--as-of", "2024-10-15").out
    line = next(one for one in out.splitlines() if one.strip().startswith("Savien"))
    assert "assessed: Gran Grif; confidence high; 9 Oct 2024 (6 days before)" in line
    assert "56 more are not known" in out
    assert "Said before, but now too old or without a day: Canaan, Jacob" in out
    assert "Unknown is not free of armed groups." in out
    assert "Events held back: 3 (positions of forces: 3)." in out
    every = told(capsys, "--as-of", "2024-10-15", "--all", "--kind", "section").out
    assert "more are not known" not in every
    assert every.count("not known") == 56
    assert "Places" not in every


def test_a_stretch_says_which_part_of_it_speaks(capsys):
    out = told(capsys, "--as-of", "2024-10-15", "--kind", "stretch").out
    assert "La Croix Périsse (km 130.2–138.4): the gravest that is said of a part of the stretch" in out


@pytest.mark.parametrize("asked", ["Lakwa Peris", "HT0513-01", "la croix perisse", "la croix périsse"])
def test_one_subject_in_any_spelling_with_its_claims(capsys, asked):
    out = told(capsys, asked, "--as-of", "2024-10-15").out
    assert "La Croix Périsse (communal section, HT0513-01): contested, Kokorat San Ras" in out
    rests, _, unused = out.partition("Does not count, and why:")
    assert "AF005: 13 Oct 2024, to the week" in rests
    assert "CL017: day not stated" in unused
    assert "no day is given, so it may be of any time" in unused
    assert "https://rezonodwes.com/?p=344039" in rests


def test_a_name_of_two_subjects_gives_both_and_a_stretch_what_lies_on_it(artibonite, ledger, events):
    table = am.control_status(artibonite, ledger, as_of="2024-10-15", events=events)
    assert am.find_subjects(artibonite, table, "Liancourt") == ("liancourt", "HT0532-01")
    road = am.find_subjects(artibonite, table, "between Saint-Marc and Gonaïves")
    assert {"rn1:94.8-150.1", "rn1:94770-107796", "rn1:130200-150050"} <= set(road)
    assert "rn1:150060-168688" not in road
    assert set(am.find_subjects(artibonite, table, "RN1")) == set(table.loc[table["road_id"] == "rn1", "subject"])
    assert "rn1:114412-125819" in am.find_subjects(artibonite, table, "km 120 on RN1")
    with pytest.raises(PlaceError, match="do you mean"):
        am.find_subjects(artibonite, table, "Savienoise")
    with pytest.raises(PlaceError, match="--all"):
        am.find_subjects(artibonite, table, "zzzz")


@pytest.mark.parametrize(
    ("lang", "words"), [("fr", ("contesté", "Repose sur", "ancien")), ("ht", ("y ap dispite l", "Li chita sou"))]
)
def test_other_languages(capsys, lang, words):
    out = told(capsys, "La Croix Périsse", "--as-of", "2024-10-15", "--lang", lang).out
    assert all(one in out for one in words)
    assert "faded" not in out
    assert "artimap" not in out


def test_many_subjects_are_told_in_short(capsys):
    out = told(capsys, "between Saint-Marc and Gonaïves on RN1", "--as-of", "2025-10-15").out
    assert "Carrefour Paye – Villard, km 110-114" in out
    assert re.search("RN1 Saint-Marc to Gonaïves, km 95-150 +not known", out)
    assert "Rests on" not in out
    assert "name it alone" in out


def test_tables_hold_every_row_unknown_too(capsys, tmp_path):
    rows = list(csv.DictReader(io.StringIO(told(capsys, "--as-of", "2024-10-15", "--format", "csv").out)))
    assert len(rows) == 149
    assert set(STATUS.names) <= set(rows[0])
    assert sum(one["status"] == "unknown" for one in rows) > 100
    found = json.loads(told(capsys, "savien", "--as-of", "2024-10-15", "--format", "json", "--lang", "fr").out)
    assert [one["subject"] for one in found] == ["savien"]
    assert found[0]["status_words"] == "évalué"
    assert [one["claim"] for one in found[0]["behind"] if one["counts"]] == ["CL001", "CL003", "CL002"]
    assert main(["status", "-o", str(tmp_path / "status.csv")]) == 0
    assert (tmp_path / "status.csv").stat().st_size > 1000
    assert main(["status", "-o", str(tmp_path / "status.gpkg")]) == 1


def test_what_changed_and_since_when(capsys):
    out = told(capsys, "--since", "2024-10-01", "--until", "2024-10-15").out
    assert "La Croix Périsse (communal section): claimed (Kokorat San Ras) → contested (Kokorat San Ras)" in out
    assert "new: 2024-10-14-croix-perisse-rescue" in out
    one = told(capsys, "Savien", "--since", "2024-10-01", "--until", "2024-10-15", "--format", "json").out
    assert [row["subject"] for row in json.loads(one)] == ["savien"]
    assert "No status changed." in told(capsys, "--since", "2024-10-15", "--until", "2024-10-15").out
    french = told(capsys, "--since", "2024-10-01", "--until", "2024-10-15", "--lang", "fr", "--kind", "place").out
    assert "deux sources indépendantes" in french
    assert "La Croix" not in french


def test_a_history(capsys):
    assert "1 Jan 2019 – 1 Jan 2019      not known" in told(capsys, "--history", "Savien", "--as-of", "2019-01-01").out
    out = told(capsys, "--history", "Savien", "--since", "2024-09-01", "--until", "2025-12-01").out
    assert "9 Oct 2024 – 27 Dec 2024     assessed (Gran Grif)" in out
    assert "28 Dec 2024 – 26 Jun 2025    contested (Gran Grif)" in out
    both = told(capsys, "--history", "Liancourt", "--as-of", "2025-10-15", "--format", "csv").out
    assert {row["subject"] for row in csv.DictReader(io.StringIO(both))} == {"liancourt", "HT0532-01"}


def test_what_could_be_said_then_is_less(capsys):
    then = told(capsys, "pont-sonde", "--as-of", "2024-10-15", "--known-on", "2024-10-15").out
    assert "Only what had surely been said by 15 Oct 2024." in then
    assert "Pont-Sondé (named place, pont-sonde): attacked recently" in then
    assert "CL038" in then.partition("Does not count")[2]
    carrefour = ("Carrefour Paye", "--as-of", "2025-07-20")
    assert "claimed, Gran Grif" in told(capsys, *carrefour).out
    assert "presence reported, Gran Grif" in told(capsys, *carrefour, "--known-on", "2025-07-20").out


def test_the_audience_gets_what_it_may(capsys):
    internal = told(capsys, "--as-of", "2024-10-15", "--audience", "internal").out
    assert "held back" not in internal
    public = told(capsys, "pont-sonde", "--as-of", "2024-10-15", "--audience", "public").out
    assert "AF017" not in public  # a statement of moderate sensitivity
    assert "Statements held back" in public


def test_own_statements_count_and_those_of_no_known_place_are_named(capsys, own):
    out = told(capsys, "Savien", "--claims", str(own)).out
    assert "Savien (named place, savien): claimed, Gran Grif" in out
    assert "own-claim-001: 20 Nov 2025, Gran Grif said to control; driver (not a party) [telephone call]" in out
    assert "count nowhere: 1" in out
    assert "own-claim-003: Nowhere-at-all" in out
    stretch = told(capsys, "rn1:94.8-107.8", "--claims", str(own), "--as-of", "2025-12-27").out
    assert "presence reported, Gran Grif" in stretch


def test_actors_get_the_name_of_the_list_and_strange_ones_are_told(capsys, artibonite, tmp_path):
    path = tmp_path / "claims.csv"
    path.write_text(
        CLAIMS
        + "Savien,controls,grand grif,radio,listener,no,2025-11-20\n"
        + "km 120 on RN1,contested,Brigade of nowhere; PNH,radio,,,2025-11-20\n",
        encoding="utf-8",
    )
    assert am.read_claims(path, area=artibonite).claims["value"].tolist() == ["Gran Grif", "Brigade of nowhere; PNH"]
    out = told(capsys, "Savien", "km 120 on RN1", "--claims", str(path)).out
    assert "Savien (named place, savien): claimed, Gran Grif" in out
    assert "RN1 km 119–121" in out
    assert "each taken as a side of its own: Brigade of nowhere." in out


def test_a_post_is_told_as_what_it_is(capsys):
    out = told(capsys, "Carrefour Paye", "--as-of", "2025-10-15").out
    assert "CK017: 4 Jul 2025, Gran Grif: roadblock" in out


def test_a_later_statement_of_ones_own_moves_the_day(capsys, tmp_path):
    path = tmp_path / "late.csv"
    path.write_text(CLAIMS + "Savien,controls,Gran Grif,radio,listener,no,2026-05-01\n", encoding="utf-8")
    assert "as of 1 May 2026" in told(capsys, "Savien", "--claims", str(path)).out


def test_the_template_of_statements_is_read_back(capsys, artibonite, tmp_path):
    path = tmp_path / "mine.csv"
    assert main(["template", "claims", "-o", str(path)]) == 0
    assert "artimap status --claims" in capsys.readouterr().out
    assert len(am.read_claims(path, area=artibonite).claims) == 0
    text = path.read_text(encoding="utf-8-sig").replace("# Carrefour Paye", "Carrefour Paye")
    path.write_text(text, encoding="utf-8")
    row = am.read_claims(path, area=artibonite).claims.iloc[0]
    assert (row["subject"], row["predicate"], row["sensitivity"]) == ("carrefour-paye", "presence", "moderate")
    assert row["reported"] == row["last_confirmed"] == pd.Timestamp("2024-10-12")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Savienoise"], "do you mean"),
        (["--as-of", "15/10/2024"], "write it as YYYY-MM-DD"),
        (["--since", "2025-01-01", "--as-of", "2024-10-15"], "is before since"),
        (["--claims", "absent.csv"], "artimap template claims -o absent.csv"),
        (["--history", "zzzz"], "--all"),
    ],
)
def test_mistakes_are_told_with_their_fix(capsys, arguments, said):
    assert main(["status", *arguments]) == 1
    assert said in capsys.readouterr().err


def test_a_day_long_after_the_data_says_so(capsys):
    out = told(capsys, "--as-of", "2030-01-01").out
    assert "The newest report in the data is of 25 Apr 2026, 1347 days before the day asked for" in out
    assert "are not known" in out


@pytest.mark.parametrize("arguments", [["--until", "2024-10-15"], ["Savien", "--history", "Savien"]])
def test_questions_that_do_not_go_together(capsys, arguments):
    assert main(["status", *arguments]) == 2
    assert capsys.readouterr().err.startswith("artimap: ")


def test_bad_statements_are_refused_with_every_reason(capsys, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text(CLAIMS + "Savien,owns,Gran Grif,radio,,maybe,12/10/2024\n", encoding="utf-8")
    assert main(["status", "--claims", str(path), "--audience", "internal"]) == 1
    message = capsys.readouterr().err
    assert "owns" in message
    assert "maybe" in message
    assert "3 problems" in message
    assert main(["status", "--claims", str(path)]) == 1
    outside = capsys.readouterr().err  # of rows that are refused nothing is quoted where others may read it
    assert "3 problems" in outside
    assert "row 1, column predicate: what stands there is not a known word" in outside
    assert not [cell for cell in ("owns", "maybe", "12/10/2024") if cell in outside]
    path.write_text("claim_id," + CLAIMS + "CL001,Savien,controls,Gran Grif,radio,,no,2024-10-12\n", encoding="utf-8")
    assert main(["status", "--claims", str(path)]) == 1
    assert "CL001 stands in the data already" in capsys.readouterr().err

"""What changed between two days: each planted change once, on every product, and none of what is held back."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from importlib import resources

import jsonschema
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import artimap as am
from artimap.cli import main
from artimap.core.errors import DataError, ShareError
from artimap.core.vocab import Audience, Lang
from artimap.report.change_words import change_line
from artimap.report.changes import ChangeCause, ChangedThing, ChangeKind, DayState, compare, to_json
from artimap.report.trip.card import trip_text
from artimap.report.trip.files import trip_json_text
from artimap.report.trip.page import trip_html
from artimap.studies.trip_files import trip_content
from tests.test_languages_whole import ENGLISH, NAMES, QUOTED

DAY = "2024-10-15"
HEAD = "date,place,kind,killed,summary,source,said_by,is_party,sensitivity\n"
AMBUSH = "2024-10-12,Carrefour Paye,road_ambush,3,A bus was shot at.,Radio Un,driver,no,low\n"
TAKEN = "2024-10-11,Villard,abduction,,Two people were taken.,Radio Deux,resident,no,low\n"


@pytest.fixture(scope="module")
def artibonite():
    return am.area("artibonite")


@pytest.fixture(scope="module")
def study_of(artibonite, tmp_path_factory):
    folder, made = tmp_path_factory.mktemp("tables"), {}

    def make(*rows, audience="partners", day=DAY, **options):
        key = rows, audience, day, repr(options)
        if key not in made:
            path = folder / f"{len(made)}.csv"
            path.write_text(HEAD + "".join(rows), encoding="utf-8")
            made[key] = am.study(artibonite, events=path, as_of=day, audience=audience, **options)
        return made[key]

    return make


@pytest.fixture(scope="module")
def schema():
    read = json.loads(resources.files("artimap.report").joinpath("changes.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(read)
    return read


# -- laws of the comparison -----------------------------------------------------------------------


_texts = some.sampled_from(["a", "b", "c"])
_events = some.dictionaries(
    some.sampled_from(["e1", "e2", "own-k0123456789abcdef", "own-kfedcba9876543210"]),
    some.fixed_dictionaries(
        {"kind": _texts, "date_start": some.sampled_from(["2024-10-01", "2024-10-02"])},
        optional={"place": _texts, "killed_best": some.integers(0, 3)},
    ),
)
_claims = some.dictionaries(
    some.sampled_from(["c1", "c2", "c3"]),
    some.fixed_dictionaries(
        {"about": some.sampled_from(["place", "event"]), "subject": some.sampled_from(["e1", "p1"]), "value": _texts},
        optional={"source": _texts},
    ),
)
_held = some.sampled_from([None, "c1", "c1; c2", "c3; e1"])


@some.composite
def _states(draw, day):
    status = draw(
        some.dictionaries(
            some.sampled_from(["p1", "p2"]),
            some.fixed_dictionaries({"status": _texts, "name": some.just("Pe"), "rule": _texts, "claims": _held}),
        )
    )
    rate = draw(some.floats(0, 1))
    rows = {
        ChangedThing.EVENT: draw(_events),
        ChangedThing.CLAIM: draw(_claims),
        ChangedThing.STATUS: {key: {k: v for k, v in row.items() if v} for key, row in status.items()},
        ChangedThing.STRETCH: {"s": {"info": "reported", "rate": rate, "lo80": rate / 2, "hi80": rate * 2}},
    }
    return DayState(rows, "x", "rn1", day, Audience.INTERNAL, frozenset())


@settings(max_examples=150, deadline=None)
@given(_states(dt.date(2024, 10, 1)), _states(dt.date(2024, 10, 9)))
def test_nothing_differs_from_itself_and_each_way_mirrors_the_other(before, after):
    assert not len(compare(before, before))
    there, back = compare(before, after), compare(after, before)
    assert back == there.mirrored()
    assert there == there.mirrored().mirrored()
    assert len({(one.of, one.subject) for one in there}) == len(there)


def _day(**rows):
    state = {of: rows.get(of.value, {}) for of in ChangedThing}
    return DayState(state, "x", "rn1", dt.date(2024, 10, 1), Audience.INTERNAL, frozenset())


_CLAIM = {"about": "place", "subject": "p", "predicate": "controls", "value": "A", "source": "Radio"}
_STATUS = {"status": "claimed", "actors": "A", "name": "Pe", "rule": "held", "confidence": "low", "claims": "c1"}
_POST = {"kind": "toll_post", "place": "Titanyen", "status": "active", "fees": "500 gourdes", "claims": "c1"}
_RATE = {"info": "reported", "rate": 0.1, "lo80": 0.05, "hi80": 0.2, "name": "A – B"}


@pytest.mark.parametrize(
    ("of", "before", "after", "kind", "why"),
    [
        ("event", None, {"kind": "road_ambush", "date_start": "2024-09-30"}, "new", "new_claim"),
        ("event", {"kind": "road_ambush", "date_start": "2024-09-30"}, None, "vanished", "claim_gone"),
        ("event", {"kind": "k", "killed_best": 3}, {"kind": "k", "killed_best": 5}, "changed", "corrected"),
        ("event", {"kind": "k"}, {"kind": "k", "killed_best": 0}, "changed", "corrected"),
        ("post", None, _POST, "new", "new_claim"),
        ("post", _POST, None, "vanished", "claim_gone"),
        ("post", _POST, {**_POST, "fees": "750 gourdes", "claims": "c1; c2"}, "changed", "new_claim"),
        ("post", _POST, {**_POST, "last_confirmed": "2024-10-02", "claims": "c2"}, "changed", "new_claim expired"),
        ("post", _POST, {**_POST, "status": "fading"}, "changed", "expired"),
        ("status", None, _STATUS, "changed", "renewed"),
        ("status", _STATUS, {**_STATUS, "status": "contested", "claims": "c1; c2"}, "changed", "new_claim"),
        ("status", _STATUS, None, "changed", "expired"),
        ("status", _STATUS, {**_STATUS, "status": "presence", "rule": "other"}, "changed", "rule"),
        ("status", _STATUS, {**_STATUS, "confidence": "medium"}, "changed", "expired"),
        ("stretch", _RATE, {**_RATE, "rate": 0.3, "lo80": 0.15, "hi80": 0.5}, "changed", "expired"),
        ("stretch", _RATE, {"info": "silent"}, "changed", "expired"),
        ("road_status", {"physical": "passable"}, {"physical": "closed"}, "changed", "corrected"),
    ],
)  # fmt: skip
def test_a_planted_change_is_one_entry_with_its_cause(of, before, after, kind, why):
    claims = {"c1": _CLAIM}
    then = _day(claim=claims, **({of: {"x": before}} if before else {}))
    new = {**claims, "c2": {**_CLAIM, "about": "event", "subject": "other", "value": "B"}}
    now = _day(claim=new, **({of: {"x": after}} if after else {}))
    now = replace(now, as_of=dt.date(2024, 10, 9))
    (one,) = compare(then, now)
    assert (one.of, one.subject, one.kind, " ".join(one.why)) == (of, "x", kind, why)
    assert (one.before is None, one.after is None) == (kind == "new", kind == "vanished")
    for lang in Lang:
        assert change_line(one, lang)


def test_a_rate_inside_its_interval_has_not_moved():
    near = {**_RATE, "rate": 0.15, "lo80": 0.08, "hi80": 0.25}
    assert not len(compare(_day(stretch={"x": _RATE}), _day(stretch={"x": near})))


def test_a_corrected_statement_is_told_as_such():
    then = _day(claim={"c1": _CLAIM}, status={"x": _STATUS})
    now = _day(claim={"c1": {**_CLAIM, "value": "B"}}, status={"x": {**_STATUS, "actors": "B"}})
    line, claim = compare(then, now)
    assert (line.of, line.why, line.claims, line.sources) == ("status", (ChangeCause.CORRECTED,), ("c1",), ("Radio",))
    assert line.moved
    assert (claim.of, claim.before, claim.after) == ("claim", {"value": "A"}, {"value": "B"})


def test_days_of_different_roads_are_not_compared():
    with pytest.raises(DataError, match="two days of one road"):
        compare(_day(), replace(_day(), road="rn5"))


# -- studies --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "kind", "differs"),
    [
        ((AMBUSH, TAKEN), (AMBUSH.replace(",3,", ",5,"), TAKEN), "changed", "killed_best"),
        ((TAKEN,), (AMBUSH, TAKEN), "new", "kind"),
        ((AMBUSH, TAKEN), (TAKEN,), "vanished", "kind"),
        ((AMBUSH, TAKEN), (AMBUSH, TAKEN.replace(",abduction,,", ",abduction,2,")), "changed", "killed_best"),
    ],
)
def test_a_row_of_a_table_is_one_change(study_of, before, after, kind, differs):
    then, now = study_of(*before), study_of(*after)
    found = am.changes(then, now)
    (one,) = found.of("event")
    assert one.kind == kind
    assert differs in {**(one.before or {}), **(one.after or {})}
    assert one.sources
    assert am.changes(now, then) == found.mirrored()
    assert not len(now.changes(now))


def test_the_order_of_rows_changes_nothing(study_of):
    assert not len(am.changes(study_of(AMBUSH, TAKEN), study_of(TAKEN, AMBUSH)))


HELD = (
    "2024-10-13,Pont-Sondé,road_ambush,4,A convoy was shot at.,Radio Trois,driver,no,high\n",
    "2024-10-09,L'Estère,extortion_or_toll,,Drivers pay at a barrier.,Radio Trois,driver,no,severe\n",
)


@pytest.mark.parametrize("audience", ["partners", "public"])
def test_rows_that_are_held_back_leave_the_same_bytes(study_of, audience):
    then = study_of(TAKEN, audience=audience)
    plain, held = (study_of(*rows, audience=audience) for rows in ((AMBUSH, TAKEN), (AMBUSH, TAKEN, *HELD)))
    one, other = (to_json(now.day_state, am.changes(then, now)) for now in (plain, held))
    assert one == other


@pytest.mark.parametrize(
    "row",
    [
        AMBUSH.replace(",low", ",high"),
        AMBUSH.replace(",3,", ",9,").replace(",low", ",severe"),
        AMBUSH.replace("A bus", "A truck").replace(",low", ",high"),
        AMBUSH.replace("road_ambush", "armed_clash").replace(",low", ",high"),
    ],
)
def test_a_row_that_is_held_back_now_has_not_vanished(study_of, row):
    then, now = study_of(AMBUSH, TAKEN), study_of(row, TAKEN)
    assert not am.changes(then, now).of("event")
    told = to_json(now.day_state, am.changes(then, now)).decode()
    assert "was shot at" not in told
    assert not re.search(r'"2024-10-12", "change"', told)


def test_studies_for_a_wider_audience_are_refused(study_of):
    with pytest.raises(ShareError, match="internal"):
        am.changes(study_of(TAKEN, audience="internal"), study_of(TAKEN))
    assert am.changes(study_of(TAKEN), study_of(TAKEN, audience="internal")).audience == Audience.INTERNAL


# -- products -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folders(study_of, tmp_path_factory):
    """Two briefings of one day: an event was corrected, one has gone, one has come."""
    home = tmp_path_factory.mktemp("briefings")
    gone = TAKEN.replace("Villard", "Gonaïves")
    study_of(AMBUSH, gone).write(home / "a")
    study_of(AMBUSH.replace(",3,", ",5,"), TAKEN).write(home / "b", since=home / "a")
    return home / "a", home / "b"


def test_every_product_tells_what_changed(folders, schema):
    _, folder = folders
    read = json.loads((folder / "changes.json").read_text("utf-8"))
    jsonschema.validate(read, schema)
    events = [one for one in read["changes"] if one["of"] == "event"]
    assert sorted(one["change"] for one in events) == ["changed", "new", "vanished"]
    gone = next(one for one in events if one["change"] == "vanished")
    report = (folder / "report.md").read_text("utf-8")
    for text in (report, (folder / "brief.html").read_text("utf-8")):
        assert "killed 3 → 5" in text
        assert gone["subject"] in text
    assert "No longer in the data: 1 event; corrected: 1 event." in report
    page = (folder / "map.html").read_text("utf-8")
    news = json.loads(re.search(r'"news":(\{.*?\}\})', page)[1])
    assert sorted(news["keys"].values()).count("new") >= 1
    for one in events:
        expected = None if one["change"] == "vanished" else one["change"]
        assert news["keys"].get(f"event:{one['subject']}") == expected


def test_a_folder_without_an_earlier_one_is_compared_with_none(folders, schema):
    read = json.loads((folders[0] / "changes.json").read_text("utf-8"))
    jsonschema.validate(read, schema)
    assert read["since"] is None
    assert read["changes"] == []
    assert '"news":{' not in (folders[0] / "map.html").read_text("utf-8")
    listed = json.loads((folders[0] / "manifest.json").read_text("utf-8"))["files"]
    assert "changes.json" in {one["file"] for one in listed}


@pytest.mark.parametrize("lang", Lang)
def test_the_command_compares_two_folders(folders, capsys, schema, lang):
    assert main(["changes", *map(str, folders), "--lang", lang]) == 0
    said = capsys.readouterr().out
    assert "3 → 5" in said
    # neither folder says what is held back
    assert "--since" in said
    assert main(["changes", *map(str, folders), "--format", "json"]) == 0
    read = json.loads(capsys.readouterr().out)
    jsonschema.validate(read, schema)
    assert not read["vanished_told"]
    assert "vanished" not in {one["change"] for one in read["changes"]}


def test_a_folder_and_itself_do_not_differ(folders, capsys):
    assert main(["changes", str(folders[1]), str(folders[1])]) == 0
    assert "Nothing changed" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["[", "[]", '{"version": 1, "state": []}', '{"version": 99, "state": {}}'])
def test_a_damaged_file_is_told(folders, tmp_path, content, capsys):
    for name in ("manifest.json", "changes.json"):
        (tmp_path / name).write_bytes((folders[0] / name).read_bytes())
    (tmp_path / "changes.json").write_text(content, encoding="utf-8")
    assert main(["changes", str(tmp_path), str(folders[1])]) == 1
    assert "changes.json" in capsys.readouterr().err


def test_the_strip_rings_what_is_new(study_of):
    study = study_of(AMBUSH, TAKEN)
    marks = am.changes(study_of(TAKEN), study).marks
    tables = {"risk": study.risk, "checkpoints": study.checkpoints, "events": study.events, "as_of": DAY}
    plain, ringed = (am.strip_map(study.corridor, news=news, **tables) for news in ({}, marks))
    assert plain.svg() != ringed.svg()
    assert "new since the earlier briefing" in ringed.svg().decode()
    assert "new since the earlier briefing" not in plain.svg().decode()


def test_notebooks_get_a_table(study_of):
    table = am.changes(study_of(TAKEN), study_of(AMBUSH, TAKEN)).table()
    assert isinstance(table, pd.DataFrame)
    assert {"of", "subject", "from", "to", "why", "claims", "confidence"} <= set(table.columns)
    assert ChangeKind.NEW.value in set(table["change"])


def test_a_trip_tells_what_changed_on_its_way(study_of, folders):
    study = study_of(AMBUSH.replace(",3,", ",5,"), TAKEN, audience="internal")
    way = am.routes(study, "Saint-Marc", "Gonaïves")
    for lang in Lang:
        content = trip_content(way, since=folders[0])
        card = trip_text(content, lang)
        assert len(card) <= 1_000
        # the report itself stands before what changed of it, where a language needs more room
        assert ("3 -> 5" if lang is Lang.EN else ": 5,") in card
        assert "Savien" in card.split("Gran Grif")[0].splitlines()[-1]
    away = am.routes(study, "Gonaïves", "Gros-Morne")
    assert "3 -> 5" not in trip_text(trip_content(away, since=folders[0]), "en")
    assert trip_text(trip_content(way), "en") != trip_text(trip_content(way, since=folders[0]), "en")
    assert "3 → 5" in trip_html(content, "en")
    assert any(one["subject"] for one in json.loads(trip_json_text(content, models={}))["changed"])


@pytest.mark.parametrize("lang", [Lang.FR, Lang.HT])
def test_a_sentence_has_no_english_in_it(study_of, lang):
    found = am.changes(study_of(TAKEN, day="2024-10-01"), study_of(AMBUSH, TAKEN, day="2025-06-30"))
    assert len(found) > 100
    for one in found:
        text = QUOTED.sub("", NAMES.sub("", change_line(one, lang, brief=True)))
        assert not ENGLISH.search(text), text

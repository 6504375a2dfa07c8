"""Reasons are codes: one row of the vocabulary and one key a language, and no sentence is read back."""

from __future__ import annotations

import json
from enum import StrEnum
from string import Formatter

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import artimap as am
from artimap.cli import main
from artimap.core import i18n, reasons, schema
from artimap.core.reasons import code_of, in_sentences, parameters_of, read_code, sentence, tally, why_words
from artimap.core.vocab import Audience, Lang, Reason, WhyHeld, WhyNot
from artimap.risk.model import RiskModel, why_not_counted
from artimap.roads.event_spread import Spread
from artimap.sharing.release import release

KEY = {WhyNot: "why", WhyHeld: "share.reason"}
"""Where the words of each vocabulary lie."""

EVERY = [(why, KEY[kind]) for kind in Reason.__subclasses__() for why in kind]


def fields_of(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize(("why", "table"), EVERY, ids=str)
def test_every_code_has_words_in_every_language(why, table, lang):
    words = i18n.words(lang)[f"{table}.{why.value}"]
    assert words
    assert fields_of(words) <= fields_of(why.text)


@pytest.mark.parametrize(("why", "table"), EVERY, ids=str)
def test_no_language_prints_the_words_of_another(why, table):
    by_language = [i18n.words(lang)[f"{table}.{why.value}"] for lang in Lang]
    assert len({*by_language, why.text}) >= len(Lang), by_language
    assert why.text not in by_language[1:]


@pytest.mark.parametrize("table", KEY.values())
def test_no_words_are_left_of_a_code_that_is_gone(table):
    known = {f"{table}.{why.value}" for why, of in EVERY if of == table}
    for lang in Lang:
        assert {key for key in i18n.words(lang) if key.startswith(f"{table}.")} == known


@pytest.fixture
def newly_added(monkeypatch):
    """Give a reason that somebody has put into the vocabulary, and forgotten in the languages."""
    added = StrEnum("Added", {"FLOODED": "flooded"}).FLOODED
    added.text = "the road was under water"
    monkeypatch.setattr(reasons, "WhyNot", lambda word: added if word == added.value else WhyNot(word))
    reasons.read_code.cache_clear()
    yield added
    monkeypatch.undo()
    for cached in (reasons.read_code, reasons.sentence, reasons.parameters_of):
        cached.cache_clear()


@pytest.mark.parametrize("lang", ["fr", "ht"])
def test_a_reason_newly_added_cannot_print_english_in_french(newly_added, monkeypatch, lang):
    code = code_of(newly_added)
    assert sentence(code) == "the road was under water"
    with pytest.raises(KeyError, match="flooded"):
        why_words(code, lang)
    real = i18n.words(lang)
    monkeypatch.setattr(i18n, "words", lambda _: {**real, "why.flooded": "anba dlo"})
    assert why_words(code, lang) == "anba dlo"


def test_a_code_is_parted_at_its_marks_alone():
    assert code_of(WhyNot.OTHER_ROAD, ["rn5"]) == "other_road:rn5"
    assert code_of(WhyNot.OTHER_ROAD, ["rd-lia", "rn11"]) == "other_road:rd-lia,rn11"
    assert code_of(WhyNot.UNIT_FAR, "RN1", "section") == "unit_far:RN1:section"
    assert code_of(WhyNot.NO_PLACE) == "no_place"
    with pytest.raises(ValueError, match="has the parameters"):
        code_of(WhyNot.OLD)
    for wrong in ("", "no such", "old", "old:1:2", "no_place:1", "the report names another road (rn5)"):
        with pytest.raises(ValueError, match=r"."):
            read_code(wrong)


@given(st.sampled_from(list(WhyNot)), st.data())
def test_a_code_gives_back_what_went_in(why, draw):
    names = parameters_of(why)
    some = st.lists(st.text(min_size=1), min_size=1, max_size=3)
    values = [draw.draw(some) for _ in names]
    code = code_of(why, *values)
    assert read_code(code) == (why, {name: tuple(value) for name, value in zip(names, values, strict=True)})
    assert not set(code) & set(" ;()\n")
    assert schema.split_names(f"{code}; {code}") == (code, code)


def test_words_are_those_of_the_language():
    assert why_words("other_road:rd-lia,rn11", "en") == "the report names another road (RD-LIA, RN11)"
    assert why_words("unit_far:RN1:section", "fr") == (
        "la RN1 ne passe nulle part à moins de 500 m (unité\u00a0: section communale)"
    )
    assert why_words("old:730", "ht") == "gen plis pase 730 jou"


def test_counts_go_by_number_and_then_by_sentence():
    codes = pd.Series(["no_place", "kind", "no_place", None, "on_road:RN1", "kind"], dtype=schema.TEXT)
    assert list(tally(codes)) == ["kind", "no_place", "on_road:RN1"]
    assert in_sentences(tally(codes)) == {
        "a kind that does not endanger road users": 2, "no place stated": 2, "on RN1, but where is not stated": 1,
    }  # fmt: skip


def agree(table):
    """Hold the two columns together: a code wherever there is a sentence, and each reads as the other."""
    assert table["why_not"].dtype == table["why_code"].dtype == schema.TEXT
    assert reasons.sentences(table["why_code"], table.index).equals(table["why_not"])
    assert table["why_code"].notna().any()


def test_every_table_has_the_code_beside_the_sentence(artibonite, rn1, events, ledger):
    located = rn1.locate(events)
    agree(located)
    assert located.columns.tolist()[-2:] == ["why_not", "why_code"]
    assert {"other_road:rn5", "unit_far:RN1:section"} <= set(located["why_code"].dropna())
    agree(rn1.locate(am.read_places(artibonite).geometry.iloc[:3].boundary))
    net = am.RoadNetwork.from_lines(am.read_roads(artibonite).iloc[:5], tolerance_m=1)
    agree(net.snap(events, max_offset_m=500))
    agree(am.estimate_contestation(artibonite, events, stop="2024-10-15", stability=False))
    status = am.control_status(artibonite, ledger, as_of="2024-10-15", events=events)
    agree(am.claims_behind(status, ledger, events))


def test_a_spread_says_both(rn1, events):
    spread = rn1.spread(events)
    assert isinstance(spread, Spread)
    assert [None if code is None else sentence(code) for code in spread.why_code] == list(spread.why_not)


def test_the_tally_of_a_risk_is_by_code(rn1, events):
    counted = am.corridor_risk(rn1, events, as_of="2024-10-15").attrs["tally"]
    assert counted["old:730"] > 0
    assert all(sentence(code) for code in counted)
    why = why_not_counted(events, as_of=pd.Timestamp("2024-10-15").date(), model=RiskModel()).dropna()
    assert {read_code(code)[0] for code in why} <= {WhyNot.KIND, WhyNot.AGGREGATE, WhyNot.OLD, WhyNot.FUTURE}


def test_codes_of_a_status_stand_in_the_order_of_its_sentences(artibonite, ledger, events):
    status = am.control_status(artibonite, ledger, as_of="2024-10-15", events=events)
    some = 0
    for unused, codes in zip(status["not_counted"], status["why_code"], strict=True):
        pairs = zip(schema.split_names(unused), schema.split_names(codes), strict=True)
        for one, code in pairs:
            assert one.endswith(f" ({sentence(code)})")
            some += 1
    assert some > 100


def test_a_status_of_an_earlier_release_still_tells_what_is_behind_it(artibonite, ledger, events):
    status = am.control_status(artibonite, ledger, as_of="2024-10-15", events=events)
    now, then = (am.claims_behind(one, ledger, events) for one in (status, status.drop(columns="why_code")))
    assert then["why_code"].isna().all()
    pd.testing.assert_frame_equal(now.drop(columns="why_code"), then.drop(columns="why_code"))


def test_events_located_by_an_earlier_release_get_their_codes(artibonite, rn1, events):
    risk = am.corridor_risk(rn1, events, as_of="2024-10-15", pieces=rn1.stretches())
    risk.attrs.pop("tally")
    located = rn1.locate(events)
    pages = [
        am.corridor_report(artibonite, corridor=rn1, risk=risk, events=one, as_of="2024-10-15", lang="fr").markdown()
        for one in (located, located.drop(columns="why_code"))
    ]
    assert pages[0] == pages[1]
    assert "le rapport nomme une autre route (RN5)" in pages[0]
    for code in located["why_code"].dropna().unique():
        assert sentence(code) not in pages[0]


def test_what_is_held_back_is_counted_by_code_and_in_words(events):
    done = release(events, audience=Audience.PUBLIC)
    assert done.held_codes
    assert dict(done.held_back) == {why.text: done.held_codes[why] for why in done.held_codes}
    assert list(done.held_back) == sorted(done.held_back)


def test_a_status_in_french_has_no_english_reason(capsys):
    assert main(["status", "Savien", "--as-of", "2024-10-15", "--lang", "fr"]) == 0
    shown = capsys.readouterr().out
    assert "une autre règle" in shown or "périmé" in shown or "Ne compte pas" in shown
    for why in WhyNot:
        if not parameters_of(why) and " " in why.text:
            assert why.text not in shown


def test_json_of_a_status_holds_the_codes(capsys):
    assert main(["status", "Savien", "--as-of", "2024-10-15", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    codes = {one["why_code"] for row in rows for one in row["behind"] if not one["counts"]}
    assert codes <= {why.value for why in WhyNot}
    assert codes

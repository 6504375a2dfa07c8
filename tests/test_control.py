"""Reported status: every rule with an example from Artibonite, and the laws."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import artimap as am
from artimap.claims.ledger import Ledger
from artimap.control.assessment import attackers_of, backing, picture
from artimap.control.evidence import Evidence, subjects_of
from artimap.control.parties import STATE, UNNAMED, read_sides
from artimap.control.rules import ALL_RULES, RULES, decide
from artimap.control.status import read_evidence, row_of
from artimap.core import schema
from artimap.core.errors import DateError, ModelError, PlaceError
from artimap.core.i18n import format_day, table_words, tr
from artimap.core.phrases import held_before_phrase
from artimap.core.tables import CLAIMS, EVENTS, STATUS
from artimap.core.vocab import Party, Status
from artimap.maps.cards import VisibleClaims
from artimap.maps.thematic_layers import zone_detail
from artimap.report.control_status import status_grid

# rule, subject, day, actors, and claims that must stand behind it
EXAMPLES = [
    ("said_contested", "desarmes", "2025-10-20", "400 Mawozo; Taliban gang (Canaan)", {"CL027"}),
    ("raid_outcome_not_stated", "HT0513-01", "2024-10-10", "Kokorat San Ras", {"2024-10-08-croix-perisse", "AF005"}),
    ("clash_at_held_place", "savien", "2025-01-15", "Gran Grif", {"2024-12-28-savien-vehicle", "CL001"}),
    (
        "held_and_attacked",
        "jean-denis",
        "2025-10-15",
        "Coalition of Jean-Denis; Gran Grif",
        {"2025-07-17-jean-denis", "CL044"},
    ),
    ("two_independent_sources", "savien", "2024-10-15", "Gran Grif", {"CL001", "CL002", "CL003"}),
    ("not_confirmed", "HT0513-01", "2025-10-15", "Kokorat San Ras", {"CL012"}),
    ("said_jointly", "saut-d-eau", "2025-06-01", "400 Mawozo; Taliban gang (Canaan)", {"CL053b"}),
    ("presence_said", "johanisse", "2024-11-01", "Kokorat San Ras", {"CL042"}),
    ("attacked_no_holder", "HT0522", "2024-10-15", None, {"AF020", "AF041"}),
    ("state_forces_there", "petite-riviere-de-l-artibonite", "2025-04-01", "PNH", {"CL033"}),
    ("nobody_renewed", "savien", "2025-10-15", "Gran Grif", {"CL001", "CL002"}),
    ("nothing_said", "marmelade", "2024-10-15", None, set()),
    ("part_said_of_another", "rn1:125.8-150.1", "2024-11-10", "PNH; MSS; Kokorat San Ras", {"CL039", "AF005"}),
    ("gravest_part", "rn1:125819-130200", "2024-10-15", "Kokorat San Ras", {"2024-10-08-croix-perisse"}),
]


@pytest.fixture(scope="module")
def said(artibonite, ledger, events):
    return read_evidence(artibonite, ledger, events=events, model=None, known_on=None)


def only(ledger: Ledger, *claims: str) -> Ledger:
    return Ledger(ledger.claims[ledger.claims["claim_id"].isin(claims)], ledger.subjects, ledger.posts.iloc[:0])


def number(day: str) -> int:
    return dt.date.fromisoformat(day).toordinal()


@pytest.mark.parametrize(("rule", "subject", "day", "actors", "claims"), EXAMPLES, ids=[one[0] for one in EXAMPLES])
def test_each_rule_has_an_example_from_artibonite(said, rule, subject, day, actors, claims):
    answer = said.answer(subject, number(day))
    assert answer.rule == rule
    assert "; ".join(answer.actors) == (actors or "")
    behind = {one.claim for one in answer.evidence} | {claim for part in answer.parts for claim in part.claims}
    assert claims <= behind


def test_a_partys_word_alone_is_claimed(artibonite, ledger):
    """Police say on 4 November 2024 that the road to Gonaïves is theirs again; without other claims that is all."""
    table = am.control_status(artibonite, only(ledger, "CL039"), as_of="2024-11-10").set_index("subject")
    row = table.loc["rn1:125.8-150.1"]
    assert (row["status"], row["rule"], row["actors"]) == ("claimed", "party_alone", "PNH; MSS")
    assert row["confidence"] == "low"


def test_two_sides_said_to_hold_one_stretch_make_it_contested(artibonite, ledger):
    two = only(ledger, "CL039", "CL043")
    model = am.ControlModel(controls_days=720)
    table = am.control_status(artibonite, two, as_of="2024-11-10", model=model).set_index("subject")
    row = table.loc["rn1:125.8-150.1"]
    assert (row["status"], row["rule"]) == ("contested", "conflicting_claims")
    assert set(row["actors"].split("; ")) == {"PNH", "MSS", "Kokorat San Ras"}


def test_every_rule_is_shown():
    shown = {one[0] for one in EXAMPLES} | {"party_alone", "conflicting_claims"}
    assert shown == {rule.name for rule in ALL_RULES}
    assert [rule.order for rule in RULES] == list(range(1, len(RULES) + 1))
    assert all(rule.words for rule in ALL_RULES)
    for lang in ("en", "fr", "ht"):
        from artimap.core.i18n import tr  # noqa: PLC0415

        assert all(tr(f"rule.{rule.name}", lang) for rule in ALL_RULES)


# --- the places of the brief -----------------------------------------------------------------


def test_la_croix_perisse_before_during_and_after(said):
    before, raid, after = (said.answer("HT0513-01", number(day)) for day in ("2024-10-07", "2024-10-10", "2024-11-10"))
    assert (before.status, before.actors) == (Status.CLAIMED, ("Kokorat San Ras",))
    assert (raid.status, raid.rule) == (Status.CONTESTED, "raid_outcome_not_stated")
    # that police say the road is theirs again is a party's word: the section stays contested, not retaken
    assert (after.status, after.rule) == (Status.CONTESTED, "raid_outcome_not_stated")
    assert "PNH" not in after.actors
    assert "2024-11-04-croix-perisse" in {one.claim for one in after.evidence}


def test_pont_sonde_was_attacked_and_police_are_said_to_hold_only_the_road(said):
    """The road past a town is not the town: who holds it is not said, and the attack of 3 October comes first."""
    answer = said.answer("pont-sonde", number("2024-10-15"))
    assert (answer.status, answer.actors, answer.confidence) == (Status.ATTACKED_RECENTLY, (), "medium")
    assert "2024-10-03-pont-sonde" in {one.claim for one in answer.evidence}
    assert "CL038" not in {one.claim for one in answer.evidence}
    later = said.answer("pont-sonde", number("2025-10-15"))
    assert (later.status, later.actors, later.confidence) == (Status.LAST_KNOWN, ("PNH",), "low")


def test_savien_and_liancourt_on_both_days(said):
    savien, gone = (said.answer("savien", number(day)) for day in ("2024-10-15", "2025-10-15"))
    assert (savien.status, savien.actors, savien.confidence) == (Status.ASSESSED, ("Gran Grif",), "high")
    assert (gone.status, gone.actors) == (Status.LAST_KNOWN, ("Gran Grif",))
    town, later = (said.answer("liancourt", number(day)) for day in ("2024-10-15", "2025-10-15"))
    assert (town.status, town.actors, town.confidence) == (Status.CLAIMED, ("Ti Grif",), "low")
    assert (later.status, later.actors) == (Status.CONTESTED, ("Gran Grif",))


def test_a_toll_between_two_towns_speaks_of_the_interval_and_of_no_town_in_it(said):
    toll = said.answer("rn1:94.8-150.1", number("2024-06-01"))
    assert (toll.status, toll.rule) == (Status.PRESENCE, "presence_said")
    for place in ("villard", "l-estere", "carrefour-paye"):
        assert "CK013" not in {one.claim for one in said.answer(place, number("2024-06-01")).evidence}


def test_last_known_is_the_newest_that_was_said_hold_or_presence(said):
    """At Cabaret a hold of August 2024 has faded, and so has a presence of October: the newer one is last known."""
    answer = said.answer("cabaret", number("2025-09-15"))
    assert (answer.rule, answer.actors) == ("nobody_renewed", ("5 Segonn", "unnamed armed group"))
    assert "CL060" in {one.claim for one in answer.evidence}


def test_what_was_known_then_is_less(artibonite, ledger, events):
    then = am.control_status(artibonite, ledger, as_of="2024-10-07", known_on="2024-10-07", events=events)
    row = then.set_index("subject").loc["HT0513-01"]
    assert row["claims"] == "CL005"
    assert "AF049 (it was not surely said by the day known_on)" in row["not_counted"]


def test_a_raid_does_not_give_the_place_back(artibonite, ledger, events):
    history = am.status_history(artibonite, ledger, "HT0513-01", events=events)
    gained = history[history["actors"].fillna("").str.contains("PNH")]
    assert gained.empty
    # after the raid no claim from before it makes the place held again
    later = history[(history["valid_from"] > "2024-10-14") & history["status"].isin(["claimed", "assessed"])]
    assert set(later["claims"]) == {"CL012"}


def test_the_joint_sentence_gives_neither_group_the_place(said):
    for subject in ("HT0522", "HT0521", "HT0513"):
        answer = said.answer(subject, number("2024-10-15"))
        assert (answer.status, answer.actors) == (Status.ATTACKED_RECENTLY, ())
    # at Liancourt another report has armed men who are neither of the two, in a part of the section
    answer = said.answer("HT0532-01", number("2024-10-15"))
    assert (answer.status, answer.actors) == (Status.PRESENCE, ("unnamed armed group",))
    assert {one.claim for one in answer.evidence} == {"CL075"}


def test_a_police_station_is_not_a_town(said):
    answer = said.answer("petite-riviere-de-l-artibonite", number("2024-12-08"))
    assert (answer.status, answer.rule) == (Status.PRESENCE, "state_forces_there")


def test_reprints_and_nameless_outlets_are_no_second_source(artibonite, ledger):
    alone = am.control_status(artibonite, only(ledger, "CL001", "CL003"), as_of="2024-10-15").set_index("subject")
    assert alone.loc["savien", "status"] == "claimed"
    twice = ledger.claims[ledger.claims["claim_id"] == "CL001"]
    again = twice.assign(claim_id="again", source="Another outlet", origin="Haiti24")
    both = Ledger(pd.concat([twice, again], ignore_index=True), ledger.subjects, ledger.posts.iloc[:0])
    assert (
        am.control_status(artibonite, both, as_of="2024-10-15").set_index("subject").loc["savien", "status"]
        == "claimed"
    )
    free = Ledger(
        pd.concat([twice, again.assign(origin=None)], ignore_index=True), ledger.subjects, ledger.posts.iloc[:0]
    )
    assert (
        am.control_status(artibonite, free, as_of="2024-10-15").set_index("subject").loc["savien", "status"]
        == "claimed"
    )
    own = again.assign(origin=None, claimant="Another outlet")
    two = Ledger(pd.concat([twice, own], ignore_index=True), ledger.subjects, ledger.posts.iloc[:0])
    assert (
        am.control_status(artibonite, two, as_of="2024-10-15").set_index("subject").loc["savien", "status"]
        == "assessed"
    )


def test_undated_claims_never_count_but_are_named(artibonite, ledger, events):
    row = am.control_status(artibonite, ledger, as_of="2024-10-15", events=events).set_index("subject").loc["canaan"]
    assert row["status"] == "unknown"
    assert "CL019 (no day is given, so it may be of any time)" in row["not_counted"]


def test_every_claim_about_a_subject_is_used_or_explained(artibonite, ledger, events):
    table = am.control_status(artibonite, ledger, as_of="2024-10-15", events=events).set_index("subject")
    about = ledger.claims[ledger.claims["about"].isin(["place", "stretch"]) & (ledger.claims["subject"] != "nowhere")]
    said = list(zip(about["claim_id"], about["subject"], strict=True))
    said += [(post.claim_id, subject) for post in ledger.posts.itertuples() for subject in subjects_of(post)]
    assert len(said) > 90
    for claim, subject in said:
        if subject not in table.index:  # residents' barricades on a piece of road that nothing else names
            assert subject == "rn1:94.8-125.8"
            continue
        row = table.loc[subject]
        assert claim in f"{row['claims']} {row['not_counted']}".replace("(", "; ").replace(";", " ").split(), claim


def test_the_table_is_what_the_schema_says(artibonite, ledger, events):
    table = am.control_status(artibonite, ledger, as_of="2024-10-15", events=events)
    assert_frame_equal(schema.conform(table, STATUS), table)
    assert {"place", "section", "commune", "department", "stretch"} == set(table["kind"])
    named = table[table["subject"].str.match(r"rn1:\d+-\d+$")]
    assert len(named) == 18
    assert (named["to_m"] - named["from_m"]).sum() == pytest.approx(249_854, abs=2)
    assert table["support"].between(0, 1).all()


def test_confidence_is_the_support_in_words(artibonite, ledger, events):
    table = am.control_status(artibonite, ledger, as_of="2024-10-15", events=events)
    model = am.model_of(table, am.ControlModel)
    high = table[table["confidence"] == "high"]
    assert set(high["status"]) == {"assessed"}
    assert (high["support"] >= model.high).all()
    assert (table[table["status"].isin(["unknown", "last_known"])]["confidence"] == "low").all()


# --- history and change ----------------------------------------------------------------------


@pytest.mark.parametrize("subject", ["HT0513-01", "savien", "rn1:125819-130200", "carrefour-paye", "liancourt"])
def test_a_history_answers_as_the_status_of_each_day(said, artibonite, ledger, events, subject):
    history = am.status_history(artibonite, ledger, subject, since="2024-06-01", until="2025-12-01", events=events)
    assert history["valid_from"].iloc[0] == pd.Timestamp("2024-06-01")
    assert history["valid_to"].iloc[-1] == pd.Timestamp("2025-12-01")
    gaps = history["valid_from"].iloc[1:].to_numpy() - history["valid_to"].iloc[:-1].to_numpy()
    assert (gaps == pd.Timedelta(days=1)).all()
    for row in history.itertuples(index=False):
        for day in pd.date_range(row.valid_from, row.valid_to, freq="4D"):
            answer = said.answer(subject, day.date().toordinal())
            assert (answer.status, answer.rule) == (row.status, row.rule)


def test_what_changed_gives_reasons(artibonite, ledger, events):
    table = am.what_changed(artibonite, ledger, since="2024-10-01", until="2024-10-15", events=events)
    row = table.set_index("subject").loc["HT0513-01"]
    assert (row["status_before"], row["status"]) == ("claimed", "contested")
    assert "2024-10-08-croix-perisse" in row["came"]
    assert row["reasons"].startswith("State forces raided a held place")
    faded = table.set_index("subject").loc["gonaives"]
    assert "has faded" in faded["reasons"]
    same = am.what_changed(artibonite, ledger, since="2024-10-15", until="2024-10-15", events=events)
    assert same.empty


def test_what_changed_as_it_could_be_known(artibonite, ledger, events):
    as_known = am.what_changed(artibonite, ledger, since="2024-10-01", until="2024-10-15", events=events, as_known=True)
    row = as_known.set_index("subject").loc["HT0513-01"]
    assert row["status_before"] == "last_known"


def test_bad_questions_are_refused(artibonite, ledger, events):
    with pytest.raises(PlaceError, match="take a subject of control_status"):
        am.status_history(artibonite, ledger, "nowhere-at-all", events=events)
    with pytest.raises(DateError, match="is before since"):
        am.what_changed(artibonite, ledger, since="2024-10-15", until="2024-10-01", events=events)
    with pytest.raises(ModelError, match="base_days is 0"):
        am.ControlModel(base_days=0)
    with pytest.raises(ModelError, match="the levels must rise"):
        am.ControlModel(high=0.4)


# --- sides -----------------------------------------------------------------------------------


def test_names_that_may_mean_one_group_are_no_rivals(artibonite):
    sides = read_sides(artibonite)
    assert sides.of("PNH") == sides.of("MSS") == sides.of("Police nationale d'Haïti") == STATE
    assert not sides.rivals("Ti Bwadòm gang", "Kokorat San Ras")
    assert not sides.rivals("400 Mawozo", "Viv Ansanm")
    assert sides.rivals("Gran Grif", "Kokorat San Ras")
    assert sides.rivals(STATE, UNNAMED)
    assert not sides.rivals("Gran Grif", UNNAMED)


def test_words_of_other_systems():
    words = am.status_words().set_index("status")
    assert set(words.index) == {one.value for one in Status}
    assert words.loc["assessed", "isw"] == "assessed control"
    assert words.loc["claimed", "isw"] == "claimed control"
    assert words.loc["contested", "viina"] == "CONTESTED"
    assert words.loc["unknown", ["isw", "viina"]].isna().all()


# --- an event erases no memory -----------------------------------------------------------------

_NEWER = {
    "claim_id": "new", "about": "place", "claimant": "Radio B", "source": "Radio B", "claimant_is_party": "no",
    "date_basis": "stated", "sensitivity": "low", "licence": "own",
}  # fmt: skip


def with_newer(ledger, subject, predicate, day, value=None):
    day = pd.Timestamp(day)
    row = {
        **_NEWER, "subject": subject, "predicate": predicate, "value": value, "reported": day,
        "valid_from": day, "valid_to": day if predicate == "attacked" else None, "last_confirmed": day,
    }  # fmt: skip
    return as_ledger(ledger, pd.concat([ledger.claims, pd.DataFrame([row])], ignore_index=True))


@pytest.mark.parametrize(
    ("predicate", "value", "status"),
    [
        ("attacked", None, "attacked_recently"), ("attacked", "unnamed armed group", "attacked_recently"),
        ("affected", None, "attacked_recently"), ("contested", None, "contested"), ("presence", "PNH", "presence"),
        ("presence", "400 Mawozo", "presence"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("subject", ["savien", "HT0521-05"])
def test_who_was_last_known_keeps_the_place_beside_what_happened_since(
    artibonite, ledger, events, subject, predicate, value, status
):
    day = "2025-10-15"
    before = am.control_status(artibonite, ledger, as_of=day, events=events).set_index("subject").loc[subject]
    assert before["status"] == "last_known"
    holder = before["actors"]
    assert pd.isna(before["held_before"])
    newer = with_newer(ledger, subject, predicate, "2025-10-10", value)
    row = am.control_status(artibonite, newer, as_of=day, events=events).set_index("subject").loc[subject]
    assert row["status"] == status
    assert row["held_before"] == holder
    assert row["held_before_on"] == before["last_confirmed"]
    assert set(row["held_before_sources"].split("; ")) <= set(ledger.claims["source"])
    assert f"Last known before: {holder}: " in row["reason"]
    # once the new report has faded, what was known before it is the status again
    older = with_newer(ledger, subject, "attacked", "2025-06-01")
    later = am.control_status(artibonite, older, as_of=day, events=events).set_index("subject")
    assert later.loc[subject, ["status", "actors"]].tolist() == ["last_known", holder]


def test_what_is_held_now_or_was_never_held_has_nobody_before(artibonite, ledger, events):
    table = am.control_status(artibonite, ledger, as_of="2024-10-15", events=events).set_index("subject")
    assert pd.isna(table.loc["savien", "held_before"])
    newer = with_newer(ledger, "marmelade", "attacked", "2024-10-10")
    row = am.control_status(artibonite, newer, as_of="2024-10-15", events=events).set_index("subject").loc["marmelade"]
    assert (row["status"], row["held_before"] is None or pd.isna(row["held_before"])) == ("attacked_recently", True)


@pytest.mark.parametrize("lang", ["en", "fr", "ht"])
def test_every_reader_is_told_who_was_last_known_when_and_by_whom(artibonite, ledger, events, lang):
    newer = with_newer(ledger, "savien", "attacked", "2025-10-10")
    table = am.control_status(artibonite, newer, as_of="2025-10-15", events=events)
    row = table.set_index("subject").loc["savien"]
    said = held_before_phrase(row, lang)
    assert said.startswith("Gran Grif, ")
    assert format_day(row["held_before_on"].date(), lang) in said
    assert all(table_words(source, lang) in said for source in row["held_before_sources"].split("; "))
    only_there = table[table["subject"] == "savien"]
    zones = am.control_zones(artibonite, newer, as_of="2025-10-15", events=events, status=only_there)
    assert zones["held_before"].tolist() == ["Gran Grif"] * len(zones)
    detail = zone_detail(zones.iloc[0].to_dict(), "zone_attacked", VisibleClaims(newer, lang), lang)
    assert (tr("map.fact.held_before", lang), said) in [(fact.label, fact.text) for fact in detail.facts]
    reader = SimpleNamespace(
        status=only_there, zones=zones, lang=lang, as_of=dt.date(2025, 10, 15), published_by={}
    )  # fmt: skip
    grid = status_grid(reader, lambda *_: "")
    assert said in str(grid)


# --- laws ------------------------------------------------------------------------------------

_ACTORS = ("Gran Grif", "Kokorat San Ras", "PNH", "unnamed armed group", "Gran Grif; Kokorat San Ras")
_PLACES = ("savien", "liancourt", "HT0513-01")


@st.composite
def ledgers(draw) -> pd.DataFrame:
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from(_PLACES),
                st.sampled_from(("controls", "base", "presence", "contested", "attacked", "withdrew")),
                st.sampled_from(_ACTORS),
                st.integers(0, 900),
                st.one_of(st.none(), st.integers(0, 200)),
                st.one_of(st.none(), st.integers(0, 200)),
                st.sampled_from(("Radio A", "Radio B", "Paper C")),
                st.sampled_from(list(Party)),
            ),
            max_size=9,
        )
    )
    day = pd.Timestamp("2023-01-02")
    table = pd.DataFrame(
        [
            {
                "claim_id": f"c{at:02d}", "about": "place", "subject": place, "predicate": predicate, "value": actor,
                "claimant": source, "claimant_is_party": party.value, "reported": day + pd.Timedelta(days=said),
                "date_basis": "stated",
                "valid_from": None if back is None else day + pd.Timedelta(days=said - back),
                "valid_to": None if on is None else day + pd.Timedelta(days=said + on),
                "last_confirmed": day + pd.Timedelta(days=said), "source": source, "sensitivity": "low",
                "licence": "own",
            }
            for at, (place, predicate, actor, said, back, on, source, party) in enumerate(rows)
        ],
        columns=[name for name in CLAIMS.names if name not in ("origin", "scope")],
    )  # fmt: skip
    return schema.conform(table, CLAIMS)


def as_ledger(ledger: Ledger, claims: pd.DataFrame) -> Ledger:
    return Ledger(schema.conform(claims, CLAIMS), ledger.subjects, ledger.posts.iloc[:0])


AS_OF = dt.date(2024, 12, 1)


@settings(max_examples=10)
@given(claims=ledgers(), extra=ledgers(), who=st.sampled_from(_ACTORS[:4]))
def test_another_claim_for_an_actor_never_lowers_its_support(artibonite, ledger, claims, extra, who):
    more = extra[extra["predicate"].isin(["controls", "base", "presence"])].assign(value=who)
    more = more.assign(claim_id=[f"more-{one}" for one in more["claim_id"]])
    before = am.support(artibonite, as_ledger(ledger, claims), as_of=AS_OF)
    after = am.support(artibonite, as_ledger(ledger, pd.concat([claims, more])), as_of=AS_OF)
    old = before[before["actor"] == who].set_index("subject")["support"]
    new = after[after["actor"] == who].set_index("subject")["support"]
    assert set(old.index) <= set(new.index)
    assert (new.reindex(old.index) >= old - 1e-12).all()


@settings(max_examples=6)
@given(claims=ledgers(), weeks=st.integers(-400, 400))
def test_shifting_every_day_changes_nothing(artibonite, ledger, events, claims, weeks):
    by = pd.Timedelta(weeks=weeks)
    moved = claims.assign(
        **{name: claims[name] + by for name in ("reported", "valid_from", "valid_to", "last_confirmed")}
    )
    one = am.control_status(artibonite, as_ledger(ledger, claims), as_of=AS_OF, events=events)
    other = am.control_status(artibonite, as_ledger(ledger, moved), as_of=AS_OF + by.to_pytimedelta(), events=events)
    columns = ["subject", "status", "actors", "support", "confidence", "days_since", "rule", "claims"]
    assert_frame_equal(one[columns], other[columns])


@settings(max_examples=6)
@given(claims=ledgers(), seed=st.integers(0, 1000))
def test_the_order_of_rows_changes_nothing(artibonite, ledger, events, claims, seed):
    shuffled = claims.sample(frac=1, random_state=seed)
    one = am.control_status(artibonite, as_ledger(ledger, claims), as_of=AS_OF, events=events)
    other = am.control_status(artibonite, as_ledger(ledger, shuffled), as_of=AS_OF, events=events)
    assert_frame_equal(one, other)


def test_the_order_of_the_embedded_rows_changes_nothing(artibonite, ledger, events):
    mixed = Ledger(
        ledger.claims.sample(frac=1, random_state=4).reset_index(drop=True), ledger.subjects,
        ledger.posts.sample(frac=1, random_state=5),
    )  # fmt: skip
    one = am.control_status(artibonite, ledger, as_of="2024-10-15", events=events)
    other = am.control_status(artibonite, mixed, as_of="2024-10-15", events=events.sample(frac=1, random_state=6))
    assert_frame_equal(one, other)


@given(day=st.dates(dt.date(2022, 1, 1), dt.date(2026, 1, 1)))
@settings(max_examples=4)
def test_no_claims_at_all_means_unknown_everywhere(artibonite, ledger, events, day):
    none = Ledger(ledger.claims.iloc[:0], ledger.subjects, ledger.posts.iloc[:0])
    table = am.control_status(artibonite, none, as_of=day, events=events)
    assert set(table["status"]) == {"unknown"}
    assert table["reason"].str.contains("Unknown is not free of armed groups").all()
    assert am.support(artibonite, none, as_of=day).empty


@settings(max_examples=10)
@given(claims=ledgers())
def test_assessed_needs_two_independent_outsiders(artibonite, ledger, events, claims):
    table = am.control_status(artibonite, as_ledger(ledger, claims), as_of=AS_OF, events=events)
    for row in table[table["status"] == "assessed"].itertuples(index=False):
        if row.kind == "stretch":
            continue
        behind = claims[claims["claim_id"].isin(row.claims.split("; "))]
        named = behind[~behind["value"].str.contains(";") & (behind["claimant_is_party"] == "no")]
        assert named.groupby("value")["source"].nunique().max() >= 2


def test_support_by_hand():
    """Two fresh outsiders at 0.6 each: 1 − 0.4² = 0.84; one of them a half-life later weighs 0.3."""
    model = am.ControlModel()
    base = Evidence(
        subject="x", claim="a", kind="hold", predicate="controls", actors=("G",), sides=("G",), start=0, until=0,
        end=None, half_life=180, voice="outlet a", named=True, party=Party.NO, via="own", words="words",
    )  # fmt: skip
    other = replace(base, claim="b", voice="outlet b")
    assert backing([base, other], 0, model) == pytest.approx(0.84)
    assert backing([base, base], 0, model) == pytest.approx(0.6)
    assert backing([base], 180, model) == pytest.approx(0.3)
    sides = read_sides(am.area("artibonite"))
    assert decide(picture([base, other], 0, model=model, sides=sides)).status is Status.ASSESSED
    assert decide(picture([base, other], 181, model=model, sides=sides)).status is Status.LAST_KNOWN
    assert decide(picture([base, other], 541, model=model, sides=sides)).status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("predicate", "field"),
    [
        ("base", "base_days"), ("controls", "controls_days"), ("presence", "presence_days"),
        ("contested", "contested_days"), ("attacked", "attacked_days"), ("affected", "attacked_days"),
    ],
)  # fmt: skip
def test_a_claim_speaks_for_one_half_life_of_its_predicate_and_is_last_known_for_three(
    artibonite, ledger, predicate, field
):
    one = ledger.claims[ledger.claims["claim_id"] == "CL001"].assign(predicate=predicate)
    said, half = dt.date(2024, 10, 9), getattr(am.ControlModel(), field)
    kept = predicate in ("base", "controls", "presence")  # a fight that is over leaves no holder to be last known

    def status(days: int) -> str:
        table = am.control_status(artibonite, as_ledger(ledger, one), as_of=said + dt.timedelta(days=days))
        return str(table.set_index("subject").loc["savien", "status"])

    fresh = status(0)
    assert fresh not in ("unknown", "last_known")
    assert status(half) == fresh
    assert status(half + 1) == ("last_known" if kept else "unknown")
    assert status(3 * half) == ("last_known" if kept else "unknown")
    assert status(3 * half + 1) == "unknown"


@settings(max_examples=6)
@given(claims=ledgers())
def test_days_since_count_from_the_day_last_confirmed_and_nothing_speaks_of_the_future(
    artibonite, ledger, events, claims
):
    table = am.control_status(artibonite, as_ledger(ledger, claims), as_of=AS_OF, events=events)
    told = table[table["last_confirmed"].notna()]
    assert (pd.Timestamp(AS_OF) - told["last_confirmed"]).dt.days.tolist() == told["days_since"].tolist()
    assert (told["days_since"] >= 0).all()
    assert set(table["status"]) <= {one.value for one in Status}
    assert table.loc[table["status"] == "unknown", ["actors", "last_confirmed", "claims"]].isna().all().all()


@settings(max_examples=5)
@given(day=st.dates(dt.date(2022, 6, 1), dt.date(2025, 12, 1)), days=st.integers(1, 200))
def test_what_changed_is_what_differs_between_the_tables_of_two_days(artibonite, ledger, events, day, days):
    later = day + dt.timedelta(days=days)
    changed = am.what_changed(artibonite, ledger, since=day, until=later, events=events).set_index("subject")
    then, now = (
        am.control_status(artibonite, ledger, as_of=one, events=events).set_index("subject")[
            ["status", "actors", "rule"]
        ]
        for one in (day, later)
    )
    differ = (then.fillna("") != now.fillna("")).any(axis=1)
    assert set(changed.index) == set(differ.index[differ])
    assert changed["status"].tolist() == now.loc[changed.index, "status"].tolist()
    assert changed["status_before"].tolist() == then.loc[changed.index, "status"].tolist()
    assert changed["reasons"].str.len().min() > 20 or changed.empty


@settings(max_examples=4)
@given(claims=ledgers(), weeks=st.integers(-200, 200))
def test_histories_and_changes_shift_with_their_days(artibonite, ledger, claims, weeks):
    by = pd.Timedelta(weeks=weeks)
    days = ("reported", "valid_from", "valid_to", "last_confirmed")
    moved = claims.assign(**{name: claims[name] + by for name in days})
    none = schema.empty(EVENTS)
    shift = by.to_pytimedelta()
    start, stop = dt.date(2023, 1, 1), dt.date(2026, 1, 1)
    one, other = (
        am.status_history(
            artibonite, as_ledger(ledger, table), "savien", since=start + move, until=stop + move, events=none
        )
        for table, move in ((claims, dt.timedelta(0)), (moved, shift))
    )
    columns = ["status", "actors", "confidence", "rule", "claims"]
    assert_frame_equal(one[columns], other[columns])
    assert ((one["valid_from"] + by) == other["valid_from"]).all()
    assert ((one["valid_to"] + by) == other["valid_to"]).all()


# --- who attacked -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "day", "attackers"),
    [
        ("l-estere", "2023-03-01", "Kokorat San Ras"),  # with the police, who were the other side of the clash
        ("mirebalais", "2025-03-30", "400 Mawozo; Taliban gang (Canaan); Viv Ansanm; self-defence groups"),
        ("HT0532-01", "2024-07-01", None),  # said to suffer from armed groups, by nobody named
        ("cabaret", "2024-03-03", "unnamed armed group"),
    ],
)
def test_what_was_attacked_names_whom_the_reports_name_and_nobody_else(said, subject, day, attackers):
    row = row_of(said, said.subjects[subject], said.answer(subject, number(day)), dt.date.fromordinal(number(day)))
    assert (row["status"], row["actors"], row["attackers"]) == (Status.ATTACKED_RECENTLY, None, attackers)


@pytest.mark.parametrize(
    ("kind", "actors", "named"),
    [
        ("road_ambush", ("Viv Ansanm", "PNH"), ("Viv Ansanm",)),
        ("attack_on_civilians", ("a band of Terre Neuve",), ("a band of Terre Neuve",)),
        ("attack_on_civilians", ("residents", "400 Mawozo"), ("400 Mawozo",)),
        ("arson_or_property_destruction", ("PNH",), ("PNH",)),
        ("armed_clash", ("PNH", "MSS"), ()),  # one side of a clash is not whoever attacked the place
        ("armed_clash", ("residents", "Gran Grif", "PNH"), ("Gran Grif",)),
        ("attacked", (), ()),
    ],
)
def test_residents_and_state_forces_stand_for_no_attacker_where_another_is_named(artibonite, said, kind, actors, named):
    one = replace(said.evidence["savien"][0], kind="attack", predicate=kind, actors=actors)
    assert attackers_of([one], read_sides(artibonite)) == named


def test_only_what_was_attacked_has_attackers(artibonite, ledger, events):
    for day in ("2023-06-01", "2024-10-15", "2025-10-25"):
        table = am.control_status(artibonite, ledger, as_of=day, events=events)
        zones = am.control_zones(artibonite, ledger, as_of=day, events=events)
        struck = table[table["attackers"].notna()]
        assert len(struck)
        assert set(struck["status"]) == {Status.ATTACKED_RECENTLY}
        told = zones.drop_duplicates("subject").set_index("subject")["attackers"].dropna()
        assert dict(told) == {
            one: who for one, who in zip(struck["subject"], struck["attackers"], strict=True) if one in told
        }

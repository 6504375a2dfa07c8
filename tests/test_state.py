"""State on a day by a named rule. Pont-Sondé, 3 October 2024, is the worked example."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from artimap.claims.ledger import Ledger
from artimap.claims.resolution import LATEST, MEDIAN, MOST_VOICES, RANGE, RULES, figure, latest_day, voices
from artimap.core import schema
from artimap.core.errors import ModelError
from artimap.core.tables import CLAIMS
from artimap.core.vocab import Predicate

PONT_SONDE = "2024-10-03-pont-sonde"


def on(ledger, day, **options):
    date = dt.date.fromisoformat(day)
    return ledger.state(PONT_SONDE, as_of=date, known_on=date, **options)


@pytest.mark.parametrize(
    ("day", "killed", "injured", "behind", "contradicted_by"),
    [
        ("2024-10-03", "20+", "20", 1, 0),  # the first toll of the day
        ("2024-10-04", "70+", "16", 2, 1),  # the United Nations, in two outlets
        ("2024-10-10", "109", "50", 1, 3),  # the vice-delegate, a week later
        ("2024-12-31", "200+", "50", 1, 5),  # an article of 11 December, no method given
    ],
)
def test_pont_sonde_day_by_day(ledger, day, killed, injured, behind, contradicted_by):
    value = on(ledger, day)[Predicate.KILLED]
    assert value.value == killed
    assert value.rule == LATEST
    assert len(value.claims) == behind
    assert len(value.others) == contradicted_by
    assert on(ledger, day)[Predicate.INJURED].value == injured


def test_the_day_before_nothing_was_known(ledger):
    assert not on(ledger, "2024-10-02").by_predicate


def test_the_same_claimant_in_two_outlets_is_one_voice(ledger):
    value = on(ledger, "2024-10-04")[Predicate.KILLED]
    behind = ledger.claims.set_index("claim_id").loc[list(value.claims)]
    assert behind["source"].nunique() == 2
    assert value.voices == 1


def test_reports_without_a_day_do_not_count_as_known(ledger):
    """The mayor's 115 stands in a copy without a date: nobody can prove when it was said."""
    state = on(ledger, "2024-10-10")
    assert "R086-killed" in state.not_dated
    assert "R086-killed" not in {*state[Predicate.KILLED].claims, *state[Predicate.KILLED].others}
    known_now = ledger.state(PONT_SONDE, as_of=dt.date(2024, 10, 10))
    assert "R086-killed" in {*known_now[Predicate.KILLED].claims, *known_now[Predicate.KILLED].others}
    assert known_now.not_dated == ()


def test_every_rule_is_named_and_keeps_every_claim(ledger):
    behind = set()
    for rule in RULES:
        value = ledger.state(PONT_SONDE, as_of=dt.date(2025, 12, 31), rule=rule)[Predicate.KILLED]
        assert value.rule == rule
        behind.add(tuple(sorted([*value.claims, *value.others])))
    assert len(behind) == 1
    assert len(behind.pop()) == 13


def test_range_and_median(ledger):
    last = dt.date(2025, 12, 31)
    spread = ledger.state(PONT_SONDE, as_of=last, rule=RANGE)[Predicate.KILLED]
    assert (spread.value, spread.low, spread.high) == ("20–200+", 20, None)
    assert spread.voices == 10, "13 figures, 10 voices"
    assert ledger.state(PONT_SONDE, as_of=last, rule=MEDIAN)[Predicate.KILLED].value == "70+"


def test_places_go_by_voices(ledger):
    value = ledger.state("savien", as_of=dt.date(2024, 12, 31))[Predicate.BASE]
    assert (value.value, value.rule, value.voices) == ("Gran Grif", MOST_VOICES, 3)


def test_more_days_never_know_less(ledger):
    seen = set()
    for day in pd.date_range("2024-10-01", "2025-10-31", freq="7D"):
        state = ledger.state(PONT_SONDE, as_of=dt.date(2025, 12, 31), known_on=day.date())
        now = {one for value in state.by_predicate.values() for one in (*value.claims, *value.others)}
        assert seen <= now
        seen = now


def test_an_unknown_rule_and_subject(ledger):
    with pytest.raises(ModelError, match="no rule 'loudest'; there is: latest"):
        ledger.state(PONT_SONDE, as_of=dt.date(2024, 10, 10), rule="loudest")
    assert not ledger.state("nowhere at all", as_of=dt.date(2024, 10, 10)).by_predicate


def claims_of(*rows):
    common = {
        "about": "event", "subject": "x", "predicate": "killed", "claimant_is_party": "no", "date_basis": "stated",
        "sensitivity": "low", "licence": "own",
    }  # fmt: skip
    return schema.conform(
        pd.DataFrame(
            [{"claim_id": f"c{number}", "report_id": f"r{number}", **common, **row} for number, row in enumerate(rows)]
        ),
        CLAIMS,
    )


def state_of_rows(*rows, **options):
    return Ledger(claims_of(*rows), None, None).state("x", as_of=dt.date(2024, 12, 31), **options)


def test_reprints_and_repeated_sentences_are_one_voice():
    claims = claims_of(
        {"source": "A", "claimant": "A", "value": "3"},
        {"source": "B (copy)", "origin": "A", "claimant": None, "value": "3"},
        {"source": "C", "claimant": "Residents", "value": "3"},
        {"source": "D", "claimant": "Residents", "value": "3"},
        {"source": "E", "claimant": "Mayor of X", "value": "3"},
        {"source": "F", "claimant": "Mayor of X (radio)", "value": "3"},
    )
    assert voices(claims).nunique() == 4
    said = claims_of(
        {"source": "A", "claimant": "A", "predicate": "stated", "value": "Three people died at the bridge."},
        {"source": "B", "claimant": "B", "predicate": "stated", "value": "Three people died, at the bridge"},
    )
    assert len(set(voices(said))) == 1


def test_a_party_alone_gives_a_range_and_never_outshouts_others():
    party = {"claimant_is_party": "yes", "claimant": "PNH", "source": "PNH"}
    own = state_of_rows(
        {**party, "value": "2", "reported": "2024-05-01"}, {**party, "value": "9", "reported": "2024-05-02"}
    )
    assert (own["killed"].value, own["killed"].rule) == ("2–9", RANGE)
    both = state_of_rows(
        {"source": "A", "claimant": "A", "value": "4", "reported": "2024-05-01"},
        {**party, "value": "9", "reported": "2024-05-02"},
    )
    assert (both["killed"].value, both["killed"].others) == ("4", ("c1",))


def test_contradictions_of_one_day_stay_a_range():
    day = {"reported": "2024-05-01"}
    value = state_of_rows(
        {"source": "A", "claimant": "A", "value": "4", **day}, {"source": "B", "claimant": "B", "value": "7+", **day}
    )
    assert (value["killed"].value, value["killed"].low, value["killed"].high) == ("4–7+", 4, None)


def test_a_reported_zero_is_a_figure():
    value = state_of_rows({"source": "A", "claimant": "A", "value": "0", "reported": "2024-05-01"})
    assert (value["killed"].value, value["killed"].low, value["killed"].high) == ("0", 0, 0)


@pytest.mark.parametrize(
    ("basis", "wanted"),
    [
        ("stated", "2024-02-10"),
        ("week", "2024-02-16"),
        ("month", "2024-02-29"),
        ("year", "2024-12-31"),
        ("undated", None),
    ],
)
def test_a_vague_day_counts_from_its_end(basis, wanted):
    found = latest_day(pd.Timestamp("2024-02-10"), basis)
    assert found == (pd.Timestamp(wanted) if wanted else None)


def test_what_is_no_figure():
    assert figure("about seventy") is None
    assert figure(None) is None


def test_origin_is_carried(ledger):
    claims = ledger.claims.set_index("claim_id")
    assert claims.loc["R085-killed", "origin"] == "Le Journalier"
    assert claims["origin"].notna().sum() > 50

"""The report on who is said to hold what: changes with reasons, posts between cities, removals, confidence, trend."""

from __future__ import annotations

import pandas as pd
import pytest

import artimap as am
from artimap.core.i18n import words
from artimap.report.fees import legs
from artimap.report.report import corridor_report


@pytest.fixture(scope="module")
def made(artibonite, rn1, events, ledger):
    """Give the report of a day in a language, with all tables."""
    whole = rn1.locate(events)

    def report(day, lang="en", claims=None):
        # the places of a year ago are told elsewhere: without them a report is made in half the time
        located = whole[whole["date_start"] > pd.Timestamp(day) - pd.Timedelta(days=200)]
        said = claims or ledger.until(pd.Timestamp(day).date())
        return corridor_report(
            artibonite, corridor=rn1, events=located, ledger=said, as_of=day, lang=lang,
            risk=am.corridor_risk(rn1, whole, as_of=day, ledger=ledger),
            status=am.control_status(artibonite, said, as_of=day, events=events),
            checkpoints=am.checkpoints_on(rn1, said, as_of=day),
        ).markdown()  # fmt: skip

    return report


@pytest.fixture(scope="module")
def october(made):
    return made("2025-10-15")


def line(text, start, after):
    return next(one for one in text.partition(after)[2].splitlines() if one.startswith(f"| **{start}"))


def test_what_changed_is_told_with_its_reasons(october):
    after = "Reported status: what changed since 15 Sep 2025"
    assert after in october
    row = line(october, "Carrefour Paye", after)
    assert "claimed (Gran Grif) | assessed (Gran Grif)" in row
    assert "**New:** Radio Métropole, 22 Sep 2025" in row
    faded = line(october, "Petite-Rivière-de-l'Artibonite", after)
    assert "**No longer counts:**" in faded
    assert "what was said has faded or ended" in faded
    assert "Since 15 Sep 2025 the reported status changed at" in october.partition("## Towns and stretches")[0]


def test_named_stretches_are_not_told_twice(october):
    changed = october.partition("Reported status: what changed")[2].partition("\n## ")[0]
    assert "Villard – L'Estère" not in changed


def test_nothing_changed_is_said(made, ledger):
    none = am.Ledger(ledger.claims.iloc[:0], ledger.subjects, ledger.posts.iloc[:0])
    text = made("2025-10-15", claims=none)
    assert "no reported status changed" in text
    assert "Unknown is not free of armed groups" not in text.partition("## Places")[0]
    assert "Between | Vehicle" not in text


def test_posts_between_cities_say_what_is_not_known_and_give_no_false_total(october):
    rows = [one for one in october.splitlines() if one.startswith("| **Saint-Marc – Gonaïves**")]
    assert len(rows) >= 2
    truck = next(one for one in rows if "20-foot truck" in one)
    assert "perhaps on this piece: 50,000 or more HTG a trip" in truck  # about 50,000: no ceiling
    assert "2 posts with no stated amount" in truck
    assert "3 posts somewhere on this road" in truck
    assert "1 post said to be gone" in truck
    north = next(one for one in october.splitlines() if one.startswith("| **Gonaïves – Cap-Haïtien**"))
    assert "no post is said to stand there now, which does not mean there is none" in north


def test_an_undated_amount_is_told_as_undated(made):
    rows = [one for one in made("2024-09-15").splitlines() if one.startswith("| **Saint-Marc – Gonaïves**")]
    assert any("| motorcycle |" in one and "said without a day: 500 HTG a trip (Carrefour Paye)" in one for one in rows)


def test_a_sum_of_stated_amounts_is_not_called_a_total_while_something_is_unknown(ledger, made):
    """A dated amount at Carrefour Paye: it is given, as that of the posts that state one."""
    dated = ledger.claims["claim_id"].isin(["CK015", "CK016"])
    day = pd.Timestamp("2024-10-01")
    claims = ledger.claims.assign(
        date_basis=ledger.claims["date_basis"].mask(dated, "stated"),
        **{name: ledger.claims[name].mask(dated, day) for name in ("reported", "last_confirmed")},
    )
    text = made("2024-10-15", claims=am.Ledger(claims, ledger.subjects, ledger.posts))
    row = next(one for one in text.splitlines() if one.startswith("| **Saint-Marc") and "| motorcycle |" in one)
    assert "**500 HTG a trip (1 post)** of those that state one; no total" in row


def test_who_removed_a_post_and_when(october):
    row = line(october, "Carrefour Paye", "## Posts and what they are said to ask")
    assert "said to be removed (by PNH, 1 Jan 2025)" in row


def test_every_status_says_how_sure_it_is_and_what_is_unknown_is_counted(october):
    after = "### Reported status\n"
    assert "| Confidence |" in october.partition(after)[2][:600]
    assert "| assessed | Gran Grif | medium |" in line(october, "Carrefour Paye", after)
    assert "Liancourt (km 108.3–109.1)" in line(october, "Pont-Sondé – Carrefour Paye", after)
    assert "more places, sections and stretches are not known" in october


def test_a_change_is_said_in_words_only_where_it_is_all_but_sure(artibonite, rn1, events, ledger):
    after = "### More or less often than in the 90 days before"
    risk = am.corridor_risk(rn1, events, as_of="2025-10-15", ledger=ledger)
    chances = {"Montrouis": 0.96, "Saint-Marc": 0.94, "Pont-Sondé": 0.5, "Carrefour Paye": 0.04, "L'Estère": None}
    known = risk["name"].isin(list(chances))
    assert known.sum() == len(chances)
    risk.loc[known, "p_rose"] = risk.loc[known, "name"].map(chances).astype(float)
    risk.loc[~known & (risk["info"] != "silent"), "p_rose"] = 0.5
    report = am.corridor_report(artibonite, corridor=rn1, risk=risk, as_of="2025-10-15").markdown()
    told = report.partition(after)[2].partition("\n> ")[0]
    assert "| very probably more often reported | 96 %" in line(report, "Montrouis", after)
    assert "| very probably less often reported | 4 %" in line(report, "Carrefour Paye", after)
    for nothing in ("Saint-Marc", "Pont-Sondé", "L'Estère", "Limbé"):
        assert nothing not in told
    unclear = int((risk["info"] != "silent").sum()) - 3
    silent = int((risk["info"] == "silent").sum())
    assert f"{unclear} stretches without a sure change, 1 stretch observed too thinly" in told
    assert f"{silent} stretches of which nothing is known" in told


def test_nothing_is_said_of_a_change_that_is_not_sure(october):
    told = october.partition("### More or less often than in the 90 days before")[2].partition("\n> ")[0]
    assert "Nothing is said of the others" in told
    assert "very probably" not in told


@pytest.mark.parametrize("lang", [pytest.param("fr", marks=pytest.mark.exhaustive), "ht"])
def test_in_other_languages(made, lang):
    text = made("2025-10-15", lang)
    said = words(lang)
    for key in ("fees.heading", "trend.note", "changes.status_note", "places.confidence", "fees.no_post"):
        assert said[f"report.{key}"].partition("{")[0] in text.replace("&#39;", "'")
    assert said["report.posts.removed_by"].format(who="PNH") in text
    assert said["confidence.medium"] in text


def test_legs_are_those_between_cities(artibonite, rn1, events, ledger):
    risk = am.corridor_risk(rn1, events.iloc[:0], as_of="2025-10-15")
    ctx = am.corridor_report(artibonite, corridor=rn1, risk=risk, ledger=ledger, as_of="2025-10-15").context
    assert [(one[0], one[2]) for one in legs(ctx)] == [
        ("Port-au-Prince", "Saint-Marc"), ("Saint-Marc", "Gonaïves"), ("Gonaïves", "Cap-Haïtien"),
    ]  # fmt: skip

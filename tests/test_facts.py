"""The carried-over statements: each in one table, and none read as more than it says."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from artimap.core import vocab

DATA = Path(__file__).resolve().parents[1] / "data" / "artibonite"
ALL_FACTS = [f"F{number:03d}" for number in range(1, 80)]
WITH_FACTS = [
    "reports",
    "control_claims",
    "checkpoint_reports",
    "figures",
    "deployments",
    "not_mapped",
]
WITH_PLACES = ["place_words", "reports", "control_claims", "checkpoint_reports"]
OWN = ["actors", "place_words", *WITH_FACTS]


def read(name: str) -> pd.DataFrame:
    """Read one table as text; an empty field is an empty text."""
    return pd.read_csv(DATA / f"{name}.csv", dtype=str, keep_default_na=False, encoding="utf-8")


def parts(value: str) -> list[str]:
    """Split names joined by semicolons."""
    return [part.strip() for part in value.split(";") if part.strip()]


def with_fact(name: str, fact: str) -> pd.Series:
    """Give the one row of a table that carries a statement."""
    table = read(name)
    rows = table[[fact in parts(value) for value in table["fact_ids"]]]
    assert len(rows) == 1, f"{fact} stands {len(rows)} times in {name}"
    return rows.iloc[0]


# every statement in one table -------------------------------------------------


def test_each_of_the_79_statements_stands_in_exactly_one_row() -> None:
    counted = Counter(fact for name in WITH_FACTS for value in read(name)["fact_ids"] for fact in parts(value))
    assert sorted(counted) == ALL_FACTS
    assert [fact for fact, times in counted.items() if times != 1] == []


def test_what_is_not_mapped_says_why() -> None:
    table = read("not_mapped")
    assert (table["reason"] != "").all()
    assert (table["statement"] != "").all()


def test_there_are_all_source_claims_and_events() -> None:
    reports = read("reports")
    # 252 source claims about 153 events, four more of the article (one of them a new event), and of
    # 2026's 159 rows about 109 events (93 new) those 143 that were read again or have another row beside them
    assert len(reports) == 252 + 4 + 143
    assert reports["event_id"].nunique() == 153 + 1 + 77
    assert len(read("control_claims")) == 77 + 23
    assert len(read("checkpoint_reports")) == 42 + 9


def test_rows_read_but_once_stand_only_beside_others_of_their_event() -> None:
    reports = read("reports")
    assert reports["checked"].value_counts().to_dict() == {
        "": 256,
        "twice": 69,
        "once": 58,
        "once, another page agrees": 9,
        "once, not read again": 7,
    }
    alone = reports[reports["checked"] == "once, not read again"]
    assert set(alone["event_id"]) <= set(reports.loc[~reports.index.isin(alone.index), "event_id"])
    assert alone["note"].str.contains("read once, not again").all()


_APPROXIMATE = r"(?i)\b(?:about|some|around|approximate|nearly|close to|at least|or more|more than|over)\b"
_STATED = {
    "R019", "R055", "R060", "R088", "R127", "R129", "R174", "R189", "R213", "R230", "R246", "R319", "R325", "R336",
    "R349", "R352", "R357", "R362", "R379",
}  # fmt: skip
"""Rows in which such a word belongs to something else than the dead: houses, hours, the injured."""


def test_about_and_at_least_give_no_ceiling() -> None:
    """About twenty at Préval was a ceiling of 20, where the same source has more than 50 hurt or killed."""
    reports = read("reports")
    text = reports["summary"] + " " + reports["note"]
    worded = reports[(reports["killed_high"] != "") & text.str.contains(_APPROXIMATE)]
    assert set(worded["report_id"]) == _STATED
    for report in ("R020", "R052", "R134", "R135", "R179", "R205"):
        assert reports.set_index("report_id").loc[report, "killed_high"] == ""
    events = pd.read_csv(DATA / "events.csv", dtype=str, keep_default_na=False).set_index("event_id")
    assert (events.loc["2025-05-20-preval", ["killed_low", "killed_high"]] == ["20", ""]).all()
    posts = read("checkpoint_reports")
    about = posts[posts["fee_text"].str.contains(r"about \d|more than \d")]
    assert set(about["report_id"]) == {"CK002", "CK004", "CK022", "CK026", "CK031"}
    assert (about["fee_high"] == "").all()
    assert (read("deployments")["personnel_high"] == "").all()
    assert (read("figures")["value_high"] == "").all()


def test_a_closed_road_is_closed_as_long_as_the_latest_report_has_it() -> None:
    events = pd.read_csv(DATA / "events.csv", dtype=str, keep_default_na=False).set_index("event_id")
    row = events.loc["2025-12-25-rn1-blockade"]
    assert (row["kind"], row["date_start"], row["date_end"]) == ("road_closure", "2025-12-25", "2025-12-31")


def test_rows_of_ucdp_bear_its_licence() -> None:
    reports = read("reports")
    coded = reports[reports["source"].str.startswith("UCDP")]
    assert len(coded) == 4
    assert (coded["licence"] == "UCDP GED, CC BY 4.0: cite UCDP").all()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("actors", "actor_id"),
        ("reports", "report_id"),
        ("control_claims", "claim_id"),
        ("checkpoint_reports", "report_id"),
        ("figures", "figure_id"),
        ("deployments", "deployment_id"),
    ],
)
def test_keys_are_unique(name: str, key: str) -> None:
    assert read(name)[key].is_unique


# the traps ----------------------------------------------------------------------


def raid() -> pd.Series:
    """Give the raid of La Croix Périsse as the article tells it."""
    return with_fact("reports", "F001")


def test_tuesday_is_8_october_2024() -> None:
    assert raid()["date_start"] == raid()["date_end"] == "2024-10-08"
    assert (read("deployments")["date_start"] == "2024-10-08").all()
    assert pd.Timestamp("2024-10-08").day_name() == "Tuesday"


def test_the_raid_is_one_row_with_two_places_and_the_finer_one_is_kept() -> None:
    row = raid()
    assert {"F001", "F002", "F003", "F004", "F046", "F047", "F048", "F050"} == set(parts(row["fact_ids"]))
    assert (row["where"], row["pcode"], row["place_id"]) == ("section", "HT0513-01", "")
    assert row["other_words"] == "Gonaïves"
    assert "Gonaïves" in row["note"]
    assert "La Croix Périsse" in row["note"]
    reports = read("reports")
    times = (reports["event_id"] == row["event_id"]) & (reports["date_start"] == "2024-10-08")
    assert times.sum() == 2, "the article and one other outlet, the article only once"


def test_the_base_in_the_same_article_takes_the_finer_place_too() -> None:
    row = with_fact("control_claims", "F005")
    assert (row["actor"], row["predicate"]) == ("Kokorat San Ras", "base")
    assert (row["where"], row["pcode"]) == ("section", "HT0513-01")


def test_the_other_spelling_of_gran_grif_is_an_alias_not_an_actor() -> None:
    actors = read("actors")
    aliases = dict(zip(actors["name"], actors["aliases"], strict=True))
    assert "Grand Grif" in parts(aliases["Gran Grif"])
    assert "Grand Grif" not in aliases


def test_aliases_lead_to_one_actor_each() -> None:
    actors = read("actors")
    owners = Counter(
        word.casefold()
        for name, aliases in zip(actors["name"], actors["aliases"], strict=True)
        for word in {name, *parts(aliases)}
    )
    assert [word for word, times in owners.items() if times > 1] == []


def test_groups_whose_identity_is_open_are_not_merged() -> None:
    names = set(read("actors")["name"])
    assert {"Ti Bwadòm gang", "Kokorat San Ras", "Canaan gangs", "Taliban gang (Canaan)"} <= names
    assert {"Coalition of Jean-Denis", "armed group of Jean-Denis"} <= names


def test_the_fires_have_no_perpetrator() -> None:
    row = raid()
    assert row["kind"] == "police_operation"
    assert "who set the fires is not stated" in row["note"]
    arson = read("reports").query("kind == 'arson_or_property_destruction'")
    assert row["event_id"] not in set(arson["event_id"])


def test_deaths_not_stated_are_null_and_no_arrest_is_zero() -> None:
    row = raid()
    assert row["killed_low"] == row["killed_high"] == ""
    assert row["arrested"] == "0"
    assert row["injured"] == "1"


def test_no_death_toll_is_lent_to_the_articles_own_events() -> None:
    for fact in ("F025", "F028"):
        row = with_fact("reports", fact)
        assert row["killed_low"] == row["killed_high"] == ""


def test_200_killed_are_pooled_overlap_and_enter_no_sum() -> None:
    row = with_fact("figures", "F043")
    assert (row["value_low"], row["value_high"], row["may_sum"]) == ("200", "", "no")
    assert len(parts(row["places"])) == 4
    assert {"2024-10-03-pont-sonde", "2024-08-23-gros-morne"} <= set(parts(row["overlaps"]))
    article = read("reports").query("fact_ids != ''")
    assert "200" not in set(article["killed_low"]) | set(article["killed_high"])


@pytest.mark.parametrize("fact", ["F031", "F032", "F035", "F038"])
def test_extortion_and_checkpoints_of_the_article_have_no_place(fact: str) -> None:
    row = with_fact("checkpoint_reports", fact)
    assert row["where"] == "nowhere"
    assert row["place_id"] == row["pcode"] == row["from_km"] == row["to_km"] == ""
    assert row["road_id"] == ("rn1" if fact == "F032" else "")


def test_posts_of_the_whole_of_rn1_have_no_place() -> None:
    posts = read("checkpoint_reports").query("checkpoint_id == 'rn1-five-posts'")
    assert len(posts) == 2
    assert (posts["where"] == "nowhere").all()


def test_the_rate_of_el_salvador_touches_no_table_of_artibonite() -> None:
    assert "El Salvador" in with_fact("not_mapped", "F076")["reason"]
    for name in OWN:
        if name != "not_mapped":
            assert "2.4" not in (DATA / f"{name}.csv").read_text(encoding="utf-8")


def test_two_unnamed_localities_are_the_commune_and_not_a_point() -> None:
    row = with_fact("reports", "F028")
    assert (row["where"], row["pcode"], row["place_id"], row["geo_precision"]) == ("commune", "HT0521", "", "3")
    assert (row["date_start"], row["date_end"], row["date_precision"]) == ("2024-08-01", "2024-08-31", "3")


def test_a_force_position_is_never_a_point() -> None:
    deployments = read("deployments")
    assert not {"place_id", "lat", "lon", "where"} & set(deployments.columns)
    assert set(deployments["pcode"]) == {"HT05"}
    assert set(deployments["sensitivity"]) == {"high"}
    moved = read("reports").query("kind == 'deployment'")
    assert len(moved) == 3
    assert set(moved["where"]) == {"department"}
    assert set(moved["sensitivity"]) == {"high"}
    assert set(moved["place_id"]) == {""}


@pytest.mark.parametrize("fact", [*(f"F{n:03d}" for n in range(14, 22)), *(f"F{n:03d}" for n in range(39, 43))])
def test_the_joint_sentence_gives_no_place_to_one_group(fact: str) -> None:
    row = with_fact("control_claims", fact)
    assert (row["actor"], row["predicate"]) == ("", "affected")
    assert "jointly" in row["note"]


def test_only_joint_statements_lack_an_actor() -> None:
    claims = read("control_claims")
    assert (claims.loc[claims["actor"] == "", "predicate"] == "affected").all()


def test_the_speaker_at_risk_is_a_role_only() -> None:
    for fact in ("F057", "F058"):
        assert "role only" in with_fact("not_mapped", fact)["reason"]


# the tables hold together ---------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "column", "words"),
    [
        ("actors", "kind", vocab.ActorKind),
        ("place_words", "where", vocab.Where),
        ("reports", "kind", vocab.EventKind),
        ("reports", "record", vocab.Record),
        ("reports", "where", vocab.Where),
        ("reports", "claimant_is_party", vocab.Party),
        ("reports", "sensitivity", vocab.Sensitivity),
        ("control_claims", "predicate", vocab.Predicate),
        ("control_claims", "where", vocab.Where),
        ("control_claims", "claimant_is_party", vocab.Party),
        ("control_claims", "sensitivity", vocab.Sensitivity),
        ("checkpoint_reports", "kind", vocab.CheckpointKind),
        ("checkpoint_reports", "where", vocab.Where),
        ("checkpoint_reports", "claimant_is_party", vocab.Party),
        ("checkpoint_reports", "sensitivity", vocab.Sensitivity),
        ("figures", "about", vocab.About),
        ("figures", "predicate", vocab.Predicate),
        ("figures", "claimant_is_party", vocab.Party),
        ("deployments", "claimant_is_party", vocab.Party),
        ("deployments", "sensitivity", vocab.Sensitivity),
    ],
)
def test_words_are_of_the_vocabulary(name: str, column: str, words: type[vocab.Where]) -> None:
    assert set(read(name)[column]) <= {word.value for word in words}


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("reports", "actors"),
        ("reports", "other_actors"),
        ("control_claims", "actor"),
        ("checkpoint_reports", "operator"),
        ("deployments", "actor"),
        ("actors", "parent"),
    ],
)
def test_every_actor_is_a_canonical_name(name: str, column: str) -> None:
    known = set(read("actors")["name"])
    assert {actor for value in read(name)[column] for actor in parts(value)} - known == set()


@pytest.mark.parametrize("name", WITH_PLACES)
def test_places_are_filled_as_their_kind_wants(name: str) -> None:
    table = read(name)
    placed = table["where"].isin(["point", "place"])
    assert (placed == (table["place_id"] != "")).all()
    unit = table["where"].isin(["section", "commune", "department"])
    assert (unit == (table["pcode"] != "")).all()
    stretch = table["where"] == "stretch"
    assert (stretch == (table["from_km"] != "")).all()
    assert (stretch == (table["to_km"] != "")).all()
    ends = table.loc[stretch, ["from_km", "to_km"]].astype(float)
    assert (ends["from_km"] < ends["to_km"]).all()
    assert (table.loc[stretch, "road_id"].str.fullmatch(r"[a-z0-9-]+")).all()
    assert table["geo_precision"].isin(["1", "2", "3"]).all()


@pytest.mark.parametrize(
    ("where", "form"),
    [("section", r"HT\d{4}-\d{2}"), ("commune", r"HT\d{4}"), ("department", "HT05")],
)
@pytest.mark.parametrize("name", WITH_PLACES)
def test_unit_codes_are_of_the_level(name: str, where: str, form: str) -> None:
    table = read(name)
    codes = {code for value in table.loc[table["where"] == where, "pcode"] for code in parts(value)}
    assert [code for code in codes if not re.fullmatch(form, code)] == []


@pytest.mark.parametrize("name", WITH_PLACES)
def test_every_place_id_is_a_known_place(name: str) -> None:
    if not (DATA / "places.csv").exists():
        pytest.skip("places.csv is not built")
    used = set(read(name)["place_id"]) - {""}
    assert used - set(read("places")["place_id"]) == set()


@pytest.mark.parametrize("name", [*WITH_PLACES, "deployments", "figures"])
def test_every_unit_code_is_known(name: str) -> None:
    if not (DATA / "units.csv").exists():
        pytest.skip("units.csv is not built")
    known = set(read("units")["pcode"]) | {"HT05"}
    column = "pcodes" if name == "figures" else "pcode"
    assert {code for value in read(name)[column] for code in parts(value)} - known == set()


@pytest.mark.parametrize("name", WITH_PLACES)
def test_every_road_is_known_and_stretches_lie_on_it(name: str) -> None:
    if not (DATA / "posts.csv").exists():
        pytest.skip("posts.csv is not built")
    posts = read("posts")
    longest: dict[str, float] = {}
    for road, km in zip(posts["road_id"], posts["km"], strict=True):
        longest[road] = max(longest.get(road, 0.0), float(km))
    table = read(name)
    assert {road for value in table["road_id"] for road in parts(value)} - set(longest) == set()
    stretches = table[table["where"] == "stretch"]
    for road, start, end in zip(stretches["road_id"], stretches["from_km"], stretches["to_km"], strict=True):
        assert 0 <= float(start) < float(end) <= longest[road] + 0.1


def test_every_place_in_words_is_reviewed_once_and_with_a_reason() -> None:
    words = read("place_words")
    assert not words.duplicated(["words", "geo_precision"]).any()
    assert (words["reason"] != "").all()
    known = set(words["words"])
    for name in ("reports", "control_claims", "checkpoint_reports"):
        table = read(name)
        used = set(table["words"]) | (set(table["other_words"]) - {""} if "other_words" in table else set())
        assert used - known == set(), name


@pytest.mark.parametrize("name", ["reports", "control_claims", "checkpoint_reports"])
def test_rows_carry_the_reviewed_reading_of_their_words(name: str) -> None:
    key = ["words", "geo_precision"]
    fields = ["where", "place_id", "pcode", "from_km", "to_km"]
    table = read(name)
    if name == "reports":
        table = table[table["kind"] != "deployment"]  # coarser on purpose
    both = table.merge(read("place_words"), on=key, suffixes=("", "_read"), how="left")
    for field in fields:
        assert (both[field] == both[f"{field}_read"]).all(), field


def test_aggregates_are_marked_and_overlap_known_events() -> None:
    reports = read("reports")
    aggregates = reports[reports["record"] == "aggregate"]
    assert len(aggregates) >= 11
    known = set(reports["event_id"])
    for table in (reports, read("figures")):
        assert {event for value in table["overlaps"] for event in parts(value)} - known == set()
    assert (reports.loc[reports["record"] == "event", "overlaps"] == "").all()
    mixed = set(aggregates["event_id"]) & set(reports.loc[reports["record"] == "event", "event_id"])
    assert mixed == set()


def test_alleged_gang_dead_are_marked_only_where_deaths_are_counted() -> None:
    marked = read("reports").query("alleged_gang_dead == 'yes'")
    assert len(marked) >= 9
    assert (marked["killed_low"] != "").all()


@pytest.mark.parametrize("name", OWN)
def test_days_and_numbers_are_written_plainly(name: str) -> None:
    table = read(name)
    days = ["date_start", "date_end", "valid_from", "valid_to", "reported", "first_reported", "last_reported"]
    for column in [*days, "period_start", "period_end"]:
        if column in table:
            filled = table.loc[table[column] != "", column]
            assert pd.to_datetime(filled, format="%Y-%m-%d").notna().all()
    for column in ("killed_low", "killed_high", "injured", "abducted", "displaced", "arrested", "amount"):
        if column in table:
            assert table.loc[table[column] != "", column].str.fullmatch(r"\d+").all()


def test_low_is_never_above_high() -> None:
    pairs = {
        "reports": ("killed_low", "killed_high"),
        "checkpoint_reports": ("fee_low", "fee_high"),
        "deployments": ("personnel_low", "personnel_high"),
    }
    for name, (low, high) in pairs.items():
        table = read(name)
        filled = table[(table[low] != "") & (table[high] != "")]
        assert (filled[low].astype(int) <= filled[high].astype(int)).all()


@pytest.mark.parametrize("name", OWN)
def test_no_table_carries_quoted_text_and_all_are_plain_files(name: str) -> None:
    raw = (DATA / f"{name}.csv").read_bytes()
    assert b"\r" not in raw
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert raw.endswith(b"\n")
    assert "quote" not in read(name).columns


def test_reprints_name_the_outlet_they_come_from() -> None:
    reports = read("reports")
    copies = reports[reports["source"].str.contains(r"\((?:via|copy of) ", regex=True)]
    assert len(copies) > 0
    assert (copies["origin"] != "").all()
    assert set(reports.loc[reports["source"] == "Haiti News", "origin"]) == {"Le Journalier"}


def test_parties_are_marked_where_police_or_protesters_speak() -> None:
    claims = read("control_claims")
    police = claims["claimant"].str.contains(r"\bPNH\b|police director|Police union", regex=True)
    assert (claims.loc[police, "claimant_is_party"] == "yes").all()


def test_posts_said_of_one_place_share_an_id() -> None:
    posts = read("checkpoint_reports").set_index("report_id")["checkpoint_id"]
    assert posts["CK018"] == posts["CK019"] == posts["CK020"]
    assert posts["CK015"] == posts["CK016"]
    assert posts["CK001"] == posts["CK009"] == posts["CK035"]

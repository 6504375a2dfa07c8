"""Claims, posts, reported status and zones on the embedded data."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from artimap.areas import embedded
from artimap.claims.event_merging import merge_reports
from artimap.claims.ledger import Ledger
from artimap.claims.readers import read_claims
from artimap.control.checkpoints.life_cycle import CheckpointModel, checkpoints_on, read_checkpoints
from artimap.control.model import ControlModel
from artimap.control.status import control_status
from artimap.control.zones.geometry import control_zones
from artimap.core import schema
from artimap.core.errors import DataError, ModelError
from artimap.core.tables import CLAIMS
from artimap.core.vocab import About, CheckpointStatus, Party, Predicate, Status


@pytest.fixture(scope="session")
def status(artibonite, ledger, events):
    return control_status(artibonite, ledger, as_of="2024-10-15", events=events).set_index("subject")


def test_events_on_disk_are_the_reports_merged():
    """events.csv is derived: whoever edits reports.csv runs data/build.py again."""
    merged = merge_reports(embedded.read_table("artibonite", "reports"))
    text = merged.to_csv(index=False, lineterminator="\n")
    assert embedded.layer_path("artibonite", "events").read_text(encoding="utf-8") == text


def test_merging_looks_at_no_order():
    reports = embedded.read_table("artibonite", "reports")
    shuffled = reports.sample(frac=1, random_state=3)
    numbers = [
        "event_id",
        "date_start",
        "kind",
        "killed_low",
        "killed_best",
        "killed_high",
        "n_claims",
        "n_sources",
        "place_kind",
    ]
    assert_frame_equal(merge_reports(reports)[numbers], merge_reports(shuffled)[numbers])


def test_pont_sonde_keeps_every_voice(ledger):
    said = ledger.about("2024-10-03-pont-sonde")
    killed = said[said["predicate"] == Predicate.KILLED]
    assert len(said["report_id"].unique()) >= 15
    assert {"115", "109", "54–65", "70+"} <= set(killed["value"])
    assert killed["claimant"].notna().all()


def test_what_could_be_known_by_a_day(ledger):
    early = ledger.about("2024-10-03-pont-sonde", as_of=pd.Timestamp("2024-10-04").date())
    late = ledger.about("2024-10-03-pont-sonde")
    assert 0 < len(early) < len(late)
    assert early["reported"].max() <= pd.Timestamp("2024-10-04")


def test_undated_reports_say_so(ledger):
    claims = ledger.claims
    assert set(claims["date_basis"]) <= {"stated", "by", "month", "year", "from_event", "undated"}
    assert (claims[claims["date_basis"] == "undated"]["reported"].isna()).all()


def test_the_joint_sentence_gives_no_place_to_a_gang(ledger):
    joint = ledger.claims[ledger.claims["predicate"] == Predicate.AFFECTED]
    assert len(joint) >= 12
    assert joint["value"].isna().all()


def test_deployments_have_no_place(ledger):
    deployed = ledger.claims[ledger.claims["about"] == About.DEPLOYMENT]
    assert len(deployed) >= 3
    assert set(deployed["subject"]) == {"HT05"}


def test_la_croix_perisse_is_contested_after_the_raid(status):
    row = status.loc["HT0513-01"]
    assert row["status"] == Status.CONTESTED
    assert row["actors"] == "Kokorat San Ras"
    assert row["rule"] == "raid_outcome_not_stated"
    assert "2024-10-08-croix-perisse" in row["claims"]


def test_before_the_raid_it_is_claimed(artibonite, ledger, events):
    before = control_status(artibonite, ledger, as_of="2024-10-06", events=events).set_index("subject")
    assert before.loc["HT0513-01", "status"] == Status.CLAIMED


def test_savien_is_said_by_two_outlets(status):
    assert status.loc["savien", "status"] == Status.ASSESSED
    assert status.loc["savien", "actors"] == "Gran Grif"


def test_places_nobody_speaks_of_are_unknown(status):
    assert status.loc["marmelade", "status"] == Status.UNKNOWN
    assert pd.isna(status.loc["marmelade", "actors"])
    assert not set(status["status"]) & {"safe", "free"}


def test_no_claims_at_all_means_unknown(artibonite, ledger, events):
    none = type(ledger)(ledger.claims.iloc[:0], ledger.subjects, ledger.posts.iloc[:0])
    table = control_status(artibonite, none, as_of="2024-10-15", events=events)
    assert set(table["status"]) == {Status.UNKNOWN}


def test_claims_fade(artibonite, ledger, events):
    later = control_status(artibonite, ledger, as_of="2026-06-01", events=events).set_index("subject")
    assert later.loc["savien", "status"] == Status.LAST_KNOWN
    much_later = control_status(artibonite, ledger, as_of="2028-06-01", events=events).set_index("subject")
    assert much_later.loc["savien", "status"] == Status.UNKNOWN


def test_zones_do_not_fill_between_towns(artibonite, ledger, events):
    zones = control_zones(artibonite, ledger, as_of="2024-10-15", events=events)
    assert len(zones) >= 8
    assert set(zones["layer"]) == {"reported"}
    # every zone is a section, a piece of road, or a disc no wider than a city reaches
    discs = zones[zones["zone_id"].str.match(r"reported:[a-z-]+$")]
    assert (discs.geometry.area < 3.2 * 3_000**2).all()
    assert "HT05" not in set(zones["zone_id"].str.removeprefix("reported:"))


def test_the_toll_between_two_towns_is_an_interval(rn1, ledger):
    posts = checkpoints_on(rn1, ledger, as_of="2024-10-15").set_index("checkpoint_id")
    row = posts.loc["rn1-saint-marc-gonaives-toll"]
    assert (row["from_m"] / 1000, row["to_m"] / 1000) == pytest.approx((94.8, 150.1), abs=0.3)
    assert row["status"] == CheckpointStatus.FADING


def test_posts_with_no_place_are_listed_and_not_drawn(rn1, ledger):
    posts = checkpoints_on(rn1, ledger, as_of="2024-10-15")
    nowhere = posts[posts["from_m"].isna()]
    assert len(nowhere) >= 4
    assert nowhere.geometry.is_empty.all()
    assert "article-f032" in set(nowhere["checkpoint_id"])


def test_undated_statements_never_make_a_post_active(rn1, ledger):
    posts = checkpoints_on(rn1, ledger, as_of="2024-09-15").set_index("checkpoint_id")
    assert posts.loc["rn1-carrefour-paye-toll", "status"] == CheckpointStatus.UNKNOWN
    assert "5,000 to 10,000" in posts.loc["rn1-carrefour-paye-toll", "fees"]


def test_bad_models_are_refused():
    with pytest.raises(ModelError):
        CheckpointModel(active_days=10, fading_days=5)
    with pytest.raises(ModelError):
        ControlModel(base_days=0)


def test_party_is_said(ledger):
    assert set(ledger.claims["claimant_is_party"]) == {Party.YES, Party.NO, Party.UNKNOWN}
    assert_frame_equal(schema.conform(ledger.claims, CLAIMS), ledger.claims)


@pytest.mark.parametrize(
    ("basis", "day", "may_have_been_said"),
    [
        ("stated", "2024-10-12", False),
        ("stated", "2024-10-13", True),
        ("month", "2024-10-12", False),
        ("month", "2024-10-13", True),  # some day of the month from the 13th on: it may have been said
        ("by", "2024-10-06", False),
        ("by", "2024-10-07", True),  # in the week up to the 13th
        ("undated", "2020-01-01", True),
    ],
)
def test_until_leaves_out_what_was_surely_said_later(ledger, basis, day, may_have_been_said):
    reported = pd.NaT if basis == "undated" else pd.Timestamp("2024-10-13")
    one = ledger.claims.head(1).assign(reported=reported, date_basis=basis)
    one["reported"] = one["reported"].astype(schema.DAY)
    alone = Ledger(one, ledger.subjects, ledger.posts)
    assert bool(len(alone.until(dt.date.fromisoformat(day)).claims)) is may_have_been_said


def test_what_surely_was_said_by_a_day_may_have_been_said_by_it(artibonite, ledger):
    """Nothing counts with known_on that a product of the same day leaves out."""
    for day in ("2024-10-08", "2024-11-10", "2025-07-20"):
        kept = set(ledger.until(dt.date.fromisoformat(day)).claims["claim_id"])
        known = control_status(artibonite, ledger, as_of=day, known_on=day)
        used = {one for cell in known["claims"].dropna() for one in cell.split("; ")}
        assert {one for one in used if one in set(ledger.claims["claim_id"])} <= kept


def test_claims_of_a_file_with_the_columns_of_claims(artibonite, ledger, tmp_path):
    path = tmp_path / "claims.csv"
    ledger.claims.head(20).to_csv(path, index=False)
    read = read_claims(path, area=artibonite)
    assert_frame_equal(read.claims, ledger.claims.head(20))
    with pytest.raises(DataError, match="say which area"):
        read_claims(path)


def test_claims_and_posts_of_any_report_file(artibonite, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("date,place,kind,source,summary\n2025-12-20,Savien,abduction,radio,Two taken.\n", encoding="utf-8")
    assert set(read_claims(path, area=artibonite).claims["predicate"]) == {"stated", "location"}
    assert len(read_checkpoints(path, area=artibonite)) == 0

"""A user's file beside the embedded reports: posts, claims and decisions."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest
import shapely
from pandas.testing import assert_frame_equal

sys.path.insert(0, str(Path(__file__).parent / "sources"))
from made_files import ACLED, csv_text

import artimap as am
from artimap.claims.linkage_decisions import DECISIONS
from artimap.cli import main
from artimap.core.errors import SchemaError
from artimap.studies.inputs import gather

TEMPLATE = "date,place,kind,actors,killed,source,said_by,is_party,sensitivity,summary\n"


def decide(folder, *rows):
    path = folder / "decisions.csv"
    table = pd.DataFrame([dict(zip(DECISIONS, row, strict=False)) for row in rows], columns=list(DECISIONS))
    table.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def pont_sonde(events):
    """The event of Pont-Sondé, October 2024, which many reports tell of."""
    rows = events[(events["date_start"] == pd.Timestamp("2024-10-03")) & (events["n_claims"] > 5)]
    return rows.iloc[0]


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(
        TEMPLATE
        + "2024-10-03,Pont-Sondé,attack_on_civilians,Gran Grif,250,radio,listener,no,low,Houses were burnt at night.\n"
        + "2024-11-20,Gonaïves,road_ambush,,,radio,listener,no,low,A truck was stopped.\n",
        encoding="utf-8",
    )
    return path


def test_without_a_file_nothing_changes(artibonite, events, ledger):
    found = gather(artibonite)
    assert_frame_equal(pd.DataFrame(found.events), pd.DataFrame(events))
    assert len(found.ledger.claims) == len(ledger.claims)
    assert (found.merged, found.parted, found.undecided, found.own) == ((), (), 0, None)


def test_what_is_decided_to_be_one_event_counts_once(artibonite, events, own, pont_sonde, tmp_path):
    plain = gather(artibonite, own)
    assert plain.undecided >= 1
    assert len(plain.events) == len(events) + 2
    mine = plain.own.events["event_id"].iloc[0]
    report = am.read_claims(artibonite).claims.query("subject == @pont_sonde.event_id")["report_id"].iloc[0]
    found = gather(artibonite, own, decide(tmp_path, (report, mine, "same", "analyst")))
    assert len(found.events) == len(events) + 1
    assert found.merged == ((mine, pont_sonde["event_id"]),)
    row = found.events.set_index("event_id").loc[pont_sonde["event_id"]]
    assert row["n_claims"] == pont_sonde["n_claims"] + 1
    assert row["killed_high"] == 250
    assert row["killed_low"] == pont_sonde["killed_low"]
    said = found.ledger.about(pont_sonde["event_id"])
    assert set(plain.own.claims["claim_id"][plain.own.claims["subject"] == mine]) <= set(said["claim_id"])
    others = found.events[~found.events["event_id"].isin([pont_sonde["event_id"], *plain.own.events["event_id"]])]
    before = events[events["event_id"] != pont_sonde["event_id"]]
    assert_frame_equal(pd.DataFrame(others).reset_index(drop=True), pd.DataFrame(before).reset_index(drop=True))


def test_different_keeps_both_and_is_not_asked_again(artibonite, events, own, tmp_path):
    plain = gather(artibonite, own)
    mine = plain.own.events["event_id"].iloc[0]
    from artimap.areas import embedded  # noqa: PLC0415
    from artimap.claims.record_linkage import match_reports  # noqa: PLC0415

    given = plain.events[plain.events["event_id"].isin(plain.own.events["event_id"])]
    pairs = match_reports(given, others=embedded.read_table("artibonite", "reports"))
    rows = [(a, b, "different", "analyst") for a, b in zip(pairs["report_a"], pairs["report_b"], strict=True)]
    found = gather(artibonite, own, decide(tmp_path, *rows))
    assert len(found.events) == len(events) + 2
    assert (found.undecided, found.merged) == (0, ())
    assert mine in set(found.events["event_id"])


def test_a_row_that_may_not_be_passed_on_does_not_shut_the_event(artibonite, pont_sonde, tmp_path):
    path = tmp_path / "acled.csv"
    path.write_text(csv_text([{**ACLED, "fatalities": "999"}], list(ACLED)), encoding="utf-8")
    report = am.read_claims(artibonite).claims.query("subject == @pont_sonde.event_id")["report_id"].iloc[0]
    found = gather(artibonite, path, decide(tmp_path, (report, "acled-HTI1", "same", "analyst")))
    row = found.events.set_index("event_id").loc[pont_sonde["event_id"]]
    assert row["licence"] == pont_sonde["licence"]
    assert (row["killed_low"], row["n_claims"]) == (pont_sonde["killed_low"], pont_sonde["n_claims"])
    assert "ACLED" in "; ".join(found.ledger.about(pont_sonde["event_id"])["licence"].dropna())


def test_decisions_on_embedded_reports_part_and_join_events(artibonite, events, pont_sonde, tmp_path):
    claims = am.read_claims(artibonite).claims
    reports = sorted(set(claims.query("subject == @pont_sonde.event_id")["report_id"]))
    other = events[events["date_start"] > pd.Timestamp("2024-11-01")].iloc[0]["event_id"]
    far = claims[claims["subject"] == other]["report_id"].iloc[0]
    parted = gather(artibonite, None, decide(tmp_path, (reports[0], reports[-1], "different", "analyst")))
    assert len(parted.events) == len(events) + 1
    assert len(parted.parted) == 1
    row = parted.events.set_index("event_id").loc[pont_sonde["event_id"]]
    assert row["n_claims"] == pont_sonde["n_claims"] - 1
    joined = gather(artibonite, None, decide(tmp_path, (reports[0], far, "same", "analyst")))
    assert len(joined.events) == len(events) - 1
    assert joined.merged
    clash = decide(
        tmp_path, (reports[0], far, "different", "a"), (reports[0], "x", "same", "a"),
        (reports[0], reports[1], "same", "a"), (reports[1], far, "same", "a")
    )  # fmt: skip
    with pytest.raises(SchemaError, match="the same as a third"):
        gather(artibonite, None, clash)


def ipis(folder, rows, name="ipis.csv"):
    path = folder / name
    head = "lt,ln,lp,d,o,t,b,tc,tm,s\n"
    path.write_text(head + "".join(rows), encoding="utf-8")
    return path


def test_posts_of_a_file_stand_on_the_road(artibonite, rn1, tmp_path):
    spot = rn1.point_at(110_000.0)
    lon, lat = am_degrees(spot)
    far_lon, far_lat = am_degrees(shapely.Point(spot.x + 9_000, spot.y))
    rows = [
        f"{lat},{lon},Kilometre 110,2024-09-01,Group A,Groupes armés,Axe,Véhicules,500 HTG,Survey\n",
        f"{far_lat},{far_lon},Off,2024-09-01,Group A,Groupes armés,Axe,,,Survey\n",
    ]
    path = ipis(tmp_path, rows)
    found = gather(artibonite, path)
    posts = am.checkpoints_on(rn1, found.ledger, as_of="2024-10-15").set_index("checkpoint_id")
    mine = found.own.checkpoints["checkpoint_id"].tolist()
    assert mine[0] in posts.index
    assert mine[1] not in posts.index
    assert posts.loc[mine[0], "from_m"] == pytest.approx(109_900, abs=60)
    assert "500 HTG" in posts.loc[mine[0], "fees"]
    assert posts.loc[mine[0], "status"] == "active"
    assert len(am.read_claims(path, area=artibonite).posts) == 1


def am_degrees(point):
    import geopandas as gpd  # noqa: PLC0415

    there = gpd.GeoSeries([point], crs="EPSG:32618").to_crs("EPSG:4326").iloc[0]
    return round(there.x, 6), round(there.y, 6)


def test_a_dump_of_another_country_says_so(artibonite, tmp_path):
    rows = [f"{-1.5 + row / 100},{29.1 + row / 100},Axe,2024-09-01,X,Groupes armés,Axe,,,Survey\n" for row in range(9)]
    read = am.read_report(ipis(tmp_path, rows), area=artibonite)
    assert (read.rows, read.accepted, len(read.quarantine)) == (9, 0, 9)
    assert all("likely of another country" in breach.why for breach in read.breaches)
    assert any("seems to be of another country" in note and "9 of 9 rows" in note for note in read.notes)


@pytest.mark.exhaustive
def test_the_command_tells_what_was_merged_and_where_posts_stand(artibonite, own, pont_sonde, tmp_path, capsys):
    mine = gather(artibonite, own).own.events["event_id"].iloc[0]
    report = am.read_claims(artibonite).claims.query("subject == @pont_sonde.event_id")["report_id"].iloc[0]
    path = decide(tmp_path, (report, mine, "same", "analyst"))
    asked = ["brief", "--events", str(own), "--decisions", str(path), "--as-of", "2024-12-01"]
    assert main([*asked, "-o", str(tmp_path / "b")]) == 0
    said = capsys.readouterr().out
    assert f"Merged by decision: {mine} counts in {pont_sonde['event_id']}" in said


def test_review_takes_any_format(tmp_path, capsys):
    path = tmp_path / "acled.csv"
    path.write_text(csv_text([ACLED], list(ACLED)), encoding="utf-8")
    assert main(["review", str(path), "--decisions", str(tmp_path / "d.csv")]) == 0
    said = capsys.readouterr().out
    assert "acled-HTI1" in said
    assert f"--events {path} --decisions" in said

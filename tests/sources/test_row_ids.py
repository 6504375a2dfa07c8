"""Ids of a user's rows: keyed with a secret of the user, the same on the next day, and no way back to the row."""

from __future__ import annotations

import stat
import sys

import pandas as pd
import pytest

import artimap as am
from artimap.claims.linkage_decisions import read_decisions
from artimap.core.errors import DataError
from artimap.sources.row_ids import ENV, FILE, id_key, keyed_id

ROWS = (
    "date,place,kind,summary,source,said_by,is_party,sensitivity\n"
    "2024-10-03,Pont-Sondé,attack_on_civilians,Call 3712 4455 at night,radio,listener,no,low\n"
    "2024-11-20,Gonaïves,road_ambush,A truck was stopped.,radio,listener,no,low\n"
    "2024-11-20,Gonaïves,road_ambush,A truck was stopped.,radio,listener,no,low\n"
)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A data folder of its own, without a secret in the environment."""
    monkeypatch.delenv(ENV)
    monkeypatch.setenv("ARTIMAP_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def ids(path, text=ROWS):
    path.write_text(text, encoding="utf-8")
    return am.read_report(path, area=am.ARTIBONITE)


def test_the_secret_is_made_once_and_is_the_users_alone(home, tmp_path):
    first = ids(tmp_path / "a.csv").events["event_id"]
    path = home / FILE
    assert [one.name for one in home.iterdir()] == [FILE]
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = ids(tmp_path / "b.csv").events["event_id"]
    assert first.tolist() == again.tolist()
    assert first.str.fullmatch(r"own-k[0-9a-f]{16}(-2)?").all()
    path.unlink()
    am.sources.row_ids._kept.cache_clear()
    assert not set(ids(tmp_path / "c.csv").events["event_id"]) & set(first)


@pytest.mark.usefixtures("home")
def test_another_secret_gives_other_ids(tmp_path, monkeypatch):
    first = ids(tmp_path / "a.csv").claims
    monkeypatch.setenv(ENV, "shared by a team")
    other = ids(tmp_path / "a.csv").claims
    for column in ("claim_id", "report_id", "subject"):
        assert not set(first[column]) & set(other[column])


def test_a_folder_that_cannot_be_written_gives_ids_for_the_run_and_says_so(tmp_path, monkeypatch):
    monkeypatch.delenv(ENV)
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv("ARTIMAP_DATA", str(tmp_path / "file"))
    read = ids(tmp_path / "a.csv")
    assert read.events["event_id"].tolist() == ids(tmp_path / "b.csv").events["event_id"].tolist()
    assert any("will not" in note or "match no other day" in note for note in read.notes)


def test_a_damaged_secret_is_told(home):
    home.mkdir()
    (home / FILE).write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="damaged"):
        id_key()


def test_old_ids_are_read_as_those_of_today(tmp_path):
    old = "own-0123456789abcdef-2"
    path = tmp_path / "decisions.csv"
    pd.DataFrame({"report_a": ["R001"], "report_b": [old], "decision": ["same"], "by": ["analyst"]}).to_csv(path)
    row = read_decisions(path).iloc[0]
    assert (row["report_a"], row["report_b"]) == ("R001", keyed_id(old))
    assert keyed_id(f"{old}-killed") == f"{keyed_id(old)}-killed"
    assert keyed_id(keyed_id(old)) == keyed_id(old)

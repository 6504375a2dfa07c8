"""What people have from artimap 0.1.0 is read: the files in ``from_0_1_0`` are as that release wrote them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

import artimap as am
from artimap.areas import user_layers
from artimap.claims.linkage_decisions import read_decisions
from artimap.core.vocab import EventKind, Sensitivity
from artimap.report.previous import read_previous
from artimap.sharing.policy import Action

OLD = Path(__file__).parent / "from_0_1_0"
DAY = "2024-10-15"


@pytest.fixture
def old_folder(tmp_path, monkeypatch):
    """A copy of the user's folder, in use."""
    shutil.copytree(OLD / "data", tmp_path / "data")
    monkeypatch.setenv(user_layers.ENV, str(tmp_path / "data"))
    return tmp_path / "data"


def test_a_mapping(artibonite):
    mapping = am.read_mapping(OLD / "incidents.mapping.toml")
    assert mapping.columns["date"] == "Date de l'incident"
    assert (mapping.licence, mapping.sensitivity, mapping.exact) == ("own report", Sensitivity.MODERATE, False)
    read = am.read_report(OLD / "incidents.csv", area=artibonite)  # finds the mapping that lies beside it
    assert read.events["kind"].tolist() == [EventKind.ABDUCTION, EventKind.OTHER]
    assert read.events["place"].tolist() == ["Pont-Sondé", "Liancourt"]


def test_decisions():
    table = read_decisions(OLD / "decisions.csv")
    assert table["report_a"].tolist() == ["r1", "r3", "=r5"]
    assert table["decision"].fillna("").tolist() == ["same", "different", ""]
    reports = pd.DataFrame({"report_id": ["r1", "r2", "r3", "r4"], "event_id": ["a", "b", "c", "c"]})
    assert am.apply_decisions(reports, table)["event_id"].tolist() == ["a", "a", "c", "c--r4"]


def test_a_policy():
    policy = am.read_policy(OLD / "policy.toml")
    assert (policy.k, policy.blur_to, policy.public_delay_days) == (5, "section", 14)
    assert policy.licensed == ("ACLED", "INSO")
    assert (policy.partners.high, policy.public.moderate) == (Action.AGGREGATE, Action.DELAY)


@pytest.mark.usefixtures("old_folder")
def test_a_data_folder(artibonite):
    (layer,) = user_layers.layers("artibonite")
    assert (layer.name, layer.licence) == ("osm", "ODbL-1.0")
    assert user_layers.check("artibonite") == []
    assert "Ti Desdunes Test" in set(am.read_places(artibonite)["name"])


def test_a_damaged_data_folder_is_refused_in_a_sentence(old_folder, artibonite):
    path = old_folder / "artibonite" / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["layers"][0]["tables"][0]["colour"] = "blue"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(am.DataError, match=r"delete the folder .* and add the layers again"):
        am.read_places(artibonite)


def test_a_briefing_to_compare_with(tables, artibonite):
    old = read_previous(OLD / "briefing")
    assert old.as_of.isoformat() == "2024-08-15"
    assert len(old.stretches) == 18
    assert old.checkpoints
    text = am.corridor_report(artibonite, **tables, as_of=DAY, since=OLD / "briefing").markdown()
    assert "15 Aug 2024" in text
    # The road is cut otherwise now, into towns and the stretches between them: said once, and nothing compared.
    pieces = len(tables["risk"])
    assert text.count(f"{pieces} stretches of the road are cut otherwise than in the earlier briefing") == 2
    assert "No stretch changed by a quarter or more" in text
    assert "Then, reported a month" not in text


def test_a_briefing_whose_manifest_keeps_no_tables(tmp_path):
    shutil.copytree(OLD / "briefing", tmp_path / "briefing")
    path = tmp_path / "briefing" / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    del content["report"]
    path.write_text(json.dumps(content), encoding="utf-8")
    whole, bare = read_previous(OLD / "briefing"), read_previous(tmp_path / "briefing")
    assert bare.stretches["name"].tolist() == whole.stretches["name"].tolist()
    assert bare.checkpoints == whole.checkpoints
    (tmp_path / "briefing" / "risk.gpkg").unlink()
    with pytest.raises(am.DataError, match="give the folder of an earlier briefing, whole"):
        read_previous(tmp_path / "briefing")


def test_the_model_of_a_briefing_is_read_again():
    content = json.loads((OLD / "briefing" / "manifest.json").read_text(encoding="utf-8"))
    model = am.RiskModel.from_dict(content["model"])
    # What 0.1.0 stated stays stated; what it did not know of has the values of this release.
    assert model == am.RiskModel(half_life_days=90.0)


def test_a_table_without_what_goes_with_it():
    """0.1.0 wrote no parameters and no system into its files: the table is given as it stands there."""
    table = am.read_table(OLD / "briefing" / "risk.gpkg", "stretches")
    assert (len(table), table.attrs, table.crs.to_epsg()) == (18, {}, 4326)
    assert am.model_of(table, am.RiskModel) is None


def test_a_name_of_0_1_0_warns():
    with pytest.warns(FutureWarning, match=r"artimap\.beside goes with the next release: use artimap\.model_of"):
        assert callable(am.beside)
    for name in ("simulate_contestation", "baseline_contestation"):
        with pytest.raises(AttributeError, match=name):
            getattr(am, name)

"""One study: read, masked, linked and gated once, and the same options mean the same in every command."""

from __future__ import annotations

import sys
from collections import Counter

import pandas as pd
import pyogrio
import pytest

import artimap as am
from artimap.cli import main
from artimap.core.errors import DataError
from artimap.core.i18n import format_day
from artimap.report.strip import map as strip

DAY = "2024-10-15"
COMMANDS = {
    "brief": ["brief", "-o", "briefing"],
    "map": ["map", "-o", "map.gpkg"],
    "events-only": ["map", "--events-only", "-o", "events.html"],
    "report": ["report", "-o", "report.md"],
    "risk": ["risk"],
    "status": ["status"],
    "zones": ["zones"],
    "backtest": ["backtest", "--step", "365"],
}
TEMPLATE = "date,place,kind,actors,killed,source,said_by,is_party,sensitivity,summary\n"
ROWS = (
    "2026-05-10,Pont-Sondé,road_ambush,,,radio,listener,no,low,A truck was stopped.\n"
    "2026-05-05,Gonaïves,road_ambush,,,radio,listener,no,severe,A bus was stopped.\n"
)
POLICY = '[partners]\nmoderate = "remove"\n'


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "last_night.csv"
    path.write_text(TEMPLATE + ROWS, encoding="utf-8")
    return path


def run(capsys, command, *options):
    """Run a command and give all that it prints."""
    assert main([*COMMANDS[command], *map(str, options)]) == 0
    printed = capsys.readouterr()
    return printed.out + printed.err


@pytest.mark.parametrize("command", COMMANDS)
def test_own_events_bring_their_day_and_their_rows_into_every_command(
    command, artibonite, own, capsys, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY, encoding="utf-8")
    expected = am.study(artibonite, events=own, policy=am.read_policy(policy))
    plain = am.study(artibonite)
    assert expected.as_of.isoformat() == "2026-05-10"
    assert expected.gated.events_held.total > plain.gated.events_held.total
    printed = run(capsys, command, "--events", own, "--policy", policy)
    assert any(day in printed for day in ("2026-05-10", format_day(expected.as_of, "en")))
    for line in expected.gated.held_words("en"):
        assert line in printed


@pytest.mark.parametrize("command", COMMANDS)
def test_day_and_audience_mean_the_same_in_every_command(command, artibonite, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    expected = am.study(artibonite, as_of=DAY, audience="public")
    printed = run(capsys, command, "--as-of", DAY, "--audience", "public")
    assert any(day in printed for day in (DAY, format_day(expected.as_of, "en")))
    events, _statements = expected.gated.held_words("en")
    assert events in printed


def test_risk_counts_the_rows_of_last_night(artibonite, own):
    plain, more = am.study(artibonite, as_of="2026-05-10"), am.study(artibonite, events=own)
    assert more.as_of == plain.as_of
    # How fast all of it fades is weighed anew with each row, so the sum of what is left need not grow: the rows count.
    known = set(plain.risk["event_ids"].dropna().str.split("; ").explode())
    counted = set(more.risk["event_ids"].dropna().str.split("; ").explode())
    assert counted > known
    assert more.risk["n_events"].sum() > plain.risk["n_events"].sum()


def counted(monkeypatch, counts, module, name, key):
    """Count the calls of a function wherever the package has imported it."""
    whole = getattr(module, name)

    def counting(*args, **kwargs):
        counts[key(*args, **kwargs)] += 1
        return whole(*args, **kwargs)

    for one in list(sys.modules.values()):
        if getattr(one, name, None) is whole and (one is module or one.__name__.startswith("artimap")):
            monkeypatch.setattr(one, name, counting)


def test_a_briefing_gates_reads_and_draws_once(artibonite, monkeypatch, tmp_path):
    gates, tables, roads, strips = Counter(), Counter(), Counter(), Counter()
    monkeypatch.setenv("ARTIMAP_DATA", str(tmp_path / "no layers"))  # nothing is kept in memory for this folder
    counted(monkeypatch, gates, sys.modules["artimap.sharing.gate"], "gate", lambda *_, **__: "gate")
    counted(monkeypatch, tables, pd, "read_csv", lambda path, **_: str(path))
    counted(monkeypatch, tables, pyogrio, "read_dataframe", lambda path, **_: str(path))
    counted(monkeypatch, strips, strip, "_render", lambda *_: "strip")
    build = am.Corridor.from_posts.__func__

    def counting(cls, posts, *, corridor_id, **more):
        roads[corridor_id] += 1
        return build(cls, posts, corridor_id=corridor_id, **more)

    monkeypatch.setattr(am.Corridor, "from_posts", classmethod(counting))
    am.brief(artibonite, folder=tmp_path / "briefing", as_of=DAY)
    assert gates == {"gate": 1}
    assert roads["rn1"] == 1
    assert max(roads.values()) == 1
    assert len(tables) > 10
    assert {path: n for path, n in tables.items() if n > 1} == {}
    assert strips == {"strip": 1}


def test_tables_are_kept_and_safe_to_change(artibonite):
    study = am.study(artibonite, as_of=DAY)
    first = study.risk
    first["rate"] = -1.0
    claims, towns = study.ledger.claims, study.corridor.towns
    claims["claimant"], towns["name"] = "somebody else", "nowhere"
    assert (study.risk["rate"].dropna() >= 0).all()
    assert not (study.ledger.claims["claimant"] == "somebody else").any()
    assert not (am.read_corridor(artibonite, "rn1").towns["name"] == "nowhere").any()
    places = am.read_events(artibonite)
    places["place"] = "nowhere"
    assert not (am.read_events(artibonite)["place"] == "nowhere").any()


def test_it_takes_what_the_readers_give(artibonite, own):
    by_path = am.study(artibonite, events=str(own))
    in_memory = am.study(artibonite, events=am.read_report(own, area=artibonite))
    pd.testing.assert_frame_equal(by_path.events, in_memory.events)
    pd.testing.assert_frame_equal(by_path.ledger.claims, in_memory.ledger.claims)
    with pytest.raises(DataError, match=r"artimap\.read_report"):
        am.study(artibonite, events=am.read_events(artibonite))


def test_missing_decisions_are_told(artibonite, tmp_path):
    with pytest.raises(DataError, match="is not there"):
        am.study(artibonite, decisions=tmp_path / "decisions.csv")


def test_it_shows_what_it_is(artibonite):
    study = am.study(artibonite, as_of=DAY, audience="public")
    held = study.gated.events_held.total
    for shown in (repr(study), study._repr_html_()):
        for part in ("RN1, Artibonite", DAY, "public", f"{len(study.events)} events ({held} held back)"):
            assert part in shown


def test_maps_and_reports_are_kept(artibonite):
    study = am.study(artibonite, as_of=DAY)
    assert study.report(lang="fr") is study.report(lang="fr")

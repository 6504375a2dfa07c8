"""No product tells of a row that is held back: neither its day, nor its place, kind or words, from one or from two.

Attacks with made-up rows: where rows differ in what nobody may know, whatever is made from them has to be the same.
"""

from __future__ import annotations

import argparse
import ast
import datetime as dt
import json
import re
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import artimap as am
from artimap.cli import _COMMANDS, main
from artimap.cli._shared import doubts, records
from artimap.core import schema
from artimap.core.tables import EVENTS
from artimap.core.vocab import Audience, EventKind, Lang
from artimap.risk.explain import explain
from artimap.risk.model import ROAD_KINDS, RiskModel
from artimap.sharing.cells import CELL, events_to_count
from artimap.sharing.gate import gate
from artimap.sharing.policy import Action, Rules, SharePolicy
from artimap.sharing.view import visible_tables
from artimap.studies.briefing import manifest

HEADER = "date,place,kind,actors,killed,source,said_by,is_party,sensitivity,summary\n"
DAY = "2024-10-15"
SEPTEMBER = dt.date(2024, 9, 30)
PLACES = ("Pont-Sondé", "Saint-Marc", "Pierre Payen")
"""All in one commune, on RN1."""
OTHERS = tuple(
    f"2024-09-{day:02d},{place},road_ambush,,,radio,listener,no,severe,A truck.\n"
    for day, place in zip((3, 12, 20), PLACES, strict=True)
)


def row(
    day="2024-09-09", place="Pont-Sondé", kind="abduction", actors="Gran Grif", sensitivity="severe", words="A bus"
):
    return f"{day},{place},{kind},{actors},2,radio,listener,no,{sensitivity},{words}.\n"


@pytest.fixture
def study_of(artibonite, tmp_path):
    def make(*rows, audience="partners", as_of=DAY, **more):
        path = tmp_path / "own.csv"
        path.write_text(HEADER + "".join(rows), encoding="utf-8")
        return am.study(artibonite, events=path, as_of=as_of, audience=audience, **more)

    return make


def told(study, *, whole=True):
    """Give all that a study tells, as texts by name; the map and the report only where ``whole``."""
    risk = study.risk
    kilometres = study.risk_by(study.corridor.lixels(5_000))
    found = {
        "as_of": study.as_of,
        "own": repr(study.own),
        "risk": records(risk),
        "off": {name: value for name, value in risk.attrs.items() if name not in {"shares", "models"}},
        "kilometres": records(kilometres),
        "explained": [records(explain(risk, one)) for one in risk["lixel_id"]],
        "status": records(study.status),
        "zones": study.zones.to_wkt().to_csv(),
        "posts": records(study.checkpoints),
        "forecast": study.forecast().to_json(),
        "doubts": doubts(study, "en"),
        "hindsight": records(study.in_hindsight().ledger.claims),
        "shown": repr(study),
        "manifest": manifest(study.area, day=study.as_of, lang=Lang.EN, risk=risk, files={}, gated=study.gated),
    }
    if whole:
        found |= {"report": study.report().markdown(), "snapshot": study.report().snapshot()}
        found["map"] = study.map(over_time=False).html()
        found["events"] = study.event_map().html()
    return {name: value if isinstance(value, str) else json.dumps(value, default=str) for name, value in found.items()}


def same(first, second, but=()):
    assert {name for name in first.keys() & second.keys() if first[name] != second[name]} <= set(but)


@pytest.mark.parametrize("audience", [pytest.param("partners", marks=pytest.mark.exhaustive), "public"])
def test_a_row_in_a_cell_is_the_same_on_any_day_at_any_place_of_any_kind(study_of, audience):
    first = told(study_of(*OTHERS, row(), audience=audience))
    others = [
        row(day="2024-09-28", place="Saint-Marc", kind="armed_clash", actors="Kokorat San Ras", words="A raid"),
        row(day="2024-09-01", place="Pierre Payen", kind="road_ambush", actors="", words="Somebody"),
    ]
    for one in others:
        same(first, told(study_of(*OTHERS, one, audience=audience)))
    # the order of the file tells nothing either
    same(first, told(study_of(others[0], *OTHERS[::-1], audience=audience), whole=False))


@pytest.mark.parametrize("audience", ["partners", pytest.param("public", marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("as_of", [DAY, pytest.param("2024-09-29", marks=pytest.mark.exhaustive)])
def test_a_row_in_no_cell_changes_nothing_but_how_many_are_held(study_of, audience, as_of):
    """Of a month that is not over, or with too few of its like: wherever and whenever, and as if it were not there."""
    first = told(study_of(row(day="2024-10-09"), row(day="2024-09-09"), audience=audience, as_of=as_of))
    other = row(day="2024-10-15", place="Gonaïves", kind="extortion_or_toll", actors="", words="A toll")
    same(first, told(study_of(other, row(day="2024-08-01"), audience=audience, as_of=as_of)))
    without = told(study_of(audience=audience, as_of=as_of), whole=False)
    alone = told(study_of(row(day="2024-09-09"), audience=audience, as_of=as_of), whole=False)
    same(without, alone, but={"own", "shown", "doubts", "manifest"})
    assert json.loads(without["manifest"])["left_out"] == json.loads(alone["manifest"])["left_out"]


@pytest.mark.exhaustive
def test_two_days_differ_by_a_whole_cell_or_by_nothing(study_of):
    """Answers of two days in a row, with the row that happened between them and without it."""
    rows = (*OTHERS, row(day="2024-09-21"))
    for day in ("2024-09-20", "2024-09-21", "2024-09-29"):
        same(told(study_of(*rows, as_of=day), whole=False), told(study_of(*rows[:3], as_of=day), whole=False), {
            "own", "shown", "doubts", "manifest",
        })  # fmt: skip
    counts = [
        study_of(*rows, as_of=SEPTEMBER + dt.timedelta(days=at)).events_to_count["event_id"].str.startswith(CELL).sum()
        for at in (-1, 0, 1)
    ]
    assert counts == [0, 4, 4]
    held = {study_of(*rows, as_of=day).gated.held_words("en") for day in ("2024-09-20", "2024-09-22", DAY)}
    assert len(held) == 1


def test_holding_back_does_not_make_the_road_look_calmer(study_of):
    many = (*OTHERS, *(row(day=f"2024-09-{day}") for day in range(10, 16)))
    open_, shut = study_of(*many, audience="internal"), study_of(*many)
    none = study_of()
    sums = [float(one.trip("Saint-Marc", "Gonaïves").expected or 0) for one in (none, shut, open_)]
    assert sums[0] < sums[1]
    assert shut.risk["density"].sum() > 0.9 * open_.risk["density"].sum()
    assert not set(shut.risk["event_ids"].dropna().str.cat(sep="; ").split("; ")) - set(none.events["event_id"])


def test_a_rate_of_some_kinds_is_of_what_is_visible(study_of):
    model = RiskModel(kinds=frozenset({EventKind.ABDUCTION}))
    with_row, without = study_of(*OTHERS, row(), model=model), study_of(model=model)
    pd.testing.assert_frame_equal(pd.DataFrame(with_row.risk), pd.DataFrame(without.risk))
    assert not with_row.counts_held


@pytest.mark.parametrize("audience", ["partners", "public"])
def test_the_day_of_the_answer_is_that_of_a_visible_row(study_of, audience):
    seen, hidden = row(day="2026-06-03", sensitivity="low"), row(day="2026-07-09")
    assert study_of(seen, hidden, audience=audience, as_of=None).as_of == dt.date(2026, 6, 3)
    assert study_of(seen, hidden, audience="internal", as_of=None).as_of == dt.date(2026, 7, 9)
    late = SharePolicy(public=Rules(low=Action.DELAY), partners=Rules(low=Action.DELAY))
    assert study_of(seen, hidden, audience=audience, as_of=None, policy=late).as_of == am.area("artibonite").data_until


def test_cells_of_two_audiences_leave_k(study_of):
    """Two rows held from both and two from the public: neither are enough, and the two together would tell."""
    policy = SharePolicy(public=Rules(moderate=Action.REMOVE))
    rows = (row(), row(day="2024-09-11"), *(row(day=f"2024-09-{day}", sensitivity="moderate") for day in (14, 15)))
    tables = [study_of(*rows, audience=one, policy=policy).events_to_count for one in ("partners", "public")]
    assert [int(one["event_id"].str.startswith(CELL).sum()) for one in tables] == [0, 0]
    more = study_of(*rows, row(day="2024-09-16", sensitivity="moderate"), audience="public", policy=policy)
    assert more.events_to_count["event_id"].str.startswith(CELL).sum() == 3


def held(rn1, number, *, at_m=107_000.0, days=("2024-09-03",), **own):
    """Made-up severe events on the road."""
    spots = np.broadcast_to(at_m, number)
    rows = [
        {
            "event_id": f"held-{at}", "record": "event", "date_start": days[at % len(days)],
            "date_end": days[at % len(days)], "date_precision": 1, "kind": "road_ambush", "alleged_gang_dead": False,
            "place": "a bend", "place_kind": "point", "road_id": "rn1", "geo_precision": 1, "n_claims": 1,
            "n_sources": 1, "sensitivity": "severe", "licence": "own", "geometry": rn1.point_at(float(spots[at])),
            **own,
        }
        for at in range(number)
    ]  # fmt: skip
    return schema.conform(gpd.GeoDataFrame(rows, geometry="geometry", crs=rn1.crs), EVENTS)


def cells(artibonite, rn1, events, *, as_of=dt.date(2025, 1, 1), road=None, **more):
    gated = gate(events, None, audience=Audience.PARTNERS, area=artibonite, as_of=as_of, **more).until(as_of)
    table = events_to_count(gated, corridor=road or rn1, area=artibonite, as_of=as_of, kinds=ROAD_KINDS)
    return table[["date_start", "date_end", "pcode"]].value_counts().sort_index().reset_index()


def test_cells_are_closed_months_of_communes_then_wider_and_hold_k(artibonite, rn1):
    september = ("2024-09-02", "2024-09-29")
    assert len(cells(artibonite, rn1, held(rn1, 2, days=september))) == 0
    one = cells(artibonite, rn1, held(rn1, 3, days=september))
    assert one[["pcode", "count"]].to_numpy().tolist() == [["HT0531", 3]]
    # too few of each month: the quarter; too few of each commune: the road; what is left over does not count
    quarter = cells(artibonite, rn1, held(rn1, 3, days=("2024-07-02", "2024-08-02", "2024-09-02")))
    assert str(quarter["date_end"][0].date()) == "2024-09-30"
    wide = cells(artibonite, rn1, held(rn1, 5, at_m=[107_000, 107_000, 107_000, 130_000, 150_000]))
    assert wide["count"].tolist() == [3]
    road = cells(artibonite, rn1, held(rn1, 4, at_m=[107_000, 107_000, 130_000, 150_000]))
    assert road["count"].tolist() == [4]
    assert len(road["pcode"][0].split("; ")) > 3
    assert len(cells(artibonite, rn1, held(rn1, 4), policy=SharePolicy(k=5))) == 0


def test_a_commune_that_the_road_only_touches_is_no_cell(artibonite, rn1):
    """Desdunes has 1.4 km of RN1: its rows count on the whole road."""
    short = held(rn1, 4, at_m=110_400.0)
    assert sum(b - a for a, b in rn1.unit_pieces("HT0542")) < 5_000
    assert "; " in cells(artibonite, rn1, short.assign(pcode="HT0542"))["pcode"][0]


def test_a_row_near_two_roads_counts_on_one(artibonite, rn1):
    spots = held(rn1, 3, at_m=149_800.0, road_id=None, place_kind="place")
    roads = [am.read_corridor(artibonite, one) for one in ("rn1", "rn5", "rd-sav", "rd-des")]
    near = [one for one in roads if (one.spread(spots).off_corridor < 0.6).all()]
    counted = [one.corridor_id for one in roads if len(cells(artibonite, rn1, spots, road=one))]
    assert len(near) >= 1
    assert counted == ["rn1"]


def test_a_counted_month_is_over(artibonite, rn1):
    policy = SharePolicy(partners=Rules(severe=Action.AGGREGATE))
    events = held(rn1, 3, days=("2024-09-03", "2024-09-10", "2024-09-12"))
    made = [
        len(gate(events, None, audience=Audience.PARTNERS, area=artibonite, as_of=day, policy=policy).aggregates)
        for day in (dt.date(2024, 9, 12), dt.date(2024, 9, 29), SEPTEMBER)
    ]
    assert made == [0, 0, 1]


def test_explain_says_only_how_much_weight_is_not_shown(study_of, capsys, tmp_path):
    study_of(*OTHERS, row())
    asked = ["risk", "--events", str(tmp_path / "own.csv"), "--as-of", DAY, "--explain", "Saint-Marc", "--json"]
    for audience in ("partners", "public"):
        assert main([*asked, "--audience", audience]) == 0
        hidden = [one for one in json.loads(capsys.readouterr().out) if one["event_id"] == "held back"]
        assert len(hidden) == 1
        assert hidden[0]["weight"] > 0
        assert [hidden[0][name] for name in ("kind", "date_start", "place")] == [None, None, None]


# -- one gate ----------------------------------------------------------------------

ACTOR, WORDS, STRETCH, SPOT = "Baz Kachet", "kamyon vèt la", "rn1:111.3-112.9", "Nan Twou Kachet"
CLAIMS = "subject,predicate,value,source,claimant,claimant_is_party,reported,sensitivity,note\n" + "".join(
    f"{where},{said},{ACTOR},telephone,driver,no,2024-10-0{day},{how},{WORDS}\n"
    for day, (where, said, how) in enumerate(
        [
            ("Pont-Sondé", "controls", "severe"), (STRETCH, "presence", "high"), (SPOT, "base", "severe"),
            ("Savien", "attacked", "high"),
        ], 1,
    )
)  # fmt: skip
DEPOT = "Depo Twa Pòt"
MOVEMENTS = (
    "date,from,to,via,vehicle,outcome,sensitivity,note\n"
    f"2024-10-06,{DEPOT},{SPOT},,container_truck,incident,low,{WORDS}\n"
    f"2024-10-06,Saint-Marc,Gonaïves,{SPOT},truck,passed,low,{WORDS}\n"
)
GIVEN = {"own", "claims", "trucks"}
WRITERS = {
    "map": ("map.html", "map.gpkg", "map.kml", "map.gpx"),
    "report": ("report.md",),
    "cite": ("s.ris", "s.bib", None),
    "risk": ("risk.csv", "risk.json", "risk.gpkg"),
    "status": ("status.csv", "status.json", None),
    "zones": ("zones.csv", "zones.geojson", "zones.html", None),
    "density": ("density.csv",),
    "backtest": ("backtest.csv",),
    "trip": ("way",),
    "timeline": ("time.svg",),
    "share": ("counts.csv",),
    "closures": (),  # for internal use alone: the test of the refusal is below
    "brief": (),  # its files are those of the study: tests/test_brief.py writes one
}
SLOW = {"map", "backtest", "zones"}
MORE = {
    "trip": ["Saint-Marc", "Gonaïves"],
    "share": ["counts"],
    "timeline": ["Pont-Sondé"],
    "backtest": ["--step", "365"],
    "density": ["--lixel", "2km"],
}


def commands():
    parser = argparse.ArgumentParser()
    added = parser.add_subparsers()
    for one in _COMMANDS:
        one.add(added)
    return {
        name: {flag for action in one._actions for flag in action.option_strings} for name, one in added.choices.items()
    }


def test_every_command_for_an_audience_is_tried():
    assert {name for name, flags in commands().items() if "--audience" in flags} == set(WRITERS)


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(name, marks=[pytest.mark.exhaustive] if name in SLOW else [])
        for name, files in WRITERS.items()
        if files
    ],
)
def test_no_file_and_no_line_names_what_is_held_back(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    days = ["2024-10-04", "2024-09-04"]
    rows = [row(day=day, place=spot, actors=ACTOR, words=WORDS) for day in days for spot in ("Pont-Sondé", SPOT)]
    Path("own.csv").write_text(HEADER + "".join(rows), encoding="utf-8")
    Path("claims.csv").write_text(CLAIMS, encoding="utf-8")
    Path("trucks.csv").write_text(MOVEMENTS, encoding="utf-8")
    claims = ["--claims", "claims.csv", "--movements", "trucks.csv"]
    for name in WRITERS[command]:
        asked = [command, "--events", "own.csv", *claims, "--as-of", DAY, "--audience", "partners"]
        asked += [*MORE.get(command, ()), *([] if name is None else ["-o", name])]
        assert main(asked) == 0
        printed = capsys.readouterr()
        written = b"".join(
            path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.stem not in GIVEN
        )
        for text in (printed.out, printed.err, written.decode("utf-8", "replace")):
            for secret in (ACTOR, WORDS, SPOT, STRETCH, DEPOT, "movement-"):
                assert secret not in text, (name, secret)
            assert re.search(r"\b(own|movement)-k?[0-9a-f]{6}", text) is None, name
    if command in {"status", "zones"}:
        assert main([*asked[: asked.index("--audience")], "--audience", "internal"]) == 0
        assert ACTOR in capsys.readouterr().out


@pytest.mark.parametrize("audience", ["partners", "public"])
def test_what_closes_is_refused_to_others(audience, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["closures", "--audience", audience, "-o", "closures.csv"]) == 1
    assert "internal" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


UNGATED = {
    "withheld": {"sharing/gate.py", "sharing/cells.py"},
    "_inputs": {"studies/study.py"},
}
READERS = {"_model", "own", "in_hindsight", "last_day", "event_map", "write", "road_status", "_make_contents",
           "_keep_rejected", "_passed_by", "statuses_held", "cells_of", "_pooled_on", "with_pooled",
           "count_own"}  # fmt: skip
"""What of a study may look at the rows before the gate: for numbers, days and ids, never for what is told."""


def test_only_the_gate_and_the_cells_read_rows_before_the_gate():
    package = Path(am.__file__).parent
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in UNGATED:
                assert name in UNGATED[node.attr], f"{name}:{node.lineno} reads {node.attr}"
    study = ast.parse((package / "studies/study.py").read_text(encoding="utf-8"))
    whole = next(one for one in study.body if isinstance(one, ast.ClassDef) and one.name == "Study")
    for method in (one for one in whole.body if isinstance(one, ast.FunctionDef)):
        reads = any(isinstance(one, ast.Attribute) and one.attr == "_inputs" for one in ast.walk(method))
        assert not reads or method.name in READERS, method.name
    writers = [path for folder in ("cli", "maps", "report") for path in (package / folder).rglob("*.py")]
    assert len(writers) > 60


def test_a_stretch_that_only_a_hidden_statement_names_has_no_status(artibonite, tmp_path):
    path = tmp_path / "claims.csv"
    path.write_text(CLAIMS, encoding="utf-8")
    tables = {one: am.study(artibonite, claims=path, as_of=DAY, audience=one) for one in ("partners", "internal")}
    assert STRETCH in set(tables["internal"].status["subject"])
    assert STRETCH not in set(tables["partners"].status["subject"])
    assert STRETCH not in set(tables["partners"].ledger.subjects["subject"])


@pytest.mark.exhaustive
def test_what_was_said_later_and_is_held_back_is_not_numbered(artibonite, tmp_path):
    """A notice of later statements is of those that the audience may see."""
    later = "Savien,controls,Gran Grif,telephone,driver,no,2024-11-{day},{how},{words}\n"
    reports = []
    for at, how in enumerate(("severe", "low")):
        path = tmp_path / f"{how}.csv"
        path.write_text(CLAIMS + later.format(day=10 + at, how=how, words=""), encoding="utf-8")
        reports.append(am.study(artibonite, claims=path, as_of=DAY).report().context.later)
    assert reports[1] == reports[0] + 1
    assert reports[0] == am.study(artibonite, as_of=DAY).report().context.later


def test_a_manifest_for_others_holds_no_digest_of_a_users_file(study_of):
    study = study_of(row())
    assert replace(study)._inputs.digests(Audience.PARTNERS) == {"own_reports": {}}
    assert "sha256" in study._inputs.digests(Audience.INTERNAL)["own_reports"]


@pytest.mark.parametrize(
    ("day", "reported"), [("2026-06-03", "2026-06-04"), ("2026-06-03", "2026-06-20"), ("2026-01-03", "2026-06-04")]
)
@pytest.mark.parametrize("audience", ["internal", "partners"])
def test_the_day_of_the_answer_is_one_on_which_the_newest_event_was_known(
    tmp_path, artibonite, day, reported, audience
):
    path = tmp_path / "night.csv"
    path.write_text(
        f"date,place,kind,killed,source,reported,summary\n{day},Pont-Sondé,road ambush,3,Radio,{reported},a truck\n",
        encoding="utf-8",
    )
    study = am.study(artibonite, events=path, audience=audience)
    assert study.as_of == dt.date.fromisoformat(reported)
    shown = visible_tables(study.gated, checkpoints=None, as_of=study.as_of, since=dt.date(2025, 1, 1)).events
    assert set(study.gated.events["event_id"]) - set(am.read_events(artibonite)["event_id"]) <= set(shown["event_id"])


def test_the_embedded_events_are_all_known_on_the_day_to_which_they_reach(artibonite):
    study = am.study(artibonite)
    assert study.as_of == artibonite.data_until
    first = study.ledger.claims.query("about == 'event'").groupby("subject")["reported"].min()
    assert first.max() <= pd.Timestamp(artibonite.data_until)

"""What objects show of themselves: short, escaped, of what is computed already, and nothing that is held back."""

from __future__ import annotations

import io
import re
import sys
import time
from dataclasses import replace
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from lxml import html

import artimap as am
from artimap.core.notebook import Sketch, card
from artimap.sharing.gate import Gated
from tests.conftest import DAY

EVIL = '<script>alert(1)</script>"&'


@pytest.fixture(scope="module")
def inside(artibonite):
    return am.study(artibonite, as_of=DAY, audience="internal")


@pytest.fixture(scope="module")
def things(artibonite, of_day, inside, rn1, events, ledger):
    """What people have in their notebooks, by name."""
    ways = am.routes(inside, "Saint-Marc", "Gonaïves")
    return {
        "roads": am.area_roads(artibonite),
        "study": of_day, "trips": of_day.trips, "trip": of_day.trips[0], "corridor": rn1, "ledger": ledger,
        "ways": ways, "way": ways.routes[0], "closures": am.closures(inside, "rn1"), "gated": of_day.gated,
        "isolation": am.isolation(inside, "rn1 km 98–100"), "report": of_day.report(), "forecast": of_day.forecast(),
        "timeline": am.timeline(of_day, "Pont-Sondé"), "strip": am.strip_map(rn1, risk=of_day.risk, as_of=DAY),
        "spread": rn1.spread(events), "backtest": am.backtest(events, rn1, None, "2024-08-01", "2024-10-01"),
        "released": am.release(events, audience="partners", area=artibonite), "reader": am.READERS["acled"],
        "merged": am.merge_places(am.read_places(artibonite), am.read_places(artibonite).head(2)),
        "fees": am.fees_between(rn1, ledger, "Saint-Marc", "Gonaïves", vehicle="truck", as_of=DAY),
    }  # fmt: skip


def text_of(page):
    return " ".join(html.fromstring(page).text_content().split())


def test_plain_texts_are_short_and_on_one_line(things):
    long = {name: len(repr(one)) for name, one in things.items() if len(repr(one)) > 400 or "\n" in repr(one)}
    assert long == {}
    assert all(repr(one).startswith("<") and " object at " not in repr(one) for one in things.values())


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("study", ["RN1, Artibonite", DAY, "partners", "armed_clash", "not safety"]),
        ("trips", ["Saint-Marc – Gonaïves", "not known", "silent"]),
        ("trip", ["Port-au-Prince – Saint-Marc", "not known"]),
        ("ways", ["Saint-Marc – Gonaïves", "minutes", "posts", "silent km"]),
        ("closures", ["RN1", "internal", "none known", "Only roads of this network count"]),
        ("corridor", ["RN1: 249.85 km", "Gonaïves"]),
        ("roads", ["13 roads", "652 edges"]),
        ("ledger", ["statements about", "event"]),
        ("backtest", ["4 methods", "periods"]),
    ],
)
def test_cards_have_facts_and_ask_nobody(things, name, parts):
    page = things[name]._repr_html_()
    assert [one for one in parts if one not in text_of(page)] == []
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"<script|<img|<link|url\(|@import|\son\w+=", page)
    assert len(page) < 20_000


@pytest.mark.parametrize("name", ["study", "ways", "closures", "corridor", "roads"])
def test_maps_are_drawn_in_their_frame(things, name):
    [picture] = html.fromstring(things[name]._repr_html_()).iter("svg")
    wide, high = int(picture.get("width")), int(picture.get("height"))
    assert picture.find("title").text
    numbers = [[float(x) for x in pair.split()] for path in picture.iter("path")
               for pair in re.split(r" ?[ML]", path.get("d"))[1:]]  # fmt: skip
    assert len(numbers) > 10
    assert all(0 <= x <= wide and 0 <= y <= high for x, y in numbers)


def test_a_study_shows_what_is_computed_and_computes_nothing(artibonite):
    study = am.study(artibonite, as_of=DAY)
    begun = time.perf_counter()
    first, before = text_of(study._repr_html_()), set(study.__dict__)
    assert time.perf_counter() - begun < 1
    assert "Computed: nothing yet." in first
    assert "first asked for: risk, status, zones, checkpoints." in first
    assert not {"_kept_risk", "_kept_zones", "_kept_status", "_road_reports"} & before
    _ = study.risk
    assert "Computed: risk." in text_of(study._repr_html_())
    assert study._repr_html_().count("stroke-dasharray") > first.count("stroke-dasharray")  # now in classes of rate


def test_risk_shows_itself_and_stays_a_table(of_day):
    risk = of_day.risk
    shown = text_of(risk._repr_html_())
    assert type(risk) is gpd.GeoDataFrame
    assert f"Risk on RN1, as of {DAY}: {len(risk)} pieces" in shown
    assert "Pont-Sondé" in shown
    assert shown.count("not known") >= risk["rate"].isna().sum()
    assert "nan" not in shown.lower()
    # what its owner takes from it is a table like any other
    for part in (risk[["name", "rate"]], risk.copy(), risk.drop(columns="rate")):
        assert "Risk on" not in part._repr_html_()
    del risk["rate"]
    assert "Risk on" not in risk._repr_html_()


def test_no_markup_of_others_gets_through(things):
    trip = replace(things["trip"], name=EVIL)
    roads = gpd.GeoDataFrame({"road_id": [EVIL]}, geometry=[shapely.LineString([(0, 0), (9_000, 0)])], crs="EPSG:32618")
    net = am.AreaRoads.from_lines(roads)
    ways = replace(am.routes(net, net.at(EVIL, 1_000.0), net.at(EVIL, 6_000.0)), start=EVIL)
    claims = things["ledger"].claims.assign(about=EVIL)
    ledger = am.Ledger(claims, things["ledger"].subjects, things["ledger"].posts)
    pages = [one._repr_html_() for one in (trip, ways, ledger)]
    pages.append(card([EVIL], pd.DataFrame({EVIL: [EVIL]}), Sketch([(shapely.LineString([(0, 0), (1, 1)]), "#000", 1.0,
                      False)], [(EVIL, shapely.Point(0, 0))])))  # fmt: skip
    for page in pages:
        assert EVIL in html.fromstring(page).text_content()
        assert not list(html.fromstring(page).iter("script"))


@pytest.mark.parametrize("name", ["a\nb", "red\u202egnp", "\x1b[31m", "lone\ud800", "zero\u2066width"])
def test_signs_that_are_obeyed_and_not_seen_are_made_visible(things, name):
    trip = replace(things["trip"], name=name)
    for shown in (repr(trip), trip._repr_html_()):
        assert not re.search("[\x00-\x09\x1b\u202e\u2066\ud800]", shown)
        shown.encode("utf-8")
    assert "\n" not in repr(trip)


@pytest.mark.parametrize("audience", ["partners", "public"])
def test_what_is_held_back_is_not_shown(artibonite, tmp_path, audience):
    own = tmp_path / "own.csv"
    own.write_text(
        "date,place,kind,actors,killed,source,claimant,claimant_is_party,sensitivity,summary\n"
        "2024-10-09,Pont-Sondé,abduction,Zzgroup,2,Zzradio,Zzlistener,no,severe,Zzbus\n",
        encoding="utf-8",
    )
    study = am.study(artibonite, events=own, as_of=DAY, audience=audience)
    _ = study.risk
    held = set(study.gated.withheld["event_id"])
    assert held
    shown = [study, study.risk, study.trips, study.ledger, study.gated, study.report(), study.forecast(), study.own]
    for one in shown:
        told = repr(one) + getattr(one, "_repr_html_", str)()
        assert not re.search("Zz(group|radio|listener|bus)", told)
        assert not [event for event in held if event in told]


def test_a_study_that_was_never_gated_still_has_a_text(of_day):
    bare = replace(of_day, gated=Gated(None, None, of_day.audience, am.SharePolicy()))
    assert "nothing has gone through the gate" in repr(bare)
    assert "nothing has gone through the gate" in bare._repr_html_()


def test_empty_tables_have_a_text(things, of_day):
    empty = am.Ledger(things["ledger"].claims.head(0), things["ledger"].subjects, things["ledger"].posts)
    assert "0 statements" in repr(empty) + empty._repr_html_()
    none = am.study(of_day.area, as_of="2021-01-01")
    assert "0 events" in none._repr_html_()
    assert type(none.trips)()._repr_html_()


# -- progress --------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_is_silent_where_nobody_looks(capsys, artibonite):
    line = am.ProgressLine()
    study = am.study(artibonite, as_of=DAY, progress=line)
    study.event_map()
    line(1, 2)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_sees_each_step(monkeypatch, artibonite):
    out = Terminal()
    monkeypatch.setattr(sys, "stderr", out)
    study = am.study(artibonite, as_of=DAY, progress=am.ProgressLine())
    _ = study.risk
    study.event_map("fr")
    study.on_road("rn5").event_map("fr")
    lines = out.getvalue().splitlines()
    assert lines == ["… reading the data", "… estimating the risk", "… drawing the map", "… drawing the map"]


@pytest.mark.parametrize("number", [2, 50_000])
def test_numbers_are_told_a_few_times_and_to_the_end(monkeypatch, number):
    out = Terminal()
    monkeypatch.setattr(sys, "stderr", out)
    line = am.ProgressLine()
    for done in range(1, number + 1):
        line(done, number)
    told = re.split(r"[\r\n]", out.getvalue())
    assert 2 <= len(told) < 20
    assert out.getvalue().endswith(f"… {number:,} of {number:,}\n")


def test_densities_take_the_same_line(monkeypatch, artibonite, events):
    out = Terminal()
    monkeypatch.setattr(sys, "stderr", out)
    network = am.RoadNetwork.from_lines(am.read_roads(artibonite), tolerance_m=5)
    located = network.snap(events, max_offset_m=500)
    am.choose_bandwidth(network, located, np.array([1_000.0, 2_000.0, 4_000.0]), progress=am.ProgressLine())
    assert out.getvalue().endswith("… 3 of 3\n")


def test_a_backtest_tells_each_origin(rn1, events):
    told = []
    am.backtest(events, rn1, None, "2024-07-01", "2024-10-15", progress=lambda *one: told.append(one))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_notebook_writes_over_one_line_of_a_cell(monkeypatch):
    shown = []

    def display(bundle, **_how):
        shown.append([bundle["text/plain"]])
        place = shown[-1]
        return SimpleNamespace(update=lambda new, **_how: place.__setitem__(0, new["text/plain"]))

    shell = SimpleNamespace(kernel=object(), execution_count=1)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=display))
    line = am.ProgressLine()
    line("reading the data")
    line("drawing the map")
    shell.execution_count = 2
    line(3, 3)
    assert shown == [["… drawing the map"], ["… 3 of 3"]]

"""Closing roads in the page: its script finds the ways that Python finds, and packs into few bytes."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

import artimap as am
from artimap.areas.area import ARTIBONITE
from artimap.areas.road_network import AreaRoads, area_roads
from artimap.core.errors import PlaceError, ShareError
from artimap.maps import what_if as tool
from artimap.maps.codec import pack_columns
from artimap.roads.network.graph import RoadNetwork
from artimap.roads.routing.router import Router, Spot
from artimap.roads.routing.spans import RoadSpan
from artimap.roads.routing.speeds import SpeedModel
from tests.conftest import REFERENCE, in_ci

SRC = Path(tool.__file__).parent / "web" / "src"
LANGUAGES = ("en", "fr", "ht")

SCRIPT = """
import {{ readFileSync }} from "node:fs";
const {{ bytesOf, columnsFrom, inflated }} = await import("{src}/decode.js");
const {{ RoadGraph }} = await import("{src}/routing.js");
const {{ Closing }} = await import("{src}/closing.js");
const opened = async ({{ layout, columns }}) => columnsFrom(await inflated(bytesOf(columns)),
  layout.map(([name, rows, width]) => ({{ name, rows, width, steps: false }})));
const given = JSON.parse(readFileSync(0, "utf8"));
{body}
"""
WAYS = """
const out = [];
for (const world of given) {
  const graph = new RoadGraph(await opened(world), world.rates);
  out.push(world.cases.map(({ start, stop, closed }) => {
    graph.open();
    for (const piece of closed) graph.close(piece);
    graph.aim(stop);
    const way = graph.way(start);
    if (graph.reach(start)(stop) !== (way !== null)) throw new Error("what is reached and what has a way differ");
    if (!way) return null;
    const points = way.steps.map((step) => graph.part(step));
    for (let n = 1; n < points.length && !world.flat; n += 1) {
      const [a, b] = [points[n - 1].at(-1), points[n][0]];
      if (Math.hypot(a[0] - b[0], a[1] - b[1]) > 3e-5) throw new Error("the way that is drawn has a gap");
    }
    return [way.metres, way.minutes, way.steps.map(([piece]) => piece)];
  }));
}
console.log(JSON.stringify(out));
"""
CLOSING = """
const closing = new Closing(given.facts, await opened({ layout: given.facts.layout, columns: given.columns }));
const label = (rows) => rows.map((row) => [row[0]].flat()[0]).sort();
console.log(JSON.stringify(given.asked.map(({ km, ends }) => {
  closing.graph.open();
  (ends ?? given.facts.ends).forEach((n, which) => closing.move(which, closing.placeOf(given.facts.places[n])));
  for (const [road, from, to] of km) closing.closeKm(given.facts.roads.findIndex(([id]) => id === road), from, to);
  const { way, usual, groups, never, apart } = closing.answer();
  const groupOf = (group) => ({ places: label(group.of("places")), people: group.people });
  return { pieces: [...closing.graph.closures].sort((a, b) => a - b), way: way?.metres, usual: usual?.metres,
    closures: closing.closures.map(({ name, from, to }) => [name, from, to]), never: label(never.of("places")),
    apart: label(apart.of("places")),
    groups: Object.fromEntries(Object.entries(groups).map(([name, group]) => [name, groupOf(group)])) };
})));
"""


def in_node(body, given):
    node = shutil.which("node")
    if node is None:
        if in_ci():
            pytest.fail("node is needed for the tests of the scripts")
        pytest.skip("there is no node on the PATH (apt install nodejs)")
    done = subprocess.run(
        [node, "--input-type=module", "-e", SCRIPT.format(src=SRC.as_uri(), body=body)],
        input=json.dumps(given), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def world_of(roads, cases, graph=None):
    """A network as the page has it, with its cases, and what Python finds in them."""
    graph = graph or tool.pack_graph(roads)
    columns, _ = pack_columns(graph.columns, raw_below=0)
    length, router = roads.network.length_m, Router(roads.network)
    minutes = SpeedModel().times(roads, "truck")

    def place(spot):
        whole = float(length[spot.edge])
        at = whole - spot.offset_m if graph.backwards[spot.edge] else spot.offset_m
        return {"piece": int(graph.piece[spot.edge]), "at": round(at, 2)}

    given = {
        "layout": [[one.name, one.codes.size, one.width] for one in graph.columns],
        "columns": columns,
        "rates": graph.rates,
        "flat": bool((length == 0).any()),  # an edge of no length is drawn as no step
        "cases": [
            {"start": place(start), "stop": place(stop), "closed": graph.piece[np.flatnonzero(closed)].tolist()}
            for start, stop, closed in cases
        ],
    }
    return given, [router.least(start, stop, minutes.mean(axis=1), closed=closed) for start, stop, closed in cases]


def cases_of(roads, number, most_closed, rng):
    length = roads.network.length_m
    long = np.flatnonzero(length > 0)  # a place on an edge of no length lies at both its ends
    for _ in range(number if len(long) else 0):
        ends = [Spot(int(edge), round(float(rng.random() * length[edge]), 2)) for edge in rng.choice(long, 2)]
        closed = np.zeros(len(length), dtype=bool)
        closed[rng.integers(0, len(length), rng.integers(0, most_closed + 1))] = True
        yield (*ends, closed)


def compare(worlds):
    found = in_node(WAYS, [given for given, _ in worlds])
    ways = none = 0
    for (given, expected), got in zip(worlds, found, strict=True):
        for case, due, one in zip(given["cases"], expected, got, strict=True):
            assert (one is None) == (due is None), case
            none += one is None
            if one is None:
                continue
            ways += 1
            metres, minutes, pieces = one
            assert metres == pytest.approx(due.length_m, abs=1.0), case
            assert sum(minutes) / 2 == pytest.approx(due.costs[0], abs=0.01), case
            assert not set(pieces) & set(case["closed"]) or case["start"] == case["stop"] or metres == 0.0
    return ways, none


def test_the_page_finds_the_ways_that_python_finds_on_the_embedded_roads():
    rng = np.random.default_rng(11)
    roads = area_roads(ARTIBONITE)
    named = [
        (roads.spot(start), roads.spot(stop), np.zeros(len(roads.road_id), dtype=bool))
        for start, stop in (("Saint-Marc", "Gonaïves"), ("Cap-Haïtien", "Port-au-Prince"), ("Mirebalais", "Anse-Rouge"))
    ]
    world = world_of(roads, [*named, *cases_of(roads, 250, 12, rng)], tool._embedded(ARTIBONITE))
    ways, none = compare([world])
    assert ways > 120
    assert none > 30
    assert world[1][0].length_m == pytest.approx(55_200, abs=300)


def small_world(rng):
    """Few nodes, some of them in parts of their own: parallel edges, loops, rings, dead ends, no length at all."""
    nodes = np.array([730_000.0, 2_120_000.0]) + rng.uniform(0, 4_000, (int(rng.integers(2, 9)), 2))
    ends = rng.integers(0, len(nodes), (int(rng.integers(1, 14)), 2))
    lines = [
        np.array([nodes[a], (nodes[a] + nodes[b]) / 2 + rng.normal(0, 300, 2), nodes[b]]) for a, b in ends.tolist()
    ]
    length = np.array([shapely.LineString(one).length for one in lines]) * rng.uniform(1, 1.3)
    length[rng.random(len(length)) < 0.1] = 0.0
    kinds = rng.choice(np.array(["national", "departmental", "local", "path", None], dtype=object), len(ends))
    network = RoadNetwork.from_edges(nodes, ends.astype(np.int32), length, lines, crs=ARTIBONITE.crs)
    none = np.full(len(ends), np.nan)
    return AreaRoads(ARTIBONITE, network, np.full(len(ends), None, dtype=object), none, none, kinds, {})


def test_the_page_finds_the_ways_that_python_finds_on_small_networks_of_every_kind():
    rng = np.random.default_rng(5)
    worlds = []
    for _ in range(150):
        roads = small_world(rng)
        worlds.append(world_of(roads, list(cases_of(roads, 6, 3, rng))))
    ways, none = compare(worlds)
    assert ways > 250
    assert none > 100


@pytest.fixture(scope="module")
def packed():
    return tool.what_if(ARTIBONITE, LANGUAGES)


def facts_of(packed):
    return json.loads(zlib.decompress(base64.b64decode(packed.facts)))


def answers(packed, asked, change=lambda facts: facts):
    return in_node(CLOSING, {"facts": change(facts_of(packed)), "columns": packed.columns, "asked": asked})


def test_stated_kilometres_close_what_python_closes(packed):
    roads, graph = area_roads(ARTIBONITE), tool._embedded(ARTIBONITE)
    spans = [
        ("rn1", 110.4, 130.2), ("rn1", 110, 126), ("rn1", 95.0, 95.1), ("rn1", 99.97, 101.03), ("rn1", 0, 250),
        ("rd-sav", 2, 9.5), ("rd-des", 12.0, 12.7), ("rn5", 3.0, 3.05), ("rn1", 130.2, 110.4), ("rd-lia", 5, 40),
    ]  # fmt: skip
    found = answers(packed, [{"km": [span]} for span in spans])
    for (road, low, high), one in zip(spans, found, strict=True):
        due = roads.on(RoadSpan(road, *sorted((low * 1000, high * 1000))))
        assert one["pieces"] == sorted(graph.piece[np.flatnonzero(due)].tolist()), (road, low, high)


def test_who_is_cut_off_is_who_has_no_way_left(packed):
    roads = area_roads(ARTIBONITE)
    facts = facts_of(packed)
    ends = [facts["places"][n] for n in facts["ends"]]
    assert sorted(one[0] if isinstance(one[0], str) else one[0][0] for one in ends) == ["Gonaïves", "Saint-Marc"]
    spans = [("rn1", 110.4, 130.2), ("rd-lia", 20, 21), ("rn1", 96, 110)]
    found = answers(packed, [{"km": [span]} for span in spans])
    router, free = Router(roads.network), np.ones(len(roads.road_id))
    table = am.read_places(ARTIBONITE)
    for (road, low, high), one in zip(spans, found, strict=True):
        closed = roads.on(RoadSpan(road, low * 1000, high * 1000))
        due = {"neither": [], "first": [], "second": []}
        apart = []
        for name, point in zip(table["name"], table.to_crs("EPSG:4326").geometry, strict=True):
            try:
                spot = roads.spot((point.x, point.y))
            except PlaceError:
                apart.append(name)
                continue
            after = [router.least(roads.spot(end), spot, free, closed=closed) for end in ("Gonaïves", "Saint-Marc")]
            if None in after:
                due["first" if after[0] else "second" if after[1] else "neither"].append(name)
        assert {key: one["groups"][key]["places"] for key in due} == {key: sorted(names) for key, names in due.items()}
        assert one["apart"] == sorted(apart)
        assert one["never"] == []
    around = found[0]
    assert [name for name, *_ in around["closures"]] == ["RN1"]
    assert around["way"] > around["usual"] + 15_000
    services = am.read_services(ARTIBONITE)
    people = services[services["kind"] == "population"].set_index("name")["value"]
    counted = sum(int(people[name]) for name in ("Desdunes", "Grande-Saline", "L'Estère"))
    assert around["groups"]["neither"]["people"] == {"known": counted, "unknown": 0, "of": 3}


def test_people_who_nobody_counted_are_not_none(packed):
    def uncounted(facts):
        for row in facts["communes"]:
            if "Desdunes" in row[0]:
                row[1] = None
        return facts

    (found,) = answers(packed, [{"km": [("rn1", 110.4, 130.2)]}], uncounted)
    people = found["groups"]["neither"]["people"]
    assert people["unknown"] == 1
    assert people["known"] > 60_000
    assert people["of"] == 3


def test_health_is_listed_only_where_somebody_listed_it(packed):
    assert "health" not in facts_of(packed)["services"]
    listed = facts_of(tool.what_if(ARTIBONITE, LANGUAGES, health=[shapely.Point(735_000, 2_120_000)]))
    assert len(listed["services"]["health"]) == 1


def test_every_language_has_every_word(packed):
    words = facts_of(packed)["words"]
    assert set(words) == set(LANGUAGES)
    assert set(words["fr"]) == set(words["en"]) == set(words["ht"])
    source = "".join((SRC / name).read_text(encoding="utf-8") for name in ("what_if.js", "closing.js"))
    made = {"line_now", "line_usual", "line_closed", "neither", "first", "second", "tap_close", "tap_from", "tap_to"}
    assert {key for key in words["en"] if f'"{key}"' not in source} <= made | {"fuel", "market", "too_many"}


def own_roads(number):
    y = 2_110_000.0 + 200.0 * np.arange(number)
    lines = [shapely.LineString([(720_000.0, one), (720_100.0, one + 900.0)]) for one in y]
    table = gpd.GeoDataFrame({"road_id": [f"w{n}" for n in range(number)], "class": "local"}, geometry=lines)
    return AreaRoads.from_lines(table.set_crs(ARTIBONITE.crs), area=ARTIBONITE)


def test_roads_of_ones_own_are_taken_up_to_a_size(monkeypatch):
    roads = own_roads(40)
    mine = facts_of(tool.what_if(ARTIBONITE, ("en",), roads=roads))
    assert mine["note"] == ""
    assert [name for name, *_ in mine["roads"]][1:] == sorted(f"w{n}" for n in range(40))
    monkeypatch.setattr(tool, "MOST_BYTES", 1_000)
    told = facts_of(tool.what_if(ARTIBONITE, ("en",), roads=roads))
    assert told["note"] == "too_many"
    assert ["rn1", "RN1"] in [one[:2] for one in told["roads"]]


def test_numbers_of_very_many_ways_are_no_names(monkeypatch):
    monkeypatch.setattr(tool, "_MOST_NAMES", 10)
    assert tool.pack_graph(own_roads(40)).names == [("", "", [])]


def test_only_an_internal_map_can_close_roads(of_day):
    assert of_day.map(over_time=False).page.what_if is None
    with pytest.raises(ShareError, match="audience='internal'"):
        of_day.map(what_if=True)
    study = am.study(ARTIBONITE, as_of="2024-10-15", audience="internal")
    chart = study.map(over_time=False)
    page = chart.html()
    bare = replace(chart, page=replace(chart.page, what_if=None)).html()
    assert 'id="artimap-what-if"' in page
    assert "what-if" not in bare
    assert len(page.encode()) - len(bare.encode()) <= 60_000
    assert study.map(over_time=False, what_if=False).html() == bare
    own = study.map(over_time=False, what_if=own_roads(5).network).page.what_if
    assert [name for name, *_ in facts_of(own)["roads"]] == [""]
    assert facts_of(own)["note"] == ""


@pytest.mark.exhaustive
def test_northern_haiti_fits_and_has_the_ways_that_python_finds():
    path = REFERENCE / "osm_north_haiti_roads.parquet"
    if not path.exists():
        pytest.skip("reference layers are not on this machine")
    lines = gpd.read_parquet(path).to_crs(ARTIBONITE.crs)
    roads = AreaRoads.from_lines(lines, area=ARTIBONITE, tolerance_m=5, noding="crossings")
    packed = tool.what_if(ARTIBONITE, LANGUAGES, roads=roads)
    assert facts_of(packed)["note"] == ""
    assert len(packed.facts) + len(packed.columns) <= 3_000_000
    ways, _ = compare([world_of(roads, list(cases_of(roads, 12, 300, np.random.default_rng(2))))])
    assert ways > 3

"""Movements of one's own: laid on roads where the way is clear, and told to nobody else but in cells."""

from __future__ import annotations

import itertools
import json

import pandas as pd
import pytest

import artimap as am
from artimap.cli import main
from artimap.core.vocab import Audience
from artimap.roads.routing.ways import ways_of
from artimap.sharing.movements import movements_to_count
from artimap.sharing.policy import Action, Rules, SharePolicy

HEADER = "date,from,to,via,road,from_km,to_km,vehicle,outcome,sensitivity,note\n"
DAY = "2024-10-15"
RN1 = [am.RoadSpan("rn1", 94_770.0, 150_050.0)]


def row(day="2024-09-03", start="Saint-Marc", stop="Gonaïves", outcome="passed", **more):
    cells = dict.fromkeys(("via", "road", "from_km", "to_km", "sensitivity", "note"), "") | {"vehicle": "truck"} | more
    return (
        f"{day},{start},{stop},{cells['via']},{cells['road']},{cells['from_km']},{cells['to_km']},{cells['vehicle']},"
        f"{outcome},{cells['sensitivity']},{cells['note']}\n"
    )


@pytest.fixture
def file_of(tmp_path):
    numbers = itertools.count()

    def make(*rows):
        path = tmp_path / f"trucks{next(numbers)}.csv"
        path.write_text(HEADER + "".join(rows), encoding="utf-8")
        return path

    return make


@pytest.mark.parametrize(
    ("start", "stop", "via", "roads"),
    [
        ("Saint-Marc", "Gonaïves", "", ["rn1"]),
        ("Gonaïves", "Saint-Marc", "", ["rn1"]),
        ("Pont-Sondé", "Verrettes", "", ["rd-lia"]),
        ("Saint-Marc", "Petite-Rivière", "", ["rn1", "rd-sav"]),
        ("Verrettes", "Saint-Marc", "", ["rd-lia", "rn1"]),
        ("Ennery", "Gros-Morne", "", ["rd-enn", "rn1", "rn5"]),
        ("Saint-Marc", "Gonaïves", "Dessalines", ["rn1", "rd-sav", "rd-prd", "rd-des", "rn1"]),
        ("Saint-Marc", "Gonaïves", "L'Estère", ["rn1"]),
        ("Port-au-Prince", "Gonaïves", "Pont-Sondé / L'Estère", ["rn1"]),
        ("Saint-Marc", "Verrettes", "Pont-Sondé", ["rn1", "rd-lia"]),
        ("Gonaïves", "Gonaïves", "", []),
        ("Saint-Marc", "Dessalines", "", []),  # two ways, the one 15 % longer than the other
        ("Saint-Marc", "Nan Twou Kachet", "", []),
        ("", "Gonaïves", "", []),
    ],
)
def test_a_way_is_laid_where_it_is_clear(artibonite, file_of, start, stop, via, roads):
    table = am.read_movements(file_of(row(start=start, stop=stop, via=via)), area=artibonite)
    (way,) = ways_of(table)
    assert [one.road_id for one in way] == roads
    assert table["road_id"].notna().iloc[0] == (len(roads) == 1)
    length = table.geometry.length.iloc[0]
    assert length == pytest.approx(sum(one.length_m for one in way), rel=0.03, abs=500)
    assert any("no known way" in note for note in table.attrs["notes"]) == (not roads)


def test_a_road_that_is_named_is_the_one(artibonite, file_of):
    rows = (
        row(start="Saint-Marc", stop="Petite-Rivière", road="rd-sav"),
        row(start="Saint-Marc", stop="Petite-Rivière", road="rd-des"),
    )
    table = am.read_movements(file_of(*rows), area=artibonite)
    assert [bool(way) for way in ways_of(table)] == [True, False]
    at_km = am.read_movements(file_of(row(start="", stop="", from_km="95", to_km="110")), area=artibonite)
    assert at_km[["road_id", "from_m", "to_m"]].to_numpy().tolist() == [["rn1", 95_000.0, 110_000.0]]


def test_rows_are_rejected_and_told(artibonite, file_of):
    path = file_of(row(), row(outcome="arrived"), row(day="2031-01-01"), row(day="2025-03-03"))
    table = am.read_movements(path, area=artibonite, today="2024-12-31", licence="internal")
    assert (len(table), table.attrs["rejected"]) == (1, 3)
    assert table["licence"].tolist() == ["internal"]
    assert am.read_movements(path, area=artibonite).attrs["rejected"] == 2


# -- who sees it ---------------------------------------------------------------------


def study(artibonite, path, audience="internal", **more):
    return am.study(artibonite, movements=path, audience=audience, as_of=more.pop("as_of", DAY), **more)


def test_for_internal_use_rows_and_passages(artibonite, file_of):
    path = file_of(
        *[row(day=f"2024-09-{day:02d}") for day in range(1, 14)],
        row(day=DAY, note="Call Jean Baptiste Kachet on 3712 3456"), row(day="2024-10-16"), row(start="Nowhere"),
    )  # fmt: skip
    made = study(artibonite, path)
    assert made.own.movements == (16, 0, 1)
    assert len(made.movements) == 15
    assert "3712" not in made.movements["note"].dropna().iloc[0]
    found = made.passages(RN1)
    assert (found.passages, found.since, found.newest) == (14, "2024-09-01", DAY)
    assert study(artibonite, path, as_of=None).as_of.isoformat() == max("2024-10-16", str(artibonite.data_until))
    again = am.study(artibonite, events=path, audience="internal", as_of=DAY)
    assert again.passages(RN1) == found
    assert am.study(artibonite, as_of=DAY, audience="internal").passages(RN1) is None
    with pytest.raises(am.DataError, match="give the file once"):
        am.study(artibonite, events=path, movements=path, audience="internal", as_of=DAY)


@pytest.mark.parametrize("audience", ["partners", "public"])
def test_others_count_cells_of_k_between_cities(artibonite, file_of, audience):
    september = [row(day=f"2024-08-{day:02d}", vehicle=car) for day, car in ((2, "truck"), (9, "4x4"), (30, "moto"))]
    made = study(artibonite, file_of(*september), audience)
    assert made.movements is None
    found = made.passages(RN1)
    assert (found.passages, found.since, found.newest, found.vehicles) == (3, "2024-08-01", None, ())
    assert study(artibonite, file_of(*september[:2]), audience).passages(RN1) is None
    assert study(artibonite, file_of(*september), audience, policy=SharePolicy(k=4)).passages(RN1) is None
    # either way, and whatever is shut
    back = row(day="2024-08-31", start="Gonaïves", stop="Saint-Marc", outcome="incident")
    assert study(artibonite, file_of(*september[:2], back), audience).passages(RN1).incidents == 1
    assert study(artibonite, file_of(*september), audience, licence="internal").passages(RN1) is None


@pytest.mark.parametrize("audience", ["partners", "public"])
def test_a_row_in_a_cell_is_the_same_on_any_day_by_any_vehicle_from_any_street(artibonite, file_of, audience):
    cell = [row(day=f"2024-08-{day:02d}") for day in (2, 9)]
    others = [
        row(day="2024-08-30", vehicle="moto", note="Anybody", sensitivity="low"),
        row(day="2024-08-01", start="Gonaïves", stop="Saint-Marc", sensitivity="severe"),
        row(day="2024-08-15", start="", stop="", from_km="95.9", to_km="149.2"),
    ]
    tables = [
        movements_to_count(
            am.read_movements(file_of(*cell, one), area=artibonite), audience=Audience(audience), policy=None,
            area=artibonite, as_of=pd.Timestamp(DAY).date(),
        )
        for one in others
    ]  # fmt: skip
    assert [len(one) for one in tables] == [3, 3, 3]
    for one in tables[1:]:
        pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(tables[0]))


def test_two_days_differ_by_a_whole_cell_or_by_nothing(artibonite, file_of):
    path = file_of(*[row(day=f"2024-09-{day:02d}") for day in (2, 9, 30)], row(day="2024-10-01"))
    counts = {}
    for audience, days in (("partners", ("2024-09-30", "2024-10-01", "2024-10-06", "2024-10-07", "2024-10-31")),
                           ("public", ("2024-10-29", "2024-10-30", "2024-11-30"))):  # fmt: skip
        counts[audience] = [
            0 if (found := study(artibonite, path, audience, as_of=day).passages(RN1)) is None else found.passages
            for day in days
        ]
    assert counts == {"partners": [0, 0, 0, 3, 3], "public": [0, 3, 3]}
    none = SharePolicy(partners_delay_days=0)
    ends = [study(artibonite, path, "partners", as_of=day, policy=none).passages(RN1) for day in
            ("2024-09-30", "2024-10-01")]  # fmt: skip
    assert ends[0] is None, "the newest day counts for nobody"
    assert ends[1].passages == 3


@pytest.mark.parametrize("audience", ["partners", "public"])
def test_a_row_in_no_cell_changes_nothing(artibonite, file_of, audience):
    cell = [row(day=f"2024-08-{day:02d}") for day in (2, 9, 12)]
    alone = study(artibonite, file_of(*cell), audience)
    more = [
        row(day="2024-10-14", outcome="incident"), row(day="2024-08-20", start="L'Estère", outcome="incident"),
        row(day="2024-07-20", outcome="incident"), row(day="2024-08-20", via="Dessalines", outcome="incident"),
        row(day="2024-08-03", stop="Petite-Rivière"),
    ]  # fmt: skip
    both = study(artibonite, file_of(*cell, *more), audience)
    for way in (RN1, [am.RoadSpan("rd-sav", 0.0, 14_700.0)], [am.RoadSpan("rn1", 94_800.0, 107_700.0)]):
        assert both.passages(way) == alone.passages(way)
    assert (both.as_of, both.last_day) == (alone.as_of, alone.last_day)


@pytest.mark.parametrize("ending", ["csv", "gpkg", "geojson"])
def test_no_writer_gives_a_movement_to_others(artibonite, file_of, tmp_path, ending):
    table = am.read_movements(file_of(row(sensitivity="low", note="Kamyon vèt la"), row()), area=artibonite)
    every = Rules(high=Action.PASS, severe=Action.PASS)
    loose = SharePolicy(partners=every, public=every)
    for audience in ("partners", "public"):
        done = am.release(table, audience=Audience(audience), policy=loose, area=artibonite)
        assert len(done.table) == 0
        assert len(done.aggregates) == 0
        path = tmp_path / f"out.{ending}"
        am.write_table(table, path, audience=Audience(audience), area=artibonite, policy=loose)
        written = b"".join(one.read_bytes() for one in tmp_path.glob("out*"))
        assert "vèt" not in written.decode("utf-8", "replace")
        assert b"2 rows: movement of one's own" in written
    assert len(am.release(table, audience=Audience.INTERNAL, area=artibonite).table) == 2


def test_the_command_tells_what_it_read(file_of, capsys):
    path = file_of(row(), row(day="2024-09-09"), row(outcome="arrived"), row(start="Nan Twou Kachet"))
    assert main(["risk", "--movements", str(path), "--as-of", DAY, "--strict", "--json"]) == 3
    printed = capsys.readouterr()
    assert "Your movements: 4 rows read, 1 rejected (why: artimap validate" in printed.err
    assert "1 on no known way" in printed.err
    assert "Kachet" not in printed.out
    json.loads(printed.out)


def test_a_manifest_names_the_file_and_for_others_no_digest(artibonite, file_of):
    made = study(artibonite, file_of(row()))
    assert "sha256" in made._inputs.digests(Audience.INTERNAL)["movements"]
    assert made._inputs.digests(Audience.PARTNERS) == {"movements": {}}

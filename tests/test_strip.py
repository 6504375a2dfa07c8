"""The strip map: drawn, the same each time, honest about silence."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artimap.control.checkpoints.life_cycle import checkpoints_on
from artimap.core import schema, style
from artimap.core.canvas import svg_points
from artimap.core.errors import ShareError
from artimap.core.i18n import format_day
from artimap.core.tables import EVENTS
from artimap.report.strip.map import _gravest, spread_apart, strip_map
from artimap.report.strip.marks import event_marks, lanes_of
from artimap.risk.estimate import corridor_risk

DAY = dt.date(2024, 10, 15)


@pytest.fixture(scope="module")
def strip(rn1, events, ledger):
    located = rn1.locate(events)
    risk = corridor_risk(rn1, located, as_of=DAY)
    return strip_map(rn1, risk=risk, checkpoints=checkpoints_on(rn1, ledger, as_of=DAY), events=located, as_of=DAY)


def test_png_and_svg_are_written_whole(strip, tmp_path):
    assert strip.save(tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in strip.save(tmp_path / "a.svg").read_bytes()[:800]
    with pytest.raises(ShareError, match=r"\.png or \.svg"):
        strip.save(tmp_path / "a.jpg")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "a.svg"]


def test_same_input_same_bytes(strip):
    assert strip.png() == strip.png() == strip._repr_png_()
    assert strip.svg() == strip.svg()


def test_svg_carries_no_date_and_no_link(strip):
    text = strip.svg().decode("utf-8")
    assert "<dc:date>" not in text
    assert "<image" not in text


@pytest.mark.parametrize("lang", ["en", "fr", "ht"])
def test_a_road_alone_can_be_drawn(rn1, lang):
    empty = schema.empty(EVENTS, crs=rn1.crs)
    assert strip_map(rn1, events=empty, as_of="2024-10-15", lang=lang, months=1).png()


def test_hostile_names_are_letters(rn1):
    places = rn1.towns.copy()
    places["name"] = r"$\frac{ \alpha \U0001f642 文 </svg> `"
    assert strip_map(rn1, places=places, as_of=DAY).png(dpi=60)


def test_silent_road_is_drawn_in_its_own_grey(rn1):
    empty = schema.empty(EVENTS, crs=rn1.crs)
    risk = corridor_risk(rn1, empty, as_of=DAY)
    assert set(risk["info"]) == {"silent"}
    picture = strip_map(rn1, risk=risk, as_of=DAY).svg().decode("utf-8").lower()
    assert style.token("silent").lower() in picture
    greens = [colour for colour in set(_colours(picture)) if _is_green(colour)]
    assert greens == []


def _colours(text):
    return [text[at + 1 : at + 7] for at in range(len(text) - 7) if text[at] == "#" and _is_hex(text[at + 1 : at + 7])]


def _is_hex(text):
    return all(letter in "0123456789abcdef" for letter in text)


def _is_green(colour):
    red, green, blue = (int(colour[at : at + 2], 16) for at in (0, 2, 4))
    return green > red + 20 and green > blue + 20


def test_imprecise_events_are_bars_and_unknown_harm_is_hollow(rn1):
    row = {
        "record": "event", "date_start": "2024-10-03", "date_end": "2024-10-03", "date_precision": 1,
        "kind": "abduction",
        "alleged_gang_dead": "no", "geo_precision": 2, "n_claims": 1, "n_sources": 1, "sensitivity": "low",
        "licence": "facts", "geometry": rn1.point_at(130_000.0),
    }  # fmt: skip
    rows = [
        row | {"event_id": "a", "place_kind": "place"},
        row | {"event_id": "b", "place_kind": "place", "killed_low": 0, "killed_best": 0, "killed_high": 0},
        row | {"event_id": "c", "place_kind": "stretch", "road_id": "rn1", "from_m": 95_000.0, "to_m": 150_000.0},
        row | {"event_id": "d", "place_kind": "nowhere"},
        row | {"event_id": "e", "place_kind": "place", "kind": "deployment"},
        row | {"event_id": "f", "place_kind": "place", "date_start": "2024-10-16", "date_end": "2024-10-16"},
    ]
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=rn1.crs)
    located = rn1.locate(schema.conform(frame, EVENTS))
    marks = event_marks(located, DAY, 24)
    assert [(mark.bar, mark.hollow) for mark in marks] == [(False, True), (False, False), (True, True)]
    assert (marks[2].from_km, marks[2].to_km) == (95.0, 150.0)


@pytest.mark.parametrize("lang", ["en", "fr", "ht"])
def test_the_gravest_events_are_named_however_old(rn1, events, lang):
    later = strip_map(rn1, events=events, as_of="2027-12-31", lang=lang, months=12)
    assert not event_marks(rn1.locate(events), later.as_of, 12)
    assert "Pont-Sondé" in _gravest(later)
    assert format_day(dt.date(2024, 10, 3), lang) in _gravest(later)
    before = strip_map(rn1, events=events, as_of="2024-10-02", lang=lang)
    assert "2024" not in _gravest(before)


def test_road_once_known_is_told_apart_from_road_without_reports(rn1, events):
    # The lines of the legend are the same in both: what differs is on the road.
    risk = corridor_risk(rn1, rn1.locate(events), as_of="2027-12-31")
    assert set(risk["info"]) == {"silent"}
    once = strip_map(rn1, risk=risk, as_of="2027-12-31").svg()
    never = strip_map(rn1, risk=risk.assign(newest_report=None), as_of="2027-12-31").svg()
    assert once != never


def test_months_must_be_at_least_one(rn1):
    with pytest.raises(ValueError, match="one month"):
        strip_map(rn1, as_of=DAY, months=0)


@given(st.lists(st.floats(0, 10), max_size=25))
def test_labels_keep_their_distance_and_order(wanted):
    wanted = sorted(wanted)
    placed = spread_apart(wanted, 0.3, 0.0, 10.0)
    assert len(placed) == len(wanted)
    assert all(-1e-6 <= at <= 10 + 1e-6 for at in placed)
    assert np.all(np.diff(placed) >= min(0.3, 10 / max(len(wanted) - 1, 1)) - 1e-6)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 20)), max_size=20))
def test_lanes_hold_spans_that_do_not_touch(spans):
    ends = [(start, start + length) for start, length in spans]
    lanes = lanes_of(ends, 0.0)
    for one, first in enumerate(ends):
        for two in range(one):
            if lanes[one] == lanes[two]:
                assert first[1] <= ends[two][0] or ends[two][1] <= first[0]


def test_every_shape_of_the_style_table_can_be_drawn():
    for shape in style.load().shapes.values():
        for path in (shape.path, shape.inner):
            for line in svg_points(path or ""):
                assert np.abs(np.asarray(line)).max() <= 12.6

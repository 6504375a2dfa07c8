"""Colours that must be told apart are: on the table of marks, and on the pixels that are drawn.

What is asked, in CAM02-UCS, for normal, protan, deutan and tritan sight alike: groups 15 from one
another, as fills and as lines; neighbouring rate classes 13; water 7 from land. On grey paper:
each rate class darker than the one before by 14 of L*, groups' fills 7 apart, and what colour
does not carry at all (status, doubt, kinds of events, posts) told by shape or pattern.
"""

from __future__ import annotations

import io
import sys
from itertools import combinations, pairwise
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
import shapely

sys.path.insert(0, str(Path(__file__).parent))

from colours import SIGHTS, cam02, distance, lightness, rgb

import artimap as am
from artimap.core import style
from artimap.core.canvas import svg_points

TABLE = style.load()
GROUPS, RATES = 15, 13


def test_the_arithmetic_gives_the_published_example():
    found = cam02(np.array([19.01, 20.0, 21.78]), white=np.array([95.05, 100.0, 108.88]), adapting=318.31)
    assert found == pytest.approx((41.73, 0.1088, 219.0), abs=0.06)


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("what", ["colour", "line"])
def test_groups_are_told_apart(sight, what):
    pairs = combinations(TABLE.groups.values(), 2)
    near = {(a.key, b.key): distance(rgb(getattr(a, what)), rgb(getattr(b, what)), sight) for a, b in pairs}
    assert {pair: d for pair, d in near.items() if d < GROUPS} == {}


@pytest.mark.parametrize("sight", SIGHTS)
def test_rates_and_water_are_told_apart(sight):
    rates = [rgb(style.rate_class(band).colour) for band in range(1, style.RATE_CLASSES + 1)]
    assert min(distance(a, b, sight) for a, b in pairwise(rates)) >= RATES
    assert min(distance(a, b, sight) for a, b in combinations(rates, 2)) >= RATES
    land, sea, lake = (rgb(style.token(name)) for name in ("paper", "sea", "lake"))
    assert min(distance(land, water, sight) for water in (sea, lake)) >= 7


def test_on_grey_paper_rates_darken_and_groups_part():
    rates = [lightness(rgb(style.rate_class(band).colour)) for band in range(1, style.RATE_CLASSES + 1)]
    assert min(a - b for a, b in pairwise(rates)) >= 14
    groups = sorted(lightness(rgb(group.colour)) for group in TABLE.groups.values())
    assert min(b - a for a, b in pairwise(groups)) >= 7


def test_on_grey_paper_what_is_known_of_a_road_is_told_by_its_edge():
    """A rate has an edge darker than itself, road without a rate one lighter than itself; silence is dotted."""
    for band in range(1, style.RATE_CLASSES + 1):
        mark = style.rate_class(band)
        assert lightness(rgb(mark.casing)) < lightness(rgb(mark.colour))
        assert mark.dash is None
    quiet, silent = style.mark("quiet"), style.mark("silent")
    for mark in (quiet, silent):
        assert lightness(rgb(mark.casing)) > lightness(rgb(mark.colour))
        assert mark.width < style.rate_class(1).width
    assert quiet.dash is None
    assert silent.dash is not None


def test_status_and_posts_are_told_by_pattern():
    for layers, pattern in (
        (("zones",), lambda m: (m.dash, m.hatch, m.band, m.fill_opacity > 0.2, m.fill_opacity > 0)),
        (("checkpoints",), lambda m: (m.strokes, m.dash, m.gap)),
    ):
        marks = [mark for mark in TABLE.marks.values() if mark.layer in layers]
        assert len(marks) > 3
        assert len({pattern(mark) for mark in marks}) == len(marks)


def test_kinds_of_events_are_told_by_shape():
    shapes = list(TABLE.shapes.values())
    assert len({(one.path, one.inner, one.open) for one in shapes}) == len(shapes)
    for a, b in combinations(shapes, 2):
        if (a.inner, a.open) != (b.inner, b.open):
            continue
        one, other = (shapely.Polygon(svg_points(shape.path)[0]).buffer(0) for shape in (a, b))
        shared = one.intersection(other).area / one.union(other).area
        assert shared < 0.85, (a.kind, b.kind)


@pytest.mark.parametrize("sight", SIGHTS)
def test_layers_of_the_users_own_have_a_colour_that_nothing_else_has(sight):
    marks = [mark for mark in TABLE.marks.values() if mark.layer == "user" and mark.kind != "label"]
    (colour,) = {mark.colour for mark in marks}
    others = [*(group.colour for group in TABLE.groups.values()), *(group.line for group in TABLE.groups.values())]
    others += [style.rate_class(band).colour for band in range(1, style.RATE_CLASSES + 1)]
    others += [style.token(name) for name in ("ink", "ink_2", "road", "silent", "focus", "water_label")]
    assert min(distance(rgb(colour), rgb(other), sight) for other in others) >= 11
    assert distance(rgb(colour), rgb(style.token("paper")), sight) >= 30


def test_signs_of_places_are_told_by_what_stands_on_them():
    signs = [mark for mark in TABLE.marks.values() if mark.kind == "point"]
    assert len({(one.path, one.inner) for one in signs}) == len(signs) > 5
    shapes = {(one.path, one.inner) for one in TABLE.shapes.values()}
    assert not shapes & {(one.path, one.inner) for one in signs}
    patterns = [(one.kind, one.dash, one.fill_opacity) for one in TABLE.marks.values() if one.layer == "user"]
    others = [one for one in patterns if one[0] != "point"]
    assert len(set(others)) == len(others)


@pytest.fixture(scope="module")
def drawn(artibonite, rn1, events, ledger):
    """The sheet as its pixels."""
    day = "2024-10-15"
    risk = am.corridor_risk(rn1, rn1.locate(events), as_of=day, ledger=ledger)
    # Every class, whatever the data give on that day.
    risk["info"], risk["band"] = "reported", [1 + number % style.RATE_CLASSES for number in range(len(risk))]
    chart = am.briefing_map(
        artibonite, as_of=day, corridor=rn1, risk=risk,
        zones=am.control_zones(artibonite, ledger, as_of=day, events=events), events=events, ledger=ledger,
        languages=(),
    )  # fmt: skip
    pixels = matplotlib.image.imread(io.BytesIO(am.static_map(chart).png(dpi=96)))[..., :3]
    return np.round(pixels.reshape(-1, 3) * 255).astype(int)


@pytest.mark.exhaustive
def test_pixels_of_the_sheet_are_the_colours_of_the_table(drawn):
    """What is drawn is what was tested above: each colour of the legend is found as it stands in the table."""
    seen, counts = np.unique(drawn, axis=0, return_counts=True)
    for name, text in {
        **{f"rate {band}": style.rate_class(band).colour for band in range(1, style.RATE_CLASSES + 1)},
        **{key: TABLE.groups[key].colour for key in ("gran_grif", "kokorat_san_ras", "canaan", "unnamed")},
        **{name: style.token(name) for name in ("paper", "sea")},
    }.items():
        close = np.abs(seen - np.round(rgb(text) * 255)).max(axis=1) <= 1
        assert counts[close].sum() >= 40, name

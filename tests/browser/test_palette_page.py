"""What must be told apart by colour is, on the pixels of the page itself, in a window of 1280 by 800.

Made-up tables bring every class of rate, every group in every status and every kind of event
onto one page. A layer's pixels are those that change when its pane is taken away; what lies
under them is what is seen then. The limits are those of ``tests/test_palette.py``. Pale fills of
zones do not reach them (34 % of a group's colour over land: 3.6 between two groups in tritan
sight, 16 %: 1.7), so the line around each has to, and what is pale on purpose (*last known*) keeps
8, and is named when it is opened.
"""

from __future__ import annotations

import io
import sys
from collections import Counter
from itertools import combinations, pairwise
from pathlib import Path

import geopandas as gpd
import matplotlib.image
import numpy as np
import pandas as pd
import pytest
import shapely

sys.path.insert(0, str(Path(__file__).parent.parent))

from colours import SIGHTS, distance, lightness, rgb

import artimap as am
from artimap.areas.area import ARTIBONITE
from artimap.core import style

GROUPS, RATES = 15, 13
KEYS = list(style.load().groups)
STATES = ("assessed", "claimed", "presence", "last_known")
SIDE, STEP = 5_000, 7_000
DAY = "2024-10-15"
SIZE = (1280, 800)
AT = """(spots) => {
  const frame = window.map_1.getContainer().getBoundingClientRect();
  return spots.map(([x, y]) => {
    const p = window.map_1.latLngToContainerPoint([y, x]);
    return [p.x + frame.x, p.y + frame.y];
  });
}"""
OFF = """(names) => {
  const pane = (name) => document.querySelector(`.leaflet-artimap-${name}-pane`);
  for (const [name, off] of names) pane(name).classList.toggle("is-off", off);
}"""
OVER = (
    "somewhere",
    "roads",
    "rivers",
    "km",
    "shields",
    "checkpoints",
    "places",
    "events",
    "corridor",
    "zones_reported",
    "zones_estimated",
    "communes",
    "department",
)


KINDS = list(style.load().shapes)


def contrast(one, other):
    """Give the contrast of two colours as WCAG counts it."""
    low, high = sorted(((lightness(one) + 16) / 116) ** 3 for one in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.fixture(scope="module")
def made(tables):
    """Stretches of all classes; a field of boxes on land, a row a status, a column a group."""
    risk = tables["risk"].copy()
    look = [("reported", band) for band in range(1, 6)] + [("quiet", pd.NA), ("silent", pd.NA)]
    risk["info"] = [look[n % 7][0] for n in range(len(risk))]
    risk["band"] = pd.array([look[n % 7][1] for n in range(len(risk))], dtype="Int64")
    rows = [(state, (key,)) for state in STATES for key in KEYS] + [
        ("contested", pair) for pair in combinations(KEYS, 2)
    ]
    first = tables["zones"].iloc[[0]]
    zones = first.loc[first.index.repeat(len(rows))].reset_index(drop=True)
    names = {key: next(iter(style.load().groups[key].names), "armed men") for key in KEYS}
    zones["kind"] = [state for state, _ in rows]
    zones["actors"] = ["; ".join(names[key] for key in keys) for _, keys in rows]
    zones["zone_id"] = [f"made:{n}" for n in range(len(rows))]
    zones["name"] = zones["zone_id"]
    x, y = gpd.GeoSeries.from_xy([-72.66], [19.35], crs=4326).to_crs(zones.crs).iloc[0].coords[0]
    corners = [(x + n % len(KEYS) * STEP, y - n // len(KEYS) * STEP) for n in range(len(rows))]
    zones = zones.set_geometry([shapely.box(a, b, a + SIDE, b + SIDE) for a, b in corners], crs=zones.crs)
    events = tables["events"].copy()
    events["kind"] = [KINDS[n % len(KINDS)] for n in range(len(events))]
    estimated = zones[zones["kind"] == "assessed"].assign(layer="estimated", estimate="one_group")
    return {**tables, "risk": risk, "zones": zones, "estimated": estimated, "events": events}, rows


@pytest.fixture(scope="module")
def page(chromium, made, tmp_path_factory):
    chart = am.briefing_map(ARTIBONITE, as_of=DAY, languages=(), **made[0])
    path = chart.save(tmp_path_factory.mktemp("palette") / "map.html")
    context = chromium.new_context(
        viewport={"width": SIZE[0], "height": SIZE[1]}, offline=True, reduced_motion="reduce"
    )
    shown = context.new_page()
    shown.goto(path.as_uri())
    shown.wait_for_selector("html[data-ready=yes]", state="attached")
    shown.evaluate("document.getElementById('legend').open = true")
    yield shown
    context.close()


def pixels(page):
    read = matplotlib.image.imread(io.BytesIO(page.screenshot()))[..., :3]
    return np.round(read * 255).astype(int)


def with_and_without(page, layer):
    """Give the window with that layer on bare land, and without it."""
    page.evaluate(OFF, [[name, name != layer] for name in OVER])
    drawn = pixels(page)
    page.evaluate(OFF, [[layer, True]])
    bare = pixels(page)
    page.evaluate(OFF, [[name, False] for name in OVER])
    return drawn, bare


def along(page, line):
    """Give the pixels of the window under a line in degrees, every three quarters of a pixel."""
    spots = np.array(page.evaluate(AT, [list(spot) for spot in line.coords]))
    there = shapely.LineString(spots)
    there = shapely.get_coordinates(shapely.line_interpolate_point(there, np.arange(0, there.length, 0.75)))
    x, y = np.floor(there).astype(int).T
    seen = (x > 0) & (y > 0) & (x < SIZE[0] - 365) & (y < SIZE[1] - 105)
    return x[seen], y[seen]


def most(colours):
    """Give the commonest colour, from 0 to 1."""
    return np.array(Counter(map(tuple, colours)).most_common(1)[0][0]) / 255


def least(colours):
    """Give how far apart the nearest two of some named colours look, whoever looks."""
    pairs = combinations(colours.values(), 2)
    return min(distance(one, other, sight) for one, other in pairs for sight in SIGHTS)


def boxes(page, layer, made):
    """Give each box's row, its pixels that the layer changes, the commonest inside, and the land's."""
    tables, rows = made
    drawn, bare = with_and_without(page, layer)
    table = tables["zones"].to_crs(4326).geometry
    for row, shape in zip(rows, table, strict=True):
        x, y = np.array(page.evaluate(AT, [list(spot) for spot in shape.exterior.coords])).T
        x0, x1, y0, y1 = int(x.min()), int(x.max()) + 1, int(y.min()), int(y.max()) + 1
        assert (x0, y0) > (0, 0)
        assert (x1, y1) < (SIZE[0] - 365, SIZE[1] - 105)
        box, under = (one[y0 - 3 : y1 + 4, x0 - 3 : x1 + 4] for one in (drawn, bare))
        changed = np.unique(box[(box != under).any(axis=2)], axis=0) / 255
        inside = drawn[y0 + 6 : y1 - 5, x0 + 6 : x1 - 5].reshape(-1, 3)
        yield row, changed, most(inside), most(under.reshape(-1, 3))


def nearest(colours, text):
    """Give the one of the colours that comes nearest to a colour of the table."""
    return min(colours, key=lambda one: distance(one, rgb(text)))


def line_of(key):
    return style.load().groups[key].line


def test_rates_quiet_and_silent_are_told_apart(page, made):
    drawn, bare = with_and_without(page, "corridor")
    found, land = {}, []
    for row in made[0]["risk"].to_crs(4326).itertuples():
        x, y = along(page, row.geometry)
        found.setdefault(row.info if row.info != "reported" else int(row.band), []).extend(map(tuple, drawn[y, x]))
        land.extend(map(tuple, bare[y, x]))
    paper = most(land)
    rates = {band: most(found[band]) for band in range(1, 6)}
    quiet = most(found["quiet"])
    dots = min(np.unique(found["silent"], axis=0) / 255, key=lightness)
    assert least(rates) >= RATES
    assert least({**rates, "quiet": quiet}) >= RATES
    assert least({**rates, "silent": dots}) >= RATES
    light = [lightness(rates[band]) for band in range(1, 6)]
    assert min(a - b for a, b in pairwise(light)) >= 14
    # quiet and silent are of one grey: the one a line, the other dots with land between them
    shares = {
        info: np.mean([distance(np.array(one) / 255, paper) > 15 for one in found[info]])
        for info in ("quiet", "silent")
    }
    assert shares["quiet"] > 0.9
    assert 0.2 < shares["silent"] < 0.7
    # each stands out from the land: the lightest by the edge around it
    changed = np.unique(drawn[(drawn != bare).any(axis=2)], axis=0) / 255
    for band, colour in rates.items():
        edge = nearest(changed, style.rate_class(band).casing)
        assert max(contrast(colour, paper), contrast(edge, paper)) >= 3
    assert min(contrast(quiet, paper), contrast(dots, paper)) >= 3


@pytest.mark.exhaustive
def test_groups_are_told_apart_by_the_lines_of_their_zones(page, made):
    page.evaluate("window.map_1.setView([19.2, -72.5], 10.6, {animate: false})")
    edges, fills, hatched = {}, {}, []
    for (state, keys), changed, inside, land in boxes(page, "zones_reported", made):
        lines = [nearest(changed, line_of(key)) for key in keys]
        if len(keys) == 2:
            hatched.append(least(dict(zip(keys, lines, strict=True))))
            continue
        if state == "last_known":  # pale: the colour farthest from land is the line's
            lines = [max(changed, key=lambda one, land=land: distance(one, land))]
        edges.setdefault(state, {})[keys[0]] = lines[0]
        fills.setdefault(state, []).append(lightness(land) - lightness(inside))
        assert contrast(lines[0], land) >= (2 if state == "last_known" or keys[0] == "unnamed" else 3)
    for state in ("assessed", "claimed", "presence"):
        assert least(edges[state]) >= GROUPS, state
        light = sorted(map(lightness, edges[state].values()))
        assert min(b - a for a, b in pairwise(light)) >= 6.5, state
    assert least(edges["last_known"]) >= 8
    assert len(hatched) == 15
    assert min(hatched) >= 14  # and the two lie crosswise
    # in grey, too: assessed is darker inside than claimed, the others are as light as the land
    assert all(a > b + 1 for a, b in zip(fills["assessed"], fills["claimed"], strict=True))
    assert max(fills["presence"] + fills["last_known"]) < 0.5 < min(fills["claimed"])


def test_groups_of_estimated_zones_are_told_apart(page, made):
    page.evaluate("window.map_1.setView([19.2, -72.5], 10.6, {animate: false})")
    page.check("#layer-zones_estimated")
    found = {}
    for (state, keys), changed, inside, land in boxes(page, "zones_estimated", made):
        if state != "assessed":
            continue
        found[keys[0]] = nearest(changed, line_of(keys[0]))
        assert distance(inside, land) < 0.5  # dots, never a fill
    page.uncheck("#layer-zones_estimated")
    assert len(found) == len(KEYS)
    assert least(found) >= GROUPS


def test_posts_and_events_stand_out_and_kinds_have_shapes_of_their_own(page):
    drawn, bare = with_and_without(page, "checkpoints")
    changed = (drawn != bare).any(axis=2)
    dark = min(np.unique(drawn[changed], axis=0) / 255, key=lightness)
    assert contrast(dark, most(bare[changed])) >= 7
    masks = {}
    for row in page.query_selector_all('fieldset[data-layer="events"] li'):
        row.scroll_into_view_if_needed()
        picture = matplotlib.image.imread(io.BytesIO(row.query_selector(".swatch").screenshot()))[..., :3]
        masks[row.inner_text()] = picture.mean(axis=2)[:20, :28] < 0.5
    assert len(masks) >= 12  # one or two kinds of event have no known place in any row
    near = {
        (one, other): (masks[one] ^ masks[other]).sum() / (masks[one] | masks[other]).sum()
        for one, other in combinations(masks, 2)
    }
    assert {pair: share for pair, share in near.items() if share < 0.2} == {}


def test_water_is_told_from_land(page):
    page.evaluate("window.map_1.setView([18.9, -72.3], 9.6, {animate: false})")
    picture = pixels(page)
    seen = {}
    for name in ("paper", "sea", "lake"):
        close = np.abs(picture - np.round(rgb(style.token(name)) * 255)).max(axis=2) <= 2
        assert close.sum() > 20, name
        seen[name] = most(picture[close])
    assert min(distance(seen["paper"], seen[water], sight) for water in ("sea", "lake") for sight in SIGHTS) >= 7

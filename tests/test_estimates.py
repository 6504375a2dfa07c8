"""Estimated zones on the map: apart from what is reported, and never safe-looking."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from artimap.areas.area import ARTIBONITE
from artimap.control.contestation.estimate import estimate_contestation
from artimap.control.contestation.layer import estimated_zones
from artimap.core import schema, style
from artimap.core.vocab import Audience, Estimate, Lang, WhyNot
from artimap.maps.briefing import briefing_map
from artimap.maps.estimate_layers import estimates_layer
from artimap.maps.export.files import map_tables
from artimap.maps.static.map import static_map

DAY = "2024-10-15"


@pytest.fixture(scope="module")
def zones(events):
    made = estimated_zones(ARTIBONITE, estimate_contestation(ARTIBONITE, events, stop=DAY, stability=False), as_of=DAY)
    words = pd.Series(Estimate.INSUFFICIENT.value, index=made.index)
    words.iloc[:4] = [Estimate.ONE_GROUP, Estimate.CONTESTED, Estimate.STATE_FORCES, Estimate.NO_ARMED_GROUP]
    who = pd.Series(pd.NA, index=made.index, dtype=schema.TEXT)
    who.iloc[:3] = ["Gran Grif", "Gran Grif; self-defence groups", "state forces"]
    steady = pd.Series(np.nan, index=made.index)
    steady.iloc[:4] = 0.8
    rule = pd.Series("too few reports here and near in time", index=made.index, dtype=schema.TEXT)
    rule.iloc[:4] = "estimated from events by a hidden Markov model; nobody said so"
    rule.iloc[4] = "no state is probable enough"
    codes = pd.Series(WhyNot.FEW.value, index=made.index, dtype=schema.TEXT)
    codes.iloc[:4] = pd.NA
    codes.iloc[4] = WhyNot.UNCLEAR.value
    return made.assign(estimate=words.astype(schema.TEXT), actors=who, stability=steady, rule=rule, why_code=codes)


def test_an_estimate_has_no_solid_line_and_no_fill():
    marks = [mark for key, mark in style.load().marks.items() if key.startswith("estimate_")]
    assert len(marks) == 4
    for mark in marks:
        assert mark.dash is not None
        assert mark.dash.startswith("0 ")
        assert mark.stipple or mark.fill_opacity < 0.05
    assert not any(mark.stipple for key, mark in style.load().marks.items() if not key.startswith("estimate_"))


def test_every_unit_is_there_and_what_is_not_known_is_drawn_so(zones):
    drawn = estimates_layer(zones, lang="en")
    (layer,) = drawn.layers
    assert not layer.shown
    assert layer.toggle
    assert len(layer.features) == len(zones) == len(drawn.details)
    marks = {feature.label: feature.mark for feature in layer.features}
    names = list(zones["name"])
    assert [marks[name] for name in names[:4]] == [
        "estimate_one_group", "estimate_contested", "estimate_state_forces", "estimate_unknown",
    ]  # fmt: skip
    assert {marks[name] for name in names[4:]} == {"estimate_unknown"}
    assert all(feature.begun and feature.ended == DAY for feature in layer.features)


def test_details_say_estimate_first_and_give_shares_and_stability(zones):
    details = estimates_layer(zones, lang="en").details
    assert all(detail.heading.startswith("ESTIMATE") for detail in details)
    assert not any(detail.statements for detail in details)
    facts = {fact.label: fact.text for fact in details[1].facts}
    for word in ("no armed group", "one group", "contested", "state forces", "%"):
        assert word in facts["The model gives"]
    assert facts["Same answer in other runs"] == "80 %"
    assert "calculated, not reported" in details[1].sentence
    assert "That is not safety" in details[3].sentence
    assert "no answer of the model is likely enough" in details[4].sentence
    assert "too few reports" in details[5].sentence


@pytest.mark.parametrize("lang", list(Lang))
def test_words_are_there_in_every_language(zones, lang):
    for detail in estimates_layer(zones, lang=lang).details:
        assert "{" not in detail.sentence + detail.precision
        assert "map." not in detail.sentence + detail.heading


@pytest.mark.parametrize("audience", [Audience.PARTNERS, Audience.PUBLIC])
def test_where_state_forces_may_be_is_for_internal_eyes(zones, audience):
    drawn = estimates_layer(zones, lang="en", audience=audience)
    (layer,) = drawn.layers
    assert "estimate_state_forces" not in {feature.mark for feature in layer.features}
    held = drawn.details[2]
    assert "Not shown to this audience" in held.sentence
    assert not held.facts
    assert not held.icon.groups


def test_estimates_given_as_zones_are_drawn_as_estimates(zones):
    alone = briefing_map(ARTIBONITE, zones=zones, as_of=DAY, languages=()).page
    (layer,) = [one for one in alone.layers if one.name.startswith("zones_")]
    assert layer.name == "zones_estimated"
    assert layer.shown  # the map is of nothing else
    assert {feature.mark.split("_")[0] for feature in layer.features} == {"estimate"}
    said = zones.iloc[:1].assign(layer="reported", kind="claimed", zone_id="x")
    both = pd.concat([said, zones], ignore_index=True)
    names = {one.name: one for one in briefing_map(ARTIBONITE, zones=both, as_of=DAY, languages=()).page.layers}
    assert not names["zones_estimated"].shown
    assert len(names["zones_reported"].features) == 1


def test_no_rows_no_layer(zones):
    assert estimates_layer(zones.iloc[:0], lang="en").layers == ()


def test_on_the_map_below_what_is_reported_with_a_legend_of_its_own(zones, events, ledger):
    chart = briefing_map(ARTIBONITE, estimated=zones, events=events, ledger=ledger, as_of=DAY, languages=())
    group = next(one for one in chart.page.furniture.legend if one.layer == "zones_estimated")
    assert group.heading == "Estimated zones: a model, not a report"
    assert "not safe" in next(row.text for row in group.rows if row.mark == "estimate_unknown")
    tables = map_tables(chart.page)
    assert isinstance(tables["zones_estimated"], gpd.GeoDataFrame)
    assert len(tables["zones_estimated"]) == len(zones)
    shown = replace(chart.page, layers=tuple(replace(layer, shown=True) for layer in chart.page.layers))
    assert static_map(replace(chart, page=shown)).png(dpi=40) != static_map(chart).png(dpi=40)

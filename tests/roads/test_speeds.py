"""Speeds by class of road, surface and vehicle, and the times that come of them."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

import artimap as am
from artimap.core.vocab import Lang, Vehicle
from artimap.roads.network.graph import RoadNetwork
from artimap.roads.routing.speeds import CLASSES

MODEL = am.SpeedModel()


def line_of(classes, surfaces=None, *, length=1_000.0):
    """A road of one edge a class, each of that length."""
    nodes = [[length * n, 0.0] for n in range(len(classes) + 1)]
    net = RoadNetwork.from_edges(nodes, [[n, n + 1] for n in range(len(classes))], crs="EPSG:32618")
    kinds = np.array(classes, dtype=object)
    return SimpleNamespace(
        network=net, road_class=kinds, surface=None if surfaces is None else np.array(surfaces, dtype=object)
    )


def test_times_are_length_over_speed_least_first():
    times = MODEL.times(line_of(["national", "departmental", None]), "4x4")
    assert times[0] == pytest.approx([60 / 55, 60 / 30])
    assert times[1] == pytest.approx([60 / 30, 60 / 12])
    assert times[2] == pytest.approx([60 / 30, 60 / 8])
    assert (times[:, 0] <= times[:, 1]).all()


@pytest.mark.parametrize("vehicle", [one.value for one in Vehicle])
def test_every_vehicle_has_a_time_everywhere_but_trucks_on_paths(vehicle):
    times = MODEL.times(line_of([*CLASSES, None, "a class of tomorrow"]), vehicle)
    shut = np.isinf(times).any(axis=1)
    assert shut.tolist() == [False] * 4 + [vehicle in ("truck", "container_truck")] + [False] * 2
    assert (times[~shut] > 0).all()


def test_broader_roads_are_quicker_and_larger_vehicles_slower():
    for pair in pairwise(CLASSES):
        fast, slow = (MODEL.speed(one, "car") for one in pair)
        assert all(one >= other for one, other in zip(fast, slow, strict=True))
    order = [MODEL.speed("national", one) for one in ("4x4", "car", "minibus", "bus", "truck", "truck_20ft", "on_foot")]
    assert order == sorted(order, reverse=True)
    assert {MODEL.speed(one, "on_foot") for one in (*CLASSES, None)} == {(3.0, 5.0)}


def test_a_surface_counts_where_it_is_not_the_usual_one():
    kinds = ["departmental", "departmental", "departmental", "national", "national"]
    times = MODEL.times(line_of(kinds, ["asphalt", "gravel", None, "mud", "asphalt"]), "car")
    assert times[0, 0] < times[1, 0] == times[2, 0]
    assert times[3, 0] > times[4, 0]
    assert MODEL.times(line_of(["national"], ["asphalt"]), "car") == pytest.approx(
        MODEL.times(line_of(["national"]), "car")
    )


def test_an_edge_without_length_takes_no_time_and_stays_shut_for_trucks():
    net = RoadNetwork.from_edges([[0, 0], [1, 0]], [[0, 1], [0, 1]], lengths=[0.0, 0.0], crs="EPSG:32618")
    roads = SimpleNamespace(network=net, road_class=np.array(["local", "path"], dtype=object), surface=None)
    assert MODEL.times(roads, "truck").tolist() == [[0.0, 0.0], [np.inf, np.inf]]


@pytest.mark.parametrize("wrong", [(0.0, 5.0), (9.0, 5.0), (1.0, float("inf")), (float("nan"), 5.0)])
def test_speeds_that_are_none_are_refused_by_name(wrong):
    with pytest.raises(am.ModelError, match=r"SpeedModel: track is slow and fast.*bus is slow and fast"):
        am.SpeedModel(track=wrong, bus=wrong)


def test_other_figures_change_the_times():
    slow = replace(MODEL, national=(10.0, 20.0))
    road = line_of(["national"])
    assert (slow.times(road, "bus") > MODEL.times(road, "bus")).all()
    assert am.SpeedModel.from_dict(slow.to_dict()) == slow


@pytest.mark.parametrize("lang", [one.value for one in Lang])
def test_the_model_prints_every_parameter_and_that_it_is_assumed(lang):
    lines = MODEL.lines(lang)
    assert len(lines) == len(fields(MODEL)) + 1
    assert len(set(lines)) == len(lines)
    assert {"en": "assumptions", "fr": "hypothèses", "ht": "sipozisyon"}[lang] in lines[0]
    assert sum("km/h" in line for line in lines) == 7

"""One reader of words for vehicles."""

from __future__ import annotations

import pytest

import artimap as am
from artimap.core.vehicles import vehicle_of, vehicle_of_words
from artimap.core.vocab import Vehicle

WORDS = {
    "truck_20ft": "container_truck", "truck 20 ft": "container_truck", "camion 20 pieds": "container_truck",
    "truck_40ft": "container_truck", "20-foot truck": "container_truck", "Container": "container_truck",
    "kontenè": "container_truck", "container_truck": "container_truck", "semi-remorque": "container_truck",
    "camion": "truck", "un camion": "truck", "kamyon": "truck", "TRUCK": "truck", "4x4": "four_by_four",
    "4×4": "four_by_four", "4 x 4": "four_by_four", "four_by_four": "four_by_four", "pick-up": "four_by_four",
    "moto": "motorcycle", "taxi-moto": "motorcycle", "tap-tap": "minibus", "minibus": "minibus", "bus": "bus",
    "autobus": "bus", "à pied": "on_foot", "on_foot": "on_foot", "apye": "on_foot", "voiture": "car", "machin": "car",
    "ambulans": "ambulance", "UN": "humanitarian", "ONG": "humanitarian", "tous": "any",
    "public transport": "public_transport",
}  # fmt: skip


def test_vehicles_in_the_words_of_three_languages():
    assert {word: vehicle_of(word).value for word in WORDS} == WORDS


def test_every_word_of_the_list_is_read_as_itself():
    assert [vehicle_of(one.value) for one in Vehicle] == list(Vehicle)
    assert [vehicle_of(one) for one in Vehicle] == list(Vehicle)


@pytest.mark.parametrize(
    ("word", "hint"), [("trukc", "did you mean 'truck'"), ("boat", "there is: on_foot"), ("", "there is: on_foot")]
)  # fmt: skip
def test_what_is_no_vehicle_is_told_with_the_nearest(word, hint):
    assert vehicle_of_words(word) is None
    with pytest.raises(am.ModelError, match="is no vehicle") as caught:
        vehicle_of(word)
    assert hint in str(caught.value)
    assert "container_truck" in str(caught.value)

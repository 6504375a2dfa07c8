"""Names in any spelling, and phrases as places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import artimap as am
from artimap.errors import PlaceError
from artimap.gazetteer import fold, known_place, resolve
from artimap.vocab import Where


@pytest.mark.parametrize("mark", [*"'’‘ʼ`´′＇", "", " "])
def test_every_apostrophe_of_lestere(artibonite, mark):
    found = am.find_place(artibonite, f"L{mark}Estère")
    assert found["id"].iloc[0] == "l-estere"
    assert found["score"].iloc[0] >= 0.97


@pytest.mark.parametrize(
    ("text", "place_id"),
    [
        ("LEstere", "l-estere"), ("Lestè", "l-estere"), ("ESTERE", "l-estere"), ("St Marc", "saint-marc"),
        ("st.-marc", "saint-marc"), ("Senmak", "saint-marc"), ("Sen Mak", "saint-marc"), ("Gonayiv", "gonaives"),
        ("les Gonaïves", "gonaives"), ("GONAIVES", "gonaives"), ("Carrefour Peye", "carrefour-paye"),
        ("carrefour paye", "carrefour-paye"), ("Pont Sonde", "pont-sonde"), ("Ponsonde", "pont-sonde"),
        ("Gwo Mòn", "gros-morne"), ("gros morne", "gros-morne"), ("Marchand-Dessalines", "dessalines"),
        ("Ti Rivyè Latibonit", "petite-riviere-de-l-artibonite"), ("Dedin", "desdunes"),
    ],
)  # fmt: skip
def test_spellings_find_their_place(artibonite, text, place_id):
    assert am.find_place(artibonite, text)["id"].iloc[0] == place_id


@pytest.mark.parametrize(
    ("text", "communes"),
    [
        ("Bois-Neuf", {"Saint-Marc", "Terre-Neuve"}),
        ("Savane Carrée", {"Ennery", "Gros-Morne"}),
        ("Poteau", {"Gonaïves", "Saint-Marc"}),
        ("Petite-Rivière", {"Petite-Rivière de l'Artibonite", "Gonaïves"}),
    ],
)
def test_ambiguous_names_give_all_candidates(artibonite, text, communes):
    found = am.find_place(artibonite, text)
    top = found[found["score"] > found["score"].iloc[0] - 0.08]
    assert communes <= set(top["commune"])
    assert found["why"].notna().all()
    with pytest.raises(PlaceError, match="may mean several places"):
        known_place(artibonite, text)


def test_nothing_fits_nonsense(artibonite):
    assert len(am.find_place(artibonite, "Xyzzy")) == 0
    assert len(am.find_place(artibonite, "")) == 0
    with pytest.raises(PlaceError, match="no known place"):
        known_place(artibonite, "Xyzzy")


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("near Pont-Sondé", Where.PLACE, "Pont-Sondé"),
        ("à l'entrée de Pont-Sondé", Where.PLACE, "Pont-Sondé"),
        ("carrefour Paye (Peye)", Where.POINT, "Carrefour Paye"),
        ("1re section communale de La Croix Périsse", Where.SECTION, "La Croix Périsse"),
        ("1re section communale de L'Estère", Where.SECTION, "La Croix Périsse"),
        ("Savien, Petite-Rivière", Where.PLACE, "Savien"),
        ("RN1", Where.NOWHERE, "RN1"),
        ("route nationale numéro 1", Where.NOWHERE, "RN1"),
        ("asdf qwer", Where.NOWHERE, ""),
        ("Carrefour Savien (RN1 junction)", Where.NOWHERE, ""),
    ],
)
def test_phrases(artibonite, text, kind, name):
    reading = resolve(artibonite, text)
    assert (reading.kind, reading.name) == (kind, name)
    assert reading.why


@pytest.mark.parametrize(
    ("text", "road", "from_km", "to_km"),
    [
        ("between Saint-Marc and Gonaïves on RN1", "rn1", 94.8, 150.0),
        ("entre L'Estère et Gonaïves sur la RN1", "rn1", 125.8, 150.0),
        ("ant Senmak ak Gonayiv", "rn1", 94.8, 150.0),
        ("Route nationale 5 between Gros-Morne and Port-de-Paix", "rn5", 23.9, 73.6),
    ],
)
def test_between_two_places_is_a_stretch(artibonite, text, road, from_km, to_km):
    reading = resolve(artibonite, text)
    assert reading.kind is Where.STRETCH
    assert reading.corridor_id == road
    assert reading.from_m / 1000 == pytest.approx(from_km, abs=0.3)
    assert reading.to_m / 1000 == pytest.approx(to_km, abs=0.3)


@given(text=st.text(max_size=60))
def test_no_text_breaks_reading(artibonite, text):
    reading = resolve(artibonite, text)
    assert (reading.kind is Where.NOWHERE) == (
        reading.place_id is None and reading.pcode is None and reading.from_m is None
    )


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_in_comparison(text):
    assert fold(text.upper().lower()) == fold(fold(text)) or fold(text)

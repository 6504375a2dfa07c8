"""Names in any spelling, and phrases as places."""

from __future__ import annotations

import sys
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import artimap as am
from artimap.areas.gazetteer.lookup import entries, localities
from artimap.areas.gazetteer.resolve import known_place, resolve
from artimap.core.errors import PlaceError
from artimap.core.schema import split_names
from artimap.core.text import fold
from artimap.core.vocab import Where
from artimap.sources.coordinates import degrees_of


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
        ("Carrefour Savien (RN1 junction)", Where.SECTION, "Bas Coursin I"),
        ("the President", Where.NOWHERE, ""),
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
    assert reading.why
    if reading.ambiguous:
        assert len(reading.candidates) > 1


_WORDS = [
    "between", "entre", "ant", "and", "et", "ak", "à", "de", "5 km", "north", "au nord", "près de", "RN1", "RN9",
    "km 300", "2e section", "1re et 9e sections", "commune de", "carrefour", "pont", "Saint-Marc", "Gonayiv", "Poteau",
    "Savien", "Jacmel", "Bas-Artibonite", "sortie sud", "vers", ",", ";", "(", ")", "/", "-", "route de", "60 %",
    "Ti Bwadòm", "Xyzzy",
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(words=st.lists(st.sampled_from(_WORDS), max_size=9))
def test_no_mix_of_words_breaks_reading(artibonite, words):
    reading = resolve(artibonite, " ".join(words))
    assert (reading.kind is Where.STRETCH) == (reading.from_m is not None)
    if reading.kind is Where.STRETCH:
        lengths = am.read_roads(artibonite).set_index("road_id")["length_m"]
        assert 0 <= reading.from_m < reading.to_m <= lengths[reading.corridor_id] + 1
    if reading.kind in (Where.POINT, Where.PLACE):
        assert reading.place_id in set(am.read_places(artibonite)["place_id"])
    assert all(0 <= one.score <= 1 for one in reading.candidates)


def _plain(name: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))


_VARIANTS = {
    "upper case": str.upper,
    "lower case": str.lower,
    "no accents": _plain,
    "accents apart": lambda name: unicodedata.normalize("NFD", name),
    "spaces for hyphens": lambda name: name.replace("-", " "),
    "hyphens for spaces": lambda name: name.replace(" ", "-"),
    "typographic apostrophe": lambda name: name.replace("'", "’"),
    "other apostrophe": lambda name: name.replace("'", "ʼ"),
    "St": lambda name: name.replace("Saint", "St"),
    "St.": lambda name: name.replace("Saint-", "St. "),
}


@pytest.mark.parametrize("variant", _VARIANTS)
def test_every_known_name_in_every_spelling_is_the_same(artibonite, variant):
    change = _VARIANTS[variant]
    tables = (am.read_places(artibonite), am.read_units(artibonite))
    names = {row["name"] for table in tables for _, row in table.iterrows()}
    for table in tables:
        for column in ("name_fr", "name_ht", "aliases"):
            names |= (
                {name for cell in table[column].dropna() for name in split_names(cell)} if column in table else set()
            )
    assert len(names) > 200
    wrong = {}
    for name in sorted(names):
        first, again = resolve(artibonite, name), resolve(artibonite, change(name))
        if not first.candidates or [one.id for one in first.candidates[:1]] != [one.id for one in again.candidates[:1]]:
            wrong[name] = (first.kind, again.kind, change(name))
    assert not wrong


def test_localities_lie_in_known_things(artibonite):
    known = {one.id: one for one in entries(artibonite)}
    roads = set(am.read_roads(artibonite)["road_id"])
    for one in localities(artibonite):
        if one.where is Where.STRETCH:
            assert one.road_id in roads
            assert one.from_m < one.to_m
        elif one.where is not Where.NOWHERE:
            held = known[one.id]
            places = (Where.PLACE, Where.POINT)
            assert held.where is one.where or {held.where, one.where} == set(places), one.locality


def test_a_distance_off_the_roads_keeps_its_radius(artibonite):
    reading = resolve(artibonite, "12 km north-east of Savien")
    assert (reading.kind, reading.place_id, reading.radius_m, reading.geo_precision) == (
        Where.PLACE, "savien", 13_000.0, 3,
    )  # fmt: skip
    assert resolve(artibonite, "Savien").radius_m is None


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_in_comparison(text):
    assert fold(text.upper().lower()) == fold(fold(text)) or fold(text)


_LONG = {
    "one word": lambda n: "a" * n,
    "unknown names": lambda n: " ".join(
        f"{chr(65 + i % 26)}{'bdgklmnprst'[i % 11]}{'aeiou'[i % 5]}lon" for i in range(n // 6)
    ),
    "a map link": lambda n: (
        "https://maps.example.org/place/" + "".join(chr(97 + (i * i + 7 * i) % 26) for i in range(n))
    ),
    "elided": lambda n: "L'" * (n // 2),
    "blanks": lambda n: "RN" + " " * n + "x",
    "articles": lambda n: "Savien " + "la " * (n // 3),
    "joined": lambda n: "Savien et " * (n // 10),
    "homonyms": lambda n: "Poteau, Bois-Neuf, Bassin, " * (n // 27),
    "hyphens": lambda n: "a-" * (n // 2),
}


def _calls(act):
    """Count the calls that something makes, in Python and in C."""
    count = 0

    def step(_frame, event, _what):
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(step)
    try:
        act()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("kind", _LONG)
def test_reading_grows_with_the_cell_and_no_faster(artibonite, kind):
    resolve(artibonite, "Savien")  # what is kept between readings is made first
    short, long = (_LONG[kind](n) for n in (240, 1_920))
    steps = [
        _calls(lambda text=text: (resolve(artibonite, text), am.find_place(artibonite, text))) for text in (short, long)
    ]
    # Eight times the letters: a square would be sixty-four times the steps.
    assert steps[1] <= 20 * steps[0]
    assert steps[1] < 400_000


def test_a_text_that_is_too_long_is_cut_and_that_is_told(artibonite):
    reading = resolve(artibonite, "Savien, " + "x" * 3_000 + ", Gonaïves")
    assert reading.place_id == "savien"
    assert "only the first 2,000 letters were read" in reading.why
    assert "letters" not in resolve(artibonite, "Savien").why


def test_a_list_of_many_names_is_no_place(artibonite):
    reading = resolve(artibonite, "Savien, Préval, Jacob, Ségur, " * 5)
    assert reading.kind is Where.NOWHERE
    assert "more than 12 places" in reading.why
    assert reading.candidates


@pytest.mark.parametrize("text", ["RN{}x", "19 06{}x", "19°06{}'30", "{}N 19"])
def test_blanks_in_a_cell_cost_nothing(artibonite, text):
    def cost(blanks):
        cells = [text.format(" " * (blanks + turn)) for turn in range(5)]
        times = []
        for cell in cells:
            start = time.process_time()
            resolve(artibonite, cell)
            degrees_of(cell)
            times.append(time.process_time() - start)
        return min(times)

    resolve(artibonite, "Savien")
    # Eight times the blanks; a pattern that tries all ways to share them takes five hundred times as long.
    assert cost(1_600) <= 40 * max(cost(200), 0.000_2)

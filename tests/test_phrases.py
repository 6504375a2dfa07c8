"""Places in words against lists with the right answers.

``phrases/written_before.csv`` was written before the resolver's output had been looked at; half
of it (by a fixed seed) was used to improve the resolver, the other half only to measure it.
``phrases/from_reports.csv`` holds the place words of the embedded reports; where the reviewed
table needed more than the words (its commune column, other reports), the right answer is what
the words alone can tell, and ``note`` says so. ``phrases/relations.csv`` holds what is said most on a road, a place, a
word of relation and a second place ("L'Estère, avant Gonaïves"); it too was written before the reading of it, with
the chainages of the data: the first name is the place; "A towards B" and "past A towards B" are the road between
the two, of "just past" three kilometres; a side of a place without a direction is the place's surroundings. Its
half by hash was held back from tuning. Localities without a point
(``data/artibonite/localities.csv``) come from the same reports: this list is no measure of
names never met before; ``written_before.csv`` is.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import random
from pathlib import Path

import pytest

import artimap as am
from artimap.core.schema import split_names
from artimap.core.vocab import Where

FOLDER = Path(__file__).parent / "phrases"
SURE = 0.85
ALLOWED_KM = 1.5
SEED = 20241003


def read(name):
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def halves(rows):
    """Part rows into the half that was tuned on and the half that was held back."""
    order = list(range(len(rows)))
    random.Random(SEED).shuffle(order)  # noqa: S311 - a split that is the same each run
    tuned = set(order[: len(rows) // 2])
    return [row for at, row in enumerate(rows) if at in tuned], [row for at, row in enumerate(rows) if at not in tuned]


def by_hash(rows):
    """Part rows into halves by the hash of their text, so that neither follows the order they were written in."""
    order = sorted(rows, key=lambda row: hashlib.sha256(row["text"].encode()).digest())
    return order[0::2], order[1::2]


def is_right(row, reading):
    if row.get("precision") and reading.geo_precision < int(row["precision"]):
        return False  # a pin on what is only beside the place
    wanted, roads = set(split_names(row["id"])), split_names(row["corridor_id"])
    given = set(split_names(reading.place_id or reading.pcode or ""))
    if row["ambiguous"] == "yes":
        shown = given | {one.id for one in reading.candidates}
        stretches = {reading.corridor_id} | {one.id for one in reading.candidates if one.where is Where.STRETCH}
        return reading.ambiguous and len(reading.candidates) > 1 and wanted <= shown and set(roads) <= stretches
    if reading.ambiguous or reading.kind != row["kind"] or given != wanted:
        return False
    if row["corridor_id"] != (reading.corridor_id or "") and (
        row["corridor_id"] or row["kind"] in ("stretch", "nowhere")
    ):
        return False
    if row["kind"] != "stretch":
        return True
    ends = zip((reading.from_m, reading.to_m), ("from_km", "to_km"), strict=True)
    return all(abs(metres / 1000 - float(row[column])) <= ALLOWED_KM for metres, column in ends)


def is_confidently_wrong(row, reading):
    if reading.kind is Where.NOWHERE or reading.ambiguous or is_right(row, reading):
        return False
    return reading.candidates[0].score >= SURE


@pytest.fixture(scope="module")
def results(artibonite):
    before = read("written_before")
    tuned, held = halves(before)
    lists = {"from reports": read("from_reports"), "written before, tuned": tuned, "written before, held": held}
    lists |= dict(zip(("relations, tuned", "relations, held"), by_hash(read("relations")), strict=True))
    return {name: [(row, am.resolve(artibonite, row["text"])) for row in rows] for name, rows in lists.items()}


def test_enough_phrases_each_once():
    rows = [*read("written_before"), *read("from_reports")]
    assert len(rows) >= 200
    assert len(read("written_before")) >= 120
    relations = read("relations")
    assert len(relations) >= 160
    assert all(sum(row["lang"] == lang for row in relations) >= 50 for lang in ("en", "fr", "ht"))
    for name in ("written_before", "from_reports", "relations"):
        texts = [row["text"] for row in read(name)]
        assert len(set(texts)) == len(texts)
    assert {row["kind"] for row in rows} <= {where.value for where in Where}


def test_answers_are_known_ids(artibonite):
    known = set(am.read_places(artibonite)["place_id"]) | set(am.read_units(artibonite)["pcode"])
    roads = set(am.read_roads(artibonite)["road_id"])
    for row in [*read("written_before"), *read("from_reports"), *read("relations")]:
        assert set(split_names(row["id"])) <= known, row
        assert set(split_names(row["corridor_id"])) <= roads, row
        assert row["ambiguous"] in ("yes", "no"), row


def test_at_least_95_percent_are_right(results, capsys):
    shares = {}
    for name, pairs in results.items():
        right = sum(is_right(row, reading) for row, reading in pairs)
        sure = sum(is_confidently_wrong(row, reading) for row, reading in pairs)
        shares[name] = right / len(pairs)
        with capsys.disabled():
            print(  # noqa: T201 - the figures are the point of this test
                f"\n{name}: {right} of {len(pairs)} right ({shares[name]:.1%}), {sure} confidently wrong", end=""
            )
    every = [pair for pairs in results.values() for pair in pairs]
    assert sum(is_right(row, reading) for row, reading in every) / len(every) >= 0.95
    assert shares["written before, held"] >= 0.95
    assert shares["relations, held"] >= 0.95


def test_none_is_confidently_wrong(results):
    wrong = [row["text"] for pairs in results.values() for row, reading in pairs if is_confidently_wrong(row, reading)]
    assert wrong == []


def test_every_reading_says_why(results):
    for pairs in results.values():
        for row, reading in pairs:
            assert reading.why, row
            assert reading.text == row["text"]
            if reading.kind is Where.NOWHERE:
                assert reading.geometry.is_empty, row
            else:
                assert not reading.geometry.is_empty, row
                assert reading.candidates, row


_ON_RN1 = {
    "saint-marc": ("Saint-Marc", "Sen Mak"), "pont-sonde": ("Pont-Sondé", "Pon Sonde"),
    "carrefour-paye": ("Carrefour Paye", "Kafou Peye"), "villard": ("Villard", "Villard"),
    "l-estere": ("L'Estère", "Lestè"), "gonaives": ("Gonaïves", "Gonayiv"),
}  # fmt: skip
_THE_PLACE = (
    "{x}, après {y}", "RN1, {x}, juste avant {y}", "{x} (après {y})", "{x}, past {y}", "at {x}, just before {y}",
    "{x} on the road to {y}", "{x}, apre {y}", "nan {x}, anvan ou rive {y}", "{x} sou wout {y}", "{x} north of {y}",
)  # fmt: skip
_THE_ROAD = (
    "{x} vers {y}", "{x}, direction {y}", "après {x}, avant {y}", "avant {y} en venant de {x}", "{x} towards {y}",
    "past {x} on the way to {y}", "{x} nan direksyon {y}", "apre {x} sou wout {y}", "anvan {y}, lè w ap soti {x}",
    "soti {x} pou ale {y}", "between {x} and {y}", "{x} - {y}",
)  # fmt: skip


def test_every_pair_of_places_on_the_road_is_read_alike(artibonite):
    """The rule is one of words and chainages, not of the phrases in a list."""
    corridor = am.read_corridor(artibonite, "rn1")
    places = am.read_places(artibonite).set_index("place_id").loc[list(_ON_RN1)]
    at = dict(zip(_ON_RN1, corridor.project(places.geometry.to_numpy())[0].tolist(), strict=True))
    for x, y in itertools.permutations(_ON_RN1, 2):
        ends = pytest.approx(sorted((at[x], at[y])), abs=1_500)
        for i in (0, 1):
            names = {"x": _ON_RN1[x][i], "y": _ON_RN1[y][i]}
            for pattern in _THE_PLACE:
                reading = am.resolve(artibonite, pattern.format(**names))
                assert (reading.place_id, reading.ambiguous) == (x, False), reading
            for pattern in _THE_ROAD:
                reading = am.resolve(artibonite, pattern.format(**names))
                assert (reading.kind, reading.corridor_id, reading.ambiguous) == (Where.STRETCH, "rn1", False), reading
                assert [reading.from_m, reading.to_m] == ends, reading

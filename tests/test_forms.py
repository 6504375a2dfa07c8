"""Forms: handed out in three languages, filled in, read back; and tables that people make by themselves."""

from __future__ import annotations

import zipfile

import pytest

import artimap as am
from artimap.cli import main
from artimap.core.vehicles import vehicle_of_words
from artimap.core.vocab import Lang
from artimap.sources.crosswalk import amount_of_words, currency_of_words, post_kind_of_words
from artimap.sources.forms import FORMS
from artimap.sources.registry import read_report, recognise
from artimap.studies.inputs import gather

READ_BY = {
    "checkpoints": "own_posts",
    "movements": "own_movements",
    "road-status": "own_road_status",
    "events": "template",
}


def filled(form, lang, path):
    """Write a form, and take the # off its example."""
    FORMS[form].save(path, lang)
    if path.suffix == ".csv":
        head, *notes, example = path.read_text(encoding="utf-8-sig").splitlines()
        path.write_text("\n".join([head, *notes, example.removeprefix("# ")]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize("form", sorted(READ_BY))
def test_a_form_is_read_back_empty_and_with_its_example(artibonite, tmp_path, form, lang):
    empty = FORMS[form].save(tmp_path / "empty.csv", lang)
    read = read_report(empty, area=artibonite)
    assert (read.source, read.rows) == (READ_BY[form], 0)
    read = read_report(filled(form, lang, tmp_path / "one.csv"), area=artibonite)
    assert (read.source, read.rows, read.accepted) == (READ_BY[form], 1, 1), read.breaches


@pytest.mark.parametrize("lang", list(Lang))
def test_the_same_example_says_the_same_in_every_language(artibonite, tmp_path, lang):
    post = read_report(filled("checkpoints", lang, tmp_path / "a.csv"), area=artibonite).checkpoints.iloc[0]
    assert (post["kind"], post["payers"], post["fee_low"], post["fee_currency"]) == ("toll", "truck", 2500.0, "HTG")
    assert (post["waiting_min"], post["state"], post["corridor_id"]) == (30.0, "standing", "rn1")
    assert post["passable"] == "ambulance: yes; truck: no"
    claims = am.read_claims(filled("claims", lang, tmp_path / "b.csv"), area=artibonite).claims
    assert claims[["subject", "predicate", "claimant_is_party"]].to_numpy().tolist() == [
        ["carrefour-paye", "presence", "no"]
    ]
    status = am.read_road_status(filled("road-status", lang, tmp_path / "c.csv"), area=artibonite).iloc[0]
    assert (status["part"], status["physical"], status["reliability"]) == ("bridge", "restricted", 3)
    way = am.read_movements(filled("movements", lang, tmp_path / "d.csv"), area=artibonite).iloc[0]
    assert (way["outcome"], way["vehicle"], way["road_id"], way["sensitivity"]) == (
        "turned_back",
        "truck",
        "rn1",
        "high",
    )
    assert way["from_m"] < 96_000
    assert way["to_m"] > 149_000


@pytest.mark.parametrize("form", sorted(FORMS))
def test_a_workbook_has_the_headings_an_example_and_lists(artibonite, tmp_path, form):
    import python_calamine as calamine  # noqa: PLC0415

    path = FORMS[form].save(tmp_path / "a.xlsx", "fr")
    again = FORMS[form].save(tmp_path / "b.xlsx", "fr")
    assert path.read_bytes() == again.read_bytes()
    book = calamine.CalamineWorkbook.from_path(str(path))
    sheet, lists = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    assert len(sheet) == 3
    assert sheet[0] == [FORMS[form].heading(name, "fr") for name in FORMS[form].names]
    assert sheet[2][0].startswith("# ")
    with_words = [one.name for one in FORMS[form].columns if one.words]
    xml = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml").decode()
    assert xml.count("<dataValidation ") == len(with_words)
    heads = [cell for cell in lists[0] if cell]
    assert heads == [FORMS[form].heading(name, "fr") for name in with_words]
    if form != "claims":
        assert read_report(path, area=artibonite).rows == 0


def test_the_command_writes_each_form_in_each_language(tmp_path, capsys):
    for form in FORMS:
        for lang in Lang:
            assert main(["template", form, "--lang", lang]) == 0
            assert capsys.readouterr().out.count("[") == (
                0
                if lang is Lang.EN
                else len(FORMS[form].columns) * 1 + sum(bool(one.words) for one in FORMS[form].columns)
            )
    path = tmp_path / "posts.xlsx"
    assert main(["template", "checkpoints", "-o", str(path), "--lang", "ht"]) == 0
    assert f"artimap brief --events {path}" in capsys.readouterr().out


BY_HAND = {
    "french": """Date;Localité;Type de barrage;Tenu par;Véhicule;Montant demandé;Devise;Source
11/01/2026;Carrefour Paye;barrage;Gran Grif;camion;2 500;gourdes;radio""",
    "english": """last seen,where,checkpoint type,operator,vehicle type,fee,source
2026-01-11,Carrefour Paye,illegal toll,Gran Grif,trucks,"2,500 HTG",driver""",
    "kreyol": """Dat,Kote,Kalite pòs,Gwoup,Machin,Lajan,Sous
2026-01-11,Kafou Pay,pòs peyaj,Gran Grif,kamyon,2500 goud,chofè""",
    "kilometres": """date,du km,au km,type de poste,groupe,véhicule,montant,devise
2026-01-11,109,111,péage,Gran Grif,camion,2500,HTG""",
    "coordinates": """date,latitude,longitude,type de poste,groupe,moyen,tarif
2026-01-11,19.1686,-72.6000,péage,Gran Grif,camion,2500 gdes""",
}


def known_as(read, ledger):
    """Give the ids under which a user's posts stand: those of posts known already, where they are the same."""
    mine = ledger.posts["checkpoint_id"].isin(read.checkpoints["post"])
    if "own" in ledger.posts:
        mine |= ledger.posts["own"].eq(other=True)
    return list(dict.fromkeys(ledger.posts.loc[mine, "checkpoint_id"]))


@pytest.mark.parametrize("name", sorted(BY_HAND))
def test_a_table_of_posts_made_by_hand_stands_as_active(artibonite, rn1, tmp_path, name):
    path = tmp_path / "posts.csv"
    path.write_text(BY_HAND[name] + "\n", encoding="utf-8")
    read = read_report(path, area=artibonite)
    assert (read.source, read.accepted, len(read.quarantine)) == ("own_posts", 1, 0), read.breaches
    found = gather(artibonite, read)
    posts = am.checkpoints_on(rn1, found.ledger, as_of="2026-01-12").set_index("checkpoint_id")
    post = posts.loc[known_as(read, found.ledger)[0]]
    assert post["status"] == "active"
    assert "500" in post["fees"]
    assert 100_000 < post["from_m"] < 120_000
    fees = am.fees_between(rn1, found.ledger, "Saint-Marc", "Gonaïves", vehicle="truck", as_of="2026-01-12")
    assert [(one.currency, one.low, one.high) for one in fees.asked] == [("HTG", 2500.0, 2500.0)]


def test_rows_of_one_post_are_one_post_with_a_fee_for_each_vehicle(artibonite, rn1, tmp_path):
    path = tmp_path / "posts.csv"
    row = "2026-01-1{day},Pierre Payen,péage,Gran Grif,{vehicle},{amount},HTG,radio\n"
    rows = [row.format(day=day, vehicle=vehicle, amount=amount)
            for day, vehicle, amount in ((0, "camion", 2500), (0, "moto", 500), (1, "camion", 3000))]  # fmt: skip
    path.write_text("date,lieu,type de poste,groupe,véhicule,montant,devise,source\n" + "".join(rows), encoding="utf-8")
    read = read_report(path, area=artibonite)
    assert read.accepted == 3
    assert len(set(read.checkpoints["post"])) == 1
    found = gather(artibonite, read)
    post = (
        am.checkpoints_on(rn1, found.ledger, as_of="2026-01-12")
        .set_index("checkpoint_id")
        .loc[known_as(read, found.ledger)[0]]
    )
    assert (post["n_claims"], post["fees_stated"]) == (3, 3)
    schedule = am.fee_schedule(found.ledger, as_of="2026-01-12")
    mine = schedule[schedule["checkpoint_id"] == known_as(read, found.ledger)[0]]
    assert sorted(zip(mine["vehicle"], mine["low"], strict=True)) == [
        ("motorcycle", 500),
        ("truck", 2500),
        ("truck", 3000),
    ]


def test_who_passes_how_long_one_waits_and_that_a_post_is_gone(artibonite, rn1, tmp_path):
    head = "place,kind,passable_for,waiting_min,state,last_confirmed\n"
    path = tmp_path / "posts.csv"
    path.write_text(
        head
        + "Carrefour Paye,roadblock,anbilans wi; kamyon: non; moto,1 h 30,en place,2026-01-10\n"
        + "Pont-Sondé,roadblock,,,retiré,2026-01-10\n"
        + "Pont-Sondé,roadblock,the king,soon,standing,2026-01-10\n",
        encoding="utf-8",
    )
    read = read_report(path, area=artibonite, source="own_posts")
    assert [breach.column for breach in read.breaches] == ["waiting_min", "passable_for"]
    first = read.checkpoints.to_dict("records")[0]
    assert first["passable"] == "ambulance: yes; truck: no; motorcycle: yes"
    assert first["waiting_min"] == 90.0
    waits = read.claims[read.claims["predicate"] == "waiting"]
    assert waits["value"].tolist() == ["90 min"]
    ledger = gather(artibonite, read).ledger
    posts = am.checkpoints_on(rn1, ledger, as_of="2026-01-12").set_index("checkpoint_id")
    mine = known_as(read, ledger)
    assert "removed" in posts.loc[mine, "status"].tolist()
    assert "no" in am.passable(posts.loc[mine], "container_truck").tolist()


@pytest.mark.parametrize(
    "head",
    [
        "date,lieu,type d'incident,morts,blessés,montant,véhicule,source",
        "date,place,kind,source,summary",
        "Date,Lieu,Auteurs présumés,Kidnappés,Montant,Véhicule",
        "event_date,location,event type,amount,vehicle",
    ],
)
def test_incidents_with_an_amount_are_no_posts(head):
    assert not {"own_posts", "own_road_status", "own_movements"} & set(recognise(head.split(",")))


def test_an_amount_without_a_currency_is_told_and_enters_no_sum(artibonite, rn1, tmp_path):
    path = tmp_path / "posts.csv"
    path.write_text(
        "date,lieu,type de poste,véhicule,montant\n2026-01-11,Carrefour Paye,péage,camion,2500\n", encoding="utf-8"
    )
    read = read_report(path, area=artibonite)
    assert any("no sum" in note for note in read.notes)
    found = gather(artibonite, read)
    assert not am.fees_between(rn1, found.ledger, "Saint-Marc", "Gonaïves", vehicle="truck", as_of="2026-01-12").asked
    assert read.checkpoints["fees"].tolist() == ["camion: 2500"]


@pytest.mark.parametrize(
    ("words", "amount", "currency"),
    [
        ("2500", (2500, 2500), None), ("2 500 gdes", (2500, 2500), "HTG"), ("HTG 1,500", (1500, 1500), "HTG"),
        ("500 à 1000 gourdes", (500, 1000), "HTG"), ("au moins 250 HTG", (250, None), "HTG"),
        ("US$ 20.50", (20.5, 20.5), "USD"), ("rien", None, None), ("1.500-2.500 goud", (1500, 2500), "HTG"),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(words, amount, currency):
    assert amount_of_words(words) == amount
    assert currency_of_words(words) == currency


def test_words_for_vehicles_and_posts():
    said = {"camion 20 pieds": "container_truck", "tap-tap": "minibus", "véhicule léger": "car",
            "Ambulans": "ambulance", "véhicules d'ONG": "humanitarian",
            "pyeton": "on_foot", "tout machin": "car"}  # fmt: skip
    assert {word: vehicle_of_words(word) for word in said} == said
    kinds = {"poste de police": "police_post", "point de contrôle": "search_post", "barikad": "barricade",
             "peyaj": "toll", "checkpoint": "roadblock", "arbre": None}  # fmt: skip
    assert {word: post_kind_of_words(word) for word in kinds} == kinds


@pytest.mark.parametrize(
    ("cell", "step"),
    [("entendu", 2), ("Médias", 2), ("2 entendu", 2), ("heard", 2), ("tande", 2), ("rumeur", 1), ("3 li wè l", 3),
     ("4 first-hand and credible", 4)],
)  # fmt: skip
def test_a_step_may_be_written_as_the_guide_or_the_list_words_it(artibonite, tmp_path, cell, step):
    path = tmp_path / "states.csv"
    path.write_text(f'place,physical,reliability,as_of\nPont-Sondé,closed,"{cell}",2024-10-12\n', encoding="utf-8")
    read = am.read_road_status(path, area=artibonite)
    assert read["reliability"].tolist() == [step]

"""Where forces stand goes to nobody outside, told by who is meant: in events, claims, posts and layers alike."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import artimap as am
from artimap.core import schema
from artimap.core.errors import ModelError
from artimap.core.tables import CHECKPOINTS, EVENTS
from artimap.core.vocab import Audience
from artimap.sharing.gate import gate
from artimap.sharing.policy import SharePolicy
from artimap.sharing.positions import tells_position
from artimap.sharing.release import release
from artimap.studies.study import study

DAY = dt.date(2025, 6, 30)
OUTSIDE = [Audience.PARTNERS, Audience.PUBLIC]
FORCES = [
    "PNH", "UDMO", "police", "Lapolis", "Polisye BOID yo", "Haitian National Police", "MSS", "MMAS", "Kényans",
    "Kenyan contingent", "GSF", "Force de répression des gangs", "FAd'H", "army", "l'armée", "Lame d Ayiti", "soldats",
    "UTAG", "forces de l'ordre", "Fòs lòd", "security forces", "Forces de sécurité, PNH", "PNH / MSS",
    "police et brigades", "multinational force", "Gran Grif; PNH",
]  # fmt: skip
OTHERS = [
    "Gran Grif", "Kokorat San Ras", "unnamed armed group", "Viv Ansanm", "residents", "self-defence groups",
    "Palmis gang", "brigades de vigilance", "men in police uniform", "faux policiers", "Coalition of Jean-Denis",
    "transport workers", "chauffeurs", "hommes armés",
]  # fmt: skip


def statements(tmp_path, *rows):
    path = tmp_path / "said.csv"
    head = "subject,predicate,value,source,reported,source_url,sensitivity\n"
    path.write_text(head + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def seen(area, path, audience, day=DAY, policy=None):
    ledger = am.read_claims(path, area=area)
    gated = gate(None, ledger, audience=audience, area=area, as_of=day, policy=policy)
    return gated.ledger.claims["value"].tolist(), gated.claims_held.reasons


@pytest.mark.parametrize("audience", OUTSIDE)
@pytest.mark.parametrize("predicate", ["base", "presence", "controls", "BASE"])
def test_statements_that_a_force_is_somewhere(artibonite, tmp_path, predicate, audience):
    rows = [f'Pont-Sondé,{predicate},"{who}",radio,2025-06-20,,low' for who in (*FORCES, *OTHERS)]
    left, held = seen(artibonite, statements(tmp_path, *rows), audience)
    assert len(left) == len(OTHERS)
    assert dict(held) == {"position": len(FORCES)}
    inside, _ = seen(artibonite, tmp_path / "said.csv", Audience.INTERNAL)
    assert len(inside) == len(rows)


def test_that_a_force_left_or_was_attacked_is_no_position(artibonite, tmp_path):
    rows = [
        f"Pont-Sondé,{word},PNH,radio,2025-06-20,,low" for word in ("withdrew", "attacked", "affected", "contested")
    ]
    assert len(seen(artibonite, statements(tmp_path, *rows), Audience.PUBLIC)[0]) == 4


@pytest.mark.parametrize(
    ("reported", "url", "days", "passes"),
    [
        ("2025-03-01", "https://example.org/a", 90, True),
        ("2025-04-01", "https://example.org/a", 90, True),  # ninety days to the day
        ("2025-04-02", "https://example.org/a", 90, False),
        ("2025-05-25", "https://example.org/a", 30, True),
        ("2025-03-01", "https://example.org/a", 365, False),
        ("2020-03-01", "", 90, False),
        ("2020-03-01", "told by phone", 90, False),
        ("", "https://example.org/a", 90, False),
    ],
)
def test_what_was_publicly_said_passes_once_it_is_old(artibonite, tmp_path, reported, url, days, passes):
    path = statements(tmp_path, f"Pont-Sondé,base,MSS,paper,{reported},{url},low")
    left, _ = seen(artibonite, path, Audience.PUBLIC, policy=SharePolicy(positions_after_days=days))
    assert bool(left) is passes


def test_self_defence_groups_by_policy(artibonite, tmp_path):
    path = statements(tmp_path, *(f"Pont-Sondé,presence,{who},radio,2025-06-20,,low" for who in OTHERS))
    strict = SharePolicy(forces=("state_force", "mission", "self_defence"))
    left, _ = seen(artibonite, path, Audience.PARTNERS, policy=strict)
    gone = set(OTHERS) - set(left)
    assert gone == {"self-defence groups", "Coalition of Jean-Denis"} | (gone & {"brigades de vigilance"})
    for wrong in ({"forces": ("police",)}, {"positions_after_days": 3}):
        with pytest.raises(ModelError):
            SharePolicy(**wrong)


def test_a_policy_file_may_add_forces_and_take_none_out(tmp_path):
    path = tmp_path / "p.toml"
    more = 'forces = ["state_force", "mission", "self_defence"]\npositions_after_days = 180\n'
    path.write_text(more, encoding="utf-8")
    assert am.read_policy(path).forces[-1] == "self_defence"
    path.write_text('forces = ["mission"]\n', encoding="utf-8")
    with pytest.raises(am.ShareError, match="leaves state_force out"):
        am.read_policy(path)


EVENT = {
    "record": "event", "date_start": "2025-06-12", "date_end": "2025-06-12", "date_precision": 1, "place": "Kafou",
    "alleged_gang_dead": False, "place_kind": "place", "geo_precision": 1, "n_claims": 1, "n_sources": 1,
    "sensitivity": "low", "licence": "own report",
}  # fmt: skip


@pytest.mark.parametrize("audience", OUTSIDE)
@pytest.mark.parametrize(
    ("row", "passes"),
    [
        ({"kind": "deployment", "licence": "facts; cite the publisher", "date_end": "2020-01-01"}, False),
        ({"kind": "checkpoint_report", "actors": "PNH"}, False),
        ({"kind": "checkpoint_report", "actors": "Gran Grif"}, True),
        ({"kind": "control_or_presence_report", "actors": "MSS; PNH"}, False),
        ({"kind": "other", "sub_kind": "police patrol post"}, False),
        ({"kind": "other", "summary": "Poste fixe de l'UDMO à l'entrée du pont."}, False),
        ({"kind": "other", "summary": "Gen yon pòs lapolis sou wout la."}, False),
        ({"kind": "road_closure", "sub_kind": "barrage de la police"}, False),
        ({"kind": "other", "actors": "PNH", "sub_kind": "patrouille"}, False),
        ({"kind": "other", "actors": "UDMO", "summary": "Base à l'entrée de la ville."}, False),
        ({"kind": "other", "actors": "PNH", "summary": "Attack on the police post, two hurt."}, True),
        ({"kind": "other", "actors": "Gran Grif", "summary": "Base à l'entrée de la ville."}, True),
        ({"kind": "other", "actors": "PNH; residents", "summary": "A meeting on schools."}, True),
        ({"kind": "road_closure", "sub_kind": "barrage des habitants", "summary": "The police came later."}, True),
        ({"kind": "checkpoint_report", "summary": "Checkpoint held by Kenyan police at the mill."}, False),
        ({"kind": "police_operation", "actors": "PNH", "summary": "Police went in; two arrests."}, True),
        ({"kind": "armed_clash", "actors": "PNH; Gran Grif", "summary": "Attack on the police post, two hurt."}, True),
        ({"kind": "attack_on_civilians", "summary": "A police patrol came too late."}, True),
        ({"kind": "protest", "summary": "March to the police base."}, True),
    ],
)
def test_events_by_what_they_tell(artibonite, rn1, row, passes, audience):
    table = gpd.GeoDataFrame([{"event_id": "x", **EVENT, **row}], geometry=[rn1.point_at(107_000.0)], crs=rn1.crs)
    events = schema.conform(table, EVENTS)
    gated = gate(events, None, audience=audience, area=artibonite, as_of=DAY)
    assert len(gated.events) == passes
    assert passes or dict(gated.events_held.reasons) == {"position": 1}


def roadblocks(tmp_path, rn1, *rows):
    """IPIS rows on the road, one a kilometre."""
    spots = gpd.GeoSeries([rn1.point_at(100_000.0 + 1_000.0 * at) for at in range(len(rows))], crs=rn1.crs).to_crs(4326)
    path = tmp_path / "posts.csv"
    lines = [f"{spot.y:.6f},{spot.x:.6f},Lye,2025-06-20,{row},Survey" for spot, row in zip(spots, rows, strict=True)]
    path.write_text("lt,ln,lp,d,o,t,b,tc,tm,s\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("audience", OUTSIDE)
def test_posts_of_a_file(artibonite, rn1, tmp_path, audience):
    theirs = ["PNH,Forces de sécurité,Axe,,", ",Forces de sécurité,Axe,,", "UDMO,Groupes armés,Axe,Camions,500 HTG",
              "Komandan,Forces de sécurité,Axe,Camions,500 HTG", ",Forces de sécurité,Axe,Camions,500 HTG",
              "Douane,Acteurs étatiques,Axe,Camions,100 HTG", "MSS,Groupes armés,Axe,,"]  # fmt: skip
    others = ["Gran Grif,Groupes armés,Axe,Camions,500 HTG", "Riverains,Acteurs civils,Axe,,"]
    path = roadblocks(tmp_path, rn1, *theirs, *others)
    made = study(artibonite, events=path, as_of="2025-06-30", audience=audience)
    mine = made.checkpoints[made.checkpoints["checkpoint_id"].str.startswith("ipis-")]
    # For the public a statement of moderate sensitivity would be blurred, and a statement has no place to blur.
    assert sorted(mine["operator"]) == (["Gran Grif", "Riverains"] if audience == "partners" else [])
    assert "Komandan" not in made.ledger.claims.to_csv()
    assert made.gated.claims_held.reasons["position"] >= len(theirs)
    inside = study(artibonite, events=path, as_of="2025-06-30", audience="internal").checkpoints
    assert inside["checkpoint_id"].str.startswith("ipis-").sum() == len(theirs) + len(others)


def test_posts_that_rest_on_no_claim(artibonite, rn1):
    rows = [{"kind": kind, "operator": who} for kind, who in
            (("police_post", None), ("roadblock", "PNH"), ("toll", "Gran Grif"), ("search_post", None),
             ("search_post", "self-defence groups"))]  # fmt: skip
    base = {"status": "active", "n_claims": 1, "last_confirmed": "2020-01-01"}
    table = gpd.GeoDataFrame(
        [{"checkpoint_id": f"p{at}", **base, **row} for at, row in enumerate(rows)],
        geometry=[rn1.point_at(100_000.0)] * len(rows), crs=rn1.crs,
    )  # fmt: skip
    posts = schema.conform(table, CHECKPOINTS)
    for audience, left in ((Audience.INTERNAL, 5), (Audience.PARTNERS, 2), (Audience.PUBLIC, 2)):
        gated = gate(None, None, audience=audience, area=artibonite, as_of=DAY)
        shown, gone = gated.posts(posts)
        assert (len(shown), gone) == (left, 5 - left)


@pytest.mark.parametrize(
    ("title", "cells", "left"),
    [
        ("Clinics", ["Clinic A", "PNH Saint-Marc", "UDMO"], 1),
        ("Police posts", ["A", "B", "C"], 0),
        ("Sites", ["poste fixe de police", "Clinic near the police station", "Kenyan base"], 1),
        ("Postes de la MMAS", ["A", "B", "C"], 0),
        ("Sites", ["police_post", "bridge", "École"], 2),
        ("Wells", ["Well at the old barracks road", "Pòs lapolis", "Lapolis"], 1),
    ],
)
@pytest.mark.parametrize("audience", OUTSIDE)
def test_layers_of_ones_own(artibonite, title, cells, left, audience):
    spots = [shapely.Point(720_000.0 + 900 * at, 2_130_000.0) for at in range(3)]
    table = gpd.GeoDataFrame({"name": ["x", "y", "z"], "what": cells}, geometry=spots, crs=artibonite.crs)
    layer = am.UserLayer(table, title, "site", source="Own list, 2025", columns=("name",), audience="public")
    chart = am.briefing_map(artibonite, as_of=DAY, audience=audience, layers=[layer], languages=())
    own = [one for one in chart.page.layers if one.name.startswith("own_")]
    assert sum(len(one.features) for one in own) == left
    inside = am.briefing_map(artibonite, as_of=DAY, audience="internal", layers=[layer], languages=())
    assert sum(len(one.features) for one in inside.page.layers if one.name.startswith("own_")) == 3


def test_the_embedded_facts_stay_but_the_young_ones(artibonite, ledger, events):
    newest = gate(events, ledger, audience=Audience.PARTNERS, area=artibonite, as_of=artibonite.data_until)
    assert newest.claims_held.reasons["position"] == 3  # the deployments
    assert newest.events_held.reasons["position"] == 3
    soon = gate(events, ledger, audience=Audience.PARTNERS, area=artibonite, as_of=dt.date(2025, 12, 31))
    values = soon.ledger.claims.set_index("claim_id")["value"]
    assert not {"CL076a", "CL076b"} & set(values.index)
    assert {"CL030", "CL066", "CL074"} <= set(values.index)


@pytest.mark.parametrize(
    "words",
    [
        "no police presence", "the police destroyed a gang's base", "attack on the police station",
        "men in police uniform at a checkpoint", "pa gen pòs lapolis", "the police chief resigned",
    ],
)  # fmt: skip
def test_words_that_tell_no_position(words):
    assert not tells_position(words)


def test_rows_in_any_order_give_the_same(ledger):
    shuffled = ledger.claims.sample(frac=1.0, random_state=1)
    given = [
        set(release(table, audience="partners", as_of=dt.date(2024, 12, 31)).table["claim_id"])
        for table in (ledger.claims, shuffled)
    ]
    assert given[0] == given[1]
    assert pd.Series(["CL068a", "CL039"]).isin(given[0]).sum() == 0

"""The zones on earlier days in the page: what is packed opens to what Python says of those days."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict

import pytest

import artimap as am
from artimap.areas.area import ARTIBONITE
from artimap.core.crs import on_file_grid
from artimap.core.errors import CrsError, ModelError
from artimap.core.i18n import table_words, tr
from artimap.core.vocab import Audience
from artimap.maps import page as payload
from artimap.maps.briefing import briefing_map
from artimap.maps.cards import VisibleClaims
from artimap.maps.thematic_layers import zones_layers
from artimap.maps.timeline import ZONES_LAYER, zones_of_slider
from artimap.studies.study import study
from tests.pagedata import block_in, data_in, opened, plain

DAY = dt.date(2024, 10, 15)
SINCE = dt.date(2022, 10, 16)


@pytest.fixture(scope="module")
def over_time(ledger, events):
    return am.control_zones_over_time(ARTIBONITE, ledger, since=SINCE, until=DAY, events=events)


@pytest.fixture(scope="module")
def chart(tables, over_time):
    return briefing_map(ARTIBONITE, as_of=DAY, zones_over_time=over_time, **tables)


@pytest.fixture(scope="module")
def page(chart):
    return chart.html()


def zones_in(page):
    """Give the zones of all days as the page has them after it has opened those of earlier days."""
    data = data_in(block_in(page, "data"))
    here = next(layer for layer in data["layers"] if layer["name"] == ZONES_LAYER)["features"]
    more = opened(json.loads(block_in(page, "earlier"))["zones"])
    shapes = [one["parts"] for one in here] + more["shapes"]
    every = [{"key": one["key"], **one["feature"], "parts": shapes[one["feature"]["shape"]]} for one in more["states"]]
    return here, every, more


@pytest.mark.parametrize("lang", ["en", "fr", "ht"])
def test_the_page_opens_to_what_python_draws_and_says(page, tables, over_time, lang):
    zones, later = on_file_grid(tables["zones"]), on_file_grid(over_time)
    past = zones_of_slider(later, zones, since=SINCE, as_of=DAY, corridor=tables["corridor"])
    drawn = zones_layers(past.table, VisibleClaims(tables["ledger"], lang), lang=lang)
    (layer,) = drawn.layers
    here, every, more = zones_in(page)
    by_key = {one["key"]: one for one in every}
    assert [one["key"] for one in every] == [feature.key for feature in layer.features]
    for name in ("key", "mark", "parts", "details", "begun", "ended", "groups"):
        assert [one.get(name) for one in here] == [by_key[one["key"]].get(name) for one in here]
    for feature in layer.features:
        row = by_key[feature.key]
        assert row["parts"] == plain(payload.steps(feature.parts))
        told = (row["mark"], row["details"], row.get("begun", ""), row.get("ended", ""), row.get("groups", []))
        groups = [] if row["mark"] == "zone_unknown" else list(feature.groups)
        assert told == (
            feature.mark,
            list(feature.details),
            feature.begun,
            feature.ended,
            groups or list(feature.groups),
        )
    told = opened(json.loads(block_in(page, "earlier"))[f"zones_{lang}"])["states"]
    cards = {one["key"]: card["="] for one, card in zip(more["states"], told, strict=True) if card}
    earlier = {f"zone:{one}" for one in past.table["zone_id"]} - {f"zone:{one}" for one in tables["zones"]["zone_id"]}
    assert cards == {one.key: plain(asdict(one)) for one in drawn.details if one.key in earlier}
    assert plain(past.road) == more["road"]


def test_on_each_day_the_page_shows_the_zones_of_that_day(page, ledger, events):
    _, every, more = zones_in(page)
    days = data_in(block_in(page, "data"))["zones"]
    assert days[0] == SINCE.isoformat()
    assert days == sorted(set(days))
    for day in (SINCE, dt.date(2023, 6, 30), dt.date(2024, 5, 1), dt.date(2024, 10, 4), DAY):
        iso = day.isoformat()
        shown = {
            one["key"].partition("~")[0]
            for one in every
            if one.get("begun", "") <= iso and one.get("ended", "9999") >= iso
        }
        assert shown == {
            f"zone:{one}" for one in am.control_zones(ARTIBONITE, ledger, as_of=day, events=events)["zone_id"]
        }
        newest = max(n for n, one in enumerate(days) if one <= iso) if day < DAY else -1
        assert {more["states"][n]["key"].partition("~")[0] for n in more["shown"][newest]} == shown


def test_what_the_page_shows_at_first_is_the_day_of_the_map(page, tables):
    here, every, _ = zones_in(page)
    assert {one["key"] for one in here} == {f"zone:{one}" for one in tables["zones"]["zone_id"]}
    assert len(every) > 2 * len(here)
    assert not [one for one in here if one.get("ended", "9999") < DAY.isoformat()]
    details = data_in(block_in(page, "data"))["details"]
    assert not [key for key in details if "~" in key]


def test_without_them_the_page_has_none(tables):
    page = briefing_map(ARTIBONITE, as_of=DAY, languages=(), **tables).html()
    assert block_in(page, "earlier") is None
    assert data_in(block_in(page, "data"))["zones"] == []


def test_the_legend_explains_the_zones_of_every_day(chart, over_time):
    (group,) = [one for one in chart.page.furniture.legend if one.layer == ZONES_LAYER]
    kinds = set(over_time.loc[over_time["band"] == 1, "kind"])
    assert {f"zone_{kind}" for kind in kinds} <= {row.mark for row in group.rows}


def test_same_tables_same_bytes_and_a_small_page(page, tables, over_time):
    assert briefing_map(ARTIBONITE, as_of=DAY, zones_over_time=over_time, **tables).html() == page
    assert len(block_in(page, "earlier")) < 60_000


def test_zones_of_other_claims_or_days_are_told(tables, over_time, ledger, events):
    other = am.control_zones_over_time(ARTIBONITE, ledger, since=SINCE, until="2024-09-01", events=events)
    with pytest.raises(ModelError, match=r"zones_over_time: reported:\S+ is not in both tables on 2024-10-15"):
        briefing_map(ARTIBONITE, as_of=DAY, zones_over_time=other, **tables)
    with pytest.raises(CrsError, match="zones_over_time"):
        briefing_map(ARTIBONITE, as_of=DAY, zones_over_time=over_time.to_crs("EPSG:4326"), **tables)


def test_a_briefing_shows_earlier_zones_of_what_its_audience_may_see():
    found = study(ARTIBONITE, as_of=DAY, audience=Audience.PUBLIC)
    zones = found.zones_over_time
    seen = found.gated.ledger.claims["claim_id"]
    claims = {one for cell in zones["claims"].dropna() for one in cell.split("; ")}
    hidden = set(am.read_claims(ARTIBONITE).claims["claim_id"]) - set(seen)
    assert hidden
    assert not claims & hidden
    now = zones[~zones["zone_id"].str.contains("~")]
    assert set(now["zone_id"]) == set(found.zones["zone_id"])


def _cards(lang, as_of, **given):
    """Give the cards of what was attacked, as the map of a study has them."""
    made = study(ARTIBONITE, as_of=as_of, audience=Audience.PARTNERS, **given)
    zones = made.zones
    drawn = zones_layers(zones[zones["kind"] == "attacked_recently"], VisibleClaims(made.ledger, lang), lang=lang)
    return {detail.where: detail for detail in drawn.details}


@pytest.mark.parametrize("lang", ["en", "fr", "ht"])
def test_an_attack_is_by_those_whom_the_reports_name_or_not_said_by_whom(tmp_path, lang):
    rows = (
        "2026-04-20,Anse-Rouge,attack_on_civilians,Viv Ansanm,Radio A,a listener,no,low,Houses burned.\n"
        "2026-04-21,Marmelade,road_ambush,,Radio B,a driver,no,low,A truck was stopped.\n"
        "2026-04-22,Ennery,armed_clash,unnamed armed group;PNH,Radio C,a nurse,no,low,Shots in the town.\n"
    )
    path = tmp_path / "own.csv"
    path.write_text(f"date,place,kind,actors,source,said_by,is_party,sensitivity,summary\n{rows}", encoding="utf-8")
    cards = _cards(lang, "2026-04-25", events=path)
    nobody, group = tr("said.by_nobody", lang), tr("said.unnamed", lang)
    assert "Viv Ansanm" in cards["Anse-Rouge"].sentence
    assert nobody in cards["Marmelade"].sentence
    assert group in cards["Ennery"].sentence
    assert "PNH" not in cards["Ennery"].sentence
    assert ("unnamed" in cards["Ennery"].sentence) == (lang == "en")
    for place, who in (("Anse-Rouge", "a listener"), ("Marmelade", "a driver"), ("Ennery", "a nurse")):
        card = cards[place]
        assert [one.who for one in card.statements] == [table_words(who, lang)]
        assert tr("map.group.unnamed", lang) not in card.sentence
        assert card.icon.groups == ()


def test_every_attack_tells_who_says_so():
    for day in ("2024-03-01", "2025-10-25"):
        cards = _cards("en", day)
        assert cards
        assert all(card.statements and all(one.who for one in card.statements) for card in cards.values())
    assert "Gran Grif" in _cards("en", "2024-03-01")["Savien"].sentence

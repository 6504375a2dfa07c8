"""Places of service: each with its source and day, names for the house alone, and never a new day of the data."""

from __future__ import annotations

import datetime as dt

import pytest

import artimap as am
from artimap.core import schema
from artimap.core.errors import ModelError
from artimap.core.tables import SERVICES
from tests.conftest import DAY


def test_every_row_has_its_source_and_licence(artibonite):
    there = am.read_services(artibonite)
    assert there["kind"].value_counts().to_dict() == {"fuel": 89, "market": 65, "population": 27, "organisations": 27}
    assert there[["source", "licence"]].notna().all().all()
    assert there.crs == artibonite.crs
    assert schema.conform(there, SERVICES).equals(there)
    people = there[there["kind"] == "population"].set_index("pcode")["value"]
    assert people["HT0531"] == 281_577  # Saint-Marc


def test_names_of_organisations_are_for_the_house_alone(artibonite):
    inside, partners, public = (
        am.read_services(artibonite, audience=who) for who in ("internal", "partners", "public")
    )
    named = inside[inside["kind"] == "organisation"]
    assert len(named) == 170
    assert set(named["sensitivity"]) == {"high"}
    assert "organisation" not in set(partners["kind"])
    assert set(public["kind"]) == {"fuel", "market", "population"}
    # the number that partners get is that of the names, where there are names
    counts = partners[partners["kind"] == "organisations"].set_index("pcode")["value"]
    by_name = named.groupby("pcode").size()
    assert (counts[by_name.index] == by_name).all()
    with pytest.raises(ModelError, match="no audience"):
        am.read_services(artibonite, audience="press")


def test_services_do_not_move_the_day_of_the_data(artibonite):
    assert artibonite.data_until == dt.date(2026, 4, 25)
    assert am.study(artibonite).as_of == dt.date(2026, 4, 25)


@pytest.mark.parametrize("audience", ["internal", "partners", "public"])
def test_the_layer_is_off_at_first_and_keeps_names_in_the_house(artibonite, rn1, audience):
    chart = am.briefing_map(artibonite, corridor=rn1, as_of=DAY, audience=audience)
    layer = next(one for one in chart.page.layers if one.name == "services")
    assert not layer.shown
    assert {feature.mark for feature in layer.features} == {"fuel", "market", "commune_people"}
    page = chart.html()
    assert ("Family Health International" in page) == (audience == "internal")
    assert ("organizations" in page or "organisations work in this commune" in page) == (audience != "public")


@pytest.mark.parametrize("lang", ["en", "fr", "ht"])
def test_every_product_says_that_the_set_is_a_sample(artibonite, rn1, of_day, lang):
    chart = am.briefing_map(artibonite, corridor=rn1, as_of=DAY, lang=lang, languages=())
    told = [section.text for section in (*chart.page.furniture.briefing, *chart.page.furniture.about)]
    assert sum("115" in text and "60" in text and "ACLED" in text for text in told) == 2
    report = of_day.report(lang).markdown()
    assert "115" in report
    assert "ACLED" in report

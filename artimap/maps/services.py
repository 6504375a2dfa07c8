"""Fuel stations, markets, people and who works where: off at first, and no part of what is said of events."""

from __future__ import annotations

from typing import Any

import pandas as pd

from artimap.areas.area import Area, read_roads
from artimap.areas.services import read_services
from artimap.areas.user_layers import cached
from artimap.core.i18n import format_count, tr
from artimap.core.vocab import Audience, ServiceKind
from artimap.maps.base_layers import Feature, Layer, parts_of, to_degrees
from artimap.maps.cards import Detail, Fact, Icon, text_or
from artimap.maps.inputs import MapInputs
from artimap.maps.thematic_layers import Drawn

_POINT_PX = 16.0
_REACH_M = 5_000.0
"""Stations and markets farther from every road of the area are left out: they serve none of them."""


@cached
def _services(area: Area, audience: Audience) -> tuple[pd.DataFrame, dict[str, pd.DataFrame], pd.Series, list[Any]]:
    """Give the services, those of each commune, which are near a road, and their places, for all languages."""
    table = read_services(area, audience=audience)
    near = table.geometry.distance(read_roads(area).geometry.union_all()) <= _REACH_M
    plain = pd.DataFrame(table)
    return plain, {str(code): own for code, own in plain.groupby("pcode")}, near, to_degrees(table.geometry)


def services_layer(given: MapInputs) -> Drawn:
    """Give what is along the roads: all stations open one card, all markets another, each commune its own.

    Names of organisations are in it where the map is internal; partners see how many there are in a commune.
    """
    table, communes, near, shapes = _services(given.area, given.asked.audience)
    kinds = table["kind"]
    details, features = [], []
    for kind in (ServiceKind.FUEL, ServiceKind.MARKET):
        spots = [n for n in range(len(table)) if kinds.iloc[n] == kind and near.iloc[n]]
        if not spots:
            continue
        card = f"services:{kind}"
        details.append(_card(card, kind, tr(f"map.services.{kind}", given.lang), table.iloc[spots[0]], given.lang))
        features += [
            Feature(
                str(table["service_id"].iloc[n]), kind, parts_of(shapes[n]), label=text_or(table["name"].iloc[n]),
                size=_POINT_PX, details=(card,),
            )
            for n in spots
        ]  # fmt: skip
    for n in range(len(table)):
        if kinds.iloc[n] != ServiceKind.POPULATION or shapes[n].is_empty:
            continue
        detail = _commune(communes[table["pcode"].iloc[n]], table.iloc[n], given.lang)
        details.append(detail)
        parts, label = parts_of(shapes[n]), str(table["name"].iloc[n])
        features.append(
            Feature(detail.key, "commune_people", parts, label=label, size=_POINT_PX, details=(detail.key,))
        )
    layer = Layer("services", "map.layer.services", "point", tuple(features), shown=False)
    return Drawn((layer,) if features else (), tuple(details))


def _card(key: str, mark: str, sentence: str, row: pd.Series, lang: str, facts: tuple[Fact, ...] = ()) -> Detail:
    source = Fact(tr("map.services.source", lang), f"{row['source']}, {row['licence']}")
    heading = tr("map.services.heading", lang)
    return Detail(key, heading, sentence, when="", where="", icon=Icon(mark), facts=(*facts, source))


def _commune(here: pd.DataFrame, row: pd.Series, lang: str) -> Detail:
    said = [tr("map.services.people", lang, place=row["name"], n=format_count(int(row["value"]), lang))]
    counts = here[here["kind"] == ServiceKind.ORGANISATIONS]
    said += [tr("map.services.organisations", lang, n=format_count(int(n), lang)) for n in counts["value"]]
    names = here.loc[here["kind"] == ServiceKind.ORGANISATION, "name"]
    facts = (Fact(tr("map.services.named", lang), "; ".join(names)),) if len(names) else ()
    # Who is counted and who counts are of two sources; both are named.
    shown = {**row, "source": "; ".join(dict.fromkeys([row["source"], *counts["source"]]))}
    return _card(f"services:{row['pcode']}", "commune_people", " ".join(said), pd.Series(shown), lang, facts)

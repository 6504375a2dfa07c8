"""Fuel stations, markets, people and who works where: off at first, and no part of what is said of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from artimap.areas.area import Area, read_roads
from artimap.areas.services import read_services
from artimap.areas.user_layers import cached
from artimap.core.i18n import format_count, table_words, tr
from artimap.core.schema import records
from artimap.core.vocab import Audience, ServiceKind
from artimap.maps.base_layers import Feature, Layer, parts_of, to_degrees
from artimap.maps.cards import Detail, Fact, Icon, text_or
from artimap.maps.inputs import MapInputs
from artimap.maps.thematic_layers import Drawn

_POINT_PX = 16.0
_REACH_M = 5_000.0
"""Stations and markets farther from every road of the area are left out: they serve none of them."""


@cached
def _services(area: Area, audience: Audience) -> tuple[tuple[dict[str, Any], Any, bool], ...]:
    """Give each service with its place, and whether it is near a road: the same in every language."""
    table = read_services(area, audience=audience)
    near = table.geometry.distance(read_roads(area).geometry.union_all()) <= _REACH_M
    rows = records(table.drop(columns="geometry"))
    return tuple(zip(rows, to_degrees(table.geometry), near.tolist(), strict=True))


def services_layer(given: MapInputs) -> Drawn:
    """Give what is along the roads: all stations open one card, all markets another, each commune its own.

    Names of organisations are in it where the map is internal; partners see how many there are in a commune.
    """
    services = _services(given.area, given.asked.audience)
    details, features = [], []
    for kind in (ServiceKind.FUEL, ServiceKind.MARKET):
        spots = [(row, shape) for row, shape, near in services if row["kind"] == kind and near]
        if not spots:
            continue
        card = f"services:{kind}"
        details.append(_card(card, kind, tr(f"map.services.{kind}", given.lang), spots[0][0], given.lang))
        features += [
            Feature(
                str(row["service_id"]), kind, parts_of(shape), label=text_or(row["name"]), size=_POINT_PX,
                details=(card,),
            )
            for row, shape in spots
        ]  # fmt: skip
    communes: dict[object, list[Mapping[str, Any]]] = {}
    for row, _, _ in services:
        communes.setdefault(row["pcode"], []).append(row)
    for row, shape, _ in services:
        if row["kind"] != ServiceKind.POPULATION or shape.is_empty:
            continue
        detail = _commune(communes[row["pcode"]], row, given.lang)
        details.append(detail)
        features.append(
            Feature(
                detail.key, "commune_people", parts_of(shape), label=str(row["name"]), size=_POINT_PX,
                details=(detail.key,),
            )
        )  # fmt: skip
    layer = Layer("services", "map.layer.services", "point", tuple(features), shown=False)
    return Drawn((layer,) if features else (), tuple(details))


def _card(
    key: str, mark: str, sentence: str, row: Mapping[str, Any], lang: str, facts: tuple[Fact, ...] = ()
) -> Detail:
    source = Fact(tr("map.services.source", lang), f"{table_words(row['source'], lang)}, {row['licence']}")
    heading = tr("map.services.heading", lang)
    return Detail(key, heading, sentence, when="", where="", icon=Icon(mark), facts=(*facts, source))


def _commune(here: Sequence[Mapping[str, Any]], row: Mapping[str, Any], lang: str) -> Detail:
    said = [tr("map.services.people", lang, place=row["name"], n=format_count(int(row["value"]), lang))]
    counts = [one for one in here if one["kind"] == ServiceKind.ORGANISATIONS]
    said += [tr("map.services.organisations", lang, n=format_count(int(one["value"]), lang)) for one in counts]
    names = [str(one["name"]) for one in here if one["kind"] == ServiceKind.ORGANISATION]
    facts = (Fact(tr("map.services.named", lang), "; ".join(names)),) if names else ()
    # Who is counted and who counts are of two sources; both are named.
    shown = {**row, "source": "; ".join(dict.fromkeys([row["source"], *(one["source"] for one in counts)]))}
    return _card(f"services:{row['pcode']}", "commune_people", " ".join(said), shown, lang, facts)

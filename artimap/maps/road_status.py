"""What is said of the state of roads, bridges and crossings: each status where its source put it, with its age."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd
import shapely

from artimap.control.road_status import ACCOUNTS, RoadStatusModel, hardest
from artimap.core.i18n import format_count, format_number, own_words, tr
from artimap.core.metadata import model_of
from artimap.core.phrases import km_span, known
from artimap.core.schema import records, split_names
from artimap.core.vocab import Passage
from artimap.maps.base_layers import Feature, Layer, parts_of, slim_lines, to_degrees
from artimap.maps.cards import Detail, Fact, Icon, day_or, iso_day, sentence_case, text_or
from artimap.maps.inputs import MapInputs
from artimap.maps.thematic_layers import Drawn

_MARKS = {
    Passage.UNKNOWN: "passage_unknown", Passage.PASSABLE: "passage_open", Passage.UNDER_REPAIR: "passage_open",
    Passage.RESTRICTED: "passage_limited", Passage.CLOSED: "passage_shut", Passage.DESTROYED: "passage_shut",
}  # fmt: skip
_SPOT_M = 250.0
"""So far either way a bridge is drawn: its own width would not be seen."""


def road_status_layer(given: MapInputs) -> Drawn:
    """Give the statuses of the day; one without a place stands in the margin."""
    table, lang = given.tables.road_status, given.lang
    if table is None or not len(table):
        return Drawn((), ())
    model = model_of(table, RoadStatusModel) or RoadStatusModel()
    rows = records(table)
    names = {str(row["status_id"]): str(row["source"]) for row in rows}
    wide = [_drawable(row, shape, given) for row, shape in zip(rows, table.geometry, strict=True)]
    shapes = to_degrees(slim_lines(gpd.GeoSeries(wide, crs=table.crs)))
    features, details, unplaced = [], [], []
    for row, shape in zip(rows, shapes, strict=True):
        detail, parts = _detail(row, model, names, lang), parts_of(shape)
        if not parts:
            unplaced.append(detail)
            continue
        details.append(detail)
        key, mark, begun = detail.key, detail.icon.mark, iso_day(row["as_of"])
        features.append(Feature(key, mark, parts, label=detail.where, details=(key,), begun=begun))
    # What is said of today lies over what is stale, and the hardest over the others.
    order = list(_MARKS.values())
    features.sort(key=lambda one: (not one.mark.endswith("_stale"), order.index(one.mark.removesuffix("_stale"))))
    layer = Layer("road_status", "map.layer.road_status", "line", tuple(features))
    return Drawn((layer,) if features else (), tuple(details), tuple(unplaced), tuple(dict.fromkeys(table["licence"])))


def _drawable(row: Mapping[str, Any], shape: shapely.Geometry, given: MapInputs) -> shapely.Geometry:
    """Give a spot as a piece of the road that it lies on, or a short line where that is not known."""
    corridor, at = given.tables.corridor, known(row["from_m"])
    if shape.is_empty or shape.length > 0:
        return shape
    if corridor is not None and at is not None and row["road_id"] == corridor.corridor_id:
        return corridor.piece(max(0.0, at - _SPOT_M), min(corridor.length_m, at + _SPOT_M))
    x, y = shape.centroid.x, shape.centroid.y
    return shapely.LineString([(x - _SPOT_M, y), (x + _SPOT_M, y)])


def with_statuses(road: Drawn, given: MapInputs) -> Drawn:
    """Give the studied road with what is said of its state on the card of each stretch: its line lies over them."""
    table, risk, corridor = given.tables.road_status, given.tables.risk, given.tables.corridor
    if table is None or risk is None or corridor is None:
        return road
    ends = {f"stretch:{row['lixel_id']}": (row["from_m"], row["to_m"]) for row in records(risk)}
    told = [row for row in records(table[table["road_id"] == corridor.corridor_id]) if known(row["from_m"]) is not None]
    details = []
    for detail in road.details:
        low, high = ends.get(detail.key, (0.0, -1.0))
        here = [_short(row, given.lang) for row in told if row["from_m"] <= high and row["to_m"] >= low]
        fact = Fact(tr("map.layer.road_status", given.lang), " · ".join(here))
        details.append(replace(detail, facts=(*detail.facts, fact)) if here else detail)
    return replace(road, details=tuple(details))


def _short(row: Mapping[str, Any], lang: str) -> str:
    source, day = str(row["source"]), day_or(row["as_of"], lang, tr("map.day.none", lang))
    stale = f", {tr('report.road_status.stale', lang)}" if row["stale"] else ""
    return f"{km_span(row['from_m'], row['to_m'], lang)}: {account_words(row, lang)} ({source}, {day}{stale})"


def account_words(row: Mapping[str, Any], lang: str) -> str:
    """Say what a row says by each account that it gives.

    >>> account_words({"physical": "passable", "security": "closed", "operational": "unknown"}, "en")
    'state of the road: passable; passage, as to security: not passable'
    """
    told = [
        tr("map.road_status.account", lang, what=tr(f"predicate.{one}", lang), state=tr(f"passage.{row[one]}", lang))
        for one in ACCOUNTS
        if row[one] != Passage.UNKNOWN
    ]
    return "; ".join(told) or tr("passage.unknown", lang)


def _detail(row: Mapping[str, Any], model: RoadStatusModel, sources: Mapping[str, str], lang: str) -> Detail:
    state, day, age = hardest(row), day_or(row["as_of"], lang), known(row["age_days"])
    low, high = known(row["from_m"]), known(row["to_m"])
    span = "" if low is None or high is None else f"{str(row['road_id']).upper()} {km_span(low, high, lang)}"
    name = text_or(row["name"], text_or(row["place"], span or tr("map.road_status.unnamed", lang)))
    facts = [
        ("age", tr("map.road_status.age", lang, day=day, n=format_count(int(age), lang)) if age is not None else "")
    ]
    if row["stale"]:
        facts.append(("doubt", tr("map.road_status.stale", lang, n=model.stale_days)))
    for column, key in (("contradicted_by", "against"), ("superseded_by", "doubt")):
        others = dict.fromkeys(sources[one] for one in split_names(row[column]) if one in sources)
        if others:
            facts.append((key, tr(f"map.road_status.{column[:-3]}", lang, who=", ".join(others))))
    grade, lead = known(row["reliability"]), known(row["lead_time_days"])
    if grade is not None:
        facts.append(("reliability", tr(f"form.reliability.{int(grade)}", lang)))
    if text_or(row["vehicle"]):
        facts.append(("vehicle", tr(f"vehicle.{row['vehicle']}", lang)))
    if lead is not None:
        facts.append(("lead", format_number(lead, lang)))
    facts.append(("why", own_words(text_or(row["why"]), lang)))
    words = {"part": sentence_case(tr(f"form.part.{row['part']}", lang)), "state": tr(f"passage.{state.value}", lang)}
    source = str(row["source"])
    return Detail(
        key=f"road_status:{row['status_id']}",
        heading=tr("map.road_status.heading", lang, **words),
        sentence=tr("map.road_status.sentence", lang, source=source, name=name, said=account_words(row, lang)),
        when=day or tr("map.day.none", lang),
        where=f"{name} · {span}" if span and span != name else name,
        icon=Icon(_MARKS[state] + ("_stale" if row["stale"] else "")),
        facts=tuple(
            Fact(tr(f"map.road_status.fact_{key}", lang), text or tr("map.day.none", lang))
            for key, text in facts
            if text or key == "age"
        ),
        precision=tr("map.road_status.precision", lang),
    )

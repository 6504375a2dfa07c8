"""From the tables of an analysis to layers and details: the road, zones, posts, events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from artimap.core import style
from artimap.core.i18n import format_count, format_number, own_words, table_words, tr
from artimap.core.metadata import model_of
from artimap.core.phrases import (
    actors_phrase,
    held_before_phrase,
    km_span,
    known,
    named_phrase,
    passable_phrase,
    rate_figure,
    rule_phrase,
)
from artimap.core.precision import significant
from artimap.core.schema import join_names, records, split_names
from artimap.core.vocab import EventKind, Info, Status, Where
from artimap.maps.base_layers import ROAD_TOLERANCE_M, Feature, Layer, Parts, parts_of, slim_lines, to_degrees
from artimap.maps.cards import (
    Detail,
    Fact,
    Icon,
    VisibleClaims,
    begun,
    day_or,
    event_detail,
    event_key,
    iso_day,
    sentence_case,
    text_or,
)
from artimap.maps.event_columns import harm_of
from artimap.risk.model import ReportedShare, RiskModel
from artimap.risk.phrases import happened_phrase, last_known, share_of, stretch_phrase

if TYPE_CHECKING:
    from artimap.roads.corridor import Corridor


@dataclass(frozen=True, slots=True)
class Drawn:
    """A layer, the details that it opens, those that have no place on the map, and what else it cites."""

    layers: tuple[Layer, ...]
    details: tuple[Detail, ...]
    unplaced: tuple[Detail, ...] = ()
    sources: tuple[str, ...] = ()


# --- the road ------------------------------------------------------------------------------


def corridor_layer(
    corridor: Corridor, risk: gpd.GeoDataFrame | None, *, lang: str, event_ids: frozenset[str] = frozenset()
) -> Drawn:
    """Give the road by rate, or as a plain line where no rates are given.

    Parameters
    ----------
    corridor
        The road.
    risk
        RISK by named stretch, or None.
    lang
        Language of the details.
    event_ids
        Events that have a detail on the page, so that a stretch may lead to them.
    """
    whole = to_degrees(gpd.GeoSeries([corridor.line], crs=corridor.crs), tolerance_m=ROAD_TOLERANCE_M)[0]
    if risk is None or risk.empty:
        plain = Feature("stretch:whole", "corridor_plain", parts_of(whole), label=corridor.ref)
        return Drawn((Layer("corridor", "map.layer.corridor", "line", (plain,), toggle=False),), ())
    table = risk.sort_values(["from_m", "lixel_id"], kind="stable")
    share = share_of(model_of(risk, RiskModel))
    details = stretch_details(records(table), corridor.ref, lang, event_ids, share=share)
    features = tuple(
        Feature(detail.key, detail.icon.mark, parts_of(shape), label=detail.where, details=(detail.key,))
        for detail, shape in zip(details, to_degrees(table.geometry, tolerance_m=ROAD_TOLERANCE_M), strict=True)
    )
    layer = Layer("corridor", "map.layer.corridor_rate", "line", features, toggle=False)
    return Drawn((layer,), details)


def stretch_details(
    rows: Iterable[Mapping[str, Any]],
    ref: str,
    lang: str,
    event_ids: frozenset[str],
    *,
    share: ReportedShare | None = None,
) -> tuple[Detail, ...]:
    """Make the details of rows of RISK; ``share`` is what part of the incidents is reported, where it is stated."""
    return tuple(stretch_detail(row, ref, lang, event_ids, share=share) for row in rows)


def stretch_mark(row: Mapping[str, Any]) -> str:
    """Give the mark of a row of RISK: its class of rate, or quiet, or silent, which was observed once or never."""
    band = known(row["band"])
    if row["info"] == Info.SILENT:
        return "silent" if pd.isna(row["newest_report"]) else "unobserved"
    return "quiet" if band is None or row["info"] == Info.QUIET else f"rate_{int(band)}"


def stretch_detail(
    row: Mapping[str, Any], ref: str, lang: str, event_ids: frozenset[str], *, share: ReportedShare | None = None
) -> Detail:
    """Make the detail of one row of RISK."""
    mark = stretch_mark(row)
    length_km = (float(row["to_m"]) - float(row["from_m"])) / 1000
    span = km_span(float(row["from_m"]), float(row["to_m"]), lang)
    name = text_or(row["name"], f"{ref} {span}")
    facts = [Fact(tr("map.fact.length", lang), tr("map.km.length", lang, n=format_number(length_km, lang, digits=3)))]
    sentence = sentence_case(stretch_phrase(row, lang))
    if row["info"] != Info.SILENT:
        facts.append(Fact(tr("map.fact.rate", lang), rate_figure(row["rate"], lang)))
    happened, last_rate = happened_phrase(row, share, lang), last_known(row, lang)
    if happened:
        facts.append(Fact(tr("map.fact.happened", lang), sentence_case(happened)))
    if last_rate:
        facts.append(Fact(tr("map.fact.last_rate", lang), sentence_case(last_rate)))
    if int(row["n_events"]):
        used = format_number(float(row["events_used"]), lang)
        facts.append(
            Fact(tr("map.fact.behind", lang), tr("map.fact.behind_text", lang, n=int(row["n_events"]), used=used))
        )
    vague = known(row["imprecise_share"])
    if vague is not None and vague >= 0.005:
        facts.append(Fact(tr("map.fact.imprecise", lang), tr("map.percent", lang, n=format_number(100 * vague, lang))))
    last, days = day_or(row["last_event"], lang), known(row["days_since"])
    if last and days is not None:
        facts.append(
            Fact(tr("map.fact.last_event", lang), tr("map.day.ago", lang, day=last, n=format_count(int(days), lang)))
        )
    else:
        facts.append(Fact(tr("map.fact.last_event", lang), tr("map.fact.no_event", lang)))
    facts.append(
        Fact(tr("map.fact.newest_report", lang), day_or(row["newest_report"], lang, tr("map.fact.no_report", lang)))
    )
    links = tuple(event_key(one) for one in split_names(row["event_ids"]) if one in event_ids)
    return Detail(
        key=f"stretch:{row['lixel_id']}",
        heading=f"{ref} · {span}",
        sentence=sentence,
        when="",
        where=name,
        icon=Icon(mark),
        facts=tuple(facts),
        links=links[:12],
    )


# --- zones ---------------------------------------------------------------------------------

_ZONE_ORDER = (
    Status.UNKNOWN,
    Status.LAST_KNOWN,
    Status.ATTACKED_RECENTLY,
    Status.PRESENCE,
    Status.CLAIMED,
    Status.ASSESSED,
    Status.CONTESTED,
)


_ZONE_TOLERANCE_M = 15.0
"""Nobody knows the edge of a zone better: three pixels where one is closest."""


def zone_groups(actors: object) -> tuple[str, ...]:
    """Give the colours of those who are said to hold a place or be there: none where nobody is, or it was attacked."""
    return tuple(dict.fromkeys(style.group(name).key for name in split_names(actors)))


ZoneShapes = Sequence[tuple[Mapping[str, Any], Parts]]
"""Rows of ZONES in the order in which they are drawn, with their shapes: the same in every language."""


def zone_shapes(zones: gpd.GeoDataFrame) -> ZoneShapes:
    """Give the zones as they are drawn: larger ones below smaller, and what is unknown below all."""
    order = zones["kind"].map({word: n for n, word in enumerate(_ZONE_ORDER)})
    area = pd.Series(significant(zones.geometry.area), index=zones.index)
    size = -area.where(zones["kind"] != Status.UNKNOWN, float("inf"))
    table = zones.assign(_size=size, _order=order).sort_values(["_size", "_order", "zone_id"], kind="stable")
    bands = table.geometry.where(~table.geom_type.isin(["LineString", "MultiLineString"]), table.geometry.buffer(900))
    shapes = to_degrees(bands.simplify(_ZONE_TOLERANCE_M))
    return [(row, parts_of(shape)) for row, shape in zip(records(table), shapes, strict=True)]


def zones_layers(zones: gpd.GeoDataFrame, said: VisibleClaims, *, lang: str, shapes: ZoneShapes | None = None) -> Drawn:
    """Give the zones, each layer that the table names as a layer of its own.

    Stretches of road are drawn as bands, hollow where their status is unknown. ``shapes`` are those of
    :func:`zone_shapes`, where they are at hand already.
    """
    details: list[Detail] = []
    found: dict[str, list[Feature]] = {}
    for row, parts in zone_shapes(zones) if shapes is None else shapes:
        mark = style.zone_mark(str(row["kind"]))
        if not parts:
            continue
        detail = zone_detail(row, mark.key, said, lang)
        edge = (known(row["band"]) or 1) > 1
        if not edge:
            details.append(detail)
        # outer bands have no detail and no fill of their own: a soft edge must not look like ground that is held
        _, at, day = str(row["zone_id"]).partition("~")
        opens = f"zone:reported:{row['subject']}{at}{day}" if edge else detail.key
        feature = Feature(
            detail.key, "zone_edge" if edge else mark.key, parts, label=detail.where, groups=detail.icon.groups,
            details=(opens,), begun=iso_day(row["valid_from"]), ended=iso_day(row["valid_to"]),
        )  # fmt: skip
        found.setdefault(str(row["layer"]), []).append(feature)
    layers = tuple(
        Layer(f"zones_{name}", f"map.layer.zones_{name}", "area", tuple(features)) for name, features in found.items()
    )
    return Drawn(layers, tuple(details))


def zone_detail(row: Mapping[str, Any], mark: str, said: VisibleClaims, lang: str) -> Detail:
    """Make the detail of one row of ZONES."""
    who = named_phrase(row, lang, between=", ") or tr("said.by_nobody", lang)
    place = table_words(text_or(row["name"]), lang)
    kind = str(row["kind"])
    unknown = kind == Status.UNKNOWN
    # a dispute is somebody's, named or not; an attack on a place says nothing of who is there, so it has no colour
    groups = zone_groups(row["actors"]) or (("unnamed",) if kind == Status.CONTESTED else ())
    facts = [
        Fact(tr("map.fact.last_confirmed", lang), day_or(row["last_confirmed"], lang, tr("map.day.none", lang))),
        Fact(tr("map.fact.rule", lang), rule_phrase(text_or(row["rule"]), lang)),
    ]
    if before := held_before_phrase(row, lang):
        facts.append(Fact(tr("map.fact.held_before", lang), before))
    return Detail(
        key=f"zone:{row['zone_id']}",
        heading=sentence_case(tr(f"status.{kind}", lang)),
        sentence=begun(tr(f"map.zone.{kind}", lang, who=who, place=place), lang),
        when=day_or(row["last_confirmed"], lang),
        where=place,
        icon=Icon(mark, groups=() if unknown else groups),
        facts=tuple(facts),
        statements=said.behind(row["claims"]),
        precision="" if unknown else tr("map.precision.zone", lang),
    )


# --- posts on the road -----------------------------------------------------------------------


def checkpoints_layer(checkpoints: gpd.GeoDataFrame, said: VisibleClaims, *, lang: str, ever: bool = False) -> Drawn:
    """Give the posts along the road; those whose place on it is not known go to the margin.

    Parameters
    ----------
    checkpoints
        CHECKPOINTS.
    said
        The claims behind them.
    lang
        Language of the details.
    ever
        Whether there is a layer even where none of them has a place: on another day one has.
    """
    drawn = posts_drawn(checkpoints, said, lang=lang)
    features = tuple(feature for _, feature in drawn if feature is not None)
    layer = Layer("checkpoints", "map.layer.checkpoints", "bracket", features)
    return Drawn(
        (layer,) if features or ever else (),
        tuple(detail for detail, feature in drawn if feature is not None),
        tuple(detail for detail, feature in drawn if feature is None),
    )


def posts_drawn(
    checkpoints: gpd.GeoDataFrame, said: VisibleClaims, *, lang: str
) -> list[tuple[Detail, Feature | None]]:
    """Give the detail and the mark of each post; no mark where its place on the road is not known."""
    drawn: list[tuple[Detail, Feature | None]] = []
    for row, shape in zip(records(checkpoints), to_degrees(slim_lines(checkpoints.geometry)), strict=True):
        detail = checkpoint_detail(row, said, lang)
        parts = parts_of(shape)
        if known(row["from_m"]) is None or not parts:
            drawn.append((detail, None))
            continue
        begun = iso_day(row["first_seen"])
        drawn.append(
            (
                detail,
                Feature(detail.key, detail.icon.mark, parts, label=detail.where, details=(detail.key,), begun=begun),
            )
        )
    return drawn


_SEEN = ("first_seen", "last_confirmed")


def checkpoint_detail(row: Mapping[str, Any], said: VisibleClaims, lang: str) -> Detail:
    """Make the detail of one row of CHECKPOINTS."""
    kind, status = tr(f"checkpoint.{row['kind']}", lang), tr(f"checkpoint_status.{row['status']}", lang)
    operator = actors_phrase(row["operator"], lang, between=", ") or tr("map.fact.nobody", lang)
    place = table_words(text_or(row["place"]), lang) or tr("map.precision.road_only", lang)
    facts = [Fact(tr("map.fact.operator", lang), operator)]
    fees = own_words(text_or(row["fees"]), lang)
    facts.append(Fact(tr("map.fact.fees", lang), fees.replace(";", " ·") if fees else tr("map.harm.unknown", lang)))
    if text_or(row["passable_for"]):
        facts.append(Fact(tr("map.fact.passable", lang), passable_phrase(text_or(row["passable_for"]), lang)))
    none = tr("map.day.none", lang)
    facts += [Fact(tr(f"map.fact.{name}", lang), day_or(row[name], lang, none)) for name in _SEEN]
    start, stop = known(row["from_m"]), known(row["to_m"])
    span = "" if start is None or stop is None else km_span(start, stop, lang)
    return Detail(
        key=f"post:{row['checkpoint_id']}",
        heading=f"{sentence_case(kind)} · {status}",
        sentence=begun(tr("map.post.sentence", lang, who=operator, kind=kind, place=place), lang),
        when=day_or(row["last_confirmed"], lang),
        where=f"{place} · {span}" if span else place,
        icon=Icon(style.post_mark(str(row["status"])).key),
        facts=tuple(facts),
        statements=said.behind(row["claims"]) or said.about(str(row["checkpoint_id"])),
        precision=tr("map.precision.post" if span else "map.precision.nowhere", lang),
    )


# --- events --------------------------------------------------------------------------------

MARKED = (Where.POINT, Where.PLACE)
SPREAD = (Where.SECTION, Where.COMMUNE, Where.STRETCH)
"""Kinds of place of which an event has a mark, and of which it lies somewhere in an area or stretch."""


def events_layers(events: gpd.GeoDataFrame, said: VisibleClaims, *, lang: str) -> Drawn:
    """Give events: a mark only where the place is known, an area or stretch where it is wider.

    Events of one area or stretch share one outline. Those that are only somewhere in the
    department, those with no place at all, and positions of forces go to the margin.
    """
    table = events.sort_values(["date_start", "event_id"], ascending=[False, True], kind="stable")
    details, unplaced, marks = [], [], []
    spread: dict[str, list[Feature]] = {}
    for row, shape, harm in zip(records(table), to_degrees(slim_lines(table.geometry)), harm_of(table), strict=True):
        count = known(harm)
        detail = event_detail(row, said, lang, hollow=count is None)
        where, parts = Where(str(row["place_kind"])), parts_of(shape)
        if row["kind"] == EventKind.DEPLOYMENT or not parts or where not in (*MARKED, *SPREAD):
            unplaced.append(detail)
            continue
        details.append(detail)
        feature = Feature(
            detail.key,
            str(row["kind"]),
            parts,
            size=style.event_size(count),
            hollow=count is None,
            details=(detail.key,),
        )
        if where in MARKED and isinstance(shape, shapely.Point):
            marks.append(feature)
        else:
            spread.setdefault(_spread_key(row), []).append(feature)
    layers = []
    if marks:
        layers.append(Layer("events", "map.layer.events", "event", tuple(marks)))
    if spread:
        features = [_somewhere(key, members, lang) for key, members in sorted(spread.items())]
        features.sort(key=lambda feature: feature.mark)
        layers.append(Layer("somewhere", "map.layer.somewhere", "somewhere", tuple(features)))
    return Drawn(tuple(layers), tuple(details), tuple(unplaced))


def _spread_key(row: Mapping[str, Any]) -> str:
    if row["place_kind"] == Where.STRETCH:
        return join_names([str(row["road_id"]), str(row["from_m"]), str(row["to_m"])]) or "stretch"
    return text_or(row["pcode"], text_or(row["place"], "area"))


def _somewhere(key: str, members: list[Feature], lang: str) -> Feature:
    first = members[0]
    line = all(len(part[0]) < 2 or part[0][0] != part[0][-1] for part in first.parts)
    label = tr("map.somewhere_1" if len(members) == 1 else "map.somewhere", lang, n=len(members))
    return replace(
        first,
        key=f"somewhere:{key}",
        mark="somewhere_stretch" if line else "somewhere_area",
        label=label,
        size=float(len(members)),
        details=tuple(one for member in members for one in member.details),
    )

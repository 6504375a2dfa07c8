"""What a model over the events makes of each unit, as a layer apart from what is reported.

It never looks like a report: no solid line or fill, *ESTIMATE* first in its words, and off until its
reader asks for it. Where the model can say nothing, or finds no armed group, the unit is
drawn as not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from artimap.core.i18n import format_day, format_number, tr
from artimap.core.phrases import actors_phrase, known
from artimap.core.schema import records
from artimap.core.vocab import Audience, Estimate, WhyNot
from artimap.maps.base_layers import ESTIMATED, Feature, Layer, parts_of, to_degrees
from artimap.maps.cards import Detail, Fact, Icon, day_or, iso_day, text_or
from artimap.maps.thematic_layers import Drawn, zone_groups

if TYPE_CHECKING:
    import geopandas as gpd

LAYER = "estimated"

_MARKS = {
    Estimate.ONE_GROUP: "estimate_one_group",
    Estimate.CONTESTED: "estimate_contested",
    Estimate.STATE_FORCES: "estimate_state_forces",
}
"""What is drawn; every other estimate is not known."""

_UNKNOWN = "estimate_unknown"
_STATES = ("none", "one_group", "contested", "state")


def apart(
    zones: gpd.GeoDataFrame | None, estimated: gpd.GeoDataFrame | None
) -> tuple[gpd.GeoDataFrame | None, gpd.GeoDataFrame | None]:
    """Part ZONES of which some are estimated, so that a model's never look reported."""
    if zones is None or estimated is not None or "estimate" not in zones.columns:
        return zones, estimated
    model = (zones["layer"] == LAYER).to_numpy(dtype=bool)
    return (None if model.all() else zones[~model]), (zones[model] if model.any() else None)


def estimates_layer(
    zones: gpd.GeoDataFrame, *, lang: str, audience: Audience = Audience.INTERNAL, shown: bool = False
) -> Drawn:
    """Give the layer of estimated zones, off at first, and the details that it opens.

    Parameters
    ----------
    zones
        ZONES as :func:`artimap.estimated_zones` gives them, in a metric system.
    lang
        Language of the words.
    audience
        Unless internal, where state forces may be is not told: the unit is drawn as not known, and
        says that it is not for this audience.
    shown
        Whether it is on at first: only where the map is of nothing else.
    """
    details, features = [], []
    for row, shape in zip(records(zones), to_degrees(zones.geometry, tolerance_m=30), strict=True):
        parts = parts_of(shape)
        if not parts:
            continue
        held = row["estimate"] == Estimate.STATE_FORCES and audience is not Audience.INTERNAL
        mark = _UNKNOWN if held else _MARKS.get(Estimate(row["estimate"]), _UNKNOWN)
        detail = _detail(row, mark, lang, held=held)
        details.append(detail)
        features.append(
            Feature(
                detail.key, mark, parts, label=detail.where, groups=detail.icon.groups, details=(detail.key,),
                begun=iso_day(row["valid_from"]), ended=iso_day(row["valid_to"]),
            )
        )  # fmt: skip
    features.sort(key=lambda feature: (feature.mark != _UNKNOWN, feature.key))
    layer = Layer(ESTIMATED, "map.layer.zones_estimated", "area", tuple(features), shown=shown)
    return Drawn((layer,) if features else (), tuple(details))


def _detail(row: Mapping[str, Any], mark: str, lang: str, *, held: bool) -> Detail:
    name, estimate = text_or(row["name"]), Estimate(row["estimate"])
    who = actors_phrase(row["actors"], lang, between=", ") or tr("said.by_nobody", lang)
    word = "held" if held else estimate.value
    if estimate is Estimate.INSUFFICIENT:
        word = f"insufficient_{_why(row)}"
    period = tr("map.estimate.period", lang, a=_day(row["valid_from"], lang), b=_day(row["valid_to"], lang))
    groups = () if mark == _UNKNOWN else zone_groups(row["actors"])
    return Detail(
        key=f"zone:{row['zone_id']}",
        heading=tr(f"map.estimate.head_{'unknown' if mark == _UNKNOWN else estimate.value}", lang),
        sentence=tr(f"map.estimate.{word}", lang, place=name, who=who, share=_percent(row["probability"], lang)),
        when=period,
        where=name,
        icon=Icon(mark, groups=groups),
        facts=() if held else _facts(row, lang),
        precision="" if word == "insufficient_few" else tr("map.estimate.model", lang),
    )


def _day(value: object, lang: str) -> str:
    day = pd.Timestamp(str(value))
    return format_day(day.date(), lang)


def _percent(share: object, lang: str) -> str:
    return tr("map.percent", lang, n=format_number(round(100 * (known(share) or 0.0)), lang))


def _too_few(row: Mapping[str, Any]) -> bool:
    return row["estimate"] == Estimate.INSUFFICIENT and _why(row) == WhyNot.FEW


def _why(row: Mapping[str, Any]) -> str:
    """Give the code of why nothing can be said; zones that carry none are taken to rest on too few reports."""
    return text_or(row.get("why_code")) or WhyNot.FEW.value


def _facts(row: Mapping[str, Any], lang: str) -> tuple[Fact, ...]:
    last = Fact(tr("map.fact.newest_report", lang), day_or(row["last_confirmed"], lang, tr("map.fact.no_report", lang)))
    if _too_few(row):
        return (last,)  # what it gives there is no more than what it assumed
    shares = [
        tr(
            "map.estimate.share",
            lang,
            what=tr(f"map.estimate.state_{state}", lang),
            n=_percent(row[f"p_{state}"], lang),
        )
        for state in _STATES
        if known(row.get(f"p_{state}")) is not None
    ]
    facts = [Fact(tr("map.estimate.shares", lang), " · ".join(shares))] if shares else []
    steady = known(row["stability"])
    said = tr("map.estimate.unsteady", lang) if steady is None else _percent(steady, lang)
    facts.append(Fact(tr("map.estimate.stability", lang), said))
    reports = known(row.get("evidence"))
    if reports is not None:
        n = format_number(reports, lang)
        facts.append(Fact(tr("map.estimate.evidence", lang), tr("map.estimate.evidence_text", lang, n=n)))
    return (*facts, last)

"""The legend: every mark that is on the page, and none that is not, from the same table as the marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from artimap.core import style
from artimap.core.i18n import tr
from artimap.core.phrases import rate_text
from artimap.maps.base_layers import DENSITY, Layer
from artimap.maps.cards import sentence_case
from artimap.maps.layers import BASE_LEGEND, MapLayer


@dataclass(frozen=True, slots=True)
class LegendRow:
    """One row of the legend: a mark of the style table and its words."""

    mark: str
    text: str
    groups: tuple[str, ...] = ()
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class LegendGroup:
    """The rows of one layer; ``toggle`` where the reader can switch the layer off."""

    layer: str
    heading: str
    toggle: bool
    rows: tuple[LegendRow, ...]


def legend_groups(
    layers: Iterable[Layer],
    lang: str,
    *,
    rows: Iterable[MapLayer],
    edges: Sequence[float] = (),
    other_days: Mapping[str, frozenset[str]] = MappingProxyType({}),
) -> tuple[LegendGroup, ...]:
    """Give the legend: every mark that is on the page, and none that is not.

    Parameters
    ----------
    layers
        The layers of the page.
    lang
        Language of the words.
    rows
        The rows of the registry behind them, which say where in the legend each stands.
    edges
        Lower edges of the rate classes 2 to 5, events per km and month.
    other_days
        By name of a layer, the marks that it has on other days that the page can show.
    """
    by_name = {layer.name: layer for layer in layers}
    explained = [(row.legend, row.name) for row in rows if row.legend is not None and row.name in by_name]
    explained.sort(key=lambda one: one[0])  # layers of one place in the order in which they are given
    groups = [
        LegendGroup(
            name,
            by_name[name].heading(lang),
            by_name[name].toggle,
            _legend_rows(by_name[name], lang, edges, other_days.get(name, frozenset())),
        )
        for place, name in explained
        if place < BASE_LEGEND
    ]
    base = [row for place, name in explained if place >= BASE_LEGEND for row in _legend_rows(by_name[name], lang)]
    if base:
        groups.append(LegendGroup("base", tr("map.layer.base", lang), toggle=False, rows=tuple(base)))
    return tuple(groups)


def _legend_rows(
    layer: Layer, lang: str, edges: Sequence[float] = (), more: frozenset[str] = frozenset()
) -> tuple[LegendRow, ...]:
    used = {feature.mark for feature in layer.features} | more
    table = style.load()
    rows = []
    if layer.kind in ("event", "field"):
        for kind, shape in table.shapes.items():
            if kind in used:
                rows.append(LegendRow(kind, sentence_case(tr(shape.label, lang))))
        if any(feature.hollow for feature in layer.features):
            rows.append(LegendRow("attack_on_civilians", tr("map.legend.hollow", lang), hollow=True))
        return tuple(rows)
    for mark in table.marks.values():
        if mark.key not in used:
            continue
        text = layer.note or tr(mark.label, lang)
        if mark.key.startswith("rate_") and edges:
            text = rate_text(int(mark.key[-1]), edges, lang)
        elif mark.layer == DENSITY:
            text = next(feature.label for feature in layer.features if feature.mark == mark.key)
        rows.append(
            LegendRow(mark.key, text, _example(mark.key) if mark.key.startswith(("zone_", "estimate_")) else ())
        )
    on = {key for feature in layer.features for key in feature.groups}
    rows += [
        LegendRow(f"group_{key}", tr(group.label, lang), (key,)) for key, group in table.groups.items() if key in on
    ]
    return tuple(rows)


def _example(mark: str) -> tuple[str, ...]:
    """Give the colours that the legend shows a status in: none, but two for the hatch."""
    if mark == "zone_attacked_recently":  # no colour on the map either
        return ()
    return ("gran_grif", "state") if mark in ("zone_contested", "estimate_contested") else ("unnamed",)

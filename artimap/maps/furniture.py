"""Everything on the page that is not the map itself, as plain data.

Title, the five lines of the briefing, the legend, the margin ("not on the map"), and what
the page is: sources, licences, method, disclaimer.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from artimap.areas import embedded
from artimap.core.harm import harm_line
from artimap.core.i18n import format_count, format_day, format_number, table_words, to_review, tr, words
from artimap.core.metadata import model_of
from artimap.core.phrases import day_phrase, rate_figure
from artimap.core.precision import significant
from artimap.core.schema import records
from artimap.core.vocab import CheckpointStatus, Info, Lang
from artimap.maps.cards import Detail, event_key, sentence_case, text_or, to_date
from artimap.maps.legend import LegendGroup
from artimap.maps.thematic_layers import Drawn
from artimap.maps.user_layer import ReadyLayer
from artimap.risk.model import RiskModel
from artimap.risk.phrases import (
    happened_phrase,
    share_line,
    share_of,
    silence_phrase,
    stretch_phrase,
    trip_name,
    trip_phrase,
    trips_of,
)
from artimap.sharing.view import Left

if TYPE_CHECKING:
    from artimap.areas.area import Area
from artimap.areas.area import Area, read_layer
from artimap.maps.base_layers import Parts, bounds_of, parts_of, to_degrees

_OUTLINE_TOLERANCE_M = 1_500.0


@dataclass(frozen=True, slots=True)
class Locator:
    """Where an area lies in its country, coarse: a hundred pixels show no more.

    Attributes
    ----------
    name
        Name of the country.
    text
        What a screen reader says.
    bounds
        West, south, east, north of the small map in degrees.
    country, neighbour, area
        Shapes in degrees.
    """

    name: str
    text: str
    bounds: tuple[float, float, float, float]
    country: Parts
    neighbour: Parts
    area: Parts


def locator(area: Area, lang: str) -> Locator:
    """Give the small map of an area's country: its first row is the country, the others lie beside it."""
    shapes = read_layer(area, "country")
    own, *beside = to_degrees(shapes.geometry)
    (outline,) = to_degrees(read_layer(area, "outline").geometry, tolerance_m=_OUTLINE_TOLERANCE_M)[:1]
    west, south, east, north = bounds_of(shapes.geometry)
    name = tr(f"map.country.{str(shapes['name'].iloc[0]).lower()}", lang)
    return Locator(
        name=name,
        text=tr("map.locator", lang, area=area.label, country=name),
        bounds=(west - 0.05, south - 0.05, east, north + 0.05),
        country=parts_of(own),
        neighbour=tuple(part for shape in beside for part in parts_of(shape)),
        area=parts_of(outline),
    )


@dataclass(frozen=True, slots=True)
class ListItem:
    """One line of a list; ``detail`` is what it opens, if anything, and ``more`` what a low window leaves to that."""

    text: str
    note: str = ""
    detail: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True)
class PanelSection:
    """A heading, a few words, and a list; ``name`` where other parts of the page ask for it."""

    heading: str
    text: str = ""
    items: tuple[ListItem, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Furniture:
    """All of it."""

    title: str
    subtitle: str
    note: str
    briefing: tuple[PanelSection, ...]
    legend: tuple[LegendGroup, ...]
    margin: tuple[PanelSection, ...]
    about: tuple[PanelSection, ...]


def as_of_section(
    *,
    as_of: dt.date,
    since: dt.date,
    events: gpd.GeoDataFrame | None,
    newest: dt.date | None,
    lang: str,
) -> PanelSection:
    """Say of which day the map speaks, how old its newest report is, and how many events it shows."""
    shown = format_day(as_of, lang)
    parts = [tr("map.brief.as_of", lang, day=shown)]
    if newest is not None:
        age = (as_of - newest).days
        key = {0: "map.brief.newest_same", 1: "map.brief.newest_one"}.get(age, "map.brief.newest")
        parts.append(tr(key, lang, day=format_day(newest, lang), n=format_count(age, lang)))
    if events is not None:
        count = format_count(len(events), lang)
        parts.append(tr("map.brief.events", lang, n=count, day=format_day(since, lang)))
    return PanelSection(tr("map.brief.as_of_head", lang), " ".join(parts))


def reading_section(risk: gpd.GeoDataFrame | None, lang: str) -> PanelSection | None:
    """Say what the rates are of; None where there are none."""
    if risk is None or risk.empty:
        return None
    text = f"{tr('map.rate.caveat', lang)} {share_line(share_of(model_of(risk, RiskModel)), lang)}"
    return PanelSection(tr("map.about.method_head", lang), text, name="reading")


def trips_section(risk: gpd.GeoDataFrame, as_of: dt.date, lang: str) -> PanelSection | None:
    """Say what is reported on the whole way between the cities; None where the table knows of no trip."""
    model = model_of(risk, RiskModel)
    items = [ListItem(trip_name(trip, lang), sentence_case(trip_phrase(trip, model, lang))) for trip in trips_of(risk)]
    heading = tr("map.trip.head_of", lang, day=format_day(as_of, lang))
    return PanelSection(heading, "", tuple(items), name="trips") if items else None


def gravest_section(events: pd.DataFrame, details: dict[str, Detail], lang: str) -> PanelSection | None:
    """Name the events that harmed most people, of whatever age; None where none is known."""
    items = []
    for row in events.to_dict("records"):
        start, end = to_date(row["date_start"]), to_date(row["date_end"])
        when = "" if start is None else day_phrase(start, end, int(row["date_precision"]), lang)
        place, key = table_words(text_or(row["place"]), lang) or tr("where.nowhere", lang), event_key(row["event_id"])
        # Publishers of a table from elsewhere are not known: none is told then.
        n = int(row["n_sources"])
        by = [tr("map.fact.publishers_1" if n == 1 else "map.fact.publishers", lang, n=n)] if n else []
        text = f"{when}, {place}{tr('report.colon', lang)}{tr('kind.' + str(row['kind']), lang)}"
        note = sentence_case(tr("map.trip.and", lang).join([harm_line(row, lang), *by]))
        items.append(ListItem(text, note, key if key in details else ""))
    heading = tr("map.brief.gravest_head", lang)
    return PanelSection(heading, "", tuple(items), name="gravest") if items else None


def worst_section(risk: gpd.GeoDataFrame, details: dict[str, Detail], lang: str) -> PanelSection:
    """Name the stretches with the highest rate per km, and why."""
    share = share_of(model_of(risk, RiskModel))
    table = risk[risk["band"].notna() & (risk["info"] == Info.REPORTED)]
    table = table.sort_values(["rate", "lixel_id"], ascending=[False, True], kind="stable").head(3)
    items = []
    for row in records(table):
        detail = details.get(f"stretch:{row['lixel_id']}")
        last = to_date(row["last_event"])
        weight = format_number(float(row["events_used"]), lang)
        why = tr("map.brief.why", lang, n=int(row["n_events"]), weight=weight)
        rate, happened = f"{sentence_case(stretch_phrase(row, lang))}.", happened_phrase(row, share, lang)
        if last is not None:
            rate = f"{rate} {tr('map.brief.why_last', lang, day=format_day(last, lang))}"
        more = [f"{sentence_case(rate_figure(row['rate'], lang))}."]
        more += [f"{sentence_case(happened)}."] if happened else []
        items.append(ListItem(text_or(row["name"]), rate, detail.key if detail else "", " ".join((*more, why))))
    text = "" if items else tr("map.brief.worst_none", lang)
    return PanelSection(tr("map.brief.worst_head", lang), text, tuple(items), name="worst")


def posts_section(checkpoints: gpd.GeoDataFrame, placed: Sequence[Detail], lang: str) -> PanelSection:
    """Count the posts by how fresh they are, and list those that are active."""
    status = checkpoints["status"]
    counts = [
        tr(f"map.brief.posts_{word}", lang, n=int((status == word).sum()))
        for word in (
            CheckpointStatus.ACTIVE,
            CheckpointStatus.FADING,
            CheckpointStatus.LAST_KNOWN,
            CheckpointStatus.UNKNOWN,
            CheckpointStatus.REMOVED,
        )
        if int((status == word).sum())
    ]
    nowhere = int(checkpoints["from_m"].isna().sum())
    if nowhere:
        counts.append(tr("map.brief.posts_nowhere", lang, n=nowhere))
    text = "; ".join(counts) + "." if counts else tr("map.brief.posts_none", lang)
    live = [one for one in placed if one.icon.mark in ("post_active", "post_fading")]
    live.sort(key=lambda one: one.icon.mark)
    items = []
    for one in live[:4]:
        kind, between, status = one.heading.partition(" · ")
        items.append(ListItem(one.where, f"{one.facts[0].text}{between}{status}", one.key, f"{between.lstrip()}{kind}"))
    return PanelSection(tr("map.brief.posts_head", lang), sentence_case(text), tuple(items), name="posts")


def changed_section(changes: Sequence[str], lang: str) -> PanelSection | None:
    """Say what changed since the last briefing; None where it is not known."""
    if not changes:
        return None
    return PanelSection(tr("map.brief.changed_head", lang), "", tuple(ListItem(change) for change in changes))


def unknown_section(*, risk: gpd.GeoDataFrame | None, unplaced: int, spread: int, lang: str) -> PanelSection:
    """Say what is not known: silent road, statements without a place, places only roughly known."""
    parts = []
    if risk is not None and len(risk):
        silent = risk[risk["info"] == Info.SILENT]
        km = float(significant((silent["to_m"] - silent["from_m"]).sum() / 1000))
        share = float(significant(100 * km * 1000 / (risk["to_m"] - risk["from_m"]).sum()))
        if km:
            n = format_number(km, lang, digits=3)
            parts.append(tr("map.brief.silent", lang, n=n, share=format_number(share, lang)))
    if spread:
        parts.append(tr("map.brief.spread", lang, n=format_count(spread, lang)))
    if unplaced:
        parts.append(tr("map.brief.unplaced", lang, n=format_count(unplaced, lang)))
        parts.append(tr("map.brief.unplaced_listed", lang))
    parts.append(tr("map.brief.silence", lang))
    # With rates it stands beside what part of the incidents is reported.
    if risk is None or risk.empty:
        parts.append(tr("sample.says", lang))
    return PanelSection(tr("map.brief.unknown_head", lang), " ".join(parts))


def margin_sections(
    *,
    events: Sequence[Detail],
    posts: Sequence[Detail],
    risk: gpd.GeoDataFrame | None,
    left: Left,
    since: dt.date,
    lang: str,
    nowhere: int = 0,
    outside: int = 0,
) -> tuple[PanelSection, ...]:
    """List what has no place on the map, and count what was left out.

    Parameters
    ----------
    events, posts
        Events and checkpoints without a place.
    risk
        RISK, for its silent stretches.
    left
        What was left out.
    since
        First day of the events that the map shows.
    lang
        Language of the words.
    nowhere, outside
        Events that are not listed one by one: those with no place, and those with one beyond
        the edge of the map.
    """
    sections = []
    if nowhere or outside:
        told = (("map.margin.nowhere_n", nowhere), ("map.margin.outside_n", outside))
        items = tuple(ListItem(tr(key, lang, n=format_count(n, lang))) for key, n in told if n)
        sections.append(PanelSection(tr("map.margin.events", lang), "", items))
    if events:
        items = tuple(ListItem(f"{one.heading} · {one.where}", one.when, one.key) for one in events)
        sections.append(PanelSection(tr("map.margin.events", lang), tr("map.margin.events_text", lang), items))
    if posts:
        items = tuple(ListItem(one.sentence, one.when, one.key) for one in posts)
        sections.append(PanelSection(tr("map.margin.posts", lang), tr("map.margin.posts_text", lang), items))
    if risk is not None:
        silent = risk[risk["info"] == Info.SILENT].sort_values("from_m", kind="stable")
        if len(silent):
            items = tuple(
                ListItem(text_or(row["name"]), silence_phrase(row, lang, short=True), f"stretch:{row['lixel_id']}")
                for row in records(silent)
            )
            sections.append(PanelSection(tr("map.margin.silent", lang), tr("map.margin.silent_text", lang), items))
    counts: list[ListItem] = []
    counts += [ListItem(line) for line in left.words(lang)]
    if left.held:
        counts.append(ListItem(tr("map.margin.held", lang, n=format_count(left.held, lang))))
    if left.earlier:
        day = format_day(since, lang)
        counts.append(ListItem(tr("map.margin.earlier", lang, n=format_count(left.earlier, lang), day=day)))
    if left.later:
        counts.append(ListItem(tr("map.margin.later", lang, n=format_count(left.later, lang))))
    if counts:
        sections.append(PanelSection(tr("map.margin.left_out", lang), "", tuple(counts)))
    return tuple(sections)


def user_layers_section(
    layers: Iterable[ReadyLayer],
    drawn: Mapping[str, Drawn],
    *,
    limits: tuple[float, float, float, float],
    held: int,
    lang: str,
) -> tuple[PanelSection, ...]:
    """Tell what of the user's own layers is not on the map, and what was done to their words.

    Parameters
    ----------
    layers, drawn
        The layers, and what was drawn of each, by its name.
    limits
        How far one can go on the map, in degrees.
    held
        Rows that are not for this audience.
    lang
        Language of our own words.
    """
    sections: list[PanelSection] = []
    told: list[ListItem] = []
    for one in layers:
        made, title = drawn[one.name], one.title
        if made.unplaced:
            items = tuple(ListItem(detail.sentence, "", detail.key) for detail in made.unplaced)
            sections.append(PanelSection(tr("map.own.unplaced", lang, layer=title), "", items))
        outside = sum(not _within(feature.parts, limits) for layer in made.layers for feature in layer.features)
        counts = (("map.own.outside", outside), ("map.own.masked", one.masked))
        told += [ListItem(tr(key, lang, layer=title, n=format_count(n, lang))) for key, n in counts if n]
        if not one.cells:
            told.append(ListItem(tr("map.own.empty", lang, layer=title)))
    if held:
        told.append(ListItem(tr("map.own.held", lang, n=format_count(held, lang))))
    if told:
        sections.append(PanelSection(tr("map.own.head", lang), "", tuple(told)))
    return tuple(sections)


def _within(parts: Parts, limits: tuple[float, float, float, float]) -> bool:
    """Tell whether some of a shape's box lies within the limits."""
    lon, lat = zip(*(point for part in parts for ring in part for point in ring), strict=True)
    west, south, east, north = limits
    return bool(max(lon) >= west and min(lon) <= east and max(lat) >= south and min(lat) <= north)


def about_sections(  # noqa: PLR0913 - one keyword a line of the page
    area: Area,
    *,
    layer_names: Sequence[str],
    publishers: int,
    licensed: Sequence[str] = (),
    model: object | None,
    weighed: Mapping[str, str] = MappingProxyType({}),
    author: str | None,
    title: str,
    as_of: dt.date,
    lang: str,
    sources: Sequence[str] = (),
) -> tuple[PanelSection, ...]:
    """Give disclaimer, limits, method, sources and licences.

    Parameters
    ----------
    area
        The area, whose manifest names the sources.
    layer_names
        Embedded layers that the map uses.
    publishers
        How many publishers stand behind the statements.
    licensed
        Sources whose rows count in the rates but may not be passed on, as they ask to be cited.
    model
        The risk model, a frozen dataclass whose every field is printed; or None.
    weighed
        What stands in place of a parameter that the model leaves open, by its name.
    author
        Who made the map; None leaves the line out.
    title, as_of
        What the map is called and its day, for those who cite it.
    sources
        Sources of the caller's own, in words.
    lang
        Language of the words.
    """
    use = f"{tr('map.about.use', lang)} {tr('sample.says', lang)}"
    sections = [
        PanelSection(tr("map.about.disclaimer_head", lang), tr("map.about.disclaimer", lang), name="disclaimer"),
        PanelSection(tr("map.about.use_head", lang), use, name="use"),
    ]
    items = [
        ListItem(
            " · ".join(table_words(text, lang) for text in (entry.attribution, entry.licence)), _used_for(entry, lang)
        )
        for entry in _grouped(embedded.manifest(area.name).layers, layer_names)
    ]
    items += [ListItem(source) for source in sources]
    if publishers:
        items.append(ListItem(tr("map.about.publishers", lang, n=format_count(publishers, lang))))
    items += [ListItem(tr("report.licences.counted", lang, source=source)) for source in licensed]
    sections.append(PanelSection(tr("map.about.sources_head", lang), "", tuple(items), name="sources"))
    by = tr("map.about.cite_by", lang, author=author) if author else ""
    cited = tr("map.about.cite", lang, by=by, title=title, day=format_day(as_of, lang))
    sections.append(PanelSection(tr("map.about.cite_head", lang), cited, name="cite"))
    if model is not None and dataclasses.is_dataclass(model):
        rows = tuple(ListItem(name, weighed.get(name, text)) for name, text in parameters(model, lang))
        sections.append(PanelSection(tr("map.about.method_head", lang), tr("map.about.method", lang), rows))
    if to_review(lang):
        sections.append(PanelSection(tr("map.about.review_head", lang), tr("map.about.review", lang)))
    if author:
        sections.append(PanelSection(tr("map.about.author_head", lang), author))
    sections.append(PanelSection(tr("map.about.software_head", lang), tr("map.about.software", lang)))
    return tuple(sections)


def _grouped(entries: Iterable[embedded.LayerEntry], names: Sequence[str]) -> list[embedded.LayerEntry]:
    """Keep one entry for each attribution and licence, its name the names of all of them."""
    found: dict[tuple[str, str], embedded.LayerEntry] = {}
    for entry in entries:
        if entry.name not in names:
            continue
        key = (entry.attribution, entry.licence)
        before = found.get(key)
        found[key] = (
            entry
            if before is None
            else dataclasses.replace(
                before, name=f"{before.name}, {entry.name}", approximate=before.approximate or entry.approximate
            )
        )
    return list(found.values())


def _used_for(entry: embedded.LayerEntry, lang: str) -> str:
    text = ", ".join(table_words(name.replace("_", " "), lang) for name in entry.name.split(", "))
    return tr("map.about.approximate", lang, what=text) if entry.approximate else text


def parameters(model: object, lang: str) -> list[tuple[str, str]]:
    """Give every field of a frozen model as name and value, nested ones in place."""
    if not dataclasses.is_dataclass(model):
        return []
    rows: list[tuple[str, str]] = []
    for field in dataclasses.fields(model):
        value = getattr(model, field.name)
        if dataclasses.is_dataclass(value):
            rows += parameters(value, lang)
        elif isinstance(value, frozenset):
            spoken = {} if lang == Lang.EN else words(lang)
            rows.append((field.name, ", ".join(sorted(spoken.get(f"kind.{one}", str(one)) for one in value))))
        elif isinstance(value, tuple):
            rows.append((field.name, " · ".join(str(one) for one in value)))
        else:
            rows.append((field.name, "–" if value is None else table_words(str(value), lang)))
    return rows


def publishers_of(claims: pd.DataFrame | None) -> int:
    """Count the publishers behind claims."""
    return 0 if claims is None else int(claims["source"].nunique())


def newest_of(events: gpd.GeoDataFrame | None, claims: pd.DataFrame | None, as_of: dt.date) -> dt.date | None:
    """Give the newest day that anything on the map speaks of or was reported on."""
    days = []
    for table, column in ((events, "date_end"), (claims, "reported")):
        if table is not None:
            kept = table[column].dropna()
            days += list(kept[kept <= pd.Timestamp(as_of)].nlargest(1))
    return max((pd.Timestamp(day).date() for day in days), default=None)


def sensitivity_note(audience: str, lang: str) -> str:
    """Give the marking of the page: for whom it is."""
    return tr(f"map.audience.{audience}", lang)

"""The briefing map for other programs: a GeoPackage that QGIS opens in our style, KML, GPX.

What leaves is what the map shows to its audience, in its language and no more: each mark with
its sentence, who said it and when. Sources, licences and disclaimer go along, and so does what
has no place on the map.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from artimap.core import style
from artimap.core.crs import WGS84
from artimap.core.errors import ShareError
from artimap.core.files import clock_at, replacing, written_together
from artimap.core.i18n import tr, words
from artimap.core.schema import TEXT
from artimap.maps.base_layers import Feature, Layer, Parts
from artimap.maps.cards import Detail
from artimap.maps.event_columns import harm_of
from artimap.maps.export.qgis import Form, Symbol, distinct, qml
from artimap.maps.layers import BASE_MAP
from artimap.maps.page import DrawnMap, Page
from artimap.maps.static.crowd import marked

_ENDINGS: Final = ("gpkg", "kml", "gpx")
_KINDS: Final[Mapping[str, Form]] = {"Point": "marker", "MultiLineString": "line", "MultiPolygon": "fill"}
_SUFFIX: Final[Mapping[str, str]] = {"Point": "points", "MultiLineString": "lines", "MultiPolygon": "areas"}


_NO_LETTER: Final = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""What XML 1.0 (section 2.2) has no place for; GDAL writes it all the same, and ends a text at the first null."""

_NO_TAG: Final = str.maketrans("<>", "‹›")

_NO_DAY: Final = dt.date(2000, 1, 1)
"""GDAL's time stamp in the file, the same each time: the map's own day stands in its title."""


def export_map(chart: DrawnMap, path: str | Path) -> tuple[Path, ...]:
    """Write a briefing map for other programs.

    Parameters
    ----------
    chart
        The map, as :func:`artimap.briefing_map` gives it: audience, language and what is
        held back are the map's.
    path
        A file name that ends in ``.gpkg`` (every layer with a style that QGIS takes by
        itself, what is not on the map, and the sources), ``.kml`` (a folder a layer) or
        ``.gpx`` (events, posts, places and points of your own as waypoints; the road, posts said to stand somewhere
        along a stretch, and lines and edges of areas of your own as tracks in a second file ``NAME-road.gpx``, since
        GDAL writes one kind a file; what is only an area is left out, and the file says so).

    Returns
    -------
    tuple of Path
        The files written, in EPSG:4326.

    Raises
    ------
    ShareError
        For another ending, or a map that names no source.

    Examples
    --------
    >>> import artimap as am
    >>> study = am.study(am.area("artibonite"), as_of="2024-10-15")
    >>> am.export_map(study.map(over_time=False), "briefing.gpkg")  # doctest: +SKIP
    """
    target = Path(path)
    kind = target.suffix.lower().removeprefix(".")
    if kind not in _ENDINGS:
        msg = f"a map is exported as .gpkg, .kml or .gpx, not as {target.name}: give it one of these endings"
        raise ShareError(msg)
    if not any(section.items for section in chart.page.furniture.about):
        msg = "a map without sources is not exported: bring layers whose source and licence are stated"
        raise ShareError(msg)
    page = chart.page
    layers = {name: _legible(table) for name, table in map_tables(page, chart.events).items()}
    if kind == "gpx":
        with written_together():
            return _write_gpx(layers, page, target)
    with replacing(target) as temporary, clock_at(_NO_DAY):
        if kind == "kml":
            _write_kml(layers, page, temporary)
        else:
            _write_gpkg(layers, page, temporary)
    return (target,)


def map_tables(page: Page, events: gpd.GeoDataFrame | None = None) -> dict[str, gpd.GeoDataFrame]:
    """Give every layer of a map as a table, lowest first.

    Parameters
    ----------
    page
        What the map shows.
    events
        The events, where the page holds them as columns only: each with a place is a row.

    Returns
    -------
    dict
        Tables in EPSG:4326 by layer name; a layer that holds points and lines is parted in two.
        Columns: ``key``, ``name`` (heading or label), ``kind`` (what it is), ``symbol`` (for styles), ``legend``
        (its words), ``sentence``, ``happened``, ``place``, ``precision``, ``says`` (who said what, when,
        a line a statement; of a layer of the user's own what its columns say), ``links`` (one a line), geometry.
    """
    details = {detail.key: detail for detail in page.details}
    out: dict[str, gpd.GeoDataFrame] = {}
    for layer in page.layers:
        if layer.kind == "shield":
            continue
        if layer.kind == "field":
            if events is not None:
                out[layer.name] = _each_event(events, page.lang)
            continue
        rows = [(_shape(layer, feature), feature) for feature in layer.features]
        kinds = [
            kind for kind in ("MultiPolygon", "MultiLineString", "Point") if any(s.geom_type == kind for s, _ in rows)
        ]
        for kind in kinds:
            name = layer.name if len(kinds) == 1 else f"{layer.name}_{_SUFFIX[kind]}"
            own = [(shape, feature) for shape, feature in rows if shape.geom_type == kind]
            table = pd.DataFrame([_row(layer, feature, details, page.lang) for _, feature in own]).astype(TEXT)
            out[name] = gpd.GeoDataFrame(table, geometry=[shape for shape, _ in own], crs=WGS84)
    return out


def _letters(text: str) -> str:
    """Give a text that every format holds whole: what is no letter in XML becomes the sign for such."""
    return _NO_LETTER.sub("\ufffd", text)


def _legible(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give a table whose texts every format holds whole."""
    columns = [name for name in table.columns if name != table.geometry.name]
    texts = [name for name in columns if _NO_LETTER.search("".join(table[name].dropna()))]
    return table.assign(**{name: table[name].map(_letters, na_action="ignore").astype(TEXT) for name in texts})


def _each_event(events: gpd.GeoDataFrame, lang: str) -> gpd.GeoDataFrame:
    """Give very many events, column by column: what a table of details would be too slow for."""
    rows, spots = marked(events)
    spoken, hollow = words(lang), np.isnan(harm_of(rows))
    kind = rows["kind"].astype(str)
    label = kind.map({one: spoken.get(style.event_shape(one).label, one) for one in kind.unique()})
    first, last = (
        rows[name].dt.strftime("%Y-%m-%d") if name in rows else pd.Series(pd.NA, index=rows.index, dtype=TEXT)
        for name in ("date_start", "date_end")
    )

    def text(name: str) -> pd.Series:
        return rows[name].astype(TEXT) if name in rows else pd.Series(pd.NA, index=rows.index, dtype=TEXT)

    key = text("event_id").fillna("")
    table = pd.DataFrame(
        {
            "key": "event:" + key.where(key != "", pd.Series(rows.index.astype(str), index=rows.index)),
            "name": label, "kind": label, "symbol": kind.where(~hollow, kind + ":hollow"), "legend": label,
            "sentence": text("summary"), "happened": first.where(first == last.fillna(first), first + " – " + last),
            "place": text("place"), "precision": text("place_kind").map(lambda one: spoken.get(f"where.{one}", one)),
            "says": None, "links": text("source_url"), "actors": text("actors"),
        }
    ).astype(TEXT)  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(spots[:, 0], spots[:, 1]), crs=WGS84)


def _shape(layer: Layer, feature: Feature) -> shapely.Geometry:
    parts: Parts = feature.parts
    flat = [ring for part in parts for ring in part]
    if all(len(ring) == 1 for ring in flat):
        return shapely.Point(flat[0][0])
    areas = layer.kind == "area" or (layer.kind == "somewhere" and style.mark(feature.mark).kind == "area")
    if areas:
        return shapely.MultiPolygon([(part[0], list(part[1:])) for part in parts if len(part[0]) > 3])
    return shapely.MultiLineString([ring for ring in flat if len(ring) > 1])


def _symbol(feature: Feature, lang: str) -> Symbol:
    table = style.load()
    known = table.marks.get(feature.mark)
    label = known.label if known else style.event_shape(feature.mark).label
    text = words(lang).get(label, feature.mark)
    if feature.hollow:
        return Symbol(f"{feature.mark}:hollow", text, feature.mark, hollow=True, size=max(feature.size, 10.0))
    if feature.groups and known is not None and known.colour is None:
        names = ", ".join(words(lang)[table.groups[key].label] for key in feature.groups if key in table.groups)
        return Symbol(":".join((feature.mark, *feature.groups)), f"{text}: {names}", feature.mark, feature.groups)
    return Symbol(feature.mark, text, feature.mark, size=max(feature.size, 10.0))


def _row(layer: Layer, feature: Feature, details: Mapping[str, Detail], lang: str) -> dict[str, str | None]:
    opened = [details[key] for key in feature.details if key in details]
    symbol = _symbol(feature, lang)
    first = opened[0] if opened else None
    # a row of the user's own table says what its columns say; events and zones have statements in their place
    facts = [fact for detail in opened if layer.title for fact in detail.facts]
    statements = [one for detail in opened for one in detail.statements]
    name = feature.label or (first.heading if first else "")
    return {
        "key": feature.key,
        "name": name or symbol.label,
        "kind": (first.heading if first else "") or symbol.label,
        "symbol": symbol.value,
        "legend": symbol.label,
        "sentence": _lines(detail.sentence for detail in opened),
        "happened": _lines(detail.when for detail in opened),
        "place": _lines(detail.where for detail in opened) or feature.label or None,
        "precision": _lines(detail.precision for detail in opened),
        "says": _lines(f"{one.text} – {one.who} ({one.party}), {one.day}, {one.source}" for one in statements)
        or _lines(f"{fact.label}: {fact.text}" for fact in facts),
        "links": _lines(one.url for one in statements),
    }


def _lines(texts: Iterable[str]) -> str | None:
    return "\n".join(dict.fromkeys(text for text in texts if text)) or None


def _about(page: Page) -> list[dict[str, str]]:
    furniture = page.furniture
    rows = [{"heading": furniture.title, "text": f"{furniture.subtitle}. {furniture.note}".strip(), "note": ""}]
    for section in furniture.about:
        rows.append({"heading": section.heading, "text": section.text, "note": ""})
        rows += [{"heading": section.heading, "text": item.text, "note": item.note} for item in section.items]
    return [{key: _letters(text) for key, text in row.items()} for row in rows if row["text"] or row["note"]]


def _margin(page: Page) -> list[dict[str, str]]:
    rows = []
    for section in page.furniture.margin:
        rows.append({"heading": section.heading, "text": section.text, "note": ""})
        rows += [{"heading": section.heading, "text": item.text, "note": item.note} for item in section.items]
    return [{key: _letters(text) for key, text in row.items()} for row in rows if row["text"] or row["note"]]


def _write_gpkg(layers: Mapping[str, gpd.GeoDataFrame], page: Page, path: Path) -> None:
    styles = []
    symbols = _symbols(page)
    named = {layer.name for layer in page.layers if layer.kind in ("place", "label")}
    for name, table in layers.items():
        kind = str(table.geom_type.iloc[0])
        pyogrio.write_dataframe(
            table, path, layer=name, driver="GPKG", append=path.exists(), geometry_type=kind,
            layer_options={"GEOMETRY_NAME": "geom"},
        )  # fmt: skip
        used = distinct(symbols[value] for value in table["symbol"])
        styles.append(
            {
                "f_table_catalog": "", "f_table_schema": "", "f_table_name": name, "f_geometry_column": "geom",
                "styleName": "artimap", "styleQML": qml(used, form=_KINDS[kind], labels=name in named),
                "styleSLD": "",
                "useAsDefault": True, "description": page.furniture.title, "owner": "", "ui": "",
                "update_time": pd.Timestamp(_NO_DAY),  # QGIS takes the newest style of a layer
            }
        )  # fmt: skip
    plain: dict[str, Sequence[Mapping[str, Any]]] = {
        "not_on_the_map": _margin(page),
        "about": _about(page),
        "layer_styles": styles,
    }
    for name, rows in plain.items():
        if rows:
            pyogrio.write_dataframe(pd.DataFrame(rows), path, layer=name, driver="GPKG", append=True)


def _symbols(page: Page) -> dict[str, Symbol]:
    crowd = [
        _symbol(replace(feature, hollow=hollow), page.lang)
        for layer in page.layers
        if layer.kind == "field"
        for feature in layer.features
        for hollow in (False, True)
    ]
    made = [
        _symbol(feature, page.lang) for layer in page.layers if layer.kind != "shield" for feature in layer.features
    ]
    return {symbol.value: symbol for symbol in distinct([*crowd, *made])}


def _described(table: gpd.GeoDataFrame) -> pd.Series:
    """Put a row's words into one text, as programs for the road show them."""
    parts = ("kind", "legend", "happened", "place", "sentence", "precision", "says", "links")
    return _joined_columns(table, parts, "\n")


def _titled(table: gpd.GeoDataFrame) -> pd.Series:
    """Name each row by what it is, of when and where: a device for the road shows no more than that in its list."""
    return _joined_columns(table, ("kind", "happened", "place"), " · ").where(table["happened"].notna(), table["name"])


def _joined_columns(table: gpd.GeoDataFrame, names: Iterable[str], between: str) -> pd.Series:
    parts = [table[name].fillna("") for name in names]
    return pd.Series(
        [between.join(dict.fromkeys(text for text in row if text)) for row in zip(*parts, strict=True)],
        index=table.index, dtype=TEXT,
    )  # fmt: skip


def _notice(page: Page) -> str:
    return "\n".join(" ".join(part for part in row.values() if part) for row in _about(page))


def _untagged(text: str) -> str:
    """Give a text that is no tag wherever it is shown, and ends no CDATA section, which GDAL leaves as it is.

    Programs that read KML and GPX show names and texts now as HTML, now as they are: a picture in one would be
    fetched from its server as soon as somebody opens the file.
    """
    return _letters(text).translate(_NO_TAG)


def _escaped(text: str) -> str:
    """Give a text as HTML, which a KML description is."""
    return html.escape(_letters(text), quote=False)


def _write_kml(layers: Mapping[str, gpd.GeoDataFrame], page: Page, path: Path) -> None:
    for name, table in layers.items():
        if name in BASE_MAP:  # programs that read KML bring a map of their own
            continue
        out = table[["geometry"]].assign(
            Name=_titled(table).map(_untagged, na_action="ignore").astype(TEXT),
            description=_described(table).map(_escaped).astype(TEXT),
        )
        pyogrio.write_dataframe(
            out,
            path,
            layer=name,
            driver="LIBKML",
            append=path.exists(),
            dataset_options={"NAME": _untagged(page.furniture.title), "DESCRIPTION": _escaped(_notice(page))},
        )


def _write_gpx(layers: Mapping[str, gpd.GeoDataFrame], page: Page, target: Path) -> tuple[Path, ...]:
    points, lines = [], []
    left: Counter[str] = Counter()
    for layer in page.layers:
        for name in (layer.name, *(f"{layer.name}_{suffix}" for suffix in _SUFFIX.values())):
            table = layers.get(name)
            if table is None or table.empty or name in BASE_MAP - {"places"}:
                continue
            if table.geom_type.iloc[0] == "Point":
                points.append(table)
            elif _is_track(layer):
                lines.append(table)
            else:
                left[layer.heading(page.lang)] += len(table)
    notice = _notice(page)
    if left:
        notice += "\n" + tr(
            "map.export.left_out", page.lang, what="; ".join(f"{name} ({n})" for name, n in left.items())
        )
    spots = pd.concat(points, ignore_index=True)
    waypoints = gpd.GeoDataFrame(
        {
            "name": _titled(spots), "cmt": _joined_columns(spots, ("happened", "place"), " · "),
            "desc": _described(spots), "src": pd.Series("artimap", index=spots.index), "type": spots["kind"],
        },
        geometry=spots.geometry, crs=WGS84,
    )  # fmt: skip
    written = [target]
    _one_gpx(waypoints, target, layer="waypoints", title=page.furniture.title, notice=notice)
    if lines:
        table = pd.concat(lines, ignore_index=True)
        ways = [shape.boundary if shape.geom_type == "MultiPolygon" else shape for shape in table.geometry]
        ways = [shapely.MultiLineString([way]) if way.geom_type == "LineString" else way for way in ways]
        texts = {"name": _titled(table), "desc": _described(table), "type": table["kind"]}
        written.append(target.with_name(f"{target.stem}-road.gpx"))
        tracks = gpd.GeoDataFrame(texts, geometry=ways, crs=WGS84)
        _one_gpx(tracks, written[-1], layer="tracks", title=page.furniture.title, notice=notice)
    return tuple(written)


def _is_track(layer: Layer) -> bool:
    """Tell whether GPX holds what is no point of a layer as tracks.

    The road; posts said to stand somewhere along a stretch, which a pin would put where nobody does; and the user's
    own lines, bands and the edges of areas.
    """
    return layer.name in ("corridor", "checkpoints") or (bool(layer.title) and layer.kind in ("line", "band", "area"))


def _one_gpx(table: gpd.GeoDataFrame, path: Path, *, layer: str, title: str, notice: str) -> None:
    texts = {
        name: table[name].map(_untagged, na_action="ignore").astype(TEXT) for name in table.columns.drop("geometry")
    }
    with replacing(path) as temporary:
        pyogrio.write_dataframe(
            table.assign(**texts), temporary, layer=layer, driver="GPX",
            dataset_options={"METADATA_NAME": _untagged(title), "METADATA_DESCRIPTION": _untagged(notice)},
        )  # fmt: skip

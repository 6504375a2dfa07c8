"""A layer of the user's own on the map: clinics, a route, an area, a name, or a band along the road.

Its table goes the way of every other: what the audience may not see is left out and counted, words are masked,
positions of forces are refused, and its source stands on every product. Its marks are those of the style table that
mean nothing else, so that it never looks like a report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from artimap.core import style
from artimap.core.crs import require
from artimap.core.errors import DataError, ShareError
from artimap.core.files import encodable
from artimap.core.i18n import tr
from artimap.core.schema import TEXT
from artimap.core.text import fold
from artimap.core.vocab import Audience, EventKind
from artimap.maps.base_layers import Feature, Layer, LayerKind, parts_of, to_degrees
from artimap.maps.cards import Detail, Fact, Icon, day_or
from artimap.maps.fact_tables import Cell, CellKind, Sheet
from artimap.maps.thematic_layers import Drawn
from artimap.sharing.masking import Unsure, mask_column
from artimap.sharing.policy import Action, Rules, SharePolicy
from artimap.sharing.positions import layer_positions
from artimap.sharing.release import release

if TYPE_CHECKING:
    import datetime as dt

    from artimap.areas.area import Area

_MOST_ROWS: Final = 5_000
"""Each row is a mark and a card of its own: more would make the page slow, and nobody reads them one by one."""

_MOST_TITLE, _MOST_SOURCE = 80, 200
_TOLERANCE_M = 5.0
"""A pixel where one is closest."""

_POINT_PX = 17.0
_SHAPES: Final[dict[str, tuple[str, ...]]] = {
    "area": ("Polygon", "MultiPolygon"),
    "line": ("LineString", "MultiLineString", "LinearRing"),
    "band": ("LineString", "MultiLineString", "LinearRing"),
    "point": ("Point", "MultiPoint"),
    "label": ("Point", "MultiPoint"),
}
_WIDTH: Final = {Audience.INTERNAL: 0, Audience.PARTNERS: 1, Audience.PUBLIC: 2}
"""How far a layer may go; a reader sees those that may go as far as they stand."""


def user_marks() -> tuple[str, ...]:
    """Give the marks of the style table that a user's layer may have.

    >>> user_marks()[:3]
    ('clinic', 'depot', 'water_point')
    """
    return tuple(key for key, mark in style.load().marks.items() if mark.layer == "user")


@dataclass(frozen=True, slots=True, eq=False)
class UserLayer:
    """A layer of your own for :func:`artimap.briefing_map`.

    It stands in the page, its legend and its tables, in the picture, in exports and among the sources.

    Attributes
    ----------
    table
        Points, lines or areas in the area's metric system. With columns ``sensitivity`` and ``licence`` each row goes
        only to whom :class:`artimap.SharePolicy` lets it, as events do.
    title
        What it is called, at most 80 letters.
    mark
        A row of the style table: ``clinic``, ``depot``, ``water_point``, ``school``, ``shelter``, ``bridge`` or
        ``site`` for points; ``line``, ``line_dashed``, ``line_dotted`` or
        ``line_dash_dot``; ``area`` or ``area_dashed``; ``band`` for a band along a
        road; ``label`` for words alone.
    source
        Whose data these are, of when and under what licence, at most 200 letters. A layer without one is refused.
    columns
        Columns that it shows, in this order; the first names the rows. Nothing else of the table leaves it.
    audience
        Who may see it: ``internal``, ``partners`` or ``public``. A map for others leaves it out and counts its rows.

    Raises
    ------
    ShareError
        If no source is named, or a row is the position of a force: no map shows those.
    DataError
        If there is no such mark or column, its shapes are not of the kind that the mark is for, or there are more
        than 5,000 rows.

    Examples
    --------
    >>> import artimap as am
    >>> import geopandas as gpd
    >>> art = am.area("artibonite")
    >>> spots = gpd.points_from_xy([-72.69, -72.5], [19.11, 19.3], crs="EPSG:4326").to_crs(art.crs)
    >>> clinics = gpd.GeoDataFrame({"name": ["Clinic A", "Clinic B"], "beds": [12, 4]}, geometry=spots)
    >>> own = am.UserLayer(clinics, "Clinics", "clinic", source="Own list, 2024, CC BY 4.0", columns=("name", "beds"))
    >>> am.briefing_map(art, as_of="2024-10-15", audience="internal", layers=[own])  # doctest: +ELLIPSIS
    <BriefingMap ...>
    """

    table: gpd.GeoDataFrame
    title: str
    mark: str
    source: str = ""
    columns: Sequence[str] = ()
    audience: str = Audience.INTERNAL

    def __post_init__(self) -> None:
        for name in ("title", "source"):
            object.__setattr__(self, name, encodable(getattr(self, name)))
        object.__setattr__(self, "audience", Audience(self.audience))
        object.__setattr__(self, "columns", (self.columns,) if isinstance(self.columns, str) else tuple(self.columns))
        if not self.title.strip() or len(self.title) > _MOST_TITLE:
            msg = f"a layer needs a title of 1 to {_MOST_TITLE} letters, not {self.title[:_MOST_TITLE]!r}"
            raise DataError(msg)
        if not self.source.strip():
            msg = (
                f"layer {self.title!r} names no source: say whose data it is, of when and under what licence, "
                "e.g. source='Ministry of Health, list of 2023, CC BY 4.0'"
            )
            raise ShareError(msg)
        if len(self.source) > _MOST_SOURCE:
            msg = f"the source of layer {self.title!r} has {len(self.source)} letters: at most {_MOST_SOURCE}"
            raise DataError(msg)
        if self.mark not in user_marks():
            msg = f"layer {self.title!r} has no such mark ({self.mark!r}): use one of {', '.join(user_marks())}"
            raise DataError(msg)


@dataclass(frozen=True, slots=True, eq=False)
class ReadyLayer:
    """A user's layer as one audience may see it: shown columns only, words masked.

    Attributes
    ----------
    name, kind
        Its name on the page and in files; how it is drawn.
    title, mark, source
        As in :class:`UserLayer`.
    columns
        Name and kind of each column that it shows.
    cells
        By row, a text a column (days as ``2024-10-15``); None where nothing stands.
    shapes
        Its geometry in the area's metric system; null where a row has none that can be drawn.
    masked
        Cells in which words were masked.
    """

    name: str
    kind: LayerKind
    title: str
    mark: str
    source: str
    columns: tuple[tuple[str, CellKind], ...]
    cells: tuple[tuple[str | None, ...], ...]
    shapes: gpd.GeoSeries
    masked: int

    def row_name(self, n: int) -> str:
        """Give the name of a row: its first column, or its number where that is blank."""
        cell = self.cells[n][0] if self.columns else None
        return cell if cell is not None and cell.strip() else f"{self.title} {n + 1}"

    def row_key(self, n: int) -> str:
        """Give the key of a row's detail: made of numbers and our own name, never of what the table says."""
        return f"{self.name}:{n}"

    def sheet(self) -> Sheet:
        """Give its rows as a table that can be sorted."""
        columns: tuple[tuple[str, CellKind], ...] = self.columns or ((self.title, "text"),)
        rows: list[tuple[Cell, ...]] = [
            (self.row_key(n), self.row_name(n), *row[1:]) for n, row in enumerate(self.cells)
        ]
        return Sheet(self.name, columns, tuple(rows), self.title)


@dataclass(frozen=True, slots=True)
class ReadyLayers:
    """All of a map's user layers that its audience may see, and how many rows it does not get."""

    layers: tuple[ReadyLayer, ...] = ()
    held: int = field(default=0)


def ready_layers(
    layers: Iterable[UserLayer], *, area: Area, audience: Audience, policy: SharePolicy | None, as_of: dt.date
) -> ReadyLayers:
    """Make users' layers ready for an audience.

    Parameters
    ----------
    layers
        In the order in which they are explained, and drawn among those of one kind.
    area, audience, policy, as_of
        As in :func:`artimap.sharing.gate`.

    Raises
    ------
    CrsError, DataError, ShareError
        See :class:`UserLayer`.
    """
    ready: list[ReadyLayer] = []
    held = 0
    for n, one in enumerate(layers):
        require(one.table, area.crs, what=f"layers[{n}].table")
        _check(one)
        if _WIDTH[Audience(one.audience)] < _WIDTH[audience]:
            held += len(one.table)
            continue
        table = _for_audience(one, area, audience, policy, as_of)
        held += len(one.table) - len(table)
        ready.append(_ready(one, table, _free_name(one.title, {other.name for other in ready}), area, audience))
    return ReadyLayers(tuple(ready), held)


def _check(one: UserLayer) -> None:
    table = one.table
    others = [str(name) for name in table.columns if name != table.active_geometry_name]
    for name in one.columns:
        if others.count(name) != 1:
            msg = f"layer {one.title!r} has no single column {name!r} to show: it has {', '.join(others) or 'none'}"
            raise DataError(msg)
    if len(table) > _MOST_ROWS:
        msg = f"layer {one.title!r} has {len(table)} rows: a map shows at most {_MOST_ROWS}, so leave some out"
        raise DataError(msg)
    _refuse_positions(one)
    kind = style.mark(one.mark).kind
    there = table.geometry[_drawable(table.geometry)]
    wrong = sorted(set(there.geom_type) - set(_SHAPES[kind]))
    if wrong:
        fits = ", ".join(key for key in user_marks() if wrong[0] in _SHAPES[style.mark(key).kind])
        msg = f"layer {one.title!r} has rows of {', '.join(wrong)}, which the mark {one.mark!r} is not for"
        raise DataError(f"{msg}: use {fits} for them" if fits else f"{msg}: use .explode() to part them")


def _refuse_positions(one: UserLayer) -> None:
    """Refuse rows that say in any column that they are deployments, as events and claims do: shown or not."""
    table = pd.DataFrame(one.table.drop(columns=one.table.active_geometry_name))
    forces = np.zeros(len(table), dtype=bool)
    for n in range(table.shape[1]):
        told = table.iloc[:, n].map(lambda cell: isinstance(cell, str) and fold(cell) == EventKind.DEPLOYMENT)
        forces |= told.to_numpy(dtype=bool)
    if forces.any():
        rows = ", ".join(str(at) for at in np.flatnonzero(forces)[:5])
        msg = (
            f"layer {one.title!r} has positions of forces (row {rows}: 'deployment'): no map shows them, leave them out"
        )
        raise ShareError(msg)


def _drawable(shapes: gpd.GeoSeries) -> np.ndarray:
    geometry = np.asarray(shapes.array)
    finite = np.isfinite(shapely.bounds(geometry)).all(axis=1)
    return np.asarray(~shapely.is_missing(geometry) & ~shapely.is_empty(geometry) & finite, dtype=bool)


def _for_audience(
    one: UserLayer, area: Area, audience: Audience, policy: SharePolicy | None, as_of: dt.date
) -> gpd.GeoDataFrame:
    """Leave out positions of forces, and rows that say themselves that they may not go so far.

    A user's row is never blurred, it stays back.
    """
    table = one.table
    if audience is Audience.INTERNAL:
        return table
    rules = policy or SharePolicy()
    words = pd.DataFrame(table.drop(columns=table.active_geometry_name))
    table = table[~layer_positions(words, one.title, area, forces=rules.forces)]
    if not {"sensitivity", "licence"} & {str(name) for name in table.columns}:
        return table
    whole = {Action.BLUR: Action.REMOVE, Action.AGGREGATE: Action.REMOVE}
    given = rules.rules(audience)
    kept = Rules(*(whole.get(action, action) for action in (given.low, given.moderate, given.high, given.severe)))
    rules = SharePolicy(
        partners=kept, public=kept, partners_delay_days=rules.partners_delay_days,
        public_delay_days=rules.public_delay_days, licensed=rules.licensed, licensed_rows=Action.REMOVE,
        mask_text=False, forces=rules.forces, positions_after_days=rules.positions_after_days,
    )  # fmt: skip
    at = pd.Series(np.arange(len(table)), name="_row")
    frame = pd.DataFrame(table.drop(columns=table.active_geometry_name)).reset_index(drop=True).assign(_row=at)
    passed = release(frame, audience=audience, policy=rules, area=area, as_of=as_of).table["_row"]
    return table.iloc[passed.to_numpy(dtype=int)]


def _free_name(title: str, taken: set[str]) -> str:
    stem = "own_" + (re.sub(r"[^a-z0-9]+", "_", fold(title)).strip("_")[:40].strip("_") or "layer")
    name, n = stem, 1
    while name in taken:
        n += 1
        name = f"{stem}_{n}"
    return name


def _ready(one: UserLayer, table: gpd.GeoDataFrame, name: str, area: Area, audience: Audience) -> ReadyLayer:
    unsure: Unsure = "mark" if audience is Audience.INTERNAL else "mask"
    columns: list[tuple[str, CellKind]] = []
    cells: list[list[str | None]] = []
    masked = 0
    for n, column in enumerate(one.columns):
        values = table[column]
        if n and pd.api.types.is_datetime64_any_dtype(values):
            columns.append((encodable(column), "day"))
            cells.append([None if pd.isna(day) else day.strftime("%Y-%m-%d") for day in values])
            continue
        done = mask_column(pd.Series([_text(value) for value in values], dtype=TEXT), area=area, unsure=unsure)
        masked += int((done.counts > 0).sum())
        columns.append((encodable(column), "text"))
        cells.append([None if pd.isna(text) else str(text) for text in done.text])
    shapes = gpd.GeoSeries(table.geometry.array, crs=table.geometry.crs)
    shapes = shapes.where(pd.Series(_drawable(shapes), index=shapes.index), None)
    kind: Any = style.mark(one.mark).kind
    by_row = tuple(zip(*cells, strict=True)) if cells else ((),) * len(table)
    return ReadyLayer(name, kind, one.title, one.mark, one.source, tuple(columns), by_row, shapes, masked)


def _text(value: Any) -> str | None:
    """Give a cell as text; whole numbers that a gap had made fractions are whole again."""
    if not pd.api.types.is_scalar(value):
        return encodable(str(value))
    if pd.isna(value):
        return None
    if isinstance(value, float):
        return f"{value:.10g}"
    return value.strftime("%Y-%m-%d") if isinstance(value, pd.Timestamp) else encodable(str(value))


def draw_user_layer(one: ReadyLayer, *, lang: str) -> Drawn:
    """Draw a user's layer: a feature and a detail a row, and the rows without a place apart.

    Parameters
    ----------
    one
        The layer, as :func:`ready_layers` gives it.
    lang
        Language of our own words; its title, its columns and what they say stay as they are.
    """
    details, unplaced, features = [], [], []
    there = one.shapes.simplify(_TOLERANCE_M) if one.kind in ("area", "line", "band") else one.shapes
    for n, shape in enumerate(to_degrees(there)):
        detail = _detail(one, n, lang)
        parts = parts_of(shape)
        if not parts:
            unplaced.append(detail)
            continue
        details.append(detail)
        spots = [(part,) for part in parts] if one.kind in ("point", "label") else [parts]
        features += [
            Feature(
                detail.key if not at else f"{detail.key}:{at}", one.mark, spot, label=detail.sentence,
                size=_POINT_PX if one.kind == "point" else 0.0, details=(detail.key,),
            )
            for at, spot in enumerate(spots)
        ]  # fmt: skip
    note = tr("map.own.source", lang, source=one.source)
    layer = Layer(one.name, "", one.kind, tuple(features), title=one.title, note=note)
    cited = (tr("map.own.cited", lang, layer=one.title, source=one.source),)
    return Drawn((layer,) if features else (), tuple(details), tuple(unplaced), cited)


def _detail(one: ReadyLayer, n: int, lang: str) -> Detail:
    facts = [
        Fact(name, day_or(pd.Timestamp(cell), lang) if kind == "day" else cell)
        for (name, kind), cell in zip(one.columns[1:], one.cells[n][1:], strict=True)
        if cell is not None and cell.strip()
    ]
    return Detail(
        key=one.row_key(n),
        heading=one.title,
        sentence=one.row_name(n),
        when="",
        where="",
        icon=Icon(one.mark),
        facts=(*facts, Fact(tr("map.own.source_head", lang), one.source)),
    )

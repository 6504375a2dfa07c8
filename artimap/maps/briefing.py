"""The briefing map: tables in, one HTML file out that works with no network."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from artimap.core.crs import on_file_grid, require, tables_on_file_grid
from artimap.core.dates import day_of
from artimap.core.errors import ShareError
from artimap.core.files import encodable, write_text
from artimap.core.harm import GRAVEST, gravest
from artimap.core.notebook import ShortRepr
from artimap.core.schema import conform
from artimap.core.tables import ZONES
from artimap.core.vocab import Audience, Lang
from artimap.maps.build import pages, sheets_of
from artimap.maps.estimate_layers import apart
from artimap.maps.events import CROWD, sort_events
from artimap.maps.fact_tables import roadside
from artimap.maps.folium_layers import check
from artimap.maps.inputs import PageOptions, Tables
from artimap.maps.page import Page
from artimap.maps.tiles import Tiles
from artimap.maps.timeline import posts_of_slider, risk_of_slider, zones_of_slider
from artimap.maps.user_layer import UserLayer, ready_layers
from artimap.maps.web.render import Kept, to_html
from artimap.sharing.gate import Gated, gate
from artimap.sharing.policy import SharePolicy
from artimap.sharing.view import visible_tables

if TYPE_CHECKING:
    from artimap.areas.area import Area
    from artimap.claims.ledger import Ledger
    from artimap.roads.corridor import Corridor

SHOWN_DAYS = 730
"""Days of events that a map shows where nothing else is asked for."""


@dataclass(frozen=True, eq=False)
class BriefingMap:
    """A finished map. Show it, or :meth:`save` it.

    Attributes
    ----------
    page
        All that it shows, as plain data.
    others
        The same in the other languages that its reader can choose.
    events
        The events that its audience sees, where they are so many that the page holds them as columns only.
    """

    page: Page
    others: tuple[Page, ...] = ()
    events: gpd.GeoDataFrame | None = None
    _kept: Kept = field(default_factory=Kept, repr=False)

    def html(self) -> str:
        """Give the whole page; the same tables give the same text."""
        return to_html(self.page, self.others, self._kept)

    def into(self, lang: str) -> BriefingMap:
        """Give the same map, opening in another language that its reader can choose."""
        by_lang = {one.lang: one for one in (self.page, *self.others)}
        page = by_lang.pop(Lang(lang).value)
        if self.page.foreign:
            page = replace(page, foreign=self.page.foreign)
        return replace(self, page=page, others=tuple(by_lang[one] for one in Lang if one in by_lang))

    def with_layers(self, *layers: Any) -> BriefingMap:
        """Give the same map with folium layers of your own on top.

        Parameters
        ----------
        layers
            folium elements that need no network: ``GeoJson``, ``PolyLine``, ``Polygon``,
            ``Rectangle``, ``Circle``, ``CircleMarker``, ``FeatureGroup``, with tooltips.

        Raises
        ------
        ShareError
            If a layer would not work in a page without a network: all that would break
            is listed, with what to use in its place.

        Examples
        --------
        >>> import artimap as am, folium
        >>> art = am.area("artibonite")
        >>> depot = folium.CircleMarker((19.11, -72.7), radius=6, tooltip="Depot")
        >>> am.briefing_map(art, as_of="2024-10-15").with_layers(depot)  # doctest: +ELLIPSIS
        <BriefingMap ...>
        """
        check(layers)
        return replace(self, page=replace(self.page, foreign=(*self.page.foreign, *layers)))

    def save(self, path: str | Path) -> Path:
        """Write the page to one file, whole or not at all.

        Raises
        ------
        ShareError
            If the map names no source, or a folium layer would not work without a network.
        """
        if not any(section.items for section in self.page.furniture.about):
            msg = "a map without sources is not saved: bring layers whose source and licence are stated"
            raise ShareError(msg)
        target = Path(path)
        write_text(target, self.html())
        return target

    def to_png(self, path: str | Path | None = None, *, dpi: int = 150) -> bytes:
        """Give the map as a picture, drawn without a browser (:func:`artimap.static_map`).

        Parameters
        ----------
        path
            Where to write it as well; nowhere where null.
        dpi
            Dots per inch of a sheet of A4.

        Raises
        ------
        ShareError
            If it is to be written and the map names no source.
        """
        from artimap.maps.static.map import static_map  # noqa: PLC0415 - static draws what this module makes

        picture = static_map(self)
        if path is not None:
            picture.save(path, dpi=dpi)
        return picture.png(dpi=dpi)

    def key_facts(self) -> str:
        """Give the briefing in plain text: what a notebook that is not trusted shows of the map."""
        furniture = self.page.furniture
        lines = [furniture.title, " · ".join(part for part in (furniture.subtitle, furniture.note) if part)]
        for section in furniture.briefing:
            lines.append(f"{section.heading}: {section.text}".rstrip(": "))
            lines += [f"  - {item.text}: {item.note} {item.more}".rstrip(": ") for item in section.items]
        return encodable("\n".join(lines))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002 - Jupyter's protocol
        return {"text/plain": self.key_facts(), "text/html": self._repr_html_()}

    def __repr__(self) -> str:
        furniture = self.page.furniture
        return f"<BriefingMap {furniture.title!r}, {len(self.page.layers)} layers, {len(self.page.events)} events>"

    def _repr_html_(self) -> str:
        """Give the map in a frame of its own for notebooks, and its briefing as text below it."""
        from jinja2 import Environment  # noqa: PLC0415 - only where a page is made

        frame = Environment(autoescape=True).from_string(_FRAME)
        return encodable(frame.render(html=self.html(), page=self.page.furniture))


_FRAME = """<iframe srcdoc="{{ html }}" sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox"
 title="{{ page.title }}" width="100%" height="640" frameborder="0"></iframe>
<details><summary>{{ page.title }} – {{ page.subtitle }}</summary>
{% for section in page.briefing %}<p><b>{{ section.heading }}</b> {{ section.text }}
{% for item in section["items"] %}<br>{{ item.text }}: {{ item.note }}{% endfor %}</p>
{% endfor %}</details>"""


def briefing_map(  # noqa: PLR0913 - one keyword a table or choice: this is the call that people make
    area: Area,
    *,
    corridor: Corridor | None = None,
    risk: gpd.GeoDataFrame | None = None,
    risk_over_time: Mapping[dt.date, gpd.GeoDataFrame] | None = None,
    zones: gpd.GeoDataFrame | None = None,
    zones_over_time: gpd.GeoDataFrame | None = None,
    estimated: gpd.GeoDataFrame | None = None,
    checkpoints: gpd.GeoDataFrame | None = None,
    checkpoints_over_time: Mapping[dt.date, gpd.GeoDataFrame] | None = None,
    events: gpd.GeoDataFrame | None = None,
    ledger: Ledger | None = None,
    as_of: str | dt.date,
    lang: str = Lang.EN,
    languages: Sequence[str] = tuple(Lang),
    audience: str = Audience.PARTNERS,
    since: str | dt.date | None = None,
    title: str | None = None,
    author: str | None = None,
    changes: Sequence[str] = (),
    held_back: int = 0,
    policy: SharePolicy | None = None,
    tiles: Tiles | None = None,
    layers: Sequence[UserLayer] = (),
) -> BriefingMap:
    """Make the map of an area as of a day: one page that asks nothing of any network.

    Parameters
    ----------
    area
        The area; its embedded layers are the base map.
    corridor
        The road that the map is about.
    risk, zones, checkpoints, events
        RISK by named stretch, ZONES, CHECKPOINTS and EVENTS in ``area.crs``; what is not
        given is not on the map.
    risk_over_time
        RISK of the same pieces by day, as :func:`artimap.corridor_risk_over_time` gives it for the days of
        :func:`artimap.month_ends` from ``since`` to ``as_of``: with it the rates of the road follow the last day of
        the slider. Without it the road turns pale on earlier days, and the legend says of which day its rates
        are. The table of ``as_of`` itself is ``risk``.
    zones_over_time
        ZONES as :func:`artimap.control_zones_over_time` gives them from ``since`` to ``as_of``: with it the zones
        follow the last day of the slider. Without it those of ``as_of`` stay, less what is dated later.
    checkpoints_over_time
        CHECKPOINTS by day, as :func:`artimap.checkpoints_over_time` gives them for the same days: with it the posts
        follow the last day of the slider. Without it they come on the day on which each was first said of, in the
        state of ``as_of``. The table of ``as_of`` itself is ``checkpoints``.
    estimated
        ZONES of a model (:func:`artimap.estimated_zones`): a layer of its own that is off at first, is drawn apart
        from what is reported, and says that it is a model. On at first only where they are given as ``zones`` and
        there are no others.
    ledger
        The claims behind them: who says so and when.
    as_of
        The day of the answer. Events and claims after it are left out.
    lang
        ``"en"``, ``"fr"`` or ``"ht"``: what the page opens in.
    languages
        What its reader can switch to, beside ``lang``; ``()`` for one language only.
    audience
        ``"internal"``, ``"partners"`` or ``"public"``. Unless internal, rows of high or
        severe sensitivity and positions of forces are left out and counted.
    since
        First day of the events shown; two years before ``as_of`` where null.
    title, author
        What the map is called and who made it.
    changes
        What changed since an earlier briefing, a sentence each; left out where empty.
    held_back
        Rows that the caller has already held back, to be told beside the others.
    policy
        Who gets what; :class:`artimap.sharing.policy.SharePolicy` as it stands where null. What it does to rows is
        printed in the margin.
    tiles
        A server of map tiles (:class:`artimap.Tiles`), which the reader may switch on: it then learns which places
        they look at. Null, the page asks nobody for anything.
    layers
        Layers of your own (:class:`artimap.UserLayer`): each with a source, for an audience, in ``area.crs``. What is
        not for this map's audience is left out and counted.

    Returns
    -------
    BriefingMap
        The map as plain data, with ``html()`` and ``save()``.

    Raises
    ------
    CrsError
        If a table is not in ``area.crs``.
    SchemaError
        If ``zones`` or ``estimated`` are no ZONES: each row with a value that is not allowed is named.
    DataError, ShareError
        If a layer cannot be shown as it is (:class:`artimap.UserLayer`).
    ModelError
        If the days or pieces of ``risk_over_time``, the days of ``checkpoints_over_time`` or the zones of
        ``zones_over_time`` are not those of the map, or the table of ``as_of`` itself is missing.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> rn1 = am.read_corridor(art, "rn1")
    >>> chart = am.briefing_map(art, corridor=rn1, as_of="2024-10-15", languages=["fr"], lang="fr")
    >>> 'lang="fr"' in chart.html()
    True
    """
    if tiles is not None:
        tiles.warn()
    day, reader = day_of(as_of), Audience(audience)
    first = day_of(since) if since is not None else day - dt.timedelta(days=SHOWN_DAYS)
    tables = MapTables(
        corridor, risk, risk_over_time or {}, zones, zones_over_time, estimated, checkpoints,
        checkpoints_over_time or {}, tuple(layers),
    )  # fmt: skip
    asked = PageOptions(first, day, Lang(lang).value, reader, title, author, tuple(changes), tiles=tiles)
    if events is not None:
        require(events, area.crs, what="events")
    gated = gate(events, ledger, audience=reader, area=area, as_of=day, policy=policy)
    # Events of later days stay: the map counts them.
    gated = replace(gated.until(day), events=gated.events)
    return map_of_study(area, tables, asked, gated, languages=languages, held_back=held_back)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MapTables(ShortRepr):
    """The tables of a map as :func:`briefing_map` takes them, all but the events, which come through the gate."""

    corridor: Corridor | None = None
    risk: gpd.GeoDataFrame | None = None
    risk_over_time: Mapping[dt.date, gpd.GeoDataFrame] = field(default_factory=dict)
    zones: gpd.GeoDataFrame | None = None
    zones_over_time: gpd.GeoDataFrame | None = None
    estimated: gpd.GeoDataFrame | None = None
    checkpoints: gpd.GeoDataFrame | None = None
    checkpoints_over_time: Mapping[dt.date, gpd.GeoDataFrame] = field(default_factory=dict)
    layers: tuple[UserLayer, ...] = ()
    road_status: gpd.GeoDataFrame | None = None

    def require(self, crs: str) -> None:
        """Refuse a table that is in another system."""
        for name, table in (
            ("risk", self.risk),
            *((f"risk_over_time of {one}", table) for one, table in self.risk_over_time.items()),
            ("zones", self.zones),
            ("zones_over_time", self.zones_over_time),
            ("estimated", self.estimated),
            ("checkpoints", self.checkpoints),
            ("road_status", self.road_status),
            *((f"checkpoints_over_time of {one}", table) for one, table in self.checkpoints_over_time.items()),
        ):
            if table is not None:
                require(table, crs, what=name)

    def on_file_grid(self) -> MapTables:
        """Give the tables as a file gives them back.

        A table read from a file differs from the one written by millimetres, enough to simplify a shape otherwise.
        The rates of earlier days have the shapes of ``risk``, and theirs are not drawn.
        """

        def grid(table: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
            return None if table is None else on_file_grid(table)

        return replace(
            self, risk=grid(self.risk), zones=grid(self.zones), zones_over_time=grid(self.zones_over_time),
            estimated=grid(self.estimated), checkpoints=grid(self.checkpoints), road_status=grid(self.road_status),
            checkpoints_over_time=dict(
                zip(
                    self.checkpoints_over_time,
                    tables_on_file_grid(list(self.checkpoints_over_time.values())),
                    strict=True,
                )
            ),
        )  # fmt: skip


def map_of_study(
    area: Area, given: MapTables, asked: PageOptions, gated: Gated, *, languages: Sequence[str], held_back: int = 0
) -> BriefingMap:
    """Make the map of tables whose events and claims have gone through the gate.

    Parameters
    ----------
    area, given, asked
        What is drawn, and how.
    gated
        The events and claims that the reader may see.
    languages, held_back
        As in :func:`briefing_map`.
    """
    given.require(area.crs)
    given = given.on_file_grid()
    days = {"since": asked.since, "as_of": asked.as_of}
    alone = given.zones is not None and given.estimated is None
    zones, estimated = apart(
        *(None if one is None else conform(one, ZONES) for one in (given.zones, given.estimated))
    )  # fmt: skip
    seen = visible_tables(gated, checkpoints=given.checkpoints, held_back=held_back, **days)
    own = ready_layers(
        given.layers, area=area, audience=asked.audience, policy=gated.policy, as_of=asked.as_of
    )  # fmt: skip
    seen = replace(seen, left=replace(seen.left, layers=own.held))
    rates = risk_of_slider(given.risk_over_time, given.risk, **days)
    past = None
    if zones is not None and given.zones_over_time is not None:
        past = zones_of_slider(conform(given.zones_over_time, ZONES), zones, corridor=given.corridor, **days)
    heard = {one: seen.posts(table) for one, table in given.checkpoints_over_time.items()}
    posts = posts_of_slider(heard, seen.checkpoints, **days)
    if seen.events is None or seen.events.empty:
        rates = posts = past = None  # a page without events has no slider
    crowd = sort_events(seen.events) if seen.events is not None and len(seen.events) >= CROWD else None
    listed = None if crowd is not None else seen.events
    tables = Tables(
        given.corridor,
        given.risk,
        zones,
        seen,
        crowd,
        sheets_of(given.risk, seen.checkpoints, listed),
        None if given.corridor is None else roadside(given.corridor, zones=zones, events=listed),
        estimated,
        alone and zones is None,
        rates,
        posts,
        past,
        own.layers,
        road_status=given.road_status,
        gravest=None if gated.events is None else gravest(gated.events, GRAVEST),
    )
    return chart_of(area, tables, asked, languages)


def chart_of(area: Area, tables: Tables, asked: PageOptions, languages: Sequence[str]) -> BriefingMap:
    """Make the map of tables that are ready to be drawn."""
    page, others = pages(area, tables, asked, languages)
    return BriefingMap(page, others, None if tables.crowd is None else tables.seen.events)

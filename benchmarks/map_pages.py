"""Pages of maps to open beside each other: ours, and folium's with everything inlined.

The events are made up, fixed by their seed: half of them within a kilometre or two of RN1,
half around towns, eight kinds, seven years, fatalities that are not stated for three in ten.
folium writes links to ten remote files into its pages; without a network they stay blank. Here
those that a page needs stand in it (Leaflet, and for clusters Leaflet.markercluster), the rest
is left out, which only makes folium's pages smaller and faster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from folium.plugins import FastMarkerCluster

import artimap as am
from artimap.maps.briefing import BriefingMap
from artimap.maps.web.render import leaflet

DAY = "2024-10-15"
KINDS = (
    "attack_on_civilians", "armed_clash", "abduction", "road_ambush", "extortion_or_toll", "protest",
    "police_operation", "displacement",
)  # fmt: skip
_WHO = ("Armed men", "Residents", "Police", "Unknown men", "Drivers", "Traders")
_WHAT = (
    "stopped a bus", "fired on a truck", "blocked the road", "took two passengers", "burned a house",
    "asked drivers for money",
)  # fmt: skip


def events(area: am.Area, n: int, *, texts: bool, seed: int = 1) -> gpd.GeoDataFrame:
    """Make n events with kind, day and fatalities, and a sentence each where asked."""
    random = np.random.default_rng(seed)
    line, places = am.read_corridor(area, "rn1").line, am.read_places(area)
    on = n // 2
    road = shapely.get_coordinates(shapely.line_interpolate_point(line, random.random(on) * line.length))
    towns = shapely.get_coordinates(places.geometry.array)
    xy = np.concatenate(
        [
            road + random.normal(0, 900, road.shape),
            towns[random.integers(0, len(towns), n - on)] + random.normal(0, 5000, (n - on, 2)),
        ]
    )
    killed = pd.array(random.poisson(1.2, n), dtype="Int64")
    killed[random.random(n) < 0.3] = pd.NA
    table = {
        "kind": pd.array(np.array(KINDS)[random.integers(0, len(KINDS), n)], dtype="str"),
        "date_start": pd.Timestamp("2018-01-01") + pd.to_timedelta(random.integers(0, 2400, n), unit="D"),
        "killed_best": killed,
    }
    if texts:
        names = places["name"].tolist()
        who, what, near = (random.integers(0, len(words), n) for words in (_WHO, _WHAT, names))
        there, fled = random.integers(2, 90, n), random.integers(0, 40, n)
        table["summary"] = [
            f"{_WHO[a]} {_WHAT[b]} near {names[c]}; {d} people were there and {e} fled, according to report {i:06d}."
            for i, (a, b, c, d, e) in enumerate(zip(who, what, near, there, fled, strict=True))
        ]
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(*xy.T), crs=area.crs)


def briefing(area: am.Area) -> BriefingMap:
    """Make the map of the embedded data with all layers, in three languages."""
    rn1, table, ledger = am.read_corridor(area, "rn1"), am.read_events(area), am.read_claims(area)
    before = rn1.locate(table[table["date_start"] <= pd.Timestamp(DAY)])
    days = am.month_ends("2022-10-16", DAY)
    risk = am.corridor_risk_over_time(rn1, before, days=days, ledger=ledger)
    posts = am.checkpoints_over_time(rn1, ledger, days=days)
    return am.briefing_map(
        area,
        corridor=rn1,
        risk=risk[days[-1]],
        risk_over_time=risk,
        zones=am.control_zones(area, ledger, as_of=DAY, events=table),
        zones_over_time=am.control_zones_over_time(area, ledger, since=days[0], until=DAY, events=table),
        checkpoints=posts[days[-1]],
        checkpoints_over_time=posts,
        events=table,
        ledger=ledger,
        as_of=DAY,
    )


def event_page(area: am.Area, table: gpd.GeoDataFrame) -> str:
    """Make our page of events."""
    return am.event_map(area, table, as_of=DAY, source="made up").html()


def _plain(table: gpd.GeoDataFrame) -> pd.DataFrame:
    points = table.to_crs("EPSG:4326").geometry
    return pd.DataFrame(
        {
            "lat": points.y.round(5),
            "lon": points.x.round(5),
            "kind": table["kind"],
            "date": table["date_start"].dt.strftime("%Y-%m-%d"),
            "killed": table["killed_best"],
        }
    )


def folium_geojson(table: gpd.GeoDataFrame) -> str:
    """Make folium's page of the same events: circles on a canvas, all four facts on click."""
    rows = _plain(table).assign(text=table["summary"])
    features = [
        {
            "type": "Feature",
            "properties": {
                "kind": kind,
                "date": date,
                "killed": None if pd.isna(killed) else int(killed),
                "text": text,
            },
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
        }
        for lat, lon, kind, date, killed, text in rows.itertuples(index=False, name=None)
    ]
    chart = _chart()
    folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        marker=folium.CircleMarker(radius=4),
        popup=folium.GeoJsonPopup(["kind", "date", "killed", "text"]),
    ).add_to(chart)
    return _inlined(chart)


_CIRCLE = "function (row) { var one = L.circleMarker([row[0], row[1]], {radius: 4}); one.row = row; return one; }"
"""The marker that costs folium least: no icon, and its facts kept without a popup for each."""


def folium_cluster(table: gpd.GeoDataFrame) -> str:
    """Make folium's page of the same events: its fastest cluster, with kind, date and fatalities."""
    rows = _plain(table)
    killed = rows["killed"].astype(object).where(rows["killed"].notna(), None)
    data = list(zip(rows["lat"], rows["lon"], rows["kind"], rows["date"], killed, strict=True))
    chart = _chart()
    FastMarkerCluster(data, callback=_CIRCLE).add_to(chart)
    return _inlined(chart)


def _chart() -> folium.Map:
    chart = folium.Map(location=[19.3, -72.6], zoom_start=9, tiles=None, prefer_canvas=True)
    chart.options["maxZoom"] = 18  # clusters ask for it, and without tiles nothing sets it
    return chart


def _cluster_files() -> Iterator[str]:
    found = distribution("XStatic-Leaflet-MarkerCluster")
    for name in ("leaflet.markercluster.js", "MarkerCluster.css", "MarkerCluster.Default.css"):
        path = next(one for one in found.files or () if one.name == name)
        yield Path(str(found.locate_file(path))).read_text(encoding="utf-8")


_READY = """<script>requestAnimationFrame(() => setTimeout(() => {
 window.drawn = performance.now(); }, 0));</script></html>"""


def _inlined(chart: folium.Map) -> str:
    """Put what the page needs into it, drop its links, and note when the first frame is drawn."""
    html = chart.get_root().render()
    script, sheet = leaflet()
    cluster, *sheets = _cluster_files() if "markerClusterGroup" in html else ("",)
    html = re.sub(r"<script src=[^>]*></script>|<link [^>]*/>", "", html)
    head = f"<head><style>{sheet}{''.join(sheets)}</style><script>{script}</script><script>{cluster}</script>"
    html = html.replace("<head>", head, 1)
    name = chart.get_name()
    return html.replace("</html>", f"<script>window.chart = {name};</script>{_READY}")

"""RISK and trips as they show themselves in a notebook: key facts, a small table, the road in its classes of rate."""

from __future__ import annotations

from functools import partial

import geopandas as gpd
import pandas as pd
import shapely

from artimap.core import style
from artimap.core.notebook import Shown, Sketch, card, figure
from artimap.core.vocab import Info
from artimap.risk.trips import TripRisk

_COLUMNS = {"rate", "lo80", "hi80", "info", "newest_report", "band"}


def shown_as_risk(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Let RISK show itself in a notebook; what is selected or copied from it shows itself as any table does.

    The table stays a GeoDataFrame: a class of its own would not come back from a file.
    """
    object.__setattr__(table, "_repr_html_", partial(_risk_html, table))  # pandas warns of names set in the usual way
    return table


def _risk_html(table: gpd.GeoDataFrame) -> str | None:
    if not set(table.columns) >= _COLUMNS:  # its owner took what is shown away
        html: str | None = gpd.GeoDataFrame._repr_html_(table)
        return html
    road = "; ".join(sorted({str(one).upper() for one in table["corridor_id"]}))
    day, silent = table.attrs.get("as_of", "a day that is not stated"), int(table["rate"].isna().sum())
    names = table["lixel_id"] if "name" not in table else table["name"].fillna(table["lixel_id"])
    small = pd.DataFrame({
        "piece": names,
        "rate": [figure(one) for one in table["rate"]],
        "80 %": ["" if pd.isna(low) else f"{figure(low)} to {figure(high)}"
                 for low, high in zip(table["lo80"], table["hi80"], strict=True)],
        "info": table["info"],
        "newest report": table["newest_report"].dt.strftime("%Y-%m-%d").fillna("none in the data"),
    })  # fmt: skip
    lines = [
        f"Risk on {road}, as of {day}: {len(table)} pieces, {silent} silent",
        "Reported incidents per km and month, with the 80 % interval; silent means not known, never safe.",
        f"All columns: {', '.join(map(str, table.columns))}.",
    ]
    return card(lines, small, sketch_of_risk(table))


def sketch_of_risk(risk: gpd.GeoDataFrame) -> Sketch:
    """Draw the pieces of a road: in classes of rate where incidents are reported, dotted where nothing is known."""
    return Sketch([_drawn(*one) for one in zip(risk.geometry, risk["info"], risk["band"], strict=True)])


def _drawn(line: shapely.Geometry, info: str, band: float) -> tuple[shapely.Geometry, str, float, bool]:
    if info == Info.SILENT:
        return line, style.token("silent"), 2.5, True
    colour = None if info != Info.REPORTED or pd.isna(band) else style.rate_class(int(band)).colour
    return line, colour or style.token("road"), 4.0, False


class CityTrips(Shown, tuple[TripRisk, ...]):
    """The trips between the cities of a road; they show themselves as a table."""

    __slots__ = ()

    def _lines(self) -> tuple[str, ...]:
        day = f", as of {self[0].as_of}" if self else ""
        return f"{len(self)} trips{day}", "Reported incidents a month on the whole way, with the 80 % interval"

    def _table(self) -> pd.DataFrame:
        rows = [
            (one.name, figure(one.expected),
             "" if one.lo80 is None else f"{figure(one.lo80)} to {figure(one.hi80)}",
             f"{one.silent_m / 1000:.0f} of {one.length_m / 1000:.0f} km", one.newest_report or "none in the data")
            for one in self
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["way", "reported a month", "80 %", "silent", "newest report"])

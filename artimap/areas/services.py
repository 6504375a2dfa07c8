"""What there is along the roads beside events: fuel, markets, people, and who works where.

Lists of other bodies, each with its source and day. They say nothing of events: the day up
to which the data reach (``Area.data_until``) does not move with them.
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from artimap.areas import embedded
from artimap.areas.area import Area, sure_area, unit_points
from artimap.core import schema
from artimap.core.crs import WGS84
from artimap.core.errors import ModelError
from artimap.core.tables import SERVICES
from artimap.core.vocab import Audience, Sensitivity, ServiceKind


def read_services(area: Area, *, audience: str = Audience.PARTNERS) -> gpd.GeoDataFrame:
    """Read the places of service of an area: fuel stations, markets, people by commune, who works where.

    Parameters
    ----------
    area
        The area.
    audience
        Who is to see it. Names of organisations are in it for ``internal`` alone; ``partners`` get their number by
        commune, ``public`` not even that.

    Returns
    -------
    GeoDataFrame
        SERVICES in ``area.crs``. Stations and markets are points (markets to about 1 km), communes and what works in
        them a point inside the commune; one outside the area has none. A station of the list may have burned since.

    Raises
    ------
    DataError
        If ``area`` is no area.
    ModelError
        If there is no such audience.

    Notes
    -----
    Fuel: © OpenStreetMap contributors, August 2026. Markets: WFP. People: COD-PS Haiti 2024. Organisations: OCHA 3W
    Haiti, June 2026. Of displaced people no table is kept: quote single figures of IOM DTM, with their round.

    Examples
    --------
    >>> import artimap as am
    >>> there = am.read_services(am.area("artibonite"))
    >>> there["kind"].value_counts().to_dict()
    {'fuel': 89, 'market': 65, 'population': 27, 'organisations': 27}
    """
    where = sure_area(area)
    if audience not in set(Audience):
        msg = f"no audience {audience!r}; there is: {', '.join(Audience)}"
        raise ModelError(msg)
    table = embedded.read_table(where.name, "services")
    if audience == Audience.PUBLIC:
        table = table[table["kind"] != ServiceKind.ORGANISATIONS].reset_index(drop=True)
    table["sensitivity"] = Sensitivity.LOW.value
    if audience == Audience.INTERNAL:
        table = pd.concat([table, _by_name(where)], ignore_index=True)
    inside = unit_points(where).to_crs(WGS84)
    lon, lat = pd.to_numeric(table.pop("lon")), pd.to_numeric(table.pop("lat"))
    stated = shapely.points(lon.to_numpy(dtype=float), lat.to_numpy(dtype=float))
    of_unit = inside.reindex(table["pcode"]).to_numpy()
    geometry = [
        point if there else (unit if unit is not None else shapely.Point())
        for point, there, unit in zip(stated, lat.notna(), of_unit, strict=True)
    ]
    frame = gpd.GeoDataFrame(table, geometry=geometry, crs=WGS84).to_crs(where.crs)
    return schema.conform(frame, SERVICES)


def _by_name(area: Area) -> pd.DataFrame:
    named = embedded.read_table(area.name, "organisations")
    number = named.groupby("pcode").cumcount() + 1
    return pd.DataFrame(
        {
            "service_id": "organisation-" + named["pcode"].str.lower() + "-" + number.astype(str),
            "kind": ServiceKind.ORGANISATION.value,
            "name": named["organisation"],
            "pcode": named["pcode"],
            "as_of": named["as_of"],
            "source": named["source"],
            "licence": named["licence"],
            # Who works where is a target list in the wrong hands.
            "sensitivity": Sensitivity.HIGH.value,
            "note": named["sectors"],
        }
    )

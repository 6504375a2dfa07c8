"""Posts in the fields of IPIS's roadblock table."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from artimap.core.crs import require
from artimap.core.schema import TEXT
from artimap.core.vocab import CheckpointKind
from artimap.sources.ipis import FIELDS, OPERATOR_TYPES


def to_ipis(checkpoints: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give posts in IPIS's short field names.

    Parameters
    ----------
    checkpoints
        CHECKPOINTS in a metric system.

    Returns
    -------
    DataFrame
        ``lt, ln, lp, d, o, t, b, tc, tm, r, s``, one row a post, in the order given. A post
        that is an interval of road, a section or nowhere has no coordinates (``lt``, ``ln``
        null): IPIS knows points only. The amount (``tm``) is in the words of the sources; ``t`` is the type of
        operator that :func:`artimap.read_checkpoints` reads back as the same kind.

    Raises
    ------
    CrsError
        If the posts have no system.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> posts = am.checkpoints_on(am.read_corridor(art, "rn1"), am.read_claims(art), as_of="2024-10-15")
    >>> list(am.to_ipis(posts).columns)[:4]
    ['lt', 'ln', 'lp', 'd']
    """
    require(checkpoints, str(checkpoints.crs), what="CHECKPOINTS")
    degrees = checkpoints.geometry.to_crs("EPSG:4326")
    point = (checkpoints.geometry.geom_type == "Point") & ~checkpoints.geometry.is_empty
    # A point alone is not enough. A post that was drawn at a point but is an interval or a section would
    # be written with coordinates that nobody stated.
    point &= checkpoints["extent"].isin(["point", "place"]) | checkpoints["extent"].isna()
    lon, lat = (np.full(len(checkpoints), np.nan) for _ in range(2))
    lon[point] = shapely.get_x(degrees[point].to_numpy())
    lat[point] = shapely.get_y(degrees[point].to_numpy())
    toll = checkpoints["kind"] == CheckpointKind.TOLL
    table = pd.DataFrame(
        {
            # Five decimals are about a metre: more would claim an exactness that no report has.
            "lt": np.round(lat, 5),
            "ln": np.round(lon, 5),
            "lp": checkpoints["place"].fillna(checkpoints["checkpoint_id"]),
            "d": checkpoints["last_confirmed"].dt.strftime("%Y-%m-%d"),
            "o": checkpoints["operator"].str.replace("; ", ", "),
            "t": checkpoints["kind"].map(OPERATOR_TYPES),
            "b": checkpoints["kind"],
            # Reason and amount are given for tolls only: beside a barricade of residents the same words would
            # make a toll of it.
            "tc": pd.Series("Passage", index=checkpoints.index, dtype=TEXT).where(toll),
            "tm": checkpoints["fees"].where(toll),
            "r": None,
            "s": checkpoints["sources"],
        }
    )
    return table[list(FIELDS)].reset_index(drop=True)

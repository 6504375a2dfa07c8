"""Posts of a user's file as statements of a ledger."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from artimap.vocab import About, Where


def posts_of(checkpoints: gpd.GeoDataFrame, claims: pd.DataFrame, *, like: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the posts of a file as statements of a ledger, one row a post that stands on a corridor.

    Parameters
    ----------
    checkpoints, claims
        CHECKPOINTS and CLAIMS as :func:`artimap.read_report` gives them.
    like
        ``Ledger.posts`` of the area, for its columns.

    Returns
    -------
    GeoDataFrame
        Shaped as ``like``. A post off the corridor is not in it: its claims stay in the ledger.
    """
    own = checkpoints[checkpoints["corridor_id"].notna()].reset_index(drop=True)
    if not len(own):
        return like.iloc[:0]
    said = claims[claims["about"] == About.CHECKPOINT].drop_duplicates("subject").set_index("subject")
    said = said.loc[own["checkpoint_id"]].reset_index(drop=True)
    table = pd.DataFrame(
        {
            "claim_id": said["claim_id"],
            "checkpoint_id": own["checkpoint_id"],
            "kind": own["kind"],
            "operator": own["operator"],
            "place": own["place"],
            "place_kind": Where.STRETCH.value,
            "road_id": own["corridor_id"],
            "from_m": own["from_m"],
            "to_m": own["to_m"],
            "first_reported": own["first_seen"].dt.strftime("%Y-%m-%d"),
            "last_reported": own["last_confirmed"].dt.strftime("%Y-%m-%d"),
            "fee_text": own["fees"],
            **{name: said[name] for name in ("claimant", "claimant_is_party", "source", "sensitivity", "licence")},
        }
    )
    whole = table.reindex(columns=[name for name in like.columns if name != "geometry"])
    return gpd.GeoDataFrame(whole, geometry=own.geometry.to_numpy(), crs=checkpoints.crs)

"""An older briefing, read back so that a report can say what changed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from artimap.core.errors import DataError
from artimap.core.phrases import known
from artimap.risk.phrases import trips_of
from artimap.sharing.masking import masked_id

MANIFEST = "manifest.json"
RISK_FILE = "risk.gpkg"
_COLUMNS = ("name", "from_m", "to_m", "rate", "lo80", "hi80", "info")


@dataclass(frozen=True, slots=True, eq=False)
class Previous:
    """What an older briefing said.

    Parameters
    ----------
    as_of
        The day it answered for; None where its manifest does not say.
    stretches
        Its stretches: name, from_m, to_m, rate, lo80, hi80, info.
    event_ids, claim_ids
        What it knew; None where it did not keep them.
    checkpoints
        Its posts by id, with their status then; None where it did not keep them.
    trips
        Reported incidents a month on each way between cities, by its name, null where that was not known; None
        where it kept none.
    """

    as_of: dt.date | None
    stretches: pd.DataFrame
    event_ids: frozenset[str] | None = None
    claim_ids: frozenset[str] | None = None
    checkpoints: Mapping[str, str] | None = None
    trips: Mapping[str, float | None] | None = None


def snapshot(
    *, as_of: dt.date, risk: pd.DataFrame, events: pd.DataFrame, claims: pd.DataFrame, checkpoints: pd.DataFrame
) -> dict[str, Any]:
    """Give what a later report needs to say what changed, as plain JSON data.

    Kept in the manifest of a briefing folder under the key ``report``.
    """
    # Only what a comparison needs, as plain JSON: an older release can be read for as long as these keys
    # stay.
    rows = [
        {
            "name": None if pd.isna(row["name"]) else str(row["name"]),
            "from_m": float(row["from_m"]),
            "to_m": float(row["to_m"]),
            "rate": known(row["rate"]),
            "lo80": known(row["lo80"]),
            "hi80": known(row["hi80"]),
            "info": str(row["info"]),
        }
        for row in risk[list(_COLUMNS)].to_dict("records")
    ]
    posts = zip(checkpoints["checkpoint_id"], checkpoints["status"], strict=True)
    return {
        "as_of": as_of.isoformat(),
        "stretches": rows,
        # Ids of what this audience may see: the folder tells no more than its pages do.
        "event_ids": sorted(str(one) for one in events["event_id"]),
        "claim_ids": sorted(str(one) for one in claims["claim_id"]),
        "checkpoints": {str(key): str(value) for key, value in sorted(posts)},
        "trips": {trip.name: trip.expected for trip in trips_of(risk)},
    }


def _day(value: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        return None


def _from_tables(folder: Path) -> tuple[pd.DataFrame, dict[str, str] | None]:
    import geopandas as gpd  # noqa: PLC0415 - heavy, needed here only
    import pyogrio  # noqa: PLC0415 - heavy, needed here only

    path = folder / RISK_FILE
    try:
        # Briefings that kept no table in their manifest: the layer of stretches, by its name, or the only one
        # there is.
        layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        named = [name for name in layers if "stretch" in name] or layers
        table = gpd.read_file(path, layer=named[0])
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, IndexError) as error:
        msg = f"{path} cannot be read: give the folder of an earlier briefing, whole"
        raise DataError(msg) from error
    missing = [name for name in _COLUMNS if name not in table.columns]
    if missing:
        msg = f"{path} has no column {', '.join(missing)}: give the folder of a briefing that artimap wrote"
        raise DataError(msg)
    # None and an empty dict differ: not kept, and none there.
    posts = None
    if "checkpoints" in layers:
        kept = gpd.read_file(path, layer="checkpoints", ignore_geometry=True)
        posts = {str(key): str(value) for key, value in zip(kept["checkpoint_id"], kept["status"], strict=True)}
    return pd.DataFrame(table[list(_COLUMNS)]), posts


def read_previous(folder: Path) -> Previous:
    """Read an older briefing folder.

    Parameters
    ----------
    folder
        A folder that holds ``manifest.json`` and, where the manifest keeps no table of
        stretches, ``risk.gpkg``.

    Raises
    ------
    DataError
        If the folder is not a briefing or is damaged.
    """
    path = folder / MANIFEST
    if not path.is_file():
        msg = f"{folder} holds no {MANIFEST}: give the folder of an earlier briefing"
        raise DataError(msg)
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        msg = f"{path} is not JSON: give the folder of an earlier briefing, whole"
        raise DataError(msg) from error
    # The manifest is somebody's file: it may be a list, or lack the key, and is still JSON.
    kept = manifest.get("report") if isinstance(manifest, dict) else None
    if not isinstance(kept, dict):
        as_of = _day(manifest.get("as_of")) if isinstance(manifest, dict) else None
        stretches, posts_then = _from_tables(folder)
        return Previous(as_of, stretches, checkpoints=posts_then)
    table = pd.DataFrame(kept.get("stretches", []), columns=list(_COLUMNS))
    for column in ("from_m", "to_m", "rate", "lo80", "hi80"):
        # JSON writes a missing rate as null, which makes a column of objects; as floats it is NaN.
        table[column] = pd.to_numeric(table[column]).astype("float64")
    events, claims, posts = kept.get("event_ids"), kept.get("claim_ids"), kept.get("checkpoints")
    trips = kept.get("trips")
    return Previous(
        _day(kept.get("as_of")),
        table,
        # Ids of a user's rows are read as they are made today, whatever version wrote them.
        None if events is None else frozenset(masked_id(str(one)) for one in events),
        None if claims is None else frozenset(masked_id(str(one)) for one in claims),
        None if posts is None else {masked_id(str(key)): str(value) for key, value in posts.items()},
        None if trips is None else {str(name): known(value) for name, value in trips.items()},
    )

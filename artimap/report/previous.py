"""An older briefing, read back so that a report can say what changed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from artimap.core.errors import DataError, ShareError
from artimap.core.folder_swap import settle
from artimap.core.phrases import known
from artimap.core.vocab import Audience
from artimap.report.changes import CHANGES_FILE, DayState, state_from
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
    state
        All that it told, as ``changes.json`` keeps it; None where it has none.
    """

    as_of: dt.date | None
    stretches: pd.DataFrame
    event_ids: frozenset[str] | None = None
    claim_ids: frozenset[str] | None = None
    checkpoints: Mapping[str, str] | None = None
    trips: Mapping[str, float | None] | None = None
    state: DayState | None = None


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


def check_since(folder: str | Path | None, audience: Audience) -> dict[str, Any]:
    """Refuse a folder to compare with that is no briefing, or one for a wider audience, before any work is done.

    What a briefing for internal use knew would show in the comparison: what is new, gone or changed since. Which
    audience a manifest does not tell is taken for the widest.

    Returns
    -------
    dict
        Its manifest; empty where it is no object, and where there is no folder.

    Raises
    ------
    DataError
        If it holds no manifest, or one that cannot be read.
    ShareError
        If it is for a wider audience than this one.
    """
    if folder is None:
        return {}
    settle(Path(folder))
    path = Path(folder) / MANIFEST
    if not path.is_file():
        msg = f"{folder} is not a briefing folder: it has no {MANIFEST}; give the folder of an earlier briefing"
        raise DataError(msg)
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        msg = f"{path} is not JSON: give the folder of an earlier briefing, whole"
        raise DataError(msg) from error
    # The manifest is somebody's file: it may be a list, or lack a key, and is still JSON.
    manifest = read if isinstance(read, dict) else {}
    widest_first = list(Audience)
    stated = manifest.get("audience")
    if stated in widest_first:
        wider, whom = widest_first.index(Audience(stated)) < widest_first.index(audience), f"for '{stated}'"
    else:
        wider, whom = audience is not widest_first[0], "for nobody knows whom"
    if wider:
        msg = f"{folder} is a briefing {whom}: compare one for '{audience}' with an earlier one for '{audience}'"
        raise ShareError(msg)
    return manifest


@contextmanager
def reading_since(folder: str | Path | None, audience: Audience) -> Iterator[tuple[int, ...] | None]:
    """Read an earlier briefing in the block, all of it of one run; gives numbers that tell it from another.

    Raises
    ------
    DataError, ShareError
        As :func:`check_since` does, and if the folder was replaced meanwhile.
    """
    check_since(folder, audience)
    before = None if folder is None else _identity(Path(folder))
    yield before
    if folder is not None and before != _identity(Path(folder)):
        msg = f"{folder} was replaced by another run while it was read: run artimap again"
        raise DataError(msg)


def _identity(folder: Path) -> tuple[int, ...]:
    """Give numbers that change when a briefing is replaced: its manifest is never written twice in one file."""
    found = (folder / MANIFEST).stat()
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size


def read_previous(folder: Path, audience: Audience = Audience.INTERNAL) -> Previous:
    """Read an older briefing folder.

    Parameters
    ----------
    folder
        A folder that holds ``manifest.json`` and, where the manifest keeps no table of
        stretches, ``risk.gpkg``.
    audience
        For whom it is read.

    Raises
    ------
    DataError
        If the folder is not a briefing or is damaged.
    ShareError
        If it is for a wider audience.
    """
    manifest = check_since(folder, audience)
    kept = manifest.get("report")
    if not isinstance(kept, dict):
        stretches, posts_then = _from_tables(folder)
        return Previous(_day(manifest.get("as_of")), stretches, checkpoints=posts_then, state=_state(folder, manifest))
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
        _state(folder, manifest),
    )


def _state(folder: Path, manifest: Mapping[str, Any]) -> DayState | None:
    """Read what an earlier briefing told, for comparing row by row; None where it was written before there was that."""
    path, day, stated = folder / CHANGES_FILE, _day(manifest.get("as_of")), manifest.get("audience")
    if day is None or stated not in list(Audience) or not path.is_file():
        return None
    try:
        rows = state_from(json.loads(path.read_bytes()), masked_id)
    except ValueError as error:
        msg = f"{path} is not JSON: give the folder of an earlier briefing, whole"
        raise DataError(msg) from error
    if rows is None:
        return None
    whom = Audience(stated)
    hidden = frozenset[str]() if whom is Audience.INTERNAL else None
    return DayState(rows, str(manifest.get("area")), str(manifest.get("corridor")), day, whom, hidden)


def read_day(folder: str | Path, audience: Audience) -> DayState:
    """Read what an earlier briefing told, for an audience.

    Raises
    ------
    DataError
        If it is no briefing, or one that kept nothing to compare with.
    ShareError
        If it is for a wider audience.
    """
    found = _state(Path(folder), check_since(folder, audience))
    if found is None:
        msg = f"{folder} has no {CHANGES_FILE} that can be read: write the briefing anew with this version of artimap"
        raise DataError(msg)
    return found

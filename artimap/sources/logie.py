"""LogIE: layers of the state of roads, bridges and border crossings, read and written.

LogIE is the Logistics Cluster's platform of access. Its layers state a code, the day it is said of, who says so, and
how reliable that is. The codes are read as those who build on LogIE document them: physical state 1 passable, 3
passable with restrictions or damaged, 4 not passable; of bridges 1 operational, 2 under repair but operational, 3
damaged, affected or restricted, 4 not operational, 5 destroyed; operation of crossings 1 open, 2 restricted, 3
closed; reliability 0 not known, 1 low (rumour, third-hand), 2 medium (heard, media), 3 high (first-hand, crowd), 4
reliable (first-hand, credible). Of the 2 of roads no label is published: it is read as that of bridges.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray
from shapely.geometry import mapping, shape

from artimap.areas.area import Area
from artimap.core import schema
from artimap.core.crs import WGS84
from artimap.core.precision import rounded_shapes
from artimap.core.schema import DAY, TEXT
from artimap.core.vehicles import vehicle_of_words
from artimap.core.vocab import Passage, RoadPart, Sensitivity
from artimap.sources.columns import numbers_of, present, read_days
from artimap.sources.containers import LAT, LON, open_table
from artimap.sources.coordinates import points, window
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import Raw, folded
from artimap.sources.reader import Reader, Terms, known_columns
from artimap.sources.result import ClaimColumns, ParsedRows, Read, event_ids
from artimap.sources.road_places import along_roads, in_area

_SCALE: Final = {
    "1": Passage.PASSABLE, "2": Passage.UNDER_REPAIR, "3": Passage.RESTRICTED, "4": Passage.CLOSED,
    "5": Passage.DESTROYED,
}  # fmt: skip
_OPEN: Final = {"1": Passage.PASSABLE, "2": Passage.RESTRICTED, "3": Passage.CLOSED}
_STATES: Final = ("physical", "security", "operational")
ACCOUNTS: Final = MappingProxyType(
    {
        "currstatus_physical": ("physical", MappingProxyType({code: _SCALE[code] for code in "1234"})),
        "currstatus_security": ("security", MappingProxyType({code: _SCALE[code] for code in "1234"})),
        "currstatus_operational": ("operational", MappingProxyType(_OPEN)),
        "currstatus": ("physical", MappingProxyType(_SCALE)),
    }
)
"""LogIE's fields: which account of a status each is, and what its codes say. The first that a row has counts."""
_SAME_DEGREES: Final = 1e-7
"""Coordinates that went into metres and back are the same within a centimetre."""
_NO_SOURCE: Final = "LogIE, source not stated"
_NAMES: Final = ("routenameen", "roadnameen", "name", "nameen", "bridgenameloc")
_BRIDGE: Final = frozenset({"bridgetype", "bridgenameloc", "basematerial"})
_CROSSING: Final = frozenset({"iso3a", "iso3b", "currhumusage", "currflowtrucksatob"})
_NOT_MIDDLE: Final = "each is read as its middle"
_MILLISECONDS: Final = r"^\d{12,13}(?:\.0)?$"


def recognise(columns: Sequence[str]) -> float:
    """Tell whether the columns are those of a layer of LogIE."""
    names = {folded(name) for name in columns}
    return 1.0 if names & set(ACCOUNTS) and names & {"currasofdate", "currsourcename", "currinforely"} else 0.0


def _without_middles(raw: Raw) -> Raw:
    """Take back the note that lines are read as their middle: here they are read as lines."""
    kept = tuple(note for note in raw.notes if _NOT_MIDDLE not in note)
    return Raw(raw.name, raw.cells, kept, raw.damaged, raw.labels, raw.shapes)


def read(raw: Raw, area: Area, problems: Problems) -> ParsedRows:
    """Read a layer of LogIE as ROAD_STATUS, one row a feature.

    A row without a day is kept: how old it is, nobody can say. A code that is none of the scale is not known.
    """
    columns, notes = stated_columns(raw, problems)
    undated = int(columns["as_of"].isna().sum())
    if undated:
        notes.append(f"{undated} statuses carry no day: how old they are is not known")
    if raw.shapes is None:
        lon, lat = (numbers_of(raw.text(one if one in raw.columns else None))[0].to_numpy() for one in (LON, LAT))
        geometry = points(lon, lat, area)
    else:
        geometry = in_area(raw.shapes, area)
    _mark_far_off(geometry, area, problems)
    road, low, high = along_roads(np.where(problems.bad, shapely.Point(), geometry), area)
    # A layer of crossings or bridges shows by its columns; else a spot is a bridge, and a line a road.
    named = {folded(name) for name in raw.columns}
    spots = np.isin(shapely.get_type_id(geometry), (0, 4)) & ~shapely.is_empty(geometry)
    part = pd.Series(np.where(spots, RoadPart.BRIDGE.value, RoadPart.ROAD.value), dtype=TEXT)
    if named & _CROSSING:
        part[:] = RoadPart.CROSSING.value
    elif named & _BRIDGE:
        part[:] = RoadPart.BRIDGE.value
    source, days = columns["source"], columns["as_of"]
    return ParsedRows(
        columns={
            "status_id": event_ids(raw, problems, prefix="logie-", column=None),
            "part": part,
            "corridor_id": road,
            "road_id": road,
            "from_m": low,
            "to_m": high,
            **columns,
            "reported": days,
            "sensitivity": Sensitivity.LOW.value,
        },
        geometry=geometry,
        said=ClaimColumns(source=source, claimant=source, reported=days),
        version="LogIE",
        notes=tuple(notes),
        table="ROAD_STATUS",
    )


def _mark_far_off(geometry: NDArray[Any], area: Area, problems: Problems) -> None:
    """Reject what lies in another country: a layer of LogIE may be of all the world."""
    box = in_area(np.array([shapely.box(*window(area))], dtype=object), area)[0]
    far = ~shapely.is_empty(geometry) & ~shapely.intersects(geometry, box)
    problems.mark(far, column="geometry", why="lies outside the area", fix="leave it out, or bring its area")


def stated_columns(raw: Raw, problems: Problems) -> tuple[dict[str, pd.Series], list[str]]:
    """Read what a layer of LogIE says of each row, whatever its place, and what was decided."""
    named = {folded(name): name for name in reversed(raw.columns)}

    def text(name: str) -> pd.Series:
        return present(raw.text(named.get(name)))

    accounts, odd = _accounts({name: text(name) for name in ACCOUNTS if name in named}, len(raw.cells))
    notes = [f"codes that are none of LogIE's scale are read as not known: {', '.join(odd[:10])}"] if odd else []
    reliability, lead = numbers_of(text("currinforely"))[0], numbers_of(text("currleadtime_days"))[0]
    name = text(_NAMES[0])
    for one in _NAMES[1:]:
        name = name.fillna(text(one))
    return {
        "name": name,
        "osmid": text("osmid"),
        "vehicle": text("currvehtype").map(vehicle_of_words, na_action="ignore").astype(TEXT),
        **accounts,
        "reliability": reliability.where(reliability.isin(range(5))),
        "as_of": _days(text("currasofdate"), problems, name=named.get("currasofdate", "currasofdate")),
        "source": text("currsourcename").fillna(_NO_SOURCE),
        "why": text("currstatusremarken"),
        "lead_time_days": lead.where(np.isfinite(lead)),
    }, notes


def _accounts(codes: dict[str, pd.Series], rows: int) -> tuple[dict[str, pd.Series], list[str]]:
    """Give each account by its codes, and codes that are none."""
    out = {name: pd.Series([None] * rows, dtype=TEXT) for name in _STATES}
    odd: dict[str, None] = {}
    for column, cells in codes.items():
        account, scale = ACCOUNTS[column]
        plain = cells.str.replace(r"\.0+$", "", regex=True)
        said = plain.map(lambda code, scale=scale: scale.get(code), na_action="ignore").astype(TEXT)
        strange = plain[plain.notna() & said.isna() & (plain != "0")]
        odd.update(dict.fromkeys(f"{column} {code[:20]}" for code in strange.unique()))
        # A row that states both gives its state as a whole beside the physical one.
        both = out["physical"].notna().to_numpy(dtype=bool) & (column == "currstatus")
        out["operational"] = out["operational"].fillna(said.where(both))
        out[account] = out[account].fillna(said.mask(both))
    return {name: values.fillna(Passage.UNKNOWN.value) for name, values in out.items()}, list(odd)


def _days(cells: pd.Series, problems: Problems, *, name: str) -> pd.Series:
    """Read LogIE's days: ISO, or milliseconds since 1970 as its server writes them."""
    stamp = cells.str.match(_MILLISECONDS).fillna(value=False).astype(bool)
    days = read_days(cells.mask(stamp), problems, name=name).days
    if stamp.any():
        since = pd.to_datetime(numbers_of(cells.where(stamp))[0], unit="ms", errors="coerce").dt.normalize()
        days = days.fillna(since.astype(DAY))
    return days


def as_stated(path: Path, read: Read) -> pd.Series:
    """Give all that a layer of LogIE states of each accepted row, as JSON: its feature, or its cells.

    Reading keeps cells as text; this keeps numbers, nulls and coordinates as they stand, so that nothing is lost on
    the way out.
    """
    with path.open("rb") as file:
        head = file.read(16)
    if head.startswith(b"SQLite format 3\x00"):
        features = _features_of_layer(path, read)
    elif head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{":
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
        features = content.get("features", [content])
    else:
        cells = open_table(path, score=recognise).cells
        features = [{"properties": {str(k): v for k, v in row.items() if pd.notna(v)}} for row in schema.records(cells)]
    gone = {int(row) - 1 for row in read.quarantine["row"]} if len(read.quarantine) else set()
    kept = [json.dumps(one, ensure_ascii=False) for at, one in enumerate(features) if at not in gone]
    return pd.Series(kept, dtype=TEXT)


def _features_of_layer(path: Path, read: Read) -> list[dict[str, Any]]:
    named = next((found[1] for note in read.notes if (found := re.match(r"layer '(.*)'$", note))), None)
    table = pyogrio.read_dataframe(path, layer=named)
    info = pyogrio.read_info(path, layer=named)
    # A column of whole numbers with gaps comes as one of decimals: what it is in the file is told beside it.
    whole = {name for name, kind in zip(info["fields"], info["dtypes"], strict=True) if "int" in str(kind)}
    shapes = gpd.GeoSeries(table.geometry, crs=table.crs).to_crs(WGS84)
    out: list[dict[str, Any]] = []
    for row, own in zip(schema.records(table.drop(columns=table.active_geometry_name)), shapes, strict=True):
        told = {name: _plain(value, whole=name in whole) for name, value in row.items()}
        out.append({"type": "Feature", "properties": told, "geometry": None if own is None else mapping(own)})
    return out


def _plain(value: Any, *, whole: bool) -> Any:
    if value is None or (not isinstance(value, list | dict) and pd.isna(value)):
        return None
    if isinstance(value, dt.date):
        return value.isoformat()
    plain = value.item() if isinstance(value, np.generic) else value
    return int(plain) if whole else plain


# --- the way out ------------------------------------------------------------------------------

_CODES: Final = {
    field: {value.value: int(code) for code, value in scale.items()} for field, (_, scale) in ACCOUNTS.items()
}
# What a scale has no code of its own for.
_NEAREST: Final = {Passage.DESTROYED.value: Passage.CLOSED.value, Passage.UNDER_REPAIR.value: Passage.PASSABLE.value}
_WRITTEN: Final = {
    "reliability": "currinforely", "why": "currstatusremarken", "lead_time_days": "currleadtime_days", "osmid": "osmid",
    "source": "currsourcename", "as_of": "currasofdate", "vehicle": "currvehtype",
}  # fmt: skip


def features_of(known: gpd.GeoDataFrame, shapes: np.ndarray) -> list[dict[str, Any]]:
    """Give each row as a feature of LogIE: as it was stated, with what was changed since."""
    stated = known["stated"] if "stated" in known else pd.Series([None] * len(known), dtype=TEXT)
    features: list[dict[str, Any]] = [
        json.loads(one) if isinstance(one, str) else {"type": "Feature"} for one in stated
    ]
    told = [dict(one.get("properties") or {}) for one in features]
    was = _as_read(told)
    rows = schema.records(known.drop(columns="geometry"))
    for feature, fields, row, before, own in zip(features, told, rows, was, shapes, strict=True):
        names = {name.casefold(): name for name in fields}
        for column in (*_STATES, *_WRITTEN, "name"):
            value = row[column]
            if _same(value, before[column]):
                continue
            field = _field(column, str(row["part"]), names)
            fields[names.get(field, field)] = _value(column, field, value)
        feature["properties"] = fields
        if not _same_shape(feature.get("geometry"), own):
            feature["geometry"] = None if own.is_empty else mapping(rounded_shapes(np.array([own]))[0])
    return features


def _as_read(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Read fields of LogIE again, as the reader does: what differs from a row was changed since."""
    names = list(dict.fromkeys(name for one in told for name in one))
    cells = {name: ["" if one.get(name) is None else _text(one[name]) for one in told] for name in names}
    raw = Raw("", pd.DataFrame(cells, index=range(len(told)), dtype=TEXT))
    columns, _ = stated_columns(raw, Problems(len(told)))
    return schema.records(pd.DataFrame(columns))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _same(value: Any, before: Any) -> bool:
    if pd.isna(value) or pd.isna(before):
        return bool(pd.isna(value) and pd.isna(before)) or (pd.isna(before) and value == Passage.UNKNOWN.value)
    return bool(value == before)


def _field(column: str, part: str, names: Mapping[str, str]) -> str:
    """Give the field of LogIE that a column goes into: the one that the row has, else that of its part."""
    if column == "name":
        own = {RoadPart.BRIDGE.value: "name", RoadPart.CROSSING.value: "nameen"}.get(part, _NAMES[0])
        return next((one for one in _NAMES if one in names), own)
    if column not in _STATES:
        return _WRITTEN[column]
    fields = [field for field, (account, _) in ACCOUNTS.items() if account == column]
    return next((one for one in fields if one in names), fields[-1] if part == RoadPart.BRIDGE else fields[0])


def _value(column: str, field: str, value: Any) -> Any:
    """Give a cell as LogIE writes it; null for what is not said."""
    if pd.isna(value) or value in (Passage.UNKNOWN.value, _NO_SOURCE):
        return None
    if field in _CODES:
        codes = _CODES[field]
        return codes.get(value, codes.get(_NEAREST.get(value, value)))
    if column == "as_of":
        return value.date().isoformat()
    number = float(value) if column in ("reliability", "lead_time_days") else None
    return value if number is None else int(number) if number.is_integer() else number


def _same_shape(geometry: Any, own: shapely.Geometry) -> bool:
    """Tell whether a stated geometry is that of the row, within a centimetre."""
    if geometry is None:
        return bool(own.is_empty)
    stated = shape(geometry)
    return stated.geom_type == own.geom_type and bool(
        shapely.equals_exact(shapely.force_2d(stated), own, _SAME_DEGREES)
    )


READER: Final = Reader(
    "logie",
    "a road, bridge or border layer of LogIE",
    recognise,
    known_columns(read),
    Terms(
        "LogIE: cite the Logistics Cluster", owner="LogIE", citation="Logistics Cluster, LogIE, logie.logcluster.org"
    ),
    table="ROAD_STATUS",
    prepare=_without_middles,
)

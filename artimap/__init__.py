"""artimap: corridor risk, dated claims and offline briefing maps for humanitarian access.

Public names are flat (``artimap.read_corridor``) and loaded when first used, so that
``import artimap`` costs little more than geopandas.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from artimap.area import AREAS, ARTIBONITE, Area, area

_LAZY = {
    "read_places": "area",
    "read_roads": "area",
    "read_units": "area",
    "Briefing": "briefing",
    "brief": "briefing",
    "CheckpointModel": "checkpoints",
    "checkpoints_on": "checkpoints",
    "Ledger": "claims",
    "merge_reports": "claims",
    "read_claims": "claims",
    "ControlModel": "control",
    "control_status": "control",
    "Corridor": "corridor",
    "Stretch": "corridor",
    "read_corridor": "corridor",
    "ArtimapError": "errors",
    "CorridorError": "errors",
    "CrsError": "errors",
    "DataError": "errors",
    "DateError": "errors",
    "ModelError": "errors",
    "PlaceError": "errors",
    "SchemaError": "errors",
    "ShareError": "errors",
    "Reading": "gazetteer",
    "find_place": "gazetteer",
    "resolve": "gazetteer",
    "briefing_map": "maps",
    "strip_map": "maps",
    "corridor_report": "report",
    "ROAD_KINDS": "risk",
    "RiskModel": "risk",
    "corridor_risk": "risk",
    "read_events": "sources",
    "read_template": "sources",
    "Reach": "spreading",
    "control_zones": "zones",
}

__version__ = "0.1.0"
__all__ = [
    "AREAS",
    "ARTIBONITE",
    "Area",
    "ArtimapError",
    "Briefing",
    "CheckpointModel",
    "ControlModel",
    "Corridor",
    "CorridorError",
    "CrsError",
    "DataError",
    "DateError",
    "Ledger",
    "ModelError",
    "PlaceError",
    "ROAD_KINDS",
    "Reach",
    "Reading",
    "RiskModel",
    "SchemaError",
    "ShareError",
    "Stretch",
    "area",
    "brief",
    "briefing_map",
    "checkpoints_on",
    "control_status",
    "control_zones",
    "corridor_report",
    "corridor_risk",
    "find_place",
    "merge_reports",
    "read_claims",
    "read_corridor",
    "read_events",
    "read_places",
    "read_roads",
    "read_template",
    "read_units",
    "resolve",
    "strip_map",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        value = getattr(import_module(f"artimap.{_LAZY[name]}"), name)
        globals()[name] = value
        return value
    msg = f"module 'artimap' has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted([*globals(), *_LAZY])

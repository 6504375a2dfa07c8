"""artimap: corridor risk, dated claims and offline briefing maps for humanitarian access.

Public names are flat (``artimap.read_corridor``) and loaded when first used, so that
``import artimap`` costs little more than geopandas.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from artimap.area import AREAS, ARTIBONITE, Area, area

_LAZY = {
    "ArtimapError": "errors",
    "CrsError": "errors",
    "SchemaError": "errors",
    "Corridor": "corridor",
    "Reach": "spreading",
    "Stretch": "corridor",
    "read_corridor": "corridor",
    "Reading": "gazetteer",
    "find_place": "gazetteer",
    "resolve": "gazetteer",
    "read_places": "area",
    "read_roads": "area",
    "read_units": "area",
}

__version__ = "0.1.0"
__all__ = [
    "AREAS",
    "ARTIBONITE",
    "Area",
    "ArtimapError",
    "Corridor",
    "CrsError",
    "Reach",
    "Reading",
    "SchemaError",
    "Stretch",
    "area",
    "find_place",
    "read_corridor",
    "read_places",
    "read_roads",
    "read_units",
    "resolve",
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

"""The briefing map: layers as plain data, furniture, and the one module that makes a page of them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_LAZY = {
    "BriefingMap": "briefing",
    "briefing_map": "briefing",
    "event_map": "event_map",
    "export_map": "export.files",
    "static_map": "static.map",
    "Tiles": "tiles",
}

__all__ = ["BriefingMap", "Tiles", "briefing_map", "event_map", "export_map", "static_map"]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(f"artimap.maps.{_LAZY[name]}"), name)
    msg = f"module 'artimap.maps' has no attribute {name!r}"
    raise AttributeError(msg)

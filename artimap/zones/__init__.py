"""Zones of reported status as geometry: they follow places and roads, and fill nothing between towns."""

from artimap.zones.building import control_zones
from artimap.zones.model import ZoneModel

__all__ = ["ZoneModel", "control_zones"]

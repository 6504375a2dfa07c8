"""Zones of reported status as geometry: they follow places and roads, and fill nothing between towns."""

from artimap.zones.building import control_zones
from artimap.zones.model import ZoneModel
from artimap.zones.over_time import control_zones_over_time

__all__ = ["ZoneModel", "control_zones", "control_zones_over_time"]

"""Zones of reported status as geometry: they follow places and roads, and fill nothing between towns."""

from artimap.control.zones.building import control_zones
from artimap.control.zones.model import ZoneModel
from artimap.control.zones.over_time import control_zones_over_time

__all__ = ["ZoneModel", "control_zones", "control_zones_over_time"]

"""Zones of reported status as geometry: they follow places and roads, and fill nothing between towns."""

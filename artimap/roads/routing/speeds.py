"""How fast vehicles go on which roads: one model that prints itself."""

from __future__ import annotations

from dataclasses import dataclass

from artimap.core.metadata import JsonModel


@dataclass(frozen=True, slots=True)
class SpeedModel(JsonModel):
    """Speeds of travel, in km/h, from slow to fast."""

    national: tuple[float, float] = (30.0, 50.0)
    departmental: tuple[float, float] = (15.0, 30.0)
    other: tuple[float, float] = (8.0, 20.0)

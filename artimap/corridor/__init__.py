"""A road studied as one measured line."""

from artimap.corridor.building import calibrated
from artimap.corridor.line import Corridor, Stretch
from artimap.corridor.reading import read_corridor

__all__ = ["Corridor", "Stretch", "calibrated", "read_corridor"]

"""Posts on a road: what kind, where, since when, what they ask and who passes."""

from artimap.control.checkpoints.fees import Asked, Fees, fee_schedule, fees_between
from artimap.control.checkpoints.ipis import to_ipis
from artimap.control.checkpoints.life_cycle import (
    CheckpointModel,
    checkpoints_on,
    checkpoints_over_time,
    passable,
    read_checkpoints,
)

__all__ = [
    "Asked",
    "CheckpointModel",
    "Fees",
    "checkpoints_on",
    "checkpoints_over_time",
    "fee_schedule",
    "fees_between",
    "passable",
    "read_checkpoints",
    "to_ipis",
]

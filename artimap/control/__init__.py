"""Reported status: what is said to be held by whom, by named rules over dated claims."""

from artimap.control.crosswalk import status_words
from artimap.control.history import status_history, what_changed
from artimap.control.model import ControlModel
from artimap.control.provenance import claims_behind
from artimap.control.status import control_status, support
from artimap.control.subject_lookup import find_subjects

__all__ = [
    "ControlModel",
    "claims_behind",
    "control_status",
    "find_subjects",
    "status_history",
    "status_words",
    "support",
    "what_changed",
]

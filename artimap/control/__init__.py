"""Reported status: what is said to be held by whom, by named rules over dated claims."""

from artimap.control.asking import find_subjects
from artimap.control.behind import claims_behind
from artimap.control.history import status_history, what_changed
from artimap.control.model import ControlModel
from artimap.control.status import control_status, support
from artimap.control.words import status_words

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

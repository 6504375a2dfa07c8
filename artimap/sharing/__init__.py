"""The gate on the way out: who a product is for, what it leaves out, and what it must say.

:func:`release` decides row by row from licence and sensitivity; :func:`write_table` writes
what it lets through, with a notice beside it; :func:`gate` does the same for map, report and briefing.
What goes around them (``GeoDataFrame.to_file``) is not guarded: see ``docs/sharing.md``.
"""

from __future__ import annotations

from artimap.sharing.gate import Gated, HeldBack, gate, licensed_sources
from artimap.sharing.policy import Access, Action, Rules, SharePolicy
from artimap.sharing.policy_file import changes, read_policy
from artimap.sharing.release import Released, release
from artimap.sharing.table_files import write_table

__all__ = [
    "Access",
    "Action",
    "Gated",
    "HeldBack",
    "Released",
    "Rules",
    "SharePolicy",
    "changes",
    "gate",
    "licensed_sources",
    "read_policy",
    "release",
    "write_table",
]

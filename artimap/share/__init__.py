"""The gate on the way out: who a product is for, what it leaves out, and what it must say.

:func:`release` decides row by row from licence and sensitivity; :func:`write_table` writes
what it lets through, with a notice beside it. What goes around them
(``GeoDataFrame.to_file``) is not guarded: see ``docs/sharing.md``.
"""

from __future__ import annotations

from artimap.share._files import write_table
from artimap.share._gate import HeldBack, licensed_sources, releasable, releasable_claims
from artimap.share._policy import Access, Action, Rules, SharePolicy
from artimap.share._release import Released, release

__all__ = [
    "Access",
    "Action",
    "HeldBack",
    "Released",
    "Rules",
    "SharePolicy",
    "licensed_sources",
    "releasable",
    "releasable_claims",
    "release",
    "write_table",
]

"""Reports that may tell of the same event: scored pairs, and the decisions of people on them.

Nothing is merged in silence. :func:`match_reports` lists pairs with a score and the parts
of it; a person decides; :func:`apply_decisions` honours the decisions, and
:func:`artimap.claims.merge_reports` then makes one event of what was decided to be one.
"""

from __future__ import annotations

from artimap.matching._decisions import DECISIONS, apply_decisions, read_decisions, write_decisions
from artimap.matching._pairs import PAIRS, MatchModel, match_reports

__all__ = ["DECISIONS", "PAIRS", "MatchModel", "apply_decisions", "match_reports", "read_decisions", "write_decisions"]

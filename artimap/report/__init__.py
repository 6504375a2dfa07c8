"""The corridor report: what is known of a road on a day, by whom, and what is not known."""

from __future__ import annotations

from artimap.report.context import Context
from artimap.report.report import Report, corridor_report

__all__ = ["Context", "Report", "corridor_report"]

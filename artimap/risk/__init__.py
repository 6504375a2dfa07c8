"""Rates of incidents along a road: the model, the estimate, its explanation, its crosswalk to other scales."""

from artimap.core.dates import DAYS_PER_MONTH
from artimap.risk.estimate import corridor_risk, corridor_risk_by_kind, corridor_risk_over_time
from artimap.risk.explain import explain
from artimap.risk.model import ROAD_KINDS, RiskModel, why_not_counted
from artimap.risk.severity import SEVERITY, SeverityClass, severity

__all__ = [
    "DAYS_PER_MONTH",
    "ROAD_KINDS",
    "SEVERITY",
    "RiskModel",
    "SeverityClass",
    "corridor_risk",
    "corridor_risk_by_kind",
    "corridor_risk_over_time",
    "explain",
    "severity",
    "why_not_counted",
]

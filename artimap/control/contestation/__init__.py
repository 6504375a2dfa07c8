"""Estimated contestation: a hidden Markov model over events, apart from what is reported."""

from __future__ import annotations

from artimap.control.contestation.calibration import Calibration as Calibration
from artimap.control.contestation.estimate import estimate_contestation as estimate_contestation
from artimap.control.contestation.estimate import why_not_estimated as why_not_estimated
from artimap.control.contestation.layer import estimated_zones as estimated_zones
from artimap.control.contestation.model import ContestationModel as ContestationModel
from artimap.control.contestation.model import Rates as Rates

"""Estimated contestation: a hidden Markov model over events, apart from what is reported."""

from __future__ import annotations

from artimap.contestation.calibration import Calibration as Calibration
from artimap.contestation.estimate import estimate_contestation as estimate_contestation
from artimap.contestation.layer import estimated_zones as estimated_zones
from artimap.contestation.model import ContestationModel as ContestationModel
from artimap.contestation.model import Rates as Rates

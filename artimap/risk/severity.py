"""Rates on other people's scales: classes with their thresholds written down.

The crosswalk reads the security of a road and no other part of those scales: ACAPS'
humanitarian access score also weighs bureaucracy, denial and terrain. It translates, it
is no score of theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from artimap.core import schema
from artimap.core.errors import ModelError
from artimap.core.vocab import Info

INFORMATION_GAP = "X"
"""ACAPS' mark where too little is known to score."""


@dataclass(frozen=True, slots=True)
class SeverityClass:
    """One class of rate on each scale.

    Attributes
    ----------
    band
        artimap's class; 0 is a quiet piece: reports, none of them of an incident.
    acaps
        ACAPS' step, 0 (no significant constraints) to 5 (extreme).
    ocha
        OCHA's step of access: low, moderate, high.
    """

    band: int
    acaps: str
    ocha: str


SEVERITY = (
    SeverityClass(0, "0", "low"),
    SeverityClass(1, "1", "low"),
    SeverityClass(2, "2", "low"),
    SeverityClass(3, "3", "moderate"),
    SeverityClass(4, "4", "high"),
    SeverityClass(5, "5", "high"),
)
"""The crosswalk. Bands 2 to 5 begin at ``RiskModel.band_rates``: 0.01, 0.03, 0.1 and 0.3 events per km and
month, which on 10 km is one incident in about 10 months, 3 months, a month and 10 days."""


def severity(risk: pd.DataFrame) -> pd.DataFrame:
    """Read RISK on the scales of ACAPS and OCHA.

    Parameters
    ----------
    risk
        RISK; ``info`` and ``band`` are looked at.

    Returns
    -------
    DataFrame
        ``acaps`` ("0" to "5", "X" where the piece is silent) and ``ocha`` (low, moderate,
        high; null where it is silent), with the index of ``risk``. A silent piece is an
        information gap, never a low class.

    Raises
    ------
    ModelError
        If a column is missing.

    Examples
    --------
    >>> severity(pd.DataFrame({"info": ["silent", "quiet", "reported"], "band": [None, None, 4]}))["acaps"].tolist()
    ['X', '0', '4']
    """
    missing = [name for name in ("info", "band") if name not in risk.columns]
    if missing:
        msg = f"severity needs RISK's columns; missing: {', '.join(missing)}"
        raise ModelError(msg)
    by_band = {one.band: one for one in SEVERITY}
    # Silence comes first, whatever the band; after it a null band is that of a quiet piece.
    steps = [
        None if info == Info.SILENT else by_band[0 if info == Info.QUIET or pd.isna(band) else int(band)]
        for info, band in zip(risk["info"], risk["band"], strict=True)
    ]
    columns = {
        "acaps": [INFORMATION_GAP if step is None else step.acaps for step in steps],
        "ocha": [None if step is None else step.ocha for step in steps],
    }
    return pd.DataFrame(columns, index=risk.index, dtype=schema.TEXT)

"""How many people an event harmed, and which events harmed most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from artimap.core.i18n import tr
from artimap.core.phrases import harm_phrase, known
from artimap.core.vocab import Record


def harm_line(row: Mapping[Any, Any], lang: str) -> str:
    """Say an event's harm: "killed: at least 70; injured: 16"; what no source states is left out.

    >>> harm_line({"killed_low": 20, "killed_best": 70, "injured": 16}, "en")
    'killed: 20 to 70 or more; injured: 16'
    """
    colon = tr("report.colon", lang)
    low, best, high = (known(row.get(f"killed_{name}")) for name in ("low", "best", "high"))
    parts = []
    # Killed has a range and a best figure; where all three are null nothing is said, which is not "0 killed".
    if not (low is None and best is None and high is None):
        parts.append(f"{tr('predicate.killed', lang)}{colon}{harm_phrase(low, high, lang, best=best)}")
    for name in ("injured", "abducted", "displaced"):
        count = known(row.get(name))
        if count is not None:
            parts.append(f"{tr(f'predicate.{name}', lang)}{colon}{harm_phrase(count, count, lang)}")
    return "; ".join(parts) or tr("report.harm_not_stated", lang)


GRAVEST = 3
"""How many of the gravest events are named where there is room for few."""


def people_harmed(row: Mapping[Any, Any]) -> float | None:
    """Give how many people were killed, injured or abducted, as well as sources say; None where none of it is stated.

    Of the dead the best figure counts, else the least, else the greatest.

    >>> people_harmed({"killed_low": 20, "killed_best": 70, "injured": 16}), people_harmed({})
    (86.0, None)
    """
    dead = [known(row.get(name)) for name in ("killed_best", "killed_low", "killed_high")]
    figures = [next((one for one in dead if one is not None), None)]
    figures += [known(row.get(name)) for name in ("injured", "abducted")]
    stated = [figure for figure in figures if figure is not None]
    # None stated is None; 0 is a statement.
    return sum(stated) if stated else None


_FIGURES = ["killed_best", "killed_low", "killed_high", "injured", "abducted"]


def gravest(events: pd.DataFrame, most: int) -> pd.DataFrame:
    """Give the events that harmed most people, of whatever age, the gravest first.

    Figures over several events are left out: none of them is an event. Of equal harm the newest comes first.
    """
    single = events[(events["record"] == Record.EVENT).to_numpy(dtype=bool)]
    stated = single.reindex(columns=_FIGURES).astype("Float64")
    dead = stated["killed_best"].fillna(stated["killed_low"]).fillna(stated["killed_high"])
    # as :func:`people_harmed`, of all at once
    harm = sum((one.fillna(0.0) for one in (stated["injured"], stated["abducted"])), dead.fillna(0.0)).astype(float)
    order = single.assign(_harm=harm).sort_values(
        ["_harm", "date_start", "event_id"], ascending=[False, False, True], kind="stable"
    )
    return order[order["_harm"] > 0].head(most).drop(columns="_harm")

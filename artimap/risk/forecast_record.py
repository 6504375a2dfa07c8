"""A forecast that is written down, and what became of the earlier ones.

Every briefing writes how many incidents it expects to be reported on each piece of the road in
the next thirty days, with the chance of each number. The next briefing looks what was
reported, scores it beside three plain rules, and hands the running record on. A model whose
forecasts are not looked at afterwards is an opinion.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np

from artimap.claims.ledger import Ledger
from artimap.core.arrays import Floats
from artimap.core.errors import DataError
from artimap.core.notebook import Shown
from artimap.core.precision import significant
from artimap.risk.backtest import happened_between
from artimap.risk.coverage import RoadPieces, bare
from artimap.risk.event_counts import Laid
from artimap.risk.forecasts import by_model, count_scores, plain
from artimap.risk.model import RiskModel
from artimap.roads.corridor import Corridor

FORECAST_FILE = "forecast.json"
DAYS = 30
"""How many days a briefing looks ahead."""
_VERSION = 1
_DIGITS = 6
_DECIMALS = 6
"""Chances are rounded to so many decimals, not digits: the smallest are differences that no two processors share."""


@dataclass(frozen=True, eq=False, repr=False)
class ForecastTable(Shown):
    """Expected reports of a period, and the record of the forecasts before it.

    Attributes
    ----------
    corridor_id, as_of, days
        The road, the day on which it was made, and how many days it looks ahead.
    pieces
        ``lixel_id, name, from_m, to_m`` of each piece, as plain values.
    chances
        By method: the chance of 0, 1, 2, … reported incidents on each piece, (pieces, numbers).
    record
        Scores of the forecasts that came before, the oldest first (see :func:`score`).
    """

    corridor_id: str
    as_of: dt.date
    days: int
    pieces: tuple[dict[str, Any], ...]
    chances: dict[str, Floats]
    record: tuple[dict[str, Any], ...] = ()

    @property
    def until(self) -> dt.date:
        """Last day of the period."""
        return self.as_of + dt.timedelta(days=self.days)

    def expected(self, method: str) -> Floats:
        """Give the expected number of reported incidents on each piece."""
        chances = self.chances[method]
        return np.asarray(chances @ np.arange(chances.shape[1]), dtype=float)

    def to_json(self) -> str:
        """Write it as JSON: the same forecast gives the same text."""
        methods = {
            name: [
                {"expected": float(mean), "chances": [float(one) for one in row]}
                for mean, row in zip(significant(self.expected(name), _DIGITS), chances, strict=True)
            ]
            for name, chances in self.chances.items()
        }
        content = {
            "version": _VERSION,
            "what": "number of incidents reported on each piece in the days after as_of: chance of 0, 1, 2, ...",
            "corridor": self.corridor_id,
            "as_of": self.as_of.isoformat(),
            "days": self.days,
            "pieces": list(self.pieces),
            "methods": methods,
            "record": list(self.record),
        }
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def read(cls, path: Path) -> ForecastTable:
        """Read what an earlier briefing wrote.

        Raises
        ------
        DataError
            If it is no forecast, or one of another release.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["version"] != _VERSION:
                msg = f"{path} is a forecast of version {content['version']}, this release reads {_VERSION}"
                raise DataError(msg)
            chances = {
                str(name): np.array([row["chances"] for row in rows], dtype=float)
                for name, rows in content["methods"].items()
            }
            return cls(
                str(content["corridor"]), dt.date.fromisoformat(content["as_of"]), int(content["days"]),
                tuple(content["pieces"]), chances, tuple(content["record"]),
            )  # fmt: skip
        except (KeyError, TypeError, ValueError) as error:
            msg = f"{path} is no forecast of a briefing: give the folder of an earlier briefing, whole"
            raise DataError(msg) from error


def make_forecast(
    corridor: Corridor,
    located: gpd.GeoDataFrame,
    *,
    as_of: dt.date,
    model: RiskModel,
    ledger: Ledger | None = None,
    record: tuple[dict[str, Any], ...] = (),
    days: int = DAYS,
    laid: Laid | None = None,
) -> ForecastTable:
    """Expect the reports of the next days, by the model and by three plain rules.

    Parameters
    ----------
    corridor, located, model, ledger
        As for :func:`artimap.corridor_risk`.
    as_of
        The day on which it is made.
    record
        Scores of earlier forecasts, handed on.
    days
        How many days it looks ahead.
    laid
        The same events over the road with towns, where they were laid before.
    """
    table = corridor.stretches()
    asked = RoadPieces.of(table)
    laid = laid if laid is not None and laid.road.town.any() else Laid.over(corridor, located, ledger, model=model)
    counted = laid.on(as_of, model)
    rules = [by_model("model", counted, asked, model, days), *plain(counted, asked, model, days)]
    names = [
        {"lixel_id": str(row.lixel_id), "name": str(row.name), "from_m": _metres(row.from_m), "to_m": _metres(row.to_m)}
        for row in table.itertuples(index=False)
    ]
    return ForecastTable(
        corridor.corridor_id, as_of, days, tuple(names),
        {rule.method: np.round(rule.chances(), _DECIMALS) for rule in rules}, record,
    )  # fmt: skip


def _metres(value: object) -> float:
    return float(significant(float(str(value))))


def score(
    made: ForecastTable, corridor: Corridor, located: gpd.GeoDataFrame, *, as_of: dt.date, model: RiskModel
) -> dict[str, Any] | None:
    """Hold a forecast against what was reported of its days.

    Parameters
    ----------
    made
        The forecast.
    corridor, located, model
        The road, EVENTS as they are known now, and which kinds count.
    as_of
        The day of the new answer.

    Returns
    -------
    dict or None
        ``as_of, until, scored_on, pieces, events`` and by method ``expected, crps`` (mean over pieces, events),
        ``log_score`` (mean over pieces, nats) and ``inside80`` (share of pieces); null while its days are not over.
    """
    if as_of < made.until or made.corridor_id != corridor.corridor_id:
        return None
    low = [float(piece["from_m"]) for piece in made.pieces]
    high = [float(piece["to_m"]) for piece in made.pieces]
    shapes = RoadPieces.of(gpd.GeoDataFrame({"from_m": low, "to_m": high}))
    events = bare(located.sort_values("event_id", kind="stable"))
    spread = shapes.over(corridor.spread(events, reach=model.reach))
    happened = happened_between(events, spread, made.as_of, made.days, model)
    methods = {}
    for name, chances in made.chances.items():
        crps, log, inside = count_scores(chances, happened)
        values = {"expected": made.expected(name).sum(), "crps": crps.mean(), "log_score": log.mean()}
        values["inside80"] = inside.mean()
        methods[name] = {key: float(significant(value, _DIGITS)) for key, value in values.items()}
    return {
        "as_of": made.as_of.isoformat(),
        "until": made.until.isoformat(),
        "scored_on": as_of.isoformat(),
        "pieces": len(low),
        "events": float(significant(happened.events, _DIGITS)),
        "methods": methods,
    }


def record_of(
    folder: Path | None, corridor: Corridor, located: gpd.GeoDataFrame, *, as_of: dt.date, model: RiskModel
) -> tuple[dict[str, Any], ...]:
    """Give the record of all forecasts up to a day: what an earlier briefing hands on, and its own forecast scored.

    Empty where there is no earlier briefing, or one that made no forecast.
    """
    path = None if folder is None else folder / FORECAST_FILE
    if path is None or not path.is_file():
        return ()
    made = ForecastTable.read(path)
    new = score(made, corridor, located, as_of=as_of, model=model)
    return made.record if new is None else (*made.record, new)
